#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <optional>
#include <vector>

#include "base/ensure.h"
#include "phy/detail/delay_profile.h"
#include "phy/detail/prach_plan.h"
#include "phy/kernels/complex.h"
#include "phy/kernels/dft.h"

// The detector. Y of every port and group of repetitions is multiplied by the conjugate of a root's spectrum; its inverse transform is the
// delay profile of all preambles of that root, each in the window that its cyclic shift gives it. Profiles are normalised by the energy of
// their Y, so that noise alone puts a known distribution into each bin, whatever its power: with S bins summed (restricted sets: at 0 and
// at the shifts that a carrier offset makes) over n profiles of L values, the share of the energy in them is Beta(S n, n (L - S)). From it
// follows the threshold.
namespace sen::phy {
namespace {

constexpr double false_alarm = 1e-3;  // an occasion
// Of the strongest energy among occasions beside each other: below, there are only the transform's own errors.
constexpr float least_energy = 1e-9f;
constexpr unsigned max_rx = 8;

// P(share > x) for the Beta(a, b) distribution, a whole.
double beta_tail(unsigned a, double b, double x) {
  const double n = a + b - 1;
  double sum = 0;
  for (unsigned j = 0; j < a; ++j) {
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(j + 1.0) - std::lgamma(n - j + 1) + j * std::log(x) + (n - j) * std::log1p(-x));
  }
  return sum;
}

double beta_threshold(unsigned a, double b, double tail) {
  double low = 1e-9, high = 1 - 1e-9;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (beta_tail(a, b, middle) > tail ? low : high) = middle;
  }
  return high;
}

// Repetitions that may be added before the transform: up to six symbols, and no more than a carrier offset of some hundred Hz lets add up.
unsigned coherent(const PrachPlan& plan) {
  const double longest = std::min(6.0, 0.26e-3 * plan.scs_hz);
  unsigned best = 1;
  for (unsigned n = 2; n <= plan.repetitions; ++n) {
    if (plan.repetitions % n == 0 && n <= longest) best = n;
  }
  return best;
}

struct Candidate {
  unsigned preamble = 0;
  unsigned root = 0;
  float position = 0;  // of the peak, bins from the profile's start
  float delay = 0;     // bins from the preamble's own start
  float share = 0;     // of the energy, in the highest bin
  float between = 0;   // the peak's place beside that bin
};

}  // namespace

struct PrachReceiver::Work {
  struct Root {
    unsigned first = 0, last = 0;  // preambles
    float image = 0;               // bins that a carrier offset of one subcarrier moves the peak by
    std::array<int, 4> images{};   // the same for sets A and B, whole bins
  };

  PrachPlan plan;
  PreambleSet preambles;
  unsigned ports, group, n_groups, bins, n_images = 0;
  float guard = 0, window = 0;  // bins: a window's length, and how far before its preamble's own start it begins
  float threshold = 0;
  float cross_threshold = 0;  // share of a preamble in the bins of another root: no noise that ports and repetitions would average
  std::vector<Root> roots;
  std::optional<DelayProfile> profile;
  Aligned<Cf> root_spectra;  // [root], unit power, as the profile has them
  Dft forward;
  Aligned<Cf> sum, spectrum, y, arranged;
  Aligned<float> combined;

  Work(const PrachPlan& p, const PreambleSet& set, unsigned rx, unsigned n_cs, unsigned restricted, unsigned n_fd)
      : plan(p),
        preambles(set),
        ports(rx),
        group(coherent(p)),
        n_groups(p.repetitions / group),
        bins(p.l_ra == 839 ? 1536 : 256),
        n_images(2 * restricted),
        forward(p.dft, Dft::Direction::forward),
        sum(p.dft),
        spectrum(p.dft),
        y(size_t{n_fd} * rx * n_groups * p.l_ra),
        combined(restricted ? bins : 0) {
    place_windows(n_cs);
    make_roots();
    set_threshold();
  }

  float bins_per_sample() const { return static_cast<float>(bins) / static_cast<float>(plan.l_ra); }

  // A window reaches over the shift's own N_CS samples, but no delay beyond the CP; a sample (short shifts: less) of it lies before its
  // start.
  void place_windows(unsigned n_cs) {
    const float width = n_cs == 0 ? static_cast<float>(plan.l_ra) : static_cast<float>(n_cs);
    const auto cp = static_cast<float>(plan.cp_seconds * plan.scs_hz * plan.l_ra);
    guard = std::min(1.0f, width / 8) * bins_per_sample();
    window = std::min(width, cp + 1) * bins_per_sample();
    const bool one = n_cs == 0 && n_images == 0;  // a preamble a root: the rest of the profile says nothing
    const auto before = static_cast<unsigned>(guard) + 2, used = static_cast<unsigned>(window) + 3;
    profile.emplace(plan.l_ra, bins, before, one && used + before < bins ? used : bins);
    arranged = Aligned<Cf>(size_t{ports} * n_groups * profile->arranged_size());
  }

