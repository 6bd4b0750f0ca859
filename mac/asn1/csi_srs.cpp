#include "mac/asn1/csi_srs.h"

#include <algorithm>

#include "mac/asn1/values.h"

namespace sen::mac::asn1 {
namespace {

constexpr std::array<uint8_t, 8> port_counts{1, 2, 4, 8, 12, 16, 24, 32};
constexpr std::array<uint8_t, 3> srs_counts{1, 2, 4};
constexpr std::array<int8_t, 8> srs_alphas_x10{0, 4, 5, 6, 7, 8, 9, 10};

#define SEN_CSI_REPORT_PERIODS(X) X(4) X(5) X(8) X(10) X(16) X(20) X(40) X(80) X(160) X(320)
#define SEN_CSI_RS_PERIODS(X) X(4) X(5) X(8) X(10) X(16) X(20) X(32) X(40) X(64) X(80) X(160) X(320) X(640)
#define SEN_SRS_PERIODS(X) X(2) X(4) X(5) X(8) X(10) X(16) X(20) X(32) X(40) X(64) X(80) X(160) X(320) X(640) X(1280) X(2560)

template <class T>
void assign(T& target, unsigned value) {
  target = static_cast<T>(value);
}

// --- CSI-RS -------------------------------------------------------------------------------------------------------------------

void mapping_out(const nr::CsiRsResource& r, rrc::CsiRsResourceMapping& out) {
  auto& allocation = out.frequency_domain_allocation;
  if (r.row == 1) allocation.set_row1().value = r.frequency_domain;
  else if (r.row == 2) allocation.set_row2().value = r.frequency_domain;
  else if (r.row == 4) allocation.set_row4().value = r.frequency_domain;
  else allocation.set_other().value = r.frequency_domain;
  out.nrof_ports = encode<decltype(out.nrof_ports)>(port_counts, static_cast<uint8_t>(nr::csi_rs_ports(r.row)));
  assign(out.first_ofdm_symbol_in_time_domain, r.l0);
  if (r.l1) out.first_ofdm_symbol_in_time_domain2 = r.l1;
  assign(out.cdm_type, static_cast<unsigned>(r.cdm));
  switch (r.density) {
    case nr::CsiDensity::half_even: out.density.set_dot5() = static_cast<rrc::CsiRsResourceMappingDensityDot5>(0); break;
    case nr::CsiDensity::half_odd: out.density.set_dot5() = static_cast<rrc::CsiRsResourceMappingDensityDot5>(1); break;
    case nr::CsiDensity::one: out.density.set_one(); break;
    case nr::CsiDensity::three: out.density.set_three(); break;
  }
  assign(out.freq_band.starting_rb, r.start_rb);
  assign(out.freq_band.nrof_rbs, r.n_rb);
}

// "other": the row of TS 38.211 table 7.4.1.5.3-1 that has these ports, this CDM and as many frequencies as bits are set.
uint8_t row_of(unsigned ports, nr::CdmType cdm, uint16_t frequency_domain) {
  for (uint8_t row = 3; row <= 18; ++row) {
    const auto entry = nr::csi_rs_row(row);
    if (row != 4 && entry && entry->ports == ports && entry->cdm == cdm && nr::csi_rs_frequencies(row, frequency_domain)) return row;
  }
  return 0;
}

Result<nr::CsiRsResource> mapping_in(const rrc::CsiRsResourceMapping& in) {
  nr::CsiRsResource out;
  const auto& allocation = in.frequency_domain_allocation;
  out.cdm = static_cast<nr::CdmType>(std::min<unsigned>(static_cast<unsigned>(in.cdm_type), 3));
  const unsigned ports = decode(port_counts, in.nrof_ports);
  if (const auto* row1 = allocation.row1()) {
    out.row = 1, out.frequency_domain = static_cast<uint16_t>(row1->value);
  } else if (const auto* row2 = allocation.row2()) {
    out.row = 2, out.frequency_domain = static_cast<uint16_t>(row2->value);
  } else if (const auto* row4 = allocation.row4()) {
    out.row = 4, out.frequency_domain = static_cast<uint16_t>(row4->value);
  } else if (const auto* other = allocation.other()) {
    out.frequency_domain = static_cast<uint16_t>(other->value);
    out.row = row_of(ports, out.cdm, out.frequency_domain);
  }
  if (!nr::csi_rs_frequencies(out.row, out.frequency_domain)) {
    return fail(Fault::invalid, "CSI-RS-ResourceMapping", "{} ports with frequencyDomainAllocation {:#x} are no row of TS 38.211 table 7.4.1.5.3-1", ports,
                out.frequency_domain);
  }
  out.l0 = static_cast<uint8_t>(in.first_ofdm_symbol_in_time_domain);
  if (in.first_ofdm_symbol_in_time_domain2) out.l1 = static_cast<uint8_t>(*in.first_ofdm_symbol_in_time_domain2);
  if (const auto* half = in.density.dot5()) {
    out.density = static_cast<unsigned>(*half) == 0 ? nr::CsiDensity::half_even : nr::CsiDensity::half_odd;
  } else {
    out.density = in.density.three() ? nr::CsiDensity::three : nr::CsiDensity::one;
  }
  out.start_rb = static_cast<uint16_t>(in.freq_band.starting_rb);
  out.n_rb = static_cast<uint16_t>(in.freq_band.nrof_rbs);
  return out;
}

void period_out(const nr::CsiRsResource& r, rrc::CsiResourcePeriodicityAndOffset& out) {
  switch (r.period_slots) {
#define SEN_CASE(n) case n: assign(out.set_slots##n(), r.offset_slots); break;
    SEN_CSI_RS_PERIODS(SEN_CASE)
#undef SEN_CASE
    default: assign(out.set_slots320(), r.offset_slots % 320U); break;
  }
}
void period_in(const rrc::CsiResourcePeriodicityAndOffset& in, nr::CsiRsResource& r) {
#define SEN_READ(n) if (const auto* v = in.slots##n()) r.period_slots = n, r.offset_slots = static_cast<uint16_t>(*v);
  SEN_CSI_RS_PERIODS(SEN_READ)
#undef SEN_READ
}

template <class List, class Id>
auto* find_in(const List& list, Id id, auto member) {
  using Item = std::remove_reference_t<decltype(list->front())>;
  const Item* found = nullptr;
  if (list) {
    for (const auto& item : *list) {
      if (item.*member == id) found = &item;
    }
  }
  return found;
}

// --- Reports ------------------------------------------------------------------------------------------------------------------

nr::CsiQuantity quantity_in(const rrc::CsiReportConfigReportQuantity& in) {
  using Kind = rrc::CsiReportConfigReportQuantity::Kind;
  switch (in.kind()) {
    case Kind::cri_ri_pmi_cqi: return nr::CsiQuantity::cri_ri_pmi_cqi;
    case Kind::cri_ri_cqi: return nr::CsiQuantity::cri_ri_cqi;
    case Kind::cri_ri_li_pmi_cqi: return nr::CsiQuantity::cri_ri_li_pmi_cqi;
    case Kind::cri_rsrp: return nr::CsiQuantity::cri_rsrp;
    case Kind::ssb_index_rsrp: return nr::CsiQuantity::ssb_rsrp;
    default: return nr::CsiQuantity::none;
  }
}

void slots_in(const rrc::CsiReportPeriodicityAndOffset& in, CsiReportConfig& out) {
#define SEN_READ(n) if (const auto* v = in.slots##n()) out.period_slots = n, out.offset_slots = static_cast<uint16_t>(*v);
  SEN_CSI_REPORT_PERIODS(SEN_READ)
#undef SEN_READ
}

Status codebook_in(const rrc::CodebookConfig& in, CsiReportConfig& out) {
  const auto* type1 = in.codebook_type.type1();
  const auto* panel = type1 ? type1->sub_type.type_i_single_panel() : nullptr;
  if (!panel) return fail(Fault::unsupported, "CodebookConfig", "is not type I single-panel");
  out.codebook_mode = static_cast<uint8_t>(type1->codebook_mode);
  out.ri_restriction = static_cast<uint8_t>(panel->type_i_single_panel_ri_restriction.value);
  return {};
}

// The resources that a report measures, and what it is.
class Reports {
 public:
  Reports(const rrc::CsiMeasConfig& in, const UeConfig& known) : in_(in), known_(known) {}

