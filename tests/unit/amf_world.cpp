#include "tests/unit/amf_world.h"

namespace sen::amf::test {

TestUe::TestUe(std::string digits, const char* k)
    : imsi(std::move(digits)), aka(crypto::Milenage(*octets_from_hex<16>(k), *octets_from_hex<16>(opc))) {}
TestUe::TestUe(const TestUe&) = default;
TestUe& TestUe::operator=(const TestUe&) = default;
TestUe::~TestUe() = default;

nas::MobileIdentity TestUe::suci() const {
  nas::Suci s;
  s.plmn = Plmn(999, 70, 2);
  s.routing_indicator = "0000";
  s.msin = imsi.substr(5);
  return s;
}

nas::RegistrationRequest TestUe::request(nas::RegistrationKind kind) const {
  nas::RegistrationRequest m;
  m.type.kind = kind;
  m.type.follow_on = kind == nas::RegistrationKind::initial;
  if (guti) {
    m.identity = *guti;
    m.ngksi.value = security.ngksi();
  } else {
    m.identity = suci();
  }
  m.security_capability = capability;
  return m;
}

ScriptedSmf::ScriptedSmf(sbi::Bus& b) : bus(b) {
  bus.serve<sbi::NsmfCreateSmContext>([this](const auto& request, auto reply) {
    created.push_back(request);
    if (refuse) return reply(std::unexpected(*refuse));
    sbi::SmContextCreatedData data;
    data.sm_context_ref = "ref-" + std::to_string(created.size());
    data.pdu_session_id = request.pdu_session_id;
    reply(data);
    if (!sets_up) return;
    transfer({.ue_context_id = request.supi, .pdu_session_id = request.pdu_session_id, .n1_message = {0x2e, request.pdu_session_id, 1, 0xc2, 0x11, 0, 3, 1, 2, 3, 6, 1, 0, 1, 1, 0, 1},
              .n2_sm_info = random_transfer<ngap::PduSessionResourceSetupRequestTransfer>(), .n2_sm_info_type = sbi::N2SmInfoType::pdu_res_setup_req});
  });
  bus.serve<sbi::NsmfUpdateSmContext>([this](const auto& request, auto reply) {
    updated.push_back(request);
    sbi::SmContextUpdatedData data;
    if (request.up_cnx_state == sbi::UpCnxState::activating || request.ho_state == sbi::HoState::preparing) {
      data.n2_sm_info = random_transfer<ngap::PduSessionResourceSetupRequestTransfer>();
      data.n2_sm_info_type = sbi::N2SmInfoType::pdu_res_setup_req;
    } else if (request.n2_sm_info_type == sbi::N2SmInfoType::handover_req_ack) {
      data.n2_sm_info = random_transfer<ngap::HandoverCommandTransfer>();
      data.n2_sm_info_type = sbi::N2SmInfoType::handover_cmd;
    } else if (request.n2_sm_info_type == sbi::N2SmInfoType::path_switch_req) {
      data.n2_sm_info = random_transfer<ngap::PathSwitchRequestAcknowledgeTransfer>();
      data.n2_sm_info_type = sbi::N2SmInfoType::path_switch_req_ack;
    } else if (!request.n1_sm_msg.empty()) {
      data.n1_sm_msg = next_n1;
      data.n2_sm_info = next_n2;
      data.n2_sm_info_type = next_type;
    }
    reply(data);
  });
  bus.serve<sbi::NsmfReleaseSmContext>([this](const auto& request, auto reply) {
    released.push_back(request.sm_context_ref);
    reply(sbi::NoContent{});
  });
  bus.serve<sbi::NamfN1N2TransferFailureNotification>([this](const auto& request, auto reply) {
    failures.push_back(request);
    reply(sbi::NoContent{});
  });
}

ScriptedSmf::~ScriptedSmf() = default;

void ScriptedSmf::transfer(sbi::N1N2MessageTransferReqData data) {
  bus.call<sbi::NamfN1N2MessageTransfer>(std::move(data), [this](auto reply) { answers.push_back(std::move(reply)); });
}

World::World(AmfConfig config)
    : bus(executor), store(*udm::SubscriberStore::open(":memory:")), udm_(bus, store, random, {}), ausf(bus, {}), smf(bus),
      amf(config, executor, bus, random, counters,
          {.send_n2 = [this](uint32_t association, uint16_t stream, Bytes bytes) { return take(association, stream, std::move(bytes)); },
           .close_n2 = [this](uint32_t association) { closed.push_back(association); },
           .nas_tap = {}}) {
  static bool quiet = (Log::instance().set_all_levels(Level::none), true);
  (void)quiet;
  for (const char* imsi : {"999700000000001", "999700000000002"}) add(imsi);
}

World::~World() = default;

void World::add(const std::string& imsi, sbi::AuthType method) {
  auto subscriber = udm::default_subscriber(imsi, *from_hex(key), *from_hex(opc));
  subscriber.security.method = method;
  subscriber.security.sqn = 64;
  EXPECT_TRUE(store.add(subscriber).has_value());
}

Status World::take(uint32_t association, uint16_t stream, Bytes bytes) {
  ngap::Diagnostics diagnostics;
  auto pdu = ngap::decode(bytes, &diagnostics);
  EXPECT_TRUE(pdu.has_value()) << (pdu ? "" : pdu.error().describe());
  EXPECT_EQ(diagnostics.verdict, ngap::Verdict::ok);
  if (pdu) sent.push_back({association, stream, std::move(*pdu)});
  return {};
}

ngap::NgSetupRequest World::setup_request(uint32_t id, Plmn plmn, Tac tac, uint8_t sst) {
  ngap::NgSetupRequest m;
  auto& gnb = m.global_ran_node_id.set_global_gnb_id();
  gnb.plmn_identity = plmn.octets;
  gnb.gnb_id.set_gnb_id() = per::BitString(id, 32);
  m.ran_node_name = "test-gnb";
  auto& area = m.supported_ta_list.emplace_back();
  area.tac = {0, 0, static_cast<uint8_t>(tac)};
  auto& broadcast = area.broadcast_plmn_list.emplace_back();
  broadcast.plmn_identity = plmn.octets;
  broadcast.tai_slice_support_list.emplace_back().s_nssai.sst = {sst};
  m.default_paging_drx = ngap::PagingDrx::v128;
  return m;
}

void World::gnb(uint32_t association, uint32_t id) {
  amf.n2_up(association, "127.0.0.1:" + std::to_string(association));
  n2(association, setup_request(id));
  EXPECT_TRUE(expect<ngap::NgSetupResponse>().has_value());
}

ngap::UserLocationInformation World::place(Tac tac) {
  ngap::UserLocationInformation out;
  auto& nr = out.set_user_location_information_nr();
  nr.nr_cgi.plmn_identity = Plmn(999, 70, 2).octets;
  nr.nr_cgi.nr_cell_identity.value = 0x10;
  nr.tai.plmn_identity = Plmn(999, 70, 2).octets;
  nr.tai.tac = {0, 0, static_cast<uint8_t>(tac)};
  return out;
}

void World::initial(TestUe& ue, Bytes nas, Tac tac, bool context_request) {
  ngap::InitialUeMessage m;
  m.ran_ue_ngap_id = ue.ran_id;
  m.nas_pdu = std::move(nas);
  m.user_location_information = place(tac);
  m.rrc_establishment_cause = ngap::RrcEstablishmentCause::mo_signalling;
  if (context_request) m.ue_context_request = ngap::UeContextRequest::requested;
  if (ue.guti) {
    auto& tmsi = m.five_g_s_tmsi.emplace();
    tmsi.amf_set_id.value = ue.guti->guami.set;
    tmsi.amf_pointer.value = ue.guti->guami.pointer;
    for (unsigned i = 0; i < 4; ++i) tmsi.five_g_tmsi[i] = static_cast<uint8_t>(ue.guti->tmsi >> (24 - 8 * i));
  }
  n2(ue.association, m, ue.stream);
}

void World::uplink(TestUe& ue, Bytes nas) {
  ngap::UplinkNasTransport m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  m.nas_pdu = std::move(nas);
  m.user_location_information = place();
  n2(ue.association, m, ue.stream);
}

std::optional<nas::Message> World::open(TestUe& ue, const Bytes& pdu) {
  Bytes clear = pdu;
  auto header = nas::parse_header(pdu);
  if (header && header->is_protected()) {
    auto opened = ue.security.unprotect(pdu);
    if (!opened) {
      ADD_FAILURE() << opened.error().describe();
      return std::nullopt;
    }
    clear = *opened;
  }
  auto message = nas::decode(clear);
  if (!message) {
    ADD_FAILURE() << message.error().describe();
    return std::nullopt;
  }
  return std::move(*message);
}

void World::answer_challenge(TestUe& ue, const nas::AuthenticationRequest& m) {
  Octets<16> autn;
  std::copy(m.autn->bytes.begin(), m.autn->bytes.end(), autn.begin());
  auto checked = crypto::check_autn(ue.aka, m.rand->bytes, autn);
  ASSERT_TRUE(checked.has_value());
  ASSERT_TRUE(ue.window.accept(checked->sqn));
  Octets<6> sqn_xor_ak;
  std::copy(autn.begin(), autn.begin() + 6, sqn_xor_ak.begin());
  std::string snn = crypto::serving_network_name("999", "70");
  auto& r = checked->response;
  auto res_star = crypto::res_star(r.ck, r.ik, snn, m.rand->bytes, r.res());
  ue.k_amf = crypto::k_amf(crypto::k_seaf(crypto::k_ausf(r.ck, r.ik, snn, sqn_xor_ak), snn), ue.imsi, Bytes{0, 0});
  nas::AuthenticationResponse response;
  response.response = nas::AuthenticationResponseParameter{Bytes(res_star.begin(), res_star.end())};
  uplink(ue, plain(response));
}

std::optional<nas::SecurityModeCommand> World::security_mode_command(TestUe& ue) {
  auto m = expect<ngap::DownlinkNasTransport>();
  if (!m || m->nas_pdu.size() < 8) return std::nullopt;
  auto inner = nas::decode(ByteView(m->nas_pdu).subspan(7));
  auto* command = inner ? inner->get_if<nas::SecurityModeCommand>() : nullptr;
  if (!command) {
    ADD_FAILURE() << "no Security Mode Command";
    return std::nullopt;
  }
  ue.security = crypto::NasSecurity(ue.k_amf, command->ngksi.value, static_cast<crypto::CipherAlgorithm>(command->algorithms.ciphering),
                                    static_cast<crypto::IntegrityAlgorithm>(command->algorithms.integrity), crypto::Direction::uplink);
  EXPECT_EQ(m->nas_pdu[1], 3);
  EXPECT_TRUE(ue.security.unprotect(m->nas_pdu).has_value());
  EXPECT_EQ(command->replayed_capability, ue.capability);
  return *command;
}

void World::complete_security(TestUe& ue) {
  nas::SecurityModeComplete complete;
  complete.imeisv = nas::MobileIdentity(nas::Imeisv{"4370816125816151"});
  complete.nas_container.emplace();
  complete.nas_container->bytes = ue.initial;
  uplink(ue, ue.security.protect(crypto::SecurityHeader::integrity_ciphered_new_context, plain(complete)));
}

std::optional<nas::RegistrationAccept> World::authenticate(TestUe& ue) {
  auto challenge = nas<nas::AuthenticationRequest>(ue);
  if (!challenge) return std::nullopt;
  answer_challenge(ue, *challenge);
  if (!security_mode_command(ue)) return std::nullopt;
  complete_security(ue);
  return accept(ue);
}

std::optional<nas::RegistrationAccept> World::accept(TestUe& ue) {
  auto setup = expect<ngap::InitialContextSetupRequest>();
  if (!setup || !setup->nas_pdu) return std::nullopt;
  last_setup = *setup;
  ue.amf_id = setup->amf_ue_ngap_id;
  auto message = open(ue, *setup->nas_pdu);
  auto* accept = message ? message->get_if<nas::RegistrationAccept>() : nullptr;
  EXPECT_NE(accept, nullptr);
  if (!accept) return std::nullopt;
  ue.guti = std::get<Guti>(accept->guti->value);
  context_done(ue);
  return *accept;
}

void World::context_done(TestUe& ue) {
  ngap::InitialContextSetupResponse m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  if (last_setup.pdu_session_resource_setup_list_cxt_req) {
    auto& list = m.pdu_session_resource_setup_list_cxt_res.emplace();
    for (auto& item : *last_setup.pdu_session_resource_setup_list_cxt_req) {
      auto& out = list.emplace_back();
      out.pdu_session_id = item.pdu_session_id;
      fill(out.pdu_session_resource_setup_response_transfer);
    }
  }
  n2(ue.association, m, ue.stream);
}

void World::start(TestUe& ue, const nas::RegistrationRequest& request) {
  ue.initial = plain(request);
  initial(ue, ue.initial);
}

void World::register_ue(TestUe& ue) {
  start(ue, ue.request());
  ASSERT_TRUE(authenticate(ue).has_value());
  secure(ue, nas::RegistrationComplete{});
  ASSERT_TRUE(nas<nas::ConfigurationUpdateCommand>(ue).has_value());
  ASSERT_TRUE(status(ue).registered);
}

UeStatus World::status(const TestUe& ue) {
  UeStatus out;
  amf.find_ue(ue.supi(), out);
  return out;
}

nas::UlNasTransport World::session_request(PduSessionId id, const char* dnn) {
  nas::UlNasTransport m;
  m.payload_type.type = nas::PayloadType::n1_sm_information;
  m.payload.sm.bytes = {0x2e, id, 1, 0xc1, 0xff, 0xff, 0x91};
  m.pdu_session_id = id;
  m.request_type = nas::RequestType{nas::RequestKind::initial_request};
  if (dnn) m.dnn = Dnn{dnn};
  return m;
}

void World::establish(TestUe& ue, PduSessionId id) {
  secure(ue, session_request(id));
  auto setup = expect<ngap::PduSessionResourceSetupRequest>();
  ASSERT_TRUE(setup.has_value());
  auto& item = setup->pdu_session_resource_setup_list_su_req.at(0);
  EXPECT_EQ(item.pdu_session_id, id);
  ASSERT_TRUE(item.pdu_session_nas_pdu.has_value());
  auto message = open(ue, *item.pdu_session_nas_pdu);
  ASSERT_TRUE(message && message->get_if<nas::DlNasTransport>());
  ngap::PduSessionResourceSetupResponse m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  auto& done = m.pdu_session_resource_setup_list_su_res.emplace().emplace_back();
  done.pdu_session_id = id;
  fill(done.pdu_session_resource_setup_response_transfer);
  n2(ue.association, m, ue.stream);
  EXPECT_EQ(status(ue).active_sessions.size(), status(ue).sessions.size());
}

void World::released(TestUe& ue) {
  auto command = expect<ngap::UeContextReleaseCommand>();
  ASSERT_TRUE(command.has_value());
  ue.amf_id = command->ue_ngap_ids.ue_ngap_id_pair()->amf_ue_ngap_id;
  ngap::UeContextReleaseComplete m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = command->ue_ngap_ids.ue_ngap_id_pair()->ran_ue_ngap_id;
  n2(ue.association, m, ue.stream);
}

void World::idle(TestUe& ue) {
  ngap::UeContextReleaseRequest m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  m.cause.set_radio_network() = ngap::CauseRadioNetwork::user_inactivity;
  n2(ue.association, m, ue.stream);
  released(ue);
  EXPECT_FALSE(status(ue).connected);
  ++ue.ran_id;
}

Bytes World::service_request(TestUe& ue, nas::ServiceKind kind, std::optional<uint16_t> uplink_data) {
  nas::ServiceRequest m;
  m.type.kind = kind;
  m.ngksi.value = ue.security.ngksi();
  m.identity = ue.guti->s_tmsi();
  if (uplink_data) m.uplink_data_status.emplace().sessions = *uplink_data;
  return ue.security.protect(crypto::SecurityHeader::integrity, plain(m));
}

std::optional<ngap::Cause> World::error() {
  auto m = expect<ngap::ErrorIndication>();
  return m ? m->cause : std::nullopt;
}

}  // namespace sen::amf::test
