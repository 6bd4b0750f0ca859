// sen5g pcap verify: decodes every NGAP, NAS, RRC, PFCP and GTP-U message of a capture, encodes it again and reports each difference.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "apps/commands.h"
#include "apps/dissect.h"
#include "apps/nas_tracker.h"
#include "codec/gtpu/message.h"
#include "codec/ngap/ngap.h"
#include "codec/pfcp/message.h"
#include "codec/rrc/rrc.h"

namespace sen {

namespace {

struct Tally {
  size_t messages = 0;
  size_t differences = 0;
  size_t opaque_bits = 0;
};

class Verifier {
 public:
  explicit Verifier(const PcapVerifyOptions& options) : options_(options) {}

  Status load_keys() { return options_.subscribers.empty() ? Status{} : tracker_.load(options_.subscribers); }

  Status verify(const std::string& path) {
    SEN_ASSIGN(auto file, PcapFile::read(path));
    path_ = path;
    tallies_.clear();
    ciphered_ = 0;
    Dissection dissection = dissect(file);
    for (const Dissected& message : dissection.messages) one(message);
    report(dissection);
    return {};
  }

  size_t differences() const { return total_differences_; }

 private:
  void one(const Dissected& message) {
    frame_ = message.frame;
    switch (message.protocol) {
      case Protocol::ngap: return ngap_message(message);
      case Protocol::nas: return nas_pdu("exported", true, message.message);
      case Protocol::rrc: return rrc_message(message.flow, message.message);
      case Protocol::pfcp: return pfcp_datagram(message.message);
      case Protocol::gtpu: return gtpu_message(message.message);
    }
  }

  void ngap_message(const Dissected& dissected) {
    ngap::Diagnostics diagnostics;
    auto pdu = ngap::decode(dissected.message, &diagnostics);
    if (!pdu) return difference("NGAP", pdu.error().describe());
    std::string type = fmt::format("NGAP {}", pdu->name());
    if (!pdu->known()) return difference(type, fmt::format("procedure code {} is not known", pdu->procedure_code));
    codec::Tree tree;
    ngap::print(*pdu, tree);
    auto encoded = ngap::encode(*pdu);
    codec::Tree again;
    if (encoded) {
      if (auto second = ngap::decode(*encoded)) ngap::print(*second, again);
    }
    compare(type, dissected.message, encoded, tree, again);
    nas_inside(tree, dissected.flow);
  }

  // The NAS PDUs of an NGAP message are its leaves named NAS-PDU, nAS-PDU or pDUSessionNAS-PDU.
  void nas_inside(const codec::Tree& tree, const std::string& flow) {
    std::string ran_ue;
    for (const auto& leaf : tree.leaves()) {
      if (leaf.path.ends_with(".RAN-UE-NGAP-ID")) ran_ue = leaf.value;
    }
    for (const auto& leaf : tree.leaves()) {
      std::string_view name = std::string_view(leaf.path).substr(leaf.path.rfind('.') + 1);
      if (name != "NAS-PDU" && name != "nAS-PDU" && name != "pDUSessionNAS-PDU") continue;
      bool uplink = leaf.path.starts_with("Uplink") || leaf.path.starts_with("Initial") ? !leaf.path.starts_with("InitialContext") : false;
      if (auto pdu = from_hex(leaf.value)) nas_pdu(ends_of(flow) + '#' + ran_ue, uplink, *pdu);
    }
  }

  // The same for both directions.
  static std::string ends_of(const std::string& flow) {
    size_t arrow = flow.find('>');
    if (arrow == std::string::npos) return flow;
    std::string a = flow.substr(0, arrow), b = flow.substr(arrow + 1);
    return a < b ? a + b : b + a;
  }

  void nas_pdu(const std::string& ue, bool uplink, ByteView pdu) {
    auto header = nas::parse_header(pdu);
    if (!header) return difference("NAS", header.error().describe());
    if (header->is_protected()) {
      auto outer = nas::parse_protected(pdu);
      if (!outer) return difference("NAS security protected", outer.error().describe());
      if (!std::ranges::equal(nas::encode(*outer), pdu)) return difference("NAS security protected", "the header is encoded differently");
      if (options_.leaves) {
        codec::Tree tree;
        nas::print(*outer, tree);
        fmt::print("frame {} NAS security protected\n{}", frame_, tree.text());
      }
    }
    auto plain = tracker_.read(ue, uplink, pdu);
    if (!plain) {
      ++ciphered_;
      ++tallies_["NAS ciphered"].messages;
      tallies_["NAS ciphered"].opaque_bits += (pdu.size() - crypto::NasSecurity::header_octets) * 8;
      return;
    }
    auto message = nas::decode(plain->message);
    if (!message) return difference("NAS", message.error().describe());
    codec::Tree tree, again;
    nas::print(*message, tree);
    auto encoded = nas::encode(*message);
    if (encoded) {
      if (auto second = nas::decode(*encoded)) nas::print(*second, again);
    }
    compare(fmt::format("NAS {}", message->name()), plain->message, encoded, tree, again);
  }

  // A value of a type that is known at run time only.
  class RrcValue {
   public:
    explicit RrcValue(const per::Type& type) : type_(type), value_(type.ops->create()) {}
    ~RrcValue() { type_.ops->destroy(value_); }
    RrcValue(const RrcValue&) = delete;
    void* get() const { return value_; }

   private:
    const per::Type& type_;
    void* value_;
  };

