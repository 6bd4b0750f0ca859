// One block through a physical channel at an SNR. What a block's result is depends on its seed and the SNR alone: blocks may run in any order and on any
// thread. Each thread has its own Trial.
#pragma once

#include <memory>

#include "apps/link/case.h"

namespace sen::link {

struct BlockResult {
  bool first_ok = false;       // after the first transmission
  bool ok = false;             // in the end
  uint8_t transmissions = 1;
};

class Trial {
 public:
  virtual ~Trial() = default;
  virtual BlockResult run(double snr_db, uint64_t seed) = 0;
  virtual uint32_t bits() const = 0;      // of information a block
  virtual double seconds() const = 0;     // a transmission takes; 0: codes alone, no time
};

// Refuses what the channel itself refuses: the error names field, value, range.
Result<std::unique_ptr<Trial>> make_trial(const Case& test_case);

// By kind of channel.
Result<std::unique_ptr<Trial>> make_ldpc_trial(const Case& test_case);
Result<std::unique_ptr<Trial>> make_polar_trial(const Case& test_case);
Result<std::unique_ptr<Trial>> make_shared_trial(const Case& test_case);
Result<std::unique_ptr<Trial>> make_pdcch_trial(const Case& test_case);
Result<std::unique_ptr<Trial>> make_pbch_trial(const Case& test_case);
Result<std::unique_ptr<Trial>> make_pucch_trial(const Case& test_case);
Result<std::unique_ptr<Trial>> make_prach_trial(const Case& test_case);

inline double from_db(double db) { return std::pow(10.0, db / 10); }
inline constexpr uint8_t redundancy_versions[] = {0, 2, 3, 1};

}  // namespace sen::link
