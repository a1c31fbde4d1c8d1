#!/bin/sh
# The first boot of a card that `maskwatch-export flash` prepared.
#
#   first-boot.sh arm       have the next boot install it (Bookworm: from firstrun.sh, which starts the board again)
#   first-boot.sh start     the same, and begin without waiting for the next boot (Trixie: from cloud-init)
#   first-boot.sh install   what the unit runs: install, tell first-boot.log how it went, and show it on the board's LED
#
# A network is needed only for packages that the image lacks. An attempt that failed is repeated at the next boot; one
# that succeeded is not.
# The variables that begin with MASKWATCH_ are for the tests.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=${MASKWATCH_ROOT:-}
led=${MASKWATCH_LED:-/sys/class/leds/ACT}
success_seconds=${MASKWATCH_SUCCESS_SECONDS:-10}
failure_seconds=${MASKWATCH_FAILURE_SECONDS:-600}
network_seconds=${MASKWATCH_NETWORK_SECONDS:-120}
lock_seconds=${MASKWATCH_LOCK_SECONDS:-30}

log=$here/first-boot.log
unit=maskwatch-first-boot.service
units=$root/etc/systemd/system
settings=$root/etc/maskwatch/maskwatch.toml
marker=$root/opt/maskwatch/first-boot.sha256
placed=$root/opt/maskwatch/first-boot.settings
trusted=$root/etc/maskwatch/trusted_keys
work=
log_limit=200000

# The clock may be wrong without a network, so each line begins with the seconds since the board was switched on.
say() {
    printf '[%s s] %s\n' "$(cut -d. -f1 /proc/uptime)" "$*" >>"$log"
    sync "$log" 2>/dev/null || sync
    printf '%s\n' "$*"
}

# Run a command; its output goes to the log, its status is returned.
run() {
    {
        status=$({
            {
                "$@" </dev/null 2>&1 3>&- 4>&-
                echo "$?" >&3
            } | while IFS= read -r line; do say "  $line" >&4; done
        } 3>&1)
    } 4>&1
    return "$status"
}

# Write what comes in to a file, whole or not at all; a link in its place is replaced, never followed.
put() {
    mkdir -p "${1%/*}" && new=$(mktemp "$1.XXXXXXXX") || return 1
    if ! { cat >"$new" && chmod 644 "$new" && mv -fT "$new" "$1"; }; then
        rm -f "$new"
        return 1
    fi
}

clear_work() { [ -z "$work" ] || rm -rf "$work"; }

bundle_sum() { cut -d' ' -f1 "$here/bundle.sha256"; }
bundle_name() { sed 's/^[^ ]* *//' "$here/bundle.sha256"; }
is_installed() { [ -f "$marker" ] && [ "$(cat "$marker")" = "$(bundle_sum)" ]; }

shorten_log() {
    if [ -f "$log" ] && [ "$(wc -c <"$log")" -gt "$log_limit" ]; then
        tail -c "$((log_limit / 2))" "$log" >"$log.new" && mv "$log.new" "$log"
    fi
}

# Nothing here waits for multi-user.target: on a card without a user it is reached only after a person answers a dialog.
arm() {
    mkdir -p "$units/multi-user.target.wants" || return 1
    put "$units/$unit" <<END || return 1
[Unit]
Description=Install maskwatch from the boot partition
RequiresMountsFor=$here
After=rpi-resize.service systemd-growfs-root.service cloud-init.service cloud-init-network.service

[Service]
Type=exec
ExecStart=/bin/sh $here/first-boot.sh install

[Install]
WantedBy=multi-user.target
END
    ln -sfn "../$unit" "$units/multi-user.target.wants/$unit"
}

disarm() {
    rm -f "$units/multi-user.target.wants/$unit" "$units/$unit"
    systemctl daemon-reload
}

led_shows() {
    [ -w "$led/trigger" ] || return 0
    echo "$1" >"$led/trigger"
    if [ "$1" = timer ]; then
        echo 100 >"$led/delay_on"
        echo 100 >"$led/delay_off"
    fi
}

led_before() { sed -n 's/.*\[\([^]]*\)\].*/\1/p' "$led/trigger" 2>/dev/null; }

show_for() {
    trap 'led_shows "$before"; exit 1' HUP INT TERM
    led_shows "$1"
    sleep "$2" &
    wait "$!"
    led_shows "$before"
}

# Settings count as the board's own unless they are those that an attempt has put there: these can be corrected on the card.
has_own_settings() {
    [ -f "$settings" ] && ! { [ -f "$placed" ] && [ "$(sha256sum <"$settings")" = "$(cat "$placed")" ]; }
}

settings_to_be() { if has_own_settings; then echo "$settings"; else echo "$here/maskwatch.toml"; fi; }

missing_packages() {
    python3 - "$(settings_to_be)" <<'END'
import sys, tomllib
from importlib.util import find_spec
from pathlib import Path

try:
    source = tomllib.loads(Path(sys.argv[1]).read_text("utf-8-sig"))["camera"]["source"]
except (OSError, ValueError, KeyError, TypeError):
    source = "picamera2"
needed = ["numpy", "gpiozero", "lgpio", *(["picamera2"] if source == "picamera2" else [])]
print(*(f"python3-{name}" for name in needed if find_spec(name) is None))
END
}

