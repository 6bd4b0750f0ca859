#include "apps/link/conformance.h"

#include <fmt/core.h>

#include <cmath>

namespace sen::link {
namespace {

using Criterion = Requirement::Criterion;

constexpr double margin_wanted_db = 1.5;

struct Carrier {
  nr::Scs scs;
  uint16_t rb;
  const char* name;
};
constexpr Carrier mhz20{nr::Scs::khz15, 106, "20 MHz, 15 kHz"}, mhz100{nr::Scs::khz30, 273, "100 MHz, 30 kHz"}, mhz5{nr::Scs::khz15, 25, "5 MHz, 15 kHz"},
    mhz10{nr::Scs::khz30, 24, "10 MHz, 30 kHz"};

struct Fading {
  channel::Profile profile;
  double doppler_hz;
  const char* name;
};
constexpr Fading tdla30_10{channel::Profile::tdla30, 10, "TDLA30-10"}, tdlb100_400{channel::Profile::tdlb100, 400, "TDLB100-400"},
    tdlc300_100{channel::Profile::tdlc300, 100, "TDLC300-100"}, awgn{channel::Profile::none, 0, "AWGN"};

Case base_case(Kind kind, const Carrier& carrier, const Fading& fading, unsigned tx, unsigned rx) {
  Case c;
  c.kind = kind;
  c.scs = carrier.scs;
  c.rb = carrier.rb;
  c.profile = fading.profile;
  c.doppler_hz = fading.doppler_hz;
  c.rx = static_cast<uint8_t>(rx);
  c.domain = Domain::time;
  c.name = fmt::format("{}, {}T{}R, {}", carrier.name, tx, rx, fading.name);
  return c;
}

// Fixed reference channels of TS 38.104 Annex A: A3 QPSK 193/1024, A4 16QAM 658/1024, A5 64QAM 567/1024; DM-RS in symbols 2 and 11.
void pusch(std::vector<Requirement>& out, const char* table, const Carrier& carrier, unsigned layers, unsigned rx, const Fading& fading, unsigned annex, double snr_db,
           bool transform_precoding = false) {
  Case c = base_case(Kind::pusch, carrier, fading, layers, rx);
  c.mcs = annex == 3 ? 2 : annex == 4 ? 16 : 20;
  c.layers = static_cast<uint8_t>(layers);
  c.transmissions = 4;
  c.transform_precoding = transform_precoding;
  if (transform_precoding && carrier.rb == mhz5.rb) c.prb = 25;
  c.name = fmt::format("{}{}, {}", annex == 3 ? "QPSK 193/1024" : annex == 4 ? "16QAM 658/1024" : "64QAM 567/1024", transform_precoding ? ", DFT-s-OFDM" : "", c.name);
  out.push_back({table, c, snr_db, Criterion::throughput, 0.7});
}

void pucch(std::vector<Requirement>& out, const char* table, const Carrier& carrier, unsigned rx, unsigned format, unsigned symbols, unsigned prb, unsigned bits,
           double snr_db, bool additional_dmrs = false) {
  Case c = base_case(Kind::pucch, carrier, tdlc300_100, 1, rx);
  c.format = static_cast<uint8_t>(format);
  c.pucch_symbols = static_cast<uint8_t>(symbols);
  c.pucch_prb = static_cast<uint8_t>(prb);
  c.harq_bits = static_cast<uint16_t>(bits);
  c.dmrs_additional = additional_dmrs;
  c.name = fmt::format("format {}, {} bits, {} symbols, {} PRB{}, {}", format, bits, symbols, prb, additional_dmrs ? ", additional DM-RS" : "", c.name);
  out.push_back({table, c, snr_db, Criterion::error_rate, 0.01});
}

// Missed detection 1 %. The carrier is narrower than the standard's: the preamble is the same.
void prach(std::vector<Requirement>& out, const char* table, nr::Scs scs, unsigned format, unsigned rx, bool fades, double snr_db) {
  Case c = base_case(Kind::prach, {scs, static_cast<uint16_t>(scs == nr::Scs::khz15 ? 25 : 24), scs == nr::Scs::khz15 ? "15 kHz" : "30 kHz"}, fades ? tdlc300_100 : awgn, 1, rx);
  c.prach_format = static_cast<uint8_t>(format);
  const bool is_long = format == 0;
  c.root_sequence = is_long ? 22 : 0;
  c.n_cs = is_long ? 13 : scs == nr::Scs::khz15 ? 23 : 46;
  c.cfo_hz = fades ? 400 : 0;
  // Table 8.4.2.1-1: largest errors of the delay; the delay is half of what N_CS allows.
  c.tolerance_us = is_long ? (fades ? 2.55 : 1.04) : scs == nr::Scs::khz15 ? (fades ? 2.03 : 0.52) : (fades ? 1.77 : 0.26);
  c.delay_us = 0.5 * c.n_cs / (is_long ? 839 * 1.25e-3 : 139 * (scs == nr::Scs::khz15 ? 15e-3 : 30e-3));
  c.name = fmt::format("format {}, {}", is_long ? "0" : "B4", c.name);
  out.push_back({table, c, snr_db, Criterion::error_rate, 0.01});
}

void prach_false_alarm(std::vector<Requirement>& out, nr::Scs scs, unsigned format, unsigned rx) {
  prach(out, "8.4.1 false alarm", scs, format, rx, false, 0);
  Requirement& r = out.back();
  r.test_case.noise_only = true;
  r.test_case.name += ", noise alone";
  r.level = 0.001;
}
void pucch_false_alarm(std::vector<Requirement>& out, unsigned format, unsigned symbols, unsigned prb, unsigned bits) {
  pucch(out, "8.3 DTX to ACK", mhz20, 2, format, symbols, prb, bits, 0);
  Requirement& r = out.back();
  r.test_case.noise_only = true;
  r.test_case.name += ", noise alone";
}

// Measures points of one requirement.
class Prober {
 public:
  Prober(const Requirement& requirement, const ConformanceOptions& options, Store& store) : requirement_(requirement), options_(options), store_(store) {}

