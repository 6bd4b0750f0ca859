// The capture files of the RAN, one folder, as the gNB sees it: mac.pcap, rlc.pcap and pdcp.pcap (UDP with Wireshark's mac-nr, rlc-nr and pdcp-nr framing,
// PDUs as they are on the air, ciphered ones too), rrc.pcap (exported PDUs, plain) and pdcp_nr_ue_keys, the keys with which Wireshark opens pdcp.pcap and
// rlc.pcap. MAC PDUs are written once a HARQ process's transmission: downlink ones when they are sent first, uplink ones when they have come whole.
// Written from the gNB's executor only. The UE id that Wireshark shows is the gNB's modulo 65536.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/pcap.h"
#include "gnb/gnb.h"
#include "nr/rnti.h"

namespace sen {

class RanCaptures {
 public:
  // Of a gNB with these cells. The folder must exist; the executor and the gNB must outlive the use of taps().
  static Result<std::unique_ptr<RanCaptures>> open(const std::string& folder, const Executor& executor, std::vector<nr::l1::CellConfig> cells);
  ~RanCaptures();

  gnb::GnbTaps taps(const gnb::Gnb& gnb);
  // PDUs that do not fit into a UDP datagram: MAC PDUs above 65480 octets, of wide carriers.
  uint64_t omitted() const { return omitted_; }

 private:
  RanCaptures(const Executor& executor, std::vector<nr::l1::CellConfig> cells);
  void mac(const gnb::Gnb& gnb, size_t cell, nr::Slot slot, bool downlink, mac::GnbTaps::Kind kind, nr::Rnti rnti, uint8_t harq_id, ByteView pdu);
  void rlc(gnb::UeId ue, bool downlink, l2::BearerId bearer, const l2::RlcConfig& config, ByteView pdu);
  void pdcp(gnb::UeId ue, bool downlink, l2::BearerId bearer, const l2::PdcpConfig& config, ByteView pdu);
  void rrc(gnb::UeId ue, const std::string& channel, ByteView message);
  void change(gnb::UeId ue, const l2::Change& change);
  bool srb_ciphered(uint16_t ue, bool downlink, ByteView pdu);
  void write_udp(PcapWriter& writer, gnb::UeId ue, bool downlink, uint16_t port, const ByteWriter& frame);

  const Executor& executor_;
  std::vector<nr::l1::CellConfig> cells_;
  std::vector<Bytes> sib1_;  // per cell, the last one that rrc.pcap has
  std::map<std::pair<uint16_t, uint8_t>, uint8_t> sdap_headers_;  // per UE and DRB, as Wireshark's tag has them
  std::map<std::pair<uint16_t, bool>, l2::SrbProtection> srb_protection_;  // per UE and direction (downlink)
  std::unique_ptr<PcapWriter> mac_, rlc_, pdcp_, rrc_;
  std::FILE* keys_ = nullptr;
  std::set<uint16_t> with_keys_;
  uint64_t omitted_ = 0;
};

}  // namespace sen
