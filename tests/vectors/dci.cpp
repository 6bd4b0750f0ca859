// Block "dci": sizes after the alignment of TS 38.212 7.3.1.0, field widths, and packed messages of every format.
#include "nr/dci.h"

#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

using namespace nr;

std::optional<DmrsType> dmrs_type(const Case& c, const char* name) {
  if (!c.has(name)) return std::nullopt;
  auto type = c.integer(name);
  if (type != 1 && type != 2) c.error(name, "is neither 1 nor 2");
  return static_cast<DmrsType>(type);
}

uint8_t length(const Case& c, const char* name) { return c.has(name) ? c.integer<uint8_t>(name) : 1; }

Dci01Config config_01(const Case& r) {
  Dci01Config u;
  u.n_rbg = r.integer<uint8_t>("n_ul_rbg");
  u.cross_carrier = r.flag("crossCarrierScheduling");
  u.n_ul_bwp_rrc = r.integer<uint8_t>("n_ul_bwp_rrc");
  u.n_time_entries = r.integer<uint8_t>("n_ul_time_domain_entries");
  u.harq_bits = r.integer<uint8_t>("ul_harq_process_number_bits");
  u.frequency_hopping = r.flag("pusch_frequencyHopping");
  u.transform_precoding = r.flag("transformPrecoder_enabled");
  u.resource_type0 = r.text("pusch_resourceAllocation") == "type0";
  u.dynamic_switch = r.text("pusch_resourceAllocation") == "dynamicSwitch";
  u.dynamic_harq_codebook = r.text("pdsch_HARQ_ACK_Codebook") == "dynamic";
  u.two_harq_subcodebooks = r.flag("two_HARQ_ACK_sub_codebooks");
  u.codebook = r.text("txConfig") == "codebook";
  u.n_srs_ports = r.integer<uint8_t>("n_srs_ports");
  u.n_srs_resources = r.integer<uint8_t>("n_srs_resources");
  u.max_rank = r.integer<uint8_t>("maxRank");
  u.pusch_max_layers = r.integer<uint8_t>("pusch_maxLayers");
  auto subset = r.text("codebookSubset");
  u.subset = subset == "non-coherent"               ? Dci01Config::Subset::non_coherent
             : subset == "partial-and-non-coherent" ? Dci01Config::Subset::partial
                                                    : Dci01Config::Subset::full;
  u.dmrs_a = dmrs_type(r, "pusch_dmrs_A_type");
  u.dmrs_b = dmrs_type(r, "pusch_dmrs_B_type");
  u.dmrs_a_max_length = length(r, "pusch_dmrs_A_maxLength");
  u.dmrs_b_max_length = length(r, "pusch_dmrs_B_maxLength");
  u.report_trigger_size = r.integer<uint8_t>("reportTriggerSize");
  u.max_cbg = r.integer<uint8_t>("pusch_maxCBG");
  u.ptrs = r.flag("phaseTrackingRS_ul");
  u.dynamic_beta = r.flag("dynamic_betaOffsets");
  return u;
}

Dci11Config config_11(const Case& r) {
  Dci11Config d;
  d.n_rbg = r.integer<uint8_t>("n_dl_rbg");
  d.cross_carrier = r.flag("crossCarrierScheduling");
  d.n_dl_bwp_rrc = r.integer<uint8_t>("n_dl_bwp_rrc");
  d.n_time_entries = r.integer<uint8_t>("n_dl_time_domain_entries");
  d.harq_bits = r.integer<uint8_t>("dl_harq_process_number_bits");
  d.resource_type0 = r.text("pdsch_resourceAllocation") == "type0";
  d.dynamic_switch = r.text("pdsch_resourceAllocation") == "dynamicSwitch";
  d.interleaver = r.flag("vrb_ToPRB_Interleaver_configured");
  d.dynamic_prb_bundling = r.flag("dynamic_prb_BundlingType");
  d.rate_match_group1 = r.flag("rateMatchPatternGroup1");
  d.rate_match_group2 = r.flag("rateMatchPatternGroup2");
  d.n_zp_csi_sets = r.integer<uint8_t>("n_aperiodic_zp_csi_rs_sets");
  d.two_codewords = r.flag("two_codewords");
  d.dynamic_harq_codebook = r.text("pdsch_HARQ_ACK_Codebook") == "dynamic";
  d.several_cells = r.flag("multiple_serving_cells");
  d.n_k1 = r.integer<uint8_t>("n_dl_DataToUL_ACK");
  d.dmrs_a = dmrs_type(r, "pdsch_dmrs_A_type");
  d.dmrs_b = dmrs_type(r, "pdsch_dmrs_B_type");
  d.dmrs_a_max_length = length(r, "pdsch_dmrs_A_maxLength");
  d.dmrs_b_max_length = length(r, "pdsch_dmrs_B_maxLength");
  d.tci = r.flag("tci_PresentInDCI");
  d.max_cbg = r.integer<uint8_t>("pdsch_maxCBG");
  d.cbg_flush = r.flag("codeBlockGroupFlushIndicator");
  return d;
}

