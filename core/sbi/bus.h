// The in-process binding of the service operations: functions of one process that live on one executor call each other through a Bus.
//
//   bus.serve<NausfUeAuthenticate>([this](const AuthenticationInfo& request, Responder<UeAuthenticationCtx> reply) { ... });
//   bus.call<NausfUeAuthenticate>({.supi_or_suci = ...}, [this, id](Reply<UeAuthenticationCtx> answer) { ... });
//
// - Nothing is re-entrant: the handler runs in a task posted after call(), the continuation in a task posted after the reply.
// - The continuation runs exactly once: with the response, with the handler's ProblemDetails, or with one made by the bus:
//     503 TARGET_NF_NOT_REACHABLE  nobody serves the operation
//     503 NF_CONGESTION            max_pending calls are open already, or the executor's inbox is full
//     504 TIMED_OUT_REQUEST        no reply within the call's limit
//     500 SYSTEM_FAILURE           the handler let go of its Responder without replying
//   It does not run when the Bus is destroyed first. It should hold identifiers rather than pointers: by then its object may be gone.
// - A Responder is move-only and may be kept for a later reply. A second reply, or one after the limit, is ignored and counted.
// - A function of which there are several (two AMFs) serves under a target, its NF instance or the authority of the call-back URIs that it
//   hands out (authority_of()); a call names the target. Both default to "": the one and only. A call to a target that nobody serves goes
//   to the function that serves under "".
// Executor: the one given to the constructor; every member function only from its thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/executor.h"
#include "core/sbi/problem.h"

namespace sen::sbi {

// "http://amf1:7777/namf-callback/..." and "amf1:7777/namf-callback/..." give "amf1:7777".
std::string_view authority_of(std::string_view uri);

struct BusStatistics {
  uint64_t calls = 0;
  uint64_t not_served = 0;    // 503 TARGET_NF_NOT_REACHABLE
  uint64_t congested = 0;     // 503 NF_CONGESTION
  uint64_t timed_out = 0;     // 504
  uint64_t abandoned = 0;     // 500: Responder destroyed without a reply
  uint64_t late_replies = 0;  // ignored: second reply, or after the limit
};

struct CallOptions {
  std::string target{};
  Duration limit = std::chrono::seconds(5);
};

namespace detail {

// What the bus shares with the calls that are under way, so that either may go first.
struct BusCore {
  Executor* executor;
  BusStatistics statistics;
  size_t pending = 0;
  bool alive = true;

  // Runs the task later: through the inbox, or as an expired timer when the inbox is full.
  void later(Task task);
};

template <class Response>
struct Call {
  std::shared_ptr<BusCore> bus;
  std::move_only_function<void(Reply<Response>)> done;
  TimerId deadline;
  bool answered = false;

  // True for the first answer.
  bool answer() {
    if (answered) return false;
    answered = true;
    --bus->pending;
    bus->executor->cancel(deadline);
    return true;
  }
  void run(Reply<Response> reply) {
    auto continuation = std::move(done);
    if (bus->alive) continuation(std::move(reply));
  }
};

}  // namespace detail

// The reply call-back of a handler.
template <class Response>
class Responder {
 public:
  explicit Responder(std::shared_ptr<detail::Call<Response>> call) : call_(std::move(call)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept {
    abandon();
    call_ = std::move(other.call_);
    replied_ = other.replied_;
    return *this;
  }
  ~Responder() { abandon(); }

  void operator()(Reply<Response> reply) {
    if (!call_) return;
    replied_ = true;
    if (!call_->answer()) {
      ++call_->bus->statistics.late_replies;
      return;
    }
    if (!call_->bus->alive) return;
    call_->bus->later([call = call_, reply = std::move(reply)]() mutable { call->run(std::move(reply)); });
  }

 private:
  void abandon() {
    auto call = std::move(call_);
    if (!call || replied_ || !call->answer()) return;
    ++call->bus->statistics.abandoned;
    if (!call->bus->alive) return;
    call->bus->later([call] { call->run(problem(500, cause::system_failure, "the serving function gave no reply")); });
  }

  std::shared_ptr<detail::Call<Response>> call_;
  bool replied_ = false;
};

template <ServiceOperation Op>
using Handler = std::move_only_function<void(const typename Op::Request&, Responder<typename Op::Response>)>;
template <ServiceOperation Op>
using Continuation = std::move_only_function<void(Reply<typename Op::Response>)>;

class Bus {
 public:
  static constexpr size_t max_pending = 1 << 15;

  explicit Bus(Executor& executor);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  // Replaces an earlier handler of the same operation and target.
  template <ServiceOperation Op>
  void serve(Handler<Op> handler, std::string target = {}) {
    handlers_[{Op::operation.name, std::move(target)}] = std::make_shared<Handler<Op>>(std::move(handler));
  }
  template <ServiceOperation Op>
  void withdraw(const std::string& target = {}) {
    handlers_.erase({Op::operation.name, target});
  }

  template <ServiceOperation Op>
  void call(typename Op::Request request, Continuation<Op> done, CallOptions options = {}) {
    using Response = typename Op::Response;
    ++core_->statistics.calls;
    auto call = std::make_shared<detail::Call<Response>>(core_, std::move(done));
    if (!admit()) {
      core_->executor->after(Duration::zero(), [call] { call->run(problem(503, cause::nf_congestion, "too many open calls")); });
      return;
    }
    call->deadline = core_->executor->after(options.limit, [call] {
      if (!call->answer()) return;
      ++call->bus->statistics.timed_out;
      call->run(problem(504, cause::timed_out_request, "no reply within the limit: " + std::string(Op::operation.name)));
    });
    core_->later([this, call, request = std::move(request), target = std::move(options.target)] {
      if (call->bus->alive && !call->answered) deliver<Op>(call, request, target);
    });
  }

  const BusStatistics& statistics() const { return core_->statistics; }
  Executor& executor() { return *core_->executor; }

 private:
  // Counts one more open call, or the refusal.
  bool admit();
  // The handler under the target, or under "", or null.
  std::shared_ptr<void> handler(std::string_view operation, const std::string& target) const;

  template <ServiceOperation Op>
  void deliver(const std::shared_ptr<detail::Call<typename Op::Response>>& call, const typename Op::Request& request,
               const std::string& target) {
    auto found = std::static_pointer_cast<Handler<Op>>(handler(Op::operation.name, target));
    if (found) {
      (*found)(request, Responder<typename Op::Response>(call));
      return;
    }
    if (!call->answer()) return;
    ++core_->statistics.not_served;
    call->run(problem(503, cause::target_nf_not_reachable, "no function serves " + std::string(Op::operation.name)));
  }

  std::shared_ptr<detail::BusCore> core_;
  std::map<std::pair<std::string_view, std::string>, std::shared_ptr<void>> handlers_;
};

}  // namespace sen::sbi
