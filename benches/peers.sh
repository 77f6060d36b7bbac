#!/usr/bin/env bash
# treepatch beside other tools: installs them, lays out the corpora, and compares.
#
#   benches/peers.sh FOLDER [--release DIR] [--only CASE]... [--sites] [--write docs/performance.md]
#
# FOLDER takes some 3 GB. Debian, as root or with sudo; the tools from PyPI go into FOLDER/venv.
set -euo pipefail
folder=${1:?usage: benches/peers.sh FOLDER [OPTIONS]}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
shift
cd "$(dirname "$0")/.."

tools=(coccinelle dpkg golang-go linux-source-6.1 python3-venv ripgrep xz-utils)
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
dpkg-query -W "${tools[@]}" >/dev/null 2>&1 || $sudo apt-get install -q -y --no-install-recommends "${tools[@]}"
if [ ! -x "$folder/venv/bin/semgrep" ]; then
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" install -q ast-grep-cli semgrep
fi
benches/peers/corpora.sh "$folder"
cargo build --release --bin treepatch
PATH="$folder/venv/bin:$PATH" exec python3 benches/peers/compare.py "$folder" "$@"
