// The field lists of the plain IEs, in the order of TS 29.244 clause 8.2. Bits are listed from bit 1 up.
#include "codec/pfcp/ie.h"

#include <algorithm>

#include "codec/pfcp/wire.h"

namespace sen::pfcp {

namespace {

template <class E>
void low_enum(Wire& w, E& v, unsigned bits, uint8_t first, uint8_t last) {
  auto number = static_cast<uint8_t>(v);
  w.low("", number, bits);
  if (w.randomizing()) number = static_cast<uint8_t>(w.pick(first, last));
  if (w.filling()) v = static_cast<E>(number);
}

// At least one of the optionals, when making a random value.
void ensure_one(Wire& w, bool& first, bool others) {
  if (w.randomizing() && !others) first = true;
}

void addresses(Wire& w, bool v4, std::optional<Ipv4>& ipv4, bool v6, std::optional<Ipv6>& ipv6) {
  w.when(v4, "IPv4 address", ipv4);
  w.when(v6, "IPv6 address", ipv6);
}

// Flags V6 (bit 1) and V4 (bit 2), then the addresses.
void v6_v4_addresses(Wire& w, std::optional<Ipv4>& ipv4, std::optional<Ipv6>& ipv6) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6);
  w.flags({{"V6", v6}, {"V4", v4}});
  ensure_one(w, v4, v6);
  addresses(w, v4, ipv4, v6, ipv6);
}

// A text preceded by its length, there when `present`.
void text_when(Wire& w, bool present, const char* name, std::optional<std::string>& v, unsigned length_octets) {
  if (w.filling()) v.reset();
  if (!present) return;
  if (w.filling()) v.emplace();
  w.text(name, *v, length_octets);
}

void blob_when(Wire& w, bool present, const char* name, std::optional<Bytes>& v, unsigned length_octets) {
  if (w.filling()) v.reset();
  if (!present) return;
  if (w.filling()) v.emplace();
  w.blob(name, *v, length_octets);
}

}  // namespace

void io(Wire& w, std::string& v) { w.text("", v, 0); }
void io(Wire& w, Bytes& v) { w.blob("", v, 0); }
void io(Wire& w, Cause& v) {
  auto number = static_cast<uint8_t>(v);
  w.num("", number);
  if (w.randomizing()) number = static_cast<uint8_t>(w.pick(64, 81));
  if (w.filling()) v = static_cast<Cause>(number);
}
void io(Wire& w, SourceInterface& v) { low_enum(w, v, 4, 0, 4); }
void io(Wire& w, DestinationInterface& v) { low_enum(w, v, 4, 0, 5); }
void io(Wire& w, PdnType& v) { low_enum(w, v, 3, 1, 5); }
void io(Wire& w, TgppInterfaceType& v) { low_enum(w, v, 6, 0, 31); }
void io(Wire& w, SteeringFunctionality& v) { low_enum(w, v, 4, 0, 1); }
void io(Wire& w, SteeringMode& v) { low_enum(w, v, 4, 0, 3); }
void io(Wire& w, AccessPriority& v) { low_enum(w, v, 4, 0, 4); }

void FTeid::io(Wire& w) {
  bool v4 = choose ? choose_v4 : ipv4.has_value();
  bool v6 = choose ? choose_v6 : ipv6.has_value();
  bool ch = choose, chid = choose_id.has_value();
  w.flags({{"V4", v4}, {"V6", v6}, {"CH", ch}, {"CHID", chid}});
  ensure_one(w, v4, v6);
  if (!v4 && !v6) return w.refuse("has neither an IPv4 nor an IPv6 address");
  if (w.filling()) {
    choose = ch;
    choose_v4 = ch && v4;
    choose_v6 = ch && v6;
    teid = 0;
  }
  w.when(ch && chid, "CHOOSE ID", choose_id);
  if (!ch) w.num("TEID", teid);
  addresses(w, v4 && !ch, ipv4, v6 && !ch, ipv6);
}

void NetworkInstance::io(Wire& w) {
  bool plain = !labels;
  if (w.reading()) {
    w.labels("", name, &plain);
    labels = !plain;
  } else if (plain && !w.randomizing()) {
    w.text("", name, 0);
  } else {
    w.labels("", name);
    if (w.randomizing()) labels = true;
  }
}

void ApnDnn::io(Wire& w) { w.labels("", name); }

void SdfFilter::io(Wire& w) {
  bool fd = w.has(flow_description), ttc = w.has(tos_traffic_class), spi = w.has(security_parameter_index), fl = w.has(flow_label),
       bid = w.has(filter_id);
  w.flags({{"FD", fd}, {"TTC", ttc}, {"SPI", spi}, {"FL", fl}, {"BID", bid}});
  w.spare(1);
  text_when(w, fd, "Flow Description", flow_description, 2);
  w.when(ttc, "ToS Traffic Class", tos_traffic_class);
  w.when(spi, "Security Parameter Index", security_parameter_index);
  if (w.filling()) flow_label.reset();
  if (fl) {
    if (w.filling()) flow_label.emplace();
    w.num("Flow Label", *flow_label, 3);
    if (w.filling()) *flow_label &= 0xfffff;
  }
  w.when(bid, "SDF Filter ID", filter_id);
}

void GateStatus::io(Wire& w) {
  auto octet = static_cast<uint8_t>((ul & 3) << 2 | (dl & 3));
  if (w.randomizing()) octet = static_cast<uint8_t>(w.pick(0, 1) << 2 | w.pick(0, 1));
  if (w.reading() || w.writing()) w.low("", octet, 4);
  if (w.filling()) {
    ul = octet >> 2 & 3;
    dl = octet & 3;
  } else if (!w.writing()) {
    w.num("UL Gate", ul);
    w.num("DL Gate", dl);
  }
}

void BitRates::io(Wire& w) {
  w.num("UL", ul_kbps, 5);
  w.num("DL", dl_kbps, 5);
}

void Volume::io(Wire& w) {
  bool tovol = w.has(total), ulvol = w.has(uplink), dlvol = w.has(downlink);
  w.flags({{"TOVOL", tovol}, {"ULVOL", ulvol}, {"DLVOL", dlvol}});
  w.when(tovol, "Total Volume", total);
  w.when(ulvol, "Uplink Volume", uplink);
  w.when(dlvol, "Downlink Volume", downlink);
}

