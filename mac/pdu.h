// MAC PDUs (TS 38.321 6.1, 6.2; Release 17, one serving cell): subheaders, control elements, random access responses, both directions.
// Used by the gNB, the UE and the captures. Each control element is a struct with one field list, which yields reading, writing and
// printing.
//
// Reading borrows from the transport block; writing fills the block's octets in place; neither allocates. Whatever the octets are, reading
// stays inside them: a PDU that breaks the rules ends the walk with a named error and what was read before stands (TS 38.321 5.13). Pure
// functions on values, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "codec/tree.h"

namespace sen::mac {

enum class Link : uint8_t { dl, ul };

// Table 6.2.1-1 (DL-SCH) and 6.2.1-2 (UL-SCH): LCID values. Indices of one-octet eLCIDs are 64 + codepoint, of two-octet ones 320 +
// codepoint.
namespace lcid {
constexpr uint16_t ccch = 0;  // DL; UL: CCCH1 of 64 bits
constexpr uint16_t first_bearer = 1, last_bearer = 32;
constexpr uint16_t extended2 = 33, extended1 = 34;
constexpr uint16_t padding = 63;
constexpr uint16_t ul_ccch_48 = 52;  // UL: CCCH of 48 bits
constexpr uint16_t ul_redcap_ccch_48 = 35, ul_redcap_ccch1_64 = 36;
}  // namespace lcid

// --- Walking a PDU ---------------------------------------------------------------------------------------------------------

struct SubPdu {
  uint16_t id = 0;          // LCID, or index of the eLCID
  bool has_length = false;  // the subheader carried L
  ByteView payload;         // SDU or control element; for padding the rest of the block
};

enum class PduError : uint8_t { none, truncated, reserved_lcid, bad_size };
const char* to_string(PduError error);

class SubPduReader {
 public:
  SubPduReader(Link link, ByteView block) : rest_(block), link_(link) {}
  // The next subPDU; nullopt at the end, after padding, or at an error. Padding is reported once.
  std::optional<SubPdu> next();
  PduError error() const { return error_; }

 private:
  std::optional<SubPdu> stop(PduError error);

