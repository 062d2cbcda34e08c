"""Which requests go through a proxy."""

import pytest
from yarl import URL

from webhook.registry.options import Proxies
from webhook.registry.proxy import is_direct, proxy_for


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
        ("not/a/network", "https://not", False),
        ("", "https://registry.example.com", False),
        ("  example.com ", "https://example.com", True),
    ],
)
def test_no_proxy_means_what_it_means_elsewhere(word, url, direct):
    assert is_direct(URL(url), Proxies(none_for=(word,))) is direct
