// When do a sender's and a receiver's description mean the same resource elements and the same code? Resource blocks are compared from
// point A, so that two bandwidth parts that name the same blocks agree. Private to air/.
#pragma once

#include <string>

#include "nr/l1.h"
#include "nr/l1_ue.h"

namespace sen::air::detail {

// The runs of both allocations, moved by the start of their bandwidth parts and with touching runs joined, are the same.
bool same_rbs(const nr::l1::Bwp& bwp_a, const nr::l1::Allocation& a, const nr::l1::Bwp& bwp_b, const nr::l1::Allocation& b);
bool overlap(const nr::l1::Bwp& bwp_a, const nr::l1::Allocation& a, const nr::l1::Bwp& bwp_b, const nr::l1::Allocation& b);
unsigned rb_count(const nr::l1::Allocation& allocation);

// Empty when equal, else what differs ("TBS 320 sent, 336 expected").
std::string differs(const nr::l1::PdschPdu& sent, const nr::l1::PdschPdu& expected);
std::string differs(const nr::l1::PuschPdu& sent, const nr::l1::PuschPdu& expected);
std::string differs(const nr::l1::PucchPdu& sent, const nr::l1::PucchPdu& expected);
bool same(const nr::l1::PrachPdu& sent, const nr::l1::PrachPdu& expected);
bool same(const nr::l1::SrsPdu& sent, const nr::l1::SrsPdu& expected);

// Does the search space hold a candidate on the CCEs of this PDCCH, with its size, RNTI and scrambling? The candidate's level and first CCE
// as the receiver counts.
const nr::l1_ue::PdcchSearch::Candidate* find_candidate(const nr::l1_ue::PdcchSearch& search, const nr::l1::PdcchPdu& pdcch);

// Resource blocks of a PUCCH from point A, as an allocation of one or two hops for overlap().
nr::l1::Allocation pucch_allocation(const nr::l1::PucchPdu& pucch);

}  // namespace sen::air::detail
