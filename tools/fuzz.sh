#!/usr/bin/env bash
# Runs fuzz targets, one after another: tools/fuzz.sh BUILD-FOLDER [SECONDS [REGEX]]
#
# Each runs for so many seconds on its seeds (tests/fuzz/corpus), the findings of the past (tests/fuzz/findings), and
# what earlier runs found in BUILD-FOLDER/corpus, to which it adds. Without SECONDS nothing runs: the targets have been
# built. What ends a target is left in BUILD-FOLDER/findings. The figures are added to BUILD-FOLDER/fuzz.log: the date,
# the target, seconds, seconds of CPU, executions, and the coverage points and features that libFuzzer counts. Exit code 1: a finding.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1 seconds=${2:-} regex=${3:-}
failed=0
export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=1:detect_stack_use_after_return=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
# A run takes milliseconds; what takes so long, or so many megabytes, is a finding.
limits="-timeout=60 -rss_limit_mb=2048 -malloc_limit_mb=1024"

fuzz() { # NAME
    local name=$1 log="$build/$1.log" code begin=$SECONDS options="" folders="tests/fuzz/corpus/$1"
    mkdir -p "$build/corpus/$name" "$build/findings"
    [ ! -d "tests/fuzz/findings/$name" ] || folders="$folders tests/fuzz/findings/$name"
    local dictionary=tests/fuzz/$name.dict
    [ "$name" != network ] || dictionary=tests/fuzz/cfg.dict
    [ ! -f "$dictionary" ] || options="-dict=$dictionary"
    local TIMEFORMAT='%U %S' cpu
    # shellcheck disable=SC2086
    { time "$build/tests/fuzz/$name" $limits $options -max_total_time="$seconds" -close_fd_mask=3 -print_final_stats=1 \
        -max_len=8192 -artifact_prefix="$build/findings/$name-" "$build/corpus/$name" $folders > "$log" 2>&1; } 2> "$log.time"
    code=$?
    cpu=$(awk '{print $1 + $2}' "$log.time")
    local runs points
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    points=$(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -n 1)
    if [ $code -ne 0 ]; then
        failed=1
        tail -n 60 "$log"
        echo "FAILED fuzz $name"
    else
        echo "ok     fuzz $name: ${runs:-0} executions in $((SECONDS - begin)) s ($cpu s of CPU), ${points:-no coverage}"
    fi
    echo "$(date -u +%FT%TZ) $name $((SECONDS - begin)) s $cpu CPU-s ${runs:-0} executions ${points:-none}" >> "$build/fuzz.log"
}

shopt -s nullglob
for program in "$build"/tests/fuzz/*; do
    name=$(basename "$program")
    [ -x "$program" ] && [ -f "$program" ] && [ -d "tests/fuzz/corpus/$name" ] || continue
    [[ $name =~ ^(${regex:-.*})$ ]] || continue
    [ -z "$seconds" ] || fuzz "$name"
done
exit $failed
