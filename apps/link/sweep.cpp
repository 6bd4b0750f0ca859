#include "apps/link/sweep.h"

#include <fmt/core.h>

#include <fstream>
#include <sstream>

#include "apps/link/trial.h"
#include "base/job_pool.h"

namespace sen::link {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t batch = 32;  // blocks between two looks at the stop rule

uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t z = a * 0x9e3779b97f4a7c15ull + b;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

// Where a falling or rising curve crosses a level, on straight lines between the points.
template <class Value>
std::optional<double> crossing(const std::vector<Point>& points, double level, bool falling, Value value) {
  const Point* before = nullptr;
  for (const Point& p : points) {
    if (p.counts.blocks == 0) continue;
    double v = value(p);
    bool beyond = falling ? v <= level : v >= level;
    if (beyond) {
      if (!before) return std::nullopt;
      double w = value(*before);
      return w == v ? p.snr_db : before->snr_db + (p.snr_db - before->snr_db) * (level - w) / (v - w);
    }
    before = &p;
  }
  return std::nullopt;
}

// One sweep under way.
class Runner {
 public:
  Runner(const Sweep& sweep, Store& store, const RunOptions& options) : sweep_(sweep), store_(store), options_(options), pool_(options.threads) {}

  Result<std::vector<Curve>> run() {
    for (const Case& c : sweep_.cases) {
      SEN_TRY(check(c));
      auto trial = make_trial(c);
      if (!trial) return std::unexpected(std::move(trial).error().within(c.name));
      Curve curve{c, (*trial)->bits(), (*trial)->seconds(), {}};
      for (double snr : snrs(c)) curve.points.push_back({snr, store_.counts(c, snr), false, false});
      total_ += curve.points.size();
      curves_.push_back(std::move(curve));
    }
    for (Curve& curve : curves_) {
      run_curve(curve);
      if (stopped_) break;
    }
    if (options_.save) options_.save();
    return std::move(curves_);
  }

 private:
  void run_curve(Curve& curve) {
    std::vector<std::unique_ptr<Trial>> trials;
    for (unsigned i = 0; i < pool_.threads(); ++i) trials.push_back(std::move(*make_trial(curve.test_case)));
    bool clean = false;
    for (Point& point : curve.points) {
      if (clean) {
        point.skipped = true;
      } else {
        run_point(curve, point, trials);
        clean = sweep_.until_bler > 0 && wilson(point.counts.first_errors, point.counts.blocks).high < sweep_.until_bler;
      }
      ++points_done_;
      if (stopped_) return;
    }
  }

  bool is_done(const Counts& counts) const {
    return counts.blocks >= sweep_.blocks || (counts.blocks >= sweep_.least_blocks && counts.first_errors >= sweep_.errors);
  }

  void run_point(Curve& curve, Point& point, std::vector<std::unique_ptr<Trial>>& trials) {
    Counts& counts = store_.counts(curve.test_case, point.snr_db);
    std::array<BlockResult, batch> results;
    while (!is_done(counts)) {
      const size_t n = std::min<uint64_t>(batch, sweep_.blocks - counts.blocks);
      const auto start = Clock::now();
      pool_.run(n, [&](size_t i, unsigned worker) { results[i] = trials[worker]->run(point.snr_db, mix(sweep_.seed, counts.blocks + i)); });
      for (size_t i = 0; i < n; ++i) {
        counts.first_errors += !results[i].first_ok;
        counts.errors += !results[i].ok;
        counts.transmissions += results[i].transmissions;
      }
      counts.blocks += n;
      blocks_run_ += n;
      seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
      point.counts = counts;
      report(curve, point);
      if (options_.stop && options_.stop()) {
        stopped_ = true;
        return;
      }
    }
    point.counts = counts;
    point.done = true;
  }

  // Blocks that a point with these counts still needs.
  double blocks_left(const Counts& counts) const {
    double expected = counts.first_errors == 0 ? sweep_.blocks : static_cast<double>(sweep_.errors) / counts.bler();
    return std::max(0.0, std::clamp<double>(expected, sweep_.least_blocks, sweep_.blocks) - static_cast<double>(counts.blocks));
  }

