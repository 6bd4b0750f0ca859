// The printed form of a decoded message: an ordered list of leaves with their paths. Every codec fills one
// (void print(const Message&, Tree&)); `sen5g pcap verify`, the logs and the comparisons with other dissectors read it.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace sen::codec {

class Tree {
 public:
  struct Leaf {
    std::string path;   // "InitialUEMessage.UserLocationInformation.nR.tAI.tAC"; list elements as "[0]"
    std::string value;  // decimal, name of the enumerated value, lower-case hex for octet strings, '0'/'1' text for bit strings
    size_t opaque_bits = 0;  // bits that the codec kept without interpreting them although the standard defines their inside
  };

  // Enters a named part; leave() returns. Use Scope.
  void enter(std::string_view name);
  void enter(size_t index);
  void leave();

  template <std::integral T>
  void leaf(std::string_view name, T value) {
    if constexpr (std::same_as<T, bool>) {
      add(name, value ? "true" : "false");
    } else {
      add(name, std::to_string(value));
    }
  }
  void leaf(std::string_view name, std::string_view text) { add(name, std::string(text)); }
  void leaf(std::string_view name, const char* text) { add(name, text); }
  void leaf(std::string_view name, ByteView bytes) { add(name, to_hex(bytes)); }
  // Bytes that the standard defines and that this codec does not interpret.
  void opaque(std::string_view name, ByteView bytes);

  const std::vector<Leaf>& leaves() const { return leaves_; }
  size_t opaque_bits() const;
  // One "path = value" a line.
  std::string text() const;

 private:
  void add(std::string_view name, std::string value, size_t opaque_bits = 0);

  std::vector<Leaf> leaves_;
  std::string path_;
  std::vector<size_t> marks_;
};

class Scope {
 public:
  Scope(Tree& tree, std::string_view name) : tree_(tree) { tree_.enter(name); }
  Scope(Tree& tree, size_t index) : tree_(tree) { tree_.enter(index); }
  ~Scope() { tree_.leave(); }
  Scope(const Scope&) = delete;

 private:
  Tree& tree_;
};

}  // namespace sen::codec
