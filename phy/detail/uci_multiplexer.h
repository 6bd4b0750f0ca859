// UCI on PUSCH: how many resource elements HARQ-ACK and CSI get (TS 38.212 6.3.2.4), where they lie (6.2.7), and the moving of bits and
// soft bits between the codeword and its parts. One PUSCH at a time, no allocation in a call.
#pragma once

#include "phy/detail/re_plan.h"
#include "phy/pusch.h"

namespace sen::phy::detail {

class UciMultiplexer {
 public:
  explicit UciMultiplexer(unsigned max_rb);
  // Errors: what does not fit or is no valid offset.
  Result<UciOnPusch> plan(const nr::l1::PuschPdu& pdu, const RePlan& plan);

  // Coded bits of the parts (placeholders included) to the codeword; each has what plan() said.
  void multiplex(std::span<const Bit> data, std::span<const Bit> ack, std::span<const Bit> csi1, std::span<const Bit> csi2,
                 std::span<Bit> out) const;
  // Descrambled soft bits back. `sequence` (packed) is what descrambled them: the placeholder y was sent as its predecessor
  // (TS 38.211 6.3.1.1), so its soft bit gets the predecessor's sign. Punctured bits become 0.
  struct Parts {
    std::span<Llr> data, ack, csi1, csi2;
  };
  void demultiplex(std::span<const Llr> llrs, std::span<const uint8_t> sequence, const Parts& parts) const;
  // Payload bits of HARQ-ACK as they are coded: with CSI part 1 alone never fewer than 2 (6.3.2.1.1).
  static unsigned ack_bits(const nr::l1::PuschPdu& pdu);

 private:
  enum Owner : uint8_t { data_owner, ack_owner, csi1_owner, csi2_owner, reserved_part, puncture = 0x40, reserved = 0x80 };
  struct Shares;
  Result<Shares> shares(const nr::l1::PuschPdu& pdu);
  uint32_t uci_res(unsigned symbol) const { return plan_->dmrs(symbol) ? 0 : plan_->data(symbol).res; }
  uint32_t uci_res(unsigned from, unsigned to) const;
  unsigned after_first_dmrs(unsigned hop) const;
  unsigned first_without_dmrs(unsigned hop) const;
  // Elements from a symbol on, in the order of the clause's loops; those that free(owner) admits get take(owner), and their numbers go to
  // order_[part].
  template <class Free, class Take>
  void spread(unsigned symbol, uint32_t count, unsigned part, Free free, Take take);
  void place(const Shares& shares);
  void take(std::span<const Llr> llrs, std::span<const uint8_t> sequence, unsigned part, std::span<Llr> out) const;

  const RePlan* plan_ = nullptr;
  unsigned bits_per_re_ = 0, qm_ = 0;
  std::array<uint16_t, 4> payload_bits_{};      // by owner
  static constexpr uint32_t lost = ~0u;         // a later bit of the same part took the element
  std::vector<uint8_t> owners_;                 // of each RE in the order of data
  std::array<std::vector<uint32_t>, 5> order_;  // by owner: the elements of its coded bits; the last one's: the reserved ones
  std::vector<uint32_t> free_;
};

}  // namespace sen::phy::detail
