"""The ways to a verdict. A new one is a function in ``LEGS`` that judges all cases by one policy."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.cluster.apiserver import Api, serving
from tests.cluster.world import kubeconfig
from tests.conftest import served
from tests.golden.cases import Case
from webhook.sandbox.pods import admission_review
from webhook.sandbox.registry import SandboxRegistry


class Row(NamedTuple):
    """One finding, as every way tells it."""

    container: str
    platform: str
    rule: str
    action: str
    outcome: str
    confidence: int
    message: str
    policies: tuple[str, ...]
    digest: str


class Verdict(NamedTuple):
    """What became of one case."""

    allowed: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class World:
    """What every way works with."""

    folder: Path
    registry: SandboxRegistry

    @property
    def mirror(self) -> str:
        """Where ``registry.test`` is read."""
        return f"registry.test={self.registry.host}"

    def slimgate(self, command: str, policy: str, *what: str) -> Any:
        """What a command says of what the flags in ``what`` name."""
        law = self.folder / "law.yaml"
        law.write_text(policy)
        options = ("-p", str(law), *what, "-o", "json", "--fail-on", "never")
        registry = ("--mirror", self.mirror, "--insecure-registry", self.registry.host)
        ended = subprocess.run(
            [sys.executable, "-m", "webhook", command, *options, *registry],
            capture_output=True,
            text=True,
            env={"HOME": "/nonexistent"},
        )
        assert ended.returncode in (0, 3), ended.stderr
        return json.loads(ended.stdout)


Verdicts = Mapping[str, Verdict]
Leg = Callable[[World, str, Mapping[str, Case]], Verdicts]


def by_webhook(world: World, policy: str, cases: Mapping[str, Case]) -> Verdicts:
    """Reviews of the Pods over TLS: the annotations, with which the log must agree."""

    async def judged() -> Verdicts:
        told = {}
        mirror = (world.mirror,)
        async with served(world.folder, policy, world.registry, mirror=mirror) as client:
            for name, case in cases.items():
                response = await client.review(admission_review(case.pod))
                told[name] = _from_annotations(response)
                logged = next(e for e in reversed(client.events()) if e["event"] == "review")
                _agree(told[name], logged)
        return told

    return asyncio.run(judged())


def _from_annotations(response: Mapping[str, Any]) -> Verdict:
    annotations = response["auditAnnotations"]
    pairs = annotations.get("digests", "").split(",")
    digests = dict(pair.split("=") for pair in pairs if pair)
    rows = []
    for row in json.loads(annotations.get("findings", "[]")):
        place = f"{row['container']} {row['platform']}"
        row["digest"] = digests.get(place)
        rows.append(_row(row))
    return Verdict(response["allowed"], tuple(sorted(rows)))


def _agree(verdict: Verdict, logged: Mapping[str, Any]) -> None:
    fields = ("container", "rule", "action", "outcome", "message")
    told = [tuple(getattr(row, name) for name in fields) for row in verdict.rows]
    assert sorted(tuple(row[name] for name in fields) for row in logged["findings"]) == sorted(told)
    assert (logged["decision"] == "deny") is not verdict.allowed


def by_files(command: str, world: World, policy: str, cases: Mapping[str, Case]) -> Verdicts:
    """``slimgate check -f`` and ``audit -f``, on the workloads as they are written."""
    file = world.folder / "all.yaml"
    file.write_text(yaml.safe_dump_all([case.written for case in cases.values()]))
    return _by_name(world.slimgate(command, policy, "-f", str(file)), cases)


def by_cluster(world: World, policy: str, cases: Mapping[str, Case]) -> Verdicts:
    """``slimgate audit -A`` of a cluster that runs the Pods."""

    async def judged() -> Any:
        async with serving(Api()) as api:
            for case in cases.values():
                metadata = case.pod["metadata"]
                path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
                api.put(path, **case.pod)
            config = kubeconfig(world.folder, f"http://127.0.0.1:{api.port}")
            where = ("-A", "--kubeconfig", config)
            return await asyncio.to_thread(world.slimgate, "audit", policy, *where)

    return _by_name(asyncio.run(judged()), cases)


def _by_name(told: Mapping[str, Any], cases: Mapping[str, Case]) -> Verdicts:
    by_name: dict[str, list[dict[str, Any]]] = {}
    for result in told["results"]:
        by_name.setdefault(result["workload"]["name"], []).append(result)
    return {
        name: _from_results(by_name.get(case.written["metadata"]["name"], ()))
        for name, case in cases.items()
    }


def _from_results(results: Iterable[Mapping[str, Any]]) -> Verdict:
    results = list(results)
    rows = [
        _row({**finding, **{k: result[k] for k in ("container", "platform", "digest")}})
        for result in results
        for finding in result["findings"]
    ]
    return Verdict(all(result["allowed"] for result in results), tuple(sorted(rows)))


def _row(told: Mapping[str, Any]) -> Row:
    return Row(
        told["container"],
        told["platform"] or "",
        told["rule"],
        told["action"],
        told["outcome"],
        told["confidence"],
        told["message"],
        tuple(told["policies"]),
        told["digest"] or "",
    )


LEGS: dict[str, Leg] = {
    "webhook": by_webhook,
    "check": partial(by_files, "check"),
    "audit of files": partial(by_files, "audit"),
    "audit of a cluster": by_cluster,
}
