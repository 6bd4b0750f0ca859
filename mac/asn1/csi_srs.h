// Channel state information and sounding between RRC's types and the MAC's configuration (TS 38.331 CSI-MeasConfig, ZP-CSI-RS, SRS-Config).
#pragma once

#include "codec/rrc/rrc_downlink.h"
#include "codec/rrc/rrc_csi.h"
#include "codec/rrc/rrc_uplink.h"
#include "mac/config.h"

namespace sen::mac::asn1 {

void csi_out(const UeConfig& now, rrc::CsiMeasConfig& out);
Status csi_in(const rrc::CsiMeasConfig& in, UeConfig& config);
Status zero_power_in(const rrc::PdschConfig& in, UeConfig& config);
void srs_out(const SrsConfig& srs, rrc::SrsConfig& out);
Status srs_in(const rrc::SrsConfig& in, UeConfig& config);

}  // namespace sen::mac::asn1
