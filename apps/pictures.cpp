#include "apps/pictures.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/link/diagram.h"

namespace sen {
namespace {

using link::Diagram;
using link::Line;
using phy::Cf;

constexpr size_t max_points = 1500;              // of a constellation
constexpr double response_interval_s = 0.1;
constexpr float range_db = 35;                   // of a waterfall, below its strongest
constexpr const char* blue = link::diagram_colours[0];
constexpr const char* orange = link::diagram_colours[1];

float db(float power) { return 10 * std::log10(std::max(power, 1e-20f)); }

// Mean power of a symbol's resource elements, resource block by resource block.
std::vector<float> powers(const phy::Grid& grid, unsigned symbol) {
  std::vector<float> out(grid.n_rb());
  for (unsigned port = 0; port < grid.ports(); ++port) {
    const float* x = reinterpret_cast<const float*>(grid.row(port, symbol).data());
    for (float& power : out) {
      std::array<float, 8> sums{};
      for (unsigned i = 0; i < 24; ++i) sums[i % 8] += x[i] * x[i];
      for (const float sum : sums) power += sum / 12;
      x += 24;
    }
  }
  return out;
}

// ---- pixels: PNG without compression (RFC 2083, RFC 1950), as text for an SVG ----

uint32_t crc32(std::string_view data) {
  uint32_t crc = ~0u;
  for (const char c : data) {
    crc ^= static_cast<uint8_t>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}
std::string big_endian(uint32_t v) { return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8), static_cast<char>(v)}; }
std::string chunk(const std::string& type, const std::string& data) { return big_endian(static_cast<uint32_t>(data.size())) + type + data + big_endian(crc32(type + data)); }

// `rgb`: rows of a filter octet 0 and three octets a pixel.
std::string png(unsigned width, unsigned height, const std::string& rgb) {
  constexpr size_t stored = 65535;
  std::string packed("\x78\x01", 2);
  uint32_t a = 1, b = 0;
  for (const char c : rgb) {
    a = (a + static_cast<uint8_t>(c)) % 65521;
    b = (b + a) % 65521;
  }
  for (size_t at = 0; at < rgb.size(); at += stored) {
    const size_t n = std::min(stored, rgb.size() - at);
    packed += at + n == rgb.size() ? '\1' : '\0';
    for (const auto v : {n, ~n}) packed += {static_cast<char>(v & 0xff), static_cast<char>(v >> 8 & 0xff)};
    packed += rgb.substr(at, n);
  }
  packed += big_endian(b << 16 | a);
  const std::string head = big_endian(width) + big_endian(height) + std::string("\x08\x02\x00\x00\x00", 5);
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", head) + chunk("IDAT", packed) + chunk("IEND", "");
}

std::string base64(std::string_view in) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < in.size(); i += 3) {
    uint32_t v = 0;
    for (size_t k = 0; k < 3; ++k) v = v << 8 | (i + k < in.size() ? static_cast<uint8_t>(in[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k > in.size() ? '=' : digits[v >> (18 - 6 * k) & 63];
  }
  return out;
}

// From dark blue through green to yellow, even in lightness.
std::array<uint8_t, 3> colour_of(float share) {
  constexpr std::array<std::array<float, 3>, 6> anchors{{{32, 8, 58}, {57, 72, 137}, {38, 125, 142}, {40, 170, 125}, {140, 208, 70}, {253, 231, 37}}};
  const float at = std::clamp(share, 0.0f, 1.0f) * (anchors.size() - 1);
  const auto i = std::min(static_cast<size_t>(at), anchors.size() - 2);
  std::array<uint8_t, 3> out;
  for (size_t c = 0; c < 3; ++c) out[c] = static_cast<uint8_t>(std::lround(anchors[i][c] + (at - static_cast<float>(i)) * (anchors[i + 1][c] - anchors[i][c])));
  return out;
}

// Time to the right, frequency upwards.
std::string image(const std::vector<std::vector<float>>& columns, float highest, double left, double top, double width, double height) {
  if (columns.empty() || columns[0].empty()) return {};
  const size_t n = columns[0].size();
  std::string rgb;
  for (size_t k = n; k-- > 0;) {
    rgb += '\0';
    for (const auto& column : columns) {
      for (const uint8_t c : colour_of(1 + (column[k] - highest) / range_db)) rgb += static_cast<char>(c);
    }
  }
  return fmt::format("<image x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" preserveAspectRatio=\"none\" image-rendering=\"pixelated\" "
                     "href=\"data:image/png;base64,{}\"/>\n",
                     left, top, width, height, base64(png(static_cast<unsigned>(columns.size()), static_cast<unsigned>(n), rgb)));
}

float strongest(const std::vector<std::vector<float>>& columns) {
  float out = -200;
  for (const auto& column : columns) out = std::max(out, *std::ranges::max_element(column));
  return out;
}

void colour_scale(std::string& out, double left, double top) {
  constexpr unsigned steps = 32, width = 128;
  for (unsigned i = 0; i < steps; ++i) {
    const auto c = colour_of(static_cast<float>(i) / (steps - 1));
    out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"8\" fill=\"#{:02x}{:02x}{:02x}\"/>\n", left + i * width / steps, top, width / steps + 0.5, c[0], c[1], c[2]);
  }
  out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">-{:g} dB</text><text x=\"{}\" y=\"{}\">0 dB</text>\n", left - 6, top + 9, range_db, left + width + 6, top + 9);
}

