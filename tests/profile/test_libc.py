import pytest

from tests.profile.images import (
    FILE,
    PYTHON_ENV,
    Json,
    buildkit,
    classic,
    debian,
    image,
    kaniko,
    old_alpine,
    python_alpine,
    python_full,
    python_slim,
    ubuntu,
)
from webhook.profile import Evidence, Libc, Source, profile
from webhook.profile.libc import judge

APKO = [{"created_by": "apko", "author": "apko", "comment": "This is an apko single-layer image"}]


def libc(history: list[Json], **more: object) -> Libc:
    return profile(image(history, **more)).libc  # type: ignore[arg-type]


@pytest.mark.parametrize("base", [python_slim, python_full])
def test_official_python_on_debian_is_glibc(base: object) -> None:
    found = libc(base(), env=PYTHON_ENV)  # type: ignore[operator]
    assert (found.verdict, found.confidence) == ("glibc", 90)


def test_official_python_on_alpine_is_musl_with_confidence_to_deny() -> None:
    found = libc(python_alpine(), env=PYTHON_ENV)
    assert (found.verdict, found.confidence) == ("musl", 90)


def test_old_official_python_on_alpine_is_musl_though_its_base_says_nothing() -> None:
    block = [entry for entry in python_alpine() if "minirootfs" not in entry["created_by"]]
    found = libc([*classic(f"ADD {FILE} in / "), *block], env=PYTHON_ENV)
    assert (found.verdict, found.confidence) == ("musl", 90)


def test_apk_on_an_unnamed_base_is_musl_but_not_enough_to_deny() -> None:
    found = libc([*old_alpine(), *buildkit("RUN apk add --no-cache python3")])
    assert (found.verdict, found.confidence) == ("musl", 55)


def test_apk_on_an_apko_base_says_nothing_as_wolfi_has_it_too() -> None:
    assert libc([*APKO, *buildkit("RUN apk add python-3.12")]).verdict == "unknown"


def test_wolfi_is_glibc_by_its_makers_label() -> None:
    found = libc(APKO, labels={"org.opencontainers.image.vendor": "Chainguard"})
    assert (found.verdict, found.confidence) == ("glibc", 65)


def test_the_musl_package_on_debian_does_not_make_it_musl() -> None:
    history = [*python_slim(), *buildkit("RUN apt-get install -y musl musl-tools")]
    assert libc(history, env=PYTHON_ENV).verdict == "glibc"


def test_a_builder_stage_on_alpine_is_not_the_image() -> None:
    history = [*python_slim(), *kaniko("COPY --from=alpine-builder /wheels /wheels")]
    assert libc(history, env=PYTHON_ENV).verdict == "glibc"


def test_glibc_put_on_alpine_for_conda_is_a_conflict() -> None:
    history = [
        *buildkit("ADD alpine-minirootfs-3.20.1-x86_64.tar.gz /"),
        *buildkit("RUN apk add glibc-2.35.apk", "RUN conda install python=3.11"),
    ]
    assert libc(history).verdict == "conflict"


def test_a_step_for_alpine_alone_does_not_count_elsewhere() -> None:
    guarded = "RUN { grep -q '^ID=alpine$' /etc/os-release && apk add --no-cache bash; } || true"
    assert libc([*debian(), *buildkit(guarded)]).verdict == "glibc"


