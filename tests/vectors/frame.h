// The frame of vector-check: typed access to one case of a folder of vectors, comparisons with tolerances, the registry of blocks.
//
// A block is a folder with cases.json (an array of objects, large data in files beside it) or with tables (*.csv: each row is a case whose fields are
// texts; Case::group() names the file). Its checker is one file tests/vectors/<block>.cpp, listed in tests/vectors/CMakeLists.txt:
//
//   Outcome run(const Case& c) {
//     Outcome o;
//     auto ours = crc(polynomial(c.text("polynomial")), c.bits("input_bits"));
//     o.bits("crc_bits", to_bits(ours), c.bits("crc_bits"));
//     return o;
//   }
//   const Register registered("crc", run);
//
// Rules: every field that a case states must be read, used or compared: a field that the checker never asked for is named ("is not checked"; with --strict, as
// ctest runs it, the case fails), unless the checker calls c.informative("snr_db"). id, seed, origin, note, cross_check and cross_check_ok are informative always.
// Access to a missing field, a wrong type, a value out of the asked type's range, or a file of a wrong size ends the case with that message (exception
// CaseError, caught by the runner: this is a test tool; product code has no exceptions). Cases run on several threads: a checker has no mutable statics.
#pragma once

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "phy/grid.h"

namespace sen::vectors {

using phy::Bit;
using phy::Cf;
using phy::Llr;

struct CaseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A resource element of a re12 file.
struct Re {
  uint16_t k = 0;
  uint8_t l = 0, p = 0;
  Cf value;
};
struct PackedBits {
  Bytes octets;  // first bit in the most significant bit of octet 0; spare bits zero (checked)
  size_t n = 0;
};

class Case {
 public:
  Case(std::filesystem::path folder, std::string group, std::string id, const nlohmann::json& value);

  const std::string& id() const { return id_; }
  const std::string& group() const { return group_; }  // "cases.json", "tbs.csv"
  bool has(std::string_view name) const;               // there, not null, and not an empty cell of a table

  // A whole number within T's range (also as text of digits, as tables have it).
  template <class T = unsigned>
  T integer(std::string_view name) const {
    return narrow<T>(name, whole(name));
  }
  double number(std::string_view name) const;
  bool flag(std::string_view name) const;                     // true, false, 0, 1, "0", "1"
  std::string text(std::string_view name) const;
  std::vector<Bit> bits(std::string_view name) const;         // "0110": one an element; 'x' is 2 and 'y' 3 (the placeholders of short blocks)
  Bytes hex(std::string_view name) const;
  template <class T = unsigned>
  std::vector<T> integers(std::string_view name) const {      // array of numbers, or a cell of blank-separated ones
    std::vector<T> out;
    for (int64_t v : whole_list(name)) out.push_back(narrow<T>(name, v));
    return out;
  }
  std::vector<double> numbers(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  Case object(std::string_view name) const;                   // a nested object
  std::vector<Case> list(std::string_view name) const;        // an array of objects
  std::vector<std::string> names() const;                     // the keys of this object
  const nlohmann::json& raw(std::string_view name) const;     // anything, as it stands (counts as checked)

  // Data in a file, {"file", "dtype", "count" | "nbits"}.
  std::vector<Cf> cf32(std::string_view name) const;
  std::vector<Llr> i8(std::string_view name) const;
  Bytes u8(std::string_view name) const;
  PackedBits bits_msb(std::string_view name) const;
  std::vector<Re> re12(std::string_view name) const;          // sorted by p, l, k; no element twice (checked)

  // These fields say nothing that could be checked.
  template <class... Names>
  void informative(const Names&... name) const {
    (mark_informative(name), ...);
  }
  bool is_informative(std::string_view path) const;
  // Paths of fields that nobody read.
  std::vector<std::string> unread() const;
  // From now on the file behind this field reads with one value altered (alter.h).
  void alter_file(std::string path) { state_->altered_file = std::move(path); }
  [[noreturn]] void error(std::string_view name, std::string_view text) const;

 private:
  struct State {
    std::set<std::string, std::less<>> read, informative;  // paths
    std::string altered_file;
  };
  Case(const Case& parent, std::string path, const nlohmann::json& value);
  const nlohmann::json& at(std::string_view name) const;
  std::string path_of(std::string_view name) const;
  void mark(std::string_view name) const;
  void mark_informative(std::string_view name) const;
  int64_t whole(std::string_view name) const;
  std::vector<int64_t> whole_list(std::string_view name) const;
  Bytes file(std::string_view name, std::string_view dtype, size_t& count) const;
  template <class T>
  T narrow(std::string_view name, int64_t v) const {
    if (!std::in_range<T>(v)) error(name, fmt::format("{} is out of range ({} to {})", v, +std::numeric_limits<T>::min(), +std::numeric_limits<T>::max()));
    return static_cast<T>(v);
  }

  std::filesystem::path folder_;
  std::string group_, id_, path_;
  const nlohmann::json* value_;
  std::shared_ptr<State> state_;
};

// |ours - theirs| <= absolute + relative * |theirs|, for complex values by the magnitude of the difference.
struct Tolerance {
  double absolute = 1e-4, relative = 0;
};
inline constexpr Tolerance float32{1e-4, 0}, bfloat16{0.005, 0.006};

class Outcome {
 public:
  bool passed() const { return messages_.empty(); }
  const std::vector<std::string>& messages() const { return messages_; }
  double largest_error() const { return error_; }  // of sample values that were compared

