"""Everything is replaced, over real TLS, while an API server keeps calling."""

import asyncio
import ssl
from contextlib import AsyncExitStack
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.services.replicas import HOST, TERMS, Bundles, Cluster, Heard, Secrets
from tests.tls.test_serving import listening
from webhook.services.certificates import Certificates
from webhook.services.rotation import Step
from webhook.tls import Issuer, ServingCertificate
from webhook.tls.trust import untrusted

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME: OpenSSL knows the present only, and years go by here."""
RENEWED, LATE = timedelta(days=60), timedelta(days=31)
CAREER = [TERMS.poll] + [RENEWED] * 4 + [timedelta(days=4), TERMS.settle, RENEWED, LATE, TERMS.poll]
"""Waits after each of which there is something to do, until a second CA is the only one."""


class Process:
    """A replica with its own socket."""

    def __init__(self, cluster: Cluster) -> None:
        self.heard, self.certificate = Heard(), ServingCertificate()
        self.certificates = Certificates(
            Secrets(cluster),
            Bundles(cluster),
            Issuer(),
            secret="slimgate-tls",
            terms=TERMS,
            clock=lambda: cluster.now,
            serve=self.certificate.serve,
            observer=self.heard,
        )


class ApiServer:
    """Calls every port over and over, and trusts the bundle as it was up to two polls ago."""

    def __init__(self, cluster: Cluster, ports: list[int]) -> None:
        self._cluster, self._ports = cluster, ports
        self.shown: set[bytes] = set()
        self.calling = asyncio.Lock()
        """Held while calls are under way, across which no years may pass."""

    async def run(self) -> None:
        while True:
            await self.call_all()

    async def call_all(self) -> None:
        """One new connection for each port and for each bundle that an API server may go by."""
        async with self.calling:
            for bundle in self._cluster.seen(self._cluster.now - 2 * TERMS.poll):
                for port in self._ports:
                    await self._call(port, bundle)

    async def _call(self, port: int, bundle: bytes) -> None:
        context = ssl.create_default_context(cadata=bundle.decode())
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT | NO_CHECK_TIME
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=context, server_hostname=HOST
        )
        writer.write(b"review\n")
        assert await reader.readline() == b"review\n"
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        await writer.wait_closed()
        pem = x509.load_der_x509_certificate(shown).public_bytes(Encoding.PEM)
        assert untrusted(pem, bundle, HOST, self._cluster.now) is None
        self.shown.add(pem)


async def test_no_handshake_fails_while_everything_is_replaced():
    cluster = Cluster()
    processes = [Process(cluster), Process(cluster)]
    async with AsyncExitStack() as stack:
        ports = [
            await stack.enter_async_context(listening(process.certificate)) for process in processes
        ]
        await look(processes)
        api_server = ApiServer(cluster, ports)
        calling = asyncio.create_task(api_server.run())
        for wait in CAREER:
            async with api_server.calling:
                cluster.now += wait
            await look(processes)
            await api_server.call_all()
            assert not calling.done()
        calling.cancel()
    steps = [step for process in processes for step in process.heard.steps]
    assert {step: steps.count(step) for step in steps} == {
        Step.BEGIN: 1,
        Step.PUBLISH: 3,
        Step.RENEW: 5,
        Step.ANNOUNCE: 1,
        Step.MARK: 1,
        Step.SWITCH: 1,
        Step.DROP: 1,
    }
    assert len(api_server.shown) == 8
    assert [process.heard.failures for process in processes] == [[], []]


async def look(processes: list[Process]) -> None:
    """All of them at once, and once more for those that were not the fastest."""
    for _ in range(2):
        await asyncio.gather(*(process.certificates.look() for process in processes))
