from typing import Any

import pytest

from tests.rules.verdicts import facts_about, profiled, verdict, violation
from webhook.policy.rule import Action, Skip, Unknown, Verdict, Violation
from webhook.rules.gunicorn_tuning import GunicornTuning

RULE = GunicornTuning()
SHM = "--worker-tmp-dir /dev/shm"
READ_ONLY = {"securityContext": {"readOnlyRootFilesystem": True}}
HEARTBEAT = "gunicorn heartbeat uses the container disk"
ONE_WORKER = "one sync worker answers one request at a time"


def judged(options: str, *env: str, **more: Any) -> Verdict:
    """The verdict on gunicorn with these options, in an image with these variables."""
    config = {"Cmd": ["gunicorn", *options.split(), "app:app"], "Env": list(env)}
    return verdict(RULE, config=config, **more)


def problem(options: str, *env: str, **more: Any) -> str | None:
    found = judged(options, *env, **more)
    return found.problem if isinstance(found, Violation) else None


def mounted(path: str, volume: dict[str, Any]) -> dict[str, Any]:
    """A container and its Pod with a volume at ``path``."""
    return {
        "container": {"volumeMounts": [{"name": "v", "mountPath": path}]},
        "pod": {"volumes": [{"name": "other"}, {"name": "v", **volume}]},
    }


MEMORY = {"emptyDir": {"medium": "Memory"}}


def test_the_heartbeat_on_disk_is_told_with_its_option():
    found = judged("--threads 4")
    assert isinstance(found, Violation)
    assert found.problem == HEARTBEAT
    assert found.fix == "Add --worker-tmp-dir /dev/shm"
    assert 60 <= found.confidence < 85


@pytest.mark.parametrize(
    ("options", "env", "told"),
    [
        (SHM, "", False),
        ("--worker-tmp-dir=/dev/shm/gunicorn", "", False),
        ("--worker-tmp-dir /var/run", "", True),
        ("--worker-tmp-dir /dev/shmem", "", True),
        ("", "TMPDIR=/dev/shm", False),
        ("", "TMPDIR=/data", True),
        ("", "TMPDIR=", True),
        ("", "TEMP=/dev/shm", False),
    ],
)
def test_the_heartbeat_may_be_put_in_memory(options: str, env: str, told: bool):
    assert problem(f"--threads 4 {options}", env) == (HEARTBEAT if told else None)


@pytest.mark.parametrize(
    ("path", "volume", "told"),
    [
        ("/tmp", MEMORY, False),
        ("/tmp/", MEMORY, False),
        ("/", MEMORY, False),
        ("/tmp", {"emptyDir": {}}, True),
        ("/tmp", {"persistentVolumeClaim": {"claimName": "x"}}, True),
        ("/tmpfs", MEMORY, True),
        ("/data", MEMORY, True),
    ],
)
def test_a_volume_over_tmp_decides_where_the_heartbeat_is(
    path: str, volume: dict[str, Any], told: bool
):
    assert problem("--threads 4", **mounted(path, volume)) == (HEARTBEAT if told else None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("", True),
        ("-w 1", True),
        ("-k sync --threads 1", True),
        ("-k gunicorn.workers.sync.SyncWorker", True),
        ("-w 2", False),
        ("--threads 4", False),
        ("-k gevent", False),
        ("-k uvicorn.workers.UvicornWorker", False),
        ("--workers many", False),
    ],
)
def test_one_worker_of_the_default_class_is_told(options: str, told: bool):
    assert problem(f"{SHM} {options}") == (ONE_WORKER if told else None)


def test_the_number_of_workers_may_come_from_a_variable():
    assert problem(SHM, "WEB_CONCURRENCY=3") is None
    assert problem(SHM, "WEB_CONCURRENCY=1") == ONE_WORKER
    hidden = {"env": [{"name": "WEB_CONCURRENCY", "valueFrom": {"fieldRef": {}}}]}
    assert judged(SHM, container=hidden) is None


