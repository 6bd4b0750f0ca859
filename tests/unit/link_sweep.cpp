// Sweeps: confidence intervals, stop rules, going on, independence of threads, files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "apps/link/conformance.h"
#include "apps/link/report.h"
#include "apps/link/trial.h"

using namespace sen;
using namespace sen::link;

namespace {

Sweep polar_sweep() {
  Sweep sweep;
  Case c;
  c.name = "dci";
  c.kind = Kind::polar;
  c.snr_from = -8, c.snr_to = -4, c.snr_step = 2;
  sweep.cases = {c};
  sweep.errors = 30;
  sweep.blocks = 600;
  sweep.least_blocks = 64;
  return sweep;
}

std::string temporary(const char* name) { return (std::filesystem::temp_directory_path() / name).string() + std::to_string(getpid()); }

}  // namespace

// Published values of the score interval.
TEST(LinkStatistics, wilson_interval) {
  Interval i = wilson(10, 100);
  EXPECT_NEAR(i.low, 0.0552, 1e-4);
  EXPECT_NEAR(i.high, 0.1744, 1e-4);
  i = wilson(0, 1000);
  EXPECT_NEAR(i.low, 0, 1e-12);
  EXPECT_NEAR(i.high, 0.003827, 1e-5);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

TEST(LinkSweep, does_not_depend_on_threads) {
  Sweep sweep = polar_sweep();
  Store one("none"), three("none");
  auto a = run(sweep, one, {.threads = 1, .progress = {}, .save = {}, .stop = {}}), b = run(sweep, three, {.threads = 3, .progress = {}, .save = {}, .stop = {}});
  ASSERT_TRUE(a && b);
  EXPECT_EQ(to_csv(*a), to_csv(*b));
  EXPECT_EQ(a->front().points.size(), 3u);
  for (const Point& p : a->front().points) {
    EXPECT_TRUE(p.done);
    EXPECT_TRUE(p.counts.blocks == 600 || (p.counts.first_errors >= 30 && p.counts.blocks >= 64));
  }
  EXPECT_GT(a->front().points[0].counts.bler(), a->front().points[2].counts.bler());
}

TEST(LinkSweep, goes_on_where_it_was_interrupted) {
  Sweep sweep = polar_sweep();
  Store whole("none");
  auto expected = run(sweep, whole, {.threads = 1, .progress = {}, .save = {}, .stop = {}});
  const std::string path = temporary("sen_link_state");
  int batches = 0;
  {
    Store store(path);
    ASSERT_TRUE(store.load(sweep.seed));
    auto part = run(sweep, store, {.threads = 1, .progress = {}, .save = [&] { EXPECT_TRUE(store.save(sweep.seed)); }, .stop = [&] { return ++batches == 3; }});
    ASSERT_TRUE(part);
    EXPECT_NE(to_csv(*part), to_csv(*expected));
  }
  Store store(path);
  ASSERT_TRUE(store.load(sweep.seed));
  EXPECT_FALSE(store.empty());
  auto rest = run(sweep, store, {.threads = 1, .progress = {}, .save = {}, .stop = {}});
  ASSERT_TRUE(rest);
  EXPECT_EQ(to_csv(*rest), to_csv(*expected));
  EXPECT_FALSE(Store(path).load(sweep.seed + 1));
  std::ofstream(path, std::ios::app) << "nonsense\n";
  EXPECT_FALSE(Store(path).load(sweep.seed));
  std::filesystem::remove(path);
}

TEST(LinkSweep, leaves_out_what_is_clean) {
  Sweep sweep = polar_sweep();
  sweep.cases[0].snr_from = 5, sweep.cases[0].snr_to = 9;
  sweep.until_bler = 0.01;
  Store store("none");
  auto curves = run(sweep, store, {.threads = 1, .progress = {}, .save = {}, .stop = {}});
  ASSERT_TRUE(curves);
  EXPECT_EQ(curves->front().points[0].counts.blocks, 600u);
  EXPECT_TRUE(curves->front().points[1].skipped && curves->front().points[2].skipped);
}

TEST(LinkReport, finds_the_crossing_and_writes_every_point) {
  Curve curve;
  curve.test_case.name = "a \"b\" <c>";
  curve.bits = 100;
  curve.seconds = 0.001;
  curve.points = {{0, {100, 100, 100, 100}, true, false}, {1, {1000, 200, 200, 1000}, true, false}, {2, {1000, 50, 50, 1000}, true, false}};
  EXPECT_NEAR(*curve.snr_at(0.1), 1.5, 1e-9);
  EXPECT_NEAR(*curve.snr_at_throughput(0.7), 0.875, 1e-9);
  EXPECT_FALSE(curve.snr_at(0.01));
  Sweep sweep;
  auto csv = to_csv({curve}), json = to_json(sweep, {curve}), svg = to_svg({curve}), text = to_text(sweep, {curve});
  EXPECT_EQ(std::ranges::count(csv, '\n'), 4);
  EXPECT_NE(json.find("\"snr_at_target_bler_db\": 1.500"), std::string::npos);
  EXPECT_NE(json.find("a \\\"b\\\" <c>"), std::string::npos);
  EXPECT_NE(svg.find("&lt;c&gt;"), std::string::npos);
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_NE(text.find("BLER 0.1 at 1.50 dB"), std::string::npos);
}

TEST(LinkCase, reads_files_and_names_what_is_wrong) {
  auto root = config::parse_text(
      "seed: 3\nstop: {errors: 7}\ncases:\n  - name: x\n    channel: pusch\n    snr: {from: 1, to: 2, step: 0.5}\n    air: {profile: tdla30, rx: 2}\n    shared: {mcs: 5}\n", "t.yml");
  ASSERT_TRUE(root);
  Sweep sweep;
  EXPECT_TRUE(config::load(*root, sweep).empty());
  ASSERT_EQ(sweep.cases.size(), 1u);
  EXPECT_EQ(sweep.cases[0].profile, channel::Profile::tdla30);
  EXPECT_EQ(snrs(sweep.cases[0]), (std::vector<double>{1, 1.5, 2}));
  EXPECT_TRUE(check(sweep.cases[0]));
  sweep.cases[0].layers = 3;
  auto wrong = check(sweep.cases[0]);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().describe(), "x.shared.layers: 3 layers need as many receive antennas (air.rx 2)");
  Case a, b;
  b.name = "other";
  b.snr_to = 20;
  EXPECT_EQ(canonical(a), canonical(b));
  b.doppler_hz = 5;
  EXPECT_NE(canonical(a), canonical(b));
}

