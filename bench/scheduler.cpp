// The gNB's scheduler: time of GnbCell::slot() with 1, 32, 64 and 256 UEs that all have traffic both ways, in a 100 MHz TDD cell and in a
// 20 MHz one. The UEs are scripted (every block is received, every HARQ-ACK is positive, buffer reports say "plenty"), so that only the MAC
// is measured: assembling blocks from RLC is part of it, what L1 and the UEs do is not. One line of JSON a case: median, 99th percentile
// and worst, in microseconds of processor time; and the allocations in all measured slots. The goal is for 64 UEs (worst: 100); OCUDU's
// scheduler alone takes 27, worst 1000.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <new>
#include <vector>

#include "bench/bench.h"
#include "mac/gnb.h"
#include "mac/pdu.h"
#include "nr/band.h"

namespace {
uint64_t allocations = 0;
}

void* operator new(size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

namespace sen::mac {
namespace {

CellConfig tdd_cell(unsigned bandwidth_mhz) {
  CellConfig c;
  c.band = 78;
  c.l1.tdd = true;
  c.l1.pci = 1;
  c.l1.scs = c.common_scs = c.ssb_scs = nr::Scs::khz30;
  c.l1.n_rb = static_cast<uint16_t>(nr::n_rb(nr::FrequencyRange::fr1, nr::Scs::khz30, bandwidth_mhz));
  c.l1.dl_arfcn = c.l1.ul_arfcn = 632628;
  c.l1.ssb_arfcn = 632544;
  c.tdd = *nr::parse_tdd("DDDSU", nr::Scs::khz30, 10, 2);
  c.offset_to_point_a = 28;
  c.coreset0_index = 10;
  c.initial_dl = c.initial_ul = {nr::Scs::khz30, false, 0, c.l1.n_rb};
  SearchSpace one;
  one.id = 1;
  one.candidates = {0, 0, 2, 1, 0};
  c.common_search_spaces = {one};
  c.pucch_resource_common = 11;
  c.rach.config_index = 159;
  c.rach.long_preamble = false;
  c.rach.msg1_scs = nr::Scs::khz30;
  c.rach.zero_correlation_zone = 11;
  c.rach.msg1_frequency_start = 2;
  c.rach.cb_preambles_per_ssb = 60;
  c.rach.total_preambles = 62;
  return c;
}

UeConfig ue_config(const CellConfig& cell) {
  UeConfig u;
  for (uint8_t lcid : {1, 2, 4}) u.channels.push_back({.lcid = lcid, .priority = lcid, .group = static_cast<uint8_t>(lcid == 4)});
  u.dl = u.ul = cell.initial_dl;
  nr::l1::Coreset coreset;
  coreset.id = 1;
  coreset.frequency_groups = (uint64_t{1} << cell.initial_dl.size / 6) - 1;
  coreset.duration = 2;
  u.coresets = {coreset};
  SearchSpace space;
  space.id = 2;
  space.coreset = 1;
  space.candidates = {0, 4, 2, 1, 0};
  space.type = SearchSpaceType::ue_0_1_1_1;
  u.search_spaces = {space};
  u.scheduling_requests = {SrConfig{.period_slots = 40}};
  u.pdsch_mcs_table = u.pusch_mcs_table = 2;
  return u;
}

struct Side {
  Rnti rnti;
  std::unique_ptr<l2::UserPlane> plane;
};

struct Case {
  unsigned ues, bandwidth_mhz;
  SchedulerPolicy policy;
};

// The UE's answer to everything that a slot asks for.
void answer(const nr::l1::UlSlot& ul, const Bytes& report, nr::l1::UlIndication& out) {
  out.slot = ul.slot;
  out.pusch.resize(ul.pusch.size());
  out.uci.clear();
  const nr::l1::Quality quality{25, -50, 0};
  for (size_t i = 0; i < ul.pusch.size(); ++i) {
    const auto& p = ul.pusch[i];
    auto& rx = out.pusch[i];
    rx.rnti = p.rnti, rx.handle = p.handle, rx.harq_id = p.harq_id, rx.crc_ok = rx.detected = true, rx.quality = quality;
    rx.tb.assign(report.begin(), report.end());
    rx.tb.resize(p.code.tbs_octets);
    if (p.uci.harq_bits) out.uci.push_back({p.rnti, p.handle, true, true, true, {{0xff, 0xff}, p.uci.harq_bits}, false, {}, {}, quality});
  }
  for (const auto& p : ul.pucch) {
    // Of two resources to choose from, SR's stays empty.
    if (p.uci.sr && p.format == 1 && p.uci.harq_bits) {
      out.uci.push_back({p.rnti, p.handle, false, false, true, {}, false, {}, {}, quality});
    } else {
      out.uci.push_back({p.rnti, p.handle, false, true, true, {{0xff, 0xff}, p.uci.harq_bits}, p.uci.sr, {}, {}, quality});
    }
  }
}

void run(const Case& c) {
  // Time on the processor: what other programs take of it is no property of the scheduler.
  auto cpu_us = [] {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) * 1e-3;
  };
  const CellConfig cell = tdd_cell(c.bandwidth_mhz);
  SchedulerConfig scheduler;
  scheduler.initial_dl_sinr_db = scheduler.initial_ul_sinr_db = 28;
  scheduler.policy = c.policy;
  if (auto ok = GnbCell::check(cell, scheduler); !ok) {
    fmt::print(stderr, "{}\n", ok.error().describe());
    return;
  }
  ManualExecutor executor;
  PacketPool pool(16384);
  GnbCell gnb(cell, scheduler, {});
  SystemInformation si;
  si.sib1 = Bytes(90, 0x5a);
  gnb.set_system_information(si);
  nr::Slot slot(nr::Scs::khz30, 0);
  nr::l1::DlSlot dl;
  nr::l1::UlSlot ul;
  nr::l1::UlIndication indication;
  Bytes report(5);
  PduWriter writer(report);
  writer.put(LongBsr{0x02, 1, {180}});
  writer.finish();
  auto step = [&] {
    gnb.slot(slot, dl, ul);
    answer(ul, report, indication);
    gnb.indicate(indication);
    ++slot;
  };
  step();
  std::vector<Side> sides(c.ues);
  for (Side& side : sides) {
    side.rnti = *gnb.allocate_rnti();
    UeConfig config = ue_config(cell);
    side.plane = std::make_unique<l2::UserPlane>(
        executor, pool, l2::Side::gnb, l2::Ports{.data_available = [&gnb, r = side.rnti](Lcid lcid) { gnb.data_available(r, lcid); }});
    bool ok = side.plane->set_drb({1, {}, {.session = 1, .default_drb = true, .qfis = {1}}}).has_value() &&
              side.plane->set_rlc({4, {false, 1}, {.mode = l2::RlcMode::um}}).has_value() &&
              gnb.assign_resources(side.rnti, config).has_value() && gnb.add_ue(side.rnti, config, *side.plane).has_value();
    if (!ok) {
      fmt::print(stderr, "set-up of {} UEs failed\n", c.ues);
      return;
    }
    // In by contention-free access, so that the UE is in its dedicated configuration.
    const auto preamble = gnb.allocate_preamble(side.rnti);
    bool in = false;
    for (int i = 0; i < 400 && !in; ++i) {
      step();
      if (preamble && !ul.prach.empty() && i < 200) {
        nr::l1::UlIndication access;
        access.slot = ul.slot;
        access.preambles.push_back({ul.prach[0].start_symbol, 0, 0, *preamble, 100, 0});
        gnb.indicate(access);
        i = 200;
      }
      in = std::ranges::count(ul.pusch, side.rnti, &nr::l1::PuschPdu::rnti) > 0;
    }
  }
  auto feed = [&] {
    for (Side& side : sides) {
      while (side.plane->buffer(4).total < 20000 * 64 / c.ues) {
        Packet packet = pool.take(1400);
        if (!packet || !side.plane->send_packet(1, 1, std::move(packet))) break;
      }
    }
  };
  std::vector<double> us;
  uint64_t dl_octets = 0, ul_octets = 0, dl_ues = 0, ul_ues = 0, allocated = 0;
  us.reserve(10000);
  for (unsigned i = 0; i < 8000; ++i) {
    feed();
    const uint64_t before = allocations;
    const double start = cpu_us();
    gnb.slot(slot, dl, ul);
    const double t = cpu_us() - start;
    if (i >= 3000) {
      allocated += allocations - before;
      us.push_back(t);
      for (const auto& p : dl.pdsch) dl_octets += p.code.tbs_octets;
      for (const auto& p : ul.pusch) ul_octets += p.code.tbs_octets;
      dl_ues += dl.pdsch.size();
      ul_ues += ul.pusch.size();
    }
    answer(ul, report, indication);
    gnb.indicate(indication);
    ++slot;
  }
  std::ranges::sort(us);
  const double seconds = static_cast<double>(us.size()) * 0.5e-3;
  fmt::print(
      "{{\"bench\":\"scheduler\",\"ues\":{},\"bandwidth_mhz\":{},\"policy\":\"{}\",\"median_us\":{:.2f},\"p99_us\":{:.2f},\"worst_us\":{:."
      "2f},"
      "\"dl_mbps\":{:.0f},\"ul_mbps\":{:.0f},\"pdsch_per_slot\":{:.2f},\"pusch_per_slot\":{:.2f},\"allocations\":{},\"goal_median_us\":10,"
      "\"ocudu_median_us\":27,"
      "\"machine\":\"{}\",\"isa\":\"{}\"}}\n",
      c.ues, c.bandwidth_mhz, c.policy == SchedulerPolicy::round_robin ? "round_robin" : "proportional_fair", us[us.size() / 2],
      us[us.size() * 99 / 100], us.back(), static_cast<double>(dl_octets) * 8e-6 / seconds, static_cast<double>(ul_octets) * 8e-6 / seconds,
      static_cast<double>(dl_ues) / static_cast<double>(us.size()), static_cast<double>(ul_ues) / static_cast<double>(us.size()), allocated,
      bench::machine(), bench::isa());
}

}  // namespace
}  // namespace sen::mac

int main() {
  using namespace sen::mac;
  for (unsigned bandwidth : {20u, 100u}) {
    for (unsigned ues : {1u, 32u, 64u, 256u}) run({ues, bandwidth, SchedulerPolicy::proportional_fair});
  }
  run({64, 100, SchedulerPolicy::round_robin});
}
