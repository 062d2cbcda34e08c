"""Reading a pair back, strictly: exactly one certificate, an ECDSA key, and the one for the other.

Reasons are for people: they say what is wrong and never what the bytes are.
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from webhook.services.rotation import Issued
from webhook.tls.trust import MALFORMED, hosts, pem


def read_pair(certificate: bytes, key: bytes) -> Issued:
    """The pair and what its certificate says. Raises ``ValueError``."""
    found = read_certificate(certificate)
    if found.public_key() != read_key(key).public_key():
        raise ValueError("the key is not that of the certificate")
    begins, ends = found.not_valid_before_utc, found.not_valid_after_utc
    return Issued(pem(found), key, begins, ends, hosts(found))


def read_certificate(text: bytes) -> x509.Certificate:
    """The only certificate in a PEM text. Raises ``ValueError``."""
    found = read_certificates(text)
    if len(found) != 1:
        raise ValueError(f"{len(found)} certificates where one can be")
    return found[0]


def read_certificates(text: bytes) -> list[x509.Certificate]:
    """All certificates in a PEM text, at least one. Raises ``ValueError``."""
    try:
        found = x509.load_pem_x509_certificates(text)
        for each in found:
            each.extensions  # noqa: B018 - read late, and may be what is malformed
    except MALFORMED:
        raise ValueError("not a PEM certificate") from None
    return found


def read_key(text: bytes) -> ec.EllipticCurvePrivateKey:
    """A private key without a password. Raises ``ValueError``."""
    try:
        key = serialization.load_pem_private_key(text, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("not a PEM key without a password") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not an ECDSA key")
    return key
