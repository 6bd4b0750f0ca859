// PDSCH and PUSCH: what is sent over a clean channel is received, whatever the configuration; what the standard does not allow is refused.
#include "tests/unit/phy_shared.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "phy/detail/codebook_precoding.h"
#include "phy/detail/ptrs.h"
#include "phy/detail/uci_multiplexer.h"
#include "tests/unit/allocations.h"

namespace sen::phy::test {
namespace {

constexpr unsigned max_tb_bits = 1'277'992;

std::string describe(const auto& pdu) {
  std::string rbs;
  for (auto [first, count] : pdu.allocation.rbs) rbs += fmt::format("{}+{} ", first, count);
  return fmt::format(
      "mu {} bwp {}+{} ecp {} rbs {} symbols {}+{} dmrs {:#x} type {} length {} groups {} ports {:#x} layers {} qm {} tbs {} bg {} ptrs {}",
      mu(pdu.bwp.scs), pdu.bwp.start, pdu.bwp.size, pdu.bwp.extended_cp, rbs, pdu.allocation.start_symbol, pdu.allocation.symbols,
      pdu.dmrs.symbol_mask, pdu.dmrs.type, pdu.dmrs.length, pdu.dmrs.cdm_groups_without_data, pdu.dmrs.ports, pdu.layers, pdu.code.qm,
      pdu.code.tbs_octets, pdu.code.base_graph,
      pdu.ptrs ? fmt::format("L {} K {} offset {} {}x{}", pdu.ptrs->time_density, pdu.ptrs->frequency_density, pdu.ptrs->re_offset,
                             pdu.ptrs->groups, pdu.ptrs->samples)
               : "none");
}

struct Ends {
  PdschTransmitter pdsch_tx{275};
  PdschReceiver pdsch_rx{275, 4};
  PuschTransmitter pusch_tx{275};
  PuschReceiver pusch_rx{275, 4};
  HarqBuffer harq{max_tb_bits};
  Bytes tb = Bytes(max_tb_bits / 8);
  ReceiveOptions options;
};

TEST(Pdsch, every_configuration_comes_back_over_a_clean_channel) {
  Random random(1);
  Ends e;
  for (unsigned i = 0, n = property_cases(); i < n;) {
    SharedDraw draw;
    auto pdu = random_pdsch(random, draw);
    if (!pdu) continue;
    ++i;
    const Bytes tb = random.bytes(pdu->code.tbs_octets);
    pdu->tb = tb;
    Grid grid(pdu->layers, draw.grid_rb);
    const Status sent = e.pdsch_tx.send(*pdu, draw.slot, grid);
    ASSERT_TRUE(sent) << sent.error().describe() << '\n' << describe(*pdu);
    e.harq.reset();
    const auto got = e.pdsch_rx.receive(*pdu, draw.slot, grid, e.options, e.harq, e.tb);
    ASSERT_TRUE(got) << got.error().describe() << '\n' << describe(*pdu);
    ASSERT_TRUE(got->crc_ok) << "case " << i << ": " << describe(*pdu) << " evm " << got->evm;
    ASSERT_TRUE(std::ranges::equal(std::span(e.tb).first(tb.size()), tb)) << describe(*pdu);
  }
}

TEST(Pusch, every_configuration_comes_back_over_a_clean_channel) {
  Random random(2);
  Ends e;
  for (unsigned i = 0, n = property_cases(); i < n;) {
    SharedDraw draw;
    const auto pdu = random_pusch(random, draw);
    if (!pdu) continue;
    ++i;
    const std::string text = describe(*pdu) + fmt::format(" transform {} hop {} ports {} tpmi {} uci {} {} {}", pdu->transform_precoding,
                                                          pdu->second_hop_rb.value_or(999), pdu->ports, pdu->tpmi, pdu->uci.harq_bits,
                                                          pdu->uci.csi1_bits, pdu->uci.csi2_bits);
    const Bytes tb = random.bytes(pdu->code.tbs_octets);
    const nr::l1_ue::UciSend uci{
        random_bits(random, pdu->uci.harq_bits), {}, random_bits(random, pdu->uci.csi1_bits), random_bits(random, pdu->uci.csi2_bits)};
    Grid grid(std::max(pdu->layers, pdu->ports), draw.grid_rb);
    const Status sent = e.pusch_tx.send(*pdu, tb, uci, draw.slot, grid);
    ASSERT_TRUE(sent) << sent.error().describe() << '\n' << text;
    e.harq.reset();
    const auto got = e.pusch_rx.receive(*pdu, draw.slot, grid, e.options, e.harq, e.tb);
    ASSERT_TRUE(got) << got.error().describe() << '\n' << text;
    if (!tb.empty()) {
      ASSERT_TRUE(got->data.crc_ok) << "case " << i << ": " << text << " evm " << got->data.evm;
      ASSERT_TRUE(std::ranges::equal(std::span(e.tb).first(tb.size()), tb)) << text;
    }
    ASSERT_TRUE(got->harq == uci.harq && got->csi1 == uci.csi1 && got->csi2 == uci.csi2)
        << "case " << i << ": " << text << fmt::format(" {} {} {}", got->harq == uci.harq, got->csi1 == uci.csi1, got->csi2 == uci.csi2);
  }
}

TEST(Pusch, gives_the_same_on_several_threads) {
  Random random(7);
  Ends e;
  JobPool pool(3);
  PuschReceiver shared(275, 4, 3);
  HarqBuffer harq(max_tb_bits);
  Bytes tb_shared(max_tb_bits / 8);
  for (unsigned i = 0, n = property_cases() / 5; i < n;) {
    SharedDraw draw;
    const auto pdu = random_pusch(random, draw);
    if (!pdu) continue;
    ++i;
    const Bytes tb = random.bytes(pdu->code.tbs_octets);
    const nr::l1_ue::UciSend uci{
        random_bits(random, pdu->uci.harq_bits), {}, random_bits(random, pdu->uci.csi1_bits), random_bits(random, pdu->uci.csi2_bits)};
    Grid grid(std::max(pdu->layers, pdu->ports), draw.grid_rb);
    ASSERT_TRUE(e.pusch_tx.send(*pdu, tb, uci, draw.slot, grid));
    e.harq.reset();
    harq.reset();
    const auto alone = e.pusch_rx.receive(*pdu, draw.slot, grid, e.options, e.harq, e.tb);
    const auto together = shared.receive(*pdu, draw.slot, grid, e.options, harq, tb_shared, &pool);
    ASSERT_TRUE(alone && together) << describe(*pdu);
    ASSERT_EQ(alone->data.crc_ok, together->data.crc_ok) << describe(*pdu);
    ASSERT_EQ(alone->data.sch.iterations, together->data.sch.iterations);
    ASSERT_TRUE(std::ranges::equal(alone->data.constellation, together->data.constellation));
    ASSERT_TRUE(std::ranges::equal(std::span(e.tb).first(tb.size()), std::span(tb_shared).first(tb.size())));
    ASSERT_TRUE(alone->harq == together->harq && alone->csi1 == together->csi1 && alone->csi2 == together->csi2);
  }
}

TEST(Pdsch, combines_the_redundancy_versions_of_a_block) {
  Random random(3);
  Ends e;
  nr::l1::PdschPdu pdu;
  pdu.rnti = 17;
  pdu.bwp = {nr::Scs::khz30, false, 0, 24};
  pdu.allocation = {.rbs = {{0, 24}}, .start_symbol = 2, .symbols = 12};
  pdu.dmrs.symbol_mask = 1u << 2;
  pdu.code = {.qm = 4, .rate_x1024_x10 = 9000, .tbs_octets = 1665, .base_graph = 1};  // rate 1.05: no single transmission can carry it
  const Bytes tb = random.bytes(pdu.code.tbs_octets);
  pdu.tb = tb;
  e.harq.reset();
  for (uint8_t rv : {0, 2}) {
    pdu.code.rv = rv;
    Grid grid(1, 24);
    ASSERT_TRUE(e.pdsch_tx.send(pdu, nr::Slot(), grid));
    const auto got = e.pdsch_rx.receive(pdu, nr::Slot(), grid, e.options, e.harq, e.tb);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->crc_ok, rv == 2);
  }
  EXPECT_TRUE(std::ranges::equal(std::span(e.tb).first(tb.size()), tb));
}

TEST(Pdsch, weights_layers_by_the_precoding_matrix) {
  Random random(4);
  Ends e;
  SharedDraw draw;
  std::optional<nr::l1::PdschPdu> pdu;
  while (!pdu || pdu->layers != 2) pdu = random_pdsch(random, draw);
  const Bytes tb = random.bytes(pdu->code.tbs_octets);
  pdu->tb = tb;
  Grid layers(2, draw.grid_rb), ports(4, draw.grid_rb);
  ASSERT_TRUE(e.pdsch_tx.send(*pdu, draw.slot, layers));
  pdu->precoding.ports = 4;
  for (unsigned i = 0; i < 8; ++i) pdu->precoding.weights[i] = Cf(0.1F * static_cast<float>(i), 0.3F - 0.05F * static_cast<float>(i));
  ASSERT_TRUE(e.pdsch_tx.send(*pdu, draw.slot, ports));
  for (unsigned l = 0; l < 14; ++l) {
    for (unsigned k = 0; k < layers.subcarriers(); ++k) {
      for (unsigned p = 0; p < 4; ++p) {
        const Cf expected = pdu->precoding.weights[2 * p] * layers.at(0, l, k) + pdu->precoding.weights[2 * p + 1] * layers.at(1, l, k);
        ASSERT_LT(std::abs(ports.at(p, l, k) - expected), 1e-4);
      }
    }
  }
}

TEST(SharedChannels, allocate_nothing_after_the_first_call) {
  Random random(6);
  Ends e;
  for (unsigned i = 0; i < 60;) {
    SharedDraw draw;
    auto down = random_pdsch(random, draw);
    SharedDraw up_draw;
    const auto up = random_pusch(random, up_draw);
    if (!down || !up || up->uci.harq_bits || up->uci.csi1_bits) continue;
    ++i;
    const Bytes down_tb = random.bytes(down->code.tbs_octets), up_tb = random.bytes(up->code.tbs_octets);
    down->tb = down_tb;
    Grid down_grid(down->layers, draw.grid_rb), up_grid(std::max(up->layers, up->ports), up_draw.grid_rb);
    const auto all = [&] {
      e.harq.reset();
      bool ok = e.pdsch_tx.send(*down, draw.slot, down_grid) && e.pdsch_rx.receive(*down, draw.slot, down_grid, e.options, e.harq, e.tb);
      e.harq.reset();
      return ok && e.pusch_tx.send(*up, up_tb, {}, up_draw.slot, up_grid) &&
             e.pusch_rx.receive(*up, up_draw.slot, up_grid, e.options, e.harq, e.tb);
    };
    if (i == 1) {
      ASSERT_TRUE(all());
    }
    const size_t before = sen::test::allocations;
    const bool ok = all();
    EXPECT_EQ(sen::test::allocations - before, 0u) << describe(*down) << '\n' << describe(*up);
    ASSERT_TRUE(ok);
  }
}

TEST(PhaseTracking, follows_a_turning_phase) {
  // 64QAM with a random common phase a symbol, as an oscillator at 120 kHz may give: only PT-RS shows it.
  Random random(5);
  Ends e;
  for (bool uplink : {false, true}) {
    nr::l1::PdschPdu down;
    nr::l1::PuschPdu up;
    const auto fill = [&](auto& pdu) {
      pdu.rnti = 4242;
      pdu.bwp = {nr::Scs::khz120, false, 0, 32};
      pdu.allocation = {.rbs = {{0, 32}}, .start_symbol = 2, .symbols = 12};
      pdu.layers = 2;
      pdu.dmrs.symbol_mask = 1u << 2;
      pdu.dmrs.ports = 3;
      pdu.ptrs = nr::l1::Ptrs{.time_density = 1, .frequency_density = 2};
      pdu.code = {.qm = 6, .rate_x1024_x10 = 6000, .tbs_octets = 3000, .base_graph = 1};
    };
    fill(down);
    fill(up);
    const Bytes tb = random.bytes(3000);
    down.tb = tb;
    Grid grid(2, 32);
    ASSERT_TRUE(uplink ? e.pusch_tx.send(up, tb, {}, nr::Slot(), grid) : e.pdsch_tx.send(down, nr::Slot(), grid));
    for (unsigned l = 3; l < 14; ++l) {
      const Cf turn = std::polar(1.0F, 0.1F * (static_cast<float>(random.between(0, 200)) / 100 - 1) * 4);
      for (unsigned p = 0; p < 2; ++p) {
        for (Cf& x : grid.row(p, l)) x *= turn;
      }
    }
    e.harq.reset();
    if (uplink) {
      const auto got = e.pusch_rx.receive(up, nr::Slot(), grid, e.options, e.harq, e.tb);
      ASSERT_TRUE(got && got->data.crc_ok);
      EXPECT_LT(got->data.evm, 0.05);
    } else {
      const auto got = e.pdsch_rx.receive(down, nr::Slot(), grid, e.options, e.harq, e.tb);
      ASSERT_TRUE(got && got->crc_ok);
      EXPECT_LT(got->evm, 0.05);
    }
  }
}

TEST(PhaseTracking, counts_on_from_dmrs_symbols) {
  nr::l1::PdschPdu pdu;
  pdu.allocation = {.rbs = {{0, 1}}, .start_symbol = 1, .symbols = 13};
  pdu.dmrs.symbol_mask = 1u << 3 | 1u << 8;
  pdu.ptrs = nr::l1::Ptrs{.time_density = 4};
  EXPECT_EQ(detail::ptrs_symbols(detail::SharedChannel(pdu)), 1u << 1 | 1u << 7 | 1u << 12);
  pdu.ptrs->time_density = 2;
  EXPECT_EQ(detail::ptrs_symbols(detail::SharedChannel(pdu)), 1u << 1 | 1u << 5 | 1u << 7 | 1u << 10 | 1u << 12);
  pdu.ptrs->time_density = 1;
  EXPECT_EQ(detail::ptrs_symbols(detail::SharedChannel(pdu)), 0b11'1111'1111'1110u & ~(1u << 3 | 1u << 8));
  // A double symbol: from its second one.
  pdu.dmrs.length = 2;
  pdu.dmrs.symbol_mask = 3u << 2;
  pdu.ptrs->time_density = 4;
  EXPECT_EQ(detail::ptrs_symbols(detail::SharedChannel(pdu)), 1u << 1 | 1u << 7 | 1u << 11);
}

TEST(PhaseTracking, spreads_the_samples_of_transform_precoding) {
  nr::l1::PuschPdu pdu;
  pdu.transform_precoding = true;
  pdu.allocation = {.rbs = {{0, 8}}, .start_symbol = 0, .symbols = 14};
  pdu.dmrs.symbol_mask = 4;
  const auto samples = [&](uint8_t groups, uint8_t each) {
    pdu.ptrs = nr::l1::Ptrs{.groups = groups, .samples = each};
    std::vector<uint16_t> out(size_t{groups} * each);
    detail::ptrs_samples(detail::SharedChannel(pdu), 96, out);
    return out;
  };
  EXPECT_EQ(samples(2, 2), (std::vector<uint16_t>{23, 24, 71, 72}));
  EXPECT_EQ(samples(2, 4), (std::vector<uint16_t>{0, 1, 2, 3, 92, 93, 94, 95}));
  EXPECT_EQ(samples(4, 2), (std::vector<uint16_t>{11, 12, 35, 36, 59, 60, 83, 84}));
  EXPECT_EQ(samples(4, 4), (std::vector<uint16_t>{0, 1, 2, 3, 34, 35, 36, 37, 58, 59, 60, 61, 92, 93, 94, 95}));
}

TEST(CodebookPrecoding, has_orthogonal_layers_of_power_one_in_all) {
  for (unsigned ports : {2u, 4u}) {
    for (unsigned layers = 1; layers <= ports; ++layers) {
      for (unsigned tpmi = 0; tpmi < detail::tpmi_count(ports, layers); ++tpmi) {
        for (bool transform : {false, true}) {
          const auto w = detail::codebook_precoding(ports, layers, tpmi, transform);
          ASSERT_TRUE(w);
          const auto inner = [&](unsigned a, unsigned b) {
            Cf sum{};
            for (unsigned p = 0; p < ports; ++p) sum += w->weights[p * layers + a] * std::conj(w->weights[p * layers + b]);
            return sum;
          };
          float power = 0;
          for (unsigned a = 0; a < layers; ++a) {
            power += inner(a, a).real();
            for (unsigned b = 0; b < a; ++b) EXPECT_NEAR(std::abs(inner(a, b)), 0, 1e-6) << ports << ' ' << layers << ' ' << tpmi;
          }
          EXPECT_LE(power, 1.0001F);
        }
      }
      EXPECT_FALSE(detail::codebook_precoding(ports, layers, detail::tpmi_count(ports, layers), false));
    }
  }
  EXPECT_EQ(detail::tpmi_count(4, 1), 28u);
  EXPECT_EQ(detail::tpmi_count(4, 2), 22u);
}

// Each entry breaks a valid PDU in one way; the error names the field.
TEST(Pdsch, refuses_what_the_standard_does_not_allow) {
  using Pdu = nr::l1::PdschPdu;
  const std::vector<std::pair<std::string, std::function<void(Pdu&)>>> wrong{
      {"bwp", [](Pdu& p) { p.bwp.start = 20; }},
      {"bwp", [](Pdu& p) { p.bwp.size = 0; }},
      {"bwp.extended_cp", [](Pdu& p) { p.bwp.extended_cp = true; }},
      {"allocation.symbols", [](Pdu& p) { p.allocation.symbols = 0; }},
      {"allocation.symbols", [](Pdu& p) { p.allocation.symbols = 13; }},
      {"allocation.rbs", [](Pdu& p) { p.allocation.rbs.clear(); }},
      {"allocation.rbs",
       [](Pdu& p) {
         p.allocation.rbs = {{20, 5}};
       }},
      {"allocation.rbs",
       [](Pdu& p) {
         p.allocation.rbs = {{0, 5}, {4, 2}};
       }},
      {"dmrs.reference_rb", [](Pdu& p) { p.dmrs.reference_rb = 1; }},
      {"dmrs.type", [](Pdu& p) { p.dmrs.type = 3; }},
      {"dmrs.length", [](Pdu& p) { p.dmrs.length = 0; }},
      {"dmrs.cdm_groups_without_data", [](Pdu& p) { p.dmrs.cdm_groups_without_data = 3; }},
      {"layers", [](Pdu& p) { p.layers = 5; }},
      {"dmrs.ports", [](Pdu& p) { p.dmrs.ports = 3; }},
      {"dmrs.ports", [](Pdu& p) { p.dmrs.ports = 1u << 4; }},
      {"dmrs.ports", [](Pdu& p) { p.dmrs.ports = 4, p.dmrs.cdm_groups_without_data = 1; }},
      {"dmrs.n_scid", [](Pdu& p) { p.dmrs.n_scid = 2; }},
      {"dmrs.symbol_mask", [](Pdu& p) { p.dmrs.symbol_mask = 0; }},
      {"dmrs.symbol_mask", [](Pdu& p) { p.dmrs.symbol_mask = 1; }},
      {"dmrs.symbol_mask", [](Pdu& p) { p.dmrs.length = 2; }},
      {"ptrs.time_density", [](Pdu& p) { p.ptrs = nr::l1::Ptrs{.time_density = 3}; }},
      {"ptrs.frequency_density", [](Pdu& p) { p.ptrs = nr::l1::Ptrs{.frequency_density = 1}; }},
      {"ptrs.re_offset", [](Pdu& p) { p.ptrs = nr::l1::Ptrs{.re_offset = 4}; }},
      {"ptrs.port", [](Pdu& p) { p.ptrs = nr::l1::Ptrs{.port = 1}; }},
      {"reserved.stride", [](Pdu& p) { p.reserved = {{.first = 0, .end = 4, .stride = 0}}; }},
      {"reserved", [](Pdu& p) { p.reserved.resize(33); }},
      {"code.rv", [](Pdu& p) { p.code.rv = 4; }},
      {"code.base_graph", [](Pdu& p) { p.code.base_graph = 0; }},
      {"code.qm", [](Pdu& p) { p.code.qm = 3; }},
      {"code.qm", [](Pdu& p) { p.code.qm = 12; }},
      {"code.tbs_octets", [](Pdu& p) { p.code.tbs_octets = 0; }},
      {"code.tbs_octets", [](Pdu& p) { p.code.tbs_octets = 200000; }},
      {"n_id", [](Pdu& p) { p.n_id = 1024; }},
      {"precoding.ports", [](Pdu& p) { p.precoding.ports = 3; }},
      {"power_db", [](Pdu& p) { p.power_db = std::nanf(""); }},
  };
  for (const auto& [field, spoil] : wrong) {
    Pdu pdu;
    pdu.bwp = {nr::Scs::khz30, false, 0, 24};
    pdu.allocation = {.rbs = {{0, 24}}, .start_symbol = 2, .symbols = 12};
    pdu.dmrs.symbol_mask = 1u << 2;
    pdu.code = {.qm = 4, .tbs_octets = 500, .base_graph = 1};
    ASSERT_TRUE(check(pdu, 24, 2));
    spoil(pdu);
    const Status got = check(pdu, 24, 2);
    ASSERT_FALSE(got) << field;
    EXPECT_EQ(got.error().where, field) << got.error().text;
  }
}

TEST(Pusch, refuses_what_the_standard_does_not_allow) {
  using Pdu = nr::l1::PuschPdu;
  const std::vector<std::pair<std::string, std::function<void(Pdu&)>>> wrong{
      {"code.qm", [](Pdu& p) { p.code.qm = 10; }},
      {"code.qm", [](Pdu& p) { p.code.qm = 1; }},
      {"layers", [](Pdu& p) { p.transform_precoding = true, p.layers = 2, p.dmrs.ports = 3; }},
      {"allocation.rbs",
       [](Pdu& p) {
         p.transform_precoding = true, p.allocation.rbs = {{0, 7}};
       }},
      {"dmrs.cdm_groups_without_data", [](Pdu& p) { p.transform_precoding = true, p.dmrs.cdm_groups_without_data = 1; }},
      {"low_papr_id", [](Pdu& p) { p.transform_precoding = true, p.low_papr_id = 1008; }},
      {"low_papr_hopping", [](Pdu& p) { p.transform_precoding = true, p.low_papr_hopping = 3; }},
      {"second_hop_rb",
       [](Pdu& p) {
         p.second_hop_rb = 1;
         p.dmrs.symbol_mask = 1u << 2 | 1u << 8;
       }},
      {"dmrs.symbol_mask",
       [](Pdu& p) {
         p.allocation.rbs = {{0, 12}}, p.second_hop_rb = 3;
       }},
      {"ports", [](Pdu& p) { p.ports = 3; }},
      {"tpmi", [](Pdu& p) { p.ports = 2, p.tpmi = 6; }},
      {"tpmi", [](Pdu& p) { p.ports = 2, p.tpmi = 0xff; }},
      {"ptrs.groups", [](Pdu& p) { p.transform_precoding = true, p.ptrs = nr::l1::Ptrs{.groups = 3, .samples = 2}; }},
      {"ptrs.time_density",
       [](Pdu& p) { p.transform_precoding = true, p.ptrs = nr::l1::Ptrs{.time_density = 4, .groups = 2, .samples = 2}; }},
      {"alpha", [](Pdu& p) { p.alpha = 4; }},
      {"uci.harq_bits", [](Pdu& p) { p.uci.harq_bits = 1707; }},
      {"uci.csi2_bits", [](Pdu& p) { p.uci.csi2_bits = 4; }},
      {"beta_csi1", [](Pdu& p) { p.uci.csi1_bits = 4, p.beta_csi1 = 19; }},
      {"beta_csi2", [](Pdu& p) { p.uci.csi1_bits = p.uci.csi2_bits = 4, p.beta_csi2 = 19; }},
      {"beta_harq", [](Pdu& p) { p.uci.harq_bits = 4, p.beta_harq = 21; }},
      {"code.tbs_octets", [](Pdu& p) { p.code.tbs_octets = 0; }},
      {"code.rate_x1024_x10", [](Pdu& p) { p.code.tbs_octets = 0, p.uci.csi1_bits = 4, p.code.rate_x1024_x10 = 0; }},
  };
  for (const auto& [field, spoil] : wrong) {
    Pdu pdu;
    pdu.bwp = {nr::Scs::khz30, false, 0, 24};
    pdu.allocation = {.rbs = {{0, 24}}, .start_symbol = 0, .symbols = 14};
    pdu.dmrs.symbol_mask = 1u << 2;
    pdu.code = {.qm = 4, .rate_x1024_x10 = 3000, .tbs_octets = 500, .base_graph = 1};
    ASSERT_TRUE(check(pdu, 24, 2));
    spoil(pdu);
    const Status got = check(pdu, 24, 2);
    ASSERT_FALSE(got) << field;
    EXPECT_EQ(got.error().where, field) << got.error().text;
  }
}

TEST(Pusch, refuses_uci_that_does_not_fit) {
  nr::l1::PuschPdu pdu;
  pdu.bwp = {nr::Scs::khz30, false, 0, 24};
  pdu.allocation = {.rbs = {{0, 1}}, .start_symbol = 0, .symbols = 4};
  pdu.dmrs.symbol_mask = 1u << 3;
  pdu.code = {.qm = 2, .rate_x1024_x10 = 3000, .tbs_octets = 3, .base_graph = 2};
  pdu.uci.harq_bits = 4;
  EXPECT_FALSE(uci_on_pusch(pdu, nr::Slot()));  // nothing lies behind the DM-RS
}

TEST(SharedChannels, need_a_harq_buffer_and_room_for_the_block) {
  Ends e;
  nr::l1::PdschPdu pdu;
  pdu.bwp = {nr::Scs::khz30, false, 0, 24};
  pdu.allocation = {.rbs = {{0, 24}}, .start_symbol = 2, .symbols = 12};
  pdu.dmrs.symbol_mask = 1u << 2;
  pdu.code = {.qm = 4, .tbs_octets = 1500, .base_graph = 1};
  Grid grid(1, 24);
  HarqBuffer small(800);
  EXPECT_FALSE(e.pdsch_rx.receive(pdu, nr::Slot(), grid, e.options, small, e.tb));
  EXPECT_FALSE(e.pdsch_rx.receive(pdu, nr::Slot(), grid, e.options, e.harq, std::span(e.tb).first(1499)));
  EXPECT_FALSE(e.pdsch_rx.receive(pdu, nr::Slot(), Grid(5, 24), e.options, e.harq, e.tb));
  EXPECT_FALSE(e.pdsch_tx.send(pdu, nr::Slot(), grid));  // no octets
}

}  // namespace
}  // namespace sen::phy::test
