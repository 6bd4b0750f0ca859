// Between NGAP's types and the gNB's plain ones.
#pragma once

#include "codec/ngap/convert.h"
#include "rrc/rrc.h"

namespace sen::gnb {

using ngap::from_ngap, ngap::to_ngap, ngap::tac_octets, ngap::radio_cause, ngap::protocol_cause, ngap::text_of;

// GTP tunnel endpoints; `prefer_v4` chooses when the peer gives both families (TS 38.414 5.1).
std::optional<N3Tunnel> from_ngap(const ngap::UpTransportLayerInformation& information, bool prefer_v4);
void to_ngap(const IpAddress& address, uint32_t teid, ngap::UpTransportLayerInformation& information);

}  // namespace sen::gnb