  Result<Crossing> run() {
    Crossing out;
    if (requirement_.test_case.noise_only) {
      SEN_ASSIGN(const Counts* counts, point(requirement_.snr_db));
      out.blocks = counts->blocks;
      Interval i = wilson(counts->first_errors, counts->blocks);
      out.low_db = i.low, out.high_db = i.high;
      out.snr_db = counts->bler();
      return out;
    }
    // Down (or up) in steps of 1 dB until the criterion is met on one side and not on the other.
    double snr = requirement_.snr_db;
    SEN_ASSIGN(bool met, holds(snr));
    const double step = met ? -1 : 1;
    for (int i = 0; i < (met ? 12 : 6); ++i) {
      snr += step;
      SEN_ASSIGN(bool now, holds(snr));
      if (now == met) continue;
      const double above = met ? snr + 1 : snr;
      out.snr_db = crossing(above, [](const Interval&, double value) { return value; });
      const bool more_is_better = requirement_.criterion == Criterion::throughput;
      out.low_db = crossing(above, [&](const Interval& v, double) { return more_is_better ? v.high : v.low; });
      out.high_db = crossing(above, [&](const Interval& v, double) { return more_is_better ? v.low : v.high; });
      out.blocks = store_.counts(requirement_.test_case, above).blocks + store_.counts(requirement_.test_case, above - 1).blocks;
      return out;
    }
    if (met) out.snr_db = out.low_db = out.high_db = snr;  // better than that
    return out;
  }

