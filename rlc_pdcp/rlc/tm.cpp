#include "rlc_pdcp/rlc/tm.h"

namespace sen::l2 {

bool TmEntity::submit(Packet sdu, uint32_t id) {
  size_t octets = sdu.size();
  bool had = !queue_.empty();
  if (!config_.tx || !queue_.push(std::move(sdu), id, executor_.now().time_since_epoch().count())) {
    ++statistics_.tx_refused_sdus;
    return false;
  }
  ++statistics_.tx_sdus;
  statistics_.tx_sdu_octets += octets;
  if (!had && ports_.data_available) ports_.data_available();
  return true;
}

bool TmEntity::discard(uint32_t id) {
  if (!queue_.discard(id)) return false;
  ++statistics_.tx_discarded;
  return true;
}

BufferStatus TmEntity::buffer() const {
  BufferStatus status;
  if (queue_.empty()) return status;
  status.total = queue_.octets();
  status.oldest_ns = executor_.now().time_since_epoch().count() - queue_.front().since_ns;
  return status;
}

size_t TmEntity::pull(std::span<uint8_t> room) {
  if (queue_.empty() || queue_.front().packet.size() > room.size()) return 0;
  QueuedSdu sdu = queue_.take_front();
  std::memcpy(room.data(), sdu.packet.data(), sdu.packet.size());
  ++statistics_.tx_pdus;
  statistics_.tx_pdu_octets += sdu.packet.size();
  return sdu.packet.size();
}

void TmEntity::receive(ByteView pdu) {
  ++statistics_.rx_pdus;
  statistics_.rx_pdu_octets += pdu.size();
  if (pdu.empty() || !config_.rx) {
    ++statistics_.rx_malformed;
    return;
  }
  Packet sdu = pool_.copy(pdu);
  if (!sdu) {
    ++statistics_.rx_no_buffer;
    return;
  }
  ++statistics_.rx_sdus;
  statistics_.rx_sdu_octets += pdu.size();
  ports_.deliver(std::move(sdu));
}

Status TmEntity::reconfigure(const RlcConfig& config) {
  SEN_TRY(check(config, RlcMode::tm));
  config_ = config;
  return {};
}

}  // namespace sen::l2
