# Two commands for a newcomer (optimize, test) and the developer's own (check, schema, sample).
PYTHON ?= python3
BIN := .venv/bin
SCENARIO ?= meta-2025

.PHONY: optimize test check lint schema sample clean

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

optimize: .venv/ready  ## Plan the shipped reference case and say where the report is.
	$(BIN)/plan optimize $(SCENARIO)

test: .venv/ready  ## Run every test.
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test  ## The gate: format, lint, types, layers, tests.

schema: .venv/ready  ## Write the JSON Schemas that editors use.
	$(BIN)/plan schema --out docs/reference/schema

SAMPLE := build/sample
sample: .venv/ready  ## Make the committed run of reports/sample again.
	rm -rf $(SAMPLE)
	$(BIN)/plan optimize first-light --out $(SAMPLE) -q
	mkdir -p reports/sample
	rm -f reports/sample/*.csv
	cp $(SAMPLE)/report.html $(SAMPLE)/plan.yaml $(SAMPLE)/*.csv reports/sample/
	$(BIN)/plan report $(SAMPLE) --format md --out reports/sample/report.md --force -q
	rm -rf $(SAMPLE)

clean:
	rm -rf .venv build dist