void ReportingTriggers::io(Wire& w) {
  w.flags({{"PERIO", perio}, {"VOLTH", volth}, {"TIMTH", timth}, {"QUHTI", quhti}, {"START", start}, {"STOPT", stopt}, {"DROTH", droth}, {"LIUSA", liusa}});
  w.later_flags({{"VOLQU", volqu}, {"TIMQU", timqu}, {"ENVCL", envcl}, {"MACAR", macar}, {"EVETH", eveth}, {"EVEQU", evequ}, {"IPMJL", ipmjl}, {"QUVTI", quvti}});
  w.later_flags({{"REEMR", reemr}, {"UPINT", upint}});
}

void RedirectInformation::io(Wire& w) {
  if (w.randomizing()) {
    type = static_cast<uint8_t>(w.pick(0, 4));
    other_address.reset();
    port.reset();
    if (type == 4) other_address = "2001:db8::1";
    address = type == 1 ? "2001:db8::2" : "198.51.100.7";
    return;
  }
  w.low("Redirect Address Type", type, 4);
  w.text("Redirect Server Address", address, 2);
  text_when(w, w.reading() ? w.left() >= 2 : other_address.has_value() || port.has_value(), "Other Redirect Server Address", other_address, 2);
  w.trailing("Port", port);
}

void ReportType::io(Wire& w) {
  w.flags({{"DLDR", dldr}, {"USAR", usar}, {"ERIR", erir}, {"UPIR", upir}, {"TMIR", tmir}, {"SESR", sesr}, {"UISR", uisr}});
}

void ForwardingPolicy::io(Wire& w) { w.text("Forwarding Policy Identifier", identifier, 1); }

void UpFunctionFeatures::io(Wire& w) {
  w.flags({{"BUCP", bucp}, {"DDND", ddnd}, {"DLBD", dlbd}, {"TRST", trst}, {"FTUP", ftup}, {"PFDM", pfdm}, {"HEEU", heeu}, {"TREU", treu}});
  w.flags({{"EMPU", empu}, {"PDIU", pdiu}, {"UDBC", udbc}, {"QUOAC", quoac}, {"TRACE", trace}, {"FRRT", frrt}, {"PFDE", pfde}, {"EPFAR", epfar}});
  w.later_flags({{"DPDRA", dpdra}, {"ADPDP", adpdp}, {"UEIP", ueip}, {"SSET", sset}, {"MNOP", mnop}, {"MTE", mte}, {"BUNDL", bundl}, {"GCOM", gcom}});
  w.later_flags({{"MPAS", mpas}, {"RTTL", rttl}, {"VTIME", vtime}, {"NORP", norp}, {"IPTV", iptv}, {"IP6PL", ip6pl}, {"TSCU", tscu}, {"MPTCP", mptcp}});
  w.later_flags({{"ATSSS-LL", atsss_ll}, {"QFQM", qfqm}, {"GPQM", gpqm}, {"MT-EDT", mt_edt}, {"CIOT", ciot}, {"ETHAR", ethar}, {"DDDS", ddds}, {"RDS", rds}});
  w.later_flags({{"RTTWP", rttwp}, {"QUASF", quasf}, {"NSPOC", nspoc}, {"L2TP", l2tp}, {"UPBER", upber}, {"RESPS", resps}, {"IPREP", iprep}, {"DNSTS", dnsts}});
  w.later_flags({{"DRQOS", drqos}, {"MBSN4", mbsn4}, {"PSUPRM", psuprm}, {"EPPPI", eppi}, {"RATP", ratp}, {"UPIDP", upidp}});
  w.later_flags({});
}

void CpFunctionFeatures::io(Wire& w) {
  w.flags({{"LOAD", load}, {"OVRL", ovrl}, {"EPFAR", epfar}, {"SSET", sset}, {"BUNDL", bundl}, {"MPAS", mpas}, {"ARDR", ardr}, {"UIAUR", uiaur}});
  w.later_flags({{"PSUCC", psucc}, {"RPGUR", rpgur}});
}

void ApplyAction::io(Wire& w) {
  w.flags({{"DROP", drop}, {"FORW", forw}, {"BUFF", buff}, {"NOCP", nocp}, {"DUPL", dupl}, {"IPMA", ipma}, {"IPMD", ipmd}, {"DFRT", dfrt}});
  w.later_flags({{"EDRT", edrt}, {"BDPN", bdpn}, {"DDPN", ddpn}, {"FSSM", fssm}, {"MBSU", mbsu}});
}

void DownlinkDataServiceInformation::io(Wire& w) {
  bool ppi = w.has(paging_policy_indication), qfii = w.has(qfi);
  w.flags({{"PPI", ppi}, {"QFII", qfii}});
  w.when(ppi, "Paging Policy Indication value", paging_policy_indication);
  w.when(qfii, "QFI", qfi);
  if (paging_policy_indication) *paging_policy_indication &= 0x3f;
  if (qfi) *qfi &= 0x3f;
}

void Timer::io(Wire& w) {
  auto octet = static_cast<uint8_t>(unit << 5 | (value & 31));
  if (w.randomizing()) octet = static_cast<uint8_t>(w.pick(0, 255));
  if (w.reading() || w.writing()) w.num("", octet);
  if (w.filling()) {
    unit = octet >> 5;
    value = octet & 31;
  } else if (!w.writing()) {
    w.num("Timer unit", unit);
    w.num("Timer value", value);
  }
}

void SuggestedPacketCount::io(Wire& w) {
  bool two = w.reading() ? w.left() >= 2 : count > 255;
  w.num("", count, w.randomizing() || two ? 2 : 1);
}

void PfcpSmReqFlags::io(Wire& w) {
  w.flags({{"DROBU", drobu}, {"SNDEM", sndem}, {"QAURR", qaurr}, {"SUMPC", sumpc}, {"RUMUC", rumuc}, {"DETEID", deteid}});
}
void PfcpSrRspFlags::io(Wire& w) { w.flags({{"DROBU", drobu}}); }

namespace {

size_t octets_of(const std::vector<std::string>& texts) {
  size_t n = 0;
  for (const auto& text : texts) n += 2 + text.size();
  return n;
}

// Texts, each with its length, all preceded by the length of the whole.
void text_list(Wire& w, bool present, const char* name, std::vector<std::string>& v, size_t multiple = 1) {
  if (w.filling()) v.clear();
  if (!present) return;
  if (w.randomizing()) v.resize(multiple * w.pick(1, 2));
  auto total = static_cast<uint16_t>(octets_of(v));
  if (w.reading() || w.writing()) w.num(name, total);
  if (w.reading()) {
    size_t end = w.left() >= total ? w.left() - total : 0;
    if (w.left() < total) return w.refuse("has a list longer than the IE");
    while (w.left() > end && !w.failed()) w.text(name, v.emplace_back(), 2);
    if (w.left() < end) w.refuse("has a text longer than its list");
    return;
  }
  for (size_t i = 0; i < v.size(); ++i) {
    w.enter(name);
    w.enter(i);
    w.text("", v[i], 2);
    w.leave();
    w.leave();
  }
}

}  // namespace

