#include "apps/ue_config.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "nr/band.h"
#include "nr/ssb.h"
#include "radio/zmq.h"

namespace sen {

namespace {

void describe_usim(config::Section& s, UeProcessConfig& config) {
  s.value("imsi", config.first_imsi, "IMSI of the first UE, 6 to 15 digits; the others count up.");
  auto hex = [](crypto::Key128& member) {
    return [&member](std::string_view text) -> Status {
      SEN_ASSIGN(auto octets, octets_from_hex<16>(text));
      std::ranges::copy(octets, member.begin());
      return {};
    };
  };
  s.parsed("key", "32 hexadecimal digits", to_hex(config.key), hex(config.key), "K of every UE.");
  s.parsed("opc", "32 hexadecimal digits", to_hex(config.opc), hex(config.opc), "OPc of every UE.");
  auto plmn = [&](std::string_view text) -> Status {
    SEN_ASSIGN(config.home, Plmn::parse(text));
    return {};
  };
  s.parsed("plmn", "PLMN, as 99970 or 999/70", config.home.text(), plmn, "Home network.");
}

void describe_session(config::Section& s, UeProcessConfig& config) {
  s.value("dnn", config.dnn, "Data network name.");
  size_t type = static_cast<size_t>(config.session_type) - 1;
  s.choice("type", type, {"ipv4", "ipv6", "ipv4v6"}, "PDU session type.");
  config.session_type = static_cast<nas::PduSessionKind>(type + 1);
  s.value("sst", config.slice.sst, 0, 255, "", "Slice/service type.");
  uint32_t sd = config.slice.sd.value_or(0xffffff);
  s.value("sd", sd, 0, 0xffffff, "", "Slice differentiator; 16777215 (0xffffff): none.");
  config.slice.sd = sd == 0xffffff ? std::nullopt : std::optional(sd);
}

void describe_traffic(config::Section& s, UeProcessConfig& config) {
  auto address = [](IpAddress& member) {
    return [&member](std::string_view text) -> Status {
      SEN_ASSIGN(member, IpAddress::parse(text));
      return {};
    };
  };
  s.parsed("target", "IPv4 address", config.target_v4.text(), address(config.target_v4), "Pinged and sent to.");
  s.parsed("target_v6", "IPv6 address", config.target_v6.text(), address(config.target_v6), "The same over IPv6.");
  s.value("pings", config.pings, 0, 10000, "", "Pings of each UE and IP version.");
  s.value("seconds", config.traffic_s, 0, 86400, "s", "Duration of the transfer in each direction.");
  s.value("rate", config.rate_mbps, 0.001, 10000, "Mbit/s", "Rate of each UE and direction.");
}

void describe_radio(config::Section& s, UeRadioConfig& config) {
  s.choice("device_driver", config.driver, {"none", "zmq"}, "zmq: samples over ZeroMQ, to our gNB or to those of srsRAN and OCUDU. none: the slot-level air.");
  s.value("device_args", config.device_args, "Of the driver: tx_port=tcp://*:2001,rx_port=tcp://localhost:2000,base_srate=11.52e6");
  s.value("srate", config.srate_mhz, 0, 250, "MHz", "Sampling rate; the gNB's.");
  s.value("tx_gain", config.tx_gain, -60, 60, "dB", "Added to what is sent. At 0 dB a transmission over the whole carrier has 12 dB less than full scale.");
  s.value("rx_gain", config.rx_gain, -60, 60, "dB", "Taken off the levels that are reported.");
  s.value("uplink_ahead_ms", config.uplink_ahead_ms, 1, 4, "ms", "An uplink slot leaves so long after the downlink slot that was heard last; k1 and k2 of the gNB must be as much.");
}

void describe_search(config::Section& s, UeRadioConfig& config) {
  s.value("band", config.band, 0, 1024, "", "NR band; 0: the first that has dl_arfcn.");
  s.value("dl_arfcn", config.dl_arfcn, 0, nr::max_arfcn, "", "NR-ARFCN of the carrier's centre: what the gNB's cell_cfg.dl_arfcn says.");
  s.value("common_scs", config.scs_khz, 0, 240, "kHz", "Subcarrier spacing of SSB and carrier; 0: the band's (15 in n3, 30 in n78).");
  s.value("ssb_arfcn", config.ssb_arfcns, "NR-ARFCNs of SSBs; empty: every place of the sync raster within the sampling rate.");
}

double hz(uint32_t arfcn) { return static_cast<double>(nr::khz_from_arfcn(arfcn).value_or(0)) * 1e3; }

// The sync raster's places whose blocks lie within the sampling rate.
std::vector<uint32_t> raster(const nr::Band& band, nr::Scs scs, double centre_hz, double rate_hz) {
  std::vector<uint32_t> out;
  const double half_block_hz = nr::ssb_rbs * 12 / 2 * 1e3 * nr::khz(scs);
  const auto low = static_cast<uint64_t>((centre_hz - rate_hz / 2 + half_block_hz) / 1e3), high = static_cast<uint64_t>((centre_hz + rate_hz / 2 - half_block_hz) / 1e3);
  for (auto gscn = nr::next_gscn(band, scs, low); gscn;) {
    const auto khz = nr::khz_from_gscn(*gscn);
    if (!khz || *khz > high) break;
    if (const auto arfcn = nr::arfcn_from_khz(*khz)) out.push_back(*arfcn);
    gscn = nr::next_gscn(band, scs, *khz + 1);
  }
  return out;
}

}  // namespace

Result<ue::L1Config> UeRadioConfig::l1() const {
  ue::L1Config out;
  if (dl_arfcn == 0) return fail(Fault::missing, "cell_search.dl_arfcn", "a ZMQ radio cannot be tuned: give the gNB's cell_cfg.dl_arfcn");
  const nr::Band* found = band ? nr::find_band(band) : nr::band_of_dl_arfcn(dl_arfcn);
  if (!found && band) return fail(Fault::invalid, "cell_search.band", "n{} is unknown (TS 38.104 5.2)", band);
  if (!found) return fail(Fault::invalid, "cell_search.dl_arfcn", "{} lies in no band (TS 38.104 5.4.2)", dl_arfcn);
  out.band = found->number;
  out.scs = nr::default_ssb_scs(*found);
  bool known = scs_khz == 0;
  for (auto scs : {nr::Scs::khz15, nr::Scs::khz30, nr::Scs::khz120, nr::Scs::khz240}) {
    if (nr::khz(scs) == scs_khz) out.scs = scs, known = true;
  }
  if (!known || !nr::ssb_case(*found, out.scs))
    return fail(Fault::invalid, "cell_search.common_scs", "{} kHz has no SSB in n{} (TS 38.104 5.4.3.3)", scs_khz, found->number);
  if (const Status valid = nr::check_arfcn(*found, out.scs, dl_arfcn, true); !valid) return fail(Fault::invalid, "cell_search.dl_arfcn", "{}", valid.error().text);
  out.dl_centre_hz = hz(dl_arfcn);
  out.ul_centre_hz = hz(nr::ul_arfcn(*found, dl_arfcn).value_or(dl_arfcn));

  const double step_hz = 1e3 * nr::khz(out.scs);
  out.sample_rate_hz = srate_mhz * 1e6;
  const auto dft = static_cast<unsigned>(std::lround(out.sample_rate_hz / step_hz));
  if (std::abs(dft * step_hz - out.sample_rate_hz) > 1 || dft < 256 || !phy::Ofdm::make({out.scs, false, nr::ssb_rbs, dft, 0, false}))
    return fail(Fault::invalid, "rf.srate", "{} MHz is no rate at {} kHz: {} for 5, 10, 15, 20, 40 or 100 MHz of bandwidth, as the gNB's", srate_mhz,
                nr::khz(out.scs), out.scs == nr::Scs::khz15 ? "7.68, 11.52 or 15.36, 23.04, 30.72" : "7.68, 11.52 or 15.36, 23.04, 46.08 or 61.44, 122.88");
  for (const auto& text : ssb_arfcns) {
    uint32_t arfcn = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), arfcn);
    if (error != std::errc{} || end != text.data() + text.size() || !nr::khz_from_arfcn(arfcn))
      return fail(Fault::invalid, "cell_search.ssb_arfcn", "'{}' is no NR-ARFCN (0 to {})", text, nr::max_arfcn);
    if (std::abs(hz(arfcn) - out.dl_centre_hz) > out.sample_rate_hz / 2)
      return fail(Fault::invalid, "cell_search.ssb_arfcn", "{} is {:.2f} MHz off dl_arfcn {}: a sampling rate of {} MHz does not reach there", arfcn,
                  (hz(arfcn) - out.dl_centre_hz) / 1e6, dl_arfcn, srate_mhz);
    out.ssb_arfcns.push_back(arfcn);
  }
  if (out.ssb_arfcns.empty()) {
    out.ssb_arfcns = raster(*found, out.scs, out.dl_centre_hz, out.sample_rate_hz);
    out.everywhere = true;
  }
  if (out.ssb_arfcns.empty())
    return fail(Fault::invalid, "rf.srate", "{} MHz around dl_arfcn {} hold no place of n{}'s sync raster (TS 38.104 5.4.3)", srate_mhz, dl_arfcn, found->number);
  // The whole carrier at once, 12 dB below full scale.
  out.tx_re_dbfs = static_cast<float>(tx_gain - 12 - 10 * std::log10(0.81 * dft));
  out.rx_full_scale_dbm = static_cast<float>(-rx_gain);
  return out;
}

