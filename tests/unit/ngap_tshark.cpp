// tshark as an oracle: every random NGAP message is dissected without a malformed frame and without an expert warning or error.
// Skips, with the reason, where tshark is not installed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <set>

#include "base/pcap.h"
#include "codec/ngap/ngap.h"

namespace sen::ngap {

// What tshark 4.0 (TS 38.413 Release 16 and part of 17) does not read: types that it does not know or knows in an earlier version, by the
// names that print() gives. A message that holds one of them is left out.
static const std::set<std::string, std::less<>> unknown_to_tshark = {
#include "ngap_tshark_unknown.inc"
};

// The first such name on the paths of the message's leaves; empty: none.
static std::string unknown_part(const NgapPdu& pdu) {
  codec::Tree tree;
  print(pdu, tree);
  std::string text = tree.text();
  std::string word;
  for (char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') {
      word += c;
      continue;
    }
    if (unknown_to_tshark.contains(word)) return word;
    word.clear();
  }
  return {};
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

// What is left of tshark's complaints without those about the meaning of random octets: PLMN identities and warning texts.
static std::string complaints(const std::string& line) {
  size_t first = line.find('\t'), second = line.find('\t', first + 1);
  std::string out;
  for (size_t at = first + 1; at < second && second != std::string::npos;) {
    size_t end = std::min(line.find(',', at), second);
    std::string part = line.substr(at, end - at);
    at = end + 1;
    // "Something unknown here" is what tshark says where its PER decoder ends: integers of more than four octets outside the root range.
    if (part.starts_with("something unknown here [too long integer(per_integer)]")) return {};
    bool meaning = part.starts_with("MCC contains") || part.starts_with("MNC contains") || part.starts_with("MCC non-decimal") || part.empty();
    if (!meaning) out += part + "; ";
  }
  return out;
}

TEST(NgapTshark, dissects_random_messages_without_warnings) {
  if (run("command -v tshark").empty()) GTEST_SKIP() << "tshark is not installed";
  std::string path = fmt::format("/tmp/sen_ngap_{}.pcap", getpid());
  std::vector<std::string> written{"frame 0"};
  std::set<std::string> seen;
  {
    auto pcap = PcapWriter::open(path, LinkType::exported_pdu);
    ASSERT_TRUE(pcap);
    uint64_t seeds = std::getenv("SEN_NGAP_SEEDS") ? std::strtoull(std::getenv("SEN_NGAP_SEEDS"), nullptr, 10) : 20;
    for (const MessageId& id : messages()) {
      if (unknown_to_tshark.contains(id.name)) continue;
      for (uint64_t seed = 0; seed < seeds; ++seed) {
        Random random(seed * 1000 + id.procedure_code * 3u + static_cast<unsigned>(id.outcome));
        NgapPdu pdu = random_message(id.procedure_code, id.outcome, random);
        auto bytes = encode(pdu);
        if (!bytes || bytes->size() > 60000 || !unknown_part(pdu).empty()) continue;
        (*pcap)->write_exported(Time{}, "ngap", *bytes, {127, 0, 0, 1}, {127, 0, 0, 2}, 1, 2);
        codec::Tree tree;
        print(pdu, tree);
        written.push_back(std::string(id.name) + " " + to_hex(*bytes).substr(0, 4000) + "\n" + tree.text());
        seen.insert(id.name);
      }
    }
  }
  // What containers hold are random octets, too: their protocols are not asked.
  std::string inner;
  for (const char* protocol : {"nas-5gs", "nr-rrc", "lte_rrc", "nrppa", "ranap", "s1ap", "nas-eps", "xnap"}) inner += std::string(" --disable-protocol ") + protocol;
  std::string report = run("tshark -r " + path + inner +
                           " -Y '_ws.malformed || _ws.expert.severity >= 0x600000' -T fields -e frame.number -e _ws.expert.message -e _ws.malformed 2>/dev/null");
  if (!std::getenv("SEN_KEEP")) unlink(path.c_str());
  size_t frames = 0;
  std::map<std::string, int> kinds;
  for (size_t at = 0; at < report.size();) {
    size_t end = std::min(report.find('\n', at), report.size());
    std::string line = report.substr(at, end - at);
    at = end + 1;
    size_t number = std::strtoul(line.c_str(), nullptr, 10);
    std::string name = number < written.size() ? written[number].substr(0, written[number].find(' ')) : "?";
    std::string what = complaints(line);
    if (what.empty()) continue;
    ++kinds[name + ": " + what];
    if (frames++ < 4) ADD_FAILURE() << line << "\n" << (number < written.size() ? written[number].substr(0, 6000) : "");
  }
  for (const auto& [kind, count] : kinds) std::printf("%d x %s\n", count, kind.c_str());
  std::printf("%zu messages of %zu kinds\n", written.size() - 1, seen.size());
  EXPECT_EQ(frames, 0u);
  EXPECT_GT(seen.size(), 60u);
}

}  // namespace sen::ngap