  Result<std::optional<CsiReportConfig>> report(const rrc::CsiReportConfig& in) const {
    CsiReportConfig out;
    out.id = static_cast<uint8_t>(in.report_config_id);
    out.quantity = quantity_in(in.report_quantity);
    if (out.quantity == nr::CsiQuantity::none) {
      if (in.report_quantity.none_()) return std::optional<CsiReportConfig>();
      return fail(Fault::unsupported, "CSI-ReportConfig.reportQuantity", "of report {} is not served", out.id);
    }
    if (const auto& frequency = in.report_freq_configuration) {
      const bool subband = (frequency->cqi_format_indicator && static_cast<unsigned>(*frequency->cqi_format_indicator) == 1) ||
                           (frequency->pmi_format_indicator && static_cast<unsigned>(*frequency->pmi_format_indicator) == 1);
      if (subband) return fail(Fault::unsupported, "CSI-ReportConfig.reportFreqConfiguration", "subband reports are not served");
    }
    out.cqi_table = in.cqi_table ? static_cast<uint8_t>(std::min(static_cast<unsigned>(*in.cqi_table) + 1, 3U)) : uint8_t{1};
    if (in.codebook_config) SEN_TRY(codebook_in(*in.codebook_config, out));
    if (const auto* disabled = in.group_based_beam_reporting.disabled(); disabled && disabled->nrof_reported_rs)
      out.n_reported = static_cast<uint8_t>(static_cast<unsigned>(*disabled->nrof_reported_rs) + 1);
    SEN_TRY(channel(in.resources_for_channel_measurement, out));
    return std::optional(out);
  }

