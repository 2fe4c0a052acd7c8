# Yusuan (预算): every task of the project. `make help` lists them.
export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := 1
export DAGSTER_HOME := $(CURDIR)/.dagster
PYTHON ?= python3.11
VENV := .venv
RAW ?=
JOBS ?=

.DEFAULT_GOAL := help

$(VENV)/.installed: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	UV_COMPILE_BYTECODE=1 $(VENV)/bin/uv pip install --quiet --require-hashes --python $(VENV)/bin/python -r requirements.txt
	touch $@
