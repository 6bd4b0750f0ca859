// One PDU session (SM context) of a UE: plain state, changed only by the procedures of Core. At most 4 KiB, strings included.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/ip.h"
#include "codec/nas/sm.h"
#include "core/sbi/bus.h"
#include "core/sbi/nsmf.h"

namespace sen::smf::detail {

// A GTP-U tunnel endpoint; a UPF may have an address of both families.
struct Tunnel {
  uint32_t teid = 0;
  IpAddress v4, v6;

  bool empty() const { return v4.empty() && v6.empty(); }
  IpAddress address() const { return v4.empty() ? v6 : v4; }
  std::string text() const { return empty() ? "none" : fmt::format("{} TEID {:#x}", address().text(), teid); }
  bool operator==(const Tunnel&) const = default;
};

struct PortRange {
  uint16_t low = 0, high = 0;
  bool any() const { return high == 0; }
  bool operator==(const PortRange&) const = default;
};

// A packet filter of a flow's QoS rule (TS 24.501 9.11.4.13); `remote` is the data network's side. What is empty or 0 matches everything.
struct FlowFilter {
  static constexpr uint8_t downlink = 1, uplink = 2, both = 3;
  uint8_t id = 1;  // 1 to 15, in its rule
  uint8_t direction = both;
  uint8_t protocol = 0;
  IpPrefix remote;
  PortRange remote_ports, local_ports;
  bool operator==(const FlowFilter&) const = default;
};

// TS 23.501 5.7.1. The first flow of a session is its default one.
struct QosFlow {
  Qfi qfi = 1;
  FiveQi five_qi = 9;
  sbi::Arp arp;
  uint64_t gfbr_ul = 0, gfbr_dl = 0, mfbr_ul = 0, mfbr_dl = 0;  // bit/s; GBR flows only
  std::vector<FlowFilter> filters;  // none: every packet
  uint8_t precedence = 255;
  bool operator==(const QosFlow&) const = default;
  bool gbr() const { return gfbr_ul != 0 || gfbr_dl != 0; }
};

// 5GSM states of TS 24.501 6.1.3.3, with the steps towards UDM and UPF that precede them.
enum class State : uint8_t {
  subscription,   // asking the UDM
  n4,             // establishing the N4 session
  active,         // accepted
  modifying,      // T3591 runs
  releasing_n4,   // N4 session being deleted; a command follows
  releasing,      // T3592 runs or the gNB's answer is awaited
};
const char* to_string(State state);

struct Session {
  explicit Session(Executor& executor) : n1_timer(executor), refresh_timer(executor) {}

  uint64_t seid = 0;  // CP F-SEID; as hexadecimal text the smContextRef; its low 32 bits the TEID of N4-u
  State state = State::subscription;
  sbi::UpCnxState up = sbi::UpCnxState::deactivated;
  sbi::HoState ho = sbi::HoState::none;

  std::string supi;
  uint8_t psi = 0;
  std::string dnn;
  SNssai s_nssai;
  Plmn serving_plmn;
  std::optional<Tac> tac;
  std::string serving_nf;  // AMF: target of calls
  std::string status_uri;

  // what the UE asked and got
  nas::PduSessionKind kind = nas::PduSessionKind::ipv4;
  nas::SscModeValue ssc = nas::SscModeValue::mode_1;
  std::optional<nas::SmCause> reduced;  // #50 or #51 where the UE asked for both families
  uint8_t pti = 0;                      // of the procedure under way
  bool wants_always_on = false;
  bool reflective_qos = false;
  std::vector<nas::PcoOption> pco_asked;  // containers of the UE's request, until they are answered
  uint8_t integrity_rate_ul = 0xff, integrity_rate_dl = 0xff;

  IpAddress ipv4;         // empty: none
  IpAddress ipv6_prefix;  // the /64's address; empty: none
  Octets<8> interface_id{};
  sbi::Ambr ambr;
  std::vector<QosFlow> flows;

  // user plane
  size_t upf = 0;
  uint64_t up_seid = 0;  // 0: no N4 session
  Tunnel ul;             // UPF's N3
  Tunnel cp;             // UPF's endpoint for router advertisements
  Tunnel gnb;            // empty: user plane deactivated
  Tunnel target_gnb;     // during an N2 handover
  unsigned switching = 0;     // changes towards a gNB that the UPF has not answered
  unsigned switched_off = 0;  // counts deactivations: a change asked for before one no longer holds
  unsigned closing = 0;       // deactivations that the UPF has not answered
  std::vector<sbi::Responder<sbi::SmContextUpdatedData>> activations;  // wait for them, or downlink packets would go to the former gNB
  bool established = false;  // the gNB has set it up once
  bool direct_forwarding = false;
  std::vector<Qfi> forwarded;  // flows with indirect forwarding through the UPF
  uint32_t forwardings = 0;    // how often it was set up: a timer of an earlier one is stale
  bool paging = false;   // a transfer for downlink data is under way

  // N1 procedure under way
  Timer n1_timer;
  Bytes n1_command;
  unsigned n1_sent = 0;
  bool n1_pending = false;  // the UE's answer is awaited
  bool n2_pending = false;  // the gNB's answer is awaited
  std::optional<sbi::Ambr> old_ambr;  // of a modification, to fall back to
  std::vector<QosFlow> old_flows;
  Timer refresh_timer;  // router advertisement
  std::string sdm_subscription;  // the UDM's, to changes of this session's subscription

  bool has_v4() const { return !ipv4.empty(); }
  bool has_v6() const { return !ipv6_prefix.empty(); }
  uint32_t teid() const { return static_cast<uint32_t>(seid); }
  std::string ref() const { return fmt::format("{:016x}", seid); }
  // "imsi-999700000000001 session 1", for log lines
  std::string name() const { return fmt::format("{} session {}", supi, psi); }
  const QosFlow& default_flow() const { return flows.front(); }
};

}  // namespace sen::smf::detail
