// A network around the AMF for its tests: a real AUSF and UDM, an SMF that answers from a script, gNBs and UEs that speak with the real
// codecs, all under the virtual clock.
#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "base/log.h"
#include "codec/nas/mm.h"
#include "codec/nas/security.h"
#include "codec/nas/sm.h"
#include "codec/ngap/ngap.h"
#include "core/amf/amf.h"
#include "core/sbi/namf.h"
#include "core/udm/ausf.h"
#include "core/udm/udm.h"
#include "crypto/aka.h"
#include "crypto/nas_security.h"

namespace sen::amf::test {

using nas::MmCause;

inline constexpr const char* key = "465B5CE8B199B49FAA5F0A2EE238A6BC";
inline constexpr const char* opc = "E8ED289DEBA952E4283B54E88E6183CA";

struct TestUe {
  explicit TestUe(std::string digits = "999700000000001", const char* k = key)
      : imsi(std::move(digits)), aka(crypto::Milenage(*octets_from_hex<16>(k), *octets_from_hex<16>(opc))) {}
  std::string imsi;
  crypto::AkaFunctions aka;
  crypto::SqnWindow window;
  crypto::NasSecurity security;
  bool secured = false;
  crypto::Key256 k_amf{};
  std::optional<Guti> guti;
  uint32_t association = 1;
  uint32_t ran_id = 100;
  uint64_t amf_id = 0;
  uint16_t stream = 3;
  nas::UeSecurityCapability capability{.octets = 4, .ea = 0xf0, .ia = 0xf0, .eea = 0xf0, .eia = 0xf0};
  Bytes initial;  // the last registration request in full, for the container

  std::string supi() const { return "imsi-" + imsi; }
  nas::MobileIdentity suci() const {
    nas::Suci s;
    s.plmn = Plmn(999, 70, 2);
    s.routing_indicator = "0000";
    s.msin = imsi.substr(5);
    return s;
  }
  nas::RegistrationRequest request(nas::RegistrationKind kind = nas::RegistrationKind::initial) const {
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
};

template <class M>
Bytes plain(const M& m) {
  auto bytes = nas::encode(m);
  EXPECT_TRUE(bytes.has_value()) << (bytes ? "" : bytes.error().describe());
  return bytes ? *bytes : Bytes{};
}

template <class T>
Bytes random_transfer(uint64_t seed = 5) {
  for (;; ++seed) {
    T value;
    Random random(seed);
    per::randomize(T::per_type, &value, random);
    auto bytes = ngap::encode_value(value);
    if (bytes) return *bytes;
  }
}
template <class T>
void fill(T& value, uint64_t seed = 5) {
  value = *ngap::decode_value<T>(random_transfer<T>(seed));
}

// What the SMF does is set by its members; what it was asked is kept.
struct ScriptedSmf {
  explicit ScriptedSmf(sbi::Bus& b) : bus(b) {
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
  void transfer(sbi::N1N2MessageTransferReqData data) {
    bus.call<sbi::NamfN1N2MessageTransfer>(std::move(data), [this](auto reply) { answers.push_back(std::move(reply)); });
  }
  sbi::Bus& bus;
  bool sets_up = true;
  std::optional<sbi::ProblemDetails> refuse;
  Bytes next_n1, next_n2;
  std::optional<sbi::N2SmInfoType> next_type;
  std::vector<sbi::SmContextCreateData> created;
  std::vector<sbi::SmContextUpdateData> updated;
  std::vector<std::string> released;
  std::vector<sbi::N1N2MsgTxfrFailureNotification> failures;
  std::vector<sbi::Reply<sbi::N1N2MessageTransferRspData>> answers;
};

struct Sent {
  uint32_t association;
  uint16_t stream;
  ngap::NgapPdu pdu;
};

class World {
 public:
  explicit World(AmfConfig config = {})
      : bus(executor), store(*udm::SubscriberStore::open(":memory:")), udm_(bus, store, random, {}), ausf(bus, {}), smf(bus),
        amf(config, executor, bus, random, counters,
            {.send_n2 = [this](uint32_t association, uint16_t stream, Bytes bytes) { return take(association, stream, std::move(bytes)); },
             .close_n2 = [this](uint32_t association) { closed.push_back(association); },
             .nas_tap = {}}) {
    static bool quiet = (Log::instance().set_all_levels(Level::none), true);
    (void)quiet;
    for (const char* imsi : {"999700000000001", "999700000000002"}) add(imsi);
  }

