import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook.layer.secrets import (
    is_literal,
    may_hold_secret,
    only_by_content,
    shape_of,
    token_shape,
)

LETTERS = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zAbCdEfGhI"
TOKENS = {
    "private key": [
        "-----BEGIN PRIVATE KEY-----\nMIIE",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    ],
    "AWS access key": ["AKIA" + "IOSFODNN7QX2PLM9", "ASIA" + "Z3XQ7JK2MN8PLR4T"],
    "GitHub token": [f"gh{kind}_{LETTERS[:36]}" for kind in "oprsu"] + [f"github_pat_{LETTERS}"],
    "GitLab token": ["glpat-" + LETTERS[:20], "glpat-" + LETTERS[:20] + ".01.170aBcDeF"],
    "Slack token": ["xoxb-12345678901-" + LETTERS[:24], "xapp-1-A0B1-" + LETTERS],
    "Stripe live key": ["sk_live_" + LETTERS[:24], "rk_live_" + LETTERS[:24]],
    "URL with a password": [
        "postgres://app:hunter42@db/app",
        "redis://:hunter42@cache:6379/0",
        "https://oauth2:Hu:nter42@git.example.com",
        "https://user:p%40ss-w0rd@mirror.example.com/simple",
        "postgresql+psycopg://app:hunter42@[::1]/app",
    ],
}


@pytest.mark.parametrize(("shape", "text"), [(s, t) for s, texts in TOKENS.items() for t in texts])
def test_a_token_is_told_wherever_it_stands(shape: str, text: str):
    for around in ("{}", "KEY={}", 'RUN curl -H "x: {}" https://x', "a\nb\n  {}\n"):
        assert token_shape(around.format(text)) == shape
        assert shape_of(around.format(text)) == shape


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nMIIE PRIVATE KEY-----",
        "AKIAIOSFODNN7EXAMPLE",
        "AKIAXXXXXXXXXXXXXXXX",
        "AKIAIOSFODNN7QX2PLM",
        "FANTASIAIOSFODNN7QX2PLM9",
        "ghp_" + "x" * 36,
        "ghp_short",
        "glpat-xxxxxxxxxxxxxxxxxxxx",
        "xoxb-your-token-goes-here",
        "sk_test_" + LETTERS,
        "sk_live_xxxxxxxxxxxxxxxxxxxx",
        "https://example.com/a:b@c",
        "https://example.com:8080/@x",
        "https://user@example.com",
        "git@example.com:team/api.git",
        "ssh://git@example.com:22/x",
        "https://user:password@example.com",
        "https://<user>:<password>@example.com",
        "postgres://$USER:$PASSWORD@db",
        "postgres://${USER}:${PASSWORD}@db",
        "postgres://{user}:{password}@db",
        "postgres://%(user)s:%(password)s@db",
        "postgres://user:***@db",
        "amqp://guest:guest@queue",
        "amqp://user:changeme@queue",
        "http://[::1]:80/x@y",
        "docker-image://python:3.13-slim@sha256:abcd",
    ],
)
def test_what_is_no_secret_has_no_shape(text: str):
    assert token_shape(text) is None
    assert shape_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "machine example.com\n  login me\n  password hunter42\n",
        "machine example.com login me password hunter42",
        "default login me password hunter42",
        "[distutils]\nindex-servers = x\n[x]\nusername = me\npassword = hunter42\n",
        "[x]\nusername: me\npassword: hunter42",
        "[default]\naws_access_key_id = me\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPx\n",
        '{"auths": {"ghcr.io": {"auth": "bWU6aHVudGVyNDI="}}}',
        '{"auths": {"ghcr.io": {"identitytoken" : "bWU6aHVudGVyNDI="}}}',
        "DEBUG=1\nDB_PASSWORD=hunter42\n",
        "DEBUG=1\r\nDB_PASSWORD=hunter42\r\n",
        'export API_KEY="hunter42"',
        "APIKEY='hunter42' # the real one",
        "  secret_key: hunter42",
        "SLACK_TOKEN = hunter42",
        "CLIENT_SECRET=/hunter/42+",
    ],
)
def test_files_of_credentials_are_told_as_such(text: str):
    assert shape_of(text) == "credentials file"
    assert token_shape(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "DB_PASSWORD=",
        "DB_PASSWORD=''",
        "DB_PASSWORD=   # set me",
        "DB_PASSWORD=password",
        "DB_PASSWORD=changeme",
        "DB_PASSWORD=<your password>",
        "DB_PASSWORD=${DB_PASSWORD}",
        "DB_PASSWORD=$(cat /x)",
        "DB_PASSWORD={{ password }}",
        "DB_PASSWORD=xxxxxxxx",
        "DB_PASSWORD=********",
        "DB_PASSWORD=/run/secrets/db",
        "PRIVATE_KEY=./key.pem",
        "TOKEN=https://example.org/token",
        "USE_TOKEN=true",
        "MAX_TOKEN=4096",
        "API_KEY=your-key-here",
        "PASSWORD_FILE=hunter42",
        "DB_PASSWORD hunter42",
        "# password hunter42",
        "NAME=value\nHOST=example",
        '{"auths": {"ghcr.io": {}}, "credsStore": "pass"}',
        '{"auth": ""}',
        "machine example.com\n  login me\n",
    ],
)
def test_files_without_credentials_have_no_shape(text: str):
    assert shape_of(text) is None


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "app/.env",
        "app/.env.production",
        "root/.ssh/id_rsa",
        "root/.ssh/id_ed25519",
        "home/me/.ssh/id_ecdsa",
        "etc/ssl/private/server.key",
        "app/cert.pem",
        "root/.pypirc",
        "root/.netrc",
        "etc/pip.conf",
        "root/.config/pip/pip.conf",
        "root/.git-credentials",
        "root/.aws/credentials",
        ".aws/credentials",
        "root/.docker/config.json",
    ],
)
def test_some_names_are_those_of_files_that_hold_secrets(path: str):
    assert may_hold_secret(path)


