#include "phy/detail/uci_multiplexer.h"

#include <algorithm>

#include "nr/uci.h"

namespace sen::phy::detail {
namespace {

// Payload with its CRC (6.3.1.2.1, and 11 bits from 360 on).
uint64_t with_crc(uint64_t bits) { return bits + (bits < 12 ? 0 : bits < 20 ? 6 : 11); }
constexpr uint64_t divide_up(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

}  // namespace

// In resource elements, by hop.
struct UciMultiplexer::Shares {
  std::array<uint32_t, 2> reserved{}, ack{}, csi1{}, csi2{};
  bool few_acks = false;
};

UciMultiplexer::UciMultiplexer(unsigned max_rb) {
  owners_.reserve(size_t{RePlan::symbols} * 12 * max_rb);
  free_.reserve(size_t{12} * max_rb);
  for (auto& order : order_) order.reserve(owners_.capacity());
}

unsigned UciMultiplexer::ack_bits(const nr::l1::PuschPdu& pdu) {
  const bool csi1_alone = pdu.code.tbs_octets == 0 && pdu.uci.csi1_bits > 0 && pdu.uci.csi2_bits == 0;
  return csi1_alone ? std::max<unsigned>(pdu.uci.harq_bits, 2) : pdu.uci.harq_bits;
}

uint32_t UciMultiplexer::uci_res(unsigned from, unsigned to) const {
  uint32_t sum = 0;
  for (unsigned l = from; l < to; ++l) sum += uci_res(l);
  return sum;
}

// l^(i) of 6.2.7: the first symbol after the hop's first run of DM-RS symbols.
unsigned UciMultiplexer::after_first_dmrs(unsigned hop) const {
  unsigned l = plan_->first_dmrs(hop);
  while (l < plan_->end_symbol() && plan_->dmrs(l)) ++l;
  return l;
}

unsigned UciMultiplexer::first_without_dmrs(unsigned hop) const {
  unsigned l = hop == 0 ? plan_->first_symbol() : plan_->second_hop_symbol();
  while (l < plan_->end_symbol() && plan_->dmrs(l)) ++l;
  return l;
}

Result<UciMultiplexer::Shares> UciMultiplexer::shares(const nr::l1::PuschPdu& pdu) {
  const bool ulsch = pdu.code.tbs_octets > 0, hopping = plan_->second_hop_symbol() < plan_->end_symbol();
  const uint64_t all = uci_res(plan_->first_symbol(), plan_->end_symbol());
  const uint64_t alpha = nr::alpha_permille[pdu.alpha];
  const uint64_t limit = divide_up(alpha * all, 1000);
  const uint64_t ack_limit = divide_up(alpha * uci_res(after_first_dmrs(0), plan_->end_symbol()), 1000);
  uint64_t code_bits = 0;
  if (ulsch) {
    SEN_ASSIGN(const Segmentation s, segment(pdu.code.tbs_octets * 8, pdu.code.base_graph));
    code_bits = uint64_t{s.blocks} * s.k;
  }
  // Resource elements for `bits` with an offset, before any limit.
  auto wanted = [&](uint64_t bits, uint64_t beta_permille) {
    return ulsch ? divide_up(with_crc(bits) * beta_permille * all, 1000 * code_bits)
                 : divide_up(with_crc(bits) * beta_permille * 10240, uint64_t{1000} * pdu.code.rate_x1024_x10 * pdu.code.qm);
  };
  const unsigned acks = ack_bits(pdu), beta_ack = nr::beta_offset_harq_permille(pdu.beta_harq);
  const bool csi1 = pdu.uci.csi1_bits > 0, csi2 = pdu.uci.csi2_bits > 0;
  if (acks > 0 && beta_ack == 0) return fail(Fault::invalid, "beta_harq", "{}: 0 to 20 (TS 38.213 table 9.3-1)", pdu.beta_harq);

  Shares out;
  out.few_acks = acks <= 2;
  const uint64_t q_ack = acks > 0 ? std::min(wanted(acks, beta_ack), ack_limit) : 0;
  const uint64_t q_reserved = out.few_acks ? std::min(wanted(2, beta_ack), ack_limit) : 0;
  if (acks > 0 && q_ack == 0) {
    return fail(Fault::invalid, "uci.harq_bits", "{}: no resource element lies behind the DM-RS (TS 38.212 6.3.2.4.1.1)",
                pdu.uci.harq_bits);
  }
  uint64_t q_csi1 = 0, q_csi2 = 0;
  if (csi1) {
    const uint64_t before = out.few_acks ? q_reserved : q_ack, room = (ulsch ? limit : all) - std::min(before, ulsch ? limit : all);
    q_csi1 = ulsch || csi2 ? std::min(wanted(pdu.uci.csi1_bits, nr::beta_offset_csi_permille(pdu.beta_csi1)), room) : room;
    if (q_csi1 == 0)
      return fail(Fault::invalid, "uci.csi1_bits", "{} with offset {}: no resource element is left (TS 38.212 6.3.2.4.1.2)",
                  pdu.uci.csi1_bits, pdu.beta_csi1);
  }
  if (csi2) {
    const uint64_t before = (out.few_acks ? 0 : q_ack) + q_csi1, room = (ulsch ? limit : all) - std::min(before, ulsch ? limit : all);
    q_csi2 = ulsch ? std::min(wanted(pdu.uci.csi2_bits, nr::beta_offset_csi_permille(pdu.beta_csi2)), room) : room;
    if (q_csi2 == 0)
      return fail(Fault::invalid, "uci.csi2_bits", "{} with offset {}: no resource element is left (TS 38.212 6.3.2.4.1.3)",
                  pdu.uci.csi2_bits, pdu.beta_csi2);
  }

  auto split = [](std::array<uint32_t, 2>& share, uint64_t q, uint64_t first) {
    share[0] = static_cast<uint32_t>(std::min(q, first));
    share[1] = static_cast<uint32_t>(q) - share[0];
  };
  if (!hopping) {
    split(out.reserved, q_reserved, q_reserved);
    split(out.ack, q_ack, q_ack);
    split(out.csi1, q_csi1, q_csi1);
    split(out.csi2, q_csi2, q_csi2);
    return out;
  }
  split(out.reserved, q_reserved, q_reserved / 2);
  if (ulsch) {
    split(out.ack, q_ack, q_ack / 2);
    split(out.csi1, q_csi1, q_csi1 / 2);
    split(out.csi2, q_csi2, q_csi2 / 2);
    return out;
  }
  const uint32_t m1 = uci_res(plan_->first_symbol(), plan_->second_hop_symbol());
  const uint32_t m3 = uci_res(std::min(after_first_dmrs(0), plan_->second_hop_symbol()), plan_->second_hop_symbol());
  split(out.ack, q_ack, std::min<uint64_t>(q_ack / 2, m3));
  const uint32_t ack1 = csi2 && out.few_acks ? out.reserved[0] : out.ack[0];
  const uint32_t left1 = m1 - std::min(m1, ack1);
  split(out.csi1, q_csi1, csi2 ? std::min<uint64_t>(q_csi1 / 2, left1) : left1);
  const uint32_t before2 = out.csi1[0] + (out.few_acks ? 0 : out.ack[0]);
  split(out.csi2, q_csi2, m1 - std::min(m1, before2));
  return out;
}

// In each symbol that has room evenly spaced over the free elements, all of them while more are wanted than it has.
template <class Free, class Take>
void UciMultiplexer::spread(unsigned symbol, uint32_t count, unsigned part, Free free, Take take) {
  for (; count > 0 && symbol < plan_->end_symbol(); ++symbol) {
    if (uci_res(symbol) == 0) continue;
    const uint32_t first = plan_->res_before(symbol), end = first + plan_->data(symbol).res;
    free_.clear();
    for (uint32_t re = first; re < end; ++re) {
      if (free(owners_[re])) free_.push_back(re);
    }
    const uint32_t room = static_cast<uint32_t>(free_.size());
    if (room == 0) continue;
    const uint32_t step = count >= room ? 1 : room / count, n = std::min(count, room);
    for (uint32_t j = 0; j < n; ++j) {
      const uint32_t re = free_[j * step];
      // Where the first hop has no symbol behind its DM-RS, both hops' punctured bits meet in one symbol.
      if (part == ack_owner && owners_[re] & puncture) std::ranges::replace(order_[part], re, lost);
      take(owners_[re]);
      order_[part].push_back(re);
    }
    count -= n;
  }
}

void UciMultiplexer::place(const Shares& shares) {
  owners_.assign(plan_->res(), data_owner);
  for (auto& order : order_) order.clear();
  const unsigned hops = plan_->second_hop_symbol() < plan_->end_symbol() ? 2 : 1;
  const auto each_hop = [&](const std::array<uint32_t, 2>& count, unsigned part, auto first, auto free, auto take) {
    for (unsigned hop = 0; hop < hops; ++hop) spread(first(hop), count[hop], part, free, take);
  };
  const auto after_dmrs = [&](unsigned hop) { return after_first_dmrs(hop); };
  const auto csi_start = [&](unsigned hop) { return first_without_dmrs(hop); };
  const auto unowned = [](uint8_t o) { return (o & 3) == data_owner; };
  each_hop(
      shares.reserved, reserved_part, after_dmrs, [](uint8_t) { return true; }, [](uint8_t& o) { o |= reserved; });  // step 1
  if (!shares.few_acks) each_hop(shares.ack, ack_owner, after_dmrs, unowned, [](uint8_t& o) { o = ack_owner; });     // step 2
  each_hop(
      shares.csi1, csi1_owner, csi_start, [](uint8_t o) { return o == data_owner; }, [](uint8_t& o) { o = csi1_owner; });  // step 3
  each_hop(shares.csi2, csi2_owner, csi_start, unowned, [](uint8_t& o) { o = static_cast<uint8_t>((o & reserved) | csi2_owner); });
  if (shares.few_acks)
    each_hop(
        shares.ack, ack_owner, after_dmrs, [](uint8_t o) { return o & reserved; }, [](uint8_t& o) { o |= puncture; });  // step 5
}

Result<UciOnPusch> UciMultiplexer::plan(const nr::l1::PuschPdu& pdu, const RePlan& plan) {
  plan_ = &plan;
  qm_ = pdu.code.qm;
  bits_per_re_ = unsigned{pdu.layers} * pdu.code.qm;
  payload_bits_ = {0, static_cast<uint16_t>(ack_bits(pdu)), pdu.uci.csi1_bits, pdu.uci.csi2_bits};
  UciOnPusch out;
  out.g_total = plan.res() * bits_per_re_;
  out.g_ulsch = pdu.code.tbs_octets > 0 ? out.g_total : 0;
  if (payload_bits_ == std::array<uint16_t, 4>{}) {
    place({});
    return out;
  }
  SEN_ASSIGN(const Shares s, shares(pdu));
  place(s);
  auto bits = [&](const std::array<uint32_t, 2>& share) { return (share[0] + share[1]) * bits_per_re_; };
  out.g_ack = bits(s.ack);
  out.g_ack_reserved = bits(s.reserved);
  out.g_csi1 = bits(s.csi1);
  out.g_csi2 = bits(s.csi2);
  if (pdu.code.tbs_octets > 0) out.g_ulsch = out.g_total - (s.few_acks ? 0 : out.g_ack) - out.g_csi1 - out.g_csi2;
  const auto placed = [&](unsigned part) { return static_cast<uint32_t>(order_[part].size()) * bits_per_re_; };
  if (placed(ack_owner) != out.g_ack || placed(csi1_owner) != out.g_csi1 || placed(csi2_owner) != out.g_csi2) {
    return fail(Fault::invalid, "uci", "{}, {} and {} bits do not fit behind the DM-RS (TS 38.212 6.2.7)", payload_bits_[1],
                payload_bits_[2], payload_bits_[3]);
  }
  if (pdu.code.tbs_octets > 0 && out.g_ulsch == 0) return fail(Fault::invalid, "uci", "leaves nothing for UL-SCH (TS 38.212 6.2.7)");
  return out;
}

void UciMultiplexer::multiplex(std::span<const Bit> data, std::span<const Bit> ack, std::span<const Bit> csi1, std::span<const Bit> csi2,
                               std::span<Bit> out) const {
  const size_t n = bits_per_re_;
  size_t at = 0;
  for (size_t re = 0; re < owners_.size(); ++re) {
    if ((owners_[re] & 3) != data_owner) continue;
    const auto to = out.subspan(re * n, n);
    if (at + n <= data.size()) {
      std::ranges::copy(data.subspan(at, n), to.begin());
    } else {
      std::ranges::fill(to, Bit{0});  // UCI alone leaves elements beside a DM-RS group empty-handed
    }
    at += n;
  }
  const auto put = [&](std::span<const Bit> bits, Owner part) {
    for (size_t i = 0; i < order_[part].size(); ++i) {
      if (order_[part][i] != lost) std::ranges::copy(bits.subspan(i * n, n), out.begin() + static_cast<ptrdiff_t>(order_[part][i] * n));
    }
  };
  put(csi1, csi1_owner);
  put(csi2, csi2_owner);
  put(ack, ack_owner);
}

void UciMultiplexer::demultiplex(std::span<const Llr> llrs, std::span<const uint8_t> sequence, const Parts& parts) const {
  const size_t n = bits_per_re_;
  size_t at = 0;
  for (size_t re = 0; re < owners_.size() && at < parts.data.size();) {
    const uint8_t owner = owners_[re];
    size_t end = re + 1;
    while (end < owners_.size() && owners_[end] == owner) ++end;
    if ((owner & 3) == data_owner) {
      const auto to = parts.data.subspan(at, (end - re) * n);
      if (owner & puncture) {
        std::ranges::fill(to, Llr{0});
      } else {
        std::ranges::copy(llrs.subspan(re * n, to.size()), to.begin());
      }
      at += to.size();
    }
    re = end;
  }
  take(llrs, sequence, ack_owner, parts.ack);
  take(llrs, sequence, csi1_owner, parts.csi1);
  take(llrs, sequence, csi2_owner, parts.csi2);
}

void UciMultiplexer::take(std::span<const Llr> llrs, std::span<const uint8_t> sequence, unsigned part, std::span<Llr> out) const {
  const size_t n = bits_per_re_;
  const auto scrambling = [&](size_t i) { return sequence[i / 8] >> (7 - i % 8) & 1; };
  for (size_t i = 0; i < order_[part].size(); ++i) {
    const uint32_t re = order_[part][i];
    const auto to = out.subspan(i * n, n);
    if (re == lost || (part != ack_owner && owners_[re] & puncture)) {
      std::ranges::fill(to, Llr{0});
      continue;
    }
    std::ranges::copy(llrs.subspan(re * n, n), to.begin());
    if (payload_bits_[part] != 1 || qm_ == 1) continue;
    for (size_t bit = 0; bit < n; bit += qm_) {
      if (scrambling(re * n + bit) != scrambling(re * n + bit + 1)) to[bit + 1] = static_cast<Llr>(-to[bit + 1]);
    }
  }
}

}  // namespace sen::phy::detail
