#include "core/smf/detail/ue_qos.h"

#include <algorithm>

#include "core/smf/limits.h"

namespace sen::smf::detail {

using nas::SmCause;
template <class T>
using Checked = std::expected<T, QosRefusal>;

static std::unexpected<QosRefusal> refuse(SmCause cause, std::string why) { return std::unexpected(QosRefusal{cause, std::move(why)}); }

// TS 23.501 table 5.7.4-1, delay-critical ones included.
static bool is_gbr_5qi(unsigned five_qi) {
  return (five_qi >= 1 && five_qi <= 4) || (five_qi >= 65 && five_qi <= 67) || (five_qi >= 71 && five_qi <= 76) || (five_qi >= 82 && five_qi <= 90);
}
static bool is_non_gbr_5qi(unsigned five_qi) {
  return (five_qi >= 5 && five_qi <= 10) || five_qi == 69 || five_qi == 70 || five_qi == 79 || five_qi == 80;
}

// ---- packet filters

static std::optional<uint8_t> length_of(const Octets<4>& mask) {
  uint32_t bits = 0;
  for (uint8_t octet : mask) bits = bits << 8 | octet;
  auto length = static_cast<uint8_t>(std::countl_one(bits));
  bool contiguous = length == 32 || bits << length == 0;
  return contiguous ? std::optional(length) : std::nullopt;
}

static Checked<bool> put_component(FlowFilter& out, const nas::PacketFilterComponent& c, uint32_t& seen) {
  using Type = nas::PacketFilterComponent::Type;
  constexpr auto bad = SmCause::semantic_errors_in_packet_filters;
  // Components of one kind exclude each other (9.11.4.13).
  uint32_t kind = 1u << (static_cast<uint8_t>(c.type) >> 4);
  if (seen & kind) return refuse(bad, "two components of one kind in a packet filter");
  if (c.type == Type::match_all && seen != 0) return refuse(bad, "match-all beside other components");
  seen |= kind;
  switch (c.type) {
    case Type::match_all: return true;
    case Type::ipv4_remote: {
      auto length = length_of(c.ipv4_mask);
      if (!length) return refuse(SmCause::service_option_not_supported, "an IPv4 mask with holes");
      out.remote = {IpAddress(c.ipv4), *length};
      return true;
    }
    case Type::ipv6_remote:
      if (c.prefix_length > 128) return refuse(SmCause::syntactical_error_in_packet_filters, "an IPv6 prefix longer than 128 bits");
      out.remote = {IpAddress(c.ipv6), c.prefix_length};
      return true;
    case Type::protocol: out.protocol = c.protocol; return true;
    case Type::local_port: out.local_ports = {c.port, c.port}; break;
    case Type::local_port_range: out.local_ports = {c.port, c.port_high}; break;
    case Type::remote_port: out.remote_ports = {c.port, c.port}; break;
    case Type::remote_port_range: out.remote_ports = {c.port, c.port_high}; break;
    default: return refuse(SmCause::service_option_not_supported, fmt::format("a packet filter component of type {:#04x}", static_cast<unsigned>(c.type)));
  }
  for (auto& ports : {out.local_ports, out.remote_ports}) {
    if (ports.low > ports.high) return refuse(bad, fmt::format("the port range {}-{} is empty", ports.low, ports.high));
  }
  return true;
}

static Checked<FlowFilter> filter_from(const nas::PacketFilter& from) {
  if (from.direction < 1 || from.direction > 3) return refuse(SmCause::syntactical_error_in_packet_filters, "a packet filter without direction");
  if (from.components.empty()) return refuse(SmCause::syntactical_error_in_packet_filters, "a packet filter without components");
  FlowFilter out;
  out.direction = from.direction;
  uint32_t seen = 0;
  for (auto& component : from.components) {
    if (seen & 1) return refuse(SmCause::semantic_errors_in_packet_filters, "match-all beside other components");
    if (auto put = put_component(out, component, seen); !put) return std::unexpected(put.error());
  }
  return out;
}

// The network assigns the identifiers (24.501 9.11.4.13: the UE's are not used in the direction to the network when it creates).
static Checked<bool> add_filters(QosFlow& flow, const std::vector<nas::PacketFilter>& filters) {
  for (auto& from : filters) {
    auto filter = filter_from(from);
    if (!filter) return std::unexpected(filter.error());
    if (flow.filters.size() >= limit::filters_per_rule) return refuse(SmCause::insufficient_resources, "more than 15 packet filters in a QoS rule");
    uint8_t id = 1;
    while (std::ranges::find(flow.filters, id, &FlowFilter::id) != flow.filters.end()) ++id;
    filter->id = id;
    flow.filters.push_back(*filter);
  }
  return true;
}

// ---- flows

namespace {
// The new flows list while the request is applied to it.
struct Draft {
  const Session& session;
  std::vector<QosFlow> flows;
  std::vector<std::pair<Qfi, Qfi>> created;  // (identity in the request, ours)

