# `make reports` and `make test` each work as the first command on a fresh machine with Python 3.11 or newer and make.
# Another Python: make PYTHON=python3.13. The full texts of the plans, for those who have them: make check LANTIAN_SOURCES=DIR

PYTHON ?= python3
BIN := .venv/bin
# A .venv that make made has a mark, from its beginning; another, as from the commands in README.md, is used and never removed.
MADE := [ ! -L .venv ] && { [ ! -e .venv ] || [ -e .venv/.by-make ] || [ -e .venv/.installed ]; }
ENVIRONMENT := $(shell $(MADE) && echo .venv/.installed || echo others)
PIP := --disable-pip-version-check --root-user-action=ignore

.PHONY: reports test lab check lint bench soak clean distclean lock stale others

# Render every notebook into reports/.
reports: $(ENVIRONMENT)
	$(BIN)/lantian render
	@echo "Open $(CURDIR)/reports/index.html"

# Check the data and the code's form, then run the tests, side by side where there is more than one processor. With
# THOROUGH=yes, as the gate has it, also those that take long and seldom find what the others do not.
test: check lint
	$(BIN)/python -m pytest $(if $(THOROUGH),-m "not soak") --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Open JupyterLab on notebooks/, with the command lantian in its terminals; these are no login shells, which would set
# another PATH. Root is let in only where it asks.
lab: $(ENVIRONMENT)
	@echo "Open the address that JupyterLab prints (http://localhost:...), where no browser opens by itself; Control-C ends it."
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m jupyterlab --LabApp.default_url=/lab/tree/notebooks \
	  --ServerApp.terminado_settings="shell_command=$${SHELL:-/bin/sh}" $$([ "$$(id -u)" -ne 0 ] || echo --allow-root)

# Check the data, and the evidence too where LANTIAN_SOURCES says where the texts are.
check: $(ENVIRONMENT)
	$(BIN)/lantian check
	$(if $(LANTIAN_SOURCES),$(BIN)/lantian verify --sources "$(LANTIAN_SOURCES)")

# Hold the code against the rules of ruff: errors, habits, form.
lint: $(ENVIRONMENT)
	$(BIN)/python -m ruff check lib tests benchmarks
	$(BIN)/python -m ruff format --check lib tests benchmarks

# Measure against the floor and the peers, which it installs into a scratch folder; writes benchmarks/README.md.
bench: $(ENVIRONMENT)
	$(BIN)/python benchmarks/bench.py

# The long fault tests: kills at every moment, pairs of renders at once, a full disk and a read-only one (as root).
# Where LANTIAN_CORPUS names a folder of other people's notebooks, their outputs are compared with stock Jupyter's too.
soak: $(ENVIRONMENT)
	$(BIN)/python -m pytest -m "soak or not soak" tests/soak.py
	$(BIN)/python -m pytest -m "soak or thorough" tests
	$(if $(LANTIAN_CORPUS),$(BIN)/python -W ignore tests/corpus.py "$(LANTIAN_CORPUS)")

# Remove what was rendered into reports/, and nothing else; reports/figures/*.svg are committed and stay.
clean:
	@PYTHONPATH=lib "$$([ -x $(BIN)/python ] && echo $(BIN)/python || echo "$(PYTHON)")" -m lantian.site.publish reports

# Remove the environment, if make made it, and the caches too.
distclean: clean
	@if $(MADE); then rm -rf .venv; else echo "This .venv was not made by make, and stays."; fi
	rm -rf .pytest_cache .hypothesis build lib/*.egg-info

others:
	@$(BIN)/python -c 'import lantian' 2>/dev/null || { \
	  echo "There is a .venv that make did not make, without Lantian: finish it as README.md says, or move it away." >&2; exit 1; }

# A checkout that was moved, or whose Python is gone, needs a new .venv.
STALE := $(shell { $(BIN)/python -S -c '' && [ "$$(cat .venv/.installed)" = "$$(pwd -P)" ]; } 2>/dev/null || echo stale)

# Written last, so that a .venv whose making was interrupted is made anew.
.venv/.installed: requirements.lock pyproject.toml $(STALE)
	@$(MADE) && rm -rf .venv
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "There is no command '$(PYTHON)': install Python 3.11 or newer, or name another: make PYTHON=python3.13." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "'$(PYTHON)' is older than Python 3.11: install Python 3.11 or newer, or name another: make PYTHON=python3.13." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: install its venv module (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@echo "Installing the packages of requirements.lock into .venv (once; a minute or two) ..."
	@mkdir .venv && touch .venv/.by-make
	@"$(PYTHON)" -m venv .venv
	@{ $(BIN)/python -m pip install $(PIP) --require-hashes -r requirements.lock || touch .venv/.failed; } | { n=0; \
	  while read -r word _; do case "$$word" in \
	    Collecting|Processing) n=$$((n + 1)); [ $$((n % 20)) -ne 0 ] || echo "  $$n of $$(grep -c == requirements.lock) packages fetched ...";; \
	    Installing) echo "  putting them into place ...";; \
	  esac; done; }
	@[ ! -e .venv/.failed ] || { \
	  echo "Not installed: see the lines above. The lock was made for Python 3.11 to 3.14; to use another: make PYTHON=python3.13." >&2; exit 1; }
	@$(BIN)/python -m pip install -qq $(PIP) --no-deps --no-build-isolation -e .
	@pwd -P > $@

stale: ;

# Write requirements.lock from pyproject.toml. What is locked stays, as far as pyproject.toml allows; for newer versions:
# make lock LOCK_FLAGS=--upgrade. One version of each package for every Python and system, and ready-built files only,
# because building one would fetch tools without hashes.
lock:
	@scratch="$$(mktemp -d)" && trap 'rm -rf "$$scratch"' EXIT && \
	"$(PYTHON)" -m venv "$$scratch" && "$$scratch/bin/python" -m pip install -qq --disable-pip-version-check uv && \
	"$$scratch/bin/uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --only-binary :all: --emit-build-options --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  --extra test --group build $(LOCK_FLAGS) pyproject.toml -o requirements.lock
