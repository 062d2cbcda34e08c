"""Certificates: issuing them, reading them, and replacing the served one without a restart.

::

    issuer     a cluster's certificates as its Secret keeps them     serving   what is served now
    issue      makes certificates     reading   reads pairs, strictly
    trust      what a client like the API server would trust

Each line asks only what is below it. This room must never know what is said over the connections it
secures, or who stores what it issues.
"""

from webhook.services.rotation import KeyPair
from webhook.tls.issue import self_signed, serving_hosts
from webhook.tls.issuer import Issuer
from webhook.tls.serving import ServingCertificate

__all__ = ["Issuer", "KeyPair", "ServingCertificate", "self_signed", "serving_hosts"]
