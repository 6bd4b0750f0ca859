#include "rlc_pdcp/pdcp.h"

#include <algorithm>

#include "rlc_pdcp/rlc.h"

namespace sen::l2 {
namespace {

constexpr size_t mac_octets = 4;
constexpr size_t max_header_octets = 3;
constexpr size_t full_batch = 8;       // packets whose CMACs hide each other's latency
constexpr size_t um_discardable = 32;  // more than supply() leaves untransmitted in RLC UM
constexpr auto discard_step = std::chrono::milliseconds(1);

enum ControlType : uint8_t { status_report = 0, interspersed_rohc_feedback = 1 };  // TS 38.323 6.3.8

void store32(uint8_t* p, uint32_t v) {
  for (int i = 3; i >= 0; --i, v >>= 8) p[i] = static_cast<uint8_t>(v);
}
uint32_t load32(const uint8_t* p) { return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3]; }

std::string name(BearerId bearer) { return fmt::format("{}{}", bearer.srb ? "SRB" : "DRB", bearer.number); }

crypto::Direction opposite(crypto::Direction d) {
  return d == crypto::Direction::uplink ? crypto::Direction::downlink : crypto::Direction::uplink;
}

}  // namespace

const char* to_string(PdcpDrop drop) {
  switch (drop) {
    case PdcpDrop::malformed: return "malformed";
    case PdcpDrop::old: return "old";
    case PdcpDrop::duplicate: return "duplicate";
    case PdcpDrop::integrity: return "integrity";
    case PdcpDrop::count_wrap: return "count_wrap";
    case PdcpDrop::rohc_feedback: return "rohc_feedback";
    case PdcpDrop::control_unknown: return "control_unknown";
    case PdcpDrop::no_buffer: return "no_buffer";
    case PdcpDrop::count: break;
  }
  return "";
}

// --- configuration -------------------------------------------------------------------------------------------------------

Pdcp::Pdcp(Executor& executor, PacketPool& pool, BearerId bearer, crypto::Direction tx, const PdcpConfig& config, const PdcpKeys& keys,
           PdcpPorts ports)
    : executor_(executor),
      pool_(pool),
      bearer_(bearer),
      config_(config),
      ports_(std::move(ports)),
      discard_timer_(executor),
      reordering_timer_(executor) {
  SrbProtection protection;
  if (!bearer.srb) protection = {config.integrity, config.ciphering};
  sides_[0] = {keys, protection, opposite(tx), config.rx_sn_bits};
  sides_[1] = {keys, protection, tx, config.tx_sn_bits};
}

Status Pdcp::check(BearerId bearer, const PdcpConfig& config) {
  const std::string where = name(bearer);
  for (uint8_t bits : {config.tx_sn_bits, config.rx_sn_bits}) {
    if (bearer.srb && bits != 12) return fail(Fault::invalid, where, "pdcp-SN-Size {} (an SRB's is 12)", bits);
    if (bits != 12 && bits != 18) return fail(Fault::invalid, where, "pdcp-SN-Size {} (12 or 18)", bits);
  }
  if (bearer.srb && config.discard_ms) return fail(Fault::invalid, where, "discardTimer is not for SRBs");
  if (bearer.srb && config.status_report_required) return fail(Fault::invalid, where, "statusReportRequired is not for SRBs");
  if (config.discard_ms && (*config.discard_ms == 0 || *config.discard_ms > 2000)) {
    return fail(Fault::invalid, where, "discardTimer {} ms (1 to 2000, or infinity)", *config.discard_ms);
  }
  if (config.t_reordering_ms && *config.t_reordering_ms > 3000) {
    return fail(Fault::invalid, where, "t-Reordering {} ms (0 to 3000, or infinity)", *config.t_reordering_ms);
  }
  return {};
}

