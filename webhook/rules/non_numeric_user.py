"""``non-numeric-user``: a name in USER, of which the kubelet cannot prove that it is not root."""

from typing import ClassVar

from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.need import Need


class NonNumericUser(Rule):
    """The image's ``USER`` is a name and nothing numeric overrides it.

    With ``runAsNonRoot: true`` the kubelet refuses to start such a container ("image has
    non-numeric user, cannot verify user is non-root"), so that it never runs; then this rule
    denies where a policy has it at ``warn`` or more. Many guides, the ones this product grew from
    included, write ``USER appuser``: it works only until Pod Security ``restricted`` comes.
    """

    id: ClassVar[str] = "non-numeric-user"
    title: ClassVar[str] = "USER is a name, not a number"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "The kubelet checks runAsNonRoot before the container's /etc/passwd exists, so it accepts "
        "numbers only. The Pod stays in CreateContainerConfigError."
    )
    remedy: ClassVar[str] = (
        "Write the number of the user: `USER 10001`. Or set `securityContext.runAsUser: 10001`."
    )

    deny_when_run_as_non_root: bool = True
    """Whether to deny where the container certainly cannot start."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        user = facts.user
        if not user.is_name or user.root:
            return None
        dooms = user.run_as_non_root and self.deny_when_run_as_non_root
        return Violation(
            f"USER {quoted(user.name)} is a name; with runAsNonRoot the container will not start",
            "Use USER 10001 or set runAsUser",
            raise_to=Action.DENY if dooms else None,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("a name", fires=True, config={"User": "appuser"}),
        Example("a name with a group", fires=True, config={"User": "appuser:appgroup"}),
        Example("a number", fires=False, config={"User": "10001"}),
        Example("root is another rule's", fires=False, config={"User": "root"}),
        Example(
            "the Pod gives the number",
            fires=False,
            config={"User": "appuser"},
            pod={"securityContext": {"runAsUser": 10001}},
        ),
        Example(
            "certain not to start",
            fires=True,
            config={"User": "appuser"},
            pod={"securityContext": {"runAsNonRoot": True}},
        ),
    )
