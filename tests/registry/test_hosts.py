"""How hosts are spoken to."""

import ssl

import pytest
from yarl import URL

from tests.registry.certificates import Authority
from webhook.errors import InvalidFile, UsageError
from webhook.registry.hosts import Hosts
from webhook.registry.options import HostOptions, Proxies, RegistryOptions

CDN = URL("https://cdn.example.com/layer")


def test_docker_hub_lives_on_a_host_of_another_name():
    hosts = Hosts(RegistryOptions())
    assert hosts.origin("docker.io") == "https://registry-1.docker.io"
    assert hosts.origin("ghcr.io") == "https://ghcr.io"


def test_plain_http_is_for_the_host_and_port_it_was_told_of():
    hosts = Hosts(RegistryOptions(hosts={"registry.corp:5000": HostOptions(plain_http=True)}))
    assert hosts.origin("registry.corp:5000") == "http://registry.corp:5000"
    assert hosts.origin("Registry.corp:5000") == "http://registry.corp:5000"
    assert hosts.origin("registry.corp") == "https://registry.corp"
    assert hosts.origin("registry.corp:5001") == "https://registry.corp:5001"


def test_one_context_is_made_for_each_distinct_ca(tmp_path):
    one, other = (str(Authority().write(tmp_path / name)) for name in ("one.pem", "other.pem"))
    hosts = Hosts(
        RegistryOptions(
            hosts={
                "a.corp": HostOptions(ca=one),
                "b.corp": HostOptions(ca=one),
                "c.corp": HostOptions(ca=other),
            }
        )
    )
    a, b, c, none = (
        hosts.route(URL(f"https://{host}/"), host).tls
        for host in ("a.corp", "b.corp", "c.corp", "d.corp")
    )
    assert a is b
    assert a is not c
    assert none is True


def test_the_ca_of_a_registry_is_trusted_beside_the_systems_roots(tmp_path):
    file = Authority().write(tmp_path / "ca.pem")
    hosts = Hosts(RegistryOptions(hosts={"a.corp": HostOptions(ca=str(file))}))
    own = hosts.route(URL("https://a.corp/"), "a.corp").tls
    system = ssl.create_default_context()
    assert own.cert_store_stats()["x509"] == system.cert_store_stats()["x509"] + 1
    assert own.verify_mode is ssl.CERT_REQUIRED
    assert own.check_hostname


def test_what_a_registry_points_to_is_spoken_to_as_the_registry_is(tmp_path):
    file = str(Authority().write(tmp_path / "ca.pem"))
    hosts = Hosts(
        RegistryOptions(
            hosts={
                "a.corp": HostOptions(ca=file, proxy="http://proxy.corp:3128"),
                "direct.corp": HostOptions(proxy="http://other.corp:3128"),
            },
            proxies=Proxies(none_for=("spared.corp",)),
        )
    )
    registry = hosts.route(URL("https://a.corp/"), "a.corp")
    assert hosts.route(CDN, "a.corp") == registry
    assert hosts.route(URL("https://direct.corp/"), "a.corp").proxy == "http://other.corp:3128"
    assert hosts.route(URL("https://spared.corp/"), "a.corp").proxy is None
    assert hosts.route(CDN, "b.corp").proxy is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "cannot be read (No such file or directory)"), ("no certificate", "not a PEM file")],
)
def test_a_bad_ca_file_is_told_at_once(tmp_path, content, problem):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InvalidFile) as caught:
        Hosts(RegistryOptions(hosts={"a.corp": HostOptions(ca=str(file))}))
    assert str(file) in str(caught.value)
    assert problem in str(caught.value)


def test_hosts_that_may_be_pointed_to_are_named_with_or_without_their_port():
    hosts = Hosts(RegistryOptions(allow_hosts=frozenset({"gitlab.corp", "minio.corp:9000"})))
    assert hosts.is_allowed(URL("https://gitlab.corp:8443/jwt"))
    assert hosts.is_allowed(URL("https://minio.corp:9000/blob"))
    assert not hosts.is_allowed(URL("https://minio.corp/blob"))


@pytest.mark.parametrize("host", ["", "http://registry.corp", "registry.corp/team"])
def test_what_is_no_host_is_refused_at_once(host):
    with pytest.raises(UsageError, match="write host or host:port"):
        Hosts(RegistryOptions(hosts={host: HostOptions(plain_http=True)}))
