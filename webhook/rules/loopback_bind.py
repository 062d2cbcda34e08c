"""``loopback-bind``: a server that nobody outside its own Pod can reach."""

import re
from dataclasses import dataclass
from typing import ClassVar

from webhook.kube.imageuse import ContainerKind
from webhook.kube.workload import Container, Probe
from webhook.policy.effective import Hidden
from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty
from webhook.policy.interpreter import unseen
from webhook.policy.rule import Action, Rule, Skip, Unknown, Verdict, Violation
from webhook.policy.server import setting, settings
from webhook.policy.text import quoted
from webhook.profile.need import Need
from webhook.profile.serving import Server

_LOOPBACK = re.compile(r"127(?:\.\d{1,3}){1,3}|localhost|::1|ip6-localhost", re.ASCII)
_ADDRESS = re.compile(r"(?:\w{1,8}://)?(?:\[([^\[\]]*)\]|([^:]*))(?::\d*)?")
_PROXIES = frozenset(
    {"apache2", "apache2-foreground", "caddy", "envoy", "haproxy", "httpd", "nginx", "traefik"}
)
_PORT = 8000


@dataclass(frozen=True, slots=True)
class _Listening:
    """Where a server listens."""

    option: str
    """The option that says so."""
    everywhere: bool = False
    """Whether it listens everywhere when nothing says where, and not on 127.0.0.1."""
    elsewhere: tuple[str, ...] = ()
    """Options that have it listen somewhere else, or that name a file which may."""


_SERVERS = {
    "gunicorn": _Listening("bind", elsewhere=("config", "paste")),
    "uvicorn": _Listening("host", elsewhere=("uds", "fd")),
    "hypercorn": _Listening("bind", elsewhere=("config", "insecure-bind", "quic-bind")),
    "daphne": _Listening("bind", elsewhere=("unix-socket", "fd", "endpoint")),
    "granian": _Listening("host", elsewhere=("uds",)),
    "litestar": _Listening("host", elsewhere=("uds", "fd")),
    "sanic": _Listening("host", elsewhere=("unix",)),
    "flask": _Listening("host"),
    "fastapi dev": _Listening("host"),
    "fastapi run": _Listening("host", everywhere=True),
    "waitress-serve": _Listening("host", everywhere=True, elsewhere=("listen", "unix-socket")),
    "http.server": _Listening("bind", everywhere=True),
}
_SPELLED_OUT = Certainty.HIGH
"""Confidence where the address is written out."""
_BY_DEFAULT = 75
"""Confidence where it is a default, which a file that is not seen may change."""


class LoopbackBind(Rule):
    """The container's server listens on 127.0.0.1 only, though others are meant to reach it.

    Meant are containers that declare ``ports``, or whose probes the kubelet sends over the network.
    The address is looked for in the effective command line, then in the variables that the server
    reads (``UVICORN_HOST``, ``GUNICORN_CMD_ARGS``, ``PORT`` …), and is the server's default at last:
    gunicorn, uvicorn, hypercorn, daphne, granian, Flask and Django's runserver listen on 127.0.0.1,
    while ``fastapi run`` and waitress listen everywhere. Whatever else may say so (a configuration
    file, a variable that is not to be seen) is no violation. Sidecars may serve their Pod over
    loopback, as may a server behind a proxy in its own container.
    """

    id: ClassVar[str] = "loopback-bind"
    title: ClassVar[str] = "The server listens on loopback only"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "A container has a network of its own: on 127.0.0.1 neither a Service nor the kubelet's "
        "probes reach it, and the Pod is restarted for ever or never becomes ready."
    )
    remedy: ClassVar[str] = (
        '`CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]` or '
        '`CMD ["gunicorn", "project.wsgi:application", "--bind", "0.0.0.0:8000"]`.'
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        reason = _left_alone(facts)
        if reason:
            return Skip(reason)
        servers = facts.launch.servers
        verdicts = [_judge(facts, server) for server in servers]
        others = (verdict for verdict in verdicts if not isinstance(verdict, Violation))
        return next(others, verdicts[0] if verdicts else None)

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "uvicorn listens on loopback unless told otherwise",
            fires=True,
            config={"Cmd": ["uvicorn", "app:app"]},
            container={"ports": [{"containerPort": 8000}]},
        ),
        Example(
            "gunicorn is told to",
            fires=True,
            config={"Cmd": ["gunicorn", "-b", "127.0.0.1:8000", "app:app"]},
            container={"readinessProbe": {"httpGet": {"port": 8000}}},
        ),
        Example(
            "an address for everyone passes",
            fires=False,
            config={"Cmd": ["uvicorn", "app:app", "--host=0.0.0.0"]},
            container={"ports": [{"containerPort": 8000}]},
        ),
        Example(
            "the Pod's env may bring the address",
            fires=False,
            config={"Cmd": ["uvicorn", "app:app"]},
            container={
                "ports": [{"containerPort": 8000}],
                "env": [{"name": "UVICORN_HOST", "value": "::"}],
            },
        ),
        Example(
            "gunicorn listens everywhere when PORT is set",
            fires=False,
            config={"Cmd": ["gunicorn", "app:app"], "Env": ["PORT=8000"]},
            container={"ports": [{"containerPort": 8000}]},
        ),
        Example(
            "fastapi run listens everywhere",
            fires=False,
            config={"Cmd": ["fastapi", "run", "main.py"]},
            container={"ports": [{"containerPort": 8000}]},
        ),
        Example(
            "a container that nobody is to reach is left alone",
            fires=False,
            config={"Cmd": ["uvicorn", "app:app"]},
        ),
    )


