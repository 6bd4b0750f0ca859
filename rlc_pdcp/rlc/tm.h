// Transparent mode (TS 38.322 4.2.1.1, 5.2.1): a PDU is an SDU. For CCCH, PCCH and BCCH.
#pragma once

#include "rlc_pdcp/rlc.h"
#include "rlc_pdcp/rlc/sdu_queue.h"

namespace sen::l2 {

class TmEntity final : public RlcEntity {
 public:
  TmEntity(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcPorts ports)
      : executor_(executor), pool_(pool), config_(config), ports_(std::move(ports)) {}

  bool submit(Packet sdu, uint32_t id) override;
  bool discard(uint32_t id) override;
  BufferStatus buffer() const override;
  size_t pull(std::span<uint8_t> room) override;
  void receive(ByteView pdu) override;
  void reestablish() override { queue_.clear(); }
  Status reconfigure(const RlcConfig& config) override;

 private:
  Executor& executor_;
  PacketPool& pool_;
  RlcConfig config_;
  RlcPorts ports_;
  SduQueue queue_;
};

}  // namespace sen::l2
