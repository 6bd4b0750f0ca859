// Linear equalisers up to 4 layers at 4 receive ports, and the soft demapper behind them. SIMD kernels with a scalar reference each. Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

enum class Equaliser : uint8_t { mmse, zero_forcing };

// y: rx rows of n received REs; h: [rx * layers + layer] rows of n; noise variance an RE. x: layers rows of n unbiased symbols; nvar: layers rows of n,
// the noise variance behind each symbol (infinite where there is no channel).
void equalise(Equaliser kind, std::span<const Cf* const> y, std::span<const Cf* const> h, unsigned layers, float noise_variance, size_t n,
              std::span<Cf* const> x, std::span<float* const> nvar);

// Max-log LLRs, qm a symbol in bit order of TS 38.211 5.1: qm 1 (pi/2-BPSK: `first` is the index of x[0]), 2, 4, 6, 8, 10.
// Quantised: round(LLR * 120 / limit) clipped at +-120; limit 24 for qm 1 and 2, 20 above. out.size() = n * qm.
void demap(unsigned qm, std::span<const Cf> x, std::span<const float> nvar, std::span<Llr> out, size_t first = 0);
// The reverse: packed bits from bit `first_bit` on to symbols (5.1). qm 1 is pi/2-BPSK, turned by pi/2 at odd bit numbers.
void map_symbols(unsigned qm, std::span<const uint8_t> bits, size_t first_bit, std::span<Cf> out, float amplitude = 1);
// BPSK (5.1.2), which only PUCCH format 1 has.
void map_bpsk(std::span<const uint8_t> bits, size_t first_bit, std::span<Cf> out, float amplitude = 1);

}  // namespace sen::phy
