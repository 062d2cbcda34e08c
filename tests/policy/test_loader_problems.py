import pytest

from tests.conftest import policy_text
from tests.policy.loading import HEAD, ROOT, problem, problems, rules, spec


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "1:1: not a policy: the document should be an object with keys"),
        ("text", "1:1: not a policy: the document should be an object with keys"),
        ("a: 1", "1:1: kind is 'None', not ImagePolicy"),
        (
            policy_text(ROOT).replace("ImagePolicy", "ImagePolicies"),
            "2:7: kind is 'ImagePolicies', not ImagePolicy (did you mean 'ImagePolicy'?)",
        ),
        (
            policy_text(ROOT).replace("v1alpha1", "v1"),
            "1:13: apiVersion is 'policy.slimgate.dev/v1', not policy.slimgate.dev/v1alpha1",
        ),
        (HEAD, "1:1: missing key 'spec'"),
        (f"{HEAD}spec: {{}}", "4:7: missing key 'rules'"),
        (f"{HEAD}spec: 5", "4:7: spec: should be an object with keys"),
        (
            policy_text(ROOT).replace("{name: team}", "{name: Team_1}"),
            "3:18: name: String should match pattern '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$'",
        ),
        (
            spec(f"modes: warn, rules: [{{{ROOT}}}]"),
            "4:8: unknown key 'modes' (did you mean 'mode'?)",
        ),
        (spec(f"xyz: warn, rules: [{{{ROOT}}}]"), "4:8: unknown key 'xyz'"),
        (
            spec(f"min_deny_confidence: 5, rules: [{{{ROOT}}}]"),
            "4:8: unknown key 'min_deny_confidence' (did you mean 'minDenyConfidence'?)",
        ),
        (
            spec(f"match: {{namespace: [a]}}, rules: [{{{ROOT}}}]"),
            "4:16: unknown key 'namespace' (did you mean 'namespaces'?)",
        ),
        (
            spec(f"mode: enforced, rules: [{{{ROOT}}}]"),
            "4:14: 'enforced' is not 'enforce', 'warn' or 'audit' (did you mean 'enforce'?)",
        ),
        (
            spec(f"minDenyConfidence: 101, rules: [{{{ROOT}}}]"),
            "4:27: minDenyConfidence: should be less than or equal to 100",
        ),
        (spec("rules: []"), "4:15: 'rules' is empty: leave the key out, or name at least one"),
        (spec("rules: {}"), "4:15: rules: should be a list"),
        (spec("rules: [run-as-root]"), "4:16: should be an object with keys"),
        (rules("rule: run-as-root"), "4:16: missing key 'action'"),
        (
            rules("rule: run-as-rot, action: deny"),
            "4:23: unknown rule 'run-as-rot' (did you mean 'run-as-root'?)",
        ),
        (rules("rule: xyz, action: deny"), "4:23: unknown rule 'xyz'"),
        (rules("rule: 5, action: deny"), "4:23: rule: should be a valid string"),
        (
            rules("rule: run-as-root, action: off"),
            "4:44: 'off' is not 'audit', 'warn' or 'deny'",
        ),
        (
            rules("rule: run-as-root, action: wran"),
            "4:44: 'wran' is not 'audit', 'warn' or 'deny' (did you mean 'warn'?)",
        ),
        (
            rules("rule: run-as-root, action: deny, with: {minUID: 5}"),
            "4:57: unknown key 'minUID' (did you mean 'minUid'?)",
        ),
        (
            rules("rule: run-as-root, action: deny, with: {min_uid: 5}"),
            "4:57: unknown key 'min_uid' (did you mean 'minUid'?)",
        ),
        (
            rules("rule: run-as-root, action: deny, with: {minUid: many}"),
            "4:65: minUid: should be a valid integer, unable to parse string as an integer",
        ),
        (
            rules("rule: image-size, action: deny, with: {maxPull: 1GB}"),
            "4:65: maxPull: not a quantity: '1GB' (write 400M, 1Gi, 1.5G)",
        ),
        (
            rules("rule: image-size, action: deny, with: {maxPull: 0}"),
            "4:65: maxPull: should be above zero",
        ),
        (
            rules("rule: image-size, action: deny, with: {maxPull: 1.5}"),
            "4:65: maxPull: should be a quantity such as 400M or 1Gi",
        ),
        (
            rules("rule: floating-tag, action: deny, with: {tags: latest}"),
            "4:64: tags: should be a list",
        ),
        (
            rules("rule: expression, action: warn"),
            "4:23: the rule 'expression' is not supported by this version",
        ),
        (
            rules("rule: image-unverified, action: warn"),
            "4:23: 'image-unverified' is an outcome, not a rule: its action is set by failureActions",
        ),
        (
            spec(f"exclude: {{objectselector: {{}}}}, rules: [{{{ROOT}}}]"),
            "4:18: unknown key 'objectselector' (did you mean 'objectSelector'?)",
        ),
        (
            spec(f"match: {{images: ['ba[rz]']}}, rules: [{{{ROOT}}}]"),
            "4:25: not an image pattern: 'ba[rz]'",
        ),
        (
            spec(f"match: {{images: [5]}}, rules: [{{{ROOT}}}]"),
            "4:25: should be text: put it in quotes",
        ),
        (
            spec(f"match: {{images: []}}, rules: [{{{ROOT}}}]"),
            "4:24: 'images' is empty: leave the key out, or name at least one",
        ),
        (
            spec(f"match: {{namespaces: [Team]}}, rules: [{{{ROOT}}}]"),
            "4:29: not a namespace pattern: 'Team'",
        ),
        (
            spec(f"match: {{containers: [sidecar]}}, rules: [{{{ROOT}}}]"),
            "4:29: 'sidecar' is not 'container', 'init', 'ephemeral' or 'imageVolume'",
        ),
        (
            spec(f"platforms: [linux], rules: [{{{ROOT}}}]"),
            "4:20: not a platform: 'linux' (write os/architecture, linux/amd64)",
        ),
        (
            spec(f"failureActions: {{notfound: deny}}, rules: [{{{ROOT}}}]"),
            "4:25: unknown key 'notfound' (did you mean 'notFound'?)",
        ),
        (
            spec(
                f"exemptions: [{{images: [a], rules: [run-as-rot], reason: x}}], rules: [{{{ROOT}}}]"
            ),
            "4:43: unknown rule 'run-as-rot' (did you mean 'run-as-root'?)",
        ),
        (
            spec(f"exemptions: [{{images: [a], rules: [run-as-root]}}], rules: [{{{ROOT}}}]"),
            "4:21: missing key 'reason'",
        ),
        (
            spec(
                "exemptions: [{images: [a], rules: [run-as-root], reason: x, expires: 2026-13-01}],"
                f"rules: [{{{ROOT}}}]"
            ),
            "4:77: expires: should be a valid date or datetime, month value is outside expected "
            "range of 1-12",
        ),
        (policy_text(f"{ROOT}, {ROOT}"), "8:41: key 'rule' stands twice"),
    ],
)
def test_a_problem_is_told_with_its_place_and_the_nearest_right_word(text: str, said: str):
    assert problems(text)[0] == f"0.yaml:{said}"


def test_all_problems_of_all_files_are_told_at_once_and_in_order():
    first = spec("mode: x, modes: y, rules: [{rule: z, action: w}]")
    second = policy_text("rule: run-as-root, action: deny, with: {a: 1}", name="b")
    assert problems(first, second, "a: [") == [
        "0.yaml:4:14: 'x' is not 'enforce', 'warn' or 'audit'",
        "0.yaml:4:17: unknown key 'modes' (did you mean 'mode'?)",
        "0.yaml:4:42: unknown rule 'z'",
        "0.yaml:4:53: 'w' is not 'audit', 'warn' or 'deny'",
        "1.yaml:8:48: unknown key 'a'",
        "2.yaml:2:1: not valid YAML: while parsing a flow node, did not find expected node content",
    ]


def test_an_invalid_rule_in_a_list_does_not_make_the_list_empty():
    assert problem(rules("rule: run-as-root, action: off")).endswith("'audit', 'warn' or 'deny'")


@pytest.mark.parametrize("options", ["5", "[]", "text", "null", "''"])
def test_options_that_are_no_object_are_refused(options: str):
    said = problems(rules(f"rule: run-as-root, action: deny, with: {options}"))
    assert said[0] == "0.yaml:4:56: with: should be an object with keys"
