"""Servers among the programs that a command line comes to run, and the options they are given.

A server's own grammar is read as far as its options matter here: their long names whichever way they
are written, values with them. Sources: the command lines of gunicorn 27, uvicorn 0.54, hypercorn
0.18, daphne 4.2, granian 2.8, waitress 3, Flask 3.1, fastapi-cli 0.0.34, Litestar 2, Sanic 25,
Django 5.2 and http.server of CPython 3.14.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import msgspec

from webhook.profile.command import name_of
from webhook.profile.shell import Command

_MAX_NAME = 256
"""Characters of a word within which the name of an application is looked for."""
_APPLICATION = re.compile(r"[A-Za-z_][\w.]*(?::[A-Za-z_]\S*|\.(?:wsgi|asgi))", re.ASCII)


class Server(msgspec.Struct, frozen=True):
    """A server that is started, and how."""

    name: str
    """The program: ``gunicorn``, ``flask``, ``manage.py`` …"""
    command: str = ""
    """Its subcommand, where it has such: ``run``, ``dev``, ``runserver``."""
    options: tuple[tuple[str, str], ...] = ()
    """Long name without dashes and value, in order; the value of a switch is empty."""
    words: tuple[str, ...] = ()
    """What is neither option nor subcommand."""
    application: str = ""
    """What it serves, ``project.wsgi:application``; empty where that is not told by its shape."""

    @classmethod
    def read(cls, command: Command) -> Self | None:
        """The server that a command starts; None when it starts none that is known."""
        name = name_of(command)
        grammar = _GRAMMARS.get(name) or (_JUPYTER if name.startswith("jupyter") else None)
        if grammar is None:
            return None
        options, words = grammar.read(command[1:])
        subcommand = words[0] if grammar.commands and words else ""
        if grammar.commands and subcommand not in grammar.commands:
            return None
        words = words[1:] if grammar.commands else words
        return cls(name, subcommand, options, words, _application(words, options))

    def all(self, option: str) -> tuple[str, ...]:
        """Every value of an option, in order."""
        return tuple(value for name, value in self.options if name == option)

    def last(self, option: str) -> str | None:
        """The value that counts where an option is given more than once; None when it is not."""
        return next(iter(self.all(option)[-1:]), None)

    def __str__(self) -> str:
        return f"{self.name} {self.command}".rstrip()


def servers(programs: Iterable[Command]) -> tuple[Server, ...]:
    """The servers among the programs that a command line comes to run."""
    return tuple(server for server in map(Server.read, programs) if server is not None)


def options_of(name: str, words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The options in ``words`` as a server's command line reads them."""
    return _GRAMMARS[name].read(words)[0]


def _application(words: Iterable[str], options: Iterable[tuple[str, str]]) -> str:
    named = (value for name, value in options if name == "app")
    shaped = (word for word in (*words, *named) if _APPLICATION.fullmatch(word[:_MAX_NAME]))
    return next(shaped, "")


@dataclass(frozen=True, slots=True)
class _Grammar:
    """Which options a program has, as far as that must be known to read the others."""

    values: dict[str, str]
    """Option, as written without dashes, that takes a value → its long name."""
    switches: dict[str, str]
    """Letter of a switch → its long name."""
    commands: frozenset[str]
    """Subcommands that start a server; empty for a program without subcommands."""

    def read(self, words: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        """Options, and what is none."""
        options: list[tuple[str, str]] = []
        others: list[str] = []
        rest = iter(words)
        for word in rest:
            if word == "--":
                others += rest
            elif word.startswith("--"):
                options.append(self._long(word[2:], rest))
            elif word.startswith("-") and len(word) > 1:
                options += self._short(word[1:], rest)
            else:
                others.append(word)
        return tuple(options), tuple(others)

    def _long(self, word: str, rest: Iterator[str]) -> tuple[str, str]:
        name, given, value = word.partition("=")
        if not given and name in self.values:
            value = next(rest, "")
        return self.values.get(name, name), value

    def _short(self, letters: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
        """The switches in ``-abc``, up to one that takes what follows for its value."""
        for at, letter in enumerate(letters, 1):
            if letter in self.values:
                yield self.values[letter], letters[at:].removeprefix("=") or next(rest, "")
                return
            if letter in self.switches:
                yield self.switches[letter], ""


def _grammar(values: str, switches: str = "", commands: str = "") -> _Grammar:
    """From words such as ``bind:b``: a long name, then its other spellings."""
    return _Grammar(_spellings(values), _spellings(switches), frozenset(commands.split()))


def _spellings(text: str) -> dict[str, str]:
    names = (word.split(":") for word in text.split())
    return {spelling: first for first, *others in names for spelling in (first, *others)}


_JUPYTER = _grammar("ip port config")
_DJANGO = _grammar(
    "settings pythonpath verbosity:v", "ipv6:6", "runserver runserver_plus testserver"
)
_GRAMMARS = {
    "gunicorn": _grammar(
        """
        access-logfile access-logformat backlog bind:b certfile chdir config:c env:e
        error-logfile:log-file forwarded-allow-ips graceful-timeout group:g keep-alive keyfile
        log-config log-level logger-class max-requests max-requests-jitter name:n paste:paster pid:p
        pythonpath reload-engine root-path statsd-host threads timeout:t umask:m user:u
        worker-class:k worker-connections worker-tmp-dir workers:w
        """
    ),
    "uvicorn": _grammar(
        """
        app-dir backlog env-file fd forwarded-allow-ips header host http interface
        limit-concurrency limit-max-requests log-config log-level loop port reload-dir
        reload-exclude reload-include root-path ssl-certfile ssl-keyfile timeout-graceful-shutdown
        timeout-keep-alive uds workers ws
        """
    ),
    "hypercorn": _grammar(
        """
        access-logfile bind:b certfile config:c error-logfile:log-file group:g insecure-bind keyfile
        log-config log-level pid:p quic-bind root-path server-name umask:m user:u worker-class:k
        workers:w
        """
    ),
    "daphne": _grammar(
        """
        access-log bind:b endpoint:e fd http-timeout:t port:p root-path server-name:s unix-socket:u
        verbosity:v
        """
    ),
    "granian": _grammar(
        "backlog host http interface log-config log-level loop port runtime-mode ssl-certificate "
        "ssl-keyfile uds workers working-dir"
    ),
    "waitress-serve": _grammar("host listen port threads trusted-proxy unix-socket url-prefix"),
    "flask": _grammar("app:A cert env-file:e host:h key port:p", commands="run"),
    "fastapi": _grammar("app entrypoint:e host port root-path workers", commands="run dev"),
    "litestar": _grammar(
        "app app-dir fd:F:file-descriptor host:H port:p uds:U:unix-domain-socket "
        "web-concurrency:W:wc",
        "debug:d reload:r",
        "run",
    ),
    "sanic": _grammar("host:H port:p unix:u workers:w", "debug:d reload:r:auto-reload"),
    "http.server": _grammar("bind:b directory:d protocol:p"),
    **dict.fromkeys(("manage.py", "django-admin", "django-admin.py", "django"), _DJANGO),
}
"""Program → its grammar."""
