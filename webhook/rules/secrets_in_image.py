"""``secrets-in-image``: a secret is in the image for whoever may pull it."""

from collections.abc import Iterator
from typing import ClassVar

from webhook.layer.secrets import only_by_content
from webhook.policy.example import PYTHON_ENV, SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.found import MAX_EVIDENCE, evidence_of, untold
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.text import shown
from webhook.profile import Evidence, Source
from webhook.profile.contents import NO_SHAPE, Found
from webhook.profile.need import Need
from webhook.profile.traces import Exposed

_FIX = "Remove and rotate it; mount a Secret at run time"
_BY_NAME, _BY_CONTENT = 75, 95
"""The most that a file weighs."""
_COPY = "COPY . /app # buildkit"
_LAYERS = (29_000_000, 4_000_000, 12_000_000, 40_000)
_KEY = "AKIA" + "Q4ZR7M2XW9KD3TNB"


class SecretsInImage(Rule):
    """A variable, a build argument, a command or a file of the image looks like a secret.

    Variables in ``ENV`` and ``ARG`` that are called like one (``DB_PASSWORD``, ``API_KEY``,
    ``GITHUB_TOKEN``, ``SENTRY_DSN``) and have a value that is no reference, no path and no
    placeholder; values of build arguments, which every builder writes into the history; tokens with
    a known shape and URLs with a password anywhere in a command; files such as ``.env``,
    ``id_rsa``, ``.netrc``, ``.pypirc``, ``.aws/credentials``. Removing a file in a later layer does
    not help: it stays in the one below. Variables that only say where a secret is (``*_FILE``,
    ``*_PATH``, ``*_URL``, ``SECRET_NAME`` and the like) are none. Values are never shown or logged.
    """

    id: ClassVar[str] = "secrets-in-image"
    title: ClassVar[str] = "A secret is in the image"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Config, history and every layer can be read by whoever may pull the image, from every node "
        "and every cache that has it, for as long as it exists. A secret in it must be taken for "
        "known."
    )
    remedy: ClassVar[str] = (
        "Rotate it first. At run time: `env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: ...}}]` "
        "or a mounted Secret. While building: `RUN --mount=type=secret,id=token ...`, never `ARG`. "
        "And in `.dockerignore`: `.env`, `.env.*`, `*.pem`, `.netrc`."
    )

    allow_names: tuple[str, ...] = ("GPG_KEY", "GPG_KEYS", "PYTHON_SHA256")
    """Variables, arguments and files (by their last name) that are none."""
    read_files: bool = False
    """Whether what files begin with counts: the shape of a secret makes one nearly certain, and one
    that was read and has none passes. Otherwise names count alone."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        traces, contents = facts.image.traces, facts.image.contents
        told = [each for each in traces.secrets if each.name not in self.allow_names]
        files = list(self._files(contents.secrets))
        if not (told or files):
            return untold(facts, "whether secrets are in the image")
        named = [(each.weight, _where(each)) for each in told]
        named += [(weight, _file(found)) for weight, found in files]
        weight, first = max(named, key=lambda item: item[0])
        more = f" and {len(named) - 1} more" if len(named) > 1 else ""
        evidence: tuple[Evidence, ...] = tuple(each.evidence for each in told)
        evidence += evidence_of((found for _, found in files), "secret")
        return Violation(f"possible secret in {first}{more}", _FIX, weight, evidence[:MAX_EVIDENCE])

    def _files(self, secrets: tuple[Found, ...]) -> Iterator[tuple[int, Found]]:
        """The files that count, with what they weigh."""
        for found in secrets:
            if found.path.rpartition("/")[2] in self.allow_names:
                continue
            if not self.read_files:
                if not only_by_content(found.path):
                    yield min(found.weight, _BY_NAME), found
            elif found.what != NO_SHAPE:
                yield min(found.weight, _BY_CONTENT if found.what else _BY_NAME), found

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "a password in ENV",
            fires=True,
            config={"Env": [*PYTHON_ENV, "DB_PASSWORD=correct-horse"]},
        ),
        Example(
            "where a secret is to be read from is none",
            fires=False,
            config={"Env": [*PYTHON_ENV, "DB_PASSWORD_FILE=/run/secrets/db", "API_KEY=$KEY"]},
        ),
        Example(
            "the value of a build argument is in the history",
            fires=True,
            history=(*SLIM, "RUN |1 NPM_TOKEN=3k9x0zq7 /bin/sh -c npm ci # buildkit"),
        ),
        Example(
            "a token in a command",
            fires=True,
            history=(*SLIM, f"RUN /bin/sh -c aws configure set key {_KEY} # buildkit"),
        ),
        Example(
            "an index with a password",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c pip install -i https://ci:S3cr3t9@pypi.example.com x"),
        ),
        Example(
            "a .env that was copied with the sources",
            fires=True,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/.env", "app/main.py")},
        ),
        Example(
            "a template of one",
            fires=False,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/.env.example", "app/server.pem")},
        ),
        Example(
            "a private key, where contents count",
            fires=True,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/server.pem = private key",)},
            options={"readFiles": True},
        ),
        Example(
            "a .env without secrets, where contents count",
            fires=False,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/.env",)},
            options={"readFiles": True},
        ),
        Example(
            "a name may be allowed",
            fires=False,
            config={"Env": [*PYTHON_ENV, "DEMO_PASSWORD=correct-horse"]},
            options={"allowNames": ["DEMO_PASSWORD"]},
        ),
    )


def _where(secret: Exposed) -> str:
    is_set = secret.source is Source.CONFIG
    place = secret.place if is_set else f"history ({secret.place})"
    return f"{shown(place, 32)}: {shown(secret.name) or secret.shape}"


def _file(found: Found) -> str:
    return f"layer {found.layer + 1}: {shown(found.path)}"
