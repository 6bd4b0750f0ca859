// The codes alone: transport blocks over LDPC, control payloads over polar and short block codes; modulation, AWGN, soft demapping, decoding.
#include <cmath>

#include "apps/link/trial.h"
#include "base/random.h"
#include "channel/noise.h"
#include "nr/tbs.h"
#include "phy/coding/control.h"
#include "phy/coding/sch.h"

namespace sen::link {
namespace {

using phy::Aligned;
using phy::Bit;
using phy::Cf;
using phy::Llr;

// Packed bits over symbols and AWGN to soft bits.
class SymbolChannel {
 public:
  SymbolChannel(unsigned qm, size_t n_bits) : qm_(qm), symbols_(n_bits / qm), variances_(symbols_.size()), llrs_(symbols_.size() * qm) {}

  std::span<const Llr> pass(std::span<const uint8_t> packed, double snr_db, channel::Noise& noise, float amplitude = 1) {
    const auto variance = static_cast<float>(from_db(-snr_db));
    phy::map_symbols(qm_, packed, 0, symbols_.span(), amplitude);
    noise.add(symbols_.span(), variance);
    std::ranges::fill(variances_, variance);
    phy::demap(qm_, symbols_.span(), variances_.span(), llrs_.span());
    return llrs_.span();
  }

 private:
  unsigned qm_;
  Aligned<Cf> symbols_;
  Aligned<float> variances_;
  Aligned<Llr> llrs_;
};

class LdpcTrial : public Trial {
 public:
  LdpcTrial(const Case& c, phy::SchCode code)
      : case_(c), code_(code), tb_(code.tb_bits / 8), decoded_(tb_.size()), coded_((code.g + 7) / 8), air_(code.qm, code.g), harq_(code.tb_bits) {}

  BlockResult run(double snr_db, uint64_t seed) override {
    Random random(seed);
    channel::Noise noise(random.next());
    random.fill(tb_);
    harq_.reset();
    BlockResult result;
    for (unsigned t = 0; t < case_.transmissions && !result.ok; ++t) {
      code_.rv = redundancy_versions[t];
      (void)encoder_.encode(code_, tb_, coded_);
      auto llrs = air_.pass(coded_, snr_db, noise, case_.noise_only ? 0.0F : 1.0F);
      phy::LdpcOptions options{.iterations = case_.iterations, .early_stop = case_.early_stop};
      auto decoded = decoder_.decode(code_, llrs, options, harq_, decoded_);
      result.ok = decoded && decoded->crc_ok && decoded_ == tb_;
      if (t == 0) result.first_ok = result.ok;
      result.transmissions = static_cast<uint8_t>(t + 1);
    }
    return result;
  }
  uint32_t bits() const override { return code_.tb_bits; }
  double seconds() const override { return 0; }

 private:
  Case case_;
  phy::SchCode code_;
  Bytes tb_, decoded_, coded_;
  SymbolChannel air_;
  phy::HarqBuffer harq_;
  phy::SchEncoder encoder_;
  phy::SchDecoder decoder_;
};

class PolarTrial : public Trial {
 public:
  explicit PolarTrial(const Case& c)
      : case_(c), payload_(c.payload_bits), decoded_(c.payload_bits), coded_(c.coded_bits), packed_((c.coded_bits + 7) / 8), air_(c.qm, c.coded_bits), decoder_(c.list) {}

  Status encode(Random& random) {
    for (Bit& b : payload_) b = static_cast<Bit>(random.next() >> 63);
    if (case_.polar_use == PolarUse::dci) return encoder_.dci(payload_, rnti, coded_);
    return encoder_.uci(payload_, case_.qm, coded_);
  }

  BlockResult run(double snr_db, uint64_t seed) override {
    Random random(seed);
    channel::Noise noise(random.next());
    (void)encode(random);
    std::ranges::fill(packed_, 0);
    for (size_t i = 0; i < coded_.size(); ++i) packed_[i / 8] |= static_cast<uint8_t>(bit_at(i) << (7 - i % 8));
    auto llrs = air_.pass(packed_, snr_db, noise, case_.noise_only ? 0.0F : 1.0F);
    bool found;
    if (case_.polar_use == PolarUse::dci) {
      found = decoder_.dci(llrs, {&rnti, 1}, decoded_).has_value();
    } else {
      found = decoder_.uci(llrs, case_.qm, decoded_).ok;
    }
    bool ok = case_.noise_only ? !found : found && decoded_ == payload_;
    return {ok, ok, 1};
  }
  uint32_t bits() const override { return case_.payload_bits; }
  double seconds() const override { return 0; }

 private:
  static constexpr uint16_t rnti = 0x4601;

  // The placeholders of one and two bits as TS 38.211 6.3.2.5.1 fills them with a scrambling sequence of zeros: x is 1, y the bit before.
  Bit bit_at(size_t i) const { return coded_[i] == phy::placeholder_x ? Bit{1} : coded_[i] == phy::placeholder_y ? coded_[i - 1] : coded_[i]; }

  Case case_;
  std::vector<Bit> payload_, decoded_, coded_;
  Bytes packed_;
  SymbolChannel air_;
  phy::ControlEncoder encoder_;
  phy::ControlDecoder decoder_;
};

}  // namespace

Result<std::unique_ptr<Trial>> make_ldpc_trial(const Case& c) {
  phy::SchCode code;
  code.tb_bits = c.tb_bits;
  code.qm = c.qm;
  code.base_graph = c.base_graph != 0 ? c.base_graph : static_cast<uint8_t>(nr::base_graph(c.tb_bits, static_cast<unsigned>(std::lround(c.rate * 2048))));
  code.g = static_cast<uint32_t>(std::ceil(c.tb_bits / c.rate / c.qm)) * c.qm;
  Bytes tb(c.tb_bits / 8), coded((code.g + 7) / 8);
  SEN_TRY(phy::SchEncoder().encode(code, tb, coded));
  return std::make_unique<LdpcTrial>(c, code);
}

Result<std::unique_ptr<Trial>> make_polar_trial(const Case& c) {
  if (c.coded_bits % c.qm != 0) return fail(Fault::invalid, "code.coded_bits", "{} is not a multiple of code.qm ({})", c.coded_bits, c.qm);
  auto trial = std::make_unique<PolarTrial>(c);
  Random random(1);
  SEN_TRY(trial->encode(random));
  return trial;
}

}  // namespace sen::link
