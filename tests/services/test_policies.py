import pytest

from tests.conftest import policy_text
from tests.tables import TABLES
from webhook.errors import InvalidFile, UsageError
from webhook.policy.law import PolicySet
from webhook.policy.rule import Action
from webhook.rules import CATALOGUE
from webhook.services.policies import PolicyStore

ONE = policy_text("rule: run-as-root, action: deny")
OTHER = policy_text("rule: run-as-root, action: warn")


def test_a_changed_file_replaces_the_whole_set():
    texts = [("policy.yaml", ONE)]
    store = PolicyStore(lambda: texts, list, CATALOGUE, TABLES)
    before = store.current()
    assert store.reload() is False
    assert store.current() is before
    texts[0] = ("policy.yaml", OTHER)
    assert store.reload() is True
    assert store.current().hash != before.hash


def test_a_bad_file_leaves_the_old_set_in_force():
    texts = [("policy.yaml", ONE)]
    store = PolicyStore(lambda: texts, list, CATALOGUE, TABLES)
    before = store.current()
    texts[0] = ("policy.yaml", ONE.replace("run-as-root", "run-as-rot"))
    with pytest.raises(InvalidFile, match="did you mean 'run-as-root'"):
        store.reload()
    assert store.current() is before


def test_no_policy_at_all_is_refused():
    with pytest.raises(InvalidFile, match="no policy found"):
        PolicyStore(list, list, CATALOGUE, TABLES)


def test_the_same_bad_files_are_complained_of_once():
    texts = [("policy.yaml", ONE)]
    store = PolicyStore(lambda: texts, list, CATALOGUE, TABLES)
    texts[0] = ("policy.yaml", "kind: [")
    with pytest.raises(InvalidFile):
        store.reload()
    assert store.reload() is False
    texts[0] = ("policy.yaml", OTHER)
    assert store.reload() is True


def test_why_files_are_refused_is_known_until_they_are_mended():
    texts = [("policy.yaml", ONE)]
    store = PolicyStore(lambda: texts, list, CATALOGUE, TABLES)
    assert store.refused == ""
    texts[0] = ("policy.yaml", "kind: [")
    with pytest.raises(InvalidFile):
        store.reload()
    assert store.refused.startswith("policy.yaml:2:1:")
    store.reload()
    assert store.refused.startswith("policy.yaml:2:1:")
    texts[0] = ("policy.yaml", ONE)
    assert store.reload() is False  # the set in force all along
    assert store.refused == ""


def test_files_that_cannot_be_read_are_complained_of_once_and_read_when_they_are_back():
    texts = [("policy.yaml", ONE)]
    gone = False

    def read() -> list[tuple[str, str]]:
        if gone:
            raise UsageError("cannot read policy.yaml")
        return texts

    store = PolicyStore(read, list, CATALOGUE, TABLES)
    gone = True
    with pytest.raises(UsageError):
        store.reload()
    assert store.reload() is False
    assert store.refused == "cannot read policy.yaml"
    gone = False
    assert store.reload() is False
    assert store.refused == ""


def test_files_that_change_while_they_are_read_are_not_taken_yet():
    reads = iter([[ONE], [OTHER], [ONE], [OTHER], [OTHER], [OTHER]])

    def read() -> list[tuple[str, str]]:
        return [("policy.yaml", text) for text in next(reads)]

    store = PolicyStore(read, list, CATALOGUE, TABLES)
    before = store.current()
    assert store.reload() is False  # OTHER, then ONE
    assert store.current() is before
    assert store.reload() is True


def test_a_set_that_is_not_accepted_is_refused_like_a_bad_one():
    texts = [("policy.yaml", ONE)]

    def accept(law: PolicySet) -> None:
        if law.policies[0].entries[0].action is Action.WARN:
            raise UsageError("not here")

    store = PolicyStore(lambda: texts, list, CATALOGUE, TABLES, accept)
    texts[0] = ("policy.yaml", OTHER)
    with pytest.raises(UsageError, match="not here"):
        store.reload()
    assert store.refused == "not here"
