// Linear equalisation across resource elements, one a lane. With A = H^H H + lambda I and z = H^H y: x = A^-1 z, and s = lambda diag(A^-1) is what the
// bias and the noise behind each layer follow from: MMSE: x / (1 - s), variance s / (1 - s); zero forcing (lambda 0): variance noise * diag(A^-1).
// Up to 4 x 4 by 2 x 2 blocks: A = [P Q; Q^H S], M = P^-1 Q, T = S - Q^H M.
#include "phy/kernels/equalise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>

#include "base/ensure.h"
#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/equalise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

#if HWY_TARGET != HWY_SCALAR  // without vectors the reference does everything

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;
constexpr size_t max_lanes = HWY_MAX_BYTES / 4;

struct C {
  V re, im;
};

// Lane 2 i holds the i-th of the first half of the elements, lane 2 i + 1 of the second half: cheap to split and to join again.
HWY_INLINE C load(const Cf* p) {
  const D d;
  const auto* f = reinterpret_cast<const float*>(p);
  const V a = hn::LoadU(d, f), b = hn::LoadU(d, f + hn::Lanes(d));
  return {hn::OddEven(hn::DupEven(b), a), hn::OddEven(b, hn::DupOdd(a))};
}
HWY_INLINE void store(C v, Cf* p) {
  const D d;
  auto* f = reinterpret_cast<float*>(p);
  hn::StoreU(hn::OddEven(hn::DupEven(v.im), v.re), d, f);
  hn::StoreU(hn::OddEven(v.im, hn::DupOdd(v.re)), d, f + hn::Lanes(d));
}
HWY_INLINE void store(V v, float* p) {
  const D d;
  hn::StoreU(hn::ConcatEven(d, hn::DupOdd(v), v), d, p);
}

HWY_INLINE V norm(C a) { return hn::MulAdd(a.re, a.re, hn::Mul(a.im, a.im)); }
HWY_INLINE V add_norm(V sum, C a) { return hn::MulAdd(a.re, a.re, hn::MulAdd(a.im, a.im, sum)); }
HWY_INLINE C times(V s, C a) { return {hn::Mul(s, a.re), hn::Mul(s, a.im)}; }
HWY_INLINE C add_times(C sum, V s, C a) { return {hn::MulAdd(s, a.re, sum.re), hn::MulAdd(s, a.im, sum.im)}; }
HWY_INLINE C add_mul(C sum, C a, C b) {
  return {hn::NegMulAdd(a.im, b.im, hn::MulAdd(a.re, b.re, sum.re)), hn::MulAdd(a.im, b.re, hn::MulAdd(a.re, b.im, sum.im))};
}
HWY_INLINE C sub_mul(C sum, C a, C b) {
  return {hn::MulAdd(a.im, b.im, hn::NegMulAdd(a.re, b.re, sum.re)), hn::NegMulAdd(a.im, b.re, hn::NegMulAdd(a.re, b.im, sum.im))};
}
// conj(a) b
HWY_INLINE C add_conj_mul(C sum, C a, C b) {
  return {hn::MulAdd(a.im, b.im, hn::MulAdd(a.re, b.re, sum.re)), hn::NegMulAdd(a.im, b.re, hn::MulAdd(a.re, b.im, sum.im))};
}
HWY_INLINE C sub_conj_mul(C sum, C a, C b) {
  return {hn::NegMulAdd(a.im, b.im, hn::NegMulAdd(a.re, b.re, sum.re)), hn::MulAdd(a.im, b.re, hn::NegMulAdd(a.re, b.im, sum.im))};
}
HWY_INLINE V sub_conj_mul_real(V sum, C a, C b) { return hn::NegMulAdd(a.im, b.im, hn::NegMulAdd(a.re, b.re, sum)); }

// A Hermitian 2 x 2 matrix [a b; b* d].
struct H2 {
  V a, d;
  C b;
};
HWY_INLINE H2 inverse(const H2& m, M& regular) {
  const D tag;
  const V product = hn::Mul(m.a, m.d);
  const V det = hn::Sub(product, norm(m.b));
  regular = hn::And(regular, hn::Gt(det, hn::Mul(product, hn::Set(tag, equaliser_singular))));
  const V i = hn::Div(hn::Set(tag, 1.0f), det);
  return {hn::Mul(m.d, i), hn::Mul(m.a, i), times(hn::Neg(i), m.b)};
}
HWY_INLINE void apply(const H2& m, C x0, C x1, C& y0, C& y1) {
  y0 = add_mul(times(m.a, x0), m.b, x1);
  y1 = add_conj_mul(times(m.d, x1), m.b, x0);
}
// (p, q) m (p, q)^H
HWY_INLINE V quadratic(C p, C q, const H2& m) {
  const D tag;
  const C pb = add_mul({hn::Zero(tag), hn::Zero(tag)}, p, m.b);
  const V cross = hn::MulAdd(pb.re, q.re, hn::Mul(pb.im, q.im));
  return hn::MulAdd(m.a, norm(p), hn::MulAdd(m.d, norm(q), hn::Add(cross, cross)));
}

