#include "codec/pfcp/message.h"

#include "codec/pfcp/wire.h"

namespace sen::pfcp {

namespace {

struct TypeRow {
  uint8_t type;
  const char* name;
};
constexpr TypeRow rows[] = {
    {1, "Heartbeat Request"},
    {2, "Heartbeat Response"},
    {3, "PFD Management Request"},
    {4, "PFD Management Response"},
    {5, "Association Setup Request"},
    {6, "Association Setup Response"},
    {7, "Association Update Request"},
    {8, "Association Update Response"},
    {9, "Association Release Request"},
    {10, "Association Release Response"},
    {11, "Version Not Supported Response"},
    {12, "Node Report Request"},
    {13, "Node Report Response"},
    {14, "Session Set Deletion Request"},
    {15, "Session Set Deletion Response"},
    {16, "Session Set Modification Request"},
    {17, "Session Set Modification Response"},
    {50, "Session Establishment Request"},
    {51, "Session Establishment Response"},
    {52, "Session Modification Request"},
    {53, "Session Modification Response"},
    {54, "Session Deletion Request"},
    {55, "Session Deletion Response"},
    {56, "Session Report Request"},
    {57, "Session Report Response"},
};

// Makes `body` the empty message of this type.
template <size_t i = 0>
bool emplace(Body& body, uint8_t type) {
  if constexpr (i == std::variant_size_v<Body>) {
    return false;
  } else {
    if (std::variant_alternative_t<i, Body>::type != type) return emplace<i + 1>(body, type);
    body.emplace<i>();
    return true;
  }
}

// The octets before the IEs, and the header in them.
struct Front {
  Header header;
  uint8_t type = 0;
  uint8_t version = 1;
  size_t octets = 0;  // of the header
  size_t total = 0;   // of the message
};

Result<Front> parse_front(ByteView in) {
  ByteReader reader(in);
  Front front;
  SEN_ASSIGN(uint8_t flags, reader.u8());
  SEN_ASSIGN(front.type, reader.u8());
  SEN_ASSIGN(uint16_t length, reader.u16());
  front.version = flags >> 5;
  front.header.spare_flags = flags >> 3 & 3;
  front.header.follow_on = flags & 4;
  front.total = 4u + length;
  if (front.version != 1) return front;
  if (flags & 1) {
    SEN_ASSIGN(front.header.seid, reader.u64());
  }
  SEN_ASSIGN(front.header.sequence, reader.u24());
  SEN_ASSIGN(uint8_t last, reader.u8());
  front.header.spare = last;
  if (flags & 2) {
    front.header.priority = last >> 4;
    front.header.spare = last & 15;
  }
  front.octets = in.size() - reader.left();
  if (front.total < front.octets) return fail(Fault::truncated, "PFCP header", "message length {} is shorter than the header", length);
  return front;
}

// Whether the message's Cause (the first counts) is a rejection (8.2.1: 64 and up).
bool rejects(const std::vector<Slot>& slots) {
  for (const Slot& slot : slots) {
    if (slot.type == ie::cause) return slot.length > 0 && slot.value[0] >= 64;
  }
  return false;
}

std::unexpected<DecodeError> refuse(Error error, Cause cause, uint16_t ie, const Front* front) {
  DecodeError out;
  static_cast<Error&>(out) = std::move(error);
  out.cause = cause;
  out.offending_ie = ie;
  if (front) {
    if (front->version == 1) out.header = front->header;
    out.type = front->type;
    out.version = front->version;
  }
  return std::unexpected(std::move(out));
}

}  // namespace

const char* message_name(uint8_t type) {
  for (const auto& row : rows) {
    if (row.type == type) return row.name;
  }
  return "message";
}

bool is_session_type(uint8_t type) { return type >= 50 && type < 100; }

bool is_request(uint8_t type) { return type < 50 ? type == 12 || type == 14 || type == 16 || (type < 11 && type % 2 == 1) : type % 2 == 0; }

uint8_t type_of(const Body& body) {
  return std::visit([](const auto& message) { return std::decay_t<decltype(message)>::type; }, body);
}

Result<std::vector<ByteView>> split(ByteView datagram) {
  std::vector<ByteView> out;
  while (true) {
    if (out.size() == max_bundled) return fail(Fault::exhausted, "PFCP datagram", "more than {} messages", max_bundled);
    SEN_ASSIGN(auto front, parse_front(datagram));
    if (front.total > datagram.size()) {
      return fail(Fault::truncated, "PFCP header", "message of {} octets in a datagram with {} left", front.total, datagram.size());
    }
    out.push_back(datagram.first(front.total));
    datagram = datagram.subspan(front.total);
    if (!front.header.follow_on || front.version != 1) break;
  }
  if (!datagram.empty()) return fail(Fault::invalid, "PFCP datagram", "{} octets after the last message", datagram.size());
  return out;
}

std::expected<Packet, DecodeError> decode(ByteView message) {
  auto front = parse_front(message);
  if (!front) return refuse(std::move(front.error()), Cause::invalid_length, 0, nullptr);
  auto refuse_header = [&](Fault fault, Cause cause, std::string text) {
    return refuse(Error{fault, message_name(front->type), std::move(text)}, cause, 0, &*front);
  };
  if (front->version != 1) return refuse_header(Fault::unsupported, Cause::rejected, fmt::format("version {} is not 1", front->version));
  if (front->total != message.size()) {
    return refuse_header(Fault::truncated, Cause::invalid_length,
                         fmt::format("length field says {} octets, there are {}", front->total, message.size()));
  }
  Packet packet;
  packet.header = front->header;
  if (!emplace(packet.body, front->type)) {
    return refuse_header(Fault::unsupported, Cause::service_not_supported, fmt::format("type {} is not known", front->type));
  }
  if (is_session_type(front->type) && !front->header.seid) {
    return refuse_header(Fault::invalid, Cause::session_not_found, "has no SEID");
  }
  Pass pass(Mode::read);
  pass.slots.reserve(64);
  pass.path.reserve(8);
  if (scan(pass, message.subspan(front->octets))) {
    pass.modifying = front->type == SessionModificationRequest::type;
    pass.rejecting = !is_request(front->type) && rejects(pass.slots);
    std::visit([&](auto& body) { Group::run(pass, body, 0, pass.slots.size()); }, packet.body);
  }
  if (!pass.failed) return packet;
  Error error{pass.fault, std::move(pass.where), std::move(pass.text)};
  return refuse(std::move(error).within(message_name(front->type)), pass.cause, pass.offending_ie, &*front);
}

Result<Bytes> encode(const Packet& packet) {
  Pass pass(Mode::write);
  const Header& header = packet.header;
  uint8_t type = type_of(packet.body);
  if (is_session_type(type) && !header.seid) return fail(Fault::missing, message_name(type), "needs a SEID");
  Bytes& out = pass.out;
  out.reserve(512);
  out.push_back(static_cast<uint8_t>(1 << 5 | (header.spare_flags & 3) << 3 | header.follow_on << 2 | header.priority.has_value() << 1 |
                                     header.seid.has_value()));
  out.insert(out.end(), {type, 0, 0});
  if (header.seid) {
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(*header.seid >> shift));
  }
  for (int shift = 16; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(header.sequence >> shift));
  out.push_back(header.priority ? static_cast<uint8_t>(*header.priority << 4 | (header.spare & 15)) : header.spare);
  // Writing does not change the message; the field lists serve reading too and therefore take it as mutable.
  std::visit([&](const auto& body) { Group::run(pass, const_cast<std::decay_t<decltype(body)>&>(body), 0, 0); }, packet.body);
  if (pass.failed) return fail(pass.fault, message_name(type), "{} {}", pass.where, pass.text);
  size_t length = out.size() - 4;
  if (pass.overflow || out.size() > max_message_octets) return fail(Fault::exhausted, message_name(type), "longer than {} octets", max_message_octets);
  out[2] = static_cast<uint8_t>(length >> 8);
  out[3] = static_cast<uint8_t>(length);
  return std::move(out);
}

