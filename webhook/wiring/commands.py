"""What commands do, put together from services and adapters."""

import platform

from webhook.archive import Routed, is_archive, open_image
from webhook.oci import Platform, Reference
from webhook.policy.law import PolicySet
from webhook.services.check import Subjects, check
from webhook.services.gather import Gatherer
from webhook.services.inspect import Inspected
from webhook.services.inspect import inspect as inspect_source
from webhook.services.judge import Judge
from webhook.services.judged import Judged
from webhook.services.ports import ImageSource
from webhook.settings import Settings
from webhook.wiring.images import operator_keychain, registry
from webhook.wiring.process import clock

COMMAND_SECONDS = 30.0
"""For each image of a command, when nothing else is said."""


async def check_subjects(
    settings: Settings,
    law: PolicySet,
    subjects: Subjects,
    namespace: str | None,
    seconds: float,
    *,
    keep_passes: bool,
) -> tuple[Judged, ...]:
    """What ``slimgate check`` does, archives and registries together."""
    opened = [(s, await open_image(s.image)) for s in subjects.all if is_archive(s.image)]
    names = {subject.image: reference for subject, (_, reference) in opened}
    archives = {reference: source for _, (source, reference) in opened}
    async with registry(settings) as client:
        gatherer = Gatherer(Routed(client, archives), flight_limit=seconds)
        judge = Judge(gatherer, clock, lambda text: names.get(text) or Reference.parse(text))
        keychain = operator_keychain(settings)
        return await check(
            judge, law, subjects, namespace, keychain, seconds, keep_passes=keep_passes
        )


async def inspect_image(
    settings: Settings, image: str, wanted: Platform | None, seconds: float, *, everything: bool
) -> Inspected:
    """What ``slimgate inspect`` does. Raises ``UsageError`` and ``FetchError``."""
    asked = () if everything else (wanted or own_platform(),)
    async with registry(settings) as client:
        source: ImageSource = client
        if is_archive(image):
            source, reference = await open_image(image)
        else:
            reference = Reference.parse(image)
        keychain = operator_keychain(settings)
        strictly = wanted is not None
        return await inspect_source(
            source,
            reference,
            asked,
            keychain,
            seconds,
            strictly=strictly,
            peek=not settings.no_peek,
        )


def own_platform() -> Platform:
    """Linux on this machine's architecture."""
    return Platform.parse(f"linux/{platform.machine().lower()}")
