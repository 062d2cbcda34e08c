"""``slimgate serve``: the webhook over HTTPS."""

import asyncio
import logging
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from webhook import __version__
from webhook.cli.options import (
    DataOption,
    PoliciesOption,
    with_cluster,
    with_registries,
    with_webhook,
)
from webhook.settings import Settings, from_process
from webhook.wiring import assembled, run


@with_registries
@with_cluster
@with_webhook
def serve(
    ctx: typer.Context,
    policies: PoliciesOption = None,
    data: DataOption = None,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key, PEM.")] = None,
    self_signed: Annotated[
        bool | None, typer.Option("--self-signed", help="Make a certificate for localhost.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where to listen. [default: 0.0.0.0]")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="HTTPS port. [default: 8443]")
    ] = None,
    status_port: Annotated[
        int | None,
        typer.Option(metavar="PORT", help="Plain-HTTP port of probes and metrics. [default: 8080]"),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Longest time for one review. [default: 10]"),
    ] = None,
    drain: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="From unready to the end, at SIGTERM. [default: 5]"),
    ] = None,
) -> None:
    """The webhook over HTTPS: POST /validate, /healthz, /readyz, /version, /openapi.json.

    \b
    A second, plain-HTTP port has /healthz, /readyz and /metrics. Certificates and
    policies are followed as their files change. In a cluster (the chart sees to it), certificates
    are issued and rotated with --tls-secret, and pull secrets are known by watches with
    --pull-secrets. Every flag can be given as SLIMGATE_<FLAG>, too.

    \b
    Examples:
      slimgate serve --self-signed --policies python-recommended
      slimgate serve --tls-cert tls.crt --tls-key tls.key --policies policies/
      slimgate serve --tls-secret guard/slimgate-tls --tls-host slimgate.guard.svc \\
          --webhook-configuration slimgate.guard --pull-secrets shop
    """
    run(_serve(from_process(ctx.params, ctx.params["config"])))


async def _serve(settings: Settings) -> None:
    from webhook.server.logs import Forwarding  # heavy, as are all servers
    from webhook.server.run import listen, running, settle, stop_signal

    async with AsyncExitStack() as stack:
        hook = await stack.enter_async_context(assembled(settings, sys.stderr.buffer))
        logging.getLogger().addHandler(Forwarding(hook.log))
        doors = [
            (hook.app, listen(settings.host, settings.port), hook.certificate.listening),
            (hook.status_app, listen(settings.host, settings.status_port), None),
        ]
        stop = stack.enter_context(stop_signal())
        port, status_port = [
            await stack.enter_async_context(running(app, sock, context, stop))
            for app, sock, context in doors
        ]
        names = [policy.name for policy in hook.policies.current().policies]
        hook.log.event(
            "info",
            "serving",
            version=__version__,
            port=port,
            statusPort=status_port,
            policies=names,
            policySet=hook.policies.current().hash,
        )
        settle()
        following = asyncio.create_task(hook.following.run())
        await stop.wait()
        hook.readiness.unmet("stop", "draining")
        hook.log.event("info", "draining", seconds=settings.drain)
        await asyncio.sleep(settings.drain)
        following.cancel()
        await asyncio.wait((following,))
