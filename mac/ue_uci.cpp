// Uplink control information: HARQ-ACK codebooks (TS 38.213 9.1), PUCCH resources and what is multiplexed on them (9.2), UCI on PUSCH
// (9.3), CSI reports, SRS.
#include <algorithm>
#include <bit>
#include <cmath>

#include "mac/detail/csi.h"
#include "mac/detail/ue_state.h"
#include "nr/csi.h"
#include "nr/pucch.h"

namespace sen::mac {

using namespace detail;

namespace {

constexpr uint8_t dai_of_four = 3;  // field value of V_T-DAI = 4

bool overlap(unsigned start_a, unsigned length_a, unsigned start_b, unsigned length_b) {
  return start_a < start_b + length_b && start_b < start_a + length_a;
}
bool overlap(const nr::l1::PucchPdu& a, const nr::l1::PucchPdu& b) { return overlap(a.start_symbol, a.symbols, b.start_symbol, b.symbols); }

nr::PucchResource to_nr(const nr::l1::PucchPdu& p) {
  nr::PucchResource out;
  out.format = static_cast<nr::PucchFormat>(std::min<uint8_t>(p.format, 4));
  out.first_rb = p.first_rb;
  out.n_rb = static_cast<uint8_t>(std::min<uint16_t>(p.rbs, 16));
  out.start_symbol = p.start_symbol;
  out.n_symbols = p.symbols;
  out.second_hop_rb = p.second_hop_rb;
  out.occ_length = p.occ_length;
  out.occ_index = p.occ_index;
  out.additional_dmrs = p.additional_dmrs;
  out.pi2_bpsk = p.pi2_bpsk;
  out.max_code_rate = p.max_code_rate;
  return out;
}

}  // namespace

// --- HARQ-ACK codebooks ------------------------------------------------------------------------------------------------------

UeMac::Impl::HarqReport UeMac::Impl::harq_report(std::optional<uint8_t> ul_dai, bool on_pusch) const {
  HarqReport out;
  std::vector<const FeedbackBit*> entries;
  for (const auto& bit : feedback) {
    if (bit.uplink_at == now && !bit.withheld) entries.push_back(&bit);
  }
  out.any = !entries.empty();
  if (out.any) out.where = entries.back()->where;
  if (!ue) {  // 9.1: one bit before a codebook is configured
    if (out.any) out.bits.append(entries.back()->ack, 1);
    return out;
  }
  if (ue->dynamic_harq_codebook) {
    if (!out.any && (!on_pusch || !ul_dai || *ul_dai == dai_of_four)) return out;
    nr::DynamicCodebook codebook;
    for (const auto* entry : entries) codebook.add(entry->dai, entry->ack);
    out.bits = codebook.bits(on_pusch && ul_dai ? std::optional<unsigned>(*ul_dai) : std::nullopt);
    return out;
  }
  semi_static_bits(out, entries, ul_dai, on_pusch);
  return out;
}

// 9.1.2: one bit per K1 whose slot could hold a PDSCH; alone, a PDSCH from a fallback DCI with counter 1 has just its own.
void UeMac::Impl::semi_static_bits(HarqReport& out, const std::vector<const FeedbackBit*>& entries, std::optional<uint8_t> ul_dai,
                                   bool on_pusch) const {
  const bool asked = on_pusch && ul_dai.value_or(0) == 1;
  if (entries.empty() && !asked) return;
  const bool alone = entries.size() == 1 && ((entries[0]->fallback && entries[0]->dai == 0) || entries[0]->where.common);
  if (alone && !asked) {
    out.bits.append(entries[0]->ack, 1);
    return;
  }
  if (on_pusch && ul_dai && !asked) {  // 9.1.2.2: the grant says that there is nothing to answer
    out.any = false;
    return;
  }
  const K1Set set = k1_set(*ue);
  uint32_t possible = 0;
  for (unsigned i = 0; i < set.n; ++i) {
    if (link->pdsch_possible(slot_at(now - set.k1[i]))) possible |= 1u << i;
  }
  const auto codebook = nr::semi_static_codebook(set.k1, set.n, possible);
  uint64_t value = 0;
  for (const auto* entry : entries) {
    if (const auto position = nr::semi_static_position(codebook, entry->where.k1))
      value |= uint64_t{entry->ack} << (codebook.n - 1 - *position);
  }
  out.bits.append(value, codebook.n);
}

// --- CSI -------------------------------------------------------------------------------------------------------------------

bool UeMac::Impl::csi_due() const {
  return ue && ue->csi && ue->csi->period_slots && (!ue->csi->semi_persistent || csi_commanded) && aligned() && active() && !in_gap(now) &&
         nr::sr_occasion(slot, ue->csi->period_slots, ue->csi->offset_slots);
}

// What was measured last, within what this report may say.
std::optional<nr::CsiPacked> UeMac::Impl::csi_report(const CsiReportConfig& wanted, bool on_pusch) const {
  nr::CsiConfig config = csi_config(wanted);
  config.on_pusch = on_pusch;
  if (wanted.quantity == nr::CsiQuantity::cri_rsrp || wanted.quantity == nr::CsiQuantity::ssb_rsrp) {
    nr::RsrpReport report;
    report.n = wanted.n_reported;
    for (uint8_t i = 0; i < report.n; ++i) {
      report.resource[i] = i < wanted.n_resources ? i : uint8_t{0};
      report.rsrp_dbm[i] = static_cast<int16_t>(std::lround(csi.rsrp_dbm) - (i ? 30 : 0));  // the others: 30 dB below or less
    }
    auto packed = nr::pack(report, config);
    if (!packed) return std::nullopt;
    return nr::CsiPacked{*packed, {}};
  }
  const unsigned allowed = csi_ranks(wanted, *ue);
  nr::Csi report;
  report.ri = std::clamp<uint8_t>(csi.ri, 1, 4);
  while (report.ri > 1 && !(allowed >> (report.ri - 1) & 1)) --report.ri;
  if (!(allowed >> (report.ri - 1) & 1)) report.ri = static_cast<uint8_t>(std::countr_zero(allowed | 8u) + 1);
  report.cqi = std::min<uint8_t>(csi.cqi, 15);
  // CsiMeasurement::pmi: i2 in its lowest four bits, then i_1,1, then i_1,3 in four each; what the rank has no bits for is not reported.
  const auto widths = nr::csi_widths(config, report.ri);
  report.i2 = csi.pmi & ((1u << widths.i2) - 1);
  report.i1 = static_cast<uint16_t>((csi.pmi >> 4 & ((1u << widths.i1_1) - 1)) | (csi.pmi >> 8 & ((1u << widths.i1_3) - 1)) << 8);
  auto packed = nr::pack(report, config);
  if (!packed) return std::nullopt;
  return *packed;
}

std::optional<nr::l1_ue::CsiReceive> UeMac::Impl::csi_receive(nr::Slot at) const {
  if (!ue || !link) return std::nullopt;
  auto due = [&](const CsiReportConfig& report) -> std::optional<nr::l1_ue::CsiReceive> {
    const nr::CsiRsResource& rs = report.csi_rs;
    if (report.quantity == nr::CsiQuantity::ssb_rsrp || rs.period_slots == 0 || !nr::csi_rs_in(rs, at)) return std::nullopt;
    auto pdu = nr::csi_rs_pdu(rs, link->dl_bwp());
    if (!pdu) return std::nullopt;
    return nr::l1_ue::CsiReceive{*pdu, report.cqi_table, static_cast<uint8_t>(std::bit_width(csi_ranks(report, *ue)))};
  };
  if (ue->csi) {
    if (auto measure = due(*ue->csi)) return measure;
  }
  for (const auto& reports : ue->csi_triggers) {
    for (const auto& report : reports) {
      if (auto measure = due(report)) return measure;
    }
  }
  return std::nullopt;
}

// --- PUCCH resources ---------------------------------------------------------------------------------------------------------

const mac::PucchResource* UeMac::Impl::find_pucch(uint8_t id) const {
  if (!ue) return nullptr;
  const auto found = std::ranges::find(ue->pucch, id, &mac::PucchResource::id);
  return found == ue->pucch.end() ? nullptr : &*found;
}

nr::l1::PucchPdu UeMac::Impl::pucch_pdu(const mac::PucchResource& r) const {
  nr::l1::PucchPdu p;
  p.rnti = c_rnti;
  p.bwp = link->ul_bwp();
  p.format = r.format;
  p.start_symbol = r.start_symbol;
  p.symbols = r.symbols;
  p.first_rb = r.first_rb;
  p.rbs = r.rbs;
  p.second_hop_rb = r.second_hop_rb;
  p.initial_cyclic_shift = r.initial_cyclic_shift;
  p.time_domain_occ = r.time_domain_occ;
  p.occ_length = r.occ_length;
  p.occ_index = r.occ_index;
  p.hopping_id = cell->pucch_hopping_id.value_or(cell->l1.pci);
  p.n_id = p.dmrs_n_id = cell->l1.pci;
  if (ue) {
    const PucchFormatConfig& format = ue->pucch_formats[std::min<uint8_t>(r.format, 4)];
    p.max_code_rate = format.max_code_rate;
    p.additional_dmrs = format.additional_dmrs;
    p.pi2_bpsk = format.pi2_bpsk;
  }
  return p;
}

std::optional<nr::l1::PucchPdu> UeMac::Impl::harq_resource(const Feedback& where, unsigned bits) const {
  if (where.common) {
    const auto found =
        nr::default_pucch(cell->pucch_resource_common,
                          nr::r_pucch(where.first_cce, std::max<unsigned>(where.n_cce, 1), where.pucch_resource), link->initial_ul().size);
    if (!found || bits > 2) return std::nullopt;
    mac::PucchResource r;
    r.format = static_cast<uint8_t>(found->format);
    r.first_rb = found->first_rb;
    r.rbs = found->n_rb;
    r.second_hop_rb = found->second_hop_rb;
    r.start_symbol = found->start_symbol;
    r.symbols = found->n_symbols;
    r.initial_cyclic_shift = found->initial_cyclic_shift;
    r.time_domain_occ = found->time_domain_occ;
    nr::l1::PucchPdu p = pucch_pdu(r);
    p.bwp = link->initial_ul();
    return p;
  }
  nr::PucchSets sets;
  sets.n = static_cast<uint8_t>(std::min<size_t>(ue->pucch_sets.size(), sets.max_payload.size()));
  for (unsigned i = 0; i < sets.n; ++i)
    sets.max_payload[i] = i == 0 ? 2 : ue->pucch_sets[i].max_bits ? ue->pucch_sets[i].max_bits : nr::max_uci_bits;
  const auto set = nr::pucch_set(sets, bits);
  if (!set || *set >= ue->pucch_sets.size()) return std::nullopt;
  const auto& resources = ue->pucch_sets[*set].resources;
  if (resources.empty()) return std::nullopt;
  const unsigned index = nr::pucch_resource_in_set(static_cast<unsigned>(resources.size()), where.pucch_resource, where.first_cce,
                                                   std::max<unsigned>(where.n_cce, 1));
  const auto* resource = index < resources.size() ? find_pucch(resources[index]) : nullptr;
  if (!resource) return std::nullopt;
  nr::l1::PucchPdu p = pucch_pdu(*resource);
  if (p.format == 2 || p.format == 3) p.rbs = static_cast<uint16_t>(nr::pucch_rbs_for(to_nr(p), bits));  // 9.2.5.1
  return p;
}

// --- Sending ---------------------------------------------------------------------------------------------------------------

void UeMac::Impl::send_uci(nr::l1_ue::UlSlot& out, nr::l1_ue::PuschSend* pusch, const PendingGrant* grant) {
  if (!aligned()) return;
  if (!pusch) return send_pucch(out, harq_report(std::nullopt, false));
  if (grant->kind != PendingGrant::Kind::dynamic || !ue) return;
  HarqReport harq = harq_report(grant->grant.dai, true);
  const auto& allocation = pusch->pusch.allocation;
  if (harq.any && !grant->grant.dai) {  // a PUCCH beside the PUSCH's symbols stays a PUCCH (9.2.5)
    const auto resource = harq_resource(harq.where, static_cast<unsigned>(harq.bits.size()));
    if (resource && !overlap(resource->start_symbol, resource->symbols, allocation.start_symbol, allocation.symbols)) {
      send_pucch(out, harq);
      harq = {};
    }
  }
  auto& uci = pusch->pusch.uci;
  if (harq.bits.size()) {
    pusch->uci.harq = nr::to_l1(harq.bits);
    uci.harq_bits = pusch->uci.harq.size;
  }
  // What was asked for goes before what is periodic (TS 38.214 5.2.5).
  const unsigned request = grant->grant.csi_request;
  const bool asked = request > 0 && request <= ue->csi_triggers.size();
  nr::CsiPacked reports;
  const auto add = [&](const CsiReportConfig& wanted) {
    const auto packed = csi_report(wanted, true);
    if (!packed) return;
    for (size_t i = 0; i < packed->part1.size(); ++i) reports.part1.append(packed->part1.bit(i), 1);
    for (size_t i = 0; i < packed->part2.size(); ++i) reports.part2.append(packed->part2.bit(i), 1);
  };
  if (asked) {
    for (const auto& wanted : ue->csi_triggers[request - 1]) add(wanted);
  } else if (csi_due()) {
    add(*ue->csi);
  }
  if (!reports.part1.empty()) {
    pusch->uci.csi1 = nr::to_l1(reports.part1);
    pusch->uci.csi2 = nr::to_l1(reports.part2);
    uci.csi1_bits = pusch->uci.csi1.size;
    uci.csi2_bits = pusch->uci.csi2.size;
  }
  pusch->pusch.beta_harq = uci.harq_bits <= 2 ? ue->beta_harq_small : uci.harq_bits <= 11 ? ue->beta_harq_mid : ue->beta_harq_large;
  pusch->pusch.beta_csi1 = uci.csi1_bits <= 11 ? ue->beta_csi_small : ue->beta_csi_large;
  pusch->pusch.beta_csi2 = uci.csi2_bits <= 11 ? ue->beta_csi2_small : ue->beta_csi2_large;
  pusch->pusch.alpha = ue->uci_alpha;
}

void UeMac::Impl::send_pucch(nr::l1_ue::UlSlot& out, const HarqReport& harq) {
  const auto add = [&](nr::l1::PucchPdu resource, const nr::l1::Bits& acks, std::optional<bool> request, const nr::l1::Bits& report) {
    nr::l1_ue::PucchSend send;
    send.uci = {acks, request, report, {}};
    resource.uci = {acks.size, request.has_value(), report.size, 0};
    send.pucch = resource;
    send.power_dbm = pucch_power(resource, send.uci);
    out.pucch.push_back(std::move(send));
  };
  // The answer to a DCI of before the dedicated configuration knows nothing of its resources.
  if (harq.bits.size() && harq.where.common) {
    if (const auto resource = harq_resource(harq.where, static_cast<unsigned>(harq.bits.size())))
      add(*resource, nr::to_l1(harq.bits), std::nullopt, {});
    return;
  }
  // What else is due: SR (9.2.4) and CSI (9.2.5).
  const SrConfig* occasion = nullptr;
  if (ue && !in_gap(now)) {
    for (const auto& config : ue->scheduling_requests) {
      if (!occasion && find_pucch(config.resource) && sr_occasion_here(config)) occasion = &config;
    }
  }
  const SrConfig* positive = occasion ? positive_sr() : nullptr;
  if (positive) occasion = positive;
  if (!ue || ue->scheduling_requests.empty()) occasion = nullptr;
  const auto sr_resource = occasion ? std::optional(pucch_pdu(*find_pucch(occasion->resource))) : std::nullopt;
  const auto* csi_pucch = csi_due() ? find_pucch(ue->csi->resource) : nullptr;
  auto csi_bits = csi_pucch ? csi_report(*ue->csi, false) : std::nullopt;

  if (harq.bits.size() == 0) {
    if (csi_bits) {
      const auto resource = pucch_pdu(*csi_pucch);
      const bool with_sr = sr_resource && overlap(resource, *sr_resource);
      add(resource, {}, with_sr ? std::optional(positive != nullptr) : std::nullopt, nr::to_l1(csi_bits->part1));
      if (with_sr) return;
    }
    if (positive) add(*sr_resource, {}, true, {});
    return;
  }

  const auto acks = nr::to_l1(harq.bits);
  auto resource = harq_resource(harq.where, acks.size);
  if (!resource) return;
  const bool sr_meets = sr_resource && overlap(*resource, *sr_resource);
  std::optional<bool> request;
  nr::l1::Bits report;
  const bool csi_meets = csi_bits && overlap(*resource, pucch_pdu(*csi_pucch));
  if (csi_meets && ue->pucch_formats[std::min<uint8_t>(resource->format, 4)].simultaneous_csi) {
    const auto size = static_cast<unsigned>(acks.size + csi_bits->part1.size() + (sr_meets ? 1 : 0));
    const auto wider = harq_resource(harq.where, std::max(size, 3u));
    if (wider && wider->format >= 2) {
      resource = wider;
      report = nr::to_l1(csi_bits->part1);
    }
  }
  if (resource->format >= 2 && sr_meets) {
    request = positive != nullptr;
    if (report.size == 0) resource = harq_resource(harq.where, acks.size + 1u);
    if (!resource) return;
  } else if (resource->format == 0 && sr_meets) {
    request = positive != nullptr;  // a cyclic shift says it (9.2.5.1)
  } else if (resource->format == 1 && sr_meets && positive && sr_resource->format == 1) {
    return add(*sr_resource, acks, true, {});
  }
  add(*resource, acks, request, report);
  if (csi_bits && !csi_meets) add(pucch_pdu(*csi_pucch), {}, std::nullopt, nr::to_l1(csi_bits->part1));
  if (sr_resource && !sr_meets && positive) add(*sr_resource, {}, true, {});
}

// TS 38.214 6.2.1: aperiodic sounding by the SRS request of DCI 0_1 and 1_1.
void UeMac::Impl::request_srs(uint8_t request) {
  if (!request || !ue || !ue->srs || ue->srs->period_slots || ue->srs->trigger != request) return;
  srs_requested_at = now + ue->srs->slot_offset;
  wake();
}

void UeMac::Impl::send_srs(nr::l1_ue::UlSlot& out) {
  if (!ue || !ue->srs || !aligned() || in_gap(now)) return;
  const SrsConfig& c = *ue->srs;
  const bool asked = srs_requested_at == now;
  const bool periodic = c.period_slots && active() && nr::sr_occasion(slot, c.period_slots, c.offset_slots);
  if (!asked && !periodic) return;
  const auto meets = [&](unsigned start, unsigned length) { return overlap(c.start_symbol, c.symbols, start, length); };
  for (const auto& p : out.pusch) {
    if (meets(p.pusch.allocation.start_symbol, p.pusch.allocation.symbols)) return;
  }
  for (const auto& p : out.pucch) {
    if (meets(p.pucch.start_symbol, p.pucch.symbols)) return;
  }
  nr::l1_ue::SrsSend send;
  auto& srs = send.srs;
  srs.rnti = c_rnti;
  srs.bwp = link->ul_bwp();
  srs.ports = c.ports;
  srs.repetitions = c.repetitions;
  srs.hopping = c.hopping;
  srs.period_slots = c.period_slots;
  srs.offset_slots = c.offset_slots;
  srs.symbols = c.symbols;
  srs.start_symbol = c.start_symbol;
  srs.c_srs = c.c_srs;
  srs.b_srs = c.b_srs;
  srs.b_hop = c.b_hop;
  srs.comb = c.comb;
  srs.comb_offset = c.comb_offset;
  srs.cyclic_shift = c.cyclic_shift;
  srs.freq_position = c.freq_position;
  srs.freq_shift = c.freq_shift;
  srs.sequence_id = c.sequence_id;
  send.power_dbm = srs_power(c);
  out.srs.push_back(send);
}

}  // namespace sen::mac
