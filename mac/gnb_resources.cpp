// PUCCH resources for hundreds of UEs. From both edges of the uplink bandwidth part inwards, behind what the cell shares before dedicated
// configuration:
//   two pairs of blocks for HARQ-ACK in format 1 (18 resources each: 6 cyclic shifts, 3 cover codes, hopping over the slot),
//   one pair for SR in format 1, a block at each edge for HARQ-ACK in format 2 (7 positions in time), one for CSI, and three more pairs for
//   SR.
// HARQ-ACK resources are shared: each UE has a choice of eight, and the scheduler takes one that is free in the slot. SR and CSI occasions
// belong to one UE; the fuller they are, the longer the periods that new UEs get.
#include <algorithm>
#include <bitset>

#include "mac/detail/gnb_cell.h"

namespace sen::mac {

using namespace gnb;

namespace {

constexpr unsigned codes = 18;  // of format 1 in a pair of blocks
constexpr unsigned sr_pairs = 4;
constexpr unsigned positions = 7;  // of a two-symbol format 2 in a slot; one less where the last symbol is left to sounding
constexpr unsigned days = 2560;    // longest period; every other one divides it
constexpr uint16_t sr_periods[] = {1, 2, 4, 5, 8, 10, 16, 20, 40, 80, 160, 320, 640};
constexpr uint8_t highest_max_code_rate = 6;
constexpr uint16_t csi_periods[] = {4, 5, 8, 10, 16, 20, 40, 80, 160, 320};
constexpr uint16_t srs_periods[] = {1, 2, 4, 5, 8, 10, 16, 20, 32, 40, 64, 80, 160, 320, 640, 1280, 2560};

using Days = std::bitset<days>;

// Occasions of one kind: `width` at a time in each slot.
struct Occasions {
  std::vector<Days> taken;
  size_t used = 0;  // slot and place pairs

  void size(size_t width) {
    if (taken.size() < width) taken.resize(width);
  }
};

struct Claim {
  Occasions* where = nullptr;
  size_t place = 0;
  uint16_t period = 0, offset = 0;
};

}  // namespace

struct GnbCell::Impl::PucchPool {
  Occasions sr, csi, srs;
  std::vector<std::pair<Rnti, Claim>> claims;
  unsigned next = 0;  // rotates the choice of shared resources

  // Takes a place and an offset of a period that is at least `wish`. `possible(slot)` says whether the cell's uplink is there.
  template <size_t n, class F>
  std::optional<Claim> claim(Occasions& kind, size_t width, const uint16_t (&periods)[n], unsigned wish, size_t usable_days, F&& possible) {
    kind.size(width);
    const double load = usable_days ? static_cast<double>(kind.used) / static_cast<double>(width * usable_days) : 1;
    unsigned least = std::max(wish, 1u) * (load > 0.75 ? 4 : load > 0.5 ? 2 : 1);
    for (uint16_t period : periods) {
      if (period < std::min<unsigned>(least, periods[n - 1])) continue;
      for (uint16_t offset = 0; offset < period; ++offset) {
        bool fits = true;
        for (unsigned day = offset; day < days && fits; day += period) fits = possible(day);
        if (!fits) continue;
        for (size_t place = 0; place < width; ++place) {
          if (auto found = take(kind, place, period, offset)) return found;
        }
      }
    }
    return std::nullopt;
  }

  std::optional<Claim> take(Occasions& kind, size_t place, uint16_t period, uint16_t offset) {
    for (unsigned day = offset; day < days; day += period) {
      if (kind.taken[place][day]) return std::nullopt;
    }
    for (unsigned day = offset; day < days; day += period) kind.taken[place].set(day);
    kind.used += days / period;
    return Claim{&kind, place, period, offset};
  }

  void release(Rnti rnti) {
    for (auto& [owner, claim] : claims) {
      if (owner != rnti) continue;
      for (unsigned day = claim.offset; day < days; day += claim.period) claim.where->taken[claim.place].reset(day);
      claim.where->used -= days / claim.period;
    }
    std::erase_if(claims, [&](const auto& c) { return c.first == rnti; });
  }
};

namespace {

// Blocks from one edge inwards that neither the common PUCCH nor PRACH use, in pairs (low, high), relative to the bandwidth part.
class Edges {
 public:
  Edges(const RbMask& taken, unsigned start, unsigned size) : taken_(taken), start_(start), low_(0), high_(size) {}
  // `width` blocks at each edge; nullopt when the edges meet.
  std::optional<std::pair<uint16_t, uint16_t>> take(unsigned width) {
    unsigned low = low_;
    while (low + width < high_ && clash(low, width)) ++low;
    unsigned high = high_;
    while (high > low + width && clash(high - width, width)) --high;
    if (high < low + 2 * width) return std::nullopt;
    low_ = low + width;
    high_ = high - width;
    return std::pair(static_cast<uint16_t>(low), static_cast<uint16_t>(high_));
  }

