// How the load generator's UEs reach the core. Two ways: emulated gNBs without a radio (GnbAccess in load.cpp, for `sen5g load` against any core) and
// the whole RAN with its air (apps/radio_network.h, for `sen5g demo` and `sen5g ue`).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "nr/ids.h"
#include "ue/nas.h"

namespace sen::load {

using UeIndex = uint32_t;

struct AccessEvents {
  std::function<void(size_t gnb, bool ready, const std::string& reason)> state;   // N2 is set up or lost
  std::function<void(UeIndex ue, const Tai& tai)> camped;                         // NAS may begin
  std::function<void(UeIndex ue, ByteView nas)> nas;
  std::function<void(UeIndex ue, bool establishment_failed)> released;
  std::function<void(UeIndex ue)> fallback;                                       // the connection was set up anew instead of re-established
  std::function<void(UeIndex ue)> paged;
  std::function<void(UeIndex ue, PduSessionId session, bool up)> tunnel;          // the user plane of a session is there or gone
  std::function<void(UeIndex ue, PduSessionId session, ByteView ip)> packet;
};

class Access {
 public:
  virtual ~Access() = default;
  virtual void listen(AccessEvents events) = 0;
  virtual size_t gnbs() const = 0;
  // The UE is switched on; camped() follows. The NAS outlives its use here.
  virtual void switch_on(UeIndex ue, const ue::UeNas& nas) = 0;
  virtual Status send_nas(UeIndex ue, Bytes nas, const ue::Establishment* establishment) = 0;
  virtual Status send_packet(UeIndex ue, PduSessionId session, Qfi qfi, ByteView ip) = 0;
  virtual bool has_tunnel(UeIndex ue, PduSessionId session) const = 0;
  // The network releases the UE's connection (AN release).
  virtual Status request_release(UeIndex ue) = 0;
  virtual void set_identity(UeIndex ue, std::optional<STmsi> s_tmsi) = 0;         // that the UE listens for when idle
};

}  // namespace sen::load
