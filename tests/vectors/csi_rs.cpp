// Block "csi_rs": rows 1 to 8 of TS 38.211 table 7.4.1.5.3-1, sent and measured.
#include "phy/csi_rs.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "nr/csi.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

template <size_t n>
uint8_t index_of(const Case& c, const char* field, const std::array<std::string_view, n>& names) {
  const auto at = std::ranges::find(names, c.text(field));
  if (at == names.end()) c.error(field, "is unknown");
  return static_cast<uint8_t>(at - names.begin());
}

// Each port at a receive port of its own: the estimate must be the identity.
void receive(Outcome& o, const nr::l1::CsiRsPdu& pdu, nr::Slot slot, const phy::Grid& grid) {
  phy::CsiChannel channel(grid.n_rb(), grid.ports());
  if (!o.ok("estimate", channel.estimate(pdu, slot, grid))) return;
  std::vector<Cf> expected(channel.values());
  for (unsigned rx = 0; rx < channel.rx_ports(); ++rx) {
    for (unsigned port = 0; port < channel.ports(); ++port) {
      std::ranges::fill(expected, rx == port ? Cf{1} : Cf{});
      o.near("channel", channel.at(rx, port), expected, bfloat16);
    }
  }
}

Outcome run(const Case& c) {
  Outcome o;
  nr::l1::CsiRsPdu pdu;
  const nr::Slot slot = slot_of(c);
  pdu.bwp.scs = slot.scs();
  pdu.bwp.extended_cp = c.text("cp") == "extended";
  o.holds("cp is normal or extended", pdu.bwp.extended_cp || c.text("cp") == "normal");
  const auto n_rb = c.integer("grid_n_prb");
  if (n_rb < 1 || n_rb > phy::Grid::max_rb) c.error("grid_n_prb", "is no grid");
  pdu.start_rb = c.integer<uint16_t>("start_rb");
  pdu.rbs = c.integer<uint16_t>("nof_rb");
  pdu.row = c.integer<uint8_t>("row");
  const auto k = c.integers<uint8_t>("k_i_refs");
  if (k.size() > pdu.k.size()) c.error("k_i_refs", "has too many values");
  std::ranges::copy(k, pdu.k.begin());
  pdu.l0 = c.integer<uint8_t>("l0");
  if (c.has("l1")) pdu.l1 = c.integer<uint8_t>("l1");
  pdu.cdm = index_of<4>(c, "cdm", {"no_CDM", "fd_CDM2", "cdm4_FD2_TD2", "cdm8_FD2_TD4"});
  pdu.density = index_of<4>(c, "density", {"dot5_even", "dot5_odd", "one", "three"});
  pdu.scrambling_id = c.integer<uint16_t>("scramblingID_n_ID");
  pdu.power_db = 20 * std::log10(static_cast<float>(c.number("amplitude_beta")));
  const auto ports = c.integer("n_ports");
  o.equal("n_ports", nr::csi_rs_ports(pdu.row), ports);
  if (ports < 1 || ports > phy::Grid::max_ports) c.error("n_ports", "is no grid");

  phy::Grid grid(ports, n_rb);
  if (!o.ok("send", phy::send_csi_rs(pdu, slot, grid))) return o;
  const std::vector<Re> res = c.re12("res");
  o.grid("res", grid, res, bfloat16);
  receive(o, pdu, slot, to_grid(res, ports, n_rb));
  return o;
}

const Register registered("csi_rs", run);

}  // namespace
}  // namespace sen::vectors