const char* name_of(unsigned qm) { return qm == 1 ? "pi/2-BPSK" : qm == 2 ? "QPSK" : qm == 4 ? "16QAM" : qm == 6 ? "64QAM" : "256QAM"; }

template <class Pdu>
const Pdu* largest(const std::vector<Pdu>& pdus) {
  const auto found = std::ranges::max_element(pdus, {}, [](const Pdu& p) { return p.code.tbs_octets; });
  return found == pdus.end() ? nullptr : &*found;
}

}  // namespace

// ---- what is kept ----

void Waterfall::add(std::span<const float> power) {
  sum_.resize(power.size());
  for (size_t i = 0; i < power.size(); ++i) sum_[i] += power[i];
  if (++pending_ < slots_a_row_) return;
  for (float& v : sum_) v /= static_cast<float>(pending_);
  rows_.push_back(std::exchange(sum_, {}));
  pending_ = 0;
  if (rows_.size() < max_rows) return;
  for (size_t r = 0; r < max_rows / 2; ++r) {
    for (size_t i = 0; i < rows_[r].size(); ++i) rows_[r][i] = (rows_[2 * r][i] + rows_[2 * r + 1][i]) / 2;
  }
  rows_.resize(max_rows / 2);
  slots_a_row_ *= 2;
}

std::vector<std::vector<float>> Waterfall::db() const {
  auto out = rows_;
  for (auto& row : out) std::ranges::transform(row, row.begin(), sen::db);
  return out;
}

void RunPicture::Constellation::add(unsigned modulation, std::span<const Cf> more) {
  if (modulation < qm) return;
  if (modulation > qm) points.clear();
  qm = modulation;
  points.insert(points.end(), more.begin(), more.end());
  if (points.size() > max_points) points.erase(points.begin(), points.end() - max_points);
}

// A row of a waterfall is a frame: it has downlink and uplink.
RunPicture::RunPicture(const WaveAir& waves, const mac::CellConfig& cell)
    : waves_(waves), cell_(cell), downlink_(nr::slots_per_frame(cell.l1.scs)), uplink_(nr::slots_per_frame(cell.l1.scs)) {}

