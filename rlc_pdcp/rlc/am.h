// Acknowledged mode (TS 38.322 4.2.1.3): a transmitter and a receiver that share the logical channel.
#pragma once

#include "rlc_pdcp/rlc/am_receiver.h"
#include "rlc_pdcp/rlc/am_transmitter.h"

namespace sen::l2 {

class AmEntity final : public RlcEntity {
 public:
  AmEntity(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcPorts ports);

  bool submit(Packet sdu, uint32_t id) override;
  bool discard(uint32_t id) override;
  BufferStatus buffer() const override;
  size_t pull(std::span<uint8_t> room) override;
  void receive(ByteView pdu) override;
  void reestablish() override;
  Status reconfigure(const RlcConfig& config) override;

  // From the two sides.
  // Tells the MAC once when there is something to send after there was nothing.
  void announce();
  void poll_timer_expired();

 private:
  const RlcConfig& config() const { return transmitter_.config(); }
  bool has_data() const { return receiver_.status_due() || transmitter_.has_data(); }
  void receive_status(ByteView pdu);

  RlcPorts ports_;
  bool used_ = false;  // since establishment or re-establishment
  bool announced_ = false;
  AmTransmitter transmitter_;
  AmReceiver receiver_;
};

}  // namespace sen::l2
