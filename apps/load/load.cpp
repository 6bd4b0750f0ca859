#include "apps/load/load.h"

#include "base/log.h"

namespace sen::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Event = ue::UeEvent::Kind;

constexpr PduSessionId session_id = 1;
constexpr uint16_t echo_port = 40000, discard_port = 9, source_port = 19;
constexpr Duration uplink_tick = milliseconds(1);
constexpr size_t max_burst = 256;           // packets of one tick
constexpr Duration downlink_slack = milliseconds(300);
constexpr Duration solicitation_interval = seconds(1);  // RFC 4861 asks for 4 s; the link loses nothing here

std::vector<Step> plan_of(Scenario scenario) {
  using enum Step;
  switch (scenario) {
    case Scenario::registration: return {registration};
    case Scenario::session: return {registration, session};
    case Scenario::traffic: return {registration, session, ipv6_prefix, ping_ipv4, ping_ipv6, uplink, downlink};
    case Scenario::cycle:
      return {registration, session,         ipv6_prefix,     ping_ipv4,      ping_ipv6,      an_release, service_request,
              ping_ipv4,    session_release, deregistration, reregistration, switch_off};
  }
  return {};
}

std::string failure_text(const ue::UeEvent& event) {
  if (event.mm_cause) {
    const char* name = nas::name_of(static_cast<nas::MmCause>(event.mm_cause));
    return fmt::format("5GMM cause {} ({})", event.mm_cause, name ? name : "unknown");
  }
  if (event.sm_cause) {
    const char* name = nas::name_of(static_cast<nas::SmCause>(event.sm_cause));
    return fmt::format("5GSM cause {} ({})", event.sm_cause, name ? name : "unknown");
  }
  return *event.text ? event.text : ue::to_string(event.kind);
}

}  // namespace

struct LoadRunner::Ue {
  Ue(UeIndex number, Executor& executor) : index(number), limit(executor), pace(executor) {}

  UeIndex index;
  bool begun = false;         // the first step
  size_t position = 0;        // in the plan
  bool ended = false;
  bool session_up = false;    // NAS says so
  bool service_up = false;
  Time step_started{};
  Timer limit;                // of the step
  Timer pace;                 // pings, uplink, router solicitations
  IpHost host;
  uint16_t sequence = 0;      // of the last ping
  bool ping_out = false;
  uint16_t pings_left = 0, pings_lost = 0;
  Time ping_sent{};
  Bytes packet;               // of the uplink
  double credit = 0;          // octets
  Time last_tick{};
  uint64_t received = 0;      // packets of the downlink
  std::optional<ue::UeNas> nas;
};

Result<std::unique_ptr<LoadRunner>> LoadRunner::create(LoadConfig config, Executor& executor, crypto::RandomSource& random, Counters& counters,
                                                       LoadPorts ports) {
  if (config.gnbs.empty()) return fail(Fault::invalid, "gNBs", "there must be at least one");
  std::unique_ptr<LoadRunner> runner(new LoadRunner(std::move(config), executor, random, std::move(ports)));
  LoadRunner& r = *runner;
  SEN_TRY(r.prepare());
  r.emulated_ = std::make_unique<GnbAccess>(r.config_.gnbs, executor, counters, GnbAccess::Ports{r.ports_.send_n2, r.ports_.send_n3});
  r.listen(*r.emulated_);
  return runner;
}

Result<std::unique_ptr<LoadRunner>> LoadRunner::create(LoadConfig config, Executor& executor, crypto::RandomSource& random, LoadPorts ports,
                                                       Access& access) {
  std::unique_ptr<LoadRunner> runner(new LoadRunner(std::move(config), executor, random, std::move(ports)));
  SEN_TRY(runner->prepare());
  runner->listen(access);
  return runner;
}

LoadRunner::LoadRunner(LoadConfig config, Executor& executor, crypto::RandomSource& random, LoadPorts ports)
    : config_(std::move(config)), executor_(executor), random_(random), ports_(std::move(ports)), plan_(plan_of(config_.scenario)),
      pace_(executor) {}

