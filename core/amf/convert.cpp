#include "core/amf/detail/convert.h"

namespace sen::amf {

ngap::Guami to_ngap(const Guami& guami) {
  ngap::Guami out;
  out.plmn_identity = guami.plmn.octets;
  out.amf_region_id.value = guami.region;
  out.amf_set_id.value = guami.set;
  out.amf_pointer.value = guami.pointer;
  return out;
}

// TS 38.413 9.3.1.86: bit 1 is algorithm 1; the null algorithms are not named.
ngap::UeSecurityCapabilities to_ngap(const nas::UeSecurityCapability& capability) {
  auto bits = [](uint8_t octet) { return per::BitString(static_cast<uint64_t>(static_cast<uint16_t>(octet << 9) & 0xfe00), 16); };
  ngap::UeSecurityCapabilities out;
  out.n_rencryption_algorithms = bits(capability.ea);
  out.n_rintegrity_protection_algorithms = bits(capability.ia);
  out.eutr_aencryption_algorithms = bits(capability.octets >= 4 ? capability.eea : 0);
  out.eutr_aintegrity_protection_algorithms = bits(capability.octets >= 4 ? capability.eia : 0);
  return out;
}

std::vector<ngap::AllowedNssaiItem> to_ngap(const std::vector<SNssai>& slices) {
  std::vector<ngap::AllowedNssaiItem> out(slices.size());
  for (size_t i = 0; i < slices.size(); ++i) out[i].s_nssai = to_ngap(slices[i]);
  return out;
}

std::optional<Location> location_of(const ngap::UserLocationInformation& information) {
  if (auto* nr = information.user_location_information_nr()) {
    return Location{from_ngap(nr->tai), Plmn(nr->nr_cgi.plmn_identity), nr->nr_cgi.nr_cell_identity.value};
  }
  if (auto* eutra = information.user_location_information_eutra()) {
    return Location{from_ngap(eutra->tai), Plmn(eutra->eutra_cgi.plmn_identity), eutra->eutra_cgi.eutra_cell_identity.value};
  }
  if (auto* n3iwf = information.user_location_information_n3iwf(); n3iwf && n3iwf->tai) {
    return Location{from_ngap(*n3iwf->tai), Plmn(n3iwf->tai->plmn_identity), 0};
  }
  return std::nullopt;
}

ngap::Cause nas_cause(ngap::CauseNas value) {
  ngap::Cause cause;
  cause.set_nas() = value;
  return cause;
}
ngap::Cause misc_cause(ngap::CauseMisc value) {
  ngap::Cause cause;
  cause.set_misc() = value;
  return cause;
}

sbi::NgApCause to_sbi(const ngap::Cause& cause) {
  sbi::NgApCause out;
  auto take = [&](uint8_t group, auto* value) {
    if (!value) return;
    out.group = group;
    out.value = static_cast<uint16_t>(*value);
  };
  take(0, cause.radio_network());
  take(1, cause.transport());
  take(2, cause.nas());
  take(3, cause.protocol());
  take(4, cause.misc());
  return out;
}

std::string text_of(const ngap::GlobalRanNodeId& id) {
  if (auto* gnb = id.global_gnb_id(); gnb && gnb->gnb_id.gnb_id()) {
    return fmt::format("{} gNB {:#x}/{}", Plmn(gnb->plmn_identity).text(), gnb->gnb_id.gnb_id()->value(), gnb->gnb_id.gnb_id()->size());
  }
  codec::Tree tree;
  per::print(ngap::GlobalRanNodeId::per_type, &id, "node", tree);
  std::string out;
  for (const auto& leaf : tree.leaves()) out += (out.empty() ? "" : " ") + leaf.value;
  return out;
}

Result<std::string> suci_text(const nas::Suci& suci) {
  if (suci.format != nas::SupiFormat::imsi) return fail(Fault::unsupported, "SUCI", "SUPI format {} is not served", static_cast<int>(suci.format));
  if (!suci.plmn.valid()) return fail(Fault::invalid, "SUCI", "home network {} is no PLMN", suci.plmn.text());
  if (!all_digits(suci.routing_indicator) || suci.routing_indicator.empty()) return fail(Fault::invalid, "SUCI", "routing indicator is not decimal");
  std::string output;
  if (suci.scheme == 0) {
    if (!all_digits(suci.msin) || suci.msin.empty()) return fail(Fault::invalid, "SUCI", "MSIN is not decimal");
    output = suci.msin;
  } else if (suci.scheme <= 2) {
    output = to_hex(suci.public_key) + to_hex(suci.ciphertext) + to_hex(suci.mac);
  } else {
    output = to_hex(suci.output);
  }
  return fmt::format("suci-0-{}-{}-{}-{}-{}-{}", suci.plmn.mcc_text(), suci.plmn.mnc_text(), suci.routing_indicator, suci.scheme, suci.key_id, output);
}

std::string text_of(const std::vector<SNssai>& slices) {
  std::string out;
  for (const auto& s : slices) out += (out.empty() ? "" : " ") + s.text();
  return out.empty() ? "none" : out;
}

}  // namespace sen::amf
