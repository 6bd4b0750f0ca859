#include "codec/pfcp/wire.h"

#include <arpa/inet.h>

#include <algorithm>

#include "codec/pfcp/ie_type.h"
#include "codec/pfcp/message.h"

namespace sen::pfcp {

void Pass::fail(Fault why, Cause pfcp_cause, uint16_t type, std::string sentence) {
  if (failed) return;
  failed = true;
  fault = why;
  cause = pfcp_cause;
  offending_ie = type;
  text = std::move(sentence);
  for (uint16_t part : path) where += std::string(where.empty() ? "" : ".") + ie_name(part);
  if (path.empty() || path.back() != type) where += std::string(where.empty() ? "" : ".") + ie_name(type);
}

bool scan(Pass& pass, ByteView in) {
  while (!in.empty()) {
    if (in.size() < 4) {
      pass.fail(Fault::truncated, Cause::invalid_length, in.size() >= 2 ? static_cast<uint16_t>(in[0] << 8 | in[1]) : 0,
                fmt::format("{} octets left where an IE needs a header of 4", in.size()));
      return false;
    }
    auto type = static_cast<uint16_t>(in[0] << 8 | in[1]);
    auto length = static_cast<uint16_t>(in[2] << 8 | in[3]);
    if (length > in.size() - 4) {
      pass.fail(Fault::truncated, Cause::invalid_length, type, fmt::format("length {} where {} octets are left", length, in.size() - 4));
      return false;
    }
    if (is_vendor_ie(type) && length < 2) {
      pass.fail(Fault::truncated, Cause::invalid_length, type, fmt::format("length {} has no room for the enterprise number", length));
      return false;
    }
    if (++pass.ies > max_ies) {
      pass.fail(Fault::exhausted, Cause::no_resources, type, fmt::format("more than {} IEs", max_ies));
      return false;
    }
    pass.slots.push_back({.type = type, .length = length, .value = in.data() + 4, .used = false});
    in = in.subspan(4u + length);
  }
  return true;
}

// ---- Wire

uint64_t Wire::get(unsigned octets) {
  auto bytes = take(octets);
  uint64_t v = 0;
  for (uint8_t b : bytes) v = v << 8 | b;
  return v;
}

void Wire::put(uint64_t v, unsigned octets) {
  for (unsigned i = octets; i-- > 0;) out_->push_back(static_cast<uint8_t>(v >> (8 * i)));
}

ByteView Wire::take(size_t n) {
  if (left() < n) {
    if (!problem_) {
      problem_ = "is too short for its fields";
      short_ = true;
    }
    at_ = end_;
    return {};
  }
  ByteView bytes(at_, n);
  at_ += n;
  return bytes;
}

void Wire::raw(const char* name, uint8_t* data, size_t n) {
  switch (mode_) {
    case Mode::read:
      if (auto bytes = take(n); bytes.size() == n) std::copy(bytes.begin(), bytes.end(), data);
      break;
    case Mode::write: out_->insert(out_->end(), data, data + n); break;
    case Mode::random: random_->fill({data, n}); break;
    case Mode::print:
      if (n == 4 || n == 16) {
        char text[INET6_ADDRSTRLEN];
        inet_ntop(n == 4 ? AF_INET : AF_INET6, data, text, sizeof text);
        tree_->leaf(name, text);
      } else {
        tree_->leaf(name, ByteView(data, n));
      }
      break;
  }
}

void Wire::flags(std::initializer_list<Bit> bits) {
  uint8_t octet = 0;
  if (reading()) octet = static_cast<uint8_t>(get(1));
  unsigned position = 0;
  for (const Bit& bit : bits) {
    switch (mode_) {
      case Mode::read: bit.value = octet >> position & 1; break;
      case Mode::write: octet |= static_cast<uint8_t>(bit.value << position); break;
      case Mode::print:
        if (*bit.name) tree_->leaf(bit.name, bit.value);
        break;
      case Mode::random: bit.value = *bit.name && (random_->next() >> 63); break;
    }
    ++position;
  }
  if (writing()) out_->push_back(octet);
}

void Wire::later_flags(std::initializer_list<Bit> bits) {
  if (!reading() || left() > 0) return flags(bits);
  for (const Bit& bit : bits) bit.value = false;
}

void Wire::low(const char* name, uint8_t& v, unsigned bits) {
  auto mask = static_cast<uint8_t>((1u << bits) - 1);
  switch (mode_) {
    case Mode::read: v = static_cast<uint8_t>(get(1)) & mask; break;
    case Mode::write: out_->push_back(v & mask); break;
    case Mode::print: tree_->leaf(name, v); break;
    case Mode::random: v = static_cast<uint8_t>(random_->next() >> 56) & mask; break;
  }
}

void Wire::nibbles(const char* high_name, uint8_t& high, const char* low_name, uint8_t& low_bits) {
  switch (mode_) {
    case Mode::read: {
      auto octet = static_cast<uint8_t>(get(1));
      high = octet >> 4;
      low_bits = octet & 15;
      break;
    }
    case Mode::write: out_->push_back(static_cast<uint8_t>(high << 4 | (low_bits & 15))); break;
    case Mode::print:
      tree_->leaf(high_name, high);
      tree_->leaf(low_name, low_bits);
      break;
    case Mode::random:
      high = static_cast<uint8_t>(random_->between(0, 15));
      low_bits = static_cast<uint8_t>(random_->between(0, 15));
      break;
  }
}

void Wire::spare(unsigned octets) {
  if (reading()) take(octets);
  if (writing()) out_->insert(out_->end(), octets, 0);
}

namespace {

std::string random_text(Random& random, size_t n) {
  std::string out(n, ' ');
  for (char& c : out) c = static_cast<char>(random.between('a', 'z'));
  return out;
}

// Printable text as it is, everything else as hexadecimal.
void print_text(codec::Tree& tree, const char* name, const std::string& v) {
  bool printable = std::all_of(v.begin(), v.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (printable) {
    tree.leaf(name, std::string_view(v));
  } else {
    tree.leaf(name, as_bytes(v));
  }
}

}  // namespace

void Wire::text(const char* name, std::string& v, unsigned length_octets) {
  switch (mode_) {
    case Mode::read: {
      size_t n = length_octets ? get(length_octets) : left();
      auto bytes = take(n);
      v.assign(bytes.begin(), bytes.end());
      break;
    }
    case Mode::write:
      if (length_octets == 1 && v.size() > 255) refuse("has a text of more than 255 octets");
      if (length_octets) put(v.size(), length_octets);
      out_->insert(out_->end(), v.begin(), v.end());
      break;
    case Mode::print: print_text(*tree_, name, v); break;
    case Mode::random: v = random_text(*random_, random_->between(1, 20)); break;
  }
}

void Wire::blob(const char* name, Bytes& v, unsigned length_octets) {
  switch (mode_) {
    case Mode::read: {
      size_t n = length_octets ? get(length_octets) : left();
      auto bytes = take(n);
      v.assign(bytes.begin(), bytes.end());
      break;
    }
    case Mode::write:
      if (length_octets == 1 && v.size() > 255) refuse("has more than 255 octets where its length is one octet");
      if (length_octets) put(v.size(), length_octets);
      out_->insert(out_->end(), v.begin(), v.end());
      break;
    case Mode::print: tree_->leaf(name, ByteView(v)); break;
    case Mode::random: v = random_->bytes(random_->between(1, 20)); break;
  }
}

namespace {

// RFC 1035 labels without compression; an optional zero octet at the end is not part of the name.
bool parse_labels(ByteView in, std::string& out) {
  out.clear();
  while (!in.empty()) {
    size_t n = in[0];
    if (n == 0 && in.size() == 1 && !out.empty()) return true;
    if (n == 0 || n > 63 || n > in.size() - 1) return false;
    auto label = in.subspan(1, n);
    if (std::find(label.begin(), label.end(), '.') != label.end()) return false;
    if (!out.empty()) out += '.';
    out.append(label.begin(), label.end());
    in = in.subspan(1 + n);
  }
  return !out.empty();
}

}  // namespace

void Wire::labels(const char* name, std::string& v, bool* not_labels) {
  switch (mode_) {
    case Mode::read: {
      auto bytes = take(left());
      bool good = parse_labels(bytes, v);
      if (not_labels) *not_labels = !good;
      if (!good) v.assign(bytes.begin(), bytes.end());
      if (!good && !not_labels) refuse("is not a sequence of labels");
      break;
    }
    case Mode::write: {
      std::string_view rest = v;
      while (true) {
        auto label = rest.substr(0, rest.find('.'));
        if (label.empty() || label.size() > 63) refuse("has a name with a label that is empty or longer than 63 octets");
        put(label.size(), 1);
        out_->insert(out_->end(), label.begin(), label.end());
        if (label.size() == rest.size()) break;
        rest.remove_prefix(label.size() + 1);
      }
      break;
    }
    case Mode::print: print_text(*tree_, name, v); break;
    case Mode::random: v = random_text(*random_, random_->between(1, 12)) + '.' + random_text(*random_, random_->between(1, 12)); break;
  }
}

// ---- Group

bool Group::wanted() const { return pass_.random->chance(pass_.depth == 0 ? 0.4 : pass_.depth == 1 ? 0.35 : 0.3); }

size_t Group::find(uint16_t type) {
  if (!(present_ >> (type & 63) & 1)) return none;
  for (size_t i = cursor_; i < last_; ++i) {
    Slot& slot = pass_.slots[i];
    if (slot.type != type || slot.used) continue;
    slot.used = true;
    if (i < newest_) disorder_ = true;
    newest_ = i + 1;
    while (cursor_ < last_ && pass_.slots[cursor_].used) ++cursor_;
    return i;
  }
  return none;
}

size_t Group::count(uint16_t type) const {
  if (!(present_ >> (type & 63) & 1)) return 0;
  size_t n = 0;
  for (size_t i = first_; i < last_; ++i) n += pass_.slots[i].type == type && !pass_.slots[i].used;
  return n;
}

void Group::missing(uint16_t type) { pass_.fail(Fault::missing, Cause::mandatory_ie_missing, type, "is mandatory and missing"); }

void Group::start() {
  if (pass_.mode == Mode::read) {
    for (size_t i = first_; i < last_; ++i) present_ |= 1ull << (pass_.slots[i].type & 63);
  }
  out_start_ = pass_.out.size();
}

void Group::single(uint16_t type, bool needed, void* v, const Element& e) {
  if (pass_.mode != Mode::read) return other(type, 0, false, v, e);
  if (pass_.failed) return;
  auto slot = find(type);
  if (slot != none) return read(slot, 0, v, e);
  if (!needed) return;
  if (pass_.rejecting && pass_.path.empty() && !e.group) return absent(type, v, e);
  missing(type);
}

// A mandatory IE that a rejecting response left out: its member keeps its initial value, which is not written while it stays so.
void Group::absent(uint16_t type, void* v, const Element& e) {
  pass_.scratch.clear();
  Wire w(pass_.scratch);
  e.leaf(w, v);
  extra_.make().verbatim.push_back({.type = type, .ours = pass_.scratch, .absent = true});
}

bool Group::read_spared(size_t index, size_t nth, void* v, const Element& e, bool optional) {
  if (pass_.failed) return true;
  Slot& slot = pass_.slots[index];
  bool removal = slot.length == 0 && (!e.group || pass_.modifying);
  if (removal && !e.group) {
    slot.kept = true;
    return false;
  }
  optional |= pass_.optional > 0;
  pass_.optional += optional;
  read(index, nth, v, e);
  pass_.optional -= optional;
  if (!pass_.failed) return true;
  // A length that lies (7.6.7) and a message that is too much refuse the whole.
  if (pass_.cause == Cause::invalid_length || pass_.fault == Fault::exhausted || !(optional || removal)) return true;
  pass_.failed = false;
  pass_.where.clear();
  pass_.slots[index].kept = true;
  return false;
}

void Group::read(size_t index, size_t nth, void* v, const Element& e) {
  if (pass_.failed) return;
  const Slot slot = pass_.slots[index];
  ByteView value(slot.value, slot.length);
  pass_.path.push_back(slot.type);
  if (e.group) {
    size_t first = pass_.slots.size();
    if (scan(pass_, value)) e.nested(pass_, v, first, pass_.slots.size());
    pass_.slots.resize(first);
  } else if (slot.length == 0) {
    pass_.fail(Fault::truncated, Cause::invalid_length, slot.type, "has length 0");
  } else {
    Wire w(value, true);
    e.leaf(w, v);
    if (w.failed()) {
      pass_.fail(w.is_short() ? Fault::truncated : Fault::invalid, w.is_short() ? Cause::invalid_length : Cause::mandatory_ie_incorrect,
                 slot.type, fmt::format("{} ({} octets: {})", w.problem(), slot.length, to_hex(value.first(std::min<size_t>(slot.length, 32)))));
    } else {
      compare(slot, nth, v, e);
    }
  }
  pass_.path.pop_back();
}

// Keeps the octets received when ours for the same value differ.
void Group::compare(const Slot& slot, size_t nth, void* v, const Element& e) {
  pass_.scratch.clear();
  Wire w(pass_.scratch);
  e.leaf(w, v);
  if (pass_.scratch.size() == slot.length && std::memcmp(pass_.scratch.data(), slot.value, slot.length) == 0) return;
  extra_.make().verbatim.push_back({slot.type, static_cast<uint16_t>(nth), pass_.scratch, Bytes(slot.value, slot.value + slot.length)});
}

void Group::other(uint16_t type, size_t nth, bool listed, void* v, const Element& e) {
  switch (pass_.mode) {
    case Mode::read: break;
    case Mode::write: return write(type, nth, v, e);
    case Mode::print: return print(type, nth, listed, v, e);
    case Mode::random:
      ++pass_.depth;
      if (e.group) {
        e.nested(pass_, v, 0, 0);
      } else {
        Wire w(*pass_.random);
        e.leaf(w, v);
      }
      --pass_.depth;
      return;
  }
}

void Group::write(uint16_t type, size_t nth, void* v, const Element& e) {
  Bytes& out = pass_.out;
  size_t start = out.size();
  out.insert(out.end(), {static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type), 0, 0});
  if (e.group) {
    e.nested(pass_, v, 0, 0);
  } else {
    Wire w(out);
    e.leaf(w, v);
    if (w.failed() && !pass_.failed) pass_.fail(Fault::invalid, Cause::mandatory_ie_incorrect, type, w.problem());
    if (auto* data = extra_.get()) {
      for (const auto& kept : data->verbatim) {
        if (kept.type != type || kept.nth != nth) continue;
        if (!std::equal(out.begin() + static_cast<std::ptrdiff_t>(start + 4), out.end(), kept.ours.begin(), kept.ours.end())) continue;
        if (kept.absent) return out.resize(start);
        out.resize(start + 4);
        out.insert(out.end(), kept.received.begin(), kept.received.end());
        break;
      }
    }
  }
  size_t length = out.size() - start - 4;
  if (length > 65535) pass_.overflow = true;
  out[start + 2] = static_cast<uint8_t>(length >> 8);
  out[start + 3] = static_cast<uint8_t>(length);
  if (auto* data = extra_.get(); data && !data->order.empty()) pieces_.push_back({type, start, out.size()});
}

void Group::write_unknown() {
  auto* data = extra_.get();
  if (!data) return;
  for (const auto& raw : data->unknown) {
    Bytes& out = pass_.out;
    size_t start = out.size();
    if (raw.value.size() > 65535) pass_.overflow = true;
    out.insert(out.end(), {static_cast<uint8_t>(raw.type >> 8), static_cast<uint8_t>(raw.type), static_cast<uint8_t>(raw.value.size() >> 8),
                           static_cast<uint8_t>(raw.value.size())});
    out.insert(out.end(), raw.value.begin(), raw.value.end());
    if (!data->order.empty()) pieces_.push_back({Extra::unread | raw.type, start, out.size()});
  }
  if (!data->order.empty()) reorder();
}

// The IEs in the order received; those added since then follow.
void Group::reorder() {
  Bytes sorted;
  sorted.reserve(pass_.out.size() - out_start_);
  auto emit = [&](Piece& piece) {
    sorted.insert(sorted.end(), pass_.out.begin() + static_cast<std::ptrdiff_t>(piece.from),
                  pass_.out.begin() + static_cast<std::ptrdiff_t>(piece.to));
    piece.to = piece.from;
  };
  size_t done = 0;  // pieces before this one are out
  for (uint32_t type : extra_.get()->order) {
    while (done < pieces_.size() && pieces_[done].to == pieces_[done].from) ++done;
    for (size_t i = done; i < pieces_.size(); ++i) {
      if (pieces_[i].type != type || pieces_[i].to == pieces_[i].from) continue;
      emit(pieces_[i]);
      break;
    }
  }
  for (Piece& piece : pieces_) {
    if (piece.to != piece.from) emit(piece);
  }
  pass_.out.resize(out_start_);
  pass_.out.insert(pass_.out.end(), sorted.begin(), sorted.end());
}

void Group::print(uint16_t type, size_t nth, bool listed, void* v, const Element& e) {
  if (auto* data = extra_.get()) {
    for (const auto& kept : data->verbatim) {
      if (kept.absent && kept.type == type) return;
    }
  }
  codec::Scope scope(*pass_.tree, ie_name(type));
  if (listed) pass_.tree->enter(nth);
  if (e.group) {
    e.nested(pass_, v, 0, 0);
  } else {
    Wire w(*pass_.tree);
    e.leaf(w, v);
  }
  if (auto* data = extra_.get()) {
    for (const auto& kept : data->verbatim) {
      // Spare bits say nothing; octets beyond ours are of a later release.
      if (kept.type != type || kept.nth != nth || kept.received.size() <= kept.ours.size()) continue;
      pass_.tree->opaque("later octets", ByteView(kept.received).subspan(kept.ours.size()));
    }
  }
  if (listed) pass_.tree->leave();
}

void Group::finish() {
  if (pass_.mode == Mode::write) return write_unknown();
  if (pass_.mode == Mode::random) {
    if (pass_.random->chance(0.1)) {
      Bytes value{0x27, 0x0f};  // a vendor that nobody knows
      auto rest = pass_.random->bytes(pass_.random->between(1, 8));
      value.insert(value.end(), rest.begin(), rest.end());
      extra_.make().unknown.push_back({static_cast<uint16_t>(pass_.random->between(0x8001, 0x8100)), std::move(value)});
    }
    return;
  }
  if (pass_.mode == Mode::print) {
    if (auto* data = extra_.get()) {
      for (const auto& raw : data->unknown) {
        auto name = fmt::format("{} {}", ie_name(raw.type), raw.type);
        if (is_vendor_ie(raw.type)) {
          pass_.tree->leaf(name, ByteView(raw.value));
        } else {
          pass_.tree->opaque(name, raw.value);
        }
      }
    }
    return;
  }
  if (pass_.failed) return;
  size_t taken = last_;  // index after the last IE that is in a member
  while (taken > first_ && (!pass_.slots[taken - 1].used || pass_.slots[taken - 1].kept)) --taken;
  for (size_t i = first_; i < last_; ++i) {
    const Slot& slot = pass_.slots[i];
    if (slot.used && !slot.kept) continue;
    if (i < taken) disorder_ = true;
    extra_.make().unknown.push_back({slot.type, Bytes(slot.value, slot.value + slot.length)});
  }
  if (!disorder_) return;
  auto& order = extra_.make().order;
  for (size_t i = first_; i < last_; ++i) {
    const Slot& slot = pass_.slots[i];
    order.push_back(slot.type | (slot.used && !slot.kept ? 0 : Extra::unread));
  }
}

}  // namespace sen::pfcp