LoadRunner::~LoadRunner() = default;

Status LoadRunner::prepare() {
  if (config_.slices.empty()) return fail(Fault::invalid, "slices", "there must be at least one");
  if (config_.window == 0) return fail(Fault::invalid, "window", "0 UEs under way");
  SEN_TRY(ue::Usim::create(config_.home, config_.first_imsi, crypto::Milenage(config_.key, config_.opc)));
  uint64_t last = std::stoull(config_.first_imsi) + config_.ues - 1;
  if (std::to_string(last).size() > config_.first_imsi.size()) {
    return fail(Fault::invalid, "IMSI", "{} UEs from {} on leave the IMSI's digits", config_.ues, config_.first_imsi);
  }
  auto profile = std::make_shared<ue::UeProfile>();
  profile->serving = config_.gnbs.empty() ? config_.home : config_.gnbs.front().plmn;
  profile->suci = config_.suci;
  profile->requested_slices = config_.slices;
  profile->retry = false;  // what fails is counted, not repeated
  profile_ = std::move(profile);
  report_.ues = config_.ues;
  ues_.resize(config_.ues);
  return {};
}

void LoadRunner::listen(Access& access) {
  access_ = &access;
  gnb_started_.resize(access.gnbs(), executor_.now());
  gnb_ready_.resize(access.gnbs());
  access.listen({.state = [this](size_t gnb, bool ready, const std::string& reason) { gnb_state(gnb, ready, reason); },
                 .camped = [this](UeIndex ue, const Tai& tai) { on_camped(*ues_[ue], tai); },
                 .nas = [this](UeIndex ue, ByteView nas) { ues_[ue]->nas->received(nas); },
                 .released = [this](UeIndex ue, bool establishment_failed) {
                   if (establishment_failed) ues_[ue]->nas->establishment_failed();
                   else ues_[ue]->nas->connection_released();
                 },
                 .fallback = [this](UeIndex ue) { ues_[ue]->nas->connection_fell_back(); },
                 .paged = [this](UeIndex ue) { ues_[ue]->nas->paged(); },
                 .tunnel = [this](UeIndex ue, PduSessionId, bool up) {
                   if (up) on_tunnel(*ues_[ue]);
                 },
                 .packet = [this](UeIndex ue, PduSessionId, ByteView ip) { on_packet(*ues_[ue], ip); }});
}

const ue::UeNas* LoadRunner::ue(UeIndex index) const { return index < ues_.size() && ues_[index] ? &*ues_[index]->nas : nullptr; }

// ---- gNBs ---------------------------------------------------------------------------------------------------------------------------

void LoadRunner::n2_up(size_t gnb) {
  gnb_started_[gnb] = executor_.now();
  emulated_->gnb(gnb).n2_up();
}
void LoadRunner::n2_down(size_t gnb, const std::string& reason) { emulated_->gnb(gnb).n2_down(reason); }
void LoadRunner::n2_received(size_t gnb, uint16_t stream, ByteView ngap) { emulated_->gnb(gnb).n2_received(stream, ngap); }
void LoadRunner::n3_received(size_t gnb, const Endpoint& from, ByteView gtpu) { emulated_->gnb(gnb).n3_received(from, gtpu); }

void LoadRunner::gnb_state(size_t gnb, bool ready, const std::string& reason) {
  gnb_ready_[gnb] = ready;
  auto& statistics = report_.at(Step::ng_setup);
  if (!ready) {
    if (finished_) return;
    if (!running_) {
      ++statistics.failed;
      ++report_.failures[fmt::format("{}: {}", to_string(Step::ng_setup), reason)];
      if (ports_.step) ports_.step({static_cast<UeIndex>(gnb), Step::ng_setup, false, {}, reason});
      return stop({});
    }
    log_warning(Layer::load, "gNB {}: N2 lost: {}", gnb, reason);
    return;
  }
  Duration latency = executor_.now() - gnb_started_[gnb];
  if (running_) return;
  ++statistics.done;
  statistics.latency.record(latency);
  if (ports_.step) ports_.step({static_cast<UeIndex>(gnb), Step::ng_setup, true, latency, ""});
  for (bool other : gnb_ready_) {
    if (!other) return;
  }
  running_ = true;
  start_ = executor_.now();
  start_more();
}

