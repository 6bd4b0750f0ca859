// Two RLC entities and the pipe between them, for the RLC tests: everything on one virtual clock.
#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "base/random.h"
#include "rlc_pdcp/limits.h"
#include "rlc_pdcp/rlc.h"

namespace sen::l2 {

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }
inline std::string hex(ByteView bytes) { return to_hex(bytes); }

inline RlcConfig am_config(uint8_t sn_bits) {
  RlcConfig config;
  config.mode = RlcMode::am;
  config.tx_sn_bits = config.rx_sn_bits = sn_bits;
  return config;
}
inline RlcConfig um_config(uint8_t sn_bits) {
  RlcConfig config = am_config(sn_bits);
  config.mode = RlcMode::um;
  return config;
}

// One entity with what came out of its ports.
struct Rlc {
  ManualExecutor& executor;
  PacketPool& pool;
  std::deque<Bytes> sdus;
  std::vector<uint32_t> delivered;
  int max_retransmissions = 0;
  int data_available = 0;
  std::unique_ptr<RlcEntity> entity;

  Rlc(ManualExecutor& executor_, PacketPool& pool_, const RlcConfig& config) : executor(executor_), pool(pool_) {
    RlcPorts ports;
    ports.deliver = [this](Packet sdu) { sdus.emplace_back(sdu.view().begin(), sdu.view().end()); };
    ports.delivered = [this](uint32_t id) { delivered.push_back(id); };
    ports.max_retransmissions = [this] { ++max_retransmissions; };
    ports.data_available = [this] { ++data_available; };
    entity = make_rlc(executor, pool, config, std::move(ports)).value();
  }

  bool submit(ByteView sdu, uint32_t id) { return entity->submit(pool.copy(sdu), id); }
  // An SDU of n octets: 0, 1, 2, ...
  bool submit(size_t n, uint32_t id) {
    Bytes sdu(n);
    for (size_t i = 0; i < n; ++i) sdu[i] = static_cast<uint8_t>(i);
    return submit(ByteView(sdu), id);
  }
  // The next PDU in hex, with at most `room` octets.
  std::string pull(size_t room = 10000) { return hex(ByteView(pull_bytes(room))); }
  Bytes pull_bytes(size_t room = 10000) {
    Bytes out(room + 8, 0xee);
    size_t n = entity->pull(std::span(out).first(room));
    EXPECT_LE(n, room);
    for (size_t i = room; i < out.size(); ++i) EXPECT_EQ(out[i], 0xee) << "written past the room";
    out.resize(n);
    return out;
  }
  void receive(std::string_view pdu) { entity->receive(hex(pdu)); }
  std::string take_sdu() {
    if (sdus.empty()) return "none";
    std::string text = hex(ByteView(sdus.front()));
    sdus.pop_front();
    return text;
  }
  const RlcStatistics& statistics() const { return entity->statistics(); }
};

// A fixture with one or two entities.
struct World {
  ManualExecutor executor;
  PacketPool pool{4096, 9100};
  void run_ms(int ms) { executor.run_for(std::chrono::milliseconds(ms)); }
};

}  // namespace sen::l2
