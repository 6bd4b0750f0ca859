// PFCP: whatever decodes must encode to the same octets, print, and be cut out of a datagram without harm.
#include <algorithm>
#include <cstdlib>

#include "codec/pfcp/message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sen;
  auto messages = pfcp::split({data, size});
  if (!messages) return 0;
  for (auto message : *messages) {
    auto packet = pfcp::decode(message);
    if (!packet) continue;
    codec::Tree tree;
    pfcp::print(*packet, tree);
    auto bytes = pfcp::encode(*packet);
    if (!bytes || !std::equal(bytes->begin(), bytes->end(), message.begin(), message.end())) std::abort();
  }
  return 0;
}
