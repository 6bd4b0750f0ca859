// PDCCH and PBCH in the downlink, PUCCH and PRACH in the uplink.
#include <cmath>

#include "apps/link/air.h"
#include "apps/link/trial.h"
#include "base/random.h"
#include "nr/search_space.h"
#include "nr/ssb.h"
#include "phy/pdcch.h"
#include "phy/prach.h"
#include "phy/pucch.h"
#include "phy/ssb.h"

namespace sen::link {
namespace {

using nr::l1::Bits;

Bits random_bits(Random& random, unsigned n) {
  Bits bits;
  bits.size = static_cast<uint16_t>(n);
  bits.octets.assign((n + 7) / 8, 0);
  for (unsigned i = 0; i < n; ++i) bits.octets[i / 8] |= static_cast<uint8_t>((random.next() >> 63) << (7 - i % 8));
  return bits;
}

double slot_seconds(const Case& c) { return 1e-9 * static_cast<double>(nr::slot_ns(c.scs)); }

// One candidate, one size, one RNTI.
class PdcchTrial : public Trial {
 public:
  PdcchTrial(const Case& c, nr::l1::PdcchPdu pdu, Air air)
      : case_(c), pdu_(std::move(pdu)), air_(std::move(air)), sent_(1, c.rb), received_(c.rx, c.rb), receiver_(c.rx, c.list) {
    search_.bwp = pdu_.bwp;
    search_.coreset = pdu_.coreset;
    search_.n_id = pdu_.n_id;
    search_.dmrs_n_id = pdu_.dmrs_n_id;
    search_.candidates = {{pdu_.first_cce, pdu_.aggregation_level}};
    search_.sizes = {case_.dci_bits};
    search_.rntis = {pdu_.rnti};
  }

  Status probe() {
    Random random(1);
    pdu_.dci = random_bits(random, case_.dci_bits);
    SEN_TRY(transmitter_.send(pdu_, slot_, sent_));
    return receiver_.search(search_, slot_, received_, found_);
  }
  BlockResult run(double snr_db, uint64_t seed) override {
    Random random(seed);
    air_.begin(random.next());
    pdu_.dci = random_bits(random, case_.dci_bits);
    sent_.clear();
    if (!case_.noise_only) (void)transmitter_.send(pdu_, slot_, sent_);
    air_.pass(sent_, slot_, from_db(-snr_db), received_);
    found_.clear();
    (void)receiver_.search(search_, slot_, received_, found_);
    bool ok = case_.noise_only ? found_.empty() : found_.size() == 1 && found_[0].payload == pdu_.dci;
    return {ok, ok, 1};
  }
  uint32_t bits() const override { return case_.dci_bits; }
  double seconds() const override { return slot_seconds(case_); }

 private:
  Case case_;
  nr::l1::PdcchPdu pdu_;
  Air air_;
  phy::Grid sent_, received_;
  phy::PdcchTransmitter transmitter_;
  phy::PdcchReceiver receiver_;
  nr::l1_ue::PdcchSearch search_;
  std::vector<nr::l1_ue::RxDci> found_;
  nr::Slot slot_{case_.scs, 1, 0};
};

// The receiver knows the cell and where the block lies, not its index.
class PbchTrial : public Trial {
 public:
  PbchTrial(const Case& c, nr::SsbCase ssb_case, Air air) : case_(c), air_(std::move(air)), sent_(1, c.rb), received_(c.rx, c.rb) {
    pdu_.pci = 17;
    pdu_.ssb_case = static_cast<uint8_t>(ssb_case);
    pdu_.l_max = case_.l_max;
    auto position = *nr::ssb_position(ssb_case, case_.l_max, 0);
    first_symbol_ = position.first_symbol;
    slot_ = {case_.scs, 8, position.slot};
  }

