// Frames of the air's socket form, each kind; what parses is put into an air, which must take it.
#include <cstdlib>

#include "air/detail/wire.h"
#include "tests/unit/mac_ue_config.h"

namespace {

using namespace sen;
using namespace sen::air;
namespace wire = sen::air::detail;

template <class T>
bool round_trips(wire::FrameType type, ByteView payload, T& value) {
  if (!wire::parse(payload, value)) return false;
  const Bytes again = wire::frame(type, value);
  T twice;
  if (!wire::parse(ByteView(again).subspan(wire::frame_header), twice)) std::abort();
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const ByteView payload(data + 1, size - 1);
  if (data[0] % 3 == 0) {
    wire::Welcome welcome;
    if (!round_trips(wire::FrameType::welcome, payload, welcome)) return 0;
    SlotAir air(welcome.config);
    for (const auto& cell : welcome.cells) static_cast<void>(air.add_cell(cell));
    return 0;
  }
  SlotAir air({});
  nr::l1::CellConfig config;
  config.scs = nr::Scs::khz30;
  config.n_rb = 51;
  const CellIndex cell = *air.add_cell({config, {}, 5});
  if (data[0] % 3 == 1) {
    wire::Step step;
    if (!round_trips(wire::FrameType::slot, payload, step)) return 0;
    const UeIndex ue = *air.add_ue({});
    air.tune(ue, 0, 0);
    nr::l1::UlSlot ul;
    for (const auto& in : step.cells) {
      air.send(cell, in.dl, ul);
      air.receive_ssb(ue);
      nr::l1_ue::PdcchSearch search{{nr::Scs::khz30, false, 6, 45}, {0, 0x7f, 0, 1}, 0, 1, 1, false, {{0, 4}, {4, 2}}, {40}, {1, 17}};
      if (!in.dl.pdcch.empty()) {
        const auto& p = in.dl.pdcch[0];
        search.rntis.push_back(p.rnti);
        search.sizes.push_back(p.dci.size);
        search.n_id = p.n_id;
        search.dmrs_n_id = p.dmrs_n_id;
        search.candidates.push_back({0, p.aggregation_level});
        search.bwp.scs = p.bwp.scs;
        search.coreset.start_symbol = p.coreset.start_symbol;
        search.coreset.duration = p.coreset.duration;
      }
      air.receive_pdcch(ue, {search});
      std::vector<nr::l1_ue::PdschReceive> requests;
      for (const auto& p : in.dl.pdsch) requests.push_back({p, 3, true});
      air.receive_pdsch(ue, requests);
      air.receive(cell);
    }
    return 0;
  }
  wire::Answer answer;
  if (!round_trips(wire::FrameType::uplink, payload, answer)) return 0;
  nr::l1::DlSlot dl;
  nr::l1::UlSlot ul;
  for (const auto& sending : answer.sendings) {
    ul.slot = sending.slot.slot;
    for (const auto& p : sending.slot.pusch) ul.pusch.push_back(p.pusch);
    for (const auto& p : sending.slot.pucch) ul.pucch.push_back(p.pucch);
    for (const auto& p : sending.slot.prach) ul.prach.push_back(p.prach);
    for (const auto& p : sending.slot.srs) ul.srs.push_back(p.srs);
  }
  air.send(cell, dl, ul);
  wire::RemoteUes ues(air);
  ues.apply(std::move(answer));
  air.receive(cell);
  return 0;
}
