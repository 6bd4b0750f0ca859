// The gNB's RRC and N2 client under arbitrary CCCH, DCCH and NGAP messages and events, in any order. Records: kind, length (two octets), octets.
#include "base/log.h"
#include "gnb/cell.h"
#include "rrc/rrc.h"

using namespace sen;

namespace {

const gnb::RrcSettings& settings() {
  static const gnb::RrcSettings all = [] {
    gnb::RrcSettings out;
    out.n3 = IpAddress(Octets<4>{127, 0, 0, 20});
    out.qos = gnb::default_qos();
    out.inactivity_s = 10;
    for (uint16_t i = 0; i < 2; ++i) {
      gnb::CellOptions cell;
      cell.plmn = Plmn(999, 70, 2);
      cell.pci = static_cast<uint16_t>(1 + i);
      cell.sector = static_cast<uint16_t>(1 + i);
      out.cells.push_back(*gnb::make_cell(cell, out.gnb_id, out.gnb_id_bits));
    }
    out.external_cells.push_back({.pci = 3, .ssb_arfcn = out.cells.front().mac.l1.ssb_arfcn, .gnb_id = 2, .nr_cell_identity = 0x23, .plmn = Plmn(999, 70, 2)});
    return out;
  }();
  return all;
}

gnb::RrcPorts ports() {
  gnb::RrcPorts p;
  p.send_n2 = [](uint16_t, Bytes) { return Status(); };
  p.n2_state = [](bool, const std::string&) {};
  p.system_information = [](size_t, mac::SystemInformation) {};
  p.page = [](size_t, uint16_t, uint16_t, uint64_t) {};
  p.assign_resources = [](size_t, mac::Rnti, mac::UeConfig&) { return Status(); };
  p.allocate_rnti = [next = mac::Rnti{0x5000}](size_t) mutable { return std::optional(next++); };
  p.allocate_preamble = [](size_t, mac::Rnti) { return std::optional<uint8_t>(60); };
  p.add_ue = [](gnb::UeId, size_t, mac::Rnti, const mac::UeConfig&) { return Status(); };
  p.remove_from_cell = [](size_t, mac::Rnti) {};
  p.reconfigure = [](size_t, mac::Rnti, const mac::UeConfig&, bool) {};
  p.confirm = [](size_t, mac::Rnti) {};
  p.set_qos = [](size_t, mac::Rnti, const mac::UeQos&) {};
  p.remove_ue = [](gnb::UeId) {};
  p.change_user_plane = [](gnb::UeId, const l2::Change&) { return Status(); };
  p.send_srb = [](gnb::UeId, uint8_t, ByteView, uint32_t) { return true; };
  p.short_mac_i = [](gnb::UeId, ByteView) { return uint16_t{0}; };
  p.count = [](gnb::UeId, uint8_t) { return std::optional<l2::Count>(l2::Count{}); };
  p.set_count = [](gnb::UeId, uint8_t, const l2::Count&) { return Status(); };
  p.add_tunnel = [next = 1U](gnb::UeId, PduSessionId, const gnb::N3Tunnel&) mutable { return Result<uint32_t>(next++); };
  p.change_tunnel = [](uint32_t, const gnb::N3Tunnel&) {};
  p.remove_tunnel = [](gnb::UeId, PduSessionId, uint32_t) {};
  p.forward_session = [](gnb::UeId, PduSessionId, uint32_t, const gnb::N3Tunnel&) {};
  p.forward_bearer = [](gnb::UeId, uint8_t, uint32_t, const gnb::N3Tunnel&) {};
  p.add_forwarding = [next = 0x10000U](gnb::UeId, PduSessionId, uint8_t) mutable { return Result<uint32_t>(next++); };
  return p;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Log::instance().set_all_levels(Level::none);
  ManualExecutor executor;
  Counters counters;
  gnb::Rrc rrc(settings(), executor, counters, ports());
  rrc.start();
  rrc.n2_up();
  ByteView in(data, size);
  uint16_t rnti = 0x4601;
  for (int records = 0; in.size() >= 3 && records < 64; ++records) {
    const uint8_t kind = in[0];
    const size_t length = std::min<size_t>(static_cast<size_t>(in[1]) << 8 | in[2], in.size() - 3);
    const ByteView octets = in.subspan(3, length);
    in = in.subspan(3 + length);
    const auto ue = static_cast<gnb::UeId>(1 + (kind >> 6));
    switch (kind & 15) {
      case 0:
      case 1:
      case 2: rrc.n2_received(static_cast<uint16_t>(kind & 3), octets); break;
      case 3:
      case 4: rrc.ccch(kind >> 7, rnti++, octets); break;
      case 5:
      case 6: rrc.srb(ue, 1, octets, kind & 32); break;
      case 7: rrc.srb(ue, 2, octets, true); break;
      case 8: rrc.came_back(ue, kind >> 7, static_cast<mac::Rnti>(0x5000 + (kind >> 6))); break;
      case 9: rrc.radio_lost(ue, "test"); break;
      case 10: rrc.delivered(ue, 1, 0x52454c00); break;
      case 11: executor.run_for(std::chrono::milliseconds(length)); break;
      case 12: rrc.hand_over(ue, kind >> 7); break;
      case 13: rrc.release(ue); break;
      case 14: rrc.tunnel_error(ue, 1); break;
      default:
        rrc.n2_down("test");
        rrc.n2_up();
    }
  }
  executor.run_for(std::chrono::seconds(30));
  return 0;
}
