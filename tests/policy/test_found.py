from tests.profile.looks import BASE, looked
from tests.rules.verdicts import facts_about, profiled
from webhook.policy.found import MAX_EVIDENCE, evidence_of, is_whole, layer_of, unseen, untold
from webhook.policy.rule import Unknown
from webhook.profile import Source
from webhook.profile.contents import Found


def test_what_no_look_tells_is_not_known_and_says_why():
    blind = facts_about(looked(("RUN x", None)))
    assert unseen(blind, "it") == Unknown("it is not known: layers were not looked into")
    assert unseen(facts_about(looked(("RUN x", ()))), "it") is None


def test_where_the_history_is_enough_it_must_be_missing_too():
    assert untold(facts_about(looked(("RUN x", None))), "it") is None
    found = untold(facts_about(profiled([])), "it")
    assert found == Unknown("it is not known: layers were not looked into")


def test_files_are_evidence_with_the_number_of_their_layer():
    (piece,) = evidence_of([Found("app/.env", 4, 9, "credentials file", 80)], "secret")
    assert (piece.source, piece.says, piece.weight) == (Source.LAYER, "secret", 80)
    assert piece.detail == "layer 5: app/.env (credentials file)"
    assert len(evidence_of([Found("x", 0)] * 99, "x")) == MAX_EVIDENCE


def test_evidence_is_fit_to_print_whatever_a_file_is_called():
    (piece,) = evidence_of([Found("a\x1b[31m\n" + "x" * 500, 0)], "x")
    assert piece.detail.isprintable()
    assert len(piece.detail) <= 120


def test_a_layer_is_told_as_people_count_and_pull_it():
    assert layer_of(looked(("RUN x", ())), BASE) == "layer 5, 9.0 MB"


def test_a_layer_is_whole_where_every_file_was_in_view():
    seen = looked(("RUN x", ()), ("RUN y", ("...",)), ("RUN z", None))
    assert [is_whole(seen, at) for at in (BASE, BASE + 1, BASE + 2, None)] == [
        *(True, False, False, False)
    ]
