# Two commands: `make run` builds and serves, `make test` tests. The rest are their steps.

SHELL := /bin/bash
CACHE := $(HOME)/.cache/xiangyin
export CARGO_TARGET_DIR ?= $(CACHE)/target
XIANGYIN := $(CARGO_TARGET_DIR)/debug/xiangyin
C ?= demo

.PHONY: run ask test bench web build models install

run: build models
	$(XIANGYIN) serve

## make ask Q="居住证怎么办？" [C=community]
ask: build
	@test -n "$(Q)" || { echo 'usage: make ask Q="居住证怎么办？"'; exit 2; }
	@$(XIANGYIN) ask --community "$(C)" -- "$(Q)"

test: web
	.ci/install test
	cargo build --workspace --all-targets
	$(XIANGYIN) models pull
	cargo test --workspace --doc --quiet
	cargo test --workspace --lib --bins --tests --examples --no-fail-fast

## Figures beside the peers; see eval/README.md.
bench: build models
	cargo run -p eval --bin xiangyin-eval -- run --data ../shared/data --out $(CACHE)/eval

build: web
	cargo build -p assistant --bin xiangyin

models: build
	$(XIANGYIN) models pull

web: install
	.ci/web

install:
	.ci/install run
