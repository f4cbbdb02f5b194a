#!/usr/bin/env bash
# make_dmg.sh - sign dist/Mailoscope.app and put it into a disk image.  Not yet run.
#
#   SIGNING_IDENTITY   "Developer ID Application: ..." (without it: an ad-hoc signature, for this machine alone)
#   NOTARY_PROFILE     a profile of `xcrun notarytool store-credentials` (without it: not notarised)
set -euo pipefail
cd "$(dirname "$0")/../.."

app=dist/Mailoscope.app
version=$(/usr/libexec/PlistBuddy -c 'Print :CFBundleShortVersionString' "$app/Contents/Info.plist")
image=dist/mailoscope-$version-macos-$(uname -m).dmg

# Anew, because the licence texts were put in after PyInstaller had signed.
options=(--force --deep --sign "${SIGNING_IDENTITY:--}" --entitlements packaging/macos/entitlements.plist)
[ -z "${SIGNING_IDENTITY:-}" ] || options+=(--options runtime --timestamp)
codesign "${options[@]}" "$app"
codesign --verify --deep --strict "$app"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
hdiutil create -volname Mailoscope -srcfolder "$folder" -fs HFS+ -format UDZO -ov "$image"

if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
echo "$image"
