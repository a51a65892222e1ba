# `make` says what there is. Needs Go 1.26; the rest is installed by .ci/install.

GO ?= $(or $(shell command -v go 2>/dev/null),$(wildcard /usr/local/go/bin/go),go)
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.7.0
PROGRAM = .build/wartefrei
REVISION = $(shell git describe --always --dirty 2>/dev/null)

# How long each fuzz test runs.
FUZZ_SECONDS ?= 30

# The packages in whose tests $(1) stands.
tested = $(shell grep -rl --include='*_test.go' --exclude-dir=node_modules $(1) . | xargs -r -n1 dirname | sort -u)

.DEFAULT_GOAL = help
.PHONY: help run build test browser check long bench fuzz golden

help: ## Say what there is to make
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## Run a living office on http://127.0.0.1:8080, with all that it needs
	@.ci/install run
	@$(MAKE) --no-print-directory build
	@exec $(PROGRAM) demo

build: ## Build the program into .build/
	@CGO_ENABLED=0 .ci/keep $(GO) build -buildvcs=false -trimpath -ldflags '-X main.revision=$(REVISION)' -o $(PROGRAM) ./cmd/wartefrei

test: ## Run all tests, also those in a browser
	@.ci/install test
	.ci/keep $(GO) test -timeout 15m ./...
	@$(MAKE) --no-print-directory browser

browser: ## Run the tests in a browser
	cd web/browser && npm ci --no-audit --no-fund && ../../.ci/keep npm test

check: ## Look over the code: format, vet, staticcheck, arrows between packages
	@test -z "$$(gofmt -l $$(git ls-files '*.go') | tee /dev/stderr)" || { echo 'These files are not formatted: run gofmt -w on them.' >&2; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) -checks inherit,-ST1005 ./... # ST1005: errors begin small, but names such as Redis do not
	$(GO) test -count=1 -run '^TestImports' ./cmd/wartefrei

long: ## Run the tests for long: with the race detector, in another order, properties 50 times as often, 94 faults
	@.ci/install test
	.ci/keep $(GO) test -race -shuffle=on -timeout 60m ./...
	.ci/keep $(GO) test -timeout 60m $(call tested,pgregory.net/rapid) -rapid.checks=5000
	.ci/keep $(GO) test -timeout 60m -run Line/random ./queue/redisqueue -queue.commands=100000
	.ci/keep $(GO) test -timeout 60m -run Rules ./queue/queuetest -queue.commands=250000
	@$(MAKE) --no-print-directory build
	.ci/keep $(GO) run ./cmd/rush faults -each 3 -commands 1000
	.ci/keep $(GO) run ./cmd/rush faults -redis sentinel
	.ci/keep $(GO) run ./cmd/rush faults -redis cluster
	.ci/keep $(GO) run ./cmd/rush faults -standby

bench: ## Run the benchmarks
	.ci/keep $(GO) test -run '^$$' -bench . -benchmem $(call tested,'^func Benchmark')

fuzz: ## Fuzz each fuzz test for FUZZ_SECONDS (30)
	@grep -rn --include='*_test.go' -o '^func Fuzz[A-Za-z0-9]*' . | while IFS=: read -r file line name; do \
		echo "$$file: $${name#func }"; \
		.ci/keep $(GO) test -run '^$$' -fuzz "^$${name#func }$$" -fuzztime $(FUZZ_SECONDS)s "$$(dirname "$$file")" || exit 1; \
	done

golden: ## Write anew what golden tests compare with; then look at the diff
	$(GO) test $(call tested,'flag.Bool."update"') -update
