# shellcheck shell=bash disable=SC2034
# packages.sh - the Debian packages by what needs them; sourced.

# Qt without a screen, as the wheels of PySide6 are linked.
QT_PACKAGES="libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0"

# A window on X11 (or XWayland).
QT_WINDOW_PACKAGES="libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
    libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0 libx11-xcb1"

# The real servers of the tests: Postfix with Cyrus SASL, a Secret Service on a bus of its own, a screen.
TEST_PACKAGES="postfix sasl2-bin libsasl2-modules dbus dbus-daemon dbus-bin gnome-keyring xvfb"

# A bundle for others: Qt's libraries for Wayland as well, what packs and looks at a Debian package.
PACKAGE_PACKAGES="libwayland-client0 libwayland-cursor0 binutils patchelf dpkg-dev desktop-file-utils appstream lintian"

# A bundle installed and used as a person would: a screen, keys, entries of programs, a Secret Service.
PACKAGE_TEST_PACKAGES="xvfb xdotool libglib2.0-bin shared-mime-info desktop-file-utils dbus dbus-daemon dbus-bin
    gnome-keyring"
