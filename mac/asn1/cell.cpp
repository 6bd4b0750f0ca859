// The cell's configuration: SIB1's ServingCellConfigCommonSIB and, for handover, ServingCellConfigCommon (TS 38.331 6.3.2), and the MIB.
#include <algorithm>

#include "mac/asn1/convert.h"
#include "mac/asn1/search_space.h"
#include "mac/asn1/values.h"
#include "nr/band.h"
#include "nr/coreset0.h"
#include "nr/frequency_allocation.h"
#include "nr/ssb.h"

namespace sen::mac {
namespace {

using asn1::decode;
using asn1::encode;

constexpr std::array<uint8_t, 6> ssb_periods{5, 10, 20, 40, 80, 160};
constexpr std::array<uint32_t, 8> tdd_periods_us{500, 625, 1000, 1250, 2000, 2500, 5000, 10000};
constexpr std::array<uint16_t, 4> paging_cycles{32, 64, 128, 256};
constexpr std::array<uint16_t, 8> response_windows{1, 2, 4, 8, 10, 20, 40, 80};
constexpr std::array<uint16_t, 11> preamble_maxima{3, 4, 5, 6, 7, 8, 10, 20, 50, 100, 200};
constexpr std::array<uint8_t, 8> contention_timers{8, 16, 24, 32, 40, 48, 56, 64};
constexpr std::array<uint16_t, 3> ta_offsets{0, 25600, 39936};

rrc::SubcarrierSpacing scs_out(nr::Scs scs) { return static_cast<rrc::SubcarrierSpacing>(nr::mu(scs)); }
Result<nr::Scs> scs_in(rrc::SubcarrierSpacing value, const char* where) {
  if (static_cast<unsigned>(value) > 3) return fail(Fault::unsupported, where, "subcarrier spacing value {}", static_cast<unsigned>(value));
  return static_cast<nr::Scs>(value);
}

// locationAndBandwidth is a RIV over 275 resource blocks (TS 38.213 12), relative to the carrier.
void bwp_out(const nr::l1::Bwp& bwp, rrc::Bwp& out) {
  out.location_and_bandwidth = static_cast<decltype(out.location_and_bandwidth)>(nr::riv(275, {bwp.start, bwp.size}));
  out.subcarrier_spacing = scs_out(bwp.scs);
  if (bwp.extended_cp) out.cyclic_prefix.emplace();
}
Status bwp_in(const rrc::Bwp& in, nr::l1::Bwp& bwp) {
  SEN_ASSIGN(auto range, nr::from_riv(275, static_cast<uint32_t>(in.location_and_bandwidth)));
  bwp.start = static_cast<uint16_t>(range.start);
  bwp.size = static_cast<uint16_t>(range.count);
  SEN_ASSIGN(bwp.scs, scs_in(in.subcarrier_spacing, "BWP.subcarrierSpacing"));
  bwp.extended_cp = in.cyclic_prefix.has_value();
  return {};
}

void pattern_out(const nr::TddPattern& pattern, rrc::TddUlDlPattern& out) {
  const bool extended = pattern.period_us == 3000 || pattern.period_us == 4000;
  out.dl_ul_transmission_periodicity = encode<decltype(out.dl_ul_transmission_periodicity)>(tdd_periods_us, extended ? 2500U : pattern.period_us);
  if (extended) {
    auto& value = out.dl_ul_transmission_periodicity_v1530.emplace();
    value = static_cast<std::remove_reference_t<decltype(value)>>(pattern.period_us == 4000);
  }
  out.nrof_downlink_slots = pattern.dl_slots;
  out.nrof_downlink_symbols = pattern.dl_symbols;
  out.nrof_uplink_slots = pattern.ul_slots;
  out.nrof_uplink_symbols = pattern.ul_symbols;
}
nr::TddPattern pattern_in(const rrc::TddUlDlPattern& in) {
  nr::TddPattern out;
  out.period_us = decode(tdd_periods_us, in.dl_ul_transmission_periodicity);
  if (in.dl_ul_transmission_periodicity_v1530) out.period_us = static_cast<unsigned>(*in.dl_ul_transmission_periodicity_v1530) == 0 ? 3000 : 4000;
  out.dl_slots = static_cast<uint16_t>(in.nrof_downlink_slots);
  out.dl_symbols = static_cast<uint8_t>(in.nrof_downlink_symbols);
  out.ul_slots = static_cast<uint16_t>(in.nrof_uplink_slots);
  out.ul_symbols = static_cast<uint8_t>(in.nrof_uplink_symbols);
  return out;
}
void tdd_out(const nr::TddConfig& tdd, rrc::TddUlDlConfigCommon& out) {
  out.reference_subcarrier_spacing = scs_out(tdd.scs_ref);
  pattern_out(tdd.pattern1, out.pattern1);
  if (tdd.pattern2) pattern_out(*tdd.pattern2, out.pattern2.emplace());
}
Result<nr::TddConfig> tdd_in(const rrc::TddUlDlConfigCommon& in) {
  nr::TddConfig out;
  SEN_ASSIGN(out.scs_ref, scs_in(in.reference_subcarrier_spacing, "TDD-UL-DL-ConfigCommon.referenceSubcarrierSpacing"));
  out.pattern1 = pattern_in(in.pattern1);
  if (in.pattern2) out.pattern2 = pattern_in(*in.pattern2);
  return out;
}

void search_spaces_out(const CellConfig& cell, rrc::PdcchConfigCommon& out, bool with_zero) {
  if (with_zero) {
    out.control_resource_set_zero = cell.coreset0_index;
    out.search_space_zero = cell.search_space0_index;
  }
  if (!cell.common_coresets.empty()) asn1::coreset_out(cell.common_coresets.front(), out.common_control_resource_set.emplace());
  if (!cell.common_search_spaces.empty()) {
    auto& list = out.common_search_space_list.emplace();
    for (const auto& space : cell.common_search_spaces) asn1::search_space_out(space, list.emplace_back());
  }
  out.search_space_sib1 = cell.sib1_search_space;
  if (cell.other_si_search_space) out.search_space_other_system_information = *cell.other_si_search_space;
  out.paging_search_space = cell.paging_search_space;
  out.ra_search_space = cell.ra_search_space;
}

void downlink_out(const CellConfig& cell, rrc::BwpDownlinkCommon& out, bool with_zero) {
  bwp_out(cell.initial_dl, out.generic_parameters);
  search_spaces_out(cell, out.pdcch_config_common.emplace().set_setup(), with_zero);
  auto& pdsch = out.pdsch_config_common.emplace().set_setup();
  if (!cell.pdsch_times.empty()) asn1::times_out(cell.pdsch_times, pdsch.pdsch_time_domain_allocation_list.emplace());
}

void rach_out(const RachConfig& rach, rrc::RachConfigCommon& out) {
  auto& generic = out.rach_config_generic;
  generic.prach_configuration_index = rach.config_index;
  generic.msg1_fdm = static_cast<rrc::OneTwoFourEight>(rach.msg1_fdm >= 8 ? 3 : rach.msg1_fdm >= 4 ? 2 : rach.msg1_fdm >= 2 ? 1 : 0);
  generic.msg1_frequency_start = rach.msg1_frequency_start;
  generic.zero_correlation_zone_config = rach.zero_correlation_zone;
  generic.preamble_received_target_power = rach.received_target_power_dbm;
  generic.preamble_trans_max = encode<rrc::PreambleTransMax>(preamble_maxima, rach.preamble_trans_max);
  generic.power_ramping_step = static_cast<rrc::PowerRamping>(std::min(rach.power_ramping_step_db / 2, 3));
  generic.ra_response_window = encode<decltype(generic.ra_response_window)>(response_windows, static_cast<uint16_t>(rach.response_window_slots));
  if (rach.total_preambles < 64) out.total_number_of_ra_preambles = rach.total_preambles;
  asn1::ssb_and_preambles_out(rach, out.ssb_per_rach_occasion_and_cb_preambles_per_ssb.emplace());
  out.ra_contention_resolution_timer = encode<rrc::ContentionResolutionTimer>(contention_timers, rach.contention_resolution_sf);
  if (rach.long_preamble) out.prach_root_sequence_index.set_l839() = rach.root_sequence;
  else out.prach_root_sequence_index.set_l139() = static_cast<std::remove_reference_t<decltype(out.prach_root_sequence_index.set_l139())>>(rach.root_sequence);
  if (!rach.long_preamble) out.msg1_subcarrier_spacing = scs_out(rach.msg1_scs);
  out.restricted_set_config = static_cast<rrc::RestrictedSet>(rach.restricted_set);
  if (rach.msg3_transform_precoding) out.msg3_transform_precoder.emplace();
}
Status rach_in(const rrc::RachConfigCommon& in, RachConfig& rach) {
  const auto& generic = in.rach_config_generic;
  rach.config_index = static_cast<uint8_t>(generic.prach_configuration_index);
  rach.msg1_fdm = static_cast<uint8_t>(1U << std::min(static_cast<unsigned>(generic.msg1_fdm), 3U));
  rach.msg1_frequency_start = static_cast<uint16_t>(generic.msg1_frequency_start);
  rach.zero_correlation_zone = static_cast<uint8_t>(generic.zero_correlation_zone_config);
  rach.received_target_power_dbm = static_cast<int16_t>(generic.preamble_received_target_power);
  rach.preamble_trans_max = decode(preamble_maxima, generic.preamble_trans_max);
  rach.power_ramping_step_db = static_cast<uint8_t>(2 * static_cast<unsigned>(generic.power_ramping_step));
  rach.response_window_slots = static_cast<uint8_t>(decode(response_windows, generic.ra_response_window));
  rach.total_preambles = in.total_number_of_ra_preambles ? static_cast<uint8_t>(*in.total_number_of_ra_preambles) : 64;
  if (!in.ssb_per_rach_occasion_and_cb_preambles_per_ssb) {
    return fail(Fault::missing, "RACH-ConfigCommon.ssb-perRACH-OccasionAndCB-PreamblesPerSSB", "is absent");
  }
  SEN_TRY(asn1::ssb_and_preambles_in(*in.ssb_per_rach_occasion_and_cb_preambles_per_ssb, rach));
  rach.contention_resolution_sf = decode(contention_timers, in.ra_contention_resolution_timer);
  if (const auto* root = in.prach_root_sequence_index.l839()) {
    rach.long_preamble = true;
    rach.root_sequence = static_cast<uint16_t>(*root);
  } else if (const auto* short_root = in.prach_root_sequence_index.l139()) {
    rach.long_preamble = false;
    rach.root_sequence = static_cast<uint16_t>(*short_root);
  }
  if (in.msg1_subcarrier_spacing) {
    SEN_ASSIGN(rach.msg1_scs, scs_in(*in.msg1_subcarrier_spacing, "RACH-ConfigCommon.msg1-SubcarrierSpacing"));
  }
  rach.restricted_set = static_cast<uint8_t>(in.restricted_set_config);
  rach.msg3_transform_precoding = in.msg3_transform_precoder.has_value();
  return {};
}

void uplink_out(const CellConfig& cell, rrc::BwpUplinkCommon& out) {
  bwp_out(cell.initial_ul, out.generic_parameters);
  rach_out(cell.rach, out.rach_config_common.emplace().set_setup());
  auto& pusch = out.pusch_config_common.emplace().set_setup();
  if (!cell.pusch_times.empty()) asn1::times_out(cell.pusch_times, pusch.pusch_time_domain_allocation_list.emplace());
  pusch.msg3_delta_preamble = cell.msg3_delta_preamble;
  pusch.p0_nominal_with_grant = cell.p0_nominal_msg3_dbm;
  auto& pucch = out.pucch_config_common.emplace().set_setup();
  pucch.pucch_resource_common = cell.pucch_resource_common;
  if (cell.pucch_hopping_id) pucch.hopping_id = *cell.pucch_hopping_id;
  pucch.p0_nominal = cell.p0_nominal_pucch_dbm;
}

Status downlink_in(const rrc::BwpDownlinkCommon& in, CellConfig& cell) {
  SEN_TRY(bwp_in(in.generic_parameters, cell.initial_dl));
  const auto* pdcch = in.pdcch_config_common ? in.pdcch_config_common->setup() : nullptr;
  if (!pdcch) return fail(Fault::missing, "BWP-DownlinkCommon.pdcch-ConfigCommon", "is absent");
  if (pdcch->control_resource_set_zero) cell.coreset0_index = static_cast<uint8_t>(*pdcch->control_resource_set_zero);
  if (pdcch->search_space_zero) cell.search_space0_index = static_cast<uint8_t>(*pdcch->search_space_zero);
  cell.common_coresets.clear();
  if (pdcch->common_control_resource_set) {
    SEN_ASSIGN(auto coreset, asn1::coreset_in(*pdcch->common_control_resource_set, cell.l1.pci));
    cell.common_coresets.push_back(coreset);
  }
  cell.common_search_spaces.clear();
  if (pdcch->common_search_space_list) {
    for (const auto& item : *pdcch->common_search_space_list) {
      SEN_ASSIGN(auto space, asn1::search_space_in(item));
      cell.common_search_spaces.push_back(space);
    }
  }
  cell.sib1_search_space = pdcch->search_space_sib1 ? static_cast<uint8_t>(*pdcch->search_space_sib1) : 0;
  if (pdcch->search_space_other_system_information) cell.other_si_search_space = static_cast<uint8_t>(*pdcch->search_space_other_system_information);
  else cell.other_si_search_space.reset();
  cell.paging_search_space = pdcch->paging_search_space ? static_cast<uint8_t>(*pdcch->paging_search_space) : 0;
  cell.ra_search_space = pdcch->ra_search_space ? static_cast<uint8_t>(*pdcch->ra_search_space) : 0;
  cell.pdsch_times.clear();
  const auto* pdsch = in.pdsch_config_common ? in.pdsch_config_common->setup() : nullptr;
  if (pdsch && pdsch->pdsch_time_domain_allocation_list) {
    SEN_TRY(asn1::times_in(*pdsch->pdsch_time_domain_allocation_list, cell.l1.scs, cell.pdsch_times));
  }
  return {};
}

Status uplink_in(const rrc::BwpUplinkCommon& in, CellConfig& cell) {
  SEN_TRY(bwp_in(in.generic_parameters, cell.initial_ul));
  const auto* rach = in.rach_config_common ? in.rach_config_common->setup() : nullptr;
  if (!rach) return fail(Fault::missing, "BWP-UplinkCommon.rach-ConfigCommon", "is absent");
  SEN_TRY(rach_in(*rach, cell.rach));
  cell.pusch_times.clear();
  if (const auto* pusch = in.pusch_config_common ? in.pusch_config_common->setup() : nullptr) {
    if (pusch->pusch_time_domain_allocation_list) SEN_TRY(asn1::times_in(*pusch->pusch_time_domain_allocation_list, cell.l1.scs, cell.pusch_times));
    if (pusch->msg3_delta_preamble) cell.msg3_delta_preamble = static_cast<int8_t>(*pusch->msg3_delta_preamble);
    if (pusch->p0_nominal_with_grant) cell.p0_nominal_msg3_dbm = static_cast<int16_t>(*pusch->p0_nominal_with_grant);
  }
  if (const auto* pucch = in.pucch_config_common ? in.pucch_config_common->setup() : nullptr) {
    cell.pucch_resource_common = pucch->pucch_resource_common ? static_cast<uint8_t>(*pucch->pucch_resource_common) : 0;
    if (pucch->hopping_id) cell.pucch_hopping_id = static_cast<uint16_t>(*pucch->hopping_id);
    if (pucch->p0_nominal) cell.p0_nominal_pucch_dbm = static_cast<int16_t>(*pucch->p0_nominal);
  }
  return {};
}

uint16_t ta_offset_in(const auto& in) { return in ? decode(ta_offsets, *in) : 25600; }

// Frequencies of a carrier from its point A.
void carrier_in(uint32_t point_a_arfcn, const rrc::ScsSpecificCarrier& carrier, uint32_t& centre_arfcn) {
  const auto khz = nr::khz_from_arfcn(point_a_arfcn);
  if (!khz) return;
  const uint64_t centre = nr::centre_khz(static_cast<int64_t>(*khz), static_cast<unsigned>(carrier.carrier_bandwidth),
                                         static_cast<nr::Scs>(carrier.subcarrier_spacing), static_cast<unsigned>(carrier.offset_to_carrier));
  centre_arfcn = nr::arfcn_from_khz(centre).value_or(0);
}

void carrier_out(const CellConfig& cell, rrc::ScsSpecificCarrier& out) {
  out.offset_to_carrier = 0;
  out.subcarrier_spacing = scs_out(cell.l1.scs);
  out.carrier_bandwidth = cell.l1.n_rb;
}

}  // namespace

void to_asn1(const CellConfig& cell, rrc::ServingCellConfigCommonSib& out) {
  auto& downlink = out.downlink_config_common;
  downlink.frequency_info_dl.frequency_band_list.emplace_back().freq_band_indicator_nr = cell.band;
  downlink.frequency_info_dl.offset_to_point_a = cell.offset_to_point_a;
  carrier_out(cell, downlink.frequency_info_dl.scs_specific_carrier_list.emplace_back());
  downlink_out(cell, downlink.initial_downlink_bwp, false);
  downlink.bcch_config.modification_period_coeff = static_cast<decltype(downlink.bcch_config.modification_period_coeff)>(0);
  auto& paging = downlink.pcch_config;
  paging.default_paging_cycle = encode<rrc::PagingCycle>(paging_cycles, cell.paging.default_cycle_frames);
  switch (cell.paging.n_divisor) {
    case 2: paging.n_and_paging_frame_offset.set_half_t() = cell.paging.frame_offset; break;
    case 4: paging.n_and_paging_frame_offset.set_quarter_t() = cell.paging.frame_offset; break;
    case 8: paging.n_and_paging_frame_offset.set_one_eighth_t() = cell.paging.frame_offset; break;
    case 16: paging.n_and_paging_frame_offset.set_one_sixteenth_t() = cell.paging.frame_offset; break;
    default: paging.n_and_paging_frame_offset.set_one_t(); break;
  }
  paging.ns = static_cast<decltype(paging.ns)>(cell.paging.ns == 4 ? 0 : cell.paging.ns == 2 ? 1 : 2);
  auto& uplink = out.uplink_config_common.emplace();
  auto& frequency = uplink.frequency_info_ul;
  if (!cell.tdd) {
    if (cell.l1.ul_point_a_arfcn) frequency.absolute_frequency_point_a = cell.l1.ul_point_a_arfcn;
    frequency.frequency_band_list.emplace().emplace_back().freq_band_indicator_nr = cell.band;
  }
  carrier_out(cell, frequency.scs_specific_carrier_list.emplace_back());
  uplink_out(cell, uplink.initial_uplink_bwp);
  uplink.time_alignment_timer_common = static_cast<rrc::TimeAlignmentTimer>(7);  // infinity
  out.n_timing_advance_offset = encode<rrc::TimingAdvanceOffset>(ta_offsets, cell.n_ta_offset);
  out.ssb_positions_in_burst.in_one_group.value = asn1::reversed(cell.ssb_positions & 0xff, 8);
  out.ssb_periodicity_serving_cell = encode<decltype(out.ssb_periodicity_serving_cell)>(ssb_periods, cell.ssb_period_ms);
  if (cell.tdd) tdd_out(*cell.tdd, out.tdd_ul_dl_configuration_common.emplace());
  out.ss_pbch_block_power = static_cast<decltype(out.ss_pbch_block_power)>(cell.l1.ss_pbch_block_power_dbm);
}

Status from_asn1(const rrc::ServingCellConfigCommonSib& in, CellConfig& cell) {
  const auto& downlink = in.downlink_config_common;
  if (downlink.frequency_info_dl.scs_specific_carrier_list.empty()) return fail(Fault::missing, "scs-SpecificCarrierList", "is empty");
  if (!downlink.frequency_info_dl.frequency_band_list.empty() && downlink.frequency_info_dl.frequency_band_list.front().freq_band_indicator_nr) {
    cell.band = static_cast<uint16_t>(*downlink.frequency_info_dl.frequency_band_list.front().freq_band_indicator_nr);
  }
  const nr::Band* band = nr::find_band(cell.band);
  if (!band) return fail(Fault::unsupported, "FrequencyInfoDL-SIB.frequencyBandList", "band n{} is unknown", cell.band);
  cell.offset_to_point_a = static_cast<uint16_t>(downlink.frequency_info_dl.offset_to_point_a);
  const auto& carrier = downlink.frequency_info_dl.scs_specific_carrier_list.front();
  SEN_ASSIGN(cell.l1.scs, scs_in(carrier.subcarrier_spacing, "SCS-SpecificCarrier.subcarrierSpacing"));
  cell.l1.n_rb = static_cast<uint16_t>(carrier.carrier_bandwidth);
  cell.l1.tdd = in.tdd_ul_dl_configuration_common.has_value();
  const auto ssb = nr::khz_from_arfcn(cell.l1.ssb_arfcn);
  if (!ssb) return fail(Fault::invalid, "SSB", "NR-ARFCN {} does not exist", cell.l1.ssb_arfcn);
  const int64_t below = nr::ssb_ref_khz(0, cell.offset_to_point_a, cell.k_ssb, band->range(), cell.ssb_scs, cell.common_scs);
  cell.l1.dl_point_a_arfcn = nr::arfcn_from_khz(static_cast<uint64_t>(static_cast<int64_t>(*ssb) - below)).value_or(0);
  carrier_in(cell.l1.dl_point_a_arfcn, carrier, cell.l1.dl_arfcn);
  SEN_TRY(downlink_in(downlink.initial_downlink_bwp, cell));
  const auto& paging = downlink.pcch_config;
  cell.paging.default_cycle_frames = decode(paging_cycles, paging.default_paging_cycle);
  cell.paging.n_divisor = 1;
  cell.paging.frame_offset = 0;
  const auto& n = paging.n_and_paging_frame_offset;
  if (const auto* v = n.half_t()) cell.paging.n_divisor = 2, cell.paging.frame_offset = static_cast<uint8_t>(*v);
  if (const auto* v = n.quarter_t()) cell.paging.n_divisor = 4, cell.paging.frame_offset = static_cast<uint8_t>(*v);
  if (const auto* v = n.one_eighth_t()) cell.paging.n_divisor = 8, cell.paging.frame_offset = static_cast<uint8_t>(*v);
  if (const auto* v = n.one_sixteenth_t()) cell.paging.n_divisor = 16, cell.paging.frame_offset = static_cast<uint8_t>(*v);
  cell.paging.ns = static_cast<unsigned>(paging.ns) == 0 ? 4 : static_cast<unsigned>(paging.ns) == 1 ? 2 : 1;
  if (!in.uplink_config_common) return fail(Fault::missing, "ServingCellConfigCommonSIB.uplinkConfigCommon", "is absent");
  const auto& uplink = *in.uplink_config_common;
  cell.l1.ul_point_a_arfcn = uplink.frequency_info_ul.absolute_frequency_point_a ? static_cast<uint32_t>(*uplink.frequency_info_ul.absolute_frequency_point_a)
                                                                                 : cell.l1.dl_point_a_arfcn;
  if (!uplink.frequency_info_ul.scs_specific_carrier_list.empty()) {
    carrier_in(cell.l1.ul_point_a_arfcn, uplink.frequency_info_ul.scs_specific_carrier_list.front(), cell.l1.ul_arfcn);
  }
  SEN_TRY(uplink_in(uplink.initial_uplink_bwp, cell));
  cell.n_ta_offset = ta_offset_in(in.n_timing_advance_offset);
  cell.ssb_positions = asn1::reversed(in.ssb_positions_in_burst.in_one_group.value, 8);
  cell.ssb_period_ms = decode(ssb_periods, in.ssb_periodicity_serving_cell);
  cell.tdd.reset();
  if (in.tdd_ul_dl_configuration_common) {
    SEN_ASSIGN(cell.tdd, tdd_in(*in.tdd_ul_dl_configuration_common));
  }
  cell.l1.ss_pbch_block_power_dbm = static_cast<int>(in.ss_pbch_block_power);
  return {};
}

void to_asn1(const CellConfig& cell, rrc::ServingCellConfigCommon& out) {
  out.phys_cell_id = cell.l1.pci;
  auto& downlink = out.downlink_config_common.emplace();
  auto& frequency = downlink.frequency_info_dl.emplace();
  frequency.absolute_frequency_ssb = cell.l1.ssb_arfcn;
  frequency.frequency_band_list.push_back(cell.band);
  frequency.absolute_frequency_point_a = cell.l1.dl_point_a_arfcn;
  carrier_out(cell, frequency.scs_specific_carrier_list.emplace_back());
  downlink_out(cell, downlink.initial_downlink_bwp.emplace(), true);
  auto& uplink = out.uplink_config_common.emplace();
  auto& up = uplink.frequency_info_ul.emplace();
  if (!cell.tdd) {
    up.frequency_band_list.emplace().push_back(cell.band);
    up.absolute_frequency_point_a = cell.l1.ul_point_a_arfcn;
  }
  carrier_out(cell, up.scs_specific_carrier_list.emplace_back());
  uplink_out(cell, uplink.initial_uplink_bwp.emplace());
  uplink.dummy = static_cast<rrc::TimeAlignmentTimer>(7);
  out.n_timing_advance_offset = encode<rrc::TimingAdvanceOffset>(ta_offsets, cell.n_ta_offset);
  const nr::Band* band = nr::find_band(cell.band);
  const auto ssb_khz = nr::khz_from_arfcn(cell.l1.ssb_arfcn).value_or(0);
  const auto ssb_case = band ? nr::ssb_case(*band, cell.ssb_scs) : std::nullopt;
  const unsigned l_max = ssb_case ? nr::l_max(*ssb_case, ssb_khz, cell.tdd.has_value()) : 4;
  auto& positions = out.ssb_positions_in_burst.emplace();
  if (l_max == 4) positions.set_short_bitmap().value = asn1::reversed(cell.ssb_positions & 0xf, 4);
  else if (l_max == 8) positions.set_medium_bitmap().value = asn1::reversed(cell.ssb_positions & 0xff, 8);
  else positions.set_long_bitmap().value = asn1::reversed(cell.ssb_positions, 64);
  out.ssb_periodicity_serving_cell = encode<rrc::SsbPeriodicity>(ssb_periods, cell.ssb_period_ms);
  out.dmrs_type_a_position = static_cast<rrc::TypeAPosition>(cell.dmrs_type_a_position == 3);
  out.ssb_subcarrier_spacing = scs_out(cell.ssb_scs);
  if (cell.tdd) tdd_out(*cell.tdd, out.tdd_ul_dl_configuration_common.emplace());
  out.ss_pbch_block_power = static_cast<decltype(out.ss_pbch_block_power)>(cell.l1.ss_pbch_block_power_dbm);
}

Result<CellConfig> from_asn1(const rrc::ServingCellConfigCommon& in, const CellConfig& base) {
  CellConfig cell = base;
  if (in.phys_cell_id) cell.l1.pci = static_cast<uint16_t>(*in.phys_cell_id);
  const auto* frequency = in.downlink_config_common && in.downlink_config_common->frequency_info_dl ? &*in.downlink_config_common->frequency_info_dl : nullptr;
  if (frequency) {
    if (frequency->absolute_frequency_ssb) cell.l1.ssb_arfcn = static_cast<uint32_t>(*frequency->absolute_frequency_ssb);
    if (!frequency->frequency_band_list.empty()) cell.band = static_cast<uint16_t>(frequency->frequency_band_list.front());
    cell.l1.dl_point_a_arfcn = static_cast<uint32_t>(frequency->absolute_frequency_point_a);
    if (frequency->scs_specific_carrier_list.empty()) return fail(Fault::missing, "scs-SpecificCarrierList", "is empty");
    const auto& carrier = frequency->scs_specific_carrier_list.front();
    SEN_ASSIGN(cell.l1.scs, scs_in(carrier.subcarrier_spacing, "SCS-SpecificCarrier.subcarrierSpacing"));
    cell.l1.n_rb = static_cast<uint16_t>(carrier.carrier_bandwidth);
    carrier_in(cell.l1.dl_point_a_arfcn, carrier, cell.l1.dl_arfcn);
  }
  const nr::Band* band = nr::find_band(cell.band);
  if (!band) return fail(Fault::unsupported, "FrequencyInfoDL.frequencyBandList", "band n{} is unknown", cell.band);
  if (in.ssb_subcarrier_spacing) {
    SEN_ASSIGN(cell.ssb_scs, scs_in(*in.ssb_subcarrier_spacing, "ssbSubcarrierSpacing"));
  }
  const auto ssb = nr::khz_from_arfcn(cell.l1.ssb_arfcn), point_a = nr::khz_from_arfcn(cell.l1.dl_point_a_arfcn);
  if (!ssb || !point_a) return fail(Fault::invalid, "FrequencyInfoDL", "a frequency that does not exist");
  cell.common_scs = cell.l1.scs;
  const auto offset = nr::ssb_offset(static_cast<int64_t>(*point_a), static_cast<int64_t>(*ssb), band->range(), cell.ssb_scs, cell.common_scs);
  if (!offset) return fail(Fault::invalid, "absoluteFrequencySSB", "the SSB is not on the carrier's grid");
  cell.offset_to_point_a = offset->offset_to_point_a;
  cell.k_ssb = offset->k_ssb;
  if (in.downlink_config_common && in.downlink_config_common->initial_downlink_bwp) {
    SEN_TRY(downlink_in(*in.downlink_config_common->initial_downlink_bwp, cell));
  }
  if (in.uplink_config_common) {
    cell.l1.ul_point_a_arfcn = cell.l1.dl_point_a_arfcn;
    if (const auto* up = in.uplink_config_common->frequency_info_ul ? &*in.uplink_config_common->frequency_info_ul : nullptr) {
      if (up->absolute_frequency_point_a) cell.l1.ul_point_a_arfcn = static_cast<uint32_t>(*up->absolute_frequency_point_a);
      if (!up->scs_specific_carrier_list.empty()) carrier_in(cell.l1.ul_point_a_arfcn, up->scs_specific_carrier_list.front(), cell.l1.ul_arfcn);
    }
    if (in.uplink_config_common->initial_uplink_bwp) SEN_TRY(uplink_in(*in.uplink_config_common->initial_uplink_bwp, cell));
  }
  cell.n_ta_offset = ta_offset_in(in.n_timing_advance_offset);
  if (in.ssb_positions_in_burst) {
    const auto& positions = *in.ssb_positions_in_burst;
    if (const auto* v = positions.short_bitmap()) cell.ssb_positions = asn1::reversed(v->value, 4);
    if (const auto* v = positions.medium_bitmap()) cell.ssb_positions = asn1::reversed(v->value, 8);
    if (const auto* v = positions.long_bitmap()) cell.ssb_positions = asn1::reversed(v->value, 64);
  }
  if (in.ssb_periodicity_serving_cell) cell.ssb_period_ms = decode(ssb_periods, *in.ssb_periodicity_serving_cell);
  cell.dmrs_type_a_position = static_cast<unsigned>(in.dmrs_type_a_position) == 1 ? 3 : 2;
  cell.tdd.reset();
  if (in.tdd_ul_dl_configuration_common) {
    SEN_ASSIGN(cell.tdd, tdd_in(*in.tdd_ul_dl_configuration_common));
  }
  cell.l1.tdd = cell.tdd.has_value();
  cell.l1.ss_pbch_block_power_dbm = static_cast<int>(in.ss_pbch_block_power);
  cell.barred = false;
  return cell;
}

namespace {

// The first band that may have an SSB of this numerology there; SIB1 says which it is.
const nr::Band* band_of_ssb(uint64_t khz, nr::Scs scs) {
  for (const nr::Band& band : nr::bands()) {
    if (band.dl_low_khz <= khz && khz <= band.dl_high_khz && nr::ssb_case(band, scs)) return &band;
  }
  return nullptr;
}

}  // namespace

Status from_mib(const nr::l1_ue::RxSsb& block, CellConfig& cell) {
  const auto khz = nr::khz_from_arfcn(block.arfcn);
  if (!block.mib || !khz) return fail(Fault::missing, "SSB", "without a MIB");
  const auto range = *khz < 7'125'000 ? nr::FrequencyRange::fr1 : nr::FrequencyRange::fr2;
  const auto mib = nr::unpack_mib(*block.mib, range);
  if (!mib) return fail(Fault::unsupported, "BCCH-BCH-Message", "messageClassExtension");
  const nr::Band* band = band_of_ssb(*khz, block.slot.scs());
  if (!band) return fail(Fault::unsupported, "SSB", "no band has one of {} kHz at {} kHz", nr::khz(block.slot.scs()), *khz);
  cell = {};
  cell.band = band->number;
  cell.l1.tdd = band->tdd();
  cell.l1.pci = block.pci;
  cell.l1.ssb_arfcn = block.arfcn;
  cell.l1.scs = block.slot.scs();
  cell.ssb_scs = block.slot.scs();
  cell.common_scs = mib->common_scs;
  cell.l1.scs = mib->common_scs;
  cell.k_ssb = block.k_ssb;
  cell.dmrs_type_a_position = mib->dmrs_type_a_pos;
  cell.coreset0_index = mib->coreset0;
  cell.search_space0_index = mib->search_space0;
  cell.barred = mib->cell_barred || !nr::has_coreset0(block.k_ssb, range);
  cell.intra_frequency_reselection = mib->intra_freq_reselection;
  if (cell.barred) return {};
  // Where point A lies comes with SIB1: until then CORESET 0 begins there, or the SSB where that lies below.
  SEN_ASSIGN(const auto coreset0, nr::coreset0(cell.coreset0_index, cell.ssb_scs, cell.common_scs, nr::minimum_bandwidth_mhz(*band), cell.k_ssb));
  const unsigned units = range == nr::FrequencyRange::fr1 ? nr::mu(cell.common_scs) : nr::mu(cell.common_scs) - 2;
  cell.offset_to_point_a = static_cast<uint16_t>(static_cast<unsigned>(std::max<int>(coreset0.offset_rb, 0)) << units);
  return {};
}

uint32_t mib_bits(const CellConfig& cell) {
  const auto khz = nr::khz_from_arfcn(cell.l1.ssb_arfcn).value_or(0);
  nr::Mib mib;
  mib.sfn = 0;
  mib.common_scs = cell.common_scs;
  mib.ssb_subcarrier_offset = cell.k_ssb & 15;
  mib.dmrs_type_a_pos = cell.dmrs_type_a_position;
  mib.coreset0 = cell.coreset0_index;
  mib.search_space0 = cell.search_space0_index;
  mib.cell_barred = cell.barred;
  mib.intra_freq_reselection = cell.intra_frequency_reselection;
  return nr::pack_mib(mib, khz < 7'125'000 ? nr::FrequencyRange::fr1 : nr::FrequencyRange::fr2);
}

Result<Plmn> plmn_of(const rrc::PlmnIdentity& identity, const Plmn& before) {
  auto number = [](const auto& digits) {
    uint16_t out = 0;
    for (auto digit : digits) out = static_cast<uint16_t>(out * 10 + static_cast<uint16_t>(digit));
    return out;
  };
  if (!identity.mcc && !before.valid()) return fail(Fault::missing, "PLMN-Identity.mcc", "is absent in the first identity");
  if (identity.mnc.size() != 2 && identity.mnc.size() != 3) return fail(Fault::invalid, "PLMN-Identity.mnc", "has {} digits", identity.mnc.size());
  return Plmn(identity.mcc ? number(*identity.mcc) : before.mcc(), number(identity.mnc), static_cast<unsigned>(identity.mnc.size()));
}

namespace {
constexpr std::array<uint32_t, 8> connection_timers{100, 200, 300, 400, 600, 1000, 1500, 2000};
constexpr std::array<uint32_t, 7> t310_values{0, 50, 100, 200, 500, 1000, 2000};
constexpr std::array<uint32_t, 9> dedicated_t310_values{0, 50, 100, 200, 500, 1000, 2000, 4000, 6000};
constexpr std::array<uint32_t, 7> t311_values{1000, 3000, 5000, 10000, 15000, 20000, 30000};
constexpr std::array<unsigned, 8> n310_values{1, 2, 3, 4, 6, 8, 10, 20};
constexpr std::array<unsigned, 8> n311_values{1, 2, 3, 4, 5, 6, 8, 10};
}  // namespace

void to_asn1(const UeTimers& timers, rrc::UeTimersAndConstants& out) {
  out.t300 = encode<decltype(out.t300)>(connection_timers, timers.t300_ms);
  out.t301 = encode<decltype(out.t301)>(connection_timers, timers.t301_ms);
  out.t310 = encode<decltype(out.t310)>(t310_values, timers.t310_ms);
  out.n310 = encode<decltype(out.n310)>(n310_values, timers.n310);
  out.t311 = encode<decltype(out.t311)>(t311_values, timers.t311_ms);
  out.n311 = encode<decltype(out.n311)>(n311_values, timers.n311);
  out.t319 = encode<decltype(out.t319)>(connection_timers, timers.t319_ms);
}

UeTimers from_asn1(const rrc::UeTimersAndConstants& in) {
  return {.t300_ms = decode(connection_timers, in.t300), .t301_ms = decode(connection_timers, in.t301), .t310_ms = decode(t310_values, in.t310),
          .t311_ms = decode(t311_values, in.t311), .t319_ms = decode(connection_timers, in.t319), .n310 = decode(n310_values, in.n310),
          .n311 = decode(n311_values, in.n311)};
}

UeTimers from_asn1(const rrc::RlfTimersAndConstants& in, UeTimers timers) {
  timers.t310_ms = decode(dedicated_t310_values, in.t310);
  timers.n310 = decode(n310_values, in.n310);
  timers.n311 = decode(n311_values, in.n311);
  if (in.t311) timers.t311_ms = decode(t311_values, *in.t311);
  return timers;
}

}  // namespace sen::mac
