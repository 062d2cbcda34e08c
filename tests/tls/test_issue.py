"""What is issued, as a client sees it that is as strict as Go's."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from webhook.errors import UsageError
from webhook.tls import Issuer, serving_hosts

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOSTS = ("slimgate.team.svc", "slimgate.team", "10.0.0.1", "dev.example.com")
CA = Issuer().ca(NOW)
SERVING = Issuer().serving(CA, HOSTS, NOW)

E = TypeVar("E", bound=x509.ExtensionType)


def extension(pem: bytes, kind: type[E]) -> x509.Extension[E]:
    return x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(kind)


def test_a_serving_certificate_names_what_it_is_told_to():
    names = extension(SERVING.certificate, x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [
        "slimgate.team.svc",
        "slimgate.team",
        "dev.example.com",
    ]
    assert list(map(str, names.get_values_for_type(x509.IPAddress))) == ["10.0.0.1"]
    assert SERVING.hosts == set(HOSTS)


def test_a_serving_certificate_serves_and_signs_nothing():
    usage = extension(SERVING.certificate, x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    purposes = extension(SERVING.certificate, x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert extension(SERVING.certificate, x509.BasicConstraints).value.ca is False


def test_a_ca_signs_serving_certificates_and_no_other_ca():
    constraints = extension(CA.certificate, x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)
    usage = extension(CA.certificate, x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert not usage.value.digital_signature


def test_a_serving_certificate_says_which_key_signed_it():
    signer = extension(CA.certificate, x509.SubjectKeyIdentifier).value.digest
    assert (
        extension(SERVING.certificate, x509.AuthorityKeyIdentifier).value.key_identifier == signer
    )


def test_no_two_cas_have_the_same_name():
    both = [x509.load_pem_x509_certificate(Issuer().ca(NOW).certificate) for _ in range(2)]
    assert both[0].subject != both[1].subject


def test_keys_are_ecdsa_p256():
    for pair in (CA, SERVING):
        key = x509.load_pem_x509_certificate(pair.certificate).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert isinstance(key.curve, ec.SECP256R1)


def test_everything_is_valid_from_a_little_before_it_was_made():
    skew = timedelta(minutes=5)
    assert (CA.begins, CA.ends) == (NOW - skew, NOW + timedelta(days=365))
    assert (SERVING.begins, SERVING.ends) == (NOW - skew, NOW + timedelta(days=90))


def test_a_serving_certificate_never_outlives_its_ca():
    late = CA.ends - timedelta(days=10)
    assert Issuer().serving(CA, HOSTS, late).ends == CA.ends


def test_a_ca_that_is_due_still_has_time_for_a_whole_serving_certificate():
    moment = next(
        now for now in (CA.begins + timedelta(hours=hour) for hour in range(9999)) if CA.due(now)
    )
    assert Issuer().serving(CA, HOSTS, moment).ends == moment + timedelta(days=90)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (("HOST.Example.com",), ("host.example.com",)),
        (("0:0::1", "::1"), ("::1",)),
        (("localhost", "Localhost"), ("localhost",)),
    ],
)
def test_a_host_is_named_once_in_one_spelling(written: tuple[str, ...], told: tuple[str, ...]):
    assert serving_hosts(written) == told


@pytest.mark.parametrize(
    "host",
    ["", "two words", "https://example.com", "a..b", ".a", "é.example.com", "a" * 64, "[::1]"],
)
def test_what_is_neither_name_nor_address_is_refused(host: str):
    with pytest.raises(UsageError, match="neither a host name nor an address"):
        serving_hosts((host,))
