#!/usr/bin/env python3
"""Compares random values of every generated type with Erlang's ASN.1 compiler: it decodes our octets and must encode the same.

check.py per|uper RANDOM_VALUES WORK_DIR ASN1_FILE...: compiles the modules in WORK_DIR (kept there while the .asn files do not change; up to half
a minute). Exit status 77: erlc is not installed."""
import hashlib
import os
import re
import shutil
import subprocess
import sys

COUNT, SEED = "20", "1"
# The compiler's optimisations cost more time than they save here.
QUICK = ["+no_copt", "+no_line_info", "+no_postopt"] + [f"+no_{o}_opt" for o in "ssa type bool bsm recv share fun module".split()]


def assembled(paths):
    """Module name -> text. Files without a module header are the body of the module whose file has no END."""
    texts = [open(p, encoding="utf-8").read() for p in sorted(paths)]
    plain = [re.sub(r"--[^\n]*", "", t) for t in texts]
    bare = [t for t, p in zip(texts, plain) if "DEFINITIONS" not in p]
    modules = {}
    for text, without_comments in zip(texts, plain):
        if "DEFINITIONS" not in without_comments:
            continue
        name = re.search(r"([A-Z][\w-]*)\s*(?:\{[^}]*\})?\s*DEFINITIONS", without_comments).group(1)
        if not re.search(r"\bEND\s*$", without_comments):
            text += "\n" + "\n".join(bare) + "\nEND\n"
        modules[name] = text
    return modules


def compile_modules(variant, work, modules):
    mark = os.path.join(work, "compiled")
    digest = hashlib.sha256("".join(n + t for n, t in sorted(modules.items())).encode()).hexdigest()
    if os.path.exists(mark) and open(mark).read() == digest:
        return
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    for name, text in modules.items():
        with open(os.path.join(work, name + ".asn1"), "w", encoding="utf-8") as file:
            file.write(text)
    for name in modules:
        subprocess.run(["erlc", "-b" + variant, "+noobj", name + ".asn1"], cwd=work, check=True)
    for name in modules:
        subprocess.run(["erlc", *QUICK, name + ".erl"], cwd=work, check=True)
    with open(mark, "w") as file:
        file.write(digest)


def main():
    variant, program, work, *paths = sys.argv[1:]
    if not shutil.which("erlc"):
        print("skipped: erlc (package erlang-asn1) is not installed")
        sys.exit(77)
    compile_modules(variant, work, assembled(paths))
    values = os.path.join(work, "values.txt")
    with open(values, "w") as file:
        subprocess.run([program, variant, COUNT, SEED], stdout=file, check=True)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "check.escript")
    sys.exit(subprocess.run(["escript", script, work, values]).returncode)


if __name__ == "__main__":
    main()
