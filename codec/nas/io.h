// The walk over a NAS element's fields. Each element has one function describe(Io&, Element&) that names its fields in wire order;
// run in the four modes of Io it decodes, encodes, prints and invents (random, for tests) the element. Bits go most significant first.
// Errors stick: after the first one every read gives 0, every loop ends, and ok() is false; describe functions need no checks of their own.
// Decoding never reads past the window it was given and allocates in proportion to the input.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/ip.h"
#include "base/random.h"
#include "codec/tree.h"

namespace sen::nas {

enum class Direction : uint8_t { uplink, downlink, both };

class Io {
 public:
  static Io decoder(ByteView bytes) { return Io(Mode::decode, bytes); }
  static Io encoder() { return Io(Mode::encode, {}); }
  static Io printer(codec::Tree& tree) {
    Io io(Mode::print, {});
    io.tree_ = &tree;
    return io;
  }
  static Io inventor(Random& random) {
    Io io(Mode::invent, {});
    io.random_ = &random;
    return io;
  }

  bool decoding() const { return mode_ == Mode::decode; }
  bool encoding() const { return mode_ == Mode::encode; }
  bool printing() const { return mode_ == Mode::print; }
  bool inventing() const { return mode_ == Mode::invent; }
  Random& random() { return *random_; }
  codec::Tree& tree() { return *tree_; }

  bool ok() const { return ok_; }
  void fail(Fault fault, const char* where, const char* text);
  Fault fault() const { return fault_; }
  const char* fault_where() const { return where_; }
  const char* fault_text() const { return text_; }

  // Where the walk is: what describe functions may depend on.
  Direction direction = Direction::both;  // of the message (some PCO lengths depend on it)
  uint8_t depth = 0;                      // nesting of messages in messages
  bool strict = false;                    // decoding keeps notes on everything that an encoder would write differently
  uint8_t payload_type = 0;               // the payload container type seen last (TS 24.501 9.11.3.40)

  // An n-bit unsigned field, flag or enumeration. Enumerations print by name_of(value) where that names the value.
  template <class T>
  void bits(const char* name, unsigned n, T& value) {
    if (mode_ == Mode::decode) {
      value = static_cast<T>(get(n));
    } else if (mode_ == Mode::encode) {
      put(n, static_cast<uint64_t>(value), name);
    } else if (mode_ == Mode::print) {
      print_value(name, value);
    } else {
      invent_value(n, value);
    }
  }
  template <class T>
  void octet(const char* name, T& value) {
    bits(name, 8, value);
  }
  // Bits that are zero when sent and ignored when received.
  void spare(unsigned n) {
    for (; ok_ && n > 32; n -= 32) fixed(32, 0);
    if (ok_) fixed(n, 0);
  }
  // Bits of one value only; another value received is ignored (the message's notes keep it).
  void fixed(unsigned n, uint64_t value) {
    if (mode_ == Mode::decode) get(n);
    if (mode_ == Mode::encode) put(n, value, "");
  }
  // Eight flags in an octet, most significant first; a null name is a spare bit.
  void flags(uint8_t& value, const char* const (&names)[8]);
  // Two octets whose flags are numbered 7 to 0, 15 to 8 (PDU session and EPS bearer status): bit i of value is number i; 0 to first-1 are
  // spare.
  void numbered_flags(const char* prefix, uint16_t& value, unsigned first);

  // Octet strings: the rest of the window (at least `least` octets), or exactly n. `opaque`: printed as not interpreted.
  void rest(const char* name, Bytes& value, size_t least = 0, size_t invent_most = 16);
  void exactly(const char* name, Bytes& value, size_t n);
  template <size_t n>
  void octets(const char* name, Octets<n>& value) {
    fixed_octets(name, value.data(), n);
  }
  // An IP address: printed in its text form.
  template <size_t n>
  void address(const char* name, Octets<n>& value) {
    if (mode_ == Mode::print) return tree_->leaf(name, IpAddress(value).text());
    octets(name, value);
  }
  void rest_text(const char* name, std::string& value, size_t least = 0);
  // Semi-octet digits in the rest of the window, 0xF fills.
  void rest_digits(const char* name, std::string& value, size_t invent_least, size_t invent_most);