void PfdContents::io(Wire& w) {
  bool fd = w.has(flow_description), url_flag = w.has(url), dn = w.has(domain_name), cp = w.has(custom_content), dnp = w.has(domain_name_protocol);
  bool afd = !additional_flow_descriptions.empty(), aurl = !additional_urls.empty(), adnp = !additional_domain_names_and_protocols.empty();
  w.flags({{"FD", fd}, {"URL", url_flag}, {"DN", dn}, {"CP", cp}, {"DNP", dnp}, {"AFD", afd}, {"AURL", aurl}, {"ADNP", adnp}});
  w.spare(1);
  text_when(w, fd, "Flow Description", flow_description, 2);
  text_when(w, url_flag, "URL", url, 2);
  text_when(w, dn, "Domain Name", domain_name, 2);
  blob_when(w, cp, "Custom PFD Content", custom_content, 2);
  text_when(w, dnp, "Domain Name Protocol", domain_name_protocol, 2);
  text_list(w, afd, "Additional Flow Description", additional_flow_descriptions);
  text_list(w, aurl, "Additional URL", additional_urls);
  text_list(w, adnp, "Additional Domain Name and Domain Name Protocol", additional_domain_names_and_protocols, 2);
}

void MeasurementMethod::io(Wire& w) { w.flags({{"DURAT", durat}, {"VOLUM", volum}, {"EVENT", event}}); }

void UsageReportTrigger::io(Wire& w) {
  w.flags({{"PERIO", perio}, {"VOLTH", volth}, {"TIMTH", timth}, {"QUHTI", quhti}, {"START", start}, {"STOPT", stopt}, {"DROTH", droth}, {"IMMER", immer}});
  w.later_flags({{"VOLQU", volqu}, {"TIMQU", timqu}, {"LIUSA", liusa}, {"TERMR", termr}, {"MONIT", monit}, {"ENVCL", envcl}, {"MACAR", macar}, {"EVETH", eveth}});
  w.later_flags({{"EVEQU", evequ}, {"TEBUR", tebur}, {"IPMJL", ipmjl}, {"QUVTI", quvti}, {"EMRRE", emrre}, {"UPINT", upint}});
}

void FqCsid::io(Wire& w) {
  auto count = static_cast<uint8_t>(csids.size());
  if (w.writing() && csids.size() > 15) return w.refuse("has more than 15 CSIDs");
  w.nibbles("FQ-CSID Node-ID Type", node_address_type, "Number of CSIDs", count);
  if (w.randomizing()) {
    node_address_type = static_cast<uint8_t>(w.pick(0, 2));
    count = static_cast<uint8_t>(w.pick(1, 3));
  }
  if (w.filling()) csids.assign(count, 0);
  switch (node_address_type) {
    case 0: w.octets("Node-Address", ipv4); break;
    case 1: w.octets("Node-Address", ipv6); break;
    case 2: w.num("Node-Address", node_address); break;
    default: return w.refuse("has a node address type above 2");
  }
  for (size_t i = 0; i < csids.size() && !w.failed(); ++i) {
    w.enter("CSID");
    w.enter(i);
    w.num("", csids[i]);
    w.leave();
    w.leave();
  }
  w.trailing("FQ-CSID Node Type", node_type);
  if (w.filling() && node_type) *node_type &= 15;
  if (w.randomizing() && node_type) *node_type = static_cast<uint8_t>(w.pick(0, 5));
}

void VolumeMeasurement::io(Wire& w) {
  bool tovol = w.has(total), ulvol = w.has(uplink), dlvol = w.has(downlink), tonop = w.has(total_packets), ulnop = w.has(uplink_packets),
       dlnop = w.has(downlink_packets);
  w.flags({{"TOVOL", tovol}, {"ULVOL", ulvol}, {"DLVOL", dlvol}, {"TONOP", tonop}, {"ULNOP", ulnop}, {"DLNOP", dlnop}});
  w.when(tovol, "Total Volume", total);
  w.when(ulvol, "Uplink Volume", uplink);
  w.when(dlvol, "Downlink Volume", downlink);
  w.when(tonop, "Total Number of Packets", total_packets);
  w.when(ulnop, "Uplink Number of Packets", uplink_packets);
  w.when(dlnop, "Downlink Number of Packets", downlink_packets);
}

void DroppedDlTrafficThreshold::io(Wire& w) {
  bool dlpa = w.has(packets), dlby = w.has(octets);
  w.flags({{"DLPA", dlpa}, {"DLBY", dlby}});
  w.when(dlpa, "Downlink Packets", packets);
  w.when(dlby, "Number of Bytes of Downlink Data", octets);
}

void OuterHeaderCreation::io(Wire& w) {
  w.flags({{"GTP-U/UDP/IPv4", gtpu_ipv4},
           {"GTP-U/UDP/IPv6", gtpu_ipv6},
           {"UDP/IPv4", udp_ipv4},
           {"UDP/IPv6", udp_ipv6},
           {"IPv4", ipv4_only},
           {"IPv6", ipv6_only},
           {"C-TAG", ctag},
           {"S-TAG", stag}});
  w.flags({{"N19 Indication", n19_indication}, {"N6 Indication", n6_indication}, {"Low layer SSM and C-TEID", low_layer_ssm}});
  if (gtpu_ipv4 || gtpu_ipv6) w.num("TEID", teid);
  if (gtpu_ipv4 || udp_ipv4 || ipv4_only) w.octets("IPv4 Address", ipv4);
  if (gtpu_ipv6 || udp_ipv6 || ipv6_only) w.octets("IPv6 Address", ipv6);
  if (udp_ipv4 || udp_ipv6) w.num("Port Number", port);
  if (ctag) {
    w.enter("C-TAG");
    c_tag.io(w);
    w.leave();
  }
  if (stag) {
    w.enter("S-TAG");
    s_tag.io(w);
    w.leave();
  }
}

void UsageInformation::io(Wire& w) { w.flags({{"BEF", bef}, {"AFT", aft}, {"UAE", uae}, {"UBE", ube}}); }

