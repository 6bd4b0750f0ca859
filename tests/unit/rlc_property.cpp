// Two entities through a pipe that loses, reorders and duplicates, with grants of any size, from seeds.
#include <map>

#include "rlc_pdcp/rlc/pdu.h"
#include "tests/unit/rlc_world.h"

namespace sen::l2 {

namespace {

// What may happen to a PDU on its way, and how large the MAC's grants are.
struct Weather {
  double loss = 0.1, duplication = 0.05;
  int max_delay_ms = 8;  // HARQ: later PDUs overtake
  size_t min_grant = 3, max_grant = 400;
  size_t max_sdu = 300;
};

struct Pipe {
  World& world;
  Random& random;
  const Weather& weather;
  std::multimap<Time, Bytes> under_way;
  std::vector<Bytes> log;

  void push(Bytes pdu) {
    if (pdu.empty() || random.chance(weather.loss)) return;
    int copies = random.chance(weather.duplication) ? 2 : 1;
    while (copies-- > 0)
      under_way.emplace(world.executor.now() + std::chrono::milliseconds(random.between(0, static_cast<uint64_t>(weather.max_delay_ms))),
                        pdu);
  }
  void deliver_due(Rlc& to) {
    while (!under_way.empty() && under_way.begin()->first <= world.executor.now()) {
      Bytes pdu = under_way.begin()->second;
      under_way.erase(under_way.begin());
      to.entity->receive(pdu);
    }
  }
};

// One peer sends numbered SDUs; the other notes what comes.
struct Sender {
  Rlc rlc;
  std::map<uint32_t, Bytes> sent;
  uint32_t next_id;

  Bytes make(Random& random, size_t max) {
    size_t n = random.between(5, max);
    Bytes sdu = random.bytes(n);
    for (int i = 0; i < 4; ++i) sdu[static_cast<size_t>(i)] = static_cast<uint8_t>(next_id >> (24 - 8 * i));
    return sdu;
  }
  void offer(Random& random, size_t max) {
    Bytes sdu = make(random, max);
    if (rlc.submit(ByteView(sdu), next_id)) sent.emplace(next_id, sdu);
    if (++next_id == RlcEntity::no_id) next_id = 0;
  }
};

uint32_t id_of(const Bytes& sdu) { return static_cast<uint32_t>(sdu[0]) << 24 | sdu[1] << 16 | sdu[2] << 8 | sdu[3]; }

void step(Random& random, const Weather& weather, Rlc& from, Pipe& pipe) {
  for (uint64_t grants = random.between(0, 4); grants > 0; --grants) {
    size_t total = from.entity->buffer().total;
    size_t grant = random.between(weather.min_grant, weather.max_grant);
    Bytes pdu = from.pull_bytes(grant);
    EXPECT_TRUE(total > 0 || pdu.empty()) << "a PDU without data volume";
    pipe.push(std::move(pdu));
  }
}

void run_am(uint64_t seed, const RlcConfig& config, const Weather& weather, int sdus, size_t receive_packets = 4096) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  World world;
  PacketPool receive_pool(receive_packets, 2000);  // of b, for a's SDUs
  Random random(seed);
  Sender a{Rlc(world.executor, world.pool, config), {}, 0xfffffff0u}, b{Rlc(world.executor, receive_pool, config), {}, 1000};
  Pipe ab{world, random, weather, {}, {}}, ba{world, random, weather, {}, {}};
  std::map<uint32_t, int> delivered_a, delivered_b;
  for (int ms = 0; ms < 400000; ++ms) {
    if (static_cast<int>(a.sent.size()) < sdus && random.chance(0.7)) a.offer(random, weather.max_sdu);
    if (receive_packets > 100 && static_cast<int>(b.sent.size()) < sdus / 4 && random.chance(0.2)) b.offer(random, weather.max_sdu);
    step(random, weather, a.rlc, ab);
    step(random, weather, b.rlc, ba);
    world.run_ms(1);
    ab.deliver_due(b.rlc);
    ba.deliver_due(a.rlc);
    if (static_cast<int>(a.sent.size()) >= sdus && a.rlc.delivered.size() == a.sent.size() && b.rlc.delivered.size() == b.sent.size() &&
        ab.under_way.empty() && ba.under_way.empty() && a.rlc.entity->buffer().total == 0 && b.rlc.entity->buffer().total == 0)
      break;
  }
  auto check = [](Sender& from, Rlc& to, const char* way) {
    ASSERT_EQ(to.sdus.size(), from.sent.size()) << way;
    for (const Bytes& sdu : to.sdus) {
      auto found = from.sent.find(id_of(sdu));
      ASSERT_NE(found, from.sent.end()) << way << ": delivered twice or never sent";
      EXPECT_EQ(found->second, sdu) << way;
      from.sent.erase(found);
    }
    std::sort(from.rlc.delivered.begin(), from.rlc.delivered.end());
    EXPECT_EQ(std::unique(from.rlc.delivered.begin(), from.rlc.delivered.end()), from.rlc.delivered.end()) << way << ": acknowledged twice";
  };
  check(a, b.rlc, "a to b");
  check(b, a.rlc, "b to a");
  EXPECT_EQ(b.rlc.statistics().rx_malformed, 0u);
  EXPECT_EQ(a.rlc.statistics().rx_malformed, 0u);
  EXPECT_GT(a.rlc.statistics().tx_retransmissions, 0u);
}

// Which SDUs of a UM transmitter can arrive: those of which every octet came through.
struct UmFate {
  unsigned sn_bits;
  std::deque<uint32_t> order;                // ids in the order of transmission
  std::map<uint32_t, size_t> size, arrived;  // octets, without repetitions
  std::map<uint32_t, int> whole_copies;
  size_t sent_of_front = 0;

