// One PDCP entity of a radio bearer, both directions (TS 38.323, Release 17): SRBs, UM DRBs and AM DRBs.
//
// A DRB's SDUs get their COUNT and protection when the MAC is about to take them (supply()), several at once: nothing that was not sent
// leaves a gap when it is discarded, and the integrity of a batch costs little more than that of one packet. An SRB's are protected when
// they come, so that RRC decides message by message. Received PDUs are kept until flush() or until a batch is full, for the same reason. An
// AM DRB keeps each SDU until it and all before it are confirmed; from the first unconfirmed one on all are sent again, in order, after
// re-establishment and recovery (5.1.2): what RLC confirmed behind a gap may have ended in a gNB that the UE has left.
//
// Header compression (ROHC, EHC, UDC), duplication and DAPS are not offered. Lives on its executor with its timers. No allocation per
// packet beyond the pool's once the rings have grown. Ports may call send() of the same entity; deliver and delivered of an SRB's may call
// everything but receive() and flush().
#pragma once

#include <array>
#include <functional>

#include "base/executor.h"
#include "base/packet.h"
#include "crypto/cipher.h"
#include "rlc_pdcp/config.h"
#include "rlc_pdcp/limits.h"
#include "rlc_pdcp/pdcp/reordering.h"
#include "rlc_pdcp/pdcp/ring.h"
#include "rlc_pdcp/statistics.h"

namespace sen::l2 {

struct PdcpPorts {
  std::function<bool(Packet pdu, uint32_t id)> submit;     // to RLC; id: the COUNT, or RlcEntity::no_id for a control PDU
  std::function<bool(uint32_t id)> discard;                // TS 38.322 5.4: true when nothing of it was sent
  std::function<void(Packet sdu, bool verified)> deliver;  // verified: its integrity was checked
  std::function<void(uint32_t tag)> delivered;             // of an SRB's message
  std::function<void(Failure failure)> failure;
};

struct PdcpKeys {
  crypto::CipherKey cipher;
  crypto::IntegrityKey integrity;
};

class Pdcp {
 public:
  // `tx`: the direction that this side sends in.
  Pdcp(Executor& executor, PacketPool& pool, BearerId bearer, crypto::Direction tx, const PdcpConfig& config, const PdcpKeys& keys,
       PdcpPorts ports);

  // Errors name the parameter that TS 38.331 does not allow for this bearer.
  static Status check(BearerId bearer, const PdcpConfig& config);
  // New timers and status reports; an Error for what may not change while the bearer exists.
  Status reconfigure(const PdcpConfig& config);
  const PdcpConfig& config() const { return config_; }
  void set_acknowledged(bool acknowledged) { acknowledged_ = acknowledged; }  // RLC AM below
  void set_sdap_header(bool tx, bool rx) { sdap_[0] = rx, sdap_[1] = tx; }
  void set_keys(bool tx, const PdcpKeys& keys) { side(tx).keys = keys; }
  void set_protection(bool tx, SrbProtection protection) { side(tx).protection = protection; }

  // 5.2.1. False: refused, counted. `tag` comes back through PdcpPorts::delivered (SRB).
  bool send(Packet sdu, uint32_t tag = 0);
  // What supply() would hand to RLC, with PDCP headers; `sdus` of it.
  struct Waiting {
    size_t octets = 0, sdus = 0;
    Time oldest{};
  };
  Waiting waiting() const;
  // Hands PDUs of at least `octets` octets to RLC, if there are so many.
  void supply(size_t octets);
  void delivered(uint32_t id);  // from RLC AM

  // 5.2.2
  void receive(Packet pdu);
  void flush();

  // 5.1.2. The RLC entity is re-established before, or after and before the next supply().
  void reestablish(const PdcpKeys& keys);
  void suspend();  // 5.1.4
  void recover();  // 5.5: sends again what the RLC entity that lower_reset() told of did not confirm
  void lower_reset() { lower_lost_ = true; }

  Count count() const { return {tx_next_, rx_deliv_}; }
  // An Error when SDUs of the old COUNTs still wait for their confirmation.
  Status set_count(const Count& count);
  // Handover to another gNB. The source: copies of what is not confirmed, in order. The target: takes one of them; the SN must lie below that of
  // set_count() and no more than a window away.
  std::vector<ForwardedSdu> unconfirmed();
  Status resume(ForwardedSdu sdu);

