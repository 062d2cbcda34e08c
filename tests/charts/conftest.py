import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.parts import require

CHART = Path(__file__).parents[2] / "charts" / "slimgate"
EXAMPLES = sorted(path.stem for path in (CHART / "ci").glob("*.yaml"))

Json = dict[str, Any]
Render = Callable[..., "Release"]


class Release(dict[str, Json]):
    """Rendered objects by ``Kind/name``."""

    def only(self, kind: str) -> Json:
        """The one object of a kind."""
        (found,) = [rendered for rendered in self.values() if rendered["kind"] == kind]
        return found


class Refused(Exception):
    """Helm would not render it."""


@pytest.fixture(scope="session")
def render() -> Render:
    """Renders the chart: values of ``ci/<example>.yaml``, and others on top."""
    helm = require("helm")

    def render(
        example: str | None = "namespaces",
        values: Json | None = None,
        name: str = "slimgate",
        namespace: str = "guard",
    ) -> Release:
        command = [helm, "template", name, str(CHART), "--namespace", namespace, "--values", "-"]
        if example is not None:
            command[-2:-2] = ["--values", str(CHART / "ci" / f"{example}.yaml")]
        done = subprocess.run(
            command, input=json.dumps(values or {}), capture_output=True, text=True, timeout=30
        )
        if done.returncode:
            raise Refused(done.stderr)
        rendered = [document for document in yaml.safe_load_all(done.stdout) if document]
        return Release({f"{item['kind']}/{item['metadata']['name']}": item for item in rendered})

    return render
