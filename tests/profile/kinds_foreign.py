"""Images of other builders and platforms than a Dockerfile on Debian, Ubuntu or Alpine."""

from tests.profile.images import FILE, PYTHON_ENV, buildkit, classic, image, kaniko, python_slim
from tests.profile.kinds import Kind

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
_PACK = '{"buildpacks":[{"id":"%s"}],"processes":[{"type":"web","command":["%s"]}]}'

FOREIGN = (
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
