#include <gtest/gtest.h>

#include "codec/gtpu/message.h"
#include "rlc_pdcp/limits.h"
#include "rlc_pdcp/n3.h"

using namespace sen;
using namespace sen::l2;

namespace {

const IpAddress own(Octets<4>{127, 0, 0, 2}), upf(Octets<4>{127, 0, 0, 7}), other(Octets<4>{127, 0, 0, 9});

struct N3Test : testing::Test {
  ManualExecutor executor;
  PacketPool pool{64};
  std::vector<std::pair<IpAddress, Bytes>> sent;
  std::vector<std::string> events;
  N3 n3{executor,
        pool,
        own,
        {.send = [this](const IpAddress& to, Packet p) { sent.emplace_back(to, Bytes(p.view().begin(), p.view().end())); },
         .downlink =
             [this](N3Owner o, Qfi qfi, bool r, Packet p) {
               events.push_back(fmt::format("{}/{} qfi {} {}{}", o.ue, o.session, qfi, as_text(p.view()), r ? " reflective" : ""));
             },
         .forwarded =
             [this](N3Owner o, std::optional<uint32_t> sn, Packet p) {
               events.push_back(fmt::format("{}/{} drb {}{} {}", o.ue, o.session, o.drb, sn ? fmt::format(" sn {}", *sn) : "", as_text(p.view())));
             },
         .error_indication = [this](N3Owner o) { events.push_back(fmt::format("{}/{} error", o.ue, o.session)); },
         .end_marker =
             [this](N3Owner o) { events.push_back(fmt::format("{}/{} end{}", o.ue, o.session, o.forwarding ? " forwarding" : "")); }}};

  void receive(ByteView datagram) { n3.receive(upf, pool.copy(datagram)); }
  void receive(const gtpu::Message& m) { receive(gtpu::encode(m).value()); }
  static Bytes gpdu(uint32_t teid, std::string_view payload, Qfi qfi = 9, bool rqi = false, gtpu::PduType type = gtpu::PduType::dl) {
    Bytes out(gtpu::gpdu_header_octets);
    gtpu::write_gpdu_header(std::span(out).first<gtpu::gpdu_header_octets>(), teid, payload.size(), type, qfi, rqi);
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
  }
  gtpu::Message last() { return gtpu::decode(sent.at(sent.size() - 1).second).value(); }
  uint64_t dropped(N3Drop d) { return n3.statistics().dropped(d); }
};
using Events = std::vector<std::string>;

}  // namespace

TEST_F(N3Test, uplink_gets_a_header_with_the_qos_flow) {
  uint32_t teid = n3.add({7, 1}, {upf, 0x11223344}).value();
  EXPECT_TRUE(n3.send(teid, 5, pool.copy(as_bytes("up"))));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].first, upf);
  EXPECT_EQ(to_hex(sent[0].second), "34ff000a1122334400000085011005007570");
  EXPECT_FALSE(n3.send(teid + 1, 5, pool.copy(as_bytes("up"))));
}

TEST_F(N3Test, downlink_reaches_its_owner) {
  uint32_t a = n3.add({7, 1}, {upf, 1}).value(), b = n3.add({8, 2}, {upf, 2}).value();
  receive(gpdu(b, "down", 3, true));
  receive(gpdu(a, "other"));
  gtpu::Message paging{
      .teid = a, .extensions = {{.content = gtpu::DlPduSessionInformation{.qfi = 4, .paging_policy_indicator = 5}}}, .payload = {'p'}};
  receive(paging);
  EXPECT_EQ(events, (Events{"8/2 qfi 3 down reflective", "7/1 qfi 9 other", "7/1 qfi 4 p"}));
  EXPECT_EQ(n3.statistics().rx_packets, 3u);
}

