#include "base/sctp/sctp.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sctp/backends.h"

namespace sen {

bool may_open_raw_sockets() {
  int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_SCTP);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

SctpBackend choose_sctp_backend() {
  if (has_kernel_sctp()) return SctpBackend::kernel;
  return may_open_raw_sockets() ? SctpBackend::usrsctp : SctpBackend::usrsctp_udp;
}

Result<std::unique_ptr<SctpEndpoint>> open_sctp(ThreadExecutor& executor, const SctpOptions& options, SctpHandlers handlers) {
  SctpOptions chosen = options;
  if (chosen.backend == SctpBackend::automatic) chosen.backend = choose_sctp_backend();
  if (chosen.backend == SctpBackend::kernel) return open_kernel_sctp(executor, chosen, std::move(handlers));
  return open_usrsctp(executor, chosen, std::move(handlers));
}

}  // namespace sen
