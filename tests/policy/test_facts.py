from collections.abc import Sequence
from typing import Any

import pytest

from tests.policy.catalogue import IMAGE, NODE, PYTHON, TODAY, facts
from tests.tables import TABLES
from webhook.kube.imageuse import bare_use
from webhook.oci import Reference
from webhook.policy.effective import Hidden
from webhook.policy.facts import Facts


def test_without_an_image_only_the_reference_is_known():
    blind = Facts.of(bare_use(IMAGE), Reference.parse(IMAGE), TODAY, TABLES)
    assert blind.reference.tag == "1"
    assert not blind.is_windows
    for name in ("image", "launch", "user", "python"):
        with pytest.raises(LookupError, match="did not declare"):
            getattr(blind, name)
    with pytest.raises(LookupError, match="did not declare"):
        blind.variable("PATH")


def test_a_container_that_overrides_nothing_runs_what_the_image_runs():
    found = facts(["sh", "-c", "exec python app.py"])
    assert found.launch is found.image.runtime.launch
    assert found.launch.argv == ("sh", "-c", "exec python app.py")
    assert found.python is found.image.python


@pytest.mark.parametrize(
    ("argv", "container", "verdict"),
    [
        (PYTHON, {}, "yes"),
        (NODE, {}, "no"),
        (NODE, {"command": ["python", "job.py"]}, "yes"),
        (PYTHON, {"command": ["node", "server.js"]}, "no"),
        (NODE, {"args": ["python", "job.py"]}, "yes"),  # the image has no entrypoint
    ],
)
def test_the_pods_command_decides_whether_a_container_runs_python(
    argv: Sequence[str], container: dict[str, Any], verdict: str
):
    found = facts(argv, **container)
    assert found.python.verdict == verdict
    assert found.launch.argv == tuple(container.get("command") or container.get("args") or argv)


def test_of_equal_variables_the_last_counts():
    env = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    assert facts(env=env).variable("A") == "2"
    assert facts(envFrom=[{}]).variable("A") is Hidden.ENV_FROM
    assert facts(config={"Env": ["A=3"]}).variable("A") == "3"


def test_the_user_is_that_of_pod_and_image_together():
    assert facts(pod={"securityContext": {"runAsUser": 5}}).user.uid == 5
    assert facts(config={"User": "7"}).user.uid == 7


@pytest.mark.parametrize(
    ("pod_os", "image_os", "windows"),
    [
        (None, "linux", False),
        (None, "windows", True),
        ("windows", "linux", True),
        ("linux", "windows", False),
        ("windows", "", True),
    ],
)
def test_the_pods_own_word_for_its_system_counts_before_the_images(
    pod_os: str | None, image_os: str, windows: bool
):
    pod = {"os": {"name": pod_os}} if pod_os else {}
    assert facts(pod=pod, os=image_os).is_windows is windows
