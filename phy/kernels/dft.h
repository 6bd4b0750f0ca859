// Discrete Fourier transforms of one size and direction by FFTW, single precision, not normalised. Making one plans (serialised within the
// process); running one neither allocates nor locks, and several threads may run the same one.
#pragma once

#include "phy/types.h"

namespace sen::phy {

class Dft {
 public:
  enum class Direction { forward, backward };  // exp(-j ...), exp(+j ...)
  enum class Effort { estimate, measure };     // FFTW_ESTIMATE, FFTW_MEASURE
  Dft() = default;
  Dft(size_t size, Direction direction, Effort effort = Effort::estimate);

  size_t size() const { return size_; }
  // in, out: size() values, out of place, `in` is kept; on 16 octets (what Aligned gives): else see aligned().
  void run(const Cf* in, Cf* out) const;
  static bool aligned(const Cf* p);

 private:
  size_t size_ = 0;
  std::shared_ptr<void> plan_;
};

}  // namespace sen::phy
