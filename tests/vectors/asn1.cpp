// Block "asn1": NGAP (aligned PER) and NR RRC (unaligned): octets decode, print what the vector's JSON states, and encode to the same octets.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "codec/ngap/ngap.h"
#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_tables.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

using nlohmann::json;

// "0110...": octets as bits, so that octet strings can be found in unaligned PER.
std::string bits_of(ByteView octets) {
  std::string out;
  for (uint8_t octet : octets) {
    for (unsigned i = 8; i-- > 0;) out += octet >> i & 1 ? '1' : '0';
  }
  return out;
}

// Compares the JSON of the vector's origin with our tree. Both name fields as ASN.1 does; the origin's list of fields has another order, its wrappers
// ("value", lists of IEs) have no counterpart, and it leaves some containers (OCTET STRING (CONTAINING ...)) as octets. So each leaf of the JSON must
// be there among our leaves by name and value, as often as it is stated; one that we decode further must be there as octets of the message.
class JsonComparison {
 public:
  JsonComparison(const codec::Tree& tree, ByteView message) : message_(bits_of(message)) {
    for (const auto& leaf : tree.leaves()) {
      ours_.emplace(name_of(leaf.path), leaf.value);
      if (std::ranges::count(leaf.path, '.') <= 1) ours_.emplace(ie, leaf.value);
      for (size_t from = leaf.path.find('.'), to; from != std::string::npos; from = to) {
        to = leaf.path.find('.', ++from);
        if (to != std::string::npos) parts_.insert(leaf.path.substr(from, leaf.path.find('[', from) < to ? leaf.path.find('[', from) - from : to - from));
      }
      uninterpreted_ |= leaf.opaque_bits != 0;
    }
  }

  void compare(const json& v, const std::string& name, Outcome& o) {
    if (v.is_object()) {
      for (const auto& [key, item] : v.items()) {
        if (key == "procedureCode" || key == "criticality" || key == "id") continue;  // see check_ngap_frame
        compare(item, key == "value" ? name : key == "Value" ? ie : key, o);
      }
    } else if (v.is_array()) {
      for (const auto& item : v) compare(item, name, o);
    } else {
      leaf(name, v.is_string() ? v.get<std::string>() : v.dump(), o);
    }
  }

 private:
  static constexpr const char* ie = "an information element";

  // "a.b[0].name[3]" -> "name"
  static std::string name_of(std::string_view path) {
    path.remove_prefix(std::min(path.rfind('.') + 1, path.size()));
    return std::string(path.substr(0, path.find('[')));
  }

  // With the length in front that PER gives an OCTET STRING without constraint (X.691 11.9).
  static std::string with_length(const Bytes& octets) {
    Bytes length;
    if (octets.size() >= 0x80) length.push_back(static_cast<uint8_t>(0x80 | octets.size() >> 8));
    length.push_back(static_cast<uint8_t>(octets.size()));
    return bits_of(length) + bits_of(octets);
  }

  void leaf(const std::string& name, const std::string& value, Outcome& o) {
    auto [first, last] = ours_.equal_range(name);
    auto it = std::find_if(first, last, [&](const auto& leaf) { return leaf.second == value; });
    if (it != last) {
      ours_.erase(it);
      return;
    }
    auto octets = from_hex(value);
    bool found = octets && parts_.contains(name) && message_.find(with_length(*octets)) != std::string::npos;
    // Of UE capabilities the parts of later releases are kept, not interpreted.
    if (!found && !(uninterpreted_ && name.ends_with("-r16"))) o.fail("json: {} = {} is not in our tree", name, value);
  }

  std::multimap<std::string, std::string> ours_;
  std::set<std::string, std::less<>> parts_;  // names that have leaves below them
  std::string message_;
  bool uninterpreted_ = false;
};

