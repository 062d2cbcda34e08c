"""The lines are those that the three builders wrote for these instructions, byte for byte."""

import re

import pytest

from webhook.sandbox.builders import Buildah, Builder, BuildKit, Classic
from webhook.sandbox.dockerfile import (
    Add,
    Cmd,
    Copy,
    Entrypoint,
    Expose,
    Healthcheck,
    Instruction,
    Label,
    Run,
    StopSignal,
    User,
    Workdir,
    env,
)
from webhook.sandbox.layers import File

DATE = "2026-09-01T09:30:00Z"
BUILDKIT, CLASSIC = BuildKit(DATE), Classic(DATE)
BUILDAH = Buildah(DATE, "docker.io/library/python:3.13-slim")

ONE = (File("app/app.py"),)
MANY = (File("app/app.py"), File("app/web.py"))
RUN = Run('pip install -r requirements.txt && echo "done"')
COPY = Copy("app.py", "./", ONE)
CHOWN = Copy("/app/.venv", "/app/.venv", MANY, "app:app")
CMD = Cmd(("python", "-m", "app"))
SHELL = Cmd('python "app.py"')
HASH = "<hash>"

LINES = [
    (BUILDKIT, RUN, 'RUN /bin/sh -c pip install -r requirements.txt && echo "done" # buildkit'),
    (BUILDKIT, COPY, "COPY app.py ./ # buildkit"),
    (BUILDKIT, CHOWN, "COPY --chown=app:app /app/.venv /app/.venv # buildkit"),
    (BUILDKIT, Add("rootfs.tar.gz", MANY), "ADD rootfs.tar.gz / # buildkit"),
    (BUILDKIT, env(A="1", B="two words"), "ENV A=1 B=two words"),
    (BUILDKIT, Workdir("/app"), "WORKDIR /app"),
    (BUILDKIT, User("10001"), "USER 10001"),
    (BUILDKIT, Expose(8000), "EXPOSE map[8000/tcp:{}]"),
    (BUILDKIT, Label("a.b", "c"), "LABEL a.b=c"),
    (BUILDKIT, StopSignal("SIGQUIT"), "STOPSIGNAL SIGQUIT"),
    (BUILDKIT, Entrypoint(("tini", "--")), 'ENTRYPOINT ["tini" "--"]'),
    (BUILDKIT, CMD, 'CMD ["python" "-m" "app"]'),
    (BUILDKIT, SHELL, 'CMD ["/bin/sh" "-c" "python \\"app.py\\""]'),
    (
        BUILDKIT,
        Healthcheck('test "1" || exit 1'),
        'HEALTHCHECK &{["CMD-SHELL" "test \\"1\\" || exit 1"]'
        """ "30s" "0s" "0s" "0s" '\\x00'}""",
    ),
    (CLASSIC, RUN, '/bin/sh -c pip install -r requirements.txt && echo "done"'),
    (CLASSIC, COPY, "/bin/sh -c #(nop) COPY file:<hash> in ./ "),
    (CLASSIC, CHOWN, "/bin/sh -c #(nop) COPY --chown=app:appdir:<hash> in /app/.venv "),
    (CLASSIC, Add("rootfs.tar.gz", ONE), "/bin/sh -c #(nop) ADD file:<hash> in / "),
    (CLASSIC, env(A="1", B="2"), "/bin/sh -c #(nop)  ENV A=1 B=2"),
    (CLASSIC, Workdir("/app"), "/bin/sh -c #(nop) WORKDIR /app"),
    (CLASSIC, User("10001"), "/bin/sh -c #(nop)  USER 10001"),
    (CLASSIC, Expose(8000), "/bin/sh -c #(nop)  EXPOSE 8000/tcp"),
    (CLASSIC, CMD, '/bin/sh -c #(nop)  CMD ["python" "-m" "app"]'),
    (CLASSIC, Entrypoint(("tini", "--")), '/bin/sh -c #(nop)  ENTRYPOINT ["tini" "--"]'),
    (CLASSIC, SHELL, '/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "python \\"app.py\\""]'),
    (BUILDAH, RUN, '/bin/sh -c pip install -r requirements.txt && echo "done"'),
    (BUILDAH, COPY, "/bin/sh -c #(nop) COPY file:<hash> in ./ "),
    (BUILDAH, CHOWN, "/bin/sh -c #(nop) COPY dir:<hash> in /app/.venv "),
    (BUILDAH, Add("rootfs.tar.gz", ONE), "/bin/sh -c #(nop) ADD file:<hash> in / "),
    (BUILDAH, env(A="1"), "/bin/sh -c #(nop) ENV A=1"),
    (BUILDAH, Workdir("/app"), "/bin/sh -c #(nop) WORKDIR /app"),
    (BUILDAH, User("10001"), "/bin/sh -c #(nop) USER 10001"),
    (BUILDAH, Entrypoint(("tini", "--")), '/bin/sh -c #(nop) ENTRYPOINT ["tini", "--"]'),
    (BUILDAH, CMD, '/bin/sh -c #(nop) CMD ["python", "-m", "app"]'),
    (BUILDAH, SHELL, '/bin/sh -c #(nop) CMD python "app.py"'),
]


@pytest.mark.parametrize(("builder", "instruction", "line"), LINES)
def test_history_is_written_in_the_dialect_of_its_builder(
    builder: Builder, instruction: Instruction, line: str
) -> None:
    written = builder.created_by(instruction)
    assert re.sub(r"(?<=file:|.dir:)[0-9a-f]{64}", HASH, written) == line


@pytest.mark.parametrize("instruction", [RUN, COPY, Add("x", ONE)])
def test_every_builder_has_its_own_words_for_what_changes_files(instruction: Instruction) -> None:
    written = {builder.created_by(instruction) for builder in (BUILDKIT, CLASSIC)}
    assert len(written) == 2


def test_the_hash_of_a_copy_follows_its_content() -> None:
    changed = Copy("app.py", "./", (File("app/app.py", b"x"),))
    assert CLASSIC.created_by(COPY) != CLASSIC.created_by(changed)


def test_only_buildah_says_what_it_built_from() -> None:
    assert BUILDKIT.comment(0) == "buildkit.dockerfile.v0"
    assert CLASSIC.comment(0) == ""
    assert BUILDAH.comment(0) == "FROM docker.io/library/python:3.13-slim"
    assert re.fullmatch("FROM [0-9a-f]{12}", BUILDAH.comment(1))
    assert BUILDAH.comment(1) != BUILDAH.comment(2)


@pytest.mark.parametrize("builder", [BUILDKIT, CLASSIC, BUILDAH])
def test_what_changes_files_makes_a_layer_and_metadata_does_not(builder: Builder) -> None:
    assert all(map(builder.makes_layer, [RUN, COPY, Add("x", ONE)]))
    assert not any(map(builder.makes_layer, [env(A="1"), User("1"), CMD, Expose(1), SHELL]))
    assert builder.makes_layer(Workdir("/app")) == (builder is not BUILDAH)
