// The cell-specific TDD pattern, tdd-UL-DL-ConfigurationCommon: TS 38.213 11.1. From the two patterns to symbols of each slot of the
// period.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "nr/slot.h"

namespace sen::nr {

struct TddPattern {
  uint32_t period_us = 5000;  // dl-UL-TransmissionPeriodicity: 500, 625, 1000, 1250, 2000, 2500, 3000, 4000, 5000, 10000
  uint16_t dl_slots = 0;      // nrofDownlinkSlots
  uint8_t dl_symbols = 0;     // nrofDownlinkSymbols of the slot after them
  uint16_t ul_slots = 0;
  uint8_t ul_symbols = 0;
  bool operator==(const TddPattern&) const = default;
};

struct TddConfig {
  Scs scs_ref = Scs::khz30;  // referenceSubcarrierSpacing
  TddPattern pattern1;
  std::optional<TddPattern> pattern2;
  bool operator==(const TddConfig&) const = default;
};

// A slot: its first `dl` symbols are downlink, its last `ul` symbols uplink, flexible between. In FDD both are the whole slot.
struct SlotSymbols {
  uint8_t dl = 0;
  uint8_t ul = 0;
  bool operator==(const SlotSymbols&) const = default;
};

constexpr unsigned max_tdd_period_slots = 160;  // 20 ms at 120 kHz

// Immutable once made; look-ups by slots of the numerology that it was made for (the period divides 20 ms and starts with even frames).
class TddTable {
 public:
  // Every slot downlink and uplink.
  static TddTable fdd(unsigned symbols = symbols_per_slot);
  // Errors (TS 38.213 11.1): a period that is no whole number of reference slots or is not allowed at scs_ref, more slots or symbols than
  // the period holds, P + P2 not dividing 20 ms, scs below scs_ref.
  static Result<TddTable> make(const TddConfig& config, Scs scs, unsigned symbols = symbols_per_slot);

  bool is_fdd() const { return fdd_; }
  unsigned period_slots() const { return period_; }
  SlotSymbols at(Slot slot) const { return slots_[slot.count() % period_]; }
  bool full_dl(Slot slot) const { return at(slot).dl == symbols_; }
  bool full_ul(Slot slot) const { return at(slot).ul == symbols_; }
  bool has_dl(Slot slot) const { return at(slot).dl > 0; }
  bool has_ul(Slot slot) const { return at(slot).ul > 0; }
  // Whether symbols [start, start + length) all are downlink (uplink).
  bool dl_fits(Slot slot, unsigned start, unsigned length) const { return start + length <= at(slot).dl; }
  bool ul_fits(Slot slot, unsigned start, unsigned length) const;
  unsigned count_full_ul() const;
  // "DDDSU": D, U full; S anything mixed; F without a fixed direction. "FDD" for FDD.
  std::string name() const;

 private:
  std::array<SlotSymbols, max_tdd_period_slots> slots_{};
  uint16_t period_ = 1;
  uint8_t symbols_ = 14;
  bool fdd_ = false;
};

// "DDDSU", "DDDDDDDSUU", "DSUUU,DDD" (pattern1,pattern2): D* S? U* each; `special_dl` and `special_ul` symbols in S. Error for other text
// or a period that is none of the allowed.
Result<TddConfig> parse_tdd(std::string_view name, Scs scs, unsigned special_dl = 10, unsigned special_ul = 2);

}  // namespace sen::nr
