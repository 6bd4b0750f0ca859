#include "gnb/radio_loop.h"

#include <algorithm>

#include "base/log.h"

namespace sen::gnb {

namespace l1 = nr::l1;

namespace {

constexpr auto stop_check = std::chrono::milliseconds(50);
constexpr auto inbox_wait = std::chrono::milliseconds(1);
constexpr unsigned quiet_ms = 10000;  // a UE that takes samples finds its cell and answers within this

Time now() { return Time(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())); }

const char* words(l1::Error::Kind kind) {
  switch (kind) {
    case l1::Error::Kind::late: return "its slot has passed";
    case l1::Error::Kind::out_of_range: return "it lies outside the carrier or has a form that L1 lacks";
    case l1::Error::Kind::overload: return "it is more than L1 has room for";
  }
  return "";
}

}  // namespace

RadioLoop::RadioLoop(const RadioLoopConfig& config, Gnb& gnb, size_t cell, Executor& stack, radio::Radio& radio, Counters& counters)
    : config_(config), gnb_(gnb), cell_(cell), stack_(stack), radio_(radio), pool_(config.threads),
      lost_(counters.counter("sen5g_gnb_lost_slots", "Slots whose samples the radio did not deliver")),
      refused_(counters.counter("sen5g_gnb_indications_refused", "Slots whose indications the stack's inbox had no room for")),
      reported_(now()) {
  const char* causes[] = {"stack", "l1_downlink", "l1_uplink"};
  for (size_t i = 0; i < late_.size(); ++i)
    late_[i] = &counters.counter("sen5g_gnb_late_slots", "Slots that reached the radio too late, by the stage that took longest",
                                 fmt::format("cause=\"{}\"", causes[i]));
}

Result<std::unique_ptr<RadioLoop>> RadioLoop::make(const RadioLoopConfig& config, Gnb& gnb, size_t cell, Executor& stack, radio::Radio& radio,
                                                   Counters& counters) {
  auto loop = std::unique_ptr<RadioLoop>(new RadioLoop(config, gnb, cell, stack, radio, counters));
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
  *alive_ = false;
  stopping_ = true;
  radio_.stop();
  if (thread_.joinable()) thread_.join();
}

void RadioLoop::run() {
  while (!stopping_) {
    if (const Status done = one_slot(); !done && !stopping_) {
      log_error(Layer::radio, "cell {} has ended: {}", cell_, done.error().describe());
      return;
    }
  }
}

nr::Slot RadioLoop::slot_at(uint64_t number) const {
  const nr::Scs scs = config_.phy.cell.scs;
  return nr::Slot(scs, static_cast<uint32_t>(number % (nr::frames_per_cycle * nr::slots_per_frame(scs))));
}

Status RadioLoop::one_slot() {
  std::array<Time, 5> marks{now()};
  if (!decide(expected_[next_tx_ % expected_.size()])) return {};
  marks[1] = now();
  SEN_TRY(send());
  ++next_tx_;
  marks[2] = marks[3] = marks[4] = now();
  if (next_tx_ - next_rx_ > config_.slots_ahead) {
    for (auto& port : rx_) port.resize(phy_->slot_samples(slot_at(next_rx_)));
    SEN_ASSIGN(const uint64_t at, radio_.receive(std::vector<std::span<phy::Cf>>(rx_.begin(), rx_.end())));
    marks[3] = now();
    if (at == rx_time_) {
      receive(expected_[next_rx_ % expected_.size()]);
    } else {
      skip_until(at + rx_[0].size());
    }
    marks[4] = now();
  }
  report_errors();
  finish(marks);
  return {};
}

// The stack's part, on its executor. False when the loop has to end.
bool RadioLoop::decide(l1::UlSlot& ul) {
  auto part = [this, alive = alive_, slot = slot_at(next_tx_), &ul] {
    if (!*alive) return;
    gnb_.slot(cell_, slot, dl_, ul);
    decided_.release();
  };
  while (!stack_.post(part)) {
    if (stopping_) return false;
    std::this_thread::sleep_for(inbox_wait);
  }
  while (!decided_.try_acquire_for(stop_check)) {
    if (stopping_) return false;
  }
  return true;
}

