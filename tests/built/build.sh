#!/usr/bin/env bash
# Builds the images of tests/built as OCI layouts, with nothing of ours: Debian's debootstrap,
# musl-tools and buildah. Root is needed, and the network for Debian's packages; it takes minutes.
# They are kept outside the checkout, in a folder named by what they are built from, which
# `build.sh --where` prints; `.done` in it says that all of them are there.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
key=$(cd "$here" && find build.sh ./*.dockerfile context -type f -print0 | sort -z |
  xargs -0 sha256sum | sha256sum | cut -c1-12)
out="${XDG_CACHE_HOME:-$HOME/.cache}/slimgate/built-$key"
[ "${1:-}" = --where ] && echo "$out" && exit 0
[ -e "$out/.done" ] && exit 0
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export BUILDAH_ISOLATION=chroot
roots=$(mkdir "$work/roots" && echo "$work/roots")
storage=(--root "$work/storage" --runroot "$work/run")
# Overlays are much quicker, where they may be mounted.
buildah "${storage[@]}" from scratch >/dev/null 2>&1 ||
  storage=(--storage-driver vfs --root "$work/vfs" --runroot "$work/run")

# Debian as its slim and its full image: the same root, told apart by the marks of their makers.
debootstrap --variant=minbase bookworm "$work/debian" >"$work/log" 2>&1 || { tail "$work/log"; exit 1; }
rm -rf "$work"/debian/var/cache/apt/archives/*.deb "$work"/debian/var/lib/apt/lists/*
echo 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };' \
  >"$work/debian/etc/apt/apt.conf.d/docker-clean"
pack() { tar -C "$1" --sort=name --numeric-owner --mtime=@1785715200 -cf "$2" .; }
pack "$work/debian" "$roots/full.tar"
echo 'path-exclude /usr/share/doc/*' >"$work/debian/etc/dpkg/dpkg.cfg.d/docker"
pack "$work/debian" "$roots/slim.tar"

# A musl system: what it runs is really linked to musl.
musl="$work/musl"
mkdir -p "$musl"/{bin,etc,lib,usr/bin,usr/lib/python3.12,root}
echo 'int main(void) { return 0; }' >"$work/program.c"
musl-gcc -o "$musl/bin/busybox" "$work/program.c"
cp "$musl/bin/busybox" "$musl/usr/bin/python3.12"
ln -s /bin/busybox "$musl/bin/sh"
ln -s python3.12 "$musl/usr/bin/python3"
cp /usr/lib/x86_64-linux-musl/libc.so "$musl/lib/ld-musl-x86_64.so.1"
echo 3.22.1 >"$musl/etc/alpine-release"
echo root:x:0:0:root:/root:/bin/sh >"$musl/etc/passwd"
pack "$musl" "$roots/musl.tar"

# What a careless build context holds.
context="$work/context"
cp -r "$here/context" "$context"
mkdir -p "$context"/{.git,app/__pycache__,app/tests}
echo 'ref: refs/heads/main' >"$context/.git/HEAD"
printf '\x6f\x0d\x0d\x0a%012d' 0 >"$context/app/__pycache__/main.cpython-39.pyc"
echo 'def test_nothing(): pass' >"$context/app/tests/test_main.py"
printf 'DATABASE_PASSWORD=correct-horse-battery\n' >"$context/.env"

build() { # name, context, then a Dockerfile on standard input
  local log="$work/$1.log"
  cat >"$work/$1.dockerfile"
  buildah "${storage[@]}" bud --layers --format oci -t "$1" -f "$work/$1.dockerfile" "$2" \
    >"$log" 2>&1 || { tail -20 "$log"; exit 1; }
}
save() { buildah "${storage[@]}" push --quiet "localhost/$1" "oci:$out/$1:$1"; echo "built $1"; }

for kind in slim full; do
  printf 'FROM scratch\nADD %s.tar /\nCMD ["bash"]\n' "$kind" | build "debian-$kind" "$roots"
done
printf 'FROM scratch\nADD musl.tar /\nCMD ["/bin/sh"]\n' | build musl-root "$roots"
printf 'FROM localhost/debian-slim\n%s\nCMD ["python3"]\n' \
  'RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*' |
  build python-slim "$roots"
for name in "$here"/*.dockerfile; do
  image=$(basename "$name" .dockerfile)
  build "$image" "$context" <"$name"
  save "$image"
done
touch "$out/.done"
