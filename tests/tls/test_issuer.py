"""A Secret's data: written, read back, and refused when any of it is not as it was written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from webhook.services.rotation import Damage, Holding
from webhook.tls import Issuer, self_signed

NOW = datetime(2026, 5, 1, 12, 30, 15, tzinfo=UTC)
HOSTS = ("slimgate.team.svc",)
ISSUER = Issuer()
CA, OLD, OTHER = (ISSUER.ca(NOW) for _ in range(3))
STEADY = Holding(CA, ISSUER.serving(CA, HOSTS, NOW))
BEHIND = Holding(
    CA,
    ISSUER.serving(OLD, HOSTS, NOW),
    behind=True,
    old=(OLD.certificate, OTHER.certificate),
    marked=NOW,
    until=NOW + timedelta(days=90),
)
AHEAD = replace(BEHIND, serving=STEADY.serving, behind=False, marked=None)


@pytest.mark.parametrize("holding", [STEADY, BEHIND, AHEAD])
def test_what_is_written_is_read_back(holding: Holding):
    assert ISSUER.read(ISSUER.write(holding)) == holding


def test_the_keys_are_those_that_others_know():
    assert set(ISSUER.write(STEADY)) == {"tls.crt", "tls.key", "ca.crt", "ca.key", "rotation.json"}
    assert set(ISSUER.write(BEHIND)) == {*ISSUER.write(STEADY), "ca-old.crt"}


def test_the_key_of_an_old_ca_is_not_kept():
    assert OLD.key not in b"".join(ISSUER.write(BEHIND).values())


def test_white_space_around_a_certificate_is_no_difference():
    data = ISSUER.write(BEHIND)
    for name in ("ca.crt", "ca-old.crt", "tls.crt"):
        data[name] = b"\n" + data[name].replace(b"\n", b"\r\n") + b"\n"
    assert ISSUER.read(data) == BEHIND


RSA = self_signed(HOSTS, NOW, key_type="rsa")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tls.key": CA.key}, "tls.crt and tls.key: the key is not that of the certificate"),
        ({"ca.key": OLD.key}, "ca.crt and ca.key: the key is not that of the certificate"),
        ({"tls.key": b""}, "tls.crt and tls.key: not a PEM key without a password"),
        ({"tls.key": RSA.key}, "tls.crt and tls.key: not an ECDSA key"),
        ({"tls.crt": b"\xff"}, "tls.crt and tls.key: not a PEM certificate"),
        (
            {"tls.crt": STEADY.serving.certificate + CA.certificate},
            "tls.crt and tls.key: 2 certificates where one can be",
        ),
        (
            {"ca.crt": OTHER.certificate, "ca.key": OTHER.key},
            "tls.crt: none of the CAs signed it",
        ),
        (
            {"ca.crt": STEADY.serving.certificate, "ca.key": STEADY.serving.key},
            "ca.crt: not the certificate of a CA",
        ),
        ({"ca-old.crt": b"damaged"}, "ca-old.crt: not a PEM certificate"),
        (
            {"ca-old.crt": OLD.certificate},
            "ca-old.crt and rotation.json: one of them is of another moment",
        ),
        (
            {"rotation.json": ISSUER.write(BEHIND)["rotation.json"]},
            "ca-old.crt and rotation.json: one of them is of another moment",
        ),
    ],
)
def test_damage_in_a_secret_of_ours_is_named(changes: dict[str, bytes], reason: str):
    assert ISSUER.read(ISSUER.write(STEADY) | changes) == Damage(reason, ours=True)


@pytest.mark.parametrize("name", ["tls.crt", "tls.key", "ca.crt", "ca.key"])
def test_every_key_must_be_there(name: str):
    data = ISSUER.write(STEADY)
    del data[name]
    found = ISSUER.read(data)
    assert isinstance(found, Damage)
    assert found.ours


@pytest.mark.parametrize(
    "times",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"format": "1"}',
        b'{"format": 1, "until": "2026-05-01T12:00:00"}',
        b'{"format": 1, "more": 1}',
    ],
)
def test_a_secret_without_our_mark_is_not_ours(times: bytes):
    found = ISSUER.read(ISSUER.write(STEADY) | {"rotation.json": times})
    reason = "rotation.json: missing, or not what slimgate writes"
    assert found == Damage(reason, ours=False)


def test_a_secret_as_cert_manager_writes_it_is_not_ours():
    data = ISSUER.write(STEADY)
    kept = {name: data[name] for name in ("tls.crt", "tls.key", "ca.crt")}
    assert ISSUER.read(kept) == ISSUER.read({}) != ISSUER.read(data)
    assert isinstance(ISSUER.read(kept), Damage)


def test_a_secret_that_others_keep_something_in_is_not_ours():
    found = ISSUER.read(ISSUER.write(STEADY) | {"password": b"x"})
    assert found == Damage("unknown keys: password", ours=False)


def test_a_secret_of_another_version_is_not_ours():
    found = ISSUER.read(ISSUER.write(STEADY) | {"rotation.json": b'{"format": 2}'})
    assert found == Damage("rotation.json: of another version of slimgate", ours=False)


@pytest.mark.parametrize("name", ["tls.crt", "tls.key", "ca.crt", "ca.key", "ca-old.crt"])
def test_nothing_that_a_secret_holds_is_told(name: str):
    data = ISSUER.write(BEHIND)
    found = ISSUER.read(data | {name: data[name][:100]})
    assert isinstance(found, Damage)
    assert data[name][60:80].decode() not in found.reason
