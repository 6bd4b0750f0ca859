#include "base/bytes.h"

namespace sen {

std::string to_hex(ByteView bytes) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (uint8_t b : bytes) {
    text += digits[b >> 4];
    text += digits[b & 15];
  }
  return text;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<Bytes> from_hex(std::string_view text) {
  Bytes out;
  int high = -1;
  for (char c : text) {
    if (c == ' ' || c == ':') continue;
    int digit = hex_digit(c);
    if (digit < 0) return fail(Fault::invalid, "", "'{}' is not a hexadecimal digit", c);
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  if (high >= 0) return fail(Fault::invalid, "", "odd count of hexadecimal digits");
  return out;
}

std::unexpected<Error> ByteReader::short_by(size_t n) const {
  return fail(Fault::truncated, "", "{} octets needed, {} left", n, rest_.size());
}

Result<uint64_t> ByteReader::uint(size_t n) {
  if (rest_.size() < n) return short_by(n);
  uint64_t value = 0;
  for (size_t i = 0; i < n; ++i) value = value << 8 | rest_[i];
  rest_ = rest_.subspan(n);
  return value;
}

Result<ByteView> ByteReader::take(size_t n) {
  if (rest_.size() < n) return short_by(n);
  ByteView out = rest_.first(n);
  rest_ = rest_.subspan(n);
  return out;
}

Result<uint8_t> ByteReader::peek() const {
  if (rest_.empty()) return short_by(1);
  return rest_[0];
}

}  // namespace sen
