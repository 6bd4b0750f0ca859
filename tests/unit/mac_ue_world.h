// A UE's MAC with its user plane, and a hand that plays the L1 and the gNB: values in, values out.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "mac/pdu.h"
#include "mac/ue.h"
#include "nr/dci.h"
#include "nr/frequency_allocation.h"
#include "nr/ra.h"
#include "tests/unit/mac_ue_config.h"

namespace sen::mac::test {

struct UeWorld {
  explicit UeWorld(CellConfig c = fdd_cell()) : cell(std::move(c)) {
    mac.attach(plane);
    mac.camp(cell, false);
    mac.set_cell(cell);
    mac.set_path_loss(90);
    slot = nr::Slot(cell.l1.scs, 0);
    EXPECT_TRUE(plane.set_rlc({0, {true, 0}, {.mode = l2::RlcMode::tm}}));
  }

  struct Down {
    Rnti rnti;
    uint8_t space;
    nr::DciBits bits;
    Bytes content;
    bool ok;
  };

  // Queued for the next slot: the DCI, and what its PDSCH will hold (padded with zeros).
  void send(Rnti rnti, uint8_t space, const Result<nr::DciBits>& dci, Bytes content = {}, bool ok = true) {
    ASSERT_TRUE(dci) << dci.error().describe();
    downs.push_back({rnti, space, *dci, std::move(content), ok});
  }

  nr::l1_ue::UlSlot step() {
    const auto searches = mac.search(slot);
    listened.clear();
    for (const auto& s : searches) listened.insert(listened.end(), s.rntis.begin(), s.rntis.end());
    std::vector<Down> sent = std::move(downs);
    downs.clear();
    unheard = 0;
    for (const auto& down : sent) {
      bool heard = false;
      for (const auto& s : searches) {
        const bool fits = s.search_space == down.space && std::ranges::find(s.rntis, down.rnti) != s.rntis.end() &&
                          std::ranges::find(s.sizes, down.bits.size()) != s.sizes.end();
        if (!fits || heard) continue;
        heard = true;
        mac.on_dci(slot, {s.search_space,
                          s.coreset.id,
                          down.rnti,
                          s.candidates[0].first_cce,
                          s.candidates[0].aggregation_level,
                          nr::to_l1(down.bits),
                          {}});
      }
      if (!heard) ++unheard;
    }
    requests = mac.pdsch(slot);
    for (const auto& r : requests) {
      const auto down = std::ranges::find(sent, r.pdsch.rnti, &Down::rnti);
      nr::l1_ue::RxPdsch rx{r.pdsch.rnti, r.harq_id, down != sent.end() && down->ok, {}, {}};
      if (rx.crc_ok) {
        rx.tb = down->content;
        EXPECT_LE(rx.tb.size(), r.pdsch.code.tbs_octets);
        rx.tb.resize(r.pdsch.code.tbs_octets);
      }
      mac.on_pdsch(slot, std::move(rx));
    }
    auto ul = mac.uplink(slot, ahead);
    executor.run_for(std::chrono::nanoseconds(nr::slot_ns(cell.l1.scs)));
    ++slot;
    return ul;
  }
  // Steps until `wanted` holds of an uplink slot, which is returned.
  template <class F>
  std::optional<nr::l1_ue::UlSlot> until(F wanted, unsigned slots = 400) {
    for (unsigned i = 0; i < slots; ++i) {
      auto ul = step();
      if (wanted(ul)) return ul;
    }
    return std::nullopt;
  }
  bool listens(Rnti rnti) const { return std::ranges::find(listened, rnti) != listened.end(); }

