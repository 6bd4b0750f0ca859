#include "gnb/radio_loop.h"

#include "base/log.h"

namespace sen::gnb {

namespace l1 = nr::l1;

Result<std::unique_ptr<RadioLoop>> RadioLoop::make(const RadioLoopConfig& config, Gnb& gnb, size_t cell, Executor& stack, radio::Radio& radio) {
  auto loop = std::unique_ptr<RadioLoop>(new RadioLoop(config, gnb, cell, stack, radio));
  SEN_ASSIGN(loop->phy_, phy::GnbPhy::make(config.phy, loop->pool_));
  loop->expected_.resize(config.slots_ahead + 1);
  loop->tx_.resize(config.phy.cell.tx_ports);
  loop->rx_.resize(config.phy.cell.rx_ports);
  return loop;
}

RadioLoop::~RadioLoop() { stop(); }

void RadioLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void RadioLoop::stop() {
  stopping_ = true;
  radio_.stop();
  if (thread_.joinable()) thread_.join();
}

void RadioLoop::run() {
  nr::Slot slot(config_.phy.cell.scs, 0);
  for (uint64_t n = 0; !stopping_; ++n, ++slot) {
    if (!decide(slot, expected_[n % expected_.size()])) return;
    Status done = send();
    if (done && n >= config_.slots_ahead) done = receive(expected_[(n + 1) % expected_.size()]);
    report();
    if (done || stopping_) continue;
    log_error(Layer::radio, "{}", done.error().describe());
    return;
  }
}

// The stack's part, on its executor. False when the loop has to end.
bool RadioLoop::decide(nr::Slot slot, l1::UlSlot& ul) {
  const bool posted = stack_.post([this, slot, &ul, decided = decided_] {
    gnb_.slot(cell_, slot, dl_, ul);
    decided->release();
  });
  if (!posted) return false;
  while (!decided_->try_acquire_for(std::chrono::milliseconds(50))) {
    if (stopping_) return false;
  }
  return true;
}

Status RadioLoop::send() {
  const size_t n = phy_->slot_samples(dl_.slot);
  std::vector<std::span<phy::Cf>> out;
  for (auto& port : tx_) {
    port.resize(n);
    out.push_back(port);
  }
  phy_->transmit(dl_, out, errors_);
  const uint64_t at = std::exchange(tx_time_, tx_time_ + n);
  return radio_.transmit(at, std::vector<std::span<const phy::Cf>>(out.begin(), out.end()));
}

Status RadioLoop::receive(const l1::UlSlot& ul) {
  std::vector<std::span<phy::Cf>> in;
  for (auto& port : rx_) {
    port.resize(phy_->slot_samples(ul.slot));
    in.push_back(port);
  }
  SEN_TRY(radio_.receive(in));
  phy_->receive(
      ul, std::vector<std::span<const phy::Cf>>(in.begin(), in.end()),
      [&](const l1::UlIndication& indication) { stack_.post([this, indication] { gnb_.indicate(cell_, indication); }); }, errors_);
  return {};
}

void RadioLoop::report() {
  for (const auto& error : errors_) log_warning(Layer::phy, "[{:>8}] rnti=0x{:04x}: a request that L1 cannot carry out", error.slot.text(), error.rnti);
  errors_.clear();
}

}  // namespace sen::gnb
