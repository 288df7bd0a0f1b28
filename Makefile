# `make demo` and `make test` do all the set-up: they need Python 3.11 or newer, git and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# One more than processors: tests of a service wait for other processes much of their time.
WORKERS ?= $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")

# Tests and figures start unleak hundreds of times: it must not be compiled anew each time, as users do not either.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test tests lint format docs site screens bench-scan bench-standin bench-respond bench-reach bench-investigate bench-review bench-purge bench-service bench-pages bench-pushes oracle incidents drills race crash workers aws-cli fuzz fuzz-api lock dist dist-check sbom clean

help:
	@echo "make demo    a key is leaked, abused, found, contained and proven contained, on an embedded AWS"
	@echo "make test    lint, types, the import contract and every test"
	@echo "make lint    only the first three"
	@echo "make tests   only the last"
	@echo "make format  mend what ruff and its formatter can"
	@echo "make docs    write docs/reference from what the code declares, and the page of licences"
	@echo "make site    build/site, the documentation to read in a browser: whatever is amiss with it fails"
	@echo "make screens write docs/screens: pictures of the pages, in Chromium"
	@echo "make bench-scan REPOS='PATH ...' TREES='PATH ...'   beside other scanners; see bench/README.md"
	@echo "make bench-standin   how fast the embedded AWS starts, answers and decides"
	@echo "make bench-respond   from the alert to the quarantine: seconds and calls of AWS"
	@echo "make bench-reach     how far a key reaches, in an account of 1,000 users and roles"
	@echo "make bench-investigate   two million events: the first answer, the whole one, asked again; beside DuckDB and dredge"
	@echo "make bench-review    an organisation of 20 accounts in 17 regions: time, calls, calls throttled, peak memory"
	@echo "make bench-purge     a history of 50,000 commits rewritten and proven; beside git-filter-repo alone"
	@echo "make bench-service   alerts a second while it is killed, from a push to the quarantine, ten thousand bad requests"
	@echo "make bench-pages     ten thousand incidents, a large one, two hundred who watch while keys are contained"
	@echo "make bench-pushes    a simulation: what looking at so many pushes a second takes"
	@echo "make incidents   a thousand generated incidents of known truth: every credential found, nobody blamed (10 min)"
	@echo "make drills  every technique of the library played on the embedded AWS, and the score (5 min)"
	@echo "make race    a hundred races against an attacker who removes denies (half an hour)"
	@echo "make crash   every playbook killed at every boundary and change (an hour; EVERY=3: a third of them)"
	@echo "make workers three hundred incidents, three workers, two of them killed, on both databases"
	@echo "make oracle  our IAM evaluator beside an independent one, over random policies"
	@echo "make aws-cli the AWS CLI against the embedded AWS"
	@echo "make fuzz    the scanner, fed with what nobody would write, for five minutes"
	@echo "make fuzz-api   the service's API against its own description, by schemathesis"
	@echo "make lock    write constraints.txt anew: all extras, for every Python and system; UPGRADE=1 takes the newest"
	@echo "make dist    sdist and wheel of this commit, in dist"
	@echo "make dist-check   the same bytes when built twice, and the wheel works in a fresh environment"
	@echo "make sbom    dist/unleak.cdx.json: what unleak and all its extras bring along"
	@echo "make clean   remove the virtual environment and what was built"

demo: $(VENV)/.standin
	$(BIN)/unleak demo

test: lint tests

tests: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --durations 30 --durations-min 10

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

screens: $(VENV)/.dev
	UNLEAK_TEST_SCREENS=$(CURDIR)/docs/screens $(BIN)/python -m pytest tests/web/test_in_a_browser.py

docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py
	$(BIN)/python ci/licences.py

# Anew each time: what was read before is not warned of again.
site: $(VENV)/.dev
	rm -rf build/site build/doctrees
	$(BIN)/python -m sphinx -W --keep-going -q -j auto -c docs/site -d build/doctrees . build/site
	@echo "open build/site/index.html"

bench-scan: $(VENV)/.dev
	$(BIN)/python bench/scan.py $(foreach r,$(REPOS),--repo $(r)) $(foreach t,$(TREES),--tree $(t)) $(BENCH)

bench-standin: $(VENV)/.dev
	$(BIN)/python bench/standin.py

