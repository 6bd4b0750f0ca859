// What the checkers of PDSCH and PUSCH blocks share: the fields that both kinds of case state, into PDUs, and their derived fields against
// our tables.
#pragma once

#include "nr/l1.h"
#include "nr/mcs.h"
#include "phy/pdsch.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {

// rnti, n_id, layers, bwp (the grid, or bwp_start_rb and bwp_size_rb), symbols, DM-RS, transport block's code; `uplink` picks the tables.
// Compares dmrs_symbols (where the positions' parameters stand), Q_m, code rate, tbs_bits, base_graph with what our tables give.
template <class Pdu>
void fill_shared(const Case& c, Outcome& o, bool uplink, Pdu& pdu);
// "prbs" or "crb_of_each_vrb" minus the BWP's start, as runs.
void fill_rbs(const std::vector<uint16_t>& rbs, nr::l1::Allocation& out);
phy::ReceiveOptions receive_options();

}  // namespace sen::vectors
