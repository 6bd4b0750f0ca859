#include "air/detail/match.h"

#include <fmt/core.h>

#include <algorithm>

#include "nr/search_space.h"

namespace sen::air::detail {

using namespace nr;

namespace {

struct Run {
  uint32_t first = 0, end = 0;
};

// Walks the runs of an allocation from point A, joining those that touch.
class Runs {
 public:
  Runs(const l1::Bwp& bwp, const l1::Allocation& allocation) : start_(bwp.start), allocation_(allocation) {}
  bool next(Run& out) {
    const auto& rbs = allocation_.rbs;
    while (i_ < rbs.size() && rbs[i_].second == 0) ++i_;
    if (i_ == rbs.size()) return false;
    out = {start_ + rbs[i_].first, start_ + rbs[i_].first + rbs[i_].second};
    for (++i_; i_ < rbs.size() && (rbs[i_].second == 0 || start_ + rbs[i_].first == out.end); ++i_) out.end += rbs[i_].second;
    return true;
  }

 private:
  uint32_t start_;
  const l1::Allocation& allocation_;
  size_t i_ = 0;
};

// Collects the first difference as a sentence.
class Compare {
 public:
  template <class T, class U>
  Compare& operator()(const char* name, const T& sent, const U& expected) {
    if (text_.empty() && !(sent == static_cast<T>(expected))) text_ = fmt::format("{} {} sent, {} expected", name, sent, expected);
    return *this;
  }
  Compare& same(const char* name, bool equal) {
    if (text_.empty() && !equal) text_ = fmt::format("{} differ", name);
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void compare_allocation(Compare& c, const l1::Bwp& bwp_a, const l1::Allocation& a, const l1::Bwp& bwp_b, const l1::Allocation& b) {
  c("subcarrier spacing", khz(bwp_a.scs), khz(bwp_b.scs))("first symbol", a.start_symbol, b.start_symbol)("symbols", a.symbols, b.symbols);
  c.same("resource blocks", same_rbs(bwp_a, a, bwp_b, b));
}

void compare_code(Compare& c, const l1::Code& a, const l1::Code& b) {
  c("TBS", a.tbs_octets, b.tbs_octets)("modulation order", a.qm, b.qm)("rv", a.rv, b.rv)("base graph", a.base_graph, b.base_graph);
}

void compare_dmrs(Compare& c, const l1::Dmrs& a, const l1::Dmrs& b) {
  c("DM-RS symbols", a.symbol_mask, b.symbol_mask)("DM-RS type", a.type, b.type)("DM-RS ports", a.ports, b.ports);
  c("CDM groups without data", a.cdm_groups_without_data, b.cdm_groups_without_data);
  c("DM-RS identity", a.n_id, b.n_id)("n_SCID", a.n_scid, b.n_scid);
}

}  // namespace

bool same_rbs(const l1::Bwp& bwp_a, const l1::Allocation& a, const l1::Bwp& bwp_b, const l1::Allocation& b) {
  Runs x(bwp_a, a), y(bwp_b, b);
  Run p, q;
  for (;;) {
    const bool more_x = x.next(p), more_y = y.next(q);
    if (more_x != more_y) return false;
    if (!more_x) return true;
    if (p.first != q.first || p.end != q.end) return false;
  }
}

bool overlap(const l1::Bwp& bwp_a, const l1::Allocation& a, const l1::Bwp& bwp_b, const l1::Allocation& b) {
  if (a.start_symbol >= b.start_symbol + b.symbols || b.start_symbol >= a.start_symbol + a.symbols) return false;
  return std::ranges::any_of(a.rbs, [&](const auto& p) {
    return std::ranges::any_of(b.rbs, [&](const auto& q) {
      return bwp_a.start + p.first < bwp_b.start + q.first + q.second && bwp_b.start + q.first < bwp_a.start + p.first + p.second;
    });
  });
}

unsigned rb_count(const l1::Allocation& allocation) {
  unsigned n = 0;
  for (const auto& [first, count] : allocation.rbs) n += count;
  return n;
}

std::string differs(const l1::PdschPdu& sent, const l1::PdschPdu& expected) {
  Compare c;
  compare_allocation(c, sent.bwp, sent.allocation, expected.bwp, expected.allocation);
  c("layers", sent.layers, expected.layers);
  compare_code(c, sent.code, expected.code);
  compare_dmrs(c, sent.dmrs, expected.dmrs);
  c("data scrambling identity", sent.n_id, expected.n_id).same("PT-RS", sent.ptrs == expected.ptrs);
  return c.take();
}

std::string differs(const l1::PuschPdu& sent, const l1::PuschPdu& expected) {
  Compare c;
  c("RNTI", sent.rnti, expected.rnti);
  compare_allocation(c, sent.bwp, sent.allocation, expected.bwp, expected.allocation);
  c.same("second hops", sent.second_hop_rb == expected.second_hop_rb);
  c("layers", sent.layers, expected.layers)("antenna ports", sent.ports, expected.ports)("TPMI", sent.tpmi, expected.tpmi)("transform precoding", sent.transform_precoding,
                                                                              expected.transform_precoding);
  compare_code(c, sent.code, expected.code);
  compare_dmrs(c, sent.dmrs, expected.dmrs);
  c("data scrambling identity", sent.n_id, expected.n_id).same("PT-RS", sent.ptrs == expected.ptrs);
  return c.take();
}

std::string differs(const l1::PucchPdu& sent, const l1::PucchPdu& expected) {
  Compare c;
  c("format", sent.format, expected.format)("first symbol", sent.start_symbol, expected.start_symbol)("symbols", sent.symbols,
                                                                                                      expected.symbols);
  c("resource block", sent.bwp.start + sent.first_rb, expected.bwp.start + expected.first_rb)("resource blocks", sent.rbs, expected.rbs);
  c.same("second hops", sent.second_hop_rb.has_value() == expected.second_hop_rb.has_value() &&
                            (!sent.second_hop_rb || sent.bwp.start + *sent.second_hop_rb == expected.bwp.start + *expected.second_hop_rb));
  if (sent.format <= 1)
    c("initial cyclic shift", sent.initial_cyclic_shift, expected.initial_cyclic_shift)("hopping identity", sent.hopping_id,
                                                                                        expected.hopping_id);
  if (sent.format == 1) c("time domain OCC", sent.time_domain_occ, expected.time_domain_occ);
  if (sent.format == 4) c("OCC length", sent.occ_length, expected.occ_length)("OCC index", sent.occ_index, expected.occ_index);
  if (sent.format >= 2) c("RNTI", sent.rnti, expected.rnti)("data scrambling identity", sent.n_id, expected.n_id);
  if (sent.format == 2) c("DM-RS identity", sent.dmrs_n_id, expected.dmrs_n_id);
  if (sent.format >= 3)
    c("additional DM-RS", sent.additional_dmrs, expected.additional_dmrs)("pi/2-BPSK", sent.pi2_bpsk, expected.pi2_bpsk);
  return c.take();
}

bool same(const l1::PrachPdu& a, const l1::PrachPdu& b) {
  const bool is_short = a.format > 3;
  return a.format == b.format && (!is_short || a.scs == b.scs) && a.start_symbol == b.start_symbol && a.first_rb == b.first_rb &&
         a.root_sequence == b.root_sequence && a.n_cs == b.n_cs && a.restricted_set == b.restricted_set;
}

bool same(const l1::SrsPdu& a, const l1::SrsPdu& b) {
  return a.bwp.start == b.bwp.start && a.ports == b.ports && a.symbols == b.symbols && a.repetitions == b.repetitions &&
         a.start_symbol == b.start_symbol && a.c_srs == b.c_srs && a.b_srs == b.b_srs && a.b_hop == b.b_hop && a.comb == b.comb &&
         a.comb_offset == b.comb_offset && a.cyclic_shift == b.cyclic_shift && a.freq_position == b.freq_position &&
         a.freq_shift == b.freq_shift && a.sequence_id == b.sequence_id && a.hopping == b.hopping;
}

namespace {

bool same_coreset(const l1_ue::PdcchSearch& search, const l1::PdcchPdu& pdcch) {
  return search.coreset.frequency_groups == pdcch.coreset.frequency_groups && search.bwp.start == pdcch.bwp.start &&
         search.coreset.start_symbol == pdcch.coreset.start_symbol && search.coreset.duration == pdcch.coreset.duration &&
         search.coreset.interleaved == pdcch.coreset.interleaved &&
         (!search.coreset.interleaved ||
          (search.coreset.reg_bundle == pdcch.coreset.reg_bundle && search.coreset.interleaver_rows == pdcch.coreset.interleaver_rows &&
           search.coreset.shift == pdcch.coreset.shift));
}

// The blocks of both from point A; for descriptions that differ in form.
bool same_cces(const l1_ue::PdcchSearch& search, unsigned first_cce, const l1::PdcchPdu& pdcch) {
  if (search.coreset.start_symbol != pdcch.coreset.start_symbol || search.coreset.duration != pdcch.coreset.duration) return false;
  if (!check_coreset(search.coreset, search.bwp.size, search.bwp.start) || !check_coreset(pdcch.coreset, pdcch.bwp.size, pdcch.bwp.start)) return false;
  if (first_cce + pdcch.aggregation_level > coreset_cces(search.coreset) ||
      pdcch.first_cce + pdcch.aggregation_level > coreset_cces(pdcch.coreset))
    return false;
  for (unsigned i = 0; i < pdcch.aggregation_level; ++i) {
    const CceRegs a = cce_regs(search.coreset, first_cce + i, coreset_first_rb(search.coreset, search.bwp.start));
    const CceRegs b = cce_regs(pdcch.coreset, pdcch.first_cce + i, coreset_first_rb(pdcch.coreset, pdcch.bwp.start));
    if (a.n != b.n) return false;
    for (unsigned r = 0; r < a.n; ++r) {
      if (search.bwp.start + a.rb[r] != pdcch.bwp.start + b.rb[r]) return false;
    }
  }
  return true;
}

}  // namespace

const l1_ue::PdcchSearch::Candidate* find_candidate(const l1_ue::PdcchSearch& search, const l1::PdcchPdu& pdcch) {
  if (std::ranges::find(search.rntis, pdcch.rnti) == search.rntis.end() ||
      std::ranges::find(search.sizes, pdcch.dci.size) == search.sizes.end())
    return nullptr;
  const auto n_rnti = search.n_rnti_is_rnti ? pdcch.rnti : l1::Rnti{0};
  if (search.n_id != pdcch.n_id || search.dmrs_n_id != pdcch.dmrs_n_id || n_rnti != pdcch.n_rnti || search.bwp.scs != pdcch.bwp.scs)
    return nullptr;
  const bool alike = same_coreset(search, pdcch);
  for (const auto& candidate : search.candidates) {
    if (candidate.aggregation_level != pdcch.aggregation_level) continue;
    if (alike ? candidate.first_cce == pdcch.first_cce : same_cces(search, candidate.first_cce, pdcch)) return &candidate;
  }
  return nullptr;
}

l1::Allocation pucch_allocation(const l1::PucchPdu& pucch) {
  l1::Allocation out{{{pucch.first_rb, pucch.rbs}}, pucch.start_symbol, pucch.symbols, false};
  if (pucch.second_hop_rb) out.rbs.emplace_back(*pucch.second_hop_rb, pucch.rbs);
  return out;
}

}  // namespace sen::air::detail
