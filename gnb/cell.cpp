#include "gnb/cell.h"

#include <algorithm>

#include "nr/band.h"
#include "nr/coreset0.h"
#include "nr/prach.h"
#include "nr/ssb.h"
#include "nr/tdd.h"

namespace sen::gnb {
namespace {

Result<nr::Scs> scs_of(unsigned khz) {
  for (auto scs : {nr::Scs::khz15, nr::Scs::khz30, nr::Scs::khz60, nr::Scs::khz120}) {
    if (nr::khz(scs) == khz) return scs;
  }
  return fail(Fault::invalid, "common_scs", "{} kHz is not allowed (15, 30, 60, 120; TS 38.211 4.2)", khz);
}

Result<const nr::Band*> band_of(const CellOptions& options) {
  const nr::Band* band = options.band ? nr::find_band(options.band) : nr::band_of_dl_arfcn(options.dl_arfcn);
  if (band) return band;
  if (options.band) return fail(Fault::invalid, "band", "n{} is unknown (TS 38.104 5.2)", options.band);
  return fail(Fault::invalid, "dl_arfcn", "{} lies in no band (TS 38.104 5.4.2)", options.dl_arfcn);
}

// CORESET 0 of this index beside an SSB at this offset, when it lies inside the carrier.
bool coreset0_fits(const nr::Band& band, const mac::CellConfig& cell, unsigned index, unsigned offset_to_point_a, unsigned k_ssb) {
  auto coreset = nr::coreset0(index, cell.ssb_scs, cell.common_scs, nr::minimum_bandwidth_mhz(band), k_ssb);
  if (!coreset || coreset->pattern != 1) return false;
  auto start = nr::coreset0_start_crb(*coreset, offset_to_point_a, band.range(), cell.common_scs);
  return start && *start + coreset->n_rb <= cell.l1.n_rb;
}

// As wide as the carrier allows, in one symbol where that gives the room for an aggregation level of 8 (48 resource blocks), else in two.
std::optional<uint8_t> choose_coreset0(const nr::Band& band, const mac::CellConfig& cell, unsigned offset_to_point_a, unsigned k_ssb) {
  std::optional<uint8_t> best;
  unsigned best_score = 0;
  for (unsigned index = 0; index < 16; ++index) {
    if (!coreset0_fits(band, cell, index, offset_to_point_a, k_ssb)) continue;
    auto coreset = *nr::coreset0(index, cell.ssb_scs, cell.common_scs, nr::minimum_bandwidth_mhz(band), k_ssb);
    const unsigned cces = coreset.n_rb * coreset.symbols / 6;
    const unsigned score = (cces >= 8 ? 100U : cces) + (cces >= 8 ? 4U - coreset.symbols : 0U) + (coreset.n_rb == 48 ? 1U : 0U);
    if (score <= best_score) continue;
    best_score = score;
    best = static_cast<uint8_t>(index);
  }
  return best;
}

// The SSB: where the user says, else a place of the sync raster that leaves room for a CORESET 0: in TDD the lowest, in FDD, where software UEs expect it, the
// one nearest the carrier's middle.
Status place_ssb(const CellOptions& options, const nr::Band& band, mac::CellConfig& cell) {
  const int64_t point_a = static_cast<int64_t>(*nr::khz_from_arfcn(cell.l1.dl_point_a_arfcn));
  auto try_at = [&](uint64_t khz) {
    auto offset = nr::ssb_offset(point_a, static_cast<int64_t>(khz), band.range(), cell.ssb_scs, cell.common_scs);
    if (!offset) return false;
    const auto index = options.coreset0_index ? (coreset0_fits(band, cell, *options.coreset0_index, offset->offset_to_point_a, offset->k_ssb)
                                                     ? options.coreset0_index
                                                     : std::nullopt)
                                              : choose_coreset0(band, cell, offset->offset_to_point_a, offset->k_ssb);
    const auto arfcn = nr::arfcn_from_khz(khz);
    const uint64_t half_khz = nr::ssb_rbs * 12 * nr::khz(cell.ssb_scs) / 2;
    const uint64_t low = static_cast<uint64_t>(point_a), high = low + cell.l1.n_rb * 12ULL * nr::khz(cell.l1.scs);
    if (!index || !arfcn || khz < low + half_khz || khz + half_khz > high) return false;
    cell.offset_to_point_a = offset->offset_to_point_a;
    cell.k_ssb = offset->k_ssb;
    cell.coreset0_index = *index;
    cell.l1.ssb_arfcn = *arfcn;
    return true;
  };
  if (options.ssb_arfcn) {
    const auto khz = nr::khz_from_arfcn(*options.ssb_arfcn);
    if (khz && try_at(*khz)) return {};
    return fail(Fault::invalid, "ssb_arfcn", "{}: no SSB with a CORESET 0 fits there into the carrier (TS 38.213 13)", *options.ssb_arfcn);
  }
  const uint64_t end = static_cast<uint64_t>(point_a) + cell.l1.n_rb * 12ULL * nr::khz(cell.l1.scs), middle = (static_cast<uint64_t>(point_a) + end) / 2;
  std::vector<uint64_t> places;
  for (auto gscn = nr::next_gscn(band, cell.ssb_scs, static_cast<uint64_t>(point_a)); gscn;) {
    const auto khz = nr::khz_from_gscn(*gscn);
    if (!khz || *khz > end) break;
    places.push_back(*khz);
    gscn = nr::next_gscn(band, cell.ssb_scs, *khz + 1);
  }
  if (!band.tdd()) std::ranges::stable_sort(places, {}, [&](uint64_t khz) { return khz > middle ? khz - middle : middle - khz; });
  if (std::ranges::any_of(places, try_at)) return {};
  return fail(Fault::invalid, "channel_bandwidth_MHz", "{}: no place of the sync raster (TS 38.104 5.4.3) leaves room for an SSB and a CORESET 0",
              options.bandwidth_mhz);
}

void choose_prach(const CellOptions& options, const nr::Band& band, mac::CellConfig& cell) {
  auto& rach = cell.rach;
  rach.root_sequence = options.prach_root_sequence;
  rach.long_preamble = !band.tdd() && band.range() == nr::FrequencyRange::fr1;
  rach.msg1_scs = cell.l1.scs;
  // Format 0 in subframe 1 of odd frames: the densest that srsUE sends right, which takes rows from 16 on for LTE's format 1. B4 in subframe 9.
  rach.config_index = options.prach_config_index.value_or(rach.long_preamble ? 12 : 159);
  if (const auto row = nr::prach_config(rach.config_index, band.range(), band.duplex)) rach.long_preamble = nr::is_long(row->format);
  rach.zero_correlation_zone = options.prach_zero_correlation_zone != 255 ? options.prach_zero_correlation_zone : rach.long_preamble ? 0 : 11;
  rach.cb_preambles_per_ssb = 56;  // eight for contention-free access in handover
  rach.msg1_frequency_start = rach.long_preamble ? 3 : 2;  // at 106 PRB srsUE sends no long preamble below 3
  rach.received_target_power_dbm = -100;
}

}  // namespace

Result<CellSettings> make_cell(const CellOptions& options, uint32_t gnb_id, unsigned gnb_id_bits) {
  CellSettings out;
  mac::CellConfig& cell = out.mac;
  SEN_ASSIGN(const nr::Band* band, band_of(options));
  SEN_ASSIGN(const nr::Scs scs, scs_of(options.scs_khz));
  SEN_TRY(nr::check_bandwidth(*band, scs, options.bandwidth_mhz));
  SEN_TRY(nr::check_carrier(*band, scs, options.bandwidth_mhz, options.dl_arfcn, true));
  cell.band = band->number;
  cell.l1.pci = options.pci;
  cell.l1.scs = cell.common_scs = cell.ssb_scs = scs;
  cell.l1.tdd = band->tdd();
  cell.l1.n_rb = static_cast<uint16_t>(nr::n_rb(band->range(), scs, options.bandwidth_mhz));
  cell.l1.dl_arfcn = options.dl_arfcn;
  const auto ul_arfcn = nr::ul_arfcn(*band, options.dl_arfcn);
  if (!ul_arfcn) return fail(Fault::invalid, "band", "n{} has no uplink (TS 38.104 5.2)", band->number);
  cell.l1.ul_arfcn = *ul_arfcn;
  auto point_a = [&](uint32_t arfcn) {
    return nr::arfcn_from_khz(static_cast<uint64_t>(nr::point_a_khz(*nr::khz_from_arfcn(arfcn), cell.l1.n_rb, scs))).value_or(0);
  };
  cell.l1.dl_point_a_arfcn = point_a(cell.l1.dl_arfcn);
  cell.l1.ul_point_a_arfcn = point_a(cell.l1.ul_arfcn);
  cell.l1.tx_ports = options.antennas_dl;
  cell.l1.rx_ports = options.antennas_ul;
  cell.l1.ss_pbch_block_power_dbm = options.ssb_power_dbm;
  cell.ssb_period_ms = options.ssb_period_ms;
  if (!nr::ssb_case(*band, scs)) return fail(Fault::invalid, "common_scs", "{} kHz has no SSB in n{} (TS 38.104 5.4.3.3)", options.scs_khz, band->number);
  SEN_TRY(place_ssb(options, *band, cell));
  if (band->tdd()) {
    SEN_ASSIGN(cell.tdd, nr::parse_tdd(options.tdd, scs, options.tdd_special_dl, options.tdd_special_ul));
  }
  cell.initial_dl = cell.initial_ul = {scs, false, 0, cell.l1.n_rb};
  cell.search_space0_index = options.search_space0_index;
  mac::SearchSpace ra;
  ra.id = 1;
  ra.coreset = 0;
  ra.candidates = {0, 0, 2, 1, 0};
  cell.common_search_spaces = {ra};
  cell.ra_search_space = cell.paging_search_space = 1;
  cell.pucch_resource_common = cell.l1.n_rb < 25 ? 12 : 11;  // narrow carriers: four to a resource block, as PRACH leaves little
  choose_prach(options, *band, cell);
  cell.paging = options.paging;
  cell.n_ta_offset = static_cast<uint16_t>(nr::default_n_ta_offset_tc(*band));
  for (unsigned antennas : {options.antennas_dl, options.antennas_ul}) {
    if (antennas != 1 && antennas != 2 && antennas != 4)
      return fail(Fault::invalid, antennas == options.antennas_dl ? "nof_antennas_dl" : "nof_antennas_ul", "{} is not allowed (1, 2, 4; TS 38.214 5.2.2.2.1)", antennas);
  }
  out.scheduler = options.scheduler;
  out.ue = options.ue;
  using enum mac::SearchSpaceType;
  out.dedicated_space = !options.ss2_ue_dedicated ? common : options.dci_0_1_and_1_1 ? ue_0_1_1_1 : ue_0_0_1_0;
  out.pdsch_mcs_table = options.pdsch_mcs_table;
  out.pusch_mcs_table = options.pusch_mcs_table;
  out.plmn = options.plmn;
  out.tac = options.tac;
  out.nr_cell_identity = static_cast<uint64_t>(gnb_id) << (36 - gnb_id_bits) | (options.sector & ((1U << (36 - gnb_id_bits)) - 1));
  return out;
}

std::map<FiveQi, QosProfile> default_qos() {
  auto profile = [](l2::RlcMode mode, uint8_t priority_level, uint16_t budget_ms, bool gbr, uint8_t channel_priority, uint8_t group) {
    QosProfile out;
    out.rlc.mode = mode;
    out.rlc.tx_sn_bits = out.rlc.rx_sn_bits = mode == l2::RlcMode::um ? 12 : 18;
    out.rlc.t_reassembly_ms = mode == l2::RlcMode::um ? 50 : 35;
    out.rlc.t_poll_retransmit_ms = 45;
    out.rlc.poll_pdu = mode == l2::RlcMode::um ? 0 : 64;
    out.rlc.poll_octets = mode == l2::RlcMode::um ? 0 : 125 * 1000;
    out.rlc.t_status_prohibit_ms = mode == l2::RlcMode::um ? 0 : 10;
    out.rlc.max_retx_threshold = 32;
    out.pdcp.tx_sn_bits = out.pdcp.rx_sn_bits = 18;
    out.pdcp.t_reordering_ms = mode == l2::RlcMode::um ? 100 : 220;
    if (mode == l2::RlcMode::um) out.pdcp.discard_ms = 150;
    out.pdcp.status_report_required = mode == l2::RlcMode::am;
    out.channel.priority = channel_priority;
    out.channel.pbr_kbytes_s = gbr ? 256 : 8;
    out.channel.bucket_ms = 100;
    out.channel.group = group;
    out.priority_level = priority_level;
    out.packet_delay_budget_ms = budget_ms;
    out.gbr = gbr;
    return out;
  };
  using enum l2::RlcMode;
  return {
      {1, profile(um, 20, 100, true, 4, 1)},  {2, profile(um, 40, 150, true, 5, 1)},  {3, profile(um, 30, 50, true, 5, 1)},
      {4, profile(am, 50, 300, true, 6, 1)},  {65, profile(um, 7, 75, true, 4, 1)},   {5, profile(am, 10, 100, false, 5, 2)},
      {6, profile(am, 60, 300, false, 8, 3)}, {7, profile(um, 70, 100, false, 7, 3)}, {8, profile(am, 80, 300, false, 9, 3)},
      {9, profile(am, 90, 300, false, 10, 3)}, {69, profile(am, 5, 60, false, 5, 2)}, {70, profile(am, 55, 200, false, 7, 3)},
      {80, profile(um, 68, 10, false, 6, 2)},
  };
}

}  // namespace sen::gnb
