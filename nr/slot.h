// Slot: a point in the radio's time, TS 38.211 4.3: numerology and the slot's number within 1024 frames. Arithmetic wraps; differences are
// signed and right as long as two points lie less than 512 frames (5.12 s) apart. Plain value, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace sen::nr {

// Subcarrier spacing by its numerology mu: 15 kHz << mu.
enum class Scs : uint8_t { khz15 = 0, khz30 = 1, khz60 = 2, khz120 = 3, khz240 = 4 };
constexpr unsigned mu(Scs scs) { return static_cast<unsigned>(scs); }
constexpr unsigned khz(Scs scs) { return 15U << mu(scs); }
constexpr unsigned slots_per_subframe(Scs scs) { return 1U << mu(scs); }
constexpr unsigned slots_per_frame(Scs scs) { return 10U << mu(scs); }
constexpr int64_t slot_ns(Scs scs) { return 1'000'000 >> mu(scs); }

inline constexpr unsigned symbols_per_slot = 14;  // normal cyclic prefix
inline constexpr unsigned frames_per_cycle = 1024;

class Slot {
 public:
  constexpr Slot() = default;
  constexpr Slot(Scs scs, uint32_t count) : scs_(scs), count_(count % cycle(scs)) {}
  constexpr Slot(Scs scs, unsigned frame, unsigned slot_in_frame) : Slot(scs, frame * slots_per_frame(scs) + slot_in_frame) {}

  constexpr Scs scs() const { return scs_; }
  constexpr uint32_t count() const { return count_; }                                  // since frame 0
  constexpr unsigned frame() const { return count_ / slots_per_frame(scs_); }          // SFN, 0 to 1023
  constexpr unsigned in_frame() const { return count_ % slots_per_frame(scs_); }       // n_s,f
  constexpr unsigned subframe() const { return in_frame() >> mu(scs_); }               // 0 to 9
  constexpr unsigned in_subframe() const { return in_frame() & (slots_per_subframe(scs_) - 1); }
  constexpr bool starts_subframe() const { return in_subframe() == 0; }

  constexpr Slot operator+(int n) const { return Slot(scs_, static_cast<uint32_t>(static_cast<int64_t>(count_) + cycle(scs_) + n % static_cast<int>(cycle(scs_)))); }
  constexpr Slot operator-(int n) const { return *this + -n; }
  Slot& operator++() { return *this = *this + 1; }
  // Slots from `other` to this one, negative when this one is earlier. Both of one numerology.
  constexpr int operator-(Slot other) const {
    const int half = static_cast<int>(cycle(scs_) / 2);
    const int d = static_cast<int>(count_) - static_cast<int>(other.count_);
    return d >= half ? d - 2 * half : d < -half ? d + 2 * half : d;
  }
  constexpr bool operator==(const Slot&) const = default;

  std::string text() const { return std::to_string(frame()) + '.' + std::to_string(in_frame()); }  // "512.7": SFN.slot

 private:
  static constexpr uint32_t cycle(Scs scs) { return frames_per_cycle * slots_per_frame(scs); }

  Scs scs_ = Scs::khz15;
  uint32_t count_ = 0;
};

}  // namespace sen::nr
