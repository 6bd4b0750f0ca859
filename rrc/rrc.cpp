#include "rrc/rrc.h"

#include <set>

#include "rrc/detail/core.h"

namespace sen::gnb {

struct Rrc::Impl : Core {
  using Core::Core;
};

Status Rrc::check(const RrcSettings& settings) {
  if (settings.cells.empty()) return fail(Fault::missing, "cells", "needs at least one cell");
  if (settings.gnb_id_bits < 22 || settings.gnb_id_bits > 32) {
    return fail(Fault::invalid, "gnb_id_bit_length", "{} is not allowed (22 to 32, TS 38.413 9.3.1.6)", settings.gnb_id_bits);
  }
  if (settings.gnb_id_bits < 32 && settings.gnb_id >> settings.gnb_id_bits) {
    return fail(Fault::invalid, "gnb_id", "{} does not fit {} bits", settings.gnb_id, settings.gnb_id_bits);
  }
  if (settings.slices.empty()) return fail(Fault::missing, "slicing", "needs at least one S-NSSAI");
  if (settings.nia.empty() || settings.nea.empty()) return fail(Fault::missing, "security", "needs at least one integrity and one ciphering algorithm");
  if (!settings.qos.contains(9)) return fail(Fault::missing, "qos", "5QI 9 needs an entry: others fall back to it");
  std::set<uint16_t> pcis;
  std::set<uint64_t> identities;
  for (size_t i = 0; i < settings.cells.size(); ++i) {
    const auto& cell = settings.cells[i];
    const auto where = fmt::format("cells[{}]", i);
    if (!cell.plmn.valid()) return fail(Fault::invalid, where + ".plmn", "{} is no PLMN", cell.plmn.text());
    if (cell.tac > 0xffffff) return fail(Fault::invalid, where + ".tac", "{} does not fit 24 bits", cell.tac);
    if (cell.mac.l1.pci > 1007) return fail(Fault::invalid, where + ".pci", "{} is not allowed (0 to 1007, TS 38.211 7.4.2.1)", cell.mac.l1.pci);
    if (!pcis.insert(cell.mac.l1.pci).second) return fail(Fault::invalid, where + ".pci", "{} is another cell's too", cell.mac.l1.pci);
    if (!identities.insert(cell.nr_cell_identity).second) return fail(Fault::invalid, where + ".nci", "{:#x} is another cell's too", cell.nr_cell_identity);
    if (cell.nr_cell_identity >> 36) return fail(Fault::invalid, where + ".nci", "{:#x} does not fit 36 bits", cell.nr_cell_identity);
  }
  for (size_t i = 0; i < settings.external_cells.size(); ++i) {
    const auto& cell = settings.external_cells[i];
    const auto where = fmt::format("external_cells[{}]", i);
    if (cell.gnb_id_bits < 22 || cell.gnb_id_bits > 32) {
      return fail(Fault::invalid, where + ".gnb_id_bit_length", "{} is not allowed (22 to 32, TS 38.413 9.3.1.6)", cell.gnb_id_bits);
    }
    if (cell.gnb_id_bits < 32 && cell.gnb_id >> cell.gnb_id_bits) {
      return fail(Fault::invalid, where + ".gnb_id", "{} does not fit {} bits", cell.gnb_id, cell.gnb_id_bits);
    }
    if (cell.gnb_id == settings.gnb_id && cell.gnb_id_bits == settings.gnb_id_bits) {
      return fail(Fault::invalid, where + ".gnb_id", "{} is this gNB: its own cells belong into cells", cell.gnb_id);
    }
    if (!pcis.insert(cell.pci).second) return fail(Fault::invalid, where + ".pci", "{} is another cell's too", cell.pci);
    if (cell.nr_cell_identity >> 36) return fail(Fault::invalid, where + ".nci", "{:#x} does not fit 36 bits", cell.nr_cell_identity);
  }
  return {};
}

Rrc::Rrc(const RrcSettings& settings, Executor& executor, Counters& counters, RrcPorts ports)
    : impl_(std::make_unique<Impl>(settings, executor, counters, std::move(ports))) {}
Rrc::~Rrc() = default;

void Rrc::start() { impl_->start_cells(); }
void Rrc::n2_up() { impl_->n2_up(); }
void Rrc::n2_down(const std::string& reason) { impl_->n2_down(reason); }
void Rrc::n2_received(uint16_t stream, ByteView ngap) { impl_->n2_received(stream, ngap); }
Bytes Rrc::pcch(std::span<const uint64_t> s_tmsis) const { return impl_->pcch(s_tmsis); }
void Rrc::ccch(size_t cell, Rnti rnti, ByteView message) { impl_->on_ccch(cell, rnti, message); }

void Rrc::srb(UeId id, uint8_t srb, ByteView message, bool integrity_verified) {
  if (Ue* ue = impl_->find(id); ue && srb != 0) impl_->on_dcch(*ue, srb, message, integrity_verified);
}
void Rrc::delivered(UeId id, uint8_t srb, uint32_t tag) {
  if (Ue* ue = impl_->find(id)) impl_->delivered(*ue, srb, tag);
}
void Rrc::came_back(UeId id, size_t cell, Rnti rnti) {
  if (Ue* ue = impl_->find(id)) impl_->came_back(*ue, cell, rnti);
}
void Rrc::radio_lost(UeId id, const char* why) {
  if (Ue* ue = impl_->find(id)) impl_->radio_lost(*ue, why);
}
void Rrc::integrity_failed(UeId id) {
  if (impl_->find(id)) impl_->count_drop("integrity_failure");  // the UE notices what we send wrongly; what it sends wrongly is dropped
}
void Rrc::active(UeId id) {
  if (Ue* ue = impl_->find(id)) impl_->restart_inactivity(*ue);
}
void Rrc::tunnel_error(UeId id, PduSessionId) {
  // TS 23.527 5.3.3: the UPF does not know our tunnel any more; the session's resources are released with the connection.
  if (Ue* ue = impl_->find(id)) impl_->request_release(*ue, ngap::CauseRadioNetwork::release_due_to_ngran_generated_reason);
}
bool Rrc::hand_over(UeId id, size_t target_cell) {
  Ue* ue = impl_->find(id);
  return ue && impl_->hand_over(*ue, target_cell);
}
bool Rrc::release(UeId id) {
  Ue* ue = impl_->find(id);
  if (ue) impl_->request_release(*ue, ngap::CauseRadioNetwork::release_due_to_ngran_generated_reason);
  return ue != nullptr;
}
Status Rrc::reset() { return impl_->reset(); }
bool Rrc::ready() const { return impl_->is_ready; }
size_t Rrc::ues() const { return impl_->ues.size(); }
void Rrc::set_reports(std::function<void(const UeReport&)> reports) { impl_->reports = std::move(reports); }
void Rrc::set_tap(std::function<void(UeId, const char*, ByteView)> tap) { impl_->tap = std::move(tap); }

}  // namespace sen::gnb
