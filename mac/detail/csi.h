// What follows from a UE's configuration of reports and sounding: the same at both ends.
#pragma once

#include <algorithm>

#include "mac/config.h"
#include "nr/dci.h"

namespace sen::mac {

inline nr::CsiConfig csi_config(const CsiReportConfig& report) {
  nr::CsiConfig out;
  out.quantity = report.quantity;
  out.ports = static_cast<uint8_t>(report.ports());
  out.n_resources = report.n_resources;
  out.n_reported = report.n_reported;
  out.ri_restriction = report.ri_restriction;
  out.codebook_mode = report.codebook_mode;
  return out;
}

// Ranks that a report may name, bit i: rank i + 1.
inline unsigned csi_ranks(const CsiReportConfig& report, const UeConfig& ue) {
  const unsigned most = std::min<unsigned>({report.ports(), ue.max_layers_dl, 4u});
  return report.ri_restriction & ((1u << std::max(most, 1u)) - 1);
}

// Antenna ports of codebook PUSCH: those of the sounding resource.
inline uint8_t pusch_ports(const UeConfig& ue) { return ue.srs && !ue.transform_precoding ? ue.srs->ports : uint8_t{1}; }

// What DCI 0_1 says of the uplink's codebook, SRS and CSI.
inline void set_uplink_codebook(const UeConfig& ue, nr::Dci01Config& out) {
  out.max_rank = ue.max_layers_ul;
  out.n_srs_ports = ue.srs ? ue.srs->ports : uint8_t{1};
  out.n_srs_resources = ue.srs_resources;
  out.subset = static_cast<nr::Dci01Config::Subset>(ue.codebook_subset);
  out.report_trigger_size = ue.csi_request_bits;
}

// From PDSCH to HARQ-ACK, as a semi-static codebook counts (TS 38.213 9.1.2.1): dl-DataToUL-ACK where DCI 1_1 is looked for, else what DCI 1_0 can say.
struct K1Set {
  std::array<uint8_t, 8> k1{1, 2, 3, 4, 5, 6, 7, 8};
  unsigned n = 8;
};
inline K1Set k1_set(const UeConfig& ue) {
  K1Set out;
  const bool dedicated = std::ranges::any_of(ue.search_spaces, [](const auto& s) { return s.type == SearchSpaceType::ue_0_1_1_1; });
  if (!dedicated || ue.k1.empty()) return out;
  out.n = static_cast<unsigned>(std::min(ue.k1.size(), out.k1.size()));
  std::copy_n(ue.k1.begin(), out.n, out.k1.begin());
  return out;
}

}  // namespace sen::mac
