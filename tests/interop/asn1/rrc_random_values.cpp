// Prints random values of every named RRC type: "<type> <hex>" a line; with "channels" in place of "uper" only the messages of the logical
// channels, "<name of Wireshark's dissector> <hex>".
// rrc_random_values uper|channels COUNT SEED
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_tables.h"

using namespace sen;

static bool print_value(const per::Type& type, const char* name, Random& random) {
  void* value = type.ops->create();
  per::randomize(type, value, random);
  Bytes out;
  const auto status = per::encode(type, value, per::Variant::unaligned, out);
  type.ops->destroy(value);
  if (!status) {
    std::fprintf(stderr, "%s: %s\n", name, status.error().describe().c_str());
    return false;
  }
  std::printf("%s %s\n", name, to_hex(out).c_str());
  return true;
}

int main(int argc, char** argv) {
  const bool channels_only = argc > 1 && std::string_view(argv[1]) == "channels";
  const int count = argc > 2 ? std::atoi(argv[2]) : 10;
  Random random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
  bool ok = true;
  for (int i = 0; i < count; ++i) {
    if (channels_only) {
      for (const auto& channel : rrc::channels()) ok &= !*channel.exported_as || print_value(*channel.type, channel.exported_as, random);
    } else {
      for (const auto& named : rrc::all_types()) ok &= print_value(*named.type, named.name, random);
    }
  }
  return ok ? 0 : 1;
}
