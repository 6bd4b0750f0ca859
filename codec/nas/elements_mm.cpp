// Elements of TS 24.501 9.11.3.
#include <algorithm>

#include "codec/nas/table.h"

namespace sen::nas {

// ---- identities -------------------------------------------------------------------------------------------------------------------

static void describe_imsi(Io& io, Suci& v) {
  describe(io, v.plmn);
  // Routing indicator: four semi-octets, 0xF fills.
  if (io.inventing()) {
    v.routing_indicator = std::to_string(io.random().between(1, 9999));
  } else if (io.printing()) {
    io.tree().leaf("Routing indicator", v.routing_indicator);
  } else if (io.decoding()) {
    Octets<2> octets{};
    io.octets("Routing indicator", octets);
    v.routing_indicator = digits_from_bcd(octets);
    while (v.routing_indicator.ends_with('f')) v.routing_indicator.pop_back();
  } else {
    if (v.routing_indicator.size() > 4) return io.fail(Fault::invalid, "Routing indicator", "has at most four digits");
    Bytes octets = bcd_from_digits(v.routing_indicator);
    octets.resize(2, 0xff);
    io.put_bytes(octets);
  }
  io.spare(4);
  if (io.inventing()) {
    v.scheme = static_cast<uint8_t>(io.random().between(0, 2));
  } else {
    io.bits("Protection scheme Id", 4, v.scheme);
  }
  io.octet("Home network public key identifier", v.key_id);
}

static void describe_output(Io& io, Suci& v) {
  if (v.scheme == 0) return io.rest_digits("MSIN", v.msin, 9, 10);
  if (v.scheme > 2) return io.rest("Scheme output", v.output);
  size_t key = v.scheme == 1 ? 32 : 33;
  if (io.decoding() && io.left() < key + 8) return io.fail(Fault::truncated, "Scheme output", "too short for its protection scheme");
  if (io.encoding() && v.public_key.size() != key)
    return io.fail(Fault::invalid, "ECC ephemeral public key", "has not the scheme's length");
  io.inside("Scheme output", [&] {
    io.exactly("ECC ephemeral public key", v.public_key, key);
    io.exactly("Ciphertext", v.ciphertext, io.decoding() ? io.left() - 8 : 5);
    io.octets("MAC tag", v.mac);
  });
}

void describe(Io& io, Suci& v) {
  if (v.format == SupiFormat::imsi) {
    describe_imsi(io, v);
    return describe_output(io, v);
  }
  io.rest_text("NAI", v.nai, 1);
}

// IMEI and IMEISV: the first digit stands before the type, the rest in semi-octets; an odd count needs no fill.
static void describe_imei(Io& io, std::string& digits, uint8_t first, size_t invent_n) {
  if (io.printing()) return io.tree().leaf("", digits);
  if (io.inventing()) {
    digits.clear();
    while (digits.size() < invent_n) digits += static_cast<char>('0' + io.random().between(0, 9));
    return;
  }
  if (io.decoding()) {
    Bytes octets;
    io.rest("", octets, 1);
    uint8_t head = static_cast<uint8_t>(first << 4 | first);
    digits = digits_from_bcd(ByteView(&head, 1)).substr(0, 1) + digits_from_bcd(octets);
    return;
  }
  io.put_bytes(bcd_from_digits(std::string_view(digits).substr(1)));
}

namespace {

// The first octet of an identity: four bits whose meaning depends on the type, a flag, the type.
struct IdentityHead {
  uint8_t high = 0;
  bool flag = false;
  IdentityType type = IdentityType::none;
};

IdentityHead head_of(const MobileIdentity& v) {
  IdentityHead head{.type = v.type()};
  auto digits_head = [&](const std::string& digits) {
    head.high = digits.empty() ? 0 : static_cast<uint8_t>(bcd_from_digits(digits.substr(0, 1))[0] & 15);
    head.flag = digits.size() % 2;
  };
  switch (head.type) {
    case IdentityType::suci: head.high = static_cast<uint8_t>(std::get<Suci>(v.value).format); break;
    case IdentityType::guti:
    case IdentityType::s_tmsi: head.high = 15; break;
    case IdentityType::imei: digits_head(std::get<Imei>(v.value).digits); break;
    case IdentityType::imeisv: digits_head(std::get<Imeisv>(v.value).digits); break;
    case IdentityType::mac_address: head.flag = std::get<MacAddress>(v.value).usage_restricted; break;
    default: break;
  }
  return head;
}

void emplace(MobileIdentity& v, const IdentityHead& head) {
  switch (head.type) {
    case IdentityType::none: v.value = NoIdentity{}; break;
    case IdentityType::suci: v.value.emplace<Suci>().format = static_cast<SupiFormat>(head.high & 7); break;
    case IdentityType::guti: v.value.emplace<Guti>(); break;
    case IdentityType::imei: v.value.emplace<Imei>(); break;
    case IdentityType::s_tmsi: v.value.emplace<STmsi>(); break;
    case IdentityType::imeisv: v.value.emplace<Imeisv>(); break;
    case IdentityType::mac_address: v.value.emplace<MacAddress>().usage_restricted = head.flag; break;
    case IdentityType::eui_64: v.value.emplace<Eui64>(); break;
  }
}

}  // namespace

static void describe_identity(Io& io, MobileIdentity& v, const IdentityHead& head) {
  switch (head.type) {
    case IdentityType::none: return;
    case IdentityType::suci:
      return io.inside("SUCI", [&] {
        if (io.printing()) io.bits("SUPI format", 3, std::get<Suci>(v.value).format);
        describe(io, std::get<Suci>(v.value));
      });
    case IdentityType::guti: return io.part("5G-GUTI", std::get<Guti>(v.value));
    case IdentityType::imei: return io.inside("IMEI", [&] { describe_imei(io, std::get<Imei>(v.value).digits, head.high, 15); });
    case IdentityType::s_tmsi: return io.part("5G-S-TMSI", std::get<STmsi>(v.value));
    case IdentityType::imeisv: return io.inside("IMEISV", [&] { describe_imei(io, std::get<Imeisv>(v.value).digits, head.high, 16); });
    case IdentityType::mac_address: {
      auto& mac = std::get<MacAddress>(v.value);
      if (io.printing()) io.bits("MAURI", 1, mac.usage_restricted);
      return io.octets("MAC address", mac.address);
    }
    case IdentityType::eui_64: return io.octets("EUI-64", std::get<Eui64>(v.value).identifier);
  }
}

void describe(Io& io, MobileIdentity& v) {
  IdentityHead head = head_of(v);
  if (io.inventing()) {
    head = {.type = static_cast<IdentityType>(io.random().between(1, 7))};
    head.flag = io.random().chance(0.5);
    emplace(v, head);
    return describe_identity(io, v, head);
  }
  if (io.printing()) {
    io.bits("Type of identity", 3, head.type);
    return describe_identity(io, v, head);
  }
  io.bits("", 4, head.high);
  io.bits("", 1, head.flag);
  io.bits("", 3, head.type);
  if (io.decoding()) {
    if (!io.ok()) return;
    if (head.type == IdentityType::suci && (head.high & 7) > 3) return io.fail(Fault::invalid, "SUPI format", "is reserved");
    emplace(v, head);
  }
  describe_identity(io, v, head);
}

void describe(Io& io, IdentityTypeElement& v) {
  io.spare(1);
  io.bits("", 3, v.type);
}
void describe(Io& io, Imei& v) { describe_imei(io, v.digits, 0, 15); }
void describe(Io& io, Imeisv& v) { describe_imei(io, v.digits, 0, 16); }
void describe(Io& io, MacAddress& v) { io.octets("MAC address", v.address); }
void describe(Io& io, Eui64& v) { io.octets("EUI-64", v.identifier); }

// ---- registration and security ----------------------------------------------------------------------------------------------------

void describe(Io& io, KeySetIdentifier& v) {
  io.bits("TSC", 1, v.mapped);
  io.bits("NAS key set identifier", 3, v.value);
}

void describe(Io& io, RegistrationType& v) {
  io.bits("FOR", 1, v.follow_on);
  io.bits("5GS registration type", 3, v.kind);
}

void describe(Io& io, RegistrationResult& v) {
  io.window_size(v.octets, 1, 1);
  io.spare(1);
  io.bits("Disaster roaming registration result", 1, v.disaster_roaming);
  io.bits("Emergency registered", 1, v.emergency);
  io.bits("NSSAA performed", 1, v.nssaa_performed);
  io.bits("SMS allowed", 1, v.sms_allowed);
  io.bits("5GS registration result", 3, v.access);
  io.spare((v.octets - 1u) * 8);
}

void describe(Io& io, MmCapability& v) {
  io.window_size(v.octets, 1, 5);
  auto f = [&](const char* name, bool& flag) { io.bits(name, 1, flag); };
  f("SGC", v.sgc), f("5G-IPHC-CP CIoT", v.iphc_cp_ciot), f("N3 data", v.n3_data), f("5G-CP CIoT", v.cp_ciot);
  f("RestrictEC", v.restrict_ec), f("LPP", v.lpp), f("HO attach", v.ho_attach), f("S1 mode", v.s1_mode);
  if (v.octets < 2) return;
  f("RACS", v.racs), f("NSSAA", v.nssaa), f("5G-LCS", v.lcs), f("V2XCNPC5", v.v2xcnpc5);
  f("V2XCEPC5", v.v2xcepc5), f("V2X", v.v2x), f("5G-UP CIoT", v.up_ciot), f("5GSRVCC", v.srvcc);
  if (v.octets < 3) return;
  f("5G ProSe-l2relay", v.prose_l2relay), f("5G ProSe-dc", v.prose_dc), f("5G ProSe-dd", v.prose_dd), f("ER-NSSAI", v.er_nssai);
  f("5G-EHC-CP CIoT", v.ehc_cp_ciot), f("multipleUP", v.multiple_up), f("WUSA", v.wusa), f("CAG", v.cag);
  if (v.octets < 4) return;
  f("PR", v.pr), f("RPR", v.rpr), f("PIV", v.piv), f("NCR", v.ncr);
  f("NR-PSSI", v.nr_pssi), f("5G ProSe-l3rmt", v.prose_l3rmt), f("5G ProSe-l2rmt", v.prose_l2rmt), f("5G ProSe-l3relay", v.prose_l3relay);
  if (v.octets < 5) return;
  f("MPSIU", v.mpsiu), f("UAS", v.uas), f("NSAG", v.nsag), f("Ex-CAG", v.ex_cag);
  f("SSNPNSI", v.ssnpnsi), f("EventNotification", v.event_notification), f("MINT", v.mint), f("NSSRG", v.nssrg);
  if (v.octets < 6) return;
  io.spare(6);
  f("RCMAN", v.rcman), f("RCMAP", v.rcmap);  // Release 18
  io.spare((v.octets - 6u) * 8);
}

static constexpr const char* ea_names[8] = {"5G-EA0", "128-5G-EA1", "128-5G-EA2", "128-5G-EA3", "5G-EA4", "5G-EA5", "5G-EA6", "5G-EA7"};
static constexpr const char* ia_names[8] = {"5G-IA0", "128-5G-IA1", "128-5G-IA2", "128-5G-IA3", "5G-IA4", "5G-IA5", "5G-IA6", "5G-IA7"};
static constexpr const char* eea_names[8] = {"EEA0", "128-EEA1", "128-EEA2", "128-EEA3", "EEA4", "EEA5", "EEA6", "EEA7"};
static constexpr const char* eia_names[8] = {"EIA0", "128-EIA1", "128-EIA2", "128-EIA3", "EIA4", "EIA5", "EIA6", "EPS-UPIP"};
static constexpr const char* uea_names[8] = {"UEA0", "UEA1", "UEA2", "UEA3", "UEA4", "UEA5", "UEA6", "UEA7"};
static constexpr const char* uia_names[8] = {nullptr, "UIA1", "UIA2", "UIA3", "UIA4", "UIA5", "UIA6", "UIA7"};
static constexpr const char* ucs2_uia_names[8] = {"UCS2", "UIA1", "UIA2", "UIA3", "UIA4", "UIA5", "UIA6", "UIA7"};
static constexpr const char* gea_names[8] = {nullptr, "GEA1", "GEA2", "GEA3", "GEA4", "GEA5", "GEA6", "GEA7"};

void describe(Io& io, UeSecurityCapability& v) {
  io.window_size(v.octets, 2, 8);
  if (io.inventing() && v.octets == 3) v.octets = 4;
  if (v.octets > 8) return io.fail(Fault::invalid, "", "longer than eight octets");
  io.flags(v.ea, ea_names);
  io.flags(v.ia, ia_names);
  if (v.octets > 2) io.flags(v.eea, eea_names);
  if (v.octets > 3) io.flags(v.eia, eia_names);
  for (unsigned i = 4; i < v.octets; ++i) {
    if (!io.printing() || v.spare[i - 4]) io.octet("spare", v.spare[i - 4]);
  }
}

void describe(Io& io, S1UeSecurityCapability& v) {
  io.window_size(v.octets, 2, 5);
  if (v.octets > 5) return io.fail(Fault::invalid, "", "longer than five octets");
  io.flags(v.eea, eea_names);
  io.flags(v.eia, eia_names);
  if (v.octets > 2) io.flags(v.uea, uea_names);
  if (v.octets > 3) io.flags(v.uia, uia_names);
  if (v.octets > 4) io.flags(v.gea, gea_names);
}

// 24.301 9.9.3.34, octets 7 to 11; the names stand most significant first.
static constexpr const char* s1_feature_names[4][8] = {
    {"ProSe-dd", "ProSe", "H.245-ASH", "ACC-CSFB", "LPP", "LCS", "1xSR VCC", "NF"},
    {"ePCO", "HC-CP CIoT", "ERw/oPDN", "S1-U data", "UP CIoT", "CP CIoT", "ProSe-relay", "ProSe-dc"},
    {"15 bearers", "SGC", "N1mode", "DCNR", "CP backoff", "RestrictEC", "V2X PC5", "multipleDRB"},
    {"RPR", "PIV", "NCR", "V2X NR-PC5", "UP-MT-EDT", "CP-MT-EDT", "WUSA", "RACS"},
};

void describe(Io& io, S1UeNetworkCapability& v) {
  io.window_size(v.octets, 2, 8);
  if (v.octets > 13) return io.fail(Fault::invalid, "", "longer than 13 octets");
  io.flags(v.eea, eea_names);
  io.flags(v.eia, eia_names);
  if (v.octets > 2) io.flags(v.uea, uea_names);
  if (v.octets > 3) io.flags(v.ucs2_uia, ucs2_uia_names);
  for (unsigned i = 4; i < v.octets; ++i) {
    uint8_t& octet = v.features[i - 4];
    if (i < 8) {
      io.flags(octet, s1_feature_names[i - 4]);
    } else if (!io.printing() || octet) {
      io.octet("spare", octet);
    }
  }
}

void describe(Io& io, SecurityAlgorithms& v) {
  io.bits("Type of ciphering algorithm", 4, v.ciphering);
  io.bits("Type of integrity protection algorithm", 4, v.integrity);
}

void describe(Io& io, EpsSecurityAlgorithms& v) {
  io.spare(1);
  io.bits("Type of ciphering algorithm", 3, v.ciphering);
  io.spare(1);
  io.bits("Type of integrity protection algorithm", 3, v.integrity);
}

void describe(Io& io, AdditionalSecurityInformation& v) {
  io.spare(6);
  io.bits("RINMR", 1, v.rinmr);
  io.bits("HDP", 1, v.hdp);
}

void describe(Io& io, ImeisvRequest& v) {
  io.spare(1);
  io.bits("IMEISV request", 3, v.value);
}

// ---- slices -----------------------------------------------------------------------------------------------------------------------

static void sized_slice(Io& io, MappedSNssai& slice) {
  io.sized(1, [&] { describe(io, slice); });
}

void describe(Io& io, Nssai& v) {
  io.list("S-NSSAI", v.slices, 16, [&](MappedSNssai& slice) { sized_slice(io, slice); });
}

void describe(Io& io, MappedNssai& v) {
  io.list("Mapped S-NSSAI", v.slices, 8, [&](SNssai& slice) { io.sized(1, [&] { describe(io, slice); }); });
}

// A length in the high half octet that counts the S-NSSAI behind it, a cause in the low one.
template <class S>
static void describe_rejected(Io& io, uint8_t& cause, S& slice, size_t size, uint8_t most_cause) {
  uint8_t length = static_cast<uint8_t>(size);
  if (!io.inventing() && !io.printing()) io.bits("", 4, length);
  if (io.inventing()) {
    cause = static_cast<uint8_t>(io.random().between(0, most_cause));
  } else {
    io.bits("Cause value", 4, cause);
  }
  io.window(length, [&] { describe(io, slice); });
}

void describe(Io& io, RejectedSNssai& v) { describe_rejected(io, v.cause, v.slice, v.slice.sd ? 4 : 1, 2); }
void describe(Io& io, RejectedNssai& v) { io.list("Rejected S-NSSAI", v.slices, 16); }

void describe(Io& io, ExtendedRejectedSNssai& v) { describe_rejected(io, v.cause, v.slice, v.slice.wire_size(), 2); }

void describe(Io& io, PartialExtendedRejectedNssai& v) {
  uint8_t type = v.back_off ? 1 : 0;
  if (io.inventing()) type = static_cast<uint8_t>(io.random().between(0, 1));
  io.spare(1);
  if (!io.inventing()) io.bits("Type of list", 3, type);
  io.count(4, v.slices, 1);
  if (io.decoding() && type > 1) return io.fail(Fault::invalid, "Type of list", "is reserved");
  io.maybe(type == 1, v.back_off, [&](GprsTimer3& timer) { io.part("Back-off timer value", timer); });
  io.items("Rejected S-NSSAI", v.slices);
}
void describe(Io& io, ExtendedRejectedNssai& v) { io.list("Partial extended rejected NSSAI list", v.lists, 8); }

void describe(Io& io, NssrgValues& v) {
  io.sized(1, [&] {
    sized_slice(io, v.slice);
    io.rest("NSSRG values", v.groups, 1);
  });
}
void describe(Io& io, NssrgInformation& v) { io.list("NSSRG values for S-NSSAI", v.slices, 16); }

// ---- areas ------------------------------------------------------------------------------------------------------------------------

static const char* name_of(PartialTaiList::Type v) {
  using enum PartialTaiList::Type;
  switch (v) {
    case one_plmn: return "list of TACs belonging to one PLMN or SNPN, with non-consecutive TAC values";
    case consecutive: return "list of TACs belonging to one PLMN or SNPN, with consecutive TAC values";
    case many_plmns: return "list of TAIs belonging to different PLMNs";
    case whole_plmn: return "all TAIs of the PLMN";
  }
  return nullptr;
}

static void describe_tacs(Io& io, std::vector<Tai>& tais) {
  if (tais.empty()) return io.fail(Fault::invalid, "", "an empty TAI list");
  Plmn plmn = tais[0].plmn;
  describe(io, plmn);
  for (size_t i = 0; i < tais.size() && io.ok(); ++i) {
    if (io.encoding() && tais[i].plmn != plmn) return io.fail(Fault::invalid, "PLMN", "a list of one PLMN holds another");
    tais[i].plmn = plmn;
    io.bits("TAC", 24, tais[i].tac);
  }
}

// The 5-bit element count is one less than the elements; a consecutive list names only its first TAC.
static void describe_partial(Io& io, PartialTaiList& v, bool service_area) {
  using Type = PartialTaiList::Type;
  if (service_area) {
    io.bits("Allowed type", 1, v.not_allowed);
  } else {
    io.spare(1);
  }
  if (io.inventing()) {
    v.type = static_cast<Type>(io.random().between(0, service_area ? 3 : 2));
    v.count = static_cast<uint8_t>(v.type == Type::whole_plmn ? 1 : io.random().between(1, 4));
  } else {
    io.bits("Type of list", 2, v.type);
    uint8_t elements = static_cast<uint8_t>(v.count - 1);
    if (io.encoding() && v.type != Type::consecutive && v.type != Type::whole_plmn) elements = static_cast<uint8_t>(v.tais.size() - 1);
    if (io.printing()) {
      io.tree().leaf("Number of elements", elements);
    } else {
      io.bits("Number of elements", 5, elements);
    }
    if (io.decoding()) v.count = static_cast<uint8_t>(elements + 1);
  }
  bool single = v.type == Type::consecutive || v.type == Type::whole_plmn;
  if (io.decoding() || io.inventing()) {
    if (v.count > 16 && v.type != Type::whole_plmn) return io.fail(Fault::invalid, "Number of elements", "more than 16");
    if (v.type == Type::whole_plmn && !service_area) return io.fail(Fault::invalid, "Type of list", "is reserved");
    v.tais.resize(single ? 1 : v.count);
  }
  if (v.type == Type::many_plmns) return io.items("TAI", v.tais);
  if (v.type == Type::whole_plmn) {
    if (v.tais.empty()) return io.fail(Fault::invalid, "", "a list of a PLMN names none");
    return describe(io, v.tais[0].plmn);
  }
  if (single && io.encoding() && v.tais.size() != 1) return io.fail(Fault::invalid, "", "a consecutive list names its first TAI only");
  describe_tacs(io, v.tais);
}

void describe(Io& io, PartialTaiList& v) { describe_partial(io, v, false); }
void describe(Io& io, TaiList& v) { io.list("Partial tracking area identity list", v.lists, 16); }
void describe(Io& io, ServiceAreaList& v) {
  io.list("Partial service area list", v.lists, 16, [&](PartialTaiList& list) { describe_partial(io, list, true); });
}

bool TaiList::contains(const Tai& tai) const {
  for (const auto& list : lists) {
    for (const auto& entry : list.tais) {
      if (entry.plmn != tai.plmn) continue;
      if (list.type == PartialTaiList::Type::consecutive ? tai.tac >= entry.tac && tai.tac < entry.tac + list.count : tai.tac == entry.tac)
        return true;
    }
  }
  return false;
}

TaiList TaiList::of(const std::vector<Tai>& tais) {
  PartialTaiList list;
  for (const auto& tai : tais) {
    if (tai.plmn != tais[0].plmn) list.type = PartialTaiList::Type::many_plmns;
  }
  list.tais.assign(tais.begin(), tais.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(tais.size(), 16)));
  list.count = static_cast<uint8_t>(list.tais.size());
  return {{std::move(list)}};
}

