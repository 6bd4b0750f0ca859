#include <algorithm>

#include "core/smf/detail/n2.h"

namespace sen::smf::detail {

static void put_tunnel(ngap::UpTransportLayerInformation& out, const Tunnel& tunnel) {
  auto& gtp = out.set_gtp_tunnel();
  Bytes address(tunnel.v4.octets().begin(), tunnel.v4.octets().end());
  address.insert(address.end(), tunnel.v6.octets().begin(), tunnel.v6.octets().end());
  gtp.transport_layer_address = per::BitString(address, address.size() * 8);
  for (size_t i = 0; i < 4; ++i) gtp.gtp_teid[i] = static_cast<uint8_t>(tunnel.teid >> (24 - 8 * i));
}

Result<Tunnel> tunnel_of(const ngap::UpTransportLayerInformation& information) {
  auto* gtp = information.gtp_tunnel();
  if (!gtp) return fail(Fault::missing, "UPTransportLayerInformation", "no GTP tunnel");
  Tunnel out;
  for (uint8_t octet : gtp->gtp_teid) out.teid = out.teid << 8 | octet;
  Bytes address = gtp->transport_layer_address.bytes();
  size_t bits = gtp->transport_layer_address.size();
  if (bits != 32 && bits != 128 && bits != 160) return fail(Fault::invalid, "transportLayerAddress", "{} bits (32, 128 or 160)", bits);
  if (bits != 128) out.v4 = IpAddress(Octets<4>{address[0], address[1], address[2], address[3]});
  if (bits != 32) {
    Octets<16> v6;
    std::copy_n(address.end() - 16, 16, v6.begin());
    out.v6 = IpAddress(v6);
  }
  if (out.teid == 0) return fail(Fault::invalid, "gTP-TEID", "TEID 0");
  if (std::ranges::all_of(address, [](uint8_t b) { return b == 0; })) return fail(Fault::invalid, "transportLayerAddress", "all zeros");
  return out;
}

std::string describe(const ngap::Cause& cause) {
  static constexpr const char* groups[] = {"radioNetwork", "transport", "nas", "protocol", "misc"};
  auto group = static_cast<size_t>(cause.kind());
  if (group >= std::size(groups)) return "unknown cause";
  unsigned value = 0;
  if (auto* c = cause.radio_network()) value = static_cast<unsigned>(*c);
  if (auto* c = cause.transport()) value = static_cast<unsigned>(*c);
  if (auto* c = cause.nas()) value = static_cast<unsigned>(*c);
  if (auto* c = cause.protocol()) value = static_cast<unsigned>(*c);
  if (auto* c = cause.misc()) value = static_cast<unsigned>(*c);
  return fmt::format("{} {}", groups[group], value);
}

static ngap::QosFlowLevelQosParameters qos_of(const QosFlow& flow) {
  ngap::QosFlowLevelQosParameters out;
  out.qos_characteristics.set_non_dynamic_5qi().five_qi = flow.five_qi;
  auto& arp = out.allocation_and_retention_priority;
  arp.priority_level_arp = std::clamp<uint8_t>(flow.arp.priority_level, 1, 15);
  arp.pre_emption_capability = flow.arp.preempt_cap == sbi::PreemptionCapability::may_preempt
                                   ? ngap::PreEmptionCapability::may_trigger_pre_emption
                                   : ngap::PreEmptionCapability::shall_not_trigger_pre_emption;
  arp.pre_emption_vulnerability = flow.arp.preempt_vuln == sbi::PreemptionVulnerability::preemptable
                                      ? ngap::PreEmptionVulnerability::pre_emptable
                                      : ngap::PreEmptionVulnerability::not_pre_emptable;
  if (flow.gbr()) {
    auto& gbr = out.gbr_qos_information.emplace();
    gbr.guaranteed_flow_bit_rate_dl = static_cast<int64_t>(flow.gfbr_dl);
    gbr.guaranteed_flow_bit_rate_ul = static_cast<int64_t>(flow.gfbr_ul);
    gbr.maximum_flow_bit_rate_dl = static_cast<int64_t>(std::max(flow.mfbr_dl, flow.gfbr_dl));
    gbr.maximum_flow_bit_rate_ul = static_cast<int64_t>(std::max(flow.mfbr_ul, flow.gfbr_ul));
  }
  return out;
}

static ngap::PduSessionType type_of(nas::PduSessionKind kind) {
  switch (kind) {
    case nas::PduSessionKind::ipv6: return ngap::PduSessionType::ipv6;
    case nas::PduSessionKind::ipv4v6: return ngap::PduSessionType::ipv4_v6;
    default: return ngap::PduSessionType::ipv4;
  }
}

static ngap::PduSessionAggregateMaximumBitRate rate_of(const sbi::Ambr& ambr) {
  ngap::PduSessionAggregateMaximumBitRate out;
  constexpr uint64_t most = 4'000'000'000'000;  // BitRate's upper bound
  out.pdu_session_aggregate_maximum_bit_rate_dl = static_cast<int64_t>(std::min(ambr.downlink.bps, most));
  out.pdu_session_aggregate_maximum_bit_rate_ul = static_cast<int64_t>(std::min(ambr.uplink.bps, most));
  return out;
}

static ngap::SecurityIndication indication_of(const Session& s, const SecurityIndicationConfig& config) {
  ngap::SecurityIndication out;
  out.integrity_protection_indication = static_cast<ngap::IntegrityProtectionIndication>(config.integrity);
  out.confidentiality_protection_indication = static_cast<ngap::ConfidentialityProtectionIndication>(config.confidentiality);
  // Present when integrity is required or preferred (TS 38.413 9.3.1.27); 9.11.4.7 of TS 24.501: 255 full rate, else 64 kbit/s.
  if (config.integrity != SecurityIndicationConfig::Need::not_needed) {
    using Rate = ngap::MaximumIntegrityProtectedDataRate;
    out.maximum_integrity_protected_data_rate_ul = s.integrity_rate_ul == 0xff ? Rate::maximum_ue_rate : Rate::bitrate64_kbs;
    out.maximum_integrity_protected_data_rate_dl = s.integrity_rate_dl == 0xff ? Rate::maximum_ue_rate : Rate::bitrate64_kbs;
  }
  return out;
}

Result<Bytes> setup_request(const Session& s, const SmfConfig& config) {
  ngap::PduSessionResourceSetupRequestTransfer transfer;
  transfer.pdu_session_aggregate_maximum_bit_rate = rate_of(s.ambr);
  put_tunnel(transfer.ul_ngu_up_tnl_information, s.ul);
  transfer.pdu_session_type = type_of(s.kind);
  if (config.security_indication.given) transfer.security_indication = indication_of(s, config.security_indication);
  for (auto& flow : s.flows) {
    auto& item = transfer.qos_flow_setup_request_list.emplace_back();
    item.qos_flow_identifier = flow.qfi;
    item.qos_flow_level_qos_parameters = qos_of(flow);
  }
  return ngap::encode_value(transfer);
}

Result<Bytes> modify_request(const Session& s) {
  ngap::PduSessionResourceModifyRequestTransfer transfer;
  bool any = false;
  if (s.old_ambr) {
    transfer.pdu_session_aggregate_maximum_bit_rate = rate_of(s.ambr);
    any = true;
  }
  std::vector<ngap::QosFlowAddOrModifyRequestItem> changed;
  std::vector<ngap::QosFlowWithCauseItem> gone;
  if (!s.old_flows.empty()) {
    for (auto& flow : s.flows) {
      if (std::ranges::find(s.old_flows, flow) != s.old_flows.end()) continue;
      auto& item = changed.emplace_back();
      item.qos_flow_identifier = flow.qfi;
      item.qos_flow_level_qos_parameters = qos_of(flow);
    }
    for (auto& old : s.old_flows) {
      if (std::ranges::find(s.flows, old.qfi, &QosFlow::qfi) != s.flows.end()) continue;
      auto& item = gone.emplace_back();
      item.qos_flow_identifier = old.qfi;
      item.cause.set_nas() = ngap::CauseNas::normal_release;
    }
  }
  if (!changed.empty()) transfer.qos_flow_add_or_modify_request_list = std::move(changed), any = true;
  if (!gone.empty()) transfer.qos_flow_to_release_list = std::move(gone), any = true;
  if (!any) return Bytes();
  return ngap::encode_value(transfer);
}

Result<Bytes> release_command_transfer(ngap::CauseNas cause) {
  ngap::PduSessionResourceReleaseCommandTransfer transfer;
  transfer.cause.set_nas() = cause;
  return ngap::encode_value(transfer);
}

Result<Bytes> release_command_transfer(ngap::CauseRadioNetwork cause) {
  ngap::PduSessionResourceReleaseCommandTransfer transfer;
  transfer.cause.set_radio_network() = cause;
  return ngap::encode_value(transfer);
}

Result<Bytes> path_switch_acknowledge(const Session& s, const SmfConfig& config) {
  ngap::PathSwitchRequestAcknowledgeTransfer transfer;
  put_tunnel(transfer.ul_ngu_up_tnl_information.emplace(), s.ul);
  if (config.security_indication.given) transfer.security_indication = indication_of(s, config.security_indication);
  return ngap::encode_value(transfer);
}

Result<Bytes> path_switch_unsuccessful(ngap::CauseRadioNetwork cause) {
  ngap::PathSwitchRequestUnsuccessfulTransfer transfer;
  transfer.cause.set_radio_network() = cause;
  return ngap::encode_value(transfer);
}

Result<Bytes> handover_command(const ngap::HandoverRequestAcknowledgeTransfer& acknowledge, bool direct_path, const Tunnel& via) {
  ngap::HandoverCommandTransfer transfer;
  if (acknowledge.dl_forwarding_up_tnl_information && (direct_path || !via.empty())) {
    if (direct_path)
      transfer.dl_forwarding_up_tnl_information = acknowledge.dl_forwarding_up_tnl_information;
    else
      put_tunnel(transfer.dl_forwarding_up_tnl_information.emplace(), via);
    std::vector<ngap::QosFlowToBeForwardedItem> flows;
    for (auto& flow : acknowledge.qos_flow_setup_response_list) {
      if (flow.data_forwarding_accepted) flows.emplace_back().qos_flow_identifier = flow.qos_flow_identifier;
    }
    if (!flows.empty()) transfer.qos_flow_to_be_forwarded_list = std::move(flows);
  }
  if (direct_path && acknowledge.data_forwarding_response_drb_list)
    transfer.data_forwarding_response_drb_list = acknowledge.data_forwarding_response_drb_list;
  if (acknowledge.qos_flow_failed_to_setup_list) transfer.qos_flow_failed_to_setup_list = acknowledge.qos_flow_failed_to_setup_list;
  return ngap::encode_value(transfer);
}

Result<Bytes> handover_preparation_unsuccessful(ngap::CauseRadioNetwork cause) {
  ngap::HandoverPreparationUnsuccessfulTransfer transfer;
  transfer.cause.set_radio_network() = cause;
  return ngap::encode_value(transfer);
}

Result<Bytes> modify_confirm(const Session& s, const ngap::PduSessionResourceModifyIndicationTransfer& indication) {
  ngap::PduSessionResourceModifyConfirmTransfer transfer;
  for (auto& flow : indication.dl_qos_flow_per_tnl_information.associated_qos_flow_list)
    transfer.qos_flow_modify_confirm_list.emplace_back().qos_flow_identifier = flow.qos_flow_identifier;
  put_tunnel(transfer.ulngu_up_tnl_information, s.ul);
  return ngap::encode_value(transfer);
}

}  // namespace sen::smf::detail
