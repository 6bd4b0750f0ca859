"""Reads the subset of ASN.1 (ITU-T X.680 to X.683) that the 3GPP modules use. Names are global: IMPORTS and EXPORTS are skipped."""
import re

TOKEN = re.compile(
    r"""(?P<ws>\s+)|(?P<block>/\*.*?\*/)|(?P<comment>---[^\n]*|--(?:(?!--)[^\n])*(?:--|(?=\n)|$))"""
    r"""|(?P<tok>::=|\.\.\.|\.\.|\[\[|\]\]|'[0-9A-Fa-f\s]*'[BH]|"[^"]*"|&?[A-Za-z](?:-?[A-Za-z0-9])*|-?\d+|[{}()\[\],;:|.<>@!^])""",
    re.S,
)
CONTAINERS = {"ProtocolIE-Container", "ProtocolIE-SingleContainer", "ProtocolExtensionContainer"}
STRINGS = {"PrintableString", "VisibleString", "IA5String"}


class Asn1Error(Exception):
    pass


class Token:
    __slots__ = ("text", "file", "line")

    def __init__(self, text, file, line):
        self.text, self.file, self.line = text, file, line


def error(token, text):
    raise Asn1Error(f"{token.file}:{token.line}: {text}")


def tokenize(path):
    text = open(path, encoding="utf-8").read()
    at, line, out = 0, 1, []
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise Asn1Error(f"{path}:{line}: unexpected {text[at]!r}")
        if match.group("tok"):
            out.append(Token(match.group("tok"), path, line))
        line += match.group().count("\n")
        at = match.end()
    return out


class Node:
    """A type as written. kind: BOOLEAN INTEGER ENUMERATED BITS OCTETS TEXT UTF8 NULL OID SEQUENCE OF CHOICE REF OPEN"""

    def __init__(self, kind, token):
        self.kind, self.token = kind, token
        self.name = None         # REF: the referenced name; TEXT: the string type
        self.params = []         # REF: actual parameters: Node, or the name of an object set
        self.range = None        # (low, high, extensible): numbers, constants' names, "MIN", "MAX"
        self.size = None
        self.containing = None
        self.root, self.extensions, self.extensible = [], [], False
        self.element = None


class Component:
    def __init__(self, name, node, token):
        self.name, self.node, self.token = name, node, token
        self.optional, self.default = False, None


class Group(list):
    """[[ ]] of a SEQUENCE"""