// TS 38.331 6.3.2 PDCP-Config: what "cannot be changed after the bearer is set up".
Status Pdcp::reconfigure(const PdcpConfig& config) {
  SEN_TRY(check(bearer_, config));
  const std::string where = name(bearer_);
  if (config.tx_sn_bits != config_.tx_sn_bits || config.rx_sn_bits != config_.rx_sn_bits) {
    return fail(Fault::invalid, where, "pdcp-SN-Size may not change (release and add the bearer)");
  }
  if (!bearer_.srb && config.integrity != config_.integrity) return fail(Fault::invalid, where, "integrityProtection may not change");
  if (!bearer_.srb && config.ciphering != config_.ciphering) return fail(Fault::invalid, where, "cipheringDisabled may not change");
  if (config.out_of_order_delivery != config_.out_of_order_delivery) {
    return fail(Fault::invalid, where, "outOfOrderDelivery may not change");
  }
  bool new_reordering = config.t_reordering_ms != config_.t_reordering_ms;
  bool new_discard = config.discard_ms != config_.discard_ms;
  config_ = config;
  if (new_reordering) {  // 5.2.2.3
    reordering_timer_.stop();
    update_reordering_timer();
  }
  if (new_discard) {
    discard_timer_.stop();
    arm_discard();
  }
  return {};
}

Status Pdcp::set_count(const Count& count) {
  if (!sent_.empty() || !reordering_.empty()) {
    return fail(Fault::denied, name(bearer_), "COUNT may not be set while {} SDUs wait", sent_.size() + reordering_.size());
  }
  tx_next_ = cursor_ = sent_base_ = count.next_tx;
  rx_next_ = rx_deliv_ = count.next_rx;
  reordering_timer_.stop();
  warned_ = false;
  if (acknowledged_ && config_.status_report_required) queue_status_report();
  return {};
}

std::vector<ForwardedSdu> Pdcp::unconfirmed() {
  std::vector<ForwardedSdu> out;
  const uint32_t mask = (1u << tx().sn_bits) - 1;
  for (size_t i = 0; acknowledged_ && i < sent_.size(); ++i) {
    if (sent_[i].packet) out.push_back({(sent_base_ + static_cast<uint32_t>(i)) & mask, copy_of(sent_[i].packet)});
  }
  for (size_t i = 0; i < queue_.size(); ++i) out.push_back({std::nullopt, copy_of(queue_[i].packet)});
  std::erase_if(out, [](const ForwardedSdu& sdu) { return !sdu.packet; });
  return out;
}

Status Pdcp::resume(ForwardedSdu forwarded) {
  if (!forwarded.sn) {
    if (!send(std::move(forwarded.packet))) return fail(Fault::exhausted, name(bearer_), "a forwarded SDU finds no room");
    return {};
  }
  const uint32_t mask = (1u << tx().sn_bits) - 1, back = (tx_next_ - *forwarded.sn) & mask, count = tx_next_ - back;
  if (!acknowledged_ || back == 0 || back > tx_next_ || back > std::min<size_t>(mask / 2, limit::pdcp_in_flight)) {
    return fail(Fault::invalid, name(bearer_), "SN {} of a forwarded SDU lies outside the window below {}", *forwarded.sn, tx_next_);
  }
  if (sent_.empty()) {
    sent_base_ = count;
    while (sent_base_ + sent_.size() != tx_next_) sent_.push_back({.done = true});
  }
  if (count < sent_base_ || !sent_[count - sent_base_].done) return fail(Fault::invalid, name(bearer_), "SN {} was forwarded already", *forwarded.sn);
  sent_[count - sent_base_] = {.packet = std::move(forwarded.packet), .arrival = executor_.now()};
  cursor_ = std::min(cursor_, count);
  count_resend();
  arm_discard();
  return {};
}

// --- transmitting side (5.2.1) -----------------------------------------------------------------------------------------------

bool Pdcp::refuse() {
  ++statistics_.tx_refused;
  return false;
}

bool Pdcp::send(Packet sdu, uint32_t tag) {
  if (sdu.empty() || sdu.size() > limit::pdcp_sdu_octets || sdu.headroom() < max_header_octets || sdu.tailroom() < mac_octets)
    return refuse();
  if (tx_next_ > limit::count_last) return refuse();
  if (bearer_.srb) return send_srb(std::move(sdu), tag);
  if (queue_.size() >= limit::pdcp_queue_sdus) return refuse();
  ++statistics_.tx_sdus;
  statistics_.tx_sdu_octets += sdu.size();
  queue_octets_ += sdu.size();
  queue_.push_back({std::move(sdu), executor_.now(), tag});
  arm_discard();
  return true;
}