// ---- the UEs' way through the plan --------------------------------------------------------------------------------------------------

// With a rate, UE n starts n / rate seconds after the first one, or when the window has room.
void LoadRunner::start_more() {
  while (running_ && !finished_ && started_ < config_.ues && under_way_ < config_.window) {
    if (config_.rate > 0) {
      Time due = start_ + Duration(static_cast<int64_t>(static_cast<double>(started_) / config_.rate * 1e9));
      if (due > executor_.now()) {
        pace_.start(due - executor_.now(), [this] { start_more(); });
        return;
      }
    }
    start_ue(started_++);
  }
}

void LoadRunner::start_ue(UeIndex index) {
  ues_[index] = std::make_unique<Ue>(index, executor_);
  Ue& ue = *ues_[index];
  std::string imsi = std::to_string(std::stoull(config_.first_imsi) + index);
  imsi.insert(0, config_.first_imsi.size() - imsi.size(), '0');
  // The IMSI's form was checked with the first one; only a step into another home network is left to fail.
  auto usim = ue::Usim::create(config_.home, imsi, crypto::Milenage(config_.key, config_.opc));
  ++under_way_;
  if (!usim) {
    ++report_.failures[usim.error().describe()];
    ues_[index].reset();
    --under_way_;
    ++report_.ues_failed;
    return check_end();
  }
  ue::UeConfig config{profile_, std::move(*usim), fmt::format("35609204{:08}", index % 100000000)};
  ue.nas.emplace(config, executor_, random_,
                 ue::UeNasPorts{[this, &ue](Bytes pdu, const ue::Establishment* establishment) { send_nas(ue, std::move(pdu), establishment); },
                                [this, &ue](const ue::UeEvent& event) { on_event(ue, event); }});
  access_->switch_on(index, *ue.nas);
}

void LoadRunner::on_camped(Ue& ue, const Tai& tai) {
  ue.nas->camped_on(tai);
  if (std::exchange(ue.begun, true)) return;
  begin_step(ue);
}

bool LoadRunner::at(const Ue& ue, Step step) const { return !ue.ended && ue.position < plan_.size() && plan_[ue.position] == step; }

bool LoadRunner::skips(const Ue& ue, Step step) const {
  const ue::Session* session = ue.nas->session(session_id);
  bool v4 = session && session->ipv4, v6 = session && session->interface_id;
  switch (step) {
    case Step::ipv6_prefix: return !v6;
    case Step::ping_ipv4: return !v4 || config_.target_v4.empty() || config_.pings == 0;
    case Step::ping_ipv6: return !v6 || config_.target_v6.empty() || config_.pings == 0;
    case Step::uplink:
    case Step::downlink: return config_.traffic.count() == 0 || target_of(ue).empty();
    default: return false;
  }
}

void LoadRunner::begin_step(Ue& ue) {
  while (ue.position < plan_.size() && skips(ue, plan_[ue.position])) ++ue.position;
  if (ue.position == plan_.size()) {
    ++report_.ues_done;
    return end_ue(ue);
  }
  Step step = plan_[ue.position];
  ue.step_started = executor_.now();
  Duration limit = config_.timeout;
  if (step == Step::uplink || step == Step::downlink) limit += std::chrono::ceil<seconds>(config_.traffic);
  if (step == Step::ping_ipv4 || step == Step::ping_ipv6) limit += config_.pings * (config_.ping_interval + config_.ping_timeout);
  ue.limit.start(limit, [this, &ue] {
    fail_step(ue, fmt::format("no answer within {:.1f} s", static_cast<double>(config_.timeout.count()) / 1e9));
  });
  perform(ue, step);
}

