#include "phy/kernels/layers.h"

#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/layers.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR  // no neighbouring lanes: never chosen

void split_layers_vector(std::span<const Cf> symbols, unsigned layers, std::span<Cf* const> rows) {
  reference::split_layers(symbols, layers, rows);
}
void merge_layers_vector(std::span<const Cf* const> x, std::span<const float* const> nvar, size_t n, std::span<Cf> symbols,
                         std::span<float> variances) {
  reference::merge_layers(x, nvar, n, symbols, variances);
}
void precode_vector(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out) {
  reference::precode(rows, weights, out);
}
void comb_vector(std::span<const Cf> values, Cf even, Cf odd, bool add, std::span<Cf> out) { reference::comb(values, even, odd, add, out); }

#else

// A complex value moves as one 64-bit lane.
const uint64_t* lanes(const Cf* p) { return reinterpret_cast<const uint64_t*>(p); }
uint64_t* lanes(Cf* p) { return reinterpret_cast<uint64_t*>(p); }

void split_layers_vector(std::span<const Cf> symbols, unsigned layers, std::span<Cf* const> rows) {
  const hn::ScalableTag<uint64_t> d;
  using V = hn::Vec<decltype(d)>;
  const size_t n = symbols.size() / layers, step = hn::Lanes(d);
  size_t i = 0;
  V a, b, c, e;
  if (layers == 2) {
    for (; i + step <= n; i += step) {
      hn::LoadInterleaved2(d, lanes(symbols.data() + 2 * i), a, b);
      hn::StoreU(a, d, lanes(rows[0] + i));
      hn::StoreU(b, d, lanes(rows[1] + i));
    }
  } else if (layers == 3) {
    for (; i + step <= n; i += step) {
      hn::LoadInterleaved3(d, lanes(symbols.data() + 3 * i), a, b, c);
      hn::StoreU(a, d, lanes(rows[0] + i));
      hn::StoreU(b, d, lanes(rows[1] + i));
      hn::StoreU(c, d, lanes(rows[2] + i));
    }
  } else if (layers == 4) {
    for (; i + step <= n; i += step) {
      hn::LoadInterleaved4(d, lanes(symbols.data() + 4 * i), a, b, c, e);
      hn::StoreU(a, d, lanes(rows[0] + i));
      hn::StoreU(b, d, lanes(rows[1] + i));
      hn::StoreU(c, d, lanes(rows[2] + i));
      hn::StoreU(e, d, lanes(rows[3] + i));
    }
  }
  for (; i < n; ++i) {
    for (unsigned v = 0; v < layers; ++v) rows[v][i] = symbols[i * layers + v];
  }
}

template <class D, class T>
size_t interleave(D d, const T* const* rows, size_t layers, size_t n, T* out) {
  const size_t step = hn::Lanes(d);
  size_t i = 0;
  if (layers == 2) {
    for (; i + step <= n; i += step) hn::StoreInterleaved2(hn::LoadU(d, rows[0] + i), hn::LoadU(d, rows[1] + i), d, out + 2 * i);
  } else if (layers == 3) {
    for (; i + step <= n; i += step) {
      hn::StoreInterleaved3(hn::LoadU(d, rows[0] + i), hn::LoadU(d, rows[1] + i), hn::LoadU(d, rows[2] + i), d, out + 3 * i);
    }
  } else if (layers == 4) {
    for (; i + step <= n; i += step) {
      hn::StoreInterleaved4(hn::LoadU(d, rows[0] + i), hn::LoadU(d, rows[1] + i), hn::LoadU(d, rows[2] + i), hn::LoadU(d, rows[3] + i), d,
                            out + 4 * i);
    }
  }
  return i;
}

void merge_layers_vector(std::span<const Cf* const> x, std::span<const float* const> nvar, size_t n, std::span<Cf> symbols,
                         std::span<float> variances) {
  const size_t layers = x.size();
  const uint64_t* rows[4];
  const float* variance[4];
  for (size_t v = 0; v < layers; ++v) rows[v] = lanes(x[v]), variance[v] = nvar[v];
  size_t i = interleave(hn::ScalableTag<uint64_t>(), rows, layers, n, lanes(symbols.data()));
  for (; i < n; ++i) {
    for (size_t v = 0; v < layers; ++v) symbols[i * layers + v] = x[v][i];
  }
  i = interleave(hn::ScalableTag<float>(), variance, layers, n, variances.data());
  for (; i < n; ++i) {
    for (size_t v = 0; v < layers; ++v) variances[i * layers + v] = nvar[v][i];
  }
}