  Status probe() { return phy::send_ssb(pdu_, slot_.frame(), 0, sent_); }
  BlockResult run(double snr_db, uint64_t seed) override {
    Random random(seed);
    air_.begin(random.next());
    pdu_.mib = static_cast<uint32_t>(random.next()) & 0x7fffff;
    sent_.clear();
    if (!case_.noise_only) (void)phy::send_ssb(pdu_, slot_.frame(), 0, sent_);
    air_.pass(sent_, slot_, from_db(-snr_db), received_);
    phy::SsbMeasurement measurement;
    auto found = phy::receive_pbch(received_, first_symbol_, 0, pdu_.pci, pdu_.l_max, case_.scs, measurement);
    bool ok = case_.noise_only ? !found : found && found->payload.mib == pdu_.mib && found->ssb_index == 0;
    return {ok, ok, 1};
  }
  uint32_t bits() const override { return 24; }
  double seconds() const override { return slot_seconds(case_); }

 private:
  Case case_;
  Air air_;
  nr::l1::SsbPdu pdu_;
  phy::Grid sent_, received_;
  unsigned first_symbol_ = 0;
  nr::Slot slot_;
};

// UCI in one resource. A false alarm is a detection.
class PucchTrial : public Trial {
 public:
  PucchTrial(const Case& c, nr::l1::PucchPdu pdu, Air air)
      : case_(c), pdu_(std::move(pdu)), air_(std::move(air)), sent_(1, c.rb), received_(c.rx, c.rb), receiver_(c.rx) {}

  Status probe() {
    Random random(1);
    draw(random);
    SEN_TRY(phy::check(pdu_, case_.rb));
    SEN_TRY(transmitter_.send(pdu_, uci_, slot_, sent_));
    auto received = receiver_.receive(pdu_, slot_, received_);
    if (!received) return std::unexpected(std::move(received).error());
    return {};
  }
  BlockResult run(double snr_db, uint64_t seed) override {
    Random random(seed);
    air_.begin(random.next());
    draw(random);
    sent_.clear();
    if (!case_.noise_only) (void)transmitter_.send(pdu_, uci_, slot_, sent_);
    air_.pass(sent_, slot_, from_db(-snr_db), received_);
    auto received = receiver_.receive(pdu_, slot_, received_);
    bool detected = received && received->detected && received->crc_ok;
    bool ok = case_.noise_only ? !detected : detected && received->harq == uci_.harq && received->csi1 == uci_.csi1;
    return {ok, ok, 1};
  }
  uint32_t bits() const override { return pdu_.uci.harq_bits + pdu_.uci.csi1_bits; }
  double seconds() const override { return slot_seconds(case_); }

 private:
  void draw(Random& random) {
    uci_.harq = random_bits(random, pdu_.uci.harq_bits);
    uci_.csi1 = random_bits(random, pdu_.uci.csi1_bits);
  }

  Case case_;
  nr::l1::PucchPdu pdu_;
  nr::l1_ue::UciSend uci_;
  Air air_;
  phy::Grid sent_, received_;
  phy::PucchTransmitter transmitter_;
  phy::PucchReceiver receiver_;
  nr::Slot slot_{case_.scs, 1, 0};
};

// A preamble in noise: found once, with its index, and with its delay to the tolerance. SNR: of the preamble's resource elements.
class PrachTrial : public Trial {
 public:
  struct Parts {
    nr::l1::PrachPdu pdu;
    phy::PrachCarrier carrier;
    phy::PrachTransmitter transmitter;
    phy::PrachReceiver receiver;
    phy::PrachTiming timing;
    channel::Link link;
  };
  PrachTrial(const Case& c, Parts parts) : case_(c), parts_(std::move(parts)), noise_(0) {
    const size_t n = parts_.timing.start + parts_.timing.total();
    const auto subframe = static_cast<size_t>(std::lround(parts_.carrier.sample_rate_hz / 1000));
    sent_.resize((n + subframe - 1) / subframe * subframe + parts_.link.latency());
    received_.assign(case_.rx, std::vector<phy::Cf>(sent_.size()));
  }

