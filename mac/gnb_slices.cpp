// Shares of slices (TS 28.541 RRMPolicyRatio): a slice with data that has had less than its minimum of the recent resource blocks goes first, one that has had
// its maximum waits. Signalling and retransmissions know no slices.
#include "mac/detail/gnb_cell.h"

namespace sen::mac {

using namespace gnb;

namespace {

constexpr float share_weight = 1.0f / 64;  // of a slot
constexpr double below_minimum = 1e7;      // above every metric of data

}  // namespace

// That of its most urgent data. In the uplink reports name groups of channels.
int GnbCell::Impl::slice_of(const Ue& ue, bool downlink) const {
  if (downlink) return ue.dl_slice;
  for (const Channel& channel : ue.channels) {
    if (channel.lcid <= 3) continue;
    const int group = ue.group_of[channel.lcid];
    if (group >= 0 && ue.bsr[static_cast<size_t>(group)] > 0) return channel.slice;
  }
  return -1;
}

std::optional<double> GnbCell::Impl::slice_turn(const Ue& ue, bool downlink) const {
  if (shares.empty()) return 0;
  const int slice = slice_of(ue, downlink);
  if (slice < 0) return 0;
  const Share& share = downlink ? shares[static_cast<size_t>(slice)].dl : shares[static_cast<size_t>(slice)].ul;
  const auto& policy = scheduler.slices[static_cast<size_t>(slice)];
  if (share.average * 100 >= policy.max_percent && policy.max_percent < 100) return std::nullopt;
  return share.average * 100 < policy.min_percent ? below_minimum : 0;
}

void GnbCell::Impl::count_share(const Ue& ue, bool downlink, unsigned rbs) {
  if (shares.empty()) return;
  const int slice = slice_of(ue, downlink);
  if (slice < 0) return;
  SliceShares& of = shares[static_cast<size_t>(slice)];
  (downlink ? of.dl : of.ul).now += rbs;
}

void GnbCell::Impl::average_shares(bool downlink) {
  for (SliceShares& of : shares) {
    Share& share = downlink ? of.dl : of.ul;
    share.average += share_weight * (static_cast<float>(share.now) / cell.l1.n_rb - share.average);
    share.now = 0;
  }
}

}  // namespace sen::mac
