"""The certificate that is served now, and its replacement while connections go on.

Each reload builds a *fresh* context and checks it before any handshake sees it; the listening
context only points to the newest in its SNI callback, which OpenSSL runs for every handshake, with
or without a name. Reloading a context in place would keep the old key after a change of key type,
and a pair that does not match would leave half of each.
"""

import ssl
import tempfile
from pathlib import Path
from typing import Any

from webhook.errors import UsageError
from webhook.tls.issue import KeyPair


class ServingCertificate:
    """Serves a pair of PEM files, and follows their changes unless told not to."""

    def __init__(self, certificate: Path, key: Path, *, follow: bool = True) -> None:
        """Raises ``UsageError`` when the pair cannot be served."""
        self._files, self._follow = (certificate, key), follow
        self._seen = self._read()
        self._newest = self.listening = _context(*self._files)
        """``listening`` is the context to listen with, for the whole life of the process."""
        self.listening.sni_callback = self._present

    def reload(self) -> bool:
        """Serve what the files hold now; says whether that changed anything.

        Raises ``UsageError`` for a pair that cannot be served; the old one is served on, and the
        same bad pair is not complained of twice.
        """
        if not self._follow:
            return False
        found = self._read()
        if found == self._seen:
            return False
        self._seen = found
        self._newest = _context(*self._files)
        return True

    def _present(self, connection: Any, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self._newest

    def _read(self) -> tuple[bytes, bytes]:
        try:
            return self._files[0].read_bytes(), self._files[1].read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read {error.filename}: {error.strerror}") from None


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        # OpenSSL gives no reason for a file without any PEM block; an SSLError is an OSError.
        reason = getattr(error, "reason", str(error)) or "not a PEM certificate with its key"
        raise UsageError(f"{certificate} and {key} cannot be served: {reason}") from None
    return context


def _no_password() -> str:
    """Called for an encrypted key: there is nobody to ask for its password."""
    raise ValueError("the key is encrypted; give one without a password")


def write_pair(pair: KeyPair, folder: Path) -> tuple[Path, Path]:
    """Put a pair into files that only this user can read."""
    certificate, key = folder / "tls.crt", folder / "tls.key"
    certificate.write_bytes(pair.certificate)
    key.touch(mode=0o600)
    key.write_bytes(pair.key)
    return certificate, key


def in_memory(pair: KeyPair) -> ServingCertificate:
    """Serve a pair that is in no file; OpenSSL reads files only, so it is in one for a moment."""
    with tempfile.TemporaryDirectory() as folder:
        return ServingCertificate(*write_pair(pair, Path(folder)), follow=False)
