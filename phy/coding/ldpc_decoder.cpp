#include <algorithm>

#include "base/ensure.h"
#include "phy/coding/ldpc.h"
#include "phy/kernels/ldpc_decode.h"

namespace sen::phy {
namespace {

constexpr size_t messages_at = (ldpc_soft_size + 63) / 64 * 64, hard_at = (messages_at + ldpc_message_size + 63) / 64 * 64;
constexpr size_t packed_at = hard_at + (ldpc_hard_size + 63) / 64 * 64, packed_size = ldpc_max_k / 8 + 128;

// How the channel's values enter 8-bit arithmetic: the more rows meet in a column, the more room its sum needs below 127, and the less a
// check's message may weigh. Found by simulation; the test of the AWGN curves holds it to 0.15 dB of floating point.
void tune(LdpcState& state, const LdpcOptions& options, const Llr* channel, LdpcFillers fillers) {
  unsigned mean_32 = ldpc_survey(state, channel, fillers);
  bool high = options.scale == 0 ? state.n_rows <= 7 : options.scale > 0.78f;
  state.scale = high ? LdpcScale::high : LdpcScale::low;
  unsigned wanted = state.n_rows <= 40 ? 32 - state.n_rows / 2 : 12;
  ldpc_load(state, channel, fillers, mean_32 == 0 ? 128 : std::clamp(128 * 32 * wanted / mean_32, 1u, 1024u));
}

// At high rates an iteration costs little more than looking for its result. None that ended well began with so many checks unsatisfied (of
// blocks large enough for that to be no accident).
bool hopeless(const LdpcState& state, unsigned unsatisfied) {
  unsigned z = state.graph->z;
  return state.n_rows <= 7 && z >= 64 && unsatisfied > 4 * z / 6;
}

// Where too little arrived, values stay 0 and read as zeros, which have the right CRC.
bool guessed(std::span<const uint8_t> packed, std::span<const int8_t> values) {
  return std::ranges::count(packed, 0) == std::ssize(packed) && std::ranges::count(values, 0) > 0;
}

}  // namespace

LdpcDecoder::LdpcDecoder() : work_(packed_at + packed_size) {}

LdpcResult LdpcDecoder::decode(const Segmentation& s, std::span<const Llr> soft, Crc crc, const LdpcOptions& options,
                               std::span<uint8_t> info) {
  size_t octets = (s.k_info + 7u) / 8;
  ensure(soft.size() >= s.n() && info.size() >= octets);
  LdpcState state;
  state.graph = &ldpc_graph(s.base_graph, s.z);
  auto* work = reinterpret_cast<int8_t*>(work_.data());
  state.soft = work;
  state.messages = work + messages_at;
  state.hard = work + hard_at;
  uint8_t* packed = work_.data() + packed_at;
  tune(state, options, soft.data(), {s.k_info - 2u * s.z, s.fillers()});

  LdpcResult result;
  unsigned iterations = std::max<unsigned>(1, options.iterations);
  while (result.iterations < iterations && !result.crc_ok) {
    unsigned unsatisfied = ldpc_iterate(state, result.iterations == 0);
    ++result.iterations;
    bool last = result.iterations == iterations;
    if (!last && (!options.early_stop || hopeless(state, unsatisfied))) continue;
    ldpc_harden(state, s.k_info, packed);
    result.crc_ok = phy::crc(crc, {packed, octets}, s.k_info) == 0 && !guessed({packed, octets}, {state.hard, s.k_info});
  }
  std::copy_n(packed, octets, info.data());
  return result;
}

}  // namespace sen::phy
