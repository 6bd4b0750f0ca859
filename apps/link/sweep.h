// Runs a sweep: all SNRs of all cases, on several threads, with stop rules. Blocks are numbered and drawn from (seed, number): results do not depend on
// threads, and an interrupted sweep goes on where it was.
#pragma once

#include <chrono>
#include <functional>
#include <map>

#include "apps/link/case.h"
#include "apps/link/statistics.h"

namespace sen::link {

struct Point {
  double snr_db = 0;
  Counts counts;
  bool done = false;
  bool skipped = false;       // above an SNR at which nothing failed any more
};
struct Curve {
  Case test_case;
  uint32_t bits = 0;          // a block
  double seconds = 0;         // a transmission
  std::vector<Point> points;
  // The SNR where the BLER (with HARQ: of the first transmission) crosses the target, between two points; nullopt when it does not.
  std::optional<double> snr_at(double bler) const;
  // The same for a share of the largest throughput.
  std::optional<double> snr_at_throughput(double share) const;
};

// Counts of points so far, by canonical(case) and SNR; a text file, a point a line.
class Store {
 public:
  explicit Store(std::string path) : path_(std::move(path)) {}
  // Missing: nothing stored. Error: another seed or not such a file.
  Status load(uint64_t seed);
  Status save(uint64_t seed) const;
  Counts& counts(const Case& test_case, double snr_db);
  bool empty() const { return counts_.empty(); }

 private:
  std::string path_;
  std::map<std::string, Counts> counts_;
};

struct Progress {
  size_t points = 0, points_done = 0;
  const Curve* curve = nullptr;
  const Point* point = nullptr;
  double share = 0;            // of the present point, 0 to 1
  double left_s = 0;           // estimated
};

struct RunOptions {
  unsigned threads = 1;
  std::function<void(const Progress&)> progress;   // often; from the calling thread
  std::function<void()> save;                      // every few seconds and at the end of a point
  std::function<bool()> stop;                      // true: end now, with what there is
};
// Errors: a case that its channel refuses.
Result<std::vector<Curve>> run(const Sweep& sweep, Store& store, const RunOptions& options);

}  // namespace sen::link