void FlowInformation::io(Wire& w) {
  w.low("Flow Direction", direction, 3);
  if (w.randomizing()) direction = static_cast<uint8_t>(w.pick(0, 3));
  w.text("Flow Description", description, 2);
}

void UeIpAddress::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6), v6d = w.has(ipv6_prefix_delegation_bits), ip6pl = w.has(ipv6_prefix_length);
  w.flags({{"V6", v6}, {"V4", v4}, {"S/D", destination}, {"IPv6D", v6d}, {"CHV4", choose_v4}, {"CHV6", choose_v6}, {"IP6PL", ip6pl}});
  if (w.randomizing() && choose_v4) v4 = false;
  if (w.randomizing() && choose_v6) v6 = false;
  if (w.randomizing() && !v6 && !choose_v6) v6d = ip6pl = false;
  if (w.randomizing() && v6d) ip6pl = false;
  addresses(w, v4, ipv4, v6, ipv6);
  w.when(v6d, "IPv6 Prefix Delegation Bits", ipv6_prefix_delegation_bits);
  w.when(ip6pl, "IPv6 Prefix Length", ipv6_prefix_length);
}

namespace {

void rate(Wire& w, const char* name, PacketRateLimit& limit) {
  w.enter(name);
  w.low("Time Unit", limit.unit, 3);
  if (w.randomizing()) limit.unit = static_cast<uint8_t>(w.pick(0, 4));
  w.num("Packet Rate", limit.packets);
  w.leave();
}

}  // namespace

void PacketRate::io(Wire& w) {
  bool ulpr = w.has(uplink), dlpr = w.has(downlink);
  w.flags({{"ULPR", ulpr}, {"DLPR", dlpr}, {"APRC", additional}});
  if (w.randomizing() && !ulpr && !dlpr) additional = false;
  if (w.filling()) {
    uplink.reset();
    downlink.reset();
    if (ulpr) uplink.emplace();
    if (dlpr) downlink.emplace();
  }
  if (uplink) rate(w, "Maximum Uplink Packet Rate", *uplink);
  if (downlink) rate(w, "Maximum Downlink Packet Rate", *downlink);
  if (additional && uplink) rate(w, "Additional Maximum Uplink Packet Rate", additional_uplink);
  if (additional && downlink) rate(w, "Additional Maximum Downlink Packet Rate", additional_downlink);
}

void OuterHeaderRemoval::io(Wire& w) {
  w.num("Outer Header Removal Description", description);
  if (w.randomizing()) description = static_cast<uint8_t>(w.pick(0, 8));
  w.trailing("GTP-U Extension Header Deletion", extension_header_deletion);
  if (w.randomizing() && extension_header_deletion) extension_header_deletion = static_cast<uint8_t>(w.pick(0, 1));
}

void DlFlowLevelMarking::io(Wire& w) {
  bool ttc = w.has(tos_traffic_class), sci = w.has(service_class_indicator);
  w.flags({{"TTC", ttc}, {"SCI", sci}});
  w.when(ttc, "ToS/Traffic Class", tos_traffic_class);
  w.when(sci, "Service Class Indicator", service_class_indicator);
}

void HeaderEnrichment::io(Wire& w) {
  w.low("Header Type", type, 5);
  if (w.randomizing()) type = 0;
  w.text("Header Field Name", name, 1);
  w.text("Header Field Value", value, 1);
}

void MeasurementInformation::io(Wire& w) {
  w.flags({{"MBQE", mbqe}, {"INAM", inam}, {"RADI", radi}, {"ISTM", istm}, {"MNOP", mnop}, {"SSPOC", sspoc}, {"ASPOC", aspoc}, {"CIAM", ciam}});
}

void NodeReportType::io(Wire& w) {
  w.flags({{"UPFR", upfr}, {"UPRR", uprr}, {"CKDR", ckdr}, {"GPQR", gpqr}, {"PURR", purr}, {"VSR", vsr}});
}

void RemoteGtpuPeer::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6), di = w.has(destination_interface), ni = w.has(network_instance);
  w.flags({{"V6", v6}, {"V4", v4}, {"DI", di}, {"NI", ni}});
  if (w.randomizing()) v4 = !v6;
  addresses(w, v4, ipv4, v6, ipv6);
  uint16_t length = 1;  // of the destination interface
  if (di && (w.reading() || w.writing())) w.num("", length);
  w.when(di, "Destination Interface", destination_interface);
  if (destination_interface && w.filling()) *destination_interface &= 15;
  text_when(w, ni, "Network Instance", network_instance, 2);
}

void OciFlags::io(Wire& w) { w.flags({{"AOCI", aoci}}); }
void PfcpAssociationReleaseRequest::io(Wire& w) { w.flags({{"SARR", sarr}, {"URSS", urss}}); }

void FailedRuleId::io(Wire& w) {
  auto number = static_cast<uint8_t>(type);
  w.low("Rule ID Type", number, 5);
  if (w.randomizing()) number = static_cast<uint8_t>(w.pick(0, 6));
  if (w.filling()) type = static_cast<Type>(number);
  switch (type) {
    case Type::pdr:
    case Type::mar: w.num("Rule ID value", id, 2); break;
    case Type::far:
    case Type::qer:
    case Type::urr: w.num("Rule ID value", id); break;
    case Type::bar:
    case Type::srr: w.num("Rule ID value", id, 1); break;
    default:
      if (!w.reading()) return w.refuse("has a rule type above 6");
      type = Type::far;  // as the clause says for the types of later releases
      w.num("Rule ID value", id, static_cast<unsigned>(std::min<size_t>(w.left(), 4)));
  }
}

void TimeQuotaMechanism::io(Wire& w) {
  w.low("Base Time Interval Type", base_time_interval_type, 2);
  if (w.randomizing()) base_time_interval_type &= 1;
  w.num("Base Time Interval", base_time_interval);
}

