#include "base/pcap.h"

#include <cerrno>
#include <cstring>

namespace sen {

static void put_le32(Bytes& out, uint32_t v) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<uint8_t>(v >> (8 * i)));
}

Result<std::unique_ptr<PcapWriter>> PcapWriter::open(const std::string& path, LinkType type) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (!file) return fail(Fault::io, path, "cannot be written: {}", std::strerror(errno));
  Bytes header;
  put_le32(header, 0xa1b23c4d);  // nanosecond stamps
  put_le32(header, 4u << 16 | 2);
  put_le32(header, 0);
  put_le32(header, 0);
  put_le32(header, 262144);
  put_le32(header, static_cast<uint32_t>(type));
  std::fwrite(header.data(), 1, header.size(), file);
  std::fflush(file);  // readable from the start, also when nothing follows
  return std::unique_ptr<PcapWriter>(new PcapWriter(file));
}

PcapWriter::~PcapWriter() { std::fclose(file_); }

void PcapWriter::write(Time time, ByteView frame) {
  uint64_t nanos = static_cast<uint64_t>(time.time_since_epoch().count());
  Bytes header;
  put_le32(header, static_cast<uint32_t>(nanos / 1000000000));
  put_le32(header, static_cast<uint32_t>(nanos % 1000000000));
  put_le32(header, static_cast<uint32_t>(frame.size()));
  put_le32(header, static_cast<uint32_t>(frame.size()));
  std::fwrite(header.data(), 1, header.size(), file_);
  std::fwrite(frame.data(), 1, frame.size(), file_);
  std::fflush(file_);
}

void PcapWriter::write_exported(Time time, std::string_view dissector, ByteView pdu, Octets<4> from, Octets<4> to, uint16_t from_port,
                                uint16_t to_port) {
  enum : uint16_t { end = 0, dissector_name = 12, ipv4_source = 20, ipv4_destination = 21, port_type = 24, source_port = 25, destination_port = 26 };
  constexpr uint32_t port_type_sctp = 1;
  ByteWriter out;
  auto tag = [&](uint16_t type, ByteView value) {
    size_t padded = (value.size() + 3) / 4 * 4;
    out.u16(type);
    out.u16(static_cast<uint16_t>(padded));
    out.put(value);
    out.fill(padded - value.size(), 0);
  };
  auto number = [&](uint16_t type, uint32_t value) {
    out.u16(type);
    out.u16(4);
    out.u32(value);
  };
  tag(dissector_name, as_bytes(dissector));
  tag(ipv4_source, from);
  tag(ipv4_destination, to);
  number(port_type, port_type_sctp);
  number(source_port, from_port);
  number(destination_port, to_port);
  out.u16(end);
  out.u16(0);
  out.put(pdu);
  write(time, out.view());
}

void PcapWriter::write_udp(Time time, ByteView payload, const Endpoint& from, const Endpoint& to) {
  write(time, udp_datagram(payload, from, to));
}

uint32_t checksum_add(uint32_t sum, ByteView bytes) {
  size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    sum += static_cast<uint32_t>(bytes[i] << 8 | bytes[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  if (i < bytes.size()) sum += static_cast<uint32_t>(bytes[i] << 8);
  return (sum & 0xffff) + (sum >> 16);
}

uint16_t checksum_finish(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

Bytes udp_datagram(ByteView payload, const Endpoint& from, const Endpoint& to) {
  constexpr uint8_t protocol_udp = 17, hop_limit = 64;
  ByteWriter out;
  uint16_t udp_length = static_cast<uint16_t>(8 + payload.size());
  if (from.address.is_v6()) {
    out.u32(0x60000000);
    out.u16(udp_length);
    out.u8(protocol_udp);
    out.u8(hop_limit);
    out.put(from.address.octets());
    out.put(to.address.octets());
  } else {
    out.u16(0x4500);
    out.u16(static_cast<uint16_t>(20 + udp_length));
    out.u32(0x00004000);  // don't fragment
    out.u8(hop_limit);
    out.u8(protocol_udp);
    out.u16(0);
    out.put(from.address.octets());
    out.put(to.address.octets());
    out.set_u16(10, checksum_finish(checksum_add(0, out.view())));
  }
  size_t udp = out.size();
  out.u16(from.port);
  out.u16(to.port);
  out.u16(udp_length);
  out.u16(0);
  out.put(payload);
  uint32_t sum = checksum_add(static_cast<uint32_t>(protocol_udp) + udp_length, from.address.octets());
  sum = checksum_add(sum, to.address.octets());
  uint16_t checksum = checksum_finish(checksum_add(sum, out.view().subspan(udp)));
  out.set_u16(udp + 6, checksum ? checksum : 0xffff);
  return out.take();
}

}  // namespace sen
