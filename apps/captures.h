// The capture files of a running core, one folder: n2.pcap (NGAP), nas.pcap (deciphered NAS), n4.pcap (PFCP and N4 GTP-U) and n3.pcap (GTP-U).
// Each file is written from one executor only; a gNB knows neither NAS nor N4.
#pragma once

#include <memory>
#include <string>

#include "base/pcap.h"

namespace sen {

class Captures {
 public:
  // Creates the folder if it is absent. An empty folder name gives captures that write nothing.
  enum class Node { core, gnb };
  static Result<std::unique_ptr<Captures>> open(const std::string& folder, Node node = Node::core);

  void n2(Time time, const Endpoint& from, const Endpoint& to, ByteView ngap);
  void nas(Time time, bool uplink, ByteView plain);
  void n4(Time time, const Endpoint& from, const Endpoint& to, ByteView message);
  void n3(Time time, const Endpoint& from, const Endpoint& to, ByteView message);

 private:
  Captures() = default;
  std::unique_ptr<PcapWriter> n2_, nas_, n4_, n3_;
};

}  // namespace sen
