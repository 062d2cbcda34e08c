"""Live replacement of the served certificate, seen by real TLS clients."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from webhook.errors import UsageError
from webhook.tls import KeyPair, ServingCertificate, self_signed
from webhook.tls.serving import in_memory, write_pair

NOW = datetime.now(UTC)


@asynccontextmanager
async def listening(certificate: ServingCertificate) -> AsyncIterator[int]:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=certificate.listening)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def served(
    port: int,
    trusted: KeyPair,
    name: str | None = "localhost",
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> x509.Certificate:
    """The certificate that a client who trusts ``trusted`` is shown; it must verify."""
    context = ssl.create_default_context(cadata=trusted.certificate.decode())
    context.maximum_version = version
    if name is None:
        context.check_hostname = False

    def shake() -> bytes | None:
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            context.wrap_socket(plain, server_hostname=name) as secure,
        ):
            secure.sendall(b"hello\n")
            assert secure.recv(10) == b"hello\n"
            return secure.getpeercert(binary_form=True)

    found = await asyncio.to_thread(shake)
    assert found is not None
    return x509.load_der_x509_certificate(found)


async def test_a_change_of_key_type_is_served_without_a_restart(tmp_path: Path):
    old, new = self_signed(("localhost",), NOW), self_signed(("localhost",), NOW, key_type="rsa")
    certificate = ServingCertificate(*write_pair(old, tmp_path))
    async with listening(certificate) as port:
        assert isinstance((await served(port, old)).public_key(), ec.EllipticCurvePublicKey)
        write_pair(new, tmp_path)
        assert certificate.reload() is True
        assert isinstance((await served(port, new)).public_key(), rsa.RSAPublicKey)
        assert certificate.reload() is False


async def test_clients_that_send_no_name_get_the_new_one_too(tmp_path: Path):
    old, new = self_signed(("localhost",), NOW), self_signed(("localhost",), NOW)
    certificate = ServingCertificate(*write_pair(old, tmp_path))
    async with listening(certificate) as port:
        write_pair(new, tmp_path)
        certificate.reload()
        shown = await served(port, new, name=None)
    assert shown == x509.load_pem_x509_certificate(new.certificate)


async def test_a_bad_pair_is_told_once_and_the_old_one_served_on(tmp_path: Path):
    old, other = self_signed(("localhost",), NOW), self_signed(("localhost",), NOW)
    certificate = ServingCertificate(*write_pair(old, tmp_path))
    async with listening(certificate) as port:
        (tmp_path / "tls.crt").write_bytes(other.certificate)  # with the old one's key
        with pytest.raises(UsageError, match="KEY_VALUES_MISMATCH"):
            certificate.reload()
        assert await served(port, old) == x509.load_pem_x509_certificate(old.certificate)
        assert certificate.reload() is False
        write_pair(other, tmp_path)
        assert certificate.reload() is True
        assert await served(port, other) == x509.load_pem_x509_certificate(other.certificate)


async def test_open_connections_live_through_a_reload(tmp_path: Path):
    old, new = self_signed(("localhost",), NOW), self_signed(("localhost",), NOW)
    certificate = ServingCertificate(*write_pair(old, tmp_path))
    context = ssl.create_default_context(cadata=old.certificate.decode())
    async with listening(certificate) as port:
        reader, writer = await asyncio.open_connection("localhost", port, ssl=context)
        write_pair(new, tmp_path)
        certificate.reload()
        writer.write(b"still here\n")
        assert await reader.readline() == b"still here\n"
        writer.close()


@pytest.mark.parametrize("damage", [b"", b"-----BEGIN NOTHING-----\n", b"\x00\xff"])
def test_what_is_no_certificate_is_refused(tmp_path: Path, damage: bytes):
    files = write_pair(self_signed(("localhost",), NOW), tmp_path)
    files[0].write_bytes(damage)
    with pytest.raises(UsageError, match="cannot be served: not a PEM certificate"):
        ServingCertificate(*files)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(UsageError, match=r"cannot read .*tls\.crt: No such file"):
        ServingCertificate(tmp_path / "tls.crt", tmp_path / "tls.key")


def test_the_key_file_is_for_its_owner_only(tmp_path: Path):
    _, key = write_pair(self_signed(("localhost",), NOW), tmp_path)
    assert key.stat().st_mode & 0o077 == 0


def test_a_pair_is_never_printed():
    pair = self_signed(("localhost", "127.0.0.1"), NOW)
    assert "PRIVATE" not in repr(pair)
    assert in_memory(pair).reload() is False


async def test_without_a_pair_every_handshake_is_refused_until_there_is_one():
    pair, certificate = self_signed(("localhost",), NOW), ServingCertificate()
    async with listening(certificate) as port:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await served(port, pair)
        certificate.serve(pair)
        assert await served(port, pair) == x509.load_pem_x509_certificate(pair.certificate)
    assert certificate.pair == pair


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_pair_from_memory_is_served_without_a_restart(version: ssl.TLSVersion):
    old, new = self_signed(("localhost",), NOW), self_signed(("localhost",), NOW, key_type="rsa")
    certificate = in_memory(old)
    async with listening(certificate) as port:
        for pair in (old, new):
            certificate.serve(pair)
            shown = await served(port, pair, version=version)
            assert shown == x509.load_pem_x509_certificate(pair.certificate)


async def test_a_bad_pair_from_memory_is_refused_and_the_old_one_served_on():
    old, other = self_signed(("localhost",), NOW), self_signed(("localhost",), NOW)
    certificate = in_memory(old)
    async with listening(certificate) as port:
        with pytest.raises(UsageError, match="cannot be served: KEY_VALUES_MISMATCH"):
            certificate.serve(KeyPair(other.certificate, old.key))
        assert await served(port, old) == x509.load_pem_x509_certificate(old.certificate)
    assert certificate.pair == old


def test_an_encrypted_key_is_refused_since_nobody_can_be_asked_for_its_password():
    pair = self_signed(("localhost",), NOW)
    key = serialization.load_pem_private_key(pair.key, None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    with pytest.raises(UsageError, match="the key is encrypted"):
        ServingCertificate().serve(KeyPair(pair.certificate, encrypted))
