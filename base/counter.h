// Counters and gauges with the names of TS 28.552 (as Open5GS spells them), rendered in Prometheus' text format.
// Creating one takes a lock; counting is one relaxed atomic addition from any thread. References stay valid as long as the registry.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace sen {

class Counter {
 public:
  void add(int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(int64_t v) { value_.store(v, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_ = 0;
};

class Counters {
 public:
  // `labels` as they stand between the braces, `cause="7"`, or empty. The same name and labels give the same counter.
  Counter& counter(std::string_view name, std::string_view help, std::string_view labels = "");
  Counter& gauge(std::string_view name, std::string_view help, std::string_view labels = "");

  // Prometheus text exposition format 0.0.4.
  std::string render() const;

 private:
  struct Family {
    std::string help;
    bool is_gauge = false;
    std::map<std::string, Counter, std::less<>> members;
  };
  Counter& member(std::string_view name, std::string_view help, std::string_view labels, bool is_gauge);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace sen
