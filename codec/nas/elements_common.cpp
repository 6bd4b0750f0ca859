// Elements of TS 24.501 9.11.2, of TS 24.008 and of TS 24.301 that 5GMM and 5GSM share.
#include <algorithm>

#include "codec/nas/table.h"

namespace sen::nas {

void describe(Io& io, Plmn& v) {
  if (io.printing()) {
    io.tree().leaf("MCC", v.mcc_text());
    io.tree().leaf("MNC", v.mnc_text());
    return;
  }
  if (io.inventing()) {
    v = Plmn(static_cast<uint16_t>(io.random().between(1, 999)), static_cast<uint16_t>(io.random().between(0, 99)), 2);
    return;
  }
  io.octets("PLMN", v.octets);
}

void describe(Io& io, Tai& v) {
  describe(io, v.plmn);
  io.bits("TAC", 24, v.tac);
}

void describe(Io& io, SNssai& v) {
  io.octet("SST", v.sst);
  io.maybe(io.more(v.sd.has_value()), v.sd, [&](uint32_t& sd) { io.bits("SD", 24, sd); });
}

// 9.11.2.8: which parts are there follows from the length: 1 SST; 2 + mapped SST; 4 SST, SD; 5 + mapped SST; 8 all.
static void mapped_parts(Io& io, MappedSNssai& v, bool sd, bool mapped, bool mapped_sd) {
  io.octet("SST", v.sst);
  io.maybe(sd, v.sd, [&](uint32_t& value) { io.bits("SD", 24, value); });
  io.maybe(mapped, v.mapped, [&](SNssai& home) {
    io.octet("Mapped HPLMN SST", home.sst);
    io.maybe(mapped_sd, home.sd, [&](uint32_t& value) { io.bits("Mapped HPLMN SD", 24, value); });
  });
}

void describe(Io& io, MappedSNssai& v) {
  if (io.decoding()) {
    size_t n = io.left();
    if (n != 1 && n != 2 && n != 4 && n != 5 && n < 8) return io.fail(Fault::invalid, "", "an S-NSSAI has 1, 2, 4, 5 or 8 octets");
    return mapped_parts(io, v, n >= 4, n == 2 || n == 5 || n >= 8, n >= 8);
  }
  if (io.inventing()) {
    static constexpr bool forms[5][3] = {
        {false, false, false}, {false, true, false}, {true, false, false}, {true, true, false}, {true, true, true}};
    const auto& form = forms[io.random().between(0, 4)];
    return mapped_parts(io, v, form[0], form[1], form[2]);
  }
  if (io.encoding() && v.mapped && v.mapped->sd && !v.sd) return io.fail(Fault::invalid, "", "a mapped SD needs an SD");
  mapped_parts(io, v, false, false, false);
}

void describe(Io& io, Guti& v) {
  describe(io, v.guami.plmn);
  io.octet("AMF Region ID", v.guami.region);
  io.bits("AMF Set ID", 10, v.guami.set);
  io.bits("AMF Pointer", 6, v.guami.pointer);
  io.bits("5G-TMSI", 32, v.tmsi);
}

void describe(Io& io, STmsi& v) {
  io.bits("AMF Set ID", 10, v.set);
  io.bits("AMF Pointer", 6, v.pointer);
  io.bits("5G-TMSI", 32, v.tmsi);
}

void describe(Io& io, Dnn& v) {
  if (io.decoding()) {
    Bytes wire;
    io.rest("", wire, 1);
    if (wire.size() > 100) return io.fail(Fault::invalid, "", "a DNN has at most 100 octets");
    auto dnn = Dnn::from_labels(wire);
    if (!dnn) return io.fail(Fault::invalid, "", "the labels do not fill the DNN");
    v = std::move(*dnn);
  } else if (io.encoding()) {
    Bytes wire = v.labels();
    if (wire.empty() || wire.size() > 100) return io.fail(Fault::invalid, "", "a DNN has 1 to 100 octets");
    io.put_bytes(wire);
  } else {
    io.rest_text("", v.name, 2);
  }
}

void describe(Io& io, EapMessage& v) {
  if (io.inventing()) {  // an EAP success: code 3, identifier, length 4
    v.bytes = {3, static_cast<uint8_t>(io.random().next()), 0, 4};
    return;
  }
  io.rest("", v.bytes, 4);
}

void describe(Io& io, Abba& v) { io.rest("", v.bytes, 2); }
void describe(Io& io, Rand& v) { io.octets("", v.bytes); }
void describe(Io& io, Auts& v) { io.octets("", v.bytes); }
void describe(Io& io, Autn& v) {
  if (io.printing() && v.bytes.size() == 16) {
    ByteView b = v.bytes;
    io.tree().leaf("SQN xor AK", b.first(6));
    io.tree().leaf("AMF", b.subspan(6, 2));
    io.tree().leaf("MAC", b.subspan(8));
    return;
  }
  if (io.inventing()) {
    v.bytes = io.random().bytes(16);
    return;
  }
  io.rest("", v.bytes, 16);
}
void describe(Io& io, AuthenticationResponseParameter& v) {
  if (io.inventing()) {
    v.bytes = io.random().bytes(16);
    return;
  }
  io.rest("", v.bytes, 4);
}

// ---- timers ---------------------------------------------------------------------------------------------------------------------

void describe(Io& io, GprsTimer& v) {
  io.bits("Unit", 3, v.unit);
  io.bits("Timer value", 5, v.value);
}
void describe(Io& io, GprsTimer2& v) { describe(io, static_cast<GprsTimer&>(v)); }
void describe(Io& io, GprsTimer3& v) {
  io.bits("Unit", 3, v.unit);
  io.bits("Timer value", 5, v.value);
}

struct TimerUnit {
  uint8_t unit;
  uint32_t seconds;
};

// The unit that holds the duration exactly, else the finest that reaches it, rounded up; the longest if none does.
template <class T, size_t n>
static T timer_from(std::optional<uint32_t> seconds, const TimerUnit (&units)[n]) {
  if (!seconds) return T{7, 0};
  for (const auto& u : units) {
    if (*seconds % u.seconds == 0 && *seconds / u.seconds < 32) return T{u.unit, static_cast<uint8_t>(*seconds / u.seconds)};
  }
  for (const auto& u : units) {
    uint32_t value = (*seconds + u.seconds - 1) / u.seconds;
    if (value < 32) return T{u.unit, static_cast<uint8_t>(value)};
  }
  return T{units[n - 1].unit, 31};
}

static constexpr TimerUnit timer_units[] = {{0, 2}, {1, 60}, {2, 360}};
static constexpr TimerUnit timer3_units[] = {{3, 2}, {4, 30}, {5, 60}, {0, 600}, {1, 3600}, {2, 36000}, {6, 1152000}};

GprsTimer GprsTimer::from_seconds(std::optional<uint32_t> seconds) { return timer_from<GprsTimer>(seconds, timer_units); }
std::optional<uint32_t> GprsTimer::seconds() const {
  if (unit == 7) return std::nullopt;
  for (const auto& u : timer_units) {
    if (u.unit == unit) return u.seconds * value;
  }
  return 60u * value;
}
GprsTimer3 GprsTimer3::from_seconds(std::optional<uint32_t> seconds) { return timer_from<GprsTimer3>(seconds, timer3_units); }
std::optional<uint32_t> GprsTimer3::seconds() const {
  if (unit == 7) return std::nullopt;
  for (const auto& u : timer3_units) {
    if (u.unit == unit) return u.seconds * value;
  }
  return 3600u * value;
}

// ---- others -----------------------------------------------------------------------------------------------------------------------

void describe(Io& io, PduSessionStatus& v) {
  io.numbered_flags("PSI", v.sessions, 1);
  if (io.printing() && v.spare.empty()) return;
  io.rest("spare", v.spare, 0, 0);
}

void describe(Io& io, AccessType& v) {
  io.spare(2);
  if (io.inventing()) {
    v.kind = static_cast<AccessKind>(io.random().between(1, 2));
    return;
  }
  io.bits("", 2, v.kind);
}

// ---- service-level-AA (9.11.2.10 to 9.11.2.18) ------------------------------------------------------------------------------------

void describe(Io& io, ServerAddress& v) {
  uint8_t type = v.ipv4 ? (v.ipv6 ? 3 : 1) : v.ipv6 ? 2 : 4;
  if (io.inventing()) type = static_cast<uint8_t>(io.random().between(1, 4));
  if (!io.inventing()) io.octet("Address type", type);
  bool known = type >= 1 && type <= 3;
  io.maybe(known && type & 1, v.ipv4, [&](Octets<4>& a) { io.address("IPv4 address", a); });
  io.maybe(known && type & 2, v.ipv6, [&](Octets<16>& a) { io.address("IPv6 address", a); });
  if (!known) io.rest_text("FQDN", v.fqdn);
}

static const char* name_of(ServiceLevelAaParameter::Type v) {
  using enum ServiceLevelAaParameter::Type;
  switch (v) {
    case device_id: return "Service-level device ID";
    case server_address: return "Service-level-AA server address";
    case response: return "Service-level-AA response";
    case payload_type: return "Service-level-AA payload type";
    case payload: return "Service-level-AA payload";
    case pending: return "Service-level-AA pending indication";
    case service_status: return "Service-level-AA service status indication";
  }
  return nullptr;
}

static void describe_value(Io& io, ServiceLevelAaParameter& v) {
  using enum ServiceLevelAaParameter::Type;
  switch (v.type) {
    case device_id: return io.rest_text("Service-level device ID", v.device_id, 1);
    case server_address:
      if (!v.server_address.has_value()) v.server_address.emplace();
      return io.part("Service-level-AA server address", *v.server_address);
    case response:
      io.spare(4);
      io.bits("C2AR", 2, v.c2ar);
      return io.bits("SLAR", 2, v.slar);
    case payload_type: return io.octet("Service-level-AA payload type", v.payload_type);
    case payload: return io.rest("Service-level-AA payload", v.payload, 1);
    case service_status: io.spare(7); return io.bits("UAS", 1, v.uas);
    case pending: return;
  }
  io.rest("unknown parameter", v.other);
}

// The type's high bits tell the format (24.007 11.2.4): 8 to F type 1, 7 two octets of length, else one.
static bool half_octet(ServiceLevelAaParameter::Type v) { return static_cast<uint8_t>(v) & 0x80; }

void describe(Io& io, ServiceLevelAaParameter& v) {
  using Type = ServiceLevelAaParameter::Type;
  if (io.decoding()) {
    uint8_t octet = static_cast<uint8_t>(io.get(8));
    v.type = static_cast<Type>(octet & 0x80 ? octet & 0xf0 : octet);
    if (v.type == Type::pending) v.slapi = octet & 1;
    if (octet & 0x80 && v.type != Type::pending) v.other = {static_cast<uint8_t>(octet & 15)};
    if (octet & 0x80) return;  // type 1: the value is in the octet itself
  } else if (v.type == Type::pending && io.encoding()) {
    return io.put(8, 0xa0 | (v.slapi ? 1 : 0), "");
  } else if (half_octet(v.type) && io.encoding()) {
    return io.put(8, static_cast<uint8_t>(v.type) | (v.other.empty() ? 0u : v.other[0] & 15u), "");
  } else if (io.inventing()) {
    io.bits("Type", 8, v.type);
    if (v.type == Type::pending) return io.bits("", 1, v.slapi);
  } else {
    io.bits("Type", 8, v.type);
    if (v.type == Type::pending && io.printing()) return io.bits("SLAPI", 1, v.slapi);
  }
  io.sized(static_cast<uint8_t>(v.type) >> 4 == 7 ? 2 : 1, [&] { describe_value(io, v); });
}

void describe(Io& io, ServiceLevelAaContainer& v) { io.list("Service-level-AA parameter", v.parameters, 64); }

}  // namespace sen::nas