 private:
  // Its first resource is measured; how many there are decides the width of the resource indicator.
  Status channel(unsigned config_id, CsiReportConfig& out) const {
    const auto* config = find_in(in_.csi_resource_config_to_add_mod_list, config_id, &rrc::CsiResourceConfig::csi_resource_config_id);
    if (!config) {
      if (known_.csi && known_.csi->id == out.id) {
        out.csi_rs = known_.csi->csi_rs, out.n_resources = known_.csi->n_resources, out.power_offset_db = known_.csi->power_offset_db;
        return {};
      }
      return fail(Fault::not_found, "CSI-ReportConfig.resourcesForChannelMeasurement", "names CSI-ResourceConfig {}, which is not configured", config_id);
    }
    const auto* sets = config->csi_rs_resource_set_list.nzp_csi_rs_ssb();
    if (!sets) return fail(Fault::invalid, "CSI-ResourceConfig", "{} has nothing to measure a channel on", config_id);
    if (!sets->nzp_csi_rs_resource_set_list || sets->nzp_csi_rs_resource_set_list->empty()) {
      if (out.quantity != nr::CsiQuantity::ssb_rsrp || !sets->csi_ssb_resource_set_list || sets->csi_ssb_resource_set_list->empty())
        return fail(Fault::invalid, "CSI-ResourceConfig", "{} has nothing to measure a channel on", config_id);
      const auto* blocks = find_in(in_.csi_ssb_resource_set_to_add_mod_list, sets->csi_ssb_resource_set_list->front(),
                                   &rrc::CsiSsbResourceSet::csi_ssb_resource_set_id);
      if (blocks) out.n_resources = static_cast<uint8_t>(std::max<size_t>(blocks->csi_ssb_resource_list.size(), 1));
      return {};
    }
    const auto* set = find_in(in_.nzp_csi_rs_resource_set_to_add_mod_list, sets->nzp_csi_rs_resource_set_list->front(),
                              &rrc::NzpCsiRsResourceSet::nzp_csi_resource_set_id);
    if (!set || set->nzp_csi_rs_resources.empty())
      return fail(Fault::not_found, "CSI-ResourceConfig", "names resource set {}, which is not configured", sets->nzp_csi_rs_resource_set_list->front());
    out.n_resources = static_cast<uint8_t>(set->nzp_csi_rs_resources.size());
    const auto* resource =
        find_in(in_.nzp_csi_rs_resource_to_add_mod_list, set->nzp_csi_rs_resources.front(), &rrc::NzpCsiRsResource::nzp_csi_rs_resource_id);
    if (!resource) return fail(Fault::not_found, "NZP-CSI-RS-ResourceSet", "names resource {}, which is not configured", set->nzp_csi_rs_resources.front());
    SEN_ASSIGN(out.csi_rs, mapping_in(resource->resource_mapping));
    out.csi_rs.id = static_cast<uint8_t>(resource->nzp_csi_rs_resource_id);
    out.csi_rs.scrambling_id = static_cast<uint16_t>(resource->scrambling_id);
    out.power_offset_db = static_cast<int8_t>(resource->power_control_offset);
    if (resource->periodicity_and_offset) period_in(*resource->periodicity_and_offset, out.csi_rs);
    else out.csi_rs.period_slots = 0;
    const unsigned ports = out.ports();
    const bool quality = out.quantity != nr::CsiQuantity::cri_rsrp;
    if (quality && ports != 1 && ports != 2 && ports != 4)
      return fail(Fault::unsupported, "NZP-CSI-RS-Resource.nrofPorts", "{} in a report of PMI (1, 2, 4)", ports);
    return {};
  }