  ByteView rest_;
  Link link_;
  PduError error_ = PduError::none;
};

// Does the subPDU carry an SDU: of a logical channel (id 1 to 32, or 320 and above) or of the CCCH?
bool is_ccch(Link link, uint16_t id);
constexpr bool is_bearer(uint16_t id) { return id >= lcid::first_bearer && id <= lcid::last_bearer; }

// --- Control elements ------------------------------------------------------------------------------------------------------

// Size of a control element's payload: fixed, or -1 when its subheader has L.
struct CeInfo {
  Link link;
  uint16_t id;
  const char* name;
  int16_t size;
};

// Downlink
struct ContentionResolution {  // 6.1.3.3
  static constexpr CeInfo info{Link::dl, 62, "UE Contention Resolution Identity", 6};
  Octets<6> identity{};
  template <class V>
  static void fields(V& v, auto& s) {
    v.octets("identity", s.identity);
  }
  bool operator==(const ContentionResolution&) const = default;
};
struct TimingAdvance {  // 6.1.3.4
  static constexpr CeInfo info{Link::dl, 61, "Timing Advance Command", 1};
  uint8_t tag = 0;
  uint8_t command = 31;  // T_A: N_TA changes by (T_A - 31) * 16 * 64 / 2^mu T_c (TS 38.213 4.2)
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("TAG ID", 2, s.tag);
    v.bits("command", 6, s.command);
  }
  bool operator==(const TimingAdvance&) const = default;
};
struct DrxCommand {  // 6.1.3.5
  static constexpr CeInfo info{Link::dl, 60, "DRX Command", 0};
  template <class V>
  static void fields(V&, auto&) {}
  bool operator==(const DrxCommand&) const = default;
};
struct LongDrxCommand {  // 6.1.3.6
  static constexpr CeInfo info{Link::dl, 59, "Long DRX Command", 0};
  template <class V>
  static void fields(V&, auto&) {}
  bool operator==(const LongDrxCommand&) const = default;
};
struct SCellActivation {  // 6.1.3.10, one octet
  static constexpr CeInfo info{Link::dl, 58, "SCell Activation/Deactivation (1 octet)", 1};
  uint8_t cells = 0;  // bit i: C_i
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("cells", 8, s.cells);
  }
  bool operator==(const SCellActivation&) const = default;
};
struct SCellActivation4 {  // 6.1.3.10, four octets
  static constexpr CeInfo info{Link::dl, 57, "SCell Activation/Deactivation (4 octets)", 4};
  Octets<4> cells{};
  template <class V>
  static void fields(V& v, auto& s) {
    v.octets("cells", s.cells);
  }
  bool operator==(const SCellActivation4&) const = default;
};
struct Duplication {  // 6.1.3.11
  static constexpr CeInfo info{Link::dl, 56, "Duplication Activation/Deactivation", 1};
  uint8_t drbs = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("DRBs", 8, s.drbs);
  }
  bool operator==(const Duplication&) const = default;
};
struct TciStatePdcch {  // 6.1.3.15
  static constexpr CeInfo info{Link::dl, 52, "TCI State Indication for UE-specific PDCCH", 2};
  uint8_t cell = 0, coreset = 0, tci_state = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("serving cell", 5, s.cell);
    v.bits("CORESET", 4, s.coreset);
    v.bits("TCI state", 7, s.tci_state);
  }
  bool operator==(const TciStatePdcch&) const = default;
};
struct SpCsiReporting {  // 6.1.3.16
  static constexpr CeInfo info{Link::dl, 51, "SP CSI reporting on PUCCH Activation/Deactivation", 2};
  uint8_t reserved = 0, cell = 0, bwp = 0, reports = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("R", 1, s.reserved);
    v.bits("serving cell", 5, s.cell);
    v.bits("BWP", 2, s.bwp);
    v.bits("reports", 8, s.reports);
  }
  bool operator==(const SpCsiReporting&) const = default;
};
struct PucchSpatialRelation {  // 6.1.3.18
  static constexpr CeInfo info{Link::dl, 49, "PUCCH spatial relation Activation/Deactivation", 3};
  uint8_t reserved = 0, cell = 0, bwp = 0, reserved2 = 0, resource = 0, relations = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("R", 1, s.reserved);
    v.bits("serving cell", 5, s.cell);
    v.bits("BWP", 2, s.bwp);
    v.bits("R2", 1, s.reserved2);
    v.bits("PUCCH resource", 7, s.resource);
    v.bits("relations", 8, s.relations);
  }
  bool operator==(const PucchSpatialRelation&) const = default;
};
struct SpZpCsiRs {  // 6.1.3.19
  static constexpr CeInfo info{Link::dl, 48, "SP ZP CSI-RS Resource Set Activation/Deactivation", 2};
  uint8_t activate = 0, cell = 0, bwp = 0, reserved = 0, set = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("A/D", 1, s.activate);
    v.bits("serving cell", 5, s.cell);
    v.bits("BWP", 2, s.bwp);
    v.bits("R", 4, s.reserved);
    v.bits("resource set", 4, s.set);
  }
  bool operator==(const SpZpCsiRs&) const = default;
};
struct RecommendedBitRate {  // 6.1.3.20, to the UE
  static constexpr CeInfo info{Link::dl, 47, "Recommended Bit Rate", 2};
  uint8_t channel = 0, uplink = 0, rate = 0, multiplied = 0, reserved = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("LCID", 6, s.channel);
    v.bits("UL/DL", 1, s.uplink);
    v.bits("bit rate", 6, s.rate);
    v.bits("X", 1, s.multiplied);
    v.bits("R", 2, s.reserved);
  }
  bool operator==(const RecommendedBitRate&) const = default;
};
struct AbsoluteTimingAdvance {  // 6.1.3.4a
  static constexpr CeInfo info{Link::dl, 316, "Absolute Timing Advance Command", 2};
  uint8_t reserved = 0;
  uint16_t command = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("R", 4, s.reserved);
    v.bits("command", 12, s.command);
  }
  bool operator==(const AbsoluteTimingAdvance&) const = default;
};

