#!/usr/bin/env python3
"""Writes C++ structs and PER tables from ASN.1 modules.

generate.py --namespace sen::ngap --prefix ngap --include codec/ngap --out DIR [--parts N | --split] MODULE.asn...

Writes into DIR: <prefix>_types.h (all types but the messages), <prefix>_messages.h (the messages of the elementary procedures),
<prefix>_tables.h and <prefix>_tables_<i>.cpp (i < N; only for the interpreter codec/per). With --split: one header
<prefix>_<module file>.h and one <prefix>_tables_<module file>.cpp for each file of a module, including those of the files whose types it
uses, instead of the first two. The mapping is described in codec/per/values.h; the tables in codec/per/type.h. Errors name file and line."""
import argparse
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from names import camel, snake  # noqa: E402
from parser import CONTAINERS, Asn1Error, Component, Group, Modules, Node, error  # noqa: E402

BOX_ABOVE = 48  # octets: optional members of a larger type are on the heap
SIZES = {"per::Null": (1, 1), "bool": (1, 1), "Bytes": (24, 8), "std::string": (24, 8), "per::BitString": (40, 8),
         "per::ObjectIdentifier": (24, 8), "per::RawIe": (32, 8), "per::Criticality": (1, 1)}
NO_EXTRA = "per::Type::no_extra"


class Ir:
    """A type ready to be written: its C++ type, its table, its size (None while it is being built)."""

    def __init__(self, cpp, table, asn):
        self.cpp, self.table, self.asn = cpp, table, asn
        self.size, self.align = None, 8
        self.kind = None
        self.list_of = None
        self.enumerators = None


class Member:
    optional = "std::optional"

    def __init__(self, asn, cpp, ir, presence, token):
        self.asn, self.cpp, self.ir, self.presence, self.token = asn, cpp, ir, presence, token
        self.form = "direct"  # direct, optional, box
        self.default = None   # (C++ initialiser, number)
        self.id, self.criticality = 0, "ignore"

    def cpp_type(self):
        return {"direct": "{}", "optional": Member.optional + "<{}>", "box": "per::Box<{}>"}[self.form].format(self.ir.cpp)


