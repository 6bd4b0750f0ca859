// PDSCH and PUSCH of any PDU whatever, sent and received over whatever a grid may hold: refused or carried out, never a crash; what was
// sent whole and without noise keeps no NaN.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "phy/pusch.h"

using namespace sen;
using namespace sen::phy;

namespace {

constexpr unsigned grid_rb = 24, ports = 4, tb_octets = 4000;

// Values from the input's front; zeros when it has ended.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(data, size) {}
  template <class T>
  void operator()(T& out) {
    std::array<uint8_t, sizeof(T)> raw{};
    const size_t n = std::min(raw.size(), rest_.size());
    std::copy_n(rest_.begin(), n, raw.begin());
    rest_ = rest_.subspan(n);
    std::memcpy(&out, raw.data(), sizeof(T));
  }
  uint8_t octet() {
    uint8_t v;
    (*this)(v);
    return v;
  }
  // Mostly small, so that many PDUs pass the checks.
  uint8_t below(unsigned n) {
    const uint8_t v = octet();
    return v >= 0xf8 ? v : static_cast<uint8_t>(v % n);
  }

 private:
  std::span<const uint8_t> rest_;
};

template <class Pdu>
void fill(Input& in, Pdu& pdu) {
  in(pdu.rnti);
  in(pdu.n_id);
  if (in.octet() < 240) pdu.n_id &= 1023;
  pdu.bwp = {static_cast<nr::Scs>(in.octet() % 4), in.octet() > 200, in.below(4), in.below(grid_rb + 1)};
  for (uint8_t n = in.below(5); n > 0; --n) {
    const uint8_t first = in.below(grid_rb);
    pdu.allocation.rbs.emplace_back(first, in.below(8));
  }
  pdu.allocation.start_symbol = in.below(6);
  pdu.allocation.symbols = in.below(15);
  pdu.layers = in.below(5);
  nr::l1::Dmrs& d = pdu.dmrs;
  in(d.symbol_mask);
  d.symbol_mask &= static_cast<uint16_t>(in.octet() | 0x0f00);
  d.type = in.below(3);
  d.length = in.below(3);
  d.cdm_groups_without_data = in.below(4);
  d.ports = in.octet() < 200 ? static_cast<uint16_t>((1u << pdu.layers % 16) - 1) : in.octet();
  in(d.n_id);
  d.n_scid = in.below(2);
  d.reference_rb = in.below(2);
  if (in.octet() > 128) {
    pdu.ptrs = nr::l1::Ptrs{.time_density = in.below(5),
                            .frequency_density = in.below(5),
                            .re_offset = in.below(4),
                            .port = in.below(4),
                            .power_db = 3,
                            .groups = in.below(9),
                            .samples = in.below(5)};
  }
  pdu.code = {.qm = in.below(11),
              .rate_x1024_x10 = static_cast<uint16_t>(in.octet() * 40),
              .rv = in.below(4),
              .tbs_octets = in.octet() * 4u,
              .base_graph = in.below(3),
              .lbrm_tbs_octets = in.octet() * 4u};
}

struct Ends {
  PdschTransmitter pdsch_tx{grid_rb};
  PdschReceiver pdsch_rx{grid_rb, ports};
  PuschTransmitter pusch_tx{grid_rb};
  PuschReceiver pusch_rx{grid_rb, ports};
  HarqBuffer harq{tb_octets * 8};
  Bytes tb = Bytes(tb_octets);
  Grid grid{ports, grid_rb};
};

// Samples of any bits, also infinities and NaNs, over what stands there.
void spoil(Input& in, Grid& grid) {
  for (uint8_t n = in.octet() / 8; n > 0; --n) {
    Cf v;
    in(v);
    const unsigned p = in.octet() % ports, l = in.octet() % 14, k = in.octet() % (12 * grid_rb);
    grid.at(p, l, k) = v;
  }
}

void require(bool holds) {
  if (!holds) __builtin_trap();
}

nr::l1::Bits bits(Input& in, uint16_t n) {
  nr::l1::Bits out{Bytes((n + 7u) / 8), n};
  for (uint8_t& b : out.octets) in(b);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Ends e;
  Input in(data, size);
  const bool uplink = in.octet() & 1;
  const nr::Slot slot(nr::Scs::khz30, in.octet(), in.octet() % 20);
  e.grid.clear();
  e.harq.reset();
  ReceiveOptions options;
  options.equaliser = in.octet() & 1 ? Equaliser::mmse : Equaliser::zero_forcing;
  const auto finite = [&] {
    for (unsigned p = 0; p < ports; ++p) {
      for (unsigned l = 0; l < 14; ++l) {
        for (Cf x : e.grid.row(p, l)) require(std::isfinite(x.real()) && std::isfinite(x.imag()));
      }
    }
  };
  if (uplink) {
    nr::l1::PuschPdu pdu;
    fill(in, pdu);
    pdu.transform_precoding = in.octet() > 150;
    if (in.octet() > 180) pdu.second_hop_rb = in.below(grid_rb);
    pdu.ports = in.below(5);
    pdu.tpmi = in.octet() % 32;
    pdu.low_papr_id = in.octet();
    pdu.low_papr_hopping = in.below(3);
    pdu.uci = {.harq_bits = in.octet(), .sr = 0, .csi1_bits = in.octet(), .csi2_bits = in.octet()};
    if (in.octet() & 1) pdu.uci = {};
    pdu.beta_harq = in.below(21), pdu.beta_csi1 = in.below(19), pdu.beta_csi2 = in.below(19), pdu.alpha = in.below(4);
    const nr::l1_ue::UciSend uci{bits(in, pdu.uci.harq_bits), {}, bits(in, pdu.uci.csi1_bits), bits(in, pdu.uci.csi2_bits)};
    Bytes tb(std::min(pdu.code.tbs_octets, tb_octets));
    in(pdu.handle);
    if (e.pusch_tx.send(pdu, tb, uci, slot, e.grid)) finite();
    spoil(in, e.grid);
    const auto got = e.pusch_rx.receive(pdu, slot, e.grid, options, e.harq, e.tb);
    if (!got) require(!got.error().where.empty() && !got.error().text.empty());
  } else {
    nr::l1::PdschPdu pdu;
    fill(in, pdu);
    for (uint8_t n = in.octet() > 180 ? in.octet() % 40 : 0; n > 0; --n) {
      nr::l1::ReservedRes r;
      in(r);
      pdu.reserved.push_back(r);
    }
    pdu.precoding.ports = in.octet() > 200 ? in.octet() : 0;
    for (Cf& w : pdu.precoding.weights) {
      const float re = static_cast<float>(in.octet()) / 64 - 2;
      w = Cf(re, static_cast<float>(in.octet()) / 64 - 2);
    }
    const Bytes tb(std::min(pdu.code.tbs_octets, tb_octets));
    pdu.tb = tb;
    if (e.pdsch_tx.send(pdu, slot, e.grid)) finite();
    spoil(in, e.grid);
    const auto got = e.pdsch_rx.receive(pdu, slot, e.grid, options, e.harq, e.tb);
    if (!got) require(!got.error().where.empty() && !got.error().text.empty());
  }
  return 0;
}
