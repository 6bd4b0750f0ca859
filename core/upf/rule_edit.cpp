#include "core/upf/rule_edit.h"

#include <algorithm>

#include "codec/pfcp/ie_type.h"
#include "core/upf/user_plane.h"

namespace sen::upf {

using pfcp::Cause;
using RuleType = pfcp::FailedRuleId::Type;

template <class... Args>
static std::unexpected<Failure> refuse(Cause cause, RuleType type, uint32_t id, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Failure{cause, {}, pfcp::FailedRuleId{type, id}, fmt::format(format, std::forward<Args>(args)...)});
}

template <class... Args>
static std::unexpected<Failure> lacks(uint16_t ie, RuleType type, uint32_t id, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(
      Failure{Cause::conditional_ie_missing, ie, pfcp::FailedRuleId{type, id}, fmt::format(format, std::forward<Args>(args)...)});
}

template <class T>
static T* find(std::vector<T>& list, uint32_t id) {
  auto found = std::find_if(list.begin(), list.end(), [id](const T& rule) { return rule.id == id; });
  return found == list.end() ? nullptr : &*found;
}

#define SEN_CHECK(expression)                                  \
  do {                                                         \
    if (Outcome sen_outcome = (expression); !sen_outcome) return sen_outcome; \
  } while (false)

// The place for a new rule, or why there is none.
template <class T>
static std::expected<T*, Failure> add(std::vector<T>& list, uint32_t id, size_t limit, RuleType type, const char* name) {
  if (find(list, id)) return refuse(Cause::rule_failure, type, id, "{} {} exists already", name, id);
  if (list.size() >= limit) return refuse(Cause::no_resources, type, id, "{} {} is beyond the limit of {} in a session", name, id, limit);
  T& rule = list.emplace_back();
  rule.id = static_cast<decltype(rule.id)>(id);
  return &rule;
}

template <class T>
static std::expected<T*, Failure> existing(std::vector<T>& list, uint32_t id, RuleType type, const char* name) {
  if (T* rule = find(list, id)) return rule;
  return refuse(Cause::rule_failure, type, id, "{} {} does not exist", name, id);
}

template <class T>
static Outcome erase(std::vector<T>& list, uint32_t id, RuleType type, const char* name) {
  if (std::erase_if(list, [id](const T& rule) { return rule.id == id; }) == 0)
    return refuse(Cause::rule_failure, type, id, "{} {} does not exist and cannot be removed", name, id);
  return {};
}

RuleEdit::RuleEdit(RuleSet set, std::vector<Tunnel> own, Families families)
    : rules(std::move(set)), tunnels(std::move(own)), families_(families) {}

const Pdr* RuleEdit::find_pdr(uint16_t id) const {
  auto found = std::find_if(rules.pdrs.begin(), rules.pdrs.end(), [id](const Pdr& pdr) { return pdr.id == id; });
  return found == rules.pdrs.end() ? nullptr : &*found;
}

// PDR -------------------------------------------------------------------------------------------------------------------------------------

Outcome RuleEdit::set_tunnel(Pdr& pdr, const pfcp::FTeid& ie) {
  std::erase_if(tunnel_of_pdr, [&](const auto& entry) { return entry.first == pdr.id; });
  if (!ie.choose) {
    // Only repeating an F-TEID that this UPF has assigned to the session: others are ours to assign (FTUP, 29.244 5.5.1).
    for (size_t i = 0; i < tunnels.size(); ++i) {
      if (tunnels[i].teid != ie.teid || ie.teid == 0) continue;
      pdr.teid = ie.teid;
      tunnel_of_pdr.emplace_back(pdr.id, i);
      return {};
    }
    return refuse(Cause::invalid_f_teid_allocation, RuleType::pdr, pdr.id,
                  "PDR {} gives TEID {:#x}, which this UPF has not assigned to the session: it assigns F-TEIDs itself", pdr.id, ie.teid);
  }
  bool v4 = ie.choose_v4 && families_.v4, v6 = ie.choose_v6 && families_.v6;
  if (!v4 && !v6)
    return refuse(Cause::invalid_f_teid_allocation, RuleType::pdr, pdr.id, "PDR {} asks for an F-TEID of an address family that N3 does not have",
                  pdr.id);
  size_t index = tunnels.size();
  if (ie.choose_id)
    for (size_t i = 0; i < tunnels.size(); ++i)
      if (tunnels[i].choose_id == *ie.choose_id) index = i;
  if (index == tunnels.size()) {
    if (tunnels.size() >= max_tunnels_per_session)
      return refuse(Cause::no_resources, RuleType::pdr, pdr.id, "PDR {} needs more than {} F-TEIDs in a session", pdr.id, max_tunnels_per_session);
    tunnels.push_back({0, ie.choose_id ? uint16_t{*ie.choose_id} : Tunnel::no_choose_id, v4, v6});
  }
  pdr.teid = tunnels[index].teid;
  pdr.asks_v4 = v4;
  pdr.asks_v6 = v6;
  tunnel_of_pdr.emplace_back(pdr.id, index);
  answered_pdrs.push_back(pdr.id);
  return {};
}

