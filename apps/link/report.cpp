#include "apps/link/report.h"

#include <fmt/core.h>

#include <cmath>

#include "apps/link/diagram.h"

namespace sen::link {
namespace {

double megabits(const Curve& curve, const Counts& counts) { return curve.seconds > 0 ? counts.throughput() * curve.bits / curve.seconds / 1e6 : 0; }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

bool measured(const Point& p) { return p.counts.blocks > 0; }

void marked(Line& line, double x, double y, const char* colour) {
  line.point(x, y);
  line.mark(x, y, colour);
}

}  // namespace

std::string to_csv(const std::vector<Curve>& curves) {
  std::string out =
      "case,channel,snr_db,blocks,first_errors,bler,bler_low_95,bler_high_95,errors,residual_bler,transmissions,throughput_share,throughput_mbps,bits_per_block\n";
  for (const Curve& curve : curves) {
    for (const Point& p : curve.points) {
      if (!measured(p)) continue;
      const Counts& c = p.counts;
      Interval i = wilson(c.first_errors, c.blocks);
      out += fmt::format("{},{},{:g},{},{},{:.6g},{:.6g},{:.6g},{},{:.6g},{},{:.6g},{:.6g},{}\n", quoted(curve.test_case.name), to_string(curve.test_case.kind), p.snr_db,
                         c.blocks, c.first_errors, c.bler(), i.low, i.high, c.errors, c.residual(), c.transmissions, c.throughput(), megabits(curve, c), curve.bits);
    }
  }
  return out;
}

std::string to_json(const Sweep& sweep, const std::vector<Curve>& curves) {
  auto number = [](const std::optional<double>& v) { return v ? fmt::format("{:.3f}", *v) : std::string("null"); };
  std::string out = fmt::format("{{\"seed\": {}, \"target_bler\": {:g}, \"cases\": [", sweep.seed, sweep.target_bler);
  for (size_t i = 0; i < curves.size(); ++i) {
    const Curve& curve = curves[i];
    out += fmt::format("{}\n  {{\"name\": {}, \"channel\": \"{}\", \"parameters\": {}, \"bits_per_block\": {}, \"transmission_s\": {:g},\n", i == 0 ? "" : ",",
                       quoted(curve.test_case.name), to_string(curve.test_case.kind), quoted(canonical(curve.test_case)), curve.bits, curve.seconds);
    out += fmt::format("   \"snr_at_target_bler_db\": {}, \"snr_at_70_percent_throughput_db\": {}, \"points\": [", number(curve.snr_at(sweep.target_bler)),
                       number(curve.snr_at_throughput(0.7)));
    bool first = true;
    for (const Point& p : curve.points) {
      if (!measured(p)) continue;
      const Counts& c = p.counts;
      Interval bound = wilson(c.first_errors, c.blocks);
      out += fmt::format("{}\n    {{\"snr_db\": {:g}, \"blocks\": {}, \"first_errors\": {}, \"bler\": {:.6g}, \"bler_95\": [{:.6g}, {:.6g}], \"errors\": {}, \"transmissions\": {}, "
                         "\"throughput_share\": {:.6g}, \"throughput_mbps\": {:.6g}, \"complete\": {}}}",
                         first ? "" : ",", p.snr_db, c.blocks, c.first_errors, c.bler(), bound.low, bound.high, c.errors, c.transmissions, c.throughput(), megabits(curve, c),
                         p.done);
      first = false;
    }
    out += "]}";
  }
  return out + "\n]}\n";
}

std::string to_svg(const std::vector<Curve>& curves) {
  double x_low = 1e9, x_high = -1e9, least = 0.1;
  for (const Curve& curve : curves) {
    for (const Point& p : curve.points) {
      if (!measured(p)) continue;
      x_low = std::min(x_low, p.snr_db), x_high = std::max(x_high, p.snr_db);
      if (p.counts.first_errors > 0) least = std::min(least, p.counts.bler());
    }
  }
  if (x_low > x_high) x_low = 0, x_high = 1;
  if (x_high - x_low < 0.5) x_low -= 0.5, x_high += 0.5;
  const int decades = static_cast<int>(std::ceil(-std::log10(least) - 1e-9));
  const double legend = 18.0 * static_cast<double>(curves.size());
  const Diagram bler(70, 40, 430, 340, {x_low, x_high}), throughput(580, 40, 430, 340, {x_low, x_high});
  auto share_of = [&](double v) { return 1 + std::log10(std::max(v, std::pow(10, -decades))) / decades; };
  std::string out = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1040\" height=\"{0:.0f}\" viewBox=\"0 0 1040 {0:.0f}\" font-family=\"sans-serif\" font-size=\"12\">\n"
                                "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n", 450 + legend);
  bler.frame(out, "BLER of the first transmission, 95 % intervals", "SNR in dB");
  throughput.frame(out, "Throughput, share of the largest", "SNR in dB");
  for (int d = 0; d <= decades; ++d) bler.level(out, 1 - static_cast<double>(d) / decades, d == 0 ? "1" : fmt::format("1e-{}", d));
  for (int i = 0; i <= 5; ++i) throughput.level(out, i / 5.0, fmt::format("{:.1f}", i / 5.0));
  for (size_t i = 0; i < curves.size(); ++i) {
    const char* colour = diagram_colours[i % diagram_colours.size()];
    Line errors, delivered;
    for (const Point& p : curves[i].points) {
      if (!measured(p)) continue;
      Interval bound = wilson(p.counts.first_errors, p.counts.blocks);
      errors.bar(bler.x(p.snr_db), bler.y(share_of(bound.low)), bler.y(share_of(bound.high)), colour);
      if (p.counts.first_errors > 0) marked(errors, bler.x(p.snr_db), bler.y(share_of(p.counts.bler())), colour);
      marked(delivered, throughput.x(p.snr_db), throughput.y(p.counts.throughput()), colour);
    }
    out += errors.text(colour) + delivered.text(colour);
    out += fmt::format("<rect x=\"70\" y=\"{:.0f}\" width=\"14\" height=\"4\" fill=\"{}\"/><text x=\"92\" y=\"{:.0f}\">{}</text>\n", 433 + 18.0 * static_cast<double>(i), colour,
                       439 + 18.0 * static_cast<double>(i), xml_escaped(curves[i].test_case.name));
  }
  return out + "</svg>\n";
}

