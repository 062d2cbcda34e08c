import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from webhook.errors import UsageError
from webhook.oci import Reference
from webhook.policy.pattern import ImagePattern, NamespacePattern

SHA = "sha256:" + "ab12" * 16
OTHER_SHA = "sha256:" + "cd34" * 16


def matches(pattern: str, reference: str) -> bool:
    return ImagePattern.parse(pattern).matches(Reference.parse(reference))


@pytest.mark.parametrize(
    ("pattern", "reference"),
    [
        ("nginx", "nginx"),
        ("nginx", "docker.io/library/nginx:1.27"),
        ("library/nginx", "nginx"),
        ("docker.io/nginx", "nginx"),
        ("index.docker.io/library/nginx", "nginx"),
        ("docker.io/library/nginx", "index.docker.io/nginx"),
        ("*", "nginx"),
        ("docker.io/*", "nginx"),
        ("docker.io/*/*", "nginx"),
        ("docker.io/**", "team/sub/api"),
        ("team/*", "team/api"),
        ("team/**", "team/sub/api"),
        ("ghcr.io/acme/*", "ghcr.io/acme/api"),
        ("ghcr.io/acme/**", "ghcr.io/acme/a/b/c"),
        ("ghcr.io/**/api", "ghcr.io/a/b/api"),
        ("**", "ghcr.io/acme/api:1"),
        ("**/api", "ghcr.io/acme/api"),
        ("*/acme/api", "ghcr.io/acme/api"),
        ("*.io/acme/api", "ghcr.io/acme/api"),
        ("*/**", "ghcr.io/acme/api"),
        ("ghcr.io/acme/api-*", "ghcr.io/acme/api-v2"),
        ("ghcr.io/acme/*-*-x", "ghcr.io/acme/api-v-2-x"),
        ("ghcr.io/acme/ap?", "ghcr.io/acme/api"),
        ("ghcr.io/a**b*c", "ghcr.io/axb/xb1c"),
        ("registry:5000/**", "registry:5000/api"),
        ("localhost/api", "localhost/api"),
        ("[2001:db8::1]:5000/**", "[2001:db8::1]:5000/api"),
        # Without a tag part, any tag and any digest.
        ("nginx", f"nginx@{SHA}"),
        ("nginx", f"nginx:1@{SHA}"),
        # A tag part needs a tag; the implied latest counts.
        ("nginx:*", "nginx:1.27"),
        ("nginx:*", "nginx"),
        ("nginx:latest", "nginx"),
        ("nginx:1.*", "nginx:1.27"),
        ("nginx:1.?", "nginx:1.2"),
        ("ghcr.io/acme/legacy-*:2024-*", "ghcr.io/acme/legacy-shop:2024-11"),
        ("nginx:1.*", f"nginx:1.27@{SHA}"),
        ("nginx@*", f"nginx@{SHA}"),
        (f"nginx@{SHA}", f"nginx:1@{SHA}"),
        ("nginx@sha256:ab12*", f"nginx@{SHA}"),
        ("nginx:1.*@*", f"nginx:1.2@{SHA}"),
    ],
)
def test_a_pattern_matches_what_is_canonically_meant(pattern: str, reference: str):
    assert matches(pattern, reference)


