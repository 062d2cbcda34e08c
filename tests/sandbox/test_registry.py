"""The sandbox registry: what a client of the distribution protocol sees of it."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from webhook.oci import Descriptor, MediaType
from webhook.sandbox.behaviour import Behaviour, User
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store

PATH = "team/app"
LAYER = bytes(range(100))
ADA = User("s3cret", identity_token="refresh-ada", repositories=(PATH,))


@pytest.fixture
async def registry() -> AsyncIterator[SandboxRegistry]:
    async with SandboxRegistry(Store()) as running:
        yield running


@pytest.fixture
def layer(registry: SandboxRegistry) -> Descriptor:
    return registry.store.put_blob(LAYER, MediaType.OCI_LAYER)


@pytest.fixture
def image(registry: SandboxRegistry) -> Descriptor:
    document = b'{"schemaVersion": 2}'
    return registry.store.put_manifest(PATH, document, MediaType.OCI_MANIFEST, "1.0")


@pytest.fixture
async def client(registry: SandboxRegistry) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(registry.origin) as session:
        yield session


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_manifest_is_served_by_tag_and_by_digest(registry, client, image, method):
    for name in ("1.0", str(image.digest)):
        async with client.request(method, f"/v2/{PATH}/manifests/{name}") as answer:
            assert answer.status == 200
            assert answer.content_type == MediaType.OCI_MANIFEST
            assert answer.headers["Docker-Content-Digest"] == str(image.digest)
            assert answer.headers["Content-Length"] == str(image.size)
            body = await answer.read()
            assert image.digest.matches(body) if method == "GET" else body == b""


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{PATH}/manifests/2.0", "MANIFEST_UNKNOWN"),
        (f"{PATH}/blobs/sha256:" + 64 * "0", "BLOB_UNKNOWN"),
        ("nobody/nothing/manifests/1.0", "NAME_UNKNOWN"),
    ],
)
async def test_what_is_not_there_is_said_with_the_code_of_the_specification(
    client, image, path, code
):
    async with client.get(f"/v2/{path}") as answer:
        assert answer.status == 404
        assert (await answer.json())["errors"][0]["code"] == code


async def test_the_base_endpoint_answers(client):
    async with client.get("/v2/") as answer:
        assert (answer.status, await answer.json()) == (200, {})


@pytest.mark.parametrize(
    ("wanted", "content_range", "part"),
    [
        ("bytes=0-9", "bytes 0-9/100", LAYER[:10]),
        ("bytes=90-", "bytes 90-99/100", LAYER[90:]),
        ("bytes=-4", "bytes 96-99/100", LAYER[96:]),
        ("bytes=50-5000", "bytes 50-99/100", LAYER[50:]),
    ],
)
async def test_a_range_of_a_blob_is_served_exactly(
    client, image, layer, wanted, content_range, part
):
    url = f"/v2/{PATH}/blobs/{layer.digest}"
    async with client.get(url, headers={"Range": wanted}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == content_range
        assert await answer.read() == part


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=-0", "bytes=0-1,4-5", "bytes=-"])
async def test_a_range_outside_the_blob_is_a_416(client, image, layer, wanted):
    url = f"/v2/{PATH}/blobs/{layer.digest}"
    async with client.get(url, headers={"Range": wanted}) as answer:
        assert answer.status == 416
        assert answer.headers["Content-Range"] == "bytes */100"


async def test_ranges_can_be_ignored(registry, client, image, layer):
    registry.behaviour = Behaviour(ignore_range=True)
    url = f"/v2/{PATH}/blobs/{layer.digest}"
    async with client.get(url, headers={"Range": "bytes=0-9"}) as answer:
        assert (answer.status, await answer.read()) == (200, LAYER)


@pytest.mark.parametrize(
    ("spoilt", "content_range", "part"),
    [
        ("start", "bytes 91-99/100", LAYER[90:]),
        ("total", "bytes 90-99/101", LAYER[90:]),
        ("short", "bytes 90-99/100", LAYER[90:99]),
    ],
)
async def test_ranges_can_be_wrong(registry, client, image, layer, spoilt, content_range, part):
    registry.behaviour = Behaviour(spoil_range=spoilt)
    url = f"/v2/{PATH}/blobs/{layer.digest}"
    async with client.get(url, headers={"Range": "bytes=90-99"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == content_range
        assert await answer.read() == part


async def test_a_range_can_come_in_several_parts(registry, client, image, layer):
    registry.behaviour = Behaviour(spoil_range="multipart")
    url = f"/v2/{PATH}/blobs/{layer.digest}"
    async with client.get(url, headers={"Range": "bytes=90-99"}) as answer:
        assert (answer.status, answer.content_type) == (206, "multipart/byteranges")
        (part,) = [
            await part.read() async for part in aiohttp.MultipartReader.from_response(answer)
        ]
        assert part == LAYER[90:]


async def test_the_end_of_a_blob_can_be_refused(registry, client, image, layer):
    registry.behaviour = Behaviour(spoil_range="tail")
    url = f"/v2/{PATH}/blobs/{layer.digest}"
    for wanted, status in (("bytes=0-9", 206), ("bytes=90-99", 416)):
        async with client.get(url, headers={"Range": wanted}) as answer:
            assert answer.status == status


async def test_an_unknown_etag_gets_the_whole_blob(client, image, layer):
    headers = {"Range": "bytes=0-9", "If-Range": '"x"'}
    async with client.get(f"/v2/{PATH}/blobs/{layer.digest}", headers=headers) as answer:
        assert (answer.status, await answer.read()) == (200, LAYER)


async def test_basic_authentication_knows_its_users_and_what_each_may_pull(registry, client, image):
    registry.behaviour = Behaviour("basic", {"ada": ADA, "bob": User("b", repositories=())})
    url = f"/v2/{PATH}/manifests/1.0"
    async with client.get(url) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    for headers, status in [
        (basic("ada", "s3cret"), 200),
        (basic("ada", "wrong"), 401),
        (basic("bob", "b"), 403),
        ({"Authorization": "Basic %%%"}, 401),
    ]:
        async with client.get(url, headers=headers) as answer:
            assert answer.status == status


async def test_a_challenge_leads_to_a_token_that_opens_only_what_its_user_may_pull(
    registry, client, image
):
    registry.behaviour = Behaviour("bearer", {"ada": ADA})
    registry.store.put_manifest("other/app", b"{}", MediaType.OCI_MANIFEST, "1.0")
    async with client.get(f"/v2/{PATH}/manifests/1.0") as answer:
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith(f'Bearer realm="{registry.origin}/token"')
        assert challenge.endswith(f'scope="repository:{PATH}:pull"')
    scopes = [("scope", f"repository:{PATH}:pull"), ("scope", "repository:other/app:pull")]
    async with client.get("/token", params=scopes, headers=basic("ada", "s3cret")) as answer:
        token = (await answer.json())["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    async with client.get(f"/v2/{PATH}/manifests/1.0", headers=bearer) as answer:
        assert answer.status == 200
    async with client.get("/v2/other/app/manifests/1.0", headers=bearer) as answer:
        assert answer.status == 401
        assert "insufficient_scope" in answer.headers["WWW-Authenticate"]
    registry.tokens.revoke()
    async with client.get(f"/v2/{PATH}/manifests/1.0", headers=bearer) as answer:
        assert answer.status == 401


async def test_an_identity_token_is_exchanged_by_post(registry, client, image):
    registry.behaviour = Behaviour("bearer", {"ada": ADA}, token_seconds=120)
    form = {"grant_type": "refresh_token", "scope": f"repository:{PATH}:pull"}
    async with client.post("/token", data=form | {"refresh_token": "refresh-ada"}) as answer:
        granted = await answer.json()
        assert granted["expires_in"] == 120
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}
    async with client.get(f"/v2/{PATH}/manifests/1.0", headers=bearer) as answer:
        assert answer.status == 200
    async with client.post("/token", data=form | {"refresh_token": "forged"}) as answer:
        assert answer.status == 401


async def test_failures_come_first_and_are_ordered_anew_by_setting_the_behaviour(
    registry, client, image
):
    registry.behaviour = Behaviour(failures=(429, 503), retry_after="7")
    statuses = []
    for _ in range(3):
        async with client.get(f"/v2/{PATH}/manifests/1.0") as answer:
            statuses.append((answer.status, answer.headers.get("Retry-After")))
    assert statuses == [(429, "7"), (503, "7"), (200, None)]
    registry.behaviour = replace(registry.behaviour)
    async with client.get(f"/v2/{PATH}/manifests/1.0") as answer:
        assert answer.status == 429


async def test_a_truncated_body_ends_before_its_announced_length(registry, client, image, layer):
    registry.behaviour = Behaviour(truncate=True)
    async with client.get(f"/v2/{PATH}/blobs/{layer.digest}") as answer:
        assert answer.headers["Content-Length"] == "100"
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_a_lying_registry_serves_other_bytes_of_the_same_length(registry, client, image):
    registry.behaviour = Behaviour(lie=True)
    async with client.get(f"/v2/{PATH}/manifests/{image.digest}") as answer:
        body = await answer.read()
    assert len(body) == image.size
    assert not image.digest.matches(body)


async def test_blobs_can_live_elsewhere(registry, client, image, layer):
    registry.behaviour = Behaviour(redirect_blobs="https://cdn.example.com")
    path = f"/v2/{PATH}/blobs/{layer.digest}"
    async with client.get(path, allow_redirects=False) as answer:
        assert answer.status == 307
        assert answer.headers["Location"] == f"https://cdn.example.com{path}?signature=secret"


async def test_the_remaining_budget_is_told_with_manifests(registry, client, image):
    registry.behaviour = Behaviour(remaining="76;w=21600")
    async with client.head(f"/v2/{PATH}/manifests/1.0") as answer:
        assert answer.headers["ratelimit-remaining"] == "76;w=21600"


async def test_every_request_is_kept_with_its_answer(registry, client, image):
    registry.behaviour = Behaviour("bearer", {"ada": ADA})
    async with client.get(f"/v2/{PATH}/manifests/1.0"):
        pass
    async with client.get("/token", params={"service": "s"}, headers=basic("ada", "s3cret")):
        pass
    first, second = registry.seen
    assert (first.method, first.path, first.status, first.authorization) == (
        "GET",
        f"/v2/{PATH}/manifests/1.0",
        401,
        "",
    )
    assert (second.authorization, second.query) == ("basic", (("service", "s"),))
