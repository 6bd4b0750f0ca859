#include "core/udm/import.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace sen::udm {
namespace {

using Json = nlohmann::ordered_json;

// Builds the document, and gives up (without an exception) on a syntax error or above max_import_depth.
class Builder : public nlohmann::detail::json_sax_dom_parser<Json> {
 public:
  using Base = nlohmann::detail::json_sax_dom_parser<Json>;
  explicit Builder(Json& document) : Base(document, false) {}

  bool start_object(size_t size) { return deeper() && Base::start_object(size); }
  bool start_array(size_t size) { return deeper() && Base::start_array(size); }
  bool end_object() { return --depth_, Base::end_object(); }
  bool end_array() { return --depth_, Base::end_array(); }
  template <class Exception>
  bool parse_error(size_t position, const std::string&, const Exception&) {
    position_ = position;
    return false;
  }
  size_t position() const { return position_; }
  bool too_deep() const { return too_deep_; }

 private:
  bool deeper() {
    too_deep_ = ++depth_ > max_import_depth;
    return !too_deep_;
  }
  size_t depth_ = 0;
  size_t position_ = 0;
  bool too_deep_ = false;
};

// A value in a document with its path: "slice[0].session[1].qos.index".
class Field {
 public:
  Field(const Json* value, std::string path) : value_(value), path_(std::move(path)) {}

  bool present() const { return value_ != nullptr && !value_->is_null(); }
  bool is_object() const { return present() && value_->is_object(); }
  bool is_string() const { return present() && value_->is_string(); }
  bool is_array() const { return present() && value_->is_array(); }
  const std::string& path() const { return path_; }
  Field operator[](const char* name) const {
    const Json* inner = nullptr;
    if (is_object()) {
      if (auto found = value_->find(name); found != value_->end()) inner = &*found;
    }
    return {inner, path_.empty() ? name : path_ + '.' + name};
  }
  size_t size() const { return is_array() || is_object() ? value_->size() : 0; }
  Field at(size_t i) const { return {&(*value_)[i], fmt::format("{}[{}]", path_, i)}; }
  // The members of an object.
  std::vector<std::pair<std::string, Field>> members() const {
    std::vector<std::pair<std::string, Field>> out;
    if (!is_object()) return out;
    for (const auto& [name, inner] : value_->items()) out.emplace_back(name, Field(&inner, path_ + '.' + name));
    return out;
  }

  std::unexpected<Error> wrong(std::string_view wanted) const {
    if (!present()) return fail(Fault::missing, path_, "is absent, {} is needed", wanted);
    return fail(Fault::invalid, path_, "{} where {} is needed", value_->dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 60),
                wanted);
  }
  Status array(size_t most) const {
    if (!is_array()) return wrong("a list");
    if (size() > most) return fail(Fault::exhausted, path_, "{} entries (at most {})", size(), most);
    return {};
  }
  Result<std::string> text() const {
    if (!is_string()) return wrong("a string");
    return value_->get_ref<const std::string&>();
  }
  std::optional<bool> boolean() const { return present() && value_->is_boolean() ? std::optional(value_->get<bool>()) : std::nullopt; }
  // Numbers, digits in a string, and MongoDB's {"$numberLong": "64"}, {"$numberInt": ...}, {"$numberDouble": ...}.
  Result<uint64_t> number(uint64_t low, uint64_t high) const {
    std::optional<uint64_t> value = plain_number();
    if (!value || *value < low || *value > high) return wrong(fmt::format("a whole number from {} to {}", low, high));
    return *value;
  }
  Result<uint64_t> number_or(uint64_t absent, uint64_t low, uint64_t high) const {
    if (!present()) return absent;
    return number(low, high);
  }
  Result<Bytes> hex() const {
    SEN_ASSIGN(std::string digits, text());
    auto bytes = from_hex(digits);
    if (!bytes) return wrong("hexadecimal digits");
    return std::move(*bytes);
  }

