"""``gunicorn-tuning``: gunicorn as it comes, in a container it was not made for."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from webhook.errors import InvalidQuantity
from webhook.kube.quantity import Quantity
from webhook.kube.workload import Volume
from webhook.policy.effective import Hidden
from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty
from webhook.policy.interpreter import unseen
from webhook.policy.rule import Action, Rule, Skip, Verdict, Violation
from webhook.policy.server import ARGUMENTS, setting
from webhook.policy.text import shown
from webhook.profile.need import Need
from webhook.profile.serving import Server

_IN_MEMORY = "/dev/shm"  # noqa: S108
_TEMPORARY = ("/tmp", "/var/tmp", "/usr/tmp")  # noqa: S108
"""Where Python looks for a folder for temporary files, behind ``TMPDIR``, ``TEMP`` and ``TMP``."""
_NUMBER = re.compile(r"\d{1,4}", re.ASCII)
_SYNC = frozenset({"sync", "gunicorn.workers.sync.SyncWorker"})
_SHM = "Add --worker-tmp-dir /dev/shm"
_TUNED = ["gunicorn", "--worker-tmp-dir", _IN_MEMORY, "--threads", "4", "app:app"]


class GunicornTuning(Rule):
    """gunicorn is started without what it needs in a container.

    Its workers prove that they are alive through a file in ``/tmp``: on the container's disk that
    can block them (``--worker-tmp-dir /dev/shm`` is in memory), and under ``readOnlyRootFilesystem``
    without a volume there gunicorn does not start at all, which is warned of. One worker of the
    default class answers one request at a time; more than twice the CPU limit and one get in one
    another's way. Where a configuration file or ``GUNICORN_CMD_ARGS`` may say all that, the rule has
    nothing to say.
    """

    id: ClassVar[str] = "gunicorn-tuning"
    title: ClassVar[str] = "gunicorn is not tuned for containers"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "The arbiter kills a worker whose heartbeat file is 30 s old. On a disk that is busy (an "
        "overlay file system, a network volume) touching the file can take that long, and healthy "
        "workers are killed. A liveness probe that waits behind one slow request fails likewise."
    )
    remedy: ClassVar[str] = (
        '`CMD ["gunicorn", "--worker-tmp-dir", "/dev/shm", "--workers", "2", "--threads", "4", '
        '"--bind", "0.0.0.0:8000", "project.wsgi"]`.'
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        server = next((found for found in facts.launch.servers if found.name == "gunicorn"), None)
        if server is None:
            return Skip("gunicorn is not started")
        if server.last("config") is not None:
            return Skip("a configuration file may say more")
        arguments = facts.variable(ARGUMENTS)
        if isinstance(arguments, Hidden):
            return unseen(arguments)
        if arguments is not None:
            return Skip(f"{ARGUMENTS} may say more")
        folder = _heartbeat(facts, server)
        if folder is None:
            problem = "gunicorn cannot start: the root is read-only and /tmp is no volume"
            fix = f"{_SHM}, or mount an emptyDir at /tmp"
            return Violation(problem, fix, Certainty.MEDIUM, raise_to=Action.WARN)
        found = [*_of_heartbeat(facts, folder), *_of_workers(facts, server)]
        if not found:
            return None
        problem = "; ".join(said for said, _ in found)
        fix = f"Add {' and '.join(option for _, option in found)}"
        return Violation(problem, fix, Certainty.MEDIUM)

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "the heartbeat is on the container's disk",
            fires=True,
            config={"Cmd": ["gunicorn", "--threads", "4", "app:app"]},
        ),
        Example("the heartbeat is in memory", fires=False, config={"Cmd": _TUNED}),
        Example(
            "a folder in memory is mounted over /tmp",
            fires=False,
            config={"Cmd": ["gunicorn", "--threads", "4", "app:app"]},
            container={"volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]},  # noqa: S108
            pod={"volumes": [{"name": "tmp", "emptyDir": {"medium": "Memory"}}]},
        ),
        Example(
            "one worker answers one request at a time",
            fires=True,
            config={"Cmd": ["gunicorn", "--worker-tmp-dir", _IN_MEMORY, "app:app"]},
        ),
        Example(
            "more workers than the CPU limit carries",
            fires=True,
            config={"Cmd": [*_TUNED, "--workers", "9"]},
            container={"resources": {"limits": {"cpu": "500m"}}},
        ),
        Example(
            "the root is read-only and there is no folder to write to",
            fires=True,
            config={"Cmd": ["gunicorn", "app:app"]},
            container={"securityContext": {"readOnlyRootFilesystem": True}},
        ),
        Example(
            "a configuration file may say it all",
            fires=False,
            config={"Cmd": ["gunicorn", "-c", "gunicorn.conf.py", "app:app"]},
        ),
    )


def _heartbeat(facts: Facts, server: Server) -> str | None:
    """The folder of the heartbeat file; None where gunicorn finds none to write to."""
    asked = server.last("worker-tmp-dir")
    named = (facts.variable(name) for name in ("TMPDIR", "TEMP", "TMP"))
    home = facts.image.runtime.working_dir or "/"
    folders = [asked] if asked else [*(n for n in named if isinstance(n, str) and n), *_TEMPORARY]
    context = facts.use.container.security_context
    if not (context and context.read_only_root_filesystem):
        return folders[0]
    tried = folders if asked else [*folders, home]
    return next(
        (each for each in tried if _is_in_memory(facts, each) or _volume(facts, each)), None
    )


def _of_heartbeat(facts: Facts, folder: str) -> Iterator[tuple[str, str]]:
    """What is wrong with where the heartbeat is, and the option that mends it."""
    if not _is_in_memory(facts, folder):
        yield "gunicorn heartbeat uses the container disk", "--worker-tmp-dir /dev/shm"


def _of_workers(facts: Facts, server: Server) -> Iterator[tuple[str, str]]:
    """What is wrong with the number of workers; nothing where it cannot be seen."""
    workers, threads = _number(facts, server, "workers"), _number(facts, server, "threads")
    kind = setting(facts, server, "worker-class") or "sync"
    limit = _cpu_limit(facts)
    if workers == threads == 1 and kind in _SYNC:
        yield "one sync worker answers one request at a time", "--threads 4"
    elif workers is not None and limit is not None and workers > 2 * limit + 1:
        said = shown(_written_limit(facts), 12)
        most = int(2 * limit + 1)
        yield f"{workers} workers on a CPU limit of {said}", f"--workers {most}"


def _number(facts: Facts, server: Server, option: str) -> int | None:
    """The number that an option is given, 1 when none; None where it cannot be seen."""
    value = setting(facts, server, option)
    if value is None:
        return 1
    is_number = isinstance(value, str) and _NUMBER.fullmatch(value)
    return int(str(value)) if is_number else None


def _cpu_limit(facts: Facts) -> Fraction | None:
    try:
        return Quantity.parse(_written_limit(facts)).value
    except InvalidQuantity:
        return None


def _written_limit(facts: Facts) -> str:
    resources = facts.use.container.resources
    return str((resources.limits or {}).get("cpu", "")) if resources else ""


def _is_in_memory(facts: Facts, folder: str) -> bool:
    volume = _volume(facts, folder)
    if volume is not None:
        return volume.empty_dir is not None and volume.empty_dir.medium == "Memory"
    return _lies_in(folder, _IN_MEMORY)


def _volume(facts: Facts, folder: str) -> Volume | None:
    """The volume that is mounted at a folder, or nearest above it."""
    mounts = [m for m in facts.use.container.volume_mounts or () if _lies_in(folder, m.mount_path)]
    nearest = max(mounts, key=lambda mount: len(mount.mount_path), default=None)
    volumes = facts.use.pod.volumes or ()
    return next((v for v in volumes if nearest is not None and v.name == nearest.name), None)


def _lies_in(folder: str, place: str) -> bool:
    return f"{folder.rstrip('/')}/".startswith(f"{place.rstrip('/')}/") and bool(place)
