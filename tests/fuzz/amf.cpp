// A running AMF with a gNB that is set up and scripted AUSF, UDM and SMF gets the input as a sequence of messages, each behind a length of two
// octets whose upper bits say how: 00 raw NGAP, 01 a NAS message in Initial UE Message, 10 a NAS message in Uplink NAS Transport, 11 time passes.
#include "base/log.h"
#include "codec/ngap/ngap.h"
#include "core/amf/amf.h"
#include "core/sbi/namf.h"
#include "core/sbi/nudm.h"

namespace {

using namespace sen;

template <class Op>
void answer(sbi::Bus& bus, typename Op::Response response = {}) {
  bus.serve<Op>([response](const auto&, auto reply) { reply(response); });
}

struct Network {
  Network() : amf({}, executor, bus, random, counters, {[this](uint32_t, uint16_t, Bytes m) { return learn(m); }, [](uint32_t) {}, {}}) {
    Log::instance().set_all_levels(Level::none);
    answer<sbi::NausfUeAuthenticate>(bus, {.av = sbi::Av5gAka{}, .auth_ctx_id = "1"});
    answer<sbi::NausfConfirm5gAka>(bus, {.auth_result = sbi::AuthResult::success, .supi = "imsi-999700000000001", .kseaf = Octets<32>{}});
    answer<sbi::NudmUecmRegisterAmf>(bus);
    answer<sbi::NudmSdmGetAmData>(bus, {.nssai = {.default_single_nssais = {SNssai{.sst = 1}}}});
    answer<sbi::NudmSdmGetSmfSelectData>(bus, {.subscribed_snssai_infos = {{SNssai{.sst = 1}, {{"internet", true}}}}});
    answer<sbi::NsmfCreateSmContext>(bus, {.sm_context_ref = "1"});
    answer<sbi::NsmfUpdateSmContext>(bus);
    answer<sbi::NsmfReleaseSmContext>(bus);
    ngap::NgSetupRequest m;
    auto& gnb = m.global_ran_node_id.set_global_gnb_id();
    gnb.plmn_identity = Plmn(999, 70, 2).octets;
    gnb.gnb_id.set_gnb_id() = per::BitString(1, 32);
    auto& area = m.supported_ta_list.emplace_back();
    area.tac = {0, 0, 1};
    auto& broadcast = area.broadcast_plmn_list.emplace_back();
    broadcast.plmn_identity = Plmn(999, 70, 2).octets;
    broadcast.tai_slice_support_list.emplace_back().s_nssai.sst = {1};
    amf.n2_up(1, "fuzz");
    send(m);
  }
  Status learn(const Bytes& m) {
    if (auto pdu = ngap::decode(m)) {
      if (auto* nas = pdu->get_if<ngap::DownlinkNasTransport>()) amf_id = nas->amf_ue_ngap_id;
    }
    return {};
  }
  template <class M>
  void send(const M& m) {
    if (auto bytes = ngap::encode(m)) amf.n2_received(1, 1, *bytes);
  }
  ngap::UserLocationInformation place() {
    ngap::UserLocationInformation out;
    auto& nr = out.set_user_location_information_nr();
    nr.nr_cgi.plmn_identity = nr.tai.plmn_identity = Plmn(999, 70, 2).octets;
    nr.tai.tac = {0, 0, 1};
    return out;
  }
  void initial(ByteView nas) {
    ngap::InitialUeMessage m;
    m.ran_ue_ngap_id = 1;
    m.nas_pdu.assign(nas.begin(), nas.end());
    m.user_location_information = place();
    send(m);
  }
  void uplink(ByteView nas) {
    ngap::UplinkNasTransport m;
    m.amf_ue_ngap_id = amf_id;
    m.ran_ue_ngap_id = 1;
    m.nas_pdu.assign(nas.begin(), nas.end());
    m.user_location_information = place();
    send(m);
  }

  ManualExecutor executor;
  sbi::Bus bus{executor};
  crypto::RandomSource random{1};
  Counters counters;
  uint64_t amf_id = 1;
  amf::Amf amf;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Network network;
  ByteReader reader(ByteView(data, size));
  for (int messages = 0; messages < 64; ++messages) {
    auto head = reader.u16();
    if (!head) break;
    auto body = reader.take(std::min<size_t>(*head & 0x3fff, reader.left()));
    switch (*head >> 14) {
      case 0: network.amf.n2_received(1, 1, *body); break;
      case 1: network.initial(*body); break;
      case 2: network.uplink(*body); break;
      case 3: network.executor.run_for(std::chrono::seconds(*head & 0xff)); break;
    }
    network.executor.run_for(std::chrono::milliseconds(1));
  }
  return 0;
}