  QosFlow* find(Qfi qfi) {
    auto it = std::ranges::find(flows, qfi, &QosFlow::qfi);
    return it == flows.end() ? nullptr : &*it;
  }
  Checked<QosFlow*> add(Qfi requested);
  // One of the UE's or network's further flows; the default one is the subscription's.
  Checked<QosFlow*> changeable(Qfi qfi, const char* what);
  Checked<bool> apply(const nas::QosFlowDescription& description);
  Checked<bool> apply(const nas::QosRule& rule);
  Checked<bool> create(const nas::QosRule& rule);
  Checked<bool> change(QosFlow& flow, const nas::QosRule& rule);
  Checked<bool> put_parameters(QosFlow& flow, const nas::QosFlowDescription& description) const;
  Checked<bool> check() const;
};
}  // namespace

Checked<QosFlow*> Draft::add(Qfi requested) {
  if (flows.size() >= limit::flows_per_session) return refuse(SmCause::insufficient_resources, fmt::format("the session has {} QoS flows already", flows.size()));
  // What the same request removed cannot come back under its number: the UPF and the gNB would take it for a change.
  if (requested != 0 && std::ranges::find(session.flows, requested, &QosFlow::qfi) != session.flows.end())
    return refuse(SmCause::semantic_error_in_qos_operation, fmt::format("QoS flow {} is in use", requested));
  Qfi qfi = requested;
  for (Qfi free = 2; qfi == 0; ++free) {
    if (!find(free) && std::ranges::find(session.flows, free, &QosFlow::qfi) == session.flows.end()) qfi = free;
  }
  created.emplace_back(requested, qfi);
  auto& flow = flows.emplace_back();
  flow.qfi = qfi;
  flow.five_qi = session.default_flow().gbr() ? FiveQi{9} : session.default_flow().five_qi;
  flow.arp = session.default_flow().arp;
  return &flow;
}

Checked<QosFlow*> Draft::changeable(Qfi qfi, const char* what) {
  auto* flow = find(qfi);
  if (!flow) return refuse(SmCause::semantic_error_in_qos_operation, fmt::format("{} {} does not exist", what, qfi));
  if (flow == &flows.front()) return refuse(SmCause::semantic_error_in_qos_operation, fmt::format("{} {} is the default one", what, qfi));
  return flow;
}

Checked<bool> Draft::put_parameters(QosFlow& flow, const nas::QosFlowDescription& description) const {
  using Type = nas::QosFlowParameter::Type;
  for (auto& p : description.parameters) {
    switch (p.type) {
      case Type::five_qi:
        if (!is_gbr_5qi(p.value) && !is_non_gbr_5qi(p.value)) return refuse(SmCause::unsupported_5qi, fmt::format("5QI {} is not a standardised one", p.value));
        flow.five_qi = static_cast<FiveQi>(p.value);
        break;
      case Type::gfbr_uplink: flow.gfbr_ul = nas::bps_of(p.unit, p.value); break;
      case Type::gfbr_downlink: flow.gfbr_dl = nas::bps_of(p.unit, p.value); break;
      case Type::mfbr_uplink: flow.mfbr_ul = nas::bps_of(p.unit, p.value); break;
      case Type::mfbr_downlink: flow.mfbr_dl = nas::bps_of(p.unit, p.value); break;
      default: break;  // averaging window and EPS bearer identity have no meaning here
    }
  }
  flow.mfbr_ul = std::max(flow.mfbr_ul, flow.gfbr_ul);
  flow.mfbr_dl = std::max(flow.mfbr_dl, flow.gfbr_dl);
  return true;
}

Checked<bool> Draft::apply(const nas::QosFlowDescription& d) {
  using Operation = nas::QosFlowDescription::Operation;
  if (d.operation == Operation::create) {
    if (d.qfi != 0 && find(d.qfi)) return refuse(SmCause::semantic_error_in_qos_operation, fmt::format("QoS flow {} exists already", d.qfi));
    if (d.parameters.empty()) return refuse(SmCause::syntactical_error_in_qos_operation, "a new QoS flow description without parameters");
    auto flow = add(d.qfi);
    if (!flow) return std::unexpected(flow.error());
    return put_parameters(**flow, d);
  }
  auto flow = changeable(d.qfi, "QoS flow");
  if (!flow) return std::unexpected(flow.error());
  if (d.operation == Operation::modify) {
    bool gbr = (*flow)->gbr();
    if (d.e) (*flow)->gfbr_ul = (*flow)->gfbr_dl = (*flow)->mfbr_ul = (*flow)->mfbr_dl = 0;
    if (auto put = put_parameters(**flow, d); !put) return put;
    if ((*flow)->gbr() != gbr) return refuse(SmCause::semantic_error_in_qos_operation, fmt::format("QoS flow {} cannot change between GBR and non-GBR", d.qfi));
    return true;
  }
  if (d.operation != Operation::remove) return refuse(SmCause::syntactical_error_in_qos_operation, fmt::format("QoS flow operation {}", static_cast<unsigned>(d.operation)));
  flows.erase(flows.begin() + (*flow - flows.data()));
  return true;
}

Checked<bool> Draft::create(const nas::QosRule& rule) {
  if (rule.is_default) return refuse(SmCause::semantic_error_in_qos_operation, "a second default QoS rule");
  if (rule.filters.empty() || !rule.flow) return refuse(SmCause::syntactical_error_in_qos_operation, "a new QoS rule without packet filters or precedence");
  if (rule.id != 0 && find(rule.id)) return refuse(SmCause::semantic_error_in_qos_operation, fmt::format("QoS rule {} exists already", rule.id));
  // The description of the same request that this rule belongs to: the first without filters that has the rule's QFI.
  QosFlow* flow = nullptr;
  for (auto& [requested, ours] : created) {
    if (auto* candidate = find(ours); !flow && candidate && requested == rule.flow->qfi && candidate->filters.empty()) flow = candidate;
  }
  if (!flow && rule.flow->qfi != 0 && find(rule.flow->qfi))
    return refuse(SmCause::service_option_not_supported, fmt::format("a second QoS rule for QoS flow {}: add filters to its first", rule.flow->qfi));
  if (!flow) {
    auto added = add(rule.flow->qfi);
    if (!added) return std::unexpected(added.error());
    flow = *added;
  }
  flow->precedence = rule.flow->precedence;
  return add_filters(*flow, rule.filters);
}

Checked<bool> Draft::change(QosFlow& flow, const nas::QosRule& rule) {
  using Operation = nas::QosRule::Operation;
  if (rule.flow && rule.flow->qfi != flow.qfi && rule.flow->qfi != 0)
    return refuse(SmCause::service_option_not_supported, fmt::format("QoS rule {} cannot move to QoS flow {}", rule.id, rule.flow->qfi));
  if (rule.flow) flow.precedence = rule.flow->precedence;
  if (rule.operation == Operation::modify) return true;
  if (rule.filters.empty()) return refuse(SmCause::syntactical_error_in_qos_operation, "no packet filters in an operation that needs them");
  if (rule.operation == Operation::replace_filters) flow.filters.clear();
  if (rule.operation != Operation::delete_filters) return add_filters(flow, rule.filters);
  for (auto& gone : rule.filters) {
    if (std::erase_if(flow.filters, [&](auto& f) { return f.id == gone.id; }) == 0)
      return refuse(SmCause::syntactical_error_in_qos_operation, fmt::format("QoS rule {} has no packet filter {}", rule.id, gone.id));
  }
  return true;
}

Checked<bool> Draft::apply(const nas::QosRule& rule) {
  using Operation = nas::QosRule::Operation;
  if (rule.operation == Operation::create) return create(rule);
  // A rule whose flow the same request removed is gone with it.
  if (rule.operation == Operation::remove && !find(rule.id) && std::ranges::find(session.flows, rule.id, &QosFlow::qfi) != session.flows.end()) return true;
  auto flow = changeable(rule.id, "QoS rule");
  if (!flow) return std::unexpected(flow.error());
  if (rule.operation == Operation::remove) {
    flows.erase(flows.begin() + (*flow - flows.data()));
    return true;
  }
  if (static_cast<unsigned>(rule.operation) == 0 || rule.operation > Operation::modify)
    return refuse(SmCause::syntactical_error_in_qos_operation, fmt::format("QoS rule operation {}", static_cast<unsigned>(rule.operation)));
  return change(**flow, rule);
}

Checked<bool> Draft::check() const {
  uint64_t sum_ul = 0, sum_dl = 0;
  for (size_t i = 1; i < flows.size(); ++i) {
    auto& f = flows[i];
    if (f.filters.empty()) return refuse(SmCause::semantic_error_in_qos_operation, fmt::format("QoS flow {} has no packet filter", f.qfi));
    for (auto& other : flows) {
      if (&other != &f && other.precedence == f.precedence)
        return refuse(SmCause::semantic_error_in_qos_operation, fmt::format("QoS rules {} and {} have the same precedence {}", f.qfi, other.qfi, f.precedence));
    }
    if (f.gbr() != is_gbr_5qi(f.five_qi) && std::ranges::find(session.flows, f) == session.flows.end())
      return refuse(SmCause::semantic_error_in_qos_operation, fmt::format("5QI {} {} guaranteed bit rates", f.five_qi, f.gbr() ? "with" : "without"));
    uint64_t most_ul = session.ambr.uplink.bps, most_dl = session.ambr.downlink.bps;
    sum_ul += f.gfbr_ul;
    sum_dl += f.gfbr_dl;
    if (std::max(f.mfbr_ul, sum_ul) > most_ul || std::max(f.mfbr_dl, sum_dl) > most_dl)
      return refuse(SmCause::service_option_not_subscribed,
                    fmt::format("QoS flow {} asks for {}/{} bit/s, guaranteed together {}/{}; the subscription has {}/{}", f.qfi, f.mfbr_ul, f.mfbr_dl, sum_ul,
                                sum_dl, most_ul, most_dl));
  }
  return true;
}

Checked<std::vector<QosFlow>> requested_flows(const Session& session, const std::vector<nas::QosRule>& rules,
                                              const std::vector<nas::QosFlowDescription>& descriptions) {
  Draft draft{session, session.flows, {}};
  if (rules.empty() && descriptions.empty()) return draft.flows;
  for (auto& description : descriptions) {
    if (auto done = draft.apply(description); !done) return std::unexpected(done.error());
  }
  for (auto& rule : rules) {
    if (auto done = draft.apply(rule); !done) return std::unexpected(done.error());
  }
  if (auto ok = draft.check(); !ok) return std::unexpected(ok.error());
  return std::move(draft.flows);
}

}  // namespace sen::smf::detail
