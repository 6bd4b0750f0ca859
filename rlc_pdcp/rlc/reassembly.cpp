#include "rlc_pdcp/rlc/reassembly.h"

#include <algorithm>

#include "rlc_pdcp/limits.h"

namespace sen::l2 {

size_t Reassembly::lower(uint32_t sn, uint32_t base) const {
  auto at = std::lower_bound(order_.begin(), order_.end(), space_.offset(sn, base),
                             [&](const Entry& e, uint32_t offset) { return space_.offset(e.sn, base) < offset; });
  return static_cast<size_t>(at - order_.begin());
}

const Reassembly::Partial* Reassembly::find(uint32_t sn, uint32_t base) const {
  size_t at = lower(sn, base);
  return holds(at, sn) ? &partials_[order_[at].partial] : nullptr;
}

uint32_t Reassembly::next(uint32_t sn, uint32_t end, uint32_t base) const {
  size_t at = lower(sn, base);
  return at < order_.size() && space_.offset(order_[at].sn, base) < space_.offset(end, base) ? order_[at].sn : end;
}

bool Reassembly::has_gap(uint32_t sn, uint32_t base) const {
  const Partial* partial = find(sn, base);
  return !partial || partial->received.list().size() > 1 || partial->received.front().begin != 0;
}

void Reassembly::erase(size_t at) {
  Partial& partial = partials_[order_[at].partial];
  partial.packet = {};
  partial.received.clear();
  partial.high = partial.total = 0;
  partials_.release(order_[at].partial);
  order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Reassembly::drop_before(uint32_t sn, uint32_t base) {
  // From behind, so that erasing moves little.
  for (size_t at = lower(sn, base); at-- > 0;) erase(at);
}

void Reassembly::reset(SnSpace space) {
  space_ = space;
  std::vector<Entry>().swap(order_);
  partials_.clear();
}

bool Reassembly::make_room(uint32_t sn, uint32_t base, bool displace) {
  if (!displace || order_.empty() || space_.offset(order_.back().sn, base) <= space_.offset(sn, base)) return false;
  erase(order_.size() - 1);
  return true;
}

Reassembly::Outcome Reassembly::add(const DataPdu& pdu, uint32_t base, bool displace, Packet& sdu) {
  const DataHeader& header = pdu.header;
  if (header.so + pdu.payload.size() > std::min(pool_->capacity(), limit::rlc_sdu_octets)) return Outcome::contradiction;
  if (header.si == SegmentInfo::whole) return add_whole(pdu, base, displace, sdu);

  size_t at = lower(header.sn, base);
  bool fresh = !holds(at, header.sn);
  if (fresh) {
    if (order_.size() >= limit::rlc_partial_sdus && !make_room(header.sn, base, displace)) return Outcome::no_buffer;
    Packet packet = pool_->take(pool_->capacity());
    if (!packet && make_room(header.sn, base, displace)) packet = pool_->take(pool_->capacity());
    if (!packet) return Outcome::no_buffer;
    order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(at), Entry{header.sn, partials_.acquire()});
    partials_[order_[at].partial].packet = std::move(packet);
  }
  Partial& partial = partials_[order_[at].partial];
  Outcome outcome = add_segment(partial, pdu);
  if (outcome != Outcome::complete) return outcome;
  sdu = std::move(partial.packet);
  sdu.trim_back(sdu.size() - partial.total);
  erase(at);
  return outcome;
}

Reassembly::Outcome Reassembly::add_whole(const DataPdu& pdu, uint32_t base, bool displace, Packet& sdu) {
  sdu = pool_->copy(pdu.payload);
  if (!sdu && make_room(pdu.header.sn, base, displace)) sdu = pool_->copy(pdu.payload);
  if (!sdu) return Outcome::no_buffer;
  size_t at = lower(pdu.header.sn, base);
  if (holds(at, pdu.header.sn)) erase(at);
  return Outcome::complete;
}

Reassembly::Outcome Reassembly::add_segment(Partial& partial, const DataPdu& pdu) {
  auto begin = pdu.header.so;
  auto end = static_cast<uint16_t>(begin + pdu.payload.size());
  bool last = pdu.header.si == SegmentInfo::last;
  // A segment other than the last ends before the SDU does, and nothing lies behind the last.
  if (partial.total != 0 && (last ? end != partial.total : end >= partial.total)) return Outcome::contradiction;
  if (last && (partial.high > end || (partial.high == end && partial.total == 0))) return Outcome::contradiction;
  auto fresh = partial.received.add(begin, end);
  if (!fresh) return Outcome::no_buffer;
  if (*fresh == 0) return Outcome::duplicate;
  std::memcpy(partial.packet.data() + begin, pdu.payload.data(), pdu.payload.size());
  partial.high = std::max(partial.high, end);
  if (last) partial.total = end;
  const Range& front = partial.received.front();
  return partial.total != 0 && front.begin == 0 && front.end == partial.total ? Outcome::complete : Outcome::stored;
}

}  // namespace sen::l2
