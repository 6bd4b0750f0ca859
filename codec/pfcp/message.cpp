#include "codec/pfcp/message.h"

#include "codec/pfcp/wire.h"

namespace sen::pfcp {

void HeartbeatRequest::io(Group& g) {
  g.mandatory(ie::recovery_time_stamp, recovery_time_stamp);
  g.optional(ie::source_ip_address, source_ip_address);
}

void HeartbeatResponse::io(Group& g) {
  g.mandatory(ie::recovery_time_stamp, recovery_time_stamp);
}

void PfdManagementRequest::io(Group& g) {
  g.conditional_list(ie::application_ids_pfds, application_ids_pfds);
  g.optional(ie::node_id, node_id);
}

void PfdManagementResponse::io(Group& g) {
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.optional(ie::node_id, node_id);
}

void AssociationSetupRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::recovery_time_stamp, recovery_time_stamp);
  g.conditional(ie::up_function_features, up_function_features);
  g.conditional(ie::cp_function_features, cp_function_features);
  g.conditional_list(ie::user_plane_ip_resource_information, user_plane_ip_resource_information);
  g.optional_list(ie::alternative_smf_ip_address, alternative_smf_ip_addresses);
  g.conditional(ie::smf_set_id, smf_set_id);
  g.optional(ie::pfcp_session_retention_information, pfcp_session_retention_information);
  g.optional_list(ie::ue_ip_address_pool_information, ue_ip_address_pool_information);
  g.conditional_list(ie::gtp_u_path_qos_control_information, gtp_u_path_qos_control_information);
  g.optional_list(ie::clock_drift_control_information, clock_drift_control_information);
  g.optional(ie::nf_instance_id, upf_instance_id);
  g.optional(ie::pfcpasreq_flags, pfcpasreq_flags);
}

void AssociationSetupResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.mandatory(ie::recovery_time_stamp, recovery_time_stamp);
  g.conditional(ie::up_function_features, up_function_features);
  g.conditional(ie::cp_function_features, cp_function_features);
  g.conditional_list(ie::user_plane_ip_resource_information, user_plane_ip_resource_information);
  g.optional_list(ie::alternative_smf_ip_address, alternative_smf_ip_addresses);
  g.conditional(ie::smf_set_id, smf_set_id);
  g.optional(ie::pfcpasrsp_flags, pfcpasrsp_flags);
  g.conditional_list(ie::clock_drift_control_information, clock_drift_control_information);
  g.optional_list(ie::ue_ip_address_pool_information, ue_ip_address_pool_information);
  g.conditional_list(ie::gtp_u_path_qos_control_information, gtp_u_path_qos_control_information);
  g.optional(ie::nf_instance_id, upf_instance_id);
}

void AssociationUpdateRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.optional(ie::up_function_features, up_function_features);
  g.optional(ie::cp_function_features, cp_function_features);
  g.conditional_list(ie::user_plane_ip_resource_information, user_plane_ip_resource_information);
  g.conditional(ie::pfcp_association_release_request, pfcp_association_release_request);
  g.conditional(ie::graceful_release_period, graceful_release_period);
  g.optional(ie::pfcpaureq_flags, pfcpaureq_flags);
  g.optional_list(ie::alternative_smf_ip_address, alternative_smf_ip_addresses);
  g.optional(ie::smf_set_id, smf_set_id);
  g.conditional_list(ie::clock_drift_control_information, clock_drift_control_information);
  g.optional_list(ie::ue_ip_address_pool_information, ue_ip_address_pool_information);
  g.conditional_list(ie::gtp_u_path_qos_control_information, gtp_u_path_qos_control_information);
  g.optional_list(ie::ue_ip_address_usage_information, ue_ip_address_usage_information);
}

void AssociationUpdateResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.optional(ie::up_function_features, up_function_features);
  g.optional(ie::cp_function_features, cp_function_features);
  g.optional_list(ie::ue_ip_address_usage_information, ue_ip_address_usage_information);
}

void AssociationReleaseRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
}

void AssociationReleaseResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
}

void VersionNotSupportedResponse::io(Group&) {}

void NodeReportRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::node_report_type, node_report_type);
  g.conditional(ie::vendor_specific_node_report_type, vendor_specific_node_report_type);
  g.conditional(ie::user_plane_path_failure_report, user_plane_path_failure_report);
  g.conditional(ie::user_plane_path_recovery_report, user_plane_path_recovery_report);
  g.conditional_list(ie::clock_drift_report, clock_drift_reports);
  g.conditional_list(ie::gtp_u_path_qos_report, gtp_u_path_qos_reports);
  g.conditional(ie::peer_up_restart_report, peer_up_restart_report);
}

void NodeReportResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
}

void SessionSetDeletionRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.conditional_list(ie::fq_csid, fq_csids);
}

void SessionSetDeletionResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
}

void SessionSetModificationRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.some(ie::pfcp_session_change_info, pfcp_session_change_info);
}

void SessionSetModificationResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
}

void SessionEstablishmentRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::f_seid, cp_f_seid);
  g.some(ie::create_pdr, create_pdrs);
  g.some(ie::create_far, create_fars);
  g.conditional_list(ie::create_urr, create_urrs);
  g.conditional_list(ie::create_qer, create_qers);
  g.optional_list(ie::create_bar, create_bars);
  g.conditional_list(ie::create_traffic_endpoint, create_traffic_endpoints);
  g.conditional(ie::pdn_type, pdn_type);
  g.conditional_list(ie::fq_csid, fq_csids);
  g.optional(ie::user_plane_inactivity_timer, user_plane_inactivity_timer);
  g.optional(ie::user_id, user_id);
  g.optional(ie::trace_information, trace_information);
  g.optional(ie::apn_dnn, apn_dnn);
  g.conditional_list(ie::create_mar, create_mars);
  g.conditional(ie::pfcpsereq_flags, pfcpsereq_flags);
  g.conditional(ie::create_bridge_info_for_tsc, create_bridge_info_for_tsc);
  g.optional_list(ie::create_srr, create_srrs);
  g.conditional(ie::provide_atsss_control_information, provide_atsss_control_information);
  g.optional(ie::recovery_time_stamp, recovery_time_stamp);
  g.optional(ie::s_nssai, s_nssai);
  g.optional(ie::provide_rds_configuration_information, provide_rds_configuration_information);
  g.optional(ie::rat_type, rat_type);
  g.conditional_list(ie::l2tp_tunnel_information, l2tp_tunnel_information);
  g.conditional(ie::l2tp_session_information, l2tp_session_information);
  g.optional(ie::group_id, group_id);
  g.conditional(ie::mbs_session_n4mb_control_information, mbs_session_n4mb_control_information);
  g.conditional_list(ie::mbs_session_n4_control_information, mbs_session_n4_control_information);
  g.optional_list(ie::dscp_to_ppi_control_information, dscp_to_ppi_control_information);
}

void SessionEstablishmentResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.conditional(ie::f_seid, up_f_seid);
  g.conditional_list(ie::created_pdr, created_pdrs);
  g.optional(ie::load_control_information, load_control_information);
  g.optional(ie::overload_control_information, overload_control_information);
  g.conditional_list(ie::fq_csid, fq_csids);
  g.conditional(ie::failed_rule_id, failed_rule_id);
  g.conditional_list(ie::created_traffic_endpoint, created_traffic_endpoints);
  g.conditional(ie::created_bridge_info_for_tsc, created_bridge_info_for_tsc);
  g.conditional(ie::atsss_control_parameters, atsss_control_parameters);
  g.optional(ie::rds_configuration_information, rds_configuration_information);
  g.conditional_list(ie::partial_failure_information, partial_failure_information);
  g.optional(ie::created_l2tp_session, created_l2tp_session);
  g.conditional(ie::mbs_session_n4mb_information, mbs_session_n4mb_information);
  g.conditional_list(ie::mbs_session_n4_information, mbs_session_n4_information);
}