void describe(Io& io, PlmnList& v) { io.list("PLMN", v.plmns, 15); }
void describe(Io& io, PlmnElement& v) { describe(io, v.plmn); }

void describe(Io& io, LadnIndication& v) {
  io.list("LADN DNN", v.dnns, 8, [&](Dnn& dnn) { io.sized(1, [&] { describe(io, dnn); }); });
}
void describe(Io& io, Ladn& v) {
  io.inside("DNN", [&] { io.sized(1, [&] { describe(io, v.dnn); }); });
  io.inside("5GS tracking area identity list", [&] { io.sized(1, [&] { describe(io, v.area); }); });
}
void describe(Io& io, LadnInformation& v) { io.list("LADN", v.ladns, 8); }

// ---- features and small values ----------------------------------------------------------------------------------------------------

void describe(Io& io, NetworkFeatureSupport& v) {
  io.window_size(v.octets, 1, 3);
  auto f = [&](const char* name, bool& flag) { io.bits(name, 1, flag); };
  f("MPSI", v.mpsi), f("IWK N26", v.iwk_n26);
  io.bits("EMF", 2, v.emf);
  io.bits("EMC", 2, v.emc);
  f("IMS-VoPS-N3GPP", v.ims_vops_n3gpp), f("IMS-VoPS-3GPP", v.ims_vops_3gpp);
  if (v.octets < 2) return;
  f("5G-UP CIoT", v.up_ciot), f("5G-IPHC-CP CIoT", v.iphc_cp_ciot), f("N3 data", v.n3_data), f("5G-CP CIoT", v.cp_ciot);
  io.bits("RestrictEC", 2, v.restrict_ec);
  f("MCSI", v.mcsi), f("EMCN3", v.emcn3);
  if (v.octets < 3) return;
  f("UN-PER", v.un_per), f("PR", v.pr), f("RPR", v.rpr), f("PIV", v.piv);
  f("NCR", v.ncr), f("5G-EHC-CP CIoT", v.ehc_cp_ciot), f("ATS-IND", v.ats_ind), f("5G-LCS", v.lcs);
  io.spare((v.octets - 3u) * 8);
}

