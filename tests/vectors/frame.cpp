#include "tests/vectors/frame.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace sen::vectors {

using nlohmann::json;

namespace {

std::map<std::string, Run, std::less<>>& blocks() {
  static std::map<std::string, Run, std::less<>> all;
  return all;
}

// Another value in the middle of a file: a flipped bit, a sample or resource element of the opposite sign (1 where it was 0).
void alter(std::string_view dtype, Bytes& octets) {
  size_t width = dtype == "cf32" ? 8 : dtype == "re12" ? 12 : 1, head = dtype == "re12" ? 4 : 0;
  if (octets.size() < width) return;
  uint8_t* value = octets.data() + octets.size() / 2 / width * width + head;
  if (width == 1) {
    *value ^= 0x80;
    return;
  }
  for (size_t i = 0; i < 8; i += 4) {
    float v = 0;
    std::memcpy(&v, value + i, sizeof v);
    v = v == 0 ? 1.0F : -v;
    std::memcpy(value + i, &v, sizeof v);
  }
}

bool always_informative(std::string_view name) {
  for (auto known : {"id", "seed", "origin", "note", "cross_check", "cross_check_ok"}) {
    if (name == known) return true;
  }
  return false;
}

std::optional<int64_t> whole_of_text(std::string_view text) {
  int64_t value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int64_t> whole_of(const json& v) {
  if (v.is_number_integer()) return v.get<int64_t>();
  if (v.is_string()) return whole_of_text(v.get_ref<const std::string&>());
  return std::nullopt;
}

std::optional<double> number_of(const json& v) {
  if (v.is_number()) return v.get<double>();
  if (!v.is_string()) return std::nullopt;
  const auto& text = v.get_ref<const std::string&>();
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != 0) return std::nullopt;
  return value;
}

bool is_file(const json& v) { return v.is_object() && v.contains("file"); }

// The paths below `value` that are not marked and of which no part is.
void collect_unread(const std::set<std::string, std::less<>>& marks, const json& value, const std::string& path, bool top, std::vector<std::string>& out) {
  auto visit = [&](const std::string& child, const json& v) {
    if (marks.contains(child)) return;
    bool nested = (v.is_object() && !is_file(v)) || (v.is_array() && !v.empty() && v.front().is_object());
    auto below = marks.lower_bound(child);
    bool touched = below != marks.end() && below->starts_with(child);
    if (nested && touched) {
      collect_unread(marks, v, child, false, out);
    } else {
      out.push_back(child);
    }
  };
  if (value.is_object()) {
    for (const auto& [name, v] : value.items()) {
      if (top && always_informative(name)) continue;
      visit(path.empty() ? name : path + "." + name, v);
    }
  } else if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) visit(fmt::format("{}[{}]", path, i), value[i]);
  }
}

template <class T>
T little_endian(const uint8_t* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

}  // namespace

Case::Case(std::filesystem::path folder, std::string group, std::string id, const json& value)
    : folder_(std::move(folder)), group_(std::move(group)), id_(std::move(id)), value_(&value), state_(std::make_shared<State>()) {}

Case::Case(const Case& parent, std::string path, const json& value)
    : folder_(parent.folder_), group_(parent.group_), id_(parent.id_), path_(std::move(path)), value_(&value), state_(parent.state_) {}

void Case::error(std::string_view name, std::string_view text) const { throw CaseError(fmt::format("{}: {}", path_of(name), text)); }

std::string Case::path_of(std::string_view name) const { return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name); }

void Case::mark(std::string_view name) const { state_->read.insert(path_of(name)); }

void Case::mark_informative(std::string_view name) const {
  mark(name);
  state_->informative.insert(path_of(name));
}

bool Case::is_informative(std::string_view path) const { return always_informative(path) || state_->informative.contains(path); }

bool Case::has(std::string_view name) const {
  if (!value_->is_object()) return false;
  auto it = value_->find(std::string(name));
  if (it == value_->end()) return false;
  bool there = !it->is_null() && !(group_ != "cases.json" && *it == "");
  if (!there) mark(name);  // its absence was asked for
  return there;
}

const json& Case::at(std::string_view name) const {
  if (!value_->is_object()) error(name, "the case is not an object");
  auto it = value_->find(std::string(name));
  if (it == value_->end()) error(name, "missing field");
  mark(name);
  return *it;
}

const json& Case::raw(std::string_view name) const { return at(name); }

int64_t Case::whole(std::string_view name) const {
  auto v = whole_of(at(name));
  if (!v) error(name, "is not a whole number");
  return *v;
}

double Case::number(std::string_view name) const {
  auto v = number_of(at(name));
  if (!v) error(name, "is not a number");
  return *v;
}

