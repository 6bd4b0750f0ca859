// UCI on PUSCH against a second derivation: TS 38.212 6.2.7 step by step, set by set, as the clause writes it.
#include <gtest/gtest.h>

#include <map>

#include "phy/detail/uci_multiplexer.h"
#include "tests/unit/phy_shared.h"

namespace sen::phy::test {
namespace {

struct Parts {
  std::vector<Bit> data, ack, csi1, csi2;
};

// g of step 6. Letters as in the clause; l counts from the channel's first symbol.
class Clause {
 public:
  Clause(const nr::l1::PuschPdu& pdu, const detail::RePlan& plan, const UciOnPusch& g, const Parts& parts)
      : n_l_q_m_(unsigned{pdu.layers} * pdu.code.qm), parts_(parts) {
    for (unsigned l = plan.first_symbol(); l < plan.end_symbol(); ++l) {
      std::vector<unsigned> phi(plan.data(l).res);
      for (unsigned j = 0; j < phi.size(); ++j) phi[j] = j;
      phi_ulsch_.push_back(phi);
      phi_uci_.push_back(plan.dmrs(l) ? std::vector<unsigned>{} : phi);
      dmrs_.push_back(plan.dmrs(l));
    }
    all_ = phi_ulsch_;
    hops_ = pdu.second_hop_rb ? 2 : 1;
    n_1_ = hops_ == 2 ? pdu.allocation.symbols / 2u : pdu.allocation.symbols;
    acks_ = detail::UciMultiplexer::ack_bits(pdu);
    ulsch_ = pdu.code.tbs_octets > 0;
    csi2_ = pdu.uci.csi2_bits > 0;
    split(g);
  }

  std::vector<Bit> multiplexed() {
    rvd_.assign(all_.size(), {});
    if (acks_ <= 2) {  // step 1
      place(
          g_rvd_, first_after_dmrs(), phi_uci_,
          [&](unsigned l, unsigned k) {
            if (std::ranges::find(rvd_[l], k) == rvd_[l].end()) rvd_[l].push_back(k);
            std::ranges::sort(rvd_[l]);
          },
          false);
    } else {  // step 2
      place_bits(g_ack_, first_after_dmrs(), parts_.ack, false);
    }
    place_bits(g_csi1_, first_without_dmrs(), parts_.csi1, true);  // step 3
    place_bits(g_csi2_, first_without_dmrs(), parts_.csi2, false);
    size_t at = 0;  // step 4
    for (unsigned l = 0; l < all_.size(); ++l) {
      for (unsigned k : phi_ulsch_[l]) {
        for (unsigned v = 0; v < n_l_q_m_; ++v) g_[{l, k, v}] = at < parts_.data.size() ? parts_.data[at++] : Bit{0};
      }
    }
    if (acks_ <= 2 && acks_ > 0) {  // step 5
      at = 0;
      place(
          g_ack_, first_after_dmrs(), rvd_,
          [&](unsigned l, unsigned k) {
            for (unsigned v = 0; v < n_l_q_m_; ++v) g_[{l, k, v}] = parts_.ack[at++];
          },
          false);
    }
    std::vector<Bit> out;  // step 6
    for (auto& [place, bit] : g_) out.push_back(bit);
    return out;
  }

 private:
  using Sets = std::vector<std::vector<unsigned>>;

  void split(const UciOnPusch& g) {
    const auto halves = [&](unsigned bits) { return std::array<unsigned, 2>{hops_ == 2 ? n_l_q_m_ * (bits / (2 * n_l_q_m_)) : bits, 0}; };
    const auto rest = [](std::array<unsigned, 2> share, unsigned bits) { return std::array<unsigned, 2>{share[0], bits - share[0]}; };
    g_rvd_ = rest(halves(g.g_ack_reserved), g.g_ack_reserved);
    g_ack_ = rest(halves(g.g_ack), g.g_ack);
    g_csi1_ = rest(halves(g.g_csi1), g.g_csi1);
    g_csi2_ = rest(halves(g.g_csi2), g.g_csi2);
    if (ulsch_ || hops_ == 1) return;
    unsigned m_1 = 0, m_3 = 0;
    for (unsigned l = 0; l < n_1_; ++l) {
      m_1 += static_cast<unsigned>(phi_uci_[l].size()) * n_l_q_m_;
      if (l >= first_after_dmrs()[0]) m_3 += static_cast<unsigned>(phi_uci_[l].size()) * n_l_q_m_;
    }
    g_ack_ = rest({std::min(halves(g.g_ack)[0], m_3), 0}, g.g_ack);
    // No fewer than none where the first hop is nothing but DM-RS.
    const unsigned taken = std::min(m_1, acks_ > 2 || !csi2_ ? g_ack_[0] : g_rvd_[0]);
    g_csi1_ = rest({csi2_ ? std::min(halves(g.g_csi1)[0], m_1 - taken) : m_1 - taken, 0}, g.g_csi1);
    if (csi2_) g_csi2_ = rest({m_1 - (acks_ > 2 ? g_ack_[0] : 0) - g_csi1_[0], 0}, g.g_csi2);
  }

  std::array<unsigned, 2> first_after_dmrs() const { return {after(0), after(n_1_)}; }
  unsigned after(unsigned l) const {
    while (l < dmrs_.size() && !dmrs_[l]) ++l;
    while (l < dmrs_.size() && dmrs_[l]) ++l;
    return l;
  }
  std::array<unsigned, 2> first_without_dmrs() const { return {without(0), without(n_1_)}; }
  unsigned without(unsigned l) const {
    while (l < dmrs_.size() && dmrs_[l]) ++l;
    return l;
  }

