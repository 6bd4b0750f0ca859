#include "codec/ngap/convert.h"

namespace sen::ngap {

Octets<3> tac_octets(sen::Tac tac) { return {static_cast<uint8_t>(tac >> 16), static_cast<uint8_t>(tac >> 8), static_cast<uint8_t>(tac)}; }

sen::Tac tac_from(const Octets<3>& o) { return static_cast<sen::Tac>(o[0]) << 16 | static_cast<sen::Tac>(o[1]) << 8 | o[2]; }

Tai to_ngap(const sen::Tai& tai) {
  Tai out;
  out.plmn_identity = tai.plmn.octets;
  out.tac = tac_octets(tai.tac);
  return out;
}

sen::Tai from_ngap(const Tai& tai) { return {Plmn(tai.plmn_identity), tac_from(tai.tac)}; }

SNssai to_ngap(const sen::SNssai& slice) {
  SNssai out;
  out.sst = {slice.sst};
  if (slice.sd) out.sd = tac_octets(*slice.sd);
  return out;
}

sen::SNssai from_ngap(const SNssai& slice) {
  sen::SNssai out{.sst = slice.sst[0]};
  if (slice.sd && tac_from(*slice.sd) != 0xffffff) out.sd = tac_from(*slice.sd);
  return out;
}

FiveGSTmsi to_ngap(const STmsi& tmsi) {
  FiveGSTmsi out;
  out.amf_set_id.value = tmsi.set;
  out.amf_pointer.value = tmsi.pointer;
  for (unsigned i = 0; i < 4; ++i) out.five_g_tmsi[i] = static_cast<uint8_t>(tmsi.tmsi >> (24 - 8 * i));
  return out;
}

STmsi from_ngap(const FiveGSTmsi& tmsi) {
  STmsi out{.set = static_cast<uint16_t>(tmsi.amf_set_id.value), .pointer = static_cast<uint8_t>(tmsi.amf_pointer.value)};
  for (uint8_t octet : tmsi.five_g_tmsi) out.tmsi = out.tmsi << 8 | octet;
  return out;
}

Cause radio_cause(CauseRadioNetwork value) {
  Cause cause;
  cause.set_radio_network() = value;
  return cause;
}

Cause protocol_cause(CauseProtocol value) {
  Cause cause;
  cause.set_protocol() = value;
  return cause;
}

std::string text_of(const Cause& cause) {
  codec::Tree tree;
  per::print(Cause::per_type, &cause, "cause", tree);
  if (tree.leaves().empty()) return "no cause";
  const auto& leaf = tree.leaves().front();
  return leaf.path.substr(std::min<size_t>(6, leaf.path.size())) + " " + leaf.value;
}

}  // namespace sen::ngap
