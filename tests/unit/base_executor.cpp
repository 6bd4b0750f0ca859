#include <gtest/gtest.h>

#include <unistd.h>

#include <thread>

#include "base/executor.h"

using namespace sen;
using namespace std::chrono_literals;

TEST(ManualExecutor, runs_timers_in_order_of_deadline_then_of_start) {
  ManualExecutor executor;
  std::string order;
  executor.after(20ms, [&] { order += 'c'; });
  executor.after(10ms, [&] { order += 'a'; });
  executor.after(10ms, [&] { order += 'b'; });
  Time start = executor.now();
  executor.run_for(15ms);
  EXPECT_EQ(order, "ab");
  EXPECT_EQ(executor.now() - start, 15ms);
  executor.run_for(5ms);
  EXPECT_EQ(order, "abc");
}

TEST(ManualExecutor, refuses_tasks_beyond_its_limit) {
  ManualExecutor executor;
  for (size_t i = 0; i < Executor::max_inbox; ++i) ASSERT_TRUE(executor.post([] {}));
  EXPECT_FALSE(executor.post([] {}));
  executor.run_for(0ms);
  EXPECT_TRUE(executor.post([] {}));
}

TEST(ManualExecutor, a_waiting_run_ends_when_the_condition_holds) {
  ManualExecutor executor;
  bool done = false;
  executor.after(1s, [&] { done = true; });
  Time start = executor.now();
  EXPECT_TRUE(executor.run_while_waiting([&] { return done; }, 10s));
  EXPECT_EQ(executor.now() - start, 1s);
  EXPECT_FALSE(executor.run_while_waiting([] { return false; }, 1s));
}

TEST(Timer, is_stopped_by_destruction_and_replaced_by_restart) {
  ManualExecutor executor;
  int fired = 0;
  {
    Timer gone(executor);
    gone.start(1ms, [&] { fired += 100; });
  }
  Timer timer(executor);
  timer.start(1ms, [&] { fired += 10; });
  timer.start(2ms, [&] { fired += 1; });
  executor.run_for(5ms);
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(timer.running());
}

TEST(Timer, may_be_destroyed_by_its_own_task) {
  ManualExecutor executor;
  auto timer = std::make_unique<Timer>(executor);
  timer->start(1ms, [&] { timer.reset(); });
  executor.run_for(5ms);
  EXPECT_EQ(timer, nullptr);
}

TEST(ThreadExecutor, runs_posted_tasks_timers_and_descriptors) {
  ThreadExecutor executor;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  int seen = 0;
  executor.watch(ends[0], [&](bool, bool) {
    char byte;
    seen += read(ends[0], &byte, 1) == 1;
    executor.unwatch(ends[0]);
    executor.after(1ms, [&] { executor.stop(); });
  });
  std::thread other([&] { executor.post([&] { seen += write(ends[1], "x", 1) == 1; }); });
  executor.run();
  other.join();
  EXPECT_EQ(seen, 2);
  close(ends[0]);
  close(ends[1]);
}
