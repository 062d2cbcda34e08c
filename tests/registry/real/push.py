"""Pushing to a registry by hand."""

import aiohttp

from webhook.oci import Digest
from webhook.sandbox.store import Store


async def push(store: Store, host: str, headers: dict[str, str] | None = None) -> None:
    """Push everything in ``store`` over plain HTTP, children before what names them."""
    async with aiohttp.ClientSession(f"http://{host}", headers=headers) as session:
        for path, repository in store.repositories.items():
            for data in store.blobs.values():
                async with session.post(f"/v2/{path}/blobs/uploads/") as begun:
                    assert begun.status == 202, await begun.text()
                    location = begun.headers["Location"]
                digest = str(Digest.of(data))
                async with session.put(location, params={"digest": digest}, data=data) as done:
                    assert done.status == 201, await done.text()
            tagged = {digest: tag for tag, digest in repository.tags.items()}
            for digest, (media_type, data) in repository.manifests.items():
                name = tagged.get(digest, digest)
                told = {"Content-Type": media_type}
                url = f"/v2/{path}/manifests/{name}"
                async with session.put(url, data=data, headers=told) as done:
                    assert done.status == 201, await done.text()
