// MAC PDUs (TS 38.321 6.1, 6.2): vectors made by hand, what other implementations sent, and limits.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/random.h"
#include "mac/pdu.h"

namespace sen::mac {
namespace {

Bytes hex(std::string_view text) { return *from_hex(text); }

Bytes written(const ControlElement& ce) {
  Bytes block(ce_size(ce));
  PduWriter writer(block);
  EXPECT_TRUE(writer.put(ce));
  EXPECT_EQ(writer.left(), 0u);
  return block;
}

template <class T>
T read_one(Link link, const Bytes& block) {
  SubPduReader reader(link, block);
  auto sub = reader.next();
  EXPECT_TRUE(sub);
  auto ce = read_ce(link, *sub);
  EXPECT_TRUE(ce && std::holds_alternative<T>(*ce));
  return std::get<T>(*ce);
}

TEST(MacPdu, writes_control_elements_as_the_figures_draw_them) {
  EXPECT_EQ(written(ContentionResolution{{1, 2, 3, 4, 5, 6}}), hex("3e 010203040506"));
  EXPECT_EQ(written(TimingAdvance{1, 0x21}), hex("3d 61"));
  EXPECT_EQ(written(DrxCommand{}), hex("3c"));
  EXPECT_EQ(written(LongDrxCommand{}), hex("3b"));
  EXPECT_EQ(written(SCellActivation{0x06}), hex("3a 06"));
  EXPECT_EQ(written(SCellActivation4{{2, 0, 0, 1}}), hex("39 02000001"));
  EXPECT_EQ(written(Duplication{0x81}), hex("38 81"));
  EXPECT_EQ(written(TciStatePdcch{1, 2, 3}), hex("34 0903"));
  EXPECT_EQ(written(SpCsiReporting{0, 1, 2, 0x0f}), hex("33 060f"));
  EXPECT_EQ(written(PucchSpatialRelation{0, 1, 2, 0, 3, 4}), hex("31 060304"));
  EXPECT_EQ(written(SpZpCsiRs{1, 0, 1, 0, 5}), hex("30 8105"));
  EXPECT_EQ(written(RecommendedBitRate{4, 1, 9, 0, 0}), hex("2f 1248"));
  EXPECT_EQ(written(AbsoluteTimingAdvance{0, 0x123}), hex("22 fc 0123"));
  EXPECT_EQ(written(CRnti{0x4601}), hex("3a 4601"));
  EXPECT_EQ(written(ShortBsr{2, 17}), hex("3d 51"));
  EXPECT_EQ(written(ShortTruncatedBsr{7, 31}), hex("3b ff"));
  EXPECT_EQ(written(LongBsr{0x05, 2, {10, 200}}), hex("3e 03 05 0a c8"));
  EXPECT_EQ(written(LongTruncatedBsr{0x07, 1, {9}}), hex("3c 02 07 09"));
  EXPECT_EQ(written(SinglePhr{0, 0, 40, 0, 53}), hex("39 28 35"));
  EXPECT_EQ(written(ConfiguredGrantConfirmation{}), hex("37"));
  EXPECT_EQ(written(RecommendedBitRateQuery{4, 1, 9, 0, 0}), hex("35 1248"));
  EXPECT_EQ(written(LbtFailure{0x10}), hex("31 10"));
  EXPECT_EQ(written(TimingAdvanceReport{0, 0x1234}), hex("2c 1234"));
  EXPECT_EQ(written(MultipleGrantConfirmation{{0, 0, 0, 3}}), hex("22 fc 00000003"));
}

TEST(MacPdu, reads_back_every_structured_control_element) {
  Random random(3);
  auto round_trip = [&]<class T>(T ce, Link link) {
    for (int i = 0; i < 50; ++i) {
      // Any content of the right size reads and writes back.
      Bytes content = random.bytes(T::info.size < 0 ? 1 : static_cast<size_t>(T::info.size));
      if constexpr (T::info.size < 0) {
        content.resize(1u + static_cast<size_t>(std::popcount(content[0])), 7);
      }
      SubPdu sub{T::info.id, T::info.size < 0, content};
      auto read = read_ce(link, sub);
      ASSERT_TRUE(read) << T::info.name;
      Bytes again = written(*read);
      EXPECT_EQ(Bytes(again.end() - static_cast<ptrdiff_t>(content.size()), again.end()), content) << T::info.name;
    }
    (void)ce;
  };
  [&]<size_t... i>(std::index_sequence<i...>) {
    (round_trip(std::variant_alternative_t<i, ControlElement>{}, std::variant_alternative_t<i, ControlElement>::info.link), ...);
  }
  (std::make_index_sequence<std::variant_size_v<ControlElement> - 1>{});
}

TEST(MacPdu, refuses_a_long_bsr_whose_sizes_do_not_match_its_groups) {
  const Bytes one_missing = hex("05 0a"), too_many = hex("05 0a0b0c"), endless(12, 1);
  EXPECT_FALSE(read_ce(Link::ul, {62, true, one_missing}));
  EXPECT_FALSE(read_ce(Link::ul, {62, true, too_many}));
  EXPECT_FALSE(read_ce(Link::ul, {62, true, endless}));
}

TEST(MacPdu, keeps_bsr_of_each_form) {
  EXPECT_EQ(read_one<ShortBsr>(Link::ul, hex("3d 51")), (ShortBsr{2, 17}));
  EXPECT_EQ(read_one<LongBsr>(Link::ul, hex("3e 03 05 0a c8")), (LongBsr{0x05, 2, {10, 200}}));
  EXPECT_EQ(read_one<LongTruncatedBsr>(Link::ul, hex("3c 01 07")), (LongTruncatedBsr{0x07, 0, {}}));
}

TEST(MacPdu, uses_one_length_octet_up_to_255_and_two_above) {
  for (size_t size : {1u, 254u, 255u, 256u, 257u, 5000u}) {
    Bytes block(size + 10), sdu(size, 0xab);
    PduWriter writer(block);
    ASSERT_TRUE(writer.put_sdu(4, sdu));
    EXPECT_EQ(writer.used(), size + sdu_header(size));
    writer.finish();
    SubPduReader reader(Link::dl, block);
    auto sub = reader.next();
    ASSERT_TRUE(sub);
    EXPECT_EQ(sub->id, 4);
    EXPECT_EQ(Bytes(sub->payload.begin(), sub->payload.end()), sdu);
    EXPECT_EQ(reader.next()->id, lcid::padding);
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.error(), PduError::none);
  }
}

TEST(MacPdu, writes_sdus_in_place_whatever_room_they_leave) {
  Random random(9);
  for (size_t room_size = 0; room_size < 700; ++room_size) {
    Bytes block(room_size);
    PduWriter writer(block);
    std::vector<Bytes> sdus;
    while (true) {
      auto room = writer.room();
      if (room.empty()) break;
      Bytes sdu = random.bytes(random.between(1, room.size()));
      std::ranges::copy(sdu, room.begin());
      writer.commit(5, sdu.size());
      sdus.push_back(std::move(sdu));
    }
    writer.finish();
    SubPduReader reader(Link::dl, block);
    for (const Bytes& sdu : sdus) {
      auto sub = reader.next();
      ASSERT_TRUE(sub && sub->id == 5);
      EXPECT_TRUE(std::ranges::equal(sub->payload, sdu));
    }
    while (reader.next()) {
    }
    EXPECT_EQ(reader.error(), PduError::none) << room_size;
  }
}

TEST(MacPdu, refuses_what_does_not_fit_and_stays_as_it_was) {
  Bytes block(3);
  PduWriter writer(block);
  EXPECT_FALSE(writer.put(ContentionResolution{}));
  EXPECT_FALSE(writer.put_sdu(1, hex("0102")));
  EXPECT_FALSE(writer.put_ul_ccch(hex("010203040506")));
  EXPECT_FALSE(writer.put_ul_ccch(hex("0102")));
  EXPECT_EQ(writer.used(), 0u);
  EXPECT_TRUE(writer.put(CRnti{1}));
  EXPECT_TRUE(writer.room().empty());
}

TEST(MacPdu, carries_ccch_of_48_and_64_bits_without_length) {
  for (size_t size : {6u, 8u}) {
    Bytes block(size + 3), sdu(size, 0x77);
    PduWriter writer(block);
    ASSERT_TRUE(writer.put_ul_ccch(sdu));
    writer.finish();
    EXPECT_EQ(block[0], size == 6 ? 52 : 0);
    SubPduReader reader(Link::ul, block);
    auto sub = reader.next();
    ASSERT_TRUE(sub);
    EXPECT_TRUE(is_ccch(Link::ul, sub->id));
    EXPECT_FALSE(sub->has_length);
    EXPECT_TRUE(std::ranges::equal(sub->payload, sdu));
  }
}

TEST(MacPdu, ends_at_reserved_lcids_and_short_blocks_with_a_named_error) {
  auto error_of = [](Link link, const Bytes& block) {
    SubPduReader reader(link, block);
    while (reader.next()) {
    }
    return reader.error();
  };
  EXPECT_EQ(error_of(Link::dl, hex("2a 00")), PduError::reserved_lcid);
  EXPECT_EQ(error_of(Link::ul, hex("29 00")), PduError::reserved_lcid);
  EXPECT_EQ(error_of(Link::dl, hex("22 00")), PduError::reserved_lcid);
  EXPECT_EQ(error_of(Link::dl, hex("22")), PduError::truncated);
  EXPECT_EQ(error_of(Link::dl, hex("04")), PduError::truncated);
  EXPECT_EQ(error_of(Link::dl, hex("44 01")), PduError::truncated);
  EXPECT_EQ(error_of(Link::dl, hex("04 05 01")), PduError::truncated);
  EXPECT_EQ(error_of(Link::dl, hex("3e 0102")), PduError::truncated);
  EXPECT_EQ(error_of(Link::dl, {}), PduError::none);
  EXPECT_EQ(error_of(Link::dl, hex("3f")), PduError::none);
}

TEST(MacPdu, reads_two_octet_extended_lcids) {
  Bytes block = hex("21 0001 02 aabb");
  SubPduReader reader(Link::dl, block);
  auto sub = reader.next();
  ASSERT_TRUE(sub);
  EXPECT_EQ(sub->id, 321);
  EXPECT_EQ(sub->payload.size(), 2u);
}

TEST(MacPdu, writes_and_reads_random_access_responses) {
  // One answer, as an operator's gNB sent it: RAPID 0, TA 0, TC-RNTI 0x4601.
  Bytes block = hex("40000007000e46010000");
  RarReader reader(block);
  auto sub = reader.next();
  ASSERT_TRUE(sub && sub->response);
  EXPECT_EQ(*sub->response, (RandomAccessResponse{0, 0, 0x7000e, 0x4601}));
  EXPECT_FALSE(reader.next());

  std::array<RandomAccessResponse, 3> responses{{{1, 4095, 0x7ffffff, 0x1111}, {63, 0, 0, 0xfff2}, {5, 77, 0x1234567, 0x4602}}};
  Bytes many(30);
  EXPECT_EQ(write_rar(many, 13, responses), 1u + 3 * rar_octets);
  RarReader again(many);
  EXPECT_EQ(again.next()->backoff, 13);
  for (const auto& response : responses) EXPECT_EQ(again.next()->response, response);
  EXPECT_FALSE(again.next());
  EXPECT_EQ(again.error(), PduError::none);
  Bytes tight(24);
  EXPECT_EQ(write_rar(tight, 1, responses), 0u);
  EXPECT_EQ(write_rar(tight, 1, {}), 1u);
  EXPECT_EQ(tight[0], 0x01);
}

TEST(MacPdu, buffer_size_tables_rise_and_cover) {
  for (uint8_t i = 1; i <= 30; ++i) EXPECT_LT(bsr5_octets(static_cast<uint8_t>(i - 1)), bsr5_octets(i));
  for (unsigned i = 1; i <= 253; ++i) EXPECT_LT(bsr8_octets(static_cast<uint8_t>(i - 1)), bsr8_octets(static_cast<uint8_t>(i)));
  EXPECT_EQ(bsr5_index(0), 0);
  EXPECT_EQ(bsr5_index(1), 1);
  EXPECT_EQ(bsr5_index(10), 1);
  EXPECT_EQ(bsr5_index(11), 2);
  EXPECT_EQ(bsr5_index(150000), 30);
  EXPECT_EQ(bsr5_index(150001), 31);
  EXPECT_EQ(bsr8_index(81338368), 253);
  EXPECT_EQ(bsr8_index(81338369), 254);
  // Table 6.1.3.1-2 grows by a constant factor; its rounded entries stay within half an octet of it or 1 %.
  for (unsigned i = 20; i <= 253; ++i) {
    const double ratio = static_cast<double>(bsr8_octets(static_cast<uint8_t>(i))) / bsr8_octets(static_cast<uint8_t>(i - 1));
    EXPECT_NEAR(ratio, 1.0651, 0.035) << i;
  }
}

TEST(MacPdu, power_headroom_indices_meet_their_bounds) {
  EXPECT_EQ(ph_db(1), -32);
  EXPECT_EQ(ph_db(54), 21);
  EXPECT_EQ(ph_db(55), 22);
  EXPECT_EQ(ph_db(63), 38);
  EXPECT_EQ(ph_index(-40), 0);
  EXPECT_EQ(ph_index(0), 33);
  EXPECT_EQ(ph_index(23.5), 55);
  EXPECT_EQ(ph_index(60), 63);
  EXPECT_EQ(p_cmax_index(23), 53);
  EXPECT_EQ(p_cmax_dbm(53), 23);
  for (uint8_t i = 1; i < 64; ++i) EXPECT_EQ(ph_index(static_cast<float>(ph_db(i))), i);
}

TEST(MacPdu, reads_and_writes_back_what_other_stacks_sent) {
  std::ifstream file("tests/vectors/mac_captures.txt");
  ASSERT_TRUE(file);
  size_t pdus = 0, subs = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string direction, type, rnti, octets;
    words >> direction >> type >> rnti >> octets;
    const Bytes block = hex(octets);
    if (type == "si") continue;  // transparent
    ++pdus;
    Bytes again(block.size());
    codec::Tree tree;
    if (type == "ra") {
      std::vector<RandomAccessResponse> responses;
      RarReader reader(block);
      while (auto sub = reader.next()) responses.push_back(*sub->response);
      EXPECT_EQ(reader.error(), PduError::none);
      EXPECT_GT(write_rar(again, std::nullopt, responses), 0u);
      print_rar(block, tree);
    } else {
      const Link link = direction == "dl" ? Link::dl : Link::ul;
      SubPduReader reader(link, block);
      PduWriter writer(again);
      while (auto sub = reader.next()) {
        ++subs;
        if (sub->id == lcid::padding) {
          writer.finish();
        } else if (auto ce = read_ce(link, *sub)) {
          EXPECT_TRUE(writer.put(*ce));
        } else if (sub->has_length) {
          EXPECT_TRUE(writer.put_sdu(sub->id, sub->payload));
        } else {
          EXPECT_TRUE(writer.put_ul_ccch(sub->payload));
        }
      }
      EXPECT_EQ(reader.error(), PduError::none) << octets;
      print(link, block, tree);
    }
    EXPECT_EQ(to_hex(again), octets);
    EXPECT_FALSE(tree.leaves().empty());
  }
  EXPECT_GE(pdus, 80u);
  EXPECT_GE(subs, 150u);
}

}  // namespace
}  // namespace sen::mac
