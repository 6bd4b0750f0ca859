// Between NGAP's types and the project's (nr/ids.h, core/sbi).
#pragma once

#include "codec/nas/mm.h"
#include "codec/ngap/convert.h"
#include "core/sbi/types.h"

namespace sen::amf {

using ngap::from_ngap, ngap::to_ngap, ngap::tac_from, ngap::radio_cause, ngap::protocol_cause, ngap::text_of;

ngap::Guami to_ngap(const Guami& guami);
ngap::UeSecurityCapabilities to_ngap(const nas::UeSecurityCapability& capability);
std::vector<ngap::AllowedNssaiItem> to_ngap(const std::vector<SNssai>& slices);

struct Location {
  Tai tai;
  Plmn cell_plmn;
  uint64_t cell = 0;
};
// NR and E-UTRA cells and N3IWF with a TAI; otherwise nothing.
std::optional<Location> location_of(const ngap::UserLocationInformation& information);

ngap::Cause nas_cause(ngap::CauseNas value);
ngap::Cause misc_cause(ngap::CauseMisc value);
sbi::NgApCause to_sbi(const ngap::Cause& cause);
std::string text_of(const ngap::GlobalRanNodeId& id);
std::string text_of(const std::vector<SNssai>& slices);

// "suci-0-999-70-0000-1-27-<hex>" (TS 29.571 5.3.2). Error unsupported for the other SUPI formats.
Result<std::string> suci_text(const nas::Suci& suci);

}  // namespace sen::amf
