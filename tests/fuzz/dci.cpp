// DCI and UCI from the air: arbitrary configurations and payloads. What unpacks must pack to the same bits (reserved bits aside), print,
// and its frequency and time fields must convert without leaving their ranges.
#include "nr/dci.h"

#include <cstdlib>

#include "nr/frequency_allocation.h"
#include "nr/time_allocation.h"
#include "nr/uci.h"

using namespace sen;
using namespace sen::nr;

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
  unsigned upto(unsigned n) { return u8() % (n + 1); }
  bool flag() { return u8() & 1; }
};

template <size_t capacity>
BitString<capacity> bits(Input& in, unsigned n) {
  BitString<capacity> out;
  while (n-- > 0 && out.append(in.u8() & 1, 1)) {
  }
  return out;
}

DciConfig config(Input& in) {
  DciConfig c;
  c.coreset0_rb = static_cast<uint16_t>(in.u8() % 100);
  c.initial_dl_rb = static_cast<uint16_t>(in.u8() * 2);
  c.initial_ul_rb = static_cast<uint16_t>(in.u8() * 2);
  c.active_dl_rb = static_cast<uint16_t>(in.u8() * 2);
  c.active_ul_rb = static_cast<uint16_t>(in.u8() * 2);
  c.active_dl_start = static_cast<uint16_t>(in.u8());
  c.active_ul_start = static_cast<uint16_t>(in.u8());
  c.sul = in.flag();
  c.uss_fallback = in.flag();
  c.uss_dedicated = in.flag();
  auto u8 = [&](unsigned n) { return static_cast<uint8_t>(in.upto(n)); };
  Dci01Config& u = c.dci01;
  u = {in.flag(), c.sul, u8(5),     u8(17),    u8(6),     in.flag(), in.flag(), in.flag(), in.flag(),
       in.flag(), 0,     in.flag(), in.flag(), in.flag(), u8(5),     u8(5),     u8(5),     u8(5)};
  u.subset = static_cast<Dci01Config::Subset>(in.upto(2));
  if (in.flag()) u.dmrs_a = in.flag() ? DmrsType::type1 : DmrsType::type2;
  u.dmrs_a_max_length = u8(3);
  u.report_trigger_size = u8(7);
  u.max_cbg = u8(9);
  u.ptrs = in.flag();
  u.dynamic_beta = in.flag();
  Dci11Config& d = c.dci11;
  d = {in.flag(), u8(5),     u8(17),    u8(6), in.flag(), in.flag(), in.flag(), 0,    in.flag(),
       in.flag(), in.flag(), in.flag(), u8(4), in.flag(), in.flag(), in.flag(), u8(9)};
  d.tci = in.flag();
  d.max_cbg = u8(9);
  d.cbg_flush = in.flag();
  return c;
}

template <class Message, class Widths>
void there_and_back(const Result<Message>& message, const Widths& widths, Result<Message> (*unpack)(const DciBits&, const Widths&)) {
  if (!message) return;
  print(*message);
  auto packed = pack(*message, widths);
  if (!packed) std::abort();
  auto again = unpack(*packed, widths);
  if (!again || !(*again == *message)) std::abort();
}

void use_frequency(uint32_t value, unsigned n_rb) {
  auto range = from_riv(n_rb, value);
  if (range && (range->end() > n_rb || riv(n_rb, *range) != value)) std::abort();
}

void dci(Input& in) {
  auto layouts = dci_layouts(config(in));
  if (!layouts) return;
  const DciLayouts& l = *layouts;
  unsigned sizes[] = {l.css10.size(), l.uss10.size(), l.uss01.size(), l.uss11.size(), in.u8()};
  DciBits payload = bits<max_dci_bits>(in, sizes[in.upto(4)]);
  for (const Dci10Widths* w : {&l.css10, &l.uss10}) {
    there_and_back(unpack_10(payload, *w), *w, unpack_10);
    there_and_back(unpack_10_si(payload, *w), *w, unpack_10_si);
    there_and_back(unpack_10_ra(payload, *w), *w, unpack_10_ra);
    there_and_back(unpack_10_p(payload, *w), *w, unpack_10_p);
    unpack_order(payload, *w);
    if (auto d = unpack_10(payload, *w)) use_frequency(d->frequency, w->frequency_rbs);
  }
  for (const Dci00Widths* w : {&l.css00, &l.uss00}) {
    there_and_back(unpack_00(payload, *w), *w, unpack_00);
    if (auto d = unpack_00(payload, *w)) use_frequency(d->frequency, w->frequency_rbs);
  }
  there_and_back(unpack_01(payload, l.uss01), l.uss01, unpack_01);
  there_and_back(unpack_11(payload, l.uss11), l.uss11, unpack_11);
  preemption_indication(payload, in.u8());
}

void uci(Input& in) {
  CsiConfig c{static_cast<CsiQuantity>(in.upto(5)),
              static_cast<uint8_t>(in.upto(5)),
              static_cast<uint8_t>(in.u8()),
              static_cast<uint8_t>(in.u8()),
              static_cast<uint8_t>(in.upto(3)),
              static_cast<uint8_t>(in.upto(5)),
              in.flag()};
  auto part1 = bits<128>(in, in.flag() ? csi_part1_bits(c) : in.u8());
  auto part2 = bits<128>(in, in.upto(20));
  if (auto csi = unpack_csi(part1, part2, c)) {
    auto packed = pack(*csi, c);
    if (!packed || packed->part1.size() != part1.size()) std::abort();
  }
  unpack_rsrp(part1, c);
  DynamicCodebook codebook(in.flag());
  for (unsigned n = in.u8(); n > 0; --n) codebook.add(in.u8(), in.flag(), in.flag());
  codebook.add_sps(true);
  if (codebook.bits(in.u8()).size() > max_harq_bits) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in{data, size};
  if (in.flag()) {
    uci(in);
    return 0;
  }
  RarGrant grant = unpack_rar_grant(in.u8() << 19 | in.u8() << 11 | in.u8() << 3 | in.u8());
  if (!(unpack_rar_grant(rar_grant_bits(grant)) == grant)) std::abort();
  rar_frequency(grant, 1 + in.u8());
  if (auto sl = from_sliv(in.u8()); sl && sl->start + sl->length > 14) std::abort();
  dci(in);
  return 0;
}
