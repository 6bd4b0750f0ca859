// De-concealment of arbitrary scheme outputs under both profiles, and the MSIN of whatever is taken.
#include "crypto/suci.h"

#include <algorithm>

#include "base/ensure.h"

using namespace sen;
using namespace sen::crypto;

static HomeNetworkKey key(SuciScheme scheme) { return HomeNetworkKey::load(scheme, Bytes(32, 0x11)).value(); }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const HomeNetworkKey a = key(SuciScheme::profile_a), b = key(SuciScheme::profile_b);
  ByteView input(data, size);
  for (const HomeNetworkKey* home : {&a, &b}) {
    auto scheme_input = home->deconceal(input);
    if (scheme_input) ensure(scheme_input->size() <= suci_input_limit);
  }
  if (auto digits = msin_from_bcd(input)) {
    auto again = msin_to_bcd(*digits);
    ensure(again && std::equal(again->begin(), again->end(), data, data + size));
  }
  return 0;
}
