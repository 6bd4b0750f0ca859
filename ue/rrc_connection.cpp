// RRC connection at the UE: establishment (TS 38.331 5.3.3), security (5.3.4), release (5.3.8), capability (5.6.1), counter check (5.3.6), NAS transfer (5.7).
#include <algorithm>

#include "base/log.h"
#include "crypto/kdf.h"
#include "mac/asn1/convert.h"
#include "rlc_pdcp/asn1.h"
#include "ue/access_stratum.h"

namespace sen::ue {
namespace {

rrc::EstablishmentCause to_asn1(EstablishmentCause cause) {
  switch (cause) {
    case EstablishmentCause::emergency: return rrc::EstablishmentCause::emergency;
    case EstablishmentCause::high_priority_access: return rrc::EstablishmentCause::high_priority_access;
    case EstablishmentCause::mt_access: return rrc::EstablishmentCause::mt_access;
    case EstablishmentCause::mo_signalling: return rrc::EstablishmentCause::mo_signalling;
    case EstablishmentCause::mo_data: return rrc::EstablishmentCause::mo_data;
  }
  return rrc::EstablishmentCause::mo_signalling;
}

uint64_t number(const STmsi& tmsi) {
  return static_cast<uint64_t>(tmsi.set) << 38 | static_cast<uint64_t>(tmsi.pointer) << 32 | tmsi.tmsi;
}

}  // namespace

void AccessStratum::send_setup_request() {
  rrc::UlCcchMessage message;
  auto& ies = message.message.set_c1().set_rrc_setup_request().rrc_setup_request;
  if (connect_tmsi_) ies.ue_identity.set_ng_5g_s_tmsi_part1().value = number(*connect_tmsi_) & ((uint64_t{1} << 39) - 1);
  else ies.ue_identity.set_random_value().value = random_identity_;
  ies.establishment_cause = to_asn1(cause_);
  auto bytes = rrc::encode(message);
  if (!bytes) return go_idle(true);
  if (tap_) tap_("ul.ccch", *bytes);
  plane_.send_rrc(0, *bytes);
  mac_.start_random_access({.cause = mac::RandomAccess::Cause::ccch, .preamble = {}});
  t300_.start(std::chrono::milliseconds(timers_.t300_ms), [this] { go_idle(true); });
}

void AccessStratum::on_random_access(bool success) {
  if (success && handing_over_) {
    handing_over_ = false;
    t304_.stop();
    ++counters_.handovers;
  }
  if (!success && state_ == State::connected && !handing_over_) executor_.post([this] { link_failed("random access failed"); });
}

void AccessStratum::on_dl_ccch(ByteView bytes) {
  if (tap_) tap_("dl.ccch", bytes);
  auto message = rrc::decode<rrc::DlCcchMessage>(bytes);
  const auto* c1 = message ? message->message.c1() : nullptr;
  if (!c1) return drop("DL-CCCH message that cannot be decoded");
  if (const auto* setup = c1->rrc_setup()) return on_setup(*setup);
  if (const auto* reject = c1->rrc_reject()) return on_reject(*reject);
  drop("DL-CCCH message of another kind");
}

void AccessStratum::on_setup(const rrc::RrcSetup& setup) {
  const auto* ies = setup.critical_extensions.rrc_setup();
  if ((state_ != State::connecting && state_ != State::reestablishing) || !ies) return drop("RRCSetup out of place");
  const bool fallback = state_ == State::reestablishing;
  for (Timer* timer : {&t300_, &t301_, &t311_}) timer->stop();
  if (fallback) release_connection();  // 5.3.3.4: what was configured, and the keys
  dedicated_ = {};
  dedicated_.dl = cell_.initial_dl;
  dedicated_.ul = cell_.initial_ul;
  auto change = l2::from_asn1(ies->radio_bearer_config, ies->master_cell_group, drbs_);
  if (!change || !l2::apply(plane_, *change) || !apply_cell_group(ies->master_cell_group)) {
    log_warning(Layer::ue, "RRCSetup cannot be carried out");
    return go_idle(true);
  }
  state_ = State::connected;
  ++counters_.setups;
  out_of_sync_ = 0;
  if (!fallback) return complete_setup(setup.rrc_transaction_identifier);
  ++counters_.fallbacks;
  log_info(Layer::ue, "re-establishment became a setup");
  fallback_setup_ = setup.rrc_transaction_identifier;
  tell_bearers();
  ports_.fallback();
  if (fallback_setup_.has_value()) go_idle(false);
}

void AccessStratum::complete_setup(uint8_t transaction) {
  const bool whole = std::exchange(fallback_setup_, std::nullopt).has_value();  // no RRCSetupRequest has brought the first part
  send_dcch(1, [&](rrc::UlDcchMessageTypeC1& c1) {
    auto& complete = c1.set_rrc_setup_complete();
    complete.rrc_transaction_identifier = transaction;
    auto& out = complete.critical_extensions.set_rrc_setup_complete();
    out.selected_plmn_identity = 1;
    out.dedicated_nas_message = initial_nas_;
    if (!connect_tmsi_) return;
    auto& identity = out.ng_5g_s_tmsi_value.emplace();
    if (whole) identity.set_ng_5g_s_tmsi().value = number(*connect_tmsi_);
    else identity.set_ng_5g_s_tmsi_part2().value = number(*connect_tmsi_) >> 39;
  });
  initial_nas_.clear();
  ports_.connected();
}

void AccessStratum::on_reject(const rrc::RrcReject& reject) {
  const auto* ies = reject.critical_extensions.rrc_reject();
  if ((state_ != State::connecting && state_ != State::reestablishing) || !ies) return drop("RRCReject out of place");
  if (ies->wait_time) {
    log_info(Layer::ue, "rejected, to wait {} s", static_cast<unsigned>(*ies->wait_time));
    t302_.start(std::chrono::seconds(*ies->wait_time), [] {});
  }
  go_idle(true);
}

void AccessStratum::release_connection() {
  plane_.clear();
  (void)plane_.set_rlc({.lcid = 0, .bearer = {.srb = true, .number = 0}, .rlc = {.mode = l2::RlcMode::tm}});
  drbs_.clear();
  measurements_.clear();
  objects_.clear();
  reports_.clear();
  measurement_ids_.clear();
  srb2_ = secured_ = handing_over_ = false;
  timers_ = sib1_timers_;
}

void AccessStratum::go_idle(bool establishment_failed) {
  for (Timer* timer : {&t300_, &t301_, &t304_, &t310_, &t311_}) timer->stop();
  const bool was_idle = state_ == State::idle || state_ == State::searching || state_ == State::reading_system_information;
  release_connection();
  mac_.reset();
  dedicated_ = {};
  fallback_setup_.reset();
  auto gone = std::exchange(bearers_, {});
  state_ = sib1_read_ ? State::idle : State::searching;
  mac_.camp(cell_, false);
  if (sib1_read_) mac_.set_cell(cell_);
  set_identity(s_tmsi_);
  for (const auto& [session, count] : gone) ports_.bearer(session, false);
  if (!was_idle) ports_.released(establishment_failed);
}

bool AccessStratum::send_dcch(uint8_t srb, Result<Bytes> message) {
  if (!message) {
    log_error(Layer::ue, "cannot encode: {}", message.error().describe());
    return false;
  }
  if (tap_) tap_("ul.dcch", *message);
  return plane_.send_rrc(srb, *message);
}

// Before AS security only these are taken without protection (TS 38.331 annex B.1).
static bool may_be_unprotected(const rrc::DlDcchMessageTypeC1& c1) {
  return c1.rrc_release() || c1.dl_information_transfer() || c1.security_mode_command() || c1.rrc_reestablishment();
}

void AccessStratum::on_dl_dcch(uint8_t srb, ByteView bytes, bool verified) {
  if (tap_) tap_("dl.dcch", bytes);
  if (state_ != State::connected && state_ != State::reestablishing) return drop("DL-DCCH message without a connection");
  auto message = rrc::decode<rrc::DlDcchMessage>(bytes);
  const auto* c1 = message ? message->message.c1() : nullptr;
  if (!c1) return drop("DL-DCCH message that cannot be decoded");
  (void)srb;
  if (const auto* m = c1->rrc_reestablishment()) return on_reestablishment(*m);
  if (!verified && (secured_ || !may_be_unprotected(*c1))) return drop("DL-DCCH message without protection");
  if (const auto* m = c1->security_mode_command()) return on_security_mode(*m);
  if (const auto* m = c1->rrc_reconfiguration()) return on_reconfiguration(*m);
  if (const auto* m = c1->dl_information_transfer()) {
    const auto* ies = m->critical_extensions.dl_information_transfer();
    if (ies && ies->dedicated_nas_message) return ports_.nas(*ies->dedicated_nas_message);
    return drop("DLInformationTransfer without NAS");
  }
  if (const auto* m = c1->ue_capability_enquiry()) return on_capability_enquiry(*m);
  if (const auto* m = c1->counter_check()) return on_counter_check(*m);
  if (const auto* m = c1->rrc_release()) return on_release(*m);
  drop("DL-DCCH message of another kind");
}

void AccessStratum::derive_keys() {
  using enum crypto::AlgorithmKeyType;
  auto key = [&](crypto::AlgorithmKeyType type, uint8_t algorithm) { return crypto::low_128(crypto::algorithm_key(k_gnb_, type, algorithm)); };
  l2::Security security{.nea = nea_, .nia = nia_, .rrc_enc = key(rrc_enc, nea_), .rrc_int = key(rrc_int, nia_),
                        .up_enc = key(up_enc, nea_), .up_int = key(up_int, nia_)};
  plane_.set_security(security);
}

void AccessStratum::on_security_mode(const rrc::SecurityModeCommand& command) {
  const auto* ies = command.critical_extensions.security_mode_command();
  if (!ies || secured_) return drop("SecurityModeCommand out of place");
  const auto& algorithms = ies->security_config_smc.security_algorithm_config;
  const auto nea = static_cast<unsigned>(algorithms.ciphering_algorithm);
  const auto nia = algorithms.integrity_prot_algorithm ? static_cast<unsigned>(*algorithms.integrity_prot_algorithm) : 0U;
  auto refuse = [&](const char* why) {
    log_warning(Layer::ue, "SecurityModeCommand refused: {}", why);
    send_dcch(1, [&](rrc::UlDcchMessageTypeC1& c1) {
      auto& failure = c1.set_security_mode_failure();
      failure.rrc_transaction_identifier = command.rrc_transaction_identifier;
      failure.critical_extensions.set_security_mode_failure();
    });
  };
  if (nea > 3 || nia > 3 || !(config_.nea_mask >> nea & 1) || !(config_.nia_mask >> nia & 1)) return refuse("an algorithm that we do not have");
  k_gnb_ = ports_.k_gnb();
  ncc_ = next_hop_count_ = 0;
  next_hop_ = k_gnb_;
  nea_ = static_cast<uint8_t>(nea);
  nia_ = static_cast<uint8_t>(nia);
  derive_keys();
  if (!plane_.verify_last_rrc(1)) return refuse("its MAC-I does not verify");
  plane_.set_srb_protection(false, {.integrity = true, .ciphering = true});
  plane_.set_srb_protection(true, {.integrity = true, .ciphering = false});
  send_dcch(1, [&](rrc::UlDcchMessageTypeC1& c1) {
    auto& complete = c1.set_security_mode_complete();
    complete.rrc_transaction_identifier = command.rrc_transaction_identifier;
    complete.critical_extensions.set_security_mode_complete();
  });
  plane_.set_srb_protection(true, {.integrity = true, .ciphering = true});
  secured_ = true;
}

void AccessStratum::on_capability_enquiry(const rrc::UeCapabilityEnquiry& enquiry) {
  const auto* ies = enquiry.critical_extensions.ue_capability_enquiry();
  if (!ies) return drop("UECapabilityEnquiry of another release");
  send_dcch(1, [&](rrc::UlDcchMessageTypeC1& c1) {
    auto& information = c1.set_ue_capability_information();
    information.rrc_transaction_identifier = enquiry.rrc_transaction_identifier;
    auto& list = information.critical_extensions.set_ue_capability_information().ue_capability_rat_container_list.emplace();
    for (const auto& request : ies->ue_capability_rat_request_list) {
      if (request.rat_type != rrc::RatType::nr) continue;
      const mac::UeAntennas antennas{config_.rx_antennas, config_.tx_antennas, nr::CodebookSubset::full};
      auto capability = rrc::encode(mac::capability(cell_.band, antennas));
      if (!capability) return;
      auto& container = list.emplace_back();
      container.rat_type = rrc::RatType::nr;
      container.ue_capability_rat_container = std::move(*capability);
    }
  });
}

void AccessStratum::on_counter_check(const rrc::CounterCheck& check) {
  const auto* ies = check.critical_extensions.counter_check();
  if (!ies) return drop("CounterCheck of another release");
  send_dcch(1, [&](rrc::UlDcchMessageTypeC1& c1) {
    auto& response = c1.set_counter_check_response();
    response.rrc_transaction_identifier = check.rrc_transaction_identifier;
    auto& list = response.critical_extensions.set_counter_check_response().drb_count_info_list;
    for (const auto& drb : drbs_) {
      const auto count = plane_.count(drb.drb);
      if (!count) continue;
      const auto asked = std::find_if(ies->drb_count_msb_info_list.begin(), ies->drb_count_msb_info_list.end(),
                                      [&](const auto& info) { return info.drb_identity == drb.drb; });
      const bool same = asked != ies->drb_count_msb_info_list.end() && asked->count_msb_uplink == count->next_tx >> 7 &&
                        asked->count_msb_downlink == count->next_rx >> 7;
      if (same) continue;
      auto& info = list.emplace_back();
      info.drb_identity = drb.drb;
      info.count_uplink = count->next_tx;
      info.count_downlink = count->next_rx;
    }
  });
}

void AccessStratum::on_release(const rrc::RrcRelease& release) {
  const auto* ies = release.critical_extensions.rrc_release();
  if (!ies) return drop("RRCRelease of another release");
  ++counters_.releases;
  // 5.3.8.3: 60 ms, so that the lower layers can acknowledge.
  t304_.stop();
  t310_.stop();
  t311_.start(std::chrono::milliseconds(60), [this] { go_idle(false); });
}

}  // namespace sen::ue
