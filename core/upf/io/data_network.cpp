#include "core/upf/io/data_network.h"

#include <algorithm>
#include <charconv>

#include "base/pcap.h"

namespace sen::upf {

struct DataNetwork::Ip {
  bool v6 = false;
  uint8_t protocol = 0;
  size_t header = 0;  // octets of the IP header
  size_t length = 0;  // of the packet
};

static uint16_t get16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }
static void put16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}
static void put32(uint8_t* p, uint32_t v) {
  put16(p, static_cast<uint16_t>(v >> 16));
  put16(p + 2, static_cast<uint16_t>(v));
}

DataNetwork::DataNetwork(Executor& executor, Counters& counters, PacketPool& pool, std::function<void(Packet ip)> send)
    : executor_(executor),
      pool_(pool),
      send_(std::move(send)),
      echoed_(counters.counter("dn_echoed_packets", "Echo requests answered by the built-in data network")),
      discarded_packets_(counters.counter("dn_discarded_packets", "Packets that arrived at the discard port of the built-in data network")),
      discarded_octets_(counters.counter("dn_discarded_octets", "IP octets that arrived at the discard port of the built-in data network")),
      sourced_packets_(counters.counter("dn_sourced_packets", "Packets that the source of the built-in data network sent")),
      names_(counters.counter("dn_names", "DNS queries answered by the built-in data network")),
      refused_(counters.counter("dn_refused", "TCP connections and source requests that the built-in data network refused")),
      ignored_(counters.counter("dn_ignored_packets", "Packets that the built-in data network has no answer to")),
      no_memory_(counters.counter("dn_no_memory", "Packets not sent by the built-in data network because the packet pool is used up")) {}

DataNetwork::~DataNetwork() = default;

bool DataNetwork::locate(Packet& packet, Ip& ip) const {
  const uint8_t* p = packet.data();
  if (packet.size() < 20) return false;
  if (p[0] >> 4 == 4) {
    ip.header = size_t{p[0] & 0xfu} * 4;
    ip.length = get16(p + 2);
    ip.protocol = p[9];
    bool fragment = (get16(p + 6) & 0x3fff) != 0;
    if (ip.header < 20 || fragment) return false;
  } else if (p[0] >> 4 == 6 && packet.size() >= 40) {
    ip.v6 = true;
    ip.header = 40;
    ip.length = 40u + get16(p + 4);
    ip.protocol = p[6];
  } else {
    return false;
  }
  return ip.length >= ip.header && ip.length <= packet.size();
}

static uint32_t pseudo_header(const uint8_t* p, bool v6, uint8_t protocol, size_t length) {
  uint32_t sum = v6 ? checksum_add(0, {p + 8, 32}) : checksum_add(0, {p + 12, 8});
  const uint8_t tail[4] = {static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length), 0, protocol};
  return checksum_add(sum, {tail, 4});
}

// Checksum over a transport header and its payload; `at` is where the field is.
static void set_checksum(uint8_t* p, bool v6, uint8_t protocol, size_t header, size_t length, size_t at) {
  put16(p + header + at, 0);
  uint32_t sum = protocol == 1 ? 0 : pseudo_header(p, v6, protocol, length - header);
  uint16_t checksum = checksum_finish(checksum_add(sum, {p + header, length - header}));
  if (protocol == 17 && checksum == 0) checksum = 0xffff;
  put16(p + header + at, checksum);
}

static void turn_addresses(uint8_t* p, bool v6) {
  if (v6) {
    std::swap_ranges(p + 8, p + 24, p + 24);
    p[7] = 64;
    return;
  }
  std::swap_ranges(p + 12, p + 16, p + 16);
  p[8] = 64;
}

static void finish_v4(uint8_t* p, size_t header) {
  put16(p + 10, 0);
  put16(p + 10, checksum_finish(checksum_add(0, {p, header})));
}

void DataNetwork::received(Packet packet) {
  Ip ip;
  if (!locate(packet, ip)) return ignored_.add();
  packet.reset(packet.data(), ip.length);
  switch (ip.protocol) {
    case 1:
    case 58: return icmp(std::move(packet), ip);
    case 6: return tcp(std::move(packet), ip);
    case 17: return udp(std::move(packet), ip);
    default: return ignored_.add();
  }
}