bool Case::flag(std::string_view name) const {
  const auto& v = at(name);
  if (v.is_boolean()) return v.get<bool>();
  auto n = whole_of(v);
  if (!n || (*n != 0 && *n != 1)) error(name, "is neither true nor false");
  return *n == 1;
}

std::string Case::text(std::string_view name) const {
  const auto& v = at(name);
  if (!v.is_string()) error(name, "is not a text");
  return v.get<std::string>();
}

std::vector<Bit> Case::bits(std::string_view name) const {
  std::vector<Bit> out;
  for (char c : text(name)) {
    size_t value = std::string_view("01xy").find(c);
    if (value == std::string_view::npos) error(name, fmt::format("has a character '{}' (0, 1, x, y allowed)", c));
    out.push_back(static_cast<Bit>(value));
  }
  return out;
}

Bytes Case::hex(std::string_view name) const {
  auto bytes = from_hex(text(name));
  if (!bytes) error(name, bytes.error().describe());
  return *bytes;
}

std::vector<int64_t> Case::whole_list(std::string_view name) const {
  const auto& v = at(name);
  std::vector<int64_t> out;
  if (v.is_array()) {
    for (const auto& item : v) {
      auto n = whole_of(item);
      if (!n) error(name, "has an element that is not a whole number");
      out.push_back(*n);
    }
    return out;
  }
  if (!v.is_string()) error(name, "is not an array of whole numbers");
  const std::string& all = v.get_ref<const std::string&>();
  for (size_t from = 0; from < all.size();) {
    size_t to = std::min(all.find(' ', from), all.size());
    auto n = whole_of_text(std::string_view(all).substr(from, to - from));
    if (!n) error(name, "has an element that is not a whole number");
    out.push_back(*n);
    from = to + 1;
  }
  return out;
}

std::vector<double> Case::numbers(std::string_view name) const {
  const auto& v = at(name);
  if (!v.is_array()) error(name, "is not an array");
  std::vector<double> out;
  for (const auto& item : v) {
    auto n = number_of(item);
    if (!n) error(name, "has an element that is not a number");
    out.push_back(*n);
  }
  return out;
}

std::vector<std::string> Case::texts(std::string_view name) const {
  const auto& v = at(name);
  if (!v.is_array()) error(name, "is not an array");
  std::vector<std::string> out;
  for (const auto& item : v) {
    if (!item.is_string()) error(name, "has an element that is not a text");
    out.push_back(item.get<std::string>());
  }
  return out;
}

Case Case::object(std::string_view name) const {
  if (!value_->is_object() || !value_->contains(std::string(name))) error(name, "missing field");
  const auto& v = (*value_)[std::string(name)];
  if (!v.is_object()) error(name, "is not an object");
  if (v.empty()) mark(name);
  return Case(*this, path_of(name), v);
}

std::vector<Case> Case::list(std::string_view name) const {
  if (!value_->is_object() || !value_->contains(std::string(name))) error(name, "missing field");
  const auto& v = (*value_)[std::string(name)];
  if (!v.is_array()) error(name, "is not an array");
  if (v.empty()) mark(name);
  std::vector<Case> out;
  for (size_t i = 0; i < v.size(); ++i) {
    if (!v[i].is_object()) error(name, "has an element that is not an object");
    out.push_back(Case(*this, fmt::format("{}[{}]", path_of(name), i), v[i]));
  }
  return out;
}

std::vector<std::string> Case::names() const {
  std::vector<std::string> out;
  for (const auto& [name, v] : value_->items()) out.push_back(name);
  return out;
}

std::vector<std::string> Case::unread() const {
  std::vector<std::string> out;
  collect_unread(state_->read, *value_, path_, path_.empty(), out);
  return out;
}

