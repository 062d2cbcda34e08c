"""Nouns of images: references, digests, descriptors, manifests, configs.

The words are those of the OCI image-spec and distribution-spec. Values are frozen; parsing is the
only thing that happens here. This room must never do I/O, nor know who asks or why.
"""

from webhook.oci.config import Config, History, ImageConfig
from webhook.oci.descriptor import Descriptor, MediaType, Platform
from webhook.oci.digest import Digest
from webhook.oci.image import Image, Unavailable
from webhook.oci.manifest import Index, Manifest, parse_document
from webhook.oci.reference import Reference

__all__ = [
    "Config",
    "Descriptor",
    "Digest",
    "History",
    "Image",
    "ImageConfig",
    "Index",
    "Manifest",
    "MediaType",
    "Platform",
    "Reference",
    "Unavailable",
    "parse_document",
]
