// Path switch after an Xn handover (TS 38.413 8.4.4, TS 23.502 4.9.1.2).
#include "core/amf/detail/core.h"

namespace sen::amf {

// TS 33.501 6.9.2.3.2
void Core::advance_key(Ue& ue) {
  ue.next_hop = crypto::next_hop(ue.security.k_amf(), ue.next_hop);
  ue.ncc = static_cast<uint8_t>((ue.ncc + 1) & 7);
}

ngap::SecurityContext Core::security_context(const Ue& ue) const {
  ngap::SecurityContext out;
  out.next_hop_chaining_count = ue.ncc;
  out.next_hop_nh = per::BitString(ue.next_hop, 256);
  return out;
}

void Core::path_switch_failure(Gnb& g, uint16_t stream, const ngap::PathSwitchRequest& m) {
  ngap::PathSwitchRequestFailure failure;
  failure.amf_ue_ngap_id = m.source_amf_ue_ngap_id;
  failure.ran_ue_ngap_id = m.ran_ue_ngap_id;
  for (const auto& item : m.pdu_session_resource_to_be_switched_dl_list) {
    auto& released = failure.pdu_session_resource_released_list_ps_fail.emplace_back();
    released.pdu_session_id = item.pdu_session_id;
    released.path_switch_request_unsuccessful_transfer.cause = radio_cause(ngap::CauseRadioNetwork::unspecified);
  }
  send(g, std::max<uint16_t>(stream, 1), failure);
}

void Core::on_path_switch_request(Gnb& g, uint16_t stream, const ngap::PathSwitchRequest& m) {
  Connection* c = connection(m.source_amf_ue_ngap_id);
  Ue* ue = c ? ue_of(*c) : nullptr;
  if (!ue || ue->connection != c->id || c->state == Connection::State::preparing) {
    log_warning(Layer::amf, "gNB {}: path switch for unknown AMF-UE-NGAP-ID {}", g.peer, m.source_amf_ue_ngap_id);
    metrics.n2_errors.add();
    return path_switch_failure(g, stream, m);
  }
  auto place = location_of(m.user_location_information);
  auto taken = g.by_ran_id.find(m.ran_ue_ngap_id);
  bool ran_id_free = taken == g.by_ran_id.end() || taken->second == c->id;
  if (ue->path_switch || ue->handover || ue->security_mode || ue->authentication || !ue->registered() || c->state != Connection::State::ready || !place ||
      !ran_id_free || !config.serves(place->tai)) {
    log_warning(Layer::amf, "{}: path switch to gNB {} refused: {}", ue->name(), g.peer,
                place && !config.serves(place->tai) ? fmt::format("target in {}, served are {}", place->tai.text(), config.tais_text()) : "another procedure is under way");
    return path_switch_failure(g, stream, m);
  }
  ue->path_switch = std::make_unique<PathSwitch>();
  ue->path_switch->request = m;
  ue->path_switch->association = g.association;
  ue->path_switch->stream = stream;
  auto ask_smf = [&](PduSessionId id, Result<Bytes> transfer, bool failed) {
    Session* session = ue->session(id);
    uint16_t bit = static_cast<uint16_t>(id <= 15 ? 1u << id : 0);
    if (!session || !transfer || session->ref.empty() || (ue->path_switch->outstanding & bit) != 0) return;
    ue->path_switch->outstanding = static_cast<uint16_t>(ue->path_switch->outstanding | bit);
    sbi::SmContextUpdateData data;
    data.sm_context_ref = session->ref;
    data.n2_sm_info = std::move(*transfer);
    data.n2_sm_info_type = failed ? sbi::N2SmInfoType::path_switch_setup_fail : sbi::N2SmInfoType::path_switch_req;
    data.to_be_switched = !failed;
    data.failed_to_be_switched = failed;
    data.ue_location = sbi::NrLocation{place->tai, place->cell_plmn, place->cell, std::nullopt};
    ask<sbi::NsmfUpdateSmContext>(*ue, std::move(data), [id, bit](Core& core, Ue& u, sbi::Reply<sbi::SmContextUpdatedData> reply) {
      if (!u.path_switch) return;
      u.path_switch->outstanding = static_cast<uint16_t>(u.path_switch->outstanding & ~bit);
      if (reply && reply->n2_sm_info_type == sbi::N2SmInfoType::path_switch_req_ack) {
        if (auto ack = ngap::decode_value<ngap::PathSwitchRequestAcknowledgeTransfer>(reply->n2_sm_info)) {
          auto& item = u.path_switch->switched.emplace_back();
          item.pdu_session_id = id;
          item.path_switch_request_acknowledge_transfer = std::move(*ack);
        }
      }
      if (u.path_switch->outstanding == 0) core.finish_path_switch(u);
    });
  };
  for (const auto& item : m.pdu_session_resource_to_be_switched_dl_list) ask_smf(item.pdu_session_id, ngap::encode_value(item.path_switch_request_transfer), false);
  if (m.pdu_session_resource_failed_to_setup_list_ps_req) {
    for (const auto& item : *m.pdu_session_resource_failed_to_setup_list_ps_req) {
      ask_smf(item.pdu_session_id, ngap::encode_value(item.path_switch_request_setup_failed_transfer), true);
    }
  }
  if (ue->path_switch->outstanding == 0) finish_path_switch(*ue);
}

void Core::finish_path_switch(Ue& ue) {
  auto p = std::move(ue.path_switch);
  Connection* c = connection_of(ue);
  Gnb* target = gnb(p->association);
  if (!c || !target) return;
  const auto& m = p->request;
  if (p->switched.empty()) return path_switch_failure(*target, p->stream, m);
  if (Gnb* source = gnb(c->association)) source->by_ran_id.erase(c->ran_id);
  c->association = p->association;
  c->ran_id = m.ran_ue_ngap_id;
  c->stream = std::max<uint16_t>(p->stream, 1);
  target->by_ran_id[c->ran_id] = c->id;
  set_location(*c, m.user_location_information);
  advance_key(ue);
  ngap::PathSwitchRequestAcknowledge ack;
  auto ours = to_ngap(ue.capability);
  bool same = ours.n_rencryption_algorithms == m.ue_security_capabilities.n_rencryption_algorithms &&
              ours.n_rintegrity_protection_algorithms == m.ue_security_capabilities.n_rintegrity_protection_algorithms;
  if (!same) {  // TS 33.501 6.7.3.1: against bidding down, ours count
    log_warning(Layer::amf, "{}: gNB {} names UE security capabilities other than ours", ue.name(), target->peer);
    ack.ue_security_capabilities = ours;
  }
  ack.security_context = security_context(ue);
  ack.allowed_nssai = to_ngap(ue.allowed);
  for (const auto& item : m.pdu_session_resource_to_be_switched_dl_list) {
    bool done = false;
    for (const auto& s : p->switched) done = done || s.pdu_session_id == item.pdu_session_id;
    if (done) continue;
    if (!ack.pdu_session_resource_released_list_ps_ack) ack.pdu_session_resource_released_list_ps_ack.emplace();
    auto& released = ack.pdu_session_resource_released_list_ps_ack->emplace_back();
    released.pdu_session_id = item.pdu_session_id;
    released.path_switch_request_unsuccessful_transfer.cause = radio_cause(ngap::CauseRadioNetwork::unspecified);
    if (Session* session = ue.session(item.pdu_session_id)) session->user_plane = false;
  }
  ack.pdu_session_resource_switched_list = std::move(p->switched);
  send(*c, ack);
  log_info(Layer::amf, "{}: path switched to gNB {} ({})", ue.name(), target->peer, target->name);
}

}  // namespace sen::amf
