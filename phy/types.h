// The PHY's plain types. Any thread.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace sen::phy {

using Cf = std::complex<float>;

// log P(bit = 0) / P(bit = 1), quantised: positive means 0. A finite channel value lies within +-120; +-127 is certain. Decoders must not depend
// on the scale.
using Llr = int8_t;
inline constexpr Llr llr_max = 120, llr_certain = 127;

// One bit an octet, 0 or 1: short payloads (DCI, UCI, PBCH) and their code words. Transport blocks and their code words are packed, first bit in
// the most significant bit of octet 0.
using Bit = uint8_t;

// A fixed array on a cache line; elements start as zero. Allocates once, when made.
template <class T>
class Aligned {
 public:
  static constexpr size_t alignment = 64;
  Aligned() = default;
  explicit Aligned(size_t n) : data_(static_cast<T*>(::operator new[](n * sizeof(T) + alignment, std::align_val_t{alignment}))), size_(n) {
    std::uninitialized_value_construct_n(data_.get(), n);
  }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_.get()[i]; }
  const T& operator[](size_t i) const { return data_.get()[i]; }
  std::span<T> span() { return {data_.get(), size_}; }
  std::span<const T> span() const { return {data_.get(), size_}; }
  T* begin() { return data_.get(); }
  T* end() { return data_.get() + size_; }
  const T* begin() const { return data_.get(); }
  const T* end() const { return data_.get() + size_; }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete[](p, std::align_val_t{alignment}); }
  };
  std::unique_ptr<T, Free> data_;
  size_t size_ = 0;
};

}  // namespace sen::phy
