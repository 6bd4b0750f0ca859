"""C++ names of ASN.1 names: words are split at hyphens, case changes and acronyms; aMFName -> amf_name, NGAP-PDU -> NgapPdu."""
import re

WORD = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z][0-9]+[A-Z]+(?![a-z])|[0-9]+[A-Z]+(?![a-z])|[A-Z]+[0-9]*(?![a-z0-9])|[A-Z]?[a-z]+(?:[0-9]+(?![A-Z]))?|[0-9]+|[A-Z]")
KEYWORDS = set("""alignas alignof and asm auto bitand bitor bool break case catch char class compl concept const continue default delete
do double else enum explicit export extern false float for friend goto if inline int long mutable namespace new not nullptr operator or
private protected public register requires return short signed sizeof static struct switch template this throw true try typedef typeid
typename union unsigned using virtual void volatile wchar_t while xor errno stdin stdout stderr linux unix assert ensure""".split())
RESERVED = {"extra", "per_type"}


def words(name):
    out = []
    for part in re.split(r"[-_]", name[:1].upper() + name[1:]):
        out += WORD.findall(part)
    return out


def camel(name):
    return "".join(w[:1].upper() + w[1:].lower() for w in words(name))


def snake(name):
    out = "_".join(w.lower() for w in words(name))
    return out + "_" if out in KEYWORDS or out in RESERVED or out[0].isdigit() else out
