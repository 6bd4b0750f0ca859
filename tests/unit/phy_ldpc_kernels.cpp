// The LDPC kernels of every instruction set against their references: equal, for all lifting sizes, odd lengths and extreme values.
#include "base/random.h"
#include "phy/coding/ldpc.h"
#include "phy/kernels/ldpc_bits.h"
#include "phy/kernels/ldpc_decode.h"
#include "phy/kernels/ldpc_encode.h"
#include "tests/unit/phy_isa.h"

namespace sen::phy {
namespace {

constexpr unsigned orders[] = {1, 2, 4, 6, 8, 10};

TEST(LdpcKernels, bits_unpack_and_pack) {
  for_each_isa([] {
    Random random(1);
    for (int round = 0; round < 500; ++round) {
      size_t n = random.between(1, 700);
      Bytes packed = random.bytes((n + 7) / 8), ours(n + 64), theirs(n + 64);
      unpack_bits(packed.data(), n, ours.data());
      reference::unpack_bits(packed.data(), n, theirs.data());
      ASSERT_TRUE(std::equal(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(n), theirs.begin())) << n;

      std::vector<int8_t> values(n + 64);
      for (int8_t& v : values) v = static_cast<int8_t>(random.next());
      Bytes a((n + 7) / 8 + 64), b((n + 7) / 8 + 64);
      pack_signs(values.data(), n, a.data());
      reference::pack_signs(values.data(), n, b.data());
      ASSERT_TRUE(std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>((n + 7) / 8), b.begin())) << n;
    }
  });
}

TEST(LdpcKernels, interleaver_and_its_inverse) {
  for_each_isa([] {
    Random random(2);
    for (int round = 0; round < 600; ++round) {
      unsigned qm = orders[random.between(0, 5)];
      size_t columns = random.between(1, 300), stride = columns + 64;
      Bytes bits(10 * stride);
      for (uint8_t& b : bits) b = random.next() & 1;
      const uint8_t* rows[10];
      for (unsigned r = 0; r < qm; ++r) rows[r] = bits.data() + r * stride;
      size_t octets = (qm * columns + 7) / 8;
      Bytes ours(octets + 64), theirs(octets + 64);
      interleave(rows, qm, columns, ours.data());
      reference::interleave(rows, qm, columns, theirs.data());
      if (unsigned spare = qm * columns % 8; spare != 0) ours[octets - 1] &= static_cast<uint8_t>(0xff00 >> spare);
      ASSERT_TRUE(std::equal(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(octets), theirs.begin())) << qm << " " << columns;

      std::vector<Llr> e(qm * columns), a(10 * stride), b(10 * stride);
      for (Llr& v : e) v = static_cast<Llr>(random.next());
      deinterleave(e.data(), qm, columns, a.data(), stride);
      reference::deinterleave(e.data(), qm, columns, b.data(), stride);
      for (unsigned r = 0; r < qm; ++r) {
        for (size_t i = 0; i < columns; ++i) ASSERT_EQ(a[r * stride + i], b[r * stride + i]) << qm << " " << columns;
      }
    }
  });
}

TEST(LdpcKernels, soft_bits_add_within_their_limits) {
  for_each_isa([] {
    Random random(3);
    for (size_t n = 0; n < 300; ++n) {
      std::vector<Llr> a(n), b, more(n);
      for (Llr& v : a) v = static_cast<Llr>(random.next());
      for (Llr& v : more) v = static_cast<Llr>(random.next());
      b = a;
      add_soft(a.data(), more.data(), n);
      reference::add_soft(b.data(), more.data(), n);
      ASSERT_EQ(a, b) << n;
    }
  });
}

TEST(LdpcKernels, bits_are_copied_to_any_place) {
  Random random(4);
  for (int round = 0; round < 2000; ++round) {
    size_t n = random.between(0, 400), at = random.between(0, 70);
    Bytes from = random.bytes((n + 7) / 8), to = random.bytes((at + n + 7) / 8 + 2), expected = to;
    for (size_t i = 0; i < n; ++i) {
      uint8_t mask = static_cast<uint8_t>(0x80 >> (at + i) % 8);
      bool bit = from[i / 8] >> (7 - i % 8) & 1;
      expected[(at + i) / 8] = static_cast<uint8_t>(bit ? expected[(at + i) / 8] | mask : expected[(at + i) / 8] & ~mask);
    }
    copy_bits(from.data(), n, to.data(), at);
    ASSERT_EQ(to, expected) << n << " at " << at;
  }
}

TEST(LdpcKernels, encoders_agree) {
  for_each_isa([] {
    Random random(5);
    Aligned<uint8_t> work(ldpc_encode_work), other(ldpc_max_columns * ldpc_max_z);
    for (unsigned base_graph : {1u, 2u}) {
      for (unsigned z = 2; z <= 384; ++z) {
        if (!is_lifting_size(z)) continue;
        const LdpcGraph& g = ldpc_graph(base_graph, z);
        auto rows = static_cast<unsigned>(random.between(4, g.rows));
        Bytes info(g.info_columns * z + 64), ours(rows * z + 64), theirs(rows * z + 64);
        for (uint8_t& b : info) b = random.next() & 1;
        ldpc_encode(g, rows, info.data(), ours.data(), work.data());
        reference::ldpc_encode(g, rows, info.data(), theirs.data(), other.data());
        ASSERT_TRUE(std::equal(ours.begin(), ours.begin() + rows * z, theirs.begin())) << base_graph << " Z " << z << " rows " << rows;
      }
    }
  });
}

struct Decoder {
  Aligned<int8_t> soft{ldpc_soft_size}, messages{ldpc_message_size}, hard{ldpc_hard_size};
  LdpcState state;
  explicit Decoder(const LdpcGraph& g) {
    state.graph = &g;
    state.soft = soft.data();
    state.messages = messages.data();
    state.hard = hard.data();
  }
};

TEST(LdpcKernels, decoders_agree_value_by_value) {
  for_each_isa([] {
    Random random(6);
    for (unsigned base_graph : {1u, 2u}) {
      for (unsigned z = 2; z <= 384; ++z) {
        if (!is_lifting_size(z)) continue;
        const LdpcGraph& g = ldpc_graph(base_graph, z);
        Decoder ours(g), theirs(g);
        ours.state.scale = theirs.state.scale = random.chance(0.5) ? LdpcScale::low : LdpcScale::high;
        size_t n = (g.columns - 2u) * z;
        std::vector<Llr> channel(n);
        auto size = random.between(1, 127);
        for (Llr& v : channel) v = static_cast<Llr>(static_cast<int>(random.between(0, 2 * size)) - static_cast<int>(size));
        if (random.chance(0.1)) std::fill(channel.begin(), channel.end(), Llr{-128});
        for (unsigned c = g.info_columns + 2u; c < g.columns - 2u; ++c) {
          if (random.chance(0.3)) std::fill_n(channel.begin() + c * z, z, Llr{0});
        }
        LdpcFillers fillers{(g.info_columns - 2u) * z, 0};
        fillers.n = random.between(0, 2 * z);
        fillers.first -= fillers.n;
        ASSERT_EQ(ldpc_survey(ours.state, channel.data(), fillers), reference::ldpc_survey(theirs.state, channel.data(), fillers));
        ASSERT_EQ(ours.state.n_rows, theirs.state.n_rows);
        ASSERT_EQ(ours.state.rows, theirs.state.rows);
        auto gain = static_cast<unsigned>(random.between(1, 1024));
        ldpc_load(ours.state, channel.data(), fillers, gain);
        reference::ldpc_load(theirs.state, channel.data(), fillers, gain);
        size_t k = g.info_columns * size_t{z};
        Bytes a((k + 7) / 8 + 64), b((k + 7) / 8 + 64);
        for (int iteration = 0; iteration < 4; ++iteration) {
          ASSERT_EQ(ldpc_iterate(ours.state, iteration == 0), reference::ldpc_iterate(theirs.state, iteration == 0));
          ldpc_harden(ours.state, k, a.data());
          reference::ldpc_harden(theirs.state, k, b.data());
          for (size_t i = 0; i < k; ++i) {
            ASSERT_EQ(ours.state.hard[i], theirs.state.hard[i]) << base_graph << " Z " << z << " iteration " << iteration << " bit " << i;
          }
          ASSERT_TRUE(std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>((k + 7) / 8), b.begin()));
        }
      }
    }
  });
}

}  // namespace
}  // namespace sen::phy
