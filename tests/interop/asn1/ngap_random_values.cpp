// Prints random values of every named NGAP type and of every message: "<type> <hex>" a line, NGAP-PDU for messages.
// ngap_random_values per COUNT SEED
#include <cstdio>
#include <cstdlib>

#include "codec/ngap/ngap.h"
#include "codec/ngap/ngap_tables.h"

using namespace sen;

static bool print_value(const ngap::NamedType& named, Random& random) {
  void* value = named.type->ops->create();
  per::randomize(*named.type, value, random);
  Bytes out;
  const auto status = per::encode(*named.type, value, per::Variant::aligned, out);
  named.type->ops->destroy(value);
  if (!status) {
    std::fprintf(stderr, "%s: %s\n", named.name, status.error().describe().c_str());
    return false;
  }
  std::printf("%s %s\n", named.name, to_hex(out).c_str());
  return true;
}

static bool print_message(const ngap::MessageId& id, Random& random) {
  const auto out = ngap::encode(ngap::random_message(id.procedure_code, id.outcome, random));
  if (!out) {
    std::fprintf(stderr, "%s: %s\n", id.name, out.error().describe().c_str());
    return false;
  }
  std::printf("NGAP-PDU %s\n", to_hex(*out).c_str());
  return true;
}

int main(int argc, char** argv) {
  const int count = argc > 2 ? std::atoi(argv[2]) : 10;
  Random random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
  bool ok = true;
  for (int i = 0; i < count; ++i) {
    for (const auto& named : ngap::all_types()) ok &= print_value(named, random);
    for (const auto& id : ngap::messages()) ok &= print_message(id, random);
  }
  return ok ? 0 : 1;
}
