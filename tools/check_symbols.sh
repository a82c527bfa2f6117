#!/bin/sh
# The shared library must export what yolo.h declares, and nothing else: tools/check_symbols.sh BUILD-FOLDER
exported=$(nm -D --defined-only "$1/libyolo.so" | awk '$2 ~ /^[A-Z]$/ {print $3}' | sort)
declared=$(grep -o '\byolo_[a-z_0-9]*(' include/yolo.h | tr -d '(' | sort -u)
stray=$(echo "$exported" | grep -v '^yolo_')
lacking=$(for name in $(grep -A1 '^YOLO_API' include/yolo.h | grep -o '\byolo_[a-z_0-9]*(' | tr -d '('); do
    echo "$exported" | grep -qx "$name" || echo "$name"
done)
unknown=$(for name in $(echo "$exported" | grep '^yolo_'); do echo "$declared" | grep -qx "$name" || echo "$name"; done)
# And it must be called wrongly by a test.
unmisused=$(for name in $(echo "$exported" | grep '^yolo_'); do
    grep -q "ROW($name)," tests/test_misuse.c || echo "$name"
done)
[ -z "$stray" ] || echo "exported, but not named yolo_...:" $stray
[ -z "$unknown" ] || echo "exported, but not declared in yolo.h:" $unknown
[ -z "$lacking" ] || echo "declared in yolo.h, but not exported:" $lacking
[ -z "$unmisused" ] || echo "exported, but without a row in tests/test_misuse.c:" $unmisused
[ -z "$stray$unknown$lacking$unmisused" ]
