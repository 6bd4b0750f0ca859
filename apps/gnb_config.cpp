#include "apps/gnb_config.h"

#include <algorithm>
#include <cmath>

#include "gnb/gnb.h"
#include "mac/limits.h"
#include "phy/ofdm.h"

namespace sen {

namespace {

Status parse_plmn(Plmn& plmn, std::string_view text) {
  SEN_ASSIGN(plmn, Plmn::parse(text));
  return {};
}

void describe_slice(config::Section& s, SNssai& slice) {
  s.value("sst", slice.sst, 0, 255, "", "Slice/service type.");
  uint32_t sd = slice.sd.value_or(0xffffff);
  s.value("sd", sd, 0, 0xffffff, "", "Slice differentiator; 16777215 (0xffffff): none.");
  slice.sd = sd == 0xffffff ? std::nullopt : std::optional(sd);
}

void describe_tracking_areas(config::Section& s, GnbAmfConfig& amf) {
  struct Plmns {
    Plmn plmn{999, 70, 2};
    std::vector<SNssai> slices{{1, {}}};
  };
  struct Area {
    uint32_t tac = 1;
    std::vector<Plmns> plmns{Plmns{}};
  };
  std::vector<Area> areas;
  s.list<Area>("supported_tracking_areas", areas, "What the AMF serves; the cells' own tac and plmn say what they send.",
               [](config::Section& area, Area& a) {
                 area.value("tac", a.tac, 0, 0xffffff, "", "Tracking area code.");
                 area.list<Plmns>("plmn_list", a.plmns, "Networks.", [](config::Section& p, Plmns& plmns) {
                   p.parsed(
                       "plmn", "PLMN, as 99970 or 999/70", plmns.plmn.text(),
                       [&](std::string_view text) { return parse_plmn(plmns.plmn, text); }, "Network.");
                   p.list<SNssai>("tai_slice_support_list", plmns.slices, "Slices that the cells offer.", describe_slice);
                 });
               });
  for (const auto& area : areas) {
    for (const auto& plmns : area.plmns) amf.slices.insert(amf.slices.end(), plmns.slices.begin(), plmns.slices.end());
  }
}

// One address, or a list of which the first is used.
void describe_address(config::Section& s, const char* key, const char* list_key, std::string& member, std::string_view sentence) {
  s.value(key, member, sentence);
  std::vector<std::string> many;
  s.value(list_key, many, fmt::format("The same as {}, as a list of one.", key));
  if (many.size() > 1) s.problem(list_key, fmt::format("has {} entries, one is used", many.size()));
  if (!many.empty()) member = many.front();
}

void describe_amf(config::Section& s, GnbAmfConfig& amf) {
  describe_address(s, "addr", "addrs", amf.address, "Address of the AMF.");
  s.value("port", amf.port, 1, 65535, "", "SCTP port of the AMF.");
  describe_address(s, "bind_addr", "bind_addrs", amf.bind, "Local address of N2.");
  s.choice("sctp", amf.sctp, {"auto", "kernel", "usrsctp", "usrsctp-udp"}, "SCTP implementation.");
  s.value("udp_port", amf.udp_port, 1, 65535, "", "Local UDP port of SCTP over UDP (RFC 6951).");
  s.value("remote_udp_port", amf.remote_udp_port, 1, 65535, "", "The AMF's UDP port of SCTP over UDP.");
  describe_tracking_areas(s, amf);
}

void describe_tdd(config::Section& s, GnbCellConfig& cell) {
  auto& options = cell.options;
  s.value("dl_ul_tx_period", cell.tdd_period, 2, 80, "slots", "Length of the pattern (TS 38.331 TDD-UL-DL-Pattern).");
  s.value("nof_dl_slots", cell.tdd_dl_slots, 1, 79, "slots", "Downlink slots at its beginning.");
  s.value("nof_dl_symbols", options.tdd_special_dl, 0, 13, "symbols", "Downlink symbols of the special slot.");
  s.value("nof_ul_slots", cell.tdd_ul_slots, 0, 79, "slots", "Uplink slots at its end.");
  s.value("nof_ul_symbols", options.tdd_special_ul, 0, 13, "symbols", "Uplink symbols of the special slot.");
}

void describe_prach(config::Section& s, gnb::CellOptions& options) {
  int index = options.prach_config_index ? *options.prach_config_index : -1;
  s.value("prach_config_index", index, -1, 255, "", "Row of TS 38.211 table 6.3.3.2-2 to 6.3.3.2-4; -1: chosen.");
  options.prach_config_index = index < 0 ? std::nullopt : std::optional(static_cast<uint8_t>(index));
  s.value("prach_root_sequence_index", options.prach_root_sequence, 0, 837, "", "First root sequence.");
  int zone = options.prach_zero_correlation_zone == 255 ? -1 : options.prach_zero_correlation_zone;
  s.value("zero_correlation_zone", zone, -1, 15, "", "Cyclic shift (TS 38.211 6.3.3.1); -1: chosen.");
  options.prach_zero_correlation_zone = zone < 0 ? uint8_t{255} : static_cast<uint8_t>(zone);
}

void describe_mcs_table(config::Section& s, uint8_t& table) {
  size_t index = table == 2 ? 1 : 0;
  s.choice("mcs_table", index, {"qam64", "qam256"}, "MCS table (TS 38.214 5.1.3.1).");
  table = index == 1 ? 2 : 1;
}

void describe_ssb(config::Section& s, gnb::CellOptions& options) {
  uint32_t arfcn = options.ssb_arfcn.value_or(0);
  s.value("dl_arfcn", arfcn, 0, 3279165, "", "ARFCN of the SSB; 0: chosen on the sync raster.");
  options.ssb_arfcn = arfcn == 0 ? std::nullopt : std::optional(arfcn);
  s.value("ssb_period", options.ssb_period_ms, 5, 160, "ms", "5, 10, 20, 40, 80 or 160.");
  s.value("ssb_block_power_dbm", options.ssb_power_dbm, -60, 50, "dBm", "Power of a resource element.");
}

void describe_coreset0(config::Section& s, gnb::CellOptions& o) {
  int coreset0 = o.coreset0_index ? *o.coreset0_index : -1;
  s.value("coreset0_index", coreset0, -1, 15, "", "Row of TS 38.213 tables 13-1 to 13-10; -1: chosen.");
  o.coreset0_index = coreset0 < 0 ? std::nullopt : std::optional(static_cast<uint8_t>(coreset0));
}

void describe_pdcch(config::Section& s, gnb::CellOptions& o) {
  s.section("common", "What all UEs look at.", [&](config::Section& common) {
    describe_coreset0(common, o);
    common.value("ss0_index", o.search_space0_index, 0, 15, "", "Row of TS 38.213 tables 13-11 to 13-15: when SIB1 comes.");
  });
  s.section("dedicated", "What a connected UE looks at.", [&](config::Section& dedicated) {
    dedicated.choice("ss2_type", o.ss2_ue_dedicated, {"common", "ue_dedicated"}, "Search space 2.");
    dedicated.value("dci_format_0_1_and_1_1", o.dci_0_1_and_1_1, "Whether it carries formats 0_1 and 1_1, for ue_dedicated; else 0_0 and 1_0.");
  });
}

void describe_power(config::Section& s, std::optional<float>& target_db, float otherwise_db) {
  bool on = target_db.has_value();
  double db = static_cast<double>(target_db.value_or(otherwise_db));
  s.value("enable_cl_loop_pw_control", on, "Closed-loop power control: TPC commands hold the SINR at the cell (TS 38.213 7); else the open loop alone.");
  s.value("target_sinr", db, -5, 30, "dB", "What it holds.");
  target_db = on ? std::optional(static_cast<float>(db)) : std::nullopt;
}

void describe_pucch(config::Section& s, gnb::CellOptions& o) {
  describe_power(s, o.scheduler.target_pucch_sinr_db, 6);
  size_t format = o.scheduler.large_uci_format - 2u;
  s.choice("formats", format, {"f1_and_f2", "f1_and_f3", "f1_and_f4"}, "Formats: of up to two bits and of more.");
  o.scheduler.large_uci_format = static_cast<uint8_t>(2 + format);
  s.choice("harq_ack_codebook", o.ue.dynamic_harq_codebook, {"semi_static", "dynamic"}, "HARQ-ACK codebook (TS 38.213 9.1).");
}

void describe_csi(config::Section& s, gnb::CellOptions& o) {
  s.value("report_period", o.ue.csi_period_slots, 4, 320, "slots", "Least period of reports on PUCCH; longer ones are given while the cell is full.");
}

void describe_srs(config::Section& s, gnb::CellOptions& o) {
  s.value("period", o.ue.srs_period_slots, 0, 2560, "slots",
          "Period of sounding reference signals; 0: every 80 where the uplink may have several layers, else none.");
}

void describe_slice_share(config::Section& s, mac::SchedulerConfig::Slice& slice) {
  describe_slice(s, slice.slice);
  s.section("sched_cfg", "Share of the carrier's resource blocks (TS 28.541 RRMPolicyRatio).", [&](config::Section& share) {
    share.value("min_prb_policy_ratio", slice.min_percent, 0, 100, "%", "Kept for the slice while it has something to send.");
    share.value("max_prb_policy_ratio", slice.max_percent, 1, 100, "%", "The most that it gets.");
    if (slice.min_percent > slice.max_percent) share.problem("min_prb_policy_ratio", fmt::format("{} exceeds max_prb_policy_ratio, {}", slice.min_percent, slice.max_percent));
  });
}

void describe_cell(config::Section& s, GnbCellConfig& cell) {
  auto& o = cell.options;
  s.value("dl_arfcn", o.dl_arfcn, 0, 3279165, "", "ARFCN of the middle of the downlink carrier (TS 38.104 5.4.2).");
  s.value("band", o.band, 0, 512, "", "Operating band; 0: the first that has the frequency.");
  s.value("channel_bandwidth_MHz", o.bandwidth_mhz, 5, 400, "MHz", "Channel bandwidth (TS 38.104 5.3.5).");
  s.value("common_scs", o.scs_khz, 15, 120, "kHz", "Subcarrier spacing: 15, 30, 60 or 120.");
  s.parsed(
      "plmn", "PLMN, as 99970 or 999/70", o.plmn.text(), [&](std::string_view text) { return parse_plmn(o.plmn, text); }, "Network.");
  s.value("tac", o.tac, 0, 0xffffff, "", "Tracking area code.");
  s.value("pci", o.pci, 0, 1007, "", "Physical cell identity; further cells count up.");
  s.value("sector_id", o.sector, 0, 16383, "", "Low bits of the NR cell identity; further cells count up.");
  s.value("nof_antennas_dl", o.antennas_dl, 1, 4, "", "Antenna ports, downlink.");
  s.value("nof_antennas_ul", o.antennas_ul, 1, 4, "", "Antenna ports, uplink.");
  describe_coreset0(s, o);
  s.section("pdcch", "Control channel.", [&](config::Section& pdcch) { describe_pdcch(pdcch, o); });
  s.section("tdd_ul_dl_cfg", "TDD pattern, for TDD bands.", [&](config::Section& tdd) { describe_tdd(tdd, cell); });
  s.section("prach", "Random access.", [&](config::Section& prach) { describe_prach(prach, o); });
  s.section("ssb", "Synchronisation signals.", [&](config::Section& ssb) { describe_ssb(ssb, o); });
  s.section("pdsch", "Downlink shared channel.", [&](config::Section& pdsch) {
    describe_mcs_table(pdsch, o.pdsch_mcs_table);
    pdsch.value("max_rank", o.ue.max_rank_dl, 1, 4, "layers", "Layers of a UE at most; its capability and the antennas count too.");
  });
  s.section("pusch", "Uplink shared channel.", [&](config::Section& pusch) {
    describe_mcs_table(pusch, o.pusch_mcs_table);
    pusch.value("max_rank", o.ue.max_rank_ul, 1, 4, "layers", "Layers of a UE at most; its capability and the antennas count too.");
    describe_power(pusch, o.scheduler.target_pusch_sinr_db, 15);
  });
  s.section("pucch", "Uplink control channel.", [&](config::Section& pucch) { describe_pucch(pucch, o); });
  s.section("csi", "Channel state information.", [&](config::Section& csi) { describe_csi(csi, o); });
  s.section("srs", "Sounding.", [&](config::Section& srs) { describe_srs(srs, o); });
  s.list<mac::SchedulerConfig::Slice>("slicing", cell.slicing, "Slices; those of supported_tracking_areas when absent.", describe_slice_share);
  unsigned kept = 0;
  for (const auto& slice : cell.slicing) kept += slice.min_percent;
  if (kept > 100) s.problem("slicing", fmt::format("keeps {} % of the resource blocks for slices (sum of min_prb_policy_ratio)", kept));
  o.scheduler.slices = cell.slicing;
}

// A cell of the list has what cell_cfg says unless it says otherwise; identities count up.
void describe_cells(config::Section& section, GnbConfig& config) {
  uint16_t index = 0;
  section.list<GnbCellConfig>("cells", config.cells, "Cells, each with the keys of cell_cfg that differ; one cell when absent.",
                              [&](config::Section& s, GnbCellConfig& cell) {
                                cell = config.cell_cfg;
                                cell.options.pci = static_cast<uint16_t>((cell.options.pci + index) % 1008);
                                cell.options.sector = static_cast<uint16_t>(cell.options.sector + index);
                                cell.options.prach_root_sequence =
                                    static_cast<uint16_t>((cell.options.prach_root_sequence + 8 * index) % 838);
                                ++index;
                                describe_cell(s, cell);
                              });
}

void describe_external_cell(config::Section& s, gnb::ExternalCell& cell) {
  cell.plmn = Plmn(999, 70, 2);
  cell.gnb_id_bits = 22;
  s.value("nr_cell_id", cell.nr_cell_identity, 0, 0xfffffffff, "", "NR cell identity; its high bits are the gNB's.");
  s.value("gnb_id_bit_length", cell.gnb_id_bits, 22, 32, "bits", "Length of the gNB's identity (TS 38.413 9.3.1.6).");
  s.value("pci", cell.pci, 0, 1007, "", "Physical cell identity.");
  s.value("ssb_arfcn", cell.ssb_arfcn, 0, 3279165, "", "ARFCN of its SSB; 0: that of our first cell.");
  unsigned khz = nr::khz(cell.ssb_scs);
  s.value("ssb_scs", khz, 15, 240, "kHz", "Subcarrier spacing of its SSB: 15, 30, 120 or 240.");
  constexpr nr::Scs spacings[] = {nr::Scs::khz15, nr::Scs::khz30, nr::Scs::khz120, nr::Scs::khz240};
  auto scs = std::ranges::find(spacings, khz, [](nr::Scs one) { return nr::khz(one); });
  if (scs == std::end(spacings)) s.problem("ssb_scs", fmt::format("{} kHz is not allowed (15, 30, 120, 240; TS 38.104 5.4.3.3)", khz));
  else cell.ssb_scs = *scs;
  s.parsed(
      "plmn", "PLMN, as 99970 or 999/70", cell.plmn.text(), [&](std::string_view text) { return parse_plmn(cell.plmn, text); }, "Network.");
  s.value("tac", cell.tac, 0, 0xffffff, "", "Tracking area code.");
  cell.gnb_id = static_cast<uint32_t>(cell.nr_cell_identity >> (36 - cell.gnb_id_bits));
}

void describe_mobility(config::Section& s, GnbConfig& config) {
  s.list<gnb::ExternalCell>("cells", config.external_cells, "Cells of other gNBs that UEs are handed over to through the AMF.", describe_external_cell);
  s.value("direct_forwarding", config.direct_forwarding,
          "Whether what a handover leaves behind goes straight to the other gNB's N3 address; else through the UPF, without PDCP numbers.");
}

// "nea0,nea2": numbers in this order.
Status parse_algorithms(std::string_view name, std::string_view text, unsigned least, std::vector<uint8_t>& member) {
  std::vector<uint8_t> order;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string_view item = text.substr(at, end - at);
    at = end + 1;
    while (item.starts_with(' ')) item.remove_prefix(1);
    const bool known = item.size() == 4 && item.starts_with(name) && item[3] >= '0' + static_cast<char>(least) && item[3] <= '3';
    if (!known || std::ranges::find(order, item[3] - '0') != order.end()) return fail(Fault::invalid, "", "{}{} to {}3, each once", name, least, name);
    order.push_back(static_cast<uint8_t>(item[3] - '0'));
  }
  member = std::move(order);
  return {};
}

void describe_security(config::Section& s, GnbConfig& config) {
  auto text = [](std::string_view name, const std::vector<uint8_t>& order) {
    std::string out;
    for (uint8_t number : order) out += fmt::format("{}{}{}", out.empty() ? "" : ",", name, number);
    return out;
  };
  s.parsed(
      "nea_pref_list", "list as nea2,nea1", text("nea", config.nea), [&](std::string_view t) { return parse_algorithms("nea", t, 0, config.nea); },
      "Ciphering of the radio, the first that the UE knows; nea0 is none.");
  s.parsed(
      "nia_pref_list", "list as nia2,nia1", text("nia", config.nia), [&](std::string_view t) { return parse_algorithms("nia", t, 1, config.nia); },
      "Integrity of signalling, the first that the UE knows.");
}

void describe_qos(config::Section& section, GnbConfig& config) {
  struct Entry {
    unsigned five_qi = 9;
    bool um = false;
    unsigned priority = 90, delay_budget_ms = 300, reordering_ms = 220;
  };
  std::vector<Entry> entries;
  section.list<Entry>("qos", entries, "How the bearers of a 5QI are set up (TS 23.501 table 5.7.4-1); others keep their defaults.",
                      [&](config::Section& s, Entry& entry) {
                        s.value("five_qi", entry.five_qi, 1, 255, "", "5QI.");
                        const auto known = config.qos.find(static_cast<FiveQi>(entry.five_qi));
                        const auto& now = known == config.qos.end() ? config.qos.at(9) : known->second;
                        entry.um = now.rlc.mode == l2::RlcMode::um;
                        entry.priority = now.priority_level;
                        entry.delay_budget_ms = now.packet_delay_budget_ms;
                        entry.reordering_ms = now.pdcp.t_reordering_ms.value_or(3000);
                        s.section("rlc", "RLC.", [&](config::Section& rlc) {
                          rlc.choice("mode", entry.um, {"am", "um-bidir"}, "Acknowledged or unacknowledged.");
                        });
                        s.section("pdcp", "PDCP.", [&](config::Section& pdcp) {
                          pdcp.value("t_reordering", entry.reordering_ms, 0, 3000, "ms",
                                     "Wait for a packet that is missing (TS 38.331 t-Reordering).");
                        });
                        s.value("priority", entry.priority, 1, 127, "", "Priority level for the scheduler, 1 first.");
                        s.value("packet_delay_budget", entry.delay_budget_ms, 1, 10000, "ms", "Delay budget for the scheduler.");
                      });
  const auto defaults = gnb::default_qos();
  for (const auto& entry : entries) {
    const auto five_qi = static_cast<FiveQi>(entry.five_qi);
    gnb::QosProfile profile = config.qos.contains(five_qi) ? config.qos.at(five_qi) : config.qos.at(9);
    if ((profile.rlc.mode == l2::RlcMode::um) != entry.um) {
      const auto& like = defaults.at(entry.um ? 1 : 9);
      profile.rlc = like.rlc;
      profile.pdcp = like.pdcp;
    }
    profile.pdcp.t_reordering_ms = entry.reordering_ms;
    profile.priority_level = static_cast<uint8_t>(entry.priority);
    profile.packet_delay_budget_ms = static_cast<uint16_t>(entry.delay_budget_ms);
    config.qos[five_qi] = profile;
  }
}

void describe_air(config::Section& s, GnbAirConfig& air) {
  s.value("path", air.path, "Unix socket that `sen5g ue` connects to.");
  s.value("seed", air.air.seed, 0, INT64_MAX, "", "Seed of the losses.");
  s.value("bler_dl", air.air.bler_dl, 0, 0.9, "", "Share of downlink blocks lost at their first transmission.");
  s.value("bler_ul", air.air.bler_ul, 0, 0.9, "", "The same, uplink.");
  s.value("timeout", air.timeout_ms, 10, 60000, "ms", "A UE process that keeps silent for so long is dropped.");
}

void describe_sdr(config::Section& s, GnbSdrConfig& sdr) {
  std::string ignored;
  double db = 0, mhz = 0;
  s.choice("device_driver", sdr.driver, {"zmq"}, "zmq: samples over ZeroMQ, as srsUE, `sen5g ue` and the gNBs of srsRAN and OCUDU exchange them.");
  s.value("device_args", sdr.device_args,
          "tx_port=ADDRESS to bind and rx_port=ADDRESS to connect to, a pair for each antenna of each cell in order; base_srate=RATE on the wire, a multiple of "
          "srate.");
  s.value("srate", sdr.srate_mhz, 0, 250, "MHz", "Sampling rate: a multiple of 128 common_scs that holds the carrier; 0: the least that is usual for it.");
  s.value("tx_gain", db, -100, 100, "dB", "Of a radio's amplifier: ZeroMQ has none, the whole carrier leaves 12 dB below full scale.");
  s.value("rx_gain", db, -100, 100, "dB", "The same for reception.");
  s.value("otw_format", ignored, "Format between computer and radio; ZeroMQ has one.");
  s.value("clock", ignored, "Clock source of a radio; ZeroMQ has none.");
  s.value("sync", ignored, "Time source of a radio; ZeroMQ has none.");
  s.value("lo_offset", mhz, -500, 500, "MHz", "Offset of a radio's local oscillator; ZeroMQ has none.");
  s.value("time_alignment_calibration", ignored, "Delay of a radio; ZeroMQ has none.");
  s.value("slots_ahead", sdr.slots_ahead, 1, mac::limit::ahead_slots, "slots", "How long before its samples leave the MAC decides a slot.");
  s.value("nof_threads", sdr.threads, 0, 64, "", "Threads of each cell's L1; 0: half the processors.");
}

}  // namespace

