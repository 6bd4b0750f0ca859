// The AMF: NGAP (TS 38.413) towards gNBs, 5GMM (TS 24.501) towards UEs, procedures of TS 23.502, security of TS 33.501; AUSF, UDM and SMF
// through the operations of core/sbi. Bytes in, bytes out: no sockets, no clocks but the executor's.
//
// Served on the bus: NamfN1N2MessageTransfer, NsmfSmContextStatusNotify, NudmDeregistrationNotification, NudmSdmNotification.
// Nothing that a peer sends reaches an abort: it is answered with the standard's reject or error indication, or dropped and counted, and
// each reject writes one line that names both sides' values.
// Executor: the one given; every member function only from its thread. AmfPorts' functions are called from there too and must not call back
// into the AMF. send_n2 with an error: the message is lost, the association's owner reports n2_down.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/counter.h"
#include "base/executor.h"
#include "core/amf/config.h"
#include "core/sbi/bus.h"
#include "crypto/random.h"

namespace sen::amf {

struct AmfPorts {
  std::function<Status(uint32_t association, uint16_t stream, Bytes ngap)> send_n2;
  std::function<void(uint32_t association)> close_n2;
  // Each NAS message in the clear, for captures; may be empty.
  std::function<void(bool uplink, ByteView plain_nas)> nas_tap;
};

// What an operator may ask about a gNB or UE.
struct GnbStatus {
  uint32_t association = 0;
  std::string peer, name, id;
  bool ready = false;  // NG Setup done
  std::vector<Tai> tais;
  size_t ues = 0;
};
struct UeStatus {
  std::string supi;
  Guti guti;
  bool registered = false;
  bool connected = false;
  Tai tai;
  std::vector<SNssai> allowed_nssai;
  std::vector<PduSessionId> sessions;
  std::vector<PduSessionId> active_sessions;  // with user plane
};

class Core;

class Amf {
 public:
  Amf(const AmfConfig& config, Executor& executor, sbi::Bus& bus, crypto::RandomSource& random, Counters& counters, AmfPorts ports);
  ~Amf();
  Amf(const Amf&) = delete;
  Amf& operator=(const Amf&) = delete;

  void n2_up(uint32_t association, std::string peer);
  void n2_down(uint32_t association, std::string reason);
  void n2_received(uint32_t association, uint16_t stream, ByteView ngap);

  // Network-initiated deregistration (TS 24.501 5.5.2.3). False: no such registered UE.
  bool deregister_ue(std::string_view supi);
  // Sends the UE a new 5G-GUTI, network name and time (TS 24.501 5.4.4). False: no such UE, or it is not connected.
  bool configuration_update(std::string_view supi);
  // Tells every gNB this AMF's name, GUAMIs, capacity and slices anew (TS 38.413 8.7.3), after a change of capacity.
  void amf_configuration_update(uint8_t relative_capacity);
  // NG Reset of the whole interface towards one gNB (8.7.4.2.2). False: unknown.
  bool reset(uint32_t association);
  // Asks the gNB for the UE's location once (8.17.1), or for its radio capability check (8.14.1). False: not connected.
  bool request_location(std::string_view supi);
  bool check_radio_capability(std::string_view supi);
  // Trace Start and Deactivate Trace (8.11). The collector is an IPv4 address. False: not connected.
  bool start_trace(std::string_view supi, const Octets<8>& trace_id, const Octets<4>& collector);
  bool stop_trace(std::string_view supi, const Octets<8>& trace_id);

  size_t gnb_count() const;
  size_t ue_count() const;         // contexts
  size_t registered_count() const;
  size_t connection_count() const;
  bool overloaded() const;
  std::vector<GnbStatus> gnbs() const;
  // Registered UEs in order of SUPI, at most `limit`, above `after`.
  std::vector<UeStatus> ues(std::string_view after = {}, size_t limit = 1000) const;
  bool find_ue(std::string_view supi, UeStatus& status) const;

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace sen::amf
