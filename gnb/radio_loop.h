// One cell over a radio: slot by slot its samples go out and come in. The radio and L1 have a thread of their own; the stack's share of a slot (MAC, and what
// indications start) runs on the stack's executor, ahead of the radio by a configured number of slots, and the thread waits for it.
#pragma once

#include <atomic>
#include <semaphore>
#include <thread>

#include "gnb/gnb.h"
#include "phy/gnb.h"
#include "radio/radio.h"

namespace sen::gnb {

struct RadioLoopConfig {
  phy::GnbPhyConfig phy;
  unsigned threads = 1;        // of L1, the loop's included
  unsigned slots_ahead = 2;    // the stack decides a slot this long before its samples arrive
};

class RadioLoop {
 public:
  // The gNB, its executor and the radio outlive the loop.
  static Result<std::unique_ptr<RadioLoop>> make(const RadioLoopConfig& config, Gnb& gnb, size_t cell, Executor& stack, radio::Radio& radio);
  ~RadioLoop();

  double sample_rate_hz() const { return phy_->sample_rate_hz(); }
  void start();
  // Ends the thread; the radio is stopped first.
  void stop();

 private:
  RadioLoop(const RadioLoopConfig& config, Gnb& gnb, size_t cell, Executor& stack, radio::Radio& radio)
      : config_(config), gnb_(gnb), cell_(cell), stack_(stack), radio_(radio), pool_(config.threads) {}
  void run();
  bool decide(nr::Slot slot, nr::l1::UlSlot& ul);
  Status send();
  Status receive(const nr::l1::UlSlot& ul);
  void report();

  RadioLoopConfig config_;
  Gnb& gnb_;
  size_t cell_;
  Executor& stack_;
  radio::Radio& radio_;
  JobPool pool_;
  std::unique_ptr<phy::GnbPhy> phy_;
  nr::l1::DlSlot dl_;
  std::vector<nr::l1::UlSlot> expected_;  // of the slots that are under way
  std::vector<std::vector<phy::Cf>> tx_, rx_;
  uint64_t tx_time_ = 0;
  std::vector<nr::l1::Error> errors_;
  std::shared_ptr<std::binary_semaphore> decided_ = std::make_shared<std::binary_semaphore>(0);
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace sen::gnb
