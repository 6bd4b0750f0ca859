#include "codec/ngap/ngap.h"

#include <algorithm>

#include "codec/ngap/ngap_tables.h"

namespace sen::ngap {
namespace {

const MessageType* find_message(uint8_t procedure_code, Outcome outcome) {
  static const auto table = [] {
    std::vector<const MessageType*> out(256 * 3, nullptr);
    for (const auto& m : all_messages()) out[m.procedure_code * 3 + static_cast<int>(m.outcome)] = &m;
    return out;
  }();
  return table[procedure_code * 3 + static_cast<int>(outcome)];
}

// NGAP-PDU ::= CHOICE { initiatingMessage, successfulOutcome, unsuccessfulOutcome, ... }, each { procedureCode, criticality, value }: in
// aligned PER one octet (extension bit, index), the code, one octet (criticality), and the value as an open type.
Result<Bytes> read_envelope(ByteView bytes, NgapPdu& pdu, Diagnostics& diagnostics) {
  ByteReader reader(bytes);
  SEN_ASSIGN(const uint8_t alternative, reader.u8());
  if (alternative & 0x80) return fail(Fault::unsupported, "NGAP-PDU", "an extension alternative of the PDU");
  if (alternative >> 5 > 2) return fail(Fault::invalid, "NGAP-PDU", "alternative {} (0 to 2 allowed)", alternative >> 5);
  SEN_ASSIGN(pdu.procedure_code, reader.u8());
  SEN_ASSIGN(const uint8_t criticality, reader.u8());
  if (criticality >> 6 > 2) return fail(Fault::invalid, "NGAP-PDU.criticality", "value {} (0 to 2 allowed)", criticality >> 6);
  pdu.outcome = static_cast<Outcome>(alternative >> 5);
  pdu.criticality = static_cast<Criticality>(criticality >> 6);
  diagnostics.procedure_code = pdu.procedure_code;
  diagnostics.triggering_message = pdu.outcome;
  diagnostics.procedure_criticality = pdu.criticality;
  Bytes content;
  for (bool more = true; more;) {
    SEN_ASSIGN(size_t length, reader.u8());
    more = length >= 0xc0;
    if (more) {
      if (length < 0xc1 || length > 0xc4) return fail(Fault::invalid, "NGAP-PDU.value", "a fragment of {} times 16K", length & 0x3f);
      length = (length & 0x3f) * 16384;
    } else if (length & 0x80) {
      SEN_ASSIGN(const uint8_t low, reader.u8());
      length = (length & 0x3f) << 8 | low;
    }
    SEN_ASSIGN(const ByteView part, reader.take(length));
    content.insert(content.end(), part.begin(), part.end());
  }
  if (!reader.empty()) return fail(Fault::invalid, "NGAP-PDU", "{} octets are left after the value", reader.left());
  return content;
}

void judge(Diagnostics& d) {
  auto at_least = [&](Verdict verdict) { d.verdict = std::max(d.verdict, verdict); };
  if (d.wrong_order || d.too_many_occurrences) at_least(Verdict::falsely_constructed);
  if (d.unknown_procedure) {
    if (d.procedure_criticality != Criticality::ignore) {
      at_least(d.procedure_criticality == Criticality::reject ? Verdict::reject : Verdict::notify);
    }
  }
  for (const auto& problem : d.problems) {
    if (problem.criticality != Criticality::ignore) at_least(problem.criticality == Criticality::reject ? Verdict::reject : Verdict::notify);
  }
}

Status decode_content(ByteView content, NgapPdu& pdu, Diagnostics& diagnostics) {
  const MessageType* message = find_message(pdu.procedure_code, pdu.outcome);
  if (!message) {
    diagnostics.unknown_procedure = true;
    pdu.raw.assign(content.begin(), content.end());
    return {};
  }
  per::Findings findings;
  auto status = per::decode(*message->type, pdu.content().choose(0, *message->type), content, per::Variant::aligned, &findings);
  diagnostics.problems = std::move(findings.problems);
  diagnostics.wrong_order = findings.wrong_order;
  diagnostics.too_many_occurrences = findings.too_many_occurrences;
  if (!status && status.error().fault != Fault::missing) diagnostics.verdict = Verdict::transfer_syntax_error;
  return status;
}

// Puts the envelope's length in front of the content that begins at octet 4 of out (octet 3 is its place).
void close_envelope(Bytes& out) {
  const size_t n = out.size() - 4;
  if (n < 128) {
    out[3] = static_cast<uint8_t>(n);
    return;
  }
  if (n < 16384) {
    out[3] = static_cast<uint8_t>(0x80 | n >> 8);
    out.insert(out.begin() + 4, static_cast<uint8_t>(n));
    return;
  }
  const Bytes content(out.begin() + 4, out.end());
  out.resize(3);
  size_t at = 0;
  for (; content.size() - at >= 16384;) {
    const size_t blocks = std::min<size_t>((content.size() - at) / 16384, 4);
    out.push_back(static_cast<uint8_t>(0xc0 | blocks));
    out.insert(out.end(), content.begin() + static_cast<ptrdiff_t>(at), content.begin() + static_cast<ptrdiff_t>(at + blocks * 16384));
    at += blocks * 16384;
  }
  const size_t rest = content.size() - at;
  if (rest >= 128) out.push_back(static_cast<uint8_t>(0x80 | rest >> 8));
  out.push_back(static_cast<uint8_t>(rest));
  out.insert(out.end(), content.begin() + static_cast<ptrdiff_t>(at), content.end());
}

Bytes open_envelope(Outcome outcome, uint8_t procedure_code, Criticality criticality) {
  Bytes out;
  out.reserve(256);
  out.push_back(static_cast<uint8_t>(static_cast<unsigned>(outcome) << 5));
  out.push_back(procedure_code);
  out.push_back(static_cast<uint8_t>(static_cast<unsigned>(criticality) << 6));
  out.push_back(0);
  return out;
}

}  // namespace

const char* NgapPdu::name() const { return content_.chosen() ? content_.type()->name : "unknown"; }

Result<NgapPdu> decode(ByteView bytes, Diagnostics* diagnostics) {
  Diagnostics unused;
  Diagnostics& d = diagnostics ? *diagnostics : unused;
  d = {};
  Result<NgapPdu> pdu(std::in_place);
  auto content = read_envelope(bytes, *pdu, d);
  Status status = content ? decode_content(*content, *pdu, d) : std::unexpected(std::move(content).error());
  if (!content) d.verdict = Verdict::transfer_syntax_error;
  judge(d);
  if (!status) return std::unexpected(std::move(status).error());
  return pdu;
}

Result<Bytes> encode_message(const per::Type& type, const void* message, Outcome outcome, uint8_t procedure_code, Criticality criticality) {
  Bytes out = open_envelope(outcome, procedure_code, criticality);
  SEN_TRY(per::encode(type, message, per::Variant::aligned, out));
  close_envelope(out);
  return out;
}

Result<Bytes> encode(const NgapPdu& pdu) {
  if (pdu.known()) {
    return encode_message(*pdu.content().type(), pdu.content().value(), pdu.outcome, pdu.procedure_code, pdu.criticality);
  }
  Bytes out = open_envelope(pdu.outcome, pdu.procedure_code, pdu.criticality);
  out.insert(out.end(), pdu.raw.begin(), pdu.raw.end());
  close_envelope(out);
  return out;
}

void print(const NgapPdu& pdu, codec::Tree& tree) {
  if (pdu.known()) return per::print(*pdu.content().type(), pdu.content().value(), pdu.name(), tree);
  codec::Scope scope(tree, "procedure-" + std::to_string(pdu.procedure_code));
  tree.opaque("value", pdu.raw);
}

Cause cause_of(const Diagnostics& diagnostics) {
  Cause cause;
  auto& protocol = cause.set_protocol();
  switch (diagnostics.verdict) {
    case Verdict::transfer_syntax_error: protocol = CauseProtocol::transfer_syntax_error; break;
    case Verdict::falsely_constructed: protocol = CauseProtocol::abstract_syntax_error_falsely_constructed_message; break;
    case Verdict::reject: protocol = CauseProtocol::abstract_syntax_error_reject; break;
    case Verdict::notify: protocol = CauseProtocol::abstract_syntax_error_ignore_and_notify; break;
    case Verdict::ok: protocol = CauseProtocol::unspecified; break;
  }
  return cause;
}

CriticalityDiagnostics criticality_diagnostics(const Diagnostics& diagnostics) {
  CriticalityDiagnostics out;
  out.procedure_code = diagnostics.procedure_code;
  if (diagnostics.procedure_code) {
    out.triggering_message = static_cast<TriggeringMessage>(diagnostics.triggering_message);
    out.procedure_criticality = diagnostics.procedure_criticality;
  }
  CriticalityDiagnosticsIeList list;
  for (const auto& problem : diagnostics.problems) {
    if (problem.criticality == Criticality::ignore || list.size() >= static_cast<size_t>(limit::maxnoof_errors)) continue;
    auto& item = list.emplace_back();
    item.ie_criticality = problem.criticality;
    item.ie_id = problem.id;
    item.type_of_error = problem.type == per::IeProblem::Type::missing ? TypeOfError::missing : TypeOfError::not_understood;
  }
  if (!list.empty()) out.ies_criticality_diagnostics = std::move(list);
  return out;
}

std::vector<MessageId> messages() {
  std::vector<MessageId> out;
  for (const auto& m : all_messages()) out.push_back({m.procedure_code, m.outcome, m.type->name});
  return out;
}

NgapPdu random_message(uint8_t procedure_code, Outcome outcome, Random& random) {
  NgapPdu pdu;
  pdu.outcome = outcome;
  pdu.procedure_code = procedure_code;
  const MessageType* message = find_message(procedure_code, outcome);
  if (!message) {
    pdu.raw = random.bytes(random.between(1, 40));
    return pdu;
  }
  pdu.criticality = message->criticality;
  per::randomize(*message->type, pdu.content().choose(0, *message->type), random);
  return pdu;
}

}  // namespace sen::ngap