  void add(const std::string& imsi, sbi::AuthType method = sbi::AuthType::fiveg_aka) {
    auto subscriber = udm::default_subscriber(imsi, *from_hex(key), *from_hex(opc));
    subscriber.security.method = method;
    subscriber.security.sqn = 64;
    EXPECT_TRUE(store.add(subscriber).has_value());
  }
  Status take(uint32_t association, uint16_t stream, Bytes bytes) {
    ngap::Diagnostics diagnostics;
    auto pdu = ngap::decode(bytes, &diagnostics);
    EXPECT_TRUE(pdu.has_value()) << (pdu ? "" : pdu.error().describe());
    EXPECT_EQ(diagnostics.verdict, ngap::Verdict::ok);
    if (pdu) sent.push_back({association, stream, std::move(*pdu)});
    return {};
  }
  void run(Duration d = std::chrono::milliseconds(1)) { executor.run_for(d); }

  template <class M>
  void n2(uint32_t association, const M& m, uint16_t stream = 0) {
    auto bytes = ngap::encode(m);
    ASSERT_TRUE(bytes.has_value()) << bytes.error().describe();
    amf.n2_received(association, stream, *bytes);
    run();
  }
  // The oldest message of this type that was not looked at; everything before it is forgotten.
  template <class M>
  std::optional<M> expect(uint32_t association = 0) {
    while (!sent.empty()) {
      Sent front = std::move(sent.front());
      sent.pop_front();
      if (M* m = front.pdu.get_if<M>(); m && (association == 0 || association == front.association)) {
        last_stream = front.stream;
        return *m;
      }
    }
    ADD_FAILURE() << "the AMF did not send " << typeid(M).name();
    return std::nullopt;
  }
  template <class M>
  bool saw() {
    for (auto& s : sent) {
      if (s.pdu.get_if<M>()) return true;
    }
    return false;
  }

