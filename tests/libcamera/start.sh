#!/bin/sh
# The first process of the virtual machine: the kernel's virtual sensor, then the calls, then off.
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs tmp /tmp; mount -t tmpfs run /run
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 LIBCAMERA_LOG_LEVELS='*:ERROR'
modprobe -a mc videobuf2-vmalloc videobuf2-v4l2 videobuf2-dma-contig v4l2-tpg
insmod /root/vimc.ko
/usr/lib/systemd/systemd-udevd --daemon; udevadm trigger; udevadm settle
PYTHONPATH=/opt/app:/opt/picamera2 timeout 500 python3 /root/guest.py 2>&1
echo o > /proc/sysrq-trigger
# Nothing can be read from the disk any more, and the first process must not end.
while :; do :; done
