"""Against a real registry, filled by real clients and by hand."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.registry.images import build, keep
from tests.registry.real.push import push
from tests.registry.real.tokens import ISSUER, SERVICE, TokenServer
from tests.registry.world import ADA, LAYER, NOBODY, PATH, failing, image, keychain, part, pull
from webhook.errors import FailureKind
from webhook.oci import Index, Manifest, MediaType
from webhook.registry.options import Mirror, RegistryOptions
from webhook.sandbox.store import Store
from webhook.services.ports import MAX_PART


def single(tag: str = "single", *, docker: bool = False) -> Store:
    """A store with one image that is no index."""
    store, built = Store(), build(docker=docker)
    layer, config, manifest, _ = built.types
    store.put_blob(built.layer, layer)
    store.put_blob(built.config, config)
    store.put_manifest(PATH, built.manifest, manifest, tag)
    return store


def indexed(tag: str = "1.0", *, docker: bool = False) -> Store:
    """A store with an index of one image and its attestation."""
    store = Store()
    keep(store, PATH, tag, docker=docker)
    return store


@pytest.mark.parametrize("docker", [False, True], ids=["oci", "docker"])
async def test_an_index_with_an_attestation_that_was_put_by_hand(start, connect, docker):
    host, store = await start(), indexed(docker=docker)
    await push(store, host)
    client = connect(host)
    resolved = await client.resolve(image(host), NOBODY)
    assert isinstance(resolved.document, Index)
    assert str(resolved.digest) == store.repositories[PATH].tags["1.0"]
    assert [str(platform) for platform in resolved.document.platforms] == ["linux/amd64"]
    config = await pull(client, image(host), NOBODY)
    assert config.raw == build(docker=docker).config


async def test_a_tag_is_revalidated_by_head_and_followed_when_it_moves(start, connect, clock):
    host = await start()
    await push(single(), host)
    client, reference = connect(host), image(host, f"{PATH}:single")
    first = await client.resolve(reference, NOBODY)
    clock.seconds += 61
    assert await client.resolve(reference, NOBODY) == first
    await push(indexed("single"), host)
    clock.seconds += 61
    assert isinstance((await client.resolve(reference, NOBODY)).document, Index)


@pytest.mark.parametrize("name", [f"{PATH}:none", "nobody/nothing:1", f"{PATH}@sha256:{64 * '0'}"])
async def test_what_is_not_there_is_not_found(start, connect, name):
    host = await start()
    await push(single(), host)
    error = await failing(connect(host).resolve(image(host, name), NOBODY))
    assert error.kind is FailureKind.NOT_FOUND
    assert "MANIFEST_UNKNOWN" in error.detail or "NAME_UNKNOWN" in error.detail


@pytest.mark.parametrize(
    ("options", "media_type"),
    [((), MediaType.OCI_MANIFEST), (("--format", "v2s2"), MediaType.DOCKER_MANIFEST)],
)
async def test_an_image_that_skopeo_pushed(start, skopeo, connect, options, media_type):
    host = await start()
    await skopeo(single(), "single", host, *options)
    client, reference = connect(host), image(host, f"{PATH}:single")
    document = (await client.resolve(reference, NOBODY)).document
    assert isinstance(document, Manifest)
    assert document.media_type == media_type
    config = await client.config(reference, document.config, NOBODY)
    assert config.config.user == "10001"


async def test_an_index_that_skopeo_pushed_whole(start, skopeo, connect):
    host = await start()
    await skopeo(indexed(), "1.0", host, "--all")
    client = connect(host)
    document = (await client.resolve(image(host), NOBODY)).document
    assert isinstance(document, Index)
    assert len(document.manifests) == 2
    assert len(document.images) == 1
    assert (await pull(client, image(host), NOBODY)).config.user == "10001"


async def test_basic_authentication(start, skopeo, htpasswd, connect):
    host = await start(htpasswd)
    await skopeo(indexed(), "1.0", host, "--all", "--dest-creds", "ada:s3cret")
    client = connect(host)
    assert (await pull(client, image(host), keychain((host, ADA)))).config.user == "10001"
    wrong = keychain((host, {"username": "ada", "password": "wrong"}))
    error = await failing(client.resolve(image(host), wrong))
    assert error.kind is FailureKind.UNAUTHORIZED
    error = await failing(client.resolve(image(host), NOBODY))
    assert error.kind is FailureKind.UNAUTHORIZED


@pytest.fixture(params=["RS256", "ES256"])
def key(request):
    if request.param == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


async def test_token_authentication(start, rogue, connect, tmp_path, key):
    tokens = TokenServer(key, {"ada": "s3cret"}, may=frozenset({PATH}))
    endpoint = await rogue(tokens.answer)
    host = await start(
        {
            "token": {
                "realm": f"{endpoint.origin}/token",
                "service": SERVICE,
                "issuer": ISSUER,
                "rootcertbundle": tokens.bundle(tmp_path / "bundle.pem"),
            }
        }
    )
    store = indexed()
    store.repositories["team/secret"] = store.repositories[PATH]
    signed = tokens.sign("root", [PATH, "team/secret"], ["pull", "push"])
    await push(store, host, {"Authorization": f"Bearer {signed}"})
    client, ada = connect(host), keychain((host, ADA))
    assert (await pull(client, image(host), ada)).config.user == "10001"
    assert tokens.asked == [[f"repository:{PATH}:pull"]]
    for reference, credentials in [
        (image(host, "team/secret:1.0"), ada),
        (image(host), NOBODY),
        (image(host), keychain((host, {"username": "ada", "password": "wrong"}))),
    ]:
        error = await failing(client.resolve(reference, credentials))
        assert error.kind is FailureKind.UNAUTHORIZED


async def test_a_layer_in_parts_and_whole(start, connect):
    host, store = await start(), single()
    layer = store.put_blob(LAYER, MediaType.OCI_LAYER_GZIP)
    await push(store, host)
    client, end = connect(host), len(LAYER)
    for begin, length in ((0, 4096), (150_000, 4096), (end - 4, 4), (end - 4, 400), (0, MAX_PART)):
        found = await part(client, host, layer, begin, length)
        assert found == LAYER[begin : begin + length]
    shrunk = replace(layer, size=end - 1)
    longer = replace(layer, size=end + 4)
    for each, begin, kind in (
        (shrunk, end - 5, FailureKind.MALFORMED),
        (longer, 0, FailureKind.MALFORMED),
        (longer, end, FailureKind.UNSUPPORTED),
    ):
        error = await failing(part(client, host, each, begin, 4))
        assert error.kind is kind


async def test_a_mirror_that_is_a_real_registry(start, serve, connect):
    host = await start()
    await push(single("1.0"), host)
    behind = await serve()
    options = RegistryOptions(mirrors=(Mirror(behind.host, host),))
    await pull(connect(host, behind, options=options), image(behind), NOBODY)
    assert behind.seen == []
