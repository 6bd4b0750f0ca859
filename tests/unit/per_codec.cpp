// The rules of ITU-T X.691 one by one, on the types of asn1/per_rules.asn. The expected octets were worked out by hand from the clauses;
// tests/interop/asn1 compares random values of the same types with another implementation.
#include <gtest/gtest.h>

#include <numeric>

#include "codec/per/per.h"
#include "tests/unit/per_rules/per_rules_tables.h"

using namespace sen;
using namespace sen::per_rules;
using per::Variant;

namespace {

// The encoding in hex, "" if it fails.
template <class T>
std::string encoded(const per::Type& type, const T& value, Variant variant) {
  Bytes out;
  return per::encode(type, &value, variant, out) ? to_hex(out) : "";
}
template <class T>
std::string aligned(const per::Type& type, const T& value) {
  return encoded(type, value, Variant::aligned);
}
template <class T>
std::string unaligned(const per::Type& type, const T& value) {
  return encoded(type, value, Variant::unaligned);
}
// Decodes hex as T and encodes it again; the error's text if decoding fails.
template <class T>
std::string again(const per::Type& type, std::string_view hex, Variant variant) {
  T value{};
  const auto status = per::decode(type, &value, *from_hex(hex), variant);
  return status ? encoded(type, value, variant) : status.error().describe();
}
template <class T>
Fault fault_of(const per::Type& type, std::string_view hex, Variant variant = Variant::aligned) {
  T value{};
  const auto status = per::decode(type, &value, *from_hex(hex), variant);
  EXPECT_FALSE(status) << hex;
  return status ? Fault::io : status.error().fault;
}

}  // namespace

TEST(PerInteger, takes_a_bit_field_up_to_255_values) {
  EXPECT_EQ(aligned(table_Int1, uint8_t{5}), "00");
  EXPECT_EQ(aligned(table_Int8, uint8_t{5}), "a0");
  EXPECT_EQ(aligned(table_Int255, uint8_t{254}), "fe");
}

TEST(PerInteger, takes_one_aligned_octet_for_256_values_and_two_up_to_64k) {
  Plain plain{true, 0xab, ""};
  EXPECT_EQ(aligned(Plain::per_type, plain), "80ab00");
  EXPECT_EQ(unaligned(Plain::per_type, plain), "d580");
  EXPECT_EQ(aligned(table_Int257, uint16_t{256}), "0100");
  EXPECT_EQ(unaligned(table_Int257, uint16_t{256}), "8000");
  EXPECT_EQ(aligned(table_Int64k, uint16_t{0x1234}), "1234");
}

TEST(PerInteger, takes_a_length_above_64k_values_when_aligned) {
  EXPECT_EQ(aligned(table_Int64k1, uint32_t{1}), "0000");
  EXPECT_EQ(aligned(table_Int64k1, uint32_t{65537}), "80010000");
  EXPECT_EQ(unaligned(table_Int64k1, uint32_t{65537}), "800000");
  EXPECT_EQ(aligned(table_Int40, uint64_t{1}), "0001");
  EXPECT_EQ(aligned(table_Int40, uint64_t{0xffffffffff}), "80ffffffffff");
  EXPECT_EQ(aligned(table_Int64, ~uint64_t{0}), "e0ffffffffffffffff");
}

TEST(PerInteger, is_twos_complement_without_bounds_and_relative_to_a_lower_one) {
  EXPECT_EQ(aligned(table_IntAny, int64_t{-129}), "02ff7f");
  EXPECT_EQ(aligned(table_IntAny, int64_t{127}), "017f");
  EXPECT_EQ(aligned(table_IntAny, int64_t{128}), "020080");
  EXPECT_EQ(aligned(table_IntSemi, uint64_t{3}), "0100");
  EXPECT_EQ(aligned(table_IntSemi, uint64_t{259}), "020100");
  EXPECT_EQ(aligned(table_IntSemi, UINT64_MAX), "08fffffffffffffffc");
  EXPECT_EQ(aligned(table_IntNegative, int16_t{-140}), "0000");
}

