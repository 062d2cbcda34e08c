"""Issuing certificates: a CA and what it signs for a cluster, one for oneself for laptops and tests.

All of them hold what Go's TLS client asks for, which is the API server's: names in the subject
alternative name and not only in the subject, ``serverAuth`` on what serves, ``keyCertSign`` on what
signs, and key identifiers by which a chain is built when two CAs are trusted (RFC 5280).
"""

import ipaddress
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from webhook.errors import UsageError
from webhook.services.rotation import SKEW, KeyPair
from webhook.tls.reading import read_key
from webhook.tls.trust import pem

_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")


def self_signed(
    hosts: Sequence[str],
    now: datetime,
    *,
    days: int = 365,
    key_type: Literal["ec", "rsa"] = "ec",
) -> KeyPair:
    """A self-signed serving certificate for ``hosts`` (names and addresses).

    ECDSA P-256 unless told otherwise: its handshake costs a quarter less CPU than RSA 2048's.
    """
    key: _Key = _new_key() if key_type == "ec" else rsa.generate_private_key(65537, 2048)
    name = _name("slimgate")
    builder = (
        _begun(name, name, key, now, now + timedelta(days=days))
        .add_extension(_alternative_names(hosts), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def new_ca(now: datetime, life: timedelta) -> KeyPair:
    """A CA that signs serving certificates and no other CA. Its name is like no other's."""
    key = _new_key()
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    name = _name(f"slimgate CA {identifier.digest.hex()[:16]}")
    builder = (
        _begun(name, name, key, now, now + life)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(_usage(signs=True), True)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def signed(ca: KeyPair, hosts: Sequence[str], now: datetime, life: timedelta) -> KeyPair:
    """A serving certificate for ``hosts``, which ends no later than the CA."""
    authority = x509.load_pem_x509_certificate(ca.certificate)
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    key = _new_key()
    ends = min(now + life, authority.not_valid_after_utc)
    builder = (
        _begun(_name("slimgate"), authority.subject, key, now, ends)
        .add_extension(_alternative_names(hosts), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_usage(signs=False), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False
        )
    )
    return _pair(builder.sign(read_key(ca.key), hashes.SHA256()), key)


def serving_hosts(written: Sequence[str]) -> tuple[str, ...]:
    """What a serving certificate is to be for, in one spelling, each once.

    Raises ``UsageError`` for what is neither a host name nor an address.
    """
    return tuple(dict.fromkeys(map(_host, written)))


def _host(written: str) -> str:
    try:
        return str(ipaddress.ip_address(written))
    except ValueError:
        name = written.lower()
    if not _DNS_NAME.fullmatch(name):
        raise UsageError(f"{written!r} is neither a host name nor an address")
    return name


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: _Key, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    """What all have. It begins in the past, for clocks that disagree."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative_names(hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_general_name(host) for host in hosts])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pair(certificate: x509.Certificate, key: _Key) -> KeyPair:
    return KeyPair(
        pem(certificate),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
