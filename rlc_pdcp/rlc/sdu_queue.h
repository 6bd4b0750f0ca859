// SDUs that wait for their first transmission, with discard (TS 38.322 5.4).
#pragma once

#include "base/packet.h"
#include "rlc_pdcp/pdcp/ring.h"

namespace sen::l2 {

struct QueuedSdu {
  Packet packet;
  uint32_t id = 0;
  int64_t since_ns = 0;
};

class SduQueue {
 public:
  // False when the SDU is empty, too long, or a limit is reached.
  bool push(Packet sdu, uint32_t id, int64_t now_ns);
  bool discard(uint32_t id);

  bool empty() const { return count_ == 0; }
  const QueuedSdu& front() const { return ring_.front(); }
  QueuedSdu take_front();
  void clear();

  uint32_t count() const { return count_; }
  uint32_t octets() const { return octets_; }

 private:
  size_t find(uint32_t id) const;
  void drop_gaps();

  Ring<QueuedSdu> ring_;  // discarded SDUs stay as entries without a packet until they reach the front, which is never one
  uint32_t count_ = 0, octets_ = 0;
};

}  // namespace sen::l2