void describe(config::Section& section, GnbConfig& config) {
  section.value("ran_node_name", config.name, "Name that the AMF sees.");
  section.value("gnb_id", config.gnb_id, 0, 0xffffffff, "", "gNB identity.");
  section.value("gnb_id_bit_length", config.gnb_id_bits, 22, 32, "bits", "Its length (TS 38.413 9.3.1.6).");
  section.section("cu_cp", "Control plane.", [&](config::Section& cu_cp) {
    cu_cp.section("amf", "N2.", [&](config::Section& s) { describe_amf(s, config.amf); });
    cu_cp.value("inactivity_timer", config.inactivity_s, 0, 7200, "s", "A UE without traffic for so long is released; 0: never.");
    cu_cp.section("security", "Of the radio (TS 33.501 6.7.3).", [&](config::Section& s) { describe_security(s, config); });
    cu_cp.section("mobility", "Handover.", [&](config::Section& s) { describe_mobility(s, config); });
  });
  section.section("cu_up", "User plane.", [&](config::Section& cu_up) {
    cu_up.section("ngu", "N3.", [&](config::Section& s) {
      s.value("bind_addr", config.ngu_bind, "Local address of N3, told to the core; empty: that of N2.");
    });
  });
  if (section.given("amf") && !section.listing()) {
    section.section("amf", "", [&](config::Section& s) { describe_amf(s, config.amf); });
    config.warnings.push_back("section 'amf' of older releases is read; its place is cu_cp.amf");
  }
  config.cell_cfg.options.plmn = Plmn(999, 70, 2);
  section.section("cell_cfg", "What every cell has.", [&](config::Section& s) { describe_cell(s, config.cell_cfg); });
  describe_cells(section, config);
  describe_qos(section, config);
  if (section.given("ru_sdr") && section.given("ru_air")) section.problem("ru_sdr", "stands beside ru_air: the cells have a radio or the slot-level air, not both");
  section.section("ru_air", "The slot-level air: UEs of other processes without samples; where the cells are without ru_sdr.",
                  [&](config::Section& s) { describe_air(s, config.air); });
  GnbSdrConfig sdr;
  section.section("ru_sdr", "A radio, instead of ru_air.", [&](config::Section& s) { describe_sdr(s, sdr); });
  if (section.given("ru_sdr")) config.sdr = std::move(sdr);
  section.section("log", "Log lines.", [&](config::Section& s) { describe(s, config.log); });
  section.section("metrics", "Prometheus metrics over HTTP.", [&](config::Section& s) { describe(s, config.metrics); });
  section.value("pcap", config.pcap_folder, "Folder for captures; empty: none.");
}

