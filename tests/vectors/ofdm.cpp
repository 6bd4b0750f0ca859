// Block "ofdm": a slot's grid to samples (TS 38.211 5.3.1, 5.4), and back with windows at the CP's end and inside of it.
#include "phy/ofdm.h"

#include <algorithm>

#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

std::vector<Cf> flat(const phy::Grid& grid, unsigned symbols) {
  std::vector<Cf> out;
  for (unsigned l = 0; l < symbols; ++l) out.insert(out.end(), grid.row(0, l).begin(), grid.row(0, l).end());
  return out;
}

Outcome run(const Case& c) {
  Outcome o;
  phy::OfdmConfig config;
  config.scs = static_cast<nr::Scs>(std::min(c.integer("mu"), 4u));
  config.extended_cp = c.text("cp") == "extended";
  config.n_rb = c.integer("n_prb");
  config.dft_size = c.integer("dft_size");
  config.center_hz = c.number("center_frequency_hz");
  c.informative("grid_order");
  o.holds("cp is normal or extended", config.extended_cp || c.text("cp") == "normal");
  auto ofdm = phy::Ofdm::make(config);
  if (!o.ok("configuration", ofdm)) return o;
  o.equal("scs_khz", nr::khz(config.scs), c.integer("scs_khz"));
  o.near("sampling_rate_hz", ofdm->sample_rate_hz(), c.number("sampling_rate_hz"));
  const auto slot = c.integer("slot_in_subframe");
  const auto scale = static_cast<float>(c.number("scale"));
  const std::vector<Cf> cells = c.cf32("grid"), samples = c.cf32("samples");
  if (slot >= nr::slots_per_subframe(config.scs)) c.error("slot_in_subframe", "is beyond the subframe");
  if (!o.equal("grid size", ofdm->symbols() * 12 * config.n_rb, cells.size()) ||
      !o.equal("samples", ofdm->slot_samples(slot), samples.size()))
    return o;

  phy::Grid grid(1, config.n_rb);
  for (unsigned l = 0; l < ofdm->symbols(); ++l)
    std::copy_n(cells.data() + size_t{l} * grid.subcarriers(), grid.subcarriers(), grid.row(0, l).data());
  std::vector<Cf> ours(samples.size());
  ofdm->modulate(grid, 0, slot, scale, ours);
  float largest = 0;
  for (Cf x : samples) largest = std::max(largest, std::abs(x));
  o.near("samples", ours, samples, {1e-5 * largest, 0});

  for (unsigned advance : {0u, ofdm->cp_samples(slot, 1) / 2, ofdm->cp_samples(slot, 1)}) {
    phy::Grid back(1, config.n_rb);
    ofdm->demodulate(samples, slot, 1 / scale, advance, back, 0);
    o.near("grid, received", flat(back, ofdm->symbols()), cells, {2e-5, 1e-5});
  }
  return o;
}

const Register registered("ofdm", run);

}  // namespace
}  // namespace sen::vectors
