// From what a UE called itself, as it travels in service operations (TS 29.571 5.3.2 SupiOrSuci, TS 23.003 2.2B), to the IMSI:
//   imsi-<digits>
//   suci-0-<mcc>-<mnc>-<routing indicator>-<scheme 0|1|2>-<home network public key id>-<scheme output>
// The scheme output is the MSIN's digits under the null scheme, hexadecimal digits under profiles A and B (TS 33.501 Annex C).
#pragma once

#include <map>

#include "core/sbi/problem.h"
#include "crypto/suci.h"

namespace sen::udm {

// By home network public key identifier, 1 to 255.
using HomeNetworkKeys = std::map<uint8_t, crypto::HomeNetworkKey>;

// Digits of the IMSI. Problems: 400 MANDATORY_IE_INCORRECT (the text), 403 INVALID_SCHEME_OUTPUT, 403 INVALID_HN_PUBLIC_KEY_IDENTIFIER,
// 501 UNSUPPORTED_PROTECTION_SCHEME. `detail` names what was sent and what this network has.
sbi::Reply<std::string> resolve_imsi(std::string_view supi_or_suci, const HomeNetworkKeys& keys);

}  // namespace sen::udm
