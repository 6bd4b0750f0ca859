// What PRACH transmitter and receiver share: a checked PDU in samples and DFT bins, and its 64 preambles. Any thread.
#pragma once

#include <array>

#include "phy/prach.h"

namespace sen::phy {

// Cyclic shifts of one root (TS 38.211 6.3.3.1).
struct CyclicShifts {
  unsigned n = 0;    // how many; 0: the root has none in a restricted set
  unsigned d_u = 0;  // a carrier offset of one PRACH subcarrier moves the correlation by this
  std::array<uint16_t, 64> c_v{};
};
CyclicShifts cyclic_shifts(unsigned l_ra, unsigned u, unsigned n_cs, nr::RestrictedSet set);

struct Preamble {
  uint16_t root = 0;  // index among the roots of the 64 preambles, in their order
  uint16_t logical = 0, u = 0, shift = 0;
  uint16_t d_u = 0;
};
using PreambleSet = std::array<Preamble, 64>;
Result<PreambleSet> preamble_set(const nr::l1::PrachPdu& pdu);
// y_u(n) / sqrt(L_RA)
void root_spectrum(unsigned u, std::span<Cf> y);

struct PrachPlan {
  nr::PrachFormat format{};
  nr::Scs scs{};  // that places it in time: 15 kHz for long formats
  nr::Scs pusch_scs{};
  unsigned l_ra = 0, scs_hz = 0, repetitions = 1;
  uint32_t rate = 0;
  unsigned dft = 0;
  int first_tone = 0, tones_per_occasion = 0;  // PRACH subcarriers from the carrier's middle
  double cp_seconds = 0;

  static Result<PrachPlan> make(const nr::l1::PrachPdu& pdu, const PrachCarrier& carrier);
  // Checks what may differ from call to call, and the slot.
  Status accepts(const nr::l1::PrachPdu& pdu, nr::Slot slot) const;
  PrachTiming timing(const nr::l1::PrachPdu& pdu, nr::Slot slot, unsigned occasion) const;
  unsigned first_bin(unsigned f_id) const;  // of `dft`, the negative ones behind
  unsigned start_symbol(const nr::l1::PrachPdu& pdu, unsigned occasion) const;

 private:
  unsigned start_kappa(nr::Slot slot, unsigned symbol) const;

  nr::l1::PrachPdu made_for_;
};

}  // namespace sen::phy
