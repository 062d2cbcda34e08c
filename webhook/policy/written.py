"""What everything that people write has in common: frozen, closed, camelCase."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

API_VERSION = "policy.slimgate.dev/v1alpha1"


class Written(BaseModel):
    """Anything people write."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )


def text(value: object) -> str:
    """``value``, which must be text. Raises ``ValueError``."""
    if not isinstance(value, str):
        raise ValueError("should be text: put it in quotes")
    return value


DateText = Annotated[date, BeforeValidator(text)]
"""A day, written ``2026-12-31`` in quotes."""
