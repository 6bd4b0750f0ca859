// The machinery behind the PFCP field lists; internal to codec/pfcp. A field list is a member io(): for a plain IE it calls Wire once
// per field in the order of the figure of its clause, for a group or message it calls Group once per IE in the order of its table.
// The same list reads, writes, prints or fills with random values, depending on the mode.
#pragma once

#include <concepts>
#include <initializer_list>
#include <type_traits>

#include "base/random.h"
#include "codec/pfcp/extra.h"
#include "codec/pfcp/ie.h"
#include "codec/tree.h"

namespace sen::pfcp {

enum class Mode : uint8_t { read, write, print, random };

struct Slot {
  uint16_t type;
  uint16_t length;
  const uint8_t* value;
  bool used;
  bool kept = false;  // taken, but as octets only: its value makes no sense, or it has none
};

// What one pass over a message shares between its groups.
struct Pass {
  Mode mode;
  // read
  std::vector<Slot> slots;  // of the groups being read, innermost last
  std::vector<uint16_t> path;
  size_t ies = 0;
  bool modifying = false;  // a Session Modification Request: an IE of length 0 asks to remove what was provisioned (5.6.3)
  bool rejecting = false;  // a response with a rejection cause: only the cause needs to be there (7.2.3.2)
  unsigned optional = 0;   // optional groups around the IE being read: all in them counts as optional (7.2.3.2)
  bool failed = false;
  Fault fault = Fault::invalid;
  Cause cause = Cause::mandatory_ie_incorrect;
  uint16_t offending_ie = 0;
  std::string where;
  std::string text;
  Bytes scratch;
  // write
  Bytes out;
  bool overflow = false;
  // print, random
  codec::Tree* tree = nullptr;
  Random* random = nullptr;
  unsigned depth = 0;

  explicit Pass(Mode m) : mode(m) {}
  void fail(Fault why, Cause pfcp_cause, uint16_t type, std::string sentence);
};

struct Bit {
  const char* name;
  bool& value;
};

// The octets of one IE.
class Wire {
 public:
  Wire(ByteView in, bool) : mode_(Mode::read), at_(in.data()), end_(in.data() + in.size()) {}
  explicit Wire(Bytes& out) : mode_(Mode::write), out_(&out) {}
  explicit Wire(codec::Tree& tree) : mode_(Mode::print), tree_(&tree) {}
  explicit Wire(Random& random) : mode_(Mode::random), random_(&random) {}

  bool reading() const { return mode_ == Mode::read; }
  bool writing() const { return mode_ == Mode::write; }
  bool randomizing() const { return mode_ == Mode::random; }
  bool printing() const { return mode_ == Mode::print; }
  // True in the modes that set the fields.
  bool filling() const { return reading() || randomizing(); }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  bool failed() const { return problem_ != nullptr; }
  const char* problem() const { return problem_; }
  bool is_short() const { return short_; }
  void refuse(const char* problem) {
    if (!problem_) problem_ = problem;
  }
  uint64_t pick(uint64_t low, uint64_t high) { return random_->between(low, high); }

  // A number of `octets` octets; the name "" means that the IE is this number.
  template <std::integral T>
  void num(const char* name, T& v, unsigned octets = sizeof(T)) {
    switch (mode_) {
      case Mode::read: v = static_cast<T>(get(octets)); break;
      case Mode::write: put(static_cast<uint64_t>(v), octets); break;
      case Mode::print: tree_->leaf(name, v); break;
      case Mode::random: v = static_cast<T>(random_->next() >> (64 - 8 * octets)); break;
    }
  }
  // One octet of flags, bit 1 first; bits not named are spare.
  void flags(std::initializer_list<Bit> bits);
  // The same for octets that earlier releases do not have: absent reads as zeros.
  void later_flags(std::initializer_list<Bit> bits);
  // One octet whose low bits are the value (high bits spare).
  void low(const char* name, uint8_t& v, unsigned bits);
  // One octet: the high four and the low four bits.
  void nibbles(const char* high_name, uint8_t& high, const char* low_name, uint8_t& low);
  void spare(unsigned octets);
  template <size_t n>
  void octets(const char* name, Octets<n>& v) {
    raw(name, v.data(), n);
  }
  // Text or octets preceded by a length of length_octets octets; 0: the rest of the IE.
  void text(const char* name, std::string& v, unsigned length_octets);
  void blob(const char* name, Bytes& v, unsigned length_octets);
  // Dotted name as DNS labels, to the end of the IE; `plain` (if given) is set when the octets are not labels.
  void labels(const char* name, std::string& v, bool* not_labels = nullptr);

