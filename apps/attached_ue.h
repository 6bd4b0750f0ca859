// A UE that stays attached: registers, keeps one PDU session, comes back by itself after whatever the network does, and carries the packets
// of a TUN device (or, without one, answers pings). Sits on a load::Access beside others; lives on one ThreadExecutor as long as its
// process.
#pragma once

#include <deque>
#include <memory>

#include "apps/load/access.h"
#include "apps/load/ip_host.h"
#include "apps/ue_config.h"
#include "core/upf/io/tun.h"

namespace sen {

class AttachedUe {
 public:
  static constexpr size_t max_waiting = 64;  // packets from the TUN device while there is no bearer

  struct Needs {
    ThreadExecutor& executor;
    crypto::RandomSource& random;
    Counters& counters;
    PacketPool& pool;
    load::Access& access;
  };
  // Opens the TUN device, unless the configuration says no. Error: the device is wanted and cannot be had, or the IMSI is none.
  static Result<std::unique_ptr<AttachedUe>> create(load::UeIndex index, const UeProcessConfig& config,
                                                    std::shared_ptr<const ue::UeProfile> profile, Needs needs);

  void switch_on() { needs_.access.switch_on(index_, *nas_); }
  // Tells the network; off() holds when the connection is over.
  void switch_off();
  bool off() const { return nas_->state() == ue::UeNas::State::deregistered && !nas_->connected(); }

  // The access's events.
  void camped(const Tai& tai);
  void air_lost() { camped_ = false; }
  void nas(ByteView pdu) { nas_->received(pdu); }
  void released(bool establishment_failed);
  void fell_back() { nas_->connection_fell_back(); }
  void paged() { nas_->paged(); }
  void tunnel_up();
  void packet(ByteView ip);

 private:
  AttachedUe(load::UeIndex index, const UeProcessConfig& config, Needs needs)
      : index_(index), config_(config), needs_(needs), tick_(needs.executor) {}
  Status open_tun();
  void send_nas(Bytes pdu, const ue::Establishment* establishment);
  void on_event(const ue::UeEvent& event);
  void pursue();
  void pursue_soon();
  void establish_session();
  void session_up(const ue::Session& session);
  void change_address(std::optional<IpAddress>& now, std::optional<IpAddress> wanted);
  void uplink(ByteView ip);
  void send(ByteView ip);

  load::UeIndex index_;
  const UeProcessConfig& config_;
  Needs needs_;
  std::unique_ptr<ue::UeNas> nas_;
  std::unique_ptr<upf::Tun> tun_;
  load::IpHost host_;
  std::optional<IpAddress> ipv4_, ipv6_;  // of the TUN device
  std::deque<Bytes> waiting_;
  bool camped_ = false, stopping_ = false;
  std::optional<Time> idle_since_;  // not registered, and nothing under way
  Timer tick_;
};

}  // namespace sen
