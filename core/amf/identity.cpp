// Identification (TS 24.501 5.4.3).
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::request_identity(Ue& ue, nas::IdentityType type) {
  nas::IdentityRequest m;
  m.identity_type.type = type;
  if (ue.registration) ue.registration->asked_identity = true;
  auto plain = nas::encode(m);
  if (plain) await(ue, Awaited::identity, std::move(*plain), config.timers.t3570);
}

void Core::on_identity_response(Connection&, Ue& ue, const nas::IdentityResponse& m) {
  if (ue.awaited != Awaited::identity || (!ue.registration && !ue.authentication)) {
    metrics.nas_dropped.add();
    log_warning(Layer::amf, "{}: Identity Response that nobody asked for", ue.name());
    return;
  }
  answered(ue, Awaited::identity);
  auto* suci = std::get_if<nas::Suci>(&m.identity.value);
  if (!ue.registration) return on_identity_at_renewal(ue, suci);
  if (!suci) {
    return reject_registration(ue, nas::MmCause::ue_identity_cannot_be_derived,
                               fmt::format("asked for a SUCI, got an identity of type {}", static_cast<int>(m.identity.type())));
  }
  auto text = suci_text(*suci);
  if (!text) return reject_registration(ue, nas::MmCause::ue_identity_cannot_be_derived, text.error().describe());
  ue.registration->suci = std::move(*text);
  ue.registration->by_guti = false;
  on_registration(ue, RegistrationEvent::identified);
}

void Core::on_identity_at_renewal(Ue& ue, const nas::Suci* suci) {
  auto text = suci ? suci_text(*suci) : Result<std::string>(fail(Fault::invalid, "identity", "asked for a SUCI, got another identity"));
  if (!text) return reject_authentication(ue, text.error().describe());
  ue.authentication->suci = std::move(*text);
  on_authentication(ue, AuthenticationEvent::identified);
}

}  // namespace sen::amf
