// The equalisers: exact without noise, unbiased with it, honest about the noise behind each layer, silent where there is no channel.
#include "phy/estimation/equaliser.h"

#include <cmath>

#include "base/random.h"
#include "phy/kernels/equalise.h"
#include "tests/unit/phy_isa.h"
#include "tests/unit/phy_noise.h"

namespace sen::phy {
namespace {

struct Scene {
  unsigned layers, ports;
  size_t n;
  std::vector<std::vector<Cf>> y, h, s, x;
  std::vector<std::vector<float>> nvar;

  Scene(unsigned layers_, unsigned ports_, size_t n_, float noise, Noise& gauss) : layers(layers_), ports(ports_), n(n_) {
    for (unsigned l = 0; l < layers; ++l) {
      s.emplace_back(n);
      for (Cf& v : s.back()) v = gauss.qpsk();
      x.emplace_back(n);
      nvar.emplace_back(n);
    }
    for (unsigned r = 0; r < ports; ++r) {
      y.emplace_back(n);
      for (Cf& v : y.back()) v = gauss(noise);
      for (unsigned l = 0; l < layers; ++l) {
        h.emplace_back(n);
        for (size_t i = 0; i < n; ++i) {
          h.back()[i] = gauss(1);
          y[r][i] += h.back()[i] * s[l][i];
        }
      }
    }
  }
  template <class F>
  void run(F&& f, Equaliser kind, float noise) {
    std::vector<const Cf*> yp, hp;
    std::vector<Cf*> xp;
    std::vector<float*> np;
    for (auto& v : y) yp.push_back(v.data());
    for (auto& v : h) hp.push_back(v.data());
    for (auto& v : x) xp.push_back(v.data());
    for (auto& v : nvar) np.push_back(v.data());
    f(kind, yp, hp, layers, noise, n, xp, np);
  }
};

TEST(Equaliser, returns_the_symbols_without_noise) {
  for_each_isa([] {
    Noise gauss(1);
    for (Equaliser kind : {Equaliser::mmse, Equaliser::zero_forcing}) {
      for (unsigned layers = 1; layers <= 4; ++layers) {
        for (unsigned ports = layers; ports <= 4; ++ports) {
          Scene scene(layers, ports, 107, 0, gauss);
          scene.run(equalise, kind, 1e-9f);
          unsigned close = 0;
          for (unsigned l = 0; l < layers; ++l) {
            for (size_t i = 0; i < scene.n; ++i) close += std::norm(scene.x[l][i] - scene.s[l][i]) < 1e-4;
          }
          EXPECT_GE(close, layers * 107 * 98 / 100) << layers << 'x' << ports;  // a few random channels are nearly singular
        }
      }
    }
  });
}

TEST(Equaliser, agrees_with_the_reference_on_every_instruction_set) {
  for_each_isa([] {
    Noise gauss(2);
    for (Equaliser kind : {Equaliser::mmse, Equaliser::zero_forcing}) {
      for (unsigned layers = 1; layers <= 4; ++layers) {
        for (unsigned ports = 1; ports <= 4; ++ports) {
          if (kind == Equaliser::zero_forcing && ports < layers) continue;  // singular: see below
          for (float noise : {1.0f, 0.01f}) {
            Scene a(layers, ports, 1 + gauss.random().between(0, 70), noise, gauss);
            Scene b = a;
            a.run(equalise, kind, noise);
            b.run(reference::equalise, kind, noise);
            for (unsigned l = 0; l < layers; ++l) {
              for (size_t i = 0; i < a.n; ++i) {
                const float v = b.nvar[l][i];
                ASSERT_NEAR(a.nvar[l][i], v, (ports < layers ? 0.03f : 2e-3f) * v + (v > 100 ? v : 0)) << layers << 'x' << ports << ' ' << i;
                ASSERT_LE(std::abs(a.x[l][i] - b.x[l][i]), 0.02f * (1 + std::abs(b.x[l][i])) * (1 + v)) << layers << 'x' << ports << ' ' << i;
              }
            }
          }
        }
      }
    }
  });
}

// Mean of x conj(s) is the gain, mean |x - s|^2 over the stated variance is 1.
TEST(Equaliser, is_unbiased_and_states_the_variance_behind_it) {
  Noise gauss(3);
  for (Equaliser kind : {Equaliser::mmse, Equaliser::zero_forcing}) {
    for (auto [layers, ports] : {std::pair{1u, 1u}, {1u, 4u}, {2u, 2u}, {2u, 4u}, {3u, 4u}, {4u, 4u}}) {
      const float noise = 0.1f;
      Scene scene(layers, ports, 40000, noise, gauss);
      scene.run(equalise, kind, noise);
      double gain = 0, weight = 0, ratio = 0;
      for (unsigned l = 0; l < layers; ++l) {
        for (size_t i = 0; i < scene.n; ++i) {
          const double w = 1 / scene.nvar[l][i];
          gain += w * (scene.x[l][i] * std::conj(scene.s[l][i])).real();
          weight += w;
          ratio += std::norm(scene.x[l][i] - scene.s[l][i]) * w;
        }
      }
      EXPECT_NEAR(gain / weight, 1, 0.01) << layers << 'x' << ports;
      EXPECT_NEAR(ratio / static_cast<double>(layers * scene.n), 1, 0.03) << layers << 'x' << ports;
    }
  }
}

TEST(Equaliser, says_nothing_where_there_is_no_channel) {
  for_each_isa([] {
    Noise gauss(4);
    for (Equaliser kind : {Equaliser::mmse, Equaliser::zero_forcing}) {
      for (unsigned layers = 1; layers <= 4; ++layers) {
        for (float noise : {0.0f, 0.1f}) {
          Scene scene(layers, 4, 37, 0.1f, gauss);
          for (auto& row : scene.h) std::ranges::fill(row, Cf{});
          scene.run(equalise, kind, noise);
          for (unsigned l = 0; l < layers; ++l) {
            for (size_t i = 0; i < scene.n; ++i) {
              ASSERT_EQ(scene.x[l][i], Cf{});
              ASSERT_EQ(scene.nvar[l][i], std::numeric_limits<float>::infinity());
            }
          }
        }
      }
    }
  });
}

TEST(Equaliser, survives_layers_that_arrive_alike) {
  for_each_isa([] {
    Noise gauss(5);
    for (unsigned layers = 2; layers <= 4; ++layers) {
      for (float noise : {0.0f, 0.01f}) {
        Scene scene(layers, 4, 50, 0, gauss);
        for (unsigned r = 0; r < 4; ++r) scene.h[r * layers + 1] = scene.h[r * layers];
        scene.run(equalise, Equaliser::zero_forcing, noise);
        for (size_t i = 0; i < scene.n; ++i) ASSERT_EQ(scene.nvar[0][i], std::numeric_limits<float>::infinity());
        scene.run(equalise, Equaliser::mmse, noise);
        for (size_t i = 0; i < scene.n; ++i) {
          ASSERT_GT(scene.nvar[0][i], 0.5f);  // the twin is as strong as the layer
          ASSERT_GT(scene.nvar[1][i], 0.5f);
          ASSERT_TRUE(std::isfinite(scene.x[0][i].real()) && std::isfinite(scene.x[1][i].imag()));
        }
      }
    }
  });
}

}  // namespace
}  // namespace sen::phy
