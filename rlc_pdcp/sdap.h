// The SDAP entity of one PDU session (TS 37.324, Release 17), at the gNB or at the UE: which DRB a QoS flow's packets take, the one-octet
// header, reflective mapping. Values in, values out; PDCP and the ports are UserPlane's.
#pragma once

#include <array>
#include <bitset>
#include <optional>
#include <vector>

#include "base/packet.h"
#include "rlc_pdcp/config.h"
#include "rlc_pdcp/limits.h"
#include "rlc_pdcp/statistics.h"

namespace sen::l2 {

class Sdap {
 public:
  explicit Sdap(Side side) : side_(side) {}

  // An end-marker control PDU (6.2.3) that the DRB must carry, because the flow's uplink left it.
  struct EndMarker {
    uint8_t drb = 0;
    Qfi qfi = 0;
    bool operator==(const EndMarker&) const = default;
    uint8_t octet() const { return qfi; }  // D/C 0, R 0
  };

  // TS 38.331 SDAP-Config: errors name the parameter. The flows listed are all that the DRB carries by configuration (5.3.1).
  Status check(uint8_t drb, const SdapConfig& config) const;
  // Requires check().
  std::vector<EndMarker> set_drb(uint8_t drb, const SdapConfig& config);
  void remove_drb(uint8_t drb);
  bool empty() const { return drbs_.none(); }

  // Puts the header in front and names the DRB (5.2.1). Nothing: no DRB for the flow, or no headroom; counted.
  std::optional<uint8_t> send(Qfi qfi, bool reflective, Packet& packet);
  std::optional<uint8_t> drb_of(Qfi qfi) const;

  struct Received {
    Qfi qfi = 0;
    bool reflective_qos = false;          // RQI: NAS derives a QoS rule (UE)
    std::optional<EndMarker> end_marker;  // to send, as the flow was remapped by reflection (UE)
  };
  // Takes the header away (5.2.2). Nothing: not a packet for upper layers; counted.
  std::optional<Received> receive(uint8_t drb, Packet& pdu);

  bool has(uint8_t drb) const { return drb < drbs_.size() && drbs_[drb]; }
  // Takes the header away from what send() made, where the DRB has one: the flow's identity, else that of the DRB's first flow.
  Qfi take_back(uint8_t drb, Packet& pdu) const;

  bool tx_header(uint8_t drb) const { return side_ == Side::gnb ? configs_[drb].dl_header : configs_[drb].ul_header; }
  bool rx_header(uint8_t drb) const { return side_ == Side::gnb ? configs_[drb].ul_header : configs_[drb].dl_header; }
  SdapStatistics& statistics() { return statistics_; }
  const SdapStatistics& statistics() const { return statistics_; }

 private:
  static constexpr size_t qfis = 64;

  std::optional<EndMarker> map(Qfi qfi, uint8_t drb);

  Side side_;
  std::bitset<33> drbs_;
  std::array<SdapConfig, 33> configs_;
  std::array<uint8_t, qfis> rules_{};  // DRB of each flow in our direction of transmission; 0: none stored
  uint8_t default_drb_ = 0;            // 0: none
  SdapStatistics statistics_;
};

}  // namespace sen::l2
