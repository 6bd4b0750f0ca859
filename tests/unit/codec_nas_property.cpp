#include <gtest/gtest.h>

#include "codec/nas/mm.h"
#include "codec/nas/sm.h"

namespace sen::nas {

// Encodes, decodes, compares, encodes again.
static void round_trip(const Message& message, uint64_t seed) {
  auto bytes = encode(message);
  ASSERT_TRUE(bytes) << message.name() << " seed " << seed << ": " << bytes.error().describe();
  auto again = decode(*bytes);
  ASSERT_TRUE(again) << message.name() << " seed " << seed << ": " << again.error().describe() << "\n" << to_hex(*bytes);
  codec::Tree before, after;
  print(message, before);
  print(*again, after);
  ASSERT_EQ(before.text(), after.text()) << message.name() << " seed " << seed << "\n" << to_hex(*bytes);
  ASSERT_TRUE(*again == message) << message.name() << " seed " << seed << "\n" << before.text() << to_hex(*bytes);
  ASSERT_EQ(again->notes(), nullptr) << message.name() << " seed " << seed;
  ASSERT_EQ(after.opaque_bits(), 0u) << after.text();
  auto bytes_again = encode(*again);
  ASSERT_TRUE(bytes_again);
  ASSERT_EQ(to_hex(*bytes_again), to_hex(*bytes)) << message.name();
  ASSERT_EQ(encoded_size(message), bytes->size());
}

TEST(NasProperty, random_messages_of_every_type_survive_a_round_trip) {
  for (const Table* table : all_tables()) {
    for (uint64_t seed = 1; seed <= 200; ++seed) {
      Random random(seed * 256 + static_cast<uint8_t>(table->type));
      double density = seed % 4 == 0 ? 1.0 : seed % 4 == 1 ? 0.1 : 0.5;
      round_trip(invent(*table, random, density), seed);
      if (HasFatalFailure()) return;
    }
  }
}

// Whatever decodes gives the same octets again: mutations of well-formed messages.
TEST(NasProperty, mutated_messages_that_decode_encode_to_the_same_octets) {
  size_t decoded = 0;
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    for (const Table* table : all_tables()) {
      auto bytes = encode(invent(*table, random, 0.4));
      ASSERT_TRUE(bytes);
      for (uint64_t n = random.between(1, 3); n; --n) {
        size_t at = random.between(table->session ? 1 : 3, bytes->size());
        if (at == bytes->size()) {
          bytes->push_back(static_cast<uint8_t>(random.next()));
        } else {
          (*bytes)[at] = static_cast<uint8_t>(random.next());
        }
      }
      auto message = decode(*bytes);
      if (!message) continue;
      ++decoded;
      auto again = encode(*message);
      ASSERT_TRUE(again) << again.error().describe() << "\n" << to_hex(*bytes);
      ASSERT_EQ(to_hex(*again), to_hex(*bytes)) << message->name();
      codec::Tree tree;
      print(*message, tree);
    }
  }
  EXPECT_GT(decoded, 3000u);
}

TEST(NasProperty, every_truncation_is_answered) {
  Random random(3);
  for (const Table* table : all_tables()) {
    auto bytes = encode(invent(*table, random, 0.7));
    ASSERT_TRUE(bytes);
    for (size_t n = 0; n < bytes->size(); ++n) {
      auto message = decode(ByteView(*bytes).first(n));
      if (message) {
        auto again = encode(*message);
        ASSERT_TRUE(again);
        ASSERT_EQ(to_hex(*again), to_hex(ByteView(*bytes).first(n)));
      }
    }
  }
}

}  // namespace sen::nas
