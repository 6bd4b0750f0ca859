// A gNB: its cells' MACs, its UEs' user planes, N3, and the RRC with the N2 client, wired together. L1 below, N2 and N3 bytes above; no I/O.
//
// One executor for everything. Per slot and cell the caller asks slot() for what the air shall carry and hands indicate() what came up.
// Downlink packets and N2 messages come in between. RRC's work on what indicate() brought runs as posted tasks, before the next slot.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "base/counter.h"
#include "mac/gnb.h"
#include "rlc_pdcp/n3.h"
#include "rlc_pdcp/user_plane.h"
#include "rrc/rrc.h"

namespace sen::gnb {

struct GnbPorts {
  std::function<Status(uint16_t stream, Bytes ngap)> send_n2;
  std::function<void(bool ready, const std::string& reason)> n2_state;
  std::function<void(const IpAddress& peer, Packet datagram)> send_n3;  // UDP port 2152
};

// Copies for captures and traces, each with the UE and cell that it belongs to.
struct GnbTaps {
  std::function<void(size_t cell, nr::Slot slot, bool downlink, mac::GnbTaps::Kind kind, Rnti rnti, uint8_t harq_id, ByteView pdu)> mac;
  std::function<void(UeId ue, l2::Taps::Layer layer, bool tx, l2::Lcid lcid, l2::BearerId bearer, const l2::RlcConfig& rlc,
                     const l2::PdcpConfig* pdcp, ByteView pdu)> l2;
  std::function<void(UeId ue, const char* channel, ByteView message)> rrc;
  std::function<void(UeId ue, const l2::Change& change)> change;  // of a user plane, before it is carried out: keys, bearers
};

class Gnb {
 public:
  // Errors name the field, the value and the clause.
  static Status check(const RrcSettings& settings);
  Gnb(const RrcSettings& settings, Executor& executor, PacketPool& pool, Counters& counters, GnbPorts ports);
  ~Gnb();

  void start() { rrc_->start(); }
  Rrc& rrc() { return *rrc_; }
  size_t cells() const { return cells_.size(); }
  const CellSettings& cell(size_t index) const { return settings_.cells[index]; }

  void n2_up() { rrc_->n2_up(); }
  void n2_down(const std::string& reason) { rrc_->n2_down(reason); }
  void n2_received(uint16_t stream, ByteView ngap) { rrc_->n2_received(stream, ngap); }
  void n3_received(const IpAddress& from, Packet datagram) { n3_->receive(from, std::move(datagram)); }

  void slot(size_t cell, nr::Slot slot, nr::l1::DlSlot& dl, nr::l1::UlSlot& ul) { cells_[cell]->slot(slot, dl, ul); }
  void indicate(size_t cell, const nr::l1::UlIndication& indication) { cells_[cell]->indicate(indication); }

  std::vector<mac::UeMetrics> take_metrics(size_t cell) { return cells_[cell]->take_metrics(); }
  // The operator releases the UE with this C-RNTI; false when there is none.
  bool release(size_t cell, Rnti rnti);
  const l2::UserPlane* user_plane(UeId ue) const;
  template <class F>
  void each_user_plane(F&& f) const {
    for (const auto& [id, ue] : ues_) f(id, *ue.user_plane);
  }
  std::optional<UeId> ue_of(size_t cell, Rnti rnti) const;
  void set_taps(GnbTaps taps);
  size_t ues() const { return ues_.size(); }

 private:
  // By handover from another gNB: downlink packets wait for the UE; those of the UPF also until the source has forwarded its last one.
  struct Arrival {
    explicit Arrival(Executor& executor) : timer(executor) {}
    struct Waiting {
      PduSessionId session = 0;
      uint8_t drb = 0;              // not 0: a PDCP SDU that goes on in this bearer
      std::optional<uint32_t> sn;
      Qfi qfi = 0;
      bool reflective = false;
      Packet packet;
    };
    bool here = false;              // the UE
    std::vector<uint32_t> tunnels;  // for what is forwarded
    std::vector<PduSessionId> forwarding;  // their end markers are awaited
    std::deque<Waiting> forwarded, fresh;
    Timer timer;
  };
  struct UeEntry {
    std::unique_ptr<l2::UserPlane> user_plane;
    size_t cell = 0;
    Rnti rnti = 0;
    std::unordered_map<PduSessionId, uint32_t> tunnels;
    Time last_active{};
    std::unique_ptr<Arrival> arrival;
  };

  RrcPorts rrc_ports();
  mac::GnbPorts mac_ports(size_t cell);
  l2::Ports user_plane_ports(UeId ue);
  Status add_ue(UeId ue, size_t cell, Rnti rnti, const mac::UeConfig& config);
  void uplink_packet(UeId ue, PduSessionId session, Qfi qfi, Packet packet);
  void downlink_packet(l2::N3Owner owner, Qfi qfi, bool reflective, Packet packet);
  void forward_session(UeId id, uint32_t own_teid, const N3Tunnel& target);
  void forward_bearer(UeId id, uint8_t drb, uint32_t own_teid, const N3Tunnel& bearer);
  Result<uint32_t> add_forwarding(UeId id, PduSessionId session, uint8_t drb);
  void arriving(UeId id, UeEntry& ue, bool forwarded, Arrival::Waiting packet);
  void give(UeId id, UeEntry& ue, Arrival::Waiting packet);
  void arrived(UeId id);
  void forwarding_ended(UeId id, PduSessionId session);
  void end_arrival(UeId id);
  void active(UeId id, UeEntry& ue);
  void later(Task task);
  UeEntry* find(UeId ue);
  void set_taps(UeId id, UeEntry& ue);

  RrcSettings settings_;
  Executor& executor_;
  PacketPool& pool_;
  Counters& counters_;
  GnbPorts ports_;
  GnbTaps taps_;
  std::unordered_map<UeId, UeEntry> ues_;
  std::vector<std::unordered_map<Rnti, UeId>> by_rnti_;  // per cell
  std::vector<std::unique_ptr<mac::GnbCell>> cells_;
  std::unique_ptr<l2::N3> n3_;
  std::unordered_set<uint32_t> departed_;  // tunnels of UEs that went to another gNB, until late packets have followed them
  std::unique_ptr<Rrc> rrc_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // posted tasks end with the gNB
};

}  // namespace sen::gnb
