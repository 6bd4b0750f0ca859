// The two implementations behind open_sctp.
#pragma once

#include "base/sctp/sctp.h"

namespace sen {

bool has_kernel_sctp();
bool may_open_raw_sockets();
Result<std::unique_ptr<SctpEndpoint>> open_kernel_sctp(ThreadExecutor& executor, const SctpOptions& options, SctpHandlers handlers);
Result<std::unique_ptr<SctpEndpoint>> open_usrsctp(ThreadExecutor& executor, const SctpOptions& options, SctpHandlers handlers);

}  // namespace sen
