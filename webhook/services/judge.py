"""Plan, gather, decide: the middle that review, check and audit share."""

from collections.abc import Callable, Sequence

from webhook.kube.imageuse import ImageUse
from webhook.kube.workload import Workload
from webhook.oci import Reference
from webhook.policy.decide import decide
from webhook.policy.finding import Result
from webhook.policy.law import PolicySet
from webhook.policy.place import Place
from webhook.policy.plan import Plan, Planner
from webhook.policy.rule import Action
from webhook.services.gather import Gatherer
from webhook.services.ports import Clock, Keychain, NamespaceLabels


async def place_of(
    workload: Workload, policies: PolicySet, namespaces: NamespaceLabels | None
) -> Place:
    """Where a workload runs; labels of its namespace only where a policy asks for them.

    ``namespaces`` is None where there is no cluster to ask: no labels of any are known then.
    """
    labels = None
    if namespaces is not None and policies.asks_for_namespace_labels:
        labels = await namespaces.labels(workload.namespace)
    return Place(workload.namespace, labels, workload.labels)


class Judge:
    """Judges uses of images by a set of policies."""

    def __init__(
        self,
        gatherer: Gatherer,
        clock: Clock,
        parse: Callable[[str], Reference] = Reference.parse,
    ) -> None:
        """``parse`` reads what a use names, where that may be more than a reference."""
        self._gatherer, self._clock, self._parse = gatherer, clock, parse
        self._planner: Planner | None = None

    async def judge(
        self,
        policies: PolicySet,
        uses: Sequence[ImageUse],
        place: Place,
        keychain: Keychain,
        seconds: float,
        *,
        ceiling: Action = Action.DENY,
        keep_passes: bool = False,
    ) -> tuple[Result, ...]:
        """The results for ``uses``; no I/O when no policy needs any.

        ``seconds`` is how long fetching may take. See ``policy.decide`` for the rest.
        """
        planned = self.plan(policies, uses, place)
        return await self.settle(
            planned, keychain, seconds, ceiling=ceiling, keep_passes=keep_passes
        )

    def plan(self, policies: PolicySet, uses: Sequence[ImageUse], place: Place) -> Plan:
        """What is to be checked, and what must be known for that."""
        return self._planner_for(policies).plan(uses, place)

    async def settle(
        self,
        planned: Plan,
        keychain: Keychain,
        seconds: float,
        *,
        ceiling: Action = Action.DENY,
        keep_passes: bool = False,
    ) -> tuple[Result, ...]:
        """The results of a plan. See ``judge``."""
        if not planned.items:
            return ()
        wanted = planned.wanted
        gathered = await self._gatherer.gather(wanted, keychain, seconds) if wanted else {}
        today = self._clock().date()
        return decide(planned, gathered, today, ceiling=ceiling, keep_passes=keep_passes)

    def at_once(
        self, planned: Plan, keychain: Keychain, *, ceiling: Action = Action.DENY
    ) -> tuple[Result, ...] | None:
        """The results of a plan by what is known already; None where that is not enough."""
        known = self._gatherer.remembered(planned.wanted, keychain)
        if known is None:
            return None
        return decide(planned, known, self._clock().date(), ceiling=ceiling)

    def _planner_for(self, policies: PolicySet) -> Planner:
        """The planner of the set in force; a new set gets a new one."""
        planner = self._planner
        if planner is None or planner.policies is not policies:
            planner = self._planner = Planner(policies, self._parse)
        return planner
