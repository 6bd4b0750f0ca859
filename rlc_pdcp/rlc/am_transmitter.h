// The transmitting side of an AM RLC entity (TS 38.322 5.2.3.1, 5.3.2, 5.3.3): segmentation, window, retransmission, polling.
// An SDU gets its SN when its first octet is sent, so that discarding leaves no gap (5.4).
#pragma once

#include "rlc_pdcp/config.h"
#include "rlc_pdcp/pdcp/ring.h"
#include "rlc_pdcp/rlc.h"
#include "rlc_pdcp/rlc/pdu.h"
#include "rlc_pdcp/rlc/pool.h"
#include "rlc_pdcp/rlc/ranges.h"
#include "rlc_pdcp/rlc/sdu_queue.h"
#include "rlc_pdcp/rlc/sn.h"
#include "rlc_pdcp/rlc/timer.h"

namespace sen::l2 {

class AmEntity;

class AmTransmitter {
 public:
  // `entity` hears when t-PollRetransmit expired.
  AmTransmitter(Executor& executor, const RlcConfig& config, RlcStatistics& statistics, AmEntity& entity);

  bool submit(Packet sdu, uint32_t id);
  bool discard(uint32_t id) { return queue_.discard(id); }

  bool has_data() const { return retransmitting_ != 0 || segmenting_ || !queue_.empty(); }
  BufferStatus buffer() const;
  size_t pull(std::span<uint8_t> room);

  // What a status PDU changed; valid until the next one.
  struct Progress {
    bool valid = false;
    bool max_retransmissions = false;
  };
  Progress handle_status(const StatusReader& status);
  // Ids of the SDUs that the last status PDU acknowledged.
  const std::vector<uint32_t>& delivered() const { return delivered_; }
  // t-PollRetransmit may reach maxRetxThreshold as well.
  bool take_max_retransmissions() { return std::exchange(max_reached_, false); }

  void reestablish();
  const RlcConfig& config() const { return config_; }
  // Another SN size only before the first PDU.
  void reconfigure(const RlcConfig& config);

 private:
  // An SDU with an SN: TX_Next_Ack and those after it. Without packet once acknowledged.
  struct Slot {
    static constexpr uint32_t none = ~0u, whole = ~0u - 1;
    Packet sdu;
    uint32_t id = RlcEntity::no_id;
    uint32_t wanted = none;   // what to retransmit: nothing, the whole SDU, or ranges in wanted_
    uint32_t report = 0;      // the status PDU that incremented RETX_COUNT last
    int16_t retx_count = -1;  // -1: never considered for retransmission
  };

  uint32_t sn_at(size_t offset) const { return space_.add(next_ack_, static_cast<uint32_t>(offset)); }
  uint32_t offset(uint32_t sn) const { return space_.offset(sn, next_ack_); }
  size_t in_flight_limit() const;
  // No SDU without SN can be sent: the window is full.
  bool stalled() const { return !segmenting_ && slots_.size() >= in_flight_limit(); }
  uint16_t sent_octets(size_t offset) const;

  size_t pull_retransmission(std::span<uint8_t> room);
  size_t pull_new(std::span<uint8_t> room);
  // How many octets of [begin, end) fit; 0: none.
  size_t fitting(size_t room, size_t begin, size_t end) const;
  size_t write(std::span<uint8_t> room, uint32_t sn, const Packet& sdu, size_t begin, size_t n, bool poll);
  bool poll_due(size_t new_octets);

  bool plausible(StatusReader status) const;
  void acknowledge(size_t begin, size_t end);
  void acknowledge_one(size_t offset);
  void negative(size_t offset, uint16_t begin, uint32_t end);
  void consider_retransmission(size_t offset, uint16_t begin, uint16_t end);
  bool want(size_t offset, uint16_t begin, uint16_t end);
  void take_wanted(Slot& slot, size_t n);
  void drop_wanted(Slot& slot);
  uint32_t volume(const Slot& slot) const;
  void poll_timer_expired();

  Executor& executor_;
  RlcStatistics& statistics_;
  AmEntity& entity_;
  RlcConfig config_;
  SnSpace space_;

  SduQueue queue_;
  Ring<Slot> slots_;
  SnBits acknowledged_;      // from TX_Next_Ack on
  uint32_t next_ack_ = 0;    // TX_Next_Ack
  uint32_t tx_next_ = 0;     // TX_Next
  bool segmenting_ = false;  // the last slot's SDU is sent up to sent_
  uint16_t sent_ = 0;
  int64_t segmenting_since_ns_ = 0;

  Pool<Ranges> wanted_;
  Ring<uint32_t> retransmit_;    // SNs in the order in which they were considered; may hold some that were acknowledged since
  uint32_t retransmitting_ = 0;  // slots of which something is wanted
  uint32_t wanted_volume_ = 0;
  uint32_t report_ = 0;  // counts status PDUs, and expiries of t-PollRetransmit
  bool max_reached_ = false;
  std::vector<uint32_t> delivered_;

  uint32_t pdu_without_poll_ = 0, octets_without_poll_ = 0;
  uint32_t poll_sn_ = 0;
  bool poll_forced_ = false;  // t-PollRetransmit expired
  RlcTimer<AmTransmitter, &AmTransmitter::poll_timer_expired> poll_timer_;
};

}  // namespace sen::l2