void describe(Io& io, ReactivationError& v) {
  io.octet("PDU session ID", v.pdu_session_id);
  io.octet("5GMM cause", v.cause);
}
void describe(Io& io, ReactivationErrorCauses& v) { io.list("PDU session", v.errors, 256); }

void describe(Io& io, MicoIndication& v) {
  io.spare(2);
  io.bits("SPRTI", 1, v.sprti);
  io.bits("RAAI", 1, v.raai);
}
void describe(Io& io, MaPduSessionInformation& v) { io.bits("", 4, v.value); }
void describe(Io& io, NetworkSlicingIndication& v) {
  io.spare(2);
  io.bits("DCNI", 1, v.dcni);
  io.bits("NSSCI", 1, v.nssci);
}
void describe(Io& io, NssaiInclusionMode& v) {
  io.spare(2);
  io.bits("", 2, v.mode);
}

static const char* name_of(AccessCategoryCriterion::Type v) {
  using enum AccessCategoryCriterion::Type;
  switch (v) {
    case dnn: return "DNN";
    case os_app: return "OS Id + OS App Id";
    case s_nssai: return "S-NSSAI";
  }
  return nullptr;
}

void describe(Io& io, AccessCategoryCriterion& v) {
  using Type = AccessCategoryCriterion::Type;
  io.octet("Criteria type", v.type);
  switch (v.type) {
    case Type::dnn: io.count(8, v.dnns); return io.items("DNN", v.dnns, [&](Dnn& dnn) { io.sized(1, [&] { describe(io, dnn); }); });
    case Type::os_app:
      io.count(8, v.apps);
      return io.items("OS App", v.apps, [&](AccessCategoryCriterion::App& app) {
        io.octets("OS Id", app.os_id);
        io.sized(1, [&] { io.rest("OS App Id", app.app_id); });
      });
    case Type::s_nssai: io.count(8, v.slices); return io.items("S-NSSAI", v.slices, [&](MappedSNssai& slice) { sized_slice(io, slice); });
  }
  io.fail(Fault::invalid, "Criteria type", "is reserved");
}

