#include "core/upf/ip_filter.h"

#include <charconv>

#include "base/ip.h"

namespace sen::upf {

static uint32_t read32(const uint8_t* p) { return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3]; }
static uint16_t read16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }

Address Address::v6(const uint8_t* octets) {
  return {uint64_t{read32(octets)} << 32 | read32(octets + 4), uint64_t{read32(octets + 8)} << 32 | read32(octets + 12)};
}

static void parse_transport(const uint8_t* at, size_t left, Flow& flow) {
  switch (flow.protocol) {
    case 6:    // TCP
    case 17:   // UDP
    case 33:   // DCCP
    case 132:  // SCTP
    case 136:  // UDP-Lite
      if (left < 4) return;
      flow.source_port = read16(at);
      flow.destination_port = read16(at + 2);
      flow.has_ports = true;
      return;
    case 50:  // ESP
      if (left < 4) return;
      flow.spi = read32(at);
      flow.has_spi = true;
      return;
    case 51:  // AH
      if (left < 8) return;
      flow.spi = read32(at + 4);
      flow.has_spi = true;
      return;
    default: return;
  }
}

static Drop parse_v4(ByteView packet, Flow& flow) {
  if (packet.size() < 20) return Drop::inner_short;
  const uint8_t* p = packet.data();
  size_t header = size_t{p[0] & 0xfu} * 4;
  flow.length = read16(p + 2);
  if (flow.length > packet.size()) return Drop::inner_length;
  if (header < 20 || flow.length < header) return Drop::inner_header;
  flow.source = Address::v4(read32(p + 12));
  flow.destination = Address::v4(read32(p + 16));
  flow.traffic_class = p[1];
  flow.protocol = p[9];
  bool later_fragment = (read16(p + 6) & 0x1fff) != 0;
  if (!later_fragment) parse_transport(p + header, flow.length - header, flow);
  return Drop::none;
}

static Drop parse_v6(ByteView packet, Flow& flow) {
  if (packet.size() < 40) return Drop::inner_short;
  const uint8_t* p = packet.data();
  flow.length = 40u + read16(p + 4);
  if (flow.length > packet.size()) return Drop::inner_length;
  flow.v6 = true;
  flow.traffic_class = static_cast<uint8_t>(p[0] << 4 | p[1] >> 4);
  flow.flow_label = read32(p) & 0xfffff;
  flow.source = Address::v6(p + 8);
  flow.destination = Address::v6(p + 24);
  uint8_t next = p[6];
  size_t at = 40;
  for (unsigned count = 0; count < 8; ++count) {
    bool options = next == 0 || next == 43 || next == 60 || next == 135;  // hop-by-hop, routing, destination options, mobility
    if (!options && next != 44) break;
    if (flow.length - at < 8) return Drop::inner_header;
    if (next == 44) {
      flow.protocol = p[at];
      bool later_fragment = (read16(p + at + 2) & 0xfff8) != 0;
      if (later_fragment) return Drop::none;
      next = p[at];
      at += 8;
      continue;
    }
    size_t length = (size_t{p[at + 1]} + 1) * 8;
    if (length > flow.length - at) return Drop::inner_header;
    next = p[at];
    at += length;
  }
  flow.protocol = next;
  parse_transport(p + at, flow.length - at, flow);
  return Drop::none;
}

Drop parse_flow(ByteView packet, Flow& flow) {
  if (packet.empty()) return Drop::inner_short;
  switch (packet[0] >> 4) {
    case 4: return parse_v4(packet, flow);
    case 6: return parse_v6(packet, flow);
    default: return Drop::inner_version;
  }
}

static bool in_ranges(const IpFilter::Ports* ports, unsigned count, uint16_t port) {
  for (unsigned i = 0; i < count; ++i)
    if (port >= ports[i].low && port <= ports[i].high) return true;
  return count == 0;
}

bool IpFilter::matches(const Flow& flow, bool uplink) const {
  if (!any_protocol && protocol != flow.protocol) return false;
  const Address& ue = uplink ? flow.source : flow.destination;
  const Address& other = uplink ? flow.destination : flow.source;
  if (remote.matches(other) == remote_inverted || local.matches(ue) == local_inverted) return false;
  if (remote_ports || local_ports) {
    if (!flow.has_ports) return false;
    uint16_t ue_port = uplink ? flow.source_port : flow.destination_port;
    uint16_t other_port = uplink ? flow.destination_port : flow.source_port;
    if (!in_ranges(ports, remote_ports, other_port) || !in_ranges(ports + remote_ports, local_ports, ue_port)) return false;
  }
  if ((flow.traffic_class & tos_mask) != (tos & tos_mask)) return false;
  if (has_spi && (!flow.has_spi || flow.spi != spi)) return false;
  if (has_flow_label && (!flow.v6 || flow.flow_label != flow_label)) return false;
  return true;
}

