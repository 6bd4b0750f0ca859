// The air with waveforms (air/air.h): every cell has its L1 (phy/gnb.h), every UE its own (ue/l1.h), and between them samples travel over the IQ air with the
// path loss, delay, Doppler, fading and carrier offset of each link. Cells may have carriers of their own, of one numerology; a UE's radio stands on one
// carrier at a time: it looks for cells on one after the other, and measures neighbours on the one that it is served on.
#pragma once

#include "air/slot_air.h"
#include "base/job_pool.h"
#include "mac/config.h"
#include "phy/gnb.h"
#include "radio/iq_air.h"
#include "ue/l1.h"

namespace sen {

struct WaveConfig {
  air::AirConfig geometry;             // path loss, seed; errors come from the receivers
  unsigned threads = 1;
  unsigned dft_size = 0;               // 0: the smallest that holds the carrier
  unsigned ue_tx_ports = 0, ue_rx_ports = 0;  // 0: as many as the cell has at the other end
  radio::IqFading fading;              // of every link
  double oscillator_ppm = 0;           // error of every UE's oscillator, its sign drawn
  double extra_delay_s = 0;            // of every link, beyond its distance
  // Noise is added until the SNR of a resource element is no more than this: downlink of the UE's strongest cell, uplink at the power that the cell's open
  // loop aims at.
  float snr_db = 200;
};

// Where the time of slots went, summed since the start.
struct WaveTimes {
  std::atomic<uint64_t> gnb_send_ns{0}, gnb_receive_ns{0}, air_ns{0}, ue_track_ns{0}, ue_search_ns{0}, ue_decode_ns{0}, ue_send_ns{0};
};

// Copies of what the radios of cells and UEs receive. Times are samples of the air's, ascending without a gap while a radio stays on its carrier.
struct WaveTaps {
  std::function<void(air::CellIndex cell, int64_t time, std::span<const std::span<phy::Cf>> ports)> cell;
  std::function<void(air::UeIndex ue, int64_t time, std::span<const std::span<phy::Cf>> ports)> ue;
};

class WaveAir final : public air::Air {
 public:
  // `cells`: complete, as the gNB's MAC has them.
  WaveAir(const WaveConfig& config, std::vector<mac::CellConfig> cells);
  ~WaveAir() override;

  Result<air::CellIndex> add_cell(const air::CellRadio& radio) override;
  Result<air::UeIndex> add_ue(const air::UeRadio& radio) override;
  void remove_ue(air::UeIndex ue) override;
  void advance(int64_t now_ns) override;
  void send(air::CellIndex cell, const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul) override;
  void receive(air::CellIndex cell, const std::function<void(const nr::l1::UlIndication&)>& indicate) override;
  std::vector<nr::l1_ue::RxSsb> receive_ssb(air::UeIndex ue) override;
  bool tune(air::UeIndex ue, const nr::l1_ue::CellConfig& cell) override;
  void untune(air::UeIndex ue) override;
  bool synchronised(air::UeIndex ue, nr::Slot slot) const override;
  std::vector<nr::l1_ue::RxDci> receive_pdcch(air::UeIndex ue, const std::vector<nr::l1_ue::PdcchSearch>& searches) override;
  std::vector<nr::l1_ue::RxPdsch> receive_pdsch(air::UeIndex ue, const std::vector<nr::l1_ue::PdschReceive>& requests) override;
  nr::l1_ue::CsiMeasurement measure(air::UeIndex ue, unsigned cqi_table) const override;
  std::optional<nr::l1_ue::CsiMeasurement> measure_csi(air::UeIndex ue, const nr::l1_ue::CsiReceive& what) override;
  void transmit(air::UeIndex ue, nr::l1_ue::UlSlot slot) override;
  air::Link link(air::CellIndex cell, air::UeIndex ue) const override;

  const phy::GnbPhy& cell_phy(air::CellIndex cell) const;
  const ue::L1* ue_l1(air::UeIndex ue) const;
  const WaveTimes& times() const;
  void set_taps(WaveTaps taps);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen
