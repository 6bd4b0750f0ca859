// A scripted SMF and gNB around one UPF under a virtual clock: PFCP and GTP-U as bytes, both ways.
#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "base/pcap.h"
#include "codec/gtpu/message.h"
#include "codec/pfcp/ie_type.h"
#include "codec/pfcp/message.h"
#include "core/upf/upf.h"

namespace sen::upf {

inline Endpoint at(const char* address, uint16_t port) { return {IpAddress::parse(address).value(), port}; }
inline pfcp::Ipv4 v4(const char* address) { return IpAddress::parse(address)->v4(); }

inline const Endpoint smf = at("127.0.0.4", 8805);
inline const Endpoint gnb = at("127.0.0.2", 2152);

inline Bytes udp(const char* from, uint16_t from_port, const char* to, uint16_t to_port, size_t octets = 100) {
  return udp_datagram(Bytes(octets, 0x55), at(from, from_port), at(to, to_port));
}

// The rules that an SMF makes for one IPv4v6 session.
struct SessionOptions {
  const char* ue = "10.45.0.2";
  const char* ue_v6 = "2001:db8:cafe:1::1";
  uint64_t seid = 0x5d1;
  uint64_t mbr_kbps = 1000000;
  bool forward_downlink = true;
  uint32_t gnb_teid = 3;
  bool quota = false;
};

inline pfcp::SessionEstablishmentRequest establishment(const SessionOptions& o = {}) {
  using namespace pfcp;
  SessionEstablishmentRequest r{.node_id = NodeId::of(v4("127.0.0.4")), .cp_f_seid = {.seid = o.seid, .ipv4 = v4("127.0.0.4")}};
  UeIpAddress ue{.destination = true, .ipv4 = v4(o.ue), .ipv6 = IpAddress::parse(o.ue_v6)->v6()};
  FTeid shared{.choose = true, .choose_v4 = true, .choose_id = uint8_t{5}};
  r.create_pdrs.push_back({.pdr_id = 1, .precedence = 65535, .pdi = {.source_interface = SourceInterface::core, .ue_ip_addresses = {ue}}, .far_id = 1, .urr_ids = {1}, .qer_ids = {1}});
  r.create_pdrs.push_back({.pdr_id = 2, .precedence = 65535, .pdi = {.source_interface = SourceInterface::access, .f_teid = shared, .qfis = {Qfi(1)}}, .outer_header_removal = OuterHeaderRemoval{6}, .far_id = 2, .urr_ids = {1}, .qer_ids = {1}});
  r.create_pdrs.push_back({.pdr_id = 3, .precedence = 1000, .pdi = {.source_interface = SourceInterface::cp_function, .f_teid = FTeid{.choose = true, .choose_v4 = true}}, .outer_header_removal = OuterHeaderRemoval{6}, .far_id = 1});
  r.create_pdrs.push_back({.pdr_id = 4, .precedence = 255, .pdi = {.source_interface = SourceInterface::access, .f_teid = shared, .sdf_filters = {SdfFilter{.flow_description = "permit out 58 from ff02::2/128 to assigned"}}, .qfis = {Qfi(1)}}, .outer_header_removal = OuterHeaderRemoval{6}, .far_id = 3});
  if (o.forward_downlink) {
    r.create_fars.push_back({.far_id = 1, .apply_action = {.forw = true}, .forwarding_parameters = ForwardingParameters{.destination_interface = DestinationInterface::access, .outer_header_creation = OuterHeaderCreation::gtpu(o.gnb_teid, v4("127.0.0.2"))}});
  } else {
    r.create_fars.push_back({.far_id = 1, .apply_action = {.buff = true, .nocp = true}, .bar_id = uint8_t{1}});
  }
  r.create_fars.push_back({.far_id = 2, .apply_action = {.forw = true}, .forwarding_parameters = ForwardingParameters{.destination_interface = DestinationInterface::core}});
  r.create_fars.push_back({.far_id = 3, .apply_action = {.forw = true}, .forwarding_parameters = ForwardingParameters{.destination_interface = DestinationInterface::cp_function, .outer_header_creation = OuterHeaderCreation::gtpu(77, v4("127.0.0.4"))}});
  CreateUrr urr{.urr_id = 1, .measurement_method = {.volum = true}, .reporting_triggers = {.volth = true}};
  urr.volume_threshold = Volume{.total = 100'000'000};
  if (o.quota) {
    urr.reporting_triggers.volqu = true;
    urr.volume_quota = Volume{.total = 1000};
  }
  r.create_urrs.push_back(urr);
  r.create_qers.push_back({.qer_id = 1, .mbr = BitRates{o.mbr_kbps, o.mbr_kbps}, .qfi = Qfi(1)});
  r.create_bars.push_back({.bar_id = 1});
  r.pdn_type = PdnType::ipv4v6;
  r.apn_dnn = ApnDnn{"internet"};
  return r;
}

class Net {
 public:
  explicit Net(UpfConfig config = small()) : upf(config, executor, counters, ports()) {
    upf.start();
    executor.run_for(std::chrono::milliseconds(1));
  }
  static UpfConfig small() {
    UpfConfig config;
    config.max_sessions = 256;
    config.packets = 512;
    return config;
  }

