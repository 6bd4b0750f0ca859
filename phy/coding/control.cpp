#include "phy/coding/control.h"

#include <algorithm>
#include <cmath>

#include "nr/ssb.h"
#include "phy/coding/crc.h"
#include "phy/sequence/gold.h"

namespace sen::phy {
namespace {

constexpr unsigned max_dci = 140, crc24 = 24;
constexpr unsigned max_uci = 1706, max_uci_block = 1024;  // with CRC
constexpr unsigned min_polar_uci = 12;

void put_crc(std::span<Bit> out, uint32_t value) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = value >> (out.size() - 1 - i) & 1;
}
uint32_t read(std::span<const Bit> bits) {
  uint32_t value = 0;
  for (Bit b : bits) value = value << 1 | b;
  return value;
}

// TS 38.212 7.3.2: the CRC is that of the payload behind 24 ones.
uint32_t dci_crc(std::span<const Bit> payload) {
  std::array<Bit, crc24 + max_dci> bits;
  std::fill_n(bits.begin(), crc24, Bit{1});
  std::ranges::copy(payload, bits.begin() + crc24);
  return crc(Crc::crc24c, std::span<const Bit>(bits).first(crc24 + payload.size()));
}

// 6.3.1.2.1, 6.3.1.3.1, 6.3.1.4.1: how a UCI payload is cut.
struct UciBlocks {
  unsigned count = 1;
  unsigned filler = 0;         // zeros in front of the first block
  unsigned payload = 0;        // bits of a block without its CRC
  Crc polynomial = Crc::crc11;
  PolarCode code;
};
Result<UciBlocks> uci_blocks(size_t a, size_t e) {
  UciBlocks out;
  out.count = a >= 1013 || (a >= 360 && e >= 1088) ? 2 : 1;
  out.payload = static_cast<unsigned>((a + out.count - 1) / out.count);
  out.filler = static_cast<unsigned>(out.payload * out.count - a);
  out.polynomial = a <= 19 ? Crc::crc6 : Crc::crc11;
  SEN_ASSIGN(out.code, polar_code_uplink(out.payload + crc_bits(out.polynomial), static_cast<unsigned>(std::min<size_t>(e / out.count, 1u << 20))));
  return out;
}

// TS 38.212 table 7.1.1-1, G(j), and where each kind of bit begins in it.
constexpr std::array<uint8_t, 32> pbch_pattern{16, 23, 18, 17, 8, 30, 10, 6,  24, 7,  0,  5,  3,  2,  1,  4,
                                               9,  11, 12, 13, 14, 15, 19, 20, 21, 22, 25, 26, 27, 28, 29, 31};
constexpr unsigned at_half_frame = 10, at_index = 11, at_other = 14;
constexpr unsigned mib_bits = 24, first_sfn_bit = 1, last_sfn_bit = 6;

// place[i]: the bit of a that a-bar's bit i becomes (7.1.1).
std::array<uint8_t, 32> pbch_places() {
  std::array<uint8_t, 32> place{};
  unsigned sfn = 0, other = at_other;
  for (unsigned i = 0; i < 32; ++i) {
    const bool is_sfn = (i >= first_sfn_bit && i <= last_sfn_bit) || (i >= mib_bits && i < mib_bits + 4);
    const unsigned j = is_sfn ? sfn++ : i == mib_bits + 4 ? at_half_frame : i > mib_bits + 4 ? at_index + i - mib_bits - 5 : other++;
    place[i] = pbch_pattern[j];
  }
  return place;
}
const std::array<uint8_t, 32> pbch_place = pbch_places();

// 7.1.2: XORs the sequence; bits of the timing that a receiver must know first stay as they are.
void pbch_sequence(std::span<Bit, 32> a, uint16_t pci, bool long_index) {
  const uint8_t third_lsb = pbch_place[mib_bits + 1], second_lsb = pbch_place[mib_bits + 2];
  const unsigned m = long_index ? 26 : 29, v = 2u * a[third_lsb] + a[second_lsb];
  std::array<Bit, 29> c;
  Gold(pci, v * m).fill_bits(std::span(c).first(m));
  unsigned j = 0;
  for (unsigned i = 0; i < 32; ++i) {
    const bool index = long_index && (i == pbch_pattern[at_index] || i == pbch_pattern[at_index + 1] || i == pbch_pattern[at_index + 2]);
    if (!index && i != pbch_pattern[at_half_frame] && i != third_lsb && i != second_lsb) a[i] ^= c[j++];
  }
}

}  // namespace

