import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest
from aiohttp import web

from tests.cluster.apiserver import TOKEN, Api, status
from tests.cluster.world import failing, kubeconfig, until
from webhook.cluster.access import Access
from webhook.cluster.client import Cluster
from webhook.cluster.wire import Item, Page, decode
from webhook.errors import ClusterFailure

SECRETS = "/api/v1/namespaces/team/secrets"


async def names(cluster: Cluster, path: str = SECRETS, **options) -> list[list[str]]:
    """The names on each page."""
    return [
        [decode(item, Item).metadata.name for item in decode(raw, Page).items or ()]
        async for raw in cluster.list_pages(path, **options)
    ]


async def test_a_list_comes_in_pages(api: Api, cluster: Cluster):
    for number in range(5):
        api.put(f"{SECRETS}/s{number}")
    assert await names(cluster, limit=2) == [["s0", "s1"], ["s2", "s3"], ["s4"]]


async def test_an_empty_list_is_one_page(cluster: Cluster):
    assert await names(cluster) == [[]]


async def test_selectors_reach_the_api_server(api: Api, cluster: Cluster):
    api.put(f"{SECRETS}/one", type="kubernetes.io/dockercfg")
    api.put(f"{SECRETS}/two", type="Opaque")
    selector = {"field_selector": "type=kubernetes.io/dockercfg", "label_selector": "a in (b, c)"}
    assert await names(cluster, **selector) == [["one"]]
    assert api.asked(labelSelector="a in (b, c)") == 1


async def test_a_continue_token_that_expired_is_told_to_whoever_has_the_first_pages(
    api: Api, cluster: Cluster
):
    for number in range(3):
        api.put(f"{SECRETS}/s{number}")
    async with aclosing(cluster.list_pages(SECRETS, limit=1)) as pages:
        assert decode(await anext(pages), Page).items
        api.compact()
        error = await failing(anext(pages))
    assert error.kind is ClusterFailure.EXPIRED


async def test_a_page_that_is_too_large_is_asked_for_again_with_less_on_it(api: Api, connect):
    for number in range(10):
        api.put(f"{SECRETS}/s{number}", data="x" * 1000)
    cluster = await connect(page=5000)
    found = await names(cluster, limit=10)
    assert [name for page in found for name in page] == [f"s{number}" for number in range(10)]
    assert [request.query["limit"] for request in api.seen[:2]] == ["10", "1"]
    api.put(f"{SECRETS}/s0", data="x" * 5000)
    assert (await failing(names(cluster, limit=10))).kind is ClusterFailure.TOO_LARGE


async def test_a_document_is_read_up_to_a_limit(api: Api, connect):
    api.put(f"{SECRETS}/small", data="x" * 1000)
    api.put(f"{SECRETS}/large", data="x" * 5000)
    cluster = await connect(document=5000)
    assert decode(await cluster.get(f"{SECRETS}/small"), Item).metadata.name == "small"
    error = await failing(cluster.get(f"{SECRETS}/large"))
    assert error.kind is ClusterFailure.TOO_LARGE


async def test_a_document_is_created_once(api: Api, cluster: Cluster):
    made = await cluster.create(SECRETS, {"metadata": {"name": "tls"}, "type": "Opaque"})
    assert decode(made, Item).metadata.resource_version
    error = await failing(cluster.create(SECRETS, {"metadata": {"name": "tls"}}))
    assert error.kind is ClusterFailure.CONFLICT
    assert "AlreadyExists" in error.detail


async def test_a_document_is_replaced_if_nobody_else_did(api: Api, cluster: Cluster):
    read = api.put(f"{SECRETS}/tls", data="first")
    first = {"metadata": read["metadata"] | {}, "data": "second"}
    await cluster.replace(f"{SECRETS}/tls", first)
    error = await failing(cluster.replace(f"{SECRETS}/tls", {**first, "data": "third"}))
    assert error.kind is ClusterFailure.CONFLICT
    assert b"second" in await cluster.get(f"{SECRETS}/tls")


async def test_a_replacement_must_say_what_it_replaces(cluster: Cluster):
    with pytest.raises(ValueError, match="which state"):
        await cluster.replace(f"{SECRETS}/tls", {"metadata": {"name": "tls"}})


