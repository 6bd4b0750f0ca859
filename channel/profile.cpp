#include "channel/profile.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sen::channel {
namespace {

constexpr Tap none[] = {{0, 0}};
// TR 38.901 tables 7.7.2-1 to 7.7.2-5.
constexpr Tap tdl_a[] = {{0, -13.4F},       {0.3819F, 0},      {0.4025F, -2.2F},  {0.5868F, -4},     {0.4610F, -6},     {0.5375F, -8.2F},
                         {0.6708F, -9.9F},  {0.5750F, -10.5F}, {0.7618F, -7.5F},  {1.5375F, -15.9F}, {1.8978F, -6.6F},  {2.2242F, -16.7F},
                         {2.1718F, -12.4F}, {2.4942F, -15.2F}, {2.5119F, -10.8F}, {3.0582F, -11.3F}, {4.0810F, -12.7F}, {4.4579F, -16.2F},
                         {4.5695F, -18.3F}, {4.7966F, -18.9F}, {5.0066F, -16.6F}, {5.3043F, -19.9F}, {9.6586F, -29.7F}};
constexpr Tap tdl_b[] = {{0, 0},           {0.1072F, -2.2F}, {0.2155F, -4},     {0.2095F, -3.2F}, {0.2870F, -9.8F},  {0.2986F, -1.2F},
                         {0.3752F, -3.4F}, {0.5055F, -5.2F}, {0.3681F, -7.6F},  {0.3697F, -3},    {0.5700F, -8.9F},  {0.5283F, -9},
                         {1.1021F, -4.8F}, {1.2756F, -5.7F}, {1.5474F, -7.5F},  {1.7842F, -1.9F}, {2.0169F, -7.6F},  {2.8294F, -12.2F},
                         {3.0219F, -9.8F}, {3.6187F, -11.4F}, {4.1067F, -14.9F}, {4.2790F, -9.2F}, {4.7834F, -11.3F}};
constexpr Tap tdl_c[] = {{0, -4.4F},        {0.2099F, -1.2F},  {0.2219F, -3.5F},  {0.2329F, -5.2F},  {0.2176F, -2.5F},  {0.6366F, 0},
                         {0.6448F, -2.2F},  {0.6560F, -3.9F},  {0.6584F, -7.4F},  {0.7935F, -7.1F},  {0.8213F, -10.7F}, {0.9336F, -11.1F},
                         {1.2285F, -5.1F},  {1.3083F, -6.8F},  {2.1704F, -8.7F},  {2.7105F, -13.2F}, {4.2589F, -13.9F}, {4.6003F, -13.9F},
                         {5.4902F, -15.8F}, {5.6077F, -17.1F}, {6.3065F, -16},    {6.6374F, -15.7F}, {7.0427F, -21.6F}, {8.6523F, -22.8F}};
constexpr Tap tdl_d[] = {{0, -0.2F},        {0, -13.5F},       {0.035F, -18.8F},  {0.612F, -21},     {1.363F, -22.8F}, {1.405F, -17.9F}, {1.804F, -20.1F},
                         {2.596F, -21.9F},  {1.775F, -22.9F},  {4.042F, -27.8F},  {7.937F, -23.6F},  {9.424F, -24.8F}, {9.708F, -30},    {12.525F, -27.7F}};
constexpr Tap tdl_e[] = {{0, -0.03F},       {0, -22.03F},      {0.5133F, -15.8F}, {0.5440F, -18.1F}, {0.5630F, -19.8F},
                         {0.5440F, -22.9F}, {0.7112F, -22.4F}, {1.9092F, -18.6F}, {1.9293F, -20.8F}, {1.9589F, -22.6F},
                         {2.6426F, -22.3F}, {3.7136F, -25.6F}, {5.4524F, -20.2F}, {12.0034F, -29.8F}, {20.6519F, -29.2F}};
// TS 38.104 tables G.2.1.1-2 to -4; TS 38.101-4 tables B.2.1.1-2 and following.
constexpr Tap tdla30[] = {{0, -15.5F}, {10, 0},       {15, -5.1F},  {20, -5.1F},   {25, -9.6F},   {50, -8.2F},
                          {65, -13.1F}, {75, -11.5F}, {105, -11},   {135, -16.2F}, {150, -16.6F}, {290, -26.2F}};
constexpr Tap tdlb100[] = {{0, 0},       {10, -2.2F},  {20, -0.6F},  {30, -0.6F},  {35, -0.3F},  {45, -1.2F},
                           {55, -5.9F}, {120, -2.2F}, {170, -0.8F}, {245, -6.3F}, {330, -7.5F}, {480, -7.1F}};
constexpr Tap tdlc300[] = {{0, -6.9F},  {65, 0},      {70, -7.7F},  {190, -2.5F}, {195, -2.4F},   {200, -9.9F},
                           {240, -8},   {325, -6.6F}, {520, -7.1F}, {1045, -13},  {1510, -14.2F}, {2595, -16}};
constexpr Tap tdld30[] = {{0, -0.2F},    {0, -12.4F},   {20, -21},     {40, -16.7F},  {55, -18.3F}, {80, -21.9F},
                          {120, -27.8F}, {240, -23.6F}, {285, -24.8F}, {290, -30},    {375, -27.6F}};
constexpr Tap tdla10[] = {{0, -16.1F},  {4, 0},       {6, -4},      {8, -10.2F},  {16, -18.6F}, {18, -9.3F},  {22, -13.7F}, {24, -17.9F},
                          {26, -13.5F}, {30, -14},    {40, -15.4F}, {44, -18.9F}, {46, -21},    {48, -21.6F}, {50, -19.3F}, {96, -25.9F}};
constexpr Tap tdlc60[] = {{0, -7.8F},  {15, -0.3F}, {40, 0},       {50, -8.9F},   {55, -14.5F},  {75, -8.5F},
                          {80, -10.2F}, {130, -12.1F}, {210, -13.9F}, {300, -15.2F}, {360, -16.9F}, {520, -19.4F}};
constexpr Tap tdld10[] = {{0, -0.2F},   {0, -12.4F},  {6, -21.1F},  {14, -16.7F}, {18, -18.3F}, {26, -22},
                          {40, -27.9F}, {80, -23.7F}, {94, -24.9F}, {98, -30},    {126, -27.7F}};

struct Entry {
  Profile profile;
  std::string_view name;
  std::span<const Tap> taps;
  bool scaled = false, line_of_sight = false;
};
constexpr std::array entries{
    Entry{Profile::none, "none", none},
    Entry{Profile::tdl_a, "tdl-a", tdl_a, true},
    Entry{Profile::tdl_b, "tdl-b", tdl_b, true},
    Entry{Profile::tdl_c, "tdl-c", tdl_c, true},
    Entry{Profile::tdl_d, "tdl-d", tdl_d, true, true},
    Entry{Profile::tdl_e, "tdl-e", tdl_e, true, true},
    Entry{Profile::tdla30, "tdla30", tdla30},
    Entry{Profile::tdlb100, "tdlb100", tdlb100},
    Entry{Profile::tdlc300, "tdlc300", tdlc300},
    Entry{Profile::tdld30, "tdld30", tdld30, false, true},
    Entry{Profile::tdla10, "tdla10", tdla10},
    Entry{Profile::tdlc60, "tdlc60", tdlc60},
    Entry{Profile::tdld10, "tdld10", tdld10, false, true},
};
constexpr const Entry& entry(Profile profile) { return entries[static_cast<size_t>(profile)]; }

double linear(double db) { return std::pow(10.0, db / 10); }

}  // namespace

