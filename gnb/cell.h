// From what a user says of a cell (carrier frequency, bandwidth, TDD pattern) to the complete cell: SSB on the sync raster, CORESET 0 beside it, PRACH,
// search spaces, time-domain allocations. Whatever is left open is chosen; whatever cannot work is refused with the field, the value and the clause.
#pragma once

#include <optional>
#include <string>

#include "rrc/config.h"

namespace sen::gnb {

struct CellOptions {
  uint32_t dl_arfcn = 632628;
  uint16_t band = 0;                       // 0: the first band that has the frequency
  uint16_t bandwidth_mhz = 20;
  unsigned scs_khz = 30;
  uint16_t pci = 1;
  Plmn plmn;
  Tac tac = 1;
  uint16_t sector = 0;                     // low bits of the NR cell identity
  uint8_t antennas_dl = 1, antennas_ul = 1;
  std::string tdd = "DDDDDDDSUU";          // TDD bands only
  unsigned tdd_special_dl = 6, tdd_special_ul = 4;
  std::optional<uint32_t> ssb_arfcn;
  std::optional<uint8_t> coreset0_index;
  uint8_t search_space0_index = 4;         // TS 38.213 table 13-11: SIB1 5 ms behind the SSB, away from the first slot of paging frames
  bool ss2_ue_dedicated = true;            // search space 2 of connected UEs; else common
  bool dci_0_1_and_1_1 = true;             // in a UE's own search space; else 0_0 and 1_0
  std::optional<uint8_t> prach_config_index;
  uint16_t prach_root_sequence = 1;
  uint8_t prach_zero_correlation_zone = 255;  // 255: chosen
  int ssb_power_dbm = 20;                  // of a resource element
  uint8_t ssb_period_ms = 20;
  uint8_t pdsch_mcs_table = 2, pusch_mcs_table = 2;
  UeDefaults ue;
  mac::PagingConfig paging;
  mac::SchedulerConfig scheduler;
};

// `gnb_id` and its length make the NR cell identity.
Result<CellSettings> make_cell(const CellOptions& options, uint32_t gnb_id, unsigned gnb_id_bits);

// QoS profiles for the 5QIs of TS 23.501 table 5.7.4-1 that a data network uses.
std::map<FiveQi, QosProfile> default_qos();

}  // namespace sen::gnb
