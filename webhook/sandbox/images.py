"""Sample images, built on the spot: real manifests, configs and layers, a hundredth of the size.

The first four are the steps of the optimisation journey; each of the others shows one thing.
Building is repeatable: an image has the same digest in every run with the same zlib.
"""

from collections.abc import Callable
from dataclasses import dataclass

from webhook.oci import Descriptor
from webhook.sandbox import recipes
from webhook.sandbox.architecture import Architecture
from webhook.sandbox.attestation import push_index
from webhook.sandbox.build import DOCKER, OCI, Dialect, ImageBuild, push
from webhook.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Sample:
    """One image that can be put into a store."""

    name: str
    """What to call it."""
    description: str
    """What it shows, in one line."""
    repository: str
    """Path inside the registry."""
    tag: str
    recipe: Callable[[Architecture], ImageBuild]
    dialect: Dialect = OCI
    architectures: tuple[Architecture, ...] = (Architecture.AMD64,)
    """With more than one, an index with attestations."""

    def build(self, store: Store) -> Descriptor:
        """Put it into ``store``; returns what the tag names."""
        images = {architecture: self.recipe(architecture) for architecture in self.architectures}
        if len(images) > 1:
            return push_index(store, self.repository, self.tag, images)
        (image,) = images.values()
        return push(store, self.repository, image, self.tag, self.dialect)


def stock(store: Store) -> tuple[Descriptor, ...]:
    """Put all samples into ``store``; returns what their tags name, in the order of ``SAMPLES``."""
    return tuple(sample.build(store) for sample in SAMPLES)


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "full",
        "full Debian base, root, pip with its cache, gcc, the whole checkout",
        "shop/api",
        "1-full",
        recipes.full,
        DOCKER,
    ),
    Sample("slim", "slim base, single stage, root", "shop/api", "2-slim", recipes.slim),
    Sample(
        "multi-stage",
        "a copied virtual environment, but buffered output and a user by name",
        "shop/api",
        "3-multi-stage",
        recipes.multi_stage,
    ),
    Sample(
        "optimised",
        "small, non-root by number, unbuffered, exec form; amd64 and arm64",
        "shop/api",
        "4-optimised",
        recipes.optimised,
        architectures=(Architecture.AMD64, Architecture.ARM64),
    ),
    Sample("alpine", "Python on Alpine, so on musl", "shop/worker", "alpine", recipes.alpine),
    Sample(
        "distroless",
        "Python on distroless: no shell, user 65532",
        "shop/report",
        "distroless",
        recipes.distroless,
    ),
    Sample("web", "nginx with static files: not Python", "shop/web", "1.30", recipes.web),
    Sample(
        "named-user",
        "USER appuser: a name that no kubelet can verify",
        "shop/api",
        "named-user",
        recipes.named_user,
    ),
    Sample("shell-form", "CMD runs through sh -c", "shop/api", "shell-form", recipes.shell_form),
    Sample(
        "flask-run",
        "flask run with its debugger, under the tag latest",
        "shop/admin",
        "latest",
        recipes.flask_run,
    ),
    Sample(
        "runserver",
        "manage.py runserver, dependencies installed in the final stage",
        "shop/admin",
        "runserver",
        recipes.runserver,
    ),
    Sample(
        "compiler",
        "gcc purged without --auto-remove: the compiler itself is still there",
        "shop/api",
        "compiler",
        recipes.compiler,
        DOCKER,
    ),
)
"""Every sample; building one costs some milliseconds and happens only when asked for."""