  // Octets left in the window (decoding).
  size_t left() const { return (end_ - at_) / 8; }
  // Whether an element that ends the window is there: on the wire, or for the value given, or by chance.
  bool more(bool present) {
    if (mode_ == Mode::decode) return ok_ && end_ > at_;
    return mode_ == Mode::invent ? random_->chance(0.5) : present;
  }
  // An octet count that the element's own length carries: decoded from the window, between low and high when invented.
  template <class T>
  void window_size(T& count, size_t low, size_t high) {
    if (mode_ == Mode::decode) count = static_cast<T>(left() < 255 ? left() : 255);
    if (mode_ == Mode::decode && count < low) fail(Fault::truncated, "", "shorter than its smallest length");
    if (mode_ == Mode::encode && count < low) fail(Fault::invalid, "", "shorter than its smallest length");
    if (mode_ == Mode::invent) count = static_cast<T>(random_->between(low, high));
  }

  // describe() inside a named scope.
  template <class T>
  void part(const char* name, T& value) {
    inside(name, [&] { describe(*this, value); });
  }
  template <class F>
  void inside(const char* name, F&& f) {
    if (mode_ == Mode::print) {
      codec::Scope scope(*tree_, name);
      f();
    } else {
      f();
    }
  }
  // f's fields inside a length of length_octets octets that counts them. What f leaves unread is skipped.
  template <class F>
  void sized(unsigned length_octets, F&& f) {
    if (mode_ == Mode::decode) {
      size_t n = get(length_octets * 8);
      window(n, f);
    } else if (mode_ == Mode::encode) {
      size_t mark = begin_sized(length_octets);
      f();
      end_sized(mark, length_octets);
    } else {
      f();
    }
  }
  // Decoding: f sees only the next n octets. Other modes: just f.
  template <class F>
  void window(size_t n, F&& f) {
    if (mode_ != Mode::decode) return f();
    if (n > left()) fail(Fault::truncated, "", "a length beyond the end");
    if (!ok_) return;
    size_t outer = end_;
    end_ = at_ + n * 8;
    f();
    at_ = end_;
    end_ = outer;
  }

  // An optional part that is there when `wire_says` (decoding, inventing) or when it has a value (encoding, printing).
  template <class O, class F>
  void maybe(bool wire_says, O& value, F&& f) {
    if (mode_ == Mode::decode || mode_ == Mode::invent) {
      value.reset();
      if (wire_says && ok_) f(value.emplace());
    } else if (value.has_value()) {
      f(*value);
    }
  }
  // Elements to the end of the window.
  template <class T, class F>
  void list(const char* name, std::vector<T>& values, size_t limit, F&& each) {
    if (mode_ == Mode::decode) {
      while (ok_ && end_ - at_ >= 8) {
        if (values.size() == limit) return fail(Fault::exhausted, name, "more elements than the standard allows");
        size_t before = at_;
        each(values.emplace_back());
        if (at_ == before) return fail(Fault::invalid, name, "an empty element");
      }
      return;
    }
    if (mode_ == Mode::invent) values.resize(random_->between(1, limit < 3 ? limit : 3));
    items(name, values, each);
  }
  template <class T>
  void list(const char* name, std::vector<T>& values, size_t limit) {
    list(name, values, limit, [this](T& value) { describe(*this, value); });
  }
  // The elements that a count read before has made room for.
  template <class T, class F>
  void items(const char* name, std::vector<T>& values, F&& each) {
    for (size_t i = 0; i < values.size() && ok_; ++i) {
      if (mode_ == Mode::print) {
        codec::Scope outer(*tree_, name);
        codec::Scope inner(*tree_, i);
        each(values[i]);
      } else {
        each(values[i]);
      }
    }
  }
  template <class T>
  void items(const char* name, std::vector<T>& values) {
    items(name, values, [this](T& value) { describe(*this, value); });
  }
  // An n-bit count of elements; `less` is what the wire's number is smaller by. Makes room in `values` when decoding or inventing.
  template <class T>
  void count(unsigned n, std::vector<T>& values, unsigned less = 0, unsigned invent_most = 3) {
    if (mode_ == Mode::decode) {
      size_t number = get(n) + less;
      if (ok_ && number <= (end_ - at_) / 4 + 1) {
        values.resize(number);
      } else {
        fail(Fault::truncated, "", "a count of elements beyond the end");
      }
    } else if (mode_ == Mode::encode) {
      if (values.size() < less) fail(Fault::invalid, "", "an empty list where the standard needs an element");
      put(n, values.size() - less, "count");
    } else if (mode_ == Mode::invent) {
      values.resize(random_->between(less, invent_most));
    }
  }

