#include "phy/gnb.h"

#include <cmath>
#include <tuple>

#include "base/lap.h"
#include "nr/band.h"
#include "phy/csi_rs.h"
#include "phy/detail/shared_channel.h"
#include "phy/pdcch.h"
#include "phy/prach.h"
#include "phy/pucch.h"
#include "phy/pusch.h"
#include "phy/estimation/codebook.h"
#include "phy/srs.h"
#include "phy/ssb.h"

namespace sen::phy {
namespace {

namespace l1 = nr::l1;

constexpr float default_backoff_db = 12;
constexpr float pusch_detection_db = -8;   // a PUSCH whose DM-RS lies below this SINR was not sent
constexpr unsigned history_subframes = 5;  // the longest preamble (format 2) takes four

uint16_t mask(unsigned start, unsigned count) { return static_cast<uint16_t>(((1u << count) - 1) << start); }

uint16_t used_symbols(const l1::UlSlot& ul) {
  uint16_t used = 0;
  for (const auto& p : ul.pusch) used |= mask(p.allocation.start_symbol, p.allocation.symbols);
  for (const auto& p : ul.pucch) used |= mask(p.start_symbol, p.symbols);
  for (const auto& p : ul.srs) used |= mask(p.start_symbol, p.symbols);
  return used;
}

l1::Quality quality_of(const LinkMeasurement& m) {
  return {m.sinr_db, 10 * std::log10(std::max(m.rsrp, 1e-20f)), m.delay_s * 1e9f};
}

}  // namespace

struct GnbPhy::Impl {
  // What one thread needs for any job.
  struct Worker {
    // `threads`: that may share one PUSCH.
    Worker(const GnbPhyConfig& config, Ofdm dl, Ofdm ul, unsigned threads)
        : pdsch(config.cell.n_rb), modulator(std::move(dl)), demodulator(std::move(ul)), pusch(config.cell.n_rb, config.cell.rx_ports, threads),
          pucch(config.cell.rx_ports) {}
    PdschTransmitter pdsch;
    PdcchTransmitter pdcch;
    Ofdm modulator, demodulator;
    PuschReceiver pusch;
    PucchReceiver pucch;
    std::vector<Cf> constellation;
  };
  // Soft bits of one transport block.
  struct Soft {
    explicit Soft(uint32_t bits) : buffer(bits) {}
    HarqBuffer buffer;
    l1::Rnti rnti = 0;
    uint8_t harq_id = 0;
    bool taken = false;
    uint64_t used = 0;
  };
  // A preamble that has begun: when its last sample is here, it is looked for.
  struct PendingPrach {
    l1::PrachPdu pdu;
    nr::Slot slot;
    uint64_t start = 0, end = 0;  // samples since the first slot
  };

  Impl(const GnbPhyConfig& c, JobPool& p) : config(c), pool(p), tx(c.cell.tx_ports, c.cell.n_rb), rx(c.cell.rx_ports, c.cell.n_rb) {}

  Status send(const l1::DlSlot& dl, size_t job, Worker& worker);
  Status send_block(const l1::SsbPdu& pdu, unsigned frame);
  bool receive_one(const l1::UlSlot& ul, size_t job, unsigned worker, JobPool* shared = nullptr);
  bool receive_pusch(const l1::PuschPdu& pdu, nr::Slot slot, Worker& worker, Soft& soft, std::vector<uint8_t>& tb, l1::RxPusch& out,
                     l1::RxUci& uci, JobPool* shared);
  Soft& soft_of(l1::Rnti rnti, uint8_t harq_id, bool new_data);
  void keep(std::span<const std::span<const Cf>> samples);
  PrachReceiver* prach_for(const l1::PrachPdu& pdu);
  void queue_prach(const l1::UlSlot& ul, size_t samples, std::vector<l1::Error>& errors);
  void detect_prach(const std::function<void(const l1::UlIndication&)>& indicate, l1::UlIndication& now, std::vector<l1::Error>& errors);