@pytest.mark.parametrize(
    ("cpu", "workers", "told"),
    [
        ("1", 3, False),
        ("1", 4, True),
        ("500m", 2, False),
        ("500m", 3, True),
        ("2.5", 6, False),
        (2, 6, True),
        (0.5, 3, True),
        ("", 99, False),
        ("many", 99, False),
    ],
)
def test_more_workers_than_twice_the_cpu_limit_and_one_are_told(
    cpu: str | float, workers: int, told: bool
):
    limits = {"resources": {"limits": {"cpu": cpu}}}
    found = problem(f"{SHM} -w {workers}", container=limits)
    assert found == (f"{workers} workers on a CPU limit of {cpu}" if told else None)


def test_without_a_cpu_limit_any_number_passes():
    assert judged(f"{SHM} -w 64") is None
    assert judged(f"{SHM} -w 64", container={"resources": {"limits": {"memory": "1Gi"}}}) is None
    assert judged(f"{SHM} -w 64", container={"resources": {}}) is None


def test_everything_is_told_at_once_with_all_options():
    found = violation(RULE, config={"Cmd": ["gunicorn", "app:app"]})
    assert found.problem == f"{HEARTBEAT}; {ONE_WORKER}"
    assert found.fix == "Add --worker-tmp-dir /dev/shm and --threads 4"
    limits = {"resources": {"limits": {"cpu": "1"}}}
    many = violation(RULE, config={"Cmd": ["gunicorn", "-w", "9", "a:b"]}, container=limits)
    assert many.fix == "Add --worker-tmp-dir /dev/shm and --workers 3"


def test_a_read_only_root_without_a_folder_to_write_to_is_warned_of():
    found = judged("--threads 4", container=READ_ONLY)
    assert isinstance(found, Violation)
    assert found.problem == "gunicorn cannot start: the root is read-only and /tmp is no volume"
    assert found.fix == "Add --worker-tmp-dir /dev/shm, or mount an emptyDir at /tmp"
    assert found.raise_to is Action.WARN


@pytest.mark.parametrize(
    ("path", "starts"),
    [("/tmp", True), ("/var/tmp", True), ("/srv", True), ("/var", True), ("/data", False)],
)
def test_under_a_read_only_root_any_folder_for_temporary_files_will_do(path: str, starts: bool):
    volume = mounted(path, {"emptyDir": {}})
    config = {"Cmd": ["gunicorn", "--threads", "4", "a:b"], "WorkingDir": "/srv/app"}
    container = volume["container"] | READ_ONLY
    found = violation(RULE, config=config, container=container, pod=volume["pod"])
    assert (found.problem == HEARTBEAT) is starts


def test_under_a_read_only_root_memory_is_always_there():
    assert judged(f"--threads 4 {SHM}", container=READ_ONLY) is None
    wrong = judged("--threads 4 --worker-tmp-dir /run/gunicorn", container=READ_ONLY)
    assert isinstance(wrong, Violation)
    assert wrong.problem.startswith("gunicorn cannot start")


@pytest.mark.parametrize("options", ["-c gunicorn.conf.py", "--config=python:conf"])
def test_a_configuration_file_may_say_more(options: str):
    assert judged(options) == Skip("a configuration file may say more")


def test_arguments_in_a_variable_may_say_more():
    assert judged("", "GUNICORN_CMD_ARGS=--workers 4") == Skip("GUNICORN_CMD_ARGS may say more")
    hidden = {"envFrom": [{"configMapRef": {"name": "x"}}]}
    assert judged("", container=hidden) == Skip("may be set by envFrom")
    assert isinstance(judged("", "CNB_LAYERS_DIR=/layers"), Unknown)


@pytest.mark.parametrize("line", ["uvicorn app:app", "python app.py", ""])
def test_other_servers_are_left_alone(line: str):
    assert verdict(RULE, config={"Cmd": line.split()}) == Skip("gunicorn is not started")


def test_an_image_by_itself_is_judged_by_its_own_command():
    image = profiled(Cmd=["gunicorn", "--threads", "4", "app:app"])
    assert isinstance(RULE.check(facts_about(image)), Violation)


def test_the_pods_command_mends_it():
    args = ["gunicorn", *SHM.split(), "--threads", "2", "app:app"]
    assert judged("", container={"args": args}) is None
