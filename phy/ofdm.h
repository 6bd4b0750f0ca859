// OFDM of all channels but PRACH: TS 38.211 5.3.1 with the phase compensation of 5.4. FFTW plans and twiddles are made once; a call neither
// allocates nor locks. One object belongs to one thread at a time.
#pragma once

#include "base/result.h"
#include "nr/slot.h"
#include "phy/grid.h"

namespace sen::phy {

struct OfdmConfig {
  nr::Scs scs = nr::Scs::khz15;  // 15 to 120 kHz
  bool extended_cp = false;      // 60 kHz only
  unsigned n_rb = 0;             // of the grid; its middle (subcarrier 6 n_rb) is at DC
  unsigned dft_size = 0;  // N: samples a second = N * scs; 12 n_rb to 8192, a multiple of 128 with no prime above 5 (cyclic prefixes of
                          // whole samples); 0: the smallest of 128 * 2^i and 384 * 2^i
  double center_hz = 0;  // f_0 of the phase compensation; 0: none
  bool patient = false;  // plan with FFTW_MEASURE (wisdom kept in memory), otherwise ESTIMATE
};

class Ofdm {
 public:
  static Result<Ofdm> make(
      const OfdmConfig& config);  // invalid: size, n_rb, extended CP with another spacing: field, value, allowed, clause
  Ofdm(Ofdm&&) noexcept;
  Ofdm& operator=(Ofdm&&) noexcept;
  ~Ofdm();

  unsigned dft_size() const;
  double sample_rate_hz() const;
  unsigned symbols() const;                                                 // 14, 12 with extended CP
  unsigned slot_samples(unsigned slot_in_subframe) const;                   // longer CPs at each half subframe
  unsigned symbol_start(unsigned slot_in_subframe, unsigned symbol) const;  // where the symbol's CP starts, from the slot's start
  unsigned cp_samples(unsigned slot_in_subframe, unsigned symbol) const;

  // x = scale * sum_k a_k exp(j 2 pi k n / N), compensated, CP in front. out.size() == slot_samples. The grid has the n_rb of the
  // configuration.
  void modulate(const Grid& grid, unsigned port, unsigned slot_in_subframe, float scale, std::span<Cf> out);
  // One symbol with its CP: out.size() == cp_samples + N.
  void modulate_symbol(std::span<const Cf> row, unsigned slot_in_subframe, unsigned symbol, float scale, std::span<Cf> out);
  // The inverse: a_k = scale / N * sum_n x_n exp(-j...), undone compensation. `advance` samples of the CP lie inside the window (its end is
  // dropped), corrected by a phase ramp, so that late paths and small timing errors do no harm; more than the shortest CP is taken as that.
  void demodulate(std::span<const Cf> slot, unsigned slot_in_subframe, float scale, unsigned advance, Grid& grid, unsigned port);
  // One symbol from its CP's first sample on: `samples` holds cp_samples + N.
  void demodulate_symbol(std::span<const Cf> samples, unsigned slot_in_subframe, unsigned symbol, float scale, unsigned advance,
                         std::span<Cf> row);

 private:
  struct Impl;
  explicit Ofdm(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::phy
