// What the one field list of a service operation's struct is good for. Each struct of core/sbi declares
//
//   template <class V>
//   static constexpr void fields(V&& v) {
//     v("supi", &T::supi);                  // the JSON member name of the TS, the member
//     v("kseaf", &T::kseaf, Mark::secret);  // never printed
//   }
//
// Members are numbers, bool, std::string, Bytes, Octets<n>, enumerations with json_names(E), types of nr/ids.h, structs with a field
// list, and std::optional or std::vector of those. Printing lives here; the HTTP/2 binding derives its JSON from the same lists with
// these rules: a field whose name stands in the operation's path template ("{supi}") is a path parameter, the other fields of a GET or
// DELETE are query parameters, the fields of every other method are the JSON body; Bytes named n1...Msg..., n2...Info, ngapData or
// n1MessageContent are parts of a multipart/related body (TS 29.500 5.2.2.2, RefToBinaryData of TS 29.571 5.4.4.8).
// Equality is each struct's defaulted operator==.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.h"

namespace sen::sbi {

enum class Mark : unsigned char { open, secret };

struct AnyVisitor {
  template <class M, class T>
  constexpr void operator()(std::string_view, M T::*, Mark = Mark::open) const {}
};

template <class T>
concept HasFields = requires(AnyVisitor v) {
  T::fields(v);
};

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) {
  json_names(e);
};

// The TS's spelling of an enumerated value.
template <NamedEnum E>
constexpr std::string_view to_string(E value) {
  constexpr auto names = json_names(E{});
  auto index = static_cast<size_t>(value);
  return index < names.size() ? names[index] : std::string_view("?");
}

template <NamedEnum E>
constexpr std::optional<E> enum_from_string(std::string_view name) {
  constexpr auto names = json_names(E{});
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

// Appends values to one line of text: {supi: imsi-999700000000001, authType: 5G_AKA}. Absent optionals and empty lists are left out,
// long octet strings are cut.
class Printer {
 public:
  template <HasFields T>
  void print(const T& object) {
    out_ += '{';
    bool first = true;
    T::fields([&](std::string_view name, auto member, Mark mark = Mark::open) { field(name, object.*member, mark, first); });
    out_ += '}';
  }
  void print(bool value) { out_ += value ? "true" : "false"; }
  void print(std::integral auto value) { out_ += std::to_string(value); }
  void print(const std::string& value) { out_ += value; }
  void print(const Bytes& value) { octets(value); }
  template <size_t n>
  void print(const Octets<n>& value) {
    octets(value);
  }
  template <NamedEnum E>
  void print(E value) {
    out_ += to_string(value);
  }
  template <class T>
  requires(!HasFields<T> && !NamedEnum<T> && requires(const T& v) { to_string(v); }) void print(const T& value) {
    out_ += to_string(value);
  }
  template <class T>
  requires requires(const T& v) { v.text(); }
  void print(const T& value) { out_ += value.text(); }
  template <class T>
  void print(const std::optional<T>& value) {
    if (value) print(*value);
  }
  template <class T>
  void print(const std::vector<T>& list) {
    out_ += '[';
    for (size_t i = 0; i < list.size(); ++i) {
      if (i != 0) out_ += ", ";
      print(list[i]);
    }
    out_ += ']';
  }

  std::string take() { return std::move(out_); }

 private:
  template <class M>
  static bool absent(const M& value) {
    if constexpr (requires { value.has_value(); }) {
      return !value.has_value();
    } else if constexpr (requires { value.empty(); }) {
      return value.empty();
    } else {
      return false;
    }
  }
  template <class M>
  void field(std::string_view name, const M& value, Mark mark, bool& first) {
    if (absent(value)) return;
    if (!first) out_ += ", ";
    first = false;
    out_ += name;
    out_ += ": ";
    if (mark == Mark::secret) {
      out_ += "(secret)";
    } else {
      print(value);
    }
  }
  void octets(ByteView bytes);

  std::string out_;
};

template <HasFields T>
std::string describe(const T& object) {
  Printer printer;
  printer.print(object);
  return printer.take();
}

}  // namespace sen::sbi