// Of L layers: A's diagonal and upper triangle (row by row), z; gives x = A^-1 z and diag(A^-1).
template <int L>
struct System {
  V diagonal[L];
  C upper[L * (L - 1) / 2 + 1];
  C z[L];
};

template <int L>
HWY_INLINE M solve(const System<L>& s, C* x, V* inverse_diagonal) {
  const D tag;
  M regular = hn::Gt(s.diagonal[0], hn::Set(tag, equaliser_no_power * 1e-3f));
  if constexpr (L == 1) {
    const V i = hn::Div(hn::Set(tag, 1.0f), s.diagonal[0]);
    inverse_diagonal[0] = i;
    x[0] = times(i, s.z[0]);
  } else if constexpr (L == 2) {
    const H2 p = inverse({s.diagonal[0], s.diagonal[1], s.upper[0]}, regular);
    inverse_diagonal[0] = p.a;
    inverse_diagonal[1] = p.d;
    apply(p, s.z[0], s.z[1], x[0], x[1]);
  } else if constexpr (L == 3) {  // upper: 01 02 12
    const H2 p = inverse({s.diagonal[0], s.diagonal[1], s.upper[0]}, regular);
    C m0, m1, u0, u1;
    apply(p, s.upper[1], s.upper[2], m0, m1);
    apply(p, s.z[0], s.z[1], u0, u1);
    const V t = sub_conj_mul_real(sub_conj_mul_real(s.diagonal[2], s.upper[1], m0), s.upper[2], m1);
    regular = hn::And(regular, hn::Gt(t, hn::Mul(s.diagonal[2], hn::Set(tag, equaliser_singular))));
    const V i = hn::Div(hn::Set(tag, 1.0f), t);
    inverse_diagonal[0] = hn::MulAdd(i, norm(m0), p.a);
    inverse_diagonal[1] = hn::MulAdd(i, norm(m1), p.d);
    inverse_diagonal[2] = i;
    x[2] = times(i, sub_conj_mul(sub_conj_mul(s.z[2], s.upper[1], u0), s.upper[2], u1));
    x[0] = sub_mul(u0, m0, x[2]);
    x[1] = sub_mul(u1, m1, x[2]);
  } else {  // upper: 01 02 03 12 13 23; Q = [02 03; 12 13]
    const H2 p = inverse({s.diagonal[0], s.diagonal[1], s.upper[0]}, regular);
    C m00, m01, m10, m11, u0, u1;
    apply(p, s.upper[1], s.upper[3], m00, m10);
    apply(p, s.upper[2], s.upper[4], m01, m11);
    apply(p, s.z[0], s.z[1], u0, u1);
    H2 t;
    t.a = sub_conj_mul_real(sub_conj_mul_real(s.diagonal[2], s.upper[1], m00), s.upper[3], m10);
    t.d = sub_conj_mul_real(sub_conj_mul_real(s.diagonal[3], s.upper[2], m01), s.upper[4], m11);
    t.b = sub_conj_mul(sub_conj_mul(s.upper[5], s.upper[1], m01), s.upper[3], m11);
    const V limit = hn::Set(tag, equaliser_singular);
    regular = hn::And(regular, hn::And(hn::Gt(t.a, hn::Mul(s.diagonal[2], limit)), hn::Gt(t.d, hn::Mul(s.diagonal[3], limit))));
    const H2 i = inverse(t, regular);
    inverse_diagonal[0] = hn::Add(p.a, quadratic(m00, m01, i));
    inverse_diagonal[1] = hn::Add(p.d, quadratic(m10, m11, i));
    inverse_diagonal[2] = i.a;
    inverse_diagonal[3] = i.d;
    const C v2 = sub_conj_mul(sub_conj_mul(s.z[2], s.upper[1], u0), s.upper[3], u1);
    const C v3 = sub_conj_mul(sub_conj_mul(s.z[3], s.upper[2], u0), s.upper[4], u1);
    apply(i, v2, v3, x[2], x[3]);
    x[0] = sub_mul(sub_mul(u0, m00, x[2]), m01, x[3]);
    x[1] = sub_mul(sub_mul(u1, m10, x[2]), m11, x[3]);
  }
  return regular;
}

struct Rows {
  const Cf* y[4];
  const Cf* h[16];
  Cf* x[4];
  float* nvar[4];
};

