#!/usr/bin/env bash
# Everything that must hold before a commit: layout, warnings, structure, and the tests in every kind of build.
# STEPS=REGEX runs those whose names match. Ends with the number of checks, those of the tests included.
set -u
cd "$(dirname "$0")/.." || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0
make="make -j$(nproc) WERROR=1"
summary='^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$'

step() { # NAME COMMAND...: counts as one, or as many as the tests it ran
    local name=$1 begin=$SECONDS p=0 f=0 s=0 line
    shift
    [[ $name =~ ${STEPS:-} ]] || return 0
    if "$@" > "$log" 2>&1; then p=1; else f=1; fi
    line=$(grep -E "$summary" "$log" | tail -n 1)
    if [[ $line =~ $summary ]]; then
        p=${BASH_REMATCH[1]} s=${BASH_REMATCH[4]:-0}
        ((f > 0 && BASH_REMATCH[2] == 0)) || f=${BASH_REMATCH[2]}
    fi
    ((passed += p, failed += f, skipped += s))
    if ((f > 0)); then
        tail -n 200 "$log"
        echo "FAILED $name ($((SECONDS - begin)) s)"
    else
        echo "ok     $name ($((SECONDS - begin)) s)$([[ -n $line ]] || tail -n 1 "$log" | sed 's/^/: /')"
    fi
}

format() { tools/sources.sh | xargs clang-format --dry-run -Werror; }
functions() { tools/sources.sh | tools/check_functions.py; }
build() { $make "$@" all test-programs && echo built; }
# The comparisons with Darknet's results are for the release build: a slow one would take them too long.
quick_tests() { $make "$@" TESTS='^(test_|fuzz |cli/)' test; }

for tool in gcc clang clang-format objdump nm python3 git; do
    command -v $tool > /dev/null || { echo "check: $tool is missing: try \`make deps-check\`" >&2; exit 1; }
done

step "format" format
step "includes" tools/check_includes.py
step "functions" functions
step "paths" tools/check_paths.sh
step "gcc" build CC=gcc
step "clang" build CC=clang
step "exported symbols" tools/check_symbols.sh build/release-gcc
step "hardening" tools/check_hardening.sh build/release-gcc
step "hardening of clang" tools/check_hardening.sh build/release-clang
step "instruction sets" tools/check_instructions.sh build/release-gcc
step "instruction sets of clang" tools/check_instructions.sh build/release-clang
step "tests" $make CC=gcc test
for set in $(build/release-gcc/detect kernels 2> /dev/null | awk '$2 ~ /^us/ {print $1}'); do # used, usable
    step "tests with $set" env DETECT_KERNELS="$set" $make CC=gcc TESTS='^test_|^reference trained$' test
done
step "tests with sanitizers" quick_tests CC=gcc config=sanitize
step "tests with clang's sanitizers" quick_tests CC=clang config=sanitize
step "tests with the thread sanitizer" quick_tests CC=clang config=thread
step "fuzzing" $make FUZZ_SECONDS=5 fuzz
step "tests without OpenMP and libjpeg" quick_tests CC=gcc OPENMP=0 TURBOJPEG=0

sum="$passed passed, $failed failed"
((skipped == 0)) || sum="$sum, $skipped skipped"
echo "$sum"
((failed == 0))
