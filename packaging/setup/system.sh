#!/usr/bin/env bash
# system.sh run|test|package|test-package - see to it that the system's libraries and servers for that job are there.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=packages.sh
. ./packages.sh

case ${1:-} in
    run)
        packages=$QT_PACKAGES
        [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || packages="$packages $QT_WINDOW_PACKAGES"
        ;;
    test) packages="$QT_PACKAGES $QT_WINDOW_PACKAGES $TEST_PACKAGES" ;;
    package | test-package)
        packages="$QT_PACKAGES $QT_WINDOW_PACKAGES $PACKAGE_PACKAGES"
        [ "$1" = package ] || packages="$packages $PACKAGE_TEST_PACKAGES"
        # The system's Python is linked into its program, the bundle needs it as a library; pipx needs its venv.
        version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2] if sys.base_prefix == "/usr" else "")')
        if [ -n "$version" ]; then
            packages="$packages libpython$version"
            [ "$1" = package ] || packages="$packages python$version-venv"
        fi
        ;;
    *) echo "usage: system.sh run|test|package|test-package" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086  # a list of words is meant
exec ./apt.sh "make $1" $packages