void UserPlaneIpResourceInformation::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6), assoni = w.has(network_instance), assosi = w.has(source_interface);
  ensure_one(w, v4, v6);
  if (w.randomizing()) teid_range_bits = static_cast<uint8_t>(w.pick(0, 7));
  auto octet = static_cast<uint8_t>(assosi << 6 | assoni << 5 | (teid_range_bits & 7) << 2 | v6 << 1 | v4);
  if (w.reading() || w.writing()) {
    w.low("", octet, 7);
    v4 = octet & 1, v6 = octet & 2, assoni = octet & 0x20, assosi = octet & 0x40;
    if (w.reading()) teid_range_bits = octet >> 2 & 7;
  } else if (!w.randomizing()) {
    w.num("TEIDRI", teid_range_bits);
  }
  if (teid_range_bits) {
    w.num("TEID Range", teid_range);
  } else if (w.filling()) {
    teid_range = 0;
  }
  addresses(w, v4, ipv4, v6, ipv6);
  if (w.filling()) network_instance.reset();
  if (assoni) {
    if (w.reading()) {  // all but the last octet when a source interface follows
      Bytes name(w.left() - (assosi && w.left() > 0));
      for (auto& b : name) w.num("", b);
      network_instance.emplace(name.begin(), name.end());
    } else {
      if (w.randomizing()) network_instance.emplace();
      w.text("Network Instance", *network_instance, 0);
    }
  }
  w.when(assosi, "Source Interface", source_interface);
  if (source_interface && w.filling()) *source_interface &= 15;
  if (source_interface && w.randomizing()) *source_interface = static_cast<uint8_t>(w.pick(0, 4));
}

void Multiplier::io(Wire& w) {
  w.num("Value-Digits", digits);
  w.num("Exponent", exponent);
}

void Rqi::io(Wire& w) { w.flags({{"RQI", rqi}}); }

void AdditionalUsageReportsInformation::io(Wire& w) {
  auto word = static_cast<uint16_t>(more << 15 | (number & 0x7fff));
  if (w.randomizing()) word = static_cast<uint16_t>(w.pick(0, 65535));
  if (w.reading() || w.writing()) w.num("", word);
  if (w.filling()) {
    more = word >> 15;
    number = word & 0x7fff;
  } else if (!w.writing()) {
    w.num("AURI", more);
    w.num("Number of Additional Usage Reports value", number);
  }
}

void MacAddress::io(Wire& w) {
  bool sour = w.has(source), dest = w.has(destination), usou = w.has(upper_source), udes = w.has(upper_destination);
  w.flags({{"SOUR", sour}, {"DEST", dest}, {"USOU", usou}, {"UDES", udes}});
  if (w.randomizing()) usou = usou && sour, udes = udes && dest;  // the end of a range needs its start
  w.when(sour, "Source MAC address value", source);
  w.when(dest, "Destination MAC address value", destination);
  w.when(usou, "Upper Source MAC address value", upper_source);
  w.when(udes, "Upper Destination MAC address value", upper_destination);
}

void VlanTag::io(Wire& w) {
  w.flags({{"PCP", pcp_present}, {"DEI", dei_present}, {"VID", vid_present}});
  auto word = static_cast<uint16_t>((vid >> 8 & 15) << 12 | dei << 11 | (pcp & 7) << 8 | (vid & 0xff));
  if (w.randomizing()) word = static_cast<uint16_t>(w.pick(0, 65535));
  if (w.reading() || w.writing()) w.num("", word);
  if (w.filling()) {
    vid = static_cast<uint16_t>(word >> 12 << 8 | (word & 0xff));
    dei = word >> 11 & 1;
    pcp = word >> 8 & 7;
  } else if (!w.writing()) {
    w.num("VID value", vid);
    w.num("DEI flag", dei);
    w.num("PCP value", pcp);
  }
}

void Proxying::io(Wire& w) { w.flags({{"ARP", arp}, {"INS", ins}}); }
void EthernetFilterProperties::io(Wire& w) { w.flags({{"BIDE", bide}}); }

namespace {

// Two digits an octet, the first in the low half; a filler 1111 in the last (TS 29.002 TBCD-STRING). Empty where the octets are no digits.
std::string tbcd_digits(const Bytes& octets) {
  std::string out;
  for (size_t i = 0; i < octets.size(); ++i) {
    const int low = octets[i] & 15, high = octets[i] >> 4;
    const bool filler = high == 15 && i + 1 == octets.size();
    if (low > 9 || (high > 9 && !filler)) return {};
    out += static_cast<char>('0' + low);
    if (!filler) out += static_cast<char>('0' + high);
  }
  return out;
}

void tbcd_when(Wire& w, bool present, const char* name, std::optional<Bytes>& v) {
  std::string digits = present && w.printing() ? tbcd_digits(*v) : std::string();
  if (digits.empty()) return blob_when(w, present, name, v, 1);
  w.text(name, digits, 1);
}

}  // namespace

void UserId::io(Wire& w) {
  bool imsif = w.has(imsi), imeif = w.has(imei), msisdnf = w.has(msisdn), naif = w.has(nai), supif = w.has(supi), gpsif = w.has(gpsi),
       peif = w.has(pei);
  w.flags({{"IMSIF", imsif}, {"IMEIF", imeif}, {"MSISDNF", msisdnf}, {"NAIF", naif}, {"SUPIF", supif}, {"GPSIF", gpsif}, {"PEIF", peif}});
  tbcd_when(w, imsif, "IMSI", imsi);
  tbcd_when(w, imeif, "IMEI", imei);
  tbcd_when(w, msisdnf, "MSISDN", msisdn);
  if (w.randomizing()) {  // TBCD digits
    if (imsi) *imsi = {0x00, 0x01, 0x01, 0x21, 0x43, 0x65, 0x87, 0xf9};
    if (imei) *imei = {0x21, 0x43, 0x65, 0x87, 0x09, 0x21, 0x43, 0xf5};
    if (msisdn) *msisdn = {0x94, 0x71, 0x21, 0x43, 0x65, 0x87};
  }
  text_when(w, naif, "NAI", nai, 1);
  text_when(w, supif, "SUPI", supi, 1);
  text_when(w, gpsif, "GPSI", gpsi, 1);
  text_when(w, peif, "PEI", pei, 1);
}

void EthernetPduSessionInformation::io(Wire& w) { w.flags({{"ETHI", ethi}}); }

namespace {

// A VLAN tag behind its length, which is 0 when there is none.
void optional_tag(Wire& w, const char* name, std::optional<VlanTag>& tag, bool wanted) {
  uint8_t length = tag ? 3 : 0;
  if (w.randomizing()) length = wanted ? 3 : 0;
  if (w.reading() || w.writing()) w.num("", length);
  if (w.filling()) tag.reset();
  if (length == 0) return;
  if (length != 3) return w.refuse("has a tag that is not three octets long");
  if (w.filling()) tag.emplace();
  w.enter(name);
  tag->io(w);
  w.leave();
}

}  // namespace

