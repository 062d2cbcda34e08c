"""Python images as they are most often built, and the shape in which all kinds are written down.

Histories are shortened to the lines that tell; words are those that builders and bases write.
"""

from dataclasses import dataclass

from tests.profile.images import (
    PYTHON_ENV,
    buildkit,
    classic,
    debian,
    image,
    old_alpine,
    python_alpine,
    python_full,
    python_slim,
    ubuntu,
)
from webhook.oci import Image


@dataclass(frozen=True)
class Kind:
    """One kind of image."""

    name: str
    image: Image
    python: str
    libc: str
    variant: str = "other"
    version: str | None = None
    root: bool | None = True


_CONDA_SETUP = (
    "RUN apt-get update && apt-get install -y bzip2 git",
    "ENV PATH=/opt/conda/bin:/usr/bin",
    "RUN wget https://x/Miniconda3-py311_23.11.0-2-Linux-x86_64.sh -O m.sh && bash m.sh -b -p /opt/conda",
    'CMD ["/bin/bash"]',
)
_CONDA_ENV = ["PATH=/opt/conda/bin:/usr/bin"]
_APP = ("WORKDIR /app", "COPY . .", "RUN pip install --no-cache-dir -r requirements.txt")


USUAL = (
    Kind(
        "slim, classic below and BuildKit above",
        image(
            [*python_slim(), *buildkit(*_APP, "USER 1001")],
            env=PYTHON_ENV,
            cmd=["python", "app.py"],
            user="1001",
        ),
        "yes", "glibc", "slim", "3.11.9", False,
    ),
    Kind(
        "full",
        image([*python_full(), *buildkit(*_APP)], env=PYTHON_ENV, cmd=["flask", "run"]),
        "yes", "glibc", "full", "3.11.9",
    ),
    Kind(
        "alpine",
        image([*python_alpine(), *buildkit(*_APP)], env=PYTHON_ENV, cmd=["uvicorn"], user="app"),
        "yes", "musl", "alpine", "3.11.9", None,
    ),
    Kind(
        "pypy",
        image(
            [
                *debian(),
                *classic(
                    "RUN apt-get update && apt-get install -y ca-certificates libexpat1",
                    "ENV PYPY_VERSION=7.3.11",
                    "RUN wget -O pypy.tar.bz2 https://x/pypy3.9-v7.3.11-linux64.tar.bz2",
                    'CMD ["pypy3"]',
                ),
            ],
            env=["PYPY_VERSION=7.3.11"],
            cmd=["pypy3"],
        ),
        "yes", "glibc", "slim",
    ),
    Kind(
        "Debian with its own python3 beside the official one",
        image(
            [*python_slim(), *buildkit("RUN apt-get update && apt-get install -y python3-gi")],
            env=PYTHON_ENV,
            cmd=["python", "app.py"],
        ),
        "yes", "glibc", "slim", "3.11.9",
    ),
    Kind(
        "Ubuntu with apt",
        image(
            [*ubuntu(), *buildkit("RUN apt-get update", "RUN apt-get install -y python3")],
            entrypoint=["python3", "/app/main.py"],
            user="root",
        ),
        "yes", "glibc", "other", "3.10",
    ),
    Kind(
        "Ubuntu with deadsnakes",
        image(
            [
                *ubuntu(),
                *buildkit(
                    "RUN add-apt-repository ppa:deadsnakes/ppa && apt-get install -y python3.12",
                    "RUN python3.12 -m pip install -r requirements.txt",
                ),
            ],
            cmd=["/run.sh"],
        ),
        "yes", "glibc", "other", "3.12",
    ),
    Kind(
        "CUDA with torch",
        image(
            [
                *ubuntu("20.04"),
                *buildkit(
                    "ENV NV_CUDA_LIB_VERSION=11.8.0-1",
                    "RUN apt-get update && apt-get install -y python3 python3-pip",
                    "RUN pip install torch torchvision",
                ),
            ],
            env=["NV_CUDA_LIB_VERSION=11.8.0-1"],
            entrypoint=["/opt/nvidia/nvidia_entrypoint.sh"],
        ),
        "yes", "glibc", "other", "3.8",
    ),
    Kind(
        "the official steps copied onto CUDA",
        image(
            [*ubuntu(), *buildkit("RUN apt-get update"), *python_slim()[3:]],
            env=PYTHON_ENV,
            cmd=["python3"],
        ),
        "yes", "glibc", "other", "3.11.9",
    ),
    Kind(
        "Alpine with apk",
        image(
            [*old_alpine(), *buildkit("RUN apk add python3 py3-pip", "RUN pip install flask")],
            cmd=["flask", "run"],
        ),
        "yes", "musl",
    ),
    Kind(
        "miniconda with an environment of its own",
        image(
            [*debian(), *buildkit(*_CONDA_SETUP, "RUN conda env create -f environment.yml")],
            env=_CONDA_ENV,
            cmd=["/bin/bash"],
        ),
        "yes", "glibc",
    ),
    Kind(
        "micromamba, whose shell is its own",
        image(
            [
                *debian(),
                *buildkit("SHELL [/usr/local/bin/_dockerfile_shell.sh]"),
                *classic(
                    "RUN micromamba install -y -n base python=3.7 make",
                    "USER root",
                    shell="/usr/local/bin/_dockerfile_shell.sh",
                ),
            ],
            env=["MAMBA_USER=mambauser", "MAMBA_ROOT_PREFIX=/opt/conda"],
            entrypoint=["/usr/local/bin/_entrypoint.sh"],
            user="root",
        ),
        "yes", "glibc", "other", "3.7",
    ),
    Kind(
        "uv with a Python of its own",
        image(
            [
                *debian(),
                *buildkit("COPY /uv /uvx /bin/", "RUN uv python install 3.12", "RUN uv sync --frozen"),
            ],
            env=["UV_LINK_MODE=copy"],
            cmd=["uv", "run", "main.py"],
        ),
        "yes", "glibc", "other", "3.12",
    ),
    Kind(
        "pyenv",
        image(
            [*ubuntu(), *buildkit("RUN git clone https://x/pyenv && pyenv install 3.10.13")],
            env=["PYENV_ROOT=/root/.pyenv"],
            cmd=["bash"],
        ),
        "yes", "glibc", "other", "3.10.13",
    ),
    Kind(
        "Azure Functions, whose host is not Python",
        image(
            [*python_slim(), *buildkit("COPY . /home/site", "RUN pip install -r requirements.txt")],
            env=[*PYTHON_ENV, "FUNCTIONS_WORKER_RUNTIME=python"],
            cmd=["/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost"],
        ),
        "yes", "glibc", "slim", "3.11.9",
    ),
    Kind(
        "Jupyter",
        image(
            [
                *ubuntu(),
                *buildkit(
                    "RUN apt-get update --yes && apt-get install --yes tini wget",
                    "RUN ./micromamba install --prefix=/opt/conda --yes jupyter_core 'python=3.11'",
                    shell="/bin/bash -o pipefail -c",
                ),
            ],
            env=["CONDA_DIR=/opt/conda", "PATH=/opt/conda/bin:/usr/bin"],
            entrypoint=["tini", "-g", "--"],
            cmd=["start-notebook.sh"],
            user="1000",
        ),
        "yes", "glibc", "other", "3.11", False,
    ),
)  # fmt: skip