  // The integrity of the SRB message delivered last without verification, under the key given: for a message that itself tells which key
  // protects it (SecurityModeCommand, RRCReestablishment).
  bool verify_last(const crypto::IntegrityKey& key) const;

  const PdcpStatistics& statistics() const { return statistics_; }

 private:
  struct Sdu {
    Packet packet;
    Time arrival{};
    uint32_t tag = 0;
    bool done = false;  // confirmed (with its packet: by RLC alone), discarded, or not kept
  };
  struct Side {
    PdcpKeys keys;
    SrbProtection protection;
    crypto::Direction direction = crypto::Direction::uplink;
    uint8_t sn_bits = 12;
  };
  struct Pdu {
    Packet packet;
    uint32_t count = 0;
  };
  struct Unverified {
    Bytes message;
    uint32_t count = 0, mac = 0;
  };

  Side& side(bool tx) { return sides_[tx]; }
  const Side& tx() const { return sides_[1]; }
  const Side& rx() const { return sides_[0]; }
  bool has_mac(const Side& side) const { return bearer_.srb || side.protection.integrity; }
  size_t header_octets(const Side& side) const { return side.sn_bits == 18 ? 3 : 2; }
  uint8_t bearer_input() const { return static_cast<uint8_t>(bearer_.number - 1); }
  std::span<uint8_t> ciphered_part(const Side& side, bool sdap, Packet& pdu) const;
  void drop(PdcpDrop reason) { ++statistics_.drops[static_cast<size_t>(reason)]; }

  // Transmitting side.
  bool send_srb(Packet sdu, uint32_t tag);
  bool refuse();
  bool window_open() const;
  void warn_of_wrap();
  void protect(std::span<Pdu> pdus);
  void write_header(uint8_t* out, uint32_t count) const;
  bool next(Pdu& pdu);
  bool take_again(Pdu& pdu);
  bool take_new(Pdu& pdu);
  Packet copy_of(const Packet& sdu);
  bool submit(Pdu& pdu);
  void finish(size_t index);
  void forget_finished();
  void send_again_from_base();
  void count_resend();
  void arm_discard();
  void discard_expired();
  void restart_tx();
  void queue_status_report();

  // Receiving side.
  std::optional<uint32_t> count_of(uint32_t sn);
  void receive_control(Packet pdu);
  void receive_status_report(ByteView report);
  uint32_t take_mac(Packet& pdu) const;
  void commit(Pdu& pdu, bool verified);
  void limit_reordering();
  void deliver(Packet sdu, bool verified);
  void deliver_below(uint32_t count);
  void restart_rx(bool deliver_stored);
  void deliver_consecutive();
  void update_reordering_timer();
  void reordering_expired();

  Executor& executor_;
  PacketPool& pool_;
  const BearerId bearer_;
  PdcpConfig config_;
  PdcpPorts ports_;
  std::array<Side, 2> sides_;  // [0] receiving, [1] transmitting
  std::array<bool, 2> sdap_{};
  bool acknowledged_ = false;
  bool lower_lost_ = false;
  bool warned_ = false;

  // SDUs with a COUNT: sent_[i] has COUNT sent_base_ + i; the last one tx_next_ - 1. Below cursor_ they were submitted to RLC.
  Ring<Sdu> sent_;
  uint32_t sent_base_ = 0;
  uint32_t cursor_ = 0;
  uint32_t tx_next_ = 0;                        // TX_NEXT
  size_t resend_octets_ = 0, resend_sdus_ = 0;  // from cursor_ on
  Ring<Sdu> queue_;                             // SDUs without
  size_t queue_octets_ = 0;
  Ring<Packet> control_;
  Timer discard_timer_;

  uint32_t rx_next_ = 0, rx_deliv_ = 0, rx_reord_ = 0;  // 7.1
  Reordering reordering_;
  Timer reordering_timer_;
  std::vector<Pdu> in_, batch_;  // until flush(), and in it
  Unverified unverified_;

  PdcpStatistics statistics_;
};

}  // namespace sen::l2
