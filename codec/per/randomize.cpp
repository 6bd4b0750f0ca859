#include <algorithm>

#include "codec/per/detail/access.h"
#include "codec/per/per.h"

namespace sen::per {
namespace {

constexpr int deep = 12;  // from here optional members stay absent and lists as short as they may be

class Filler {
 public:
  explicit Filler(Random& random) : random_(random) {}
  void value(const Type& type, void* to, int depth);

 private:
  // The size of a string or list; large ones are rare.
  size_t size(const Type& type, size_t usual, int depth) {
    const uint64_t low = type.bounds == Bounds::none ? 0 : static_cast<uint64_t>(type.low);
    const uint64_t high = type.bounds == Bounds::both ? static_cast<uint64_t>(type.high) : low + 300;
    if (depth > deep) return low;
    if (depth < 4 && random_.chance(0.02)) return random_.between(low, std::min<uint64_t>(high, low + 600));
    return random_.between(low, std::min<uint64_t>(high, low + usual));
  }
  uint64_t number(const Type& type);
  void integer(const Type& type, void* to) { store_number(type, to, number(type)); }
  void bit_string(const Type& type, void* to, int depth);
  void octets(const Type& type, void* to, int depth);
  void text(const Type& type, void* to, int depth);
  void members(const Type& type, void* to, int depth);
  void list(const Type& type, void* to, int depth);
  void choice(const Type& type, void* to, int depth);
  bool fillable(const Type& type, int depth) const;

  Random& random_;
};

uint64_t Filler::number(const Type& type) {
  if (type.bounds == Bounds::none || (type.extensible && random_.chance(0.05))) {
    return static_cast<uint64_t>(static_cast<int64_t>(random_.next()) >> random_.between(0, 63));
  }
  if (type.ranges) {
    const int64_t* range = type.ranges + 2 * random_.between(0, type.root_count - 1);
    return static_cast<uint64_t>(range[0]) + random_.between(0, static_cast<uint64_t>(range[1] - range[0]));
  }
  const auto low = static_cast<uint64_t>(type.low);
  const uint64_t span = type.bounds == Bounds::both ? static_cast<uint64_t>(type.high) - low : uint64_t{1} << random_.between(0, 40);
  switch (random_.between(0, 5)) {
    case 0: return low;
    case 1: return low + span;
    case 2: return low + std::min(span, random_.next() >> random_.between(0, 63));
    default: return low + random_.between(0, span);
  }
}

void Filler::bit_string(const Type& type, void* to, int depth) {
  const size_t n = size(type, 40, depth);
  if (type.storage) {
    static_cast<Bits<1>*>(to)->value = n < 64 ? random_.next() >> (64 - n) : random_.next();
  } else {
    *static_cast<BitString*>(to) = BitString(random_.bytes((n + 7) / 8), n);
  }
}

void Filler::octets(const Type& type, void* to, int depth) {
  if (type.storage) {
    random_.fill({static_cast<uint8_t*>(to), static_cast<size_t>(type.low)});
  } else {
    *static_cast<Bytes*>(to) = random_.bytes(size(type, 20, depth));
  }
}

void Filler::text(const Type& type, void* to, int depth) {
  static constexpr std::string_view printable = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";
  auto& s = *static_cast<std::string*>(to);
  s.resize(size(type, 20, depth));
  for (char& c : s) c = printable[random_.between(0, printable.size() - 1)];
}

bool Filler::fillable(const Type& type, int depth) const {
  return depth <= deep && !(type.kind == Kind::ies && type.field_count == 0);
}

void Filler::members(const Type& type, void* to, int depth) {
  const bool extended = type.addition_count > 0 && depth <= deep && random_.chance(0.3);
  int next_addition = 0;
  bool here = false;
  for (int i = 0; i < type.field_count; ++i) {
    const Field& field = type.fields[i];
    const bool root = type.kind == Kind::ies || i < type.root_count;
    if (!root) {
      if (next_addition < type.addition_count && type.additions[next_addition].first == i) {
        here = extended && random_.chance(0.5);
        ++next_addition;
      }
      if (!here) continue;
    }
    const double wanted = field.type->kind == Kind::ies ? 0.3 : depth < 3 ? 0.6 : 0.3;
    if (field.presence != Presence::mandatory && (!fillable(*field.type, depth) || !random_.chance(wanted))) continue;
    value(*field.type, field.type->kind == Kind::ies ? to : make_member(field, to), depth + 1);
  }
}

void Filler::list(const Type& type, void* to, int depth) {
  const size_t n = size(type, 2, depth + (type.low == 0 ? 0 : 1));
  void* data = type.list->resize(to, std::min<size_t>(n, 40 + static_cast<size_t>(type.low)));
  for (size_t i = 0, count = type.list->size(to); i < count; ++i) value(*type.element, at(data, i * type.list->stride), depth + 1);
}

void Filler::choice(const Type& type, void* to, int depth) {
  const int total = type.field_count + type.addition_count;
  int index = 0;
  do {
    index = depth > deep + 4 ? 0 : static_cast<int>(random_.between(0, total - 1));
  } while (type.fields[index].type->kind == Kind::single_ie);
  const Field& field = type.fields[index];
  value(*field.type, static_cast<Choice*>(to)->choose(static_cast<uint16_t>(index), *field.type), depth + 1);
}

void Filler::value(const Type& type, void* to, int depth) {
  switch (type.kind) {
    case Kind::null: break;
    case Kind::single_ie:
    case Kind::rest: break;
    case Kind::boolean: *static_cast<bool*>(to) = random_.chance(0.5); break;
    case Kind::integer: integer(type, to); break;
    case Kind::enumerated: store_number(type, to, random_.between(0, type.field_count - 1)); break;
    case Kind::bit_string: bit_string(type, to, depth); break;
    case Kind::octet_string: octets(type, to, depth); break;
    case Kind::text:
    case Kind::utf8: text(type, to, depth); break;
    case Kind::object_identifier: static_cast<ObjectIdentifier*>(to)->contents = {0x2b, 6, static_cast<uint8_t>(random_.between(0, 127))}; break;
    case Kind::open: *static_cast<Bytes*>(to) = random_.bytes(random_.between(1, 20)); break;
    case Kind::containing: value(*type.element, to, depth + 1); break;
    case Kind::sequence:
    case Kind::ies: members(type, to, depth); break;
    case Kind::sequence_of: list(type, to, depth); break;
    case Kind::choice: choice(type, to, depth); break;
  }
}

}  // namespace

void randomize(const Type& type, void* value, Random& random) { Filler(random).value(type, value, 0); }

}  // namespace sen::per
