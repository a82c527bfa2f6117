#!/bin/sh
# The program and the shared library must be built so that memory errors are hard to exploit, and hold no decoder that
# is not in use: tools/check_hardening.sh BUILD-FOLDER
set -u
problems=0
complain() {
    echo "$@"
    problems=1
}

for file in "$1/detect" "$1/libyolo.so"; do
    header=$(readelf -hW "$file") segments=$(readelf -lW "$file") dynamic=$(readelf -dW "$file")
    symbols=$(nm -D --undefined-only "$file")
    echo "$header" | grep -q 'Type: *DYN' || complain "$file: its place in memory is fixed (no PIE)"
    echo "$segments" | grep -q 'GNU_STACK.* RW ' || complain "$file: its stack can be executed"
    ! echo "$segments" | grep -qE 'LOAD.* (RWE|WE) ' || complain "$file: has memory that is written and executed"
    echo "$segments" | grep -q GNU_RELRO || complain "$file: its tables of functions stay writable (no RELRO)"
    echo "$dynamic" | grep -qE 'BIND_NOW|FLAGS.*\bNOW\b' || complain "$file: functions are bound late (no BIND_NOW)"
    ! echo "$dynamic" | grep -qE 'RPATH|RUNPATH' || complain "$file: libraries are looked for in folders of its own (RPATH)"
    ! echo "$dynamic" | grep -q TEXTREL || complain "$file: its code is written to when it is loaded"
    echo "$symbols" | grep -q __stack_chk_fail || complain "$file: has no stack protector"
    echo "$symbols" | grep -qE '__(mem|str|v?sn?printf|read|f?gets).*_chk' || complain "$file: has no FORTIFY"
    # Static functions have names here, too, because nothing is stripped.
    functions=$(nm --defined-only "$file" | awk '$2 ~ /^[tT]$/ {print $3}')
    unused='stbi__(png|bmp|gif|pic|pnm|zlib)'
    ! echo "$symbols" | grep -q ' jpeg_' || unused='stbi__(png|bmp|gif|pic|pnm|zlib|jpeg)'
    found=$(echo "$functions" | grep -E "^$unused" | head -n 3)
    [ -z "$found" ] || complain "$file: has decoders that are not in use:" $found
    echo "$functions" | grep -q '^stbi__' || complain "$file: its functions have no names: nothing can be said of its decoders"
    others=$(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
        grep -vE '^(libpng16|libjpeg|libz|libgomp|libomp|libm|libc|libpthread|ld-linux[-a-z0-9_]*)\.so')
    [ -z "$others" ] || complain "$file: needs a library that it should not:" $others
done
# Of each object, because the system's own that begin every program may be without.
if grep -q '^hardening := .*-fcf-protection' "$1/probe.mk"; then
    for object in $(find "$1/src" -name '*.o'); do
        readelf -nW "$object" 2> /dev/null | grep -q 'IBT, SHSTK' || complain "$object: jumps may lead anywhere (no IBT and SHSTK)"
    done
fi
readelf -dW "$1/detect" | grep -q 'FLAGS_1.*PIE' || complain "$1/detect: is no PIE"
exit $problems
