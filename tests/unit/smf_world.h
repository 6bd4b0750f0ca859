// The SMF under a virtual clock between a scripted AMF and UDM (on the Bus) and a scripted UPF (PFCP bytes), with the real codecs.
#pragma once

#include "codec/nas/sm.h"
#include "codec/ngap/ngap.h"
#include "codec/pfcp/message.h"
#include "core/sbi/namf.h"
#include "core/sbi/nudm.h"
#include "core/smf/smf.h"

namespace sen::smf::test {

inline const char* const supi = "imsi-999700000000001";
inline constexpr uint32_t gnb_teid = 0x77;

struct World {
  // Without `associate` the UPF is silent at first.
  explicit World(SmfConfig c = SmfConfig(), bool associate = true);

  // ---- the UPF
  void upf_receives(ByteView bytes);
  pfcp::Body upf_answer(const pfcp::Packet& request);
  // A request of the UPF; gives the SMF's answer.
  pfcp::Packet upf_sends(pfcp::Body body, std::optional<uint64_t> seid = std::nullopt);
  void upf_sends_bytes(Bytes bytes);
  template <class M>
  const M* last_request() const {
    for (auto it = requests.rbegin(); it != requests.rend(); ++it) {
      if (auto* m = std::get_if<M>(&it->body)) return m;
    }
    return nullptr;
  }
  template <class M>
  size_t count() const {
    size_t n = 0;
    for (auto& r : requests) n += std::holds_alternative<M>(r.body);
    return n;
  }

  // ---- the AMF
  sbi::Reply<sbi::SmContextCreatedData> create(nas::PduSessionEstablishmentRequest request, uint8_t psi = 1);
  sbi::Reply<sbi::SmContextCreatedData> create_bytes(Bytes n1, uint8_t psi = 1);
  sbi::Reply<sbi::SmContextUpdatedData> update(sbi::SmContextUpdateData data);
  sbi::Reply<sbi::SmContextUpdatedData> update_n1(nas::Message message);
  sbi::Reply<sbi::SmContextUpdatedData> update_n2(sbi::N2SmInfoType type, Bytes n2);
  // Created, accepted and set up by the gNB.
  void establish(nas::PduSessionKind kind = nas::PduSessionKind::ipv4, uint8_t psi = 1);
  // The UDM tells whoever watches.
  void subscription_changed();
  uint64_t seid() const { return std::stoull(ref, nullptr, 16); }
  void run(Duration d = std::chrono::milliseconds(50)) { executor.run_for(d); }

  ManualExecutor executor;
  sbi::Bus bus{executor};
  Counters counters;
  SmfConfig config;
  Endpoint upf_address;
  sbi::DnnConfiguration subscription;
  std::optional<sbi::ProblemDetails> udm_problem;
  sbi::N1N2MessageTransferCause transfer_cause = sbi::N1N2MessageTransferCause::n1_n2_transfer_initiated;
  std::optional<sbi::ProblemDetails> transfer_problem;
  std::vector<sbi::N1N2MessageTransferReqData> transfers;
  std::vector<sbi::SmContextStatusNotification> notifications;
  size_t registered = 0;
  std::vector<sbi::SdmSubscription> watchers;
  std::string dnn = "internet";
  sbi::RequestType request_type = sbi::RequestType::initial_request;
  std::string ref;

  std::vector<pfcp::Packet> requests;   // of the SMF to the UPF
  std::vector<pfcp::Packet> responses;  // of the SMF to the UPF
  std::vector<Bytes> n4u;
  bool upf_silent = false;
  bool upf_deaf = false;  // and keeps no request
  bool upf_chooses = true;
  uint32_t upf_recovery = 1000;
  pfcp::Cause upf_cause = pfcp::Cause::accepted;
  std::function<void(pfcp::Packet&)> alter;  // the UPF's answers
  std::function<void(ByteView)> other_upf;   // takes the SMF's bytes instead of the scripted one
  uint64_t next_up_seid = 0x100;
  uint32_t next_sequence = 1;

  std::unique_ptr<Smf> smf;
};

nas::PduSessionEstablishmentRequest establishment_request(nas::PduSessionKind kind = nas::PduSessionKind::ipv4, uint8_t psi = 1);
Bytes setup_response(Qfi qfi = 1, uint32_t teid = gnb_teid);
nas::Message sm(ByteView bytes);
// The 5GSM cause of a reject or status in a problem; 0: none.
unsigned cause_of(const sbi::ProblemDetails& problem);
ngap::UpTransportLayerInformation tunnel(uint32_t teid);
Bytes octets(Result<Bytes> bytes);

}  // namespace sen::smf::test
