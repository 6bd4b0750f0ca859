#include <gtest/gtest.h>

#include "base/random.h"
#include "crypto/cipher.h"
#include "crypto/primitives/cmac.h"

using namespace sen;
using namespace sen::crypto;

TEST(CmacBatch, equals_the_reference_for_every_length) {
  Random random(1);
  Key128 key;
  random.fill(key);
  Block subkey = aes_cmac_subkey(key);
  for (size_t length = 0; length < 200; ++length) {
    Bytes message = random.bytes(length);
    CmacJob fast{{1, 2, 3, 4, 5}, message};
    CmacJob reference = fast;
    aes_cmac_32_batch(key, subkey, {&fast, 1});
    aes_cmac_32_each(key, subkey, {&reference, 1});
    ASSERT_EQ(fast.mac, reference.mac) << length;
  }
}

TEST(CmacBatch, equals_the_reference_for_mixed_lengths_and_alignments) {
  Random random(2);
  for (int round = 0; round < 300; ++round) {
    Key128 key;
    random.fill(key);
    Block subkey = aes_cmac_subkey(key);
    std::vector<Bytes> messages;
    std::vector<CmacJob> jobs;
    for (size_t n = random.between(0, 21); n > 0; --n) messages.push_back(random.bytes(random.between(0, 300)));
    for (const Bytes& m : messages) {
      Octets<8> header;
      random.fill(header);
      jobs.push_back({header, ByteView(m).subspan(std::min<size_t>(m.size(), random.between(0, 15)))});
    }
    auto reference = jobs;
    aes_cmac_32_batch(key, subkey, jobs);
    aes_cmac_32_each(key, subkey, reference);
    for (size_t i = 0; i < jobs.size(); ++i) ASSERT_EQ(jobs[i].mac, reference[i].mac) << "round " << round << " job " << i;
  }
}

TEST(IntegrityKey, mac_batch_equals_mac_of_each) {
  Random random(3);
  for (uint8_t nia = 0; nia < 4; ++nia) {
    Key128 key;
    random.fill(key);
    IntegrityKey integrity(static_cast<IntegrityAlgorithm>(nia), key);
    std::vector<Bytes> messages;
    for (size_t i = 0; i < 37; ++i) messages.push_back(random.bytes(random.between(1, 100)));
    std::vector<MacJob> jobs;
    for (uint32_t i = 0; i < messages.size(); ++i)
      jobs.push_back({i, uint8_t(i % 32), i % 2 ? Direction::uplink : Direction::downlink, messages[i]});
    integrity.mac_batch(jobs);
    for (const MacJob& j : jobs) EXPECT_EQ(j.mac, integrity.mac(j.count, j.bearer, j.direction, j.message));
  }
}