Outcome RuleEdit::set_ue_addresses(Pdr& pdr, const pfcp::Pdi& pdi) {
  pdr.has_ue_v4 = pdr.has_ue_v6 = false;
  for (const pfcp::UeIpAddress& ie : pdi.ue_ip_addresses) {
    if (ie.choose_v4 || ie.choose_v6)
      return refuse(Cause::service_not_supported, RuleType::pdr, pdr.id, "PDR {} asks the UPF for a UE address; the SMF assigns them here", pdr.id);
    if (ie.ipv4) {
      const auto& a = *ie.ipv4;
      pdr.has_ue_v4 = true;
      pdr.ue_v4 = uint32_t{a[0]} << 24 | uint32_t{a[1]} << 16 | uint32_t{a[2]} << 8 | a[3];
    }
    if (ie.ipv6) {
      unsigned length = ie.ipv6_prefix_length ? *ie.ipv6_prefix_length : 64 - std::min<unsigned>(64, ie.ipv6_prefix_delegation_bits.value_or(0));
      if (length == 0 || length > 128)
        return refuse(Cause::mandatory_ie_incorrect, RuleType::pdr, pdr.id, "PDR {}: IPv6 prefix length {} is not 1 to 128", pdr.id, length);
      pdr.has_ue_v6 = true;
      pdr.ue_v6 = to_match({IpAddress(*ie.ipv6), static_cast<uint8_t>(length)}).address;
      pdr.ue_v6_length = static_cast<uint8_t>(length);
    }
  }
  return {};
}

Outcome RuleEdit::set_filters(Pdr& pdr, const pfcp::Pdi& pdi, std::vector<IpFilter>& filters) {
  std::erase_if(filter_references_, [&](const auto& reference) { return reference.first == pdr.id; });
  for (const pfcp::SdfFilter& ie : pdi.sdf_filters) {
    bool only_id = ie.filter_id && !ie.flow_description && !ie.tos_traffic_class && !ie.security_parameter_index && !ie.flow_label;
    if (only_id) {
      filter_references_.emplace_back(pdr.id, *ie.filter_id);
      continue;
    }
    IpFilter filter;
    if (ie.flow_description) {
      auto parsed = parse_filter(*ie.flow_description);
      if (!parsed)
        return refuse(Cause::rule_failure, RuleType::pdr, pdr.id, "PDR {}: flow description '{}': {}", pdr.id, *ie.flow_description,
                      parsed.error().text);
      filter = *parsed;
    }
    if (ie.tos_traffic_class) {
      filter.tos = static_cast<uint8_t>(*ie.tos_traffic_class >> 8);
      filter.tos_mask = static_cast<uint8_t>(*ie.tos_traffic_class);
    }
    filter.has_spi = ie.security_parameter_index.has_value();
    filter.spi = ie.security_parameter_index.value_or(0);
    filter.has_flow_label = ie.flow_label.has_value();
    filter.flow_label = ie.flow_label.value_or(0);
    filter.filter_id = ie.filter_id.value_or(0);
    filters.push_back(filter);
  }
  return {};
}

Outcome RuleEdit::set_framed(Pdr& pdr, const pfcp::Pdi& pdi) {
  std::erase_if(rules.framed, [&](const FramedRoute& route) { return route.pdr_id == pdr.id; });
  for (const auto* list : {&pdi.framed_routes, &pdi.framed_ipv6_routes}) {
    for (const std::string& text : *list) {
      auto prefix = IpPrefix::parse(std::string_view(text).substr(0, text.find(' ')));
      if (!prefix) return refuse(Cause::rule_failure, RuleType::pdr, pdr.id, "PDR {}: framed route '{}': {}", pdr.id, text, prefix.error().text);
      if (rules.framed.size() >= max_framed_routes)
        return refuse(Cause::no_resources, RuleType::pdr, pdr.id, "more than {} framed routes in a session", max_framed_routes);
      rules.framed.push_back({*prefix, pdr.id});
    }
  }
  return {};
}