void SessionModificationRequest::io(Group& g) {
  g.conditional(ie::f_seid, cp_f_seid);
  g.conditional_list(ie::remove_pdr, remove_pdrs);
  g.conditional_list(ie::remove_far, remove_fars);
  g.conditional_list(ie::remove_urr, remove_urrs);
  g.conditional_list(ie::remove_qer, remove_qers);
  g.conditional_list(ie::remove_bar, remove_bars);
  g.conditional_list(ie::remove_traffic_endpoint, remove_traffic_endpoints);
  g.conditional_list(ie::create_pdr, create_pdrs);
  g.conditional_list(ie::create_far, create_fars);
  g.conditional_list(ie::create_urr, create_urrs);
  g.conditional_list(ie::create_qer, create_qers);
  g.conditional_list(ie::create_bar, create_bars);
  g.conditional_list(ie::create_traffic_endpoint, create_traffic_endpoints);
  g.conditional_list(ie::update_pdr, update_pdrs);
  g.conditional_list(ie::update_far, update_fars);
  g.conditional_list(ie::update_urr, update_urrs);
  g.conditional_list(ie::update_qer, update_qers);
  g.conditional_list(ie::update_bar_modification, update_bars);
  g.conditional_list(ie::update_traffic_endpoint, update_traffic_endpoints);
  g.conditional(ie::pfcpsmreq_flags, pfcpsmreq_flags);
  g.conditional_list(ie::query_urr, query_urrs);
  g.conditional_list(ie::fq_csid, fq_csids);
  g.conditional(ie::user_plane_inactivity_timer, user_plane_inactivity_timer);
  g.optional(ie::query_urr_reference, query_urr_reference);
  g.optional(ie::trace_information, trace_information);
  g.conditional_list(ie::remove_mar, remove_mars);
  g.conditional_list(ie::update_mar, update_mars);
  g.conditional_list(ie::create_mar, create_mars);
  g.conditional(ie::node_id, node_id);
  g.conditional_list(ie::tsc_management_modification_request, tsc_management_information);
  g.conditional_list(ie::remove_srr, remove_srrs);
  g.conditional_list(ie::create_srr, create_srrs);
  g.conditional_list(ie::update_srr, update_srrs);
  g.conditional(ie::provide_atsss_control_information, provide_atsss_control_information);
  g.conditional(ie::ethernet_context_information, ethernet_context_information);
  g.optional_list(ie::access_availability_information, access_availability_information);
  g.conditional_list(ie::query_packet_rate_status, query_packet_rate_status);
  g.optional(ie::s_nssai, s_nssai);
  g.conditional(ie::rat_type, rat_type);
  g.conditional(ie::group_id, group_id);
  g.conditional_list(ie::mbs_session_n4_control_information, mbs_session_n4_control_information);
  g.conditional_list(ie::dscp_to_ppi_control_information, dscp_to_ppi_control_information);
}

void SessionModificationResponse::io(Group& g) {
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.conditional_list(ie::created_pdr, created_pdrs);
  g.optional(ie::load_control_information, load_control_information);
  g.optional(ie::overload_control_information, overload_control_information);
  g.conditional_list(ie::usage_report_modification, usage_reports);
  g.conditional(ie::failed_rule_id, failed_rule_id);
  g.conditional(ie::additional_usage_reports_information, additional_usage_reports_information);
  g.conditional_list(ie::created_traffic_endpoint, created_traffic_endpoints);
  g.conditional_list(ie::tsc_management_modification_response, tsc_management_information);
  g.conditional(ie::atsss_control_parameters, atsss_control_parameters);
  g.conditional_list(ie::updated_pdr, updated_pdrs);
  g.conditional_list(ie::packet_rate_status_report_modification, packet_rate_status_reports);
  g.conditional_list(ie::partial_failure_information, partial_failure_information);
  g.conditional_list(ie::mbs_session_n4_information, mbs_session_n4_information);
}

