// Paging (TS 38.413 8.5, TS 38.331 5.3.2): in every cell of the tracking areas that the AMF names.
#include <algorithm>

#include "rrc/detail/core.h"

namespace sen::gnb {

void Core::on_paging(const ngap::NgapPdu& pdu) {
  const auto& paging = *pdu.get_if<ngap::Paging>();
  const auto* id = paging.ue_paging_identity.five_g_s_tmsi();
  if (!id) return count_drop("paging_identity");
  std::vector<size_t> cells;
  for (size_t cell = 0; cell < settings.cells.size(); ++cell) {
    const auto ours = to_ngap(tai_of(cell));
    const bool named = std::any_of(paging.tai_list_for_paging.begin(), paging.tai_list_for_paging.end(), [&](const auto& item) {
      return item.tai.plmn_identity == ours.plmn_identity && item.tai.tac == ours.tac;
    });
    if (named) cells.push_back(cell);
  }
  if (cells.empty()) return count_drop("paging_area");
  constexpr uint16_t cycles[] = {32, 64, 128, 256};
  uint16_t cycle = 256;  // TS 38.304 7.1: the shorter of the UE's own and the cell's
  if (paging.paging_drx && static_cast<size_t>(*paging.paging_drx) < std::size(cycles)) cycle = cycles[static_cast<size_t>(*paging.paging_drx)];
  page_rrc(from_ngap(*id), cycle, cells);
}

}  // namespace sen::gnb
