"""Everything a process can be told, read once: a flag, else ``SLIMGATE_<FLAG>``, else ``--config``.

Lists in variables are comma-separated; the file is YAML with the flags' names as keys, and may say
``registries: [{host, mirrors, ca, plainHTTP, proxy}]`` besides. Proxies come from the variables
that every HTTP client reads.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from webhook.errors import InvalidFile, Problem, UsageError
from webhook.policy.document import read_documents
from webhook.policy.loader import problems_of

Output = Literal["text", "json", "yaml"]
"""How every command can print."""
VerdictOutput = Literal["text", "json", "yaml", "sarif", "junit", "github", "html", "markdown"]
"""How verdicts can be printed."""
Color = Literal["auto", "always", "never"]
FailOn = Literal["deny", "warn", "never"]

PREFIX = "SLIMGATE_"
_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?", re.ASCII)
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_OBJECT = re.compile(rf"{_NAMESPACE.pattern}/[a-z0-9]([a-z0-9.-]{{0,251}}[a-z0-9])?", re.ASCII)
_POD = re.compile(rf"{_OBJECT.pattern}/[A-Za-z0-9-]{{1,64}}", re.ASCII)
_SERVICE_LINK = re.compile(r"[a-z]+://.*")
"""Kubernetes puts ``SLIMGATE_PORT=tcp://…`` into Pods beside a Service that is named slimgate."""
_PROXIES = ("https_proxy", "http_proxy", "no_proxy")


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError(f"{text!r} is not HOST[:PORT]")
    return text


def _prefix(text: str) -> str:
    _host(text.partition("/")[0])
    return text


Host = Annotated[str, AfterValidator(_host)]
"""``host`` or ``host:port``, as image references name a registry."""
Prefix = Annotated[str, AfterValidator(_prefix)]
"""A host, or a host and the first segments of a path."""


def _written(pattern: re.Pattern[str], form: str) -> AfterValidator:
    """Accepts text of one form, which the error names."""

    def checked(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"{text[:80]!r} is not {form}")
        return text

    return AfterValidator(checked)


ALL_NAMESPACES = "*"
Namespaces = tuple[
    Annotated[str, _written(re.compile(rf"\*|{_NAMESPACE.pattern}"), "a namespace, or *")], ...
]
"""Names of namespaces; ``*`` is all there are."""


class _Closed(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.replace("_", "-"),
        validate_by_name=True,
    )


class Registry(_Closed):
    """What is special about one registry, as the file says it."""

    host: Host
    """``host`` or ``host:port``, as image references name it."""
    mirrors: tuple[Prefix, ...] = ()
    """``host`` or ``host/path``, tried in order before the registry itself."""
    ca: Path | None = None
    """PEM file of certificates that are trusted in addition."""
    plain_http: Annotated[bool, Field(alias="plainHTTP")] = False
    """Whether it speaks plain HTTP."""
    proxy: str | None = None
    """URL of the proxy to reach it through."""


