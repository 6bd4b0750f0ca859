#include "core/udm/subscriber.h"

#include <arpa/inet.h>

namespace sen::udm {
namespace {

Status validate_security(const Security& security) {
  bool tuak = security.algorithm == AkaAlgorithm::tuak;
  size_t operator_octets = tuak ? 32 : 16;
  size_t k = security.k.size();
  if (k != 16 && !(tuak && k == 32)) return fail(Fault::invalid, "security.k", "{} octets (Milenage 16, TUAK 16 or 32)", k);
  if (security.op.empty() && security.opc.empty()) return fail(Fault::missing, "security.opc", "neither op nor opc is given");
  for (const Bytes* value : {&security.op, &security.opc}) {
    if (!value->empty() && value->size() != operator_octets) {
      return fail(Fault::invalid, value == &security.op ? "security.op" : "security.opc", "{} octets (Milenage 16, TUAK 32)",
                  value->size());
    }
  }
  if (security.sqn >= crypto::sqn_limit) return fail(Fault::invalid, "security.sqn", "{} does not fit 48 bits", security.sqn);
  return {};
}

Status validate_session(const Session& session) {
  if (session.dnn.empty() || session.dnn.size() > 99)
    return fail(Fault::invalid, "name", "DNN of {} characters (1 to 99)", session.dnn.size());
  if (session.type > sbi::PduSessionType::ipv4v6) {
    return fail(Fault::unsupported, "type", "{} (IPV4, IPV6 or IPV4V6)", sbi::to_string(session.type));
  }
  if (session.qos.five_qi == 0) return fail(Fault::invalid, "qos.index", "5QI 0 (1 to 255)");
  uint8_t level = session.qos.arp.priority_level;
  if (level < 1 || level > 15) return fail(Fault::invalid, "qos.arp.priority_level", "{} (1 to 15)", level);
  return {};
}

Status validate_slice(const Slice& slice) {
  if (slice.s_nssai.sd.value_or(0) > 0xffffff) return fail(Fault::invalid, "sd", "{:x} does not fit 24 bits", *slice.s_nssai.sd);
  if (slice.sessions.empty()) return fail(Fault::missing, "session", "slice {} has no session", slice.s_nssai.text());
  if (slice.sessions.size() > max_sessions_per_slice) {
    return fail(Fault::exhausted, "session", "{} sessions (at most {})", slice.sessions.size(), max_sessions_per_slice);
  }
  for (size_t i = 0; i < slice.sessions.size(); ++i) {
    if (auto status = validate_session(slice.sessions[i]); !status) {
      return std::unexpected(std::move(status).error().within(fmt::format("session[{}]", i)));
    }
  }
  return {};
}

std::string session_text(const Session& session) {
  std::string line =
      fmt::format("  dnn {}, {}, 5QI {}, ARP {}, AMBR {} up {} down", session.dnn, sbi::to_string(session.type), session.qos.five_qi,
                  session.qos.arp.priority_level, sbi::to_string(session.ambr.uplink), sbi::to_string(session.ambr.downlink));
  if (session.ipv4) line += ", " + ipv4_text(*session.ipv4);
  if (session.ipv6) line += ", " + ipv6_text(*session.ipv6);
  return line + "\n";
}

}  // namespace

Subscriber default_subscriber(std::string imsi, Bytes k, Bytes opc) {
  Subscriber out;
  out.imsi = std::move(imsi);
  out.security.k = std::move(k);
  out.security.opc = std::move(opc);
  out.slices.push_back({.sessions = {Session{.dnn = "internet"}}});
  return out;
}

Status validate(const Subscriber& subscriber) {
  if (!all_digits(subscriber.imsi) || subscriber.imsi.size() < 6 || subscriber.imsi.size() > 15) {
    return fail(Fault::invalid, "imsi", "'{}' is not 6 to 15 digits", subscriber.imsi.substr(0, 32));
  }
  SEN_TRY(validate_security(subscriber.security));
  if (subscriber.msisdns.size() > max_msisdns) {
    return fail(Fault::exhausted, "msisdn", "{} numbers (at most {})", subscriber.msisdns.size(), max_msisdns);
  }
  for (const auto& number : subscriber.msisdns) {
    if (number.empty() || number.size() > 15 || !all_digits(number)) {
      return fail(Fault::invalid, "msisdn", "'{}' is not 1 to 15 digits", number.substr(0, 32));
    }
  }
  if (subscriber.slices.empty()) return fail(Fault::missing, "slice", "no slice is subscribed");
  if (subscriber.slices.size() > max_slices) {
    return fail(Fault::exhausted, "slice", "{} slices (at most {})", subscriber.slices.size(), max_slices);
  }
  bool any_default = false;
  for (size_t i = 0; i < subscriber.slices.size(); ++i) {
    any_default |= subscriber.slices[i].default_indicator;
    if (auto status = validate_slice(subscriber.slices[i]); !status) {
      return std::unexpected(std::move(status).error().within(fmt::format("slice[{}]", i)));
    }
  }
  if (!any_default) return fail(Fault::missing, "slice", "no slice has default_indicator: a UE that requests none would get none");
  return {};
}

Result<crypto::AkaFunctions> aka_functions(const Security& security) {
  SEN_TRY(validate_security(security));
  if (security.algorithm == AkaAlgorithm::tuak) {
    crypto::Key256 topc;
    if (security.opc.empty()) {
      SEN_ASSIGN(topc, crypto::Tuak::topc(security.k, security.op));
    } else {
      std::memcpy(topc.data(), security.opc.data(), topc.size());
    }
    SEN_ASSIGN(auto tuak, crypto::Tuak::create(security.k, topc));
    return crypto::AkaFunctions::from(tuak);
  }
  crypto::Key128 k;
  crypto::Key128 op;
  std::memcpy(k.data(), security.k.data(), k.size());
  std::memcpy(op.data(), (security.opc.empty() ? security.op : security.opc).data(), op.size());
  return crypto::AkaFunctions(crypto::Milenage(k, security.opc.empty() ? crypto::milenage_opc(k, op) : op));
}

std::string describe(const Subscriber& subscriber, bool secrets) {
  const Security& security = subscriber.security;
  auto secret = [&](const Bytes& key) { return secrets ? to_hex(key) : std::string("(hidden)"); };
  std::string out = fmt::format("imsi {}{}\n", subscriber.imsi, subscriber.barred ? " (barred)" : "");
  for (const auto& number : subscriber.msisdns) out += fmt::format("msisdn {}\n", number);
  out += fmt::format("security {} {} k {} {} {} amf {} sqn {}\n", sbi::to_string(security.algorithm), sbi::to_string(security.method),
                     secret(security.k), security.opc.empty() ? "op" : "opc", secret(security.opc.empty() ? security.op : security.opc),
                     to_hex(security.amf), security.sqn);
  out += fmt::format("ambr {} up {} down\n", sbi::to_string(subscriber.ambr.uplink), sbi::to_string(subscriber.ambr.downlink));
  for (const auto& slice : subscriber.slices) {
    out += fmt::format("slice {}{}\n", slice.s_nssai.text(), slice.default_indicator ? " default" : "");
    for (const auto& session : slice.sessions) out += session_text(session);
  }
  return out;
}

Result<Octets<4>> parse_ipv4(std::string_view text) {
  Octets<4> out;
  if (inet_pton(AF_INET, std::string(text).c_str(), out.data()) != 1) {
    return fail(Fault::invalid, "", "'{}' is not an IPv4 address", text.substr(0, 64));
  }
  return out;
}

Result<Octets<16>> parse_ipv6(std::string_view text) {
  Octets<16> out;
  if (inet_pton(AF_INET6, std::string(text).c_str(), out.data()) != 1) {
    return fail(Fault::invalid, "", "'{}' is not an IPv6 address", text.substr(0, 64));
  }
  return out;
}

std::string ipv4_text(const Octets<4>& address) {
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, address.data(), text, sizeof text);
  return text;
}

std::string ipv6_text(const Octets<16>& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, address.data(), text, sizeof text);
  return text;
}

}  // namespace sen::udm
