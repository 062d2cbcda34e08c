"""Where a registry may point, and what goes along."""

import pytest
from aiohttp import web

from tests.registry.forward import ForwardProxy
from tests.registry.world import ADA, BASIC, NOBODY, PATH, Names, failure, image, keychain, pull
from webhook.errors import FailureKind
from webhook.registry.options import Proxies, RegistryOptions
from webhook.sandbox.behaviour import Behaviour


def pointing(location: str, status: int = 307):
    return lambda _: web.Response(status=status, headers={"Location": location})


async def test_blobs_may_live_elsewhere_and_get_no_credentials_there(serve, connect):
    storage = await serve()
    registry = await serve(Behaviour("basic", BASIC.users, redirect_blobs=storage.origin))
    config = await pull(connect(registry), image(registry), keychain((registry, ADA)))
    assert config.config.user == "10001"
    (blob,) = storage.seen
    assert blob.authorization == ""
    assert blob.query == (("signature", "secret"),)


async def test_a_redirect_to_the_same_origin_keeps_the_credentials(rogue, connect):
    def answer(request: web.Request) -> web.Response:
        if "Authorization" not in request.headers:
            return web.Response(status=401, headers={"WWW-Authenticate": "Basic"})
        if request.path != "/elsewhere":
            return web.Response(status=302, headers={"Location": "/elsewhere"})
        return web.Response(status=404)

    registry = await rogue(answer)
    credentials = keychain((registry.host, ADA))
    error = await failure(connect(registry.host), image(registry.host), credentials)
    assert error.kind is FailureKind.NOT_FOUND
    assert registry.seen[-1].path == "/elsewhere"
    assert "Authorization" in registry.seen[-1].headers