void describe(Io& io, AccessCategoryDefinition& v) {
  io.sized(1, [&] {
    io.octet("Precedence", v.precedence);
    bool psac = v.standardized.has_value();
    io.bits("PSAC", 1, psac);
    io.spare(2);
    io.bits("Access category number", 5, v.number);
    io.sized(1, [&] { io.list("Criterion", v.criteria, 64); });
    io.maybe(psac, v.standardized, [&](uint8_t& category) {
      io.spare(3);
      io.bits("Standardized access category", 5, category);
    });
  });
}
void describe(Io& io, AccessCategoryDefinitions& v) { io.list("Operator-defined access category definition", v.definitions, 32); }

void describe(Io& io, UpdateType& v) {
  io.spare(2);
  io.bits("EPS-PNB-CIoT", 2, v.eps_pnb_ciot);
  io.bits("5GS-PNB-CIoT", 2, v.pnb_ciot);
  io.bits("NG-RAN-RCU", 1, v.ng_ran_rcu);
  io.bits("SMS requested", 1, v.sms_requested);
}
void describe(Io& io, DrxParameters& v) {
  io.spare(4);
  io.bits("DRX value", 4, v.value);
}
void describe(Io& io, NbN1DrxParameters& v) {
  io.spare(4);
  io.bits("NB-N1 mode DRX value", 4, v.value);
}
void describe(Io& io, ExtendedDrxParameters& v) {
  io.bits("Paging time window", 4, v.paging_time_window);
  io.bits("eDRX value", 4, v.edrx);
  io.maybe(io.more(v.extended_ptw.has_value()) && !io.inventing(), v.extended_ptw,
           [&](uint8_t& ptw) { io.octet("Extended paging time window", ptw); });
}
void describe(Io& io, UeStatus& v) {
  io.spare(6);
  io.bits("N1 mode reg", 1, v.n1_registered);
  io.bits("S1 mode reg", 1, v.s1_registered);
}
void describe(Io& io, UeUsageSetting& v) {
  io.spare(7);
  io.bits("UE's usage setting", 1, v.data_centric);
}
void describe(Io& io, EpsBearerContextStatus& v) { io.numbered_flags("EBI", v.bearers, 1); }

