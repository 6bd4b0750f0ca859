#include "phy/detail/codebook_precoding.h"

#include <cmath>
#include <string_view>

namespace sen::phy::detail {
namespace {

// One matrix a text, row by row: 0, 1, - (minus one), j, i (minus j).
struct Table {
  struct Scale {
    uint8_t first;    // of the matrices that it holds for, up to the next one's
    uint8_t squared;  // their amplitude is 1 / sqrt(squared)
  };
  std::span<const std::string_view> matrices;
  std::span<const Scale> scales;
};

constexpr std::string_view one_layer_two_ports[] = {"10", "01", "11", "1-", "1j", "1i"};
constexpr std::string_view one_layer_transform[] = {"1000", "0100", "0010", "0001", "1010", "10-0", "10j0", "10i0", "0101", "010-",
                                                    "010j", "010i", "111-", "11jj", "11-1", "11ii", "1j1j", "1jj1", "1j-i", "1ji-",
                                                    "1-11", "1-ji", "1---", "1-ij", "1i1i", "1ij-", "1i-j", "1ii1"};
constexpr std::string_view one_layer[] = {"1000", "0100", "0010", "0001", "1010", "10-0", "10j0", "10i0", "0101", "010-",
                                          "010j", "010i", "1111", "11jj", "11--", "11ii", "1j1j", "1jj-", "1j-i", "1ji1",
                                          "1-1-", "1-ji", "1--1", "1-ij", "1i1i", "1ij1", "1i-j", "1ii-"};
constexpr std::string_view two_layers_two_ports[] = {"1001", "111-", "11ji"};
constexpr std::string_view two_layers[] = {"10010000", "10000100", "10000001", "00100100", "00100001", "00001001", "1001100i", "1001100j",
                                           "1001i001", "1001i00-", "1001-00i", "1001-00j", "1001j001", "1001j00-", "11111-1-", "1111jiji",
                                           "11jj1-ji", "11jjji-1", "11--1--1", "11--jiij", "11ii1-ij", "11iiji1-"};
constexpr std::string_view three_layers[] = {"100010001000", "100010100001", "100010-00001", "1111-111-1--",
                                             "1111-1jjijii", "111-1-11--11", "111-1-jjiijj"};
constexpr std::string_view four_layers[] = {"1000010000100001", "110000111-00001-", "11000011ji0000ji", "11111-1-11--1--1",
                                            "11111-1-jjiijiij"};

constexpr Table::Scale half[] = {{0, 4}}, root_half[] = {{0, 2}};
constexpr Table::Scale two_ports_scale[] = {{0, 2}, {1, 4}}, two_layers_scale[] = {{0, 4}, {14, 8}},
                       three_layers_scale[] = {{0, 4}, {3, 12}};
constexpr Table::Scale four_layers_scale[] = {{0, 4}, {1, 8}, {3, 16}};

Table table(unsigned ports, unsigned layers, bool transform_precoding) {
  if (ports == 2 && layers == 1) return {one_layer_two_ports, root_half};
  if (ports == 2 && layers == 2) return {two_layers_two_ports, two_ports_scale};
  if (ports == 4 && layers == 1) return {transform_precoding ? std::span<const std::string_view>(one_layer_transform) : one_layer, half};
  if (ports == 4 && layers == 2) return {two_layers, two_layers_scale};
  if (ports == 4 && layers == 3) return {three_layers, three_layers_scale};
  if (ports == 4 && layers == 4) return {four_layers, four_layers_scale};
  return {};
}

std::complex<float> weight(char c) {
  switch (c) {
    case '1': return {1, 0};
    case '-': return {-1, 0};
    case 'j': return {0, 1};
    case 'i': return {0, -1};
    default: return {};
  }
}

}  // namespace

unsigned tpmi_count(unsigned ports, unsigned layers) { return static_cast<unsigned>(table(ports, layers, false).matrices.size()); }

std::optional<nr::l1::Precoding> codebook_precoding(unsigned ports, unsigned layers, unsigned tpmi, bool transform_precoding) {
  const Table t = table(ports, layers, transform_precoding);
  if (tpmi >= t.matrices.size()) return std::nullopt;
  float amplitude = 0;
  for (auto [first, squared] : t.scales) {
    if (tpmi >= first) amplitude = 1 / std::sqrt(static_cast<float>(squared));
  }
  nr::l1::Precoding out;
  out.ports = static_cast<uint8_t>(ports);
  for (size_t i = 0; i < t.matrices[tpmi].size(); ++i) out.weights[i] = amplitude * weight(t.matrices[tpmi][i]);
  return out;
}

}  // namespace sen::phy::detail
