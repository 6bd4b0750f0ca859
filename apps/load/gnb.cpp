#include "apps/load/gnb.h"

#include "base/log.h"
#include "codec/ngap/convert.h"

namespace sen::load {
namespace {

using ngap::Outcome;

constexpr uint16_t common_stream = 0;  // non-UE-associated signalling (TS 38.412 7)

std::chrono::seconds duration_of(ngap::TimeToWait wait) {
  constexpr int seconds[] = {1, 2, 5, 10, 20, 60};
  auto index = static_cast<size_t>(wait);
  return std::chrono::seconds(index < std::size(seconds) ? seconds[index] : 60);
}

}  // namespace

const Gnb::Handler Gnb::handlers[] = {
    {ngap::NgSetupResponse::procedure_code, Outcome::successful, &Gnb::setup_response},
    {ngap::NgSetupFailure::procedure_code, Outcome::unsuccessful, &Gnb::setup_failure},
    {ngap::NgReset::procedure_code, Outcome::initiating, &Gnb::reset_from_amf},
    {ngap::NgResetAcknowledge::procedure_code, Outcome::successful, &Gnb::reset_acknowledged},
    {ngap::ErrorIndication::procedure_code, Outcome::initiating, &Gnb::error_indication},
    {ngap::AmfConfigurationUpdate::procedure_code, Outcome::initiating, &Gnb::amf_configuration_update},
    {ngap::AmfStatusIndication::procedure_code, Outcome::initiating, &Gnb::nothing},
    {ngap::OverloadStart::procedure_code, Outcome::initiating, &Gnb::overload_start},
    {ngap::OverloadStop::procedure_code, Outcome::initiating, &Gnb::overload_stop},
    {ngap::Paging::procedure_code, Outcome::initiating, &Gnb::paging},
    {ngap::DownlinkNasTransport::procedure_code, Outcome::initiating, &Gnb::nas_transport},
    {ngap::InitialContextSetupRequest::procedure_code, Outcome::initiating, &Gnb::initial_context_setup},
    {ngap::UeContextModificationRequest::procedure_code, Outcome::initiating, &Gnb::context_modification},
    {ngap::UeContextReleaseCommand::procedure_code, Outcome::initiating, &Gnb::context_release},
    {ngap::UeRadioCapabilityCheckRequest::procedure_code, Outcome::initiating, &Gnb::radio_capability_check},
    {ngap::LocationReportingControl::procedure_code, Outcome::initiating, &Gnb::location_control},
    {ngap::PduSessionResourceSetupRequest::procedure_code, Outcome::initiating, &Gnb::session_setup},
    {ngap::PduSessionResourceModifyRequest::procedure_code, Outcome::initiating, &Gnb::session_modify},
    {ngap::PduSessionResourceReleaseCommand::procedure_code, Outcome::initiating, &Gnb::session_release},
};

Gnb::Gnb(const GnbConfig& config, Executor& executor, Counters& counters, GnbPorts ports)
    : config_(config), executor_(executor), counters_(counters), ports_(std::move(ports)), setup_again_(executor),
      up_packets_(counters.counter("load_gnb_uplink_packets", "IP packets sent into GTP-U tunnels")),
      down_packets_(counters.counter("load_gnb_downlink_packets", "IP packets received from GTP-U tunnels")) {}

void Gnb::count_drop(const char* reason) {
  counters_.counter("load_gnb_dropped", "Messages and packets that the emulated gNB dropped", fmt::format("reason=\"{}\"", reason)).add();
}

// ---- interface ----------------------------------------------------------------------------------------------------------------------

void Gnb::n2_up() {
  up_ = true;
  setup();
}

void Gnb::n2_down(const std::string& reason) {
  up_ = ready_ = overloaded_ = false;
  setup_again_.stop();
  drop_all();
  ports_.state(false, reason);
}

void Gnb::setup() {
  ngap::NgSetupRequest request;
  auto& id = request.global_ran_node_id.set_global_gnb_id();
  id.plmn_identity = config_.plmn.octets;
  id.gnb_id.set_gnb_id() = per::BitString(config_.gnb_id, 32);
  request.ran_node_name = config_.name;
  auto& area = request.supported_ta_list.emplace_back();
  area.tac = ngap::tac_octets(config_.tac);
  auto& plmn = area.broadcast_plmn_list.emplace_back();
  plmn.plmn_identity = config_.plmn.octets;
  for (const auto& slice : config_.slices) plmn.tai_slice_support_list.emplace_back().s_nssai = ngap::to_ngap(slice);
  request.default_paging_drx = ngap::PagingDrx::v128;
  if (auto sent = send(common_stream, request); !sent) ports_.state(false, sent.error().describe());
}

void Gnb::setup_response(const ngap::NgapPdu& pdu) {
  if (ready_) return send_error({}, {}, [] {
    ngap::Cause cause;
    cause.set_protocol() = ngap::CauseProtocol::message_not_compatible_with_receiver_state;
    return cause;
  }());
  amf_name_ = pdu.get_if<ngap::NgSetupResponse>()->amf_name;
  ready_ = true;
  ports_.state(true, "");
}

void Gnb::setup_failure(const ngap::NgapPdu& pdu) {
  if (ready_) return;
  const auto& failure = *pdu.get_if<ngap::NgSetupFailure>();
  std::string slices;
  for (const auto& slice : config_.slices) slices += (slices.empty() ? "" : ", ") + slice.text();
  if (failure.time_to_wait) setup_again_.start(duration_of(*failure.time_to_wait), [this] { setup(); });
  ports_.state(false, fmt::format("the AMF refuses NG Setup ({}): we offer PLMN {}, TAC {}, S-NSSAI {}", ngap::text_of(failure.cause),
                                  config_.plmn.text(), config_.tac, slices));
}

void Gnb::reset_from_amf(const ngap::NgapPdu& pdu) {
  const auto& reset = *pdu.get_if<ngap::NgReset>();
  ngap::NgResetAcknowledge acknowledge;
  if (auto* part = reset.reset_type.part_of_ng_interface()) {
    for (const auto& item : *part) {
      auto found = item.ran_ue_ngap_id ? contexts_.find(*item.ran_ue_ngap_id)
                                       : std::find_if(contexts_.begin(), contexts_.end(), [&](const auto& entry) {
                                           return item.amf_ue_ngap_id && entry.second.has_amf_id && entry.second.amf_id == *item.amf_ue_ngap_id;
                                         });
      if (found != contexts_.end()) drop_context(found->first);
    }
    acknowledge.ue_associated_logical_ng_connection_list = *part;
  } else {
    drop_all();
  }
  (void)send(common_stream, acknowledge);
}

void Gnb::reset_acknowledged(const ngap::NgapPdu&) {}

Status Gnb::reset() {
  if (!ready_) return fail(Fault::denied, "NG Reset", "N2 is not set up");
  ngap::NgReset message;
  message.cause.set_misc() = ngap::CauseMisc::om_intervention;
  message.reset_type.set_ng_interface() = ngap::ResetAll{};
  SEN_TRY(send(common_stream, message));
  drop_all();
  return {};
}

void Gnb::error_indication(const ngap::NgapPdu& pdu) {
  const auto& error = *pdu.get_if<ngap::ErrorIndication>();
  counters_.counter("load_gnb_error_indications", "NGAP error indications received from the AMF").add();
  log_warning(Layer::load, "{}: error indication from the AMF, {}", config_.name, error.cause ? ngap::text_of(*error.cause) : "no cause");
  // 10.6: an error in the UE identities ends the logical connection.
  if (!error.ran_ue_ngap_id || !error.cause || !error.cause->radio_network()) return;
  auto cause = *error.cause->radio_network();
  bool about_ids = cause == ngap::CauseRadioNetwork::unknown_local_ue_ngap_id || cause == ngap::CauseRadioNetwork::inconsistent_remote_ue_ngap_id;
  if (about_ids && contexts_.contains(*error.ran_ue_ngap_id)) drop_context(*error.ran_ue_ngap_id);
}

void Gnb::amf_configuration_update(const ngap::NgapPdu& pdu) {
  const auto& update = *pdu.get_if<ngap::AmfConfigurationUpdate>();
  if (update.amf_name) amf_name_ = *update.amf_name;
  (void)send(common_stream, ngap::AmfConfigurationUpdateAcknowledge{});
}

void Gnb::overload_start(const ngap::NgapPdu&) { overloaded_ = true; }
void Gnb::overload_stop(const ngap::NgapPdu&) { overloaded_ = false; }
void Gnb::nothing(const ngap::NgapPdu&) {}

void Gnb::paging(const ngap::NgapPdu& pdu) {
  const auto* id = pdu.get_if<ngap::Paging>()->ue_paging_identity.five_g_s_tmsi();
  if (!id) return count_drop("paging_identity");
  auto found = camped_.find(ngap::from_ngap(*id));
  if (found == camped_.end()) return count_drop("paging_unknown_ue");
  ports_.paged(found->second);
}

void Gnb::n2_received(uint16_t stream, ByteView bytes) {
  if (!up_) return count_drop("n2_not_up");
  ngap::Diagnostics diagnostics;
  auto pdu = ngap::decode(bytes, &diagnostics);
  if (!pdu) {
    count_drop("ngap_undecodable");
    return answer_bad_message(diagnostics, pdu.error().describe());
  }
  if (diagnostics.verdict >= ngap::Verdict::reject) {
    count_drop("ngap_rejected");
    return answer_bad_message(diagnostics, pdu->name());
  }
  for (const auto& handler : handlers) {
    if (handler.procedure == pdu->procedure_code && handler.outcome == pdu->outcome && pdu->known()) return (this->*handler.handle)(*pdu);
  }
  (void)stream;
  count_drop("ngap_unsupported");
  if (pdu->outcome != Outcome::initiating || pdu->criticality == ngap::Criticality::ignore) return;
  ngap::Cause cause;
  cause.set_protocol() = ngap::CauseProtocol::message_not_compatible_with_receiver_state;
  send_error({}, {}, std::move(cause));
}

bool Gnb::may_send_error() {
  Time now = executor_.now();
  if (now - error_window_ >= std::chrono::seconds(1)) {
    error_window_ = now;
    errors_sent_ = 0;
  }
  return errors_sent_++ < GnbLimits::error_indications_per_second;
}

// TS 38.413 10.3: what cannot be understood is reported, but never an error indication itself.
void Gnb::answer_bad_message(const ngap::Diagnostics& diagnostics, const std::string& what) {
  if (diagnostics.procedure_code == ngap::ErrorIndication::procedure_code || !may_send_error()) return;
  log_warning(Layer::load, "{}: N2 message refused: {}", config_.name, what);
  if (diagnostics.unknown_procedure && diagnostics.procedure_criticality == ngap::Criticality::ignore) return;
  ngap::ErrorIndication error;
  error.cause = ngap::cause_of(diagnostics);
  if (diagnostics.procedure_code) error.criticality_diagnostics = ngap::criticality_diagnostics(diagnostics);
  (void)send(common_stream, error);
}

void Gnb::send_error(std::optional<uint64_t> amf_id, std::optional<uint32_t> ran_id, ngap::Cause cause) {
  if (!may_send_error()) return;
  ngap::ErrorIndication error;
  error.amf_ue_ngap_id = amf_id;
  error.ran_ue_ngap_id = ran_id;
  error.cause = std::move(cause);
  (void)send(common_stream, error);
}

// ---- UE contexts --------------------------------------------------------------------------------------------------------------------

Gnb::Context* Gnb::find(UeIndex ue) {
  auto id = connected_.find(ue);
  if (id == connected_.end()) return nullptr;
  auto context = contexts_.find(id->second);
  return context == contexts_.end() ? nullptr : &context->second;
}

Gnb::Context* Gnb::context_of(uint64_t amf_id, uint32_t ran_id) {
  auto found = contexts_.find(ran_id);
  if (found == contexts_.end()) {
    count_drop("unknown_ran_ue_id");
    send_error(amf_id, ran_id, ngap::radio_cause(ngap::CauseRadioNetwork::unknown_local_ue_ngap_id));
    return nullptr;
  }
  Context& context = found->second;
  if (!context.has_amf_id) {
    context.has_amf_id = true;
    context.amf_id = amf_id;
  }
  if (context.amf_id != amf_id) {
    count_drop("inconsistent_amf_ue_id");
    send_error(amf_id, ran_id, ngap::radio_cause(ngap::CauseRadioNetwork::inconsistent_remote_ue_ngap_id));
    return nullptr;
  }
  return &context;
}

void Gnb::drop_context(uint32_t ran_id) {
  auto found = contexts_.find(ran_id);
  if (found == contexts_.end()) return;
  UeIndex ue = found->second.ue;
  while (!found->second.tunnels.empty()) remove_tunnel(found->second, found->second.tunnels.back().session);
  contexts_.erase(found);
  if (!serves(ue, ran_id)) return;  // the UE has left it for a new connection
  connected_.erase(ue);
  ports_.released(ue);
}

void Gnb::drop_all() {
  std::vector<uint32_t> ids;
  ids.reserve(contexts_.size());
  for (const auto& [id, context] : contexts_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  for (uint32_t id : ids) drop_context(id);
}

ngap::UserLocationInformation Gnb::location() const {
  ngap::UserLocationInformation out;
  auto& nr = out.set_user_location_information_nr();
  nr.nr_cgi.plmn_identity = config_.plmn.octets;
  nr.nr_cgi.nr_cell_identity.value = uint64_t{config_.gnb_id} << 4 | 1;
  nr.tai.plmn_identity = config_.plmn.octets;
  nr.tai.tac = ngap::tac_octets(config_.tac);
  return out;
}

Status Gnb::initial_nas(UeIndex ue, Bytes nas, ngap::RrcEstablishmentCause cause, std::optional<STmsi> s_tmsi) {
  using enum ngap::RrcEstablishmentCause;
  if (!ready_) return fail(Fault::denied, "gNB", "N2 is not set up");
  if (overloaded_ && cause != emergency && cause != mt_access && cause != high_priority_access) {
    return fail(Fault::denied, "gNB", "the AMF is overloaded");
  }
  if (Context* old = find(ue)) leave(*old);
  if (contexts_.size() >= GnbLimits::ues) return fail(Fault::exhausted, "gNB", "{} UE contexts are in use", contexts_.size());
  do ++last_ran_id_;
  while (last_ran_id_ == 0 || contexts_.contains(last_ran_id_));
  Context& context = contexts_[last_ran_id_];
  context.ue = ue;
  context.ran_id = last_ran_id_;
  context.stream = static_cast<uint16_t>(1 + last_ran_id_ % (GnbLimits::streams - 1));
  connected_[ue] = last_ran_id_;
  ngap::InitialUeMessage message;
  message.ran_ue_ngap_id = last_ran_id_;
  message.nas_pdu = std::move(nas);
  message.user_location_information = location();
  message.rrc_establishment_cause = cause;
  if (s_tmsi) message.five_g_s_tmsi = ngap::to_ngap(*s_tmsi);
  message.ue_context_request = ngap::UeContextRequest::requested;
  return send(context.stream, message);
}

// A UE that comes anew has lost the connection before (TS 38.413 8.3.2): its old context waits for the AMF to release it.
void Gnb::leave(Context& old) {
  connected_.erase(old.ue);
  if (!old.has_amf_id) return drop_context(old.ran_id);
  ngap::UeContextReleaseRequest request;
  request.amf_ue_ngap_id = old.amf_id;
  request.ran_ue_ngap_id = old.ran_id;
  request.cause = ngap::radio_cause(ngap::CauseRadioNetwork::radio_connection_with_ue_lost);
  (void)send(old.stream, request);
}

void Gnb::deliver(UeIndex ue, uint32_t ran_id, ByteView nas) {
  if (serves(ue, ran_id)) ports_.to_ue(ue, nas);
  else count_drop("nas_for_lost_connection");
}

Status Gnb::uplink_nas(UeIndex ue, Bytes nas) {
  Context* context = find(ue);
  if (!context || !context->has_amf_id) return fail(Fault::not_found, "gNB", "the UE has no connection to the AMF");
  ngap::UplinkNasTransport message;
  message.amf_ue_ngap_id = context->amf_id;
  message.ran_ue_ngap_id = context->ran_id;
  message.nas_pdu = std::move(nas);
  message.user_location_information = location();
  return send(context->stream, message);
}

Status Gnb::request_release(UeIndex ue) {
  Context* context = find(ue);
  if (!context || !context->has_amf_id) return fail(Fault::not_found, "gNB", "the UE has no connection to the AMF");
  ngap::UeContextReleaseRequest request;
  request.amf_ue_ngap_id = context->amf_id;
  request.ran_ue_ngap_id = context->ran_id;
  request.cause = ngap::radio_cause(ngap::CauseRadioNetwork::user_inactivity);
  if (!context->tunnels.empty()) {
    auto& list = request.pdu_session_resource_list_cxt_rel_req.emplace();
    for (const auto& tunnel : context->tunnels) list.emplace_back().pdu_session_id = tunnel.session;
  }
  return send(context->stream, request);
}

void Gnb::camp(UeIndex ue, std::optional<STmsi> s_tmsi) {
  if (auto old = camping_.find(ue); old != camping_.end()) {
    if (s_tmsi && old->second == *s_tmsi) return;
    camped_.erase(old->second);
    camping_.erase(old);
  }
  if (!s_tmsi) return;
  camped_[*s_tmsi] = ue;
  camping_[ue] = *s_tmsi;
}

void Gnb::nas_transport(const ngap::NgapPdu& pdu) {
  const auto& message = *pdu.get_if<ngap::DownlinkNasTransport>();
  if (Context* context = context_of(message.amf_ue_ngap_id, message.ran_ue_ngap_id)) deliver(context->ue, context->ran_id, message.nas_pdu);
}

void Gnb::context_modification(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::UeContextModificationRequest>();
  Context* context = context_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!context) return;
  if (request.new_amf_ue_ngap_id) context->amf_id = *request.new_amf_ue_ngap_id;
  ngap::UeContextModificationResponse response;
  response.amf_ue_ngap_id = context->amf_id;
  response.ran_ue_ngap_id = context->ran_id;
  (void)send(context->stream, response);
}

void Gnb::context_release(const ngap::NgapPdu& pdu) {
  const auto& ids = pdu.get_if<ngap::UeContextReleaseCommand>()->ue_ngap_ids;
  Context* context = nullptr;
  if (auto* pair = ids.ue_ngap_id_pair()) {
    context = context_of(pair->amf_ue_ngap_id, pair->ran_ue_ngap_id);
    if (!context) return;
  } else if (auto* amf_id = ids.amf_ue_ngap_id()) {
    auto found = std::find_if(contexts_.begin(), contexts_.end(),
                              [&](const auto& entry) { return entry.second.has_amf_id && entry.second.amf_id == *amf_id; });
    if (found == contexts_.end()) return send_error(*amf_id, {}, ngap::radio_cause(ngap::CauseRadioNetwork::unknown_local_ue_ngap_id));
    context = &found->second;
  } else {
    return count_drop("ue_ngap_ids");
  }
  ngap::UeContextReleaseComplete complete;
  complete.amf_ue_ngap_id = context->amf_id;
  complete.ran_ue_ngap_id = context->ran_id;
  complete.user_location_information = location();
  if (!context->tunnels.empty()) {
    auto& list = complete.pdu_session_resource_list_cxt_rel_cpl.emplace();
    for (const auto& tunnel : context->tunnels) list.emplace_back().pdu_session_id = tunnel.session;
  }
  (void)send(context->stream, complete);
  drop_context(context->ran_id);
}

void Gnb::radio_capability_check(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::UeRadioCapabilityCheckRequest>();
  Context* context = context_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!context) return;
  ngap::UeRadioCapabilityCheckResponse response;
  response.amf_ue_ngap_id = context->amf_id;
  response.ran_ue_ngap_id = context->ran_id;
  response.ims_voice_support_indicator = ngap::ImsVoiceSupportIndicator::not_supported;
  (void)send(context->stream, response);
}

void Gnb::location_control(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::LocationReportingControl>();
  Context* context = context_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!context) return;
  ngap::LocationReport report;
  report.amf_ue_ngap_id = context->amf_id;
  report.ran_ue_ngap_id = context->ran_id;
  report.user_location_information = location();
  report.location_reporting_request_type = request.location_reporting_request_type;
  (void)send(context->stream, report);
}

}  // namespace sen::load
