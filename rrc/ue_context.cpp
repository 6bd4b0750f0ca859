// UE context management on N2 (TS 38.413 8.3): initial setup, modification, release request and release.
#include "rrc/detail/core.h"

namespace sen::gnb {
namespace {

ngap::PduSessionResourceFailedToSetupItemCxtFail failed_item(PduSessionId id, const ngap::Cause& cause) {
  ngap::PduSessionResourceFailedToSetupItemCxtFail out;
  out.pdu_session_id = id;
  out.pdu_session_resource_setup_unsuccessful_transfer.cause = cause;
  return out;
}

// What INITIAL CONTEXT SETUP asks for, kept while the radio does its part.
struct Setup {
  ngap::InitialContextSetupRequest request;
  std::vector<PduSessionId> added;
  ngap::InitialContextSetupResponse response;
};

void fail_setup(Core& core, Ue& ue, const Setup& setup, const ngap::Cause& cause) {
  ngap::InitialContextSetupFailure failure;
  failure.cause = cause;
  if (setup.request.pdu_session_resource_setup_list_cxt_req) {
    auto& list = failure.pdu_session_resource_failed_to_setup_list_cxt_fail.emplace();
    for (const auto& item : *setup.request.pdu_session_resource_setup_list_cxt_req) list.push_back(failed_item(item.pdu_session_id, cause));
  }
  core.drop_tunnels(ue);
  core.send(ue, failure);
}

void configured(Core& core, Ue& ue, Setup& setup, bool ok) {
  if (!ok) {
    fail_setup(core, ue, setup, radio_cause(ngap::CauseRadioNetwork::failure_in_radio_interface_procedure));
    return core.request_release(ue, ngap::CauseRadioNetwork::failure_in_radio_interface_procedure);
  }
  for (PduSessionId id : setup.added) {
    auto& list = setup.response.pdu_session_resource_setup_list_cxt_res;
    auto& item = (list ? *list : list.emplace()).emplace_back();
    item.pdu_session_id = id;
    if (const Session* session = ue.session(id)) item.pdu_session_resource_setup_response_transfer = core.setup_response(ue, *session);
  }
  core.send(ue, setup.response);
  core.restart_inactivity(ue);
  core.report(UeReport::Kind::configured, ue);
  core.finished(ue.id);
}

// AS security is on and the capabilities are known: the sessions, and the NAS messages in the same RRC message.
void set_up_sessions(Core& core, Ue& ue, std::shared_ptr<Setup> setup) {
  Reconfiguration change;
  if (setup->request.nas_pdu) change.nas.push_back(*setup->request.nas_pdu);
  if (setup->request.pdu_session_resource_setup_list_cxt_req) {
    for (const auto& item : *setup->request.pdu_session_resource_setup_list_cxt_req) {
      if (auto refusal = core.admit(ue, item.pdu_session_id, item.s_nssai, item.pdu_session_resource_setup_request_transfer, change)) {
        auto& list = setup->response.pdu_session_resource_failed_to_setup_list_cxt_res;
        auto& failed = (list ? *list : list.emplace()).emplace_back();
        failed.pdu_session_id = item.pdu_session_id;
        failed.pdu_session_resource_setup_unsuccessful_transfer.cause = radio_cause(*refusal);
        continue;
      }
      setup->added.push_back(item.pdu_session_id);
      if (item.nas_pdu) change.nas.push_back(*item.nas_pdu);
    }
  }
  if (!setup->added.empty()) {
    return core.reconfigure(ue, change, [setup](Core& c, Ue& u, bool ok) { configured(c, u, *setup, ok); });
  }
  for (auto& nas : change.nas) core.deliver_nas(ue, std::move(nas));
  configured(core, ue, *setup, true);
}

void begin_context_setup(Core& core, Ue& ue, std::shared_ptr<Setup> setup) {
  auto after_capability = [setup](Core& c, Ue& u, bool) { set_up_sessions(c, u, setup); };
  auto after_security = [setup, after_capability](Core& c, Ue& u, bool ok) {
    if (!ok) {
      fail_setup(c, u, *setup, radio_cause(ngap::CauseRadioNetwork::failure_in_radio_interface_procedure));
      return c.request_release(u, ngap::CauseRadioNetwork::failure_in_radio_interface_procedure);
    }
    if (!u.radio_capability.empty()) return after_capability(c, u, true);
    c.capability_enquiry(u, after_capability);
  };
  if (ue.security.active) return after_security(core, ue, true);
  core.security_mode(ue, after_security);
}

}  // namespace

void Core::on_initial_context_setup(const ngap::NgapPdu& pdu) {
  auto setup = std::make_shared<Setup>();
  setup->request = *pdu.get_if<ngap::InitialContextSetupRequest>();
  const auto& request = setup->request;
  Ue* ue = ue_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!ue) return;
  if (ue->state != UeState::connected) return fail_setup(*this, *ue, *setup, radio_cause(ngap::CauseRadioNetwork::interaction_with_other_procedure));
  const Bytes key = request.security_key.bytes();
  if (key.size() != ue->security.k_gnb.size()) return fail_setup(*this, *ue, *setup, protocol_cause(ngap::CauseProtocol::semantic_error));
  ue->capabilities = request.ue_security_capabilities;
  if (!ue->security.active) {
    std::copy(key.begin(), key.end(), ue->security.k_gnb.begin());
    ue->security.ncc = ue->security.nh_ncc = 0;
    ue->security.nh_fresh = false;
    if (!choose_algorithms(*ue)) {
      log_warning(Layer::rrc, "UE {}: none of its algorithms is allowed here (NIA capabilities {:#06x}, NEA {:#06x})", ue->id,
                  ue->capabilities.n_rintegrity_protection_algorithms.value(), ue->capabilities.n_rencryption_algorithms.value());
      return fail_setup(*this, *ue, *setup, radio_cause(ngap::CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported));
    }
  }
  if (request.ue_aggregate_maximum_bit_rate) {
    ue->ambr_dl = static_cast<uint64_t>(request.ue_aggregate_maximum_bit_rate->ue_aggregate_maximum_bit_rate_dl);
    ue->ambr_ul = static_cast<uint64_t>(request.ue_aggregate_maximum_bit_rate->ue_aggregate_maximum_bit_rate_ul);
  }
  if (request.ue_radio_capability) ue->radio_capability = *request.ue_radio_capability;
  if (request.location_reporting_request_type) ue->location_request = *request.location_reporting_request_type;
  enqueue(*ue, [setup](Core& core, Ue& found) { begin_context_setup(core, found, setup); });
}

