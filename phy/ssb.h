// SS/PBCH block, TS 38.211 7.4.2, 7.4.3, 7.3.3, 7.4.1.4 and TS 38.212 7.1: block to grid, cell search on samples, PBCH receiver, measurement.
#pragma once

#include "base/result.h"
#include "nr/l1.h"
#include "nr/ssb.h"
#include "phy/coding/control.h"
#include "phy/grid.h"

namespace sen::phy {

void pss(unsigned n_id_2, std::span<Cf, 127> out);                 // 7.4.2.2
void sss(unsigned pci, std::span<Cf, 127> out);                    // 7.4.2.3

// Writes the block: PSS, SSS, PBCH and its DM-RS at `first_subcarrier` of the grid (in the SSB's numerology), first symbol from nr::ssb_position.
// The grid is the SSB numerology's slot that holds the block.
Status send_ssb(const nr::l1::SsbPdu& pdu, unsigned sfn, unsigned first_subcarrier, Grid& grid, unsigned port = 0);
// First subcarrier of the block in a grid of its own numerology whose CRB 0 is point A; nullopt when it does not lie on that grid.
std::optional<unsigned> ssb_first_subcarrier(const nr::l1::SsbPdu& pdu, nr::Scs scs_common, bool fr2);

struct SsbMeasurement {
  float rsrp = 0;            // of the SSS, linear, the grid's units squared
  float rssi = 0;
  float sinr_db = 0;
  float cfo_hz = 0;
  float delay_s = 0;
};
struct SsbFound {
  unsigned pci = 0;
  size_t sample = 0;         // where the block's first symbol (its CP) starts
  float metric = 0;          // normalised correlation, 0..1
  float cfo_hz = 0;          // fraction of the subcarrier spacing and whole ones
  SsbMeasurement measurement;
};
struct PbchFound {
  PbchPayload payload;
  unsigned ssb_index = 0;
};

// Cell search on time samples with the SSB's centre at DC (or at `centre_hz`): every PCI whose PSS and SSS stand out, best first.
class SsbSearcher {
 public:
  struct Config {
    nr::Scs scs = nr::Scs::khz15;
    double sample_rate_hz = 0;
    double centre_hz = 0;              // the block's middle relative to the samples' centre
    double max_cfo_hz = 0;             // 0: half a subcarrier
  };
  static Result<SsbSearcher> make(const Config& config);
  void search(std::span<const Cf> samples, unsigned max_found, std::vector<SsbFound>& found);
  // The PBCH of a found block: tries the DM-RS of every index of l_max (64: the 8 low ones), both half frames.
  std::optional<PbchFound> decode(std::span<const Cf> samples, const SsbFound& at, unsigned l_max);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

// The PBCH from a grid in the SSB's numerology (one receive port or more).
std::optional<PbchFound> receive_pbch(const Grid& grid, unsigned first_symbol, unsigned first_subcarrier, unsigned pci, unsigned l_max,
                                      SsbMeasurement& measurement);

}  // namespace sen::phy
