import pytest

from tests.profile.images import Json, buildkit, classic, kaniko
from webhook.oci import History
from webhook.profile.contents import Origin
from webhook.profile.history import Instruction, read_history
from webhook.profile.origins import Made, destination, destinations, made

HASH = "ab" * 32


def steps(entries: list[Json]) -> tuple[Instruction, ...]:
    return read_history(History(**entry) for entry in entries)


def of(*entries: Json) -> list[Origin]:
    read = steps(list(entries))
    return [each.origin for each in made(read, sum(not step.empty for step in read))]


@pytest.mark.parametrize(
    ("entry", "origin"),
    [
        (buildkit("COPY . /app")[0], Origin.CONTEXT),
        (buildkit("COPY src/ pyproject.toml /app/")[0], Origin.CONTEXT),
        (buildkit("COPY /app/.venv /app/.venv")[0], Origin.STAGE),
        (kaniko("COPY --from=builder venv /venv")[0], Origin.STAGE),
        (kaniko("COPY /app /app")[0], Origin.CONTEXT),
        (classic(f"COPY dir:{HASH} in /app ")[0], Origin.COPY),
        (classic(f"COPY multi:{HASH} in /app/ ")[0], Origin.COPY),
        (buildkit("RUN make")[0], Origin.RUN),
        (buildkit("WORKDIR /app")[0], Origin.RUN),
        (buildkit("COPY rootfs /")[0], Origin.UNKNOWN),
        ({"created_by": "bazel build //x"}, Origin.UNKNOWN),
    ],
)
def test_where_a_layers_files_came_from(entry: Json, origin: Origin) -> None:
    assert of(entry) == [origin]


def test_where_history_and_layers_do_not_match_nothing_is_known() -> None:
    read = steps(buildkit("COPY . /app"))
    assert [each.origin for each in made(read, 3)] == [Origin.UNKNOWN] * 3
    assert made((), 0) == ()


def test_several_steps_in_one_layer_are_not_told_apart() -> None:
    """``buildah --layers=false`` hangs everything on the last step."""
    merged = [{**entry, "empty_layer": True} for entry in classic("RUN pip install x")]
    assert of(*merged, *classic(f"COPY dir:{HASH} in /app ")) == [Origin.UNKNOWN]


def test_a_step_of_buildkit_that_changed_nothing_takes_no_part() -> None:
    nothing = [{**entry, "empty_layer": True} for entry in buildkit("RUN true")]
    assert of(*nothing, *buildkit("COPY . /app")) == [Origin.CONTEXT]


def test_only_commands_and_what_is_not_known_may_remove_files() -> None:
    entries = [*buildkit("RUN make", "COPY . /app", "WORKDIR /app"), {"created_by": "?"}]
    assert [each.removes for each in made(steps(entries), 4)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("COPY . /app/", "app"),
        ("COPY . .", "srv/api"),
        ("COPY src src/", "srv/api/src"),
        ("COPY . /", ""),
        ("COPY . ./../x", ""),
    ],
)
def test_the_folder_that_was_copied_to(line: str, path: str) -> None:
    (each,) = made(steps(buildkit(line)), 1)
    assert each.copied is not None
    assert destination(each.copied, "/srv/api") == path


def test_an_application_is_where_it_was_copied_to_and_where_it_works() -> None:
    layers = made(steps(buildkit("COPY . /usr/src/app", "COPY x /etc/", "RUN x")), 3)
    assert destinations(layers, "/srv/api") == {"usr/src/app", "etc", "srv/api"}
    assert destinations((Made(Origin.UNKNOWN),), "/") == frozenset()
