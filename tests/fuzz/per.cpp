// The first octet chooses a type of tests/unit/asn1/per_rules.asn and the variant, the rest is its encoding. Decode; what decodes must encode,
// and decode and encode again to the same octets.
#include <cstdlib>

#include "codec/per/per.h"
#include "tests/unit/per_rules/per_rules_tables.h"

using namespace sen;

static void round_trip(const per::Type& type, void* first, void* second, ByteView bytes, per::Variant variant) {
  per::Findings findings;
  if (!per::decode(type, first, bytes, variant, &findings)) return;
  Bytes out, again;
  if (!per::encode(type, first, variant, out)) std::abort();
  if (!per::decode(type, second, out, variant)) std::abort();
  if (!per::encode(type, second, variant, again) || again != out) std::abort();
  codec::Tree tree, tree_again;
  per::print(type, first, type.name, tree);
  per::print(type, second, type.name, tree_again);
  if (tree.text() != tree_again.text()) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto types = per_rules::all_types();
  const per::Type& type = *types[(data[0] >> 1) % types.size()].type;
  void* first = type.ops->create();
  void* second = type.ops->create();
  round_trip(type, first, second, {data + 1, size - 1}, data[0] & 1 ? per::Variant::aligned : per::Variant::unaligned);
  type.ops->destroy(first);
  type.ops->destroy(second);
  return 0;
}
