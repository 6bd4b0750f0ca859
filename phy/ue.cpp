#include "phy/ue.h"

#include <cmath>

#include "phy/detail/shared_channel.h"
#include "phy/pdcch.h"
#include "phy/prach.h"
#include "phy/pucch.h"
#include "phy/pusch.h"
#include "phy/srs.h"

namespace sen::phy {
namespace {

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;

constexpr unsigned preamble_subframes = 5;  // the longest preamble takes four, from anywhere in the first

// Where a channel lies, so that its amplitude can be set.
struct Region {
  unsigned start_symbol = 0, symbols = 0;
  unsigned first = 0, n = 0;  // subcarriers
};

}  // namespace

struct UePhy::Impl {
  Impl(const UePhyConfig& c, Ofdm d, Ofdm u)
      : config(c), dl_ofdm(std::move(d)), ul_ofdm(std::move(u)), rx(c.rx_ports, c.n_rb), tx(c.tx_ports, c.n_rb), pdcch(c.rx_ports, c.polar_list),
        pdsch(c.n_rb, c.rx_ports), csi(c.n_rb, c.rx_ports), pusch(c.n_rb) {}

  void scale(const Region& region, float factor);
  float re_amplitude(float power_dbm, unsigned res) const;
  void send(const l1_ue::PuschSend& send, nr::Slot slot);
  void send(const l1_ue::PucchSend& send, nr::Slot slot);
  void send(const l1_ue::SrsSend& send, nr::Slot slot);
  void send(const l1_ue::PrachSend& send, nr::Slot slot);
  void refuse(const char* channel, const Error& error) { last_error = std::string(channel) + ": " + error.describe(); }

