import pytest

from tests.conftest import policy_text
from tests.tables import TABLES
from webhook.errors import InvalidFile
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
