// Contexts of gNBs, connections and UEs: how they come, are found and go.
#include "core/amf/detail/core.h"

#include <algorithm>

namespace sen::amf {

namespace {
Counter& reg(Counters& c, std::string_view name, std::string_view help) { return c.counter(fmt::format("fivegs_amffunction_{}", name), help); }
}  // namespace

Metrics::Metrics(Counters& c)
    : reg_init_req(reg(c, "rm_reginitreq", "Initial registration requests received by the AMF")),
      reg_init_succ(reg(c, "rm_reginitsucc", "Successful initial registrations at the AMF")),
      reg_mob_req(reg(c, "rm_regmobreq", "Mobility registration update requests received by the AMF")),
      reg_mob_succ(reg(c, "rm_regmobsucc", "Successful mobility registration updates at the AMF")),
      reg_period_req(reg(c, "rm_regperiodreq", "Periodic registration update requests received by the AMF")),
      reg_period_succ(reg(c, "rm_regperiodsucc", "Successful periodic registration update requests at the AMF")),
      reg_emerg_req(reg(c, "rm_regemergreq", "Emergency registration requests received by the AMF")),
      auth_req(reg(c, "amf_authreq", "Authentication requests sent by the AMF")),
      auth_reject(reg(c, "amf_authreject", "Authentication rejections sent by the AMF")),
      paging_req(reg(c, "mm_paging5greq", "5G paging procedures initiated at the AMF")),
      paging_succ(reg(c, "mm_paging5gsucc", "Successful 5G paging procedures initiated at the AMF")),
      conf_update(reg(c, "mm_confupdate", "UE configuration update commands requested by the AMF")),
      conf_update_succ(reg(c, "mm_confupdatesucc", "UE configuration update complete messages received by the AMF")),
      registered(c.gauge("fivegs_amffunction_rm_registeredsubnbr", "Registered UEs at the AMF")),
      ran_ue(c.gauge("ran_ue", "RAN UEs")),
      gnb(c.gauge("gnb", "gNodeBs")),
      sessions(c.gauge("amf_session", "AMF sessions")),
      ues_active(c.gauge("ues_active", "Active user equipments")),
      n2_errors(c.counter("sen5g_amf_n2_errors", "NGAP messages that were answered with an error indication or dropped")),
      nas_dropped(c.counter("sen5g_amf_nas_dropped", "NAS messages that were dropped")),
      nas_integrity_failures(c.counter("sen5g_amf_nas_integrity_failures", "NAS messages with a wrong MAC or a NAS COUNT used before")),
      counters_(c) {}

Counter& Metrics::cause(std::string_view family, unsigned cause) {
  return counters_.counter(fmt::format("fivegs_amffunction_{}", family), "Failures at the AMF by cause", fmt::format("cause=\"{}\"", cause));
}

Core::Core(const AmfConfig& c, Executor& e, sbi::Bus& b, crypto::RandomSource& r, Counters& counters, AmfPorts p)
    : config(c), executor(e), bus(b), random(r), ports(std::move(p)), metrics(counters) {
  if (config.guamis.empty()) config.guamis = AmfConfig().guamis;
  std::erase(config.integrity_order, crypto::IntegrityAlgorithm::nia0);  // TS 33.501 5.5.2
}

void Core::serve() {
  auto weak = weak_from_this();
  bus.serve<sbi::NamfN1N2MessageTransfer>([weak](const auto& request, auto reply) {
    if (auto core = weak.lock()) core->on_transfer(request, std::move(reply));
  });
  bus.serve<sbi::NsmfSmContextStatusNotify>([weak](const auto& request, auto reply) {
    if (auto core = weak.lock()) core->on_status_notify(request);
    reply(sbi::NoContent{});
  });
  bus.serve<sbi::NudmDeregistrationNotification>([weak](const auto& request, auto reply) {
    if (auto core = weak.lock()) core->deregister_ue(request.supi);
    reply(sbi::NoContent{});
  });
  bus.serve<sbi::NudmSdmNotification>([weak](const auto& request, auto reply) {
    auto core = weak.lock();
    if (Ue* ue = core ? core->find_supi(request.supi) : nullptr) core->subscription_changed(*ue);
    reply(sbi::NoContent{});
  });
}

void Core::withdraw() {
  bus.withdraw<sbi::NamfN1N2MessageTransfer>();
  bus.withdraw<sbi::NsmfSmContextStatusNotify>();
  bus.withdraw<sbi::NudmDeregistrationNotification>();
  bus.withdraw<sbi::NudmSdmNotification>();
}

Gnb* Core::gnb(uint32_t association) {
  auto found = gnbs.find(association);
  return found == gnbs.end() ? nullptr : &found->second;
}

Connection* Core::connection(ConnectionId id) {
  auto found = connections.find(id);
  return found == connections.end() ? nullptr : found->second.get();
}

Ue* Core::find(UeId id) {
  auto found = ues.find(id);
  return found == ues.end() ? nullptr : found->second.get();
}

Ue* Core::find_supi(std::string_view supi) {
  auto found = by_supi.find(supi);
  return found == by_supi.end() ? nullptr : find(found->second);
}

Ue* Core::find_tmsi(const STmsi& tmsi) {
  bool ours = std::any_of(config.guamis.begin(), config.guamis.end(), [&](const Guami& g) { return g.set == tmsi.set && g.pointer == tmsi.pointer; });
  if (!ours) return nullptr;
  auto found = by_tmsi.find(tmsi.tmsi);
  return found == by_tmsi.end() ? nullptr : find(found->second);
}

Connection* Core::new_connection(Gnb& g, uint32_t ran_id, uint16_t stream) {
  if (connections.size() >= limit::connections || g.by_ran_id.size() >= limit::connections_per_gnb) return nullptr;
  static constexpr ConnectionId last = (ConnectionId{1} << 40) - 1;
  do {
    next_connection_ = next_connection_ == last ? 1 : next_connection_ + 1;
  } while (connections.contains(next_connection_));
  auto created = std::make_unique<Connection>(executor);
  created->id = next_connection_;
  created->ran_id = ran_id;
  created->association = g.association;
  created->stream = stream == 0 ? 1 : stream;
  Connection* out = created.get();
  connections.emplace(out->id, std::move(created));
  metrics.ran_ue.add(1);
  return out;
}

Ue* Core::new_ue() {
  if (ues.size() >= limit::ues) return nullptr;
  auto created = std::make_unique<Ue>(executor);
  created->id = ++next_ue_;
  Ue* out = created.get();
  ues.emplace(out->id, std::move(created));
  return out;
}

void Core::drop_connection(ConnectionId id) {
  auto found = connections.find(id);
  if (found == connections.end()) return;
  Connection& c = *found->second;
  if (Gnb* g = gnb(c.association); g && c.state != Connection::State::preparing) {
    auto by_ran = g->by_ran_id.find(c.ran_id);
    if (by_ran != g->by_ran_id.end() && by_ran->second == id) g->by_ran_id.erase(by_ran);
  }
  if (Ue* ue = find(c.ue); ue && ue->connection == id) {
    ue->connection = 0;
    metrics.ues_active.add(-1);
  }
  connections.erase(found);
  metrics.ran_ue.add(-1);
}

void Core::link(Ue& ue, Connection& c) {
  if (ue.connection == c.id) return;
  if (Connection* old = connection_of(ue)) {
    old->ue = 0;
    metrics.ues_active.add(-1);
    deactivate(ue, std::nullopt);
    release(*old, radio_cause(ngap::CauseRadioNetwork::release_due_to_5_gc_generated_reason));
  }
  if (c.ue && c.ue != ue.id) {
    if (Ue* other = find(c.ue); other && other->connection == c.id) {
      other->connection = 0;
      metrics.ues_active.add(-1);
    }
  }
  ue.connection = c.id;
  ue.idle_timer.stop();
  c.ue = ue.id;
  ue.tai = c.tai;
  metrics.ues_active.add(1);
}

void Core::procedure_began() {
  ++procedures;
  check_overload();
}

void Core::procedure_ended() {
  if (procedures > 0) --procedures;
  check_overload();
}

void Core::abort_procedures(Ue& ue) {
  ++ue.epoch;
  ue.nas_timer.stop();
  ue.awaited = Awaited::nothing;
  ue.awaited_message = {};
  if (ue.registration) procedure_ended();
  if (ue.service) procedure_ended();
  ue.registration.reset();
  ue.service.reset();
  ue.authentication.reset();
  ue.security_mode.reset();
  ue.deregistration.reset();
  ue.activation.reset();
  ue.path_switch.reset();
}

void Core::drop_ue(Ue& ue) {
  abandon_handover(ue, nas_cause(ngap::CauseNas::unspecified));
  abort_procedures(ue);
  on_paging(ue, PagingEvent::abandoned);
  release_sessions(ue, sbi::SmCause::other);
  set_registered(ue, false);
  if (!ue.sdm_subscription.empty()) bus.call<sbi::NudmSdmUnsubscribe>({.supi = ue.supi, .subscription_id = ue.sdm_subscription}, [](auto) {});
  for (uint32_t tmsi : {ue.tmsi, ue.old_tmsi}) {
    auto found = by_tmsi.find(tmsi);
    if (found != by_tmsi.end() && found->second == ue.id) by_tmsi.erase(found);
  }
  auto known = by_supi.find(ue.supi);
  if (known != by_supi.end() && known->second == ue.id) by_supi.erase(known);
  if (Connection* c = connection_of(ue)) {
    c->ue = 0;
    metrics.ues_active.add(-1);
  }
  ues.erase(ue.id);
}

void Core::settle(Ue& ue) {
  if (ue.registered() || ue.registration || ue.deregistration) return;
  if (ue.security_valid && ue.tmsi != 0 && !ue.supi.empty()) {
    start_idle_timer(ue);
  } else if (!ue.connection) {
    drop_ue(ue);
  }
}

void Core::set_registered(Ue& ue, bool registered) {
  if (ue.registered() == registered) return;
  ue.mm = registered ? Ue::Mm::registered : Ue::Mm::deregistered;
  metrics.registered.add(registered ? 1 : -1);
}

// TS 23.003 2.10.1: the 5G-TMSI is unambiguous within the AMF; never 0 here, so that 0 means none.
void Core::allocate_guti(Ue& ue) {
  retire_old_guti(ue);
  uint32_t tmsi;
  do tmsi = random.u32();
  while (tmsi == 0 || tmsi == 0xffffffff || by_tmsi.contains(tmsi));
  ue.old_tmsi = ue.tmsi;
  ue.tmsi = tmsi;
  ue.guami = config.guami_of(ue.tai.plmn);
  by_tmsi[tmsi] = ue.id;
}

void Core::retire_old_guti(Ue& ue) {
  if (ue.old_tmsi == 0) return;
  auto found = by_tmsi.find(ue.old_tmsi);
  if (found != by_tmsi.end() && found->second == ue.id) by_tmsi.erase(found);
  ue.old_tmsi = 0;
}

nas::MobileIdentity Core::guti_identity(const Ue& ue) const { return Guti{ue.guami, ue.tmsi}; }

// The mobile reachable timer (T3512 and 4 minutes, TS 24.501 5.3.7), then implicit deregistration; a deregistered UE's context is forgotten.
void Core::start_idle_timer(Ue& ue) {
  start_timer(ue.idle_timer, std::chrono::seconds(config.timers.t3512 + 240), ue, [](Core& core, Ue& u) {
    if (u.connection) return;
    if (u.registered()) log_info(Layer::amf, "{}: implicitly deregistered, nothing heard for {} s (T3512 {} s)", u.name(), core.config.timers.t3512 + 240, core.config.timers.t3512);
    core.drop_ue(u);
  });
}

void Core::move_sessions(Ue& from, Ue& to) {
  for (auto& session : from.sessions) {
    if (to.sessions.size() < limit::sessions_per_ue && !to.session(session.id)) to.sessions.push_back(std::move(session));
  }
  from.sessions.clear();
}

UeStatus Core::status_of(const Ue& ue) {
  UeStatus out{ue.supi, Guti{ue.guami, ue.tmsi}, ue.registered(), ue.connection != 0, ue.tai, ue.allowed, {}, {}};
  for (const auto& session : ue.sessions) {
    out.sessions.push_back(session.id);
    if (session.user_plane) out.active_sessions.push_back(session.id);
  }
  return out;
}

}  // namespace sen::amf