  template <class T>
  void value(const char* name, T& v) {
    if constexpr (std::integral<T>) {
      num(name, v);
    } else {
      octets(name, v);
    }
  }
  // The field is there when `present`.
  template <class T>
  void when(bool present, const char* name, std::optional<T>& v) {
    if (!present) {
      if (filling()) v.reset();
      return;
    }
    if (filling()) v.emplace();
    value(name, *v);
  }
  // The field is there when the IE is long enough.
  template <class T>
  void trailing(const char* name, std::optional<T>& v) {
    when(reading() ? left() >= sizeof(T) : randomizing() ? random_->chance(0.5) : v.has_value(), name, v);
  }
  // Whether an optional is there: random in random mode, otherwise as it is.
  template <class T>
  bool has(const std::optional<T>& v) {
    return randomizing() ? random_->chance(0.5) : v.has_value();
  }
  // Enters a part of the IE when printing.
  void enter(const char* name) {
    if (tree_) tree_->enter(name);
  }
  void enter(size_t index) {
    if (tree_) tree_->enter(index);
  }
  void leave() {
    if (tree_) tree_->leave();
  }

 private:
  uint64_t get(unsigned octets);
  void put(uint64_t v, unsigned octets);
  void raw(const char* name, uint8_t* data, size_t n);
  ByteView take(size_t n);

  Mode mode_;
  bool short_ = false;
  const char* problem_ = nullptr;
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  Bytes* out_ = nullptr;
  codec::Tree* tree_ = nullptr;
  Random* random_ = nullptr;
};

// IEs that are one value.
template <std::integral T>
void io(Wire& w, T& v) {
  w.num("", v);
}
template <unsigned bits>
void io(Wire& w, Small<bits>& v) {
  w.low("", v.value, bits);
}
void io(Wire& w, std::string& v);
void io(Wire& w, Bytes& v);
void io(Wire& w, Cause& v);
void io(Wire& w, SourceInterface& v);
void io(Wire& w, DestinationInterface& v);
void io(Wire& w, PdnType& v);
void io(Wire& w, TgppInterfaceType& v);
void io(Wire& w, SteeringFunctionality& v);
void io(Wire& w, SteeringMode& v);
void io(Wire& w, AccessPriority& v);
template <class T>
  requires requires(T& v, Wire& w) { v.io(w); }
void io(Wire& w, T& v) {
  v.io(w);
}

// The IEs of one group or message.
class Group {
 public:
  Group(Pass& pass, Extra& extra, size_t first, size_t last) : pass_(pass), extra_(extra), first_(first), last_(last), cursor_(first) {}

  template <class T>
  void mandatory(uint16_t type, T& v) {
    single(type, true, &v, element<T>());
  }
  // P is O in the standard's table: an IE whose value makes no sense is as good as absent (7.6.8); its octets are kept.
  template <class T>
  void optional(uint16_t type, std::optional<T>& v) {
    maybe(type, v, true);
  }
  template <class T>
  void optional_list(uint16_t type, std::vector<T>& v) {
    many(type, v, 0, true);
  }
  // P is C: such a value refuses the message.
  template <class T>
  void conditional(uint16_t type, std::optional<T>& v) {
    maybe(type, v, false);
  }
  template <class T>
  void conditional_list(uint16_t type, std::vector<T>& v) {
    many(type, v, 0, false);
  }
  // P is M, several may be there.
  template <class T>
  void some(uint16_t type, std::vector<T>& v) {
    many(type, v, 1, false);
  }
  // Takes the IEs of v from the octets in slots [first_, last_), or writes them.
  template <class T>
  static void run(Pass& pass, T& v, size_t first, size_t last) {
    Group g(pass, v.extra, first, last);
    g.start();
    v.io(g);
    g.finish();
  }

