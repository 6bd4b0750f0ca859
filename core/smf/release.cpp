// PDU session release (TS 23.502 4.3.4; TS 24.501 6.3.3, 6.4.3): by the UE, the network or the AMF. First the N4 session goes, then the UE
// gets its command (T3592) and the gNB its own; when both have answered, the AMF learns that the context is gone.
#include "base/log.h"
#include "core/smf/detail/core.h"
#include "core/smf/detail/n1.h"
#include "core/smf/detail/n2.h"
#include "core/smf/limits.h"

namespace sen::smf {

using namespace detail;

static sbi::SmContextUpdatedData release_information(const Session& s) {
  sbi::SmContextUpdatedData out;
  out.n1_sm_msg = s.n1_command;
  if (!s.n2_pending) return out;
  if (auto n2 = release_command_transfer(ngap::CauseNas::normal_release)) {
    out.n2_sm_info = std::move(*n2);
    out.n2_sm_info_type = sbi::N2SmInfoType::pdu_res_rel_cmd;
  }
  return out;
}

void Smf::Core::begin_release(Session& s, nas::SmCause cause, uint8_t pti) {
  s.n1_timer.stop();
  s.refresh_timer.stop();
  s.state = State::releasing_n4;
  s.pti = pti;
  s.n1_command = release_command(s.psi, pti, cause);
  s.n1_sent = 1;
  s.n1_pending = true;
  s.n2_pending = !s.gnb.empty() || s.up == sbi::UpCnxState::activating;
  s.old_ambr.reset();
  s.old_flows.clear();
}

// ---- requested by the UE or the AMF: the command goes back with the answer

void Smf::Core::release_requested(Session& s, const nas::PduSessionReleaseRequest& request, UpdateReply reply) {
  if (request.pti == 0) {
    log_warning(Layer::smf, "{}: release request with PTI 0", s.name());
    return refuse_update(reply, 403, sbi::cause::n1_sm_error, "PTI 0 in a request of the UE", sm_status(s.psi, 0, nas::SmCause::invalid_pti));
  }
  if (s.state == State::releasing && s.pti == request.pti) return reply(release_information(s));  // T3582: the UE did not get the command
  if (s.state == State::releasing || s.state == State::releasing_n4) return reply(nothing());     // 6.3.3.5 b: the network's release goes on
  log_info(Layer::smf, "{}: release requested by the UE{}", s.name(), request.cause ? fmt::format(", cause {}", static_cast<unsigned>(*request.cause)) : "");
  begin_release(s, nas::SmCause::regular_deactivation, request.pti);
  command_release(s, std::move(reply));
}

void Smf::Core::release_by_amf(Session& s, UpdateReply reply) {
  if (s.state == State::releasing || s.state == State::releasing_n4) return reply(nothing());
  log_info(Layer::smf, "{}: release requested by the AMF", s.name());
  begin_release(s, nas::SmCause::regular_deactivation, 0);
  command_release(s, std::move(reply));
}

void Smf::Core::command_release(Session& s, UpdateReply reply) {
  delete_n4(s, [this, reply = std::move(reply)](SessionPtr session) mutable {
    if (!session) return refuse_update(reply, 404, sbi::cause::context_not_found, "the session went meanwhile");
    session->state = State::releasing;
    reply(release_information(*session));
    start_t3592(session->seid);
  });
}

// ---- requested by the network

void Smf::Core::release_by_network(Session& s, nas::SmCause cause) {
  log_info(Layer::smf, "{}: released by the network, cause {} ({})", s.name(), static_cast<unsigned>(cause), nas::name_of(cause));
  begin_release(s, cause, 0);
  delete_n4(s, [this](SessionPtr session) {
    if (!session) return;
    session->state = State::releasing;
    auto out = release_information(*session);
    // Not worth a page: an idle UE learns it from the session status at its next service request.
    transfer(*session, std::move(out.n1_sm_msg), std::move(out.n2_sm_info), out.n2_sm_info_type, true, [this](SessionPtr s2, const auto& answer) {
      if (!s2 || s2->state != State::releasing) return;
      if (answer && answer->cause == sbi::N1N2MessageTransferCause::n1_n2_transfer_initiated) return start_t3592(s2->seid);
      finish_release(*s2, sbi::SmCause::other);
    });
  });
}

Status Smf::Core::release_session(const std::string& supi, PduSessionId id, nas::SmCause cause) {
  auto* s = find(supi, id);
  if (!s) return fail(Fault::not_found, "", "{} has no session {}", supi, id);
  if (s->state != State::active && s->state != State::modifying) return fail(Fault::denied, "", "{} is {}", s->name(), to_string(s->state));
  release_by_network(*s, cause);
  return {};
}

// 24.501 6.3.3.5 a
void Smf::Core::start_t3592(uint64_t seid) {
  auto* s = find(seid);
  if (!s || !s->n1_pending) return;
  s->n1_timer.start(std::chrono::milliseconds(config_.time.t3592_ms), [this, seid] {
    auto* session = find(seid);
    if (!session || session->state != State::releasing) return;
    if (session->n1_sent > limit::n1_retransmissions) {
      log_warning(Layer::smf, "{}: T3592 expired {} times, released without the UE's answer", session->name(), session->n1_sent);
      return finish_release(*session, sbi::SmCause::other);
    }
    ++session->n1_sent;
    transfer(*session, session->n1_command, {}, std::nullopt, true, [](SessionPtr, const auto&) {});
    start_t3592(seid);
  });
}

void Smf::Core::release_completed(Session& s, const nas::PduSessionReleaseComplete& complete, UpdateReply reply) {
  if (s.state != State::releasing || !s.n1_pending || complete.pti != s.pti) {
    bool awaited = s.state == State::releasing && s.n1_pending;
    auto cause = awaited ? nas::SmCause::pti_mismatch : nas::SmCause::message_type_not_compatible_with_state;
    std::string detail = awaited ? fmt::format("release complete with PTI {} instead of {}", complete.pti, s.pti)
                                 : fmt::format("release complete while {}", to_string(s.state));
    log_warning(Layer::smf, "{}: {}", s.name(), detail);
    return refuse_update(reply, 403, sbi::cause::n1_sm_error, detail, sm_status(s.psi, complete.pti, cause));
  }
  s.n1_pending = false;
  s.n1_timer.stop();
  reply(nothing());
  if (!s.n2_pending) return finish_release(s, sbi::SmCause::other);
  // The gNB's answer is on its way; it does not hold the session for ever.
  s.n1_timer.start(std::chrono::milliseconds(config_.time.t3592_ms), [this, seid = s.seid] {
    if (auto* session = find(seid); session && session->state == State::releasing) finish_release(*session, sbi::SmCause::fiveg_an_not_responding);
  });
}

void Smf::Core::release_n2_done(Session& s, UpdateReply reply) {
  reply(nothing());
  s.n2_pending = false;
  if (s.state == State::releasing && !s.n1_pending) finish_release(s, sbi::SmCause::other);
}

void Smf::Core::finish_release(Session& s, sbi::SmCause cause) {
  log_info(Layer::smf, "{}: released", s.name());
  notify_amf(s, cause);
  remove(s);
}

void Smf::Core::release_locally(Session& s, sbi::SmCause cause, bool tell_amf) {
  delete_n4(s, [](SessionPtr) {});
  if (tell_amf) return finish_release(s, cause);
  remove(s);
}

// ---- Nsmf_PDUSession_ReleaseSMContext: the AMF has no more use for it, the UE is not told

void Smf::Core::release_context(const sbi::SmContextReleaseData& r, sbi::Responder<sbi::NoContent> reply) {
  auto* s = find_ref(r.sm_context_ref);
  if (!s) return reply(sbi::problem(404, sbi::cause::context_not_found, "no SM context " + r.sm_context_ref));
  log_info(Layer::smf, "{}: released by the AMF{}", s->name(), r.cause ? fmt::format(", {}", to_string(*r.cause)) : "");
  s->n1_timer.stop();
  s->refresh_timer.stop();
  s->state = State::releasing_n4;
  delete_n4(*s, [this, reply = std::move(reply)](SessionPtr session) mutable {
    if (session) remove(*session);
    reply(sbi::NoContent{});
  });
}

}  // namespace sen::smf
