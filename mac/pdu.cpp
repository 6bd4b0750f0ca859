#include "mac/pdu.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace sen::mac {
namespace {

// Control elements that stay octets: SCells, beams, sidelink, relays.
constexpr CeInfo other_ces[] = {
    {Link::dl, 50, "SP SRS Activation/Deactivation", -1},
    {Link::dl, 53, "TCI States Activation/Deactivation for UE-specific PDSCH", -1},
    {Link::dl, 54, "Aperiodic CSI Trigger State Subselection", -1},
    {Link::dl, 55, "SP CSI-RS/CSI-IM Resource Set Activation/Deactivation", -1},
    {Link::dl, 309, "Serving Cell Set based SRS Spatial Relation Indication", -1},
    {Link::dl, 312, "Enhanced SP/AP SRS Spatial Relation Indication", -1},
    {Link::dl, 313, "Enhanced PUCCH Spatial Relation Activation/Deactivation", -1},
    {Link::dl, 314, "Enhanced TCI States Activation/Deactivation for UE-specific PDSCH", -1},
    {Link::dl, 317, "SP Positioning SRS Activation/Deactivation", -1},
    {Link::ul, 45, "Truncated Sidelink BSR", -1},
    {Link::ul, 46, "Sidelink BSR", -1},
    {Link::ul, 50, "BFR (1 octet)", -1},
    {Link::ul, 51, "Truncated BFR (1 octet)", -1},
    {Link::ul, 54, "Multiple Entry PHR (4 octets)", -1},
    {Link::ul, 56, "Multiple Entry PHR (1 octet)", -1},
    {Link::ul, 314, "BFR (4 octets)", -1},
    {Link::ul, 315, "Truncated BFR (4 octets)", -1},
    {Link::ul, 319, "Pre-emptive BSR", -1},
};

// Calls f with a default-constructed value of each structured control element until it returns true.
template <class F, size_t... i>
bool any_ce(F&& f, std::index_sequence<i...>) {
  return (f(std::variant_alternative_t<i, ControlElement>{}) || ...);
}
template <class F>
bool any_ce(F&& f) {
  return any_ce(f, std::make_index_sequence<std::variant_size_v<ControlElement> - 1>{});
}

template <class T>
const CeInfo& info_of(const T&) {
  return T::info;
}

// The three uses of a field list.
class Reader {
 public:
  explicit Reader(ByteView octets) : octets_(octets) {}

  template <class T>
  void bits(const char*, unsigned width, T& value) {
    uint32_t read = 0;
    for (unsigned i = 0; i < width; ++i, ++at_) read = read << 1 | (at_ / 8 < octets_.size() ? octets_[at_ / 8] >> (7 - at_ % 8) & 1 : 0);
    value = static_cast<T>(read);
  }
  template <size_t n>
  void octets(const char*, Octets<n>& value) {
    for (auto& octet : value) bits("", 8, octet);
  }
  void list(const char*, std::array<uint8_t, 8>& values, uint8_t& count) {
    size_t rest = octets_.size() - std::min(octets_.size(), at_ / 8);
    ok_ = ok_ && rest <= values.size();
    count = static_cast<uint8_t>(std::min(rest, values.size()));
    for (uint8_t i = 0; i < count; ++i) bits("", 8, values[i]);
  }
  bool complete() const { return ok_ && at_ == octets_.size() * 8; }

 private:
  ByteView octets_;
  size_t at_ = 0;
  bool ok_ = true;
};

class Writer {
 public:
  explicit Writer(std::span<uint8_t> out) : out_(out) {}

  template <class T>
  void bits(const char*, unsigned width, const T& value) {
    for (unsigned i = width; i-- > 0; ++at_) {
      if (at_ % 8 == 0) out_[at_ / 8] = 0;
      out_[at_ / 8] = static_cast<uint8_t>(out_[at_ / 8] | (static_cast<uint32_t>(value) >> i & 1) << (7 - at_ % 8));
    }
  }
  template <size_t n>
  void octets(const char*, const Octets<n>& value) {
    for (auto octet : value) bits("", 8, octet);
  }
  void list(const char*, const std::array<uint8_t, 8>& values, uint8_t count) {
    for (uint8_t i = 0; i < count && i < values.size(); ++i) bits("", 8, values[i]);
  }

