// Octets of the socket form of the air: one field list per struct, walked to write and to read. Numbers are little-endian in their own
// width, lists have a 16-bit count (octet strings 32 bits). Reading checks every count, every enumeration and that floats are finite; octet
// views point into the frame. Private to air/.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <limits>
#include <string>
#include <type_traits>

#include "air/slot_air.h"

namespace sen::air::detail {

template <class S, class T>
concept Like = std::same_as<std::remove_const_t<S>, T>;

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;

// ---- field lists ----
bool visit(auto& v, Like<l1::Bwp> auto& s) { return v(s.scs, s.extended_cp, s.start, s.size); }
bool visit(auto& v, Like<l1::Bits> auto& s) { return v(s.octets, s.size); }
bool visit(auto& v, Like<l1::Coreset> auto& s) {
  return v(s.id, s.frequency_groups, s.start_symbol, s.duration, s.interleaved, s.reg_bundle, s.interleaver_rows, s.shift,
           s.wideband_precoder);
}
bool visit(auto& v, Like<l1::SsbPdu> auto& s) { return v(s.pci, s.index, s.ssb_case, s.l_max, s.half_frame, s.k_ssb, s.offset_to_point_a, s.mib, s.pss_power_db); }
bool visit(auto& v, Like<l1::PdcchPdu> auto& s) {
  return v(s.rnti, s.bwp, s.coreset, s.first_cce, s.aggregation_level, s.n_id, s.n_rnti, s.dmrs_n_id, s.power_db, s.dmrs_power_db, s.dci);
}
bool visit(auto& v, Like<l1::Allocation> auto& s) { return v(s.rbs, s.start_symbol, s.symbols, s.mapping_b); }
bool visit(auto& v, Like<l1::Dmrs> auto& s) { return v(s.symbol_mask, s.type, s.cdm_groups_without_data, s.ports, s.length, s.n_id, s.n_scid, s.reference_rb, s.power_db); }
bool visit(auto& v, Like<l1::Ptrs> auto& s) { return v(s.time_density, s.frequency_density, s.re_offset, s.port, s.power_db, s.groups, s.samples); }
bool visit(auto& v, Like<l1::Code> auto& s) {
  return v(s.qm, s.rate_x1024_x10, s.mcs, s.mcs_table, s.rv, s.tbs_octets, s.base_graph, s.lbrm_tbs_octets);
}
bool visit(auto& v, Like<l1::PdschPdu> auto& s) {
  return v(s.rnti, s.bwp, s.allocation, s.layers, s.pmi, s.code, s.dmrs, s.ptrs, s.n_id, s.power_db, s.tb);
}
bool visit(auto& v, Like<l1::CsiRsPdu> auto& s) {
  return v(s.bwp, s.row, s.start_rb, s.rbs, s.k, s.l0, s.l1, s.cdm, s.density, s.scrambling_id, s.power_db, s.zero_power);
}
bool visit(auto& v, Like<l1::DlSlot> auto& s) { return v(s.slot, s.ssb, s.pdcch, s.pdsch, s.csi_rs); }
bool visit(auto& v, Like<l1::UciExpected> auto& s) { return v(s.harq_bits, s.sr, s.csi1_bits, s.csi2_bits); }
bool visit(auto& v, Like<l1::PuschPdu> auto& s) {
  return v(s.rnti, s.handle, s.bwp, s.allocation, s.second_hop_rb, s.layers, s.ports, s.tpmi, s.transform_precoding, s.low_papr_id, s.low_papr_hopping, s.code, s.dmrs,
           s.ptrs, s.n_id, s.harq_id, s.new_data, s.uci, s.beta_harq, s.beta_csi1, s.beta_csi2, s.alpha);
}
bool visit(auto& v, Like<l1::PucchPdu> auto& s) {
  return v(s.rnti, s.handle, s.bwp, s.format, s.start_symbol, s.symbols, s.first_rb, s.rbs, s.second_hop_rb, s.initial_cyclic_shift,
           s.time_domain_occ, s.occ_length, s.occ_index, s.pi2_bpsk, s.additional_dmrs, s.hopping_id, s.n_id, s.dmrs_n_id, s.group_hopping, s.max_code_rate,
           s.uci);
}
bool visit(auto& v, Like<l1::PrachPdu> auto& s) {
  return v(s.format, s.scs, s.start_symbol, s.occasions, s.n_fd, s.first_rb, s.root_sequence, s.n_cs, s.restricted_set);
}
bool visit(auto& v, Like<l1::SrsPdu> auto& s) {
  return v(s.rnti, s.handle, s.bwp, s.ports, s.symbols, s.repetitions, s.start_symbol, s.c_srs, s.b_srs, s.b_hop, s.comb, s.comb_offset,
           s.cyclic_shift, s.freq_position, s.freq_shift, s.sequence_id, s.hopping, s.period_slots, s.offset_slots);
}
bool visit(auto& v, Like<l1_ue::UciSend> auto& s) { return v(s.harq, s.sr, s.csi1, s.csi2); }
bool visit(auto& v, Like<l1_ue::PuschSend> auto& s) { return v(s.pusch, s.tb, s.uci, s.power_dbm); }
bool visit(auto& v, Like<l1_ue::PucchSend> auto& s) { return v(s.pucch, s.uci, s.power_dbm); }
bool visit(auto& v, Like<l1_ue::PrachSend> auto& s) { return v(s.prach, s.occasion, s.f_id, s.preamble, s.power_dbm); }
bool visit(auto& v, Like<l1_ue::SrsSend> auto& s) { return v(s.srs, s.power_dbm); }
bool visit(auto& v, Like<l1_ue::UlSlot> auto& s) { return v(s.slot, s.ta_ns, s.pusch, s.pucch, s.prach, s.srs); }
bool visit(auto& v, Like<l1::CellConfig> auto& s) {
  return v(s.pci, s.scs, s.tdd, s.dl_arfcn, s.ul_arfcn, s.dl_point_a_arfcn, s.ul_point_a_arfcn, s.n_rb, s.tx_ports, s.rx_ports, s.ssb_arfcn,
           s.ss_pbch_block_power_dbm, s.preamble_received_target_power_dbm);
}
bool visit(auto& v, Like<Point> auto& s) { return v(s.x_m, s.y_m, s.z_m); }
bool visit(auto& v, Like<Waypoint> auto& s) { return v(s.at_s, s.point); }
bool visit(auto& v, Like<Track> auto& s) { return v(s.waypoints); }
bool visit(auto& v, Like<CellRadio> auto& s) { return v(s.l1, s.position, s.noise_figure_db); }
bool visit(auto& v, Like<UeRadio> auto& s) { return v(s.identity, s.track, s.noise_figure_db); }
bool visit(auto& v, Like<AirConfig> auto& s) {
  return v(s.seed, s.bler_dl, s.bler_ul, s.retransmission_factor, s.control_miss, s.sinr_errors, s.capture_db, s.path_loss_1m_db,
           s.path_loss_decade_db);
}

// ---- frames ----
// Length (32 bits, of what follows) and type in front.
enum class FrameType : uint8_t { welcome = 1, slot = 2, uplink = 3 };
constexpr uint32_t max_frame = 32 << 20;
constexpr uint32_t protocol_version = 1;
constexpr size_t frame_header = 5;

// Server to UE process, once.
struct Welcome {
  uint32_t version = protocol_version;
  AirConfig config;
  std::vector<CellRadio> cells;
};
bool visit(auto& v, Like<Welcome> auto& s) { return v(s.version, s.config, s.cells); }

// Server to UE process: a step of the air. A cell whose slot does not begin now is absent.
struct CellSlot {
  CellIndex cell = 0;
  nr::Slot uplink;
  l1::DlSlot dl;
};
bool visit(auto& v, Like<CellSlot> auto& s) { return v(s.cell, s.uplink, s.dl); }
struct Step {
  int64_t now_ns = 0;
  std::vector<CellSlot> cells;
};
bool visit(auto& v, Like<Step> auto& s) { return v(s.now_ns, s.cells); }

// UE process to server: the answer to a step. Changes apply before the transmissions, in their order.
struct Change {
  enum class Kind : uint8_t { add, remove, move, tune } kind = Kind::add;
  UeIndex ue = 0;    // as the UE process counts
  UeRadio radio;     // add; its track: move
  uint16_t pci = 0;  // tune
  uint32_t ssb_arfcn = 0;
};
bool visit(auto& v, Like<Change> auto& s) { return v(s.kind, s.ue, s.radio, s.pci, s.ssb_arfcn); }
struct Sending {
  UeIndex ue = 0;
  l1_ue::UlSlot slot;
};
bool visit(auto& v, Like<Sending> auto& s) { return v(s.ue, s.slot); }
struct Answer {
  int64_t now_ns = 0;
  std::vector<Change> changes;
  std::vector<Sending> sendings;
};
bool visit(auto& v, Like<Answer> auto& s) { return v(s.now_ns, s.changes, s.sendings); }

// ---- writing ----
class Put {
 public:
  explicit Put(Bytes& out) : out_(out) {}
  template <class... T>
  bool operator()(const T&... values) {
    (one(values), ...);
    return true;
  }

