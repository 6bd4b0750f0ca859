// Reaches members of generated structs through their tables.
#pragma once

#include "codec/per/type.h"

namespace sen::per {

inline void* at(void* base, size_t offset) { return static_cast<std::byte*>(base) + offset; }
inline const void* at(const void* base, size_t offset) { return static_cast<const std::byte*>(base) + offset; }

inline Extras* extras_of(const Type& type, void* value) {
  return type.extra_offset == Type::no_extra ? nullptr : static_cast<Extras*>(at(value, type.extra_offset));
}
inline const Extras::Content* extras_of(const Type& type, const void* value) {
  return type.extra_offset == Type::no_extra ? nullptr : static_cast<const Extras*>(at(value, type.extra_offset))->get();
}

uint64_t load_number(const Type& type, const void* value);
void store_number(const Type& type, void* value, uint64_t number);

// The member's value, nullptr if it is absent. For a member of kind ies: the enclosing struct if there is anything to encode.
const void* member(const Field& field, const void* base);
// True if the member is encoded: present, and not equal to its DEFAULT.
bool is_present(const Field& field, const void* base);
// True if an IE container has anything to carry.
bool any_ies(const Type& type, const void* base);
// The member's storage, made present.
inline void* make_member(const Field& field, void* base) {
  void* where = at(base, field.offset);
  return field.access ? field.access->emplace(where) : where;
}

// Position in the fields of an IE table, -1 if the id is not there; `hint` is tried first.
inline int find_ie(const Type& type, uint16_t id, int hint) {
  for (int i = hint; i < type.field_count; ++i) {
    if (type.fields[i].id == id) return i;
  }
  for (int i = 0; i < hint && i < type.field_count; ++i) {
    if (type.fields[i].id == id) return i;
  }
  return -1;
}

// How far above `low` a number of the type may lie: to `high`, or, without one, to the end of what its storage holds (8 octets then).
inline uint64_t integer_span(const Type& type) {
  const auto low = static_cast<uint64_t>(type.low);  // modulo 2^64: right for signed and unsigned ranges
  if (type.bounds == Bounds::both) return static_cast<uint64_t>(type.high) - low;
  return (type.is_signed ? static_cast<uint64_t>(INT64_MAX) : UINT64_MAX) - low;
}

// True unless the number lies in a gap of a union of ranges.
inline bool in_ranges(const Type& type, uint64_t number) {
  const auto v = static_cast<int64_t>(number);
  for (int i = 0; type.ranges && i < type.root_count; ++i) {
    if (v >= type.ranges[2 * i] && v <= type.ranges[2 * i + 1]) return true;
  }
  return type.ranges == nullptr;
}

// Characters of a known-multiplier string: IA5String has all of 7 bits; of PrintableString, too, anything printable is taken.
inline bool is_character(const Type& type, uint8_t c) { return type.storage ? c <= 0x7f : c >= 0x20 && c <= 0x7e; }

inline constexpr unsigned max_ies = 256;  // fields of one IE table; the generator refuses more
inline constexpr int max_depth = 64;
inline constexpr size_t max_elements = 65536;

}  // namespace sen::per
