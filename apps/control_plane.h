// AMF, SMF, AUSF and UDM wired together on one executor, with their bytes going out through ports: sockets under `sen5g core`, a UPF and
// emulated gNBs in the same process under `sen5g demo`.
#pragma once

#include "apps/captures.h"
#include "apps/core_config.h"
#include "base/counter.h"
#include "core/amf/amf.h"
#include "core/sbi/bus.h"
#include "core/smf/smf.h"
#include "core/udm/ausf.h"
#include "core/udm/udm.h"

namespace sen {

struct ControlPlanePorts {
  amf::AmfPorts amf;
  smf::SmfPorts smf;
};

class ControlPlane {
 public:
  // Opens the store, adds the configured subscribers and starts the SMF. Errors name the configuration's key.
  static Result<std::unique_ptr<ControlPlane>> create(const CoreConfig& config, Executor& executor, crypto::RandomSource& random,
                                                      Counters& counters, ControlPlanePorts ports);

  amf::Amf& amf() { return *amf_; }
  smf::Smf& smf() { return *smf_; }
  udm::SubscriberStore& store() { return store_; }

 private:
  ControlPlane(Executor& executor, udm::SubscriberStore store) : bus_(executor), store_(std::move(store)) {}

  sbi::Bus bus_;
  udm::SubscriberStore store_;
  std::unique_ptr<udm::Udm> udm_;
  std::unique_ptr<udm::Ausf> ausf_;
  std::unique_ptr<smf::Smf> smf_;
  std::unique_ptr<amf::Amf> amf_;
};

}  // namespace sen
