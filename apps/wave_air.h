// The air with waveforms (air/air.h): every cell has its L1 (phy/gnb.h), every UE its own (ue/l1.h), and between them samples travel over the IQ air with the
// path loss, delay and carrier offset of each link. One carrier: every cell has the frequency, bandwidth and numerology of the first.
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
  double oscillator_ppm = 0;           // of UEs, each drawn within +- this
  float snr_db = 200;                  // more than this is not had: noise is added up to it
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
  void transmit(air::UeIndex ue, nr::l1_ue::UlSlot slot) override;
  air::Link link(air::CellIndex cell, air::UeIndex ue) const override;

  const phy::GnbPhy& cell_phy(air::CellIndex cell) const;
  const ue::L1* ue_l1(air::UeIndex ue) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen
