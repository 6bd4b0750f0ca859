// Decode; what decodes must encode, and decode and encode again to the same octets.
#include <cstdlib>

#include "codec/ngap/ngap.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sen;
  ngap::Diagnostics diagnostics;
  const auto pdu = ngap::decode({data, size}, &diagnostics);
  static_cast<void>(ngap::encode_value(ngap::criticality_diagnostics(diagnostics)));
  if (!pdu) return 0;
  codec::Tree tree;
  ngap::print(*pdu, tree);
  const auto first = ngap::encode(*pdu);
  if (!first) std::abort();
  const auto again = ngap::decode(*first);
  if (!again) std::abort();
  const auto second = ngap::encode(*again);
  if (!second || *second != *first) std::abort();
  codec::Tree tree_again;
  ngap::print(*again, tree_again);
  if (tree.text() != tree_again.text()) std::abort();
  return 0;
}