void SessionDeletionRequest::io(Group& g) {
  g.conditional(ie::f_seid, cp_f_seid);
  g.conditional(ie::node_id, node_id);
}

void SessionDeletionResponse::io(Group& g) {
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.optional(ie::load_control_information, load_control_information);
  g.optional(ie::overload_control_information, overload_control_information);
  g.conditional_list(ie::usage_report_deletion, usage_reports);
  g.conditional(ie::additional_usage_reports_information, additional_usage_reports_information);
  g.conditional_list(ie::packet_rate_status_report, packet_rate_status_reports);
  g.conditional_list(ie::session_report, session_reports);
  g.conditional_list(ie::mbs_session_n4_information, mbs_session_n4_information);
  g.conditional(ie::pfcpsdrsp_flags, pfcpsdrsp_flags);
}

void SessionReportRequest::io(Group& g) {
  g.mandatory(ie::report_type, report_type);
  g.conditional(ie::downlink_data_report, downlink_data_report);
  g.conditional_list(ie::usage_report_report, usage_reports);
  g.conditional(ie::error_indication_report, error_indication_report);
  g.optional(ie::load_control_information, load_control_information);
  g.optional(ie::overload_control_information, overload_control_information);
  g.conditional(ie::additional_usage_reports_information, additional_usage_reports_information);
  g.conditional(ie::pfcpsrreq_flags, pfcpsrreq_flags);
  g.conditional(ie::f_seid, old_cp_f_seid);
  g.conditional(ie::packet_rate_status_report, packet_rate_status_report);
  g.conditional_list(ie::tsc_management_report_request, tsc_management_information);
  g.conditional_list(ie::session_report, session_reports);
  g.optional(ie::cause, cause);
}

void SessionReportResponse::io(Group& g) {
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.conditional(ie::update_bar_report_response, update_bar);
  g.conditional(ie::pfcpsrrsp_flags, pfcpsrrsp_flags);
  g.optional(ie::f_seid, cp_f_seid);
  g.optional(ie::f_teid, n4_u_f_teid);
  g.optional(ie::alternative_smf_ip_address, alternative_smf_ip_address);
  g.optional(ie::fq_csid, fq_csid);
  g.conditional(ie::group_id, group_id);
  g.conditional(ie::node_id, node_id);
}

