#include "apps/dissect.h"

#include <fmt/format.h>

#include "base/ip.h"
#include "base/sctp/sctp.h"

namespace sen {

namespace {

constexpr uint16_t port_gtpu = 2152, port_pfcp = 8805, port_sctp_udp = 9899, port_ngap = 38412;
constexpr size_t max_reassembled = 1 << 20;

class Dissector {
 public:
  Dissection run(const PcapFile& file) {
    for (const PcapFrame& frame : file.frames()) {
      frame_ = frame.number;
      link(frame);
    }
    if (!fragments_.empty()) out_.skipped["IP fragments without their rest"] += fragments_.size();
    return std::move(out_);
  }

 private:
  void skip(const std::string& what) { ++out_.skipped[what]; }
  void found(Protocol protocol, ByteView message, std::string flow) {
    out_.messages.push_back({frame_, protocol, Bytes(message.begin(), message.end()), std::move(flow)});
  }

  void link(const PcapFrame& frame) {
    ByteReader in(frame.bytes);
    switch (frame.link) {
      case LinkType::raw_ip: return ip(frame.bytes);
      case LinkType::exported_pdu: return exported(in);
      case LinkType::ethernet: return after(in, 12);
      case LinkType::linux_sll: return after(in, 14);
      case LinkType::linux_sll2: return sll2(in);
    }
    skip(fmt::format("link type {}", static_cast<uint32_t>(frame.link)));
  }

  void after(ByteReader in, size_t octets) {
    auto skipped = in.take(octets);
    auto type = in.u16();
    if (!skipped || !type) return skip("truncated link header");
    ethertype(*type, in);
  }

  void sll2(ByteReader in) {
    auto type = in.u16();
    if (!type || !in.take(18)) return skip("truncated link header");
    ethertype(*type, in);
  }

  void ethertype(uint16_t type, ByteReader in) {
    while (type == 0x8100 || type == 0x88a8) {
      auto tag = in.u16();
      auto inner = in.u16();
      if (!tag || !inner) return skip("truncated VLAN tag");
      type = *inner;
    }
    if (type == 0x0800 || type == 0x86dd) return ip(in.rest());
    skip(type == 0x0806 ? "ARP" : fmt::format("ethertype 0x{:04x}", type));
  }

  void exported(ByteReader in) {
    std::string name;
    for (;;) {
      auto tag = in.u16();
      auto length = in.u16();
      if (!tag || !length) return skip("truncated exported PDU");
      auto value = in.take(*length);
      if (!value) return skip("truncated exported PDU");
      if (*tag == 0) break;
      if (*tag == 12) name = std::string(as_text(*value).substr(0, as_text(*value).find('\0')));
    }
    if (name == "ngap") return found(Protocol::ngap, in.rest(), "exported");
    if (name == "nas-5gs") return found(Protocol::nas, in.rest(), "exported");
    if (name == "pfcp") return found(Protocol::pfcp, in.rest(), "exported");
    if (name == "gtp") return found(Protocol::gtpu, in.rest(), "exported");
    if (name.starts_with("nr-rrc.")) return found(Protocol::rrc, in.rest(), name);
    if (name == "ip") return ip(in.rest());
    skip("exported " + name);
  }

  void ip(ByteView packet) {
    if (packet.empty()) return skip("empty IP packet");
    if (packet[0] >> 4 == 4) return ipv4(packet);
    if (packet[0] >> 4 == 6) return ipv6(packet);
    skip("neither IPv4 nor IPv6");
  }

  void ipv4(ByteView packet) {
    if (packet.size() < 20) return skip("truncated IPv4 header");
    size_t header = (packet[0] & 15) * 4u;
    size_t total = static_cast<size_t>(packet[2]) << 8 | packet[3];
    if (total == 0) total = packet.size();  // segmentation offload
    if (header < 20 || total < header || total > packet.size()) return skip("IPv4 length does not fit");
    IpAddress from(Octets<4>{packet[12], packet[13], packet[14], packet[15]}), to(Octets<4>{packet[16], packet[17], packet[18], packet[19]});
    ByteView payload = packet.subspan(header, total - header);
    unsigned fragment = static_cast<unsigned>(packet[6]) << 8 | packet[7];
    if ((fragment & 0x3fff) == 0) return transport(packet[9], payload, from, to);
    std::string key = fmt::format("{}>{} {} {}", from.text(), to.text(), packet[9], packet[4] << 8 | packet[5]);
    Fragments& parts = fragments_[key];
    size_t offset = (fragment & 0x1fff) * 8u;
    if (offset + payload.size() > 65535) return skip("IPv4 fragment beyond 64 KiB");
    if (parts.data.size() < offset + payload.size()) parts.data.resize(offset + payload.size());
    std::copy(payload.begin(), payload.end(), parts.data.begin() + static_cast<std::ptrdiff_t>(offset));
    parts.received += payload.size();
    if (!(fragment & 0x2000)) parts.total = offset + payload.size();
    if (parts.total == 0 || parts.received < parts.total) return;
    Bytes whole = std::move(parts.data);
    fragments_.erase(key);
    transport(packet[9], whole, from, to);
  }