TEST(PerInteger, keeps_values_outside_an_extensible_range) {
  EXPECT_EQ(aligned(table_IntExt, int64_t{7}), "70");
  EXPECT_EQ(aligned(table_IntExt, int64_t{8}), "800108");
  EXPECT_EQ(unaligned(table_IntExt, int64_t{-1}), "80ff80");
  EXPECT_EQ(again<int64_t>(table_IntExt, "8002ff00", Variant::aligned), "8002ff00");
}

TEST(PerInteger, refuses_values_outside_its_range_and_in_gaps) {
  EXPECT_EQ(aligned(table_Int8, uint8_t{8}), "");
  EXPECT_EQ(fault_of<uint16_t>(table_Int257, "0101"), Fault::invalid);
  EXPECT_EQ(fault_of<uint64_t>(table_IntSemi, "08fffffffffffffffd"), Fault::unsupported);
  EXPECT_EQ(aligned(table_IntUnion, uint8_t{6}), "");
  EXPECT_EQ(fault_of<uint8_t>(table_IntUnion, "a0"), Fault::invalid);
}

TEST(PerEnumerated, keeps_unknown_extension_values) {
  EXPECT_EQ(aligned(table_Enum3, Enum3::blue), "80");
  EXPECT_EQ(aligned(table_EnumExt, EnumExt::green), "40");
  EXPECT_EQ(aligned(table_EnumExt, EnumExt::pink), "81");
  EXPECT_EQ(again<EnumExt>(table_EnumExt, "bf", Variant::aligned), "bf");
  EXPECT_EQ(aligned(table_EnumMany, EnumMany::x67), "c00143");
  EXPECT_EQ(fault_of<Enum3>(table_Enum3, "c0"), Fault::invalid);
}

TEST(PerBitString, is_aligned_above_16_bits) {
  EXPECT_EQ(aligned(table_Bits10, per::Bits<10>{0x201}), "8040");
  EXPECT_EQ(aligned(table_Bits17, per::Bits<17>{0x1ffff}), "ffff80");
  EXPECT_EQ(aligned(table_BitsShort, per::BitString(5, 3)), "80a0");
  EXPECT_EQ(unaligned(table_BitsShort, per::BitString(5, 3)), "a8");
  EXPECT_EQ(aligned(table_BitsVar, per::BitString()), "00");
  EXPECT_EQ(aligned(table_BitsExt, per::BitString(0xab, 8)), "5580");
  EXPECT_EQ(aligned(table_BitsExt, per::BitString(5, 3)), "8003a0");
  EXPECT_EQ(aligned(table_BitsAny, per::BitString(0x1ff, 9)), "09ff80");
  EXPECT_EQ(aligned(table_Bits10, per::Bits<10>{0x400}), "");
}

TEST(PerOctetString, is_aligned_above_two_octets) {
  Carrier carrier;
  carrier.short_ = Bytes{0xaa};
  EXPECT_EQ(aligned(table_Octets2, Octets<2>{1, 2}), "0102");
  EXPECT_EQ(aligned(table_OctetsVar, Bytes{}), "00");
  EXPECT_EQ(aligned(table_OctetsVar, Bytes{1, 2}), "800102");
  EXPECT_EQ(unaligned(table_OctetsVar, Bytes{1, 2}), "804080");
  EXPECT_EQ(aligned(table_OctetsExt, Bytes(5, 0x11)), "80051111111111");
  EXPECT_EQ(aligned(Carrier::per_type, carrier), "080000aa");
  EXPECT_EQ(aligned(table_OctetsVar, Bytes(4)), "");
  EXPECT_EQ(fault_of<Bytes>(table_OctetsLow, "0111"), Fault::invalid);
}

