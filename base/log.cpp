#include "base/log.h"

#include <cstdio>
#include <ctime>

namespace sen {

std::string_view to_string(Layer layer) {
  static constexpr std::string_view names[] = {"APP", "CONFIG", "SCTP", "NGAP", "NAS", "AMF", "SMF", "UDM", "PFCP", "UPF", "GTPU", "LOAD", "METRICS",
                                               "RRC", "MAC", "RLC", "PDCP", "GNB", "AIR", "UE", "PHY", "RADIO"};
  return names[static_cast<size_t>(layer)];
}

std::string_view to_string(Level level) {
  static constexpr std::string_view names[] = {"none", "error", "warning", "info", "debug"};
  return names[static_cast<size_t>(level)];
}

Log& Log::instance() {
  static Log log;
  return log;
}

Log::Log() { set_all_levels(Level::info); }

void Log::set_all_levels(Level level) {
  for (auto& slot : levels_) slot.store(level, std::memory_order_relaxed);
}

bool Log::set_file(const std::string& path, bool only) {
  std::lock_guard lock(mutex_);
  if (file_) std::fclose(file_);
  file_ = path.empty() ? nullptr : std::fopen(path.c_str(), "w");
  to_stderr_ = !(file_ && only);
  return path.empty() || file_;
}

void Log::write(Layer layer, Level level, std::string_view text) {
  const Executor* clock = clock_.load();
  Time now = clock ? clock->now() : Time{std::chrono::system_clock::now().time_since_epoch()};
  int64_t micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  std::time_t seconds = micros / 1000000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::string line = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06} [{:<8}] [{}] {}\n", utc.tm_year + 1900, utc.tm_mon + 1,
                                 utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, micros % 1000000, to_string(layer),
                                 "NEWID"[static_cast<size_t>(level)], text);
  std::lock_guard lock(mutex_);
  if (to_stderr_) std::fwrite(line.data(), 1, line.size(), stderr);
  if (file_) {
    std::fwrite(line.data(), 1, line.size(), file_);
    std::fflush(file_);
  }
}

}  // namespace sen
