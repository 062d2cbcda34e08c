"""A look at a layer by the first bytes of its blob."""

from webhook.layer.elf import MAGIC, read_program
from webhook.layer.look import Kind, Look, Program
from webhook.layer.secrets import MAX_READ, may_hold_secret, shape_of
from webhook.layer.tar import Archive, End, Member, read_archive
from webhook.layer.window import open_window

SMALL_FILES = {
    "etc/alpine-release": 16 * 1024,
    "etc/apt/apt.conf.d/docker-clean": 16 * 1024,
    "etc/debian_version": 16 * 1024,
    "etc/dpkg/dpkg.cfg.d/docker": 16 * 1024,
    "etc/os-release": 16 * 1024,
    "etc/passwd": 64 * 1024,
    "etc/redhat-release": 16 * 1024,
    "usr/lib/os-release": 16 * 1024,
}
"""Files whose text is kept, and how many bytes they may have; ``pyvenv.cfg`` is kept anywhere."""
MAX_VENVS = 16
"""``pyvenv.cfg`` files whose text is kept."""
MAX_PROGRAMS = 64
"""Programs that are kept: the first ones, which are those that sort first."""
MAX_SECRET_FILES = 256
"""Files that may hold a secret and are read."""

_VENV = "pyvenv.cfg"
_VENV_SIZE = 16 * 1024
_EXECUTABLE = 0o111


def look_of_head(data: bytes, *, whole: bool = False) -> Look:
    """What the first bytes of a blob show of the layer in it, whatever they are. Never raises.

    ``whole`` says that ``data`` is the blob to its end. Without it only an archive whose end is
    marked counts as seen completely: a view may well end between two entries.
    """
    window = open_window(data)
    archive = read_archive(window.content)
    findings = _Findings()
    for member in archive.members:
        findings.note(member)
    entries = tuple(member.entry for member in archive.members)
    complete = window.complete and _is_complete(archive, whole)
    return Look(
        entries=entries,
        complete=complete,
        programs=findings.programs,
        texts=findings.texts,
        secrets=findings.secrets,
        members=window.members,
        unpacked=sum(entry.size for entry in entries) if complete else None,
    )


def _is_complete(archive: Archive, whole: bool) -> bool:
    return archive.end is End.MARKED or (whole and archive.end is End.BETWEEN)


class _Findings:
    """What files tell that are looked into. Of two entries with one name the last one counts."""

    def __init__(self) -> None:
        self.programs: dict[str, Program] = {}
        self.texts: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self._venvs = self._read = 0

    def note(self, member: Member) -> None:
        path = member.entry.path
        for found in (self.programs, self.texts, self.secrets):
            found.pop(path, None)
        if member.entry.kind is Kind.FILE:
            self._program(path, member)
            self._text(path, member)
            self._secret(path, member)

    def _program(self, path: str, member: Member) -> None:
        """Libraries may be executable files, too, and are told by their names."""
        if not member.mode & _EXECUTABLE or member.content[:4] != MAGIC:
            return
        name = path.rpartition("/")[2]
        if len(self.programs) == MAX_PROGRAMS or name.endswith(".so") or ".so." in name:
            return
        program = read_program(member.content)
        if program is not None:
            self.programs[path] = program

    def _text(self, path: str, member: Member) -> None:
        is_venv = path.rpartition("/")[2] == _VENV and self._venvs < MAX_VENVS
        limit = _VENV_SIZE if is_venv else SMALL_FILES.get(path, -1)
        if member.entry.size == len(member.content) <= limit:
            self.texts[path] = _decoded(member.content)
            self._venvs += is_venv

    def _secret(self, path: str, member: Member) -> None:
        if self._read == MAX_SECRET_FILES or not may_hold_secret(path):
            return
        self._read += 1
        shape = shape_of(_decoded(member.content[:MAX_READ]))
        if shape is not None:
            self.secrets[path] = shape


def _decoded(content: memoryview) -> str:
    return bytes(content).decode("utf-8", "replace")