  void make_roots() {
    for (unsigned i = 0; i < preambles.size(); ++i) {
      if (preambles[i].root == roots.size()) roots.push_back({i, i, static_cast<float>(preambles[i].d_u) * bins_per_sample()});
      roots.back().last = i;
    }
    const size_t size = profile->arranged_size();
    root_spectra = Aligned<Cf>(roots.size() * size);
    std::vector<Cf> root(plan.l_ra);
    for (size_t r = 0; r < roots.size(); ++r) {
      root_spectrum(preambles[roots[r].first].u, root);
      profile->arrange_root(root, root_spectra.span().subspan(r * size, size));
      for (unsigned i = 0; i < n_images; ++i) {
        const float shift = static_cast<float>(i / 2 + 1) * (i % 2 == 0 ? 1.0f : -1.0f) * roots[r].image;
        roots[r].images[i] = static_cast<int>(std::lround(shift));
      }
    }
  }

  void set_threshold() {
    const unsigned n = ports * n_groups, summed = 1 + n_images;
    // Bins are not independent; that many trials were found by simulation (tests/unit/phy_prach.cpp).
    const double trials = 64.0 * window * 1.9 / bins_per_sample();
    threshold = static_cast<float>(n * beta_threshold(summed * n, static_cast<double>(n) * (plan.l_ra - summed), false_alarm / trials));
    // Cross-correlations of delayed and turned sequences reach somewhat further than noise does.
    cross_threshold = 1.5f * static_cast<float>(beta_threshold(summed, plan.l_ra - summed, false_alarm / trials));
  }

  std::span<Cf> row(unsigned f_id, unsigned port, unsigned g) {
    return {y.data() + ((size_t{f_id} * ports + port) * n_groups + g) * plan.l_ra, plan.l_ra};
  }

  // The bins of `f_id`, scaled to unit power.
  void extract(unsigned f_id, float scale_by, std::span<Cf> out) {
    const unsigned bin = plan.first_bin(f_id), ahead = std::min(plan.dft - bin, plan.l_ra);
    scale({spectrum.data() + bin, ahead}, scale_by, out.first(ahead));
    scale({spectrum.data(), plan.l_ra - ahead}, scale_by, out.subspan(ahead));
  }

  // The spectrum of `count` repetitions together.
  void transform(const Cf* first, unsigned count) {
    if (count > 1 || !Dft::aligned(first)) {
      std::copy_n(first, plan.dft, sum.data());
      for (unsigned r = 1; r < count; ++r) {
        const Cf* next = first + size_t{r} * plan.dft;
        for (size_t n = 0; n < plan.dft; ++n) sum[n] += next[n];
      }
      first = sum.data();
    }
    forward.run(first, spectrum.data());
  }

  void receive(const PrachTiming& t, unsigned n_fd, std::span<const std::span<const Cf>> samples) {
    const float by = 1 / (static_cast<float>(group) * std::sqrt(static_cast<float>(plan.dft)));
    for (unsigned port = 0; port < ports; ++port) {
      for (unsigned g = 0; g < n_groups; ++g) {
        transform(samples[port].data() + t.start + t.cp + size_t{g} * group * plan.dft, group);
        for (unsigned f = 0; f < n_fd; ++f) extract(f, by, row(f, port, g));
      }
    }
  }

  // Restricted sets: what a carrier offset moved elsewhere comes back.
  std::span<const float> with_images(std::span<const float> power, const Root& root) {
    if (n_images == 0) return power;
    std::ranges::copy(power, combined.begin());
    for (unsigned i = 0; i < n_images; ++i) {
      const auto shift = static_cast<size_t>(root.images[i] < 0 ? root.images[i] + static_cast<int>(bins) : root.images[i]);
      for (size_t m = 0; m < bins - shift; ++m) combined[m] += power[m + shift];
      for (size_t m = bins - shift; m < bins; ++m) combined[m] += power[m + shift - bins];
    }
    return combined.span();
  }

  // Fraction of a bin from the middle of three to their maximum: a parabola through the logarithms.
  static float vertex(float left, float middle, float right) {
    const float a = std::log(std::max(left, 1e-12f)), b = std::log(std::max(middle, 1e-12f)), c = std::log(std::max(right, 1e-12f));
    const float bend = a - 2 * b + c;
    return bend < 0 ? std::clamp((a - c) / (2 * bend), -0.5f, 0.5f) : 0;
  }

  static float sinc_power(float samples) {
    const float x = std::numbers::pi_v<float> * samples;
    return std::abs(x) < 1e-3f ? 1 : std::sin(x) * std::sin(x) / (x * x);
  }

