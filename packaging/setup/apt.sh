#!/usr/bin/env bash
# apt.sh PURPOSE PACKAGE... - see to it that these Debian packages are there, starting no daemon.
#
# Says what it installs.  Without root it names the one line that a root must run, and stops.
# On a system without dpkg it says what is expected and goes on: the packages may be there by another name.
set -euo pipefail

purpose=$1
shift

if ! command -v dpkg-query > /dev/null; then
    echo "mailoscope: no Debian here; $purpose expects what these packages hold: $*" >&2
    exit 0
fi

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

missing=()
for package in "$@"; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
    echo "mailoscope: $purpose needs Debian packages that are not installed. Run this once, then again what you ran:" >&2
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "mailoscope: installing for $purpose: ${missing[*]}"

# invoke-rc.d asks this file; 101 forbids every start.  One that was there comes back, whatever happens.
guard=/usr/sbin/policy-rc.d
restore() {
    rm -f "$guard"
    [ ! -e "$guard.before-mailoscope" ] || mv "$guard.before-mailoscope" "$guard"
}
trap restore EXIT
[ ! -e "$guard" ] || [ -e "$guard.before-mailoscope" ] || mv "$guard" "$guard.before-mailoscope"
printf '#!/bin/sh\nexit 101\n' > "$guard"
chmod 755 "$guard"

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "mailoscope: apt-get could not install ${missing[*]} (its last lines stand above, all of them in $log)" >&2
    exit 1
fi
rm -f "$log"