 private:
  std::span<uint8_t> out_;
  size_t at_ = 0;
};

class Printer {
 public:
  explicit Printer(codec::Tree& tree) : tree_(tree) {}

  template <class T>
  void bits(const char* name, unsigned, const T& value) {
    tree_.leaf(name, value);
  }
  template <size_t n>
  void octets(const char* name, const Octets<n>& value) {
    tree_.leaf(name, ByteView(value));
  }
  void list(const char* name, const std::array<uint8_t, 8>& values, uint8_t count) { tree_.leaf(name, ByteView(values.data(), count)); }

 private:
  codec::Tree& tree_;
};

template <class T>
bool sizes_agree(const T&) {
  return true;
}
bool sizes_agree(const LongBsr& bsr) { return std::popcount(bsr.groups) == bsr.count; }
bool sizes_agree(const LongTruncatedBsr& bsr) { return std::popcount(bsr.groups) >= bsr.count; }

size_t payload_size(const ControlElement& ce) {
  return std::visit(
      [](const auto& c) -> size_t {
        using T = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<T, OtherCe>) {
          return c.payload.size();
        } else if constexpr (T::info.size < 0) {
          return 1u + c.count;
        } else {
          return static_cast<size_t>(T::info.size);
        }
      },
      ce);
}

CeInfo info_of(const ControlElement& ce) {
  return std::visit(
      [](const auto& c) -> CeInfo {
        using T = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<T, OtherCe>) {
          return {c.link, c.id, "", -1};
        } else {
          return T::info;
        }
      },
      ce);
}

size_t header_size(uint16_t id, bool has_length, size_t size) {
  return 1u + (id >= 320 ? 2 : id >= 64 ? 1 : 0) + (has_length ? (size > 255 ? 2 : 1) : 0);
}

// Writes a subheader (R/F/LCID/eLCID/L) and returns its size.
size_t write_header(std::span<uint8_t> out, uint16_t id, bool has_length, size_t size) {
  bool wide = has_length && size > 255;
  uint16_t lcid = id >= 320 ? lcid::extended2 : id >= 64 ? lcid::extended1 : id;
  size_t n = 0;
  out[n++] = static_cast<uint8_t>((wide ? 0x40 : 0) | lcid);
  if (id >= 320) out[n++] = static_cast<uint8_t>((id - 320) >> 8);
  if (id >= 64) out[n++] = static_cast<uint8_t>(id >= 320 ? id - 320 : id - 64);
  if (wide) out[n++] = static_cast<uint8_t>(size >> 8);
  if (has_length) out[n++] = static_cast<uint8_t>(size);
  return n;
}

// Payload size of an uplink CCCH (6.2.1: no L); 0 for other ids.
size_t ul_ccch_size(uint16_t id) {
  switch (id) {
    case lcid::ccch:
    case lcid::ul_redcap_ccch1_64: return 8;
    case lcid::ul_ccch_48:
    case lcid::ul_redcap_ccch_48: return 6;
    default: return 0;
  }
}

// How the octets after the LCID are to be read: payload size when fixed, -1 with L, nullopt when reserved.
std::optional<int> size_rule(Link link, uint16_t id) {
  if (is_bearer(id) || id >= 320) return -1;
  if (is_ccch(link, id)) return link == Link::ul ? static_cast<int>(ul_ccch_size(id)) : -1;
  const CeInfo* ce = find_ce(link, id);
  if (!ce) return std::nullopt;
  return ce->size;
}

}  // namespace

const char* to_string(PduError error) {
  switch (error) {
    case PduError::none: return "none";
    case PduError::truncated: return "truncated";
    case PduError::reserved_lcid: return "reserved_lcid";
    case PduError::bad_size: return "bad_size";
  }
  return "?";
}

bool is_ccch(Link link, uint16_t id) { return id == lcid::ccch || (link == Link::ul && ul_ccch_size(id) > 0); }

std::optional<SubPdu> SubPduReader::stop(PduError error) {
  error_ = error;
  rest_ = {};
  return std::nullopt;
}

