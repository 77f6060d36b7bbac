#!/usr/bin/env bash
# A stand-in for `bosh create-release --dir DIR [--force]`, as far as a patched release is concerned. It holds:
# - a checkout with changes that are not committed is refused; a folder that is no repository is not asked;
# - a package is what the globs of its spec name below src, and its scripts; a glob without files is an error;
# - a package is known by its fingerprint, which is made before pre_packaging runs: one that is known is not built again.
# Each package is left in .dev_builds/NAME/FINGERPRINT, and named with its fingerprint on standard output.
set -euo pipefail
shopt -s globstar dotglob nullglob
[ "$1 $2" = 'create-release --dir' ]
release=$(realpath "$3")
force=${4:-}

if [ -e "$release/.git" ]; then
  changes=$(git -C "$release" status --porcelain=1)
  if [ -n "$changes" ] && [ "$force" != --force ]; then
    echo "Git repository has local modifications: $changes" >&2
    exit 1
  fi
fi

# items KEY SPEC: the items of a list, one a line.
items() {
  awk -v key="$1:" '/^[a-z_]+:/ { on = $1 == key; next } on && sub(/^ *- +/, "") { sub(/ +#.*/, ""); print }' "$2"
}

for spec in "$release"/packages/*/spec; do
  package=$(dirname "$spec")
  name=$(basename "$package")
  declare -A files=()
  cd "$release/src"
  while read -r glob; do
    found=
    for file in $glob; do [ -d "$file" ] || [ ! -e "$file" ] || { files[$file]=1 found=1; }; done
    [ -n "$found" ] || { echo "Missing files for pattern '$glob'" >&2; exit 1; }
  done < <(items files "$spec")
  while read -r glob; do
    for file in $glob; do unset "files[$file]"; done
  done < <(items excluded_files "$spec")

  stage=$(mktemp -d)
  for file in "${!files[@]}"; do
    mkdir -p "$stage/$(dirname "$file")"
    cp -P "$file" "$stage/$file"
  done
  for script in packaging pre_packaging; do
    [ ! -e "$package/$script" ] || cp "$package/$script" "$stage/"
  done
  cd "$stage"
  fingerprint=$(find . -type f -print0 | sort -z | xargs -0 sha1sum | sha1sum | cut -c1-40)
  built=$release/.dev_builds/$name/$fingerprint
  if [ ! -d "$built" ]; then
    if [ -e pre_packaging ]; then
      BUILD_DIR=$stage RELEASE_DIR=$release bash "$package/pre_packaging" >&2
      rm pre_packaging
    fi
    mkdir -p "$(dirname "$built")"
    cp -a "$stage" "$built"
  fi
  cd /
  rm -rf "$stage"
  unset files
  echo "$name $fingerprint"
done
