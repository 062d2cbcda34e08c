"""What the layers themselves say (see ``webhook.profile.inside``)."""

import pytest

from tests.profile.images import PYTHON_ENV, buildkit, debian, image, layer, python_slim
from webhook.layer import Entry, Kind, Look
from webhook.policy.files import layers_of
from webhook.profile import ImageProfile, Source, Variant, profile
from webhook.profile.seen import Seen

GLIBC, MUSL = "/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"
BARE = [{"created_by": ""}, {"created_by": ""}]
"""Two layers of which the history says nothing."""


def seen(*files: tuple[str, ...], history: object = BARE, **config: object) -> ImageProfile:
    """The profile of an image with these files in its layers, bottom first."""
    about = image(history, layers=[layer(9_000_000, n) for n in range(len(files))], **config)  # type: ignore[arg-type]
    return profile(about, layers_of(about.manifest.layers, dict(enumerate(files))))


@pytest.mark.parametrize(
    "path", ["usr/local/bin/python3.13", "opt/conda/bin/python3.12", "usr/bin/python3"]
)
@pytest.mark.parametrize(("linker", "verdict"), [(GLIBC, "glibc"), (MUSL, "musl")])
def test_the_interpreters_linker_is_the_surest_sign(path: str, linker: str, verdict: str):
    libc = seen((), (f"{path} -> {linker}",)).libc
    assert (libc.verdict, libc.confidence) == (verdict, 99)
    assert libc.evidence[0].source is Source.LAYER


def test_debian_with_the_musl_package_is_not_musl():
    """The package ships a musl linker into a glibc image."""
    libc = seen(
        (f"usr/bin/[ -> {GLIBC}", "lib/ld-musl-x86_64.so.1", "etc/ld-musl-x86_64.path")
    ).libc
    assert (libc.verdict, libc.confidence) == ("glibc", 95)


def test_glibc_put_on_alpine_leaves_its_python_on_musl():
    """gcompat and sgerrand's glibc bring a glibc linker; the interpreter decides."""
    libc = seen(
        ("etc/alpine-release << 3.22.1", "lib64/ld-linux-x86-64.so.2"),
        (f"usr/bin/python3.12 -> {MUSL}",),
    ).libc
    assert (libc.verdict, libc.confidence) == ("musl", 99)


def test_the_first_program_of_the_base_decides_where_no_interpreter_is_seen():
    libc = seen((f"bin/busybox 804616 -> {MUSL}",), (f"app/tool -> {GLIBC}",)).libc
    assert (libc.verdict, libc.confidence) == ("musl", 95)


def test_two_interpreters_that_disagree_settle_nothing():
    libc = seen((f"usr/bin/python3.11 -> {GLIBC}",), (f"opt/x/bin/python3.12 -> {MUSL}",)).libc
    assert libc.verdict == "conflict"


def test_an_interpreter_that_a_later_layer_removed_does_not_count():
    libc = seen((f"usr/bin/python3.11 -> {MUSL}",), ("usr/bin/.wh.python3.11",)).libc
    assert libc.verdict == "unknown"


def test_a_statically_linked_interpreter_is_told_by_its_extensions():
    extension = "opt/python/lib/python3.13/lib-dynload/_ssl.cpython-313-x86_64-linux-musl.so"
    libc = seen((), (extension,)).libc
    assert (libc.verdict, libc.confidence) == ("musl", 95)


def test_an_extension_that_says_gnu_proves_nothing():
    """CPython up to 3.10 says so on musl too."""
    extension = "usr/local/lib/python3.9/lib-dynload/_ssl.cpython-39-x86_64-linux-gnu.so"
    assert seen((), (extension,)).libc.verdict == "unknown"


@pytest.mark.parametrize(
    ("file", "verdict", "name", "release"),
    [
        ("etc/alpine-release << 3.22.1\n", "musl", "alpine", "3.22.1"),
        ("etc/debian_version << 12.5\n", "glibc", "debian", "12.5"),
        (
            "etc/redhat-release << Red Hat Enterprise Linux release 9.4 (Plow)\n",
            "glibc",
            "rhel",
            "9.4",
        ),
        (
            "etc/redhat-release << CentOS Linux release 7.9.2009 (Core)\n",
            "glibc",
            "centos",
            "7.9.2009",
        ),
        ("etc/redhat-release << Rocky Linux release 9.3 (Blue Onyx)", "glibc", "rocky", "9.3"),
        ('etc/os-release << ID="amzn"\nVERSION_ID="2023"\n', "glibc", "amzn", "2023"),
        ("usr/lib/os-release << ID=wolfi\nVERSION_ID=20230201\n", "glibc", "wolfi", "20230201"),
    ],
)
def test_release_files_name_the_distribution(file: str, verdict: str, name: str, release: str):
    found = seen((file,))
    assert (found.libc.verdict, found.libc.confidence) == (verdict, 90)
    assert found.distro is not None
    assert (found.distro.id, found.distro.release) == (name, release)