class Modules:
    def __init__(self):
        self.types = {}       # name -> Node
        self.parameters = {}  # name -> formal parameter names of a parameterised type
        self.values = {}      # name -> (governor, value token)
        self.sets = {}        # object set -> list of {ID, CRITICALITY, TYPE, PRESENCE}
        self.procedures = []  # objects of NGAP-ELEMENTARY-PROCEDURE and its like: (name, {"INITIATING MESSAGE": ..})
        self.order = []
        self.skipped = set()  # classes and what is built from their fields: the PDU's own structure

    def read(self, path):
        """One file: modules, or bare assignments of a module that is spread over several files."""
        tokens = tokenize(path)
        at = 0
        while at < len(tokens):
            begin = next((i + 1 for i in range(at, len(tokens)) if tokens[i].text == "BEGIN"), at)
            if begin == at and any(t.text == "DEFINITIONS" for t in tokens[at:]):
                error(tokens[at], "DEFINITIONS without BEGIN")
            end = next((i for i in range(begin, len(tokens)) if tokens[i].text == "END"), len(tokens))
            self.module(tokens[begin:end])
            at = end + 1

    def module(self, tokens):
        at = 0
        while at < len(tokens) and tokens[at].text in ("EXPORTS", "IMPORTS"):
            while tokens[at].text != ";":
                at += 1
                if at == len(tokens):
                    error(tokens[-1], "EXPORTS or IMPORTS without ;")
            at += 1
        tokens = tokens[at:]
        starts, depth = [], 0
        for i, token in enumerate(tokens):
            if token.text in "{([":
                depth += 1
            elif token.text in "})]":
                depth -= 1
                if depth < 0:
                    error(token, f"{token.text} without its opening counterpart")
            elif token.text == "::=":
                if depth:
                    error(token, "::= within braces: a } is missing above")
                starts.append((self.header_start(tokens, i), i))
        if depth:
            error(tokens[-1], "a } is missing before END")
        if tokens and (not starts or starts[0][0] != 0):
            error(tokens[0], f"unexpected {tokens[0].text}")
        for (start, middle), following in zip(starts, starts[1:] + [(len(tokens), None)]):
            self.assignment(tokens[start:middle], tokens[middle + 1:following[0]])

    @staticmethod
    def header_start(tokens, i):
        """Index where the assignment begins whose ::= is at i: Name, Name {params}, name Type, Name CLASS."""
        if i == 0:
            error(tokens[0], "::= without a name")
        if tokens[i - 1].text == "}":
            depth, k = 0, i - 1
            while k >= 0:
                depth += {"}": 1, "{": -1}.get(tokens[k].text, 0)
                if depth == 0:
                    return k - 1
                k -= 1
        if tokens[i - 1].text == "IDENTIFIER":
            return i - 3
        if i >= 2 and re.fullmatch(r"[A-Za-z][\w-]*", tokens[i - 2].text) and tokens[i - 2].line == tokens[i - 1].line:
            return i - 2
        return i - 1

    def assignment(self, header, body):
        name, token = header[0].text, header[0]
        if not body:
            error(token, f"{name} is empty")
        if len(header) > 1 and header[1].text == "{":
            if any(t.text == ":" for t in header) or name in CONTAINERS:
                return  # the IE containers' own definitions: built in
            self.parameters[name] = [t.text for t in header[2:-1] if t.text != ","]
        elif len(header) > 1:
            return self.value_or_object(name, header[1:], body)
        if body[0].text == "CLASS" or name in CONTAINERS or any(t.text.startswith("&") or (
                t.text == ".") for t in body):
            self.skipped.add(name)
            return
        parser = Parser(body)
        node = parser.type()
        parser.expect_end()
        if name in self.types:
            error(token, f"{name} is already defined at {self.types[name].token.file}:{self.types[name].token.line}")
        node.token = token
        self.types[name] = node
        self.order.append(name)

    def value_or_object(self, name, governor, body):
        texts = [t.text for t in body]
        if name[0].isupper():
            self.sets[name] = self.object_set(body)
        elif texts[0] == "{" and any(t in texts for t in ("MESSAGE", "OUTCOME")):
            self.procedures.append((name, self.procedure(body)))
        elif texts[0] != "{":
            if name in self.values:
                error(body[0], f"{name} is already defined")
            self.values[name] = (governor[0].text, body[0])

    @staticmethod
    def procedure(body):
        out, i = {}, 1
        while i < len(body) - 1:
            key = body[i].text
            if key in ("INITIATING", "SUCCESSFUL", "UNSUCCESSFUL", "PROCEDURE"):
                out[key], i = body[i + 2], i + 3
            elif key == "CRITICALITY":
                out[key], i = body[i + 1], i + 2
            else:
                error(body[i], f"unexpected {key} in a procedure")
        return out

    @staticmethod
    def object_set(body):
        parser = Parser(body)
        parser.expect("{")
        out = []
        while not parser.take("}"):
            if parser.take("|", ",", "..."):
                continue
            if not parser.take("{"):
                out.append({"SET": parser.next()})
                continue
            entry = {}
            while not parser.take("}"):
                key = parser.next()
                if key.text in ("TYPE", "EXTENSION"):
                    entry["TYPE"] = parser.type()
                elif key.text in ("ID", "CRITICALITY", "PRESENCE"):
                    entry[key.text] = parser.next()
                else:
                    error(key, f"unexpected {key.text} in an object (ID, CRITICALITY, TYPE, EXTENSION, PRESENCE are known)")
            for key in ("ID", "TYPE", "PRESENCE", "CRITICALITY"):
                if key not in entry:
                    error(parser.last, f"the object has no {key}")
            out.append(entry)
        return out


