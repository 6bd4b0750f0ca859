#!/usr/bin/env python3
"""Checks what the documents claim: every `file:function` of ARCHITECTURE.md exists, every relative link leads somewhere, every script named is there."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
problems = []

for page in [*root.glob("*.md"), *(root / "docs").rglob("*.md")]:
    text = page.read_text()
    name = page.relative_to(root)
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        if not (page.parent / target).exists():
            problems.append(f"{name}: link to {target} leads nowhere")
    for path, function in re.findall(r"`([\w/.]+\.(?:cpp|h|py)):(\w+)`", text):
        source = root / path
        if not source.is_file():
            problems.append(f"{name}: {path} does not exist")
        elif not re.search(rf"\b{function}\b", source.read_text()):
            problems.append(f"{name}: {path} has no {function}")
    for script in re.findall(r"\b(scripts/\w+)\b", text):
        if not (root / script).is_file():
            problems.append(f"{name}: {script} does not exist")

print("\n".join(problems) if problems else "documents agree with the tree")
sys.exit(1 if problems else 0)
