import pytest

from webhook.profile.evidence import Source, noisy_or, observed
from webhook.profile.printable import MAX_DETAIL, cut


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\tb\n\nc", "a b c"),
        ("caf\u00e9 \u202e\x1b[31m", "caf? ??[31m"),
        ("x" * 200, "x" * (MAX_DETAIL - 3) + "..."),
        (" " * 5000, "..."),
        ("x" * MAX_DETAIL, "x" * MAX_DETAIL),
    ],
)
def test_text_of_an_image_is_one_short_printable_line(text: str, line: str) -> None:
    assert cut(text) == line


def test_evidence_never_repeats_text_unchecked() -> None:
    detail = observed(Source.HISTORY, "python", 50, "\x00" * 10_000).detail
    assert len(detail) <= MAX_DETAIL
    assert detail.isprintable()


@pytest.mark.parametrize(
    ("weights", "score"),
    [([], 0), ([50], 50), ([45, 45], 70), ([45, 50], 72), ([90, 80], 98), ([100], 100)],
)
def test_independent_observations_add_up_without_reaching_certainty(
    weights: list[int], score: int
) -> None:
    assert noisy_or(weights) == score
