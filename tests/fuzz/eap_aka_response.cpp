// Any bytes as a UE's EAP-Response, and as the text of its SUPI or SUCI.
#include "base/ensure.h"
#include "core/udm/eap.h"
#include "core/udm/suci.h"

using namespace sen;

namespace {

udm::HomeNetworkKeys make_keys() {
  crypto::RandomSource random(1);
  udm::HomeNetworkKeys keys;
  keys.emplace(1, std::move(*crypto::HomeNetworkKey::generate(crypto::SuciScheme::profile_a, random)));
  keys.emplace(2, std::move(*crypto::HomeNetworkKey::generate(crypto::SuciScheme::profile_b, random)));
  return keys;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const udm::HomeNetworkKeys keys = make_keys();
  ByteView input{data, size};
  if (auto response = udm::parse_eap_aka_response(input); response && response->mac_at) {
    ensure(crypto::eap_aka_prime_mac({}, input, *response->mac_at).has_value());
  }
  if (auto imsi = udm::resolve_imsi(as_text(input), keys)) ensure(imsi->size() <= 15 && !imsi->empty());
  return 0;
}
