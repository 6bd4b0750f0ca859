// Executor: a serial queue of tasks with timers. Every mutable object of the project lives on exactly one, named in its header.
// Two forms: ThreadExecutor (real clock, epoll, one thread) and ManualExecutor (virtual clock, runs when told to, deterministic).
// post() may be called from any thread; everything else only from the executor's own thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace sen {

using Duration = std::chrono::nanoseconds;
// Nanoseconds since the Unix epoch, never going back: real time under ThreadExecutor, simulated under ManualExecutor.
using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;
using Task = std::move_only_function<void()>;

struct TimerId {
  Time deadline{};
  uint64_t serial = 0;  // 0: none
};

class Executor {
 public:
  static constexpr size_t max_inbox = 1 << 16;

  virtual ~Executor() = default;
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Queues a task behind those posted before. False when max_inbox tasks wait already: the caller counts the refusal.
  virtual bool post(Task task) = 0;
  virtual Time now() const = 0;

  // Runs the task once, not before now() + delay; equal deadlines run in the order of the calls.
  TimerId after(Duration delay, Task task);
  // No effect when the timer has fired already.
  void cancel(TimerId id);

 protected:
  // Runs every timer whose deadline is not after now().
  void run_due_timers();
  bool has_timer() const { return !timers_.empty(); }
  Time next_deadline() const { return timers_.begin()->first.first; }

 private:
  using Key = std::pair<Time, uint64_t>;
  std::map<Key, Task> timers_;
  uint64_t next_serial_ = 1;
};

// A timer that belongs to an object: restarting replaces the earlier start, destruction stops it.
class Timer {
 public:
  explicit Timer(Executor& executor) : executor_(&executor) {}
  Timer(Timer&& other) = delete;
  ~Timer() { stop(); }

  void start(Duration delay, Task task);
  void stop();
  bool running() const { return id_.serial != 0; }

 private:
  Executor* executor_;
  TimerId id_;
};

// Virtual clock. The time moves only inside run_until and run_for, from event to event.
class ManualExecutor final : public Executor {
 public:
  explicit ManualExecutor(Time start = Time{std::chrono::seconds(1767225600)}) : now_(start) {}  // 2026-01-01T00:00:00Z

  bool post(Task task) override;
  Time now() const override { return now_; }

  // Runs what is posted and due, moving the clock up to `end`.
  void run_until(Time end);
  void run_for(Duration duration) { run_until(now_ + duration); }
  // Runs until `done()` holds or `limit` has passed; returns done().
  bool run_while_waiting(const std::function<bool()>& done, Duration limit);

 private:
  bool step(Time end);

  Time now_;
  std::vector<Task> inbox_;
  size_t next_ = 0;
};

// Real clock: epoll loop. Construct, then run() on the thread that shall be the executor's.
class ThreadExecutor final : public Executor {
 public:
  ThreadExecutor();
  ~ThreadExecutor() override;

  bool post(Task task) override;
  Time now() const override;

  // Calls back whenever the descriptor is readable (or, with `writable`, writable too) until unwatch(). The descriptor stays the caller's.
  using Ready = std::function<void(bool readable, bool writable)>;
  void watch(int fd, Ready ready, bool writable = false);
  void unwatch(int fd);

  // Runs until stop().
  void run();
  // From any thread or from a task.
  void stop();

 private:
  int wait_ms() const;
  void run_posted();

  int epoll_ = -1;
  int wake_ = -1;
  bool stopping_ = false;
  std::mutex mutex_;
  std::vector<Task> inbox_;  // guarded by mutex_
  std::unordered_map<int, std::shared_ptr<Ready>> watches_;
};

}  // namespace sen
