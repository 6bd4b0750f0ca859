// The USIM: the subscriber's identity and keys, authentication and key agreement (TS 33.102 6.3, TS 33.501 6.1.3) with the freshness check
// of the sequence number, and concealment of the identity (TS 33.501 6.12). A value of about 400 octets; lives on its owner's executor.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "codec/nas/elements.h"
#include "crypto/aka.h"
#include "crypto/suci.h"

namespace sen::ue {

// How SUCIs are made; the same for all subscribers of a home network.
struct SuciProfile {
  crypto::SuciScheme scheme = crypto::SuciScheme::null_scheme;
  uint8_t key_id = 0;       // home network public key identifier
  Bytes public_key;         // profile A: 32 octets; B: 33
  std::string routing_indicator = "0";
};

class Usim {
 public:
  // imsi: 6 to 15 digits that begin with the home network's. Checked by create().
  static Result<Usim> create(const Plmn& home, std::string imsi, const crypto::AkaFunctions& functions);

  const Plmn& home() const { return home_; }
  const std::string& imsi() const { return imsi_; }

  // Error: the profile's key does not fit its scheme.
  Result<nas::Suci> suci(const SuciProfile& profile, crypto::RandomSource& random) const;

  struct Accepted {
    crypto::AkaFunctions::Response response;
    Octets<6> sqn_xor_ak{};
  };
  struct MacFailure {};        // 5GMM cause 20
  struct NotSeparated {};      // separation bit 0: 5GMM cause 26
  struct SynchFailure {        // 5GMM cause 21
    crypto::Auts auts;
  };
  using Answer = std::variant<Accepted, MacFailure, NotSeparated, SynchFailure>;
  Answer challenge(const Octets<16>& rand, const Octets<16>& autn);

 private:
  Usim(const Plmn& home, std::string imsi, const crypto::AkaFunctions& functions) : home_(home), imsi_(std::move(imsi)), functions_(functions) {}

  Plmn home_;
  std::string imsi_;
  crypto::AkaFunctions functions_;
  crypto::SqnWindow window_;
};

}  // namespace sen::ue
