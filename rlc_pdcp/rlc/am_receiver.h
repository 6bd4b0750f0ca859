// The receiving side of an AM RLC entity (TS 38.322 5.2.3.2, 5.3.4): reassembly, t-Reassembly, status reports.
#pragma once

#include "rlc_pdcp/config.h"
#include "rlc_pdcp/rlc/reassembly.h"
#include "rlc_pdcp/rlc/timer.h"
#include "rlc_pdcp/rlc_statistics.h"

namespace sen::l2 {

class AmEntity;

class AmReceiver {
 public:
  // `entity` hears when a timer made a status report due.
  AmReceiver(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcStatistics& statistics, AmEntity& entity);

  // Returns the SDU that this PDU completes, or an empty packet.
  Packet receive(const DataPdu& pdu);

  // A status report is triggered and not prohibited.
  bool status_due() const { return triggered_ && !prohibit_.running(); }
  // Octets that the whole report would take now.
  size_t status_size() const;
  // Writes the report, truncated to the room (5.3.4); 0 when not even its header fits.
  size_t write_status(std::span<uint8_t> room);

  void reestablish();
  // Another SN size only before the first PDU.
  void reconfigure(const RlcConfig& config);

 private:
  class Report;

  uint32_t offset(uint32_t sn) const { return space_.offset(sn, next_); }
  bool in_window(uint32_t sn) const { return offset(sn) < space_.window(); }
  void placed(uint32_t sn, bool complete);
  void update_reassembly_timer();
  void start_reassembly_timer_beyond(uint32_t sn);
  void reassembly_expired();
  void prohibit_expired();
  void poll_received(uint32_t sn, bool discarded);
  void check_delayed_polls();
  bool due_for_poll(uint32_t sn) const { return !in_window(sn) || offset(sn) < offset(highest_status_); }
  // Puts what is missing into the report, in increasing order, as far as it fits; returns ACK_SN.
  uint32_t report_missing(Report& report) const;
  bool report_partial(Report& report, uint32_t sn, const Reassembly::Partial& partial) const;

  RlcStatistics& statistics_;
  AmEntity& entity_;
  SnSpace space_;
  uint16_t t_reassembly_ms_, t_status_prohibit_ms_;
  uint8_t sn_bits_;

  uint32_t next_ = 0;            // RX_Next
  uint32_t next_highest_ = 0;    // RX_Next_Highest
  uint32_t highest_status_ = 0;  // RX_Highest_Status
  uint32_t trigger_ = 0;         // RX_Next_Status_Trigger
  SnBits complete_;              // from RX_Next on: delivered
  Reassembly reassembly_;

  bool triggered_ = false;
  bool poll_delayed_ = false;  // polls wait for RX_Highest_Status to pass them (5.3.4): the lowest and the highest SN
  uint32_t poll_low_ = 0, poll_high_ = 0;
  mutable uint32_t status_size_ = 0;  // of the report, 0: to be computed
  RlcTimer<AmReceiver, &AmReceiver::reassembly_expired> reassembly_timer_;
  RlcTimer<AmReceiver, &AmReceiver::prohibit_expired> prohibit_;
};

}  // namespace sen::l2
