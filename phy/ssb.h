// SS/PBCH block, TS 38.211 7.4.2, 7.4.3, 7.3.3, 7.4.1.4 and TS 38.212 7.1: block to grid, cell search on samples, PBCH receiver, measurement. Any thread;
// a searcher belongs to one at a time.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "nr/l1.h"
#include "nr/ssb.h"
#include "phy/coding/control.h"
#include "phy/grid.h"

namespace sen::phy {

void pss(unsigned n_id_2, std::span<Cf, 127> out);                 // 7.4.2.2
void sss(unsigned pci, std::span<Cf, 127> out);                    // 7.4.2.3

// PCI, index, case, L_max, power and the place in the grid: field, value, range, clause.
Status check(const nr::l1::SsbPdu& pdu, unsigned first_subcarrier, unsigned grid_rb);
// Writes the block: PSS, SSS, PBCH and its DM-RS at `first_subcarrier` of the grid (in the SSB's numerology), first symbol from nr::ssb_position.
// The grid is the SSB numerology's slot in which the block starts; with `next_slot` the one behind it (case E: some blocks go on there).
// A pss_power_db of 3 means twice the power.
Status send_ssb(const nr::l1::SsbPdu& pdu, unsigned sfn, unsigned first_subcarrier, Grid& grid, unsigned port = 0, bool next_slot = false);
// First subcarrier of the block in a grid of its own numerology whose CRB 0 is point A; nullopt when it does not lie on that grid.
std::optional<unsigned> ssb_first_subcarrier(const nr::l1::SsbPdu& pdu, nr::Scs scs_common, bool fr2);

// Powers are linear, of the grid's units (x_n = sum_k a_k exp(j...) of samples) squared.
struct SsbMeasurement {
  float rsrp = 0;            // of the SSS, a resource element
  float rssi = 0;            // of the block's 240 subcarriers together, a symbol
  float noise = 0;           // a resource element
  float sinr_db = 0;
  float cfo_hz = 0;          // of a found block: the whole offset; from a grid: what is left
  float delay_s = 0;         // later than where the block was looked for
};
struct SsbFound {
  unsigned pci = 0;
  size_t sample = 0;         // where the block's first symbol (its CP) starts
  float metric = 0;          // normalised correlation of the SSS, 0..1
  float cfo_hz = 0;          // fraction of the subcarrier spacing and whole ones
  SsbMeasurement measurement;
};
struct PbchFound {
  PbchPayload payload;       // k_ssb and sfn complete, from the MIB and the timing bits
  unsigned ssb_index = 0;
};

// Cell search on time samples with the SSB's centre (its subcarrier 120) at DC (or at `centre_hz`): every PCI whose PSS and SSS stand out, best first. A block
// found twice (in several periods or beams) is reported once, where it was strongest. Work space grows with the longest span searched.
// Cost: about 6 ms for 10 ms of 15 kHz at 11.52 Msps with three frequency hypotheses (a Zen 3 core).
class SsbSearcher {
 public:
  struct Config {
    nr::Scs scs = nr::Scs::khz15;
    double sample_rate_hz = 0;         // 240 subcarriers at least
    double centre_hz = 0;              // the block's middle relative to the samples' centre
    double max_cfo_hz = 0;             // 0: half a subcarrier
    // Radio frequency of the samples' centre (0 for samples without the phase compensation of TS 38.211 5.4): then the carrier offset is measured from
    // symbol to symbol, otherwise within symbols only (five times coarser).
    std::optional<double> carrier_hz;
  };
  static Result<SsbSearcher> make(const Config& config);
  void search(std::span<const Cf> samples, unsigned max_found, std::vector<SsbFound>& found);
  // The PBCH of a found block: tries the DM-RS of every index of l_max (64: the 8 low ones), both half frames.
  std::optional<PbchFound> decode(std::span<const Cf> samples, const SsbFound& at, unsigned l_max);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

// The PBCH from a grid in the SSB's numerology (one receive port or more). nullopt as well when the place or l_max cannot be.
std::optional<PbchFound> receive_pbch(const Grid& grid, unsigned first_symbol, unsigned first_subcarrier, unsigned pci, unsigned l_max, nr::Scs scs,
                                      SsbMeasurement& measurement);

}  // namespace sen::phy
