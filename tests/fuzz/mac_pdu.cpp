// MAC PDUs: whatever reads must write back to the same octets as far as it was read, and nothing reads outside the block. The first octet
// chooses the direction.
#include <algorithm>
#include <cstdlib>

#include "mac/pdu.h"

namespace {

using namespace sen;
using namespace sen::mac;

void require(bool condition) {
  if (!condition) std::abort();
}

void walk(Link link, ByteView block) {
  codec::Tree tree;
  print(link, block, tree);
  SubPduReader reader(link, block);
  Bytes again(block.size());
  PduWriter writer(again);
  while (auto sub = reader.next()) {
    require(sub->payload.data() >= block.data() && sub->payload.data() + sub->payload.size() <= block.data() + block.size());
    if (sub->id == lcid::padding) {
      require(writer.left() == sub->payload.size() + 1);
      return;
    }
    const size_t before = writer.used();
    auto ce = read_ce(link, *sub);
    const bool fits = ce                ? writer.put(*ce)
                      : sub->has_length ? writer.put_sdu(sub->id, sub->payload)
                                        : is_ccch(link, sub->id) && writer.put_ul_ccch(sub->payload);
    if (!fits) return;  // a fixed control element of the wrong size, or a RedCap CCCH
    const auto end = static_cast<size_t>(sub->payload.data() - block.data()) + sub->payload.size();
    // F may say two octets where one would do; R is not kept.
    require(writer.used() <= end && writer.used() - before >= sub->payload.size());
    if (writer.used() != end) return;
    require(std::equal(sub->payload.begin(), sub->payload.end(), again.begin() + static_cast<ptrdiff_t>(end - sub->payload.size())));
  }
}

void walk_rar(ByteView block) {
  codec::Tree tree;
  print_rar(block, tree);
  RarReader reader(block);
  std::optional<uint8_t> backoff;
  std::vector<RandomAccessResponse> responses;
  while (auto sub = reader.next()) {
    if (sub->backoff) backoff = sub->backoff;
    if (sub->response) responses.push_back(*sub->response);
  }
  Bytes again(block.size() + 8);
  const size_t size = write_rar(again, backoff, responses);
  if (size == 0) return;
  RarReader second(again);
  for (size_t i = 0; auto sub = second.next();) {
    if (sub->response) require(i < responses.size() && *sub->response == responses[i++]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  ByteView block(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0: walk(Link::dl, block); break;
    case 1: walk(Link::ul, block); break;
    default: walk_rar(block);
  }
  return 0;
}
