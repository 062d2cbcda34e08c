"""What is read of layers, and when nothing more is (see ``webhook.profile.peek``)."""

from collections.abc import Iterable

import pytest

from tests.profile.images import PYTHON_ENV, Json, buildkit, image, layer, python_slim
from webhook.errors import FailureKind
from webhook.layer import Entry, Kind, Look, Program
from webhook.layer.toc import STARGZ_DIGEST
from webhook.oci import Image, MediaType
from webhook.oci.image import Unavailable
from webhook.profile.assemble import Examination
from webhook.profile.need import Need, Question, SizeLimit
from webhook.profile.part import AskPart, Part, Parts
from webhook.profile.peek import parts_wanted

MB, KB = 1_000_000, 1024
BASE = Need.MANIFEST | Need.CONFIG
PEEK, FILES, SIZES, PROOF = (
    Question(BASE | n) for n in (Need.PEEK, Need.FILES, Need.SIZES, Need.PROOF)
)
OPAQUE: list[Json] = [{"created_by": ""}, {"created_by": ""}]
RUNS = {"cmd": ["python", "app.py"]}


def wanted(
    about: Image, question: Question, parts: Parts | None = None
) -> list[tuple[int, Part, int, int]]:
    """What is asked next: index of the layer, part, start, length."""
    digests = [descriptor.digest for descriptor in about.manifest.layers]
    asks = parts_wanted(Examination(about), question, parts or Parts())
    return [(digests.index(a.descriptor.digest), a.part, a.start, a.length) for a in asks]


def answered(about: Image, *answers: tuple[int, Part, int, int, object]) -> Parts:
    parts = Parts()
    for at, part, start, length, answer in answers:
        parts = parts.learn(AskPart(about.manifest.layers[at], part, start, length), answer)  # type: ignore[arg-type]
    return parts


def app(*lines: str, sizes: Iterable[int] = (), **more: object) -> Image:
    """An image on python:slim with own steps; ``sizes`` are those of the own layers."""
    own = list(sizes) or [5 * MB] * len(lines)
    base = python_slim()
    made = [step for step in base if not step.get("empty_layer")]
    layers = [
        layer(size, n) for n, size in enumerate([29 * MB] + [12 * MB] * (len(made) - 1) + own)
    ]
    return image([*base, *buildkit(*lines)], env=PYTHON_ENV, layers=layers, **RUNS, **more)  # type: ignore[arg-type]


def program(path: str, linker: str | None) -> Look:
    return Look(
        (Entry(path, Kind.FILE, 5),), complete=False, programs={path: Program(linker, "amd64")}
    )


def test_an_image_whose_metadata_says_enough_is_not_looked_into():
    assert wanted(app("COPY . /app", user="1000"), PEEK) == []


def test_the_python_layer_is_looked_into_first_and_a_little():
    about = app("COPY . /app", user="1000")
    ((at, part, start, length),) = wanted(about, PROOF)
    assert (part, start, length) == (Part.HEAD, 0, 16 * KB)
    assert "make install" in str(about.config and about.config.history[at].created_by) or at > 0


def test_what_it_shows_is_enough():
    about = app("COPY . /app", user="1000")
    ((at, part, start, length),) = wanted(about, PROOF)
    look = program("usr/local/bin/python3.11", "/lib64/ld-linux-x86-64.so.2")
    assert wanted(about, PROOF, answered(about, (at, part, start, length, look))) == []


def test_without_history_one_layer_after_another_is_asked_until_one_decides():
    about = image(OPAQUE, layers=[layer(28 * MB), layer(40 * MB, 1)], **RUNS)  # type: ignore[arg-type]
    nothing = Look((), complete=False)
    parts, asked = Parts(), []
    while asks := parts_wanted(Examination(about), PEEK, parts):
        (ask,) = asks
        asked.append((about.manifest.layers.index(ask.descriptor), ask.length))
        parts = parts.learn(ask, nothing)
    assert asked == [(1, 16 * KB), (1, 128 * KB), (0, 128 * KB)]


def test_a_small_base_is_worth_a_second_longer_look():
    about = image(OPAQUE[:1], layers=[layer(3_850_000)], **RUNS)  # type: ignore[arg-type]
    first = answered(about, (0, Part.HEAD, 0, 128 * KB, Look((), complete=False)))
    assert wanted(about, PEEK, first) == [(0, Part.HEAD, 0, 512 * KB)]


def test_a_layer_that_could_not_be_read_is_not_asked_again():
    about = image(OPAQUE[:1], layers=[layer(28 * MB)], **RUNS)  # type: ignore[arg-type]
    lost = Unavailable(FailureKind.UNSUPPORTED, "ignores ranges")
    assert wanted(about, PEEK, answered(about, (0, Part.HEAD, 0, 128 * KB, lost))) == []


def test_a_user_by_name_is_looked_for_where_it_was_added():
    about = app("RUN useradd -u 10001 app", "COPY . /app", user="app")
    last = len(about.manifest.layers) - 2
    assert wanted(about, PEEK) == [(last, Part.HEAD, 0, 128 * KB)]


def test_an_image_of_another_language_is_looked_into_only_where_every_image_is_meant():
    about = image(
        buildkit("ADD rootfs.tar.xz /", 'CMD ["node"]', "COPY . /app"), cmd=["node", "a.js"]
    )
    assert wanted(about, Question(BASE | Need.LAYERS)) == []
    assert wanted(about, Question(BASE | Need.LAYERS, anyway=Need.SIZES)) != []


