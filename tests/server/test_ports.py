"""The other routes, both ports, readiness, and what happens at SIGTERM."""

import asyncio
import os
import signal
import ssl
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.conftest import Serve, policy_text
from webhook.errors import UsageError
from webhook.server import Readiness, create_status_app
from webhook.server.metrics import Metrics
from webhook.server.run import listen, running
from webhook.tls import self_signed
from webhook.tls.serving import write_pair
from webhook.wiring import clock

POLICY = policy_text("rule: floating-tag, action: warn")


async def test_the_https_port_tells_health_version_and_its_api(serve: Serve):
    async with serve(POLICY) as client:
        answers = {}
        for path in ("healthz", "readyz", "version", "openapi.json"):
            async with client.session.get(f"{client.url}/{path}", ssl=client.trust) as reply:
                assert reply.status == 200
                answers[path] = await reply.json()
    assert answers["readyz"] == {"ready": True, "waiting": {}, "notes": {}}
    assert len(answers["version"]["policies"]) == 12
    assert "/validate" in answers["openapi.json"]["paths"]


async def test_readiness_tells_what_it_waits_for():
    readiness = Readiness("certificate", "policies")
    readiness.met("policies")
    app = create_status_app(readiness, Metrics("test"), "test")
    async with running(app, listen("127.0.0.1", 0)) as port, aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as reply:
            assert reply.status == 503
            assert await reply.json() == {
                "ready": False,
                "waiting": {"certificate": "not yet loaded"},
                "notes": {},
            }
        async with session.get(f"http://127.0.0.1:{port}/metrics") as reply:
            assert "slimgate_ready 0.0" in await reply.text()
        readiness.met("certificate")
        readiness.note("policies", "team.yaml:1:1: nonsense")
        async with session.get(f"http://127.0.0.1:{port}/readyz") as reply:
            assert reply.status == 200  # what is amiss is told beside
            assert (await reply.json())["notes"] == {"policies": "team.yaml:1:1: nonsense"}
        readiness.note("policies", "")
        assert readiness.notes == {}
        async with session.get(f"http://127.0.0.1:{port}/metrics") as reply:
            text = await reply.text()
        assert 'slimgate_build_info{version="test"} 1.0' in text
        assert "slimgate_ready 1.0" in text


async def test_a_port_in_use_is_told():
    with listen("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="in use"):
        listen("127.0.0.1", taken.getsockname()[1])


async def test_sigterm_makes_it_unready_then_drains_then_ends(tmp_path: Path):
    certificate, key = write_pair(self_signed(("127.0.0.1",), clock()), tmp_path)
    with listen("127.0.0.1", 0) as one, listen("127.0.0.1", 0) as other:
        port, status_port = one.getsockname()[1], other.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "webhook", "serve", "--host", "127.0.0.1",
        "--port", str(port), "--status-port", str(status_port), "--drain", "0.5",
        "--tls-cert", str(certificate), "--tls-key", str(key),
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert process.stderr is not None
    assert b'"event":"serving"' in await asyncio.wait_for(process.stderr.readline(), 30)
    trust = ssl.create_default_context(cafile=str(certificate))
    status = f"http://127.0.0.1:{status_port}"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{status}/readyz") as reply:
            assert reply.status == 200
        process.send_signal(signal.SIGTERM)
        assert b'"event":"draining"' in await process.stderr.readline()
        async with session.get(f"{status}/readyz") as reply:
            assert (await reply.json())["waiting"] == {"stop": "draining"}
        async with session.get(f"https://127.0.0.1:{port}/healthz", ssl=trust) as reply:
            assert reply.status == 200  # what is sent while draining is still answered
    assert await asyncio.wait_for(process.wait(), 15) == 0


async def test_connections_are_not_kept_once_it_is_to_stop():
    app = create_status_app(Readiness(), Metrics("test"), "test")
    stop = asyncio.Event()
    async with (
        running(app, listen("127.0.0.1", 0), stop=stop) as port,
        aiohttp.ClientSession() as session,
    ):
        for _ in range(100):
            async with session.get(f"http://127.0.0.1:{port}/healthz") as reply:
                if reply.headers.get("Connection") == "close":
                    break
            stop.set()
            await asyncio.sleep(0.02)
        else:
            pytest.fail("connections are still kept")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ([], b"name a certificate with --tls-cert and --tls-key, or say --self-signed"),
        (
            ["--self-signed", "--tls-cert", "tls.crt"],
            b"--self-signed makes a certificate: leave --tls-cert and --tls-key out",
        ),
        (
            ["--tls-secret", "guard/tls", "--self-signed"],
            b"--tls-secret issues certificates: leave --self-signed, --tls-cert and --tls-key out",
        ),
        (
            ["--tls-secret", "guard/tls"],
            b"--tls-secret needs --webhook-configuration, which is to trust it",
        ),
        (
            ["--tls-secret", "guard/tls", "--webhook-configuration", "slimgate.guard"],
            b"name what the API server calls with --tls-host",
        ),
        (
            ["--self-signed", "--webhook-configuration", "slimgate.guard"],
            b"--self-signed is for trying things out: use --tls-secret in a cluster",
        ),
    ],
)
async def test_an_unclear_certificate_is_refused_with_what_to_type(flags: list[str], told: bytes):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "webhook", "serve", *flags, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert said == b"slimgate: " + told + b"\n"
