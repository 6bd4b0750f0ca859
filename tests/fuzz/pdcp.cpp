// PDCP PDUs of a hostile peer to an entity that sends as well: the first octet chooses bearer and configuration, then each PDU behind a
// length octet; length 0 does something on our side instead. What was delivered must not be delivered twice, and no buffer may be lost.
#include "rlc_pdcp/pdcp.h"

#include "base/ensure.h"

using namespace sen;
using namespace sen::l2;

namespace {

void act(Pdcp& pdcp, PacketPool& pool, ManualExecutor& executor, uint8_t what) {
  switch (what & 7) {
    case 0: pdcp.send(pool.copy(Bytes(1 + what, what))); break;
    case 1: pdcp.supply(what); break;
    case 2: pdcp.delivered(what >> 3); break;
    case 3: pdcp.reestablish({{crypto::CipherAlgorithm::nea2, {what}}, {crypto::IntegrityAlgorithm::nia2, {what}}}); break;
    case 4: pdcp.lower_reset(), pdcp.recover(); break;
    case 5: executor.run_for(std::chrono::milliseconds(what)); break;
    case 6: pdcp.suspend(); break;
    case 7: pdcp.flush(); break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 4000) return 0;
  ManualExecutor executor;
  PacketPool pool(64, 300);
  const uint8_t flags = data[0];
  const bool srb = flags & 1;
  PdcpConfig config;
  if (!srb) {
    config.tx_sn_bits = config.rx_sn_bits = flags & 2 ? 18 : 12;
    config.integrity = flags & 4, config.ciphering = flags & 8, config.out_of_order_delivery = flags & 16,
    config.status_report_required = flags & 32;
    config.discard_ms = 20;
    config.t_reordering_ms = 30;
  }
  {
    Pdcp pdcp(executor, pool, {srb, 1}, crypto::Direction::downlink, config, {},
              {.submit = [](Packet pdu, uint32_t) { return pdu.size() > 1; },
               .discard = [](uint32_t id) { return id & 1; },
               .deliver = [](Packet sdu, bool) { ensure(!sdu.empty()); },
               .delivered = [](uint32_t) {},
               .failure = [](Failure) {}});
    pdcp.set_acknowledged(!(flags & 64));
    pdcp.set_sdap_header(flags & 128, flags & 128);
    if (srb) pdcp.set_protection(false, {.integrity = bool(flags & 4), .ciphering = bool(flags & 8), .from_verified = bool(flags & 16)});
    ByteView rest(data + 1, size - 1);
    while (rest.size() >= 2) {
      size_t length = std::min<size_t>(rest[0], rest.size() - 1);
      if (length == 0) {
        act(pdcp, pool, executor, rest[1]);
        rest = rest.subspan(2);
        continue;
      }
      if (Packet p = pool.copy(rest.subspan(1, length))) pdcp.receive(std::move(p));
      rest = rest.subspan(1 + length);
    }
    pdcp.flush();
    const auto& s = pdcp.statistics();
    ensure(s.rx_sdus <= s.rx_pdus);
    executor.run_for(std::chrono::seconds(10));
    ensure(pdcp.waiting().sdus <= s.tx_sdus + 1);
  }
  ensure(pool.in_use() == 0);
  return 0;
}
