#include <gtest/gtest.h>

#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_capabilities.h"
#include "codec/rrc/rrc_channels.h"
#include "codec/rrc/rrc_inter_node.h"
#include "codec/rrc/rrc_tables.h"

using namespace sen;

namespace {

template <class T>
std::string text_of(const T& value) {
  codec::Tree tree;
  rrc::print(value, tree);
  return tree.text();
}

Bytes hex(const char* text) { return *from_hex(text); }

}  // namespace

TEST(Rrc, encodes_a_setup_request_in_six_octets) {
  rrc::RrcSetupRequestIes ies;
  ies.ue_identity.set_random_value() = {0x1234567890};
  ies.establishment_cause = rrc::EstablishmentCause::mo_signalling;
  const auto bytes = rrc::encode(rrc::message<rrc::UlCcchMessage>(ies));
  ASSERT_TRUE(bytes) << bytes.error().describe();
  EXPECT_EQ(bytes->size(), 6u);
  const auto pdu = rrc::decode<rrc::UlCcchMessage>(*bytes);
  ASSERT_TRUE(pdu) << pdu.error().describe();
  const auto* back = rrc::find<rrc::RrcSetupRequestIes>(*pdu);
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(back->ue_identity.random_value()->value, 0x1234567890u);
  EXPECT_EQ(rrc::find<rrc::RrcReestablishmentRequestIes>(*pdu), nullptr);
  EXPECT_STREQ(rrc::message_name(*pdu), "rrcSetupRequest");
  EXPECT_FALSE(rrc::transaction_id(*pdu));
}

TEST(Rrc, finds_the_message_and_its_transaction_identifier) {
  rrc::SecurityModeCommandIes ies;
  ies.security_config_smc.security_algorithm_config.ciphering_algorithm = rrc::CipheringAlgorithm::nea2;
  ies.security_config_smc.security_algorithm_config.integrity_prot_algorithm = rrc::IntegrityProtAlgorithm::nia2;
  auto pdu = rrc::message<rrc::DlDcchMessage>(ies, 3);
  EXPECT_EQ(rrc::transaction_id(pdu), 3);
  ASSERT_NE(rrc::find<rrc::SecurityModeCommand>(pdu), nullptr);
  EXPECT_EQ(rrc::find<rrc::SecurityModeCommand>(pdu)->rrc_transaction_identifier, 3);
  const auto bytes = rrc::encode(pdu);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(to_hex(*bytes), "260910");
  const auto text = text_of(pdu);
  EXPECT_NE(text.find("DL-DCCH-Message.message.c1.securityModeCommand.rrc-TransactionIdentifier = 3\n"), std::string::npos) << text;
}

TEST(Rrc, keeps_what_a_later_version_adds_at_the_end) {
  auto bytes = *rrc::encode(rrc::message<rrc::UlDcchMessage>(rrc::SecurityModeCompleteIes(), 1));
  ASSERT_EQ(to_hex(bytes), "2a00");
  bytes = hex("2a55a5f0");  // nonCriticalExtension present, followed by bits that Release 17 does not define
  const auto pdu = rrc::decode<rrc::UlDcchMessage>(bytes);
  ASSERT_TRUE(pdu) << pdu.error().describe();
  const auto* ies = rrc::find<rrc::SecurityModeCompleteIes>(*pdu);
  ASSERT_NE(ies, nullptr);
  EXPECT_EQ(to_hex(*rrc::encode(*pdu)), to_hex(bytes));
}

TEST(Rrc, keeps_a_message_of_a_later_class) {
  const auto bytes = hex("c3a55a");
  const auto pdu = rrc::decode<rrc::DlDcchMessage>(bytes);
  ASSERT_TRUE(pdu) << pdu.error().describe();
  EXPECT_STREQ(rrc::message_name(*pdu), "unknown");
  EXPECT_EQ(to_hex(*rrc::encode(*pdu)), to_hex(bytes));
}

