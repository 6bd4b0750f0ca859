// Transport block coding with arbitrary parameters and soft bits: an error or a result, and what the encoder accepts the decoder reads
// back.
#include <cstdlib>

#include "phy/coding/sch.h"

using namespace sen;
using namespace sen::phy;

namespace {

uint32_t number(const uint8_t*& data, size_t n) {
  uint32_t value = 0;
  for (size_t i = 0; i < n; ++i) value = value << 8 | *data++;
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t header = 14;
  if (size < header) return 0;
  const uint8_t* in = data;
  SchCode code;
  code.base_graph = static_cast<uint8_t>(number(in, 1) % 4);
  code.rv = static_cast<uint8_t>(number(in, 1) % 5);
  code.qm = static_cast<uint8_t>(number(in, 1) % 12);
  code.layers = static_cast<uint8_t>(number(in, 1) % 6);
  uint32_t kind = number(in, 1);
  code.tb_bits = kind & 1 ? number(in, 3) : number(in, 3) % 2000 * 8;
  code.g = number(in, 3);
  code.n_ref = kind & 2 ? number(in, 2) : 0;
  auto iterations = static_cast<uint8_t>(1 + number(in, 1) % 3);
  if (kind & 4) code.g = code.g % 4000 * code.qm * code.layers;
  if (code.g > 60'000 || code.tb_bits > 20'000) code.g %= 60'000;

  static SchEncoder encoder;
  static SchDecoder decoder;
  static HarqBuffer harq(30'000);
  std::span<const uint8_t> rest(data + header, size - header);
  Bytes tb(kind & 8 ? code.tb_bits / 8 : std::min<size_t>(rest.size(), 4000)), word((code.g + 7) / 8);
  for (size_t i = 0; i < tb.size() && i < rest.size(); ++i) tb[i] = rest[i];
  std::vector<Llr> llrs(code.g);
  for (size_t i = 0; i < llrs.size() && !rest.empty(); ++i) llrs[i] = static_cast<Llr>(rest[i % rest.size()]);
  if (!(kind & 16)) harq.reset();
  Bytes back(tb.size());
  (void)decoder.decode(code, llrs, {.iterations = iterations}, harq, back);

  if (!encoder.encode(code, tb, word)) return 0;
  auto s = segment(code.tb_bits, code.base_graph);
  if (!s || code.rv != 0 || code.n_ref != 0 || code.g < s->blocks * s->k_info * 3 / 2) return 0;
  for (size_t i = 0; i < llrs.size(); ++i) llrs[i] = word[i / 8] >> (7 - i % 8) & 1 ? -30 : 30;
  harq.reset();
  auto result = decoder.decode(code, llrs, {.iterations = 20}, harq, back);
  if (!result || !result->crc_ok || !std::equal(back.begin(), back.begin() + code.tb_bits / 8, tb.begin())) {
    if (!result && result.error().fault == Fault::exhausted) return 0;
    std::abort();
  }
  return 0;
}
