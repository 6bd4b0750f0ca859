// IP addresses, endpoints and prefixes as values. Text forms as inet_ntop writes them; "[2001:db8::1]:2152" for IPv6 endpoints.
#pragma once

#include <compare>
#include <functional>

#include "base/bytes.h"

namespace sen {

class IpAddress {
 public:
  IpAddress() = default;  // none
  explicit IpAddress(const Octets<4>& v4) : length_(4) { std::memcpy(octets_.data(), v4.data(), 4); }
  explicit IpAddress(const Octets<16>& v6) : octets_(v6), length_(16) {}
  static Result<IpAddress> parse(std::string_view text);

  bool empty() const { return length_ == 0; }
  bool is_v4() const { return length_ == 4; }
  bool is_v6() const { return length_ == 16; }
  // 4, 16 or no octets.
  ByteView octets() const { return {octets_.data(), length_}; }
  Octets<4> v4() const { return {octets_[0], octets_[1], octets_[2], octets_[3]}; }
  Octets<16> v6() const { return octets_; }
  std::string text() const;
  // The address `n` above this one.
  IpAddress plus(uint64_t n) const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  Octets<16> octets_{};
  uint8_t length_ = 0;
};

struct Endpoint {
  IpAddress address;
  uint16_t port = 0;

  std::string text() const;
  auto operator<=>(const Endpoint&) const = default;
};

struct IpPrefix {
  IpAddress address;
  uint8_t length = 0;

  // "10.45.0.0/16"; bits below the length must be zero.
  static Result<IpPrefix> parse(std::string_view text);
  bool contains(const IpAddress& address) const;
  std::string text() const;
  auto operator<=>(const IpPrefix&) const = default;
};

}  // namespace sen

template <>
struct std::hash<sen::IpAddress> {
  size_t operator()(const sen::IpAddress& address) const noexcept {
    return std::hash<std::string_view>{}(sen::as_text(address.octets()));
  }
};
template <>
struct std::hash<sen::Endpoint> {
  size_t operator()(const sen::Endpoint& endpoint) const noexcept {
    return std::hash<sen::IpAddress>{}(endpoint.address) * 31 + endpoint.port;
  }
};
