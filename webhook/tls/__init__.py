"""Certificates: issuing one for oneself, and replacing the served one without a restart.

This room must never know what is said over the connections it secures.
"""

from webhook.tls.issue import KeyPair, self_signed
from webhook.tls.serving import ServingCertificate

__all__ = ["KeyPair", "ServingCertificate", "self_signed"]