  void fail(std::string message);
  template <class... Args>
  void fail(fmt::format_string<Args...> format, Args&&... args) {
    fail(fmt::format(format, std::forward<Args>(args)...));
  }
  // False, with the error's text, when a Result of ours is an error.
  template <class R>
  bool ok(std::string_view what, const R& result) {
    if (!result) fail("{}: {}", what, result.error().describe());
    return result.has_value();
  }
  bool holds(std::string_view what, bool condition) {
    if (!condition) fail("{} does not hold", what);
    return condition;
  }
  template <class T, class U>
  bool equal(std::string_view what, const T& ours, const U& theirs) {
    bool same;
    if constexpr (std::is_integral_v<T> && std::is_integral_v<U> && !std::is_same_v<T, bool> && !std::is_same_v<U, bool>) {
      same = std::cmp_equal(ours, theirs);
      if (!same) fail("{}: ours {}, vector {}", what, +ours, +theirs);
    } else {
      same = ours == theirs;
      if (!same) fail("{}: ours {}, vector {}", what, ours, theirs);
    }
    return same;
  }
  bool near(std::string_view what, double ours, double theirs, Tolerance tolerance = float32);
  bool near(std::string_view what, std::span<const Cf> ours, std::span<const Cf> theirs, Tolerance tolerance = float32);
  // Every element of the grid: equal to the list's, zero (to 1e-6) where the list has none; elements outside of the grid fail.
  bool grid(std::string_view what, const phy::Grid& ours, std::span<const Re> theirs, Tolerance tolerance = float32);
  bool bits(std::string_view what, std::span<const Bit> ours, std::span<const Bit> theirs);
  bool octets(std::string_view what, ByteView ours, ByteView theirs);
  bool packed(std::string_view what, ByteView ours, const PackedBits& theirs);  // the first n bits
  bool llrs(std::string_view what, std::span<const Llr> ours, std::span<const Llr> theirs, int tolerance = 0);

 private:
  std::vector<std::string> messages_;
  double error_ = 0;
};

// The listed elements in a grid of this size, as a receiver's input. Elements outside throw CaseError.
phy::Grid to_grid(std::span<const Re> res, unsigned ports, unsigned n_rb);
// mu, sfn (0 when absent), slot_in_frame.
nr::Slot slot_of(const Case& c);
// The `n` low bits of value, most significant first.
std::vector<Bit> to_bits(uint64_t value, unsigned n);

using Run = Outcome (*)(const Case&);
struct Register {
  Register(const char* block, Run run);
};
Run find_block(std::string_view name);  // nullptr: nobody registered it
std::vector<std::string> known_blocks();

}  // namespace sen::vectors
