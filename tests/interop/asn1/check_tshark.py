#!/usr/bin/env python3
"""Lets tshark dissect random RRC messages as exported PDUs: none may be malformed.

check_tshark.py RANDOM_VALUES WORK_DIR [COUNT]: writes WORK_DIR/rrc.pcap (DLT 252). Exit status 77: tshark is not installed. Octet strings
have random content that tshark takes for LTE RRC, LPP, NAS and so on: a message is passed over when what is malformed lies in an octet
string whose content our modules do not define."""
import glob
import os
import re
import shutil
import struct
import subprocess
import sys

COUNT, SEED = "100", "3"
PROTOCOL_NAME, END = 12, 0  # exported PDU tags


def record(name, payload):
    tag = struct.pack(">HH", PROTOCOL_NAME, (len(name) + 3) // 4 * 4) + name.encode().ljust((len(name) + 3) // 4 * 4, b"\0")
    data = tag + struct.pack(">HH", END, 0) + payload
    return struct.pack("<IIII", 0, 0, len(data), len(data)) + data


def main():
    program, work = sys.argv[1:3]
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        sys.exit(77)
    os.makedirs(work, exist_ok=True)
    messages = [line.split() for line in lines_of([program, "channels", sys.argv[3] if len(sys.argv) > 3 else COUNT, SEED])]
    path = os.path.join(work, "rrc.pcap")
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 252))
        for name, payload in messages:
            file.write(record(name, bytes.fromhex(payload)))
    count = {"foreign": 0, "ours": 0}
    modules = glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../codec/rrc/asn1/*.asn"))
    texts = [open(module, encoding="utf-8").read() for module in modules]
    defined = {name for text in texts for name in re.findall(r"([\w-]+) OCTET STRING \(CONTAINING", text)}
    for number in lines_of(["tshark", "-r", path, "-Y", "_ws.malformed || !nr-rrc", "-T", "fields", "-e", "frame.number"]):
        tree = lines_of(["tshark", "-r", path, "-Y", f"frame.number == {number}", "-V"])
        last = next(i for i, line in enumerate(tree) if "alformed" in line or "something unknown" in line)
        last -= "[Malformed" in tree[last]
        depth = len(tree[last])
        path_down = []
        for line in reversed(tree[:last + 1]):  # the branch that ends where the dissection did
            indent = len(line) - len(line.lstrip())
            if indent < depth:
                depth = indent
                path_down.insert(0, line.strip())
        opened = [line.split(":")[0] for line in path_down if re.search(r": (<MISSING>|([0-9a-f]{2})+\W*)$", line)]
        foreign = any(name not in defined for name in opened)
        count["foreign" if foreign else "ours"] += 1
        if not foreign:
            print(*messages[int(number) - 1], *path_down[-6:], sep="\n  ")
    print(f"{len(messages)} messages, {count['ours']} malformed for tshark, {count['foreign']} passed over")
    sys.exit(1 if count["ours"] else 0)


def lines_of(command):
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
    return [line for line in run.stdout.split("\n") if line]


if __name__ == "__main__":
    main()
