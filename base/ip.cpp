#include "base/ip.h"

#include <arpa/inet.h>

#include <charconv>

namespace sen {

Result<IpAddress> IpAddress::parse(std::string_view text) {
  std::string copy(text);
  Octets<16> octets{};
  if (inet_pton(AF_INET, copy.c_str(), octets.data()) == 1) return IpAddress(Octets<4>{octets[0], octets[1], octets[2], octets[3]});
  if (inet_pton(AF_INET6, copy.c_str(), octets.data()) == 1) return IpAddress(octets);
  return fail(Fault::invalid, "", "'{}' is neither an IPv4 nor an IPv6 address", text);
}

std::string IpAddress::text() const {
  if (empty()) return "none";
  char text[INET6_ADDRSTRLEN];
  inet_ntop(is_v4() ? AF_INET : AF_INET6, octets_.data(), text, sizeof text);
  return text;
}

IpAddress IpAddress::plus(uint64_t n) const {
  IpAddress out = *this;
  for (size_t i = length_; i-- > 0 && n > 0; n >>= 8) {
    n += out.octets_[i];
    out.octets_[i] = static_cast<uint8_t>(n);
  }
  return out;
}

std::string Endpoint::text() const {
  return address.is_v6() ? fmt::format("[{}]:{}", address.text(), port) : fmt::format("{}:{}", address.text(), port);
}

static bool equal_above(ByteView a, ByteView b, size_t bits) {
  size_t octets = bits / 8;
  if (std::memcmp(a.data(), b.data(), octets) != 0) return false;
  return bits % 8 == 0 || ((a[octets] ^ b[octets]) >> (8 - bits % 8)) == 0;
}

Result<IpPrefix> IpPrefix::parse(std::string_view text) {
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) return fail(Fault::invalid, "", "'{}' is not of the form address/length", text);
  SEN_ASSIGN(auto address, IpAddress::parse(text.substr(0, slash)));
  std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc() || stop != digits.data() + digits.size() || length > address.octets().size() * 8)
    return fail(Fault::invalid, "", "prefix length '{}' is not between 0 and {}", digits, address.octets().size() * 8);
  IpPrefix out{address, static_cast<uint8_t>(length)};
  for (size_t bit = length; bit < address.octets().size() * 8; ++bit) {
    if (address.octets()[bit / 8] >> (7 - bit % 8) & 1) return fail(Fault::invalid, "", "'{}' has bits set below /{}", text, length);
  }
  return out;
}

bool IpPrefix::contains(const IpAddress& other) const {
  return other.octets().size() == address.octets().size() && equal_above(address.octets(), other.octets(), length);
}

std::string IpPrefix::text() const { return fmt::format("{}/{}", address.text(), length); }

}  // namespace sen
