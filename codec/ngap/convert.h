// Between NGAP's types and those of nr/ids.h: what AMF, gNB and the load generator have in common.
#pragma once

#include "codec/ngap/ngap.h"
#include "nr/ids.h"

namespace sen::ngap {

Octets<3> tac_octets(sen::Tac tac);
sen::Tac tac_from(const Octets<3>& octets);
Tai to_ngap(const sen::Tai& tai);
sen::Tai from_ngap(const Tai& tai);
SNssai to_ngap(const sen::SNssai& slice);
sen::SNssai from_ngap(const SNssai& slice);
FiveGSTmsi to_ngap(const STmsi& tmsi);
STmsi from_ngap(const FiveGSTmsi& tmsi);

Cause radio_cause(CauseRadioNetwork value);
Cause protocol_cause(CauseProtocol value);
// "radioNetwork user-inactivity"
std::string text_of(const Cause& cause);

}  // namespace sen::ngap