class Generator:
    def __init__(self, modules, options):
        self.m, self.options = modules, options
        self.named = {}        # ASN.1 name -> Ir
        self.cpp_names = {}    # C++ type name -> ASN.1 name
        self.header = []       # (C++ name, text): definitions in dependency order
        self.forward = []
        self.tables = []       # (declaration, definition)
        self.all_types = []    # (ASN.1 name, table, C++ type)
        self.messages = {}     # message name -> (procedure code, outcome, criticality)
        self.message_cpp = set()
        self.instances = {}
        self.place = [""]      # the module file whose type is being built, innermost last
        self.places = {}       # C++ type name or table -> module file

    # Values

    def number(self, token):
        text = token.text
        if text.lstrip("-").isdigit():
            return int(text)
        if text in self.m.values:
            return self.number(self.m.values[text][1])
        error(token, f"{text} is no known value")

    def bounds(self, spec, minimum=None):
        """(low or None, high or None, extensible)"""
        if spec is None:
            return None, None, False
        lows, highs, extensible = spec
        low = None if any(t.text == "MIN" for t in lows) else min(self.number(t) for t in lows)
        high = None if any(t.text == "MAX" for t in highs) else max(self.number(t) for t in highs)
        if low is not None and high is not None and low > high:
            error(lows[0], f"the range {low}..{high} is empty")
        if minimum is not None and low is None:
            low = minimum
        return low, high, extensible

    # Names

    def unique(self, cpp, asn, token):
        base, n = cpp, 2
        while cpp in self.cpp_names:
            if n > 9:
                error(token, f"no C++ name is left for {asn}")
            cpp, n = f"{base}{n}", n + 1
        self.cpp_names[cpp] = asn
        return cpp

    # Types

    def build_named(self, name, token):
        if name in self.named:
            return self.named[name]
        if name == "PrivateIE-Container":
            return self.private_container(token)
        if name not in self.m.types:
            error(token, f"{name} is not defined")
        node = self.m.types[name]
        self.place.append(self.stem(node.token))
        ir = self.build(node, name, named=name)
        self.place.pop()
        return ir

    @staticmethod
    def stem(token):
        return os.path.splitext(os.path.basename(token.file))[0]

    def define(self, cpp, text):
        self.header.append((cpp, text))
        self.places[cpp] = self.place[-1]

    def build(self, node, hint, named=None):
        """The Ir of a type; `hint` is the ASN.1 name from which a type written in place gets its C++ name."""
        kind = node.kind
        if kind == "REF":
            return self.reference(node, hint, named)
        if kind == "SEQUENCE" and not (node.root or node.extensible) and re.search("-(nonCriticalExtension|criticalExtensionsFuture|"
                                                                                  "messageClassExtension)", hint, re.I):
            ir = Ir("per::Rest", "per::rest_type", hint)
            ir.size = 64  # optional ones on the heap: they are rare
            return ir
        if kind in ("SEQUENCE", "CHOICE", "ENUMERATED"):
            cpp = self.unique(camel(hint), named or hint, node.token)
            ir = Ir(cpp, f"{cpp}::per_type" if kind != "ENUMERATED" else f"table_{cpp}", named or hint)
            if named:
                self.named[named] = ir
            {"SEQUENCE": self.sequence, "CHOICE": self.choice, "ENUMERATED": self.enumerated}[kind](ir, node)
        else:
            ir = self.simple(node, hint)
            if named:
                self.named[named] = ir
                if ir.cpp != camel(named):
                    alias = self.unique(camel(named), named, node.token)
                    self.define(alias, f"using {alias} = {ir.cpp};\n")
        if named:
            self.all_types.append((named, ir.table, ir.cpp))
        return ir

    def reference(self, node, hint, named):
        if node.name in self.m.parameters:
            ir = self.instance(node, hint)
        elif node.range or node.size:
            base = self.m.types.get(node.name)
            if not base:
                error(node.token, f"{node.name} is not defined")
            copy = Node(base.kind, node.token)
            copy.__dict__.update({k: v for k, v in base.__dict__.items() if k != "token"})
            copy.range, copy.size = node.range or base.range, node.size or base.size
            return self.build(copy, hint, named)
        else:
            ir = self.build_named(node.name, node.token)
        if named:
            self.named[named] = ir
            alias = self.unique(camel(named), named, node.token)
            if alias != ir.cpp:
                self.define(alias, f"using {alias} = {ir.cpp};\n")
            self.all_types.append((named, ir.table, ir.cpp))
        return ir

    def instance(self, node, hint):
        """A parameterised type with types for parameters."""
        formal = self.m.parameters[node.name]
        if len(formal) != len(node.params):
            error(node.token, f"{node.name} needs {len(formal)} parameters")
        key = (node.name, *[p.name if isinstance(p, Node) and p.kind == "REF" else id(p) for p in node.params])
        if key in self.instances:
            return self.instances[key]
        actual = dict(zip(formal, node.params))
        names = [p.name for p in node.params if isinstance(p, Node) and p.kind == "REF"]
        body = self.substitute(self.m.types[node.name], actual)
        self.place.append(self.stem(self.m.types[names[0]].token) if names else self.place[-1])
        self.instances[key] = ir = self.build(body, "-".join([node.name] + names) if names else hint)
        self.place.pop()
        return ir

    def substitute(self, node, actual):
        if node.kind == "REF" and node.name in actual:
            return actual[node.name]
        out = Node(node.kind, node.token)
        out.__dict__.update(node.__dict__)

        def component(c):
            new = Component(c.name, self.substitute(c.node, actual), c.token)
            new.optional, new.default = c.optional, c.default
            return new

        def part(c):
            return Group(component(x) for x in c) if isinstance(c, Group) else c if isinstance(c, str) else component(c)

        out.root, out.extensions = [part(c) for c in node.root], [part(c) for c in node.extensions]
        out.params = [self.substitute(p, actual) if isinstance(p, Node) else p for p in node.params]
        for which in ("element", "containing"):
            if getattr(node, which):
                setattr(out, which, self.substitute(getattr(node, which), actual))
        return out

    def simple(self, node, hint):
        asn = hint
        table = f"table_{camel(hint)}"
        while any(table == t for t, _ in self.tables):
            table += "_"
        fields = {"name": quote(asn)}
        ir = Ir(None, table, asn)
        ir.kind = node.kind
        before = ""
        if node.kind == "NULL":
            ir.cpp = "per::Null"
            fields["kind"] = "null"
        elif node.kind == "BOOLEAN":
            ir.cpp = "bool"
            fields["kind"] = "boolean"
        elif node.kind == "INTEGER":
            before = self.integer(node, ir, fields)
        elif node.kind == "BITS":
            low, high, extensible = self.size_bounds(node, fields)
            fixed = low == high and low is not None and not extensible and 1 <= low <= 64
            ir.cpp = f"per::Bits<{low}>" if fixed else "per::BitString"
            fields["kind"] = "bit_string"
            fields["storage"] = int(fixed)
            if fixed:
                ir.size, ir.align = 8, 8
        elif node.kind == "OCTETS":
            self.octets(node, ir, fields, hint)
        elif node.kind in ("TEXT", "UTF8"):
            ir.cpp = "std::string"
            fields["kind"] = node.kind.lower()
            if node.kind == "TEXT":
                self.size_bounds(node, fields)
                fields["storage"] = int(node.name == "IA5String")
        elif node.kind == "OID":
            ir.cpp = "per::ObjectIdentifier"
            fields["kind"] = "object_identifier"
        elif node.kind == "OPEN":
            ir.cpp = "Bytes"
            fields["kind"] = "open"
        elif node.kind == "OF":
            self.list(node, ir, fields, hint)
        else:
            error(node.token, f"{node.kind} is not supported here")
        fields["kind"] = "per::Kind::" + fields["kind"]
        fields["ops"] = f"&per::ops<{ir.cpp}>"
        if ir.size is None:
            ir.size, ir.align = SIZES[ir.cpp]
        self.table(table, fields, before)
        return ir

    def integer(self, node, ir, fields):
        low, high, extensible = self.bounds(node.range)
        if low is None:
            high = None
        if (low is not None and low < -2**63) or (high is not None and high >= 2**64) or (high is not None and low < 0 and high >= 2**63):
            error(node.token, "the range needs more than 64 bits")
        signed = extensible or low is None or low < 0
        width = 64
        if high is not None and not extensible:
            width = next(w for w in (8, 16, 32, 64) if (low >= -2**(w - 1) and high < 2**(w - 1) if signed else high < 2**w))
        ir.cpp = f"{'' if signed else 'u'}int{width}_t"
        ir.size = ir.align = width // 8
        fields.update(kind="integer", storage=width // 8, is_signed=cpp_bool(signed), extensible=cpp_bool(extensible))
        self.put_bounds(fields, low, high)
        if node.range and len(node.range[0]) > 1 and high is not None:
            pairs = sorted((self.number(a), self.number(b)) for a, b in zip(*node.range[:2]))
            fields["ranges"] = f"ranges_{ir.table}"
            fields["root_count"] = len(pairs)
            return f"static constexpr int64_t ranges_{ir.table}[] = {{" + ", ".join(f"{a}, {b}" for a, b in pairs) + "};\n"
        return ""

    @staticmethod
    def put_bounds(fields, low, high):
        if low is None:
            return
        fields["bounds"] = "per::Bounds::" + ("low" if high is None else "both")
        fields["low"] = number_text(low)
        if high is not None:
            fields["high"] = number_text(high if high < 2**63 else high - 2**64)

    def size_bounds(self, node, fields):
        low, high, extensible = self.bounds(node.size, 0)
        if low is not None and low < 0:
            error(node.token, "a size below 0")
        fields["extensible"] = cpp_bool(extensible)
        self.put_bounds(fields, low, high)
        return low, high, extensible

    def octets(self, node, ir, fields, hint):
        low, high, extensible = self.size_bounds(node, fields)
        if node.containing:
            inner = self.build(node.containing, hint + "-content")
            ir.cpp, ir.size, ir.align = inner.cpp, inner.size or 4096, inner.align  # one that is still being built: on the heap
            fields["kind"], fields["element"] = "containing", "&" + inner.table
            return
        fixed = low == high and low is not None and not extensible and 1 <= low <= 16
        ir.cpp = f"Octets<{low}>" if fixed else "Bytes"
        fields["kind"] = "octet_string"
        fields["storage"] = int(fixed)
        if fixed:
            ir.size, ir.align = low, 1

    def list(self, node, ir, fields, hint):
        self.size_bounds(node, fields)
        element = self.build(node.element, hint + "-Item")
        cpp = "uint8_t" if element.cpp == "bool" else element.cpp  # no vector<bool>
        ir.cpp = f"std::vector<{cpp}>"
        ir.size, ir.align = 24, 8
        fields.update(kind="sequence_of", list=f"&per::list_ops<{cpp}>", element="&" + element.table)

    def private_container(self, token):
        """SEQUENCE OF SEQUENCE { id, criticality, value }, the values open."""
        field = Node("SEQUENCE", token)
        for name, kind in (("id", "PrivateIE-ID"), ("criticality", "Criticality"), ("value", None)):
            node = Node("REF" if kind else "OPEN", token)
            node.name = kind
            field.root.append(Component(name, node, token))
        self.m.types["PrivateIE-Field"] = field
        element = Node("REF", token)
        element.name = "PrivateIE-Field"
        node = Node("OF", token)
        node.element = element
        node.size = ([self.token_of(1, token)], [self.token_of(65535, token)], False)
        self.m.types["PrivateIE-Container"] = node
        ir = self.build(node, "PrivateIE-Container", named="PrivateIE-Container")
        self.all_types = [entry for entry in self.all_types if not entry[0].startswith("PrivateIE-")]
        return ir

    @staticmethod
    def token_of(value, token):
        return type(token)(str(value), token.file, token.line)

    # ENUMERATED

    def enumerated(self, ir, node):
        ir.kind = "ENUMERATED"
        values = node.root + node.extensions
        ir.enumerators = [snake(v) for v in values]
        if len(set(ir.enumerators)) != len(values):
            ir.enumerators = [v.replace("-", "_") for v in values]
        size = 2 if node.extensible or len(values) > 256 else 1
        ir.size = ir.align = size
        builtin = {"Criticality": ["reject", "ignore", "notify"]}.get(ir.asn) == values
        if builtin:
            ir.size = ir.align = size = 1
            self.define(ir.cpp, f"using {ir.cpp} = per::{ir.cpp};\n")
        else:
            self.define(ir.cpp, wrap(f"enum class {ir.cpp} : uint{8 * size}_t {{ ", [
                name + (f" = {i}" if i == 0 else "") for i, name in enumerate(ir.enumerators)], " };\n"))
        names = f"names_{ir.cpp}"
        text = wrap(f"static constexpr const char* {names}[] = {{", [quote(v) for v in values], "};\n")
        self.table(ir.table, {"name": quote(ir.asn), "kind": "per::Kind::enumerated", "extensible": cpp_bool(node.extensible),
                              "storage": size, "ops": f"&per::ops<{ir.cpp}>", "names": names, "root_count": len(node.root),
                              "field_count": len(values)}, before=text)

    # SEQUENCE

    def sequence(self, ir, node):
        ir.kind = "SEQUENCE"
        members, containers, additions = [], [], []
        used = {"procedure_code", "outcome", "procedure_criticality"} if ir.asn in self.messages else set()
        for component in node.root:
            if component.node.kind == "REF" and component.node.name in CONTAINERS:
                containers.append((len(members), component))
                members.append(None)
            else:
                members.append(self.member(ir, component, used))
        root_count = len(members)
        for part in node.extensions:
            group = part if isinstance(part, Group) else [part]
            additions.append((len(members), len(group), isinstance(part, Group)))
            for component in group:
                members.append(self.member(ir, component, used, addition=not isinstance(part, Group), in_group=isinstance(part, Group)))
        extra = bool(containers) or node.extensible
        if len(containers) > 1:
            error(containers[1][1].token, "two IE containers in one SEQUENCE are not supported")
        ie_members, ies_tables = [], []
        for at, component in containers:
            fields = self.container_members(ir, component, used)
            ie_members += fields
            ies_tables.append((at, component, fields))
        all_members = [m for m in members if m] + ie_members
        self.write_struct(ir, all_members, extra)
        before = special_members(ir.cpp) if self.is_heavy(all_members, extra) else ""
        for number, (at, component, fields) in enumerate(ies_tables):
            suffix = f"{ir.cpp}_{snake(component.name)}"
            before += self.ies_table(ir, component, fields, suffix)
            members[at] = f"  {{.name = {quote(component.name)}, .type = &ies_{suffix}, .presence = per::Presence::" + (
                "optional" if component.optional else "mandatory") + "},\n"
        fields = {"name": quote(ir.asn), "kind": "per::Kind::sequence", "extensible": cpp_bool(node.extensible), "ops": f"&per::ops<{ir.cpp}>"}
        if members:
            before += f"static constexpr per::Field fields_{ir.cpp}[] = {{\n"
            before += "".join(m if isinstance(m, str) else field_text(ir.cpp, m) for m in members) + "};\n"
            fields["fields"] = f"fields_{ir.cpp}"
        if additions:
            before += f"static constexpr per::Addition additions_{ir.cpp}[] = {{"
            before += ", ".join(f"{{{a}, {n}, {cpp_bool(g)}}}" for a, n, g in additions) + "};\n"
            fields["additions"] = f"additions_{ir.cpp}"
        fields.update(root_count=root_count, field_count=len(members), addition_count=len(additions))
        if extra:
            fields["extra_offset"] = f"offsetof({ir.cpp}, extra)"
        if sum(1 for c in node.root if c.optional or c.default) > 256:
            error(node.token, "more than 256 optional members")
        self.table(ir.table, fields, before=before, inside=ir.cpp)

    def member(self, owner, component, used, addition=False, in_group=False):
        ir = self.build(component.node, f"{owner.asn}-{component.name[0].upper()}{component.name[1:]}")
        out = Member(component.name, self.member_name(component.name, used), ir, "mandatory", component.token)
        if component.default:
            out.presence = "standard_value"
            out.default = self.default(component, ir)
        elif component.optional:
            out.presence = "optional"
        if out.presence == "optional" or addition or in_group:
            if out.presence != "standard_value" or addition:
                out.form = "optional" if ir.size is not None and ir.size <= BOX_ABOVE else "box"
        if addition:  # the extension bitmap says whether it is there
            out.presence = "mandatory"
            out.default = None
        if ir.size is None and out.form == "direct":
            error(component.token, f"{component.name} contains itself")
        return out

    @staticmethod
    def member_name(asn, used):
        cpp = snake(asn)
        while cpp in used:
            cpp += "_"
        used.add(cpp)
        return cpp

    def default(self, component, ir):
        token = component.default
        if token.text in ("TRUE", "FALSE"):
            return token.text.lower(), int(token.text == "TRUE")
        if ir.enumerators is not None:
            text = snake(token.text)
            if text not in ir.enumerators:
                error(token, f"{token.text} is no value of {ir.asn}")
            return f"{ir.cpp}::{text}", ir.enumerators.index(text)
        if ir.kind == "INTEGER":
            value = self.number(token)
            return number_text(value), value
        error(token, f"DEFAULT {token.text} of a {ir.kind} is not supported")

    def object_set(self, name, token):
        if name not in self.m.sets:
            error(token, f"the object set {name} is not defined")
        out = []
        for entry in self.m.sets[name]:
            if "SET" in entry:
                out += self.object_set(entry["SET"].text, entry["SET"])
            else:
                out.append(entry)
        return out

    def object_member(self, owner, entry, used):
        asn = entry["ID"].text.removeprefix("id-")
        ir = self.build(entry["TYPE"], f"{owner.asn}-{asn}")
        presence = entry["PRESENCE"].text
        if presence not in ("mandatory", "optional", "conditional"):
            error(entry["PRESENCE"], f"presence {presence}")
        out = Member(asn, self.member_name(asn, used), ir, "mandatory" if presence == "mandatory" else "optional", entry["ID"])
        out.id = self.number(entry["ID"])
        out.criticality = entry["CRITICALITY"].text
        return out

    def container_members(self, owner, component, used):
        node = component.node
        if len(node.params) != 1 or not isinstance(node.params[0], str):
            error(node.token, f"{node.name} needs one object set: {{ {{Set}} }}")
        if node.name == "ProtocolIE-SingleContainer":
            error(node.token, "ProtocolIE-SingleContainer is supported as the alternative of a CHOICE only")
        out, ids = [], set()
        for entry in self.object_set(node.params[0], node.token):
            member = self.object_member(owner, entry, used)
            if member.id in ids:
                error(entry["ID"], f"{entry['ID'].text} (or its number) is there twice")
            ids.add(member.id)
            if node.name == "ProtocolExtensionContainer":
                member.presence = "optional"
            if member.presence != "mandatory":
                member.form = "optional" if member.ir.size is not None and member.ir.size <= BOX_ABOVE else "box"
            out.append(member)
        if len(out) > 256:
            error(node.token, "more than 256 IEs")
        return out

    def ies_table(self, ir, component, members, suffix):
        out = ""
        fields = {"name": quote(component.name), "kind": "per::Kind::ies", "bounds": "per::Bounds::both",
                  "low": 1 if component.node.name == "ProtocolExtensionContainer" else 0, "high": 65535}
        if members:
            out = f"static constexpr per::Field ie_fields_{suffix}[] = {{\n" + "".join(field_text(ir.cpp, m) for m in members) + "};\n"
            fields["fields"] = f"ie_fields_{suffix}"
        fields.update(field_count=len(members), extra_offset=f"offsetof({ir.cpp}, extra)")
        return out + f"static constexpr per::Type ies_{suffix} = {initialiser(fields)};\n"

    @staticmethod
    def is_heavy(members, extra):
        """Whether copying takes more than a handful of instructions: its special members are defined in the tables, once, because
        inline they are most of what a user of a message compiles."""
        return extra or sum(1 for m in members if m.form == "box" or m.ir.size is None or m.ir.size > 16) > 1

    def write_struct(self, ir, members, extra):
        lines = [f"struct {ir.cpp} {{\n", "  static const per::Type per_type;\n"]
        if self.is_heavy(members, extra):
            n = ir.cpp
            lines.append(f"  {n}();\n  {n}(const {n}&);\n  {n}({n}&&) noexcept;\n  {n}& operator=(const {n}&);\n  {n}& operator=({n}&&) noexcept;\n  ~{n}();\n")
        if ir.asn in self.messages:
            code, outcome, criticality = self.messages[ir.asn]
            lines.append(f"  static constexpr uint8_t procedure_code = {code};\n")
            lines.append(f"  static constexpr per::Outcome outcome = per::Outcome::{outcome};\n")
            lines.append(f"  static constexpr per::Criticality procedure_criticality = per::Criticality::{criticality};\n")
            self.message_cpp.add(ir.cpp)
        size, align = 0, 1
        for m in members:
            initial = f" = {m.default[0]}" if m.default else {"bool": " = false"}.get(m.ir.cpp, "")
            if m.form == "direct" and not m.default and ("int" in m.ir.cpp and m.ir.cpp.endswith("_t")):
                initial = " = 0"
            elif m.form == "direct" and not m.default and (m.ir.enumerators or m.ir.cpp.startswith("Octets<")):
                initial = "{}"
            if m.form != "direct":
                initial = ""
            lines.append(f"  {m.cpp_type()} {m.cpp}{initial};\n")
            s, a = (m.ir.size or 8, m.ir.align) if m.form == "direct" else (8, 8) if m.form == "box" else (m.ir.size + m.ir.align, m.ir.align)
            size, align = (size + a - 1) // a * a + s, max(align, a)
        if extra:
            lines.append("  per::Extras extra;\n")
            size, align = (size + 7) // 8 * 8 + 8, 8
        ir.size, ir.align = max(1, (size + align - 1) // align * align), align
        self.define(ir.cpp, "".join(lines) + "};\n")

    # CHOICE

    def choice(self, ir, node):
        ir.kind = "CHOICE"
        alternatives, used = [], {"kind", "index", "value", "get", "type", "choose", "choose_of", "chosen", "clear", "odd_criticality", "none", "unknown", "standard"}
        single = None
        for component in node.root + node.extensions:
            name = self.member_name(component.name, used)
            if component.node.kind == "REF" and component.node.name == "ProtocolIE-SingleContainer":
                if component is not node.root[-1]:
                    error(component.token, "a ProtocolIE-SingleContainer must be the last alternative")
                single = component
                raw = Ir("per::RawIe", f"single_{ir.cpp}", component.name)
                alternatives.append(Member(component.name, name, raw, "mandatory", component.token))
                continue
            inner = self.build(component.node, f"{ir.asn}-{component.name[0].upper()}{component.name[1:]}")
            alternatives.append(Member(component.name, name, inner, "mandatory", component.token))
        plain = len(alternatives)
        if single:
            for entry in self.object_set(single.node.params[0], single.token):
                alternatives.append(self.object_member(ir, entry, used))
        ir.size, ir.align = 24, 8
        kinds = [f"{m.cpp} = {i}" for i, m in enumerate(alternatives)]
        lines = [f"class {ir.cpp} : public per::Choice {{\n public:\n", "  static const per::Type per_type;\n",
                 wrap("  enum class Kind : uint16_t { ", kinds + ["unknown = 0xfffe", "none = 0xffff"], " };\n", "    "),
                 "  Kind kind() const { return static_cast<Kind>(Choice::index()); }\n"]
        for i, m in enumerate(alternatives):
            lines.append(f"  const {m.ir.cpp}* {m.cpp}() const {{ return static_cast<const {m.ir.cpp}*>(Choice::get({i})); }}\n")
            lines.append(f"  {m.ir.cpp}* {m.cpp}() {{ return static_cast<{m.ir.cpp}*>(Choice::get({i})); }}\n")
            lines.append(f"  {m.ir.cpp}& set_{m.cpp}() {{ return *static_cast<{m.ir.cpp}*>(Choice::choose_of(per_type, {i})); }}\n")
        self.define(ir.cpp, "".join(lines) + "};\n")
        before = ""
        if single:
            before += f"static constexpr per::Type single_{ir.cpp} = {{.name = {quote(single.name)}, .kind = per::Kind::single_ie, .ops = &per::ops<per::RawIe>}};\n"
        before += f"static constexpr per::Field fields_{ir.cpp}[] = {{\n" + "".join(field_text(None, m) for m in alternatives) + "};\n"
        self.table(ir.table, {"name": quote(ir.asn), "kind": "per::Kind::choice", "extensible": cpp_bool(node.extensible),
                              "ops": f"&per::ops<{ir.cpp}>", "fields": f"fields_{ir.cpp}", "root_count": len(node.root),
                              "field_count": plain, "addition_count": len(alternatives) - plain}, before=before, inside=ir.cpp)

    # Output

    def table(self, name, fields, before="", inside=None):
        self.places.setdefault(name, self.place[-1])
        self.tables.append((name, (inside, before + f"constinit const per::Type {name} = {initialiser(fields)};\n")))

    def read_procedures(self):
        for name, parts in self.m.procedures:
            if "PROCEDURE" not in parts or "INITIATING" not in parts:
                error(next(iter(parts.values())), f"{name} needs INITIATING MESSAGE and PROCEDURE CODE")
            code = self.number(parts["PROCEDURE"])
            criticality = parts["CRITICALITY"].text if "CRITICALITY" in parts else "ignore"
            for key, outcome in (("INITIATING", "initiating"), ("SUCCESSFUL", "successful"), ("UNSUCCESSFUL", "unsuccessful")):
                if key in parts:
                    if parts[key].text in self.messages:
                        error(parts[key], f"{parts[key].text} belongs to two procedures")
                    self.messages[parts[key].text] = (code, outcome, criticality)

    def run(self):
        self.read_procedures()
        for name in self.m.order:
            node = self.m.types[name]
            if name in self.m.parameters or name in self.m.skipped or self.uses_skipped(node):
                continue
            self.build_named(name, node.token)

    def uses_skipped(self, node):
        parts = [p for c in node.root + node.extensions for p in (c if isinstance(c, Group) else [c]) if isinstance(p, Component)]
        return any(p.node.kind == "REF" and p.node.name in self.m.skipped for p in parts)

    def constants(self):
        spaces = {}
        for name, (governor, token) in self.m.values.items():
            if token.text in ("TRUE", "FALSE") or not (token.text.lstrip("-").isdigit() or token.text in self.m.values):
                continue
            value = self.number(token)
            if governor == "ProcedureCode":
                spaces.setdefault("procedure", []).append(("uint8_t", snake(name.removeprefix("id-")), value))
            elif governor in ("ProtocolIE-ID", "ProtocolExtensionID"):
                spaces.setdefault("ie", []).append(("uint16_t", snake(name.removeprefix("id-")), value))
            elif governor == "INTEGER":
                spaces.setdefault("limit", []).append(("int64_t", snake(name), value))
        out = ""
        for space, entries in spaces.items():
            out += f"namespace {space} {{\n" + "".join(f"inline constexpr {t} {n} = {number_text(v)};\n" for t, n, v in entries) + f"}}  // namespace {space}\n\n"
        return out

    @staticmethod
    def lists_header():
        return ("\n// Every type that has a name in the modules.\nstruct NamedType {\n  const char* name;\n  const per::Type* type;\n};\n"
                "std::span<const NamedType> all_types();\n\n// Every message of an elementary procedure.\nstruct MessageType {\n"
                "  uint8_t procedure_code;\n  per::Outcome outcome;\n  per::Criticality criticality;\n  const per::Type* type;\n};\n"
                "std::span<const MessageType> all_messages();\n\n")

    def includes(self, stem, texts):
        """The module files whose types `texts` name."""
        words = set(re.findall(r"\b[A-Z]\w*", "".join(texts)))
        return sorted({self.places[w] for w in words if w in self.places} - {stem})

    def write_split(self, banner, space, end, lists):
        """Headers and tables for each module file; returns all headers' stems in an order in which each follows what it includes."""
        o = self.options
        stems = sorted(set(self.places.values()))
        texts = {stem: [text for name, text in self.header if self.places[name] == stem] for stem in stems}
        uses = {stem: self.includes(stem, texts[stem]) for stem in stems}
        order = []
        while len(order) < len(stems):
            ready = [stem for stem in stems if stem not in order and all(use in order for use in uses[stem])]
            if not ready:
                raise Asn1Error(f"--split: these files need each other: {', '.join(s for s in stems if s not in order)}")
            order += ready
        for stem in stems:
            own = "".join(f"#include \"{o.include}/{o.prefix}_{use}.h\"\n" for use in uses[stem])
            forward = "".join(f"{text.split()[0]} {name};\n" for name, text in self.header if self.places[name] == stem and
                              text.startswith(("struct ", "class ")))
            save(o, f"{stem}.h", banner + "#pragma once\n\n#include <cstdint>\n#include <string>\n#include <vector>\n\n"
                 "#include \"base/bytes.h\"\n#include \"codec/per/values.h\"\n" + own + "\n" + space + forward + "\n" +
                 "\n".join(texts[stem]) + "\n" + end)
            self.write_tables(stem, [text for name, (_, text) in self.tables if self.places[name] == stem], [stem], banner, space, end)
        self.write_tables("all", [lists], order, banner, space, end)
        return order

    def write_tables(self, stem, parts, headers, banner, space, end):
        o = self.options
        used = set(re.findall(r"\btable_\w+", "".join(parts)))
        declared = "".join(f"extern const per::Type {name};\n" for name, (inside, _) in self.tables if not inside and name in used)
        includes = "".join(f"#include \"{o.include}/{o.prefix}_{header}.h\"\n" for header in headers)
        save(o, f"tables_{stem}.cpp", banner + f"#include <cstddef>\n\n{includes}#include \"{o.include}/{o.prefix}_tables.h\"\n\n"
             "#pragma GCC diagnostic ignored \"-Winvalid-offsetof\"\n\n" + space + declared + "\n" + "\n".join(parts) + "\n" + end)

    def write(self):
        o = self.options
        os.makedirs(o.out, exist_ok=True)
        banner = f"// Generated by tools/asn1/generate.py from {', '.join(sorted(os.path.basename(f) for f in o.modules))}. Do not edit.\n"
        space, end = f"namespace {o.namespace} {{\n\n", f"}}  // namespace {o.namespace}\n"
        messages = sorted(((*info, name) for name, info in self.messages.items()), key=lambda e: (e[0], ["initiating", "successful", "unsuccessful"].index(e[1])))
        lists = "static constexpr NamedType types[] = {\n" + "".join(f"  {{{quote(n)}, &{t}}},\n" for n, t, _ in self.all_types) + "};\n"
        lists += "std::span<const NamedType> all_types() { return types; }\n\n"
        if messages:
            lists += "static constexpr MessageType messages[] = {\n" + "".join(
                f"  {{{code}, per::Outcome::{outcome}, per::Criticality::{criticality}, &{self.named[name].table}}},\n"
                for code, outcome, criticality, name in messages) + "};\nstd::span<const MessageType> all_messages() { return messages; }\n\n"
        if o.split:
            self.write_split(banner, space, end, lists)
            save(o, "tables.h", banner + "#pragma once\n\n#include <span>\n\n#include \"codec/per/type.h\"\n\n" + space + self.lists_header() + end)
            return
        first = banner + "#pragma once\n\n#include <cstdint>\n#include <optional>\n#include <string>\n#include <vector>\n\n#include \"base/bytes.h\"\n#include \"codec/per/values.h\"\n\n"
        defined = [text for name, text in self.header if name not in self.message_cpp]
        forward = "".join(f"{key} {name};\n" for name, text in self.header for key in ("struct", "class")
                          if text.startswith(f"{key} {name}"))
        save(o, "types.h", first + space + self.constants() + forward + "\n" + "\n".join(defined) + "\n" + end)
        messages = [text for name, text in self.header if name in self.message_cpp]
        save(o, "messages.h", banner + f"#pragma once\n\n#include \"{o.include}/{o.prefix}_types.h\"\n\n" + space + "\n".join(messages) + "\n" + end)
        declared = "".join(f"extern const per::Type {name};\n" for name, (inside, _) in self.tables if not inside)
        save(o, "tables.h", banner + "#pragma once\n\n#include <span>\n\n#include \"codec/per/type.h\"\n"
             f"#include \"{o.include}/{o.prefix}_messages.h\"\n\n" + space + declared +
             self.lists_header() + end)
        head = banner + f"#include <cstddef>\n\n#include \"{o.include}/{o.prefix}_tables.h\"\n\n#pragma GCC diagnostic ignored \"-Winvalid-offsetof\"\n\n" + space
        parts = [[] for _ in range(o.parts)]
        whole, seen = sum(len(text) for _, (_, text) in self.tables), 0
        for _, (_, text) in self.tables:  # equal shares of text, because compile time follows it
            parts[seen * o.parts // whole].append(text)
            seen += len(text)
        parts[-1].append(lists)
        for i, part in enumerate(parts):
            save(o, f"tables_{i}.cpp", head + "\n".join(part) + "\n" + end)


def save(options, name, text):
    path = os.path.join(options.out, f"{options.prefix}_{name}")
    if os.path.exists(path) and open(path, encoding="utf-8").read() == text:
        return
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def quote(text):
    return '"' + text + '"'


def cpp_bool(value):
    return "true" if value else "false"


def number_text(value):
    if value == -2**63:
        return "INT64_MIN"
    return f"{value}u" if 2**63 <= value else str(value)


def initialiser(fields):
    defaults = {"false", "0", NO_EXTRA}
    return "{" + ", ".join(f".{key} = {fields[key]}" for key in ORDER if key in fields and str(fields[key]) not in defaults) + "}"


ORDER = ["name", "kind", "extensible", "bounds", "storage", "is_signed", "low", "high", "ops", "list", "element", "fields", "names", "ranges", "additions",
         "root_count", "field_count", "addition_count", "extra_offset"]


def special_members(n):
    return (f"{n}::{n}() = default;\n{n}::{n}(const {n}&) = default;\n{n}::{n}({n}&&) noexcept = default;\n"
            f"{n}& {n}::operator=(const {n}&) = default;\n{n}& {n}::operator=({n}&&) noexcept = default;\n{n}::~{n}() = default;\n")


def field_text(owner, m):
    out = f"  {{.name = {quote(m.asn)}, .type = &{m.ir.table}"
    if owner:
        if m.form != "direct":
            out += f", .access = &per::access<decltype({owner}::{m.cpp})>"
        out += f", .offset = offsetof({owner}, {m.cpp})"
        if m.presence != "mandatory":
            out += f", .presence = per::Presence::{m.presence}"
    if m.criticality != "ignore":
        out += f", .criticality = per::Criticality::{m.criticality}"
    if m.id:
        out += f", .id = {m.id}"
    if m.default and m.default[1]:
        out += f", .standard_value = {m.default[1]}"
    return out + "},\n"


def wrap(start, items, end, indent="  "):
    one = start + ", ".join(items) + end
    if len(one) <= 140:
        return one
    out, line = start.rstrip() + "\n", indent + "  "
    for i, item in enumerate(items):
        word = item + ("," if i + 1 < len(items) else "")
        if len(line) + len(word) > 138:
            out, line = out + line.rstrip() + "\n", indent + "  "
        line += word + " "
    return out + line.rstrip() + "\n" + indent[2:] + end.lstrip()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--namespace", required=True)
    arguments.add_argument("--prefix", required=True)
    arguments.add_argument("--include", required=True)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--parts", type=int, default=1)
    arguments.add_argument("--split", action="store_true")
    arguments.add_argument("modules", nargs="+")
    options = arguments.parse_args()
    try:
        if options.split:
            Member.optional = "per::Optional"  # cheap to compile: split modules are large ones
        modules = Modules()
        for path in options.modules:
            modules.read(path)
        generator = Generator(modules, options)
        generator.run()
        generator.write()
    except Asn1Error as problem:
        sys.exit(f"{problem}")


if __name__ == "__main__":
    main()