@pytest.mark.parametrize(
    "path",
    [
        "app/env",
        "app/.environment",
        "app/.env.example",
        "app/.env.sample",
        "root/.ssh/id_rsa.pub",
        "root/.ssh/known_hosts",
        "app/config.json",
        "app/credentials",
        "xaws/credentials",
        "app/.wh..env",
        "app/keyboard",
        "",
    ],
)
def test_other_names_are_not(path: str):
    assert not may_hold_secret(path)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        *("a", " ", "\n", "_", "://", "://a", "://a:", "a:b@", "-----BEGIN ", "-----BEGIN A"),
        *("AKIA", "ghp_", "ghp_a", "github_pat_", "glpat-", "xoxb-", "sk_live_", "password"),
        *("password ", "password=", "\npassword ", "export ", "\nexport a", '"auth"', '"auth": "'),
        *("\nmachine x\n", "\ndefault", "token_", "A-", "secret_key."),
    ],
)
def test_long_texts_take_no_longer_than_their_length(piece: str):
    # A pattern that goes back and forth takes minutes for so many, and is stopped.
    text = piece * (1_000_000 // len(piece))
    token_shape(text)
    shape_of(text)


@given(st.text())
def test_only_known_shapes_come_out(text: str):
    assert token_shape(text) in {None, *TOKENS}
    assert shape_of(text) in {None, "credentials file", *TOKENS}


@pytest.mark.parametrize("value", ["correct-horse", "S3cr3t9", "1051200", "Ünïcödé-Wört"])
def test_a_value_that_somebody_made_up_is_a_literal(value: str):
    assert is_literal(value)


@pytest.mark.parametrize(
    "value", ["", "$VAR", "<token>", "/run/secrets/x", "changeme", "true", "8080", "xxxxxxx"]
)
def test_a_reference_a_place_a_word_and_a_placeholder_are_none(value: str):
    assert not is_literal(value)


@pytest.mark.parametrize("path", ["app/tls.pem", "app/tls.key", "etc/pip.conf"])
def test_certificates_and_the_like_are_mostly_public(path: str):
    assert may_hold_secret(path)
    assert only_by_content(path)
    assert not only_by_content("app/.env")
