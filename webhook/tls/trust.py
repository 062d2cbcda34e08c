"""Whether a client would trust a certificate: what Go's TLS client checks, which is the API server's.

Written out here and not left to a library's verifier, because those judge for the public web: they
refuse keys and CAs that an API server accepts, and a webhook would be kept unready for nothing.
"""

import ipaddress
import re
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]{1,65536}-----END CERTIFICATE-----", re.ASCII)
_SERVES = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
_MAX_CHAIN = 16
MALFORMED = (
    ValueError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises for bytes that are no certificate."""


def pem(certificate: x509.Certificate) -> bytes:
    """A certificate in the one way that it is written here."""
    return certificate.public_bytes(Encoding.PEM)


def certificates(text: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM text, each once; what is none is left out, as Go leaves it out."""
    found: dict[x509.Certificate, None] = {}
    for block in _BLOCK.findall(text):
        try:
            certificate = x509.load_pem_x509_certificate(block)
            certificate.extensions  # noqa: B018 - read late, and may be what is malformed
        except MALFORMED:
            continue
        found[certificate] = None
    return list(found)


def split(bundle: bytes) -> tuple[bytes, ...]:
    """The certificates of a bundle, each in one way only; what is none is left out."""
    return tuple(map(pem, certificates(bundle)))


def untrusted(chain: bytes, bundle: bytes, host: str, now: datetime) -> str | None:
    """Why a client that calls ``host`` and trusts ``bundle`` refuses ``chain``; None if it does not.

    ``chain`` is the served certificate, then its intermediates. An empty bundle trusts nobody.
    """
    served, anchors = certificates(chain), certificates(bundle)
    if not served:
        return "what is served is not a certificate"
    if not anchors:
        return "the webhook configuration has no CA bundle"
    leaf, *between = served[:_MAX_CHAIN]
    if not _valid(leaf, now):
        return f"the served certificate is valid from {_validity(leaf)} only"
    if not any(_matches(name, host) for name in hosts(leaf)):
        return f"the served certificate is not for {host}"
    if not _SERVES.intersection(_purposes(leaf) or _SERVES):
        return "the served certificate is not for servers (extended key usage)"
    anchors, between = ([each for each in some if _valid(each, now)] for some in (anchors, between))
    if not vouched(leaf, anchors, between):
        return "the CA bundle of the webhook configuration does not trust the served certificate"
    return None


def vouched(
    leaf: x509.Certificate,
    anchors: Sequence[x509.Certificate],
    between: Sequence[x509.Certificate] = (),
) -> bool:
    """Whether signatures lead from ``leaf`` to an anchor, or it is one itself."""
    reached = [leaf]
    for certificate in reached:  # grows while it is gone through, each certificate at most once
        if any(certificate == anchor or _signs(anchor, certificate) for anchor in anchors):
            return True
        reached += [each for each in between if each not in reached and _signs(each, certificate)]
    return False


def hosts(certificate: x509.Certificate) -> frozenset[str]:
    """The names and addresses that a certificate is for; its subject does not count."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return frozenset()
    names = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return frozenset([*(name.lower() for name in names), *map(str, addresses)])


def signs_others(certificate: x509.Certificate) -> bool:
    """Whether it is a CA's."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _signs(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    if not signs_others(issuer):
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _matches(name: str, host: str) -> bool:
    """Whether a name of a certificate is this host; ``*`` stands for one whole first label."""
    try:
        return name == str(ipaddress.ip_address(host))
    except ValueError:
        wanted = host.lower()
    return name == wanted or (name.startswith("*.") and name[1:] == wanted[wanted.find(".") :])


def _purposes(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return set()
    return set(extension.value)


def _valid(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _validity(certificate: x509.Certificate) -> str:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return f"{begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC"