TEST(PerOctetString, is_fragmented_from_16k) {
  for (size_t size : {16383u, 16384u, 16385u, 65536u, 70000u, 131072u + 5}) {
    Bytes value(size);
    std::iota(value.begin(), value.end(), 0);
    for (auto variant : {Variant::aligned, Variant::unaligned}) {
      Bytes out, back;
      ASSERT_TRUE(per::encode(table_OctetsAny, &value, variant, out));
      ASSERT_TRUE(per::decode(table_OctetsAny, &back, out, variant));
      EXPECT_EQ(back, value);
      const bool fragmented = size >= 16384;
      EXPECT_EQ(out[0] >= 0xc1 && out[0] <= 0xc4, fragmented);
      EXPECT_EQ(size == 16384 && out.back() != 0, false);
    }
  }
}

TEST(PerText, packs_short_strings_and_uses_8_bits_when_aligned) {
  EXPECT_EQ(aligned(table_TextFix2, std::string("AB")), "4142");
  EXPECT_EQ(unaligned(table_TextFix2, std::string("AB")), "8308");
  EXPECT_EQ(aligned(table_TextExt, std::string("amf")), "0100616d66");
  EXPECT_EQ(aligned(table_TextVar1, std::string("a")), "b080");
  EXPECT_EQ(aligned(table_TextVar2, std::string("a")), "4061");
  EXPECT_EQ(fault_of<std::string>(table_TextFix3, "410a42"), Fault::invalid);
  EXPECT_EQ(aligned(table_TextUtf8, std::string("ü")), "02c3bc");
}

TEST(PerText, of_no_characters_aligns_nothing) {  // 11.9.3.3: a length of zero ends the field
  ZeroLength zero;
  zero.flag = true;
  EXPECT_EQ(aligned(ZeroLength::per_type, zero), "0040");
}

TEST(PerList, has_a_constrained_count) {
  EXPECT_EQ(aligned(table_ListFixed, std::vector<uint8_t>{1, 2, 3}), "2980");
  EXPECT_EQ(aligned(table_ListVar, std::vector<uint8_t>{0x11, 0x22}), "401122");
  EXPECT_EQ(aligned(table_ListExt, std::vector<uint8_t>{1, 0, 1}), "8003a0");
  EXPECT_EQ(aligned(table_ListFixed, std::vector<uint8_t>{1, 2}), "");
}

TEST(PerList, does_not_trust_its_count) {
  EXPECT_EQ(fault_of<std::vector<Octets<3>>>(table_ListAny, "c4"), Fault::truncated);
  EXPECT_EQ(fault_of<std::vector<Octets<3>>>(table_ListAny, "bfff000000"), Fault::truncated);
}

TEST(PerSequence, leaves_out_absent_and_default_members) {
  Options options;
  EXPECT_EQ(options.second, Enum3::green);
  EXPECT_EQ(options.third, 3);
  EXPECT_TRUE(options.fourth);
  EXPECT_EQ(aligned(Options::per_type, options), "00");
  options.first = 7;
  options.third = 15;
  EXPECT_EQ(aligned(Options::per_type, options), "a3f8");
  options.fifth.emplace().fourth = false;
  EXPECT_EQ(again<Options>(Options::per_type, aligned(Options::per_type, options), Variant::aligned), aligned(Options::per_type, options));
}

TEST(PerSequence, encodes_an_empty_one_as_one_octet) {
  EXPECT_EQ(aligned(Empty::per_type, Empty{}), "00");
  EXPECT_EQ(unaligned(EmptyExt::per_type, EmptyExt{}), "00");
}

TEST(PerExtension, keeps_additions_of_a_newer_peer) {
  Newer newer;
  newer.number = 0x11;
  newer.added = 5;
  newer.group_a = 0x123456789a;
  newer.maybe = Bytes{1, 2, 3};
  newer.group_c = true;
  for (auto variant : {Variant::aligned, Variant::unaligned}) {
    const auto hex = encoded(Newer::per_type, newer, variant);
    ASSERT_NE(hex, "");
    EXPECT_EQ(again<Newer>(Newer::per_type, hex, variant), hex);
    EXPECT_EQ(again<Older>(Older::per_type, hex, variant), hex);
  }
}

