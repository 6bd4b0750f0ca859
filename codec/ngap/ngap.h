// NGAP (TS 38.413 Release 17): every message as a plain struct, decoded from and encoded to aligned PER.
//
// Types (generated from codec/ngap/asn1/*.asn by tools/asn1/generate.py; names in CamelCase, members in snake_case):
//   codec/ngap/ngap_types.h     all types, and the constants procedure::, ie::, limit::
//   codec/ngap/ngap_messages.h  the messages; this header includes both
// A message, and every SEQUENCE with extensions, has its IEs as members: mandatory ones direct, others std::optional or per::Box (same
// interface). SEQUENCE OF is std::vector, CHOICE a class with kind(), `x()` (pointer, nullptr if another alternative is chosen) and
// `set_x()`; see codec/per/values.h for strings. OCTET STRING (CONTAINING X) is X itself. NAS and RRC containers are Bytes.
//
//   ngap::DownlinkNasTransport m;                                    auto pdu = ngap::decode(bytes, &diagnostics);
//   m.amf_ue_ngap_id = 1;                                            if (!pdu) ...  // pdu.error(), diagnostics.verdict
//   m.ran_ue_ngap_id = 2;                                            if (auto* m = pdu->get_if<ngap::InitialUeMessage>()) {
//   m.nas_pdu = nas;                                                   handle_nas(m->ran_ue_ngap_id, m->nas_pdu);
//   m.mobility_restriction_list.emplace().serving_plmn = plmn;        if (auto* nr = m->user_location_information.user_location_information_nr())
//   Result<Bytes> bytes = ngap::encode(m);                               tac = nr->tai.tac;
//                                                                       if (m->five_g_s_tmsi) tmsi = m->five_g_s_tmsi->five_g_tmsi;
//   ngap::Cause cause;                                                }
//   cause.set_nas() = ngap::CauseNas::authentication_failure;
//
// What a newer peer adds (unknown IEs, alternatives, values) is kept and encoded again unchanged, as are the order and criticalities of
// IEs where they differ from the standard's. Unknown procedures keep their octets.
// Errors: decode() never reads past the end nor allocates out of proportion; what an AMF needs to answer (10.3) is in Diagnostics, which
// is filled whether or not decoding succeeds. Pure functions, any thread. Cost: a few microseconds a message.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "codec/ngap/ngap_messages.h"
#include "codec/per/per.h"
#include "codec/tree.h"

namespace sen::ngap {

using per::Outcome;

template <class M>
concept Message = requires {
  { M::procedure_code } -> std::convertible_to<uint8_t>;
  M::outcome;
};

// One PDU: which message, and the message. Unknown procedures (and outcomes that a procedure does not have) hold their octets instead.
class NgapPdu {
 public:
  NgapPdu() = default;
  template <Message M>
  NgapPdu(M message) : outcome(M::outcome), procedure_code(M::procedure_code), criticality(M::procedure_criticality) {
    *static_cast<M*>(content_.choose(0, M::per_type)) = std::move(message);
  }

  Outcome outcome = Outcome::initiating;
  uint8_t procedure_code = 0;
  Criticality criticality = Criticality::reject;

  template <Message M>
  const M* get_if() const {
    return content_.type() == &M::per_type ? static_cast<const M*>(content_.value()) : nullptr;
  }
  template <Message M>
  M* get_if() {
    return content_.type() == &M::per_type ? static_cast<M*>(content_.get(0)) : nullptr;
  }
  // "InitialUEMessage"; "unknown" for a procedure that the tables do not have.
  const char* name() const;
  bool known() const { return content_.chosen(); }
  Bytes raw;  // the message's octets if it is not known

  // For decode(), encode() and print().
  per::Choice& content() { return content_; }
  const per::Choice& content() const { return content_; }

 private:
  per::Choice content_;
};

// How a received PDU is to be treated, from the least to the most severe (10.3).
enum class Verdict : uint8_t {
  ok,                    // nothing to remark, or only IEs of criticality ignore
  notify,                // go on and report (abstract-syntax-error-ignore-and-notify)
  reject,                // reject the procedure (abstract-syntax-error-reject); also an unknown procedure of criticality reject
  falsely_constructed,   // IEs in the wrong order or too often (abstract-syntax-error-falsely-constructed-message); decoding still succeeds
  transfer_syntax_error, // cannot be decoded
};

struct Diagnostics {
  std::optional<uint8_t> procedure_code;  // absent if not even the header could be read
  Outcome triggering_message = Outcome::initiating;
  Criticality procedure_criticality = Criticality::reject;  // as received
  bool unknown_procedure = false;
  std::vector<per::IeProblem> problems;  // all of them, also those of criticality ignore; outer IEs and inner ones in order of appearance
  bool wrong_order = false;
  bool too_many_occurrences = false;
  Verdict verdict = Verdict::ok;
};

// Decodes one PDU. A missing mandatory IE of criticality reject is an error of Fault::missing ("InitialUEMessage.NAS-PDU: ..."); one of
// criticality ignore or notify leaves the member at its initial value (10.3.5) and is in the diagnostics.
Result<NgapPdu> decode(ByteView bytes, Diagnostics* diagnostics = nullptr);
Result<Bytes> encode(const NgapPdu& pdu);
// A message alone: its type says procedure code, criticality and outcome.
Result<Bytes> encode_message(const per::Type& type, const void* message, Outcome outcome, uint8_t procedure_code, Criticality criticality);
template <Message M>
Result<Bytes> encode(const M& message) {
  return encode_message(M::per_type, &message, M::outcome, M::procedure_code, M::procedure_criticality);
}

// One IE or transfer container alone (PDUSessionResourceSetupRequestTransfer over N11): T is any generated struct or CHOICE.
template <class T>
Result<T> decode_value(ByteView bytes) {
  return per::decode<T>(bytes, per::Variant::aligned);
}
template <class T>
Result<Bytes> encode_value(const T& value) {
  return per::encode(value, per::Variant::aligned);
}

// Leaves named as in 38.413: "InitialUEMessage.RAN-UE-NGAP-ID".
void print(const NgapPdu& pdu, codec::Tree& tree);

// The answer to a PDU with `diagnostics`: the cause, and the Criticality Diagnostics IE (without IEs of criticality ignore).
Cause cause_of(const Diagnostics& diagnostics);
CriticalityDiagnostics criticality_diagnostics(const Diagnostics& diagnostics);

// The messages that exist, and one of them with random content (extensions included).
struct MessageId {
  uint8_t procedure_code;
  Outcome outcome;
  const char* name;
};
std::vector<MessageId> messages();
NgapPdu random_message(uint8_t procedure_code, Outcome outcome, Random& random);

}  // namespace sen::ngap
