"""Recipes: how the sample images are built, each by the builder that would have built it."""

from dataclasses import replace

from webhook.oci import Digest
from webhook.sandbox import application
from webhook.sandbox.architecture import Architecture
from webhook.sandbox.build import ImageBuild, manifest_of
from webhook.sandbox.builders import Buildah, BuildKit, Classic
from webhook.sandbox.dockerfile import Cmd, Copy, Expose, Healthcheck, Run, User, Workdir, env
from webhook.sandbox.foundations import (
    PYTHON_SLIM,
    nginx,
    python_alpine,
    python_distroless,
    python_full,
    python_slim,
    toolchain,
)
from webhook.sandbox.layers import File

_DATE = "2026-09-01T09:30:00Z"
_BUILDKIT = BuildKit(_DATE)
_CLASSIC = Classic(_DATE)
_VENV_PATH = (
    "/app/.venv/bin:/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)
_APP = Workdir("/app")
_REQUIREMENTS = Copy("requirements.txt", ".", application.requirements())
_SOURCE = Copy("app/", "app/", application.source())
_CHECKOUT = Copy(".", ".", application.checkout())
_MODULE = Cmd(("python", "-m", "app"))
_GUNICORN = Cmd(("gunicorn", "--bind", "0.0.0.0:8000", "app.web:app"))


def full(architecture: Architecture) -> ImageBuild:
    """Step 1: full Debian, root, everything installed and copied in one stage."""
    wheels = application.wheels(architecture, application.SYSTEM, 600_000, 1_700_000)
    image = python_full(architecture).then(
        _CLASSIC,
        _APP,
        Run("apt-get update && apt-get install -y gcc libpq-dev", application.apt_lists()),
        _REQUIREMENTS,
        Run("pip install -r requirements.txt", (*application.pip_cache(), *wheels)),
        _CHECKOUT,
        Cmd(("python", "app.py")),
    )
    return _by_docker(image)


def slim(architecture: Architecture) -> ImageBuild:
    """Step 2: slim, still a single stage and root."""
    return _installed(architecture).then(_BUILDKIT, _CHECKOUT, Cmd(("python", "app.py")))


def multi_stage(architecture: Architecture) -> ImageBuild:
    """Step 3: a virtual environment from a builder stage, a user with a name."""
    base = python_slim(architecture)
    image = base.then(
        Buildah(_DATE, PYTHON_SLIM),
        _APP,
        Run("addgroup --gid 1001 app && adduser --uid 1001 --gid 1001 appuser", application.user()),
        _venv(architecture, 200_000, 600_000, owner="appuser:app"),
        _SOURCE,
        env(PATH=_VENV_PATH),
        User("appuser"),
        _MODULE,
    )
    return replace(
        image,
        config=image.config | {"Labels": {"io.buildah.version": "1.41.5"}},
        annotations={
            "org.opencontainers.image.base.digest": str(Digest.of(manifest_of(base))),
            "org.opencontainers.image.base.name": PYTHON_SLIM,
        },
    )


def optimised(architecture: Architecture) -> ImageBuild:
    """Step 4: what every image should look like."""
    return _hardened(architecture).then(
        _BUILDKIT,
        User("10001"),
        Expose(8000),
        Healthcheck("python -c \"import urllib.request as r; r.urlopen('http://localhost:8000')\""),
        _GUNICORN,
    )


def alpine(architecture: Architecture) -> ImageBuild:
    """Python on musl, otherwise in order."""
    wheels = application.wheels(architecture, application.SYSTEM, 150_000, 420_000, "musl")
    return python_alpine(architecture).then(
        _BUILDKIT,
        _APP,
        _REQUIREMENTS,
        Run("pip install --no-cache-dir -r requirements.txt", tuple(wheels)),
        _SOURCE,
        env(PYTHONUNBUFFERED="1"),
        User("10001"),
        _MODULE,
    )


def distroless(architecture: Architecture) -> ImageBuild:
    """An application on distroless: no shell, a non-root user from the base."""
    wheels = application.wheels(architecture, "app", 120_000, 320_000)
    packages = "/app/lib/python3.13/site-packages"
    return python_distroless(architecture).then(
        _BUILDKIT,
        _APP,
        Copy(f"/app/.venv{packages.removeprefix('/app')}", packages, tuple(wheels)),
        _SOURCE,
        env(PYTHONPATH=packages, PYTHONUNBUFFERED="1"),
        Cmd(("-m", "app")),
    )


def web(architecture: Architecture) -> ImageBuild:
    """nginx with static files: not Python."""
    page = File("usr/share/nginx/html/index.html", b"<h1>Shop</h1>\n")
    return nginx(architecture).then(
        _BUILDKIT,
        Copy("public/", "/usr/share/nginx/html/", (page, File("usr/share/nginx/html/a.css"))),
    )


def named_user(architecture: Architecture) -> ImageBuild:
    """In order but for the name of the user, which no kubelet can verify."""
    return _hardened(architecture).then(
        _BUILDKIT,
        Run("useradd --uid 1001 appuser", application.user()),
        User("appuser"),
        _GUNICORN,
    )


def shell_form(architecture: Architecture) -> ImageBuild:
    """In order but for the shell that the command runs in."""
    return _hardened(architecture).then(
        _BUILDKIT, User("10001"), Cmd("gunicorn --bind 0.0.0.0:$PORT app.web:app")
    )


def flask_run(architecture: Architecture) -> ImageBuild:
    """A development server with its debugger on."""
    return _hardened(architecture).then(
        _BUILDKIT,
        env(FLASK_APP="app.web", FLASK_DEBUG="1"),
        User("10001"),
        Cmd(("flask", "run", "--host=0.0.0.0")),
    )


def runserver(architecture: Architecture) -> ImageBuild:
    """Django's development server."""
    return _installed(architecture).then(
        _BUILDKIT, _CHECKOUT, User("10001"), Cmd(("python", "manage.py", "runserver", "0:8000"))
    )


def compiler(architecture: Architecture) -> ImageBuild:
    """The package gcc is purged, but what it pulled in stays: there is no ``--auto-remove``."""
    wheels = application.wheels(architecture, application.SYSTEM, 200_000, 600_000)
    image = python_slim(architecture).then(
        _CLASSIC,
        _APP,
        _REQUIREMENTS,
        Run(
            "apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev"
            " && pip install --no-cache-dir -r requirements.txt && apt-get purge -y gcc"
            " && rm -rf /var/lib/apt/lists/*",
            (*toolchain(architecture, 600_000, 1_650_000), *wheels),
        ),
        _SOURCE,
        env(PYTHONUNBUFFERED="1"),
        User("10001"),
        _MODULE,
    )
    return _by_docker(image)


def _installed(architecture: Architecture) -> ImageBuild:
    """Slim, with the dependencies installed where they run: no builder stage."""
    wheels = application.wheels(architecture, application.SYSTEM, 900_000, 2_600_000)
    command = "pip install --no-cache-dir -r requirements.txt"
    return python_slim(architecture).then(
        _BUILDKIT, _APP, _REQUIREMENTS, Run(command, tuple(wheels))
    )


def _hardened(architecture: Architecture) -> ImageBuild:
    """Slim, with a virtual environment from a builder stage; no user yet."""
    return python_slim(architecture).then(
        _BUILDKIT,
        _APP,
        _venv(architecture, 120_000, 320_000),
        _SOURCE,
        env(PATH=_VENV_PATH, PYTHONUNBUFFERED="1", PYTHONDONTWRITEBYTECODE="1"),
    )


def _venv(architecture: Architecture, packed: int, unpacked: int, owner: str = "") -> Copy:
    files = tuple(application.venv(architecture, packed, unpacked))
    return Copy("/app/.venv", "/app/.venv", files, owner)


def _by_docker(image: ImageBuild) -> ImageBuild:
    """With the keys that only Docker's own builder writes."""
    line = image.history[-1]["created_by"].partition("#(nop)  ")[2]
    step = {"Cmd": ["/bin/sh", "-c", "#(nop) ", line]}
    return replace(image, extra={"container_config": step, "docker_version": "20.10.24"})
