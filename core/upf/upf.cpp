#include "core/upf/upf.h"

#include <algorithm>

#include "base/log.h"
#include "codec/gtpu/message.h"
#include "core/upf/icmp.h"

namespace sen::upf {

static constexpr size_t needed_headroom = 32;

static std::vector<IpPrefix> pools_of(const UpfConfig& config) {
  std::vector<IpPrefix> out;
  for (const auto& subnet : config.session) out.push_back(subnet.subnet);
  return out;
}

bool Upf::RateLimit::allows(int64_t now_ns) {
  int64_t second = now_ns / 1'000'000'000;
  if (second != second_) {
    second_ = second;
    used_ = 0;
  }
  if (used_ >= per_second_) return false;
  ++used_;
  return true;
}

Upf::Upf(const UpfConfig& config, Executor& executor, Counters& counters, UpfPorts ports)
    : config_(config),
      executor_(executor),
      counters_(counters),
      ports_(std::move(ports)),
      pool_(config.packets),
      user_plane_(config.max_sessions, pools_of(config), config.max_inner()),
      pfcp_(config, executor, counters, user_plane_,
            {.send = [this](const Endpoint& to, Bytes bytes) { ports_.send_n4(to, std::move(bytes)); },
             .send_end_marker =
                 [this](const IpAddress& peer, uint32_t teid) {
                   if (auto bytes = gtpu::encode(gtpu::end_marker_for(teid))) send_signalling({peer, gtpu::udp_port}, *bytes);
                 },
             .deliver = [this](Packet ip) { n6_received(std::move(ip)); }}),
      n3_packets_in_(counters.counter("fivegs_ep_n3_gtp_indatapktn3upf", "Number of incoming GTP data packets on the N3 interface")),
      n3_packets_out_(counters.counter("fivegs_ep_n3_gtp_outdatapktn3upf", "Number of outgoing GTP data packets on the N3 interface")),
      n3_octets_in_(counters.counter("fivegs_ep_n3_gtp_indatavolumen3upf", "Octets of user packets received on the N3 interface")),
      n3_octets_out_(counters.counter("fivegs_ep_n3_gtp_outdatavolumen3upf", "Octets of user packets sent on the N3 interface")),
      n6_packets_in_(counters.counter("upf_n6_packets_in", "IP packets received on the N6 interface")),
      n6_packets_out_(counters.counter("upf_n6_packets_out", "IP packets sent on the N6 interface")) {
  for (size_t i = 1; i < drop_counters_.size(); ++i) {
    const DropText& drop = text(static_cast<Drop>(i));
    drop_counters_[i] = &counters.counter("upf_dropped_packets", "Packets that the user plane dropped, by reason",
                                          fmt::format("reason=\"{}\"", drop.name));
  }
  events_.reserve(max_events);
}

void Upf::start() { pfcp_.start(); }

void Upf::n4_received(const Endpoint& from, ByteView pfcp) {
  pfcp_.received(from, pfcp);
  after_packets();
}

bool Upf::give_headroom(Packet& packet) {
  if (packet.headroom() >= needed_headroom) return true;
  Packet copy = pool_.copy(packet.view());
  if (!copy) {
    user_plane_.count_drop(Drop::no_buffer_memory);
    return false;
  }
  packet = std::move(copy);
  return true;
}

void Upf::after_packets() {
  // A report may be answered at once, in the same call, by packets that cause more events: those are taken by the outer loop.
  if (!handling_events_) {
    handling_events_ = true;
    while (user_plane_.has_events()) {
      user_plane_.take_events(events_);
      pfcp_.handle(events_);
    }
    handling_events_ = false;
  }
  if (drops_seen_ == user_plane_.drop_total()) return;
  drops_seen_ = user_plane_.drop_total();
  for (size_t i = 1; i < drop_counters_.size(); ++i) {
    uint64_t fresh = user_plane_.drops()[i] - drops_published_[i];
    if (fresh) drop_counters_[i]->add(static_cast<int64_t>(fresh));
  }
  drops_published_ = user_plane_.drops();
}

void Upf::count_qfi(std::array<Counter*, 64>& members, const char* name, const char* help, uint8_t qfi, uint64_t octets) {
  Counter*& counter = members[qfi & 63];
  if (!counter) counter = &counters_.counter(name, help, fmt::format("qfi=\"{}\"", qfi));
  counter->add(static_cast<int64_t>(octets));
}

// N3 --------------------------------------------------------------------------------------------------------------------------------------

void Upf::n3_received(const Endpoint& from, Packet gtpu) {
  if (give_headroom(gtpu)) {
    Job job{.data = gtpu.data(), .length = static_cast<uint32_t>(gtpu.size())};
    user_plane_.from_n3({&job, 1}, now_ns());
    finish_n3(from, job, std::move(gtpu));
  }
  after_packets();
}

void Upf::finish_n3(const Endpoint& from, Job& job, Packet packet) {
  if (job.verdict == Verdict::signalling) return signalling(from, packet);
  if (job.session != no_session && job.pdr) {
    n3_packets_in_.add();
    n3_octets_in_.add(job.flow.length);
    count_qfi(qfi_in_, "fivegs_ep_n3_gtp_indatavolumeqosleveln3upf", "Octets of user packets received on the N3 interface, by QoS flow", job.qfi,
              job.flow.length);
  }
  switch (job.verdict) {
    case Verdict::n6:
      packet.reset(job.data, job.length);
      n6_packets_out_.add();
      ports_.send_n6(std::move(packet));
      return;
    case Verdict::n3:
      packet.reset(job.data, job.length);
      send_to_tunnel(job, std::move(packet));
      return;
    case Verdict::buffer:
      // Only downlink packets wait for the UE; an uplink rule that says buffer has nobody to page.
      user_plane_.count_drop(Drop::far_drop);
      return;
    case Verdict::drop: break;
    case Verdict::signalling: return;
  }
  if (job.reason == Drop::unknown_teid && signalling_rate_.allows(now_ns())) {
    // 29.281 7.3.1. TEID 0 is not answered.
    IpAddress own = own_address(from.address.is_v4());
    if (job.teid == 0 || own.empty()) return;
    if (auto bytes = gtpu::encode(gtpu::error_indication_for(job.teid, own.octets()))) send_signalling({from.address, gtpu::udp_port}, *bytes);
  } else if (job.reason == Drop::gtpu_extension_unknown && signalling_rate_.allows(now_ns())) {
    if (auto bytes = gtpu::encode(gtpu::supported_extensions())) send_signalling({from.address, gtpu::udp_port}, *bytes);
  }
}

void Upf::send_to_tunnel(const Job& job, Packet packet) {
  packet.traffic_class = job.far->has_marking ? job.far->traffic_class : 0;
  if (job.far->destination == Interface::access) {
    n3_packets_out_.add();
    n3_octets_out_.add(job.flow.length);
    count_qfi(qfi_out_, "fivegs_ep_n3_gtp_outdatavolumeqosleveln3upf", "Octets of user packets sent on the N3 interface, by QoS flow", job.qfi,
              job.flow.length);
  }
  ports_.send_n3({job.far->peer_address(), gtpu::udp_port}, std::move(packet));
}

void Upf::send_signalling(const Endpoint& to, const Bytes& octets) {
  Packet packet = pool_.copy(octets);
  if (!packet) return user_plane_.count_drop(Drop::no_buffer_memory);
  ports_.send_n3(to, std::move(packet));
}

void Upf::signalling(const Endpoint& from, const Packet& packet) {
  auto message = gtpu::decode(packet.view());
  if (!message) return user_plane_.count_drop(Drop::gtpu_element);
  if (gtpu::refused_extension(*message)) {
    user_plane_.count_drop(Drop::gtpu_extension_unknown);
    if (!signalling_rate_.allows(now_ns())) return;
    if (auto bytes = gtpu::encode(gtpu::supported_extensions())) send_signalling({from.address, gtpu::udp_port}, *bytes);
    return;
  }
  switch (message->type) {
    case gtpu::echo_request:
      if (!signalling_rate_.allows(now_ns())) return user_plane_.count_drop(Drop::signalling_rate);
      if (auto bytes = gtpu::encode(gtpu::echo_response_to(*message))) send_signalling(from, *bytes);
      return;
    case gtpu::error_indication: return error_indication(packet.view());
    case gtpu::end_marker: return end_marker(message->teid);
    case gtpu::supported_extension_headers_notification:
      log_warning(Layer::gtpu, "{} does not understand an extension header that was sent to it", from.text());
      return;
    default: return user_plane_.count_drop(Drop::gtpu_type);
  }
}

// The peer does not know a tunnel that a session sends into: the SMF is told (29.281 7.3.1, 29.244 7.5.8.4).
void Upf::error_indication(ByteView datagram) {
  auto message = gtpu::decode(datagram);
  const auto* teid = message ? gtpu::find<gtpu::TeidDataI>(*message) : nullptr;
  const auto* peer = message ? gtpu::find<gtpu::PeerAddress>(*message) : nullptr;
  if (!teid || !peer) return user_plane_.count_drop(Drop::gtpu_element);
  if (!signalling_rate_.allows(now_ns())) return user_plane_.count_drop(Drop::signalling_rate);
  IpAddress address;
  if (peer->address.size() == 4) address = IpAddress(Octets<4>{peer->address[0], peer->address[1], peer->address[2], peer->address[3]});
  if (peer->address.size() == 16) {
    Octets<16> octets;
    std::copy(peer->address.begin(), peer->address.end(), octets.begin());
    address = IpAddress(octets);
  }
  if (!pfcp_.error_indicated(address, teid->teid)) user_plane_.count_drop(Drop::error_indication_unknown);
}

// Passed on where a rule sends the tunnel's packets into another tunnel (indirect forwarding, N9); it ends here otherwise.
void Upf::end_marker(uint32_t teid) {
  const Rules* rules = user_plane_.rules(user_plane_.session_of_teid(teid));
  if (rules) {
    for (const Pdr& pdr : rules->pdrs()) {
      if (pdr.teid != teid || pdr.far == no_index) continue;
      const Far& far = rules->fars()[pdr.far];
      if (far.action != Action::forward || far.outer == OuterHeader::none || far.destination == Interface::cp_function) continue;
      if (auto bytes = gtpu::encode(gtpu::end_marker_for(far.teid))) send_signalling({far.peer_address(), gtpu::udp_port}, *bytes);
      return;
    }
  }
  user_plane_.count_drop(Drop::end_marker_unused);
}

// N6 --------------------------------------------------------------------------------------------------------------------------------------

void Upf::n6_received(Packet ip) {
  n6_packets_in_.add();
  if (give_headroom(ip)) {
    Job job{.data = ip.data(), .length = static_cast<uint32_t>(ip.size())};
    user_plane_.from_n6({&job, 1}, now_ns());
    finish_n6(job, std::move(ip));
  }
  after_packets();
}

void Upf::finish_n6(Job& job, Packet packet) {
  switch (job.verdict) {
    case Verdict::n3:
      packet.reset(job.data, job.length);
      send_to_tunnel(job, std::move(packet));
      return;
    case Verdict::n6:
      // A rule that sends what came from N6 back to N6: between sessions through the data network.
      packet.reset(job.data, job.length);
      n6_packets_out_.add();
      ports_.send_n6(std::move(packet));
      return;
    case Verdict::buffer: {
      const Pdr pdr = *job.pdr;
      const Far far = *job.far;
      packet.reset(job.data, job.length);
      pfcp_.buffer(job.session, pdr, far, std::move(packet));
      return;
    }
    case Verdict::drop:
      if (job.reason == Drop::too_big) answer_too_big({job.data, job.length});
      return;
    case Verdict::signalling: return;
  }
}

void Upf::answer_too_big(ByteView packet) {
  if (!icmp_rate_.allows(now_ns())) return user_plane_.count_drop(Drop::signalling_rate);
  bool v4 = packet[0] >> 4 == 4;
  for (const auto& subnet : config_.session) {
    IpAddress gateway = subnet.gateway_address();
    if (gateway.is_v4() != v4) continue;
    if (Packet answer = too_big(pool_, packet, gateway.octets(), config_.max_inner())) ports_.send_n6(std::move(answer));
    return;
  }
}

// Display ---------------------------------------------------------------------------------------------------------------------------------

std::vector<Upf::DropLine> Upf::drops() const {
  std::vector<DropLine> out;
  for (size_t i = 1; i < user_plane_.drops().size(); ++i)
    if (user_plane_.drops()[i]) out.push_back({text(static_cast<Drop>(i)), user_plane_.drops()[i]});
  return out;
}

static const char* name_of(Interface interface) {
  switch (interface) {
    case Interface::access: return "access";
    case Interface::core: return "core";
    case Interface::n6: return "n6";
    default: return "smf";
  }
}

static std::string line_of(const Pdr& pdr, const Rules& rules) {
  return fmt::format("PDR {} precedence {} from {} TEID {:#x} filters {} -> FAR {}", pdr.id, pdr.precedence, name_of(pdr.source), pdr.teid,
                     pdr.filter_count, rules.fars()[pdr.far].id);
}

static std::string line_of(const Far& far) {
  const char* action = far.action == Action::drop ? "drop" : far.action == Action::forward ? "forward" : "buffer";
  if (far.outer == OuterHeader::none) return fmt::format("FAR {} {} to {}", far.id, action, name_of(far.destination));
  return fmt::format("FAR {} {} to {} {} TEID {:#x}", far.id, action, name_of(far.destination), far.peer_address().text(), far.teid);
}

static std::string line_of(const Qer& qer) {
  auto rate = [](uint64_t kbps) { return kbps == UINT64_MAX ? std::string("none") : fmt::format("{} kbit/s", kbps); };
  return fmt::format("QER {} QFI {} gates {}/{} MBR {}/{} GBR {}/{} kbit/s (up/down)", qer.id, qer.has_qfi ? fmt::format("{}", qer.qfi) : "none",
                     qer.uplink_open ? "open" : "closed", qer.downlink_open ? "open" : "closed", rate(qer.mbr_uplink), rate(qer.mbr_downlink),
                     qer.gbr_uplink, qer.gbr_downlink);
}

static std::string line_of(const Urr& urr) {
  return fmt::format("URR {} up {} down {} octets since the last report{}", urr.id, urr.usage->uplink, urr.usage->downlink,
                     urr.usage->exhausted ? ", quota used up" : "");
}

static std::string text_of(const Address& address) {
  Octets<16> octets;
  for (unsigned i = 0; i < 16; ++i) octets[i] = static_cast<uint8_t>((i < 8 ? address.high : address.low) >> (56 - 8 * (i % 8)));
  if (address.is_v4()) return IpAddress(Octets<4>{octets[12], octets[13], octets[14], octets[15]}).text();
  return IpAddress(octets).text();
}

std::vector<Upf::SessionLine> Upf::sessions(size_t limit) const {
  std::vector<SessionLine> out;
  pfcp_.each_session([&](const Session& session, const Rules& rules) {
    if (out.size() >= limit) return;
    SessionLine line{session.seid, session.cp_seid, session.association->node, session.dnn, {}, {}, session.buffered.size(),
                     pfcp_.octets_of(session)};
    if (rules.has_v4) line.ue_addresses.push_back(text_of(rules.v4));
    if (rules.has_v6) line.ue_addresses.push_back(text_of(rules.v6));
    for (const Pdr& pdr : rules.pdrs()) line.rules.push_back(line_of(pdr, rules));
    for (const Far& far : rules.fars()) line.rules.push_back(line_of(far));
    for (const Qer& qer : rules.qers()) line.rules.push_back(line_of(qer));
    for (const Urr& urr : rules.urrs()) line.rules.push_back(line_of(urr));
    out.push_back(std::move(line));
  });
  std::sort(out.begin(), out.end(), [](const SessionLine& a, const SessionLine& b) { return a.seid < b.seid; });
  return out;
}

std::vector<Upf::AssociationLine> Upf::associations() const {
  std::vector<AssociationLine> out;
  for (const auto& [node, association] : pfcp_.associations())
    out.push_back({node, association->peer, association->alive, association->sessions});
  return out;
}

}  // namespace sen::upf
