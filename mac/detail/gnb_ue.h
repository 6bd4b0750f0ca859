// What the gNB's MAC keeps of one UE.
#pragma once

#include <array>
#include <bitset>
#include <memory>
#include <vector>

#include "mac/detail/csi.h"
#include "mac/detail/gnb_layout.h"
#include "mac/detail/link_adaptation.h"
#include "mac/detail/power_loop.h"
#include "mac/detail/tb_pool.h"
#include "mac/gnb.h"
#include "mac/pdu.h"
#include "nr/uci.h"

namespace sen::mac::gnb {

enum class HarqState : uint8_t { idle, waiting, retransmit };

// What a retransmission must repeat: the block's size and code.
struct HarqProcess {
  HarqState state = HarqState::idle;
  bool ndi = false;
  uint8_t transmissions = 0;
  uint8_t layers = 1;
  uint16_t n_prb = 0;
  TimeAllocation time;
  l1::Code code;
  nr::Slot slot;   // of the data channel last sent or granted
  nr::Slot ready;  // earliest slot of the next DCI
};
struct DlHarq : HarqProcess {
  Tb tb;
  bool msg4 = false;
  bool announcing = false;  // sent while a configuration was pending: nothing but the message that brings it
  uint8_t silent = 0;       // transmissions in a row without an answer
};
struct UlHarq : HarqProcess {
  bool sr_grant = false;
};

struct Channel {
  Lcid lcid = 1;
  uint16_t priority = 0;  // smaller is served first: SRBs, then by QoS
  bool gbr = false;
  QosChannel qos;
  uint32_t buffer = 0;
  int8_t slice = -1;  // of SchedulerConfig::slices; -1: none of them
  double gbr_tokens = 0;  // octets that the guaranteed rate is behind
};

// A PUCCH resource where it lies in the carrier.
struct PucchUse {
  uint8_t format = 1, start_symbol = 0, symbols = 14;
  uint16_t first_crb = 0, rbs = 1;
  std::optional<uint16_t> second_crb;
  uint8_t cyclic_shift = 0, occ = 0;  // format 4: occ is the index among occ_length
  uint8_t occ_length = 2;

  bool meets(const PucchUse& o) const;  // would disturb each other
  bool overlaps_in_time(const PucchUse& o) const {
    return start_symbol < o.start_symbol + o.symbols && o.start_symbol < start_symbol + symbols;
  }
  RbMask rbs_mask() const;
};

enum class Phase : uint8_t {
  msg4,      // temporary C-RNTI; the answer to the CCCH message is due
  settling,  // Msg4 is acknowledged; the UE applies its configuration
  active,
  incoming,  // prepared for handover: random access is due
};

struct Ue {
  Rnti rnti = 0;
  uint16_t id = 0;
  Phase phase = Phase::active;
  UeConfig config;
  std::optional<UeConfig> pending;  // until confirm()
  bool fallback = false;            // only common search spaces until confirm()
  bool announcement_lost = false;   // HARQ gave up a block of the message that brings `pending`: RLC sends it again
  UeLayout layout;
  l2::UserPlane* user_plane = nullptr;
  const McsChooser* dl_mcs = nullptr;
  const McsChooser* ul_mcs = nullptr;

  std::array<DlHarq, limit::harq_processes> dl;
  std::array<UlHarq, limit::harq_processes> ul;
  uint16_t dl_idle = 0xffff, ul_idle = 0xffff;  // bit: process is idle
  uint16_t dl_retx = 0, ul_retx = 0;            // bit: process waits for a retransmission

  // Downlink
  std::vector<Channel> channels;  // by priority
  bool dl_pending = false;
  int8_t dl_slice = -1;  // of the most urgent data that waited last
  std::optional<Octets<6>> contention_identity;  // Msg4 carries it
  nr::Slot msg4_deadline;
  bool ccch_answered = false;  // the CCCH's answer went with (or after) the identity
  std::optional<uint8_t> ta_command;
  std::optional<bool> drx_command;  // true: long
  bool order_pending = false;
  LinkAdaptation dl_link, ul_link;
  uint8_t cqi = 0, ri = 1;
  uint16_t pmi = 0;
  nr::l1::Precoding precoding;           // of ri layers; no ports: nothing was reported yet
  float pdcch_offset_db = 0;             // lowered by assignments that were not heard
  float dl_average = 1, ul_average = 1;  // octets a slot, for proportional fairness
  uint64_t last_served_dl = 0, last_served_ul = 0;
  double ambr_dl_tokens = 0;
  uint64_t tokens_at = 0;
  UeQos qos;

  // Uplink
  uint8_t ul_rank = 1, tpmi = 0;  // what the last sounding chose
  std::array<uint32_t, limit::logical_channel_groups> bsr{};
  std::array<int8_t, limit::channels> group_of{};
  bool sr = false, sr_urgent = false;
  nr::Slot sr_since;
  uint32_t granted = 0;  // octets of new data granted and not yet received
  float phr_db = 40;
  uint16_t phr_prbs = 1;
  bool phr_known = false;

  // Closed-loop power control (TS 38.213 7.1.1, 7.2.1): SINR at the receiver as it will be once the commands given are obeyed
  PowerLoop pusch_power, pucch_power;

  // Uplink timing (TS 38.213 4.2)
  float ta_sum_ns = 0;
  unsigned ta_count = 0;
  float ta_ns = 0;
  uint64_t ta_hold = 0;  // a command is under way until this slot number: what arrives is older
  uint64_t ta_due = 0;  // slot number at which a command is sent at the latest; 0: never

  // PUCCH
  std::vector<PucchUse> pucch;  // as config.pucch
  uint64_t uci_from = 0;        // periodic UCI is expected from this slot number on
  nr::CsiConfig csi;
  uint8_t csi_bits = 0;

  // DRX
  uint64_t active_until = 0;  // inactivity timer
  bool drx_sleeping = false;  // DRX command given: only the next on-duration ends it
  uint64_t last_heard = 0;
  unsigned dtx = 0;
  bool reported_out_of_sync = false;

  UeMetrics metrics;
  uint64_t dl_mcs_sum = 0, dl_mcs_count = 0, ul_mcs_sum = 0, ul_mcs_count = 0;

  uint32_t ul_wanted() const {
    uint32_t sum = 0;
    for (uint32_t octets : bsr) sum += octets;
    return sum > granted ? sum - granted : 0;
  }
};

}  // namespace sen::mac::gnb
