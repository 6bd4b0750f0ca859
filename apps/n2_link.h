// The gNB's SCTP association with its AMF: connects, and connects again with back-off (1 s, doubling to 8 s) whenever it is lost. Lives on
// one ThreadExecutor.
#pragma once

#include <memory>
#include <string>

#include "apps/gnb_config.h"
#include "base/ip.h"
#include "base/sctp/sctp.h"

namespace sen {

class N2Link {
 public:
  struct Events {
    std::function<void()> up;
    std::function<void(const std::string& reason)> down;  // once for every up
    std::function<void(uint16_t stream, ByteView ngap)> received;
  };

  // Error: the local endpoint cannot be opened. That the AMF does not answer is no error.
  static Result<std::unique_ptr<N2Link>> open(ThreadExecutor& executor, const GnbAmfConfig& config, Events events);

  Status send(uint16_t stream, ByteView ngap);
  void close();  // gracefully; no further attempt
  std::string describe() const;

 private:
  N2Link(ThreadExecutor& executor, const GnbAmfConfig& config, Events events)
      : config_(config), events_(std::move(events)), again_(executor) {}
  void connect();
  void lost(const std::string& reason);

  GnbAmfConfig config_;
  Events events_;
  std::unique_ptr<SctpEndpoint> endpoint_;
  AssociationId association_ = 0;
  bool up_ = false;
  Duration back_off_{};
  Timer again_;
};

}  // namespace sen