void MacAddresses::io(Wire& w) {
  auto count = static_cast<uint8_t>(addresses.size());
  if (w.writing() && addresses.size() > 255) return w.refuse("has more than 255 MAC addresses");
  if (w.randomizing()) count = static_cast<uint8_t>(w.pick(1, 3));
  if (w.reading() || w.writing()) w.num("", count);
  if (w.filling()) addresses.assign(count, {});
  for (size_t i = 0; i < addresses.size() && !w.failed(); ++i) {
    w.enter("MAC address value");
    w.enter(i);
    w.octets("", addresses[i]);
    w.leave();
    w.leave();
  }
  // Both lengths are absent in the older form.
  if (w.reading() && w.left() == 0) {
    c_tag.reset();
    s_tag.reset();
    return;
  }
  optional_tag(w, "C-TAG", c_tag, w.randomizing() && w.pick(0, 1));
  optional_tag(w, "S-TAG", s_tag, w.randomizing() && w.pick(0, 1));
}

void TraceInformation::io(Wire& w) {
  w.octets("MCC MNC", plmn);
  if (w.randomizing()) plmn = {0x00, 0xf1, 0x10};
  w.num("Trace ID", trace_id, 3);
  w.blob("Triggering Events", triggering_events, 1);
  w.num("Session Trace Depth", session_trace_depth);
  w.blob("List of Interfaces", interfaces, 1);
  uint8_t length = collection_ipv4 ? 4 : collection_ipv6 ? 16 : 0;
  if (w.randomizing()) length = w.pick(0, 1) ? 4 : 16;
  if (w.reading() || w.writing()) w.num("", length);
  if (length != 0 && length != 4 && length != 16) return w.refuse("has an address that is neither IPv4 nor IPv6");
  w.when(length == 4, "IP Address of Trace Collection Entity", collection_ipv4);
  w.when(length == 16, "IP Address of Trace Collection Entity", collection_ipv6);
}

void PfcpSrReqFlags::io(Wire& w) { w.flags({{"PSDBU", psdbu}}); }
void PfcpAuReqFlags::io(Wire& w) { w.flags({{"PARPS", parps}}); }
void UeIpAddressPoolIdentity::io(Wire& w) { w.text("UE IP address Pool Identity", identity, 2); }

void AlternativeSmfIpAddress::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6);
  w.flags({{"V6", v6}, {"V4", v4}, {"PPE", preferred_pfcp_entity}});
  ensure_one(w, v4, v6);
  addresses(w, v4, ipv4, v6, ipv6);
}

void CpIpAddress::io(Wire& w) { v6_v4_addresses(w, ipv4, ipv6); }

void PacketReplicationAndDetectionCarryOn::io(Wire& w) {
  w.flags({{"PRIUEAI", priueai}, {"PRIN19I", prin19i}, {"PRIN6I", prin6i}, {"DCARONI", dcaroni}});
}

void SmfSetId::io(Wire& w) {
  w.spare(1);
  w.labels("FQDN", fqdn);
}

void PfcpAsRspFlags::io(Wire& w) { w.flags({{"PSREI", psrei}, {"UUPSI", uupsi}}); }
void PfcpSeReqFlags::io(Wire& w) { w.flags({{"RESTI", resti}, {"SUMPC", sumpc}}); }

void IpMulticastAddress::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6);
  w.flags({{"V6", v6}, {"V4", v4}, {"R", range}, {"A", any}});
  if (w.randomizing()) {
    v4 = !any && !v6;
    v6 = !any && v6;
    range = range && !any;
  }
  if (any && w.reading()) v4 = v6 = false;
  addresses(w, v4, ipv4, v6, ipv6);
  if (range && v4) w.octets("(End) IPv4 address", end_ipv4);
  if (range && v6) w.octets("(End) IPv6 address", end_ipv6);
}

void SourceIpAddress::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6), mpl = w.has(prefix_length);
  w.flags({{"V6", v6}, {"V4", v4}, {"MPL", mpl}});
  if (w.randomizing()) v4 = !v6;
  addresses(w, v4, ipv4, v6, ipv6);
  w.when(mpl, "Mask/Prefix Length", prefix_length);
}

void PacketRateStatus::io(Wire& w) {
  bool ul = w.has(uplink_left), dl = w.has(downlink_left);
  w.flags({{"UL", ul}, {"DL", dl}, {"APR", additional}});
  if (w.randomizing() && !ul && !dl) additional = false;
  w.when(ul, "Number of Remaining Uplink Packets Allowed", uplink_left);
  if (ul && additional) w.num("Number of Additional Remaining Uplink Packets Allowed", additional_uplink_left);
  w.when(dl, "Number of Remaining Downlink Packets Allowed", downlink_left);
  if (dl && additional) w.num("Number of Additional Remaining Downlink Packets Allowed", additional_downlink_left);
  w.trailing("Rate Control Status Validity Time", validity_time);
}

void CreateBridgeInfo::io(Wire& w) { w.flags({{"BII", bii}}); }

void UserPlaneNode::io(Wire& w) {
  bool bid = w.has(bridge_id);
  w.flags({{"BID", bid}});
  w.when(bid, "User Plane Node Value", bridge_id);
}

void RequestedClockDriftInformation::io(Wire& w) { w.flags({{"RRTO", rrto}, {"RRCR", rrcr}}); }
void RequestedAccessAvailability::io(Wire& w) { w.flags({{"RRCA", rrca}}); }

void AccessAvailabilityInformation::io(Wire& w) {
  auto octet = static_cast<uint8_t>((status & 3) << 2 | (access_type & 3));
  if (w.randomizing()) octet = static_cast<uint8_t>(w.pick(0, 1) << 2 | w.pick(0, 1));
  if (w.reading() || w.writing()) w.low("", octet, 4);
  if (w.filling()) {
    status = octet >> 2 & 3;
    access_type = octet & 3;
  } else if (!w.writing()) {
    w.num("Access Type", access_type);
    w.num("Availability Status", status);
  }
}

void MptcpControlInformation::io(Wire& w) { w.flags({{"TCI", tci}}); }
void AtsssLlInformation::io(Wire& w) { w.flags({{"LLI", lli}}); }

