// A UE's dedicated configuration: CellGroupConfig without its RLC and PDCP parts (TS 38.331 6.3.2), and reconfigurationWithSync.
#include <algorithm>

#include "mac/asn1/convert.h"
#include "mac/asn1/csi_srs.h"
#include "mac/asn1/search_space.h"
#include "mac/asn1/values.h"
#include "nr/frequency_allocation.h"

namespace sen::mac {
namespace {

using asn1::decode;
using asn1::encode;

constexpr uint32_t infinite = 0xffffffff;
constexpr std::array<uint32_t, 16> bit_rates{0, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, infinite};
constexpr std::array<uint16_t, 9> buckets_ms{5, 10, 20, 50, 100, 150, 300, 500, 1000};
constexpr std::array<uint16_t, 8> sr_prohibit_ms{1, 2, 4, 8, 16, 32, 64, 128};
constexpr std::array<uint8_t, 5> sr_maxima{4, 8, 16, 32, 64};
constexpr std::array<uint16_t, 15> periodic_bsr{1, 5, 10, 16, 20, 32, 40, 64, 80, 128, 160, 320, 640, 1280, 2560};
constexpr std::array<uint16_t, 11> retx_bsr{10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240};
constexpr std::array<uint16_t, 7> sr_delay{20, 40, 64, 128, 512, 1024, 2560};
constexpr std::array<uint32_t, 7> alignment_ms{500, 750, 1280, 1920, 2560, 5120, 10240};
constexpr std::array<uint16_t, 7> phr_periodic{10, 20, 50, 100, 200, 500, 1000};
constexpr std::array<uint16_t, 8> phr_prohibit{0, 10, 20, 50, 100, 200, 500, 1000};
constexpr std::array<uint8_t, 3> phr_changes{1, 3, 6};
constexpr std::array<uint16_t, 24> on_durations{1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100, 200, 300, 400, 500, 600, 800, 1000, 1200, 1600};
constexpr std::array<uint16_t, 23> inactivities{0, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100, 200, 300, 500, 750, 1280, 1920, 2560};
constexpr std::array<uint16_t, 17> drx_retransmissions{0, 1, 2, 4, 6, 8, 16, 24, 33, 40, 64, 80, 96, 112, 128, 160, 320};
constexpr std::array<uint16_t, 23> short_cycles{2, 3, 4, 5, 6, 7, 8, 10, 14, 16, 20, 30, 32, 35, 40, 64, 80, 128, 160, 256, 320, 512, 640};
constexpr std::array<uint32_t, 16> data_inactivities{1, 2, 3, 5, 7, 10, 15, 20, 40, 50, 60, 80, 100, 120, 150, 180};
constexpr std::array<uint8_t, 6> harq_counts{2, 4, 6, 10, 12, 16};
constexpr std::array<uint8_t, 2> occ_lengths{2, 4};
constexpr std::array<uint32_t, 8> t304_ms{50, 100, 150, 200, 500, 1000, 2000, 10000};
constexpr std::array<uint8_t, 8> alphas_x10{0, 4, 5, 6, 7, 8, 9, 10};

#define SEN_DRX_CYCLES(X) X(10) X(20) X(32) X(40) X(60) X(64) X(70) X(80) X(128) X(160) X(256) X(320) X(512) X(640) X(1024) X(1280) X(2048) X(2560) X(5120) X(10240)
#define SEN_SR_PERIODS(X) X(2) X(4) X(5) X(8) X(10) X(16) X(20) X(40) X(80) X(160) X(320) X(640)

// Assigns an offset to the chosen alternative, whatever integer it is stored as.
template <class T>
void put(T& target, unsigned value) {
  target = static_cast<T>(value);
}

// --- logical channels -------------------------------------------------------------------------------------------------------

void channel_out(const LogicalChannel& channel, rrc::LogicalChannelConfig& out) {
  auto& ul = out.ul_specific_parameters.emplace();
  ul.priority = channel.priority;
  ul.prioritised_bit_rate = encode<decltype(ul.prioritised_bit_rate)>(bit_rates, channel.pbr_kbytes_s);
  ul.bucket_size_duration = encode<decltype(ul.bucket_size_duration)>(buckets_ms, channel.bucket_ms);
  if (channel.group) ul.logical_channel_group = *channel.group;
  if (channel.sr) ul.scheduling_request_id = *channel.sr;
  ul.logical_channel_sr_mask = channel.sr_mask;
  ul.logical_channel_sr_delay_timer_applied = channel.sr_delay_timer;
}

LogicalChannel channel_in(Lcid lcid, const rrc::LogicalChannelConfig& in) {
  LogicalChannel out{.lcid = lcid, .priority = 16};
  out.group.reset();
  out.sr.reset();
  if (!in.ul_specific_parameters) return out;
  const auto& ul = *in.ul_specific_parameters;
  out.priority = static_cast<uint8_t>(ul.priority);
  out.pbr_kbytes_s = decode(bit_rates, ul.prioritised_bit_rate);
  out.bucket_ms = decode(buckets_ms, ul.bucket_size_duration);
  if (ul.logical_channel_group) out.group = static_cast<uint8_t>(*ul.logical_channel_group);
  if (ul.scheduling_request_id) out.sr = static_cast<uint8_t>(*ul.scheduling_request_id);
  out.sr_mask = ul.logical_channel_sr_mask;
  out.sr_delay_timer = ul.logical_channel_sr_delay_timer_applied;
  return out;
}

// Default configurations of SRBs (TS 38.331 9.2.1).
LogicalChannel default_channel(Lcid lcid) {
  return {.lcid = lcid, .priority = static_cast<uint8_t>(lcid == 2 ? 3 : 1), .pbr_kbytes_s = infinite, .bucket_ms = 50, .group = 0, .sr = 0};
}

void channels_out(const UeConfig* before, const UeConfig& now, rrc::CellGroupConfig& out) {
  for (const auto& channel : now.channels) {
    if (before && std::find(before->channels.begin(), before->channels.end(), channel) != before->channels.end()) {
      // The RLC part may name it all the same; then the channel's parameters go with it.
      const bool named = out.rlc_bearer_to_add_mod_list &&
                         std::any_of(out.rlc_bearer_to_add_mod_list->begin(), out.rlc_bearer_to_add_mod_list->end(),
                                     [&](const auto& item) { return item.logical_channel_identity == channel.lcid; });
      if (!named) continue;
    }
    auto& list = out.rlc_bearer_to_add_mod_list ? *out.rlc_bearer_to_add_mod_list : out.rlc_bearer_to_add_mod_list.emplace();
    auto item = std::find_if(list.begin(), list.end(), [&](const auto& i) { return i.logical_channel_identity == channel.lcid; });
    if (item == list.end()) {
      item = list.emplace(list.end());
      item->logical_channel_identity = channel.lcid;
    }
    channel_out(channel, item->mac_logical_channel_config.emplace());
  }
}

void channels_in(const rrc::CellGroupConfig& in, UeConfig& config) {
  auto forget = [&](unsigned lcid) { std::erase_if(config.channels, [lcid](const LogicalChannel& c) { return c.lcid == lcid; }); };
  if (in.rlc_bearer_to_release_list) {
    for (auto lcid : *in.rlc_bearer_to_release_list) forget(static_cast<unsigned>(lcid));
  }
  if (!in.rlc_bearer_to_add_mod_list) return;
  for (const auto& item : *in.rlc_bearer_to_add_mod_list) {
    const auto lcid = static_cast<Lcid>(item.logical_channel_identity);
    const bool known = std::any_of(config.channels.begin(), config.channels.end(), [lcid](const auto& c) { return c.lcid == lcid; });
    if (!item.mac_logical_channel_config && (known || lcid > 3)) continue;
    forget(lcid);
    config.channels.push_back(item.mac_logical_channel_config ? channel_in(lcid, *item.mac_logical_channel_config) : default_channel(lcid));
  }
  std::sort(config.channels.begin(), config.channels.end(), [](const auto& a, const auto& b) { return a.lcid < b.lcid; });
}

// --- MAC-CellGroupConfig ----------------------------------------------------------------------------------------------------

void drx_out(const DrxConfig& drx, rrc::DrxConfig& out) {
  auto& on = out.drx_on_duration_timer.set_milli_seconds();
  on = encode<std::remove_reference_t<decltype(on)>>(on_durations, drx.on_duration_ms);
  out.drx_inactivity_timer = encode<rrc::DrxInactivity>(inactivities, drx.inactivity_ms);
  put(out.drx_harq_rtt_timer_dl, drx.rtt_dl_symbols);
  put(out.drx_harq_rtt_timer_ul, drx.rtt_ul_symbols);
  out.drx_retransmission_timer_dl = encode<rrc::DrxRetransmission>(drx_retransmissions, drx.retransmission_dl_slots);
  out.drx_retransmission_timer_ul = encode<rrc::DrxRetransmission>(drx_retransmissions, drx.retransmission_ul_slots);
  auto& cycle = out.drx_long_cycle_start_offset;
  switch (drx.long_cycle_ms) {
#define SEN_CASE(n) case n: put(cycle.set_ms##n(), drx.start_offset_ms); break;
    SEN_DRX_CYCLES(SEN_CASE)
#undef SEN_CASE
    default: put(cycle.set_ms160(), drx.start_offset_ms % 160U); break;
  }
  if (drx.short_cycle_ms) {
    auto& cycle_short = out.short_drx.emplace();
    cycle_short.drx_short_cycle = encode<decltype(cycle_short.drx_short_cycle)>(short_cycles, *drx.short_cycle_ms);
    put(cycle_short.drx_short_cycle_timer, std::max<unsigned>(drx.short_cycles, 1));
  }
  put(out.drx_slot_offset, drx.slot_offset_32nds);
}

DrxConfig drx_in(const rrc::DrxConfig& in) {
  DrxConfig out;
  if (const auto* ms = in.drx_on_duration_timer.milli_seconds()) out.on_duration_ms = decode(on_durations, *ms);
  else out.on_duration_ms = 1;  // sub-millisecond timers round up
  out.inactivity_ms = decode(inactivities, in.drx_inactivity_timer);
  out.rtt_dl_symbols = static_cast<uint16_t>(in.drx_harq_rtt_timer_dl);
  out.rtt_ul_symbols = static_cast<uint16_t>(in.drx_harq_rtt_timer_ul);
  out.retransmission_dl_slots = decode(drx_retransmissions, in.drx_retransmission_timer_dl);
  out.retransmission_ul_slots = decode(drx_retransmissions, in.drx_retransmission_timer_ul);
#define SEN_READ(n) if (const auto* v = in.drx_long_cycle_start_offset.ms##n()) out.long_cycle_ms = n, out.start_offset_ms = static_cast<uint16_t>(*v);
  SEN_DRX_CYCLES(SEN_READ)
#undef SEN_READ
  if (in.short_drx) {
    out.short_cycle_ms = decode(short_cycles, in.short_drx->drx_short_cycle);
    out.short_cycles = static_cast<uint8_t>(in.short_drx->drx_short_cycle_timer);
  }
  out.slot_offset_32nds = static_cast<uint8_t>(in.drx_slot_offset);
  return out;
}

void mac_out(const UeConfig& now, rrc::MacCellGroupConfig& out) {
  if (now.drx) drx_out(*now.drx, out.drx_config.emplace().set_setup());
  if (!now.scheduling_requests.empty()) {
    auto& list = out.scheduling_request_config.emplace().scheduling_request_to_add_mod_list.emplace();
    for (const auto& sr : now.scheduling_requests) {
      auto& item = list.emplace_back();
      put(item.scheduling_request_id, sr.id);
      if (sr.prohibit_ms) {
        auto& prohibit = item.sr_prohibit_timer.emplace();
        prohibit = encode<std::remove_reference_t<decltype(prohibit)>>(sr_prohibit_ms, sr.prohibit_ms);
      }
      item.sr_trans_max = encode<decltype(item.sr_trans_max)>(sr_maxima, sr.trans_max);
    }
  }
  auto& bsr = out.bsr_config.emplace();
  bsr.periodic_bsr_timer = now.periodic_bsr_ms == 0 ? static_cast<decltype(bsr.periodic_bsr_timer)>(15)
                                                    : encode<decltype(bsr.periodic_bsr_timer)>(periodic_bsr, now.periodic_bsr_ms);
  bsr.retx_bsr_timer = encode<decltype(bsr.retx_bsr_timer)>(retx_bsr, now.retx_bsr_ms);
  if (now.sr_delay_ms) {
    auto& delay = bsr.logical_channel_sr_delay_timer.emplace();
    delay = encode<std::remove_reference_t<decltype(delay)>>(sr_delay, now.sr_delay_ms);
  }
  auto& tag = out.tag_config.emplace().tag_to_add_mod_list.emplace().emplace_back();
  put(tag.tag_id, 0);
  tag.time_alignment_timer = now.time_alignment_ms == 0 ? static_cast<rrc::TimeAlignmentTimer>(7)
                                                        : encode<rrc::TimeAlignmentTimer>(alignment_ms, now.time_alignment_ms);
  auto& phr = out.phr_config.emplace().set_setup();
  phr.phr_periodic_timer = now.phr_periodic_ms == 0 ? static_cast<decltype(phr.phr_periodic_timer)>(7)
                                                    : encode<decltype(phr.phr_periodic_timer)>(phr_periodic, now.phr_periodic_ms);
  phr.phr_prohibit_timer = encode<decltype(phr.phr_prohibit_timer)>(phr_prohibit, now.phr_prohibit_ms);
  phr.phr_tx_power_factor_change = now.phr_change_db == 255 ? static_cast<decltype(phr.phr_tx_power_factor_change)>(3)
                                                            : encode<decltype(phr.phr_tx_power_factor_change)>(phr_changes, now.phr_change_db);
  if (now.data_inactivity_s) {
    auto& inactivity = out.data_inactivity_timer.emplace().set_setup();
    inactivity = encode<rrc::DataInactivityTimer>(data_inactivities, *now.data_inactivity_s);
  }
}

void mac_in(const rrc::MacCellGroupConfig& in, UeConfig& config) {
  if (in.drx_config) {
    const auto* setup = in.drx_config->setup();
    config.drx = setup ? std::optional(drx_in(*setup)) : std::nullopt;
  }
  if (in.scheduling_request_config) {
    const auto& requests = *in.scheduling_request_config;
    if (requests.scheduling_request_to_release_list) {
      for (auto id : *requests.scheduling_request_to_release_list) {
        std::erase_if(config.scheduling_requests, [&](const SrConfig& sr) { return sr.id == id; });
      }
    }
    if (requests.scheduling_request_to_add_mod_list) {
      for (const auto& item : *requests.scheduling_request_to_add_mod_list) {
        auto sr = std::find_if(config.scheduling_requests.begin(), config.scheduling_requests.end(),
                               [&](const SrConfig& s) { return s.id == item.scheduling_request_id; });
        if (sr == config.scheduling_requests.end()) sr = config.scheduling_requests.emplace(sr);
        sr->id = static_cast<uint8_t>(item.scheduling_request_id);
        sr->prohibit_ms = item.sr_prohibit_timer ? decode(sr_prohibit_ms, *item.sr_prohibit_timer) : 0;
        sr->trans_max = decode(sr_maxima, item.sr_trans_max);
      }
    }
  }
  if (in.bsr_config) {
    const auto periodic = static_cast<unsigned>(in.bsr_config->periodic_bsr_timer);
    config.periodic_bsr_ms = periodic >= periodic_bsr.size() ? 0 : periodic_bsr[periodic];
    config.retx_bsr_ms = decode(retx_bsr, in.bsr_config->retx_bsr_timer);
    config.sr_delay_ms = in.bsr_config->logical_channel_sr_delay_timer ? decode(sr_delay, *in.bsr_config->logical_channel_sr_delay_timer) : 0;
  }
  if (in.tag_config && in.tag_config->tag_to_add_mod_list && !in.tag_config->tag_to_add_mod_list->empty()) {
    const auto index = static_cast<unsigned>(in.tag_config->tag_to_add_mod_list->front().time_alignment_timer);
    config.time_alignment_ms = index >= alignment_ms.size() ? 0 : alignment_ms[index];
  }
  if (in.phr_config) {
    const auto* phr = in.phr_config->setup();
    const auto periodic = phr ? static_cast<unsigned>(phr->phr_periodic_timer) : 7U;
    config.phr_periodic_ms = periodic >= phr_periodic.size() ? 0 : phr_periodic[periodic];
    config.phr_prohibit_ms = phr ? decode(phr_prohibit, phr->phr_prohibit_timer) : 0;
    const auto change = phr ? static_cast<unsigned>(phr->phr_tx_power_factor_change) : 3U;
    config.phr_change_db = change >= phr_changes.size() ? 255 : phr_changes[change];
  }
  if (in.data_inactivity_timer) {
    const auto* setup = in.data_inactivity_timer->setup();
    config.data_inactivity_s = setup ? std::optional(decode(data_inactivities, *setup)) : std::nullopt;
  }
}

// --- downlink bandwidth part ------------------------------------------------------------------------------------------------

void dmrs_position_out(uint8_t additional, auto& position) {
  if (additional == 2) return position.reset();  // pos2 is the absent value
  auto& value = position.emplace();
  value = static_cast<std::remove_reference_t<decltype(value)>>(additional == 0 ? 0 : additional == 1 ? 1 : 2);
}
uint8_t dmrs_position_in(const auto& position) {
  if (!position) return 2;
  return static_cast<unsigned>(*position) == 0 ? 0 : static_cast<unsigned>(*position) == 1 ? 1 : 3;
}

std::optional<uint16_t> id_in(const auto& id) { return id ? std::optional(static_cast<uint16_t>(*id)) : std::nullopt; }

void mcs_table_out(uint8_t table, auto& out) {
  if (table == 2 || table == 3) out = static_cast<rrc::McsTable>(table - 2);
}
uint8_t mcs_table_in(const auto& in) { return in ? static_cast<uint8_t>(static_cast<unsigned>(*in) + 2) : 1; }

rrc::ResourceAllocation allocation_out(bool type1) { return static_cast<rrc::ResourceAllocation>(type1); }

void downlink_out(const UeConfig* before, const UeConfig& now, rrc::BwpDownlinkDedicated& out) {
  auto& pdcch = out.pdcch_config.emplace().set_setup();
  if (!now.coresets.empty()) {
    auto& list = pdcch.control_resource_set_to_add_mod_list.emplace();
    for (size_t i = 0; i < now.coresets.size(); ++i) {
      auto& item = list.emplace_back();
      asn1::coreset_out(now.coresets[i], item);
      if (i < now.coreset_dmrs_ids.size()) item.pdcch_dmrs_scrambling_id = now.coreset_dmrs_ids[i];
    }
  }
  if (!now.search_spaces.empty()) {
    auto& list = pdcch.search_spaces_to_add_mod_list.emplace();
    for (const auto& space : now.search_spaces) asn1::search_space_out(space, list.emplace_back());
  }
  if (before) {
    for (const auto& space : before->search_spaces) {
      if (std::any_of(now.search_spaces.begin(), now.search_spaces.end(), [&](const SearchSpace& s) { return s.id == space.id; })) continue;
      auto& list = pdcch.search_spaces_to_release_list;
      (list ? *list : list.emplace()).push_back(space.id);
    }
  }
  auto& pdsch = out.pdsch_config.emplace().set_setup();
  auto& dmrs = pdsch.dmrs_downlink_for_pdsch_mapping_type_a.emplace().set_setup();
  dmrs_position_out(now.dl_dmrs_additional, dmrs.dmrs_additional_position);
  pdsch.resource_allocation = allocation_out(now.resource_allocation_type1);
  if (!now.pdsch_times.empty()) asn1::times_out(now.pdsch_times, pdsch.pdsch_time_domain_allocation_list.emplace().set_setup());
  pdsch.rbg_size = static_cast<decltype(pdsch.rbg_size)>(now.rbg_config2);
  mcs_table_out(now.pdsch_mcs_table, pdsch.mcs_table);
  pdsch.prb_bundling_type.set_static_bundling().bundle_size = static_cast<rrc::BundleSize>(1);  // wideband
}

Status downlink_in(const rrc::BwpDownlinkDedicated& in, uint16_t pci, UeConfig& config) {
  if (const auto* pdcch = in.pdcch_config ? in.pdcch_config->setup() : nullptr) {
    if (pdcch->control_resource_set_to_release_list) {
      for (auto id : *pdcch->control_resource_set_to_release_list) {
        std::erase_if(config.coresets, [&](const nr::l1::Coreset& c) { return c.id == id; });
      }
    }
    if (pdcch->control_resource_set_to_add_mod_list) {
      for (const auto& item : *pdcch->control_resource_set_to_add_mod_list) {
        SEN_ASSIGN(auto coreset, asn1::coreset_in(item, pci));
        auto known = std::find_if(config.coresets.begin(), config.coresets.end(), [&](const auto& c) { return c.id == coreset.id; });
        const auto at = static_cast<size_t>(known - config.coresets.begin());
        if (known == config.coresets.end()) config.coresets.push_back(coreset);
        else *known = coreset;
        if (item.tci_present_in_dci) return fail(Fault::unsupported, "ControlResourceSet.tci-PresentInDCI", "is not served");
        // Scrambling follows the identity where one is given (TS 38.211 7.3.2.3): all sets have one, or none.
        const bool given = item.pdcch_dmrs_scrambling_id.has_value();
        if (config.coresets.size() > 1 && given != !config.coreset_dmrs_ids.empty()) {
          return fail(Fault::unsupported, "ControlResourceSet.pdcch-DMRS-ScramblingID", "is given for some sets only");
        }
        config.coreset_dmrs_ids.resize(given ? config.coresets.size() : 0);
        if (given) config.coreset_dmrs_ids[at] = static_cast<uint16_t>(*item.pdcch_dmrs_scrambling_id);
      }
    }
    if (pdcch->search_spaces_to_release_list) {
      for (auto id : *pdcch->search_spaces_to_release_list) std::erase_if(config.search_spaces, [&](const SearchSpace& s) { return s.id == id; });
    }
    if (pdcch->search_spaces_to_add_mod_list) {
      for (const auto& item : *pdcch->search_spaces_to_add_mod_list) {
        SEN_ASSIGN(auto space, asn1::search_space_in(item));
        std::erase_if(config.search_spaces, [&](const SearchSpace& s) { return s.id == space.id; });
        config.search_spaces.push_back(space);
      }
    }
  }
  if (const auto* pdsch = in.pdsch_config ? in.pdsch_config->setup() : nullptr) {
    if (const auto* dmrs = pdsch->dmrs_downlink_for_pdsch_mapping_type_a ? pdsch->dmrs_downlink_for_pdsch_mapping_type_a->setup() : nullptr) {
      if (dmrs->dmrs_type || dmrs->max_length) return fail(Fault::unsupported, "DMRS-DownlinkConfig", "type 2 or two symbols");
      config.dl_dmrs_additional = dmrs_position_in(dmrs->dmrs_additional_position);
      config.pdsch_ids.dmrs0 = id_in(dmrs->scrambling_id0);
      config.pdsch_ids.dmrs1 = id_in(dmrs->scrambling_id1);
    }
    config.pdsch_ids.data = id_in(pdsch->data_scrambling_identity_pdsch);
    if (pdsch->rate_match_pattern_to_add_mod_list) return fail(Fault::unsupported, "PDSCH-Config.rateMatchPatternToAddModList", "is not served");
    SEN_TRY(asn1::zero_power_in(*pdsch, config));
    if (pdsch->vrb_to_prb_interleaver) return fail(Fault::unsupported, "PDSCH-Config.vrb-ToPRB-Interleaver", "is not served");
    if (static_cast<unsigned>(pdsch->resource_allocation) > 1) return fail(Fault::unsupported, "PDSCH-Config.resourceAllocation", "dynamicSwitch");
    config.resource_allocation_type1 = static_cast<unsigned>(pdsch->resource_allocation) == 1;
    config.rbg_config2 = static_cast<unsigned>(pdsch->rbg_size) == 1;
    config.pdsch_mcs_table = mcs_table_in(pdsch->mcs_table);
    if (pdsch->pdsch_time_domain_allocation_list) {
      config.pdsch_times.clear();
      if (const auto* list = pdsch->pdsch_time_domain_allocation_list->setup()) SEN_TRY(asn1::times_in(*list, config.dl.scs, config.pdsch_times));
    }
  }
  return {};
}

// --- uplink bandwidth part --------------------------------------------------------------------------------------------------

void resource_out(const PucchResource& resource, rrc::PucchResource& out) {
  put(out.pucch_resource_id, resource.id);
  put(out.starting_prb, resource.first_rb);
  if (resource.second_hop_rb) {
    out.intra_slot_frequency_hopping.emplace();
    out.second_hop_prb = *resource.second_hop_rb;
  }
  auto common = [&](auto& format) {
    put(format.nrof_symbols, resource.symbols);
    put(format.starting_symbol_index, resource.start_symbol);
  };
  switch (resource.format) {
    case 0: {
      auto& f = out.format.set_format0();
      common(f);
      put(f.initial_cyclic_shift, resource.initial_cyclic_shift);
      break;
    }
    case 1: {
      auto& f = out.format.set_format1();
      common(f);
      put(f.initial_cyclic_shift, resource.initial_cyclic_shift);
      put(f.time_domain_occ, resource.time_domain_occ);
      break;
    }
    case 2: {
      auto& f = out.format.set_format2();
      common(f);
      put(f.nrof_prbs, resource.rbs);
      break;
    }
    case 3: {
      auto& f = out.format.set_format3();
      common(f);
      put(f.nrof_prbs, resource.rbs);
      break;
    }
    default: {
      auto& f = out.format.set_format4();
      common(f);
      f.occ_length = encode<decltype(f.occ_length)>(occ_lengths, resource.occ_length);
      f.occ_index = static_cast<rrc::OccIndex>(resource.occ_index);
      break;
    }
  }
}

Result<PucchResource> resource_in(const rrc::PucchResource& in) {
  PucchResource out;
  out.id = static_cast<uint8_t>(in.pucch_resource_id);
  out.first_rb = static_cast<uint16_t>(in.starting_prb);
  if (in.intra_slot_frequency_hopping && in.second_hop_prb) out.second_hop_rb = static_cast<uint16_t>(*in.second_hop_prb);
  auto common = [&](uint8_t number, const auto& format) {
    out.format = number;
    out.symbols = static_cast<uint8_t>(format.nrof_symbols);
    out.start_symbol = static_cast<uint8_t>(format.starting_symbol_index);
  };
  if (const auto* f = in.format.format0()) {
    common(0, *f);
    out.initial_cyclic_shift = static_cast<uint8_t>(f->initial_cyclic_shift);
  } else if (const auto* f1 = in.format.format1()) {
    common(1, *f1);
    out.initial_cyclic_shift = static_cast<uint8_t>(f1->initial_cyclic_shift);
    out.time_domain_occ = static_cast<uint8_t>(f1->time_domain_occ);
  } else if (const auto* f2 = in.format.format2()) {
    common(2, *f2);
    out.rbs = static_cast<uint16_t>(f2->nrof_prbs);
  } else if (const auto* f3 = in.format.format3()) {
    common(3, *f3);
    out.rbs = static_cast<uint16_t>(f3->nrof_prbs);
  } else if (const auto* f4 = in.format.format4()) {
    common(4, *f4);
    out.occ_length = decode(occ_lengths, f4->occ_length);
    out.occ_index = static_cast<uint8_t>(f4->occ_index);
  } else {
    return fail(Fault::unsupported, "PUCCH-Resource.format", "an unknown alternative");
  }
  return out;
}

void pucch_out(const UeConfig& now, rrc::PucchConfig& out) {
  if (!now.pucch_sets.empty()) {
    auto& list = out.resource_set_to_add_mod_list.emplace();
    for (size_t i = 0; i < now.pucch_sets.size(); ++i) {
      auto& item = list.emplace_back();
      put(item.pucch_resource_set_id, static_cast<unsigned>(i));
      for (uint8_t id : now.pucch_sets[i].resources) item.resource_list.push_back(id);
      if (now.pucch_sets[i].max_bits) item.max_payload_size = now.pucch_sets[i].max_bits;
    }
  }
  if (!now.pucch.empty()) {
    auto& list = out.resource_to_add_mod_list.emplace();
    for (const auto& resource : now.pucch) resource_out(resource, list.emplace_back());
  }
  auto format = [](const PucchFormatConfig& config, auto& target) {
    auto& setup = target.emplace().set_setup();
    setup.max_code_rate = static_cast<rrc::PucchMaxCodeRate>(config.max_code_rate);
    if (config.simultaneous_csi) setup.simultaneous_harq_ack_csi.emplace();
    if (config.additional_dmrs) setup.additional_dmrs.emplace();
    if (config.pi2_bpsk) setup.pi_2bpsk.emplace();
  };
  out.format1.emplace().set_setup();
  format(now.pucch_formats[2], out.format2);
  format(now.pucch_formats[3], out.format3);
  format(now.pucch_formats[4], out.format4);
  if (!now.scheduling_requests.empty()) {
    auto& list = out.scheduling_request_resource_to_add_mod_list.emplace();
    for (const auto& sr : now.scheduling_requests) {
      auto& item = list.emplace_back();
      put(item.scheduling_request_resource_id, sr.id + 1U);
      put(item.scheduling_request_id, sr.id);
      auto& period = item.periodicity_and_offset.emplace();
      switch (sr.period_slots) {
#define SEN_CASE(n) case n: put(period.set_sl##n(), sr.offset_slots); break;
        SEN_SR_PERIODS(SEN_CASE)
#undef SEN_CASE
        default: period.set_sl1(); break;
      }
      item.resource = sr.resource;
    }
  }
  if (!now.k1.empty()) {
    auto& list = out.dl_data_to_ul_ack.emplace();
    for (uint8_t k : now.k1) list.push_back(k);
  }
  auto& power = out.pucch_power_control.emplace();
  auto& p0 = power.p0_set.emplace().emplace_back();
  put(p0.p0_pucch_id, 1);
  p0.p0_pucch_value = static_cast<decltype(p0.p0_pucch_value)>(now.p0_pucch_db);
  auto delta = [&](unsigned n, auto& target) {
    if (now.delta_f_pucch_db[n]) target = now.delta_f_pucch_db[n];
  };
  delta(0, power.delta_f_pucch_f0), delta(1, power.delta_f_pucch_f1), delta(2, power.delta_f_pucch_f2), delta(3, power.delta_f_pucch_f3),
      delta(4, power.delta_f_pucch_f4);
}

Status pucch_in(const rrc::PucchConfig& in, UeConfig& config) {
  if (in.resource_to_release_list) {
    for (auto id : *in.resource_to_release_list) std::erase_if(config.pucch, [&](const PucchResource& r) { return r.id == id; });
  }
  if (in.resource_to_add_mod_list) {
    for (const auto& item : *in.resource_to_add_mod_list) {
      SEN_ASSIGN(auto resource, resource_in(item));
      std::erase_if(config.pucch, [&](const PucchResource& r) { return r.id == resource.id; });
      config.pucch.push_back(resource);
    }
  }
  if (in.resource_set_to_add_mod_list) {
    for (const auto& item : *in.resource_set_to_add_mod_list) {
      const auto index = static_cast<size_t>(item.pucch_resource_set_id);
      if (config.pucch_sets.size() <= index) config.pucch_sets.resize(index + 1);
      auto& set = config.pucch_sets[index];
      set.resources.clear();
      for (auto id : item.resource_list) set.resources.push_back(static_cast<uint8_t>(id));
      set.max_bits = item.max_payload_size ? static_cast<uint16_t>(*item.max_payload_size) : 0;
    }
  }
  auto format = [&](const auto& given, PucchFormatConfig& out) -> Status {
    const auto* setup = given ? given->setup() : nullptr;
    if (!setup) return {};
    if (setup->nrof_slots) return fail(Fault::unsupported, "PUCCH-FormatConfig.nrofSlots", "repetition is not served");
    out = {};
    if (setup->max_code_rate) out.max_code_rate = static_cast<uint8_t>(*setup->max_code_rate);
    out.simultaneous_csi = setup->simultaneous_harq_ack_csi.has_value();
    out.additional_dmrs = setup->additional_dmrs.has_value();
    out.pi2_bpsk = setup->pi_2bpsk.has_value();
    return {};
  };
  PucchFormatConfig short_uci;  // of its parameters only repetition means anything to format 1 here
  SEN_TRY(format(in.format1, short_uci));
  SEN_TRY(format(in.format2, config.pucch_formats[2]));
  SEN_TRY(format(in.format3, config.pucch_formats[3]));
  SEN_TRY(format(in.format4, config.pucch_formats[4]));
  if (in.scheduling_request_resource_to_add_mod_list) {
    for (const auto& item : *in.scheduling_request_resource_to_add_mod_list) {
      auto sr = std::find_if(config.scheduling_requests.begin(), config.scheduling_requests.end(),
                             [&](const SrConfig& s) { return s.id == item.scheduling_request_id; });
      if (sr == config.scheduling_requests.end()) {
        return fail(Fault::not_found, "SchedulingRequestResourceConfig", "names schedulingRequestID {}, which is not configured",
                    static_cast<unsigned>(item.scheduling_request_id));
      }
      if (item.resource) sr->resource = static_cast<uint8_t>(*item.resource);
      if (!item.periodicity_and_offset) continue;
      const auto& period = *item.periodicity_and_offset;
      sr->period_slots = 1;
      sr->offset_slots = 0;
#define SEN_READ(n) if (const auto* v = period.sl##n()) sr->period_slots = n, sr->offset_slots = static_cast<uint16_t>(*v);
      SEN_SR_PERIODS(SEN_READ)
#undef SEN_READ
    }
  }
  if (in.dl_data_to_ul_ack) {
    config.k1.clear();
    for (auto k : *in.dl_data_to_ul_ack) config.k1.push_back(static_cast<uint8_t>(k));
  }
  if (const auto& power = in.pucch_power_control) {
    if (power->p0_set && !power->p0_set->empty()) config.p0_pucch_db = static_cast<int16_t>(power->p0_set->front().p0_pucch_value);
    auto delta = [&](unsigned n, const auto& given) { config.delta_f_pucch_db[n] = given ? static_cast<int8_t>(*given) : int8_t{0}; };
    delta(0, power->delta_f_pucch_f0), delta(1, power->delta_f_pucch_f1), delta(2, power->delta_f_pucch_f2), delta(3, power->delta_f_pucch_f3),
        delta(4, power->delta_f_pucch_f4);
  }
  return {};
}

void pusch_out(const UeConfig& now, rrc::PuschConfig& out) {
  auto& tx = out.tx_config.emplace();
  tx = static_cast<std::remove_reference_t<decltype(tx)>>(0);  // codebook
  auto& dmrs = out.dmrs_uplink_for_pusch_mapping_type_a.emplace().set_setup();
  dmrs_position_out(now.ul_dmrs_additional, dmrs.dmrs_additional_position);
  dmrs.transform_precoding_disabled.emplace();
  auto& power = out.pusch_power_control.emplace();
  auto& set = power.p0_alpha_sets.emplace().emplace_back();
  put(set.p0_pusch_alpha_set_id, 0);
  set.p0 = static_cast<std::remove_reference_t<decltype(*set.p0)>>(now.p0_pusch_db);
  set.alpha = encode<rrc::Alpha>(alphas_x10, now.alpha_x10);
  if (now.delta_mcs) power.delta_mcs.emplace();
  if (!now.tpc_accumulation) power.tpc_accumulation.emplace();
  out.resource_allocation = allocation_out(now.resource_allocation_type1);
  if (!now.pusch_times.empty()) asn1::times_out(now.pusch_times, out.pusch_time_domain_allocation_list.emplace().set_setup());
  mcs_table_out(now.pusch_mcs_table, out.mcs_table);
  out.transform_precoder = static_cast<rrc::EnabledOrDisabled>(now.transform_precoding ? 0 : 1);
  out.codebook_subset = static_cast<rrc::CodebookSubset>(now.codebook_subset);
  out.max_rank = now.max_layers_ul;
  if (now.rbg_config2) out.rbg_size.emplace();
  auto& uci = out.uci_on_pusch.emplace().set_setup();
  auto& beta = uci.beta_offsets.emplace().set_semi_static();
  beta.beta_offset_ack_index1 = now.beta_harq_small;
  beta.beta_offset_ack_index2 = now.beta_harq_mid;
  beta.beta_offset_ack_index3 = now.beta_harq_large;
  beta.beta_offset_csi_part1_index1 = now.beta_csi_small;
  beta.beta_offset_csi_part1_index2 = now.beta_csi_large;
  beta.beta_offset_csi_part2_index1 = now.beta_csi2_small;
  beta.beta_offset_csi_part2_index2 = now.beta_csi2_large;
  uci.scaling = static_cast<rrc::UciScaling>(now.uci_alpha);
}

Status pusch_in(const rrc::PuschConfig& in, UeConfig& config) {
  if (const auto* dmrs = in.dmrs_uplink_for_pusch_mapping_type_a ? in.dmrs_uplink_for_pusch_mapping_type_a->setup() : nullptr) {
    if (dmrs->dmrs_type || dmrs->max_length) return fail(Fault::unsupported, "DMRS-UplinkConfig", "type 2 or two symbols");
    config.ul_dmrs_additional = dmrs_position_in(dmrs->dmrs_additional_position);
    if (const auto& ids = dmrs->transform_precoding_disabled) {
      config.pusch_ids.dmrs0 = id_in(ids->scrambling_id0);
      config.pusch_ids.dmrs1 = id_in(ids->scrambling_id1);
    }
  }
  config.pusch_ids.data = id_in(in.data_scrambling_identity_pusch);
  if (in.frequency_hopping) return fail(Fault::unsupported, "PUSCH-Config.frequencyHopping", "is not served");
  if (const auto& power = in.pusch_power_control) {
    if (power->p0_alpha_sets && !power->p0_alpha_sets->empty()) {
      const auto& set = power->p0_alpha_sets->front();
      config.p0_pusch_db = static_cast<int16_t>(set.p0 ? *set.p0 : 0);
      config.alpha_x10 = set.alpha ? decode(alphas_x10, *set.alpha) : 10;
    }
    config.delta_mcs = power->delta_mcs.has_value();
    config.tpc_accumulation = !power->tpc_accumulation.has_value();
  }
  if (in.pusch_time_domain_allocation_list) {
    config.pusch_times.clear();
    if (const auto* list = in.pusch_time_domain_allocation_list->setup()) SEN_TRY(asn1::times_in(*list, config.ul.scs, config.pusch_times));
  }
  config.pusch_mcs_table = mcs_table_in(in.mcs_table);
  config.transform_precoding = in.transform_precoder && static_cast<unsigned>(*in.transform_precoder) == 0;
  if (in.codebook_subset) config.codebook_subset = static_cast<nr::CodebookSubset>(std::min<unsigned>(static_cast<unsigned>(*in.codebook_subset), 2));
  if (in.max_rank) config.max_layers_ul = static_cast<uint8_t>(*in.max_rank);
  if (const auto* uci = in.uci_on_pusch ? in.uci_on_pusch->setup() : nullptr) {
    config.uci_alpha = static_cast<uint8_t>(uci->scaling);
    if (const auto* beta = uci->beta_offsets ? uci->beta_offsets->semi_static() : nullptr) {
      auto take = [](uint8_t& target, const auto& value) {
        if (value) target = static_cast<uint8_t>(*value);
      };
      take(config.beta_harq_small, beta->beta_offset_ack_index1);
      take(config.beta_harq_mid, beta->beta_offset_ack_index2);
      take(config.beta_harq_large, beta->beta_offset_ack_index3);
      take(config.beta_csi_small, beta->beta_offset_csi_part1_index1);
      take(config.beta_csi_large, beta->beta_offset_csi_part1_index2);
      take(config.beta_csi2_small, beta->beta_offset_csi_part2_index1);
      take(config.beta_csi2_large, beta->beta_offset_csi_part2_index2);
    }
  }
  return {};
}

}  // namespace

void to_asn1(const CellConfig& cell, const UeConfig* before, const UeConfig& now, rrc::CellGroupConfig& out) {
  channels_out(before, now, out);
  if (before) {  // what follows changes rarely: all or nothing
    UeConfig same = *before;
    same.channels = now.channels;
    if (same == now) return;
  }
  mac_out(now, out.mac_cell_group_config.emplace());
  auto& physical = out.physical_cell_group_config.emplace();
  physical.p_nr_fr1 = now.p_max_dbm;
  physical.pdsch_harq_ack_codebook = static_cast<rrc::HarqCodebook>(now.dynamic_harq_codebook);
  auto& dedicated = out.sp_cell_config ? *out.sp_cell_config : out.sp_cell_config.emplace();
  auto& serving = dedicated.sp_cell_config_dedicated.emplace();
  downlink_out(before, now, serving.initial_downlink_bwp.emplace());
  put(serving.first_active_downlink_bwp_id.emplace(), now.bwp_id);
  auto& uplink = serving.uplink_config.emplace();
  auto& ul_bwp = uplink.initial_uplink_bwp.emplace();
  pucch_out(now, ul_bwp.pucch_config.emplace().set_setup());
  pusch_out(now, ul_bwp.pusch_config.emplace().set_setup());
  put(uplink.first_active_uplink_bwp_id.emplace(), now.bwp_id);
  auto& pdsch = serving.pdsch_serving_cell_config.emplace().set_setup();
  auto& harq = pdsch.nrof_harq_processes_for_pdsch.emplace();
  harq = encode<std::remove_reference_t<decltype(harq)>>(harq_counts, now.dl_harq_processes);
  pdsch.max_mimo_layers = now.max_layers_dl;
  if (now.srs) asn1::srs_out(*now.srs, ul_bwp.srs_config.emplace().set_setup());
  if (now.csi) asn1::csi_out(now, serving.csi_meas_config.emplace().set_setup());
  put(serving.tag_id, 0);
  (void)cell;
}

Status from_asn1(const rrc::CellGroupConfig& in, const CellConfig& cell, UeConfig& config) {
  channels_in(in, config);
  if (in.mac_cell_group_config) mac_in(*in.mac_cell_group_config, config);
  if (in.physical_cell_group_config) {
    const auto& physical = *in.physical_cell_group_config;
    if (physical.p_nr_fr1) config.p_max_dbm = static_cast<int8_t>(*physical.p_nr_fr1);
    config.dynamic_harq_codebook = static_cast<unsigned>(physical.pdsch_harq_ack_codebook) == 1;
  }
  if (in.s_cell_to_add_mod_list) return fail(Fault::unsupported, "CellGroupConfig.sCellToAddModList", "carrier aggregation is not served");
  const auto* serving = in.sp_cell_config && in.sp_cell_config->sp_cell_config_dedicated ? &*in.sp_cell_config->sp_cell_config_dedicated : nullptr;
  if (!serving) return {};
  if (serving->downlink_bwp_to_add_mod_list) return fail(Fault::unsupported, "ServingCellConfig.downlinkBWP-ToAddModList", "is not served");
  if (serving->initial_downlink_bwp) SEN_TRY(downlink_in(*serving->initial_downlink_bwp, cell.l1.pci, config));
  if (serving->uplink_config && serving->uplink_config->initial_uplink_bwp) {
    const auto& uplink = *serving->uplink_config->initial_uplink_bwp;
    if (const auto* pucch = uplink.pucch_config ? uplink.pucch_config->setup() : nullptr) SEN_TRY(pucch_in(*pucch, config));
    if (const auto* pusch = uplink.pusch_config ? uplink.pusch_config->setup() : nullptr) SEN_TRY(pusch_in(*pusch, config));
    if (uplink.srs_config) {
      if (const auto* srs = uplink.srs_config->setup()) SEN_TRY(asn1::srs_in(*srs, config));
      else config.srs.reset();
    }
  }
  if (const auto* pdsch = serving->pdsch_serving_cell_config ? serving->pdsch_serving_cell_config->setup() : nullptr) {
    config.dl_harq_processes = pdsch->nrof_harq_processes_for_pdsch ? decode(harq_counts, *pdsch->nrof_harq_processes_for_pdsch) : 8;
    if (pdsch->code_block_group_transmission && pdsch->code_block_group_transmission->setup())
      return fail(Fault::unsupported, "PDSCH-ServingCellConfig.codeBlockGroupTransmission", "is not served");
    if (pdsch->x_overhead) return fail(Fault::unsupported, "PDSCH-ServingCellConfig.xOverhead", "is not served");
    if (pdsch->max_mimo_layers) config.max_layers_dl = static_cast<uint8_t>(std::min<unsigned>(*pdsch->max_mimo_layers, 4));
  }
  if (serving->csi_meas_config) {
    if (const auto* csi = serving->csi_meas_config->setup()) SEN_TRY(asn1::csi_in(*csi, config));
    else config.csi.reset();
  }
  return {};
}

void to_asn1(const Sync& sync, rrc::CellGroupConfig& out) {
  auto& dedicated = out.sp_cell_config ? *out.sp_cell_config : out.sp_cell_config.emplace();
  auto& with_sync = dedicated.reconfiguration_with_sync.emplace();
  to_asn1(sync.cell, with_sync.sp_cell_config_common.emplace());
  put(with_sync.new_ue_identity, sync.rnti);
  with_sync.t304 = encode<decltype(with_sync.t304)>(t304_ms, sync.t304_ms);
  if (!sync.preamble) return;
  auto& cfra = with_sync.rach_config_dedicated.emplace().set_uplink().cfra.emplace();
  auto& ssb = cfra.resources.set_ssb();
  auto& resource = ssb.ssb_resource_list.emplace_back();
  unsigned index = 0;
  while (index < 63 && !(sync.cell.ssb_positions >> index & 1)) ++index;
  put(resource.ssb, index);
  put(resource.ra_preamble_index, *sync.preamble);
  put(ssb.ra_ssb_occasion_mask_index, 0);
}

Result<std::optional<Sync>> sync_from_asn1(const rrc::CellGroupConfig& in, const CellConfig& serving) {
  const auto* with_sync = in.sp_cell_config && in.sp_cell_config->reconfiguration_with_sync ? &*in.sp_cell_config->reconfiguration_with_sync : nullptr;
  if (!with_sync) return std::optional<Sync>();
  Sync out;
  out.cell = serving;
  if (with_sync->sp_cell_config_common) {
    SEN_ASSIGN(out.cell, from_asn1(*with_sync->sp_cell_config_common, serving));
  }
  out.rnti = static_cast<Rnti>(with_sync->new_ue_identity);
  out.t304_ms = decode(t304_ms, with_sync->t304);
  if (with_sync->rach_config_dedicated) {
    const auto* uplink = with_sync->rach_config_dedicated->uplink();
    const auto* ssb = uplink && uplink->cfra ? uplink->cfra->resources.ssb() : nullptr;
    if (ssb && !ssb->ssb_resource_list.empty()) out.preamble = static_cast<uint8_t>(ssb->ssb_resource_list.front().ra_preamble_index);
  }
  return std::optional<Sync>(std::move(out));
}

rrc::UeNrCapability capability(uint16_t band, const UeAntennas& antennas) {
  rrc::UeNrCapability out;
  out.access_stratum_release = static_cast<rrc::AccessStratumRelease>(2);  // Release 17
  out.pdcp_parameters.supported_rohc_profiles = {};
  out.pdcp_parameters.max_number_rohc_context_sessions = {};
  auto& in_band = out.rf_parameters.supported_band_list_nr.emplace_back();
  in_band.band_nr = band;
  auto& sets = out.feature_sets.emplace();
  auto& downlink = sets.feature_sets_downlink_per_cc.emplace().emplace_back();
  downlink.supported_subcarrier_spacing_dl = static_cast<rrc::SubcarrierSpacing>(1);
  downlink.supported_bandwidth_dl.set_fr1() = rrc::SupportedBandwidthFr1::mhz100;
  if (antennas.layers_dl > 1) downlink.max_number_mimo_layers_pdsch = static_cast<rrc::MimoLayersDl>(antennas.layers_dl > 2 ? 1 : 0);
  auto& uplink = sets.feature_sets_uplink_per_cc.emplace().emplace_back();
  uplink.supported_subcarrier_spacing_ul = static_cast<rrc::SubcarrierSpacing>(1);
  uplink.supported_bandwidth_ul.set_fr1() = rrc::SupportedBandwidthFr1::mhz100;
  if (antennas.layers_ul > 1) {
    auto& codebook = uplink.mimo_cb_pusch.emplace();
    codebook.max_number_mimo_layers_cb_pusch = static_cast<rrc::MimoLayersUl>(antennas.layers_ul > 2 ? 2 : 1);
    codebook.max_number_srs_resource_per_set = 1;
    auto& coherence = in_band.mimo_parameters_per_band.emplace().pusch_trans_coherence.emplace();
    coherence = static_cast<std::remove_reference_t<decltype(coherence)>>(2 - static_cast<unsigned>(antennas.coherence));
  }
  return out;
}

UeAntennas antennas_of(const rrc::UeNrCapability& capability) {
  UeAntennas out;
  if (!capability.feature_sets) return out;
  const auto& sets = *capability.feature_sets;
  if (sets.feature_sets_downlink_per_cc) {
    for (const auto& set : *sets.feature_sets_downlink_per_cc) {
      if (set.max_number_mimo_layers_pdsch)
        out.layers_dl = std::max<uint8_t>(out.layers_dl, static_cast<unsigned>(*set.max_number_mimo_layers_pdsch) == 0 ? 2 : 4);
    }
  }
  if (sets.feature_sets_uplink_per_cc) {
    for (const auto& set : *sets.feature_sets_uplink_per_cc) {
      if (!set.mimo_cb_pusch || !set.mimo_cb_pusch->max_number_mimo_layers_cb_pusch) continue;
      constexpr uint8_t layers[] = {1, 2, 4};
      out.layers_ul = std::max(out.layers_ul, layers[std::min<unsigned>(static_cast<unsigned>(*set.mimo_cb_pusch->max_number_mimo_layers_cb_pusch), 2)]);
    }
  }
  for (const auto& band : capability.rf_parameters.supported_band_list_nr) {
    if (band.mimo_parameters_per_band && band.mimo_parameters_per_band->pusch_trans_coherence)
      out.coherence = static_cast<nr::CodebookSubset>(2 - std::min<unsigned>(static_cast<unsigned>(*band.mimo_parameters_per_band->pusch_trans_coherence), 2));
  }
  return out;
}

}  // namespace sen::mac
