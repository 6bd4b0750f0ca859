// The requirement points of TS 38.104 section 8 against our receivers: for each, the SNR at which we meet its criterion, with confidence and margin.
#pragma once

#include "apps/link/sweep.h"

namespace sen::link {

struct Requirement {
  std::string clause;                      // table and row
  Case test_case;
  double snr_db = 0;                       // what the standard allows
  enum class Criterion : uint8_t { throughput, error_rate } criterion = Criterion::error_rate;
  double level = 0.01;                     // share of the largest throughput at least, or probability at most
};
std::vector<Requirement> requirements();

// Where a criterion is met, and the same for both ends of the confidence intervals around the points. For noise alone: the probability of a false alarm and
// its interval in place of SNRs.
struct Crossing {
  std::optional<double> snr_db;            // nullopt: not met up to 6 dB above the requirement
  double low_db = 0, high_db = 0;
  uint64_t blocks = 0;
};
struct Verdict {
  Requirement requirement;
  Crossing ours;
  std::optional<Crossing> known_channel;   // with a genie's channel estimate, where the margin is small
};

struct ConformanceOptions {
  uint64_t seed = 1;
  uint32_t errors = 100, blocks = 20000;   // a point
  unsigned threads = 1;
  std::function<void(size_t row, size_t rows, const Requirement&)> progress;
  std::function<bool()> stop;
};
// Rows in order of requirements(); fewer when stopped. Uses and fills the store.
Result<std::vector<Verdict>> measure_conformance(const ConformanceOptions& options, Store& store);
std::string to_markdown(const std::vector<Verdict>& verdicts, const ConformanceOptions& options);

}  // namespace sen::link
