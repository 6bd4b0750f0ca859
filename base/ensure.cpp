#include "base/ensure.h"

#include <cstdio>
#include <cstdlib>

namespace sen {

void ensure_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "sen5g: bug: %s does not hold at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace sen
