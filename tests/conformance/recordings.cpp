// Samples that another gNB and UE sent (OCUDU and srsUE over ZMQ), through our receivers: the cell is found, and what its captures say was on the air comes
// out. The folder of the recordings is named by SEN_TRACES; without it the tests are skipped.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "base/pcap.h"
#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_channels.h"
#include "mac/asn1/convert.h"
#include "mac/detail/ue_link.h"
#include "mac/pdu.h"
#include "nr/band.h"
#include "nr/ssb.h"
#include "phy/ofdm.h"
#include "phy/prach.h"
#include "phy/pusch.h"
#include "ue/l1.h"

namespace sen {
namespace {

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;
using phy::Cf;

std::string folder() {
  const char* named = std::getenv("SEN_TRACES");
  return named ? std::string(named) + "/" : "";
}

// Little-endian 16-bit I and Q.
std::vector<Cf> read_ci16(const std::string& name, float scale) {
  std::ifstream file(folder() + name, std::ios::binary);
  std::vector<char> octets((std::istreambuf_iterator<char>(file)), {});
  std::vector<Cf> out(octets.size() / 4);
  for (size_t i = 0; i < out.size(); ++i) {
    int16_t iq[2];
    std::memcpy(iq, octets.data() + 4 * i, 4);
    out[i] = Cf(iq[0], iq[1]) / scale;
  }
  return out;
}

// MAC PDUs of a capture of exported PDUs: what follows the "mac-nr" framing's payload tag.
std::vector<Bytes> read_mac_pdus(const std::string& name) {
  std::vector<Bytes> out;
  auto file = PcapFile::read(folder() + name);
  if (!file) return out;
  for (const auto& frame : file->frames()) {
    const std::string_view text(reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size());
    const size_t at = text.find("mac-nr");
    if (at == std::string_view::npos) continue;
    // radio type, direction, RNTI type; then tagged values: RNTI 2, UE 3, frame and slot 4 (2 octets each), 5 and 6 (1 octet), payload 1
    size_t i = at + 6 + 3;
    while (i < frame.bytes.size() && frame.bytes[i] != 1) i += frame.bytes[i] == 5 || frame.bytes[i] == 6 ? 2 : 3;
    if (i < frame.bytes.size()) out.emplace_back(frame.bytes.begin() + static_cast<ptrdiff_t>(i) + 1, frame.bytes.end());
  }
  return out;
}

double hz(uint32_t arfcn) { return static_cast<double>(*nr::khz_from_arfcn(arfcn)) * 1e3; }

// A UE that listens to a recording.
class Listener {
 public:
  Listener(std::vector<Cf> samples, double rate, uint16_t band, nr::Scs scs, uint32_t dl_arfcn, uint32_t ssb_arfcn) : samples_(std::move(samples)) {
    ue::L1Config c;
    c.sample_rate_hz = rate;
    c.dl_centre_hz = c.ul_centre_hz = hz(dl_arfcn);
    c.scs = scs;
    c.band = band;
    c.ssb_arfcns = {ssb_arfcn};
    c.neighbour_interval_ms = 0;
    auto made = ue::L1::make(c);
    EXPECT_TRUE(made) << (made ? "" : made.error().describe());
    l1 = std::move(*made);
  }

  // The next piece of the stream; false at its end.
  bool step() {
    const size_t n = l1->wanted();
    if (position_ + n > samples_.size()) return false;
    const std::span<const Cf> in = std::span(samples_).subspan(position_, n);
    position_ += n;
    l1->feed(std::span(&in, 1));
    return true;
  }

  // Finds the cell and takes its MIB.
  bool camp() {
    while (step()) {
      const auto blocks = l1->take_blocks();
      if (blocks.empty()) continue;
      block = blocks.front();
      if (const auto read = mac::from_mib(block, cell); !read) {
        ADD_FAILURE() << read.error().describe();
        return false;
      }
      return tune(false);
    }
    return false;
  }

  bool tune(bool complete) {
    auto made = mac::detail::UeLink::make(cell, complete, nullptr);
    EXPECT_TRUE(made) << (made ? "" : made.error().describe());
    if (!made) return false;
    link = std::move(*made);
    const auto range = nr::find_band(cell.band)->range();
    const auto ssb_khz = *nr::khz_from_arfcn(cell.l1.ssb_arfcn);
    l1_ue::CellConfig to{.pci = cell.l1.pci, .scs = cell.l1.scs, .tdd = cell.l1.tdd, .ssb_arfcn = cell.l1.ssb_arfcn};
    to.dl_point_a_khz = ssb_khz - static_cast<uint64_t>(nr::ssb_ref_khz(0, cell.offset_to_point_a, cell.k_ssb, range, cell.ssb_scs, cell.common_scs));
    to.n_rb = complete ? cell.l1.n_rb : static_cast<uint16_t>(link->spaces()[0].bwp.start + link->spaces()[0].bwp.size);
    return l1->tune(to);
  }