void describe(config::Section& section, UeProcessConfig& config) {
  if (config.target_v4.empty()) config.target_v4 = IpAddress(Octets<4>{10, 45, 0, 1});
  if (config.target_v6.empty()) config.target_v6 = IpAddress(Octets<16>{0x20, 0x01, 0x0d, 0xb8, 0xca, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  section.section("air", "The slot-level air.",
                  [&](config::Section& s) { s.value("path", config.air_path, "Unix socket of the gNB (its ru_air.path)."); });
  section.section("rf", "A radio instead of the slot-level air.", [&](config::Section& s) { describe_radio(s, config.radio); });
  section.section("cell_search", "With a radio: where to look for a cell.", [&](config::Section& s) { describe_search(s, config.radio); });
  section.value("count", config.count, 1, 1000, "", "Number of UEs; with a radio 1.");
  section.section("usim", "Subscribers.", [&](config::Section& s) { describe_usim(s, config); });
  section.section("session", "PDU session of each UE.", [&](config::Section& s) { describe_session(s, config); });
  section.section("tun", "A network interface for each UE (root).", [&](config::Section& s) {
    s.choice("mode", config.tun, {"auto", "on", "off"}, "auto: where it is possible.");
    s.value("name", config.tun_name, "Name of the devices, before the UE's number.");
    s.value("default_route", config.default_route, "Whether everything goes through it; for a UE in a network namespace of its own.");
  });
  section.section("traffic", "What `sen5g ue --scenario traffic` sends.", [&](config::Section& s) { describe_traffic(s, config); });
  section.section("log", "Log lines.", [&](config::Section& s) { describe(s, config.log); });
}

namespace {

using Placed = std::function<void(const std::string& path, const std::string& text)>;

void check_radio(const UeProcessConfig& config, const config::Node& root, const Placed& placed) {
  if (!config::place_of(root, "air.path").empty()) placed("air.path", "of rf and air one: a UE with a radio has no slot-level air");
  if (config.count != 1) placed("count", fmt::format("{} UEs cannot share a radio: 1 (more processes, or the slot-level air)", config.count));
  const auto l1 = config.radio.l1();
  if (!l1) placed(l1.error().where, l1.error().text);
  const auto zmq = radio::ZmqConfig::parse(config.radio.device_args);
  if (!zmq) return placed("rf.device_args", zmq.error().describe());
  if (zmq->tx_ports.empty() || zmq->rx_ports.empty()) return placed("rf.device_args", "a tx_port and an rx_port are needed, one for each antenna");
  const double base = zmq->sample_rate_hz, rate = config.radio.srate_mhz * 1e6;
  if (base != 0 && std::abs(base - rate) > 1)
    placed("rf.device_args", fmt::format("base_srate {} differs from srate {}e6: the UE does not resample, give the same at both ends", base, config.radio.srate_mhz));
}

}  // namespace

LoadedUeConfig load_ue_config(const ConfigOptions& options) {
  LoadedUeConfig out;
  const config::Node root = merge_files(options, out.problems);
  if (!out.problems.empty()) return out;
  out.problems = config::load(root, out.config);
  const auto& config = out.config;
  auto placed = [&](const std::string& path, const std::string& text) {
    const std::string place = config::place_of(root, path);
    out.problems.push_back({Fault::invalid, (place.empty() ? "" : place + " ") + path, text});
  };
  if (auto usim = ue::Usim::create(config.home, config.first_imsi, crypto::Milenage(config.key, config.opc)); !usim) {
    placed("usim.imsi", usim.error().text);
  }
  if (!config.target_v4.is_v4())
    placed("traffic.target", config.target_v4.text() + " is no IPv4 address");
  if (!config.target_v6.is_v6())
    placed("traffic.target_v6", config.target_v6.text() + " is no IPv6 address");
  if (config.radio.driver != UeRadioConfig::Driver::none) check_radio(config, root, placed);
  return out;
}

}  // namespace sen