namespace {

struct TypeRow {
  uint8_t type;
  const char* name;
};
constexpr TypeRow rows[] = {
    {1, "Heartbeat Request"},
    {2, "Heartbeat Response"},
    {3, "PFD Management Request"},
    {4, "PFD Management Response"},
    {5, "Association Setup Request"},
    {6, "Association Setup Response"},
    {7, "Association Update Request"},
    {8, "Association Update Response"},
    {9, "Association Release Request"},
    {10, "Association Release Response"},
    {11, "Version Not Supported Response"},
    {12, "Node Report Request"},
    {13, "Node Report Response"},
    {14, "Session Set Deletion Request"},
    {15, "Session Set Deletion Response"},
    {16, "Session Set Modification Request"},
    {17, "Session Set Modification Response"},
    {50, "Session Establishment Request"},
    {51, "Session Establishment Response"},
    {52, "Session Modification Request"},
    {53, "Session Modification Response"},
    {54, "Session Deletion Request"},
    {55, "Session Deletion Response"},
    {56, "Session Report Request"},
    {57, "Session Report Response"},
};

// Makes `body` the empty message of this type.
template <size_t i = 0>
bool emplace(Body& body, uint8_t type) {
  if constexpr (i == std::variant_size_v<Body>) {
    return false;
  } else {
    if (std::variant_alternative_t<i, Body>::type != type) return emplace<i + 1>(body, type);
    body.emplace<i>();
    return true;
  }
}

// The octets before the IEs, and the header in them.
struct Front {
  Header header;
  uint8_t type = 0;
  uint8_t version = 1;
  size_t octets = 0;  // of the header
  size_t total = 0;   // of the message
};

Result<Front> parse_front(ByteView in) {
  ByteReader reader(in);
  Front front;
  SEN_ASSIGN(uint8_t flags, reader.u8());
  SEN_ASSIGN(front.type, reader.u8());
  SEN_ASSIGN(uint16_t length, reader.u16());
  front.version = flags >> 5;
  front.header.spare_flags = flags >> 3 & 3;
  front.header.follow_on = flags & 4;
  front.total = 4u + length;
  if (front.version != 1) return front;
  if (flags & 1) {
    SEN_ASSIGN(front.header.seid, reader.u64());
  }
  SEN_ASSIGN(front.header.sequence, reader.u24());
  SEN_ASSIGN(uint8_t last, reader.u8());
  front.header.spare = last;
  if (flags & 2) {
    front.header.priority = last >> 4;
    front.header.spare = last & 15;
  }
  front.octets = in.size() - reader.left();
  if (front.total < front.octets) return fail(Fault::truncated, "PFCP header", "message length {} is shorter than the header", length);
  return front;
}

// Whether the message's Cause (the first counts) is a rejection (8.2.1: 64 and up).
bool rejects(const std::vector<Slot>& slots) {
  for (const Slot& slot : slots) {
    if (slot.type == ie::cause) return slot.length > 0 && slot.value[0] >= 64;
  }
  return false;
}

std::unexpected<DecodeError> refuse(Error error, Cause cause, uint16_t ie, const Front* front) {
  DecodeError out;
  static_cast<Error&>(out) = std::move(error);
  out.cause = cause;
  out.offending_ie = ie;
  if (front) {
    if (front->version == 1) out.header = front->header;
    out.type = front->type;
    out.version = front->version;
  }
  return std::unexpected(std::move(out));
}

}  // namespace

const char* message_name(uint8_t type) {
  for (const auto& row : rows) {
    if (row.type == type) return row.name;
  }
  return "message";
}

bool is_session_type(uint8_t type) { return type >= 50 && type < 100; }

bool is_request(uint8_t type) { return type < 50 ? type == 12 || type == 14 || type == 16 || (type < 11 && type % 2 == 1) : type % 2 == 0; }

uint8_t type_of(const Body& body) {
  return std::visit([](const auto& message) { return std::decay_t<decltype(message)>::type; }, body);
}

Result<std::vector<ByteView>> split(ByteView datagram) {
  std::vector<ByteView> out;
  while (true) {
    if (out.size() == max_bundled) return fail(Fault::exhausted, "PFCP datagram", "more than {} messages", max_bundled);
    SEN_ASSIGN(auto front, parse_front(datagram));
    if (front.total > datagram.size()) {
      return fail(Fault::truncated, "PFCP header", "message of {} octets in a datagram with {} left", front.total, datagram.size());
    }
    out.push_back(datagram.first(front.total));
    datagram = datagram.subspan(front.total);
    if (!front.header.follow_on || front.version != 1) break;
  }
  if (!datagram.empty()) return fail(Fault::invalid, "PFCP datagram", "{} octets after the last message", datagram.size());
  return out;
}

