"""A real control plane on loopback: etcd, an API server and the controllers, and no node."""

import asyncio
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.world import kubeconfig
from tests.parts import made_by
from webhook.tls import self_signed

_BUILD = Path(__file__).parents[2] / ".ci" / "controlplane"
_CONTROLLERS = (
    "serviceaccount,serviceaccount-token,deployment,replicaset,statefulset,daemonset,job,cronjob,"
    "namespace,garbagecollector,disruption"
)
_ADMIN = "admin-of-tests"
_ETCD = "unix://etcd.sock:0"
"""Relative to the folder that the programs run in: the path of a socket is 108 bytes at most."""
_PEERS = "unix://peers.sock:0"
_AUDIT = b"""\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    verbs: [create]
    resources: [{group: "", resources: [pods]}]
  - level: None
"""
"""What the API server keeps in its audit log: who made which Pods."""
_SECONDS = 45.0
"""For everything to be up; a quiet machine needs three."""


@dataclass(frozen=True)
class ControlPlane:
    """A control plane that runs."""

    url: str
    ca: Path
    """The certificate of the API server's issuer, PEM."""
    kubeconfig: str
    """Of an administrator, by a token."""
    programs: Path
    folder: Path
    """Where everything of it lies, the logs of its programs too (``NAME.log``)."""

    async def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """What kubectl says on stdout; it must succeed."""
        code, said, complained = await self.attempt(*arguments, stdin=stdin)
        assert code == 0, complained
        return said

    async def attempt(self, *arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of kubectl. The loop runs on: webhooks may live in it."""
        process = await asyncio.create_subprocess_exec(
            self.programs / "kubectl",
            f"--kubeconfig={self.kubeconfig}",
            f"--cache-dir={self.folder / 'kubectl'}",
            *arguments,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=without_proxies(),
        )
        said, complained = await process.communicate(None if stdin is None else stdin.encode())
        assert process.returncode is not None
        return process.returncode, said.decode(), complained.decode()

    async def apply(self, *documents: dict[str, Any]) -> None:
        """``kubectl apply`` these."""
        await self.kubectl("apply", "-f", "-", stdin="\n---\n".join(map(json.dumps, documents)))


def programs() -> Path:
    """The folder of the programs."""
    return made_by(_BUILD, "control plane")


def foreign(config: str, folder: Path) -> ControlPlane:
    """Somebody else's cluster, by a kubeconfig: what is asked of it goes through kubectl."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.fail("kubectl is not installed")
    return ControlPlane("", Path(), config, Path(kubectl).parent, folder)


@contextmanager
def running(folder: Path) -> Iterator[ControlPlane]:
    """Start everything in ``folder``, and kill it in the end."""
    found = programs()
    pair = self_signed(("127.0.0.1", "localhost"), datetime.now(UTC))
    tokens = self_signed(("tokens",), datetime.now(UTC))
    for name, content in (
        ("ca.crt", pair.certificate),
        ("server.key", pair.key),
        ("sa.crt", tokens.certificate),
        ("sa.key", tokens.key),
        ("audit.yaml", _AUDIT),
        ("tokens.csv", f'{_ADMIN},{_ADMIN},{_ADMIN},"system:masters"\n'.encode()),
    ):
        (folder / name).write_bytes(content)
    with ExitStack() as stack:
        url = f"https://127.0.0.1:{stack.enter_context(_reserved())}"
        cluster = {"certificate-authority": str(folder / "ca.crt")}
        config = kubeconfig(folder, url, cluster=cluster, user={"token": _ADMIN})
        plane = ControlPlane(url, folder / "ca.crt", config, found, folder)
        etcd = stack.enter_context(_program(plane, "etcd", *_etcd(folder)))
        api = stack.enter_context(_program(plane, "kube-apiserver", *_apiserver(plane)))
        _wait(plane, etcd, api)
        stack.enter_context(
            _program(
                plane,
                "kube-controller-manager",
                f"--kubeconfig={config}",
                f"--controllers={_CONTROLLERS}",
                "--leader-elect=false",
                "--secure-port=0",
                f"--service-account-private-key-file={folder / 'sa.key'}",
            )
        )
        yield plane


def _etcd(folder: Path) -> list[str]:
    return [
        f"--data-dir={folder / 'etcd'}",
        "--unsafe-no-fsync",
        "--log-level=error",
        f"--listen-client-urls={_ETCD}",
        f"--advertise-client-urls={_ETCD}",
        f"--listen-peer-urls={_PEERS}",
        f"--initial-advertise-peer-urls={_PEERS}",
        f"--initial-cluster=default={_PEERS}",
    ]


def _apiserver(plane: ControlPlane) -> list[str]:
    folder = plane.folder
    return [
        f"--etcd-servers={_ETCD}",
        f"--secure-port={plane.url.rpartition(':')[2]}",
        "--permit-port-sharing",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--tls-cert-file={plane.ca}",
        f"--tls-private-key-file={folder / 'server.key'}",
        f"--cert-dir={folder}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'sa.crt'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        "--authorization-mode=RBAC",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
        f"--audit-policy-file={folder / 'audit.yaml'}",
        f"--audit-log-path={folder / 'audit.log'}",
        "--allow-privileged",
    ]


@contextmanager
def _program(plane: ControlPlane, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    # A test run that is killed must not leave 500 MB of programs behind.
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
    with (plane.folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [*prefix, plane.programs / name, *arguments],
            cwd=plane.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=without_proxies(),
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _wait(plane: ControlPlane, *processes: subprocess.Popen[bytes]) -> None:
    trust = ssl.create_default_context(cafile=str(plane.ca))
    request = urllib.request.Request(
        f"{plane.url}/readyz", headers={"Authorization": f"Bearer {_ADMIN}"}
    )
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and all(process.poll() is None for process in processes):
        try:
            with urllib.request.urlopen(request, timeout=5, context=trust):
                return
        except OSError:
            time.sleep(0.05)
    logs = [file.read_text()[-2000:] for file in plane.folder.glob("*.log")]
    pytest.fail("the control plane did not start:\n" + "\n".join(logs))


@contextmanager
def _reserved() -> Iterator[int]:
    """A free port on loopback, which nobody takes but who says that it may be shared."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def without_proxies() -> dict[str, str]:
    """Our environment without proxies: everything is on loopback."""
    return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
