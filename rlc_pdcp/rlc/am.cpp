#include "rlc_pdcp/rlc/am.h"

namespace sen::l2 {

AmEntity::AmEntity(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcPorts ports)
    : ports_(std::move(ports)), transmitter_(executor, config, statistics_, *this), receiver_(executor, pool, config, statistics_, *this) {}

void AmEntity::announce() {
  bool had = announced_;
  announced_ = has_data();
  if (announced_ && !had && ports_.data_available) ports_.data_available();
}

bool AmEntity::submit(Packet sdu, uint32_t id) {
  size_t octets = sdu.size();
  if (!transmitter_.submit(std::move(sdu), id)) {
    ++statistics_.tx_refused_sdus;
    return false;
  }
  ++statistics_.tx_sdus;
  statistics_.tx_sdu_octets += octets;
  announce();
  return true;
}

bool AmEntity::discard(uint32_t id) {
  if (!transmitter_.discard(id)) return false;
  ++statistics_.tx_discarded;
  announced_ = has_data();
  return true;
}

BufferStatus AmEntity::buffer() const {
  BufferStatus status = transmitter_.buffer();
  if (receiver_.status_due()) {
    uint32_t report = static_cast<uint32_t>(receiver_.status_size());
    status.total += report;
    status.priority += report;
  }
  return status;
}

// Control PDUs go before retransmissions, those before new SDUs (5.2.3.1.1).
size_t AmEntity::pull(std::span<uint8_t> room) {
  size_t size = receiver_.status_due() ? receiver_.write_status(room) : transmitter_.pull(room);
  if (size == 0) return 0;
  used_ = true;
  ++statistics_.tx_pdus;
  statistics_.tx_pdu_octets += size;
  announced_ = has_data();
  return size;
}

void AmEntity::receive(ByteView pdu) {
  used_ = true;
  ++statistics_.rx_pdus;
  statistics_.rx_pdu_octets += pdu.size();
  if (is_control(pdu)) return receive_status(pdu);
  auto data = read_amd(pdu, config().rx_sn_bits);
  if (!data) {
    ++statistics_.rx_malformed;
    return;
  }
  if (data->header.si != SegmentInfo::whole) ++statistics_.rx_segments;
  Packet sdu = receiver_.receive(*data);
  if (sdu) {
    ++statistics_.rx_sdus;
    statistics_.rx_sdu_octets += sdu.size();
    ports_.deliver(std::move(sdu));
  }
  announce();
}

void AmEntity::receive_status(ByteView pdu) {
  auto status = StatusReader::open(pdu, config().tx_sn_bits);
  if (!status) {
    ++statistics_.rx_malformed;
    return;
  }
  auto progress = transmitter_.handle_status(*status);
  if (!progress.valid) {
    ++statistics_.rx_invalid_status;
    return;
  }
  ++statistics_.rx_status;
  if (ports_.delivered) {
    for (uint32_t id : transmitter_.delivered()) ports_.delivered(id);
  }
  if (progress.max_retransmissions && ports_.max_retransmissions) ports_.max_retransmissions();
  announce();
}

void AmEntity::poll_timer_expired() {
  if (transmitter_.take_max_retransmissions() && ports_.max_retransmissions) ports_.max_retransmissions();
  announce();
}

void AmEntity::reestablish() {
  transmitter_.reestablish();
  receiver_.reestablish();
  used_ = announced_ = false;
}

Status AmEntity::reconfigure(const RlcConfig& wanted) {
  SEN_TRY(check(wanted, RlcMode::am));
  if (used_ && (wanted.rx_sn_bits != config().rx_sn_bits || wanted.tx_sn_bits != config().tx_sn_bits))
    return fail(Fault::invalid, "sn-FieldLength", "another SN size without re-establishment of RLC");
  transmitter_.reconfigure(wanted);
  receiver_.reconfigure(wanted);
  return {};
}

}  // namespace sen::l2