void describe(Io& io, Classmark2& v) {
  auto f = [&](const char* name, bool& flag) { io.bits(name, 1, flag); };
  io.spare(1);
  io.bits("Revision level", 2, v.revision);
  f("ES IND", v.es_ind), f("A5/1", v.no_a5_1);
  io.bits("RF power capability", 3, v.rf_power);
  io.spare(1);
  f("PS capability", v.ps);
  io.bits("SS Screen. Indicator", 2, v.ss_screening);
  f("SM capability", v.sm), f("VBS", v.vbs), f("VGCS", v.vgcs), f("FC", v.fc), f("CM3", v.cm3);
  io.spare(1);
  f("LCSVA CAP", v.lcsvacap), f("UCS2", v.ucs2), f("SoLSA", v.solsa), f("CMSP", v.cmsp), f("A5/3", v.a5_3), f("A5/2", v.a5_2);
}

void describe(Io& io, SupportedCodec& v) {
  io.octet("System identification", v.system);
  io.sized(1, [&] {
    if (io.inventing()) {
      v.bitmap = io.random().bytes(2);
    } else {
      io.rest("Codec bitmap", v.bitmap, 1);
    }
  });
}
void describe(Io& io, SupportedCodecs& v) { io.list("Codec", v.codecs, 64); }

