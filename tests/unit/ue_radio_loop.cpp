// The UE's radio loop at a radio that plays a cell's SSBs: what leaves before anything comes, what is told of the cell, samples that are lost.
#include "ue/radio_loop.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "base/log.h"
#include "nr/band.h"
#include "phy/ofdm.h"
#include "phy/ssb.h"

namespace sen::ue {
namespace {

using phy::Cf;

constexpr double rate_hz = 7.68e6;
constexpr size_t subframe = 7680;
constexpr unsigned period_ms = 20;

// 20 ms of n3 at 15 kHz: a block at ARFCN 368410 in subframe 0, 450 kHz below the middle of the samples. The frame number is not moved on: it is not read.
std::vector<Cf> burst() {
  nr::l1::SsbPdu block;
  block.pci = 7;
  block.ssb_case = 0;
  block.l_max = 4;
  block.mib = nr::pack_mib({.sfn = 16, .common_scs = nr::Scs::khz15, .ssb_subcarrier_offset = 6, .coreset0 = 2}, nr::FrequencyRange::fr1);
  block.k_ssb = 6;
  auto ofdm = phy::Ofdm::make({nr::Scs::khz15, false, 25, 512, 1842.5e6, false});
  EXPECT_TRUE(ofdm);
  phy::Grid grid(1, 25);
  EXPECT_TRUE(phy::send_ssb(block, 16, 0, grid));
  std::vector<Cf> out(subframe * period_ms);
  ofdm->modulate(grid, 0, 0, 0.01f, std::span(out).first(subframe));
  return out;
}

class Player final : public radio::Radio {
 public:
  explicit Player(std::vector<Cf> samples, size_t end_ms) : samples_(std::move(samples)), end_(end_ms * subframe) {}

  Result<uint64_t> receive(std::span<const std::span<Cf>> ports) override {
    std::unique_lock lock(mutex_);
    if (heard_ == 0) offered_before_ = sent_until_;
    if (heard_ + ports[0].size() > end_) {
      over_ = true;
      changed_.notify_all();
      changed_.wait(lock, [&] { return stopped_; });
    }
    if (stopped_) return fail(Fault::io, "player", "stopped");
    if (gap_at_ != 0 && heard_ >= gap_at_) heard_ += gap_, gap_at_ = 0;
    const uint64_t time = heard_;
    for (Cf& x : ports[0]) x = samples_[heard_++ % samples_.size()];
    late_ |= sent_until_ < heard_;  // a peer that receives before it sends would not have sent these
    return time;
  }
  Status transmit(uint64_t time, std::span<const std::span<const Cf>> ports) override {
    std::lock_guard lock(mutex_);
    ascending_ &= time >= sent_until_;
    sent_until_ = time + ports[0].size();
    return {};
  }
  void stop() override {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  Counters counters() const override { return {}; }
  bool over() {
    std::lock_guard lock(mutex_);
    return over_;
  }

  uint64_t offered_before_ = 0, gap_at_ = 0, gap_ = 0;
  bool late_ = false, ascending_ = true;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Cf> samples_;
  size_t end_;
  uint64_t heard_ = 0, sent_until_ = 0;
  bool over_ = false, stopped_ = false;
};

struct World {
  World(std::vector<Cf> samples, size_t end_ms) : player(std::move(samples), end_ms) {
    RadioLoopConfig config;
    config.l1.sample_rate_hz = rate_hz;
    config.l1.dl_centre_hz = 1842.5e6;
    config.l1.ul_centre_hz = 1747.5e6;
    config.l1.scs = nr::Scs::khz15;
    config.l1.band = 3;
    config.l1.ssb_arfcns = {368410};
    config.ahead_slots = 2;
    auto made = RadioLoop::make(config, stratum, clock, stack, player);
    EXPECT_TRUE(made) << (made ? "" : made.error().describe());
    loop = std::move(*made);
  }
  // The states of the access stratum, in their order, until the player is at its end.
  std::vector<AccessStratum::State> run() {
    std::vector<AccessStratum::State> states{stratum.state()};
    loop->start();
    while (!player.over()) {
      stack.run_for(std::chrono::milliseconds(1));
      if (stratum.state() != states.back()) states.push_back(stratum.state());
    }
    loop->stop();
    return states;
  }

  Player player;
  ManualExecutor clock;
  // The stack runs on this thread, as the tasks come.
  class Stack final : public Executor {
   public:
    bool post(Task task) override {
      std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      return true;
    }
    Time now() const override { return Time(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())); }
    void run_for(Duration wait) {
      std::vector<Task> tasks;
      {
        std::lock_guard lock(mutex_);
        tasks.swap(tasks_);
      }
      for (auto& task : tasks) task();
      if (tasks.empty()) std::this_thread::sleep_for(wait / 10);
    }

   private:
    std::mutex mutex_;
    std::vector<Task> tasks_;
  } stack;
  PacketPool pool{64};
  AccessStratum stratum{AsConfig{}, clock, pool, AsPorts{}};
  std::unique_ptr<RadioLoop> loop;
};

using State = AccessStratum::State;

TEST(UeRadioLoop, offers_silence_before_it_hears_anything) {
  World w(std::vector<Cf>(subframe), 100);
  EXPECT_EQ(w.run(), std::vector{State::searching});
  EXPECT_GE(w.player.offered_before_, subframe);
  EXPECT_FALSE(w.player.late_);
  EXPECT_TRUE(w.player.ascending_);
}

TEST(UeRadioLoop, tells_the_access_stratum_of_a_cell_and_follows_it) {
  World w(burst(), 300);
  EXPECT_EQ(w.run(), (std::vector{State::searching, State::reading_system_information}));
  EXPECT_TRUE(w.loop->l1().tracking());
  EXPECT_EQ(w.loop->l1().serving().pci, 7);
  EXPECT_FALSE(w.player.late_);
  EXPECT_TRUE(w.player.ascending_);
}

TEST(UeRadioLoop, the_access_stratums_time_is_the_samples) {
  World w(burst(), 300);
  const Time start = w.clock.now();
  w.run();
  EXPECT_NEAR(std::chrono::duration<double>(w.clock.now() - start).count(), 0.3, 0.002);
}

TEST(UeRadioLoop, finds_the_cell_again_when_samples_were_lost) {
  World w(burst(), 400);
  w.player.gap_at_ = 150 * subframe;
  w.player.gap_ = 12345;
  w.run();
  EXPECT_TRUE(w.loop->l1().tracking());
  EXPECT_TRUE(w.player.ascending_);
}

TEST(UeRadioLoop, a_cell_without_sib1_is_given_up) {
  World w(burst(), 1300);
  const auto states = w.run();
  ASSERT_GE(states.size(), 3u);
  EXPECT_EQ(states[2], State::searching);
}

}  // namespace
}  // namespace sen::ue
