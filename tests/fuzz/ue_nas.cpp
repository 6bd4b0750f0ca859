// Arbitrary downlink NAS in arbitrary states: the UE never crashes. The input is a list of steps: one octet says what, one or two how long,
// then octets. The network's keys are known to the harness, so that some of the messages pass the integrity check.
#include <cstdint>

#include "codec/nas/security.h"
#include "ue/nas.h"

namespace {

using namespace sen;

const crypto::AkaFunctions functions{crypto::Milenage(crypto::Key128{0x46, 0x5b}, crypto::Key128{0xe8, 0xed})};

class Harness {
 public:
  Harness() {
    auto profile = std::make_shared<ue::UeProfile>();
    profile->serving = plmn;
    profile->requested_slices = {{1, {}}};
    auto usim = ue::Usim::create(plmn, "999700000000001", functions);
    ue::UeConfig config{std::move(profile), std::move(*usim), "4370816125816151"};
    ue_.emplace(config, executor_, random_, ue::UeNasPorts{[](Bytes, const ue::Establishment*) {}, [](const ue::UeEvent&) {}});
  }

  void step(uint8_t what, ByteView bytes) {
    switch (what % 16) {
      case 0: ue_->received(bytes); break;
      case 1:
      case 2: secure(bytes); break;
      case 3: (void)ue_->start_registration(); break;
      case 4: challenge(); break;
      case 5: command(bytes); break;
      case 6: accept(); break;
      case 7: (void)ue_->establish_session({.id = static_cast<uint8_t>(bytes.empty() ? 1 : bytes[0] % 17)}); break;
      case 8: transport(bytes); break;
      case 9: (void)ue_->release_session(bytes.empty() ? uint8_t{1} : static_cast<uint8_t>(bytes[0] % 16)); break;
      case 10: (void)ue_->deregister(!bytes.empty() && bytes[0] & 1); break;
      case 11: ue_->connection_released(); break;
      case 12: ue_->paged(); break;
      case 13: (void)ue_->request_service(bytes.empty() ? uint16_t{0} : static_cast<uint16_t>(1 << (bytes[0] & 15))); break;
      case 14: executor_.run_for(std::chrono::seconds(bytes.empty() ? 1 : bytes[0])); break;
      case 15: (void)ue_->modify_session(1, {}); break;
    }
  }

 private:
  void secure(ByteView plain) {
    if (context_) ue_->received(context_->protect(crypto::SecurityHeader::integrity_ciphered, plain));
  }
  void challenge() {
    auto vector = crypto::make_vector(functions, random_.octets<16>(), sqn_.next());
    std::string snn = crypto::serving_network_name("999", "70");
    auto ausf = crypto::k_ausf(vector.response.ck, vector.response.ik, snn, vector.sqn_xor_ak());
    k_amf_ = crypto::k_amf(crypto::k_seaf(ausf, snn), "999700000000001", Bytes{0, 0});
    nas::AuthenticationRequest request;
    request.ngksi.value = ngksi_ = static_cast<uint8_t>((ngksi_ + 1) % 7);
    request.rand.emplace().bytes = vector.rand;
    request.autn.emplace().bytes.assign(vector.autn.begin(), vector.autn.end());
    Bytes plain = *nas::encode(request);
    if (ue_->secured()) secure(plain);
    else ue_->received(plain);
  }
  void command(ByteView bytes) {
    if (!k_amf_) return;
    nas::SecurityModeCommand command;
    command.algorithms = {nas::CipheringAlgorithm::ea0, nas::IntegrityAlgorithm::ia2};
    command.ngksi.value = ngksi_;
    command.replayed_capability = {.octets = 2, .ea = 0xf0, .ia = 0xf0};
    if (!bytes.empty()) command.additional_security = nas::AdditionalSecurityInformation{(bytes[0] & 1) != 0, false};
    context_.emplace(*k_amf_, ngksi_, crypto::CipherAlgorithm::nea0, crypto::IntegrityAlgorithm::nia2, crypto::Direction::downlink);
    ue_->received(context_->protect(crypto::SecurityHeader::integrity_new_context, *nas::encode(command)));
  }
  void accept() {
    nas::RegistrationAccept accept;
    accept.guti = nas::MobileIdentity(Guti{{plmn, 2, 1, 0}, 77});
    secure(*nas::encode(accept));
  }
  void transport(ByteView sm) {
    nas::DlNasTransport transport;
    transport.payload.sm.bytes.assign(sm.begin(), sm.end());
    if (auto plain = nas::encode(transport)) secure(*plain);
  }

  static inline const Plmn plmn{999, 70, 2};
  ManualExecutor executor_;
  crypto::RandomSource random_{1};
  std::optional<ue::UeNas> ue_;
  crypto::SqnGenerator sqn_{32};
  std::optional<crypto::Key256> k_amf_;
  std::optional<crypto::NasSecurity> context_;
  uint8_t ngksi_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  Harness harness;
  ByteReader reader({data, size});
  while (reader.left() >= 2) {
    uint8_t what = *reader.u8();
    size_t length = *reader.u8();
    length = std::min(length, reader.left());
    harness.step(what, *reader.take(length));
  }
  return 0;
}
