// Overload start and stop (TS 38.413 8.7.6, 8.7.7).
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::check_overload() {
  bool before = overloaded;
  if (!overloaded && procedures > config.overload.start) {
    overloaded = true;
    log_warning(Layer::amf, "overloaded: {} procedures under way, the limit is {}", procedures, config.overload.start);
  } else if (overloaded && procedures < config.overload.stop) {
    overloaded = false;
    log_info(Layer::amf, "no longer overloaded: {} procedures under way", procedures);
  }
  if (before != overloaded) tell_overload();
}

void Core::tell_overload() {
  for (auto& [association, g] : gnbs) {
    if (!g.ready || g.overload_told == overloaded) continue;
    g.overload_told = overloaded;
    if (overloaded) {
      ngap::OverloadStart m;
      m.amf_overload_response.emplace().set_overload_action() = ngap::OverloadAction::reject_rrc_cr_signalling;
      m.amf_traffic_load_reduction_indication = config.overload.reduction_percent;
      send(g, 0, m);
    } else {
      send(g, 0, ngap::OverloadStop{});
    }
  }
}

}  // namespace sen::amf
