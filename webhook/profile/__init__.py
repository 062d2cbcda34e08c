"""What an image is: Python or not, which libc, which base, which user, how big, built how.

Pure functions from an :class:`~webhook.oci.Image` to an :class:`ImageProfile`, in which every
statement carries its evidence and how far it is to be trusted. This room must never do I/O, look at
an image's name to guess what is in it, or know what a policy would make of its findings.
"""

from webhook.profile.assemble import profile
from webhook.profile.evidence import Evidence, Source
from webhook.profile.image import (
    Base,
    Distro,
    ImageProfile,
    Journey,
    Layer,
    Libc,
    Python,
    Runtime,
    Size,
    Unpacked,
    User,
    Variant,
)

__all__ = [
    "Base",
    "Distro",
    "Evidence",
    "ImageProfile",
    "Journey",
    "Layer",
    "Libc",
    "Python",
    "Runtime",
    "Size",
    "Source",
    "Unpacked",
    "User",
    "Variant",
    "profile",
]
