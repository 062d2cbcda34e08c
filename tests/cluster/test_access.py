import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.cluster.apiserver import TOKEN, Api, serving
from tests.cluster.plane import ControlPlane
from tests.cluster.world import failing, kubeconfig
from webhook.cluster.access import Access, login
from webhook.cluster.client import Cluster
from webhook.errors import ClusterFailure
from webhook.tls import self_signed
from webhook.tls.serving import write_pair

NAMESPACES = "/api/v1/namespaces"

ASK = """
import asyncio, pathlib, sys
from webhook.cluster.access import Access
from webhook.cluster.client import Cluster
from webhook.errors import ClusterError

async def ask():
    async with Cluster(Access(service_account=pathlib.Path(sys.argv[1]))) as cluster:
        print(len(await cluster.get("/api/v1/namespaces/default")) > 0)

try:
    asyncio.run(ask())
except ClusterError as error:
    print(error)
"""


def elsewhere(folder: Path, **environment: str) -> str:
    """What asking says in a process whose home is ``folder``, as is its service account."""
    ran = subprocess.run(
        [sys.executable, "-c", ASK, str(folder)],
        env={"HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip()


def without_context(config: dict) -> None:
    config["contexts"] = []


def without_cluster(config: dict) -> None:
    config["clusters"][0]["cluster"] = None


def without_user_entry(config: dict) -> None:
    config["users"][0] = {"name": "u", "token": TOKEN}


def bad_base64(config: dict) -> None:
    config["clusters"][0]["cluster"] |= {
        "server": "https://127.0.0.1:1",
        "certificate-authority-data": f"{TOKEN}=",
    }


def missing_certificate(config: dict) -> None:
    config["clusters"][0]["cluster"] |= {
        "server": "https://127.0.0.1:1",
        "certificate-authority": "nowhere.crt",
    }


@pytest.mark.parametrize(
    "spoil",
    [without_context, without_cluster, without_user_entry, bad_base64, missing_certificate],
)
async def test_a_kubeconfig_that_cannot_be_used_is_told_without_what_it_holds(
    tmp_path: Path, spoil
):
    path = Path(kubeconfig(tmp_path, "http://127.0.0.1:1"))
    config = yaml.safe_load(path.read_text())
    spoil(config)
    path.write_text(yaml.safe_dump(config))
    error = await failing(login(Access(str(path))))
    assert error.kind is ClusterFailure.CONFIGURATION
    assert error.detail == f"{path}: the current context cannot be used"


async def test_a_kubeconfig_that_is_no_yaml_is_told_without_what_it_holds(tmp_path: Path):
    path = tmp_path / "config"
    path.write_text(f"users: [{TOKEN}")
    error = await failing(login(Access(str(path))))
    assert error.kind is ClusterFailure.CONFIGURATION


async def test_a_context_that_is_not_there_is_named(tmp_path: Path):
    path = kubeconfig(tmp_path, "http://127.0.0.1:1")
    error = await failing(login(Access(path, "production")))
    assert error.detail == f"{path}: the context 'production' cannot be used"


async def test_a_kubeconfig_that_is_not_there_is_named(tmp_path: Path):
    error = await failing(login(Access(str(tmp_path / "none"))))
    assert error.kind is ClusterFailure.CONFIGURATION
    assert error.detail == f"there is no kubeconfig at {tmp_path / 'none'}"


async def test_several_kubeconfigs_are_one(tmp_path: Path):
    (tmp_path / "other").mkdir()
    first = kubeconfig(tmp_path, "http://127.0.0.1:1")
    (tmp_path / "other" / "config").write_text("{}")
    configuration = await login(Access(f"{first}:{tmp_path / 'other' / 'config'}", "test"))
    assert configuration.host == "http://127.0.0.1:1"


async def test_a_credential_plugin_is_asked(api: Api, tmp_path: Path):
    credential = (
        '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",'
        f' "status": {{"token": "{TOKEN}"}}}}'
    )
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "echo",
        "args": [credential],
    }
    config = kubeconfig(tmp_path, f"http://127.0.0.1:{api.port}", user={"exec": plugin})
    async with Cluster(Access(config)) as cluster:
        api.put(f"{NAMESPACES}/default")
        await cluster.get(f"{NAMESPACES}/default")


@pytest.fixture
def served(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate, and a server's side of it."""
    certificate, key = write_pair(self_signed(("127.0.0.1",), datetime.now(UTC)), tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return certificate, context


async def test_the_clusters_certificate_is_verified(
    served: tuple[Path, ssl.SSLContext], tmp_path: Path
):
    certificate, context = served
    async with serving(Api(), context) as api:
        api.put(f"{NAMESPACES}/default")
        server = f"https://127.0.0.1:{api.port}"
        trusting = kubeconfig(tmp_path, server, cluster={"certificate-authority": str(certificate)})
        async with Cluster(Access(trusting)) as cluster:
            await cluster.get(f"{NAMESPACES}/default")
        async with Cluster(Access(kubeconfig(tmp_path, server))) as cluster:
            error = await failing(cluster.get(f"{NAMESPACES}/default"))
    assert error.kind is ClusterFailure.UNREACHABLE
    assert "TLS certificate not accepted" in error.detail
    assert len(api.seen) == 1


async def test_a_ca_that_is_none_is_told(tmp_path: Path):
    (tmp_path / "ca.crt").write_text("not a certificate")
    cluster = {"certificate-authority": str(tmp_path / "ca.crt")}
    config = kubeconfig(tmp_path, "https://127.0.0.1:1", cluster=cluster)
    error = await failing(Cluster(Access(config)).__aenter__())
    assert error.kind is ClusterFailure.CONFIGURATION


def test_without_a_kubeconfig_and_outside_of_a_pod_no_cluster_is_known(tmp_path: Path):
    assert elsewhere(tmp_path).startswith("configuration: no cluster is known")


async def test_in_a_pod_it_is_the_service_account(
    controlplane: ControlPlane, namespace: str, tmp_path: Path
):
    token = await controlplane.kubectl("create", "token", "default", f"--namespace={namespace}")
    (tmp_path / "token").write_text(token.strip())
    (tmp_path / "ca.crt").write_bytes(controlplane.ca.read_bytes())
    host, _, port = controlplane.url.removeprefix("https://").partition(":")
    pod = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}
    said = elsewhere(tmp_path, **pod)
    assert said.startswith("forbidden:")
    assert f'User "system:serviceaccount:{namespace}:default" cannot get' in said
