// Two user planes of one UE, the gNB's and the UE's, and a MAC stand-in that pulls RLC PDUs with random grants and carries them through a
// pipe that loses, delays and repeats them as told.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "base/random.h"
#include "rlc_pdcp/statistics.h"
#include "rlc_pdcp/user_plane.h"

namespace sen::l2::test {

inline constexpr PduSessionId session = 5;

struct Node {
  struct Message {
    uint8_t srb;
    Bytes pdu;
    bool verified;
    bool operator==(const Message&) const = default;
  };
  std::vector<Bytes> packets;
  std::vector<Qfi> qfis;
  std::vector<Message> messages;
  std::vector<std::pair<Failure, BearerId>> failures;
  std::vector<std::pair<uint8_t, uint32_t>> delivered;
  std::vector<Lcid> available;
  std::vector<Qfi> reflective;
  UserPlane up;

  Node(Executor& executor, PacketPool& pool, Side side)
      : up(executor, pool, side,
           {.rrc =
                [this](uint8_t srb, Bytes pdu, bool verified) {
                  messages.push_back({srb, std::move(pdu), verified});
                },
            .packet =
                [this](PduSessionId, Qfi qfi, Packet p) {
                  packets.emplace_back(p.view().begin(), p.view().end());
                  qfis.push_back(qfi);
                },
            .reflective_qos = [this](PduSessionId, Qfi qfi, ByteView) { reflective.push_back(qfi); },
            .failure = [this](Failure f, BearerId b) { failures.emplace_back(f, b); },
            .delivered = [this](uint8_t srb, uint32_t tag) { delivered.emplace_back(srb, tag); },
            .data_available = [this](Lcid lcid) { available.push_back(lcid); }}) {}
};

struct Pipe {
  double loss = 0, repeat = 0;
  int delay_slots = 0;  // at most
};

struct World {
  ManualExecutor executor;
  PacketPool pool{20000, 2048};
  Random random;
  Node gnb{executor, pool, Side::gnb}, ue{executor, pool, Side::ue};
  Pipe pipe;
  size_t grant_octets = 4000;

  explicit World(uint64_t seed = 1) : random(seed) {}

  Security security(uint8_t nea, uint8_t nia) {
    Security s{.nea = nea, .nia = nia};
    for (auto* key : {&s.rrc_enc, &s.rrc_int, &s.up_enc, &s.up_int}) random.fill(*key);
    return s;
  }
  void both(const std::function<void(UserPlane&)>& f) {
    f(gnb.up);
    f(ue.up);
  }
  void secure(const Security& s) {
    both([&](UserPlane& up) {
      up.set_security(s);
      for (bool tx : {false, true}) up.set_srb_protection(tx, {true, true});
    });
  }
  static void ok(const Status& status) { EXPECT_TRUE(status) << status.error().describe(); }
  void add_srb(uint8_t srb) {
    both([&](UserPlane& up) {
      ok(up.set_rlc({srb, {true, srb}, {}}));
      ok(up.set_srb({srb, {}}));
    });
  }
  void add_drb(uint8_t drb, RlcConfig rlc, PdcpConfig pdcp, SdapConfig sdap) {
    both([&](UserPlane& up) {
      ok(up.set_rlc({static_cast<Lcid>(3 + drb), {false, drb}, rlc}));
      ok(up.set_drb({drb, pdcp, sdap}));
    });
  }
  static SdapConfig flow(Qfi qfi, bool is_default = true) {
    return {.session = session, .dl_header = true, .ul_header = true, .default_drb = is_default, .qfis = {qfi}};
  }

  Packet packet(ByteView octets) { return pool.copy(octets); }
  // A slot of 1 ms: what is due arrives, one transport block goes each way.
  void slot() {
    executor.run_for(std::chrono::milliseconds(1));
    carry(gnb, ue, to_ue_);
    carry(ue, gnb, to_gnb_);
  }
  void run(int slots) {
    for (int i = 0; i < slots; ++i) slot();
  }
  void drop_in_flight() {
    to_ue_.clear();
    to_gnb_.clear();
  }
  static const PdcpStatistics& pdcp(const Node& node, BearerId bearer) {
    for (const auto& b : node.up.statistics().bearers) {
      if (b.bearer == bearer) return b.pdcp;
    }
    static const PdcpStatistics none;
    return none;
  }

 private:
  using Block = std::vector<std::pair<Lcid, Bytes>>;
  using Flight = std::multimap<int64_t, Block>;

  void carry(Node& from, Node& to, Flight& flight) {
    ++slot_;
    for (auto at = flight.begin(); at != flight.end() && at->first <= slot_; at = flight.erase(at)) {
      std::vector<UserPlane::RlcPdu> pdus;
      for (auto& [lcid, pdu] : at->second) pdus.push_back({lcid, pdu});
      to.up.receive(pdus);
    }
    Block block = build(from);
    if (block.empty() || random.chance(pipe.loss)) return;
    auto due = [&] { return slot_ + 1 + static_cast<int64_t>(random.between(0, static_cast<uint64_t>(2 * pipe.delay_slots))); };
    if (random.chance(pipe.repeat)) flight.emplace(due(), block);
    flight.emplace(due(), std::move(block));
  }
  Block build(Node& from) {
    Block block;
    size_t left = random.between(grant_octets / 4, grant_octets);
    for (Lcid lcid = 0; lcid < 33; ++lcid) {
      while (left > 8 && from.up.buffer(lcid).total > 0) {
        Bytes room(left);
        size_t n = from.up.pull(lcid, room);
        if (n == 0) break;
        room.resize(n);
        left -= n;
        block.emplace_back(lcid, std::move(room));
      }
    }
    return block;
  }

  Flight to_ue_, to_gnb_;
  int64_t slot_ = 0;
};

}  // namespace sen::l2::test