void LoadRunner::perform(Ue& ue, Step step) {
  auto order = [&](const Status& status) {
    if (!status) fail_step(ue, status.error().describe());
  };
  switch (step) {
    case Step::registration:
    case Step::reregistration: return order(ue.nas->start_registration());
    case Step::session: return establish_session(ue);
    case Step::ipv6_prefix: return ue.host.ipv6() ? finish_step(ue) : solicit_router(ue);
    case Step::ping_ipv4:
    case Step::ping_ipv6:
      ue.pings_left = static_cast<uint16_t>(config_.pings);
      ue.pings_lost = 0;
      return send_ping(ue);
    case Step::uplink: return start_uplink(ue);
    case Step::downlink: return start_downlink(ue);
    case Step::an_release: return order(access_->request_release(ue.index));
    case Step::service_request:
      ue.service_up = false;
      return order(ue.nas->request_service(1 << session_id));
    case Step::session_release: return order(ue.nas->release_session(session_id));
    case Step::deregistration: return order(ue.nas->deregister(false));
    case Step::switch_off: return order(ue.nas->deregister(true));
    case Step::ng_setup:
    case Step::count: return;
  }
}

void LoadRunner::finish_step(Ue& ue) {
  if (ue.ended || ue.position >= plan_.size()) return;
  Step step = plan_[ue.position];
  ue.limit.stop();
  ue.pace.stop();
  Duration latency = executor_.now() - ue.step_started;
  auto& statistics = report_.at(step);
  ++statistics.done;
  if (step != Step::ping_ipv4 && step != Step::ping_ipv6) statistics.latency.record(latency);
  if (ports_.step) ports_.step({ue.index, step, true, latency, ""});
  ++ue.position;
  // From the executor: a step may end deep inside a call of the UE's or the gNB's.
  ue.pace.start(Duration{}, [this, &ue] { begin_step(ue); });
}

void LoadRunner::fail_step(Ue& ue, const std::string& failure) {
  if (ue.ended || ue.position >= plan_.size()) return;
  Step step = plan_[ue.position];
  ++report_.at(step).failed;
  ++report_.failures[fmt::format("{}: {}", to_string(step), failure)];
  ++report_.ues_failed;
  log_info(Layer::load, "imsi-{}: {} failed: {}", ue.nas->imsi(), to_string(step), failure);
  if (ports_.step) ports_.step({ue.index, step, false, executor_.now() - ue.step_started, failure});
  end_ue(ue);
}

void LoadRunner::end_ue(Ue& ue) {
  ue.ended = true;
  ue.limit.stop();
  ue.pace.stop();
  ue.packet = {};
  --under_way_;
  check_end();
  if (!finished_) pace_.start(Duration{}, [this] { start_more(); });
}

void LoadRunner::check_end() {
  if (finished_ || report_.ues_done + report_.ues_failed < config_.ues) return;
  finished_ = true;
  pace_.stop();
  report_.duration = executor_.now() - start_;
  report_.uplink.duration = uplink_last_ - uplink_first_;
  report_.downlink.duration = downlink_last_ - downlink_first_;
  if (ports_.finished) executor_.post([this] { ports_.finished(); });
}

void LoadRunner::stop(const std::string& reason) {
  if (finished_) return;
  running_ = false;
  pace_.stop();
  for (auto& ue : ues_) {
    if (ue && !ue->ended) fail_step(*ue, reason);
  }
  report_.ues_failed = config_.ues - report_.ues_done;
  if (start_ == Time{}) start_ = executor_.now();
  check_end();
}

// ---- NAS ----------------------------------------------------------------------------------------------------------------------------

void LoadRunner::send_nas(Ue& ue, Bytes pdu, const ue::Establishment* establishment) {
  Status sent = access_->send_nas(ue.index, std::move(pdu), establishment);
  if (sent) return;
  log_debug(Layer::load, "imsi-{}: NAS message not sent: {}", ue.nas->imsi(), sent.error().describe());
  if (establishment) executor_.post([&ue] { ue.nas->establishment_failed(); });
}

