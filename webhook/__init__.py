"""Slimgate: a Kubernetes validating admission webhook for teams that run Python services.

It reads the images a Pod names from their registry, works out what each image is, and allows,
warns or denies by policy files. The same engine checks images in CI. The rooms of this package
and what may import what are drawn in ``CONTRIBUTING.md`` and checked by ``make layers``.
"""

__version__ = "0.1.0"
