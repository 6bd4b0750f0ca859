#include "nr/dci.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "nr/frequency_allocation.h"

namespace sen::nr {
namespace {

// ---- field lists: one a format, in the order of TS 38.212 7.3.1. `v` is a Packer, an Unpacker or a Printer. ----

template <class Message, class Visitor>
void walk(Message& d, const Dci00Widths& w, Visitor& v) {
  v.constant(0, 1);
  v.field("freq", d.frequency, w.frequency);
  v.field("time", d.time, 4);
  v.field("hopping", d.hopping, 1);
  v.field("mcs", d.mcs, 5);
  v.field("ndi", d.new_data, 1);
  v.field("rv", d.rv, 2);
  v.field("harq", d.harq_id, 4);
  v.field("tpc", d.tpc, 2);
  v.reserved(w.padding);
  v.field("sul", d.sul, w.sul);
}

template <class Message, class Visitor>
requires std::is_same_v<std::remove_const_t<Message>, Dci10>
void walk(Message& d, const Dci10Widths& w, Visitor& v) {
  v.constant(1, 1);
  v.field("freq", d.frequency, w.frequency);
  v.field("time", d.time, 4);
  v.field("vrb", d.interleaved, 1);
  v.field("mcs", d.mcs, 5);
  v.field("ndi", d.new_data, 1);
  v.field("rv", d.rv, 2);
  v.field("harq", d.harq_id, 4);
  v.field("dai", d.dai, 2);
  v.field("tpc", d.tpc, 2);
  v.field("pucch", d.pucch_resource, 3);
  v.field("k1", d.k1, 3);
  v.reserved(w.padding);
}

template <class Message, class Visitor>
requires std::is_same_v<std::remove_const_t<Message>, PdcchOrder>
void walk(Message& d, const Dci10Widths& w, Visitor& v) {
  v.constant(1, 1);
  v.constant((uint32_t{1} << w.frequency) - 1, w.frequency);
  v.field("preamble", d.preamble, 6);
  v.field("sul", d.sul, 1);
  v.field("ssb", d.ssb, 6);
  v.field("mask", d.prach_mask, 4);
  v.reserved(10u + w.padding);
}

template <class Message, class Visitor>
requires std::is_same_v<std::remove_const_t<Message>, Dci10Si>
void walk(Message& d, const Dci10Widths& w, Visitor& v) {
  v.field("freq", d.frequency, w.frequency);
  v.field("time", d.time, 4);
  v.field("vrb", d.interleaved, 1);
  v.field("mcs", d.mcs, 5);
  v.field("rv", d.rv, 2);
  v.field("other_si", d.other_si, 1);
  v.reserved(15u + w.padding);
}

template <class Message, class Visitor>
requires std::is_same_v<std::remove_const_t<Message>, Dci10Ra>
void walk(Message& d, const Dci10Widths& w, Visitor& v) {
  v.field("freq", d.frequency, w.frequency);
  v.field("time", d.time, 4);
  v.field("vrb", d.interleaved, 1);
  v.field("mcs", d.mcs, 5);
  v.field("tb_scaling", d.tb_scaling, 2);
  v.reserved(16u + w.padding);
}

template <class Message, class Visitor>
requires std::is_same_v<std::remove_const_t<Message>, Dci10P>
void walk(Message& d, const Dci10Widths& w, Visitor& v) {
  v.field("indicator", d.indicator, 2);
  v.field("short_messages", d.short_messages, 8);
  v.field("freq", d.frequency, w.frequency);
  v.field("time", d.time, 4);
  v.field("vrb", d.interleaved, 1);
  v.field("mcs", d.mcs, 5);
  v.field("tb_scaling", d.tb_scaling, 2);
  v.reserved(6u + w.padding);
}

template <class Message, class Visitor>
void walk(Message& d, const Dci01Widths& w, Visitor& v) {
  v.constant(0, 1);
  v.field("carrier", d.carrier, w.carrier);
  v.field("sul", d.sul, w.sul);
  v.field("bwp", d.bwp, w.bwp);
  v.field("freq", d.frequency, w.frequency);
  v.field("time", d.time, w.time);
  v.field("hopping", d.hopping, w.hopping);
  v.field("mcs", d.mcs, 5);
  v.field("ndi", d.new_data, 1);
  v.field("rv", d.rv, 2);
  v.field("harq", d.harq_id, w.harq_id);
  v.field("dai1", d.dai1, w.dai1);
  v.field("dai2", d.dai2, w.dai2);
  v.field("tpc", d.tpc, 2);
  v.field("srs_resource", d.srs_resource, w.srs_resource);
  v.field("precoding", d.precoding, w.precoding);
  v.field("ports", d.antenna_ports, w.antenna_ports);
  v.field("srs_request", d.srs_request, w.srs_request);
  v.field("csi_request", d.csi_request, w.csi_request);
  v.field("cbg", d.cbg, w.cbg);
  v.field("ptrs_dmrs", d.ptrs_dmrs, w.ptrs_dmrs);
  v.field("beta_offset", d.beta_offset, w.beta_offset);
  v.field("dmrs_seq", d.dmrs_seq, w.dmrs_seq);
  v.field("ul_sch", d.ul_sch, 1);
  v.reserved(w.padding);
}

template <class Message, class Visitor>
void walk(Message& d, const Dci11Widths& w, Visitor& v) {
  v.constant(1, 1);
  v.field("carrier", d.carrier, w.carrier);
  v.field("bwp", d.bwp, w.bwp);
  v.field("freq", d.frequency, w.frequency);
  v.field("time", d.time, w.time);
  v.field("vrb", d.interleaved, w.interleaved);
  v.field("prb_bundling", d.prb_bundling, w.prb_bundling);
  v.field("rate_matching", d.rate_matching, w.rate_matching);
  v.field("zp_csi", d.zp_csi, w.zp_csi);
  v.field("mcs", d.mcs, 5);
  v.field("ndi", d.new_data, 1);
  v.field("rv", d.rv, 2);
  bool second = w.second_codeword != 0;
  v.field("mcs2", d.mcs2, second ? 5 : 0);
  v.field("ndi2", d.new_data2, second ? 1 : 0);
  v.field("rv2", d.rv2, second ? 2 : 0);
  v.field("harq", d.harq_id, w.harq_id);
  v.field("dai", d.dai, w.dai);
  v.field("tpc", d.tpc, 2);
  v.field("pucch", d.pucch_resource, 3);
  v.field("k1", d.k1, w.k1);
  v.field("ports", d.antenna_ports, w.antenna_ports);
  v.field("tci", d.tci, w.tci);
  v.field("srs_request", d.srs_request, w.srs_request);
  v.field("cbg", d.cbg, w.cbg);
  v.field("cbg_flush", d.cbg_flush, w.cbg_flush);
  v.field("dmrs_seq", d.dmrs_seq, 1);
  v.reserved(w.padding);
}

struct NoWidths {};

template <class Message, class Visitor>
void walk(Message& d, const NoWidths&, Visitor& v) {  // RAR UL grant, TS 38.213 table 8.2-1
  v.field("hopping", d.hopping, 1);
  v.field("freq", d.frequency, 14);
  v.field("time", d.time, 4);
  v.field("mcs", d.mcs, 4);
  v.field("tpc", d.tpc, 3);
  v.field("csi_request", d.csi_request, 1);
}

// ---- visitors ----

struct Packer {
  DciBits bits;
  const char* wrong = nullptr;  // first field that does not fit
  uint64_t value = 0;
  unsigned width = 0;

