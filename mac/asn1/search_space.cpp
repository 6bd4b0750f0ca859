#include "mac/asn1/search_space.h"

#include "mac/asn1/values.h"

namespace sen::mac::asn1 {
namespace {

constexpr std::array<uint8_t, 3> bundle_sizes{2, 3, 6};
constexpr std::array<uint8_t, 8> candidate_counts{0, 1, 2, 3, 4, 5, 6, 8};

// Alternatives of monitoringSlotPeriodicityAndOffset that carry an offset.
#define SEN_MONITORING_PERIODS(X) X(2) X(4) X(5) X(8) X(10) X(16) X(20) X(40) X(80) X(160) X(320) X(640) X(1280) X(2560)

}  // namespace

void coreset_out(const nr::l1::Coreset& coreset, rrc::ControlResourceSet& out) {
  out.control_resource_set_id = coreset.id;
  out.frequency_domain_resources.value = reversed(coreset.frequency_groups, 45);
  out.duration = coreset.duration;
  if (coreset.interleaved) {
    auto& interleaved = out.cce_reg_mapping_type.set_interleaved();
    interleaved.reg_bundle_size = encode<decltype(interleaved.reg_bundle_size)>(bundle_sizes, coreset.reg_bundle);
    interleaved.interleaver_size = encode<decltype(interleaved.interleaver_size)>(bundle_sizes, coreset.interleaver_rows);
    interleaved.shift_index = coreset.shift;
  } else {
    out.cce_reg_mapping_type.set_non_interleaved();
  }
  out.precoder_granularity = static_cast<decltype(out.precoder_granularity)>(coreset.wideband_precoder);
}

Result<nr::l1::Coreset> coreset_in(const rrc::ControlResourceSet& in, uint16_t pci) {
  nr::l1::Coreset out;
  out.id = static_cast<uint8_t>(in.control_resource_set_id);
  out.frequency_groups = reversed(in.frequency_domain_resources.value, 45);
  out.duration = static_cast<uint8_t>(in.duration);
  if (const auto* interleaved = in.cce_reg_mapping_type.interleaved()) {
    out.interleaved = true;
    out.reg_bundle = decode(bundle_sizes, interleaved->reg_bundle_size);
    out.interleaver_rows = decode(bundle_sizes, interleaved->interleaver_size);
    out.shift = interleaved->shift_index ? static_cast<uint16_t>(*interleaved->shift_index) : pci;
  }
  out.wideband_precoder = static_cast<unsigned>(in.precoder_granularity) == 1;
  if (out.frequency_groups == 0) return fail(Fault::invalid, "ControlResourceSet.frequencyDomainResources", "names no resource blocks");
  return out;
}

void search_space_out(const SearchSpace& space, rrc::SearchSpace& out) {
  out.search_space_id = space.id;
  out.control_resource_set_id = space.coreset;
  auto& period = out.monitoring_slot_periodicity_and_offset.emplace();
  switch (space.period_slots) {
#define SEN_CASE(n) case n: period.set_sl##n() = static_cast<std::remove_reference_t<decltype(period.set_sl##n())>>(space.offset_slots); break;
    SEN_MONITORING_PERIODS(SEN_CASE)
#undef SEN_CASE
    default: period.set_sl1(); break;
  }
  if (space.duration_slots > 1) out.duration = space.duration_slots;
  out.monitoring_symbols_within_slot.emplace().value = space.symbols;
  auto& candidates = out.nrof_candidates.emplace();
  auto count = [&](size_t i) { return encode<rrc::CandidateCount>(candidate_counts, space.candidates[i]); };
  candidates.aggregation_level1 = count(0);
  candidates.aggregation_level2 = count(1);
  candidates.aggregation_level4 = count(2);
  candidates.aggregation_level8 = count(3);
  candidates.aggregation_level16 = count(4);
  auto& type = out.search_space_type.emplace();
  if (space.type == SearchSpaceType::common) type.set_common().dci_format0_0_and_format1_0.emplace();
  else {
    auto& formats = type.set_ue_specific().dci_formats;
    formats = static_cast<std::remove_reference_t<decltype(formats)>>(space.type == SearchSpaceType::ue_0_1_1_1);
  }
}

Result<SearchSpace> search_space_in(const rrc::SearchSpace& in) {
  SearchSpace out;
  out.id = static_cast<uint8_t>(in.search_space_id);
  if (!in.control_resource_set_id || !in.monitoring_slot_periodicity_and_offset || !in.monitoring_symbols_within_slot || !in.nrof_candidates ||
      !in.search_space_type) {
    return fail(Fault::unsupported, "SearchSpace", "identity {}: a change of some fields only", out.id);
  }
  out.coreset = static_cast<uint8_t>(*in.control_resource_set_id);
  const auto& period = *in.monitoring_slot_periodicity_and_offset;
#define SEN_READ(n) if (const auto* v = period.sl##n()) out.period_slots = n, out.offset_slots = static_cast<uint16_t>(*v);
  SEN_MONITORING_PERIODS(SEN_READ)
#undef SEN_READ
  out.duration_slots = in.duration ? static_cast<uint16_t>(*in.duration) : 1;
  out.symbols = static_cast<uint16_t>(in.monitoring_symbols_within_slot->value);
  const auto& candidates = *in.nrof_candidates;
  out.candidates = {decode(candidate_counts, candidates.aggregation_level1), decode(candidate_counts, candidates.aggregation_level2),
                    decode(candidate_counts, candidates.aggregation_level4), decode(candidate_counts, candidates.aggregation_level8),
                    decode(candidate_counts, candidates.aggregation_level16)};
  if (const auto* specific = in.search_space_type->ue_specific()) {
    out.type = static_cast<unsigned>(specific->dci_formats) == 1 ? SearchSpaceType::ue_0_1_1_1 : SearchSpaceType::ue_0_0_1_0;
  }
  return out;
}

void ssb_and_preambles_out(const RachConfig& rach, rrc::SsbAndPreambles& out) {
  const auto in_fours = static_cast<rrc::PreamblesPerSsb16>(std::clamp(rach.cb_preambles_per_ssb / 4, 1, 16) - 1);
  switch (rach.ssb_per_occasion_x8) {
    case 1: out.set_one_eighth() = in_fours; break;
    case 2: out.set_one_fourth() = in_fours; break;
    case 4: out.set_one_half() = in_fours; break;
    case 16: {
      auto& two = out.set_two();
      two = static_cast<std::remove_reference_t<decltype(two)>>(std::clamp(rach.cb_preambles_per_ssb / 4, 1, 8) - 1);
      break;
    }
    case 32: out.set_four() = std::clamp<uint8_t>(rach.cb_preambles_per_ssb, 1, 16); break;
    case 64: out.set_eight() = std::clamp<uint8_t>(rach.cb_preambles_per_ssb, 1, 8); break;
    case 128: out.set_sixteen() = std::clamp<uint8_t>(rach.cb_preambles_per_ssb, 1, 4); break;
    default: out.set_one() = in_fours; break;
  }
}

Status ssb_and_preambles_in(const rrc::SsbAndPreambles& in, RachConfig& rach) {
  auto take = [&](uint8_t ssb_x8, unsigned preambles) {
    rach.ssb_per_occasion_x8 = ssb_x8;
    rach.cb_preambles_per_ssb = static_cast<uint8_t>(preambles);
    return Status();
  };
  auto fours = [](auto value) { return 4 * (static_cast<unsigned>(value) + 1); };
  if (const auto* v = in.one_eighth()) return take(1, fours(*v));
  if (const auto* v = in.one_fourth()) return take(2, fours(*v));
  if (const auto* v = in.one_half()) return take(4, fours(*v));
  if (const auto* v = in.one()) return take(8, fours(*v));
  if (const auto* v = in.two()) return take(16, fours(*v));
  if (const auto* v = in.four()) return take(32, static_cast<unsigned>(*v));
  if (const auto* v = in.eight()) return take(64, static_cast<unsigned>(*v));
  if (const auto* v = in.sixteen()) return take(128, static_cast<unsigned>(*v));
  return fail(Fault::unsupported, "ssb-perRACH-OccasionAndCB-PreamblesPerSSB", "an unknown alternative");
}

void times_out(const std::vector<TimeAllocation>& times, rrc::PdschTimeDomainResourceAllocationList& out) {
  for (const auto& time : times) {
    auto& item = out.emplace_back();
    if (time.k != 0) item.k0 = time.k;
    item.mapping_type = static_cast<rrc::MappingType>(time.mapping);
    item.start_symbol_and_length = static_cast<decltype(item.start_symbol_and_length)>(nr::sliv(time.start, time.length));
  }
}

void times_out(const std::vector<TimeAllocation>& times, rrc::PuschTimeDomainResourceAllocationList& out) {
  for (const auto& time : times) {
    auto& item = out.emplace_back();
    item.k2 = time.k;
    item.mapping_type = static_cast<rrc::MappingType>(time.mapping);
    item.start_symbol_and_length = static_cast<decltype(item.start_symbol_and_length)>(nr::sliv(time.start, time.length));
  }
}

template <class Item>
static Result<TimeAllocation> time_in(const Item& item, unsigned k) {
  SEN_ASSIGN(auto symbols, nr::from_sliv(static_cast<unsigned>(item.start_symbol_and_length)));
  return TimeAllocation{static_cast<uint8_t>(k), static_cast<nr::MappingType>(static_cast<unsigned>(item.mapping_type)), symbols.start, symbols.length};
}

Status times_in(const rrc::PdschTimeDomainResourceAllocationList& in, nr::Scs, std::vector<TimeAllocation>& times) {
  times.clear();
  for (const auto& item : in) {
    SEN_ASSIGN(auto time, time_in(item, item.k0 ? static_cast<unsigned>(*item.k0) : 0));
    times.push_back(time);
  }
  return {};
}

Status times_in(const rrc::PuschTimeDomainResourceAllocationList& in, nr::Scs scs, std::vector<TimeAllocation>& times) {
  times.clear();
  for (const auto& item : in) {
    const unsigned absent = nr::mu(scs) <= 1 ? 1 : nr::mu(scs);
    SEN_ASSIGN(auto time, time_in(item, item.k2 ? static_cast<unsigned>(*item.k2) : absent));
    times.push_back(time);
  }
  return {};
}

}  // namespace sen::mac::asn1
