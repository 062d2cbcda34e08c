"""``audit -o json``: the verdicts as ``check`` gives them, and beside them what is seen from above."""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from webhook.report.data import finding_data, result_data, summary
from webhook.services.judged import Judged
from webhook.services.overview import ImageSummary, Overview


def audited(judged: Collection[Judged], seen: Overview) -> dict[str, Any]:
    """For ``stream``: results and images are made as they are asked for."""
    return {
        "summary": summary(judged) | {"pods": sum(item.pods for item in judged)},
        "results": _results(judged),
        "images": map(_image, seen.images),
        "rules": [
            msgspec.to_builtins(rule) | {"actions": dict(rule.actions)} for rule in seen.rules
        ],
        "namespaces": [msgspec.to_builtins(namespace) for namespace in seen.namespaces],
    }


def _results(judged: Collection[Judged]) -> Iterator[dict[str, Any]]:
    for item in judged:
        for result in item.results:
            yield result_data(item, result) | {"pods": item.pods}


def _image(image: ImageSummary) -> dict[str, Any]:
    profile = image.profile
    return {
        "image": image.image,
        "digest": image.digest,
        "platforms": image.platforms,
        "action": image.action,
        "workloads": image.workloads,
        "pods": image.pods,
        "namespaces": dict(image.namespaces),
        "owners": [msgspec.structs.asdict(owner) | {"pods": pods} for owner, pods in image.owners],
        "python": profile
        and {"verdict": profile.python.verdict, "version": profile.python.version},
        "variant": profile and profile.base.variant,
        "step": profile.journey.step if profile and profile.is_python else None,
        "pull": profile and profile.size.pull,
        "unpacked": profile and profile.size.unpacked.value,
        "findings": [
            finding_data(told.finding)
            | {"containers": told.containers, "platforms": told.platforms}
            | {"workloads": told.workloads, "pods": told.pods}
            for told in image.told
        ],
        "drift": [msgspec.structs.asdict(each) for each in image.drift],
    }