  BlockResult run(double snr_db, uint64_t seed) override {
    Random random(seed);
    parts_.link.restart(random.next());
    noise_ = channel::Noise(random.next());
    std::ranges::fill(sent_, phy::Cf{});
    const auto preamble = static_cast<unsigned>(random.between(0, 63));
    if (!case_.noise_only) (void)parts_.transmitter.send(parts_.pdu, slot_, 0, 0, preamble, 1, sent_);
    std::array<std::span<phy::Cf>, phy::Grid::max_ports> to;
    std::array<std::span<const phy::Cf>, phy::Grid::max_ports> seen;
    for (unsigned p = 0; p < case_.rx; ++p) {
      std::ranges::fill(received_[p], phy::Cf{});
      to[p] = received_[p];
    }
    std::span<const phy::Cf> from(sent_);
    parts_.link.apply({&from, 1}, std::span(to).first(case_.rx));
    // x = sum / sqrt(N): noise of a resource element and of a sample are the same.
    for (unsigned p = 0; p < case_.rx; ++p) {
      noise_.add(to[p], static_cast<float>(from_db(-snr_db)));
      seen[p] = to[p].subspan(parts_.link.latency());
    }
    found_.clear();
    (void)parts_.receiver.detect(parts_.pdu, slot_, std::span(seen).first(case_.rx), found_);
    bool ok = case_.noise_only ? found_.empty() : false;
    for (const auto& f : found_) {
      if (!case_.noise_only && f.preamble == preamble && std::abs(f.ta_ns / 1000 - case_.delay_us) <= case_.tolerance_us) ok = true;
    }
    return {ok, ok, 1};
  }
  uint32_t bits() const override { return 6; }
  double seconds() const override { return static_cast<double>(sent_.size()) / parts_.carrier.sample_rate_hz; }

