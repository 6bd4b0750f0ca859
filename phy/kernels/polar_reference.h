// The plain list decoder that the kernels are measured against: fast simplified successive-cancellation list decoding with every path's state copied whole
// at a fork. T = int8_t with the kernels' saturating arithmetic, or float. Steps and tie rules as kernels/polar.h states them.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <type_traits>
#include <utility>
#include <vector>

#include "phy/kernels/polar.h"

namespace sen::phy::reference {

template <class T>
class PolarListDecoder {
 public:
  using Metric = std::conditional_t<std::is_integral_v<T>, int32_t, float>;
  struct Path {
    std::array<T, 2048> alpha;          // the soft bits of a subtree of 2^l leaves begin at 2^l
    std::array<uint8_t, 1024> x;        // its code bits, at the place of its leaves
    Metric metric;
  };

  explicit PolarListDecoder(unsigned list) : paths_(list), next_(list), keep_(list), flip_(list), weakest_(list), next_weakest_(list) {}

  void decode(std::span<const PolarRole> roles, const T* root) {
    roles_ = roles;
    for (Path& p : paths_) {
      std::copy(root, root + roles.size(), p.alpha.begin() + static_cast<ptrdiff_t>(roles.size()));
      p.metric = static_cast<Metric>(polar_no_path);
    }
    paths_[0].metric = 0;
    subtree(0, roles.size());
  }
  const Path& path(unsigned p) const { return paths_[p]; }

 private:
  static T magnitude(T a) { return static_cast<T>(a < 0 ? -a : a); }
  static T f(T a, T b) {
    T m = std::min(magnitude(a), magnitude(b));
    return (a < 0) != (b < 0) ? static_cast<T>(-m) : m;
  }
  static T g(T a, T b, bool bit) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(std::clamp(b + (bit ? -a : a), -127, 127));
    return b + (bit ? -a : a);
  }

  void subtree(size_t first, size_t size) {
    switch (polar_leaf(roles_.subspan(first, size))) {
      case PolarLeaf::rate0: return rate0(first, size);
      case PolarLeaf::repetition: return repetition(first, size);
      case PolarLeaf::rate1: return rate1(first, size);
      case PolarLeaf::parity_check: return parity_check(first, size);
      case PolarLeaf::parity_bit: return parity_bit(first);
      case PolarLeaf::split: break;
    }
    const size_t half = size / 2;
    for (Path& p : paths_) {
      for (size_t i = 0; i < half; ++i) p.alpha[half + i] = f(p.alpha[size + i], p.alpha[size + half + i]);
    }
    subtree(first, half);
    for (Path& p : paths_) {
      for (size_t i = 0; i < half; ++i) p.alpha[half + i] = g(p.alpha[size + i], p.alpha[size + half + i], p.x[first + i]);
    }
    subtree(first + half, half);
    for (Path& p : paths_) {
      for (size_t i = 0; i < half; ++i) p.x[first + i] ^= p.x[first + half + i];
    }
  }

  void rate0(size_t first, size_t size) {
    for (Path& p : paths_) {
      for (size_t i = 0; i < size; ++i) {
        p.metric += static_cast<Metric>(std::max<T>(static_cast<T>(-p.alpha[size + i]), 0));
        p.x[first + i] = 0;
      }
    }
  }

  void repetition(size_t first, size_t size) {
    for (unsigned q = 0; q < paths_.size(); ++q) {
      Path& p = paths_[q];
      Metric zeros = 0, ones = 0;
      for (size_t i = 0; i < size; ++i) {
        T a = p.alpha[size + i];
        (a < 0 ? zeros : ones) += static_cast<Metric>(magnitude(a));
      }
      uint8_t bit = ones < zeros;
      std::fill_n(p.x.begin() + static_cast<ptrdiff_t>(first), size, bit);
      keep_[q] = p.metric + std::min(zeros, ones);
      flip_[q] = p.metric + std::max(zeros, ones);
    }
    fork([&](Path& p) {
      for (size_t i = 0; i < size; ++i) p.x[first + i] ^= 1;
    });
  }

  // Places of the `n` least reliable soft bits of each path, ties to the lower place.
  void least_reliable(size_t size, size_t n) {
    std::array<uint16_t, 1024> order;
    for (unsigned q = 0; q < paths_.size(); ++q) {
      for (size_t i = 0; i < size; ++i) order[i] = static_cast<uint16_t>(i);
      const auto end = order.begin() + static_cast<ptrdiff_t>(size), middle = order.begin() + static_cast<ptrdiff_t>(n);
      auto weaker = [&](uint16_t i, uint16_t j) { return std::pair(magnitude(paths_[q].alpha[size + i]), i) < std::pair(magnitude(paths_[q].alpha[size + j]), j); };
      std::partial_sort(order.begin(), middle, end, weaker);
      std::copy(order.begin(), middle, weakest_[q].begin());
    }
  }
  void hard(size_t first, size_t size) {
    for (Path& p : paths_) {
      for (size_t i = 0; i < size; ++i) p.x[first + i] = p.alpha[size + i] < 0;
    }
  }