  // Blocks of this RNTI in the slot that step() completed.
  std::vector<Bytes> receive(nr::Rnti rnti, nr::RntiType type) {
    std::vector<Bytes> out;
    if (!l1->slot()) return out;
    for (const auto& space : link->spaces()) {
      if (!space.common() || !link->monitored(space, *l1->slot())) continue;
      l1_ue::PdcchSearch search;
      search.bwp = space.bwp, search.coreset = space.coreset, search.search_space = space.space.id;
      search.n_id = space.n_id, search.dmrs_n_id = space.dmrs_n_id;
      const auto list = nr::candidates(space.space, space.coreset, 0, *l1->slot());
      for (unsigned i = 0; i < list.n; ++i) search.candidates.push_back({list.list[i].first_cce, list.list[i].level});
      search.sizes = {static_cast<uint16_t>(link->layouts().css10.size())};
      search.rntis = {rnti};
      std::vector<l1_ue::RxDci> dcis;
      l1->search(std::span(&search, 1), dcis);
      for (const auto& dci : dcis) {
        const auto bits = nr::from_l1<nr::DciBits::capacity>(dci.payload);
        if (!bits) continue;
        if (type == nr::RntiType::c && !nr::is_downlink(*bits)) {  // with SI- and RA-RNTI there is no identifier
          if (const auto grant = link->grant(*bits, rnti, type, space)) grants.emplace_back(*l1->slot() + grant->k2, *grant);
          continue;
        }
        const auto assignment = link->assignment(*bits, rnti, type, space, dci.first_cce);
        if (!assignment) continue;
        l1_ue::PdschReceive wanted{.pdsch = assignment->pdsch, .harq_id = 0, .new_data = true};
        if (type == nr::RntiType::c) link->reserve(*l1->slot(), wanted.pdsch.reserved);
        std::vector<l1_ue::RxPdsch> blocks;
        l1->decode(std::span(&wanted, 1), blocks);
        for (auto& b : blocks) {
          EXPECT_TRUE(b.crc_ok) << "slot " << l1->slot()->text() << " RNTI " << rnti;
          if (b.crc_ok) out.push_back(std::move(b.tb));
        }
      }
      if (!out.empty()) return out;
    }
    return out;
  }

  bool read_sib1(const Bytes& block_octets) {
    auto message = rrc::decode_padded<rrc::BcchDlSchMessage>(block_octets);
    const auto* c1 = message ? message->message.c1() : nullptr;
    const auto* sib1 = c1 ? c1->system_information_block_type1() : nullptr;
    if (!sib1 || !sib1->serving_cell_config_common) return false;
    const auto read = mac::from_asn1(*sib1->serving_cell_config_common, cell);
    EXPECT_TRUE(read) << (read ? "" : read.error().describe());
    return read && tune(true);
  }

  std::unique_ptr<ue::L1> l1;
  l1_ue::RxSsb block;
  mac::CellConfig cell;
  std::optional<mac::detail::UeLink> link;
  std::vector<std::pair<nr::Slot, mac::detail::UlGrant>> grants;  // heard so far
  size_t position_ = 0;

