// The network's side of NAS for tests of the UE: keeps keys and security contexts as an AUSF and an AMF would, and sends what the test says.
#pragma once

#include <deque>

#include "base/executor.h"
#include "codec/nas/security.h"
#include "ue/nas.h"

namespace sen::ue {

struct Sent {
  Bytes pdu;
  bool initial = false;
  Establishment establishment;
};

struct Network {
  explicit Network(UeProfile profile = {}) {
    if (profile.serving == Plmn{}) profile.serving = plmn;
    auto usim = Usim::create(plmn, "999700000000001", functions);
    UeConfig config{std::make_shared<UeProfile>(std::move(profile)), *usim, "4370816125816151"};
    ue.emplace(config, executor, random, UeNasPorts{[this](Bytes pdu, const Establishment* establishment) {
                                                      sent.push_back({std::move(pdu), establishment != nullptr,
                                                                      establishment ? *establishment : Establishment{}});
                                                    },
                                                    [this](const UeEvent& event) { events.push_back(event); }});
  }

  static inline const Plmn plmn{999, 70, 2};
  static inline const crypto::AkaFunctions functions{
      crypto::Milenage(*octets_from_hex<16>("465B5CE8B199B49FAA5F0A2EE238A6BC"), *octets_from_hex<16>("E8ED289DEBA952E4283B54E88E6183CA"))};

  ManualExecutor executor;
  crypto::RandomSource random{7};
  std::optional<UeNas> ue;
  std::deque<Sent> sent;
  std::vector<UeEvent> events;
  crypto::SqnGenerator sqn{32};
  std::optional<crypto::NasSecurity> context;  // the AMF's
  std::optional<crypto::Key256> k_amf;
  Octets<16> res_star{};
  Octets<16> rand{};
  Sent last;

  bool saw(UeEvent::Kind kind) const {
    return std::any_of(events.begin(), events.end(), [kind](const UeEvent& e) { return e.kind == kind; });
  }
  const UeEvent& latest() const { return events.back(); }

  // The next PDU that the UE sent, without protection, decoded.
  nas::Message next() {
    if (sent.empty()) return {};
    last = std::move(sent.front());
    sent.pop_front();
    auto header = nas::parse_header(last.pdu);
    Bytes plain = last.pdu;
    if (header && header->is_protected()) {
      if (!context) {
        plain.erase(plain.begin(), plain.begin() + 7);
      } else {
        auto opened = context->unprotect(last.pdu);
        if (!opened) return {};
        plain = *opened;
      }
    }
    auto message = nas::decode(plain);
    return message ? *message : nas::Message{};
  }

  template <class M>
  void plain(const M& message) {
    ue->received(*nas::encode(message));
  }
  template <class M>
  void secure(const M& message) {
    ue->received(context->protect(crypto::SecurityHeader::integrity_ciphered, *nas::encode(message)));
  }

  nas::AuthenticationRequest challenge(uint8_t ngksi = 0, Octets<2> amf = crypto::amf_separated) {
    random.fill(rand);
    auto vector = crypto::make_vector(functions, rand, sqn.next(), amf);
    std::string snn = crypto::serving_network_name("999", "70");
    res_star = crypto::res_star(vector.response.ck, vector.response.ik, snn, rand, vector.response.res());
    auto ausf = crypto::k_ausf(vector.response.ck, vector.response.ik, snn, vector.sqn_xor_ak());
    k_amf = crypto::k_amf(crypto::k_seaf(ausf, snn), "999700000000001", Bytes{0, 0});
    nas::AuthenticationRequest request;
    request.ngksi.value = ngksi;
    request.rand.emplace().bytes = rand;
    request.autn.emplace().bytes.assign(vector.autn.begin(), vector.autn.end());
    return request;
  }

  nas::SecurityModeCommand security_command(uint8_t ngksi = 0) {
    nas::SecurityModeCommand command;
    command.algorithms = {nas::CipheringAlgorithm::ea2, nas::IntegrityAlgorithm::ia2};
    command.ngksi.value = ngksi;
    command.replayed_capability = {.octets = 2, .ea = 0xf0, .ia = 0xf0};
    command.imeisv_request = nas::ImeisvRequest{};
    return command;
  }
  void send_security_command(const nas::SecurityModeCommand& command) {
    context.emplace(*k_amf, command.ngksi.value, static_cast<crypto::CipherAlgorithm>(command.algorithms.ciphering),
                    static_cast<crypto::IntegrityAlgorithm>(command.algorithms.integrity), crypto::Direction::downlink);
    ue->received(context->protect(crypto::SecurityHeader::integrity_new_context, *nas::encode(command)));
  }

  static Guti guti(uint32_t tmsi = 0xc0000001) { return {{plmn, 2, 1, 0}, tmsi}; }

  nas::RegistrationAccept accept(uint32_t tmsi = 0xc0000001) {
    nas::RegistrationAccept accept;
    accept.guti = nas::MobileIdentity(guti(tmsi));
    accept.tai_list = nas::TaiList::of({Tai{plmn, 1}});
    accept.allowed_nssai.emplace().slices.emplace_back(SNssai{1, {}});
    accept.t3512 = nas::GprsTimer3::from_seconds(540);
    return accept;
  }

  // Registration by SUCI up to Registration Complete.
  void register_ue() {
    (void)ue->start_registration();
    next();
    plain(challenge());
    next();
    send_security_command(security_command());
    next();
    secure(accept());
    next();
  }

  nas::PduSessionEstablishmentAccept session_accept(uint8_t id, uint8_t pti) {
    nas::PduSessionEstablishmentAccept accept;
    accept.pdu_session_id = id;
    accept.pti = pti;
    accept.type.kind = nas::PduSessionKind::ipv4v6;
    nas::QosRule rule;
    rule.id = 1;
    rule.is_default = true;
    nas::PacketFilter filter;
    filter.id = 1;
    filter.components.emplace_back();
    rule.filters.push_back(filter);
    rule.flow = nas::QosRule::Flow{255, false, 1};
    accept.qos_rules.rules.push_back(rule);
    accept.ambr = nas::SessionAmbr::from_bps(1'000'000'000, 500'000'000);
    auto& address = accept.address.emplace();
    address.kind = nas::PduSessionKind::ipv4v6;
    address.ipv4 = {10, 45, 0, 2};
    address.interface_id = {0, 0, 0, 0, 0, 0, 0, 9};
    auto& pco = accept.pco.emplace();
    pco.options.emplace_back().id = nas::PcoOption::ipv4_mtu;
    pco.options.back().mtu = 1400;
    return accept;
  }
  template <class M>
  void transport(const M& sm) {
    nas::DlNasTransport transport;
    transport.payload.sm.message = nas::Message(sm);
    transport.pdu_session_id = sm.pdu_session_id;
    secure(transport);
  }
  // The next 5GSM message of the UE.
  nas::Message next_sm() {
    nas::Message message = next();
    auto* transport = message.get_if<nas::UlNasTransport>();
    return transport ? transport->payload.sm.message : nas::Message{};
  }
  void establish(uint8_t id = 1) {
    (void)ue->establish_session({.id = id});
    auto request = next_sm();
    transport(session_accept(id, request.session()->pti));
  }
  void release_connection() { ue->connection_released(); }
};

}  // namespace sen::ue