 private:
  Case case_;
  Parts parts_;
  channel::Noise noise_;
  std::vector<phy::Cf> sent_;
  std::vector<std::vector<phy::Cf>> received_;
  std::vector<nr::l1::RxPreamble> found_;
  nr::Slot slot_{case_.scs, 1, 0};
};

}  // namespace

Result<std::unique_ptr<Trial>> make_pdcch_trial(const Case& c) {
  if (c.coreset_rb % 6 != 0 || c.coreset_rb > c.rb) return fail(Fault::invalid, "control.coreset_rb", "{} is not a multiple of 6 within the carrier ({})", c.coreset_rb, c.rb);
  nr::l1::PdcchPdu pdu;
  pdu.rnti = 0x4601;
  pdu.bwp = {c.scs, false, 0, c.rb};
  pdu.coreset = {.id = 1, .frequency_groups = (uint64_t{1} << c.coreset_rb / 6) - 1, .start_symbol = 0, .duration = c.coreset_symbols, .interleaved = c.interleaved};
  pdu.coreset.interleaver_rows = 2;
  SEN_TRY(nr::check_coreset(pdu.coreset, c.rb));
  if (c.aggregation_level > nr::coreset_cces(pdu.coreset)) {
    return fail(Fault::invalid, "control.aggregation_level", "{} does not fit {} CCEs", c.aggregation_level, nr::coreset_cces(pdu.coreset));
  }
  pdu.aggregation_level = c.aggregation_level;
  pdu.n_id = pdu.dmrs_n_id = 1;
  SEN_ASSIGN(auto air, Air::make(c, 1, false));
  auto trial = std::make_unique<PdcchTrial>(c, std::move(pdu), std::move(air));
  SEN_TRY(trial->probe());
  return trial;
}

Result<std::unique_ptr<Trial>> make_pbch_trial(const Case& c) {
  if (c.rb < nr::ssb_rbs) return fail(Fault::invalid, "carrier.rb", "{} is less than the block's {}", c.rb, nr::ssb_rbs);
  if (c.l_max != 4 && c.l_max != 8) return fail(Fault::invalid, "control.l_max", "{} is neither 4 nor 8", c.l_max);
  if (c.scs != nr::Scs::khz15 && c.scs != nr::Scs::khz30) return fail(Fault::invalid, "carrier.scs", "a block of L_max 4 or 8 has 15 or 30 kHz");
  SEN_ASSIGN(auto air, Air::make(c, 1, false));
  auto trial = std::make_unique<PbchTrial>(c, c.scs == nr::Scs::khz15 ? nr::SsbCase::a : nr::SsbCase::c, std::move(air));
  SEN_TRY(trial->probe());
  return trial;
}

Result<std::unique_ptr<Trial>> make_pucch_trial(const Case& c) {
  const bool brief = c.format == 0 || c.format == 2;
  nr::l1::PucchPdu pdu;
  pdu.rnti = 0x4601;
  pdu.bwp = {c.scs, false, 0, c.rb};
  pdu.format = c.format;
  pdu.symbols = c.pucch_symbols != 0 ? c.pucch_symbols : brief ? 2 : 14;
  pdu.start_symbol = static_cast<uint8_t>(nr::symbols_per_slot - pdu.symbols);
  pdu.rbs = c.format == 2 || c.format == 3 ? c.pucch_prb : 1;
  if (c.hopping && pdu.symbols > 1) pdu.second_hop_rb = static_cast<uint16_t>(c.rb - std::min<unsigned>(pdu.rbs, c.rb));
  pdu.occ_length = c.format == 4 ? c.occ_length : 0;
  pdu.pi2_bpsk = c.pi2_bpsk && c.format >= 3;
  pdu.additional_dmrs = c.dmrs_additional > 0 && c.format >= 3;
  pdu.hopping_id = pdu.n_id = pdu.dmrs_n_id = 1;
  pdu.uci = {.harq_bits = c.harq_bits, .csi1_bits = c.csi1_bits};
  if (c.harq_bits + c.csi1_bits == 0) pdu.uci.harq_bits = c.format < 2 ? 1 : 4;
  SEN_ASSIGN(auto air, Air::make(c, 1, true));
  auto trial = std::make_unique<PucchTrial>(c, std::move(pdu), std::move(air));
  SEN_TRY(trial->probe());
  return trial;
}

Result<std::unique_ptr<Trial>> make_prach_trial(const Case& c) {
  nr::l1::PrachPdu pdu;
  pdu.format = c.prach_format;
  pdu.scs = c.scs;
  pdu.root_sequence = c.root_sequence;
  pdu.n_cs = c.n_cs;
  SEN_ASSIGN(auto ofdm, phy::Ofdm::make({.scs = c.scs, .n_rb = c.rb}));
  phy::PrachCarrier carrier{c.scs, c.rb, ofdm.sample_rate_hz()};
  SEN_ASSIGN(auto transmitter, phy::PrachTransmitter::make(pdu, carrier));
  SEN_ASSIGN(auto receiver, phy::PrachReceiver::make(pdu, carrier, c.rx));
  SEN_ASSIGN(auto timing, phy::prach_timing(pdu, carrier, {c.scs, 1, 0}, 0));
  channel::LinkConfig link{.sample_rate_hz = carrier.sample_rate_hz,
                           .n_rx = c.rx,
                           .profile = c.profile,
                           .delay_spread_ns = c.delay_spread_ns,
                           .doppler_hz = c.doppler_hz,
                           .delay_s = c.delay_us * 1e-6,
                           .cfo_hz = c.cfo_hz};
  SEN_ASSIGN(auto made, channel::Link::make(link));
  return std::make_unique<PrachTrial>(
      c, PrachTrial::Parts{pdu, carrier, std::move(transmitter), std::move(receiver), timing, std::move(made)});
}

}  // namespace sen::link
