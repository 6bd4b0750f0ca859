#include "core/amf/config.h"

#include <algorithm>
#include <charconv>

namespace sen::amf {

namespace {

std::string join(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::optional<uint32_t> number(std::string_view text, int base) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

void describe_plmn(config::Section& section, Plmn& plmn) {
  section.section("plmn_id", "The network's identity", [&](config::Section& s) {
    std::string mcc = plmn.mcc_text(), mnc = plmn.mnc_text();
    s.value("mcc", mcc, "Mobile country code, 3 digits");
    s.value("mnc", mnc, "Mobile network code, 2 or 3 digits");
    if (s.listing()) return;
    if (auto parsed = Plmn::parse(mcc + "/" + mnc)) {
      plmn = *parsed;
    } else {
      s.problem("", "mcc " + mcc + " and mnc " + mnc + " are no PLMN identity (3 digits, and 2 or 3 digits)");
    }
  });
}

void describe_slice(config::Section& s, SNssai& slice) {
  s.value("sst", slice.sst, 0, 255, "", "Slice/service type");
  s.parsed("sd", "6 hexadecimal digits", "",
           [&](std::string_view text) -> Status {
             auto value = number(text, 16);
             if (!value || text.size() != 6) return fail(Fault::invalid, "sd", "{} is not 6 hexadecimal digits", text);
             slice.sd = *value;
             return {};
           },
           "Slice differentiator; absent for a slice without one");
}

void describe_tacs(config::Section& s, std::vector<Tac>& list) {
  std::vector<std::string> tacs;
  for (Tac tac : list) tacs.push_back(std::to_string(tac));
  s.value("tac", tacs, "One tracking area code or a list of them (decimal, or 0x and hexadecimal)");
  if (s.listing()) return;
  list.clear();
  for (std::string_view text : tacs) {
    auto value = text.starts_with("0x") ? number(text.substr(2), 16) : number(text, 10);
    if (!value || *value > 0xffffff) {
      s.problem("tac", std::string(text) + " is not a tracking area code (0 to 16777215)");
    } else {
      list.push_back(*value);
    }
  }
}

void describe_tais(config::Section& s, ServedTais& served) {
  describe_plmn(s, served.plmn);
  describe_tacs(s, served.tacs);
}

template <class Algorithm>
void describe_order(config::Section& s, std::string_view key, std::vector<Algorithm>& order, std::string_view family, unsigned lowest,
                    std::string_view sentence) {
  std::vector<std::string> names;
  for (Algorithm algorithm : order) names.emplace_back(crypto::to_string(algorithm));
  s.value(key, names, sentence);
  if (s.listing()) return;
  order.clear();
  for (const auto& name : names) {
    bool ours = name.size() == 4 && name.starts_with(family) && name[3] >= '0' && name[3] <= '3';
    if (!ours) {
      s.problem(key, name + " is none of " + std::string(family) + std::to_string(lowest) + " to " + std::string(family) + "3");
    } else if (static_cast<unsigned>(name[3] - '0') < lowest) {
      s.problem(key, name + " would leave signalling without integrity protection (TS 33.501 5.5.2): not allowed");
    } else {
      order.push_back(static_cast<Algorithm>(name[3] - '0'));
    }
  }
  if (order.empty()) s.problem(key, "names no algorithm");
}

void describe_timers(config::Section& section, MmTimers& timers) {
  auto timer = [&](std::string_view key, uint32_t& member, int64_t high, std::string_view sentence) {
    section.section(key, sentence, [&](config::Section& s) { s.value("value", member, 1, high, "s", sentence); });
  };
  timer("t3502", timers.t3502, 11160, "After five failed registrations the UE waits this long");
  timer("t3512", timers.t3512, 35712000, "Period of the periodic registration update");
  timer("t3513", timers.t3513, 60, "Paging is repeated after this time");
  timer("t3522", timers.t3522, 60, "Deregistration request is repeated after this time");
  timer("t3550", timers.t3550, 60, "Registration accept is repeated after this time");
  timer("t3555", timers.t3555, 60, "Configuration update command is repeated after this time");
  timer("t3560", timers.t3560, 60, "Authentication request and security mode command are repeated after this time");
  timer("t3570", timers.t3570, 60, "Identity request is repeated after this time");
}

}  // namespace

bool ServiceArea::permits(Tac tac) const {
  return tacs.empty() || (std::find(tacs.begin(), tacs.end(), tac) != tacs.end()) != not_allowed;
}

bool AmfConfig::serves(const Plmn& plmn) const {
  return std::any_of(tais.begin(), tais.end(), [&](const ServedTais& t) { return t.plmn == plmn; });
}

bool AmfConfig::serves(const Tai& tai) const {
  return std::any_of(tais.begin(), tais.end(), [&](const ServedTais& t) {
    return t.plmn == tai.plmn && std::find(t.tacs.begin(), t.tacs.end(), tai.tac) != t.tacs.end();
  });
}

const PlmnSupport* AmfConfig::support_of(const Plmn& plmn) const {
  auto found = std::find_if(plmn_support.begin(), plmn_support.end(), [&](const PlmnSupport& p) { return p.plmn == plmn; });
  return found == plmn_support.end() ? nullptr : &*found;
}

bool AmfConfig::supports(const Plmn& plmn, const SNssai& slice) const {
  const PlmnSupport* support = support_of(plmn);
  return support && std::any_of(support->slices.begin(), support->slices.end(), [&](const SupportedSlice& s) { return s.s_nssai == slice; });
}

const Guami& AmfConfig::guami_of(const Plmn& plmn) const {
  auto found = std::find_if(guamis.begin(), guamis.end(), [&](const Guami& g) { return g.plmn == plmn; });
  return found == guamis.end() ? guamis.front() : *found;
}

std::string AmfConfig::tais_text() const {
  std::vector<std::string> parts;
  for (const auto& served : tais) {
    for (Tac tac : served.tacs) parts.push_back(Tai{served.plmn, tac}.text());
  }
  return join(parts);
}

std::string AmfConfig::slices_text(const Plmn& plmn) const {
  std::vector<std::string> parts;
  if (const PlmnSupport* support = support_of(plmn)) {
    for (const auto& slice : support->slices) parts.push_back(slice.s_nssai.text());
  }
  return join(parts);
}

void describe(config::Section& section, AmfConfig& c) {
  section.value("name", c.name, "Name that gNBs see");
  section.section("ngap", "N2 towards the gNBs", [&](config::Section& s) {
    s.list<NgapServer>("server", c.ngap_servers, "Addresses to listen on", [](config::Section& e, NgapServer& server) {
      e.value("address", server.address, "IP address");
      e.value("port", server.port, 0, 65535, "", "SCTP port");
    });
    s.choice("sctp", c.sctp, {"auto", "kernel", "usrsctp", "usrsctp-udp"}, "SCTP implementation");
    s.value("udp_port", c.udp_port, 1, 65535, "", "UDP port of SCTP over UDP (RFC 6951)");
  });
  section.list<Guami>("guami", c.guamis, "Globally unique AMF identifiers that this AMF serves", [](config::Section& e, Guami& guami) {
    if (!guami.plmn.valid() || guami.plmn == Plmn{}) guami = {Plmn{999, 70, 2}, 2, 1, 0};
    describe_plmn(e, guami.plmn);
    e.section("amf_id", "The AMF's identifier", [&](config::Section& s) {
      s.value("region", guami.region, 0, 255, "", "AMF region");
      s.value("set", guami.set, 0, 1023, "", "AMF set");
      s.value("pointer", guami.pointer, 0, 63, "", "AMF pointer");
    });
  });
  section.list<ServedTais>("tai", c.tais, "Tracking areas served", describe_tais);
  section.list<PlmnSupport>("plmn_support", c.plmn_support, "Networks and their slices", [](config::Section& e, PlmnSupport& support) {
    describe_plmn(e, support.plmn);
    e.list<SupportedSlice>("s_nssai", support.slices, "Slices", [](config::Section& s, SupportedSlice& slice) {
      describe_slice(s, slice.s_nssai);
      s.value("dnn", slice.default_dnn, "Data network of UEs that name none and whose subscription has no default");
    });
  });
  section.section("security", "NAS security", [&](config::Section& s) {
    describe_order(s, "integrity_order", c.integrity_order, "NIA", 1, "Integrity algorithms, the preferred one first");
    describe_order(s, "ciphering_order", c.ciphering_order, "NEA", 0, "Ciphering algorithms, the preferred one first");
    s.value("strict_bidding_down", c.strict_bidding_down,
            "Refuse a UE that does not repeat its registration request under protection when it is asked to (TS 33.501 6.7.2)");
    s.value("renewal_count", c.renewal_count, 1, crypto::NasSecurity::renewal_count, "messages", "NAS COUNT above which a UE is authenticated anew");
  });
  section.list<LadnConfig>("ladn", c.ladns, "Local area data networks that UEs learn of at registration", [](config::Section& e, LadnConfig& ladn) {
    e.value("dnn", ladn.dnn, "Data network name");
    describe_tacs(e, ladn.tacs);
  });
  section.section("service_area", "Where UEs may use services; no tracking area: everywhere", [&](config::Section& s) {
    s.value("not_allowed", c.service_area.not_allowed, "The tracking areas are those where they may not");
    describe_tacs(s, c.service_area.tacs);
  });
  section.section("network_name", "Name that the UE shows", [&](config::Section& s) {
    s.value("full", c.network_full_name, "Long form");
    s.value("short", c.network_short_name, "Short form");
  });
  section.section("time", "Timers", [&](config::Section& s) { describe_timers(s, c.timers); });
  section.value("relative_capacity", c.relative_capacity, 0, 255, "", "Weight of this AMF for gNBs that choose among several");
  section.section("overload", "Protection against overload", [&](config::Section& s) {
    s.value("start", c.overload.start, 1, 1'000'000, "procedures", "Procedures under way above which the AMF is overloaded");
    s.value("stop", c.overload.stop, 0, 1'000'000, "procedures", "Procedures under way below which it no longer is");
    s.value("back_off", c.overload.back_off_s, 1, 11160, "s", "Back-off timer in a reject because of overload");
    s.value("reduction", c.overload.reduction_percent, 1, 99, "%", "Traffic that gNBs are asked to leave out");
  });
  if (section.listing()) return;
  if (c.guamis.empty()) section.problem("guami", "needs at least one entry");
  if (c.ngap_servers.empty()) section.problem("ngap", "server needs at least one entry");
}

}  // namespace sen::amf
