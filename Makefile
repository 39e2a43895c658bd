# What a developer of Pavise runs. make without a target builds.
#
#   build  bin/pavise
#   demo   a vulnerable application in a fake editor, in a minute
#   test   all tests; needs Go and a C compiler, nothing else
#   e2e    real editors against the real server, the tests for findings, and the proofs; fetches what they need
#   proofs programs before and after their fix; with names only those cases: make proofs CASES=bind-parameters
#   lint   gofmt, go vet, golangci-lint
#   gen    the generated files
#   dist   archives, wheels and npm packages for Linux and Windows; needs Python 3, which fetches zig, and npm for the
#          VS Code extensions
#   bench  benchmarks; with Python 3 also the latency of the server

GO ?= go
PYTHON ?= python3
GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# Where git does not answer (another owner's checkout, no git), the build carries no commit.
ifneq ($(shell git status --porcelain >/dev/null 2>&1; echo $$?),0)
export GOFLAGS := $(GOFLAGS) -buildvcs=false
endif

.DEFAULT_GOAL := build
.PHONY: build demo test e2e proofs lint gen dist bench clean tools

build: tools
	$(GO) build -trimpath -o bin/pavise ./cmd/pavise

demo: build
	./bin/pavise demo

test: tools
	$(GO) vet ./...
	$(GO) test -timeout 10m ./...

e2e: build
	bash editors/e2e.sh bin/pavise
	bash testdata/poc/run.sh
	$(PYTHON) proofs/prove.py bin/pavise

proofs: build
	$(PYTHON) proofs/prove.py bin/pavise $(CASES)

lint: tools
	@unformatted=$$(gofmt -l analysis cmd lsp quickfix testdata *.go); \
	if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(GOLANGCI_LINT) run ./...

gen: tools
	$(GO) generate ./...
	$(GO) run ./cmd/internal/gen

# On a Mac: those for macOS.
dist: tools
	@command -v npm >/dev/null || echo "npm is not there: the VS Code extensions are left out"
	$(GO) run ./cmd/internal/dist -out dist $$(command -v npm >/dev/null && echo -vsix)

# A quiet machine, or the figures say nothing. docs/performance.md has those of a good day. A ruff in the PATH is measured
# beside the server.
bench: build
	$(GO) test -run '^$$' -bench . -benchmem ./...
	@if ! command -v python3 >/dev/null; then \
		echo "python3 is not there: neither the latency of the server nor the speed of check is measured"; exit 0; fi; \
	bench/check.sh bin/pavise && \
	python3 bench/lspbench.py --server 'pavise=$(CURDIR)/bin/pavise serve' --sizes 1000,10000 \
		$$(command -v ruff >/dev/null && echo --server ruff=@ruff)

clean:
	rm -rf bin dist

# What a build needs, in words, before a compiler says it in its own.
tools:
	@command -v $(GO) >/dev/null || { \
		echo "pavise needs Go 1.26 or newer, and '$(GO)' is not in the PATH: see https://go.dev/doc/install"; exit 1; }
	@[ "$$($(GO) env CGO_ENABLED)" = 1 ] && command -v $$($(GO) env CC | cut -d ' ' -f 1) >/dev/null || { \
		echo "pavise needs a C compiler for its parser: install gcc or clang (Debian: apt-get install gcc libc6-dev)"; \
		echo "and do not set CGO_ENABLED=0"; exit 1; }
