// The slot-level air: N cells and M UEs below the L1 boundary (nr/l1.h, nr/l1_ue.h) without waveforms. It carries packed DCI bits with
// their RNTI, transport blocks, UCI bits and preambles with true timing. A transmission is received only when what the sender sent and what
// the receiver listens to agree: resource blocks and symbols (compared from point A), CORESET and candidate, scrambling identities and
// RNTI, DM-RS, modulation, TBS and rv, UCI sizes. Otherwise it is a CRC failure, DTX or not detected, as on a radio. Two UEs on one PUSCH
// collide (one survives when it is `capture_db` stronger), equal preambles are one detection.
//
// Errors: a configured BLER per link and direction, falling with each HARQ retransmission, plus (sinr_errors) what the SINR cannot carry.
// SINR and delay follow the positions: log-distance path loss, noise figures, other cells of the same frequency as interference by their
// load of the slot before.
//
// Deterministic: every draw is a hash of seed, link, slot and place, so neither the order of the calls nor the number of processes matters.
// A slot: advance(); send() for every cell; per UE receive_pdcch(), receive_pdsch(), transmit(); receive() for every cell. Cells may have
// different numerologies: each is driven at its own slots. The l1 slots handed to send() stay unchanged until receive() of that cell
// returned. One executor; nothing blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "air/air.h"

namespace sen::air {

namespace limit {
constexpr size_t cells = 64;
constexpr size_t ues = 1 << 16;
constexpr size_t waypoints = 1024;
constexpr size_t overrides = 1 << 16;  // set_bler, set_extra_loss
constexpr unsigned harq_processes = 16;
}  // namespace limit

struct Point {
  double x_m = 0, y_m = 0, z_m = 0;
  bool operator==(const Point&) const = default;
};
double distance_m(const Point& a, const Point& b);

// Straight lines at constant speed between waypoints; before the first and after the last the UE stands. One waypoint: it never moves.
struct Waypoint {
  double at_s = 0;
  Point point;
  bool operator==(const Waypoint&) const = default;
};
struct Track {
  std::vector<Waypoint> waypoints;  // ascending in time; empty: the origin
  Point at(double s) const;
  static Track standing(const Point& point) { return {{{0, point}}}; }
  // From `from` at speed_m_s towards `to`, starting at `start_s`.
  static Track walk(const Point& from, const Point& to, double speed_m_s, double start_s = 0);
  bool operator==(const Track&) const = default;
};

struct CellRadio {
  nr::l1::CellConfig l1;  // ss_pbch_block_power_dbm is the power a resource element is sent with
  Point position{0, 0, 10};
  float noise_figure_db = 5;
  bool operator==(const CellRadio&) const = default;
};

struct UeRadio {
  uint64_t identity = 0;  // what its draws depend on; the same UE in another process or order has the same luck
  Track track;
  float noise_figure_db = 9;
  bool operator==(const UeRadio&) const = default;
};

struct AirConfig {
  uint64_t seed = 1;
  double bler_dl = 0, bler_ul = 0;     // of a first transmission, every link unless set_bler() says otherwise
  double retransmission_factor = 0.2;  // the BLER of each further transmission is multiplied by it
  double control_miss = 0;             // of a PDCCH and of a PUCCH
  bool sinr_errors = true;             // blocks fail too where the (combined) SINR is below what their spectral efficiency needs
  float capture_db = 6;
  // Path loss: at 1 m and 1 GHz, and per decade of distance (TR 38.901 UMi line of sight: 32.4, 21); 20 dB per decade of frequency.
  float path_loss_1m_db = 32.4f, path_loss_decade_db = 21;
  bool operator==(const AirConfig&) const = default;
};

// A link as it is now.
struct Link {
  float path_loss_db = 0;
  float rsrp_dbm = -140;
  float sinr_db = -30;  // downlink, per resource element
  float delay_ns = 0;   // one way
};

class SlotAir final : public Air {
 public:
  explicit SlotAir(const AirConfig& config);
  ~SlotAir() override;

