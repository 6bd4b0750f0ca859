// Capture files: a writer (pcap, nanosecond stamps) and the frames that Wireshark dissects without settings.
// NGAP and NAS are written as exported PDUs (link type 252) with the dissector's name; N3 and N4 as raw IP (link type 101).
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/executor.h"
#include "base/ip.h"

namespace sen {

enum class LinkType : uint32_t { ethernet = 1, raw_ip = 101, linux_sll = 113, exported_pdu = 252, linux_sll2 = 276 };

class PcapWriter {
 public:
  static Result<std::unique_ptr<PcapWriter>> open(const std::string& path, LinkType type);
  ~PcapWriter();
  PcapWriter(const PcapWriter&) = delete;
  PcapWriter& operator=(const PcapWriter&) = delete;

  void write(Time time, ByteView frame);
  // Wireshark exported PDU: `dissector` is "ngap", "nas-5gs", ...; addresses and ports are shown as the frame's ends.
  void write_exported(Time time, std::string_view dissector, ByteView pdu, Octets<4> from, Octets<4> to, uint16_t from_port, uint16_t to_port);
  // IP/UDP with its checksums.
  void write_udp(Time time, ByteView payload, const Endpoint& from, const Endpoint& to);
  void write_udp(Time time, ByteView payload, Octets<4> from, Octets<4> to, uint16_t from_port, uint16_t to_port) {
    write_udp(time, payload, {IpAddress(from), from_port}, {IpAddress(to), to_port});
  }

 private:
  explicit PcapWriter(std::FILE* file) : file_(file) {}
  std::FILE* file_;
};

struct PcapFrame {
  size_t number = 0;  // from 1, as Wireshark counts
  LinkType link = LinkType::ethernet;
  ByteView bytes;     // into the PcapFile
};

// A capture read whole: pcap (micro- or nanoseconds, either byte order) or pcapng.
class PcapFile {
 public:
  static constexpr size_t max_file = size_t{4} << 30;

  static Result<PcapFile> read(const std::string& path);
  static Result<PcapFile> parse(Bytes content);
  const std::vector<PcapFrame>& frames() const { return frames_; }

 private:
  Status parse_pcap();
  Status parse_pcapng();

  Bytes content_;
  std::vector<PcapFrame> frames_;
};

// Internet checksum (RFC 1071) over `bytes`, continuing from `sum`; not complemented.
uint32_t checksum_add(uint32_t sum, ByteView bytes);
uint16_t checksum_finish(uint32_t sum);
// A complete IPv4/UDP or IPv6/UDP datagram; both ends of the same family.
Bytes udp_datagram(ByteView payload, const Endpoint& from, const Endpoint& to);

}  // namespace sen
