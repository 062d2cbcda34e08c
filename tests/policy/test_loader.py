import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from tests.conftest import policy_text
from webhook.errors import InvalidFile
from webhook.kube.imageuse import ContainerKind
from webhook.oci import Platform, Reference
from webhook.policy.law import PolicySet
from webhook.policy.loader import load, nearest
from webhook.policy.rule import Action
from webhook.profile.wants import Need
from webhook.rules import CATALOGUE
from webhook.rules.image_size import ImageSize

ROOT = "rule: run-as-root, action: deny"
HEAD = "apiVersion: policy.slimgate.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: team}\n"


def read(*texts: str) -> PolicySet:
    return load([(f"{n}.yaml", text) for n, text in enumerate(texts)], CATALOGUE)


def problems(*texts: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read(*texts)
    return [str(problem) for problem in caught.value.problems]


def problem(text: str) -> str:
    (only,) = problems(text)
    return only


def spec(text: str) -> str:
    """A policy whose spec is a flow mapping; its first key stands at 4:8."""
    return f"{HEAD}spec: {{{text}}}"


def rules(text: str) -> str:
    """A policy whose only rule is a flow mapping; its first key stands at 4:17."""
    return spec(f"rules: [{{{text}}}]")


def test_a_policy_is_read_whole():
    (policy,) = read(
        f"""\
apiVersion: policy.slimgate.dev/v1alpha1
kind: ImagePolicy
metadata:
  name: team
  annotations: {{slimgate.dev/title: The team}}
spec:
  mode: warn
  minDenyConfidence: 70
  onUnknown: {{deny: audit}}
  match: {{namespaces: ["team-*"], images: ["ghcr.io/acme/**"], containers: [init]}}
  exclude: {{images: [nginx]}}
  platforms: [linux/amd64, linux/aarch64]
  failureActions: {{notFound: deny}}
  rules:
    - {{{ROOT}, appliesTo: all, with: {{minUid: 1000}}}}
    - {{rule: image-size, action: warn, with: {{maxPull: 1G}}}}
  exemptions:
    - images: ["ghcr.io/acme/legacy-*:2024-*"]
      rules: [run-as-root, image-unverified]
      reason: drops privileges
      owner: platform@example.com
      expires: 2026-12-31
"""
    ).policies
    assert (policy.name, policy.title, policy.file) == ("team", "The team", "0.yaml")
    assert policy.spec.ceiling is Action.WARN
    assert policy.spec.min_deny_confidence == 70
    assert policy.spec.platforms == (Platform("linux", "amd64"), Platform("linux", "arm64"))
    root, size = policy.entries
    assert (root.rule.id, root.action, root.scope) == ("run-as-root", Action.DENY, "all")
    assert (size.rule, size.scope) == (ImageSize(max_pull=10**9), "python")
    assert root.needs == Need.MANIFEST | Need.CONFIG
    (exemption,) = policy.spec.exemptions
    assert str(exemption.expires) == "2026-12-31"
    assert policy.covers(Reference.parse("ghcr.io/acme/api"), ContainerKind.INIT, "team-a")


def test_a_policy_is_judged_by_defaults_where_it_says_nothing():
    (policy,) = read(policy_text(ROOT)).policies
    assert policy.title == ""
    assert policy.spec.ceiling is Action.DENY
    assert policy.spec.min_deny_confidence == 85
    assert policy.spec.match.is_empty
    assert policy.spec.exclude.is_empty
    assert policy.spec.platforms is None


def test_a_rule_may_stand_twice_with_other_options():
    two = [f"rule: image-size, action: warn, with: {{maxPull: {size}}}" for size in ("1G", "2G")]
    (policy,) = read(policy_text(*two)).policies
    assert [entry.rule for entry in policy.entries] == [
        ImageSize(max_pull=10**9),
        ImageSize(max_pull=2 * 10**9),
    ]


def test_whether_an_image_is_python_takes_its_config():
    rule = "rule: floating-tag, action: warn"
    (policy,) = read(policy_text(rule, f"{rule}, appliesTo: python")).policies
    assert [entry.needs for entry in policy.entries] == [Need.NONE, Need.CONFIG]


def test_policies_come_from_all_documents_of_all_files_and_cases_are_left_out():
    cases = "apiVersion: policy.slimgate.dev/v1alpha1\nkind: PolicyCases\nanything: goes\n"
    many = "---\n".join((policy_text(ROOT, name="a"), cases, "", policy_text(ROOT, name="b")))
    found = read(many, policy_text(ROOT, name="c")).policies
    assert [(policy.name, policy.file) for policy in found] == [
        ("a", "0.yaml"),
        ("b", "0.yaml"),
        ("c", "1.yaml"),
    ]


def test_the_hash_changes_with_any_policy_and_with_nothing_else():
    text = policy_text(ROOT)
    first = read(text).hash
    assert len(first) == 12
    assert read(f"# a comment\n{text}\n\n").hash == first
    assert read(text.replace("deny", "warn")).hash != first
    assert read(text, policy_text(ROOT, name="b")).hash != first


@pytest.mark.parametrize("texts", [(), ("",), ("# nothing", "---"), ("kind: PolicyCases",)])
def test_no_policy_at_all_is_a_problem(texts: tuple[str, ...]):
    (said,) = problems(*texts)
    assert said.endswith(": no policy found (kind ImagePolicy)")
    assert said.startswith("0.yaml" if texts else "the given places")


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
            spec(f"match: {{namespaceSelector: {{}}}}, rules: [{{{ROOT}}}]"),
            "4:16: key 'namespaceSelector' is not supported by this version: use namespaces",
        ),
        (
            spec(f"exclude: {{objectSelector: {{}}}}, rules: [{{{ROOT}}}]"),
            "4:18: key 'objectSelector' is not supported by this version: use namespaces or images",
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


def test_two_policies_of_one_name_clash():
    text = policy_text(ROOT)
    assert problems(text, text) == ["1.yaml: policy 'team' is already defined in 0.yaml"]
    assert problems(f"{text}---\n{text}") == ["0.yaml: policy 'team' is already defined in 0.yaml"]


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("mod", ["mode", "match"], " (did you mean 'mode'?)"),
        ("xyz", ["mode"], ""),
        ("mode", [], ""),
        ("", ["mode"], ""),
    ],
)
def test_only_a_near_word_is_offered(word: str, known: list[str], said: str):
    assert nearest(word, known) == said


