#include "codec/nas/message.h"

#include <algorithm>
#include <array>

#include "codec/nas/table.h"

namespace sen::nas {

// A message container in a message in a message: nothing real goes deeper.
static constexpr uint8_t max_depth = 4;

static std::array<const Table*, 256> index_tables() {
  std::array<const Table*, 256> index{};
  for (const Table* table : all_tables()) index[static_cast<uint8_t>(table->type)] = table;
  return index;
}

const Table* table_of(MessageType type) {
  static const std::array<const Table*, 256> index = index_tables();
  return index[static_cast<uint8_t>(type)];
}

std::span<const Table* const> all_tables() {
  static const std::vector<const Table*> tables = [] {
    std::vector<const Table*> all;
    for (auto part : {mm_tables(), sm_tables()}) all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return tables;
}

// ---- encoding ---------------------------------------------------------------------------------------------------------------------

static void walk_row(Io& io, const Row& row, void* message) {
  switch (row.form) {
    case Form::v: row.walk(io, message); break;
    case Form::lv:
    case Form::tlv: io.sized(1, [&] { row.walk(io, message); }); break;
    case Form::lv_e:
    case Form::tlv_e: io.sized(2, [&] { row.walk(io, message); }); break;
    case Form::t1:
    case Form::tv: row.walk(io, message); break;
    case Form::spare_half: io.spare(4); break;
  }
}

static void encode_optional(Io& io, const Row& row, void* message) {
  if (row.form == Form::t1) {
    io.put(4, row.iei >> 4, row.name);
  } else {
    io.put(8, row.iei, row.name);
  }
  walk_row(io, row, message);
}

static size_t header_size(const Table& table) { return table.session ? 4 : 3; }

static void encode_mandatory(Io& io, const Table& table, void* message) {
  if (table.session) {
    const SmMessage* session = table.session(message);
    io.put(8, epd_5gsm, "");
    io.put(8, session->pdu_session_id, "");
    io.put(8, session->pti, "");
  } else {
    io.put(16, epd_5gmm << 8, "");
  }
  io.put(8, static_cast<uint8_t>(table.type), "");
  for (const Row& row : table.rows) {
    if (!row.mandatory || !io.ok()) break;
    walk_row(io, row, message);
  }
}

static Error error_of(const Io& io, const Table& table, const char* element) {
  std::string where = table.name;
  for (const char* part : {element, io.fault_where()}) {
    if (*part) where += std::string(".") + part;
  }
  return {io.fault(), where, io.fault_text()};
}

static const Row* row_of(const Table& table, uint8_t iei) {
  for (const Row& row : table.rows) {
    if (!row.mandatory && row.iei == iei) return &row;
  }
  return nullptr;
}

// Writes what `encode_part` gives, or the octets received if it still gives what it gave when they were decoded.
template <class F>
static void encode_noted(Io& io, const Notes::Element& element, F&& encode_part) {
  size_t mark = io.output().size();
  encode_part();
  ByteView written = ByteView(io.output()).subspan(mark);
  if (!std::equal(written.begin(), written.end(), element.canonical.begin(), element.canonical.end())) return;
  io.output().resize(mark);
  io.put_bytes(element.wire);
}

static void encode_with_notes(Io& io, const Table& table, void* message, const Notes& notes) {
  std::array<bool, 256> done{};
  for (const auto& element : notes.elements) {
    if (element.kind == Notes::Kind::mandatory) {
      encode_noted(io, element, [&] { encode_mandatory(io, table, message); });
    } else if (element.kind == Notes::Kind::known) {
      const Row* row = row_of(table, element.iei);
      if (!row || !row->present(message)) continue;
      done[element.iei] = true;
      encode_noted(io, element, [&] { encode_optional(io, *row, message); });
    } else {
      io.put_bytes(element.wire);
    }
  }
  for (const Row& row : table.rows) {
    if (!row.mandatory && row.present(message) && !done[row.iei]) encode_optional(io, row, message);
  }
}

static void encode_into(Io& io, const Table& table, void* message, const char*& element) {
  io.direction = table.direction;
  if (const auto& notes = table.notes(message)) return encode_with_notes(io, table, message, *notes);
  encode_mandatory(io, table, message);
  for (const Row& row : table.rows) {
    if (row.mandatory || !row.present(message)) continue;
    encode_optional(io, row, message);
    if (!io.ok()) {
      element = row.name;
      return;
    }
  }
}

Result<Bytes> encode(const Table& table, const void* message) {
  Io io = Io::encoder();
  io.output().reserve(128);
  const char* element = "";
  encode_into(io, table, const_cast<void*>(message), element);
  if (!io.ok()) return std::unexpected(error_of(io, table, element));
  return std::move(io.output());
}

size_t encoded_size(const Message& message) {
  auto bytes = encode(message);
  return bytes ? bytes->size() : 0;
}

// ---- decoding ---------------------------------------------------------------------------------------------------------------------

namespace {

struct Decoding {
  Io& io;
  const Table& table;
  void* message;
  bool strict;  // keep notes
  Notes notes;

  void note(Notes::Kind kind, uint8_t iei, size_t from, std::string fault = {}) {
    if (!strict) return;
    Notes::Element element{.kind = kind, .iei = iei, .wire = {}, .canonical = {}, .fault = std::move(fault)};
    ByteView wire = io.input().subspan(from, io.position() - from);
    element.wire.assign(wire.begin(), wire.end());
    if (kind == Notes::Kind::mandatory || kind == Notes::Kind::known) {
      Io again = Io::encoder();
      again.direction = table.direction;
      if (kind == Notes::Kind::mandatory) {
        encode_mandatory(again, table, message);
      } else {
        encode_optional(again, *row_of(table, iei), message);
      }
      element.canonical = std::move(again.output());
    }
    notes.elements.push_back(std::move(element));
  }
};

}  // namespace

// 24.007 11.2.4: how long an element is that the table does not know. False: it reaches beyond the message.
static bool skip_unknown(Io& io, uint8_t iei) {
  size_t length = 0;
  if (iei & 0x80) return true;  // type 1 or 2
  unsigned octets = (iei & 0x70) == 0x70 ? 2 : 1;
  if (io.left() < octets) return false;
  length = io.get(octets * 8);
  if (io.left() < length) return false;
  io.seek(io.position() + length);
  return true;
}

// The row of an identifier octet, looked for from `hint` on: elements mostly come in the table's order.
static const Row* find_row(const Table& table, uint8_t octet, size_t& hint) {
  size_t n = table.rows.size();
  for (size_t i = 0; i < n; ++i) {
    const Row& row = table.rows[(hint + i) % n];
    if (row.mandatory) continue;
    if (row.form == Form::t1 ? row.iei == (octet & 0xf0) && octet >= 0x80 : row.iei == octet) {
      hint = (hint + i) % n;
      return &row;
    }
  }
  return nullptr;
}

// Moves past a known element's value without looking inside; false if it reaches beyond the message or is of type 3, whose length is
// that of its fields.
static bool skip_known(Io& io, const Row& row) {
  if (row.form == Form::t1) return true;
  if (row.form == Form::tlv || row.form == Form::tlv_e) {
    unsigned octets = row.form == Form::tlv ? 1 : 2;
    if (io.left() < octets) return false;
    size_t length = io.get(octets * 8);
    if (io.left() < length) return false;
    io.seek(io.position() + length);
    return true;
  }
  return false;
}

static constexpr size_t max_optional_elements = 256;
// The causes have the same numbers in 5GMM and 5GSM.
static constexpr auto invalid_mandatory = static_cast<uint8_t>(MmCause::invalid_mandatory_information);
static constexpr auto protocol_error = static_cast<uint8_t>(MmCause::protocol_error);

// One optional element at the reading position. An error: the message as a whole is to be refused with this cause.
static std::optional<DecodeError> decode_optional(Decoding& d, size_t& hint) {
  Io& io = d.io;
  size_t from = io.position();
  uint8_t octet = static_cast<uint8_t>(io.get(8));
  const Row* row = find_row(d.table, octet, hint);
  if (!row) {
    bool whole = skip_unknown(io, octet);
    if (!(octet & 0xf0)) {  // comprehension required (24.007 11.2.5, 24.501 7.5.1)
      return DecodeError({Fault::unsupported, d.table.name, fmt::format("unknown element {:#04x} has to be understood", octet)},
                         invalid_mandatory);
    }
    if (!whole) io.seek(io.input().size());
    d.note(whole ? Notes::Kind::unknown : Notes::Kind::malformed, octet, from, whole ? "" : "longer than the message");
    return std::nullopt;
  }
  bool repeated = row->present(d.message);
  if (repeated && row->form != Form::tv) {
    bool whole = skip_known(io, *row);
    if (!whole) io.seek(io.input().size());
    d.note(Notes::Kind::repeated, octet, from);
    return std::nullopt;
  }
  // A repeated type 3 element has to be decoded to know its length: into a scratch message.
  Message scratch;
  void* target = d.message;
  if (repeated) {
    scratch = Message(d.table);
    target = scratch.body();
  }
  if (row->form == Form::t1) io.seek_bits(from * 8 + 4);
  walk_row(io, *row, target);
  if (repeated) {
    if (!io.ok()) {
      io.clear_fault();
      io.widen();
      io.seek(io.input().size());
    }
    d.note(Notes::Kind::repeated, octet, from);
    return std::nullopt;
  }
  if (io.ok()) {
    d.note(Notes::Kind::known, row->iei, from);
    return std::nullopt;
  }
  // Syntactically incorrect: taken as absent (7.7.1). Where its length is known the message goes on behind it.
  std::string fault = error_of(io, d.table, row->name).describe();
  row->reset(d.message);
  io.clear_fault();
  io.seek(from + 1);
  io.widen();
  if (!skip_known(io, *row)) io.seek(io.input().size());
  d.note(Notes::Kind::malformed, octet, from, std::move(fault));
  return std::nullopt;
}

static std::optional<DecodeError> decode_body(Io& io, const Table& table, void* message, bool strict) {
  Decoding d{io, table, message, strict, {}};
  io.direction = table.direction;
  io.seek(header_size(table));
  for (const Row& row : table.rows) {
    if (!row.mandatory) break;
    walk_row(io, row, message);
    if (io.ok()) continue;
    return DecodeError(error_of(io, table, row.name), invalid_mandatory);
  }
  d.note(Notes::Kind::mandatory, 0, 0);
  size_t hint = 0;
  for (size_t count = 0; io.left(); ++count) {
    if (count == max_optional_elements) {
      return DecodeError({Fault::exhausted, table.name, fmt::format("more than {} elements", max_optional_elements)}, protocol_error);
    }
    if (auto error = decode_optional(d, hint)) return error;
  }
  if (strict) table.notes(message) = std::move(d.notes);
  return std::nullopt;
}

static std::unexpected<DecodeError> refuse(Fault fault, std::string text, uint8_t cause, ByteView pdu) {
  DecodeError error({fault, "NAS PDU", std::move(text)}, cause);
  if (pdu.size() >= 3 && pdu[0] == epd_5gsm) {
    error.pdu_session_id = pdu[1];
    error.pti = pdu[2];
  }
  return std::unexpected(std::move(error));
}

// 7.2 to 7.4: what a PDU must be before its elements count.
static std::expected<const Table*, DecodeError> table_of_pdu(ByteView pdu) {
  if (pdu.empty()) return refuse(Fault::truncated, "no octets", 0, pdu);
  bool session = pdu[0] == epd_5gsm;
  if (!session && pdu[0] != epd_5gmm) {
    return refuse(Fault::invalid, fmt::format("extended protocol discriminator {:#04x} is neither 5GMM nor 5GSM", pdu[0]), 0, pdu);
  }
  size_t header = session ? 4 : 3;
  if (pdu.size() < header) return refuse(Fault::truncated, fmt::format("{} octets where a header needs {}", pdu.size(), header), 0, pdu);
  if (!session && pdu[1] & 15) return refuse(Fault::invalid, fmt::format("is security protected (type {})", pdu[1] & 15), 0, pdu);
  const Table* table = table_of(static_cast<MessageType>(pdu[header - 1]));
  if (!table || (table->session != nullptr) != session) {
    return refuse(Fault::unsupported, fmt::format("message type {:#04x} does not exist", pdu[header - 1]),
                  static_cast<uint8_t>(MmCause::message_type_not_implemented), pdu);
  }
  return table;
}

static std::expected<Message, DecodeError> decode_at(ByteView pdu, const Table& table, uint8_t depth, bool strict) {
  Message message(table);
  Io io = Io::decoder(pdu);
  io.depth = depth;
  io.strict = strict;
  if (table.session) {
    table.session(message.body())->pdu_session_id = pdu[1];
    table.session(message.body())->pti = pdu[2];
  }
  if (auto error = decode_body(io, table, message.body(), strict)) {
    error->type = table.type;
    if (table.session) {
      error->pdu_session_id = pdu[1];
      error->pti = pdu[2];
    }
    return std::unexpected(std::move(*error));
  }
  return message;
}

static bool same(const Result<Bytes>& encoded, ByteView pdu) {
  return encoded && std::equal(encoded->begin(), encoded->end(), pdu.begin(), pdu.end());
}

// The quick way first; only a PDU that an encoder would write differently is decoded again with notes.
static std::expected<Message, DecodeError> decode_verified(ByteView pdu, uint8_t depth) {
  auto table = table_of_pdu(pdu);
  if (!table) return std::unexpected(std::move(table).error());
  auto message = decode_at(pdu, **table, depth, false);
  if (!message || same(encode(*message), pdu)) return message;
  return decode_at(pdu, **table, depth, true);
}

std::expected<Message, DecodeError> decode(ByteView pdu) { return decode_verified(pdu, 0); }

void describe(Io& io, Nested& v) {
  if (io.decoding()) {
    Bytes bytes;
    io.rest("", bytes);
    auto table = table_of_pdu(bytes);
    if (table && io.depth < max_depth) {
      auto inner = io.strict ? decode_verified(bytes, static_cast<uint8_t>(io.depth + 1))
                             : decode_at(bytes, **table, static_cast<uint8_t>(io.depth + 1), false);
      if (inner) {
        v.message = std::move(*inner);
        return;
      }
    }
    v.bytes = std::move(bytes);
  } else if (io.encoding()) {
    if (!v.message) return io.put_bytes(v.bytes);
    auto bytes = encode(v.message);
    if (!bytes) return io.fail(bytes.error().fault, "", "the message inside cannot be encoded");
    io.put_bytes(*bytes);
  } else if (io.printing()) {
    if (!v.message) return io.tree().opaque("", v.bytes);  // ciphered
    print(v.message, io.tree());
  } else {
    v.message = invent(*table_of(MessageType::registration_request), io.random(), 0);
  }
}

// ---- printing and inventing -------------------------------------------------------------------------------------------------------

static const char* kind_name(Notes::Kind kind) {
  switch (kind) {
    case Notes::Kind::unknown: return "unknown element";
    case Notes::Kind::repeated: return "repeated element";
    case Notes::Kind::malformed: return "malformed element";
    default: return "as received";
  }
}

static void print_notes(const Notes& notes, codec::Tree& tree) {
  for (const auto& element : notes.elements) {
    if (element.wire == element.canonical) continue;
    tree.leaf(element.iei ? fmt::format("{} {:02x}", kind_name(element.kind), element.iei) : kind_name(element.kind),
              ByteView(element.wire));
  }
}

void print(const Message& message, codec::Tree& tree) {
  if (!message) return;
  const Table& table = *message.table();
  void* body = const_cast<void*>(message.body());
  codec::Scope scope(tree, table.name);
  Io io = Io::printer(tree);
  io.direction = table.direction;
  if (const SmMessage* session = message.session()) {
    tree.leaf("PDU session ID", session->pdu_session_id);
    tree.leaf("PTI", session->pti);
  }
  for (const Row& row : table.rows) {
    if (row.form == Form::spare_half || !row.present(body)) continue;
    io.inside(row.name, [&] { row.walk(io, body); });
  }
  if (const Notes* notes = message.notes()) print_notes(*notes, tree);
}

Message invent(const Table& table, Random& random, double density) {
  Message message(table);
  Io io = Io::inventor(random);
  io.direction = table.direction;
  if (table.session) {
    table.session(message.body())->pdu_session_id = static_cast<uint8_t>(random.between(1, 15));
    table.session(message.body())->pti = static_cast<uint8_t>(random.between(1, 254));
  }
  for (const Row& row : table.rows) {
    if (row.form != Form::spare_half && (row.mandatory || random.chance(density))) row.walk(io, message.body());
  }
  return message;
}

}  // namespace sen::nas
