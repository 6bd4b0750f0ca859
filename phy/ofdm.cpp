#include "phy/ofdm.h"

#include <cmath>
#include <numbers>
#include <vector>

#include "base/ensure.h"
#include "phy/kernels/complex.h"
#include "phy/kernels/dft.h"

namespace sen::phy {
namespace {

constexpr unsigned max_dft = 8192;

bool smooth(unsigned n) {
  for (unsigned p : {2u, 3u, 5u}) {
    while (n % p == 0) n /= p;
  }
  return n == 1;
}

unsigned usual_size(unsigned subcarriers) {
  for (unsigned n = 128;; n *= 2) {
    if (n >= subcarriers) return n;
    if (n >= 256 && n / 2 * 3 >= subcarriers) return n / 2 * 3;
  }
}

Cf turn(double cycles) {
  const double angle = 2 * std::numbers::pi * (cycles - std::floor(cycles));
  return {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
}

Status check(const OfdmConfig& c, unsigned size) {
  if (c.scs > nr::Scs::khz120)
    return fail(Fault::invalid, "scs", "{} kHz is not allowed (15 to 120; TS 38.211 table 4.2-1)", nr::khz(c.scs));
  if (c.extended_cp && c.scs != nr::Scs::khz60)
    return fail(Fault::invalid, "extended_cp", "does not go with {} kHz (60 only; TS 38.211 table 4.2-1)", nr::khz(c.scs));
  if (c.n_rb < 1 || c.n_rb > Grid::max_rb)
    return fail(Fault::invalid, "n_rb", "{} is not allowed (1 to {}; TS 38.211 4.4.2)", c.n_rb, Grid::max_rb);
  if (size < 12 * c.n_rb || size > max_dft || size % 128 != 0 || !smooth(size)) {
    return fail(Fault::invalid, "dft_size",
                "{} is not allowed ({} to {}, a multiple of 128 without prime factors above 5; TS 38.211 5.3.1)", size, 12 * c.n_rb,
                max_dft);
  }
  return {};
}

}  // namespace

struct Ofdm::Impl {
  struct Symbol {
    unsigned start = 0, cp = 0;  // from the slot's start
    Cf phase;                    // exp(-j 2 pi f_0 t_l)
  };

  OfdmConfig config;
  unsigned n = 0, half = 0, symbols = 14, shortest_cp = 0;
  std::vector<Symbol> symbol;          // of a subframe
  std::vector<unsigned> slot_samples;  // of its slots
  Dft forward, backward;
  Aligned<Cf> frequency, time;  // `frequency` keeps zeros in the guard bands
  Aligned<Cf> received;
  Aligned<Cf> ramp;
  unsigned ramp_advance = 0;

  explicit Impl(const OfdmConfig& c)
      : config(c),
        n(c.dft_size),
        half(6 * c.n_rb),
        symbols(c.extended_cp ? 12 : nr::symbols_per_slot),
        forward(n, Dft::Direction::forward, effort(c)),
        backward(n, Dft::Direction::backward, effort(c)),
        frequency(n),
        time(n),
        received(n),
        ramp(2 * half) {
    lay_out();
  }
  static Dft::Effort effort(const OfdmConfig& c) { return c.patient ? Dft::Effort::measure : Dft::Effort::estimate; }

  // TS 38.211 5.3.1: N_CP = 144 kappa 2^-mu, 16 kappa more in the first symbol of each half subframe; 512 kappa 2^-mu when extended. N is
  // 2048 kappa 2^-mu.
  void lay_out() {
    const unsigned mu = nr::mu(config.scs), slots = 1u << mu;
    const unsigned unit = n / 128;  // 16 kappa 2^-mu
    const double rate = 15000.0 * n * slots;
    shortest_cp = config.extended_cp ? 32 * unit : 9 * unit;
    unsigned in_subframe = 0;
    for (unsigned slot = 0; slot < slots; ++slot) {
      unsigned start = 0;
      for (unsigned l = 0; l < symbols; ++l) {
        const unsigned index = slot * symbols + l;
        const bool longer = !config.extended_cp && index % (7 * slots) == 0;
        const unsigned cp = shortest_cp + (longer ? unit * slots : 0);
        symbol.push_back({start, cp, turn(-config.center_hz * ((in_subframe + start + cp) / rate))});
        start += cp + n;
      }
      slot_samples.push_back(start);
      in_subframe += start;
    }
  }

  const Symbol& at(unsigned slot, unsigned l) const {
    ensure(slot < slot_samples.size() && l < symbols);
    return symbol[slot * symbols + l];
  }

