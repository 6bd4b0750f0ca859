// Link adaptation: from channel quality to MCS, with an outer loop that holds the block error rate (TS 38.214 5.1.3, 5.2.2.1).
#pragma once

#include <algorithm>
#include <cmath>

#include "nr/mcs.h"

namespace sen::mac::gnb {

// SINR in dB that a spectral efficiency needs: three quarters of Shannon's bound, which the CQI tables follow within 1.5 dB.
inline float needed_sinr_db(double efficiency) { return static_cast<float>(10 * std::log10(std::exp2(efficiency / 0.75) - 1)); }

inline float sinr_of_cqi(nr::CqiTable table, unsigned cqi) {
  auto row = nr::cqi(table, cqi);
  return row ? needed_sinr_db(row->efficiency()) : -10.0f;
}

// Thresholds of one MCS table, made once.
class McsChooser {
 public:
  McsChooser(nr::McsTable table, bool downlink, bool transform_precoding = false) : table_(table) {
    max_ = nr::max_mcs(table, transform_precoding);
    for (unsigned i = 0; i <= max_; ++i) {
      rows_[i] = downlink ? *nr::pdsch_mcs(table, i) : *nr::pusch_mcs(table, i, transform_precoding);
      need_db_[i] = needed_sinr_db(rows_[i].efficiency());
    }
  }
  // Highest index that the SINR carries, each layer for itself.
  unsigned choose(float sinr_db) const {
    unsigned index = max_;
    while (index > 0 && need_db_[index] > sinr_db) --index;
    return index;
  }
  const nr::Mcs& mcs(unsigned index) const { return rows_[std::min(index, max_)]; }
  unsigned max() const { return max_; }
  nr::McsTable table() const { return table_; }

 private:
  nr::McsTable table_;
  unsigned max_ = 0;
  nr::Mcs rows_[32];
  float need_db_[32] = {};
};

// One direction of one UE.
class LinkAdaptation {
 public:
  LinkAdaptation() = default;
  LinkAdaptation(float sinr_db, double bler_target)
      : sinr_db_(sinr_db), up_db_(static_cast<float>(step_db * bler_target / (1 - bler_target))) {}

  // `anew`: what was measured before is of no use any more (another number of layers).
  void measured(float sinr_db, bool anew = false) {
    sinr_db = std::clamp(sinr_db, -20.0f, 50.0f);
    sinr_db_ = known_ && !anew ? sinr_db_ + 0.25f * (sinr_db - sinr_db_) : sinr_db;
    known_ = true;
  }
  // Of a first transmission.
  void result(bool ok) { offset_db_ = std::clamp(offset_db_ + (ok ? up_db_ : -step_db), -8.0f, 15.0f); }
  // Spectral efficiency of the MCS that would be chosen, remembered until something changes.
  double rate(const McsChooser& chooser) const {
    if (effective_db() != rated_db_) {
      rated_db_ = effective_db();
      rate_ = chooser.mcs(chooser.choose(rated_db_)).efficiency();
    }
    return rate_;
  }
  float sinr_db() const { return sinr_db_; }
  float effective_db() const { return sinr_db_ + offset_db_; }

 private:
  static constexpr float step_db = 0.5f;
  float sinr_db_ = 10;
  float offset_db_ = 0;
  float up_db_ = 0.05f;
  bool known_ = false;
  mutable float rated_db_ = -1000;
  mutable double rate_ = 0;
};

}  // namespace sen::mac::gnb
