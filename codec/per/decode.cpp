#include <algorithm>

#include "codec/per/detail/access.h"
#include "codec/per/detail/bits.h"
#include "codec/per/per.h"

namespace sen::per {
namespace {

struct Context {
  bool aligned = true;
  Findings* findings = nullptr;
  const RawIe* ie = nullptr;  // the innermost IE that is being decoded
  int depth = 0;
  Error error;

  // Records that the innermost IE holds a value that we do not know (TS 38.413 10.3.4).
  void not_understood() {
    if (findings && ie) findings->problems.push_back({ie->criticality, ie->id, IeProblem::Type::not_understood});
  }
};

class Decoder {
 public:
  Decoder(ByteView bytes, Context& context) : reader_(bytes), context_(context), aligned_(context.aligned) {}

  bool value(const Type& type, void* to);
  // True if no whole octet is left; an empty encoding is one octet.
  bool finish();
  size_t octets_read() const { return std::max<size_t>(1, (reader_.position() + 7) / 8); }

 private:
  template <class... Args>
  bool fail(Fault fault, fmt::format_string<Args...> text, Args&&... args) {
    context_.error = {fault, "", fmt::format(text, std::forward<Args>(args)...)};
    return false;
  }
  bool short_of() { return fail(Fault::truncated, "the encoding ends within this field"); }
  bool within(std::string_view name) {
    context_.error = std::move(context_.error).within(name);
    return false;
  }

  bool bits(unsigned n, uint64_t& out) { return reader_.bits(n, out) || short_of(); }
  bool bit(bool& out) {
    uint64_t v = 0;
    if (!bits(1, v)) return false;
    out = v != 0;
    return true;
  }
  void align() {
    if (aligned_) reader_.align();
  }

  bool constrained(uint64_t low, uint64_t high, uint64_t& out);
  bool small_number(uint64_t& out);
  bool semi_constrained(uint64_t& above);
  bool unconstrained(uint64_t& out);
  bool length(size_t& n, bool& more);
  bool size(const Type& type, size_t& n, bool& more, bool& root);
  bool check_size(const Type& type, size_t n, bool root);
  bool open(ByteView& out, Bytes& scratch);

  bool boolean(void* to);
  bool integer(const Type& type, void* to);
  bool enumerated(const Type& type, void* to);
  bool bit_string(const Type& type, void* to);
  bool octet_string(const Type& type, void* to);
  bool octet_content(const Type& type, Bytes& to);
  bool text(const Type& type, void* to);
  bool utf8(void* to);
  bool object_identifier(void* to);
  bool rest(void* to);
  bool containing(const Type& type, void* to);
  bool sequence(const Type& type, void* to);
  bool member_value(const Field& field, void* base);
  bool fields(const Type& type, int first, int count, void* to);
  bool additions(const Type& type, void* to);
  bool addition(const Type& type, const Addition& what, ByteView content, void* to);
  bool sequence_of(const Type& type, void* to);
  bool choice(const Type& type, void* to);
  bool extension_choice(const Type& type, Choice& to);
  bool single_ie(const Type& choice_type, uint16_t index, Choice& to);
  bool ie_header(RawIe& ie, ByteView& content, Bytes& scratch);
  bool ies(const Type& type, void* to);
  bool ie_value(const Field& field, const RawIe& ie, ByteView content, void* base);
  bool open_value(const Type& type, ByteView content, void* to);

