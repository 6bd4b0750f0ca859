// The gNB's layer 2 user plane on one core: downlink from a datagram on N3 through SDAP, PDCP and RLC AM to RLC PDUs in transport blocks of
// 10 kB, and uplink from the RLC PDUs of such blocks to datagrams on N3. 1400-octet packets; the UEs' side runs too, outside of the time
// measured. Medians over all rounds (one block a UE each).
#include "base/ensure.h"
#include "base/random.h"
#include "bench/bench.h"
#include "codec/gtpu/gpdu.h"
#include "rlc_pdcp/n3.h"
#include "rlc_pdcp/statistics.h"
#include "rlc_pdcp/user_plane.h"

using namespace sen;
using namespace sen::l2;

namespace {

constexpr size_t packet_octets = 1400, block_octets = 10000, packets_a_block = 7;
constexpr PduSessionId session = 1;
constexpr Lcid lcid = 4;
const IpAddress upf(Octets<4>{127, 0, 0, 7}), gnb_address(Octets<4>{127, 0, 0, 2});

// One transport block's RLC PDUs, as the MAC multiplexes and demultiplexes them.
struct Block {
  std::array<uint8_t, block_octets> octets;
  std::vector<UserPlane::RlcPdu> pdus;

  void pull(UserPlane& up) {
    pdus.clear();
    std::span<uint8_t> room(octets);
    while (room.size() > 3) {
      size_t n = up.pull(lcid, room.subspan(3));  // behind the MAC subheader
      if (n == 0) break;
      pdus.push_back({lcid, room.subspan(3, n)});
      room = room.subspan(3 + n);
    }
  }
};

struct Ue {
  UserPlane gnb, ue;
  uint32_t teid = 0;
  Block block;
};

struct Bench {
  ManualExecutor executor;
  PacketPool n3_pool{4096}, gnb_pool{16384}, ue_pool{16384};
  std::vector<std::unique_ptr<Ue>> ues;
  size_t downlink_octets = 0, uplink_octets = 0, datagrams = 0;
  N3 n3;
  std::vector<Packet> arriving;
  std::vector<double> downlink_ns, uplink_ns;  // a round

  const bool by_pdu;  // the uplink's RLC PDUs are handed up one by one instead of a block's together

  Bench(size_t n, uint8_t nea, uint8_t nia, bool pdu_by_pdu)
      : n3(executor, n3_pool, gnb_address,
           {.send = [this](const IpAddress&, Packet) { ++datagrams; },
            .downlink = [this](N3Owner o, Qfi qfi, bool reflective,
                               Packet p) { ues[o.ue]->gnb.send_packet(o.session, qfi, std::move(p), reflective); },
            .error_indication = {},
            .end_marker = {}}),
        by_pdu(pdu_by_pdu) {
    for (uint32_t i = 0; i < n; ++i) add(i, nea, nia);
  }

  void add(uint32_t i, uint8_t nea, uint8_t nia) {
    Ports down{.packet = [this, i](PduSessionId, Qfi qfi, Packet p) {
      uplink_octets += p.size();
      ensure(n3.send(ues[i]->teid, qfi, std::move(p)));
    }};
    Ports up{.packet = [this](PduSessionId, Qfi, Packet p) { downlink_octets += p.size(); }};
    ues.push_back(std::unique_ptr<Ue>(
        new Ue{UserPlane(executor, gnb_pool, Side::gnb, std::move(down)), UserPlane(executor, ue_pool, Side::ue, std::move(up)), 0, {}}));
    ues[i]->teid = n3.add({i, session}, {upf, i + 1}).value();
    Security security{.nea = nea, .nia = nia, .up_enc = {1, uint8_t(i)}, .up_int = {2, uint8_t(i)}};
    RlcConfig rlc{.tx_sn_bits = 18, .rx_sn_bits = 18, .poll_pdu = 32};
    PdcpConfig pdcp{.tx_sn_bits = 18, .rx_sn_bits = 18, .t_reordering_ms = 100, .integrity = nia != 0};
    SdapConfig sdap{.session = session, .ul_header = true, .default_drb = true, .qfis = {1}};
    for (UserPlane* side : {&ues[i]->gnb, &ues[i]->ue}) {
      ensure(apply(*side, {.security = security, .drbs = {{1, pdcp, sdap}}, .rlcs = {{lcid, {false, 1}, rlc}}}));
    }
  }

