#include "base/job_pool.h"

namespace sen {
namespace {

constexpr unsigned looks = 2000;  // before a thread sleeps

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Until `value` is no longer `old`.
void await_change(const std::atomic<uint32_t>& value, uint32_t old) {
  for (unsigned i = 0; i < looks; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

JobPool::JobPool(unsigned threads) {
  for (unsigned worker = 1; worker < threads; ++worker) workers_.emplace_back([this, worker] { work(worker); });
}

JobPool::~JobPool() {
  stopping_ = true;
  ++round_;
  round_.notify_all();
  for (auto& worker : workers_) worker.join();
}

void JobPool::run(size_t n, Call call, void* job) {
  call_ = call, job_ = job, jobs_ = n;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(static_cast<uint32_t>(workers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  take(0);
  for (uint32_t busy; (busy = busy_.load(std::memory_order_acquire)) != 0;) await_change(busy_, busy);
}

void JobPool::take(unsigned worker) {
  for (size_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < jobs_;) call_(job_, i, worker);
}

void JobPool::work(unsigned worker) {
  for (uint32_t seen = 0;;) {
    await_change(round_, seen);
    ++seen;
    if (stopping_) return;
    take(worker);
    if (busy_.fetch_sub(1, std::memory_order_release) == 1) busy_.notify_one();
  }
}

}  // namespace sen
