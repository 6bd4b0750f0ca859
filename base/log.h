// Log lines in the shape that users of srsRAN and OCUDU know:
//   2026-07-02T09:29:21.835770 [AMF     ] [I] imsi-999700000000001: registered, 5G-GUTI ...
// One logger a process, safe from any thread. Levels per layer (log.<layer>_level); a line below its layer's level costs one load.
#pragma once

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <string>
#include <string_view>

#include "base/executor.h"

namespace sen {

enum class Layer : unsigned char { app, config, sctp, ngap, nas, amf, smf, udm, pfcp, upf, gtpu, load, metrics, rrc, mac, rlc, pdcp, gnb, air, ue, phy, radio, count };
enum class Level : unsigned char { none, error, warning, info, debug };

std::string_view to_string(Layer layer);
std::string_view to_string(Level level);

class Log {
 public:
  static Log& instance();

  void set_level(Layer layer, Level level) { levels_[static_cast<size_t>(layer)].store(level, std::memory_order_relaxed); }
  void set_all_levels(Level level);
  bool enabled(Layer layer, Level level) const { return level <= levels_[static_cast<size_t>(layer)].load(std::memory_order_relaxed); }
  // Where the time stamps come from; null means the wall clock. The executor must outlive its use here.
  void set_clock(const Executor* clock) { clock_.store(clock); }
  // Lines go to this file as well as, or with `only`, instead of standard error. An empty path closes it. False: cannot be opened.
  bool set_file(const std::string& path, bool only);

  void write(Layer layer, Level level, std::string_view text);

 private:
  Log();

  std::array<std::atomic<Level>, static_cast<size_t>(Layer::count)> levels_;
  std::atomic<const Executor*> clock_ = nullptr;
  std::mutex mutex_;
  std::FILE* file_ = nullptr;
  bool to_stderr_ = true;
};

template <class... Args>
void log(Layer layer, Level level, fmt::format_string<Args...> format, Args&&... args) {
  if (!Log::instance().enabled(layer, level)) return;
  Log::instance().write(layer, level, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_error(Layer layer, fmt::format_string<Args...> format, Args&&... args) {
  log(layer, Level::error, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_warning(Layer layer, fmt::format_string<Args...> format, Args&&... args) {
  log(layer, Level::warning, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_info(Layer layer, fmt::format_string<Args...> format, Args&&... args) {
  log(layer, Level::info, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_debug(Layer layer, fmt::format_string<Args...> format, Args&&... args) {
  log(layer, Level::debug, format, std::forward<Args>(args)...);
}

}  // namespace sen