Outcome RuleEdit::set_pdi(Pdr& pdr, const pfcp::Pdi& pdi, std::vector<IpFilter>& filters) {
  if (pdi.application_id)
    return refuse(Cause::unknown_application_id, RuleType::pdr, pdr.id, "PDR {}: application '{}' is unknown: there is no application detection",
                  pdr.id, *pdi.application_id);
  if (pdi.ethernet_pdu_session_information || !pdi.ethernet_packet_filters.empty())
    return refuse(Cause::service_not_supported, RuleType::pdr, pdr.id, "PDR {}: Ethernet sessions are not supported", pdr.id);
  if (!pdi.traffic_endpoint_ids.empty() || pdi.local_ingress_tunnel || !pdi.ip_multicast_addressing_info.empty() ||
      !pdi.dns_query_filters.empty())
    return refuse(Cause::service_not_supported, RuleType::pdr, pdr.id,
                  "PDR {}: traffic endpoints, multicast and DNS query filters are not supported", pdr.id);
  switch (pdi.source_interface) {
    case pfcp::SourceInterface::access: pdr.source = Interface::access; break;
    case pfcp::SourceInterface::core: pdr.source = Interface::core; break;
    case pfcp::SourceInterface::sgi_n6_lan: pdr.source = Interface::n6; break;
    case pfcp::SourceInterface::cp_function: pdr.source = Interface::cp_function; break;
    default:
      return refuse(Cause::rule_failure, RuleType::pdr, pdr.id, "PDR {}: source interface {} has no path here", pdr.id,
                    static_cast<unsigned>(pdi.source_interface));
  }
  pdr.qfis = 0;
  for (pfcp::Qfi qfi : pdi.qfis) pdr.qfis |= uint64_t{1} << (qfi & 63);
  if (pdi.f_teid) {
    SEN_CHECK(set_tunnel(pdr, *pdi.f_teid));
  } else {
    pdr.teid = 0;
    std::erase_if(tunnel_of_pdr, [&](const auto& entry) { return entry.first == pdr.id; });
  }
  SEN_CHECK(set_ue_addresses(pdr, pdi));
  SEN_CHECK(set_framed(pdr, pdi));
  SEN_CHECK(set_filters(pdr, pdi, filters));
  if (!pdi.f_teid && !pdr.has_ue_v4 && !pdr.has_ue_v6 && pdi.framed_routes.empty() && pdi.framed_ipv6_routes.empty())
    return lacks(pfcp::ie::ue_ip_address, RuleType::pdr, pdr.id, "PDR {} has neither a local F-TEID nor a UE address", pdr.id);
  return {};
}

Outcome RuleEdit::set_references(PdrDraft& pdr, const std::vector<uint32_t>& qers, const std::vector<uint32_t>& urrs) {
  if (qers.size() > max_qers_per_pdr || urrs.size() > max_urrs_per_pdr)
    return refuse(Cause::no_resources, RuleType::pdr, pdr.id, "PDR {} names {} QERs and {} URRs; {} and {} are possible", pdr.id, qers.size(),
                  urrs.size(), max_qers_per_pdr, max_urrs_per_pdr);
  pdr.qer_count = static_cast<uint8_t>(qers.size());
  pdr.urr_count = static_cast<uint8_t>(urrs.size());
  std::copy(qers.begin(), qers.end(), pdr.qer_ids);
  std::copy(urrs.begin(), urrs.end(), pdr.urr_ids);
  return {};
}

Outcome RuleEdit::create(const pfcp::CreatePdr& ie) {
  if (!ie.activate_predefined_rules.empty())
    return refuse(Cause::unknown_predefined_rule, RuleType::pdr, ie.pdr_id, "PDR {}: predefined rule '{}' is unknown", ie.pdr_id,
                  ie.activate_predefined_rules.front());
  if (ie.activation_time || ie.deactivation_time || ie.mar_id)
    return refuse(Cause::service_not_supported, RuleType::pdr, ie.pdr_id, "PDR {}: activation times and multi-access rules are not supported",
                  ie.pdr_id);
  if (!ie.far_id) return lacks(pfcp::ie::far_id, RuleType::pdr, ie.pdr_id, "PDR {} names no FAR", ie.pdr_id);
  auto place = add(rules.pdrs, ie.pdr_id, max_pdrs, RuleType::pdr, "PDR");
  if (!place) return std::unexpected(place.error());
  PdrDraft& pdr = **place;
  pdr.precedence = ie.precedence;
  pdr.far_id = *ie.far_id;
  pdr.removes_header = ie.outer_header_removal.has_value();
  pdr.first_filter = static_cast<uint8_t>(rules.filters.size());
  std::vector<IpFilter> filters;
  SEN_CHECK(set_pdi(pdr, ie.pdi, filters));
  SEN_CHECK(set_references(pdr, ie.qer_ids, ie.urr_ids));
  if (rules.filters.size() + filters.size() > max_filters)
    return refuse(Cause::no_resources, RuleType::pdr, ie.pdr_id, "more than {} SDF filters in a session", max_filters);
  rules.set_filters(static_cast<size_t>(&pdr - rules.pdrs.data()), filters);
  return {};
}

