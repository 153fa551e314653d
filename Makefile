# make app    the app, on http://localhost:8501
# make test   every check: style, types, tests, a real browser
# make fuzz   fifty times as many generated calls of every public function as the checks make
# All make their own environment first (in .venv) and reuse it until a requirement changes.

PYTHON ?= python3
PORT ?= 8501

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
TORCH := $(shell sed -n 's/^\(torch==[0-9.]*\).*/\1/p' requirements.txt)

# Two processes, each with whole files; but a browser and a server take two cores by themselves.
TWICE := --numprocesses 2 --dist loadfile

.PHONY: app test fuzz clean

app: $(VENV)/app.stamp
	$(BIN)/python -m streamlit run app.py --server.address localhost --server.port $(PORT)

test: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	chromium="$$(.ci/chromium)" && \
	$(BIN)/python -m pytest $(TWICE) -m "not browser" && \
	if [ -n "$$chromium" ]; then CHROMIUM="$$chromium" $(BIN)/python -m pytest -m browser; \
	else echo "SKIPPED: the browser tests, because there is no Chromium (see above)."; fi

fuzz: $(VENV)/test.stamp
	EXPLAINER_FUZZ=100000 $(BIN)/python -m pytest tests/test_fuzz.py

# PyTorch comes first and alone, so that nothing else decides which build it is: the small one for
# processors where one is offered, else what the platform gets.
$(VENV)/app.stamp: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@echo "Installing, once; this takes a few minutes …"
	$(PIP) "$(TORCH)+cpu" 2>/dev/null || $(PIP) "$(TORCH)"
	$(PIP) --requirement requirements.txt
	touch $@

$(VENV)/test.stamp: $(VENV)/app.stamp requirements-dev.txt
	$(PIP) --requirement requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