  void ipv6(ByteView packet) {
    if (packet.size() < 40) return skip("truncated IPv6 header");
    size_t length = static_cast<size_t>(packet[4]) << 8 | packet[5];
    if (length > packet.size() - 40) return skip("IPv6 length does not fit");
    Octets<16> from, to;
    std::memcpy(from.data(), packet.data() + 8, 16);
    std::memcpy(to.data(), packet.data() + 24, 16);
    ByteView payload = packet.subspan(40, length);
    uint8_t next = packet[6];
    while (next == 0 || next == 43 || next == 60) {
      if (payload.size() < 8 || payload.size() < (payload[1] + 1u) * 8) return skip("truncated IPv6 extension header");
      next = payload[0];
      payload = payload.subspan((payload[1] + 1u) * 8);
    }
    transport(next, payload, IpAddress(from), IpAddress(to));
  }

  void transport(uint8_t protocol, ByteView payload, const IpAddress& from, const IpAddress& to) {
    if (protocol == 17) return udp(payload, from, to);
    if (protocol == 132) return sctp(payload, from, to);
    skip(protocol == 1 || protocol == 58 ? "ICMP" : protocol == 6 ? "TCP" : fmt::format("IP protocol {}", protocol));
  }

  void udp(ByteView datagram, const IpAddress& from, const IpAddress& to) {
    ByteReader in(datagram);
    auto source = in.u16();
    auto destination = in.u16();
    auto length = in.u16();
    if (!source || !destination || !length || !in.u16() || *length < 8 || *length > datagram.size()) return skip("UDP length does not fit");
    ByteView payload = datagram.subspan(8, *length - 8u);
    auto is = [&](uint16_t port) { return *source == port || *destination == port; };
    std::string flow = Endpoint{from, *source}.text() + ">" + Endpoint{to, *destination}.text();
    if (is(port_gtpu)) return found(Protocol::gtpu, payload, std::move(flow));
    if (is(port_pfcp)) return found(Protocol::pfcp, payload, std::move(flow));
    if (is(port_sctp_udp)) return sctp(payload, from, to);
    skip(is(53) ? "DNS" : "UDP of other ports");
  }

  void sctp(ByteView packet, const IpAddress& from, const IpAddress& to) {
    ByteReader in(packet);
    auto source = in.u16();
    auto destination = in.u16();
    if (!source || !destination || !in.u32() || !in.u32()) return skip("truncated SCTP header");
    std::string flow = Endpoint{from, *source}.text() + ">" + Endpoint{to, *destination}.text();
    bool ngap_port = *source == port_ngap || *destination == port_ngap;
    while (in.left() >= 4) {
      uint8_t type = *in.u8(), flags = *in.u8();
      uint16_t length = *in.u16();
      if (length < 4) return skip("SCTP chunk length below 4");
      auto value = in.take(length - 4u);
      if (!value) return skip("SCTP chunk longer than its packet");
      (void)in.take(std::min<size_t>((4 - length % 4) % 4, in.left()));
      if (type == 0) data(*value, flags, flow, ngap_port);
    }
  }

  void data(ByteView chunk, uint8_t flags, const std::string& flow, bool ngap_port) {
    ByteReader in(chunk);
    auto tsn = in.u32();
    auto stream = in.u16();
    auto sequence = in.u16();
    auto ppid = in.u32();
    if (!tsn || !stream || !sequence || !ppid) return skip("truncated SCTP DATA chunk");
    if (*ppid != ppid_ngap && !(*ppid == 0 && ngap_port)) return skip(fmt::format("SCTP payload protocol {}", *ppid));
    if (!seen_.insert_or_assign(flow + '#' + std::to_string(*tsn), true).second) return skip("retransmitted SCTP DATA");
    bool begins = flags & 2, ends = flags & 1;
    if (begins && ends) return found(Protocol::ngap, in.rest(), flow);
    Bytes& partial = partial_[flow + '/' + std::to_string(*stream)];
    if (begins) partial.clear();
    if (partial.size() + in.left() > max_reassembled) return skip("SCTP message above 1 MiB");
    partial.insert(partial.end(), in.rest().begin(), in.rest().end());
    if (ends) found(Protocol::ngap, std::exchange(partial, {}), flow);
  }

  struct Fragments {
    Bytes data;
    size_t received = 0;
    size_t total = 0;
  };

  Dissection out_;
  size_t frame_ = 0;
  std::map<std::string, Fragments> fragments_;
  std::map<std::string, Bytes> partial_;
  std::map<std::string, bool> seen_;
};

}  // namespace

const char* to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::ngap: return "NGAP";
    case Protocol::nas: return "NAS";
    case Protocol::rrc: return "RRC";
    case Protocol::pfcp: return "PFCP";
    case Protocol::gtpu: return "GTP-U";
  }
  return "";
}

Dissection dissect(const PcapFile& file) { return Dissector().run(file); }

}  // namespace sen
