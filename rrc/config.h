// Configuration of the gNB's RRC and N2 client: the node's identity and, per cell, what mac::CellConfig does not hold. Plain values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/ip.h"
#include "mac/config.h"
#include "nr/ids.h"

namespace sen::gnb {

// How a 5QI becomes a DRB (RLC and PDCP parameters; the scheduler's view). TS 23.501 table 5.7.4-1.
struct QosProfile {
  l2::RlcConfig rlc;
  l2::PdcpConfig pdcp;
  mac::LogicalChannel channel;
  uint8_t priority_level = 90;
  uint16_t packet_delay_budget_ms = 300;
  bool gbr = false;
};

// What a cell gives each of its UEs.
struct UeDefaults {
  uint8_t max_rank_dl = 4, max_rank_ul = 4;  // layers at most; the UE's capability and the cell's antennas count too
  uint16_t csi_period_slots = 320;        // of reports, at least
  uint16_t srs_period_slots = 0;          // 0: sounding only where the uplink may have several layers
  bool dynamic_harq_codebook = true;      // pdsch-HARQ-ACK-Codebook
};

struct CellSettings {
  mac::CellConfig mac;
  mac::SchedulerConfig scheduler;
  UeDefaults ue;
  mac::SearchSpaceType dedicated_space = mac::SearchSpaceType::ue_0_1_1_1;  // of search space 2
  uint8_t pdsch_mcs_table = 2, pusch_mcs_table = 2;  // as mac::UeConfig
  uint64_t nr_cell_identity = 0;          // 36 bits
  Plmn plmn;
  Tac tac = 1;
  std::vector<uint16_t> neighbours;       // PCIs to measure and hand over to; empty: every other cell of the gNB
  uint8_t q_rx_lev_min_x2_dbm = 70;       // -value * 2 dBm
};

// A cell of another gNB, measured and handed over to through the AMF (TS 23.502 4.9.1.3).
struct ExternalCell {
  uint16_t pci = 0;
  uint32_t ssb_arfcn = 0;
  nr::Scs ssb_scs = nr::Scs::khz30;
  uint32_t gnb_id = 0;
  uint8_t gnb_id_bits = 32;
  uint64_t nr_cell_identity = 0;
  Plmn plmn;
  Tac tac = 1;
};

struct MeasurementSettings {
  double a3_offset_db = 3;                // event A3
  double hysteresis_db = 1;
  uint16_t time_to_trigger_ms = 100;
  bool handover = true;                   // a report of A3 starts a handover
};

struct RrcSettings {
  std::string name = "sen5g-gnb";
  uint32_t gnb_id = 1;
  uint8_t gnb_id_bits = 32;               // 22 to 32
  std::vector<SNssai> slices{{1, {}}};
  std::vector<uint8_t> nea{2, 1, 3, 0}, nia{2, 1, 3};  // in order of preference
  uint32_t inactivity_s = 60;             // UE without traffic: release request; 0: never
  uint16_t t300_ms = 1000, t301_ms = 1000, t310_ms = 1000, t311_ms = 3000, t319_ms = 1000, t304_ms = 1000;
  uint8_t n310 = 1, n311 = 1;
  uint16_t procedure_ms = 5000;           // an RRC procedure without an answer: the UE is released
  MeasurementSettings measurement;
  std::map<FiveQi, QosProfile> qos;       // a 5QI that is missing takes 9's
  std::vector<CellSettings> cells;
  std::vector<ExternalCell> external_cells;
  bool direct_forwarding = true;          // gNBs reach each other's N3 addresses; else the UPF forwards what a handover leaves behind
  IpAddress n3;                           // ours
  bool n3_has_v6 = false;
};

}  // namespace sen::gnb