void RunPicture::slot(const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul) {
  const phy::GnbPhy& gnb = waves_.cell_phy(0);
  const ue::L1* ue = waves_.ue_l1(0);
  const bool served = ue && ue->phy() && ue->slot() == dl.slot && ue->serving().pci == cell_.l1.pci && ue->phy()->downlink().n_rb() == cell_.l1.n_rb;
  if (served) look_at_downlink(dl, gnb.downlink(), *ue);
  if (ul.pusch.size() == 1) pusch_.add(ul.pusch[0].code.qm, gnb.constellation());
  // Half of the frames say as much as all do.
  constexpr unsigned frames_a_look = 2;
  if (dl.slot.frame() % frames_a_look == 0) add_power(dl, ul, served ? &ue->phy()->downlink() : nullptr);
  ++slots_;
}

void RunPicture::look_at_downlink(const nr::l1::DlSlot& dl, const phy::Grid& sent, const ue::L1& ue) {
  const auto* pdsch = largest(dl.pdsch);
  if (!pdsch) return;
  if (dl.pdsch.size() == 1) pdsch_.add(pdsch->code.qm, ue.phy()->constellation());
  unsigned rbs = 0;
  for (const auto& [first, count] : pdsch->allocation.rbs) rbs += count;
  const double at_s = static_cast<double>(slots_) * static_cast<double>(nr::slot_ns(cell_.l1.scs)) * 1e-9;
  if (rbs >= cell_.l1.n_rb * 9 / 10 && (responses_.empty() || at_s >= responses_.back().at_s + response_interval_s)) keep_response(sent, ue.phy()->downlink());
}

// What arrived over what was sent, where the gNB's first port sent something.
void RunPicture::keep_response(const phy::Grid& sent, const phy::Grid& heard) {
  std::vector<float> in(sent.n_rb()), out(sent.n_rb());
  for (unsigned l = 0; l < nr::symbols_per_slot; ++l) {
    const auto x = sent.row(0, l), y = heard.row(0, l);
    for (size_t k = 0; k < x.size(); ++k) {
      if (x[k] == Cf{}) continue;
      in[k / 12] += std::norm(x[k]);
      out[k / 12] += std::norm(y[k]);
    }
  }
  Response made{static_cast<double>(slots_) * static_cast<double>(nr::slot_ns(cell_.l1.scs)) * 1e-9, {}};
  for (size_t i = 0; i < in.size(); ++i) made.db.push_back(in[i] > 0 ? db(out[i] / in[i]) : std::nanf(""));
  responses_.push_back(std::move(made));
}

void RunPicture::add_power(const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul, const phy::Grid* heard) {
  const unsigned n_rb = cell_.l1.n_rb;
  const bool sends = !dl.pdsch.empty() || !dl.pdcch.empty() || !dl.ssb.empty() || !dl.csi_rs.empty();
  const bool listens = !ul.pusch.empty() || !ul.pucch.empty() || !ul.srs.empty();
  std::vector<float> down(n_rb), up(n_rb);
  if (dl.slot.in_frame() == 0) {
    if (frame_.score() > best_frame_.score()) best_frame_ = std::move(frame_);
    frame_ = {};
  }
  for (unsigned l = 0; l < nr::symbols_per_slot; ++l) {
    const auto d = heard ? powers(*heard, l) : std::vector<float>(n_rb);
    const auto u = listens ? powers(waves_.cell_phy(0).uplink(), l) : std::vector<float>(n_rb);
    for (unsigned i = 0; i < n_rb; ++i) {
      down[i] += d[i] / nr::symbols_per_slot;
      up[i] += u[i] / nr::symbols_per_slot;
    }
    // In the frame each symbol is shown by whoever receives.
    frame_.uplink.push_back(listens && !sends);
    frame_.power.push_back(frame_.uplink.back() ? u : d);
    frame_.busy_up += !ul.pusch.empty();
    frame_.busy_down += !dl.pdsch.empty() && heard;
  }
  downlink_.add(down);
  uplink_.add(up);
}

