"""Verdicts to write, and any text that they may hold."""

from datetime import UTC, datetime

import msgspec
from hypothesis import strategies as st

from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.profile import Evidence, Source
from webhook.report.about import About
from webhook.services.judged import Judged, Named

API = "ghcr.io/acme/api:1"
DIGEST = f"sha256:{'0' * 64}"
WEB = Named("Deployment", "shop", "web")
EVIDENCE = Evidence(Source.HISTORY, "musl", 90, "ADD alpine-minirootfs")
ABOUT = About(
    "1.2.3", datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "2 files", ("team",), "0" * 12, ()
)


def finding(
    action: Action,
    outcome: Outcome = Outcome.FAIL,
    rule: str = "musl-python-base",
    message: str = "it is so",
    remedy: str = "Do so",
) -> Finding:
    return Finding(
        policies=("team", "other"),
        rule=rule,
        action=action,
        outcome=outcome,
        severity=Severity.HIGH,
        confidence=90,
        message=message,
        remedy=remedy,
        evidence=(EVIDENCE,),
    )


def judged(
    *findings: Finding,
    workload: Named | None = None,
    file: str = "",
    line: int = 0,
    container: str = "web",
    image: str = API,
    platform: str = "linux/amd64",
) -> Judged:
    """A subject with one container; an image by itself without a workload."""
    result = Result(container if workload else "", image, DIGEST, platform, findings)
    target = f"{file}:{line}" if file else image
    return Judged(target, workload, (result,), file, line)


DENIED = finding(Action.DENY)
WARNED = finding(Action.WARN, rule="python-unbuffered")
RECORDED = finding(Action.AUDIT, rule="lockfile-install")
PASSED = finding(Action.DENY, Outcome.PASS, "run-as-root", "", "")
SKIPPED = finding(Action.AUDIT, Outcome.SKIP, "pip-cache", "not a Python image", "")
EXEMPT = msgspec.structs.replace(
    finding(Action.AUDIT, Outcome.SKIP, "run-as-root", "exempt: drops privileges", "Mend it"),
    is_exempt=True,
)
UNREAD = finding(Action.DENY, Outcome.UNKNOWN, "image-unverified", "could not inspect the image")
OPEN = finding(Action.AUDIT, Outcome.UNKNOWN, "non-numeric-user", "the user is not known")
BROKEN = finding(Action.WARN, Outcome.ERROR, "image-size", "the rule broke (KeyError)")

FINDINGS = (DENIED, WARNED, RECORDED, PASSED, SKIPPED, EXEMPT, UNREAD, OPEN, BROKEN)
"""One of every kind."""
POD = judged(*FINDINGS, workload=WEB, file="deploy/web.yaml", line=7)
"""A workload in a file with one of every kind."""

anything = st.text(max_size=40)
hostile = st.builds(
    lambda before, said, after: before + said + after,
    anything,
    st.sampled_from(
        (
            "",
            "\n::error::x",
            "\r##[error]x",
            "%0A::stop-commands::x",
            "]]>",
            "</failure>",
            "\x00\x1b[2J",
            "| a | b |",
            "`</code>`",
            "<script>alert(1)</script>",
            "</details>",
            "](http://a.test)",
            "https://a.test",
            "www.a.test",
            "@team",
            "\u2028\u202e\ufffe",
        )
    ),
    anything,
)
"""Text as an attacker would choose it."""
findings = st.builds(
    finding,
    st.sampled_from(Action),
    st.sampled_from(Outcome),
    st.sampled_from(("musl-python-base", "run-as-root", "image-unverified", "unheard-of")),
    hostile,
    hostile,
)
named = st.builds(Named, hostile, hostile, hostile)
subjects = st.builds(
    judged,
    findings,
    findings,
    workload=st.none() | named,
    file=st.just("") | hostile,
    line=st.integers(1, 10_000),
    container=hostile,
    image=hostile,
)
"""Anything that could be judged."""
