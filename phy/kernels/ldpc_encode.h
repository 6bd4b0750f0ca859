// The parity bits of one LDPC code block (TS 38.212 5.3.2), one bit an octet. Any thread.
#pragma once

#include "phy/coding/ldpc_graph.h"

namespace sen::phy {

inline constexpr size_t ldpc_encode_work = 27 * 512;

// `info`: info_columns * Z bits, fillers 0; 64 octets more may be read. `parity`: the first rows * Z parity bits (rows at least 4); may
// touch 64 octets more. `parity` may overlap `info`, which is read first. `work`: ldpc_encode_work octets.
void ldpc_encode(const LdpcGraph& graph, unsigned rows, const uint8_t* info, uint8_t* parity, uint8_t* work);
namespace reference {
void ldpc_encode(const LdpcGraph& graph, unsigned rows, const uint8_t* info, uint8_t* parity, uint8_t* work);
}

}  // namespace sen::phy
