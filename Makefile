# contactwatch: build, test, install.  `make demo` and `make test` set the machine up themselves.
VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= cc
BUILD    ?= build
OPT      ?= -O2
SAN      ?=
PKGS     := ncursesw libcjson sqlite3 zlib libutf8proc

WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
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
HELPERS  := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/support/*.c)))

.PHONY: all setup demo test check clean
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

$(BUILD)/tests/%: tests/unit/%.c $(HELPERS) $(LIB)
	@mkdir -p $(@D)
	@$(if $(V),,echo '  TEST  $@')
	$(Q)$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELPERS) $(LIB) -lcmocka $(LDLIBS)

unit: $(UNIT)

setup:
	@.ci/setup

demo: setup
	@$(MAKE) --no-print-directory all
	@$(BIN) demo

test: setup
	@$(MAKE) --no-print-directory check

check: all unit
	@tests/run $(BUILD)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
