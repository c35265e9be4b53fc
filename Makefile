# Everything starts here: `make demo` shows what Countersign does, `make test` proves it. Both set up what they need.

CARGO ?= cargo
BIN = $(or $(CARGO_TARGET_DIR),target)/release/countersign
export OMP_THREAD_LIMIT = 1

.PHONY: help setup native build demo test lint check doc deny bench match-weights fixtures train clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: ## Install system packages, native libraries and weights
	@scripts/setup.sh

native: ## Fetch native libraries and weights only
	@scripts/fetch_native.sh

# All targets, tests included: with the features that tests turn on, nothing is built twice for demo and test.
build: setup ## Build the program
	$(CARGO) build --release --locked --all-targets

demo: build ## Process the fixtures and show what becomes of each
	@rm -rf data/demo
	$(BIN) process fixtures/uploads --shipments fixtures/shipments.jsonl --profiles fixtures/profiles --data data/demo
	@echo "events: data/demo/events/   cut-out documents: data/demo/attachments/   ask: $(BIN) explain DOCUMENT --data data/demo"

# The servers that tests run against are stopped whatever the tests say.
test: lint ## Prove everything
	@scripts/setup.sh tests
	@scripts/services.sh start
	$(CARGO) test --release --locked; code=$$?; scripts/services.sh stop; exit $$code
	$(BIN) doctor
	@! command -v buildah > /dev/null || scripts/image.sh check

lint: setup ## Formatting, clippy, rustdoc, licences
	$(CARGO) fmt --check
	$(CARGO) clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --locked --no-deps --document-private-items --quiet
	@scripts/deny.sh

bench: build ## Measure what the README says about speed and memory
	@scripts/bench.sh $(BIN)
	@scripts/setup.sh tests
	@scripts/services.sh start
	$(CARGO) bench --locked --bench service --bench matching --bench charges; code=$$?; scripts/services.sh stop; exit $$code

match-weights: ## Estimate anew what evidence weighs in matching
	$(CARGO) bench --locked --bench matching -- --seed 71 --shipments 20000 --papers 2500 --weights models/shipment-match/2/estimated.toml

fixtures: ## Draw the fixtures anew (needs models/training/setup.sh)
	cd models/training && .venv/bin/python -m generator fixtures --out ../../fixtures

train: build ## Train and export all models anew
	$(MAKE) -C models/training all
