#!/usr/bin/env python3
"""Compares the leaves that `sen5g pcap verify --leaves` prints with tshark's dissection of the same capture.

  tools/compare_leaves.py [--command "build/release/sen5g pcap verify --leaves"] [--tshark tshark] [--verbose] CAPTURE...

Per NGAP, NAS, PFCP and GTP-U message: each leaf of ours must have a counterpart at the same place with the same value in tshark's tree,
and each field of tshark's that carries a value must be covered by a leaf of ours. A field is found by its place (message, information
elements around it, index) and its label; what differs by design is listed in the tables below, each entry with its reason. Ends with 1 on
a difference or where a program fails, with 77 where tshark is not installed.
"""
import argparse
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

PROTOCOLS = {"ngap": "NGAP", "nas-5gs": "NAS", "pfcp": "PFCP", "gtp": "GTP-U"}
TSHARK_OPTIONS = ["-o", "nas-5gs.null_decipher:TRUE", "-d", "sctp.port==38412,ngap"]

# Fields of tshark's without a leaf of ours, by name (whole regular expression) and why. None of them carries a value of its own.
NOT_PRINTED = [
    (r"per\..*", "the transfer syntax: lengths, indexes and presence bits, which the tree's shape already says"),
    (r"ngap\.(id|procedureCode|criticality)",
     "fixed by the standard for each message and element; the re-encoding of pcap verify checks their octets"),
    (r"ngap\.(UERadioAccessCapabilityInformation|LastVisitedNGRANCellInformation)_element",
     "an RRC container; RRC is no part of this comparison"),
    (r"nas_5gs\.epd", "the discriminator; named by the message"),
    (r"nas_5gs\.(mm|sm)\.message_type", "compared as the message's name"),
    (r".*\bspare.*|gtp\.flags\.reserved|.*_spare", "spare bits: no value; the re-encoding of pcap verify checks their octets"),
    (r".*\.elem_id|pfcp\.ie_type", "the element's tag: compared as its name"),
    (r"gsm_a\.len|nas_5gs\.(sm|mm|updp|cmn)\.(pf_|param_)?len(gth)?|pfcp\.(ie_len|length|.*_len|.*length_of.*)|"
     r"gtp\.(length|ext_hdr\.length|gsn_address_length)|gsm_a\.gm\.sm\.pco\.length",
     "a length: the value that it measures is compared whole"),
    (r"nas_5gs\.sm\.nof_(params|pkt_filters)", "a count: the list that it measures is compared whole"),
    (r"gsm_a\.gm\.sm\.ext|gsm_a\.extension", "an extension bit, always 1: the octet ends here"),
    (r"nas_5gs\.mm\.odd_even", "whether the last half octet is filler; the digits are compared"),
    (r"gsm_a\.dtap\.auts\..*", "tshark's parts of AUTS, which is compared whole"),
    (r"gsm_a\.gm\.gmm\.gprs_timer[23]", "tshark's sum of unit and value, which are compared"),
    (r"gsm_a\.gm\.sm\.link_dir|(pfcp|gtp)\.response_(time|to|in)|gtp\.time|pfcp\.session(_.*)?|.*\.analysis\..*",
     "found by tshark from the flow, not in the message"),
    (r"pfcp\.(version|s|mp_flag|flags)|gtp\.flags(\.version|\.payload|\.[es]|\.pn)?|gtp\.ext_hdr\.pdu_ses_cont\.ppp",
     "how the header is laid out; the fields whose presence it announces are compared"),
    (r"pfcp\.msg_type|gtp\.message", "compared as the message's name"),
    (r"gtp\.ext_hdr(\.next)?", "the chain of extension headers: compared as their names"),
    (r"3gpp\.tmsi", "tshark's second view of the 5G-TMSI"),
    (r"nas_5gs\..*_psi_0_b0", "the spare bit in place of a PDU session 0"),
    (r"e212\.assoc\.imsi", "tshark's second view of the IMSI"),
    (r"pfcp\.(far|urr|qer)_id_flg", "the first bit of a rule's number, which is compared as one number of 32 bits (TS 29.244 8.2.74)"),
    (r"data\.(data|len)", "not dissected by tshark"),
]

# A whole and its parts: where tshark gives parts, they are compared and not the whole.
WITH_PARTS = {"nas_5gs.mm.suci.scheme_output", "gsm_a.dtap.autn"}

