// Why the user plane drops a packet: every drop has a name and a sentence, and is counted under it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sen::upf {

enum class Drop : uint8_t {
  none,
  gtpu_short,
  gtpu_version,
  gtpu_length,
  gtpu_extension,
  gtpu_extension_unknown,
  gtpu_type,
  gtpu_element,
  unknown_teid,
  inner_short,
  inner_version,
  inner_length,
  inner_header,
  no_session,
  no_pdr,
  spoofed_source,
  far_drop,
  far_incomplete,
  gate_closed,
  rate_exceeded,
  quota_exhausted,
  buffer_full,
  buffer_released,
  no_buffer_memory,
  too_big,
  multicast,
  end_marker_unused,
  error_indication_unknown,
  signalling_rate,
  count,
};

struct DropText {
  std::string_view name;
  std::string_view sentence;
};
const DropText& text(Drop reason);

using DropCounts = std::array<uint64_t, static_cast<size_t>(Drop::count)>;

}  // namespace sen::upf
