"""Applications: the files that developers put on top of a base image.

Wheels, virtual environments, download caches and the source of a small shop, at a hundredth of
their real size; the cache is the exception, as smaller ones are not worth telling anybody.
"""

from collections.abc import Iterator

from webhook.sandbox.architecture import Architecture, Libc
from webhook.sandbox.layers import Entry, File, Link, bulk
from webhook.sandbox.roots import PASSWD, library

SYSTEM = "usr/local"
"""Where ``pip install`` of the official images puts things."""
VENV = "app/.venv"
"""Where ``uv sync`` puts things."""


def wheels(
    architecture: Architecture, prefix: str, packed: int, unpacked: int, libc: Libc = "gnu"
) -> Iterator[Entry]:
    """Installed packages: flask, gunicorn and numpy, of about that size."""
    packages = f"{prefix}/lib/python3.13/site-packages"
    yield File(f"{prefix}/bin/gunicorn", f"#!/{prefix}/bin/python\n".encode(), 0o755)
    yield File(f"{packages}/flask/__init__.py", b"from flask.app import Flask\n")
    yield File(f"{packages}/flask/__pycache__/__init__.cpython-313.pyc", b"\xf3\r\r\n")
    yield File(f"{packages}/flask-3.1.3.dist-info/METADATA", b"Name: flask\n")
    yield File(f"{packages}/numpy-2.4.1.dist-info/METADATA", b"Name: numpy\n")
    extension = f"{packages}/numpy/_core/_multiarray_umath.{architecture.extension(libc)}"
    yield library(extension, architecture, packed, unpacked)


def venv(architecture: Architecture, packed: int, unpacked: int) -> Iterator[Entry]:
    """A virtual environment in ``/app/.venv``, as ``uv sync`` makes it."""
    yield Link(f"{VENV}/bin/python", "/usr/local/bin/python3")
    yield File(f"{VENV}/pyvenv.cfg", b"home = /usr/local/bin\nuv = 0.9.9\nversion_info = 3.13.14\n")
    yield from wheels(architecture, VENV, packed, unpacked)


def pip_cache() -> Iterator[Entry]:
    """What ``pip install`` downloads and keeps unless it is told not to."""
    folder = "root/.cache/pip/http-v2/1/b/4/c"
    yield File(f"{folder}/1b4c8e.body", bulk("pip cache", 1_150_000, 1_200_000))
    yield File("root/.cache/pip/selfcheck/7f2d.json", b'{"key":"/usr/local"}\n')


def requirements() -> tuple[Entry, ...]:
    """``COPY requirements.txt .``"""
    return (File("app/requirements.txt", b"flask==3.1.3\ngunicorn==24.0.0\nnumpy==2.4.1\n"),)


def source() -> tuple[Entry, ...]:
    """``COPY app/ app/`` behind a good ``.dockerignore``."""
    return (
        File("app/app/__init__.py"),
        File("app/app/__main__.py", b"from app.web import serve\n\nserve()\n"),
        File("app/app/web.py", b"import flask\n\n\ndef serve(): ...\n"),
    )


def checkout() -> tuple[Entry, ...]:
    """``COPY . .`` without a ``.dockerignore``: everything that lay in the folder."""
    return (
        File("app/.env", b"SHOP_DEBUG=1\n"),
        File("app/.git/HEAD", b"ref: refs/heads/main\n"),
        File("app/.github/workflows/test.yaml", b"on: push\n"),
        File("app/Dockerfile", b"FROM python:3.13\n"),
        File("app/__pycache__/app.cpython-312.pyc", b"\xcb\r\r\n"),
        File("app/app.py", b"import flask\n\napp = flask.Flask(__name__)\n"),
        File("app/manage.py", b"#!/usr/bin/env python\n"),
        File("app/tests/test_app.py", b"def test_app(): ...\n"),
    )


def apt_lists() -> tuple[Entry, ...]:
    """What ``apt-get update`` leaves behind."""
    return (File("var/lib/apt/lists/trixie_main_Packages.lz4", bulk("apt", 180_000, 190_000)),)


def user() -> tuple[Entry, ...]:
    """What ``adduser`` changes."""
    return (File("etc/passwd", PASSWD + b"appuser:x:1001:1001::/home/appuser:/bin/bash\n"),)