// Sends the packet back to where it came from, its transport checksum being right already.
void DataNetwork::reply(Packet packet, const Ip& ip) {
  turn_addresses(packet.data(), ip.v6);
  if (!ip.v6) finish_v4(packet.data(), ip.header);
  send_(std::move(packet));
}

void DataNetwork::icmp(Packet packet, const Ip& ip) {
  uint8_t* p = packet.data();
  bool fits = (ip.protocol == 1) != ip.v6 && ip.length >= ip.header + 8;
  bool request = fits && p[ip.header] == (ip.v6 ? 128 : 8) && p[ip.header + 1] == 0;
  bool multicast = ip.v6 ? p[24] == 0xff : p[16] >= 224;
  if (!request || multicast) return ignored_.add();
  p[ip.header] = ip.v6 ? 129 : 0;
  set_checksum(p, ip.v6, ip.protocol, ip.header, ip.length, 2);  // the same with both addresses exchanged
  echoed_.add();
  reply(std::move(packet), ip);
}

void DataNetwork::udp(Packet packet, const Ip& ip) {
  uint8_t* u = packet.data() + ip.header;
  size_t left = ip.length - ip.header;
  if (left < 8 || get16(u + 4) < 8 || get16(u + 4) > left) return ignored_.add();
  switch (get16(u + 2)) {
    case 7:
      // The sum is the same with both ends exchanged.
      std::swap_ranges(u, u + 2, u + 2);
      echoed_.add();
      return reply(std::move(packet), ip);
    case 9:
      discarded_packets_.add();
      discarded_octets_.add(static_cast<int64_t>(ip.length));
      return;
    case 19: return source(packet, ip);
    case 53: return dns(packet, ip);
    default: return ignored_.add();
  }
}

// A UDP datagram back to the sender of `to`, from the port it was sent to.
Packet DataNetwork::datagram(const Packet& to, const Ip& ip, ByteView payload) {
  size_t header = ip.v6 ? 40 : 20;
  size_t length = header + 8 + payload.size();
  Packet out = pool_.take(length);
  if (!out) {
    no_memory_.add();
    return out;
  }
  uint8_t* p = out.data();
  std::copy_n(to.data(), header, p);
  turn_addresses(p, ip.v6);
  if (ip.v6) {
    put16(p + 4, static_cast<uint16_t>(length - 40));
  } else {
    p[0] = 0x45;
    put16(p + 2, static_cast<uint16_t>(length));
    put32(p + 4, 0);
    finish_v4(p, 20);
  }
  const uint8_t* received = to.data() + ip.header;
  std::copy_n(received + 2, 2, p + header);
  std::copy_n(received, 2, p + header + 2);
  put16(p + header + 4, static_cast<uint16_t>(8 + payload.size()));
  std::copy(payload.begin(), payload.end(), p + header + 8);
  set_checksum(p, ip.v6, 17, header, length, 6);
  return out;
}

void DataNetwork::dns(const Packet& packet, const Ip& ip) {
  ByteView query = packet.view().subspan(ip.header + 8);
  query = query.first(std::min<size_t>(query.size(), get16(packet.data() + ip.header + 4) - 8u));
  bool acceptable = query.size() >= 12 && !(query[2] & 0x80) && get16(query.data() + 4) == 1;
  size_t at = 12;
  while (acceptable && at < query.size() && query[at] != 0) {
    if (query[at] > 63) acceptable = false;
    at += query[at] + 1u;
  }
  if (!acceptable || at + 5 > query.size()) return ignored_.add();
  uint16_t type = get16(query.data() + at + 1);
  ByteView question = query.subspan(12, at + 5 - 12);
  bool a = type == 1, aaaa = type == 28;
  ByteWriter w;
  w.put(query.first(2));
  w.u8(static_cast<uint8_t>(0x84 | (query[2] & 0x79)));  // response, authoritative, opcode and RD as asked
  w.u8(0x80);                                            // recursion available, no error
  w.u16(1);
  w.u16(a || aaaa);
  w.u32(0);
  w.put(question);
  if (a || aaaa) {
    w.u16(0xc00c);
    w.u16(type);
    w.u16(1);
    w.u32(60);
    w.u16(a ? 4 : 16);
    w.put(a ? ByteView(dns_v4) : ByteView(dns_v6));
  }
  names_.add();
  if (Packet out = datagram(packet, ip, w.view())) send_(std::move(out));
}

