"""Base images: what people write behind ``FROM``, with the history that each one brings along.

The instructions are those of the Docker Official Images, of nginx and of distroless, with the long
commands cut to the parts that a reader of history may trip over: packages installed and purged in
the same RUN, variables exported for one command. A hundredth of the real size each.
"""

from collections.abc import Iterator

from webhook.sandbox.architecture import Architecture, Libc
from webhook.sandbox.build import ImageBuild
from webhook.sandbox.builders import BuildKit
from webhook.sandbox.dockerfile import (
    Add,
    Cmd,
    Copy,
    Entrypoint,
    Expose,
    Label,
    Run,
    StopSignal,
    env,
)
from webhook.sandbox.layers import Entry, File, Link, bulk
from webhook.sandbox.roots import alpine, debian, distroless, library, program

PYTHON_SLIM = "docker.io/library/python:3.13-slim-trixie"

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_OFFICIAL = BuildKit("2026-08-05T01:12:14Z")
_DEBIAN_DATE = "2026-08-03T00:00:00Z"
_LIBRARY = "usr/local/lib/python3.13"

_INTERPRETER = (
    env(GPG_KEY="7169605F62C751356D054A26A821E680E5FA6305"),
    env(PYTHON_VERSION="3.13.14"),
    env(PYTHON_SHA256="639e43243c620a308f968213df9e00f2f8f62332f7adbaa7a7eeb9783057c690"),
)
_COMPILE = (
    '\techo "$PYTHON_SHA256 *python.tar.xz" | sha256sum -c -; \t./configure'
    ' \t\t--enable-shared \t\t--with-ensurepip \t; \tmake -j "$(nproc)"; \tmake install;'
)
_TRY = "\t\texport PYTHONDONTWRITEBYTECODE=1; \tpython3 --version; \tpip3 --version"


def python_slim(architecture: Architecture) -> ImageBuild:
    """``python:3.13-slim-trixie``."""
    return _debian(architecture, slim=True).then(
        _OFFICIAL,
        env(PATH=f"/usr/local/bin:{_PATH}"),
        Run(_apt("ca-certificates", "netbase", "tzdata"), tuple(_certificates(12_600, 40_000))),
        *_INTERPRETER,
        Run(
            'set -eux; \t\tsavedAptMark="$(apt-mark showmanual)"; \tapt-get update;'
            " \tapt-get install -y --no-install-recommends \t\tdpkg-dev \t\tgcc \t\tlibc6-dev"
            f" \t\tlibssl-dev \t\tmake \t\twget \t\txz-utils \t; \t{_COMPILE}"
            " \t\tapt-mark auto '.*' > /dev/null; \tapt-mark manual $savedAptMark;"
            " \tapt-get purge -y --auto-remove; \tapt-get dist-clean; " + _TRY,
            tuple(_python(architecture, "gnu", (116_000, 400_000))),
        ),
        *_ALIASES,
    )


def python_full(architecture: Architecture) -> ImageBuild:
    """``python:3.13-trixie``: on buildpack-deps, with compilers and headers."""
    return _debian(architecture, slim=False).then(
        _OFFICIAL,
        Run(
            _apt("ca-certificates", "curl", "gnupg", "netbase", "sq", "wget"),
            tuple(_certificates(256_000, 680_000)),
        ),
        Run(
            _apt("git", "mercurial", "openssh-client", "subversion", "procps"),
            (File("usr/bin/git", bulk("git", 677_000, 1_870_000), 0o755),),
        ),
        Run(
            _apt(
                *("autoconf", "default-libmysqlclient-dev", "dpkg-dev", "g++", "gcc"),
                *("imagemagick", "libc6-dev", "libmagickwand-dev", "libpq-dev", "libssl-dev"),
                *("libxslt-dev", "make", "patch", "zlib1g-dev"),
            ),
            tuple(toolchain(architecture, 2_350_000, 6_330_000)),
        ),
        env(PATH=f"/usr/local/bin:{_PATH}"),
        Run(
            _apt("libbluetooth-dev", "tk-dev", "uuid-dev"),
            (File("usr/include/tcl8.6/tk.h", bulk("tk", 60_800, 180_000)),),
        ),
        *_INTERPRETER,
        Run(
            f"set -eux; \t{_COMPILE} \t\tldconfig; {_TRY}",
            tuple(_python(architecture, "gnu", (272_000, 720_000))),
        ),
        *_ALIASES,
    )


def python_alpine(architecture: Architecture) -> ImageBuild:
    """``python:3.13-alpine3.24``."""
    root = ImageBuild(architecture).then(
        _OFFICIAL,
        Add(f"alpine-minirootfs-3.24.2-{architecture.gnu}.tar.gz", tuple(alpine(architecture))),
        Cmd(("/bin/sh",)),
    )
    return root.then(
        _OFFICIAL,
        env(PATH=f"/usr/local/bin:{_PATH}"),
        Run(
            "set -eux; \tapk add --no-cache \t\tca-certificates \t\ttzdata \t;",
            tuple(_certificates(4_000, 9_000)),
        ),
        *_INTERPRETER,
        Run(
            "set -eux; \t\tapk add --no-cache --virtual .build-deps \t\tg++ \t\tgcc"
            f" \t\tlibc-dev \t\tmake \t\topenssl-dev \t; \t{_COMPILE}"
            " \t\txargs -rt apk add --no-network --virtual .python-rundeps \t;"
            f" \tapk del --no-network .build-deps; {_TRY}",
            tuple(_python(architecture, "musl", (123_000, 350_000))),
        ),
        *_ALIASES,
    )