DciConfig config_of(const Case& r) {
  DciConfig c;
  c.coreset0_rb = r.integer<uint16_t>("coreset0_rb_0_if_not_configured");
  c.initial_dl_rb = r.integer<uint16_t>("dl_bwp_initial_rb");
  c.initial_ul_rb = r.integer<uint16_t>("ul_bwp_initial_rb");
  c.active_dl_rb = r.integer<uint16_t>("dl_bwp_active_rb");
  c.active_ul_rb = r.integer<uint16_t>("ul_bwp_active_rb");
  c.uss_fallback = r.flag("monitors_0_0_1_0_in_uss");
  c.uss_dedicated = r.flag("monitors_0_1_1_1_in_uss");
  c.keep_step2_padding = true;  // the vectors' origin does
  if (!c.uss_dedicated) return c;
  c.dci01 = config_01(r);
  c.dci11 = config_11(r);
  return c;
}

// The values of a message: absent ones (null, or a field that the format lacks) are zero.
class Fields {
 public:
  explicit Fields(const Case& c) : c_(c) {}
  template <class T = uint8_t>
  T get(const char* name) const {
    return c_.has(name) ? c_.integer<T>(name) : T{};
  }
  bool flag(const char* name) const { return c_.has(name) && c_.flag(name); }
  // The whole frequency field: dynamic-allocation bit, hopping bits, resource.
  uint32_t frequency(unsigned width) const {
    auto hop = get("N_ul_hop");
    auto value = get<uint32_t>("frequency_resource"), offset = get<uint32_t>("hopping_offset");
    if (hop != 0 && hop <= width) value |= offset << (width - hop);
    if (c_.has("dynamic_resource_allocation") && c_.text("dynamic_resource_allocation") == "1") value |= 1u << (width - 1);
    return value;
  }

 private:
  const Case& c_;
};

Dci00 dci_00(const Fields& f, unsigned width) {
  return {.frequency = f.frequency(width),
          .time = f.get("time_resource"),
          .hopping = f.flag("frequency_hopping_flag"),
          .mcs = f.get("modulation_coding_scheme"),
          .new_data = f.flag("new_data_indicator"),
          .rv = f.get("redundancy_version"),
          .harq_id = f.get("harq_process_number"),
          .tpc = f.get("tpc_command")};
}
Dci10 dci_10(const Fields& f) {
  return {.frequency = f.get<uint32_t>("frequency_resource"),
          .time = f.get("time_resource"),
          .interleaved = f.flag("interleaved_vrb_prb_mapping"),
          .mcs = f.get("modulation_coding_scheme"),
          .new_data = f.flag("new_data_indicator"),
          .rv = f.get("redundancy_version"),
          .harq_id = f.get("harq_process_number"),
          .dai = f.get("dl_assignment_index"),
          .tpc = f.get("tpc_command"),
          .pucch_resource = f.get("pucch_resource_indicator"),
          .k1 = f.get("pdsch_harq_fb_timing_indicator")};
}
Dci01 dci_01(const Fields& f, unsigned width) {
  Dci01 d;
  d.carrier = f.get("carrier_indicator");
  d.bwp = f.get("bwp_indicator");
  d.frequency = f.frequency(width);
  d.time = f.get("time_resource");
  d.hopping = f.flag("frequency_hopping_flag");
  d.mcs = f.get("modulation_coding_scheme");
  d.new_data = f.flag("new_data_indicator");
  d.rv = f.get("redundancy_version");
  d.harq_id = f.get("harq_process_number");
  d.dai1 = f.get("first_dl_assignment_index");
  d.dai2 = f.get("second_dl_assignment_index");
  d.tpc = f.get("tpc_command");
  d.srs_resource = f.get("srs_resource_indicator");
  d.precoding = f.get("precoding_info_nof_layers");
  d.antenna_ports = f.get("antenna_ports");
  d.srs_request = f.get("srs_request");
  d.csi_request = f.get("csi_request");
  d.cbg = f.get("cbg_transmission_info");
  d.ptrs_dmrs = f.get("ptrs_dmrs_association");
  d.beta_offset = f.get("beta_offset_indicator");
  d.dmrs_seq = f.flag("dmrs_seq_initialization");
  d.ul_sch = f.flag("ul_sch_indicator");
  return d;
}
Dci11 dci_11(const Fields& f, unsigned width) {
  Dci11 d;
  d.carrier = f.get("carrier_indicator");
  d.bwp = f.get("bwp_indicator");
  d.frequency = f.frequency(width);
  d.time = f.get("time_resource");
  d.interleaved = f.flag("vrb_prb_mapping");
  d.prb_bundling = f.get("prb_bundling_size_indicator");
  d.rate_matching = f.get("rate_matching_indicator");
  d.zp_csi = f.get("zp_csi_rs_trigger");
  d.mcs = f.get("tb1_modulation_coding_scheme");
  d.new_data = f.flag("tb1_new_data_indicator");
  d.rv = f.get("tb1_redundancy_version");
  d.mcs2 = f.get("tb2_modulation_coding_scheme");
  d.new_data2 = f.flag("tb2_new_data_indicator");
  d.rv2 = f.get("tb2_redundancy_version");
  d.harq_id = f.get("harq_process_number");
  d.dai = f.get("downlink_assignment_index");
  d.tpc = f.get("tpc_command");
  d.pucch_resource = f.get("pucch_resource_indicator");
  d.k1 = f.get("pdsch_harq_fb_timing_indicator");
  d.antenna_ports = f.get("antenna_ports");
  d.tci = f.get("tx_config_indication");
  d.srs_request = f.get("srs_request");
  d.cbg = f.get("cbg_transmission_info");
  d.cbg_flush = f.flag("cbg_flushing_info");
  d.dmrs_seq = f.flag("dmrs_seq_initialization");
  return d;
}