Result<gnb::RrcSettings> GnbConfig::settings() const {
  gnb::RrcSettings out;
  out.name = name;
  out.gnb_id = gnb_id;
  out.gnb_id_bits = gnb_id_bits;
  out.inactivity_s = inactivity_s;
  out.qos = qos;
  auto n3 = IpAddress::parse(ngu_bind.empty() ? amf.bind : ngu_bind);
  if (!n3) return std::unexpected(std::move(n3).error().within(ngu_bind.empty() ? "cu_cp.amf.bind_addr" : "cu_up.ngu.bind_addr"));
  out.n3 = *n3;
  out.slices = amf.slices;
  out.external_cells = external_cells;
  out.direct_forwarding = direct_forwarding;
  out.nea = nea;
  out.nia = nia;
  const auto used = cells.empty() ? std::vector{cell_cfg} : cells;
  for (size_t i = 0; i < used.size(); ++i) {
    const auto& cell = used[i];
    const std::string where = cells.empty() ? "cell_cfg" : fmt::format("cells[{}]", i);
    if (cell.tdd_dl_slots + cell.tdd_ul_slots > cell.tdd_period) {
      return fail(Fault::invalid, where + ".tdd_ul_dl_cfg", "{} downlink and {} uplink slots do not fit a period of {} (TS 38.213 11.1)", cell.tdd_dl_slots,
                  cell.tdd_ul_slots, cell.tdd_period);
    }
    gnb::CellOptions options = cell.options;
    const size_t special = static_cast<size_t>(cell.tdd_period - cell.tdd_dl_slots - cell.tdd_ul_slots);
    options.tdd = std::string(cell.tdd_dl_slots, 'D') + std::string(special, 'S') + std::string(cell.tdd_ul_slots, 'U');
    auto made = gnb::make_cell(options, gnb_id, gnb_id_bits);
    if (!made) return std::unexpected(std::move(made).error().within(where));
    if (sdr) {
      made->mac.n_ta_offset = 0;  // over a wire the uplink needs no head start (TS 38.133 7.1.2 leaves the value to the network)
      made->scheduler.ahead_slots = sdr->slots_ahead;
    }
    out.cells.push_back(std::move(*made));
    for (const auto& share : cell.slicing) out.slices.push_back(share.slice);
  }
  for (auto& cell : out.external_cells) {
    if (cell.ssb_arfcn == 0) cell.ssb_arfcn = out.cells.front().mac.l1.ssb_arfcn;
  }
  std::ranges::sort(out.slices);
  out.slices.erase(std::ranges::unique(out.slices).begin(), out.slices.end());
  if (out.slices.empty()) out.slices = {{1, {}}};
  SEN_TRY(gnb::Gnb::check(out));
  return out;
}

