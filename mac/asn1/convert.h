// Between RRC's types (codec/rrc, TS 38.331) and the MAC's plain configuration, both ways: the gNB builds messages from its configuration, the UE
// reads its configuration from messages. Values that the plain structs cannot hold are refused when reading (Error names the field), never dropped
// silently where they would change the behaviour. Pure functions, any thread.
#pragma once

#include <optional>

#include "base/result.h"
#include "codec/rrc/rrc_capabilities.h"
#include "codec/rrc/rrc_cell_group.h"
#include "codec/rrc/rrc_system_information.h"
#include "mac/config.h"
#include "nr/ids.h"
#include "nr/l1_ue.h"

namespace sen::mac {

// --- The cell (cell.cpp)
void to_asn1(const CellConfig& cell, rrc::ServingCellConfigCommonSib& out);
void to_asn1(const CellConfig& cell, rrc::ServingCellConfigCommon& out);
// `cell` holds what the MIB and the SSB told; the rest is filled in.
Status from_asn1(const rrc::ServingCellConfigCommonSib& in, CellConfig& cell);
// A whole cell; what the message leaves out is taken from `base` (the serving cell).
Result<CellConfig> from_asn1(const rrc::ServingCellConfigCommon& in, const CellConfig& base);
// From a detected SSB with its MIB.
Status from_mib(const nr::l1_ue::RxSsb& block, CellConfig& cell);
// The MIB's bits without the SFN.
uint32_t mib_bits(const CellConfig& cell);
// MCC may be left out when it is that of the PLMN before (TS 38.331 PLMN-Identity).
Result<Plmn> plmn_of(const rrc::PlmnIdentity& identity, const Plmn& before);

struct UeTimers {
  uint32_t t300_ms = 1000, t301_ms = 1000, t310_ms = 1000, t311_ms = 1000, t319_ms = 1000;
  unsigned n310 = 1, n311 = 1;
};
void to_asn1(const UeTimers& timers, rrc::UeTimersAndConstants& out);  // rounded up to the standard's values
UeTimers from_asn1(const rrc::UeTimersAndConstants& in);
// What the cell group changes of them.
UeTimers from_asn1(const rrc::RlfTimersAndConstants& in, UeTimers timers);

// --- The UE (ue.cpp)
// MAC, physical layer and serving cell of `now`; where `before` is given, only what differs, with release lists. Logical channels go into the entries
// of rlc_BearerToAddModList that l2::to_asn1 made, or into new ones.
void to_asn1(const CellConfig& cell, const UeConfig* before, const UeConfig& now, rrc::CellGroupConfig& out);
// Applies the message to `config`.
Status from_asn1(const rrc::CellGroupConfig& in, const CellConfig& cell, UeConfig& config);

// reconfigurationWithSync.
struct Sync {
  CellConfig cell;
  Rnti rnti = 0;
  std::optional<uint8_t> preamble;
  uint32_t t304_ms = 1000;
};
void to_asn1(const Sync& sync, rrc::CellGroupConfig& out);
// Nothing when the message has none.
Result<std::optional<Sync>> sync_from_asn1(const rrc::CellGroupConfig& in, const CellConfig& serving);

// What a UE says of its antennas (UE-NR-Capability).
struct UeAntennas {
  uint8_t layers_dl = 1;               // maxNumberMIMO-LayersPDSCH
  uint8_t layers_ul = 1;               // maxNumberMIMO-LayersCB-PUSCH, and its sounding ports
  nr::CodebookSubset coherence = nr::CodebookSubset::non_coherent;
  bool operator==(const UeAntennas&) const = default;
};
// What the test UE says of itself.
rrc::UeNrCapability capability(uint16_t band, const UeAntennas& antennas);
// The most of all feature sets: we serve one carrier.
UeAntennas antennas_of(const rrc::UeNrCapability& capability);

}  // namespace sen::mac
