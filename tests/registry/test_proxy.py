"""Which requests go through a proxy."""

import pytest
from yarl import URL

from tests.registry.certificates import Authority
from tests.registry.forward import ForwardProxy
from tests.registry.world import NOBODY, PATH, Names, failure, image, pull
from webhook.errors import FailureKind
from webhook.registry.options import HostOptions, Limits, Proxies, RegistryOptions
from webhook.registry.proxy import is_direct, proxy_for
from webhook.sandbox.behaviour import Behaviour


def test_the_proxy_is_that_of_the_scheme():
    proxies = Proxies(https="http://a:1", http="http://b:2")
    assert proxy_for(URL("https://registry.example.com/v2/"), proxies) == "http://a:1"
    assert proxy_for(URL("http://registry.example.com/v2/"), proxies) == "http://b:2"
    assert proxy_for(URL("http://registry.example.com/"), Proxies(https="http://a:1")) is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_is_reached_directly(host):
    assert proxy_for(URL(f"http://{host}:5000/"), Proxies(http="http://proxy:1")) is None


@pytest.mark.parametrize(
    ("word", "url", "direct"),
    [
        ("*", "https://anything.example", True),
        ("example.com", "https://example.com", True),
        ("example.com", "https://registry.EXAMPLE.com", True),
        ("example.com", "https://notexample.com", False),
        (".example.com", "https://registry.example.com", True),
        (".example.com", "https://example.com", False),
        ("*.example.com", "https://registry.example.com", True),
        ("registry.example.com:5000", "https://registry.example.com:5000", True),
        ("registry.example.com:5000", "https://registry.example.com", False),
        ("registry.example.com:443", "https://registry.example.com", True),
        ("10.0.0.1", "https://10.0.0.1", True),
        ("10.0.0.0/8", "https://10.1.2.3:5000", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("10.0.0.0/8", "https://ten.example.com", False),
        ("fd00::/8", "https://[fd00::1]", True),
        ("[fd00::1]:5000", "https://[fd00::1]:5000", True),
        ("fd00::1", "https://[fd00::1]", True),
        ("[fd00::1]:5001", "https://[fd00::1]:5000", False),
        ("not/a/network", "https://not", False),
        (":443", "https://registry.example.com", False),
        ("", "https://registry.example.com", False),
        ("  example.com ", "https://example.com", True),
    ],
)
def test_no_proxy_means_what_it_means_elsewhere(word, url, direct):
    assert is_direct(URL(url), Proxies(none_for=(word,))) is direct


@pytest.fixture
async def proxied(serve, stack):
    """Starts a registry, and the proxy through which alone it is ``registry.corp``."""

    async def start(behaviour: Behaviour | None = None, **arguments):
        registry = await serve(behaviour, **arguments)
        ports = {"registry_corp": registry.port, "internal_corp": registry.port}
        return registry, await stack.enter_async_context(ForwardProxy(**ports))

    return start


async def test_plain_http_goes_through_the_proxy_as_absolute_urls(proxied, connect):
    registry, proxy = await proxied()
    options = RegistryOptions(proxies=Proxies(http=proxy.url))
    client = connect("registry.corp", options=options, resolver=Names())
    await pull(client, image("registry.corp"), NOBODY)
    assert proxy.seen[0] == f"GET http://registry.corp/v2/{PATH}/manifests/1.0"
    assert len(registry.seen) == 3


async def test_https_goes_through_a_tunnel(proxied, connect, tmp_path):
    authority = Authority()
    ca = str(authority.write(tmp_path / "ca.pem"))
    _, proxy = await proxied(tls=authority.server(tmp_path, "registry.corp"))
    options = RegistryOptions(
        hosts={"registry.corp": HostOptions(ca=ca)}, proxies=Proxies(https=proxy.url)
    )
    await pull(connect(options=options, resolver=Names()), image("registry.corp"), NOBODY)
    assert proxy.seen == ["CONNECT registry.corp:443"]


async def test_a_registry_may_have_a_proxy_of_its_own_with_a_password(proxied, connect):
    _, proxy = await proxied()
    url = proxy.url.replace("http://", "http://ada:s3cret@")
    told = HostOptions(plain_http=True, proxy=url)
    options = RegistryOptions(
        hosts={"registry.corp": told}, proxies=Proxies(http="http://127.0.0.1:1")
    )
    client = connect(options=options, resolver=Names())
    await client.resolve(image("registry.corp"), NOBODY)
    assert proxy.authorization == ["Basic YWRhOnMzY3JldA=="]


async def test_what_is_spared_the_proxy_is_reached_directly(proxied, connect):
    registry, proxy = await proxied()
    host = f"registry.corp:{registry.port}"
    options = RegistryOptions(proxies=Proxies(http=proxy.url, none_for=("corp",)))
    client = connect(host, options=options, resolver=Names(registry_corp=["127.0.0.1"]))
    await client.resolve(image(host), NOBODY)
    assert proxy.seen == []


async def test_through_a_proxy_names_and_literals_are_still_held_to_the_rules(proxied, connect):
    """The proxy connects: what it could reach for a registry, by name or literal, is refused."""
    for target in ("http://10.0.0.1", "http://localhost", "http://169.254.169.254"):
        _, proxy = await proxied(Behaviour(redirect_manifests=target))
        options = RegistryOptions(proxies=Proxies(http=proxy.url))
        client = connect("registry.corp", options=options, resolver=Names())
        assert (await failure(client, image("registry.corp"))).kind is FailureKind.REFUSED
        assert len(proxy.seen) == 1


async def test_a_redirect_goes_through_the_proxy_too(proxied, serve, connect):
    storage = await serve()
    _, proxy = await proxied(Behaviour(redirect_blobs="http://storage.corp"))
    proxy.ports["storage.corp"] = storage.port
    # Where the proxy itself may be is not for those to say who are reached through it.
    url = proxy.url.replace("127.0.0.1", "proxy.corp")
    options = RegistryOptions(proxies=Proxies(http=url))
    names = Names(proxy_corp=["127.0.0.1"])
    client = connect("registry.corp", options=options, resolver=names)
    await pull(client, image("registry.corp"), NOBODY)
    assert proxy.seen[-1].startswith("GET http://storage.corp/v2/")
    assert len(storage.seen) == 1


@pytest.mark.parametrize("tls", [False, True])
async def test_a_proxy_that_refuses_is_said_to(proxied, connect, tls):
    _, proxy = await proxied()
    options = RegistryOptions(proxies=Proxies(proxy.url, proxy.url), limits=Limits(retries=0))
    client = connect(*() if tls else ("other.corp",), options=options, resolver=Names())
    error = await failure(client, image("other.corp"))
    assert error.kind is (FailureKind.UNREACHABLE if tls else FailureKind.UNAUTHORIZED)
    assert "403" in error.detail


async def test_a_proxy_that_is_not_there_is_said_to_be_missing(connect, unused_tcp_port):
    url = f"http://ada:s3cret@127.0.0.1:{unused_tcp_port}"
    options = RegistryOptions(proxies=Proxies(https=url), limits=Limits(retries=0))
    error = await failure(connect(options=options), image("registry.corp"))
    assert error.kind is FailureKind.UNREACHABLE
    assert "the proxy cannot be connected to" in error.detail
