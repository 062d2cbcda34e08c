"""Types of rule options that people write as text."""

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from webhook.kube.quantity import Quantity
from webhook.oci import Platform
from webhook.policy.pattern import ImagePattern


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

ImageGlob = Annotated[
    str,
    BeforeValidator(lambda value: ImagePattern.parse(str(value)).written),
    WithJsonSchema({"type": "string", "examples": ["ghcr.io/acme/**", "python:*-slim-*"]}),
]
"""An image pattern, as :mod:`webhook.policy.pattern` reads it."""

PlatformName = Annotated[
    str,
    BeforeValidator(lambda value: str(Platform.parse(str(value)))),
    WithJsonSchema({"type": "string", "examples": ["linux/amd64", "linux/arm64"]}),
]
"""A platform, ``os/architecture[/variant]``."""
