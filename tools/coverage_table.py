#!/usr/bin/env python3
"""Prints what gcovr counted as a table by folder: tools/coverage_table.py SUMMARY.json "KERNEL-SETS NOT RUN"

A line that several objects have (the templates of the kernels) counts once, as run where any of them ran it.
"""
import json
import os
import sys

LEAST = 90.0  # per cent of all lines


def main():
    folders = {}
    files = json.load(open(sys.argv[1], encoding="utf-8"))["files"]
    for file in files:
        counts = folders.setdefault(os.path.dirname(file["filename"]), [0, 0])
        counts[0] += file["line_covered"]
        counts[1] += file["line_total"]
    for file in sorted(files, key=lambda file: file["line_covered"] - file["line_total"])[:10]:
        print(f"{file['line_total'] - file['line_covered']:5} lines not run in {file['filename']} ({file['line_percent']:.0f} %)")
    for folder, (covered, total) in sorted(folders.items()):
        print(f"{folder:24}{covered:7}{total:7}{100 * covered / total:7.1f} %")
    covered, total = (sum(counts[i] for counts in folders.values()) for i in range(2))
    percent = 100 * covered / total
    print(f"{'all':24}{covered:7}{total:7}{percent:7.1f} %")
    if len(sys.argv) > 2 and sys.argv[2]:
        print("not run here, because this processor cannot:", " ".join(sys.argv[2].split()))
    sys.exit(0 if percent >= LEAST else 1)


main()
