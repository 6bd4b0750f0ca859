#include "rlc_pdcp/rlc/sdu_queue.h"

#include "rlc_pdcp/limits.h"
#include "rlc_pdcp/rlc.h"

namespace sen::l2 {

bool SduQueue::push(Packet sdu, uint32_t id, int64_t now_ns) {
  if (sdu.empty() || sdu.size() > limit::rlc_sdu_octets) return false;
  if (ring_.size() >= limit::rlc_queued_sdus || octets_ + sdu.size() > limit::rlc_queued_octets) return false;
  ++count_;
  octets_ += static_cast<uint32_t>(sdu.size());
  ring_.push_back({std::move(sdu), id, now_ns});
  return true;
}

// The first entry whose id is not before `id`; differences, for COUNT may wrap. SDUs without id lie anywhere between.
size_t SduQueue::find(uint32_t id) const {
  size_t low = 0, high = ring_.size();
  while (low < high) {
    size_t middle = (low + high) / 2, probe = middle;
    while (probe > low && ring_[probe].id == RlcEntity::no_id) --probe;
    bool before = ring_[probe].id == RlcEntity::no_id || static_cast<int32_t>(ring_[probe].id - id) < 0;
    if (before)
      low = middle + 1;
    else
      high = probe;
  }
  return low;
}

bool SduQueue::discard(uint32_t id) {
  if (id == RlcEntity::no_id) return false;
  size_t at = find(id);
  if (at == ring_.size() || ring_[at].id != id || !ring_[at].packet) return false;
  --count_;
  octets_ -= static_cast<uint32_t>(ring_[at].packet.size());
  ring_[at].packet = {};
  drop_gaps();
  return true;
}

QueuedSdu SduQueue::take_front() {
  QueuedSdu sdu = ring_.pop_front();
  --count_;
  octets_ -= static_cast<uint32_t>(sdu.packet.size());
  drop_gaps();
  return sdu;
}

void SduQueue::clear() {
  ring_.clear();
  count_ = octets_ = 0;
}

void SduQueue::drop_gaps() {
  while (!ring_.empty() && !ring_.front().packet) ring_.pop_front();
}

}  // namespace sen::l2
