// RRC connection establishment (TS 38.331 5.3.3) and what else comes on CCCH.
#include <algorithm>

#include "mac/asn1/convert.h"
#include "rlc_pdcp/asn1.h"
#include "rrc/detail/messages.h"

namespace sen::gnb {
namespace {

// TS 38.331 9.2.1: SRB1's default RLC configuration.
constexpr l2::RlcConfig srb_rlc{.mode = l2::RlcMode::am, .tx_sn_bits = 12, .rx_sn_bits = 12, .t_reassembly_ms = 35, .t_status_prohibit_ms = 0,
                                .t_poll_retransmit_ms = 45, .poll_pdu = 0, .poll_octets = 0, .max_retx_threshold = 8};

ngap::RrcEstablishmentCause establishment_cause(rrc::EstablishmentCause cause) {
  const auto value = static_cast<uint16_t>(cause);  // the first ten values have the same order (TS 38.413 9.3.1.111)
  return value < 10 ? static_cast<ngap::RrcEstablishmentCause>(value) : ngap::RrcEstablishmentCause::not_available;
}

bool has_priority(rrc::EstablishmentCause cause) {
  using enum rrc::EstablishmentCause;
  return cause == emergency || cause == high_priority_access || cause == mt_access || cause == mps_priority_access || cause == mcs_priority_access;
}

}  // namespace

l2::SrbConfig srb_config(uint8_t srb) { return {.srb = srb, .pdcp = {.tx_sn_bits = 12, .rx_sn_bits = 12, .integrity = true}}; }
l2::RlcBearer srb_bearer(uint8_t srb) { return {.lcid = srb, .bearer = {.srb = true, .number = srb}, .rlc = srb_rlc}; }

void Core::reject(size_t cell, Rnti rnti) {
  Ue* ue = new_ue(cell, rnti);
  if (!ue) return count_drop("ue_limit");
  if (!ports.add_ue(ue->id, cell, rnti, ue->config)) return forget(*ue);
  rrc::DlCcchMessage message;
  auto& ies = message.message.set_c1().set_rrc_reject().critical_extensions.set_rrc_reject();
  ies.wait_time = limit::reject_wait_s;
  auto bytes = rrc::encode(message);
  ue->state = UeState::releasing;
  if (bytes) {
    if (tap) tap(ue->id, "dl.ccch", *bytes);
    ports.send_srb(ue->id, 0, *bytes, 0);
  }
  start_timer(ue->answer_timer, limit::release_wait, *ue, [](Core& core, Ue& found) { core.forget(found); });
}

void Core::on_ccch(size_t cell, Rnti rnti, ByteView bytes) {
  if (tap) tap(0, "ul.ccch", bytes);
  auto message = rrc::decode<rrc::UlCcchMessage>(bytes);
  const auto* c1 = message ? message->message.c1() : nullptr;
  if (!c1) {
    log_warning(Layer::rrc, "rnti {:#x}: UL-CCCH message refused: {}", rnti, message ? "unknown class" : message.error().describe());
    return count_drop("ccch_undecodable");
  }
  if (const auto* request = c1->rrc_setup_request()) return on_setup_request(cell, rnti, *request);
  if (const auto* request = c1->rrc_reestablishment_request()) return on_reestablishment_request(cell, rnti, *request);
  if (c1->rrc_resume_request()) return begin_setup(cell, rnti, rrc::EstablishmentCause::mo_signalling, std::nullopt);  // no context is kept: 5.3.13.1 falls back to setup
  count_drop("ccch_unsupported");
}

void Core::on_setup_request(size_t cell, Rnti rnti, const rrc::RrcSetupRequest& request) {
  const auto& ies = request.rrc_setup_request;
  std::optional<uint64_t> part1;
  if (const auto* value = ies.ue_identity.ng_5g_s_tmsi_part1()) part1 = value->value;
  begin_setup(cell, rnti, ies.establishment_cause, part1);
}

void Core::begin_setup(size_t cell, Rnti rnti, rrc::EstablishmentCause cause, std::optional<uint64_t> s_tmsi_part1) {
  if (!is_ready || (overloaded && !has_priority(cause))) {
    log_info(Layer::rrc, "rnti {:#x}: rejected, {}", rnti, is_ready ? "the AMF is overloaded" : "N2 is not set up");
    return reject(cell, rnti);
  }
  mac::UeConfig config = initial_config(cell);
  if (auto assigned = ports.assign_resources(cell, rnti, config); !assigned) {
    log_warning(Layer::rrc, "rnti {:#x}: rejected, {}", rnti, assigned.error().describe());
    return reject(cell, rnti);
  }
  Ue* ue = new_ue(cell, rnti);
  if (!ue) return count_drop("ue_limit");
  ue->config = config;
  ue->cause = establishment_cause(cause);
  ue->s_tmsi_part1 = s_tmsi_part1;
  if (auto added = ports.add_ue(ue->id, cell, rnti, config); !added) {
    log_warning(Layer::rrc, "rnti {:#x}: {}", rnti, added.error().describe());
    return forget(*ue);
  }
  send_setup(*ue);
}

void Core::send_setup(Ue& ue) {
  l2::Change change;
  change.srbs.push_back(srb_config(1));
  change.rlcs.push_back(srb_bearer(1));
  rrc::DlCcchMessage message;
  auto& setup = message.message.set_c1().set_rrc_setup();
  setup.rrc_transaction_identifier = next_transaction(ue);
  auto& ies = setup.critical_extensions.set_rrc_setup();
  l2::to_asn1(change, ies.radio_bearer_config, ies.master_cell_group);
  mac::to_asn1(settings.cells[ue.cell].mac, nullptr, ue.config, ies.master_cell_group);
  auto bytes = rrc::encode(message);
  auto applied = ports.change_user_plane(ue.id, change);
  if (!bytes || !applied) {
    log_error(Layer::rrc, "UE {}: RRCSetup: {}", ue.id, bytes ? applied.error().describe() : bytes.error().describe());
    return forget(ue);
  }
  if (tap) tap(ue.id, "dl.ccch", *bytes);
  ports.send_srb(ue.id, 0, *bytes, 0);
  start_timer(ue.answer_timer, std::chrono::milliseconds(settings.procedure_ms), ue, [](Core& core, Ue& found) {
    log_info(Layer::rrc, "UE {} (rnti {:#x}): no RRCSetupComplete", found.id, found.rnti);
    core.forget(found);
  });
}

void Core::on_setup_complete(Ue& ue, const rrc::RrcSetupComplete& complete) {
  const auto* ies = complete.critical_extensions.rrc_setup_complete();
  if (ue.state != UeState::setup || !ies) return count_drop("setup_complete_unexpected");
  ue.answer_timer.stop();
  ue.state = UeState::connected;
  if (ies->ng_5g_s_tmsi_value) {
    std::optional<uint64_t> value;
    if (const auto* whole = ies->ng_5g_s_tmsi_value->ng_5g_s_tmsi()) value = whole->value;
    if (const auto* part2 = ies->ng_5g_s_tmsi_value->ng_5g_s_tmsi_part2(); part2 && ue.s_tmsi_part1) value = part2->value << 39 | *ue.s_tmsi_part1;
    if (value) ue.s_tmsi = STmsi{static_cast<uint16_t>(*value >> 38), static_cast<uint8_t>(*value >> 32 & 63), static_cast<uint32_t>(*value)};
  }
  log_info(Layer::rrc, "UE {} (cell {}, rnti {:#x}): connected", ue.id, ue.cell, ue.rnti);
  report(UeReport::Kind::setup, ue);
  initial_ue_message(ue, ies->dedicated_nas_message, ue.cause);
}

}  // namespace sen::gnb