// Uplink
struct CRnti {  // 6.1.3.2
  static constexpr CeInfo info{Link::ul, 58, "C-RNTI", 2};
  uint16_t rnti = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("C-RNTI", 16, s.rnti);
  }
  bool operator==(const CRnti&) const = default;
};
template <bool truncated>
struct ShortBsrOf {  // 6.1.3.1
  static constexpr CeInfo info{Link::ul, truncated ? 59 : 61, truncated ? "Short Truncated BSR" : "Short BSR", 1};
  uint8_t group = 0;
  uint8_t size = 0;  // index of table 6.1.3.1-1
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("LCG ID", 3, s.group);
    v.bits("buffer size", 5, s.size);
  }
  bool operator==(const ShortBsrOf&) const = default;
};
using ShortBsr = ShortBsrOf<false>;
using ShortTruncatedBsr = ShortBsrOf<true>;
template <bool truncated>
struct LongBsrOf {  // 6.1.3.1
  static constexpr CeInfo info{Link::ul, truncated ? 60 : 62, truncated ? "Long Truncated BSR" : "Long BSR", -1};
  uint8_t groups = 0;              // bit i: LCG i has a buffer size here (truncated: has data)
  uint8_t count = 0;               // of `sizes`; the long one: as many as bits in `groups`
  std::array<uint8_t, 8> sizes{};  // indices of table 6.1.3.1-2, ascending by group
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("LCGs", 8, s.groups);
    v.list("buffer sizes", s.sizes, s.count);
  }
  bool operator==(const LongBsrOf&) const = default;
};
using LongBsr = LongBsrOf<false>;
using LongTruncatedBsr = LongBsrOf<true>;
struct SinglePhr {  // 6.1.3.8
  static constexpr CeInfo info{Link::ul, 57, "Single Entry PHR", 2};
  uint8_t p = 0, reserved = 0;
  uint8_t ph = 0;  // index of TS 38.133 10.1.17.1
  uint8_t mpe = 0;
  uint8_t p_cmax = 0;  // index of TS 38.133 10.1.18.1
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("P", 1, s.p);
    v.bits("R", 1, s.reserved);
    v.bits("PH", 6, s.ph);
    v.bits("MPE", 2, s.mpe);
    v.bits("P_CMAX", 6, s.p_cmax);
  }
  bool operator==(const SinglePhr&) const = default;
};
struct ConfiguredGrantConfirmation {  // 6.1.3.7
  static constexpr CeInfo info{Link::ul, 55, "Configured Grant Confirmation", 0};
  template <class V>
  static void fields(V&, auto&) {}
  bool operator==(const ConfiguredGrantConfirmation&) const = default;
};
struct RecommendedBitRateQuery {  // 6.1.3.20, from the UE
  static constexpr CeInfo info{Link::ul, 53, "Recommended Bit Rate Query", 2};
  uint8_t channel = 0, uplink = 0, rate = 0, multiplied = 0, reserved = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    RecommendedBitRate::fields(v, s);
  }
  bool operator==(const RecommendedBitRateQuery&) const = default;
};
struct LbtFailure {  // 6.1.3.30, one octet
  static constexpr CeInfo info{Link::ul, 49, "LBT failure (1 octet)", 1};
  uint8_t cells = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("cells", 8, s.cells);
  }
  bool operator==(const LbtFailure&) const = default;
};
struct LbtFailure4 {  // 6.1.3.30, four octets
  static constexpr CeInfo info{Link::ul, 48, "LBT failure (4 octets)", 4};
  Octets<4> cells{};
  template <class V>
  static void fields(V& v, auto& s) {
    v.octets("cells", s.cells);
  }
  bool operator==(const LbtFailure4&) const = default;
};
struct TimingAdvanceReport {  // 6.1.3.56
  static constexpr CeInfo info{Link::ul, 44, "Timing Advance Report", 2};
  uint8_t reserved = 0;
  uint16_t slots = 0;
  template <class V>
  static void fields(V& v, auto& s) {
    v.bits("R", 2, s.reserved);
    v.bits("timing advance", 14, s.slots);
  }
  bool operator==(const TimingAdvanceReport&) const = default;
};
struct MultipleGrantConfirmation {  // 6.1.3.31
  static constexpr CeInfo info{Link::ul, 316, "Multiple Entry Configured Grant Confirmation", 4};
  Octets<4> grants{};
  template <class V>
  static void fields(V& v, auto& s) {
    v.octets("grants", s.grants);
  }
  bool operator==(const MultipleGrantConfirmation&) const = default;
};
// A control element of several carriers or beams: known by name, its octets left as they are.
struct OtherCe {
  Link link = Link::dl;
  uint16_t id = 0;
  ByteView payload;
};

