// Identifiers of TS 23.003 and TS 23.501 as plain values: what NGAP, NAS, PFCP and the core functions share.
// Comparable, hashable (std::hash), and printed by text(). Octet layouts are those of TS 24.501 and TS 38.413 (they agree).
// Anything that fits the bits can be held, valid or not: a peer's nonsense must survive decoding; ask valid() before using it.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sen {

using Tac = uint32_t;          // 24 bits
using PduSessionId = uint8_t;  // 1 to 15 for a session; 0 "none assigned" (TS 24.007 11.2.3.1b)
using Qfi = uint8_t;           // 1 to 63
using FiveQi = uint8_t;

// A PLMN identity, kept as its three octets (TS 24.008 10.5.1.13): MCC2|MCC1, MNC3|MCC3, MNC2|MNC1; MNC3 is 0xF for a two-digit MNC.
struct Plmn {
  Octets<3> octets{};

  Plmn() = default;
  explicit Plmn(Octets<3> wire) : octets(wire) {}
  Plmn(uint16_t mcc, uint16_t mnc, unsigned mnc_digits);
  // "999/70", "999-70", "99970" or "001/001"; Error invalid otherwise.
  static Result<Plmn> parse(std::string_view text);

  bool valid() const;  // every digit decimal
  unsigned mnc_digits() const { return octets[1] >> 4 == 15 ? 2 : 3; }
  uint16_t mcc() const;
  uint16_t mnc() const;
  std::string mcc_text() const;  // "999"; a digit above 9 prints as a letter
  std::string mnc_text() const;  // "70" or "070"
  std::string digits() const { return mcc_text() + mnc_text(); }
  std::string text() const { return mcc_text() + '/' + mnc_text(); }  // "999/70"
  auto operator<=>(const Plmn&) const = default;
};

struct Tai {
  Plmn plmn;
  Tac tac = 0;
  std::string text() const;  // "999/70-000001"
  auto operator<=>(const Tai&) const = default;
};

struct SNssai {
  uint8_t sst = 0;
  std::optional<uint32_t> sd;  // 24 bits; 0xffffff means "none" on interfaces that always carry one
  std::string text() const;    // "1" or "1-00abcd"
  auto operator<=>(const SNssai&) const = default;
};

struct Guami {
  Plmn plmn;
  uint8_t region = 0;
  uint16_t set = 0;     // 10 bits
  uint8_t pointer = 0;  // 6 bits
  std::string text() const;
  auto operator<=>(const Guami&) const = default;
};

// 5G-S-TMSI
struct STmsi {
  uint16_t set = 0;
  uint8_t pointer = 0;
  uint32_t tmsi = 0;
  std::string text() const;
  auto operator<=>(const STmsi&) const = default;
};

// 5G-GUTI
struct Guti {
  Guami guami;
  uint32_t tmsi = 0;
  STmsi s_tmsi() const { return {guami.set, guami.pointer, tmsi}; }
  std::string text() const;
  auto operator<=>(const Guti&) const = default;
};

// Data network name as text, "internet" or "ims.mnc070.mcc999.gprs". On the wire: labels with a length octet each (TS 23.003 9.1).
struct Dnn {
  std::string name;

  static Result<Dnn> from_labels(ByteView wire);
  Bytes labels() const;
  size_t wire_size() const { return name.empty() ? 0 : name.size() + 1; }
  auto operator<=>(const Dnn&) const = default;
};

// "imsi-999700000000001" <-> digits. A SUPI travels as this text (TS 29.571 5.3.2).
std::string supi_from_imsi(std::string_view digits);
Result<std::string> imsi_from_supi(std::string_view supi);
bool all_digits(std::string_view text);

// Semi-octets, low nibble first, 0xF fills an odd count (TS 24.008 10.5.4.7). Nibbles 10 to 15 print as 'a' to 'f'.
std::string digits_from_bcd(ByteView bytes);
Bytes bcd_from_digits(std::string_view digits);

}  // namespace sen

template <>
struct std::hash<sen::Plmn> {
  size_t operator()(const sen::Plmn& v) const { return v.octets[0] | v.octets[1] << 8 | v.octets[2] << 16; }
};
namespace sen {
inline size_t hash_mix(size_t a, size_t b) { return (a ^ b) * 0x9e3779b97f4a7c15ull ^ (a >> 29); }
}  // namespace sen
template <>
struct std::hash<sen::Tai> {
  size_t operator()(const sen::Tai& v) const { return sen::hash_mix(std::hash<sen::Plmn>()(v.plmn), v.tac); }
};
template <>
struct std::hash<sen::SNssai> {
  size_t operator()(const sen::SNssai& v) const { return sen::hash_mix(v.sst, v.sd.value_or(0xffffff)); }
};
template <>
struct std::hash<sen::Guami> {
  size_t operator()(const sen::Guami& v) const {
    return sen::hash_mix(std::hash<sen::Plmn>()(v.plmn), size_t(v.region) << 16 | size_t(v.set) << 6 | v.pointer);
  }
};
template <>
struct std::hash<sen::STmsi> {
  size_t operator()(const sen::STmsi& v) const { return sen::hash_mix(size_t(v.set) << 6 | v.pointer, v.tmsi); }
};
template <>
struct std::hash<sen::Guti> {
  size_t operator()(const sen::Guti& v) const { return sen::hash_mix(std::hash<sen::Guami>()(v.guami), v.tmsi); }
};
template <>
struct std::hash<sen::Dnn> {
  size_t operator()(const sen::Dnn& v) const { return std::hash<std::string>()(v.name); }
};
