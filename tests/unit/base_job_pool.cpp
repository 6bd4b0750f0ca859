#include "base/job_pool.h"

#include <gtest/gtest.h>

#include <numeric>

namespace sen {
namespace {

TEST(JobPool, runs_every_job_once_and_returns_when_all_are_done) {
  for (unsigned threads : {1u, 2u, 4u}) {
    JobPool pool(threads);
    std::vector<int> runs(97);
    for (int round = 1; round <= 200; ++round) {
      pool.run(runs.size(), [&](size_t i, unsigned) { ++runs[i]; });
      ASSERT_EQ(std::accumulate(runs.begin(), runs.end(), 0), round * 97) << threads << " threads";
    }
    EXPECT_EQ(std::count(runs.begin(), runs.end(), 200), 97);
  }
}

TEST(JobPool, gives_each_worker_its_own_place) {
  JobPool pool(3);
  std::vector<std::atomic<int>> inside(pool.threads());
  std::atomic<bool> shared = false;
  for (int round = 0; round < 50; ++round) {
    pool.run(30, [&](size_t, unsigned worker) {
      if (++inside[worker] != 1) shared = true;
      --inside[worker];
    });
  }
  EXPECT_FALSE(shared);
}

TEST(JobPool, keeps_the_order_with_one_thread) {
  JobPool pool(1);
  std::vector<size_t> order;
  pool.run(5, [&](size_t i, unsigned worker) {
    EXPECT_EQ(worker, 0u);
    order.push_back(i);
  });
  EXPECT_EQ(order, (std::vector<size_t>{0, 1, 2, 3, 4}));
}

TEST(JobPool, sleeps_and_wakes) {
  JobPool pool(2);
  std::atomic<int> done = 0;
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    pool.run(8, [&](size_t, unsigned) { ++done; });
  }
  EXPECT_EQ(done, 24);
}

}  // namespace
}  // namespace sen
