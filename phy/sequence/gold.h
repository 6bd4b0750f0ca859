// The pseudo-random sequence c(n) of TS 38.211 5.2.1. Generation jumps to any position (N_C = 1600 included) in a few hundred cycles, then
// gives 64 bits a step. Any thread.
#pragma once

#include "base/bytes.h"
#include "phy/types.h"

namespace sen::phy {

class Gold {
 public:
  // Stands before c(first).
  explicit Gold(uint32_t c_init, uint32_t first = 0);
  // The next n <= 32 bits, the earliest in the most significant of the n.
  uint32_t next(unsigned n);
  void skip(uint32_t n);
  // Packed, first bit in the most significant bit of octet 0; the last octet's spare bits are zero.
  void fill(std::span<uint8_t> octets, size_t n_bits);
  void fill_bits(std::span<Bit> bits);
  // XORs the sequence into packed bits (scrambling).
  void scramble(std::span<uint8_t> octets, size_t n_bits);
  // Negates each LLR whose sequence bit is 1 (descrambling).
  void descramble(std::span<Llr> llrs);
  // (1 - 2 c(2i)) / sqrt2 * amplitude + j (1 - 2 c(2i+1)) / sqrt2 * amplitude: r(i) of DM-RS, PT-RS and CSI-RS.
  void fill_qpsk(std::span<Cf> out, float amplitude = 1);

 private:
  // The next 128 bits of one register's sequence, the earliest in the most significant bit of `high`.
  struct Register {
    uint64_t high = 0, low = 0;
  };
  uint64_t next_word();      // 64 bits, the earliest in the most significant
  void advance(unsigned n);  // 1 to 64 bits
  void jump(uint32_t n);

  Register x1_, x2_;
};

}  // namespace sen::phy
