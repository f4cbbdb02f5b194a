#!/usr/bin/env bash
# environment.sh run|test|package - make or update the checkout's .venv: uv by pip into .tools, the system's Python, uv.lock.
#
#   run    what the window needs to run          test   that and the tools of developers
#   package   an environment of its own, build/environment: Mailoscope's wheel, and PyInstaller
# Nothing outside the checkout changes (but for uv's cache of downloads).
set -euo pipefail
cd "$(dirname "$0")/../.."

stop() { echo "mailoscope: $*" >&2; exit 1; }

command -v python3 > /dev/null || stop "there is no python3; on Debian: sudo apt-get install python3 python3-pip"

# The interpreter itself: no shim of a version manager, not the environment that happens to be active.
UV_PYTHON=$(python3 -c 'import sys; print(getattr(sys, "_base_executable", None) or sys.executable)')
export UV_PYTHON
"$UV_PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "Python 3.11 or later is needed; python3 is $("$UV_PYTHON" -V)"

if [ ! -x .tools/bin/uv ]; then
    "$UV_PYTHON" -m pip --version > /dev/null 2>&1 ||
        stop "python3 has no pip; on Debian: sudo apt-get install python3-pip"
    echo "mailoscope: installing uv into .tools"
    "$UV_PYTHON" -m pip install --quiet --disable-pip-version-check --no-warn-script-location \
        --root-user-action=ignore --target .tools 'uv>=0.9,<1'
fi

case ${1:-} in
    run) what=(--no-default-groups --group i18n --extra gui) ;;
    test) what=(--extra gui) ;;
    package)
        # Apart from .venv, so that nothing of the developers' tools gets into the bundle. The wheel is
        # made anew each time: uv looks at pyproject.toml alone to see whether something has changed.
        echo "mailoscope: bringing build/environment up to date with Python from $UV_PYTHON and the packages of uv.lock"
        UV_PROJECT_ENVIRONMENT=build/environment exec .tools/bin/uv sync --quiet --locked --no-default-groups \
            --group package --extra gui --no-editable --reinstall-package mailoscope
        ;;
    *) stop "usage: environment.sh run|test|package" ;;
esac
[ -d .venv ] || echo "mailoscope: making .venv with Python from $UV_PYTHON and the packages of uv.lock"
# --inexact: after `make test`, `make run` must not throw the developers' tools out again.
.tools/bin/uv sync --quiet --locked --inexact "${what[@]}"
