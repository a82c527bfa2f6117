# detect: a detector for the networks of the Darknet family.
#
#: make              build ./detect and the library (also: make config=debug|sanitize|thread|coverage)
#: make deps         install what the build and the tests need (deps-check: for `make check`; deps-cross: for aarch64)
#: make demo         find the objects in a photo
#: make test         run the tests; TESTS=REGEX runs those whose names match
#: make check        everything that must hold before a commit
#: make coverage     which lines of src the tests run, by folder
#: make analyse      look for mistakes with cppcheck, gcc -fanalyzer and clang-tidy
#: make soak         good and broken pictures for MINUTES=30, with an eye on memory and open files
#: make fuzz         build the fuzz targets (clang); FUZZ_SECONDS=N runs each so long, FUZZ=REGEX those whose names match
#: make fuzz-coverage  what their corpora reach, by llvm-cov (clang)
#: make bench        build and run the benchmarks
#: make bench-peers  compare with other engines (PEERS='--networks ...': bench/peers.py --help), which it downloads
#: make format       lay out the source as .clang-format says
#: make install      PREFIX=/usr/local DESTDIR= ; make uninstall removes it
#: make clean        remove what was built
#:
#: settings          CC=clang  CROSS=aarch64-linux-gnu-  OPENMP=0  TURBOJPEG=0  FONT=FILE  WERROR=1  V=1 (show commands)

version := 0.1.0

# What one may set: make config=debug CC=clang OPENMP=0 ...
config ?= release
CROSS ?=
OPENMP ?= 1
TURBOJPEG ?= 1
WERROR ?= 0
PREFIX ?= /usr/local
INSTALL ?= install
ifeq ($(origin CC),default)
# gcc's thread sanitizer gives false alarms about its own OpenMP.
CC := $(if $(CROSS),$(CROSS)gcc,$(if $(filter thread,$(config)),clang,cc))
endif
ifeq ($(origin AR),default)
AR := $(CROSS)ar
OBJCOPY := $(CROSS)objcopy
endif
ifeq ($(filter $(config),release debug sanitize thread coverage fuzz profile),)
$(error config=$(config) is none of release, debug, sanitize, thread, coverage, fuzz, profile)
endif
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DELETE_ON_ERROR:

# Every way of building has a folder of its own, so that none disturbs another.
build ?= build/$(config)-$(notdir $(firstword $(CC)))$(if $(filter 0,$(OPENMP)),-no-openmp)$(if \
	$(filter 0,$(TURBOJPEG)),-no-turbojpeg)

comma := ,

.PHONY: all test test-programs fuzz fuzz-coverage fuzz-programs fuzz-seeds soak check coverage analyse format bench \
	bench-peers demo install uninstall clean help deps deps-check deps-cross
all:

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

clean:
	rm -rf build detect

check:
	@tools/check.sh

coverage:
	@tools/coverage.sh

analyse:
	@tools/analyse.sh

format:
	@tools/sources.sh | xargs clang-format -i

# Each is a build of its own, by clang.
fuzz:
	@$(MAKE) config=fuzz CC=clang fuzz-programs
	@tools/fuzz.sh build/fuzz-clang '$(FUZZ_SECONDS)' '$(value FUZZ)'

fuzz-coverage:
	@$(MAKE) config=profile CC=clang fuzz-programs
	@tools/fuzz_coverage.sh build/profile-clang '$(value FUZZ)'

# ---- deps: before anything looks for what it installs, so the other goals run in a second make ----------------------

installs := $(filter deps deps-%,$(MAKECMDGOALS))
ifneq ($(installs),)

others := $(filter-out $(installs),$(MAKECMDGOALS))

$(installs):
	@tools/deps.sh $(patsubst deps-%,%,$(filter-out deps,$@))

.PHONY: others $(others)
$(others): others
	@:
others: $(installs)
	@$(MAKE) $(others)

else

# ---- What this machine has, found once for each build folder --------------------------------------------------------

ifneq ($(filter-out help clean uninstall check coverage analyse format fuzz fuzz-coverage,$(or $(MAKECMDGOALS),all)),)
include $(build)/probe.mk
endif
$(build)/probe.mk: tools/probe.sh
	@mkdir -p $(@D)
	@CC='$(CC)' CROSS='$(CROSS)' OPENMP='$(OPENMP)' TURBOJPEG='$(TURBOJPEG)' FONT='$(FONT)' tools/probe.sh > $@

