#!/usr/bin/env python3
"""Checks that the folders of src/ include each other in one direction only, as docs/architecture.md draws it."""
import os
import re
import sys

# What a folder may include besides its own files. Layers are their own case: none sees another's file.
ALLOWED = {
    "base": ["yolo.h"],
    "kernels": [],
    "network": ["base", "kernels", "yolo.h"],
    "convolution": ["base", "kernels", "network", "yolo.h"],
    "layers": ["base", "kernels", "network", "convolution", "yolo.h"],
    "image": ["base", "kernels", "yolo.h"],
    "detect": ["base", "kernels", "network", "image", "yolo.h"],
    "cli": ["yolo.h"],
    "": ["base", "kernels", "network", "convolution", "layers", "image", "detect", "yolo.h"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def resolve(file, include):
    """The path under src/ of what `file` includes; "yolo.h" for the public header; None if there is no such file."""
    for path in (os.path.join(os.path.dirname(file), include), os.path.join("src", include)):
        if os.path.exists(path):
            return os.path.relpath(path, "src")
    return include if os.path.exists(os.path.join("include", include)) else None


def problem(file, include):
    target = resolve(file, include)
    if target is None:
        return "is not there"
    home = os.path.relpath(file, "src").split(os.sep)[0] if file.count(os.sep) > 1 else ""
    other = target.split(os.sep)[0]
    if home not in ALLOWED:
        return f"comes from a folder that tools/check_includes.py does not know: {home}"
    if home and other == home:
        return None
    return None if other in ALLOWED[home] else f"is nothing that {home or 'src'} may know"


def main():
    problems = []
    for folder, _, names in os.walk("src"):
        for name in sorted(n for n in names if n.endswith((".c", ".h", ".inc"))):
            file = os.path.join(folder, name)
            for include in INCLUDE.findall(open(file, encoding="utf-8").read()):
                text = problem(file, include)
                if text:
                    problems.append(f"{file}: {include} {text}")
    print("\n".join(sorted(problems)), end="\n" if problems else "")
    return bool(problems)


os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.exit(main())