Result<std::vector<GnbSdrConfig::Cell>> GnbSdrConfig::cells(const std::vector<gnb::CellSettings>& settings) const {
  auto parsed = radio::ZmqConfig::parse(device_args);
  if (!parsed) return std::unexpected(std::move(parsed).error().within("ru_sdr"));
  size_t tx_ports = 0, rx_ports = 0;
  for (const auto& cell : settings) tx_ports += cell.mac.l1.tx_ports, rx_ports += cell.mac.l1.rx_ports;
  if (parsed->tx_ports.size() != tx_ports || parsed->rx_ports.size() != rx_ports) {
    return fail(Fault::invalid, "ru_sdr.device_args", "{} tx_port and {} rx_port: the antennas of the cells need {} and {}", parsed->tx_ports.size(),
                parsed->rx_ports.size(), tx_ports, rx_ports);
  }
  std::vector<Cell> out;
  auto tx = parsed->tx_ports.begin(), rx = parsed->rx_ports.begin();
  for (const auto& cell : settings) {
    const nr::Scs scs = cell.mac.l1.scs;
    const double step_mhz = nr::khz(scs) / 1e3;
    auto works = [&](unsigned size) { return phy::Ofdm::make({scs, false, cell.mac.l1.n_rb, size, 0, false}); };
    auto ofdm = works(static_cast<unsigned>(std::lround(srate_mhz / step_mhz)));
    if (!ofdm || (srate_mhz > 0 && std::abs(ofdm->sample_rate_hz() - srate_mhz * 1e6) > 1)) {
      std::string rates;
      for (unsigned size : {384u, 512u, 768u, 1024u, 1536u, 2048u, 3072u, 4096u, 6144u, 8192u}) {
        if (works(size)) rates += fmt::format("{}{:g}", rates.empty() ? "" : ", ", size * step_mhz);
      }
      return fail(Fault::invalid, "ru_sdr.srate", "{:g} MHz does not fit {} PRB of {} kHz ({})", srate_mhz, cell.mac.l1.n_rb, nr::khz(scs), rates);
    }
    const double srate_hz = ofdm->sample_rate_hz(), base_hz = parsed->sample_rate_hz > 0 ? parsed->sample_rate_hz : srate_hz;
    const double ratio = base_hz / srate_hz;
    const auto dft_size = static_cast<unsigned>(std::lround(base_hz / (step_mhz * 1e6)));
    if (ratio < 0.999 || std::abs(ratio - std::round(ratio)) > 1e-6 || !works(dft_size)) {
      return fail(Fault::invalid, "ru_sdr.device_args", "base_srate={:g}e6 is no multiple of srate, {:g} MHz, that L1 can make: give {:g}e6 here and to the peer",
                  base_hz / 1e6, srate_hz / 1e6, srate_hz / 1e6);
    }
    Cell& made = out.emplace_back();
    made.dft_size = dft_size;  // a wire that is faster than srate carries the same signal, finer
    made.radio.sample_rate_hz = base_hz;
    made.radio.tx_ports.assign(tx, tx + cell.mac.l1.tx_ports);
    made.radio.rx_ports.assign(rx, rx + cell.mac.l1.rx_ports);
    tx += cell.mac.l1.tx_ports, rx += cell.mac.l1.rx_ports;
  }
  return out;
}

