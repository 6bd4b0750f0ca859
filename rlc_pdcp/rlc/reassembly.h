// SDUs of which some segments were received (TS 38.322 5.2.2.2, 5.2.3.2). Each segment is copied to its place in a packet of the pool as it
// arrives. At most limit::rlc_partial_sdus SDUs with limit::rlc_segments_per_sdu separate parts each.
#pragma once

#include "base/packet.h"
#include "rlc_pdcp/rlc/pdu.h"
#include "rlc_pdcp/rlc/pool.h"
#include "rlc_pdcp/rlc/ranges.h"
#include "rlc_pdcp/rlc/sn.h"

namespace sen::l2 {

class Reassembly {
 public:
  enum class Outcome : uint8_t {
    stored,         // some octets are new, some are still missing
    complete,       // the SDU is in `sdu`
    duplicate,      // nothing new
    contradiction,  // disagrees with an earlier segment about where the SDU ends, or ends beyond what an SDU may have
    no_buffer
  };

  Reassembly(PacketPool& pool, SnSpace space) : pool_(&pool), space_(space) {}

  // SNs compare from `base`, which is not after any SN held. With `displace`, the highest SN held gives way to a lower one that finds no
  // room.
  Outcome add(const DataPdu& pdu, uint32_t base, bool displace, Packet& sdu);

  struct Partial {
    Packet packet;
    Ranges received;
    uint16_t high = 0;   // behind the last octet received
    uint16_t total = 0;  // 0: the last segment has not come
  };
  // Null: nothing of this SDU was received.
  const Partial* find(uint32_t sn, uint32_t base) const;
  // The first SDU from `sn` on that is held, or `end` if there is none before it.
  uint32_t next(uint32_t sn, uint32_t end, uint32_t base) const;
  // There is an octet missing before the last one received, or nothing was received.
  bool has_gap(uint32_t sn, uint32_t base) const;
  // Forgets the SDUs before `sn`.
  void drop_before(uint32_t sn, uint32_t base);
  void reset(SnSpace space);
  size_t size() const { return order_.size(); }

 private:
  struct Entry {
    uint32_t sn;
    uint32_t partial;
  };

  size_t lower(uint32_t sn, uint32_t base) const;
  bool holds(size_t at, uint32_t sn) const { return at < order_.size() && order_[at].sn == sn; }
  Outcome add_whole(const DataPdu& pdu, uint32_t base, bool displace, Packet& sdu);
  Outcome add_segment(Partial& partial, const DataPdu& pdu);
  bool make_room(uint32_t sn, uint32_t base, bool displace);
  void erase(size_t at);

  PacketPool* pool_;
  SnSpace space_;
  std::vector<Entry> order_;  // ascending from the base
  Pool<Partial> partials_;
};

}  // namespace sen::l2