std::optional<SubPdu> SubPduReader::next() {
  if (rest_.empty()) return std::nullopt;
  ByteReader in(rest_);
  uint8_t first = *in.u8();
  SubPdu sub;
  sub.id = first & 0x3f;
  if (sub.id == lcid::padding) {
    sub.payload = in.rest();
    rest_ = {};
    return sub;
  }
  if (sub.id == lcid::extended1 || sub.id == lcid::extended2) {
    auto extended = sub.id == lcid::extended1 ? in.uint(1) : in.uint(2);
    if (!extended) return stop(PduError::truncated);
    if (*extended > 0xffffu - 320) return stop(PduError::reserved_lcid);
    sub.id = static_cast<uint16_t>(*extended + (sub.id == lcid::extended1 ? 64 : 320));
  }
  auto rule = size_rule(link_, sub.id);
  if (!rule) return stop(PduError::reserved_lcid);
  size_t size = static_cast<size_t>(std::max(0, *rule));
  sub.has_length = *rule < 0;
  if (sub.has_length) {
    auto length = in.uint(first & 0x40 ? 2 : 1);
    if (!length) return stop(PduError::truncated);
    size = *length;
  }
  auto payload = in.take(size);
  if (!payload) return stop(PduError::truncated);
  sub.payload = *payload;
  rest_ = in.rest();
  return sub;
}

const CeInfo* find_ce(Link link, uint16_t id) {
  const CeInfo* found = nullptr;
  any_ce([&](const auto& ce) {
    const CeInfo& info = info_of(ce);
    if (info.link == link && info.id == id) found = &info;
    return found != nullptr;
  });
  if (found) return found;
  auto other = std::ranges::find_if(other_ces, [&](const CeInfo& info) { return info.link == link && info.id == id; });
  return other == std::end(other_ces) ? nullptr : &*other;
}

std::optional<ControlElement> read_ce(Link link, const SubPdu& sub) {
  std::optional<ControlElement> out;
  bool known = any_ce([&](auto ce) {
    if (info_of(ce).link != link || info_of(ce).id != sub.id) return false;
    Reader reader(sub.payload);
    decltype(ce)::fields(reader, ce);
    if (reader.complete() && sizes_agree(ce)) out = ce;
    return true;
  });
  if (!known && find_ce(link, sub.id)) out = OtherCe{link, sub.id, sub.payload};
  return out;
}

size_t ce_size(const ControlElement& ce) {
  size_t size = payload_size(ce);
  CeInfo info = info_of(ce);
  return header_size(info.id, info.size < 0, size) + size;
}

bool PduWriter::put(const ControlElement& ce) {
  if (ce_size(ce) > left()) return false;
  size_t size = payload_size(ce);
  CeInfo info = info_of(ce);
  at_ += write_header(block_.subspan(at_), info.id, info.size < 0, size);
  auto out = block_.subspan(at_, size);
  std::visit(
      [&](const auto& c) {
        using T = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<T, OtherCe>) {
          std::ranges::copy(c.payload, out.begin());
        } else {
          Writer writer(out);
          T::fields(writer, c);
        }
      },
      ce);
  at_ += size;
  return true;
}

bool PduWriter::put_sdu(uint16_t id, ByteView sdu) {
  if (sdu.size() > 0xffff || header_size(id, true, sdu.size()) + sdu.size() > left()) return false;
  at_ += write_header(block_.subspan(at_), id, true, sdu.size());
  std::ranges::copy(sdu, block_.begin() + static_cast<ptrdiff_t>(at_));
  at_ += sdu.size();
  return true;
}

std::span<uint8_t> PduWriter::room() {
  size_t header = left() > 2 + 255 ? 3 : 2;
  if (left() <= header) return {};
  return block_.subspan(at_ + header, std::min<size_t>(left() - header, 0xffff));
}

void PduWriter::commit(uint16_t id, size_t size) {
  if (size == 0) return;
  size_t reserved = left() > 2 + 255 ? 3 : 2;
  size_t header = sdu_header(size);
  if (header < reserved) std::memmove(&block_[at_ + header], &block_[at_ + reserved], size);
  write_header(block_.subspan(at_), id, true, size);
  at_ += header + size;
}

bool PduWriter::put_ul_ccch(ByteView sdu) {
  if ((sdu.size() != 6 && sdu.size() != 8) || left() < 1 + sdu.size()) return false;
  block_[at_++] = sdu.size() == 6 ? lcid::ul_ccch_48 : lcid::ccch;
  std::ranges::copy(sdu, block_.begin() + static_cast<ptrdiff_t>(at_));
  at_ += sdu.size();
  return true;
}

