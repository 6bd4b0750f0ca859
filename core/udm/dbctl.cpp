#include "core/udm/dbctl.h"

#include <charconv>

namespace sen::udm {
namespace {

using Arguments = std::span<const std::string>;

Result<uint64_t> number(const std::string& name, const std::string& text, uint64_t low, uint64_t high) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    return fail(Fault::invalid, name, "'{}' is not a number from {} to {}", text.substr(0, 32), low, high);
  }
  return value;
}

Result<Bytes> key(const std::string& name, const std::string& text) {
  auto bytes = from_hex(text);
  if (!bytes) return std::unexpected(std::move(bytes).error().within(name));
  return std::move(*bytes);
}

Result<Subscriber> new_subscriber(const std::string& imsi, const std::string& k, const std::string& opc) {
  SEN_ASSIGN(Bytes k_octets, key("KEY", k));
  SEN_ASSIGN(Bytes opc_octets, key("OPC", opc));
  return default_subscriber(imsi, std::move(k_octets), std::move(opc_octets));
}

Result<SNssai> s_nssai(const std::string& sst, const std::string& sd) {
  SNssai out;
  SEN_ASSIGN(uint64_t value, number("SST", sst, 0, 255));
  out.sst = static_cast<uint8_t>(value);
  auto octets = octets_from_hex<3>(sd);
  if (!octets) return fail(Fault::invalid, "SD", "'{}' is not 6 hexadecimal digits", sd.substr(0, 32));
  uint32_t bits = uint32_t{(*octets)[0]} << 16 | uint32_t{(*octets)[1]} << 8 | (*octets)[2];
  if (bits != 0xffffff) out.sd = bits;
  return out;
}

// Changes a copy of the stored subscriber and stores it.
Result<std::string> change(SubscriberStore& store, const std::string& imsi, const std::function<Status(Subscriber&)>& edit) {
  SEN_ASSIGN(auto found, store.find(imsi));
  Subscriber copy = *found;
  SEN_TRY(edit(copy));
  SEN_TRY(store.update(copy));
  return std::string();
}

Result<std::string> added(SubscriberStore& store, Result<Subscriber> subscriber) {
  SEN_TRY(subscriber);
  SEN_TRY(store.add(*subscriber));
  return std::string();
}

Result<std::string> add(SubscriberStore& store, Arguments a) {
  if (a.size() == 3) return added(store, new_subscriber(a[0], a[1], a[2]));
  SEN_ASSIGN(Subscriber subscriber, new_subscriber(a[0], a[2], a[3]));
  SEN_ASSIGN(subscriber.slices[0].sessions[0].ipv4, parse_ipv4(a[1]));
  return added(store, std::move(subscriber));
}

Result<std::string> add_ue_with_apn(SubscriberStore& store, Arguments a) {
  SEN_ASSIGN(Subscriber subscriber, new_subscriber(a[0], a[1], a[2]));
  subscriber.slices[0].sessions[0].dnn = a[3];
  return added(store, std::move(subscriber));
}

Result<std::string> add_ue_with_slice(SubscriberStore& store, Arguments a) {
  SEN_ASSIGN(Subscriber subscriber, new_subscriber(a[0], a[1], a[2]));
  subscriber.slices[0].sessions[0].dnn = a[3];
  SEN_ASSIGN(subscriber.slices[0].s_nssai, s_nssai(a[4], a[5]));
  return added(store, std::move(subscriber));
}

Result<std::string> update_apn(SubscriberStore& store, Arguments a) {
  return change(store, a[0], [&](Subscriber& subscriber) -> Status {
    SEN_ASSIGN(uint64_t slice, number("SLICE", a[2], 0, subscriber.slices.size() - 1));
    subscriber.slices[slice].sessions.push_back(Session{.dnn = a[1]});
    return {};
  });
}

Result<std::string> update_slice(SubscriberStore& store, Arguments a) {
  return change(store, a[0], [&](Subscriber& subscriber) -> Status {
    SEN_ASSIGN(SNssai added_slice, s_nssai(a[2], a[3]));
    subscriber.slices.push_back(Slice{added_slice, false, {Session{.dnn = a[1]}}});
    return {};
  });
}

Result<std::string> remove(SubscriberStore& store, Arguments a) {
  SEN_TRY(store.remove(a[0]));
  return std::string();
}

Result<std::string> reset(SubscriberStore& store, Arguments) {
  for (;;) {
    SEN_ASSIGN(auto imsis, store.list());
    if (imsis.empty()) return std::string();
    for (const auto& imsi : imsis) SEN_TRY(store.remove(imsi));
  }
}

Result<std::string> static_ip(SubscriberStore& store, Arguments a) {
  SEN_ASSIGN(auto address, parse_ipv4(a[1]));
  return change(store, a[0], [&](Subscriber& subscriber) -> Status {
    subscriber.slices[0].sessions[0].ipv4 = address;
    return {};
  });
}

Result<std::string> static_ip6(SubscriberStore& store, Arguments a) {
  SEN_ASSIGN(auto address, parse_ipv6(a[1]));
  return change(store, a[0], [&](Subscriber& subscriber) -> Status {
    subscriber.slices[0].sessions[0].ipv6 = address;
    return {};
  });
}

