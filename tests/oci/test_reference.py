import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from tests.oci.strategies import hub_paths, references
from webhook.errors import InvalidReference
from webhook.oci import Reference

SHA = "sha256:" + "ab12" * 16


@pytest.mark.parametrize(
    ("text", "domain", "path", "tag"),
    [
        ("nginx", "docker.io", "library/nginx", None),
        ("nginx:1.27", "docker.io", "library/nginx", "1.27"),
        ("team/api", "docker.io", "team/api", None),
        ("team/sub/api:2", "docker.io", "team/sub/api", "2"),
        ("docker.io/nginx", "docker.io", "library/nginx", None),
        ("index.docker.io/nginx", "docker.io", "library/nginx", None),
        ("index.docker.io/team/api", "docker.io", "team/api", None),
        ("ghcr.io/api", "ghcr.io", "api", None),
        ("registry.example.com/a/b/c:x", "registry.example.com", "a/b/c", "x"),
        ("localhost/api", "localhost", "api", None),
        ("localhost", "docker.io", "library/localhost", None),
        ("localhost:5000", "docker.io", "library/localhost", "5000"),
        ("registry:5000/api", "registry:5000", "api", None),
        ("registry:5000/api:2", "registry:5000", "api", "2"),
        ("registry/api", "docker.io", "registry/api", None),
        ("Registry/api", "Registry", "api", None),
        ("127.0.0.1:5000/api", "127.0.0.1:5000", "api", None),
        ("[2001:db8::1]:5000/api:2", "[2001:db8::1]:5000", "api", "2"),
        ("foo_bar.com:8080", "docker.io", "library/foo_bar.com", "8080"),
        ("a__b/c---d/e.f", "docker.io", "a__b/c---d/e.f", None),
        ("api:_Tag.-x", "docker.io", "library/api", "_Tag.-x"),
        ("ab12" * 15 + "ab1", "docker.io", "library/" + "ab12" * 15 + "ab1", None),
    ],
)
def test_what_is_not_written_is_defaulted_as_docker_does(
    text: str, domain: str, path: str, tag: str | None
):
    reference = Reference.parse(text)
    assert (reference.domain, reference.path, reference.tag) == (domain, path, tag)
    assert reference.digest is None
    assert str(reference) == reference.written == text
    assert reference.repository == f"{domain}/{path}"
    assert reference.canonical == reference.repository + (f":{tag}" if tag else "")


@pytest.mark.parametrize(
    ("text", "tag", "identifier", "effective"),
    [
        ("nginx", None, "latest", "latest"),
        ("nginx:latest", "latest", "latest", "latest"),
        ("nginx:1", "1", "1", "1"),
        (f"nginx@{SHA}", None, SHA, None),
        (f"nginx:1@{SHA}", "1", SHA, None),
    ],
)
def test_tag_and_digest_are_kept_apart_and_the_digest_identifies(
    text: str, tag: str | None, identifier: str, effective: str | None
):
    reference = Reference.parse(text)
    assert reference.tag == tag
    assert (str(reference.digest) if reference.digest else None) == (SHA if "@" in text else None)
    assert reference.identifier == identifier
    assert reference.effective_tag == effective


def test_references_are_equal_when_they_canonically_mean_the_same():
    assert Reference.parse("nginx") == Reference.parse("docker.io/library/nginx")
    assert len({Reference.parse("nginx"), Reference.parse("index.docker.io/library/nginx")}) == 1
    assert Reference.parse("nginx") != Reference.parse("nginx:latest")
    assert Reference.parse("nginx") != "nginx"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("a" * 1025, "longer than 1024"),
        (f"{'a/' * 128}a", "longer than 255"),
        ("ab12" * 16, "an id, not a name"),
        ("API", "lower case"),
        ("team/API", "lower case"),
        ("ghcr.io/Team/api", "lower case"),
        (":tag", "not a repository name"),
        (f"@{SHA}", "not a repository name"),
        ("/api", "not a repository name"),
        ("api/", "not a repository name"),
        ("a//b", "not a repository name"),
        ("-api", "not a repository name"),
        ("api-", "not a repository name"),
        ("a..b", "not a repository name"),
        ("a___b", "not a repository name"),
        ("a b", "not a repository name"),
        ("a/../b", "not a repository name"),
        ("nginx\n", "not a repository name"),
        ("\x00", "not a repository name"),
        ("ngínx", "not a repository name"),
        ("api\uff10", "not a repository name"),
        ("$(name)", "not a repository name"),
        ("[2001:db8::1]:tag", "not a repository name"),
        ("nginx:", "is not a tag"),
        ("nginx:-x", "is not a tag"),
        ("nginx:a b", "is not a tag"),
        ("nginx:1\n", "is not a tag"),
        (f"nginx:{'x' * 129}", "is not a tag"),
        ("[2001:db8::1]", "is not a tag"),
        ("https://ghcr.io/api", "is not a registry host"),
        ("ghcr.io:http/api", "is not a registry host"),
        ("bad_host.com:80/api", "is not a registry host"),
        ("-ghcr.io/api", "is not a registry host"),
        ("ghcr..io/api", "is not a registry host"),
        ("user:pw@ghcr.io/api", "not a sha256 or sha512 digest"),
        ("nginx@", "not a sha256 or sha512 digest"),
        ("nginx@sha256:ab12", "not a sha256 or sha512 digest"),
        (f"nginx@sha384:{'ab' * 48}", "not a sha256 or sha512 digest"),
        (f"nginx@{SHA}@{SHA}", "not a sha256 or sha512 digest"),
        (f"nginx@{SHA.upper()}", "not a sha256 or sha512 digest"),
        ("[fe80::1%eth0]:5000/api", "is not a registry host"),
    ],
)
def test_what_is_no_reference_is_refused_with_the_reason(text: str, why: str):
    with pytest.raises(InvalidReference, match=why) as caught:
        Reference.parse(text)
    assert len(str(caught.value)) < 300


def test_the_longest_tag_path_and_text_are_accepted():
    tag, path = "x" * 128, "a/" * 127 + "a"
    reference = Reference.parse(f"ghcr.io/{path}:{tag}")
    assert (reference.path, reference.tag) == (path, tag)


@given(references())
def test_a_reference_that_names_its_registry_is_already_canonical(
    parts: tuple[str, str, str | None, str | None],
):
    domain, path, tag, digest = parts
    text = f"{domain}/{path}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}"
    reference = Reference.parse(text)
    assert reference.canonical == str(reference) == text
    assert (reference.domain, reference.path, reference.tag) == (domain, path, tag)
    assert Reference.parse(reference.canonical) == reference


@given(hub_paths)
def test_the_canonical_text_means_the_same_as_what_was_written(path: str):
    reference = Reference.parse(path)
    again = Reference.parse(reference.canonical)
    assert (again, again.canonical) == (reference, reference.canonical)


@given(st.text() | st.text("aA0/:@._-[]\n", max_size=40))
def test_no_text_is_met_with_anything_but_a_reference_or_its_own_error(text: str):
    found = attempt(Reference.parse, text, InvalidReference)
    assert str(found).isprintable()
    assert isinstance(found, InvalidReference) or found.canonical.isascii()
