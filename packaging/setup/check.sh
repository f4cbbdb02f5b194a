#!/usr/bin/env bash
# check.sh - format, lint, types, import contracts, translations; runs them all and says which failed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

sources="core gui resources packaging tests"
failed=()
check() {
    local name=$1
    shift
    echo "== $name"
    "$@" || failed+=("$name")
}
# shellcheck disable=SC2086  # a list of words is meant
{
    check format .venv/bin/ruff format --check $sources
    check lint .venv/bin/ruff check $sources
}
check types .venv/bin/mypy
check contracts .venv/bin/lint-imports --no-logo
check translations .venv/bin/python packaging/catalogues.py lint --complete hi

[ ${#failed[@]} = 0 ] || { echo "make check: failed: ${failed[*]}" >&2; exit 1; }
echo "make check: all is well"