bench-respond: $(VENV)/.dev
	$(BIN)/python bench/respond.py $(BENCH)

bench-reach: $(VENV)/.dev
	$(BIN)/python bench/reach.py $(BENCH)

bench-investigate: $(VENV)/.dev
	$(BIN)/python bench/investigate.py $(BENCH)

bench-review: $(VENV)/.dev
	$(BIN)/python bench/review.py $(BENCH)

bench-purge: $(VENV)/.dev
	$(BIN)/python bench/purge.py $(BENCH)

bench-service: $(VENV)/.dev
	$(BIN)/python bench/service.py $(BENCH)

bench-pushes: $(VENV)/.dev
	$(BIN)/python bench/pushes.py $(BENCH)

bench-pages: $(VENV)/.dev
	$(BIN)/python bench/pages.py $(BENCH)

incidents: $(VENV)/.dev
	PYTHONPATH=tests:tests/investigate $(BIN)/python tests/investigate/test_chain.py $(SEEDS)

drills: $(VENV)/.standin
	$(BIN)/unleak drill --all

race: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python tests/race_world.py $(RACE)

crash: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python tests/crash_world.py $(EVERY)

workers: $(VENV)/.dev
	UNLEAK_TEST_INCIDENTS=300 $(BIN)/python -m pytest tests/engine/test_workers.py

# The other evaluator lives in an environment of its own: it is no dependency of ours.
oracle:
	test -x $(VENV)-oracle/bin/python || $(PYTHON) -m venv $(VENV)-oracle
	$(VENV)-oracle/bin/python -m pip install -q --disable-pip-version-check ministack==1.5.33
	PYTHONPATH=src $(VENV)-oracle/bin/python tests/oracle.py $(ORACLE)

# The AWS CLI pins a botocore of its own.
aws-cli: $(VENV)/.dev
	test -x $(VENV)-aws-cli/bin/python || $(PYTHON) -m venv $(VENV)-aws-cli
	$(VENV)-aws-cli/bin/python -m pip install -q --disable-pip-version-check awscli
	UNLEAK_AWS_CLI=$(VENV)-aws-cli/bin/aws $(BIN)/python -m pytest -n auto tests/aws_cli.py

fuzz: $(VENV)/.dev
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt atheris
	$(BIN)/python tests/fuzz_scan.py -max_total_time=300 -rss_limit_mb=2048

fuzz-api: $(VENV)/.dev
	test -x $(VENV)-schemathesis/bin/st || $(PYTHON) -m venv $(VENV)-schemathesis
	$(VENV)-schemathesis/bin/python -m pip install -q --disable-pip-version-check schemathesis==4.32.5
	PYTHONPATH=tests $(BIN)/python tests/api_fuzz.py $(abspath $(VENV)-schemathesis/bin/st) --max-examples 50

lock: $(VENV)-release/.tools
	$(VENV)-release/bin/uv pip compile -q --universal --python-version 3.11 --all-extras $(if $(UPGRADE),--upgrade) --no-annotate \
	  --no-emit-index-url --custom-compile-command 'make lock' -o constraints.txt pyproject.toml ci/release.in

dist: $(VENV)-release/.tools
	bash ci/dist.sh $(abspath $(VENV))-release/bin/python dist

dist-check: $(VENV)-release/.tools
	bash ci/dist-check.sh $(VENV)-release/bin/python

sbom: $(VENV)-release/.tools
	bash ci/sbom.sh $(abspath $(VENV))-release/bin dist/unleak.cdx.json

clean:
	rm -rf $(VENV) bench/.venv $(VENV)-release $(VENV)-oracle $(VENV)-aws-cli $(VENV)-schemathesis build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "unleak needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)-release/.tools: ci/release.in constraints.txt
	test -x $(VENV)-release/bin/python || $(PYTHON) -m venv $(VENV)-release
	$(VENV)-release/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -r ci/release.in
	@touch $@

$(VENV)/.standin: $(VENV)/.python pyproject.toml constraints.txt
	@echo "installing what constraints.txt pins into $(VENV): a few minutes, once"
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[standin]'
	@touch $@

$(VENV)/.dev: $(VENV)/.python pyproject.toml constraints.txt
	@echo "installing what constraints.txt pins into $(VENV): a few minutes, once"
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[standin,dev]'
	@touch $@