 private:
  std::vector<Cf> samples_;
};

// RRCSetup of a MAC PDU.
bool read_setup(const Bytes& pdu, const mac::CellConfig& cell, mac::UeConfig& config) {
  mac::SubPduReader reader(mac::Link::dl, pdu);
  while (auto sub = reader.next()) {
    if (!mac::is_ccch(mac::Link::dl, sub->id)) continue;
    const auto message = rrc::decode<rrc::DlCcchMessage>(Bytes(sub->payload.begin(), sub->payload.end()));
    const auto* c1 = message ? message->message.c1() : nullptr;
    const auto* setup = c1 ? c1->rrc_setup() : nullptr;
    const auto* ies = setup ? setup->critical_extensions.rrc_setup() : nullptr;
    if (!ies) return false;
    const auto read = mac::from_asn1(ies->master_cell_group, cell, config);
    EXPECT_TRUE(read) << (read ? "" : read.error().describe());
    return read.has_value();
  }
  return false;
}

bool skipped() { return folder().empty(); }
#define NEEDS_RECORDINGS() \
  if (skipped()) GTEST_SKIP() << "SEN_TRACES does not name the folder of the recordings"

// These two hold no SIB1.
TEST(Recordings, n3_gives_the_mib) {
  NEEDS_RECORDINGS();
  Listener ue(read_ci16("n3_fdd_10MHz_dl_60ms.ci16", 65536), 11.52e6, 3, nr::Scs::khz15, 368500, 368410);
  ASSERT_TRUE(ue.camp());
  EXPECT_EQ(ue.block.pci, 1);
  EXPECT_EQ(ue.block.k_ssb, 6);
  EXPECT_TRUE(ue.block.slot.frame() == 11 || ue.block.slot.frame() == 12);  // the window holds both
  EXPECT_EQ(ue.cell.coreset0_index, 6);
  EXPECT_EQ(ue.cell.search_space0_index, 0);
  EXPECT_EQ(ue.cell.dmrs_type_a_position, 2);
}

TEST(Recordings, n78_gives_the_mib) {
  NEEDS_RECORDINGS();
  Listener ue(read_ci16("n78_tdd_20MHz_dl_60ms.ci16", 65536), 23.04e6, 78, nr::Scs::khz30, 632628, 632256);
  ASSERT_TRUE(ue.camp());
  EXPECT_EQ(ue.block.pci, 1);
  EXPECT_EQ(ue.block.k_ssb, 0);
  EXPECT_TRUE(ue.block.slot.frame() == 11 || ue.block.slot.frame() == 12);  // the window holds both
  EXPECT_EQ(ue.cell.coreset0_index, 0);
}

// An attach: preamble, random access response, Msg3, contention resolution, RRCSetup and what follows it, as the capture of MAC PDUs has them.
TEST(Recordings, attach_gives_random_access_and_what_rrc_setup_configures) {
  NEEDS_RECORDINGS();
  const auto pdus = read_mac_pdus("n3_fdd_10MHz_attach_mac.pcap");
  ASSERT_GE(pdus.size(), 5u);
  const Bytes &captured_rar = pdus[1], &captured_msg3 = pdus[2], &captured_msg4 = pdus[3];
  Listener ue(read_ci16("n3_fdd_10MHz_attach_dl_120ms.ci16", 32768), 11.52e6, 3, nr::Scs::khz15, 368500, 368410);
  ASSERT_TRUE(ue.camp());
  Bytes sib1;
  while (sib1.empty() && ue.step()) {
    for (auto& block : ue.receive(nr::si_rnti, nr::RntiType::si)) sib1 = std::move(block);
  }
  EXPECT_EQ(sib1, pdus[0]);
  ASSERT_TRUE(ue.read_sib1(sib1));
  EXPECT_EQ(ue.cell.l1.n_rb, 52);
  EXPECT_EQ(ue.cell.rach.config_index, 1);

  // Uplink sample n and downlink sample n have the same time; the first is that of SFN 316.
  const auto up = read_ci16("n3_fdd_10MHz_attach_ul_120ms.ci16", 16384);
  constexpr size_t subframe = 11520;
  const auto uplink_slot = [&](nr::Slot slot) { return std::span(up).subspan((slot.count() - 3160) * subframe, subframe); };

  std::optional<mac::RandomAccessResponse> rar;
  nr::Slot rar_slot;
  while (!rar && ue.step()) {
    for (const auto& block : ue.receive(0x39, nr::RntiType::ra)) {
      EXPECT_EQ(block, captured_rar);
      mac::RarReader reader(block);
      while (auto sub = reader.next()) {
        if (sub->response) rar = sub->response;
      }
      rar_slot = *ue.l1->slot();
    }
  }
  ASSERT_TRUE(rar);
  EXPECT_EQ(rar_slot.count(), 3217u);

  // The preamble, found by the gNB's receiver in every occasion of the recording: one, in ms 3214.
  const auto* occasions = ue.link->prach();
  ASSERT_NE(occasions, nullptr);
  l1::PrachPdu prach;
  prach.format = static_cast<uint8_t>(occasions->config().format);
  prach.first_rb = static_cast<uint16_t>(ue.cell.initial_ul.start + ue.cell.rach.msg1_frequency_start);
  prach.n_fd = ue.cell.rach.msg1_fdm;
  prach.root_sequence = ue.cell.rach.root_sequence;
  prach.n_cs = *nr::n_cs(occasions->config().format, ue.cell.rach.zero_correlation_zone);
  auto receiver = phy::PrachReceiver::make(prach, {nr::Scs::khz15, ue.cell.l1.n_rb, 11.52e6}, 1);
  ASSERT_TRUE(receiver) << receiver.error().describe();
  std::vector<std::pair<uint32_t, l1::RxPreamble>> preambles;
  for (uint32_t ms = 3160; ms < 3280; ++ms) {
    const nr::Slot slot(nr::Scs::khz15, ms);
    if (occasions->at(slot).n == 0) continue;
    const std::span<const Cf> in = uplink_slot(slot);
    std::vector<l1::RxPreamble> found;
    (void)receiver->detect(prach, slot, std::span(&in, 1), found);
    for (const auto& p : found) preambles.emplace_back(ms, p);
  }
  ASSERT_EQ(preambles.size(), 1u);
  EXPECT_EQ(preambles[0].first, 3214u);
  EXPECT_EQ(preambles[0].second.preamble, rar->rapid);
  // The timing advance command that the other gNB answered with: N_TA = ta * 16 * 64 T_c.
  EXPECT_NEAR(preambles[0].second.ta_ns, rar->ta * 16 * 64 * 1e9 / (480e3 * 4096), 600);

  // Msg3 at the place that the grant names.
  const auto fields = nr::unpack_rar_grant(rar->grant);
  const auto grant = ue.link->rar_grant(fields, rar->tc_rnti);
  ASSERT_TRUE(grant) << grant.error().describe();
  const nr::Slot msg3_slot = rar_slot + grant->k2;
  EXPECT_EQ(msg3_slot.count(), 3223u);
  auto ofdm = phy::Ofdm::make({nr::Scs::khz15, false, ue.cell.l1.n_rb, 768, hz(ue.cell.l1.ul_arfcn), false});
  ASSERT_TRUE(ofdm);
  phy::Grid grid(1, ue.cell.l1.n_rb);
  ofdm->demodulate(uplink_slot(msg3_slot), 0, 1, 20, grid, 0);
  phy::PuschReceiver pusch(ue.cell.l1.n_rb, 1);
  phy::HarqBuffer harq(100000);
  Bytes tb(grant->pusch.code.tbs_octets);
  const auto msg3 = pusch.receive(grant->pusch, msg3_slot, grid, {}, harq, tb);
  ASSERT_TRUE(msg3) << msg3.error().describe();
  EXPECT_TRUE(msg3->data.crc_ok);
  EXPECT_EQ(tb, captured_msg3);

  // Msg4 comes to the temporary C-RNTI and repeats what Msg3 said.
  Bytes msg4;
  while (msg4.empty() && ue.step()) {
    for (auto& block : ue.receive(rar->tc_rnti, nr::RntiType::c)) msg4 = std::move(block);
  }
  EXPECT_EQ(ue.l1->slot()->count(), 3228u);
  EXPECT_EQ(msg4, captured_msg4);

  // RRCSetup, which the UE reads and then follows: its next block comes in a search space and with reserved resource elements that it configures.
  Bytes setup;
  while (setup.empty() && ue.step()) {
    for (auto& block : ue.receive(rar->tc_rnti, nr::RntiType::c)) setup = std::move(block);
  }
  EXPECT_EQ(setup, pdus[4]);
  mac::UeConfig dedicated;
  dedicated.dl = ue.cell.initial_dl;
  dedicated.ul = ue.cell.initial_ul;
  ASSERT_TRUE(read_setup(setup, ue.cell, dedicated));
  auto link = mac::detail::UeLink::make(ue.cell, true, &dedicated);
  ASSERT_TRUE(link) << link.error().describe();
  ue.link = std::move(*link);
  ue.grants.clear();
  Bytes further;
  while (further.empty() && ue.step()) {
    for (auto& block : ue.receive(rar->tc_rnti, nr::RntiType::c)) further = std::move(block);
  }
  EXPECT_EQ(ue.l1->slot()->count(), 3272u);
  EXPECT_EQ(further, pdus[6]);

  // RRCSetupComplete, where DCI 0_0 says.
  const auto complete = std::ranges::find_if(ue.grants, [](const auto& g) { return g.first.count() == 3268; });
  ASSERT_NE(complete, ue.grants.end());
  ofdm->demodulate(uplink_slot(complete->first), 0, 1, 20, grid, 0);
  phy::HarqBuffer soft(100000);
  Bytes block(complete->second.pusch.code.tbs_octets);
  const auto pusch_block = pusch.receive(complete->second.pusch, complete->first, grid, {}, soft, block);
  ASSERT_TRUE(pusch_block) << pusch_block.error().describe();
  EXPECT_TRUE(pusch_block->data.crc_ok);
  EXPECT_EQ(block, pdus[5]);
}

}  // namespace
}  // namespace sen