void Core::on_context_modification(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::UeContextModificationRequest>();
  Ue* ue = ue_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!ue) return;
  if (request.security_key) {  // re-keying on the fly needs an intra-cell handover (TS 33.501 6.9.4.3)
    ngap::UeContextModificationFailure failure;
    failure.cause = radio_cause(ngap::CauseRadioNetwork::interaction_with_other_procedure);
    const Bytes key = request.security_key->bytes();
    const bool possible = key.size() == 32 && ue->state == UeState::connected && !ue->handover && !ue->drbs.empty();
    if (!possible) {
      send(*ue, failure);
      return;
    }
    std::copy(key.begin(), key.end(), ue->security.nh.begin());
    ue->security.nh_ncc = 0;
    ue->security.nh_fresh = true;
    hand_over(*ue, ue->cell);
  }
  if (request.new_amf_ue_ngap_id) ue->amf_id = *request.new_amf_ue_ngap_id;
  if (request.ue_security_capabilities) ue->capabilities = *request.ue_security_capabilities;
  if (request.ue_aggregate_maximum_bit_rate) {
    ue->ambr_dl = static_cast<uint64_t>(request.ue_aggregate_maximum_bit_rate->ue_aggregate_maximum_bit_rate_dl);
    ue->ambr_ul = static_cast<uint64_t>(request.ue_aggregate_maximum_bit_rate->ue_aggregate_maximum_bit_rate_ul);
    update_qos(*ue);
  }
  ngap::UeContextModificationResponse response;
  send(*ue, response);
}

void Core::request_release(Ue& ue, ngap::CauseRadioNetwork cause) {
  if (!ue.on_n2 || !ue.amf_id) return release_rrc(ue, [](Core& core, Ue& found) { core.forget(found); });
  ngap::UeContextReleaseRequest request;
  request.cause = radio_cause(cause);
  if (!ue.sessions.empty()) {
    auto& list = request.pdu_session_resource_list_cxt_rel_req.emplace();
    for (const auto& session : ue.sessions) list.emplace_back().pdu_session_id = session.id;
  }
  send(ue, request);
  ue.inactivity.stop();
  // The AMF answers with UE CONTEXT RELEASE COMMAND; when it does not, the UE is released all the same.
  start_timer(ue.handover_timer, limit::amf_release_wait, ue, [](Core& core, Ue& found) {
    log_warning(Layer::ngap, "UE {}: the AMF does not answer the release request", found.id);
    core.release_rrc(found, [](Core& c, Ue& u) { c.forget(u); });
  });
}

void Core::release_complete(Ue& ue) {
  ngap::UeContextReleaseComplete complete;
  complete.user_location_information = location(ue);
  if (!ue.sessions.empty()) {
    auto& list = complete.pdu_session_resource_list_cxt_rel_cpl.emplace();
    for (const auto& session : ue.sessions) list.emplace_back().pdu_session_id = session.id;
  }
  send(ue, complete);
}

void Core::on_context_release(const ngap::NgapPdu& pdu) {
  const auto& command = *pdu.get_if<ngap::UeContextReleaseCommand>();
  Ue* ue = nullptr;
  if (auto* pair = command.ue_ngap_ids.ue_ngap_id_pair()) {
    ue = ue_of(pair->amf_ue_ngap_id, pair->ran_ue_ngap_id);
    if (!ue) return;
  } else if (auto* amf_id = command.ue_ngap_ids.amf_ue_ngap_id()) {
    ue = ue_of_amf(*amf_id);
    if (!ue) return send_error(*amf_id, {}, radio_cause(ngap::CauseRadioNetwork::unknown_local_ue_ngap_id));
  } else {
    return count_drop("ue_ngap_ids");
  }
  log_info(Layer::ngap, "UE {} (rnti {:#x}): released by the AMF, {}", ue->id, ue->rnti, text_of(command.cause));
  release_complete(*ue);
  ue->on_n2 = false;
  if (ue->state == UeState::departing) return forget(*ue);  // it has left; there is nobody to release
  release_rrc(*ue, [](Core& core, Ue& found) { core.forget(found); });
}

}  // namespace sen::gnb
