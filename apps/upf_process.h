// The UPF on a thread of its own: kernel UDP on N4 and N3, and on N6 a TUN device or the built-in data network.
// start() opens everything before the thread runs; the destructor stops and joins it.
#pragma once

#include <memory>
#include <thread>

#include "apps/captures.h"
#include "base/counter.h"
#include "base/socket.h"
#include "core/upf/io/data_network.h"
#include "core/upf/io/n3_socket.h"
#include "core/upf/io/tun.h"
#include "core/upf/upf.h"

namespace sen {

class UpfProcess {
 public:
  // Errors name the configuration's key. N3 is captured from the UPF's thread.
  static Result<std::unique_ptr<UpfProcess>> start(const upf::UpfConfig& config, Counters& counters, Captures& captures);
  ~UpfProcess();

  // "N3: UPF 127.0.0.7:2152, N6: built-in data network".
  std::string describe() const;

 private:
  UpfProcess(const upf::UpfConfig& config, Counters& counters, Captures& captures);
  Status open();
  Status open_n3();
  Status open_n6();
  Result<std::unique_ptr<upf::Tun>> open_tun();
  void send_n3(const Endpoint& to, Packet gtpu);
  void send_n6(Packet ip);

  upf::UpfConfig config_;
  Counters& counters_;
  Captures& captures_;
  ThreadExecutor executor_;
  upf::Upf upf_;
  std::unique_ptr<UdpSocket> n4_;
  std::vector<std::unique_ptr<upf::N3Socket>> n3_;
  std::unique_ptr<upf::Tun> tun_;
  std::unique_ptr<upf::DataNetwork> data_network_;
  std::string n6_;
  uint64_t unroutable_ = 0;  // packets for a gNB of an address family that N3 does not have
  Time unroutable_told_{};
  std::thread thread_;
};

}  // namespace sen