template <int L, int R, Equaliser kind>
HWY_INLINE void block(const Rows& rows, size_t at, float noise) {
  const D d;
  System<L> s;
  for (int l = 0; l < L; ++l) {
    s.diagonal[l] = hn::Zero(d);
    s.z[l] = {hn::Zero(d), hn::Zero(d)};
  }
  for (int i = 0; i < L * (L - 1) / 2; ++i) s.upper[i] = {hn::Zero(d), hn::Zero(d)};
  HWY_UNROLL(4)
  for (int r = 0; r < R; ++r) {
    const C y = load(rows.y[r] + at);
    C h[L];
    for (int l = 0; l < L; ++l) {
      h[l] = load(rows.h[r * L + l] + at);
      s.diagonal[l] = add_norm(s.diagonal[l], h[l]);
      s.z[l] = add_conj_mul(s.z[l], h[l], y);
    }
    for (int l = 0, i = 0; l < L; ++l) {
      for (int m = l + 1; m < L; ++m, ++i) s.upper[i] = add_conj_mul(s.upper[i], h[l], h[m]);
    }
  }
  const V one = hn::Set(d, 1.0f), infinite = hn::Set(d, std::numeric_limits<float>::infinity());
  V lambda = hn::Set(d, noise);
  if constexpr (kind == Equaliser::mmse) {
    V power = s.diagonal[0];
    for (int l = 1; l < L; ++l) power = hn::Add(power, s.diagonal[l]);
    lambda = hn::Max(lambda, hn::MulAdd(power, hn::Set(d, equaliser_noise_floor / L), hn::Set(d, equaliser_no_power)));
    for (int l = 0; l < L; ++l) s.diagonal[l] = hn::Add(s.diagonal[l], lambda);
  }
  C x[L];
  V inverse_diagonal[L];
  const M regular = solve<L>(s, x, inverse_diagonal);
  for (int l = 0; l < L; ++l) {
    V variance = hn::Mul(lambda, inverse_diagonal[l]);
    M good = regular;
    if constexpr (kind == Equaliser::mmse) {
      const V kept = hn::Sub(one, variance);
      good = hn::Gt(kept, hn::Set(d, 1e-6f));
      const V gain = hn::Div(one, kept);
      variance = hn::Mul(variance, gain);
      x[l] = times(gain, x[l]);
    }
    store(C{hn::IfThenElseZero(good, x[l].re), hn::IfThenElseZero(good, x[l].im)}, rows.x[l] + at);
    store(hn::IfThenElse(good, variance, infinite), rows.nvar[l] + at);
  }
}

template <int L, int R, Equaliser kind>
void run(const Rows& rows, float noise, size_t n) {
  const size_t lanes = hn::Lanes(D());
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) block<L, R, kind>(rows, i, noise);
  if (i == n) return;
  // The rest through padded copies.
  alignas(64) Cf in[20][max_lanes] = {}, x[4][max_lanes];
  alignas(64) float nvar[4][max_lanes];
  Rows rest;
  for (int r = 0; r < R; ++r) {
    std::copy(rows.y[r] + i, rows.y[r] + n, in[r]);
    rest.y[r] = in[r];
  }
  for (int k = 0; k < R * L; ++k) {
    std::copy(rows.h[k] + i, rows.h[k] + n, in[4 + k]);
    rest.h[k] = in[4 + k];
  }
  for (int l = 0; l < L; ++l) {
    rest.x[l] = x[l];
    rest.nvar[l] = nvar[l];
  }
  block<L, R, kind>(rest, 0, noise);
  for (int l = 0; l < L; ++l) {
    std::copy_n(x[l], n - i, rows.x[l] + i);
    std::copy_n(nvar[l], n - i, rows.nvar[l] + i);
  }
}

template <Equaliser kind, int L>
void choose_ports(const Rows& rows, unsigned ports, float noise, size_t n) {
  switch (ports) {
    case 1: return run<L, 1, kind>(rows, noise, n);
    case 2: return run<L, 2, kind>(rows, noise, n);
    case 3: return run<L, 3, kind>(rows, noise, n);
    default: return run<L, 4, kind>(rows, noise, n);
  }
}
template <Equaliser kind>
void choose_layers(const Rows& rows, unsigned layers, unsigned ports, float noise, size_t n) {
  switch (layers) {
    case 1: return choose_ports<kind, 1>(rows, ports, noise, n);
    case 2: return choose_ports<kind, 2>(rows, ports, noise, n);
    case 3: return choose_ports<kind, 3>(rows, ports, noise, n);
    default: return choose_ports<kind, 4>(rows, ports, noise, n);
  }
}

#endif

}  // namespace

