// Sounding reference signals, TS 38.211 6.4.1.4: 1, 2, 4 ports, combs 2, 4, 8, bandwidth tables, hopping and repetition; the gNB's estimate
// of the uplink channel from them. Any thread, no allocation.
#pragma once

#include "nr/l1.h"
#include "phy/grid.h"

namespace sen::phy {

// period_slots 0: aperiodic, frequency hopping within the slot only.
Status check(const nr::l1::SrsPdu& pdu, unsigned grid_rb);
// Antenna port i of the resource to grid port i, amplitude 1.
Status send_srs(const nr::l1::SrsPdu& pdu, nr::Slot slot, Grid& grid);

// Where and with what sequence a port sends in one symbol of the resource.
struct SrsPlace {
  unsigned first = 0;   // subcarrier of the grid: k_0
  unsigned length = 0;  // M_sc,b: every comb-th subcarrier from there
  unsigned u = 0, v = 0, n_cs = 0, n_cs_max = 8;
};
SrsPlace srs_place(const nr::l1::SrsPdu& pdu, nr::Slot slot, unsigned port, unsigned symbol);  // symbol l' of the resource; pdu checked

struct SrsEstimate {
  nr::l1::Quality quality;
  std::array<Cf, 16> channel{};  // wideband mean, [rx * ports + port], delay taken out
  static constexpr unsigned max_parts = 12;
  unsigned parts = 0;  // means over equal parts of each hop's band, [(part * rx_ports + rx) * ports + port]: what choose_tpmi() takes
  std::array<Cf, max_parts * 16> part{};
  float noise_variance = 0;  // an RE and port
};
// grid.ports() receive ports, at most 16 / pdu.ports. The delay is unambiguous within +-1 / (2 comb P) of a symbol's useful part, P the
// ports that share a comb.
Result<SrsEstimate> receive_srs(const nr::l1::SrsPdu& pdu, nr::Slot slot, const Grid& grid);

}  // namespace sen::phy
