#include "core/sbi/fields.h"

#include <algorithm>

namespace sen::sbi {

void Printer::octets(ByteView bytes) {
  constexpr size_t shown = 48;
  out_ += to_hex(bytes.first(std::min(bytes.size(), shown)));
  if (bytes.size() > shown) out_ += "... (" + std::to_string(bytes.size()) + " octets)";
}

}  // namespace sen::sbi
