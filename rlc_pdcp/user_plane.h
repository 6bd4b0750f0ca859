// The user plane of one UE: its RLC, PDCP and SDAP entities, at the gNB or at the UE (TS 38.322, 38.323, 37.324; Release 17).
// RRC configures bearers; the MAC asks for buffer status, pulls RLC PDUs and hands received ones up; SDUs leave through the ports.
//
// Lives on its executor with its timers; every call comes from there, none blocks, none allocates per packet beyond the packet pool. A
// port may call send functions of the same UserPlane before it returns; rrc, delivered and failure may call configuration functions too
// (but not destroy it). A DRB's packets are ciphered when the MAC pulls them, several at once. The pool's packets must hold the largest RRC
// message and user packet with 16 octets to spare. Whatever the peer sends is decoded strictly; what cannot be used is dropped under a
// named counter (statistics.h).
#pragma once

#include <functional>
#include <memory>

#include "base/counter.h"
#include "base/executor.h"
#include "base/packet.h"
#include "rlc_pdcp/config.h"

namespace sen::l2 {

enum class Side : uint8_t { gnb, ue };

struct Ports {
  // A message of SRB `srb` (0: CCCH, unprotected). `protected_` tells whether its integrity was verified.
  std::function<void(uint8_t srb, Bytes pdu, bool protected_)> rrc;
  // A user packet of a session. gNB: towards N3, with the QFI of its SDAP header or of its DRB's only flow. UE: towards the application.
  std::function<void(PduSessionId session, Qfi qfi, Packet packet)> packet;
  // A downlink packet asked for reflective QoS (RQI): NAS derives a QoS rule from it (TS 24.501 6.2.5.1.4). UE only; may be empty.
  std::function<void(PduSessionId session, Qfi qfi, ByteView packet)> reflective_qos;
  // Not recoverable by the layer: RRC declares radio link failure or releases (max_retransmissions, integrity of an SRB).
  std::function<void(Failure failure, BearerId bearer)> failure;
  // Every octet of the SRB message handed over with this tag was acknowledged (AM only).
  std::function<void(uint8_t srb, uint32_t tag)> delivered;
  // There is something to send where nothing was before: MAC triggers a BSR or a scheduling decision.
  std::function<void(Lcid lcid)> data_available;
};

// Copies of what crosses the layers, for captures; empty functions cost one branch.
struct Taps {
  enum class Layer : uint8_t { rlc, pdcp };
  std::function<void(Layer layer, bool tx, Lcid lcid, BearerId bearer, const RlcConfig& rlc, const PdcpConfig* pdcp, ByteView pdu)> pdu;
};

class UserPlane {
 public:
  UserPlane(Executor& executor, PacketPool& pool, Side side, Ports ports);
  ~UserPlane();
  UserPlane(const UserPlane&) = delete;

  // --- RRC -------------------------------------------------------------------------------------------------------------
  // Adds or reconfigures. Errors name the bearer and the parameter (a change the standard forbids without re-establishment, a limit).
  Status set_srb(const SrbConfig& config);
  Status set_drb(const DrbConfig& config);
  // Of a channel that exists already, bearer {DRB, 0} and SN sizes of 0 keep what it has.
  Status set_rlc(const RlcBearer& config);
  void remove_drb(uint8_t drb);
  void remove_rlc(Lcid lcid);

  void set_security(const Security& security);  // keys for PDCP entities established or re-established from now on
  // SRB1 to SRB3 in one direction, from the next PDU on, with the security set last.
  void set_srb_protection(bool tx, SrbProtection protection);
  void set_drb_protection(uint8_t drb, bool integrity, bool ciphering);

  void reestablish_pdcp(BearerId bearer);  // TS 38.323 5.1.2, with the security set last
  void suspend_pdcp(BearerId bearer);      // 5.1.4, RRC_INACTIVE: stored SDUs are delivered, COUNT starts anew
  void recover_pdcp(uint8_t drb);          // 5.5
  void reestablish_rlc(Lcid lcid);         // TS 38.322 5.1.2
  void suspend(bool suspended);            // DRBs and SRB2 send nothing (TS 38.331 5.3.7.2)
  void clear();                            // every entity goes

  // DL and UL COUNT state of an AM or UM DRB, for SN status transfer (TS 38.423, 38.413 9.3.1.108).
  std::optional<Count> count(uint8_t drb) const;
  Status set_count(uint8_t drb, const Count& count);
  // What a DRB has to hand over to another gNB, in order; and the way in at that gNB.
  std::vector<ForwardedSdu> unconfirmed(uint8_t drb);
  Status resume(uint8_t drb, ForwardedSdu sdu);
  // Makes what unconfirmed() gave a packet again: takes its SDAP header away, if it has one, and tells the flow.
  Qfi take_sdap_header(uint8_t drb, Packet& sdu) const;

  // K_gNB and COUNT of SRB1 for shortMAC-I: computes the MAC-I over `input` with all-ones COUNT, BEARER and DIRECTION (TS 38.331 5.3.7.4).
  uint16_t short_mac_i(ByteView input) const;

  // Whether the integrity of the message that `srb` delivered last, unverified, is right under the security set last: SecurityModeCommand
  // and RRCReestablishment tell themselves which keys protect them (TS 38.331 5.3.4.3, 5.3.7.5).
  bool verify_last_rrc(uint8_t srb) const;

  // --- RRC and SDAP users ------------------------------------------------------------------------------------------------
  // False when the bearer does not exist or its queue is full (counted). `tag` comes back through Ports::delivered.
  bool send_rrc(uint8_t srb, ByteView pdu, uint32_t tag = 0);
  // Downlink at the gNB: qfi as N3 gave it (reflective marks RDI/RQI). Uplink at the UE: qfi as its rules say, 0 lets reflective mapping
  // and the default DRB decide.
  bool send_packet(PduSessionId session, Qfi qfi, Packet packet, bool reflective = false);
  // Uplink SDAP mapping learnt by reflection (UE).
  std::optional<uint8_t> drb_of(PduSessionId session, Qfi qfi) const;

  // --- MAC -------------------------------------------------------------------------------------------------------------
  BufferStatus buffer(Lcid lcid) const;
  // Writes the next RLC PDU, at most room.size() octets, and returns its size; 0: nothing to send or nothing fits.
  size_t pull(Lcid lcid, std::span<uint8_t> room);
  void receive(Lcid lcid, ByteView pdu);
  // The RLC PDUs of one transport block: the same, and faster, as their integrity is verified together.
  struct RlcPdu {
    Lcid lcid = 0;
    ByteView pdu;
  };
  void receive(std::span<const RlcPdu> pdus);

  void set_taps(Taps taps);
  struct Statistics;  // per bearer: PDUs, octets, retransmissions, NACKs, discards, losses (statistics.h)
  const Statistics& statistics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The change as a whole; the first refusal ends it.
Status apply(UserPlane& user_plane, const Change& change);

}  // namespace sen::l2
