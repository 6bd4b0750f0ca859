// ensure(): states an invariant of our own code; a violation is a bug and aborts, in release builds too.
// Never reachable by bytes from outside: what a peer or a file sends is answered with a Result (base/result.h).
#pragma once

namespace sen {

[[noreturn]] void ensure_failed(const char* condition, const char* file, int line);

}  // namespace sen

#define ensure(condition) \
  (__builtin_expect(!!(condition), 1) ? void() : ::sen::ensure_failed(#condition, __FILE__, __LINE__))
