#!/usr/bin/env bash
# What unleak and all its extras bring along, as CycloneDX: of what constraints.txt pins, installed where nothing else is.
# sbom.sh BIN FILE, where BIN has `uv` and `cyclonedx-py`.
set -euo pipefail
bin=$1 file=$2
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$bin/uv" venv -q --python "$bin/python" "$work/all"
"$bin/uv" pip install -q --python "$work/all/bin/python" -c constraints.txt -r pyproject.toml --extra all
mkdir -p "$(dirname "$file")"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) "$bin/cyclonedx-py" environment --pyproject pyproject.toml \
  --output-reproducible --output-file "$file" "$work/all/bin/python"