  void report(const Curve& curve, const Point& point) {
    const auto now = Clock::now();
    if (options_.save && now - saved_ > std::chrono::seconds(3)) {
      options_.save();
      saved_ = now;
    }
    if (!options_.progress || now - reported_ < std::chrono::milliseconds(200)) return;
    reported_ = now;
    double left = blocks_left(point.counts), here = left + static_cast<double>(point.counts.blocks);
    double later = static_cast<double>(total_ - points_done_ - 1) * here;  // the others as this one
    options_.progress({total_, points_done_, &curve, &point, here == 0 ? 1 : static_cast<double>(point.counts.blocks) / here,
                       (left + later) * seconds_ / static_cast<double>(std::max<uint64_t>(1, blocks_run_))});
  }

  const Sweep& sweep_;
  Store& store_;
  const RunOptions& options_;
  JobPool pool_;
  std::vector<Curve> curves_;
  size_t total_ = 0, points_done_ = 0;
  uint64_t blocks_run_ = 0;
  double seconds_ = 0;
  bool stopped_ = false;
  Clock::time_point saved_ = Clock::now(), reported_{};
};

}  // namespace

std::optional<double> Curve::snr_at(double bler) const {
  // Straight in the logarithm; a point without errors counts as half an error.
  auto logarithm = [](const Point& p) {
    return std::log10(std::max(static_cast<double>(p.counts.first_errors), 0.5) / static_cast<double>(p.counts.blocks));
  };
  return crossing(points, std::log10(bler), true, logarithm);
}

std::optional<double> Curve::snr_at_throughput(double share) const {
  return crossing(points, share, false, [](const Point& p) { return p.counts.throughput(); });
}

Result<std::unique_ptr<Trial>> make_trial(const Case& c) {
  switch (c.kind) {
    case Kind::pdsch:
    case Kind::pusch: return make_shared_trial(c);
    case Kind::pdcch: return make_pdcch_trial(c);
    case Kind::pbch: return make_pbch_trial(c);
    case Kind::pucch: return make_pucch_trial(c);
    case Kind::prach: return make_prach_trial(c);
    case Kind::ldpc: return make_ldpc_trial(c);
    case Kind::polar: return make_polar_trial(c);
  }
  return fail(Fault::unsupported, "channel", "{} is not simulated", to_string(c.kind));
}

Result<std::vector<Curve>> run(const Sweep& sweep, Store& store, const RunOptions& options) { return Runner(sweep, store, options).run(); }

static std::string key_of(const Case& c, double snr_db) { return fmt::format("{}snr={:g}", canonical(c), snr_db); }

Counts& Store::counts(const Case& c, double snr_db) { return counts_[key_of(c, snr_db)]; }

Status Store::load(uint64_t seed) {
  std::ifstream file(path_);
  if (!file) return {};
  std::string line;
  std::getline(file, line);
  if (line != fmt::format("sen5g link state 1 seed {}", seed)) {
    return fail(Fault::invalid, path_, "belongs to another seed or version ('{}'); choose another --output, or --fresh", line.substr(0, 60));
  }
  while (std::getline(file, line)) {
    std::istringstream words(line);
    Counts c;
    std::string key;
    words >> c.blocks >> c.first_errors >> c.errors >> c.transmissions >> std::ws;
    std::getline(words, key);
    if (words.fail() || key.empty() || c.errors > c.blocks || c.first_errors > c.blocks) return fail(Fault::invalid, path_, "has a line that is no point: '{}'", line.substr(0, 60));
    counts_[key] = c;
  }
  return {};
}

Status Store::save(uint64_t seed) const {
  std::string text = fmt::format("sen5g link state 1 seed {}\n", seed);
  for (const auto& [key, c] : counts_) {
    if (c.blocks > 0) text += fmt::format("{} {} {} {} {}\n", c.blocks, c.first_errors, c.errors, c.transmissions, key);
  }
  const std::string temporary = path_ + ".new";
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  if (!file || std::rename(temporary.c_str(), path_.c_str()) != 0) return fail(Fault::io, path_, "cannot be written");
  return {};
}

}  // namespace sen::link
