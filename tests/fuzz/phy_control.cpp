// Control channels with arbitrary configurations and soft bits: chains that encode must decode their own words; whatever is searched for, nothing is read or
// written out of bounds.
#include <cstdlib>

#include "nr/search_space.h"
#include "phy/coding/control.h"
#include "phy/pdcch.h"
#include "phy/ssb.h"

using namespace sen;
using namespace sen::phy;

namespace {

// Takes octets from the front; zeros when there are no more.
struct Input {
  const uint8_t* data;
  size_t size;
  unsigned u8() {
    if (size == 0) return 0;
    --size;
    return *data++;
  }
  unsigned u16() { return u8() | u8() << 8; }
};

void coding(Input in) {
  static ControlEncoder encoder;
  static ControlDecoder decoder(8), single(1);
  const unsigned a = in.u16() % 1800, e_size = in.u16() % 9000, qm = in.u8() % 10;
  const auto rnti = static_cast<uint16_t>(in.u16());
  std::vector<Bit> payload(a), e(e_size), back(a);
  std::vector<Llr> any(e_size), own(e_size);
  for (Bit& b : payload) b = in.u8() & 1;
  for (Llr& x : any) x = static_cast<Llr>(in.size ? in.u8() : a);
  auto soft = [&] {
    Bit last = 0;
    for (size_t i = 0; i < e.size(); ++i) {
      if (e[i] < 2) last = e[i];
      own[i] = last ? Llr{-50} : Llr{50};
    }
  };
  if (encoder.uci(payload, qm, e)) {
    soft();
    const bool enough = a >= 12 || e_size >= (a <= 2 ? 3 * qm : a > 5 ? 32 : 24);
    const ControlResult result = decoder.uci(own, qm, back);
    if (enough && back != payload) std::abort();
    if (a >= 12 && !result.ok) std::abort();
  }
  single.uci(any, qm, back);
  if (e_size >= 108 && encoder.dci(payload, rnti, e)) {
    soft();
    const uint16_t rntis[] = {rnti};
    if (!decoder.dci(own, rntis, back) || back != payload) std::abort();
  }
  const uint16_t rntis[] = {rnti, 0xffff};
  decoder.dci(any, rntis, back);
  if (e_size >= 864) {
    std::array<Bit, 32> bits;
    single.bch(std::span<const Llr, 864>(any.data(), 864), bits);
    pbch_descramble(bits, rnti % 1008, qm & 1 ? 64 : 8, qm % 8);
  }
}

void pdcch(Input in) {
  static PdcchTransmitter transmitter;
  static PdcchReceiver receiver(1, 2);
  nr::l1::PdcchPdu p;
  p.bwp = {static_cast<nr::Scs>(in.u8() % 4), in.u8() % 8 == 0, static_cast<uint16_t>(in.u8() % 64), static_cast<uint16_t>(in.u8())};
  p.coreset.id = static_cast<uint8_t>(in.u8() % 3);
  p.coreset.frequency_groups = in.u16() | static_cast<uint64_t>(in.u16()) << 16 | static_cast<uint64_t>(in.u16()) << 32;
  p.coreset.start_symbol = static_cast<uint8_t>(in.u8() % 16);
  p.coreset.duration = static_cast<uint8_t>(in.u8() % 5);
  p.coreset.interleaved = in.u8() & 1;
  p.coreset.reg_bundle = static_cast<uint8_t>(in.u8() % 8);
  p.coreset.interleaver_rows = static_cast<uint8_t>(in.u8() % 8);
  p.coreset.shift = static_cast<uint16_t>(in.u16());
  p.coreset.wideband_precoder = in.u8() & 1;
  p.first_cce = static_cast<uint16_t>(in.u8());
  p.aggregation_level = static_cast<uint8_t>(1u << in.u8() % 6);
  p.rnti = p.n_rnti = static_cast<uint16_t>(in.u16());
  p.n_id = p.dmrs_n_id = static_cast<uint16_t>(in.u16());
  p.dci.size = static_cast<uint16_t>(in.u8());
  p.dci.octets.resize(in.u8() % 32);
  for (uint8_t& b : p.dci.octets) b = static_cast<uint8_t>(in.u8());
  if (p.dci.size % 8 && p.dci.size / 8u < p.dci.octets.size()) p.dci.octets[p.dci.size / 8] &= static_cast<uint8_t>(0xff00 >> p.dci.size % 8);
  p.dci.octets.resize(std::min<size_t>(p.dci.octets.size(), (p.dci.size + 7) / 8));
  const unsigned n_rb = 1 + in.u8() % 110;
  const nr::Slot slot(p.bwp.scs, in.u16());
  Grid grid(1, n_rb);
  const bool sent = transmitter.send(p, slot, grid).has_value();
  if (!sent) {
    for (unsigned l = 0; l < 14; ++l) {
      for (Cf& v : grid.row(0, l)) v = {static_cast<float>(in.u8()) - 128, static_cast<float>(in.u8())};
    }
  }
  nr::l1_ue::PdcchSearch search{.bwp = p.bwp, .coreset = p.coreset, .n_id = p.n_id, .dmrs_n_id = p.dmrs_n_id, .n_rnti_is_rnti = true};
  search.candidates = {{p.first_cce, p.aggregation_level}};
  search.sizes = {p.dci.size};
  search.rntis = {p.rnti};
  std::vector<nr::l1_ue::RxDci> found;
  const bool searched = receiver.search(search, slot, grid, found).has_value();
  if (sent && (!searched || found.size() != 1 || found[0].payload != p.dci)) std::abort();
}

void ssb(Input in) {
  nr::l1::SsbPdu p;
  p.pci = static_cast<uint16_t>(in.u16() % 1030);
  p.ssb_case = static_cast<uint8_t>(in.u8() % 7);
  const uint8_t l_max[] = {4, 8, 64, 5};
  p.l_max = l_max[in.u8() % 4];
  p.index = static_cast<uint8_t>(in.u8() % 70);
  p.half_frame = in.u8() & 1;
  p.k_ssb = static_cast<uint8_t>(in.u8() % 34);
  p.offset_to_point_a = static_cast<uint16_t>(in.u16());
  p.mib = in.u16() | in.u8() << 16;
  Grid grid(1, 1 + in.u8() % 40);
  const unsigned first = ssb_first_subcarrier(p, static_cast<nr::Scs>(in.u8() % 4), in.u8() & 1).value_or(0) % 256, sfn = in.u16() % 1024;
  const bool sent = send_ssb(p, sfn, first, grid).has_value();
  const auto position = nr::ssb_position(static_cast<nr::SsbCase>(p.ssb_case % 5), p.l_max, p.index);
  SsbMeasurement measurement;
  const unsigned symbol = position ? position->first_symbol : in.u8() % 14;
  const auto found = receive_pbch(grid, symbol, first, p.pci, p.l_max, static_cast<nr::Scs>(p.ssb_case % 4), measurement);
  if (sent && symbol + 4 <= 14 && (!found || found->payload.mib != p.mib || found->ssb_index != p.index)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const Input in{data + 1, size - 1};
  switch (data[0] % 3) {
    case 0: coding(in); break;
    case 1: pdcch(in); break;
    default: ssb(in);
  }
  return 0;
}
