"""What an API server would trust, and what it says to what it would not."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from webhook.tls.trust import split, untrusted

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HOST = "slimgate.team.svc"
UNKNOWN = "the CA bundle of the webhook configuration does not trust the served certificate"


class Made:
    """A certificate by others than us, with as much or little in it as they like."""

    def __init__(
        self,
        name: str,
        by: "Made | None" = None,
        *,
        key: Any = None,
        hosts: Sequence[str] = (),
        ca: bool = False,
        days: int = 10,
        purposes: Sequence[x509.ObjectIdentifier] = (),
    ) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer = by or self
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(signer.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=days))
        )
        if hosts:
            names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
            builder = builder.add_extension(names, False)
        if ca:
            builder = builder.add_extension(x509.BasicConstraints(True, None), True)
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
        digest = None if isinstance(signer.key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        self.pem = builder.sign(signer.key, digest).public_bytes(Encoding.PEM)


ROOT = Made("root", ca=True)
OTHER = Made("other", ca=True)
LEAF = Made("leaf", ROOT, hosts=[HOST])


def test_a_certificate_that_one_ca_of_the_bundle_signed_is_trusted():
    assert untrusted(LEAF.pem, OTHER.pem + ROOT.pem, HOST, NOW) is None


def test_a_certificate_of_another_ca_is_not():
    assert untrusted(LEAF.pem, OTHER.pem, HOST, NOW) == UNKNOWN


def test_a_ca_of_the_same_name_is_another_ca():
    assert untrusted(LEAF.pem, Made("root", ca=True).pem, HOST, NOW) == UNKNOWN


def test_intermediates_that_are_served_lead_to_the_bundle():
    upper = Made("upper", ROOT, ca=True)
    lower = Made("lower", upper, ca=True)
    leaf = Made("leaf", lower, hosts=[HOST])
    assert untrusted(leaf.pem + upper.pem + lower.pem, ROOT.pem, HOST, NOW) is None
    assert untrusted(leaf.pem + lower.pem, upper.pem, HOST, NOW) is None
    assert untrusted(leaf.pem + lower.pem, ROOT.pem, HOST, NOW) == UNKNOWN


def test_what_is_no_ca_signs_nothing():
    between = Made("between", ROOT, hosts=[HOST])
    leaf = Made("leaf", between, hosts=[HOST])
    assert untrusted(leaf.pem + between.pem, ROOT.pem, HOST, NOW) == UNKNOWN
    assert untrusted(leaf.pem, between.pem, HOST, NOW) == UNKNOWN


def test_a_self_signed_certificate_may_be_its_own_bundle():
    alone = Made("alone", hosts=[HOST])
    assert untrusted(alone.pem, alone.pem, HOST, NOW) is None


@pytest.mark.parametrize(
    "new_key", [lambda: rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate]
)
def test_every_kind_of_key_that_go_verifies_is_verified(new_key: Callable[[], Any]):
    root = Made("root", ca=True, key=new_key())
    leaf = Made("leaf", root, hosts=[HOST])
    assert untrusted(leaf.pem, root.pem, HOST, NOW) is None
    assert untrusted(leaf.pem, ROOT.pem, HOST, NOW) == UNKNOWN


def test_expired_cas_and_certificates_are_not_trusted():
    brief = Made("brief", ca=True, days=5)
    leaf = Made("leaf", brief, hosts=[HOST])
    later = NOW + timedelta(days=6)
    assert untrusted(leaf.pem, brief.pem, HOST, NOW) is None
    assert untrusted(leaf.pem, brief.pem, HOST, later) == UNKNOWN
    assert untrusted(LEAF.pem, ROOT.pem, HOST, NOW + timedelta(days=11)) == (
        "the served certificate is valid from 2026-04-30 00:00 to 2026-05-11 00:00 UTC only"
    )


@pytest.mark.parametrize(
    ("named", "host", "fits"),
    [
        (HOST, HOST.upper(), True),
        ("*.team.svc", HOST, True),
        ("*.svc", HOST, False),
        ("*.team.svc", "team.svc", False),
        ("*", "slimgate", False),
        ("*.team.svc", "10.0.0.1", False),
        ("10.0.0.1", "10.0.0.1", True),
    ],
)
def test_a_certificate_is_for_the_hosts_it_names(named: str, host: str, fits: bool):
    leaf = Made("leaf", ROOT, hosts=[named])
    reason = untrusted(leaf.pem, ROOT.pem, host, NOW)
    assert reason == (None if fits else f"the served certificate is not for {host}")


def test_a_name_in_the_subject_only_is_no_name():
    leaf = Made(HOST, ROOT)
    assert untrusted(leaf.pem, ROOT.pem, HOST, NOW) == f"the served certificate is not for {HOST}"


@pytest.mark.parametrize(
    ("purpose", "fits"),
    [
        (ExtendedKeyUsageOID.SERVER_AUTH, True),
        (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, True),
        (ExtendedKeyUsageOID.CLIENT_AUTH, False),
    ],
)
def test_a_certificate_that_says_what_it_is_for_must_be_for_servers(
    purpose: x509.ObjectIdentifier, fits: bool
):
    leaf = Made("leaf", ROOT, hosts=[HOST], purposes=[purpose])
    assert (untrusted(leaf.pem, ROOT.pem, HOST, NOW) is None) is fits


@pytest.mark.parametrize("bundle", [b"", b"\x00", b"-----BEGIN CERTIFICATE-----\nAA==\n"])
def test_a_bundle_without_a_certificate_trusts_nobody(bundle: bytes):
    reason = "the webhook configuration has no CA bundle"
    assert untrusted(LEAF.pem, bundle, HOST, NOW) == reason


def test_what_is_served_may_be_no_certificate():
    assert untrusted(b"", ROOT.pem, HOST, NOW) == "what is served is not a certificate"


def test_a_bundle_is_split_into_its_certificates_whatever_is_around_them():
    bad = b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
    spaced = ROOT.pem.replace(b"\n", b"\r\n")
    assert split(b"# root\n" + spaced + bad + OTHER.pem + ROOT.pem) == (ROOT.pem, OTHER.pem)