bool Pdcp::send_srb(Packet sdu, uint32_t tag) {
  if (sent_.size() >= limit::srb_in_flight) return refuse();
  size_t octets = sdu.size();
  Pdu pdu{std::move(sdu), tx_next_};
  protect({&pdu, 1});
  size_t pdu_octets = pdu.packet.size();
  if (!ports_.submit(std::move(pdu.packet), tx_next_)) return refuse();  // nothing was sent with this COUNT
  ++statistics_.tx_sdus;
  statistics_.tx_sdu_octets += octets;
  ++statistics_.tx_pdus;
  statistics_.tx_pdu_octets += pdu_octets;
  if (acknowledged_) {
    sent_.push_back({.tag = tag});
  } else {
    ++sent_base_;
  }
  cursor_ = ++tx_next_;
  warn_of_wrap();
  return true;
}

// COUNT must not come again with the same key (5.8, 5.9): new keys are asked for in time, and the last values are not used at all.
void Pdcp::warn_of_wrap() {
  if (warned_ || tx_next_ < limit::count_warning) return;
  warned_ = true;
  ports_.failure(Failure::count_wrap);
}

void Pdcp::write_header(uint8_t* out, uint32_t count) const {  // 6.2.2
  uint8_t data = bearer_.srb ? 0 : 0x80;
  if (tx().sn_bits == 18) {
    out[0] = static_cast<uint8_t>(data | (count >> 16 & 3));
    out[1] = static_cast<uint8_t>(count >> 8);
    out[2] = static_cast<uint8_t>(count);
  } else {
    out[0] = static_cast<uint8_t>(data | (count >> 8 & 15));
    out[1] = static_cast<uint8_t>(count);
  }
}

// 5.8: neither the PDCP header nor the SDAP header (or SDAP control PDU) is ciphered; the MAC-I is.
std::span<uint8_t> Pdcp::ciphered_part(const Side& side, bool sdap, Packet& pdu) const {
  return pdu.span().subspan(header_octets(side) + (sdap ? 1 : 0));
}

void Pdcp::protect(std::span<Pdu> pdus) {
  const Side& side = tx();
  const size_t header = header_octets(side);
  std::array<crypto::MacJob, limit::pdcp_batch> macs;
  for (size_t i = 0; i < pdus.size(); ++i) {
    pdus[i].packet.prepend(header);
    write_header(pdus[i].packet.data(), pdus[i].count);
    macs[i] = {pdus[i].count, bearer_input(), side.direction, pdus[i].packet.view()};
  }
  if (has_mac(side)) {
    if (side.protection.integrity) side.keys.integrity.mac_batch(std::span(macs).first(pdus.size()));
    for (size_t i = 0; i < pdus.size(); ++i) {
      Packet& packet = pdus[i].packet;
      packet.append(mac_octets);
      store32(packet.data() + packet.size() - mac_octets, macs[i].mac);  // zeros on an SRB without integrity (6.3.4)
    }
  }
  if (!side.protection.ciphering) return;
  for (Pdu& pdu : pdus) side.keys.cipher.apply(pdu.count, bearer_input(), side.direction, ciphered_part(side, sdap_[1], pdu.packet));
}

// 5.2.1 NOTE 1: no more than half of the SN space may be outstanding, or the receiver would take COUNT for another.
bool Pdcp::window_open() const {
  if (tx_next_ > limit::count_last) return false;
  return !acknowledged_ || tx_next_ - sent_base_ < std::min<uint32_t>(1u << (tx().sn_bits - 1), limit::pdcp_in_flight);
}

// A copy with room for headers and MAC-I; empty when the pool is.
Packet Pdcp::copy_of(const Packet& sdu) {
  Packet copy = pool_.take(sdu.size() + mac_octets);
  if (!copy) return copy;
  copy.trim_back(mac_octets);
  std::memcpy(copy.data(), sdu.data(), sdu.size());
  return copy;
}

bool Pdcp::take_again(Pdu& pdu) {
  for (; cursor_ != tx_next_; ++cursor_) {
    const Sdu& sdu = sent_[cursor_ - sent_base_];
    if (sdu.done) continue;
    pdu = {copy_of(sdu.packet), cursor_};
    if (!pdu.packet) return false;
    resend_octets_ -= sdu.packet.size();
    --resend_sdus_;
    ++cursor_;
    ++statistics_.tx_retransmissions;
    return true;
  }
  return false;
}

