// A radio: streams of samples with one clock, the sample count. Complex, full scale 1, one stream a port. Two threads may use one: one receives, one
// transmits; stop() comes from anywhere.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

namespace sen::radio {

using Cf = std::complex<float>;

class Radio {
 public:
  virtual ~Radio() = default;
  Radio() = default;
  Radio(const Radio&) = delete;
  Radio& operator=(const Radio&) = delete;

  // The next samples of every receive port, as many as each span has (all alike); blocks until they are there. Returns the time of the first. Error io: it
  // was stopped, or the device failed.
  virtual Result<uint64_t> receive(std::span<const std::span<Cf>> ports) = 0;
  // Samples that leave at `time`, ascending; what lies between is silence. Blocks while the radio is full. Samples whose time has passed are dropped and
  // counted. Error io as above.
  virtual Status transmit(uint64_t time, std::span<const std::span<const Cf>> ports) = 0;
  // Whoever is blocked returns with an error; so does every later call.
  virtual void stop() = 0;

  struct Counters {
    uint64_t late_samples = 0;   // to be sent, too late
    uint64_t lost_samples = 0;   // not received: overflow, or no peer
    uint32_t reconnects = 0;
  };
  virtual Counters counters() const = 0;
};

}  // namespace sen::radio
