"""Checks for ``references.json``: how other projects read image references and match globs."""

from tests.vectors.case import Case, Check, LeftOut, same
from webhook.errors import InvalidReference, UsageError
from webhook.oci import Reference
from webhook.policy.pattern import ImagePattern

_GRAMMAR = {"Parse", "WithName", "Field.UnmarshalText", "anchoredNameRegexp", "referenceRegexp"}
_NAME_ONLY = {"WithName", "anchoredNameRegexp", "NewRepository"}


def _read(text: str) -> Reference | None:
    try:
        return Reference.parse(text)
    except InvalidReference:
        return None


def _hub(text: str) -> str:
    """Docker Hub is called ``index.docker.io`` by some."""
    return text.replace("index.docker.io", "docker.io", 1)


def case(case: Case) -> None:
    """One of many calls of distribution/reference and go-containerregistry."""
    api = case["api"]
    if case["project"] == "google/go-containerregistry":
        _gcr(case)
    elif "parts" in case:
        _composed(case)
    elif api.startswith("domainAndPort"):
        read = _read(f"{case['input']}/x")
        same(read is not None and read.domain in {case["input"], "docker.io"}, case["ok"])
    elif api.startswith("anchoredIdentifier"):
        if not case["ok"]:
            raise LeftOut("what is no id may be a reference or not")
        same(_read(case["input"]), None)
    elif api == "ParseNamed":
        read = _read(case["input"])
        same(read is not None and read.canonical == case["input"], case["ok"])
    else:
        _distribution(case)


def _distribution(case: Case) -> None:
    if case["ok"] and case.get("string", "").startswith("sha256:"):
        raise LeftOut("an id by itself is no reference here")
    read = _read(case["input"])
    if not case["ok"]:
        if read and (read.tag or read.digest) and case["api"] in _NAME_ONLY:
            raise LeftOut("a name without a tag is what is asked for there")
        same(read, None)
        return
    assert read is not None, "refused"
    for field in ("tag", "digest"):
        if field in case:
            value = getattr(read, field)
            same(None if value is None else str(value), case[field])
    if case["api"] in _GRAMMAR:  # nothing is defaulted there
        name = case.get("name", "/".join(filter(None, (case.get("domain"), case.get("path")))))
        assert f"/{read.repository}".endswith(f"/{name}"), f"repository {read.repository}"
        same(read.written, case.get("string", read.written))
        return
    same(read.domain, case.get("domain", read.domain))
    same(read.path, case.get("path", read.path))
    if "string" in case:
        same(_pulled(read) if case["api"] == "ParseDockerRef" else read.canonical, case["string"])


def _pulled(read: Reference) -> str:
    """What is pulled: by digest, or by the tag with ``latest`` implied."""
    return f"{read.repository}{'@' if read.digest else ':'}{read.identifier}"


def _composed(case: Case) -> None:
    parts = case["parts"]
    text = parts["name"]
    text += f":{parts['tag']}" if parts.get("tag") else ""
    text += f"@{parts['digest']}" if parts.get("digest") else ""
    read = _read(text)
    if case["ok"] and read is None and parts.get("digest"):
        raise LeftOut("a digest is checked here, and only put together there")
    same(read is not None, case["ok"])
    assert read is None or read.canonical.endswith(case["string"]), read


def _gcr(case: Case) -> None:
    api, text = case["api"], case["input"]
    if case.get("options"):
        raise LeftOut("registry and tag have no other defaults here")
    if api == "NewRegistry":
        if not text:
            raise LeftOut("there is no registry without a name here")
        text = f"{text}/x/y"
    read = _read(text)
    if not case["ok"]:
        if read is not None and case.get("validation") == "strict":
            raise LeftOut("what is defaulted here is an error in strict mode there")
        same(read, None)
        return
    assert read is not None, "refused"
    if "canonical" in case:
        canonical = {"NewRegistry": read.domain, "NewRepository": read.repository}
        same(canonical.get(api, _pulled(read)), _canonical(case["canonical"], read))
    found = {
        "registry": read.domain,
        "repository": read.path,
        "tag": read.tag,
        "identifier": read.identifier,
        "context": read.repository,
        "scope_pull": f"repository:{read.path}:pull",
    }
    for field in found.keys() & case.keys():
        same(found[field], _hub(case[field]))
    if "kind" in case:
        same("digest" if read.digest else "tag", case["kind"])


def _canonical(text: str, read: Reference) -> str:
    """Their canonical text, with Docker Hub's own ``library/``, which they leave to the Hub."""
    text = _hub(text)
    bare = read.repository.replace("/library/", "/", 1)
    return text if text.startswith(read.repository) else text.replace(bare, read.repository, 1)


def other_project(case: Case) -> None:
    """Kyverno and Connaisseur."""
    api, text = case["api"], case["input"]
    options = case.get("options", {})
    if api == "NewRegistryRepo":
        raise LeftOut("a registry's address in a configuration is no reference")
    named = "." in text.partition("/")[0] or text.startswith("localhost/")
    default = options.get("default_registry", "docker.io")
    if not named and (
        default != "docker.io" or not options.get("enable_default_registry_mutation", True)
    ):
        raise LeftOut("the registry has no other default here")
    if api.startswith("image.New") and text.startswith("localhost/"):
        raise LeftOut("localhost is a registry here, as in distribution/reference")
    read = _read(text)
    same(read is not None, case["ok"])
    if read is not None:
        (_kyverno if "kyverno" in case["project"] else _connaisseur)(case, read)


def _kyverno(case: Case, read: Reference) -> None:
    path = read.path.removeprefix("library/")  # which is not added there
    pulled = _pulled(read).replace("/library/", "/", 1)
    canonical = read.canonical.replace("/library/", "/", 1)
    for field, found in (
        ("registry", read.domain),
        ("path", path),
        ("image_name", path.rpartition("/")[2]),
        ("tag", read.effective_tag),
        ("digest", None if read.digest is None else str(read.digest)),
        ("reference", pulled),
        ("string", canonical if case["api"] == "addDefaultRegistry" else pulled),
    ):
        if field in case:
            same(found, case[field])


def _connaisseur(case: Case, read: Reference) -> None:
    found = {
        "context": read.repository,
        "identifier": read.identifier,
        "tag": read.tag or read.effective_tag,
        "digest": None if read.digest is None else str(read.digest),
        "canonical": read.canonical if read.digest else _pulled(read),
        "scope": f"repository:{read.path}:{case.get('scope_argument', '')}",
    }
    for field in found.keys() & case.keys():
        expected = case[field]
        same(found[field], _hub(expected) if isinstance(expected, str) else expected)


def image_glob(case: Case) -> None:
    """policy-controller's globs."""
    glob = case["glob"]
    if "/" not in glob and "**" in glob.strip("*") + glob[-2:] and glob != "**":
        raise LeftOut("a pattern that names no registry is of Docker Hub here")
    try:
        found = ImagePattern.parse(glob).matches(Reference.parse(case["image"]))
    except UsageError:
        assert case["error"], "refused"
        return
    same((found, False), (case["match"], case["error"]))


REFERENCES: dict[str, Check] = {
    "cases": case,
    "other_projects": other_project,
    "image_glob_policy_controller": image_glob,
}
"""Group of cases → the check of each."""
LEFT_OUT = {
    "familiar_match": "patterns here are over canonical references and have no character classes",
    "registry_scheme": "plain HTTP is spoken only where it is configured, never by a host's name",
    "registry_rfc1918": "addresses are for webhook.registry.addresses, which tests/registry proves",
}
"""Group → why none of it applies."""
