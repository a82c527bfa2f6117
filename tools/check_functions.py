#!/usr/bin/env python3
"""Measures the functions of the C sources named on standard input: none may be longer than 80 lines.

A function's length is the number of lines from the one that opens its body to the one that closes it.
"""
import re
import sys

LIMIT = 80
AIM_MEDIAN, AIM_90 = 15, 40

# Comments, then strings and characters, then directives with their continued lines.
TOKENS = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^[ \t]*\#(?:\\\n|[^\n])*""", re.S | re.M)


def blank(match):
    """The same lines without their text; a string keeps its quotes, so that `extern "C" {` is known."""
    text = match.group()
    return '""' if text.startswith('"') else re.sub(r"[^\n]", "", text) + " "


def first_branches(source):
    """Without what follows #else and #elif: the braces of both branches would not pair."""
    lines, stack = [], []
    for line in source.split("\n"):
        word = re.match(r"\s*#\s*(\w+)", line)
        directive = word.group(1) if word else ""
        if directive.startswith("if"):
            stack.append(True)
        elif directive in ("else", "elif") and stack:
            stack[-1] = False
        elif directive == "endif" and stack:
            stack.pop()
        lines.append(line if all(stack) else "")
    return "\n".join(lines)


def functions(source):
    """Yields (name, first line, length) of each function."""
    source = TOKENS.sub(blank, first_branches(source))
    depth, line, head, start = 0, 1, "", None
    for c in source:
        line += c == "\n"
        if c == "{":
            if depth == 0 and head.rstrip().endswith('""'):
                head = ""  # extern "C" {
                continue
            depth += 1
            if depth == 1:
                names = re.findall(r"(\w+)\s*\(", head)
                is_function = head.rstrip().endswith(")") and "=" not in head and names
                start = (names[0], line) if is_function else None
        elif c == "}":
            depth = max(depth - 1, 0)
            if depth == 0:
                if start:
                    yield start[0], start[1], line - start[1] + 1
                head, start = "", None
        elif depth == 0:
            head = "" if c == ";" else head + c


def main():
    lengths, too_long = [], []
    for path in sys.stdin.read().split():
        for name, line, length in functions(open(path, encoding="utf-8").read()):
            if path.startswith("src/"):
                lengths.append(length)
            if length > LIMIT:
                too_long.append(f"{path}:{line}: {name} has {length} lines, more than {LIMIT}")
    print("\n".join(too_long), end="\n" if too_long else "")
    if lengths:
        lengths.sort()
        median, ninth = lengths[len(lengths) // 2], lengths[len(lengths) * 9 // 10]
        print(f"{len(lengths)} functions in src, median {median} lines (aim {AIM_MEDIAN}), "
              f"90th percentile {ninth} (aim {AIM_90}), longest {lengths[-1]}")
    return bool(too_long)


sys.exit(main())
