"""A folder with a ConfigMap in it, as the kubelet makes it.

Source: kubernetes, pkg/volume/util/atomic_writer.go: the files lie in a folder of their own, which
``..data`` points to; a change makes a new folder, and ``..data`` is renamed over.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4


class Projected:
    """A mounted ConfigMap."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)

    def write(self, files: Mapping[str, str]) -> None:
        """Swap the content for ``files``; links of new names come after, of old ones go."""
        fresh = self.folder / f"..{uuid4().hex}"
        fresh.mkdir()
        for name, text in files.items():
            (fresh / name).write_text(text)
        link, data = self.folder / "..data_tmp", self.folder / "..data"
        old = data.resolve() if data.is_symlink() else None
        link.symlink_to(fresh.name)
        link.replace(data)
        for name in files:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(Path("..data") / name)
        for entry in self.folder.iterdir():
            if not entry.name.startswith("..") and entry.name not in files:
                entry.unlink()
        if old is not None:
            shutil.rmtree(old)