  GnbPhyConfig config;
  JobPool& pool;
  Grid tx, rx;
  std::vector<Worker> workers;
  std::vector<Soft> soft;
  uint64_t uses = 0;
  std::optional<PrachReceiver> prach;                // of the cell's preambles, made for the first occasion
  l1::PrachPdu prach_made_for;
  PrachCarrier prach_carrier;
  float amplitude = 1;
  std::vector<uint8_t> failed;                       // per job of the running batch
  std::vector<Soft*> batch_soft;
  std::vector<std::vector<uint8_t>> batch_tb;
  l1::UlIndication indication, late;
  std::vector<uint8_t> uci_used;
  std::vector<std::vector<Cf>> history;              // per port, the last subframes at least, ending with the slot that is being received
  size_t kept_samples = 0;
  uint64_t history_end = 0;
  std::vector<PendingPrach> pending;
  size_t constellation_worker = 0;
  uint64_t slots = 0;
  std::atomic<uint64_t> channels_ns{0}, modulate_ns{0}, demodulate_ns{0}, pusch_ns{0}, pucch_ns{0}, prach_ns{0}, srs_ns{0};
};

GnbPhy::GnbPhy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GnbPhy::~GnbPhy() = default;

Result<std::unique_ptr<GnbPhy>> GnbPhy::make(const GnbPhyConfig& config, JobPool& pool) {
  const l1::CellConfig& cell = config.cell;
  if (cell.n_rb == 0 || cell.n_rb > Grid::max_rb) return fail(Fault::invalid, "n_rb", "{}: 1 to {}", cell.n_rb, Grid::max_rb);
  if (cell.tx_ports == 0 || cell.tx_ports > Grid::max_ports || cell.rx_ports == 0 || cell.rx_ports > max_rx_ports)
    return fail(Fault::invalid, "antennas", "{} to send, {} to receive: 1 to {} and 1 to {}", cell.tx_ports, cell.rx_ports, Grid::max_ports,
                max_rx_ports);
  if (config.ssb_scs != cell.scs)
    return fail(Fault::unsupported, "SSB subcarrier spacing", "{} kHz in a {} kHz carrier", nr::khz(config.ssb_scs), nr::khz(cell.scs));
  auto impl = std::make_unique<Impl>(config, pool);
  const auto ofdm = [&](uint32_t arfcn) {
    return Ofdm::make({cell.scs, config.extended_cp, cell.n_rb, config.dft_size,
                       static_cast<double>(nr::khz_from_arfcn(arfcn).value_or(0)) * 1e3, config.patient});
  };
  for (unsigned i = 0; i < pool.threads(); ++i) {
    SEN_ASSIGN(auto dl, ofdm(cell.dl_arfcn));
    SEN_ASSIGN(auto ul, ofdm(cell.ul_arfcn));
    impl->workers.emplace_back(config, std::move(dl), std::move(ul), i == 0 ? pool.threads() : 1);
  }
  const uint32_t tb_bits = config.max_tb_bits ? config.max_tb_bits : detail::largest_tb(cell.n_rb, cell.rx_ports);
  for (unsigned i = 0; i < config.harq_buffers; ++i) impl->soft.emplace_back(tb_bits);
  const float re_dbfs = config.re_dbfs.value_or(-default_backoff_db - 10 * std::log10(12.0f * cell.n_rb));
  impl->config.re_dbfs = re_dbfs;
  impl->amplitude = std::pow(10.0f, re_dbfs / 20);
  const Ofdm& o = impl->workers[0].demodulator;
  impl->prach_carrier = {cell.scs, cell.n_rb, o.sample_rate_hz()};
  impl->kept_samples = static_cast<size_t>(o.sample_rate_hz() / 1000) * history_subframes;
  impl->history.resize(cell.rx_ports);
  for (auto& port : impl->history) {
    port.reserve(4 * impl->kept_samples);  // so that samples are moved once in many slots
    port.resize(impl->kept_samples);
  }
  return std::unique_ptr<GnbPhy>(new GnbPhy(std::move(impl)));
}

double GnbPhy::sample_rate_hz() const { return impl_->workers[0].modulator.sample_rate_hz(); }
size_t GnbPhy::slot_samples(nr::Slot slot) const { return impl_->workers[0].modulator.slot_samples(slot.in_subframe()); }
float GnbPhy::re_dbfs() const { return *impl_->config.re_dbfs; }
const Grid& GnbPhy::downlink() const { return impl_->tx; }
const Grid& GnbPhy::uplink() const { return impl_->rx; }
std::span<const Cf> GnbPhy::constellation() const { return impl_->workers[impl_->constellation_worker].constellation; }

StageTimes GnbPhy::take_times() {
  Impl& i = *impl_;
  StageTimes out{i.slots, i.channels_ns.exchange(0), i.modulate_ns.exchange(0), i.demodulate_ns.exchange(0), i.pusch_ns.exchange(0),
                 i.pucch_ns.exchange(0), i.prach_ns.exchange(0), i.srs_ns.exchange(0)};
  i.slots = 0;
  return out;
}

void GnbPhy::forget(l1::Rnti rnti) {
  for (auto& s : impl_->soft) {
    if (s.rnti == rnti) s.taken = false;
  }
}

// ---- downlink ----

bool GnbPhy::transmit(const l1::DlSlot& dl, std::span<const std::span<Cf>> samples, std::vector<l1::Error>& errors) {
  Impl& impl = *impl_;
  ++impl.slots;
  const size_t jobs = dl.pdsch.size() + dl.pdcch.size() + dl.ssb.size() + dl.csi_rs.size();
  if (jobs == 0) {
    for (auto& port : samples) std::ranges::fill(port, Cf{});
    return false;
  }
  impl.tx.clear();
  impl.failed.assign(jobs, 0);
  impl.pool.run(jobs, [&](size_t job, unsigned worker) {
    Lap lap(impl.channels_ns);
    impl.failed[job] = !impl.send(dl, job, impl.workers[worker]);
  });
  for (size_t job = 0; job < jobs; ++job) {
    if (!impl.failed[job]) continue;
    const l1::Rnti rnti = job < dl.pdsch.size()                       ? dl.pdsch[job].rnti
                          : job < dl.pdsch.size() + dl.pdcch.size() ? dl.pdcch[job - dl.pdsch.size()].rnti
                                                                      : l1::Rnti{0};
    errors.push_back({l1::Error::Kind::out_of_range, dl.slot, rnti});
  }
  const unsigned symbols = impl.workers[0].modulator.symbols(), in_subframe = dl.slot.in_subframe();
  impl.pool.run(samples.size() * symbols, [&](size_t job, unsigned worker) {
    Lap lap(impl.modulate_ns);
    Ofdm& ofdm = impl.workers[worker].modulator;
    const auto port = static_cast<unsigned>(job / symbols), symbol = static_cast<unsigned>(job % symbols);
    const size_t start = ofdm.symbol_start(in_subframe, symbol);
    const size_t length = ofdm.cp_samples(in_subframe, symbol) + ofdm.dft_size();
    ofdm.modulate_symbol(impl.tx.row(port, symbol), in_subframe, symbol, impl.amplitude, samples[port].subspan(start, length));
  });
  return true;
}

Status GnbPhy::Impl::send(const l1::DlSlot& dl, size_t job, Worker& worker) {
  if (job < dl.pdsch.size()) return worker.pdsch.send(dl.pdsch[job], dl.slot, tx);
  job -= dl.pdsch.size();
  if (job < dl.pdcch.size()) return worker.pdcch.send(dl.pdcch[job], dl.slot, tx);
  job -= dl.pdcch.size();
  if (job < dl.ssb.size()) return send_block(dl.ssb[job], dl.slot.frame());
  return send_csi_rs(dl.csi_rs[job - dl.ssb.size()], dl.slot, tx);
}

Status GnbPhy::Impl::send_block(const l1::SsbPdu& pdu, unsigned frame) {
  const bool fr2 = config.cell.scs >= nr::Scs::khz120;
  const auto first = ssb_first_subcarrier(pdu, config.cell.scs, fr2);
  if (!first) return fail(Fault::invalid, "k_SSB", "{}: off the carrier's grid", pdu.k_ssb);
  return send_ssb(pdu, frame, *first, tx);
}

// ---- uplink ----

void GnbPhy::receive(const l1::UlSlot& ul, std::span<const std::span<const Cf>> samples,
                     const std::function<void(const l1::UlIndication&)>& indicate, std::vector<l1::Error>& errors) {
  Impl& impl = *impl_;
  impl.indication.slot = ul.slot;
  impl.indication.pusch.clear(), impl.indication.uci.clear(), impl.indication.preambles.clear(), impl.indication.srs.clear();
  impl.keep(samples);
  if (used_symbols(ul)) {
    impl.pool.run(samples.size(), [&](size_t port, unsigned worker) {
      Lap lap(impl.demodulate_ns);
      Ofdm& ofdm = impl.workers[worker].demodulator;
      const unsigned advance = ofdm.cp_samples(ul.slot.in_subframe(), 1) / 2;
      ofdm.demodulate(samples[port], ul.slot.in_subframe(), 1, advance, impl.rx, static_cast<unsigned>(port));
    });
  }
  const size_t n_pusch = ul.pusch.size(), n_pucch = ul.pucch.size(), jobs = n_pusch + n_pucch + ul.srs.size();
  impl.indication.pusch.resize(n_pusch), impl.indication.uci.resize(n_pusch + n_pucch), impl.indication.srs.resize(ul.srs.size());
  impl.uci_used.assign(n_pusch + n_pucch, 0), impl.failed.assign(jobs, 0);
  impl.batch_soft.resize(n_pusch);
  if (impl.batch_tb.size() < n_pusch) impl.batch_tb.resize(n_pusch);
  for (size_t i = 0; i < n_pusch; ++i) impl.batch_soft[i] = &impl.soft_of(ul.pusch[i].rnti, ul.pusch[i].harq_id, ul.pusch[i].new_data);
  // One PUSCH alone is split by symbols and code blocks; several are a job each.
  const size_t first = n_pusch == 1 && impl.pool.threads() > 1 ? 1 : 0;
  if (first == 1) impl.failed[0] = !impl.receive_one(ul, 0, 0, &impl.pool);
  impl.pool.run(jobs - first, [&](size_t job, unsigned worker) { impl.failed[first + job] = !impl.receive_one(ul, first + job, worker); });
  for (size_t job = 0; job < jobs; ++job) {
    if (!impl.failed[job]) continue;
    const l1::Rnti rnti = job < n_pusch ? ul.pusch[job].rnti : job < n_pusch + n_pucch ? ul.pucch[job - n_pusch].rnti : ul.srs[job - n_pusch - n_pucch].rnti;
    errors.push_back({l1::Error::Kind::out_of_range, ul.slot, rnti});
  }
  size_t kept = 0;
  for (size_t i = 0; i < impl.indication.uci.size(); ++i) {
    if (!impl.uci_used[i]) continue;
    if (kept != i) impl.indication.uci[kept] = std::move(impl.indication.uci[i]);
    ++kept;
  }
  impl.indication.uci.resize(kept);
  impl.queue_prach(ul, samples[0].size(), errors);
  impl.detect_prach(indicate, impl.indication, errors);
  indicate(impl.indication);
}

bool GnbPhy::Impl::receive_one(const l1::UlSlot& ul, size_t job, unsigned w, JobPool* shared) {
  Worker& worker = workers[w];
  const size_t n_pusch = ul.pusch.size();
  if (job < n_pusch) {
    Lap lap(pusch_ns);
    l1::RxUci& uci = indication.uci[job];
    uci = {};
    uci_used[job] = ul.pusch[job].uci.harq_bits || ul.pusch[job].uci.csi1_bits || ul.pusch[job].uci.csi2_bits;
    if (job == 0) constellation_worker = w;
    return receive_pusch(ul.pusch[job], ul.slot, worker, *batch_soft[job], batch_tb[job], indication.pusch[job], uci, shared);
  }
  job -= n_pusch;
  if (job < ul.pucch.size()) {
    Lap lap(pucch_ns);
    auto got = worker.pucch.receive(ul.pucch[job], ul.slot, rx);
    uci_used[n_pusch + job] = 1;
    l1::RxUci& out = indication.uci[n_pusch + job];
    out = {};
    if (got) {
      out = std::move(*got);
    } else {
      out.detected = false;
    }
    out.rnti = ul.pucch[job].rnti, out.handle = ul.pucch[job].handle, out.on_pusch = false;
    return got.has_value();
  }
  job -= ul.pucch.size();
  Lap lap(srs_ns);
  const l1::SrsPdu& pdu = ul.srs[job];
  l1::RxSrs& out = indication.srs[job];
  out = {pdu.rnti, pdu.handle, {}};
  const auto estimate = receive_srs(pdu, ul.slot, rx);
  if (estimate) out.quality = estimate->quality;
  if (estimate && pdu.max_rank > 0 && rx.ports() <= 4) {
    const ChannelSamples channel{{estimate->part.data(), size_t{estimate->parts} * rx.ports() * pdu.ports}, rx.ports(), pdu.ports,
                                 std::max(estimate->noise_variance, 1e-12F)};
    const TpmiChoice choice = choose_tpmi(channel, pdu.max_rank, false, static_cast<nr::CodebookSubset>(pdu.codebook_subset));
    out.rank = choice.rank, out.tpmi = choice.tpmi, out.layer_sinr_db = choice.sinr_db;
  }
  return estimate.has_value();
}

bool GnbPhy::Impl::receive_pusch(const l1::PuschPdu& pdu, nr::Slot slot, Worker& worker, Soft& soft_bits, std::vector<uint8_t>& tb,
                                 l1::RxPusch& out, l1::RxUci& uci, JobPool* shared) {
  out = {.rnti = pdu.rnti, .handle = pdu.handle, .harq_id = pdu.harq_id, .crc_ok = false, .detected = false, .tb = {}, .quality = {}};
  uci.rnti = pdu.rnti, uci.handle = pdu.handle, uci.on_pusch = true, uci.detected = false;
  if (tb.size() < pdu.code.tbs_octets) tb.resize(pdu.code.tbs_octets);
  const auto got = worker.pusch.receive(pdu, slot, rx, config.receive, soft_bits.buffer, std::span(tb).first(pdu.code.tbs_octets), shared);
  if (!got) return false;
  out.quality = quality_of(got->data.measurement);
  out.crc_ok = got->data.crc_ok;
  out.detected = out.crc_ok || out.quality.sinr_db > pusch_detection_db;
  if (out.crc_ok) {
    out.tb.assign(tb.begin(), tb.begin() + pdu.code.tbs_octets);
    soft_bits.taken = false;
  }
  worker.constellation.assign(got->data.constellation.begin(), got->data.constellation.end());
  if (!got->uci_present) return true;
  uci.quality = out.quality;
  uci.detected = out.detected;
  uci.crc_ok = (pdu.uci.harq_bits == 0 || got->harq_ok) && (pdu.uci.csi1_bits == 0 || got->csi1_ok) && (pdu.uci.csi2_bits == 0 || got->csi2_ok);
  uci.harq = got->harq, uci.csi1 = got->csi1, uci.csi2 = got->csi2;
  return true;
}

GnbPhy::Impl::Soft& GnbPhy::Impl::soft_of(l1::Rnti rnti, uint8_t harq_id, bool new_data) {
  Soft* best = &soft[0];
  for (auto& s : soft) {
    if (s.taken && s.rnti == rnti && s.harq_id == harq_id) {
      best = &s;
      break;
    }
    if (best->taken && (!s.taken || s.used < best->used)) best = &s;
  }
  const bool same = best->taken && best->rnti == rnti && best->harq_id == harq_id;
  if (!same || new_data) best->buffer.reset();
  best->rnti = rnti, best->harq_id = harq_id, best->taken = true, best->used = ++uses;
  return *best;
}

// ---- random access: preambles may span slots ----

void GnbPhy::Impl::keep(std::span<const std::span<const Cf>> samples) {
  const size_t n = samples[0].size();
  for (size_t port = 0; port < history.size(); ++port) {
    auto& kept = history[port];
    if (kept.size() + n > kept.capacity()) kept.erase(kept.begin(), kept.end() - static_cast<ptrdiff_t>(kept_samples));
    kept.insert(kept.end(), samples[port].data(), samples[port].data() + n);
  }
  history_end += n;
}

PrachReceiver* GnbPhy::Impl::prach_for(const l1::PrachPdu& pdu) {
  const auto kind = [](const l1::PrachPdu& p) { return std::tie(p.format, p.scs, p.n_fd, p.first_rb, p.root_sequence, p.n_cs, p.restricted_set); };
  if (prach && kind(prach_made_for) == kind(pdu)) return &*prach;
  auto made = PrachReceiver::make(pdu, prach_carrier, config.cell.rx_ports);
  if (!made) return nullptr;
  prach = std::move(*made);
  prach_made_for = pdu;
  return &*prach;
}

void GnbPhy::Impl::queue_prach(const l1::UlSlot& ul, size_t slot_samples, std::vector<l1::Error>& errors) {
  for (const l1::PrachPdu& pdu : ul.prach) {
    const auto timing = prach_timing(pdu, prach_carrier, ul.slot, pdu.occasions - 1u);
    if (!timing) {
      errors.push_back({l1::Error::Kind::out_of_range, ul.slot, 0});
      continue;
    }
    uint64_t start = history_end - slot_samples;
    if (nr::is_long(static_cast<nr::PrachFormat>(pdu.format))) {  // counted from the subframe's start
      for (unsigned s = 0; s < ul.slot.in_subframe(); ++s) start -= workers[0].demodulator.slot_samples(s);
    }
    pending.push_back({pdu, ul.slot, start, start + timing->start + timing->total()});
  }
}

void GnbPhy::Impl::detect_prach(const std::function<void(const l1::UlIndication&)>& indicate, l1::UlIndication& now, std::vector<l1::Error>& errors) {
  for (size_t i = 0; i < pending.size();) {
    const PendingPrach& p = pending[i];
    if (p.end > history_end) {
      ++i;
      continue;
    }
    Lap lap(prach_ns);
    const bool same_slot = p.slot == now.slot;
    late.slot = p.slot;
    late.preambles.clear();
    const size_t available = static_cast<size_t>(history_end - p.start);
    PrachReceiver* receiver = prach_for(p.pdu);
    bool done = false;
    if (receiver && available <= history[0].size()) {
      std::array<std::span<const Cf>, max_rx_ports> views;
      for (size_t port = 0; port < history.size(); ++port) views[port] = std::span<const Cf>(history[port]).last(available);
      done = receiver->detect(p.pdu, p.slot, std::span(views).first(history.size()), same_slot ? now.preambles : late.preambles).has_value();
    }
    if (!done) errors.push_back({l1::Error::Kind::out_of_range, p.slot, 0});
    if (!same_slot && !late.preambles.empty()) indicate(late);
    pending.erase(pending.begin() + static_cast<ptrdiff_t>(i));
  }
}

}  // namespace sen::phy
