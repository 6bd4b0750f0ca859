// Token bucket for maximum bit rates (TS 23.501 5.7.1.8, TS 29.244 8.2.8), exact: the credit is kept in millionths of a bit, so that r kbit/s
// adds r a nanosecond and no rounding ever happens. Counts inner IP octets.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sen::upf {

class TokenBucket {
 public:
  static constexpr uint64_t max_kbps = uint64_t{1} << 33;  // above: unlimited
  static constexpr int64_t burst_ns = 50'000'000;          // depth: what the rate gives in 50 ms ...
  static constexpr uint64_t min_burst_octets = 16'384;     // ... and never less than this

  // Starts full. Keeps the credit's share of the depth when the rate changes.
  void set_rate(uint64_t kbps, int64_t now) {
    bool was_limited = limited_;
    if (was_limited) refill(now);
    limited_ = kbps <= max_kbps;
    rate_ = limited_ ? kbps : 0;
    depth_ = std::max(rate_ * static_cast<uint64_t>(burst_ns), cost(min_burst_octets));
    if (rate_ == 0) depth_ = 0;
    credit_ = was_limited ? std::min(credit_, depth_) : depth_;
    last_ = now;
  }
  void set_unlimited() { limited_ = false; }
  bool limited() const { return limited_; }
  uint64_t kbps() const { return rate_; }

  bool conforms(uint32_t octets, int64_t now) {
    if (!limited_) return true;
    refill(now);
    return credit_ >= cost(octets);
  }
  // Only after conforms() said yes with the same arguments.
  void consume(uint32_t octets) {
    if (limited_) credit_ -= cost(octets);
  }

 private:
  static constexpr uint64_t cost(uint64_t octets) { return octets * 8'000'000; }
  void refill(int64_t now) {
    int64_t elapsed = now - last_;
    if (elapsed <= 0) return;
    last_ = now;
    // When it is full anyway the product below is not needed (and could overflow).
    if (elapsed >= full_after_ns()) {
      credit_ = depth_;
      return;
    }
    credit_ = std::min(depth_, credit_ + rate_ * static_cast<uint64_t>(elapsed));
  }
  int64_t full_after_ns() const {
    // rate_ * burst_ns fits 64 bits (2^33 * 2^26); small rates have a depth of min_burst_octets and may need longer.
    return rate_ * static_cast<uint64_t>(burst_ns) >= depth_ ? burst_ns : int64_t{1} << 40;
  }

  uint64_t rate_ = 0;  // kbit/s
  uint64_t depth_ = 0;
  uint64_t credit_ = 0;
  int64_t last_ = 0;
  bool limited_ = false;
};

}  // namespace sen::upf