bool Pdcp::take_new(Pdu& pdu) {
  if (cursor_ != tx_next_ || queue_.empty() || !window_open()) return false;
  pdu.count = tx_next_;
  if (acknowledged_) {
    pdu.packet = copy_of(queue_.front().packet);
    if (!pdu.packet) return false;
  }
  Sdu sdu = queue_.pop_front();
  queue_octets_ -= sdu.packet.size();
  if (!acknowledged_) {
    pdu.packet = std::move(sdu.packet);
    if (sent_.size() == um_discardable) finish(0);
  }
  cursor_ = ++tx_next_;
  if (acknowledged_ || config_.discard_ms || !sent_.empty()) {
    sent_.push_back(std::move(sdu));
  } else {
    sent_base_ = tx_next_;
  }
  return true;
}

bool Pdcp::next(Pdu& pdu) { return take_again(pdu) || take_new(pdu); }

bool Pdcp::submit(Pdu& pdu) {
  size_t octets = pdu.packet.size();
  if (ports_.submit(std::move(pdu.packet), pdu.count)) {
    ++statistics_.tx_pdus;
    statistics_.tx_pdu_octets += octets;
    return true;
  }
  if (acknowledged_) {  // RLC's queue is full: later again
    cursor_ = std::max(pdu.count, sent_base_);
    count_resend();
  }
  return false;
}

void Pdcp::supply(size_t octets) {
  while (!control_.empty()) ports_.submit(control_.pop_front(), RlcEntity::no_id);
  if (bearer_.srb) return;
  std::array<Pdu, limit::pdcp_batch> batch;
  for (size_t given = 0; given < octets;) {
    size_t n = 0;
    while (n < batch.size() && (given < octets || n < full_batch) && next(batch[n])) given += batch[n++].packet.size();
    if (n == 0) break;
    protect(std::span(batch).first(n));
    for (size_t i = 0; i < n; ++i) {
      if (!submit(batch[i])) return;
    }
  }
  warn_of_wrap();
}

Pdcp::Waiting Pdcp::waiting() const {
  Waiting w;
  w.sdus = queue_.size() + resend_sdus_;
  w.octets = queue_octets_ + resend_octets_ + w.sdus * (header_octets(tx()) + (has_mac(tx()) ? mac_octets : 0));
  for (size_t i = 0; i < control_.size(); ++i) ++w.sdus, w.octets += control_[i].size();
  if (resend_sdus_ > 0) {
    w.oldest = sent_[cursor_ - sent_base_].arrival;
  } else if (!queue_.empty()) {
    w.oldest = queue_.front().arrival;
  } else if (w.sdus > 0) {
    w.oldest = executor_.now();
  }
  return w;
}

void Pdcp::finish(size_t index) {
  Sdu& sdu = sent_[index];
  if (!sdu.done && sent_base_ + index >= cursor_) {
    resend_octets_ -= sdu.packet.size();
    --resend_sdus_;
  }
  sdu.done = true;
  sdu.packet = {};
  forget_finished();
}

void Pdcp::forget_finished() {
  while (!sent_.empty() && sent_.front().done) {
    sent_.pop_front();
    ++sent_base_;
  }
  cursor_ = std::max(cursor_, sent_base_);
}

void Pdcp::delivered(uint32_t id) {
  uint32_t index = id - sent_base_;
  if (id < sent_base_ || index >= sent_.size() || sent_[index].done) return;
  uint32_t tag = sent_[index].tag;
  if (bearer_.srb) {
    finish(index);
    return ports_.delivered(tag);
  }
  if (id >= cursor_) {  // it waits to be sent again, and need not
    resend_octets_ -= sent_[index].packet.size();
    --resend_sdus_;
  }
  sent_[index].done = true;
  forget_finished();
}

void Pdcp::count_resend() {
  resend_octets_ = resend_sdus_ = 0;
  for (uint32_t count = cursor_; count != tx_next_; ++count) {
    const Sdu& sdu = sent_[count - sent_base_];
    if (sdu.done) continue;
    ++resend_sdus_;
    resend_octets_ += sdu.packet.size();
  }
}

void Pdcp::send_again_from_base() {
  lower_lost_ = false;
  cursor_ = sent_base_;
  for (size_t i = 0; i < sent_.size(); ++i) {
    if (sent_[i].packet) sent_[i].done = false;
  }
  count_resend();
}