async def test_another_port_of_the_same_host_is_another_origin(rogue, connect):
    thief = await rogue(lambda _: web.Response(status=404))

    def answer(request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            return web.Response(status=307, headers={"Location": f"{thief.origin}/?a=1"})
        return web.Response(status=401, headers={"WWW-Authenticate": "Basic"})

    registry = await rogue(answer)
    await failure(connect(registry.host), image(registry.host), keychain((registry.host, ADA)))
    assert ["Authorization" in seen.headers for seen in thief.seen] == [False]


async def test_credentials_do_not_come_back_after_a_detour(rogue, connect):
    away = await rogue(lambda _: pointing(f"{registry.origin}/back")(_))

    def answer(request: web.Request) -> web.Response:
        if request.path == "/back":
            return web.Response(status=404)
        if "Authorization" in request.headers:
            return web.Response(status=307, headers={"Location": away.origin})
        return web.Response(status=401, headers={"WWW-Authenticate": "Basic"})

    registry = await rogue(answer)
    await failure(connect(registry.host), image(registry.host), keychain((registry.host, ADA)))
    assert "Authorization" not in registry.seen[-1].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_every_kind_of_redirect_is_followed(rogue, serve, connect, status):
    storage = await serve()
    path = f"/v2/{PATH}/manifests/1.0"
    registry = await rogue(pointing(storage.origin + path, status))
    await connect(registry.host).resolve(image(registry.host), NOBODY)
    assert len(storage.seen) == 1


async def test_three_redirects_are_followed_and_not_a_fourth(rogue, connect):
    registry = await rogue(
        lambda request: web.Response(
            status=307, headers={"Location": f"/{int(request.query.get('n', 0))}"}
        )
    )
    error = await failure(connect(registry.host), image(registry.host))
    assert error.kind is FailureKind.REFUSED
    assert "more than 3 redirects" in error.detail
    assert len(registry.seen) == 4


@pytest.mark.parametrize(
    "location",
    [
        "",
        "https://",
        "http:///path",
        "https://h:99999/",
        "https://[::1/",
        "https://a b/",
        "https://a\tb/",
        "https://host\u00e9.example/",
        "javascript:alert(1)",
        "https://" + "a" * 300 + "/",
    ],
)
async def test_a_redirect_to_what_is_not_a_url_is_malformed(rogue, connect, location):
    registry = await rogue(pointing(location))
    error = await failure(connect(registry.host), image(registry.host))
    assert error.kind in (FailureKind.MALFORMED, FailureKind.REFUSED)
    assert len(registry.seen) <= 4


@pytest.mark.parametrize("location", ["ftp://cdn.example.com/x", "file://host/etc/passwd"])
async def test_only_http_is_spoken(rogue, connect, location):
    registry = await rogue(pointing(location))
    error = await failure(connect(registry.host), image(registry.host))
    assert error.kind is FailureKind.REFUSED


async def test_a_name_and_password_in_a_redirect_are_not_sent(rogue, connect):
    other = await rogue(lambda _: web.Response(status=404))
    registry = await rogue(pointing(f"http://eve:x@{other.host}/"))
    await failure(connect(registry.host), image(registry.host))
    assert "Authorization" not in other.seen[0].headers


async def test_cookies_are_dropped(rogue, connect):
    def answer(_: web.Request) -> web.Response:
        response = web.Response(status=404)
        response.set_cookie("session", "s3cret")
        return response

    registry = await rogue(answer)
    host = f"registry.corp:{registry.port}"  # no jar keeps the cookies of an IP address
    client = connect(host, resolver=Names(registry_corp=["127.0.0.1"]))
    for tag in ("1", "2"):
        await failure(client, image(host, f"{PATH}:{tag}"))
    assert ["Cookie" in seen.headers for seen in registry.seen] == [False, False]


METADATA = "http://169.254.169.254/latest/meta-data/?signature=x"
PRIVATE = "http://10.0.0.1/?signature=x"


@pytest.mark.parametrize(
    "location",
    [
        METADATA,
        "http://metadata.google.internal/?signature=x",
        "http://[fd00:ec2::254]/?signature=x",
        "http://0.0.0.0/?signature=x",
        "http://2130706433/?signature=x",
        "http://[::ffff:169.254.169.254]/?signature=x",
    ],
)
async def test_some_addresses_are_never_connected_to(rogue, connect, location):
    registry = await rogue(pointing(location))
    options = RegistryOptions(allow_hosts=frozenset({"169.254.169.254", "0.0.0.0"}))
    error = await failure(connect(registry.host, options=options), image(registry.host))
    assert error.kind is FailureKind.REFUSED


async def test_a_registry_on_this_machine_has_no_say_on_the_private_network(rogue, connect):
    """Each kind of network is a reach of its own; what is refused is never connected to."""
    names = Names(internal_corp=["10.0.0.1"])
    for location in (PRIVATE, "http://internal.corp/?signature=x"):
        registry = await rogue(pointing(location))
        error = await failure(connect(registry.host, resolver=names), image(registry.host))
        assert error.kind is FailureKind.REFUSED
        assert "not connecting" in error.detail


async def test_a_host_that_is_allowed_may_be_pointed_to(rogue, connect):
    names = Names(internal_corp=["127.0.0.1"])
    storage = await rogue(lambda _: web.Response(status=404))
    location = f"http://internal.corp:{storage.port}/"
    registry = await rogue(pointing(location))
    options = RegistryOptions(allow_hosts=frozenset({"internal.corp"}))
    client = connect(registry.host, options=options, resolver=names)
    assert (await failure(client, image(registry.host))).kind is FailureKind.NOT_FOUND
    assert len(storage.seen) == 1


async def test_a_host_that_is_allowed_may_not_point_further(connect, stack, rogue):
    """Only it is allowed, not what it says: its registry is public, as far as one can tell."""
    storage = await rogue(pointing(PRIVATE))
    registry = await rogue(pointing(f"http://127.0.0.1:{storage.port}/"))
    proxy = await stack.enter_async_context(ForwardProxy(registry_corp=registry.port))
    options = RegistryOptions(
        proxies=Proxies(http=proxy.url, none_for=("10.0.0.1",)),
        allow_hosts=frozenset({"127.0.0.1"}),
    )
    client = connect("registry.corp", options=options, resolver=Names())
    error = await failure(client, image("registry.corp"))
    assert error.kind is FailureKind.REFUSED
    assert "10.0.0.1" in error.detail
    assert len(storage.seen) == 1


async def test_a_name_that_changes_its_mind_gains_nothing(rogue, connect):
    """DNS rebinding: the address that is tested is the one that is connected to."""
    storage = await rogue(lambda _: web.Response(status=404))
    names = Names(rebind_corp=["127.0.0.1", "169.254.169.254"])
    registry = await rogue(
        lambda request: web.Response(
            status=307, headers={"Location": f"http://rebind.corp:{target}/"}
        )
    )
    client = connect(registry.host, resolver=names)
    target = storage.port
    assert (await failure(client, image(registry.host))).kind is FailureKind.NOT_FOUND
    target = storage.port + 1  # a port of its own, so that nothing is remembered of the name
    error = await failure(client, image(registry.host, f"{PATH}:2"))
    assert error.kind is FailureKind.REFUSED
    assert names.asked == ["rebind.corp", "rebind.corp"]


@pytest.mark.parametrize(
    ("realm", "kind"),
    [
        ("http://169.254.169.254/token", FailureKind.REFUSED),
        ("http://10.0.0.1/token", FailureKind.REFUSED),
        ("http://internal.corp/token", FailureKind.REFUSED),
        ("ftp://auth.example.com/token", FailureKind.REFUSED),
        ("https://[::1", FailureKind.MALFORMED),
    ],
)
async def test_a_realm_is_held_to_the_same_rules(rogue, connect, realm, kind):
    challenge = {"WWW-Authenticate": f'Bearer realm="{realm}"'}
    registry = await rogue(lambda _: web.Response(status=401, headers=challenge))
    names = Names(internal_corp=["10.0.0.1"])
    client = connect(registry.host, resolver=names)
    error = await failure(client, image(registry.host), keychain((registry.host, ADA)))
    assert error.kind is kind


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0:5000", "224.0.0.1", "metadata.goog"])
async def test_a_registry_host_may_be_anywhere_but_there(connect, host):
    error = await failure(connect(), image(host))
    assert error.kind is FailureKind.REFUSED


async def test_a_registry_name_that_leads_there_is_refused_too(connect):
    names = Names(registry_corp=["169.254.169.254"])
    error = await failure(connect(resolver=names), image("registry.corp"))
    assert error.kind is FailureKind.REFUSED
