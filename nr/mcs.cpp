#include "nr/mcs.h"

#include <array>
#include <span>

namespace sen::nr {
namespace {

// {modulation order, R * 2048}
constexpr std::array<Mcs, 29> qam64_rows{{{2, 240},  {2, 314},  {2, 386},  {2, 502},  {2, 616},  {2, 758},  {2, 898},  {2, 1052},
                                          {2, 1204}, {2, 1358}, {4, 680},  {4, 756},  {4, 868},  {4, 980},  {4, 1106}, {4, 1232},
                                          {4, 1316}, {6, 876},  {6, 932},  {6, 1034}, {6, 1134}, {6, 1232}, {6, 1332}, {6, 1438},
                                          {6, 1544}, {6, 1644}, {6, 1746}, {6, 1820}, {6, 1896}}};
constexpr std::array<Mcs, 28> qam256_rows{{{2, 240},  {2, 386},  {2, 616},  {2, 898},  {2, 1204}, {4, 756},  {4, 868},
                                           {4, 980},  {4, 1106}, {4, 1232}, {4, 1316}, {6, 932},  {6, 1034}, {6, 1134},
                                           {6, 1232}, {6, 1332}, {6, 1438}, {6, 1544}, {6, 1644}, {6, 1746}, {8, 1365},
                                           {8, 1422}, {8, 1508}, {8, 1594}, {8, 1682}, {8, 1770}, {8, 1833}, {8, 1896}}};
constexpr std::array<Mcs, 29> low_se_rows{{{2, 60},   {2, 80},   {2, 100},  {2, 128},  {2, 156},  {2, 198},  {2, 240},  {2, 314},
                                           {2, 386},  {2, 502},  {2, 616},  {2, 758},  {2, 898},  {2, 1052}, {2, 1204}, {4, 680},
                                           {4, 756},  {4, 868},  {4, 980},  {4, 1106}, {4, 1232}, {6, 876},  {6, 932},  {6, 1034},
                                           {6, 1134}, {6, 1232}, {6, 1332}, {6, 1438}, {6, 1544}}};
constexpr std::array<Mcs, 27> qam1024_rows{{{2, 240},  {2, 386},  {2, 898},   {4, 756},   {4, 980},   {4, 1232}, {6, 932},
                                            {6, 1034}, {6, 1134}, {6, 1232},  {6, 1332},  {6, 1438},  {6, 1544}, {6, 1644},
                                            {6, 1746}, {8, 1365}, {8, 1422},  {8, 1508},  {8, 1594},  {8, 1682}, {8, 1770},
                                            {8, 1833}, {8, 1896}, {10, 1611}, {10, 1706}, {10, 1801}, {10, 1896}}};
// Tables 6.1.4.1-1 and -2 (transform precoding) differ from the others only where listed here.
constexpr std::array<Mcs, 28> tp_low_se_rows{{{2, 60},   {2, 80},   {2, 100},  {2, 128},  {2, 156},  {2, 198},  {2, 240},
                                              {2, 314},  {2, 386},  {2, 502},  {2, 616},  {2, 758},  {2, 898},  {2, 1052},
                                              {2, 1204}, {2, 1358}, {4, 756},  {4, 868},  {4, 980},  {4, 1106}, {4, 1232},
                                              {4, 1316}, {4, 1398}, {4, 1544}, {6, 1134}, {6, 1232}, {6, 1332}, {6, 1544}}};

// Modulation orders of the reserved indices, ascending; they end at index 31.
constexpr std::array<uint8_t, 3> reserved_to_64{2, 4, 6};
constexpr std::array<uint8_t, 4> reserved_to_256{2, 4, 6, 8};
constexpr std::array<uint8_t, 5> reserved_to_1024{2, 4, 6, 8, 10};

constexpr std::array<Mcs, 16> cqi_qam64{{{},
                                         {2, 156},
                                         {2, 240},
                                         {2, 386},
                                         {2, 616},
                                         {2, 898},
                                         {2, 1204},
                                         {4, 756},
                                         {4, 980},
                                         {4, 1232},
                                         {6, 932},
                                         {6, 1134},
                                         {6, 1332},
                                         {6, 1544},
                                         {6, 1746},
                                         {6, 1896}}};
constexpr std::array<Mcs, 16> cqi_qam256{{{},
                                          {2, 156},
                                          {2, 386},
                                          {2, 898},
                                          {4, 756},
                                          {4, 980},
                                          {4, 1232},
                                          {6, 932},
                                          {6, 1134},
                                          {6, 1332},
                                          {6, 1544},
                                          {6, 1746},
                                          {8, 1422},
                                          {8, 1594},
                                          {8, 1770},
                                          {8, 1896}}};
constexpr std::array<Mcs, 16> cqi_low_se{{{},
                                          {2, 60},
                                          {2, 100},
                                          {2, 156},
                                          {2, 240},
                                          {2, 386},
                                          {2, 616},
                                          {2, 898},
                                          {2, 1204},
                                          {4, 756},
                                          {4, 980},
                                          {4, 1232},
                                          {6, 932},
                                          {6, 1134},
                                          {6, 1332},
                                          {6, 1544}}};
constexpr std::array<Mcs, 16> cqi_qam1024{{{},
                                           {2, 156},
                                           {2, 386},
                                           {2, 898},
                                           {4, 756},
                                           {4, 1232},
                                           {6, 1134},
                                           {6, 1332},
                                           {6, 1544},
                                           {6, 1746},
                                           {8, 1422},
                                           {8, 1594},
                                           {8, 1770},
                                           {8, 1896},
                                           {10, 1706},
                                           {10, 1896}}};

std::span<const Mcs> rows(McsTable table) {
  switch (table) {
    case McsTable::qam64: return qam64_rows;
    case McsTable::qam256: return qam256_rows;
    case McsTable::qam64_low_se: return low_se_rows;
    case McsTable::qam1024: return qam1024_rows;
  }
  return {};
}

std::optional<uint8_t> reserved(std::span<const uint8_t> orders, unsigned index) {
  if (index > 31 || index < 32 - orders.size()) return std::nullopt;
  return orders[index - (32 - orders.size())];
}

bool one_of_qam64(McsTable table) { return table == McsTable::qam64 || table == McsTable::qam64_low_se; }

// The rows of 6.1.4.1-1/-2 whose order is q: the first two, the first six.
unsigned q_rows(McsTable table) { return table == McsTable::qam64 ? 2 : table == McsTable::qam64_low_se ? 6 : 0; }

}  // namespace

std::optional<Mcs> pdsch_mcs(McsTable table, unsigned index) {
  auto list = rows(table);
  if (index >= list.size()) return std::nullopt;
  return list[index];
}

std::optional<Mcs> pusch_mcs(McsTable table, unsigned index, bool transform_precoding, bool tp_pi2bpsk) {
  if (table == McsTable::qam1024) return std::nullopt;
  if (!transform_precoding || !one_of_qam64(table)) return pdsch_mcs(table, index);
  if (index > 27) return std::nullopt;
  Mcs mcs = table == McsTable::qam64_low_se ? tp_low_se_rows[index] : index < 17 ? qam64_rows[index] : qam64_rows[index + 1];
  if (tp_pi2bpsk && index < q_rows(table)) mcs = {1, static_cast<uint16_t>(mcs.rate_x2048 * 2)};
  return mcs;
}

std::optional<uint8_t> pdsch_reserved_q_m(McsTable table, unsigned index) {
  if (table == McsTable::qam1024) return reserved(reserved_to_1024, index);
  if (table == McsTable::qam256) return reserved(reserved_to_256, index);
  return reserved(reserved_to_64, index);
}

std::optional<uint8_t> pusch_reserved_q_m(McsTable table, unsigned index, bool transform_precoding, bool tp_pi2bpsk) {
  if (table == McsTable::qam1024) return std::nullopt;
  if (transform_precoding && one_of_qam64(table) && index == 28) return tp_pi2bpsk ? 1 : 2;
  return pdsch_reserved_q_m(table, index);
}

unsigned max_mcs(McsTable table, bool transform_precoding) {
  if (transform_precoding && one_of_qam64(table)) return 27;
  return static_cast<unsigned>(rows(table).size()) - 1;
}

std::optional<Mcs> cqi(CqiTable table, unsigned index) {
  if (index == 0 || index > 15) return std::nullopt;
  switch (table) {
    case CqiTable::qam64: return cqi_qam64[index];
    case CqiTable::qam256: return cqi_qam256[index];
    case CqiTable::qam64_low_se: return cqi_low_se[index];
    case CqiTable::qam1024: return cqi_qam1024[index];
  }
  return std::nullopt;
}

unsigned mcs_from_cqi(CqiTable cqi_table, unsigned cqi_index, McsTable mcs_table) {
  auto wanted = cqi(cqi_table, cqi_index);
  if (!wanted) return 0;
  auto list = rows(mcs_table);
  // Efficiency is not strictly rising where the modulation changes, so the walk is from the top.
  for (unsigned i = static_cast<unsigned>(list.size()); i-- > 0;) {
    if (list[i].q_m * list[i].rate_x2048 <= wanted->q_m * wanted->rate_x2048) return i;
  }
  return 0;
}

}  // namespace sen::nr
