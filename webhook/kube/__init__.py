"""Nouns of Kubernetes: admission reviews, workloads, where they name images, label selectors,
quantities.

Wire shapes hold only the fields that are needed; unknown fields are ignored, as the API server
ignores them. This room must never do I/O or know what an image is beyond its reference's text.
"""

from webhook.kube.imageuse import ContainerKind, ImageUse, image_uses
from webhook.kube.quantity import Quantity
from webhook.kube.workload import Workload

__all__ = ["ContainerKind", "ImageUse", "Quantity", "Workload", "image_uses"]
