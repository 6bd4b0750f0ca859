#include "channel/link.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/ensure.h"
#include "base/random.h"
#include "base/turn.h"
#include "channel/kernels/fir.h"

namespace sen::channel {
namespace {

using Cd = std::complex<double>;

constexpr unsigned max_antennas = 8;
constexpr unsigned half_width = 12;        // of the interpolation filter, samples: 65 dB of image rejection up to 0.4 of the rate
constexpr double kaiser_beta = 6.5;
constexpr size_t chunk = 4096;             // samples taken at once
constexpr unsigned sinusoids = 24;         // of a fading process
constexpr unsigned blocks_between_exact = 256;
constexpr double longest_delay_s = 2e-3;

double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 40; ++k) {
    term *= x / (2 * k) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

// Kaiser-windowed sinc.
double interpolation(double x) {
  double w = x / (half_width + 0.5);
  if (std::abs(w) >= 1) return 0;
  double sinc = std::abs(x) < 1e-9 ? 1 : std::sin(M_PI * x) / (M_PI * x);
  return sinc * bessel_i0(kaiser_beta * std::sqrt(1 - w * w)) / bessel_i0(kaiser_beta);
}

bool is_whole(double samples) { return std::abs(samples - std::round(samples)) < 1e-6; }

double uniform(Random& random) { return static_cast<double>(random.next() >> 11) * 0x1p-53; }

// Fading processes of one link: a sum of sinusoids each, with arrival angles spread evenly from a random start.
class Fading {
 public:
  Fading(size_t processes, double doppler_hz, double step_s) : n_(processes), doppler_hz_(doppler_hz), step_s_(step_s) {
    for (auto* v : {&rate_, &phase_}) v->resize(n_ * sinusoids);
    for (auto* v : {&re_, &im_, &step_re_, &step_im_}) v->resize(n_ * sinusoids);
  }

  void start(Random& random) {
    for (size_t i = 0; i < n_ * sinusoids; ++i) {
      if (i % sinusoids == 0) start_angle_ = 2 * M_PI * uniform(random);
      rate_[i] = 2 * M_PI * doppler_hz_ * std::cos((2 * M_PI * static_cast<double>(i % sinusoids) + start_angle_) / sinusoids);
      phase_[i] = 2 * M_PI * uniform(random);
      step_re_[i] = static_cast<float>(std::cos(rate_[i] * step_s_));
      step_im_[i] = static_cast<float>(std::sin(rate_[i] * step_s_));
    }
    last_ = none;
  }

  // The processes at block `block` (the middle of it). Every block has one value, whichever was asked for before: exact now and then, stepped between.
  void at_block(uint64_t block, std::span<Cf> out) {
    const uint64_t exact = block - block % blocks_between_exact;
    if (last_ < exact || last_ > block) {
      for (size_t i = 0; i < rate_.size(); ++i) {
        double angle = std::remainder(rate_[i] * time_of(exact) + phase_[i], 2 * M_PI);
        re_[i] = static_cast<float>(std::cos(angle));
        im_[i] = static_cast<float>(std::sin(angle));
      }
      last_ = exact;
    }
    for (; last_ < block; ++last_) {
      for (size_t i = 0; i < rate_.size(); ++i) {
        float re = re_[i] * step_re_[i] - im_[i] * step_im_[i];
        im_[i] = re_[i] * step_im_[i] + im_[i] * step_re_[i];
        re_[i] = re;
      }
    }
    for (size_t i = 0; i < n_; ++i) {
      float re = 0, im = 0;
      for (unsigned m = 0; m < sinusoids; ++m) re += re_[i * sinusoids + m], im += im_[i * sinusoids + m];
      out[i] = Cf(re, im) * norm;
    }
  }

  Cd exact(size_t process, double time_s) const {
    Cd sum;
    for (size_t i = process * sinusoids; i < (process + 1) * sinusoids; ++i) sum += std::polar(1.0, rate_[i] * time_s + phase_[i]);
    return sum * static_cast<double>(norm);
  }
  double time_of(uint64_t block) const { return (static_cast<double>(block) + 0.5) * step_s_; }

 private:
  static inline const float norm = 1 / std::sqrt(static_cast<float>(sinusoids));
  static constexpr uint64_t none = ~uint64_t{0};
  size_t n_;
  double doppler_hz_, step_s_, start_angle_ = 0;
  std::vector<double> rate_, phase_;
  std::vector<float> re_, im_, step_re_, step_im_;
  uint64_t last_ = none;
};

}  // namespace

struct Link::State {
  LinkConfig config;
  std::vector<Path> paths;
  bool interpolated = false, moving = false;
  size_t block = chunk;                       // samples with the same coefficients
  std::vector<double> root_tx, root_rx;
  std::vector<Fading> fading;                 // none, or one object with all processes
  double line_of_sight_rate = 0, line_of_sight_phase = 0;
  double gain = 1;