# Names: field of tshark's -> last part of our path, where labels (with or without their abbreviation) do not agree.
ALIASES = {
    "e212.mcc": "MCC", "e212.guami.mcc": "MCC", "e212.5gstai.mcc": "MCC",
    "e212.mnc": "MNC", "e212.guami.mnc": "MNC", "e212.5gstai.mnc": "MNC",
    "nas_5gs.proc_trans_id": "PTI", "nas_5gs.pdu_session_id": "PDU session ID",  # as in the tables of TS 24.501 8.3
    "nas_5gs.sm.int_prot_max_data_rate_ul": "uplink", "nas_5gs.sm.int_prot_max_data_rate_dl": "downlink",  # the element's name says of what
    "gsm_a.gm.sm.pco_pid": "Container ID", "gsm_a.gm.sm.pco.dns.ipv4": "IPv4 address", "gsm_a.gm.sm.pco.dns.ipv6": "IPv6 address",
    "nas_5gs.sm.qfi": "QFI|QoS flow identifier", "nas_5gs.sm.pdu_addr_inf_ipv4": "IPv4 address", "nas_5gs.sm.e": "E",
    "nas_5gs.mm.reg_res.sms_all": "SMS allowed", "nas_5gs.nw_feat_sup.vops_3gpp": "IMS-VoPS-3GPP",
    "gsm_a.gm.sm.pco.pcscf.ipv4": "IPv4 address", "gsm_a.gm.sm.pco.pcscf.ipv6": "IPv6 address", "gsm_a.gm.sm.pco.ipv4_link_mtu_size": "MTU",
    "nas_5gs.sm.pdu_addr_inf_ipv6": "Interface identifier", "nas_5gs.mm.conf_upd_ind.red": "RED", "nas_5gs.mm.conf_upd_ind.ack": "ACK",
    "gtp.teid_data": "Tunnel Endpoint Identifier Data I", "gtp.gsn_ipv4": "GTP-U Peer Address", "gtp.gsn_ipv6": "GTP-U Peer Address",
    "gsm_a.dtap.timezone": "quarter hours",
    "nas_5gs.mm.eia7": "EPS-UPIP", "nas_eps.emm.eia7": "EPS-UPIP",  # since release 17 (TS 24.501 9.11.3.54)
    "pfcp.node_id_type": "Node ID Type", "pfcp.node_id_ipv4": "Node ID IPv4",
    "pfcp.node_id_ipv6": "Node ID IPv6", "pfcp.node_id_fqdn": "Node ID FQDN",
    "pfcp.ul_mbr": "UL", "pfcp.dl_mbr": "DL", "pfcp.ul_gbr": "UL", "pfcp.dl_gbr": "DL",  # the element's name says which
    "pfcp.up_function_features.mte_n4": "MTE",  # as in TS 29.244 8.2.25
    "pfcp.usage_report_trigger_flags.tebur": "TEBUR",  # as in TS 29.244 8.2.41
    "pfcp.ue_ip_address_flag.v6pl": "IP6PL",  # as in TS 29.244 8.2.62
}

# Names of messages: tshark's -> the standard's.
MESSAGE_ALIASES = {"T-PDU": "G-PDU"}

# A number of tshark's that the standard defines as flags: (mask, name of the bit).
FLAGS = {
    "pfcp.outer_hdr_desc": [  # TS 29.244 8.2.56, octets 5 and 6
        (0x0100, "GTP-U/UDP/IPv4"), (0x0200, "GTP-U/UDP/IPv6"), (0x0400, "UDP/IPv4"), (0x0800, "UDP/IPv6"),
        (0x1000, "IPv4"), (0x2000, "IPv6"), (0x4000, "C-TAG"), (0x8000, "S-TAG"),
        (0x0001, "N19 Indication"), (0x0002, "N6 Indication"), (0x0004, "Low layer SSM and C-TEID")],
}

# Names of information elements: tshark's -> ours.
GROUP_ALIASES = {
    "NAS key set identifier": ["ngKSI"], "5GS tracking area identity list": ["TAI list"],
    "Authorized": ["Authorized QoS flow descriptions"],
    "NAS security algorithms": ["Selected NAS security algorithms"], "Short Name": ["Short name for network"], "Local": ["Local time zone"],
    "Daylight Saving Time": ["Network daylight saving time"],
    "UE network capability": ["S1 UE network capability"], "5GS identity type": ["Identity type"],
    # The type of the element, where the message's table gives it another name.
    "5GS mobile identity": ["IMEISV", "5G-S-TMSI", "Mobile identity"],
}


