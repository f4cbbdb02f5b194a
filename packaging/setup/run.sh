#!/usr/bin/env bash
# run.sh [ARGUMENT...] - the main job: a session with the lab server inside the product, every reply explained.
#
# With a display the window opens on a practice profile; without one the same window runs the session unseen and leaves
# out/report.html, out/session.mailoscope.jsonl and out/window.png.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec .venv/bin/mailoscope --practice submission "$@"
fi
QT_QPA_PLATFORM=offscreen exec .venv/bin/mailoscope --headless --out out "$@"