# ---- Flags ----------------------------------------------------------------------------------------------------------

# A variable may be called like a type (gcc would complain: clang does not), but not like another variable.
warnings := -Wall -Wextra $(if $(findstring clang,$(CC)),-Wshadow,-Wshadow=local) \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wwrite-strings \
	-Wvla -Wundef -Wformat=2 $(if $(filter 1,$(WERROR)),-Werror)

# Products and sums are fused only where the source says fmaf: otherwise kernel sets would differ in their last bit.
arithmetic := -ffp-contract=off -fno-math-errno

optimise.release := -O3 -U_FORTIFY_SOURCE $(hardening)
optimise.debug := -Og -g3
optimise.sanitize := -O2 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
optimise.thread := -O2 -g -fsanitize=thread
optimise.coverage := -O0 -g --coverage
optimise.fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
optimise.profile := -O1 -g -fprofile-instr-generate -fcoverage-mapping

compile := -std=gnu11 -Iinclude -Isrc -fPIC -fvisibility=hidden -fstack-protector-strong $(warnings) $(arithmetic) \
	$(optimise.$(config)) $(openmp_flags) -pthread -DYOLO_WITH_OPENMP=$(OPENMP) -DYOLO_WITH_TURBOJPEG=$(TURBOJPEG) \
	-DYOLO_DEBUG=$(if $(filter debug sanitize,$(config)),1,0) \
	$(package_cflags) $(CPPFLAGS) $(CFLAGS)
link := $(optimise.$(config)) $(openmp_flags) $(openmp_link) -pthread -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LDFLAGS)
libraries := $(package_libs) -lm $(LIBS)

# Instruction sets beyond the processor's first are kept to one file each: src/kernels/cpu.c decides who may run it.
kernel_sets.x86_64 := avx2 avx512
kernel_sets.aarch64 := neon
kernel_flags.avx2 := -mavx2 -mfma
kernel_flags.avx512 := -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512

# ---- Files ----------------------------------------------------------------------------------------------------------

