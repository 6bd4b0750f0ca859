#include "core/upf/config.h"

namespace sen::upf {

UpfConfig::UpfConfig()
    : pfcp_server{{IpAddress(Octets<4>{127, 0, 0, 7}), 8805}},
      gtpu_server{{IpAddress(Octets<4>{127, 0, 0, 7}), 2152, {}}},
      session{{IpPrefix{IpAddress(Octets<4>{10, 45, 0, 0}), 16}, IpAddress(Octets<4>{10, 45, 0, 1})},
              {IpPrefix{IpAddress(Octets<16>{0x20, 0x01, 0x0d, 0xb8, 0xca, 0xfe}), 48},
               IpAddress(Octets<16>{0x20, 0x01, 0x0d, 0xb8, 0xca, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})}} {}

static IpAddress first(const std::vector<UpfConfig::Gtpu>& servers, bool v4) {
  for (const auto& server : servers) {
    const IpAddress& address = server.advertise.empty() ? server.address : server.advertise;
    if (!address.empty() && address.is_v4() == v4) return address;
  }
  return {};
}

IpAddress UpfConfig::tunnel_v4() const { return first(gtpu_server, true); }
IpAddress UpfConfig::tunnel_v6() const { return first(gtpu_server, false); }

uint32_t UpfConfig::max_inner() const {
  uint32_t ip = tunnel_v6().empty() ? 20 : 40;
  return std::min<uint32_t>(gtpu_mtu - ip - 8 - 16, 65000);
}

static void address_row(config::Section& s, std::string_view key, IpAddress& member, std::string_view sentence) {
  s.parsed(
      key, "IP address", member.empty() ? "" : member.text(),
      [&member](std::string_view text) -> Status {
        SEN_ASSIGN(member, IpAddress::parse(text));
        return {};
      },
      sentence);
}

static void server_rows(config::Section& s, UpfConfig::Server& server) {
  if (server.port == 0) server.port = 8805;
  address_row(s, "address", server.address, "Address.");
  s.value("port", server.port, 1, 65535, "", "UDP port.");
}

static void subnet_rows(config::Section& s, UpfConfig::Subnet& subnet) {
  s.parsed(
      "subnet", "prefix", subnet.subnet.address.empty() ? "" : subnet.subnet.text(),
      [&subnet](std::string_view text) -> Status {
        SEN_ASSIGN(subnet.subnet, IpPrefix::parse(text));
        return {};
      },
      "Addresses of the UEs; IPv6 sessions get a /64 of it.");
  address_row(s, "gateway", subnet.gateway, "The UPF's own address on N6.");
  s.value("dnn", subnet.dnn, "Data network name.");
  s.value("dev", subnet.dev, "Name of the TUN device.");
  if (!s.listing() && subnet.subnet.address.empty()) s.problem("subnet", "is missing: a session entry needs the addresses of its UEs");
}

void describe(config::Section& section, UpfConfig& config) {
  section.section("pfcp", "N4 towards the SMF.", [&](config::Section& s) {
    s.list<UpfConfig::Server>("server", config.pfcp_server, "Where PFCP is received.", server_rows);
    s.section("client", "PFCP peers.", [&](config::Section& c) {
      c.list<UpfConfig::Server>("smf", config.pfcp_smf, "SMFs that the UPF contacts itself.", server_rows);
    });
    s.value("heartbeat", config.heartbeat_s, 1, 3600, "s", "Interval of heartbeat requests.");
    s.value("response_time", config.response_ms, 100, 60000, "ms", "T1: how long a response is awaited.");
    s.value("retries", config.retries, 0, 20, "", "N1: how often a request is repeated.");
  });
  section.section("gtpu", "N3 towards the gNB.", [&](config::Section& s) {
    s.list<UpfConfig::Gtpu>("server", config.gtpu_server, "Where GTP-U is received.", [](config::Section& g, UpfConfig::Gtpu& server) {
      address_row(g, "address", server.address, "Address.");
      g.value("port", server.port, 1, 65535, "", "UDP port.");
      address_row(g, "advertise", server.advertise, "Address told to the gNB, where it differs (behind NAT).");
    });
    s.value("mtu", config.gtpu_mtu, 1280, 9600, "octets", "MTU of the N3 link.");
  });
  section.list<UpfConfig::Subnet>("session", config.session, "Subnets of the UEs.", subnet_rows);
  section.choice("n6", config.n6, {"auto", "tun", "builtin"},
                 "What lies behind N6: a TUN device (root), the built-in data network, or whichever is possible.");
  section.value("mtu", config.mtu, 1280, 9000, "octets", "MTU of N6 and of the UE.");
  section.value("max_sessions", config.max_sessions, 1, 1 << 20, "", "Sessions that are accepted at most.");
  section.value("packets", config.packets, 64, 1 << 22, "", "Packet buffers of the UPF.");
  section.value("buffered_packets", config.buffered_packets, 0, 255, "", "Downlink packets kept for one idle session at most.");
}

}  // namespace sen::upf
