# StarKernel: builds, runs and tests everything. `make help` lists what there is to say.
#
# Whatever lies in the source folders is built: a new file needs no change here. All that is made
# goes to $(BUILD); `make BUILD=/tmp/trial` builds elsewhere.

BUILD ?= build

# What to run, and on what (`make help` explains them).
FORTH          ?=
ACCEL          ?= auto
MEM            ?= 512M
CMDLINE        ?=
DISPLAY_WINDOW ?=

# Quiet under -s; V=1 shows the commands.
quiet := $(findstring s,$(filter-out --%,$(firstword $(MAKEFLAGS))))
at    := $(if $(V),,@)
say    = $(if $(quiet)$(V),@:,@printf '  %-8s %s\n' $(1) $(2))

ifeq (0,$(MAKELEVEL))
MAKEFLAGS += --jobs=$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

CC      := gcc
NASM    := nasm
LD      := ld
OBJCOPY := objcopy
PYTHON  := $(if $(wildcard /usr/bin/python3),/usr/bin/python3,python3)

# --- Sources --------------------------------------------------------------------------------------

engine_c    := $(filter-out %/asm_offsets.c,$(wildcard c/forth/*.c c/physics/*.c c/arbiter/*.c))
engine_asm  := $(wildcard asm/engine/*.asm)
forth_words := $(wildcard c/forth/*.fs)
examples    := $(wildcard c/forth/examples/*.fs)

# Pure code that both machines use, below the HAL.
shared_c    := $(wildcard c/shared/*.c)

kernel_c := $(wildcard c/kernel_main.c) $(engine_c) $(shared_c) \
            $(filter-out %/asm_offsets.c,$(wildcard $(patsubst %,c/%/*.c,cpu mm time drivers hal)))
kernel_asm := $(wildcard asm/cpu/*.asm) $(engine_asm)
host_c     := $(wildcard c/host/*.c) $(engine_c) $(shared_c) $(wildcard c/mm/page_bitmap.c c/mm/bit_tree.c)
host_asm   := $(engine_asm)
loader_c   := $(wildcard c/boot/*.c)
loader_asm := $(wildcard asm/boot/*.asm)

unit_tests := $(wildcard tests/unit/test_*.c)
# Each unit test names the product sources that it needs: /* uses: c/mm/pmm.c ... */
unit_uses := $(if $(unit_tests),$(shell sed -n '/\/\* uses:/,/\*\//p' $(unit_tests) | \
             tr -s ' *' '\n\n' | grep '^\(c\|bench\)/.*\.c$$' | sort -u))
unit_c    := $(wildcard tests/unit/unit.c) $(unit_tests) $(filter-out $(unit_tests),$(unit_uses))

# --- Flags ----------------------------------------------------------------------------------------

# DEBUG=1 adds the checks that cost time: guards round heap blocks, freed memory overwritten, small limits.
debug_flags := $(if $(DEBUG),-DSTARKERNEL_DEBUG=1)

warnings := -Wall -Wextra -Werror
includes := -Iinclude -I$(BUILD)/gen $(debug_flags)

# General registers only: an interrupt saves no others, and no red zone, because it uses the stack.
kernel_cflags := -std=c11 -ffreestanding -O2 -g -mgeneral-regs-only -mno-red-zone -mcmodel=kernel \
                 -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer -fvisibility=hidden \
                 -fcf-protection=none -fno-asynchronous-unwind-tables $(warnings) $(includes)
host_cflags   := -std=gnu11 -O2 -g -fno-pic -fno-pie $(warnings) $(includes)
unit_cflags   := -std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
                 -fno-omit-frame-pointer $(warnings) $(includes) -Itests/unit
# EFI strings are 16-bit, and the firmware's functions have Microsoft's calling convention.
efi_cflags    := -DGNU_EFI_USE_MS_ABI -fshort-wchar -isystem /usr/include/efi -isystem /usr/include/efi/x86_64
# The loader is a position-independent PE image.
loader_cflags := -std=c11 -O2 -g -fpic -ffreestanding -fno-stack-protector -mno-red-zone \
                 -maccumulate-outgoing-args -mgeneral-regs-only -fcf-protection=none $(efi_cflags) \
                 $(warnings) $(includes)

nasm_flags := -f elf64 -g -F dwarf -w+error -Iasm/engine/ -Iasm/cpu/ -I$(BUILD)/gen/ -Ic/forth/

# COUNTING=1 makes an engine that counts the words it executes: for `make bench-both`, into a folder of its own.
ifdef COUNTING
nasm_flags := -Ibench/counting/ $(nasm_flags)
kernel_c   += bench/counting/words_executed.c
host_c     += bench/counting/words_executed.c
endif

# Engines without history, and without counters besides: for `make bench-physics`, into folders of their own.
nasm_flags += $(if $(UNCOUNTED)$(UNTRACED),-DUNTRACED) $(if $(UNCOUNTED),-DUNCOUNTED)

kernel_ldflags := -nostdlib -static -z max-page-size=4096 -z noexecstack -T linker.ld
efi_lib        := /usr/lib
loader_ldflags := -nostdlib -znocombreloc -shared -Bsymbolic -z noexecstack --no-warn-rwx-segments \
                  -T $(efi_lib)/elf_x86_64_efi.lds

# --- Targets --------------------------------------------------------------------------------------

.PHONY: all host kernel loader image run test test-full unit gdb lint clean help deps

all: host loader $(BUILD)/starkernel.img
host: $(BUILD)/starforth
kernel: $(BUILD)/starkernel.elf
loader: $(BUILD)/BOOTX64.EFI
unit: $(BUILD)/unit
	$(at)$(BUILD)/unit

help:
	@printf '%s\n' \
	'make all     build everything below' \
	'make host    build/starforth: the Forth as a Linux program; build/starforth a.fs b.fs loads files' \
	'make kernel  build/starkernel.elf: the kernel, with symbols' \
	'make loader  build/BOOTX64.EFI: the UEFI loader with the kernel inside' \
	'make image   build/starkernel.img: a disk image to boot, also from a USB stick' \
	'make run     boot it in QEMU, terminal on the serial line (Ctrl-] ends QEMU; BYE powers off)' \
	'make test    all tests; the last line is "N passed, N failed"' \
	'make test-full  these, every allocation of a boot refused in turn, and many machines: an hour' \
	'make unit    the unit tests alone' \
	'make model   the arbiter in random operations beside a reference (SEEDS, OPERATIONS)' \
	'make vms     COUNT VMs at once, on the host and in QEMU, and what one costs' \
	'make soak    1,000 VMs send messages to one another in QEMU for MINUTES; soak-save: written to results/' \
	'make pictures  what the screen shows, as PNG files in results/' \
	'make gdb     boot it in QEMU under gdb, stopped at kernel_main' \
	'make fuzz    random input: to the parsers of the kernel and the loader (FUZZ_SECONDS each, JOBS),' \
	'             then Forth on the host with everything outside the VM watched (LINES, SEED, SECONDS);' \
	'             fuzz-parsers, fuzz-forth: one of them; fuzz-save: the parsers, written to results/;' \
	'             fuzz-corpus: keep what was found; fuzz-replay: run that again; fuzz-check: planted bugs must be found' \
	'make bench   measure the engine on this machine; bench-peers: against gforth, pforth and gcc;' \
	'             bench-text: the text interpreter; bench-save: all three, written to results/;' \
	'             bench-both: words and instructions on the host and in VM[0] under counted time;' \
	'             bench-clock: this engine against the one before the virtual clock;' \
	'             bench-physics: what the physics cost, loop by loop;' \
	'             bench-arbiter: switches, messages, quanta, beside what Linux does for the same;' \
	'             bench-hal: heap, pages, clock, timers and interrupts against their targets;' \
	'             bench-beats: heartbeats, and the pieces between which more urgent VMs run' \
	'make compare the same benchmarks in the Linux process and in the kernel, and a report (COMPARE_FLAGS);' \
	'             compare-save: kept in results/compare/; compare-image: for a stick, to measure a real machine' \
	'make budget  exact instructions of the hot paths in the kernel, against tests/budget/budget.json;' \
	'             budget-update REASON="...": the file follows what is measured now' \
	'make doe     the experiment on the physics: a small plan on the host and in the kernel, and its report;' \
	'             PLAN=full|kernel|icount|load|stress|FILE another plan; doe-save: copied to results/ (bench/doe/README.md)' \
	'make words   c/forth/WORDS.md, the reference of all words; words-check: whether it is up to date' \
	'make lint    formatting and static analysis' \
	'make deps    install the Debian packages that are missing (everything else does it by itself)' \
	'make clean   remove what was made' \
	'' \
	'Variables:' \
	'  FORTH="a.fs b.fs"    files that are loaded at boot, in this order, before the prompt' \
	'  CMDLINE="..."        the kernel command line' \
	'  ACCEL=auto           auto, kvm, tcg or icount (repeatable, counted time)' \
	'  MEM=512M             memory of the machine, from 64M' \
	'  DISPLAY_WINDOW=1     show the screen in a window' \
	'  V=1                  show the commands' \
	'  BUILD=build          where to build'

# --- Packages -------------------------------------------------------------------------------------

build_packages := gcc libc6-dev binutils nasm gnu-efi qemu-system-x86 ovmf mtools python3
fuzz_packages  := clang-14 libclang-rt-14-dev
lint_packages  := clang-format clang-tidy cppcheck
test_packages  := gforth-common
full_packages  := bochs bochs-term bochsbios
bench_packages := g++ libbenchmark-dev gforth gforth-common pforth python3-matplotlib

doe_packages   := gforth-common python3-pandas python3-statsmodels python3-matplotlib

deps: $(BUILD)/packages-build

# A stamp that is newer than the lists above says that they are installed.
$(BUILD)/packages-build: packages = $(build_packages)
$(BUILD)/packages-gdb: packages = gdb
$(BUILD)/packages-test: packages = $(test_packages)
$(BUILD)/packages-full: packages = $(full_packages)
$(BUILD)/packages-bench: packages = $(bench_packages)
$(BUILD)/packages-doe: packages = $(doe_packages)
$(BUILD)/packages-fuzz: packages = $(fuzz_packages)
$(BUILD)/packages-lint: packages = $(lint_packages)
$(BUILD)/packages-window: packages = qemu-system-gui
$(BUILD)/packages-%: Makefile .ci/install-packages
	$(at)mkdir -p $(BUILD)
	$(at)./.ci/install-packages $(packages)
	$(at)touch $@

# --- Generated sources ----------------------------------------------------------------------------

gen := $(BUILD)/gen

# The table of primitives gives the engine's dictionary, its names and its stack effects.
primitives := $(wildcard asm/engine/primitives.tbl)
ifneq (,$(primitives))
gen_headers    := $(gen)/primitives.h
gen_c          := $(gen)/primitives.c
gen_primitives := $(gen)/primitives.inc

$(gen)/primitives.inc $(gen)/primitives.c $(gen)/primitives.h &: \
        asm/engine/gen_primitives.py $(primitives) | $(BUILD)/packages-build
	$(call say,GEN,$(gen)/primitives.*)
	$(at)mkdir -p $(gen)
	$(at)$(PYTHON) asm/engine/gen_primitives.py $(primitives) $(gen)
	$(at)touch $(gen)/primitives.inc $(gen)/primitives.c $(gen)/primitives.h
endif

# Structure offsets for NASM come from the compiler: it is asked for assembly in which lines of the
# form `@@NAME 8` stand, and these become definitions.
cpu_offsets    := $(if $(wildcard c/cpu/asm_offsets.c),$(gen)/cpu_offsets.inc)
engine_offsets := $(if $(wildcard c/forth/asm_offsets.c),$(gen)/engine_offsets.inc)

$(gen)/cpu_offsets.inc: c/cpu/asm_offsets.c
$(gen)/engine_offsets.inc: c/forth/asm_offsets.c
$(gen)/%_offsets.inc: | $(BUILD)/packages-build $(gen_headers)
	$(call say,OFFSETS,$@)
	$(at)mkdir -p $(gen)
	$(at)$(CC) $(kernel_cflags) -MMD -MP -MF $@.d -MT $@ -S -o $@.s $<
	$(at)sed -n 's/^[[:space:]]*@@\([A-Za-z_][A-Za-z0-9_]*\) \(-\{0,1\}[0-9]\{1,\}\)$$/%define \1 \2/p' \
	    $@.s >$@
	$(at)test -s $@ || { echo "$<: no OFFSET lines in it" >&2; exit 1; }

gen_inc := $(cpu_offsets) $(engine_offsets) $(gen_primitives)

# --- Objects --------------------------------------------------------------------------------------

kernel_o := $(patsubst %,$(BUILD)/kernel/%.o,$(kernel_c) $(kernel_asm)) \
            $(patsubst $(gen)/%,$(BUILD)/kernel/gen/%.o,$(gen_c))
host_o   := $(patsubst %,$(BUILD)/host/%.o,$(host_c) $(host_asm)) \
            $(patsubst $(gen)/%,$(BUILD)/host/gen/%.o,$(gen_c))
unit_o   := $(patsubst %,$(BUILD)/unit.o/%.o,$(unit_c))
loader_o := $(patsubst %,$(BUILD)/loader/%.o,$(loader_c) $(loader_asm))

# compile(what it is called, flags): one C file, with its dependencies.
define compile
	$(call say,$(1),$<)
	$(at)mkdir -p $(@D)
	$(at)$(CC) $(2) -MMD -MP -c -o $@ $<
endef

define assemble
	$(call say,NASM,$<)
	$(at)mkdir -p $(@D)
	$(at)$(NASM) $(nasm_flags) $(1) -o $@ $<
endef

before := | $(BUILD)/packages-build $(gen_headers)

$(BUILD)/kernel/gen/%.c.o: $(gen)/%.c $(before)
	$(call compile,CC,$(kernel_cflags))
$(BUILD)/host/gen/%.c.o: $(gen)/%.c $(before)
	$(call compile,HOSTCC,$(host_cflags))
$(BUILD)/kernel/%.c.o: %.c $(before)
	$(call compile,CC,$(kernel_cflags))
$(BUILD)/host/%.c.o: %.c $(before)
	$(call compile,HOSTCC,$(host_cflags))
# What includes gnu-efi: the loader's own files and what tests them.
$(BUILD)/unit.o/c/boot/%.c.o $(BUILD)/unit.o/tests/unit/test_load%.c.o: efi := $(efi_cflags)
$(BUILD)/unit.o/%.c.o: %.c $(before)
	$(call compile,UNITCC,$(unit_cflags) $(efi))
$(BUILD)/loader/%.c.o: %.c $(before)
	$(call compile,EFICC,$(loader_cflags))

# NASM does not report what a file includes, so every file depends on all there is to include; the engine
# also carries the Forth sources.
asm_inputs := $(gen_inc) $(wildcard asm/*/*.inc) $(forth_words)
$(BUILD)/kernel/%.asm.o: %.asm $(asm_inputs) $(before)
	$(call assemble)
$(BUILD)/host/%.asm.o: %.asm $(asm_inputs) $(before)
	$(call assemble)
$(BUILD)/loader/asm/boot/kernel_image.asm.o: $(BUILD)/starkernel.stripped
$(BUILD)/loader/%.asm.o: %.asm $(asm_inputs) $(before)
	$(call assemble,-D 'KERNEL_ELF="$(BUILD)/starkernel.stripped"')

# --- Programs and images --------------------------------------------------------------------------

# Proves the isolation rules on the engine of a linked program; a violation fails the build.
verifier := $(wildcard asm/engine/verify*.py)
define verify
	$(call say,VERIFY,$@)
	$(at)$(PYTHON) -B asm/engine/verify.py --table $(primitives) --offsets $(engine_offsets) $@ \
	    >$@.verified || { cat $@.verified >&2; exit 1; }
endef
ifneq (,$(COUNTING)$(UNCOUNTED)$(UNTRACED))
verify = # the rules are those of the product's counters
endif

$(BUILD)/starforth: $(host_o) $(verifier)
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack -o $@ $(host_o)
	$(call verify)

$(BUILD)/unit: $(unit_o)
	$(call say,LINK,$@)
	$(at)$(CC) -fsanitize=address,undefined -o $@ $^ -lm

# Linked twice: the first time for the names and addresses of its functions, which the panic screen shows. Had the
# table moved a function, its entries would be wrong.
$(BUILD)/starkernel.elf: $(kernel_o) linker.ld c/cpu/gen_symbols.py $(verifier)
	$(call say,LINK,$@)
	$(at)$(LD) $(kernel_ldflags) -o $@.first $(kernel_o)
	$(at)nm $@.first | $(PYTHON) -B c/cpu/gen_symbols.py $(gen)/kernel_symbols.c
	$(at)$(CC) $(kernel_cflags) -c -o $(BUILD)/kernel/kernel_symbols.o $(gen)/kernel_symbols.c
	$(at)$(LD) $(kernel_ldflags) -Map $(BUILD)/starkernel.map -o $@ $(kernel_o) $(BUILD)/kernel/kernel_symbols.o
	$(at)for pass in $@.first $@; do nm $$pass | grep -i ' t ' | sort >$$pass.functions; done; \
	    cmp $@.first.functions $@.functions
	$(call verify)

# The loader carries no symbols: gdb takes them from starkernel.elf.
$(BUILD)/starkernel.stripped: $(BUILD)/starkernel.elf
	$(at)$(OBJCOPY) --strip-all $< $@

# A shared object with an undefined symbol would become a PE that jumps into nowhere.
$(BUILD)/loader.so: $(loader_o)
	$(call say,LINK,$@)
	$(at)$(LD) $(loader_ldflags) -L $(efi_lib) -o $@ $(efi_lib)/crt0-efi-x86_64.o $^ -lefi -lgnuefi
	$(at)if nm -u $@ | grep .; then echo "$@: the symbols above are undefined" >&2; exit 1; fi

$(BUILD)/BOOTX64.EFI: $(BUILD)/loader.so
	$(call say,EFI,$@)
	$(at)$(OBJCOPY) -j .text -j .sdata -j .data -j .dynamic -j .dynsym -j '.rel*' -j .reloc \
	    --target efi-app-x86_64 $< $@

# Changes only when FORTH or CMDLINE do, so that the image follows them.
$(BUILD)/image-settings: always
	$(at)mkdir -p $(BUILD)
	$(at)printf '%s\n' '$(FORTH)' '$(CMDLINE)' >$@.new
	$(at)if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
.PHONY: always

$(BUILD)/starkernel.img: $(BUILD)/BOOTX64.EFI tests/boot/image.py $(BUILD)/image-settings $(FORTH) $(examples)
	$(call say,IMAGE,$@)
	$(at)$(PYTHON) tests/boot/image.py --loader $< --cmdline '$(CMDLINE)' $(examples:%=--included %) $@ $(FORTH)

image: $(BUILD)/starkernel.img
	@printf '%s\n' \
	'$< is a whole disk with an EFI system partition.' \
	'To boot a PC from a USB stick, find the name of the stick with lsblk, then write it (this' \
	'destroys what is on the stick): sudo dd if=$< of=/dev/sdX bs=4M conv=fsync' \
	'Choose the stick in the boot menu of the firmware; Secure Boot must be off.'

# --- Run, debug, test -----------------------------------------------------------------------------

# Finds out whether /dev/kvm runs ring 0 natively (tests/boot/machine.py uses it).
$(BUILD)/kvm_probe: tests/boot/kvm_probe.c $(before)
	$(call say,HOSTCC,$<)
	$(at)$(CC) $(host_cflags) -no-pie -o $@ $<

run_needs := $(BUILD)/starkernel.img $(BUILD)/kvm_probe \
             $(if $(DISPLAY_WINDOW),$(BUILD)/packages-window)
run_flags := --build $(BUILD) --accel $(ACCEL) --memory $(MEM) $(if $(DISPLAY_WINDOW),--window)

run: $(run_needs)
	@$(PYTHON) tests/boot/run.py $(run_flags)

.PHONY: pictures
pictures: $(BUILD)/starkernel.img
	@$(PYTHON) -B tests/boot/pictures.py --build $(BUILD)

gdb: $(run_needs) $(BUILD)/packages-gdb
	@$(PYTHON) tests/boot/debug.py $(run_flags) $(if $(GDB_COMMANDS),--commands '$(GDB_COMMANDS)')

test_needs := all $(BUILD)/unit $(BUILD)/model $(BUILD)/kvm_probe $(BUILD)/fuzz_forth $(BUILD)/packages-test $(BUILD)/packages-doe \
              $(BUILD)/fuzz_oracle $(BUILD)/oracle $(BUILD)/planted/starforth $(BUILD)/stack_full $(BUILD)/pieces $(BUILD)/bench/count_words \
              $(addprefix $(BUILD)/,hal_test hal_test_asan hal_test.efi failure_test failure_test.efi compare_host compare.efi \
              compare_planted.efi)

test: $(test_needs)
	@$(PYTHON) tests/run_tests.py --build $(BUILD)

test-full: $(test_needs) $(BUILD)/packages-full
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/debug DEBUG=1 $(BUILD)/debug/hal_test.efi
	@$(PYTHON) tests/run_tests.py --build $(BUILD) --full

# --- Very many VMs ----------------------------------------------------------------------------------

COUNT   ?= 10000
MINUTES ?= 10

.PHONY: vms soak soak-save
scale_needs := all $(BUILD)/kvm_probe
run_soak     = $(PYTHON) -B tests/scale/run_scale.py soak --build $(BUILD) --accel $(ACCEL) --where kernel \
               --seconds $$(($(MINUTES) * 60))
vms: $(scale_needs)
	@$(PYTHON) -B tests/scale/run_scale.py vms --build $(BUILD) --accel $(ACCEL) --count $(COUNT)
soak: $(scale_needs)
	@$(run_soak)
soak-save: $(scale_needs)
	@$(run_soak) --save

# --- Programs in place of the arbiter -------------------------------------------------------------

comma := ,

# The conformance suite of the HAL calls itself vm_arbiter_*: what kernel_main, or on Linux main, starts
# when the machine is up. Nothing of the arbiter, Forth or the engine is in it.
hal_test_c   := $(filter-out tests/hal/machine_%.c,$(wildcard tests/hal/*.c))
hal_test_asm := $(wildcard tests/hal/*.asm)
hal_host_c   := $(hal_test_c) tests/hal/machine_host.c \
                $(filter-out $(engine_c) bench/%,$(host_c))
hal_kernel_o := $(patsubst %,$(BUILD)/kernel/%.o,$(hal_test_c) tests/hal/machine_kernel.c $(hal_test_asm))
below_arbiter_o := $(patsubst %,$(BUILD)/kernel/%.o,$(filter-out $(engine_c) bench/%,$(kernel_c)) \
                   $(filter-out $(engine_asm),$(kernel_asm)))

$(BUILD)/hal_test: $(patsubst %,$(BUILD)/host/%.o,$(hal_host_c) $(hal_test_asm))
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack -o $@ $^
$(BUILD)/hal_test_asan: $(patsubst %,$(BUILD)/fuzz.asan/%.o,$(hal_host_c)) \
        $(patsubst %,$(BUILD)/host/%.o,$(hal_test_asm))
	$(call say,LINK,$@)
	$(at)$(CC) -g -fsanitize=address,undefined -no-pie -z noexecstack -o $@ $^

$(BUILD)/hal_test.elf: $(hal_kernel_o) $(below_arbiter_o) linker.ld
	$(call say,LINK,$@)
	$(at)$(LD) $(kernel_ldflags) -o $@ $(filter %.o,$^)

# Allocations that fail, one by one: the whole product, but for the arbiter's loop.
failure_wrap := --wrap=vm_arbiter_init --wrap=vm_arbiter_loop
failure_c    := $(wildcard tests/failure/*.c)
failure_asm  := $(wildcard tests/failure/*.asm)
$(BUILD)/host/tests/failure/program.asm.o $(BUILD)/kernel/tests/failure/program.asm.o: tests/failure/program.fs

$(BUILD)/failure_test: $(host_o) $(patsubst %,$(BUILD)/host/%.o,$(failure_c) $(failure_asm))
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack $(addprefix -Wl$(comma),$(failure_wrap)) -o $@ $^
$(BUILD)/failure_test.elf: $(kernel_o) $(patsubst %,$(BUILD)/kernel/%.o,$(failure_c) $(failure_asm)) linker.ld
	$(call say,LINK,$@)
	$(at)$(LD) $(kernel_ldflags) $(failure_wrap) -o $@ $(filter %.o,$^)

# What the operations of the hardware layer cost (`make bench-hal`).
$(BUILD)/hal_costs: $(patsubst %,$(BUILD)/host/%.o,bench/hal_costs.c bench/hal_costs_host.c bench/bench_chain.c \
        $(filter-out %_report.c,$(wildcard c/mm/heap*.c)) $(filter-out $(engine_c) bench/%,$(host_c)))
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack -o $@ $^
$(BUILD)/hal_costs.elf: $(patsubst %,$(BUILD)/kernel/%.o,bench/hal_costs.c bench/hal_costs_kernel.c \
        bench/bench_chain.c) \
        $(below_arbiter_o) linker.ld
	$(call say,LINK,$@)
	$(at)$(LD) $(kernel_ldflags) -o $@ $(filter %.o,$^)

# How long heartbeats and their pieces are (`make bench-beats`).
$(BUILD)/beats.elf: $(kernel_o) $(BUILD)/kernel/bench/beats.c.o linker.ld
	$(call say,LINK,$@)
	$(at)$(LD) $(kernel_ldflags) --wrap=physics_beat --wrap=word_dot_physics -o $@ $(filter %.o,$^)
# The same benchmarks on both machines (`make compare`): bench/compare/ in place of the arbiter's loop at first.
compare_wrap := $(addprefix --wrap=,vm_arbiter_loop hal_file_open hal_file_close hal_file_startup word_environment_query)
compare_c    := bench/bench_chain.c bench/bench_machine.c \
                $(filter-out %_host.c %_kernel.c,$(wildcard bench/compare/*.c))
compare_gen  := $(gen)/compare_cases.c

# Runs each time, and leaves alone what would be the same; a hash of all that it embeds is in it, and the commit.
$(compare_gen): always | $(BUILD)/packages-test
	$(at)$(PYTHON) -B bench/compare/gen_cases.py $(gen)

$(BUILD)/compare_host: $(host_o) $(patsubst %,$(BUILD)/host/%.o,$(compare_c) bench/compare/machine_host.c bench/hal_costs_host.c \
        $(filter-out $(host_c) %_report.c,$(wildcard c/mm/heap*.c))) $(patsubst $(gen)/%,$(BUILD)/host/gen/%.o,$(compare_gen))
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack $(addprefix -Wl$(comma),$(compare_wrap)) -o $@ $^

# The same with one instruction too many in one primitive: the budget must find it.
$(BUILD)/planted/%.asm.o: %.asm tests/budget/planted/engine.inc $(asm_inputs) $(before)
	$(call say,NASM,'$< (planted)')
	$(at)mkdir -p $(@D)
	$(at)$(NASM) -Itests/budget/planted/ $(nasm_flags) -o $@ $<
compare_o := $(kernel_o) $(patsubst %,$(BUILD)/kernel/%.o,$(compare_c) $(wildcard bench/compare/*_kernel.c) \
             bench/hal_costs_kernel.c) $(patsubst $(gen)/%,$(BUILD)/kernel/gen/%.o,$(compare_gen))
$(BUILD)/compare.elf: $(compare_o) linker.ld
$(BUILD)/compare_planted.elf: $(patsubst $(BUILD)/kernel/asm/engine/%,$(BUILD)/planted/asm/engine/%,$(compare_o)) linker.ld
$(BUILD)/compare.elf $(BUILD)/compare_planted.elf:
	$(call say,LINK,$@)
	$(at)$(LD) $(kernel_ldflags) $(compare_wrap) --wrap=hal_file_init -o $@ $(filter %.o,$^)

# A loader with another kernel inside: build/NAME.efi from build/NAME.elf.
$(BUILD)/%.stripped: $(BUILD)/%.elf
	$(at)$(OBJCOPY) --strip-all $< $@
$(BUILD)/%.kernel_image.o: asm/boot/kernel_image.asm $(BUILD)/%.stripped
	$(at)$(NASM) $(nasm_flags) -D 'KERNEL_ELF="$(BUILD)/$*.stripped"' -o $@ $<
$(BUILD)/%.loader.so: $(BUILD)/%.kernel_image.o $(filter-out %/kernel_image.asm.o,$(loader_o))
	$(at)$(LD) $(loader_ldflags) -L $(efi_lib) -o $@ $(efi_lib)/crt0-efi-x86_64.o $^ -lefi -lgnuefi
$(BUILD)/%.efi: $(BUILD)/%.loader.so
	$(call say,EFI,$@)
	$(at)$(OBJCOPY) -j .text -j .sdata -j .data -j .dynamic -j .dynsym -j '.rel*' -j .reloc \
	    --target efi-app-x86_64 $< $@

# --- The arbiter against a reference ----------------------------------------------------------------

# The arbiter's sources over a machine of the test's, under the sanitizers; rights.c has capability.c in it, with few
# capabilities for each VM. The wraps are where the test plants faults, to see that it notices them.
model_c := $(wildcard tests/model/*.c) c/shared/format.c c/forth/history.c \
           $(addprefix c/arbiter/,audit.c capability_words.c clock_words.c deadline_queue.c mailbox.c messages.c \
             scheduler.c scheduler_requests.c scheduler_time.c vm_arbiter.c vm_fault.c vm_life.c \
             vm_preempt.c vm_table.c vm_words.c)
model_wrap := $(addprefix -Wl$(comma)--wrap=,scheduler_wake scheduler_lend mailbox_put mailbox_find \
              capability_revoke deadline_queue_remove deadline_queue_expired vm_table_find hal_mem_free vm_has_notice \
              clock_set_target scheduler_block)

$(patsubst %,$(BUILD)/fuzz.asan/%.o,$(wildcard tests/model/*.c)): model_flags := -DCAPABILITIES_MAX=4u

SEEDS      ?= 3
OPERATIONS ?= 1000000

$(BUILD)/model: $(patsubst %,$(BUILD)/fuzz.asan/%.o,$(model_c))
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack -fsanitize=address,undefined $(model_wrap) -o $@ $^

.PHONY: model
model: $(BUILD)/model
	$(at)mkdir -p $(BUILD)/findings
	$(at)$< --self-test
	$(at)$< --seeds $(SEEDS) --operations $(OPERATIONS) --findings $(BUILD)/findings

# --- Fuzzing --------------------------------------------------------------------------------------

# The host program, but with a machine of its own: no terminal, no clock, no file system.
fuzz_c     := $(wildcard tests/fuzz/*.c)
fuzz_under := $(filter-out $(addprefix c/host/,main.c host_console.c host_time.c host_file.c host_restart.c),$(host_c))
fuzz_asm_o := $(patsubst %,$(BUILD)/host/%.o,$(host_asm))
fuzz_o     := $(patsubst %,$(BUILD)/host/%.o,$(fuzz_c) $(fuzz_under)) $(fuzz_asm_o) \
              $(patsubst $(gen)/%,$(BUILD)/host/gen/%.o,$(gen_c))
fuzz_asan_o := $(patsubst %,$(BUILD)/fuzz.asan/%.o,$(fuzz_c) $(fuzz_under)) $(fuzz_asm_o) \
               $(patsubst $(gen)/%,$(BUILD)/fuzz.asan/gen/%.o,$(gen_c))
fuzz_ldflags := -g -no-pie -z noexecstack $(patsubst %,-Wl$(comma)--wrap=%,hal_space_commit clock_unwind \
                clock_unwind_all clock_again word_forget_to word_forget_word history_executed)
fuzz_corpus  := $(wildcard tests/forth/test_*.fs)

LINES   ?= 10000000
SEED    ?= 1
SECONDS ?= 0

$(BUILD)/fuzz.asan/gen/%.c.o: $(gen)/%.c $(before)
	$(call compile,ASANCC,$(unit_cflags) -fno-pic -fno-pie)
$(BUILD)/fuzz.asan/%.c.o: %.c $(before)
	$(call compile,ASANCC,$(unit_cflags) -fno-pic -fno-pie $(model_flags))

$(BUILD)/fuzz_forth: $(fuzz_o)
	$(call say,LINK,$@)
	$(at)$(CC) $(fuzz_ldflags) -o $@ $^

$(BUILD)/fuzz_forth_asan: $(fuzz_asan_o)
	$(call say,LINK,$@)
	$(at)$(CC) -fsanitize=address,undefined $(fuzz_ldflags) -o $@ $^

.PHONY: fuzz fuzz-asan fuzz-forth fuzz-parsers fuzz-save fuzz-corpus fuzz-check fuzz-replay
fuzz-forth: $(BUILD)/fuzz_forth
	$(at)mkdir -p $(BUILD)/findings
	$(at)$< --lines $(LINES) --seed $(SEED) --seconds $(SECONDS) --findings $(BUILD)/findings $(fuzz_corpus)
fuzz-asan: $(BUILD)/fuzz_forth_asan
	$(at)mkdir -p $(BUILD)/findings
	$(at)$< --lines $(LINES) --seed $(SEED) --seconds $(SECONDS) --findings $(BUILD)/findings $(fuzz_corpus)

# The parsers of firmware tables, files, keys and text: tests/fuzz/parsers/fuzz_*.c, each with the sources that it
# names. Linked with libFuzzer (clang) to invent inputs, and with replay.c (gcc) to run those that are kept.
FUZZ_SECONDS ?= 60
JOBS         ?= 1
PARSERS      ?=

parser_fuzzers := $(patsubst tests/fuzz/parsers/fuzz_%.c,%,$(wildcard tests/fuzz/parsers/fuzz_*.c))
parser_cflags  := -std=gnu11 -O1 -g -fno-omit-frame-pointer $(warnings) $(includes) -Itests/unit -Itests/fuzz/parsers
parser_clang   := clang-14 $(parser_cflags) -fsanitize=address,undefined -fno-sanitize-recover=all
parser_links   := $(addprefix $(BUILD)/parsers/fuzz_,$(parser_fuzzers))
replay_links   := $(addprefix $(BUILD)/parsers/replay_,$(parser_fuzzers))
run_parsers     = $(PYTHON) tests/fuzz/run_parsers.py $(1) --build $(BUILD) --seconds $(FUZZ_SECONDS) --jobs $(JOBS)

$(BUILD)/fuzz.clang/c/boot/%.c.o $(BUILD)/fuzz.clang/tests/fuzz/parsers/fuzz_loade%.c.o \
$(BUILD)/unit.o/tests/fuzz/parsers/fuzz_loade%.c.o: efi := $(efi_cflags)
$(BUILD)/unit.o/tests/fuzz/parsers/%.c.o: unit_cflags += -Itests/fuzz/parsers
$(BUILD)/fuzz.clang/%.c.o: %.c $(before) $(BUILD)/packages-fuzz
	$(call say,CLANG,$<)
	$(at)mkdir -p $(@D)
	$(at)$(parser_clang) -fsanitize=fuzzer-no-link $(efi) -MMD -MP -c -o $@ $<

# parser(name, product sources): the two programs of one fuzzer.
define parser
$(BUILD)/parsers/fuzz_$(1): $(patsubst %,$(BUILD)/fuzz.clang/%.o,tests/fuzz/parsers/fuzz_$(1).c $(2))
$(BUILD)/parsers/replay_$(1): $(patsubst %,$(BUILD)/unit.o/%.o,tests/fuzz/parsers/fuzz_$(1).c \
        tests/fuzz/parsers/replay.c $(2))
endef
parser_uses = $(shell sed -n '/\/\* uses:/,/\*\//p' $(1) | tr -s ' *' '\n\n' | grep '^c/.*\.c$$')
$(foreach name,$(parser_fuzzers),$(eval $(call parser,$(name),$(call parser_uses,tests/fuzz/parsers/fuzz_$(name).c))))

$(parser_links):
	$(call say,LINK,$@)
	$(at)mkdir -p $(@D)
	$(at)clang-14 -fsanitize=fuzzer,address,undefined -o $@ $^
$(replay_links):
	$(call say,LINK,$@)
	$(at)mkdir -p $(@D)
	$(at)$(CC) -fsanitize=address,undefined -o $@ $^

# The kept inputs are run by the tests as well, which need no clang.
test: $(replay_links)
fuzz-replay: $(replay_links)
	$(at)$(call run_parsers,replay) $(PARSERS)

fuzz-parsers: $(parser_links)
	$(at)$(call run_parsers,run) $(PARSERS)
fuzz-save: $(parser_links)
	$(at)$(call run_parsers,save) $(PARSERS)
fuzz-corpus: $(parser_links)
	$(at)$(call run_parsers,corpus) $(PARSERS)
fuzz-check: $(parser_links)
	$(at)$(call run_parsers,check) --cc '$(parser_clang) $(efi_cflags)' $(PARSERS)

# One after the other: each takes what JOBS allows.
fuzz: fuzz-parsers
	$(at)$(MAKE) --no-print-directory fuzz-forth

# --- Benchmarks -----------------------------------------------------------------------------------

bench_dir    := $(BUILD)/bench
engine_o     := $(filter-out %/c/host/main.c.o,$(host_o))
counting_o   := $(patsubst $(BUILD)/host/asm/%,$(BUILD)/counting/asm/%,$(engine_o))
bench_common := $(patsubst %,$(bench_dir)/%.o,bench_machine.c bench_machine_host.c bench_table.c \
                bench_work.c native_code.c)
bench_run    := $(PYTHON) bench/run.py --build $(BUILD) --cpu $(or $(BENCH_CPU),0)
bench_peers  := $(PYTHON) bench/peers.py --build $(BUILD) --cpu $(or $(BENCH_CPU),0)
bench_text   := $(PYTHON) bench/text_speed.py --build $(BUILD) --cpu $(or $(BENCH_CPU),0)
bench_needs  := $(bench_dir)/bench $(bench_dir)/count_words

$(bench_dir)/%.c.o: bench/%.c $(before) $(BUILD)/packages-bench
	$(call compile,HOSTCC,$(host_cflags) -Ibench)
$(bench_dir)/%.cc.o: bench/%.cc $(before) $(BUILD)/packages-bench
	$(call say,CXX,$<)
	$(at)mkdir -p $(@D)
	$(at)g++ -std=c++17 -O2 -g $(warnings) -Ibench -MMD -MP -c -o $@ $<

# The engine once more, with a counter at the entry of every primitive: bench/counting/ comes first in
# the include path, and its engine.inc includes the real one.
$(BUILD)/counting/%.asm.o: %.asm bench/counting/engine.inc $(asm_inputs) $(before)
	$(call say,NASM,'$< (counting)')
	$(at)mkdir -p $(@D)
	$(at)$(NASM) -Ibench/counting/ $(nasm_flags) -o $@ $<

$(bench_dir)/bench: $(bench_dir)/bench_main.c.o $(bench_dir)/bench_clock.c.o $(bench_dir)/bench_chain.c.o \
        $(bench_dir)/bench_shim.cc.o $(bench_common) $(engine_o)
	$(call say,LINK,$@)
	$(at)g++ -g -no-pie -z noexecstack -o $@ $^ -lbenchmark -lpthread -lm
$(bench_dir)/count_words: $(bench_dir)/count_words.c.o $(bench_dir)/word_entries.c.o \
        $(bench_common) $(counting_o)
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack -o $@ $^

# The Linux program with an engine that records each word, compared with the virtual clock and the physics; and faults
# planted in these, to see that it notices them. The same in the fuzzer of Forth.
oracle_o    := $(patsubst %,$(BUILD)/host/%.o,$(addprefix tests/oracle/,oracle.c follow.c plants.c full.asm))
oracle_wrap := $(addprefix -Wl$(comma)--wrap=,engine_run physics_begin physics_end heat_forget heat_reset history_clear \
               price_definition word_table_path word_table_at)
recording    = $(patsubst $(BUILD)/host/asm/%,$(BUILD)/recording/asm/%,$(1))
$(BUILD)/recording/%.asm.o: %.asm tests/oracle/engine.inc $(asm_inputs) $(before)
	$(call say,NASM,'$< (recording)')
	$(at)mkdir -p $(@D)
	$(at)$(NASM) -Itests/oracle/ $(nasm_flags) -o $@ $<
$(BUILD)/oracle: $(call recording,$(host_o)) $(oracle_o) $(BUILD)/host/tests/oracle/program.c.o
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack $(oracle_wrap) $(addprefix -Wl$(comma)--wrap=,scheduler_next \
	    word_interpret_step) -o $@ $^
$(BUILD)/fuzz_oracle: $(call recording,$(fuzz_o)) $(oracle_o) $(BUILD)/host/tests/oracle/fuzzer.c.o
	$(call say,LINK,$@)
	$(at)$(CC) $(fuzz_ldflags) $(oracle_wrap) -o $@ $^

# A program whose heat depends on the time stamp counter: `make doe` must find out.
$(BUILD)/planted/starforth: $(host_o) $(BUILD)/host/tests/doe/tsc.c.o
	$(call say,LINK,$@)
	$(at)mkdir -p $(@D)
	$(at)$(CC) -g -no-pie -z noexecstack -Wl,--wrap=heat_feed_piece -o $@ $^

# The Linux program whose heartbeats are in pieces of random sizes.
$(BUILD)/pieces: $(host_o) $(BUILD)/host/tests/physics/pieces.c.o
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack -Wl,--wrap=physics_beat -Wl,--wrap=engine_run -o $@ $^

# The Linux program in place of whose loop VMs leave with a full data stack.
$(BUILD)/stack_full: $(host_o) $(BUILD)/host/tests/clock/stack_full.c.o
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack $(addprefix -Wl$(comma)--wrap=,vm_arbiter_loop clock_unwind \
	    clock_unwind_all) -o $@ $^

# The arbiter: the Linux program with a UTIME that calibrates, and what Linux does for the same jobs.
arbiter_clock_o := $(addprefix $(bench_dir)/,arbiter_clock.c.o bench_clock.c.o bench_chain.c.o)
$(bench_dir)/arbiter: $(host_o) $(bench_dir)/arbiter_host.c.o $(arbiter_clock_o)
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack -Wl,--wrap=word_utime -o $@ $^ -lm
$(bench_dir)/arbiter_linux: $(bench_dir)/arbiter_linux.c.o $(arbiter_clock_o)
	$(call say,LINK,$@)
	$(at)$(CC) -g -no-pie -z noexecstack -o $@ $^ -lpthread -lm

.PHONY: bench bench-peers bench-text bench-save bench-check bench-both bench-hal bench-clock bench-arbiter bench-beats bench-physics
bench: $(bench_needs)
	@$(bench_run) $(BENCH_FLAGS)
bench-peers: host $(BUILD)/packages-bench
	@$(bench_peers)
bench-text: host $(BUILD)/packages-bench
	@$(bench_text)
bench-save: $(bench_needs) host
	@$(bench_run) --save $(BENCH_FLAGS)
	@$(bench_peers) --save
	@$(bench_text) --save
bench-both: $(bench_needs) all
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/counting-kernel COUNTING=1 $(BUILD)/counting-kernel/BOOTX64.EFI
	@$(PYTHON) -B bench/both.py --build $(BUILD) $(BENCH_FLAGS)
bench-beats: $(BUILD)/beats.efi
	@$(PYTHON) -B bench/beats.py --build $(BUILD) $(BENCH_FLAGS)
bench-hal: $(BUILD)/hal_costs $(BUILD)/hal_costs.efi
	@$(PYTHON) -B bench/hal_costs.py --build $(BUILD) --cpu $(or $(BENCH_CPU),0) $(BENCH_FLAGS)
bench-arbiter: $(bench_dir)/arbiter $(bench_dir)/arbiter_linux loader
	@$(PYTHON) -B bench/arbiter.py --build $(BUILD) --cpu $(or $(BENCH_CPU),0) $(BENCH_FLAGS)
# The product, and two engines with less in them, in folders of their own.
physics_programs := $(if $(findstring --instructions,$(BENCH_FLAGS)),BOOTX64.EFI,bench/arbiter)
bench-physics: $(BUILD)/$(physics_programs) $(BUILD)/packages-bench
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/uncounted UNCOUNTED=1 $(BUILD)/uncounted/$(physics_programs)
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/untraced UNTRACED=1 $(BUILD)/untraced/$(physics_programs)
	@$(PYTHON) -B bench/physics_cost.py --build $(BUILD) --cpu $(or $(BENCH_CPU),0) $(BENCH_FLAGS)
# The same benchmarks on both machines. COMPARE_FLAGS goes to bench/compare/run.py.
COMPARE_FLAGS ?=
compare_needs := $(BUILD)/compare_host $(BUILD)/compare.efi $(BUILD)/kvm_probe $(BUILD)/starkernel.img
run_compare    = $(PYTHON) -B bench/compare/run.py --build $(BUILD) --cpu $(or $(BENCH_CPU),0) --accel $(ACCEL)

.PHONY: compare compare-save compare-image budget budget-update
compare: $(compare_needs) $(BUILD)/packages-bench
	@$(run_compare) $(COMPARE_FLAGS)
compare-save:
	@$(run_compare) --save
$(BUILD)/compare.img: $(BUILD)/compare.efi tests/boot/image.py $(BUILD)/image-settings
	$(call say,IMAGE,$@)
	$(at)$(PYTHON) tests/boot/image.py --loader $< --cmdline '$(CMDLINE)' $@
compare-image: $(BUILD)/compare.img
	@printf '%s\n' \
	'$< boots a PC and measures it. Write it to a USB stick (lsblk shows its name; this destroys what is on' \
	'the stick): sudo dd if=$< of=/dev/sdX bs=4M conv=fsync' \
	'Choose the stick in the boot menu of the firmware; Secure Boot must be off. It takes some minutes.' \
	'The results come out of the second serial port (COM2, 115200 baud 8N1): at the other end of a null modem' \
	'cable, stty -F /dev/ttyUSB0 115200 raw && cat /dev/ttyUSB0 >kernel.json. Without one a table stays on the' \
	'screen. Options go on the command line, as in make compare-image CMDLINE="compare-samples=30":' \
	'compare-samples, compare-seed, compare-filter, compare-channel (com2, debugcon, none).' \
	'Then make compare COMPARE_FLAGS="--side host" on the same machine under Linux, COMPARE_FLAGS="--take kernel.json",' \
	'and make compare-save keeps both.'

# Exact instructions of the hot paths in the kernel, against tests/budget/budget.json.
budget: $(BUILD)/compare.efi $(BUILD)/compare_planted.efi
	@$(PYTHON) -B tests/budget/run_budget.py --build $(BUILD)
budget-update: $(BUILD)/compare.efi
	@$(PYTHON) -B tests/budget/run_budget.py --build $(BUILD) --update '$(subst ','\'',$(REASON))'
bench-clock: host loader $(BUILD)/packages-bench
	@$(PYTHON) -B bench/clock_cost.py --build $(BUILD) --cpu $(or $(BENCH_CPU),0) $(BENCH_FLAGS)
bench-check: $(bench_needs)
	@$(bench_dir)/count_words --check bench/sequences.tbl

# --- The experiment on the physics ------------------------------------------------------------------

PLAN      ?= small
DOE_FLAGS ?=
OUT       ?= $(BUILD)/doe/$(basename $(notdir $(PLAN)))
WITH      ?=

.PHONY: doe doe-save
doe doe-save: host loader $(BUILD)/packages-doe
	@$(PYTHON) -B bench/doe/run.py $(PLAN) --build $(BUILD) --out $(OUT) $(DOE_FLAGS)
	@$(PYTHON) -B bench/doe/analyse.py $(OUT) $(WITH) $(if $(filter doe-save,$@),--save)

# --- The reference of all words -------------------------------------------------------------------

.PHONY: words words-check
words:
	@$(PYTHON) -B asm/engine/gen_words.py
words-check:
	@$(PYTHON) -B asm/engine/gen_words.py --check

# --- Lint -----------------------------------------------------------------------------------------

lint_sources = $(shell find c include tests bench -name '*.[ch]')

# cppcheck does not see callers in assembly, hence no check for unused functions; sizes of embedded files and
# image sections are differences of linker symbols, hence no comparePointers. clang-tidy's list of checks
# and the reasons for it are in .clang-tidy.
lint: $(BUILD)/packages-lint $(gen_headers)
	$(call say,FORMAT,'c include tests')
	$(at)clang-format --dry-run -Werror $(lint_sources)
	$(call say,CPPCHECK,'c include tests')
	$(at)cppcheck --quiet --std=c11 --platform=unix64 --error-exitcode=1 --inline-suppr \
	    --suppress=comparePointers \
	    --enable=warning,performance,portability $(includes) -Itests/unit -Ibench c tests bench
	$(call say,TIDY,'c')
	$(at)printf '%s\n' $(filter-out %/asm_offsets.c,$(kernel_c)) | xargs -n 8 -P $(shell nproc) \
	    sh -c 'clang-tidy --quiet "$$@" -- -std=c11 -ffreestanding -mcmodel=kernel -mno-red-zone \
	        $(includes) 2>&1 || exit 1' clang-tidy >$(BUILD)/clang-tidy.log || \
	    { cat $(BUILD)/clang-tidy.log >&2; exit 1; }

clean:
	rm -rf $(BUILD)

-include $(shell [ ! -d $(BUILD) ] || find $(BUILD) -name '*.d')
