from itertools import permutations

import pytest

from tests.profile.images import (
    PYTHON_ENV,
    Json,
    buildkit,
    debian,
    image,
    old_alpine,
    python_slim,
    ubuntu,
)
from webhook.profile import Evidence, Python, Source, profile
from webhook.profile.python import judge, with_command


def python(history: list[Json] | None = None, **more: object) -> Python:
    return profile(image(history or [], **more)).python  # type: ignore[arg-type]


def weights(found: Python) -> list[int]:
    return [piece.weight for piece in found.evidence if piece.says == "python"]


@pytest.mark.parametrize(
    ("history", "more", "weight"),
    [
        ([], {"env": PYTHON_ENV}, 90),
        ([], {"env": ["PYTHON_VERSION=3.8.2", "GPG_KEY=E3FF2839C048B25C"]}, 90),
        ([], {"env": ["PYPY_VERSION=7.3.11"]}, 85),
        ([], {"env": ["PYTHON_VERSION=3.11"]}, 55),
        ([], {"annotations": {"com.google.distroless.python.version": "3.14"}}, 90),
        ([], {"annotations": {"org.opencontainers.image.base.name": "python:3.12-slim"}}, 85),
        ([], {"labels": {"org.opencontainers.image.base.name": "python:3.12-slim"}}, 65),
        ([], {"labels": {"io.openshift.tags": "builder,python,python311"}}, 80),
        ([], {"env": ["FUNCTIONS_WORKER_RUNTIME=python"]}, 80),
        ([], {"env": ["BITNAMI_APP_NAME=python"]}, 80),
        ([], {"cmd": ["gunicorn", "app:app"]}, 80),
        ([], {"cmd": ["/app/main.py"]}, 60),
        ([], {"env": ["PYTHONUNBUFFERED=1", "PYTHONPATH=/app", "VIRTUAL_ENV=/venv"]}, 45),
        ([], {"env": ["UV_COMPILE_BYTECODE=1"]}, 45),
        ([], {"env": ["PATH=/opt/venv/reticulate/bin:/usr/bin", "PYTHONPATH=/x"]}, 45),
        ([], {"env": ["NUMBA_CACHE_DIR=/tmp", "MPLCONFIGDIR=/tmp"]}, 45),
        ([], {"env": ["CONDA_DIR=/opt/conda", "PATH=/opt/conda/bin:/usr/bin"]}, 45),
        (buildkit("RUN bash Miniconda3-py311_23.11.0-2-Linux-x86_64.sh -b"), {}, 45),
        (buildkit("RUN pip install -r requirements.txt", "RUN pip install x"), {}, 60),
        (buildkit("RUN pip install flask"), {}, 60),
        (buildkit("RUN pip install multiqc==1.2"), {}, 55),
        (buildkit("RUN pip install awscli"), {}, 40),
        (buildkit("RUN conda install samtools"), {"env": ["CONDA_DIR=/opt/conda"]}, 50),
        ([], {"labels": {"com.docker.dhi.name": "dhi/python"}}, 80),
        (buildkit("RUN apt-get install -y python-is-python3 build-essential"), {"cmd": ["puma"]}, 30),
        (buildkit("RUN git clone https://github.com/python/cpython && make install"), {}, 60),
        (buildkit("RUN apt-get install -y python3 python3-pip"), {}, 45),
        (buildkit("RUN apk add python3 make g++"), {"env": ["NODE_VERSION=20"]}, 30),
        (buildkit("COPY requirements.txt .", "COPY main.py ."), {}, 45),
        (buildkit("COPY /usr/local/lib/python3.12 /usr/local/lib/python3.12"), {}, 60),
        (buildkit("COPY app.py /var/task"), {"env": ["LAMBDA_TASK_ROOT=/var/task"]}, 80),
        ([{"comment": "store paths: ['/nix/store/aaa-python3-3.11.8']"}], {}, 45),
        ([{"comment": "store paths: ['/nix/store/aaa-python3-3.11.8-env']"}], {}, 80),
    ],
)  # fmt: skip
def test_each_signal_counts_once_with_its_weight(
    history: list[Json], more: dict[str, object], weight: int
) -> None:
    assert weights(python(history, **more)) == [weight]


