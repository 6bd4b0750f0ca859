#include <algorithm>

#include "codec/per/detail/access.h"
#include "codec/per/detail/bits.h"
#include "codec/per/per.h"

namespace sen::per {
namespace {

class Encoder {
 public:
  Encoder(Bytes& out, bool aligned, Error& error) : writer_(out), error_(error), aligned_(aligned) {}

  bool value(const Type& type, const void* from);
  // Pads to whole octets, at least one.
  void finish() {
    if (writer_.size_bits() == 0) writer_.bits(0, 8);
    writer_.align();
  }

 private:
  template <class... Args>
  bool fail(Fault fault, fmt::format_string<Args...> text, Args&&... args) {
    error_ = {fault, "", fmt::format(text, std::forward<Args>(args)...)};
    return false;
  }
  bool within(std::string_view name) {
    error_ = std::move(error_).within(name);
    return false;
  }

  void align() {
    if (aligned_) writer_.align();
  }
  void bit(bool v) { writer_.bits(v, 1); }

  void constrained(uint64_t low, uint64_t high, uint64_t v);
  void small_number(uint64_t v);
  void semi_constrained(uint64_t v_minus_low);
  void unconstrained(int64_t v);
  void length(size_t n);  // below 16K
  void octets_with_length(ByteView content);
  // Calls put(first, count) for each fragment, with the lengths between.
  template <class Put>
  bool fragments(size_t n, Put put);
  // Writes the size (and extension bit) of a string or list of n; `free` says that lengths are written with the fragments.
  bool size(const Type& type, size_t n, bool& free, bool& root);
  template <class Put>
  bool sized(const Type& type, size_t n, unsigned packed_bits, unsigned item_bits, Put put);
  template <class Write>
  bool open(Write write);
  template <class Write>
  bool open_shifted(Write write);

  bool integer(const Type& type, const void* from);
  bool enumerated(const Type& type, const void* from);
  bool bit_string(const Type& type, const void* from);
  bool octet_string(const Type& type, ByteView content);
  bool text(const Type& type, const void* from);
  bool containing(const Type& type, const void* from);
  bool sequence(const Type& type, const void* from);
  bool fields(const Type& type, int first, int count, const void* from);
  bool member_value(const Field& field, const void* base);
  bool addition_present(const Type& type, const Addition& what, const void* from);
  bool additions(const Type& type, const void* from);
  bool sequence_of(const Type& type, const void* from);
  bool choice(const Type& type, const void* from);
  bool extension_choice(const Type& type, const Choice& from);
  bool ie_header(uint16_t id, Criticality criticality);
  bool raw_ie(const RawIe& ie);
  bool ie(const Field& field, Criticality criticality, const void* base);
  bool ies(const Type& type, const void* from);
  bool remembered_ies(const Type& type, const Extras::Content& extra, const void* from);

