#include "rlc_pdcp/rlc/am_transmitter.h"

#include <algorithm>

#include "rlc_pdcp/limits.h"
#include "rlc_pdcp/rlc/am.h"

namespace sen::l2 {

AmTransmitter::AmTransmitter(Executor& executor, const RlcConfig& config, RlcStatistics& statistics, AmEntity& entity)
    : executor_(executor),
      statistics_(statistics),
      entity_(entity),
      config_(config),
      space_(config.tx_sn_bits),
      acknowledged_(space_),
      poll_timer_(executor, this) {}

void AmTransmitter::reconfigure(const RlcConfig& config) {
  if (config.tx_sn_bits != config_.tx_sn_bits) {
    space_ = SnSpace(config.tx_sn_bits);
    acknowledged_.reset(space_);
  }
  config_ = config;
}

void AmTransmitter::reestablish() {
  queue_.clear();
  slots_.clear();
  acknowledged_.reset(space_);
  next_ack_ = tx_next_ = 0;
  segmenting_ = false;
  wanted_.clear();
  retransmit_.clear();
  retransmitting_ = wanted_volume_ = 0;
  max_reached_ = false;
  pdu_without_poll_ = octets_without_poll_ = 0;
  poll_forced_ = false;
  poll_timer_.stop();
}

bool AmTransmitter::submit(Packet sdu, uint32_t id) { return queue_.push(std::move(sdu), id, executor_.now().time_since_epoch().count()); }

size_t AmTransmitter::in_flight_limit() const { return std::min<size_t>(space_.window(), limit::rlc_in_flight_sdus); }

uint16_t AmTransmitter::sent_octets(size_t offset) const {
  return segmenting_ && offset + 1 == slots_.size() ? sent_ : static_cast<uint16_t>(slots_[offset].sdu.size());
}

// --- Transmission (5.2.3.1, 5.3.2) -------------------------------------------------------------------------------------------

BufferStatus AmTransmitter::buffer() const {
  BufferStatus status;
  status.priority = wanted_volume_;
  status.total = wanted_volume_ + queue_.octets() + queue_.count() * static_cast<uint32_t>(amd_header_size(config_.tx_sn_bits, false));
  int64_t since = queue_.empty() ? 0 : queue_.front().since_ns;
  if (segmenting_) {
    size_t rest = slots_[slots_.size() - 1].sdu.size() - sent_ + amd_header_size(config_.tx_sn_bits, true);
    status.total += static_cast<uint32_t>(rest);
    since = segmenting_since_ns_;
  }
  if (since != 0) status.oldest_ns = executor_.now().time_since_epoch().count() - since;
  return status;
}

size_t AmTransmitter::pull(std::span<uint8_t> room) { return retransmitting_ != 0 ? pull_retransmission(room) : pull_new(room); }

size_t AmTransmitter::fitting(size_t room, size_t begin, size_t end) const {
  size_t header = amd_header_size(config_.tx_sn_bits, begin != 0);
  return room <= header ? 0 : std::min(room - header, end - begin);
}

size_t AmTransmitter::pull_retransmission(std::span<uint8_t> room) {
  while (offset(retransmit_.front()) >= slots_.size() || slots_[offset(retransmit_.front())].wanted == Slot::none) retransmit_.pop_front();
  uint32_t sn = retransmit_.front();
  Slot& slot = slots_[offset(sn)];
  Range range{0, static_cast<uint16_t>(slot.sdu.size())};
  if (slot.wanted != Slot::whole) range = wanted_[slot.wanted].front();
  size_t n = fitting(room.size(), range.begin, range.end);
  if (n == 0) return 0;
  take_wanted(slot, n);
  ++statistics_.tx_retransmissions;
  statistics_.tx_retransmitted_octets += n;
  return write(room, sn, slot.sdu, range.begin, n, poll_due(0));
}

size_t AmTransmitter::pull_new(std::span<uint8_t> room) {
  if (!segmenting_) {
    if (queue_.empty() || stalled() || fitting(room.size(), 0, 1) == 0) return 0;
    QueuedSdu sdu = queue_.take_front();
    segmenting_since_ns_ = sdu.since_ns;
    slots_.push_back(Slot{std::move(sdu.packet), sdu.id});
    tx_next_ = space_.add(tx_next_, 1);
    segmenting_ = true;
    sent_ = 0;
  }
  const Packet& sdu = slots_.back().sdu;
  size_t begin = sent_, n = fitting(room.size(), begin, sdu.size());
  if (n == 0) return 0;
  sent_ = static_cast<uint16_t>(begin + n);
  if (sent_ == sdu.size()) segmenting_ = false;
  return write(room, sn_at(slots_.size() - 1), sdu, begin, n, poll_due(n));
}

size_t AmTransmitter::write(std::span<uint8_t> room, uint32_t sn, const Packet& sdu, size_t begin, size_t n, bool poll) {
  bool first = begin == 0, last = begin + n == sdu.size();
  DataHeader header{.poll = poll, .sn = sn, .so = static_cast<uint16_t>(begin)};
  if (first)
    header.si = last ? SegmentInfo::whole : SegmentInfo::first;
  else
    header.si = last ? SegmentInfo::last : SegmentInfo::middle;
  size_t at = write_amd_header(room, config_.tx_sn_bits, header);
  std::memcpy(room.data() + at, sdu.data() + begin, n);
  if (header.si != SegmentInfo::whole) ++statistics_.tx_segments;
  return at + n;
}

// 5.3.3.2. Called when the state is that after the PDU.
bool AmTransmitter::poll_due(size_t new_octets) {
  bool poll = poll_forced_ || !has_data() || stalled();
  if (new_octets != 0) {
    ++pdu_without_poll_;
    octets_without_poll_ += static_cast<uint32_t>(new_octets);
    poll |= config_.poll_pdu != 0 && pdu_without_poll_ >= config_.poll_pdu;
    poll |= config_.poll_octets != 0 && octets_without_poll_ >= config_.poll_octets;
  }
  if (!poll) return false;
  pdu_without_poll_ = octets_without_poll_ = 0;
  poll_forced_ = false;
  poll_sn_ = space_.add(tx_next_, space_.mask);  // the highest SN submitted
  poll_timer_.start(config_.t_poll_retransmit_ms);
  ++statistics_.tx_polls;
  return true;
}

// 5.3.3.4
void AmTransmitter::poll_timer_expired() {
  ++statistics_.poll_timeouts;
  poll_forced_ = true;
  if (!slots_.empty() && (!has_data() || stalled())) {
    ++report_;
    size_t last = slots_.size() - 1;
    size_t which = acknowledged_.test(sn_at(last)) ? 0 : last;
    consider_retransmission(which, 0, static_cast<uint16_t>(slots_[which].sdu.size()));
  }
  entity_.poll_timer_expired();
}

// --- Status reports (5.3.2, 5.3.3.3) -----------------------------------------------------------------------------------------

// Every SN that the report names was sent, and they ascend. SNs before TX_Next_Ack are of an older report that was overtaken.
bool AmTransmitter::plausible(StatusReader status) const {
  if (offset(status.ack_sn()) > slots_.size()) return false;
  const uint32_t half = space_.window();
  uint32_t lowest = 0;  // distances from TX_Next_Ack - half, so that older SNs compare too
  Nack nack;
  StatusReader::Step step;
  while ((step = status.next(nack)) == StatusReader::Step::nack) {
    uint32_t first = space_.add(offset(nack.sn), half);
    uint32_t last = first + nack.count - 1;
    if (first < lowest || last >= half + slots_.size()) return false;
    lowest = last;
  }
  return step == StatusReader::Step::end;
}

AmTransmitter::Progress AmTransmitter::handle_status(const StatusReader& status) {
  delivered_.clear();
  if (!plausible(status)) return {};
  ++report_;
  const uint32_t half = space_.window();
  const size_t ack = offset(status.ack_sn());
  bool poll_answered = offset(poll_sn_) < ack;
  size_t cursor = 0;  // every SN before it is dealt with
  StatusReader reader = status;
  for (Nack nack; reader.next(nack) == StatusReader::Step::nack; ++statistics_.rx_nacks) {
    size_t first = space_.add(offset(nack.sn), half), end = first + nack.count;  // half is TX_Next_Ack
    for (size_t at = std::max<size_t>(first, half); at < end; ++at) {
      acknowledge(cursor, std::min(at - half, ack));
      negative(at - half, at == first ? nack.so_start : 0, at + 1 == end && nack.so_end != Nack::to_end ? nack.so_end + 1u : Nack::to_end);
      cursor = at - half + 1;
      poll_answered |= sn_at(at - half) == poll_sn_;
    }
  }
  acknowledge(cursor, ack);
  if (poll_answered) poll_timer_.stop();
  uint32_t first = acknowledged_.first_clear(next_ack_);
  for (uint32_t n = offset(first); n > 0; --n) slots_.pop_front();
  acknowledged_.advance(first);
  next_ack_ = first;
  return {true, take_max_retransmissions()};
}

void AmTransmitter::acknowledge(size_t begin, size_t end) {
  if (segmenting_) end = std::min(end, slots_.size() - 1);  // nobody has received what is not sent
  while (begin < end) {
    begin = offset(acknowledged_.first_clear(sn_at(begin)));
    if (begin < end) acknowledge_one(begin++);
  }
}

void AmTransmitter::acknowledge_one(size_t at) {
  Slot& slot = slots_[at];
  if (slot.wanted != Slot::none) drop_wanted(slot);
  slot.sdu = {};
  acknowledged_.set(sn_at(at));
  ++statistics_.tx_delivered;
  if (slot.id != RlcEntity::no_id) delivered_.push_back(slot.id);
}

void AmTransmitter::negative(size_t at, uint16_t begin, uint32_t end) {
  if (acknowledged_.test(sn_at(at))) return;  // an older report, overtaken
  uint16_t sent = sent_octets(at);
  uint16_t stop = static_cast<uint16_t>(std::min<uint32_t>(end, sent));
  if (begin < stop) consider_retransmission(at, begin, stop);
}

// 5.3.2: RETX_COUNT goes up once for each report, unless what is wanted waits for its retransmission already.
void AmTransmitter::consider_retransmission(size_t at, uint16_t begin, uint16_t end) {
  if (!want(at, begin, end)) return;
  Slot& slot = slots_[at];
  if (slot.retx_count < 0)
    slot.retx_count = 0;
  else if (slot.report != report_)
    ++slot.retx_count;
  else
    return;
  slot.report = report_;
  if (slot.retx_count != config_.max_retx_threshold) return;
  ++statistics_.max_retransmissions;
  max_reached_ = true;
}

// False when all of it is wanted already.
bool AmTransmitter::want(size_t at, uint16_t begin, uint16_t end) {
  Slot& slot = slots_[at];
  if (slot.wanted == Slot::whole) return false;
  bool whole = begin == 0 && end == slot.sdu.size();
  if (slot.wanted == Slot::none) {
    retransmit_.push_back(sn_at(at));
    ++retransmitting_;
    slot.wanted = whole ? Slot::whole : wanted_.acquire();
    if (!whole) wanted_[slot.wanted].add(begin, end);
    wanted_volume_ += volume(slot);
    return true;
  }
  Ranges& ranges = wanted_[slot.wanted];
  wanted_volume_ -= volume(slot);
  auto added = ranges.add(begin, end);
  if (!added) {  // too many parts: all that was sent
    ranges.clear();
    added = ranges.add(0, sent_octets(at));
  }
  wanted_volume_ += volume(slot);
  return *added != 0;
}

void AmTransmitter::take_wanted(Slot& slot, size_t n) {
  if (slot.wanted == Slot::whole) {
    if (n == slot.sdu.size()) return drop_wanted(slot);
    wanted_volume_ -= volume(slot);
    slot.wanted = wanted_.acquire();
    wanted_[slot.wanted].add(static_cast<uint16_t>(n), static_cast<uint16_t>(slot.sdu.size()));
    wanted_volume_ += volume(slot);
    return;
  }
  wanted_volume_ -= volume(slot);
  wanted_[slot.wanted].take_front(static_cast<uint16_t>(n));
  wanted_volume_ += volume(slot);
  if (wanted_[slot.wanted].empty()) drop_wanted(slot);
}

void AmTransmitter::drop_wanted(Slot& slot) {
  wanted_volume_ -= volume(slot);
  if (slot.wanted != Slot::whole) {
    wanted_[slot.wanted].clear();
    wanted_.release(slot.wanted);
  }
  slot.wanted = Slot::none;
  if (--retransmitting_ == 0) retransmit_.clear();
}

// The octets that retransmitting takes if nothing is segmented any further.
uint32_t AmTransmitter::volume(const Slot& slot) const {
  if (slot.wanted == Slot::whole) return static_cast<uint32_t>(slot.sdu.size() + amd_header_size(config_.tx_sn_bits, false));
  uint32_t octets = 0;
  for (const Range& range : wanted_[slot.wanted].list())
    octets += static_cast<uint32_t>(range.end - range.begin + amd_header_size(config_.tx_sn_bits, range.begin != 0));
  return octets;
}

}  // namespace sen::l2
