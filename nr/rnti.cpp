#include "nr/rnti.h"

namespace sen::nr {

const char* to_string(RntiType type) {
  switch (type) {
    case RntiType::c: return "C-RNTI";
    case RntiType::tc: return "TC-RNTI";
    case RntiType::si: return "SI-RNTI";
    case RntiType::ra: return "RA-RNTI";
    case RntiType::p: return "P-RNTI";
    case RntiType::cs: return "CS-RNTI";
    case RntiType::mcs_c: return "MCS-C-RNTI";
    case RntiType::sp_csi: return "SP-CSI-RNTI";
    case RntiType::int_: return "INT-RNTI";
    case RntiType::sfi: return "SFI-RNTI";
    case RntiType::tpc_pucch: return "TPC-PUCCH-RNTI";
    case RntiType::tpc_pusch: return "TPC-PUSCH-RNTI";
    case RntiType::tpc_srs: return "TPC-SRS-RNTI";
  }
  return "unknown";
}

}  // namespace sen::nr
