// The C++ values that generated ASN.1 types are made of (codec/ngap, codec/rrc). Plain data, copyable and movable, any thread.
//
//   BIT STRING of a fixed size up to 64   Bits<n>      one number, the first bit is the most significant
//   other BIT STRING                      BitString    any size; number access up to 64 bits
//   OCTET STRING of a fixed size up to 16 Octets<n>    (base/bytes.h)
//   other OCTET STRING                    Bytes
//   OPTIONAL                              std::optional<T> (RRC: Optional<T>), or Box<T> where T is large: on the heap, the same interface
//   CHOICE                                a class derived from Choice
//   NULL                                  Null
//   OBJECT IDENTIFIER                     ObjectIdentifier
//   SEQUENCE {} for later versions        Rest
// A SEQUENCE is an aggregate only while it is small: larger ones define their constructors in the tables, for the sake of compile time.
// What a newer peer sends and our tables do not know is kept in the Extras of the enclosing SEQUENCE and encoded again unchanged.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace sen::per {

struct Type;

struct Null {
  bool operator==(const Null&) const = default;
};

template <unsigned n>
struct Bits {
  static_assert(n >= 1 && n <= 64);
  static constexpr unsigned size = n;
  uint64_t value = 0;
  bool operator==(const Bits&) const = default;
};

class BitString {
 public:
  BitString() = default;
  // The `size` low bits of `value`, size at most 64.
  BitString(uint64_t value, unsigned size) : value_(size < 64 ? value & ((uint64_t{1} << size) - 1) : value), size_(size) {}
  // `size` bits from the front of `bytes` (most significant first); bytes that are missing count as zero.
  BitString(ByteView bytes, size_t size);

  size_t size() const { return size_; }
  // The bits as a number if size() is at most 64, else the first 64.
  uint64_t value() const { return value_; }
  // All bits from the most significant one, the last octet padded with zeros.
  Bytes bytes() const;
  bool bit(size_t index) const;
  bool operator==(const BitString&) const = default;

 private:
  uint64_t value_ = 0;
  uint32_t size_ = 0;
  Bytes bytes_;  // only above 64 bits
};

// What stands at the end of an encoding where the standard's next version may continue (nonCriticalExtension SEQUENCE {}): empty, or the
// bits that a newer peer sent, up to the last one of the encoding.
struct Rest {
  BitString bits;
  bool operator==(const Rest&) const = default;
};

// The contents octets of X.690 8.19.
struct ObjectIdentifier {
  Bytes contents;
  std::string text() const;  // "1.3.6.1"
  bool operator==(const ObjectIdentifier&) const = default;
};

// What std::optional is, without its traits: those of some thousand types took 18 s to compile where this takes less than one.
template <class T>
class Optional {
 public:
  Optional() : has_(false) {}
  Optional(std::nullopt_t) : has_(false) {}
  Optional(T value) : value_(std::move(value)), has_(true) {}
  Optional(const Optional& other) : has_(other.has_) {
    if (has_) new (&value_) T(other.value_);
  }
  Optional(Optional&& other) noexcept : has_(other.has_) {
    if (has_) new (&value_) T(std::move(other.value_));
  }
  Optional& operator=(const Optional& other) {
    if (this != &other) other.has_ ? void(emplace() = other.value_) : reset();
    return *this;
  }
  Optional& operator=(Optional&& other) noexcept {
    if (this != &other) other.has_ ? void(emplace() = std::move(other.value_)) : reset();
    return *this;
  }
  ~Optional() { reset(); }

  bool has_value() const { return has_; }
  explicit operator bool() const { return has_; }
  const T& operator*() const { return value_; }
  T& operator*() { return value_; }
  const T* operator->() const { return &value_; }
  T* operator->() { return &value_; }
  T& emplace() {
    reset();
    new (&value_) T{};
    has_ = true;
    return value_;
  }
  void reset() {
    if (has_) value_.~T();
    has_ = false;
  }
  T value_or(T other) const { return has_ ? value_ : other; }
  template <class U>
  bool operator==(const U& other) const {
    return has_ && value_ == other;
  }
  bool operator==(std::nullopt_t) const { return !has_; }
  bool operator==(const Optional& other) const { return has_ ? other.has_ && value_ == other.value_ : !other.has_; }

 private:
  union {
    T value_;
  };
  bool has_;
};

