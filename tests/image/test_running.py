"""That nothing is missing in the image: all of the webhook runs in the image's own root."""

import asyncio
import json
import re
import socket
import ssl
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.apiserver import TOKEN, Api, serving
from tests.cluster.world import kubeconfig
from tests.image.container import Container
from webhook.sandbox.pods import admission_review, pod

REVIEW = admission_review(pod("web", "registry.invalid/team/api:latest"))

_IMPORT_ALL = """
import ast, importlib, pkgutil, webhook
from pathlib import Path

found = [module.name for module in pkgutil.walk_packages(webhook.__path__, "webhook.")]
for name in found:
    if name != "webhook.__main__":
        importlib.import_module(name)
trees = [ast.parse(file.read_text()) for file in Path(webhook.__path__[0]).rglob("*.py")]
nodes = [node for tree in trees for node in ast.walk(tree)]
functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
inner = [node for function in functions for node in ast.walk(function)]
imports = [node for node in inner if isinstance(node, ast.Import | ast.ImportFrom)]
for statement in imports:
    exec(ast.unparse(statement), {})
print(len(found), len(imports))
"""
"""Imports every module, then whatever a function of one would import when it is called."""

_LOAD_ALL = """
import importlib, sysconfig
from pathlib import Path

packages = Path(sysconfig.get_path("platlib"))
compiled = [path.relative_to(packages) for path in packages.rglob("*.so")]
for path in compiled:
    importlib.import_module(".".join([*path.parts[:-1], path.name.partition(".")[0]]))
print(len(compiled))
"""
"""Loads every compiled module: who cannot import theirs falls back to a slow one without a word."""

_LOG_IN = """
import asyncio, sys
from pathlib import Path
from webhook.cluster.access import Access, login
from webhook.cluster.client import Cluster

async def pages(access):
    async with Cluster(access) as cluster:
        return [page async for page in cluster.list_pages("/api/v1/pods")]

Path("/tmp/kubeconfig").write_text(sys.stdin.read())
print(asyncio.run(pages(Access("/tmp/kubeconfig"))))
"""
"""Lists the Pods of the cluster whose kubeconfig is on stdin."""

_LOG_IN_AS_POD = """
import asyncio, os, sys
from pathlib import Path
from webhook.cluster.access import Access, login

os.environ |= {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}
Path("/tmp/token").write_text("t0ken")
Path("/tmp/ca.crt").write_text("a CA, which is read when it is used")
print(asyncio.run(login(Access(service_account=Path("/tmp")))).host)
"""

pytestmark = pytest.mark.timeout(120)


def test_whatever_the_webhook_imports_is_there(container: Container):
    code, said = container.run("python", "-c", _IMPORT_ALL)
    assert code == 0, said
    modules, imports = map(int, said.split())
    assert modules > 100
    assert imports > 5


def test_every_compiled_module_can_be_loaded(container: Container):
    code, said = container.run("python", "-c", _LOAD_ALL)
    assert code == 0, said
    assert int(said) > 10


async def test_it_logs_in_with_a_kubeconfig(container: Container, tmp_path: Path):
    async with serving(Api()) as api:
        api.put("/api/v1/namespaces/shop/pods/web")
        given = Path(kubeconfig(tmp_path, f"http://127.0.0.1:{api.port}")).read_text()
        code, said = await asyncio.to_thread(container.run, "python", "-c", _LOG_IN, given=given)
    assert code == 0, said
    assert '"name": "web"' in said
    assert TOKEN not in said


def test_it_logs_in_with_a_service_account(container: Container):
    assert container.run("python", "-c", _LOG_IN_AS_POD) == (0, "https://10.96.0.1:443\n")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--help", 0),
        ("serve --help", 0),
        ("serve --no-such-flag", 2),
        ("rules", 0),
        ("rules run-as-root", 0),
        ("policy lint restricted", 0),
        ("policy test restricted", 0),
        ("policy schema", 0),
        ("inspect registry.invalid/team/api:1", 3),
        ("check registry.invalid/team/api:1 -o html", 3),
        ("check registry.invalid/team/api:1 -o sarif", 3),
        ("audit --help", 0),
        ("demo", 0),
    ],
)
def test_its_commands_run(container: Container, words: str, expected: int):
    code, said = container.run("slimgate", *words.split())
    assert code == expected, said
    assert "Traceback" not in said


@pytest.fixture
def port(container: Container) -> Iterator[int]:
    """The image, serving as its own user in its own root."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    words = f"serve --self-signed --host 127.0.0.1 --port {number} --status-port 0"
    with container.start("slimgate", *words.split()) as process:
        for _ in range(300):
            assert process.poll() is None, "the webhook did not start"
            try:
                socket.create_connection(("127.0.0.1", number), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield number
        process.kill()


def test_it_serves_a_review(port: int):
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # it made the certificate itself
    request = urllib.request.Request(
        f"https://127.0.0.1:{port}/validate?timeout=5s",
        json.dumps(REVIEW).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, context=trust, timeout=30) as reply:
        response = json.load(reply)["response"]
    assert response["allowed"]
    assert re.search("floating-tag: .*latest", " ".join(response["warnings"]))
