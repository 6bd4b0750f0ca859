// The first part of PDSCH's and PUSCH's way back: channel estimation, equalisation, phase tracking, layer demapping, inverse transform
// precoding, soft demapping, symbol by symbol (what comes of one symbol is the codeword's soft bits in order). One thread at a time, but
// symbols of a hop may go to several, each with its own Scratch. No allocation in a call.
#pragma once

#include "phy/detail/re_plan.h"
#include "phy/detail/transform.h"
#include "phy/estimation/channel_estimator.h"
#include "phy/estimation/equaliser.h"
#include "phy/grid.h"
#include "phy/pdsch.h"

namespace sen::phy::detail {

class SharedReceiver {
 public:
  SharedReceiver(unsigned max_rb, unsigned max_rx, bool uplink);

  // Work space of one thread.
  struct Scratch {
    Scratch(unsigned max_rb, const SharedReceiver& receiver);
    Aligned<Cf> x, ordered, channel;
    Aligned<float> nvar, ordered_nvar;
  };

  // Readies a channel; both arguments and the grid must outlive the symbols.
  void start(const SharedChannel& channel, const RePlan& plan, nr::Slot slot, const Grid& grid, const ReceiveOptions& options);
  // Estimates the channel of a hop: before any of its symbols.
  void enter_hop(unsigned hop);
  // Soft bits of one symbol of the hop, plan.data(symbol).res * layers * qm of them, still scrambled.
  void symbol(unsigned symbol, std::span<Llr> out, Scratch& scratch);

  // Means over the hops so far.
  LinkMeasurement measurement() const;
  // Root mean square error of some of the first layer's equalised symbols, and those symbols, until the next start().
  float evm() const;
  std::span<const Cf> constellation() const { return constellation_.span().first(constellation_size_); }

 private:
  struct Job;
  void track_phase(unsigned hop);
  void interpolate_phase(unsigned from, unsigned to);
  // The `n` elements from subcarrier k on, whose place in the allocation is `a`, to place `to` of the rows x and nvar.
  void equalise_run(const Job& job, size_t k, size_t a, size_t n, size_t to) const;
  void equalise_all(const Job& job) const;
  void whole_symbol(const Job& job, std::span<Llr> out);
  void ordered_symbol(const Job& job, std::span<Llr> out);
  void transformed_symbol(const Job& job, std::span<Llr> out);
  float inverse_transform(const Job& job, std::span<Cf> out) const;
  void track_samples(std::span<Cf> x, std::span<const uint16_t> indices) const;
  void keep(const Job& job, std::span<const Cf> x, size_t step);

  const SharedChannel* channel_ = nullptr;
  const RePlan* plan_ = nullptr;
  const Grid* grid_ = nullptr;
  nr::Slot slot_;
  Equaliser equaliser_ = Equaliser::mmse;
  const KnownChannel* known_ = nullptr;
  unsigned hop_ = 0, hops_ = 0, first_data_ = 0;
  LinkMeasurement sum_;
  std::array<float, RePlan::symbols> phase_{};  // of each symbol, as PT-RS saw it, rad

  size_t stride_;
  ChannelEstimator estimator_;
  ChannelEstimate estimate_;
  Aligned<Cf> base_, ptrs_values_, constellation_;
  std::array<const Cf*, max_rx_ports * max_layers> h_{};  // where one channel holds for all symbols
  size_t constellation_size_ = 0;
  std::optional<Transform> transform_;
};

// What a receiver needs: as many receive ports as layers, room for the block.
Status check_receiver(unsigned layers, unsigned grid_ports, unsigned max_rx, uint32_t tbs_octets, size_t room);
// What a shared channel's receivers say.
SharedResult result(const SharedReceiver& receiver, const SchResult& sch);

}  // namespace sen::phy::detail
