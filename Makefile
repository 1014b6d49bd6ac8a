# contactwatch: build, test, install.  `make demo` and `make test` set the machine up themselves.
VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
UNITDIR  ?= $(PREFIX)/lib/systemd/system
CC       ?= cc
BUILD    ?= build
OPT      ?= -O2
SAN      ?=
PKGS     := ncursesw libcjson sqlite3 zlib libutf8proc libcurl libcrypto libmicrohttpd

WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
# The null checks of the sanitizers make gcc see null format strings where there are none.
WARN     += $(if $(SAN),$(if $(findstring clang,$(CC)),,-Wno-format-truncation))
HARDEN   := -fstack-protector-strong -fPIE
CPPFLAGS += -Iinclude -Isrc -D_GNU_SOURCE -DCONTACTWATCH_VERSION='"$(VERSION)"' -DCONTACTWATCH_PREFIX='"$(PREFIX)"'
CPPFLAGS += $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS   := -std=c11 -g $(OPT) $(WARN) $(HARDEN) $(SAN) -pthread -MMD -MP
LDFLAGS  += -pie -pthread $(SAN)
LDLIBS   += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm

Q        := $(if $(V),,@)
SRC      := $(sort $(wildcard src/*/*.c))
OBJ      := $(SRC:%.c=$(BUILD)/%.o)
LIB      := $(BUILD)/libcontactwatch.a
BIN      := $(BUILD)/contactwatch
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))
HELPERS  := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/support/*.c tests/fakes/*.c)))
LAMBDA   := $(BUILD)/lambda/contactwatch-lambda-$(patsubst aarch64,arm64,$(shell uname -m)).zip
FAKE_AWS := $(BUILD)/tests/fake-aws
FAKE_RUN := $(BUILD)/tests/fake-runtime
CONVERGE := $(BUILD)/tests/converge
COST     := $(BUILD)/tests/cost-table

PARALLEL := $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 1))
BENCH    := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard tests/bench/bench_*.c)))
FUZZ     := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SECONDS ?= 60

.PHONY: all setup demo test check unit lint asan tsan bench cost soak peers fuzz lambda container install uninstall clean
all: $(BIN)

$(BIN): $(BUILD)/src/main.o $(LIB)
	@$(if $(V),,echo '  LINK  $@')
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@$(if $(V),,echo '  CC    $<')
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/tests/%.o: CPPFLAGS += -Itests
.SECONDARY: $(HELPERS)

$(BUILD)/tests/%: tests/unit/%.c $(HELPERS) $(LIB)
	@mkdir -p $(@D)
	@$(if $(V),,echo '  TEST  $@')
	$(Q)$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELPERS) $(LIB) -lcmocka $(LDLIBS) -lssl

# The fake AWS endpoint as a program, for scripts.
$(FAKE_AWS): $(BUILD)/tests/fakes/main/fake_aws_main.o $(filter $(BUILD)/tests/fakes/%,$(HELPERS)) $(LIB)
	@$(if $(V),,echo '  LINK  $@')
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Lambda's runtime API as a program.
$(FAKE_RUN): $(BUILD)/tests/fakes/main/fake_runtime_main.o $(filter $(BUILD)/tests/fakes/%,$(HELPERS)) $(LIB)
	@$(if $(V),,echo '  LINK  $@')
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Ingesters killed again and again on endpoints that fail: a program of its own, run by tests/faults/check_convergence.
$(CONVERGE): $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/convergence/*.c))) $(HELPERS) $(LIB)
	@$(if $(V),,echo '  LINK  $@')
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

# What a million contacts cost, as README tells it.
$(COST): $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/cost/*.c))) $(HELPERS) $(LIB)
	@$(if $(V),,echo '  LINK  $@')
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(BUILD)/bench/%: tests/bench/%.c $(HELPERS) $(LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELPERS) $(LIB) -lcmocka $(LDLIBS)

# What an AWS Lambda function runs: the program with its own libraries and a static launcher in front (packaging/).
$(BUILD)/lambda/bootstrap: packaging/bootstrap.c
	@mkdir -p $(@D)
	@$(if $(V),,echo '  LINK  $@')
	$(Q)$(CC) -std=c11 -Os -D_GNU_SOURCE $(WARN) -static -o $@ $<

$(LAMBDA): packaging/lambda-zip $(BUILD)/lambda/bootstrap $(BIN)
	$(Q)packaging/lambda-zip $(BUILD)/lambda/bootstrap $(BIN) $@

lambda: setup
	@$(MAKE) --no-print-directory $(PARALLEL) $(LAMBDA)

# contactwatch ingest as a container, by podman or docker; what the image is made of lies in a folder of its own.
ENGINE ?= $(shell command -v podman || command -v docker)
container:
	@$(if $(ENGINE),,echo 'make container needs podman or docker' >&2; exit 1)
	@rm -rf $(BUILD)/container && mkdir -p $(BUILD)/container
	@cp -r Makefile include src systemd themes packaging/Containerfile $(BUILD)/container
	$(ENGINE) build -t contactwatch:$(VERSION) -f $(BUILD)/container/Containerfile $(BUILD)/container

setup:
	@.ci/setup

# The main job: the monitor on a simulated contact centre.
demo: setup
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@$(BIN) demo

# Every test, on this machine: unit, property, conformance, screens, and the binary in a real terminal.
test: setup
	@$(MAKE) --no-print-directory $(PARALLEL) check

unit: $(UNIT) $(FAKE_AWS) $(FAKE_RUN) $(CONVERGE) $(COST)

check: all unit peers $(LAMBDA)
	@tests/run $(BUILD)

lint:
	@.ci/setup clang clang-format clang-tidy cppcheck shellcheck
	@.ci/lint

# moto and boto3, for tests/aws.
peers:
	@.ci/venv build/venv

asan:
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=build/asan OPT=-O1 SAN="-fsanitize=address,undefined -fno-sanitize-recover=undefined" all unit
	@tests/run build/asan

tsan:
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=build/tsan OPT=-O1 SAN="-fsanitize=thread" all unit
	@tests/run build/tsan

# Each number of the design with its bar beside it.
bench: all peers $(BENCH) $(LAMBDA)
	@tests/bench/run $(BUILD)

# The tables of README's "What it costs", measured anew; CHECK=1: whether README has them.
cost: $(COST)
	@$(COST) $(if $(CHECK),README.md)

# The convergence run at a large size: SOAK_CONTACTS contacts, a kill every two seconds or so for SOAK_KILLS of them.
SOAK_CONTACTS ?= 20000
SOAK_KILLS    ?= 120
soak: all $(CONVERGE)
	$(CONVERGE) $(BIN) $(SOAK_CONTACTS) $(SOAK_KILLS) $(or $(SEED),11) 2000

fuzz:
	@.ci/setup clang
	@.ci/setup "libclang-rt-$$(clang -dumpversion | cut -d. -f1)-dev"
	@tests/fuzz/run $(FUZZ_SECONDS) $(FUZZ)

install: all
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/contactwatch
	install -d $(DESTDIR)$(PREFIX)/share/contactwatch/themes $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 themes/*.theme $(DESTDIR)$(PREFIX)/share/contactwatch/themes/
	$(BIN) man | gzip -9n > $(DESTDIR)$(PREFIX)/share/man/man1/contactwatch.1.gz
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	$(BIN) completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/contactwatch
	$(BIN) completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_contactwatch
	install -d $(DESTDIR)$(UNITDIR)
	sed 's|/usr/local/bin/|$(PREFIX)/bin/|' systemd/contactwatch-ingest.service > $(DESTDIR)$(UNITDIR)/contactwatch-ingest.service

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/contactwatch $(DESTDIR)$(PREFIX)/share/man/man1/contactwatch.1.gz
	rm -f $(DESTDIR)$(UNITDIR)/contactwatch-ingest.service
	rm -rf $(DESTDIR)$(PREFIX)/share/contactwatch
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/contactwatch $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_contactwatch

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