@pytest.mark.parametrize(
    "more",
    [
        {"env": ["PYTHON_CONFIGURE_OPTS=--enable-shared", "RETICULATE_PYTHON=/usr/bin/python3"]},
        {"env": ["UV_THREADPOOL_SIZE=8"]},
        {"env": ["PYTHON_VERSION=latest"]},
        {"env": ["S2I_HOME=/opt/kafka/s2i"]},
        {"env": ["GPG_KEY=ACEFE18DD2322E1E"]},
        {"env": ["MAMBA_USER=mambauser"]},
        {"labels": {"io.openshift.tags": "messaging,amq,jboss"}},
        {"labels": {"description": "a python thing"}},
        {"cmd": ["/usr/bin/supervisord", "-n"]},
        {"history": buildkit("RUN ./configure --without-python && make")},
        {"history": buildkit("RUN apk add --virtual .python-rundeps $deps")},
        {"history": buildkit("RUN apk add -t .build-deps python3 gcc && apk del .build-deps")},
        {"history": buildkit("ARG CONFIGUREFLAGS=--enable-python")},
        {"history": buildkit("COPY python.conf /etc/")},
    ],
)
def test_what_only_mentions_python_is_no_signal(more: dict[str, object]) -> None:
    found = python(**more)  # type: ignore[arg-type]
    assert weights(found) == []
    assert found.verdict in ("no", "unknown")


@pytest.mark.parametrize(
    ("history", "more", "verdict"),
    [
        (python_slim(), {"env": PYTHON_ENV, "cmd": ["/app/run.sh"]}, "yes"),
        (
            [*debian(), *buildkit("RUN yum install -y python36", "RUN pip3 install *.whl")],
            {},
            "yes",
        ),
        (buildkit("RUN apt-get install -y python3-pip", "RUN pip install multiqc"), {}, "yes"),
        (buildkit("RUN apt-get install -y python3-pip", "RUN pip install awscli"), {}, "maybe"),
        (buildkit("RUN apt-get install -y python3"), {"entrypoint": ["/run.sh"]}, "maybe"),
        (buildkit("RUN apk add python"), {"cmd": ["rabbitmq-server"]}, "maybe"),
        (buildkit("RUN apk add python3 make g++"), {"cmd": ["node", "x.js"]}, "no"),
        (buildkit("RUN conda install -c bioconda samtools"), {"env": ["CONDA_DIR=/x"]}, "maybe"),
        (buildkit("RUN micromamba install -f env.yml"), {"env": ["MAMBA_EXE=/x"]}, "yes"),
        (buildkit("RUN pip install -r requirements.txt"), {"cmd": ["/bin/bash"]}, "maybe"),
        (buildkit("RUN apt-get install -y python", "RUN conda install samtools"), {}, "maybe"),
        (buildkit("RUN pip install csvtool==1.2"), {"cmd": ["csvtool", "--help"]}, "yes"),
        (buildkit("RUN pip install awscli"), {"cmd": ["csvtool"]}, "maybe"),
        (
            buildkit("RUN python${PY} -m pip install x", "RUN apt-get install python3-pip"),
            {},
            "yes",
        ),
        ([], {"entrypoint": ["/server"]}, "no"),
        ([], {"env": ["A=b"]}, "no"),
        ([], {}, "unknown"),
        ([{"comment": "Imported from -"}], {}, "unknown"),
    ],
)
def test_signals_add_up_to_a_verdict(
    history: list[Json], more: dict[str, object], verdict: str
) -> None:
    assert python(history, **more).verdict == verdict