void PmfControlInformation::io(Wire& w) {
  w.flags({{"PMFI", pmfi}, {"DRTTI", drtti}, {"PQPM", pqpm}});
  if (!pqpm) {
    if (w.filling()) qfis.clear();
    return;
  }
  auto count = static_cast<uint8_t>(qfis.size());
  if (w.randomizing()) count = static_cast<uint8_t>(w.pick(1, 3));
  if (w.reading() || w.writing()) w.num("", count);
  if (w.filling()) qfis.assign(count, 0);
  for (size_t i = 0; i < qfis.size() && !w.failed(); ++i) {
    w.enter("QFI");
    w.enter(i);
    w.low("", qfis[i], 6);
    w.leave();
    w.leave();
  }
}

void MptcpAddressInformation::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6);
  w.flags({{"V4", v4}, {"V6", v6}});
  w.num("MPTCP Proxy Type", proxy_type);
  w.num("MPTCP Proxy Port", proxy_port);
  addresses(w, v4, ipv4, v6, ipv6);
}

void UeLinkSpecificIpAddress::io(Wire& w) {
  bool v4 = w.has(ipv4_3gpp), v6 = w.has(ipv6_3gpp), nv4 = w.has(ipv4_non_3gpp), nv6 = w.has(ipv6_non_3gpp);
  w.flags({{"V4", v4}, {"V6", v6}, {"NV4", nv4}, {"NV6", nv6}});
  w.when(v4, "UE Link-Specific IPv4 Address for 3GPP Access", ipv4_3gpp);
  w.when(v6, "UE Link-Specific IPv6 Address for 3GPP Access", ipv6_3gpp);
  w.when(nv4, "UE Link-Specific IPv4 Address for Non-3GPP Access", ipv4_non_3gpp);
  w.when(nv6, "UE Link-Specific IPv6 Address for Non-3GPP Access", ipv6_non_3gpp);
}

void PmfAddressInformation::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6), mac = w.has(macs);
  w.flags({{"V4", v4}, {"V6", v6}, {"MAC", mac}});
  addresses(w, v4, ipv4, v6, ipv6);
  if (v4 || v6) {  // an Ethernet session has no ports
    w.num("PMF Port for 3GPP access", port_3gpp);
    w.num("PMF Port for Non-3GPP access", port_non_3gpp);
  } else if (w.filling()) {
    port_3gpp = port_non_3gpp = 0;
  }
  if (w.filling()) macs.reset();
  if (!mac) return;
  if (w.filling()) macs.emplace();
  w.octets("PMF MAC address for 3GPP access", macs->tgpp);
  w.octets("PMF MAC address for Non-3GPP access", macs->non_tgpp);
}

void QosReportTrigger::io(Wire& w) { w.flags({{"PER", per}, {"THR", thr}, {"IRE", ire}}); }
void GtpuPathInterfaceType::io(Wire& w) { w.flags({{"N9", n9}, {"N3", n3}}); }
void RequestedQosMonitoring::io(Wire& w) { w.flags({{"DL", dl}, {"UL", ul}, {"RP", rp}, {"GTPUPM", gtpupm}}); }
void ReportingFrequency::io(Wire& w) { w.flags({{"EVETT", evett}, {"PERIO", perio}, {"SESRL", sesrl}}); }

void PacketDelayThresholds::io(Wire& w) {
  bool dl = w.has(downlink), ul = w.has(uplink), rp = w.has(round_trip);
  w.flags({{"DL", dl}, {"UL", ul}, {"RP", rp}});
  w.when(dl, "Downlink packet delay threshold", downlink);
  w.when(ul, "Uplink packet delay threshold", uplink);
  w.when(rp, "Round trip packet delay threshold", round_trip);
}

void QosMonitoringMeasurement::io(Wire& w) {
  bool dl = w.has(downlink), ul = w.has(uplink), rp = w.has(round_trip);
  w.flags({{"DL", dl}, {"UL", ul}, {"RP", rp}, {"PLMF", plmf}});
  w.when(dl, "Downlink packet delay", downlink);
  w.when(ul, "Uplink packet delay", uplink);
  w.when(rp, "Round trip packet delay", round_trip);
}

void MtEdtControlInformation::io(Wire& w) { w.flags({{"RDSI", rdsi}}); }
void QerControlIndications::io(Wire& w) { w.flags({{"RCSR", rcsr}}); }

void NfInstanceId::io(Wire& w) {
  Octets<8> halves[2];
  std::memcpy(halves, uuid.data(), 16);
  w.octets("first half", halves[0]);
  w.octets("second half", halves[1]);
  if (w.filling()) std::memcpy(uuid.data(), halves, 16);
}

void SNssai::io(Wire& w) {
  w.num("SST", sst);
  if (!w.printing()) return w.num("SD", sd, 3);
  const uint8_t octets[] = {static_cast<uint8_t>(sd >> 16), static_cast<uint8_t>(sd >> 8), static_cast<uint8_t>(sd)};
  std::string digits = to_hex(octets);
  w.text("SD", digits, 0);
}

void IpVersion::io(Wire& w) { w.flags({{"V4", v4}, {"V6", v6}}); }
void PfcpAsReqFlags::io(Wire& w) { w.flags({{"UUPSI", uupsi}}); }
void DataStatus::io(Wire& w) { w.flags({{"DROP", drop}, {"BUFF", buff}}); }
void RdsConfigurationInformation::io(Wire& w) { w.flags({{"RDS", rds}}); }
void MptcpApplicableIndication::io(Wire& w) { w.flags({{"MAI", mai}}); }

void NumberOfUeIpAddresses::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6);
  w.flags({{"IPv4", v4}, {"IPv6", v6}});
  w.when(v4, "Number of UE IPv4 Addresses", ipv4);
  w.when(v6, "Number of UE IPv6 Addresses", ipv6);
}

void OffendingIeInformation::io(Wire& w) {
  w.num("Type of the offending IE", type);
  w.blob("Value of the offending IE", value, 0);
}

void L2tpUserAuthentication::io(Wire& w) {
  bool pan = w.has(name), pac = w.has(challenge), par = w.has(response), pai = w.has(id);
  w.num("Proxy Authen Type Value", proxy_authen_type);
  w.flags({{"PAN", pan}, {"PAC", pac}, {"PAR", par}, {"PAI", pai}});
  blob_when(w, pan, "Proxy Authen Name", name, 1);
  blob_when(w, pac, "Proxy Authen Challenge", challenge, 1);
  blob_when(w, par, "Proxy Authen Response", response, 1);
  w.when(pai, "Proxy Authen ID", id);
}

void AnyAddress::io(Wire& w) {
  bool v6 = w.reading() ? w.left() >= 16 : w.randomizing() ? w.pick(0, 1) != 0 : ipv6.has_value();
  addresses(w, !v6, ipv4, v6, ipv6);
}