  // Errors: a limit, or a cell with the PCI and frequency of another.
  Result<CellIndex> add_cell(const CellRadio& radio) override;
  Result<UeIndex> add_ue(const UeRadio& radio) override;
  // Its index may be given to a later add_ue().
  void remove_ue(UeIndex ue) override;
  void move_ue(UeIndex ue, const Track& track);
  // Overrides of one link; false beyond limit::overrides or for an unknown cell or UE.
  bool set_bler(CellIndex cell, UeIndex ue, double dl, double ul);
  bool set_extra_loss(CellIndex cell, UeIndex ue, float db);  // shadowing, walls; 200 cuts the link

  // The air's own time; positions follow it. Never goes back.
  void advance(int64_t now_ns) override;

  // --- Cell ------------------------------------------------------------------------------------------------------------
  void send(CellIndex cell, const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul) override;
  // What came of the slot last sent: every PUSCH and UCI that was listened for has its entry, received or not.
  nr::l1::UlIndication receive(CellIndex cell);
  void receive(CellIndex cell, const std::function<void(const nr::l1::UlIndication&)>& indicate) override { indicate(receive(cell)); }

  // --- UE --------------------------------------------------------------------------------------------------------------
  // The blocks of every cell that sent one in its last slot, own and neighbours', as far as they can be heard (RSRP above -130 dBm, SINR
  // above -10 dB).
  std::vector<nr::l1_ue::RxSsb> receive_ssb(UeIndex ue) override;
  // Serving cell by PCI and SSB frequency; false (and nothing is heard) when no cell is like that.
  bool tune(UeIndex ue, uint16_t pci, uint32_t ssb_arfcn);
  bool tune(UeIndex ue, const nr::l1_ue::CellConfig& cell) override { return tune(ue, cell.pci, cell.ssb_arfcn); }
  void untune(UeIndex) override {}  // a UE that is not asked to listen hears nothing
  bool synchronised(UeIndex ue, nr::Slot) const override { return tuned(ue).has_value(); }
  std::optional<CellIndex> tuned(UeIndex ue) const;
  std::vector<nr::l1_ue::RxDci> receive_pdcch(UeIndex ue, const std::vector<nr::l1_ue::PdcchSearch>& searches) override;
  // One answer per request, in their order.
  std::vector<nr::l1_ue::RxPdsch> receive_pdsch(UeIndex ue, const std::vector<nr::l1_ue::PdschReceive>& requests) override;
  nr::l1_ue::CsiMeasurement measure(UeIndex ue, unsigned cqi_table = 1) const override;
  // Moved in: the air keeps it until the cell's receive(). The slot is the serving cell's.
  void transmit(UeIndex ue, nr::l1_ue::UlSlot slot) override;
  // Whether the serving cell addresses any of these RNTIs on PDCCH in its slot: what a caller with thousands of UEs asks first.
  bool addressed(UeIndex ue, std::span<const nr::l1::Rnti> rntis) const;

  Link link(CellIndex cell, UeIndex ue) const override;
  size_t cell_count() const;
  const AirConfig& config() const;
  // What the cell sends and listens to in its current slot; nullptr between receive() and send().
  const nr::l1::DlSlot* downlink(CellIndex cell) const;
  const nr::l1::UlSlot* uplink(CellIndex cell) const;
  const CellRadio& cell(CellIndex cell) const;

  struct Statistics {
    uint64_t pdcch_sent = 0, pdcch_received = 0, pdsch_ok = 0, pdsch_lost = 0, pdsch_unmatched = 0;
    uint64_t pusch_ok = 0, pusch_lost = 0, pusch_unmatched = 0, pusch_collided = 0, pusch_dtx = 0;
    uint64_t uci_ok = 0, uci_dtx = 0, uci_unmatched = 0, preambles = 0, preambles_collided = 0, preambles_lost = 0;
  };
  const Statistics& statistics() const;
  // Why the last transmission or request without a match had none ("PDSCH 4601: TBS 320 sent, 336 expected"); for tests and the debug log.
  const std::string& last_mismatch() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::air
