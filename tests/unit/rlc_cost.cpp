// What an entity costs: memory when idle, allocations on the way of a packet, work for a status report.
#include <malloc.h>

#include <chrono>
#include <cstdlib>
#include <new>

#include "rlc_pdcp/rlc/pdu.h"
#include "tests/unit/rlc_world.h"

namespace {
size_t allocations = 0, octets_held = 0;
}

// Counts for this test binary; the requested sizes are kept in front of the memory.
__attribute__((noinline)) void* operator new(size_t n) {
  auto* block = static_cast<size_t*>(std::malloc(n + 16));
  if (!block) throw std::bad_alloc();
  *block = n;
  ++allocations;
  octets_held += n;
  return block + 2;
}
__attribute__((noinline)) void operator delete(void* p) noexcept {
  if (!p) return;
  auto* block = static_cast<size_t*>(p) - 2;
  octets_held -= *block;
  std::free(block);
}
void operator delete(void* p, size_t) noexcept { operator delete(p); }

namespace sen::l2 {

namespace {

// An entity that keeps nothing of its own beside.
std::unique_ptr<RlcEntity> bare(World& world, const RlcConfig& config, size_t* sdus = nullptr) {
  RlcPorts ports;
  ports.deliver = [sdus](Packet) {
    if (sdus) ++*sdus;
  };
  return make_rlc(world.executor, world.pool, config, std::move(ports)).value();
}

}  // namespace

TEST(RlcCost, an_idle_bearer_holds_less_than_1_kb) {
  World world;
  for (const RlcConfig& config : {am_config(18), am_config(12), um_config(12), um_config(6)}) {
    size_t before = octets_held;
    auto entity = bare(world, config);
    EXPECT_LT(octets_held - before, 1024u);
    before = octets_held;
    entity.reset();
    EXPECT_LT(octets_held, before);
  }
}

TEST(RlcCost, an_idle_bearer_that_was_used_a_little_holds_less_than_4_kb) {
  World world;
  size_t before = octets_held;
  auto entity = bare(world, am_config(18));
  std::vector<uint8_t> out(100);
  for (uint32_t i = 0; i < 1000; ++i) {
    entity->submit(world.pool.take(50), i);
    entity->pull(out);
    uint32_t ack = i + 1;
    Bytes status{static_cast<uint8_t>(ack >> 14), static_cast<uint8_t>(ack >> 6), static_cast<uint8_t>(ack << 2)};
    entity->receive(status);
    entity->receive(Bytes{0x80, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i), 1});
  }
  EXPECT_LT(octets_held - before, 4096u);
}

// Both directions, segments, losses, reports: after a warm-up nothing but the nodes of timers is allocated.
TEST(RlcCost, packets_allocate_nothing_after_warm_up) {
  World world;
  RlcConfig config = am_config(18);
  config.poll_pdu = 32;
  config.t_status_prohibit_ms = 5;
  size_t sdus = 0;
  auto a = bare(world, config), b = bare(world, config, &sdus);
  std::vector<uint8_t> out(3000);
  uint32_t id = 0, n = 0;
  auto run = [&](int ms) {
    for (; ms > 0; --ms) {
      for (int i = 0; i < 20; ++i) a->submit(world.pool.take(1400), id++);
      size_t left = 35000;
      while (size_t size = a->pull(std::span(out).first(std::min<size_t>(left, 1000)))) {
        left -= size;
        if (++n % 10 != 0) b->receive(ByteView(out).first(size));
      }
      while (size_t size = b->pull(out)) a->receive(ByteView(out).first(size));
      world.run_ms(1);
    }
  };
  run(500);
  size_t before = allocations, timers = a->statistics().tx_polls, pdus = a->statistics().tx_pdus;
  run(500);
  EXPECT_GT(a->statistics().tx_pdus - pdus, 15000u);
  // An expiry of each running timer a few times in 500 ms: map node, task and callable.
  EXPECT_LT(allocations - before, 3u * 500);
  EXPECT_GT(sdus, 15000u);
  (void)timers;
}

TEST(RlcCost, a_report_costs_by_its_entries_and_not_by_the_window) {
  ManualExecutor executor;
  PacketPool pool(limit::rlc_in_flight_sdus + 10, 64);
  Rlc a(executor, pool, am_config(18));
  std::vector<uint8_t> out(100);
  for (uint32_t i = 0; i < limit::rlc_in_flight_sdus; ++i) {
    ASSERT_TRUE(a.entity->submit(pool.take(10), i));
    ASSERT_NE(a.entity->pull(out), 0u);
  }
  Bytes report(16);
  StatusWriter writer(report, 18);
  writer.add({0});
  report.resize(writer.finish(limit::rlc_in_flight_sdus));
  a.entity->receive(report);
  EXPECT_EQ(a.delivered.size(), limit::rlc_in_flight_sdus - 1);
  auto start = std::chrono::steady_clock::now();
  const int rounds = 10000;
  for (int i = 0; i < rounds; ++i) a.entity->receive(report);
  auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count() / rounds;
  RecordProperty("ns_per_report", static_cast<int>(ns));
  EXPECT_EQ(a.statistics().rx_status, 1u + rounds);
  EXPECT_LT(ns, 100000) << "walking 32768 slots takes longer";
}

TEST(RlcCost, writing_a_report_about_an_empty_window_costs_by_its_entries) {
  World world;
  RlcConfig config = am_config(18);
  config.t_reassembly_ms = 1;
  Rlc a(world.executor, world.pool, config);
  a.receive("81ffffff");
  world.run_ms(2);
  std::vector<uint8_t> out(3000);
  auto start = std::chrono::steady_clock::now();
  const int rounds = 1000;
  for (int i = 0; i < rounds; ++i) {
    a.receive("c1ffffff");  // a duplicate with a poll
    ASSERT_GT(a.entity->pull(out), 2000u);
  }
  auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count() / rounds;
  RecordProperty("ns_per_report", static_cast<int>(ns));
  EXPECT_LT(ns, 1000000);
}

}  // namespace sen::l2
