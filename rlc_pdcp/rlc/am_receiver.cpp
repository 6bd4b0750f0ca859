#include "rlc_pdcp/rlc/am_receiver.h"

#include <algorithm>

#include "rlc_pdcp/limits.h"
#include "rlc_pdcp/rlc/am.h"

namespace sen::l2 {

// The NACKs of a status report under construction. Neighbouring gaps become one NACK with a range, so the newest entry is held back until
// it is known that nothing joins it. Without a writer only the size is counted.
class AmReceiver::Report {
 public:
  Report(SnSpace space, unsigned sn_bits, size_t room, StatusWriter* writer)
      : space_(space), sn_bits_(sn_bits), room_(room), writer_(writer) {}

  // False when there is no room for it.
  bool add(const Nack& gap) {
    if (held_ && joins(gap)) {
      Nack both{last_.sn, last_.count + gap.count, last_.so_start, gap.so_end};
      if (size_ + nack_size(sn_bits_, both) > room_) return false;
      last_ = both;
      return true;
    }
    size_t before = size_ + (held_ ? nack_size(sn_bits_, last_) : 0);
    if (before + nack_size(sn_bits_, gap) > room_ || count_ == limit::rlc_status_nacks) return false;
    flush();
    last_ = gap;
    held_ = true;
    ++count_;
    return true;
  }
  // As many of n SDUs of which nothing was received as one entry can hold; returns how many.
  uint32_t add_run(uint32_t sn, uint32_t n) {
    n = std::min(n, joins({sn}) ? 255 - last_.count : 255);
    if (add({sn, n})) return n;
    return n > 1 && add({sn}) ? 1 : 0;  // there may be no room for the range field alone
  }
  void flush() {
    if (!held_) return;
    size_ += nack_size(sn_bits_, last_);
    if (writer_) writer_->add(last_);
    held_ = false;
  }
  bool ends_with(uint32_t sn) const { return held_ && space_.add(last_.sn, last_.count - 1) == sn; }
  size_t size() const { return size_; }
  size_t count() const { return count_; }

 private:
  bool joins(const Nack& gap) const {
    return last_.so_end == Nack::to_end && gap.so_start == 0 && last_.count + gap.count <= 255 &&
           gap.sn == space_.add(last_.sn, last_.count);
  }

