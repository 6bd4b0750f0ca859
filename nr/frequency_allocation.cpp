#include "nr/frequency_allocation.h"

#include <algorithm>

namespace sen::nr {

RbSet RbRange::set() const {
  RbSet out;
  for (unsigned rb = start; rb < std::min(end(), max_n_rb); ++rb) out.set(rb);
  return out;
}

uint32_t riv(unsigned bwp_size, RbRange range) {
  if (range.count == 0 || range.end() > bwp_size) return 0;
  unsigned length = range.count - 1u;
  if (length <= bwp_size / 2) return bwp_size * length + range.start;
  return bwp_size * (bwp_size - length) + (bwp_size - 1 - range.start);
}

Result<RbRange> from_riv(unsigned bwp_size, uint32_t value) {
  if (bwp_size == 0 || bwp_size > max_n_rb || value >= bwp_size * (bwp_size + 1) / 2) {
    return fail(Fault::invalid, "RIV", "{} is not allowed with {} RBs (below N(N+1)/2; TS 38.214 5.1.2.2.2)", value, bwp_size);
  }
  unsigned length = value / bwp_size + 1;
  unsigned start = value % bwp_size;
  if (start + length > bwp_size) {
    length = bwp_size + 2 - length;
    start = bwp_size - 1 - start;
  }
  return RbRange{static_cast<uint16_t>(start), static_cast<uint16_t>(length)};
}

unsigned fallback_scale_k(unsigned n_initial, unsigned n_active) {
  unsigned k = 1;
  while (n_initial != 0 && k < 8 && 2 * k <= n_active / n_initial) k *= 2;
  return k;
}

Result<RbRange> from_scaled_riv(unsigned n_initial, unsigned n_active, uint32_t value) {
  SEN_ASSIGN(RbRange range, from_riv(n_initial, value));
  unsigned k = fallback_scale_k(n_initial, n_active);
  RbRange scaled{static_cast<uint16_t>(range.start * k), static_cast<uint16_t>(range.count * k)};
  if (scaled.end() > n_active) {
    return fail(Fault::invalid, "RIV", "RBs {} to {} lie outside the bandwidth part of {}", scaled.start, scaled.end() - 1, n_active);
  }
  return scaled;
}

std::optional<uint32_t> scaled_riv(unsigned n_initial, unsigned n_active, RbRange range) {
  unsigned k = fallback_scale_k(n_initial, n_active);
  if (range.count == 0 || range.end() > n_active || range.start % k || range.count % k) return std::nullopt;
  RbRange units{static_cast<uint16_t>(range.start / k), static_cast<uint16_t>(range.count / k)};
  if (units.end() > n_initial) return std::nullopt;
  return riv(n_initial, units);
}

unsigned rbg_size(unsigned bwp_size, bool configuration2) {
  if (bwp_size <= 36) return configuration2 ? 4 : 2;
  if (bwp_size <= 72) return configuration2 ? 8 : 4;
  if (bwp_size <= 144) return configuration2 ? 16 : 8;
  return 16;
}

unsigned rbg_count(unsigned bwp_start, unsigned bwp_size, bool configuration2) {
  unsigned p = rbg_size(bwp_size, configuration2);
  return (bwp_size + bwp_start % p + p - 1) / p;
}

RbRange rbg_range(unsigned bwp_start, unsigned bwp_size, unsigned rbg, bool configuration2) {
  unsigned p = rbg_size(bwp_size, configuration2);
  unsigned shift = bwp_start % p;
  unsigned first = rbg == 0 ? 0 : std::min(rbg * p - shift, bwp_size);
  unsigned end = std::min((rbg + 1) * p - shift, bwp_size);
  return {static_cast<uint16_t>(first), static_cast<uint16_t>(end - first)};
}

RbSet rbs_from_rbgs(unsigned bwp_start, unsigned bwp_size, uint32_t bitmap, bool configuration2) {
  RbSet out;
  unsigned n = std::min(rbg_count(bwp_start, bwp_size, configuration2), 32u);
  for (unsigned i = 0; i < n; ++i) {
    if (bitmap >> (n - 1 - i) & 1) out |= rbg_range(bwp_start, bwp_size, i, configuration2).set();
  }
  return out;
}

std::optional<uint32_t> rbgs_from_rbs(unsigned bwp_start, unsigned bwp_size, const RbSet& rbs, bool configuration2) {
  uint32_t bitmap = 0;
  unsigned n = std::min(rbg_count(bwp_start, bwp_size, configuration2), 32u);
  for (unsigned i = 0; i < n; ++i) {
    if (rbs.test(rbg_range(bwp_start, bwp_size, i, configuration2).start)) bitmap |= 1u << (n - 1 - i);
  }
  if (rbs_from_rbgs(bwp_start, bwp_size, bitmap, configuration2) != rbs) return std::nullopt;
  return bitmap;
}

uint16_t VrbToPrb::prb(unsigned vrb) const {
  if (bundle == 0) return static_cast<uint16_t>(first_prb + vrb);
  constexpr unsigned rows = 2;
  unsigned shift = bundle_start % bundle;
  unsigned n_bundles = (size + shift + bundle - 1) / bundle;
  unsigned columns = n_bundles / rows;
  unsigned j = (vrb + shift) / bundle;
  unsigned f = j + 1 == n_bundles ? j : j % rows * columns + j / rows;
  unsigned within = j == 0 ? vrb : vrb + shift - j * bundle;
  unsigned bundle_first = f == 0 ? 0 : f * bundle - shift;
  return static_cast<uint16_t>(first_prb + bundle_first + within);
}

RbSet VrbToPrb::prbs(RbRange vrbs) const {
  RbSet out;
  for (unsigned vrb = vrbs.start; vrb < std::min<unsigned>(vrbs.end(), size); ++vrb) {
    unsigned rb = prb(vrb);
    if (rb < max_n_rb) out.set(rb);
  }
  return out;
}

int msg3_hop_offset(unsigned bwp_size, unsigned hopping_bits_value) {
  int n = static_cast<int>(bwp_size);
  switch (hopping_bits_value) {
    case 0: return n / 2;
    case 1: return n / 4;
    case 2: return bwp_size < 50 ? 0 : -(n / 4);
    default: return 0;
  }
}

}  // namespace sen::nr