  BitReader reader_;
  Context& context_;
  const bool aligned_;
};

bool Decoder::finish() {
  if (reader_.left() < 8 || (reader_.position() == 0 && reader_.left() == 8)) return true;
  return fail(Fault::invalid, "{} octets are left after the value", reader_.left() / 8);
}

// X.691 11.5
bool Decoder::constrained(uint64_t low, uint64_t high, uint64_t& out) {
  const uint64_t span = high - low;
  uint64_t v = 0;
  if (span == 0) {
    out = low;
    return true;
  }
  if (!aligned_ || span < 255) {
    if (!bits(std::bit_width(span), v)) return false;
  } else if (span <= 65535) {
    align();
    if (!bits(span == 255 ? 8 : 16, v)) return false;
  } else {
    uint64_t octets = 0;
    if (!bits(std::bit_width(octets_of(span) - 1), octets)) return false;
    if (octets >= octets_of(span)) return fail(Fault::invalid, "a number of {} octets where {} are enough", octets + 1, octets_of(span));
    align();
    if (!bits(static_cast<unsigned>(octets + 1) * 8, v)) return false;
  }
  if (v > span) return fail(Fault::invalid, "the number is {} above the lower end of a range of {}", v, span);
  out = low + v;
  return true;
}

// X.691 11.6
bool Decoder::small_number(uint64_t& out) {
  bool large;
  if (!bit(large)) return false;
  return large ? semi_constrained(out) : bits(6, out);
}

bool Decoder::semi_constrained(uint64_t& above) {
  size_t n;
  bool more;
  if (!length(n, more)) return false;
  if (more || n > 8) return fail(Fault::unsupported, "a number of {} octets", n);
  return bits(static_cast<unsigned>(n) * 8, above);
}

bool Decoder::unconstrained(uint64_t& out) {
  size_t n;
  bool more;
  if (!length(n, more)) return false;
  if (more || n > 8 || n == 0) return fail(Fault::unsupported, "a number of {} octets", n);
  if (!bits(static_cast<unsigned>(n) * 8, out)) return false;
  if (n < 8 && out >> (n * 8 - 1)) out |= ~uint64_t{0} << (n * 8);
  return true;
}

// X.691 11.9.3.5 to 11.9.3.8
bool Decoder::length(size_t& n, bool& more) {
  align();
  uint64_t v = 0;
  more = false;
  if (!bits(8, v)) return false;
  if (v & 0x80) {
    uint64_t rest = 0;
    if (v & 0x40) {
      more = true;
      if ((v & 0x3f) < 1 || (v & 0x3f) > 4) return fail(Fault::invalid, "a fragment of {} times 16K", v & 0x3f);
      n = (v & 0x3f) * fragment;
      return true;
    }
    if (!bits(8, rest)) return false;
    v = (v & 0x3f) << 8 | rest;
  }
  n = v;
  return true;
}

bool Decoder::size(const Type& type, size_t& n, bool& more, bool& root) {
  root = true;
  more = false;
  if (type.extensible) {
    bool extended;
    if (!bit(extended)) return false;
    root = !extended;
  }
  if (root && type.bounds == Bounds::both && type.high < static_cast<int64_t>(size_limit)) {
    uint64_t v;
    if (!constrained(type.low, type.high, v)) return false;
    n = v;
    return true;
  }
  return length(n, more);
}

bool Decoder::check_size(const Type& type, size_t n, bool root) {
  if (!root || type.bounds == Bounds::none) return true;
  const auto count = static_cast<int64_t>(n);
  if (count >= type.low && (type.bounds == Bounds::low || count <= type.high)) return true;
  return fail(Fault::invalid, "size {} ({} to {} allowed)", n, type.low, type.high);
}

// The contents of an open type: in place where the encoding allows it, else copied to scratch.
bool Decoder::open(ByteView& out, Bytes& scratch) {
  size_t n;
  bool more;
  if (!length(n, more)) return false;
  if (!more && (reader_.position() & 7) == 0) return reader_.view(n, out) || short_of();
  for (;;) {
    const size_t before = scratch.size();
    if (n > reader_.left() / 8) return short_of();
    scratch.resize(before + n);
    reader_.octets(scratch.data() + before, n);
    if (!more) break;
    if (!length(n, more)) return false;
  }
  out = scratch;
  return true;
}

bool Decoder::open_value(const Type& type, ByteView content, void* to) {
  Decoder inner(content, context_);
  return inner.value(type, to) && inner.finish();
}

bool Decoder::value(const Type& type, void* to) {
  switch (type.kind) {
    case Kind::null: return true;
    case Kind::boolean: return boolean(to);
    case Kind::integer: return integer(type, to);
    case Kind::enumerated: return enumerated(type, to);
    case Kind::bit_string: return bit_string(type, to);
    case Kind::octet_string: return octet_string(type, to);
    case Kind::text: return text(type, to);
    case Kind::utf8: return utf8(to);
    case Kind::object_identifier: return object_identifier(to);
    case Kind::rest: return rest(to);
    default: break;
  }
  if (context_.depth >= max_depth) return fail(Fault::exhausted, "nested more than {} deep", max_depth);
  ++context_.depth;
  bool ok = false;
  switch (type.kind) {
    case Kind::sequence: ok = sequence(type, to); break;
    case Kind::sequence_of: ok = sequence_of(type, to); break;
    case Kind::choice: ok = choice(type, to); break;
    case Kind::containing: ok = containing(type, to); break;
    case Kind::ies: ok = ies(type, to); break;
    case Kind::open: {
      Bytes scratch;
      ByteView content;
      ok = open(content, scratch);
      if (ok) static_cast<Bytes*>(to)->assign(content.begin(), content.end());
      break;
    }
    default: ok = fail(Fault::unsupported, "{} has no encoding of its own", type.name);
  }
  --context_.depth;
  return ok;
}

bool Decoder::boolean(void* to) { return bit(*static_cast<bool*>(to)); }

bool Decoder::integer(const Type& type, void* to) {
  uint64_t v = 0;
  bool extended = false;
  if (type.extensible && !bit(extended)) return false;
  bool ok;
  if (extended || type.bounds == Bounds::none) {
    ok = unconstrained(v);
  } else if (type.bounds == Bounds::low) {
    ok = semi_constrained(v);
    if (ok && v > integer_span(type)) return fail(Fault::unsupported, "a number more than {} above {}", integer_span(type), type.low);
    v += static_cast<uint64_t>(type.low);
  } else {
    ok = constrained(type.low, type.high, v);
  }
  if (!ok) return false;
  if (!type.extensible && !in_ranges(type, v)) return fail(Fault::invalid, "value {} lies in a gap of the allowed ranges", v);
  store_number(type, to, v);
  return true;
}

bool Decoder::enumerated(const Type& type, void* to) {
  uint64_t v = 0;
  bool extended = false;
  if (type.extensible && !bit(extended)) return false;
  if (!extended) {
    if (!constrained(0, type.root_count - 1, v)) return false;
  } else {
    if (!small_number(v)) return false;
    if (v > 0xffffu - type.root_count) return fail(Fault::unsupported, "extension value {}", v);
    v += type.root_count;
    if (v >= type.field_count) context_.not_understood();
  }
  store_number(type, to, v);
  return true;
}

bool Decoder::bit_string(const Type& type, void* to) {
  size_t n;
  bool more, root;
  if (!size(type, n, more, root)) return false;
  const bool fixed = root && type.bounds == Bounds::both && type.low == type.high;
  if (n > 0 && !(fixed && n <= 16)) align();
  if (n <= 64 && !more) {
    uint64_t v = 0;
    if (!check_size(type, n, root) || !bits(static_cast<unsigned>(n), v)) return false;
    if (type.storage) {
      static_cast<Bits<1>*>(to)->value = v;
    } else {
      *static_cast<BitString*>(to) = BitString(v, static_cast<unsigned>(n));
    }
    return true;
  }
  Bytes content;
  size_t total = 0;
  for (;;) {
    if (n > reader_.left()) return short_of();
    const size_t before = content.size();
    content.resize(before + (n + 7) / 8);
    reader_.octets(content.data() + before, n / 8);
    if (n % 8) {
      uint64_t last = 0;
      if (!bits(n % 8, last)) return false;
      content.back() = static_cast<uint8_t>(last << (8 - n % 8));
    }
    total += n;
    if (!more) break;
    if (!length(n, more)) return false;
  }
  if (!check_size(type, total, root)) return false;
  *static_cast<BitString*>(to) = BitString(content, total);
  return true;
}

bool Decoder::octet_content(const Type& type, Bytes& to) {
  size_t n;
  bool more, root;
  if (!size(type, n, more, root)) return false;
  const bool fixed = root && type.bounds == Bounds::both && type.low == type.high;
  if (n > 0 && !(fixed && n <= 2)) align();
  for (;;) {
    const size_t before = to.size();
    if (n > reader_.left() / 8) return short_of();
    to.resize(before + n);
    reader_.octets(to.data() + before, n);
    if (!more) break;
    if (!length(n, more)) return false;
  }
  return check_size(type, to.size(), root);
}

bool Decoder::octet_string(const Type& type, void* to) {
  if (!type.storage) return octet_content(type, *static_cast<Bytes*>(to));
  if (type.low > 2) align();
  return reader_.octets(static_cast<uint8_t*>(to), type.low) || short_of();
}

// X.691 30: known-multiplier strings, here all of 7 bits a character (8 in the aligned variant).
bool Decoder::text(const Type& type, void* to) {
  size_t n;
  bool more, root;
  if (!size(type, n, more, root)) return false;
  const unsigned width = aligned_ ? 8 : 7;
  const bool bounded = root && type.bounds == Bounds::both;
  const auto most = static_cast<uint64_t>(type.high) * width;
  const bool packed = bounded && (type.low == type.high ? most <= 16 : most < 16);
  if (n > 0 && !packed) align();
  auto& out = *static_cast<std::string*>(to);
  for (;;) {
    if (n > reader_.left() / width) return short_of();
    for (size_t i = 0; i < n; ++i) {
      uint64_t c = 0;
      if (!bits(width, c)) return false;
      if (!is_character(type, static_cast<uint8_t>(c))) return fail(Fault::invalid, "character {:#04x} is not allowed", c);
      out.push_back(static_cast<char>(c));
    }
    if (!more) break;
    if (!length(n, more)) return false;
  }
  return check_size(type, out.size(), root);
}

bool Decoder::utf8(void* to) {
  Bytes scratch;
  ByteView content;
  if (!open(content, scratch)) return false;
  static_cast<std::string*>(to)->assign(as_text(content));
  return true;
}

bool Decoder::object_identifier(void* to) {
  Bytes scratch;
  ByteView content;
  if (!open(content, scratch)) return false;
  if (content.empty() || content.back() & 0x80) return fail(Fault::invalid, "not an object identifier");
  static_cast<ObjectIdentifier*>(to)->contents.assign(content.begin(), content.end());
  return true;
}

// Everything that is left, unless it is only padding.
bool Decoder::rest(void* to) {
  const size_t n = reader_.left();
  Bytes content((n + 7) / 8);
  uint64_t last = 0;
  for (size_t i = 0; i < n / 8; ++i) content[i] = static_cast<uint8_t>(reader_.bits(8, last) ? last : 0);
  if (n % 8 && reader_.bits(n % 8, last)) content.back() = static_cast<uint8_t>(last << (8 - n % 8));
  if (n >= 8 || (n % 8 && last != 0)) static_cast<Rest*>(to)->bits = BitString(content, n);
  return true;
}

bool Decoder::containing(const Type& type, void* to) {
  Bytes content;
  return octet_content(type, content) && open_value(*type.element, content, to);
}

bool Decoder::member_value(const Field& field, void* base) {
  void* to = field.type->kind == Kind::ies ? base : make_member(field, base);
  return value(*field.type, to) || within(field.name);
}

// `count` fields from `first`: their presence bits, then their values.
bool Decoder::fields(const Type& type, int first, int count, void* to) {
  uint64_t present[4] = {};
  int seen = 0;
  for (int i = first; i < first + count; ++i) {
    if (type.fields[i].presence == Presence::mandatory) continue;
    bool here;
    if (!bit(here)) return false;
    if (here) present[seen / 64] |= uint64_t{1} << seen % 64;
    ++seen;
  }
  seen = 0;
  for (int i = first; i < first + count; ++i) {
    const Field& field = type.fields[i];
    if (field.presence != Presence::mandatory) {
      const bool here = present[seen / 64] >> seen % 64 & 1;
      ++seen;
      if (!here) continue;
    }
    if (!member_value(field, to)) return false;
  }
  return true;
}

bool Decoder::sequence(const Type& type, void* to) {
  bool extended = false;
  if (type.extensible && !bit(extended)) return false;
  if (!fields(type, 0, type.root_count, to)) return false;
  return !extended || additions(type, to);
}

// X.691 19.7 to 19.9
bool Decoder::additions(const Type& type, void* to) {
  bool large;
  uint64_t count = 0;
  if (!bit(large)) return false;
  if (large) {
    size_t n;
    bool more;
    if (!length(n, more)) return false;
    if (more) return fail(Fault::unsupported, "an extension bitmap of {} bits", n);
    count = n;
  } else {
    if (!bits(6, count)) return false;
    ++count;
  }
  if (count > reader_.left()) return short_of();
  BitReader bitmap = reader_;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t skipped;
    reader_.bits(1, skipped);
  }
  Extras* extra = extras_of(type, to);
  if (count != type.addition_count) extra->edit().addition_count = static_cast<uint32_t>(count);
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t here = 0;
    bitmap.bits(1, here);
    if (!here) continue;
    Bytes scratch;
    ByteView content;
    if (!open(content, scratch)) return false;
    if (i >= type.addition_count) {
      extra->edit().additions.push_back({i, Bytes(content.begin(), content.end())});
    } else if (!addition(type, type.additions[i], content, to)) {
      return false;
    }
  }
  return true;
}