void describe(Io& io, UeRadioCapabilityId& v) { io.rest_digits("UE radio capability ID", v.digits, 10, 20); }
void describe(Io& io, UeRadioCapabilityIdDeletion& v) {
  io.spare(1);
  if (io.inventing()) {
    v.request = 1;
    return;
  }
  io.bits("Deletion request", 3, v.request);
}
void describe(Io& io, AdditionalInformationRequested& v) {
  io.spare(7);
  io.bits("CipherKey", 1, v.cipher_key);
}
void describe(Io& io, WusAssistance::Information& v) {
  io.bits("Type", 3, v.type);
  io.bits("Value", 5, v.value);
}
void describe(Io& io, WusAssistance& v) {
  io.list("Information", v.information, 255, [&](auto& information) { describe(io, information); });
}
void describe(Io& io, PeipsAssistance& v) {
  io.list("Information", v.information, 255, [&](auto& information) { describe(io, information); });
}
void describe(Io& io, N5gcIndication& v) {
  io.spare(3);
  io.bits("N5GCREG", 1, v.device);
}
void describe(Io& io, UeRequestType& v) {
  io.spare(4);
  io.bits("UE request type", 4, v.value);
}
void describe(Io& io, PagingRestriction& v) {
  io.spare(4);
  if (io.inventing()) {
    v.type = static_cast<uint8_t>(io.random().between(1, 4));
  } else {
    io.bits("Paging restriction type", 4, v.type);
  }
  bool listed = v.type == 3 || v.type == 4;
  io.maybe(listed && (io.inventing() || io.more(v.sessions.has_value())), v.sessions,
           [&](PduSessionStatus& sessions) { describe(io, sessions); });
}

void describe(Io& io, Nid& v) {
  if (io.printing()) {
    io.bits("Assignment mode", 4, v.assignment_mode);
    return io.tree().leaf("NID value", v.digits);
  }
  if (io.inventing()) {
    v.digits = to_hex(io.random().bytes(5));
    return;
  }
  // Twelve half octets, low first: assignment mode, ten digits, fill... the first octet holds digit 1 and the assignment mode.
  if (io.decoding()) {
    Octets<6> octets{};
    io.octets("NID", octets);
    std::string all = digits_from_bcd(octets);
    v.assignment_mode = static_cast<uint8_t>(octets[0] & 15);
    v.digits = all.substr(1, 10);
    return;
  }
  if (v.digits.size() != 10) return io.fail(Fault::invalid, "NID value", "has ten digits");
  Bytes octets = bcd_from_digits("0" + v.digits + "0");
  octets[0] = static_cast<uint8_t>((octets[0] & 0xf0) | v.assignment_mode);
  octets[5] = static_cast<uint8_t>(octets[5] & 0x0f);
  io.put_bytes(octets);
}

void describe(Io& io, EmergencyNumber& v) {
  io.sized(1, [&] {
    io.spare(3);
    io.bits("Emergency service category", 5, v.category);
    io.rest_digits("Number", v.digits, 3, 6);
  });
}
void describe(Io& io, EmergencyNumbers& v) { io.list("Emergency number", v.numbers, 32); }

void describe(Io& io, ExtendedEmergencyNumber& v) {
  io.sized(1, [&] { io.rest_digits("Number", v.digits, 3, 6); });
  io.sized(1, [&] { io.rest_text("Sub-services", v.sub_services); });
}
void describe(Io& io, ExtendedEmergencyNumbers& v) {
  io.spare(7);
  io.bits("EENLV", 1, v.plmn_only);
  io.list("Extended emergency number", v.numbers, 1024);
}
void describe(Io& io, Non3gppProvisioning& v) {
  io.spare(3);
  io.bits("N3EN indicator", 1, v.n3en);
}

// ---- time and names ---------------------------------------------------------------------------------------------------------------

static void describe_time_digits(Io& io, const char* name, std::string& digits, unsigned low, unsigned high) {
  if (io.printing()) return io.tree().leaf(name, digits);
  if (io.inventing()) {
    digits = fmt::format("{:02}", io.random().between(low, high));
    return;
  }
  if (io.encoding() && digits.empty()) digits = "00";
  if (io.encoding() && digits.size() != 2) return io.fail(Fault::invalid, name, "has two digits");
  Octets<1> octet{io.encoding() ? bcd_from_digits(digits)[0] : uint8_t{0}};
  io.octets(name, octet);
  if (io.decoding()) digits = digits_from_bcd(octet);
  if (io.decoding() && digits.size() < 2) digits += 'f';
}

int TimeZone::quarters() const {
  int value = (octet & 7) * 10 + (octet >> 4);
  return octet & 8 ? -value : value;
}
TimeZone TimeZone::from_quarters(int quarters) {
  int value = std::abs(quarters);
  return {static_cast<uint8_t>((value % 10) << 4 | (quarters < 0 ? 8 : 0) | (value / 10 & 7))};
}

void describe(Io& io, TimeZone& v) {
  if (io.printing()) return io.tree().leaf("quarter hours", v.quarters());
  if (io.inventing()) {
    v = TimeZone::from_quarters(static_cast<int>(io.random().between(0, 96)) - 48);
    return;
  }
  io.octet("", v.octet);
}

void describe(Io& io, TimeAndZone& v) {
  describe_time_digits(io, "Year", v.year, 0, 99);
  describe_time_digits(io, "Month", v.month, 1, 12);
  describe_time_digits(io, "Day", v.day, 1, 28);
  describe_time_digits(io, "Hour", v.hour, 0, 23);
  describe_time_digits(io, "Minute", v.minute, 0, 59);
  describe_time_digits(io, "Second", v.second, 0, 59);
  TimeZone zone{v.zone};
  io.part("Time zone", zone);
  v.zone = zone.octet;
}

void describe(Io& io, DaylightSaving& v) {
  io.spare(6);
  if (io.inventing()) {
    v.hours = static_cast<uint8_t>(io.random().between(0, 2));
    return;
  }
  io.bits("", 2, v.hours);
}

void describe(Io& io, NetworkName& v) {
  if (io.inventing()) {
    v = NetworkName::from_text("network " + std::to_string(io.random().between(0, 999)));
    return;
  }
  if (io.printing()) io.tree().leaf("Text string", v.text());
  io.fixed(1, 1);
  io.bits("Coding scheme", 3, v.coding);
  io.bits("Add CI", 1, v.add_country);
  io.bits("Number of spare bits in last octet", 3, v.spare_bits);
  io.rest("Octets", v.octets);
}

