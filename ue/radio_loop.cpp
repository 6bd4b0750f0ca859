#include "ue/radio_loop.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/log.h"

namespace sen::ue {
namespace {

constexpr unsigned quiet_ms = 20;        // without blocks for so long, the access stratum is told that there are none
constexpr auto stop_check = std::chrono::milliseconds(50);
constexpr auto inbox_wait = std::chrono::milliseconds(1);
constexpr Duration tell_interval = std::chrono::seconds(2);

}  // namespace

Result<std::unique_ptr<RadioLoop>> RadioLoop::make(const RadioLoopConfig& config, AccessStratum& stratum, ManualExecutor& clock, Executor& stack,
                                                   radio::Radio& radio) {
  auto loop = std::unique_ptr<RadioLoop>(new RadioLoop(config, stratum, clock, stack, radio));
  SEN_ASSIGN(loop->l1_, L1::make(config.l1));
  loop->rx_.resize(config.l1.rx_ports);
  loop->tx_.resize(config.l1.tx_ports);
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
  while (!stopping_) {
    if (const Status done = step(); done || stopping_) continue;
    else return log_error(Layer::radio, "{}", done.error().describe());
  }
}

Status RadioLoop::step() {
  const auto slot = static_cast<int64_t>(config_.l1.sample_rate_hz / 1000) >> nr::mu(config_.l1.scs);
  SEN_TRY(offer_silence(position_ + (static_cast<int64_t>(config_.ahead_slots) - 1) * slot));
  std::vector<std::span<phy::Cf>> in;
  for (auto& port : rx_) {
    port.resize(l1_->wanted());
    in.push_back(port);
  }
  if (!in[0].empty()) {
    SEN_ASSIGN(const uint64_t time, radio_.receive(in));
    const int64_t origin = static_cast<int64_t>(time) - position_;
    if (origin_ && *origin_ != origin) {  // samples are lost, and with them the cell's timing
      log_warning(Layer::radio, "{} samples were lost", origin - *origin_);
      l1_->search_again();
    }
    origin_ = origin;
  }
  l1_->feed(std::vector<std::span<const phy::Cf>>(in.begin(), in.end()));
  position_ += static_cast<int64_t>(in[0].size());
  if (!exchange()) return {};
  return uplink_ ? send() : Status{};
}

// Silence up to this time, as far as nothing else was sent.
Status RadioLoop::offer_silence(int64_t until) {
  const int64_t from = std::max<int64_t>(sent_until_, 0);
  if (until <= from) return {};
  const auto n = static_cast<size_t>(until - from);
  std::vector<std::span<const phy::Cf>> out;
  for (auto& port : tx_) {
    port.assign(n, {});
    out.push_back(port);
  }
  sent_until_ = until;
  return radio_.transmit(static_cast<uint64_t>(from + origin_.value_or(0)), out);
}

// A slot may begin before the end of the one before, when the timing advance has grown: what is sent already stays.
Status RadioLoop::send() {
  const int64_t start = l1_->transmit(*uplink_, tx_);
  uplink_.reset();
  const int64_t end = start + static_cast<int64_t>(tx_[0].size());
  const int64_t from = std::max(start, sent_until_);
  if (from >= end) return {};
  std::vector<std::span<const phy::Cf>> out;
  for (const auto& port : tx_) out.push_back(std::span(port).subspan(static_cast<size_t>(from - start)));
  sent_until_ = end;
  return radio_.transmit(static_cast<uint64_t>(from + *origin_), out);
}

// The stack's part, on its executor. False when the loop has to end.
bool RadioLoop::exchange() {
  const auto task = [this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    on_samples();
    answered_.release();
  };
  while (!stack_.post(task)) {
    if (stopping_) return false;
    std::this_thread::sleep_for(inbox_wait);
  }
  while (!answered_.try_acquire_for(stop_check)) {
    if (stopping_) return false;
  }
  return true;
}

// ---- on the stack's executor ----

void RadioLoop::on_samples() {
  clock_.run_until(clock_start_ + Duration(std::llround(static_cast<double>(position_) * 1e9 / config_.l1.sample_rate_hz)));
  const auto blocks = l1_->take_blocks();
  tell_search();
  if (!blocks.empty() || position_ - ssb_at_ >= static_cast<int64_t>(config_.l1.sample_rate_hz * quiet_ms / 1000)) {
    ssb_at_ = position_;
    stratum_.ssb(blocks);
  }
  const auto slot = l1_->slot();
  if (tune() || !slot || !l1_->tracking()) return;
  on_slot(*slot);
}

// Where the access stratum wants to be. True when that has changed: the slot at hand is void.
bool RadioLoop::tune() {
  const auto wanted = stratum_.tuning();
  if (!wanted) {
    tuned_.reset();
    if (l1_->searching()) return false;
    l1_->search_again();
    return true;
  }
  if (wanted == tuned_ && !l1_->searching()) return false;
  tuned_.reset();
  if (l1_->tune(*wanted)) {
    tuned_ = wanted;
    csi_measured_ = false;
  } else if (!l1_->searching()) {
    l1_->search_again();
  }
  return true;
}

void RadioLoop::on_slot(nr::Slot slot) {
  mac::UeMac& mac = stratum_.mac();
  if (const auto& searches = mac.search(slot); !searches.empty()) {
    std::vector<nr::l1_ue::RxDci> found;
    l1_->search(searches, found);
    for (const auto& dci : found) mac.on_dci(slot, dci);
  }
  if (const auto& wanted = mac.pdsch(slot); !wanted.empty()) {
    std::vector<nr::l1_ue::RxPdsch> received;
    l1_->decode(wanted, received);
    for (auto& block : received) mac.on_pdsch(slot, std::move(block));
  }
  if (const auto what = mac.csi_receive(slot)) {
    const auto table = static_cast<nr::CqiTable>(std::clamp<unsigned>(what->cqi_table, 1, 3) - 1);
    if (const auto measured = l1_->measure(what->csi_rs, {table, what->max_rank})) mac.on_csi(slot, *measured);
    csi_measured_ = true;
  } else if (!csi_measured_) {
    mac.on_csi(slot, l1_->estimate(nr::CqiTable::qam64));
  }
  if (tuned_ == stratum_.tuning()) uplink_ = mac.uplink(slot, config_.ahead_slots);
}

// A search without a cell, in a line: what was heard instead.
void RadioLoop::tell_search() {
  const auto search = l1_->take_search();
  if (!search) return;
  if (search->cells != 0) {
    fruitless_ = 0;
    return;
  }
  const Time now = stack_.now();
  if (fruitless_++ != 0 && now - told_ < tell_interval) return;
  told_ = now;
  const size_t places = config_.l1.ssb_arfcns.size();
  const std::string where = places == 1 ? fmt::format("at SSB ARFCN {}", config_.l1.ssb_arfcns[0])
                                        : fmt::format("at {} places from SSB ARFCN {} to {}", places, *std::ranges::min_element(config_.l1.ssb_arfcns),
                                                      *std::ranges::max_element(config_.l1.ssb_arfcns));
  std::string heard = "no PSS";
  if (const auto& s = search->unreadable) {
    heard = fmt::format("strongest PSS and SSS: PCI {} at SSB ARFCN {}, RSRP {:.1f} dBm, SINR {:.1f} dB, its PBCH cannot be read", s->pci, s->arfcn,
                        s->rsrp_dbm, s->sinr_db);
  }
  log_info(Layer::ue, "no cell found {} (n{}, {} kHz): {}; input level {:.1f} dBFS", where, config_.l1.band, nr::khz(config_.l1.scs), heard,
           search->level_dbfs);
}

}  // namespace sen::ue
