# make help lists the targets.
GO ?= go
.DEFAULT_GOAL := help

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

build: ## the binary, ./evidence
	$(GO) build -trimpath -o evidence ./cmd/evidence

test: ## all tests
	$(GO) test ./...

race: ## all tests with the race detector
	$(GO) test -race ./...

lint: ## golangci-lint, which holds the import rules too
	golangci-lint run ./...

fmt: ## format
	gofmt -w .

generate: ## the references in docs/
	$(GO) test ./cmd/evidence -run TestReference -update

controls: ## test the shipped controls
	$(GO) run ./cmd/evidence controls test

demo: ## the simulated company, in ./evidence-demo
	$(GO) run ./cmd/evidence demo

verify: demo ## the demo's packs and locker
	for p in evidence-demo/packs/*.zip; do $(GO) run ./cmd/evidence verify $$p || exit; done
	$(GO) run ./cmd/evidence verify evidence-demo/locker

bench: ## figures, each beside a floor or a peer in the same run; it ends with a table of them
	@$(MAKE) --no-print-directory benchmarks 2>&1 | $(GO) run ./internal/bench

benchmarks:
	-$(GO) test -run '^$$' -bench Archive -benchtime 3x ./collectors/cloudtrail
	-$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 10m ./collectors/github
	-$(GO) test -run '^$$' -bench Snapshots -benchtime 1x -timeout 10m ./collectors/awsstate
	-$(GO) test -run '^$$' -bench Month -benchtime 1x -timeout 30m ./internal/pipeline
	-$(GO) test -run '^$$' -bench MillionSignIns -benchtime 1x -timeout 90m ./internal/pipeline
	-$(GO) test -run '^$$' -bench MillionPack -benchtime 1x -timeout 30m ./internal/pipeline
	-$(GO) test -run '^$$' -bench MillionRows -benchtime 1x -timeout 30m ./reports
	-$(GO) test -run '^$$' -bench '^Benchmark[^M]' ./controls ./reports/... ./internal/locker
	-$(GO) test -run '^$$' -bench Large -benchtime 1x ./internal/sign/opc
	-$(GO) test -run '^$$' -bench Rebuild -benchtime 1x ./derived/securitygroup

fuzz: ## each decoder for a short while
	@grep -rn --include=*_test.go '^func Fuzz' . | sed -E 's|^\./(.*)/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9]*).*|\1 \2|; s|^\./[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9]*).*|. \1|' | \
	while read dir name; do echo "$$dir $$name"; $(GO) test ./$$dir -run '^$$' -fuzz "^$$name$$" -fuzztime 20s || exit; done

ci: ## what a change must pass
	.ci/run

clean: ## what make made
	rm -rf evidence evidence-demo dist coverage.out

.PHONY: help build test race lint fmt generate controls demo verify bench benchmarks fuzz ci clean
