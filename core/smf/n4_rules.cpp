#include "core/smf/detail/n4_rules.h"

#include <algorithm>

namespace sen::smf::detail {

static constexpr uint8_t choose_id_n3 = 5;
static constexpr uint8_t choose_id_forwarding = 6;
static constexpr uint32_t qer_session_ambr = 100;
static constexpr uint16_t forwarding_base = 200;
static constexpr uint32_t lowest_precedence = 65535, highest_precedence = 255;

static pfcp::FTeid f_teid(const Tunnel& tunnel, bool choose, std::optional<uint8_t> choose_id) {
  pfcp::FTeid out;
  if (choose) {
    out.choose = out.choose_v4 = out.choose_v6 = true;
    out.choose_id = choose_id;
    return out;
  }
  out.teid = tunnel.teid;
  if (!tunnel.v4.empty()) out.ipv4 = tunnel.v4.v4();
  if (!tunnel.v6.empty()) out.ipv6 = tunnel.v6.v6();
  return out;
}

static pfcp::UeIpAddress ue_address(const Session& s) {
  pfcp::UeIpAddress out;
  out.destination = true;
  if (s.has_v4()) out.ipv4 = s.ipv4.v4();
  if (s.has_v6()) out.ipv6 = s.ipv6_prefix.v6();
  return out;
}

static uint32_t qer_of(const QosFlow& flow) { return flow.qfi; }

// The flow's own QER first: it carries the QFI.
static std::vector<uint32_t> qers_of(const QosFlow& flow) {
  if (flow.gbr()) return {qer_of(flow)};
  return {qer_of(flow), qer_session_ambr};
}

static std::string ports_text(const PortRange& ports) {
  if (ports.any()) return "";
  return ports.low == ports.high ? fmt::format(" {}", ports.low) : fmt::format(" {}-{}", ports.low, ports.high);
}

// RFC 6733 4.3.1: seen from the network, "out" is towards the UE.
static std::string flow_description(const FlowFilter& filter) {
  std::string protocol = filter.protocol == 0 ? "ip" : std::to_string(filter.protocol);
  std::string remote = filter.remote.address.empty() ? "any" : filter.remote.text();
  return fmt::format("permit out {} from {}{} to assigned{}", protocol, remote, ports_text(filter.remote_ports), ports_text(filter.local_ports));
}

static pfcp::CreatePdr downlink_pdr(const Session& s, uint16_t id, uint32_t precedence) {
  pfcp::CreatePdr pdr;
  pdr.pdr_id = id;
  pdr.precedence = precedence;
  pdr.pdi.source_interface = pfcp::SourceInterface::core;
  pdr.pdi.network_instance = pfcp::NetworkInstance{.name = s.dnn};
  pdr.pdi.ue_ip_addresses = {ue_address(s)};
  pdr.pdi.tgpp_interface_type = pfcp::TgppInterfaceType::n6;
  pdr.far_id = far_access;
  pdr.urr_ids = {1};
  return pdr;
}

static pfcp::CreatePdr uplink_pdr(const Session& s, uint16_t id, uint32_t precedence, bool choose) {
  pfcp::CreatePdr pdr;
  pdr.pdr_id = id;
  pdr.precedence = precedence;
  pdr.pdi.source_interface = pfcp::SourceInterface::access;
  pdr.pdi.f_teid = f_teid(s.ul, choose, choose_id_n3);
  pdr.pdi.network_instance = pfcp::NetworkInstance{.name = s.dnn};
  pdr.pdi.tgpp_interface_type = pfcp::TgppInterfaceType::n3_3gpp;
  pdr.outer_header_removal = pfcp::OuterHeaderRemoval{.description = 6};
  pdr.far_id = far_core;
  return pdr;
}

static uint16_t downlink_pdr_id(const Session& s, const QosFlow& flow) {
  return flow.qfi == s.default_flow().qfi ? pdr_downlink : static_cast<uint16_t>(10 + 2 * flow.qfi);
}

// A flow whose filters are all for the uplink has no downlink packets: the default flow takes them.
static bool has_downlink(const QosFlow& flow) {
  return flow.filters.empty() || std::ranges::any_of(flow.filters, [](auto& f) { return f.direction & FlowFilter::downlink; });
}

static uint32_t precedence_of(const Session& s, const QosFlow& flow) {
  return flow.qfi == s.default_flow().qfi ? lowest_precedence : 1000u + flow.precedence;
}

static pfcp::CreatePdr flow_downlink_pdr(const Session& s, const QosFlow& flow) {
  auto pdr = downlink_pdr(s, downlink_pdr_id(s, flow), precedence_of(s, flow));
  pdr.qer_ids = qers_of(flow);
  for (auto& filter : flow.filters) {
    if (filter.direction & FlowFilter::downlink) pdr.pdi.sdf_filters.push_back({.flow_description = flow_description(filter)});
  }
  return pdr;
}

static void add_flow_pdrs(const Session& s, const QosFlow& flow, std::vector<pfcp::CreatePdr>& pdrs, bool choose) {
  if (has_downlink(flow)) pdrs.push_back(flow_downlink_pdr(s, flow));
  auto up = uplink_pdr(s, downlink_pdr_id(s, flow) + 1, precedence_of(s, flow), choose);
  up.qer_ids = qers_of(flow);
  up.urr_ids = {1};
  up.pdi.qfis = {pfcp::Qfi(flow.qfi)};
  pdrs.push_back(std::move(up));
}

static void add_router_pdrs(const Session& s, std::vector<pfcp::CreatePdr>& pdrs, bool choose) {
  pfcp::CreatePdr advertisement;
  advertisement.pdr_id = pdr_advertisement;
  advertisement.precedence = highest_precedence;
  advertisement.pdi.source_interface = pfcp::SourceInterface::cp_function;
  advertisement.pdi.f_teid = f_teid(s.cp, choose, std::nullopt);
  advertisement.outer_header_removal = pfcp::OuterHeaderRemoval{.description = 6};
  advertisement.far_id = far_access;
  advertisement.qer_ids = qers_of(s.default_flow());  // the QFI on N3
  pdrs.push_back(std::move(advertisement));
  auto solicitation = uplink_pdr(s, pdr_solicitation, highest_precedence, choose);
  solicitation.pdi.sdf_filters.push_back({.flow_description = "permit out 58 from ff02::2/128 to assigned"});
  solicitation.far_id = far_cp;
  pdrs.push_back(std::move(solicitation));
}

static void put_outer_header(std::optional<pfcp::OuterHeaderCreation>& out, const Tunnel& tunnel) {
  out = tunnel.v4.empty() ? pfcp::OuterHeaderCreation::gtpu(tunnel.teid, tunnel.v6.v6())
                          : pfcp::OuterHeaderCreation::gtpu(tunnel.teid, tunnel.v4.v4());
}

static pfcp::ApplyAction buffer_and_notify() { return {.buff = true, .nocp = true}; }
static pfcp::ApplyAction forward() { return {.forw = true}; }

static void add_fars(const Session& s, const SmfConfig& config, std::vector<pfcp::CreateFar>& fars) {
  auto& access = fars.emplace_back();
  access.far_id = far_access;
  access.apply_action = s.gnb.empty() ? buffer_and_notify() : forward();
  access.bar_id = 1;
  if (!s.gnb.empty()) {
    auto& to = access.forwarding_parameters.emplace();
    to.destination_interface = pfcp::DestinationInterface::access;
    to.network_instance = pfcp::NetworkInstance{.name = s.dnn};
    put_outer_header(to.outer_header_creation, s.gnb);
    to.destination_interface_type = pfcp::TgppInterfaceType::n3_3gpp;
  }
  auto& core = fars.emplace_back();
  core.far_id = far_core;
  core.apply_action = forward();
  auto& out = core.forwarding_parameters.emplace();
  out.destination_interface = pfcp::DestinationInterface::core;
  out.network_instance = pfcp::NetworkInstance{.name = s.dnn};
  out.destination_interface_type = pfcp::TgppInterfaceType::n6;
  if (!s.has_v6() || config.gtpu_servers.empty()) return;
  auto& cp = fars.emplace_back();
  cp.far_id = far_cp;
  cp.apply_action = forward();
  auto& to = cp.forwarding_parameters.emplace();
  to.destination_interface = pfcp::DestinationInterface::cp_function;
  Tunnel own{.teid = s.teid()};
  auto& address = config.gtpu_servers.front().address;
  (address.is_v4() ? own.v4 : own.v6) = address;
  put_outer_header(to.outer_header_creation, own);
}

// kbit/s, rounded up (29.244 8.2.8).
static uint64_t kbps(uint64_t bps) { return (bps + 999) / 1000; }

static pfcp::CreateQer qer(const QosFlow& flow) {
  pfcp::CreateQer out;
  out.qer_id = qer_of(flow);
  if (flow.mfbr_ul != 0 || flow.mfbr_dl != 0) out.mbr = pfcp::BitRates{kbps(flow.mfbr_ul), kbps(flow.mfbr_dl)};
  if (flow.gbr()) out.gbr = pfcp::BitRates{kbps(flow.gfbr_ul), kbps(flow.gfbr_dl)};
  out.qfi = pfcp::Qfi(flow.qfi);
  return out;
}

// TS 23.501 5.7.2.6: one limit over all non-GBR flows of the session.
static pfcp::CreateQer session_ambr_qer(const Session& s) {
  pfcp::CreateQer out;
  out.qer_id = qer_session_ambr;
  if (s.ambr.uplink.bps != 0 || s.ambr.downlink.bps != 0) out.mbr = pfcp::BitRates{kbps(s.ambr.uplink.bps), kbps(s.ambr.downlink.bps)};
  return out;
}

static pfcp::CreateUrr urr(const SmfConfig& config) {
  pfcp::CreateUrr out;
  out.urr_id = 1;
  out.measurement_method = {.durat = true, .volum = true};
  out.reporting_triggers = {.volth = true, .timth = true};
  out.volume_threshold = pfcp::Volume{.total = static_cast<uint64_t>(config.usage_volume_mib) << 20};
  out.time_threshold = config.usage_time_s;
  return out;
}

static pfcp::PdnType pdn_type(nas::PduSessionKind kind) {
  switch (kind) {
    case nas::PduSessionKind::ipv6: return pfcp::PdnType::ipv6;
    case nas::PduSessionKind::ipv4v6: return pfcp::PdnType::ipv4v6;
    default: return pfcp::PdnType::ipv4;
  }
}

pfcp::FSeid cp_f_seid(const Session& s, const SmfConfig& config) {
  pfcp::FSeid out{.seid = s.seid};
  for (auto& server : config.pfcp_servers) {
    if (server.address.is_v4() && !out.ipv4) out.ipv4 = server.address.v4();
    if (server.address.is_v6() && !out.ipv6) out.ipv6 = server.address.v6();
  }
  return out;
}

pfcp::SessionEstablishmentRequest establishment(const Session& s, const SmfConfig& config, const pfcp::NodeId& own_id, bool choose,
                                                bool restore) {
  pfcp::SessionEstablishmentRequest out;
  out.node_id = own_id;
  out.cp_f_seid = cp_f_seid(s, config);
  for (auto& flow : s.flows) add_flow_pdrs(s, flow, out.create_pdrs, choose);
  if (s.has_v6() && !config.gtpu_servers.empty()) add_router_pdrs(s, out.create_pdrs, choose);
  add_fars(s, config, out.create_fars);
  out.create_urrs.push_back(urr(config));
  for (auto& flow : s.flows) out.create_qers.push_back(qer(flow));
  out.create_qers.push_back(session_ambr_qer(s));
  out.create_bars.emplace_back().bar_id = 1;
  out.pdn_type = pdn_type(s.kind);
  if (auto imsi = imsi_from_supi(s.supi)) out.user_id = pfcp::UserId{.imsi = bcd_from_digits(*imsi)};
  out.apn_dnn = pfcp::ApnDnn{s.dnn};
  if (restore) out.pfcpsereq_flags = pfcp::PfcpSeReqFlags{.resti = true};
  out.s_nssai = pfcp::SNssai{.sst = s.s_nssai.sst, .sd = s.s_nssai.sd.value_or(0xffffff)};
  return out;
}

pfcp::SessionModificationRequest downlink_to(const Session& s, const Tunnel& gnb, bool end_marker) {
  pfcp::SessionModificationRequest out;
  auto& far = out.update_fars.emplace_back();
  far.far_id = far_access;
  far.apply_action = gnb.empty() ? buffer_and_notify() : forward();
  if (gnb.empty()) {
    far.bar_id = 1;
    return out;
  }
  auto& to = far.update_forwarding_parameters.emplace();
  to.destination_interface = pfcp::DestinationInterface::access;
  to.network_instance = pfcp::NetworkInstance{.name = s.dnn};
  put_outer_header(to.outer_header_creation, gnb);
  if (end_marker) to.pfcpsmreq_flags = pfcp::PfcpSmReqFlags{.sndem = true};
  to.destination_interface_type = pfcp::TgppInterfaceType::n3_3gpp;
  return out;
}

pfcp::SessionModificationRequest drop_buffered() {
  pfcp::SessionModificationRequest out;
  out.pfcpsmreq_flags = pfcp::PfcpSmReqFlags{.drobu = true};
  return out;
}

static pfcp::UpdateQer changed(const pfcp::CreateQer& qer) {
  pfcp::UpdateQer out;
  out.qer_id = qer.qer_id;
  out.mbr = qer.mbr;
  out.gbr = qer.gbr;
  return out;
}

static void remove_flow(const Session& s, const QosFlow& old, pfcp::SessionModificationRequest& out) {
  uint16_t base = downlink_pdr_id(s, old);
  if (has_downlink(old)) out.remove_pdrs.emplace_back().pdr_id = base;
  out.remove_pdrs.emplace_back().pdr_id = base + 1;
  out.remove_qers.emplace_back().qer_id = qer_of(old);
}

static void change_filters(const Session& s, const QosFlow& old, const QosFlow& flow, pfcp::SessionModificationRequest& out) {
  uint16_t base = downlink_pdr_id(s, flow);
  if (!has_downlink(flow)) {
    if (has_downlink(old)) out.remove_pdrs.emplace_back().pdr_id = base;
  } else if (!has_downlink(old)) {
    out.create_pdrs.push_back(flow_downlink_pdr(s, flow));
  } else {
    auto pdr = flow_downlink_pdr(s, flow);
    auto& update = out.update_pdrs.emplace_back();
    update.pdr_id = base;
    update.precedence = pdr.precedence;
    update.pdi = std::move(pdr.pdi);
  }
  if (old.precedence == flow.precedence) return;
  auto& update = out.update_pdrs.emplace_back();
  update.pdr_id = base + 1;
  update.precedence = precedence_of(s, flow);
}

pfcp::SessionModificationRequest change_qos(const Session& s) {
  pfcp::SessionModificationRequest out;
  for (auto& old : s.old_flows) {
    if (std::ranges::find(s.flows, old.qfi, &QosFlow::qfi) == s.flows.end()) remove_flow(s, old, out);
  }
  if (s.old_ambr) out.update_qers.push_back(changed(session_ambr_qer(s)));
  if (s.old_flows.empty()) return out;
  for (size_t i = 1; i < s.flows.size(); ++i) {
    auto& flow = s.flows[i];
    auto old = std::ranges::find(s.old_flows, flow.qfi, &QosFlow::qfi);
    if (old == s.old_flows.end()) {
      add_flow_pdrs(s, flow, out.create_pdrs, false);
      out.create_qers.push_back(qer(flow));
      continue;
    }
    if (!(qer(*old) == qer(flow))) out.update_qers.push_back(changed(qer(flow)));
    if (old->filters != flow.filters || old->precedence != flow.precedence) change_filters(s, *old, flow, out);
  }
  return out;
}

static Result<Tunnel> tunnel_of(const pfcp::CreatedPdr& pdr) {
  if (pdr.f_teids.empty()) return fail(Fault::missing, "Created PDR", "no F-TEID for PDR {}", pdr.pdr_id);
  auto& f = pdr.f_teids.front();
  Tunnel out{.teid = f.teid};
  if (f.ipv4) out.v4 = IpAddress(*f.ipv4);
  if (f.ipv6) out.v6 = IpAddress(*f.ipv6);
  if (f.choose || f.teid == 0 || out.empty()) return fail(Fault::invalid, "Created PDR", "F-TEID of PDR {} is not usable", pdr.pdr_id);
  return out;
}

Status take_created(Session& s, const std::vector<pfcp::CreatedPdr>& created) {
  auto find = [&](uint16_t id) -> Result<Tunnel> {
    auto pdr = std::ranges::find(created, id, &pfcp::CreatedPdr::pdr_id);
    if (pdr == created.end()) return fail(Fault::missing, "Session Establishment Response", "no Created PDR {}", id);
    return tunnel_of(*pdr);
  };
  SEN_ASSIGN(auto uplink, find(pdr_uplink));
  Tunnel cp;
  if (s.has_v6()) {
    SEN_ASSIGN(cp, find(pdr_advertisement));
  }
  s.ul = uplink;
  s.cp = cp;
  return {};
}

pfcp::SessionModificationRequest forward_data(const Session& s, const Tunnel& target, const std::vector<Qfi>& flows) {
  pfcp::SessionModificationRequest out;
  for (Qfi qfi : flows) {
    auto id = static_cast<uint16_t>(forwarding_base + qfi);
    auto& qer = out.create_qers.emplace_back();
    qer.qer_id = id;
    qer.qfi = pfcp::Qfi(qfi);
    auto& pdr = out.create_pdrs.emplace_back(uplink_pdr(s, id, highest_precedence, true));
    pdr.pdi.f_teid->choose_id = choose_id_forwarding;
    pdr.pdi.qfis = {pfcp::Qfi(qfi)};
    pdr.far_id = far_forwarding;
    pdr.qer_ids = {id};
  }
  auto& far = out.create_fars.emplace_back();
  far.far_id = far_forwarding;
  far.apply_action = forward();
  auto& to = far.forwarding_parameters.emplace();
  to.destination_interface = pfcp::DestinationInterface::access;
  to.network_instance = pfcp::NetworkInstance{.name = s.dnn};
  put_outer_header(to.outer_header_creation, target);
  to.destination_interface_type = pfcp::TgppInterfaceType::n3_3gpp;
  return out;
}

pfcp::SessionModificationRequest stop_forwarding(const std::vector<Qfi>& flows) {
  pfcp::SessionModificationRequest out;
  for (Qfi qfi : flows) {
    out.remove_pdrs.emplace_back().pdr_id = static_cast<uint16_t>(forwarding_base + qfi);
    out.remove_qers.emplace_back().qer_id = forwarding_base + qfi;
  }
  out.remove_fars.emplace_back().far_id = far_forwarding;
  return out;
}

Result<Tunnel> forwarding_tunnel(const std::vector<pfcp::CreatedPdr>& created, Qfi flow) {
  auto pdr = std::ranges::find(created, static_cast<uint16_t>(forwarding_base + flow), &pfcp::CreatedPdr::pdr_id);
  if (pdr == created.end()) return fail(Fault::missing, "Session Modification Response", "no Created PDR {}", forwarding_base + flow);
  return tunnel_of(*pdr);
}

}  // namespace sen::smf::detail
