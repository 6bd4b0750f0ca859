// PDSCH and PUSCH: transport blocks with HARQ, channel estimation and equalisation as the product does them.
#include <cmath>

#include "apps/link/air.h"
#include "apps/link/trial.h"
#include "base/random.h"
#include "nr/dmrs.h"
#include "nr/tbs.h"
#include "phy/pdsch.h"
#include "phy/pusch.h"

namespace sen::link {
namespace {

using nr::l1::Bits;

constexpr unsigned slots_between = 8;  // transmissions of a block

Bits random_bits(Random& random, unsigned n) {
  Bits bits;
  bits.size = static_cast<uint16_t>(n);
  bits.octets.assign((n + 7) / 8, 0);
  for (unsigned i = 0; i < n; ++i) bits.octets[i / 8] |= static_cast<uint8_t>((random.next() >> 63) << (7 - i % 8));
  return bits;
}

// What both directions have in common.
template <class Pdu>
Result<Pdu> make_pdu(const Case& c, const nr::Mcs& mcs, nr::SymbolMask dmrs_symbols) {
  Pdu pdu;
  const unsigned n_prb = c.prb != 0 ? c.prb : c.rb - c.first_prb;
  pdu.rnti = 0x4601;
  pdu.bwp = {c.scs, false, 0, c.rb};
  pdu.allocation = {{{c.first_prb, static_cast<uint16_t>(n_prb)}}, c.start_symbol, c.symbols, c.mapping_b};
  pdu.layers = c.layers;
  pdu.dmrs = {.symbol_mask = dmrs_symbols,
              .type = c.dmrs_type,
              .cdm_groups_without_data = c.cdm_groups,
              .ports = static_cast<uint16_t>((1u << c.layers) - 1),
              .length = c.dmrs_length,
              .n_id = 1};
  const nr::TbsInput size{.mcs = mcs,
                          .n_prb = static_cast<uint16_t>(n_prb),
                          .n_symbols = c.symbols,
                          .n_dmrs_per_prb = static_cast<uint8_t>(nr::dmrs_re_per_prb(static_cast<nr::DmrsType>(c.dmrs_type), c.cdm_groups, nr::count(dmrs_symbols))),
                          .n_layers = c.layers};
  const uint32_t bits = nr::tbs_bits(size);
  if (bits == 0) return fail(Fault::invalid, "shared", "the allocation leaves no resource elements for data");
  pdu.code = {.qm = mcs.q_m,
              .rate_x1024_x10 = static_cast<uint16_t>(std::lround(mcs.rate() * 10240)),
              .mcs = c.mcs,
              .mcs_table = static_cast<uint8_t>(c.mcs_table),
              .tbs_octets = bits / 8,
              .base_graph = static_cast<uint8_t>(nr::base_graph(bits, mcs.rate_x2048))};
  pdu.n_id = 1;
  return pdu;
}

nr::DmrsConfig dmrs_config(const Case& c) {
  return {.type = static_cast<nr::DmrsType>(c.dmrs_type), .additional_position = c.dmrs_additional, .double_symbol = c.dmrs_length == 2};
}

phy::ReceiveOptions receive_options(const Case& c, const phy::KnownChannel* known) {
  return {.ldpc = {.iterations = c.iterations, .early_stop = c.early_stop}, .equaliser = c.equaliser, .known = known};
}

// A block over its transmissions; `Direction` sends and receives one.
template <class Direction>
class SharedTrial : public Trial {
 public:
  SharedTrial(const Case& c, typename Direction::Pdu pdu, Air air)
      : case_(c), direction_(c, std::move(pdu)), air_(std::move(air)), sent_(direction_.tx_ports(), c.rb), received_(c.rx, c.rb), tb_(octets()), decoded_(octets()), harq_(bits()) {
    if (case_.genie) response_ = phy::Grid(direction_.tx_ports() * c.rx, c.rb);
  }

  // What the channel refuses, before anything runs.
  Status probe() {
    Random random(1);
    direction_.draw(random);
    sent_.clear();
    if (auto status = direction_.send(tb_, slot_, sent_); !status) return status;
    received_.clear();
    harq_.reset();
    auto received = direction_.receive(slot_, received_, nullptr, harq_, decoded_);
    if (!received) return std::unexpected(std::move(received).error());
    return {};
  }

  BlockResult run(double snr_db, uint64_t seed) override {
    Random random(seed);
    random.fill(tb_);
    air_.begin(random.next());
    harq_.reset();
    const double noise = direction_.power() * air_.gain() * from_db(-snr_db);
    BlockResult result;
    for (unsigned t = 0; t < case_.transmissions && !result.ok; ++t) {
      if (t > 0) air_.skip(slots_between - 1);
      direction_.draw(random);
      direction_.pdu().code.rv = redundancy_versions[t];
      sent_.clear();
      if (!case_.noise_only) (void)direction_.send(tb_, slot_, sent_);
      air_.pass(sent_, slot_, noise, received_);
      if (case_.genie) {
        air_.response(slot_, response_);
        known_ = {&response_, static_cast<float>(noise)};
      }
      auto ok = direction_.receive(slot_, received_, case_.genie ? &known_ : nullptr, harq_, decoded_);
      result.ok = ok && *ok && decoded_ == tb_;
      if (t == 0) result.first_ok = result.ok;
      result.transmissions = static_cast<uint8_t>(t + 1);
    }
    return result;
  }
  uint32_t bits() const override { return 8 * octets(); }
  double seconds() const override { return 1e-9 * static_cast<double>(nr::slot_ns(case_.scs)); }

 private:
  uint32_t octets() const { return direction_.pdu().code.tbs_octets; }