Outcome RuleEdit::update(const pfcp::UpdatePdr& ie) {
  auto place = existing(rules.pdrs, ie.pdr_id, RuleType::pdr, "PDR");
  if (!place) return std::unexpected(place.error());
  if (!ie.activate_predefined_rules.empty() || !ie.deactivate_predefined_rules.empty())
    return refuse(Cause::unknown_predefined_rule, RuleType::pdr, ie.pdr_id, "PDR {}: predefined rules are unknown", ie.pdr_id);
  if (ie.activation_time || ie.deactivation_time)
    return refuse(Cause::service_not_supported, RuleType::pdr, ie.pdr_id, "PDR {}: activation times are not supported", ie.pdr_id);
  PdrDraft& pdr = **place;
  if (ie.precedence) pdr.precedence = *ie.precedence;
  if (ie.extra.removes(pfcp::ie::far_id) && !ie.far_id)
    return lacks(pfcp::ie::far_id, RuleType::pdr, ie.pdr_id, "PDR {} would be left without a FAR", ie.pdr_id);
  if (ie.far_id) pdr.far_id = *ie.far_id;
  if (ie.extra.removes(pfcp::ie::outer_header_removal)) pdr.removes_header = false;
  if (ie.outer_header_removal) pdr.removes_header = true;
  if (ie.pdi) {
    std::vector<IpFilter> filters;
    SEN_CHECK(set_pdi(pdr, *ie.pdi, filters));
    if (rules.filters.size() - pdr.filter_count + filters.size() > max_filters)
      return refuse(Cause::no_resources, RuleType::pdr, ie.pdr_id, "more than {} SDF filters in a session", max_filters);
    rules.set_filters(static_cast<size_t>(&pdr - rules.pdrs.data()), filters);
  }
  // A list replaces the one before; a null length ends all associations (8.2.54, 8.2.75); absent: as before.
  auto list = [&ie](const std::vector<uint32_t>& given, uint16_t type, const uint32_t* before, uint8_t count) {
    return !given.empty() || ie.extra.removes(type) ? given : std::vector(before, before + count);
  };
  return set_references(pdr, list(ie.qer_ids, pfcp::ie::qer_id, pdr.qer_ids, pdr.qer_count),
                        list(ie.urr_ids, pfcp::ie::urr_id, pdr.urr_ids, pdr.urr_count));
}

Outcome RuleEdit::remove(const pfcp::RemovePdr& ie) {
  auto place = existing(rules.pdrs, ie.pdr_id, RuleType::pdr, "PDR");
  if (!place) return std::unexpected(place.error());
  std::erase_if(tunnel_of_pdr, [&](const auto& entry) { return entry.first == ie.pdr_id; });
  rules.erase_pdr(static_cast<size_t>(*place - rules.pdrs.data()));
  return {};
}

// FAR -------------------------------------------------------------------------------------------------------------------------------------

Outcome RuleEdit::set_action(Far& far, const pfcp::ApplyAction& action) {
  if (action.dupl || action.dfrt || action.edrt || action.ipma || action.ipmd || action.fssm || action.mbsu)
    return refuse(Cause::service_not_supported, RuleType::far, far.id,
                  "FAR {}: duplication, redundant transmission and multicast are not supported", far.id);
  if (action.drop + action.forw + action.buff != 1)
    return refuse(Cause::mandatory_ie_incorrect, RuleType::far, far.id, "FAR {}: exactly one of drop, forward and buffer is possible, {} are set",
                  far.id, action.drop + action.forw + action.buff);
  far.action = action.drop ? Action::drop : action.forw ? Action::forward : Action::buffer;
  far.notify = action.nocp;
  return {};
}

Outcome RuleEdit::set_destination(Far& far, pfcp::DestinationInterface destination) {
  switch (destination) {
    case pfcp::DestinationInterface::access: far.destination = Interface::access; return {};
    case pfcp::DestinationInterface::core: far.destination = Interface::core; return {};
    case pfcp::DestinationInterface::sgi_n6_lan: far.destination = Interface::n6; return {};
    case pfcp::DestinationInterface::cp_function: far.destination = Interface::cp_function; return {};
    default:
      return refuse(Cause::rule_failure, RuleType::far, far.id, "FAR {}: destination interface {} has no path here", far.id,
                    static_cast<unsigned>(destination));
  }
}

