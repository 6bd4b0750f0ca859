// srsUE and an OCUDU gNB (tests/vectors/rlc_captures.txt) replayed into both sides' user planes. The K_gNB is that of the NGAP Initial
// Context Setup Request recorded with them: NEA0, NIA2.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_channels.h"
#include "crypto/kdf.h"
#include "rlc_pdcp/asn1.h"
#include "rlc_pdcp/statistics.h"
#include "rlc_pdcp/user_plane.h"

using namespace sen;
using namespace sen::l2;

namespace {

Security recorded_security() {
  auto k_gnb = octets_from_hex<32>("dc03b5b898576e64880070b98fa665eab2e7029948ef0e4dd8074c6dd90f6da5").value();
  Security security{.nea = 0, .nia = 2};
  security.rrc_int = crypto::low_128(crypto::algorithm_key(k_gnb, crypto::AlgorithmKeyType::rrc_int, 2));
  return security;
}

// Each line of the capture: direction, LCID, PDU.
template <class F>
void replay(ManualExecutor& executor, F&& each) {
  std::ifstream file("tests/vectors/rlc_captures.txt");
  ASSERT_TRUE(file);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string direction, bearer, mode, bits, hex;
    words >> direction >> bearer >> mode >> bits >> hex;
    each(direction == "ul", Lcid(bearer == "ccch" ? 0 : bearer == "srb1" ? 1 : 4), from_hex(hex).value());
    executor.run_for(std::chrono::milliseconds(1));
  }
}

struct Listener {
  std::vector<bool> verified;
  std::vector<Bytes> packets;
  std::vector<Failure> failures;
  UserPlane up;

  Listener(Executor& executor, PacketPool& pool, Side side)
      : up(executor, pool, side,
           {.rrc =
                [this](uint8_t srb, Bytes, bool v) {
                  if (srb == 1) verified.push_back(v);
                },
            .packet =
                [this](PduSessionId, Qfi qfi, Packet p) {
                  EXPECT_EQ(qfi, 1);
                  packets.emplace_back(p.view().begin(), p.view().end());
                },
            .failure = [this](Failure f, BearerId) { failures.push_back(f); }}) {
    Security security = recorded_security();
    Change change{
        .security = security,
        .srbs = {{1, {}}},
        .drbs = {{1,
                  {.tx_sn_bits = 18, .rx_sn_bits = 18, .discard_ms = 1500, .t_reordering_ms = 220},
                  {.session = 1, .default_drb = true, .qfis = {1}}}},
        .rlcs = {{0, {true, 0}, {.mode = RlcMode::tm}}, {1, {true, 1}, {}}, {4, {false, 1}, {.tx_sn_bits = 18, .rx_sn_bits = 18}}}};
    change.srb_rx = SrbProtection{.from_verified = true};
    auto status = apply(up, change);
    EXPECT_TRUE(status) << status.error().describe();
  }
};

void expect_ipv4(const Bytes& packet) {
  ASSERT_GE(packet.size(), 20u);
  EXPECT_EQ(packet[0], 0x45);
  EXPECT_EQ(size_t{packet[2]} << 8 | packet[3], packet.size());
}

}  // namespace

TEST(PdcpCapture, every_message_behind_security_mode_verifies_and_every_packet_is_whole) {
  ManualExecutor executor;
  PacketPool pool(256);
  Listener gnb(executor, pool, Side::gnb), ue(executor, pool, Side::ue);
  replay(executor, [&](bool uplink, Lcid lcid, const Bytes& pdu) { (uplink ? gnb : ue).up.receive(lcid, pdu); });
  // Setup Complete and two NAS transfers are before security; Security Mode Command and Complete are the first with a MAC.
  EXPECT_EQ(gnb.verified, (std::vector<bool>{false, false, false, true, true, true, true, true, true}));
  EXPECT_EQ(ue.verified, (std::vector<bool>{false, false, true, true, true, true, true}));
  EXPECT_EQ(gnb.packets.size(), 13u);
  EXPECT_EQ(ue.packets.size(), 13u);
  for (const Listener* side : {&gnb, &ue}) {
    EXPECT_TRUE(side->failures.empty());
    for (const Bytes& p : side->packets) expect_ipv4(p);
  }
}

// The UE side again, this time configured by what OCUDU's RRC messages say.
TEST(PdcpCapture, the_recorded_rrc_messages_configure_the_user_plane) {
  ManualExecutor executor;
  PacketPool pool(256);
  std::vector<DrbConfig> drbs;
  std::vector<std::string> changes;
  size_t packets = 0;
  UserPlane* ue = nullptr;
  auto configure = [&](const rrc::RadioBearerConfig& bearers, const rrc::CellGroupConfig& group) {
    auto change = from_asn1(bearers, group, drbs);
    ASSERT_TRUE(change) << change.error().describe();
    changes.push_back(fmt::format("{} SRBs, {} DRBs, {} RLC bearers", change->srbs.size(), change->drbs.size(), change->rlcs.size()));
    auto applied = apply(*ue, *change);
    ASSERT_TRUE(applied) << applied.error().describe();
  };
  auto on_message = [&](uint8_t srb, Bytes pdu, bool) {
    if (srb == 0) {
      auto message = rrc::decode<rrc::DlCcchMessage>(pdu);
      ASSERT_TRUE(message);
      const auto* setup = rrc::find<rrc::RrcSetupIes>(*message);
      ASSERT_TRUE(setup);
      configure(setup->radio_bearer_config, setup->master_cell_group);
      ue->set_security(recorded_security());
      return ue->set_srb_protection(false, {.from_verified = true});
    }
    auto message = rrc::decode<rrc::DlDcchMessage>(pdu);
    ASSERT_TRUE(message);
    const auto* reconfiguration = rrc::find<rrc::RrcReconfigurationIes>(*message);
    if (!reconfiguration || !reconfiguration->radio_bearer_config) return;
    configure(*reconfiguration->radio_bearer_config, *reconfiguration->non_critical_extension->master_cell_group);
  };
  UserPlane user_plane(executor, pool, Side::ue, {.rrc = on_message, .packet = [&](PduSessionId session, Qfi qfi, Packet) {
                                                    EXPECT_EQ(session, 1);
                                                    EXPECT_EQ(qfi, 1);
                                                    ++packets;
                                                  }});
  ue = &user_plane;
  ASSERT_TRUE(ue->set_rlc({0, {true, 0}, {.mode = RlcMode::tm}}));
  replay(executor, [&](bool uplink, Lcid lcid, const Bytes& pdu) {
    if (!uplink) ue->receive(lcid, pdu);
  });
  EXPECT_EQ(changes, (std::vector<std::string>{"1 SRBs, 0 DRBs, 1 RLC bearers", "1 SRBs, 1 DRBs, 2 RLC bearers"}));
  EXPECT_EQ(packets, 13u);
  ASSERT_EQ(drbs.size(), 1u);
  EXPECT_EQ(drbs[0].pdcp.t_reordering_ms, 220u);
  EXPECT_EQ(drbs[0].pdcp.discard_ms, 1500u);
}
