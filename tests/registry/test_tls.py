"""TLS: whom to trust, and what is said when that is nobody."""

import pytest

from tests.registry.certificates import Authority
from tests.registry.world import NOBODY, failure, image, limited, pull
from webhook.errors import FailureKind
from webhook.registry.options import HostOptions, Limits, RegistryOptions
from webhook.sandbox.behaviour import Behaviour


async def test_a_registry_with_a_certificate_of_a_private_ca_is_read(serve, connect, tmp_path):
    authority = Authority()
    registry = await serve(tls=authority.server(tmp_path))
    ca = str(authority.write(tmp_path / "ca.pem"))
    options = RegistryOptions(hosts={registry.host: HostOptions(ca=ca)})
    config = await pull(connect(options=options), image(registry), NOBODY)
    assert config.config.user == "10001"


async def test_the_ca_of_a_registry_counts_for_where_it_redirects_to(serve, connect, tmp_path):
    authority = Authority()
    storage = await serve(tls=authority.server(tmp_path))
    behaviour = Behaviour(redirect_blobs=storage.origin)
    registry = await serve(behaviour, tls=authority.server(tmp_path))
    ca = str(authority.write(tmp_path / "ca.pem"))
    options = RegistryOptions(hosts={registry.host: HostOptions(ca=ca)})
    await pull(connect(options=options), image(registry), NOBODY)
    assert len(storage.seen) == 1


async def test_https_is_not_left_for_http(serve, connect, tmp_path):
    authority = Authority()
    storage = await serve()
    registry = await serve(
        Behaviour(redirect_manifests=storage.origin), tls=authority.server(tmp_path)
    )
    ca = str(authority.write(tmp_path / "ca.pem"))
    options = RegistryOptions(hosts={registry.host: HostOptions(ca=ca)})
    error = await failure(connect(storage, options=options), image(registry))
    assert error.kind is FailureKind.REFUSED
    assert "not HTTPS" in error.detail
    assert storage.seen == []


async def test_a_realm_over_http_gets_nothing_from_an_https_registry(serve, connect, tmp_path):
    authority = Authority()
    tokens = await serve()
    registry = await serve(
        Behaviour("bearer", realm=f"{tokens.origin}/token"), tls=authority.server(tmp_path)
    )
    ca = str(authority.write(tmp_path / "ca.pem"))
    options = RegistryOptions(hosts={registry.host: HostOptions(ca=ca)})
    error = await failure(connect(options=options), image(registry))
    assert error.kind is FailureKind.REFUSED
    assert tokens.seen == []


@pytest.mark.parametrize(
    ("certificate", "trusted", "words"),
    [
        ({}, False, "not trusted; if it is right, --registry-ca 127.0.0.1:"),
        ({"name": "registry.corp"}, True, "is for another name"),
        ({"name": "10.0.0.1"}, True, "is for another name"),
        ({"days": -1}, True, "has expired"),
    ],
)
async def test_what_is_wrong_with_a_certificate_is_said(
    serve, connect, tmp_path, certificate, trusted, words
):
    authority = Authority()
    registry = await serve(tls=authority.server(tmp_path, **certificate))
    ca = str(authority.write(tmp_path / "ca.pem")) if trusted else None
    options = RegistryOptions(hosts={registry.host: HostOptions(ca=ca)}, limits=Limits(retries=0))
    error = await failure(connect(options=options), image(registry))
    assert error.kind is FailureKind.UNREACHABLE
    assert "TLS certificate" in error.detail
    assert words in error.detail


async def test_plain_http_where_tls_was_expected_is_said(serve, connect):
    registry = await serve()
    error = await failure(connect(options=limited()), image(registry))
    assert error.kind is FailureKind.UNREACHABLE
    assert f"--insecure-registry {registry.host}" in error.detail


async def test_a_handshake_that_fails_otherwise_is_said(raw, connect):
    alert = b"\x15\x03\x03\x00\x02\x02\x28"  # fatal: handshake_failure
    host = await raw(alert)
    error = await failure(connect(options=limited()), image(host))
    assert error.kind is FailureKind.UNREACHABLE
    assert "TLS handshake failed" in error.detail
