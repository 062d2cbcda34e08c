"""Where a repository can be read."""

import pytest

from webhook.errors import FailureKind, FetchError, UsageError
from webhook.oci import Reference
from webhook.registry.hosts import Hosts
from webhook.registry.mirrors import Mirrors
from webhook.registry.options import HostOptions, Mirror, RegistryOptions


def repositories(image: str, *mirrors: tuple[str, str]) -> list[str]:
    told = Mirrors(tuple(Mirror(*pair) for pair in mirrors), Hosts(RegistryOptions()))
    return [endpoint.repository for endpoint in told.endpoints(Reference.parse(image))]


def test_without_mirrors_there_is_the_registry_alone():
    assert repositories("ghcr.io/acme/api:1") == ["ghcr.io/acme/api"]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("docker.io", "mirror.corp", "mirror.corp/library/nginx"),
        ("docker.io", "mirror.corp:5000/hub", "mirror.corp:5000/hub/library/nginx"),
        ("docker.io/library", "mirror.corp/official", "mirror.corp/official/nginx"),
        ("docker.io/library/nginx", "mirror.corp/nginx", "mirror.corp/nginx"),
    ],
)
def test_a_mirror_replaces_the_prefix(source, target, expected):
    assert repositories("nginx", (source, target)) == [expected, "docker.io/library/nginx"]


@pytest.mark.parametrize("source", ["docker.io/lib", "docker.i", "ghcr.io"])
def test_a_prefix_is_made_of_whole_segments(source):
    assert repositories("nginx", (source, "mirror.corp")) == ["docker.io/library/nginx"]


def test_mirrors_keep_their_order_and_the_registry_is_last():
    told = [("docker.io", "one.corp"), ("ghcr.io", "two.corp"), ("docker.io", "three.corp")]
    assert repositories("acme/api", *told) == [
        "one.corp/acme/api",
        "three.corp/acme/api",
        "docker.io/acme/api",
    ]


def test_an_endpoint_says_where_to_ask():
    hosts = Hosts(RegistryOptions(hosts={"registry.corp:5000": HostOptions(plain_http=True)}))
    mirrors = Mirrors((Mirror("docker.io", "registry.corp:5000/hub"),), hosts)
    mirror, hub = mirrors.endpoints(Reference.parse("nginx:1"))
    assert str(mirror.url("manifests", "1")) == (
        "http://registry.corp:5000/v2/hub/library/nginx/manifests/1"
    )
    assert str(hub.url("blobs", "sha256:00")) == (
        "https://registry-1.docker.io/v2/library/nginx/blobs/sha256:00"
    )
    assert (hub.host, hub.domain) == ("registry-1.docker.io", "docker.io")


@pytest.mark.parametrize(
    "place",
    ["", "mirror", "https://mirror.corp", "mirror.corp/", "mirror.corp/Hub", "index.docker.io"],
)
def test_what_no_repository_begins_with_is_refused_at_once(place):
    for mirror in ((place, "mirror.corp"), ("docker.io", place)):
        with pytest.raises(UsageError, match="write host or host/path"):
            repositories("nginx", mirror)


def test_a_host_that_cannot_be_is_told_when_it_is_asked():
    (endpoint,) = Mirrors((), Hosts(RegistryOptions())).endpoints(
        Reference.parse("registry.corp:99999/app:1")
    )
    with pytest.raises(FetchError) as caught:
        endpoint.url("manifests", "1")
    assert caught.value.kind is FailureKind.REFUSED
