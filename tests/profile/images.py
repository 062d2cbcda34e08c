"""Images written on the spot: Dockerfile lines in the words of one builder or another."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from webhook.oci import Digest, Image, ImageConfig, Manifest, MediaType, Platform, parse_document

Json = dict[str, Any]

FILE = f"file:{'ab' * 32}"
METADATA = (
    "CMD",
    "ENV",
    "ENTRYPOINT",
    "USER",
    "LABEL",
    "EXPOSE",
    "ARG",
    "SHELL",
    "VOLUME",
    "MAINTAINER",
)


def classic(*lines: str, shell: str = "/bin/sh -c") -> list[Json]:
    """What the classic builder writes for Dockerfile lines."""
    return [_classic(line, shell) for line in lines]


def _classic(line: str, shell: str) -> Json:
    if line.startswith("RUN "):
        return {"created_by": f"{shell} {line[4:]}"}
    gap = "  " if line.startswith(METADATA) else " "
    written: Json = {"created_by": f"{shell} #(nop){gap}{line}"}
    return {**written, "empty_layer": True} if line.startswith(METADATA) else written


def buildkit(*lines: str, shell: str = "/bin/sh -c") -> list[Json]:
    """What BuildKit writes for Dockerfile lines."""
    return [_buildkit(line, shell) for line in lines]


def _buildkit(line: str, shell: str) -> Json:
    written: Json = {"created_by": line, "comment": "buildkit.dockerfile.v0"}
    if line.startswith("RUN "):
        written["created_by"] = f"RUN {shell} {line[4:]} # buildkit"
    elif line.startswith(("COPY", "ADD")):
        written["created_by"] = f"{line} # buildkit"
    return {**written, "empty_layer": True} if line.startswith(METADATA) else written


def kaniko(*lines: str) -> list[Json]:
    """What kaniko writes: only what changed files, word for word."""
    return [{"created_by": line, "author": "kaniko"} for line in lines]


def image(
    history: Iterable[Json] = (),
    *,
    env: Iterable[str] = (),
    user: str = "",
    entrypoint: Iterable[str] | None = None,
    cmd: Iterable[str] | None = None,
    labels: dict[str, str] | None = None,
    working_dir: str = "",
    annotations: dict[str, str] | None = None,
    os: str = "linux",
    layers: Iterable[Json] | None = None,
    diff_ids: Iterable[str] | None = None,
) -> Image:
    """An image with one layer of 1 MB for each entry that made one, read by the real parsers."""
    history = list(history)
    made = [entry for entry in history if not entry.get("empty_layer")]
    listed = [layer(1_000_000, i) for i in range(len(made))] if layers is None else list(layers)
    config = {
        "architecture": "amd64",
        "os": os,
        "config": {
            "User": user,
            "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", *env],
            "Entrypoint": None if entrypoint is None else list(entrypoint),
            "Cmd": None if cmd is None else list(cmd),
            "Labels": labels,
            "WorkingDir": working_dir,
        },
        "rootfs": {"type": "layers", "diff_ids": list(diff_ids or ())},
        "history": history,
    }
    return from_config(config, listed, annotations)


def from_config(
    config: Json, layers: Iterable[Json], annotations: dict[str, str] | None = None
) -> Image:
    """The image of a config document, as a registry would hand it over."""
    raw = json.dumps(config).encode()
    document = {
        "schemaVersion": 2,
        "mediaType": MediaType.OCI_MANIFEST,
        "config": {
            "mediaType": MediaType.OCI_CONFIG,
            "digest": str(Digest.of(raw)),
            "size": len(raw),
        },
        "layers": list(layers),
        "annotations": annotations or {},
    }
    raw_manifest = json.dumps(document).encode()
    manifest = parse_document(raw_manifest)
    assert isinstance(manifest, Manifest)
    return Image(
        Digest.of(raw_manifest), manifest, Platform("linux", "amd64"), ImageConfig.parse(raw)
    )


def layer(size: int, index: int = 0, media_type: str = MediaType.OCI_LAYER_GZIP) -> Json:
    """A layer descriptor with a digest of its own."""
    digest = sha256(f"layer {index}".encode()).hexdigest()
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}


PYTHON_ENV = (
    "LANG=C.UTF-8",
    "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
    "PYTHON_VERSION=3.11.9",
    "PYTHON_SHA256=9b1e896523fc510691126c864406d9360a3d1e986acbda59cda57b5abda45b87",
)
"""What the official python image leaves in ``Env``."""

_BUILD = (
    'wget -O python.tar.xz "https://www.python.org/ftp/python/${PYTHON_VERSION%%[a-z]*}/'
    'Python-$PYTHON_VERSION.tar.xz"; ./configure --enable-shared; make install;'
)
_BLOCK = (
    "ENV PYTHON_VERSION=3.11.9",
    "ENV PYTHON_SHA256=9b1e896523fc510691126c864406d9360a3d1e986acbda59cda57b5abda45b87",
)
_DEBIAN = {
    "created_by": "# debian.sh --arch 'amd64' out/ 'bookworm' '@1715644800'",
    "comment": "debuerreotype 0.15",
}
_END = (
    "RUN set -eux; for src in idle3 pip3 pydoc3 python3; do ln -svT $src /usr/local/bin/; done",
    'CMD ["python3"]',
)


def python_slim() -> list[Json]:
    """The history of the official slim image."""
    return [
        _DEBIAN,
        *buildkit(
            "ENV LANG=C.UTF-8",
            "RUN set -eux; apt-get update; apt-get install -y --no-install-recommends"
            " \t\tca-certificates \t\tnetbase \t\ttzdata \t; rm -rf /var/lib/apt/lists/*",
            *_BLOCK,
            'RUN set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get update; apt-get install'
            " -y --no-install-recommends dpkg-dev gcc libbluetooth-dev libbz2-dev libc6-dev make"
            f" tk-dev uuid-dev wget xz-utils; {_BUILD} apt-mark auto '.*' > /dev/null;"
            " apt-mark manual $savedAptMark; apt-get purge -y --auto-remove",
            *_END,
        ),
    ]


def python_full() -> list[Json]:
    """The history of the official full image."""
    return [
        _DEBIAN,
        *buildkit(
            "RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl",
            "RUN set -ex; apt-get update; apt-get install -y --no-install-recommends autoconf"
            " automake bzip2 default-libmysqlclient-dev g++ gcc imagemagick libbz2-dev"
            " libmagickwand-dev libxslt-dev make; rm -rf /var/lib/apt/lists/*",
            "RUN apt-get update; apt-get install -y --no-install-recommends \t\tlibbluetooth-dev"
            " \t\ttk-dev \t\tuuid-dev \t; rm -rf /var/lib/apt/lists/*",
            *_BLOCK,
            f"RUN set -eux; {_BUILD}",
            *_END,
        ),
    ]


def python_alpine() -> list[Json]:
    """The history of the official alpine image."""
    return buildkit(
        "ADD alpine-minirootfs-3.20.1-x86_64.tar.gz / ",
        'CMD ["/bin/sh"]',
        "ENV LANG=C.UTF-8",
        "RUN set -eux; apk add --no-cache ca-certificates tzdata ;",
        *_BLOCK,
        "RUN set -eux; apk add --no-cache --virtual .build-deps gcc libc-dev make tk-dev;"
        f" {_BUILD} apk del --no-network .build-deps",
        *_END,
    )


def debian() -> list[Json]:
    """The history of a Debian base, classic style, which does not say that it is one."""
    return classic(f"ADD {FILE} in / ", 'CMD ["bash"]')


def ubuntu(release: str = "22.04") -> list[Json]:
    """The history of an Ubuntu base as of today."""
    return classic(
        "ARG RELEASE",
        "ARG LAUNCHPAD_BUILD_ARCH",
        "LABEL org.opencontainers.image.ref.name=ubuntu",
        f"LABEL org.opencontainers.image.version={release}",
        f"ADD {FILE} in / ",
        'CMD ["/bin/bash"]',
    )


def old_alpine() -> list[Json]:
    """The history of an Alpine base, classic style, which does not say that it is one."""
    return classic(f"ADD {FILE} in / ", 'CMD ["/bin/sh"]')
