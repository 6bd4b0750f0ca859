// Arbitrary bytes on N2 and N3 of an emulated gNB with UEs in arbitrary states: it answers or drops, and never crashes.
#include <cstdint>

#include "apps/load/gnb.h"
#include "apps/load/ip_host.h"
#include "base/log.h"

namespace {

using namespace sen;
using namespace sen::load;

class Harness {
 public:
  Harness() {
    GnbConfig config;
    config.plmn = Plmn(999, 70, 2);
    config.n3 = {IpAddress(Octets<4>{127, 0, 0, 1}), 2152};
    GnbPorts ports;
    ports.send_n2 = [](uint16_t, Bytes) { return Status{}; };
    ports.send_n3 = [](const Endpoint&, Bytes) {};
    ports.state = [](bool, const std::string&) {};
    ports.to_ue = [this](UeIndex ue, ByteView nas) { (void)gnb_->uplink_nas(ue, Bytes(nas.begin(), nas.end())); };
    ports.released = [](UeIndex) {};
    ports.paged = [](UeIndex) {};
    ports.tunnel = [](UeIndex, PduSessionId, bool) {};
    ports.packet = [this](UeIndex, PduSessionId, ByteView ip) { (void)host_.received(ip); };
    gnb_.emplace(config, executor_, counters_, std::move(ports));
    gnb_->n2_up();
    ngap::NgSetupResponse response;
    response.amf_name = "amf";
    auto& guami = response.served_guami_list.emplace_back().guami;
    guami.plmn_identity = Plmn(999, 70, 2).octets;
    response.plmn_support_list.emplace_back().plmn_identity = guami.plmn_identity;
    response.plmn_support_list.back().slice_support_list.emplace_back().s_nssai.sst = {1};
    if (auto bytes = ngap::encode(response)) gnb_->n2_received(0, *bytes);
    for (UeIndex ue = 1; ue <= 2; ++ue) (void)gnb_->initial_nas(ue, {0x7e}, ngap::RrcEstablishmentCause::mo_signalling, {});
    gnb_->camp(1, STmsi{1, 0, 0xc0000001});
  }

  void step(uint8_t what, ByteView bytes) {
    switch (what % 8) {
      case 0:
      case 1:
      case 2: gnb_->n2_received(1, bytes); break;
      case 3: gnb_->n3_received({IpAddress(Octets<4>{127, 0, 0, 7}), 2152}, bytes); break;
      case 4: (void)gnb_->request_release(1); break;
      case 5: (void)gnb_->uplink_packet(1, 1, bytes); break;
      case 6: executor_.run_for(std::chrono::seconds(1)); break;
      case 7: (void)host_.received(bytes); break;
    }
  }

 private:
  ManualExecutor executor_;
  Counters counters_;
  IpHost host_{Octets<4>{10, 45, 0, 2}, Octets<8>{0, 0, 0, 0, 0, 0, 0, 1}};
  std::optional<Gnb> gnb_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 8192) return 0;
  Log::instance().set_all_levels(Level::none);
  Harness harness;
  ByteReader reader({data, size});
  while (reader.left() >= 3) {
    uint8_t what = *reader.u8();
    size_t length = *reader.u16();
    length = std::min(length, reader.left());
    harness.step(what, *reader.take(length));
  }
  return 0;
}
