// UE capability transfer (TS 38.331 5.6.1); the AMF keeps what was read (TS 38.413 8.14.1).
#include "codec/rrc/rrc_inter_node.h"
#include "mac/asn1/convert.h"
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

// As many layers as the UE, the cell and the operator can agree on; once its capabilities are known.
void Core::adopt_capability(const Ue& ue, mac::UeConfig& config) const {
  const CellSettings& cell = settings.cells[ue.cell];
  mac::UeAntennas antennas;
  if (const auto stored = rrc::decode<rrc::UeRadioAccessCapabilityInformation>(ue.radio_capability)) {
    const auto* c1 = stored->critical_extensions.c1();
    const auto* inner = c1 ? c1->ue_radio_access_capability_information() : nullptr;
    if (!inner) return;
    for (const auto& container : inner->ue_radio_access_capability_info) {
      if (container.rat_type != rrc::RatType::nr) continue;
      if (const auto nr = rrc::decode<rrc::UeNrCapability>(container.ue_capability_rat_container)) antennas = mac::antennas_of(*nr);
    }
  }
  config.max_layers_dl = std::min({antennas.layers_dl, cell.mac.l1.tx_ports, cell.ue.max_rank_dl});
  if (config.csi) config.csi->ri_restriction = static_cast<uint8_t>((1u << config.max_layers_dl) - 1);
  const uint8_t ul = std::min({antennas.layers_ul, cell.mac.l1.rx_ports, cell.ue.max_rank_ul});
  if (!config.srs || ul < 2) return;
  config.srs->ports = antennas.layers_ul >= 4 && cell.mac.l1.rx_ports >= 4 ? 4 : 2;
  config.max_layers_ul = ul;
  config.codebook_subset = antennas.coherence;
}

}  // namespace sen::gnb