void equalise_vector([[maybe_unused]] Equaliser kind, [[maybe_unused]] std::span<const Cf* const> y, [[maybe_unused]] std::span<const Cf* const> h,
                     [[maybe_unused]] unsigned layers, [[maybe_unused]] float noise, [[maybe_unused]] size_t n, [[maybe_unused]] std::span<Cf* const> x,
                     [[maybe_unused]] std::span<float* const> nvar) {
#if HWY_TARGET != HWY_SCALAR
  Rows rows;
  std::ranges::copy(y, rows.y);
  std::ranges::copy(h.first(y.size() * layers), rows.h);
  std::ranges::copy(x.first(layers), rows.x);
  std::ranges::copy(nvar.first(layers), rows.nvar);
  const auto ports = static_cast<unsigned>(y.size());
  if (kind == Equaliser::mmse) return choose_layers<Equaliser::mmse>(rows, layers, ports, noise, n);
  choose_layers<Equaliser::zero_forcing>(rows, layers, ports, noise, n);
#endif
}

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(equalise_vector);

void equalise(Equaliser kind, std::span<const Cf* const> y, std::span<const Cf* const> h, unsigned layers, float noise_variance, size_t n,
              std::span<Cf* const> x, std::span<float* const> nvar) {
  ensure(layers >= 1 && layers <= 4 && y.size() >= 1 && y.size() <= 4 && h.size() >= layers * y.size() && x.size() >= layers && nvar.size() >= layers);
  if (scalar()) return reference::equalise(kind, y, h, layers, noise_variance, n, x, nvar);
  HWY_DYNAMIC_DISPATCH(equalise_vector)(kind, y, h, layers, noise_variance, n, x, nvar);
}

namespace {

using Cd = std::complex<double>;
using Matrix = std::array<std::array<Cd, 4>, 4>;

// Gauss-Jordan over the Hermitian A; false when a pivot falls below its part of the diagonal.
bool invert(Matrix a, unsigned n, double singular, Matrix& out) {
  std::array<double, 4> diagonal{};
  for (unsigned i = 0; i < n; ++i) {
    diagonal[i] = a[i][i].real();
    for (unsigned j = 0; j < n; ++j) out[i][j] = i == j ? 1 : 0;
  }
  for (unsigned k = 0; k < n; ++k) {
    if (!(a[k][k].real() > singular * diagonal[k]) || !(diagonal[k] > 1e-15)) return false;
    const Cd pivot = 1.0 / a[k][k];
    for (unsigned j = 0; j < n; ++j) {
      a[k][j] *= pivot;
      out[k][j] *= pivot;
    }
    for (unsigned i = 0; i < n; ++i) {
      if (i == k) continue;
      const Cd f = a[i][k];
      for (unsigned j = 0; j < n; ++j) {
        a[i][j] -= f * a[k][j];
        out[i][j] -= f * out[k][j];
      }
    }
  }
  return true;
}

}  // namespace

void reference::equalise(Equaliser kind, std::span<const Cf* const> y, std::span<const Cf* const> h, unsigned layers, float noise_variance, size_t n,
                         std::span<Cf* const> x, std::span<float* const> nvar) {
  for (size_t i = 0; i < n; ++i) {
    Matrix a{}, inverse{};
    std::array<Cd, 4> z{};
    double power = 0;
    for (unsigned l = 0; l < layers; ++l) {
      for (size_t r = 0; r < y.size(); ++r) {
        const Cd c = std::conj(Cd(h[r * layers + l][i]));
        z[l] += c * Cd(y[r][i]);
        for (unsigned m = 0; m < layers; ++m) a[l][m] += c * Cd(h[r * layers + m][i]);
      }
      power += a[l][l].real();
    }
    double lambda = noise_variance;
    if (kind == Equaliser::mmse) {
      lambda = std::max(lambda, power * equaliser_noise_floor / layers + equaliser_no_power);
      for (unsigned l = 0; l < layers; ++l) a[l][l] += lambda;
    }
    // The MMSE's matrix is never singular.
    const bool regular = invert(a, layers, kind == Equaliser::mmse ? 0 : equaliser_singular, inverse);
    for (unsigned l = 0; l < layers; ++l) {
      Cd value = 0;
      for (unsigned m = 0; m < layers; ++m) value += inverse[l][m] * z[m];
      double variance = lambda * inverse[l][l].real();
      bool good = regular;
      if (kind == Equaliser::mmse) {
        good = good && 1 - variance > 1e-6;
        value /= 1 - variance;
        variance /= 1 - variance;
      }
      x[l][i] = good ? Cf(value) : Cf{};
      nvar[l][i] = good ? static_cast<float>(variance) : std::numeric_limits<float>::infinity();
    }
  }
}

}  // namespace sen::phy
#endif