void PduWriter::finish() {
  if (left() == 0) return;
  block_[at_++] = lcid::padding;
  std::ranges::fill(block_.subspan(at_), uint8_t{0});
  at_ = block_.size();
}

std::optional<RarSubPdu> RarReader::next() {
  if (last_ || rest_.empty()) return std::nullopt;
  auto stop = [&](PduError error) {
    error_ = error;
    last_ = true;
    return std::nullopt;
  };
  ByteReader in(rest_);
  uint8_t header = *in.u8();
  last_ = !(header & 0x80);
  RarSubPdu sub;
  if (!(header & 0x40)) {
    if (!first_) return stop(PduError::bad_size);  // BI stands first (6.1.5)
    sub.backoff = header & 0x0f;
  } else {
    uint8_t rapid = header & 0x3f;
    // A subheader without MAC RAR answers an SI request; nothing in the octets tells them apart but the end of the PDU (6.1.5).
    auto payload = in.uint(7);
    if (payload) {
      sub.response = RandomAccessResponse{rapid, static_cast<uint16_t>(*payload >> 43 & 0xfff),
                                          static_cast<uint32_t>(*payload >> 16 & 0x7ffffff), static_cast<uint16_t>(*payload)};
    } else if (in.empty() && last_) {
      sub.rapid_only = rapid;
    } else {
      return stop(PduError::truncated);
    }
  }
  first_ = false;
  rest_ = in.rest();
  return sub;
}

size_t write_rar(std::span<uint8_t> block, std::optional<uint8_t> backoff, std::span<const RandomAccessResponse> responses) {
  size_t need = (backoff ? 1 : 0) + responses.size() * rar_octets;
  if (need == 0 || need > block.size()) return 0;
  size_t at = 0;
  if (backoff) block[at++] = static_cast<uint8_t>((responses.empty() ? 0 : 0x80) | (*backoff & 0x0f));
  for (size_t i = 0; i < responses.size(); ++i) {
    const auto& r = responses[i];
    block[at++] = static_cast<uint8_t>((i + 1 < responses.size() ? 0x80 : 0) | 0x40 | (r.rapid & 0x3f));
    uint64_t payload = uint64_t{r.ta & 0xfffu} << 43 | uint64_t{r.grant & 0x7ffffffu} << 16 | r.tc_rnti;
    for (int shift = 48; shift >= 0; shift -= 8) block[at++] = static_cast<uint8_t>(payload >> shift);
  }
  std::ranges::fill(block.subspan(at), uint8_t{0});
  return at;
}

namespace {

constexpr uint32_t bsr5[] = {0,    10,   14,   20,   28,   38,   53,    74,    102,   142,   198,   276,   384,   535,    745,   1038,
                             1446, 2014, 2806, 3909, 5446, 7587, 10570, 14726, 20516, 28581, 39818, 55474, 77284, 107669, 150000};
constexpr uint32_t bsr8[] = {
    0,        10,       11,       12,       13,       14,       15,       16,       17,       18,       19,       20,       22,
    23,       25,       26,       28,       30,       32,       34,       36,       38,       40,       43,       46,       49,
    52,       55,       59,       62,       66,       71,       75,       80,       85,       91,       97,       103,      110,
    117,      124,      132,      141,      150,      160,      170,      181,      193,      205,      218,      233,      248,
    264,      281,      299,      318,      339,      361,      384,      409,      436,      464,      494,      526,      560,
    597,      635,      677,      720,      767,      817,      870,      926,      987,      1051,     1119,     1191,     1269,
    1351,     1439,     1532,     1631,     1737,     1850,     1970,     2098,     2234,     2379,     2533,     2698,     2873,
    3059,     3258,     3469,     3694,     3934,     4189,     4461,     4751,     5059,     5387,     5737,     6109,     6506,
    6928,     7378,     7857,     8367,     8910,     9488,     10104,    10760,    11458,    12202,    12994,    13838,    14736,
    15692,    16711,    17795,    18951,    20181,    21491,    22885,    24371,    25953,    27638,    29431,    31342,    33376,
    35543,    37850,    40307,    42923,    45709,    48676,    51836,    55200,    58784,    62599,    66663,    70990,    75598,
    80505,    85730,    91295,    97221,    103532,   110252,   117409,   125030,   133146,   141789,   150992,   160793,   171231,
    182345,   194182,   206786,   220209,   234503,   249725,   265935,   283197,   301579,   321155,   342002,   364202,   387842,
    413018,   439827,   468377,   498780,   531156,   565634,   602350,   641449,   683087,   727427,   774645,   824928,   878475,
    935498,   996222,   1060888,  1129752,  1203085,  1281179,  1364342,  1452903,  1547213,  1647644,  1754595,  1868488,  1989774,
    2118933,  2256475,  2402946,  2558924,  2725027,  2901912,  3090279,  3290873,  3504487,  3731968,  3974215,  4232186,  4506902,
    4799451,  5110989,  5442750,  5796046,  6172275,  6572925,  6999582,  7453933,  7937777,  8453028,  9001725,  9586039,  10208280,
    10870913, 11576557, 12328006, 13128233, 13980403, 14887889, 15854280, 16883401, 17979324, 19146385, 20389201, 21712690, 23122088,
    24622972, 26221280, 27923336, 29735875, 31666069, 33721553, 35910462, 38241455, 40723756, 43367187, 46182206, 49179951, 52372284,
    55771835, 59392055, 63247269, 67352729, 71724679, 76380419, 81338368};

template <size_t n>
uint8_t index_in(const uint32_t (&bounds)[n], uint32_t octets) {
  return static_cast<uint8_t>(std::ranges::lower_bound(bounds, octets) - bounds);
}
template <size_t n>
uint32_t bound_of(const uint32_t (&bounds)[n], uint8_t index) {
  return index < n ? bounds[index] : 2 * bounds[n - 1];
}

}  // namespace