Status RadioLoop::send() {
  const size_t n = phy_->slot_samples(dl_.slot);
  for (auto& port : tx_) port.resize(n);
  const std::vector<std::span<phy::Cf>> out(tx_.begin(), tx_.end());
  phy_->transmit(dl_, out, errors_);
  const uint64_t at = std::exchange(tx_time_, tx_time_ + n);
  return radio_.transmit(at, std::vector<std::span<const phy::Cf>>(out.begin(), out.end()));
}

void RadioLoop::receive(const l1::UlSlot& ul) {
  rx_time_ += rx_[0].size();
  ++next_rx_;
  phy_->receive(
      ul, std::vector<std::span<const phy::Cf>>(rx_.begin(), rx_.end()), [this](const l1::UlIndication& found) { indicate(found); }, errors_);
  watch_for_ues();
}

// The radio has lost samples, and what it gave before `given_until` is no whole slot: goes on with the first one behind. What was to be sent before that is
// not decided any more.
void RadioLoop::skip_until(uint64_t given_until) {
  uint64_t lost = 0;
  for (; rx_time_ < given_until; ++next_rx_, ++lost) rx_time_ += phy_->slot_samples(slot_at(next_rx_));
  for (auto& port : rx_) port.resize(static_cast<size_t>(rx_time_ - given_until));
  if (rx_time_ > given_until) (void)radio_.receive(std::vector<std::span<phy::Cf>>(rx_.begin(), rx_.end()));
  for (; next_tx_ < next_rx_; ++next_tx_) tx_time_ += phy_->slot_samples(slot_at(next_tx_));
  lost_.add(static_cast<int64_t>(lost));
  log_warning(Layer::radio, "cell {}: the radio lost samples; {} slots are skipped", cell_, lost);
  std::lock_guard lock(mutex_);
  report_.lost_slots += lost;
}

void RadioLoop::indicate(const l1::UlIndication& found) {
  heard_ |= !found.preambles.empty();
  const bool posted = stack_.post([this, alive = alive_, found] {
    if (*alive) gnb_.indicate(cell_, found);
  });
  if (!posted) refused_.add();
}

// A peer that takes the cell's samples and never answers has other settings: it cannot say so, but the cell can say its own.
void RadioLoop::watch_for_ues() {
  if (heard_ || config_.expected_of_ues.empty() || ++quiet_slots_ != quiet_ms * nr::slots_per_subframe(config_.phy.cell.scs)) return;
  log_warning(Layer::radio, "cell {}: a peer has taken {} s of samples and sent no preamble; it needs {}", cell_, quiet_ms / 1000, config_.expected_of_ues);
}

void RadioLoop::finish(const std::array<Time, 5>& marks) {
  const auto counters = radio_.counters();
  if (std::exchange(reconnects_, counters.reconnects) != counters.reconnects) heard_ = false, quiet_slots_ = 0;
  std::array<Duration, 3> stages{marks[1] - marks[0], marks[2] - marks[1], marks[4] - marks[3]};
  const bool late = std::exchange(late_samples_, counters.late_samples) != counters.late_samples;
  if (late) late_[static_cast<size_t>(std::ranges::max_element(stages) - stages.begin())]->add();
  std::lock_guard lock(mutex_);
  ++report_.slots;
  report_.stack += stages[0];
  report_.downlink += stages[1];
  report_.radio += marks[3] - marks[2];
  report_.uplink += stages[2];
  report_.late_slots += late;
  report_.l1 += phy_->take_times();
  report_.counters = counters;
}

RadioReport RadioLoop::take_report() {
  std::lock_guard lock(mutex_);
  RadioReport out = std::exchange(report_, {});
  report_.counters = out.counters;
  const Time before = std::exchange(reported_, now());
  out.elapsed = reported_ - before;
  return out;
}

void RadioLoop::report_errors() {
  for (const auto& error : errors_) log_warning(Layer::phy, "[{:>8}] rnti=0x{:04x}: L1 left a request out: {}", error.slot.text(), error.rnti, words(error.kind));
  errors_.clear();
}

}  // namespace sen::gnb
