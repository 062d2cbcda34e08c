"""Against a real API server."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cluster.plane import ControlPlane
from tests.cluster.world import Observer, failing, kubeconfig, until
from webhook.cluster.access import Access
from webhook.cluster.client import Cluster
from webhook.cluster.namespaces import Namespaces
from webhook.cluster.pullsecrets import PullSecrets
from webhook.cluster.reflector import Happened, Reflected, Reflector, Source, Surroundings
from webhook.cluster.secretstore import Secrets
from webhook.cluster.webhookconfig import WebhookConfiguration
from webhook.cluster.wire import Item, Page, decode, location
from webhook.errors import ClusterFailure
from webhook.registry.dockerconfig import parse_docker_config
from webhook.services.certificates import Certificates
from webhook.services.rotation import Issued, Step, Terms
from webhook.tls.issuer import Issuer
from webhook.wiring import clock

VALIDATING = ("apis/admissionregistration.k8s.io/v1", "validatingwebhookconfigurations")


class Unheard:
    """Is told of certificates, and listens to nothing."""

    def stepped(self, step: Step, reason: str) -> None: ...

    def serving(self, certificate: Issued) -> None: ...

    def failed(self, reason: str) -> None:
        raise AssertionError(reason)


def config_map(name: str, **data: str) -> dict:
    return {"metadata": {"name": name}, "data": data}


@pytest.fixture
def maps(namespace: str) -> str:
    """The list of ConfigMaps of this test's namespace, but for those that controllers make."""
    return location("api/v1", "configmaps", namespace)


@pytest.fixture
async def follow() -> AsyncIterator:
    """Runs reflectors until the test is over: ``await follow(reflected)``, once all is read."""
    tasks = []

    async def start(reflected: Reflected) -> None:
        tasks.append(asyncio.create_task(reflected.run()))
        await reflected.settle()

    yield start
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def as_default(
    controlplane: ControlPlane, namespace: str, stack: AsyncExitStack, folder: Path
) -> Cluster:
    """A client that is the default ServiceAccount of ``namespace``."""
    token = await controlplane.kubectl("create", "token", "default", f"--namespace={namespace}")
    config = kubeconfig(
        folder,
        controlplane.url,
        cluster={"certificate-authority": str(controlplane.ca)},
        user={"token": token.strip()},
    )
    return await stack.enter_async_context(Cluster(Access(config)))


async def test_a_list_in_pages(admin: Cluster, maps: str):
    for number in range(5):
        await admin.create(maps, config_map(f"m{number}"))
    selector = "metadata.name!=kube-root-ca.crt"
    sizes, names, versions = [], [], set()
    async for raw in admin.list_pages(maps, field_selector=selector, limit=2):
        page = decode(raw, Page)
        found = [decode(item, Item).metadata.name for item in page.items or ()]
        sizes.append(len(found))
        names += found
        versions.add(page.metadata.resource_version)
    assert (sizes, names) == ([2, 2, 1], [f"m{number}" for number in range(5)])
    assert len(versions) == 1


async def test_a_watch_tells_what_happened_since_a_list(admin: Cluster, maps: str):
    async for raw in admin.list_pages(maps):
        version = decode(raw, Page).metadata.resource_version
    made = decode(await admin.create(maps, config_map("a")), Item)
    async with aclosing(admin.watch(maps, version, field_selector="metadata.name=a")) as events:
        event = await anext(events)
    assert event.type == "ADDED"
    assert decode(event.object, Item) == made


async def test_who_writes_second_has_a_conflict(admin: Cluster, maps: str):
    made = json.loads(await admin.create(maps, config_map("a")))
    path = f"{maps}/a"
    assert (await failing(admin.create(maps, config_map("a")))).kind is ClusterFailure.CONFLICT
    await admin.replace(path, made | {"data": {"by": "first"}})
    error = await failing(admin.replace(path, made | {"data": {"by": "second"}}))
    assert error.kind is ClusterFailure.CONFLICT
    version = {
        "op": "replace",
        "path": "/metadata/resourceVersion",
        "value": made["metadata"]["resourceVersion"],
    }
    patch = [version, {"op": "add", "path": "/data/by", "value": "third"}]
    assert (await failing(admin.patch(path, patch))).kind is ClusterFailure.CONFLICT
    assert json.loads(await admin.get(path))["data"] == {"by": "first"}


async def test_what_is_not_there_or_not_valid_is_told(admin: Cluster, maps: str):
    assert (await failing(admin.get(f"{maps}/none"))).kind is ClusterFailure.NOT_FOUND
    error = await failing(admin.create(maps, config_map("Not A Name")))
    assert error.kind is ClusterFailure.REFUSED
    assert error.detail.endswith("the API server answered 422 Invalid")


