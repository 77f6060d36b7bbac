#!/usr/bin/env bash
# Lays out what the comparison reads: corpora.sh FOLDER makes FOLDER/kernel, FOLDER/gostd and FOLDER/gopkgs.
# Debian's packages are unpacked, not installed; what is there already is left alone.
set -euo pipefail
folder=${1:?usage: corpora.sh FOLDER}
mkdir -p "$folder"
cd "$folder"

# Large ones and well-known ones: some 25,000 Go files.
packages=(
  golang-android-soong-dev golang-entgo-ent-dev golang-etcd-server-dev golang-github-aws-aws-sdk-go-dev
  golang-github-containerd-containerd-dev golang-github-crowdsecurity-crowdsec-dev golang-github-docker-docker-dev
  golang-github-evanw-esbuild-dev golang-github-gophercloud-gophercloud-dev golang-github-influxdb-influxdb-dev
  golang-github-nats-io-nats-server-dev golang-github-openshift-api-dev golang-github-osrg-gobgp-dev
  golang-github-prometheus-alertmanager-dev golang-github-rclone-rclone-dev golang-github-snapcore-snapd-dev
  golang-github-syncthing-syncthing-dev golang-github-victoriametrics-victoriametrics-dev golang-github-vmware-govmomi-dev
  golang-gocloud-dev golang-golang-x-crypto-dev golang-golang-x-net-dev golang-golang-x-text-dev golang-golang-x-tools-dev
  golang-google-api-dev golang-google-cloud-dev golang-google-genproto-dev golang-gvisor-gvisor-dev
  golang-mongodb-mongo-driver-dev
)

if [ ! -d kernel ]; then
  mkdir kernel.part
  tar -xJf /usr/src/linux-source-6.1.tar.xz -C kernel.part --strip-components=1 --wildcards '*.c' '*.h'
  mv kernel.part kernel
fi
if [ ! -d gostd ]; then
  cp -rL "$(go env GOROOT)/src" gostd.part
  mv gostd.part gostd
fi
if [ ! -d gopkgs ]; then
  rm -rf packages.part gopkgs.part
  mkdir packages.part
  (cd packages.part && apt-get download -q "${packages[@]}")
  for package in packages.part/*.deb; do dpkg-deb -x "$package" gopkgs.part; done
  rm -rf packages.part
  mv gopkgs.part gopkgs
fi
