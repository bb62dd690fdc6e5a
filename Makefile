# Everything happens inside this folder: the virtual environment, caches and temporary files too. Only what tests write
# lies in memory where there is enough of it, while they run (tests/conftest.py).

PYTHON ?= python3
# Where torch comes from. "auto": what pip is set up for, unless that build would bring gigabytes of CUDA onto a
# machine without an NVIDIA card; then PyTorch's own CPU index. "default": what pip is set up for. Or any index's URL.
TORCH_INDEX ?= auto
TORCH_CPU_INDEX := https://download.pytorch.org/whl/cpu

# Optional parts, separated by commas: quantized, ray, tracing (README, "Extras").
EXTRAS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
LOCK := --constraint constraints.txt

export PIP_NO_CACHE_DIR := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_REQUIRE_VIRTUALENV := 1
export TMPDIR := $(CURDIR)/.tmp
export XDG_CACHE_HOME := $(CURDIR)/.cache
export HF_HOME := $(CURDIR)/.cache/huggingface

# Without compiled modules, which lie in this folder too, every process spends most of a second on compiling ours, and
# each of the tests' processes a quarter of a minute.
unexport PYTHONDONTWRITEBYTECODE

TORCH := $(shell grep '^torch==' constraints.txt)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo playground styles test check quantized pocket bench fix install clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Installs torch from elsewhere than pip's own index where TORCH_INDEX says so; the next step then finds it in place.
define INSTALL_TORCH
brings_cuda() {
    $(PIP) install --quiet --dry-run --no-deps --ignore-installed --report - $(TORCH) | grep -qE '"(nvidia|cuda)-'
}
take_from() {
    echo "Taking torch from $$1"
    $(PIP) install --quiet --no-deps --retries 1 --index-url "$$1" $(TORCH)
}
case "$(TORCH_INDEX)" in
default) ;;
auto)
    if ! command -v nvidia-smi >/dev/null && brings_cuda && ! take_from $(TORCH_CPU_INDEX); then
        echo "That index cannot be used: taking the build with CUDA instead, some gigabytes." >&2
    fi ;;
*) take_from "$(TORCH_INDEX)" ;;
esac
endef
export INSTALL_TORCH

# The installed command, and the marks of what is installed; newer dependencies make them old.
RUNTIME := $(VENV)/runtime-installed$(if $(EXTRAS),-with-$(EXTRAS))
TOOLS := $(VENV)/tools-installed

$(BIN)/python:
	@mkdir -p .tmp
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Pentimento needs Python 3.11 or newer: name one with make PYTHON=python3.11." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python cannot make virtual environments here: run 'sudo apt install python3-venv' first." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): pyproject.toml constraints.txt | $(BIN)/python
	@mkdir -p .tmp
	@echo "Installing into $(VENV); the first time takes a few minutes."
	@$(PIP) install --quiet $(LOCK) pip setuptools
	@sh -euc "$$INSTALL_TORCH"
	@PYTHONWARNINGS=ignore $(PIP) install --quiet --no-build-isolation $(LOCK) --editable '.$(if $(EXTRAS),[$(EXTRAS)])'
	@$(BIN)/python -m compileall -q bot inference adapters config
	@touch $(VENV)/runtime-installed $@

$(TOOLS): $(RUNTIME)
	$(PIP) install --quiet $(LOCK) --group dev --group training
	@touch $@

# What few tests need and would make all others slower; see the group in pyproject.toml.
QUANTIZED := $(VENV)/quantized

$(QUANTIZED): $(TOOLS)
	$(PIP) install --quiet --no-deps --upgrade $(LOCK) --target $@ --group quantized
	@touch $@

install: $(RUNTIME) ## Make .venv with the pentimento command in it; EXTRAS=quantized,ray,tracing adds parts
	@echo "Ready: $(BIN)/pentimento --help"

PHOTO := docs/demo/photo.jpg
SKETCH := docs/demo/sketch.png

demo: export PENTIMENTO__MODEL__ID := pocket
demo: $(RUNTIME) ## Make pictures from the bundled photograph and sketch with the shipped model
	@mkdir -p demo .tmp
	$(BIN)/pentimento demo $(PHOTO) $(SKETCH) --out demo
	@echo; echo "The pictures lie in $(CURDIR)/demo:"; find demo -name '*.png' | sort | sed 's/^/  /'

styles: export PENTIMENTO__MODEL__ID := pocket
styles: $(RUNTIME) ## Make the pictures of the style presets anew with the shipped model
	@mkdir -p .tmp
	$(BIN)/pentimento styles docs/demo/cup.jpg --prompt "a cup of coffee" --seed 1 --out config/styles

playground: export PENTIMENTO__MODEL__ID := pocket
playground: $(RUNTIME) ## Open the shipped model as a page in the browser
	$(BIN)/pentimento playground

check: $(TOOLS) ## Lint, types and import contracts
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# The pages are tested in Debian's Chromium, with or without windows. Whoever may not install it tests without, and is
# told.
INSTALL := apt-get install --yes --no-install-recommends
BROWSER := command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null \
	|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && { apt-get update \
	&& { $(INSTALL) chromium-headless-shell || $(INSTALL) chromium; }; } >/dev/null 2>&1; } \
	|| echo "Without Chromium the tests of the pages are skipped: sudo apt install chromium"

# It looks at all tests, and so compiles their modules for the processes that run the others, each of which would.
quantized: $(QUANTIZED)
	@mkdir -p .tmp
	PYTHONPATH=$(QUANTIZED) $(BIN)/python -m pytest -m quantized

# Threads that wait for each other by spinning take the cores from the other processes: four that compute at once got
# through 2.4 times as much without.
test: export OMP_WAIT_POLICY := PASSIVE
test: $(TOOLS) $(QUANTIZED) ## Everything that CI runs: make check and all tests
	@mkdir -p .tmp
	@$(BROWSER)
	@$(MAKE) --jobs=2 check quantized
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

MINUTES ?= 120
DEVICE ?= cpu

pocket: $(TOOLS) ## Train the shipped model anew and measure it: MINUTES=120 DEVICE=cpu, or DEVICE=cuda
	set -e; for stage in all evaluate grids record; do \
		$(BIN)/python -m training $$stage --minutes $(MINUTES) --device $(DEVICE); \
	done

bench: $(TOOLS) ## Measure the engine against stock diffusers on this machine
	$(BIN)/python -m benchmarks

fix: $(TOOLS) ## Format the code and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove everything that was made here: environment, caches, demo pictures
	rm -rf $(VENV) .tmp .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist demo
	rm -rf *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
