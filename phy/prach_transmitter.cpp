#include <algorithm>
#include <cmath>
#include <numbers>

#include "phy/detail/prach_plan.h"
#include "phy/kernels/dft.h"

namespace sen::phy {

struct PrachTransmitter::Work {
  PrachPlan plan;
  PreambleSet preambles;
  Dft inverse;
  Aligned<Cf> y, frequency, time;

  explicit Work(const PrachPlan& p, const PreambleSet& set)
      : plan(p), preambles(set), inverse(p.dft, Dft::Direction::backward), y(p.l_ra), frequency(p.dft), time(p.dft) {}

  // One period of the preamble, y_u,v / sqrt(L_RA) on its bins.
  void transform(const Preamble& preamble, unsigned f_id, float amplitude) {
    root_spectrum(preamble.u, y.span());
    const float scale = amplitude / std::sqrt(static_cast<float>(plan.dft));
    std::ranges::fill(frequency, Cf{});
    unsigned bin = plan.first_bin(f_id);
    for (unsigned n = 0; n < plan.l_ra; ++n) {
      const double turns = static_cast<double>(n * preamble.shift % plan.l_ra) / plan.l_ra;
      frequency[bin] = y[n] * Cf(std::polar(1.0, 2 * std::numbers::pi * turns)) * scale;
      bin = bin + 1 == plan.dft ? 0 : bin + 1;
    }
    inverse.run(frequency.data(), time.data());
  }
};

Result<PrachTransmitter> PrachTransmitter::make(const nr::l1::PrachPdu& pdu, const PrachCarrier& carrier) {
  SEN_ASSIGN(PrachPlan plan, PrachPlan::make(pdu, carrier));
  SEN_ASSIGN(PreambleSet set, preamble_set(pdu));
  PrachTransmitter out;
  out.work_ = std::make_shared<Work>(plan, set);
  return out;
}

Status PrachTransmitter::send(const nr::l1::PrachPdu& pdu, nr::Slot slot, unsigned occasion, unsigned f_id, unsigned preamble,
                              float amplitude, std::span<Cf> samples) {
  Work& w = *work_;
  SEN_TRY(w.plan.accepts(pdu, slot));
  if (occasion >= pdu.occasions || f_id >= pdu.n_fd || preamble >= w.preambles.size()) {
    return fail(Fault::invalid, "preamble", "{} in occasion {}, f_id {} is not allowed (0 to 63 in {} by {}; TS 38.211 6.3.3)", preamble,
                occasion, f_id, pdu.occasions, pdu.n_fd);
  }
  const PrachTiming t = w.plan.timing(pdu, slot, occasion);
  if (t.start + t.total() > samples.size())
    return fail(Fault::invalid, "samples", "{} do not hold the preamble, which ends at {} (TS 38.211 5.3.2)", samples.size(),
                t.start + t.total());
  w.transform(w.preambles[preamble], f_id, amplitude);
  Cf* out = samples.data() + t.start;
  for (size_t n = 0; n < t.cp; ++n) out[n] += w.time[(t.dft - t.cp % t.dft + n) % t.dft];
  out += t.cp;
  for (unsigned r = 0; r < t.repetitions; ++r, out += t.dft) {
    for (size_t n = 0; n < t.dft; ++n) out[n] += w.time[n];
  }
  return {};
}

}  // namespace sen::phy
