# make app     the app, on http://localhost:8501
# make test    every check: style, types, tests, the wheel, a real browser
# make lint    of these, style and types alone; make unit: tests without a browser
# make wheel   a wheel and a source distribution, in dist
# make ray     the tests that begin Ray, which it installs
# make lowest  the tests with the lowest versions that pyproject.toml allows; make newest: the newest
# make audit   the versions of constraints.txt among the known vulnerabilities; AUDIT=--required fails
#              where these cannot be reached
# make docs    what docs/architecture.md shows of the code, made again
# make drawings  the committed pictures of figures that tests compare with, drawn again
# make screenshots  the pictures of the pages in docs/pictures, taken again
# make fuzz    100,000 hostile texts, links, settings, records, model and run folders, command lines,
#              each subject counted; SEED=… tries the same ones again, CASES=… is how many in all
# make hooks   lint before every commit
# All make their own environment first (in .venv) and reuse it until a requirement changes.

PYTHON ?= python3
PORT ?= 8501
VENV ?= .venv
CONSTRAINTS ?= constraints.txt

BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint $(CONSTRAINTS)
TORCH = $(or $(shell sed -n 's/^\(torch==[0-9.]*\).*/\1/p' $(CONSTRAINTS)),torch)

# Three processes on two cores, because a test of a page waits for half of its time: each with whole
# files, the longest first; what they start gets one core, so that threads do not wait for each other.
PYTEST = $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder
test unit browser ray: export OMP_NUM_THREADS := 1
# What is compiled once is there for the next run, whatever a person has set for everything else.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: app test lint unit browser ray wheel lowest newest audit docs drawings screenshots fuzz hooks clean

app: $(VENV)/app.stamp
	$(BIN)/influence-patterns app --port $(PORT)

test: lint
	$(call with_chromium,-m "not ray",$(PYTEST) -m "not browser and not ray")

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(VENV)/test.stamp
	$(PYTEST) -m "not browser and not ray"

browser: $(VENV)/test.stamp
	$(call with_chromium,-m browser,true)

# All tests with these options where there is a Chromium, else what is said instead.
define with_chromium
	chromium="$$(.ci/chromium)" && \
	if [ -n "$$chromium" ]; then CHROMIUM="$$chromium" $(PYTEST) $(1); \
	else $(2) && echo "SKIPPED: the browser tests, because there is no Chromium (see above)."; fi
endef

# By themselves: Ray is 200 MB, begins in half a minute, and each test begins it anew.
ray: $(VENV)/test.stamp
	$(PIP) --editable ".[ray]"
	$(BIN)/python -m pytest -m ray

# The wheel is made from the source distribution, so that both are known to be whole.
wheel: $(VENV)/test.stamp
	rm -rf dist
	$(BIN)/python -m hatchling build --target sdist
	mkdir dist/source && tar -xzf dist/*.tar.gz --strip-components 1 -C dist/source
	cd dist/source && $(abspath $(BIN))/python -m hatchling build --target wheel --directory ..
	rm -r dist/source

lowest newest:
	$(PYTHON) .ci/constraints $@ > .constraints-$@.txt
	$(MAKE) unit VENV=.venv-$@ CONSTRAINTS=.constraints-$@.txt

audit:
	@$(PYTHON) .ci/audit $(AUDIT)

docs: $(VENV)/test.stamp
	$(BIN)/python -m docs.architecture

drawings: $(VENV)/test.stamp
	$(BIN)/python -m tests.figures.drawings

screenshots: $(VENV)/test.stamp
	CHROMIUM="$$(.ci/chromium)" OMP_NUM_THREADS=1 $(BIN)/python -m docs.screenshots

fuzz: $(VENV)/test.stamp
	$(BIN)/python -m tests.fuzz $(if $(SEED),--seed $(SEED)) $(if $(CASES),--cases $(CASES))

hooks: $(VENV)/test.stamp
	$(BIN)/pre-commit install

# PyTorch comes first and alone, so that nothing else decides which build it is: the small one for
# processors where one is offered, else what the platform gets.
$(VENV)/app.stamp: pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@echo "Installing, once; this takes a few minutes …"
	$(PIP) "$(TORCH)+cpu" 2>/dev/null || $(PIP) "$(TORCH)"
	$(PIP) --editable .
	touch $@

$(VENV)/test.stamp: $(VENV)/app.stamp
	$(PIP) --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) .venv-* .constraints-* dist .mypy_cache .ruff_cache .pytest_cache