 private:
  template <std::integral T>
  void one(T value) {
    for (size_t i = 0; i < sizeof value; ++i) out_.push_back(static_cast<uint8_t>(static_cast<std::make_unsigned_t<T>>(value) >> (8 * i)));
  }
  void one(bool value) { out_.push_back(value); }
  void one(float value) { one(std::bit_cast<uint32_t>(value)); }
  void one(double value) { one(std::bit_cast<uint64_t>(value)); }
  void one(nr::Scs value) { one(static_cast<uint8_t>(value)); }
  void one(Change::Kind value) { one(static_cast<uint8_t>(value)); }
  void one(nr::Slot value) { (*this)(value.scs(), value.count()); }
  void one(ByteView value) {
    one(static_cast<uint32_t>(value.size()));
    out_.insert(out_.end(), value.begin(), value.end());
  }
  void one(const Bytes& value) { one(ByteView(value)); }
  template <class T>
  void one(const std::vector<T>& list) {
    one(static_cast<uint16_t>(list.size()));
    for (const auto& value : list) one(value);
  }
  template <class T, size_t n>
  void one(const std::array<T, n>& list) {
    for (const auto& value : list) one(value);
  }
  template <class A, class B>
  void one(const std::pair<A, B>& value) {
    (*this)(value.first, value.second);
  }
  template <class T>
  void one(const std::optional<T>& value) {
    one(value.has_value());
    if (value) one(*value);
  }
  template <class T>
  requires std::is_class_v<T>
  void one(const T& value) { visit(*this, value); }