  void constant(uint64_t v, unsigned w) { put("size", v, w); }
  void reserved(unsigned w) {
    for (; w > 64; w -= 64) put("size", 0, 64);
    put("size", 0, w);
  }
  template <class T>
  void field(const char* name, const T& v, unsigned w) {
    // An absent field keeps whatever default its struct has (ul_sch, tpc): it is not sent.
    if (w != 0) put(name, static_cast<uint64_t>(v), w);
  }
  void put(const char* name, uint64_t v, unsigned w) {
    if (wrong || bits.append(v, w)) return;
    wrong = name;
    value = v;
    width = w;
  }
};

struct Unpacker {
  const DciBits& bits;
  size_t position = 0;
  bool ok = true;

  void constant(uint64_t v, unsigned w) { ok &= read(w) == v; }
  void reserved(unsigned w) { position += w; }
  template <class T>
  void field(const char*, T& v, unsigned w) {
    if (w != 0) v = static_cast<T>(read(w));
  }
  uint64_t read(unsigned w) {
    auto value = bits.read(position, w);
    position += w;
    ok &= value.has_value();
    return value.value_or(0);
  }
};

struct Printer {
  std::string text;
  void constant(uint64_t, unsigned) {}
  void reserved(unsigned) {}
  template <class T>
  void field(const char* name, const T& v, unsigned) {
    text += fmt::format(" {} {}", name, static_cast<uint32_t>(v));
  }
};

template <class Message, class Widths>
Result<DciBits> pack_with(const Message& message, const Widths& widths, const char* format) {
  Packer packer;
  walk(message, widths, packer);
  if (packer.wrong)
    return fail(Fault::invalid, format, "{} {} does not fit {} bits (TS 38.212 7.3.1)", packer.wrong, packer.value, packer.width);
  return packer.bits;
}

template <class Message, class Widths>
Result<Message> unpack_with(const DciBits& bits, const Widths& widths, const char* format) {
  if (bits.size() != widths.size()) return fail(Fault::invalid, format, "{} bits where the layout has {}", bits.size(), widths.size());
  Message message;
  Unpacker unpacker{bits};
  walk(message, widths, unpacker);
  if (!unpacker.ok) return fail(Fault::invalid, format, "the identifier bit says another format (TS 38.212 7.3.1)");
  return message;
}

template <class Message, class Widths>
std::string print_with(const Message& message, const Widths& widths, const char* format) {
  Printer printer{format};
  walk(message, widths, printer);
  return printer.text;
}

// ---- sizes ----

unsigned bwp_indicator_bits(unsigned n_rrc) { return n_rrc <= 3 ? bits_for(n_rrc + 1) : bits_for(n_rrc); }

// 7.3.1.1.2 and 7.3.1.2.2, frequency domain resource assignment; c is a Dci01Config or a Dci11Config.
unsigned frequency_bits(const auto& c, unsigned start, unsigned size) {
  unsigned rbgs = c.n_rbg ? c.n_rbg : rbg_count(start, size, c.rbg_configuration2);
  if (c.dynamic_switch) return std::max(rbgs, riv_bits(size)) + 1;
  return c.resource_type0 ? rbgs : riv_bits(size);
}

unsigned combinations(unsigned n, unsigned k) {
  unsigned out = 1;
  for (unsigned i = 1; i <= k; ++i) out = out * (n - k + i) / i;
  return out;
}

// 7.3.1.1.2, SRS resource indicator.
unsigned srs_resource_bits(const Dci01Config& c) {
  if (c.codebook) return bits_for(c.n_srs_resources);
  unsigned sum = 0;
  for (unsigned k = 1; k <= std::min(c.pusch_max_layers, c.n_srs_resources); ++k) sum += combinations(c.n_srs_resources, k);
  return bits_for(sum);
}

// 7.3.1.1.2, tables 7.3.1.1.2-2 to -5: precoding information and number of layers.
unsigned precoding_bits(const Dci01Config& c) {
  using enum Dci01Config::Subset;
  if (!c.codebook || c.n_srs_ports < 2) return 0;
  bool several_layers = c.max_rank > 1 && !c.transform_precoding;
  if (c.n_srs_ports == 2) return several_layers ? (c.subset == non_coherent ? 2 : 4) : (c.subset == non_coherent ? 1 : 3);
  if (several_layers) return c.subset == full ? 6 : c.subset == partial ? 5 : 4;
  return c.subset == full ? 5 : c.subset == partial ? 4 : 2;
}

template <class BitsOf>
unsigned antenna_port_bits(std::optional<DmrsType> a, unsigned a_length, std::optional<DmrsType> b, unsigned b_length, BitsOf bits_of) {
  if (!a && !b) return bits_of(DmrsType::type1, 1u);
  return std::max(a ? bits_of(*a, a_length) : 0u, b ? bits_of(*b, b_length) : 0u);
}

uint8_t u8(unsigned value) { return static_cast<uint8_t>(value); }

Dci01Widths widths_01(const DciConfig& config) {
  const Dci01Config& c = config.dci01;
  Dci01Widths w;
  w.carrier = c.cross_carrier ? 3 : 0;
  w.sul = c.sul ? 1 : 0;
  w.bwp = u8(bwp_indicator_bits(c.n_ul_bwp_rrc));
  w.frequency = u8(frequency_bits(c, config.active_ul_start, config.active_ul_rb));
  w.time = u8(bits_for(c.n_time_entries));
  w.hopping = c.frequency_hopping && (c.dynamic_switch || !c.resource_type0) ? 1 : 0;
  w.harq_id = c.harq_bits;
  w.dai1 = c.dynamic_harq_codebook ? 2 : 1;
  w.dai2 = c.dynamic_harq_codebook && c.two_harq_subcodebooks ? 2 : 0;
  w.srs_resource = u8(srs_resource_bits(c));
  w.precoding = u8(precoding_bits(c));
  w.antenna_ports = u8(antenna_port_bits(c.dmrs_a, c.dmrs_a_max_length, c.dmrs_b, c.dmrs_b_max_length, [&](DmrsType type, unsigned length) {
    return pusch_antenna_port_bits(type, length, c.transform_precoding);
  }));
  w.srs_request = c.sul ? 3 : 2;
  w.csi_request = c.report_trigger_size;
  w.cbg = c.max_cbg;
  w.ptrs_dmrs = c.ptrs && !c.transform_precoding && c.max_rank > 1 ? 2 : 0;
  w.beta_offset = c.dynamic_beta ? 2 : 0;
  w.dmrs_seq = c.transform_precoding ? 0 : 1;
  return w;
}

Dci11Widths widths_11(const DciConfig& config) {
  const Dci11Config& c = config.dci11;
  Dci11Widths w;
  w.carrier = c.cross_carrier ? 3 : 0;
  w.bwp = u8(bwp_indicator_bits(c.n_dl_bwp_rrc));
  w.frequency = u8(frequency_bits(c, config.active_dl_start, config.active_dl_rb));
  w.time = u8(bits_for(c.n_time_entries));
  w.interleaved = c.interleaver && (c.dynamic_switch || !c.resource_type0) ? 1 : 0;
  w.prb_bundling = c.dynamic_prb_bundling ? 1 : 0;
  w.rate_matching = u8(unsigned{c.rate_match_group1} + unsigned{c.rate_match_group2});
  w.zp_csi = u8(bits_for(c.n_zp_csi_sets + 1u));
  w.second_codeword = c.two_codewords ? 8 : 0;
  w.harq_id = c.harq_bits;
  w.dai = c.dynamic_harq_codebook ? (c.several_cells ? 4 : 2) : 0;
  w.k1 = u8(bits_for(c.n_k1));
  w.antenna_ports = u8(antenna_port_bits(c.dmrs_a, c.dmrs_a_max_length, c.dmrs_b, c.dmrs_b_max_length,
                                         [](DmrsType type, unsigned length) { return pdsch_antenna_port_bits(type, length); }));
  w.tci = c.tci ? 3 : 0;
  w.srs_request = c.sul ? 3 : 2;
  w.cbg = c.max_cbg;
  w.cbg_flush = c.cbg_flush ? 1 : 0;
  return w;
}

Dci10Widths base_10(unsigned n_rb) { return {u8(riv_bits(n_rb)), 0, static_cast<uint16_t>(n_rb)}; }

// The UL/SUL indicator is there only when 1_0 is longer than 0_0 before padding (7.3.1.1.1), so it never makes 0_0 the longer one.
Dci00Widths base_00(unsigned n_rb, bool sul, const Dci10Widths& dl) {
  Dci00Widths w{u8(riv_bits(n_rb)), 0, 0, static_cast<uint16_t>(n_rb)};
  w.sul = sul && dl.size() > w.size() ? 1 : 0;
  return w;
}

// Steps 0 and 4: 0_0 takes the size of 1_0, by padding or by losing the top of its frequency field.
void fit_00(Dci00Widths& ul, const Dci10Widths& dl) {
  if (ul.size() <= dl.size()) {
    ul.padding = u8(dl.size() - ul.size());
  } else {
    ul.truncated = u8(ul.size() - dl.size());
    ul.frequency = u8(ul.frequency - ul.truncated);
  }
}

// Step 1: the shorter of the two grows.
void pad_either(Dci00Widths& ul, Dci10Widths& dl) {
  if (ul.size() < dl.size()) {
    ul.padding = u8(dl.size() - ul.size());
  } else {
    dl.padding = u8(ul.size() - dl.size());
  }
}

unsigned distinct_sizes(const DciConfig& config, const DciLayouts& l) {
  std::array<unsigned, 4> sizes{l.css10.size()};
  unsigned n = 1;
  auto add = [&](unsigned size) {
    if (std::find(sizes.begin(), sizes.begin() + n, size) == sizes.begin() + n) sizes[n++] = size;
  };
  if (config.uss_fallback) add(l.uss10.size());
  if (config.uss_dedicated) {
    add(l.uss01.size());
    add(l.uss11.size());
  }
  return n;
}

Status in_range(const char* name, unsigned value, unsigned low, unsigned high) {
  if (value >= low && value <= high) return {};
  return fail(Fault::invalid, name, "{} is not allowed ({} to {}; TS 38.212 7.3.1)", value, low, high);
}

Status check(const DciConfig& config) {
  SEN_TRY(in_range("initial_dl_rb", config.initial_dl_rb, 1, max_n_rb));
  SEN_TRY(in_range("initial_ul_rb", config.initial_ul_rb, 1, max_n_rb));
  SEN_TRY(in_range("active_dl_rb", config.active_dl_rb, 1, max_n_rb));
  SEN_TRY(in_range("active_ul_rb", config.active_ul_rb, 1, max_n_rb));
  SEN_TRY(in_range("coreset0_rb", config.coreset0_rb, 0, 96));
  const Dci01Config& ul = config.dci01;
  SEN_TRY(in_range("n_ul_bwp_rrc", ul.n_ul_bwp_rrc, 0, 4));
  SEN_TRY(in_range("pusch time entries", ul.n_time_entries, 1, 16));
  SEN_TRY(in_range("pusch harq bits", ul.harq_bits, 0, 5));
  SEN_TRY(in_range("n_srs_resources", ul.n_srs_resources, 1, 4));
  SEN_TRY(in_range("n_srs_ports", ul.n_srs_ports, 1, 4));
  SEN_TRY(in_range("max_rank", ul.max_rank, 1, 4));
  SEN_TRY(in_range("reportTriggerSize", ul.report_trigger_size, 0, 6));
  SEN_TRY(in_range("pusch max_cbg", ul.max_cbg, 0, 8));
  SEN_TRY(in_range("pusch n_rbg", ul.n_rbg, 0, 32));
  const Dci11Config& dl = config.dci11;
  SEN_TRY(in_range("n_dl_bwp_rrc", dl.n_dl_bwp_rrc, 0, 4));
  SEN_TRY(in_range("pdsch time entries", dl.n_time_entries, 1, 16));
  SEN_TRY(in_range("pdsch harq bits", dl.harq_bits, 0, 5));
  SEN_TRY(in_range("n_zp_csi_sets", dl.n_zp_csi_sets, 0, 3));
  SEN_TRY(in_range("dl-DataToUL-ACK entries", dl.n_k1, 1, 8));
  SEN_TRY(in_range("pdsch n_rbg", dl.n_rbg, 0, 32));
  return in_range("pdsch max_cbg", dl.max_cbg, 0, 8);
}

// Step 2: a dedicated format that has the size of the fallback ones in a USS gets one bit more, so that size tells them apart.
void set_apart(const DciConfig& config, DciLayouts& l) {
  if (!config.uss_fallback) return;
  if (l.uss01.size() == l.uss00.size()) l.uss01.padding = 1;
  if (l.uss11.size() == l.uss10.size()) l.uss11.padding = 1;
}

Status shrink_fallback(const DciConfig& config, DciLayouts& l) {
  if (!config.keep_step2_padding) {
    l.uss01.padding = 0;
    l.uss11.padding = 0;
  }
  l.uss10 = l.css10;
  l.uss00 = l.css00;
  l.fallback_shrunk = true;
  unsigned n = distinct_sizes(config, l);
  if (n > 3) return fail(Fault::invalid, "DCI sizes", "{} sizes with C-RNTI (at most 3; TS 38.212 7.3.1.0)", n);
  if (config.uss_fallback && (l.uss01.size() == l.uss00.size() || l.uss11.size() == l.uss10.size())) {
    return fail(Fault::invalid, "DCI sizes", "fallback and dedicated formats have {} bits both after step 4 (TS 38.212 7.3.1.0)",
                l.uss10.size());
  }
  return {};
}

}  // namespace

unsigned Dci00Widths::size() const { return 1 + frequency + 4 + 1 + 5 + 1 + 2 + 4 + 2 + padding + sul; }
unsigned Dci10Widths::size() const { return 28u + frequency + padding; }

unsigned Dci01Widths::size() const {
  return 1u + carrier + sul + bwp + frequency + time + hopping + 8 + harq_id + dai1 + dai2 + 2 + srs_resource + precoding + antenna_ports +
         srs_request + csi_request + cbg + ptrs_dmrs + beta_offset + dmrs_seq + 1 + padding;
}

unsigned Dci11Widths::size() const {
  return 1u + carrier + bwp + frequency + time + interleaved + prb_bundling + rate_matching + zp_csi + 8 + second_codeword + harq_id + dai +
         2 + 3 + k1 + antenna_ports + tci + srs_request + cbg + cbg_flush + 1 + padding;
}

Result<DciLayouts> dci_layouts(const DciConfig& config) {
  SEN_TRY(check(config));
  DciLayouts l = common_dci_layouts(config.coreset0_rb ? config.coreset0_rb : config.initial_dl_rb, config.initial_ul_rb, config.sul);
  l.uss10 = base_10(config.active_dl_rb);
  l.uss00 = base_00(config.active_ul_rb, config.sul, l.uss10);
  pad_either(l.uss00, l.uss10);
  l.uss01 = widths_01(config);
  l.uss11 = widths_11(config);
  if (config.uss_dedicated) {
    set_apart(config, l);
    if (distinct_sizes(config, l) > 3) SEN_TRY(shrink_fallback(config, l));
  }
  if (l.uss01.size() > max_dci_bits || l.uss11.size() > max_dci_bits) {
    return fail(Fault::invalid, "DCI sizes", "{} and {} bits for 0_1 and 1_1 (at most {}; TS 38.212 5.3.1)", l.uss01.size(), l.uss11.size(),
                max_dci_bits);
  }
  return l;
}

DciLayouts common_dci_layouts(unsigned coreset0_rb, unsigned initial_ul_rb, bool sul) {
  DciLayouts l;
  l.css10 = base_10(coreset0_rb);
  l.css00 = base_00(initial_ul_rb, sul, l.css10);
  fit_00(l.css00, l.css10);
  l.uss10 = l.css10;
  l.uss00 = l.css00;
  return l;
}

Dci10Widths css10_widths(unsigned n_rb) { return base_10(n_rb); }

Result<DciBits> pack(const Dci00& dci, const Dci00Widths& widths, bool tc_rnti) {
  Dci00 sent = dci;
  if (tc_rnti) {
    sent.new_data = false;
    sent.harq_id = 0;
  }
  return pack_with(sent, widths, "DCI 0_0");
}

Result<DciBits> pack(const Dci10& dci, const Dci10Widths& widths, bool tc_rnti) {
  Dci10 sent = dci;
  if (tc_rnti) sent.dai = 0;
  return pack_with(sent, widths, "DCI 1_0");
}

Result<DciBits> pack(const PdcchOrder& dci, const Dci10Widths& widths) { return pack_with(dci, widths, "PDCCH order"); }
Result<DciBits> pack(const Dci10Si& dci, const Dci10Widths& widths) { return pack_with(dci, widths, "DCI 1_0 SI"); }
Result<DciBits> pack(const Dci10Ra& dci, const Dci10Widths& widths) { return pack_with(dci, widths, "DCI 1_0 RA"); }

Result<DciBits> pack(const Dci10P& dci, const Dci10Widths& widths) {
  if (dci.indicator < 1 || dci.indicator > 3) {
    return fail(Fault::invalid, "DCI 1_0 P", "short messages indicator {} is not allowed (1 to 3; TS 38.212 table 7.3.1.2.1-1)",
                dci.indicator);
  }
  Dci10P sent{.indicator = dci.indicator};
  if (dci.indicator != 2) sent = dci;
  sent.short_messages = dci.indicator == 1 ? 0 : dci.short_messages;
  return pack_with(sent, widths, "DCI 1_0 P");
}

Result<DciBits> pack(const Dci01& dci, const Dci01Widths& widths) { return pack_with(dci, widths, "DCI 0_1"); }
Result<DciBits> pack(const Dci11& dci, const Dci11Widths& widths) { return pack_with(dci, widths, "DCI 1_1"); }

BitString<27> pack(const RarGrant& grant) {
  BitString<27> out;
  out.append(rar_grant_bits(grant), 27);
  return out;
}

uint32_t rar_grant_bits(const RarGrant& grant) {
  RarGrant sent = grant;
  sent.frequency &= 0x3fff;
  sent.time &= 15;
  sent.mcs &= 15;
  sent.tpc &= 7;
  Packer packer;
  walk(sent, NoWidths{}, packer);
  return static_cast<uint32_t>(packer.bits.read(0, 27).value_or(0));
}

RarGrant unpack_rar_grant(uint32_t bits27) {
  DciBits bits;
  bits.append(bits27 & 0x7ffffff, 27);
  RarGrant grant;
  Unpacker unpacker{bits};
  walk(grant, NoWidths{}, unpacker);
  return grant;
}

Result<Dci00> unpack_00(const DciBits& bits, const Dci00Widths& widths) { return unpack_with<Dci00>(bits, widths, "DCI 0_0"); }
Result<Dci10> unpack_10(const DciBits& bits, const Dci10Widths& widths) { return unpack_with<Dci10>(bits, widths, "DCI 1_0"); }

std::optional<PdcchOrder> unpack_order(const DciBits& bits, const Dci10Widths& widths) {
  auto order = unpack_with<PdcchOrder>(bits, widths, "PDCCH order");
  if (!order) return std::nullopt;
  return *order;
}

Result<Dci10Si> unpack_10_si(const DciBits& bits, const Dci10Widths& widths) { return unpack_with<Dci10Si>(bits, widths, "DCI 1_0 SI"); }
Result<Dci10Ra> unpack_10_ra(const DciBits& bits, const Dci10Widths& widths) { return unpack_with<Dci10Ra>(bits, widths, "DCI 1_0 RA"); }

Result<Dci10P> unpack_10_p(const DciBits& bits, const Dci10Widths& widths) {
  SEN_ASSIGN(Dci10P dci, unpack_with<Dci10P>(bits, widths, "DCI 1_0 P"));
  if (dci.indicator == 0) return fail(Fault::invalid, "DCI 1_0 P", "short messages indicator 0 is reserved (TS 38.212 table 7.3.1.2.1-1)");
  if (dci.indicator == 1) dci.short_messages = 0;
  if (dci.indicator == 2) dci = {.indicator = 2, .short_messages = dci.short_messages};
  return dci;
}

Result<Dci01> unpack_01(const DciBits& bits, const Dci01Widths& widths) { return unpack_with<Dci01>(bits, widths, "DCI 0_1"); }
Result<Dci11> unpack_11(const DciBits& bits, const Dci11Widths& widths) { return unpack_with<Dci11>(bits, widths, "DCI 1_1"); }

std::string print(const Dci00& dci) { return print_with(dci, Dci00Widths{}, "0_0"); }
std::string print(const Dci10& dci) { return print_with(dci, Dci10Widths{}, "1_0"); }
std::string print(const Dci10Si& dci) { return print_with(dci, Dci10Widths{}, "1_0 SI"); }
std::string print(const Dci10Ra& dci) { return print_with(dci, Dci10Widths{}, "1_0 RA"); }
std::string print(const Dci10P& dci) { return print_with(dci, Dci10Widths{}, "1_0 P"); }
std::string print(const Dci01& dci) { return print_with(dci, Dci01Widths{}, "0_1"); }
std::string print(const Dci11& dci) { return print_with(dci, Dci11Widths{}, "1_1"); }
std::string print(const RarGrant& grant) { return print_with(grant, NoWidths{}, "RAR grant"); }

RarFrequency rar_frequency(const RarGrant& grant, unsigned n_rb_ul) {
  unsigned width = riv_bits(n_rb_ul);
  unsigned hop = grant.hopping ? hopping_bits(n_rb_ul) : 0;
  unsigned field_bits = std::min(width, 14u);
  uint32_t field = grant.frequency & ((1u << field_bits) - 1);
  if (hop > field_bits) return {0, field};
  unsigned rest = field_bits - hop;
  return {u8(field >> rest), field & ((1u << rest) - 1)};
}

std::optional<uint16_t> rar_frequency_field(RarFrequency value, bool hopping, unsigned n_rb_ul) {
  unsigned hop = hopping ? hopping_bits(n_rb_ul) : 0;
  unsigned field_bits = std::min(riv_bits(n_rb_ul), 14u);
  if (hop > field_bits || value.riv >> (field_bits - hop) || value.hopping_offset >> hop) return std::nullopt;
  return static_cast<uint16_t>(uint32_t{value.hopping_offset} << (field_bits - hop) | value.riv);
}

std::optional<uint16_t> preemption_indication(const DciBits& bits, unsigned position) {
  auto value = bits.read(position, 14);
  if (!value) return std::nullopt;
  return static_cast<uint16_t>(*value);
}

}  // namespace sen::nr
