"""What a command pays for the cluster that it does not touch."""

import subprocess
import sys

from tests.test_architecture import PACKAGE


def test_the_official_client_is_imported_when_a_cluster_is_touched_and_not_before():
    rooms = [f"webhook.cluster.{file.stem}" for file in (PACKAGE / "cluster").glob("*.py")]
    modules = ", ".join([*(name for name in rooms if "__" not in name), "webhook.cli", "sys"])
    script = f"import {modules}; print('kubernetes' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
