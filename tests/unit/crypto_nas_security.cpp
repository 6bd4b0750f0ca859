#include <gtest/gtest.h>

#include "crypto/nas_security.h"

using namespace sen;
using namespace sen::crypto;

namespace {

struct Ends {
  Key256 k_amf{1, 2, 3};
  NasSecurity amf, ue;

  explicit Ends(CipherAlgorithm cipher = CipherAlgorithm::nea2, IntegrityAlgorithm integrity = IntegrityAlgorithm::nia2)
      : amf(k_amf, 0, cipher, integrity, Direction::downlink), ue(k_amf, 0, cipher, integrity, Direction::uplink) {}
};

const Bytes message{0x7e, 0x00, 0x42, 0x01, 0x01};

}  // namespace

TEST(NasSecurity, each_algorithm_pair_carries_messages_both_ways) {
  for (unsigned cipher = 0; cipher <= 3; ++cipher) {
    for (unsigned integrity = 1; integrity <= 3; ++integrity) {
      Ends ends(static_cast<CipherAlgorithm>(cipher), static_cast<IntegrityAlgorithm>(integrity));
      for (int i = 0; i < 3; ++i) {
        Bytes down = ends.amf.protect(SecurityHeader::integrity_ciphered, message);
        EXPECT_EQ(*ends.ue.unprotect(down), message);
        Bytes up = ends.ue.protect(SecurityHeader::integrity_ciphered, message);
        EXPECT_EQ(*ends.amf.unprotect(up), message);
      }
      EXPECT_EQ(ends.amf.received_count(), 2u);
      EXPECT_EQ(ends.amf.send_count(), 3u);
    }
  }
}

TEST(NasSecurity, integrity_only_leaves_the_message_readable) {
  Ends ends;
  Bytes protected_message = ends.amf.protect(SecurityHeader::integrity_new_context, message);
  EXPECT_EQ(Bytes(protected_message.begin() + 7, protected_message.end()), message);
  EXPECT_EQ(protected_message[1], 3);
}

TEST(NasSecurity, refuses_a_replayed_message_and_names_its_count) {
  Ends ends;
  Bytes first = ends.ue.protect(SecurityHeader::integrity_ciphered, message);
  ASSERT_TRUE(ends.amf.unprotect(first));
  auto again = ends.amf.unprotect(first);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::denied);
  EXPECT_EQ(again.error().where, "Sequence number");
  EXPECT_TRUE(ends.amf.unprotect(ends.ue.protect(SecurityHeader::integrity_ciphered, message)));
}

TEST(NasSecurity, refuses_a_changed_message_and_stays_as_it_was) {
  Ends ends;
  Bytes good = ends.ue.protect(SecurityHeader::integrity_ciphered, message);
  for (size_t i = 2; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 1;
    EXPECT_EQ(ends.amf.unprotect(bad).error().fault, Fault::denied) << i;
  }
  EXPECT_TRUE(ends.amf.unprotect(good));
}

TEST(NasSecurity, follows_lost_messages_across_the_wrap_of_the_sequence_number) {
  Ends ends;
  for (int i = 0; i < 1000; ++i) {
    Bytes up = ends.ue.protect(SecurityHeader::integrity_ciphered, message);
    if (i % 100 == 0) {
      EXPECT_EQ(*ends.amf.unprotect(up), message) << i;
    }
  }
  EXPECT_EQ(ends.amf.received_count(), 900u);
}

TEST(NasSecurity, refuses_what_is_too_short) {
  Ends ends;
  for (size_t n = 0; n <= 7; ++n) EXPECT_EQ(ends.amf.unprotect(Bytes(n, 0x7e)).error().fault, Fault::truncated);
}
