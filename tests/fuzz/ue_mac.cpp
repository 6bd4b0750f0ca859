// A connected UE's MAC against whatever a cell may send: the input is a script of DCIs and transport blocks, a slot after the other. It
// must neither crash nor ask L1 for what is out of range.
#include <cstdlib>

#include "mac/ue.h"
#include "tests/unit/mac_ue_config.h"

namespace {

using namespace sen;

struct Ue {
  explicit Ue(bool tdd) : cell(tdd ? mac::test::tdd_cell() : mac::test::fdd_cell()) {
    static_cast<void>(plane.set_rlc({0, {true, 0}, {.mode = l2::RlcMode::tm}}));
    mac.attach(plane);
    mac.camp(cell, true);
    mac.set_cell(cell);
    mac.set_paging(7, 32);
    mac.want_system_information({{8, 1}});
    mac.set_crnti(17);
    auto config = mac::test::ue_of(cell);
    config.csi = mac::CsiReportConfig{};
    config.csi->resource = 3;
    mac.configure(config);
    for (uint8_t srb : {1, 2}) {
      static_cast<void>(plane.set_srb({srb, {}}));
      static_cast<void>(plane.set_rlc({srb, {true, srb}, {}}));
    }
    static_cast<void>(plane.set_drb({1, {}, {.session = 1, .default_drb = true, .qfis = {1}}}));
    static_cast<void>(plane.set_rlc({4, {false, 1}, {}}));
    plane.send_rrc(0, Bytes(6, 0x10));
    plane.send_rrc(1, Bytes(300, 1));
    slot = nr::Slot(cell.l1.scs, 0);
  }

  mac::CellConfig cell;
  ManualExecutor executor;
  PacketPool pool{256};
  mac::UeMac mac{{}, 1};
  l2::UserPlane plane{executor, pool, l2::Side::ue, {.data_available = [this](l2::Lcid lcid) { mac.data_available(lcid); }}};
  nr::Slot slot;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteReader in(ByteView(data, size));
  Ue ue(in.u8().value_or(0) & 1);
  ue.mac.start_random_access({});
  for (unsigned steps = 0; steps < 400 && !in.empty(); ++steps) {
    const auto searches = ue.mac.search(ue.slot);
    const uint8_t plan = in.u8().value_or(0);
    if (!searches.empty() && plan & 1) {
      const auto& s = searches[(plan >> 1 & 3) % searches.size()];
      nr::l1_ue::RxDci dci{s.search_space,
                           s.coreset.id,
                           s.rntis[(plan >> 3 & 3) % s.rntis.size()],
                           s.candidates[0].first_cce,
                           s.candidates[0].aggregation_level,
                           {},
                           {}};
      dci.payload.size = plan & 0x80 ? in.u8().value_or(0) : s.sizes[plan >> 6 & (s.sizes.size() - 1)];
      const auto octets = in.take(std::min<size_t>(in.left(), (dci.payload.size + 7) / 8)).value_or(ByteView{});
      dci.payload.octets.assign(octets.begin(), octets.end());
      ue.mac.on_dci(ue.slot, dci);
    }
    const auto requests = ue.mac.pdsch(ue.slot);
    for (const auto& r : requests) {
      for (const auto& [first, count] : r.pdsch.allocation.rbs) {
        if (first + count > 275) std::abort();
      }
      nr::l1_ue::RxPdsch rx{r.pdsch.rnti, r.harq_id, (plan & 0x20) != 0, {}, {}};
      const auto octets = in.take(std::min<size_t>(in.left(), in.u8().value_or(0))).value_or(ByteView{});
      rx.tb.assign(octets.begin(), octets.end());
      ue.mac.on_pdsch(ue.slot, std::move(rx));
    }
    const auto ul = ue.mac.uplink(ue.slot);
    for (const auto& p : ul.pusch) {
      if (p.tb.size() != p.pusch.code.tbs_octets) std::abort();
    }
    if (ul.pusch.size() > 1) std::abort();
    ue.executor.run_for(std::chrono::nanoseconds(nr::slot_ns(ue.cell.l1.scs)));
    ue.slot = ue.slot + (plan == 0xff ? 37 : 1);
  }
  return 0;
}
