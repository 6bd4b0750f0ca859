// Initial AS security activation (TS 38.331 5.3.4, TS 33.501 6.7.4).
#include "crypto/kdf.h"
#include "rrc/detail/messages.h"

namespace sen::gnb {

// Bit 15 of the NGAP bitmap is algorithm 1; algorithm 0 is always supported (TS 38.413 9.3.1.86).
static bool supports(const per::BitString& capabilities, uint8_t algorithm) {
  return algorithm == 0 || (algorithm <= capabilities.size() && capabilities.bit(algorithm - 1U));
}

bool Core::choose_algorithms(Ue& ue) const {
  auto pick = [](const std::vector<uint8_t>& preferred, const per::BitString& capabilities) -> std::optional<uint8_t> {
    for (uint8_t algorithm : preferred) {
      if (supports(capabilities, algorithm)) return algorithm;
    }
    return std::nullopt;
  };
  const auto nia = pick(settings.nia, ue.capabilities.n_rintegrity_protection_algorithms);
  const auto nea = pick(settings.nea, ue.capabilities.n_rencryption_algorithms);
  if (!nia || !nea) return false;
  ue.security.nia = *nia;
  ue.security.nea = *nea;
  return true;
}

l2::Security derive_keys(const crypto::Key256& k_gnb, uint8_t nea, uint8_t nia) {
  using enum crypto::AlgorithmKeyType;
  auto key = [&](crypto::AlgorithmKeyType type, uint8_t algorithm) { return crypto::low_128(crypto::algorithm_key(k_gnb, type, algorithm)); };
  return {.nea = nea, .nia = nia, .rrc_enc = key(rrc_enc, nea), .rrc_int = key(rrc_int, nia), .up_enc = key(up_enc, nea), .up_int = key(up_int, nia)};
}

l2::Security Core::keys_of(const Ue& ue) const { return derive_keys(ue.security.k_gnb, ue.security.nea, ue.security.nia); }

void Core::security_mode(Ue& ue, Done done) {
  l2::Change change;
  change.security = keys_of(ue);
  change.srb_tx = l2::SrbProtection{.integrity = true, .ciphering = false};
  // What the UE sends before it has the command comes unprotected; its answer is the first message whose MAC-I verifies.
  change.srb_rx = l2::SrbProtection{.integrity = true, .ciphering = true, .from_verified = true};
  if (!ports.change_user_plane(ue.id, change)) return done(*this, ue, false);
  const uint8_t transaction = next_transaction(ue);
  rrc::DlDcchMessage message;
  auto& command = message.message.set_c1().set_security_mode_command();
  command.rrc_transaction_identifier = transaction;
  auto& algorithms = command.critical_extensions.set_security_mode_command().security_config_smc.security_algorithm_config;
  algorithms.ciphering_algorithm = static_cast<rrc::CipheringAlgorithm>(ue.security.nea);
  algorithms.integrity_prot_algorithm = static_cast<rrc::IntegrityProtAlgorithm>(ue.security.nia);
  if (!send_dcch(ue, 1, rrc::encode(message))) return done(*this, ue, false);
  await(ue, Awaited::security_mode, [done = std::move(done)](Core& core, Ue& found, bool ok) {
    if (ok) {
      l2::Change ciphered;
      ciphered.srb_tx = l2::SrbProtection{.integrity = true, .ciphering = true};
      ok = core.ports.change_user_plane(found.id, ciphered).has_value();
      found.security.active = true;
      log_info(Layer::rrc, "UE {} (rnti {:#x}): AS security NEA{}, NIA{}", found.id, found.rnti, found.security.nea, found.security.nia);
      core.report(UeReport::Kind::secured, found);
    }
    done(core, found, ok);
  });
}

}  // namespace sen::gnb
