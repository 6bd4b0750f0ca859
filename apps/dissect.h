// Finds the NGAP, NAS, RRC, PFCP and GTP-U messages in a capture: link layers, IPv4 (fragments reassembled) and IPv6, UDP, SCTP (DATA chunks
// reassembled, RFC 6951 encapsulation) and Wireshark's exported PDUs. Everything else is counted under a name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/pcap.h"

namespace sen {

enum class Protocol : unsigned char { ngap, nas, rrc, pfcp, gtpu };
const char* to_string(Protocol protocol);

struct Dissected {
  size_t frame = 0;
  Protocol protocol = Protocol::ngap;
  Bytes message;
  std::string flow;  // "10.0.0.1:38412>10.0.0.2:38412", for the state that the messages of one association share;
                     // of an RRC message the name of its channel's dissector, "nr-rrc.dl.dcch"
};

struct Dissection {
  std::vector<Dissected> messages;
  std::map<std::string, size_t> skipped;  // reason or payload name -> frames or chunks
};

Dissection dissect(const PcapFile& file);

}  // namespace sen
