"""The distribution of an image, in the words of os-release."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from webhook.profile.boundary import declared_base, python_block
from webhook.profile.evidence import Evidence, Source, observed
from webhook.profile.history import Builder, Instruction
from webhook.profile.image import Distro
from webhook.profile.packages import Family, families
from webhook.profile.reading import Reading

MUSL = frozenset({"alpine"})
"""Distributions whose C library is musl, of those that are recognised here."""
GLIBC = frozenset(
    {"debian", "ubuntu", "rhel", "centos", "fedora", "rocky", "almalinux", "ol", "amzn", "wolfi"}
    | {"photon", "sles", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "arch"}
)
"""Distributions whose C library is glibc, of those that are recognised here."""

_DEBIAN = re.compile(r"# debian\.sh\b.*?'([a-z]+)' '@\d+'")
_ALPINE = re.compile(r"alpine-minirootfs-(\d+\.\d+(?:\.\d+)?|\d{8})-")
_UBUNTU_RECIPE = re.compile(
    r"ARG LAUNCHPAD_BUILD_ARCH|dpkg-divert --local --rename --add /sbin/initctl"
)
_UBUNTU_TEXT = re.compile(r"\bppa:|archive\.ubuntu\.com/ubuntu|/linux/ubuntu/|/repos/ubuntu\d{4}/")
_AMAZON = re.compile(r"amazon-linux-extras|RPM-GPG-KEY-amazon-linux-(\d+)|al(2023)-container-")
_RELEASE = re.compile(r"[0-9][0-9.]{0,15}|[a-z]{3,20}")
_RED_HAT = re.compile(r"(?:ubi|rhel)-?(\d+)")
_RED_HAT_KEYS = ("com.redhat.component", "io.openshift.tags", "url", "name")
_UBUNTU_RELEASE = re.compile(r"\d\d\.(?:04|10)")
_UBUNTU_LABEL = re.compile(r"org\.opencontainers\.image\.version=(\d\d\.(?:04|10))")
_FLAVOUR = re.compile(r"([a-z]+)-(\d+(?:\.\d+)?)")
_CUDA_REPOSITORY = re.compile(r"/ubuntu(\d\d)(\d\d)/")
_DISTTAG = re.compile(r"f(\d+)container")
_DISTROLESS = re.compile(r"/distroless/(?!static)[\w.-]+-debian(\d+)$")
_DEBIAN_PYTHON = re.compile(r"(?:/usr/bin|/python/bin)/python3\.\d+$")
_BASES = {
    "library/debian": "debian",
    "library/ubuntu": "ubuntu",
    "library/alpine": "alpine",
    "library/fedora": "fedora",
    "library/centos": "centos",
    "library/amazonlinux": "amzn",
    "library/rockylinux": "rocky",
    "library/almalinux": "almalinux",
    "library/oraclelinux": "ol",
    "bitnami/minideb": "debian",
}
_TITLES = (
    (re.compile(r"ubuntu$", re.I), "ubuntu"),
    (re.compile(r"CentOS (?:Stream |Base )", re.I), "centos"),
    (re.compile(r"openSUSE Leap", re.I), "opensuse-leap"),
    (re.compile(r"openSUSE Tumbleweed", re.I), "opensuse-tumbleweed"),
    (re.compile(r"SLE(?:S|_BCI| BCI)\b", re.I), "sles"),
    (re.compile(r"Arch Linux Base", re.I), "arch"),
    (re.compile(r"Photon OS", re.I), "photon"),
    (re.compile(r"Fedora\b.*Base", re.I), "fedora"),
)
"""Titles that base images give themselves in labels, which their children inherit."""


def signals(reading: Reading) -> Iterator[Evidence]:
    """What speaks for a distribution; ``says`` is its id and, where known, a blank and release."""
    yield from named(reading)
    yield from _managers(reading)


def named(reading: Reading) -> Iterator[Evidence]:
    """The signals that name a distribution, rather than infer one from its package manager."""
    yield from in_history(reading.steps)
    for signal in _SIGNALS:
        yield from signal(reading)


def judge(evidence: Sequence[Evidence]) -> Distro | None:
    """The distribution that the best evidence names; a release from any that agrees with it."""
    if not evidence:
        return None
    best = max(evidence, key=lambda piece: piece.weight)
    name = best.says.partition(" ")[0]
    releases = [
        (piece.weight, release, piece)
        for piece in evidence
        for found, _, release in (piece.says.partition(" "),)
        if found == name and _RELEASE.fullmatch(release)
    ]
    _, release, told = max(releases, key=lambda item: item[:2], default=(0, None, best))
    return Distro(name, release, (told,))


def _said(name: str, release: str | None) -> str:
    return f"{name} {release}" if release else name


def in_history(steps: Iterable[Instruction]) -> Iterator[Evidence]:
    """What the steps of a build say of the distribution they ran on."""
    for step in steps:
        text = step.raw[:4096]
        if match := _DEBIAN.match(text):
            yield observed(Source.HISTORY, f"debian {match[1]}", 90, text)
        elif match := _ALPINE.search(text) if step.verb == "ADD" else None:
            yield observed(Source.HISTORY, f"alpine {match[1]}", 90, text)
        elif match := _UBUNTU_LABEL.fullmatch(step.text) if step.verb == "LABEL" else None:
            yield observed(Source.HISTORY, f"ubuntu {match[1]}", 80, text)
        elif match := _UBUNTU_RECIPE.search(text):
            yield observed(Source.HISTORY, "ubuntu", 85, f"Ubuntu's own recipe: {match[0]}")
        elif match := _UBUNTU_TEXT.search(text):
            yield observed(Source.HISTORY, "ubuntu", 75, match[0])
        elif match := _AMAZON.search(text):
            yield observed(Source.HISTORY, _said("amzn", match[1] or match[2]), 80, match[0])


def _labels(reading: Reading) -> Iterator[Evidence]:
    labels = reading.labels
    if labels.get("org.opencontainers.image.ref.name") == "ubuntu":
        # A child's own version often stands where Ubuntu's did.
        release = _UBUNTU_RELEASE.fullmatch(labels.get("org.opencontainers.image.version", ""))
        says = _said("ubuntu", release[0] if release else None)
        yield observed(Source.LABEL, says, 80, "org.opencontainers.image.ref.name=ubuntu")
    if "com.redhat.license_terms" in labels or "com.redhat.component" in labels:
        texts = (labels.get(key, "")[:1024] for key in _RED_HAT_KEYS)
        match = next(filter(None, map(_RED_HAT.search, texts)), None)
        says = _said("rhel", match[1] if match else None)
        yield observed(Source.LABEL, says, 70, "com.redhat.*")
    if labels.get("org.opencontainers.image.vendor") == "Chainguard":
        yield observed(Source.LABEL, "wolfi", 65, "org.opencontainers.image.vendor=Chainguard")
    for key in ("org.opencontainers.image.title", "org.label-schema.name", "name"):
        for pattern, name in _TITLES:
            if pattern.match(labels.get(key, "")):
                yield observed(Source.LABEL, name, 65, f"{key}={labels[key]}")
    if any(key.startswith(("com.suse.", "org.opensuse.")) for key in labels):
        says = "sles" if "com.suse.eula" in labels else "opensuse"
        yield observed(Source.LABEL, says, 60, "com.suse.*")
    hardened = _FLAVOUR.fullmatch(labels.get("com.docker.dhi.distro", ""))
    if hardened:
        says = f"{hardened[1]} {hardened[2]}"
        yield observed(Source.LABEL, says, 75, f"com.docker.dhi.distro={hardened[0]}")
    distro = labels.get("io.buildpacks.base.distro.name", "")
    if re.fullmatch(r"[a-z]+", distro):
        says = _said(distro, labels.get("io.buildpacks.base.distro.version"))
        yield observed(Source.LABEL, says, 65, "io.buildpacks.base.distro.name")


def _environment(reading: Reading) -> Iterator[Evidence]:
    flavour = _FLAVOUR.fullmatch(reading.env.get("OS_FLAVOUR", ""))
    if flavour:
        says = f"{flavour[1]} {flavour[2]}"
        yield observed(Source.CONFIG, says, 75, f"ENV OS_FLAVOUR={flavour[0]}")
    fedora = _DISTTAG.fullmatch(reading.env.get("DISTTAG", ""))
    if fedora:
        yield observed(Source.CONFIG, f"fedora {fedora[1]}", 80, f"ENV DISTTAG={fedora[0]}")
    cuda = _CUDA_REPOSITORY.search(reading.env.get("NV_ML_REPO_URL", ""))
    if cuda:
        yield observed(Source.CONFIG, f"ubuntu {cuda[1]}.{cuda[2]}", 75, "ENV NV_ML_REPO_URL")
    if "/var/lang/bin" in reading.env.get("PATH", "").split(":"):
        yield observed(Source.CONFIG, "amzn", 75, "ENV PATH of an AWS Lambda base image")


def _declared(reading: Reading) -> Iterator[Evidence]:
    base = declared_base(reading)
    if base is not None:
        name = _BASES.get(base.path.partition("/")[2])
        match = _DISTROLESS.search(base.path)
        says = name or (f"debian {match[1]}" if match else None)
        if says:
            yield observed(base.source, says, min(80, base.weight), f"base {base.reference}")
    if "com.google.distroless.python.version" in reading.annotations:
        yield observed(Source.ANNOTATION, "debian", 85, "distroless annotation")
    program = reading.argv[0] if reading.argv else ""
    is_bazel = bool(reading.steps) and reading.steps[0].builder is Builder.BAZEL
    if is_bazel and _DEBIAN_PYTHON.match(program):
        yield observed(Source.COMMAND, "debian", 60, f"distroless python: {program}")


def _managers(reading: Reading) -> Iterator[Evidence]:
    """What a package manager alone tells: Debian's derivatives all have apt."""
    block = python_block(reading.steps)
    end, weight = (block.start, 85) if block else (len(reading.steps), 40)
    used = {family for step in reading.steps[:end] for family in families(step)}
    if any(step.builder is Builder.APKO for step in reading.steps):
        return  # Alpine or Wolfi
    if used == {Family.APT}:
        yield observed(Source.HISTORY, "debian", weight, "apt")
    elif used == {Family.APK}:
        yield observed(Source.HISTORY, "alpine", weight, "apk")


_SIGNALS: tuple[Callable[[Reading], Iterable[Evidence]], ...] = (
    _labels,
    _environment,
    _declared,
)