void RunPicture::measured(Duration interval, const std::vector<mac::UeMetrics>& ues) {
  interval_s_ = std::chrono::duration<double>(interval).count();
  uint64_t octets[2] = {}, ok[2] = {}, nok[2] = {};
  for (const auto& ue : ues) {
    octets[0] += ue.dl_octets, ok[0] += ue.dl_ok, nok[0] += ue.dl_nok;
    octets[1] += ue.ul_octets, ok[1] += ue.ul_ok, nok[1] += ue.ul_nok;
  }
  for (unsigned up : {0u, 1u}) {
    (up ? ul_rate_ : dl_rate_).push_back({8e-6 * static_cast<double>(octets[up]) / interval_s_, ok[up], nok[up]});
  }
}

// ---- the drawing ----

namespace {
constexpr double page_width = 1160, page_height = 1216;
}

std::string RunPicture::svg(const std::string& title) const {
  std::string out = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
                                "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"60\" y=\"30\" font-size=\"16\" font-weight=\"bold\">{2}</text>\n",
                                page_width, page_height, link::xml_escaped(title));
  draw_constellation(out, pdsch_, 60, 76, "PDSCH at the UE", blue);
  draw_constellation(out, pusch_, 376, 76, "PUSCH at the gNB", orange);
  draw_response(out, 720, 76);
  draw_powers(out, 430);
  draw_rates(out, 60, 976, true);
  draw_rates(out, 640, 976, false);
  return out + "</svg>\n";
}

void RunPicture::draw_constellation(std::string& out, const Constellation& what, double left, double top, const char* title, const char* colour) const {
  const double size = 260, edge = 1.6;
  const Diagram axes(left, top, size, size, {-edge, edge}, {-edge, edge});
  axes.frame(out, what.points.empty() ? std::string(title) + ": none" : fmt::format("{}, {}", title, name_of(what.qm)), "in phase");
  axes.levels(out);
  std::string path;
  for (const Cf p : what.points) {
    if (std::abs(p.real()) < edge && std::abs(p.imag()) < edge) path += fmt::format("M{:.1f} {:.1f}h0", axes.x(static_cast<double>(p.real())), axes.y(static_cast<double>(p.imag())));
  }
  out += fmt::format("<path d=\"{}\" stroke=\"{}\" stroke-width=\"2.4\" stroke-linecap=\"round\" stroke-opacity=\"0.45\" fill=\"none\"/>\n", path, colour);
}

// The last one, and paler the earlier ones.
void RunPicture::draw_response(std::string& out, double left, double top) const {
  const double half = carrier_mhz() / 2;
  float low = 1e9f, high = -1e9f, mean = 0;
  size_t n = 0;
  for (const auto& r : responses_) {
    for (const float v : r.db) {
      if (std::isnan(v)) continue;
      low = std::min(low, v), high = std::max(high, v), mean += v, ++n;
    }
  }
  if (n == 0) low = 0, high = 1, n = 1;
  mean /= static_cast<float>(n);
  const Diagram axes(left, top, 400, 260, {-half, half}, {std::min(-5.0, std::floor(static_cast<double>(low - mean)) - 1), std::max(5.0, std::ceil(static_cast<double>(high - mean)) + 1)});
  axes.frame(out, fmt::format("Channel at the UE, dB: {} times in {:.1f} s, the last one dark", responses_.size(),
                              responses_.empty() ? 0.0 : responses_.back().at_s - responses_.front().at_s),
             "MHz from the carrier's middle");
  axes.levels(out);
  for (const auto& r : responses_) {
    Line line;
    for (size_t i = 0; i < r.db.size(); ++i) {
      if (std::isnan(r.db[i])) line.gap();
      else line.point(axes.x(-half + (static_cast<double>(i) + 0.5) * 2 * half / static_cast<double>(r.db.size())), axes.y(static_cast<double>(r.db[i] - mean)));
    }
    const bool last = &r == &responses_.back();
    out += line.text(blue, last ? 2.2 : 1, last ? 1 : 0.25);
  }
}