TEST(PerExtension, remembers_the_bitmap_of_an_older_peer) {
  // extension bit, number 0x11, bitmap of one bit, addition of one octet
  EXPECT_EQ(again<Newer>(Newer::per_type, "80110101a0", Variant::aligned), "80110101a0");
}

TEST(PerExtension, has_bitmaps_above_64_bits) {
  ManyAdditions many;
  many.number = 1;
  many.y65 = true;
  for (auto variant : {Variant::aligned, Variant::unaligned}) {
    const auto hex = encoded(ManyAdditions::per_type, many, variant);
    ASSERT_NE(hex, "");
    EXPECT_EQ(again<ManyAdditions>(ManyAdditions::per_type, hex, variant), hex);
  }
}

TEST(PerChoice, keeps_an_unknown_alternative) {
  PickNewer pick;
  pick.set_number() = 0x42;
  EXPECT_EQ(pick.kind(), PickNewer::Kind::number);
  for (auto variant : {Variant::aligned, Variant::unaligned}) {
    const auto hex = encoded(PickNewer::per_type, pick, variant);
    EXPECT_EQ(again<PickOlder>(PickOlder::per_type, hex, variant), hex);
    EXPECT_EQ(again<PickNewer>(PickNewer::per_type, hex, variant), hex);
  }
}

TEST(PerChoice, is_copied_deeply_and_empty_at_first) {
  Pick pick;
  EXPECT_EQ(aligned(Pick::per_type, pick), "");
  pick.set_nested().name = "x";
  Pick copy = pick;
  copy.nested()->name = "y";
  EXPECT_EQ(pick.nested()->name, "x");
  EXPECT_EQ(copy.number(), nullptr);
}

TEST(PerLimits, stops_at_64_levels) {
  // A Tree that branches for ever: each level is one bit of the choice and one of the count.
  const std::string hex(400, 'a');
  EXPECT_EQ(fault_of<Tree>(Tree::per_type, hex, Variant::unaligned), Fault::exhausted);
}

TEST(PerLimits, refuses_octets_after_the_value) {
  EXPECT_EQ(fault_of<uint8_t>(table_Int8, "a000"), Fault::invalid);
  EXPECT_EQ(fault_of<uint8_t>(table_Int256, ""), Fault::truncated);
}

TEST(PerErrors, name_the_place) {
  Plain plain;
  const auto status = per::decode(Plain::per_type, &plain, *from_hex("80ab8f80"), Variant::aligned);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().where, "Plain.name");
}

TEST(PerRandom, values_of_every_type_survive_both_variants) {
  Random random(11);
  for (int round = 0; round < 60; ++round) {
    for (const auto& named : all_types()) {
      for (auto variant : {Variant::aligned, Variant::unaligned}) {
        void* value = named.type->ops->create();
        void* back = named.type->ops->create();
        per::randomize(*named.type, value, random);
        Bytes out, second;
        EXPECT_TRUE(per::encode(*named.type, value, variant, out)) << named.name;
        const auto status = per::decode(*named.type, back, out, variant);
        EXPECT_TRUE(status) << named.name << " " << to_hex(out) << " " << (status ? "" : status.error().describe());
        EXPECT_TRUE(per::encode(*named.type, back, variant, second)) << named.name;
        EXPECT_EQ(to_hex(second), to_hex(out)) << named.name;
        for (size_t cut = 0; cut < out.size(); ++cut) {  // no truncation reads past the end (sanitizers watch)
          void* part = named.type->ops->create();
          static_cast<void>(per::decode(*named.type, part, ByteView(out).first(cut), variant));
          named.type->ops->destroy(part);
        }
        named.type->ops->destroy(value);
        named.type->ops->destroy(back);
      }
    }
  }
}
