# `make reports` and `make test` each work as the first command on a fresh machine with Python 3.11 or newer and make.
# Another Python: make PYTHON=python3.13. The full texts of the plans, for those who have them: make check LANTIAN_SOURCES=DIR

PYTHON ?= python3
BIN := .venv/bin

.PHONY: reports test lab check lint bench soak clean distclean lock stale

# Render every notebook into reports/.
reports: .venv/.installed
	$(BIN)/lantian render

# Check the data and the code's form, then run all tests, side by side where there is more than one processor.
test: check lint
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Open JupyterLab on notebooks/.
lab: .venv/.installed
	$(BIN)/python -m jupyterlab --LabApp.default_url=/lab/tree/notebooks

# Check the data, and the evidence too where LANTIAN_SOURCES says where the texts are.
check: .venv/.installed
	$(BIN)/lantian check
	$(if $(LANTIAN_SOURCES),$(BIN)/lantian verify --sources "$(LANTIAN_SOURCES)")

# Hold the code against the rules of ruff: errors, habits, form.
lint: .venv/.installed
	$(BIN)/python -m ruff check lib tests benchmarks
	$(BIN)/python -m ruff format --check lib tests benchmarks

# Measure against the floor and the peers, which it installs into a scratch folder; writes benchmarks/README.md.
bench: .venv/.installed
	$(BIN)/python benchmarks/bench.py

# The long fault tests: kills at every moment, pairs of renders at once, a full disk and a read-only one (as root).
soak: .venv/.installed
	$(BIN)/python -m pytest -m "soak or not soak" tests/soak.py
	$(BIN)/python -m pytest -m soak tests

# Remove what was generated; reports/figures/*.svg are committed and stay.
clean:
	rm -rf reports/assets reports/.lantian
	rm -f reports/*.html reports/figures/*.png reports/figures/*.csv

# Remove the environment and the caches too.
distclean: clean
	rm -rf .venv .pytest_cache .hypothesis build lib/*.egg-info

# A checkout that was moved, or whose Python is gone, needs a new .venv.
STALE := $(shell { $(BIN)/python -S -c '' && [ "$$(cat .venv/.installed)" = "$$(pwd -P)" ]; } 2>/dev/null || echo stale)

# Written last, so that a .venv whose making was interrupted is made anew.
.venv/.installed: requirements.lock pyproject.toml $(STALE)
	@rm -rf .venv
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "There is no command '$(PYTHON)': install Python 3.11 or newer, or name another: make PYTHON=python3.13." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "'$(PYTHON)' is older than Python 3.11: install Python 3.11 or newer, or name another: make PYTHON=python3.13." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: install its venv module (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@echo "Installing the packages of requirements.lock into .venv (once; a minute or two) ..."
	@"$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock || { \
	  echo "Not installed: see the lines above. The lock was made for Python 3.11 to 3.14; to use another: make PYTHON=python3.13." >&2; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
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