void LoadRunner::on_event(Ue& ue, const ue::UeEvent& event) {
  access_->set_identity(ue.index, ue.nas->guti() && ue.nas->state() == ue::UeNas::State::registered ? std::optional(ue.nas->guti()->s_tmsi())
                                                                                                  : std::nullopt);
  if (ue.ended) return;
  switch (event.kind) {
    case Event::registered:
      if (at(ue, Step::registration) || at(ue, Step::reregistration)) finish_step(ue);
      break;
    case Event::session_established: {
      const ue::Session* session = ue.nas->session(session_id);
      if (!session || !at(ue, Step::session)) break;
      ue.host = IpHost(session->ipv4, session->interface_id);
      ue.session_up = true;
      on_tunnel(ue);
      break;
    }
    case Event::service_accepted:
      ue.service_up = true;
      on_tunnel(ue);
      break;
    case Event::session_released:
      if (at(ue, Step::session_release)) finish_step(ue);
      else fail_step(ue, "session released: " + failure_text(event));
      break;
    case Event::idle:
      if (at(ue, Step::an_release) || ((at(ue, Step::deregistration) || at(ue, Step::switch_off)) && ue.nas->state() == ue::UeNas::State::deregistered)) {
        finish_step(ue);
      }
      break;
    case Event::deregistered:
      if (!at(ue, Step::deregistration) && !at(ue, Step::switch_off)) fail_step(ue, "deregistered " + failure_text(event));
      break;
    case Event::registration_failed:
    case Event::service_failed:
    case Event::session_failed: fail_step(ue, failure_text(event)); break;
    default: break;
  }
}

void LoadRunner::establish_session(Ue& ue) {
  ue::SessionRequest request;
  request.id = session_id;
  request.type = config_.session_type;
  request.dnn = config_.dnn;
  request.slice = config_.slices.front();
  ue.session_up = false;
  if (auto status = ue.nas->establish_session(request); !status) fail_step(ue, status.error().describe());
}

// The NAS message and the tunnel come in either order.
void LoadRunner::on_tunnel(Ue& ue) {
  if (ue.ended || !access_->has_tunnel(ue.index, session_id)) return;
  if ((at(ue, Step::session) && ue.session_up) || (at(ue, Step::service_request) && ue.service_up)) finish_step(ue);
}

// ---- IP -----------------------------------------------------------------------------------------------------------------------------

IpAddress LoadRunner::target_of(const Ue& ue) const {
  if (ue.host.ipv4() && !config_.target_v4.empty()) return config_.target_v4;
  if (ue.host.ipv6() && !config_.target_v6.empty()) return config_.target_v6;
  return {};
}

void LoadRunner::send_packet(Ue& ue, const Bytes& ip) {
  const ue::Session* session = ue.nas->session(session_id);
  (void)access_->send_packet(ue.index, session_id, session ? session->default_qfi : Qfi{1}, ip);
}

void LoadRunner::solicit_router(Ue& ue) {
  if (!at(ue, Step::ipv6_prefix)) return;
  send_packet(ue, ue.host.router_solicitation());
  ue.pace.start(solicitation_interval, [this, &ue] { solicit_router(ue); });
}

void LoadRunner::send_ping(Ue& ue) {
  bool v6 = at(ue, Step::ping_ipv6);
  auto packet = ue.host.ping(v6 ? config_.target_v6 : config_.target_v4, static_cast<uint16_t>(ue.index), ++ue.sequence);
  if (!packet) return fail_step(ue, packet.error().describe());
  --ue.pings_left;
  ue.ping_out = true;
  ++(v6 ? report_.pings_v6_sent : report_.pings_sent);
  ue.ping_sent = executor_.now();
  ue.pace.start(config_.ping_timeout, [this, &ue] { ping_over(ue, false); });
  send_packet(ue, *packet);
}

void LoadRunner::ping_over(Ue& ue, bool answered) {
  bool v6 = at(ue, Step::ping_ipv6);
  ue.ping_out = false;
  if (answered) {
    ++(v6 ? report_.pings_v6_answered : report_.pings_answered);
    report_.at(plan_[ue.position]).latency.record(executor_.now() - ue.ping_sent);
  } else {
    ++ue.pings_lost;
  }
  if (ue.pings_left > 0) return ue.pace.start(answered ? config_.ping_interval : Duration{}, [this, &ue] { send_ping(ue); });
  if (ue.pings_lost > 0) return fail_step(ue, fmt::format("{} of {} pings lost", ue.pings_lost, config_.pings));
  finish_step(ue);
}

