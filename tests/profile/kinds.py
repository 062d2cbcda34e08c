"""Kinds of images that are out there, each with what its metadata must be read as.

Histories are shortened to the lines that tell; words are those that builders and bases write.
"""

from dataclasses import dataclass

from tests.profile.images import (
    FILE,
    PYTHON_ENV,
    buildkit,
    classic,
    debian,
    image,
    kaniko,
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


_LAMBDA = {
    "env": ["PATH=/var/lang/bin:/usr/bin:/bin:/opt/bin", "LAMBDA_TASK_ROOT=/var/task"],
    "entrypoint": ["/lambda-entrypoint.sh"],
    "cmd": ["app.handler"],
}
_LAMBDA_BASE = buildkit("ADD x86_64/1ebe9859.tar.xz /", 'ENTRYPOINT ["/lambda-entrypoint.sh"]')
_BAZEL = [{"created_by": "bazel build //python3", "created": "1970-01-01T00:00:00Z"}] * 3
_APKO = [{"created_by": "apko", "author": "apko", "comment": "This is an apko single-layer image"}]
_UBI = {
    "com.redhat.component": "ubi8-container",
    "io.openshift.tags": "base rhel8",
    "com.redhat.license_terms": "https://example.com/terms",
}
_S2I = {
    "com.redhat.component": "python-311-container",
    "io.openshift.tags": "builder,python,python311,python-311,rh-python311",
    "name": "ubi9/python-311",
}
_S2I_ENV = ["container=oci", "PYTHON_VERSION=3.11", "PYTHONUNBUFFERED=1", "NODEJS_VERSION=20"]
_CONDA_SETUP = (
    "RUN apt-get update && apt-get install -y bzip2 git",
    "ENV PATH=/opt/conda/bin:/usr/bin",
    "RUN wget https://x/Miniconda3-py311_23.11.0-2-Linux-x86_64.sh -O m.sh && bash m.sh -b -p /opt/conda",
    'CMD ["/bin/bash"]',
)
_CONDA_ENV = ["PATH=/opt/conda/bin:/usr/bin"]
_PACK = '{"buildpacks":[{"id":"%s"}],"processes":[{"type":"web","command":["%s"]}]}'
_APP = ("WORKDIR /app", "COPY . .", "RUN pip install --no-cache-dir -r requirements.txt")

KINDS = (
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
        "kaniko on slim, from a builder on alpine",
        image(
            [*python_slim(), *kaniko("COPY --from=alpine-builder /opt/venv /opt/venv")],
            env=[*PYTHON_ENV, "PATH=/opt/venv/bin:/usr/bin"],
            entrypoint=["gunicorn", "app:app"],
        ),
        "yes", "glibc", "slim", "3.11.9",
    ),
    Kind(
        "kaniko, one snapshot",
        image(kaniko("kaniko"), env=PYTHON_ENV, cmd=["python", "app.py"]),
        "yes", "unknown", "unknown", "3.11.9",
    ),
    Kind(
        "squashed, nothing left but the environment",
        image([{"comment": "merge sha256:0 to sha256:1"}], env=PYTHON_ENV, cmd=["./run"]),
        "yes", "unknown", "unknown", "3.11.9",
    ),
    Kind("no history at all", image(entrypoint=["/start.sh"]), "no", "unknown", "unknown"),
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
        "Wolfi by Chainguard",
        image(
            [*_APKO, *buildkit("COPY /app/venv /app/venv")],
            entrypoint=["/usr/bin/python"],
            user="65532",
            labels={"org.opencontainers.image.vendor": "Chainguard"},
        ),
        "yes", "glibc", "distroless", None, False,
    ),
    Kind(
        "apko, which may be either",
        image(_APKO, entrypoint=["/usr/bin/python3"], user="nonroot"),
        "yes", "unknown", "distroless", None, None,
    ),
    Kind(
        "apko on Wolfi with apk on top",
        image([*_APKO, *buildkit("RUN apk add python-3.12")], entrypoint=["python"]),
        "yes", "unknown", "other", "3.12",
    ),
    Kind(
        "distroless and what was copied onto it",
        image(
            [*_BAZEL, *buildkit("COPY /app /app")],
            env=["LANG=C.UTF-8"],
            entrypoint=["/usr/bin/python3.11", "/app/main.py"],
            user="0",
        ),
        "yes", "glibc", "distroless", "3.11",
    ),
    Kind(
        "UBI with yum",
        image(
            [
                {"comment": "Imported from -"},
                {},
                *classic("RUN yum install -y python36", "RUN pip3 install /wheels/*.whl"),
            ],
            entrypoint=["/docker-entrypoint.sh"],
            user="app:app",
            labels=_UBI,
        ),
        "yes", "glibc", "other", "3.6", None,
    ),
    Kind(
        "S2I, with Node beside it",
        image([{}] * 3, env=_S2I_ENV, cmd=["/usr/libexec/s2i/run"], user="1001", labels=_S2I),
        "yes", "glibc", "other", "3.11", False,
    ),
    Kind(
        "Java on UBI, with S2I in its environment",
        image([{}], env=["S2I_HOME=/opt/kafka/s2i"], cmd=["/bin/bash"], labels=_UBI),
        "no", "glibc",
    ),
    Kind(
        "Amazon Linux with dnf",
        image(
            buildkit("COPY /rootfs/ /", 'CMD ["/bin/bash"]', "RUN dnf install -y python3.11"),
            cmd=["python3.11", "app.py"],
        ),
        "yes", "glibc", "other", "3.11",
    ),
    Kind(
        "Lambda",
        image([*_LAMBDA_BASE, *buildkit("COPY app.py /var/task")], **_LAMBDA),
        "yes", "glibc",
    ),
    Kind(
        "Lambda for Node",
        image([*_LAMBDA_BASE, *buildkit("COPY app.js /var/task")], **_LAMBDA),
        "no", "glibc",
    ),
    Kind(
        "SUSE",
        image(
            [{"created_by": "KIWI 10.2.33"}, *buildkit("RUN zypper -n install python311")],
            env=["PYTHON_VERSION=3.11.9"],
            labels={"com.suse.eula": "sle-bci"},
        ),
        "yes", "glibc", "other", "3.11.9",
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
        "a tool of another language, installed by conda",
        image(
            [*debian(), *buildkit(*_CONDA_SETUP, "RUN conda install -c bioconda samtools")],
            env=_CONDA_ENV,
            cmd=["/bin/bash"],
        ),
        "maybe", "glibc",
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
        "Nix",
        image(
            [
                {"comment": "store paths: ['/nix/store/8v7c7wxhsp1d-glibc-2.38-44']"},
                {"comment": "store paths: ['/nix/store/3v2vkzgzcs0q-python3-3.11.8']"},
                {"comment": "store paths: ['/nix/store/9a2vkzgzcs0q-python3.11-flask-3.0.0']"},
            ],
            cmd=["/nix/store/1b2vkzgzcs0q-app/bin/app"],
        ),
        "yes", "glibc", "other", "3.11.8",
    ),
    Kind(
        "Cloud Native Buildpacks",
        image(
            [{"created_by": "Layer: 'cpython', Created by buildpack: a/cpython@1.8.3"}],
            entrypoint=["/cnb/process/web"],
            env=["CNB_LAYERS_DIR=/layers"],
            user="1002:1000",
            labels={
                "io.buildpacks.stack.id": "io.buildpacks.stacks.jammy",
                "io.buildpacks.build.metadata": _PACK % ("paketo-buildpacks/cpython", "python"),
            },
        ),
        "yes", "glibc", "other", None, False,
    ),
    Kind(
        "Cloud Native Buildpacks for Node",
        image(
            [{"created_by": "Layer: 'node', Created by buildpack: a/node-engine@1"}],
            entrypoint=["/cnb/process/web"],
            labels={
                "io.buildpacks.stack.id": "heroku-22",
                "io.buildpacks.build.metadata": _PACK % ("heroku/nodejs-engine", "node"),
            },
        ),
        "no", "glibc",
    ),
    Kind(
        "minideb with a packaged Python",
        image(
            buildkit("COPY rootfs /", "RUN install_packages ca-certificates curl"),
            env=["OS_FLAVOUR=debian-12", "BITNAMI_APP_NAME=python"],
            cmd=["python"],
        ),
        "yes", "glibc",
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
    Kind(
        "Spark, to which Python is a second language",
        image(
            [*ubuntu("20.04"), *buildkit("RUN apt-get update && apt-get install -y tini python3")],
            env=["JAVA_HOME=/opt/java"],
            entrypoint=["/opt/entrypoint.sh"],
            user="185",
        ),
        "maybe", "glibc", "other", "3.8", False,
    ),
    Kind(
        "Java with a tool from pip",
        image(
            [*debian(), *buildkit("RUN apt-get install -y python3-pip && pip3 install awscli")],
            entrypoint=["java", "-jar", "/app.jar"],
        ),
        "maybe", "glibc",
    ),
    Kind(
        "Node that keeps node-gyp's tools",
        image(
            [*old_alpine(), *buildkit("RUN apk add --no-cache python3 make g++", "RUN npm ci")],
            env=["NODE_VERSION=18.20.1"],
            cmd=["node", "server.js"],
        ),
        "no", "musl",
    ),
    Kind(
        "Node that removes them",
        image(
            [
                *old_alpine(),
                *classic(
                    "RUN apk add --no-cache --virtual .build-deps curl g++ gcc make python3"
                    " && make install && apk del .build-deps"
                ),
            ],
            env=["NODE_VERSION=18.20.1"],
            cmd=["node"],
        ),
        "no", "musl",
    ),
    Kind(
        "R with variables named after Python",
        image(
            [*ubuntu(), *buildkit("RUN /rocker_scripts/install_python.sh")],
            env=["R_VERSION=4.1.2", "PATH=/opt/venv/reticulate/bin:/usr/bin", "PYTHON_CONFIGURE_OPTS=x"],
            entrypoint=["/usr/bin/entrypoint.sh", "--bind-addr", "0.0.0.0:8080"],
            user="1000",
        ),
        "maybe", "glibc", "other", None, False,
    ),
    Kind(
        "a bundled interpreter that only its settings betray",
        image(
            [*ubuntu("24.04"), *buildkit("RUN wget https://x/app.tar.bz2 && tar xjf app.tar.bz2")],
            env=["NUMBA_CACHE_DIR=/tmp/numba_cache"],
            cmd=["/bin/bash"],
        ),
        "maybe", "glibc",
    ),
    Kind(
        "supervisord, which is no Python application",
        image(
            [*debian(), *buildkit("RUN apt-get update && apt-get install -y nginx supervisor")],
            cmd=["supervisord", "-n"],
        ),
        "no", "glibc",
    ),
    Kind(
        "Go on nothing",
        image(buildkit("COPY /app /app"), entrypoint=["/app"], user="65532:65532"),
        "no", "unknown", "unknown", None, False,
    ),
    Kind(
        "ko",
        image([*_APKO, {"created_by": "ko build ko://x", "author": "ko"}], entrypoint=["/ko-app/x"]),
        "no", "unknown", "distroless",
    ),
    Kind(
        "busybox, built by kaniko",
        image([*classic(f"ADD {FILE} in / ", 'CMD ["sh"]'), *kaniko("RUN rm x")], cmd=["sh"]),
        "no", "unknown",
    ),
    Kind(
        "Windows",
        image(
            [
                {"created_by": "Apply image 10.0.20348.1787"},
                {"created_by": "cmd /S /C #(nop)  ENV PYTHON_VERSION=3.11.4", "empty_layer": True},
                {"created_by": "powershell -Command Invoke-WebRequest -OutFile 'python.exe';"},
                {"created_by": 'cmd /S /C #(nop)  CMD ["python"]', "empty_layer": True},
            ],
            env=["PYTHON_VERSION=3.11.4"],
            cmd=["python"],
            os="windows",
        ),
        "yes", "none", "other", "3.11.4",
    ),
)  # fmt: skip
