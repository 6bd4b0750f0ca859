// The UE's L1 over a stream of samples: cell search, timing and frequency tracking, and, once tuned to a cell, its slots one by one (phy/ue.h). It owns no
// radio: the caller reads wanted() samples from one, gives them to feed(), works on the slot that this completed, and sends what transmit() makes at the
// time that it names.
//
//   searching   collects a search window, looks for SSBs at the frequencies of the configuration, reports them by take_blocks(), again and again
//   aligning    tune(): skips to the next slot of the cell
//   tracking    one slot a feed(); SSBs of the own cell correct timing and frequency, neighbours are looked for in the same half frame
//
// One executor. Times are samples of the stream since its first.
#pragma once

#include "phy/ue.h"

namespace sen::ue {

struct L1Config {
  double sample_rate_hz = 23.04e6;
  double dl_centre_hz = 0, ul_centre_hz = 0;  // what the radio is tuned to
  unsigned rx_ports = 1, tx_ports = 1;
  nr::Scs scs = nr::Scs::khz30;               // of the SSB and of the carrier
  uint16_t band = 78;
  std::vector<uint32_t> ssb_arfcns;           // where to look
  bool everywhere = false;                    // that is the sync raster: neighbours are looked for at the serving cell's frequency alone
  unsigned search_ms = 20;                    // a burst's period at most
  double max_cfo_hz = 0;                      // 0: half a subcarrier
  float rx_full_scale_dbm = 0;                // a received sample of magnitude 1
  std::optional<float> tx_full_scale_dbm;     // as phy::UePhyConfig
  float tx_re_dbfs = -40;
  unsigned neighbour_interval_ms = 40;        // 0: neighbours are not looked for
};

class L1 {
 public:
  // Errors: band or frequency that is none, a sampling rate that does not fit the subcarrier spacing, nothing to look for.
  static Result<std::unique_ptr<L1>> make(const L1Config& config);
  ~L1();

  // --- The stream ---------------------------------------------------------------------------------------------------------
  size_t wanted() const;
  void feed(std::span<const std::span<const phy::Cf>> samples);
  // What was found since the last call, own cell and others.
  std::vector<nr::l1_ue::RxSsb> take_blocks();
  // What the search that ended last, since the last call, has heard, cells and others.
  struct SearchResult {
    unsigned cells = 0;
    float level_dbfs = -200;                  // of the samples
    struct Signal {
      uint16_t pci = 0;
      uint32_t arfcn = 0;
      float rsrp_dbm = -200, sinr_db = 0;
    };
    std::optional<Signal> unreadable;         // the strongest PSS and SSS without a PBCH
  };
  std::optional<SearchResult> take_search();
  // The slot that the last feed() completed; none while searching or aligning.
  std::optional<nr::Slot> slot() const;

  // --- Where to be --------------------------------------------------------------------------------------------------------
  // To a cell that was reported, and its carrier as far as it is known (before SIB1: CORESET 0 alone, from an assumed point A). Of the present cell, a
  // changed carrier is taken at the next slot. False when the cell is not known any more.
  bool tune(const nr::l1_ue::CellConfig& cell);
  void search_again();
  bool searching() const;
  bool tracking() const;

  // --- The slot -----------------------------------------------------------------------------------------------------------
  void search(std::span<const nr::l1_ue::PdcchSearch> searches, std::vector<nr::l1_ue::RxDci>& found);
  void decode(std::span<const nr::l1_ue::PdschReceive> assignments, std::vector<nr::l1_ue::RxPdsch>& blocks);
  Result<nr::l1_ue::CsiMeasurement> measure(const nr::l1::CsiRsPdu& csi_rs, const phy::CsiMeterOptions& options);
  // What the serving cell's SSB, as it was last seen, lets expect: until a CSI-RS has been measured.
  nr::l1_ue::CsiMeasurement estimate(nr::CqiTable table) const;
  // The serving cell's SSB as it was last seen.
  const nr::l1_ue::RxSsb& serving() const;
  // The samples of an uplink slot: the present one or a later one, each once, ascending. They leave at the returned time (timing advance included).
  int64_t transmit(const nr::l1_ue::UlSlot& ul, std::vector<std::vector<phy::Cf>>& samples);

  // A preamble goes on in the next slot: transmit() is to be called for it.
  bool preamble_goes_on() const;

  double cfo_hz() const;
  const phy::UePhy* phy() const;      // for pictures; none before the first slot

 private:
  struct Impl;
  explicit L1(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::ue
