#include "core/udm/suci.h"

#include <charconv>

#include "nr/ids.h"

namespace sen::udm {
namespace {

using sbi::problem;
namespace cause = sbi::cause;

constexpr size_t max_suci_text = 640;

struct Suci {
  std::string_view mcc, mnc, output;
  unsigned scheme = 0;
  unsigned key_id = 0;
};

bool read_number(std::string_view text, unsigned high, unsigned& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && error == std::errc() && end == text.data() + text.size() && out <= high;
}

std::optional<Suci> split(std::string_view text) {
  std::string_view parts[8];
  for (size_t i = 0; i < 8; ++i) {
    auto dash = i < 7 ? text.find('-') : text.size();
    if (dash == text.npos) return std::nullopt;
    parts[i] = text.substr(0, dash);
    text.remove_prefix(std::min(dash + 1, text.size()));
  }
  Suci out{parts[2], parts[3], parts[7]};
  bool identity = parts[0] == "suci" && parts[1] == "0" && out.mcc.size() == 3 && all_digits(out.mcc) && out.mnc.size() >= 2 &&
                  out.mnc.size() <= 3 && all_digits(out.mnc);
  if (!identity || !read_number(parts[5], 15, out.scheme) || !read_number(parts[6], 255, out.key_id)) return std::nullopt;
  return out;
}

std::string known_keys(const HomeNetworkKeys& keys) {
  if (keys.empty()) return "none is configured";
  std::string out = "configured:";
  for (const auto& [id, key] : keys) out += fmt::format(" {} (profile {})", id, key.scheme() == crypto::SuciScheme::profile_a ? 'A' : 'B');
  return out;
}

sbi::Reply<std::string> deconceal(const Suci& suci, const HomeNetworkKeys& keys) {
  if (suci.scheme > 2) {
    return problem(501, cause::unsupported_protection_scheme, fmt::format("SUCI protection scheme {} (we have 0, 1 and 2)", suci.scheme));
  }
  auto key = keys.find(static_cast<uint8_t>(suci.key_id));
  if (key == keys.end()) {
    return problem(403, cause::invalid_hn_public_key_identifier,
                   fmt::format("SUCI names home network public key {}; {}", suci.key_id, known_keys(keys)));
  }
  if (static_cast<unsigned>(key->second.scheme()) != suci.scheme) {
    return problem(403, cause::invalid_hn_public_key_identifier,
                   fmt::format("SUCI uses scheme {} with home network public key {}; {}", suci.scheme, suci.key_id, known_keys(keys)));
  }
  auto output = from_hex(suci.output);
  if (!output) return problem(403, cause::invalid_scheme_output, "SUCI scheme output: " + output.error().text);
  auto input = key->second.deconceal(*output);
  if (!input) return problem(403, cause::invalid_scheme_output, "SUCI scheme output: " + input.error().text);
  auto msin = crypto::msin_from_bcd(*input);
  if (!msin) return problem(403, cause::invalid_scheme_output, "SUCI scheme output hides no MSIN: " + msin.error().text);
  return std::move(*msin);
}

}  // namespace

sbi::Reply<std::string> resolve_imsi(std::string_view supi_or_suci, const HomeNetworkKeys& keys) {
  auto unreadable = [&] {
    return problem(400, cause::mandatory_ie_incorrect, fmt::format("'{}' is neither imsi-<digits> nor a SUCI", supi_or_suci.substr(0, 80)));
  };
  if (supi_or_suci.size() > max_suci_text) return unreadable();
  if (supi_or_suci.starts_with("imsi-")) {
    auto imsi = imsi_from_supi(supi_or_suci);
    if (!imsi) return unreadable();
    return std::move(*imsi);
  }
  auto suci = split(supi_or_suci);
  if (!suci) return unreadable();
  std::string msin(suci->output);
  if (suci->scheme != 0) {
    auto revealed = deconceal(*suci, keys);
    if (!revealed) return revealed;
    msin = std::move(*revealed);
  }
  std::string imsi = fmt::format("{}{}{}", suci->mcc, suci->mnc, msin);
  if (!all_digits(msin) || msin.empty() || imsi.size() > 15) {
    return problem(403, cause::invalid_scheme_output,
                   fmt::format("SUCI scheme output gives no MSIN of 1 to {} digits", 15 - suci->mcc.size() - suci->mnc.size()));
  }
  return imsi;
}

}  // namespace sen::udm
