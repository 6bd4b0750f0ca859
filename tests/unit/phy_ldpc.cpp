// LDPC by its clauses: segmentation, base graphs, encoding, rate matching.
#include "base/random.h"
#include "phy/coding/ldpc.h"
#include "phy/coding/ldpc_graph.h"
#include "phy/kernels/ldpc_bits.h"
#include "tests/unit/phy_isa.h"

namespace sen::phy {
namespace {

std::vector<unsigned> lifting_sizes() {
  std::vector<unsigned> out;
  for (unsigned z = 2; z <= 384; ++z) {
    if (is_lifting_size(z)) out.push_back(z);
  }
  return out;
}

std::vector<Bit> unpacked(ByteView octets, size_t n) {
  std::vector<Bit> out(n);
  for (size_t i = 0; i < n; ++i) out[i] = octets[i / 8] >> (7 - i % 8) & 1;
  return out;
}

// A segmentation of one block of any size, not only those that transport blocks give.
Segmentation one_block(unsigned base_graph, unsigned z, unsigned fillers) {
  Segmentation s;
  s.base_graph = static_cast<uint8_t>(base_graph);
  s.z = static_cast<uint16_t>(z);
  s.k = static_cast<uint16_t>((base_graph == 1 ? 22 : 10) * z);
  s.k_info = static_cast<uint16_t>(s.k - fillers);
  s.tb_bits = s.k_info - 16u;
  s.tb_crc_bits = 16;
  return s;
}

TEST(LdpcSegmentation, takes_the_smallest_lifting_size_that_fits) {
  auto small = segment(24, 2);  // B = 40, K_b = 6
  ASSERT_TRUE(small);
  EXPECT_EQ(small->z, 7);
  EXPECT_EQ(small->k, 70);
  EXPECT_EQ(small->fillers(), 30);
  auto largest = segment(8424, 1);
  ASSERT_TRUE(largest);
  EXPECT_EQ(largest->blocks, 1);
  EXPECT_EQ(largest->z, 384);
  EXPECT_EQ(largest->fillers(), 0);
  auto two = segment(8432, 1);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->blocks, 2);
  EXPECT_EQ(two->k_info, (8432 + 24 + 48) / 2);
  EXPECT_EQ(segment(3840, 2)->blocks, 2);  // B = 3864 is above 3840
}

TEST(LdpcSegmentation, refuses_what_is_no_transport_block) {
  for (uint32_t bits : {0u, 7u, 25u, 1'278'000u}) EXPECT_FALSE(segment(bits, 1)) << bits;
  EXPECT_FALSE(segment(1000, 0));
  EXPECT_FALSE(segment(1000, 3));
  auto odd = segment(25240, 1);  // three blocks do not divide it
  ASSERT_FALSE(odd);
  EXPECT_NE(odd.error().text.find("5.2.2"), std::string::npos);
}

TEST(LdpcGraph, has_the_51_lifting_sizes_and_the_edges_of_the_tables) {
  EXPECT_EQ(lifting_sizes().size(), 51u);
  for (unsigned z : lifting_sizes()) {
    const LdpcGraph &g1 = ldpc_graph(1, z), &g2 = ldpc_graph(2, z);
    EXPECT_EQ(g1.start[g1.rows], 316);
    EXPECT_EQ(g2.start[g2.rows], 197);
    for (const LdpcGraph* g : {&g1, &g2}) {
      for (unsigned r = 4; r < g->rows; ++r) {
        EXPECT_EQ(g->row(r).back().column, g->info_columns + r);
        EXPECT_EQ(g->row(r).back().shift, 0);
      }
      for (unsigned e = 0; e < g->start[g->rows]; ++e) ASSERT_LT(g->edges[e].shift, z);
    }
  }
}

// All checks of all lifting sizes hold for random information.
TEST(LdpcEncoder, makes_words_of_the_code) {
  for_each_isa([] {
    Random random(1);
    for (unsigned base_graph : {1u, 2u}) {
      for (unsigned z : lifting_sizes()) {
        Segmentation s = one_block(base_graph, z, static_cast<unsigned>(random.between(0, z)));
        const LdpcGraph& g = ldpc_graph(base_graph, z);
        Bytes info = random.bytes((s.k_info + 7u) / 8);
        uint32_t sent = s.n() - s.fillers();
        Bytes packed((sent + 7) / 8);
        LdpcEncoder encoder;
        encoder.encode(s, info, rate_match(s, 0, 1, 0), sent, packed, 0);
        std::vector<Bit> word = unpacked(info, s.k_info), rest = unpacked(packed, sent);
        ASSERT_TRUE(std::equal(word.begin() + 2 * s.z, word.end(), rest.begin())) << z;
        word.resize(s.k);
        word.insert(word.end(), rest.begin() + (s.k_info - 2 * s.z), rest.end());
        for (unsigned r = 0; r < g.rows; ++r) {
          for (unsigned i = 0; i < z; ++i) {
            unsigned sum = 0;
            for (const LdpcEdge& e : g.row(r)) sum ^= word[e.column * z + (i + e.shift) % z];
            ASSERT_EQ(sum, 0u) << "base graph " << base_graph << " Z " << z << " row " << r << " check " << i;
          }
        }
      }
    }
  });
}

// 5.4.2.1 and 5.4.2.2 as they are written, over the whole code word.
std::vector<Bit> rate_matched(const Segmentation& s, std::span<const Bit> d, const RateMatch& m, uint32_t e) {
  std::vector<Bit> selected, out(e);
  for (uint32_t j = m.k0; selected.size() < e; ++j) {
    uint32_t at = j % m.n_cb, bit = at + 2 * s.z;
    if (bit >= s.k_info && bit < s.k) continue;
    selected.push_back(d[at]);
  }
  for (uint32_t j = 0; j < e / m.qm; ++j) {
    for (uint32_t i = 0; i < m.qm; ++i) out[i + j * m.qm] = selected[i * (e / m.qm) + j];
  }
  return out;
}

TEST(LdpcRateMatching, follows_the_clause_for_every_version_order_and_buffer) {
  for_each_isa([] {
    Random random(2);
    const std::vector<unsigned> sizes = lifting_sizes();
    for (int round = 0; round < 300; ++round) {
      unsigned base_graph = static_cast<unsigned>(random.between(1, 2)), z = sizes[random.between(0, sizes.size() - 1)];
      Segmentation s = one_block(base_graph, z, static_cast<unsigned>(random.between(0, 2 * z)));
      LdpcEncoder encoder;
      Bytes info = random.bytes((s.k_info + 7u) / 8), packed;
      uint32_t sent = s.n() - s.fillers();
      packed.resize((sent + 7) / 8);
      encoder.encode(s, info, rate_match(s, 0, 1, 0), sent, packed, 0);
      std::vector<Bit> d = unpacked(packed, sent);
      d.insert(d.begin() + (s.k_info - 2 * s.z), s.fillers(), 0);

      constexpr unsigned orders[] = {1, 2, 4, 6, 8, 10};
      unsigned qm = orders[random.between(0, 5)], rv = static_cast<unsigned>(random.between(0, 3));
      uint32_t n_ref = random.chance(0.5) ? 0 : static_cast<uint32_t>(random.between(z, s.n() + 100));
      RateMatch m = rate_match(s, rv, qm, n_ref);
      auto e = static_cast<uint32_t>(random.between(1, random.chance(0.1) ? 20000 : 2 * s.n() / qm) * qm);
      std::vector<Bit> expected = rate_matched(s, d, m, e);
      size_t at = random.between(0, 20);
      Bytes out = random.bytes((at + e + 7) / 8 + 1), before = out;
      encoder.encode(s, info, m, e, out, at);
      for (size_t i = 0; i < out.size() * 8; ++i) {
        Bit bit = out[i / 8] >> (7 - i % 8) & 1;
        Bit wanted = i >= at && i < at + e ? expected[i - at] : before[i / 8] >> (7 - i % 8) & 1;
        ASSERT_EQ(bit, wanted) << "bit " << i << " of " << at << " + " << e << " qm " << qm << " rv " << rv << " Z " << z << " n_ref "
                               << n_ref;
      }

      // The receiver puts each soft bit where it came from, and adds what comes again.
      std::vector<Llr> soft(s.n()), llrs(e);
      std::vector<int> sum(s.n());
      for (size_t i = 0; i < e; ++i) llrs[i] = static_cast<Llr>(random.between(0, 8)) - 4;
      uint32_t j = m.k0;
      std::vector<uint32_t> places;
      for (; places.size() < e; ++j) {
        uint32_t place = j % m.n_cb, bit = place + 2 * s.z;
        if (bit < s.k_info || bit >= s.k) places.push_back(place);
      }
      auto clipped_add = [](int a, int b) { return std::clamp(a + b, -llr_max, +llr_max); };
      for (uint32_t row = 0; row < qm; ++row) {
        for (uint32_t column = 0; column < e / qm; ++column) {
          int& total = sum[places[row * (e / qm) + column]];
          total = clipped_add(total, llrs[row + column * qm]);
        }
      }
      if (e > 30 * s.n()) continue;  // the order of clipped sums would matter
      rate_dematch(s, m, llrs, soft, true);
      for (uint32_t i = 0; i < s.n(); ++i) {
        bool filler = i + 2 * s.z >= s.k_info && i + 2 * s.z < s.k;
        ASSERT_EQ(soft[i], filler ? llr_certain : sum[i]) << i << " qm " << qm << " rv " << rv << " e " << e;
      }
    }
  });
}

TEST(LdpcRateMatching, shares_the_bits_among_the_blocks) {
  Segmentation s = *segment(4 * 8424 - 24, 1);
  ASSERT_EQ(s.blocks, 4);
  uint32_t total = 0;
  for (unsigned r = 0; r < 4; ++r) total += rate_matched_bits(s, 10 * 8, 2, 4, r);
  EXPECT_EQ(total, 80u);
  EXPECT_EQ(rate_matched_bits(s, 80, 2, 4, 0), 16u);  // 10 units over 4 blocks: 2 2 3 3
  EXPECT_EQ(rate_matched_bits(s, 80, 2, 4, 1), 16u);
  EXPECT_EQ(rate_matched_bits(s, 80, 2, 4, 2), 24u);
  EXPECT_EQ(rate_matched_bits(s, 80, 2, 4, 3), 24u);
}

}  // namespace
}  // namespace sen::phy