std::string to_text(const Sweep& sweep, const std::vector<Curve>& curves) {
  std::string out;
  for (const Curve& curve : curves) {
    out += fmt::format("{}\n  {:>8} {:>9} {:>8} {:>10} {:>23} {:>12}", curve.test_case.name, "SNR dB", "blocks", "errors", "BLER", "95 % interval", "throughput");
    out += curve.seconds > 0 ? "       Mbit/s\n" : "\n";
    for (const Point& p : curve.points) {
      if (!measured(p)) continue;
      Interval i = wilson(p.counts.first_errors, p.counts.blocks);
      out += fmt::format("  {:>8.2f} {:>9} {:>8} {:>10.3g}   {:>9.3g} .. {:<7.3g} {:>11.3f}", p.snr_db, p.counts.blocks, p.counts.first_errors, p.counts.bler(), i.low, i.high,
                         p.counts.throughput());
      out += curve.seconds > 0 ? fmt::format("  {:>11.2f}{}\n", megabits(curve, p.counts), p.done ? "" : "  (interrupted)") : p.done ? "\n" : "  (interrupted)\n";
    }
    if (auto snr = curve.snr_at(sweep.target_bler)) out += fmt::format("  BLER {:g} at {:.2f} dB\n", sweep.target_bler, *snr);
    if (curve.test_case.transmissions > 1) {
      if (auto snr = curve.snr_at_throughput(0.7)) out += fmt::format("  70 % of the largest throughput at {:.2f} dB\n", *snr);
    }
  }
  return out;
}

}  // namespace sen::link