def python_distroless(architecture: Architecture) -> ImageBuild:
    """``distroless/python3-debian13:nonroot``."""
    build = ImageBuild(
        architecture,
        config={
            "Entrypoint": ["/usr/bin/python3.13"],
            "Env": [f"PATH={_PATH}", "LANG=C.UTF-8"],
            "User": "65532",
            "WorkingDir": "/home/nonroot",
        },
    )
    libraries = f"usr/lib/{architecture.triplet}"
    interpreter = (
        program("usr/bin/python3.13", architecture),
        Link("usr/bin/python3", "python3.13"),
        library(f"{libraries}/libpython3.13.so.1.0", architecture, 90_000, 260_000),
        File("usr/lib/python3.13/os.py", bulk("stdlib", 40_000, 160_000)),
    )
    epoch = "1970-01-01T00:00:00Z"
    return build.root(distroless(architecture), epoch, "bazel build //base:rootfs").root(
        interpreter, epoch, "bazel build //python3:python3_nonroot"
    )


def nginx(architecture: Architecture) -> ImageBuild:
    """``nginx:1.30``: no Python in it."""
    server = (
        program("usr/sbin/nginx", architecture),
        File("usr/share/nginx/html/index.html", b"<h1>Welcome</h1>\n"),
        library("usr/lib/nginx/modules/njs.so", architecture, 360_000, 700_000),
    )
    script = (File("docker-entrypoint.sh", b'#!/bin/sh\nexec "$@"\n', 0o755),)
    return _debian(architecture, slim=True).then(
        _OFFICIAL,
        Label("maintainer", "NGINX Docker Maintainers"),
        env(NGINX_VERSION="1.30.4"),
        Run(
            "set -x     && groupadd --system --gid 101 nginx     && apt-get update     && apt-get"
            " install --no-install-recommends --no-install-suggests -y nginx=${NGINX_VERSION}"
            "     && rm -rf /var/lib/apt/lists/*",
            server,
        ),
        Copy("docker-entrypoint.sh", "/", script),
        Entrypoint(("/docker-entrypoint.sh",)),
        Expose(80),
        StopSignal("SIGQUIT"),
        Cmd(("nginx", "-g", "daemon off;")),
    )


def toolchain(architecture: Architecture, packed: int, unpacked: int) -> Iterator[Entry]:
    """What ``apt-get install gcc`` leaves behind."""
    yield Link("etc/alternatives/cc", "/usr/bin/gcc")
    for name in ("as", "gcc-14", "ld", "make"):
        yield program(f"usr/bin/{name}", architecture)
    yield Link("usr/bin/cc", "/etc/alternatives/cc")
    yield Link("usr/bin/gcc", "gcc-14")
    yield File(
        f"usr/libexec/gcc/{architecture.triplet}/14/cc1", bulk("cc1", packed, unpacked), 0o755
    )


def _debian(architecture: Architecture, *, slim: bool) -> ImageBuild:
    """``debian:trixie``; slim and full have the same history, and no CMD in it."""
    return ImageBuild(architecture).root(
        debian(architecture, slim=slim),
        _DEBIAN_DATE,
        f"# debian.sh --arch '{architecture.go}' out/ 'trixie' '@1785715200'",
        "debuerreotype 0.17",
    )


def _apt(*packages: str) -> str:
    listed = "".join(f"\t\t{package} " for package in packages)
    return (
        "set -eux; \tapt-get update; \tapt-get install -y --no-install-recommends"
        f" {listed}\t; \tapt-get dist-clean"
    )


def _certificates(packed: int, unpacked: int) -> Iterator[Entry]:
    yield File("etc/ssl/certs/ca-certificates.crt", bulk("certificates", packed, unpacked))
    yield File("usr/share/zoneinfo/UTC", b"TZif2")


def _python(architecture: Architecture, libc: Libc, sizes: tuple[int, int]) -> Iterator[Entry]:
    """CPython as ``make install`` puts it into /usr/local; ``sizes`` is packed and unpacked."""
    yield Link("usr/local/bin/pip3", "pip3.13")
    yield File("usr/local/bin/pip3.13", b"#!/usr/local/bin/python3.13\n", 0o755)
    yield Link("usr/local/bin/python3", "python3.13")
    yield program("usr/local/bin/python3.13", architecture, libc)
    yield library("usr/local/lib/libpython3.13.so.1.0", architecture, *sizes)
    extension = f"{_LIBRARY}/lib-dynload/_ssl.{architecture.extension(libc)}"
    yield library(extension, architecture, 1_000, 3_000)
    yield File(f"{_LIBRARY}/os.py", bulk("os.py", 500, 2_000))
    yield File(f"{_LIBRARY}/site-packages/pip-26.1.dist-info/METADATA", b"Name: pip\n")


_ALIASES = (
    Run(
        "set -eux; \tfor src in idle3 pip3 pydoc3 python3 python3-config; do"
        ' \t\tln -svT "$src" "/usr/local/bin/$(echo "$src" | tr -d 3)"; \tdone',
        (Link("usr/local/bin/pip", "pip3"), Link("usr/local/bin/python", "python3")),
    ),
    Cmd(("python3",)),
)
