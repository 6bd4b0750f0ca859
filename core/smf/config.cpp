#include "core/smf/config.h"

#include "core/smf/limits.h"

namespace sen::smf {

static IpAddress ip(std::string_view text) { return IpAddress::parse(text).value_or(IpAddress()); }
static IpPrefix prefix(std::string_view text) { return IpPrefix::parse(text).value_or(IpPrefix()); }

SmfConfig::SmfConfig()
    : pfcp_servers{{ip("127.0.0.4"), 8805}},
      upfs{{{ip("127.0.0.7"), 8805}, {}, {}}},
      gtpu_servers{{ip("127.0.0.4"), 2152}},
      sessions{{prefix("10.45.0.0/16"), ip("10.45.0.1"), {}}, {prefix("2001:db8:cafe::/48"), ip("2001:db8:cafe::1"), {}}},
      dns{ip("8.8.8.8"), ip("8.8.4.4"), ip("2001:4860:4860::8888"), ip("2001:4860:4860::8844")} {}

static void address_row(config::Section& s, std::string_view key, IpAddress& member, std::string_view sentence) {
  s.parsed(
      key, "IP address", member.empty() ? "" : member.text(),
      [&](std::string_view text) -> Status {
        SEN_ASSIGN(member, IpAddress::parse(text));
        return {};
      },
      sentence);
}

// Lists of texts that are parsed one by one; a bad one is a problem of the list's key.
template <class T, class Parse, class Show>
static void text_list(config::Section& s, std::string_view key, std::vector<T>& member, Parse parse, Show show, std::string_view sentence) {
  std::vector<std::string> texts;
  for (auto& item : member) texts.push_back(show(item));
  s.value(key, texts, sentence);
  if (s.listing() || !s.given(key)) return;
  member.clear();
  for (auto& text : texts) {
    Result<T> item = parse(text);
    if (item)
      member.push_back(std::move(*item));
    else
      s.problem(key, item.error().text);
  }
}

static void address_list(config::Section& s, std::string_view key, std::vector<IpAddress>& member, std::string_view sentence) {
  text_list(s, key, member, [](const std::string& t) { return IpAddress::parse(t); }, [](const IpAddress& a) { return a.text(); }, sentence);
}

static Result<Tac> parse_tac(const std::string& text) {
  if (text.empty() || text.size() > 8 || !all_digits(text)) return fail(Fault::invalid, "", "'{}' is not a TAC (0 to 16777215)", text);
  unsigned long value = std::stoul(text);
  if (value > 0xffffff) return fail(Fault::invalid, "", "'{}' is not a TAC (0 to 16777215)", text);
  return static_cast<Tac>(value);
}

static void servers(config::Section& s, std::vector<ServerConfig>& list, uint16_t port, std::string_view sentence) {
  s.list<ServerConfig>("server", list, sentence, [port](config::Section& row, ServerConfig& server) {
    if (server.port == 0) server.port = port;
    address_row(row, "address", server.address, "address to receive on");
    row.value("port", server.port, 1, 65535, "", "UDP port");
  });
}

static void upf_rows(config::Section& s, UpfConfig& upf) {
  if (upf.endpoint.port == 0) upf.endpoint.port = 8805;
  address_row(s, "address", upf.endpoint.address, "N4 address of the UPF");
  s.value("port", upf.endpoint.port, 1, 65535, "", "N4 port of the UPF");
  s.value("dnn", upf.dnns, "DNNs that this UPF serves; all when absent");
  text_list(s, "tac", upf.tacs, parse_tac, [](Tac t) { return std::to_string(t); }, "tracking areas that this UPF serves; all when absent");
}

static void pool_rows(config::Section& s, PoolConfig& pool) {
  s.parsed(
      "subnet", "prefix", pool.subnet.text(),
      [&](std::string_view text) -> Status {
        SEN_ASSIGN(pool.subnet, IpPrefix::parse(text));
        if (pool.subnet.address.is_v6() && pool.subnet.length > 64)
          return fail(Fault::invalid, "", "'{}' has no room for a /64 a session", text);
        return {};
      },
      "addresses for UEs: one IPv4 address or one IPv6 /64 a session");
  address_row(s, "gateway", pool.gateway, "address of the UPF in the subnet, never given to a UE");
  s.value("dnn", pool.dnn, "the DNN that this subnet is for; all without a subnet of their own when absent");
}

static void slice_rows(config::Section& s, SliceConfig& slice) {
  s.value("sst", slice.s_nssai.sst, 0, 255, "", "slice/service type");
  s.parsed(
      "sd", "six hexadecimal digits", "",
      [&](std::string_view text) -> Status {
        SEN_ASSIGN(auto octets, octets_from_hex<3>(text));
        slice.s_nssai.sd = static_cast<uint32_t>(octets[0]) << 16 | static_cast<uint32_t>(octets[1]) << 8 | octets[2];
        return {};
      },
      "slice differentiator");
  s.value("dnn", slice.dnns, "DNNs of this slice; all when absent");
}

static void time_rows(config::Section& s, TimeConfig& time) {
  s.value("t3591", time.t3591_ms, 100, 600000, "ms", "retransmission of a session modification command");
  s.value("t3592", time.t3592_ms, 100, 600000, "ms", "retransmission of a session release command");
  s.value("rq_timer", time.rq_timer_s, 0, 11160, "s", "reflective QoS timer for UEs that support it; 0: none");
  s.section("pfcp", "timers towards the UPFs", [&](config::Section& p) {
    p.value("t1", time.n4_t1_ms, 10, 60000, "ms", "wait before a request is sent again");
    p.value("n1", time.n4_n1, 0, 20, "", "how often a request is sent again");
    p.value("heartbeat", time.n4_heartbeat_ms, 100, 600000, "ms", "between heartbeats");
    p.value("association", time.n4_association_ms, 100, 600000, "ms", "between attempts to associate");
  });
}

void describe(config::Section& s, SmfConfig& c) {
  s.value("instance_id", c.instance_id, "NF instance, told to the UDM");
  s.section("pfcp", "N4", [&](config::Section& pfcp) {
    servers(pfcp, c.pfcp_servers, 8805, "where PFCP is received");
    pfcp.section("client", "peers", [&](config::Section& client) {
      client.list<UpfConfig>("upf", c.upfs, "the UPFs", upf_rows);
      if (c.upfs.size() > limit::upfs) client.problem("upf", fmt::format("{} UPFs; at most {}", c.upfs.size(), limit::upfs));
    });
  });
  s.section("gtpu", "N4-u: router advertisements", [&](config::Section& gtpu) { servers(gtpu, c.gtpu_servers, 2152, "where GTP-U is received"); });
  s.list<PoolConfig>("session", c.sessions, "address pools", pool_rows);
  if (c.sessions.size() > limit::pools) s.problem("session", fmt::format("{} subnets; at most {}", c.sessions.size(), limit::pools));
  address_list(s, "dns", c.dns, "DNS servers for UEs, IPv4 and IPv6");
  address_list(s, "p-cscf", c.p_cscf, "P-CSCFs for UEs that ask, IPv4 and IPv6");
  s.value("mtu", c.mtu, 1280, 9000, "octets", "MTU told to UEs");
  s.value("always_on", c.always_on, "grant always-on sessions to UEs that ask");
  s.list<SliceConfig>("info", c.slices, "slices and their DNNs that this SMF serves; all when absent", slice_rows);
  c.security_indication.given = s.listing() || s.given("security_indication");
  s.section("security_indication", "user plane security that the gNB is told", [&](config::Section& i) {
    i.choice("integrity_protection_indication", c.security_indication.integrity, {"required", "preferred", "not_needed"}, "integrity protection");
    i.choice("confidentiality_protection_indication", c.security_indication.confidentiality, {"required", "preferred", "not_needed"}, "ciphering");
  });
  if (s.listing()) c.security_indication.given = false;
  s.section("usage", "when the UPF reports usage", [&](config::Section& u) {
    u.value("volume", c.usage_volume_mib, 1, 1 << 20, "MiB", "after this volume");
    u.value("time", c.usage_time_s, 1, 1 << 24, "s", "after this time of use");
  });
  s.section("time", "timers", [&](config::Section& t) { time_rows(t, c.time); });
}

}  // namespace sen::smf
