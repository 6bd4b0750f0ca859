// Blocks "prach_sequence" and "prach_time": preambles in frequency and time (TS 38.211 6.3.3.1, 5.3.2), sent, demodulated and detected.
#include "phy/prach.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

using nr::PrachFormat;

PrachFormat format_of(const Case& c) {
  const std::string text = c.text("format");
  for (unsigned i = 0; i < 14; ++i) {
    if (text == nr::to_string(static_cast<PrachFormat>(i))) return static_cast<PrachFormat>(i);
  }
  c.error("format", "is unknown");
}

nr::Scs scs_of_khz(const Case& c, unsigned khz) {
  for (unsigned mu = 0; mu < 4; ++mu) {
    if (nr::khz(static_cast<nr::Scs>(mu)) == khz) return static_cast<nr::Scs>(mu);
  }
  c.error("prach_scs", "is unknown");
}

nr::RestrictedSet set_of(const Case& c) {
  const std::string text = c.text("restrictedSet");
  if (text == "unrestricted") return nr::RestrictedSet::none;
  if (text == "type_a" || text == "restrictedSetTypeA" || text == "A") return nr::RestrictedSet::type_a;
  if (text == "type_b" || text == "restrictedSetTypeB" || text == "B") return nr::RestrictedSet::type_b;
  c.error("restrictedSet", "is unknown");
}

nr::l1::PrachPdu pdu_of(const Case& c, Outcome& o) {
  nr::l1::PrachPdu pdu;
  const PrachFormat format = format_of(c);
  const nr::RestrictedSet set = set_of(c);
  pdu.format = static_cast<uint8_t>(format);
  pdu.root_sequence = c.integer<uint16_t>("prach_RootSequenceIndex");
  pdu.restricted_set = static_cast<uint8_t>(set);
  auto n_cs = nr::n_cs(format, c.integer("zeroCorrelationZoneConfig"), set);
  if (!n_cs) c.error("zeroCorrelationZoneConfig", "has no N_CS");
  o.equal("N_CS", *n_cs, c.integer("N_CS"));
  pdu.n_cs = *n_cs;
  o.equal("L_RA", nr::is_long(format) ? 839 : 139, c.integer("L_RA"));
  return pdu;
}

Outcome sequence(const Case& c) {
  Outcome o;
  const nr::l1::PrachPdu pdu = pdu_of(c, o);
  const std::vector<Cf> expected = c.cf32("y");
  std::vector<Cf> y(expected.size());
  auto made = phy::preamble_sequence(pdu, c.integer("preamble_index"), y);
  if (!o.ok("preamble", made)) return o;
  o.equal("logical_root_index_used", made->logical_root, c.integer("logical_root_index_used"));
  o.equal("cyclic_shift_C_v", made->shift, c.integer("cyclic_shift_C_v"));
  o.near("y", y, expected, {1e-3, 0});
  return o;
}

// "1.25kHz", "30kHz"
void check_scs(const Case& c, Outcome& o, const nr::l1::PrachPdu& pdu, nr::Scs scs) {
  const uint32_t hz = nr::preamble_format(static_cast<PrachFormat>(pdu.format), scs).scs_hz;
  const std::string text = hz == 1250 ? "1.25kHz" : fmt::format("{}kHz", hz / 1000);
  o.equal("prach_scs", text, c.text("prach_scs"));
}

