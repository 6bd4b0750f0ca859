// Transform precoding of PUSCH (TS 38.211 6.3.1.4) and its inverse: DFTs over 12 n subcarriers, n = 2^a 3^b 5^c, of unit energy. Plans are
// made with the object. Any thread may run it.
#pragma once

#include <vector>

#include "phy/kernels/dft.h"

namespace sen::phy::detail {

constexpr bool transform_size_allowed(unsigned n_rb) {
  if (n_rb == 0) return false;
  for (unsigned p : {2u, 3u, 5u}) {
    while (n_rb % p == 0) n_rb /= p;
  }
  return n_rb == 1;
}

class Transform {
 public:
  Transform(unsigned max_rb, Dft::Direction direction);
  // in.size() = 12 n_rb; in and out are different Aligned arrays' starts.
  void run(std::span<const Cf> in, std::span<Cf> out) const;

 private:
  std::vector<Dft> by_rb_;
};

}  // namespace sen::phy::detail
