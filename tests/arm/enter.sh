#!/bin/sh
# Run a command in an arm64 root as if on a given Pi: enter.sh ROOT CPUINFO [NAME=FOLDER...] -- COMMAND...
# CPUINFO is what stands in /proc/cpuinfo there; each FOLDER is seen as /mnt/NAME. COMMAND begins with this machine's
# own emulator, so its libraries are lent to the root. All mounts are private and end with the command.
set -eu
if [ "${ENTERED:-}" != yes ]; then
    ENTERED=yes exec unshare --mount --propagation private "$0" "$@"
fi
root=$1 cpuinfo=$2
shift 2
mount -t proc proc "$root/proc"
mount --bind "$cpuinfo" "$root/proc/cpuinfo"
mount --bind /dev "$root/dev"
mount --bind /lib64 "$root/lib64"
mount --bind /usr/lib/x86_64-linux-gnu "$root/usr/lib/x86_64-linux-gnu"
mount -t tmpfs mnt "$root/mnt"
while [ "$1" != -- ]; do
    mkdir "$root/mnt/${1%%=*}"
    mount --bind "${1#*=}" "$root/mnt/${1%%=*}"
    shift
done
shift
touch "$root/mnt/qemu"
mount --bind "$1" "$root/mnt/qemu"
shift
exec env -i "$(command -v chroot)" "$root" /mnt/qemu "$@"
