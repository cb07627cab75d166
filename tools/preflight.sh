#!/bin/sh
# Says plainly which of the tools that the set-up needs are missing; every one, not only the first.
# usage: tools/preflight.sh PYTHON
python=${1:-python3}
missing=0

lacks() {
    [ "$missing" -eq 1 ] || echo "dlcourse cannot be set up yet. Missing:" >&2
    missing=1
    echo "  - $1" >&2
}

if ! command -v "$python" >/dev/null 2>&1; then
    lacks "Python 3.11 or newer ('$python' was not found): install it, or name another: make test PYTHON=python3.12"
elif ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    lacks "Python 3.11 or newer ('$python' is $("$python" -V 2>&1)): install it, or name another: make test PYTHON=python3.12"
elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    lacks "Python's venv module: install it (Debian, Ubuntu: apt install python3-venv)"
fi
command -v git >/dev/null 2>&1 ||
    lacks "git: install it (Debian, Ubuntu: apt install git)"
if ! command -v node >/dev/null 2>&1; then
    lacks "Node.js 20 or newer: install it from your system or from nodejs.org"
elif ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
    lacks "Node.js 20 or newer (found $(node --version)): upgrade it, from your system or from nodejs.org"
fi
command -v npm >/dev/null 2>&1 ||
    lacks "npm: it comes with Node.js (Debian, Ubuntu: apt install npm)"
exit "$missing"