Outcome time(const Case& c) {
  Outcome o;
  nr::l1::PrachPdu pdu = pdu_of(c, o);
  const nr::Scs pusch_scs = scs_of_khz(c, c.integer("pusch_scs_khz"));
  o.equal("pusch_mu", nr::mu(pusch_scs), c.integer("pusch_mu"));
  const bool is_long = nr::is_long(static_cast<PrachFormat>(pdu.format));
  pdu.scs = is_long ? nr::Scs::khz15 : scs_of_khz(c, static_cast<unsigned>(std::stoul(c.text("prach_scs"))));
  check_scs(c, o, pdu, pdu.scs);
  pdu.start_symbol = c.integer<uint8_t>("start_symbol");
  pdu.occasions = c.integer<uint8_t>("n_td_occasions");
  pdu.n_fd = c.integer<uint8_t>("n_fd_occasions");
  pdu.first_rb = c.integer<uint16_t>("first_rb_of_fd_occasion_0");
  auto width = nr::prach_width(static_cast<PrachFormat>(pdu.format), pdu.scs, pusch_scs);
  if (!o.holds("this PRACH goes with this PUSCH spacing", width.has_value())) return o;
  o.equal("N_RB_RA", width->n_rb, c.integer("N_RB_RA"));
  o.equal("k_bar", width->k_bar, c.integer("k_bar"));
  c.informative("detected_by_ocudu", "max_error_after_ocudu_demodulation_bf16");

  const phy::PrachCarrier carrier{pusch_scs, c.integer("grid_n_prb_pusch_scs"), c.number("sampling_rate_hz")};
  const nr::Slot slot(pusch_scs, 0, c.integer("slot_in_frame"));
  if (slot.in_frame() != c.integer("slot_in_frame")) c.error("slot_in_frame", "is beyond the frame");
  o.equal("slot_in_subframe", slot.in_subframe(), c.integer("slot_in_subframe"));
  const auto occasion = c.integer("td_occasion"), f_id = c.integer("fd_occasion"), preamble = c.integer("preamble_index");
  auto timing = phy::prach_timing(pdu, carrier, slot, occasion);
  if (!o.ok("timing", timing)) return o;
  o.equal("preamble_start_sample", timing->start, c.integer("preamble_start_sample"));
  o.equal("cp_samples", timing->cp, c.integer("cp_samples"));
  o.equal("dft_size_prach", timing->dft, c.integer("dft_size_prach"));
  o.equal("n_repetitions", timing->repetitions, c.integer("n_repetitions"));

  const std::vector<Cf> samples = c.cf32("samples");
  std::vector<Cf> ours(samples.size());
  auto transmitter = phy::PrachTransmitter::make(pdu, carrier);
  if (!o.ok("transmitter", transmitter)) return o;
  if (o.ok("send", transmitter->send(pdu, slot, occasion, f_id, preamble, 1, ours))) o.near("samples", ours, samples);

  auto receiver = phy::PrachReceiver::make(pdu, carrier, 1);
  if (!o.ok("receiver", receiver)) return o;
  const size_t l_ra = is_long ? 839 : 139;
  std::vector<Cf> y(l_ra), sent(l_ra);
  if (!o.ok("sequence", phy::preamble_sequence(pdu, preamble, sent))) return o;
  for (Cf& v : sent) v /= std::sqrt(static_cast<float>(l_ra));
  if (o.ok("demodulate", receiver->demodulate(pdu, slot, occasion, f_id, samples, y))) o.near("y, demodulated", y, sent, {1e-3, 0});

  std::vector<nr::l1::RxPreamble> found;
  std::array<std::span<const Cf>, 1> rx{samples};
  if (!o.ok("detect", receiver->detect(pdu, slot, rx, found))) return o;
  if (!o.equal("preambles found", found.size(), 1u)) return o;
  o.equal("preamble found", found[0].preamble, preamble);
  o.equal("occasion found", found[0].occasion, occasion);
  o.equal("f_id found", found[0].f_id, f_id);
  const double sample_ns = 1e9 / (static_cast<double>(l_ra) * carrier.sample_rate_hz / static_cast<double>(timing->dft));
  o.near("delay, samples of the sequence", found[0].ta_ns / sample_ns, 0, {0.02, 0});
  o.near("power_db", found[0].power_db, 0, {0.2, 0});
  return o;
}

const Register registered_sequence("prach_sequence", sequence), registered_time("prach_time", time);

}  // namespace
}  // namespace sen::vectors
