// The gNB's L1: a slot's requests (nr/l1.h) to samples, and samples to indications. One object a cell, on the cell's executor; the work of a slot is split
// into jobs (channels, ports, symbols) on a JobPool that the caller owns. Grids, soft buffers and work space are made at start; a slot allocates nothing
// but what an indication carries.
//
// Samples: complex, full scale 1. A resource element of amplitude 1 leaves with `re_dbfs`; what is received is reported in dB of full scale.
#pragma once

#include <functional>

#include "base/job_pool.h"
#include "base/result.h"
#include "nr/l1.h"
#include "phy/estimation/equaliser.h"
#include "phy/ofdm.h"
#include "phy/pdsch.h"

namespace sen::phy {

struct GnbPhyConfig {
  nr::l1::CellConfig cell;
  nr::Scs ssb_scs = nr::Scs::khz15;
  bool extended_cp = false;
  unsigned dft_size = 0;                   // as OfdmConfig
  std::optional<float> re_dbfs;            // default: the full carrier lies 12 dB below full scale
  unsigned harq_buffers = 64;              // transport blocks that wait for a retransmission, all UEs
  uint32_t max_tb_bits = 0;                // 0: what the carrier, a layer for each receive port and 256QAM give
  ReceiveOptions receive;
  bool patient = false;                    // FFT planning
};

// Where a slot's time went, summed since the last take().
struct StageTimes {
  uint64_t slots = 0;
  uint64_t channels_ns = 0, modulate_ns = 0, demodulate_ns = 0, pusch_ns = 0, pucch_ns = 0, prach_ns = 0, srs_ns = 0;
  StageTimes& operator+=(const StageTimes& o) {
    slots += o.slots, channels_ns += o.channels_ns, modulate_ns += o.modulate_ns, demodulate_ns += o.demodulate_ns;
    pusch_ns += o.pusch_ns, pucch_ns += o.pucch_ns, prach_ns += o.prach_ns, srs_ns += o.srs_ns;
    return *this;
  }
};

class GnbPhy {
 public:
  // Errors name the field that cannot work: bandwidth, sampling rate, SSB off the carrier's grid, PRACH.
  static Result<std::unique_ptr<GnbPhy>> make(const GnbPhyConfig& config, JobPool& pool);
  ~GnbPhy();

  double sample_rate_hz() const;
  size_t slot_samples(nr::Slot slot) const;
  float re_dbfs() const;

  // Each port's samples of the slot, slot_samples() long. PDUs that cannot be sent are left out and reported. False: silence, nothing was asked for.
  bool transmit(const nr::l1::DlSlot& dl, std::span<const std::span<Cf>> samples, std::vector<nr::l1::Error>& errors);
  // Every slot in order, also those in which nothing is expected (a preamble may span several). `indicate` gets the slot's indication and, when a
  // preamble ended that began in an earlier slot, one for that slot.
  void receive(const nr::l1::UlSlot& ul, std::span<const std::span<const Cf>> samples,
               const std::function<void(const nr::l1::UlIndication&)>& indicate, std::vector<nr::l1::Error>& errors);
  // Soft bits of a UE that has gone.
  void forget(nr::l1::Rnti rnti);

  // What the last slot held, for pictures: the downlink grid, the uplink grid, equalised PUSCH symbols.
  const Grid& downlink() const;
  const Grid& uplink() const;
  std::span<const Cf> constellation() const;
  StageTimes take_times();

 private:
  struct Impl;
  explicit GnbPhy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::phy