namespace {

class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  std::string_view next() {
    size_t start = rest_.find_first_not_of(" \t");
    if (start == std::string_view::npos) {
      rest_ = {};
      return {};
    }
    size_t stop = std::min(rest_.find_first_of(" \t", start), rest_.size());
    std::string_view word = rest_.substr(start, stop - start);
    rest_.remove_prefix(stop);
    return word;
  }

 private:
  std::string_view rest_;
};

Result<unsigned> number(std::string_view text, unsigned limit) {
  unsigned value = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size() || value > limit)
    return fail(Fault::invalid, "", "'{}' is not a number from 0 to {}", text, limit);
  return value;
}

struct Side {
  AddressMatch address;
  bool inverted = false;
  bool assigned = false;
  std::vector<IpFilter::Ports> ports;
};

Result<AddressMatch> parse_address(std::string_view word) {
  size_t slash = word.find('/');
  SEN_ASSIGN(auto address, IpAddress::parse(word.substr(0, slash)));
  unsigned width = address.is_v4() ? 32 : 128;
  unsigned length = width;
  if (slash != std::string_view::npos) {
    SEN_ASSIGN(length, number(word.substr(slash + 1), width));
  }
  AddressMatch out;
  out.address = address.is_v4() ? Address::v4(read32(address.octets().data())) : Address::v6(address.octets().data());
  length += 128 - width;
  out.mask.high = length == 0 ? 0 : length >= 64 ? ~uint64_t{0} : ~uint64_t{0} << (64 - length);
  out.mask.low = length <= 64 ? 0 : length == 128 ? ~uint64_t{0} : ~uint64_t{0} << (128 - length);
  out.address.high &= out.mask.high;
  out.address.low &= out.mask.low;
  return out;
}

Status parse_ports(std::string_view word, Side& side) {
  while (true) {
    size_t comma = std::min(word.find(','), word.size());
    std::string_view item = word.substr(0, comma);
    size_t dash = std::min(item.find('-'), item.size());
    SEN_ASSIGN(unsigned low, number(item.substr(0, dash), 65535));
    unsigned high = low;
    if (dash < item.size()) {
      SEN_ASSIGN(high, number(item.substr(dash + 1), 65535));
    }
    if (high < low) return fail(Fault::invalid, "", "port range '{}' ends before it begins", item);
    if (side.ports.size() == max_port_ranges) return fail(Fault::exhausted, "", "more than {} port ranges", max_port_ranges);
    side.ports.push_back({static_cast<uint16_t>(low), static_cast<uint16_t>(high)});
    if (comma == word.size()) return {};
    word.remove_prefix(comma + 1);
  }
}

// Address and optional ports; `word` enters as the word "from" or "to" and leaves as the first word behind the side.
Result<Side> parse_side(Words& words, std::string_view& word, std::string_view keyword) {
  if (word != keyword) return fail(Fault::invalid, "", "'{}' stands where '{}' is needed", word, keyword);
  Side side;
  word = words.next();
  if (word.starts_with('!')) {
    side.inverted = true;
    word.remove_prefix(1);
  }
  if (word == "assigned") {
    side.assigned = true;
  } else if (word != "any") {
    SEN_ASSIGN(side.address, parse_address(word));
  }
  word = words.next();
  if (!word.empty() && word[0] >= '0' && word[0] <= '9') {
    SEN_TRY(parse_ports(word, side));
    word = words.next();
  }
  return side;
}

}  // namespace

Result<IpFilter> parse_filter(std::string_view rule) {
  Words words(rule);
  if (auto action = words.next(); action != "permit") return fail(Fault::unsupported, "", "action '{}' is not 'permit'", action);
  std::string_view direction = words.next();
  if (direction != "out" && direction != "in") return fail(Fault::invalid, "", "direction '{}' is neither 'out' nor 'in'", direction);
  IpFilter out;
  std::string_view word = words.next();
  if (word != "ip") {
    SEN_ASSIGN(unsigned protocol, number(word, 255));
    out.protocol = static_cast<uint8_t>(protocol);
    out.any_protocol = false;
  }
  word = words.next();
  SEN_ASSIGN(Side from, parse_side(words, word, "from"));
  SEN_ASSIGN(Side to, parse_side(words, word, "to"));
  if (!word.empty()) return fail(Fault::unsupported, "", "option '{}' is not allowed in an SDF filter", word);
  if (direction == "in") std::swap(from, to);
  if (from.assigned) return fail(Fault::invalid, "", "'assigned' stands for the UE and cannot be the network's side");
  if (from.ports.size() + to.ports.size() > max_port_ranges) return fail(Fault::exhausted, "", "more than {} port ranges", max_port_ranges);
  out.remote = from.address;
  out.local = to.address;
  out.remote_inverted = from.inverted;
  out.local_inverted = to.inverted;
  out.remote_ports = static_cast<uint8_t>(from.ports.size());
  out.local_ports = static_cast<uint8_t>(to.ports.size());
  std::copy(from.ports.begin(), from.ports.end(), out.ports);
  std::copy(to.ports.begin(), to.ports.end(), out.ports + from.ports.size());
  return out;
}

}  // namespace sen::upf