  void rate1(size_t first, size_t size) {
    hard(first, size);
    const size_t steps = std::min(size, paths_.size() - 1);
    least_reliable(size, steps);
    for (size_t t = 0; t < steps; ++t) {
      for (unsigned q = 0; q < paths_.size(); ++q) {
        keep_[q] = paths_[q].metric;
        flip_[q] = keep_[q] + static_cast<Metric>(magnitude(paths_[q].alpha[size + weakest_[q][t]]));
      }
      bool forked = fork([&](Path& p) { p.x[first + weakest_[index(p)][t]] ^= 1; });
      if (!forked) return;
    }
  }

  void parity_check(size_t first, size_t size) {
    hard(first, size);
    const size_t steps = std::min(size, std::max<size_t>(paths_.size(), 1));
    least_reliable(size, steps);
    auto odd = [&](const Path& p) {
      uint8_t sum = 0;
      for (size_t i = 0; i < size; ++i) sum ^= p.x[first + i];
      return sum != 0;
    };
    auto weight = [&](unsigned q, size_t t) { return static_cast<Metric>(magnitude(paths_[q].alpha[size + weakest_[q][t]])); };
    for (unsigned q = 0; q < paths_.size(); ++q) paths_[q].metric += odd(paths_[q]) ? weight(q, 0) : 0;
    for (size_t t = 1; t < steps; ++t) {
      for (unsigned q = 0; q < paths_.size(); ++q) {
        keep_[q] = paths_[q].metric;
        flip_[q] = keep_[q] + weight(q, t) + (odd(paths_[q]) ? -weight(q, 0) : weight(q, 0));
      }
      if (!fork([&](Path& p) { p.x[first + weakest_[index(p)][t]] ^= 1; })) break;
    }
    for (unsigned q = 0; q < paths_.size(); ++q) {
      if (odd(paths_[q])) paths_[q].x[first + weakest_[q][0]] ^= 1;
    }
  }

  // TS 38.212 5.3.1.2: the register's cell that comes round at `leaf` holds the sum of the information bits a multiple of five before it.
  void parity_bit(size_t leaf) {
    for (Path& p : paths_) {
      std::array<uint8_t, 1024> u{};
      for (size_t b = 1; b <= leaf; b *= 2) {
        if (!(leaf & b)) continue;
        const size_t start = leaf & ~(2 * b - 1);
        std::copy_n(p.x.begin() + static_cast<ptrdiff_t>(start), b, u.begin() + static_cast<ptrdiff_t>(start));
        for (size_t s = 1; s < b; s *= 2) {
          for (size_t i = 0; i < b; ++i) {
            if (!(i & s)) u[start + i] ^= u[start + i + s];
          }
        }
      }
      uint8_t bit = 0;
      for (size_t i = leaf % 5; i < leaf; i += 5) bit ^= roles_[i] == PolarRole::information ? u[i] : 0;
      p.x[leaf] = bit;
      if ((p.alpha[1] < 0) != (bit != 0)) p.metric += static_cast<Metric>(magnitude(p.alpha[1]));
    }
  }

  unsigned index(const Path& p) const { return static_cast<unsigned>(&p - paths_.data()); }

  // The best half of all continuations; a surviving `keep` stays in its place, surviving flips take the free places in ascending order.
  template <class Flip>
  bool fork(Flip&& flip) {
    const unsigned n = static_cast<unsigned>(paths_.size());
    std::array<unsigned, 2 * polar_max_list> order;
    for (unsigned i = 0; i < 2 * n; ++i) order[i] = i;
    auto metric = [&](unsigned i) { return std::pair(i < n ? keep_[i] : flip_[i - n], i); };
    std::sort(order.begin(), order.begin() + 2 * n, [&](unsigned i, unsigned j) { return metric(i) < metric(j); });
    std::array<uint8_t, polar_max_list> stays{}, forks{};
    for (unsigned r = 0; r < n; ++r) (order[r] < n ? stays[order[r]] : forks[order[r] - n]) = 1;
    for (unsigned p = 0; p < n; ++p) paths_[p].metric = keep_[p];
    if (std::ranges::count(forks, 1) == 0) return false;
    next_ = paths_;
    next_weakest_ = weakest_;
    unsigned place = 0;
    for (unsigned p = 0; p < n; ++p) {
      if (!forks[p]) continue;
      while (stays[place]) ++place;
      next_[place] = paths_[p];
      next_[place].metric = flip_[p];
      next_weakest_[place] = weakest_[p];
      stays[place] = 2;
    }
    paths_.swap(next_);
    weakest_.swap(next_weakest_);
    for (unsigned p = 0; p < n; ++p) {
      if (stays[p] == 2) flip(paths_[p]);
    }
    return true;
  }

  std::span<const PolarRole> roles_;
  std::vector<Path> paths_, next_;
  std::vector<Metric> keep_, flip_;
  std::vector<std::array<uint16_t, polar_max_list>> weakest_, next_weakest_;
};

}  // namespace sen::phy::reference
