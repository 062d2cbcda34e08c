"""THE WORLD: OCI registries, read over the distribution protocol.

::

    client      what is known is answered, the rest is asked for once (an ``ImageSource``)
    flights     one question at a time          cache       what was said, by whose credentials
    fetch       mirrors in order, every byte checked        budget      what Docker Hub still allows
    ranges      parts of blobs, which cannot be checked
    access      challenges met with credentials             token       bearer tokens
    redirect    where a registry points         retry       when to ask again
    transport   one exchange, bounded           addresses   whom never to connect to
    keychain    whose credentials, where        hosts       scheme, trust and proxy of a host

Each line asks only what is below it. This room must never believe a digest it did not compute, send
a credential to a host it is not for, or tell in a message what a registry or a secret holds.
Nothing is imported here: who only reads a Docker configuration need not load an HTTP client.
"""
