"""One admission review, from the request to the answer. Knows no HTTP."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import msgspec

from webhook.kube.admission import AdmissionRequest, AdmissionResponse, Status
from webhook.kube.imageuse import ImageUse, changed_uses, image_uses
from webhook.kube.workload import Workload
from webhook.policy.finding import Result
from webhook.policy.law import PolicySet
from webhook.policy.place import Place
from webhook.policy.plan import Plan
from webhook.policy.rule import Action, weakest
from webhook.services.answer import Decision, answer, pending
from webhook.services.background import Background
from webhook.services.gather import FLIGHT_LIMIT
from webhook.services.judge import Judge, place_of
from webhook.services.policies import PolicyStore
from webhook.services.ports import Keychain, Keychains, NamespaceLabels

_JUDGED_SUBRESOURCES = frozenset({"", "ephemeralcontainers"})
_JUDGED_OPERATIONS = frozenset({"CREATE", "UPDATE"})
_BROKEN = "slimgate: the images were not evaluated (internal error). See the log of slimgate."


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An answered review, with what the log line and the metrics tell of it."""

    request: AdmissionRequest
    workload: Workload | None
    """None when there was nothing to judge."""
    decision: Decision
    results: tuple[Result, ...]
    policies: str
    """Hash of the policy set."""
    response: AdmissionResponse
    is_pending: bool = False
    """Whether it was answered before it was judged; it is told again when it is."""


class Late(Protocol):
    """Told of reviews that were answered before they were judged. Must not raise."""

    def judged(self, reviewed: Reviewed, seconds: float) -> None:
        """One of them has been judged, in so much time."""

    def dropped(self, request: AdmissionRequest) -> None:
        """One of them never will be: too many wait."""

    def broke(self, request: AdmissionRequest, error: Exception) -> None:
        """One of them met a defect of ours."""


class Reviewer:
    """Answers admission requests.

    Where every policy that applies is in audit mode nobody waits for a registry: what can be judged
    by what is known is, the rest is answered at once and judged later.
    """

    def __init__(
        self,
        policies: PolicyStore,
        judge: Judge,
        keychains: Keychains,
        *,
        late: Late,
        namespaces: NamespaceLabels | None = None,
    ) -> None:
        """Without ``namespaces`` there is no cluster to ask: no labels of any are known."""
        self._policies, self._judge, self._keychains = policies, judge, keychains
        self._late, self._namespaces = late, namespaces
        self._background = Background()

    async def review(self, request: AdmissionRequest, seconds: float) -> Reviewed:
        """The answer to ``request``, after asking the world for at most ``seconds``."""
        law = self._policies.current()
        workload, uses = subject(request)
        if workload is None or not uses:
            return _reviewed(request, workload, (), law)
        present = asyncio.get_running_loop().time
        until = present() + seconds
        place = await self._place(law, workload, until)
        planned = self._judge.plan(law, uses, place)
        keychain = self._keychains.of(workload.namespace, workload.pod)
        if planned.is_dry:
            known = self._judge.at_once(planned, keychain)
            if known is None:
                return self._postponed(request, workload, planned, keychain, law)
            return _reviewed(request, workload, known, law)
        ceiling = Action.DENY if workload.is_pod else Action.WARN
        results = await self._judge.settle(planned, keychain, until - present(), ceiling=ceiling)
        return _reviewed(request, workload, results, law)

    async def aclose(self) -> None:
        """Give up what is still to be judged."""
        await self._background.aclose()

    def _postponed(
        self,
        request: AdmissionRequest,
        workload: Workload,
        planned: Plan,
        keychain: Keychain,
        law: PolicySet,
    ) -> Reviewed:
        """Answer at once, judge when there is time; the law stays the one that was asked by."""
        present = asyncio.get_running_loop().time
        began = present()

        async def judge() -> None:
            try:
                results = await self._judge.settle(planned, keychain, FLIGHT_LIMIT)
                reviewed = _reviewed(request, workload, results, law)
            except Exception as error:  # whoever asked has been answered: it is told, that is all
                self._late.broke(request, error)
            else:
                self._late.judged(reviewed, present() - began)

        if not self._background.put(judge, len(msgspec.json.encode(workload))):
            self._late.dropped(request)
        response = pending(request.uid, law.hash)
        return Reviewed(request, workload, Decision.ALLOW, (), law.hash, response, True)

    async def _place(self, law: PolicySet, workload: Workload, until: float) -> Place:
        """Where the workload is to run; labels that come too late are not known."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                return await place_of(workload, law, self._namespaces)
        return await place_of(workload, law, None)

    def broken(self, request: AdmissionRequest) -> AdmissionResponse:
        """The answer when the review itself met a defect: told, and weighed like a failure.

        Denied only where a policy denies failures of every kind.
        """
        law = self._policies.current()
        actions = [
            weakest(policy.spec.failure_actions.default, policy.spec.ceiling)
            for policy in law.policies
        ]
        if Action.DENY in actions:
            return AdmissionResponse(request.uid, False, status=Status(_BROKEN, 403, "Forbidden"))
        return AdmissionResponse(request.uid, True, warnings=(_BROKEN,))


def _reviewed(
    request: AdmissionRequest,
    workload: Workload | None,
    results: tuple[Result, ...],
    law: PolicySet,
) -> Reviewed:
    decision, response = answer(request.uid, results, law.hash)
    return Reviewed(request, workload, decision, results, law.hash, response)


def subject(request: AdmissionRequest) -> tuple[Workload | None, tuple[ImageUse, ...]]:
    """What of a request is to be judged: nothing, where nothing new would run.

    Deletions and what belongs to them, subresources without containers, objects without a pod spec
    and updates that change no image are left alone, so that nobody is kept from cleaning up.
    """
    if request.operation not in _JUDGED_OPERATIONS:
        return None, ()
    if request.sub_resource not in _JUDGED_SUBRESOURCES:
        return None, ()
    workload = Workload.of(request.object, request.namespace)
    if workload is None or request.object is None:
        return None, ()
    if request.operation == "CREATE":
        return workload, image_uses(workload.pod)
    metadata = request.object.metadata
    if metadata is not None and metadata.deletion_timestamp is not None:
        return None, ()
    return workload, changed_uses(workload, Workload.of(request.old_object, request.namespace))
