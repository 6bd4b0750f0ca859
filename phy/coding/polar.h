// Polar codes of TS 38.212 5.3.1 with rate matching 5.4.1: successive-cancellation list decoding, CRC- and parity-check-aided. Bits one an octet.
// Objects keep their work space: one thread at a time each, no allocation in a call.
#pragma once

#include "base/result.h"
#include <functional>

#include "phy/coding/crc.h"

namespace sen::phy {

inline constexpr unsigned polar_max_n = 1024;

// One code word: K bits (CRC included) to E bits. n_max 9 for PBCH and DCI, 10 for UCI.
struct PolarCode {
  uint16_t k = 0, e = 0;
  uint8_t n_max = 9;
  bool interleave_input = false;   // I_IL: PBCH, DCI
  bool interleave_coded = false;   // I_BIL: UCI
  uint8_t n_pc = 0, n_pc_wm = 0;   // parity bits: UCI with 18 <= K <= 25
};
Result<PolarCode> polar_code_downlink(unsigned k, unsigned e);   // 7.1.4 / 7.3.3
Result<PolarCode> polar_code_uplink(unsigned k, unsigned e);     // 6.3.1.3

class PolarEncoder {
 public:
  PolarEncoder();
  void encode(const PolarCode& code, std::span<const Bit> c, std::span<Bit> e);

 private:
  struct Plans;
  std::shared_ptr<Plans> plans_;   // frozen sets of the codes met, bounded
};

struct PolarResult {
  bool crc_ok = false;
  float metric = 0;                // path metric of the answer, for comparing candidates
};
class PolarDecoder {
 public:
  explicit PolarDecoder(unsigned list = 8);   // 1, 2, 4, 8, 16, 32
  // `check(c)`: does the CRC hold (the caller knows masks and prefixes)? Every surviving path is tried, best first,
  // but for those so much worse than the best that they are another code word's.
  PolarResult decode(const PolarCode& code, std::span<const Llr> e, std::span<Bit> c, const std::function<bool(std::span<const Bit>)>& check);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

}  // namespace sen::phy
