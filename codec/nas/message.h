// NAS messages of TS 24.501 (Release 17): one value type for all of them, and what is derived from each message's table.
//
//   auto message = nas::decode(pdu);                       // plain 5GMM or 5GSM
//   if (!message) return reply(message.error().cause);     // the 5GMM or 5GSM cause that clause 7 demands
//   if (auto* request = message->get_if<nas::RegistrationRequest>()) ...
//   Result<Bytes> pdu = nas::encode(accept);               // any message struct, or a Message
//
// A message is a struct (mm.h, sm.h) with one table: the list of its elements in the standard's order. Decoding, encoding, printing, size
// and random generation all come from that table and the elements' describe functions (elements.h).
//
// Bytes in, the same bytes out: what a decoded message holds beyond its members (unknown, repeated and malformed elements, a different
// order, spare bits that were set, non-minimal forms) is kept in `notes`; encode() writes it back in place unless the element was changed
// since. No input reaches an assert; nesting and element counts are limited. Errors: truncated, invalid, missing, unsupported, exhausted.
#pragma once

#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "codec/nas/io.h"
#include "codec/nas/names.h"

namespace sen::nas {

// An optional that lives on the heap: for elements that are big or rare. Copies deeply, compares by value.
template <class T>
class Box {
 public:
  Box() = default;
  Box(std::nullopt_t) {}
  Box(T value) : p_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : p_(other.p_ ? std::make_unique<T>(*other.p_) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) {
    if (this != &other) p_ = other.p_ ? std::make_unique<T>(*other.p_) : nullptr;
    return *this;
  }
  Box& operator=(Box&&) noexcept = default;

  bool has_value() const { return p_ != nullptr; }
  explicit operator bool() const { return p_ != nullptr; }
  T& operator*() { return *p_; }
  const T& operator*() const { return *p_; }
  T* operator->() { return p_.get(); }
  const T* operator->() const { return p_.get(); }
  template <class... Args>
  T& emplace(Args&&... args) {
    p_ = std::make_unique<T>(std::forward<Args>(args)...);
    return *p_;
  }
  void reset() { p_.reset(); }
  friend bool operator==(const Box& a, const Box& b) { return a.p_ && b.p_ ? *a.p_ == *b.p_ : !a.p_ && !b.p_; }

 private:
  std::unique_ptr<T> p_;
};

// An optional element: in place when small, boxed when big.
template <class T>
using Opt = std::conditional_t<(sizeof(T) > 16 || !std::is_trivially_copyable_v<T>), Box<T>, std::optional<T>>;

// What a decoded message's bytes say beyond its members.
struct Notes {
  enum class Kind : uint8_t {
    mandatory,  // the header and the mandatory part, as one
    known,      // an optional element of the table
    unknown,    // an element that the table does not have: ignored (7.6.1)
    repeated,   // a further instance of an element: ignored (7.6.3)
    malformed,  // a syntactically incorrect optional element: taken as absent (7.7.1)
  };
  struct Element {
    Kind kind = Kind::known;
    uint8_t iei = 0;
    Bytes wire;         // as received, with its identifier and length
    Bytes canonical;    // what encoding the decoded value gave; while it still gives that, `wire` is sent
    std::string fault;  // malformed: what is wrong
    bool operator==(const Element&) const = default;
  };
  std::vector<Element> elements;  // in the order of the wire
  bool operator==(const Notes&) const = default;
};

struct MmMessage {
  Box<Notes> notes;
  bool operator==(const MmMessage&) const = default;
};

struct SmMessage {
  uint8_t pdu_session_id = 0;
  uint8_t pti = 0;  // procedure transaction identity
  Box<Notes> notes;
  bool operator==(const SmMessage&) const = default;
};

enum class Form : uint8_t { v, lv, lv_e, t1, tv, tlv, tlv_e, spare_half };

// One element of a message's table.
struct Row {
  const char* name;  // as the standard's table
  uint8_t iei;       // type 1: in the high nibble
  Form form;
  bool mandatory;
  bool (*present)(const void* message);
  void (*reset)(void* message);
  void (*walk)(Io& io, void* message);  // decoding and inventing create an optional member first
};

struct Table {
  MessageType type;
  const char* name;
  Direction direction;
  std::span<const Row> rows;
  void* (*create)();
  void* (*copy)(const void*);
  void (*destroy)(void*);
  bool (*equal)(const void*, const void*);
  Box<Notes>& (*notes)(void*);
  SmMessage* (*session)(void*);  // null for 5GMM
};

template <class M>
concept MessageStruct = requires {
  { M::table } -> std::convertible_to<const Table&>;
};

// Any message, or none. Owns it; copies deeply.
class Message {
 public:
  Message() = default;
  template <MessageStruct M>
  Message(M message) : table_(&M::table), body_(new M(std::move(message))) {}
  explicit Message(const Table& table) : table_(&table), body_(table.create()) {}
  Message(const Message& other) : table_(other.table_), body_(other.body_ ? table_->copy(other.body_) : nullptr) {}
  Message(Message&& other) noexcept : table_(std::exchange(other.table_, nullptr)), body_(std::exchange(other.body_, nullptr)) {}
  Message& operator=(Message other) noexcept {
    std::swap(table_, other.table_);
    std::swap(body_, other.body_);
    return *this;
  }
  ~Message() {
    if (body_) table_->destroy(body_);
  }

