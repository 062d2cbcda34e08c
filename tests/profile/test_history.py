import pytest

from tests.profile.images import FILE, buildkit, classic, kaniko
from webhook.oci import History
from webhook.profile.history import MAX_SCRIPT, Builder, Instruction, read_history, words_of


def read(*entries: dict[str, object]) -> tuple[Instruction, ...]:
    return read_history(History(**entry) for entry in entries)  # type: ignore[arg-type]


def one(created_by: str, **more: object) -> Instruction:
    return read({"created_by": created_by, **more})[0]


@pytest.mark.parametrize(
    ("created_by", "verb", "text"),
    [
        ('/bin/sh -c #(nop)  CMD ["python3"]', "CMD", '["python3"]'),
        ('/bin/sh -c #(nop) CMD ["python","app.py"]', "CMD", '["python","app.py"]'),
        ("/bin/sh -c #(nop) COPY dir:ab in /app ", "COPY", "dir:ab in /app"),
        ("/bin/bash -o pipefail -c #(nop)  ENV A=b", "ENV", "A=b"),
        ("/usr/local/bin/_dockerfile_shell.sh #(nop)  USER root", "USER", "root"),
        ("/bin/sh -c #(nop)  USER [biodocker]", "USER", "[biodocker]"),
        ("/bin/sh -c apt-get update", "RUN", "apt-get update"),
        ("|1 A=b /bin/sh -c apt-get update", "RUN", "apt-get update"),
        ("|2 A=b c d= /bin/sh -c true", "RUN", "true"),
        ("bash -c apt update -y", "RUN", "apt update -y"),
        ("/bin/bash -o pipefail -eux -c pip install x", "RUN", "pip install x"),
        ("/bin/bash -exo pipefail -c pip install x", "RUN", "pip install x"),
        ("pip install x", "RUN", "pip install x"),
        ("RUN /bin/sh -c pip install x # buildkit", "RUN", "pip install x"),
        ("RUN |1 A=b /bin/sh -c pip install x # buildkit", "RUN", "pip install x"),
        ("RUN bash -c pip install x # buildkit", "RUN", "pip install x"),
        ("RUN pip install x # buildkit", "RUN", "pip install x"),
        ("RUN pip install x", "RUN", "pip install x"),
        ("RUN --mount=type=cache,target=/root pip install x", "RUN", "pip install x"),
        ("COPY --chown=a:b src dst # buildkit", "COPY", "src dst"),
        ("COPY --from=builder /venv /venv", "COPY", "/venv /venv"),
        ("EXPOSE map[8000/tcp:{}]", "EXPOSE", "map[8000/tcp:{}]"),
        ("EXPOSE &{[{{5 0} {5 0}}] 0xc0005245c0}", "EXPOSE", "&{[{{5 0} {5 0}}] 0xc0005245c0}"),
        ("ENV container oci", "ENV", "container oci"),
        ("cmd /S /C #(nop)  ENV PYTHON_VERSION=3.11.4", "ENV", "PYTHON_VERSION=3.11.4"),
        ("cmd /S /C python --version", "RUN", "python --version"),
        ("powershell -Command pip install x", "RUN", "pip install x"),
        ("# debian.sh --arch 'amd64' out/ 'trixie' '@1785715200'", "", None),
        ("BusyBox 1.38.0 (musl), Alpine 3.23.5", "", None),
        ("bazel build //python3:python3", "", None),
        ("ko build ko://github.com/a/b", "", None),
        ("umoci config --image a:b --config.cmd /bin/bash", "", None),
        ("Layer: 'pip', Created by buildpack: paketo-buildpacks/pip@0.17", "", None),
        ("Apply image 10.0.20348.1787", "", None),
        ("", "", ""),
    ],
)
def test_every_dialect_is_read_as_a_verb_and_its_text(
    created_by: str, verb: str, text: str | None
) -> None:
    step = one(created_by)
    assert (step.verb, step.text) == (verb, created_by if text is None else text)