  static ngap::NgSetupRequest setup_request(uint32_t id = 1, Plmn plmn = Plmn(999, 70, 2), Tac tac = 1, uint8_t sst = 1) {
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
  void gnb(uint32_t association = 1, uint32_t id = 1) {
    amf.n2_up(association, "127.0.0.1:" + std::to_string(association));
    n2(association, setup_request(id));
    EXPECT_TRUE(expect<ngap::NgSetupResponse>().has_value());
  }
  static ngap::UserLocationInformation place(Tac tac = 1) {
    ngap::UserLocationInformation out;
    auto& nr = out.set_user_location_information_nr();
    nr.nr_cgi.plmn_identity = Plmn(999, 70, 2).octets;
    nr.nr_cgi.nr_cell_identity.value = 0x10;
    nr.tai.plmn_identity = Plmn(999, 70, 2).octets;
    nr.tai.tac = {0, 0, static_cast<uint8_t>(tac)};
    return out;
  }

  void initial(TestUe& ue, Bytes nas, Tac tac = 1, bool context_request = true) {
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
  void uplink(TestUe& ue, Bytes nas) {
    ngap::UplinkNasTransport m;
    m.amf_ue_ngap_id = ue.amf_id;
    m.ran_ue_ngap_id = ue.ran_id;
    m.nas_pdu = std::move(nas);
    m.user_location_information = place();
    n2(ue.association, m, ue.stream);
  }
  template <class M>
  void secure(TestUe& ue, const M& m) {
    uplink(ue, ue.security.protect(crypto::SecurityHeader::integrity_ciphered, plain(m)));
  }

  // The NAS message for the UE in the clear; learns the AMF-UE-NGAP-ID.
  std::optional<nas::Message> open(TestUe& ue, const Bytes& pdu) {
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
  template <class M>
  std::optional<M> nas(TestUe& ue) {
    auto m = expect<ngap::DownlinkNasTransport>();
    if (!m) return std::nullopt;
    EXPECT_EQ(m->ran_ue_ngap_id, ue.ran_id);
    EXPECT_GE(last_stream, 1);
    ue.amf_id = m->amf_ue_ngap_id;
    auto message = open(ue, m->nas_pdu);
    if (!message) return std::nullopt;
    if (auto* found = message->get_if<M>()) return *found;
    ADD_FAILURE() << "the AMF sent " << message->name();
    return std::nullopt;
  }
  void answer_challenge(TestUe& ue, const nas::AuthenticationRequest& m) {
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
  std::optional<nas::SecurityModeCommand> security_mode_command(TestUe& ue) {
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
  void complete_security(TestUe& ue) {
    nas::SecurityModeComplete complete;
    complete.imeisv = nas::MobileIdentity(nas::Imeisv{"4370816125816151"});
    complete.nas_container.emplace();
    complete.nas_container->bytes = ue.initial;
    uplink(ue, ue.security.protect(crypto::SecurityHeader::integrity_ciphered_new_context, plain(complete)));
  }
  // From the challenge on to the Registration Accept.
  std::optional<nas::RegistrationAccept> authenticate(TestUe& ue) {
    auto challenge = nas<nas::AuthenticationRequest>(ue);
    if (!challenge) return std::nullopt;
    answer_challenge(ue, *challenge);
    if (!security_mode_command(ue)) return std::nullopt;
    complete_security(ue);
    return accept(ue);
  }
  std::optional<nas::RegistrationAccept> accept(TestUe& ue) {
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
  void context_done(TestUe& ue) {
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
  void start(TestUe& ue, const nas::RegistrationRequest& request) {
    ue.initial = plain(request);
    initial(ue, ue.initial);
  }
  void register_ue(TestUe& ue) {
    start(ue, ue.request());
    ASSERT_TRUE(authenticate(ue).has_value());
    secure(ue, nas::RegistrationComplete{});
    ASSERT_TRUE(nas<nas::ConfigurationUpdateCommand>(ue).has_value());
    ASSERT_TRUE(status(ue).registered);
  }
  UeStatus status(const TestUe& ue) {
    UeStatus out;
    amf.find_ue(ue.supi(), out);
    return out;
  }
  static nas::UlNasTransport session_request(PduSessionId id = 1, const char* dnn = "internet") {
    nas::UlNasTransport m;
    m.payload_type.type = nas::PayloadType::n1_sm_information;
    m.payload.sm.bytes = {0x2e, id, 1, 0xc1, 0xff, 0xff, 0x91};
    m.pdu_session_id = id;
    m.request_type = nas::RequestType{nas::RequestKind::initial_request};
    if (dnn) m.dnn = Dnn{dnn};
    return m;
  }
  void establish(TestUe& ue, PduSessionId id = 1) {
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
  void released(TestUe& ue) {
    auto command = expect<ngap::UeContextReleaseCommand>();
    ASSERT_TRUE(command.has_value());
    ue.amf_id = command->ue_ngap_ids.ue_ngap_id_pair()->amf_ue_ngap_id;
    ngap::UeContextReleaseComplete m;
    m.amf_ue_ngap_id = ue.amf_id;
    m.ran_ue_ngap_id = command->ue_ngap_ids.ue_ngap_id_pair()->ran_ue_ngap_id;
    n2(ue.association, m, ue.stream);
  }
  void idle(TestUe& ue) {
    ngap::UeContextReleaseRequest m;
    m.amf_ue_ngap_id = ue.amf_id;
    m.ran_ue_ngap_id = ue.ran_id;
    m.cause.set_radio_network() = ngap::CauseRadioNetwork::user_inactivity;
    n2(ue.association, m, ue.stream);
    released(ue);
    EXPECT_FALSE(status(ue).connected);
    ++ue.ran_id;
  }
  Bytes service_request(TestUe& ue, nas::ServiceKind kind = nas::ServiceKind::data, std::optional<uint16_t> uplink_data = {}) {
    nas::ServiceRequest m;
    m.type.kind = kind;
    m.ngksi.value = ue.security.ngksi();
    m.identity = ue.guti->s_tmsi();
    if (uplink_data) m.uplink_data_status.emplace().sessions = *uplink_data;
    return ue.security.protect(crypto::SecurityHeader::integrity, plain(m));
  }
  template <class M>
  MmCause rejected(TestUe& ue) {
    auto m = nas<M>(ue);
    released(ue);
    return m ? m->cause : MmCause{};
  }
  std::optional<ngap::Cause> error() {
    auto m = expect<ngap::ErrorIndication>();
    return m ? m->cause : std::nullopt;
  }

  ManualExecutor executor;
  sbi::Bus bus;
  crypto::RandomSource random{7};
  Counters counters;
  udm::SubscriberStore store;
  udm::Udm udm_;
  udm::Ausf ausf;
  ScriptedSmf smf;
  std::deque<Sent> sent;
  std::vector<uint32_t> closed;
  uint16_t last_stream = 0;
  ngap::InitialContextSetupRequest last_setup;
  Amf amf;
};

}  // namespace sen::amf::test