def norm(text):
    return re.sub(r"[^a-z0-9]+", "", text.casefold())


# Leaves of ours that tshark 4.0 shows as spare bits, because its dissector is of an earlier release: only a cleared bit passes.
ONLY_OURS = [
    (r".*\.QoS rule\[\d+\]\.Segregation", "TS 24.501 9.11.4.13"),
    (r".*\.5GS registration result\.Disaster roaming registration result", "TS 24.501 9.11.3.6, release 17"),
    (r".*\.5GMM capability\.(ER-NSSAI|5G ProSe-.*)", "TS 24.501 9.11.3.1, release 17"),
    (r".*\.(UP|CP) Function Features\..*", "TS 29.244 8.2.25, 8.2.58: features in octets that the peer leaves away"),
]


# Leaves of ours that repeat octets whose values are compared elsewhere.
REPEATED = [
    (r".*\.as received( [0-9a-f]{2})?", "the sender's form where it is not the canonical one"),
]


def parts_of(field):
    """The fields that we print for one of tshark's."""
    def part(label, value):
        made = Field(ElementTree.Element("field", name=f"{field.name}.{norm(label)}", show=value, showname=f"{label}: {value}"))
        made.exact = True
        return made
    if field.name in FLAGS:
        return [of_bit(field, mask, label) for mask, label in FLAGS[field.name]]
    if field.name == "gsm_a.dtap.time_zone_time":
        month, day, year, hour, minute, second = re.match(r"(\w+) +(\d+), \d\d(\d\d) (\d+):(\d+):(\d+)", field.show).groups()
        month = "JanFebMarAprMayJunJulAugSepOctNovDec".index(month) // 3 + 1
        return [part(label, f"{int(value):02d}") for label, value in
                (("Year", year), ("Month", month), ("Day", day), ("Hour", hour), ("Minute", minute), ("Second", second))]
    if field.name == "gsm_a.dtap.text_string":
        return [field, part("Octets", field.value)]
    return [field]


def of_bit(field, mask, label):
    """One bit of a field as a field of its own."""
    shown = str(int(field.number() & mask != 0))
    return Field(ElementTree.Element("field", name=f"{field.name}&{mask:#x}", show=shown, showname=label + ": flag"))


def names_of(label):
    """The names that a label gives: whole, its abbreviation in brackets, what stands before the brackets."""
    found = {norm(label), norm(re.sub(r"\(.*?\)", "", label))}
    found.update(norm(part) for part in re.findall(r"\(([^()]*)\)", label))
    return found - {""}


class Field:
    """One field of tshark's tree."""

    def __init__(self, element):
        self.name = element.get("name") or ""
        self.show = element.get("show") or ""
        self.value = element.get("value") or ""
        self.octets = element.get("unmaskedvalue") or self.value
        self.masked = element.get("unmaskedvalue") is not None
        self.line = element.get("showname") or ""
        text = re.sub(r"^[01. ]+ = ", "", self.line)
        self.label, _, self.text = text.partition(": ")
        self.exact = False  # whether `show` is the text that we print
        self.size = int(element.get("size") or 0)

    def number(self):
        try:
            return int(self.show, 0)
        except ValueError:
            return int(self.show) if self.show.isdigit() else None


class Leaf:
    def __init__(self, path, value):
        self.path, self.value, self.used = path, value, False


class Message:
    def __init__(self, protocol, name):
        self.protocol, self.name, self.leaves = protocol, name, []
        self.inner = set()  # names of the messages inside it


# ---- values ------------------------------------------------------------------------------------------------------------------------------

# Names of values: tshark's -> the standard's.
VALUE_ALIASES = {
    "Integrity protected with new 5GS security context": "Integrity protected with new 5G NAS security context",  # TS 24.501 9.3.1
    "Integrity protected and ciphered with new 5GS security context": "Integrity protected and ciphered with new 5G NAS security context",
}
# An octet string that tshark shows as a number.
AS_OCTETS = {"ngap.tAC", "ngap.gTP_TEID", "ngap.fiveG_TMSI", "nas_5gs.mm.suci.scheme_output.mac_tag", "nas_5gs.msg_auth_code",
             "nas_5gs.sm.pdu_addr_inf_ipv6"}