// GSM 7 bit default alphabet (TS 23.038 6.2.1) as far as it differs from ASCII, as UTF-8; the rest maps to itself.
static std::string gsm7_text(uint8_t c) {
  static const char* const low[32] = {"@", "£", "$", "¥", "è", "é", "ù", "ì", "ò", "Ç", "\n", "Ø", "ø", "\r", "Å", "å",
                                      "Δ", "_", "Φ", "Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ", "Ξ",  "",  "Æ", "æ",  "ß", "É"};
  switch (c) {
    case 0x24: return "¤";
    case 0x40: return "¡";
    case 0x5b: return "Ä";
    case 0x5c: return "Ö";
    case 0x5d: return "Ñ";
    case 0x5e: return "Ü";
    case 0x5f: return "§";
    case 0x60: return "¿";
    case 0x7b: return "ä";
    case 0x7c: return "ö";
    case 0x7d: return "ñ";
    case 0x7e: return "ü";
    case 0x7f: return "à";
    default: return c < 32 ? low[c] : std::string(1, static_cast<char>(c));
  }
}

static std::string utf8_of(uint32_t code) {
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  if (code < 0x800) return {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
  return {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)), static_cast<char>(0x80 | (code & 63))};
}

std::string NetworkName::text() const {
  std::string out;
  if (coding == 1) {
    for (size_t i = 0; i + 1 < octets.size(); i += 2) out += utf8_of(static_cast<uint32_t>(octets[i] << 8 | octets[i + 1]));
    return out;
  }
  size_t bits = octets.size() * 8;
  bits -= std::min<size_t>(bits, spare_bits);
  for (size_t at = 0; at + 7 <= bits; at += 7) {
    unsigned two = octets[at / 8] | (at / 8 + 1 < octets.size() ? octets[at / 8 + 1] << 8 : 0);
    out += gsm7_text(static_cast<uint8_t>(two >> (at % 8) & 0x7f));
  }
  return out;
}

NetworkName NetworkName::from_text(std::string_view ascii) {
  NetworkName name;
  size_t bits = ascii.size() * 7;
  name.octets.assign((bits + 7) / 8, 0);
  name.spare_bits = static_cast<uint8_t>((8 - bits % 8) % 8);
  for (size_t i = 0; i < ascii.size(); ++i) {
    uint8_t c = static_cast<uint8_t>(ascii[i] & 0x7f);
    c = c == '@' ? 0 : c == '$' ? 2 : c == '_' ? 0x11 : c;
    size_t at = i * 7;
    name.octets[at / 8] = static_cast<uint8_t>(name.octets[at / 8] | c << (at % 8));
    if (at % 8 > 1) name.octets[at / 8 + 1] = static_cast<uint8_t>(c >> (8 - at % 8));
  }
  return name;
}

// ---- positioning keys, CAG, NSAG --------------------------------------------------------------------------------------------------

// A length of n bits in octets, behind spare bits, and that many octets.
static void describe_short(Io& io, const char* name, unsigned n, Bytes& value, size_t least, size_t most) {
  io.spare(8 - n);
  uint8_t length = static_cast<uint8_t>(value.size());
  if (io.encoding() && value.size() > most) return io.fail(Fault::invalid, name, "is too long");
  if (io.inventing()) length = static_cast<uint8_t>(io.random().between(least, std::min<size_t>(most, 4)));
  if (!io.inventing() && !io.printing()) io.bits(name, n, length);
  io.exactly(name, value, length);
}

void describe(Io& io, CipheringDataSet& v) {
  io.bits("Ciphering set ID", 16, v.id);
  io.octets("Ciphering key", v.key);
  describe_short(io, "c0", 5, v.c0, 1, 16);
  describe_short(io, "E-UTRA posSIB types", 4, v.eutra_sibs, 0, 15);
  describe_short(io, "NR posSIB types", 4, v.nr_sibs, 0, 15);
  // Validity start time: the first five octets of 24.008 10.5.3.9 (year to minute).
  io.inside("Validity start time", [&] {
    describe_time_digits(io, "Year", v.start.year, 0, 99);
    describe_time_digits(io, "Month", v.start.month, 1, 12);
    describe_time_digits(io, "Day", v.start.day, 1, 28);
    describe_time_digits(io, "Hour", v.start.hour, 0, 23);
    describe_time_digits(io, "Minute", v.start.minute, 0, 59);
  });
  io.bits("Validity duration", 16, v.duration);
  bool wire = false;
  io.sized(1, [&] { io.maybe(wire = io.more(v.area.has_value()), v.area, [&](TaiList& area) { io.part("TAIs list", area); }); });
}
void describe(Io& io, CipheringKeyData& v) { io.list("Ciphering data set", v.sets, 16); }

void describe(Io& io, CagInformation& v) {
  io.sized(1, [&] {
    describe(io, v.plmn);
    io.spare(7);
    io.bits("CAG only", 1, v.cag_only);
    io.list("CAG-ID", v.ids, 63, [&](uint32_t& id) { io.bits("", 32, id); });
  });
}
void describe(Io& io, CagInformationList& v) { io.list("Entry", v.entries, 128); }

void describe(Io& io, ExtendedCagInformation& v) {
  io.sized(2, [&] {
    describe(io, v.plmn);
    io.spare(7);
    io.bits("CAG only", 1, v.cag_only);
    io.list("CAG-ID", v.ids, 1000, [&](uint32_t& id) { io.bits("", 32, id); });
  });
}
void describe(Io& io, ExtendedCagInformationList& v) { io.list("Entry", v.entries, 128); }

void describe(Io& io, TruncatedTmsiConfiguration& v) {
  io.bits("Truncated AMF Set ID value", 4, v.set_bits);
  io.bits("Truncated AMF Pointer value", 4, v.pointer_bits);
}
void describe(Io& io, AdditionalRequestResult& v) {
  io.spare(6);
  io.bits("PRD", 2, v.paging_restriction);
}
void describe(Io& io, RegistrationWaitRange& v) {
  io.part("Minimum registration wait time", v.minimum);
  io.part("Maximum registration wait time", v.maximum);
}

void describe(Io& io, Nsag& v) {
  io.sized(1, [&] {
    io.octet("NSAG identifier", v.id);
    io.sized(1, [&] { io.list("S-NSSAI", v.slices, 16, [&](MappedSNssai& slice) { sized_slice(io, slice); }); });
    io.octet("NSAG priority", v.priority);
    io.maybe(io.more(v.area.has_value()), v.area,
             [&](TaiList& area) { io.inside("TAI list", [&] { io.sized(1, [&] { describe(io, area); }); }); });
  });
}
void describe(Io& io, NsagInformation& v) { io.list("NSAG", v.nsags, 32); }