async def test_a_service_account_may_do_what_it_is_given_and_no_more(
    controlplane: ControlPlane, namespace: str, stack: AsyncExitStack, tmp_path: Path
):
    on = f"--namespace={namespace}"
    await controlplane.kubectl("create", "role", "reader", on, "--verb=list", "--resource=secrets")
    binding = ("--role=reader", f"--serviceaccount={namespace}:default")
    await controlplane.kubectl("create", "rolebinding", "reader", on, *binding)
    cluster = await as_default(controlplane, namespace, stack, tmp_path)
    secrets = location("api/v1", "secrets", namespace)
    assert [decode(raw, Page).items async for raw in cluster.list_pages(secrets)] == [[]]
    error = await failing(anext(cluster.watch(secrets, "1")))
    assert error.kind is ClusterFailure.FORBIDDEN
    assert f'"system:serviceaccount:{namespace}:default" cannot watch' in error.detail
    elsewhere = location("api/v1", "secrets", "kube-system")
    assert (await failing(anext(cluster.list_pages(elsewhere)))).kind is ClusterFailure.FORBIDDEN


async def test_a_token_that_is_none_is_unauthorized(
    controlplane: ControlPlane, stack: AsyncExitStack, tmp_path: Path
):
    trust = {"certificate-authority": str(controlplane.ca)}
    config = kubeconfig(tmp_path, controlplane.url, cluster=trust)
    cluster = await stack.enter_async_context(Cluster(Access(config)))
    error = await failing(cluster.get("/api/v1/namespaces/default"))
    assert error.kind is ClusterFailure.UNAUTHORIZED


async def test_a_reflector_follows_creations_updates_and_deletions(
    admin: Cluster, maps: str, namespace: str, observer: Observer, follow
):
    class Map(Item, frozen=True):
        data: dict[str, str] = {}  # noqa: RUF012  # msgspec copies it

    await admin.create(maps, config_map("before", at="start"))
    source = Source("configmaps", maps)
    reflector = Reflector(Surroundings(admin, observer), source, Map, lambda item: item.data)
    await follow(Reflected([reflector]))
    assert reflector.get(namespace, "before") == {"at": "start"}
    made = json.loads(await admin.create(maps, config_map("after", at="first")))
    await until(lambda: reflector.get(namespace, "after") == {"at": "first"})
    await admin.replace(f"{maps}/after", made | {"data": {"at": "second"}})
    await until(lambda: reflector.get(namespace, "after") == {"at": "second"})
    await admin.patch(f"{maps}/after", [{"op": "remove", "path": "/data"}])
    await until(lambda: reflector.get(namespace, "after") == {})
    assert observer.count(Happened.LISTED) == len(observer.told) == 1


async def test_a_reflector_sees_objects_go(
    controlplane: ControlPlane,
    admin: Cluster,
    maps: str,
    namespace: str,
    observer: Observer,
    follow,
):
    await admin.create(maps, config_map("a"))
    source = Source("configmaps", maps)
    reflector = Reflector(Surroundings(admin, observer), source, Item, lambda item: item)
    await follow(Reflected([reflector]))
    assert reflector.get(namespace, "a") is not None
    await controlplane.kubectl(
        "delete", "configmap", "a", f"--namespace={namespace}", "--wait=false"
    )
    await until(lambda: reflector.get(namespace, "a") is None)


@pytest.mark.parametrize("everywhere", [False, True])
async def test_pull_secrets_of_both_types_and_of_a_service_account(
    controlplane: ControlPlane,
    admin: Cluster,
    namespace: str,
    observer: Observer,
    follow,
    everywhere: bool,
):
    secrets = PullSecrets(Surroundings(admin, observer), None if everywhere else [namespace])
    await follow(secrets)
    server = ("--docker-server=registry.example.com", "--docker-username=ada")
    on = f"--namespace={namespace}"
    await controlplane.kubectl(
        "create", "secret", "docker-registry", "modern", on, *server, "--docker-password=s3cret"
    )
    legacy = json.dumps({"old.example.com": {"username": "bob", "password": "s3cret"}})
    await admin.create(
        location("api/v1", "secrets", namespace),
        {
            "metadata": {"name": "legacy"},
            "type": "kubernetes.io/dockercfg",
            "data": {".dockercfg": base64.b64encode(legacy.encode()).decode()},
        },
    )
    names = [{"name": "legacy"}, {"name": "modern"}]
    path = location("api/v1", "serviceaccounts", namespace, "default")
    await admin.patch(path, [{"op": "add", "path": "/imagePullSecrets", "value": names}])
    await until(
        lambda: (
            [each.data is None for each in secrets.secrets_for(namespace, "", [])] == [False] * 2
        )
    )
    found = [
        (secret.name, *((where, who.username) for where, who in auths))
        for secret in secrets.secrets_for(namespace, "", [])
        for auths in [parse_docker_config(secret.data or b"", secret.name).auths]
    ]
    assert found == [
        ("legacy", ("old.example.com", "bob")),
        ("modern", ("registry.example.com", "ada")),
    ]