class Settings(_Closed):
    """All settings of all commands; each command uses its share."""

    policies: tuple[str, ...] = ("baseline",)
    """Shipped names, files or folders."""
    data: tuple[str, ...] = ()
    """Files or folders with tables that replace the shipped ones."""
    insecure_registry: tuple[Host, ...] = ()
    """Registries that speak plain HTTP, ``host[:port]``."""
    registry_ca: tuple[str, ...] = ()
    """``HOST=FILE``."""
    mirror: tuple[str, ...] = ()
    """``FROM=TO``."""
    allow_host: tuple[Host, ...] = ()
    """Hosts on private addresses that registries may point to."""
    docker_config: Path | None = None
    """The operator's docker config file."""
    registries: tuple[Registry, ...] = ()
    timeout: Annotated[float | None, Field(gt=0, le=3600)] = None
    """Seconds: for a review, whatever its caller allows; for a command. None: its own default."""
    namespace: str | None = None
    """Of images by themselves, and of manifests that name none."""
    namespaces: tuple[str, ...] = ()
    """Of an audit."""
    all_namespaces: bool = False
    """Whether an audit is of all there are."""
    enforce_preview: bool = False
    """Whether policies count as enforced, whatever their mode."""
    report_objects: bool = False
    """Whether an audit writes PolicyReports."""
    events: bool = False
    """Whether an audit writes Events about workloads."""
    platform: str | None = None
    """``OS/ARCH``, or ``all``."""
    no_peek: bool = False
    """Whether ``inspect`` leaves the layers alone."""
    explain: bool = False
    """Whether ``inspect`` shows all its evidence."""
    fail_on: FailOn = "deny"
    """The least action that fails a check."""
    output: VerdictOutput = "text"
    """A command that cannot print so says what it can."""
    color: Color = "auto"
    tls_cert: Path | None = None
    tls_key: Path | None = None
    self_signed: bool = False
    host: str = "0.0.0.0"  # noqa: S104  # a Pod's port is meant to be reached from outside
    port: Annotated[int, Field(ge=0, le=65535)] = 8443
    status_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    drain: Annotated[float, Field(ge=0, le=300)] = 5.0
    """Seconds between becoming unready and closing the port."""
    kubeconfig: Path | None = None
    """Of the cluster; None is kubectl's own, else the service account of the Pod we are in."""
    context: str | None = None
    """Of the kubeconfig; None is its current one."""
    webhook_configuration: str | None = None
    """Name of the ValidatingWebhookConfiguration that sends its reviews here."""
    tls_secret: Annotated[str | None, _written(_OBJECT, "NAMESPACE/NAME")] = None
    """The Secret of the certificates that the process issues itself."""
    tls_host: tuple[str, ...] = ()
    """What serving certificates are for: names and addresses, first the one that is called."""
    pull_secrets: Namespaces = ()
    """Namespaces whose pull secrets are read."""
    namespace_labels: Namespaces = ()
    """Namespaces whose labels are known, for the namespaceSelectors of policies."""
    pod: Annotated[str | None, _written(_POD, "NAMESPACE/NAME/UID")] = None
    """The Pod that this process is, which Events are about."""
    https_proxy: str | None = None
    http_proxy: str | None = None
    no_proxy: str | None = None

    @field_validator("registry_ca", "mirror")
    @classmethod
    def _pairs(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            name, equals, target = value.partition("=")
            if not (name and equals and target):
                raise ValueError(f"{value!r} is not NAME=VALUE")
            _prefix(name)
        return values

    @field_validator("mirror")
    @classmethod
    def _targets(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            _prefix(value.partition("=")[2])
        return values


def read_settings(
    flags: Mapping[str, Any], environ: Mapping[str, str], config: tuple[str, str] | None = None
) -> Settings:
    """Settings from flags (None and empty lists are not given), variables and a file's text.

    ``config`` is (file, text). Raises ``UsageError``, of which ``InvalidFile`` names places.
    """
    values: dict[str, Any] = _from_file(*config) if config is not None else {}
    values |= _from_environment(environ)
    values |= {
        name: value
        for name, value in flags.items()
        if name in Settings.model_fields and value not in (None, [], ())
    }
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]).replace("_", "-")
        raise UsageError(f"--{name}: {first['msg'].removeprefix('Value error, ')}") from None


def from_process(flags: Mapping[str, Any], config: Path | None) -> Settings:
    """Settings of this process. Raises ``UsageError``."""
    environ = dict(os.environ)
    file = config or (Path(given) if (given := environ.get(f"{PREFIX}CONFIG")) else None)
    settings = read_settings(flags, environ, (str(file), read_text(file)) if file else None)
    if settings.docker_config is None and (found := _docker_config(environ)) is not None:
        return settings.model_copy(update={"docker_config": found})
    return settings


def read_text(file: Path) -> str:
    """The text of a file that a person named. Raises ``UsageError``."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read {file}: not UTF-8 text") from None


def _from_file(file: str, text: str) -> dict[str, Any]:
    documents = read_documents(text, file)
    if not documents:
        return {}
    document = documents[0]
    if not isinstance(document.data, dict):
        raise InvalidFile((Problem(file, 1, 1, "should be an object with keys"),))
    try:
        read = Settings.model_validate(document.data)
    except ValidationError as error:
        raise InvalidFile(tuple(problems_of(document, error, (), Settings))) from None
    return {name: getattr(read, name) for name in read.model_fields_set}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        text = environ.get(PREFIX + name.upper(), "")
        if text and name != "registries" and not _SERVICE_LINK.fullmatch(text):
            is_list = str(field.annotation).startswith("tuple")
            items = (item.strip() for item in text.split(","))
            values[name] = tuple(filter(None, items)) if is_list else text
    for name in _PROXIES:
        # The lower-case form comes first, as in curl: CGI turns a Proxy header into HTTP_PROXY.
        proxy = environ.get(name) or environ.get(name.upper())
        if proxy:
            values.setdefault(name, proxy)
    return values


def _docker_config(environ: Mapping[str, str]) -> Path | None:
    """Where docker itself would look; None when nothing is there."""
    folder = environ.get("DOCKER_CONFIG") or (
        f"{environ['HOME']}/.docker" if environ.get("HOME") else ""
    )
    file = Path(folder) / "config.json"
    with suppress(PermissionError):  # somebody else's home is no place to look
        return file if folder and file.is_file() else None
    return None
