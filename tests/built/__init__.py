"""Images that a real builder made: Debian's buildah, on a root that Debian's debootstrap made."""
