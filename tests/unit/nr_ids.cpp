#include <gtest/gtest.h>

#include <unordered_set>

#include "nr/ids.h"

namespace sen {

TEST(Plmn, has_three_octets_with_swapped_digits) {
  EXPECT_EQ(to_hex(Plmn(999, 70, 2).octets), "99f907");
  EXPECT_EQ(to_hex(Plmn(1, 1, 2).octets), "00f110");
  EXPECT_EQ(to_hex(Plmn(310, 410, 3).octets), "130014");
}

TEST(Plmn, reads_its_texts) {
  for (const char* text : {"999/70", "001/01", "310/410", "001/001"}) {
    auto plmn = Plmn::parse(text);
    ASSERT_TRUE(plmn) << text;
    EXPECT_EQ(plmn->text(), text);
    EXPECT_TRUE(plmn->valid());
    EXPECT_EQ(Plmn(plmn->mcc(), plmn->mnc(), plmn->mnc_digits()), *plmn);
  }
  EXPECT_EQ(Plmn::parse("99970")->text(), "999/70");
  for (const char* text : {"", "9997", "999/7", "abc/70", "999/7000"}) EXPECT_FALSE(Plmn::parse(text)) << text;
}

TEST(Plmn, keeps_digits_that_are_none) {
  Plmn plmn(Octets<3>{0xab, 0xfc, 0xde});
  EXPECT_FALSE(plmn.valid());
  EXPECT_EQ(plmn.text(), "bac/ed");
}

TEST(Dnn, has_labels) {
  EXPECT_EQ(to_hex(Dnn{"internet"}.labels()), "08696e7465726e6574");
  EXPECT_EQ(to_hex(Dnn{"a.bc"}.labels()),
            "016102"
            "6263");
  EXPECT_EQ(Dnn::from_labels(Dnn{"ims.mnc070.mcc999.gprs"}.labels())->name, "ims.mnc070.mcc999.gprs");
  EXPECT_FALSE(Dnn::from_labels(*from_hex("09696e7465726e6574")));
  EXPECT_EQ(Dnn{"internet"}.wire_size(), 9u);
}

TEST(Supi, is_an_imsi_with_a_prefix) {
  EXPECT_EQ(supi_from_imsi("999700000000001"), "imsi-999700000000001");
  EXPECT_EQ(*imsi_from_supi("imsi-999700000000001"), "999700000000001");
  for (const char* text : {"", "imsi-", "nai-x", "imsi-12a45", "imsi-1234567890123456"}) EXPECT_FALSE(imsi_from_supi(text)) << text;
}

TEST(Bcd, fills_an_odd_count) {
  EXPECT_EQ(to_hex(bcd_from_digits("123")), "21f3");
  EXPECT_EQ(digits_from_bcd(*from_hex("21f3")), "123");
  EXPECT_EQ(digits_from_bcd(*from_hex("2143")), "1234");
}

TEST(Ids, print_hash_and_compare) {
  Guti guti{{Plmn(999, 70, 2), 2, 1, 0}, 0xc0000221};
  EXPECT_EQ(guti.text(), "999/70-2-1-0-c0000221");
  EXPECT_EQ(guti.s_tmsi().text(), "1-0-c0000221");
  EXPECT_EQ((Tai{Plmn(1, 1, 2), 7}).text(), "001/01-000007");
  EXPECT_EQ((SNssai{1, 0xabcd}).text(), "1-00abcd");
  EXPECT_EQ((SNssai{1, {}}).text(), "1");
  std::unordered_set<Guti> gutis{guti, guti};
  std::unordered_set<Tai> tais{{Plmn(1, 1, 2), 7}, {Plmn(1, 1, 2), 8}};
  std::unordered_set<SNssai> slices{{1, {}}, {1, 2}};
  EXPECT_EQ(gutis.size(), 1u);
  EXPECT_EQ(tais.size(), 2u);
  EXPECT_EQ(slices.size(), 2u);
  EXPECT_LT((SNssai{1, {}}), (SNssai{1, 0}));
}

}  // namespace sen