bool Decoder::addition(const Type& type, const Addition& what, ByteView content, void* to) {
  Decoder inner(content, context_);
  if (what.group) {
    if (!inner.fields(type, what.first, what.count, to)) return false;
  } else if (!inner.member_value(type.fields[what.first], to)) {
    return false;
  }
  return inner.finish();
}

bool Decoder::sequence_of(const Type& type, void* to) {
  size_t n;
  bool more, root;
  if (!size(type, n, more, root)) return false;
  size_t total = 0, room = 0;
  void* data = nullptr;
  for (;;) {
    for (size_t i = 0; i < n; ++i, ++total) {
      if (total >= max_elements) return fail(Fault::exhausted, "more than {} elements", max_elements);
      if (total == room) {  // grows with the elements that really arrive
        room = std::max(std::min<size_t>(n - i, 8), std::min(n - i, room)) + total;
        data = type.list->resize(to, room);
      }
      if (!value(*type.element, at(data, total * type.list->stride))) return within(fmt::format("[{}]", total));
    }
    if (!more) break;
    if (!length(n, more)) return false;
  }
  return check_size(type, total, root);
}

bool Decoder::choice(const Type& type, void* to) {
  Choice& out = *static_cast<Choice*>(to);
  bool extended = false;
  if (type.extensible && !bit(extended)) return false;
  if (extended) return extension_choice(type, out);
  uint64_t index;
  if (!constrained(0, type.root_count - 1, index)) return false;
  const Field& field = type.fields[index];
  if (field.type->kind == Kind::single_ie) return single_ie(type, static_cast<uint16_t>(index), out) || within(field.name);
  return value(*field.type, out.choose(static_cast<uint16_t>(index), *field.type)) || within(field.name);
}

