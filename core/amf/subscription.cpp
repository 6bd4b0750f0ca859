// The operator changed the subscription of a registered UE (TS 23.502 4.5.1): its UE-AMBR goes to the gNB (TS 38.413 8.3.4), its slices to
// the UE (TS 24.501 5.4.4). What an idle UE has to know waits for its next service request. Sessions are the SMF's to adapt.
#include <algorithm>

#include "core/amf/detail/core.h"

namespace sen::amf {

static SubscribedSlice& entry(std::vector<SubscribedSlice>& list, const SNssai& slice) {
  auto found = std::find_if(list.begin(), list.end(), [&](const SubscribedSlice& s) { return s.s_nssai == slice; });
  return found != list.end() ? *found : list.emplace_back(SubscribedSlice{slice, false, {}, false});
}

void take_slices(std::vector<SubscribedSlice>& list, const sbi::AccessAndMobilitySubscriptionData& data) {
  for (const auto& slice : data.nssai.default_single_nssais) entry(list, slice).standard = true;
  for (const auto& slice : data.nssai.single_nssais) entry(list, slice);
}

void take_dnns(std::vector<SubscribedSlice>& list, const sbi::SmfSelectionSubscriptionData& data) {
  for (const auto& info : data.subscribed_snssai_infos) {
    auto& found = entry(list, info.s_nssai);
    found.dnns.clear();
    for (const auto& dnn : info.dnn_infos) {
      found.dnns.insert(dnn.default_dnn_indicator ? found.dnns.begin() : found.dnns.end(), dnn.dnn);
      found.has_default_dnn = found.has_default_dnn || dnn.default_dnn_indicator;
    }
  }
}

void Core::subscription_changed(Ue& ue) {
  ue.subscribed = false;  // should this fail, the next registration reads it
  if (!ue.registered() || ue.registration || ue.deregistration) return;
  ask_always<sbi::NudmSdmGetAmData>(ue, {.supi = ue.supi}, [](Core& core, Ue& u, sbi::Reply<sbi::AccessAndMobilitySubscriptionData> data) {
    if (!data) return log_warning(Layer::amf, "{}: changed subscription: UDM: {} {}", u.name(), data.error().status, data.error().detail);
    core.ask_always<sbi::NudmSdmGetSmfSelectData>(u, {.supi = u.supi}, [data = std::move(*data)](Core& again, Ue& same, sbi::Reply<sbi::SmfSelectionSubscriptionData> selection) {
      if (!selection || !same.registered() || same.registration || same.deregistration) return;
      std::vector<SubscribedSlice> list;
      take_slices(list, data);
      take_dnns(list, *selection);
      again.adapt(same, data, std::move(list));
    });
  });
}

void Core::adapt(Ue& ue, const sbi::AccessAndMobilitySubscriptionData& data, std::vector<SubscribedSlice> subscription) {
  ue.subscribed = true;
  ue.subscription = std::move(subscription);
  auto old_ambr = std::exchange(ue.ambr, data.subscribed_ue_ambr);
  if (data.nr_as_primary_rat_forbidden) {
    log_info(Layer::amf, "{}: the subscription does not allow NR any longer", ue.name());
    deregister_ue(ue.supi);
    return;
  }
  auto allowed = ue.allowed;
  std::erase_if(allowed, [&](const SNssai& slice) {
    return std::none_of(ue.subscription.begin(), ue.subscription.end(), [&](const SubscribedSlice& s) { return s.s_nssai == slice; });
  });
  if (allowed.empty()) allowed = standard_slices(ue);
  if (allowed.empty()) {
    log_info(Layer::amf, "{}: no slice is left, subscribed were {}", ue.name(), text_of(ue.allowed));
    deregister_ue(ue.supi);
    return;
  }
  if (old_ambr != ue.ambr) tell_ambr(ue);
  if (allowed == ue.allowed) return;
  log_info(Layer::amf, "{}: allowed slices {} instead of {}", ue.name(), text_of(allowed), text_of(ue.allowed));
  ue.allowed = std::move(allowed);
  tell_slices(ue);
}

// A gNB without the UE's context gets it with the next INITIAL CONTEXT SETUP REQUEST.
void Core::tell_ambr(Ue& ue) {
  Connection* c = connection_of(ue);
  if (!c || c->state != Connection::State::ready || !ue.ambr) return;
  ngap::UeContextModificationRequest m;
  auto& ambr = m.ue_aggregate_maximum_bit_rate.emplace();
  ambr.ue_aggregate_maximum_bit_rate_dl = static_cast<int64_t>(ue.ambr->downlink.bps);
  ambr.ue_aggregate_maximum_bit_rate_ul = static_cast<int64_t>(ue.ambr->uplink.bps);
  send(*c, m);
}

}  // namespace sen::amf
