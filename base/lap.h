// Where time goes: adds what passes in a scope, on the steady clock, to a sum of nanoseconds.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace sen {

class Lap {
 public:
  explicit Lap(std::atomic<uint64_t>& sum) : sum_(sum), start_(std::chrono::steady_clock::now()) {}
  ~Lap() {
    sum_.fetch_add(static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start_).count()), std::memory_order_relaxed);
  }
  Lap(const Lap&) = delete;
  Lap& operator=(const Lap&) = delete;

 private:
  std::atomic<uint64_t>& sum_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace sen
