#!/usr/bin/env bash
# Sdist and wheel of the commit that is checked out: of what git holds and of nothing else, at that commit's time.
# dist.sh PYTHON FOLDER, where PYTHON has `build`.
set -euo pipefail
python=$1 into=$2
cd "$(dirname "$0")/.."
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
git archive HEAD | tar -x -C "$tree"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH PIP_CONSTRAINT=$tree/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1
"$python" -m build --outdir "$into" "$tree"
