#include "nr/tdd.h"

#include <algorithm>

namespace sen::nr {
namespace {

struct Period {
  uint32_t us;
  unsigned min_mu;  // TS 38.213 11.1: 0.625 ms at 120 kHz only, 1.25 ms from 60 kHz, 2.5 ms from 30 kHz
};
constexpr std::array<Period, 10> periods{
    {{500, 1}, {625, 3}, {1000, 0}, {1250, 2}, {2000, 0}, {2500, 1}, {3000, 0}, {4000, 0}, {5000, 0}, {10000, 0}}};

std::string allowed_periods(Scs scs) {
  std::string out;
  for (const Period& p : periods) {
    if (mu(scs) >= p.min_mu) out += (out.empty() ? "" : ", ") + std::to_string(p.us);
  }
  return out;
}

unsigned slots_of(const TddPattern& pattern, Scs scs) { return pattern.period_us * slots_per_subframe(scs) / 1000; }

Status check(const TddPattern& pattern, Scs scs, const char* name) {
  auto known = std::find_if(periods.begin(), periods.end(), [&](const Period& p) { return p.us == pattern.period_us; });
  if (known == periods.end() || mu(scs) < known->min_mu || pattern.period_us * slots_per_subframe(scs) % 1000 != 0) {
    return fail(Fault::invalid, name, "period of {} us is not allowed at {} kHz ({}; TS 38.213 11.1)", pattern.period_us, khz(scs),
                allowed_periods(scs));
  }
  unsigned slots = slots_of(pattern, scs);
  if (pattern.dl_symbols >= symbols_per_slot || pattern.ul_symbols >= symbols_per_slot) {
    return fail(Fault::invalid, name, "{} downlink and {} uplink symbols are not allowed (0 to 13 each; TS 38.331 TDD-UL-DL-Pattern)",
                pattern.dl_symbols, pattern.ul_symbols);
  }
  unsigned symbols = (pattern.dl_slots + pattern.ul_slots) * symbols_per_slot + pattern.dl_symbols + pattern.ul_symbols;
  if (symbols > slots * symbols_per_slot) {
    return fail(Fault::invalid, name, "{} + {} slots and {} + {} symbols do not fit a period of {} slots (TS 38.213 11.1)",
                pattern.dl_slots, pattern.ul_slots, pattern.dl_symbols, pattern.ul_symbols, slots);
  }
  return {};
}

// Symbols of the reference numerology, expanded by 2^(mu - mu_ref) consecutive symbols each.
void lay_out(const TddPattern& pattern, Scs scs_ref, Scs scs, unsigned symbols, SlotSymbols* out) {
  unsigned factor = 1u << (mu(scs) - mu(scs_ref));
  unsigned total = slots_of(pattern, scs) * symbols;
  unsigned dl = (pattern.dl_slots * symbols + pattern.dl_symbols) * factor;
  unsigned ul_from = total - (pattern.ul_slots * symbols + pattern.ul_symbols) * factor;
  for (unsigned slot = 0; slot < total / symbols; ++slot) {
    unsigned first = slot * symbols, end = first + symbols;
    out[slot].dl = static_cast<uint8_t>(std::clamp(dl, first, end) - first);
    out[slot].ul = static_cast<uint8_t>(end - std::clamp(ul_from, first, end));
  }
}

Result<TddPattern> parse_pattern(std::string_view name, Scs scs, unsigned special_dl, unsigned special_ul) {
  TddPattern pattern;
  size_t i = 0;
  while (i < name.size() && name[i] == 'D') ++i;
  pattern.dl_slots = static_cast<uint16_t>(i);
  if (i < name.size() && (name[i] == 'S' || name[i] == 'F')) {
    if (name[i] == 'S') {
      pattern.dl_symbols = static_cast<uint8_t>(special_dl);
      pattern.ul_symbols = static_cast<uint8_t>(special_ul);
    }
    ++i;
  }
  size_t uplink = i;
  while (i < name.size() && name[i] == 'U') ++i;
  pattern.ul_slots = static_cast<uint16_t>(i - uplink);
  if (i != name.size() || name.empty() || name.size() > max_tdd_period_slots) {
    return fail(Fault::invalid, "tdd", "\"{}\" is not a pattern (D.., at most one S, U.. such as DDDSU)", name);
  }
  pattern.period_us = static_cast<uint32_t>(name.size() * 1000 / slots_per_subframe(scs));
  return pattern;
}

}  // namespace

TddTable TddTable::fdd(unsigned symbols) {
  TddTable table;
  table.fdd_ = true;
  table.symbols_ = static_cast<uint8_t>(symbols);
  table.slots_[0] = {table.symbols_, table.symbols_};
  return table;
}

Result<TddTable> TddTable::make(const TddConfig& config, Scs scs, unsigned symbols) {
  if (mu(config.scs_ref) > 3 || mu(scs) > 3 || mu(scs) < mu(config.scs_ref)) {
    return fail(Fault::invalid, "referenceSubcarrierSpacing", "{} kHz is not allowed (15 to {}; TS 38.213 11.1)", khz(config.scs_ref),
                khz(scs));
  }
  SEN_TRY(check(config.pattern1, config.scs_ref, "pattern1"));
  if (config.pattern2) SEN_TRY(check(*config.pattern2, config.scs_ref, "pattern2"));
  uint32_t period_us = config.pattern1.period_us + (config.pattern2 ? config.pattern2->period_us : 0);
  if (20'000 % period_us != 0) return fail(Fault::invalid, "pattern2", "{} us do not divide 20 ms (P + P2; TS 38.213 11.1)", period_us);
  TddTable table;
  table.symbols_ = static_cast<uint8_t>(symbols);
  unsigned first = slots_of(config.pattern1, scs);
  table.period_ = static_cast<uint16_t>(first + (config.pattern2 ? slots_of(*config.pattern2, scs) : 0));
  lay_out(config.pattern1, config.scs_ref, scs, symbols, table.slots_.data());
  if (config.pattern2) lay_out(*config.pattern2, config.scs_ref, scs, symbols, table.slots_.data() + first);
  return table;
}

bool TddTable::ul_fits(Slot slot, unsigned start, unsigned length) const {
  return start + at(slot).ul >= symbols_ && start + length <= symbols_;
}

unsigned TddTable::count_full_ul() const {
  return static_cast<unsigned>(std::count_if(slots_.begin(), slots_.begin() + period_, [&](SlotSymbols s) { return s.ul == symbols_; }));
}

std::string TddTable::name() const {
  if (fdd_) return "FDD";
  std::string out;
  for (unsigned i = 0; i < period_; ++i) {
    SlotSymbols s = slots_[i];
    out += s.dl == symbols_ ? 'D' : s.ul == symbols_ ? 'U' : s.dl == 0 && s.ul == 0 ? 'F' : 'S';
  }
  return out;
}

Result<TddConfig> parse_tdd(std::string_view name, Scs scs, unsigned special_dl, unsigned special_ul) {
  TddConfig config;
  config.scs_ref = scs;
  size_t comma = name.find(',');
  SEN_ASSIGN(config.pattern1, parse_pattern(name.substr(0, comma), scs, special_dl, special_ul));
  if (comma != std::string_view::npos) {
    SEN_ASSIGN(config.pattern2, parse_pattern(name.substr(comma + 1), scs, special_dl, special_ul));
  }
  SEN_TRY(TddTable::make(config, scs));
  return config;
}

}  // namespace sen::nr
