"""The certificate that is served now, and its replacement while connections go on.

Each change builds a *fresh* context and checks it before any handshake sees it; the listening
context only points to the newest in its SNI callback, which OpenSSL runs for every handshake, with
or without a name. Changing a context in place would keep the old key after a change of key type,
and a pair that does not match would leave half of each.
"""

import os
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from webhook.errors import UsageError
from webhook.services.rotation import KeyPair
from webhook.tls.trust import certificates


class ServingCertificate:
    """Serves a pair of PEM files and follows their changes, or the pair that it is given."""

    def __init__(self, certificate: Path | None = None, key: Path | None = None) -> None:
        """Raises ``UsageError`` when the files cannot be served.

        Without files every handshake is refused until there is a pair: see ``serve``.
        """
        self._files = (certificate, key) if certificate and key else None
        self._seen: KeyPair | None = None
        self._newest: ssl.SSLContext | None = None
        self.pair: KeyPair | None = None
        """What is served; intermediates may follow its certificate."""
        self.ends: datetime | None = None
        """When it ends; None while there is nothing."""
        self.reload()
        self.listening = _context()
        """``listening`` is the context to listen with, for the whole life of the process."""
        self.listening.sni_callback = self._present

    def reload(self) -> bool:
        """Serve what the files hold now; says whether that changed anything.

        Raises ``UsageError`` for a pair that cannot be served; the old one is served on, and the
        same bad pair is not complained of twice.
        """
        if self._files is None:
            return False
        found = _read(*self._files)
        if found == self._seen:
            return False
        self._seen = found
        try:
            self.serve(found)
        except UsageError as error:
            raise UsageError("{} and {} {}".format(*self._files, error)) from None
        return True

    def serve(self, pair: KeyPair) -> None:
        """Serve this pair from now on. Raises ``UsageError``; the old one is then served on."""
        self._newest, self.pair = _context(pair), pair
        self.ends = next(
            (each.not_valid_after_utc for each in certificates(pair.certificate)), None
        )

    def _present(self, connection: Any, _name: str | None, _context: ssl.SSLContext) -> int | None:
        if self._newest is None:
            return ssl.ALERT_DESCRIPTION_INTERNAL_ERROR
        connection.context = self._newest
        return None


def in_memory(pair: KeyPair) -> ServingCertificate:
    """Serve a pair that is in no file."""
    certificate = ServingCertificate()
    certificate.serve(pair)
    return certificate


def write_pair(pair: KeyPair, folder: Path) -> tuple[Path, Path]:
    """Put a pair into files that only this user can read."""
    certificate, key = folder / "tls.crt", folder / "tls.key"
    certificate.write_bytes(pair.certificate)
    key.touch(mode=0o600)
    key.write_bytes(pair.key)
    return certificate, key


def _read(certificate: Path, key: Path) -> KeyPair:
    try:
        return KeyPair(certificate.read_bytes(), key.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {error.filename}: {error.strerror}") from None


def _context(pair: KeyPair | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if pair is None:
        return context
    try:
        with _file(pair.certificate) as certificate, _file(pair.key) as key:
            context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        # OpenSSL gives no reason for a file without any PEM block; an SSLError is an OSError.
        reason = getattr(error, "reason", str(error)) or "not a PEM certificate with its key"
        raise UsageError(f"cannot be served: {reason}") from None
    return context


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    """A path to these bytes, for OpenSSL reads files only. Nobody else finds a name for it."""
    with _unnamed() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        yield f"/dev/fd/{file.fileno()}"


def _unnamed() -> IO[bytes]:
    """In memory where the system has that: a file system may be read-only, and a disk remembers."""
    if sys.platform == "linux":
        with suppress(OSError):
            return os.fdopen(os.memfd_create("pem"), "w+b")
    return tempfile.TemporaryFile()


def _no_password() -> str:
    """Called for an encrypted key: there is nobody to ask for its password."""
    raise ValueError("the key is encrypted; give one without a password")
