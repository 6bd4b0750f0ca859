// The UE's L1 on one cell: a slot's samples to DCIs, transport blocks and measurements (nr/l1_ue.h), and an uplink slot to samples. One object a UE and cell,
// on the UE's executor; it keeps its work space, so that a slot allocates nothing but what comes up. Timing and frequency are the caller's: samples come
// aligned to the cell's slots and corrected (ue/l1 tracks them from measure()).
//
// Samples: complex, full scale 1.
#pragma once

#include "base/result.h"
#include "nr/l1_ue.h"
#include "nr/ssb.h"
#include "phy/csi_rs.h"
#include "phy/ofdm.h"
#include "phy/pdsch.h"
#include "phy/ssb.h"

namespace sen::phy {

struct UePhyConfig {
  uint16_t pci = 0;
  nr::Scs scs = nr::Scs::khz15;
  unsigned n_rb = 0;                       // of the carrier, from point A
  double dl_centre_hz = 0, ul_centre_hz = 0;
  unsigned dft_size = 0;                   // as OfdmConfig
  unsigned rx_ports = 1, tx_ports = 1;
  unsigned harq_processes = 16;
  uint32_t max_tb_bits = 0;                // 0: what the carrier, a layer for each receive port and 256QAM give
  unsigned polar_list = 8;
  ReceiveOptions receive;
  // Transmit power of full scale: the powers of nr/l1_ue.h become amplitudes. None: every channel leaves with `re_dbfs` a resource element.
  std::optional<float> full_scale_dbm;
  float re_dbfs = -40;
};

class UePhy {
 public:
  static Result<std::unique_ptr<UePhy>> make(const UePhyConfig& config);
  ~UePhy();

  double sample_rate_hz() const;
  size_t slot_samples(nr::Slot slot) const;

  // --- Downlink: a slot at a time -------------------------------------------------------------------------------------------
  void receive(nr::Slot slot, std::span<const std::span<const Cf>> samples);
  // Of the slot last received. Searches and assignments that cannot be are left out.
  void search(std::span<const nr::l1_ue::PdcchSearch> searches, std::vector<nr::l1_ue::RxDci>& found);
  void decode(std::span<const nr::l1_ue::PdschReceive> assignments, std::vector<nr::l1_ue::RxPdsch>& blocks);
  Result<nr::l1_ue::CsiMeasurement> measure(const nr::l1::CsiRsPdu& csi_rs, const CsiMeterOptions& options);
  // The block of the cell at this place of the slot: power, quality, timing and frequency error; its PBCH where `pbch`.
  struct Block {
    SsbMeasurement measurement;
    std::optional<PbchFound> pbch;
  };
  Block block(unsigned first_symbol, unsigned first_subcarrier, unsigned l_max);

  // --- Uplink ---------------------------------------------------------------------------------------------------------------
  // Samples of one slot; a preamble's remainder comes with the following slots, which must be asked for in order. What cannot be sent is left out, its
  // reason returned by last_error().
  void transmit(const nr::l1_ue::UlSlot& ul, std::span<const std::span<Cf>> samples);
  bool preamble_goes_on() const;
  const std::string& last_error() const;

  const Grid& downlink() const;
  std::span<const Cf> constellation() const;

 private:
  struct Impl;
  explicit UePhy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::phy
