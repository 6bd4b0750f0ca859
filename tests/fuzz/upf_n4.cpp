// Arbitrary PFCP datagrams, one after another, to a UPF that has an association and sessions. An input is a list of records: length (two
// octets), then the datagram; its SEID and sequence number are patched so that it reaches sessions.
#include "base/ensure.h"
#include "base/log.h"
#include "codec/pfcp/message.h"
#include "core/upf/upf.h"

using namespace sen;
using namespace sen::upf;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Log::instance().set_all_levels(Level::none);
  UpfConfig config;
  config.max_sessions = 8;
  config.packets = 64;
  config.session.resize(1);
  config.session[0].subnet = IpPrefix::parse("10.45.0.0/24").value();
  ManualExecutor executor;
  Counters counters;
  uint64_t seid = 0;
  Upf upf(config, executor, counters,
          {.send_n4 =
               [&](const Endpoint&, Bytes bytes) {
                 auto packet = pfcp::decode(bytes);
                 ensure(packet.has_value());  // what we send can be read
                 if (auto* r = std::get_if<pfcp::SessionEstablishmentResponse>(&packet->body); r && r->up_f_seid) seid = r->up_f_seid->seid;
               },
           .send_n3 = [](const Endpoint&, Packet) {},
           .send_n6 = [](Packet) {}});
  Endpoint smf{IpAddress(Octets<4>{127, 0, 0, 4}), 8805};
  upf.n4_received(smf, pfcp::encode({.header = {.sequence = 1}, .body = pfcp::AssociationSetupRequest{.node_id = pfcp::NodeId::of(Octets<4>{127, 0, 0, 4}), .recovery_time_stamp = 1}}).value());
  ByteReader reader(ByteView(data, size));
  while (reader.left() >= 2) {
    size_t announced = *reader.u16() & 0xfff;
    size_t length = std::min(announced, reader.left());
    ByteView piece = *reader.take(length);
    Bytes datagram(piece.begin(), piece.end());
    if (datagram.size() >= 12 && (datagram[0] & 1) && datagram[1] >= 52)
      for (unsigned i = 0; i < 8; ++i) datagram[4 + i] = static_cast<uint8_t>(seid >> (56 - 8 * i));
    upf.n4_received(smf, datagram);
    for (uint8_t host = 0; host < 8; ++host) {
      Bytes ip{0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 8, 8, 8, 8, 10, 45, 0, host};
      upf.n6_received(upf.pool().copy(ip));
    }
    executor.run_for(std::chrono::seconds(1));
  }
  upf.sessions();
  return 0;
}
