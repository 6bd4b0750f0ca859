#include "rlc_pdcp/rlc/um.h"

#include <algorithm>

#include "rlc_pdcp/limits.h"

namespace sen::l2 {

// --- Transmission (5.2.2.1) --------------------------------------------------------------------------------------------------

UmTransmitter::UmTransmitter(Executor& executor, const RlcConfig& config, RlcStatistics& statistics)
    : executor_(executor), statistics_(statistics), sn_bits_(config.tx_sn_bits) {}

bool UmTransmitter::submit(Packet sdu, uint32_t id) { return queue_.push(std::move(sdu), id, executor_.now().time_since_epoch().count()); }

BufferStatus UmTransmitter::buffer() const {
  BufferStatus status;
  status.total = queue_.octets() + queue_.count() * static_cast<uint32_t>(umd_header_size(sn_bits_, SegmentInfo::whole));
  int64_t since = queue_.empty() ? 0 : queue_.front().since_ns;
  if (current_) {
    status.total += static_cast<uint32_t>(current_.size() - sent_ + umd_header_size(sn_bits_, SegmentInfo::last));
    since = current_since_ns_;
  }
  if (since != 0) status.oldest_ns = executor_.now().time_since_epoch().count() - since;
  return status;
}

size_t UmTransmitter::pull(std::span<uint8_t> room) {
  if (!current_) {
    if (queue_.empty()) return 0;
    bool whole = queue_.front().packet.size() + umd_header_size(sn_bits_, SegmentInfo::whole) <= room.size();
    if (!whole && room.size() <= umd_header_size(sn_bits_, SegmentInfo::first)) return 0;
    QueuedSdu sdu = queue_.take_front();
    current_ = std::move(sdu.packet);
    current_since_ns_ = sdu.since_ns;
    sent_ = 0;
  }
  DataHeader header{.sn = next_, .so = sent_};
  size_t left = current_.size() - sent_;
  if (sent_ == 0) {
    header.si = left + umd_header_size(sn_bits_, SegmentInfo::whole) <= room.size() ? SegmentInfo::whole : SegmentInfo::first;
  } else {
    header.si = left + umd_header_size(sn_bits_, SegmentInfo::last) <= room.size() ? SegmentInfo::last : SegmentInfo::middle;
  }
  size_t at = umd_header_size(sn_bits_, header.si);
  if (room.size() <= at) return 0;
  size_t n = std::min(left, room.size() - at);
  write_umd_header(room, sn_bits_, header);
  std::memcpy(room.data() + at, current_.data() + sent_, n);
  sent_ = static_cast<uint16_t>(sent_ + n);
  if (header.si != SegmentInfo::whole) ++statistics_.tx_segments;
  if (n == left) {
    if (header.si == SegmentInfo::last) next_ = (next_ + 1) & SnSpace(sn_bits_).mask;
    current_ = {};
  }
  return at + n;
}

void UmTransmitter::reestablish(unsigned sn_bits) {
  sn_bits_ = sn_bits;
  queue_.clear();
  current_ = {};
  next_ = 0;
}

// --- Reception (5.2.2.2) -----------------------------------------------------------------------------------------------------

UmReceiver::UmReceiver(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcStatistics& statistics)
    : pool_(pool),
      statistics_(statistics),
      space_(config.rx_sn_bits),
      t_reassembly_ms_(config.t_reassembly_ms),
      complete_(space_),
      reassembly_(pool, space_),
      timer_(executor, this) {}

Packet UmReceiver::receive_whole(ByteView payload) {
  Packet sdu;
  if (payload.size() > std::min(pool_.capacity(), limit::rlc_sdu_octets)) {
    ++statistics_.rx_malformed;
    return sdu;
  }
  sdu = pool_.copy(payload);
  if (!sdu) ++statistics_.rx_no_buffer;
  return sdu;
}

// 5.2.2.2.2 and 5.2.2.2.3
Packet UmReceiver::receive(const DataPdu& pdu) {
  if (pdu.header.si == SegmentInfo::whole) return receive_whole(pdu.payload);
  uint32_t sn = pdu.header.sn;
  Packet sdu;
  if (offset(sn) < offset(next_reassembly_)) {
    ++statistics_.rx_out_of_window;
    return sdu;
  }
  if (complete_.test(sn)) {
    ++statistics_.rx_duplicates;
    return sdu;
  }
  if (!in_window(sn)) pull_window(space_.add(sn, 1));
  switch (reassembly_.add(pdu, window_start(), false, sdu)) {
    case Reassembly::Outcome::complete:
      complete_.set(sn);
      if (sn == next_reassembly_) advance(complete_.first_clear(sn));
      break;
    case Reassembly::Outcome::stored: break;
    case Reassembly::Outcome::duplicate: ++statistics_.rx_duplicates; break;
    case Reassembly::Outcome::contradiction: ++statistics_.rx_malformed; break;
    case Reassembly::Outcome::no_buffer: ++statistics_.rx_no_buffer; break;
  }
  update_timer();
  return sdu;
}

void UmReceiver::pull_window(uint32_t next_highest) {
  uint32_t start = (next_highest - space_.window()) & space_.mask;
  // In terms of the old window, whose start is at most half of the SN space behind the new one.
  if (offset(next_reassembly_) < offset(start)) advance(complete_.first_clear(start));
  next_highest_ = next_highest;
}

void UmReceiver::advance(uint32_t sn) {
  reassembly_.drop_before(sn, window_start());
  uint32_t passed = space_.offset(sn, next_reassembly_);
  statistics_.rx_lost_sdus += passed - complete_.advance(sn);
  next_reassembly_ = sn;
}

bool UmReceiver::gap_before_highest() const {
  uint32_t beyond = space_.offset(next_highest_, next_reassembly_);
  return beyond > 1 || (beyond == 1 && reassembly_.has_gap(next_reassembly_, window_start()));
}

void UmReceiver::update_timer() {
  if (timer_.running()) {
    bool reached = offset(trigger_) <= offset(next_reassembly_);
    bool outside = !in_window(trigger_) && trigger_ != next_highest_;
    if (reached || outside || !gap_before_highest()) timer_.stop();
  }
  if (timer_.running() || !gap_before_highest()) return;
  trigger_ = next_highest_;
  timer_.start(t_reassembly_ms_);
}

// 5.2.2.2.4
void UmReceiver::expired() {
  ++statistics_.reassembly_timeouts;
  advance(complete_.first_clear(trigger_));
  if (!gap_before_highest()) return;
  trigger_ = next_highest_;
  timer_.start(t_reassembly_ms_);
}

void UmReceiver::reestablish(unsigned sn_bits) {
  space_ = SnSpace(sn_bits);
  next_reassembly_ = next_highest_ = trigger_ = 0;
  complete_.reset(space_);
  reassembly_.reset(space_);
  timer_.stop();
}

// --- Both --------------------------------------------------------------------------------------------------------------------

UmEntity::UmEntity(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcPorts ports)
    : ports_(std::move(ports)),
      config_(config),
      transmitter_(executor, config, statistics_),
      receiver_(executor, pool, config, statistics_) {}

bool UmEntity::submit(Packet sdu, uint32_t id) {
  size_t octets = sdu.size();
  bool had = transmitter_.has_data();
  if (!config_.tx || !transmitter_.submit(std::move(sdu), id)) {
    ++statistics_.tx_refused_sdus;
    return false;
  }
  ++statistics_.tx_sdus;
  statistics_.tx_sdu_octets += octets;
  if (!had && ports_.data_available) ports_.data_available();
  return true;
}

bool UmEntity::discard(uint32_t id) {
  if (!transmitter_.discard(id)) return false;
  ++statistics_.tx_discarded;
  return true;
}

size_t UmEntity::pull(std::span<uint8_t> room) {
  size_t size = transmitter_.pull(room);
  if (size == 0) return 0;
  used_ = true;
  ++statistics_.tx_pdus;
  statistics_.tx_pdu_octets += size;
  return size;
}

void UmEntity::receive(ByteView pdu) {
  used_ = true;
  ++statistics_.rx_pdus;
  statistics_.rx_pdu_octets += pdu.size();
  auto data = read_umd(pdu, config_.rx_sn_bits);
  if (!data || !config_.rx) {
    ++statistics_.rx_malformed;
    return;
  }
  if (data->header.si != SegmentInfo::whole) ++statistics_.rx_segments;
  Packet sdu = receiver_.receive(*data);
  if (!sdu) return;
  ++statistics_.rx_sdus;
  statistics_.rx_sdu_octets += sdu.size();
  ports_.deliver(std::move(sdu));
}

void UmEntity::reestablish() {
  transmitter_.reestablish(config_.tx_sn_bits);
  receiver_.reestablish(config_.rx_sn_bits);
  used_ = false;
}

Status UmEntity::reconfigure(const RlcConfig& config) {
  SEN_TRY(check(config, RlcMode::um));
  bool same = config.rx_sn_bits == config_.rx_sn_bits && config.tx_sn_bits == config_.tx_sn_bits;
  if (used_ && !same) return fail(Fault::invalid, "sn-FieldLength", "another SN size without re-establishment of RLC");
  receiver_.set_t_reassembly(config.t_reassembly_ms);
  config_ = config;
  if (!same) reestablish();
  return {};
}

}  // namespace sen::l2