namespace {

// What checks call a field, and its key.
constexpr std::pair<std::string_view, std::string_view> keys[] = {
    {"channel_bandwidth_mhz", "channel_bandwidth_MHz"},
    {"ssb_arfcn", "ssb.dl_arfcn"},
    {"ssb_period_ms", "ssb.ssb_period"},
    {"ssb-PeriodicityServingCell", "ssb.ssb_period"},
    {"controlResourceSetZero", "coreset0_index"},
    {"search_space0_index", "pdcch.common.ss0_index"},
    {"tdd", "tdd_ul_dl_cfg"},
    {"pattern1", "tdd_ul_dl_cfg"},
    {"prach-ConfigurationIndex", "prach.prach_config_index"},
    {"prach-RootSequenceIndex", "prach.prach_root_sequence_index"},
    {"zeroCorrelationZoneConfig", "prach.zero_correlation_zone"},
    {"rach", "prach"},
    {"nci", "sector_id"},
};

// "gnb.yml:12 cell_cfg.dl_arfcn": where the value stands; a cell of the list inherits from cell_cfg, and what stands nowhere is a default.
Error placed(const config::Node& root, Error error) {
  std::string section = error.where.substr(0, error.where.find('.')), field = error.where.substr(std::min(section.size() + 1, error.where.size()));
  if (section.starts_with("external_cells[")) {
    section = "cu_cp.mobility." + section.substr(std::string_view("external_").size());
    if (field != "pci") field = "nr_cell_id";
  } else if (section == "cell_cfg" || section.starts_with("cells[")) {
    if (!root.find("cells")) section = "cell_cfg";
    for (const auto& [name, key] : keys) {
      if (field == name || field.starts_with(std::string(name) + ".")) field = key;
    }
  } else {
    const std::string place = config::place_of(root, error.where);
    if (!place.empty()) error.where = place + " " + error.where;
    return error;
  }
  std::string path = section + "." + field;
  std::string place = config::place_of(root, path);
  if (place.empty() && section.starts_with("cells[")) {
    place = config::place_of(root, "cell_cfg." + field);
    if (!place.empty()) path = "cell_cfg." + field;
  }
  error.where = place.empty() ? path + " (default)" : place + " " + path;
  return error;
}

}  // namespace

LoadedGnbConfig load_gnb_config(const ConfigOptions& options) {
  LoadedGnbConfig out;
  const config::Node root = merge_files(options, out.problems);
  if (!out.problems.empty()) return out;
  out.problems = config::load(root, out.config);
  if (!out.problems.empty()) return out;
  auto settings = out.config.settings();
  if (!settings) {
    out.problems.push_back(placed(root, std::move(settings).error()));
    return out;
  }
  out.settings = std::move(*settings);
  if (!out.config.sdr) return out;
  if (auto cells = out.config.sdr->cells(out.settings.cells); !cells) out.problems.push_back(placed(root, std::move(cells).error()));
  return out;
}

}  // namespace sen
