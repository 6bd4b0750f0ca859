// Random access: the value tables of TS 38.321 5.1, TS 38.331 RACH-ConfigGeneric, and TS 38.213 8.2. Power in dBm or dB.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace sen::nr {

constexpr std::array<uint16_t, 11> preamble_trans_max{3, 4, 5, 6, 7, 8, 10, 20, 50, 100, 200};
constexpr std::array<uint8_t, 4> power_ramping_step_db{0, 2, 4, 6};
constexpr std::array<uint8_t, 8> ra_response_window_slots{1, 2, 4, 8, 10, 20, 40, 80};
constexpr std::array<uint8_t, 8> contention_resolution_subframes{8, 16, 24, 32, 40, 48, 56, 64};
constexpr int min_preamble_target_power_dbm = -202;
constexpr int max_preamble_target_power_dbm = -60;

// TS 38.321 7.2: backoff parameter value of the BI field in ms; nullopt for reserved 14, 15.
std::optional<unsigned> backoff_ms(unsigned index);

// TS 38.213 table 8.2-2: TPC of the RAR grant, 0..7 = -6..8 dB.
constexpr int rar_tpc_db(unsigned field) { return -6 + 2 * static_cast<int>(field & 7); }

// TS 38.321 7.3: DELTA_PREAMBLE of a format (numbered as PrachFormat) and, for short ones, numerology.
int delta_preamble_db(unsigned prach_format, unsigned mu);
// 5.1.3: PREAMBLE_RECEIVED_TARGET_POWER = target + DELTA_PREAMBLE + (counter - 1) * step.
constexpr int preamble_power_dbm(int target_dbm, int delta_db, unsigned power_counter, unsigned step_db) {
  return target_dbm + delta_db + static_cast<int>(power_counter - 1) * static_cast<int>(step_db);
}

// Timing advance (TS 38.213 4.2): units of T_c. RAR command 0..3846 is absolute; the MAC CE's 0..63 is relative to 31.
constexpr unsigned max_rar_ta = 3846;
constexpr int64_t ta_unit_tc(unsigned mu) { return 16 * 64 >> mu; }
constexpr int64_t n_ta_from_rar(unsigned command, unsigned mu) { return static_cast<int64_t>(command) * ta_unit_tc(mu); }
constexpr int64_t n_ta_adjusted(int64_t n_ta, unsigned command, unsigned mu) {
  return n_ta + (static_cast<int64_t>(command) - 31) * ta_unit_tc(mu);
}
constexpr double tc_ns = 1e9 / (480e3 * 4096);
// The command nearest to a delay, clamped to the field.
unsigned rar_ta_from_ns(double delay_ns, unsigned mu);
unsigned ta_command_from_ns(double change_ns, unsigned mu);

// Contention: PREAMBLE group B thresholds and prach-Mask (TS 38.321 table 7.4-1): occasions 1..8 that a mask index allows, as bits (bit 0:
// occasion 1); nullopt: reserved.
std::optional<uint8_t> prach_mask(unsigned index);

}  // namespace sen::nr