TEST_F(N3Test, unknown_tunnel_is_answered_with_an_error_indication) {  // TS 29.281 7.3.1
  receive(gpdu(0x99, "x"));
  auto m = last();
  EXPECT_EQ(m.type, gtpu::error_indication);
  EXPECT_EQ(gtpu::find<gtpu::TeidDataI>(m)->teid, 0x99u);
  EXPECT_EQ(gtpu::find<gtpu::PeerAddress>(m)->address, (Bytes{127, 0, 0, 2}));
  receive(gtpu::end_marker_for(0));
  EXPECT_EQ(dropped(N3Drop::unknown_teid), 2u);
}

TEST_F(N3Test, answers_are_limited) {
  for (size_t i = 0; i < limit::error_indications_s + 10; ++i) receive(gpdu(0x99, "x"));
  EXPECT_EQ(sent.size(), limit::error_indications_s);
  EXPECT_EQ(dropped(N3Drop::rate), 10u);
  executor.run_for(std::chrono::seconds(1));
  receive(gpdu(0x99, "x"));
  EXPECT_EQ(sent.size(), limit::error_indications_s + 1);
}

TEST_F(N3Test, error_indication_names_the_owner_of_the_uplink) {
  uint32_t teid = n3.add({7, 1}, {upf, 0x55}).value();
  receive(gtpu::error_indication_for(0x55, other.octets()));
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(dropped(N3Drop::error_indication), 1u);
  receive(gtpu::error_indication_for(0x55, upf.octets()));
  EXPECT_EQ(events, (Events{"7/1 error"}));
  EXPECT_TRUE(n3.change_uplink(teid, {other, 0x66}));
  receive(gtpu::error_indication_for(0x55, upf.octets()));
  receive(gtpu::error_indication_for(0x66, other.octets()));
  EXPECT_EQ(events.size(), 2u);
  EXPECT_TRUE(n3.send(teid, 1, pool.copy(as_bytes("x"))));
  EXPECT_EQ(sent.back().first, other);
}

TEST_F(N3Test, answers_echo_and_extension_headers_it_should_know) {
  receive(gtpu::Message{.type = gtpu::echo_request, .sequence = 77});
  EXPECT_EQ(last().type, gtpu::echo_response);
  EXPECT_EQ(last().sequence, 77);
  uint32_t teid = n3.add({7, 1}, {upf, 1}).value();
  Bytes unknown = gpdu(teid, "x");
  unknown[11] = 0xc1;  // comprehension required
  receive(unknown);
  EXPECT_EQ(last().type, gtpu::supported_extension_headers_notification);
  EXPECT_EQ(dropped(N3Drop::unknown_extension), 1u);
  unknown[11] = 0x07;  // comprehension not required: skipped, and no QFI is left
  receive(unknown);
  EXPECT_EQ(dropped(N3Drop::no_container), 1u);
}

TEST_F(N3Test, names_what_it_drops) {
  uint32_t teid = n3.add({7, 1}, {upf, 1}).value();
  receive(Bytes{});
  receive(Bytes{0x30, 255, 0, 1, 0, 0, 0, 0});
  EXPECT_EQ(dropped(N3Drop::malformed), 2u);
  receive(gpdu(teid, "x", 1, false, gtpu::PduType::ul));
  EXPECT_EQ(dropped(N3Drop::no_container), 1u);
  receive(gpdu(teid, ""));
  EXPECT_EQ(dropped(N3Drop::empty), 1u);
  receive(gtpu::Message{.type = gtpu::echo_response, .sequence = 1, .ies = {gtpu::Recovery{}}});
  EXPECT_EQ(dropped(N3Drop::unexpected), 1u);
  Packet full = pool.take(1);
  full.prepend(full.headroom());
  EXPECT_FALSE(n3.send(teid, 1, std::move(full)));
  EXPECT_EQ(dropped(N3Drop::no_buffer), 1u);
  EXPECT_TRUE(events.empty() && sent.empty());
}

