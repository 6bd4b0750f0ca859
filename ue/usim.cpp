#include "ue/usim.h"

namespace sen::ue {

Result<Usim> Usim::create(const Plmn& home, std::string imsi, const crypto::AkaFunctions& functions) {
  if (!home.valid()) return fail(Fault::invalid, "home PLMN", "{} is not made of digits", home.text());
  if (imsi.size() < 6 || imsi.size() > 15 || !all_digits(imsi)) return fail(Fault::invalid, "IMSI", "'{}' is not made of 6 to 15 digits", imsi);
  if (!imsi.starts_with(home.digits())) return fail(Fault::invalid, "IMSI", "{} does not begin with the home network's digits {}", imsi, home.digits());
  return Usim(home, std::move(imsi), functions);
}

Result<nas::Suci> Usim::suci(const SuciProfile& profile, crypto::RandomSource& random) const {
  nas::Suci suci;
  suci.plmn = home_;
  suci.routing_indicator = profile.routing_indicator;
  suci.scheme = static_cast<uint8_t>(profile.scheme);
  std::string msin = imsi_.substr(home_.digits().size());
  if (profile.scheme == crypto::SuciScheme::null_scheme) {
    suci.msin = std::move(msin);
    return suci;
  }
  suci.key_id = profile.key_id;
  SEN_ASSIGN(Bytes input, crypto::msin_to_bcd(msin));
  SEN_ASSIGN(Bytes output, crypto::conceal(profile.scheme, profile.public_key, input, random));
  size_t key_octets = profile.scheme == crypto::SuciScheme::profile_a ? 32 : 33;
  if (output.size() < key_octets + 8) return fail(Fault::invalid, "SUCI", "scheme output of {} octets", output.size());
  auto mac = output.end() - 8;
  suci.public_key.assign(output.begin(), output.begin() + static_cast<ptrdiff_t>(key_octets));
  suci.ciphertext.assign(output.begin() + static_cast<ptrdiff_t>(key_octets), mac);
  std::copy(mac, output.end(), suci.mac.begin());
  return suci;
}

Usim::Answer Usim::challenge(const Octets<16>& rand, const Octets<16>& autn) {
  auto checked = crypto::check_autn(functions_, rand, autn);
  if (!checked) return MacFailure{};
  if (!checked->separation_bit()) return NotSeparated{};
  if (!window_.accept(checked->sqn)) return SynchFailure{crypto::make_auts(functions_, rand, window_.highest())};
  Accepted accepted{checked->response, {}};
  std::copy_n(autn.begin(), 6, accepted.sqn_xor_ak.begin());
  return accepted;
}

}  // namespace sen::ue
