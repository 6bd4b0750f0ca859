// The UE's RRC under arbitrary messages: the first octets choose the cell's moment, then records (kind, length, octets) reach it as BCCH, CCCH and DCCH.
#include "base/log.h"
#include "gnb/cell.h"
#include "mac/asn1/convert.h"
#include "ue/access_stratum.h"

using namespace sen;

namespace {

const mac::CellConfig& cell() {
  static const mac::CellConfig made = [] {
    gnb::CellOptions options;
    options.plmn = Plmn(999, 70, 2);
    return gnb::make_cell(options, 1, 32)->mac;
  }();
  return made;
}

// An RLC AM PDU of SRB1 with a whole PDCP PDU: what the air brings when the message is `rrc`.
Bytes srb1(uint16_t sn, ByteView rrc, uint32_t mac_i) {
  Bytes out{static_cast<uint8_t>(0x80 | (sn >> 8 & 15)), static_cast<uint8_t>(sn), static_cast<uint8_t>(sn >> 8 & 15), static_cast<uint8_t>(sn)};
  out.reserve(out.size() + rrc.size() + 4);
  out.insert(out.end(), rrc.begin(), rrc.end());
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(mac_i >> shift));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Log::instance().set_all_levels(Level::none);
  ManualExecutor executor;
  static PacketPool pool(256, 9216);
  ue::AsPorts ports;
  ports.camped = [](const Tai&) {};
  ports.connected = [] {};
  ports.released = [](bool) {};
  ports.nas = [](ByteView) {};
  ports.paged = [] {};
  ports.fallback = [] {};
  ports.bearer = [](PduSessionId, bool) {};
  ports.packet = [](PduSessionId, Packet) {};
  ports.k_gnb = [] { return crypto::Key256{}; };
  ports.next_hop = [](const crypto::Key256& sync_input) { return sync_input; };
  ue::AccessStratum stratum({.seed = 1, .plmns = {Plmn(999, 70, 2)}}, executor, pool, ports);
  nr::l1_ue::RxSsb block{.pci = 1, .arfcn = cell().l1.ssb_arfcn, .k_ssb = cell().k_ssb, .mib = mac::mib_bits(cell()), .slot = nr::Slot(nr::Scs::khz30, 0),
                         .rsrp_dbm = -80, .rsrq_db = -10, .sinr_db = 20};
  stratum.ssb({block});
  ByteView in(data, size);
  uint16_t sn = 0;
  for (int records = 0; in.size() >= 3 && records < 64; ++records) {
    const uint8_t kind = in[0];
    const size_t length = std::min<size_t>(static_cast<size_t>(in[1]) << 8 | in[2], in.size() - 3);
    const ByteView octets = in.subspan(3, length);
    in = in.subspan(3 + length);
    switch (kind & 7) {
      case 0: stratum.received_sib1(Bytes(octets.begin(), octets.end())); break;
      case 1: stratum.user_plane().receive(0, octets); break;
      case 2:
      case 3: stratum.user_plane().receive(1, srb1(sn++, octets, 0)); break;
      case 4: (void)stratum.connect(Bytes(8, 0x7e), ue::EstablishmentCause::mo_signalling, kind & 8 ? std::optional(STmsi{1, 0, 7}) : std::nullopt); break;
      case 5:
        block.rsrp_dbm = -60.0f - kind;
        block.pci = kind >> 5;
        stratum.ssb({block});
        break;
      case 6: (void)stratum.send_nas(Bytes(octets.begin(), octets.end())); break;
      default: executor.run_for(std::chrono::milliseconds(length)); break;
    }
    executor.run_for(std::chrono::microseconds(1));
  }
  executor.run_for(std::chrono::seconds(30));
  return 0;
}
