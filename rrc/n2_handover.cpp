// Handover through the AMF (TS 38.413 8.4, TS 23.502 4.9.1.3, TS 33.501 6.9.2.3.3), this gNB as source and as target. An AM bearer loses nothing: the
// target goes on with the source's bearers and COUNTs, gets what the source had not seen confirmed, and the UE sends again what it has not.
#include <algorithm>

#include "crypto/kdf.h"
#include "codec/rrc/rrc_inter_node.h"
#include "mac/asn1/convert.h"
#include "rlc_pdcp/asn1.h"
#include "rrc/detail/messages.h"

namespace sen::gnb {
namespace {

ngap::NgranCgi cgi(const Plmn& plmn, uint64_t identity) {
  ngap::NgranCgi out;
  auto& nr = out.set_nr_cgi();
  nr.plmn_identity = plmn.octets;
  nr.nr_cell_identity.value = identity;
  return out;
}

// What the source says of its bearers is the UE's view: here the other direction transmits.
void swap_directions(Ue::SourceDrb& drb) {
  std::swap(drb.config.pdcp.tx_sn_bits, drb.config.pdcp.rx_sn_bits);
  std::swap(drb.rlc.tx_sn_bits, drb.rlc.rx_sn_bits);
  std::swap(drb.rlc.tx, drb.rlc.rx);
}

// Empty when the source's configuration cannot be gone on with.
std::vector<Ue::SourceDrb> source_drbs(const rrc::AsConfig& config) {
  const auto* ies = config.rrc_reconfiguration.critical_extensions.rrc_reconfiguration();
  if (!ies || !ies->radio_bearer_config || !ies->non_critical_extension || !ies->non_critical_extension->master_cell_group) return {};
  std::vector<l2::DrbConfig> drbs;
  auto change = l2::from_asn1(*ies->radio_bearer_config, *ies->non_critical_extension->master_cell_group, drbs);
  if (!change) {
    log_info(Layer::rrc, "the handover's source has a configuration of another kind: {}", change.error().describe());
    return {};
  }
  std::vector<Ue::SourceDrb> out;
  for (const auto& drb : drbs) {
    auto rlc = std::ranges::find(change->rlcs, l2::BearerId{.srb = false, .number = drb.drb}, &l2::RlcBearer::bearer);
    if (rlc == change->rlcs.end()) return {};
    swap_directions(out.emplace_back(Ue::SourceDrb{drb, rlc->lcid, rlc->rlc}));
  }
  return out;
}

uint32_t hfn_of(uint32_t count, unsigned bits) { return count >> bits; }
uint32_t sn_of(uint32_t count, unsigned bits) { return count & ((1u << bits) - 1); }

ngap::DrbsSubjectToStatusTransferItem status_of(const Drb& drb, const l2::Count& count) {
  ngap::DrbsSubjectToStatusTransferItem item;
  item.drb_id = drb.id;
  if (drb.config.pdcp.rx_sn_bits == 18) {
    auto& ul = item.drb_status_ul.set_drb_status_ul18().ul_count_value;
    ul.pdcp_sn18 = sn_of(count.next_rx, 18);
    ul.hfn_pdcp_sn18 = static_cast<uint16_t>(hfn_of(count.next_rx, 18));
  } else {
    auto& ul = item.drb_status_ul.set_drb_status_ul12().ul_count_value;
    ul.pdcp_sn12 = sn_of(count.next_rx, 12);
    ul.hfn_pdcp_sn12 = hfn_of(count.next_rx, 12);
  }
  if (drb.config.pdcp.tx_sn_bits == 18) {
    auto& dl = item.drb_status_dl.set_drb_status_dl18().dl_count_value;
    dl.pdcp_sn18 = sn_of(count.next_tx, 18);
    dl.hfn_pdcp_sn18 = static_cast<uint16_t>(hfn_of(count.next_tx, 18));
  } else {
    auto& dl = item.drb_status_dl.set_drb_status_dl12().dl_count_value;
    dl.pdcp_sn12 = sn_of(count.next_tx, 12);
    dl.hfn_pdcp_sn12 = hfn_of(count.next_tx, 12);
  }
  return item;
}

l2::Count count_of(const ngap::DrbsSubjectToStatusTransferItem& item) {
  l2::Count count;
  if (const auto* ul = item.drb_status_ul.drb_status_ul18()) count.next_rx = static_cast<uint32_t>(ul->ul_count_value.hfn_pdcp_sn18) << 18 | ul->ul_count_value.pdcp_sn18;
  if (const auto* ul = item.drb_status_ul.drb_status_ul12()) count.next_rx = ul->ul_count_value.hfn_pdcp_sn12 << 12 | ul->ul_count_value.pdcp_sn12;
  if (const auto* dl = item.drb_status_dl.drb_status_dl18()) count.next_tx = static_cast<uint32_t>(dl->dl_count_value.hfn_pdcp_sn18) << 18 | dl->dl_count_value.pdcp_sn18;
  if (const auto* dl = item.drb_status_dl.drb_status_dl12()) count.next_tx = dl->dl_count_value.hfn_pdcp_sn12 << 12 | dl->dl_count_value.pdcp_sn12;
  return count;
}

}  // namespace

// ---- the source

// TS 38.331 11.2.3 AS-Config: all that the UE has.
void Core::prepare_source_config(const Ue& ue, rrc::AsConfig& out) const {
  auto& ies = out.rrc_reconfiguration.critical_extensions.set_rrc_reconfiguration();
  rrc::CellGroupConfig group;
  l2::Change bearers = all_bearers(ue);
  bearers.reestablish_pdcp.clear();
  bearers.reestablish_rlc.clear();
  l2::to_asn1(bearers, ies.radio_bearer_config.emplace(), group);
  mac::to_asn1(settings.cells[ue.cell].mac, nullptr, ue.config, group);
  ies.non_critical_extension.emplace().master_cell_group.emplace() = std::move(group);
}

bool Core::hand_over(Ue& ue, const ExternalCell& target) {
  if (ue.state != UeState::connected || !ue.security.active || ue.drbs.empty() || ue.lost || ue.handover || ue.required_sent) return false;
  enqueue(ue, [target](Core& core, Ue& found) {
    if (!core.start_n2_handover(found, target)) core.finished(found.id);
  });
  return true;
}

bool Core::start_n2_handover(Ue& ue, const ExternalCell& target) {
  if (ue.state != UeState::connected || !ue.on_n2 || !ue.security.active || ue.drbs.empty() || ue.handover || ue.required_sent || ue.lost) return false;
  rrc::HandoverPreparationInformation information;
  auto& ies = information.critical_extensions.set_c1().set_handover_preparation_information();
  if (auto stored = rrc::decode<rrc::UeRadioAccessCapabilityInformation>(ue.radio_capability)) {
    const auto* c1 = stored->critical_extensions.c1();
    const auto* inner = c1 ? c1->ue_radio_access_capability_information() : nullptr;
    if (inner) ies.ue_capability_rat_list = inner->ue_radio_access_capability_info;
  }
  prepare_source_config(ue, ies.source_config.emplace());
  auto preparation = rrc::encode(information);
  if (!preparation) {
    log_error(Layer::rrc, "UE {}: HandoverPreparationInformation: {}", ue.id, preparation.error().describe());
    return false;
  }
  ngap::SourceNgranNodeToTargetNgranNodeTransparentContainer container;
  container.rrc_container = std::move(*preparation);
  container.target_cell_id = cgi(target.plmn, target.nr_cell_identity);
  auto& last = container.ue_history_information.emplace_back().last_visited_cell_information.set_ngran_cell();
  last.global_cell_id = cgi(settings.cells[ue.cell].plmn, settings.cells[ue.cell].nr_cell_identity);
  last.cell_type.cell_size = ngap::CellSize::small;
  auto& sessions = container.pdu_session_resource_information_list.emplace();
  for (const auto& session : ue.sessions) {
    auto& item = sessions.emplace_back();
    item.pdu_session_id = session.id;
    for (const auto& flow : session.flows) {
      auto& information_of_flow = item.qos_flow_information_list.emplace_back();
      information_of_flow.qos_flow_identifier = flow.qfi;
      information_of_flow.dl_forwarding = ngap::DlForwarding::dl_forwarding_proposed;
    }
    auto& drbs = item.drbs_to_qos_flows_mapping_list.emplace();
    for (const auto& drb : ue.drbs) {
      if (drb.session != session.id) continue;
      auto& mapping = drbs.emplace_back();
      mapping.drb_id = drb.id;
      for (const auto& flow : session.flows) {
        if (flow.drb == drb.id) mapping.associated_qos_flow_list.emplace_back().qos_flow_identifier = flow.qfi;
      }
    }
  }
  auto packed = ngap::encode_value(container);
  if (!packed) {
    log_error(Layer::ngap, "UE {}: source to target container: {}", ue.id, packed.error().describe());
    return false;
  }
  ngap::HandoverRequired required;
  required.handover_type = ngap::HandoverType::intra5_gs;
  required.cause = radio_cause(ngap::CauseRadioNetwork::handover_desirable_for_radio_reason);
  auto& id = required.target_id.set_target_ran_node_id();
  auto& gnb = id.global_ran_node_id.set_global_gnb_id();
  gnb.plmn_identity = target.plmn.octets;
  gnb.gnb_id.set_gnb_id() = per::BitString(target.gnb_id, target.gnb_id_bits);
  id.selected_tai = to_ngap(Tai{target.plmn, target.tac});
  if (settings.direct_forwarding) required.direct_forwarding_path_availability = ngap::DirectForwardingPathAvailability::direct_path_available;
  for (const auto& session : ue.sessions) {
    auto& item = required.pdu_session_resource_list_ho_rqd.emplace_back();
    item.pdu_session_id = session.id;
    if (settings.direct_forwarding)
      item.handover_required_transfer.direct_forwarding_path_availability = ngap::DirectForwardingPathAvailability::direct_path_available;
  }
  required.source_to_target_transparent_container = std::move(*packed);
  if (!send(ue, required)) return false;
  ue.required_sent = true;
  log_info(Layer::rrc, "UE {}: handover to gNB {:#x}, PCI {} required", ue.id, target.gnb_id, target.pci);
  start_timer(ue.handover_timer, limit::handover_prepare, ue, [](Core& core, Ue& found) {
    log_warning(Layer::rrc, "UE {}: no HANDOVER COMMAND in time, cancelling", found.id);
    core.cancel_handover(found, radio_cause(ngap::CauseRadioNetwork::tngrelocprep_expiry));
    core.finished(found.id);
  });
  return true;
}

void Core::cancel_handover(Ue& ue, const ngap::Cause& cause) {
  ue.required_sent = false;
  ue.handover_timer.stop();
  ngap::HandoverCancel cancel;
  cancel.cause = cause;
  send(ue, cancel);
}

void Core::on_handover_preparation_failure(const ngap::NgapPdu& pdu) {
  const auto& failure = *pdu.get_if<ngap::HandoverPreparationFailure>();
  Ue* ue = ue_of(failure.amf_ue_ngap_id, failure.ran_ue_ngap_id);
  if (!ue || !ue->required_sent) return;
  ue->required_sent = false;
  ue->handover_timer.stop();
  log_warning(Layer::rrc, "UE {}: handover refused: {}", ue->id, text_of(failure.cause));
  finished(ue->id);
}

void Core::on_handover_cancel_acknowledge(const ngap::NgapPdu& pdu) {
  const auto& acknowledge = *pdu.get_if<ngap::HandoverCancelAcknowledge>();
  (void)ue_of(acknowledge.amf_ue_ngap_id, acknowledge.ran_ue_ngap_id);
}

// The RRCReconfiguration of the target goes to the UE as it is; then the UE is the target's, and the AMF releases it here. From now on nothing of its
// bearers is sent, received or acknowledged here: what the status and the forwarded packets say stays true.
void Core::on_handover_command(const ngap::NgapPdu& pdu) {
  const auto& command = *pdu.get_if<ngap::HandoverCommand>();
  Ue* ue = ue_of(command.amf_ue_ngap_id, command.ran_ue_ngap_id);
  if (!ue) return;
  if (!ue->required_sent || ue->state != UeState::connected || ue->lost) return count_drop("handover_command_unexpected");
  auto container = ngap::decode_value<ngap::TargetNgranNodeToSourceNgranNodeTransparentContainer>(command.target_to_source_transparent_container);
  auto inner = container ? rrc::decode<rrc::HandoverCommand>(container->rrc_container) : std::unexpected(std::move(container).error());
  const auto* c1 = inner ? inner->critical_extensions.c1() : nullptr;
  const auto* ies = c1 ? c1->handover_command() : nullptr;
  if (!ies) {
    log_warning(Layer::rrc, "UE {}: HANDOVER COMMAND without a usable RRC container: {}", ue->id, inner ? "unknown extension" : inner.error().describe());
    cancel_handover(*ue, protocol_cause(ngap::CauseProtocol::semantic_error));
    return finished(ue->id);
  }
  ue->required_sent = false;
  ue->handover_timer.stop();
  rrc::DlDcchMessage message;
  message.message.set_c1().set_rrc_reconfiguration() = ies->handover_command_message;
  l2::Change frozen;
  frozen.suspend = true;
  for (const auto& drb : ue->drbs) frozen.remove_rlcs.push_back(drb.lcid);
  if (!send_dcch(*ue, 1, rrc::encode(message)) || !ports.change_user_plane(ue->id, frozen)) return radio_lost(*ue, "the handover command cannot be sent");
  ue->state = UeState::departing;
  ue->inactivity.stop();
  ngap::UplinkRanStatusTransfer status;
  auto& list = status.ran_status_transfer_transparent_container.drbs_subject_to_status_transfer_list;
  for (const auto& drb : ue->drbs) {
    auto count = ports.count(ue->id, drb.id);
    if (count && drb.rlc.mode == l2::RlcMode::am) list.push_back(status_of(drb, *count));
  }
  if (!list.empty()) send(*ue, status);
  forward_data(*ue, command);
  start_timer(ue->handover_timer, limit::handover_overall, *ue, [](Core& core, Ue& found) {
    core.request_release(found, ngap::CauseRadioNetwork::txnrelocoverall_expiry);
  });
}

void Core::forward_data(Ue& ue, const ngap::HandoverCommand& command) {
  if (!command.pdu_session_resource_handover_list) return;
  for (const auto& item : *command.pdu_session_resource_handover_list) {
    const Session* session = ue.session(item.pdu_session_id);
    const auto& transfer = item.handover_command_transfer;
    if (!session || !transfer.dl_forwarding_up_tnl_information) continue;
    const auto target = from_ngap(*transfer.dl_forwarding_up_tnl_information, settings.n3.is_v4());
    if (!target) continue;
    ports.forward_session(ue.id, session->id, session->own_teid, *target);
    for (const auto& drb : ue.drbs) {
      if (drb.session != session->id) continue;
      N3Tunnel bearer;
      if (transfer.data_forwarding_response_drb_list) {
        auto found = std::ranges::find(*transfer.data_forwarding_response_drb_list, drb.id, &ngap::DataForwardingResponseDrbItem::drb_id);
        if (found != transfer.data_forwarding_response_drb_list->end() && found->dl_forwarding_up_tnl_information) {
          bearer = from_ngap(*found->dl_forwarding_up_tnl_information, settings.n3.is_v4()).value_or(N3Tunnel{});
        }
      }
      ports.forward_bearer(ue.id, drb.id, session->own_teid, bearer);
    }
  }
}

// ---- the target

namespace {

ngap::Cause admit_all(Core& core, Ue& ue, const ngap::HandoverRequest& request, Reconfiguration& change, ngap::HandoverRequestAcknowledge& answer) {
  for (const auto& item : request.pdu_session_resource_setup_list_ho_req) {
    if (auto refusal = core.admit(ue, item.pdu_session_id, item.s_nssai, item.handover_request_transfer, change)) {
      auto& list = answer.pdu_session_resource_failed_to_setup_list_ho_ack;
      auto& failed = (list ? *list : list.emplace()).emplace_back();
      failed.pdu_session_id = item.pdu_session_id;
      failed.handover_resource_allocation_unsuccessful_transfer.cause = radio_cause(*refusal);
      continue;
    }
    const Session& session = ue.sessions.back();
    auto& admitted = answer.pdu_session_resource_admitted_list.emplace_back();
    admitted.pdu_session_id = item.pdu_session_id;
    auto& transfer = admitted.handover_request_acknowledge_transfer;
    to_ngap(core.settings.n3, session.own_teid, transfer.dl_ngu_up_tnl_information);
    auto forwarding = core.ports.add_forwarding(ue.id, session.id, 0);
    if (forwarding) to_ngap(core.settings.n3, *forwarding, transfer.dl_forwarding_up_tnl_information.emplace());
    for (const auto& flow : session.flows) {
      auto& accepted = transfer.qos_flow_setup_response_list.emplace_back();
      accepted.qos_flow_identifier = flow.qfi;
      if (forwarding) accepted.data_forwarding_accepted = ngap::DataForwardingAccepted::data_forwarding_accepted;
    }
    for (const auto& drb : ue.drbs) {  // SDUs with their SN, where the bearer goes on
      const bool goes_on = drb.session == session.id && std::ranges::find(ue.source_drbs, drb.id, [](const Ue::SourceDrb& d) { return d.config.drb; }) != ue.source_drbs.end();
      auto teid = goes_on && forwarding ? core.ports.add_forwarding(ue.id, session.id, drb.id) : fail(Fault::not_found, "", "");
      if (!teid) continue;
      auto& list = transfer.data_forwarding_response_drb_list;
      auto& response = (list ? *list : list.emplace()).emplace_back();
      response.drb_id = drb.id;
      to_ngap(core.settings.n3, *teid, response.dl_forwarding_up_tnl_information.emplace());
    }
  }
  return radio_cause(ngap::CauseRadioNetwork::ho_failure_in_target_5gc_ngran_node_or_target_system);
}

void take_source_context(Ue& ue, ByteView rrc_container) {
  auto preparation = rrc::decode<rrc::HandoverPreparationInformation>(rrc_container);
  const auto* c1 = preparation ? preparation->critical_extensions.c1() : nullptr;
  const auto* ies = c1 ? c1->handover_preparation_information() : nullptr;
  if (!ies) return;
  rrc::UeRadioAccessCapabilityInformation stored;
  stored.critical_extensions.set_c1().set_ue_radio_access_capability_information().ue_radio_access_capability_info = ies->ue_capability_rat_list;
  if (auto bytes = rrc::encode(stored)) ue.radio_capability = std::move(*bytes);
  if (ies->source_config) ue.source_drbs = source_drbs(*ies->source_config);
}

// Bearers of the source that were not admitted.
l2::Change source_leftovers(const Ue& ue) {
  l2::Change out;
  for (const auto& drb : ue.source_drbs) {
    const bool kept = std::ranges::find(ue.drbs, drb.config.drb, &Drb::id) != ue.drbs.end();
    if (kept) continue;
    out.remove_drbs.push_back(drb.config.drb);
    out.remove_rlcs.push_back(drb.lcid);
  }
  return out;
}

}  // namespace

void Core::on_handover_request(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::HandoverRequest>();
  auto refuse = [&](const ngap::Cause& cause) {
    ngap::HandoverFailure failure;
    failure.amf_ue_ngap_id = request.amf_ue_ngap_id;
    failure.cause = cause;
    send(0, failure);
  };
  auto container = ngap::decode_value<ngap::SourceNgranNodeToTargetNgranNodeTransparentContainer>(request.source_to_target_transparent_container);
  if (!container) return refuse(protocol_cause(ngap::CauseProtocol::semantic_error));
  const auto* wanted = container->target_cell_id.nr_cgi();
  auto cell = std::find_if(settings.cells.begin(), settings.cells.end(), [&](const CellSettings& c) {
    return wanted && c.nr_cell_identity == wanted->nr_cell_identity.value && c.plmn.octets == wanted->plmn_identity;
  });
  if (cell == settings.cells.end()) return refuse(radio_cause(ngap::CauseRadioNetwork::cell_not_available));
  const auto target = static_cast<size_t>(cell - settings.cells.begin());
  const Bytes nh = request.security_context.next_hop_nh.bytes();
  auto rnti = ports.allocate_rnti(target);
  if (!rnti || nh.size() != 32) return refuse(radio_cause(ngap::CauseRadioNetwork::no_radio_resources_available_in_target_cell));
  Ue* ue = new_ue(target, *rnti);
  if (!ue) return refuse(radio_cause(ngap::CauseRadioNetwork::no_radio_resources_available_in_target_cell));
  ue->state = UeState::arriving;
  ue->amf_id = request.amf_ue_ngap_id;
  ue->on_n2 = true;
  ue->capabilities = request.ue_security_capabilities;
  ue->ambr_dl = static_cast<uint64_t>(request.ue_aggregate_maximum_bit_rate.ue_aggregate_maximum_bit_rate_dl);
  ue->ambr_ul = static_cast<uint64_t>(request.ue_aggregate_maximum_bit_rate.ue_aggregate_maximum_bit_rate_ul);
  if (!choose_algorithms(*ue)) {
    refuse(radio_cause(ngap::CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported));
    return forget(*ue);
  }
  std::copy(nh.begin(), nh.end(), ue->security.nh.begin());
  ue->security.nh_ncc = request.security_context.next_hop_chaining_count;
  ue->security.nh_fresh = true;
  std::tie(ue->security.k_gnb, ue->security.ncc) = next_k_gnb(*ue, target);
  ue->security.nh_fresh = false;
  ue->security.active = true;
  take_source_context(*ue, container->rrc_container);
  // The user plane must exist before tunnels can name it.
  ue->config = initial_config(target);
  auto assigned = ports.assign_resources(target, *rnti, ue->config);
  if (assigned) assigned = ports.add_ue(ue->id, target, *rnti, ue->config);
  if (!assigned) {
    log_warning(Layer::rrc, "handover request refused: {}", assigned.error().describe());
    refuse(radio_cause(ngap::CauseRadioNetwork::no_radio_resources_available_in_target_cell));
    return forget(*ue);
  }
  Reconfiguration change;
  ngap::HandoverRequestAcknowledge answer;
  const ngap::Cause cause = admit_all(*this, *ue, request, change, answer);
  if (answer.pdu_session_resource_admitted_list.empty()) {
    refuse(cause);
    return forget(*ue);
  }
  ue->srb2 = true;
  if (change.config) ue->config.channels = change.config->channels;
  ports.reconfigure(target, *rnti, ue->config, false);
  rrc::RrcReconfiguration reconfiguration;
  auto& ies = reconfiguration.critical_extensions.set_rrc_reconfiguration();
  reconfiguration_with_sync(*ue, target, *rnti, ue->config, ports.allocate_preamble(target, *rnti), ue->security.ncc, ies);
  if (ue->source_drbs.empty()) ies.non_critical_extension->full_config.emplace();
  else l2::to_asn1(source_leftovers(*ue), *ies.radio_bearer_config, *ies.non_critical_extension->master_cell_group);
  ies.radio_bearer_config->security_config.emplace().security_algorithm_config.emplace();
  auto& algorithms = *ies.radio_bearer_config->security_config->security_algorithm_config;
  algorithms.ciphering_algorithm = static_cast<rrc::CipheringAlgorithm>(ue->security.nea);
  algorithms.integrity_prot_algorithm = static_cast<rrc::IntegrityProtAlgorithm>(ue->security.nia);
  rrc::HandoverCommand command;
  command.critical_extensions.set_c1().set_handover_command().handover_command_message = reconfiguration;
  auto packed = rrc::encode(command);
  ngap::TargetNgranNodeToSourceNgranNodeTransparentContainer back;
  if (packed) back.rrc_container = std::move(*packed);
  auto bytes = ngap::encode_value(back);
  l2::Change plane = all_bearers(*ue);
  plane.reestablish_pdcp.clear();
  plane.reestablish_rlc.clear();
  plane.security = keys_of(*ue);
  plane.srb_tx = plane.srb_rx = l2::SrbProtection{.integrity = true, .ciphering = true};
  plane.suspend = true;  // until it comes
  if (!packed || !bytes || !ports.change_user_plane(ue->id, plane)) {
    refuse(cause);
    return forget(*ue);
  }
  answer.target_to_source_transparent_container = std::move(*bytes);
  send(*ue, answer);
  start_timer(ue->handover_timer, limit::handover_overall, *ue, [](Core& core, Ue& found) {
    core.request_release(found, ngap::CauseRadioNetwork::ho_failure_in_target_5gc_ngran_node_or_target_system);
  });
}

void Core::on_ran_status_transfer(const ngap::NgapPdu& pdu) {
  const auto& transfer = *pdu.get_if<ngap::DownlinkRanStatusTransfer>();
  Ue* ue = ue_of(transfer.amf_ue_ngap_id, transfer.ran_ue_ngap_id);
  if (!ue || ue->state != UeState::arriving) return count_drop("ran_status_transfer_unexpected");
  for (const auto& item : transfer.ran_status_transfer_transparent_container.drbs_subject_to_status_transfer_list) {
    if (item.drb_id >= 1 && item.drb_id <= 32) (void)ports.set_count(ue->id, static_cast<uint8_t>(item.drb_id), count_of(item));
  }
}

void Core::handover_arrived(Ue& ue) {
  ue.state = UeState::connected;
  ue.handover_timer.stop();
  log_info(Layer::rrc, "UE {} (cell {}, rnti {:#x}): arrived by handover", ue.id, ue.cell, ue.rnti);
  ngap::HandoverNotify notify;
  notify.user_location_information = location(ue);
  send(ue, notify);
  report(UeReport::Kind::handover, ue);
  update_qos(ue);
  restart_inactivity(ue);
  ue.source_drbs.clear();
  measure_neighbours(ue);
}

}  // namespace sen::gnb