Status ControlEncoder::dci(std::span<const Bit> payload, uint16_t rnti, std::span<Bit> e) {
  if (payload.size() < min_polar_uci || payload.size() > max_dci) {
    return fail(Fault::invalid, "dci.size", "{} bits are not allowed (12 to 140; TS 38.212 7.3.1)", payload.size());
  }
  std::array<Bit, max_dci + crc24> c;
  std::ranges::copy(payload, c.begin());
  const std::span<Bit> bits = std::span(c).first(payload.size() + crc24);
  put_crc(bits.last(crc24), dci_crc(payload) ^ rnti);
  SEN_ASSIGN(const PolarCode code, polar_code_downlink(static_cast<unsigned>(bits.size()), static_cast<unsigned>(std::min<size_t>(e.size(), 1u << 20))));
  polar_.encode(code, bits, e);
  return {};
}

Status ControlEncoder::uci(std::span<const Bit> payload, unsigned qm, std::span<Bit> e) {
  if (payload.empty() || payload.size() > max_uci) {
    return fail(Fault::invalid, "uci.size", "{} bits are not allowed (1 to 1706; TS 38.212 6.3.1.2)", payload.size());
  }
  if (qm < 1 || qm > 8) return fail(Fault::invalid, "uci.qm", "{} is not allowed (1 to 8; TS 38.212 5.3.3)", qm);
  if (payload.size() < min_polar_uci) {
    short_block_encode(payload, qm, e);
    return {};
  }
  SEN_ASSIGN(const UciBlocks blocks, uci_blocks(payload.size(), e.size()));
  const unsigned crc_size = crc_bits(blocks.polynomial);
  std::ranges::fill(e, Bit{0});  // one bit stays when two blocks share an odd number (6.3.1.5)
  for (unsigned r = 0; r < blocks.count; ++r) {
    std::array<Bit, max_uci_block> c{};
    const unsigned filler = r == 0 ? blocks.filler : 0;
    const size_t from = r == 0 ? 0 : blocks.payload - blocks.filler;
    std::ranges::copy(payload.subspan(from, blocks.payload - filler), c.begin() + filler);
    put_crc(std::span(c).subspan(blocks.payload, crc_size), crc(blocks.polynomial, std::span<const Bit>(c).first(blocks.payload)));
    polar_.encode(blocks.code, std::span<const Bit>(c).first(blocks.payload + crc_size), e.subspan(size_t{r} * blocks.code.e, blocks.code.e));
  }
  return {};
}

void ControlEncoder::bch(std::span<const Bit, 32> payload, std::span<Bit, 864> e) {
  std::array<Bit, 32 + crc24> c;
  std::ranges::copy(payload, c.begin());
  put_crc(std::span(c).last(crc24), crc(Crc::crc24c, std::span<const Bit>(payload)));
  polar_.encode({.k = 32 + crc24, .e = 864, .n_max = 9, .interleave_input = true}, c, e);
}

void pbch_scramble(const PbchPayload& payload, uint16_t pci, std::span<Bit, 32> out) {
  const uint8_t timing = nr::pbch_timing_bits(payload.sfn, payload.half_frame, payload.l_max, payload.k_ssb, payload.ssb_index);
  const uint32_t a = payload.mib << 8 | timing;
  for (unsigned i = 0; i < 32; ++i) out[pbch_place[i]] = a >> (31 - i) & 1;
  pbch_sequence(out, pci, payload.l_max == 64);
}

