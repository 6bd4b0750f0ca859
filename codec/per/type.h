// The tables that tools/asn1/generate.py writes and the interpreter (codec/per/per.h) reads: one constant Type per ASN.1 type.
// Only generated code and the interpreter need this header.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/per/values.h"

namespace sen::per {

enum class Kind : uint8_t {
  null,
  boolean,
  integer,
  enumerated,
  bit_string,
  octet_string,
  text,               // PrintableString, VisibleString, IA5String: known-multiplier, 7 or 8 bits a character
  utf8,
  object_identifier,
  sequence,
  sequence_of,
  choice,
  containing,         // OCTET STRING (CONTAINING element); the C++ value is the element's
  open,               // an open type kept as its octets (Bytes)
  ies,                // ProtocolIE-Container / ProtocolExtensionContainer: the members are those of the enclosing struct
  rest,               // all that is left of the encoding: the place of extensions that are not defined yet (C++: Rest)
  single_ie,          // ProtocolIE-SingleContainer as a CHOICE alternative (C++: RawIe when unknown)
};

enum class Bounds : uint8_t { none, low, both };
enum class Presence : uint8_t { mandatory, optional, standard_value };

struct Ops {
  void* (*create)();
  void* (*copy)(const void*);
  void (*destroy)(void*);
};

struct ListOps {
  size_t stride;
  size_t (*size)(const void* list);
  const void* (*data)(const void* list);
  void* (*resize)(void* list, size_t n);  // returns the data
};

// How to reach an optional member.
struct Access {
  const void* (*get)(const void*);  // nullptr if absent
  void* (*emplace)(void*);
};

struct Field {
  const char* name = "";
  const Type* type = nullptr;
  const Access* access = nullptr;  // nullptr: a direct member
  uint32_t offset = 0;
  Presence presence = Presence::mandatory;
  Criticality criticality = Criticality::ignore;
  uint16_t id = 0;
  int64_t standard_value = 0;  // DEFAULT
};

// One extension addition: `count` fields from `first`; a group [[ ]] is encoded as a SEQUENCE of its own.
struct Addition {
  uint16_t first = 0;
  uint16_t count = 0;
  bool group = false;
};

struct Type {
  static constexpr uint32_t no_extra = 0xffffffff;

  const char* name = "";  // the ASN.1 name
  Kind kind = Kind::null;
  bool extensible = false;
  Bounds bounds = Bounds::none;  // of the value (integer) or of the size
  uint8_t storage = 0;           // octets of a number; 1 for Bits<n>, Octets<n> and IA5String
  bool is_signed = false;
  int64_t low = 0;
  int64_t high = 0;  // unsigned when low is not negative
  const Ops* ops = nullptr;
  const ListOps* list = nullptr;
  const Type* element = nullptr;
  const Field* fields = nullptr;  // sequence, ies: members; choice: alternatives (root, extensions, then those of the single IE)
  const char* const* names = nullptr;  // enumerated
  const int64_t* ranges = nullptr;     // integer of several ranges: root_count pairs (low, high)
  const Addition* additions = nullptr;
  uint16_t root_count = 0;      // fields or names before the extension marker
  uint16_t field_count = 0;     // of fields or names; choice: without those of the single IE
  uint16_t addition_count = 0;  // sequence: additions; choice: number of the single IE's alternatives
  uint32_t extra_offset = no_extra;  // of the member `extra`
};

template <class T>
inline constexpr Ops ops = {
    []() -> void* { return new T(); },
    [](const void* from) -> void* { return new T(*static_cast<const T*>(from)); },
    [](void* value) { delete static_cast<T*>(value); },
};

template <class T>
inline constexpr ListOps list_ops = {
    sizeof(T),
    [](const void* list) { return static_cast<const std::vector<T>*>(list)->size(); },
    [](const void* list) -> const void* { return static_cast<const std::vector<T>*>(list)->data(); },
    [](void* list, size_t n) -> void* {
      auto& v = *static_cast<std::vector<T>*>(list);
      v.resize(n);
      return v.data();
    },
};

// O is std::optional<T> or Box<T>.
template <class O>
inline constexpr Access access = {
    [](const void* at) -> const void* {
      auto& o = *static_cast<const O*>(at);
      return o.has_value() ? static_cast<const void*>(&*o) : nullptr;
    },
    [](void* at) -> void* { return &static_cast<O*>(at)->emplace(); },
};

extern const Type unknown_alternative_type;
extern const Type rest_type;

}  // namespace sen::per