class Parser:
    def __init__(self, tokens):
        self.tokens, self.at = tokens, 0
        self.last = tokens[0]

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead].text if self.at + ahead < len(self.tokens) else ""

    def next(self):
        if self.at >= len(self.tokens):
            error(self.last, "the assignment ends too early")
        self.last = self.tokens[self.at]
        self.at += 1
        return self.last

    def take(self, *texts):
        if self.peek() in texts:
            self.next()
            return True
        return False

    def expect(self, text):
        token = self.next()
        if token.text != text:
            error(token, f"{text} expected, {token.text} found")

    def expect_end(self):
        if self.at < len(self.tokens):
            error(self.tokens[self.at], f"unexpected {self.peek()}")

    def type(self):
        token = self.next()
        word = token.text
        node = Node(word, token)
        if word == "[":  # a tag: no matter for PER with automatic tags
            while self.next().text != "]":
                pass
            return self.type()
        if word in ("BOOLEAN", "NULL", "INTEGER"):
            if word == "INTEGER" and self.peek() == "{":
                self.skip_braces()
        elif word == "ENUMERATED":
            self.enumerated(node)
        elif word == "BIT":
            self.expect("STRING")
            node.kind = "BITS"
            if self.peek() == "{":
                self.skip_braces()
        elif word == "OCTET":
            self.expect("STRING")
            node.kind = "OCTETS"
        elif word == "OBJECT":
            self.expect("IDENTIFIER")
            node.kind = "OID"
        elif word in STRINGS:
            node.kind, node.name = "TEXT", word
        elif word == "UTF8String":
            node.kind = "UTF8"
        elif word in ("SEQUENCE", "CHOICE"):
            if word == "SEQUENCE" and self.peek() in ("(", "SIZE", "OF"):
                return self.sequence_of(node)
            self.components(node, word == "CHOICE")
        elif re.fullmatch(r"[A-Z][\w-]*", word):
            node.kind, node.name = "REF", word
            if self.peek() == "{":
                self.actual_parameters(node)
        else:
            error(token, f"{word} is no type that is understood here")
        self.constraints(node)
        return node

    def skip_braces(self):
        depth = 0
        while True:
            depth += {"{": 1, "}": -1}.get(self.next().text, 0)
            if depth == 0:
                return

    def actual_parameters(self, node):
        self.expect("{")
        while not self.take("}"):
            if self.take("{"):
                node.params.append(self.next().text)
                self.expect("}")
            else:
                node.params.append(self.type())
            self.take(",")

    def enumerated(self, node):
        self.expect("{")
        into = node.root
        while not self.take("}"):
            if self.take("..."):
                node.extensible, into = True, node.extensions
            else:
                token = self.next()
                if self.peek() == "(":
                    error(token, "numbered enumerated values are not supported")
                if not re.fullmatch(r"[a-z][\w-]*", token.text):
                    error(token, f"{token.text} is no enumerated value")
                if token.text in node.root or token.text in node.extensions:
                    error(token, f"{token.text} is there twice")
                into.append(token.text)
            self.comma("}")

    def comma(self, closing):
        if self.peek() != closing and not self.take(","):
            error(self.tokens[self.at] if self.at < len(self.tokens) else self.last, f", or {closing} expected, {self.peek()} found")

    def sequence_of(self, node):
        node.kind = "OF"
        if self.take("("):
            self.constraint(node)
            self.expect(")")
        elif self.take("SIZE"):
            node.size = self.bracketed_range()
        self.expect("OF")
        node.element = self.type()
        return node

    def components(self, node, is_choice):
        self.expect("{")
        names = set()
        markers = 0
        tail = []
        while not self.take("}"):
            if self.take("..."):
                node.extensible = True
                markers += 1
            elif self.take("[["):
                group = Group()
                if self.peek(1) == ":":
                    self.next()
                    self.next()
                while not self.take("]]"):
                    group.append(self.component(names))
                    self.comma("]]")
                if is_choice:
                    node.extensions.extend(group)
                else:
                    node.extensions.append(group)
            else:
                [node.root, node.extensions, tail][min(markers, 2)].append(self.component(names))
            self.comma("}")
        node.root += tail

    def component(self, names):
        token = self.next()
        if not re.fullmatch(r"[a-z][\w-]*", token.text):
            error(token, f"{token.text} is no component name")
        if token.text in names:
            error(token, f"{token.text} is there twice")
        names.add(token.text)
        out = Component(token.text, self.type(), token)
        if self.take("OPTIONAL"):
            out.optional = True
        elif self.take("DEFAULT"):
            out.default = self.next()
            if out.default.text == "{":
                error(out.default, "DEFAULT of a constructed type is not supported")
        return out

    def constraints(self, node):
        while self.take("("):
            self.constraint(node)
            self.expect(")")

    def constraint(self, node):
        if self.take("SIZE"):
            node.size = self.bracketed_range()
            if self.take(","):
                self.expect("...")
                node.size = (*node.size[:2], True)
        elif self.take("CONTAINING"):
            node.containing = self.type()
        elif self.peek() in ("{", "WITH", "FROM", "CONSTRAINED"):
            if self.peek() == "FROM":
                error(self.next(), "permitted alphabets are not supported")
            depth = 0
            while depth or self.peek() != ")":
                depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(self.next().text, 0)
        else:
            node.range = self.elements()

    def bracketed_range(self):
        self.expect("(")
        out = self.elements()
        self.expect(")")
        return out

    def elements(self):
        """Bounds of a union of values and ranges: (list of lows, list of highs, extensible)"""
        lows, highs, extensible = [], [], False
        while True:
            low = self.next()
            high = low
            if self.take(".."):
                high = self.next()
            lows.append(low)
            highs.append(high)
            if not self.take("|"):
                break
        if self.take(","):
            self.expect("...")
            extensible = True
            while self.peek() != ")":
                self.next()
        return lows, highs, extensible