@pytest.mark.parametrize(
    ("pattern", "reference"),
    [
        ("nginx", "team/nginx"),
        ("nginx", "ghcr.io/library/nginx"),
        ("nginx", "nginx-extra"),
        ("nginx", "my-nginx"),
        ("*", "team/api"),
        ("docker.io/*", "team/api"),
        ("team/*", "team/sub/api"),
        ("team/*", "ghcr.io/team/api"),
        ("ghcr.io/acme/*", "ghcr.io/acme/a/b"),
        ("ghcr.io/acme/**", "ghcr.io/acme-evil/api"),
        ("ghcr.io/**", "ghcrxio/api"),
        ("ghcr.io/**", "evil-ghcr.io/api"),
        ("ghcr.io/acme/**", "evil.com/ghcr.io/acme/api"),
        ("ghcr.io/acme/ap?", "ghcr.io/acme/ap"),
        ("ghcr.io/a?b", "ghcr.io/a/b"),
        ("*.io/api", "a.b/c.io/api"),
        ("registry:5000/**", "registry:5001/api"),
        ("registry/**", "registry:5000/api"),
        ("nginx:*", f"nginx@{SHA}"),
        ("nginx:latest", f"nginx@{SHA}"),
        ("nginx:latest", "nginx:1"),
        ("nginx:1.*", "nginx:11"),
        ("nginx@*", "nginx:1"),
        (f"nginx@{SHA}", f"nginx@{OTHER_SHA}"),
        ("nginx:2@*", f"nginx:1@{SHA}"),
    ],
)
def test_a_pattern_matches_nothing_else(pattern: str, reference: str):
    assert not matches(pattern, reference)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        " ",
        "nginx ",
        "a\nb",
        "ngínx",
        "nginx:",
        "nginx@",
        ":1",
        "@sha256:*",
        "a***b",
        "ba[rz]",
        "team[ab]/api",
        "foo/**/ba[rz]",
        "[a-z]*",
        "ghcr.io/Acme/**",
        "Nginx",
        "ghcr.io/{a,b}",
        "!nginx",
        "^nginx$",
        "x" * 513,
    ],
)
def test_what_could_never_match_or_means_something_else_is_refused(pattern: str):
    with pytest.raises(UsageError, match="not an image pattern"):
        ImagePattern.parse(pattern)


def test_tags_and_hosts_may_have_capitals():
    assert matches("Host/api:RC*", "Host/api:RC1")


@given(st.text() | st.text("aA*?/:@[].-\n", max_size=30))
def test_no_text_is_met_with_anything_but_a_pattern_or_a_usage_error(text: str):
    found = attempt(ImagePattern.parse, text, UsageError)
    assert isinstance(found, UsageError) or found.written == text


def backtracking(glob: str) -> re.Pattern[str]:
    """The glob as one would first write it: right, but slow on hostile names."""
    words = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*|\*|\?)", glob)
    return re.compile("".join(words.get(part) or re.escape(part) for part in parts))


@given(
    glob=st.lists(st.sampled_from(["a", "b", "/", "?", "*", "**"]), max_size=8).map("".join),
    name=st.text("ab/", max_size=10),
)
def test_globs_that_never_give_back_match_the_same_names(glob: str, name: str):
    if "***" in glob:
        return
    pattern = ImagePattern("", glob or "a", None, None)
    domain, _, path = name.partition("/")
    reference = Reference(domain, path, None, None, name)
    expected = backtracking(pattern.repository).fullmatch(reference.repository)
    assert pattern.matches(reference) == bool(expected)


def test_a_name_made_to_slow_down_a_pattern_does_not():
    assert not matches(f"ghcr.io/acme/{'*-' * 12}x", f"ghcr.io/acme/{'a-' * 110}a")


@pytest.mark.parametrize(
    ("pattern", "namespace", "expected"),
    [
        ("shop", "shop", True),
        ("shop", "shop-2", False),
        ("team-*", "team-a", True),
        ("team-*", "my-team-a", False),
        ("*", "anything", True),
        ("team-?", "team-a", True),
        ("team-?", "team-ab", False),
        ("*-prod-*", "a-prod-b", True),
    ],
)
def test_namespaces_are_matched_whole(pattern: str, namespace: str, expected: bool):
    assert NamespacePattern.parse(pattern).matches(namespace) is expected


@pytest.mark.parametrize("pattern", ["", "Team", "a/b", "a.b", "a b", "shop\n", "x" * 64, "[ab]"])
def test_what_no_namespace_is_called_is_refused(pattern: str):
    with pytest.raises(UsageError, match="not a namespace pattern"):
        NamespacePattern.parse(pattern)