void LoadRunner::start_uplink(Ue& ue) {
  const ue::Session* session = ue.nas->session(session_id);
  size_t size = std::min<size_t>(config_.packet_size, session ? session->mtu : 1280);
  size_t headers = target_of(ue).is_v4() ? 28 : 48;
  Bytes payload(size > headers ? size - headers : 1, 0x5a);
  auto packet = ue.host.udp({target_of(ue), discard_port}, echo_port, payload);
  if (!packet) return fail_step(ue, packet.error().describe());
  ue.packet = std::move(*packet);
  ue.credit = 0;
  ue.last_tick = executor_.now();
  tick_uplink(ue);
}

void LoadRunner::tick_uplink(Ue& ue) {
  if (!at(ue, Step::uplink)) return;
  Time now = executor_.now();
  ue.credit += config_.uplink_bps / 8 * static_cast<double>((now - ue.last_tick).count()) / 1e9;
  ue.last_tick = now;
  for (size_t burst = 0; ue.credit >= static_cast<double>(ue.packet.size()) && burst < max_burst; ++burst) {
    ue.credit -= static_cast<double>(ue.packet.size());
    if (report_.uplink.packets == 0) uplink_first_ = now;
    uplink_last_ = now;
    ++report_.uplink.packets;
    report_.uplink.octets += ue.packet.size();
    send_packet(ue, ue.packet);
  }
  if (now - ue.step_started >= config_.traffic) return finish_step(ue);
  ue.pace.start(uplink_tick, [this, &ue] { tick_uplink(ue); });
}

// The source counts in whole seconds and in octets of UDP payload.
void LoadRunner::start_downlink(Ue& ue) {
  const ue::Session* session = ue.nas->session(session_id);
  size_t size = std::min<size_t>(config_.packet_size, session ? session->mtu : 1280);
  size_t headers = target_of(ue).is_v4() ? 28 : 48;
  auto length = std::chrono::ceil<seconds>(config_.traffic);
  std::string request = fmt::format("rate={:.0f} size={} seconds={}", config_.downlink_bps, size > headers ? size - headers : 1, length.count());
  auto packet = ue.host.udp({target_of(ue), source_port}, echo_port, as_bytes(request));
  if (!packet) return fail_step(ue, packet.error().describe());
  ue.received = 0;
  report_.downlink_requested_octets += static_cast<uint64_t>(config_.downlink_bps / 8 * static_cast<double>(length.count()));
  ue.pace.start(length + downlink_slack, [this, &ue] { end_downlink(ue); });
  send_packet(ue, *packet);
}

void LoadRunner::end_downlink(Ue& ue) {
  if (ue.received == 0) return fail_step(ue, "no packet arrived");
  finish_step(ue);
}

void LoadRunner::on_packet(Ue& ue, ByteView ip) {
  auto received = ue.host.received(ip);
  using Kind = IpHost::Received::Kind;
  switch (received.kind) {
    case Kind::prefix_learned:
      if (at(ue, Step::ipv6_prefix)) finish_step(ue);
      break;
    case Kind::echo_reply: {
      bool ours = received.identifier == static_cast<uint16_t>(ue.index) && received.sequence == ue.sequence;
      if (ours && ue.ping_out && at(ue, received.v6 ? Step::ping_ipv6 : Step::ping_ipv4)) ping_over(ue, true);
      break;
    }
    case Kind::echo_request: send_packet(ue, received.answer); break;
    case Kind::udp: {
      if (received.from.port != source_port) break;
      Time now = executor_.now();
      if (report_.downlink.packets == 0) downlink_first_ = now;
      downlink_last_ = now;
      ++report_.downlink.packets;
      report_.downlink.octets += ip.size();
      ++ue.received;
      break;
    }
    default: break;
  }
}

}  // namespace sen::load
