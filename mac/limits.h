// What the MAC allows itself (design: everything has a limit). Refusals are counted under the names in mac/counters of each side.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sen::mac::limit {

constexpr size_t ues = 1024;           // with a C-RNTI in one cell, temporary ones included
constexpr size_t harq_processes = 16;  // each direction (TS 38.214 5.1, 6.1)
constexpr size_t channels = 33;        // LCID 0 to 32
constexpr size_t logical_channel_groups = 8;
constexpr size_t tb_octets = 159749;        // TBS of 1277992 bits: the largest of TS 38.214 with 4 layers, 256QAM, 273 RBs
constexpr unsigned tb_lifetime_slots = 32;  // how long L1 may read a block's octets after its slot
constexpr unsigned ahead_slots = 16;        // SchedulerConfig::ahead_slots at most
constexpr unsigned grants_ahead = 64;       // slots into the future that the resource grids reach: k0 + k1, k2 + delta
constexpr size_t preambles_per_slot = 64;   // detected preambles that one slot's random access responses serve
constexpr size_t rars_per_pdu = 32;
constexpr size_t paging_queue = 1024;  // UEs waiting for their occasions
constexpr size_t paging_records = 32;  // in one message (TS 38.331 maxNrofPageRec)
constexpr size_t si_messages = 16;
constexpr size_t message_octets = 4096;    // one SI, paging or CCCH message
constexpr unsigned consecutive_dtx = 100;  // assignments and grants without any answer until out_of_sync is reported
constexpr unsigned msg3_wait_slots = 64;   // a temporary C-RNTI without Msg3 is forgotten after this
constexpr size_t pucch_resources = 128;    // TS 38.331 maxNrofPUCCH-Resources
constexpr size_t slices = 64;             // with shares of their own
constexpr size_t harq_bits_per_uci = 64;   // HARQ-ACK bits that we let one UE collect for one slot

}  // namespace sen::mac::limit
