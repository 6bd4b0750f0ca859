#include "apps/control_plane.h"

namespace sen {

static Status add_subscribers(udm::SubscriberStore& store, const std::vector<SubscriberConfig>& subscribers) {
  for (const auto& entry : subscribers) {
    if (store.find(entry.imsi)) continue;
    SEN_ASSIGN(auto key, from_hex(entry.key));
    SEN_ASSIGN(auto opc, from_hex(entry.opc));
    if (auto added = store.add(udm::default_subscriber(entry.imsi, std::move(key), std::move(opc))); !added)
      return std::unexpected(std::move(added).error().within("udm.subscribers"));
  }
  while (true) {  // what was just added is no news to the UDM
    SEN_ASSIGN(const auto own, store.take_changes());
    if (own.imsis.empty()) return {};
  }
}

Result<std::unique_ptr<ControlPlane>> ControlPlane::create(const CoreConfig& config, Executor& executor, crypto::RandomSource& random,
                                                           Counters& counters, ControlPlanePorts ports) {
  SEN_ASSIGN(auto store, udm::SubscriberStore::open(config.udm.store));
  SEN_TRY(add_subscribers(store, config.udm.subscribers));
  SEN_ASSIGN(auto keys, config.udm.load_keys());
  std::unique_ptr<ControlPlane> plane(new ControlPlane(executor, std::move(store)));
  plane->udm_ = std::make_unique<udm::Udm>(plane->bus_, plane->store_, random, std::move(keys));
  plane->ausf_ = std::make_unique<udm::Ausf>(plane->bus_, udm::AusfConfig{});
  plane->smf_ = std::make_unique<smf::Smf>(config.smf, executor, plane->bus_, counters, std::move(ports.smf));
  plane->amf_ = std::make_unique<amf::Amf>(config.amf, executor, plane->bus_, random, counters, std::move(ports.amf));
  plane->smf_->start();
  plane->udm_->watch_store();
  return plane;
}

}  // namespace sen