def _left_alone(facts: Facts) -> str:
    """Why loopback is fine here; empty where it is not."""
    use, container = facts.use, facts.use.container
    if use.kind not in (ContainerKind.CONTAINER, ContainerKind.SIDECAR):
        return "init and ephemeral containers serve nobody"
    is_probed = _is_probed(container)
    if not (container.ports or is_probed):
        return "it declares neither a port nor a probe over the network"
    if use.kind is ContainerKind.SIDECAR and not is_probed:
        return "a sidecar may serve its Pod over loopback"
    if use.pod.host_network:
        return "the Pod shares its node's network"
    if not _PROXIES.isdisjoint(facts.launch.names):
        return "a proxy is started beside the server"
    return ""


def _is_probed(container: Container) -> bool:
    """Whether the kubelet asks over the network; ``exec`` is run within the container."""
    probes = (container.liveness_probe, container.readiness_probe, container.startup_probe)
    return any(isinstance(p, Probe) and (p.http_get or p.tcp_socket or p.grpc) for p in probes)


def _judge(facts: Facts, server: Server) -> Violation | Skip | Unknown | None:
    """One server; None when others can reach it."""
    listening = _SERVERS.get(str(server)) or _SERVERS.get(server.name)
    if server.command.startswith("runserver"):
        # A number by itself is a port of the default address.
        given: tuple[str, ...] | Hidden = tuple(w for w in server.words[:1] if not w.isdigit())
        listening = _Listening("")
    elif listening is None:
        return Skip(f"not known where {quoted(str(server))} listens")
    else:
        given = settings(facts, server, listening.option)
    if isinstance(given, Hidden):
        return unseen(given)
    for option in listening.elsewhere if not given else ():
        other = setting(facts, server, option)
        if other is not None:
            return unseen(other) if isinstance(other, Hidden) else Skip(f"--{option} says where")
    if listening.everywhere if not given else not all(map(_is_loopback, given)):
        return None
    return Violation(
        f"{quoted(str(server))} listens on 127.0.0.1 only",
        _fix(facts, server),
        _SPELLED_OUT if given else _BY_DEFAULT,
    )


def _is_loopback(address: str) -> bool:
    if address.startswith(("unix:", "fd:")):
        return False
    match = _ADDRESS.fullmatch(address)
    host = (match[1] or match[2]) if match else address
    return _LOOPBACK.fullmatch(host or "") is not None


def _fix(facts: Facts, server: Server) -> str:
    ports = facts.use.container.ports or ()
    port = ports[0].container_port if ports else _PORT
    if server.command.startswith("runserver"):
        return f"Start it with 0.0.0.0:{port}"
    return f"Add --host 0.0.0.0 or --bind 0.0.0.0:{port}"
