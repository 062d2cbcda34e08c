"""Types of rule options that people write as text."""

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from webhook.kube.quantity import Quantity


def _bytes(value: object) -> int:
    """A Kubernetes quantity, or a plain number, as whole bytes above zero."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("should be a quantity such as 400M or 1Gi")
    size = Quantity.parse(str(value)).bytes
    if size <= 0:
        raise ValueError("should be above zero")
    return size


ByteSize = Annotated[
    int,
    BeforeValidator(_bytes),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["400M", "1Gi"]}),
]
"""A size in bytes, written as a Kubernetes quantity: ``400M`` is decimal, ``400Mi`` binary."""
