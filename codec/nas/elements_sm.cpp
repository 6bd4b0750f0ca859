// Elements of TS 24.501 9.11.4.
#include <algorithm>

#include "codec/nas/table.h"

namespace sen::nas {

// ---- small values -----------------------------------------------------------------------------------------------------------------

void describe(Io& io, PduSessionType& v) {
  io.spare(1);
  io.bits("", 3, v.kind);
}
void describe(Io& io, SscMode& v) {
  io.spare(1);
  io.bits("", 3, v.mode);
}
void describe(Io& io, IntegrityDataRate& v) {
  io.octet("uplink", v.uplink);
  io.octet("downlink", v.downlink);
}
void describe(Io& io, SmCapability& v) {
  io.window_size(v.octets, 1, 2);
  io.bits("TPMIC", 1, v.tpmic);
  io.bits("ATSSS-ST", 4, v.atsss_st);
  io.bits("EPT-S1", 1, v.ept_s1);
  io.bits("MH6-PDU", 1, v.mh6_pdu);
  io.bits("RqoS", 1, v.rqos);
  if (v.octets < 2) return;
  io.spare(7);
  io.bits("APMQF", 1, v.apmqf);
  io.spare((v.octets - 2u) * 8);
}
void describe(Io& io, MaximumPacketFilters& v) {
  if (io.inventing()) {
    v.number = static_cast<uint16_t>(io.random().between(17, 1024));
    return;
  }
  io.bits("", 11, v.number);
  io.spare(5);
}
void describe(Io& io, AlwaysOn& v) {
  io.spare(3);
  io.bits("", 1, v.on);
}
void describe(Io& io, DnRequestContainer& v) { io.rest_text("DN-specific identity", v.identity, 1); }
void describe(Io& io, AllowedSscMode& v) {
  io.spare(1);
  io.bits("SSC mode 3", 1, v.ssc3);
  io.bits("SSC mode 2", 1, v.ssc2);
  io.bits("SSC mode 1", 1, v.ssc1);
}
void describe(Io& io, EthernetHeaderCompression& v) {
  io.spare(6);
  io.bits("CID Length", 2, v.cid_length);
}
void describe(Io& io, DsTtMac& v) { io.octets("", v.address); }
void describe(Io& io, DsTtResidenceTime& v) { io.bits("", 64, v.value); }
void describe(Io& io, PduSessionPairId& v) { io.octet("", v.value); }
void describe(Io& io, Rsn& v) { io.octet("", v.value); }
void describe(Io& io, SmNetworkFeatureSupport& v) {
  io.window_size(v.octets, 1, 1);
  io.spare(7);
  io.bits("EPT-S1", 1, v.ept_s1);
  io.spare((v.octets - 1u) * 8);
}
void describe(Io& io, ServingPlmnRateControl& v) { io.bits("", 16, v.value); }
void describe(Io& io, ControlPlaneOnly& v) {
  io.spare(3);
  io.bits("CPOI", 1, v.only);
}
void describe(Io& io, CongestionReattempt& v) {
  io.spare(6);
  io.bits("CATBO", 1, v.catbo);
  io.bits("ABO", 1, v.abo);
}
void describe(Io& io, Reattempt& v) {
  io.spare(6);
  io.bits("EPLMNC", 1, v.eplmnc);
  io.bits("RATC", 1, v.ratc);
}
void describe(Io& io, IpHeaderCompression& v) {
  static constexpr const char* names[8] = {nullptr, "P0x0104", "P0x0103", "P0x0102", "P0x0006", "P0x0004", "P0x0003", "P0x0002"};
  io.flags(v.profiles, names);
  io.bits("MAX_CID", 16, v.max_cid);
  io.maybe(!io.inventing() && io.more(v.parameters_type.has_value()), v.parameters_type, [&](uint8_t& type) {
    io.octet("Additional header compression context setup parameters type", type);
    io.rest("Additional header compression context setup parameters container", v.parameters);
  });
}

// ---- rates ------------------------------------------------------------------------------------------------------------------------

uint64_t bps_of(uint8_t unit, uint16_t value) {
  if (unit == 0 || value == 0) return 0;
  static constexpr uint64_t steps[5] = {1, 4, 16, 64, 256};
  unsigned index = std::min<unsigned>(unit, 25) - 1;
  uint64_t bps = steps[index % 5];
  for (unsigned i = 0; i <= index / 5; ++i) bps *= 1000;
  return bps > UINT64_MAX / value ? UINT64_MAX : bps * value;
}

std::pair<uint8_t, uint16_t> unit_of(uint64_t bps) {
  if (bps == 0) return {1, 0};
  // An exact form, in units of kbit/s, Mbit/s, ... where one fits; else the finest unit, rounded up.
  for (unsigned step : {5u, 1u}) {
    for (unsigned unit = 1; unit <= 25; unit += step) {
      uint64_t one = bps_of(static_cast<uint8_t>(unit), 1);
      if (bps % one == 0 && bps / one <= 0xffff) return {static_cast<uint8_t>(unit), static_cast<uint16_t>(bps / one)};
    }
  }
  for (unsigned unit = 1; unit <= 25; ++unit) {
    uint64_t one = bps_of(static_cast<uint8_t>(unit), 1);
    if (bps / one < 0xffff) return {static_cast<uint8_t>(unit), static_cast<uint16_t>(bps / one + 1)};
  }
  return {25, 0xffff};
}

SessionAmbr SessionAmbr::from_bps(uint64_t downlink_bps, uint64_t uplink_bps) {
  auto [down_unit, down] = unit_of(downlink_bps);
  auto [up_unit, up] = unit_of(uplink_bps);
  return {down_unit, down, up_unit, up};
}
uint64_t SessionAmbr::downlink_bps() const { return bps_of(downlink_unit, downlink); }
uint64_t SessionAmbr::uplink_bps() const { return bps_of(uplink_unit, uplink); }

static void describe_unit(Io& io, const char* name, uint8_t& unit) {
  if (io.inventing()) {
    unit = static_cast<uint8_t>(io.random().between(1, 25));
    return;
  }
  io.octet(name, unit);
}

void describe(Io& io, SessionAmbr& v) {
  describe_unit(io, "Unit for Session-AMBR for downlink", v.downlink_unit);
  io.bits("Session-AMBR for downlink", 16, v.downlink);
  describe_unit(io, "Unit for Session-AMBR for uplink", v.uplink_unit);
  io.bits("Session-AMBR for uplink", 16, v.uplink);
}

// ---- PDU address ------------------------------------------------------------------------------------------------------------------

void describe(Io& io, PduAddress& v) {
  bool si6lla = v.smf_link_local.has_value();
  io.spare(4);
  if (io.inventing()) {
    v.kind = static_cast<PduSessionKind>(io.random().between(1, 3));
    si6lla = v.kind != PduSessionKind::ipv4 && io.random().chance(0.5);
  } else {
    io.bits("SI6LLA", 1, si6lla);
    io.bits("PDU session type", 3, v.kind);
  }
  bool four = v.kind == PduSessionKind::ipv4 || v.kind == PduSessionKind::ipv4v6;
  bool six = v.kind == PduSessionKind::ipv6 || v.kind == PduSessionKind::ipv4v6;
  if (!four && !six) return io.fail(Fault::invalid, "PDU session type", "has no address");
  if (six) io.octets("Interface identifier", v.interface_id);
  if (four) io.address("IPv4 address", v.ipv4);
  io.maybe(si6lla, v.smf_link_local, [&](Octets<16>& address) { io.address("SMF's IPv6 link local address", address); });
}

// ---- QoS rules --------------------------------------------------------------------------------------------------------------------

const char* name_of(PacketFilterComponent::Type v) {
  using enum PacketFilterComponent::Type;
  switch (v) {
    case match_all: return "Match-all type";
    case ipv4_remote: return "IPv4 remote address type";
    case ipv4_local: return "IPv4 local address type";
    case ipv6_remote: return "IPv6 remote address/prefix length type";
    case ipv6_local: return "IPv6 local address/prefix length type";
    case protocol: return "Protocol identifier/Next header type";
    case local_port: return "Single local port type";
    case local_port_range: return "Local port range type";
    case remote_port: return "Single remote port type";
    case remote_port_range: return "Remote port range type";
    case security_parameter_index: return "Security parameter index type";
    case traffic_class: return "Type of service/Traffic class type";
    case flow_label: return "Flow label type";
    case destination_mac: return "Destination MAC address type";
    case source_mac: return "Source MAC address type";
    case c_tag_vid: return "802.1Q C-TAG VID type";
    case s_tag_vid: return "802.1Q S-TAG VID type";
    case c_tag_pcp_dei: return "802.1Q C-TAG PCP/DEI type";
    case s_tag_pcp_dei: return "802.1Q S-TAG PCP/DEI type";
    case ethertype: return "Ethertype type";
    case destination_mac_range: return "Destination MAC address range type";
    case source_mac_range: return "Source MAC address range type";
  }
  return nullptr;
}

static void describe_ethernet(Io& io, PacketFilterComponent& v) {
  using enum PacketFilterComponent::Type;
  switch (v.type) {
    case destination_mac:
    case source_mac: return io.octets("MAC address", v.mac);
    case c_tag_vid:
    case s_tag_vid: io.spare(4); return io.bits("VID", 12, v.vid);
    case c_tag_pcp_dei:
    case s_tag_pcp_dei:
      io.spare(4);
      io.bits("PCP", 3, v.pcp);
      return io.bits("DEI", 1, v.dei);
    case ethertype: return io.bits("Ethertype", 16, v.ethertype);
    case destination_mac_range:
    case source_mac_range: io.octets("MAC address range low limit", v.mac); return io.octets("MAC address range high limit", v.mac_high);
    default: io.fail(Fault::invalid, "Packet filter component type", "is reserved");
  }
}

void describe(Io& io, PacketFilterComponent& v) {
  using enum PacketFilterComponent::Type;
  io.octet("Packet filter component type", v.type);
  switch (v.type) {
    case match_all: return;
    case ipv4_remote:
    case ipv4_local: io.address("IPv4 address", v.ipv4); return io.address("IPv4 address mask", v.ipv4_mask);
    case ipv6_remote:
    case ipv6_local: io.address("IPv6 address", v.ipv6); return io.octet("IPv6 prefix length", v.prefix_length);
    case protocol: return io.octet("Protocol identifier/Next header", v.protocol);
    case local_port:
    case remote_port: return io.bits("Port number", 16, v.port);
    case local_port_range:
    case remote_port_range: io.bits("Port range low limit", 16, v.port); return io.bits("Port range high limit", 16, v.port_high);
    case security_parameter_index: return io.bits("Security parameter index", 32, v.spi);
    case traffic_class:
      io.octet("Type of service/Traffic class value", v.traffic_class);
      return io.octet("Type of service/Traffic class mask", v.traffic_class_mask);
    case flow_label: io.spare(4); return io.bits("Flow label", 20, v.flow_label);
    default: describe_ethernet(io, v);
  }
}

static constexpr size_t max_components = 64;

static void describe_filter(Io& io, PacketFilter& v, bool only_id) {
  if (only_id) {
    io.spare(4);
    return io.bits("Packet filter identifier", 4, v.id);
  }
  io.spare(2);
  if (io.inventing()) {
    v.direction = static_cast<uint8_t>(io.random().between(1, 3));
  } else {
    io.bits("Packet filter direction", 2, v.direction);
  }
  io.bits("Packet filter identifier", 4, v.id);
  io.sized(1, [&] { io.list("Packet filter component", v.components, max_components); });
}

void describe(Io& io, PacketFilter& v) { describe_filter(io, v, false); }

const char* name_of(QosRule::Operation v) {
  using enum QosRule::Operation;
  switch (v) {
    case create: return "Create new QoS rule";
    case remove: return "Delete existing QoS rule";
    case add_filters: return "Modify existing QoS rule and add packet filters";
    case replace_filters: return "Modify existing QoS rule and replace all packet filters";
    case delete_filters: return "Modify existing QoS rule and delete packet filters";
    case modify: return "Modify existing QoS rule without modifying packet filters";
  }
  return nullptr;
}

void describe(Io& io, QosRule& v) {
  using enum QosRule::Operation;
  io.octet("QoS rule identifier", v.id);
  io.sized(2, [&] {
    io.bits("Rule operation code", 3, v.operation);
    io.bits("DQR", 1, v.is_default);
    if (io.inventing() && (v.operation == remove || v.operation == modify)) {
      v.filters.clear();
    } else {
      io.count(4, v.filters, 0);
    }
    io.items("Packet filter", v.filters, [&](PacketFilter& filter) { describe_filter(io, filter, v.operation == delete_filters); });
    bool flow = io.inventing() ? v.operation != remove : io.more(v.flow.has_value());
    io.maybe(flow, v.flow, [&](QosRule::Flow& f) {
      io.octet("QoS rule precedence", f.precedence);
      io.spare(1);
      io.bits("Segregation", 1, f.segregation);
      io.bits("QoS flow identifier", 6, f.qfi);
    });
  });
}
void describe(Io& io, QosRules& v) { io.list("QoS rule", v.rules, 256); }

static const char* name_of(QosFlowParameter::Type v) {
  using enum QosFlowParameter::Type;
  switch (v) {
    case five_qi: return "5QI";
    case gfbr_uplink: return "GFBR uplink";
    case gfbr_downlink: return "GFBR downlink";
    case mfbr_uplink: return "MFBR uplink";
    case mfbr_downlink: return "MFBR downlink";
    case averaging_window: return "Averaging window";
    case eps_bearer: return "EPS bearer identity";
  }
  return nullptr;
}

void describe(Io& io, QosFlowParameter& v) {
  using enum QosFlowParameter::Type;
  io.octet("Parameter identifier", v.type);
  io.sized(1, [&] {
    switch (v.type) {
      case five_qi: return io.bits("5QI", 8, v.value);
      case gfbr_uplink:
      case gfbr_downlink:
      case mfbr_uplink:
      case mfbr_downlink: describe_unit(io, "Unit", v.unit); return io.bits("Value", 16, v.value);
      case averaging_window: return io.bits("Averaging window", 16, v.value);
      case eps_bearer: io.bits("EPS bearer identity", 4, v.value); return io.spare(4);
    }
    io.rest("Parameter contents", v.other);
  });
}

const char* name_of(QosFlowDescription::Operation v) {
  using enum QosFlowDescription::Operation;
  switch (v) {
    case create: return "Create new QoS flow description";
    case remove: return "Delete existing QoS flow description";
    case modify: return "Modify existing QoS flow description";
  }
  return nullptr;
}

void describe(Io& io, QosFlowDescription& v) {
  using enum QosFlowDescription::Operation;
  io.spare(2);
  io.bits("QFI", 6, v.qfi);
  io.bits("Operation code", 3, v.operation);
  io.spare(5);
  io.spare(1);
  if (io.inventing()) {
    v.e = v.operation == create || (v.operation == modify && io.random().chance(0.5));
  } else {
    io.bits("E", 1, v.e);
  }
  if (io.inventing() && v.operation == remove) {
    v.parameters.clear();
  } else {
    io.count(6, v.parameters);
  }
  io.items("Parameter", v.parameters);
}
void describe(Io& io, QosFlowDescriptions& v) { io.list("QoS flow description", v.flows, 64); }

// ---- mapped EPS bearers -------------------------------------------------------------------------------------------------------------

void describe(Io& io, TrafficFlowTemplate& v) {
  if (io.inventing()) {
    v.operation = 1;
    v.e = false;
  } else {
    io.bits("TFT operation code", 3, v.operation);
    io.bits("E bit", 1, v.e);
  }
  io.count(4, v.filters, io.inventing() ? 1 : 0);
  io.items("Packet filter", v.filters, [&](TrafficFlowTemplate::Filter& filter) {
    if (v.operation == 5) {
      io.spare(4);
      return io.bits("Packet filter identifier", 4, filter.id);
    }
    io.spare(2);
    if (io.inventing()) {
      filter.direction = 3;
    } else {
      io.bits("Packet filter direction", 2, filter.direction);
    }
    io.bits("Packet filter identifier", 4, filter.id);
    io.octet("Packet filter evaluation precedence", filter.precedence);
    io.sized(1, [&] {
      if (!io.inventing()) return io.list("Packet filter component", filter.components, max_components);
      filter.components = {{.type = PacketFilterComponent::Type::protocol, .protocol = 17}};
    });
  });
  if (!v.e) return;
  io.list("Parameter", v.parameters, 64, [&](TrafficFlowTemplate::Parameter& parameter) {
    io.octet("Parameter identifier", parameter.id);
    io.sized(1, [&] { io.rest("Parameter contents", parameter.value); });
  });
}

static const char* name_of(EpsParameter::Type v) {
  using enum EpsParameter::Type;
  switch (v) {
    case qos: return "Mapped EPS QoS parameters";
    case extended_qos: return "Mapped extended EPS QoS parameters";
    case tft: return "Traffic flow template";
    case apn_ambr: return "APN-AMBR";
    case extended_apn_ambr: return "Extended APN-AMBR";
  }
  return nullptr;
}

static void describe_value(Io& io, EpsParameter& v) {
  using enum EpsParameter::Type;
  switch (v.type) {
    case qos:
      io.octet("QCI", v.qci);
      if (io.inventing()) {
        v.rates = io.random().bytes(4 * io.random().between(0, 3));
        for (auto& rate : v.rates) rate = static_cast<uint8_t>(rate % 74 + 1);
        return;
      }
      return io.rest("Bit rates", v.rates);
    case extended_qos:
      describe_unit(io, "Unit for maximum bit rate", v.maximum_unit);
      io.bits("Maximum bit rate for uplink", 16, v.maximum_uplink);
      io.bits("Maximum bit rate for downlink", 16, v.maximum_downlink);
      describe_unit(io, "Unit for guaranteed bit rate", v.guaranteed_unit);
      io.bits("Guaranteed bit rate for uplink", 16, v.guaranteed_uplink);
      return io.bits("Guaranteed bit rate for downlink", 16, v.guaranteed_downlink);
    case tft:
      if (!v.tft.has_value()) v.tft.emplace();
      return describe(io, *v.tft);
    case apn_ambr:
      if (io.inventing()) {
        v.rates = {0x3f, 0x7f};
        return;
      }
      return io.rest("APN-AMBR for downlink and uplink", v.rates, 2);
    case extended_apn_ambr: return describe(io, v.ambr);
  }
  io.rest("EPS parameter contents", v.other);
}

void describe(Io& io, EpsParameter& v) {
  io.octet("EPS parameter identity", v.type);
  io.sized(1, [&] { describe_value(io, v); });
}

void describe(Io& io, MappedEpsBearer& v) {
  if (io.inventing()) v.ebi = static_cast<uint8_t>(io.random().between(1, 15));
  if (!io.inventing()) io.bits("EPS bearer identity", 4, v.ebi);
  io.spare(4);
  io.sized(2, [&] {
    if (io.inventing()) {
      v.operation = static_cast<uint8_t>(io.random().between(1, 3));
      v.e = v.operation != 2;
    } else {
      io.bits("Operation code", 2, v.operation);
      io.spare(1);
      io.bits("E bit", 1, v.e);
    }
    if (v.operation != 2 || !io.inventing()) io.count(4, v.parameters);
    io.items("EPS parameter", v.parameters);
  });
}
void describe(Io& io, MappedEpsBearers& v) { io.list("Mapped EPS bearer context", v.bearers, 16); }

// ---- protocol configuration options -------------------------------------------------------------------------------------------------

static const char* pco_name(uint16_t id, Direction direction) {
  bool request = direction == Direction::uplink;
  switch (id) {
    case 0x0001: return request ? "P-CSCF IPv6 Address Request" : "P-CSCF IPv6 Address";
    case 0x0002: return "IM CN Subsystem Signaling Flag";
    case 0x0003: return request ? "DNS Server IPv6 Address Request" : "DNS Server IPv6 Address";
    case 0x0005: return request ? "MS Support of Network Requested Bearer Control indicator" : "Selected Bearer Control Mode";
    case 0x000a: return "IP address allocation via NAS signalling";
    case 0x000b: return "IPv4 address allocation via DHCPv4";
    case 0x000c: return request ? "P-CSCF IPv4 Address Request" : "P-CSCF IPv4 Address";
    case 0x000d: return request ? "DNS Server IPv4 Address Request" : "DNS Server IPv4 Address";
    case 0x000e: return request ? "MSISDN Request" : "MSISDN";
    case 0x0010: return request ? "IPv4 Link MTU Request" : "IPv4 Link MTU";
    case 0x0011: return "Local address in TFT indicator";
    case 0x0012: return "P-CSCF Re-selection support";
    case 0x0015: return request ? "Non-IP Link MTU Request" : "Non-IP Link MTU";
    case 0x0016: return "APN rate control";
    case 0x0017: return "3GPP PS data off";
    case 0x0018: return "Reliable Data Service";
    case 0x001a: return "PDU session ID";
    case 0x001b: return "S-NSSAI";
    case 0x001c: return "QoS rules";
    case 0x001d: return "Session-AMBR";
    case 0x001e: return "PDU session address lifetime";
    case 0x001f: return "QoS flow descriptions";
    case 0x0020: return request ? "Ethernet Frame Payload MTU Request" : "Ethernet Frame Payload MTU";
    case 0x0021: return request ? "Unstructured Link MTU Request" : "Unstructured Link MTU";
    case 0x0022: return "5GSM cause value";
    case 0x0023: return "QoS rules with the length of two octets";
    case 0x0024: return "QoS flow descriptions with the length of two octets";
    case 0x0030: return "ATSSS";
    case 0x0041: return "Service-level-AA container with the length of two octets";
    case 0x8021: return "Internet Protocol Control Protocol";
    case 0xc021: return "Link Control Protocol";
    case 0xc023: return "Password Authentication Protocol";
    case 0xc223: return "Challenge Handshake Authentication Protocol";
    default: return "";
  }
}

// Containers whose length takes two octets: from the network, those named "with the length of two octets"; 0x0041 both ways.
static unsigned pco_length_octets(uint16_t id, Direction direction) {
  if (id == 0x0041) return 2;
  bool two = id == 0x0023 || id == 0x0024 || id == 0x0030 || id == 0x0031 || id == 0x0032;
  return two && direction == Direction::downlink ? 2 : 1;
}

static void describe_value(Io& io, PcoOption& v) {
  size_t n = io.left();
  auto has = [&](bool present, size_t octets) {
    return io.decoding() ? n == octets : io.inventing() ? io.direction == Direction::downlink : present;
  };
  switch (v.id) {
    case PcoOption::p_cscf_ipv4:
    case PcoOption::dns_ipv4: io.maybe(has(v.ipv4.has_value(), 4), v.ipv4, [&](Octets<4>& a) { io.address("IPv4 address", a); }); break;
    case PcoOption::p_cscf_ipv6:
    case PcoOption::dns_ipv6: io.maybe(has(v.ipv6.has_value(), 16), v.ipv6, [&](Octets<16>& a) { io.address("IPv6 address", a); }); break;
    case PcoOption::ipv4_mtu:
    case PcoOption::non_ip_mtu:
    case PcoOption::ethernet_mtu:
    case PcoOption::unstructured_mtu: io.maybe(has(v.mtu.has_value(), 2), v.mtu, [&](uint16_t& mtu) { io.bits("MTU", 16, mtu); }); break;
    case PcoOption::pdu_session_id:
    case PcoOption::bearer_control:
      io.maybe(has(v.number.has_value(), 1), v.number, [&](uint8_t& number) { io.octet("value", number); });
      break;
    default: break;
  }
  if (io.inventing() || (io.printing() && v.value.empty())) return;
  io.rest("contents", v.value);
}

void describe(Io& io, PcoOption& v) {
  if (io.inventing()) {
    static constexpr uint16_t ids[] = {0x0001, 0x0003, 0x000a, 0x000c, 0x000d, 0x0010};
    v.id = ids[io.random().between(0, std::size(ids) - 1)];
  } else if (io.printing()) {
    io.tree().leaf("Container ID", fmt::format("{:#06x} {}", v.id, pco_name(v.id, io.direction)));
  } else {
    io.bits("Container ID", 16, v.id);
  }
  io.sized(pco_length_octets(v.id, io.direction), [&] { describe_value(io, v); });
}

void describe(Io& io, ExtendedPco& v) {
  io.fixed(1, 1);
  io.spare(4);
  if (!io.inventing()) io.bits("Configuration protocol", 3, v.protocol);
  io.list("Container", v.options, 256);
}

const PcoOption* ExtendedPco::find(uint16_t id) const {
  for (const auto& option : options) {
    if (option.id == id) return &option;
  }
  return nullptr;
}

// ---- multicast, ATSSS, relays -----------------------------------------------------------------------------------------------------

void describe(Io& io, Tmgi& v) {
  io.sized(1, [&] {
    io.bits("MBMS Service ID", 24, v.service);
    io.maybe(io.more(v.plmn.has_value()), v.plmn, [&](Plmn& plmn) { describe(io, plmn); });
  });
}

static void describe_multicast(Io& io, MulticastAddress& v, bool six) {
  for (auto* address : {&v.source, &v.destination}) {
    const char* name = address == &v.source ? "Source IP address" : "Destination IP address";
    if (six) {
      io.octets(name, *address);
    } else {
      Octets<4> four{(*address)[0], (*address)[1], (*address)[2], (*address)[3]};
      io.octets(name, four);
      std::copy(four.begin(), four.end(), address->begin());
    }
  }
}
void describe(Io& io, MulticastAddress& v) { describe_multicast(io, v, true); }

void describe(Io& io, RequestedMbs& v) {
  io.spare(4);
  if (io.inventing()) {
    v.operation = static_cast<uint8_t>(io.random().between(1, 2));
    v.type = static_cast<uint8_t>(io.random().between(1, 3));
  } else {
    io.bits("MBS operation", 2, v.operation);
    io.bits("Type of multicast MBS session ID", 2, v.type);
  }
  if (v.type == 0) return io.fail(Fault::invalid, "Type of multicast MBS session ID", "is reserved");
  if (v.type == 1) return io.part("TMGI", v.tmgi);
  describe_multicast(io, v.address, v.type == 3);
}
void describe(Io& io, RequestedMbsContainer& v) { io.list("MBS session", v.sessions, 64); }

void describe(Io& io, MbsKeySet& v) {
  bool mtk = v.mtk.has_value();
  io.spare(7);
  io.bits("MTK indication", 1, mtk);
  io.bits("Key domain ID", 24, v.domain);
  io.bits("MSK ID", 32, v.msk_id);
  io.octets("MSK", v.msk);
  io.maybe(mtk, v.mtk, [&](MbsKeySet::Mtk& key) {
    io.bits("MTK ID", 16, key.id);
    io.octets("Encrypted MTK", key.key);
  });
}
void describe(Io& io, NrCgi& v) {
  io.bits("NR Cell ID", 36, v.cell);
  io.spare(4);
  describe(io, v.plmn);
}

void describe(Io& io, ReceivedMbs& v) {
  uint8_t area = static_cast<uint8_t>((v.tais ? 1 : 0) | (v.cells ? 2 : 0));
  uint8_t timers = v.start_time ? 1 : v.back_off ? 2 : 0;
  bool six = v.ipv6.value_or(false), address = v.ipv6.has_value(), security = v.security.has_value();
  io.bits("Rejection cause", 3, v.rejection);
  io.bits("MSAI", 2, area);
  io.bits("MBS decision", 3, v.decision);
  io.spare(3);
  io.bits("IPAT", 1, six);
  io.bits("MSCI", 1, security);
  io.bits("MTI", 2, timers);
  io.bits("IPAE", 1, address);
  io.part("TMGI", v.tmgi);
  if (io.decoding() || io.inventing()) v.ipv6.reset();
  if (address && (io.decoding() || io.inventing())) v.ipv6 = six;
  if (address) describe_multicast(io, v.address, six);
  io.maybe(area & 1, v.tais, [&](TaiList& tais) { io.inside("MBS TAI list", [&] { io.sized(1, [&] { describe(io, tais); }); }); });
  io.maybe(area & 2, v.cells, [&](std::vector<NrCgi>& cells) { io.sized(1, [&] { io.list("NR CGI", cells, 64); }); });
  io.maybe(timers == 1, v.start_time, [&](uint64_t& time) { io.bits("MBS start time", 48, time); });
  io.maybe(timers == 2, v.back_off, [&](GprsTimer3& timer) { io.part("MBS back-off timer", timer); });
  io.maybe(security, v.security, [&](std::vector<MbsKeySet>& keys) {
    io.count(8, keys);
    io.items("MBS security keys set", keys);
  });
}
void describe(Io& io, ReceivedMbsContainer& v) { io.list("Received MBS information", v.sessions, 64); }

void describe(Io& io, AtsssContainer& v) {
  io.list("ATSSS parameter", v.parameters, 64, [&](AtsssContainer::Parameter& parameter) {
    if (io.inventing()) parameter.id = static_cast<uint8_t>(io.random().between(1, 3));
    if (!io.inventing()) io.octet("Parameter identifier", parameter.id);
    io.sized(2, [&] { io.rest("Parameter contents", parameter.contents); });
  });
}

void describe(Io& io, RemoteUe& v) {
  static constexpr size_t address_sizes[8] = {0, 4, 8, 0, 0, 6, 0, 0};
  io.sized(1, [&] {
    io.spare(4);
    if (io.inventing()) {
      v.string_64 = io.random().chance(0.5);
      v.identity = io.random().bytes(v.string_64 ? 8 : 5);
      v.protocol = static_cast<uint8_t>(io.random().between(0, 2));
    } else {
      io.bits("UE identity format", 1, v.string_64);
      io.bits("UE identity type", 3, v.identity_type);
      io.sized(1, [&] { io.rest("UE identity", v.identity); });
    }
    bool udp = v.udp.has_value(), tcp = v.tcp.has_value();
    if (io.decoding() && !io.more(false)) return;  // without the octet of the protocol: no address
    io.spare(3);
    io.bits("UPRI4I", 1, udp);
    io.bits("TPRI4I", 1, tcp);
    if (!io.inventing()) io.bits("Protocol used by remote UE", 3, v.protocol);
    if (io.encoding() && v.address.size() != address_sizes[v.protocol & 7])
      return io.fail(Fault::invalid, "Address information", "has not the protocol's length");
    if (address_sizes[v.protocol & 7]) io.exactly("Address information", v.address, address_sizes[v.protocol & 7]);
    auto range = [&](RemoteUe::Range& r) {
      io.bits("Low limit", 16, r.low);
      io.bits("High limit", 16, r.high);
    };
    io.maybe(udp, v.udp, [&](RemoteUe::Range& r) { io.inside("UDP port range", [&] { range(r); }); });
    io.maybe(tcp, v.tcp, [&](RemoteUe::Range& r) { io.inside("TCP port range", [&] { range(r); }); });
    io.maybe(io.more(v.hplmn.has_value()), v.hplmn, [&](Plmn& plmn) { io.inside("HPLMN ID", [&] { describe(io, plmn); }); });
  });
}
void describe(Io& io, RemoteUes& v) {
  io.count(8, v.ues, io.inventing() ? 1 : 0);
  io.items("Remote UE context", v.ues);
}

}  // namespace sen::nas
