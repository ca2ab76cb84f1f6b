# Everything a person or a pipeline runs. Each target sets up .venv first, from requirements.lock, by hash.
PYTHON ?= python3
CLOUD  ?= local
BIN    := .venv/bin

.PHONY: demo test clients lint record bench picture lock clean

demo: .venv/ready
	$(BIN)/azserve demo

test: .venv/ready
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report= $(ARGS)
	$(BIN)/python -m coverage report --skip-covered --fail-under=90

# Somebody else's clients against the local Azure; their environments are built below .clients once, or this fails.
clients: .venv/ready
	AZSERVE_CLIENTS=required $(BIN)/python -m pytest tests/clients -m clients -n 2 --dist loadfile $(ARGS)

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Re-records every cassette: CLOUD=local against the embedded Azure, CLOUD=public against a subscription of yours.
record: .venv/ready
	AZSERVE_RECORD_CLOUD=$(CLOUD) $(BIN)/python -m pytest tests/contract -m vcr --record-mode=rewrite

bench: .venv/ready
	$(BIN)/python -m benchmarks

# Redraws docs/demo.svg from a real run.
picture: .venv/ready
	$(BIN)/python docs/picture.py

# Needs uv; only a maintainer who changes a dependency runs it.
lock:
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" --quiet --output-file requirements.lock

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("azserve needs Python 3.11 or later: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

clean:
	rm -rf .venv .clients build dist .mypy_cache .pytest_cache .ruff_cache .coverage*