void precode_vector(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out) {
  // Interleaved real and imaginary parts: w x = re(w) x + im(w) (-im(x), re(x)).
  const hn::ScalableTag<float> d;
  const size_t step = hn::Lanes(d) / 2, n = out.size();
  const auto minus_plus = hn::OddEven(hn::Set(d, 1.0F), hn::Set(d, -1.0F));
  size_t i = 0;
  for (; i + step <= n; i += step) {
    float* at = reinterpret_cast<float*>(out.data() + i);
    auto sum = hn::LoadU(d, at);
    for (size_t v = 0; v < rows.size(); ++v) {
      const auto x = hn::LoadU(d, reinterpret_cast<const float*>(rows[v] + i));
      const auto turned = hn::Mul(hn::Reverse2(d, x), minus_plus);
      sum = hn::MulAdd(x, hn::Set(d, weights[v].real()), sum);
      sum = hn::MulAdd(turned, hn::Set(d, weights[v].imag()), sum);
    }
    hn::StoreU(sum, d, at);
  }
  for (; i < n; ++i) {
    for (size_t v = 0; v < rows.size(); ++v) {
      const Cf w = weights[v], x = rows[v][i];
      out[i] += Cf{w.real() * x.real() - w.imag() * x.imag(), w.real() * x.imag() + w.imag() * x.real()};
    }
  }
}

void comb_vector(std::span<const Cf> values, Cf even, Cf odd, bool add, std::span<Cf> out) {
  const hn::ScalableTag<float> d;
  const hn::RebindToUnsigned<hn::Repartition<double, decltype(d)> > pairs;
  const size_t step = hn::Lanes(pairs);
  alignas(64) float re_table[HWY_MAX_BYTES / 4], im_table[HWY_MAX_BYTES / 4];
  for (size_t i = 0; i < hn::Lanes(d); ++i) {
    const Cf w = i / 2 % 2 ? odd : even;
    re_table[i] = w.real();
    im_table[i] = i % 2 ? w.imag() : -w.imag();
  }
  const auto re = hn::Load(d, re_table), im = hn::Load(d, im_table);
  size_t i = 0;
  for (; i + step <= values.size() && 2 * (i + step) <= out.size(); i += step) {
    const auto x = hn::LoadU(d, reinterpret_cast<const float*>(values.data() + i));
    auto v = hn::MulAdd(x, re, hn::Mul(hn::Reverse2(d, x), im));
    hn::Vec<decltype(pairs)> there, between;
    hn::LoadInterleaved2(pairs, lanes(out.data() + 2 * i), there, between);
    if (add) v = hn::Add(v, hn::BitCast(d, there));
    hn::StoreInterleaved2(hn::BitCast(pairs, v), between, pairs, lanes(out.data() + 2 * i));
  }
  if (i < values.size()) reference::comb(values.subspan(i), even, odd, add, out.subspan(2 * i));
}

#endif

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(split_layers_vector);
HWY_EXPORT(merge_layers_vector);
HWY_EXPORT(precode_vector);
HWY_EXPORT(comb_vector);

void split_layers(std::span<const Cf> symbols, unsigned layers, std::span<Cf* const> rows) {
  if (scalar()) return reference::split_layers(symbols, layers, rows);
  HWY_DYNAMIC_DISPATCH(split_layers_vector)(symbols, layers, rows);
}

void merge_layers(std::span<const Cf* const> x, std::span<const float* const> nvar, size_t n, std::span<Cf> symbols,
                  std::span<float> variances) {
  if (scalar()) return reference::merge_layers(x, nvar, n, symbols, variances);
  HWY_DYNAMIC_DISPATCH(merge_layers_vector)(x, nvar, n, symbols, variances);
}

void precode(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out) {
  if (scalar()) return reference::precode(rows, weights, out);
  HWY_DYNAMIC_DISPATCH(precode_vector)(rows, weights, out);
}

void comb(std::span<const Cf> values, Cf even, Cf odd, bool add, std::span<Cf> out) {
  if (scalar()) return reference::comb(values, even, odd, add, out);
  HWY_DYNAMIC_DISPATCH(comb_vector)(values, even, odd, add, out);
}

void reference::split_layers(std::span<const Cf> symbols, unsigned layers, std::span<Cf* const> rows) {
  for (size_t i = 0; i < symbols.size(); ++i) rows[i % layers][i / layers] = symbols[i];
}

void reference::merge_layers(std::span<const Cf* const> x, std::span<const float* const> nvar, size_t n, std::span<Cf> symbols,
                             std::span<float> variances) {
  for (size_t i = 0; i < n; ++i) {
    for (size_t v = 0; v < x.size(); ++v) {
      symbols[i * x.size() + v] = x[v][i];
      variances[i * x.size() + v] = nvar[v][i];
    }
  }
}

void reference::precode(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out) {
  for (size_t i = 0; i < out.size(); ++i) {
    for (size_t v = 0; v < rows.size(); ++v) {
      const Cf w = weights[v], x = rows[v][i];
      out[i] += Cf{w.real() * x.real() - w.imag() * x.imag(), w.real() * x.imag() + w.imag() * x.real()};
    }
  }
}

void reference::comb(std::span<const Cf> values, Cf even, Cf odd, bool add, std::span<Cf> out) {
  for (size_t i = 0; i < values.size(); ++i) {
    const Cf w = i % 2 ? odd : even, x = values[i];
    const Cf v{w.real() * x.real() - w.imag() * x.imag(), w.real() * x.imag() + w.imag() * x.real()};
    out[2 * i] = add ? out[2 * i] + v : v;
  }
}

}  // namespace sen::phy
#endif
