#include "apps/ue_table.h"

#include <fmt/core.h>

#include <iterator>

namespace sen {

namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

double bits_per_second(uint64_t octets, Duration interval) { return interval > Duration{} ? static_cast<double>(octets) * 8 / seconds(interval) : 0; }

unsigned percent(uint32_t ok, uint32_t nok) { return ok + nok ? static_cast<unsigned>(100.0 * nok / (ok + nok) + 0.5) : 0; }

// 3 to 5 characters: "0", "640", "1.2k", "18M", "1.5G".
std::string with_prefix(double value) {
  if (value < 999.5) return fmt::format("{:.0f}", value);
  for (const char* prefix : {"k", "M", "G"}) {
    value /= 1000;
    if (value < 9.95) return fmt::format("{:.1f}{}", value, prefix);
    if (value < 999.5) return fmt::format("{:.0f}{}", value, prefix);
  }
  return fmt::format("{:.0f}T", value / 1000);
}

}  // namespace

std::string ue_table_header() {
  return fmt::format("           |{:-^48}|{:-^77}\n", " DL ", " UL ") +
         fmt::format("{:>4} {:>5} | {:>3} {:>3} {:>4} {:>6} {:>6} {:>5} {:>4} {:>7}  | {:>5} {:>6} {:>5} {:>3} {:>4} {:>6} {:>6} {:>5} {:>4} {:>6} {:>7} {:>4}\n",
                     "pci", "rnti", "cqi", "ri", "mcs", "brate", "ok", "nok", "(%)", "dl_bs", "pusch", "rsrp", "pucch", "ri", "mcs", "brate", "ok", "nok", "(%)", "bsr",
                     "ta", "phr");
}

std::string ue_table_row(const mac::UeMetrics& ue, Duration interval) {
  return fmt::format("{:>4} {:>5x} | {:>3.0f} {:>3.0f} {:>4.0f} {:>6} {:>6} {:>5} {:>3}% {:>7}  | {:>5.1f} {:>6.1f} {:>5.1f} {:>3.0f} {:>4.0f} {:>6} {:>6} {:>5} {:>3}% {:>6} {:>6.0f}n {:>4}\n",
                     ue.pci, ue.rnti, ue.cqi, ue.dl_ri, ue.dl_mcs, with_prefix(bits_per_second(ue.dl_octets, interval)), ue.dl_ok, ue.dl_nok,
                     percent(ue.dl_ok, ue.dl_nok), with_prefix(ue.dl_buffer), ue.pusch_sinr_db, ue.pusch_rsrp_db, ue.pucch_sinr_db, ue.ul_ri, ue.ul_mcs,
                     with_prefix(bits_per_second(ue.ul_octets, interval)), ue.ul_ok, ue.ul_nok, percent(ue.ul_ok, ue.ul_nok), with_prefix(ue.bsr), ue.ta_ns,
                     ue.phr_db);
}

std::string ue_table_json(Duration at, std::span<const mac::UeMetrics> ues, Duration interval) {
  std::string out = fmt::format("{{\"time_s\":{:.3f},\"ues\":[", seconds(at));
  for (size_t i = 0; i < ues.size(); ++i) {
    const mac::UeMetrics& ue = ues[i];
    fmt::format_to(std::back_inserter(out),
                   "{}{{\"ue\":{},\"pci\":{},\"rnti\":{},\"cqi\":{:.0f},\"dl_ri\":{:.0f},\"ul_ri\":{:.0f},\"dl_mcs\":{:.1f},\"dl_brate\":{:.0f},"
                   "\"dl_nof_ok\":{},\"dl_nof_nok\":{},\"dl_bs\":{},\"pusch_snr_db\":{:.1f},\"pusch_rsrp_db\":{:.1f},\"pucch_snr_db\":{:.1f},\"ta_ns\":{:.1f},"
                   "\"ul_mcs\":{:.1f},\"ul_brate\":{:.0f},\"ul_nof_ok\":{},\"ul_nof_nok\":{},\"last_phr\":{},\"bsr\":{}}}",
                   i ? "," : "", i, ue.pci, ue.rnti, ue.cqi, ue.dl_ri, ue.ul_ri, ue.dl_mcs, bits_per_second(ue.dl_octets, interval), ue.dl_ok, ue.dl_nok,
                   ue.dl_buffer, ue.pusch_sinr_db, ue.pusch_rsrp_db, ue.pucch_sinr_db, ue.ta_ns, ue.ul_mcs, bits_per_second(ue.ul_octets, interval), ue.ul_ok,
                   ue.ul_nok, ue.phr_db, ue.bsr);
  }
  return out + "]}";
}

}  // namespace sen
