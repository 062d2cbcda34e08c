"""What goes on beside the reviews: files, certificates and lists of the cluster are followed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webhook.errors import ClusterError, UsageError
from webhook.services.policies import PolicyStore
from webhook.wiring.certificates import POLL, Certified
from webhook.wiring.incluster import InCluster
from webhook.wiring.process import clock
from webhook.wiring.told import Told

if TYPE_CHECKING:
    from webhook.server import Readiness

_BRIEF = 2.0
"""Seconds between two looks at files, and at whatever is being waited for."""
_SOON = 0.1
"""Seconds between two looks at lists that have yet to be read."""
_MAX_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Following:
    """Keeps a serving process up to date, and says of what it is not."""

    certified: Certified
    policies: PolicyStore
    readiness: Readiness
    inside: InCluster
    told: Told

    async def run(self) -> None:
        """Follow everything until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lasting("files", self._files))
            group.create_task(self._lasting("lists", self._lists))
            if self.certified.look is not None:
                group.create_task(self._lasting("certificate", self._certificate))
            for name, reflected in self.inside.followed.items():
                group.create_task(self._lasting(name, reflected.run))

    async def look_at_files(self) -> None:
        """Take over what changed in certificate and policy files; what is bad is told, not taken.

        Files are read and policies parsed in a thread: reviews go on meanwhile.
        """
        await self._reload("certificate", self.certified.certificate.reload)
        ends = self.certified.certificate.ends
        if ends is not None:
            self.told.metrics.serving(ends)
        changed = await self._reload("policies", self.policies.reload)
        refused = " ".join(self.policies.refused.split())[:_MAX_NOTE]
        self.told.metrics.policies_refused(bool(refused))
        self.readiness.note("policies", refused)
        if changed is not None:
            await self._event(refused)

    async def _lasting(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """Begin again after a defect of ours: a webhook that answers is better than none."""
        while True:
            try:
                await work()
            except Exception as error:
                kind = type(error).__name__
                self.told.log.event("error", "broken", what=what, error=kind)
            await asyncio.sleep(POLL)

    async def _files(self) -> None:
        while True:
            await asyncio.sleep(_BRIEF)
            await self.look_at_files()

    async def _lists(self) -> None:
        """Ready once every list was read, or cannot be: findings then say why."""
        while True:
            for name, reflected in self.inside.followed.items():
                failure = reflected.failure
                self.readiness.note(name, str(failure) if failure else "")
                if reflected.ready or failure:
                    self.readiness.met(name)
            waiting = self.inside.followed.keys() & self.readiness.waiting
            await asyncio.sleep(_SOON if waiting else _BRIEF)

    async def _certificate(self) -> None:
        while self.certified.look is not None:
            waiting = await self.certified.look()
            if waiting is None:
                self.readiness.met("certificate")
            else:
                self.readiness.unmet("certificate", waiting)
            await asyncio.sleep(POLL if waiting is None else _BRIEF)

    async def _reload(self, what: str, reload: Callable[[], bool]) -> bool | None:
        """True when something was taken over, False when it was refused, None otherwise."""
        try:
            if not await asyncio.to_thread(reload):
                return None
        except Exception as error:  # whatever the files hold, they are followed on
            reason = str(error) if isinstance(error, UsageError) else type(error).__name__
            self.told.reloaded(what, reason)
            return False
        self.told.reloaded(what)
        return True

    async def _event(self, refused: str) -> None:
        """Tell of a new set of policies, or of one that was refused, where people look."""
        if self.inside.events is None:
            return
        said = self.policies.current().hash
        words = (
            ("Warning", "PoliciesRefused", f"policy set {said} stays in force: {refused}")
            if refused
            else ("Normal", "PoliciesReloaded", f"policy set {said} is in force")
        )
        try:
            await self.inside.events.write(*words, clock())
        except ClusterError as error:
            self.told.log.event("warning", "no Event written", reason=str(error))
