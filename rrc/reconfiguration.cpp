// RRC reconfiguration without sync (TS 38.331 5.3.5): bearers, cell group, measurements and NAS PDUs in one message.
#include <algorithm>

#include "mac/asn1/convert.h"
#include "rlc_pdcp/asn1.h"
#include "rrc/detail/messages.h"

namespace sen::gnb {
namespace {

bool empty(const Reconfiguration& change) {
  return change.add_drbs.empty() && change.release_drbs.empty() && !change.add_srb2 && !change.config && !change.measurements &&
         !change.reestablish_bearers;
}

l2::Change additions(const Ue& ue, const Reconfiguration& change) {
  l2::Change out;
  if (change.add_srb2 || change.reestablish_bearers) {
    out.srbs.push_back(srb_config(2));
    out.rlcs.push_back(srb_bearer(2));
  }
  for (const auto& drb : ue.drbs) {
    const bool wanted = change.reestablish_bearers || std::find(change.add_drbs.begin(), change.add_drbs.end(), drb.id) != change.add_drbs.end();
    if (!wanted) continue;
    out.drbs.push_back(drb.config);
    out.rlcs.push_back({.lcid = drb.lcid, .bearer = {.srb = false, .number = drb.id}, .rlc = drb.rlc});
  }
  if (change.reestablish_bearers) {
    for (const auto& rlc : out.rlcs) {
      out.reestablish_rlc.push_back(rlc.lcid);
      out.reestablish_pdcp.push_back(rlc.bearer);
    }
    out.suspend = false;
  }
  return out;
}

l2::Change removals(const Reconfiguration& change) {
  l2::Change out;
  out.remove_drbs = change.release_drbs;
  out.remove_rlcs = change.release_lcids;
  return out;
}

}  // namespace

void Core::reconfigure(Ue& ue, const Reconfiguration& change, Done done) {
  if (ue.lost || ue.state != UeState::connected) return done(*this, ue, false);
  if (empty(change)) {
    for (const auto& nas : change.nas) deliver_nas(ue, nas);
    return done(*this, ue, true);
  }
  const l2::Change added = additions(ue, change);
  rrc::DlDcchMessage message;
  auto& reconfiguration = message.message.set_c1().set_rrc_reconfiguration();
  reconfiguration.rrc_transaction_identifier = next_transaction(ue);
  auto& ies = reconfiguration.critical_extensions.set_rrc_reconfiguration();
  rrc::CellGroupConfig group;
  rrc::RadioBearerConfig bearers;
  l2::to_asn1(added, bearers, group);
  l2::to_asn1(removals(change), bearers, group);
  mac::UeConfig config = change.config.value_or(ue.config);
  // After re-establishment the UE has forgotten its dedicated configuration (5.3.7.2).
  mac::to_asn1(settings.cells[ue.cell].mac, change.reestablish_bearers ? nullptr : &ue.config, config, group);
  ies.radio_bearer_config.emplace() = std::move(bearers);
  if (change.measurements) measurement_config(ue, ies.meas_config.emplace());
  auto& v1530 = ies.non_critical_extension.emplace();
  v1530.master_cell_group.emplace() = std::move(group);
  if (!change.nas.empty()) v1530.dedicated_nas_message_list.emplace() = change.nas;
  if (auto applied = ports.change_user_plane(ue.id, added); !applied) {
    log_error(Layer::rrc, "UE {}: {}", ue.id, applied.error().describe());
    return done(*this, ue, false);
  }
  if (!send_dcch(ue, 1, rrc::encode(message))) return done(*this, ue, false);
  // What changes the DCIs is used when the UE has said that it has it.
  const bool announced = change.reestablish_bearers || config.max_layers_dl != ue.config.max_layers_dl || config.max_layers_ul != ue.config.max_layers_ul;
  ports.reconfigure(ue.cell, ue.rnti, config, announced);
  ue.config = std::move(config);
  await(ue, Awaited::reconfiguration, [change, announced, done = std::move(done)](Core& core, Ue& found, bool ok) {
    if (ok) {
      for (uint8_t id : change.release_drbs) std::erase_if(found.drbs, [id](const Drb& drb) { return drb.id == id; });
      (void)core.ports.change_user_plane(found.id, removals(change));
      if (announced) core.ports.confirm(found.cell, found.rnti);
      if (change.add_srb2) found.srb2 = true;
      if (change.measurements) found.measuring = true;
      core.update_qos(found);
    }
    done(core, found, ok);
  });
}

void Core::on_reconfiguration_complete(Ue& ue) {
  if (ue.handover && ue.handover->came_back) return handover_complete(ue);
  if (ue.state == UeState::arriving) return handover_arrived(ue);
  if (ue.awaited != Awaited::reconfiguration) return count_drop("reconfiguration_complete_unexpected");
  answered(ue, true);
}

// Counter check (5.3.6) is answered only when we ask; the COUNTs are compared by the user plane's owner.
void Core::on_counter_check_response(Ue& ue, const rrc::CounterCheckResponse&) {
  if (ue.awaited != Awaited::counter_check) return count_drop("counter_check_unexpected");
  answered(ue, true);
}

}  // namespace sen::gnb
