#include "apps/attached_ue.h"

#include "base/log.h"

namespace sen {

namespace {
using Event = ue::UeEvent::Kind;
constexpr PduSessionId session_id = 1;
constexpr uint32_t first_mtu = 1400;
constexpr Duration tick = std::chrono::seconds(2);
// NAS has timers of its own for another registration (T3511, T3502); after this long it is begun whatever they say.
constexpr Duration patience = std::chrono::seconds(15);

std::string cause_text(const ue::UeEvent& event) {
  if (event.mm_cause) {
    const char* name = nas::name_of(static_cast<nas::MmCause>(event.mm_cause));
    return fmt::format("5GMM cause {} ({})", event.mm_cause, name ? name : "unknown");
  }
  if (event.sm_cause) {
    const char* name = nas::name_of(static_cast<nas::SmCause>(event.sm_cause));
    return fmt::format("5GSM cause {} ({})", event.sm_cause, name ? name : "unknown");
  }
  return event.text;
}
}  // namespace

Result<std::unique_ptr<AttachedUe>> AttachedUe::create(load::UeIndex index, const UeProcessConfig& config,
                                                       std::shared_ptr<const ue::UeProfile> profile, Needs needs) {
  std::unique_ptr<AttachedUe> ue(new AttachedUe(index, config, needs));
  std::string imsi = std::to_string(std::stoull(config.first_imsi) + index);
  if (imsi.size() < config.first_imsi.size()) imsi.insert(0, config.first_imsi.size() - imsi.size(), '0');
  SEN_ASSIGN(auto usim, ue::Usim::create(config.home, imsi, crypto::Milenage(config.key, config.opc)));
  SEN_TRY(ue->open_tun());
  ue->nas_ = std::make_unique<ue::UeNas>(
      ue::UeConfig{std::move(profile), std::move(usim), fmt::format("35609204{:08}", index % 100000000)}, needs.executor, needs.random,
      ue::UeNasPorts{
          [self = ue.get()](Bytes pdu, const ue::Establishment* establishment) { self->send_nas(std::move(pdu), establishment); },
          [self = ue.get()](const ue::UeEvent& event) { self->on_event(event); }});
  return ue;
}

Status AttachedUe::open_tun() {
  if (config_.tun == TunMode::off) return {};
  auto opened = upf::Tun::open(needs_.executor, needs_.counters, needs_.pool, fmt::format("{}{}", config_.tun_name, index_), {}, first_mtu,
                               [this](Packet ip) { uplink(ip.view()); });
  if (opened) {
    tun_ = std::move(*opened);
  } else if (config_.tun == TunMode::on) {
    return std::unexpected(std::move(opened).error().within("tun"));
  } else if (index_ == 0) {
    log_info(Layer::ue, "no TUN device ({}): the UEs answer pings, nothing more", opened.error().text);
  }
  return {};
}

void AttachedUe::switch_off() {
  stopping_ = true;
  tick_.stop();
  (void)nas_->deregister(true);
}

// ---- Access
// -------------------------------------------------------------------------------------------------------------------------------

void AttachedUe::camped(const Tai& tai) {
  camped_ = true;
  nas_->camped_on(tai);
  if (stopping_) return;
  if (nas_->state() == ue::UeNas::State::deregistered) {
    if (auto begun = nas_->start_registration(); !begun) log_error(Layer::ue, "imsi-{}: {}", nas_->imsi(), begun.error().describe());
  }
  pursue_soon();
}

void AttachedUe::released(bool establishment_failed) {
  if (establishment_failed)
    nas_->establishment_failed();
  else
    nas_->connection_released();
}

void AttachedUe::tunnel_up() {
  while (!waiting_.empty()) {
    send(waiting_.front());
    waiting_.pop_front();
  }
  pursue_soon();
}

void AttachedUe::send_nas(Bytes pdu, const ue::Establishment* establishment) {
  auto sent = needs_.access.send_nas(index_, std::move(pdu), establishment);
  if (sent) return;
  log_debug(Layer::ue, "imsi-{}: NAS message not sent: {}", nas_->imsi(), sent.error().describe());
  if (establishment) needs_.executor.post([this] { nas_->establishment_failed(); });
}

// ---- NAS
// ----------------------------------------------------------------------------------------------------------------------------------

void AttachedUe::on_event(const ue::UeEvent& event) {
  const bool registered = nas_->guti() && nas_->state() == ue::UeNas::State::registered;
  needs_.access.set_identity(index_, registered ? std::optional(nas_->guti()->s_tmsi()) : std::nullopt);
  switch (event.kind) {
    case Event::registered: log_info(Layer::ue, "imsi-{}: registered", nas_->imsi()); return pursue_soon();
    case Event::session_established:
      if (const auto* session = nas_->session(session_id)) session_up(*session);
      return pursue_soon();
    case Event::service_accepted: return pursue_soon();
    case Event::deregistered:
      if (stopping_) return log_info(Layer::ue, "imsi-{}: deregistered", nas_->imsi());
      [[fallthrough]];
    case Event::registration_failed:
    case Event::service_failed:
    case Event::session_failed:
    case Event::session_released: log_warning(Layer::ue, "imsi-{}: {}: {}", nas_->imsi(), ue::to_string(event.kind), cause_text(event)); break;
    default: break;  // what failed waits for the next tick
  }
}

void AttachedUe::pursue_soon() {
  if (!stopping_) tick_.start(Duration{}, [this] { pursue(); });
}

// What is missing between now and a session that carries packets.
void AttachedUe::pursue() {
  tick_.start(tick, [this] { pursue(); });
  using State = ue::UeNas::State;
  const Time now = needs_.executor.now();
  if (nas_->state() != State::deregistered)
    idle_since_.reset();
  else if (!idle_since_)
    idle_since_ = now;
  if (!camped_) return;
  if (idle_since_ && now - *idle_since_ > patience) {
    idle_since_.reset();
    (void)nas_->start_registration();
    return;
  }
  if (nas_->state() != State::registered) return;
  const auto* session = nas_->session(session_id);
  if (!nas_->connected()) {
    if (!session)
      (void)nas_->request_service(0);
    else if (!waiting_.empty())
      (void)nas_->request_service(1 << session_id);
  } else if (!session && nas_->secured()) {
    establish_session();
  } else if (needs_.access.has_tunnel(index_, session_id) && host_.interface_id() && !host_.ipv6()) {
    send(host_.router_solicitation());
  }
}

void AttachedUe::establish_session() {
  ue::SessionRequest request;
  request.id = session_id;
  request.type = config_.session_type;
  request.dnn = config_.dnn;
  request.slice = config_.slice;
  if (auto status = nas_->establish_session(request); !status) log_debug(Layer::ue, "imsi-{}: {}", nas_->imsi(), status.error().describe());
}

// ---- IP
// -----------------------------------------------------------------------------------------------------------------------------------

void AttachedUe::session_up(const ue::Session& session) {
  host_ = load::IpHost(session.ipv4, session.interface_id);
  log_info(Layer::ue, "imsi-{}: PDU session {} is established{}{}", nas_->imsi(), session.id,
           session.ipv4 ? ", IPv4 " + IpAddress(*session.ipv4).text() : "", tun_ ? ", device " + tun_->name() : "");
  if (tun_) {
    if (auto set = tun_->set_mtu(std::max<uint32_t>(session.mtu, 1280)); !set) log_warning(Layer::ue, "{}", set.error().describe());
  }
  change_address(ipv4_, session.ipv4 ? std::optional(IpAddress(*session.ipv4)) : std::nullopt);
  change_address(ipv6_, std::nullopt);
}

void AttachedUe::change_address(std::optional<IpAddress>& now, std::optional<IpAddress> wanted) {
  if (!tun_ || now == wanted) return;
  auto told = [](const Status& status) {
    if (!status) log_warning(Layer::ue, "{}", status.error().describe());
  };
  auto address = [](const IpAddress& ip) { return upf::Tun::Address{ip, static_cast<uint8_t>(ip.is_v6() ? 64 : 32)}; };
  if (now) told(tun_->remove_address(address(*now)));
  now = wanted;
  if (!now) return;
  told(tun_->add_address(address(*now)));
  if (config_.default_route) told(tun_->add_default_route(now->is_v6()));
}

void AttachedUe::send(ByteView ip) {
  const auto* session = nas_->session(session_id);
  auto sent = needs_.access.send_packet(index_, session_id, session ? session->default_qfi : Qfi{1}, ip);
  if (!sent) needs_.counters.counter("sen5g_ue_uplink_dropped", "Packets of the UEs' interfaces that no bearer took").add();
}

void AttachedUe::uplink(ByteView ip) {
  const auto* session = nas_->session(session_id);
  // The host's own IPv6 (solicitations, reports) must not wake a UE whose session is IPv4 only.
  const bool carried = session && !ip.empty() && (ip[0] >> 4 == 6 ? session->interface_id.has_value() : session->ipv4.has_value());
  if (carried && needs_.access.has_tunnel(index_, session_id)) return send(ip);
  if (!carried || waiting_.size() == max_waiting) {
    needs_.counters.counter("sen5g_ue_uplink_dropped", "Packets of the UEs' interfaces that no bearer took").add();
    return;
  }
  waiting_.emplace_back(ip.begin(), ip.end());
  if (waiting_.size() == 1) pursue_soon();
}

void AttachedUe::packet(ByteView ip) {
  auto received = host_.received(ip);
  using Kind = load::IpHost::Received::Kind;
  if (received.kind == Kind::prefix_learned && host_.ipv6()) {
    const IpAddress address(*host_.ipv6());
    if (ipv6_ != address) log_info(Layer::ue, "imsi-{}: IPv6 {}", nas_->imsi(), address.text());
    change_address(ipv6_, address);
    return;  // the kernel would configure itself a second time
  }
  if (tun_) return tun_->send(ip);
  if (received.kind == Kind::echo_request) send(received.answer);
}

}  // namespace sen