// An optional value on the heap; copying copies the value.
template <class T>
class Box {
 public:
  Box() = default;
  Box(std::nullopt_t) {}
  Box(T value) : value_(new T(std::move(value))) {}
  Box(const Box& other) : value_(other.value_ ? new T(*other.value_) : nullptr) {}
  Box(Box&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  Box& operator=(Box other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Box() { delete value_; }

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return value_ != nullptr; }
  const T& operator*() const { return *value_; }
  T& operator*() { return *value_; }
  const T* operator->() const { return value_; }
  T* operator->() { return value_; }
  T& emplace() {
    *this = Box(T{});
    return *value_;
  }
  void reset() { *this = Box(); }

 private:
  T* value_ = nullptr;
};

// A value of one of several types, owned. Base of the generated CHOICE classes and of the PDU; each generated class adds
// `enum class Kind`, kind(), and per alternative `const T* name() const` (nullptr if another one is chosen), `T* name()` and
// `T& set_name()` (chooses it, with a fresh value: c.set_gnb_id() = {0x1, 32}).
class Choice {
 public:
  static constexpr uint16_t none = 0xffff;     // nothing chosen yet; cannot be encoded
  static constexpr uint16_t unknown = 0xfffe;  // an extension alternative that the tables do not have: an UnknownAlternative
  static constexpr uint8_t standard = 0xff;

  Choice() = default;
  Choice(const Choice& other);
  Choice(Choice&& other) noexcept { swap(other); }
  Choice& operator=(Choice other) noexcept {
    swap(other);
    return *this;
  }
  ~Choice() { clear(); }

  bool chosen() const { return index_ != none; }
  void clear();

  // For the interpreter and for generated code.
  uint16_t index() const { return index_; }
  const void* value() const { return value_; }
  const Type* type() const { return type_; }
  void* get(uint16_t index) { return index == index_ ? value_ : nullptr; }
  const void* get(uint16_t index) const { return index == index_ ? value_ : nullptr; }
  void* choose(uint16_t index, const Type& type);
  // Chooses alternative `index` of the CHOICE described by `choice`.
  void* choose_of(const Type& choice, uint16_t index);
  // Criticality with which a ProtocolIE-SingleContainer arrived if it is not the standard's.
  uint8_t odd_criticality = standard;

 private:
  void swap(Choice& other) noexcept;

  void* value_ = nullptr;
  const Type* type_ = nullptr;
  uint16_t index_ = none;
};

struct UnknownAlternative {
  uint32_t number = 0;  // among the extension alternatives
  Bytes value;          // contents of the open type
};

// 3GPP Criticality (TS 38.413 9.3.1.x): what the receiver does with what it does not understand.
enum class Criticality : uint8_t { reject, ignore, notify };

// Which of a procedure's messages (initiatingMessage, successfulOutcome, unsuccessfulOutcome).
enum class Outcome : uint8_t { initiating, successful, unsuccessful };

// An information element that is not (or not again) a member of its message's struct.
struct RawIe {
  uint16_t id = 0;
  Criticality criticality = Criticality::ignore;
  Bytes value;  // contents of the open type
};

struct RawAddition {
  uint32_t number = 0;  // among the extension additions of the SEQUENCE
  Bytes value;
};

// What a SEQUENCE carries besides its members. Empty (one null pointer) for messages built by us and for those that the tables
// describe fully and that arrive in the standard's order.
class Extras {
 public:
  enum class Form : uint8_t {
    member,  // a member of the struct: here only for its place and criticality
    raw,     // unknown, or known and repeated: value holds the bytes
    absent,  // a mandatory member that did not arrive
  };
  struct Entry {
    RawIe ie;
    Form form = Form::member;
  };
  struct Content {
    std::vector<Entry> entries;  // if not empty: all IEs in the order of arrival
    std::vector<RawAddition> additions;
    uint32_t addition_count = 0;  // length of the received extension bitmap if it is not the table's
  };

  Extras() = default;
  Extras(const Extras& other);
  Extras(Extras&& other) noexcept : content_(std::exchange(other.content_, nullptr)) {}
  Extras& operator=(Extras other) noexcept {
    std::swap(content_, other.content_);
    return *this;
  }
  ~Extras() {
    if (content_) clear();
  }

  const Content* get() const { return content_; }
  Content& edit();
  // Adds an IE to those that will be encoded after the members.
  void add(RawIe ie);
  // The IEs that are not members.
  std::vector<const RawIe*> unknown_ies() const;

 private:
  void clear();

  Content* content_ = nullptr;  // owned; not a Box: every message has one of these, so its destructor must not be inline
};

}  // namespace sen::per
