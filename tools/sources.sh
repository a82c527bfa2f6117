#!/bin/sh
# Lists the C sources, one a line: what is laid out and measured.
cd "$(dirname "$0")/.." || exit 1
find include src tests bench \( -name '*.c' -o -name '*.h' -o -name '*.inc' \) 2> /dev/null | sort
