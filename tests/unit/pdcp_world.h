// One PDCP entity between recorded ports, and PDUs written by hand.
#pragma once

#include <gtest/gtest.h>

#include <list>

#include "rlc_pdcp/pdcp.h"
#include "rlc_pdcp/rlc.h"

namespace sen::l2::test {

inline constexpr BearerId srb1{true, 1}, drb1{false, 1};

inline Bytes bytes_of(const Packet& p) { return Bytes(p.view().begin(), p.view().end()); }
inline Bytes text(std::string_view s) { return Bytes(s.begin(), s.end()); }

struct Entity {
  ManualExecutor& executor;
  PacketPool& pool;
  std::vector<std::pair<uint32_t, Bytes>> submitted;
  std::vector<uint32_t> discarded;
  std::vector<std::string> delivered;
  std::vector<bool> verified;
  std::vector<uint32_t> tags;
  std::vector<Failure> failures;
  bool accept = true;
  Pdcp pdcp;

  Entity(ManualExecutor& e, PacketPool& p, BearerId bearer, PdcpConfig config, bool am = true, const PdcpKeys& keys = {})
      : executor(e),
        pool(p),
        pdcp(e, p, bearer, crypto::Direction::downlink, config, keys,
             {.submit =
                  [this](Packet pdu, uint32_t id) {
                    if (accept) submitted.emplace_back(id, bytes_of(pdu));
                    return accept;
                  },
              .discard =
                  [this](uint32_t id) {
                    discarded.push_back(id);
                    return false;
                  },
              .deliver =
                  [this](Packet sdu, bool v) {
                    delivered.emplace_back(as_text(sdu.view()));
                    verified.push_back(v);
                  },
              .delivered = [this](uint32_t tag) { tags.push_back(tag); },
              .failure = [this](Failure f) { failures.push_back(f); }}) {
    pdcp.set_acknowledged(am);
  }
  bool send(std::string_view s, uint32_t tag = 0) { return pdcp.send(pool.copy(as_bytes(s)), tag); }
  void receive(const Bytes& pdu) { pdcp.receive(pool.copy(pdu)); }
  // Data PDUs without integrity, of a 12-bit and an 18-bit DRB.
  void data(uint32_t sn, std::string_view s) {
    Bytes pdu{static_cast<uint8_t>(0x80 | (sn >> 8 & 15)), static_cast<uint8_t>(sn)};
    pdu.insert(pdu.end(), s.begin(), s.end());
    receive(pdu);
    pdcp.flush();
  }
  void data18(uint32_t sn, std::string_view s) {
    Bytes pdu{static_cast<uint8_t>(0x80 | (sn >> 16 & 3)), static_cast<uint8_t>(sn >> 8), static_cast<uint8_t>(sn)};
    pdu.insert(pdu.end(), s.begin(), s.end());
    receive(pdu);
    pdcp.flush();
  }
  std::vector<uint32_t> ids() const {
    std::vector<uint32_t> out;
    for (const auto& [id, pdu] : submitted) out.push_back(id);
    return out;
  }
  uint64_t dropped(PdcpDrop d) const { return pdcp.statistics().dropped(d); }
  void ms(int n) { executor.run_for(std::chrono::milliseconds(n)); }
};

struct PdcpTest : testing::Test {
  ManualExecutor executor;
  PacketPool pool{30000, 300};
  std::list<Entity> entities;
  Entity& make(BearerId bearer, PdcpConfig config = {}, bool am = true, const PdcpKeys& keys = {}) {
    return entities.emplace_back(executor, pool, bearer, config, am, keys);
  }
};
using Strings = std::vector<std::string>;
using Ids = std::vector<uint32_t>;

}  // namespace sen::l2::test
