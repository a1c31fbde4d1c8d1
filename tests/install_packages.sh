#!/bin/sh
# Debian packages that the tests with a marker need, and some of the fast ones gain by; run as root. They are programs
# only: none of them changes how this machine boots or what it listens to.
set -eu
export DEBIAN_FRONTEND=noninteractive
cards="mtools dosfstools e2fsprogs fdisk shellcheck openssh-client"
systemd="mmdebstrap systemd-container procps util-linux"
arm="gcc libc6-dev qemu-user"
machine="qemu-system-arm qemu-system-x86 qemu-user-static device-tree-compiler"
browser="chromium chromium-driver"
shells="zsh"
apt-get update -qq
# shellcheck disable=SC2086  # a word for each package
apt-get install -qq -y --no-install-recommends $cards $systemd $arm $machine $browser $shells
