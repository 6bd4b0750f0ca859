// A cell at a radio: what leaves lies in time, what is lost skips slots, what is late is counted, and a radio that ends ends the loop.
#include "gnb/radio_loop.h"

#include <gtest/gtest.h>

#include <condition_variable>

#include "gnb/cell.h"

namespace sen::gnb {
namespace {

// Silence, up to `slots` of 11520 samples; loses some and finds some late where the test says.
class Wire final : public radio::Radio {
 public:
  explicit Wire(uint64_t slots) : end_(slots * 11520) {}
  Result<uint64_t> receive(std::span<const std::span<radio::Cf>> ports) override {
    std::unique_lock lock(mutex_);
    if (lose_at && rx_time_ >= lose_at) rx_time_ += std::exchange(lose, 0);
    if (rx_time_ >= end_) {
      changed_.notify_all();
      changed_.wait(lock, [&] { return stopped_; });
    }
    if (stopped_) return fail(Fault::io, "wire", "stopped");
    for (auto port : ports) std::ranges::fill(port, radio::Cf{});
    return std::exchange(rx_time_, rx_time_ + ports[0].size());
  }
  Status transmit(uint64_t time, std::span<const std::span<const radio::Cf>> ports) override {
    std::lock_guard lock(mutex_);
    if (stopped_) return fail(Fault::io, "wire", "stopped");
    if (time != tx_end_) gaps.push_back(time - tx_end_);
    tx_end_ = time + ports[0].size();
    for (auto sample : ports[0]) loudest = std::max(loudest, std::abs(sample));
    if (++sent_ == late_slot) counters_.late_samples += 11520;
    return {};
  }
  void stop() override {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  Counters counters() const override {
    std::lock_guard lock(mutex_);
    return counters_;
  }
  bool finished() const {
    std::lock_guard lock(mutex_);
    return rx_time_ >= end_;
  }

  uint64_t lose_at = 0, lose = 0;
  unsigned late_slot = 0;
  std::vector<uint64_t> gaps;      // of what was sent
  float loudest = 0;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t rx_time_ = 0, tx_end_ = 0, end_;
  unsigned sent_ = 0;
  bool stopped_ = false;
  Counters counters_;
};

struct GnbRadioLoop : testing::Test {
  GnbRadioLoop() {
    CellOptions options;
    options.dl_arfcn = 368500;
    options.band = 3;
    options.bandwidth_mhz = 10;
    options.scs_khz = 15;
    settings.cells = {*make_cell(options, 1, 32)};
    settings.qos = default_qos();
    GnbPorts ports;
    ports.send_n2 = [](uint16_t, Bytes) -> Status { return {}; };
    ports.n2_state = [](bool, const std::string&) {};
    ports.send_n3 = [](const IpAddress&, Packet) {};
    gnb = std::make_unique<Gnb>(settings, executor, pool, counters, std::move(ports));
    gnb->start();
  }
  // The loop over this wire until it has delivered its samples.
  RadioReport run(Wire& wire) {
    RadioLoopConfig config;
    config.phy.cell = settings.cells[0].mac.l1;
    config.phy.dft_size = 768;
    auto loop = RadioLoop::make(config, *gnb, 0, executor, wire, counters);
    EXPECT_TRUE(loop) << (loop ? "" : loop.error().describe());
    (*loop)->start();
    std::function<void()> look = [&] {
      if (wire.finished()) return executor.stop();
      executor.after(std::chrono::milliseconds(1), [&] { look(); });
    };
    executor.post([&] { look(); });
    executor.run();
    (*loop)->stop();
    return (*loop)->take_report();
  }

  RrcSettings settings;
  ThreadExecutor executor;
  PacketPool pool{64};
  Counters counters;
  std::unique_ptr<Gnb> gnb;
};

TEST_F(GnbRadioLoop, sends_one_slot_after_the_other_below_full_scale) {
  Wire wire(50);
  const RadioReport report = run(wire);
  EXPECT_GE(report.slots, 50u);
  EXPECT_TRUE(wire.gaps.empty());
  EXPECT_GT(wire.loudest, 0.01f);
  EXPECT_LT(wire.loudest, 1.0f);
  EXPECT_EQ(report.late_slots, 0u);
  EXPECT_EQ(report.lost_slots, 0u);
}

TEST_F(GnbRadioLoop, goes_on_with_the_next_whole_slot_after_a_loss) {
  Wire wire(100);
  wire.lose_at = 20 * 11520, wire.lose = 5 * 11520 + 100;
  const RadioReport report = run(wire);
  EXPECT_EQ(report.lost_slots, 7u);        // five, what the radio gave in the midst of two, and the rest of the second
  ASSERT_EQ(wire.gaps.size(), 1u);
  EXPECT_EQ(wire.gaps[0] % 11520, 0u);     // slots stay where they were
}

TEST_F(GnbRadioLoop, counts_a_late_slot_by_its_cause) {
  Wire wire(30);
  wire.late_slot = 10;
  EXPECT_EQ(run(wire).late_slots, 1u);
  EXPECT_NE(counters.render().find("sen5g_gnb_late_slots{cause="), std::string::npos);
}

}  // namespace
}  // namespace sen::gnb