POLYGLOT = buildkit("RUN apt-get install -y python3-pip", "RUN pip install -r requirements.txt")


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"cmd": ["/start.sh"]}, "yes"),
        ({"cmd": ["node", "server.js"]}, "maybe"),
        ({"cmd": ["/start.sh"], "env": ["R_VERSION=4.3"]}, "maybe"),
        ({"cmd": ["python3", "x.py"], "env": ["NODE_VERSION=20"]}, "yes"),
        ({"cmd": ["node", "x.js"], "env": PYTHON_ENV}, "yes"),
    ],
)
def test_beside_another_runtime_python_is_a_guest_unless_it_is_certain_or_what_runs(
    more: dict[str, object], verdict: str
) -> None:
    assert python(POLYGLOT, **more).verdict == verdict


def test_the_command_of_the_pod_counts_and_not_the_images() -> None:
    generic = python([*ubuntu(), *buildkit("COPY . /app")], cmd=["/bin/bash"])
    assert generic.verdict == "no"
    job = with_command(generic, ["python", "job.py"])
    assert (job.verdict, job.score) == ("yes", 80)
    assert with_command(job, ["/bin/bash"]) == generic


def test_the_command_of_the_pod_can_make_an_image_less_certain() -> None:
    worker = python(POLYGLOT, cmd=["celery", "worker"])
    assert worker.verdict == "yes"
    assert with_command(worker, ["nginx"]).verdict == "maybe"


def test_a_command_that_tells_nothing_leaves_an_unknown_image_unknown() -> None:
    unknown = python()
    assert with_command(unknown, ["/start.sh"]).verdict == "unknown"
    assert with_command(unknown, ["node", "x.js"]).verdict == "no"
    assert with_command(unknown, ["python3"]).verdict == "yes"


def test_the_version_outlives_the_command() -> None:
    found = python(python_slim(), env=PYTHON_ENV, cmd=["python3"])
    assert with_command(found, ["/bin/sh"]).version == "3.11.9"


def test_evidence_may_come_from_anywhere_and_in_any_order() -> None:
    evidence = [
        Evidence(Source.LAYER, "python", 70, "usr/local/bin/python3.12"),
        Evidence(Source.HISTORY, "python", 45, "apt: python3"),
        Evidence(Source.CONFIG, "node", 60, "ENV NODE_VERSION=20"),
    ]
    for order in permutations(evidence):
        judged = judge(order, tells_nothing=False)
        assert (judged.verdict, judged.score) == ("maybe", 84)


def test_a_buildpacks_image_runs_the_process_its_label_names() -> None:
    metadata = (
        '{"buildpacks":[{"id":"paketo-buildpacks/cpython"}],'
        '"processes":[{"type":"worker","command":["ruby"]},'
        '{"type":"web","command":["gunicorn"],"args":["app:app"]}]}'
    )
    labels = {"io.buildpacks.build.metadata": metadata}
    found = python(labels=labels, entrypoint=["/cnb/process/web"])
    assert sorted(weights(found)) == [80, 85]
    assert found.origin == "other"


@pytest.mark.parametrize(
    "buildpack",
    ["paketo-buildpacks/python-start", "heroku/python", "google.python.pip", "paketo-buildpacks/poetry-install", "urn:cnb:x/miniconda", "paketo-buildpacks/uv"],
)  # fmt: skip
def test_pythons_buildpacks_are_known(buildpack: str) -> None:
    labels = {"io.buildpacks.build.metadata": f'{{"buildpacks":[{{"id":"{buildpack}"}}]}}'}
    assert weights(python(labels=labels)) == [85]


@pytest.mark.parametrize(
    "metadata",
    ['{"buildpacks":[{"id":"paketo-buildpacks/node-engine"}]}', "{}", "", "[", "[" * 100_000, '{"processes":{"web":1}}', '{"buildpacks":null}'],
)  # fmt: skip
def test_other_buildpacks_and_broken_labels_are_not(metadata: str) -> None:
    labels = {"io.buildpacks.build.metadata": metadata}
    assert weights(python(old_alpine(), labels=labels, entrypoint=["/cnb/process/web"])) == []
