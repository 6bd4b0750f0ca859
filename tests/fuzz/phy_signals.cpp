// Sequences, OFDM, PRACH, SRS and CSI-RS under arbitrary configurations and samples: what is accepted runs, whatever the samples are;
// nothing aborts.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "nr/csi.h"
#include "phy/csi_rs.h"
#include "phy/kernels/complex.h"
#include "phy/kernels/signs.h"
#include "phy/ofdm.h"
#include "phy/prach.h"
#include "phy/sequence/gold.h"
#include "phy/sequence/low_papr.h"
#include "phy/srs.h"

using namespace sen;
using namespace sen::phy;

namespace {

// Takes octets from the front; zeros when there are no more.
struct Input {
  const uint8_t* data;
  size_t size;
  uint8_t u8() {
    if (size == 0) return 0;
    --size;
    return *data++;
  }
  uint16_t u16() { return static_cast<uint16_t>(u8() << 8 | u8()); }
  uint32_t u32() { return uint32_t{u16()} << 16 | u16(); }
  unsigned upto(unsigned n) { return u8() % (n + 1); }
  bool flag() { return u8() & 1; }
  // Any bit pattern: infinities and NaN too.
  float any() {
    const uint32_t bits = u32();
    float f;
    std::memcpy(&f, &bits, 4);
    return f;
  }
  // Small whole numbers, now and then anything.
  Cf sample() {
    const uint8_t kind = u8();
    if (kind == 0xff) return {any(), any()};
    return {static_cast<float>(kind >> 4) - 8, static_cast<float>(kind & 15) - 8};
  }
};

// A few octets stand for many samples.
void fill(Input& in, std::span<Cf> out) {
  Cf pattern[16];
  for (Cf& p : pattern) p = in.sample();
  uint32_t state = in.u32() | 1;
  for (Cf& v : out) {
    state = state * 1664525 + 1013904223;
    v = pattern[state >> 28];
  }
}

void require(bool holds) {
  if (!holds) std::abort();
}

void gold(Input& in) {
  const uint32_t c_init = in.u32(), first = in.u32() % 0x7fffffff;
  Gold jumped(c_init, first), walked(c_init);
  walked.skip(first);
  for (unsigned i = 0; i < 8; ++i) {
    const unsigned n = in.upto(32), skipped = in.u16();
    require(jumped.next(n) == walked.next(n));
    jumped.skip(skipped);
    for (unsigned left = skipped; left > 0; left -= std::min(left, 500u)) walked.skip(std::min(left, 500u));
  }
  const size_t n = in.u16() % 3000;
  std::vector<uint8_t> octets((n + 7) / 8);
  std::vector<Bit> bits(n);
  jumped.fill(octets, n);
  walked.fill_bits(bits);
  for (size_t i = 0; i < n; ++i) require((octets[i / 8] >> (7 - i % 8) & 1) == bits[i]);
}

void low_papr_sequences(Input& in) {
  std::vector<Cf> out(6 * (1 + in.u16() % (max_low_papr / 6)));
  low_papr(in.upto(29), in.upto(1), in.u16() / 1000.0, out);
  for (Cf v : out) require(std::abs(std::abs(v) - 1) < 1e-4f);
  pucch_group_sequence(in.u8(), in.u16(), in.u8(), in.flag());
  pucch_n_cs(in.u16(), in.u8(), in.upto(13));
}

void kernels(Input& in) {
  const size_t n = in.u8();
  std::vector<Cf> a(n), b(n), ours(n), reference(n);
  for (Cf& v : a) v = {static_cast<float>(static_cast<int8_t>(in.u8())), static_cast<float>(static_cast<int8_t>(in.u8()))};
  for (Cf& v : b) v = {static_cast<float>(static_cast<int8_t>(in.u8())), static_cast<float>(static_cast<int8_t>(in.u8()))};
  auto same = [&] {
    for (size_t i = 0; i < n; ++i) require(std::abs(ours[i] - reference[i]) <= 1e-4f * (1 + std::abs(reference[i])));
  };
  phy::scale(a, {2, -3}, ours), phy::reference::scale(a, {2, -3}, reference), same();
  phy::multiply(a, b, {1, 2}, ours), phy::reference::multiply(a, b, {1, 2}, reference), same();
  phy::multiply_conj(a, b, ours), phy::reference::multiply_conj(a, b, reference), same();
  require(std::abs(inner(a, b) - phy::reference::inner(a, b)) <= 1.0f);
  std::vector<uint64_t> words(n / 64 + 1, in.u32() * 0x100000001ull);
  std::vector<float> s(n), r(n);
  signs(words, 1.5f, s), phy::reference::signs(words, 1.5f, r);
  require(s == r);
}

void ofdm(Input& in) {
  OfdmConfig c;
  c.scs = static_cast<nr::Scs>(in.upto(4));
  c.extended_cp = in.flag();
  c.n_rb = in.u8();
  c.dft_size = in.flag() ? 0 : in.flag() ? 128 * in.upto(16) : in.u16();
  c.center_hz = in.flag() ? 1e3 * in.u32() : 0;
  auto made = Ofdm::make(c);
  if (!made || made->dft_size() > 2048) return;
  const unsigned slot = in.upto(nr::slots_per_subframe(c.scs) - 1);
  Grid grid(1, c.n_rb);
  for (unsigned l = 0; l < made->symbols(); ++l) fill(in, grid.row(0, l));
  std::vector<Cf> samples(made->slot_samples(slot));
  made->modulate(grid, 0, slot, in.any(), samples);
  made->demodulate(samples, slot, in.any(), in.u16(), grid, 0);
}

void prach(Input& in) {
  nr::l1::PrachPdu pdu;
  pdu.format = in.u8() % 16;
  pdu.scs = static_cast<nr::Scs>(in.upto(4));
  pdu.start_symbol = in.u8() % 32;
  pdu.occasions = in.u8() % 8;
  pdu.n_fd = in.u8() % 9;
  pdu.first_rb = in.u8();
  pdu.root_sequence = in.u16() % 1000;
  pdu.n_cs = in.u16() % 500;
  pdu.restricted_set = in.u8() % 4;
  PrachCarrier carrier{static_cast<nr::Scs>(in.upto(4)), in.u8(), in.flag() ? 1.92e6 * in.upto(12) : std::abs(in.any())};
  if (carrier.sample_rate_hz > 23.04e6) return;
  auto tx = PrachTransmitter::make(pdu, carrier);
  auto rx = PrachReceiver::make(pdu, carrier, in.upto(3));
  if (!tx || !rx) return;
  const nr::Slot slot(static_cast<nr::Scs>(in.upto(3)), in.u16());
  std::vector<Cf> samples(in.flag() ? static_cast<size_t>(carrier.sample_rate_hz * 4.5e-3) : in.u16());
  fill(in, samples);
  std::vector<nr::l1::RxPreamble> found;
  const std::vector<std::span<const Cf>> ports(1 + in.upto(2), samples);
  if (rx->detect(pdu, slot, ports, found)) {
    for (const auto& p : found) require(p.preamble < 64 && p.occasion < pdu.occasions && p.f_id < pdu.n_fd && std::isfinite(p.ta_ns));
  }
  if (!tx->send(pdu, slot, in.upto(8), in.upto(8), in.upto(70), in.any(), samples)) return;
  std::vector<Cf> y(nr::is_long(static_cast<nr::PrachFormat>(pdu.format)) ? 839 : 139);
  (void)rx->demodulate(pdu, slot, in.upto(7), in.upto(8), samples, y);
}

void srs(Input& in) {
  nr::l1::SrsPdu p;
  p.bwp.scs = static_cast<nr::Scs>(in.upto(3));
  p.bwp.extended_cp = in.flag();
  p.bwp.start = in.u8() % 40;
  p.ports = in.u8() % 5, p.symbols = in.u8() % 5, p.repetitions = in.u8() % 5, p.start_symbol = in.u8() % 16;
  p.c_srs = in.u8() % 66, p.b_srs = in.u8() % 5, p.b_hop = in.u8() % 5, p.comb = in.u8() % 9, p.comb_offset = in.u8() % 9,
  p.cyclic_shift = in.u8() % 13;
  p.freq_position = in.u8() % 70, p.freq_shift = in.u8(), p.sequence_id = in.u16() % 1100, p.hopping = in.u8() % 4;
  p.period_slots = in.u8(), p.offset_slots = in.u8();
  const nr::Slot slot(p.bwp.scs, in.u32());
  Grid grid(1 + in.upto(4), 1 + in.u8());
  for (unsigned l = 0; l < 14; ++l) fill(in, grid.row(in.upto(grid.ports() - 1), l));
  (void)receive_srs(p, slot, grid);
  (void)send_srs(p, slot, grid);
}

nr::l1::CsiRsPdu csi_pdu(Input& in) {
  nr::l1::CsiRsPdu p;
  p.bwp.scs = static_cast<nr::Scs>(in.upto(3));
  p.bwp.extended_cp = in.flag();
  p.bwp.start = in.u8() % 20;
  p.row = in.u8() % 20, p.start_rb = in.u8() % 40, p.rbs = in.u8();
  for (uint8_t& k : p.k) k = in.u8() % 14;
  p.l0 = in.u8() % 16, p.l1 = in.u8() % 16, p.density = in.u8() % 5;
  const auto row = nr::csi_rs_row(p.row);
  p.cdm = row && in.flag() ? static_cast<uint8_t>(row->cdm) : in.u8() % 5;
  p.scrambling_id = in.u16() % 1100;
  p.power_db = in.flag() ? 0 : in.any();
  p.zero_power = in.u8() == 7;
  return p;
}

void csi_rs(Input& in) {
  const nr::l1::CsiRsPdu first = csi_pdu(in);
  nr::l1::CsiRsPdu second = first;
  second.l0 = static_cast<uint8_t>(first.l0 + 4);
  const nr::Slot slot(first.bwp.scs, in.u32());
  Grid grid(1 + in.upto(7), 1 + in.u8());
  (void)send_csi_rs(first, slot, grid);
  for (unsigned l = 0; l < 14; ++l) fill(in, grid.row(in.upto(grid.ports() - 1), l));
  CsiChannel channel(1 + in.u8(), 1 + in.upto(7));
  (void)channel.estimate(first, slot, grid);
  (void)TrsMeter(grid.n_rb(), grid.ports()).measure(first, second, slot, grid);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in{data, size};
  switch (in.upto(6)) {
    case 0: gold(in); break;
    case 1: low_papr_sequences(in); break;
    case 2: kernels(in); break;
    case 3: ofdm(in); break;
    case 4: prach(in); break;
    case 5: srs(in); break;
    default: csi_rs(in); break;
  }
  return 0;
}
