// What the scheduler makes of measurements: layers, power, timing, HARQ-ACK codebooks.
#include "tests/unit/mac_gnb_world.h"

namespace sen::mac::test {

namespace {

UeConfig with_csi(const CellConfig& cell, unsigned ports) {
  UeConfig u = ue_of(cell);
  u.max_layers_dl = static_cast<uint8_t>(ports);
  u.csi = CsiReportConfig{.period_slots = 40};
  u.csi->csi_rs.row = ports == 1 ? 2 : ports == 2 ? 3 : 4;
  u.csi->csi_rs.cdm = ports == 1 ? nr::CdmType::none : nr::CdmType::fd2;
  u.csi->csi_rs.period_slots = 40;
  return u;
}

WorldUe& connected(World& w, double distance_m = 20) {
  WorldUe& ue = w.add_ue(distance_m);
  w.connect(ue);
  EXPECT_TRUE(w.until([&] { return w.connected(ue); }, 2000)) << w.air.last_mismatch();
  return ue;
}

}  // namespace

TEST(GnbMacAdaptation, sends_as_many_layers_as_the_ue_reports_by_its_matrix) {
  for (unsigned ports : {1, 2, 4}) {
    SCOPED_TRACE(ports);
    CellConfig cell = tdd_cell();
    cell.l1.tx_ports = static_cast<uint8_t>(ports);
    World w(cell);
    w.template_config = with_csi(cell, ports);
    WorldUe& ue = connected(w);
    w.run(200);
    for (uint8_t i = 0; i < 40; ++i) w.send_down(ue, 1000, i);
    unsigned most = 0;
    ASSERT_TRUE(w.until(
        [&] {
          for (const auto& p : w.dl.pdsch) {
            if (p.rnti != ue.mac.crnti()) continue;
            most = std::max<unsigned>(most, p.layers);
            EXPECT_EQ(p.precoding.ports, ports == 1 ? 0 : ports);
          }
          return ue.packets.size() == 40;
        },
        1000))
        << w.air.last_mismatch();
    EXPECT_EQ(most, ports);
    EXPECT_EQ(w.gnb.take_metrics()[0].dl_ri, static_cast<float>(ports));
  }
}

TEST(GnbMacAdaptation, grants_as_many_layers_as_sounding_shows) {
  for (unsigned ports : {2, 4}) {
    for (bool tdd : {false, true}) {
      SCOPED_TRACE(ports);
      CellConfig cell = tdd ? tdd_cell() : fdd_cell();
      cell.l1.rx_ports = static_cast<uint8_t>(ports);
      World w(cell);
      UeConfig u = ue_of(cell);
      u.max_layers_ul = static_cast<uint8_t>(ports);
      u.codebook_subset = nr::CodebookSubset::full;
      u.srs = SrsConfig{.ports = static_cast<uint8_t>(ports), .c_srs = 12, .period_slots = 40};
      w.template_config = u;
      WorldUe& ue = connected(w);
      w.run(100);
      for (uint8_t i = 0; i < 40; ++i) w.send_up(ue, 1000, i);
      unsigned most = 0;
      ASSERT_TRUE(w.until(
          [&] {
            for (const auto& p : w.ul.pusch) most = std::max<unsigned>(most, p.layers);
            return w.peer(ue)->packets.size() == 40;
          },
          1000))
          << w.air.last_mismatch();
      EXPECT_EQ(most, ports);
    }
  }
}

TEST(GnbMacAdaptation, holds_the_uplink_at_its_target) {
  for (float target : {12.0f, 20.0f}) {
    World w(fdd_cell(), {.target_pusch_sinr_db = target, .target_pucch_sinr_db = target});
    WorldUe& ue = connected(w, 300);
    float pusch = 0, pucch = 0;
    for (unsigned i = 0; i < 400; ++i) {
      if (i % 2 == 0) w.send_up(ue, 200, static_cast<uint8_t>(i));  // beside a PUSCH there is no PUCCH
      w.send_down(ue, 200, static_cast<uint8_t>(i));
      w.run(5);
      const auto m = w.gnb.take_metrics();
      pusch = m[0].pusch_sinr_db, pucch = m[0].pucch_sinr_db;
    }
    EXPECT_NEAR(pusch, target, 2.5);
    EXPECT_NEAR(pucch, target, 2.5);
  }
}

TEST(GnbMacAdaptation, keeps_a_moving_ue_in_time) {
  World w(tdd_cell());
  w.template_config = ue_of(w.cell);
  WorldUe& ue = connected(w, 50);
  // 1000 m/s away: 6.7 us of round trip a second, against a cyclic prefix of 2.3 us.
  w.air.move_ue(ue.air, air::Track::walk({50, 0, 1.5}, {5000, 0, 1.5}, 1000, static_cast<double>(w.now_ns) * 1e-9));
  float worst_ns = 0;
  for (unsigned i = 0; i < 4000; ++i) {
    if (i % 4 == 0) w.send_up(ue, 100, static_cast<uint8_t>(i)), w.send_down(ue, 100, static_cast<uint8_t>(i));
    w.step();
    if (i % 50 != 0) continue;
    ue.mac.set_path_loss(w.air.link(w.cell_index, ue.air).path_loss_db);
    worst_ns = std::max(worst_ns, std::abs(2 * w.air.link(w.cell_index, ue.air).delay_ns - ue.mac.take_metrics().ta_ns));
  }
  EXPECT_LT(worst_ns, 1200);
  EXPECT_GT(w.air.link(w.cell_index, ue.air).delay_ns, 5000);
  EXPECT_EQ(w.count(UeEvent::out_of_sync), 0u);
}

TEST(GnbMacAdaptation, shares_the_blocks_between_slices) {
  const SNssai first{1, {}}, second{2, {}};
  struct Case {
    uint8_t min_percent, max_percent;
    double least, most;
  };
  for (const Case& c : {Case{0, 100, 0.40, 0.60}, Case{70, 100, 0.65, 0.75}, Case{0, 20, 0.15, 0.25}}) {
    SCOPED_TRACE(fmt::format("{} to {} %", c.min_percent, c.max_percent));
    SchedulerConfig scheduler;
    scheduler.slices = {{first, c.min_percent, c.max_percent}};
    scheduler.fixed_dl_mcs = scheduler.fixed_ul_mcs = 10;
    World w(fdd_cell(), scheduler);
    w.mode = l2::RlcMode::um;
    WorldUe* ues[] = {&connected(w), &connected(w)};
    for (unsigned i = 0; i < 2; ++i) w.gnb.set_qos(ues[i]->mac.crnti(), {.channels = {QosChannel{.lcid = 4, .slice = i ? second : first}}});
    w.run(50);
    w.gnb.take_metrics();
    for (unsigned n = 0; n < 1500; ++n) {
      for (WorldUe* ue : ues) w.send_down(*ue, 1400, 1), w.send_up(*ue, 1400, 1);
      w.step();
    }
    const auto metrics = w.gnb.take_metrics();
    ASSERT_EQ(metrics.size(), 2u);
    const bool in_order = metrics[0].rnti == ues[0]->mac.crnti();
    const auto &a = metrics[in_order ? 0 : 1], &b = metrics[in_order ? 1 : 0];
    const double dl = static_cast<double>(a.dl_octets) / static_cast<double>(a.dl_octets + b.dl_octets);
    const double ul = static_cast<double>(a.ul_octets) / static_cast<double>(a.ul_octets + b.ul_octets);
    EXPECT_GE(dl, c.least);
    EXPECT_LE(dl, c.most);
    EXPECT_GE(ul, c.least - 0.05);  // percent of the carrier; PUCCH has a share of it too
    EXPECT_LE(ul, c.most + 0.15);
  }
}

// An acknowledgement on the wrong bit would lose a block that an unacknowledged bearer never sends again.
TEST(GnbMacAdaptation, every_codebook_names_the_right_blocks) {
  for (bool dynamic : {true, false}) {
    for (uint8_t format : {2, 3, 4}) {
      for (bool tdd : {false, true}) {
        SCOPED_TRACE(fmt::format("{} codebook, format {}, {}", dynamic ? "dynamic" : "semi-static", format, tdd ? "TDD" : "FDD"));
        World w(tdd ? tdd_cell() : fdd_cell(), {.large_uci_format = format},
                {.seed = 7u + format, .bler_dl = 0.3, .retransmission_factor = 0, .sinr_errors = false});
        w.mode = l2::RlcMode::um;
        w.template_config = ue_of(w.cell);
        w.template_config->dynamic_harq_codebook = dynamic;
        WorldUe& ue = connected(w);
        w.run(50);
        const auto early = w.air.statistics().uci_unmatched;  // sent before the cell could know that the UE has its configuration
        for (unsigned i = 0; i < 300; ++i) {
          w.send_down(ue, 300 + i % 7 * 150, static_cast<uint8_t>(i));
          if (i % 3 == 0) w.send_up(ue, 400, static_cast<uint8_t>(i));
          w.run(1 + i % 3);
        }
        EXPECT_TRUE(w.until([&] { return ue.packets.size() == 300; }, 500)) << ue.packets.size();
        EXPECT_GT(w.air.statistics().pdsch_lost, 20u);
        EXPECT_EQ(w.air.statistics().uci_unmatched, early) << w.air.last_mismatch();
      }
    }
  }
}

}  // namespace sen::mac::test
