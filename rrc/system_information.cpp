// System information and paging (TS 38.331 5.2.2, 5.3.2), and the dedicated configuration that a UE begins with.
#include <algorithm>

#include "mac/asn1/convert.h"
#include "rrc/detail/messages.h"

namespace sen::gnb {

mac::SystemInformation Core::system_information(size_t index) const {
  const CellSettings& cell = settings.cells[index];
  mac::SystemInformation out;
  rrc::BcchDlSchMessage message;
  auto& sib1 = message.message.set_c1().set_system_information_block_type1();
  sib1.cell_selection_info.emplace().q_rx_lev_min = static_cast<int8_t>(-cell.q_rx_lev_min_x2_dbm);
  auto& plmn = sib1.cell_access_related_info.plmn_identity_info_list.emplace_back();
  auto& identity = plmn.plmn_identity_list.emplace_back();
  const std::string mcc = cell.plmn.mcc_text(), mnc = cell.plmn.mnc_text();
  auto& mcc_digits = identity.mcc.emplace();
  for (char c : mcc) mcc_digits.push_back(static_cast<uint8_t>(c - '0'));
  for (char c : mnc) identity.mnc.push_back(static_cast<uint8_t>(c - '0'));
  plmn.tracking_area_code = per::Bits<24>{cell.tac};
  plmn.cell_identity.value = cell.nr_cell_identity;
  plmn.cell_reserved_for_operator_use = rrc::ReservedFlag::not_reserved;
  mac::to_asn1(cell.mac, sib1.serving_cell_config_common.emplace());
  auto& timers = sib1.ue_timers_and_constants.emplace();
  mac::to_asn1(mac::UeTimers{settings.t300_ms, settings.t301_ms, settings.t310_ms, settings.t311_ms, settings.t319_ms, settings.n310, settings.n311}, timers);
  if (auto bytes = rrc::encode(message)) out.sib1 = std::move(*bytes);
  else log_error(Layer::rrc, "cell {}: SIB1: {}", index, bytes.error().describe());
  return out;
}

void Core::start_cells() {
  for (size_t cell = 0; cell < settings.cells.size(); ++cell) ports.system_information(cell, system_information(cell));
}

void Core::page_rrc(const STmsi& tmsi, uint16_t cycle_frames, const std::vector<size_t>& cells) {
  const uint64_t value = static_cast<uint64_t>(tmsi.set) << 38 | static_cast<uint64_t>(tmsi.pointer) << 32 | tmsi.tmsi;
  log_debug(Layer::rrc, "paging 5G-S-TMSI {}, in {} cells", tmsi.text(), cells.size());
  for (size_t cell : cells) {
    const uint16_t cycle = std::min(cycle_frames, settings.cells[cell].mac.paging.default_cycle_frames);
    ports.page(cell, static_cast<uint16_t>(value % 1024), cycle, value);
  }
}

Bytes Core::pcch(std::span<const uint64_t> s_tmsis) {
  rrc::PcchMessage message;
  auto& records = message.message.set_c1().set_paging().paging_record_list.emplace();
  for (uint64_t value : s_tmsis) records.emplace_back().ue_identity.set_ng_5g_s_tmsi().value = value;
  auto bytes = rrc::encode(message);
  if (!bytes) {
    count_drop("rrc_unencodable");
    return {};
  }
  if (tap) tap(0, "pcch", *bytes);
  return std::move(*bytes);
}

mac::LogicalChannel srb_channel(uint8_t srb) {
  return {.lcid = srb, .priority = static_cast<uint8_t>(srb == 2 ? 3 : 1), .pbr_kbytes_s = 0xffffffff, .bucket_ms = 50, .group = 0, .sr = 0};  // TS 38.331 9.2.1
}

mac::UeConfig Core::initial_config(size_t index) const {
  const mac::CellConfig& cell = settings.cells[index].mac;
  mac::UeConfig out;
  out.channels.push_back(srb_channel(1));
  out.scheduling_requests.emplace_back();
  auto& csi = out.csi.emplace();
  const bool one_port = cell.l1.tx_ports == 1;
  csi.csi_rs = {.row = static_cast<uint8_t>(one_port ? 2 : cell.l1.tx_ports == 2 ? 3 : 4),
                .l0 = 13,
                .cdm = one_port ? nr::CdmType::none : nr::CdmType::fd2,
                .start_rb = 0,
                .n_rb = static_cast<uint16_t>(std::max((cell.initial_dl.start + cell.initial_dl.size + 3) / 4 * 4, 24)),
                .scrambling_id = cell.l1.pci,
                .period_slots = 80};
  const UeDefaults& defaults = settings.cells[index].ue;
  csi.period_slots = defaults.csi_period_slots;
  csi.ri_restriction = 1;  // until the UE's capabilities are known
  csi.cqi_table = settings.cells[index].pdsch_mcs_table;
  out.dynamic_harq_codebook = defaults.dynamic_harq_codebook;
  const bool several_layers = cell.l1.rx_ports > 1 && defaults.max_rank_ul > 1;
  if (defaults.srs_period_slots || several_layers) {
    auto& srs = out.srs.emplace();
    srs.period_slots = defaults.srs_period_slots ? defaults.srs_period_slots : uint16_t{80};
    srs.c_srs = static_cast<uint8_t>(nr::srs_config_for(cell.initial_ul.size));
    srs.sequence_id = cell.l1.pci;
    srs.p0_dbm = cell.p0_nominal_msg3_dbm;
  }
  out.pdsch_mcs_table = settings.cells[index].pdsch_mcs_table;
  out.pusch_mcs_table = settings.cells[index].pusch_mcs_table;
  out.periodic_bsr_ms = 10;
  out.retx_bsr_ms = 80;
  out.phr_periodic_ms = 500;
  out.phr_prohibit_ms = 200;
  out.phr_change_db = 3;
  out.bwp_id = 0;
  out.dl = cell.initial_dl;
  out.ul = cell.initial_ul;
  nr::l1::Coreset coreset;
  coreset.id = 1;
  const unsigned groups = out.dl.size / 6;
  coreset.frequency_groups = groups >= 45 ? (uint64_t{1} << 45) - 1 : (uint64_t{1} << groups) - 1;
  coreset.duration = out.dl.size < 48 ? 2 : 1;
  out.coresets.push_back(coreset);
  mac::SearchSpace space;
  space.id = 2;
  space.coreset = 1;
  space.candidates = {0, 4, 2, 1, 0};
  space.type = settings.cells[index].dedicated_space;
  out.search_spaces.push_back(space);
  out.k1 = cell.tdd ? std::vector<uint8_t>{4, 5, 6, 7, 8, 9, 10, 11} : std::vector<uint8_t>{4};
  return out;
}

}  // namespace sen::gnb