  size_t base = 0, length = 1;                // the filter covers delays base .. base + length - 1
  size_t max_base = 0, max_length = 1;
  std::vector<float> shapes;                  // [path][length], oldest sample first
  std::vector<Cf> processes, coefficients;    // [rx][tx][length]
  bool stale = true;                          // coefficients do not belong to shapes and gain
  std::vector<std::vector<Cf>> history;       // [tx]: max_base + max_length - 1 old samples, then a chunk
  std::vector<Cf> arrived;                    // a chunk before the carrier offset
  uint64_t now = 0;                           // samples since the start
  Turn turn;                                  // the carrier offset's, by sample

  explicit State(const LinkConfig& c) : config(c) {}
  size_t pairs() const { return size_t{config.n_tx} * config.n_rx; }
  size_t old() const { return max_base + max_length - 1; }
  unsigned latency() const { return interpolated ? half_width : 0; }
  double rate() const { return config.sample_rate_hz; }

  void start();
  void draw(uint64_t seed);
  void place_paths();
  void path_gains(size_t path, std::span<const Cf> fading_values, double time_s, std::span<Cf> out) const;
  void make_coefficients(uint64_t at_block);
  void run(std::span<const std::span<const Cf>> tx, std::span<const std::span<Cf>> rx, size_t from, size_t n);
};

void Link::State::start() {
  const double first_rate = rate();
  paths = channel::paths(config.profile, config.delay_spread_ns, config.k_factor_db);
  bool fades = config.profile != Profile::none;
  moving = fades && config.doppler_hz > 0;
  interpolated = fades || !is_whole(config.delay_s * first_rate) || config.max_delay_s != config.delay_s;
  if (moving) {
    // Within a block the fastest sinusoid turns by 0.016 rad at most: the steps stay 50 dB below the signal.
    double samples = 0.016 / (2 * M_PI * config.doppler_hz) * first_rate;
    block = static_cast<size_t>(std::exp2(std::clamp(std::floor(std::log2(samples)), 4.0, 10.0)));
  }
  root_tx = correlation_root(config.correlation_tx, config.n_tx);
  root_rx = correlation_root(config.correlation_rx, config.n_rx);
  gain = std::pow(10, config.gain_db / 20);
  line_of_sight_rate = 2 * M_PI * 0.7 * config.doppler_hz;  // TR 38.901 7.7.2: peak of the LOS path at 0.7 f_S
  if (fades) fading.emplace_back(paths.size() * pairs(), config.doppler_hz, static_cast<double>(block) / first_rate);
  processes.resize(paths.size() * pairs());

  double longest = 0;
  for (const Path& p : paths) longest = std::max(longest, p.delay_s);
  max_base = static_cast<size_t>(std::floor(config.max_delay_s * first_rate + 1e-6));
  max_length = static_cast<size_t>(std::ceil(longest * first_rate)) + (interpolated ? 2 * half_width + 3 : 1);
  shapes.resize(paths.size() * max_length);
  coefficients.resize(pairs() * max_length);
  history.assign(config.n_tx, std::vector<Cf>(old() + chunk));
  arrived.resize(chunk);
  place_paths();
  draw(config.seed);
}

void Link::State::draw(uint64_t seed) {
  Random random(seed);
  line_of_sight_phase = 2 * M_PI * uniform(random);
  for (Fading& f : fading) f.start(random);
  for (auto& h : history) std::ranges::fill(h, Cf{});
  now = 0;
  turn = {};
  turn.set(config.cfo_hz / rate(), 0);
  stale = true;
}

// The filter shape of every path at the present delay.
void Link::State::place_paths() {
  double delay = config.delay_s * rate();
  base = static_cast<size_t>(std::floor(delay + 1e-6));
  length = 1;
  for (const Path& p : paths) {
    double x = delay + p.delay_s * rate() - static_cast<double>(base) + latency();
    length = std::max(length, std::min(max_length, static_cast<size_t>(std::ceil(x - 1e-6)) + latency() + 1));
  }
  for (size_t i = 0; i < paths.size(); ++i) {
    double x = delay + paths[i].delay_s * rate() - static_cast<double>(base) + latency();
    for (size_t n = 0; n < length; ++n) {
      double distance = static_cast<double>(n) - x;
      // Coefficient k of the kernel belongs to the sample that is length - 1 - k old.
      shapes[i * max_length + length - 1 - n] = static_cast<float>(interpolated ? interpolation(distance) : std::abs(distance) < 0.5 ? 1 : 0);
    }
  }
  stale = true;
}

// Gains of one path, [rx][tx], from its independent fading processes.
void Link::State::path_gains(size_t path, std::span<const Cf> fading_values, double time_s, std::span<Cf> out) const {
  const unsigned tx = config.n_tx, rx = config.n_rx;
  const auto amplitude = static_cast<float>(gain * std::sqrt(paths[path].power));
  const Cf specular = paths[path].specular == 0
                          ? Cf{}
                          : Cf(std::polar(gain * std::sqrt(paths[path].specular),
                                          fading.empty() ? 0 : std::remainder(line_of_sight_rate * time_s + line_of_sight_phase, 2 * M_PI)));
  for (unsigned r = 0; r < rx; ++r) {
    for (unsigned t = 0; t < tx; ++t) {
      Cf sum{};
      if (!fading.empty()) {
        for (unsigned i = 0; i <= r; ++i) {
          for (unsigned j = 0; j <= t; ++j) sum += static_cast<float>(root_rx[r * rx + i] * root_tx[t * tx + j]) * fading_values[i * tx + j];
        }
      }
      // Without fading (profile none) antenna i hears transmit antenna i alone.
      bool reached = !fading.empty() || r % tx == t % tx;
      out[r * tx + t] = amplitude * sum + (reached ? specular : Cf{});
    }
  }
}

void Link::State::make_coefficients(uint64_t at_block) {
  if (!fading.empty()) fading[0].at_block(at_block, processes);
  double time_s = fading.empty() ? 0 : fading[0].time_of(at_block);
  std::ranges::fill(coefficients, Cf{});
  std::array<Cf, max_antennas * max_antennas> gains;
  for (size_t p = 0; p < paths.size(); ++p) {
    path_gains(p, std::span(processes).subspan(p * pairs(), pairs()), time_s, gains);
    const float* shape = &shapes[p * max_length];
    size_t first = 0, last = length;
    while (first < last && shape[first] == 0) ++first;
    while (last > first && shape[last - 1] == 0) --last;
    for (size_t pair = 0; pair < pairs(); ++pair) {
      Cf* c = &coefficients[pair * max_length];
      for (size_t k = first; k < last; ++k) c[k] += gains[pair] * shape[k];
    }
  }
  stale = false;
}

// A chunk: samples from..from + n of the call.
void Link::State::run(std::span<const std::span<const Cf>> tx, std::span<const std::span<Cf>> rx, size_t from, size_t n) {
  for (unsigned t = 0; t < config.n_tx; ++t) std::ranges::copy(tx[t].subspan(from, n), history[t].begin() + static_cast<ptrdiff_t>(old()));
  for (size_t done = 0; done < n;) {
    uint64_t at = now + done;
    size_t part = moving ? std::min<size_t>(n - done, block - at % block) : n - done;
    if (stale || (moving && at % block == 0)) make_coefficients(at / block);
    for (unsigned r = 0; r < config.n_rx; ++r) {
      std::span<Cf> out = rx[r].subspan(from + done, part);
      if (config.cfo_hz != 0) {
        out = std::span(arrived).first(part);
        std::ranges::fill(out, Cf{});
      }
      for (unsigned t = 0; t < config.n_tx; ++t) {
        if (fading.empty() && r % config.n_tx != t) continue;
        const Cf* newest = history[t].data() + old() + done - base;
        fir_add(newest - (length - 1), std::span(coefficients).subspan((r * config.n_tx + t) * max_length, length), out);
      }
      if (config.cfo_hz != 0) turn.add(out, 1, static_cast<int64_t>(at), rx[r].subspan(from + done, part));
    }
    done += part;
  }
  for (auto& h : history) std::copy(h.begin() + static_cast<ptrdiff_t>(n), h.begin() + static_cast<ptrdiff_t>(n + old()), h.begin());
  now += n;
}

Result<Link> Link::make(const LinkConfig& config) {
  LinkConfig c = config;
  auto in_range = [](double v, double low, double high) { return v >= low && v <= high; };  // false for NaN
  if (!in_range(c.sample_rate_hz, 1e3, 1e10)) return fail(Fault::invalid, "sample_rate_hz", "{} is out of range (1 kHz to 10 GHz)", c.sample_rate_hz);
  if (c.n_tx < 1 || c.n_tx > max_antennas) return fail(Fault::invalid, "n_tx", "{} is out of range (1 to {})", c.n_tx, max_antennas);
  if (c.n_rx < 1 || c.n_rx > max_antennas) return fail(Fault::invalid, "n_rx", "{} is out of range (1 to {})", c.n_rx, max_antennas);
  if (!in_range(c.delay_spread_ns, 0, 10'000)) return fail(Fault::invalid, "delay_spread_ns", "{} is out of range (0 to 10000)", c.delay_spread_ns);
  if (!in_range(c.doppler_hz, 0, 1e5)) return fail(Fault::invalid, "doppler_hz", "{} is out of range (0 to 100000)", c.doppler_hz);
  if (c.k_factor_db && !in_range(*c.k_factor_db, -100, 100)) return fail(Fault::invalid, "k_factor_db", "{} is out of range (-100 to 100)", *c.k_factor_db);
  if (!in_range(c.correlation_tx, 0, 0.9999)) return fail(Fault::invalid, "correlation_tx", "{} is out of range (0 to 0.9999)", c.correlation_tx);
  if (!in_range(c.correlation_rx, 0, 0.9999)) return fail(Fault::invalid, "correlation_rx", "{} is out of range (0 to 0.9999)", c.correlation_rx);
  if (!in_range(c.gain_db, -300, 300)) return fail(Fault::invalid, "gain_db", "{} is out of range (-300 to 300)", c.gain_db);
  if (!in_range(c.max_delay_s, 0, longest_delay_s)) return fail(Fault::invalid, "max_delay_s", "{} is out of range (0 to {})", c.max_delay_s, longest_delay_s);
  if (c.max_delay_s == 0) c.max_delay_s = c.delay_s;
  if (!in_range(c.delay_s, 0, std::min(c.max_delay_s, longest_delay_s))) {
    return fail(Fault::invalid, "delay_s", "{} is out of range (0 to {})", c.delay_s, std::min(c.max_delay_s, longest_delay_s));
  }
  if (!in_range(std::abs(c.cfo_hz), 0, c.sample_rate_hz / 2)) return fail(Fault::invalid, "cfo_hz", "{} is beyond half the sample rate", c.cfo_hz);
  auto state = std::make_unique<State>(c);
  state->start();
  return Link(std::move(state));
}

Link::Link(std::unique_ptr<State> state) : state_(std::move(state)) {}
Link::Link(Link&&) noexcept = default;
Link& Link::operator=(Link&&) noexcept = default;
Link::~Link() = default;

unsigned Link::latency() const { return state_->latency(); }

void Link::apply(std::span<const std::span<const Cf>> tx, std::span<const std::span<Cf>> rx) {
  ensure(tx.size() == state_->config.n_tx && rx.size() == state_->config.n_rx);
  const size_t n = tx[0].size();
  for (auto port : tx) ensure(port.size() == n);
  for (auto port : rx) ensure(port.size() == n);
  for (size_t from = 0; from < n; from += chunk) state_->run(tx, rx, from, std::min(chunk, n - from));
}

void Link::restart(uint64_t seed) { state_->draw(seed); }

void Link::skip(uint64_t samples) {
  for (auto& h : state_->history) std::ranges::fill(h, Cf{});
  state_->now += samples;
  state_->stale = true;
}

void Link::seek(uint64_t sample) {
  skip(0);
  state_->now = sample;
}

size_t Link::memory() const { return state_->old(); }

void Link::set_gain_db(double gain_db) {
  state_->gain = std::pow(10, gain_db / 20);
  state_->stale = true;
}

void Link::set_delay_s(double delay_s) {
  state_->config.delay_s = std::clamp(delay_s, 0.0, state_->config.max_delay_s);
  state_->place_paths();
}

void Link::set_cfo_hz(double cfo_hz) {
  state_->config.cfo_hz = cfo_hz;
  state_->turn.set(cfo_hz / state_->rate(), static_cast<int64_t>(state_->now));
}

std::vector<std::complex<double>> Link::gains(uint64_t at) const {
  const State& s = *state_;
  std::vector<Cd> out;
  std::vector<Cf> values(s.pairs()), gains(s.pairs());
  const double time_s = s.moving ? static_cast<double>(at) / s.rate() : s.fading.empty() ? 0 : s.fading[0].time_of(0);
  for (size_t p = 0; p < s.paths.size(); ++p) {
    for (size_t i = 0; i < values.size() && !s.fading.empty(); ++i) values[i] = Cf(s.fading[0].exact(p * s.pairs() + i, time_s));
    s.path_gains(p, values, time_s, gains);
    out.insert(out.end(), gains.begin(), gains.end());
  }
  return out;
}

void Link::response(unsigned rx, unsigned tx, uint64_t at, double first_hz, double step_hz, std::span<Cf> out) const {
  const State& s = *state_;
  const auto all = gains(at);
  std::ranges::fill(out, Cf{});
  for (size_t p = 0; p < s.paths.size(); ++p) {
    const double delay = s.config.delay_s + s.paths[p].delay_s + s.latency() / s.rate();
    const Cd gain = all[p * s.pairs() + rx * s.config.n_tx + tx];
    const Cd step = std::polar(1.0, -2 * M_PI * step_hz * delay);
    Cd phasor;
    for (size_t i = 0; i < out.size(); ++i) {
      if (i % 256 == 0) phasor = gain * std::polar(1.0, -2 * M_PI * (first_hz + step_hz * static_cast<double>(i)) * delay);
      out[i] += Cf(phasor);
      phasor *= step;
    }
  }
}

}  // namespace sen::channel
