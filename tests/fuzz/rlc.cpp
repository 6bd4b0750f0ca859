// RLC entities of every mode and configuration against arbitrary PDUs from the peer, while SDUs, grants, discards and time go on. The first
// octets choose the configuration; then each step is an operation octet with its operand.
#include "rlc_pdcp/rlc.h"

#include <algorithm>

#include "base/ensure.h"
#include "rlc_pdcp/limits.h"

namespace {

using namespace sen;
using namespace sen::l2;

struct Input {
  ByteView rest;
  uint8_t u8() {
    if (rest.empty()) return 0;
    uint8_t v = rest[0];
    rest = rest.subspan(1);
    return v;
  }
  ByteView take(size_t n) {
    ByteView out = rest.first(std::min(n, rest.size()));
    rest = rest.subspan(out.size());
    return out;
  }
};

RlcConfig config_from(Input& input) {
  uint8_t kind = input.u8(), times = input.u8(), poll = input.u8();
  RlcConfig config;
  config.mode = kind % 8 == 0 ? RlcMode::tm : kind % 8 < 4 ? RlcMode::um : RlcMode::am;
  uint8_t low = config.mode == RlcMode::um ? 6 : 12, high = config.mode == RlcMode::um ? 12 : 18;
  config.tx_sn_bits = kind & 0x10 ? high : low;
  config.rx_sn_bits = kind & 0x20 ? high : low;
  config.t_reassembly_ms = times % 16;
  config.t_status_prohibit_ms = static_cast<uint16_t>(times / 16);
  config.t_poll_retransmit_ms = static_cast<uint16_t>(5 + poll % 16);
  config.poll_pdu = poll / 16 % 4;
  config.poll_octets = poll / 64 * 20u;
  config.max_retx_threshold = 4;
  return config;
}

struct World {
  ManualExecutor executor;
  PacketPool pool{64, 600};
  size_t delivered_octets = 0;
  std::unique_ptr<RlcEntity> entity;
  uint32_t next_id = 0xfffffff8;

  explicit World(const RlcConfig& config) {
    RlcPorts ports;
    ports.deliver = [this](Packet sdu) {
      ensure(!sdu.empty() && sdu.size() <= limit::rlc_sdu_octets);
      for (uint8_t octet : sdu.view()) delivered_octets += octet & 1;  // every octet of it is memory of ours
      entity->submit(std::move(sdu), next_id++);                       // a port may send
    };
    ports.delivered = [](uint32_t id) { ensure(id != RlcEntity::no_id); };
    ports.data_available = [] {};
    entity = make_rlc(executor, pool, config, std::move(ports)).value();
  }
  void submit(size_t n) {
    Packet sdu = pool.take(n);
    std::fill(sdu.data(), sdu.data() + sdu.size(), static_cast<uint8_t>(n));
    entity->submit(std::move(sdu), next_id++);
  }
  void pull(size_t room) {
    Bytes out(room);  // of exactly that size, so that a sanitizer sees an octet too many
    size_t total = entity->buffer().total, size = entity->pull(out);
    ensure(size <= room && (size == 0 || total != 0));
  }
};

void check(const RlcStatistics& s) {
  ensure(s.tx_delivered <= s.tx_sdus && s.tx_discarded <= s.tx_sdus && s.tx_retransmissions <= s.tx_pdus);
  ensure(s.rx_sdus + s.rx_status + s.rx_malformed + s.rx_invalid_status + s.rx_duplicates + s.rx_out_of_window + s.rx_no_buffer <=
         s.rx_pdus);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input{{data, size}};
  World world(config_from(input));
  for (int steps = 0; !input.rest.empty() && steps < 500; ++steps) {
    uint8_t operation = input.u8();
    switch (operation & 7) {
      case 0:
      case 1:
      case 2: world.entity->receive(input.take(operation >> 3)); break;
      case 3: world.submit(operation >> 3 == 31 ? 400 : operation >> 3); break;
      case 4: world.pull(operation >> 3 == 31 ? 1000 : operation >> 3); break;
      case 5: world.executor.run_for(std::chrono::milliseconds(operation >> 3)); break;
      case 6: {
        size_t n = size_t{8} * (operation >> 3);  // a PDU repeated: storms
        ByteView pdu = input.take(3 + operation % 5);
        for (size_t i = 0; i < n; ++i) world.entity->receive(pdu);
        break;
      }
      case 7:
        if (operation >> 3 == 31)
          world.entity->reestablish();
        else
          world.entity->discard(world.next_id - (operation >> 3));
        break;
    }
  }
  for (int i = 0; i < 2000 && world.entity->buffer().total > 0; ++i) world.pull(100);
  check(world.entity->statistics());
  world.entity->reestablish();
  ensure(world.pool.in_use() == 0 && world.entity->buffer().total == 0);
  return 0;
}
