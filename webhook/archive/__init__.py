"""Images that lie on disk: OCI layout folders, OCI layouts in a tar archive, and ``docker save``.

``open_image`` turns ``oci:DIR[:TAG]``, ``oci-archive:FILE[:TAG]`` and ``docker-archive:FILE[:TAG]``
into an image source. Nothing here is ever unpacked to disk, and no more of a layer is read than is
asked for. This room must never follow a name out of the folder or archive it was given.
"""

from webhook.archive.routed import Routed
from webhook.archive.source import is_archive, open_image

__all__ = ["Routed", "is_archive", "open_image"]