other_kernel_sets := $(filter-out $(kernel_sets.$(arch)),avx2 avx512 neon)
library_sources := $(filter-out $(other_kernel_sets:%=src/kernels/%.c),$(wildcard src/*.c src/base/*.c \
	src/kernels/*.c src/network/*.c src/layers/*.c src/convolution/*.c src/image/*.c src/detect/*.c))
program_sources := $(wildcard src/cli/*.c)
test_sources := $(wildcard tests/test_*.c)
test_helpers := $(filter-out $(test_sources),$(wildcard tests/*.c))
bench_sources := $(wildcard bench/*.c)
fuzz_sources := $(wildcard tests/fuzz/*.c)

objects = $(patsubst %.c,$(build)/%.o,$(1))
library_objects := $(call objects,$(library_sources))
program_objects := $(call objects,$(program_sources))
helper_objects := $(call objects,$(test_helpers)) $(build)/tests/kernels_fused.o
test_programs := $(patsubst tests/%.c,$(build)/tests/%,$(test_sources))
bench_programs := $(patsubst bench/%.c,$(build)/bench/%,$(bench_sources))

# A target of tests/fuzz is a program, one for each format of pictures; jpeg_stb is what decodes JPEGs without libjpeg.
fuzz_formats := jpeg png bmp gif psd pnm hdr tga
fuzz_targets := $(filter-out image,$(patsubst tests/fuzz/fuzz_%.c,%,$(filter-out tests/fuzz/fuzz_session.c,$(filter \
	tests/fuzz/fuzz_%,$(fuzz_sources))))) $(fuzz_formats) jpeg_stb
fuzz_programs := $(fuzz_targets:%=$(build)/tests/fuzz/%)
fuzz_objects := $(call objects,$(filter-out tests/fuzz/fuzz_image.c,$(fuzz_sources))) \
	$(fuzz_formats:%=$(build)/tests/fuzz/fuzz_%.o) $(build)/tests/fuzz/stb_jpeg.o $(build)/tests/fuzz/program.o

soname := libyolo.so.$(firstword $(subst ., ,$(version)))
shared := $(build)/libyolo.so.$(version)
all_objects := $(library_objects) $(program_objects) $(helper_objects) $(call objects,$(test_sources) $(bench_sources)) \
	$(fuzz_objects)

# `CC src/x.c` stands for the command, unless V=1.
show = $(if $(filter 1,$(V)),,@printf '%-4s %s\n' $(1) $(2);)

# ---- Rules ----------------------------------------------------------------------------------------------------------

# ./detect is the program last made; one for another processor stays in its folder.
all: $(build)/detect $(build)/libyolo.a $(shared)
	@$(if $(CROSS),:,[ $< -ef detect ] || ln -f $< detect 2> /dev/null || cp -f $< detect)

test-programs: $(test_programs) $(bench_programs) $(fuzz_programs)

# Objects are stale when the flags have changed, too: those are written down, and only when they differ.
.PHONY: always
$(build)/flags: always
	@mkdir -p $(@D)
	@echo '$(compile) $(link) $(version) $(font)' | cmp -s - $@ || echo '$(compile) $(link) $(version) $(font)' > $@

$(all_objects): $(build)/flags
$(build)/%.o: %.c
	@mkdir -p $(@D)
	$(call show,CC,$<)$(CC) $(compile) $(flags) -MMD -MP -c $< -o $@

$(build)/src/api.o: private flags = -DYOLO_VERSION='"$(version)"'
$(build)/src/image/font_data.o: private flags = -DYOLO_FONT_FILE='"$(font)"'
# stb shifts negative numbers, and makes bytes of floats beyond them: undefined, harmless, and not ours to mend.
stb_flags := $(if $(filter sanitize fuzz,$(config))$(findstring -fsanitize,$(CFLAGS)),-fno-sanitize=shift$(comma)signed-integer-overflow$(comma)float-cast-overflow)
$(build)/src/image/stb.o: private flags = $(stb_flags)
# The sandbox lets a build that counts what runs write that down.
$(build)/src/cli/sandbox_paths.o: private flags = $(if $(filter coverage,$(config)),-DCOVERAGE_FOLDER='"$(abspath $(build))"')
$(build)/src/image/font_data.o: $(font)
$(build)/src/cli/report_page.o: $(wildcard src/cli/report/*)
$(foreach set,$(kernel_sets.$(arch)),$(eval $(build)/src/kernels/$(set).o: private flags = $(kernel_flags.$(set)) \
	$(kernel_optimise)))
$(build)/src/kernels/portable.o: private flags = $(kernel_optimise)
# Clang takes minutes to watch these, and tests run them at the end of readable memory.
kernel_optimise := $(if $(filter fuzz,$(config)),-O2 -fno-sanitize=all)

# The kernels once more with fused products, the bits every vector set must reproduce: linked only to the tests.
$(build)/tests/kernels_fused.o: src/kernels/portable.c
	@mkdir -p $(@D)
	$(call show,CC,$@)$(CC) $(compile) -DKERNELS_FUSED -MMD -MP -c $< -o $@

$(build)/libyolo.a: $(library_objects)
	@rm -f $@
	$(call show,AR,$@)$(AR) rcs $@ $^

# The one to install: a single object, which shows the names of yolo.h and no others.
$(build)/public/libyolo.a: $(library_objects)
	@mkdir -p $(@D)
	@rm -f $@
	$(call show,AR,$@)$(CC) -r -nostdlib $^ -o $(@:.a=.o) && $(OBJCOPY) --localize-hidden $(@:.a=.o) && \
		$(AR) rcs $@ $(@:.a=.o)

$(shared): $(library_objects)
	$(call show,LINK,$@)$(CC) $(link) -shared -Wl,-soname,$(soname) $^ $(libraries) -o $@
	@ln -sf $(@F) $(build)/$(soname)
	@ln -sf $(soname) $(build)/libyolo.so

$(build)/detect: $(program_objects) $(build)/libyolo.a
	$(call show,LINK,$@)$(CC) $(link) -pie $^ $(libraries) -o $@

# The parts of the program, for the tests of those that can be tested alone.
$(build)/cli.a: $(filter-out $(build)/src/cli/main.o,$(program_objects))
	@rm -f $@
	$(call show,AR,$@)$(AR) rcs $@ $^

# This one has the library's allocations fail.
$(build)/tests/test_allocations: private flags = $(foreach name,malloc calloc realloc free,-Wl,--wrap=$(name))
$(test_programs): %: %.o $(helper_objects) $(build)/cli.a $(build)/libyolo.a
	$(call show,LINK,$@)$(CC) $(link) $(flags) -pie $^ $(libraries) -o $@

$(bench_programs): %: %.o $(build)/libyolo.a
	$(call show,LINK,$@)$(CC) $(link) -pie $^ $(libraries) -o $@

# ---- Fuzz targets: tests/fuzz -----------------------------------------------------------------------------------------

fuzz-programs: $(fuzz_programs)

$(fuzz_formats:%=$(build)/tests/fuzz/fuzz_%.o): $(build)/tests/fuzz/fuzz_%.o: tests/fuzz/fuzz_image.c
	@mkdir -p $(@D)
	$(call show,CC,$@)$(CC) $(compile) -DFUZZ_RECOGNISE=recognise_$* -MMD -MP -c $< -o $@

# The other JPEG decoder comes before the library, which is then not asked for its own.
$(build)/tests/fuzz/stb_jpeg.o: src/image/stb.c
	@mkdir -p $(@D)
	$(call show,CC,$@)$(CC) $(compile) $(stb_flags) -UYOLO_WITH_TURBOJPEG -DYOLO_WITH_TURBOJPEG=0 -MMD -MP -c $< -o $@

# The program as a library: its table of commands is what options are read for.
$(build)/tests/fuzz/program.o: src/cli/main.c
	@mkdir -p $(@D)
	$(call show,CC,$@)$(CC) $(compile) -Wno-missing-prototypes -Dmain=program_main -MMD -MP -c $< -o $@

# libFuzzer brings a main of its own; without it files are replayed.
fuzz_main := $(if $(filter fuzz,$(config)),,$(build)/tests/fuzz/replay.o)
fuzz_link := $(if $(filter fuzz,$(config)),-fsanitize=fuzzer) $(foreach name,allocate allocate_zeroed \
	grow,-Wl$(comma)--wrap=memory_$(name))
$(build)/tests/fuzz/cfg $(build)/tests/fuzz/network: $(build)/tests/fuzz/cfg_mutator.o
$(build)/tests/fuzz/jpeg_stb: $(build)/tests/fuzz/stb_jpeg.o
$(build)/tests/fuzz/options: $(build)/tests/fuzz/program.o
$(foreach name,options labels coco,$(build)/tests/fuzz/$(name)): $(build)/tests/fuzz/fuzz_session.o
$(fuzz_programs): $(build)/tests/fuzz/fuzz.o $(fuzz_main) $(build)/cli.a $(build)/libyolo.a
$(filter-out %/jpeg_stb,$(fuzz_programs)): $(build)/tests/fuzz/%: $(build)/tests/fuzz/fuzz_%.o
$(build)/tests/fuzz/jpeg_stb: $(build)/tests/fuzz/fuzz_jpeg.o
$(fuzz_programs):
	$(call show,LINK,$@)$(CC) $(link) $(fuzz_link) -pie $(filter %.o,$^) $(filter %.a,$^) $(libraries) -o $@

# Seeds and dictionaries are kept in the repository: this makes them anew.
fuzz-seeds: $(build)/tests/fuzz/make_seeds
	$< tests/fuzz
$(build)/tests/fuzz/make_seeds: $(call objects,$(filter tests/fuzz/make_seeds.c tests/fuzz/seeds_%.c,$(fuzz_sources))) \
	$(build)/tests/fuzz/fuzz.o $(build)/tests/fuzz/program.o $(build)/cli.a $(build)/libyolo.a
	$(call show,LINK,$@)$(CC) $(link) $(filter-out -fsanitize=fuzzer,$(fuzz_link)) -pie $^ $(libraries) -lz -o $@

.SECONDARY: $(all_objects)
-include $(all_objects:.o=.d)

# ---- Running --------------------------------------------------------------------------------------------------------

# TESTS=WORD runs those whose name holds the word; under CROSS everything runs in an emulator.
test: $(build)/detect $(test_programs) $(fuzz_programs)
	@CROSS='$(CROSS)' ARCH='$(arch)' TESTS='$(value TESTS)' tests/run $(build)

MINUTES ?= 30
soak: $(build)/detect
	@tools/soak.py --minutes $(MINUTES) $<

bench: $(bench_programs)
	@set -e; for program in $(bench_programs); do $$program; done

# Development only: the other engines come from PyPI, into a folder of their own.
peers := build/peers/venv
$(peers)/installed: bench/peers/requirements.txt
	@mkdir -p $(@D)
	$(call show,VENV,$<)python3 -m venv $(peers) && $(peers)/bin/pip install --quiet -r $< && touch $@

bench-peers: $(build)/detect $(peers)/installed
	@$(peers)/bin/python bench/peers.py --detect $< $(PEERS)

demo: all
	@tools/demo.sh

# ---- Installing -----------------------------------------------------------------------------------------------------

bindir ?= $(PREFIX)/bin
includedir ?= $(PREFIX)/include
libdir ?= $(PREFIX)/lib
datadir := $(PREFIX)/share/detect# where the program looks for the default model, beside its own folder

mandir ?= $(PREFIX)/share/man
bashcompletiondir ?= $(PREFIX)/share/bash-completion/completions
zshcompletiondir ?= $(PREFIX)/share/zsh/site-functions

# The program prints its own manual page and completions; one for another processor needs the emulator for that.
emulator := $(if $(CROSS),$(or $(QEMU),qemu-$(arch) -L /))
$(build)/detect.1 $(build)/detect.bash $(build)/_detect: $(build)/detect
	$(call show,TEXT,$@)$(emulator) $< $(printed$(suffix $@)) > $@
printed.1 := --man
printed.bash := --completion bash
printed := --completion zsh

install: all $(build)/public/libyolo.a $(build)/detect.1 $(build)/detect.bash $(build)/_detect
	$(INSTALL) -d $(DESTDIR)$(bindir) $(DESTDIR)$(includedir) $(DESTDIR)$(libdir)/pkgconfig $(DESTDIR)$(mandir)/man1 \
		$(DESTDIR)$(bashcompletiondir) $(DESTDIR)$(zshcompletiondir)
	$(INSTALL) -m 644 $(build)/detect.1 $(DESTDIR)$(mandir)/man1/detect.1
	$(INSTALL) -m 644 $(build)/detect.bash $(DESTDIR)$(bashcompletiondir)/detect
	$(INSTALL) -m 644 $(build)/_detect $(DESTDIR)$(zshcompletiondir)/_detect
	$(INSTALL) -m 755 $(build)/detect $(DESTDIR)$(bindir)/detect
	$(INSTALL) -m 644 include/yolo.h $(DESTDIR)$(includedir)/yolo.h
	$(INSTALL) -m 644 $(build)/public/libyolo.a $(DESTDIR)$(libdir)/libyolo.a
	$(INSTALL) -m 755 $(shared) $(DESTDIR)$(libdir)/$(notdir $(shared))
	ln -sf $(notdir $(shared)) $(DESTDIR)$(libdir)/$(soname)
	ln -sf $(soname) $(DESTDIR)$(libdir)/libyolo.so
	sed -e 's|@prefix@|$(PREFIX)|' -e 's|@includedir@|$(includedir)|' -e 's|@libdir@|$(libdir)|' \
		-e 's|@version@|$(version)|' -e 's|@requires@|$(package_names)|' -e 's|@libs@|$(openmp_flags) -lm|' \
		yolo.pc.in > $(DESTDIR)$(libdir)/pkgconfig/yolo.pc
	$(INSTALL) -d $(DESTDIR)$(datadir)/configs $(DESTDIR)$(datadir)/weights
	$(INSTALL) -m 644 configs/shelf.cfg configs/shelf.names $(DESTDIR)$(datadir)/configs
	$(INSTALL) -m 644 weights/shelf.weights $(DESTDIR)$(datadir)/weights

uninstall:
	rm -f $(DESTDIR)$(bindir)/detect $(DESTDIR)$(includedir)/yolo.h $(DESTDIR)$(libdir)/pkgconfig/yolo.pc \
		$(DESTDIR)$(libdir)/libyolo.a $(DESTDIR)$(libdir)/libyolo.so $(DESTDIR)$(libdir)/libyolo.so.* \
		$(DESTDIR)$(mandir)/man1/detect.1 $(DESTDIR)$(bashcompletiondir)/detect $(DESTDIR)$(zshcompletiondir)/_detect
	rm -rf $(DESTDIR)$(datadir)

endif
