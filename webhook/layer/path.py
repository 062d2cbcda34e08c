"""Names of files in a layer, brought into one form."""


def normal(name: str) -> str | None:
    """A name from the root, without ``.``, empty parts and slashes at its ends.

    ``""`` is the root itself. None for a name with ``..`` or NUL in it, which no builder writes: it
    could only make one file look like another.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return None if ".." in parts or "\0" in name else "/".join(parts)