  // Called for each PDU as it leaves; returns the SDU that it belongs to and its octets.
  std::pair<uint32_t, size_t> account(const Bytes& pdu) {
    auto data = read_umd(pdu, sn_bits);
    uint32_t id = order.front();
    sent_of_front += data->payload.size();
    if (sent_of_front == size[id]) {
      order.pop_front();
      sent_of_front = 0;
    }
    return {id, data->payload.size()};
  }
};

void run_um(uint64_t seed, unsigned sn_bits, Weather weather, int sdus) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  World world;
  Random random(seed);
  RlcConfig config = um_config(static_cast<uint8_t>(sn_bits));
  config.t_reassembly_ms = 30;
  Sender a{Rlc(world.executor, world.pool, config), {}, 0};
  Rlc b(world.executor, world.pool, config);
  UmFate fate{sn_bits, {}, {}, {}, {}, 0};
  std::multimap<Time, Bytes> under_way;
  while (static_cast<int>(a.next_id) < sdus || a.rlc.entity->buffer().total > 0 || !under_way.empty()) {
    if (static_cast<int>(a.next_id) < sdus && random.chance(0.6)) {
      uint32_t id = a.next_id;
      a.offer(random, weather.max_sdu);
      fate.order.push_back(id);
      fate.size[id] = a.sent[id].size();
    }
    for (uint64_t grants = random.between(0, 3); grants > 0; --grants) {
      Bytes pdu = a.rlc.pull_bytes(random.between(weather.min_grant, weather.max_grant));
      if (pdu.empty()) continue;
      auto [id, octets] = fate.account(pdu);
      if (random.chance(weather.loss)) continue;
      fate.arrived[id] += octets;
      int copies = random.chance(weather.duplication) ? 2 : 1;
      if (pdu[0] >> 6 == 0) fate.whole_copies[id] += copies;
      while (copies-- > 0)
        under_way.emplace(world.executor.now() + std::chrono::milliseconds(random.between(0, static_cast<uint64_t>(weather.max_delay_ms))),
                          pdu);
    }
    world.run_ms(1);
    while (!under_way.empty() && under_way.begin()->first <= world.executor.now()) {
      b.entity->receive(under_way.begin()->second);
      under_way.erase(under_way.begin());
    }
  }
  std::map<uint32_t, int> got;
  for (const Bytes& sdu : b.sdus) {
    uint32_t id = id_of(sdu);
    ASSERT_EQ(a.sent[id], sdu);
    ++got[id];
  }
  for (auto& [id, sdu] : a.sent) {
    // Duplicates of a whole SDU carry no number: they are PDCP's to find.
    int expected = fate.whole_copies.contains(id) ? fate.whole_copies[id] : fate.arrived[id] == fate.size[id] ? 1 : 0;
    EXPECT_EQ(got[id], expected) << "SDU " << id;
  }
  EXPECT_EQ(b.statistics().rx_malformed, 0u);
  world.run_ms(100);
  EXPECT_EQ(b.statistics().rx_lost_sdus > 0, weather.loss > 0);
}

RlcConfig config_of(uint64_t seed) {
  RlcConfig config = am_config(seed % 2 ? 12 : 18);
  Random choice(seed * 77);
  config.t_reassembly_ms = static_cast<uint16_t>(choice.between(5, 40));
  config.t_status_prohibit_ms = static_cast<uint16_t>(choice.between(0, 20));
  config.t_poll_retransmit_ms = static_cast<uint16_t>(choice.between(20, 60));
  config.poll_pdu = choice.chance(0.5) ? 4 : 0;
  config.poll_octets = choice.chance(0.5) ? 750 : 0;
  config.max_retx_threshold = 32;
  return config;
}

}  // namespace

TEST(RlcAmProperty, delivers_everything_exactly_once_through_any_weather) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    Random choice(seed * 79);
    Weather weather;
    weather.loss = 0.05 * static_cast<double>(choice.between(1, 7));
    weather.max_delay_ms = static_cast<int>(choice.between(0, 15));
    weather.max_grant = choice.between(40, 900);
    weather.max_sdu = choice.between(20, 1500);
    run_am(seed, config_of(seed), weather, 600);
  }
}

TEST(RlcAmProperty, wraps_its_sequence_numbers_under_way) {
  Weather weather;
  weather.max_sdu = 12;
  weather.max_grant = 60;
  run_am(100, config_of(1), weather, 9000);
}

TEST(RlcAmProperty, recovers_when_most_is_lost) {
  Weather weather;
  weather.loss = 0.6;
  weather.max_grant = 200;
  for (uint64_t seed = 200; seed < 204; ++seed) run_am(seed, config_of(seed), weather, 200);
}

TEST(RlcAmProperty, survives_memory_for_a_few_partial_sdus_only) {
  Weather weather;
  weather.loss = 0.3;
  weather.max_grant = 30;
  weather.max_sdu = 800;
  for (uint64_t seed = 300; seed < 304; ++seed) run_am(seed, config_of(seed), weather, 100, 24);
}

TEST(RlcUmProperty, delivers_what_was_not_lost) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    Weather weather;
    weather.loss = seed % 4 == 0 ? 0 : 0.1;
    weather.max_delay_ms = 6;
    weather.max_grant = 60 + 40 * seed;
    weather.max_sdu = 200;
    run_um(seed, seed % 2 ? 6 : 12, weather, seed == 2 ? 9000 : 600);
  }
}

}  // namespace sen::l2
