// Follows the NAS security of the UEs in a capture and deciphers their messages, given the subscribers' keys (5G-AKA).
// Without keys, or for a UE whose authentication is not in the capture, only what was sent in the clear (plain, integrity protected only,
// or under NEA0) can be read.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "codec/nas/mm.h"
#include "codec/nas/security.h"
#include "crypto/aka.h"
#include "crypto/nas_security.h"
#include "crypto/suci.h"

namespace sen {

class NasTracker {
 public:
  // YAML: subscribers: [{imsi, key, opc}], home_network_keys: [{id, scheme: A|B, key}].
  Status load(const std::string& path);

  struct Plain {
    Bytes message;             // the NAS message without protection
    bool was_ciphered = false;
  };
  // The plain message inside `pdu`, a NAS PDU of the UE that `ue` names; nothing when it is ciphered with a key that we do not have.
  std::optional<Plain> read(const std::string& ue, bool uplink, ByteView pdu);

 private:
  struct Keys {
    crypto::NasSecurity uplink, downlink;  // each as its receiver holds it
  };
  struct Ue {
    std::string imsi;
    Plmn plmn;
    std::optional<crypto::Key256> k_amf;  // of the authentication that no Security Mode Command has taken into use yet
    std::shared_ptr<Keys> keys;
  };

  std::optional<Bytes> deciphered(Ue& ue, bool uplink, ByteView pdu);
  void learn(Ue& ue, const nas::Message& message);
  void learn_identity(Ue& ue, const nas::MobileIdentity& identity);
  void challenge(Ue& ue, const nas::AuthenticationRequest& request);
  void take_into_use(Ue& ue, const nas::SecurityModeCommand& command);

  std::map<std::string, crypto::AkaFunctions> subscribers_;       // by IMSI
  std::map<uint8_t, crypto::HomeNetworkKey> home_network_keys_;   // by identifier
  std::map<std::string, Ue> ues_;
  std::map<uint32_t, Ue> by_tmsi_;
};

}  // namespace sen
