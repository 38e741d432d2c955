# The commands of this project; `make` alone lists them.
# Two matter: `make demo` (everything running, with fictional cases) and `make test`.

PORT ?= 8000
JOBS ?= 2
ARGS ?=
BIN  := .venv/bin

# The wheel with redis-server is built for Python 3.11 and 3.12, so those are looked for first.
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python3.13 python3.14 python; do \
	  "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && echo "$$p" && break; done)

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	   --no-emit-index-url --custom-compile-command "make lock"

.PHONY: help install install-dev demo test chaos fuzz sbom audit lint lint-quick format types browser machines bench lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

# -- environment ----------------------------------------------------------------------------

install: .venv/requirements.txt ## make .venv from the hash-locked requirements (nothing to do when unchanged)

install-dev: .venv/requirements-dev.txt ## the same, with what tests and checks need

.venv/bin/python:
	@py="$(PYTHON)"; if [ -z "$$py" ]; then \
	  echo "Python 3.11 or newer, with its venv module, is needed; found: $$(python3 --version 2>&1)." >&2; \
	  echo "Debian, Ubuntu: apt-get install python3 python3-venv. Or: make PYTHON=/path/to/python3.12" >&2; \
	  exit 1; fi; \
	echo "making .venv with $$($$py --version)"; "$$py" -m venv .venv

# A stamp is a copy of the lock that was installed: a newer file with the same text costs nothing.
.venv/requirements.txt: requirements.txt | .venv/bin/python
	@cmp -s $< $@ || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@cp $< $@
	@$(BIN)/python -m enforcement.programs

.venv/requirements-dev.txt: requirements-dev.txt | .venv/bin/python
	@cmp -s $< $@ || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@cp $< $@
	@cp requirements.txt .venv/requirements.txt
	@$(BIN)/python -m enforcement.programs

browser: install-dev ## see to a Chromium (and a Chinese font) for the browser tests
	@$(BIN)/python tests/browser/chromium.py --install

machines: install-dev ## see to the programs that tests of several machines start
	@$(BIN)/python tests/machines/programs.py --install

lock: install-dev ## resolve the requirements anew and write both lock files
	$(BIN)/$(COMPILE) requirements.in --output-file requirements.txt
	$(BIN)/$(COMPILE) requirements-dev.in --output-file requirements-dev.txt

# -- running --------------------------------------------------------------------------------

demo: install ## run everything with fictional cases; PORT=8000 unless told otherwise, Ctrl-C stops all
	@DEMO=1 PORT=$(PORT) exec $(BIN)/python manage.py demo $(ARGS)

bench: install ## measure (SIZE=M), one JSON line per figure
	@$(BIN)/python manage.py bench $(if $(SIZE),--size $(SIZE)) $(ARGS)

# -- checking -------------------------------------------------------------------------------

chaos: install-dev ## kill every part under 50 writers, again and again; MINUTES=10
	@CHAOS_MINUTES=$(or $(MINUTES),10) timeout 900 $(BIN)/python -m pytest -q -n 0 tests/chaos $(ARGS)

test: install-dev browser machines ## every test; ARGS="-k word" for some
	@CHROMIUM="$$($(BIN)/python tests/browser/chromium.py 2>/dev/null)" \
	  $(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile $(ARGS)

fuzz: install-dev ## ask every operation and every form FUZZ=100 times: all that is allowed and forbidden
	@FUZZ=$(or $(FUZZ),100) $(BIN)/python -m pytest -q -n $(JOBS) --dist load tests/api/test_fuzz.py tests/fuzz $(ARGS)

sbom: install-dev ## write what the system is made of (CycloneDX) to var/sbom/
	@$(BIN)/python -m tools.supply.sbom --output var/sbom/enforcement-court.cdx.json

audit: install-dev ## look our parts up in a copy of OSV: ADVISORIES=DIR
	@ADVISORIES="$(ADVISORIES)" $(BIN)/python -m tools.supply.audit $(ARGS)

lint: lint-quick types ## style, types, import contracts, system checks, missing migrations

lint-quick: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	TESTING=1 $(BIN)/python manage.py check
	TESTING=1 $(BIN)/python manage.py makemigrations --check --dry-run

types: install-dev
	$(BIN)/mypy

format: install-dev ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove caches and .venv; data under var/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
