#include "codec/per/values.h"

#include <algorithm>

#include "codec/per/detail/access.h"

namespace sen::per {

BitString::BitString(ByteView bytes, size_t size) : size_(static_cast<uint32_t>(size)) {
  for (size_t i = 0; i < 8; ++i) value_ = value_ << 8 | (i < bytes.size() ? bytes[i] : 0);
  if (size <= 64) {
    value_ = size == 0 ? 0 : value_ >> (64 - size);
    return;
  }
  bytes_.assign(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(std::min(bytes.size(), (size + 7) / 8)));
  bytes_.resize((size + 7) / 8);
  if (size % 8) bytes_.back() &= static_cast<uint8_t>(0xff << (8 - size % 8));
}

Bytes BitString::bytes() const {
  if (size_ > 64) return bytes_;
  Bytes out((size_ + 7) / 8);
  uint64_t left_aligned = size_ == 0 ? 0 : value_ << (64 - size_);
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(left_aligned >> (56 - 8 * i));
  return out;
}

bool BitString::bit(size_t index) const {
  if (index >= size_) return false;
  return size_ <= 64 ? value_ >> (size_ - 1 - index) & 1 : bytes_[index / 8] >> (7 - index % 8) & 1;
}

std::string ObjectIdentifier::text() const {
  std::string out;
  uint64_t arc = 0;
  for (uint8_t octet : contents) {
    arc = arc << 7 | (octet & 0x7f);
    if (octet & 0x80) continue;
    if (out.empty()) {
      uint64_t first = std::min<uint64_t>(arc / 40, 2);
      out = std::to_string(first) + '.' + std::to_string(arc - 40 * first);
    } else {
      out += '.' + std::to_string(arc);
    }
    arc = 0;
  }
  return out;
}

Choice::Choice(const Choice& other)
    : odd_criticality(other.odd_criticality),
      value_(other.value_ ? other.type_->ops->copy(other.value_) : nullptr),
      type_(other.type_),
      index_(other.index_) {}

void Choice::swap(Choice& other) noexcept {
  std::swap(odd_criticality, other.odd_criticality);
  std::swap(value_, other.value_);
  std::swap(type_, other.type_);
  std::swap(index_, other.index_);
}

void Choice::clear() {
  if (value_) type_->ops->destroy(value_);
  value_ = nullptr;
  type_ = nullptr;
  index_ = none;
  odd_criticality = standard;
}

void* Choice::choose(uint16_t index, const Type& type) {
  clear();
  value_ = type.ops->create();
  type_ = &type;
  index_ = index;
  return value_;
}

void* Choice::choose_of(const Type& choice, uint16_t index) {
  return choose(index, index == unknown ? unknown_alternative_type : *choice.fields[index].type);
}

Extras::Extras(const Extras& other) : content_(other.content_ ? new Content(*other.content_) : nullptr) {}

void Extras::clear() {
  delete content_;
  content_ = nullptr;
}

Extras::Content& Extras::edit() {
  if (!content_) content_ = new Content;
  return *content_;
}

void Extras::add(RawIe ie) { edit().entries.push_back({std::move(ie), Form::raw}); }

std::vector<const RawIe*> Extras::unknown_ies() const {
  std::vector<const RawIe*> out;
  if (!content_) return out;
  for (const auto& entry : content_->entries) {
    if (entry.form == Form::raw) out.push_back(&entry.ie);
  }
  return out;
}

constexpr Type rest_type = {.name = "SEQUENCE {}", .kind = Kind::rest, .ops = &ops<Rest>};
constexpr Type unknown_alternative_type = {.name = "unknown", .kind = Kind::open, .ops = &ops<UnknownAlternative>};

template <class T>
static uint64_t load_as(const void* value) {
  T number;
  std::memcpy(&number, value, sizeof number);
  return static_cast<uint64_t>(static_cast<std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>(number));
}

uint64_t load_number(const Type& type, const void* value) {
  switch (type.storage) {
    case 1: return type.is_signed ? load_as<int8_t>(value) : load_as<uint8_t>(value);
    case 2: return type.is_signed ? load_as<int16_t>(value) : load_as<uint16_t>(value);
    case 4: return type.is_signed ? load_as<int32_t>(value) : load_as<uint32_t>(value);
    default: return load_as<uint64_t>(value);
  }
}

void store_number(const Type& type, void* value, uint64_t number) {
  switch (type.storage) {
    case 1: *static_cast<uint8_t*>(value) = static_cast<uint8_t>(number); break;
    case 2: { auto n = static_cast<uint16_t>(number); std::memcpy(value, &n, 2); break; }
    case 4: { auto n = static_cast<uint32_t>(number); std::memcpy(value, &n, 4); break; }
    default: std::memcpy(value, &number, 8);
  }
}

const void* member(const Field& field, const void* base) {
  if (field.type->kind == Kind::ies) return field.presence == Presence::mandatory || any_ies(*field.type, base) ? base : nullptr;
  const void* where = at(base, field.offset);
  return field.access ? field.access->get(where) : where;
}

bool is_present(const Field& field, const void* base) {
  const void* value = member(field, base);
  if (!value || field.presence != Presence::standard_value) return value != nullptr;
  uint64_t number = field.type->kind == Kind::boolean ? *static_cast<const bool*>(value) : load_number(*field.type, value);
  return number != static_cast<uint64_t>(field.standard_value);
}

bool any_ies(const Type& type, const void* base) {
  if (auto* extra = extras_of(type, base); extra && !extra->entries.empty()) return true;
  for (int i = 0; i < type.field_count; ++i) {
    if (member(type.fields[i], base)) return true;
  }
  return false;
}

}  // namespace sen::per
