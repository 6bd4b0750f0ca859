// One configuration of a link simulation: a physical channel, its parameters, the radio channel, and the SNRs. Every parameter is one row of describe():
// YAML files, `--set` on the command line, the documentation and the checks derive from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "channel/profile.h"
#include "nr/mcs.h"
#include "nr/slot.h"
#include "phy/estimation/equaliser.h"

namespace sen::link {

enum class Kind : uint8_t { pdsch, pusch, pdcch, pbch, pucch, prach, ldpc, polar };
inline constexpr std::string_view kind_names[] = {"pdsch", "pusch", "pdcch", "pbch", "pucch", "prach", "ldpc", "polar"};
std::string_view to_string(Kind kind);

enum class Domain : uint8_t { automatic, time, frequency };
enum class CorrelationLevel : uint8_t { low, medium, medium_a, high };
enum class PolarUse : uint8_t { dci, uci };
enum class PrecodingChoice : uint8_t { identity, random };

struct Case {
  std::string name;
  Kind kind = Kind::pusch;
  double snr_from = 0, snr_to = 10, snr_step = 1;  // dB

  // The radio channel.
  channel::Profile profile = channel::Profile::none;
  double delay_spread_ns = 30, doppler_hz = 0;
  CorrelationLevel correlation = CorrelationLevel::low;
  uint8_t tx = 0, rx = 1;                          // antennas; tx 0: as many as the channel has ports
  double cfo_hz = 0, delay_us = 0;
  Domain domain = Domain::automatic;
  bool noise_only = false;                         // nothing is sent: errors are false alarms

  // The carrier.
  nr::Scs scs = nr::Scs::khz30;
  uint16_t rb = 51;

  // Shared channels.
  nr::McsTable mcs_table = nr::McsTable::qam64;
  uint8_t mcs = 4, layers = 1;
  uint16_t first_prb = 0, prb = 0;                 // 0: to the carrier's end
  uint8_t start_symbol = 0, symbols = 14;
  bool mapping_b = false;
  uint8_t dmrs_type = 1, dmrs_additional = 1, dmrs_length = 1, cdm_groups = 2;
  bool transform_precoding = false, pi2_bpsk = false;
  PrecodingChoice precoding = PrecodingChoice::identity;
  uint8_t transmissions = 1;                       // with HARQ: redundancy versions 0, 2, 3, 1
  uint8_t iterations = 8;
  bool early_stop = true;
  phy::Equaliser equaliser = phy::Equaliser::mmse;
  bool genie = false;                              // the receiver knows channel and noise
  uint16_t harq_bits = 0, csi1_bits = 0;           // UCI on PUSCH; of PUCCH
  uint8_t beta_harq = 9, beta_csi1 = 9;            // indices of TS 38.213 9.3

  // Control channels.
  uint8_t aggregation_level = 4, dci_bits = 41, coreset_rb = 48, coreset_symbols = 2;
  bool interleaved = true;
  uint8_t l_max = 8;
  uint8_t format = 2;                              // PUCCH
  uint8_t pucch_symbols = 0, pucch_prb = 1;        // the slot's last symbols; 0: the format's most
  bool hopping = true;
  uint8_t occ_length = 2;

  // PRACH.
  uint8_t prach_format = 0;                        // as nr::l1::PrachPdu
  uint16_t n_cs = 13, root_sequence = 22;
  double tolerance_us = 1.04;                      // of the delay

  // Codes alone.
  uint8_t base_graph = 0;                          // 0: by size and rate
  uint32_t tb_bits = 8424;
  double rate = 0.5;
  uint8_t qm = 2;
  PolarUse polar_use = PolarUse::dci;
  uint16_t payload_bits = 40, coded_bits = 432;
  uint8_t list = 8;
};

struct Sweep {
  std::vector<Case> cases;
  uint64_t seed = 1;
  uint32_t errors = 100, blocks = 10000;           // a point ends with so many failed blocks, or so many blocks
  uint32_t least_blocks = 100;
  double until_bler = 1e-3;                        // higher SNRs are left out once the upper confidence bound lies below
  double target_bler = 0.1;                        // the SNR of this BLER is reported
};

void describe(config::Section& section, Sweep& sweep);
void describe(config::Section& section, Case& test_case);
// What describe() cannot see: MCS of the table, allocation in the carrier, DM-RS positions ... The error names the case.
Status check(const Case& test_case);
// All parameters that change what is measured, as one line: the key of stored results.
std::string canonical(const Case& test_case);
std::vector<double> snrs(const Case& test_case);

}  // namespace sen::link