  void set_ramp(unsigned advance) {
    if (advance == ramp_advance) return;
    ramp_advance = advance;
    for (unsigned k = 0; k < 2 * half; ++k) ramp[k] = turn((static_cast<double>(k) - half) * advance / n);
  }

  void modulate(std::span<const Cf> row, const Symbol& s, float amplitude, std::span<Cf> out) {
    ensure(row.size() == 2 * half && out.size() == s.cp + n);
    const Cf factor = s.phase * amplitude;
    scale(row.subspan(half), factor, {frequency.data(), half});
    scale(row.first(half), factor, {frequency.data() + n - half, half});
    Cf* useful = out.data() + s.cp;
    if (Dft::aligned(useful)) {
      backward.run(frequency.data(), useful);
    } else {
      backward.run(frequency.data(), time.data());
      std::copy_n(time.data(), n, useful);
    }
    std::copy_n(useful + n - s.cp, s.cp, out.data());
  }

  void demodulate(std::span<const Cf> samples, const Symbol& s, float amplitude, unsigned advance, std::span<Cf> row) {
    ensure(row.size() == 2 * half && samples.size() == s.cp + n);
    advance = std::min(advance, shortest_cp);
    const Cf* window = samples.data() + s.cp - advance;
    if (!Dft::aligned(window)) {
      std::copy_n(window, n, time.data());
      window = time.data();
    }
    forward.run(window, received.data());
    const Cf factor = std::conj(s.phase) * (amplitude / static_cast<float>(n));
    std::span<const Cf> low(received.data() + n - half, half), high(received.data(), half);
    if (advance == 0) {
      scale(low, factor, row.first(half));
      scale(high, factor, row.subspan(half));
    } else {
      set_ramp(advance);
      multiply(low, ramp.span().first(half), factor, row.first(half));
      multiply(high, ramp.span().subspan(half), factor, row.subspan(half));
    }
  }
};

Ofdm::Ofdm(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ofdm::Ofdm(Ofdm&&) noexcept = default;
Ofdm& Ofdm::operator=(Ofdm&&) noexcept = default;
Ofdm::~Ofdm() = default;

Result<Ofdm> Ofdm::make(const OfdmConfig& config) {
  OfdmConfig c = config;
  if (c.dft_size == 0) c.dft_size = usual_size(12 * std::min(c.n_rb, Grid::max_rb));
  SEN_TRY(check(c, c.dft_size));
  return Ofdm(std::make_unique<Impl>(c));
}

unsigned Ofdm::dft_size() const { return impl_->n; }
double Ofdm::sample_rate_hz() const { return 1000.0 * nr::khz(impl_->config.scs) * impl_->n; }
unsigned Ofdm::symbols() const { return impl_->symbols; }
unsigned Ofdm::slot_samples(unsigned slot) const {
  ensure(slot < impl_->slot_samples.size());
  return impl_->slot_samples[slot];
}
unsigned Ofdm::symbol_start(unsigned slot, unsigned symbol) const { return impl_->at(slot, symbol).start; }
unsigned Ofdm::cp_samples(unsigned slot, unsigned symbol) const { return impl_->at(slot, symbol).cp; }

void Ofdm::modulate_symbol(std::span<const Cf> row, unsigned slot, unsigned symbol, float amplitude, std::span<Cf> out) {
  impl_->modulate(row, impl_->at(slot, symbol), amplitude, out);
}

void Ofdm::modulate(const Grid& grid, unsigned port, unsigned slot, float amplitude, std::span<Cf> out) {
  ensure(out.size() == slot_samples(slot) && port < grid.ports());
  for (unsigned l = 0; l < impl_->symbols; ++l) {
    const Impl::Symbol& s = impl_->at(slot, l);
    impl_->modulate(grid.row(port, l), s, amplitude, out.subspan(s.start, s.cp + impl_->n));
  }
}

void Ofdm::demodulate_symbol(std::span<const Cf> samples, unsigned slot, unsigned symbol, float amplitude, unsigned advance,
                             std::span<Cf> row) {
  impl_->demodulate(samples, impl_->at(slot, symbol), amplitude, advance, row);
}

void Ofdm::demodulate(std::span<const Cf> slot_samples_in, unsigned slot, float amplitude, unsigned advance, Grid& grid, unsigned port) {
  ensure(slot_samples_in.size() == slot_samples(slot) && port < grid.ports());
  for (unsigned l = 0; l < impl_->symbols; ++l) {
    const Impl::Symbol& s = impl_->at(slot, l);
    impl_->demodulate(slot_samples_in.subspan(s.start, s.cp + impl_->n), s, amplitude, advance, grid.row(port, l));
  }
}

}  // namespace sen::phy