 private:
  std::optional<uint64_t> plain_number() const {
    if (!present()) return std::nullopt;
    for (const char* wrapper : {"$numberLong", "$numberInt", "$numberDouble"}) {
      if (Field inner = (*this)[wrapper]; inner.present()) return inner.is_object() ? std::nullopt : inner.plain_number();
    }
    if (value_->is_number_unsigned()) return value_->get<uint64_t>();
    if (value_->is_number_float()) {
      double d = value_->get<double>();
      if (d < 0 || d > 0x1p53 || d != std::floor(d)) return std::nullopt;
      return static_cast<uint64_t>(d);
    }
    if (!is_string()) return std::nullopt;
    const auto& digits = value_->get_ref<const std::string&>();
    if (digits.empty() || digits.size() > 19 || !all_digits(digits)) return std::nullopt;
    return std::stoull(digits);
  }

  const Json* value_;
  std::string path_;
};

// ---- Open5GS

// Units of Open5GS: 0 bit/s, 1 kbit/s, ... 4 Tbit/s, in steps of 1000.
Result<sbi::BitRate> open5gs_rate(Field field) {
  if (!field.is_object() || !field["value"].present()) {
    SEN_ASSIGN(uint64_t bps, field.number(0, 1'000'000'000'000'000));
    return sbi::BitRate{bps};
  }
  SEN_ASSIGN(uint64_t value, field["value"].number(0, 1'000'000'000'000));
  SEN_ASSIGN(uint64_t unit, field["unit"].number_or(0, 0, 4));
  for (uint64_t i = 0; i < unit; ++i) {
    value *= 1000;
    if (value > 1'000'000'000'000'000) return field.wrong("at most 1000 Tbit/s");
  }
  return sbi::BitRate{value};
}

Result<sbi::Ambr> open5gs_ambr(Field field, const sbi::Ambr& absent) {
  if (!field.present()) return absent;
  sbi::Ambr out;
  SEN_ASSIGN(out.uplink, open5gs_rate(field["uplink"]));
  SEN_ASSIGN(out.downlink, open5gs_rate(field["downlink"]));
  return out;
}

Result<Bytes> optional_key(Field field) {
  if (!field.present()) return Bytes();
  return field.hex();
}

Result<Security> open5gs_security(Field field) {
  if (!field.is_object()) return field.wrong("an object with k, op or opc, amf and sqn");
  Security out;
  SEN_ASSIGN(out.k, field["k"].hex());
  SEN_ASSIGN(out.op, optional_key(field["op"]));
  SEN_ASSIGN(out.opc, optional_key(field["opc"]));
  if (field["amf"].present()) {
    SEN_ASSIGN(Bytes amf, field["amf"].hex());
    if (amf.size() != 2) return field["amf"].wrong("4 hexadecimal digits");
    out.amf = {amf[0], amf[1]};
  }
  SEN_ASSIGN(out.sqn, field["sqn"].number_or(0, 0, crypto::sqn_limit - 1));
  return out;
}

// Pre-emption in Open5GS documents: 1 disabled, 2 enabled.
Result<sbi::SubscribedDefaultQos> open5gs_qos(Field field) {
  sbi::SubscribedDefaultQos out;
  SEN_ASSIGN(uint64_t index, field["index"].number_or(9, 1, 255));
  SEN_ASSIGN(uint64_t level, field["arp"]["priority_level"].number_or(8, 1, 15));
  SEN_ASSIGN(uint64_t capability, field["arp"]["pre_emption_capability"].number_or(1, 1, 2));
  SEN_ASSIGN(uint64_t vulnerability, field["arp"]["pre_emption_vulnerability"].number_or(1, 1, 2));
  out.five_qi = static_cast<uint8_t>(index);
  out.arp.priority_level = static_cast<uint8_t>(level);
  out.arp.preempt_cap = static_cast<sbi::PreemptionCapability>(capability - 1);
  out.arp.preempt_vuln = static_cast<sbi::PreemptionVulnerability>(vulnerability - 1);
  return out;
}

template <class T>
Result<std::optional<T>> static_address(Field field, Result<T> (*parse)(std::string_view)) {
  if (!field.present()) return std::nullopt;
  SEN_ASSIGN(std::string text, field.text());
  auto address = parse(text);
  if (!address) return field.wrong("an IP address");
  return *address;
}

Result<Session> open5gs_session(Field field) {
  Session out;
  SEN_ASSIGN(out.dnn, field["name"].text());
  SEN_ASSIGN(uint64_t type, field["type"].number_or(3, 1, 3));
  out.type = static_cast<sbi::PduSessionType>(type - 1);
  SEN_ASSIGN(out.qos, open5gs_qos(field["qos"]));
  SEN_ASSIGN(out.ambr, open5gs_ambr(field["ambr"], out.ambr));
  Field ue = field["ue"];
  SEN_ASSIGN(out.ipv4, static_address(ue["ipv4"].present() ? ue["ipv4"] : ue["addr"], parse_ipv4));
  SEN_ASSIGN(out.ipv6, static_address(ue["ipv6"].present() ? ue["ipv6"] : ue["addr6"], parse_ipv6));
  return out;
}

Result<std::optional<uint32_t>> slice_differentiator(Field field) {
  if (!field.present()) return std::nullopt;
  if (field.is_string()) {
    SEN_ASSIGN(std::string digits, field.text());
    if (digits.empty()) return std::nullopt;
    SEN_ASSIGN(Bytes bytes, field.hex());
    if (bytes.size() != 3) return field.wrong("6 hexadecimal digits");
    uint32_t sd = uint32_t{bytes[0]} << 16 | uint32_t{bytes[1]} << 8 | bytes[2];
    return sd == 0xffffff ? std::nullopt : std::optional(sd);
  }
  return field.wrong("a string of 6 hexadecimal digits");
}

Result<SNssai> snssai(Field field) {
  SNssai out;
  SEN_ASSIGN(uint64_t sst, field["sst"].number(0, 255));
  out.sst = static_cast<uint8_t>(sst);
  SEN_ASSIGN(out.sd, slice_differentiator(field["sd"]));
  return out;
}

// true, false, 0, 1; false when absent.
Result<bool> flag(Field field) {
  if (auto value = field.boolean()) return *value;
  SEN_ASSIGN(uint64_t value, field.number_or(0, 0, 1));
  return value == 1;
}

Result<Slice> open5gs_slice(Field field) {
  Slice out;
  SEN_ASSIGN(out.s_nssai, snssai(field));
  SEN_ASSIGN(out.default_indicator, flag(field["default_indicator"]));
  Field sessions = field["session"];
  SEN_TRY(sessions.array(max_sessions_per_slice));
  for (size_t i = 0; i < sessions.size(); ++i) {
    SEN_ASSIGN(Session session, open5gs_session(sessions.at(i)));
    out.sessions.push_back(std::move(session));
  }
  return out;
}

Result<Subscriber> open5gs_subscriber(const Json& document) {
  Field root(&document, "");
  Subscriber out;
  SEN_ASSIGN(out.imsi, root["imsi"].text());
  SEN_ASSIGN(out.security, open5gs_security(root["security"]));
  if (Field numbers = root["msisdn"]; numbers.present()) {
    SEN_TRY(numbers.array(max_msisdns));
    for (size_t i = 0; i < numbers.size(); ++i) {
      SEN_ASSIGN(std::string number, numbers.at(i).text());
      out.msisdns.push_back(std::move(number));
    }
  }
  SEN_ASSIGN(out.ambr, open5gs_ambr(root["ambr"], out.ambr));
  SEN_ASSIGN(uint64_t restriction, root["access_restriction_data"].number_or(32, 0, UINT32_MAX));
  out.access_restriction_data = static_cast<uint32_t>(restriction);
  SEN_ASSIGN(uint64_t status, root["subscriber_status"].number_or(0, 0, 1));
  out.barred = status == 1;
  Field slices = root["slice"];
  SEN_TRY(slices.array(max_slices));
  for (size_t i = 0; i < slices.size(); ++i) {
    SEN_ASSIGN(Slice slice, open5gs_slice(slices.at(i)));
    out.slices.push_back(std::move(slice));
  }
  return out;
}

// ---- free5GC

// "1 Gbps" (TS 29.571 5.5.2).
Result<sbi::BitRate> bit_rate(Field field) {
  SEN_ASSIGN(std::string text, field.text());
  static constexpr std::string_view units[] = {" bps", " Kbps", " Mbps", " Gbps", " Tbps"};
  double scale = 1;
  for (std::string_view unit : units) {
    if (text.size() > unit.size() && text.size() < 24 && text.ends_with(unit)) {
      std::string_view digits = std::string_view(text).substr(0, text.size() - unit.size());
      double value = 0;
      auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (error != std::errc() || end != digits.data() + digits.size() || !(value >= 0) || value * scale > 1e15) break;
      return sbi::BitRate{static_cast<uint64_t>(std::llround(value * scale))};
    }
    scale *= 1000;
  }
  return field.wrong("a bit rate such as \"1 Gbps\"");
}

Result<sbi::Ambr> bit_rates(Field field, const sbi::Ambr& absent) {
  if (!field.present()) return absent;
  sbi::Ambr out;
  SEN_ASSIGN(out.uplink, bit_rate(field["uplink"]));
  SEN_ASSIGN(out.downlink, bit_rate(field["downlink"]));
  return out;
}

// The first of the spellings that free5GC's releases have used: nested value objects or plain strings.
Result<Bytes> first_key(std::initializer_list<Field> spellings) {
  for (const Field& field : spellings) {
    if (!field.is_string()) continue;
    SEN_ASSIGN(std::string text, field.text());
    if (!text.empty()) return field.hex();
  }
  return Bytes();
}

Result<Security> free5gc_security(Field field) {
  Security out;
  Field k_plain = field["permanentKey"];
  SEN_ASSIGN(out.k, first_key({k_plain["permanentKeyValue"], k_plain, field["encPermanentKey"]}));
  if (out.k.empty()) return k_plain["permanentKeyValue"].wrong("K as hexadecimal digits");
  SEN_ASSIGN(out.opc, first_key({field["opc"]["opcValue"], field["opc"], field["encOpcKey"]}));
  SEN_ASSIGN(out.op, first_key({field["milenage"]["op"]["opValue"], field["encTopcKey"]}));
  if (!out.opc.empty()) out.op.clear();
  if (field["authenticationMethod"].present()) {
    SEN_ASSIGN(std::string method, field["authenticationMethod"].text());
    auto known = sbi::enum_from_string<sbi::AuthType>(method);
    if (!known) return field["authenticationMethod"].wrong("5G_AKA or EAP_AKA_PRIME");
    out.method = *known;
  }
  if (field["authenticationManagementField"].present()) {
    SEN_ASSIGN(Bytes amf, field["authenticationManagementField"].hex());
    if (amf.size() != 2) return field["authenticationManagementField"].wrong("4 hexadecimal digits");
    out.amf = {amf[0], amf[1]};
  }
  Field sqn = field["sequenceNumber"].is_object() ? field["sequenceNumber"]["sqn"] : field["sequenceNumber"];
  if (sqn.present()) {
    SEN_ASSIGN(Bytes octets, sqn.hex());
    if (octets.size() > 6) return sqn.wrong("at most 12 hexadecimal digits");
    for (uint8_t octet : octets) out.sqn = out.sqn << 8 | octet;
  }
  return out;
}

Result<sbi::PduSessionType> free5gc_type(Field types) {
  Field name = types["defaultSessionType"];
  if (!name.present()) return sbi::PduSessionType::ipv4v6;
  SEN_ASSIGN(std::string text, name.text());
  auto type = sbi::enum_from_string<sbi::PduSessionType>(text);
  if (!type || *type > sbi::PduSessionType::ipv4v6) return name.wrong("IPV4, IPV6 or IPV4V6");
  // Several allowed types become the one that allows them all.
  Field allowed = types["allowedSessionTypes"];
  for (size_t i = 0; i < allowed.size() && allowed.is_array(); ++i) {
    SEN_ASSIGN(std::string other, allowed.at(i).text());
    if (other != text) return sbi::PduSessionType::ipv4v6;
  }
  return *type;
}

Result<Session> free5gc_session(const std::string& dnn, Field field) {
  Session out;
  out.dnn = dnn;
  SEN_ASSIGN(out.type, free5gc_type(field["pduSessionTypes"]));
  Field qos = field["5gQosProfile"];
  SEN_ASSIGN(uint64_t five_qi, qos["5qi"].number_or(9, 1, 255));
  SEN_ASSIGN(uint64_t level, qos["arp"]["priorityLevel"].number_or(8, 1, 15));
  out.qos.five_qi = static_cast<uint8_t>(five_qi);
  out.qos.arp.priority_level = static_cast<uint8_t>(level);
  if (Field cap = qos["arp"]["preemptCap"]; cap.is_string()) {
    SEN_ASSIGN(std::string text, cap.text());
    out.qos.arp.preempt_cap = sbi::enum_from_string<sbi::PreemptionCapability>(text).value_or(sbi::PreemptionCapability::not_preempt);
  }
  if (Field vulnerability = qos["arp"]["preemptVuln"]; vulnerability.is_string()) {
    SEN_ASSIGN(std::string text, vulnerability.text());
    out.qos.arp.preempt_vuln =
        sbi::enum_from_string<sbi::PreemptionVulnerability>(text).value_or(sbi::PreemptionVulnerability::not_preemptable);
  }
  SEN_ASSIGN(out.ambr, bit_rates(field["sessionAmbr"], out.ambr));
  Field addresses = field["staticIpAddress"];
  for (size_t i = 0; addresses.is_array() && i < std::min<size_t>(addresses.size(), 2); ++i) {
    Field address = addresses.at(i);
    SEN_ASSIGN(auto ipv4, static_address(address["ipv4Addr"], parse_ipv4));
    SEN_ASSIGN(auto ipv6, static_address(address["ipv6Addr"], parse_ipv6));
    if (ipv4) out.ipv4 = ipv4;
    if (ipv6) out.ipv6 = ipv6;
  }
  return out;
}

Slice& slice_of(Subscriber& subscriber, const SNssai& s_nssai, bool is_default) {
  for (Slice& slice : subscriber.slices) {
    if (slice.s_nssai == s_nssai) {
      slice.default_indicator |= is_default;
      return slice;
    }
  }
  return subscriber.slices.emplace_back(Slice{s_nssai, is_default, {}});
}

// What the documents of one ueId have said so far.
struct Joined {
  Subscriber subscriber;
  bool has_security = false;
  std::string where;  // of the first document
};

Status free5gc_am_data(Field field, Subscriber& out) {
  Field gpsis = field["gpsis"];
  if (gpsis.present()) SEN_TRY(gpsis.array(max_msisdns));
  for (size_t i = 0; i < gpsis.size(); ++i) {
    SEN_ASSIGN(std::string gpsi, gpsis.at(i).text());
    if (gpsi.starts_with("msisdn-") && gpsi.size() > 7) out.msisdns.push_back(gpsi.substr(7));
  }
  SEN_ASSIGN(out.ambr, bit_rates(field["subscribedUeAmbr"], out.ambr));
  for (const char* list : {"defaultSingleNssais", "singleNssais"}) {
    Field slices = field["nssai"][list];
    if (!slices.present()) continue;
    SEN_TRY(slices.array(max_slices));
    for (size_t i = 0; i < slices.size(); ++i) {
      SEN_ASSIGN(SNssai s_nssai, snssai(slices.at(i)));
      slice_of(out, s_nssai, std::string_view(list) == "defaultSingleNssais");
    }
  }
  return {};
}

Status free5gc_sm_data(Field field, Subscriber& out) {
  SEN_ASSIGN(SNssai s_nssai, snssai(field["singleNssai"]));
  Slice& slice = slice_of(out, s_nssai, false);
  for (const auto& [dnn, configuration] : field["dnnConfigurations"].members()) {
    if (slice.sessions.size() >= max_sessions_per_slice) {
      return fail(Fault::exhausted, configuration.path(), "more than {} DNNs in a slice", max_sessions_per_slice);
    }
    SEN_ASSIGN(Session session, free5gc_session(dnn, configuration));
    slice.sessions.push_back(std::move(session));
  }
  return {};
}

// One document: either a web console record with its named parts, or a document of one collection, told by the members that it has.
Status free5gc_document(Field root, Joined& joined) {
  bool console = root["AuthenticationSubscription"].present();
  Field authentication = console ? root["AuthenticationSubscription"] : root;
  if (console || root["permanentKey"].present() || root["encPermanentKey"].present()) {
    SEN_ASSIGN(joined.subscriber.security, free5gc_security(authentication));
    joined.has_security = true;
  }
  Field am = root["AccessAndMobilitySubscriptionData"].present() ? root["AccessAndMobilitySubscriptionData"] : root;
  if (am["nssai"].present() || am["subscribedUeAmbr"].present()) SEN_TRY(free5gc_am_data(am, joined.subscriber));
  Field sm = root["SessionManagementSubscriptionData"];
  if (sm.is_array()) {
    SEN_TRY(sm.array(max_slices));
    for (size_t i = 0; i < sm.size(); ++i) SEN_TRY(free5gc_sm_data(sm.at(i), joined.subscriber));
  } else if (root["dnnConfigurations"].present()) {
    SEN_TRY(free5gc_sm_data(root, joined.subscriber));
  }
  return {};
}

// ---- Documents of a file

// Finds the top-level documents of one file: objects one after the other, or in one array.
class Documents {
 public:
  explicit Documents(std::string_view text) : text_(text) {}

  // The next document's text, empty at the end. Error when something else than an object stands there.
  Result<std::string_view> next() {
    skip_between();
    if (at_ == text_.size()) return std::string_view();
    line_ = current_line_;
    if (text_[at_] != '{') return fail(Fault::invalid, fmt::format("line {}", line_), "no JSON object begins here");
    size_t begin = at_;
    size_t depth = 0;
    bool in_string = false;
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '\n') ++current_line_;
      if (in_string) {
        if (c == '\\') {
          ++at_;
        } else if (c == '"') {
          in_string = false;
        }
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{') {
        ++depth;
      } else if (c == '}' && --depth == 0) {
        ++at_;
        return text_.substr(begin, at_ - begin);
      }
    }
    at_ = text_.size();
    return fail(Fault::truncated, fmt::format("line {}", line_), "the file ends inside the JSON object that begins here");
  }
  size_t line() const { return line_; }

 private:
  void skip_between() {
    constexpr std::string_view between = " \t\r\n,[]";
    for (; at_ < text_.size() && between.find(text_[at_]) != between.npos; ++at_) current_line_ += text_[at_] == '\n';
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t current_line_ = 1;
  size_t line_ = 1;
};

Result<Json> parse_json(std::string_view text) {
  Json out;
  Builder builder(out);
  if (Json::sax_parse(text, &builder)) return out;
  if (builder.too_deep()) return fail(Fault::exhausted, "", "nested deeper than {} levels", max_import_depth);
  return fail(Fault::invalid, "", "not JSON at character {} of the record", builder.position());
}

class Import {
 public:
  Status read(const ImportText& file) {
    if (file.text.size() > max_import_octets) return fail(Fault::exhausted, file.file, "is larger than {} octets", max_import_octets);
    std::string_view text = file.text;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    Documents documents(text);
    for (size_t record = 1;; ++record) {
      auto document = documents.next();
      if (!document) return std::unexpected(std::move(document).error().within(file.file));
      if (document->empty()) return {};
      std::string where = fmt::format("{} record {} (line {})", file.file, record, documents.line());
      if (auto status = take(*document, where); !status) return std::unexpected(std::move(status).error().within(where));
    }
  }

  Result<std::vector<Subscriber>> finish() {
    std::vector<Subscriber> out;
    for (Joined* joined : order_) {
      Subscriber& subscriber = joined->subscriber;
      std::string where = joined->where + " imsi-" + subscriber.imsi;
      if (!joined->has_security) {
        return fail(Fault::missing, where, "no document gives its authentication subscription (permanentKey, opc)");
      }
      std::erase_if(subscriber.slices, [](const Slice& slice) { return slice.sessions.empty(); });
      if (auto status = validate(subscriber); !status) return std::unexpected(std::move(status).error().within(where));
      out.push_back(std::move(subscriber));
    }
    return out;
  }

 private:
  Status take(std::string_view text, const std::string& where) {
    SEN_ASSIGN(Json document, parse_json(text));
    Field root(&document, "");
    if (root["imsi"].present()) {
      SEN_ASSIGN(Subscriber subscriber, open5gs_subscriber(document));
      SEN_TRY(validate(subscriber));
      std::string imsi = subscriber.imsi;
      Joined& joined = join(imsi, where);
      if (joined.has_security) return fail(Fault::invalid, "imsi", "{} occurs twice", imsi);
      joined.subscriber = std::move(subscriber);
      joined.has_security = true;
      return {};
    }
    if (root["ueId"].present()) {
      SEN_ASSIGN(std::string supi, root["ueId"].text());
      auto imsi = imsi_from_supi(supi);
      if (!imsi) return root["ueId"].wrong("\"imsi-\" and digits");
      return free5gc_document(root, join(*imsi, where));
    }
    return fail(Fault::missing, "", "has neither imsi (Open5GS) nor ueId (free5GC)");
  }

  Joined& join(const std::string& imsi, const std::string& where) {
    auto [found, is_new] = joined_.try_emplace(imsi);
    if (is_new) {
      found->second.subscriber.imsi = imsi;
      found->second.where = where;
      order_.push_back(&found->second);
    }
    return found->second;
  }

  std::map<std::string, Joined> joined_;
  std::vector<Joined*> order_;
};

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return fail(Fault::io, path, "cannot be opened");
  auto size = static_cast<std::streamoff>(file.tellg());
  if (size < 0 || static_cast<size_t>(size) > max_import_octets) {
    return fail(Fault::exhausted, path, "is larger than {} octets", max_import_octets);
  }
  std::string text(static_cast<size_t>(size), '\0');
  file.seekg(0);
  file.read(text.data(), size);
  if (!file) return fail(Fault::io, path, "cannot be read");
  return text;
}

}  // namespace

Result<std::vector<Subscriber>> parse_subscribers(const std::vector<ImportText>& files) {
  Import import;
  for (const ImportText& file : files) SEN_TRY(import.read(file));
  return import.finish();
}

Result<ImportReport> import_files(SubscriberStore& store, const std::vector<std::string>& paths, bool replace) {
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    SEN_ASSIGN(std::string text, read_file(path));
    texts.push_back(std::move(text));
  }
  std::vector<ImportText> files;
  for (size_t i = 0; i < paths.size(); ++i) files.push_back({paths[i], texts[i]});
  SEN_ASSIGN(auto subscribers, parse_subscribers(files));
  SEN_ASSIGN(size_t added, store.put(subscribers, replace));
  return ImportReport{added, subscribers.size() - added};
}

}  // namespace sen::udm