  UePhyConfig config;
  Ofdm dl_ofdm, ul_ofdm;
  Grid rx, tx;
  PdcchReceiver pdcch;
  PdschReceiver pdsch;
  CsiMeter csi;
  PuschTransmitter pusch;
  PucchTransmitter pucch;
  std::optional<PrachTransmitter> prach;
  l1::PrachPdu prach_for;
  std::vector<HarqBuffer> harq;
  std::vector<uint8_t> tb;
  nr::Slot slot;
  std::vector<Cf> preamble;        // what is still to be sent of it, from the next slot's start
  size_t preamble_left = 0;
  std::vector<Cf> constellation;
  std::string last_error;
};

UePhy::UePhy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
UePhy::~UePhy() = default;

Result<std::unique_ptr<UePhy>> UePhy::make(const UePhyConfig& config) {
  if (config.n_rb == 0 || config.n_rb > Grid::max_rb) return fail(Fault::invalid, "n_rb", "{}: 1 to {}", config.n_rb, Grid::max_rb);
  if (config.rx_ports == 0 || config.rx_ports > max_rx_ports || config.tx_ports == 0 || config.tx_ports > max_layers)
    return fail(Fault::invalid, "antennas", "{} to send, {} to receive: 1 to 4", config.tx_ports, config.rx_ports);
  SEN_ASSIGN(auto dl, Ofdm::make({config.scs, false, config.n_rb, config.dft_size, config.dl_centre_hz, false}));
  SEN_ASSIGN(auto ul, Ofdm::make({config.scs, false, config.n_rb, config.dft_size, config.ul_centre_hz, false}));
  auto impl = std::make_unique<Impl>(config, std::move(dl), std::move(ul));
  const uint32_t tb_bits = config.max_tb_bits ? config.max_tb_bits : detail::largest_tb(config.n_rb, config.rx_ports);
  for (unsigned i = 0; i < config.harq_processes; ++i) impl->harq.emplace_back(tb_bits);
  impl->preamble.resize(static_cast<size_t>(impl->ul_ofdm.sample_rate_hz() / 1000) * preamble_subframes);
  return std::unique_ptr<UePhy>(new UePhy(std::move(impl)));
}

double UePhy::sample_rate_hz() const { return impl_->dl_ofdm.sample_rate_hz(); }
size_t UePhy::slot_samples(nr::Slot slot) const { return impl_->dl_ofdm.slot_samples(slot.in_subframe()); }
bool UePhy::preamble_goes_on() const { return impl_->preamble_left > 0; }
const std::string& UePhy::last_error() const { return impl_->last_error; }
const Grid& UePhy::downlink() const { return impl_->rx; }
std::span<const Cf> UePhy::constellation() const { return impl_->constellation; }

// ---- downlink ----

void UePhy::receive(nr::Slot slot, std::span<const std::span<const Cf>> samples) {
  impl_->slot = slot;
  const unsigned advance = impl_->dl_ofdm.cp_samples(slot.in_subframe(), 1) / 2;
  for (unsigned port = 0; port < samples.size(); ++port) impl_->dl_ofdm.demodulate(samples[port], slot.in_subframe(), 1, advance, impl_->rx, port);
}

void UePhy::search(std::span<const l1_ue::PdcchSearch> searches, std::vector<l1_ue::RxDci>& found) {
  for (const auto& s : searches) {
    if (const Status done = impl_->pdcch.search(s, impl_->slot, impl_->rx, found); !done) impl_->refuse("PDCCH", done.error());
  }
}

void UePhy::decode(std::span<const l1_ue::PdschReceive> assignments, std::vector<l1_ue::RxPdsch>& blocks) {
  Impl& impl = *impl_;
  for (const auto& a : assignments) {
    l1_ue::RxPdsch& out = blocks.emplace_back(l1_ue::RxPdsch{.rnti = a.pdsch.rnti, .harq_id = a.harq_id, .crc_ok = false, .tb = {}, .quality = {}});
    HarqBuffer& soft = a.harq_id < impl.harq.size() ? impl.harq[a.harq_id] : impl.harq[0];
    if (a.new_data) soft.reset();
    const uint32_t octets = a.pdsch.code.tbs_octets;
    if (impl.tb.size() < octets) impl.tb.resize(octets);
    const auto got = impl.pdsch.receive(a.pdsch, impl.slot, impl.rx, impl.config.receive, soft, std::span(impl.tb).first(octets));
    if (!got) {
      impl.refuse("PDSCH", got.error());
      continue;
    }
    out.crc_ok = got->crc_ok;
    out.quality = {got->measurement.sinr_db, 10 * std::log10(std::max(got->measurement.rsrp, 1e-20f)), got->measurement.delay_s * 1e9f};
    if (out.crc_ok) out.tb.assign(impl.tb.begin(), impl.tb.begin() + octets);
    impl.constellation.assign(got->constellation.begin(), got->constellation.end());
  }
}

Result<l1_ue::CsiMeasurement> UePhy::measure(const l1::CsiRsPdu& csi_rs, const CsiMeterOptions& options) {
  return impl_->csi.measure(csi_rs, impl_->slot, impl_->rx, options);
}

UePhy::Block UePhy::block(unsigned first_symbol, unsigned first_subcarrier, unsigned l_max) {
  Block out;
  out.pbch = receive_pbch(impl_->rx, first_symbol, first_subcarrier, impl_->config.pci, l_max, impl_->config.scs, out.measurement);
  return out;
}

// ---- uplink ----

void UePhy::transmit(const l1_ue::UlSlot& ul, std::span<const std::span<Cf>> samples) {
  Impl& impl = *impl_;
  if (ul.pusch.empty() && ul.pucch.empty() && ul.srs.empty()) {
    for (auto& port : samples) std::ranges::fill(port, Cf{});
  } else {
    impl.tx.clear();
    for (const auto& s : ul.pusch) impl.send(s, ul.slot);
    for (const auto& s : ul.pucch) impl.send(s, ul.slot);
    for (const auto& s : ul.srs) impl.send(s, ul.slot);
    for (unsigned port = 0; port < samples.size(); ++port) impl.ul_ofdm.modulate(impl.tx, port, ul.slot.in_subframe(), 1, samples[port]);
  }
  for (const auto& s : ul.prach) impl.send(s, ul.slot);
  const size_t n = std::min(impl.preamble_left, samples[0].size());
  for (size_t i = 0; i < n; ++i) samples[0][i] += impl.preamble[i];
  std::shift_left(impl.preamble.begin(), impl.preamble.begin() + static_cast<ptrdiff_t>(impl.preamble_left), static_cast<ptrdiff_t>(n));
  impl.preamble_left -= n;
}

// Amplitude of a resource element of a channel with this power over `res` of them a symbol.
float UePhy::Impl::re_amplitude(float power_dbm, unsigned res) const {
  if (!config.full_scale_dbm) return std::pow(10.0f, config.re_dbfs / 20);
  return std::pow(10.0f, (power_dbm - *config.full_scale_dbm) / 20) / std::sqrt(static_cast<float>(std::max(res, 1u)));
}

void UePhy::Impl::scale(const Region& region, float factor) {
  for (unsigned port = 0; port < tx.ports(); ++port) {
    for (unsigned l = region.start_symbol; l < region.start_symbol + region.symbols && l < nr::symbols_per_slot; ++l) {
      for (Cf& re : tx.row(port, l).subspan(region.first, region.n)) re *= factor;
    }
  }
}

void UePhy::Impl::send(const l1_ue::PuschSend& s, nr::Slot at) {
  if (const Status sent = pusch.send(s.pusch, s.tb, s.uci, at, tx); !sent) return refuse("PUSCH", sent.error());
  unsigned rbs = 0;
  for (const auto& [first, count] : s.pusch.allocation.rbs) rbs += count;
  const float amplitude = re_amplitude(s.power_dbm, 12 * rbs);
  const unsigned symbols = s.pusch.allocation.symbols, start = s.pusch.allocation.start_symbol;
  for (const auto& [first, count] : s.pusch.allocation.rbs) {
    const unsigned first_hop = s.pusch.second_hop_rb ? symbols / 2 : symbols;
    scale({start, first_hop, 12u * (s.pusch.bwp.start + first), 12u * count}, amplitude);
    if (s.pusch.second_hop_rb) scale({start + first_hop, symbols - first_hop, 12u * (s.pusch.bwp.start + *s.pusch.second_hop_rb), 12u * count}, amplitude);
  }
}

void UePhy::Impl::send(const l1_ue::PucchSend& s, nr::Slot at) {
  if (const Status sent = pucch.send(s.pucch, s.uci, at, tx); !sent) return refuse("PUCCH", sent.error());
  const float amplitude = re_amplitude(s.power_dbm, 12u * s.pucch.rbs);
  const unsigned first_hop = s.pucch.second_hop_rb ? s.pucch.symbols / 2u : s.pucch.symbols;
  scale({s.pucch.start_symbol, first_hop, 12u * (s.pucch.bwp.start + s.pucch.first_rb), 12u * s.pucch.rbs}, amplitude);
  if (!s.pucch.second_hop_rb) return;
  scale({s.pucch.start_symbol + first_hop, s.pucch.symbols - first_hop, 12u * (s.pucch.bwp.start + *s.pucch.second_hop_rb), 12u * s.pucch.rbs}, amplitude);
}

void UePhy::Impl::send(const l1_ue::SrsSend& s, nr::Slot at) {
  if (const Status sent = send_srs(s.srs, at, tx); !sent) return refuse("SRS", sent.error());
  unsigned used = 0;
  for (const Cf& re : tx.row(0, s.srs.start_symbol)) used += re != Cf{};
  scale({s.srs.start_symbol, s.srs.symbols, 0, tx.subcarriers()}, re_amplitude(s.power_dbm, used));
}

void UePhy::Impl::send(const l1_ue::PrachSend& s, nr::Slot at) {
  const PrachCarrier carrier{config.scs, config.n_rb, ul_ofdm.sample_rate_hz()};
  const auto timing = prach_timing(s.prach, carrier, at, s.occasion);
  if (!timing) return refuse("PRACH", timing.error());
  auto made = PrachTransmitter::make(s.prach, carrier);
  if (!made) return refuse("PRACH", made.error());
  const unsigned l_ra = nr::preamble_format(static_cast<nr::PrachFormat>(s.prach.format), s.prach.scs).l_ra;
  // Full scale: `dft` samples share the power of l_ra subcarriers.
  const float amplitude = config.full_scale_dbm
                              ? std::pow(10.0f, (s.power_dbm - *config.full_scale_dbm) / 20) * std::sqrt(static_cast<float>(timing->dft) / static_cast<float>(l_ra))
                              : std::pow(10.0f, config.re_dbfs / 20) * std::sqrt(static_cast<float>(timing->dft));
  // Long formats are placed from the subframe's start; what lies before this slot is not theirs.
  size_t before = 0;
  if (nr::is_long(static_cast<nr::PrachFormat>(s.prach.format))) {
    for (unsigned i = 0; i < at.in_subframe(); ++i) before += ul_ofdm.slot_samples(i);
  }
  std::vector<Cf> whole(timing->start + timing->total());
  if (const Status sent = made->send(s.prach, at, s.occasion, s.f_id, s.preamble, amplitude, whole); !sent) return refuse("PRACH", sent.error());
  if (whole.size() <= before || whole.size() - before > preamble.size()) return;
  if (preamble_left < whole.size() - before) {
    std::fill(preamble.begin() + static_cast<ptrdiff_t>(preamble_left), preamble.begin() + static_cast<ptrdiff_t>(whole.size() - before), Cf{});
    preamble_left = whole.size() - before;
  }
  for (size_t i = before; i < whole.size(); ++i) preamble[i - before] += whole[i];
}

}  // namespace sen::phy