uint8_t bsr5_index(uint32_t octets) { return index_in(bsr5, octets); }
uint8_t bsr8_index(uint32_t octets) { return index_in(bsr8, octets); }
uint32_t bsr5_octets(uint8_t index) { return bound_of(bsr5, index); }
uint32_t bsr8_octets(uint8_t index) { return bound_of(bsr8, index); }

int ph_db(uint8_t index) {
  index &= 0x3f;
  return index <= 55 ? static_cast<int>(index) - 33 : 22 + 2 * (static_cast<int>(index) - 55);
}
uint8_t ph_index(float db) {
  uint8_t index = 63;
  while (index > 0 && db < static_cast<float>(ph_db(index))) --index;
  return index;
}
int p_cmax_dbm(uint8_t index) { return static_cast<int>(index & 0x3f) - 30; }
uint8_t p_cmax_index(float dbm) { return static_cast<uint8_t>(std::clamp(static_cast<int>(std::floor(dbm)) + 30, 0, 63)); }

void print(Link link, ByteView block, codec::Tree& tree) {
  SubPduReader reader(link, block);
  for (size_t i = 0; auto sub = reader.next(); ++i) {
    codec::Scope scope(tree, i);
    tree.leaf("LCID", sub->id);
    if (sub->id == lcid::padding) {
      tree.leaf("padding", sub->payload.size());
    } else if (const CeInfo* info = find_ce(link, sub->id)) {
      tree.leaf("CE", info->name);
      auto ce = read_ce(link, *sub);
      if (!ce) tree.leaf("malformed", sub->payload);
      if (ce) {
        std::visit(
            [&](const auto& c) {
              using T = std::decay_t<decltype(c)>;
              if constexpr (std::is_same_v<T, OtherCe>) {
                tree.opaque("octets", c.payload);
              } else {
                Printer printer(tree);
                T::fields(printer, c);
              }
            },
            *ce);
      }
    } else {
      tree.leaf("SDU", sub->payload);
    }
  }
  if (reader.error() != PduError::none) tree.leaf("error", to_string(reader.error()));
}

void print_rar(ByteView block, codec::Tree& tree) {
  RarReader reader(block);
  for (size_t i = 0; auto sub = reader.next(); ++i) {
    codec::Scope scope(tree, i);
    if (sub->backoff) tree.leaf("BI", *sub->backoff);
    if (sub->rapid_only) tree.leaf("RAPID", *sub->rapid_only);
    if (!sub->response) continue;
    tree.leaf("RAPID", sub->response->rapid);
    tree.leaf("TA", sub->response->ta);
    tree.leaf("UL grant", sub->response->grant);
    tree.leaf("TC-RNTI", sub->response->tc_rnti);
  }
  if (reader.error() != PduError::none) tree.leaf("error", to_string(reader.error()));
}

}  // namespace sen::mac
