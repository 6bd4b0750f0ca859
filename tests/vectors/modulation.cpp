// Block "modulation": bits to symbols (TS 38.211 5.1), and back by the demapper.
#include "phy/estimation/equaliser.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

Outcome run(const Case& c) {
  Outcome o;
  const std::string name = c.text("modulation");
  const std::vector<std::pair<std::string, unsigned>> known{{"pi/2-BPSK", 1}, {"BPSK", 1},   {"QPSK", 2},    {"16QAM", 4},
                                                            {"64QAM", 6},     {"256QAM", 8}, {"1024QAM", 10}};
  const auto found = std::ranges::find(known, name, &std::pair<std::string, unsigned>::first);
  if (found == known.end()) c.error("modulation", "is unknown");
  const unsigned qm = found->second;
  o.equal("Q_m", qm, c.integer("Q_m"));
  const std::vector<Bit> bits = c.bits("bits");
  const std::vector<Cf> symbols = c.cf32("symbols");
  if (!o.equal("symbols", bits.size() / qm, symbols.size())) return o;

  Bytes packed((bits.size() + 7) / 8);
  for (size_t i = 0; i < bits.size(); ++i) packed[i / 8] = static_cast<uint8_t>(packed[i / 8] | (bits[i] & 1) << (7 - i % 8));
  std::vector<Cf> ours(symbols.size());
  if (name == "BPSK") {
    phy::map_bpsk(packed, 0, ours);
  } else {
    phy::map_symbols(qm, packed, 0, ours);
  }
  o.near("symbols", ours, symbols, {1e-6, 0});
  if (name == "BPSK") return o;  // PUCCH format 1 decides it by correlation

  std::vector<Llr> llrs(bits.size());
  phy::demap(qm, symbols, std::vector<float>(symbols.size(), 1e-4f), llrs);
  std::vector<Bit> back(bits.size());
  for (size_t i = 0; i < bits.size(); ++i) back[i] = llrs[i] < 0;
  o.bits("bits, demapped", back, bits);
  return o;
}

const Register registered("modulation", run);

}  // namespace
}  // namespace sen::vectors
