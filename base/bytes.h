// Octet strings: views, a reader that only shrinks, a writer, hex. Network byte order throughout.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sen {

using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;
template <size_t n>
using Octets = std::array<uint8_t, n>;

inline ByteView as_bytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// "0a1b2c"
std::string to_hex(ByteView bytes);
// Accepts upper and lower case, ignores blanks and colons. Error invalid for anything else or an odd count of digits.
Result<Bytes> from_hex(std::string_view text);
// The same into exactly n octets.
template <size_t n>
Result<Octets<n>> octets_from_hex(std::string_view text) {
  SEN_ASSIGN(auto bytes, from_hex(text));
  if (bytes.size() != n) return fail(Fault::invalid, "", "{} octets where {} are needed", bytes.size(), n);
  Octets<n> out;
  std::memcpy(out.data(), bytes.data(), n);
  return out;
}

// Reads from the front of a view; the rest only shrinks. No read goes past the end: a failed read returns Fault::truncated and
// leaves the reader unchanged.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  size_t left() const { return rest_.size(); }
  bool empty() const { return rest_.empty(); }
  ByteView rest() const { return rest_; }

  Result<uint8_t> u8() { return number<uint8_t, 1>(); }
  Result<uint16_t> u16() { return number<uint16_t, 2>(); }
  Result<uint32_t> u24() { return number<uint32_t, 3>(); }
  Result<uint32_t> u32() { return number<uint32_t, 4>(); }
  Result<uint64_t> u40() { return number<uint64_t, 5>(); }
  Result<uint64_t> u48() { return number<uint64_t, 6>(); }
  Result<uint64_t> u64() { return number<uint64_t, 8>(); }
  // Big-endian number of n octets, n at most 8.
  Result<uint64_t> uint(size_t n);
  Result<ByteView> take(size_t n);
  // The next octet without consuming it.
  Result<uint8_t> peek() const;

 private:
  template <class T, size_t n>
  Result<T> number() {
    if (rest_.size() < n) return short_by(n);
    uint64_t value = 0;
    for (size_t i = 0; i < n; ++i) value = value << 8 | rest_[i];
    rest_ = rest_.subspan(n);
    return static_cast<T>(value);
  }
  std::unexpected<Error> short_by(size_t n) const;

  ByteView rest_;
};

class ByteWriter {
 public:
  void u8(uint8_t v) { out_.push_back(v); }
  void u16(uint16_t v) { uint(v, 2); }
  void u24(uint32_t v) { uint(v, 3); }
  void u32(uint32_t v) { uint(v, 4); }
  void u40(uint64_t v) { uint(v, 5); }
  void u48(uint64_t v) { uint(v, 6); }
  void u64(uint64_t v) { uint(v, 8); }
  void uint(uint64_t v, size_t n) {
    for (size_t i = n; i-- > 0;) out_.push_back(static_cast<uint8_t>(v >> (8 * i)));
  }
  void put(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void fill(size_t n, uint8_t v) { out_.insert(out_.end(), n, v); }

  size_t size() const { return out_.size(); }
  // Overwrites octets written earlier (length fields).
  void set_u8(size_t at, uint8_t v) { out_[at] = v; }
  void set_u16(size_t at, uint16_t v) {
    out_[at] = static_cast<uint8_t>(v >> 8);
    out_[at + 1] = static_cast<uint8_t>(v);
  }
  Bytes take() { return std::move(out_); }
  ByteView view() const { return out_; }

 private:
  Bytes out_;
};

}  // namespace sen