 private:
  Result<const Counts*> point(double snr_db) {
    Sweep sweep;
    sweep.cases = {requirement_.test_case};
    sweep.cases[0].snr_from = sweep.cases[0].snr_to = snr_db;
    sweep.seed = options_.seed;
    const bool throughput = requirement_.criterion == Criterion::throughput;
    sweep.errors = options_.errors;
    sweep.blocks = throughput ? std::min<uint32_t>(options_.blocks, 400) : options_.blocks;
    // A rare false alarm needs many blocks, whatever is asked for.
    if (requirement_.test_case.noise_only) sweep.blocks = std::max(sweep.blocks, static_cast<uint32_t>(std::lround(20 / requirement_.level)));
    if (throughput || requirement_.test_case.noise_only) sweep.errors = sweep.blocks;  // blocks count here, not errors
    sweep.least_blocks = std::min<uint32_t>(sweep.least_blocks, sweep.blocks);
    const Counts& counts = store_.counts(requirement_.test_case, std::round(snr_db * 1e6) / 1e6);
    if (counts.blocks >= sweep.blocks || (counts.blocks >= sweep.least_blocks && counts.first_errors >= sweep.errors)) return &counts;
    SEN_TRY(link::run(sweep, store_, {.threads = options_.threads, .progress = {}, .save = {}, .stop = options_.stop}));
    return &counts;
  }

  // The criterion's value of some counts and its interval.
  double value(const Counts& c) const { return requirement_.criterion == Criterion::throughput ? c.throughput() : std::max(c.bler(), 0.5 / static_cast<double>(c.blocks)); }
  Interval interval(const Counts& c) const {
    return requirement_.criterion == Criterion::throughput ? wilson(c.blocks - c.errors, c.transmissions) : wilson(c.first_errors, c.blocks);
  }
  Result<bool> holds(double snr_db) {
    SEN_ASSIGN(const Counts* counts, point(snr_db));
    const double v = value(*counts);
    return requirement_.criterion == Criterion::throughput ? v >= requirement_.level : v <= requirement_.level;
  }

  // Where the line between the points at `above` and 1 dB below reaches the level; error rates on a logarithmic scale.
  template <class Pick>
  double crossing(double above, Pick pick) const {
    const Counts &low = store_.counts(requirement_.test_case, above - 1), &high = store_.counts(requirement_.test_case, above);
    double a = pick(interval(low), value(low)), b = pick(interval(high), value(high)), level = requirement_.level;
    if (requirement_.criterion == Criterion::error_rate) a = std::log(std::max(a, 1e-7)), b = std::log(std::max(b, 1e-7)), level = std::log(level);
    return a == b ? above : above - 1 + std::clamp((level - a) / (b - a), -1.0, 2.0);
  }

