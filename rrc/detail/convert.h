// Between NGAP's types and the gNB's plain ones.
#pragma once

#include "codec/ngap/ngap.h"
#include "nr/ids.h"
#include "rrc/rrc.h"

namespace sen::gnb {

Octets<3> tac_octets(Tac tac);
ngap::Tai to_ngap(const Tai& tai);
ngap::SNssai to_ngap(const SNssai& slice);
SNssai from_ngap(const ngap::SNssai& slice);
ngap::FiveGSTmsi to_ngap(const STmsi& tmsi);
STmsi from_ngap(const ngap::FiveGSTmsi& tmsi);

ngap::Cause radio_cause(ngap::CauseRadioNetwork value);
ngap::Cause protocol_cause(ngap::CauseProtocol value);
// "radioNetwork user-inactivity"
std::string text_of(const ngap::Cause& cause);

// GTP tunnel endpoints; `prefer_v4` chooses when the peer gives both families (TS 38.414 5.1).
std::optional<N3Tunnel> from_ngap(const ngap::UpTransportLayerInformation& information, bool prefer_v4);
void to_ngap(const IpAddress& address, uint32_t teid, ngap::UpTransportLayerInformation& information);

}  // namespace sen::gnb
