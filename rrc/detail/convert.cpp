#include "rrc/detail/convert.h"

namespace sen::gnb {

Octets<3> tac_octets(Tac tac) { return {static_cast<uint8_t>(tac >> 16), static_cast<uint8_t>(tac >> 8), static_cast<uint8_t>(tac)}; }

static uint32_t number(const Octets<3>& o) { return static_cast<uint32_t>(o[0]) << 16 | static_cast<uint32_t>(o[1]) << 8 | o[2]; }

ngap::Tai to_ngap(const Tai& tai) {
  ngap::Tai out;
  out.plmn_identity = tai.plmn.octets;
  out.tac = tac_octets(tai.tac);
  return out;
}

ngap::SNssai to_ngap(const SNssai& slice) {
  ngap::SNssai out;
  out.sst = {slice.sst};
  if (slice.sd) out.sd = tac_octets(*slice.sd);
  return out;
}

SNssai from_ngap(const ngap::SNssai& slice) {
  SNssai out{.sst = slice.sst[0]};
  if (slice.sd && number(*slice.sd) != 0xffffff) out.sd = number(*slice.sd);
  return out;
}

ngap::FiveGSTmsi to_ngap(const STmsi& tmsi) {
  ngap::FiveGSTmsi out;
  out.amf_set_id.value = tmsi.set;
  out.amf_pointer.value = tmsi.pointer;
  for (unsigned i = 0; i < 4; ++i) out.five_g_tmsi[i] = static_cast<uint8_t>(tmsi.tmsi >> (24 - 8 * i));
  return out;
}

STmsi from_ngap(const ngap::FiveGSTmsi& tmsi) {
  STmsi out{.set = static_cast<uint16_t>(tmsi.amf_set_id.value), .pointer = static_cast<uint8_t>(tmsi.amf_pointer.value)};
  for (uint8_t octet : tmsi.five_g_tmsi) out.tmsi = out.tmsi << 8 | octet;
  return out;
}

ngap::Cause radio_cause(ngap::CauseRadioNetwork value) {
  ngap::Cause cause;
  cause.set_radio_network() = value;
  return cause;
}

ngap::Cause protocol_cause(ngap::CauseProtocol value) {
  ngap::Cause cause;
  cause.set_protocol() = value;
  return cause;
}

std::string text_of(const ngap::Cause& cause) {
  codec::Tree tree;
  per::print(ngap::Cause::per_type, &cause, "cause", tree);
  if (tree.leaves().empty()) return "no cause";
  const auto& leaf = tree.leaves().front();
  return leaf.path.substr(std::min<size_t>(6, leaf.path.size())) + " " + leaf.value;
}

std::optional<N3Tunnel> from_ngap(const ngap::UpTransportLayerInformation& information, bool prefer_v4) {
  const auto* tunnel = information.gtp_tunnel();
  if (!tunnel) return std::nullopt;
  const auto& bits = tunnel->transport_layer_address;
  const Bytes bytes = bits.bytes();
  const bool has_v4 = bits.size() == 32 || bits.size() == 160, has_v6 = bits.size() == 128 || bits.size() == 160;
  N3Tunnel out;
  for (uint8_t octet : tunnel->gtp_teid) out.teid = out.teid << 8 | octet;
  if (has_v4 && (prefer_v4 || !has_v6)) {
    Octets<4> v4;
    std::copy_n(bytes.begin(), 4, v4.begin());
    out.address = IpAddress(v4);
  } else if (has_v6) {
    Octets<16> v6;
    std::copy_n(bytes.end() - 16, 16, v6.begin());
    out.address = IpAddress(v6);
  } else {
    return std::nullopt;
  }
  return out;
}

void to_ngap(const IpAddress& address, uint32_t teid, ngap::UpTransportLayerInformation& information) {
  auto& tunnel = information.set_gtp_tunnel();
  tunnel.transport_layer_address = per::BitString(address.octets(), address.octets().size() * 8);
  for (unsigned i = 0; i < 4; ++i) tunnel.gtp_teid[i] = static_cast<uint8_t>(teid >> (24 - 8 * i));
}

}  // namespace sen::gnb
