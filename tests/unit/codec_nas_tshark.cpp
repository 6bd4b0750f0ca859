// tshark as an oracle: every random message is dissected without a malformed frame and without an expert warning or error.
// Skips, with the reason, where tshark is not installed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "base/pcap.h"
#include "codec/nas/mm.h"
#include "codec/nas/sm.h"

namespace sen::nas {

// What tshark 4.0 (TS 24.501 Release 16) does not know: message types of Release 17, and the elements whose row it does not have or does
// not dissect: codec_nas_tshark_unknown.inc. They are left out of the messages written for it.
static bool known_to_tshark(MessageType type) {
  using enum MessageType;
  switch (type) {
    case relay_key_request:
    case relay_key_accept:
    case relay_key_reject:
    case relay_authentication_request:
    case relay_authentication_response:
    case service_level_authentication_command:
    case service_level_authentication_complete:
    case remote_ue_report:
    case remote_ue_report_response: return false;
    default: return true;
  }
}

// "Message.Element" or ".Element" for an element that no message of tshark 4.0 has.
static bool excluded(const Table& table, const Row& row) {
  static const std::set<std::string> names = {
#include "codec_nas_tshark_unknown.inc"
  };
  return names.contains(std::string(".") + row.name) || names.contains(std::string(table.name) + "." + row.name);
}

// Random octets of another protocol (SMS, LPP, EPS NAS, ...) are not what that protocol's dissector likes.
static bool own_payload(const Message& message) {
  PayloadType type = PayloadType::n1_sm_information;
  if (auto* up = message.get_if<UlNasTransport>()) type = up->payload_type.type;
  if (auto* down = message.get_if<DlNasTransport>()) type = down->payload_type.type;
  if (type != PayloadType::n1_sm_information) return false;  // its split of multiple payloads loses the contents' length
  const PayloadContainer* payload = nullptr;
  if (auto* up = message.get_if<UlNasTransport>()) payload = &up->payload;
  if (auto* down = message.get_if<DlNasTransport>()) payload = &down->payload;
  if (!payload) return true;
  std::vector<const Message*> inner{&payload->sm.message};
  for (const auto& entry : payload->entries) inner.push_back(&entry.container.sm.message);
  for (const Message* m : inner) {
    if (!*m) continue;
    if (!known_to_tshark(m->type())) return false;
    for (const Row& row : m->table()->rows) {
      if (row.form != Form::spare_half && row.present(m->body()) && excluded(*m->table(), row)) return false;
    }
  }
  return true;
}

// The mandatory part with the optional elements that `keep` chooses.
template <class F>
static Message invent_with(const Table& table, uint64_t seed, F&& keep) {
  Random random(seed);
  for (;;) {
    Message message = invent(table, random, 1.0);
    for (const Row& row : table.rows) {
      if (!row.mandatory && (!keep(row) || excluded(table, row))) row.reset(message.body());
    }
    if (own_payload(message)) return message;
  }
}

static std::string run(const std::string& command) {
  std::string out;
  std::FILE* pipe = popen(command.c_str(), "r");
  char chunk[4096];
  while (pipe) {
    size_t n = fread(chunk, 1, sizeof chunk, pipe);
    if (!n) break;
    out.append(chunk, n);
  }
  if (pipe) pclose(pipe);
  return out;
}

TEST(NasTshark, dissects_random_messages_without_warnings) {
  if (run("command -v tshark").empty()) GTEST_SKIP() << "tshark is not installed";
  std::string path = fmt::format("/tmp/sen_nas_{}.pcap", getpid());
  std::vector<std::string> written{"frame 0"};
  {
    auto pcap = PcapWriter::open(path, LinkType::exported_pdu);
    ASSERT_TRUE(pcap);
    uint64_t seeds = std::getenv("SEN_NAS_SEEDS") ? std::strtoull(std::getenv("SEN_NAS_SEEDS"), nullptr, 10) : 10;
    auto write = [&](const Message& message) {
      auto bytes = encode(message);
      ASSERT_TRUE(bytes) << bytes.error().describe();
      (*pcap)->write_exported(Time{}, "nas-5gs", *bytes, {127, 0, 0, 1}, {127, 0, 0, 2}, 1, 2);
      codec::Tree tree;
      print(message, tree);
      written.push_back(to_hex(*bytes) + "\n" + tree.text());
    };
    for (const Table* table : all_tables()) {
      if (!known_to_tshark(table->type)) continue;
      uint64_t base = static_cast<uint64_t>(table->type) << 32;
      for (uint64_t seed = 0; seed < seeds; ++seed) {
        write(invent_with(*table, base + seed, [](const Row&) { return false; }));
        for (const Row& chosen : table->rows) {
          if (!chosen.mandatory && !excluded(*table, chosen))
            write(invent_with(*table, base + seed, [&](const Row& row) { return &row == &chosen; }));
        }
        Random coin(seed);
        write(invent_with(*table, base + seed, [&](const Row&) { return coin.chance(0.5); }));
      }
    }
  }
  // Severity 0x400000 is a note, 0x600000 a warning, 0x800000 an error.
  std::string report = run("tshark -r " + path +
                           " -Y '_ws.malformed || _ws.expert.severity >= 0x400000' -T fields -e frame.number -e _ws.expert.message -e "
                           "_ws.malformed 2>/dev/null");
  unlink(path.c_str());
  std::map<std::string, int> kinds;
  size_t frames = 0;
  size_t shown = 0;
  for (size_t at = 0; at < report.size();) {
    size_t end = std::min(report.find('\n', at), report.size());
    std::string line = report.substr(at, end - at);
    at = end + 1;
    if (line.ends_with("\tNot dissected yet\t")) continue;  // MAC address ranges in packet filters are of Release 17
    ++frames;
    size_t number = std::strtoul(line.c_str(), nullptr, 10);
    if (shown++ < 6) ADD_FAILURE() << line << "\n" << (number < written.size() ? written[number] : "");
    ++kinds[line.substr(std::min(line.find('\t'), line.size()))];
  }
  for (const auto& [kind, count] : kinds) std::printf("%d x %s\n", count, kind.c_str());
  EXPECT_EQ(frames, 0u);
  EXPECT_GT(written.size(), 500u);
}

}  // namespace sen::nas