PbchPayload pbch_descramble(std::span<const Bit, 32> bits, uint16_t pci, unsigned l_max, unsigned ssb_index_low) {
  std::array<Bit, 32> plain;
  std::ranges::copy(bits, plain.begin());
  pbch_sequence(plain, pci, l_max == 64);
  uint32_t a = 0;
  for (unsigned i = 0; i < 32; ++i) a |= uint32_t{plain[pbch_place[i]]} << (31 - i);
  PbchPayload out;
  out.mib = a >> 8;
  out.sfn = static_cast<uint16_t>((a >> 25 & 63) << 4 | (a >> 4 & 15));
  out.half_frame = a >> 3 & 1;
  out.l_max = static_cast<uint8_t>(l_max);
  out.ssb_index = static_cast<uint8_t>(l_max == 64 ? (a & 7) << 3 | ssb_index_low : ssb_index_low);
  const uint32_t k_low = out.mib >> 12 & 15;
  out.k_ssb = static_cast<uint8_t>(l_max == 64 ? k_low : (a >> 2 & 1) << 4 | k_low);
  return out;
}

ControlDecoder::ControlDecoder(unsigned list) : polar_(list) {}

std::optional<unsigned> ControlDecoder::dci(std::span<const Llr> e, std::span<const uint16_t> rntis, std::span<Bit> payload) {
  if (payload.size() < min_polar_uci || payload.size() > max_dci) return std::nullopt;
  const auto code = polar_code_downlink(static_cast<unsigned>(payload.size()) + crc24, static_cast<unsigned>(std::min<size_t>(e.size(), 1u << 20)));
  if (!code) return std::nullopt;
  std::array<Bit, max_dci + crc24> c;
  std::optional<unsigned> found;
  auto check = [&](std::span<const Bit> bits) {
    const uint32_t difference = dci_crc(bits.first(bits.size() - crc24)) ^ read(bits.last(crc24));
    if (difference >> 16) return false;
    const auto it = std::ranges::find(rntis, static_cast<uint16_t>(difference));
    if (it != rntis.end()) found = static_cast<unsigned>(it - rntis.begin());
    return found.has_value();
  };
  polar_.decode(*code, e, std::span(c).first(code->k), std::ref(check));
  if (found) std::copy_n(c.begin(), payload.size(), payload.begin());
  return found;
}

ControlResult ControlDecoder::uci(std::span<const Llr> e, unsigned qm, std::span<Bit> payload) {
  if (payload.empty() || payload.size() > max_uci || qm < 1 || qm > 8) return {};
  // Nothing was received: the word of zeros would fit, its CRC too.
  if (std::ranges::all_of(e, [](Llr x) { return x == 0; })) return {};
  if (payload.size() < min_polar_uci) {
    const ShortBlockResult r = short_block_decode(e, qm, payload);
    // Noise alone is taken for a word once in a hundred times.
    constexpr double false_alarm = 0.01;
    const double threshold = 2 * (static_cast<double>(payload.size()) * std::log(2.0) - std::log(false_alarm));
    return {r.used > 0 && double{r.detection} * r.detection >= std::min(threshold, 0.8 * r.used), r.metric};
  }
  const auto blocks = uci_blocks(payload.size(), e.size());
  if (!blocks) return {};
  bool ok = true;
  std::array<Bit, max_uci_block> c;
  for (unsigned r = 0; r < blocks->count; ++r) {
    const unsigned filler = r == 0 ? blocks->filler : 0;
    const std::span<Bit> bits = std::span(c).first(blocks->code.k);
    auto check = [&](std::span<const Bit> b) {
      return (filler == 0 || b[0] == 0) && crc(blocks->polynomial, b.first(blocks->payload)) == read(b.subspan(blocks->payload));
    };
    ok &= polar_.decode(blocks->code, e.subspan(size_t{r} * blocks->code.e, blocks->code.e), bits, std::ref(check)).crc_ok;
    const size_t from = r == 0 ? 0 : blocks->payload - blocks->filler;
    std::ranges::copy(bits.first(blocks->payload).subspan(filler), payload.begin() + static_cast<ptrdiff_t>(from));
  }
  return {ok, ok ? 1.0f : 0.0f};
}

bool ControlDecoder::bch(std::span<const Llr, 864> e, std::span<Bit, 32> payload) {
  std::array<Bit, 32 + crc24> c;
  auto check = [](std::span<const Bit> bits) { return crc(Crc::crc24c, bits.first(32)) == read(bits.last(crc24)); };
  const bool ok = polar_.decode({.k = 32 + crc24, .e = 864, .n_max = 9, .interleave_input = true}, e, c, std::ref(check)).crc_ok;
  std::copy_n(c.begin(), 32, payload.begin());
  return ok;
}

}  // namespace sen::phy
