// SDAP PDUs and configurations in any order, at both sides: three octets a step. Every flow's DRB must exist, and every end marker's have a
// header.
#include "rlc_pdcp/sdap.h"

#include "base/ensure.h"

using namespace sen;
using namespace sen::l2;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 3000) return 0;
  PacketPool pool(4, 64);
  for (Side side : {Side::gnb, Side::ue}) {
    Sdap sdap(side);
    std::array<bool, 33> exists{};
    std::array<bool, 33> ul_header{};
    auto good = [&](const Sdap::EndMarker& m) { ensure(side == Side::ue && exists[m.drb] && ul_header[m.drb] && m.qfi < 64); };
    for (size_t i = 0; i + 3 <= size; i += 3) {
      const uint8_t what = data[i], drb = 1 + (what >> 3) % 4, value = data[i + 1], more = data[i + 2];
      switch (what & 7) {
        case 0:
        case 1: {
          SdapConfig c{.session = 1, .dl_header = bool(more & 1), .ul_header = bool(more & 2), .default_drb = bool(more & 4)};
          for (uint8_t n = 0; n < (more >> 4 & 3); ++n) c.qfis.push_back(static_cast<Qfi>(value + n));
          if (!sdap.check(drb, c)) break;
          exists[drb] = true, ul_header[drb] = c.ul_header;
          for (const auto& m : sdap.set_drb(drb, c)) good(m);
          break;
        }
        case 2:
          sdap.remove_drb(drb);
          exists[drb] = false;
          break;
        case 3:
        case 4: {
          Packet p = pool.copy({&data[i + 1], 2});
          if (auto to = sdap.send(value, more & 1, p)) ensure(exists[*to]);
          break;
        }
        default: {
          if (!exists[drb]) break;
          Packet p = pool.copy({&data[i + 1], what & 64 ? size_t{2} : size_t{1}});
          auto received = sdap.receive(drb, p);
          if (received && received->end_marker) good(*received->end_marker);
          ensure(!received || !p.empty());
        }
      }
    }
  }
  return 0;
}
