#include "rrc/detail/convert.h"

namespace sen::gnb {

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