async def test_a_patch_changes_what_it_names_if_nobody_else_did(api: Api, cluster: Cluster):
    version = api.put(f"{SECRETS}/tls", data={"a": 1, "b": 2})["metadata"]["resourceVersion"]
    patch = [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        {"op": "add", "path": "/data/a", "value": 3},
    ]
    assert b'{"a": 3, "b": 2}' in await cluster.patch(f"{SECRETS}/tls", patch)
    assert (await failing(cluster.patch(f"{SECRETS}/tls", patch))).kind is ClusterFailure.CONFLICT


async def test_a_document_is_deleted_if_nobody_else_wrote(api: Api, cluster: Cluster):
    read = api.put(f"{SECRETS}/tls")["metadata"]["resourceVersion"]
    api.put(f"{SECRETS}/tls", data="newer")
    error = await failing(cluster.delete(f"{SECRETS}/tls", read))
    assert error.kind is ClusterFailure.CONFLICT
    newer = decode(await cluster.get(f"{SECRETS}/tls"), Item).metadata.resource_version
    await cluster.delete(f"{SECRETS}/tls", newer)
    assert not api.objects
    error = await failing(cluster.delete(f"{SECRETS}/tls", newer))
    assert error.kind is ClusterFailure.NOT_FOUND


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (400, "BadRequest", ClusterFailure.REFUSED),
        (403, "Forbidden", ClusterFailure.FORBIDDEN),
        (404, "NotFound", ClusterFailure.NOT_FOUND),
        (405, "MethodNotAllowed", ClusterFailure.REFUSED),
        (409, "Conflict", ClusterFailure.CONFLICT),
        (410, "Gone", ClusterFailure.EXPIRED),
        (422, "Invalid", ClusterFailure.REFUSED),
        (429, "TooManyRequests", ClusterFailure.UNREACHABLE),
        (500, "InternalError", ClusterFailure.UNREACHABLE),
        (504, "Timeout", ClusterFailure.UNREACHABLE),
    ],
)
async def test_statuses_are_translated(
    api: Api, cluster: Cluster, code: int, reason: str, kind: ClusterFailure
):
    api.fail(f"{SECRETS}/tls", code, reason, f"the value {TOKEN} is not right" * (code != 403))
    error = await failing(cluster.get(f"{SECRETS}/tls"))
    assert error.kind is kind
    assert f"{code} {reason}" in error.detail
    assert error.temporary is (kind is ClusterFailure.UNREACHABLE)


async def test_what_is_forbidden_is_told_as_the_api_server_tells_it(api: Api, cluster: Cluster):
    said = 'secrets is forbidden: User "ada" cannot list resource "secrets"\n' + "x" * 1000
    api.fail(SECRETS, 403, "Forbidden", said)
    error = await failing(names(cluster))
    assert 'User "ada" cannot list resource "secrets"' in error.detail
    assert len(error.detail) < 400


async def test_an_answer_that_is_not_the_api_servers_is_told_by_its_status(
    api: Api, cluster: Cluster
):
    api.faults.append(lambda _: web.Response(status=502, text="<html>" * 100_000))
    error = await failing(cluster.get(SECRETS))
    assert (error.kind, error.retry_after) == (ClusterFailure.UNREACHABLE, None)
    assert error.detail == f"GET {SECRETS}: the API server answered 502"


@pytest.mark.parametrize(("said", "wait"), [("7", 7.0), ("86400", 120.0), ("soon", None)])
async def test_how_long_to_stay_away_is_told_within_reason(
    api: Api, cluster: Cluster, said: str, wait: float | None
):
    api.faults.append(lambda _: status(429, "TooManyRequests", headers={"Retry-After": said}))
    assert (await failing(cluster.get(SECRETS))).retry_after == wait