bool Decoder::extension_choice(const Type& type, Choice& to) {
  uint64_t number;
  Bytes scratch;
  ByteView content;
  if (!small_number(number) || !open(content, scratch)) return false;
  if (number > 0xffff) return fail(Fault::unsupported, "extension alternative {}", number);
  const auto index = static_cast<uint16_t>(type.root_count + std::min<uint64_t>(number, 0x7fff));
  if (index < type.field_count) {
    const Field& field = type.fields[index];
    return open_value(*field.type, content, to.choose(index, *field.type)) || within(field.name);
  }
  context_.not_understood();
  auto* raw = static_cast<UnknownAlternative*>(to.choose(Choice::unknown, unknown_alternative_type));
  *raw = {static_cast<uint32_t>(number), Bytes(content.begin(), content.end())};
  return true;
}

bool Decoder::ie_header(RawIe& ie, ByteView& content, Bytes& scratch) {
  uint64_t id, criticality;
  if (!constrained(0, 65535, id) || !constrained(0, 2, criticality)) return false;
  ie.id = static_cast<uint16_t>(id);
  ie.criticality = static_cast<Criticality>(criticality);
  return open(content, scratch);
}

// A ProtocolIE-SingleContainer: alternatives field_count.. of the choice are its known contents.
bool Decoder::single_ie(const Type& choice_type, uint16_t index, Choice& to) {
  RawIe ie;
  Bytes scratch;
  ByteView content;
  if (!ie_header(ie, content, scratch)) return false;
  for (uint16_t i = 0; i < choice_type.addition_count; ++i) {
    const auto alternative = static_cast<uint16_t>(choice_type.field_count + i);
    const Field& field = choice_type.fields[alternative];
    if (field.id != ie.id) continue;
    void* inner = to.choose(alternative, *field.type);
    if (ie.criticality != field.criticality) to.odd_criticality = static_cast<uint8_t>(ie.criticality);
    return open_value(*field.type, content, inner) || within(field.name);
  }
  if (context_.findings) context_.findings->problems.push_back({ie.criticality, ie.id, IeProblem::Type::not_understood});
  ie.value.assign(content.begin(), content.end());
  *static_cast<RawIe*>(to.choose(index, *choice_type.fields[index].type)) = std::move(ie);
  return true;
}

