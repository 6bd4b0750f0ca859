// Unacknowledged mode (TS 38.322 4.2.1.2, 5.2.2), one or both directions: only segments carry an SN.
#pragma once

#include "rlc_pdcp/rlc.h"
#include "rlc_pdcp/rlc/reassembly.h"
#include "rlc_pdcp/rlc/sdu_queue.h"
#include "rlc_pdcp/rlc/timer.h"

namespace sen::l2 {

class UmTransmitter {
 public:
  UmTransmitter(Executor& executor, const RlcConfig& config, RlcStatistics& statistics);

  bool submit(Packet sdu, uint32_t id);
  bool discard(uint32_t id) { return queue_.discard(id); }
  bool has_data() const { return current_ || !queue_.empty(); }
  BufferStatus buffer() const;
  size_t pull(std::span<uint8_t> room);
  void reestablish(unsigned sn_bits);

 private:
  Executor& executor_;
  RlcStatistics& statistics_;
  unsigned sn_bits_;
  SduQueue queue_;
  Packet current_;  // being segmented: sent up to sent_
  uint16_t sent_ = 0;
  int64_t current_since_ns_ = 0;
  uint32_t next_ = 0;  // TX_Next
};

class UmReceiver {
 public:
  UmReceiver(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcStatistics& statistics);

  // Returns the SDU that this PDU completes, or an empty packet.
  Packet receive(const DataPdu& pdu);
  void reestablish(unsigned sn_bits);
  void set_t_reassembly(uint16_t ms) { t_reassembly_ms_ = ms; }

 private:
  uint32_t window_start() const { return (next_highest_ - space_.window()) & space_.mask; }
  uint32_t offset(uint32_t sn) const { return space_.offset(sn, window_start()); }
  bool in_window(uint32_t sn) const { return offset(sn) < space_.window(); }
  Packet receive_whole(ByteView payload);
  void pull_window(uint32_t next_highest);
  // Gives up the SDUs before `sn` that are not complete.
  void advance(uint32_t sn);
  void update_timer();
  bool gap_before_highest() const;
  void expired();

  PacketPool& pool_;
  RlcStatistics& statistics_;
  SnSpace space_;
  uint16_t t_reassembly_ms_;
  uint32_t next_reassembly_ = 0;  // RX_Next_Reassembly
  uint32_t next_highest_ = 0;     // RX_Next_Highest
  uint32_t trigger_ = 0;          // RX_Timer_Trigger
  SnBits complete_;               // from RX_Next_Reassembly on: delivered
  Reassembly reassembly_;
  RlcTimer<UmReceiver, &UmReceiver::expired> timer_;  // t-Reassembly
};

class UmEntity final : public RlcEntity {
 public:
  UmEntity(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcPorts ports);

  bool submit(Packet sdu, uint32_t id) override;
  bool discard(uint32_t id) override;
  BufferStatus buffer() const override { return transmitter_.buffer(); }
  size_t pull(std::span<uint8_t> room) override;
  void receive(ByteView pdu) override;
  void reestablish() override;
  Status reconfigure(const RlcConfig& config) override;

 private:
  RlcPorts ports_;
  RlcConfig config_;
  bool used_ = false;  // since establishment or re-establishment
  UmTransmitter transmitter_;
  UmReceiver receiver_;
};

}  // namespace sen::l2
