import pytest
from pydantic import TypeAdapter, ValidationError

from webhook.policy.options import ByteSize

SIZES = TypeAdapter(ByteSize)


@pytest.mark.parametrize(
    ("written", "size"), [("400M", 400_000_000), ("1Gi", 2**30), (5, 5), ("5", 5), ("1500m", 2)]
)
def test_a_size_is_a_quantity_or_a_number_of_bytes(written: object, size: int):
    assert SIZES.validate_python(written) == size


@pytest.mark.parametrize("written", ["", "400 MB", "1.5.G", 0, "0", -1, "-5M", 1.5, True, None, []])
def test_anything_else_is_no_size(written: object):
    with pytest.raises(ValidationError):
        SIZES.validate_python(written)