// One timer for all SDUs of the bearer: their deadlines ascend.
void Pdcp::arm_discard() {
  if (!config_.discard_ms || discard_timer_.running() || (sent_.empty() && queue_.empty())) return;
  Time arrival = sent_.empty() ? queue_.front().arrival : sent_.front().arrival;
  Duration left = arrival + std::chrono::milliseconds(*config_.discard_ms) - executor_.now();
  discard_timer_.start(std::max<Duration>(left, discard_step), [this] { discard_expired(); });
}

void Pdcp::discard_expired() {  // 5.3
  const Time limit = executor_.now() - std::chrono::milliseconds(*config_.discard_ms);
  for (uint32_t count = sent_base_; count != tx_next_; ++count) {
    if (count < sent_base_) continue;  // forgotten with the one before
    Sdu& sdu = sent_[count - sent_base_];
    if (sdu.arrival > limit) break;
    if (sdu.done) continue;
    bool unsent = ports_.discard(count) || count >= cursor_;
    if (acknowledged_ || unsent) ++statistics_.tx_discarded;
    finish(count - sent_base_);
  }
  while (!queue_.empty() && queue_.front().arrival <= limit) {
    queue_octets_ -= queue_.pop_front().packet.size();
    ++statistics_.tx_discarded;
  }
  arm_discard();
}

// --- re-establishment, suspension, recovery ------------------------------------------------------------------------------------

void Pdcp::restart_tx() {
  sent_.clear();
  tx_next_ = cursor_ = sent_base_ = 0;
  resend_octets_ = resend_sdus_ = 0;
  warned_ = false;
}

void Pdcp::restart_rx(bool deliver_stored) {
  reordering_timer_.stop();
  while (deliver_stored && !reordering_.empty()) {
    auto entry = reordering_.take_first();
    if (entry.packet) deliver(std::move(entry.packet), entry.verified);
  }
  reordering_.clear();
  rx_next_ = rx_deliv_ = 0;
}

void Pdcp::reestablish(const PdcpKeys& keys) {
  flush();
  if (bearer_.srb || !acknowledged_) {
    restart_tx();
    restart_rx(!bearer_.srb);
  } else {
    send_again_from_base();
  }
  unverified_ = {};
  set_keys(true, keys);
  set_keys(false, keys);
  if (acknowledged_ && config_.status_report_required) queue_status_report();
}

// SDUs of an AM DRB without confirmation go out again after resumption, as new ones (5.1.2, suspended AM DRBs).
void Pdcp::suspend() {
  flush();
  if (acknowledged_ && !bearer_.srb) {
    for (size_t i = sent_.size(); i-- > 0;) {
      if (sent_[i].done) continue;
      queue_octets_ += sent_[i].packet.size();
      queue_.push_front(std::move(sent_[i]));
    }
  }
  control_.clear();
  restart_tx();
  restart_rx(true);
}

void Pdcp::recover() {
  if (!acknowledged_ || bearer_.srb) return;
  if (lower_lost_) send_again_from_base();
  if (config_.status_report_required) queue_status_report();
}

// 5.4.1, 6.2.3.1: FMC, and a bit for each COUNT behind it up to the last one received.
void Pdcp::queue_status_report() {
  constexpr size_t fixed = 5;
  size_t bits = reordering_.empty() ? 0 : reordering_.last() - rx_deliv_;
  size_t octets = std::min(fixed + (bits + 7) / 8, std::min(limit::pdcp_sdu_octets, pool_.capacity()));
  Packet report = pool_.take(octets);
  if (!report) return drop(PdcpDrop::no_buffer);
  std::fill_n(report.data(), octets, 0);
  report.data()[0] = status_report << 4;
  store32(report.data() + 1, rx_deliv_);
  for (size_t i = 0; i < reordering_.size(); ++i) {
    size_t bit = reordering_[i].count - rx_deliv_ - 1;
    if (bit / 8 >= octets - fixed) break;
    report.data()[fixed + bit / 8] |= static_cast<uint8_t>(0x80 >> bit % 8);
  }
  control_.clear();  // a report that was not sent yet is out of date
  control_.push_back(std::move(report));
  ++statistics_.tx_status_reports;
}

// --- receiving side (5.2.2) ----------------------------------------------------------------------------------------------------

