#!/usr/bin/env bash
# Built twice, in other folders and with another umask, sdist and wheel are the same bytes; the sdist makes the same wheel;
# and what is in the wheel works where nothing else of this repository is. dist-check.sh PYTHON
set -euo pipefail
python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(umask 022 && bash ci/dist.sh "$python" "$work/one")
(umask 077 && TMPDIR=$work bash ci/dist.sh "$python" "$work/two")
diff -r "$work/one" "$work/two"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) PIP_CONSTRAINT=$PWD/constraints.txt \
  "$python" -m build --wheel --outdir "$work/again" "$work"/one/*.tar.gz
cmp "$work"/one/*.whl "$work"/again/*.whl

"$python" -m venv "$work/fresh"
"$work/fresh/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt "$work"/one/*.whl
cd "$work"
export UNLEAK_HOME=$work/home PATH=$work/fresh/bin:$PATH
unleak --version
printf 'key = AKIA%s\n' QYLPMN5HHHFPZAM2 >leaked.txt
found=0
unleak scan leaked.txt || found=$?
[ "$found" = 1 ]
unleak detectors >/dev/null
unleak setup policy | python -m json.tool >/dev/null
unleak setup completion fish | grep -q unleak
test -s fresh/share/man/man1/unleak.1
(cd one && sha256sum -- * 2>/dev/null || shasum -a 256 -- *)
echo "the same bytes twice, and the wheel works"
