#include "nr/band.h"

#include <algorithm>
#include <array>
#include <string>

namespace sen::nr {
namespace {

using enum Duplex;
constexpr uint32_t mhz = 1000;

constexpr std::array<Band, 57> table{{
    {1, fdd, 1920 * mhz, 1980 * mhz, 2110 * mhz, 2170 * mhz, {100}},
    {2, fdd, 1850 * mhz, 1910 * mhz, 1930 * mhz, 1990 * mhz, {100}},
    {3, fdd, 1710 * mhz, 1785 * mhz, 1805 * mhz, 1880 * mhz, {100}},
    {5, fdd, 824 * mhz, 849 * mhz, 869 * mhz, 894 * mhz, {100}},
    {7, fdd, 2500 * mhz, 2570 * mhz, 2620 * mhz, 2690 * mhz, {100}},
    {8, fdd, 880 * mhz, 915 * mhz, 925 * mhz, 960 * mhz, {100}},
    {12, fdd, 699 * mhz, 716 * mhz, 729 * mhz, 746 * mhz, {100}},
    {13, fdd, 777 * mhz, 787 * mhz, 746 * mhz, 756 * mhz, {100}},
    {14, fdd, 788 * mhz, 798 * mhz, 758 * mhz, 768 * mhz, {100}},
    {18, fdd, 815 * mhz, 830 * mhz, 860 * mhz, 875 * mhz, {100}},
    {20, fdd, 832 * mhz, 862 * mhz, 791 * mhz, 821 * mhz, {100}},
    {24, fdd, 1626500, 1660500, 1525 * mhz, 1559 * mhz, {100}},
    {25, fdd, 1850 * mhz, 1915 * mhz, 1930 * mhz, 1995 * mhz, {100}},
    {26, fdd, 814 * mhz, 849 * mhz, 859 * mhz, 894 * mhz, {100}},
    {28, fdd, 703 * mhz, 748 * mhz, 758 * mhz, 803 * mhz, {100}},
    {29, sdl, 0, 0, 717 * mhz, 728 * mhz, {100}},
    {30, fdd, 2305 * mhz, 2315 * mhz, 2350 * mhz, 2360 * mhz, {100}},
    {34, tdd, 2010 * mhz, 2025 * mhz, 2010 * mhz, 2025 * mhz, {100}},
    {38, tdd, 2570 * mhz, 2620 * mhz, 2570 * mhz, 2620 * mhz, {100}},
    {39, tdd, 1880 * mhz, 1920 * mhz, 1880 * mhz, 1920 * mhz, {100}},
    {40, tdd, 2300 * mhz, 2400 * mhz, 2300 * mhz, 2400 * mhz, {100}},
    {41, tdd, 2496 * mhz, 2690 * mhz, 2496 * mhz, 2690 * mhz, {15, 30}},
    {48, tdd, 3550 * mhz, 3700 * mhz, 3550 * mhz, 3700 * mhz, {15, 30}},
    {50, tdd, 1432 * mhz, 1517 * mhz, 1432 * mhz, 1517 * mhz, {100}},
    {51, tdd, 1427 * mhz, 1432 * mhz, 1427 * mhz, 1432 * mhz, {100}},
    {53, tdd, 2483500, 2495 * mhz, 2483500, 2495 * mhz, {100}},
    {65, fdd, 1920 * mhz, 2010 * mhz, 2110 * mhz, 2200 * mhz, {100}},
    {66, fdd, 1710 * mhz, 1780 * mhz, 2110 * mhz, 2200 * mhz, {100}},
    {67, sdl, 0, 0, 738 * mhz, 758 * mhz, {100}},
    {70, fdd, 1695 * mhz, 1710 * mhz, 1995 * mhz, 2020 * mhz, {100}},
    {71, fdd, 663 * mhz, 698 * mhz, 617 * mhz, 652 * mhz, {100}},
    {74, fdd, 1427 * mhz, 1470 * mhz, 1475 * mhz, 1518 * mhz, {100}},
    {75, sdl, 0, 0, 1432 * mhz, 1517 * mhz, {100}},
    {76, sdl, 0, 0, 1427 * mhz, 1432 * mhz, {100}},
    {78, tdd, 3300 * mhz, 3800 * mhz, 3300 * mhz, 3800 * mhz, {15, 30}},
    {77, tdd, 3300 * mhz, 4200 * mhz, 3300 * mhz, 4200 * mhz, {15, 30}},
    {79, tdd, 4400 * mhz, 5000 * mhz, 4400 * mhz, 5000 * mhz, {15, 30}},
    {80, sul, 1710 * mhz, 1785 * mhz, 0, 0, {100}},
    {81, sul, 880 * mhz, 915 * mhz, 0, 0, {100}},
    {82, sul, 832 * mhz, 862 * mhz, 0, 0, {100}},
    {83, sul, 703 * mhz, 748 * mhz, 0, 0, {100}},
    {84, sul, 1920 * mhz, 1980 * mhz, 0, 0, {100}},
    {85, fdd, 698 * mhz, 716 * mhz, 728 * mhz, 746 * mhz, {100}},
    {86, sul, 1710 * mhz, 1780 * mhz, 0, 0, {100}},
    {89, sul, 824 * mhz, 849 * mhz, 0, 0, {100}},
    {90, tdd, 2496 * mhz, 2690 * mhz, 2496 * mhz, 2690 * mhz, {15, 30, 100}},
    {95, sul, 2010 * mhz, 2025 * mhz, 0, 0, {100}},
    {100, fdd, 874400, 880 * mhz, 919400, 925 * mhz, {100}},
    {101, tdd, 1900 * mhz, 1910 * mhz, 1900 * mhz, 1910 * mhz, {100}},
    {104, tdd, 6425 * mhz, 7125 * mhz, 6425 * mhz, 7125 * mhz, {15, 30}},
    {257, tdd, 26500 * mhz, 29500 * mhz, 26500 * mhz, 29500 * mhz, {60, 120}},
    {258, tdd, 24250 * mhz, 27500 * mhz, 24250 * mhz, 27500 * mhz, {60, 120}},
    {259, tdd, 39500 * mhz, 43500 * mhz, 39500 * mhz, 43500 * mhz, {60, 120}},
    {260, tdd, 37000 * mhz, 40000 * mhz, 37000 * mhz, 40000 * mhz, {60, 120}},
    {261, tdd, 27500 * mhz, 28350 * mhz, 27500 * mhz, 28350 * mhz, {60, 120}},
    {262, tdd, 47200 * mhz, 48200 * mhz, 47200 * mhz, 48200 * mhz, {60, 120}},
}};

// Tables 5.3.2-1 and -2.
struct Width {
  uint16_t mhz;
  std::array<uint16_t, 4> n_rb;  // by mu
};
constexpr std::array<Width, 15> fr1_widths{{{5, {25, 11}},
                                            {10, {52, 24, 11}},
                                            {15, {79, 38, 18}},
                                            {20, {106, 51, 24}},
                                            {25, {133, 65, 31}},
                                            {30, {160, 78, 38}},
                                            {35, {188, 92, 44}},
                                            {40, {216, 106, 51}},
                                            {45, {242, 119, 58}},
                                            {50, {270, 133, 65}},
                                            {60, {0, 162, 79}},
                                            {70, {0, 189, 93}},
                                            {80, {0, 217, 107}},
                                            {90, {0, 245, 121}},
                                            {100, {0, 273, 135}}}};
constexpr std::array<Width, 4> fr2_widths{{{50, {0, 0, 66, 32}}, {100, {0, 0, 132, 66}}, {200, {0, 0, 264, 132}}, {400, {0, 0, 0, 264}}}};

std::span<const Width> widths(FrequencyRange range) {
  return range == FrequencyRange::fr1 ? std::span<const Width>(fr1_widths) : std::span<const Width>(fr2_widths);
}

// Table 5.3.5-1 as bit sets over fr1_widths. At 30 kHz 5 MHz is absent everywhere; at 60 kHz, where a band has it, the list is that of 30
// kHz.
constexpr uint16_t set(std::initializer_list<unsigned> list) {
  uint16_t out = 0;
  for (unsigned wanted : list) {
    for (unsigned i = 0; i < fr1_widths.size(); ++i) {
      if (fr1_widths[i].mhz == wanted) out = static_cast<uint16_t>(out | 1u << i);
    }
  }
  return out;
}
struct Allowed {
  uint16_t band;
  uint16_t khz15;
  uint16_t khz30;
  bool khz60;
};
constexpr uint16_t above5(uint16_t bits) { return bits & ~1u; }
constexpr Allowed same(uint16_t band, uint16_t bits, bool khz60) { return {band, bits, above5(bits), khz60}; }
constexpr uint16_t up_to_20 = set({5, 10, 15, 20});
constexpr uint16_t wide_78_15 = set({10, 15, 20, 25, 30, 40, 50});
constexpr uint16_t wide_78_30 = wide_78_15 | set({60, 70, 80, 90, 100});
constexpr uint16_t wide_41_15 = wide_78_15 | set({35, 45});
constexpr std::array<Allowed, 50> allowed_fr1{{
    same(1, up_to_20 | set({25, 30, 40, 45, 50}), true),
    same(2, up_to_20 | set({25, 30, 35, 40}), true),
    same(3, up_to_20 | set({25, 30, 35, 40, 45, 50}), true),
    same(5, up_to_20 | set({25}), false),
    same(7, up_to_20 | set({25, 30, 35, 40, 50}), true),
    same(8, up_to_20 | set({35}), false),
    same(12, set({5, 10, 15}), false),
    same(13, set({5, 10}), false),
    same(14, set({5, 10}), false),
    same(18, set({5, 10, 15}), false),
    same(20, up_to_20, false),
    same(24, set({5, 10}), true),
    same(25, up_to_20 | set({25, 30, 35, 40, 45}), true),
    same(26, up_to_20 | set({25, 30}), false),
    same(28, up_to_20 | set({25, 30, 40}), false),
    same(29, set({5, 10}), false),
    same(30, set({5, 10}), false),
    same(34, set({5, 10, 15}), true),
    same(38, up_to_20 | set({25, 30, 40}), true),
    same(39, up_to_20 | set({25, 30, 35, 40}), true),
    {40, up_to_20 | set({25, 30, 40, 50}), set({10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100}), true},
    {41, wide_41_15, wide_41_15 | wide_78_30, true},
    {48, up_to_20 | set({30, 40, 50}), set({10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100}), true},
    {50, up_to_20 | set({30, 40, 50}), set({10, 15, 20, 30, 40, 50, 60, 80}), true},
    same(51, set({5}), false),
    same(53, set({5, 10}), true),
    same(65, up_to_20 | set({50}), true),
    same(66, up_to_20 | set({25, 30, 35, 40, 45}), true),
    same(67, up_to_20, false),
    same(70, up_to_20 | set({25}), true),
    same(71, up_to_20 | set({25, 30, 35}), false),
    same(74, up_to_20, true),
    same(75, up_to_20 | set({25, 30, 40, 50}), true),
    same(76, set({5}), false),
    {77, wide_78_15, wide_78_30, true},
    {78, wide_78_15, wide_78_30, true},
    {79, set({10, 20, 30, 40, 50}), set({10, 20, 30, 40, 50, 60, 70, 80, 90, 100}), true},
    same(80, up_to_20 | set({25, 30, 40}), true),
    same(81, up_to_20, false),
    same(82, up_to_20, false),
    same(83, up_to_20 | set({25, 30}), false),
    same(84, up_to_20 | set({25, 30, 40, 50}), true),
    same(85, set({5, 10, 15}), false),
    same(86, up_to_20 | set({40}), true),
    same(89, up_to_20, false),
    {90, wide_41_15, wide_41_15 | wide_78_30, true},
    same(95, set({5, 10, 15}), true),
    same(100, set({5}), false),
    same(101, set({5, 10}), false),
    {104, set({20, 30, 40, 50}), set({20, 30, 40, 50, 60, 70, 80, 90, 100}), true},
}};

// Tables 5.4.3.3-1 and -2. Case A of n34, n38 and n39 names single entries: `list`.
struct SyncRaster {
  uint16_t band;
  Scs scs;
  SsbCase ssb_case;
  uint16_t first, step, last;
};
constexpr auto khz15 = Scs::khz15, khz30 = Scs::khz30, khz120 = Scs::khz120, khz240 = Scs::khz240;
using enum SsbCase;
constexpr std::array<SyncRaster, 67> sync_rasters{{
    {1, khz15, a, 5279, 1, 5419},      {2, khz15, a, 4829, 1, 4969},      {3, khz15, a, 4517, 1, 4693},
    {5, khz15, a, 2177, 1, 2230},      {5, khz30, b, 2183, 1, 2224},      {7, khz15, a, 6554, 1, 6718},
    {8, khz15, a, 2318, 1, 2395},      {12, khz15, a, 1828, 1, 1858},     {13, khz15, a, 1871, 1, 1885},
    {14, khz15, a, 1901, 1, 1915},     {18, khz15, a, 2156, 1, 2182},     {20, khz15, a, 1982, 1, 2047},
    {24, khz15, a, 3818, 1, 3892},     {24, khz30, b, 3824, 1, 3886},     {25, khz15, a, 4829, 1, 4981},
    {26, khz15, a, 2153, 1, 2230},     {28, khz15, a, 1901, 1, 2002},     {29, khz15, a, 1798, 1, 1813},
    {30, khz15, a, 5879, 1, 5893},     {34, khz15, a, 5032, 0, 5054},     {34, khz30, c, 5036, 1, 5050},
    {38, khz15, a, 6432, 0, 6543},     {38, khz30, c, 6437, 1, 6538},     {39, khz15, a, 4707, 0, 4793},
    {39, khz30, c, 4712, 1, 4789},     {40, khz30, c, 5762, 1, 5989},     {41, khz15, a, 6246, 3, 6717},
    {41, khz30, c, 6252, 3, 6714},     {48, khz30, c, 7884, 1, 7982},     {50, khz30, c, 3590, 1, 3781},
    {51, khz15, a, 3572, 1, 3574},     {53, khz15, a, 6215, 1, 6232},     {65, khz15, a, 5279, 1, 5494},
    {66, khz15, a, 5279, 1, 5494},     {66, khz30, b, 5285, 1, 5488},     {67, khz15, a, 1850, 1, 1888},
    {70, khz15, a, 4993, 1, 5044},     {71, khz15, a, 1547, 1, 1624},     {74, khz15, a, 3692, 1, 3790},
    {75, khz15, a, 3584, 1, 3787},     {76, khz15, a, 3572, 1, 3574},     {77, khz30, c, 7711, 1, 8329},
    {78, khz30, c, 7711, 1, 8051},     {79, khz30, c, 8475, 1, 8884},     {85, khz15, a, 1826, 1, 1858},
    {90, khz15, a, 6245, 1, 6718},     {90, khz30, c, 6252, 1, 6714},     {100, khz15, a, 2303, 1, 2307},
    {101, khz15, a, 4754, 1, 4768},    {101, khz30, c, 4760, 1, 4764},    {104, khz30, c, 9882, 7, 10358},
    {257, khz120, d, 22388, 1, 22558}, {257, khz240, e, 22390, 2, 22556}, {258, khz120, d, 22257, 1, 22443},
    {258, khz240, e, 22258, 2, 22442}, {259, khz120, d, 23140, 1, 23369}, {259, khz240, e, 23142, 2, 23368},
    {260, khz120, d, 22995, 1, 23166}, {260, khz240, e, 22996, 2, 23164}, {261, khz120, d, 22446, 1, 22492},
    {261, khz240, e, 22446, 2, 22490}, {262, khz120, d, 23586, 1, 23641}, {262, khz240, e, 23588, 2, 23640},
}};
constexpr std::array<uint16_t, 3> n34_case_a{5032, 5043, 5054};
constexpr std::array<uint16_t, 10> n38_case_a{6432, 6443, 6457, 6468, 6479, 6493, 6507, 6518, 6532, 6543};
constexpr std::array<uint16_t, 14> n39_case_a{4707, 4715, 4718, 4729, 4732, 4743, 4747, 4754, 4761, 4768, 4772, 4782, 4786, 4793};

const SyncRaster* sync_raster(const Band& band, Scs scs) {
  auto it =
      std::find_if(sync_rasters.begin(), sync_rasters.end(), [&](const SyncRaster& r) { return r.band == band.number && r.scs == scs; });
  return it == sync_rasters.end() ? nullptr : &*it;
}

std::span<const uint16_t> single_entries(unsigned band) {
  if (band == 34) return n34_case_a;
  return band == 38 ? std::span<const uint16_t>(n38_case_a) : std::span<const uint16_t>(n39_case_a);
}

bool on(const SyncRaster& raster, uint32_t gscn) {
  if (gscn < raster.first || gscn > raster.last) return false;
  if (raster.step != 0) return (gscn - raster.first) % raster.step == 0;
  auto list = single_entries(raster.band);
  return std::find(list.begin(), list.end(), gscn) != list.end();
}

// Table 5.4.2.1-1.
struct Segment {
  uint64_t low_khz;
  uint32_t first, last;
  uint32_t step_khz;
};
constexpr std::array<Segment, 3> segments{
    {{0, 0, 599'999, 5}, {3'000'000, 600'000, 2'016'666, 15}, {24'250'080, 2'016'667, max_arfcn, 60}}};

const Segment* segment_of(uint32_t arfcn) {
  for (const Segment& s : segments) {
    if (arfcn >= s.first && arfcn <= s.last) return &s;
  }
  return nullptr;
}

// Note of 5.4.2.3: of two rasters below 100 kHz the larger applies to the subcarrier spacings that reach it.
unsigned raster_khz(const Band& band, Scs scs) {
  unsigned best = 0;
  for (unsigned r : band.raster_khz) {
    if (r != 0 && r != 100 && r <= khz(scs)) best = std::max(best, r);
  }
  return best;
}

bool on_raster(const Band& band, Scs scs, uint32_t arfcn) {
  const Segment* segment = segment_of(arfcn);
  if (!segment) return false;
  auto fits = [&](unsigned r) { return r != 0 && (arfcn - segment->first) * segment->step_khz % r == 0; };
  bool hundred = std::find(std::begin(band.raster_khz), std::end(band.raster_khz), 100) != std::end(band.raster_khz);
  return fits(raster_khz(band, scs)) || (hundred && fits(100));
}

std::string list_of(const Band& band, Scs scs) {
  std::string out;
  for (const Width& w : widths(band.range())) {
    if (bandwidth_allowed(band, scs, w.mhz)) out += (out.empty() ? "" : ", ") + std::to_string(w.mhz);
  }
  return out.empty() ? "none" : out;
}

struct Edges {
  uint64_t low, high;
};
Edges edges(const Band& band, bool downlink) {
  return downlink ? Edges{band.dl_low_khz, band.dl_high_khz} : Edges{band.ul_low_khz, band.ul_high_khz};
}

}  // namespace

const char* to_string(Duplex duplex) {
  switch (duplex) {
    case fdd: return "FDD";
    case tdd: return "TDD";
    case sdl: return "SDL";
    case sul: return "SUL";
  }
  return "unknown";
}

const char* to_string(SsbCase ssb_case) {
  constexpr std::array<const char*, 5> names{"A", "B", "C", "D", "E"};
  auto index = static_cast<size_t>(ssb_case);
  return index < names.size() ? names[index] : "unknown";
}

std::span<const Band> bands() { return table; }

const Band* find_band(unsigned number) {
  auto it = std::find_if(table.begin(), table.end(), [&](const Band& band) { return band.number == number && number != 0; });
  return it == table.end() ? nullptr : &*it;
}

unsigned n_rb(FrequencyRange range, Scs scs, unsigned bandwidth) {
  for (const Width& w : widths(range)) {
    if (w.mhz == bandwidth && mu(scs) < w.n_rb.size()) return w.n_rb[mu(scs)];
  }
  return 0;
}

unsigned bandwidth_mhz(FrequencyRange range, Scs scs, unsigned rbs) {
  for (const Width& w : widths(range)) {
    if (rbs != 0 && mu(scs) < w.n_rb.size() && w.n_rb[mu(scs)] == rbs) return w.mhz;
  }
  return 0;
}

bool bandwidth_allowed(const Band& band, Scs scs, unsigned bandwidth) {
  if (n_rb(band.range(), scs, bandwidth) == 0) return false;
  if (band.range() == FrequencyRange::fr2) return true;
  auto row = std::find_if(allowed_fr1.begin(), allowed_fr1.end(), [&](const Allowed& a) { return a.band == band.number; });
  if (row == allowed_fr1.end() || mu(scs) > 2) return false;
  uint16_t bits = scs == Scs::khz15 ? row->khz15 : scs == Scs::khz30 || row->khz60 ? row->khz30 : 0;
  return (bits & set({bandwidth})) != 0;
}

Status check_bandwidth(const Band& band, Scs scs, unsigned bandwidth) {
  if (bandwidth_allowed(band, scs, bandwidth)) return {};
  return fail(Fault::invalid, "channel_bandwidth_mhz", "{} is not allowed in n{} at {} kHz ({}; TS 38.104 table 5.3.5-{})", bandwidth,
              band.number, khz(scs), list_of(band, scs), band.range() == FrequencyRange::fr1 ? 1 : 2);
}

std::optional<uint64_t> khz_from_arfcn(uint32_t arfcn) {
  const Segment* segment = segment_of(arfcn);
  if (!segment) return std::nullopt;
  return segment->low_khz + uint64_t{arfcn - segment->first} * segment->step_khz;
}

std::optional<uint32_t> arfcn_from_khz(uint64_t frequency) {
  for (const Segment& s : segments) {
    if (frequency < s.low_khz || (frequency - s.low_khz) % s.step_khz != 0) continue;
    uint64_t arfcn = s.first + (frequency - s.low_khz) / s.step_khz;
    if (arfcn <= s.last) return static_cast<uint32_t>(arfcn);
  }
  return std::nullopt;
}

Status check_arfcn(const Band& band, Scs scs, uint32_t arfcn, bool downlink) {
  const char* field = downlink ? "dl_arfcn" : "ul_arfcn";
  Edges edge = edges(band, downlink);
  auto frequency = khz_from_arfcn(arfcn);
  if (edge.high == 0)
    return fail(Fault::invalid, field, "n{} has no {} (TS 38.104 table 5.2-1)", band.number, downlink ? "downlink" : "uplink");
  if (!frequency || *frequency < edge.low || *frequency > edge.high) {
    return fail(Fault::invalid, field, "{} is outside n{} ({} to {} kHz; TS 38.104 table 5.2-1)", arfcn, band.number, edge.low, edge.high);
  }
  if (!on_raster(band, scs, arfcn)) {
    unsigned raster = raster_khz(band, scs);
    return fail(Fault::invalid, field, "{} is not on the {} kHz channel raster of n{} (TS 38.104 5.4.2.3)", arfcn, raster ? raster : 100,
                band.number);
  }
  return {};
}

Status check_carrier(const Band& band, Scs scs, unsigned bandwidth, uint32_t arfcn, bool downlink) {
  SEN_TRY(check_bandwidth(band, scs, bandwidth));
  SEN_TRY(check_arfcn(band, scs, arfcn, downlink));
  Edges edge = edges(band, downlink);
  uint64_t centre = *khz_from_arfcn(arfcn), half = uint64_t{bandwidth} * 500;
  if (centre < edge.low + half || centre + half > edge.high) {
    return fail(Fault::invalid, downlink ? "dl_arfcn" : "ul_arfcn",
                "{} with {} MHz reaches beyond n{} (centre {} to {} kHz; TS 38.104 5.4.2.3)", arfcn, bandwidth, band.number,
                edge.low + half, edge.high - half);
  }
  return {};
}

std::optional<uint32_t> ul_arfcn(const Band& band, uint32_t dl_arfcn) {
  if (band.tdd()) return dl_arfcn;
  auto frequency = khz_from_arfcn(dl_arfcn);
  if (band.duplex != fdd || !frequency || *frequency < band.dl_low_khz) return std::nullopt;
  uint64_t uplink = *frequency - band.dl_low_khz + band.ul_low_khz;
  if (uplink > band.ul_high_khz) return std::nullopt;
  return arfcn_from_khz(uplink);
}

const Band* band_of_dl_arfcn(uint32_t arfcn) {
  for (const Band& band : table) {
    for (Scs scs : {Scs::khz15, Scs::khz120}) {
      if (band.dl_high_khz != 0 && check_arfcn(band, scs, arfcn, true)) return &band;
    }
  }
  return nullptr;
}

int64_t point_a_khz(uint64_t centre, unsigned rbs, Scs scs, unsigned offset_to_carrier) {
  return static_cast<int64_t>(centre) - int64_t{6 * rbs + 12 * offset_to_carrier} * khz(scs);
}

uint64_t centre_khz(int64_t point_a, unsigned rbs, Scs scs, unsigned offset_to_carrier) {
  return static_cast<uint64_t>(point_a + int64_t{6 * rbs + 12 * offset_to_carrier} * khz(scs));
}

std::optional<uint64_t> khz_from_gscn(uint32_t gscn) {
  if (gscn >= 2 && gscn <= 7498) {
    uint32_t n = (gscn + 1) / 3;
    return uint64_t{n} * 1200 + (gscn + 2 - 3 * n) * 100 - 50;  // M * 50 kHz, M = 1, 3, 5
  }
  if (gscn >= 7499 && gscn <= 22255) return 3'000'000 + uint64_t{gscn - 7499} * 1440;
  if (gscn >= 22256 && gscn <= 26639) return 24'250'080 + uint64_t{gscn - 22256} * 17280;
  return std::nullopt;
}

std::optional<uint32_t> gscn_from_khz(uint64_t frequency) {
  if (frequency > 100'000'000) return std::nullopt;
  uint32_t guess = 0;
  if (frequency >= 24'250'080) {
    guess = static_cast<uint32_t>(22256 + (frequency - 24'250'080) / 17280);
  } else if (frequency >= 3'000'000) {
    guess = static_cast<uint32_t>(7499 + (frequency - 3'000'000) / 1440);
  } else {
    uint64_t n = frequency / 1200, rest = frequency % 1200;
    guess = static_cast<uint32_t>(3 * n + (rest >= 250 ? 1 : rest >= 150 ? 0 : -1));
  }
  if (khz_from_gscn(guess) != frequency) return std::nullopt;
  return guess;
}

std::optional<SsbCase> ssb_case(const Band& band, Scs ssb_scs) {
  const SyncRaster* raster = sync_raster(band, ssb_scs);
  if (!raster) return std::nullopt;
  return raster->ssb_case;
}

Scs default_ssb_scs(const Band& band) {
  for (Scs scs : {khz15, khz30, khz120}) {
    if (sync_raster(band, scs)) return scs;
  }
  return khz15;
}

bool gscn_allowed(const Band& band, Scs ssb_scs, uint32_t gscn) {
  const SyncRaster* raster = sync_raster(band, ssb_scs);
  return raster && on(*raster, gscn);
}

std::optional<uint32_t> next_gscn(const Band& band, Scs ssb_scs, uint64_t from_khz) {
  const SyncRaster* raster = sync_raster(band, ssb_scs);
  if (!raster) return std::nullopt;
  for (uint32_t gscn = raster->first; gscn <= raster->last; ++gscn) {
    if (*khz_from_gscn(gscn) >= from_khz && on(*raster, gscn)) return gscn;
  }
  return std::nullopt;
}

unsigned default_n_ta_offset_tc(const Band& band) { return band.range() == FrequencyRange::fr1 ? 25600 : 13792; }

}  // namespace sen::nr
