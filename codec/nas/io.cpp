#include "codec/nas/io.h"

#include <algorithm>

#include "nr/ids.h"

namespace sen::nas {

void Io::fail(Fault fault, const char* where, const char* text) {
  if (!ok_) return;
  ok_ = false;
  fault_ = fault;
  where_ = where;
  text_ = text;
  at_ = end_ = mode_ == Mode::decode ? at_ : end_;
}

uint64_t Io::get_unaligned(unsigned n) {
  uint64_t value = 0;
  while (n) {
    unsigned used = at_ & 7;
    unsigned take = std::min(n, 8 - used);
    unsigned octet = data_[at_ / 8] >> (8 - used - take) & ((1u << take) - 1);
    value = value << take | octet;
    at_ += take;
    n -= take;
  }
  return value;
}

void Io::put_unaligned(unsigned n, uint64_t value) {
  while (n) {
    unsigned used = at_ & 7;
    if (used == 0) out_.push_back(0);
    unsigned take = std::min(n, 8 - used);
    unsigned part = static_cast<unsigned>(value >> (n - take)) & ((1u << take) - 1);
    out_.back() = static_cast<uint8_t>(out_.back() | part << (8 - used - take));
    at_ += take;
    n -= take;
  }
}

size_t Io::begin_sized(unsigned length_octets) {
  put(length_octets * 8, 0, "");
  return out_.size();
}

void Io::end_sized(size_t mark, unsigned length_octets) {
  size_t n = out_.size() - mark;
  if (n >> (8 * length_octets)) return fail(Fault::invalid, "", "the contents do not fit their length field");
  for (unsigned i = 0; i < length_octets; ++i) out_[mark - 1 - i] = static_cast<uint8_t>(n >> (8 * i));
}

void Io::put_bytes(ByteView bytes) {
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  at_ += bytes.size() * 8;
}

void Io::flags(uint8_t& value, const char* const (&names)[8]) {
  if (mode_ == Mode::decode) {
    value = static_cast<uint8_t>(get(8));
  } else if (mode_ == Mode::encode) {
    put(8, value, "");
  } else if (mode_ == Mode::invent) {
    value = static_cast<uint8_t>(random_->next());
  }
  for (unsigned i = 0; i < 8; ++i) {
    uint8_t mask = static_cast<uint8_t>(0x80 >> i);
    if (!names[i]) value = static_cast<uint8_t>(value & ~mask);
    if (names[i] && mode_ == Mode::print) tree_->leaf(names[i], (value & mask) != 0);
  }
}

void Io::numbered_flags(const char* prefix, uint16_t& value, unsigned first) {
  uint16_t allowed = static_cast<uint16_t>(0xffff << first);
  if (mode_ == Mode::decode) {
    uint64_t wire = get(16);
    value = static_cast<uint16_t>((wire >> 8 | (wire & 0xff) << 8) & allowed);
  } else if (mode_ == Mode::encode) {
    put(16, static_cast<uint64_t>((value & 0xff) << 8 | value >> 8), prefix);
  } else if (mode_ == Mode::invent) {
    value = static_cast<uint16_t>(random_->next() & allowed);
  } else {
    for (unsigned i = first; i < 16; ++i) tree_->leaf(fmt::format("{}({})", prefix, i), (value >> i & 1) != 0);
  }
}

void Io::exactly(const char* name, Bytes& value, size_t n) {
  if (mode_ == Mode::decode) {
    if (n > left()) return fail(Fault::truncated, name, "the element ends before the field does");
    if (at_ & 7) return fail(Fault::invalid, name, "octets off their boundary");
    value.assign(data_ + at_ / 8, data_ + at_ / 8 + n);
    at_ += n * 8;
  } else if (mode_ == Mode::encode) {
    put_bytes(value);
  } else if (mode_ == Mode::print) {
    tree_->leaf(name, ByteView(value));
  } else {
    value = random_->bytes(n);
  }
}

void Io::rest(const char* name, Bytes& value, size_t least, size_t invent_most) {
  size_t n = mode_ == Mode::decode ? left() : mode_ == Mode::invent ? random_->between(least, std::max(least, invent_most)) : value.size();
  if (n < least) return fail(Fault::truncated, name, "shorter than its smallest length");
  exactly(name, value, n);
}

void Io::fixed_octets(const char* name, uint8_t* data, size_t n) {
  if (mode_ == Mode::decode) {
    if (n > left()) return fail(Fault::truncated, name, "the element ends before the field does");
    for (size_t i = 0; i < n; ++i) data[i] = static_cast<uint8_t>(get(8));
  } else if (mode_ == Mode::encode) {
    put_bytes({data, n});
  } else if (mode_ == Mode::print) {
    tree_->leaf(name, ByteView(data, n));
  } else {
    random_->fill({data, n});
  }
}

void Io::rest_text(const char* name, std::string& value, size_t least) {
  if (mode_ == Mode::print) return tree_->leaf(name, value);
  if (mode_ == Mode::invent) {
    value.clear();
    for (size_t n = random_->between(std::max<size_t>(least, 1), 12); n; --n) value += static_cast<char>('a' + random_->between(0, 25));
    return;
  }
  Bytes bytes(value.begin(), value.end());
  rest(name, bytes, least);
  value.assign(bytes.begin(), bytes.end());
}

void Io::rest_digits(const char* name, std::string& value, size_t invent_least, size_t invent_most) {
  if (mode_ == Mode::print) return tree_->leaf(name, value);
  if (mode_ == Mode::invent) {
    value.clear();
    for (size_t n = random_->between(invent_least, invent_most); n; --n) value += static_cast<char>('0' + random_->between(0, 9));
    return;
  }
  if (mode_ == Mode::encode) return put_bytes(bcd_from_digits(value));
  size_t n = left();
  if (at_ & 7) return fail(Fault::invalid, name, "octets off their boundary");
  value = digits_from_bcd({data_ + at_ / 8, n});
  at_ += n * 8;
}

}  // namespace sen::nas