  const rrc::CsiMeasConfig& in_;
  const UeConfig& known_;
};

Status triggers_in(const rrc::CsiMeasConfig& in, const Reports& reports, UeConfig& config) {
  if (in.report_trigger_size) config.csi_request_bits = static_cast<uint8_t>(*in.report_trigger_size);
  const auto* states = in.aperiodic_trigger_state_list ? in.aperiodic_trigger_state_list->setup() : nullptr;
  if (!states) return {};
  config.csi_triggers.clear();
  for (const auto& state : *states) {
    auto& list = config.csi_triggers.emplace_back();
    for (const auto& info : state.associated_report_config_info_list) {
      const auto* report = find_in(in.csi_report_config_to_add_mod_list, info.report_config_id, &rrc::CsiReportConfig::report_config_id);
      const auto* aperiodic = report ? report->report_config_type.aperiodic() : nullptr;
      if (!aperiodic) continue;
      SEN_ASSIGN(auto made, reports.report(*report));
      if (!made) continue;
      made->period_slots = 0;
      list.push_back(*made);
    }
  }
  return {};
}

// What is sent periodically, whether it is reported or tracked.
Status periodic_in(const rrc::CsiMeasConfig& in, UeConfig& config) {
  if (!in.nzp_csi_rs_resource_to_add_mod_list) return {};
  auto semi_persistent = [&](unsigned id) {
    if (!in.csi_resource_config_to_add_mod_list) return false;
    for (const auto& resources : *in.csi_resource_config_to_add_mod_list) {
      const auto* sets = resources.csi_rs_resource_set_list.nzp_csi_rs_ssb();
      if (!sets || !sets->nzp_csi_rs_resource_set_list || static_cast<unsigned>(resources.resource_type) != 1) continue;
      for (auto set_id : *sets->nzp_csi_rs_resource_set_list) {
        const auto* set = find_in(in.nzp_csi_rs_resource_set_to_add_mod_list, set_id, &rrc::NzpCsiRsResourceSet::nzp_csi_resource_set_id);
        if (set && std::ranges::find(set->nzp_csi_rs_resources, id) != set->nzp_csi_rs_resources.end()) return true;
      }
    }
    return false;
  };
  for (const auto& resource : *in.nzp_csi_rs_resource_to_add_mod_list) {
    const auto id = static_cast<uint8_t>(resource.nzp_csi_rs_resource_id);
    std::erase_if(config.nzp_csi_rs, [&](const nr::CsiRsResource& r) { return r.id == id; });
    if (!resource.periodicity_and_offset || semi_persistent(id)) continue;
    SEN_ASSIGN(auto made, mapping_in(resource.resource_mapping));
    made.id = id;
    made.scrambling_id = static_cast<uint16_t>(resource.scrambling_id);
    period_in(*resource.periodicity_and_offset, made);
    config.nzp_csi_rs.push_back(made);
  }
  return {};
}

}  // namespace

void csi_out(const UeConfig& now, rrc::CsiMeasConfig& out) {
  const CsiReportConfig& csi = *now.csi;
  std::vector<nr::CsiRsResource> sent = now.nzp_csi_rs;
  if (std::ranges::find(sent, csi.csi_rs.id, &nr::CsiRsResource::id) == sent.end()) sent.push_back(csi.csi_rs);
  auto& list = out.nzp_csi_rs_resource_to_add_mod_list.emplace();
  for (const auto& resource : sent) {
    auto& rs = list.emplace_back();
    assign(rs.nzp_csi_rs_resource_id, resource.id);
    mapping_out(resource, rs.resource_mapping);
    rs.power_control_offset = csi.power_offset_db;
    assign(rs.scrambling_id, resource.scrambling_id);
    period_out(resource, rs.periodicity_and_offset.emplace());
  }
  auto& set = out.nzp_csi_rs_resource_set_to_add_mod_list.emplace().emplace_back();
  assign(set.nzp_csi_resource_set_id, 0);
  set.nzp_csi_rs_resources.push_back(csi.csi_rs.id);
  auto& resource = out.csi_resource_config_to_add_mod_list.emplace().emplace_back();
  assign(resource.csi_resource_config_id, 0);
  resource.csi_rs_resource_set_list.set_nzp_csi_rs_ssb().nzp_csi_rs_resource_set_list.emplace().push_back(0);
  assign(resource.bwp_id, now.bwp_id);
  resource.resource_type = static_cast<decltype(resource.resource_type)>(2);  // periodic
  auto& report = out.csi_report_config_to_add_mod_list.emplace().emplace_back();
  assign(report.report_config_id, csi.id);
  assign(report.resources_for_channel_measurement, 0);
  auto& periodic = csi.semi_persistent ? report.report_config_type.set_semi_persistent_on_pucch() : report.report_config_type.set_periodic();
  switch (csi.period_slots) {
#define SEN_CASE(n) case n: assign(periodic.report_slot_config.set_slots##n(), csi.offset_slots); break;
    SEN_CSI_REPORT_PERIODS(SEN_CASE)
#undef SEN_CASE
    default: assign(periodic.report_slot_config.set_slots320(), csi.offset_slots % 320U); break;
  }
  auto& pucch = periodic.pucch_csi_resource_list.emplace_back();
  assign(pucch.uplink_bandwidth_part_id, now.bwp_id);
  assign(pucch.pucch_resource, csi.resource);
  report.report_quantity.set_cri_ri_pmi_cqi();
  auto& frequency = report.report_freq_configuration.emplace();
  auto& cqi_format = frequency.cqi_format_indicator.emplace();
  cqi_format = static_cast<std::remove_reference_t<decltype(cqi_format)>>(0);
  auto& pmi_format = frequency.pmi_format_indicator.emplace();
  pmi_format = static_cast<std::remove_reference_t<decltype(pmi_format)>>(0);
  report.time_restriction_for_channel_measurements = static_cast<rrc::TimeRestriction>(1);
  report.time_restriction_for_interference_measurements = static_cast<rrc::TimeRestriction>(1);
  if (csi.ports() == 2 || csi.ports() == 4) {
    auto& type1 = report.codebook_config.emplace().codebook_type.set_type1();
    auto& panel = type1.sub_type.set_type_i_single_panel();
    if (csi.ports() == 2) panel.nr_of_antenna_ports.set_two().two_tx_codebook_subset_restriction.value = 0x3f;
    else panel.nr_of_antenna_ports.set_more_than_two().n1_n2.set_two_one_type_i_single_panel_restriction().value = 0xff;
    panel.type_i_single_panel_ri_restriction.value = csi.ri_restriction;
    type1.codebook_mode = csi.codebook_mode;
  }
  report.group_based_beam_reporting.set_disabled();
  auto& table = report.cqi_table.emplace();
  table = static_cast<std::remove_reference_t<decltype(table)>>(csi.cqi_table - 1);
  report.subband_size = static_cast<decltype(report.subband_size)>(0);
}

Status csi_in(const rrc::CsiMeasConfig& in, UeConfig& config) {
  if (in.nzp_csi_rs_resource_to_release_list) {
    for (auto id : *in.nzp_csi_rs_resource_to_release_list) std::erase_if(config.nzp_csi_rs, [&](const nr::CsiRsResource& r) { return r.id == id; });
  }
  if (in.csi_report_config_to_release_list) {
    for (auto id : *in.csi_report_config_to_release_list) {
      if (config.csi && config.csi->id == id) config.csi.reset();
    }
  }
  SEN_TRY(periodic_in(in, config));
  const Reports reports(in, config);
  SEN_TRY(triggers_in(in, reports, config));
  if (!in.csi_report_config_to_add_mod_list) return {};
  std::optional<CsiReportConfig> chosen;
  for (const auto& report : *in.csi_report_config_to_add_mod_list) {
    const auto* periodic = report.report_config_type.periodic();
    const auto* commanded = report.report_config_type.semi_persistent_on_pucch();
    const auto* on_pucch = periodic ? periodic : commanded;
    if (!on_pucch || on_pucch->pucch_csi_resource_list.empty()) continue;
    SEN_ASSIGN(auto made, reports.report(report));
    if (!made) continue;
    made->semi_persistent = !periodic;
    slots_in(on_pucch->report_slot_config, *made);
    made->resource = static_cast<uint8_t>(on_pucch->pucch_csi_resource_list.front().pucch_resource);
    // Of several the one with channel quality: that is what keeps the connection fast.
    const bool rsrp = made->quantity == nr::CsiQuantity::cri_rsrp || made->quantity == nr::CsiQuantity::ssb_rsrp;
    if (!chosen || (!rsrp && (chosen->semi_persistent || chosen->quantity == nr::CsiQuantity::cri_rsrp || chosen->quantity == nr::CsiQuantity::ssb_rsrp)))
      chosen = made;
  }
  if (chosen) config.csi = chosen;
  return {};
}

Status zero_power_in(const rrc::PdschConfig& in, UeConfig& config) {
  if (in.aperiodic_zp_csi_rs_resource_sets_to_add_mod_list)
    return fail(Fault::unsupported, "PDSCH-Config.aperiodic-ZP-CSI-RS-ResourceSetsToAddModList", "is not served");
  const auto* set = in.p_zp_csi_rs_resource_set ? in.p_zp_csi_rs_resource_set->setup() : nullptr;
  if (in.p_zp_csi_rs_resource_set) config.zp_csi_rs.clear();
  if (!set || !in.zp_csi_rs_resource_to_add_mod_list) return {};
  for (const auto& resource : *in.zp_csi_rs_resource_to_add_mod_list) {
    const bool used = std::ranges::find(set->zp_csi_rs_resource_id_list, resource.zp_csi_rs_resource_id) != set->zp_csi_rs_resource_id_list.end();
    if (!used || !resource.periodicity_and_offset) continue;
    SEN_ASSIGN(auto made, mapping_in(resource.resource_mapping));
    made.id = static_cast<uint8_t>(resource.zp_csi_rs_resource_id);
    period_in(*resource.periodicity_and_offset, made);
    config.zp_csi_rs.push_back(made);
  }
  return {};
}

// --- SRS ----------------------------------------------------------------------------------------------------------------------

void srs_out(const SrsConfig& srs, rrc::SrsConfig& out) {
  auto& set = out.srs_resource_set_to_add_mod_list.emplace().emplace_back();
  assign(set.srs_resource_set_id, 0);
  set.srs_resource_id_list.emplace().push_back(0);
  set.usage = rrc::SrsResourceSetUsage::codebook;
  set.alpha = encode<rrc::Alpha>(srs_alphas_x10, srs.alpha_x10);
  set.p0 = srs.p0_dbm;
  auto& resource = out.srs_resource_to_add_mod_list.emplace().emplace_back();
  assign(resource.srs_resource_id, 0);
  resource.nrof_srs_ports = encode<rrc::SrsResourceNrofSrsPorts>(srs_counts, srs.ports);
  if (srs.comb == 4) {
    auto& comb = resource.transmission_comb.set_n4();
    comb.comb_offset_n4 = srs.comb_offset, comb.cyclic_shift_n4 = srs.cyclic_shift;
  } else {
    auto& comb = resource.transmission_comb.set_n2();
    comb.comb_offset_n2 = srs.comb_offset, comb.cyclic_shift_n2 = srs.cyclic_shift;
  }
  assign(resource.resource_mapping.start_position, 13U - srs.start_symbol);
  resource.resource_mapping.nrof_symbols = encode<rrc::SrsResourceResourceMappingNrofSymbols>(srs_counts, srs.symbols);
  resource.resource_mapping.repetition_factor = encode<rrc::SrsResourceResourceMappingRepetitionFactor>(srs_counts, srs.repetitions);
  assign(resource.freq_domain_position, srs.freq_position);
  assign(resource.freq_domain_shift, srs.freq_shift);
  resource.freq_hopping.c_srs = srs.c_srs, resource.freq_hopping.b_srs = srs.b_srs, resource.freq_hopping.b_hop = srs.b_hop;
  assign(resource.group_or_sequence_hopping, srs.hopping);
  assign(resource.sequence_id, srs.sequence_id);
  if (srs.period_slots == 0) {
    auto& aperiodic = set.resource_type.set_aperiodic();
    assign(aperiodic.aperiodic_srs_resource_trigger, std::max<uint8_t>(srs.trigger, 1));
    if (srs.slot_offset) aperiodic.slot_offset = srs.slot_offset;
    resource.resource_type.set_aperiodic();
    return;
  }
  set.resource_type.set_periodic();
  auto& period = resource.resource_type.set_periodic().periodicity_and_offset_p;
  switch (srs.period_slots) {
#define SEN_CASE(n) case n: assign(period.set_sl##n(), srs.offset_slots); break;
    SEN_SRS_PERIODS(SEN_CASE)
#undef SEN_CASE
    default: period.set_sl1(); break;
  }
}

Status srs_in(const rrc::SrsConfig& in, UeConfig& config) {
  if (!in.srs_resource_set_to_add_mod_list) return {};
  for (const auto& set : *in.srs_resource_set_to_add_mod_list) {
    if (set.usage != rrc::SrsResourceSetUsage::codebook || !set.srs_resource_id_list || set.srs_resource_id_list->empty()) continue;
    const auto* resource = find_in(in.srs_resource_to_add_mod_list, set.srs_resource_id_list->front(), &rrc::SrsResource::srs_resource_id);
    if (!resource) return fail(Fault::not_found, "SRS-ResourceSet", "names resource {}, which is not configured", set.srs_resource_id_list->front());
    config.srs_resources = static_cast<uint8_t>(set.srs_resource_id_list->size());
    SrsConfig srs;
    srs.ports = decode(srs_counts, resource->nrof_srs_ports);
    if (const auto* n4 = resource->transmission_comb.n4()) {
      srs.comb = 4, srs.comb_offset = n4->comb_offset_n4, srs.cyclic_shift = n4->cyclic_shift_n4;
    } else if (const auto* n2 = resource->transmission_comb.n2()) {
      srs.comb = 2, srs.comb_offset = n2->comb_offset_n2, srs.cyclic_shift = n2->cyclic_shift_n2;
    }
    srs.start_symbol = static_cast<uint8_t>(13U - std::min<unsigned>(resource->resource_mapping.start_position, 5));
    srs.symbols = decode(srs_counts, resource->resource_mapping.nrof_symbols);
    srs.repetitions = decode(srs_counts, resource->resource_mapping.repetition_factor);
    srs.freq_position = static_cast<uint8_t>(resource->freq_domain_position);
    srs.freq_shift = static_cast<uint16_t>(resource->freq_domain_shift);
    srs.c_srs = resource->freq_hopping.c_srs, srs.b_srs = resource->freq_hopping.b_srs, srs.b_hop = resource->freq_hopping.b_hop;
    srs.hopping = static_cast<uint8_t>(std::min<unsigned>(static_cast<unsigned>(resource->group_or_sequence_hopping), 2));
    srs.sequence_id = static_cast<uint16_t>(resource->sequence_id);
    srs.alpha_x10 = set.alpha ? decode(srs_alphas_x10, *set.alpha) : int8_t{10};
    if (set.p0) srs.p0_dbm = static_cast<int16_t>(*set.p0);
    if (const auto* aperiodic = set.resource_type.aperiodic()) {
      srs.trigger = static_cast<uint8_t>(aperiodic->aperiodic_srs_resource_trigger);
      srs.slot_offset = aperiodic->slot_offset ? static_cast<uint8_t>(*aperiodic->slot_offset) : uint8_t{0};
    } else if (const auto* periodic = resource->resource_type.periodic()) {
      srs.period_slots = 1;
#define SEN_READ(n) if (const auto* v = periodic->periodicity_and_offset_p.sl##n()) srs.period_slots = n, srs.offset_slots = static_cast<uint16_t>(*v);
      SEN_SRS_PERIODS(SEN_READ)
#undef SEN_READ
    } else {
      return fail(Fault::unsupported, "SRS-ResourceSet.resourceType", "semi-persistent sounding is not served");
    }
    config.srs = srs;
    return {};
  }
  return {};
}

}  // namespace sen::mac::asn1