Result<std::string> type(SubscriberStore& store, Arguments a) {
  SEN_ASSIGN(uint64_t value, number("TYPE", a[1], 1, 3));
  return change(store, a[0], [&](Subscriber& subscriber) -> Status {
    for (Slice& slice : subscriber.slices) {
      for (Session& session : slice.sessions) session.type = static_cast<sbi::PduSessionType>(value - 1);
    }
    return {};
  });
}

Result<sbi::BitRate> rate(const std::string& value, const std::string& unit) {
  SEN_ASSIGN(uint64_t bps, number("rate", value, 0, 1'000'000));
  SEN_ASSIGN(uint64_t steps, number("UNIT", unit, 0, 4));
  for (uint64_t i = 0; i < steps; ++i) bps *= 1000;
  return sbi::BitRate{bps};
}

Result<std::string> ambr_speed(SubscriberStore& store, Arguments a) {
  sbi::Ambr ambr;
  SEN_ASSIGN(ambr.downlink, rate(a[1], a[2]));
  SEN_ASSIGN(ambr.uplink, rate(a[3], a[4]));
  return change(store, a[0], [&](Subscriber& subscriber) -> Status {
    subscriber.ambr = ambr;
    for (Slice& slice : subscriber.slices) {
      for (Session& session : slice.sessions) session.ambr = ambr;
    }
    return {};
  });
}

Result<std::string> subscriber_status(SubscriberStore& store, Arguments a) {
  SEN_ASSIGN(uint64_t value, number("STATUS", a[1], 0, 1));
  return change(store, a[0], [&](Subscriber& subscriber) -> Status {
    subscriber.barred = value == 1;
    return {};
  });
}

Result<std::string> list(SubscriberStore& store, Arguments) {
  std::string out, last;
  for (;;) {
    SEN_ASSIGN(auto imsis, store.list(last));
    if (imsis.empty()) return out;
    for (const auto& imsi : imsis) out += imsi + "\n";
    last = imsis.back();
  }
}

Result<std::string> show(SubscriberStore& store, Arguments a) {
  SEN_ASSIGN(auto found, store.find(a[0]));
  return describe(*found, true);
}

struct Verb {
  std::string_view name;
  size_t fewest, most;  // arguments
  std::string_view arguments;
  std::string_view says;
  Result<std::string> (*run)(SubscriberStore&, Arguments);
};
constexpr Verb verbs[] = {
    {"add", 3, 4, "IMSI [IPV4] KEY OPC", "a subscriber with slice SST 1 and DNN internet", add},
    {"add_ue_with_apn", 4, 4, "IMSI KEY OPC DNN", "the same with another DNN", add_ue_with_apn},
    {"add_ue_with_slice", 6, 6, "IMSI KEY OPC DNN SST SD", "the same with another DNN and slice", add_ue_with_slice},
    {"update_apn", 3, 3, "IMSI DNN SLICE", "adds a DNN to the subscriber's slice number SLICE, from 0", update_apn},
    {"update_slice", 4, 4, "IMSI DNN SST SD", "adds a slice with one DNN", update_slice},
    {"remove", 1, 1, "IMSI", "removes a subscriber", remove},
    {"reset", 0, 0, "", "removes all subscribers", reset},
    {"static_ip", 2, 2, "IMSI IPV4", "gives the first session a fixed IPv4 address", static_ip},
    {"static_ip6", 2, 2, "IMSI IPV6", "gives the first session a fixed IPv6 address", static_ip6},
    {"type", 2, 2, "IMSI TYPE", "sets the type of every session: 1 IPv4, 2 IPv6, 3 IPv4v6", type},
    {"ambr_speed", 5, 5, "IMSI DL UNIT UL UNIT", "sets the AMBR of UE and sessions; unit 0 bps, 1 Kbps, 2 Mbps, 3 Gbps, 4 Tbps",
     ambr_speed},
    {"subscriber_status", 2, 2, "IMSI STATUS", "1 bars the subscriber, 0 grants service", subscriber_status},
    {"list", 0, 0, "", "the IMSIs", list},
    {"show", 1, 1, "IMSI", "everything that is stored of a subscriber, with its keys", show},
};

}  // namespace

std::string dbctl_help() {
  std::string out;
  for (const Verb& verb : verbs) out += fmt::format("  {:<52} {}\n", fmt::format("{} {}", verb.name, verb.arguments), verb.says);
  return out;
}

Result<std::string> dbctl(SubscriberStore& store, std::span<const std::string> arguments) {
  if (arguments.empty()) return fail(Fault::missing, "subscriber", "a verb is needed:\n{}", dbctl_help());
  for (const Verb& verb : verbs) {
    if (verb.name != arguments[0]) continue;
    size_t given = arguments.size() - 1;
    if (given < verb.fewest || given > verb.most) {
      return fail(Fault::invalid, "subscriber", "{} takes {}: {} arguments were given", verb.name, verb.arguments, given);
    }
    return verb.run(store, arguments.subspan(1));
  }
  return fail(Fault::invalid, "subscriber", "unknown verb '{}'; there are:\n{}", arguments[0].substr(0, 32), dbctl_help());
}

}  // namespace sen::udm