  // The highest bin of a preamble's window, when it exceeds the threshold.
  std::optional<Candidate> best_in_window(unsigned preamble, std::span<const float> p) const {
    const float start = bins_per_sample() * static_cast<float>((plan.l_ra - preambles[preamble].shift) % plan.l_ra);
    const float first = start - guard + static_cast<float>(bins);  // adjacent windows meet without a gap
    const unsigned begin = static_cast<unsigned>(std::ceil(first)) % bins,
                   n = static_cast<unsigned>(std::ceil(first + window) - std::ceil(first));
    const unsigned ahead = std::min(n, bins - begin);  // the rest begins at 0 again
    const std::span<const float> part = p.subspan(begin, ahead), rest = p.first(n - ahead);
    const float most = largest(part), most_of_rest = largest(rest);
    if (!(std::max(most, most_of_rest) > threshold)) return std::nullopt;
    const auto index = [](std::span<const float> in, float value) {
      return static_cast<unsigned>(std::ranges::find(in, value) - in.begin());
    };
    const unsigned best = most >= most_of_rest ? begin + index(part, most) : index(rest, most_of_rest);

    const float between = vertex(p[(best + bins - 1) % bins], p[best], p[(best + 1) % bins]), at = static_cast<float>(best) + between;
    float delay = at - start;
    if (delay < -guard - 1) delay += static_cast<float>(bins);
    return Candidate{preamble, preambles[preamble].root, at, delay, p[best], between};
  }

  // Whether the peak lies in the window, not only the highest bin: between two windows both have a bin beside it.
  bool within(const Candidate& c) const { return c.delay > -guard - 0.25f && c.delay < window - guard + 0.25f; }

  float distance(float a, float b) const {
    const float d = std::fmod(std::abs(a - b), static_cast<float>(bins));
    return std::min(d, static_cast<float>(bins) - d);
  }

  // Whether `weak` is no more than what `strong` leaves there: the sidelobes of the transform's sinc, which fall as 1 / (pi d)^2
  // (restricted sets bring them to the images too), or the images that a carrier offset makes (those of restricted sets' far orders).
  bool explains(const Candidate& strong, const Candidate& weak) const {
    if (strong.root != weak.root) return false;
    const float ratio = weak.share / strong.share, image_ratio = n_images == 0 ? 0.5f : 0.15f;
    const int orders = n_images == 0 ? 3 : static_cast<int>(n_images) + 3;
    for (int order = -orders; order <= orders; ++order) {
      const float image =
          strong.position + static_cast<float>(order) * roots[strong.root].image + static_cast<float>(orders * static_cast<int>(bins));
      const float d = distance(image, weak.position) / bins_per_sample(),
                  sidelobe = ratio * std::numbers::pi_v<float> * std::numbers::pi_v<float> * d * d;
      if ((order == 0 || n_images > 0) && sidelobe < 3) return true;
      if (order != 0 && ratio < image_ratio && d < 2) return true;
    }
    return false;
  }

  std::span<const Cf> sequences(unsigned f_id) { return {row(f_id, 0, 0).data(), size_t{ports} * n_groups * plan.l_ra}; }

  // Energy of the strongest of the occasions beside each other.
  float strongest(unsigned n_fd) {
    float most = 0;
    for (unsigned f = 0; f < n_fd; ++f) most = std::max(most, inner(sequences(f), sequences(f)).real());
    return most;
  }

  void detect(std::span<const Cf> y_all, float floor, nr::l1::RxPreamble at, std::vector<nr::l1::RxPreamble>& found) {
    const unsigned n = ports * n_groups;
    std::array<float, max_rx * 16> by;
    float energy = 0;
    for (unsigned i = 0; i < n; ++i) {
      std::span<const Cf> s = y_all.subspan(size_t{i} * plan.l_ra, plan.l_ra);
      const float e = inner(s, s).real();
      profile->arrange_sequence(s, arranged.span().subspan(i * profile->arranged_size(), profile->arranged_size()));
      by[i] = e > floor ? 1 / std::sqrt(e * static_cast<float>(plan.l_ra)) : 0;
      energy += e;
    }
    if (energy <= floor) return;
    std::array<Candidate, 64> list;
    unsigned count = 0;
    for (size_t r = 0; r < roots.size(); ++r) {
      const size_t size = profile->arranged_size();
      profile->clear();
      for (unsigned i = 0; i < n; ++i)
        profile->add(arranged.span().subspan(i * size, size), root_spectra.span().subspan(r * size, size), by[i]);
      const std::span<const float> p = with_images(profile->finish(), roots[r]);
      for (unsigned v = roots[r].first; v <= roots[r].last; ++v) {
        const auto c = best_in_window(v, p);
        if (c && within(*c)) list[count++] = *c;
      }
    }
    report({list.data(), count}, energy / static_cast<float>(n * n * plan.l_ra), at, found);
  }

