// The first octet chooses a type: a channel's message, a message between nodes, or a UE capability. Decode; what decodes must print,
// encode, and decode and encode again to the same octets.
#include <cstdlib>

#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_capabilities.h"

namespace {

using namespace sen;

struct Value {
  explicit Value(const per::Type& t) : type(t), at(t.ops->create()) {}
  ~Value() { type.ops->destroy(at); }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;

  codec::Tree tree() const {
    codec::Tree out;
    per::print(type, at, type.name, out);
    return out;
  }

  const per::Type& type;
  void* at;
};

void check(const per::Type& type, ByteView bytes) {
  Value value(type);
  if (!per::decode(type, value.at, bytes, per::Variant::unaligned)) return;
  static_cast<void>(rrc::message_name(type, value.at));
  static_cast<void>(rrc::transaction_id(type, value.at));
  Bytes first, second;
  if (!per::encode(type, value.at, per::Variant::unaligned, first)) std::abort();
  Value again(type);
  if (!per::decode(type, again.at, first, per::Variant::unaligned)) std::abort();
  if (!per::encode(type, again.at, per::Variant::unaligned, second) || first != second) std::abort();
  // What is left at the end of an encoding may change its number of padding bits when what is before it becomes shorter.
  const codec::Tree tree = value.tree(), tree_again = again.tree();
  if (tree.opaque_bits() == 0 && tree.text() != tree_again.text()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto channels = rrc::channels();
  const size_t which = data[0] % (channels.size() + 1);
  const per::Type& type = which < channels.size() ? *channels[which].type : rrc::UeNrCapability::per_type;
  const ByteView bytes(data + 1, size - 1);
  check(type, bytes);
  Value padded(type);
  static_cast<void>(rrc::decode_padded(type, padded.at, bytes));
  return 0;
}
