#include "nr/uci.h"

#include <algorithm>
#include <bit>

namespace sen::nr {
namespace {

constexpr unsigned dai_period = 4;

// The smallest n above (or at) `from` whose counter field is `field`.
unsigned unwrap(unsigned from, unsigned field) { return from + (field + dai_period - (from + dai_period - 1) % dai_period) % dai_period; }

bool has_pmi(CsiQuantity q) { return q == CsiQuantity::cri_ri_pmi_cqi || q == CsiQuantity::cri_ri_li_pmi_cqi; }
bool has_li(CsiQuantity q) { return q == CsiQuantity::cri_ri_li_pmi_cqi; }
bool is_rsrp(CsiQuantity q) { return q == CsiQuantity::cri_rsrp || q == CsiQuantity::ssb_rsrp; }

unsigned ranks_of_ports(unsigned ports) { return std::min(ports, 4u); }

// Ranks that the report may name: the restriction applies with a PMI, otherwise every rank of the ports.
unsigned allowed_ranks(const CsiConfig& c) {
  unsigned all = (1u << ranks_of_ports(c.ports)) - 1;
  return has_pmi(c.quantity) ? c.ri_restriction & all : all;
}

// RI is an index into the allowed ranks, ascending (6.3.1.1.2).
unsigned ri_field(unsigned allowed, unsigned rank) { return static_cast<unsigned>(std::popcount(allowed & ((1u << (rank - 1)) - 1))); }
std::optional<unsigned> rank_of_field(unsigned allowed, unsigned field) {
  for (unsigned rank = 1; rank <= 4; ++rank) {
    if ((allowed >> (rank - 1) & 1) && field-- == 0) return rank;
  }
  return std::nullopt;
}

unsigned reported_bits(const CsiWidths& w) { return w.li + w.i1_1 + w.i1_3 + w.i2 + w.cqi; }

// Table 6.3.1.1.2-1 and the text before it; N1 = 2, O1 = 4, N2 = O2 = 1 for four ports.
void add_pmi(CsiWidths& w, const CsiConfig& c, unsigned rank) {
  if (c.ports == 2) {
    w.i2 = rank == 1 ? 2 : 1;
  } else if (c.ports == 4) {
    bool mode2 = c.codebook_mode == 2 && rank <= 2;
    w.i1_1 = mode2 ? 2 : 3;
    w.i1_3 = rank == 2 ? 1 : 0;
    w.i2 = static_cast<uint8_t>(rank == 1 ? (mode2 ? 4 : 2) : rank == 2 ? (mode2 ? 3 : 1) : 1);
  }
}

CsiWidths unpadded(const CsiConfig& c, unsigned rank) {
  CsiWidths w;
  unsigned allowed = allowed_ranks(c);
  w.cri = static_cast<uint8_t>(bits_for(c.n_resources));
  unsigned most = c.ports == 1 ? 0 : c.ports == 2 ? 1 : 2;
  w.ri = static_cast<uint8_t>(std::min(most, bits_for(static_cast<unsigned>(std::popcount(allowed)))));
  if (has_li(c.quantity)) w.li = static_cast<uint8_t>(std::min(most, bits_for(rank)));
  if (has_pmi(c.quantity)) add_pmi(w, c, rank);
  return w;
}

// One field list for both directions, in the order of tables 6.3.1.1.2-7 (one part) and 6.3.2.1.2-3, -4 (two parts).
template <class Field1, class Field2>
void walk(const CsiWidths& w, bool two_parts, auto& csi, unsigned& ri, Field1 part1, Field2 part2) {
  part1(csi.cri, w.cri);
  part1(ri, w.ri);
  if (two_parts) part1(csi.cqi, w.cqi);
  part2(csi.li, w.li);
  unsigned zero = 0;
  if (!two_parts) part2(zero, w.padding);
  unsigned i1_1 = csi.i1 & 0xff, i1_3 = csi.i1 >> 8;
  part2(i1_1, w.i1_1);
  part2(i1_3, w.i1_3);
  part2(csi.i2, w.i2);
  if (!two_parts) part2(csi.cqi, w.cqi);
  csi.i1 = static_cast<uint16_t>(i1_1 | i1_3 << 8);
}

Status check(const CsiConfig& c) {
  if (c.ports != 1 && c.ports != 2 && c.ports != 4) return fail(Fault::unsupported, "nrofPorts", "{} CSI-RS ports (1, 2, 4)", c.ports);
  if (c.n_resources < 1 || c.n_resources > 64)
    return fail(Fault::invalid, "CSI resources", "{} is not allowed (1 to 64; TS 38.331)", c.n_resources);
  if (!is_rsrp(c.quantity) && allowed_ranks(c) == 0)
    return fail(Fault::invalid, "ri-Restriction", "allows no rank of {} ports (TS 38.214 5.2.2.2.1)", c.ports);
  if (c.codebook_mode != 1 && c.codebook_mode != 2)
    return fail(Fault::invalid, "codebookMode", "{} is not allowed (1, 2; TS 38.331 CodebookConfig)", c.codebook_mode);
  return {};
}

constexpr int rsrp_offset_dbm = -156;  // TS 38.133 table 10.1.6.1-1: value 16 is -140 dBm
constexpr int min_rsrp_value = 16, max_rsrp_value = 113;

}  // namespace

std::optional<unsigned> DynamicCodebook::add(unsigned dai_field_value, bool ack, bool ack2) {
  unsigned position = unwrap(last_ + 1u, dai_field_value % dai_period);  // 1, 2, ..
  unsigned per_dci = two_ ? 2 : 1;
  if (position * per_dci + sps_.size() > max_harq_bits) return std::nullopt;
  while (acks_.size() < (position - 1) * per_dci) acks_.append(0, 1);
  acks_.append(ack, 1);
  if (two_) acks_.append(ack2, 1);
  last_ = static_cast<uint16_t>(position);
  ++n_;
  return position - 1;
}

bool DynamicCodebook::add_sps(bool ack) { return acks_.size() + sps_.size() < max_harq_bits && sps_.append(ack, 1); }

HarqBits DynamicCodebook::bits(std::optional<unsigned> total_dai_field) const {
  HarqBits out = acks_;
  if (total_dai_field) {
    // Nothing received and the field's last value: nothing was sent (9.1.3.2).
    bool nothing = last_ == 0 && *total_dai_field % dai_period == dai_period - 1;
    unsigned total = nothing ? 0 : unwrap(std::max<unsigned>(last_, 1), *total_dai_field % dai_period);
    while (out.size() < total * (two_ ? 2 : 1) && out.append(0, 1)) {
    }
  }
  for (size_t i = 0; i < sps_.size(); ++i) out.append(sps_.bit(i), 1);
  return out;
}

SemiStaticCodebook semi_static_codebook(std::array<uint8_t, 8> k1_set, unsigned n_k1, uint32_t possible_mask) {
  SemiStaticCodebook out;
  for (unsigned i = 0; i < std::min(n_k1, 8u); ++i) {
    if (possible_mask >> i & 1) out.k1[out.n++] = k1_set[i];
  }
  std::sort(out.k1.begin(), out.k1.begin() + out.n, std::greater<>());
  out.n = static_cast<uint8_t>(std::unique(out.k1.begin(), out.k1.begin() + out.n) - out.k1.begin());
  return out;
}

std::optional<unsigned> semi_static_position(const SemiStaticCodebook& codebook, unsigned k1) {
  for (unsigned i = 0; i < codebook.n; ++i) {
    if (codebook.k1[i] == k1) return i;
  }
  return std::nullopt;
}

CsiWidths csi_widths(const CsiConfig& config, unsigned rank) {
  CsiWidths w = unpadded(config, rank);
  if (config.on_pusch || config.ports == 1) return w;
  unsigned longest = 0;
  for (unsigned r = 1; r <= 4; ++r) {
    if (allowed_ranks(config) >> (r - 1) & 1) longest = std::max(longest, reported_bits(unpadded(config, r)));
  }
  unsigned own = reported_bits(w);
  w.padding = static_cast<uint8_t>(longest > own ? longest - own : 0);
  return w;
}

unsigned csi_part1_bits(const CsiConfig& config) {
  if (config.quantity == CsiQuantity::none) return 0;
  if (is_rsrp(config.quantity)) {
    unsigned n = std::min<unsigned>(config.n_reported, 4);
    return n * bits_for(config.n_resources) + (n > 0 ? 7 + 4 * (n - 1) : 0);
  }
  unsigned lowest = static_cast<unsigned>(std::countr_zero(allowed_ranks(config) | 16u)) + 1;
  CsiWidths w = csi_widths(config, lowest);
  return w.cri + w.ri + (config.on_pusch ? unsigned{w.cqi} : reported_bits(w) + w.padding);
}

unsigned csi_part2_bits(const CsiConfig& config, unsigned rank) {
  if (!config.on_pusch || is_rsrp(config.quantity) || config.quantity == CsiQuantity::none) return 0;
  CsiWidths w = csi_widths(config, rank);
  return reported_bits(w) - w.cqi;
}

Result<CsiPacked> pack(const Csi& csi, const CsiConfig& config) {
  SEN_TRY(check(config));
  if (is_rsrp(config.quantity) || config.quantity == CsiQuantity::none)
    return fail(Fault::invalid, "CSI", "the configuration reports no CQI");
  unsigned allowed = allowed_ranks(config);
  if (csi.ri < 1 || csi.ri > 4 || !(allowed >> (csi.ri - 1) & 1))
    return fail(Fault::invalid, "RI", "rank {} is not among the allowed ({:#x})", csi.ri, allowed);
  CsiPacked out;
  Csi sent = csi;
  unsigned ri = ri_field(allowed, csi.ri);
  bool ok = true;
  auto into = [&](CsiBits& bits) { return [&ok, &bits](auto& value, unsigned width) { ok &= width == 0 || bits.append(value, width); }; };
  CsiBits& rest = config.on_pusch ? out.part2 : out.part1;
  walk(csi_widths(config, csi.ri), config.on_pusch, sent, ri, into(out.part1), into(rest));
  if (!ok) return fail(Fault::invalid, "CSI", "a value does not fit its field (TS 38.212 6.3.1.1.2)");
  return out;
}

Result<Csi> unpack_csi(const CsiBits& part1, const CsiBits& part2, const CsiConfig& config) {
  SEN_TRY(check(config));
  if (is_rsrp(config.quantity) || config.quantity == CsiQuantity::none)
    return fail(Fault::invalid, "CSI", "the configuration reports no CQI");
  if (part1.size() != csi_part1_bits(config))
    return fail(Fault::invalid, "CSI", "{} bits where {} are configured", part1.size(), csi_part1_bits(config));
  unsigned allowed = allowed_ranks(config);
  CsiWidths first = unpadded(config, 1);
  auto rank = rank_of_field(allowed, static_cast<unsigned>(part1.read(first.cri, first.ri).value_or(0)));
  if (!rank) return fail(Fault::invalid, "CSI", "the rank indicator names no allowed rank");
  if (config.on_pusch && !part2.empty() && part2.size() != csi_part2_bits(config, *rank)) {
    return fail(Fault::invalid, "CSI part 2", "{} bits where rank {} has {}", part2.size(), *rank, csi_part2_bits(config, *rank));
  }
  Csi csi;
  unsigned ri = 0;
  size_t at1 = 0, at2 = 0;
  auto from = [](const CsiBits& bits, size_t& at) {
    return [&bits, &at](auto& value, unsigned width) {
      if (width != 0) value = static_cast<std::remove_reference_t<decltype(value)>>(bits.read(at, width).value_or(0));
      at += width;
    };
  };
  walk(csi_widths(config, *rank), config.on_pusch, csi, ri, from(part1, at1), config.on_pusch ? from(part2, at2) : from(part1, at1));
  csi.ri = static_cast<uint8_t>(*rank);
  return csi;
}

Result<CsiBits> pack(const RsrpReport& report, const CsiConfig& config) {
  SEN_TRY(check(config));
  if (!is_rsrp(config.quantity) || report.n != config.n_reported || report.n < 1 || report.n > 4) {
    return fail(Fault::invalid, "RSRP report", "{} values where {} are configured (1, 2, 4)", report.n, config.n_reported);
  }
  CsiBits out;
  bool ok = true;
  for (unsigned i = 0; i < report.n; ++i) ok &= out.append(report.resource[i], bits_for(config.n_resources));
  int strongest = std::clamp(report.rsrp_dbm[0] - rsrp_offset_dbm, min_rsrp_value, max_rsrp_value);
  ok &= out.append(static_cast<unsigned>(strongest), 7);
  for (unsigned i = 1; i < report.n; ++i)
    ok &= out.append(static_cast<unsigned>(std::clamp((report.rsrp_dbm[0] - report.rsrp_dbm[i]) / 2, 0, 15)), 4);
  if (!ok) return fail(Fault::invalid, "RSRP report", "a resource index does not fit {} bits", bits_for(config.n_resources));
  return out;
}

Result<RsrpReport> unpack_rsrp(const CsiBits& bits, const CsiConfig& config) {
  SEN_TRY(check(config));
  if (!is_rsrp(config.quantity) || config.n_reported < 1 || config.n_reported > 4 || bits.size() != csi_part1_bits(config)) {
    return fail(Fault::invalid, "RSRP report", "{} bits where {} are configured", bits.size(), csi_part1_bits(config));
  }
  RsrpReport out;
  out.n = config.n_reported;
  size_t at = 0;
  auto take = [&](unsigned width) {
    auto value = static_cast<int>(bits.read(at, width).value_or(0));
    at += width;
    return value;
  };
  for (unsigned i = 0; i < out.n; ++i) out.resource[i] = static_cast<uint8_t>(take(bits_for(config.n_resources)));
  out.rsrp_dbm[0] = static_cast<int16_t>(take(7) + rsrp_offset_dbm);
  for (unsigned i = 1; i < out.n; ++i) out.rsrp_dbm[i] = static_cast<int16_t>(out.rsrp_dbm[0] - 2 * take(4));
  return out;
}

unsigned beta_offset_harq_permille(unsigned index) {
  constexpr std::array<uint32_t, 21> table{1000,  2000,  2500,  3125,  4000,   5000, 6250, 8000, 10000, 12625, 15875,
                                           20000, 31000, 50000, 80000, 126000, 600,  400,  200,  100,   50};
  return index < table.size() ? table[index] : 0;
}

unsigned beta_offset_csi_permille(unsigned index) {
  constexpr std::array<uint16_t, 19> table{1125, 1250, 1375, 1625, 1750, 2000,  2250,  2500,  2875, 3125,
                                           3500, 4000, 5000, 6250, 8000, 10000, 12625, 15875, 20000};
  return index < table.size() ? table[index] : 0;
}

}  // namespace sen::nr