// 5.2.2.1: RCVD_COUNT. Nothing when its HFN does not exist.
std::optional<uint32_t> Pdcp::count_of(uint32_t sn) {
  const unsigned bits = rx().sn_bits;
  const int64_t window = int64_t{1} << (bits - 1), deliv_sn = rx_deliv_ & ((1u << bits) - 1);
  int64_t hfn = rx_deliv_ >> bits;
  if (sn < deliv_sn - window) {
    ++hfn;
  } else if (sn >= deliv_sn + window) {
    --hfn;
  }
  int64_t count = hfn * (int64_t{1} << bits) + sn;
  if (count < 0) return drop(PdcpDrop::old), std::nullopt;
  if (count > limit::count_last) return drop(PdcpDrop::count_wrap), std::nullopt;
  return static_cast<uint32_t>(count);
}

void Pdcp::receive(Packet pdu) {
  ++statistics_.rx_pdus;
  statistics_.rx_pdu_octets += pdu.size();
  if (pdu.empty()) return drop(PdcpDrop::malformed);
  const uint8_t* p = pdu.data();
  if (!bearer_.srb && !(p[0] & 0x80)) return receive_control(std::move(pdu));
  const Side& side = rx();
  if (pdu.size() < header_octets(side) + 1 + (has_mac(side) ? mac_octets : 0)) return drop(PdcpDrop::malformed);
  uint32_t sn = side.sn_bits == 18 ? uint32_t{p[0] & 3u} << 16 | uint32_t{p[1]} << 8 | p[2] : uint32_t{p[0] & 15u} << 8 | p[1];
  // As long as SN is less than half a window ahead, what the batch will do to RX_DELIV cannot change its COUNT.
  const uint32_t mask = (1u << side.sn_bits) - 1;
  if (!in_.empty() && ((sn - rx_deliv_) & mask) >= 1u << (side.sn_bits - 2)) flush();
  auto count = count_of(sn);
  if (!count) return;
  if (*count < rx_deliv_) return drop(PdcpDrop::old);
  if (reordering_.contains(*count)) return drop(PdcpDrop::duplicate);
  in_.push_back({std::move(pdu), *count});
  if (bearer_.srb || in_.size() == limit::pdcp_batch) flush();
}

uint32_t Pdcp::take_mac(Packet& pdu) const {
  uint32_t mac = load32(pdu.data() + pdu.size() - mac_octets);
  pdu.trim_back(mac_octets);
  return mac;
}

void Pdcp::flush() {
  if (in_.empty()) return;
  std::swap(in_, batch_);  // a port may reconfigure this SRB: it finds nothing unfinished
  const Side& side = rx();
  const bool awaiting = side.protection.from_verified, checked = side.protection.integrity || awaiting;
  std::array<crypto::MacJob, limit::pdcp_batch> macs;
  std::array<uint32_t, limit::pdcp_batch> received{};
  if (side.protection.ciphering && !awaiting) {
    for (Pdu& pdu : batch_) side.keys.cipher.apply(pdu.count, bearer_input(), side.direction, ciphered_part(side, sdap_[0], pdu.packet));
  }
  for (size_t i = 0; has_mac(side) && i < batch_.size(); ++i) {
    received[i] = take_mac(batch_[i].packet);
    macs[i] = {batch_[i].count, bearer_input(), side.direction, batch_[i].packet.view()};
  }
  if (checked) side.keys.integrity.mac_batch(std::span(macs).first(batch_.size()));
  for (size_t i = 0; i < batch_.size(); ++i) {
    const bool verified = checked && macs[i].mac == received[i];
    if (checked && !verified && !(awaiting && received[i] == 0)) {
      drop(PdcpDrop::integrity);
      if (bearer_.srb) ports_.failure(Failure::integrity);
      continue;
    }
    Pdu& pdu = batch_[i];
    if (awaiting && verified) this->side(false).protection = {.integrity = true, .ciphering = true};
    if (bearer_.srb && !verified) unverified_ = {Bytes(pdu.packet.view().begin(), pdu.packet.view().end()), pdu.count, received[i]};
    pdu.packet.trim_front(header_octets(side));
    commit(pdu, verified);
  }
  batch_.clear();
}

