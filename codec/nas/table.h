// Builders for the messages' tables: each row knows its member at compile time and is read by the one engine in message.cpp.
#pragma once

#include "codec/nas/elements.h"

namespace sen::nas {

// Elements that are a bare number.
inline void describe(Io& io, uint8_t& v) { io.octet("", v); }
inline void describe(Io& io, MmCause& v) { io.octet("", v); }
inline void describe(Io& io, SmCause& v) { io.octet("", v); }

template <class C, class T>
C class_of(T C::*);
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsOptional<Box<T>> : std::true_type {};

template <class M, auto member>
struct Access {
  using Value = std::remove_reference_t<decltype(std::declval<M&>().*member)>;
  static bool present(const void* message) {
    if constexpr (IsOptional<Value>::value) return (static_cast<const M*>(message)->*member).has_value();
    return true;
  }
  static void reset(void* message) {
    if constexpr (IsOptional<Value>::value) (static_cast<M*>(message)->*member).reset();
  }
  static void walk(Io& io, void* message) {
    auto& value = static_cast<M*>(message)->*member;
    if constexpr (IsOptional<Value>::value) {
      if (io.decoding() || io.inventing()) value.emplace();
      describe(io, *value);
    } else {
      describe(io, value);
    }
  }
};

template <auto member>
constexpr Row make_row(const char* name, uint8_t iei, Form form) {
  using M = decltype(class_of(member));
  using A = Access<M, member>;
  return {name, iei, form, !IsOptional<typename A::Value>::value, A::present, A::reset, A::walk};
}
template <auto member>
constexpr Row v(const char* name) {
  return make_row<member>(name, 0, Form::v);
}
template <auto member>
constexpr Row lv(const char* name) {
  return make_row<member>(name, 0, Form::lv);
}
template <auto member>
constexpr Row lv_e(const char* name) {
  return make_row<member>(name, 0, Form::lv_e);
}
template <auto member>
constexpr Row t1(uint8_t iei, const char* name) {
  return make_row<member>(name, iei, Form::t1);
}
template <auto member>
constexpr Row tv(uint8_t iei, const char* name) {
  return make_row<member>(name, iei, Form::tv);
}
template <auto member>
constexpr Row tlv(uint8_t iei, const char* name) {
  return make_row<member>(name, iei, Form::tlv);
}
template <auto member>
constexpr Row tlv_e(uint8_t iei, const char* name) {
  return make_row<member>(name, iei, Form::tlv_e);
}
constexpr Row spare_half() { return {"Spare half octet", 0, Form::spare_half, true, nullptr, nullptr, nullptr}; }

template <class M>
SmMessage* session_of(void* message) {
  if constexpr (std::is_base_of_v<SmMessage, M>) return static_cast<M*>(message);
  return nullptr;
}

template <class M>
constexpr Table make_table(MessageType type, const char* name, Direction direction, std::span<const Row> rows) {
  return {type,
          name,
          direction,
          rows,
          [] { return static_cast<void*>(new M); },
          [](const void* m) { return static_cast<void*>(new M(*static_cast<const M*>(m))); },
          [](void* m) { delete static_cast<M*>(m); },
          [](const void* a, const void* b) { return *static_cast<const M*>(a) == *static_cast<const M*>(b); },
          [](void* m) -> Box<Notes>& { return static_cast<M*>(m)->notes; },
          std::is_base_of_v<SmMessage, M> ? session_of<M> : nullptr};
}

std::span<const Table* const> mm_tables();
std::span<const Table* const> sm_tables();

}  // namespace sen::nas