static uint64_t number_after(std::string_view text, std::string_view key, uint64_t otherwise) {
  size_t at = text.find(key);
  if (at == std::string_view::npos) return otherwise;
  text.remove_prefix(at + key.size());
  uint64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void DataNetwork::source(const Packet& packet, const Ip& ip) {
  std::string_view text = as_text(packet.view().subspan(ip.header + 8));
  uint64_t rate = number_after(text, "rate=", 1'000'000);
  uint64_t size = number_after(text, "size=", 1000);
  uint64_t seconds = number_after(text, "seconds=", 1);
  if (rate == 0 || rate > max_rate || size > max_payload || seconds == 0 || seconds > max_seconds || streams_.size() >= max_streams)
    return refused_.add();
  size = std::max<uint64_t>(size, 8);
  Packet first = datagram(packet, ip, Bytes(size));
  if (!first) return;
  streams_.emplace_front(executor_);
  auto stream = streams_.begin();
  stream->first.assign(first.view().begin(), first.view().end());
  stream->payload_at = (ip.v6 ? 40u : 20u) + 8;
  // The rate counts IP octets, as the session's maximum bit rate does.
  stream->interval_ns = std::max<uint64_t>(1, first.size() * 8 * 1'000'000'000 / rate);
  stream->count = seconds * 1'000'000'000 / stream->interval_ns;
  stream->start = executor_.now();
  run(stream);
}

// Sends what is due, at most a burst, and comes back for the rest. The payload starts with the number of the packet.
void DataNetwork::run(std::list<Stream>::iterator stream) {
  constexpr uint64_t burst = 256;
  auto elapsed = static_cast<uint64_t>((executor_.now() - stream->start).count());
  uint64_t due = std::min(stream->count, elapsed / stream->interval_ns + 1);
  uint64_t stop = std::min(due, stream->sent + burst);
  bool v6 = stream->payload_at == 48;
  for (; stream->sent < stop; ++stream->sent) {
    Packet packet = pool_.copy(stream->first);
    if (!packet) {
      no_memory_.add();
      continue;
    }
    uint8_t* payload = packet.data() + stream->payload_at;
    put32(payload, static_cast<uint32_t>(stream->sent >> 32));
    put32(payload + 4, static_cast<uint32_t>(stream->sent));
    set_checksum(packet.data(), v6, 17, v6 ? 40 : 20, packet.size(), 6);
    sourced_packets_.add();
    send_(std::move(packet));
  }
  if (stream->sent >= stream->count) {
    streams_.erase(stream);
    return;
  }
  // Fast streams wake at most every millisecond.
  Duration next = Duration(stream->sent * stream->interval_ns) - (executor_.now() - stream->start);
  stream->timer.start(std::max<Duration>(next, stream->interval_ns < 1'000'000 ? Duration(1'000'000) : Duration(0)), [this, stream] { run(stream); });
}

void DataNetwork::tcp(Packet packet, const Ip& ip) {
  uint8_t* t = packet.data() + ip.header;
  if (ip.length - ip.header < 20) return ignored_.add();
  bool syn = t[13] & 0x02, ack = t[13] & 0x10, reset = t[13] & 0x04;
  if (reset || !syn || ack) return ignored_.add();
  uint32_t sequence = static_cast<uint32_t>(get16(t + 4)) << 16 | get16(t + 6);
  size_t length = ip.header + 20;
  packet.reset(packet.data(), length);
  std::swap_ranges(t, t + 2, t + 2);
  put32(t + 4, 0);
  put32(t + 8, sequence + 1);
  t[12] = 0x50;
  t[13] = 0x14;  // RST, ACK
  put32(t + 14, 0);
  put16(t + 18, 0);
  if (ip.v6) {
    put16(packet.data() + 4, 20);
  } else {
    put16(packet.data() + 2, static_cast<uint16_t>(length));
  }
  set_checksum(packet.data(), ip.v6, 6, ip.header, length, 16);
  refused_.add();
  reply(std::move(packet), ip);
}

}  // namespace sen::upf