 private:
  static constexpr size_t none = SIZE_MAX;
  // How to handle a value of some type, without the type.
  struct Element {
    bool group;
    void (*leaf)(Wire&, void*);
    void (*nested)(Pass&, void*, size_t, size_t);
  };
  template <class T>
  static const Element& element() {
    if constexpr (requires(T& v, Group& g) { v.io(g); }) {
      static constexpr Element e{true, nullptr, [](Pass& p, void* v, size_t a, size_t b) { run(p, *static_cast<T*>(v), a, b); }};
      return e;
    } else {
      static constexpr Element e{false, [](Wire& w, void* v) { pfcp::io(w, *static_cast<T*>(v)); }, nullptr};
      return e;
    }
  }
  template <class T>
  void maybe(uint16_t type, std::optional<T>& v, bool optional) {
    if (pass_.mode == Mode::read) {
      auto slot = find(type);
      if (slot != none && !read_spared(slot, 0, &v.emplace(), element<T>(), optional)) v.reset();
    } else {
      if (pass_.mode == Mode::random && wanted()) v.emplace();
      if (v) single(type, false, &*v, element<T>());
    }
  }
  template <class T>
  void many(uint16_t type, std::vector<T>& v, size_t at_least, bool optional) {
    if (pass_.mode == Mode::read) {
      size_t n = count(type);
      if (n < at_least) return missing(type);
      v.reserve(n);
      for (size_t i = 0; i < n && !pass_.failed; ++i) {
        auto slot = find(type);
        size_t nth = v.size();
        T& value = v.emplace_back();
        if (at_least) {
          read(slot, nth, &value, element<T>());
        } else if (!read_spared(slot, nth, &value, element<T>(), optional)) {
          v.pop_back();
        }
      }
      return;
    }
    if (pass_.mode == Mode::random) v.resize(at_least + (wanted() ? pass_.random->between(1, 2) : 0));
    for (size_t nth = 0; nth < v.size(); ++nth) other(type, nth, true, &v[nth], element<T>());
  }
  void start();
  void finish();
  bool wanted() const;
  size_t find(uint16_t type);
  size_t count(uint16_t type) const;
  void missing(uint16_t type);
  void single(uint16_t type, bool needed, void* v, const Element& e);
  void read(size_t slot, size_t nth, void* v, const Element& e);
  // Like read() for an IE that need not be there; false when only its octets are kept.
  bool read_spared(size_t slot, size_t nth, void* v, const Element& e, bool optional);
  void absent(uint16_t type, void* v, const Element& e);
  void other(uint16_t type, size_t nth, bool listed, void* v, const Element& e);
  void write(uint16_t type, size_t nth, void* v, const Element& e);
  void print(uint16_t type, size_t nth, bool listed, void* v, const Element& e);
  void compare(const Slot& slot, size_t nth, void* v, const Element& e);
  void write_unknown();
  void reorder();

  Pass& pass_;
  Extra& extra_;
  size_t first_, last_, cursor_;
  uint64_t present_ = 0;  // bit (type mod 64) of each IE that is there
  bool disorder_ = false;
  size_t newest_ = 0;  // index after the last IE taken
  size_t out_start_ = 0;
  struct Piece {
    uint32_t type;  // as in Extra::Data::order
    size_t from, to;
  };
  std::vector<Piece> pieces_;  // only when an order is kept
};

// Cuts `in` into slots appended to pass.slots; fails when a length lies.
bool scan(Pass& pass, ByteView in);

}  // namespace sen::pfcp