Outcome RuleEdit::set_outer_header(Far& far, const pfcp::OuterHeaderCreation& ie) {
  if (ie.udp_ipv4 || ie.udp_ipv6 || ie.ipv4_only || ie.ipv6_only || ie.ctag || ie.stag || ie.low_layer_ssm)
    return refuse(Cause::service_not_supported, RuleType::far, far.id, "FAR {}: only GTP-U outer headers are created", far.id);
  if (ie.gtpu_ipv4 && families_.v4) {
    far.outer = OuterHeader::gtpu_v4;
    far.peer = {};
    std::copy(ie.ipv4.begin(), ie.ipv4.end(), far.peer.begin());
  } else if (ie.gtpu_ipv6 && families_.v6) {
    far.outer = OuterHeader::gtpu_v6;
    far.peer = ie.ipv6;
  } else {
    return refuse(Cause::rule_failure, RuleType::far, far.id, "FAR {}: the outer header is of an address family that N3 does not have", far.id);
  }
  far.teid = ie.teid;
  return {};
}

template <class Parameters>
static Outcome refuse_policies(const Parameters& parameters, uint32_t id) {
  if (parameters.forwarding_policy)
    return refuse(Cause::invalid_forwarding_policy, RuleType::far, id, "FAR {}: forwarding policy '{}' is unknown", id,
                  parameters.forwarding_policy->identifier);
  if (parameters.redirect_information || !parameters.header_enrichments.empty() || parameters.ip_address_and_port_number_replacement)
    return refuse(Cause::service_not_supported, RuleType::far, id, "FAR {}: redirection, header enrichment and replacement are not supported", id);
  return {};
}

static void set_marking(Far& far, const std::optional<uint16_t>& marking) {
  if (!marking) return;
  far.has_marking = true;
  far.traffic_class = static_cast<uint8_t>(*marking >> 8 & *marking);  // value and mask octets (8.2.12)
}

Outcome RuleEdit::check_far(const Far& far) const {
  if (far.action != Action::forward) return {};
  if (!far.has_parameters)
    return lacks(pfcp::ie::forwarding_parameters, RuleType::far, far.id, "FAR {} says forward without saying where to", far.id);
  return {};
}

Outcome RuleEdit::create(const pfcp::CreateFar& ie) {
  auto place = add(rules.fars, ie.far_id, max_fars, RuleType::far, "FAR");
  if (!place) return std::unexpected(place.error());
  Far& far = **place;
  if (!ie.duplicating_parameters.empty() || ie.redundant_transmission_forwarding_parameters || ie.mbs_multicast_parameters ||
      !ie.add_mbs_unicast_parameters.empty())
    return refuse(Cause::service_not_supported, RuleType::far, far.id,
                  "FAR {}: duplication, redundant transmission and multicast are not supported", far.id);
  SEN_CHECK(set_action(far, ie.apply_action));
  if (ie.bar_id) far.bar_id = *ie.bar_id;
  if (const auto& parameters = ie.forwarding_parameters) {
    far.has_parameters = true;
    SEN_CHECK(refuse_policies(*parameters, far.id));
    SEN_CHECK(set_destination(far, parameters->destination_interface));
    if (parameters->outer_header_creation) SEN_CHECK(set_outer_header(far, *parameters->outer_header_creation));
    set_marking(far, parameters->transport_level_marking);
  }
  return check_far(far);
}

Outcome RuleEdit::update(const pfcp::UpdateFar& ie) {
  auto place = existing(rules.fars, ie.far_id, RuleType::far, "FAR");
  if (!place) return std::unexpected(place.error());
  Far& far = **place;
  Far before = far;
  if (!ie.update_duplicating_parameters.empty() || ie.redundant_transmission_forwarding_parameters || !ie.add_mbs_unicast_parameters.empty() ||
      !ie.remove_mbs_unicast_parameters.empty())
    return refuse(Cause::service_not_supported, RuleType::far, far.id,
                  "FAR {}: duplication, redundant transmission and multicast are not supported", far.id);
  if (ie.apply_action) SEN_CHECK(set_action(far, *ie.apply_action));
  if (ie.extra.removes(pfcp::ie::bar_id)) far.bar_id = 0;
  if (ie.bar_id) far.bar_id = *ie.bar_id;
  if (const auto& parameters = ie.update_forwarding_parameters) {
    SEN_CHECK(refuse_policies(*parameters, far.id));
    if (parameters->extra.removes(pfcp::ie::outer_header_creation)) far.outer = OuterHeader::none;
    if (parameters->extra.removes(pfcp::ie::transport_level_marking)) far.has_marking = false;
    if (parameters->destination_interface) SEN_CHECK(set_destination(far, *parameters->destination_interface));
    if (parameters->outer_header_creation) SEN_CHECK(set_outer_header(far, *parameters->outer_header_creation));
    set_marking(far, parameters->transport_level_marking);
    far.has_parameters = far.has_parameters || parameters->destination_interface.has_value();
    if (parameters->pfcpsmreq_flags && parameters->pfcpsmreq_flags->sndem && before.outer != OuterHeader::none)
      end_markers.push_back({before.peer_address(), before.teid});
  }
  return check_far(far);
}

