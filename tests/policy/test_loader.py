import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from tests.conftest import policy_text
from tests.policy.loading import HEAD, ROOT, problem, problems, read, rules
from webhook.errors import InvalidFile
from webhook.kube.imageuse import ContainerKind
from webhook.oci import Platform, Reference
from webhook.policy.loader import nearest
from webhook.policy.place import Place
from webhook.policy.rule import Action
from webhook.profile.need import Need
from webhook.rules.image_size import ImageSize


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
    assert root.needs == Need.MANIFEST | Need.CONFIG | Need.PEEK
    (exemption,) = policy.spec.exemptions
    assert str(exemption.expires) == "2026-12-31"
    assert policy.covers(Reference.parse("ghcr.io/acme/api"), ContainerKind.INIT, Place("team-a"))


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
    found = problem(rules("rule: musl-python-base, action: deny, appliesTo: all"))
    assert found.startswith("0.yaml:4:66: 'musl-python-base' judges Python images only")
    read(rules("rule: run-as-root, action: deny, appliesTo: all"))
