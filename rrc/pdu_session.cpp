// PDU session resources (TS 38.413 8.2): admission, QoS flows to DRBs, tunnels, and the answers.
#include <algorithm>

#include "rrc/detail/core.h"

namespace sen::gnb {

using ngap::CauseRadioNetwork;

const QosProfile& Core::profile(FiveQi five_qi) const {
  auto found = settings.qos.find(five_qi);
  return found == settings.qos.end() ? settings.qos.at(9) : found->second;
}

Result<QosFlow> Core::flow_of(int64_t qfi, const ngap::QosFlowLevelQosParameters& parameters) const {
  QosFlow flow;
  flow.qfi = static_cast<Qfi>(qfi);
  if (auto* fixed = parameters.qos_characteristics.non_dynamic_5qi()) {
    flow.five_qi = static_cast<FiveQi>(fixed->five_qi);
    if (fixed->priority_level_qos) flow.priority_level = static_cast<uint8_t>(*fixed->priority_level_qos);
  } else if (auto* dynamic = parameters.qos_characteristics.dynamic_5qi()) {
    flow.five_qi = dynamic->five_qi ? static_cast<FiveQi>(*dynamic->five_qi) : FiveQi{9};
    flow.priority_level = static_cast<uint8_t>(dynamic->priority_level_qos);
  } else {
    return fail(Fault::unsupported, "QosCharacteristics", "neither a 5QI nor a dynamic descriptor");
  }
  flow.reflective = parameters.reflective_qos_attribute.has_value();
  if (parameters.gbr_qos_information) {
    const auto& gbr = *parameters.gbr_qos_information;
    flow.gbr = true;
    flow.gbr_dl = static_cast<uint64_t>(gbr.guaranteed_flow_bit_rate_dl);
    flow.gbr_ul = static_cast<uint64_t>(gbr.guaranteed_flow_bit_rate_ul);
    flow.mbr_dl = static_cast<uint64_t>(gbr.maximum_flow_bit_rate_dl);
    flow.mbr_ul = static_cast<uint64_t>(gbr.maximum_flow_bit_rate_ul);
  }
  if (profile(flow.five_qi).gbr && !flow.gbr) return fail(Fault::missing, "gBR-QosInformation", "5QI {} needs it", flow.five_qi);
  return flow;
}

// Flows of one 5QI of a session share a DRB; those with reflective QoS need one with a header in the downlink, which others go without.
uint8_t Core::drb_for(Ue& ue, Session& session, const QosFlow& flow, Reconfiguration& change) {
  for (const auto& drb : ue.drbs) {
    if (drb.session == session.id && drb.five_qi == flow.five_qi && drb.config.sdap.dl_header >= flow.reflective) return drb.id;
  }
  auto at_source = std::find_if(ue.source_drbs.begin(), ue.source_drbs.end(), [&](const Ue::SourceDrb& drb) {
    return drb.config.sdap.session == session.id && !ue.drb(drb.config.drb) && std::ranges::find(drb.config.sdap.qfis, flow.qfi) != drb.config.sdap.qfis.end();
  });
  if (at_source != ue.source_drbs.end()) {
    const uint8_t id = at_source->config.drb;
    ue.drbs.push_back({.id = id, .lcid = at_source->lcid, .session = session.id, .five_qi = flow.five_qi, .config = at_source->config, .rlc = at_source->rlc});
    change.add_drbs.push_back(id);
    return id;
  }
  uint8_t id = 1;
  while (ue.drb(id) || std::ranges::find(ue.source_drbs, id, [](const Ue::SourceDrb& drb) { return drb.config.drb; }) != ue.source_drbs.end()) ++id;
  if (id > limit::drbs_per_ue) return 0;
  const QosProfile& qos = profile(flow.five_qi);
  Drb drb{.id = id, .lcid = static_cast<l2::Lcid>(id + 3), .session = session.id, .five_qi = flow.five_qi, .config = {}, .rlc = qos.rlc};
  drb.config.drb = id;
  drb.config.pdcp = qos.pdcp;
  drb.config.pdcp.integrity = session.integrity;
  drb.config.pdcp.ciphering = session.ciphering;
  drb.config.sdap.session = session.id;
  drb.config.sdap.dl_header = flow.reflective;
  drb.config.sdap.ul_header = true;
  drb.config.sdap.default_drb = std::none_of(ue.drbs.begin(), ue.drbs.end(), [&](const Drb& other) { return other.session == session.id; });
  ue.drbs.push_back(std::move(drb));
  change.add_drbs.push_back(id);
  return id;
}

void Core::update_sdap(Ue& ue, Session& session) {
  for (auto& drb : ue.drbs) {
    if (drb.session != session.id) continue;
    drb.config.sdap.qfis.clear();
    for (const auto& flow : session.flows) {
      if (flow.drb == drb.id) drb.config.sdap.qfis.push_back(flow.qfi);
    }
  }
}

// The logical channels of the MAC follow SRB2 and the DRBs.
void Core::update_channels(Ue& ue, Reconfiguration& change) {
  mac::UeConfig config = change.config.value_or(ue.config);
  std::erase_if(config.channels, [](const mac::LogicalChannel& channel) { return channel.lcid > 1; });
  adopt_capability(ue, config);
  if (ue.srb2 || change.add_srb2) config.channels.push_back(srb_channel(2));
  for (const auto& drb : ue.drbs) {
    if (std::find(change.release_drbs.begin(), change.release_drbs.end(), drb.id) != change.release_drbs.end()) continue;
    auto channel = profile(drb.five_qi).channel;
    channel.lcid = drb.lcid;
    config.channels.push_back(channel);
  }
  change.config = std::move(config);
}

void Core::update_qos(Ue& ue) {
  mac::UeQos qos{.channels = {}, .ambr_dl_bps = ue.ambr_dl, .ambr_ul_bps = ue.ambr_ul};
  for (const auto& drb : ue.drbs) {
    const QosProfile& base = profile(drb.five_qi);
    mac::QosChannel channel{.lcid = drb.lcid, .five_qi = drb.five_qi, .priority_level = base.priority_level,
                            .packet_delay_budget_ms = base.packet_delay_budget_ms, .slice = {}};
    const Session* session = ue.session(drb.session);
    if (!session) continue;
    channel.slice = session->slice;
    for (const auto& flow : session->flows) {
      if (flow.drb != drb.id) continue;
      if (flow.priority_level) channel.priority_level = flow.priority_level;
      channel.gbr |= flow.gbr;
      channel.gbr_dl_bps += flow.gbr_dl;
      channel.gbr_ul_bps += flow.gbr_ul;
      channel.mbr_dl_bps += flow.mbr_dl;
      channel.mbr_ul_bps += flow.mbr_ul;
    }
    qos.channels.push_back(channel);
  }
  ports.set_qos(ue.cell, ue.rnti, qos);
}

std::optional<CauseRadioNetwork> Core::admit(Ue& ue, PduSessionId id, const ngap::SNssai& slice,
                                             const ngap::PduSessionResourceSetupRequestTransfer& transfer, Reconfiguration& change) {
  if (ue.session(id)) return CauseRadioNetwork::multiple_pdu_session_id_instances;
  if (ue.sessions.size() >= limit::sessions_per_ue) return CauseRadioNetwork::radio_resources_not_available;
  const SNssai wanted = from_ngap(slice);
  if (std::find(settings.slices.begin(), settings.slices.end(), wanted) == settings.slices.end()) {
    std::string ours;
    for (const auto& s : settings.slices) ours += (ours.empty() ? "" : ", ") + s.text();
    log_warning(Layer::rrc, "UE {}: PDU session {} asks for S-NSSAI {}, this gNB serves {}", ue.id, id, wanted.text(), ours);
    return CauseRadioNetwork::slice_not_supported;
  }
  auto uplink = from_ngap(transfer.ul_ngu_up_tnl_information, settings.n3.is_v4());
  if (!uplink || transfer.qos_flow_setup_request_list.empty()) return CauseRadioNetwork::invalid_qos_combination;
  Session session{.id = id, .slice = wanted, .uplink = *uplink, .own_teid = 0, .integrity = false, .ciphering = true, .flows = {}};
  if (transfer.security_indication) {
    using enum ngap::IntegrityProtectionIndication;
    const auto& wish = *transfer.security_indication;
    session.integrity = wish.integrity_protection_indication != not_needed && ue.security.nia != 0;
    if (wish.integrity_protection_indication == required && !session.integrity) return CauseRadioNetwork::up_integrity_protection_not_possible;
    session.ciphering = wish.confidentiality_protection_indication != ngap::ConfidentialityProtectionIndication::not_needed;
    if (wish.confidentiality_protection_indication == ngap::ConfidentialityProtectionIndication::required && ue.security.nea == 0) {
      return CauseRadioNetwork::up_confidentiality_protection_not_possible;
    }
  }
  const size_t drbs_before = ue.drbs.size();
  const Reconfiguration before = change;
  for (const auto& item : transfer.qos_flow_setup_request_list) {
    auto flow = flow_of(item.qos_flow_identifier, item.qos_flow_level_qos_parameters);
    if (flow) flow->drb = drb_for(ue, session, *flow, change);
    if (!flow || flow->drb == 0) {
      log_warning(Layer::rrc, "UE {}: PDU session {}: {}", ue.id, id, flow ? "no DRB is left" : flow.error().describe());
      ue.drbs.resize(drbs_before);
      change = before;
      return flow ? CauseRadioNetwork::radio_resources_not_available : CauseRadioNetwork::invalid_qos_combination;
    }
    session.flows.push_back(*flow);
  }
  auto teid = ports.add_tunnel(ue.id, id, *uplink);
  if (!teid) {
    ue.drbs.resize(drbs_before);
    change = before;
    return CauseRadioNetwork::radio_resources_not_available;
  }
  session.own_teid = *teid;
  ue.sessions.push_back(std::move(session));
  update_sdap(ue, ue.sessions.back());
  change.add_srb2 = !ue.srb2;
  change.measurements = !ue.measuring;
  update_channels(ue, change);
  return std::nullopt;
}

ngap::PduSessionResourceSetupResponseTransfer Core::setup_response(const Ue&, const Session& session) const {
  ngap::PduSessionResourceSetupResponseTransfer out;
  to_ngap(settings.n3, session.own_teid, out.dl_qos_flow_per_tnl_information.up_transport_layer_information);
  for (const auto& flow : session.flows) {
    out.dl_qos_flow_per_tnl_information.associated_qos_flow_list.emplace_back().qos_flow_identifier = flow.qfi;
  }
  return out;
}

// Leaves the DRBs in the context until the UE has confirmed; reconfigure() removes them.
void Core::remove_session(Ue& ue, PduSessionId id, Reconfiguration& change) {
  Session* session = ue.session(id);
  if (!session) return;
  ports.remove_tunnel(ue.id, id, session->own_teid);
  for (const auto& drb : ue.drbs) {
    if (drb.session != id) continue;
    change.release_drbs.push_back(drb.id);
    change.release_lcids.push_back(drb.lcid);
  }
  std::erase_if(ue.sessions, [id](const Session& s) { return s.id == id; });
  update_channels(ue, change);
}

namespace {

struct SessionSetup {
  ngap::PduSessionResourceSetupRequest request;
  std::vector<PduSessionId> added;
  ngap::PduSessionResourceSetupResponse response;
  void failed(PduSessionId id, const ngap::Cause& cause) {
    auto& list = response.pdu_session_resource_failed_to_setup_list_su_res;
    auto& item = (list ? *list : list.emplace()).emplace_back();
    item.pdu_session_id = id;
    item.pdu_session_resource_setup_unsuccessful_transfer.cause = cause;
  }
};

void sessions_configured(Core& core, Ue& ue, SessionSetup& setup, bool ok) {
  for (PduSessionId id : setup.added) {
    const Session* session = ue.session(id);
    if (!ok || !session) {
      setup.failed(id, radio_cause(CauseRadioNetwork::failure_in_radio_interface_procedure));
      continue;
    }
    auto& list = setup.response.pdu_session_resource_setup_list_su_res;
    auto& item = (list ? *list : list.emplace()).emplace_back();
    item.pdu_session_id = id;
    item.pdu_session_resource_setup_response_transfer = core.setup_response(ue, *session);
  }
  core.send(ue, setup.response);
  if (!ok) return core.request_release(ue, CauseRadioNetwork::failure_in_radio_interface_procedure);
  core.report(UeReport::Kind::configured, ue);
  core.finished(ue.id);
}

void begin_session_setup(Core& core, Ue& ue, std::shared_ptr<SessionSetup> setup) {
  Reconfiguration change;
  if (setup->request.nas_pdu) change.nas.push_back(*setup->request.nas_pdu);
  for (const auto& item : setup->request.pdu_session_resource_setup_list_su_req) {
    auto refusal = ue.security.active ? core.admit(ue, item.pdu_session_id, item.s_nssai, item.pdu_session_resource_setup_request_transfer, change)
                                      : std::optional(CauseRadioNetwork::interaction_with_other_procedure);
    if (refusal) {
      setup->failed(item.pdu_session_id, radio_cause(*refusal));
      continue;
    }
    setup->added.push_back(item.pdu_session_id);
    if (item.pdu_session_nas_pdu) change.nas.push_back(*item.pdu_session_nas_pdu);
  }
  if (!setup->added.empty()) {
    return core.reconfigure(ue, change, [setup](Core& c, Ue& u, bool ok) { sessions_configured(c, u, *setup, ok); });
  }
  for (auto& nas : change.nas) core.deliver_nas(ue, std::move(nas));
  sessions_configured(core, ue, *setup, true);
}

}  // namespace

void Core::on_session_setup(const ngap::NgapPdu& pdu) {
  auto setup = std::make_shared<SessionSetup>();
  setup->request = *pdu.get_if<ngap::PduSessionResourceSetupRequest>();
  Ue* ue = ue_of(setup->request.amf_ue_ngap_id, setup->request.ran_ue_ngap_id);
  if (!ue) return;
  if (setup->request.ue_aggregate_maximum_bit_rate) {
    ue->ambr_dl = static_cast<uint64_t>(setup->request.ue_aggregate_maximum_bit_rate->ue_aggregate_maximum_bit_rate_dl);
    ue->ambr_ul = static_cast<uint64_t>(setup->request.ue_aggregate_maximum_bit_rate->ue_aggregate_maximum_bit_rate_ul);
  }
  enqueue(*ue, [setup](Core& core, Ue& found) { begin_session_setup(core, found, setup); });
}

std::optional<CauseRadioNetwork> Core::modify(Ue& ue, Session& session, const ngap::PduSessionResourceModifyRequestTransfer& transfer,
                                              Reconfiguration& change, ngap::PduSessionResourceModifyResponseTransfer& answer) {
  if (transfer.ul_ngu_up_tnl_modify_list && !transfer.ul_ngu_up_tnl_modify_list->empty()) {
    auto uplink = from_ngap(transfer.ul_ngu_up_tnl_modify_list->front().ul_ngu_up_tnl_information, settings.n3.is_v4());
    if (!uplink) return CauseRadioNetwork::unspecified;
    session.uplink = *uplink;
    ports.change_tunnel(session.own_teid, *uplink);
    to_ngap(uplink->address, uplink->teid, answer.ul_ngu_up_tnl_information.emplace());
    to_ngap(settings.n3, session.own_teid, answer.dl_ngu_up_tnl_information.emplace());
  }
  if (transfer.qos_flow_add_or_modify_request_list) {
    for (const auto& item : *transfer.qos_flow_add_or_modify_request_list) {
      auto known = std::find_if(session.flows.begin(), session.flows.end(), [&](const QosFlow& f) { return f.qfi == item.qos_flow_identifier; });
      auto refuse = [&](CauseRadioNetwork cause) {
        auto& list = answer.qos_flow_failed_to_add_or_modify_list;
        auto& failed = (list ? *list : list.emplace()).emplace_back();
        failed.qos_flow_identifier = item.qos_flow_identifier;
        failed.cause = radio_cause(cause);
      };
      if (!item.qos_flow_level_qos_parameters) {
        if (known == session.flows.end()) refuse(CauseRadioNetwork::unkown_qos_flow_id);
        continue;
      }
      auto flow = flow_of(item.qos_flow_identifier, *item.qos_flow_level_qos_parameters);
      if (!flow) {
        refuse(CauseRadioNetwork::invalid_qos_combination);
        continue;
      }
      flow->drb = drb_for(ue, session, *flow, change);
      if (flow->drb == 0) {
        refuse(CauseRadioNetwork::radio_resources_not_available);
        continue;
      }
      if (known == session.flows.end()) session.flows.push_back(*flow);
      else *known = *flow;
      auto& list = answer.qos_flow_add_or_modify_response_list;
      (list ? *list : list.emplace()).emplace_back().qos_flow_identifier = item.qos_flow_identifier;
    }
  }
  if (transfer.qos_flow_to_release_list) {
    for (const auto& item : *transfer.qos_flow_to_release_list) {
      std::erase_if(session.flows, [&](const QosFlow& f) { return f.qfi == item.qos_flow_identifier; });
    }
  }
  update_sdap(ue, session);
  for (auto& drb : ue.drbs) {
    if (drb.session != session.id) continue;
    const bool used = !drb.config.sdap.qfis.empty() || drb.config.sdap.default_drb;
    const bool added = std::find(change.add_drbs.begin(), change.add_drbs.end(), drb.id) != change.add_drbs.end();
    if (used && !added) change.add_drbs.push_back(drb.id);  // its mapping may have changed
    if (used) continue;
    std::erase(change.add_drbs, drb.id);
    change.release_drbs.push_back(drb.id);
    change.release_lcids.push_back(drb.lcid);
  }
  update_channels(ue, change);
  return std::nullopt;
}

void Core::on_session_modify(const ngap::NgapPdu& pdu) {
  auto request = std::make_shared<ngap::PduSessionResourceModifyRequest>(*pdu.get_if<ngap::PduSessionResourceModifyRequest>());
  Ue* ue = ue_of(request->amf_ue_ngap_id, request->ran_ue_ngap_id);
  if (!ue) return;
  enqueue(*ue, [request](Core& core, Ue& found) {
    Reconfiguration change;
    auto response = std::make_shared<ngap::PduSessionResourceModifyResponse>();
    for (const auto& item : request->pdu_session_resource_modify_list_mod_req) {
      Session* session = found.session(item.pdu_session_id);
      ngap::PduSessionResourceModifyResponseTransfer answer;
      auto refusal = session ? core.modify(found, *session, item.pdu_session_resource_modify_request_transfer, change, answer)
                             : std::optional(CauseRadioNetwork::unknown_pdu_session_id);
      if (refusal) {
        auto& list = response->pdu_session_resource_failed_to_modify_list_mod_res;
        auto& failed = (list ? *list : list.emplace()).emplace_back();
        failed.pdu_session_id = item.pdu_session_id;
        failed.pdu_session_resource_modify_unsuccessful_transfer.cause = radio_cause(*refusal);
        continue;
      }
      auto& list = response->pdu_session_resource_modify_list_mod_res;
      auto& done = (list ? *list : list.emplace()).emplace_back();
      done.pdu_session_id = item.pdu_session_id;
      done.pdu_session_resource_modify_response_transfer = std::move(answer);
      if (item.nas_pdu) change.nas.push_back(*item.nas_pdu);
    }
    core.reconfigure(found, change, [response](Core& c, Ue& u, bool ok) {
      if (!ok) return c.request_release(u, CauseRadioNetwork::failure_in_radio_interface_procedure);
      c.update_qos(u);
      c.send(u, *response);
      c.finished(u.id);
    });
  });
}

void Core::on_session_release(const ngap::NgapPdu& pdu) {
  auto command = std::make_shared<ngap::PduSessionResourceReleaseCommand>(*pdu.get_if<ngap::PduSessionResourceReleaseCommand>());
  Ue* ue = ue_of(command->amf_ue_ngap_id, command->ran_ue_ngap_id);
  if (!ue) return;
  enqueue(*ue, [command](Core& core, Ue& found) {
    Reconfiguration change;
    if (command->nas_pdu) change.nas.push_back(*command->nas_pdu);
    auto response = std::make_shared<ngap::PduSessionResourceReleaseResponse>();
    for (const auto& item : command->pdu_session_resource_to_release_list_rel_cmd) {
      core.remove_session(found, item.pdu_session_id, change);
      response->pdu_session_resource_released_list_rel_res.emplace_back().pdu_session_id = item.pdu_session_id;
    }
    core.reconfigure(found, change, [response](Core& c, Ue& u, bool ok) {
      if (!ok) return c.request_release(u, CauseRadioNetwork::failure_in_radio_interface_procedure);
      c.update_qos(u);
      c.send(u, *response);
      c.finished(u.id);
    });
  });
}

}  // namespace sen::gnb
