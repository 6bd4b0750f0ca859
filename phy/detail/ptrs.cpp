#include "phy/detail/ptrs.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "phy/dmrs.h"
#include "phy/sequence/gold.h"

namespace sen::phy::detail {

uint16_t ptrs_symbols(const SharedChannel& channel) {
  const unsigned first = channel.allocation.start_symbol, n = channel.allocation.symbols, density = channel.ptrs->time_density;
  uint16_t out = 0;
  unsigned reference = 0, i = 0;
  while (reference + i * density < n) {
    const int latest = static_cast<int>(reference + i * density);
    const int from = std::max(latest - static_cast<int>(density) + 1, static_cast<int>(reference));
    int hit = -1;
    for (int l = from; l <= latest; ++l) {
      if (channel.carries_dmrs(first + static_cast<unsigned>(l))) hit = l;
    }
    if (hit < 0) {
      out |= static_cast<uint16_t>(1u << (first + static_cast<unsigned>(latest)));
      ++i;
      continue;
    }
    // Count on from the DM-RS symbol, from the second one of a double symbol.
    reference = static_cast<unsigned>(hit);
    if (channel.dmrs.length == 2 && channel.dmrs_place(first + reference) == 0) ++reference;
    i = 1;
  }
  return out;
}

std::optional<unsigned> ptrs_subcarrier(unsigned dmrs_type, unsigned port, unsigned re_offset) {
  static constexpr uint8_t type1[4][4] = {{0, 2, 6, 8}, {2, 4, 8, 10}, {1, 3, 7, 9}, {3, 5, 9, 11}};
  static constexpr uint8_t type2[6][4] = {{0, 1, 6, 7}, {1, 6, 7, 0}, {2, 3, 8, 9}, {3, 8, 9, 2}, {4, 5, 10, 11}, {5, 10, 11, 4}};
  if (re_offset > 3 || port >= (dmrs_type == 1 ? 4u : 6u)) return std::nullopt;
  return dmrs_type == 1 ? type1[port][re_offset] : type2[port][re_offset];
}

unsigned ptrs_first_rb(unsigned n_rb, unsigned frequency_density, nr::l1::Rnti rnti) {
  const unsigned rest = n_rb % frequency_density;
  return rnti % (rest == 0 ? frequency_density : rest);
}

void ptrs_values(const SharedChannel& channel, const RePlan& plan, unsigned hop, std::span<const Cf> dmrs_base, std::span<Cf> out) {
  const unsigned type = channel.dmrs.type, values = dmrs_values_per_rb(type), delta = dmrs_port(type, channel.ptrs->port).delta;
  const auto res = plan.ptrs_res(hop);
  if (res.empty()) return;
  unsigned which = 0;
  while (dmrs_subcarrier(type, delta, which) != res[0].k % 12u) ++which;
  for (size_t i = 0; i < res.size(); ++i) out[i] = dmrs_base[res[i].a / 12u * values + which];
}

void ptrs_samples(const SharedChannel& channel, unsigned subcarriers, std::span<uint16_t> out) {
  const unsigned groups = channel.ptrs->groups, samples = channel.ptrs->samples, m = subcarriers;
  unsigned n = 0;
  for (unsigned g = 0; g < groups; ++g) {
    unsigned start = 0;
    if (samples == 2) {
      start = (groups == 2 ? (2 * g + 1) * (m / 4) : (2 * g + 1) * m / 8) - 1;
    } else if (g + 1 == groups) {
      start = m - 4;
    } else if (g > 0) {
      start = g * m / groups + m / (2 * groups) - 2;
    }
    for (unsigned k = 0; k < samples; ++k) out[n++] = static_cast<uint16_t>(start + k);
  }
}

void ptrs_sample_values(const SharedChannel& channel, nr::Slot slot, std::span<const uint16_t> indices, std::span<Cf> out) {
  static constexpr int8_t w2[2][2] = {{1, 1}, {1, -1}};
  static constexpr int8_t w4[4][4] = {{1, 1, 1, 1}, {1, -1, 1, -1}, {1, 1, -1, -1}, {1, -1, -1, 1}};
  const unsigned samples = channel.ptrs->samples;
  const unsigned l = static_cast<unsigned>(std::countr_zero(ptrs_symbols(channel)));
  const uint64_t id = channel.n_id;
  const uint64_t c_init = (((channel.bwp.extended_cp ? 12 : 14) * uint64_t{slot.in_frame()} + l + 1) * (2 * id + 1) << 17) + 2 * id;
  Gold gold(static_cast<uint32_t>(c_init & 0x7fffffff));
  for (size_t i = 0; i < indices.size(); ++i) {
    const unsigned k = static_cast<unsigned>(i % samples), row = channel.rnti % samples;
    const float w = samples == 2 ? w2[row][k] : w4[row][k], sign = gold.next(1) ? -1.0F : 1.0F;
    // pi/2-BPSK: j (1 + j) / sqrt2 at odd indices.
    const float a = w * sign * std::numbers::sqrt2_v<float> / 2;
    out[i] = indices[i] % 2 ? Cf{-a, a} : Cf{a, a};
  }
}

float ptrs_amplitude(const SharedChannel& channel) {
  if (!channel.transform) return 1;
  switch (channel.qm) {
    case 4: return 3 / std::sqrt(5.0F);
    case 6: return 7 / std::sqrt(21.0F);
    case 8: return 15 / std::sqrt(85.0F);
    default: return 1;
  }
}

}  // namespace sen::phy::detail
