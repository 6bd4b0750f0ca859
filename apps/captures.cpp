#include "apps/captures.h"

#include <filesystem>

namespace sen {

namespace {

const Endpoint ue_side{IpAddress(Octets<4>{127, 0, 0, 1}), 38412}, amf_side{IpAddress(Octets<4>{127, 0, 0, 5}), 38412};

Octets<4> shown_v4(const Endpoint& endpoint) { return endpoint.address.is_v4() ? endpoint.address.v4() : Octets<4>{}; }

void write_exported(PcapWriter& writer, Time time, std::string_view dissector, const Endpoint& from, const Endpoint& to, ByteView pdu) {
  writer.write_exported(time, dissector, pdu, shown_v4(from), shown_v4(to), from.port, to.port);
}

}  // namespace

Result<std::unique_ptr<Captures>> Captures::open(const std::string& folder, Node node) {
  auto captures = std::unique_ptr<Captures>(new Captures());
  if (folder.empty()) return captures;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Fault::io, folder, "cannot be created: {}", error.message());
  SEN_ASSIGN(captures->n2_, PcapWriter::open(folder + "/n2.pcap", LinkType::exported_pdu));
  SEN_ASSIGN(captures->n3_, PcapWriter::open(folder + "/n3.pcap", LinkType::raw_ip));
  if (node == Node::gnb) return captures;
  SEN_ASSIGN(captures->nas_, PcapWriter::open(folder + "/nas.pcap", LinkType::exported_pdu));
  SEN_ASSIGN(captures->n4_, PcapWriter::open(folder + "/n4.pcap", LinkType::raw_ip));
  return captures;
}

void Captures::n2(Time time, const Endpoint& from, const Endpoint& to, ByteView ngap) {
  if (n2_) write_exported(*n2_, time, "ngap", from, to, ngap);
}

void Captures::nas(Time time, bool uplink, ByteView plain) {
  if (nas_) write_exported(*nas_, time, "nas-5gs", uplink ? ue_side : amf_side, uplink ? amf_side : ue_side, plain);
}

void Captures::n4(Time time, const Endpoint& from, const Endpoint& to, ByteView message) {
  if (n4_) n4_->write_udp(time, message, from, to);
}

void Captures::n3(Time time, const Endpoint& from, const Endpoint& to, ByteView message) {
  if (n3_) n3_->write_udp(time, message, from, to);
}

}  // namespace sen
