// A network around the AMF for its tests: a real AUSF and UDM, an SMF that answers from a script, gNBs and UEs that speak with the real
// codecs, all under the virtual clock. What is no template is in amf_world.cpp.
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
  explicit TestUe(std::string digits = "999700000000001", const char* k = key);
  TestUe(const TestUe&);
  TestUe& operator=(const TestUe&);
  ~TestUe();
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
  nas::MobileIdentity suci() const;
  nas::RegistrationRequest request(nas::RegistrationKind kind = nas::RegistrationKind::initial) const;
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
  explicit ScriptedSmf(sbi::Bus& b);
  ~ScriptedSmf();
  void transfer(sbi::N1N2MessageTransferReqData data);
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
  explicit World(AmfConfig config = {});
  ~World();

  void add(const std::string& imsi, sbi::AuthType method = sbi::AuthType::fiveg_aka);
  Status take(uint32_t association, uint16_t stream, Bytes bytes);
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
        return std::move(*m);
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

  static ngap::NgSetupRequest setup_request(uint32_t id = 1, Plmn plmn = Plmn(999, 70, 2), Tac tac = 1, uint8_t sst = 1);
  void gnb(uint32_t association = 1, uint32_t id = 1);
  static ngap::UserLocationInformation place(Tac tac = 1);

  void initial(TestUe& ue, Bytes nas, Tac tac = 1, bool context_request = true);
  void uplink(TestUe& ue, Bytes nas);
  template <class M>
  void secure(TestUe& ue, const M& m) {
    uplink(ue, ue.security.protect(crypto::SecurityHeader::integrity_ciphered, plain(m)));
  }

  // The NAS message for the UE in the clear; learns the AMF-UE-NGAP-ID.
  std::optional<nas::Message> open(TestUe& ue, const Bytes& pdu);
  template <class M>
  std::optional<M> nas(TestUe& ue) {
    auto m = expect<ngap::DownlinkNasTransport>();
    if (!m) return std::nullopt;
    EXPECT_EQ(m->ran_ue_ngap_id, ue.ran_id);
    EXPECT_GE(last_stream, 1);
    ue.amf_id = m->amf_ue_ngap_id;
    auto message = open(ue, m->nas_pdu);
    if (!message) return std::nullopt;
    if (auto* found = message->get_if<M>()) return std::move(*found);
    ADD_FAILURE() << "the AMF sent " << message->name();
    return std::nullopt;
  }
  void answer_challenge(TestUe& ue, const nas::AuthenticationRequest& m);
  std::optional<nas::SecurityModeCommand> security_mode_command(TestUe& ue);
  void complete_security(TestUe& ue);
  // From the challenge on to the Registration Accept.
  std::optional<nas::RegistrationAccept> authenticate(TestUe& ue);
  std::optional<nas::RegistrationAccept> accept(TestUe& ue);
  void context_done(TestUe& ue);
  void start(TestUe& ue, const nas::RegistrationRequest& request);
  void register_ue(TestUe& ue);
  UeStatus status(const TestUe& ue);
  static nas::UlNasTransport session_request(PduSessionId id = 1, const char* dnn = "internet");
  void establish(TestUe& ue, PduSessionId id = 1);
  void released(TestUe& ue);
  void idle(TestUe& ue);
  Bytes service_request(TestUe& ue, nas::ServiceKind kind = nas::ServiceKind::data, std::optional<uint16_t> uplink_data = {});
  template <class M>
  MmCause rejected(TestUe& ue) {
    auto m = nas<M>(ue);
    released(ue);
    return m ? m->cause : MmCause{};
  }
  std::optional<ngap::Cause> error();

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
