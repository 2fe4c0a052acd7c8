# Yusuan (预算): every task of the project. `make help` lists them.
#
# Variables: RAW="DIR …" further folders of documents to read, JOBS=N worker processes, PYTHON=… the Python 3.11 to start from.
export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := 1
export DAGSTER_HOME := $(CURDIR)/.dagster
export PYTHONUTF8 := 1
PYTHON ?= python3.11
VENV := .venv
# Superset asks for older versions of much: it has an environment of its own.
SUPERSET := .superset/venv
# Camelot is only measured against: the project never imports it.
BENCH := .bench/venv
RAW ?=
JOBS ?=
TESTS := $(addprefix tests/,unit documents graph faults conventions)
WAREHOUSE ?= warehouse/yusuan.duckdb
DBT_SOURCES := $(filter-out dbt_project/target/% dbt_project/logs/%,$(wildcard dbt_project/*.* dbt_project/*/*.* dbt_project/*/*/*.* dbt_project/*/*/*/*.*))

.DEFAULT_GOAL := help
.PHONY: help setup warehouse exports explorer postgres superset test clients lint bench mutate scans evaluate faults ui notebook docs clean

help: ## List the tasks 列出任务
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: $(VENV)/.installed $(VENV)/bin/yusuan .dagster/dagster.yaml dbt_project/target/manifest.json ## Install everything 安装

$(VENV)/.installed: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	UV_COMPILE_BYTECODE=1 $(VENV)/bin/uv pip install --quiet --require-hashes --python $(VENV)/bin/python -r requirements.txt
	touch $@

# The project is run from where it is: no build, hence no network and no copy that could be out of date.
$(VENV)/bin/yusuan: Makefile $(VENV)/.installed
	echo "$(CURDIR)" > "$$($(VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/yusuan.pth"
	printf '#!%s\nfrom pipeline.cli import main\n\nif __name__ == "__main__":\n    main()\n' "$(CURDIR)/$(VENV)/bin/python" > $@
	chmod +x $@

.dagster/dagster.yaml: pipeline/dagster.yaml
	mkdir -p .dagster
	cp $< $@

# Dagster needs the manifest before it can load the definitions.
dbt_project/target/manifest.json: $(VENV)/.installed $(VENV)/bin/yusuan $(DBT_SOURCES)
	$(VENV)/bin/python -c 'from pipeline.warehouse.transformation import ensure_manifest; ensure_manifest()'
	touch $@

warehouse: setup ## Build warehouse/yusuan.duckdb from raw/ (and RAW="DIR …", which is remembered) 生成数据仓库
	$(VENV)/bin/yusuan build $(if $(RAW),--raw raw $(foreach folder,$(RAW),--raw "$(folder)")) --warehouse $(WAREHOUSE) $(if $(JOBS),--jobs $(JOBS))

exports: setup ## Write all tables as Parquet, CSV and Excel 导出
	$(VENV)/bin/yusuan export --warehouse $(WAREHOUSE)

explorer: setup ## Build the web site warehouse/explorer/ 生成浏览网站
	$(VENV)/bin/yusuan explorer --warehouse $(WAREHOUSE)

postgres: setup ## Start a PostgreSQL for trying, and publish to it 启动试用数据库
	$(VENV)/bin/yusuan postgres --try --warehouse $(WAREHOUSE)

$(SUPERSET)/.installed: dashboards/requirements.txt $(VENV)/.installed
	$(PYTHON) -m venv $(SUPERSET)
	UV_COMPILE_BYTECODE=1 $(VENV)/bin/uv pip install --quiet --require-hashes --python $(SUPERSET)/bin/python -r dashboards/requirements.txt
	touch $@

superset: setup $(SUPERSET)/.installed ## Install Superset apart, and show the dashboard 启动看板
	$(VENV)/bin/python -m dashboards --warehouse $(WAREHOUSE)

# By file: what a file's tests share is made once.
test: setup ## Run the tests, quick faults included 运行测试
	$(VENV)/bin/python -m pytest -n 2 --dist loadscope -m "not slow" $(TESTS)

clients: setup ## Try the programs people connect with: browser, psql, JDBC, ODBC, LibreOffice, Superset 客户端测试
	$(VENV)/bin/python -m pytest tests/clients

slow: setup ## Run the tests that take minutes each: scans, questions 运行耗时测试
	$(VENV)/bin/python -m pytest -m slow tests

faults: setup ## Run the fault tests at length 长时间故障测试
	YUSUAN_FAULTS=long $(VENV)/bin/python -m pytest tests/faults

lint: setup ## Check style, types and SQL 检查代码
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/sqlfluff lint --config pyproject.toml dbt_project/models dbt_project/tests

$(BENCH)/.installed: tests/bench/requirements.txt $(VENV)/.installed
	$(PYTHON) -m venv $(BENCH)
	UV_COMPILE_BYTECODE=1 $(VENV)/bin/uv pip install --quiet --require-hashes --python $(BENCH)/bin/python -r tests/bench/requirements.txt
	touch $@

bench: setup $(BENCH)/.installed ## Measure times as ratios within one run 性能测试
	$(VENV)/bin/python -m tests.bench.ratios
	$(VENV)/bin/python -m tests.bench.reader_bench
	$(VENV)/bin/python -m tests.bench.growth $(WAREHOUSE)

mutate: setup ## Break figures a thousand times and count what the proofs notice 变异测试
	$(VENV)/bin/python -m tests.proofs_mutation

scans: setup ## Scan pages of documents under ten conditions and count what is read 测量扫描件识别
	$(VENV)/bin/python -m tests.scans_measured

evaluate: setup ## Compare what is read with what is printed 评测读取质量
	$(VENV)/bin/yusuan evaluate

ui: setup ## Open Dagster's web page 打开 Dagster 页面
	$(VENV)/bin/yusuan ui

notebook: setup ## Open the notebook of an analyst's questions 打开分析笔记本
	YUSUAN_WAREHOUSE=$(abspath $(WAREHOUSE)) $(VENV)/bin/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) docs/notebooks/five_questions.ipynb

docs: setup ## Generate the reference pages 生成文档
	$(VENV)/bin/python -m docs.generate

clean: ## Remove everything that can be made again 清理
	rm -rf $(VENV) .superset .bench .dagster warehouse dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
