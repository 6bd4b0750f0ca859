// Operating bands, channel bandwidths, and the frequency rasters of TS 38.104. Frequencies in kHz (64 bits: FR2 exceeds 32), bandwidths in
// MHz. Checks return an Error whose text names the value, what is allowed, and the clause.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "nr/slot.h"

namespace sen::nr {

enum class Duplex : uint8_t { fdd, tdd, sdl, sul };
enum class FrequencyRange : uint8_t { fr1, fr2 };
enum class SsbCase : uint8_t { a, b, c, d, e };  // TS 38.213 4.1

const char* to_string(Duplex duplex);
const char* to_string(SsbCase ssb_case);

struct Band {
  uint16_t number;
  Duplex duplex;
  uint32_t ul_low_khz, ul_high_khz;  // 0, 0 when there is no uplink
  uint32_t dl_low_khz, dl_high_khz;  // 0, 0 when there is no downlink
  uint8_t raster_khz[3];             // channel rasters of table 5.4.2.3-1/-2 (15, 30, 60, 100, 120), unused entries 0

  FrequencyRange range() const { return number >= 257 && number <= 263 ? FrequencyRange::fr2 : FrequencyRange::fr1; }
  bool tdd() const { return duplex == Duplex::tdd; }
};

// Tables 5.2-1 and 5.2-2, Release 17. Absent: shared spectrum access (n46, n96, n102), satellite, n91 to n99, n263.
std::span<const Band> bands();
const Band* find_band(unsigned number);  // nullptr when unknown

// Tables 5.3.2-1 and 5.3.2-2: N_RB of a carrier, 0 for a combination that the tables leave out.
unsigned n_rb(FrequencyRange range, Scs scs, unsigned bandwidth_mhz);
// The bandwidth whose table entry is n_rb, 0 when there is none.
unsigned bandwidth_mhz(FrequencyRange range, Scs scs, unsigned n_rb);
// Tables 5.3.5-1 and 5.3.5-2: may a BS use this bandwidth and subcarrier spacing in this band?
bool bandwidth_allowed(const Band& band, Scs scs, unsigned bandwidth_mhz);
// The same as a check for configurations: "channel_bandwidth_mhz: 7 is not allowed in n78 at 30 kHz (10, 15, ... 100; TS 38.104
// table 5.3.5-1)".
Status check_bandwidth(const Band& band, Scs scs, unsigned bandwidth_mhz);

// 5.4.2.1: NR-ARFCN <-> frequency. nullopt outside 0..3279165 or 0..100 GHz, or when the frequency lies on no channel number.
std::optional<uint64_t> khz_from_arfcn(uint32_t arfcn);
std::optional<uint32_t> arfcn_from_khz(uint64_t khz);
constexpr uint32_t max_arfcn = 3279165;

// 5.4.2.3: is the number on the band's channel raster for this subcarrier spacing? The carrier's centre is meant.
Status check_arfcn(const Band& band, Scs scs, uint32_t arfcn, bool downlink);
// check_arfcn, and the whole carrier lies inside the band.
Status check_carrier(const Band& band, Scs scs, unsigned bandwidth_mhz, uint32_t arfcn, bool downlink);
// The uplink channel number at the band's default duplex distance; the same number in TDD; nullopt for SDL and SUL.
std::optional<uint32_t> ul_arfcn(const Band& band, uint32_t dl_arfcn);
// First band (preferring those given first in the table) in which the number is a valid downlink carrier position; nullptr when none.
const Band* band_of_dl_arfcn(uint32_t arfcn);

// The frequency of the lowest subcarrier's centre (k = 0 of CRB `offset`) of a carrier of n_rb resource blocks centred at `centre_khz`
// (table 5.4.2.2-1: the centre is subcarrier 0 of RB n_rb/2, or subcarrier 6 when n_rb is odd): point A for offsetToCarrier 0.
int64_t point_a_khz(uint64_t centre_khz, unsigned n_rb, Scs scs, unsigned offset_to_carrier = 0);
uint64_t centre_khz(int64_t point_a_khz, unsigned n_rb, Scs scs, unsigned offset_to_carrier = 0);

// 5.4.3.1: GSCN <-> SS_REF (the centre of RE 0 of RB 10 of the SSB).
std::optional<uint64_t> khz_from_gscn(uint32_t gscn);
std::optional<uint32_t> gscn_from_khz(uint64_t khz);
// 5.4.3.3: the block pattern of the band at this SSB numerology; nullopt when the band has none.
std::optional<SsbCase> ssb_case(const Band& band, Scs ssb_scs);
// The SSB numerology that a UE searches first in the band (the lowest of table 5.4.3.3-1/-2).
Scs default_ssb_scs(const Band& band);
// Is the SSB at this GSCN inside the band with its 20 RBs (step sizes of table 5.4.3.3-1 are applied)?
bool gscn_allowed(const Band& band, Scs ssb_scs, uint32_t gscn);
// The lowest synchronisation raster entry of the band at or above `khz`; nullopt when none. With gscn_allowed: the walk of a cell search.
std::optional<uint32_t> next_gscn(const Band& band, Scs ssb_scs, uint64_t khz);

// TS 38.133 table 7.1.2-2: N_TA,offset in units of T_c that applies without n-TimingAdvanceOffset: 25600 in FR1, 13792 in FR2.
unsigned default_n_ta_offset_tc(const Band& band);

}  // namespace sen::nr
