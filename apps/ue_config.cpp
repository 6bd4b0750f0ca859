#include "apps/ue_config.h"

#include <algorithm>

namespace sen {

namespace {

void describe_usim(config::Section& s, UeProcessConfig& config) {
  s.value("imsi", config.first_imsi, "IMSI of the first UE, 6 to 15 digits; the others count up.");
  auto hex = [](crypto::Key128& member) {
    return [&member](std::string_view text) -> Status {
      SEN_ASSIGN(auto octets, octets_from_hex<16>(text));
      std::ranges::copy(octets, member.begin());
      return {};
    };
  };
  s.parsed("key", "32 hexadecimal digits", to_hex(config.key), hex(config.key), "K of every UE.");
  s.parsed("opc", "32 hexadecimal digits", to_hex(config.opc), hex(config.opc), "OPc of every UE.");
  auto plmn = [&](std::string_view text) -> Status {
    SEN_ASSIGN(config.home, Plmn::parse(text));
    return {};
  };
  s.parsed("plmn", "PLMN, as 99970 or 999/70", config.home.text(), plmn, "Home network.");
}

void describe_session(config::Section& s, UeProcessConfig& config) {
  s.value("dnn", config.dnn, "Data network name.");
  size_t type = static_cast<size_t>(config.session_type) - 1;
  s.choice("type", type, {"ipv4", "ipv6", "ipv4v6"}, "PDU session type.");
  config.session_type = static_cast<nas::PduSessionKind>(type + 1);
  s.value("sst", config.slice.sst, 0, 255, "", "Slice/service type.");
  uint32_t sd = config.slice.sd.value_or(0xffffff);
  s.value("sd", sd, 0, 0xffffff, "", "Slice differentiator; 16777215 (0xffffff): none.");
  config.slice.sd = sd == 0xffffff ? std::nullopt : std::optional(sd);
}

void describe_traffic(config::Section& s, UeProcessConfig& config) {
  auto address = [](IpAddress& member) {
    return [&member](std::string_view text) -> Status {
      SEN_ASSIGN(member, IpAddress::parse(text));
      return {};
    };
  };
  s.parsed("target", "IPv4 address", config.target_v4.text(), address(config.target_v4), "Pinged and sent to.");
  s.parsed("target_v6", "IPv6 address", config.target_v6.text(), address(config.target_v6), "The same over IPv6.");
  s.value("pings", config.pings, 0, 10000, "", "Pings of each UE and IP version.");
  s.value("seconds", config.traffic_s, 0, 86400, "s", "Duration of the transfer in each direction.");
  s.value("rate", config.rate_mbps, 0.001, 10000, "Mbit/s", "Rate of each UE and direction.");
}

}  // namespace

void describe(config::Section& section, UeProcessConfig& config) {
  if (config.target_v4.empty()) config.target_v4 = IpAddress(Octets<4>{10, 45, 0, 1});
  if (config.target_v6.empty()) config.target_v6 = IpAddress(Octets<16>{0x20, 0x01, 0x0d, 0xb8, 0xca, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  section.section("air", "The slot-level air.",
                  [&](config::Section& s) { s.value("path", config.air_path, "Unix socket of the gNB (its ru_air.path)."); });
  section.value("count", config.count, 1, 1000, "", "Number of UEs.");
  section.section("usim", "Subscribers.", [&](config::Section& s) { describe_usim(s, config); });
  section.section("session", "PDU session of each UE.", [&](config::Section& s) { describe_session(s, config); });
  section.section("tun", "A network interface for each UE (root).", [&](config::Section& s) {
    s.choice("mode", config.tun, {"auto", "on", "off"}, "auto: where it is possible.");
    s.value("name", config.tun_name, "Name of the devices, before the UE's number.");
    s.value("default_route", config.default_route, "Whether everything goes through it; for a UE in a network namespace of its own.");
  });
  section.section("traffic", "What `sen5g ue --scenario traffic` sends.", [&](config::Section& s) { describe_traffic(s, config); });
  section.section("log", "Log lines.", [&](config::Section& s) { describe(s, config.log); });
}

LoadedUeConfig load_ue_config(const ConfigOptions& options) {
  LoadedUeConfig out;
  const config::Node root = merge_files(options, out.problems);
  if (!out.problems.empty()) return out;
  out.problems = config::load(root, out.config);
  const auto& config = out.config;
  auto placed = [&](const std::string& path, const std::string& text) {
    const std::string place = config::place_of(root, path);
    out.problems.push_back({Fault::invalid, (place.empty() ? "" : place + " ") + path, text});
  };
  if (auto usim = ue::Usim::create(config.home, config.first_imsi, crypto::Milenage(config.key, config.opc)); !usim) {
    placed("usim.imsi", usim.error().text);
  }
  if (!config.target_v4.is_v4())
    placed("traffic.target", config.target_v4.text() + " is no IPv4 address");
  if (!config.target_v6.is_v6())
    placed("traffic.target_v6", config.target_v6.text() + " is no IPv6 address");
  return out;
}

}  // namespace sen
