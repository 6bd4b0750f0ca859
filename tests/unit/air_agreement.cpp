// Both MACs read the same configuration: whatever is configured, nothing that one side sends may miss what the other expects.
#include "tests/unit/air_network.h"

namespace sen::air::test {

namespace {

struct Variant {
  const char* name;
  void (*ue)(mac::UeConfig&);
  void (*cell)(mac::CellConfig&) = [](mac::CellConfig&) {};
  uint8_t large_uci_format = 2;
};

const Variant variants[] = {
    {"plain", [](mac::UeConfig&) {}},
    {"256QAM", [](mac::UeConfig& c) { c.pdsch_mcs_table = c.pusch_mcs_table = 2; }},
    {"low spectral efficiency", [](mac::UeConfig& c) { c.pdsch_mcs_table = c.pusch_mcs_table = 3; }},
    {"fallback formats in the UE's search space", [](mac::UeConfig& c) { c.search_spaces[0].type = mac::SearchSpaceType::ue_0_0_1_0; }},
    {"own scrambling", [](mac::UeConfig& c) { c.coreset_dmrs_ids = {77}; }},
    {"resource allocation type 0", [](mac::UeConfig& c) { c.resource_allocation_type1 = false; }},
    {"type 0 with large groups", [](mac::UeConfig& c) { c.resource_allocation_type1 = false, c.rbg_config2 = true; }},
    {"one DM-RS symbol", [](mac::UeConfig& c) { c.dl_dmrs_additional = c.ul_dmrs_additional = 0; }},
    {"four DM-RS symbols", [](mac::UeConfig& c) { c.dl_dmrs_additional = c.ul_dmrs_additional = 3; }},
    {"transform precoding", [](mac::UeConfig& c) { c.transform_precoding = true; }},
    {"sparse search space", [](mac::UeConfig& c) { c.search_spaces[0].period_slots = 2; }},
    {"two layers",
     [](mac::UeConfig& c) {
       c.max_layers_dl = 2;
       c.csi = mac::CsiReportConfig{};
       c.csi->period_slots = 80;
       c.csi->csi_rs.row = 3;
       c.csi->csi_rs.cdm = nr::CdmType::fd2;
     },
     [](mac::CellConfig& c) { c.l1.tx_ports = 2; }},
    {"four layers",
     [](mac::UeConfig& c) {
       c.max_layers_dl = 4;
       c.csi = mac::CsiReportConfig{};
       c.csi->period_slots = 80;
       c.csi->csi_rs.row = 4;
       c.csi->csi_rs.cdm = nr::CdmType::fd2;
     },
     [](mac::CellConfig& c) { c.l1.tx_ports = 4; }},
    {"two layers of the uplink",
     [](mac::UeConfig& c) {
       c.max_layers_ul = 2;
       c.codebook_subset = nr::CodebookSubset::full;
       c.srs = mac::SrsConfig{.ports = 2, .c_srs = 12, .period_slots = 40};
     },
     [](mac::CellConfig& c) { c.l1.rx_ports = 2; }},
    {"four layers of the uplink",
     [](mac::UeConfig& c) {
       c.max_layers_ul = 4;
       c.codebook_subset = nr::CodebookSubset::partial;
       c.srs = mac::SrsConfig{.ports = 4, .c_srs = 12, .period_slots = 80};
     },
     [](mac::CellConfig& c) { c.l1.rx_ports = 4; }},
    {"a semi-static codebook", [](mac::UeConfig& c) { c.dynamic_harq_codebook = false; }},
    {"a semi-static codebook and fallback formats",
     [](mac::UeConfig& c) { c.dynamic_harq_codebook = false, c.search_spaces[0].type = mac::SearchSpaceType::ue_0_0_1_0; }},
    {"a semi-static codebook with CSI", [](mac::UeConfig& c) { c.dynamic_harq_codebook = false, c.csi = mac::CsiReportConfig{}, c.csi->period_slots = 40; }},
    {"PUCCH format 3", [](mac::UeConfig& c) { c.csi = mac::CsiReportConfig{}, c.csi->period_slots = 40; }, [](mac::CellConfig&) {}, 3},
    {"PUCCH format 4", [](mac::UeConfig& c) { c.csi = mac::CsiReportConfig{}, c.csi->period_slots = 40; }, [](mac::CellConfig&) {}, 4},
    {"PUCCH format 3 with more DM-RS and a semi-static codebook",
     [](mac::UeConfig& c) { c.dynamic_harq_codebook = false, c.pucch_formats[3].additional_dmrs = true, c.pucch_formats[3].pi2_bpsk = true; },
     [](mac::CellConfig&) {}, 3},
    {"CSI", [](mac::UeConfig& c) { c.csi = mac::CsiReportConfig{}, c.csi->period_slots = 40; }},
    {"CSI never beside HARQ-ACK",
     [](mac::UeConfig& c) { c.csi = mac::CsiReportConfig{}, c.csi->period_slots = 40, c.pucch_formats[2].simultaneous_csi = false; }},
    {"SRS", [](mac::UeConfig& c) { c.srs = mac::SrsConfig{}, c.srs->period_slots = 40; }},
    {"DRX", [](mac::UeConfig& c) { c.drx = mac::DrxConfig{}, c.periodic_bsr_ms = 0; }},
    {"measurement gaps", [](mac::UeConfig& c) { c.gap = mac::MeasurementGap{}; }},
    {"dedicated time allocations",
     [](mac::UeConfig& c) {
       c.pdsch_times = {{0, nr::MappingType::a, 2, 12}, {0, nr::MappingType::a, 2, 4}};
       c.pusch_times = {{4, nr::MappingType::a, 0, 14}, {6, nr::MappingType::a, 0, 14}, {8, nr::MappingType::a, 0, 12}};
     }},
    {"power headroom", [](mac::UeConfig& c) { c.phr_periodic_ms = 20, c.phr_change_db = 3; }},
    {"a narrower bandwidth part",
     [](mac::UeConfig& c) {
       c.bwp_id = 1;
       c.dl.start = c.ul.start = 4;
       c.dl.size = c.ul.size = 30;
       c.coresets[0].frequency_groups = 0xf;
     }},
};

}  // namespace

TEST(AirAgreement, nothing_sent_misses_what_is_expected) {
  for (const auto make : {mac::test::fdd_cell, mac::test::tdd_cell}) {
    for (const auto& v : variants) {
      auto cell = make(1);
      v.cell(cell);
      SCOPED_TRACE(fmt::format("{} {}", v.name, cell.l1.tdd ? "tdd" : "fdd"));
      Network n(cell, {}, {.large_uci_format = v.large_uci_format});
      n.tune_config = v.ue;
      auto& ue = n.add_ue({60, 0, 1.5}, 11);
      if (!n.connect(ue, 1000)) {
        ADD_FAILURE() << n.air.last_mismatch();
        continue;
      }
      n.run_ms(30);
      const auto before = n.air.statistics();
      for (uint32_t i = 0; i < 60; ++i) {
        for (uint32_t j = 0; j < 3; ++j) {
          n.send_ul(ue, 3 * i + j, 700);
          n.send_dl(ue, 3 * i + j, 700);
        }
        n.run_ms(2);
      }
      n.run_until([&] { return ue.ul.size() == 180 && ue.dl.size() == 180; }, 3000);
      EXPECT_EQ(ue.ul.size(), 180u);
      EXPECT_EQ(ue.dl.size(), 180u);
      const auto& s = n.air.statistics();
      EXPECT_EQ(s.pdsch_unmatched - before.pdsch_unmatched, 0u) << n.air.last_mismatch();
      EXPECT_EQ(s.pusch_unmatched - before.pusch_unmatched, 0u) << n.air.last_mismatch();
      EXPECT_EQ(s.uci_unmatched - before.uci_unmatched, 0u) << n.air.last_mismatch();
      EXPECT_EQ(s.pdsch_lost - before.pdsch_lost, 0u);
      EXPECT_EQ(s.pusch_dtx - before.pusch_dtx, 0u);
      const auto metrics = ue.mac->take_metrics();
      EXPECT_EQ(metrics.dci_unusable, 0u);
      EXPECT_EQ(metrics.grants_unused, 0u);
      n.cell->counters().fields([](const char* name, uint64_t value) { EXPECT_EQ(value, 0u) << name; });
    }
  }
}

TEST(AirAgreement, system_information_reaches_an_idle_ue) {
  for (const auto make : {mac::test::fdd_cell, mac::test::tdd_cell}) {
    Network n(make(1), {});
    mac::SystemInformation si;
    si.sib1 = Bytes(120, 0x51);
    si.messages = {{Bytes(60, 0x52), 16, 1}, {Bytes(90, 0x53), 32, 2}};
    n.cell->set_system_information(si);
    auto& ue = n.add_ue({60, 0, 1.5}, 3);
    std::vector<Bytes> sib1, others;
    mac::UeMac listener(
        {.sib1 = [&](Bytes b) { sib1.push_back(std::move(b)); }, .system_information = [&](Bytes b) { others.push_back(std::move(b)); }},
        1);
    listener.camp(n.config, true);
    for (unsigned i = 0; i < 800; ++i) {
      n.air.advance(n.now_ns);
      n.cell->slot(n.slot, n.dl, n.ul);
      n.air.send(n.index, n.dl, n.ul);
      for (const auto& dci : n.air.receive_pdcch(ue.index, listener.search(n.slot))) listener.on_dci(n.slot, dci);
      for (auto& block : n.air.receive_pdsch(ue.index, listener.pdsch(n.slot))) listener.on_pdsch(n.slot, std::move(block));
      listener.uplink(n.slot);
      if (sib1.size() == 1 && i < 400) {
        i = 400;
        listener.set_cell(n.config);
        listener.want_system_information({{16, 1}, {32, 2}});
      }
      n.cell->indicate(n.air.receive(n.index));
      n.now_ns += nr::slot_ns(n.config.l1.scs);
      ++n.slot;
    }
    ASSERT_EQ(sib1.size(), 1u);
    EXPECT_EQ(sib1[0][119], 0x51);
    ASSERT_EQ(others.size(), 2u);
    EXPECT_EQ(others[0][0] + others[1][0], 0x52 + 0x53);
  }
}

TEST(AirAgreement, paging_wakes_the_right_sleeper) {
  for (const auto make : {mac::test::fdd_cell, mac::test::tdd_cell}) {
    for (uint16_t ns : {1, 2, 4}) {
      auto config = make(1);
      config.paging.ns = static_cast<uint8_t>(ns);
      config.paging.default_cycle_frames = 64;
      config.paging.n_divisor = ns == 4 ? 2 : 1;
      Network n(config, {});
      std::vector<unsigned> paged(20);
      std::vector<std::unique_ptr<mac::UeMac>> sleepers;
      for (unsigned i = 0; i < 20; ++i) {
        auto& ue = n.add_ue({60, 0, 1.5}, i);
        ue.mac = std::make_unique<mac::UeMac>(mac::UePorts{.paging = [&paged, i](Bytes) { ++paged[i]; }}, i);
        ue.mac->camp(n.config, false);
        ue.mac->set_cell(n.config);
        ue.mac->set_paging(static_cast<uint16_t>(i * 37), 64);
      }
      n.run_ms(10);
      EXPECT_TRUE(n.cell->page(7 * 37, 64, 7));
      n.run_ms(1400);
      EXPECT_EQ(paged[7], 1u) << ns;
    }
  }
}

TEST(AirAgreement, a_ue_that_was_out_of_reach_comes_back_with_its_c_rnti) {
  Network n(mac::test::tdd_cell(), {});
  n.tune_config = [](mac::UeConfig& c) { c.scheduling_requests[0].trans_max = 4; };
  auto& ue = n.add_ue({60, 0, 1.5}, 11);
  ASSERT_TRUE(n.connect(ue));
  n.run_ms(50);
  n.air.set_extra_loss(n.index, ue.index, 200);
  for (uint32_t i = 0; i < 20; ++i) n.send_ul(ue, i, 300);
  n.run_ms(150);
  EXPECT_TRUE(ue.ul.empty());
  n.air.set_extra_loss(n.index, ue.index, 0);
  n.run_until([&] { return ue.ul.size() == 20; }, 3000);
  EXPECT_EQ(ue.ul.size(), 20u);
}

TEST(AirAgreement, a_prepared_ue_arrives_by_contention_free_access) {
  for (const auto make : {mac::test::fdd_cell, mac::test::tdd_cell}) {
    auto config = make(1);
    config.rach.cb_preambles_per_ssb = 56;
    Network n(config, {});
    auto& ue = n.add_ue({60, 0, 1.5}, 11);
    ue.rnti = n.cell->allocate_rnti().value();
    n.prepare(ue);
    const auto preamble = n.cell->allocate_preamble(ue.rnti);
    ASSERT_TRUE(preamble);
    ue.mac->configure(ue.config);
    Network::establish(*ue.plane);
    ue.mac->set_crnti(ue.rnti);
    ue.plane->send_rrc(1, Bytes(30, 0xcc));  // RRCReconfigurationComplete
    ue.mac->start_random_access({mac::RandomAccess::Cause::handover, *preamble});
    EXPECT_TRUE(n.run_until([&] { return ue.connected; }, 200));
    EXPECT_EQ(n.came_back, (std::vector<mac::Rnti>{ue.rnti}));
    n.send_dl(ue, 1, 300);
    n.send_ul(ue, 1, 300);
    EXPECT_TRUE(n.run_until([&] { return ue.ul.size() == 1 && ue.dl.size() == 1; }, 500));
    EXPECT_EQ(n.air.statistics().pusch_unmatched, 0u) << n.air.last_mismatch();
  }
}

TEST(AirAgreement, a_pdcch_order_and_a_lost_alignment_lead_back_to_data) {
  Network n(mac::test::fdd_cell(), {});
  n.tune_config = [](mac::UeConfig& c) {
    c.time_alignment_ms = 500;
    c.search_spaces.push_back(c.search_spaces[0]);  // orders come in format 1_0
    c.search_spaces[1].id = 3;
    c.search_spaces[1].type = mac::SearchSpaceType::ue_0_0_1_0;
  };
  auto& ue = n.add_ue({60, 0, 1.5}, 11);
  ASSERT_TRUE(n.connect(ue));
  n.run_ms(20);
  n.cell->order_random_access(ue.rnti);
  const auto preambles = n.air.statistics().preambles;
  n.run_ms(100);
  EXPECT_GT(n.air.statistics().preambles, preambles);
  n.send_dl(ue, 1, 300);
  n.send_ul(ue, 1, 300);
  EXPECT_TRUE(n.run_until([&] { return ue.ul.size() == 1 && ue.dl.size() == 1; }, 500));
}

}  // namespace sen::air::test
