// Tables of the standard's enumerated values and the search in them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace sen::mac::asn1 {

// Index of the first value that is not below `wanted`; the last one if all are.
template <class T, size_t n>
constexpr size_t at_least(const std::array<T, n>& values, T wanted) {
  for (size_t i = 0; i < n; ++i) {
    if (values[i] >= wanted) return i;
  }
  return n - 1;
}
template <class E, class T, size_t n>
constexpr E encode(const std::array<T, n>& values, T wanted) {
  return static_cast<E>(at_least(values, wanted));
}
// Spare values read as the last one.
template <class T, size_t n, class E>
constexpr T decode(const std::array<T, n>& values, E value) {
  return values[std::min(static_cast<size_t>(value), n - 1)];
}

}  // namespace sen::mac::asn1
