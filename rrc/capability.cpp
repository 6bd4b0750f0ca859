// UE capability transfer (TS 38.331 5.6.1); the AMF keeps what was read (TS 38.413 8.14.1).
#include "codec/rrc/rrc_inter_node.h"
#include "rrc/detail/messages.h"

namespace sen::gnb {

void Core::capability_enquiry(Ue& ue, Done done) {
  rrc::DlDcchMessage message;
  auto& enquiry = message.message.set_c1().set_ue_capability_enquiry();
  enquiry.rrc_transaction_identifier = next_transaction(ue);
  auto& ies = enquiry.critical_extensions.set_ue_capability_enquiry();
  ies.ue_capability_rat_request_list.emplace_back().rat_type = rrc::RatType::nr;
  if (!send_dcch(ue, 1, rrc::encode(message))) return done(*this, ue, false);
  await(ue, Awaited::capability, std::move(done));
}

void Core::on_capability_information(Ue& ue, const rrc::UeCapabilityInformation& information) {
  const auto* ies = information.critical_extensions.ue_capability_information();
  if (ue.awaited != Awaited::capability || !ies || !ies->ue_capability_rat_container_list) {
    return count_drop("capability_unexpected");
  }
  rrc::UeRadioAccessCapabilityInformation container;
  auto& inner = container.critical_extensions.set_c1().set_ue_radio_access_capability_information();
  inner.ue_radio_access_capability_info = *ies->ue_capability_rat_container_list;
  if (auto bytes = rrc::encode(container)) {
    ue.radio_capability = std::move(*bytes);
    ngap::UeRadioCapabilityInfoIndication indication;
    indication.ue_radio_capability = ue.radio_capability;
    if (ue.on_n2) send(ue, indication);
  }
  answered(ue, true);
}

}  // namespace sen::gnb