@pytest.mark.parametrize(
    ("history", "more"),
    [
        ([*debian(), *buildkit("RUN apt-get install -y python3")], {}),
        (ubuntu(), {}),
        (buildkit("COPY /rootfs/ /", 'CMD ["/bin/bash"]', "RUN dnf install -y python3.11"), {}),
        ([{"created_by": "KIWI 10.2"}, *buildkit("RUN zypper -n install python311")], {}),
        (buildkit("RUN micromamba install -y -n base python=3.11"), {}),
        ([{"comment": "store paths: ['/nix/store/8v7c7wxhsp1d1nh6hpcvbdxbfgygyyiw-glibc-2.38-44']"}], {}),
        ([{"created_by": "BusyBox 1.36.1 (glibc), Debian 13"}], {}),
        ([], {"env": ["NV_CUDA_LIB_VERSION=11.8.0-1"]}),
        ([], {"env": ["PATH=/var/lang/bin:/usr/bin"]}),
        ([], {"env": ["OS_FLAVOUR=debian-12"]}),
        ([], {"env": ["DISTTAG=f40container"]}),
        ([], {"labels": {"com.redhat.component": "ubi9-container"}}),
        ([], {"labels": {"io.buildpacks.stack.id": "io.buildpacks.stacks.jammy"}}),
        ([], {"labels": {"org.opencontainers.image.base.name": "python:3.11-slim-bookworm"}}),
        ([], {"annotations": {"org.opencontainers.image.base.name": "registry.example.com/ubi9/python-311"}}),
        ([], {"annotations": {"com.google.distroless.python.version": "3.14.0"}}),
    ],
)  # fmt: skip
def test_bases_linked_to_glibc_are_recognised(history: list[Json], more: dict[str, object]) -> None:
    assert libc(history, **more).verdict == "glibc"


@pytest.mark.parametrize(
    ("history", "more"),
    [
        (buildkit("ADD alpine-minirootfs-3.24.2-x86_64.tar.gz /"), {}),
        ([{"created_by": "BusyBox 1.38.0 (musl), Alpine 3.23.5"}], {}),
        ([{"comment": "store paths: ['/nix/store/8v7c7wxhsp1d1nh6hpcvbdxbfgygyyiw-musl-1.2.5']"}], {}),
        ([], {"annotations": {"org.opencontainers.image.base.name": "python:3.11-alpine3.20"}}),
        ([], {"labels": {"io.buildpacks.base.distro.name": "alpine"}}),
    ],
)  # fmt: skip
def test_bases_linked_to_musl_are_recognised(history: list[Json], more: dict[str, object]) -> None:
    assert libc(history, **more).verdict == "musl"


@pytest.mark.parametrize(
    ("history", "more"),
    [
        ([], {"env": PYTHON_ENV}),
        (kaniko("kaniko"), {"env": PYTHON_ENV}),
        (APKO, {}),
        ([{"created_by": "ko build ko://x"}], {}),
        (classic(f"ADD {FILE} in / ", 'CMD ["sh"]'), {}),
        ([{"created_by": "BusyBox 1.36.1 (uclibc)"}], {}),
        (buildkit("COPY app /"), {"entrypoint": ["/app"]}),
        ([{"comment": "Imported from -"}], {}),
        ([], {"labels": {"org.opencontainers.image.base.name": "registry.example.com/team/base:7"}}),
        ([], {"labels": {"org.opencontainers.image.base.name": "registry.example.com/distroless/static-debian12"}}),
    ],
)  # fmt: skip
def test_what_the_metadata_cannot_tell_stays_unknown(
    history: list[Json], more: dict[str, object]
) -> None:
    found = libc(history, **more)
    assert (found.verdict, found.confidence) == ("unknown", 0)


def test_windows_has_neither() -> None:
    assert libc([{"created_by": "Apply image 10.0.20348.1"}], os="windows").verdict == "none"


@pytest.mark.parametrize(
    ("musl", "glibc", "verdict"),
    [
        (90, 0, "musl"),
        (0, 60, "glibc"),
        (55, 71, "glibc"),
        (55, 70, "conflict"),
        (90, 75, "conflict"),
        (90, 74, "musl"),
        (0, 0, "unknown"),
    ],
)
def test_opposite_signals_close_to_each_other_settle_nothing(
    musl: int, glibc: int, verdict: str
) -> None:
    weights = {"musl": musl, "glibc": glibc}
    evidence = [Evidence(Source.HISTORY, name, w, "") for name, w in weights.items() if w]
    assert judge(evidence).verdict == verdict


def test_a_verdict_carries_its_evidence() -> None:
    found = libc(python_slim(), env=PYTHON_ENV)
    assert {piece.says for piece in found.evidence} == {"glibc"}
    assert max(piece.weight for piece in found.evidence) == found.confidence
