#!/usr/bin/env bash
# Gets axe-core, which finds what keeps people from using a page by keyboard or screen reader. It is
# kept outside the checkout, in a folder named by its version, which `axe.sh --where` prints; `.done`
# in it says that it is there.
set -euo pipefail

version=4.14.1
sum=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
out="${XDG_CACHE_HOME:-$HOME/.cache}/slimgate/axe-$version"
[ "${1:-}" = --where ] && echo "$out" && exit 0
[ -e "$out/.done" ] && exit 0
mkdir -p "$out"
cd "$out"
npm pack --silent "axe-core@$version" >/dev/null
echo "$sum  axe-core-$version.tgz" | sha256sum --check --quiet
tar -xzf "axe-core-$version.tgz" --strip-components=1 package/axe.min.js package/LICENSE
rm "axe-core-$version.tgz"
touch .done