// The frame of an NGAP PDU in aligned PER, which our decoder does not show: procedure, criticality, and the identifiers and criticalities of its
// information elements.
void check_ngap_frame(const json& theirs, ByteView octets, Outcome& o) {
  static constexpr const char* kinds[] = {"initiatingMessage", "successfulOutcome", "unsuccessfulOutcome"};
  static constexpr const char* criticalities[] = {"reject", "ignore", "notify", "?"};
  ByteReader in(octets);
  auto octet = [&] { return in.u8().value_or(0xff); };
  auto criticality = [&] { return criticalities[octet() >> 6]; };
  auto length = [&] {
    unsigned first = octet();
    return first < 0x80 ? first : (first & 0x3f) << 8 | octet();
  };
  unsigned kind = octet() >> 5;
  if (kind > 2 || !o.holds("json has the PDU's kind", theirs.contains(kinds[kind]))) return;
  const json& pdu = theirs[kinds[kind]];
  o.equal("json: procedureCode", octet(), pdu.value("procedureCode", -1));
  o.equal("json: criticality", std::string(criticality()), pdu.value("criticality", ""));
  length();
  octet();  // no extension
  const json& contents = pdu.value("value", json::object());
  const json& ies = contents.empty() ? contents : contents.begin()->value("protocolIEs", json::array());
  unsigned n = in.u16().value_or(0xffff);
  if (!o.equal("json: number of IEs", n, ies.size())) return;
  for (const json& ie : ies) {
    o.equal("json: id", in.u16().value_or(0xffff), ie.value("id", -1));
    o.equal("json: criticality of an IE", std::string(criticality()), ie.value("criticality", ""));
    if (!o.holds("the IE's length", in.take(length()).has_value())) return;
  }
}

void ngap(const Bytes& octets, codec::Tree& tree, Bytes& again, Outcome& o) {
  ngap::Diagnostics diagnostics;
  auto pdu = ngap::decode(octets, &diagnostics);
  if (!o.ok("decode", pdu)) return;
  o.holds("the message is known, without remarks", pdu->known() && diagnostics.verdict == ngap::Verdict::ok && diagnostics.problems.empty());
  ngap::print(*pdu, tree);
  o.equal("opaque bits", tree.opaque_bits(), 0u);
  auto bytes = ngap::encode(*pdu);
  if (o.ok("encode", bytes)) again = *bytes;
}

void rrc(const Case& c, const std::string& name, const Bytes& octets, codec::Tree& tree, Bytes& again, Outcome& o) {
  const per::Type* type = nullptr;
  for (const auto& named : rrc::all_types()) {
    if (name == named.name) type = named.type;
  }
  if (type == nullptr) c.error("type", "unknown type " + name);
  std::unique_ptr<void, void (*)(void*)> value(type->ops->create(), type->ops->destroy);
  if (!o.ok("decode", per::decode(*type, value.get(), octets, per::Variant::unaligned))) return;
  per::print(*type, value.get(), type->name, tree);
  if (name != "UE-NR-Capability") o.equal("opaque bits", tree.opaque_bits(), 0u);
  o.ok("encode", per::encode(*type, value.get(), per::Variant::unaligned, again));
}

Outcome run(const Case& c) {
  Outcome o;
  auto octets = c.hex("uper_or_aper_hex");
  o.equal("length_bytes", octets.size(), c.integer("length_bytes"));
  auto type = c.text("type");
  codec::Tree tree;
  Bytes again;
  if (type == "NGAP-PDU") {
    ngap(octets, tree, again, o);
  } else {
    rrc(c, type, octets, tree, again, o);
  }
  if (!o.passed()) return o;
  o.octets("encoded again", again, octets);
  c.informative("name", "repacks_to_the_same_bytes", "repacked_hex");  // the vectors' origin's own
  if (type == "NGAP-PDU") check_ngap_frame(c.raw("json"), octets, o);
  JsonComparison(tree, octets).compare(c.raw("json"), "", o);
  return o;
}

const Register registered("asn1", run);

}  // namespace
}  // namespace sen::vectors
