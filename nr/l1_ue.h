// The mirror of nr/l1.h at the UE: what its MAC asks of its L1 in a slot and what the L1 hands up. Values only; the PHY and the slot-level
// air stand below it. A downlink slot is asked for before it comes (which PDCCH candidates, then, from the DCI, which PDSCH); an uplink slot is
// handed down complete.
#pragma once

#include "nr/l1.h"

namespace sen::nr::l1_ue {

using l1::Bits;
using l1::Quality;
using l1::Rnti;

// Where the UE is tuned to.
struct CellConfig {
  uint16_t pci = 0;
  Scs scs = Scs::khz15;
  bool tdd = false;
  uint32_t ssb_arfcn = 0;
  uint64_t dl_point_a_khz = 0;                  // before SIB1: assumed, so that CORESET 0 lies at the grid's beginning
  uint16_t n_rb = 0;
  bool operator==(const CellConfig&) const = default;
};

// One search space in one slot: decode every candidate against every size and RNTI.
struct PdcchSearch {
  l1::Bwp bwp;
  l1::Coreset coreset;
  uint8_t search_space = 0;
  uint16_t n_id = 0, dmrs_n_id = 0;
  bool n_rnti_is_rnti = false;                  // scrambling with n_RNTI = the C-RNTI
  struct Candidate {
    uint16_t first_cce = 0;
    uint8_t aggregation_level = 1;
  };
  std::vector<Candidate> candidates;
  std::vector<uint16_t> sizes;                  // DCI payload sizes, bits
  std::vector<Rnti> rntis;
};

struct RxDci {
  uint8_t search_space = 0;
  uint8_t coreset = 0;
  Rnti rnti = 0;
  uint16_t first_cce = 0;
  uint8_t aggregation_level = 1;
  Bits payload;
  Quality quality;
};

// What to receive as data; the fields of l1::PdschPdu without its octets.
struct PdschReceive {
  l1::PdschPdu pdsch;
  uint8_t harq_id = 0;
  bool new_data = true;
};

struct RxPdsch {
  Rnti rnti = 0;
  uint8_t harq_id = 0;
  bool crc_ok = false;
  Bytes tb;
  Quality quality;
};

// An SSB that was detected: of the own or of a neighbour cell.
struct RxSsb {
  uint16_t pci = 0;
  uint32_t arfcn = 0;
  uint8_t index = 0;
  bool half_frame = false;
  uint8_t k_ssb = 0;
  std::optional<uint32_t> mib;                  // 24 bits when the PBCH was decoded
  Slot slot;                                    // when it was sent, in the cell's own count
  float rsrp_dbm = -140, rsrq_db = -43, sinr_db = 0;
};

struct CsiMeasurement {
  uint8_t cqi = 0, ri = 1;
  uint16_t pmi = 0;
  float sinr_db = 0, rsrp_dbm = -140;
};

// A CSI-RS to measure in its slot, for a report of CQI, RI and PMI.
struct CsiReceive {
  l1::CsiRsPdu csi_rs;
  uint8_t cqi_table = 1;                        // 1 to 3
  uint8_t max_rank = 1;
};

struct UciSend {
  Bits harq;
  std::optional<uint8_t> sr;                      // set in an SR occasion
  Bits csi1, csi2;
  bool empty() const { return harq.size == 0 && !sr && csi1.size == 0 && csi2.size == 0; }
};

struct PuschSend {
  l1::PuschPdu pusch;
  Bytes tb;
  UciSend uci;
  float power_dbm = 0;
};

struct PucchSend {
  l1::PucchPdu pucch;
  UciSend uci;
  float power_dbm = 0;
};

struct PrachSend {
  l1::PrachPdu prach;
  uint8_t occasion = 0, f_id = 0, preamble = 0;
  float power_dbm = 0;
};

struct SrsSend {
  l1::SrsPdu srs;
  float power_dbm = 0;
};

// One uplink slot. The timing advance is the one in force, N_TA * T_c in ns; the slot leaves earlier by N_TA,offset * T_c besides (TS 38.211 4.3.1).
struct UlSlot {
  Slot slot;
  float ta_ns = 0, ta_offset_ns = 0;
  std::vector<PuschSend> pusch;
  std::vector<PucchSend> pucch;
  std::vector<PrachSend> prach;
  std::vector<SrsSend> srs;
  bool empty() const { return pusch.empty() && pucch.empty() && prach.empty() && srs.empty(); }
};

}  // namespace sen::nr::l1_ue