  SnSpace space_;
  unsigned sn_bits_;
  size_t room_;
  StatusWriter* writer_;
  size_t size_ = status_header_size, count_ = 0;
  Nack last_;
  bool held_ = false;
};

AmReceiver::AmReceiver(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcStatistics& statistics, AmEntity& entity)
    : statistics_(statistics),
      entity_(entity),
      space_(config.rx_sn_bits),
      t_reassembly_ms_(config.t_reassembly_ms),
      t_status_prohibit_ms_(config.t_status_prohibit_ms),
      sn_bits_(config.rx_sn_bits),
      complete_(space_),
      reassembly_(pool, space_),
      reassembly_timer_(executor, this),
      prohibit_(executor, this) {}

void AmReceiver::reconfigure(const RlcConfig& config) {
  t_reassembly_ms_ = config.t_reassembly_ms;
  t_status_prohibit_ms_ = config.t_status_prohibit_ms;
  if (config.rx_sn_bits == sn_bits_) return;
  sn_bits_ = config.rx_sn_bits;
  space_ = SnSpace(sn_bits_);
  reestablish();
}

void AmReceiver::reestablish() {
  next_ = next_highest_ = highest_status_ = trigger_ = 0;
  complete_.reset(space_);
  reassembly_.reset(space_);
  triggered_ = poll_delayed_ = false;
  status_size_ = 0;
  reassembly_timer_.stop();
  prohibit_.stop();
}

// 5.2.3.2.2
Packet AmReceiver::receive(const DataPdu& pdu) {
  const DataHeader& header = pdu.header;
  Packet sdu;
  bool discarded = true;
  if (!in_window(header.sn)) {
    ++statistics_.rx_out_of_window;
  } else if (complete_.test(header.sn)) {
    ++statistics_.rx_duplicates;
  } else {
    switch (reassembly_.add(pdu, next_, true, sdu)) {
      case Reassembly::Outcome::stored:
      case Reassembly::Outcome::complete:
        discarded = false;
        placed(header.sn, bool(sdu));
        break;
      case Reassembly::Outcome::duplicate: ++statistics_.rx_duplicates; break;
      case Reassembly::Outcome::no_buffer: ++statistics_.rx_no_buffer; break;
      case Reassembly::Outcome::contradiction: ++statistics_.rx_malformed; return {};
    }
  }
  check_delayed_polls();
  if (header.poll) poll_received(header.sn, discarded);
  return sdu;
}

// 5.2.3.2.3
void AmReceiver::placed(uint32_t sn, bool complete) {
  status_size_ = 0;
  if (offset(sn) >= offset(next_highest_)) next_highest_ = space_.add(sn, 1);
  if (complete) {
    complete_.set(sn);
    if (sn == highest_status_) highest_status_ = complete_.first_clear(sn);
    if (sn == next_) {
      next_ = complete_.first_clear(sn);
      complete_.advance(next_);
    }
  }
  update_reassembly_timer();
}

void AmReceiver::update_reassembly_timer() {
  if (reassembly_timer_.running()) {
    bool reached = trigger_ == next_ || (trigger_ == space_.add(next_, 1) && !reassembly_.has_gap(next_, next_));
    bool outside = !in_window(trigger_) && trigger_ != space_.add(next_, space_.window());
    if (reached || outside) reassembly_timer_.stop();
  }
  if (!reassembly_timer_.running()) start_reassembly_timer_beyond(next_);
}

// Starts t-Reassembly if something is missing between the incomplete SDU `sn` and what was received last.
void AmReceiver::start_reassembly_timer_beyond(uint32_t sn) {
  uint32_t beyond = space_.offset(next_highest_, sn);
  if (beyond == 0) return;
  if (beyond == 1 && !reassembly_.has_gap(sn, next_)) return;
  trigger_ = next_highest_;
  reassembly_timer_.start(t_reassembly_ms_);
}

// 5.2.3.2.4
void AmReceiver::reassembly_expired() {
  ++statistics_.reassembly_timeouts;
  status_size_ = 0;
  highest_status_ = complete_.first_clear(trigger_);
  start_reassembly_timer_beyond(highest_status_);
  triggered_ = true;
  check_delayed_polls();
  entity_.announce();
}

void AmReceiver::prohibit_expired() {
  if (triggered_) entity_.announce();
}

// 5.3.4: the report waits until HARQ has had the time to bring what was overtaken.
void AmReceiver::poll_received(uint32_t sn, bool discarded) {
  ++statistics_.rx_polls;
  if (discarded || due_for_poll(sn)) {
    triggered_ = true;
    return;
  }
  if (!poll_delayed_) poll_low_ = poll_high_ = sn;
  poll_delayed_ = true;
  if (offset(sn) < offset(poll_low_)) poll_low_ = sn;
  if (offset(sn) > offset(poll_high_)) poll_high_ = sn;
}

void AmReceiver::check_delayed_polls() {
  if (!poll_delayed_ || !due_for_poll(poll_low_)) return;
  triggered_ = true;
  poll_low_ = poll_high_;
  poll_delayed_ = !due_for_poll(poll_high_);
}

bool AmReceiver::report_partial(Report& report, uint32_t sn, const Reassembly::Partial& partial) const {
  uint16_t missing = 0;
  for (const Range& range : partial.received.list()) {
    if (range.begin > missing && !report.add({sn, 1, missing, static_cast<uint16_t>(range.begin - 1)})) return false;
    missing = range.end;
  }
  return partial.total != 0 || report.add({sn, 1, missing, Nack::to_end});
}

uint32_t AmReceiver::report_missing(Report& report) const {
  uint32_t sn = next_;
  while (offset(sn) < offset(highest_status_)) {
    if (const Reassembly::Partial* partial = reassembly_.find(sn, next_)) {
      // ACK_SN is the next SDU not received that is not indicated as missing: this one unless a part of it is.
      if (!report_partial(report, sn, *partial)) return report.ends_with(sn) ? complete_.first_clear(space_.add(sn, 1)) : sn;
      sn = space_.add(sn, 1);
    } else {
      uint32_t end = complete_.first_set(sn, reassembly_.next(sn, highest_status_, next_));
      while (sn != end) {
        uint32_t n = report.add_run(sn, space_.offset(end, sn));
        if (n == 0) return sn;
        sn = space_.add(sn, n);
      }
    }
    sn = complete_.first_clear(sn);
  }
  return highest_status_;
}

size_t AmReceiver::status_size() const {
  if (status_size_ == 0) {
    Report report(space_, sn_bits_, SIZE_MAX, nullptr);
    report_missing(report);
    report.flush();
    status_size_ = static_cast<uint32_t>(report.size());
  }
  return status_size_;
}

size_t AmReceiver::write_status(std::span<uint8_t> room) {
  if (room.size() < status_header_size) return 0;
  StatusWriter writer(room, sn_bits_);
  Report report(space_, sn_bits_, room.size(), &writer);
  uint32_t ack_sn = report_missing(report);
  report.flush();
  triggered_ = false;
  if (t_status_prohibit_ms_ != 0) prohibit_.start(t_status_prohibit_ms_);
  ++statistics_.tx_status;
  statistics_.tx_nacks += report.count();
  return writer.finish(ack_sn);
}

}  // namespace sen::l2
