// What the MACs measured of their UEs in an interval, as the console's table (columns that users of srsRAN know) and as a line of JSON.
//   brate  bit/s of transport blocks that came whole      ok, nok (%)  transport blocks with CRC right and wrong, share of the wrong ones
//   dl_bs  octets that wait for the UE                    bsr          octets that the UE reported to wait
//   pusch, pucch  SINR, dB      rsrp  dBFS      ta  ns      phr  dB
// Pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/executor.h"
#include "mac/gnb.h"

namespace sen {

// Two lines.
std::string ue_table_header();
// One line.
std::string ue_table_row(const mac::UeMetrics& ue, Duration interval);
// {"time_s":3.0,"ues":[{"ue":0,"pci":1,"rnti":17921,...}]} without a line feed; `at` counts from the start.
std::string ue_table_json(Duration at, std::span<const mac::UeMetrics> ues, Duration interval);

}  // namespace sen