  Case case_;
  Direction direction_;
  Air air_;
  phy::Grid sent_, received_, response_;
  phy::KnownChannel known_;
  Bytes tb_, decoded_;
  phy::HarqBuffer harq_;
  nr::Slot slot_{case_.scs, 1, 0};
};

class Downlink {
 public:
  using Pdu = nr::l1::PdschPdu;
  Downlink(const Case& c, Pdu pdu) : case_(c), pdu_(std::move(pdu)), transmitter_(c.rb), receiver_(c.rb, c.rx) {}

  Pdu& pdu() { return pdu_; }
  const Pdu& pdu() const { return pdu_; }
  unsigned tx_ports() const { return case_.precoding == PrecodingChoice::random ? 2 : case_.layers; }
  // The ports' mean power a resource element, together.
  double power() const { return case_.precoding == PrecodingChoice::random ? 1 : case_.layers; }
  void draw(Random& random) {
    if (case_.precoding != PrecodingChoice::random) return;
    // TS 38.214 table 5.2.2.2.1-1.
    static constexpr std::complex<float> phases[] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    pdu_.precoding.ports = 2;
    const float half = 0.5F, root = 1 / std::sqrt(2.0F);
    if (pdu_.layers == 1) {
      const auto phase = phases[random.between(0, 3)];
      pdu_.precoding.weights = {root, root * phase};
    } else {
      const auto phase = phases[random.between(0, 1)];
      pdu_.precoding.weights = {half, half, half * phase, -half * phase};
    }
  }
  Status send(ByteView tb, nr::Slot slot, phy::Grid& grid) {
    pdu_.tb = tb;
    return transmitter_.send(pdu_, slot, grid);
  }
  Result<bool> receive(nr::Slot slot, const phy::Grid& grid, const phy::KnownChannel* known, phy::HarqBuffer& harq, std::span<uint8_t> tb) {
    SEN_ASSIGN(auto result, receiver_.receive(pdu_, slot, grid, receive_options(case_, known), harq, tb));
    return result.crc_ok;
  }

 private:
  Case case_;
  Pdu pdu_;
  phy::PdschTransmitter transmitter_;
  phy::PdschReceiver receiver_;
};

class Uplink {
 public:
  using Pdu = nr::l1::PuschPdu;
  Uplink(const Case& c, Pdu pdu) : case_(c), pdu_(std::move(pdu)), transmitter_(c.rb), receiver_(c.rb, c.rx) {}

  Pdu& pdu() { return pdu_; }
  const Pdu& pdu() const { return pdu_; }
  unsigned tx_ports() const { return case_.layers; }
  double power() const { return case_.layers; }
  void draw(Random& random) {
    uci_.harq = random_bits(random, case_.harq_bits);
    uci_.csi1 = random_bits(random, case_.csi1_bits);
  }
  Status send(ByteView tb, nr::Slot slot, phy::Grid& grid) { return transmitter_.send(pdu_, tb, uci_, slot, grid); }
  // With UCI a block fails when its UCI does.
  Result<bool> receive(nr::Slot slot, const phy::Grid& grid, const phy::KnownChannel* known, phy::HarqBuffer& harq, std::span<uint8_t> tb) {
    SEN_ASSIGN(auto result, receiver_.receive(pdu_, slot, grid, receive_options(case_, known), harq, tb));
    return result.data.crc_ok && result.harq == uci_.harq && result.csi1 == uci_.csi1;
  }

 private:
  Case case_;
  Pdu pdu_;
  nr::l1_ue::UciSend uci_;
  phy::PuschTransmitter transmitter_;
  phy::PuschReceiver receiver_;
};

template <class Direction>
Result<std::unique_ptr<Trial>> make(const Case& c, typename Direction::Pdu pdu, unsigned tx_ports, bool uplink) {
  SEN_ASSIGN(auto air, Air::make(c, tx_ports, uplink));
  auto trial = std::make_unique<SharedTrial<Direction>>(c, std::move(pdu), std::move(air));
  SEN_TRY(trial->probe());
  return trial;
}

}  // namespace

Result<std::unique_ptr<Trial>> make_shared_trial(const Case& c) {
  const auto mapping = c.mapping_b ? nr::MappingType::b : nr::MappingType::a;
  if (c.kind == Kind::pdsch) {
    auto mcs = *nr::pdsch_mcs(c.mcs_table, c.mcs);
    auto symbols = *nr::pdsch_dmrs_symbols(dmrs_config(c), mapping, c.start_symbol, c.symbols);
    SEN_ASSIGN(auto pdu, make_pdu<nr::l1::PdschPdu>(c, mcs, symbols));
    return make<Downlink>(c, std::move(pdu), c.precoding == PrecodingChoice::random ? 2 : c.layers, false);
  }
  auto mcs = *nr::pusch_mcs(c.mcs_table, c.mcs, c.transform_precoding, c.pi2_bpsk);
  auto symbols = *nr::pusch_dmrs_symbols(dmrs_config(c), mapping, c.start_symbol, c.symbols);
  SEN_ASSIGN(auto pdu, make_pdu<nr::l1::PuschPdu>(c, mcs, symbols));
  pdu.ports = pdu.layers;
  pdu.tpmi = 0xff;
  pdu.transform_precoding = c.transform_precoding;
  pdu.low_papr_id = 1;
  pdu.uci = {.harq_bits = c.harq_bits, .csi1_bits = c.csi1_bits};
  pdu.beta_harq = c.beta_harq;
  pdu.beta_csi1 = c.beta_csi1;
  pdu.alpha = 3;
  return make<Uplink>(c, std::move(pdu), c.layers, true);
}

}  // namespace sen::link