Result<size_t> size(const Packet& packet) {
  SEN_ASSIGN(auto bytes, encode(packet));
  return bytes.size();
}

void print(const Packet& packet, codec::Tree& tree) {
  codec::Scope scope(tree, message_name(type_of(packet.body)));
  const Header& header = packet.header;
  if (header.seid) tree.leaf("SEID", *header.seid);
  tree.leaf("Sequence Number", header.sequence);
  if (header.priority) tree.leaf("Message Priority", *header.priority);
  tree.leaf("FO", header.follow_on);
  Pass pass(Mode::print);
  pass.tree = &tree;
  std::visit([&](const auto& body) { Group::run(pass, const_cast<std::decay_t<decltype(body)>&>(body), 0, 0); }, packet.body);
}

Packet random_packet(uint8_t type, Random& random) {
  Packet packet;
  emplace(packet.body, type);
  packet.header.sequence = static_cast<uint32_t>(random.between(0, 0xffffff));
  if (is_session_type(type_of(packet.body))) {
    packet.header.seid = random.next();
    if (random.chance(0.3)) packet.header.priority = static_cast<uint8_t>(random.between(0, 15));
  }
  Pass pass(Mode::random);
  pass.random = &random;
  std::visit([&](auto& body) { Group::run(pass, body, 0, 0); }, packet.body);
  return packet;
}

}  // namespace sen::pfcp
