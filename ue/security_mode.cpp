// Security mode control (TS 24.501 5.4.2, TS 33.501 6.7.2).
#include "codec/nas/security.h"
#include "ue/nas.h"

namespace sen::ue {

// The command is integrity protected with the context that it takes into use, and not ciphered: it is read first, then verified.
void UeNas::security_mode_command(ByteView pdu) {
  if (pdu.size() <= crypto::NasSecurity::header_octets) return drop();
  auto message = nas::decode(pdu.subspan(crypto::NasSecurity::header_octets));
  const auto* command = message ? message->get_if<nas::SecurityModeCommand>() : nullptr;
  if (!command) return drop();
  auto cipher = static_cast<crypto::CipherAlgorithm>(command->algorithms.ciphering);
  auto integrity = static_cast<crypto::IntegrityAlgorithm>(command->algorithms.integrity);
  bool is_new = new_key_ && new_key_->ngksi == command->ngksi.value;
  bool is_current = !is_new && security_ && security_->ngksi() == command->ngksi.value;
  if (!is_new && !is_current) return reject_security_mode(nas::MmCause::security_mode_rejected);
  // Null integrity is for emergency services alone (TS 33.501 5.5.2), and we have nothing beyond NEA3 and NIA3.
  if (cipher > crypto::CipherAlgorithm::nea3 || integrity > crypto::IntegrityAlgorithm::nia3 || integrity == crypto::IntegrityAlgorithm::nia0) {
    return reject_security_mode(nas::MmCause::security_mode_rejected);
  }
  const auto& ours = profile_->security_capability;
  const auto& replayed = command->replayed_capability;
  bool unaltered = ours.ea == replayed.ea && ours.ia == replayed.ia && ours.eea == replayed.eea && ours.eia == replayed.eia;
  if (!unaltered) return reject_security_mode(nas::MmCause::ue_security_capabilities_mismatch);
  if (!ours.supports_ea(static_cast<unsigned>(cipher)) || !ours.supports_ia(static_cast<unsigned>(integrity))) {
    return reject_security_mode(nas::MmCause::security_mode_rejected);
  }
  crypto::NasSecurity context;
  if (is_current && security_->cipher() == cipher && security_->integrity() == integrity) {
    context = *security_;  // the COUNTs go on
  } else {
    crypto::Key256 k_amf = is_new ? new_key_->k_amf : security_->k_amf();
    // Horizontal derivation: from the COUNT of the initial message (TS 33.501 6.9.3, A.13).
    if (command->additional_security && command->additional_security->hdp) k_amf = crypto::k_amf_prime(k_amf, crypto::Direction::uplink, k_gnb_count_);
    context = crypto::NasSecurity(k_amf, command->ngksi.value, cipher, integrity, crypto::Direction::uplink);
  }
  if (!context.unprotect(pdu)) return reject_security_mode(nas::MmCause::security_mode_rejected);
  security_ = std::move(context);
  if (is_new) new_key_.reset();
  challenge_.reset();
  authentication_.stop();
  secured_ = true;
  accept_security_mode(*command);
}

void UeNas::accept_security_mode(const nas::SecurityModeCommand& command) {
  nas::SecurityModeComplete complete;
  if (command.imeisv_request && command.imeisv_request->value == 1) {
    complete.imeisv = nas::MobileIdentity(nas::Imeisv{std::string(imeisv_.begin(), imeisv_.end())});
  }
  // The complete initial message: asked for, or sent without protection before (5.4.2.3).
  bool asked = command.additional_security && command.additional_security->rinmr;
  if (!initial_message_.empty() && (asked || initial_unprotected_)) complete.nas_container.emplace().bytes = initial_message_;
  auto plain = nas::encode(complete);
  if (!plain) return drop();
  k_gnb_count_ = security_->send_count();
  ports_.send(security_->protect(crypto::SecurityHeader::integrity_ciphered_new_context, *plain), nullptr);
  emit({Event::security_established});
}

void UeNas::reject_security_mode(nas::MmCause cause) {
  drop();
  nas::SecurityModeReject reject;
  reject.cause = cause;
  send(reject);
}

}  // namespace sen::ue
