// One picture (SVG) of a run over waveforms: constellations at both ends, the channel over the carrier, received power over time and frequency, block error
// rate and throughput over time. It watches the first cell and the UE with index 0 while that is served by it. One executor.
#pragma once

#include <string>
#include <vector>

#include "apps/wave_air.h"
#include "base/executor.h"
#include "mac/gnb.h"

namespace sen {

// Power per resource block over time; when the rows have run out, pairs of them are joined.
class Waterfall {
 public:
  explicit Waterfall(unsigned slots_a_row) : slots_a_row_(slots_a_row) {}
  void add(std::span<const float> power);
  // From the first time on; dB, n_rb values a row.
  std::vector<std::vector<float>> db() const;

 private:
  static constexpr size_t max_rows = 512;
  std::vector<std::vector<float>> rows_;
  std::vector<float> sum_;
  unsigned pending_ = 0, slots_a_row_;
};

class RunPicture {
 public:
  RunPicture(const WaveAir& waves, const mac::CellConfig& cell);
  // After each slot, what was asked for in it.
  void slot(const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul);
  // What the MAC measured of all UEs in the last `interval`.
  void measured(Duration interval, const std::vector<mac::UeMetrics>& ues);
  std::string svg(const std::string& title) const;

 private:
  struct Constellation {
    std::vector<phy::Cf> points;  // the last ones of the highest modulation
    unsigned qm = 0;
    void add(unsigned modulation, std::span<const phy::Cf> more);
  };
  struct Response {
    double at_s = 0;
    std::vector<float> db;  // per resource block
  };
  struct Frame {
    std::vector<std::vector<float>> power;  // a row a symbol
    std::vector<bool> uplink;               // as the gNB hears it
    unsigned busy_up = 0, busy_down = 0;    // symbols
    unsigned score() const { return 8 * std::min(busy_up, 56u) + busy_down; }
  };
  struct Rate {
    double mbps = 0;
    uint64_t ok = 0, nok = 0;  // blocks
  };

  void look_at_downlink(const nr::l1::DlSlot& dl, const phy::Grid& sent, const ue::L1& ue);
  void keep_response(const phy::Grid& sent, const phy::Grid& heard);
  void add_power(const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul, const phy::Grid* heard);
  void draw_constellation(std::string& out, const Constellation& what, double left, double top, const char* title, const char* colour) const;
  void draw_response(std::string& out, double left, double top) const;
  void draw_powers(std::string& out, double top) const;
  void draw_rates(std::string& out, double left, double top, bool bler) const;
  double carrier_mhz() const { return 0.18 * (1u << static_cast<unsigned>(cell_.l1.scs)) * cell_.l1.n_rb; }

  const WaveAir& waves_;
  mac::CellConfig cell_;
  uint64_t slots_ = 0;
  Constellation pdsch_, pusch_;
  std::vector<Response> responses_;
  Waterfall downlink_, uplink_;
  Frame frame_, best_frame_;
  double interval_s_ = 0.1;
  std::vector<Rate> dl_rate_, ul_rate_;
};

}  // namespace sen
