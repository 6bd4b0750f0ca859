#include "radio/zmq.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace sen::radio {
namespace {

std::string address(const char* name) { return "ipc:///tmp/sen5g-zmq-" + std::to_string(getpid()) + "-" + name; }

std::unique_ptr<Zmq> open(const char* tx, const char* rx) {
  ZmqConfig config;
  config.tx_ports = {address(tx)};
  config.rx_ports = {address(rx)};
  auto radio = Zmq::open(config);
  EXPECT_TRUE(radio) << (radio ? "" : radio.error().describe());
  return radio ? std::move(*radio) : nullptr;
}

// `n` samples that say their time and sender.
void send(Zmq& radio, uint64_t time, size_t n, float sender) {
  std::vector<Cf> samples(n);
  for (size_t i = 0; i < n; ++i) samples[i] = {static_cast<float>(time + i), sender};
  std::span<const Cf> port(samples);
  ASSERT_TRUE(radio.transmit(time, std::span(&port, 1)));
}

std::pair<uint64_t, std::vector<Cf>> receive(Zmq& radio, size_t n) {
  std::vector<Cf> samples(n);
  std::span<Cf> port(samples);
  const auto time = radio.receive(std::span(&port, 1));
  EXPECT_TRUE(time);
  return {time.value_or(0), samples};
}

TEST(Zmq, carries_samples_both_ways_with_their_times) {
  auto a = open("a", "b"), b = open("b", "a");
  for (uint64_t slot = 0; slot < 20; ++slot) {
    send(*a, slot * 1000, 1000, 1);
    const auto [time, down] = receive(*b, 1000);
    EXPECT_EQ(time, slot * 1000);
    EXPECT_EQ(down[7], Cf(static_cast<float>(slot * 1000 + 7), 1));
    send(*b, slot * 1000, 1000, 2);
    const auto [up_time, up] = receive(*a, 1000);
    EXPECT_EQ(up_time, slot * 1000);
    EXPECT_EQ(up[999], Cf(static_cast<float>(slot * 1000 + 999), 2));
  }
  EXPECT_TRUE(a->connected());
}

TEST(Zmq, fills_what_was_not_sent_with_silence_and_drops_what_is_late) {
  auto a = open("c", "d"), b = open("d", "c");
  send(*a, 0, 10, 1);
  send(*a, 15, 10, 1);
  send(*a, 20, 3, 1);  // all late
  const auto [time, got] = receive(*b, 25);
  EXPECT_EQ(got[12], Cf{});
  EXPECT_EQ(got[15], Cf(15, 1));
  EXPECT_EQ(a->counters().late_samples, 3u);
}

TEST(Zmq, goes_on_aligned_with_the_peer_that_comes_after) {
  auto a = open("e", "f");
  auto b = open("f", "e");
  send(*a, 0, 1000, 1);
  receive(*b, 1000);
  send(*b, 0, 600, 2);
  receive(*a, 600);
  b.reset();  // it took 1000 samples and sent 600
  const auto [time, silence] = receive(*a, 400);
  EXPECT_EQ(time, 600u);
  EXPECT_EQ(silence[399], Cf{});
  b = open("f", "e");
  send(*a, 1000, 500, 1);
  const auto [first, down] = receive(*b, 500);
  EXPECT_EQ(first, 0u);
  EXPECT_EQ(down[0], Cf(1000, 1));
  send(*b, 0, 500, 3);
  const auto [again, up] = receive(*a, 500);
  EXPECT_EQ(again, 1000u);
  EXPECT_EQ(up[0], Cf(0, 3));
  EXPECT_EQ(a->counters().reconnects, 1u);
  EXPECT_EQ(a->counters().lost_samples, 400u);
}

TEST(Zmq, serves_one_peer_after_the_other) {
  auto a = open("i", "j");
  for (uint64_t round = 0; round < 8; ++round) {
    auto b = open("j", "i");
    send(*a, 100 * round, 100, 1);
    EXPECT_EQ(receive(*b, 100).second[0], Cf(static_cast<float>(100 * round), 1));
    send(*b, 0, 100, 2);
    const auto [time, up] = receive(*a, 100);
    EXPECT_EQ(time, 100 * round);
    EXPECT_EQ(up[99], Cf(99, 2));
  }
  EXPECT_EQ(a->counters().lost_samples, 0u);
}

TEST(Zmq, stops_whoever_waits) {
  auto a = open("g", "h");
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    a->stop();
  });
  std::vector<Cf> samples(10);
  std::span<Cf> port(samples);
  EXPECT_FALSE(a->receive(std::span(&port, 1)));
  stopper.join();
}

TEST(ZmqConfig, reads_device_arguments_and_names_what_is_wrong) {
  const auto good = ZmqConfig::parse("id=gnb,tx_port=tcp://*:2000,tx_port1=tcp://*:2002,rx_port=tcp://localhost:2001,base_srate=11.52e6");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->tx_ports.size(), 2u);
  EXPECT_EQ(good->sample_rate_hz, 11.52e6);
  for (const char* bad : {"tx_port", "tx_port=2000", "base_srate=fast,tx_port=tcp://*:1", "colour=red,tx_port=tcp://*:1", ""}) {
    EXPECT_FALSE(ZmqConfig::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace sen::radio