is_online() {
    waited=0
    while [ -z "$(ip route show default 2>/dev/null)" ]; do
        [ "$waited" -lt "$network_seconds" ] || return 1
        sleep 2
        waited=$((waited + 2))
    done
}

# shellcheck disable=SC2086  # the packages are words
fetch_packages() {
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    # At a first boot the system may be fetching lists of its own, and apt does not wait for them.
    for attempt in 1 2 3; do
        run apt-get -q -o Acquire::Check-Date=false update && break
        [ "$attempt" = 3 ] || sleep "$lock_seconds"
    done
    run apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends $1
}

# The image without a desktop lacks python3-picamera2. Whether that matters is for the installer to find out.
look_for_packages() {
    packages=$(missing_packages)
    [ -n "$packages" ] || return 0
    say "Missing on this system: $packages. Waiting up to $network_seconds s for a network to fetch them from."
    if is_online && fetch_packages "$packages"; then
        say "Installed: $packages."
    else
        say "They could not be fetched. A Raspberry Pi camera needs python3-picamera2;" \
            "without the others nothing works." \
            "Connect the board to a network and switch it off and on: it tries again." \
            "Or log in and run: sudo apt install --no-install-recommends $packages"
    fi
}

place_settings() {
    [ -f "$here/maskwatch.toml" ] || return 0
    if has_own_settings; then
        say "Kept the settings that are in $settings."
        return 0
    fi
    put "$settings" <"$here/maskwatch.toml" && sha256sum <"$here/maskwatch.toml" | put "$placed"
}

describe_board() {
    model=$(tr -d '\0' </proc/device-tree/model 2>/dev/null || uname -m)
    system=$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' "$root/etc/os-release" 2>/dev/null)
    free=$(df -Pm "$root/" | awk 'NR == 2 { print $4 }')
    say "$(bundle_name) on ${model}, ${system:-an unknown system}, $(uname -r), $free MB free."
}

unpack() {
    if ! (cd "$here" && run sha256sum -c bundle.sha256); then
        say "The bundle is damaged: flash the card again with maskwatch-export flash."
        return 1
    fi
    # Not /tmp, which is memory on newer systems. What a power cut leaves in this place the next boot removes
    # (tmpfiles.conf).
    if ! { mkdir -p "$root/opt/maskwatch" && work=$(mktemp -d "$root/opt/maskwatch/bundle-XXXXXXXX") &&
        run tar --no-same-owner --no-same-permissions -xf "$here/$(bundle_name)" -C "$work"; }; then
        say "The bundle could not be unpacked below $root/opt/maskwatch."
        return 1
    fi
}

place_trusted_keys() {
    if [ -f "$here/trusted_keys" ] && [ ! -e "$trusted" ]; then put "$trusted" <"$here/trusted_keys"; fi
}

# Where the board trusts keys, the bundle's own installer is not run before one of them has vouched for it.
check_signature() {
    grep -qs '^[[:space:]]*[^#[:space:]]' "$trusted" || return 0
    sed -n '/^[[:space:]]*#/d; /[^[:space:]]/s/^[[:space:]]*/maskwatch namespaces="maskwatch-bundle" /p' "$trusted" |
        put "$work.signers"
    run sh -c 'ssh-keygen -Y verify -f "$1.signers" -I maskwatch -n maskwatch-bundle -s "$1/manifest.json.sig" \
        <"$1/manifest.json"' sh "$work"
    signed=$?
    rm -f "$work.signers"
    [ "$signed" = 0 ] || say "No key in $trusted has signed the bundle: make it with maskwatch-export bundle --sign KEY."
    return "$signed"
}

install_bundle() {
    describe_board
    look_for_packages
    unpack || return 1
    place_trusted_keys && check_signature || return 1
    place_settings || return 1
    run timeout 1800 python3 "$work/install.py" --root "${root:-/}" || return 1
    bundle_sum | put "$marker" && sync
}

give_up() {
    clear_work
    say "FAILED. The lines above say why. It is tried again at the next boot."
    show_for timer "$failure_seconds"
    exit 1
}

install() {
    shorten_log
    before=$(led_before)
    trap 'clear_work; led_shows "$before"; say "Interrupted. It is tried again at the next boot."; exit 1' HUP INT TERM
    if is_installed; then
        say "$(bundle_name) is installed already."
        disarm
        return 0
    fi
    led_shows heartbeat
    install_bundle || give_up
    clear_work
    rm -f "$placed"
    disarm
    say "Installed."
    show_for default-on "$success_seconds"
}

case ${1:-} in
arm | start)
    is_installed && exit 0
    if ! arm; then
        say "FAILED: $units cannot be written, so nothing is installed."
        exit 1
    fi
    say "$(bundle_name) is to be installed."
    [ "$1" = arm ] || { systemctl daemon-reload && systemctl start --no-block "$unit"; }
    ;;
install) install ;;
*)
    echo "usage: first-boot.sh arm|start|install" >&2
    exit 2
    ;;
esac