Outcome RuleEdit::remove(const pfcp::RemoveFar& ie) { return erase(rules.fars, ie.far_id, RuleType::far, "FAR"); }

// QER -------------------------------------------------------------------------------------------------------------------------------------

template <class Ie>
static void set_qer(Qer& qer, const Ie& ie) {
  if (ie.extra.removes(pfcp::ie::qer_correlation_id)) qer.correlation_id = 0;
  if (ie.extra.removes(pfcp::ie::mbr)) qer.mbr_uplink = qer.mbr_downlink = UINT64_MAX;
  if (ie.extra.removes(pfcp::ie::gbr)) qer.gbr_uplink = qer.gbr_downlink = 0;
  if (ie.extra.removes(pfcp::ie::qfi)) qer.has_qfi = false;
  if (ie.extra.removes(pfcp::ie::rqi)) qer.reflective = false;
  if (ie.qer_correlation_id) qer.correlation_id = *ie.qer_correlation_id;
  if (ie.mbr) {
    qer.mbr_uplink = ie.mbr->ul_kbps;
    qer.mbr_downlink = ie.mbr->dl_kbps;
  }
  if (ie.gbr) {
    qer.gbr_uplink = ie.gbr->ul_kbps;
    qer.gbr_downlink = ie.gbr->dl_kbps;
  }
  if (ie.qfi) {
    qer.has_qfi = true;
    qer.qfi = *ie.qfi & 63;
  }
  if (ie.rqi) qer.reflective = ie.rqi->rqi;
}

static Outcome refuse_packet_rate(bool has_packet_rate, uint32_t id) {
  if (has_packet_rate) return refuse(Cause::service_not_supported, RuleType::qer, id, "QER {}: packet rates are not supported", id);
  return {};
}

Outcome RuleEdit::create(const pfcp::CreateQer& ie) {
  auto place = add(rules.qers, ie.qer_id, max_qers, RuleType::qer, "QER");
  if (!place) return std::unexpected(place.error());
  SEN_CHECK(refuse_packet_rate(ie.packet_rate.has_value(), ie.qer_id));
  Qer& qer = **place;
  qer.uplink_open = ie.gate_status.ul_open();
  qer.downlink_open = ie.gate_status.dl_open();
  set_qer(qer, ie);
  changed_qers.push_back(ie.qer_id);
  return {};
}

Outcome RuleEdit::update(const pfcp::UpdateQer& ie) {
  auto place = existing(rules.qers, ie.qer_id, RuleType::qer, "QER");
  if (!place) return std::unexpected(place.error());
  SEN_CHECK(refuse_packet_rate(ie.packet_rate.has_value(), ie.qer_id));
  Qer& qer = **place;
  if (ie.gate_status) {
    qer.uplink_open = ie.gate_status->ul_open();
    qer.downlink_open = ie.gate_status->dl_open();
  }
  set_qer(qer, ie);
  if (ie.mbr || ie.extra.removes(pfcp::ie::mbr)) changed_qers.push_back(ie.qer_id);
  return {};
}

// Takes an identifier out of a list of references.
static void forget(uint32_t* ids, uint8_t& count, uint32_t id) { count = static_cast<uint8_t>(std::remove(ids, ids + count, id) - ids); }

Outcome RuleEdit::remove(const pfcp::RemoveQer& ie) {
  for (PdrDraft& pdr : rules.pdrs) forget(pdr.qer_ids, pdr.qer_count, ie.qer_id);
  return erase(rules.qers, ie.qer_id, RuleType::qer, "QER");
}

// URR -------------------------------------------------------------------------------------------------------------------------------------

static Volumes to_volumes(const pfcp::Volume& ie) {
  return {ie.total.value_or(UINT64_MAX), ie.uplink.value_or(UINT64_MAX), ie.downlink.value_or(UINT64_MAX)};
}

static void set_triggers(Urr& urr, const pfcp::ReportingTriggers& t) {
  urr.triggers = {t.perio, t.volth, t.timth, t.quhti, t.start, t.liusa, t.volqu, t.timqu, t.eveth, t.evequ, t.quvti};
}

static void set_method(Urr& urr, const pfcp::MeasurementMethod& method) {
  urr.measures_volume = method.volum;
  urr.measures_duration = method.durat;
  urr.measures_events = method.event;
}