  // Messages of BCCH and PCCH are filled up to their transport block (TS 38.331 8.5).
  void rrc_message(const std::string& dissector, ByteView bytes) {
    const auto channels = rrc::channels();
    const auto channel = std::ranges::find_if(channels, [&](const auto& c) { return c.exported_as == dissector; });
    if (channel == channels.end()) return difference("RRC", dissector + " is not known");
    const RrcValue value(*channel->type);
    if (auto decoded = rrc::decode_padded(*channel->type, value.get(), bytes); !decoded) return difference("RRC", decoded.error().describe());
    codec::Tree tree, again;
    per::print(*channel->type, value.get(), channel->name, tree);
    Result<Bytes> encoded(std::in_place);
    if (auto done = per::encode(*channel->type, value.get(), per::Variant::unaligned, *encoded); !done) {
      encoded = std::unexpected(std::move(done).error());
    } else {
      const RrcValue second(*channel->type);
      if (rrc::decode_padded(*channel->type, second.get(), *encoded)) per::print(*channel->type, second.get(), channel->name, again);
      if (encoded->size() < bytes.size()) bytes = bytes.first(encoded->size());  // only padding is left, or decoding had failed
    }
    compare(fmt::format("RRC {}", rrc::message_name(*channel->type, value.get())), bytes, encoded, tree, again);
  }

  void pfcp_datagram(ByteView datagram) {
    auto messages = pfcp::split(datagram);
    if (!messages) return difference("PFCP", messages.error().describe());
    for (ByteView bytes : *messages) {
      auto packet = pfcp::decode(bytes);
      if (!packet) {
        difference("PFCP", packet.error().describe());
        continue;
      }
      codec::Tree tree, again;
      pfcp::print(*packet, tree);
      auto encoded = pfcp::encode(*packet);
      if (encoded) {
        if (auto second = pfcp::decode(*encoded)) pfcp::print(*second, again);
      }
      compare(fmt::format("PFCP {}", pfcp::message_name(pfcp::type_of(packet->body))), bytes, encoded, tree, again);
    }
  }

  void gtpu_message(ByteView bytes) {
    auto message = gtpu::decode(bytes);
    if (!message) return difference("GTP-U", message.error().describe());
    codec::Tree tree, again;
    gtpu::print(*message, tree);
    auto encoded = gtpu::encode(*message);
    if (encoded) {
      if (auto second = gtpu::decode(*encoded)) gtpu::print(*second, again);
    }
    compare(fmt::format("GTP-U {}", gtpu::message_name(message->type)), bytes, encoded, tree, again);
  }

  void compare(const std::string& type, ByteView received, const Result<Bytes>& encoded, const codec::Tree& tree, const codec::Tree& again) {
    Tally& tally = tallies_[type];
    ++tally.messages;
    tally.opaque_bits += tree.opaque_bits();
    if (options_.leaves) fmt::print("frame {} {}\n{}", frame_, type, tree.text());
    if (!encoded) return record(type, "cannot be encoded: " + encoded.error().describe());
    if (std::ranges::equal(*encoded, received)) return;
    auto [ours, theirs] = std::ranges::mismatch(*encoded, received);
    size_t at = static_cast<size_t>(theirs - received.begin());
    size_t length = std::min<size_t>(16, std::max(received.size(), encoded->size()) - at);
    auto window = [&](ByteView bytes) { return to_hex(bytes.subspan(std::min(at, bytes.size()), std::min(length, bytes.size() - std::min(at, bytes.size())))); };
    record(type, fmt::format("{} at octet {}: received {}, encoded {}", differing_path(tree, again), at, window(received), window(*encoded)));
  }

  static std::string differing_path(const codec::Tree& tree, const codec::Tree& again) {
    for (size_t i = 0; i < tree.leaves().size(); ++i) {
      const auto& leaf = tree.leaves()[i];
      if (i >= again.leaves().size() || again.leaves()[i].path != leaf.path || again.leaves()[i].value != leaf.value) return leaf.path;
    }
    return "same values, other octets";
  }

  void difference(const std::string& type, const std::string& text) {
    ++tallies_[type].messages;
    record(type, text);
  }

  void record(const std::string& type, const std::string& text) {
    ++tallies_[type].differences;
    ++total_differences_;
    fmt::print("{}: frame {}: {}: {}\n", path_, frame_, type, text);
  }

  void report(const Dissection& dissection) {
    size_t differences = 0;
    for (const auto& [type, tally] : tallies_) differences += tally.differences;
    fmt::print("{}: {} messages, {} differences\n", path_, dissection.messages.size(), differences);
    if (!tallies_.empty()) fmt::print("  {:<58} {:>8} {:>11} {:>11}\n", "type", "messages", "differences", "opaque bits");
    for (const auto& [type, tally] : tallies_)
      fmt::print("  {:<58} {:>8} {:>11} {:>11}\n", type, tally.messages, tally.differences, tally.opaque_bits);
    if (ciphered_) fmt::print("  {} NAS messages are ciphered with keys that are not given (--subscribers FILE)\n", ciphered_);
    for (const auto& [what, count] : dissection.skipped) fmt::print("  skipped: {} x {}\n", count, what);
  }

  const PcapVerifyOptions& options_;
  NasTracker tracker_;
  std::string path_;
  size_t frame_ = 0;
  size_t ciphered_ = 0;
  size_t total_differences_ = 0;
  std::map<std::string, Tally> tallies_;
};

}  // namespace

int run_pcap_verify(const PcapVerifyOptions& options) {
  Verifier verifier(options);
  if (auto loaded = verifier.load_keys(); !loaded) {
    fmt::print(stderr, "sen5g: {}\n", loaded.error().describe());
    return 2;
  }
  bool unreadable = false;
  for (const auto& path : options.files) {
    if (auto status = verifier.verify(path); !status) {
      fmt::print(stderr, "sen5g: {}\n", status.error().describe());
      unreadable = true;
    }
  }
  return unreadable || verifier.differences() ? 1 : 0;
}

}  // namespace sen
