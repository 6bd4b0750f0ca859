// The air below the L1 boundary, as cells and UEs of one process use it: without waveforms (air/slot_air.h) or with them (apps/wave_air.h).
//
// A slot: advance(); send() for every cell; per UE receive_ssb(), then, where synchronised() says so, receive_pdcch(), receive_pdsch(), transmit(); receive() for
// every cell. The l1 slots handed to send() stay unchanged until receive() of that cell returned. One executor; nothing blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "nr/l1.h"
#include "nr/l1_ue.h"

namespace sen::air {

using CellIndex = uint16_t;
using UeIndex = uint32_t;
struct CellRadio;
struct UeRadio;
struct Link;

class Air {
 public:
  virtual ~Air() = default;

  // Errors: a limit, a cell with the PCI and frequency of another, a cell that its L1 refuses.
  virtual Result<CellIndex> add_cell(const CellRadio& radio) = 0;
  virtual Result<UeIndex> add_ue(const UeRadio& radio) = 0;
  virtual void remove_ue(UeIndex ue) = 0;

  // The air's own time at the beginning of the slot; positions follow it. Never goes back.
  virtual void advance(int64_t now_ns) = 0;

  virtual void send(CellIndex cell, const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul) = 0;
  // What came of the slot last sent, and of a preamble that began before it: every PUSCH and UCI that was listened for has its entry, received or not.
  virtual void receive(CellIndex cell, const std::function<void(const nr::l1::UlIndication&)>& indicate) = 0;

  // Blocks that were detected, own cell and neighbours.
  virtual std::vector<nr::l1_ue::RxSsb> receive_ssb(UeIndex ue) = 0;
  // To a cell that was detected; false when it is not heard.
  virtual bool tune(UeIndex ue, const nr::l1_ue::CellConfig& cell) = 0;
  // Looks for cells again.
  virtual void untune(UeIndex ue) = 0;
  // The UE has this slot of its cell.
  virtual bool synchronised(UeIndex ue, nr::Slot slot) const = 0;
  virtual std::vector<nr::l1_ue::RxDci> receive_pdcch(UeIndex ue, const std::vector<nr::l1_ue::PdcchSearch>& searches) = 0;
  // One answer per request, in their order.
  virtual std::vector<nr::l1_ue::RxPdsch> receive_pdsch(UeIndex ue, const std::vector<nr::l1_ue::PdschReceive>& requests) = 0;
  // CQI (table 1 to 3 of TS 38.214 5.2.2.1) and RSRP of the serving cell, as its SSBs tell.
  virtual nr::l1_ue::CsiMeasurement measure(UeIndex ue, unsigned cqi_table = 1) const = 0;
  // The same, RI and PMI besides, from a CSI-RS of the present slot; none where it cannot be measured. Without waveforms there is nothing else to go by.
  virtual std::optional<nr::l1_ue::CsiMeasurement> measure_csi(UeIndex ue, const nr::l1_ue::CsiReceive& what) { return measure(ue, what.cqi_table); }
  virtual void transmit(UeIndex ue, nr::l1_ue::UlSlot slot) = 0;

  virtual Link link(CellIndex cell, UeIndex ue) const = 0;
};

}  // namespace sen::air