bool Decoder::ie_value(const Field& field, const RawIe& ie, ByteView content, void* base) {
  const RawIe* outer = std::exchange(context_.ie, &ie);
  const bool ok = open_value(*field.type, content, make_member(field, base));
  context_.ie = outer;
  return ok || within(field.name);
}

bool Decoder::ies(const Type& type, void* to) {
  uint64_t count;
  if (!constrained(type.low, type.high, count)) return false;
  uint64_t seen[max_ies / 64] = {};
  std::vector<Extras::Entry> entries;  // filled from the first deviation on
  bool deviates = false;
  int next = 0;
  auto deviate = [&](int before) {  // what came so far was standard: the members seen, in the order of the table
    if (deviates) return;
    deviates = true;
    for (int i = 0; i < before; ++i) {
      if (seen[i / 64] >> i % 64 & 1) entries.push_back({{type.fields[i].id, type.fields[i].criticality, {}}, Extras::Form::member});
    }
  };
  for (uint64_t n = 0; n < count; ++n) {
    RawIe ie;
    Bytes scratch;
    ByteView content;
    if (!ie_header(ie, content, scratch)) return false;
    const int i = find_ie(type, ie.id, next);
    const bool repeated = i >= 0 && (seen[i / 64] >> i % 64 & 1);
    if (i < 0 || repeated) {
      deviate(type.field_count);
      if (context_.findings) {
        if (repeated) context_.findings->too_many_occurrences = true;
        else context_.findings->problems.push_back({ie.criticality, ie.id, IeProblem::Type::not_understood});
      }
      ie.value.assign(content.begin(), content.end());
      entries.push_back({std::move(ie), Extras::Form::raw});
      continue;
    }
    const Field& field = type.fields[i];
    if (i < next || ie.criticality != field.criticality) deviate(type.field_count);
    if (i < next && context_.findings) context_.findings->wrong_order = true;
    if (!ie_value(field, ie, content, to)) return false;
    seen[i / 64] |= uint64_t{1} << i % 64;
    if (deviates) entries.push_back({{ie.id, ie.criticality, {}}, Extras::Form::member});
    next = std::max(next, i + 1);
  }
  const Field* missing = nullptr;
  for (int i = 0; i < type.field_count; ++i) {
    const Field& field = type.fields[i];
    if (field.presence != Presence::mandatory || seen[i / 64] >> i % 64 & 1) continue;
    if (context_.findings) context_.findings->problems.push_back({field.criticality, field.id, IeProblem::Type::missing});
    if (field.criticality == Criticality::reject && !missing) missing = &field;
    deviate(type.field_count);
    entries.push_back({{field.id, field.criticality, {}}, Extras::Form::absent});
  }
  if (missing) return fail(Fault::missing, "the mandatory IE is absent") || within(missing->name);
  if (deviates) extras_of(type, to)->edit().entries = std::move(entries);
  return true;
}

}  // namespace

Status decode(const Type& type, void* value, ByteView bytes, Variant variant, Findings* findings) {
  Context context{.aligned = variant == Variant::aligned, .findings = findings, .error = {}};
  Decoder decoder(bytes, context);
  if (decoder.value(type, value) && decoder.finish()) return {};
  return std::unexpected(std::move(context.error).within(type.name));
}

Result<size_t> decode_front(const Type& type, void* value, ByteView bytes, Variant variant) {
  Context context{.aligned = variant == Variant::aligned, .error = {}};
  Decoder decoder(bytes, context);
  if (decoder.value(type, value)) return std::min(bytes.size(), decoder.octets_read());
  return std::unexpected(std::move(context.error).within(type.name));
}

}  // namespace sen::per
