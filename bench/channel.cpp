// The channel models: samples a second and core through a link, and through the noise. At 23.04 Msps real time needs 23,040,000 of both.
#include "bench/bench.h"

#include <vector>

#include "channel/link.h"

using namespace sen;
using namespace sen::channel;

namespace {

constexpr size_t slot = 11520;  // half a millisecond at 23.04 Msps

void measure(const std::string& name, LinkConfig config) {
  config.sample_rate_hz = 23.04e6;
  auto link = Link::make(config);
  std::vector<std::vector<Cf>> in(config.n_tx, std::vector<Cf>(slot, Cf(0.5F, 0.25F))), out(config.n_rx, std::vector<Cf>(slot));
  std::vector<std::span<const Cf>> tx(in.begin(), in.end());
  std::vector<std::span<Cf>> rx(out.begin(), out.end());
  double ns = bench::median_ns([&] {
    for (auto& port : out) std::ranges::fill(port, Cf{});
    link->apply(tx, rx);
  });
  bench::report("channel", name, ns / slot, "samples");
}

}  // namespace

int main() {
  Noise noise(1);
  std::vector<Cf> samples(slot);
  bench::report("channel", "noise", bench::median_ns([&] { noise.add(samples, 1e-3F); }) / slot, "samples");
  measure("no fading, whole samples", {});
  measure("no fading, fraction of a sample, carrier offset", {.delay_s = 1.01e-6, .cfo_hz = 100});
  measure("TDLA30-10 1x1", {.profile = Profile::tdla30, .doppler_hz = 10});
  measure("TDLB100-400 1x1", {.profile = Profile::tdlb100, .doppler_hz = 400});
  measure("TDLC300-100 1x1", {.profile = Profile::tdlc300, .doppler_hz = 100});
  measure("TDLC300-100 2x2", {.n_tx = 2, .n_rx = 2, .profile = Profile::tdlc300, .doppler_hz = 100});
  measure("TDLA30-10 4x4", {.n_tx = 4, .n_rx = 4, .profile = Profile::tdla30, .doppler_hz = 10});
}
