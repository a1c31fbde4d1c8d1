#!/bin/sh
# Debian packages that `pytest -m arm` needs; run as root.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends gcc libc6-dev mmdebstrap qemu-user util-linux
