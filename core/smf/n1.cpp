#include <algorithm>

#include "core/smf/detail/n1.h"
#include "core/smf/limits.h"

namespace sen::smf::detail {

// ---- protocol configuration options

static nas::PcoOption ipv4_option(uint16_t id, const IpAddress& address) {
  nas::PcoOption option;
  option.id = id;
  option.ipv4 = address.v4();
  return option;
}

static nas::PcoOption ipv6_option(uint16_t id, const IpAddress& address) {
  nas::PcoOption option;
  option.id = id;
  option.ipv6 = address.v6();
  return option;
}

static void add_addresses(nas::ExtendedPco& pco, uint16_t id, const std::vector<IpAddress>& addresses, bool v4) {
  for (auto& address : addresses) {
    if (address.is_v4() != v4) continue;
    pco.options.push_back(v4 ? ipv4_option(id, address) : ipv6_option(id, address));
  }
}

// RFC 1661 5, RFC 1877: code, identifier, length, options (type, length, value).
static std::optional<nas::PcoOption> answer_ipcp(ByteView request, const SmfConfig& config) {
  constexpr uint8_t configure_request = 1, configure_ack = 2, configure_nak = 3, primary_dns = 129, secondary_dns = 131;
  if (request.size() < 4 || request[0] != configure_request) return std::nullopt;
  std::vector<IpAddress> servers;
  for (auto& address : config.dns) {
    if (address.is_v4()) servers.push_back(address);
  }
  ByteReader options(request.subspan(4));
  ByteWriter out;
  out.u8(configure_nak);
  out.u8(request[1]);
  out.u16(4);
  while (options.left() >= 2) {
    uint8_t type = *options.u8(), length = *options.u8();
    if (length < 2 || !options.take(length - 2u)) break;
    size_t nth = type == primary_dns ? 0 : 1;
    if ((type != primary_dns && type != secondary_dns) || nth >= servers.size()) continue;
    out.u8(type);
    out.u8(6);
    out.put(servers[nth].octets());
  }
  out.set_u16(2, static_cast<uint16_t>(out.size()));
  if (out.size() == 4) out.set_u8(0, configure_ack);
  nas::PcoOption answer;
  answer.id = nas::PcoOption::ipcp;
  answer.value = out.take();
  return answer;
}

// RFC 1334: Authenticate-Request gives Authenticate-Ack with an empty message; a CHAP Response gives Success. A CHAP Challenge that the
// UE made up for itself (TS 24.008: both are in one container list) needs no answer.
static std::optional<nas::PcoOption> answer_authentication(uint16_t id, ByteView request) {
  if (request.size() < 4) return std::nullopt;
  bool pap = id == nas::PcoOption::pap;
  uint8_t code = request[0];
  if (pap ? code != 1 : code != 2) return std::nullopt;
  nas::PcoOption answer;
  answer.id = id;
  if (pap)
    answer.value = {2, request[1], 0, 5, 0};
  else
    answer.value = {3, request[1], 0, 4};
  return answer;
}

std::optional<nas::ExtendedPco> answer_pco(const std::vector<nas::PcoOption>& asked, const SmfConfig& config, bool v4, bool v6) {
  using O = nas::PcoOption;
  nas::ExtendedPco pco;
  uint64_t done = 0;  // of the containers that are answered once
  auto first = [&](unsigned bit) {
    bool is_first = !(done >> bit & 1);
    done |= uint64_t{1} << bit;
    return is_first;
  };
  for (size_t i = 0; i < asked.size() && i < limit::pco_options; ++i) {
    auto& option = asked[i];
    switch (option.id) {
      case O::p_cscf_ipv6:
        if (v6 && first(0)) add_addresses(pco, O::p_cscf_ipv6, config.p_cscf, false);
        break;
      case O::dns_ipv6:
        if (v6 && first(1)) add_addresses(pco, O::dns_ipv6, config.dns, false);
        break;
      case O::p_cscf_ipv4:
        if (v4 && first(2)) add_addresses(pco, O::p_cscf_ipv4, config.p_cscf, true);
        break;
      case O::dns_ipv4:
        if (v4 && first(3)) add_addresses(pco, O::dns_ipv4, config.dns, true);
        break;
      case O::ipv4_mtu:
        if (v4 && first(4)) {
          O mtu;
          mtu.id = O::ipv4_mtu;
          mtu.mtu = config.mtu;
          pco.options.push_back(mtu);
        }
        break;
      case O::ipcp:
        if (v4 && first(5)) {
          if (auto answer = answer_ipcp(option.value, config)) pco.options.push_back(*answer);
        }
        break;
      case O::pap:
      case O::chap:
        if (auto answer = answer_authentication(option.id, option.value); answer && first(option.id == O::pap ? 6 : 7))
          pco.options.push_back(*answer);
        break;
      default: break;  // not supported: no answer is the answer (TS 24.008 10.5.6.3)
    }
  }
  if (pco.options.empty()) return std::nullopt;
  return pco;
}

// ---- QoS

static void put_ports(nas::PacketFilter& filter, const PortRange& ports, nas::PacketFilterComponent::Type one, nas::PacketFilterComponent::Type range) {
  if (ports.any()) return;
  auto& c = filter.components.emplace_back();
  c.type = ports.low == ports.high ? one : range;
  c.port = ports.low;
  c.port_high = ports.low == ports.high ? 0 : ports.high;
}

static nas::PacketFilter filter_of(const FlowFilter& from) {
  using Type = nas::PacketFilterComponent::Type;
  nas::PacketFilter filter;
  filter.direction = from.direction;
  filter.id = from.id;
  auto add = [&](Type type) -> nas::PacketFilterComponent& {
    filter.components.emplace_back().type = type;
    return filter.components.back();
  };
  if (from.remote.address.is_v4()) {
    auto& c = add(Type::ipv4_remote);
    c.ipv4 = from.remote.address.v4();
    uint32_t mask = from.remote.length == 0 ? 0 : ~uint32_t{0} << (32 - from.remote.length);
    for (size_t i = 0; i < 4; ++i) c.ipv4_mask[i] = static_cast<uint8_t>(mask >> (24 - 8 * i));
  } else if (from.remote.address.is_v6()) {
    auto& c = add(Type::ipv6_remote);
    c.ipv6 = from.remote.address.v6();
    c.prefix_length = from.remote.length;
  }
  if (from.protocol != 0) add(Type::protocol).protocol = from.protocol;
  put_ports(filter, from.local_ports, Type::local_port, Type::local_port_range);
  put_ports(filter, from.remote_ports, Type::remote_port, Type::remote_port_range);
  if (filter.components.empty()) add(Type::match_all);
  return filter;
}

// Rule identity and QFI are the same number.
static nas::QosRule rule_of(const QosFlow& flow, bool is_default, nas::QosRule::Operation operation) {
  nas::QosRule rule;
  rule.id = flow.qfi;
  rule.operation = operation;
  rule.is_default = is_default;
  for (auto& filter : flow.filters) rule.filters.push_back(filter_of(filter));
  if (rule.filters.empty()) rule.filters.push_back(filter_of(FlowFilter()));
  rule.flow = nas::QosRule::Flow{.precedence = flow.precedence, .segregation = false, .qfi = flow.qfi};
  return rule;
}

static bool same_qos(const QosFlow& a, const QosFlow& b) {
  return a.five_qi == b.five_qi && a.gfbr_ul == b.gfbr_ul && a.gfbr_dl == b.gfbr_dl && a.mfbr_ul == b.mfbr_ul && a.mfbr_dl == b.mfbr_dl;
}

static nas::QosFlowDescription describe_flow(const QosFlow& flow, nas::QosFlowDescription::Operation operation) {
  using Type = nas::QosFlowParameter::Type;
  nas::QosFlowDescription out;
  out.qfi = flow.qfi;
  out.operation = operation;
  out.e = true;
  auto& five_qi = out.parameters.emplace_back();
  five_qi.type = Type::five_qi;
  five_qi.value = flow.five_qi;
  auto rate = [&](Type type, uint64_t bps) {
    if (bps == 0) return;
    auto& p = out.parameters.emplace_back();
    p.type = type;
    std::tie(p.unit, p.value) = nas::unit_of(bps);
  };
  rate(Type::gfbr_uplink, flow.gfbr_ul);
  rate(Type::gfbr_downlink, flow.gfbr_dl);
  rate(Type::mfbr_uplink, flow.mfbr_ul);
  rate(Type::mfbr_downlink, flow.mfbr_dl);
  return out;
}

// ---- messages

static void header(nas::SmMessage& message, uint8_t psi, uint8_t pti) {
  message.pdu_session_id = psi;
  message.pti = pti;
}

// Encoding these small messages cannot fail: all their values are our own.
template <class M>
static Bytes encoded(const M& message) {
  return nas::encode(message).value_or(Bytes());
}

Result<Bytes> establishment_accept(const Session& s, const SmfConfig& config) {
  nas::PduSessionEstablishmentAccept accept;
  header(accept, s.psi, s.pti);
  accept.ssc_mode.mode = s.ssc;
  accept.type.kind = s.kind;
  for (size_t i = 0; i < s.flows.size(); ++i) accept.qos_rules.rules.push_back(rule_of(s.flows[i], i == 0, nas::QosRule::Operation::create));
  accept.ambr = nas::SessionAmbr::from_bps(s.ambr.downlink.bps, s.ambr.uplink.bps);
  if (s.reduced) accept.cause = *s.reduced;
  nas::PduAddress address;
  address.kind = s.kind;
  address.interface_id = s.interface_id;
  if (s.has_v4()) address.ipv4 = s.ipv4.v4();
  accept.address = address;
  if (s.reflective_qos && config.time.rq_timer_s != 0) accept.rq_timer = nas::GprsTimer::from_seconds(config.time.rq_timer_s);
  accept.s_nssai = nas::MappedSNssai(s.s_nssai);
  if (s.wants_always_on) accept.always_on = nas::AlwaysOn{.on = config.always_on};
  nas::QosFlowDescriptions flows;
  for (auto& flow : s.flows) flows.flows.push_back(describe_flow(flow, nas::QosFlowDescription::Operation::create));
  accept.qos_flows = flows;
  if (auto pco = answer_pco(s.pco_asked, config, s.has_v4(), s.has_v6())) accept.pco = *pco;
  accept.dnn = Dnn{s.dnn};
  return nas::encode(accept);
}

Bytes establishment_reject(uint8_t psi, uint8_t pti, nas::SmCause cause, const std::vector<sbi::SscMode>& allowed) {
  nas::PduSessionEstablishmentReject reject;
  header(reject, psi, pti);
  reject.cause = cause;
  if (cause == nas::SmCause::not_supported_ssc_mode) {
    nas::AllowedSscMode modes;
    for (auto mode : allowed) {
      modes.ssc1 |= mode == sbi::SscMode::mode_1;
      modes.ssc2 |= mode == sbi::SscMode::mode_2;
      modes.ssc3 |= mode == sbi::SscMode::mode_3;
    }
    reject.allowed_ssc = modes;
  }
  return encoded(reject);
}

Bytes modification_reject(uint8_t psi, uint8_t pti, nas::SmCause cause) {
  nas::PduSessionModificationReject reject;
  header(reject, psi, pti);
  reject.cause = cause;
  return encoded(reject);
}

Bytes release_command(uint8_t psi, uint8_t pti, nas::SmCause cause) {
  nas::PduSessionReleaseCommand command;
  header(command, psi, pti);
  command.cause = cause;
  return encoded(command);
}

Bytes release_reject(uint8_t psi, uint8_t pti, nas::SmCause cause) {
  nas::PduSessionReleaseReject reject;
  header(reject, psi, pti);
  reject.cause = cause;
  return encoded(reject);
}

Bytes sm_status(uint8_t psi, uint8_t pti, nas::SmCause cause) {
  nas::SmStatus status;
  header(status, psi, pti);
  status.cause = cause;
  return encoded(status);
}

static const QosFlow* find_flow(const std::vector<QosFlow>& flows, Qfi qfi) {
  auto it = std::ranges::find(flows, qfi, &QosFlow::qfi);
  return it == flows.end() ? nullptr : &*it;
}

Result<Bytes> modification_command(const Session& s, const SmfConfig& config) {
  nas::PduSessionModificationCommand command;
  header(command, s.psi, s.pti);
  if (s.old_ambr) command.ambr = nas::SessionAmbr::from_bps(s.ambr.downlink.bps, s.ambr.uplink.bps);
  if (s.pti != 0 && s.wants_always_on) command.always_on = nas::AlwaysOn{.on = config.always_on};
  nas::QosRules rules;
  nas::QosFlowDescriptions flows;
  for (auto& flow : s.flows) {
    auto* old = find_flow(s.old_flows, flow.qfi);
    if (s.old_flows.empty() || (old && *old == flow)) continue;
    bool is_default = flow.qfi == s.default_flow().qfi;
    if (!old || old->filters != flow.filters || old->precedence != flow.precedence)
      rules.rules.push_back(rule_of(flow, is_default, old ? nas::QosRule::Operation::replace_filters : nas::QosRule::Operation::create));
    using Operation = nas::QosFlowDescription::Operation;
    if (!old || !same_qos(*old, flow)) flows.flows.push_back(describe_flow(flow, old ? Operation::modify : Operation::create));
  }
  for (auto& old : s.old_flows) {
    if (find_flow(s.flows, old.qfi)) continue;
    nas::QosRule rule;
    rule.id = old.qfi;
    rule.operation = nas::QosRule::Operation::remove;
    rules.rules.push_back(rule);
    nas::QosFlowDescription gone;
    gone.qfi = old.qfi;
    gone.operation = nas::QosFlowDescription::Operation::remove;
    gone.e = false;
    flows.flows.push_back(gone);
  }
  if (!rules.rules.empty()) command.qos_rules = rules;
  if (!flows.flows.empty()) command.qos_flows = flows;
  if (auto pco = answer_pco(s.pco_asked, config, s.has_v4(), s.has_v6())) command.pco = *pco;
  return nas::encode(command);
}

}  // namespace sen::smf::detail