# A number that tshark shows as octets.
AS_NUMBER = {"pfcp.f_teid.choose_id", "pfcp.s_nssai_sst.sst"}
# A number that tshark divides.
WHOLE = {"pfcp.far_id", "pfcp.urr_id", "pfcp.qer_id"}
# A bit string that tshark shows as a number: its length.
AS_BITS = {"ngap.NRCellIdentity": 36, "ngap.EUTRACellIdentity": 28}


def bits(octets, count):
    return "".join(f"{int(octets[i:i + 2], 16):08b}" for i in range(0, len(octets), 2))[:count]


def texts_of(field):
    """What we may print for the value of this field, normalised."""
    if field.exact:
        return {field.show}
    if field.name in AS_OCTETS:
        return {field.value}
    if field.name in AS_NUMBER:
        return {str(int(field.value, 16))}
    if field.name in AS_BITS:
        return {bits(field.value, AS_BITS[field.name])}
    length = re.search(r"\[bit length (\d+)", field.line)
    if length:
        return {bits(field.value, int(length.group(1)))}
    if field.name.endswith((".mcc", ".mnc")) and field.name.startswith("e212."):
        digits = re.search(r"\((\d+)\)$", field.text).group(1)
        return {digits.zfill(3) if field.name.endswith(".mcc") else digits}
    if field.show == "NULL" or re.match(r"[A-Z][a-z]{2} [ \d]\d, \d{4} ", field.show):  # an NTP time (RFC 5905): seconds since 1900
        return {str(int(field.value, 16))} if len(field.value) == 8 else {field.show}
    if field.value and field.show.replace(":", "") == field.value and not field.masked:
        return {field.value}
    if field.name in WHOLE:
        return {str(int(field.octets, 16))}
    number = field.number()
    if number is None:
        return {field.show}
    if re.match(r"\d{2,}$", field.show) and field.show == field.text and len(field.show) >= field.size * 2 and field.size > 1:
        return {field.show}  # digits, with their leading zeros
    if field.name == "gsm_a.gm.sm.pco_pid":
        return {f"{field.show} {field.text.rpartition(' (')[0]}"}
    if field.name == "gsm_a.dtap.timezone":
        sign, hours, minutes = re.match(r"GMT ([+-]) (\d+) hours (\d+) minutes", field.text).groups()
        return {str((int(hours) * 4 + int(minutes) // 15) * (1 if sign == "+" else -1))}
    found = {str(number)}
    named = re.match(r"(.*) \((0x)?[0-9a-fA-F]+\)$", field.text)
    if named:
        found |= {named.group(1), re.sub(r" \([^()]*\)$", "", named.group(1)), VALUE_ALIASES.get(named.group(1), named.group(1))}
    if number in (0, 1) and (field.masked or field.size == 0):
        found.add("true" if number else "false")
    return found


def same(ours, field):
    expected = texts_of(field)
    if ours in expected:
        return True
    return any(not text.isdigit() and norm(text) == norm(ours) != "" for text in expected)


# ---- tshark's tree -----------------------------------------------------------------------------------------------------------------------

def not_printed(name):
    return any(re.fullmatch(pattern, name) for pattern, _ in NOT_PRINTED)


class Theirs:
    """The messages of one packet: lists of (place, Field)."""

    def __init__(self, packet):
        self.messages, self.packet = [], packet
        inner = {p for outer in packet.iter("proto") if outer.get("name") == "nas-5gs" for p in outer.iter("proto") if p is not outer}
        for proto in packet.iter("proto"):
            if proto in inner:
                continue
            if proto.get("name") == "ngap":
                self.ngap(proto)
            elif proto.get("name") == "nas-5gs":
                self.nas(proto)
            elif proto.get("name") == "pfcp":
                self.pfcp(proto)
            elif proto.get("name") == "gtp":
                self.gtpu(proto)

    def start(self, protocol, name):
        self.messages.append(Message(protocol, name))
        return self.messages[-1]

    # NGAP. The path is made of component names (lower-case initial, X.680 12.3), names of elements and indexes; type names are left out.
    frame_parts = {"value", "protocolIEs", "extensionValue", "initiatingMessage", "successfulOutcome", "unsuccessfulOutcome"}

    def ngap(self, proto):
        name = re.search(r"\((\w+)\)", proto.get("showname") or "")
        message = self.start("NGAP", name.group(1) if name else "")
        for child in proto:
            self.ngap_field(child, message.name, message)

    def ngap_field(self, element, path, message):
        if element.tag == "proto" or not_printed(element.get("name") or ""):
            return
        field = Field(element)
        inside = [c for c in element if c.tag == "field" and not not_printed(c.get("name") or "") and
                  (c.get("name") == "" or c.get("name").startswith("ngap."))]
        identity = element.find("field[@name='ngap.id']")
        item = re.match(r"Item (\d+)", field.show) if not field.name else None
        if identity is not None:
            path += "." + re.search(r"id-(.*) \(\d+\)", identity.get("showname")).group(1)
        elif item:
            if element.find("field/field[@name='ngap.id']") is None:
                path += f"[{item.group(1)}]"
        elif field.label[:1].islower() and field.label not in self.frame_parts:
            path += "." + field.label
        if inside and "[bit length" not in field.line:  # below a bit string stands tshark's second view of it, bit by bit
            for child in inside:
                self.ngap_field(child, path, message)
        elif field.name and not field.name.endswith("_element") and not re.fullmatch(r"\d+ items?", field.text):
            message.leaves.append(Leaf(path, field))

    # NAS. The place is the chain of messages and information elements; deeper groups of tshark's only order the leaves.
    def nas(self, proto):
        for group in proto:
            if (group.get("show") or "").startswith("Plain NAS"):
                name = self.nas_name(group)
                message = self.start("NAS", name)
                self.nas_group(group, (frozenset([norm(name)]),), 0, message)
            elif (group.get("show") or "").startswith("Security protected"):
                message = self.start("NAS", "security protected")
                for child in group:
                    self.add(message, (frozenset([norm("NAS security protected")]),), Field(child))
            else:
                message = self.start("NAS", "not dissected: " + (group.get("showname") or group.get("show") or ""))

    @staticmethod
    def nas_name(group):
        kind = group.find("field[@name='nas_5gs.mm.message_type']")
        if kind is None:
            kind = group.find("field[@name='nas_5gs.sm.message_type']")
        return re.sub(r" \(0x[0-9a-f]+\)$", "", kind.get("showname").partition(": ")[2]) if kind is not None else ""

    def nas_group(self, element, chain, depth, message):
        for child in element:
            show = child.get("show") or ""
            if not child.get("name"):
                if show.startswith("Plain NAS"):
                    message.inner.add(self.nas_name(child))
                    self.nas_group(child, chain + (frozenset([norm(self.nas_name(child))]),), 0, message)
                elif depth == 0:
                    self.nas_group(child, chain + (self.element_names(show),), 1, message)
                else:
                    self.nas_group(child, chain, depth + 1, message)
                continue
            if child.tag == "proto":
                if child.get("name") == "nas-5gs":  # the message of a container
                    self.nas_group(child, chain, 1, message)
                continue
            field = Field(child)
            plain = field.name == "nas_5gs.security_header_type" and field.show == "0"
            if not plain and not (field.name in WITH_PARTS and len(child)):
                self.add(message, chain, field)
            self.nas_group(child, chain, depth + 1, message)

    @staticmethod
    def element_names(show):
        names = set()
        for part in [show] + show.split(" - "):
            names |= names_of(part)
            for alias in GROUP_ALIASES.get(part, []):
                names.add(norm(alias))
        return frozenset(names)

    # PFCP. The place is the chain of elements with their index among those of the same type.
    def pfcp(self, proto):
        kind = proto.find("field[@name='pfcp.msg_type']")
        name = re.sub(r"^PFCP | \(\d+\)$", "", kind.get("showname").partition(": ")[2])
        message = self.start("PFCP", name)
        self.pfcp_group(proto, name, message)

    def pfcp_group(self, element, path, message):
        counts = {}
        for child in element:
            kind = child.find("field[@name='pfcp.ie_type']")
            if kind is not None:
                name = re.sub(r" \(\d+\)$", "", kind.get("showname").partition(": ")[2])
                index = counts[name] = counts.get(name, -1) + 1
                self.pfcp_group(child, f"{path}.{name}[{index}]", message)
            elif child.get("name") == "":
                self.pfcp_group(child, path, message)
            else:
                self.add(message, path, Field(child))
                if "imsi" not in child.get("name"):  # tshark's guess at where the MNC of an IMSI ends
                    self.pfcp_group(child, path, message)

    # GTP-U.
    def gtpu(self, proto):
        kind = proto.find("field[@name='gtp.message']")
        name = re.sub(r" \(0x[0-9a-f]+\)$", "", kind.get("showname").partition(": ")[2])
        message = self.start("GTP-U", MESSAGE_ALIASES.get(name, name))
        for child in proto.iter("field"):
            if child.get("name"):
                self.add(message, name, Field(child))
        if message.name == "G-PDU":
            # The payload goes to other dissectors: its octets are those behind the headers, up to the length of the first.
            carriers = ("udp.payload", "exported_pdu.exported_pdu")
            datagram = next(f.get("value") for f in self.packet.iter("field") if f.get("name") in carriers)
            length = int(proto.find("field[@name='gtp.length']").get("show"))
            octets = datagram[2 * int(proto.get("size")):2 * (8 + length)]
            made = ElementTree.Element("field", name="gtp.tpdu", show=octets, value=octets, showname="T-PDU: " + octets)
            self.add(message, name, Field(made))

    @staticmethod
    def add(message, place, field):
        if not_printed(field.name):
            return
        message.leaves += [Leaf(place, part) for part in parts_of(field)]


# ---- our tree ----------------------------------------------------------------------------------------------------------------------------

def read_ours(text):
    """Messages of each frame, in the order of the output: {frame: [Message]}."""
    frames, message = {}, None
    for line in text.splitlines():
        head = re.match(r"frame (\d+) (NGAP|NAS|PFCP|GTP-U) (.*)$", line)
        if head:
            message = Message(head.group(2), head.group(3))
            frames.setdefault(int(head.group(1)), []).append(message)
        elif message and (leaf := re.match(r"(\S.*?) = (.*)$", line)):
            message.leaves.append(Leaf(leaf.group(1), leaf.group(2)))
        elif message and (leaf := re.match(r"(\S.*?) =$", line)):
            message.leaves.append(Leaf(leaf.group(1), ""))
        else:
            message = None
    return frames


def nas_place(path, message_names):
    """The chain of messages and elements that Theirs.nas_group makes, the leaf's name, whether the element is this leaf alone."""
    parts = [re.sub(r"\[\d+\]", "", part) for part in split_path(path)]
    chain, at = [norm(parts[0])], 1
    while at < len(parts):
        chain.append(norm(parts[at]))
        if at + 1 < len(parts) and norm(parts[at + 1]) in message_names:
            chain.append(norm(parts[at + 1]))
            at += 2
            continue
        break
    return chain, norm(parts[-1]), at == len(parts) - 1


def split_path(path):
    return re.split(r"\.(?=\S)", path)


def indexed(parts):
    return [norm(re.sub(r"\[\d+\]$", "", part)) + (re.search(r"\[\d+\]$", part) or [("[0]")])[0] for part in parts]


# ---- the comparison ----------------------------------------------------------------------------------------------------------------------

class Counts:
    def __init__(self):
        self.compared = self.equal = self.messages = self.ciphered = self.spare = 0
        self.problems = []

    def add(self, other):
        for name in ("compared", "equal", "messages", "ciphered", "spare"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.problems += other.problems


def labels_of(field):
    return {norm(alias) for alias in ALIASES[field.name].split("|")} if field.name in ALIASES else names_of(field.label)


def finder(protocol, message_names):
    """For a leaf of ours: a predicate that says whether a leaf of theirs stands at the same place."""
    if protocol == "NGAP":
        return lambda ours: lambda theirs: theirs.path == ours.path
    if protocol == "NAS":
        def nas(ours):
            chain, name, single = nas_place(ours.path, message_names)

            def at(theirs):
                place = list(theirs.path)
                labels = labels_of(theirs.value)
                if len(place) < len(chain):  # tshark has no group around a field of its own
                    place = place + [labels]
                return len(place) == len(chain) and all(c in p for c, p in zip(chain, place)) and (
                    name in labels or single)
            return at
        return nas
    if protocol == "PFCP":
        def pfcp(ours):
            parts = indexed(split_path(ours.path))

            def at(theirs):
                place = indexed(split_path(theirs.path))
                if parts == place:
                    return True
                return parts[:-1] == place and re.sub(r"\[\d+\]$", "", parts[-1]) in labels_of(theirs.value)
            return at
        return pfcp
    return lambda ours: lambda theirs: norm(split_path(ours.path)[-1]) in labels_of(theirs.value)


def describe(field):
    return f"{field.name} ({field.line or field.show})"


def compare_message(where, ours, theirs, message_names, counts, verbose):
    counts.messages += 1
    find = finder(ours.protocol, message_names)
    if norm(ours.name) != norm(theirs.name):
        counts.problems.append(f"{where}: ours is {ours.name}, tshark's is {theirs.name}")
        return
    for leaf in ours.leaves:
        if any(re.fullmatch(pattern, leaf.path) for pattern, _ in REPEATED):
            continue
        counts.compared += 1
        at = find(leaf)
        other = next((t for t in theirs.leaves if not t.used and at(t)), None)
        if other is None and leaf.value in ("false", "0") and any(re.fullmatch(pattern, leaf.path) for pattern, _ in ONLY_OURS):
            counts.compared -= 1
            counts.spare += 1
            continue
        if other is None:
            counts.problems.append(f"{where}: only ours: {leaf.path} = {leaf.value}")
            continue
        other.used = True
        if same(leaf.value, other.value):
            counts.equal += 1
            if verbose:
                print(f"{where}: {leaf.path} = {leaf.value}: {describe(other.value)}")
        else:
            counts.problems.append(f"{where}: {leaf.path} = {leaf.value} differs from {describe(other.value)}")
    for other in theirs.leaves:
        if not other.used:
            counts.problems.append(f"{where}: only tshark's: {describe(other.value)} at {place_text(other.path)}")


def place_text(place):
    return place if isinstance(place, str) else " / ".join(min(part, key=len) for part in place)


def compare_frame(where, ours, theirs, message_names, counts, verbose):
    for protocol in PROTOCOLS.values():
        mine = [m for m in ours if m.protocol == protocol]
        other = [m for m in theirs if m.protocol == protocol]
        ciphered = False
        for message in other:
            if mine and not (ciphered and mine[0].name == "security protected"):
                compare_message(f"{where}: {protocol} {mine[0].name}", mine.pop(0), message, message_names, counts, verbose)
            elif ciphered:
                counts.ciphered += 1
            else:
                counts.problems.append(f"{where}: only tshark's: {protocol} {message.name}")
            ciphered = message.name == "security protected" and any(
                leaf.value.name == "nas_5gs.security_header_type" and leaf.value.show in ("2", "4") for leaf in message.leaves)
        for message in mine:
            counts.problems.append(f"{where}: only ours: {protocol} {message.name}")


def run(command):
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout, done.stderr.decode(errors="replace")


def compare_file(path, options):
    text, error = run(shlex.split(options.command) + [path])
    if not text:
        sys.exit(f"{options.command} {path}: no output. {error}")
    pdml, error = run([options.tshark, "-r", path, "-T", "pdml"] + TSHARK_OPTIONS)
    try:
        packets = ElementTree.fromstring(pdml)
    except ElementTree.ParseError:
        sys.exit(f"{options.tshark} {path}: no PDML. {error}")
    ours = read_ours(text.decode(errors="replace"))
    theirs = {int(p.find("proto[@name='frame']/field[@name='frame.number']").get("show")): Theirs(p).messages for p in packets}
    names = {norm(name) for messages in theirs.values() for m in messages for name in m.inner | {m.name}}
    counts = Counts()
    for frame in sorted(set(ours) | {frame for frame, messages in theirs.items() if messages}):
        compare_frame(f"{path}: frame {frame}", ours.get(frame, []), theirs.get(frame, []), names, counts, options.verbose)
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="build/release/sen5g pcap verify --leaves", help="what prints our leaves of a capture")
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--verbose", action="store_true", help="print each pair")
    parser.add_argument("captures", nargs="+")
    options = parser.parse_args()
    if not shutil.which(options.tshark):
        print(f"skipped: {options.tshark} is not installed")
        return 77
    total = Counts()
    for path in options.captures:
        counts = compare_file(path, options)
        for problem in counts.problems:
            print(problem)
        total.add(counts)
    only_ours = sum(": only ours: " in p for p in total.problems)
    only_theirs = sum(": only tshark's: " in p for p in total.problems)
    print(f"{len(options.captures)} captures, {total.messages} messages, {total.compared} leaves compared: {total.equal} equal, "
          f"{len(total.problems) - only_ours - only_theirs} differ, {only_ours} only ours, {only_theirs} only tshark's"
          + (f"; {total.spare} are spare bits to tshark" if total.spare else "")
          + (f"; {total.ciphered} ciphered messages not compared" if total.ciphered else ""))
    return 1 if total.problems else 0


if __name__ == "__main__":
    sys.exit(main())
