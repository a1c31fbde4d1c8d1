#!/bin/sh
# Installs what mmdebstrap has fetched into a root for another processor ($1): unpacked by this machine's own dpkg, for
# that takes a tenth of the time, and only configured by the root's.
set -eu
root=$1

mkdir -p "$root/etc/initramfs-tools/conf.d" "$root/etc/initramfs-tools/hooks" \
    "$root/usr/share/initramfs-tools/modules.d"
echo MODULES=list >"$root/etc/initramfs-tools/conf.d/pi"
# Everything else waits until the root is there; a small initramfs is read faster.
printf '%s\n' bcm2835 sdhci-iproc mmc_block ext4 >"$root/usr/share/initramfs-tools/modules.d/pi"
# Finds the root by its number; it used to come with udev, which is left out.
hook=$root/etc/initramfs-tools/hooks/blkid
cat >"$hook" <<'END'
#!/bin/sh
[ "$1" = prereqs ] && exit
. /usr/share/initramfs-tools/hook-functions
copy_exec /usr/sbin/blkid
END
chmod 755 "$hook"

# Nothing is started here.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

export DEBIAN_FRONTEND=noninteractive LC_ALL=C
# Without what mmdebstrap was told to leave out; its own file says so.
set -f
# shellcheck disable=SC2046  # a word for each pattern
set -- $(sed -n 's/^path-exclude=/--path-exclude=/p' "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap")
set +f
dpkg --root="$root" "$@" --force-depends --force-architecture --force-unsafe-io --unpack "$root"/var/cache/apt/archives/*.deb
# Nobody there asks a server for its certificate, and gathering them takes minutes; but cloud-init does not start
# without the file.
printf '#!/bin/sh\ncat /usr/share/ca-certificates/mozilla/*.crt >/etc/ssl/certs/ca-certificates.crt\n' \
    >"$root/usr/sbin/update-ca-certificates"
chroot "$root" dpkg --force-unsafe-io --configure -a

rm "$root/usr/sbin/policy-rc.d"
rm -f "$root"/var/cache/apt/archives/*.deb
