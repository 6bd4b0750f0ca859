// Arbitrary PFCP and GTP-U bytes at an SMF in arbitrary states. The input is a script: an octet says what happens, then, for messages of the
// UPF, a length octet and the bytes; the UPF's sequence numbers and SEIDs are patched in so that messages reach their transactions.
#include "base/ensure.h"
#include "base/log.h"
#include "codec/nas/sm.h"
#include "codec/pfcp/message.h"
#include "core/sbi/namf.h"
#include "core/sbi/nudm.h"
#include "core/smf/smf.h"

using namespace sen;
using namespace sen::smf;

namespace {

const char* const supi = "imsi-999700000000001";

struct World {
  World() {
    Log::instance().set_all_levels(Level::none);
    bus.serve<sbi::NudmSdmGetSmData>([](const sbi::SmDataRequest& r, sbi::Responder<sbi::SmSubscriptionData> reply) {
      sbi::DnnConfiguration dnn{.dnn = r.dnn};
      dnn.pdu_session_types = {sbi::PduSessionType::ipv4v6, {}};
      reply(sbi::SmSubscriptionData{{{*r.single_nssai, {dnn}}}});
    });
    bus.serve<sbi::NamfN1N2MessageTransfer>([](const auto&, sbi::Responder<sbi::N1N2MessageTransferRspData> reply) { reply({}); });
    SmfPorts ports{.send_n4 = [this](const Endpoint&, Bytes b) { sent(b); }, .send_n4u = [](const Endpoint&, Bytes) {}};
    smf = std::make_unique<Smf>(config, executor, bus, counters, ports);
    smf->start();
  }

  void sent(ByteView b) {
    auto packet = pfcp::decode(b);
    ensure(packet.has_value());  // what we send is well-formed
    if (pfcp::is_request(pfcp::type_of(packet->body))) sequence = packet->header.sequence;
    if (auto* e = std::get_if<pfcp::SessionEstablishmentRequest>(&packet->body)) seid = e->cp_f_seid.seid;
  }

  void receive(Bytes bytes, bool patch) {
    if (patch && bytes.size() >= 16) {
      bool with_seid = bytes[0] & 1;
      size_t at = with_seid ? 12 : 4;
      for (size_t i = 0; i < 3; ++i) bytes[at + i] = static_cast<uint8_t>(sequence >> (16 - 8 * i));
      for (size_t i = 0; with_seid && i < 8; ++i) bytes[4 + i] = static_cast<uint8_t>(seid >> (56 - 8 * i));
      bytes[2] = static_cast<uint8_t>((bytes.size() - 4) >> 8);
      bytes[3] = static_cast<uint8_t>(bytes.size() - 4);
    }
    smf->n4_received(config.upfs[0].endpoint, bytes);
  }

  void create(uint8_t psi) {
    nas::PduSessionEstablishmentRequest request;
    request.pdu_session_id = psi;
    request.pti = 1;
    sbi::SmContextCreateData data{.supi = supi, .pdu_session_id = psi, .dnn = "internet", .s_nssai = {.sst = 1}};
    data.n1_sm_msg = nas::encode(request).value();
    bus.call<sbi::NsmfCreateSmContext>(data, [this](sbi::Reply<sbi::SmContextCreatedData> r) {
      if (r) ref = r->sm_context_ref;
    });
  }

  void associate() {
    pfcp::AssociationSetupRequest setup{.node_id = pfcp::NodeId::of(pfcp::Ipv4{127, 0, 0, 7}), .recovery_time_stamp = 1};
    setup.up_function_features = pfcp::UpFunctionFeatures{.ftup = true};
    smf->n4_received(config.upfs[0].endpoint, pfcp::encode({.header = {.sequence = 1}, .body = setup}).value());
  }

  // The UPF's good answer to the latest establishment.
  void establish() {
    pfcp::SessionEstablishmentResponse r{.node_id = pfcp::NodeId::of(pfcp::Ipv4{127, 0, 0, 7})};
    r.up_f_seid = pfcp::FSeid{.seid = 9, .ipv4 = pfcp::Ipv4{127, 0, 0, 7}};
    for (uint16_t id : {2, 3}) r.created_pdrs.push_back({.pdr_id = id, .f_teids = {{.teid = id, .ipv4 = pfcp::Ipv4{10, 0, 0, 7}}}});
    smf->n4_received(config.upfs[0].endpoint, pfcp::encode({.header = {.seid = seid, .sequence = sequence}, .body = r}).value());
  }

  void update(sbi::UpCnxState state) {
    bus.call<sbi::NsmfUpdateSmContext>({.sm_context_ref = ref, .up_cnx_state = state}, [](auto) {});
  }

  void step(uint8_t what, ByteReader& in) {
    auto bytes = [&] {
      auto length = in.u8().value_or(0);
      auto view = in.take(std::min<size_t>(length, in.left()));
      return Bytes(view->begin(), view->end());
    };
    switch (what % 12) {
      case 0: return receive(bytes(), false);
      case 1:
      case 2: return receive(bytes(), true);
      case 3: return smf->n4u_received(config.upfs[0].endpoint, bytes());
      case 4: return associate();
      case 5: return create(static_cast<uint8_t>(1 + what / 12 % 3));
      case 6: return establish();
      case 7: return update(what & 16 ? sbi::UpCnxState::activating : sbi::UpCnxState::deactivated);
      case 8: return (void)smf->release_session(supi, static_cast<uint8_t>(1 + what / 12 % 3));
      case 9: {
        SessionChange change;
        change.ambr = sbi::Ambr{{what * 1000u}, {what * 2000u}};
        return (void)smf->modify_session(supi, static_cast<uint8_t>(1 + what / 12 % 3), change);
      }
      case 10: return bus.call<sbi::NsmfReleaseSmContext>({.sm_context_ref = ref}, [](auto) {});
      default: executor.run_for(std::chrono::milliseconds(1) * (1 << what % 16));
    }
  }

  ManualExecutor executor;
  sbi::Bus bus{executor};
  Counters counters;
  SmfConfig config;
  uint32_t sequence = 0;
  uint64_t seid = 0;
  std::string ref;
  std::unique_ptr<Smf> smf;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  World world;
  ByteReader in(ByteView(data, std::min<size_t>(size, 4096)));
  while (auto what = in.u8()) {
    world.step(*what, in);
    world.executor.run_for(std::chrono::milliseconds(1));
  }
  world.executor.run_for(std::chrono::seconds(30));
  return 0;
}
