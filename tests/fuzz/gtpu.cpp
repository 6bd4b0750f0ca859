// GTP-U: whatever decodes must encode to the same octets; the packet path must agree with the full decoder on what a G-PDU is.
#include <algorithm>
#include <cstdlib>

#include "codec/gtpu/message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sen;
  ByteView datagram(data, size);
  auto view = gtpu::parse_gpdu(datagram);
  if (view && view->payload_offset > size) std::abort();
  auto message = gtpu::decode(datagram);
  if (!message) return 0;
  if (view && message->payload.size() != size - view->payload_offset) std::abort();
  codec::Tree tree;
  gtpu::print(*message, tree);
  auto bytes = gtpu::encode(*message);
  if (!bytes || !std::equal(bytes->begin(), bytes->end(), datagram.begin(), datagram.end())) std::abort();
  return 0;
}