 private:
  bool clash(unsigned first, unsigned width) const { return RbMask::range(start_ + first, width).meets(taken_); }
  const RbMask& taken_;
  unsigned start_, low_, high_;
};

using EdgePair = std::pair<uint16_t, uint16_t>;  // first ones at both edges

PucchResource format1(uint8_t id, std::pair<uint16_t, uint16_t> pair, unsigned code, unsigned symbols) {
  PucchResource r;
  r.id = id;
  r.format = 1;
  r.first_rb = pair.first;
  r.second_hop_rb = pair.second;
  r.symbols = static_cast<uint8_t>(symbols);
  r.initial_cyclic_shift = static_cast<uint8_t>(code % 6 * 2);
  r.time_domain_occ = static_cast<uint8_t>(code / 6);
  return r;
}

PucchResource format2(uint8_t id, uint16_t rb, unsigned width, unsigned position) {
  PucchResource r;
  r.id = id;
  r.format = 2;
  r.first_rb = rb;
  r.rbs = static_cast<uint16_t>(width);
  r.start_symbol = static_cast<uint8_t>(2 * position);
  r.symbols = 2;
  return r;
}

PucchResource format34(uint8_t id, uint8_t format, unsigned rb, unsigned occ_index, unsigned symbols) {
  PucchResource r;
  r.id = id;
  r.format = format;
  r.first_rb = static_cast<uint16_t>(rb);
  r.symbols = static_cast<uint8_t>(symbols);
  r.occ_index = static_cast<uint8_t>(occ_index);
  return r;
}

unsigned format2_width(unsigned bits, unsigned max_code_rate) {
  nr::PucchResource r;
  r.format = nr::PucchFormat::f2;
  r.n_symbols = 2;
  r.max_code_rate = static_cast<uint8_t>(max_code_rate);
  for (r.n_rb = 1; r.n_rb < 16 && nr::pucch_capacity_bits(r) < bits;) ++r.n_rb;
  return r.n_rb;
}

}  // namespace

Status GnbCell::Impl::assign(Rnti rnti, UeConfig& config) {
  if (!pucch_pool) pucch_pool = std::make_shared<PucchPool>();
  PucchPool& pool_of_pucch = *pucch_pool;
  pool_of_pucch.release(rnti);
  const nr::l1::Bwp& bwp = config.ul.size ? config.ul : cell.initial_ul;
  const auto& tdd = layout.tdd;
  auto full = [&](unsigned day) { return tdd.full_ul(Slot(layout.scs, day)); };

  // Times from PDSCH to HARQ-ACK: to the next two full uplink slots from every downlink slot.
  std::vector<uint8_t> k1;
  for (unsigned s = 0; s < tdd.period_slots(); ++s) {
    if (tdd.at(Slot(layout.scs, s)).dl == 0) continue;
    for (unsigned k = scheduler.min_k1, found = 0; k <= 15 && found < (tdd.is_fdd() ? 4u : 2u); ++k) {
      if (!full(s + k)) continue;
      ++found;
      if (std::ranges::find(k1, k) == k1.end()) k1.push_back(static_cast<uint8_t>(k));
    }
  }
  std::ranges::sort(k1);
  if (k1.size() > 8) k1.resize(8);
  if (k1.empty()) return fail(Fault::invalid, "tdd", "no full uplink slot lies {} to 15 slots behind a downlink slot", scheduler.min_k1);
  config.k1 = k1;

  RbMask taken = layout.prach_rbs;
  for (unsigned r = 0; r < 16; ++r) {
    auto common = nr::default_pucch(cell.pucch_resource_common, r, cell.initial_ul.size);
    if (!common) continue;
    taken.set(cell.initial_ul.start + common->first_rb, common->n_rb);
    if (common->second_hop_rb) taken.set(cell.initial_ul.start + *common->second_hop_rb, common->n_rb);
  }
  unsigned dl_per_ul = 1;
  if (!tdd.is_fdd()) {
    unsigned dl_slots = 0;
    for (unsigned s = 0; s < tdd.period_slots(); ++s) dl_slots += tdd.at(Slot(layout.scs, s)).dl > 0;
    dl_per_ul = (dl_slots + tdd.count_full_ul() - 1) / std::max(tdd.count_full_ul(), 1u) + 1;
  }
  nr::CsiConfig widest;
  if (config.csi) widest = csi_config(*config.csi), widest.ri_restriction = 0xff;  // the UE's capabilities may bring more layers later
  const unsigned csi_bits = config.csi ? nr::csi_part1_bits(widest) : 0;
  // Formats 3 and 4 take a block for the whole slot, format 4 two UEs to a block by cover code: more blocks, one position.
  const unsigned large = scheduler.large_uci_format;
  unsigned harq_width = 0, csi_width = 0;
  std::optional<EdgePair> harq1, harq1_more, harq2, csi_blocks;
  std::vector<EdgePair> sr_blocks;
  auto place = [&](unsigned rate) {
    harq_width = large == 3 ? 4 : large == 4 ? 2 : format2_width(std::min<unsigned>(dl_per_ul, limit::harq_processes) + 1 + csi_bits, rate);
    csi_width = large > 2 ? 1 : format2_width(std::max(csi_bits + 1, 3u), rate);
    Edges edges(taken, bwp.start, bwp.size);
    harq1 = edges.take(1);
    harq1_more = bwp.size >= 48 ? edges.take(1) : std::nullopt;
    sr_blocks.clear();
    if (auto pair = edges.take(1)) sr_blocks.push_back(*pair);
    harq2 = edges.take(harq_width);
    csi_blocks = edges.take(csi_width);
    while (sr_blocks.size() < sr_pairs && bwp.size >= 48) {
      auto pair = edges.take(1);
      if (!pair) break;
      sr_blocks.push_back(*pair);
    }
    return harq1 && !sr_blocks.empty() && harq2 && (!config.csi || csi_blocks);
  };
  // Narrow carriers take a higher code rate, of which there are seven (TS 38.331 PUCCH-MaxCodeRate).
  auto& rate = config.pucch_formats[2].max_code_rate;
  bool fits_edges = place(rate);
  while (!fits_edges && rate < highest_max_code_rate) fits_edges = place(++rate);
  if (!fits_edges) return fail(Fault::exhausted, "pucch", "{} uplink RBs leave no room for PUCCH beside PRACH", bwp.size);

  // Sounding goes into slots that are uplink in part, which PUCCH of whole slots leaves alone; without such slots everything ends a symbol earlier.
  auto in_part = [&](unsigned day) { return tdd.at(Slot(layout.scs, day)).ul > 0 && !full(day); };
  bool apart = false;
  for (unsigned day = 0; day < tdd.period_slots(); ++day) apart = apart || in_part(day);
  const bool crowded = config.srs && !apart;
  const unsigned long_symbols = crowded ? nr::symbols_per_slot - 1 : nr::symbols_per_slot;
  const unsigned turn = pool_of_pucch.next++;
  config.pucch.clear();
  config.pucch_sets.assign(2, {});
  const unsigned shared = harq1_more ? 2 * codes : codes;
  for (uint8_t i = 0; i < 8; ++i) {
    const unsigned at = (turn * 8 + i) % shared;
    config.pucch.push_back(format1(i, at < codes ? *harq1 : *harq1_more, at % codes, long_symbols));
    config.pucch_sets[0].resources.push_back(i);
  }
  const unsigned short_positions = large > 2 ? 1 : positions - (crowded ? 1 : 0);
  const unsigned own_position = turn % short_positions;
  for (uint8_t i = 0; i < 8; ++i) {
    const unsigned position = (own_position + i / 2) % short_positions;
    const uint16_t edge = i % 2 ? harq2->second : harq2->first;
    const auto id = static_cast<uint8_t>(8 + i);
    if (large == 2) config.pucch.push_back(format2(id, edge, harq_width, position));
    else if (large == 3) config.pucch.push_back(format34(id, 3, edge + i / 2, 0, long_symbols));
    else config.pucch.push_back(format34(id, 4, edge + i / 4, i / 2 % 2, long_symbols));
    config.pucch_sets[1].resources.push_back(static_cast<uint8_t>(8 + i));
  }

  size_t full_days = 0;
  for (unsigned day = 0; day < days; ++day) full_days += full(day);
  auto refuse = [&](const char* what) {
    pool_of_pucch.release(rnti);
    return fail(Fault::exhausted, what, "every occasion in the uplink is taken");
  };
  uint8_t id = 16;
  for (auto& sr : config.scheduling_requests) {
    auto claim = pool_of_pucch.claim(pool_of_pucch.sr, sr_blocks.size() * codes, sr_periods, sr.period_slots, full_days, full);
    if (!claim) return refuse("scheduling_requests");
    pool_of_pucch.claims.emplace_back(rnti, *claim);
    sr.period_slots = claim->period;
    sr.offset_slots = claim->offset;
    sr.resource = id;
    config.pucch.push_back(format1(id++, sr_blocks[claim->place / codes], static_cast<unsigned>(claim->place % codes), long_symbols));
  }
  if (config.csi) {
    // Places: two edges times seven positions, the UE's own position first by searching it alone; HARQ-ACK in format 2 then meets CSI in
    // time.
    std::optional<Claim> claim;
    for (unsigned i = 0; i < short_positions && !claim; ++i) {
      const unsigned position = (own_position + i) % short_positions;
      for (unsigned edge = 0; edge < 2 && !claim; ++edge) {
        pool_of_pucch.csi.size(2 * positions);
        for (uint16_t period : csi_periods) {
          if (period < std::min<unsigned>(config.csi->period_slots, 320) || claim) continue;
          for (uint16_t offset = 0; offset < period && !claim; ++offset) {
            bool fits = true;
            for (unsigned day = offset; day < days && fits; day += period) fits = full(day);
            if (fits) claim = pool_of_pucch.take(pool_of_pucch.csi, position * 2 + edge, period, offset);
          }
        }
      }
    }
    if (!claim) return refuse("csi");
    pool_of_pucch.claims.emplace_back(rnti, *claim);
    config.csi->period_slots = claim->period;
    config.csi->offset_slots = claim->offset;
    config.csi->resource = id;
    const auto position = static_cast<unsigned>(claim->place / 2);
    const uint16_t edge = claim->place % 2 ? csi_blocks->second : csi_blocks->first;
    config.pucch.push_back(large == 2 ? format2(id, edge, csi_width, position) : format34(id, 3, edge, 0, long_symbols));
    ++id;
    // The reference signal is the cell's: one downlink slot of its period serves every UE.
    nr::CsiRsResource& rs = config.csi->csi_rs;
    for (uint16_t offset = 1; offset < rs.period_slots; ++offset) {
      bool fits = true;
      for (unsigned day = offset; day < days && fits; day += rs.period_slots) {
        fits = tdd.full_dl(Slot(layout.scs, day)) && day % nr::slots_per_frame(layout.scs) >= nr::slots_per_frame(layout.scs) / 2;
      }
      if (!fits) continue;
      rs.offset_slots = offset;
      break;
    }
    config.nzp_csi_rs = {rs};
  }
  if (config.srs && config.srs->period_slots) {
    auto fits = [&](unsigned day) {
      return (!apart || in_part(day)) && tdd.ul_fits(Slot(layout.scs, day), config.srs->start_symbol, config.srs->symbols);
    };
    // Two combs, and eight cyclic shifts of each: UEs two apart, the ports of one evenly spread over all (TS 38.211 6.4.1.4.2).
    const size_t places = 8u / (cell.l1.rx_ports >= 4 ? 4 : cell.l1.rx_ports >= 2 ? 2 : 1);
    size_t srs_days = 0;
    for (unsigned day = 0; day < days; ++day) srs_days += fits(day);
    auto claim = pool_of_pucch.claim(pool_of_pucch.srs, places, srs_periods, config.srs->period_slots, srs_days, fits);
    if (!claim) return refuse("srs");
    pool_of_pucch.claims.emplace_back(rnti, *claim);
    config.srs->period_slots = claim->period;
    config.srs->offset_slots = claim->offset;
    config.srs->comb_offset = static_cast<uint8_t>(claim->place % 2);
    config.srs->cyclic_shift = static_cast<uint8_t>(claim->place / 2 * 2);
  }
  return {};
}

void GnbCell::Impl::release_resources(Rnti rnti) {
  if (pucch_pool) pucch_pool->release(rnti);
}

}  // namespace sen::mac
