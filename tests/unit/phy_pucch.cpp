// PUCCH: what is sent is received, for random valid configurations; invalid ones are refused; noise is not taken for an answer; UEs share resources.
#include "phy/pucch.h"

#include <cstdlib>

#include "nr/pucch.h"
#include "phy/detail/pucch_plan.h"
#include "tests/unit/phy_channel.h"

namespace sen::phy {
namespace {

using nr::l1::Bits;
using nr::l1::PucchPdu;
using nr::l1::RxUci;
using nr::l1_ue::UciSend;

int property_cases() {
  const char* asked = std::getenv("SEN_PROPERTY_CASES");
  return asked ? std::atoi(asked) : 1000;
}

Bits random_bits(Random& random, unsigned n) {
  Bits b{Bytes((n + 7) / 8), static_cast<uint16_t>(n)};
  for (unsigned i = 0; i < n; ++i) b.octets[i / 8] = static_cast<uint8_t>(b.octets[i / 8] | random.between(0, 1) << (7 - i % 8));
  return b;
}

constexpr unsigned grid_rb = 52;
const nr::Slot slot(nr::Scs::khz30, 7, 13);

// Any PUCCH that check() lets pass.
PucchPdu random_pdu(Random& random, unsigned format) {
  for (;;) {
    PucchPdu p;
    p.rnti = static_cast<uint16_t>(random.between(1, 65519));
    p.bwp = {.scs = slot.scs(), .extended_cp = random.chance(0.1), .start = static_cast<uint16_t>(random.between(0, 10)), .size = 0};
    p.bwp.size = static_cast<uint16_t>(random.between(1, grid_rb - p.bwp.start));
    p.format = static_cast<uint8_t>(format);
    p.symbols = static_cast<uint8_t>(format % 2 == 0 && format < 4 ? random.between(1, 2) : random.between(4, 14));
    p.start_symbol = static_cast<uint8_t>(random.between(0, 14u - p.symbols));
    p.rbs = static_cast<uint16_t>(format == 2 || format == 3 ? random.between(1, 16) : 1);
    p.first_rb = static_cast<uint16_t>(random.between(0, p.bwp.size));
    if (random.chance(0.5)) p.second_hop_rb = static_cast<uint16_t>(random.between(0, p.bwp.size));
    p.initial_cyclic_shift = static_cast<uint8_t>(random.between(0, 11));
    p.time_domain_occ = static_cast<uint8_t>(random.between(0, 6));
    p.occ_length = random.chance(0.5) ? 2 : 4;
    p.occ_index = static_cast<uint8_t>(random.between(0, p.occ_length - 1u));
    p.pi2_bpsk = format >= 3 && random.chance(0.4);
    p.additional_dmrs = format >= 3 && random.chance(0.5);
    p.hopping_id = static_cast<uint16_t>(random.between(0, 1023));
    p.n_id = static_cast<uint16_t>(random.between(0, 1023));
    p.dmrs_n_id = static_cast<uint16_t>(random.between(0, 65535));
    p.group_hopping = static_cast<uint8_t>(random.between(0, 2));
    p.max_code_rate = static_cast<uint8_t>(random.between(0, 6));
    if (format < 2) {
      p.uci.harq_bits = static_cast<uint16_t>(random.between(0, 2));
      p.uci.sr = static_cast<uint8_t>(format == 0 || p.uci.harq_bits == 0 ? random.between(0, 1) : 0);
    } else {
      p.uci.harq_bits = static_cast<uint16_t>(random.between(0, random.chance(0.8) ? 12 : 200));
      p.uci.sr = static_cast<uint8_t>(random.between(0, 4));
      p.uci.csi1_bits = static_cast<uint16_t>(random.between(0, random.chance(0.8) ? 20 : 600));
      if (format >= 3 && random.chance(0.4)) p.uci.csi2_bits = static_cast<uint16_t>(random.between(1, 40));
    }
    if (!check(p, grid_rb)) continue;
    // Short codes of which only a few bits are sent cannot be decoded whatever the channel.
    const detail::PucchPlan plan(p);
    const auto decodable = [](unsigned payload, unsigned bits) { return payload == 0 || payload >= 12 || bits >= std::min(2 * payload + 8, 32u); };
    if (format < 2 || (decodable(plan.part1_payload, plan.part1_bits) && decodable(plan.part2_payload, plan.part2_bits))) return p;
  }
}

UciSend random_uci(Random& random, const PucchPdu& p) {
  UciSend u;
  u.harq = random_bits(random, p.uci.harq_bits);
  u.csi1 = random_bits(random, p.uci.csi1_bits);
  u.csi2 = random_bits(random, p.uci.csi2_bits);
  if (p.uci.sr > 0) u.sr = static_cast<uint8_t>(random.between(p.format < 2 && p.uci.harq_bits == 0 ? 1 : 0, (1u << p.uci.sr) - 1));
  return u;
}

// The sender's grid through a channel to rx ports.
void pass(const Grid& sent, Grid& received, const TestChannel& channel) {
  for (unsigned r = 0; r < received.ports(); ++r) {
    for (unsigned l = 0; l < 14; ++l) {
      const auto from = sent.row(0, l);
      for (unsigned k = 0; k < from.size(); ++k) {
        if (from[k] != Cf{}) received.at(r, l, k) += from[k] * channel.at(r, 0, k, 0);
      }
    }
  }
}
void add_noise(Grid& grid, Noise& noise, float variance) {
  for (unsigned r = 0; r < grid.ports(); ++r) {
    for (unsigned l = 0; l < 14; ++l) {
      for (Cf& v : grid.row(r, l)) v += noise(variance);
    }
  }
}

void expect_equal(const RxUci& got, const UciSend& sent, const PucchPdu& p, const std::string& what) {
  ASSERT_TRUE(got.detected && got.crc_ok) << what;
  EXPECT_EQ(got.harq, sent.harq) << what;
  EXPECT_EQ(got.csi1, sent.csi1) << what;
  EXPECT_EQ(got.csi2, sent.csi2) << what;
  EXPECT_EQ(got.sr, sent.sr.value_or(0)) << what;
  EXPECT_EQ(got.rnti, p.rnti);
}
std::string describe(const PucchPdu& p) {
  return fmt::format("format {} symbols {}+{} rbs {} hop {} harq {} sr {} csi {}+{} pi2 {} rate {} occ {}/{}", p.format, p.start_symbol, p.symbols, p.rbs, p.second_hop_rb.has_value(), p.uci.harq_bits, p.uci.sr,
                     p.uci.csi1_bits, p.uci.csi2_bits, p.pi2_bpsk, p.max_code_rate, p.occ_index, p.occ_length);
}

class EveryFormat : public testing::TestWithParam<unsigned> {};

TEST_P(EveryFormat, returns_what_was_sent_over_a_clean_channel) {
  Noise noise(GetParam());
  PucchTransmitter transmitter;
  PucchReceiver receiver(4);
  Grid sent(1, grid_rb), one(1, grid_rb), two(2, grid_rb), four(4, grid_rb);
  for (int i = 0; i < property_cases(); ++i) {
    const PucchPdu p = random_pdu(noise.random(), GetParam());
    const UciSend u = random_uci(noise.random(), p);
    sent.clear();
    ASSERT_TRUE(transmitter.send(p, u, slot, sent)) << describe(p);
    Grid& received = i % 3 == 0 ? one : i % 3 == 1 ? two : four;
    received.clear();
    pass(sent, received, TestChannel({.rx = received.ports(), .delay_s = (noise.uniform() - 0.5) * 200e-9}, noise));
    const auto got = receiver.receive(p, slot, received);
    ASSERT_TRUE(got) << describe(p);
    expect_equal(*got, u, p, describe(p));
    if (HasFatalFailure()) return;
  }
}

TEST_P(EveryFormat, works_in_noise_and_echoes) {
  Noise noise(100 + GetParam());
  PucchTransmitter transmitter;
  PucchReceiver receiver(2);
  Grid sent(1, grid_rb), received(2, grid_rb);
  unsigned wrong = 0;
  const unsigned trials = 200;
  for (unsigned i = 0; i < trials; ++i) {
    PucchPdu p = random_pdu(noise.random(), GetParam());
    p.bwp.extended_cp = false;
    if (p.format >= 2) {  // a rate that leaves room
      p.uci = {.harq_bits = 4, .sr = 1, .csi1_bits = 0, .csi2_bits = 0};
      if (p.format == 3) p.rbs = 4;
      p.bwp.size = grid_rb - p.bwp.start;
      p.first_rb = 3;
      p.second_hop_rb.reset();
      if (!check(p, grid_rb) || detail::PucchPlan(p).bits < 16) continue;
    }
    const UciSend u = random_uci(noise.random(), p);
    sent.clear();
    received.clear();
    ASSERT_TRUE(transmitter.send(p, u, slot, sent));
    // A steady channel of some frequency selectivity.
    pass(sent, received, TestChannel({.rx = 2, .rms_s = 50e-9}, noise));
    add_noise(received, noise, 0.01f);
    const auto got = receiver.receive(p, slot, received);
    ASSERT_TRUE(got);
    wrong += !got->detected || got->harq != u.harq || got->sr != u.sr.value_or(0);
  }
  EXPECT_LE(wrong, 6u);  // both ports in a fade
}

TEST_P(EveryFormat, takes_noise_for_an_answer_once_in_a_hundred_times) {
  Noise noise(200 + GetParam());
  for (unsigned rx : {1u, 2u, 4u}) {
    PucchReceiver receiver(4);
    Grid received(rx, 6);
    PucchPdu p;
    p.bwp = {.scs = slot.scs(), .extended_cp = false, .start = 0, .size = 6};
    p.format = static_cast<uint8_t>(GetParam());
    p.symbols = p.format % 2 == 0 && p.format < 4 ? 2 : 10;
    p.rbs = p.format == 2 || p.format == 3 ? 3 : 1;
    p.occ_length = 2;
    p.uci.harq_bits = p.format < 2 ? 2 : 4;
    for (unsigned harq : {unsigned{p.uci.harq_bits}, p.format < 2 ? 1u : 14u}) {
      p.uci.harq_bits = static_cast<uint16_t>(harq);
      unsigned alarms = 0;
      const unsigned trials = 1500;
      for (unsigned i = 0; i < trials; ++i) {
        received.clear();
        for (unsigned l = 0; l < p.symbols; ++l) {
          for (unsigned r = 0; r < rx; ++r) {
            for (Cf& v : received.row(r, l).first(36)) v = noise(1);
          }
        }
        alarms += receiver.receive(p, slot, received)->detected;
      }
      EXPECT_LE(alarms, trials * 2 / 100) << rx << " ports, " << harq << " bits";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Pucch, EveryFormat, testing::Values(0, 1, 2, 3, 4));

TEST(Pucch, sends_nothing_for_a_negative_scheduling_request) {
  for (unsigned format : {0u, 1u}) {
    PucchPdu p;
    p.bwp = {.scs = slot.scs(), .extended_cp = false, .start = 0, .size = 4};
    p.format = static_cast<uint8_t>(format);
    p.symbols = format == 0 ? 1 : 8;
    p.uci.sr = 1;
    Grid grid(1, 4);
    UciSend u;
    u.sr = 0;
    ASSERT_TRUE(PucchTransmitter().send(p, u, slot, grid));
    for (unsigned l = 0; l < 14; ++l) {
      for (Cf v : grid.row(0, l)) ASSERT_EQ(v, Cf{});
    }
    EXPECT_FALSE(PucchReceiver(1).receive(p, slot, grid)->detected);
  }
}

// Users of one resource block and symbols, told apart by shifts and cover codes.
TEST(Pucch, keeps_users_of_one_resource_apart) {
  Noise noise(5);
  for (unsigned format : {0u, 1u, 4u}) {
    for (int trial = 0; trial < 20; ++trial) {
      std::vector<PucchPdu> users;
      PucchPdu p;
      p.bwp = {.scs = slot.scs(), .extended_cp = false, .start = 0, .size = 20};
      p.format = static_cast<uint8_t>(format);
      p.hopping_id = 55;
      p.first_rb = 4;
      if (trial % 2) p.second_hop_rb = 15;
      if (format == 0) {
        p.symbols = 2;
        p.uci.harq_bits = 1;
        for (uint8_t shift : {0, 3}) p.initial_cyclic_shift = shift, users.push_back(p);
      } else if (format == 1) {
        p.symbols = 14;
        p.uci.harq_bits = 2;
        for (uint8_t shift : {0, 4, 8}) {
          for (uint8_t occ : {0, 1, 2}) p.initial_cyclic_shift = shift, p.time_domain_occ = occ, users.push_back(p);
        }
      } else {
        p.symbols = 14;
        p.uci.harq_bits = 5;
        p.occ_length = trial % 4 < 2 ? 2 : 4;
        for (uint8_t occ = 0; occ < p.occ_length; ++occ) p.occ_index = occ, p.rnti = static_cast<uint16_t>(100 + occ), users.push_back(p);
      }
      Grid received(2, 20);
      std::vector<UciSend> sent;
      for (const PucchPdu& user : users) {
        sent.push_back(random_uci(noise.random(), user));
        Grid grid(1, 20);
        ASSERT_TRUE(PucchTransmitter().send(user, sent.back(), slot, grid));
        pass(grid, received, TestChannel({.rx = 2, .delay_s = noise.uniform() * 50e-9}, noise));
      }
      add_noise(received, noise, 0.003f);
      PucchReceiver receiver(2);
      for (size_t i = 0; i < users.size(); ++i) expect_equal(*receiver.receive(users[i], slot, received), sent[i], users[i], fmt::format("format {} user {}", format, i));
    }
  }
}

TEST(Pucch, measures_power_noise_and_arrival) {
  Noise noise(6);
  PucchTransmitter transmitter;
  PucchReceiver receiver(2);
  for (unsigned format : {0u, 1u, 2u, 3u, 4u}) {
    PucchPdu p;
    p.bwp = {.scs = slot.scs(), .extended_cp = false, .start = 0, .size = 30};
    p.format = static_cast<uint8_t>(format);
    p.symbols = format == 0 || format == 2 ? 2 : 14;
    p.rbs = format == 2 || format == 3 ? 6 : 1;
    p.occ_length = 2;
    p.uci.harq_bits = format < 2 ? 1 : 5;
    double sinr = 0, power = 0, ta = 0;
    const int trials = 100;
    for (int i = 0; i < trials; ++i) {
      Grid sent(1, 30), received(2, 30);
      ASSERT_TRUE(transmitter.send(p, random_uci(noise.random(), p), slot, sent));
      pass(sent, received, TestChannel({.rx = 2, .delay_s = 150e-9}, noise));
      add_noise(received, noise, 0.1f);
      const auto got = receiver.receive(p, slot, received);
      ASSERT_TRUE(got && got->detected);
      sinr += got->quality.sinr_db / trials;
      power += got->quality.rsrp_dbfs / trials;
      ta += got->quality.ta_ns / trials;
    }
    EXPECT_NEAR(sinr, 10, format == 0 ? 1.6 : 1.0) << "format " << format;
    EXPECT_NEAR(power, 0, 0.3) << "format " << format;
    EXPECT_NEAR(ta, 150, 40) << "format " << format;
  }
}

TEST(Pucch, refuses_what_cannot_be) {
  PucchPdu good;
  good.bwp = {.scs = slot.scs(), .extended_cp = false, .start = 0, .size = 20};
  good.format = 3;
  good.symbols = 8;
  good.rbs = 4;
  good.uci.harq_bits = 8;
  ASSERT_TRUE(check(good, 20));
  const auto refused = [&](const char* field, auto change) {
    PucchPdu p = good;
    change(p);
    const Status s = check(p, 20);
    ASSERT_FALSE(s) << field;
    EXPECT_NE(s.error().describe().find(field), std::string::npos) << s.error().describe();
    Grid grid(1, 20);
    EXPECT_FALSE(PucchTransmitter().send(p, {}, slot, grid));
    EXPECT_FALSE(PucchReceiver(1).receive(p, slot, grid));
  };
  refused("format", [](PucchPdu& p) { p.format = 5; });
  refused("bwp", [](PucchPdu& p) { p.bwp.start = 1; });
  refused("startingPRB", [](PucchPdu& p) { p.first_rb = 17; });
  refused("startingPRB", [](PucchPdu& p) { p.second_hop_rb = 17; });
  refused("nrofPRBs", [](PucchPdu& p) { p.rbs = 7; });
  refused("rbs", [](PucchPdu& p) { p.rbs = 17; });
  refused("nrofSymbols", [](PucchPdu& p) { p.symbols = 3; });
  refused("nrofSymbols", [](PucchPdu& p) { p.start_symbol = 7; });
  refused("hopping_id", [](PucchPdu& p) { p.hopping_id = 1024; });
  refused("group_hopping", [](PucchPdu& p) { p.group_hopping = 3; });
  refused("uci", [](PucchPdu& p) { p.uci.harq_bits = 2; });
  refused("uci", [](PucchPdu& p) { p.uci.harq_bits = 1700; });
  refused("csi2_bits", [](PucchPdu& p) { p.uci.csi2_bits = 4; });
  refused("occ-Length", [](PucchPdu& p) { p.format = 4, p.rbs = 1, p.occ_length = 3; });
  refused("harq_bits", [](PucchPdu& p) { p.format = 1, p.rbs = 1, p.uci.harq_bits = 3; });
  refused("timeDomainOCC", [](PucchPdu& p) { p.format = 1, p.rbs = 1, p.uci.harq_bits = 1, p.time_domain_occ = 4; });
  PucchPdu p = good;
  UciSend wrong;
  wrong.harq = {Bytes(1), 7};
  Grid grid(1, 20);
  EXPECT_FALSE(PucchTransmitter().send(p, wrong, slot, grid));
}

// TS 38.212 table 6.3.1.6-1, 14 symbols with DM-RS at 3 and 10: the first set is {2, 4, 9, 11}.
TEST(Pucch, places_the_first_part_beside_the_pilots) {
  PucchPdu p;
  p.bwp = {.scs = slot.scs(), .extended_cp = false, .start = 0, .size = 20};
  p.format = 3;
  p.symbols = 14;
  p.rbs = 1;
  p.max_code_rate = 6;
  p.uci = {.harq_bits = 10, .sr = 0, .csi1_bits = 20, .csi2_bits = 12};
  ASSERT_TRUE(check(p, 20));
  const detail::PucchPlan plan(p);
  EXPECT_EQ(plan.bits, 12u * 24);
  EXPECT_EQ(plan.part1_bits, 52u);  // ceil((30 + 11) / 0.8 / 2) * 2
  std::vector<uint16_t> order(plan.bits);
  detail::pucch_bit_order(plan, order);
  // 26 symbols over four: 7, 7, 6, 6 at the starts of symbols 2, 4, 9 and 11 of the PUCCH, which are the 2nd, 3rd, 7th and 9th with data... in order.
  const unsigned data_index[] = {2, 3, 8, 9}, count[] = {14, 14, 12, 12};
  unsigned next = 0;
  for (unsigned i = 0; i < 4; ++i) {
    for (unsigned b = 0; b < count[i]; ++b) EXPECT_EQ(order[24 * data_index[i] + b], next++);
    EXPECT_GE(order[24 * data_index[i] + count[i]], plan.part1_bits);
  }
  std::vector<bool> seen(plan.bits);
  for (uint16_t i : order) seen[i] = true;
  EXPECT_EQ(std::ranges::count(seen, true), plan.bits);
}

}  // namespace
}  // namespace sen::phy