  template <class F>
  void timed(std::vector<double>& ns, F&& f) {
    auto start = std::chrono::steady_clock::now();
    f();
    ns.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count());
  }
  void arrive() {
    arriving.clear();
    for (size_t k = 0; k < packets_a_block; ++k) {
      for (auto& u : ues) {
        Packet p = n3_pool.take(packet_octets + gtpu::gpdu_header_octets);
        std::fill_n(p.data(), p.size(), 0x45);
        gtpu::write_gpdu_header(p.span().first<gtpu::gpdu_header_octets>(), u->teid, packet_octets, gtpu::PduType::dl, 1);
        arriving.push_back(std::move(p));
      }
    }
  }
  void round() {
    arrive();
    timed(downlink_ns, [&] {
      for (auto& p : arriving) n3.receive(upf, std::move(p));
      for (auto& u : ues) u->block.pull(u->gnb);
    });
    for (auto& u : ues) {
      u->ue.receive(u->block.pdus);
      for (size_t k = 0; k < packets_a_block; ++k) {
        Packet p = ue_pool.take(packet_octets);
        std::fill_n(p.data(), p.size(), 0x45);
        u->ue.send_packet(session, 1, std::move(p));
      }
      u->block.pull(u->ue);
    }
    timed(uplink_ns, [&] {
      for (auto& u : ues) {
        if (!by_pdu) u->gnb.receive(u->block.pdus);
        for (size_t i = 0; by_pdu && i < u->block.pdus.size(); ++i) u->gnb.receive(u->block.pdus[i].lcid, u->block.pdus[i].pdu);
      }
    });
    executor.run_for(std::chrono::microseconds(500));
  }
  void run(std::chrono::milliseconds duration) {
    for (int i = 0; i < 200; ++i) round();
    downlink_octets = uplink_octets = 0;
    downlink_ns.clear(), uplink_ns.clear();
    auto end = std::chrono::steady_clock::now() + duration;
    while (std::chrono::steady_clock::now() < end) round();
  }
};

void print(const char* direction, size_t ues, uint8_t nea, uint8_t nia, size_t octets, std::vector<double>& rounds) {
  std::nth_element(rounds.begin(), rounds.begin() + static_cast<std::ptrdiff_t>(rounds.size() / 2), rounds.end());
  const double packets_a_round = static_cast<double>(octets) / packet_octets / static_cast<double>(rounds.size());
  const double ns = rounds[rounds.size() / 2] / packets_a_round;
  fmt::print(
      "{{\"bench\":\"l2\",\"direction\":\"{}\",\"ues\":{},\"nea\":{},\"nia\":{},\"octets\":{},\"ns_a_packet\":{:.0f},"
      "\"gbit_per_s_and_core\":{:.2f},\"ratio_of\":\"user packet bits to CPU time\",\"machine\":\"{}\",\"isa\":\"{}\"}}\n",
      direction, ues, nea, nia, packet_octets, ns, 8.0 * packet_octets / ns, bench::machine(), bench::isa());
}

void measure(size_t ues, uint8_t nea, uint8_t nia, bool pdu_by_pdu = false) {
  Bench bench(ues, nea, nia, pdu_by_pdu);
  bench.run(std::chrono::milliseconds(400));
  ensure(bench.downlink_octets > 0 && bench.uplink_octets > 0 && bench.gnb_pool.in_use() < 8192);
  if (!pdu_by_pdu) print("downlink", ues, nea, nia, bench.downlink_octets, bench.downlink_ns);
  print(pdu_by_pdu ? "uplink, PDU by PDU" : "uplink", ues, nea, nia, bench.uplink_octets, bench.uplink_ns);
}

}  // namespace

int main() {
  for (size_t ues : {size_t{1}, size_t{32}}) {
    for (uint8_t nia : {2, 0}) measure(ues, 2, nia);
    measure(ues, 2, 2, true);
  }
  measure(1, 0, 0);
}
