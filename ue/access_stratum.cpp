#include "ue/access_stratum.h"

#include "base/log.h"
#include "base/random.h"

namespace sen::ue {

AccessStratum::AccessStratum(const AsConfig& config, Executor& executor, PacketPool& pool, AsPorts ports)
    : config_(config), executor_(executor), ports_(std::move(ports)),
      mac_({.sib1 = [this](Bytes sib1) { on_sib1(std::move(sib1)); },
            .system_information = [](Bytes) {},
            .paging = [this](Bytes message) { on_paging(std::move(message)); },
            .short_message = [this](bool si_change, bool) {
              if (si_change && state_ == State::idle) select_cell();
            },
            .random_access = [this](bool success) { on_random_access(success); },
            .time_alignment_expired = [] {},
            .data_inactive = [this] { go_idle(false); }},
           config.seed),
      plane_(executor, pool, l2::Side::ue,
             {.rrc = [this](uint8_t srb, Bytes pdu, bool verified) {
                // Configuration changes wait until the user plane is out of its call.
                executor_.post([this, srb, pdu = std::move(pdu), verified] {
                  if (srb == 0) on_dl_ccch(pdu);
                  else on_dl_dcch(srb, pdu, verified);
                });
              },
              .packet = [this](PduSessionId session, Qfi, Packet packet) { ports_.packet(session, std::move(packet)); },
              .failure = [this](l2::Failure failure, l2::BearerId bearer) {
                if (failure == l2::Failure::integrity && !bearer.srb) return;
                executor_.post([this, failure] {
                  link_failed(failure == l2::Failure::integrity ? "integrity check failed on an SRB" : "RLC reached maxRetxThreshold");
                });
              },
              .delivered = [](uint8_t, uint32_t) {},
              .data_available = [this](l2::Lcid lcid) { mac_.data_available(lcid); }}),
      t300_(executor), t302_(executor), t304_(executor), t310_(executor), t311_(executor), t301_(executor) {
  (void)plane_.set_rlc({.lcid = 0, .bearer = {.srb = true, .number = 0}, .rlc = {.mode = l2::RlcMode::tm}});
  mac_.attach(plane_);
  Random random(config.seed);
  random_identity_ = random.next() & ((uint64_t{1} << 39) - 1);
}

void AccessStratum::drop(const char* what) {
  ++counters_.dropped;
  log_debug(Layer::ue, "dropped: {}", what);
}


Status AccessStratum::connect(Bytes nas, EstablishmentCause cause, std::optional<STmsi> s_tmsi) {
  if (fallback_setup_) {
    initial_nas_ = std::move(nas);
    connect_tmsi_ = s_tmsi;
    complete_setup(*fallback_setup_);
    return {};
  }
  if (state_ != State::idle) return fail(Fault::denied, "RRC", "the UE is not camped on a cell, or has a connection already");
  if (t302_.running()) return fail(Fault::denied, "RRC", "the cell has asked to wait");
  initial_nas_ = std::move(nas);
  cause_ = cause;
  connect_tmsi_ = s_tmsi;
  state_ = State::connecting;
  send_setup_request();
  return {};
}

Status AccessStratum::send_nas(Bytes nas) {
  if (state_ != State::connected) return fail(Fault::denied, "RRC", "there is no connection");
  const bool sent = send_dcch(srb2_ ? 2 : 1, [&](rrc::UlDcchMessageTypeC1& c1) {
    c1.set_ul_information_transfer().critical_extensions.set_ul_information_transfer().dedicated_nas_message.emplace() = std::move(nas);
  });
  if (!sent) return fail(Fault::exhausted, "RRC", "the SRB takes no more");
  return {};
}

Status AccessStratum::send_packet(PduSessionId session, Qfi qfi, Packet packet) {
  if (!bearers_.contains(session)) return fail(Fault::not_found, "RRC", "PDU session {} has no DRB", session);
  if (!plane_.send_packet(session, qfi, std::move(packet))) return fail(Fault::exhausted, "RRC", "the DRB of PDU session {} takes no more", session);
  return {};
}

bool AccessStratum::has_bearer(PduSessionId session) const { return bearers_.contains(session); }

void AccessStratum::set_identity(std::optional<STmsi> s_tmsi) {
  s_tmsi_ = s_tmsi;
  if (state_ != State::idle) return;
  std::optional<uint16_t> ue_id;
  if (s_tmsi_) ue_id = static_cast<uint16_t>(s_tmsi_->tmsi % 1024);
  mac_.set_paging(ue_id, cell_.paging.default_cycle_frames);
}

}  // namespace sen::ue
