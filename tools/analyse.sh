#!/usr/bin/env bash
# Static analysis of src: cppcheck, gcc -fanalyzer and clang-tidy (make analyse). Each must find nothing; what they may
# not say is listed, with reasons, in tools/analyse.supp and .clang-tidy. ANALYSE=REGEX runs those whose names match,
# FILES=REGEX looks at those sources only.
set -u
cd "$(dirname "$0")/.." || exit 1
jobs=${JOBS:-$(nproc)} failed=0
make CC=gcc V=1 -Bn all 2> /dev/null | grep -oE "^gcc .* -c src/[a-z0-9_/]+\.c" > build/analyse.commands
mapfile -t commands < <(grep -E " -c src/.*(${FILES:-})" build/analyse.commands | grep -vE 'src/image/(stb|font)\.c$')
mapfile -t files < <(printf '%s\n' "${commands[@]}" | sed 's/.* -c //')

step() { # NAME COMMAND...
    local name=$1 begin=$SECONDS
    shift
    [[ $name =~ ${ANALYSE:-} ]] || return 0
    command -v "${name%% *}" > /dev/null || { echo "analyse: ${name%% *} is missing: try \`make deps-check\`" >&2; exit 1; }
    if "$@"; then echo "ok     $name (${#files[@]} files, $((SECONDS - begin)) s)"; else
        echo "FAILED $name ($((SECONDS - begin)) s)"
        failed=1
    fi
}

flags=$(printf '%s\n' "${commands[0]}" | grep -oE -- "-(I|isystem )[^ ]+|-D[A-Z_a-z]+=[01]" | grep -v FORTIFY | tr '\n' ' ')

cppcheck_all() {
    # shellcheck disable=SC2086
    cppcheck -q -j "$jobs" --std=c11 --enable=warning,performance,portability --inconclusive --error-exitcode=1 \
        --suppressions-list=tools/analyse.supp $flags -DYOLO_VERSION='"0"' -DYOLO_FONT_FILE='"x"' "${files[@]}"
}
# It does not see that annotations of images that are not there have been left out before they are sorted, and that
# check_writing fails without a codec; and it takes the numbers of a vector for their bits.
excused='s#-c src/(cli/coco_file|image/codec)[.]c#-Wno-analyzer-null-dereference &#
    s#-c src/kernels/portable[.]c#-Wno-analyzer-shift-count-overflow &#'
gcc_all() {
    printf '%s\n' "${commands[@]}" | sed -E "s/-O3/-O1/; s/ -MMD -MP//; s|-c .*|-fanalyzer -Werror & -o /dev/null|; $excused" |
        xargs -P "$jobs" -d '\n' -n 1 bash -c
}
tidy_all() {
    printf '%s\n' "${files[@]}" | xargs -P "$jobs" -n 4 sh -c \
        'flags=$1; shift; clang-tidy --quiet "$@" -- -std=gnu11 $flags -DYOLO_VERSION="\"0\"" -DYOLO_FONT_FILE="\"x\"" 2> /dev/null' \
        sh "$flags"
}

step cppcheck cppcheck_all
step "gcc -fanalyzer" gcc_all
step clang-tidy tidy_all
exit $failed