std::string text_of(const Result<DciBits>& bits) { return bits ? bits->text() : bits.error().describe(); }

// Packs to the vector's bits; these unpack to what packs to them again.
template <class Message, class Widths, class Unpack>
void both_ways(const Case& m, Outcome& o, const Message& message, const Widths& widths, Unpack unpack) {
  auto bits = m.text("bits");
  o.equal(m.text("format") + " bits", text_of(pack(message, widths)), bits);
  auto theirs = DciBits::parse(bits);
  if (!o.holds("bits are at most 140 of 0 and 1", theirs.has_value())) return;
  auto back = unpack(*theirs, widths);
  if (o.ok("unpack", back)) o.equal("packed again", text_of(pack(*back, widths)), bits);
}

using Width = std::pair<const char*, unsigned>;
void check_widths(const Case& m, Outcome& o, std::initializer_list<Width> ours) {
  Case widths = m.object("field_widths_bits");
  Case values = m.object("fields");
  for (const auto& [name, bits] : ours) {
    o.equal(name, bits, widths.integer(name));
    if (bits < 32 && values.has(name) && values.integer<uint32_t>(name) >> bits != 0) o.fail("{} does not fit {} bits", name, bits);
  }
}

void check_01(const Case& m, Outcome& o, const Dci01Widths& w, const Fields& f) {
  check_widths(m, o,
               {{"carrier_indicator", w.carrier}, {"ul_sul_indicator", w.sul}, {"bwp_indicator", w.bwp}, {"frequency_resource", w.frequency},
                {"freq_hopping_flag", w.hopping}, {"time_resource", w.time}, {"harq_process_number", w.harq_id}, {"first_dl_assignment_idx", w.dai1},
                {"second_dl_assignment_idx", w.dai2}, {"srs_resource_indicator", w.srs_resource}, {"precoding_info_nof_layers", w.precoding},
                {"antenna_ports", w.antenna_ports}, {"srs_request", w.srs_request}, {"csi_request", w.csi_request}, {"cbg_transmission_info", w.cbg},
                {"ptrs_dmrs_association", w.ptrs_dmrs}, {"beta_offset_indicator", w.beta_offset}, {"dmrs_seq_initialization", w.dmrs_seq},
                {"padding", w.padding}});
  both_ways(m, o, dci_01(f, w.frequency), w, unpack_01);
}

void check_11(const Case& m, Outcome& o, const Dci11Widths& w, const Fields& f) {
  unsigned second = w.second_codeword;  // 0, or the 8 bits of MCS, NDI and RV
  check_widths(m, o,
               {{"carrier_indicator", w.carrier}, {"bwp_indicator", w.bwp}, {"frequency_resource", w.frequency}, {"time_resource", w.time},
                {"vrb_prb_mapping", w.interleaved}, {"prb_bundling_size_indicator", w.prb_bundling}, {"rate_matching_indicator", w.rate_matching},
                {"zp_csi_rs_trigger", w.zp_csi}, {"tb2_modulation_coding_scheme", second != 0 ? 5 : 0}, {"tb2_new_data_indicator", second != 0 ? 1 : 0},
                {"tb2_redundancy_version", second != 0 ? 2 : 0}, {"harq_process_number", w.harq_id}, {"downlink_assignment_index", w.dai},
                {"pdsch_harq_fb_timing_indicator", w.k1}, {"antenna_ports", w.antenna_ports}, {"tx_config_indication", w.tci},
                {"srs_request", w.srs_request}, {"cbg_transmission_info", w.cbg}, {"cbg_flushing_info", w.cbg_flush}, {"padding", w.padding}});
  both_ways(m, o, dci_11(f, w.frequency), w, unpack_11);
}

