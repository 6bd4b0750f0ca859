// Layer mapping and precoding of runs of resource elements: symbol i of the codeword belongs to layer i mod layers
// (TS 38.211 7.3.1.3, 6.3.1.3), ports are weighted sums of layers (6.3.1.5). Rows may lie anywhere; layers 1 to 4. Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

// `symbols`: layers * n; rows[v][i] = symbols[i * layers + v].
void split_layers(std::span<const Cf> symbols, unsigned layers, std::span<Cf* const> rows);
// The reverse for equalised symbols and their noise variances: rows of n.
void merge_layers(std::span<const Cf* const> x, std::span<const float* const> nvar, size_t n, std::span<Cf> symbols,
                  std::span<float> variances);
// out[i] += sum over v of weights[v] * rows[v][i].
void precode(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out);
// A comb of DM-RS: out[2 i] = values[i] * (i even ? even : odd), added to what is there when `add`. out.size() at least 2 values.size()
// - 1.
void comb(std::span<const Cf> values, Cf even, Cf odd, bool add, std::span<Cf> out);

namespace reference {
void split_layers(std::span<const Cf> symbols, unsigned layers, std::span<Cf* const> rows);
void merge_layers(std::span<const Cf* const> x, std::span<const float* const> nvar, size_t n, std::span<Cf> symbols,
                  std::span<float> variances);
void precode(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out);
void comb(std::span<const Cf> values, Cf even, Cf odd, bool add, std::span<Cf> out);
}  // namespace reference

}  // namespace sen::phy
