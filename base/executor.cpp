#include "base/executor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "base/ensure.h"

namespace sen {

TimerId Executor::after(Duration delay, Task task) {
  TimerId id{now() + std::max(delay, Duration::zero()), next_serial_++};
  timers_.emplace(Key{id.deadline, id.serial}, std::move(task));
  return id;
}

void Executor::cancel(TimerId id) { timers_.erase(Key{id.deadline, id.serial}); }

void Executor::run_due_timers() {
  Time limit = now();
  uint64_t newest = next_serial_;  // a timer started by a task below waits for the next round
  while (!timers_.empty()) {
    auto first = timers_.begin();
    if (first->first.first > limit || first->first.second >= newest) return;
    Task task = std::move(first->second);
    timers_.erase(first);
    task();
  }
}

void Timer::start(Duration delay, Task task) {
  stop();
  id_ = executor_->after(delay, [this, task = std::move(task)]() mutable {
    id_ = {};
    Task run = std::move(task);  // the task may destroy this timer
    run();
  });
}

void Timer::stop() {
  if (id_.serial == 0) return;
  executor_->cancel(id_);
  id_ = {};
}

bool ManualExecutor::post(Task task) {
  if (inbox_.size() - next_ >= max_inbox) return false;
  inbox_.push_back(std::move(task));
  return true;
}

bool ManualExecutor::step(Time end) {
  if (next_ < inbox_.size()) {
    Task task = std::move(inbox_[next_++]);
    if (next_ == inbox_.size()) {
      inbox_.clear();
      next_ = 0;
    }
    task();
    return true;
  }
  if (!has_timer() || next_deadline() > end) return false;
  now_ = std::max(now_, next_deadline());
  run_due_timers();
  return true;
}

void ManualExecutor::run_until(Time end) {
  while (step(end)) {
  }
  now_ = std::max(now_, end);
}

bool ManualExecutor::run_while_waiting(const std::function<bool()>& done, Duration limit) {
  Time end = now_ + limit;
  while (!done()) {
    if (!step(end)) {
      now_ = end;
      return done();
    }
  }
  return true;
}

ThreadExecutor::ThreadExecutor() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  ensure(epoll_ >= 0 && wake_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_;
  ensure(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
}

ThreadExecutor::~ThreadExecutor() {
  close(wake_);
  close(epoll_);
}

bool ThreadExecutor::post(Task task) {
  bool first;
  {
    std::lock_guard lock(mutex_);
    if (inbox_.size() >= max_inbox) return false;
    first = inbox_.empty();
    inbox_.push_back(std::move(task));
  }
  if (first) eventfd_write(wake_, 1);
  return true;
}

Time ThreadExecutor::now() const {
  // The monotonic clock, shifted once to the wall clock's epoch, so that a step of the wall clock moves no timer.
  static const Duration offset = std::chrono::system_clock::now().time_since_epoch() - std::chrono::steady_clock::now().time_since_epoch();
  return Time{std::chrono::steady_clock::now().time_since_epoch() + offset};
}

void ThreadExecutor::watch(int fd, Ready ready, bool writable) {
  epoll_event event{};
  event.events = EPOLLIN | (writable ? EPOLLOUT : 0u);
  event.data.fd = fd;
  bool known = watches_.contains(fd);
  watches_[fd] = std::make_shared<Ready>(std::move(ready));
  ensure(epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0);
}

void ThreadExecutor::unwatch(int fd) {
  if (watches_.erase(fd)) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

int ThreadExecutor::wait_ms() const {
  if (!has_timer()) return 1000;
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_deadline() - now()).count();
  return static_cast<int>(std::clamp<int64_t>(wait, 0, 1000));
}

void ThreadExecutor::run_posted() {
  std::vector<Task> tasks;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(inbox_);
  }
  for (auto& task : tasks) task();
}

void ThreadExecutor::run() {
  stopping_ = false;
  epoll_event events[64];
  while (!stopping_) {
    int count = epoll_wait(epoll_, events, 64, wait_ms());
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd == wake_) {
        eventfd_t value;
        eventfd_read(wake_, &value);
        continue;
      }
      auto found = watches_.find(events[i].data.fd);
      if (found == watches_.end()) continue;
      auto ready = found->second;  // keeps the callback alive if it unwatches itself
      (*ready)(events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR), events[i].events & EPOLLOUT);
    }
    run_posted();
    run_due_timers();
  }
}

void ThreadExecutor::stop() {
  post([this] { stopping_ = true; });
}

}  // namespace sen