TEST(LinkConformance, every_requirement_can_be_measured) {
  const auto all = requirements();
  EXPECT_GT(all.size(), 40u);
  for (const Requirement& r : all) {
    SCOPED_TRACE(r.clause + " " + r.test_case.name);
    EXPECT_TRUE(check(r.test_case));
    auto trial = make_trial(r.test_case);
    ASSERT_TRUE(trial) << trial.error().describe();
    EXPECT_TRUE(r.test_case.noise_only || (*trial)->run(40, 1).first_ok);
  }
}

TEST(LinkConformance, says_what_is_met_and_what_is_not) {
  Requirement r{"8.2.1.2-3", {}, 10, Requirement::Criterion::throughput, 0.7};
  r.test_case.name = "PUSCH";
  Verdict met{r, {8.0, 7.9, 8.1, 800}, std::nullopt}, close{r, {9.5, 9.4, 9.6, 800}, Crossing{9.3, 9.2, 9.4, 800}}, missed{r, {std::nullopt, 0, 0, 400}, std::nullopt};
  auto text = to_markdown({met, close, missed}, {});
  EXPECT_NE(text.find("2 of 3 requirements are met, 1 of 3 points with 1.5 dB or more to spare"), std::string::npos);
  EXPECT_NE(text.find("| 8.2.1.2-3 | PUSCH | throughput 70 % | 10.0 | 8.0 | 2.0 | 7.9 to 8.1 | 800 |  |"), std::string::npos);
  EXPECT_NE(text.find("| 9.5 | 0.5 | 9.4 to 9.6 | 800 | 9.3 |"), std::string::npos);
  EXPECT_NE(text.find("**not met**"), std::string::npos);
  EXPECT_NE(text.find("Interrupted: 3 of"), std::string::npos);
}
