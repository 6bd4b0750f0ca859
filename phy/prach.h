// PRACH, TS 38.211 6.3.3 and 5.3.2: preambles to samples, demodulation to the sequence domain, detection with delay and power. Formats 0 to
// 3 and A1 to C2, unrestricted and restricted sets A and B. Objects keep their plans: one thread at a time, no allocation in a call (but
// growth of the caller's list).
//
// A transmitter or receiver is made for the sequences, the frequency place and the format of a PDU; start_symbol and occasions may differ
// from call to call. `slot` is in the uplink numerology; start_symbol counts symbols of the preamble's numerology (long formats: 15 kHz) in
// the slot of that numerology that contains the uplink slot, or in the first of those that the uplink slot contains (14 and more: the
// next).
#pragma once

#include "base/result.h"
#include "nr/l1.h"
#include "nr/prach.h"
#include "phy/types.h"

namespace sen::phy {

// y_u,v(n) of a preamble (frequency domain, |y| = sqrt(L_RA)) and how it came about.
struct PreambleSequence {
  unsigned logical_root = 0, u = 0, shift = 0;  // C_v
};
// y.size() == L_RA (839 or 139).
Result<PreambleSequence> preamble_sequence(const nr::l1::PrachPdu& pdu, unsigned preamble, std::span<Cf> y);

// Where a preamble's samples lie at a sampling rate: TS 38.211 5.3.2 with the 16 kappa extensions.
struct PrachTiming {
  size_t start = 0;        // of the CP, from the start of the slot (long formats: of the subframe)
  size_t cp = 0, dft = 0;  // samples; the useful part is `repetitions` times dft
  unsigned repetitions = 1;
  size_t total() const { return cp + dft * repetitions; }
};
struct PrachCarrier {
  nr::Scs pusch_scs = nr::Scs::khz15;
  unsigned n_rb = 0;  // uplink carrier
  double sample_rate_hz = 0;
};
Result<PrachTiming> prach_timing(const nr::l1::PrachPdu& pdu, const PrachCarrier& carrier, nr::Slot slot, unsigned occasion);

class PrachTransmitter {
 public:
  static Result<PrachTransmitter> make(const nr::l1::PrachPdu& pdu, const PrachCarrier& carrier);
  // Adds the preamble into the slot's samples (long formats: the subframe's), unit power per RE: x = amplitude / sqrt(N) * sum. Errors:
  // what differs from make()'s PDU, an occasion, f_id or preamble outside of it, samples that end before the preamble does.
  Status send(const nr::l1::PrachPdu& pdu, nr::Slot slot, unsigned occasion, unsigned f_id, unsigned preamble, float amplitude,
              std::span<Cf> samples);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

class PrachReceiver {
 public:
  static Result<PrachReceiver> make(const nr::l1::PrachPdu& pdu, const PrachCarrier& carrier, unsigned rx_ports);
  // Samples of every port from the slot's (long formats: subframe's) start; appends what it finds in all occasions, at most one for each
  // preamble. Noise alone gives a preamble in one of a thousand occasions. Long formats span 1 to 4 subframes. Errors as for
  // PrachTransmitter::send.
  Status detect(const nr::l1::PrachPdu& pdu, nr::Slot slot, std::span<const std::span<const Cf>> samples,
                std::vector<nr::l1::RxPreamble>& found);
  // The sequence domain of one occasion, repetitions averaged, for tests and other detectors: |y| = 1 for a preamble sent with amplitude 1.
  Status demodulate(const nr::l1::PrachPdu& pdu, nr::Slot slot, unsigned occasion, unsigned f_id, std::span<const Cf> samples,
                    std::span<Cf> y);
  // Detection behind the demodulation: `y` has a row a port and group of repetitions (groups()), L_RA values each. For benches and split
  // receivers.
  unsigned groups() const;
  void detect_sequences(std::span<const Cf> y, std::vector<nr::l1::RxPreamble>& found);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

}  // namespace sen::phy