bool Pdcp::verify_last(const crypto::IntegrityKey& key) const {
  return !unverified_.message.empty() &&
         key.verify(unverified_.count, bearer_input(), rx().direction, unverified_.message, unverified_.mac);
}

void Pdcp::commit(Pdu& pdu, bool verified) {
  const uint32_t count = pdu.count;
  if (count < rx_deliv_) return drop(PdcpDrop::old);
  if (reordering_.contains(count)) return drop(PdcpDrop::duplicate);
  rx_next_ = std::max(rx_next_, count + 1);
  if (count == rx_deliv_) {
    ++rx_deliv_;
    deliver(std::move(pdu.packet), verified);
    deliver_consecutive();
  } else {
    if (config_.out_of_order_delivery) deliver(std::move(pdu.packet), verified);
    reordering_.insert(count, std::move(pdu.packet), verified);
    limit_reordering();
  }
  update_reordering_timer();
}

// Nothing waits behind a gap at the cost of everything else: the wait ends when too much waits, or when the pool runs low and it is for us.
void Pdcp::limit_reordering() {
  const bool pool_is_low = pool_.in_use() + pool_.limit() / 16 >= pool_.limit() && 8 * reordering_.size() >= pool_.limit();
  if (reordering_.size() <= limit::pdcp_reordering && !pool_is_low) return;
  ++statistics_.reordering_forced;
  deliver_below(rx_next_);
}

void Pdcp::deliver(Packet sdu, bool verified) {
  ++statistics_.rx_sdus;
  statistics_.rx_sdu_octets += sdu.size();
  ports_.deliver(std::move(sdu), verified);
}

void Pdcp::deliver_consecutive() {
  while (!reordering_.empty() && reordering_.first() == rx_deliv_) {
    ++rx_deliv_;
    auto entry = reordering_.take_first();
    if (entry.packet) deliver(std::move(entry.packet), entry.verified);
  }
}

void Pdcp::deliver_below(uint32_t count) {
  while (!reordering_.empty() && reordering_.first() < count) {
    auto entry = reordering_.take_first();
    statistics_.rx_lost += entry.count - rx_deliv_;
    rx_deliv_ = entry.count + 1;
    if (entry.packet) deliver(std::move(entry.packet), entry.verified);
  }
  if (rx_deliv_ < count) {
    statistics_.rx_lost += count - rx_deliv_;
    rx_deliv_ = count;
  }
  deliver_consecutive();
}

void Pdcp::update_reordering_timer() {
  if (reordering_timer_.running() && rx_deliv_ >= rx_reord_) reordering_timer_.stop();
  if (reordering_timer_.running() || rx_deliv_ >= rx_next_ || !config_.t_reordering_ms) return;
  rx_reord_ = rx_next_;
  reordering_timer_.start(std::chrono::milliseconds(*config_.t_reordering_ms), [this] { reordering_expired(); });
}

void Pdcp::reordering_expired() {  // 5.2.2.2
  ++statistics_.reordering_timeouts;
  deliver_below(rx_reord_);
  update_reordering_timer();
}

void Pdcp::receive_control(Packet pdu) {
  flush();
  switch (pdu.data()[0] >> 4 & 7) {
    case status_report: return receive_status_report(pdu.view());
    case interspersed_rohc_feedback: return drop(PdcpDrop::rohc_feedback);
    default: return drop(PdcpDrop::control_unknown);
  }
}

void Pdcp::receive_status_report(ByteView report) {  // 5.4.2
  if (!acknowledged_) return drop(PdcpDrop::control_unknown);
  if (report.size() < 5) return drop(PdcpDrop::malformed);
  const uint32_t fmc = load32(report.data() + 1);
  if (fmc > tx_next_) return drop(PdcpDrop::malformed);  // confirms what was never sent
  ++statistics_.rx_status_reports;
  ByteView bitmap = report.subspan(5);
  for (uint32_t count = sent_base_, end = tx_next_; count != end; ++count) {
    uint32_t bit = count - fmc - 1;
    bool received = count < fmc || (count > fmc && bit / 8 < bitmap.size() && (bitmap[bit / 8] & 0x80 >> bit % 8));
    if (!received || count < sent_base_ || sent_[count - sent_base_].done) continue;
    ports_.discard(count);
    ++statistics_.tx_confirmed;
    finish(count - sent_base_);
  }
}

}  // namespace sen::l2