@pytest.mark.parametrize("everywhere", [False, True])
async def test_labels_of_namespaces(
    controlplane: ControlPlane,
    admin: Cluster,
    make_namespace,
    observer: Observer,
    follow,
    everywhere: bool,
):
    name = await make_namespace(labels={"tier": "web"})
    namespaces = Namespaces(Surroundings(admin, observer), None if everywhere else [name])
    await follow(namespaces)
    assert namespaces.known(name) == {"tier": "web", "kubernetes.io/metadata.name": name}
    await controlplane.kubectl("label", "namespace", name, "tier-")
    await until(lambda: namespaces.known(name) == {"kubernetes.io/metadata.name": name})


async def test_labels_of_a_namespace_need_no_right_to_others(
    controlplane: ControlPlane,
    namespace: str,
    observer: Observer,
    stack: AsyncExitStack,
    tmp_path: Path,
    follow,
):
    role = ("--resource=namespaces", f"--resource-name={namespace}", "--verb=list,watch")
    await controlplane.kubectl("create", "clusterrole", namespace, *role)
    binding = (f"--clusterrole={namespace}", f"--serviceaccount={namespace}:default")
    await controlplane.kubectl("create", "clusterrolebinding", namespace, *binding)
    cluster = await as_default(controlplane, namespace, stack, tmp_path)
    namespaces = Namespaces(Surroundings(cluster, observer), [namespace])
    await follow(namespaces)
    assert namespaces.known(namespace) == {"kubernetes.io/metadata.name": namespace}
    everything = anext(cluster.list_pages(location("api/v1", "namespaces")))
    assert (await failing(everything)).kind is ClusterFailure.FORBIDDEN


async def test_a_webhook_configuration_is_given_a_bundle(
    controlplane: ControlPlane, admin: Cluster, namespace: str
):
    webhooks = [
        {
            "name": f"{name}.slimgate.dev",
            "clientConfig": {"url": "https://127.0.0.1:1/validate"},
            "admissionReviewVersions": ["v1"],
            "sideEffects": "None",
            "failurePolicy": "Ignore",
            "rules": [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["pods"],
                }
            ],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        }
        for name in ("pods", "controllers")
    ]
    for name in (namespace, f"{namespace}-other"):
        await admin.create(
            location(*VALIDATING), {"metadata": {"name": name}, "webhooks": webhooks}
        )
    bundle = controlplane.ca.read_bytes()
    ours = WebhookConfiguration(admin, namespace)
    found = await ours.read()
    assert found is not None
    await ours.replace(bundle, found.version)
    given = await ours.read()
    assert given is not None
    assert given.pem == bundle
    other = await WebhookConfiguration(admin, f"{namespace}-other").read()
    assert other is not None
    assert other.pem == b""
    assert (await failing(ours.replace(b"", found.version))).kind is ClusterFailure.CONFLICT


async def test_replicas_that_begin_at_the_same_time_agree_on_a_certificate(
    admin: Cluster, namespace: str
):
    """Secret and configuration are real; so are the certificates."""
    webhook = {
        "name": "pods.slimgate.dev",
        "clientConfig": {"url": "https://127.0.0.1:1/validate"},
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
    }
    await admin.create(
        location(*VALIDATING), {"metadata": {"name": namespace}, "webhooks": [webhook]}
    )
    hosts = (f"slimgate.{namespace}.svc",)
    replicas = [
        Certificates(
            Secrets(admin, namespace),
            WebhookConfiguration(admin, namespace),
            Issuer(),
            secret="certificate",
            terms=Terms(hosts, timedelta(seconds=30)),
            clock=clock,
            serve=lambda pair: None,
            observer=Unheard(),
        )
        for _ in range(4)
    ]
    for _ in range(3):
        await asyncio.gather(*(replica.look() for replica in replicas))
    assert [replica.waiting for replica in replicas] == [None] * 4
    assert len({replica.served.certificate for replica in replicas if replica.served}) == 1
    bundle = await WebhookConfiguration(admin, namespace).read()
    assert bundle is not None
    assert bundle.pem.count(b"BEGIN CERTIFICATE") == 1