  Bytes& out_;
};

// ---- reading ----
class Get {
 public:
  explicit Get(ByteView in) : rest_(in) {}
  template <class... T>
  bool operator()(T&... values) {
    return (one(values) && ...);
  }
  bool finished() const { return rest_.empty(); }

 private:
  template <std::integral T>
  bool one(T& value) {
    if (rest_.size() < sizeof value) return false;
    std::make_unsigned_t<T> v = 0;
    for (size_t i = 0; i < sizeof value; ++i)
      v = static_cast<std::make_unsigned_t<T>>(v | static_cast<std::make_unsigned_t<T>>(rest_[i]) << (8 * i));
    value = static_cast<T>(v);
    rest_ = rest_.subspan(sizeof value);
    return true;
  }
  bool one(bool& value) {
    uint8_t v = 0;
    if (!one(v) || v > 1) return false;
    value = v;
    return true;
  }
  bool one(float& value) {
    uint32_t v = 0;
    if (!one(v)) return false;
    value = std::bit_cast<float>(v);
    return std::isfinite(value) && std::abs(value) < 1e9f;
  }
  bool one(double& value) {
    uint64_t v = 0;
    if (!one(v)) return false;
    value = std::bit_cast<double>(v);
    return std::isfinite(value) && std::abs(value) < 1e12;
  }
  bool one(nr::Scs& value) {
    uint8_t v = 0;
    if (!one(v) || v > static_cast<uint8_t>(nr::Scs::khz240)) return false;
    value = static_cast<nr::Scs>(v);
    return true;
  }
  bool one(Change::Kind& value) {
    uint8_t v = 0;
    if (!one(v) || v > static_cast<uint8_t>(Change::Kind::tune)) return false;
    value = static_cast<Change::Kind>(v);
    return true;
  }
  bool one(nr::Slot& value) {
    nr::Scs scs{};
    uint32_t count = 0;
    if (!(*this)(scs, count) || count >= nr::frames_per_cycle * nr::slots_per_frame(scs)) return false;
    value = nr::Slot(scs, count);
    return true;
  }
  bool one(ByteView& value) {
    uint32_t size = 0;
    if (!one(size) || size > rest_.size()) return false;
    value = rest_.first(size);
    rest_ = rest_.subspan(size);
    return true;
  }
  bool one(Bytes& value) {
    ByteView view;
    if (!one(view)) return false;
    value.assign(view.begin(), view.end());
    return true;
  }
  bool one(l1::Bits& value) { return visit(*this, value) && value.size <= l1::Bits::capacity && value.octets.size() * 8 >= value.size; }
  template <class T>
  bool one(std::vector<T>& list) {
    uint16_t size = 0;
    list.clear();
    if (!one(size)) return false;
    for (size_t i = 0; i < size; ++i) {
      if (!one(list.emplace_back())) return false;
    }
    return true;
  }
  template <class T, size_t n>
  bool one(std::array<T, n>& list) {
    for (auto& value : list) {
      if (!one(value)) return false;
    }
    return true;
  }
  template <class A, class B>
  bool one(std::pair<A, B>& value) {
    return (*this)(value.first, value.second);
  }
  template <class T>
  bool one(std::optional<T>& value) {
    bool present = false;
    if (!one(present)) return false;
    if (!present) value.reset();
    return !present || one(value.emplace());
  }
  template <class T>
  requires std::is_class_v<T>
  bool one(T& value) { return visit(*this, value); }

  ByteView rest_;
};

template <class T>
Bytes frame(FrameType type, const T& value) {
  Bytes out(frame_header);
  out[4] = static_cast<uint8_t>(type);
  Put put(out);
  put(value);
  const auto length = static_cast<uint32_t>(out.size() - 4);
  for (unsigned i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(length >> (8 * i));
  return out;
}
// The payload behind the header. False when it is malformed or has octets left; views in `value` point into `payload`.
template <class T>
bool parse(ByteView payload, T& value) {
  Get get(payload);
  return get(value) && get.finished();
}

// The UEs of one process as the server's air counts them; applies answers. What cannot be applied is refused and counted by the caller.
class RemoteUes {
 public:
  explicit RemoteUes(SlotAir& air) : air_(&air) {}
  RemoteUes(RemoteUes&& other) = delete;
  ~RemoteUes();
  // False when a change or sending names an unknown UE or a limit is met; the rest is applied.
  bool apply(Answer&& answer);

 private:
  SlotAir* air_;
  std::vector<std::optional<UeIndex>> index_;  // by the process's own count
};

}  // namespace sen::air::detail
