#!/bin/sh
# The lines of src that tests run, counted by gcov in a build of their own (make coverage). Ends with a table by folder
# and the total; fails where that is below 90 %. The comparisons with Darknet's results are left out: they are slow
# without optimisation and run nothing that the others do not. TESTS=REGEX chooses others.
set -eu
cd "$(dirname "$0")/.."
build=build/coverage-gcc
command -v gcovr > /dev/null || { echo "coverage: gcovr is missing: try \`make deps-check\`" >&2; exit 1; }
make CC=gcc config=coverage all > /dev/null
[ -n "${KEEP:-}" ] || find $build -name '*.gcda' -delete # KEEP=1 adds to what earlier runs counted
make CC=gcc config=coverage TESTS="${TESTS:-^(test_|cli/)}" test
gcovr --root . --object-directory $build --filter src/ --exclude-unreachable-branches --json-summary "$build/coverage.json" \
    > /dev/null
exec tools/coverage_table.py "$build/coverage.json" "$($build/detect kernels | awk '$2 == "not" {print $1}')"
