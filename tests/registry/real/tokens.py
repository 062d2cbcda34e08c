"""A token server that a real registry trusts: JWTs signed with a key it knows the certificate of.

Source: distribution, "Token Authentication Implementation".
"""

import base64
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import BasicAuth, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

SERVICE = "tests-registry"
ISSUER = "tests-issuer"

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class TokenServer:
    """Gives users tokens for what they may do; ``token`` is its one endpoint."""

    def __init__(self, key: Key, users: Mapping[str, str], may: frozenset[str]) -> None:
        self._key = key
        self._users = users
        self._may = may
        """Repositories that users may pull; pushing is for who signs for himself."""
        self._certificate = _certificate(key)
        self.asked: list[list[str]] = []
        """Scopes of every request."""

    def bundle(self, file: Path) -> str:
        """The certificate, where the registry finds it."""
        file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        return str(file)

    async def answer(self, request: web.Request) -> web.Response:
        """Serve one request for a token."""
        scopes = request.query.getall("scope", [])
        self.asked.append(scopes)
        user = ""
        if "Authorization" in request.headers:
            told = BasicAuth.decode(request.headers["Authorization"], encoding="utf-8")
            if self._users.get(told.login) != told.password:
                return web.Response(status=401)
            user = told.login
        repositories = [scope.split(":")[1] for scope in scopes] if user else []
        granted = [repository for repository in repositories if repository in self._may]
        return web.json_response({"token": self.sign(user, granted, ["pull"]), "expires_in": 300})

    def sign(self, user: str, repositories: list[str], actions: list[str]) -> str:
        """A token for ``repositories``."""
        is_rsa = isinstance(self._key, rsa.RSAPrivateKey)
        der = self._certificate.public_bytes(serialization.Encoding.DER)
        header = {
            "typ": "JWT",
            "alg": "RS256" if is_rsa else "ES256",
            "x5c": [base64.b64encode(der).decode()],
        }
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": user,
            "aud": SERVICE,
            "exp": now + 300,
            "nbf": now - 10,
            "iat": now,
            "jti": f"{now}",
            "access": [
                {"type": "repository", "name": name, "actions": actions} for name in repositories
            ],
        }
        signed = f"{_encoded(_json(header))}.{_encoded(_json(claims))}"
        return f"{signed}.{_encoded(_signature(self._key, signed.encode()))}"


def _signature(key: Key, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def _certificate(key: Key) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
