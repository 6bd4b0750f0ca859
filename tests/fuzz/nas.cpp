// Whatever decodes must print, encode to the same octets, and decode again to an equal message.
#include <cstdlib>

#include "codec/nas/message.h"
#include "codec/nas/security.h"

static void check(bool condition) {
  if (!condition) std::abort();
}

static void plain(sen::ByteView pdu) {
  auto message = sen::nas::decode(pdu);
  if (!message) return;
  auto bytes = sen::nas::encode(*message);
  check(bytes && sen::to_hex(*bytes) == sen::to_hex(pdu));
  auto again = sen::nas::decode(*bytes);
  check(again && *again == *message);
  sen::codec::Tree tree;
  sen::nas::print(*message, tree);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sen::ByteView pdu(data, size);
  if (auto secured = sen::nas::parse_protected(pdu)) {
    check(sen::nas::encode(*secured) == sen::Bytes(pdu.begin(), pdu.end()));
    plain(secured->payload);
  }
  plain(pdu);
  return 0;
}
