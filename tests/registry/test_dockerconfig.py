"""Reading Docker's configuration file."""

import base64
import json

import pytest

from webhook.errors import InvalidFile
from webhook.registry.dockerconfig import parse_docker_config
from webhook.services.ports import Credential

FILE = "secret shop/registry"


def auth(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return base64.b64encode(raw).decode()


def credentials(document: object) -> dict[str, Credential]:
    return dict(parse_docker_config(json.dumps(document).encode(), FILE).auths)


def entry(**fields: object) -> Credential:
    return credentials({"auths": {"registry.example.com": fields}})["registry.example.com"]


def test_name_and_password_may_be_written_out_or_encoded():
    expected = Credential("ada", "s3cret", origin=FILE)
    assert entry(username="ada", password="s3cret") == expected
    assert entry(auth=auth("ada:s3cret")) == expected
    assert entry(auth=auth("ada:s3cret"), username="bob", password="x") == expected


def test_a_password_may_hold_colons_and_be_no_text():
    assert entry(auth=auth("ada:a:b:c")).password == "a:b:c"
    binary = entry(auth=auth(b"ada:\xff\xfe"))
    assert binary.password.encode(errors="surrogateescape") == b"\xff\xfe"


@pytest.mark.parametrize("text", ["YWRhOnMz\nY3JldA==\n", "YWRhOnMzY3JldA", " YWRhOnMzY3JldA== "])
def test_line_breaks_and_missing_padding_are_tolerated(text):
    assert entry(auth=text) == Credential("ada", "s3cret", origin=FILE)


def test_tokens_are_kept_beside_name_and_password():
    told = entry(auth=auth("00000000-0000:"), identitytoken="id", registrytoken="reg")
    assert told == Credential("00000000-0000", "", "id", "reg", origin=FILE)


def test_an_entry_that_holds_nothing_is_no_credential():
    assert credentials({"auths": {"https://index.docker.io/v1/": {}, "a": {"email": "a@b"}}}) == {}


def test_the_legacy_form_has_entries_at_the_top():
    document = {
        "registry.example.com": {"auth": auth("ada:s3cret"), "email": "a@b"},
        "HttpHeaders": {"User-Agent": "Docker"},
        "detachKeys": "ctrl-p",
    }
    assert credentials(document) == {
        "registry.example.com": Credential("ada", "s3cret", origin=FILE)
    }


def test_helpers_are_told_by_host_and_for_all_others():
    config = parse_docker_config(
        b'{"credHelpers": {"gcr.io": "gcloud"}, "credsStore": "pass"}', FILE
    )
    assert (config.auths, dict(config.helpers), config.store) == ((), {"gcr.io": "gcloud"}, "pass")


def test_nothing_is_a_configuration_too():
    assert parse_docker_config(b"{}", FILE).auths == ()
    assert parse_docker_config(b'{"auths": null}', FILE).auths == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"}{",
        b"[]",
        b"",
        b"\xff\xfe",
        b'{"auths": {"r": {"auth": "p4ssw0rd-not-base64"}}}',
        b'{"auths": {"r": {"auth": "cDRzc3cwcmQ="}}}',  # p4ssw0rd without a colon
        b'{"auths": {"r": {"password": ["p4ssw0rd"]}}}',
        b'{"auths": {"r": "p4ssw0rd"}}',
        b'{"auths": ["p4ssw0rd"]}',
        b'{"r": {"password": "p4ssw0rd", "email": false}}',
        b'{"auths": {"r": {"password": "p4ssw0rd"',
        b"[" * 100_000,
    ],
)
def test_a_malformed_file_is_named_and_not_quoted(raw):
    with pytest.raises(InvalidFile) as caught:
        parse_docker_config(raw, FILE)
    assert FILE in str(caught.value)
    assert "p4ssw0rd" not in str(caught.value)
    assert "cDRz" not in str(caught.value)
    assert str(caught.value).isprintable()
