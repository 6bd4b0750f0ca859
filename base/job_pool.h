// Worker threads that share one batch of independent jobs at a time: the work of a slot split by channel and by group of code blocks. The caller works
// too and goes on when all are done. With one thread the jobs run in the caller, in order: deterministic. One caller at a time; no nesting.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace sen {

class JobPool {
 public:
  explicit JobPool(unsigned threads = 1);  // the caller's included
  ~JobPool();
  JobPool(const JobPool&) = delete;
  JobPool& operator=(const JobPool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(workers_.size()) + 1; }

  // job(i, worker) for every i below n; `worker` is below threads() and on one thread only: it selects work space. Does not allocate; idle workers
  // look for work for a few microseconds before they sleep.
  template <class F>
  void run(size_t n, F&& job) {
    if (workers_.empty() || n <= 1) {
      for (size_t i = 0; i < n; ++i) job(i, 0u);
      return;
    }
    run(n, [](void* f, size_t i, unsigned worker) { (*static_cast<std::remove_reference_t<F>*>(f))(i, worker); }, &job);
  }

 private:
  using Call = void (*)(void*, size_t, unsigned);
  void run(size_t n, Call call, void* job);
  void work(unsigned worker);
  void take(unsigned worker);

  // A batch is published by the rise of `round_`; a worker that has seen it counts itself out by `busy_`.
  Call call_ = nullptr;
  void* job_ = nullptr;
  size_t jobs_ = 0;
  alignas(64) std::atomic<size_t> next_{0};
  alignas(64) std::atomic<uint32_t> round_{0};
  alignas(64) std::atomic<uint32_t> busy_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> workers_;
};

}  // namespace sen