  // --- What the gNB says ---
  uint32_t common_riv(unsigned start, unsigned count) const {
    return nr::riv(48, {static_cast<uint16_t>(start), static_cast<uint16_t>(count)});
  }
  void send_rar(const nr::l1_ue::PrachSend& preamble, Rnti tc_rnti, uint16_t ta = 3, std::optional<uint8_t> backoff = std::nullopt,
                bool ours = true) {
    nr::RarGrant grant;
    grant.frequency = *nr::rar_frequency_field({0, nr::riv(cell.initial_ul.size, {0, 4})}, false, cell.initial_ul.size);
    grant.mcs = 2;
    RandomAccessResponse response{static_cast<uint8_t>(ours ? preamble.preamble : (preamble.preamble + 1) % 64), ta,
                                  nr::rar_grant_bits(grant), tc_rnti};
    Bytes block(32);
    write_rar(block, backoff, std::span(&response, 1));
    nr::Dci10Ra dci;
    dci.frequency = common_riv(0, 12);
    dci.mcs = 2;
    send(ra_rnti, 1, nr::pack(dci, nr::css10_widths(48)), block);
  }
  // From the preamble to the connection with this C-RNTI.
  void connect(Rnti rnti, const Bytes& ccch = *from_hex("1d2c3b4a5f60")) {
    plane.send_rrc(0, ccch);
    mac.start_random_access({});
    auto prach = until([](const auto& ul) { return !ul.prach.empty(); });
    ASSERT_TRUE(prach);
    preamble_sent(*prach);
    for (unsigned i = 0; i <= ahead; ++i) step();
    send_rar(prach->prach[0], rnti);
    auto msg3 = until([](const auto& ul) { return !ul.pusch.empty(); }, 20);
    ASSERT_TRUE(msg3);
    send_msg4(rnti, ccch);
    step();
  }
  void send_msg4(Rnti rnti, const Bytes& ccch, uint8_t k1_field = 3) {
    Bytes block(60);
    PduWriter writer(block);
    ContentionResolution resolution;
    std::copy_n(ccch.begin(), 6, resolution.identity.begin());
    writer.put(resolution);
    writer.finish();
    nr::Dci10 dci;
    dci.frequency = common_riv(0, 16);
    dci.mcs = 4;
    dci.k1 = k1_field;
    send(rnti, 1, nr::pack(dci, nr::css10_widths(48), true), block);
  }
  void preamble_sent(const nr::l1_ue::UlSlot& ul) {
    // Format 0: s_id 0, t_id the subframe; short formats are not used by these tests.
    ra_rnti = nr::ra_rnti(0, ul.slot.subframe(), ul.prach[0].f_id);
  }

