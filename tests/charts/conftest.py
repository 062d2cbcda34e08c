import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.parts import require

CHART = Path(__file__).parents[2] / "charts" / "slimgate"
EXAMPLES = sorted(path.stem for path in (CHART / "ci").glob("*.yaml"))
OUTSIDE = "outside"
"""The example without anything that runs in the cluster."""
INSIDE = [example for example in EXAMPLES if example != OUTSIDE]

Json = dict[str, Any]
Render = Callable[..., "Release"]
Notes = Callable[..., str]


class Release(dict[str, Json]):
    """Rendered objects by ``Kind/name``, those of other namespaces by ``Kind/namespace/name``."""

    def __init__(self, documents: list[Json], namespace: str) -> None:
        self.hooks: dict[str, Json] = {}
        """What Helm makes at other times: by the value of its annotation."""
        for found in documents:
            metadata = found["metadata"]
            if hook := metadata.get("annotations", {}).get("helm.sh/hook"):
                self.hooks[hook] = found
                continue
            place = metadata.get("namespace", namespace)
            elsewhere = f"{place}/" if place != namespace else ""
            self[f"{found['kind']}/{elsewhere}{metadata['name']}"] = found

    def all(self, kind: str) -> list[Json]:
        """The objects of a kind."""
        return [found for found in self.values() if found["kind"] == kind]

    def only(self, kind: str) -> Json:
        """The one object of a kind."""
        (found,) = self.all(kind)
        return found

    @property
    def pod(self) -> Json:
        """The pod spec of the Deployment."""
        spec: Json = self.only("Deployment")["spec"]["template"]["spec"]
        return spec

    @property
    def container(self) -> Json:
        """The only container of the Deployment."""
        (found,) = self.pod["containers"]
        assert isinstance(found, dict)
        return found

    @property
    def args(self) -> list[str]:
        """The command line of the Deployment."""
        found: list[str] = self.container["args"]
        return found


class Refused(Exception):
    """Helm would not render it."""


def rendered(chart: Path, example: str | None, values: Json, *more: str) -> list[Json]:
    """What ``helm template`` makes of ``ci/<example>.yaml`` with other values on top."""
    command = [require("helm"), "template", *more, str(chart), "--values", "-"]
    if example is not None:
        command[-2:-2] = ["--values", str(CHART / "ci" / f"{example}.yaml")]
    done = subprocess.run(
        command, input=json.dumps(values), capture_output=True, text=True, timeout=30
    )
    if done.returncode:
        raise Refused(done.stderr)
    return [found for found in yaml.load_all(done.stdout, yaml.CSafeLoader) if found]


@pytest.fixture(scope="session")
def render() -> Render:
    """Renders the chart: values of ``ci/<example>.yaml``, and others on top.

    What was rendered before is given again: tests only look at it.
    """
    before: dict[str, Release] = {}

    def render(
        example: str | None = "namespaces",
        values: Json | None = None,
        name: str = "slimgate",
        namespace: str = "guard",
    ) -> Release:
        asked = json.dumps([example, values, name, namespace])
        if asked not in before:
            found = rendered(CHART, example, values or {}, name, "--namespace", namespace)
            before[asked] = Release(found, namespace)
        return before[asked]

    return render


@pytest.fixture(scope="session")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Notes:
    """What Helm says after an installation, with values as for ``render``.

    Helm renders notes only for a cluster; here they are a template of a copy of the chart.
    """
    chart = tmp_path_factory.mktemp("charts") / "slimgate"
    shutil.copytree(CHART, chart)
    templates = chart / "templates"
    text = (templates / "NOTES.txt").read_text()
    (templates / "_notes.tpl").write_text(f'{{{{ define "notes" }}}}{text}{{{{ end }}}}')
    (templates / "notes.yaml").write_text('notes: {{ include "notes" . | quote }}')

    def notes(example: str, values: Json | None = None) -> str:
        only = ("--namespace", "guard", "--show-only", "templates/notes.yaml")
        (found,) = rendered(chart, example, values or {}, "slimgate", *only)
        said: str = found["notes"]
        return said

    return notes
