#include "crypto/primitives/keccak.h"

#include <bit>

namespace sen::crypto {
namespace {

// iota's constants from the linear feedback shift register of FIPS 202 algorithm 5: bit 2^j - 1 of constant i is rc(j + 7 i).
constexpr std::array<uint64_t, 24> round_constants = [] {
  std::array<uint64_t, 24> constants{};
  uint8_t lfsr = 1;
  for (auto& constant : constants) {
    for (unsigned j = 0; j < 7; ++j) {
      if (lfsr & 1) constant |= uint64_t{1} << ((1u << j) - 1);
      lfsr = static_cast<uint8_t>(lfsr & 0x80 ? lfsr << 1 ^ 0x71 : lfsr << 1);
    }
  }
  return constants;
}();

// rho's offsets (algorithm 2) and pi's walk (algorithm 3): lane i of the walk moves to the next position of it.
struct Walk {
  std::array<uint8_t, 24> to{};
  std::array<uint8_t, 24> turn{};
};
constexpr Walk walk = [] {
  Walk w;
  unsigned x = 1, y = 0;
  for (unsigned t = 0; t < 24; ++t) {
    unsigned next_y = (2 * x + 3 * y) % 5;
    x = y, y = next_y;
    w.to[t] = static_cast<uint8_t>(x + 5 * y);
    w.turn[t] = static_cast<uint8_t>((t + 1) * (t + 2) / 2 % 64);
  }
  return w;
}();

void theta(std::array<uint64_t, 25>& a) {
  std::array<uint64_t, 5> c;
  for (unsigned x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
  for (unsigned x = 0; x < 5; ++x) {
    uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
    for (unsigned y = 0; y < 25; y += 5) a[x + y] ^= d;
  }
}

void rho_pi(std::array<uint64_t, 25>& a) {
  uint64_t lane = a[1];
  for (unsigned t = 0; t < 24; ++t) {
    uint64_t next = a[walk.to[t]];
    a[walk.to[t]] = std::rotl(lane, walk.turn[t]);
    lane = next;
  }
}

void chi(std::array<uint64_t, 25>& a) {
  for (unsigned y = 0; y < 25; y += 5) {
    std::array<uint64_t, 5> row;
    for (unsigned x = 0; x < 5; ++x) row[x] = a[x + y];
    for (unsigned x = 0; x < 5; ++x) a[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
  }
}

}  // namespace

void keccak_f1600(std::array<uint64_t, 25>& lanes) {
  for (uint64_t constant : round_constants) {
    theta(lanes);
    rho_pi(lanes);
    chi(lanes);
    lanes[0] ^= constant;
  }
}

}  // namespace sen::crypto
