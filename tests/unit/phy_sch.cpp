// Transport blocks through the whole chain: any size, base graph, layers, order, redundancy versions and buffer; what is not valid is
// refused.
#include <cstdlib>

#include "base/random.h"
#include "nr/tbs.h"
#include "phy/coding/sch.h"
#include "tests/unit/phy_isa.h"

namespace sen::phy {
namespace {

unsigned property_cases() {
  const char* text = std::getenv("SEN_PROPERTY_CASES");
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 1000;
}

// A transport block size that its base graph divides evenly: most of them small.
uint32_t random_tb_bits(Random& random, unsigned base_graph) {
  for (;;) {
    auto bits = static_cast<uint32_t>(8 * random.between(1, random.chance(0.9) ? 480 : random.chance(0.9) ? 4000 : 159'749));
    if (segment(bits, base_graph)) return bits;
    unsigned blocks = nr::code_block_count(bits, static_cast<nr::BaseGraph>(base_graph));
    bits -= (bits + 24) % (8 * blocks);
    if (bits > 0 && segment(bits, base_graph)) return bits;
  }
}

SchCode random_code(Random& random) {
  constexpr uint8_t orders[] = {1, 2, 4, 6, 8, 10};
  SchCode code;
  code.base_graph = static_cast<uint8_t>(random.between(1, 2));
  code.tb_bits = random_tb_bits(random, code.base_graph);
  code.qm = orders[random.between(0, 5)];
  code.layers = static_cast<uint8_t>(random.between(1, 4));
  Segmentation s = *segment(code.tb_bits, code.base_graph);
  // From what the base graph can do at most to repetition.
  double rate = 0.15 + (code.base_graph == 1 ? 0.72 : 0.55) * static_cast<double>(random.next() >> 11) * 0x1p-53;
  uint32_t unit = code.qm * code.layers;
  code.g = (static_cast<uint32_t>(s.blocks * s.k_info / rate / unit) + s.blocks) * unit;
  // A limited buffer still holds the information and a tenth more.
  if (random.chance(0.3)) code.n_ref = static_cast<uint32_t>(random.between(s.k_info + s.k_info / 10 + s.fillers() + 2 * s.z, s.n() + 10));
  return code;
}

std::vector<Llr> clean(ByteView word, uint32_t n, Llr size) {
  std::vector<Llr> out(n);
  for (uint32_t i = 0; i < n; ++i) out[i] = word[i / 8] >> (7 - i % 8) & 1 ? static_cast<Llr>(-size) : size;
  return out;
}

TEST(Sch, random_configurations_come_back) {
  Random random(1);
  SchEncoder encoder;
  SchDecoder decoder;
  const unsigned cases = property_cases();
  for (unsigned n = 0; n < cases; ++n) {
    SchCode code = random_code(random);
    Bytes tb = random.bytes(code.tb_bits / 8), back(tb.size()), word((code.g + 7) / 8);
    HarqBuffer harq(code.tb_bits);
    SchResult result;
    // In the order of the standard's retransmissions; redundancy version 0 alone holds enough unless the buffer is limited.
    unsigned sent = 0;
    for (uint8_t rv : {0, 2, 3, 1}) {
      code.rv = rv;
      auto status = encoder.encode(code, tb, word);
      ASSERT_TRUE(status) << status.error().describe();
      auto decoded = decoder.decode(code, clean(word, code.g, static_cast<Llr>(random.between(1, 120))), {.iterations = 30}, harq, back);
      ASSERT_TRUE(decoded) << decoded.error().describe();
      result = *decoded;
      ++sent;
      if (result.crc_ok) break;
    }
    ASSERT_TRUE(result.crc_ok) << "case " << n << ": A " << code.tb_bits << " base graph " << +code.base_graph << " G " << code.g << " qm "
                               << +code.qm << " layers " << +code.layers << " n_ref " << code.n_ref;
    ASSERT_EQ(back, tb) << "case " << n;
    if (code.n_ref == 0) {
      ASSERT_EQ(sent, 1u) << "case " << n << ": A " << code.tb_bits << " base graph " << +code.base_graph << " G " << code.g;
    }
  }
}

TEST(Sch, every_redundancy_version_of_a_low_rate_stands_alone) {
  Random random(2);
  SchEncoder encoder;
  SchDecoder decoder;
  for (unsigned base_graph : {1u, 2u}) {
    for (uint8_t rv = 0; rv < 4; ++rv) {
      SchCode code{.base_graph = static_cast<uint8_t>(base_graph), .rv = rv, .qm = 2, .layers = 1, .tb_bits = 3000};
      code.g = 2 * (segment(3000, base_graph)->n() / 2);
      Bytes tb = random.bytes(375), back(375), word((code.g + 7) / 8);
      ASSERT_TRUE(encoder.encode(code, tb, word));
      HarqBuffer harq(code.tb_bits);
      auto result = decoder.decode(code, clean(word, code.g, 20), {}, harq, back);
      ASSERT_TRUE(result && result->crc_ok) << base_graph << " rv " << +rv;
      EXPECT_EQ(back, tb);
    }
  }
}

TEST(Sch, combines_what_each_transmission_lacks) {
  // Rate 1.3 a transmission: none can do alone, two can.
  Random random(3);
  SchCode code{.base_graph = 1, .rv = 0, .qm = 4, .layers = 2, .tb_bits = 25248};
  code.g = 25248 * 10 / 13 / 8 * 8;
  Bytes tb = random.bytes(code.tb_bits / 8), back(tb.size()), word((code.g + 7) / 8);
  SchEncoder encoder;
  SchDecoder decoder;
  HarqBuffer harq(code.tb_bits);
  ASSERT_TRUE(encoder.encode(code, tb, word));
  EXPECT_TRUE(harq.fresh());
  EXPECT_FALSE(decoder.decode(code, clean(word, code.g, 40), {}, harq, back)->crc_ok);
  EXPECT_FALSE(harq.fresh());
  code.rv = 2;
  ASSERT_TRUE(encoder.encode(code, tb, word));
  auto result = decoder.decode(code, clean(word, code.g, 40), {.iterations = 12}, harq, back);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->crc_ok);
  EXPECT_EQ(back, tb);
  // Decoded blocks are kept; a new transport block forgets them.
  EXPECT_TRUE(harq.done(0));
  EXPECT_EQ(decoder.decode(code, clean(word, code.g, 40), {}, harq, back)->iterations, 0u);
  harq.reset();
  EXPECT_FALSE(harq.done(0));
  EXPECT_TRUE(harq.fresh());
}

TEST(Sch, nothing_received_is_no_transport_block_of_zeros) {
  SchCode code{.base_graph = 2, .rv = 0, .qm = 2, .layers = 1, .tb_bits = 1000, .g = 2000};
  SchDecoder decoder;
  HarqBuffer harq(code.tb_bits);
  Bytes tb(125);
  EXPECT_FALSE(decoder.decode(code, std::vector<Llr>(code.g), {}, harq, tb)->crc_ok);
  // A block of zeros that was sent is one.
  SchEncoder encoder;
  Bytes word(code.g / 8);
  ASSERT_TRUE(encoder.encode(code, tb, word));
  harq.reset();
  EXPECT_TRUE(decoder.decode(code, clean(word, code.g, 10), {}, harq, tb)->crc_ok);
}

TEST(Sch, a_wrong_bit_in_one_block_leaves_the_others_decoded) {
  Random random(4);
  SchCode code{.base_graph = 1, .rv = 0, .qm = 2, .layers = 1, .tb_bits = 25248, .g = 50544};
  ASSERT_EQ(segment(code.tb_bits, 1)->blocks, 3);
  Bytes tb = random.bytes(code.tb_bits / 8), back(tb.size()), word(code.g / 8);
  SchEncoder encoder;
  SchDecoder decoder;
  HarqBuffer harq(code.tb_bits);
  ASSERT_TRUE(encoder.encode(code, tb, word));
  std::vector<Llr> llrs = clean(word, code.g, 40);
  for (uint32_t i = code.g / 3; i < 2 * code.g / 3; ++i) llrs[i] = random.chance(0.5) ? 40 : -40;  // the second block is noise
  auto result = decoder.decode(code, llrs, {}, harq, back);
  EXPECT_FALSE(result->crc_ok);
  EXPECT_EQ(result->blocks, 3);
  EXPECT_EQ(result->blocks_ok, 2);
  EXPECT_TRUE(harq.done(0) && !harq.done(1) && harq.done(2));
}

TEST(Sch, refuses_with_field_value_range_and_clause) {
  SchEncoder encoder;
  SchDecoder decoder;
  HarqBuffer harq(1000);
  const SchCode good{.base_graph = 2, .rv = 0, .qm = 2, .layers = 1, .tb_bits = 1000, .g = 2000};
  Bytes tb(125), word(250);
  std::vector<Llr> llrs(2000);
  ASSERT_TRUE(encoder.encode(good, tb, word));
  auto refused = [&](SchCode code, std::string_view where) {
    auto sent = encoder.encode(code, tb, word);
    auto received = decoder.decode(code, llrs, {}, harq, tb);
    EXPECT_FALSE(sent || received) << where;
    if (sent || received) return;
    EXPECT_NE(sent.error().describe().find(where), std::string::npos) << sent.error().describe();
    EXPECT_NE(sent.error().text.find("38.21"), std::string::npos) << sent.error().describe();
  };
  auto with = [&](auto change) {
    SchCode code = good;
    change(code);
    return code;
  };
  refused(with([](SchCode& c) { c.base_graph = 3; }), "base graph");
  refused(with([](SchCode& c) { c.rv = 4; }), "rv");
  refused(with([](SchCode& c) { c.qm = 3; }), "qm");
  refused(with([](SchCode& c) { c.qm = 12; }), "qm");
  refused(with([](SchCode& c) { c.layers = 0; }), "layers");
  refused(with([](SchCode& c) { c.layers = 5; }), "layers");
  refused(with([](SchCode& c) { c.tb_bits = 1001; }), "transport block");
  refused(with([](SchCode& c) { c.g = 2001; }), "G");
  refused(with([](SchCode& c) { c.g = 0; }), "G");
  EXPECT_FALSE(encoder.encode(good, ByteView(tb).first(124), word));
  EXPECT_FALSE(encoder.encode(good, tb, std::span(word).first(249)));
  EXPECT_FALSE(decoder.decode(good, std::span<const Llr>(llrs).first(1999), {}, harq, tb));
  EXPECT_FALSE(decoder.decode(good, llrs, {}, harq, std::span(tb).first(124)));
  SchCode large = good;
  large.tb_bits = 20 * 3816 - 24;
  large.g = 200'000;
  Bytes large_tb(10'000);
  auto full = decoder.decode(large, std::vector<Llr>(200'000), {}, harq, large_tb);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().fault, Fault::exhausted);
}

}  // namespace
}  // namespace sen::phy
