"""Images in which Python is a guest, is gone again, or was never there."""

from tests.profile.images import buildkit, classic, debian, image, old_alpine, ubuntu
from tests.profile.kinds import Kind

_CONDA_SETUP = (
    "RUN apt-get update && apt-get install -y bzip2 git",
    "ENV PATH=/opt/conda/bin:/usr/bin",
    "RUN wget https://x/Miniconda3-py311_23.11.0-2-Linux-x86_64.sh -O m.sh && bash m.sh -b -p /opt/conda",
    'CMD ["/bin/bash"]',
)
_CONDA_ENV = ["PATH=/opt/conda/bin:/usr/bin"]

GUESTS = (
    Kind("no history at all", image(entrypoint=["/start.sh"]), "no", "unknown", "unknown"),
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
)  # fmt: skip
