# Two commands: `make run` builds and serves, `make test` tests. The rest are their steps.

SHELL := /bin/bash
CACHE := $(HOME)/.cache/xiangyin
export CARGO_TARGET_DIR ?= $(CACHE)/target
XIANGYIN := $(CARGO_TARGET_DIR)/debug/xiangyin
C ?= demo
DATA ?= ../shared/data

.PHONY: run ask test lint bench quality web build models install

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
	.ci/with-postgres cargo test --workspace --lib --bins --tests --examples --no-fail-fast

## What the compiler's helper remarks; nothing is let pass.
lint: web
	cargo clippy --workspace --tests --examples -- -D warnings

## What residents ask, judged; see eval/README.md.
bench: web models
	cargo build --workspace
	$(CARGO_TARGET_DIR)/debug/xiangyin-eval run answers --out $(CACHE)/eval/answers

## The full report and docs/quality.md; hours. QUALITY="--limit 300 --documents 1500" asks less.
quality: web models
	cargo build --workspace
	nice $(CARGO_TARGET_DIR)/debug/xiangyin-eval run --data $(DATA) --out $(CACHE)/eval/quality $(QUALITY)
	$(CARGO_TARGET_DIR)/debug/xiangyin-eval publish $(CACHE)/eval/quality docs/quality.md

# The whole workspace, so that running and testing share one build of the dependencies.
build: web
	cargo build --workspace

models: build
	$(XIANGYIN) models pull

web: install
	.ci/web

install:
	.ci/install run
