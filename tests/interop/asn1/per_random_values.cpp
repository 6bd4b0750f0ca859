// Prints random values of every type of tests/unit/asn1/per_rules.asn: "<type> <hex>" a line.
// per_random_values per|uper COUNT SEED
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "codec/per/per.h"
#include "tests/unit/per_rules/per_rules_tables.h"

using namespace sen;

static bool print_value(const per_rules::NamedType& named, per::Variant variant, Random& random) {
  void* value = named.type->ops->create();
  per::randomize(*named.type, value, random);
  Bytes out;
  const auto status = per::encode(*named.type, value, variant, out);
  named.type->ops->destroy(value);
  if (!status) {
    std::fprintf(stderr, "%s: %s\n", named.name, status.error().describe().c_str());
    return false;
  }
  std::printf("%s %s\n", named.name, to_hex(out).c_str());
  return true;
}

int main(int argc, char** argv) {
  const auto variant = argc > 1 && std::string_view(argv[1]) == "uper" ? per::Variant::unaligned : per::Variant::aligned;
  const int count = argc > 2 ? std::atoi(argv[2]) : 10;
  Random random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
  bool ok = true;
  for (int i = 0; i < count; ++i) {
    for (const auto& named : per_rules::all_types()) ok &= print_value(named, variant, random);
  }
  return ok ? 0 : 1;
}
