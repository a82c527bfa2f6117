#!/usr/bin/env bash
# What the fuzz targets' seeds and findings reach, by room and by file: tools/fuzz_coverage.sh BUILD-FOLDER [REGEX]
#
# BUILD-FOLDER is one of config=profile. With FUZZ_CORPUS=FOLDER the files in FOLDER/NAME count as well, such as those
# that a fuzz run found (build/fuzz-clang/corpus). Prints lines of each file of the network, the layers and the codecs,
# then of these rooms.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1 regex=${2:-}
profiles=$(mktemp -d)
trap 'rm -rf "$profiles"' EXIT
shopt -s nullglob

programs=()
for corpus in tests/fuzz/corpus/*; do
    name=$(basename "$corpus")
    [[ $name =~ ^(${regex:-.*})$ ]] || continue
    folders=("$corpus")
    for more in "tests/fuzz/findings/$name" ${FUZZ_CORPUS:+"$FUZZ_CORPUS/$name"}; do
        [ ! -d "$more" ] || folders+=("$more")
    done
    LLVM_PROFILE_FILE="$profiles/$name-%p" "$build/tests/fuzz/$name" "${folders[@]}" || exit 1
    programs+=("$build/tests/fuzz/$name")
done
llvm-profdata merge -sparse "$profiles"/* -o "$profiles/all" || exit 1
report=$profiles/report
llvm-cov report "${programs[0]}" "${programs[@]/#/-object=}" -instr-profile="$profiles/all" > "$report" || exit 1

# The columns of lines: how many there are, how many were missed.
awk '/\.(c|h) / {
    file = $1; sub(/^.*src\//, "", file)
    if (file !~ /^(network|layers)\/|^image\/(bmp|codec|exif|hdr|image|jpeg|orient|png|pnm|recognise|shrink|stb)\./) next
    printf "%-32s %5d lines %6.1f %%\n", file, $8, $8 ? 100 * ($8 - $9) / $8 : 100
    room = file; sub(/\/.*/, "", room)
    lines[room] += $8; missed[room] += $9
} END {
    for (room in lines) printf "%s: %d of %d lines, %.1f %%\n", room, lines[room] - missed[room], lines[room],
        100 * (lines[room] - missed[room]) / lines[room]
}' "$report"