def test_debian_before_its_release_and_ubuntu_are_not_told_apart():
    found = seen(("etc/debian_version << trixie/sid\n",))
    assert (found.libc.verdict, found.distro) == ("glibc", None)


def test_what_was_seen_beats_what_the_history_says():
    found = seen(
        (), (f"usr/local/bin/python3.11 -> {MUSL}",), history=python_slim(), env=PYTHON_ENV
    )
    assert (found.libc.verdict, found.libc.confidence) == ("musl", 99)


@pytest.mark.parametrize(
    ("path", "weight"),
    [("usr/local/bin/python3.13", 70), ("app/.venv/bin/python", 70), ("usr/bin/python3.11", 35)],
)
def test_an_interpreter_speaks_for_python(path: str, weight: int):
    assert seen((), (path,)).python.score == weight


def test_full_images_of_other_languages_have_a_python_of_the_distribution_too():
    found = seen(
        ("usr/bin/python3.11",), history=debian(), cmd=["node"], env=["NODE_VERSION=22.1.0"]
    )
    assert found.python.verdict in ("no", "maybe")


@pytest.mark.parametrize(
    ("files", "version"),
    [
        (("usr/local/bin/python3.13",), "3.13"),
        (("opt/venv/lib/python3.12/",), "3.12"),
        (("usr/local/bin/python3.13", "usr/bin/python3.11"), "3.13"),
        (
            (
                "usr/local/bin/python3",
                "app/.venv/pyvenv.cfg << home = /usr/local/bin\nversion = 3.13.1\n",
            ),
            "3.13.1",
        ),
    ],
)
def test_names_of_files_tell_the_version(files: tuple[str, ...], version: str):
    assert seen((), files, cmd=["python", "app.py"]).python.version == version


def test_the_slim_mark_makes_debian_slim():
    history = [*debian(), *buildkit("RUN apt-get install -y python3")]
    slim = seen(("etc/debian_version << 12.5", "etc/dpkg/dpkg.cfg.d/docker"), (), history=history)
    assert (slim.base.variant, slim.base.confidence) == (Variant.SLIM, 95)
    full = seen(
        ("etc/debian_version << 12.5", "etc/apt/apt.conf.d/docker-clean"), (), history=history
    )
    assert (full.base.variant, full.base.confidence) == (Variant.FULL, 85)


def test_a_mark_whose_place_was_not_in_view_is_not_missed():
    history = [*debian(), *buildkit("RUN apt-get install -y python3")]
    about = image(history)
    entries = (
        Entry("etc/apt/apt.conf.d/docker-clean", Kind.FILE),
        Entry("etc/debian_version", Kind.FILE),
    )
    look = Look(entries, complete=False, texts={"etc/debian_version": "12.5"})
    found = profile(about, {about.manifest.layers[0].digest: Seen(head=look)})
    assert found.base.variant is Variant.OTHER


def test_a_name_is_looked_up_in_passwd_as_the_topmost_layer_has_it():
    found = seen(
        ("etc/passwd << root:x:0:0::/root:/bin/sh",),
        ("etc/passwd << root:x:0:0::/root:/bin/sh\napp:x:10001:10001::/app:/bin/false",),
        user="app",
    )
    assert (found.user.uid, found.user.root, found.user.is_name) == (10001, False, True)


@pytest.mark.parametrize("line", ["app:x", "app:x:-1:0", "app:x:ten:0", "application:x:5:5", ""])
def test_a_name_that_passwd_does_not_tell_stays_unknown(line: str):
    assert seen((f"etc/passwd << {line}",), user="app").user.root is None


def test_the_architecture_is_the_interpreters():
    look = seen((), (f"usr/local/bin/python3.13 -> {GLIBC}",))
    assert look.libc.verdict == "glibc"