async def test_an_answer_that_breaks_off_is_unreachable(api: Api, cluster: Cluster):
    async def hang_up(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"metadata":')
        request.transport.abort()
        return response

    api.faults.append(hang_up)
    error = await failing(cluster.get(SECRETS))
    assert error.kind is ClusterFailure.UNREACHABLE


async def test_a_connection_that_is_hung_up_on_is_unreachable(api: Api, cluster: Cluster):
    api.faults.append(lambda request: request.transport.abort())
    error = await failing(cluster.get(SECRETS))
    assert error.kind is ClusterFailure.UNREACHABLE
    assert error.detail == f"127.0.0.1:{api.port}: the connection was closed"


async def test_a_server_that_does_not_speak_tls_is_unreachable(api: Api, tmp_path: Path):
    async with Cluster(Access(kubeconfig(tmp_path, f"https://127.0.0.1:{api.port}"))) as cluster:
        error = await failing(cluster.get(SECRETS))
    assert error.kind is ClusterFailure.UNREACHABLE
    assert error.detail == f"127.0.0.1:{api.port}: TLS handshake failed"


async def test_an_answer_that_does_not_come_is_unreachable(api: Api, connect):
    never = asyncio.Event()
    api.faults.append(lambda _: never.wait())
    error = await failing((await connect(request=0.05)).get(SECRETS))
    assert error.kind is ClusterFailure.UNREACHABLE
    assert error.detail == f"127.0.0.1:{api.port}: timed out while answering"


@pytest.mark.parametrize("server", ["htp://127.0.0.1", "http://[", "https://"])
async def test_an_address_that_is_none_is_told(tmp_path: Path, server: str):
    async with Cluster(Access(kubeconfig(tmp_path, server, user={}))) as cluster:
        assert "address" in (await failing(cluster.get(SECRETS))).detail


async def test_a_token_that_no_header_can_hold_is_told(api: Api, tmp_path: Path):
    user = {"token": f"{TOKEN}\r\nX-Other: yes"}
    config = kubeconfig(tmp_path, f"http://127.0.0.1:{api.port}", user=user)
    async with Cluster(Access(config)) as cluster:
        error = await failing(cluster.get(SECRETS))
    assert error.kind is ClusterFailure.CONFIGURATION


async def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path):
    async with Cluster(Access(kubeconfig(tmp_path, "http://127.0.0.1:1"))) as cluster:
        error = await failing(cluster.get(SECRETS))
    assert error.kind is ClusterFailure.UNREACHABLE
    assert error.detail.startswith("127.0.0.1:1: cannot connect")


async def test_one_connection_serves_one_request_after_another(api: Api, cluster: Cluster):
    ports = set()
    api.faults.append(lambda request: ports.add(request.transport.get_extra_info("peername")))
    api.put(f"{SECRETS}/a")
    await names(cluster)
    await cluster.get(f"{SECRETS}/a")
    await failing(cluster.get(f"{SECRETS}/none"))
    await cluster.get(f"{SECRETS}/a")
    assert len(ports) == 1


async def test_few_requests_are_under_way_at_once(api: Api, cluster: Cluster):
    most = [0, 0]
    go_on = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        most[0] += 1
        most[1] = max(most)
        await go_on.wait()
        most[0] -= 1
        return web.json_response({})

    api.faults.append(slow)
    asked = [asyncio.create_task(cluster.get(SECRETS)) for _ in range(20)]
    await until(lambda: most[0] == 4)
    go_on.set()
    await asyncio.gather(*asked)
    assert most == [0, 4]


async def test_a_token_that_was_renewed_is_read_again(api: Api, tmp_path: Path):
    token = tmp_path / "token"
    token.write_text("first\n")
    api.token = "first"
    api.put(f"{SECRETS}/tls")
    user = {"tokenFile": str(token)}
    config = kubeconfig(tmp_path, f"http://127.0.0.1:{api.port}", user=user)
    async with Cluster(Access(config)) as cluster:
        await cluster.get(f"{SECRETS}/tls")
        token.write_text("second\n")
        api.token = "second"
        await cluster.get(f"{SECRETS}/tls")
        api.token = "third"
        error = await failing(cluster.get(f"{SECRETS}/tls"))
    assert error.kind is ClusterFailure.UNAUTHORIZED
    assert len(api.seen) == 4


async def test_a_cluster_that_was_not_opened_cannot_be_asked():
    with pytest.raises(RuntimeError, match="not open"):
        await Cluster().get(SECRETS)