using ControlElement =
    std::variant<ContentionResolution, TimingAdvance, DrxCommand, LongDrxCommand, SCellActivation, SCellActivation4, Duplication,
                 TciStatePdcch, SpCsiReporting, PucchSpatialRelation, SpZpCsiRs, RecommendedBitRate, AbsoluteTimingAdvance, CRnti, ShortBsr,
                 ShortTruncatedBsr, LongBsr, LongTruncatedBsr, SinglePhr, ConfiguredGrantConfirmation, RecommendedBitRateQuery, LbtFailure,
                 LbtFailure4, TimingAdvanceReport, MultipleGrantConfirmation, OtherCe>;

// nullptr: reserved, or no control element (an SDU, padding).
const CeInfo* find_ce(Link link, uint16_t id);
// nullopt: not a control element, or its size is wrong.
std::optional<ControlElement> read_ce(Link link, const SubPdu& sub);
// Octets with the subheader.
size_t ce_size(const ControlElement& ce);

// --- Building a PDU --------------------------------------------------------------------------------------------------------

// Fills a transport block from its front. What does not fit is refused and leaves the writer unchanged. finish() pads to the end.
// The order is the caller's: DL control elements before SDUs, UL after them (TS 38.321 6.1.2).
class PduWriter {
 public:
  explicit PduWriter(std::span<uint8_t> block) : block_(block) {}

  size_t left() const { return block_.size() - at_; }
  size_t used() const { return at_; }
  bool put(const ControlElement& ce);
  // An SDU copied in, with L.
  bool put_sdu(uint16_t id, ByteView sdu);
  // An SDU written in place: room() for the largest payload that fits now (empty: none), then commit() with what was used (0: nothing
  // happens).
  std::span<uint8_t> room();
  void commit(uint16_t id, size_t size);
  // UL CCCH: 6 or 8 octets, which choose the LCID; no L. False for another size.
  bool put_ul_ccch(ByteView sdu);
  void finish();

 private:
  std::span<uint8_t> block_;
  size_t at_ = 0;
};

// Subheader octets of an SDU of this size: 2, or 3 above 255 octets.
constexpr size_t sdu_header(size_t size) { return size > 255 ? 3 : 2; }

// --- Random access response (6.1.5, 6.2.2, 6.2.3) --------------------------------------------------------------------------

struct RandomAccessResponse {
  uint8_t rapid = 0;
  uint16_t ta = 0;     // 12 bits: N_TA = ta * 16 * 64 / 2^mu T_c
  uint32_t grant = 0;  // 27 bits (TS 38.213 table 8.2-1), first bit is bit 26
  uint16_t tc_rnti = 0;
  bool operator==(const RandomAccessResponse&) const = default;
};
constexpr size_t rar_octets = 8;  // subheader and payload

// Walks a RAR PDU. nullopt at the end or an error.
struct RarSubPdu {
  std::optional<uint8_t> backoff;     // BI index
  std::optional<uint8_t> rapid_only;  // acknowledged SI request
  std::optional<RandomAccessResponse> response;
};
class RarReader {
 public:
  explicit RarReader(ByteView block) : rest_(block) {}
  std::optional<RarSubPdu> next();
  PduError error() const { return error_; }

 private:
  ByteView rest_;
  bool last_ = false, first_ = true;
  PduError error_ = PduError::none;
};
// Octets used; 0 when it does not fit. The rest of `block` becomes padding.
size_t write_rar(std::span<uint8_t> block, std::optional<uint8_t> backoff, std::span<const RandomAccessResponse> responses);

// --- Values ----------------------------------------------------------------------------------------------------------------

// Tables 6.1.3.1-1 (5 bits) and 6.1.3.1-2 (8 bits): smallest index whose bound covers `octets`, and the bound of an index. The open-ended
// last index gives twice the bound before it.
uint8_t bsr5_index(uint32_t octets);
uint8_t bsr8_index(uint32_t octets);
uint32_t bsr5_octets(uint8_t index);
uint32_t bsr8_octets(uint8_t index);
// TS 38.133 10.1.17.1 and 10.1.18.1: lower bound in dB (dBm) of an index, and the index of a value.
int ph_db(uint8_t index);
uint8_t ph_index(float db);
int p_cmax_dbm(uint8_t index);
uint8_t p_cmax_index(float dbm);

// Every leaf of a MAC PDU. The second form for RAR.
void print(Link link, ByteView block, codec::Tree& tree);
void print_rar(ByteView block, codec::Tree& tree);

}  // namespace sen::mac
