#include "core/sbi/bus.h"

namespace sen::sbi {

std::string_view authority_of(std::string_view uri) {
  if (auto scheme = uri.find("://"); scheme != std::string_view::npos) uri.remove_prefix(scheme + 3);
  return uri.substr(0, uri.find('/'));
}

namespace detail {

void BusCore::later(Task task) {
  // A refused post has consumed nothing that we could keep, so the task sits behind a shared pointer for the second way.
  auto shared = std::make_shared<Task>(std::move(task));
  if (executor->post([shared] { (*shared)(); })) return;
  executor->after(Duration::zero(), [shared] { (*shared)(); });
}

}  // namespace detail

Bus::Bus(Executor& executor) : core_(std::make_shared<detail::BusCore>(&executor)) {}

Bus::~Bus() { core_->alive = false; }

bool Bus::admit() {
  if (core_->pending >= max_pending) {
    ++core_->statistics.congested;
    return false;
  }
  ++core_->pending;
  return true;
}

std::shared_ptr<void> Bus::handler(std::string_view operation, const std::string& target) const {
  auto found = handlers_.find({operation, target});
  if (found == handlers_.end() && !target.empty()) found = handlers_.find({operation, std::string()});
  return found == handlers_.end() ? nullptr : found->second;
}

}  // namespace sen::sbi
