// One RLC entity of a logical channel (TS 38.322, Release 17): transparent, unacknowledged or acknowledged mode, both directions.
//
// Lives on its executor with its timers; every call comes from there. pull() copies each payload octet once, into the caller's memory; an
// SDU received is copied once, into a packet of the pool. Nothing allocates per SDU or PDU once the rings have grown to the traffic
// (the packet pool and the timers' nodes aside); an idle entity holds less than 1 KB.
// Whatever the peer sends is decoded strictly; what cannot be used is dropped and counted (RlcStatistics).
#pragma once

#include <functional>
#include <memory>

#include "base/executor.h"
#include "base/packet.h"
#include "rlc_pdcp/config.h"
#include "rlc_pdcp/rlc_statistics.h"

namespace sen::l2 {

// Called after the entity has updated its own state: a port may call submit(), discard(), buffer() and pull() of the same entity, and
// nothing else, before it returns.
struct RlcPorts {
  std::function<void(Packet sdu)> deliver;
  // Every octet of the SDU submitted with this id was acknowledged (AM).
  std::function<void(uint32_t id)> delivered;
  // An SDU was retransmitted maxRetxThreshold times (AM); the entity goes on.
  std::function<void()> max_retransmissions;
  // There is something to send where nothing was before.
  std::function<void()> data_available;
};

class RlcEntity {
 public:
  // For SDUs that are neither discarded nor reported: PDCP control PDUs.
  static constexpr uint32_t no_id = 0xffffffff;

  virtual ~RlcEntity() = default;
  RlcEntity(const RlcEntity&) = delete;

  // Queues an SDU. Ids other than no_id ascend from SDU to SDU (PDCP's COUNT); after reestablish() they may start anywhere. False, with the
  // SDU dropped and counted, when a limit of limits.h is reached, the SDU is empty or too long, or the entity does not transmit.
  virtual bool submit(Packet sdu, uint32_t id) = 0;
  // 5.4: drops the SDU if no octet of it was handed to the MAC yet; true when it was dropped. Logarithmic in the SDUs queued.
  virtual bool discard(uint32_t id) = 0;

  // 5.5: data volume, with the headers that it will get if nothing is segmented. SDUs that wait for the AM window are included, so pull()
  // may return 0 though total is not.
  virtual BufferStatus buffer() const = 0;
  // Writes the next RLC PDU, at most room.size() octets, and returns its size; 0: nothing to send or nothing fits.
  virtual size_t pull(std::span<uint8_t> room) = 0;
  virtual void receive(ByteView pdu) = 0;

  // 5.1.2: drops every SDU and segment of both sides without delivering, stops the timers, resets the state variables.
  virtual void reestablish() = 0;
  // New timers, counts and, only while no SN has been used since establishment or reestablish(), new SN sizes. Another mode is an Error.
  virtual Status reconfigure(const RlcConfig& config) = 0;

  // What make_rlc() and reconfigure() demand of a configuration.
  static Status check(const RlcConfig& config, RlcMode mode);

  const RlcStatistics& statistics() const { return statistics_; }

 protected:
  RlcEntity() = default;
  RlcStatistics statistics_;
};

// 5.1.1. An Error names the parameter of `config` that TS 38.331 does not allow.
Result<std::unique_ptr<RlcEntity>> make_rlc(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcPorts ports);

}  // namespace sen::l2
