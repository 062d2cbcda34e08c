"""The Dockerfile, held to what the webhook asks of others. It is built where there is an engine."""

import fnmatch
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def stages() -> list[list[str]]:
    """Instructions of each stage, from its FROM on; what stands before is left out."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    found: list[list[str]] = []
    for line in filter(None, text.splitlines()):
        if line.startswith("FROM "):
            found.append([])
        if found and not line.startswith("#"):
            found[-1].append(line)
    return found


def argument(stage: list[str], verb: str) -> list[str]:
    return [line.partition(" ")[2] for line in stage if line.startswith(f"{verb} ")]


def test_the_final_stage_would_pass_the_rules() -> None:
    builder, final = stages()
    assert argument(final, "USER") == ["10001:10001"]
    assert argument(final, "RUN") == []
    assert argument(final, "ENTRYPOINT") == ['["slimgate"]']
    assert argument(final, "CMD") == ['["serve"]']
    (environment,) = argument(final, "ENV")
    assert {"HOME=/app", "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1"} <= set(
        environment.split()
    )
    assert argument(final, "COPY") == ["--from=builder /app/.venv /app/.venv"]
    assert argument(final, "FROM")[0] == "${BASE}"
    assert argument(final, "LABEL") == ["org.opencontainers.image.base.name=${BASE}"]
    assert "BASE" in argument(final, "ARG")  # without it the label would be empty
    assert argument(builder, "FROM")[0].partition(" ")[0] == "${BUILDER}"


def test_the_base_is_slim_and_has_a_minor_version() -> None:
    (base,) = re.findall(r"^ARG BASE=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)


def test_the_builder_installs_what_is_locked_and_keeps_no_cache() -> None:
    builder, _ = stages()
    tools, uv, *synced, trimmed = argument(builder, "RUN")
    assert tools.endswith("apt-get install -y --no-install-recommends binutils")
    assert re.fullmatch(r"pip install --no-cache-dir uv==[\d.]+", uv)
    assert len(synced) == 2
    for command in synced:
        assert command.startswith("uv sync --locked --no-dev ")
    assert not re.search(r"\binstall\b|\bsync\b", trimmed)
    (environment,) = argument(builder, "ENV")
    assert {"UV_COMPILE_BYTECODE=1", "UV_NO_CACHE=1"} <= set(environment.split())


def test_an_extra_is_installed_once_the_code_imports_it() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    names = {
        extra: {re.split(r"[^\w-]", line)[0].replace("-", "_") for line in lines}
        for extra, lines in extras.items()
    }
    code = "\n".join(file.read_text() for file in (ROOT / "webhook").rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", code, re.MULTILINE))
    needed = {extra for extra, packages in names.items() if packages & imported}
    builder, _ = stages()
    for command in argument(builder, "RUN"):
        if command.startswith("uv sync"):
            assert set(re.findall(r"--extra (\S+)", command)) == needed


def test_what_the_builder_copies_is_there_and_not_ignored() -> None:
    builder, _ = stages()
    kept = [
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    sources = [source for line in argument(builder, "COPY") for source in line.split()[:-1]]
    assert sorted(sources) == sorted(kept)
    assert all((ROOT / source).exists() for source in sources)


def test_what_the_wheel_is_built_from_is_copied() -> None:
    builder, _ = stages()
    sources = {source for line in argument(builder, "COPY") for source in line.split()[:-1]}
    project = (ROOT / "pyproject.toml").read_text()
    for name in re.findall(r'^(?:readme|license-files) = \[?"([^"]+)"', project, re.MULTILINE):
        assert any(fnmatch.fnmatch(source, name) for source in sources), name
    assert {"pyproject.toml", "uv.lock", "webhook", "policies"} <= sources
