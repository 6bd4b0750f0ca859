// PRACH: preamble formats, configurations and occasions (TS 38.211 6.3.3, 5.3.2), SSB-to-RO mapping (TS 38.213 8.1), RA-RNTI and RAR window
// (TS 38.321 5.1.3, 5.1.4). Time occasions are given in slots of the uplink BWP's numerology.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "nr/band.h"
#include "nr/rnti.h"
#include "nr/slot.h"
#include "nr/tdd.h"

namespace sen::nr {

// The values are those of l1::PrachPdu::format.
enum class PrachFormat : uint8_t { f0, f1, f2, f3, a1, a2, a3, b1, b4, c0, c2, a1_b1, a2_b2, a3_b3 };
const char* to_string(PrachFormat format);
constexpr bool is_long(PrachFormat format) { return format <= PrachFormat::f3; }

// Tables 6.3.3.1-1 and -2: length, subcarrier spacing in Hz (1250, 5000, or the PRACH's mu), repetitions, CP in units of kappa (64 T_c).
// For the mixed formats A1/B1.. `last` selects the last occasion of the slot. short_scs matters for short formats only.
struct PreambleFormat {
  uint16_t l_ra = 139;
  uint32_t scs_hz = 30000;
  uint8_t repetitions = 2;
  uint16_t n_cp_kappa = 144;  // without the 16 kappa that crossing a half subframe adds (TS 38.211 5.3.2)
  uint32_t n_u_kappa = 4096;  // sequence part, all repetitions
};
PreambleFormat preamble_format(PrachFormat format, Scs short_scs, bool last = false);

// A row of tables 6.3.3.2-2, -3, -4.
struct PrachConfig {
  PrachFormat format = PrachFormat::f0;
  uint8_t x = 1;           // frames with n_f mod x = y (or y2)
  uint8_t y = 0, y2 = 0;   // y2 = y except where the table gives two
  uint64_t subframes = 0;  // bit i: subframe i (FR1), 60 kHz slot i (FR2)
  uint8_t start_symbol = 0;
  uint8_t slots = 1;      // PRACH slots within a subframe (60 kHz slot); 1 in long formats, where the table has "-"
  uint8_t occasions = 1;  // time-domain occasions within a PRACH slot; 1 in long formats
  uint8_t duration = 0;   // symbols; 0 in long formats
  bool in_frame(unsigned frame) const { return frame % x == y || frame % x == y2; }
};
// nullopt for indices above 255 (FR1 TDD: above 262, prach-ConfigurationIndex-v1610).
std::optional<PrachConfig> prach_config(unsigned index, FrequencyRange range, Duplex duplex);

// Tables 6.3.3.1-5, -6, -7. nullopt above 15 and for entries without a value.
enum class RestrictedSet : uint8_t { none, type_a, type_b };
std::optional<uint16_t> n_cs(PrachFormat format, unsigned zero_correlation_zone, RestrictedSet set = RestrictedSet::none);

// Table 6.3.3.2-1: RBs of the PUSCH numerology that one occasion takes, and k-bar (in PRACH subcarriers). nullopt for pairs that the table
// leaves out.
struct PrachWidth {
  uint8_t n_rb = 12;
  uint8_t k_bar = 2;
};
std::optional<PrachWidth> prach_width(PrachFormat format, Scs prach_scs, Scs pusch_scs);

// How many root sequences 64 preambles need (unrestricted): ceil(64 / floor(L_RA / N_CS)); 64 for N_CS 0.
unsigned roots_for_64_preambles(unsigned l_ra, unsigned n_cs);

// RACH-ConfigCommon, the part that places occasions.
struct RachConfig {
  uint8_t config_index = 0;  // prach-ConfigurationIndex
  Scs scs = Scs::khz15;      // msg1-SubcarrierSpacing (short formats)
  uint8_t msg1_fdm = 1;      // 1, 2, 4, 8
  uint16_t msg1_frequency_start = 0;
  uint8_t zero_correlation_zone = 0;
  uint16_t root_sequence_index = 0;
  RestrictedSet restricted = RestrictedSet::none;
  uint8_t ssbs_per_occasion_x8 = 8;  // ssb-perRACH-Occasion times eight: 1 (1/8), 2, 4, 8 (one), 16, 32, 64, 128
  uint8_t cb_preambles_per_ssb = 64;
  uint8_t total_preambles = 64;
};
// Fields against each other and the carrier: reserved index, FDM RBs outside n_rb, root sequence out of range, N_CS entry missing, preamble
// sums; each with value, allowed, clause.
Status check_rach(const RachConfig& config, FrequencyRange range, Duplex duplex, Scs pusch_scs, unsigned n_rb_ul);

// One time-domain occasion in a slot of the uplink numerology.
struct PrachTime {
  uint8_t start_symbol = 0;  // in the PRACH's numerology (long formats: 15 kHz), within its slot: s_id of the RA-RNTI
  uint8_t slot_symbol = 0;   // the same in the uplink numerology, within the uplink slot
  uint8_t occasion = 0;      // index among the slot's valid ones
  uint8_t t_id = 0;          // slot of RA-RNTI: index of the PRACH slot (numerology of the RA-SCS; 15 kHz for long formats) in the frame
};
struct PrachSlot {
  uint8_t n = 0;  // time-domain occasions
  std::array<PrachTime, 14> time{};
};

// Precomputed occasions of one cell over the 160 ms after which the association pattern repeats at the latest. Owned and immutable;
// per-slot look-ups do not allocate. Valid occasions (TS 38.213 8.1): in FDD all; in TDD those within uplink symbols, or not before an SSB
// in the slot and at least N_gap symbols after the last downlink symbol and SSB symbol (N_gap of table 8.1-2: 0 for 1.25/5 kHz, 2 else).
class PrachOccasions {
 public:
  struct SsbBurst {
    SsbCase ssb_case = SsbCase::c;
    uint8_t l_max = 8;
    uint64_t present = 1;  // ssb-PositionsInBurst, bit i: block i
    uint16_t period_ms = 20;
    bool second_half = false;
  };
  static Result<PrachOccasions> make(const RachConfig& config, FrequencyRange range, Duplex duplex, Scs pusch_scs, const TddTable& tdd,
                                     const SsbBurst& burst);