TEST(Rrc, takes_the_padding_of_broadcast_messages_and_nothing_else) {
  rrc::PcchMessage pdu;
  auto& record = pdu.message.set_c1().set_paging().paging_record_list.emplace().emplace_back();
  record.ue_identity.set_ng_5g_s_tmsi() = {0x0123456789ab};
  auto bytes = *rrc::encode(pdu);
  bytes.resize(bytes.size() + 9);
  EXPECT_FALSE(rrc::decode<rrc::PcchMessage>(bytes));
  const auto back = rrc::decode_padded<rrc::PcchMessage>(bytes);
  ASSERT_TRUE(back) << back.error().describe();
  EXPECT_EQ(text_of(*back), text_of(pdu));
  bytes.back() = 1;
  EXPECT_FALSE(rrc::decode_padded<rrc::PcchMessage>(bytes));
}

TEST(Rrc, carries_configuration_inside_octet_strings) {
  rrc::RrcReconfigurationIes ies;
  auto& v1530 = ies.non_critical_extension.emplace();
  auto& group = v1530.master_cell_group.emplace();
  auto& bearer = group.rlc_bearer_to_add_mod_list.emplace().emplace_back();
  bearer.logical_channel_identity = 4;
  bearer.served_radio_bearer.emplace().set_drb_identity() = 1;
  auto& am = bearer.rlc_config.emplace().set_am();
  am.ul_am_rlc.sn_field_length = rrc::SnFieldLengthAm::size18;
  am.dl_am_rlc.t_reassembly = rrc::TReassembly::ms35;
  v1530.full_config = rrc::TrueFlag::true_;
  const auto bytes = rrc::encode(rrc::message<rrc::DlDcchMessage>(ies, 2));
  ASSERT_TRUE(bytes) << bytes.error().describe();
  const auto pdu = rrc::decode<rrc::DlDcchMessage>(*bytes);
  ASSERT_TRUE(pdu) << pdu.error().describe();
  const auto* back = rrc::find<rrc::RrcReconfigurationIes>(*pdu);
  ASSERT_NE(back, nullptr);
  const auto& list = *back->non_critical_extension->master_cell_group->rlc_bearer_to_add_mod_list;
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].rlc_config->am()->ul_am_rlc.sn_field_length, rrc::SnFieldLengthAm::size18);
}

TEST(Rrc, refuses_to_encode_what_is_out_of_range) {
  rrc::RrcSetupCompleteIes ies;
  ies.selected_plmn_identity = 13;
  EXPECT_FALSE(rrc::encode(rrc::message<rrc::UlDcchMessage>(ies)));
  ies.selected_plmn_identity = 1;
  EXPECT_TRUE(rrc::encode(rrc::message<rrc::UlDcchMessage>(ies)));
}

TEST(Rrc, every_type_survives_with_random_content) {
  Random random(7);
  for (int round = 0; round < 5; ++round) {
    for (const auto& named : rrc::all_types()) {
      const per::Type& type = *named.type;
      void* value = type.ops->create();
      per::randomize(type, value, random);
      Bytes bytes, again;
      const auto encoded = per::encode(type, value, per::Variant::unaligned, bytes);
      ASSERT_TRUE(encoded) << named.name << ": " << encoded.error().describe();
      void* back = type.ops->create();
      const auto status = per::decode(type, back, bytes, per::Variant::unaligned);
      ASSERT_TRUE(status) << named.name << ": " << status.error().describe() << " " << to_hex(bytes);
      ASSERT_TRUE(per::encode(type, back, per::Variant::unaligned, again)) << named.name;
      EXPECT_EQ(to_hex(again), to_hex(bytes)) << named.name;
      type.ops->destroy(value);
      type.ops->destroy(back);
    }
  }
}

TEST(Rrc, no_flipped_bit_is_more_than_an_error) {
  Random random(8);
  for (const auto& channel : rrc::channels()) {
    for (int round = 0; round < 30; ++round) {
      void* value = channel.type->ops->create();
      per::randomize(*channel.type, value, random);
      Bytes bytes;
      ASSERT_TRUE(per::encode(*channel.type, value, per::Variant::unaligned, bytes));
      channel.type->ops->destroy(value);
      for (int i = 0; i < 50; ++i) {
        Bytes damaged = bytes;
        damaged[random.between(0, damaged.size() - 1)] ^= static_cast<uint8_t>(1u << random.between(0, 7));
        void* into = channel.type->ops->create();
        static_cast<void>(per::decode(*channel.type, into, damaged, per::Variant::unaligned));
        channel.type->ops->destroy(into);
      }
    }
  }
}
