# Two commands do everything: make figures, make test. The first run of either installs.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: figures test lab handout bench validate lock

figures: $(VENV)/installed
	$(RUN) -m toolkit figures

test: $(VENV)/installed
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m pytest

lab: $(VENV)/installed
	$(VENV)/bin/jupyter lab --notebook-dir=notebooks

handout: $(VENV)/installed
	$(RUN) -m toolkit handout

bench: $(VENV)/installed
	$(RUN) tests/bench/bench.py

validate: $(VENV)/installed
	$(RUN) tests/validation/validate.py

# The lock is made by uv, from pyproject.toml, for every platform and Python from 3.11 on.
lock:
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --output-file requirements.lock

$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; this is ' + sys.version.split()[0] + '. Say make PYTHON=python3.12, for example.' or 0)"
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
