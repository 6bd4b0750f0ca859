// A timer of RLC (7.3) that calls a member function of its owner. Starting, restarting and stopping it do not touch the executor while an
// earlier start is still under way there: polls restart t-PollRetransmit many times between two expiries.
#pragma once

#include "base/executor.h"

namespace sen::l2 {

template <class Owner, void (Owner::*expired)()>
class RlcTimer {
 public:
  RlcTimer(Executor& executor, Owner* owner) : executor_(executor), owner_(owner), timer_(executor) {}

  void start(uint32_t ms) {
    deadline_ = executor_.now() + std::chrono::milliseconds(ms);
    if (!timer_.running() || deadline_ < wake_) arm();
  }
  void stop() { deadline_ = {}; }
  bool running() const { return deadline_ != Time{}; }

 private:
  void arm() {
    wake_ = deadline_;
    timer_.start(deadline_ - executor_.now(), [this] { wake(); });
  }
  void wake() {
    if (!running()) return;
    if (executor_.now() < deadline_) return arm();
    stop();
    (owner_->*expired)();
  }

  Executor& executor_;
  Owner* owner_;
  Timer timer_;
  Time deadline_{};  // zero: not running
  Time wake_{};      // when the executor calls
};

}  // namespace sen::l2