LINES = st.sampled_from(
    [
        *("spec:", "  mode: warn", "  rules:", "    - rule: run-as-root", "      action: deny"),
        *("      with: {minUid: 5}", "      with: []", "  match: {images: [5, '[']}", "  match: x"),
        *("  exemptions: [{rules: x}, 5]", "  exemptions: {}", "  rules: 5", "metadata: {name: 1}"),
        *("  platforms: {fromNodes: true}", "  onUnknown: [deny]", "  failureActions: {x: {y: 1}}"),
        *("    - {rule: [a], action: {b: c}}", "    - 5", "    - {rule: expression, x: y}"),
    ]
)


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_no_policy_is_met_with_anything_but_an_invalid_file(text: str):
    found = attempt(lambda given: read(HEAD + given), text, InvalidFile)
    if isinstance(found, InvalidFile):
        assert all(str(item).isprintable() for item in found.problems)
    else:
        assert found.policies[0].entries


def test_a_rule_about_python_cannot_be_made_to_judge_everything():
    found = problem(spec("rules: [{rule: musl-python-base, action: deny, appliesTo: all}]"))
    assert found.startswith("0.yaml:4:66: 'musl-python-base' judges Python images only")
    read(spec("rules: [{rule: run-as-root, action: deny, appliesTo: all}]"))
