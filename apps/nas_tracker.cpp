#include "apps/nas_tracker.h"

#include "base/config.h"

namespace sen {

namespace {

struct SubscriberKeys {
  std::string imsi, key, opc;
};
struct HomeKey {
  int id = 1;
  unsigned scheme = 0;
  std::string key;
};
struct KeyFile {
  std::vector<SubscriberKeys> subscribers;
  std::vector<HomeKey> home_network_keys;
};

void describe(config::Section& section, KeyFile& file) {
  section.list<SubscriberKeys>("subscribers", file.subscribers, "Subscribers whose NAS is deciphered.", [](config::Section& s, SubscriberKeys& subscriber) {
    s.value("imsi", subscriber.imsi, "IMSI.");
    s.value("key", subscriber.key, "K, 32 hexadecimal digits.");
    s.value("opc", subscriber.opc, "OPc, 32 hexadecimal digits.");
  });
  section.list<HomeKey>("home_network_keys", file.home_network_keys, "Private keys for SUCI profiles A and B.", [](config::Section& s, HomeKey& key) {
    s.value("id", key.id, 0, 255, "", "Home network public key identifier.");
    s.choice("scheme", key.scheme, {"A", "B"}, "Profile.");
    s.value("key", key.key, "Private key, 64 hexadecimal digits.");
  });
}

Bytes joined(const nas::Suci& suci) {
  Bytes out = suci.public_key;
  out.insert(out.end(), suci.ciphertext.begin(), suci.ciphertext.end());
  out.insert(out.end(), suci.mac.begin(), suci.mac.end());
  return out;
}

}  // namespace

Status NasTracker::load(const std::string& path) {
  SEN_ASSIGN(auto root, config::parse_file(path));
  KeyFile file;
  if (auto problems = config::load(root, file); !problems.empty()) return std::unexpected(problems.front());
  for (const auto& keys : file.subscribers) {
    auto k = octets_from_hex<16>(keys.key);
    auto opc = octets_from_hex<16>(keys.opc);
    if (!k || !opc) return fail(Fault::invalid, path, "key and opc of {} must be 32 hexadecimal digits each", keys.imsi);
    subscribers_.emplace(keys.imsi, crypto::Milenage(*k, *opc));
  }
  for (const auto& key : file.home_network_keys) {
    SEN_ASSIGN(auto octets, from_hex(key.key));
    auto scheme = key.scheme == 0 ? crypto::SuciScheme::profile_a : crypto::SuciScheme::profile_b;
    SEN_ASSIGN(auto loaded, crypto::HomeNetworkKey::load(scheme, octets));
    home_network_keys_.emplace(static_cast<uint8_t>(key.id), std::move(loaded));
  }
  return {};
}

std::optional<NasTracker::Plain> NasTracker::read(const std::string& name, bool uplink, ByteView pdu) {
  Ue& ue = ues_[name];
  auto header = nas::parse_header(pdu);
  if (!header) return std::nullopt;
  Plain plain;
  if (!header->is_protected()) {
    plain.message.assign(pdu.begin(), pdu.end());
  } else {
    auto outer = nas::parse_protected(pdu);
    if (!outer) return std::nullopt;
    plain.was_ciphered =
        outer->type == nas::SecurityHeaderType::integrity_protected_and_ciphered || outer->type == nas::SecurityHeaderType::integrity_protected_and_ciphered_new_context;
    auto clear = nas::decode(outer->payload);  // of a ciphered message only NEA0 leaves a well-formed one
    auto inner = clear ? std::nullopt : deciphered(ue, uplink, pdu);
    if (clear) {
      (void)deciphered(ue, uplink, pdu);  // advances the COUNT
      plain.message = outer->payload;
    } else if (inner) {
      plain.message = std::move(*inner);
    } else if (plain.was_ciphered) {
      return std::nullopt;
    } else {
      plain.message = outer->payload;
    }
  }
  if (auto message = nas::decode(plain.message)) {
    learn(ue, *message);
    if (message->get_if<nas::SecurityModeCommand>()) (void)deciphered(ue, uplink, pdu);  // it counts under the keys that it takes into use
  }
  return plain;
}

std::optional<Bytes> NasTracker::deciphered(Ue& ue, bool uplink, ByteView pdu) {
  if (!ue.keys) return std::nullopt;
  auto plain = (uplink ? ue.keys->downlink : ue.keys->uplink).unprotect(pdu);
  if (!plain) return std::nullopt;
  return *plain;
}

void NasTracker::learn(Ue& ue, const nas::Message& message) {
  if (auto* request = message.get_if<nas::RegistrationRequest>()) {
    learn_identity(ue, request->identity);
  } else if (auto* response = message.get_if<nas::IdentityResponse>()) {
    learn_identity(ue, response->identity);
  } else if (auto* service = message.get_if<nas::ServiceRequest>()) {
    learn_identity(ue, service->identity);
  } else if (auto* challenged = message.get_if<nas::AuthenticationRequest>()) {
    challenge(ue, *challenged);
  } else if (auto* command = message.get_if<nas::SecurityModeCommand>()) {
    take_into_use(ue, *command);
  } else if (auto* accept = message.get_if<nas::RegistrationAccept>()) {
    if (!accept->guti) return;
    if (auto* guti = std::get_if<Guti>(&accept->guti->value)) by_tmsi_[guti->tmsi] = ue;
  }
}

void NasTracker::learn_identity(Ue& ue, const nas::MobileIdentity& identity) {
  std::optional<uint32_t> tmsi;
  if (auto* guti = std::get_if<Guti>(&identity.value)) tmsi = guti->tmsi;
  if (auto* short_form = std::get_if<STmsi>(&identity.value)) tmsi = short_form->tmsi;
  if (tmsi && !ue.keys && by_tmsi_.contains(*tmsi)) ue = by_tmsi_[*tmsi];
  auto* suci = std::get_if<nas::Suci>(&identity.value);
  if (!suci || suci->format != nas::SupiFormat::imsi) return;
  ue.plmn = suci->plmn;
  if (suci->scheme == 0) {
    ue.imsi = suci->plmn.digits() + suci->msin;
  } else if (auto key = home_network_keys_.find(suci->key_id); key != home_network_keys_.end()) {
    auto input = key->second.deconceal(joined(*suci));
    if (!input) return;
    if (auto msin = crypto::msin_from_bcd(*input)) ue.imsi = suci->plmn.digits() + *msin;
  }
}

void NasTracker::challenge(Ue& ue, const nas::AuthenticationRequest& request) {
  auto subscriber = subscribers_.find(ue.imsi);
  if (subscriber == subscribers_.end() || !request.rand || !request.autn || request.autn->bytes.size() != 16) return;
  auto response = subscriber->second.f2345(request.rand->bytes);
  Octets<6> sqn_xor_ak;
  std::memcpy(sqn_xor_ak.data(), request.autn->bytes.data(), 6);
  std::string network = crypto::serving_network_name(ue.plmn.mcc_text(), ue.plmn.mnc_text());
  auto k_ausf = crypto::k_ausf(response.ck, response.ik, network, sqn_xor_ak);
  ue.k_amf = crypto::k_amf(crypto::k_seaf(k_ausf, network), ue.imsi, request.abba.bytes);
}

void NasTracker::take_into_use(Ue& ue, const nas::SecurityModeCommand& command) {
  if (!ue.k_amf) return;
  auto cipher = static_cast<crypto::CipherAlgorithm>(command.algorithms.ciphering);
  auto integrity = static_cast<crypto::IntegrityAlgorithm>(command.algorithms.integrity);
  if (cipher > crypto::CipherAlgorithm::nea3 || integrity > crypto::IntegrityAlgorithm::nia3) return;
  auto keys = std::make_shared<Keys>();
  keys->uplink = crypto::NasSecurity(*ue.k_amf, command.ngksi.value, cipher, integrity, crypto::Direction::uplink);
  keys->downlink = crypto::NasSecurity(*ue.k_amf, command.ngksi.value, cipher, integrity, crypto::Direction::downlink);
  ue.keys = std::move(keys);
}

}  // namespace sen