  // The candidates that no stronger ones explain.
  void report(std::span<Candidate> list, float unit_power, nr::l1::RxPreamble at, std::vector<nr::l1::RxPreamble>& found) const {
    std::ranges::sort(list, std::ranges::greater{}, &Candidate::share);
    for (size_t i = 0; i < list.size(); ++i) {
      const Candidate& c = list[i];
      float others = 0;
      bool real = true;
      for (const Candidate& strong : list.first(i)) {
        real = real && !explains(strong, c);
        if (strong.root != c.root) others += strong.share;
      }
      if (!real || c.share < cross_threshold * others) continue;
      at.preamble = static_cast<uint8_t>(c.preamble);
      at.ta_ns = c.delay * 1e9f / (static_cast<float>(bins) * static_cast<float>(plan.scs_hz));
      at.power_db = 10 * std::log10(c.share * unit_power / sinc_power(c.between / bins_per_sample()));
      found.push_back(at);
    }
  }

  Status fits(const PrachTiming& t, size_t samples) const {
    if (t.start + t.total() <= samples) return {};
    return fail(Fault::invalid, "samples", "{} do not hold the occasion, which ends at {} (TS 38.211 5.3.2)", samples, t.start + t.total());
  }
};

Result<PrachReceiver> PrachReceiver::make(const nr::l1::PrachPdu& pdu, const PrachCarrier& carrier, unsigned rx_ports) {
  if (rx_ports < 1 || rx_ports > max_rx) return fail(Fault::invalid, "rx_ports", "{} are not allowed (1 to {})", rx_ports, max_rx);
  SEN_ASSIGN(PrachPlan plan, PrachPlan::make(pdu, carrier));
  SEN_ASSIGN(PreambleSet set, preamble_set(pdu));
  PrachReceiver out;
  out.work_ = std::make_shared<Work>(plan, set, rx_ports, pdu.n_cs, pdu.restricted_set, pdu.n_fd);
  return out;
}

Status PrachReceiver::detect(const nr::l1::PrachPdu& pdu, nr::Slot slot, std::span<const std::span<const Cf>> samples,
                             std::vector<nr::l1::RxPreamble>& found) {
  Work& w = *work_;
  SEN_TRY(w.plan.accepts(pdu, slot));
  if (samples.size() != w.ports) return fail(Fault::invalid, "samples", "{} ports are not the receiver's {}", samples.size(), w.ports);
  for (unsigned occasion = 0; occasion < pdu.occasions; ++occasion) {
    const PrachTiming t = w.plan.timing(pdu, slot, occasion);
    for (std::span<const Cf> s : samples) SEN_TRY(w.fits(t, s.size()));
    w.receive(t, pdu.n_fd, samples);
    const float floor = least_energy * w.strongest(pdu.n_fd);
    nr::l1::RxPreamble at;
    at.start_symbol = static_cast<uint8_t>(w.plan.start_symbol(pdu, occasion));
    at.occasion = static_cast<uint8_t>(occasion);
    for (unsigned f = 0; f < pdu.n_fd; ++f) {
      at.f_id = static_cast<uint8_t>(f);
      w.detect(w.sequences(f), floor, at, found);
    }
  }
  return {};
}

Status PrachReceiver::demodulate(const nr::l1::PrachPdu& pdu, nr::Slot slot, unsigned occasion, unsigned f_id, std::span<const Cf> samples,
                                 std::span<Cf> y) {
  Work& w = *work_;
  SEN_TRY(w.plan.accepts(pdu, slot));
  if (occasion >= pdu.occasions || f_id >= pdu.n_fd || y.size() != w.plan.l_ra)
    return fail(Fault::invalid, "occasion", "{} with f_id {} and {} values is not one of {} by {} with {}", occasion, f_id, y.size(),
                pdu.occasions, pdu.n_fd, w.plan.l_ra);
  const PrachTiming t = w.plan.timing(pdu, slot, occasion);
  SEN_TRY(w.fits(t, samples.size()));
  w.transform(samples.data() + t.start + t.cp, t.repetitions);
  w.extract(f_id, 1 / (static_cast<float>(t.repetitions) * std::sqrt(static_cast<float>(t.dft))), y);
  return {};
}

unsigned PrachReceiver::groups() const { return work_->n_groups; }

void PrachReceiver::detect_sequences(std::span<const Cf> y, std::vector<nr::l1::RxPreamble>& found) {
  ensure(y.size() == size_t{work_->ports} * work_->n_groups * work_->plan.l_ra);
  work_->detect(y, 0, {}, found);
}

}  // namespace sen::phy
