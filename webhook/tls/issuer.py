"""Certificates as a Secret keeps them, and who issues them.

::

    tls.crt  tls.key     what is served
    ca.crt   ca.key      the CA that signs from now on
    ca-old.crt           while rotating: the CAs that are trusted still, without their keys
    rotation.json        times that must outlive a restart, and the mark that slimgate wrote this

The first three are named as cert-manager and ``kubernetes.io/tls`` name them. What is read is taken
as a whole or not at all: a key that is not its certificate's, a certificate that none of the CAs
signed, an unknown key of the Secret, and all of it is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from cryptography import x509

from webhook.services.rotation import Damage, Holding, Issued
from webhook.tls import trust
from webhook.tls.issue import new_ca, signed
from webhook.tls.reading import read_certificate, read_certificates, read_pair

_FORMAT = 1
_PAIRS = ("tls.crt", "tls.key", "ca.crt", "ca.key")
_OLD, _TIMES = "ca-old.crt", "rotation.json"
_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class _Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    format: int
    """Another means that another version of slimgate wrote the Secret, which is its own to mend."""
    marked: _Time | None = None
    until: _Time | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """Issues certificates, and keeps them in a Secret's data.

    Both lives are used for two thirds; the last third is the time to notice that renewing fails. A
    CA of one year is replaced often enough for somebody to have seen it work, and what is left of
    it when another is announced is more than a serving certificate's life.
    """

    ca_life: timedelta = timedelta(days=365)
    life: timedelta = timedelta(days=90)
    """Of a serving certificate."""

    def ca(self, now: datetime) -> Issued:
        """A new CA."""
        pair = new_ca(now, self.ca_life)
        return read_pair(pair.certificate, pair.key)

    def serving(self, ca: Issued, hosts: Sequence[str], now: datetime) -> Issued:
        """A new serving certificate; it never outlives its CA."""
        pair = signed(ca, hosts, now, self.life)
        return read_pair(pair.certificate, pair.key)

    def read(self, data: Mapping[str, bytes]) -> Holding | Damage:
        """What a Secret's data means."""
        try:
            times = msgspec.json.decode(data.get(_TIMES, b""), type=_Times)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Damage(f"{_TIMES}: missing, or not what slimgate writes", ours=False)
        if times.format != _FORMAT:
            return Damage(f"{_TIMES}: of another version of slimgate", ours=False)
        unknown = sorted(data.keys() - {*_PAIRS, _OLD, _TIMES})
        if unknown:
            return Damage(f"unknown keys: {', '.join(unknown)}", ours=False)
        try:
            return _holding(data, times)
        except ValueError as error:
            return Damage(str(error), ours=True)

    def write(self, holding: Holding) -> dict[str, bytes]:
        """A Secret's data with this meaning."""
        times = _Times(_FORMAT, holding.marked, holding.until)
        serving, ca = holding.serving, holding.ca
        pems = (serving.certificate, serving.key, ca.certificate, ca.key)
        data = dict(zip(_PAIRS, pems, strict=True)) | {_TIMES: msgspec.json.encode(times)}
        return data | {_OLD: b"".join(holding.old)} if holding.old else data

    def split(self, bundle: bytes) -> tuple[bytes, ...]:
        """The certificates of a bundle, each in one way only; what is none is left out."""
        return trust.split(bundle)

    def untrusted(self, chain: bytes, bundle: bytes, host: str, now: datetime) -> str | None:
        """Why a client that calls ``host`` and trusts ``bundle`` refuses ``chain``; None if not."""
        return trust.untrusted(chain, bundle, host, now)


def _holding(data: Mapping[str, bytes], times: _Times) -> Holding:
    """Raises ``ValueError``, which names the keys of the Secret that are wrong."""
    serving, ca, old = _pair(data, "tls"), _pair(data, "ca"), _old(data)
    leaf, authority = read_certificate(serving.certificate), read_certificate(ca.certificate)
    if not trust.signs_others(authority):
        raise ValueError("ca.crt: not the certificate of a CA")
    if bool(old) is (times.until is None):
        raise ValueError(f"{_OLD} and {_TIMES}: one of them is of another moment")
    behind = not trust.vouched(leaf, [authority])
    if behind and not trust.vouched(leaf, old):
        raise ValueError("tls.crt: none of the CAs signed it")
    return Holding(ca, serving, behind, tuple(map(trust.pem, old)), times.marked, times.until)


def _pair(data: Mapping[str, bytes], name: str) -> Issued:
    try:
        return read_pair(data.get(f"{name}.crt", b""), data.get(f"{name}.key", b""))
    except ValueError as error:
        raise ValueError(f"{name}.crt and {name}.key: {error}") from None


def _old(data: Mapping[str, bytes]) -> list[x509.Certificate]:
    if _OLD not in data:
        return []
    try:
        return read_certificates(data[_OLD])
    except ValueError as error:
        raise ValueError(f"{_OLD}: {error}") from None
