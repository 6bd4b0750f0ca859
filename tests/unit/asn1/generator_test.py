#!/usr/bin/env python3
"""The generator's errors name file and line; its C++ names are as documented."""
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
tools = sys.argv[1]
sys.path.insert(0, tools)
from names import camel, snake  # noqa: E402

MODULE = "M DEFINITIONS AUTOMATIC TAGS ::= BEGIN\n{}\nEND\n"
ERRORS = [  # body of the module, the line with the error, part of the message
    ("A ::= SEQUENCE {\n  a INTEGER,\n  b Missing\n}", 4, "Missing is not defined"),
    ("A ::= SEQUENCE { a INTEGER, a BOOLEAN }", 2, "a is there twice"),
    ("A ::= INTEGER (0..top)", 2, "top is no known value"),
    ("A ::= INTEGER (5..1)", 2, "is empty"),
    ("A ::= SEQUENCE {\n  a INTEGER b BOOLEAN }", 3, ", or } expected"),
    ("A ::= SEQUENCE { a INTEGER", 2, "} is missing"),
    ("A ::= SEQUENCE { a A }", 2, "contains itself"),
    ("A ::= INTEGER\nA ::= BOOLEAN", 3, "already defined"),
    ("A ::= REAL", 2, "REAL is not defined"),
    ("A ::= BOOLEAN %", 2, "unexpected '%'"),
    ("A ::= ENUMERATED { x, y }\nB ::= SEQUENCE { a A DEFAULT z }", 3, "z is no value"),
    ("A ::= SEQUENCE {\n c ProtocolIE-Container { {S} } }", 3, "object set S is not defined"),
]
NAMES = [
    (camel, "NGAP-PDU", "NgapPdu"), (camel, "AMF-UE-NGAP-ID", "AmfUeNgapId"), (camel, "UserLocationInformationNR", "UserLocationInformationNr"),
    (camel, "GlobalN3IWF-ID", "GlobalN3iwfId"), (camel, "NonDynamic5QIDescriptor", "NonDynamic5qiDescriptor"),
    (snake, "pLMNIdentity", "plmn_identity"), (snake, "gNB-ID", "gnb_id"), (snake, "aMFName", "amf_name"),
    (snake, "fiveG-S-TMSI", "five_g_s_tmsi"), (snake, "mo-Signalling", "mo_signalling"), (snake, "iEsCriticalityDiagnostics",
     "ies_criticality_diagnostics"), (snake, "true", "true_"), (snake, "sib1-v1610", "sib1_v1610"), (snake, "n3IWF-ID", "n3iwf_id"),
]

failed = 0
for function, asn1, expected in NAMES:
    if function(asn1) != expected:
        print(f"{asn1} becomes {function(asn1)}, not {expected}")
        failed += 1
for body, line, message in ERRORS:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.asn")
        with open(path, "w", encoding="utf-8") as file:
            file.write(MODULE.format(body))
        run = subprocess.run([sys.executable, os.path.join(tools, "generate.py"), "--namespace", "x", "--prefix", "x", "--include", "x",
                              "--out", folder, path], capture_output=True, text=True)
        if run.returncode == 0 or f"m.asn:{line}: " not in run.stderr or message not in run.stderr or "Traceback" in run.stderr:
            print(f"{body!r}: expected line {line} and {message!r}, got {run.stderr!r}")
            failed += 1
sys.exit(1 if failed else 0)