template <class Ie>
static Outcome set_urr(Urr& urr, const Ie& ie, std::vector<RuleEdit::NewQuota>& new_quotas) {
  if (ie.monitoring_time || !ie.additional_monitoring_times.empty() || !ie.aggregated_urrs.empty() || ie.time_quota_mechanism ||
      ie.dropped_dl_traffic_threshold || ie.ethernet_inactivity_timer)
    return refuse(Cause::service_not_supported, RuleType::urr, urr.id,
                  "URR {}: monitoring times, aggregation and dropped traffic thresholds are not supported", urr.id);
  if (ie.linked_urr_ids.size() > max_linked_urrs)
    return refuse(Cause::no_resources, RuleType::urr, urr.id, "URR {} is linked to more than {} URRs", urr.id, max_linked_urrs);
  auto take_volumes = [&ie](Volumes& member, const std::optional<pfcp::Volume>& value, uint16_t type) {
    if (ie.extra.removes(type)) member = {};
    if (value) member = to_volumes(*value);
    return value.has_value() || ie.extra.removes(type);
  };
  auto take = [&ie](uint32_t& member, const std::optional<uint32_t>& value, uint16_t type) {
    if (value || ie.extra.removes(type)) member = value.value_or(0);
    return value.has_value() || ie.extra.removes(type);
  };
  take_volumes(urr.volume_threshold, ie.volume_threshold, pfcp::ie::volume_threshold);
  take(urr.time_threshold, ie.time_threshold, pfcp::ie::time_threshold);
  take(urr.event_threshold, ie.event_threshold, pfcp::ie::event_threshold);
  take(urr.period, ie.measurement_period, pfcp::ie::measurement_period);
  take(urr.quota_holding_time, ie.quota_holding_time, pfcp::ie::quota_holding_time);
  take(urr.quota_validity_time, ie.quota_validity_time, pfcp::ie::quota_validity_time);
  take(urr.inactivity_time, ie.inactivity_detection_time, pfcp::ie::inactivity_detection_time);
  RuleEdit::NewQuota quota{.urr_id = urr.id};
  quota.volume = take_volumes(urr.volume_quota, ie.volume_quota, pfcp::ie::volume_quota);
  quota.time = take(urr.time_quota, ie.time_quota, pfcp::ie::time_quota);
  quota.events = take(urr.event_quota, ie.event_quota, pfcp::ie::event_quota);
  if (quota.volume || quota.time || quota.events) new_quotas.push_back(quota);
  if (ie.extra.removes(pfcp::ie::far_id)) urr.has_far_for_quota = false;
  if (ie.far_id_for_quota_action) {
    urr.has_far_for_quota = true;
    urr.far_for_quota = *ie.far_id_for_quota_action;
  }
  if (!ie.linked_urr_ids.empty() || ie.extra.removes(pfcp::ie::linked_urr_id)) {
    urr.linked_count = static_cast<uint8_t>(ie.linked_urr_ids.size());
    std::copy(ie.linked_urr_ids.begin(), ie.linked_urr_ids.end(), urr.linked);
  }
  if (ie.extra.removes(pfcp::ie::measurement_information)) urr.starts_at_once = urr.counts_packets = false;
  if (ie.measurement_information) {
    urr.starts_at_once = ie.measurement_information->istm;
    urr.counts_packets = ie.measurement_information->mnop;
  }
  return {};
}

Outcome RuleEdit::create(const pfcp::CreateUrr& ie) {
  auto place = add(rules.urrs, ie.urr_id, max_urrs, RuleType::urr, "URR");
  if (!place) return std::unexpected(place.error());
  Urr& urr = **place;
  set_method(urr, ie.measurement_method);
  set_triggers(urr, ie.reporting_triggers);
  SEN_CHECK(set_urr(urr, ie, new_quotas));
  changed_urrs.push_back(ie.urr_id);
  return {};
}

Outcome RuleEdit::update(const pfcp::UpdateUrr& ie) {
  auto place = existing(rules.urrs, ie.urr_id, RuleType::urr, "URR");
  if (!place) return std::unexpected(place.error());
  Urr& urr = **place;
  if (ie.measurement_method) set_method(urr, *ie.measurement_method);
  if (ie.reporting_triggers) set_triggers(urr, *ie.reporting_triggers);
  SEN_CHECK(set_urr(urr, ie, new_quotas));
  changed_urrs.push_back(ie.urr_id);
  return {};
}

Outcome RuleEdit::remove(const pfcp::RemoveUrr& ie) {
  for (PdrDraft& pdr : rules.pdrs) forget(pdr.urr_ids, pdr.urr_count, ie.urr_id);
  for (Urr& urr : rules.urrs) forget(urr.linked, urr.linked_count, ie.urr_id);
  return erase(rules.urrs, ie.urr_id, RuleType::urr, "URR");
}