def test_own_layers_are_looked_into_the_largest_first_copies_whole_where_they_are_small():
    about = app("RUN pip install x", "COPY . /app", "COPY data /data", sizes=[9 * MB, 13 * KB, MB])
    own = len(about.manifest.layers) - 3
    assert wanted(about, FILES) == [
        (own, Part.HEAD, 0, 128 * KB),
        (own + 2, Part.HEAD, 0, 64 * KB),
        (own + 1, Part.HEAD, 0, 13 * KB),
    ]


def test_of_many_layers_only_four_are_looked_into():
    about = app(*(f"RUN step {n}" for n in range(9)))
    assert len(wanted(about, Question(BASE | Need.FILES | Need.PROOF))) == 4


def test_no_more_than_a_mebibyte_is_asked_for():
    about = image(OPAQUE, layers=[layer(5 * MB), layer(40 * MB, 1)], **RUNS)  # type: ignore[arg-type]
    parts = Parts()
    while asks := parts_wanted(Examination(about), Question(BASE | Need.LAYERS), parts):
        for ask in asks:
            parts = parts.learn(ask, Look((), complete=False) if ask.part is Part.HEAD else None)
    looks = [ask for ask in parts.asked if ask.part is Part.HEAD]
    assert sum(ask.length for ask in looks) <= 1024 * KB
    assert len(looks) <= 8


def test_sizes_take_four_bytes_of_each_layer():
    about = image(OPAQUE, layers=[layer(28 * MB), layer(40 * MB, 1)], **RUNS)  # type: ignore[arg-type]
    assert wanted(about, SIZES) == [
        (0, Part.SIZE, 28 * MB - 4, 4),
        (1, Part.SIZE, 40 * MB - 4, 4),
    ]


def test_zstd_says_its_size_at_the_beginning():
    zstd = layer(28 * MB, 0, MediaType.OCI_LAYER_ZSTD)
    assert wanted(image(OPAQUE[:1], layers=[zstd], **RUNS), SIZES) == [(0, Part.SIZE, 0, 18)]  # type: ignore[arg-type]


def test_what_is_clear_of_a_layers_size_is_not_asked():
    told = layer(28 * MB) | {
        "annotations": {"io.containers.estargz.uncompressed-size": str(80 * MB)}
    }
    plain = layer(28 * MB, 1, MediaType.OCI_LAYER)
    assert wanted(image(OPAQUE, layers=[told, plain, layer(98, 2)], **RUNS), SIZES) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limit", "asked"),
    [(67 * MB, 0), (68 * MB, 2), (400 * MB, 2), (544 * MB, 2), (545 * MB, 0)],
)
def test_no_request_is_made_when_the_pull_size_alone_decides(limit: int, asked: int):
    about = image(OPAQUE, layers=[layer(28 * MB), layer(40 * MB, 1)], **RUNS)  # type: ignore[arg-type]
    question = Question(BASE | Need.SIZES, limits=frozenset({SizeLimit(limit)}))
    assert len(wanted(about, question)) == asked


def test_several_limits_must_all_be_clear():
    about = image(OPAQUE, layers=[layer(28 * MB), layer(40 * MB, 1)], **RUNS)  # type: ignore[arg-type]
    limits = frozenset({SizeLimit(400 * MB), SizeLimit(1000 * MB)})
    assert wanted(about, Question(BASE | Need.SIZES, limits=limits))


def test_a_layer_that_is_read_whole_needs_no_trailer():
    about = app("COPY . /app", sizes=[13 * KB])
    last = len(about.manifest.layers) - 1
    asks = wanted(about, Question(BASE | Need.FILES | Need.SIZES))
    assert [(part, start) for at, part, start, _ in asks if at == last] == [(Part.HEAD, 0)]


def test_the_table_of_contents_of_estargz_is_found_by_its_footer():
    described = layer(9 * MB, 1) | {"annotations": {STARGZ_DIGEST: f"sha256:{'ab' * 32}"}}
    about = image(
        buildkit("ADD rootfs.tar.xz /", 'CMD ["sh"]', "COPY . /app"),
        layers=[layer(MB), described],
        **RUNS,
    )  # type: ignore[arg-type]
    footer = (1, Part.FOOTER, 9 * MB - 51, 51)
    assert wanted(about, FILES) == [footer]
    at = 9 * MB - 51 - 28_000
    found = answered(about, (*footer, at))
    assert wanted(about, FILES, found) == [(1, Part.STARGZ_TOC, at, 28_000)]


@pytest.mark.parametrize("offset", [None, 0, 9 * MB, 1])
def test_a_footer_that_points_nowhere_is_followed_no_further(offset: int | None):
    described = layer(9 * MB, 1) | {"annotations": {STARGZ_DIGEST: f"sha256:{'ab' * 32}"}}
    about = image(
        buildkit("ADD rootfs.tar.xz /", 'CMD ["sh"]', "COPY . /app"),
        layers=[layer(MB), described],
        **RUNS,
    )  # type: ignore[arg-type]
    found = answered(about, (1, Part.FOOTER, 9 * MB - 51, 51, offset))
    assert [ask[1] for ask in wanted(about, FILES, found)] in ([], [Part.HEAD])


def test_the_table_of_contents_of_zstd_chunked_is_where_the_annotation_says():
    position = {"io.github.containers.zstd-chunked.manifest-position": "8000000:30000:200000:1"}
    described = layer(9 * MB, 1, MediaType.OCI_LAYER_ZSTD) | {"annotations": position}
    about = image(
        buildkit("ADD rootfs.tar.xz /", 'CMD ["sh"]', "COPY . /app"),
        layers=[layer(MB), described],
        **RUNS,
    )  # type: ignore[arg-type]
    assert wanted(about, FILES) == [(1, Part.CHUNKED_TOC, 8_000_000, 30_000)]