// Formats 1_0 by what scrambles them.
void check_10(const Case& m, Outcome& o, const Dci10Widths& w, const Fields& f) {
  o.equal("frequency_resource_field_bits", w.frequency, m.integer("frequency_resource_field_bits"));
  if (m.has("padding_bits")) o.equal("padding_bits", w.padding, m.integer("padding_bits"));
  Case fields = m.object("fields");
  if (fields.has("N_rb_dl_bwp")) o.equal("N_rb_dl_bwp", w.frequency_rbs, fields.integer("N_rb_dl_bwp"));
  auto frequency = f.get<uint32_t>("frequency_resource");
  auto time = f.get("time_resource"), mcs = f.get("modulation_coding_scheme");
  bool interleaved = f.flag("interleaved_vrb_prb_mapping");
  auto rnti = m.text("rnti_type");
  if (rnti == "SI-RNTI") {
    both_ways(m, o, Dci10Si{frequency, time, interleaved, mcs, f.get("redundancy_version"), f.flag("system_information_indicator")}, w, unpack_10_si);
  } else if (rnti == "RA-RNTI") {
    both_ways(m, o, Dci10Ra{frequency, time, interleaved, mcs, f.get("tb_scaling")}, w, unpack_10_ra);
  } else if (rnti == "P-RNTI") {
    Dci10P paging{f.get("short_messages_indicator"), f.get("short_messages"), frequency, time, interleaved, mcs, f.get("tb_scaling")};
    both_ways(m, o, paging, w, unpack_10_p);
  } else if (rnti == "C-RNTI" || rnti == "TC-RNTI") {
    both_ways(m, o, dci_10(f), w, unpack_10);
  } else {
    m.error("rnti_type", "unknown type " + rnti);
  }
}

void check_message(const Case& m, Outcome& o, const DciLayouts& l) {
  auto format = m.text("format");
  Case values = m.object("fields");
  Fields f(values);
  if (format.starts_with("RAR UL grant")) {
    RarGrant g{f.flag("frequency_hopping_flag"), f.get<uint16_t>("frequency_resource"), f.get("time_resource"),
               f.get("modulation_coding_scheme"), f.get("tpc"), f.flag("csi_request")};
    o.equal("RAR grant", pack(g).text(), m.text("bits"));
    o.holds("the RAR grant unpacks", unpack_rar_grant(rar_grant_bits(g)) == g);
    return;
  }
  auto space = m.text("search_space"), rnti = m.text("rnti_type");
  if (space != "common" && space != "UE") m.error("search_space", "is neither common nor UE");
  bool common = space == "common";
  if (format == "1_0") {
    check_10(m, o, common ? l.css10 : l.uss10, f);
  } else if (format == "0_0") {
    const Dci00Widths& w = common ? l.css00 : l.uss00;
    o.equal("frequency_resource_field_bits", w.frequency, m.integer("frequency_resource_field_bits"));
    o.equal("padding_incl_ul_sul_bits", w.padding + w.sul, m.integer("padding_incl_ul_sul_bits"));
    both_ways(m, o, dci_00(f, w.frequency), w, unpack_00);
  } else if (format == "0_1" || format == "1_1") {
    o.equal("search_space and rnti_type", space + " " + rnti, std::string("UE C-RNTI"));
    format == "0_1" ? check_01(m, o, l.uss01, f) : check_11(m, o, l.uss11, f);
  } else {
    m.error("format", "unknown format " + format);
  }
}

Outcome run(const Case& c) {
  Outcome o;
  auto layouts = dci_layouts(config_of(c.object("config")));
  if (!o.ok("sizes", layouts)) return o;
  Case sizes = c.object("sizes_bits");
  o.equal("0_0_common", layouts->css00.size(), sizes.integer("0_0_common"));
  o.equal("1_0_common", layouts->css10.size(), sizes.integer("1_0_common"));
  if (sizes.has("0_0_ue")) o.equal("0_0_ue", layouts->uss00.size(), sizes.integer("0_0_ue"));
  if (sizes.has("1_0_ue")) o.equal("1_0_ue", layouts->uss10.size(), sizes.integer("1_0_ue"));
  if (sizes.has("0_1_ue")) o.equal("0_1_ue", layouts->uss01.size(), sizes.integer("0_1_ue"));
  if (sizes.has("1_1_ue")) o.equal("1_1_ue", layouts->uss11.size(), sizes.integer("1_1_ue"));
  for (const Case& m : c.list("messages")) check_message(m, o, *layouts);
  return o;
}

const Register registered("dci", run);

}  // namespace
}  // namespace sen::vectors
