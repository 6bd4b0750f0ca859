// Any polar code with any soft bits: every instruction set decodes like the reference, path by path; what was encoded has the length that was asked for.
#include <cstdlib>

#include "phy/coding/polar_plan.h"
#include "phy/kernels/isa.h"

using namespace sen;
using namespace sen::phy;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 8) return 0;
  const unsigned list = 1u << data[0] % 6, k = data[1] | (data[2] & 3u) << 8, e = k + (data[3] | data[4] << 8) % 2048;
  const auto code = data[5] & 1 ? polar_code_uplink(k, e) : polar_code_downlink(k, e);
  if (!code) return 0;
  data += 6;
  size -= 6;
  static PolarPlan plan;
  make_polar_plan(*code, plan);
  if (list * plan.n > 2048) return 0;  // the reference copies paths whole: longer codes are the unit test's
  std::array<Llr, polar_max_n> root;
  for (unsigned i = 0; i < plan.n; ++i) {
    const auto v = static_cast<int8_t>(data[i % size] + i / size * 37);
    root[i] = v == -128 ? Llr{-127} : v;
  }
  static std::array<std::unique_ptr<PolarWorkspace>, 64> work;
  auto workspace = [&](unsigned which) -> PolarWorkspace& {
    auto& w = work[which * 32 + list - 1];
    if (!w) w = std::make_unique<PolarWorkspace>(list);
    return *w;
  };
  PolarWorkspace &plain = workspace(0), &fast = workspace(1);
  reference::polar_decode(plan.program, root.data(), plain);
  for (Isa isa : available_isas()) {
    use_isa(isa);
    polar_decode(plan.program, root.data(), fast);
    for (unsigned p = 0; p < list; ++p) {
      if (plain.metrics()[p] != fast.metrics()[p]) std::abort();
      if (plain.metrics()[p] >= polar_no_path) continue;
      std::array<uint64_t, polar_max_n / 64> a{}, b{};
      plain.code_word(p, plan.level, a);
      fast.code_word(p, plan.level, b);
      if (a != b) std::abort();
    }
  }
  return 0;
}