@pytest.mark.parametrize(
    ("entry", "builder"),
    [
        ({"created_by": "/bin/sh -c true"}, Builder.CLASSIC),
        ({"created_by": "|1 A=b /bin/sh -c true"}, Builder.CLASSIC),
        ({"created_by": "ENV A=b", "comment": "buildkit.dockerfile.v0"}, Builder.BUILDKIT),
        ({"created_by": "x", "comment": "buildkit.exporter.image.v0"}, Builder.BUILDKIT),
        ({"created_by": "/bin/sh -c true", "comment": "FROM 1234567890ab"}, Builder.BUILDAH),
        ({"created_by": "RUN true", "author": "kaniko"}, Builder.KANIKO),
        ({"created_by": "# debian.sh x", "comment": "debuerreotype 0.17"}, Builder.DEBUERREOTYPE),
        ({"created_by": "bazel build ...", "author": "Bazel"}, Builder.BAZEL),
        ({"comment": "store paths: ['/nix/store/a-b']"}, Builder.NIX),
        ({"created_by": "apko", "author": "apko"}, Builder.APKO),
        ({"created_by": "ko build ko://a"}, Builder.KO),
        ({"created_by": "jib-core-plugin:0.20.0"}, Builder.JIB),
        ({"created_by": "umoci raw add-layer"}, Builder.UMOCI),
        ({"created_by": "KIWI 10.0.11"}, Builder.KIWI),
        ({"comment": "Imported from -"}, Builder.IMPORT),
        ({"created_by": "Application Layer"}, Builder.BUILDPACKS),
        ({}, Builder.UNKNOWN),
    ],
)
def test_a_builder_is_known_by_what_it_writes(entry: dict[str, object], builder: Builder) -> None:
    assert read(entry)[0].builder is builder


def test_a_shell_that_the_image_names_is_taken_off_what_follows() -> None:
    steps = read(
        *buildkit("SHELL [/usr/local/bin/_dockerfile_shell.sh]"),
        *buildkit("RUN micromamba install x", shell="/usr/local/bin/_dockerfile_shell.sh"),
        *classic("RUN pip install y", shell="/usr/local/bin/_dockerfile_shell.sh"),
    )
    assert [step.text for step in steps[1:]] == ["micromamba install x", "pip install y"]


def test_build_arguments_are_kept_apart_from_the_script() -> None:
    step = one("RUN |2 TOKEN=s3cret NAME=a b /bin/sh -c pip install x # buildkit")
    assert (step.build_args, step.text) == ("TOKEN=s3cret NAME=a b", "pip install x")


def test_versions_alone_are_filled_into_what_a_run_starts_and_never_a_secret() -> None:
    step = one("RUN |2 PY=3.12 TOKEN=s3cret /bin/sh -c python$PY -m pip install $TOKEN # buildkit")
    assert step.programs[0] == ("python3.12", "-m", "pip", "install", "$TOKEN")
    assert "s3cret" not in str(step.programs)


def test_buildah_puts_run_flags_behind_the_shell() -> None:
    step = one("|1 A=b /bin/sh -c --mount=type=cache,target=/root/.cache pip install x")
    assert step.flags == ("--mount=type=cache,target=/root/.cache",)
    assert step.programs == (("pip", "install", "x"),)


def test_buildah_suffixes_are_no_part_of_the_instruction() -> None:
    assert one("/bin/sh -c #(nop) CMD x|unsetLabel=a|force-mtime=0").text == "x"


def test_a_run_lists_the_programs_it_starts_wrappers_first() -> None:
    step = one("RUN /bin/sh -c if true; then sudo -E pip install x; fi # buildkit")
    assert ("pip", "install", "x") in step.programs
    assert step.programs.index(("sudo", "-E", "pip", "install", "x")) < step.programs.index(
        ("pip", "install", "x")
    )


def test_a_heredoc_run_is_a_script_of_several_lines() -> None:
    step = one("RUN /bin/sh -c set -e\napt-get update\npip install x\n # buildkit")
    assert step.programs[1:] == (("apt-get", "update"), ("pip", "install", "x"))


def test_there_are_as_many_steps_as_entries() -> None:
    entries = [*classic(f"ADD {FILE} in / "), {}, *kaniko("RUN true"), {"comment": "merge"}]
    assert len(read(*entries)) == 4


def test_only_so_much_script_is_taken_apart() -> None:
    entry = {"created_by": "RUN /bin/sh -c pip install x; " + "#" * 60_000}
    steps = read(*[entry] * 8)
    assert [bool(step.programs) for step in steps].count(True) == MAX_SCRIPT // 60_017
    assert all(step.verb == "RUN" for step in steps)


@pytest.mark.parametrize(
    "text", ['["/bin/bash", "-c"]', '["/bin/bash" "-c"]', '["/bin/bash","-c"]', "[/bin/bash -c]"]
)
def test_lists_are_read_however_they_are_written(text: str) -> None:
    assert words_of(text) == ("/bin/bash", "-c")