TEST_F(N3Test, a_removed_tunnel_is_unknown_and_its_number_changes) {
  uint32_t teid = n3.add({7, 1}, {upf, 1}).value();
  n3.remove(teid);
  n3.remove(teid);
  EXPECT_EQ(n3.tunnels(), 0u);
  uint32_t next = n3.add({8, 1}, {upf, 2}).value();
  EXPECT_NE(next, teid);
  receive(gpdu(teid, "late"));
  EXPECT_TRUE(events.empty());
  EXPECT_FALSE(n3.change_uplink(teid, {upf, 3}));
}

TEST_F(N3Test, forwards_the_downlink_during_an_n2_handover) {  // TS 23.502 4.9.1.3
  uint32_t source = n3.add({7, 1}, {upf, 1}).value();
  EXPECT_TRUE(n3.forward(source, {other, 0x77}));
  receive(gpdu(source, "forwarded", 6));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].first, other);
  EXPECT_EQ(sent[0].second, gpdu(0x77, "forwarded", 6));
  EXPECT_TRUE(n3.forward_packet(source, 6, pool.copy(as_bytes("waited"))));
  EXPECT_EQ(sent[1].second, gpdu(0x77, "waited", 6));
  receive(gtpu::end_marker_for(source));
  EXPECT_EQ(sent[2].first, other);
  EXPECT_EQ(last().type, gtpu::end_marker);
  EXPECT_EQ(last().teid, 0x77u);
  n3.send_end_marker(source);
  EXPECT_EQ(sent.size(), 4u);
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(n3.statistics().forwarded_packets, 2u);
}

TEST_F(N3Test, takes_forwarded_packets_at_the_target) {
  uint32_t teid = n3.add({7, 1, true}, {}).value();
  receive(gpdu(teid, "forwarded"));
  receive(gtpu::end_marker_for(teid));
  EXPECT_EQ(events, (Events{"7/1 qfi 9 forwarded", "7/1 end forwarding"}));
  EXPECT_FALSE(n3.send(teid, 1, pool.copy(as_bytes("no uplink"))));
  n3.send_end_marker(teid);
  EXPECT_TRUE(sent.empty());
}

TEST_F(N3Test, forwards_the_sdus_of_a_bearer_with_their_sns) {  // TS 29.281 5.2.2.2A
  EXPECT_TRUE(n3.forward_sdu({other, 0x77}, 0x2abcd, pool.copy(as_bytes("old"))));
  EXPECT_TRUE(n3.forward_sdu({other, 0x77}, std::nullopt, pool.copy(as_bytes("new"))));
  EXPECT_FALSE(n3.forward_sdu({}, std::nullopt, pool.copy(as_bytes("nowhere"))));
  ASSERT_EQ(sent.size(), 2u);
  auto first = gtpu::decode(sent[0].second).value();
  ASSERT_EQ(first.extensions.size(), 1u);
  EXPECT_EQ(std::get<gtpu::LongPdcpPduNumber>(first.extensions[0].content).number, 0x2abcdu);
  EXPECT_EQ(as_text(first.payload), "old");
  EXPECT_TRUE(gtpu::decode(sent[1].second).value().extensions.empty());

  const uint32_t teid = n3.add({.ue = 7, .session = 1, .forwarding = true, .drb = 2}, {}).value();
  for (auto& [to, datagram] : std::vector(sent)) {
    for (unsigned i = 0; i < 4; ++i) datagram[4 + i] = static_cast<uint8_t>(teid >> (24 - 8 * i));
    receive(datagram);
  }
  receive(gtpu::Message{.teid = teid, .extensions = {{.type = gtpu::extension::pdcp_pdu_number, .content = gtpu::PdcpPduNumber{.number = 0xabc}}}, .payload = {'s'}});
  EXPECT_EQ(events, (Events{"7/1 drb 2 sn 175053 old", "7/1 drb 2 new", "7/1 drb 2 sn 2748 s"}));
}

TEST_F(N3Test, tunnels_have_a_limit) {
  for (size_t i = 0; i < limit::tunnels; ++i) ASSERT_TRUE(n3.add({0, 1}, {}));
  EXPECT_FALSE(n3.add({0, 1}, {}));
}