  // Sends a request and returns the response's body; a monostate-like HeartbeatRequest when none came.
  pfcp::Body ask(pfcp::Body body, std::optional<uint64_t> to = {}, const Endpoint& from = smf) {
    last_request = pfcp::encode({.header = {.seid = to, .sequence = ++sequence}, .body = std::move(body)}).value();
    size_t before = n4.size();
    upf.n4_received(from, last_request);
    if (n4.size() == before) return pfcp::HeartbeatRequest{};
    auto packet = pfcp::decode(n4.back().second);
    EXPECT_TRUE(packet.has_value());
    EXPECT_EQ(packet->header.sequence, sequence);
    response_seid = packet->header.seid;
    pfcp::Body out = packet->body;
    n4.erase(n4.begin() + static_cast<std::ptrdiff_t>(n4.size() - 1));
    return out;
  }
  template <class Response>
  Response ask_for(pfcp::Body body, std::optional<uint64_t> to = {}, const Endpoint& from = smf) {
    pfcp::Body out = ask(std::move(body), to, from);
    auto* response = std::get_if<Response>(&out);
    EXPECT_NE(response, nullptr) << "another message answered";
    return response ? *response : Response{};
  }
  pfcp::AssociationSetupResponse associate(const Endpoint& from = smf, const char* node = "127.0.0.4", uint32_t recovery = 100) {
    return ask_for<pfcp::AssociationSetupResponse>(pfcp::AssociationSetupRequest{.node_id = pfcp::NodeId::of(v4(node)), .recovery_time_stamp = recovery}, {}, from);
  }
  // Association and one session; remembers its SEID and TEIDs.
  pfcp::SessionEstablishmentResponse establish(const SessionOptions& options = {}) {
    associate();
    return add(establishment(options));
  }
  pfcp::SessionEstablishmentResponse add(const pfcp::SessionEstablishmentRequest& request) {
    auto response = ask_for<pfcp::SessionEstablishmentResponse>(request, 0);
    if (response.up_f_seid) seid = response.up_f_seid->seid;
    for (const auto& pdr : response.created_pdrs) {
      if (pdr.pdr_id == 2) teid = pdr.f_teids.at(0).teid;
      if (pdr.pdr_id == 3) smf_teid = pdr.f_teids.at(0).teid;
    }
    return response;
  }
  pfcp::SessionModificationResponse modify(pfcp::SessionModificationRequest request) {
    return ask_for<pfcp::SessionModificationResponse>(std::move(request), seid);
  }
  // The oldest request that the UPF sent, as a body.
  template <class Request>
  std::optional<Request> take_request(std::optional<pfcp::Body> response = {}) {
    while (!n4.empty()) {
      auto packet = pfcp::decode(n4.front().second);
      n4.pop_front();
      if (auto* found = std::get_if<Request>(&packet->body)) {
        if (response) upf.n4_received(smf, pfcp::encode({.header = {.seid = seid, .sequence = packet->header.sequence}, .body = *response}).value());
        return *found;
      }
    }
    return std::nullopt;
  }

  void n3(ByteView datagram, const Endpoint& from = gnb) { upf.n3_received(from, upf.pool().copy(datagram)); }
  void n6(ByteView ip) { upf.n6_received(upf.pool().copy(ip)); }
  void uplink(ByteView ip, uint8_t qfi = 1) { uplink(ip, qfi, teid); }
  void uplink(ByteView ip, uint8_t qfi, uint32_t to) {
    Bytes out(gtpu::gpdu_header_octets + ip.size());
    gtpu::write_gpdu_header(std::span<uint8_t, 16>(out.data(), 16), to, ip.size(), gtpu::PduType::ul, qfi);
    std::copy(ip.begin(), ip.end(), out.begin() + gtpu::gpdu_header_octets);
    n3(out);
  }

  ManualExecutor executor;
  Counters counters;
  std::deque<std::pair<Endpoint, Bytes>> n4;
  std::deque<std::pair<Endpoint, Bytes>> to_n3;
  std::deque<Bytes> to_n6;
  Upf upf;
  uint32_t sequence = 0;
  uint64_t seid = 0;
  uint32_t teid = 0;
  uint32_t smf_teid = 0;
  Bytes last_request;
  std::optional<uint64_t> response_seid;

 private:
  UpfPorts ports() {
    return {.send_n4 = [this](const Endpoint& to, Bytes bytes) { n4.emplace_back(to, std::move(bytes)); },
            .send_n3 = [this](const Endpoint& to, Packet p) { to_n3.emplace_back(to, Bytes(p.view().begin(), p.view().end())); },
            .send_n6 = [this](Packet p) { to_n6.emplace_back(p.view().begin(), p.view().end()); }};
  }
};

}  // namespace sen::upf