void TunnelPreference::io(Wire& w) { w.num("", value, 3); }
void L2tpSessionIndications::io(Wire& w) { w.flags({{"REUIA", reuia}, {"REDSA", redsa}, {"RENSA", rensa}}); }

void SteeringThresholds::io(Wire& w) {
  bool rtt = w.has(rtt_ms), plr = w.has(packet_loss_percent);
  w.flags({{"RTT", rtt}, {"PLR", plr}});
  w.when(rtt, "RTT", rtt_ms);
  w.when(plr, "PLR", packet_loss_percent);
}

void SteeringModeIndicator::io(Wire& w) { w.flags({{"ALBI", albi}, {"UEAI", ueai}}); }

void IpAddressAndPortReplacement::io(Wire& w) {
  bool d4 = w.has(destination_ipv4), d6 = w.has(destination_ipv6), dp = w.has(destination_port), s4 = w.has(source_ipv4),
       s6 = w.has(source_ipv6), sp = w.has(source_port);
  w.flags({{"DIPV4", d4}, {"DIPV6", d6}, {"DPN", dp}, {"SIPV4", s4}, {"SIPV6", s6}, {"SPN", sp}});
  w.spare(1);
  w.when(d4, "Destination IPv4 Address", destination_ipv4);
  w.when(d6, "Destination IPv6 Address", destination_ipv6);
  w.when(dp, "Destination Port Number", destination_port);
  w.when(s4, "Source IPv4 Address", source_ipv4);
  w.when(s6, "Source IPv6 Address", source_ipv6);
  w.when(sp, "Source Port Number", source_port);
}

void DnsQueryFilter::io(Wire& w) { w.text("DNS Query Filter Pattern", pattern, 2); }
void ReportingFlags::io(Wire& w) { w.flags({{"DUPL", dupl}}); }

namespace {

void typed_address(Wire& w, const char* name, TypedAddress& v) {
  bool six = w.randomizing() ? w.pick(0, 1) != 0 : v.ipv6.has_value();
  uint8_t octet = six ? 1 << 6 | 16 : 4;
  if (w.reading() || w.writing()) w.num("", octet);
  if (octet != 4 && octet != (1 << 6 | 16)) return w.refuse("has an address whose type and length do not fit");
  six = octet != 4;
  w.enter(name);
  addresses(w, !six, v.ipv4, six, v.ipv6);
  w.leave();
}

void multicast_addresses(Wire& w, SourceSpecificMulticast& v) {
  typed_address(w, "IP Multicast Distribution Address", v.distribution_address);
  typed_address(w, "IP Source Address", v.source_address);
}

}  // namespace

void MbsSessionIdentifier::io(Wire& w) {
  bool tmgi_flag = w.has(tmgi), ssmi = w.has(multicast), nidi = w.has(nid);
  w.flags({{"TMGI", tmgi_flag}, {"SSMI", ssmi}, {"NIDI", nidi}});
  w.when(tmgi_flag, "TMGI", tmgi);
  if (w.filling()) multicast.reset();
  if (ssmi) {
    if (w.filling()) multicast.emplace();
    multicast_addresses(w, *multicast);
  }
  w.when(nidi, "NID", nid);
}

void MulticastTransportInformation::io(Wire& w) {
  w.spare(1);
  w.num("Common Tunnel Endpoint Identifier", common_teid);
  multicast_addresses(w, multicast);
}

void MbsN4mbReqFlags::io(Wire& w) { w.flags({{"PLLSSM", pllssm}, {"JMBSSM", jmbssm}, {"MBS RESTI", mbs_resti}}); }

void LocalIngressTunnel::io(Wire& w) {
  bool v4 = choose ? choose_v4 : ipv4.has_value(), v6 = choose ? choose_v6 : ipv6.has_value();
  w.flags({{"V4", v4}, {"V6", v6}, {"CH", choose}});
  if (w.randomizing()) v4 = !v6;
  if (w.filling()) {
    choose_v4 = choose && v4;
    choose_v6 = choose && v6;
    if (choose) udp_port = 0;
  }
  if (!choose) w.num("UDP Port", udp_port);
  addresses(w, v4 && !choose, ipv4, v6 && !choose, ipv6);
}

void MbsN4RespFlags::io(Wire& w) { w.flags({{"NN19DT", nn19dt}, {"JMTI", jmti}, {"N19DTR", n19dtr}}); }

void DscpToPpiMapping::io(Wire& w) {
  w.low("PPI value", ppi, 3);
  if (w.randomizing()) dscps.assign(w.pick(1, 4), 0);
  if (w.reading()) dscps.assign(std::min<size_t>(w.left(), 64), 0);
  for (size_t i = 0; i < dscps.size() && !w.failed(); ++i) {
    w.enter("DSCP value");
    w.enter(i);
    w.low("", dscps[i], 6);
    w.leave();
    w.leave();
  }
}

void PfcpSdRspFlags::io(Wire& w) { w.flags({{"PURU", puru}}); }
void QerIndications::io(Wire& w) { w.flags({{"IQFISN", iqfisn}}); }

void ConfiguredTimeDomain::io(Wire& w) { w.flags({{"CTDI", ctdi}}); }

void VendorSpecificNodeReportType::io(Wire& w) {
  w.num("Enterprise ID", enterprise_id);
  w.num("Node Report Type", flags);
}

void NodeId::io(Wire& w) {
  auto number = static_cast<uint8_t>(type);
  w.low("Node ID Type", number, 4);
  if (w.randomizing()) number = static_cast<uint8_t>(w.pick(0, 2));
  if (w.filling()) type = static_cast<Type>(number);
  switch (type) {
    case Type::ipv4: w.octets("Node ID IPv4", ipv4); break;
    case Type::ipv6: w.octets("Node ID IPv6", ipv6); break;
    case Type::fqdn: w.labels("Node ID FQDN", fqdn); break;
    default: w.refuse("has a type above 2");
  }
}

void FSeid::io(Wire& w) {
  bool v4 = w.has(ipv4), v6 = w.has(ipv6);
  w.flags({{"V6", v6}, {"V4", v4}});
  ensure_one(w, v4, v6);
  if (w.reading() && !v4 && !v6) return w.refuse("has neither an IPv4 nor an IPv6 address");
  w.num("SEID", seid);
  addresses(w, v4, ipv4, v6, ipv6);
}

}  // namespace sen::pfcp