  const PrachConfig& config() const { return row_; }
  // Occasions that start in this slot of the uplink numerology.
  PrachSlot at(Slot slot) const;

  // SSB-to-RO: the block that an occasion belongs to, counting valid occasions in frequency, then time within the slot, then slots, over
  // the association period. `nth`: which of the blocks sharing the occasion. nullopt when the occasion is left over, and for places that
  // the last occasion of a mapping cycle leaves free (blocks no multiple of blocks per occasion).
  std::optional<uint8_t> ssb_of(Slot slot, unsigned occasion, unsigned f_id, unsigned nth = 0) const;
  // First contention-based preamble of SSB n of those that share an occasion: n * total / N.
  unsigned first_preamble(unsigned nth) const;
  unsigned ssbs_per_occasion() const { return ssb_x8_ >= 8 ? ssb_x8_ / 8u : 1u; }
  // The block that a received preamble points to; nullopt for one outside the contention-based ones.
  std::optional<uint8_t> ssb_of_preamble(Slot slot, unsigned occasion, unsigned f_id, unsigned preamble) const;
  // Frames of the association period (1, 2, 4, 8 or 16 PRACH configuration periods), times 10 ms.
  unsigned association_frames() const { return association_frames_; }
  // The next occasion at or after `from` that belongs to the block.
  struct Found {
    Slot slot;
    PrachTime time;
    uint8_t f_id = 0;
    uint8_t nth = 0;  // place of the block among those sharing the occasion
  };
  std::optional<Found> next(Slot from, unsigned ssb_index) const;
  static Rnti rnti(const PrachTime& time, unsigned f_id) { return ra_rnti(time.start_symbol, time.t_id, f_id); }

 private:
  PrachOccasions() = default;
  struct Entry {
    uint16_t first = 0;   // time occasions before this slot in its association period
    uint16_t period = 0;  // number of that period
    PrachSlot slot;
  };
  void add(Slot slot, PrachTime time);
  const Entry* entry(Slot slot) const;
  unsigned cycle_occasions() const;  // occasions of one mapping cycle
  bool every_period_maps_all();      // numbers the occasions for association_frames_

  PrachConfig row_;
  Scs pusch_scs_ = Scs::khz15;
  uint8_t fdm_ = 1, ssb_x8_ = 8, cb_per_ssb_ = 64, total_ = 64;
  uint16_t association_frames_ = 1;
  uint8_t n_ssb_ = 1;
  std::array<uint8_t, 64> ssb_{};            // transmitted blocks in order
  std::array<uint16_t, 16> period_times_{};  // time occasions of each association period
  std::vector<int16_t> index_;               // slot in the 160 ms -> entry, -1 none
  std::vector<Entry> entries_;
};

// ra-ResponseWindow in slots: 1, 2, 4, 8, 10, 20, 40, 80.
bool valid_ra_window(unsigned slots);

}  // namespace sen::nr