  const Requirement& requirement_;
  const ConformanceOptions& options_;
  Store& store_;
};

bool is_met(const Verdict& v) {
  return v.ours.snr_db && *v.ours.snr_db <= (v.requirement.test_case.noise_only ? v.requirement.level : v.requirement.snr_db);
}

std::string row(const Verdict& v) {
  const Requirement& r = v.requirement;
  const std::string criterion = r.criterion == Criterion::throughput ? fmt::format("throughput {:.0f} %", 100 * r.level) : fmt::format("{:g} %", 100 * r.level);
  if (r.test_case.noise_only) {
    return fmt::format("| {} | {} | at most {} | | {}{:.3g} % | | {:.3g} to {:.3g} % | {} | |\n", r.clause, r.test_case.name, criterion, is_met(v) ? "" : "**not met** ",
                       100 * *v.ours.snr_db, 100 * v.ours.low_db, 100 * v.ours.high_db, v.ours.blocks);
  }
  if (!v.ours.snr_db) return fmt::format("| {} | {} | {} | {:.1f} | **not met** | | | {} | |\n", r.clause, r.test_case.name, criterion, r.snr_db, v.ours.blocks);
  std::string known = v.known_channel && v.known_channel->snr_db ? fmt::format("{:.1f}", *v.known_channel->snr_db) : "";
  return fmt::format("| {} | {} | {} | {:.1f} | {:.1f} | {}{:.1f} | {:.1f} to {:.1f} | {} | {} |\n", r.clause, r.test_case.name, criterion, r.snr_db, *v.ours.snr_db,
                     is_met(v) ? "" : "**not met** ", r.snr_db - *v.ours.snr_db, v.ours.low_db, v.ours.high_db, v.ours.blocks, known);
}

}  // namespace

std::vector<Requirement> requirements() {
  std::vector<Requirement> out;
  const char* t3 = "8.2.1.2-3";
  pusch(out, t3, mhz20, 1, 2, tdlb100_400, 3, -2.1);
  pusch(out, t3, mhz20, 1, 2, tdlc300_100, 4, 10.0);
  pusch(out, t3, mhz20, 1, 2, tdla30_10, 5, 12.4);
  pusch(out, t3, mhz20, 1, 4, tdlb100_400, 3, -5.5);
  pusch(out, t3, mhz20, 1, 4, tdlc300_100, 4, 6.2);
  pusch(out, t3, mhz20, 1, 4, tdla30_10, 5, 8.6);
  pusch(out, t3, mhz20, 2, 2, tdlb100_400, 3, 2.1);
  pusch(out, t3, mhz20, 2, 2, tdlc300_100, 4, 18.3);
  pusch(out, t3, mhz20, 2, 4, tdlb100_400, 3, -1.8);
  pusch(out, t3, mhz20, 2, 4, tdlc300_100, 4, 11.1);
  const char* t7 = "8.2.1.2-7";
  pusch(out, t7, mhz100, 1, 2, tdlb100_400, 3, -2.8);
  pusch(out, t7, mhz100, 1, 2, tdlc300_100, 4, 10.2);
  pusch(out, t7, mhz100, 1, 2, tdla30_10, 5, 13.0);
  pusch(out, t7, mhz100, 1, 4, tdlb100_400, 3, -5.8);
  pusch(out, t7, mhz100, 1, 4, tdlc300_100, 4, 6.5);
  pusch(out, t7, mhz100, 1, 4, tdla30_10, 5, 9.0);
  pusch(out, "8.2.2.2-1", mhz5, 1, 2, tdlb100_400, 3, -2.4, true);
  pusch(out, "8.2.2.2-1", mhz5, 1, 4, tdlb100_400, 3, -5.7, true);
  pusch(out, "8.2.2.2-2", mhz10, 1, 2, tdlb100_400, 3, -2.5, true);
  pusch(out, "8.2.2.2-2", mhz10, 1, 4, tdlb100_400, 3, -5.7, true);
  pucch(out, "8.3.2.2-1", mhz20, 2, 0, 1, 1, 1, 9.3);
  pucch(out, "8.3.2.2-1", mhz20, 2, 0, 2, 1, 1, 3.3);
  pucch(out, "8.3.2.2-1", mhz20, 4, 0, 1, 1, 1, 3.2);
  pucch(out, "8.3.2.2-1", mhz20, 4, 0, 2, 1, 1, -0.8);
  pucch(out, "8.3.3.2.2-1", mhz20, 2, 1, 14, 1, 2, -5.0);
  pucch(out, "8.3.3.2.2-1", mhz20, 4, 1, 14, 1, 2, -8.5);
  pucch(out, "8.3.4.1.2-1", mhz20, 2, 2, 1, 4, 4, 5.9);
  pucch(out, "8.3.4.1.2-1", mhz20, 4, 2, 1, 4, 4, 0.3);
  pucch(out, "8.3.4.2.2-1", mhz20, 2, 2, 2, 9, 22, 1.2);
  pucch(out, "8.3.4.2.2-1", mhz20, 4, 2, 2, 9, 22, -3.2);
  pucch(out, "8.3.5.2-1", mhz20, 2, 3, 14, 1, 16, 0.3);
  pucch(out, "8.3.5.2-1", mhz20, 2, 3, 14, 1, 16, -0.1, true);
  pucch(out, "8.3.5.2-1", mhz20, 4, 3, 14, 1, 16, -3.8);
  pucch(out, "8.3.5.2-1", mhz20, 2, 3, 4, 3, 16, 2.0);
  pucch(out, "8.3.5.2-1", mhz20, 4, 3, 4, 3, 16, -2.5);
  pucch_false_alarm(out, 0, 2, 1, 1);
  pucch_false_alarm(out, 1, 14, 1, 2);
  pucch_false_alarm(out, 2, 1, 4, 4);
  const char* t8 = "8.4.2.2";
  for (auto [rx, awgn_db, fading_db] : {std::tuple{2u, -14.5, -6.6}, {4u, -16.7, -11.9}}) {
    prach(out, t8, nr::Scs::khz15, 0, rx, false, awgn_db);
    prach(out, t8, nr::Scs::khz15, 0, rx, true, fading_db);
  }
  for (auto [rx, awgn_db, fading_db] : {std::tuple{2u, -16.8, -8.8}, {4u, -19.0, -13.8}}) {
    prach(out, t8, nr::Scs::khz15, 8, rx, false, awgn_db);
    prach(out, t8, nr::Scs::khz15, 8, rx, true, fading_db);
  }
  for (auto [rx, awgn_db, fading_db] : {std::tuple{2u, -16.5, -9.9}, {4u, -19.0, -14.5}}) {
    prach(out, t8, nr::Scs::khz30, 8, rx, false, awgn_db);
    prach(out, t8, nr::Scs::khz30, 8, rx, true, fading_db);
  }
  for (unsigned rx : {2u, 4u}) {
    prach_false_alarm(out, nr::Scs::khz15, 0, rx);
    prach_false_alarm(out, nr::Scs::khz30, 8, rx);
  }
  return out;
}

Result<std::vector<Verdict>> measure_conformance(const ConformanceOptions& options, Store& store) {
  std::vector<Verdict> out;
  const auto all = requirements();
  for (const Requirement& r : all) {
    if (options.progress) options.progress(out.size(), all.size(), r);
    SEN_ASSIGN(Crossing ours, Prober(r, options, store).run());
    Verdict v{r, ours, std::nullopt};
    if (r.test_case.kind == Kind::pusch && (!ours.snr_db || r.snr_db - *ours.snr_db < margin_wanted_db)) {
      Requirement known = r;
      known.test_case.genie = true;
      SEN_ASSIGN(v.known_channel, Prober(known, options, store).run());
    }
    if (options.stop && options.stop()) break;
    out.push_back(std::move(v));
  }
  return out;
}

std::string to_markdown(const std::vector<Verdict>& verdicts, const ConformanceOptions& options) {
  size_t met = 0, points = 0, spare = 0;
  for (const Verdict& v : verdicts) {
    const bool alarm = v.requirement.test_case.noise_only;
    met += is_met(v);
    points += !alarm;
    spare += !alarm && v.ours.snr_db && v.requirement.snr_db - *v.ours.snr_db >= margin_wanted_db;
  }
  std::string out = fmt::format(
      "# Link conformance\n\nWritten by `sen5g link --conformance` (seed {}, up to {} blocks a point): the receivers of this product at the requirement points of TS 38.104\n"
      "section 8. SNR in dB; \"ours\" is where the criterion is just met, with the range that the 95 % intervals of the points around leave; \"channel known\" is the\n"
      "same receiver with a genie's channel and noise, given where the margin is below {:g} dB. A block of PUCCH counts as failed when any of its bits is wrong or it is not\n"
      "detected, which is stricter than the standard's count of each bit. What is measured and how: [link.md](link.md).\n\n"
      "{} of {} requirements are met, {} of {} points with {:g} dB or more to spare.\n\n"
      "| clause | configuration | criterion | required | ours | margin | 95 % | blocks | channel known |\n|---|---|---|---|---|---|---|---|---|\n",
      options.seed, options.blocks, margin_wanted_db, met, verdicts.size(), spare, points, margin_wanted_db);
  if (const size_t all = requirements().size(); verdicts.size() < all) {
    out.insert(out.find("| clause"), fmt::format("Interrupted: {} of {} rows.\n\n", verdicts.size(), all));
  }
  for (const Verdict& v : verdicts) out += row(v);
  return out;
}

}  // namespace sen::link
