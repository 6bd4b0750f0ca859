// srsUE and an OCUDU gNB (tests/vectors/rlc_captures.txt) replayed into both sides' user planes. The K_gNB is that of the NGAP Initial Context Setup
// Request recorded with them: NEA0, NIA2.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "crypto/kdf.h"
#include "rlc_pdcp/statistics.h"
#include "rlc_pdcp/user_plane.h"

using namespace sen;
using namespace sen::l2;

namespace {

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
            .packet = [this](PduSessionId, Qfi qfi, Packet p) {
              EXPECT_EQ(qfi, 1);
              packets.emplace_back(p.view().begin(), p.view().end());
            },
            .failure = [this](Failure f, BearerId) { failures.push_back(f); }}) {
    auto k_gnb = octets_from_hex<32>("dc03b5b898576e64880070b98fa665eab2e7029948ef0e4dd8074c6dd90f6da5").value();
    Security security{.nea = 0, .nia = 2};
    security.rrc_int = crypto::low_128(crypto::algorithm_key(k_gnb, crypto::AlgorithmKeyType::rrc_int, 2));
    Change change{.security = security,
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
  std::ifstream file("tests/vectors/rlc_captures.txt");
  ASSERT_TRUE(file);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string direction, bearer, mode, bits, hex;
    words >> direction >> bearer >> mode >> bits >> hex;
    Lcid lcid = bearer == "ccch" ? 0 : bearer == "srb1" ? 1 : 4;
    (direction == "ul" ? gnb : ue).up.receive(lcid, from_hex(hex).value());
    executor.run_for(std::chrono::milliseconds(1));
  }
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
