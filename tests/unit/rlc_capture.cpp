// What srsUE and OCUDU said to each other (tests/vectors/rlc_captures.txt), read, written back and replayed into our entities.
#include <fstream>
#include <map>
#include <sstream>

#include "rlc_pdcp/rlc/pdu.h"
#include "tests/unit/rlc_world.h"

namespace sen::l2 {

namespace {

struct Captured {
  std::string direction, bearer, mode;
  unsigned bits = 0;
  std::string pdu;
  Bytes bytes() const { return hex(pdu); }
  bool status() const { return mode == "am" && is_control(bytes()); }
  std::string other() const { return direction == "ul" ? "dl" : "ul"; }
};

std::vector<Captured> captured() {
  std::ifstream file("tests/vectors/rlc_captures.txt");
  EXPECT_TRUE(file.is_open());
  std::vector<Captured> out;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream fields(line);
    Captured& pdu = out.emplace_back();
    fields >> pdu.direction >> pdu.bearer >> pdu.mode >> pdu.bits >> pdu.pdu;
  }
  EXPECT_EQ(out.size(), 92u);
  return out;
}

RlcConfig config_of(const Captured& pdu) {
  RlcConfig config = am_config(static_cast<uint8_t>(pdu.bits));
  if (pdu.mode == "tm") config.mode = RlcMode::tm;
  return config;
}

}  // namespace

TEST(RlcCapture, every_header_and_report_reads_and_writes_back) {
  for (const Captured& pdu : captured()) {
    if (pdu.mode != "am") continue;
    SCOPED_TRACE(pdu.pdu);
    Bytes bytes = pdu.bytes(), out(bytes.size() + 16);
    if (pdu.status()) {
      auto reader = StatusReader::open(bytes, pdu.bits);
      ASSERT_TRUE(reader);
      StatusWriter writer(out, pdu.bits);
      Nack nack;
      StatusReader::Step step;
      while ((step = reader->next(nack)) == StatusReader::Step::nack) writer.add(nack);
      EXPECT_EQ(step, StatusReader::Step::end);
      out.resize(writer.finish(reader->ack_sn()));
      EXPECT_EQ(hex(ByteView(out)), pdu.pdu);
    } else {
      auto data = read_amd(bytes, pdu.bits);
      ASSERT_TRUE(data);
      size_t n = write_amd_header(out, pdu.bits, data->header);
      EXPECT_EQ(n + data->payload.size(), bytes.size());
      EXPECT_EQ(hex(ByteView(out).first(n)), pdu.pdu.substr(0, 2 * n));
    }
  }
}

TEST(RlcCapture, our_receivers_get_every_pdcp_pdu_and_answer_as_theirs_did) {
  World world;
  std::map<std::string, Rlc> receivers;
  auto receiver = [&](const std::string& name, const Captured& pdu) -> Rlc& {
    return receivers.try_emplace(name, world.executor, world.pool, config_of(pdu)).first->second;
  };
  size_t reports = 0;
  for (const Captured& pdu : captured()) {
    if (pdu.status()) {
      EXPECT_EQ(receiver(pdu.other() + pdu.bearer, pdu).pull(), pdu.pdu);
      ++reports;
    } else {
      receiver(pdu.direction + pdu.bearer, pdu).entity->receive(pdu.bytes());
    }
    world.run_ms(1);
  }
  EXPECT_EQ(reports, 41u);
  std::map<std::string, size_t> sdus;
  for (auto& [name, rlc] : receivers) {
    sdus[name] = rlc.sdus.size();
    EXPECT_EQ(rlc.statistics().rx_malformed + rlc.statistics().rx_duplicates + rlc.statistics().rx_out_of_window, 0u) << name;
    for (size_t i = 0; i < rlc.sdus.size() && !name.ends_with("ccch"); ++i) {
      const Bytes& sdu = rlc.sdus[i];  // PDCP: SRB 12 bits of SN; DRB 18 bits and an IPv4 packet
      size_t sn = name.ends_with("srb1") ? (sdu[0] & 15u) << 8 | sdu[1] : (sdu[0] & 3u) << 16 | sdu[1] << 8 | sdu[2];
      EXPECT_EQ(sn, i) << name;
      if (!name.ends_with("drb1")) continue;
      EXPECT_EQ(sdu[3], 0x45) << name;
      EXPECT_EQ(static_cast<size_t>(sdu[5] << 8 | sdu[6]), sdu.size() - 3) << name;
    }
  }
  EXPECT_EQ(sdus,
            (std::map<std::string, size_t>{{"dlccch", 1}, {"dldrb1", 13}, {"dlsrb1", 7}, {"ulccch", 1}, {"uldrb1", 13}, {"ulsrb1", 9}}));
}

// With grants of the same size our transmitter makes the same PDUs; when to poll is the implementation's choice.
TEST(RlcCapture, our_transmitters_segment_as_theirs_did) {
  World world;
  for (std::string way : {"dlsrb1", "ulsrb1", "dldrb1", "uldrb1"}) {
    std::vector<Captured> pdus;
    for (const Captured& pdu : captured())
      if (!pdu.status() && pdu.direction + pdu.bearer == way) pdus.push_back(pdu);
    Rlc receiver(world.executor, world.pool, config_of(pdus[0])), transmitter(world.executor, world.pool, config_of(pdus[0]));
    for (const Captured& pdu : pdus) receiver.entity->receive(pdu.bytes());
    uint32_t id = 0;
    for (const Bytes& sdu : receiver.sdus) transmitter.submit(ByteView(sdu), id++);
    for (const Captured& pdu : pdus) {
      Bytes expected = pdu.bytes(), ours = transmitter.pull_bytes(expected.size());
      expected[0] &= 0xbf;
      ASSERT_FALSE(ours.empty());
      ours[0] &= 0xbf;
      EXPECT_EQ(ours, expected) << way;
    }
    EXPECT_EQ(transmitter.pull(), "");
  }
}

}  // namespace sen::l2
