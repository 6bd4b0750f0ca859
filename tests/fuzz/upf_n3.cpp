// Arbitrary datagrams on N3 and packets on N6 to a UPF with a session, and to the built-in data network behind it. The first octet says
// where the rest goes; on N3 the TEID may be patched to the session's.
#include "base/ensure.h"
#include "base/log.h"
#include "codec/pfcp/message.h"
#include "core/upf/io/data_network.h"
#include "core/upf/upf.h"

using namespace sen;
using namespace sen::upf;

namespace {

struct World {
  ManualExecutor executor;
  Counters counters;
  uint32_t teid = 0;
  std::unique_ptr<DataNetwork> network;
  Upf upf;

  World()
      : upf(config(), executor, counters,
            {.send_n4 =
                 [this](const Endpoint&, Bytes bytes) {
                   auto packet = pfcp::decode(bytes);
                   if (auto* r = std::get_if<pfcp::SessionEstablishmentResponse>(&packet->body)) teid = r->created_pdrs.at(0).f_teids.at(0).teid;
                 },
             .send_n3 = [](const Endpoint&, Packet p) { ensure(p.size() >= 8); },
             .send_n6 = [this](Packet p) { network->received(std::move(p)); }}) {
    network = std::make_unique<DataNetwork>(executor, counters, upf.pool(), [this](Packet p) { upf.n6_received(std::move(p)); });
    using namespace pfcp;
    Endpoint smf{IpAddress(Octets<4>{127, 0, 0, 4}), 8805};
    NodeId node = NodeId::of(Octets<4>{127, 0, 0, 4});
    auto tell = [&](Body body, std::optional<uint64_t> seid, uint32_t sequence) {
      upf.n4_received(smf, encode({.header = {.seid = seid, .sequence = sequence}, .body = std::move(body)}).value());
    };
    tell(AssociationSetupRequest{.node_id = node, .recovery_time_stamp = 1}, {}, 1);
    SessionEstablishmentRequest r{.node_id = node, .cp_f_seid = {.seid = 1, .ipv4 = Octets<4>{127, 0, 0, 4}}};
    UeIpAddress ue{.destination = true, .ipv4 = Octets<4>{10, 45, 0, 2}, .ipv6 = Octets<16>{0x20, 1, 0xd, 0xb8, 0xca, 0xfe}};
    FTeid choose{.choose = true, .choose_v4 = true};
    r.create_pdrs.push_back({.pdr_id = 1, .pdi = {.source_interface = SourceInterface::core, .ue_ip_addresses = {ue}, .sdf_filters = {SdfFilter{.flow_description = "permit out ip from any to assigned"}}}, .far_id = 1, .qer_ids = {1}});
    r.create_pdrs.push_back({.pdr_id = 2, .pdi = {.source_interface = SourceInterface::access, .f_teid = choose}, .far_id = 2, .qer_ids = {1}});
    r.create_fars.push_back({.far_id = 1, .apply_action = {.forw = true}, .forwarding_parameters = ForwardingParameters{.destination_interface = DestinationInterface::access, .outer_header_creation = OuterHeaderCreation::gtpu(9, Octets<4>{127, 0, 0, 2})}});
    r.create_fars.push_back({.far_id = 2, .apply_action = {.forw = true}, .forwarding_parameters = ForwardingParameters{.destination_interface = DestinationInterface::core}});
    r.create_qers.push_back({.qer_id = 1, .qfi = Qfi(1)});
    tell(r, 0, 2);
    ensure(teid != 0);
  }
  static UpfConfig config() {
    UpfConfig c;
    c.max_sessions = 4;
    c.packets = 256;
    return c;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Log::instance().set_all_levels(Level::none);
  static World world;
  if (size == 0 || size > 2000) return 0;
  Bytes datagram(data + 1, data + size);
  switch (data[0] & 3) {
    case 0:
      if (datagram.size() >= 8)
        for (unsigned i = 0; i < 4; ++i) datagram[4 + i] = static_cast<uint8_t>(world.teid >> (24 - 8 * i));
      [[fallthrough]];
    case 1: world.upf.n3_received({IpAddress(Octets<4>{127, 0, 0, 2}), 2152}, world.upf.pool().copy(datagram)); break;
    case 2: world.upf.n6_received(world.upf.pool().copy(datagram)); break;
    case 3: world.network->received(world.upf.pool().copy(datagram)); break;
  }
  world.executor.run_for(std::chrono::milliseconds(10));
  return 0;
}
