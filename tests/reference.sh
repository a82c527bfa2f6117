#!/usr/bin/env bash
# Compares the program with the results recorded from Darknet: tests/reference.sh PROGRAM WHAT...
set -u
if [ -z "${DETECT_SHARED:-}" ]; then
    echo "skipped: DETECT_SHARED is not set"
    exit 77
fi
# The distribution's numpy belongs to the distribution's python, which need not be the first on the path.
for python in python3 /usr/bin/python3; do
    "$python" -c 'import numpy' 2> /dev/null && break
    python=
done
if [ -z "$python" ]; then
    echo "skipped: no python3 with numpy"
    exit 77
fi
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-2}
exec "$python" "$DETECT_SHARED/tools/check_reference.py" "$@"
