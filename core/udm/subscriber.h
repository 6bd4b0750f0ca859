// A subscriber as the operator provisions it. The shape is that of an Open5GS subscriber document, the units are the standard's.
// Plain values; any thread.
#pragma once

#include "core/sbi/nausf.h"
#include "crypto/aka.h"

namespace sen::udm {

inline constexpr size_t max_slices = 16;              // subscribed S-NSSAIs (TS 29.503 leaves it open; NAS carries 16 configured ones)
inline constexpr size_t max_sessions_per_slice = 32;  // DNNs
inline constexpr size_t max_msisdns = 8;

enum class AkaAlgorithm : uint8_t { milenage, tuak };
constexpr auto json_names(AkaAlgorithm) { return std::to_array<std::string_view>({"milenage", "tuak"}); }

struct Security {
  AkaAlgorithm algorithm = AkaAlgorithm::milenage;
  sbi::AuthType method = sbi::AuthType::fiveg_aka;
  Bytes k;    // 16 octets; TUAK also 32
  Bytes op;   // OP (16 octets) or TUAK's TOP (32); empty when opc is given
  Bytes opc;  // OPc (16 octets) or TUAK's TOPc (32); empty when op is given
  Octets<2> amf = crypto::amf_separated;
  crypto::Sqn sqn = 0;  // no SQN up to this one is used any more

  bool operator==(const Security&) const = default;
};

struct Session {
  std::string dnn;
  sbi::PduSessionType type = sbi::PduSessionType::ipv4v6;  // allowed: ipv4v6 allows ipv4 and ipv6 too
  sbi::SubscribedDefaultQos qos;
  sbi::Ambr ambr{{1'000'000'000}, {1'000'000'000}};
  std::optional<Octets<4>> ipv4;  // static addresses
  std::optional<Octets<16>> ipv6;

  bool operator==(const Session&) const = default;
};

struct Slice {
  SNssai s_nssai{.sst = 1};
  bool default_indicator = true;
  std::vector<Session> sessions;  // the first is the default DNN

  bool operator==(const Slice&) const = default;
};

struct Subscriber {
  std::string imsi;  // 6 to 15 digits
  Security security;
  std::vector<std::string> msisdns;  // digits
  sbi::Ambr ambr{{1'000'000'000}, {1'000'000'000}};
  std::vector<Slice> slices;
  uint32_t access_restriction_data = 32;  // bits of TS 29.272 7.3.31
  std::optional<uint8_t> ue_usage_type;
  bool barred = false;  // operator-determined barring of all services

  // TS 29.272 7.3.31 bit 10.
  bool nr_restricted() const { return (access_restriction_data & 1u << 10) != 0; }
  bool operator==(const Subscriber&) const = default;
};

// The subscriber that `add IMSI KEY OPC` makes: one default slice SST 1, DNN internet, IPv4v6, 5QI 9, 1 Gbit/s.
Subscriber default_subscriber(std::string imsi, Bytes k, Bytes opc);

// Error invalid or missing, naming the field, for anything that could not be stored or used.
Status validate(const Subscriber& subscriber);

// The subscriber's algorithm with its keys. Error as validate().
Result<crypto::AkaFunctions> aka_functions(const Security& security);

// Several lines for the operator. Keys are shown only with `secrets`.
std::string describe(const Subscriber& subscriber, bool secrets);

// "10.45.0.3", "2001:db8::1". Error invalid.
Result<Octets<4>> parse_ipv4(std::string_view text);
Result<Octets<16>> parse_ipv6(std::string_view text);
std::string ipv4_text(const Octets<4>& address);
std::string ipv6_text(const Octets<16>& address);

}  // namespace sen::udm