  // --- Dedicated formats ---
  void configure(UeConfig config) {
    ue = std::move(config);
    nr::DciConfig d;
    d.coreset0_rb = 48;
    d.initial_dl_rb = d.initial_ul_rb = d.active_dl_rb = d.active_ul_rb = cell.initial_dl.size;
    d.uss_fallback = false;
    d.uss_dedicated = true;
    d.dci01.dmrs_a = d.dci11.dmrs_a = nr::DmrsType::type1;
    d.dci01.dynamic_harq_codebook = d.dci11.dynamic_harq_codebook = ue.dynamic_harq_codebook;
    d.dci01.report_trigger_size = ue.csi_request_bits;
    d.dci11.n_k1 = static_cast<uint8_t>(ue.k1.size());
    auto made = nr::dci_layouts(d);
    ASSERT_TRUE(made) << made.error().describe();
    layouts = *made;
    mac.configure(ue);
    for (uint8_t srb : {1, 2}) {
      ASSERT_TRUE(plane.set_srb({srb, {}}));
      ASSERT_TRUE(plane.set_rlc({srb, {true, srb}, {}}));
    }
    ASSERT_TRUE(plane.set_drb({1, {}, {.session = 1, .default_drb = true, .qfis = {1}}}));
    ASSERT_TRUE(plane.set_rlc({4, {false, 1}, {}}));
  }
  void grant(Rnti rnti, uint8_t harq, bool ndi, unsigned rbs, uint8_t mcs = 4, uint8_t dai = 3, uint8_t time = 2) {
    nr::Dci01 dci;
    dci.frequency = nr::riv(cell.initial_ul.size, {4, static_cast<uint16_t>(rbs)});
    dci.time = cell.tdd ? 0 : time;
    dci.mcs = mcs;
    dci.harq_id = harq;
    dci.new_data = ndi;
    dci.dai1 = dai;
    dci.antenna_ports = *nr::pusch_antenna_port_value(nr::DmrsType::type1, 1, false, 1, 2);
    send(rnti, 2, nr::pack(dci, layouts.uss01));
  }
  void assign(Rnti rnti, uint8_t harq, bool ndi, Bytes content, bool ok = true, uint8_t dai = 0, uint8_t k1 = 0, uint8_t mcs = 6) {
    nr::Dci11 dci;
    dci.frequency = nr::riv(cell.initial_dl.size, {0, 20});
    dci.mcs = mcs;
    dci.harq_id = harq;
    dci.new_data = ndi;
    dci.dai = dai;
    dci.k1 = k1;
    dci.antenna_ports = *nr::pdsch_antenna_port_value(nr::DmrsType::type1, 1, 1, 2);
    send(rnti, 2, nr::pack(dci, layouts.uss11), std::move(content), ok);
  }
  Bytes dl_pdu(std::initializer_list<ControlElement> ces) {
    Bytes block(100);
    PduWriter writer(block);
    for (const auto& ce : ces) writer.put(ce);
    writer.finish();
    return block;
  }
  void data(size_t octets) {
    while (octets > 0) {
      const size_t n = std::min<size_t>(octets, 1000);
      Packet packet = pool.take(n);
      std::ranges::fill(packet.span(), static_cast<uint8_t>(octets / 7));
      EXPECT_TRUE(plane.send_packet(1, 1, std::move(packet)));
      octets -= n;
    }
  }

  CellConfig cell;
  UeConfig ue;
  nr::DciLayouts layouts;
  ManualExecutor executor;
  PacketPool pool{4096};
  std::vector<Bytes> sib1s, sis, pagings;
  std::vector<bool> ra_results;
  unsigned alignment_lost = 0, inactive = 0, short_messages = 0;
  UeMac mac{UePorts{.sib1 = [this](Bytes b) { sib1s.push_back(std::move(b)); },
                    .system_information = [this](Bytes b) { sis.push_back(std::move(b)); },
                    .paging = [this](Bytes b) { pagings.push_back(std::move(b)); },
                    .short_message = [this](bool, bool) { ++short_messages; },
                    .random_access = [this](bool ok) { ra_results.push_back(ok); },
                    .time_alignment_expired = [this] { ++alignment_lost; },
                    .data_inactive = [this] { ++inactive; }},
            7};
  l2::UserPlane plane{executor, pool, l2::Side::ue, {.data_available = [this](Lcid lcid) { mac.data_available(lcid); }}};
  nr::Slot slot;
  unsigned ahead = 0;
  Rnti ra_rnti = 0;
  std::vector<Down> downs;
  std::vector<Rnti> listened;
  std::vector<nr::l1_ue::PdschReceive> requests;
  unsigned unheard = 0;
};

// The subPDUs of an uplink MAC PDU.
inline std::vector<ControlElement> ces_of(ByteView block) {
  std::vector<ControlElement> out;
  SubPduReader reader(Link::ul, block);
  while (auto sub = reader.next()) {
    if (auto ce = read_ce(Link::ul, *sub)) out.push_back(*ce);
  }
  EXPECT_EQ(reader.error(), PduError::none);
  return out;
}
inline std::vector<uint16_t> channels_of(ByteView block) {
  std::vector<uint16_t> out;
  SubPduReader reader(Link::ul, block);
  while (auto sub = reader.next()) {
    if (is_bearer(sub->id)) out.push_back(sub->id);
  }
  return out;
}
template <class T>
const T* find_ce_of(const std::vector<ControlElement>& ces) {
  for (const auto& ce : ces) {
    if (const auto* found = std::get_if<T>(&ce)) return found;
  }
  return nullptr;
}

}  // namespace sen::mac::test
