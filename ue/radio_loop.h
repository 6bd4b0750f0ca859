// One UE over a radio: samples come in, L1 makes slots of them, the access stratum answers each with an uplink slot that leaves later. The radio and L1's
// front have a thread of their own; the rest of a slot (PDCCH, PDSCH, MAC and whatever they start) runs on the stack's executor, and the thread waits for it.
//
// The access stratum's time is the radio's: its executor is a clock that the samples move, so that its timers mean the same whatever speed a radio without
// hardware runs at. Without samples that time stands still.
//
// Before the first slot of a cell, and while there is none, the radio is offered silence: a peer that receives before it sends would wait forever.
#pragma once

#include <atomic>
#include <semaphore>
#include <thread>

#include "radio/radio.h"
#include "ue/access_stratum.h"
#include "ue/l1.h"

namespace sen::ue {

struct RadioLoopConfig {
  L1Config l1;
  unsigned ahead_slots = 2;  // an uplink slot leaves this long after the downlink slot that was heard last: at least 1, and not more than k1, k2 allow
};

class RadioLoop {
 public:
  // The access stratum, its clock, the stack's executor and the radio outlive the loop. Errors as L1::make.
  static Result<std::unique_ptr<RadioLoop>> make(const RadioLoopConfig& config, AccessStratum& stratum, ManualExecutor& clock, Executor& stack,
                                                 radio::Radio& radio);
  ~RadioLoop();

  // Both on the stack's executor. stop() stops the radio and ends the thread.
  void start();
  void stop();

  const L1& l1() const { return *l1_; }

 private:
  RadioLoop(const RadioLoopConfig& config, AccessStratum& stratum, ManualExecutor& clock, Executor& stack, radio::Radio& radio)
      : config_(config), stratum_(stratum), clock_(clock), stack_(stack), radio_(radio), clock_start_(clock.now()) {}
  void run();
  Status step();
  Status offer_silence(int64_t until);
  Status send();
  bool exchange();
  void on_samples();
  void tell_search();
  bool tune();
  void on_slot(nr::Slot slot);

  RadioLoopConfig config_;
  AccessStratum& stratum_;
  ManualExecutor& clock_;
  Executor& stack_;
  radio::Radio& radio_;
  Time clock_start_;

  // The thread's, or the stack's while the thread waits
  std::unique_ptr<L1> l1_;
  std::vector<std::vector<phy::Cf>> rx_, tx_;
  std::optional<int64_t> origin_;          // the radio's time of L1's first sample
  int64_t position_ = 0;                   // samples fed to L1
  int64_t sent_until_ = 0;                 // in the same count
  std::optional<nr::l1_ue::CellConfig> tuned_;
  std::optional<nr::l1_ue::UlSlot> uplink_;
  bool csi_measured_ = false;              // a CSI-RS of the present cell
  int64_t ssb_at_ = 0;                     // when the access stratum was last told of blocks
  unsigned fruitless_ = 0;                 // searches in a row
  Time told_{};

  std::binary_semaphore answered_{0};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // on the stack's executor: posted tasks end with the loop
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace sen::ue
