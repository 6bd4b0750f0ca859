// The gNB's RRC (TS 38.331) and N2 client (TS 38.413) for all its UEs and cells: the part of a gNB that a split would call CU-CP.
//
//   RRC  system information, paging, setup, reject, security mode, UE capability, reconfiguration, measurement reports, handover between cells of
//        this gNB, re-establishment, information transfer, counter check, release
//   N2   NG Setup (and again after a loss), AMF configuration update, reset, error indication, overload; initial UE message, NAS transport, initial
//        context setup, context modification and release, PDU session resources, paging, handover through the AMF, location reporting, capability info
//
// Bytes and events in, bytes and commands out through the ports; no I/O. One executor; ports may be called inside every call below, and may call
// nothing of Rrc before they return. A UE is named by its RAN-UE-NGAP-ID. What a peer sends can only be answered, or counted as dropped.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "base/counter.h"
#include "base/executor.h"
#include "rrc/config.h"

namespace sen::gnb {

using UeId = uint32_t;
using mac::Rnti;

struct N3Tunnel {
  IpAddress address;
  uint32_t teid = 0;
};

struct RrcPorts {
  // --- N2
  std::function<Status(uint16_t stream, Bytes ngap)> send_n2;
  std::function<void(bool ready, const std::string& reason)> n2_state;  // the reason names both sides' values
  // --- cells
  std::function<void(size_t cell, mac::SystemInformation si)> system_information;
  std::function<void(size_t cell, uint16_t ue_id, uint16_t cycle_frames, uint64_t s_tmsi)> page;  // pcch() makes the message
  // Fills what only the MAC knows (PUCCH resources, offsets). Error: no resources.
  std::function<Status(size_t cell, Rnti rnti, mac::UeConfig& config)> assign_resources;
  std::function<std::optional<Rnti>(size_t cell)> allocate_rnti;
  std::function<std::optional<uint8_t>(size_t cell, Rnti rnti)> allocate_preamble;
  // A UE begins to exist in a cell under this RNTI; its UserPlane is made at the first call and kept over cells.
  std::function<Status(UeId ue, size_t cell, Rnti rnti, const mac::UeConfig& config)> add_ue;
  std::function<void(size_t cell, Rnti rnti)> remove_from_cell;
  // `after_confirm`: in force only when confirm() says that the UE has it.
  std::function<void(size_t cell, Rnti rnti, const mac::UeConfig& config, bool after_confirm)> reconfigure;
  std::function<void(size_t cell, Rnti rnti)> confirm;
  std::function<void(size_t cell, Rnti rnti, const mac::UeQos& qos)> set_qos;
  // The UserPlane goes too.
  std::function<void(UeId ue)> remove_ue;
  // --- user plane
  std::function<Status(UeId ue, const l2::Change& change)> change_user_plane;
  std::function<bool(UeId ue, uint8_t srb, ByteView pdu, uint32_t tag)> send_srb;
  std::function<uint16_t(UeId ue, ByteView input)> short_mac_i;
  std::function<std::optional<l2::Count>(UeId ue, uint8_t drb)> count;
  std::function<Status(UeId ue, uint8_t drb, const l2::Count& count)> set_count;
  // Handover to another gNB, here as the source: the bearer's unconfirmed SDUs, and from now on the session's downlink, go into the target's tunnels.
  // A `bearer` without TEID: the SDUs go into the session's, without their SN. The tunnel outlives its removal until late packets have passed.
  std::function<void(UeId ue, PduSessionId session, uint32_t own_teid, const N3Tunnel& target)> forward_session;
  std::function<void(UeId ue, uint8_t drb, uint32_t own_teid, const N3Tunnel& bearer)> forward_bearer;
  // Here as the target: a tunnel for the session's packets or (drb != 0) a bearer's SDUs. They, and what the UPF sends until the source's end marker,
  // wait for the UE.
  std::function<Result<uint32_t>(UeId ue, PduSessionId session, uint8_t drb)> add_forwarding;
  // Our TEID of a session's tunnel; Error: no resources.
  std::function<Result<uint32_t>(UeId ue, PduSessionId session, const N3Tunnel& uplink)> add_tunnel;
  std::function<void(uint32_t own_teid, const N3Tunnel& uplink)> change_tunnel;
  std::function<void(UeId ue, PduSessionId session, uint32_t own_teid)> remove_tunnel;
};

// What happened to a UE, for the console and the log of its owner.
struct UeReport {
  enum class Kind : uint8_t { setup, secured, configured, handover, reestablished, released } kind{};
  UeId ue = 0;
  size_t cell = 0;
  Rnti rnti = 0;
  const char* text = "";
};

class Rrc {
 public:
  // Errors name the field that cannot work.
  static Status check(const RrcSettings& settings);
  Rrc(const RrcSettings& settings, Executor& executor, Counters& counters, RrcPorts ports);
  ~Rrc();

  // Hands every cell its system information. N2 begins with n2_up().
  void start();

  void n2_up();
  void n2_down(const std::string& reason);
  void n2_received(uint16_t stream, ByteView ngap);

  // The Paging message for 5G-S-TMSIs of 48 bits, at most 32.
  Bytes pcch(std::span<const uint64_t> s_tmsis) const;
  // An uplink CCCH message of a temporary C-RNTI.
  void ccch(size_t cell, Rnti rnti, ByteView message);
  void srb(UeId ue, uint8_t srb, ByteView message, bool integrity_verified);
  void delivered(UeId ue, uint8_t srb, uint32_t tag);
  // The UE came back by random access in this cell (handover complete, or after loss of synchronisation).
  void came_back(UeId ue, size_t cell, Rnti rnti);
  void radio_lost(UeId ue, const char* why);
  void integrity_failed(UeId ue);
  // User data went either way since the last call: keeps the inactivity timer off.
  void active(UeId ue);
  void tunnel_error(UeId ue, PduSessionId session);

  // Orders of the operator.
  bool hand_over(UeId ue, size_t target_cell);
  bool release(UeId ue);
  Status reset();

  bool ready() const;
  size_t ues() const;
  void set_reports(std::function<void(const UeReport&)> reports);
  // Every RRC message that crosses, for captures: the channel's name as Wireshark's dissector has it ("ul.ccch", "dl.dcch", …).
  void set_tap(std::function<void(UeId ue, const char* channel, ByteView message)> tap);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::gnb
