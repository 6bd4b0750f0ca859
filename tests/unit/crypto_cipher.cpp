#include <set>
#include <thread>

#include "crypto/cipher.h"
#include "tests/unit/crypto_vectors.h"

namespace sen::crypto {
namespace {

using test::hex;
using test::octets;

struct Case {
  uint8_t algorithm;
  Key128 key;
  uint32_t count;
  uint8_t bearer;
  Direction direction;
  size_t bits;
  Bytes data;
  std::string expected;

  explicit Case(const test::Row& row)
      : algorithm(static_cast<uint8_t>(std::stoul(row.at(0)))),
        key(octets<16>(row.at(1))),
        count(static_cast<uint32_t>(std::stoul(row.at(2), nullptr, 16))),
        bearer(static_cast<uint8_t>(std::stoul(row.at(3)))),
        direction(static_cast<Direction>(std::stoul(row.at(4)))),
        bits(std::stoul(row.at(5))),
        data(hex(row.at(6))),
        expected(row.at(7)) {}
};

std::string hex32(uint32_t mac) { return fmt::format("{:08x}", mac); }

TEST(Nea, matches_published_test_sets_of_any_bit_length) {
  for (const auto& row : test::rows("security_nea_published.txt")) {
    Case c(row);
    CipherKey key(static_cast<CipherAlgorithm>(c.algorithm), c.key);
    key.apply_bits(c.count, c.bearer, c.direction, c.data, c.bits);
    EXPECT_EQ(to_hex(c.data), c.expected) << to_string(key.algorithm()) << ", " << c.bits << " bits";
  }
}

TEST(Nia, matches_published_test_sets_of_any_bit_length) {
  for (const auto& row : test::rows("security_nia_published.txt")) {
    Case c(row);
    IntegrityKey key(static_cast<IntegrityAlgorithm>(c.algorithm), c.key);
    EXPECT_EQ(hex32(key.mac_bits(c.count, c.bearer, c.direction, c.data, c.bits)), c.expected)
        << to_string(key.algorithm()) << ", " << c.bits << " bits";
  }
}

TEST(Nea, null_algorithm_changes_nothing) {
  Bytes data{1, 2, 3};
  CipherKey(CipherAlgorithm::nea0, Key128{1}).apply(1, 1, Direction::uplink, data);
  EXPECT_EQ(data, (Bytes{1, 2, 3}));
}

TEST(Nea, takes_only_five_bits_of_bearer) {
  for (auto algorithm : {CipherAlgorithm::nea1, CipherAlgorithm::nea2, CipherAlgorithm::nea3}) {
    CipherKey key(algorithm, Key128{7});
    Bytes a(40), b(40);
    key.apply(9, 1, Direction::uplink, a);
    key.apply(9, 33, Direction::uplink, b);
    EXPECT_EQ(a, b);
  }
}

TEST(Nea, each_input_changes_the_keystream) {
  for (auto algorithm : {CipherAlgorithm::nea1, CipherAlgorithm::nea2, CipherAlgorithm::nea3}) {
    CipherKey key(algorithm, Key128{7});
    auto keystream = [&](uint32_t count, uint8_t bearer, Direction direction) {
      Bytes data(16);
      key.apply(count, bearer, direction, data);
      return data;
    };
    Bytes base = keystream(1, 2, Direction::uplink);
    EXPECT_NE(base, keystream(2, 2, Direction::uplink));
    EXPECT_NE(base, keystream(1, 3, Direction::uplink));
    EXPECT_NE(base, keystream(1, 2, Direction::downlink));
  }
}

TEST(Nea, ciphers_any_length_from_any_alignment_as_a_prefix_of_the_longest) {
  for (auto algorithm : {CipherAlgorithm::nea1, CipherAlgorithm::nea2, CipherAlgorithm::nea3}) {
    CipherKey key(algorithm, Key128{7});
    Bytes longest(200);
    key.apply(5, 2, Direction::downlink, longest);
    for (size_t length = 0; length <= longest.size(); ++length) {
      Bytes data(length + 3);
      key.apply(5, 2, Direction::downlink, std::span(data).subspan(length % 4).first(std::min(length, data.size() - length % 4)));
      EXPECT_TRUE(std::equal(data.begin() + static_cast<ptrdiff_t>(length % 4), data.begin() + static_cast<ptrdiff_t>(length % 4 + length),
                             longest.begin()));
    }
  }
}

TEST(Nea, batches_equal_packets_one_by_one) {
  std::vector<CipherKey> keys;
  for (uint8_t i = 0; i < 100; ++i) keys.emplace_back(static_cast<CipherAlgorithm>(i * 7 % 4), Key128{i, 3});
  std::vector<Bytes> expected, data;
  std::vector<CipherJob> jobs;
  for (size_t i = 0; i < keys.size(); ++i) data.emplace_back(i * i % 1700, static_cast<uint8_t>(i));
  data[9].resize(9000);  // NEA3, longer than the multi-buffer code takes
  expected = data;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    auto direction = static_cast<Direction>(i % 2);
    keys[i].apply(i * 1000003, static_cast<uint8_t>(i), direction, expected[i]);
    jobs.push_back({&keys[i], i * 1000003, static_cast<uint8_t>(i), direction, data[i]});
  }
  apply_batch(jobs);
  for (size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(data[i], expected[i]) << to_string(keys[i].algorithm()) << ", " << data[i].size();
}

// MACs of all lengths by bits and by octets agree, whichever way the implementation takes for a length.
TEST(Nia, octets_and_bits_agree_at_every_length) {
  for (auto algorithm : {IntegrityAlgorithm::nia1, IntegrityAlgorithm::nia2, IntegrityAlgorithm::nia3}) {
    IntegrityKey key(algorithm, Key128{9});
    Bytes message(300, 0x5a);
    std::set<uint32_t> seen;
    for (size_t length = 0; length <= message.size(); ++length) {
      uint32_t mac = key.mac(3, 1, Direction::uplink, ByteView(message).first(length));
      EXPECT_EQ(mac, key.mac_bits(3, 1, Direction::uplink, message, 8 * length));
      seen.insert(mac);
    }
    EXPECT_EQ(seen.size(), message.size() + 1);
  }
}

TEST(Nia, refuses_a_mac_that_differs_in_one_bit) {
  Bytes message(37, 1);
  for (auto algorithm : {IntegrityAlgorithm::nia1, IntegrityAlgorithm::nia2, IntegrityAlgorithm::nia3}) {
    IntegrityKey key(algorithm, Key128{9});
    uint32_t mac = key.mac(3, 1, Direction::uplink, message);
    EXPECT_TRUE(key.verify(3, 1, Direction::uplink, message, mac));
    for (unsigned bit = 0; bit < 32; ++bit) EXPECT_FALSE(key.verify(3, 1, Direction::uplink, message, mac ^ 1u << bit));
    EXPECT_FALSE(key.verify(4, 1, Direction::uplink, message, mac));
    EXPECT_FALSE(key.verify(3, 2, Direction::uplink, message, mac));
    EXPECT_FALSE(key.verify(3, 1, Direction::downlink, message, mac));
  }
}

TEST(Nia, null_algorithm_gives_zero) { EXPECT_EQ(IntegrityKey().mac(1, 1, Direction::uplink, Bytes{1}), 0u); }

TEST(CipherKeys, are_small_enough_for_every_ue_context) {
  EXPECT_LE(sizeof(CipherKey), 32u);
  EXPECT_LE(sizeof(IntegrityKey), 48u);
}

TEST(CipherKeys, work_from_several_threads_at_once) {
  const CipherKey key(CipherAlgorithm::nea2, Key128{3});
  const IntegrityKey integrity(IntegrityAlgorithm::nia2, Key128{3});
  Bytes expected(100);
  key.apply(1, 1, Direction::uplink, expected);
  uint32_t mac = integrity.mac(1, 1, Direction::uplink, expected);
  auto work = [&] {
    for (int i = 0; i < 200; ++i) {
      Bytes data(100);
      key.apply(1, 1, Direction::uplink, data);
      EXPECT_EQ(data, expected);
      EXPECT_EQ(integrity.mac(1, 1, Direction::uplink, data), mac);
    }
  };
  std::thread one(work), two(work);
  one.join();
  two.join();
}

TEST(EqualConstantTime, compares_lengths_and_octets) {
  EXPECT_TRUE(equal_constant_time(Bytes{1, 2}, Bytes{1, 2}));
  EXPECT_TRUE(equal_constant_time({}, {}));
  EXPECT_FALSE(equal_constant_time(Bytes{1, 2}, Bytes{1, 3}));
  EXPECT_FALSE(equal_constant_time(Bytes{1, 2}, Bytes{1, 2, 3}));
}

}  // namespace
}  // namespace sen::crypto
