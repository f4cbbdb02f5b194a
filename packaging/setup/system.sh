#!/usr/bin/env bash
# system.sh run|test - see to it that the system's libraries and servers for that job are there.
set -euo pipefail
cd "$(dirname "$0")"
. ./packages.sh

case ${1:-} in
    run)
        packages=$QT_PACKAGES
        [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || packages="$packages $QT_WINDOW_PACKAGES"
        ;;
    test) packages="$QT_PACKAGES $QT_WINDOW_PACKAGES $TEST_PACKAGES" ;;
    *) echo "usage: system.sh run|test" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086  # a list of words is meant
exec ./apt.sh "make $1" $packages
