// Every kind of trial: without noise to speak of blocks pass, far below its threshold they fail, and noise alone is not taken for a signal.
#include <gtest/gtest.h>

#include "apps/link/trial.h"

using namespace sen;
using namespace sen::link;

namespace {

int passed(const Case& c, double snr_db, int n = 20) {
  auto trial = make_trial(c);
  EXPECT_TRUE(trial) << trial.error().describe();
  if (!trial) return -1;
  int ok = 0;
  for (int i = 0; i < n; ++i) ok += (*trial)->run(snr_db, static_cast<uint64_t>(i + 1)).first_ok;
  return ok;
}

Case of(Kind kind) {
  Case c;
  c.kind = kind;
  c.rb = 24;
  c.coreset_rb = 24;
  return c;
}

}  // namespace

TEST(LinkTrial, blocks_pass_at_high_snr_and_fail_at_low) {
  for (Kind kind : {Kind::ldpc, Kind::polar, Kind::pdsch, Kind::pusch, Kind::pdcch, Kind::pbch, Kind::pucch, Kind::prach}) {
    EXPECT_EQ(passed(of(kind), 25), 20) << to_string(kind);
    EXPECT_LE(passed(of(kind), -30), 2) << to_string(kind);
  }
}

TEST(LinkTrial, both_domains_agree_without_fading) {
  for (Kind kind : {Kind::pdsch, Kind::pusch, Kind::pdcch, Kind::pbch}) {
    Case c = of(kind);
    c.domain = Domain::time;
    EXPECT_EQ(passed(c, 25), 20) << to_string(kind);
    // Near the threshold of MCS 4 the shares lie close.
    if (kind != Kind::pusch) continue;
    int time = passed(c, -1.2, 200);
    c.domain = Domain::frequency;
    EXPECT_NEAR(time, passed(c, -1.2, 200), 35);
  }
}

TEST(LinkTrial, blocks_pass_fading_channels_in_both_domains) {
  for (auto profile : {channel::Profile::tdla30, channel::Profile::tdlc300, channel::Profile::tdl_d}) {
    for (Domain domain : {Domain::time, Domain::frequency}) {
      Case c = of(Kind::pusch);
      c.profile = profile;
      c.doppler_hz = 50;
      c.rx = 4;
      c.domain = domain;
      EXPECT_GE(passed(c, 20), 19) << to_string(profile);
      c.kind = Kind::pdsch;
      EXPECT_GE(passed(c, 20), 19) << to_string(profile);
    }
  }
}

TEST(LinkTrial, every_pucch_format_passes_and_hears_no_noise) {
  for (uint8_t format = 0; format <= 4; ++format) {
    for (uint16_t bits : {0, 16}) {
      if (bits != 0 && format < 2) continue;
      Case c = of(Kind::pucch);
      c.format = format;
      c.harq_bits = bits;
      c.pucch_prb = 2;
      c.rx = 2;
      EXPECT_EQ(passed(c, 20), 20) << int{format};
      c.profile = channel::Profile::tdlc300;
      c.doppler_hz = 100;
      EXPECT_GE(passed(c, 20), 19) << int{format};
      c.noise_only = true;
      EXPECT_GE(passed(c, 0, 100), 96) << int{format};
    }
  }
}

TEST(LinkTrial, layers_pass_a_matching_number_of_antennas) {
  for (uint8_t layers : {2, 4}) {
    for (Kind kind : {Kind::pdsch, Kind::pusch}) {
      Case c = of(kind);
      c.layers = layers;
      c.rx = 4;
      c.profile = channel::Profile::tdla30;
      EXPECT_GE(passed(c, 35), 18) << to_string(kind) << " " << int{layers};
    }
  }
  Case c = of(Kind::pdsch);
  c.precoding = PrecodingChoice::random;
  c.tx = 2;
  c.rx = 2;
  c.layers = 2;
  c.profile = channel::Profile::tdla30;
  EXPECT_GE(passed(c, 35), 18);
}

TEST(LinkTrial, a_receiver_that_knows_the_channel_is_better) {
  for (Domain domain : {Domain::time, Domain::frequency}) {
    for (bool fades : {false, true}) {
      for (uint8_t layers : {1, 2}) {
        Case c = of(Kind::pusch);
        c.domain = domain;
        c.mcs = 10;
        c.rx = 2;
        c.layers = layers;
        if (fades) c.profile = channel::Profile::tdla30, c.doppler_hz = 20;
        double snr = fades ? (layers == 1 ? 4 : 13) : layers == 1 ? 3.4 : 6.4;  // one layer without fading: both antennas hear it
        int estimated = passed(c, snr, 150);
        c.genie = true;
        int known = passed(c, snr, 150);
        EXPECT_GE(known, estimated) << static_cast<int>(domain) << fades << int{layers};
        EXPECT_GE(known, 60) << static_cast<int>(domain) << fades << int{layers};
      }
    }
  }
}

TEST(LinkTrial, retransmissions_combine) {
  Case c = of(Kind::pusch);
  c.transmissions = 4;
  auto trial = make_trial(c);
  ASSERT_TRUE(trial);
  int ok = 0, first = 0;
  for (int i = 0; i < 30; ++i) {
    auto r = (*trial)->run(-4, static_cast<uint64_t>(i + 1));
    ok += r.ok, first += r.first_ok;
    EXPECT_EQ(r.first_ok, r.transmissions == 1);
  }
  EXPECT_LE(first, 3);
  EXPECT_GE(ok, 28);
}

TEST(LinkTrial, noise_alone_is_not_a_signal) {
  for (Kind kind : {Kind::ldpc, Kind::polar, Kind::pdsch, Kind::pusch, Kind::pdcch, Kind::pbch, Kind::pucch, Kind::prach}) {
    Case c = of(kind);
    c.noise_only = true;
    bool shared = kind == Kind::ldpc || kind == Kind::pdsch || kind == Kind::pusch;
    int ok = passed(c, 0, 50);
    EXPECT_TRUE(shared ? ok == 0 : ok >= 48) << to_string(kind) << " " << ok;
  }
}

TEST(LinkTrial, the_same_seed_gives_the_same_result) {
  Case c = of(Kind::pusch);
  c.profile = channel::Profile::tdlb100;
  c.doppler_hz = 400;
  EXPECT_EQ(passed(c, 2, 60), passed(c, 2, 60));
}

TEST(LinkTrial, what_a_channel_refuses_is_named) {
  Case c = of(Kind::pdcch);
  c.aggregation_level = 16;
  auto trial = make_trial(c);
  ASSERT_FALSE(trial);
  EXPECT_EQ(trial.error().describe(), "control.aggregation_level: 16 does not fit 8 CCEs");
  c = of(Kind::pbch);
  c.rb = 11;
  EXPECT_FALSE(make_trial(c));
}