  // The loop that every step shares. `spare`: the reserved elements are left out.
  void place(const std::array<unsigned, 2>& g, const std::array<unsigned, 2>& start, const Sets& sets, const auto& take, bool spare) {
    for (unsigned i = 0; i < hops_; ++i) {
      unsigned count = 0;
      for (unsigned l = start[i]; count < g[i] && l < sets.size(); ++l) {
        std::vector<unsigned> phi;
        for (unsigned k : sets[l]) {
          if (!spare || std::ranges::find(rvd_[l], k) == rvd_[l].end()) phi.push_back(k);
        }
        const unsigned m = static_cast<unsigned>(phi.size());
        if (m == 0) continue;
        const bool all = g[i] - count >= m * n_l_q_m_;
        const unsigned d = all ? 1 : m * n_l_q_m_ / (g[i] - count), m_re = all ? m : (g[i] - count + n_l_q_m_ - 1) / n_l_q_m_;
        for (unsigned j = 0; j < m_re; ++j) {
          take(l, phi[j * d]);
          count += n_l_q_m_;
        }
      }
    }
  }

  void place_bits(const std::array<unsigned, 2>& g, const std::array<unsigned, 2>& start, const std::vector<Bit>& bits, bool spare) {
    size_t at = 0;
    place(
        g, start, phi_uci_,
        [&](unsigned l, unsigned k) {
          for (unsigned v = 0; v < n_l_q_m_; ++v) g_[{l, k, v}] = bits[at++];
          std::erase(phi_uci_[l], k);
          std::erase(phi_ulsch_[l], k);
        },
        spare);
  }

  unsigned n_l_q_m_, hops_ = 1, n_1_ = 0, acks_ = 0;
  bool ulsch_ = true, csi2_ = false;
  const Parts& parts_;
  Sets phi_ulsch_, phi_uci_, rvd_, all_;
  std::vector<bool> dmrs_;
  std::array<unsigned, 2> g_rvd_{}, g_ack_{}, g_csi1_{}, g_csi2_{};
  std::map<std::array<unsigned, 3>, Bit> g_;
};

TEST(UciOnPusch, lies_where_the_clause_puts_it) {
  Random random(11);
  unsigned with_csi2 = 0, hopping = 0, alone = 0, few = 0;
  for (unsigned i = 0, n = std::max(100u, property_cases() / 4); i < n;) {
    SharedDraw draw;
    const auto pdu = random_pusch(random, draw);
    if (!pdu || (pdu->uci.harq_bits == 0 && pdu->uci.csi1_bits == 0)) continue;
    detail::RePlan plan(Grid::max_rb);
    plan.make(detail::SharedChannel(*pdu));
    if (plan.res() > 3000) continue;
    ++i;
    with_csi2 += pdu->uci.csi2_bits > 0, hopping += pdu->second_hop_rb.has_value(), alone += pdu->code.tbs_octets == 0,
        few += pdu->uci.harq_bits <= 2;
    detail::UciMultiplexer multiplexer(Grid::max_rb);
    const auto g = multiplexer.plan(*pdu, plan);
    ASSERT_TRUE(g);
    // Octets of any value in place of bits: they tell where each came from.
    const Parts parts{random.bytes(g->g_ulsch), random.bytes(g->g_ack), random.bytes(g->g_csi1), random.bytes(g->g_csi2)};
    std::vector<Bit> ours(g->g_total);
    multiplexer.multiplex(parts.data, parts.ack, parts.csi1, parts.csi2, ours);
    const auto expected = Clause(*pdu, plan, *g, parts).multiplexed();
    ASSERT_EQ(ours.size(), expected.size());
    ASSERT_TRUE(ours == expected) << "acks " << pdu->uci.harq_bits << " csi " << pdu->uci.csi1_bits << ' ' << pdu->uci.csi2_bits << " hop "
                                  << pdu->second_hop_rb.has_value() << " ulsch " << pdu->code.tbs_octets << " layers " << +pdu->layers;
  }
  EXPECT_GT(with_csi2, 10u);
  EXPECT_GT(hopping, 10u);
  EXPECT_GT(alone, 3u);
  EXPECT_GT(few, 10u);
}

TEST(UciOnPusch, takes_the_elements_that_the_offsets_ask_for) {
  // 6.3.2.4.1.1 by hand: 10 blocks, 14 symbols, DM-RS in one of 2 groups: 13 symbols of 120 elements for UCI, 11 of them behind the DM-RS.
  nr::l1::PuschPdu pdu;
  pdu.bwp = {nr::Scs::khz30, false, 0, 24};
  pdu.allocation = {.rbs = {{0, 10}}, .start_symbol = 0, .symbols = 14};
  pdu.dmrs.symbol_mask = 1u << 2;
  pdu.code = {.qm = 2, .rate_x1024_x10 = 3080, .tbs_octets = 121, .base_graph = 2};  // 968 bits: K = 1040 (Z 104)
  pdu.uci = {.harq_bits = 20, .sr = 0, .csi1_bits = 0, .csi2_bits = 0};
  pdu.beta_harq = 9;  // 12.625
  pdu.alpha = 3;
  const auto g = uci_on_pusch(pdu, nr::Slot());
  ASSERT_TRUE(g);
  EXPECT_EQ(g->g_ack, 2u * 588);  // ceil((20 + 11) 12.625 1560 / 1040) = ceil(587.06)
  EXPECT_EQ(g->g_total, 2u * 1560);
  EXPECT_EQ(g->g_ulsch, 2u * (1560 - 588));
  pdu.alpha = 0;  // at most half of the 1320 behind the DM-RS
  pdu.beta_harq = 12;
  EXPECT_EQ(uci_on_pusch(pdu, nr::Slot())->g_ack, 2u * 660);
}

}  // namespace
}  // namespace sen::phy::test
