#include "phy/detail/prach_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/ensure.h"

namespace sen::phy {
namespace {

using nr::PrachFormat;
using nr::RestrictedSet;
using nr::l1::PrachPdu;

// Table 6.3.3.1-3: the roots u at even logical indices; the one behind each is 839 - u.
constexpr std::array<uint16_t, 419> long_roots{
    129, 140, 120, 210, 168, 84,  105, 93,  70,  60,  2,   1,   56,  112, 148, 80,  42,  40,  35,  73,  146, 31,  28,  30,  27,  29,  24,
    48,  68,  74,  178, 136, 86,  78,  43,  39,  20,  21,  95,  202, 190, 181, 137, 125, 151, 217, 128, 142, 122, 203, 118, 110, 89,  103,
    61,  55,  15,  14,  12,  23,  34,  37,  46,  207, 179, 145, 130, 223, 228, 227, 132, 133, 143, 135, 161, 201, 173, 106, 83,  91,  66,
    53,  10,  9,   7,   8,   16,  47,  64,  57,  104, 101, 108, 208, 184, 197, 191, 121, 141, 149, 216, 218, 152, 144, 134, 138, 199, 162,
    176, 119, 158, 164, 174, 171, 170, 87,  169, 88,  107, 81,  82,  100, 98,  71,  59,  65,  50,  49,  26,  17,  13,  6,   5,   33,  51,
    75,  99,  96,  97,  166, 172, 175, 187, 163, 185, 200, 114, 189, 115, 194, 195, 192, 182, 157, 156, 211, 154, 123, 139, 212, 153, 213,
    215, 150, 225, 224, 221, 220, 127, 147, 124, 193, 205, 206, 116, 160, 186, 167, 79,  85,  77,  92,  58,  62,  69,  54,  36,  32,  25,
    18,  11,  4,   3,   19,  22,  41,  38,  44,  52,  45,  63,  67,  72,  76,  94,  102, 90,  109, 165, 111, 209, 204, 117, 188, 159, 198,
    113, 183, 180, 177, 196, 155, 214, 126, 131, 219, 222, 226, 230, 232, 262, 252, 418, 416, 413, 411, 376, 395, 283, 285, 379, 390, 363,
    384, 388, 386, 361, 387, 360, 310, 354, 328, 315, 337, 349, 335, 324, 323, 320, 334, 359, 295, 385, 292, 291, 381, 399, 380, 397, 369,
    377, 410, 407, 281, 414, 247, 277, 271, 272, 264, 259, 237, 239, 244, 243, 275, 278, 250, 246, 417, 248, 394, 393, 370, 365, 300, 299,
    364, 362, 298, 312, 313, 314, 353, 352, 343, 327, 350, 326, 319, 332, 333, 348, 347, 322, 330, 338, 341, 340, 342, 301, 366, 401, 371,
    408, 375, 249, 269, 238, 234, 257, 273, 255, 254, 245, 251, 412, 372, 282, 403, 396, 392, 391, 382, 389, 294, 297, 311, 344, 345, 318,
    331, 325, 321, 346, 339, 351, 306, 289, 400, 378, 374, 415, 270, 241, 231, 260, 268, 276, 409, 398, 290, 304, 308, 358, 316, 293, 288,
    284, 368, 253, 256, 263, 242, 274, 402, 383, 357, 329, 317, 307, 286, 287, 266, 261, 236, 303, 356, 355, 405, 404, 406, 235, 267, 302,
    309, 265, 233, 367, 296, 336, 305, 373, 280, 279, 419, 240, 258, 229};

unsigned root(unsigned l_ra, unsigned logical) {
  const unsigned u = l_ra == 139 ? logical / 2 + 1 : long_roots[logical / 2];  // table 6.3.3.1-4 goes 1, 138, 2, 137, ...
  return logical % 2 == 0 ? u : l_ra - u;
}

// Table 6.3.3.2-1 and the clause around it: symbols that an occasion lasts (N_dur of the short formats).
unsigned duration(PrachFormat format) {
  constexpr std::array<uint8_t, 14> symbols{0, 0, 0, 0, 2, 4, 6, 2, 12, 2, 6, 2, 4, 6};
  return symbols[static_cast<size_t>(format)];
}

unsigned floor_div(int a, int b) { return a <= 0 ? 0 : static_cast<unsigned>(a / b); }

// The numbers of the restricted sets, named as in 6.3.3.1: n_bar counts the shifts behind the last whole group, d2 and n2, d3 and n3 are
// the double- and triple-barred ones of set B.
struct Restricted {
  int n_shift = 0, d_start = 1, n_group = 0, n_bar = 0;
  int d2 = 0, n2 = 0, d3 = 0, n3 = 0;
};

std::optional<Restricted> restricted_a(int l, int d, int n_cs) {
  Restricted r;
  if (d >= n_cs && 3 * d < l) {
    r.n_shift = d / n_cs;
    r.d_start = 2 * d + r.n_shift * n_cs;
    r.n_group = l / r.d_start;
    r.n_bar = static_cast<int>(floor_div(l - 2 * d - r.n_group * r.d_start, n_cs));
    return r;
  }
  if (3 * d >= l && 2 * d <= l - n_cs) {
    r.n_shift = (l - 2 * d) / n_cs;
    r.d_start = l - 2 * d + r.n_shift * n_cs;
    r.n_group = d / r.d_start;
    r.n_bar = std::min(static_cast<int>(floor_div(d - r.n_group * r.d_start, n_cs)), r.n_shift);
    return r;
  }
  return std::nullopt;
}

std::optional<Restricted> restricted_b(int l, int d, int n_cs) {
  Restricted r;
  auto floor_of = [n_cs](int a) { return static_cast<int>(floor_div(a, n_cs)); };
  if (d >= n_cs && 5 * d < l) {
    r.n_shift = d / n_cs;
    r.d_start = 4 * d + r.n_shift * n_cs;
    r.n_group = l / r.d_start;
    r.n_bar = floor_of(l - 4 * d - r.n_group * r.d_start);
  } else if (5 * d >= l && 4 * d <= l - n_cs) {
    r.n_shift = (l - 4 * d) / n_cs;
    r.d_start = l - 4 * d + r.n_shift * n_cs;
    r.n_group = d / r.d_start;
    r.n_bar = std::min(floor_of(d - r.n_group * r.d_start), r.n_shift);
  } else if (4 * d >= l + n_cs && 7 * d < 2 * l) {
    r.n_shift = (4 * d - l) / n_cs;
    r.d_start = 4 * d - l + r.n_shift * n_cs;
    r.n_group = d / r.d_start;
    r.n_bar = floor_of(l - 3 * d - r.n_group * r.d_start);
    const int rest = d - r.n_group * r.d_start, gap = 4 * d - l - r.n_bar * n_cs;
    r.n2 = floor_of(std::min(rest, gap));
    r.n3 = floor_of(r.n_bar == 0 ? rest : gap) - r.n2;
    r.d2 = l - 3 * d + r.n_group * r.d_start + r.n_bar * n_cs;
    r.d3 = l - 2 * d + r.n_group * r.d_start + r.n2 * n_cs;
  } else if (7 * d >= 2 * l && 3 * d <= l - n_cs) {
    r.n_shift = (l - 3 * d) / n_cs;
    r.d_start = l - 3 * d + r.n_shift * n_cs;
    r.n_group = d / r.d_start;
    r.n_bar = floor_of(4 * d - l - r.n_group * r.d_start);
    r.n2 = floor_of(std::min(d - r.n_group * r.d_start, l - 3 * d - r.n_bar * n_cs));
    r.d2 = d + r.n_group * r.d_start + r.n_bar * n_cs;
  } else if (3 * d >= l + n_cs && 5 * d < 2 * l) {
    r.n_shift = (3 * d - l) / n_cs;
    r.d_start = 3 * d - l + r.n_shift * n_cs;
    r.n_group = d / r.d_start;
    r.n_bar = floor_of(l - 2 * d - r.n_group * r.d_start);
  } else if (5 * d >= 2 * l && 2 * d <= l - n_cs) {
    r.n_shift = (l - 2 * d) / n_cs;
    r.d_start = 2 * (l - 2 * d) + r.n_shift * n_cs;
    r.n_group = (l - d) / r.d_start;
    r.n_bar = floor_of(3 * d - l - r.n_group * r.d_start);
  } else {
    return std::nullopt;
  }
  return r;
}

unsigned inverse(unsigned u, unsigned l_ra) {
  unsigned q = 1;
  while (q * u % l_ra != 1) ++q;
  return q;
}

// exp(j 2 pi turns / l_ra)
template <unsigned l_ra>
const std::array<std::complex<double>, l_ra>& circle() {
  static const std::array<std::complex<double>, l_ra> points = [] {
    std::array<std::complex<double>, l_ra> out;
    for (unsigned i = 0; i < l_ra; ++i) out[i] = std::polar(1.0, 2 * std::numbers::pi * i / l_ra);
    return out;
  }();
  return points;
}
std::complex<double> root_of_unity(uint64_t turns, unsigned l_ra) {
  return l_ra == 139 ? circle<139>()[turns % 139] : circle<839>()[turns % 839];
}

Status check_sequences(const PrachPdu& pdu) {
  if (pdu.format > static_cast<uint8_t>(PrachFormat::a3_b3))
    return fail(Fault::invalid, "format", "{} is not allowed (0 to 13; TS 38.211 tables 6.3.3.1-1 and -2)", pdu.format);
  const bool is_long = nr::is_long(static_cast<PrachFormat>(pdu.format));
  const unsigned l_ra = is_long ? 839 : 139;
  if (pdu.root_sequence >= l_ra - 1) {
    return fail(Fault::invalid, "root_sequence", "{} is not allowed with L_RA {} (0 to {}; TS 38.211 tables 6.3.3.1-3 and -4)",
                pdu.root_sequence, l_ra, l_ra - 2);
  }
  if (pdu.restricted_set > 2 || (pdu.restricted_set != 0 && !is_long))
    return fail(Fault::invalid, "restricted_set", "{} is not allowed with format {} (0; long formats 0 to 2; TS 38.211 6.3.3.1)",
                pdu.restricted_set, pdu.format);
  if (pdu.n_cs > l_ra / 2 || (pdu.n_cs == 0 && pdu.restricted_set != 0))
    return fail(Fault::invalid, "n_cs", "{} is not allowed ({} to {}; TS 38.211 tables 6.3.3.1-5 to -7)", pdu.n_cs,
                pdu.restricted_set ? 1 : 0, l_ra / 2);
  return {};
}

// Start of symbol l of the subframe, in kappa (TS 38.211 5.3.1, normal CP).
unsigned symbol_start_kappa(unsigned l, nr::Scs scs) {
  const unsigned half = 7u << nr::mu(scs);
  return l * ((2048u + 144u) >> nr::mu(scs)) + (l + half - 1) / half * 16;
}

}  // namespace

CyclicShifts cyclic_shifts(unsigned l_ra, unsigned u, unsigned n_cs, RestrictedSet set) {
  CyclicShifts out;
  const unsigned q = inverse(u, l_ra);
  out.d_u = std::min(q, l_ra - q);
  auto add = [&](int shift) {
    if (out.n < out.c_v.size()) out.c_v[out.n++] = static_cast<uint16_t>(shift);
  };
  if (set == RestrictedSet::none) {
    for (unsigned v = 0; v < (n_cs == 0 ? 1 : l_ra / n_cs); ++v) add(static_cast<int>(v * n_cs));
    return out;
  }
  const int l = static_cast<int>(l_ra), d = static_cast<int>(out.d_u), n = static_cast<int>(n_cs);
  auto r = set == RestrictedSet::type_a ? restricted_a(l, d, n) : restricted_b(l, d, n);
  if (!r) return out;
  const int w = r->n_shift * r->n_group + r->n_bar;
  for (int v = 0; v < w; ++v) add(r->d_start * (v / r->n_shift) + v % r->n_shift * n);
  for (int v = 0; v < r->n2; ++v) add(r->d2 + v * n);
  for (int v = 0; v < r->n3; ++v) add(r->d3 + v * n);
  return out;
}

Result<PreambleSet> preamble_set(const PrachPdu& pdu) {
  SEN_TRY(check_sequences(pdu));
  const unsigned l_ra = nr::is_long(static_cast<PrachFormat>(pdu.format)) ? 839 : 139;
  PreambleSet set;
  size_t n = 0;
  uint16_t roots = 0;
  for (unsigned i = 0; i < l_ra - 1 && n < set.size(); ++i) {
    const unsigned logical = (pdu.root_sequence + i) % (l_ra - 1), u = root(l_ra, logical);
    const CyclicShifts shifts = cyclic_shifts(l_ra, u, pdu.n_cs, static_cast<RestrictedSet>(pdu.restricted_set));
    for (unsigned v = 0; v < shifts.n && n < set.size(); ++v) {
      set[n++] = {roots, static_cast<uint16_t>(logical), static_cast<uint16_t>(u), shifts.c_v[v], static_cast<uint16_t>(shifts.d_u)};
    }
    if (shifts.n > 0) ++roots;
  }
  if (n < set.size()) return fail(Fault::invalid, "n_cs", "{} leaves only {} preambles of 64 (TS 38.211 6.3.3.1)", pdu.n_cs, n);
  return set;
}

// With a = u^-1 k: exp(-j 2 pi k m / L) = x_u(m + a) / (x_u(m) x_u(a)), so that y_u(k) = conj(x_u(a)) y_u(0).
void root_spectrum(unsigned u, std::span<Cf> y) {
  const auto l = static_cast<unsigned>(y.size());
  const uint64_t inverse_u = inverse(u, l);
  auto turns = [&](uint64_t a) { return u * (a * (a + 1) / 2 % l) % l; };  // conj(x_u(a)) = exp(j 2 pi turns / l)
  std::complex<double> y_0 = 0;
  for (unsigned m = 0; m < l; ++m) y_0 += std::conj(root_of_unity(turns(m), l));
  y_0 /= std::sqrt(l);
  for (unsigned k = 0; k < l; ++k) y[k] = Cf(y_0 * root_of_unity(turns(inverse_u * k % l), l));
}

Result<PreambleSequence> preamble_sequence(const PrachPdu& pdu, unsigned preamble, std::span<Cf> y) {
  SEN_ASSIGN(PreambleSet set, preamble_set(pdu));
  if (preamble >= set.size()) return fail(Fault::invalid, "preamble", "{} is not allowed (0 to 63; TS 38.211 6.3.3.1)", preamble);
  const unsigned l = nr::is_long(static_cast<PrachFormat>(pdu.format)) ? 839 : 139;
  if (y.size() != l) return fail(Fault::invalid, "y", "{} values are not L_RA {} (TS 38.211 6.3.3.1)", y.size(), l);
  const Preamble& p = set[preamble];
  root_spectrum(p.u, y);
  const auto size = static_cast<float>(std::sqrt(l));
  for (unsigned n = 0; n < l; ++n) y[n] *= Cf(root_of_unity(uint64_t{n} * p.shift, l)) * size;
  return PreambleSequence{p.logical, p.u, p.shift};
}

Result<PrachPlan> PrachPlan::make(const PrachPdu& pdu, const PrachCarrier& carrier) {
  SEN_TRY(check_sequences(pdu));
  PrachPlan plan;
  plan.made_for_ = pdu;
  plan.format = static_cast<PrachFormat>(pdu.format);
  const bool is_long = nr::is_long(plan.format);
  if (!is_long && pdu.scs > nr::Scs::khz120)
    return fail(Fault::invalid, "scs", "{} kHz is not allowed (15 to 120; TS 38.211 table 6.3.3.1-2)", nr::khz(pdu.scs));
  auto width = nr::prach_width(plan.format, pdu.scs, carrier.pusch_scs);
  if (!width) {
    return fail(Fault::invalid, "pusch_scs", "{} kHz does not go with format {} at {} kHz (TS 38.211 table 6.3.3.2-1)",
                nr::khz(carrier.pusch_scs), nr::to_string(plan.format), nr::khz(pdu.scs));
  }
  if (!std::has_single_bit(pdu.n_fd) || pdu.n_fd > 8)
    return fail(Fault::invalid, "n_fd", "{} is not allowed (1, 2, 4, 8; TS 38.331 msg1-FDM)", pdu.n_fd);
  if (carrier.n_rb > 275 || pdu.first_rb + unsigned{pdu.n_fd} * width->n_rb > carrier.n_rb) {
    return fail(Fault::invalid, "first_rb", "{} with {} occasions of {} RBs does not fit {} (at most 275; TS 38.211 5.3.2)", pdu.first_rb,
                pdu.n_fd, width->n_rb, carrier.n_rb);
  }
  const nr::PreambleFormat shape = nr::preamble_format(plan.format, pdu.scs);
  plan.scs = is_long ? nr::Scs::khz15 : pdu.scs;
  plan.pusch_scs = carrier.pusch_scs;
  plan.l_ra = shape.l_ra;
  plan.scs_hz = shape.scs_hz;
  plan.repetitions = shape.repetitions;
  // 16 kappa and the CPs have to be whole samples: multiples of 1.92 MHz do (short formats: of 1.92 MHz * 2^mu).
  const double unit = 1.92e6 * (1u << nr::mu(plan.scs));
  const double wanted = 12000.0 * nr::khz(carrier.pusch_scs) * carrier.n_rb;
  if (!(carrier.sample_rate_hz >= wanted && carrier.sample_rate_hz <= 1e9) || std::fmod(carrier.sample_rate_hz, unit) != 0) {
    return fail(Fault::invalid, "sample_rate_hz", "{} is not allowed ({} to 1e9, a multiple of {}; TS 38.211 5.3.2)",
                carrier.sample_rate_hz, wanted, unit);
  }
  plan.rate = static_cast<uint32_t>(carrier.sample_rate_hz);
  plan.dft = plan.rate / plan.scs_hz;
  plan.cp_seconds = shape.n_cp_kappa / 30.72e6;
  // 5.3.2: K k_1 + k-bar; DC is the carrier's middle, subcarrier 6 n_rb.
  const int k = static_cast<int>(1000 * nr::khz(carrier.pusch_scs) / plan.scs_hz),
            narrow = static_cast<int>(plan.scs_hz / (1000 * nr::khz(carrier.pusch_scs)));
  auto tones = [&](int subcarriers) { return k > 0 ? subcarriers * k : subcarriers / narrow; };
  plan.first_tone = tones(12 * pdu.first_rb - 6 * static_cast<int>(carrier.n_rb)) + width->k_bar;
  plan.tones_per_occasion = tones(12 * width->n_rb);
  return plan;
}

Status PrachPlan::accepts(const PrachPdu& pdu, nr::Slot slot) const {
  const PrachPdu& m = made_for_;
  if (pdu.format != m.format || pdu.scs != m.scs || pdu.n_fd != m.n_fd || pdu.first_rb != m.first_rb ||
      pdu.root_sequence != m.root_sequence || pdu.n_cs != m.n_cs || pdu.restricted_set != m.restricted_set) {
    return fail(Fault::invalid, "PrachPdu",
                "differs from the one that this object was made for (format, scs, n_fd, first_rb, root_sequence, n_cs, set)");
  }
  if (slot.scs() != pusch_scs)
    return fail(Fault::invalid, "slot", "of {} kHz is not one of the uplink's {} kHz (TS 38.211 4.3.2)", nr::khz(slot.scs()),
                nr::khz(pusch_scs));
  const unsigned most = nr::is_long(format) ? 1 : 7;
  if (pdu.occasions < 1 || pdu.occasions > most)
    return fail(Fault::invalid, "occasions", "{} are not allowed with format {} (1 to {}; TS 38.211 6.3.3.2)", pdu.occasions,
                nr::to_string(format), most);
  const unsigned slots = nr::mu(scs) > nr::mu(pusch_scs) ? 1u << (nr::mu(scs) - nr::mu(pusch_scs)) : 1;
  if (pdu.start_symbol + pdu.occasions * duration(format) > slots * nr::symbols_per_slot) {
    return fail(Fault::invalid, "start_symbol", "{} with {} occasions of {} symbols leaves the slot (TS 38.211 6.3.3.2)", pdu.start_symbol,
                pdu.occasions, duration(format));
  }
  if (!nr::is_long(format) &&
      start_kappa(slot, pdu.start_symbol) < symbol_start_kappa(slot.in_subframe() * nr::symbols_per_slot, pusch_scs))
    return fail(Fault::invalid, "start_symbol", "{} lies before the uplink slot {} (TS 38.211 5.3.2)", pdu.start_symbol, slot.text());
  return {};
}

// Start of a short preamble's symbol in the subframe: the slot of its numerology that the uplink slot lies in or begins with.
unsigned PrachPlan::start_kappa(nr::Slot slot, unsigned symbol) const {
  const unsigned ra_slot = (slot.in_subframe() << nr::mu(scs)) >> nr::mu(pusch_scs);
  return symbol_start_kappa(ra_slot * nr::symbols_per_slot + symbol, scs);
}

unsigned PrachPlan::start_symbol(const PrachPdu& pdu, unsigned occasion) const { return pdu.start_symbol + occasion * duration(format); }

PrachTiming PrachPlan::timing(const PrachPdu& pdu, nr::Slot slot, unsigned occasion) const {
  const bool last = occasion + 1 == pdu.occasions;
  const nr::PreambleFormat shape = nr::preamble_format(format, pdu.scs, last);
  const unsigned symbol = start_symbol(pdu, occasion);
  const unsigned n_u = shape.n_u_kappa;
  unsigned n_cp = shape.n_cp_kappa, start = symbol_start_kappa(symbol, scs);
  if (!nr::is_long(format)) {
    start = start_kappa(slot, symbol);
    // 16 kappa more for 0 and 0.5 ms of the subframe (15360 kappa) inside the preamble.
    const bool over_half = start <= 15360 && start + n_cp + n_u > 15360;
    n_cp += 16 * ((start == 0 ? 1 : 0) + (over_half ? 1 : 0));
    start -= symbol_start_kappa(slot.in_subframe() * nr::symbols_per_slot, pusch_scs);
  }
  auto samples = [&](unsigned kappa) { return static_cast<size_t>(uint64_t{kappa} * rate / 30720000); };
  return {samples(start), samples(n_cp), dft, shape.repetitions};
}

unsigned PrachPlan::first_bin(unsigned f_id) const {
  const int tone = first_tone + static_cast<int>(f_id) * tones_per_occasion;
  return static_cast<unsigned>(tone < 0 ? tone + static_cast<int>(dft) : tone);
}

Result<PrachTiming> prach_timing(const PrachPdu& pdu, const PrachCarrier& carrier, nr::Slot slot, unsigned occasion) {
  SEN_ASSIGN(PrachPlan plan, PrachPlan::make(pdu, carrier));
  SEN_TRY(plan.accepts(pdu, slot));
  if (occasion >= pdu.occasions) return fail(Fault::invalid, "occasion", "{} is not one of {}", occasion, pdu.occasions);
  return plan.timing(pdu, slot, occasion);
}

}  // namespace sen::phy