void describe(Io& io, PriorityIndicator& v) {
  io.spare(3);
  io.bits("MPSI", 1, v.mpsi);
}
void describe(Io& io, ConfigurationUpdateIndication& v) {
  io.spare(2);
  io.bits("RED", 1, v.registration_requested);
  io.bits("ACK", 1, v.acknowledgement);
}
void describe(Io& io, SmsIndication& v) {
  io.spare(3);
  io.bits("SAI", 1, v.available);
}
void describe(Io& io, AdditionalConfigurationIndication& v) {
  io.spare(3);
  io.bits("SCMR", 1, v.scmr);
}
void describe(Io& io, DeregistrationType& v) {
  io.bits("Switch off", 1, v.switch_off);
  io.bits("Re-registration required", 1, v.reregistration);
  io.bits("Access type", 2, v.access);
}
void describe(Io& io, ControlPlaneServiceType& v) {
  io.spare(1);
  io.bits("", 3, v.value);
}

void describe(Io& io, CiotSmallData& v) {
  if (io.inventing()) {
    v.data_type = static_cast<uint8_t>(io.random().between(0, 2));
  } else {
    io.bits("Data type", 3, v.data_type);
  }
  if (v.data_type == 1) {
    io.spare(5);
  } else {
    io.bits("DDX", 2, v.ddx);
    if (v.data_type == 0) io.bits("PDU session identity", 3, v.pdu_session_id);
    if (v.data_type != 0) io.spare(3);
  }
  if (v.data_type == 2) io.sized(1, [&] { io.rest("Additional information", v.additional); });
  io.rest("Data contents", v.data);
}
void describe(Io& io, ReleaseAssistance& v) {
  io.spare(2);
  io.bits("DDX", 2, v.ddx);
}
void describe(Io& io, RequestType& v) {
  io.spare(1);
  io.bits("", 3, v.kind);
}
void describe(Io& io, ServiceType& v) { io.bits("", 4, v.kind); }

void describe(Io& io, RelayKeyRequestParameters& v) {
  io.bits("Relay service code", 24, v.service_code);
  io.octets("Nonce_1", v.nonce_1);
  io.spare(7);
  io.bits("UEIDT", 1, v.pruk);
  if (v.pruk) return io.rest("PRUK ID", v.pruk_id, 1);
  if (io.inventing()) {
    Suci suci;
    suci.plmn = Plmn(1, 1, 2);
    suci.msin = "0123456789";
    v.ue = suci;
    return;
  }
  io.inside("SUCI", [&] { io.sized(2, [&] { describe(io, v.ue); }); });
}
void describe(Io& io, RelayKeyResponseParameters& v) {
  io.octets("K_NR_ProSe", v.key);
  io.octets("Nonce_2", v.nonce_2);
  io.rest("CP-PRUK ID", v.pruk_id, 1);
}

// ---- payload container --------------------------------------------------------------------------------------------------------------

PayloadContainer::PayloadContainer() = default;
PayloadContainer::PayloadContainer(Message m) { sm.message = std::move(m); }
PayloadContainer::PayloadContainer(Bytes octets) : bytes(std::move(octets)) {}
PayloadContainer::PayloadContainer(const PayloadContainer&) = default;
PayloadContainer::PayloadContainer(PayloadContainer&&) noexcept = default;
PayloadContainer& PayloadContainer::operator=(PayloadContainer other) noexcept {
  sm = std::move(other.sm);
  entries = std::move(other.entries);
  service_level_aa = std::move(other.service_level_aa);
  bytes = std::move(other.bytes);
  return *this;
}
PayloadContainer::~PayloadContainer() = default;
bool PayloadContainer::operator==(const PayloadContainer& other) const {
  return sm == other.sm && entries == other.entries && service_level_aa == other.service_level_aa && bytes == other.bytes;
}

void describe(Io& io, PayloadContainerType& v) {
  io.bits("", 4, v.type);
  io.payload_type = static_cast<uint8_t>(v.type);
}

void describe(Io& io, PayloadOption& v) {
  if (io.inventing()) {
    v.type = 0x12;
    v.value = {static_cast<uint8_t>(io.random().between(1, 15))};
    return;
  }
  io.octet("Type of optional IE", v.type);
  io.sized(1, [&] { io.rest("Value of optional IE", v.value); });
}

void describe(Io& io, PayloadEntry& v) {
  io.sized(2, [&] {
    if (io.decoding() || io.encoding()) io.count(4, v.options);
    if (io.inventing()) {
      v.options.resize(io.random().between(0, 1));
      v.type = PayloadType::n1_sm_information;
    } else {
      io.bits("Payload container type", 4, v.type);
    }
    io.items("Optional IE", v.options);
    uint8_t outer = io.payload_type;
    // A list of payloads holds no further list.
    io.payload_type = v.type == PayloadType::multiple_payloads ? 0 : static_cast<uint8_t>(v.type);
    io.part("Payload container contents", v.container);
    io.payload_type = outer;
  });
}

void describe(Io& io, PayloadContainer& v) {
  bool known = io.decoding() || io.inventing();
  auto type = static_cast<PayloadType>(io.payload_type);
  if (known ? type == PayloadType::n1_sm_information : v.sm.message || !v.sm.bytes.empty()) {
    if (!io.inventing()) return describe(io, v.sm);
    auto tables = sm_tables();
    v.sm.message = invent(*tables[io.random().between(0, tables.size() - 1)], io.random(), 0.2);
  } else if (known ? type == PayloadType::multiple_payloads : !v.entries.empty()) {
    io.count(8, v.entries, 0, 2);
    if (io.inventing() && v.entries.empty()) v.entries.resize(1);
    io.items("Payload container entry", v.entries);
  } else if (known ? type == PayloadType::service_level_aa : v.service_level_aa.has_value()) {
    if (known) v.service_level_aa.emplace();
    describe(io, *v.service_level_aa);
  } else {
    io.rest("", v.bytes, io.inventing() ? 20 : 0, 20);
  }
}

}  // namespace sen::nas