void RunPicture::draw_powers(std::string& out, double top) const {
  const double seconds = static_cast<double>(slots_) * static_cast<double>(nr::slot_ns(cell_.l1.scs)) * 1e-9, half = carrier_mhz() / 2, height = 110;
  const auto panel = [&](const std::vector<std::vector<float>>& columns, double y, double until, const char* title, const char* unit) {
    const Diagram axes(60, y, 1060, height, {0, until}, {-half, half});
    std::string frame;
    axes.frame(frame, title, unit);
    axes.levels(frame);
    out += frame + image(columns, strongest(columns), 60, y, 1060, height);
  };
  panel(downlink_.db(), top, seconds, "Downlink at the UE: received power over the run (MHz upwards)", "");
  panel(uplink_.db(), top + height + 60, seconds, "Uplink at the gNB: received power over the run (MHz upwards)", "seconds");
  colour_scale(out, 940, top - 18);
  // Downlink and uplink arrive with very different powers: each relative to its own strongest.
  const Frame& frame = best_frame_.score() > 0 ? best_frame_ : frame_;
  std::vector<std::vector<float>> columns = frame.power;
  std::array<float, 2> most{-200, strongest(uplink_.db())};  // a frame may have no more than PUCCH
  for (size_t i = 0; i < columns.size(); ++i) {
    std::ranges::transform(columns[i], columns[i].begin(), db);
    most[frame.uplink[i]] = std::max(most[frame.uplink[i]], *std::ranges::max_element(columns[i]));
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    for (float& v : columns[i]) v -= most[frame.uplink[i]];
  }
  panel(columns, top + 2 * height + 136, 10, "One frame, symbol by symbol: as the UE hears the downlink, as the gNB hears the uplink", "ms");
}

void RunPicture::draw_rates(std::string& out, double left, double top, bool bler) const {
  // Block errors are few in an interval: a mean over about half a second.
  const auto around = static_cast<size_t>(std::lround(0.25 / interval_s_));
  const auto value = [&](const std::vector<Rate>& rates, size_t i) -> std::optional<double> {
    if (!bler) return rates[i].mbps;
    uint64_t ok = 0, nok = 0;
    for (size_t k = i - std::min(i, around); k <= std::min(rates.size() - 1, i + around); ++k) ok += rates[k].ok, nok += rates[k].nok;
    return ok + nok > 0 ? std::optional(static_cast<double>(nok) / static_cast<double>(ok + nok)) : std::nullopt;
  };
  double most = bler ? 0.1 : 1;
  for (const auto* rates : {&dl_rate_, &ul_rate_}) {
    for (size_t i = 0; i < rates->size(); ++i) most = std::max(most, 1.1 * value(*rates, i).value_or(0));
  }
  const double seconds = std::max(interval_s_ * static_cast<double>(dl_rate_.size()), 1e-3);
  const Diagram axes(left, top, 480, 180, {0, seconds}, {0, bler ? std::min(1.0, most) : most});
  axes.frame(out, bler ? "Block error rate" : "Throughput of the MAC, Mbit/s", "seconds");
  axes.levels(out);
  for (const auto* rates : {&dl_rate_, &ul_rate_}) {
    Line line;
    for (size_t i = 0; i < rates->size(); ++i) {
      if (const auto v = value(*rates, i)) line.point(axes.x((static_cast<double>(i) + 0.5) * interval_s_), axes.y(*v));
      else line.gap();
    }
    out += line.text(rates == &dl_rate_ ? blue : orange);
  }
  double at = left + 300;
  for (const auto& [text, colour] : {std::pair{"downlink", blue}, std::pair{"uplink", orange}}) {
    out += fmt::format("<rect x=\"{0}\" y=\"{1}\" width=\"14\" height=\"4\" fill=\"{2}\"/><text x=\"{3}\" y=\"{4}\">{5}</text>\n", at, top - 15, colour, at + 20, top - 9, text);
    at += 100;
  }
}

}  // namespace sen
