#include "apps/link/case.h"

#include <fmt/core.h>

#include <cmath>

#include "nr/dmrs.h"

namespace sen::link {
namespace {

std::vector<std::string_view> profile_names() {
  std::vector<std::string_view> out;
  for (int i = 0; i <= static_cast<int>(channel::Profile::tdld10); ++i) out.push_back(to_string(static_cast<channel::Profile>(i)));
  return out;
}

void describe_air(config::Section& s, Case& c) {
  s.choice("profile", c.profile, profile_names(), "Fading: none (AWGN), TR 38.901 tables 7.7.2-1 to -5, or a ready-made profile of TS 38.104 and 38.101-4.");
  s.value("delay_spread", c.delay_spread_ns, 0, 10000, "ns", "Of tdl-a to tdl-e.");
  s.value("doppler", c.doppler_hz, 0, 10000, "Hz", "Largest Doppler shift.");
  s.choice("correlation", c.correlation, {"low", "medium", "medium-a", "high"}, "Of the antennas, TS 38.104 G.2.3 (uplink) and TS 38.101-4 B.2.3 (downlink).");
  s.value("tx", c.tx, 0, 8, "", "Transmit antennas; 0: one a port of the channel.");
  s.value("rx", c.rx, 1, 4, "", "Receive antennas.");
  s.value("cfo", c.cfo_hz, -100000, 100000, "Hz", "Carrier frequency offset.");
  s.value("delay", c.delay_us, 0, 100, "us", "Arrival after the receiver's window begins.");
  s.choice("domain", c.domain, {"auto", "time", "frequency"},
           "time: OFDM samples; frequency: the channel is multiplied to resource elements; auto: frequency for AWGN without offsets.");
  s.value("noise_only", c.noise_only, "Send nothing: what is counted as error is a false alarm.");
}

void describe_shared(config::Section& s, Case& c) {
  s.choice("mcs_table", c.mcs_table, {"qam64", "qam256", "qam64LowSE", "qam1024"}, "MCS table, TS 38.214 5.1.3.1 and 6.1.4.1.");
  s.value("mcs", c.mcs, 0, 28, "", "MCS index.");
  s.value("layers", c.layers, 1, 4, "", "Layers.");
  s.value("first_prb", c.first_prb, 0, 274, "", "First resource block.");
  s.value("prb", c.prb, 0, 275, "", "Resource blocks; 0: to the carrier's end.");
  s.value("start_symbol", c.start_symbol, 0, 13, "", "First symbol.");
  s.value("symbols", c.symbols, 1, 14, "", "Symbols.");
  s.value("mapping_b", c.mapping_b, "Mapping type B.");
  s.value("dmrs_type", c.dmrs_type, 1, 2, "", "DM-RS configuration type.");
  s.value("dmrs_additional", c.dmrs_additional, 0, 3, "", "Additional DM-RS positions; PUCCH formats 3 and 4: from 1 on additional DM-RS.");
  s.value("dmrs_length", c.dmrs_length, 1, 2, "", "Front-loaded DM-RS symbols.");
  s.value("cdm_groups", c.cdm_groups, 1, 3, "", "CDM groups without data.");
  s.value("transform_precoding", c.transform_precoding, "DFT-s-OFDM (PUSCH).");
  s.value("pi2_bpsk", c.pi2_bpsk, "pi/2-BPSK where the MCS table or PUCCH format allows it.");
  s.choice("precoding", c.precoding, {"identity", "random"}, "random: PDSCH of 1 or 2 layers over 2 antennas, a codebook entry drawn for each slot.");
  s.value("transmissions", c.transmissions, 1, 4, "", "Transmissions of a block at most (HARQ, redundancy versions 0, 2, 3, 1), 8 slots apart.");
  s.value("iterations", c.iterations, 1, 50, "", "LDPC iterations.");
  s.value("early_stop", c.early_stop, "LDPC: stop when the CRC holds.");
  s.choice("equaliser", c.equaliser, {"mmse", "zero-forcing"}, "Equaliser.");
  s.value("genie", c.genie, "The receiver knows channel and noise exactly: what is lost without is what estimation costs.");
}

void describe_control(config::Section& s, Case& c) {
  s.value("harq_bits", c.harq_bits, 0, 1706, "", "HARQ-ACK bits on PUCCH or PUSCH; a PUCCH without any: 1 (formats 0, 1) or 4.");
  s.value("csi1_bits", c.csi1_bits, 0, 1706, "", "CSI (part 1) bits on PUCCH or PUSCH.");
  s.value("beta_harq", c.beta_harq, 0, 15, "", "Index of beta_offset for HARQ-ACK, TS 38.213 table 9.3-1.");
  s.value("beta_csi1", c.beta_csi1, 0, 18, "", "Index of beta_offset for CSI, TS 38.213 table 9.3-2.");
  s.value("format", c.format, 0, 4, "", "PUCCH format.");
  s.value("pucch_symbols", c.pucch_symbols, 0, 14, "", "Symbols of PUCCH, the slot's last; 0: 2 (formats 0, 2) or 14.");
  s.value("pucch_prb", c.pucch_prb, 1, 16, "", "Resource blocks of PUCCH formats 2 and 3.");
  s.value("hopping", c.hopping, "Hopping within the slot (PUCCH).");
  s.value("occ_length", c.occ_length, 2, 4, "", "Orthogonal cover code of PUCCH format 4: 2 or 4.");
  s.value("aggregation_level", c.aggregation_level, 1, 16, "", "PDCCH: 1, 2, 4, 8, 16.");
  s.value("dci_bits", c.dci_bits, 12, 140, "", "DCI payload.");
  s.value("coreset_rb", c.coreset_rb, 6, 255, "", "CORESET width, a multiple of 6.");
  s.value("coreset_symbols", c.coreset_symbols, 1, 3, "", "CORESET duration.");
  s.value("interleaved", c.interleaved, "Interleaved CCE-to-REG mapping, bundles of 6, 2 rows.");
  s.value("l_max", c.l_max, 4, 64, "", "SSB: 4 or 8.");
}

void describe_prach(config::Section& s, Case& c) {
  s.choice("format", c.prach_format, {"0", "1", "2", "3", "a1", "a2", "a3", "b1", "b4", "c0", "c2", "a1-b1", "a2-b2", "a3-b3"}, "Preamble format.");
  s.value("n_cs", c.n_cs, 0, 837, "", "Cyclic shift N_CS.");
  s.value("root_sequence", c.root_sequence, 0, 837, "", "Logical root sequence index.");
  s.value("tolerance", c.tolerance_us, 0.01, 100, "us", "A preamble found with a larger error of its delay counts as missed.");
}

void describe_code(config::Section& s, Case& c) {
  s.value("tb_bits", c.tb_bits, 24, 1000000, "", "LDPC: transport block, a multiple of 8.");
  s.value("base_graph", c.base_graph, 0, 2, "", "LDPC: 1, 2; 0: by size and rate (TS 38.212 7.2.2).");
  s.value("rate", c.rate, 0.02, 0.95, "", "LDPC: code rate of one transmission.");
  s.value("qm", c.qm, 1, 10, "", "LDPC and polar: bits a symbol, 1, 2, 4, 6, 8, 10.");
  s.choice("polar_use", c.polar_use, {"dci", "uci"}, "Polar: whose CRC and rate matching.");
  s.value("payload_bits", c.payload_bits, 1, 1706, "", "Polar: payload; below 12 bits of UCI the short block codes.");
  s.value("coded_bits", c.coded_bits, 1, 8192, "", "Polar: coded bits E.");
  s.value("list", c.list, 1, 32, "", "Polar: list size 1, 2, 4, 8, 16, 32; with PDCCH too.");
}

bool is_shared(Kind kind) { return kind == Kind::pdsch || kind == Kind::pusch; }

Status check_shared(const Case& c) {
  auto mcs = c.kind == Kind::pdsch ? nr::pdsch_mcs(c.mcs_table, c.mcs) : nr::pusch_mcs(c.mcs_table, c.mcs, c.transform_precoding, c.pi2_bpsk);
  if (!mcs) return fail(Fault::invalid, "shared.mcs", "{} has no code rate in this table (TS 38.214 {})", c.mcs, c.kind == Kind::pdsch ? "5.1.3.1" : "6.1.4.1");
  if (c.first_prb + std::max<unsigned>(c.prb, 1) > c.rb) return fail(Fault::invalid, "shared.prb", "{} from {} on leave the carrier ({})", c.prb, c.first_prb, c.rb);
  if (c.start_symbol + c.symbols > 14) return fail(Fault::invalid, "shared.symbols", "{} from {} on leave the slot", c.symbols, c.start_symbol);
  nr::DmrsConfig dmrs{.type = static_cast<nr::DmrsType>(c.dmrs_type), .additional_position = c.dmrs_additional, .double_symbol = c.dmrs_length == 2};
  auto mapping = c.mapping_b ? nr::MappingType::b : nr::MappingType::a;
  bool positions = c.kind == Kind::pdsch ? nr::pdsch_dmrs_symbols(dmrs, mapping, c.start_symbol, c.symbols).has_value()
                                         : nr::pusch_dmrs_symbols(dmrs, mapping, c.start_symbol, c.symbols).has_value();
  if (!positions) return fail(Fault::invalid, "shared.dmrs_additional", "no DM-RS positions for symbols {} to {} (TS 38.211 7.4.1.1.2)", c.start_symbol, c.start_symbol + c.symbols - 1);
  if (c.layers > c.rx) return fail(Fault::invalid, "shared.layers", "{} layers need as many receive antennas (air.rx {})", c.layers, c.rx);
  if (c.transform_precoding && (c.kind != Kind::pusch || c.layers != 1)) return fail(Fault::invalid, "shared.transform_precoding", "is for PUSCH of one layer");
  if (c.genie && (c.precoding == PrecodingChoice::random || c.cfo_hz != 0)) {
    return fail(Fault::invalid, "shared.genie", "is for identity precoding without carrier offset");
  }
  if (c.precoding == PrecodingChoice::random && (c.kind != Kind::pdsch || c.layers > 2 || c.tx != 2)) {
    return fail(Fault::invalid, "shared.precoding", "random is for PDSCH of 1 or 2 layers with air.tx 2");
  }
  return {};
}

}  // namespace

std::string_view to_string(Kind kind) { return kind_names[static_cast<size_t>(kind)]; }

void describe(config::Section& s, Case& c) {
  s.value("name", c.name, "Name in the results; empty: made from the parameters.");
  s.choice("channel", c.kind, {std::begin(kind_names), std::end(kind_names)}, "What is simulated; ldpc and polar are the codes alone over AWGN.");
  s.section("snr", "Es/N0 a receive antenna and resource element.", [&](config::Section& snr) {
    snr.value("from", c.snr_from, -40, 60, "dB", "First value.");
    snr.value("to", c.snr_to, -40, 60, "dB", "Last value.");
    snr.value("step", c.snr_step, 0.01, 20, "dB", "Step.");
  });
  s.section("air", "The radio channel.", [&](config::Section& air) { describe_air(air, c); });
  s.section("carrier", "The carrier.", [&](config::Section& carrier) {
    carrier.choice("scs", c.scs, {"15", "30", "60", "120"}, "Subcarrier spacing, kHz.");
    carrier.value("rb", c.rb, 1, 275, "", "Resource blocks.");
  });
  s.section("shared", "PDSCH and PUSCH.", [&](config::Section& shared) { describe_shared(shared, c); });
  s.section("control", "PDCCH, PBCH, PUCCH, and UCI on PUSCH.", [&](config::Section& control) { describe_control(control, c); });
  s.section("prach", "PRACH.", [&](config::Section& prach) { describe_prach(prach, c); });
  s.section("code", "Codes alone.", [&](config::Section& code) { describe_code(code, c); });
}

void describe(config::Section& s, Sweep& sweep) {
  s.value("seed", sweep.seed, 0, INT64_MAX, "", "Seed of payloads, channels and noise: the same seed gives the same results, with any number of threads.");
  s.section("stop", "When a point is done.", [&](config::Section& stop) {
    stop.value("errors", sweep.errors, 1, 1000000, "", "After so many failed blocks (a relative standard error of about 1 / sqrt(errors)),");
    stop.value("blocks", sweep.blocks, 1, 1000000000, "", "or after so many blocks.");
    stop.value("least_blocks", sweep.least_blocks, 1, 1000000, "", "But not before so many blocks.");
    stop.value("until_bler", sweep.until_bler, 0, 1, "", "Leave out higher SNRs of a case once its BLER (upper confidence bound) is below; 0: never.");
  });
  s.value("target_bler", sweep.target_bler, 1e-6, 0.99, "", "The SNR at which the curve crosses this BLER is reported.");
  s.list<Case>("cases", sweep.cases, "The configurations.", [](config::Section& section, Case& c) { describe(section, c); });
}

Status check(const Case& c) {
  auto within = [&](Status status) -> Status {
    if (status) return status;
    return std::unexpected(std::move(status).error().within(c.name));
  };
  if (c.snr_to < c.snr_from) return within(fail(Fault::invalid, "snr.to", "{} is below snr.from ({})", c.snr_to, c.snr_from));
  if (snrs(c).size() > 1000) return within(fail(Fault::exhausted, "snr.step", "{} gives more than 1000 points", c.snr_step));
  if (is_shared(c.kind)) return within(check_shared(c));
  if (c.kind == Kind::ldpc && c.tb_bits % 8 != 0) return within(fail(Fault::invalid, "code.tb_bits", "{} is not a multiple of 8", c.tb_bits));
  if ((c.kind == Kind::ldpc || c.kind == Kind::polar) && c.qm != 1 && c.qm % 2 != 0) {
    return within(fail(Fault::invalid, "code.qm", "{} is not one of 1, 2, 4, 6, 8, 10", c.qm));
  }
  if ((c.list & (c.list - 1)) != 0) return within(fail(Fault::invalid, "code.list", "{} is not one of 1, 2, 4, 8, 16, 32", c.list));
  return {};
}

std::string canonical(const Case& c) {
  Case plain = c;
  plain.name.clear();
  plain.snr_from = plain.snr_to = plain.snr_step = 1;
  std::vector<config::Row> rows;
  {
    config::Section section("", &rows);
    describe(section, plain);
  }
  std::string out;
  for (const auto& row : rows) {
    const bool is_section = row.default_value.empty() && row.path.find('.') == std::string::npos;
    if (row.path != "name" && !row.path.starts_with("snr") && !is_section) out += fmt::format("{}={} ", row.path, row.default_value);
  }
  return out;
}

std::vector<double> snrs(const Case& c) {
  std::vector<double> out;
  for (size_t i = 0; out.size() <= 1000; ++i) {
    double snr = c.snr_from + static_cast<double>(i) * c.snr_step;
    if (snr > c.snr_to + c.snr_step * 1e-6) break;
    out.push_back(std::round(snr * 1e6) / 1e6);
  }
  return out;
}

}  // namespace sen::link