// Octets of a file; checks dtype and leaves the count of elements (of bits for bits_msb).
Bytes Case::file(std::string_view name, std::string_view dtype, size_t& count) const {
  const auto& v = at(name);
  if (!is_file(v) || !v["file"].is_string()) error(name, "is not a reference to a file");
  if (v.value("dtype", std::string()) != dtype) error(name, fmt::format("has dtype {} (expected {})", v.value("dtype", std::string("none")), dtype));
  const char* size_key = dtype == "bits_msb" ? "nbits" : "count";
  if (!v.contains(size_key) || !v[size_key].is_number_unsigned()) error(name, fmt::format("has no {}", size_key));
  count = v[size_key].get<size_t>();
  auto file_name = v["file"].get<std::string>();
  if (file_name.find('/') != std::string::npos) error(name, fmt::format("file {} is not in the block's folder", file_name));
  std::ifstream in(folder_ / file_name, std::ios::binary);
  if (!in) error(name, fmt::format("missing file {}", (folder_ / file_name).string()));
  Bytes octets((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (state_->altered_file == path_of(name)) alter(dtype, octets);
  size_t width = dtype == "cf32" ? 8 : dtype == "re12" ? 12 : 1;
  size_t expected = dtype == "bits_msb" ? (count + 7) / 8 : count * width;
  if (octets.size() != expected) error(name, fmt::format("file {} has {} octets where {} are stated", file_name, octets.size(), expected));
  return octets;
}

std::vector<Cf> Case::cf32(std::string_view name) const {
  size_t count = 0;
  Bytes octets = file(name, "cf32", count);
  std::vector<Cf> out(count);
  for (size_t i = 0; i < count; ++i) out[i] = {little_endian<float>(&octets[8 * i]), little_endian<float>(&octets[8 * i + 4])};
  return out;
}

std::vector<Llr> Case::i8(std::string_view name) const {
  size_t count = 0;
  Bytes octets = file(name, "i8", count);
  return {reinterpret_cast<const Llr*>(octets.data()), reinterpret_cast<const Llr*>(octets.data()) + count};
}

Bytes Case::u8(std::string_view name) const {
  size_t count = 0;
  return file(name, "u8", count);
}

PackedBits Case::bits_msb(std::string_view name) const {
  PackedBits out;
  out.octets = file(name, "bits_msb", out.n);
  if (out.n % 8 != 0 && (out.octets.back() & (0xff >> out.n % 8)) != 0) error(name, "the spare bits of the last octet are not zero");
  return out;
}

std::vector<Re> Case::re12(std::string_view name) const {
  size_t count = 0;
  Bytes octets = file(name, "re12", count);
  std::vector<Re> out(count);
  auto order = [](const Re& re) { return uint32_t{re.p} << 24 | uint32_t{re.l} << 16 | re.k; };
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* p = &octets[12 * i];
    out[i] = {little_endian<uint16_t>(p), p[2], p[3], {little_endian<float>(p + 4), little_endian<float>(p + 8)}};
    if (i > 0 && order(out[i]) <= order(out[i - 1])) error(name, fmt::format("element {} is out of order", i));
  }
  return out;
}

void Outcome::fail(std::string message) { messages_.push_back(std::move(message)); }

bool Outcome::near(std::string_view what, double ours, double theirs, Tolerance tolerance) {
  double error = std::abs(ours - theirs);
  if (!(error <= error_)) error_ = error;
  bool good = error <= tolerance.absolute + tolerance.relative * std::abs(theirs);
  if (!good) fail("{}: ours {:.7g}, vector {:.7g}", what, ours, theirs);
  return good;
}

bool Outcome::near(std::string_view what, std::span<const Cf> ours, std::span<const Cf> theirs, Tolerance tolerance) {
  if (ours.size() != theirs.size()) {
    fail("{}: ours has {} values, the vector {}", what, ours.size(), theirs.size());
    return false;
  }
  size_t wrong = 0, first = 0;
  for (size_t i = 0; i < ours.size(); ++i) {
    double error = std::abs(ours[i] - theirs[i]);
    if (!(error <= error_)) error_ = error;
    if (!(error <= tolerance.absolute + tolerance.relative * std::abs(theirs[i])) && wrong++ == 0) first = i;
  }
  if (wrong != 0) {
    fail("{}: {} of {} values differ, first at {}: ours {:.6g}{:+.6g}j, vector {:.6g}{:+.6g}j", what, wrong, ours.size(), first, ours[first].real(),
         ours[first].imag(), theirs[first].real(), theirs[first].imag());
  }
  return wrong == 0;
}

bool Outcome::grid(std::string_view what, const phy::Grid& ours, std::span<const Re> theirs, Tolerance tolerance) {
  for (const Re& re : theirs) {
    if (re.p >= ours.ports() || re.l >= nr::symbols_per_slot || re.k >= ours.subcarriers()) {
      fail("{}: element p {} l {} k {} lies outside of the grid ({} ports, {} subcarriers)", what, re.p, re.l, re.k, ours.ports(), ours.subcarriers());
      return false;
    }
  }
  size_t wrong = 0, next = 0;
  std::string first;
  for (unsigned p = 0; p < ours.ports(); ++p) {
    for (unsigned l = 0; l < nr::symbols_per_slot; ++l) {
      auto row = ours.row(p, l);
      for (unsigned k = 0; k < row.size(); ++k) {
        bool listed = next < theirs.size() && theirs[next].p == p && theirs[next].l == l && theirs[next].k == k;
        Cf expected = listed ? theirs[next++].value : Cf{};
        double error = std::abs(row[k] - expected);
        if (!(error <= error_)) error_ = error;
        if (error <= (listed ? tolerance.absolute + tolerance.relative * std::abs(expected) : 1e-6)) continue;
        if (wrong++ == 0) {
          first = fmt::format("p {} l {} k {}: ours {:.6g}{:+.6g}j, vector {:.6g}{:+.6g}j{}", p, l, k, row[k].real(), row[k].imag(), expected.real(),
                              expected.imag(), listed ? "" : " (not listed)");
        }
      }
    }
  }
  if (wrong != 0) fail("{}: {} elements differ ({} listed), first at {}", what, wrong, theirs.size(), first);
  return wrong == 0;
}

bool Outcome::bits(std::string_view what, std::span<const Bit> ours, std::span<const Bit> theirs) {
  if (ours.size() != theirs.size()) {
    fail("{}: ours has {} bits, the vector {}", what, ours.size(), theirs.size());
    return false;
  }
  size_t wrong = 0, first = 0;
  for (size_t i = 0; i < ours.size(); ++i) {
    if (ours[i] != theirs[i] && wrong++ == 0) first = i;
  }
  if (wrong != 0) fail("{}: {} of {} bits differ, first at {}", what, wrong, ours.size(), first);
  return wrong == 0;
}

bool Outcome::octets(std::string_view what, ByteView ours, ByteView theirs) {
  if (ours.size() != theirs.size()) {
    fail("{}: ours has {} octets, the vector {}", what, ours.size(), theirs.size());
    return false;
  }
  auto [a, b] = std::mismatch(ours.begin(), ours.end(), theirs.begin());
  if (a != ours.end()) fail("{}: octet {} differs: ours {:02x}, vector {:02x}", what, a - ours.begin(), *a, *b);
  return a == ours.end();
}

bool Outcome::packed(std::string_view what, ByteView ours, const PackedBits& theirs) {
  if (ours.size() * 8 < theirs.n) {
    fail("{}: ours has {} octets, the vector {} bits", what, ours.size(), theirs.n);
    return false;
  }
  size_t wrong = 0, first = 0;
  for (size_t i = 0; i < theirs.n; ++i) {
    if (((ours[i / 8] ^ theirs.octets[i / 8]) >> (7 - i % 8) & 1) != 0 && wrong++ == 0) first = i;
  }
  if (wrong != 0) fail("{}: {} of {} bits differ, first at {}", what, wrong, theirs.n, first);
  return wrong == 0;
}

bool Outcome::llrs(std::string_view what, std::span<const Llr> ours, std::span<const Llr> theirs, int tolerance) {
  if (ours.size() != theirs.size()) {
    fail("{}: ours has {} LLRs, the vector {}", what, ours.size(), theirs.size());
    return false;
  }
  size_t wrong = 0, first = 0;
  for (size_t i = 0; i < ours.size(); ++i) {
    if (std::abs(ours[i] - theirs[i]) > tolerance && wrong++ == 0) first = i;
  }
  if (wrong != 0) fail("{}: {} of {} LLRs differ, first at {}: ours {}, vector {}", what, wrong, ours.size(), first, ours[first], theirs[first]);
  return wrong == 0;
}

phy::Grid to_grid(std::span<const Re> res, unsigned ports, unsigned n_rb) {
  if (ports > phy::Grid::max_ports || n_rb > phy::Grid::max_crb) throw CaseError(fmt::format("a grid of {} ports and {} RBs", ports, n_rb));
  phy::Grid grid(ports, n_rb);
  for (const Re& re : res) {
    if (re.p >= ports || re.l >= nr::symbols_per_slot || re.k >= 12 * n_rb) {
      throw CaseError(fmt::format("element p {} l {} k {} lies outside of the grid ({} ports, {} RBs)", re.p, re.l, re.k, ports, n_rb));
    }
    grid.at(re.p, re.l, re.k) = re.value;
  }
  return grid;
}

nr::Slot slot_of(const Case& c) {
  auto mu = c.integer("mu"), in_frame = c.integer("slot_in_frame"), sfn = c.has("sfn") ? c.integer("sfn") : 0;
  if (mu > 4) c.error("mu", fmt::format("{} is out of range (0 to 4)", mu));
  auto scs = static_cast<nr::Scs>(mu);
  if (in_frame >= nr::slots_per_frame(scs)) c.error("slot_in_frame", fmt::format("{} is out of range", in_frame));
  if (sfn >= nr::frames_per_cycle) c.error("sfn", fmt::format("{} is out of range", sfn));
  return {scs, sfn, in_frame};
}

std::vector<Bit> to_bits(uint64_t value, unsigned n) {
  std::vector<Bit> out(n);
  for (unsigned i = 0; i < n; ++i) out[i] = static_cast<Bit>(value >> (n - 1 - i) & 1);
  return out;
}

Register::Register(const char* block, Run run) { blocks()[block] = run; }

Run find_block(std::string_view name) {
  auto it = blocks().find(name);
  return it == blocks().end() ? nullptr : it->second;
}

std::vector<std::string> known_blocks() {
  std::vector<std::string> out;
  for (const auto& [name, run] : blocks()) out.push_back(name);
  return out;
}

}  // namespace sen::vectors
