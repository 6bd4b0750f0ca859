// One cell over a radio: slot by slot its samples go out and come in. The radio and L1 have a thread of their own; the stack's share of a slot (MAC, and what
// indications start) runs on the stack's executor, ahead of the radio by a configured number of slots, and the thread waits for it. Each slot:
//   the stack decides slot n; L1 makes its samples and the radio takes them; the samples of slot n - slots_ahead come in, and what L1 finds in them goes up
//   before the next decision.
// A radio without a peer blocks the thread: the cell's time stands still with it. Samples that the radio lost are whole slots that nobody hears; samples that
// came too late for their time are a late slot, counted by the stage that took longest.
//
// start() and stop() belong to the stack's executor; take_report() is safe from any thread.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <semaphore>
#include <thread>

#include "base/counter.h"
#include "gnb/gnb.h"
#include "phy/gnb.h"
#include "radio/radio.h"

namespace sen::gnb {

struct RadioLoopConfig {
  phy::GnbPhyConfig phy;
  unsigned threads = 1;      // of L1, the loop's included
  unsigned slots_ahead = 2;  // 1 to limit::ahead_slots of the MAC
  std::string expected_of_ues;  // what to compare when no UE is heard, in a log line; empty: none
};

// Where the time of the slots since the last report went.
struct RadioReport {
  Duration elapsed{};
  uint64_t slots = 0;
  Duration stack{}, downlink{}, uplink{}, radio{};  // waiting for the stack, L1's two halves, waiting for the radio
  uint64_t late_slots = 0, lost_slots = 0;
  phy::StageTimes l1;
  radio::Radio::Counters counters;                  // since the radio was opened
};

class RadioLoop {
 public:
  // The gNB, its executor, the radio and the counters outlive the loop. Errors as phy::GnbPhy::make.
  static Result<std::unique_ptr<RadioLoop>> make(const RadioLoopConfig& config, Gnb& gnb, size_t cell, Executor& stack, radio::Radio& radio,
                                                 Counters& counters);
  ~RadioLoop();

  double sample_rate_hz() const { return phy_->sample_rate_hz(); }
  void start();
  // Stops the radio and ends the thread.
  void stop();
  RadioReport take_report();

 private:
  RadioLoop(const RadioLoopConfig& config, Gnb& gnb, size_t cell, Executor& stack, radio::Radio& radio, Counters& counters);
  void run();
  Status one_slot();
  bool decide(nr::l1::UlSlot& ul);
  Status send();
  void receive(const nr::l1::UlSlot& ul);
  void skip_until(uint64_t given_until);
  nr::Slot slot_at(uint64_t number) const;
  void indicate(const nr::l1::UlIndication& indication);
  void watch_for_ues();
  void finish(const std::array<Time, 5>& marks);
  void report_errors();

  RadioLoopConfig config_;
  Gnb& gnb_;
  size_t cell_;
  Executor& stack_;
  radio::Radio& radio_;
  JobPool pool_;
  std::unique_ptr<phy::GnbPhy> phy_;
  std::array<Counter*, 3> late_;                 // by cause: stack, downlink, uplink
  Counter& lost_;
  Counter& refused_;

  // The loop's thread
  uint64_t next_tx_ = 0, next_rx_ = 0;           // slots since the start: that is decided next, that is received next
  uint64_t tx_time_ = 0, rx_time_ = 0;           // of their first samples
  nr::l1::DlSlot dl_;
  std::vector<nr::l1::UlSlot> expected_;         // of the slots that are under way, by their number
  std::vector<std::vector<phy::Cf>> tx_, rx_;
  uint64_t late_samples_ = 0;
  uint32_t reconnects_ = 0;
  uint64_t quiet_slots_ = 0;                     // since a peer came, without a preamble
  bool heard_ = false;
  std::vector<nr::l1::Error> errors_;

  std::mutex mutex_;
  RadioReport report_;                           // guarded by mutex_
  Time reported_;                                // likewise

  std::binary_semaphore decided_{0};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // on the stack's executor: posted tasks end with the loop
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace sen::gnb