  // Raw access for the message engine.
  uint64_t get(unsigned n) {
    if (n > end_ - at_) {
      fail(Fault::truncated, "", "the element ends before the field does");
      return 0;
    }
    if (unsigned used = at_ & 7; used + n <= 8 && n) {  // within one octet
      uint64_t value = data_[at_ / 8] >> (8 - used - n) & (0xffu >> (8 - n));
      at_ += n;
      return value;
    }
    if (((at_ | n) & 7) == 0) {
      uint64_t value = 0;
      for (; n; n -= 8, at_ += 8) value = value << 8 | data_[at_ / 8];
      return value;
    }
    return get_unaligned(n);
  }
  void put(unsigned n, uint64_t value, const char* name) {
    if (n < 64 && value >> n) return fail(Fault::invalid, name, "the value does not fit its field");
    if (unsigned used = at_ & 7; used + n <= 8 && n) {
      if (used == 0) out_.push_back(0);
      out_.back() = static_cast<uint8_t>(out_.back() | value << (8 - used - n));
      at_ += n;
      return;
    }
    if (((at_ | n) & 7) == 0) {
      for (unsigned left = n; left; left -= 8) out_.push_back(static_cast<uint8_t>(value >> (left - 8)));
      at_ += n;
      return;
    }
    put_unaligned(n, value);
  }
  size_t position() const { return at_ / 8; }
  void seek(size_t octet) { at_ = octet * 8; }
  void seek_bits(size_t bit) { at_ = bit; }
  void widen() { end_ = size_; }  // after an error inside a window: the whole input again
  ByteView input() const { return {data_, size_ / 8}; }
  void put_bytes(ByteView bytes);
  Bytes& output() { return out_; }
  void clear_fault() { ok_ = true; }

 private:
  enum class Mode : uint8_t { decode, encode, print, invent };
  Io(Mode mode, ByteView bytes) : mode_(mode), data_(bytes.data()), end_(bytes.size() * 8), size_(end_) {}

  uint64_t get_unaligned(unsigned n);
  void put_unaligned(unsigned n, uint64_t value);
  size_t begin_sized(unsigned length_octets);
  void end_sized(size_t mark, unsigned length_octets);
  void fixed_octets(const char* name, uint8_t* data, size_t n);

  template <class T>
  void print_value(const char* name, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      const char* text = name_of(value);
      if (text) return tree_->leaf(name, text);
      tree_->leaf(name, static_cast<uint64_t>(value));
    } else {
      tree_->leaf(name, value);
    }
  }
  template <class T>
  void invent_value(unsigned n, T& value) {
    if constexpr (std::is_enum_v<T>) {
      do value = static_cast<T>(random_->next() >> (64 - n));
      while (!name_of(value));
    } else {
      value = static_cast<T>(random_->next() >> (64 - n));
    }
  }

  Mode mode_;
  bool ok_ = true;
  Fault fault_ = Fault::invalid;
  const uint8_t* data_ = nullptr;
  size_t at_ = 0;    // bits
  size_t end_ = 0;   // bits
  size_t size_ = 0;  // bits of the whole input
  codec::Tree* tree_ = nullptr;
  Random* random_ = nullptr;
  Bytes out_;
  const char* where_ = "";
  const char* text_ = "";
};

}  // namespace sen::nas
