#include "phy/kernels/isa.h"

#include <fmt/format.h>
#include <hwy/targets.h>

#include <cstdlib>

#include "base/ensure.h"

namespace sen::phy {
namespace {

struct Name {
  Isa isa;
  std::string_view text;
  int64_t targets;
};
constexpr Name names[] = {
    {Isa::scalar, "scalar", 0}, {Isa::avx2, "avx2", HWY_AVX2}, {Isa::avx512, "avx512", HWY_AVX3}, {Isa::neon, "neon", HWY_NEON},
};

const Name& find(Isa isa) {
  for (const Name& n : names) {
    if (n.isa == isa) return n;
  }
  return names[0];
}

bool available(const Name& n) { return n.isa == Isa::scalar || (n.targets & hwy::SupportedTargets()) != 0; }

Isa best() {
  for (Isa isa : {Isa::avx512, Isa::avx2, Isa::neon}) {
    if (available(find(isa))) return isa;
  }
  return Isa::scalar;
}

Isa chosen() {
  const char* asked = std::getenv("SEN_ISA");
  if (!asked) return best();
  for (const Name& n : names) {
    if (n.text == asked && available(n)) return n.isa;
  }
  fmt::print(stderr, "SEN_ISA={}: not on this machine (scalar, avx2, avx512, neon); using {}\n", asked, to_string(best()));
  return best();
}

Isa current = Isa::scalar;
const bool started = use_isa(chosen());

}  // namespace

std::string_view to_string(Isa isa) { return find(isa).text; }
Isa isa() { return current; }
bool scalar() { return current == Isa::scalar; }

std::vector<Isa> available_isas() {
  std::vector<Isa> out;
  for (const Name& n : names) {
    if (available(n)) out.push_back(n.isa);
  }
  return out;
}

bool use_isa(Isa isa) {
  const Name& name = find(isa);
  if (!available(name)) return false;
  current = isa;
  if (isa != Isa::scalar) hwy::GetChosenTarget().Update(name.targets);
  return true;
}

}  // namespace sen::phy
