#!/usr/bin/env python3
"""altered.py VECTOR-CHECK DATA: of every block, a copy with one altered value in each place (a field, a row of a table, the middle of a file), and copies
with a missing file, a missing folder's list and an unknown block; vector-check must end with 1 and name the case or the cause."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

program, data = sys.argv[1], pathlib.Path(sys.argv[2])
failures = []


def run(folder):
    done = subprocess.run([program, str(folder), "--threads", "1"], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def expect(what, folder, text):
    code, output = run(folder)
    if code != 1 or text not in output:
        failures.append(f"{what}: ended with {code}, expected 1 and '{text}':\n{output}")


def copy_of(block, into):
    folder = pathlib.Path(into) / "vectors"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(block, folder / block.name)
    return folder


def alter_files(block, into):
    for case in json.loads((block / "cases.json").read_text())[:1]:
        for value in case.values():
            if not isinstance(value, dict) or "file" not in value or value["dtype"] == "i8":
                continue
            folder = copy_of(block, into)
            path = folder / block.name / value["file"]
            octets = bytearray(path.read_bytes())
            width, head = {"re12": (12, 4), "cf32": (8, 0)}.get(value["dtype"], (1, 0))
            at = len(octets) // 2 // width * width + head
            octets[at + (3 if width > 1 else 0)] ^= 0x40 if width > 1 else 0x80
            path.write_bytes(octets)
            expect(f"{block.name}/{value['file']} altered", folder, case["id"])
            path.unlink()
            expect(f"{block.name}/{value['file']} missing", folder, "missing file")


def alter_bits(block, into):
    cases = json.loads((block / "cases.json").read_text())
    for name, value in cases[-1].items():
        if not isinstance(value, str) or len(value) < 2 or set(value) - {"0", "1"}:
            continue
        altered = [dict(case) for case in cases]
        altered[-1][name] = value[:-1] + ("1" if value[-1] == "0" else "0")
        folder = copy_of(block, into)
        (folder / block.name / "cases.json").write_text(json.dumps(altered))
        expect(f"{block.name}/{name} altered", folder, cases[-1]["id"])


def alter_rows(block, into):
    for table in sorted(block.glob("*.csv")):
        lines = table.read_text().splitlines()
        cells = lines[-1].split(",")
        cells[-1] = str(int(cells[-1].split()[0]) + 1)
        folder = copy_of(block, into)
        (folder / block.name / table.name).write_text("\n".join(lines[:-1] + [",".join(cells)]) + "\n")
        expect(f"{block.name}/{table.name} altered", folder, f"{table.name}:{len(lines)}")


with tempfile.TemporaryDirectory() as into:
    blocks = sorted(path for path in data.iterdir() if path.is_dir())
    for block in blocks:
        if (block / "cases.json").exists():
            alter_files(block, into)
            alter_bits(block, into)
        alter_rows(block, into)
    folder = copy_of(blocks[0], into)
    (folder / "no_such_block").mkdir()
    expect("unknown block", folder, "unknown block no_such_block")
    with_list = next(block for block in blocks if (block / "cases.json").exists())
    folder = copy_of(with_list, into)
    (folder / with_list.name / "cases.json").unlink()
    expect("missing list", folder, "missing file")
    (folder / with_list.name / "cases.json").write_text('[{"id": ')
    expect("broken list", folder, "not a JSON array")

if failures:
    sys.exit("\n".join(failures))
print(f"{len(blocks)} blocks: every alteration was refused")