std::expected<Packet, DecodeError> decode(ByteView message) {
  auto front = parse_front(message);
  if (!front) return refuse(std::move(front.error()), Cause::invalid_length, 0, nullptr);
  auto refuse_header = [&](Fault fault, Cause cause, std::string text) {
    return refuse(Error{fault, message_name(front->type), std::move(text)}, cause, 0, &*front);
  };
  if (front->version != 1) return refuse_header(Fault::unsupported, Cause::rejected, fmt::format("version {} is not 1", front->version));
  if (front->total != message.size()) {
    return refuse_header(Fault::truncated, Cause::invalid_length,
                         fmt::format("length field says {} octets, there are {}", front->total, message.size()));
  }
  Packet packet;
  packet.header = front->header;
  if (!emplace(packet.body, front->type)) {
    return refuse_header(Fault::unsupported, Cause::service_not_supported, fmt::format("type {} is not known", front->type));
  }
  if (is_session_type(front->type) && !front->header.seid) {
    return refuse_header(Fault::invalid, Cause::session_not_found, "has no SEID");
  }
  Pass pass(Mode::read);
  pass.slots.reserve(64);
  pass.path.reserve(8);
  if (scan(pass, message.subspan(front->octets))) {
    pass.modifying = front->type == SessionModificationRequest::type;
    pass.rejecting = !is_request(front->type) && rejects(pass.slots);
    std::visit([&](auto& body) { Group::run(pass, body, 0, pass.slots.size()); }, packet.body);
  }
  if (!pass.failed) return packet;
  Error error{pass.fault, std::move(pass.where), std::move(pass.text)};
  return refuse(std::move(error).within(message_name(front->type)), pass.cause, pass.offending_ie, &*front);
}

Result<Bytes> encode(const Packet& packet) {
  Pass pass(Mode::write);
  const Header& header = packet.header;
  uint8_t type = type_of(packet.body);
  if (is_session_type(type) && !header.seid) return fail(Fault::missing, message_name(type), "needs a SEID");
  Bytes& out = pass.out;
  out.reserve(512);
  out.push_back(static_cast<uint8_t>(1 << 5 | (header.spare_flags & 3) << 3 | header.follow_on << 2 | header.priority.has_value() << 1 |
                                     header.seid.has_value()));
  out.insert(out.end(), {type, 0, 0});
  if (header.seid) {
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(*header.seid >> shift));
  }
  for (int shift = 16; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(header.sequence >> shift));
  out.push_back(header.priority ? static_cast<uint8_t>(*header.priority << 4 | (header.spare & 15)) : header.spare);
  // Writing does not change the message; the field lists serve reading too and therefore take it as mutable.
  std::visit([&](const auto& body) { Group::run(pass, const_cast<std::decay_t<decltype(body)>&>(body), 0, 0); }, packet.body);
  if (pass.failed) return fail(pass.fault, message_name(type), "{} {}", pass.where, pass.text);
  size_t length = out.size() - 4;
  if (pass.overflow || out.size() > max_message_octets) return fail(Fault::exhausted, message_name(type), "longer than {} octets", max_message_octets);
  out[2] = static_cast<uint8_t>(length >> 8);
  out[3] = static_cast<uint8_t>(length);
  return std::move(out);
}

Result<size_t> size(const Packet& packet) {
  SEN_ASSIGN(auto bytes, encode(packet));
  return bytes.size();
}

void print(const Packet& packet, codec::Tree& tree) {
  codec::Scope scope(tree, message_name(type_of(packet.body)));
  const Header& header = packet.header;
  if (header.seid) tree.leaf("SEID", *header.seid);
  tree.leaf("Sequence Number", header.sequence);
  if (header.priority) tree.leaf("Message Priority", *header.priority);
  tree.leaf("FO", header.follow_on);
  Pass pass(Mode::print);
  pass.tree = &tree;
  std::visit([&](const auto& body) { Group::run(pass, const_cast<std::decay_t<decltype(body)>&>(body), 0, 0); }, packet.body);
}

Packet random_packet(uint8_t type, Random& random) {
  Packet packet;
  emplace(packet.body, type);
  packet.header.sequence = static_cast<uint32_t>(random.between(0, 0xffffff));
  if (is_session_type(type_of(packet.body))) {
    packet.header.seid = random.next();
    if (random.chance(0.3)) packet.header.priority = static_cast<uint8_t>(random.between(0, 15));
  }
  Pass pass(Mode::random);
  pass.random = &random;
  std::visit([&](auto& body) { Group::run(pass, body, 0, 0); }, packet.body);
  return packet;
}

}  // namespace sen::pfcp
