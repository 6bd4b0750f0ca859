// The cells of a gNB over radios: each has its radio and its loop (gnb/radio_loop.h); the gNB above them runs on the executor. Construction opens the radios;
// the cells begin to send with start().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/gnb_config.h"
#include "gnb/radio_loop.h"

namespace sen {

class RadioCells {
 public:
  // Errors name the key of ru_sdr, or the address that cannot be opened.
  static Result<std::unique_ptr<RadioCells>> open(const GnbSdrConfig& config, const gnb::RrcSettings& settings, Executor& executor, PacketPool& pool,
                                                  Counters& counters, gnb::GnbPorts ports);
  ~RadioCells();

  gnb::Gnb& gnb() { return *gnb_; }
  void start();
  void stop();
  // "Radio: zmq, ..." for each cell.
  std::string describe() const;
  // A line for each cell: real-time factor, where the time went since the last call, what was late or lost since the start.
  std::string report();

 private:
  RadioCells() = default;

  std::unique_ptr<gnb::Gnb> gnb_;
  struct Cell {
    GnbSdrConfig::Cell config;
    nr::Scs scs = nr::Scs::khz15;
    std::unique_ptr<radio::Radio> radio;
    std::unique_ptr<gnb::RadioLoop> loop;
    uint64_t late_slots = 0, lost_slots = 0;
  };
  std::vector<Cell> cells_;
  unsigned slots_ahead_ = 0;
};

}  // namespace sen
