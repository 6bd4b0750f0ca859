// Datagrams on the gNB's N3: whatever it answers must be valid GTP-U, and no buffer may be lost. The first octet chooses the tunnel whose
// TEID is patched in: none, an ordinary one, one that forwards.
#include "rlc_pdcp/n3.h"

#include "base/ensure.h"
#include "codec/gtpu/message.h"

using namespace sen;
using namespace sen::l2;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const IpAddress own(Octets<4>{127, 0, 0, 2}), upf(Octets<4>{127, 0, 0, 7});
  static ManualExecutor executor;
  static PacketPool pool(8);
  static N3 n3(executor, pool, own,
               {.send = [](const IpAddress&, Packet p) { ensure(gtpu::decode(p.view())); },
                .downlink = [](N3Owner, Qfi, bool, Packet p) { ensure(!p.empty()); },
                .error_indication = [](N3Owner) {},
                .end_marker = [](N3Owner) {}});
  static const uint32_t plain = n3.add({1, 1}, {upf, 9}).value();
  static const uint32_t forwarding = [] {
    uint32_t teid = n3.add({1, 2}, {upf, 10}).value();
    ensure(n3.forward(teid, {upf, 11}));
    return teid;
  }();
  if (size == 0 || size > 2000) return 0;
  Bytes datagram(data + 1, data + size);
  const uint32_t teid = data[0] & 1 ? plain : forwarding;
  if (datagram.size() >= 8 && (data[0] & 2)) {
    for (unsigned i = 0; i < 4; ++i) datagram[4 + i] = static_cast<uint8_t>(teid >> (24 - 8 * i));
  }
  n3.receive(upf, pool.copy(datagram));
  executor.run_for(std::chrono::milliseconds(2));
  ensure(pool.in_use() == 0);
  return 0;
}