  BitWriter writer_;
  Error& error_;
  const bool aligned_;
};

// X.691 11.5; v is within the bounds.
void Encoder::constrained(uint64_t low, uint64_t high, uint64_t v) {
  const uint64_t span = high - low;
  v -= low;
  if (span == 0) return;
  if (!aligned_ || span < 255) {
    writer_.bits(v, std::bit_width(span));
  } else if (span <= 65535) {
    align();
    writer_.bits(v, span == 255 ? 8 : 16);
  } else {
    const unsigned octets = octets_of(v);
    writer_.bits(octets - 1, std::bit_width(octets_of(span) - 1));
    align();
    writer_.bits(v, octets * 8);
  }
}

void Encoder::small_number(uint64_t v) {
  bit(v > 63);
  if (v > 63) {
    semi_constrained(v);
  } else {
    writer_.bits(v, 6);
  }
}

void Encoder::semi_constrained(uint64_t v_minus_low) {
  const unsigned octets = octets_of(v_minus_low);
  length(octets);
  writer_.bits(v_minus_low, octets * 8);
}

void Encoder::unconstrained(int64_t v) {
  unsigned octets = 1;
  while (octets < 8 && (v >> (octets * 8 - 1)) != 0 && (v >> (octets * 8 - 1)) != -1) ++octets;
  length(octets);
  writer_.bits(static_cast<uint64_t>(v), octets * 8);
}

void Encoder::length(size_t n) {
  align();
  if (n < 128) {
    writer_.bits(n, 8);
  } else {
    writer_.bits(0x8000 | n, 16);
  }
}

template <class Put>
bool Encoder::fragments(size_t n, Put put) {
  size_t first = 0;
  for (;;) {
    const size_t left = n - first;
    if (left < fragment) {
      length(left);
      return left == 0 || put(first, left);
    }
    const size_t blocks = std::min<size_t>(left / fragment, 4);
    align();
    writer_.bits(0xc0 | blocks, 8);
    if (!put(first, blocks * fragment)) return false;
    first += blocks * fragment;
  }
}

void Encoder::octets_with_length(ByteView content) {
  fragments(content.size(), [&](size_t first, size_t count) {
    writer_.octets(content.subspan(first, count));
    return true;
  });
}

bool Encoder::size(const Type& type, size_t n, bool& free, bool& root) {
  const auto count = static_cast<int64_t>(n);
  const bool inside = type.bounds == Bounds::none || (count >= type.low && (type.bounds == Bounds::low || count <= type.high));
  if (!inside && !type.extensible) return fail(Fault::invalid, "size {} ({} to {} allowed)", n, type.low, type.high);
  if (type.extensible) bit(!inside);
  root = inside;
  free = !inside || type.bounds != Bounds::both || type.high >= static_cast<int64_t>(size_limit);
  if (!free) constrained(type.low, type.high, n);
  return true;
}

// A string of n items; strings of at most packed_bits (fixed size) are not aligned.
template <class Put>
bool Encoder::sized(const Type& type, size_t n, unsigned packed_bits, unsigned item_bits, Put put) {
  bool free, root;
  if (!size(type, n, free, root)) return false;
  if (free) return fragments(n, put);
  if (n > 0 && (type.low != type.high || n * item_bits > packed_bits)) align();
  return put(0, n);
}

// An open type (or octet string of unknown length) whose content `write` encodes.
template <class Write>
bool Encoder::open(Write write) {
  align();
  if (!writer_.aligned()) return open_shifted(write);
  Bytes& out = writer_.out();
  const size_t begin = out.size();
  out.push_back(0);
  Encoder inner(out, aligned_, error_);
  if (!write(inner)) return false;
  inner.finish();
  const size_t n = out.size() - begin - 1;
  if (n < 128) {
    out[begin] = static_cast<uint8_t>(n);
  } else if (n < fragment) {
    out[begin] = static_cast<uint8_t>(0x80 | n >> 8);
    out.insert(out.begin() + static_cast<ptrdiff_t>(begin) + 1, static_cast<uint8_t>(n));
  } else {
    Bytes content(out.begin() + static_cast<ptrdiff_t>(begin) + 1, out.end());
    out.resize(begin);
    octets_with_length(content);
  }
  return true;
}

template <class Write>
bool Encoder::open_shifted(Write write) {
  Bytes content;
  Encoder inner(content, aligned_, error_);
  if (!write(inner)) return false;
  inner.finish();
  octets_with_length(content);
  return true;
}

bool Encoder::value(const Type& type, const void* from) {
  switch (type.kind) {
    case Kind::null: return true;
    case Kind::boolean: bit(*static_cast<const bool*>(from)); return true;
    case Kind::integer: return integer(type, from);
    case Kind::enumerated: return enumerated(type, from);
    case Kind::bit_string: return bit_string(type, from);
    case Kind::octet_string:
      if (type.storage) return octet_string(type, {static_cast<const uint8_t*>(from), static_cast<size_t>(type.low)});
      return octet_string(type, *static_cast<const Bytes*>(from));
    case Kind::text: return text(type, from);
    case Kind::utf8: octets_with_length(as_bytes(*static_cast<const std::string*>(from))); return true;
    case Kind::object_identifier: octets_with_length(static_cast<const ObjectIdentifier*>(from)->contents); return true;
    case Kind::sequence: return sequence(type, from);
    case Kind::sequence_of: return sequence_of(type, from);
    case Kind::choice: return choice(type, from);
    case Kind::containing: return containing(type, from);
    case Kind::open: octets_with_length(*static_cast<const Bytes*>(from)); return true;
    case Kind::ies: return ies(type, from);
    case Kind::rest: {
      const BitString& bits = static_cast<const Rest*>(from)->bits;
      writer_.bit_field(bits.bytes(), bits.size());
      return true;
    }
    case Kind::single_ie: return raw_ie(*static_cast<const RawIe*>(from));
  }
  return false;
}

bool Encoder::integer(const Type& type, const void* from) {
  const uint64_t v = load_number(type, from);
  const bool inside = type.bounds == Bounds::none || v - static_cast<uint64_t>(type.low) <= integer_span(type);
  if (!inside && !type.extensible) {
    const uint64_t high = static_cast<uint64_t>(type.low) + integer_span(type);
    return fail(Fault::invalid, "value {} ({} to {} allowed)", static_cast<int64_t>(v), type.low, high);
  }
  if (!type.extensible && !in_ranges(type, v)) return fail(Fault::invalid, "value {} lies in a gap of the allowed ranges", v);
  if (type.extensible) bit(!inside);
  if (!inside || type.bounds == Bounds::none) {
    unconstrained(static_cast<int64_t>(v));
  } else if (type.bounds == Bounds::low) {
    semi_constrained(v - static_cast<uint64_t>(type.low));
  } else {
    constrained(type.low, type.high, v);
  }
  return true;
}

bool Encoder::enumerated(const Type& type, const void* from) {
  const uint64_t v = load_number(type, from);
  const bool root = v < type.root_count;
  if (!root && !type.extensible) return fail(Fault::invalid, "enumerated value {} ({} values exist)", v, type.root_count);
  if (type.extensible) bit(!root);
  if (root) {
    constrained(0, type.root_count - 1, v);
  } else {
    small_number(v - type.root_count);
  }
  return true;
}

bool Encoder::bit_string(const Type& type, const void* from) {
  if (type.storage) {
    const uint64_t v = static_cast<const Bits<1>*>(from)->value;
    const auto n = static_cast<unsigned>(type.low);
    if (n < 64 && v >> n) return fail(Fault::invalid, "value {:#x} does not fit {} bits", v, n);
    if (n > 16) align();
    writer_.bits(v, n);
    return true;
  }
  const auto& s = *static_cast<const BitString*>(from);
  const Bytes content = s.size() > 64 ? s.bytes() : Bytes();
  return sized(type, s.size(), 16, 1, [&](size_t first, size_t count) {
    if (content.empty()) {
      writer_.bits(s.value(), static_cast<unsigned>(count));
    } else {
      writer_.bit_field(ByteView(content).subspan(first / 8), count);
    }
    return true;
  });
}

bool Encoder::octet_string(const Type& type, ByteView content) {
  return sized(type, content.size(), 16, 8, [&](size_t first, size_t count) {
    writer_.octets(content.subspan(first, count));
    return true;
  });
}

bool Encoder::text(const Type& type, const void* from) {
  const auto& s = *static_cast<const std::string*>(from);
  const unsigned width = aligned_ ? 8 : 7;
  for (char c : s) {
    if (!is_character(type, static_cast<uint8_t>(c))) return fail(Fault::invalid, "character {:#04x} is not allowed", static_cast<uint8_t>(c));
  }
  bool free, root;
  if (!size(type, s.size(), free, root)) return false;
  auto put = [&](size_t first, size_t count) {
    for (size_t i = first; i < first + count; ++i) writer_.bits(static_cast<uint8_t>(s[i]), width);
    return true;
  };
  if (free) return fragments(s.size(), put);
  const auto most = static_cast<uint64_t>(type.high) * width;
  const bool packed = type.low == type.high ? most <= 16 : most < 16;
  if (!s.empty() && !packed) align();
  return put(0, s.size());
}

bool Encoder::containing(const Type& type, const void* from) {
  if (type.bounds == Bounds::none) return open([&](Encoder& inner) { return inner.value(*type.element, from); });
  Bytes content;
  Encoder inner(content, aligned_, error_);
  if (!inner.value(*type.element, from)) return false;
  inner.finish();
  return octet_string(type, content);
}

bool Encoder::member_value(const Field& field, const void* base) {
  const void* from = member(field, base);
  if (!from) return fail(Fault::missing, "not set") || within(field.name);
  return value(*field.type, from) || within(field.name);
}

bool Encoder::fields(const Type& type, int first, int count, const void* from) {
  for (int i = first; i < first + count; ++i) {
    if (type.fields[i].presence != Presence::mandatory) bit(is_present(type.fields[i], from));
  }
  for (int i = first; i < first + count; ++i) {
    const Field& field = type.fields[i];
    if (field.presence != Presence::mandatory && !is_present(field, from)) continue;
    if (!member_value(field, from)) return false;
  }
  return true;
}

bool Encoder::addition_present(const Type& type, const Addition& what, const void* from) {
  for (int i = what.first; i < what.first + what.count; ++i) {
    if (is_present(type.fields[i], from)) return true;
  }
  return false;
}

bool Encoder::sequence(const Type& type, const void* from) {
  if (!type.extensible) return fields(type, 0, type.root_count, from);
  auto* extra = extras_of(type, from);
  bool extended = extra && !extra->additions.empty();
  for (int i = 0; !extended && i < type.addition_count; ++i) extended = addition_present(type, type.additions[i], from);
  bit(extended);
  return fields(type, 0, type.root_count, from) && (!extended || additions(type, from));
}

bool Encoder::additions(const Type& type, const void* from) {
  auto* extra = extras_of(type, from);
  std::vector<const Bytes*> unknown;
  size_t count = extra && extra->addition_count ? extra->addition_count : type.addition_count;
  for (int i = type.addition_count; i-- > static_cast<int>(count);) {  // a member set beyond the received bitmap lengthens it
    if (addition_present(type, type.additions[i], from)) count = i + 1;
  }
  if (extra) {
    for (const auto& a : extra->additions) {
      if (a.number < type.addition_count || a.number >= size_limit) return fail(Fault::invalid, "unknown addition {}", a.number);
      unknown.resize(std::max<size_t>(unknown.size(), a.number + 1 - type.addition_count));
      unknown[a.number - type.addition_count] = &a.value;
    }
    count = std::max(count, unknown.empty() ? 0 : unknown.size() + type.addition_count);
  }
  if (count >= fragment) return fail(Fault::unsupported, "an extension bitmap of {} bits", count);
  bit(count > 64);
  if (count > 64) {
    length(count);
  } else {
    writer_.bits(count - 1, 6);
  }
  const size_t known = std::min<size_t>(count, type.addition_count);
  for (size_t i = 0; i < known; ++i) bit(addition_present(type, type.additions[i], from));
  for (size_t i = known; i < count; ++i) bit(i - known < unknown.size() && unknown[i - known]);
  for (size_t i = 0; i < known; ++i) {
    const Addition& a = type.additions[i];
    if (!addition_present(type, a, from)) continue;
    const bool ok = open([&](Encoder& inner) {
      return a.group ? inner.fields(type, a.first, a.count, from) : inner.member_value(type.fields[a.first], from);
    });
    if (!ok) return false;
  }
  for (const Bytes* content : unknown) {
    if (content) octets_with_length(*content);
  }
  return true;
}

bool Encoder::sequence_of(const Type& type, const void* from) {
  const size_t n = type.list->size(from);
  const void* data = type.list->data(from);
  bool free, root;
  if (!size(type, n, free, root)) return false;
  auto put = [&](size_t first, size_t count) {
    for (size_t i = first; i < first + count; ++i) {
      if (!value(*type.element, at(data, i * type.list->stride))) return within(fmt::format("[{}]", i));
    }
    return true;
  };
  return free ? fragments(n, put) : put(0, n);
}

bool Encoder::choice(const Type& type, const void* from) {
  const auto& c = *static_cast<const Choice*>(from);
  if (!c.chosen()) return fail(Fault::missing, "no alternative is chosen");
  const uint16_t index = c.index();
  if (type.extensible) bit(index >= type.root_count && index < type.field_count ? true : index == Choice::unknown);
  if (index == Choice::unknown || (index >= type.root_count && index < type.field_count)) return extension_choice(type, c);
  if (index < type.root_count) {
    constrained(0, type.root_count - 1, index);
    return value(*type.fields[index].type, c.value()) || within(type.fields[index].name);
  }
  const Field& field = type.fields[index];  // a known content of the single IE, which is the last root alternative
  constrained(0, type.root_count - 1, type.root_count - 1);
  ie_header(field.id, c.odd_criticality == Choice::standard ? field.criticality : static_cast<Criticality>(c.odd_criticality));
  return open([&](Encoder& inner) { return inner.value(*field.type, c.value()); }) || within(field.name);
}

bool Encoder::extension_choice(const Type& type, const Choice& from) {
  if (from.index() == Choice::unknown) {
    if (!type.extensible) return fail(Fault::invalid, "this CHOICE has no extensions");
    const auto& raw = *static_cast<const UnknownAlternative*>(from.value());
    small_number(raw.number);
    octets_with_length(raw.value);
    return true;
  }
  small_number(from.index() - type.root_count);
  const Field& field = type.fields[from.index()];
  return open([&](Encoder& inner) { return inner.value(*field.type, from.value()); }) || within(field.name);
}

bool Encoder::ie_header(uint16_t id, Criticality criticality) {
  constrained(0, 65535, id);
  writer_.bits(static_cast<uint64_t>(criticality), 2);
  return true;
}

bool Encoder::raw_ie(const RawIe& ie) {
  ie_header(ie.id, ie.criticality);
  octets_with_length(ie.value);
  return true;
}

bool Encoder::ie(const Field& field, Criticality criticality, const void* base) {
  ie_header(field.id, criticality);
  const void* from = member(field, base);
  return open([&](Encoder& inner) { return inner.value(*field.type, from); }) || within(field.name);
}

bool Encoder::ies(const Type& type, const void* from) {
  auto* extra = extras_of(type, from);
  if (extra && !extra->entries.empty()) return remembered_ies(type, *extra, from);
  int64_t count = 0;
  for (int i = 0; i < type.field_count; ++i) count += member(type.fields[i], from) != nullptr;
  if (count < type.low) return fail(Fault::invalid, "no IE in a container that needs one");
  constrained(type.low, type.high, count);
  for (int i = 0; i < type.field_count; ++i) {
    if (member(type.fields[i], from) && !ie(type.fields[i], type.fields[i].criticality, from)) return false;
  }
  return true;
}

// In the order of arrival; members that were set since then follow.
bool Encoder::remembered_ies(const Type& type, const Extras::Content& extra, const void* from) {
  struct Item {
    const RawIe* ie;
    int field;  // -1: raw
  };
  std::vector<Item> items;
  uint64_t listed[max_ies / 64] = {};
  for (const auto& entry : extra.entries) {
    const int i = entry.form == Extras::Form::raw ? -1 : find_ie(type, entry.ie.id, 0);
    if (i >= 0) listed[i / 64] |= uint64_t{1} << i % 64;
    if (entry.form == Extras::Form::raw || (entry.form == Extras::Form::member && i >= 0 && member(type.fields[i], from))) {
      items.push_back({&entry.ie, i});
    }
  }
  for (int i = 0; i < type.field_count; ++i) {
    if (!(listed[i / 64] >> i % 64 & 1) && member(type.fields[i], from)) items.push_back({nullptr, i});
  }
  const auto count = static_cast<int64_t>(items.size());
  if (count < type.low || count > type.high) return fail(Fault::invalid, "{} IEs ({} to {} allowed)", count, type.low, type.high);
  constrained(type.low, type.high, count);
  for (const auto& item : items) {
    const bool ok = item.field < 0 ? raw_ie(*item.ie)
                                   : ie(type.fields[item.field], item.ie ? item.ie->criticality : type.fields[item.field].criticality, from);
    if (!ok) return false;
  }
  return true;
}

}  // namespace

Status encode(const Type& type, const void* value, Variant variant, Bytes& out) {
  Error error;
  Encoder encoder(out, variant == Variant::aligned, error);
  if (!encoder.value(type, value)) return std::unexpected(std::move(error).within(type.name));
  encoder.finish();
  return {};
}

}  // namespace sen::per
