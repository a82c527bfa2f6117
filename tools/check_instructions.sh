#!/bin/sh
# Instruction sets beyond the processor's first stay in their own object, where only cpu.c's verdict leads:
# tools/check_instructions.sh BUILD-FOLDER
# A ymm or zmm register anywhere else, or a function of such an object that others could call (the linker may take an
# inline function's AVX copy for everybody), would stop the program on an older processor.
problems=0
complain() {
    echo "$1"
    problems=1
}
sets='/kernels/(avx2|avx512|neon)\.o$'
for object in $(find "$1/src" "$1/tests/kernels_fused.o" -name '*.o' | sort); do
    if echo "$object" | grep -qE "$sets"; then
        globals=$(nm --defined-only --extern-only "$object" | awk 'NF {print $3}')
        [ "$(echo "$globals" | wc -w)" = 1 ] || complain "$object: must define its table only, not:" $globals
    elif objdump -d "$object" | grep -qE '%[yz]mm[0-9]'; then
        complain "$object: uses ymm or zmm registers"
    fi
done
exit $problems
