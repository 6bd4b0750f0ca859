#include "rlc_pdcp/sdap.h"

#include <algorithm>

namespace sen::l2 {
namespace {

constexpr uint8_t qfi_mask = 0x3f;
constexpr uint8_t rdi_bit = 0x80, rqi_bit = 0x40;  // 6.2.2.2, downlink
constexpr uint8_t data_bit = 0x80;                 // 6.2.2.3, uplink: D/C

bool holds(const std::vector<Qfi>& qfis, Qfi qfi) { return std::find(qfis.begin(), qfis.end(), qfi) != qfis.end(); }

}  // namespace

Status Sdap::check(uint8_t drb, const SdapConfig& config) const {
  const std::string where = fmt::format("DRB{} SDAP-Config", drb);
  if (config.session == 0 || config.session > 15) return fail(Fault::invalid, where, "pdu-Session {} (1 to 15)", config.session);
  for (Qfi qfi : config.qfis) {
    if (qfi >= qfis) return fail(Fault::invalid, where, "QFI {} (0 to 63)", qfi);
    for (uint8_t other = 1; other <= limit::drbs; ++other) {
      if (other != drb && drbs_[other] && holds(configs_[other].qfis, qfi)) {
        return fail(Fault::invalid, where, "QFI {} is mapped to DRB{} already", qfi, other);
      }
    }
  }
  if (config.default_drb && default_drb_ != 0 && default_drb_ != drb) {
    return fail(Fault::invalid, where, "defaultDRB: DRB{} is the session's already", default_drb_);
  }
  // A default DRB ought to have the header (TS 38.331 sdap-HeaderUL); gNBs with one flow a session do without.
  if (side_ == Side::gnb && !config.ul_header && config.qfis.size() > 1) {
    return fail(Fault::invalid, where, "{} QoS flows without sdap-HeaderUL cannot be told apart", config.qfis.size());
  }
  if (!drbs_[drb]) return {};
  const SdapConfig& now = configs_[drb];
  if (now.ul_header != config.ul_header || now.dl_header != config.dl_header) {
    return fail(Fault::invalid, where, "sdap-HeaderUL and sdap-HeaderDL may not change");
  }
  if (now.default_drb && !config.default_drb) return fail(Fault::invalid, where, "defaultDRB may not become false");
  return {};
}

// 5.3.1 and 5.3.2: a stored rule, or the default DRB in its place, gives way to a new one.
std::optional<Sdap::EndMarker> Sdap::map(Qfi qfi, uint8_t drb) {
  uint8_t before = rules_[qfi] != 0 ? rules_[qfi] : default_drb_;
  rules_[qfi] = drb;
  if (side_ == Side::gnb || before == 0 || before == drb || !configs_[before].ul_header) return std::nullopt;
  ++statistics_.tx_end_markers;
  return EndMarker{before, qfi};
}

std::vector<Sdap::EndMarker> Sdap::set_drb(uint8_t drb, const SdapConfig& config) {
  std::vector<EndMarker> markers;
  const std::vector<Qfi> before = std::move(configs_[drb].qfis);
  const bool established = drbs_.any();
  for (Qfi qfi : before) {
    if (!holds(config.qfis, qfi) && rules_[qfi] == drb) rules_[qfi] = 0;
  }
  configs_[drb] = config;
  drbs_.set(drb);
  for (Qfi qfi : config.qfis) {
    if (holds(before, qfi)) continue;  // not new: what reflection changed since stays
    auto marker = map(qfi, drb);
    if (marker && established) markers.push_back(*marker);
  }
  if (config.default_drb) default_drb_ = drb;
  return markers;
}

void Sdap::remove_drb(uint8_t drb) {
  std::replace(rules_.begin(), rules_.end(), drb, uint8_t{0});
  if (default_drb_ == drb) default_drb_ = 0;
  configs_[drb] = {};
  drbs_.reset(drb);
}

std::optional<uint8_t> Sdap::drb_of(Qfi qfi) const {
  if (qfi < qfis && rules_[qfi] != 0) return rules_[qfi];
  if (default_drb_ != 0) return default_drb_;
  return std::nullopt;
}

std::optional<uint8_t> Sdap::send(Qfi qfi, bool reflective, Packet& packet) {
  auto drb = drb_of(qfi);
  if (!drb) {
    ++statistics_.tx_no_drb;
    return drb;
  }
  ++statistics_.tx_pdus;
  if (!tx_header(*drb)) return drb;
  if (!packet.prepend(1)) {
    ++statistics_.tx_no_headroom;
    return std::nullopt;
  }
  const auto& flows = configs_[*drb].qfis;
  uint8_t identity = (qfi == 0 && !flows.empty() ? flows.front() : qfi) & qfi_mask;
  uint8_t flags = side_ == Side::ue ? data_bit : reflective ? rdi_bit | rqi_bit : 0;
  packet.data()[0] = flags | identity;
  return drb;
}

Qfi Sdap::take_back(uint8_t drb, Packet& pdu) const {
  if (tx_header(drb) && !pdu.empty()) {
    const Qfi qfi = pdu.data()[0] & qfi_mask;
    pdu.trim_front(1);
    return qfi;
  }
  return configs_[drb].qfis.empty() ? Qfi{0} : configs_[drb].qfis.front();
}

std::optional<Sdap::Received> Sdap::receive(uint8_t drb, Packet& pdu) {
  const SdapConfig& config = configs_[drb];
  Received received;
  if (!rx_header(drb)) {
    received.qfi = config.qfis.empty() ? 0 : config.qfis.front();
  } else {
    if (pdu.empty()) return ++statistics_.rx_malformed, std::nullopt;
    uint8_t octet = pdu.data()[0];
    pdu.trim_front(1);
    if (side_ == Side::gnb && !(octet & data_bit)) return ++statistics_.rx_end_markers, std::nullopt;
    received.qfi = octet & qfi_mask;
    if (side_ == Side::ue && (octet & rdi_bit) && rules_[received.qfi] != drb) {
      ++statistics_.remapped;
      received.end_marker = map(received.qfi, drb);
    }
    received.reflective_qos = side_ == Side::ue && (octet & rqi_bit);
  }
  if (pdu.empty()) return ++statistics_.rx_malformed, std::nullopt;
  ++statistics_.rx_pdus;
  return received;
}

}  // namespace sen::l2
