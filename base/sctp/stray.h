// Packets to a listening port that belong to no association, as a peer sends that was connected to a process that ended without a word:
// they are answered by ABORT (RFC 9260 8.4), so that the peer connects again instead of waiting for its own time-outs. usrsctp cannot do
// it over IP: every process of a host gets every SCTP packet, and one that answered would abort the others' associations. This looks only
// at packets to its own address and port, and only gives up a peer that still has no association a second later.
// Needs the right to open raw sockets. Executor: the endpoint's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/executor.h"
#include "base/sctp/address.h"

namespace sen {

class StrayGuard {
 public:
  static constexpr Duration lifetime = std::chrono::minutes(10);  // peers of an earlier process have sent a heartbeat by then
  static constexpr Duration patience = std::chrono::seconds(1);
  static constexpr size_t max_pending = 4096;

  // Addresses and ports (SocketAddress::show) of those among the given that have an association.
  using Known = std::function<std::vector<std::string>(const std::vector<std::string>&)>;

  static Result<std::unique_ptr<StrayGuard>> open(ThreadExecutor& executor, const SocketAddress& local, Known known);
  ~StrayGuard();
  StrayGuard(const StrayGuard&) = delete;

 private:
  struct Pending {
    SocketAddress peer;
    uint32_t tag = 0;
  };

  StrayGuard(ThreadExecutor& executor, const SocketAddress& local, int fd, Known known);
  void read_all();
  void take(const SocketAddress& from, ByteView sctp);
  void judge();
  void abort(const Pending& pending);
  void close();

  ThreadExecutor& executor_;
  SocketAddress local_;
  uint16_t port_;
  int fd_;
  Known known_;
  Timer end_, judgement_;
  std::map<std::string, Pending> pending_;
};

// CRC32c (RFC 9260 appendix A), bit by bit: for packets of a few octets.
uint32_t crc32c(ByteView bytes);

}  // namespace sen