// BAR -------------------------------------------------------------------------------------------------------------------------------------

Outcome RuleEdit::create(const pfcp::CreateBar& ie) {
  auto place = add(rules.bars, ie.bar_id, max_bars, RuleType::bar, "BAR");
  if (!place) return std::unexpected(place.error());
  (*place)->notification_delay = ie.downlink_data_notification_delay.value_or(0);
  (*place)->packets = ie.suggested_buffering_packets_count.value_or(0);
  return {};
}

template <class Ie>
static Outcome update_bar(std::vector<Bar>& bars, const Ie& ie) {
  auto place = existing(bars, ie.bar_id, RuleType::bar, "BAR");
  if (!place) return std::unexpected(place.error());
  auto take = [&ie](uint8_t& member, const std::optional<uint8_t>& value, uint16_t type) {
    if (value || ie.extra.removes(type)) member = value.value_or(0);
  };
  take((*place)->notification_delay, ie.downlink_data_notification_delay, pfcp::ie::downlink_data_notification_delay);
  take((*place)->packets, ie.suggested_buffering_packets_count, pfcp::ie::suggested_buffering_packets_count);
  return {};
}

Outcome RuleEdit::update(const pfcp::UpdateBar& ie) { return update_bar(rules.bars, ie); }
Outcome RuleEdit::update(const pfcp::UpdateBarReportResponse& ie) { return update_bar(rules.bars, ie); }
Outcome RuleEdit::remove(const pfcp::RemoveBar& ie) { return erase(rules.bars, ie.bar_id, RuleType::bar, "BAR"); }

// References ------------------------------------------------------------------------------------------------------------------------------

Outcome RuleEdit::check() {
  for (auto [pdr_id, filter_id] : filter_references_) {
    auto pdr = std::find_if(rules.pdrs.begin(), rules.pdrs.end(), [id = pdr_id](const Pdr& p) { return p.id == id; });
    if (pdr == rules.pdrs.end()) continue;  // removed by the same request
    auto filter = std::find_if(rules.filters.begin(), rules.filters.end(), [id = filter_id](const IpFilter& f) { return f.filter_id == id; });
    if (filter == rules.filters.end())
      return refuse(Cause::rule_failure, RuleType::pdr, pdr_id, "PDR {}: SDF filter {} is defined nowhere", pdr_id, filter_id);
    if (rules.filters.size() >= max_filters)
      return refuse(Cause::no_resources, RuleType::pdr, pdr_id, "more than {} SDF filters in a session", max_filters);
    std::vector<IpFilter> filters(rules.filters.begin() + pdr->first_filter, rules.filters.begin() + pdr->first_filter + pdr->filter_count);
    filters.push_back(*filter);
    rules.set_filters(static_cast<size_t>(pdr - rules.pdrs.begin()), filters);
  }
  filter_references_.clear();
  for (const PdrDraft& pdr : rules.pdrs) {
    if (!find(rules.fars, pdr.far_id)) return refuse(Cause::rule_failure, RuleType::pdr, pdr.id, "PDR {} names FAR {}, which does not exist", pdr.id, pdr.far_id);
    for (unsigned i = 0; i < pdr.qer_count; ++i)
      if (!find(rules.qers, pdr.qer_ids[i]))
        return refuse(Cause::rule_failure, RuleType::pdr, pdr.id, "PDR {} names QER {}, which does not exist", pdr.id, pdr.qer_ids[i]);
    for (unsigned i = 0; i < pdr.urr_count; ++i)
      if (!find(rules.urrs, pdr.urr_ids[i]))
        return refuse(Cause::rule_failure, RuleType::pdr, pdr.id, "PDR {} names URR {}, which does not exist", pdr.id, pdr.urr_ids[i]);
  }
  for (const Far& far : rules.fars)
    if (far.bar_id && !find(rules.bars, far.bar_id))
      return refuse(Cause::rule_failure, RuleType::far, far.id, "FAR {} names BAR {}, which does not exist", far.id, far.bar_id);
  for (const Urr& urr : rules.urrs) {
    for (unsigned i = 0; i < urr.linked_count; ++i)
      if (!find(rules.urrs, urr.linked[i]))
        return refuse(Cause::rule_failure, RuleType::urr, urr.id, "URR {} is linked to URR {}, which does not exist", urr.id, urr.linked[i]);
    if (urr.has_far_for_quota && !find(rules.fars, urr.far_for_quota))
      return refuse(Cause::rule_failure, RuleType::urr, urr.id, "URR {} names FAR {}, which does not exist", urr.id, urr.far_for_quota);
  }
  return {};
}

}  // namespace sen::upf