std::string_view to_string(Profile profile) { return entry(profile).name; }

std::optional<Profile> parse_profile(std::string_view text) {
  for (const Entry& e : entries) {
    if (e.name == text) return e.profile;
  }
  return std::nullopt;
}

std::span<const Tap> taps(Profile profile) { return entry(profile).taps; }
bool is_scaled(Profile profile) { return entry(profile).scaled; }
bool has_line_of_sight(Profile profile) { return entry(profile).line_of_sight; }

std::vector<Path> paths(Profile profile, double delay_spread_ns, std::optional<double> k_factor_db) {
  const Entry& e = entry(profile);
  if (profile == Profile::none) return {{0, 0, 1}};
  std::vector<Path> out;
  double unit_s = 1e-9 * (e.scaled ? delay_spread_ns : 1);
  for (const Tap& tap : e.taps) out.push_back({tap.delay * unit_s, linear(tap.power_db), 0});
  if (e.line_of_sight) {
    double specular = out[0].power;
    out.erase(out.begin());
    double fading = 0;
    for (const Path& p : out) fading += p.power;
    double scale = k_factor_db ? specular / fading / linear(*k_factor_db) : 1;
    for (Path& p : out) p.power *= scale;
    out[0].specular = specular;
  }
  double sum = 0;
  for (const Path& p : out) sum += p.power + p.specular;
  for (Path& p : out) p.power /= sum, p.specular /= sum;
  return out;
}

std::optional<Correlation> parse_correlation(std::string_view text, bool uplink) {
  if (text == "low") return Correlation{0, 0};
  if (text == "medium") return uplink ? Correlation{0.9, 0.3} : Correlation{0.3, 0.9};
  if (text == "medium-a") return Correlation{0.3, 0.3874};
  if (text == "high") return Correlation{0.9, 0.9};
  return std::nullopt;
}

std::vector<double> correlation_root(double neighbour, unsigned n) {
  std::vector<double> l(size_t{n} * n);
  for (unsigned i = 0; i < n; ++i) {
    for (unsigned j = 0; j <= i; ++j) {
      double distance = n > 1 ? static_cast<double>(i - j) / (n - 1) : 0;
      double sum = i == j ? 1 : neighbour == 0 ? 0 : std::pow(neighbour, distance * distance);
      for (unsigned k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = i == j ? std::sqrt(std::max(sum, 0.0)) : l[j * n + j] > 0 ? sum / l[j * n + j] : 0;
    }
  }
  return l;
}

}  // namespace sen::channel