  explicit operator bool() const { return body_ != nullptr; }
  MessageType type() const { return table_ ? table_->type : MessageType{}; }
  const char* name() const { return table_ ? table_->name : "no message"; }
  bool is_5gsm() const { return table_ && table_->session; }
  template <MessageStruct M>
  M* get_if() {
    return table_ == &M::table ? static_cast<M*>(body_) : nullptr;
  }
  template <MessageStruct M>
  const M* get_if() const {
    return table_ == &M::table ? static_cast<const M*>(body_) : nullptr;
  }
  // The header of a 5GSM message, else null.
  const SmMessage* session() const { return is_5gsm() ? table_->session(body_) : nullptr; }
  const Notes* notes() const { return body_ && table_->notes(body_).has_value() ? &*table_->notes(body_) : nullptr; }

  const Table* table() const { return table_; }
  void* body() { return body_; }
  const void* body() const { return body_; }
  friend bool operator==(const Message& a, const Message& b) {
    return a.table_ == b.table_ && (!a.body_ || a.table_->equal(a.body_, b.body_));
  }

 private:
  const Table* table_ = nullptr;
  void* body_ = nullptr;
};

// Why a PDU is no message, and what clause 7 of TS 24.501 says to answer. Converts to Error.
struct DecodeError : Error {
  DecodeError() = default;
  DecodeError(Error error, uint8_t cause_value) : Error(std::move(error)), cause(cause_value) {}

  uint8_t cause = 0;                // 5GMM or 5GSM cause for a status or reject message; 0: ignore the PDU (7.2, 7.3)
  std::optional<MessageType> type;  // as far as the PDU was readable
  std::optional<uint8_t> pdu_session_id;
  std::optional<uint8_t> pti;
};

// A plain NAS message (5GMM with security header type 0, or 5GSM), from its first octet to the PDU's last.
std::expected<Message, DecodeError> decode(ByteView pdu);

// Errors: a value that does not fit its field, an empty mandatory list, a list too long.
Result<Bytes> encode(const Table& table, const void* message);
inline Result<Bytes> encode(const Message& message) {
  if (!message) return fail(Fault::missing, "NAS message", "there is none");
  return encode(*message.table(), message.body());
}
template <MessageStruct M>
Result<Bytes> encode(const M& message) {
  return encode(M::table, &message);
}

// The number of octets that encode() gives; 0 where it fails.
size_t encoded_size(const Message& message);

void print(const Message& message, codec::Tree& tree);

// A random message whose every field is valid; each optional element is there with probability `density`.
Message invent(const Table& table, Random& random, double density = 0.5);

// Every message's table.
std::span<const Table* const> all_tables();
const Table* table_of(MessageType type);

// A message inside a message (NAS message container, N1 SM information): the decoded message, or the bytes where they are none
// (ciphered, or another protocol's).
struct Nested {
  Message message;
  Bytes bytes;  // used while `message` is empty
  bool operator==(const Nested&) const = default;
};
void describe(Io& io, Nested& nested);

}  // namespace sen::nas
