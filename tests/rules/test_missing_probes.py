from typing import Any

import pytest

from tests.rules.verdicts import facts_about, fires, profiled, verdict, violation
from webhook.kube.imageuse import ContainerKind
from webhook.policy.rule import Skip
from webhook.rules.missing_probes import MissingProbes

RULE = MissingProbes()
PORTS = {"ports": [{"containerPort": 8000, "name": "http"}]}
PROBE = {"httpGet": {"path": "/health", "port": "http"}}


def test_that_the_images_healthcheck_is_ignored_is_told():
    found = violation(RULE, container=PORTS)
    assert found.problem == (
        "no liveness or readiness probe (image HEALTHCHECK is ignored by Kubernetes)"
    )
    assert found.fix == "Add probes"
    assert found.confidence == 100


def test_a_healthcheck_in_the_image_is_no_probe():
    check = {"Healthcheck": {"Test": ["CMD-SHELL", "curl localhost:8000"]}}
    assert fires(RULE, config=check, container=PORTS)


@pytest.mark.parametrize(
    ("probes", "told"),
    [
        ({}, True),
        ({"readinessProbe": PROBE}, False),
        ({"livenessProbe": PROBE}, False),
        ({"livenessProbe": {"exec": {"command": ["true"]}}}, False),
        ({"readinessProbe": {"grpc": {"port": 1}}, "livenessProbe": PROBE}, False),
        ({"startupProbe": PROBE}, True),
        ({"readinessProbe": None}, True),
    ],
)
def test_either_probe_of_whatever_kind_is_enough(probes: dict[str, Any], told: bool):
    assert fires(RULE, container=PORTS | probes) is told


@pytest.mark.parametrize("ports", [{}, {"ports": None}, {"ports": []}])
def test_a_container_that_declares_no_port_is_left_alone(ports: dict[str, Any]):
    assert verdict(RULE, container=ports) == Skip("it declares no port")


def test_an_image_by_itself_is_left_alone():
    image = profiled(Cmd=["python", "app.py"], ExposedPorts={"8000/tcp": {}})
    assert RULE.check(facts_about(image)) == Skip("it declares no port")


@pytest.mark.parametrize(
    ("policy", "told"), [(None, True), ("Always", True), ("OnFailure", False), ("Never", False)]
)
def test_only_what_is_restarted_for_ever_is_judged(policy: str | None, told: bool):
    assert fires(RULE, container=PORTS, pod={"restartPolicy": policy}) is told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ContainerKind.CONTAINER, True),
        (ContainerKind.SIDECAR, True),
        (ContainerKind.INIT, False),
        (ContainerKind.EPHEMERAL, False),
    ],
)
def test_containers_that_cannot_have_such_probes_are_left_alone(kind: ContainerKind, told: bool):
    assert fires(RULE, container=PORTS, kind=kind) is told


def test_a_sidecar_runs_for_ever_whatever_its_pod_does():
    job = {"restartPolicy": "Never"}
    assert fires(RULE, container=PORTS, kind=ContainerKind.SIDECAR, pod=job)


@pytest.mark.parametrize(
    "line",
    [
        "celery -A app worker",
        "python -m celery -A app beat",
        "rq worker",
        "dramatiq app",
        "arq app.W",
    ],
)
def test_workers_answer_no_requests_even_where_they_have_a_port_for_metrics(line: str):
    config = {"Cmd": line.split()}
    assert verdict(RULE, config=config, container=PORTS) == Skip("a worker answers no requests")


def test_the_pods_command_may_make_a_worker_of_it():
    assert not fires(RULE, container=PORTS | {"command": ["celery", "worker"]})
