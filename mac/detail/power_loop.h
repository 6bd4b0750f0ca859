// Closed-loop uplink power control at the gNB: from the SINR at the receiver to the TPC commands of TS 38.213 tables 7.1.1-1 and 7.2.1-1.
#pragma once

#include <optional>

#include "nr/dci.h"

namespace sen::mac::gnb {

class PowerLoop {
 public:
  void measured(float sinr_db) {
    sinr_db_ = known_ ? sinr_db_ + weight * (sinr_db - sinr_db_) : sinr_db;
    known_ = true;
  }
  // The field of the next DCI. `headroom`: the UE has power left; without it nothing is raised, for it would only wind up.
  uint8_t command(std::optional<float> target_db, bool headroom) {
    if (!target_db || !known_) return hold;
    const float lacking = *target_db - sinr_db_;
    uint8_t field = hold;
    if (lacking > 3 && headroom) field = 3;
    else if (lacking > 1 && headroom) field = 2;
    else if (lacking < -1) field = 0;
    sinr_db_ += static_cast<float>(nr::tpc_db(field));  // what comes before it is obeyed is averaged away
    return field;
  }

 private:
  static constexpr uint8_t hold = 1;
  static constexpr float weight = 0.2f;
  float sinr_db_ = 0;
  bool known_ = false;
};

}  // namespace sen::mac::gnb
