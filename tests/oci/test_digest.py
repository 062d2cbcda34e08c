import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from tests.oci.strategies import digests
from webhook.errors import InvalidDigest
from webhook.oci import Digest

HEX = "ab12" * 16


@given(digests)
def test_a_digest_reads_as_it_is_written(text: str):
    digest = Digest.parse(text)
    assert str(digest) == text
    assert Digest.parse(str(digest)) == digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEX,
        f"sha256{HEX}",
        "sha256:",
        f"sha256:{HEX[:-1]}",
        f"sha256:{HEX}0",
        f"sha512:{HEX}",
        f"sha256:{HEX * 2}",
        f"sha256:{HEX.upper()}",
        f"SHA256:{HEX}",
        f"sha384:{'ab' * 48}",
        f"md5:{'ab' * 16}",
        f"sha256:{HEX}\n",
        f" sha256:{HEX}",
        f"sha256:{HEX[:-1]}g",
        f"sha256:{HEX[:-1]}\u0665",
        f"sha256+b64:{HEX}",
    ],
)
def test_anything_else_is_no_digest(text: str):
    with pytest.raises(InvalidDigest):
        Digest.parse(text)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_bytes_match_the_digest_of_exactly_those_bytes(algorithm: str):
    data = b"layer"
    digest = Digest.parse(f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}")
    assert digest.matches(data)
    assert not digest.matches(data + b"\0")


@given(st.binary())
def test_the_digest_of_bytes_matches_them(data: bytes):
    assert Digest.of(data).matches(data)


@given(st.text())
def test_no_text_is_met_with_anything_but_a_digest_or_its_own_error(text: str):
    assert str(attempt(Digest.parse, text, InvalidDigest)).isprintable()
