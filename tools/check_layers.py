#!/usr/bin/env python3
"""Compares every #include of the tree with the DEPS lists of the modules' CMake files and reports the edges that no list allows."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
CODE = {".h", ".cpp"}
OUTSIDE = {"build", "tests", "bench", "tools", "docs", ".git"}


def declared_modules():
    """Path of each module -> set of the modules that it may include."""
    modules = {}
    for cmake in root.rglob("CMakeLists.txt"):
        if cmake.relative_to(root).parts[0] in OUTSIDE:
            continue
        text = re.sub(r"#.*", "", cmake.read_text())
        for path, body in re.findall(r"sen_module\(\s*(\S+)(.*?)\)", text, re.S):
            deps = re.search(r"\bDEPS\b(.*?)(?=\b(?:SOURCES|LIBS)\b|$)", body, re.S)
            modules[path] = set(deps.group(1).split()) if deps else set()
    return modules


def owner(path, modules):
    """The innermost declared module that holds `path`."""
    parts = path.split("/")
    for length in range(len(parts) - 1, 0, -1):
        name = "/".join(parts[:length])
        if name in modules:
            return name
    return None


def cycle(modules):
    state = {}

    def visit(name, trail):
        if state.get(name) == "done" or name not in modules:
            return None
        if name in trail:
            return trail[trail.index(name):] + [name]
        for dep in modules[name]:
            found = visit(dep, trail + [name])
            if found:
                return found
        state[name] = "done"
        return None

    return next((found for name in modules if (found := visit(name, []))), None)


def main():
    modules = declared_modules()
    problems = []
    for name, deps in modules.items():
        problems += [f"{name}: DEPS names {dep}, which is no module" for dep in deps if dep not in modules]
    loop = cycle(modules)
    if loop:
        problems.append("modules form a cycle: " + " -> ".join(loop))
    files = 0
    for source in sorted(root.rglob("*")):
        relative = source.relative_to(root)
        if source.suffix not in CODE or relative.parts[0] in OUTSIDE:
            continue
        files += 1
        home = owner(relative.as_posix(), modules)
        if home is None:
            problems.append(f"{relative}: lies in no module")
            continue
        for number, line in enumerate(source.read_text().splitlines(), 1):
            include = re.match(r'\s*#include "([^"]+)"', line)
            if not include:
                continue
            target = owner(include.group(1), modules)
            if target is None:
                problems.append(f"{relative}:{number}: {include.group(1)} is not named from the repository root")
            elif target != home and target not in modules[home]:
                problems.append(f"{relative}:{number}: {home} includes {include.group(1)}, but {target} is not in its DEPS")
    print("\n".join(problems) if problems else f"{files} files, {len(modules)} modules: every include follows the lists")
    return 1 if problems else 0


sys.exit(main())
