#include "apps/ran_captures.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sen {

namespace {

// Ports that no dissector of Wireshark claims.
constexpr uint16_t port_mac = 47101, port_rlc = 47102, port_pdcp = 47103;
constexpr size_t max_payload = 65535 - 20 - 8;

// The values and tags of Wireshark's framing (epan/dissectors/packet-{mac,rlc,pdcp}-nr.h): a signature, the fixed fields, then tags with values of implied
// length; the payload's tag is the last.
constexpr uint8_t tag_payload = 1;

uint16_t shown_id(gnb::UeId ue) { return static_cast<uint16_t>(ue); }

Octets<4> gnb_address() { return {127, 0, 0, 20}; }
Octets<4> ue_address(gnb::UeId ue) { return {127, 1, static_cast<uint8_t>(ue >> 8), static_cast<uint8_t>(ue)}; }

ByteWriter framed(std::string_view signature) {
  ByteWriter out;
  out.put(as_bytes(signature));
  return out;
}

uint8_t mac_rnti_type(mac::GnbTaps::Kind kind) {
  enum : uint8_t { p_rnti = 1, ra_rnti = 2, c_rnti = 3, si_rnti = 4 };
  switch (kind) {
    case mac::GnbTaps::Kind::paging: return p_rnti;
    case mac::GnbTaps::Kind::ra: return ra_rnti;
    case mac::GnbTaps::Kind::si: return si_rnti;
    case mac::GnbTaps::Kind::c_rnti:
    case mac::GnbTaps::Kind::temporary: return c_rnti;
  }
  return 0;
}

uint8_t rlc_mode(l2::RlcMode mode) {
  enum : uint8_t { tm = 1, um = 2, am = 4 };
  switch (mode) {
    case l2::RlcMode::tm: return tm;
    case l2::RlcMode::um: return um;
    case l2::RlcMode::am: return am;
  }
  return 0;
}

}  // namespace

Result<std::unique_ptr<RanCaptures>> RanCaptures::open(const std::string& folder, const Executor& executor, std::vector<nr::l1::CellConfig> cells) {
  std::unique_ptr<RanCaptures> captures(new RanCaptures(executor, std::move(cells)));
  SEN_ASSIGN(captures->mac_, PcapWriter::open(folder + "/mac.pcap", LinkType::raw_ip));
  SEN_ASSIGN(captures->rlc_, PcapWriter::open(folder + "/rlc.pcap", LinkType::raw_ip));
  SEN_ASSIGN(captures->pdcp_, PcapWriter::open(folder + "/pdcp.pcap", LinkType::raw_ip));
  SEN_ASSIGN(captures->rrc_, PcapWriter::open(folder + "/rrc.pcap", LinkType::exported_pdu));
  const std::string keys = folder + "/pdcp_nr_ue_keys";
  captures->keys_ = std::fopen(keys.c_str(), "wb");
  if (!captures->keys_) return fail(Fault::io, keys, "cannot be written: {}", std::strerror(errno));
  return captures;
}

RanCaptures::RanCaptures(const Executor& executor, std::vector<nr::l1::CellConfig> cells)
    : executor_(executor), cells_(std::move(cells)), sib1_(cells_.size()) {}

RanCaptures::~RanCaptures() {
  if (keys_) std::fclose(keys_);
}

gnb::GnbTaps RanCaptures::taps(const gnb::Gnb& gnb) {
  gnb::GnbTaps taps;
  taps.mac = [this, &gnb](size_t cell, nr::Slot slot, bool downlink, mac::GnbTaps::Kind kind, nr::Rnti rnti, uint8_t harq_id, ByteView pdu) {
    mac(gnb, cell, slot, downlink, kind, rnti, harq_id, pdu);
  };
  taps.l2 = [this](gnb::UeId ue, l2::Taps::Layer layer, bool tx, l2::Lcid, l2::BearerId bearer, const l2::RlcConfig& rlc_config,
                   const l2::PdcpConfig* pdcp_config, ByteView pdu) {
    if (layer == l2::Taps::Layer::rlc) rlc(ue, tx, bearer, rlc_config, pdu);
    else if (pdcp_config) pdcp(ue, tx, bearer, *pdcp_config, pdu);
  };
  taps.rrc = [this](gnb::UeId ue, const char* channel, ByteView message) { rrc(ue, channel, message); };
  taps.change = [this](gnb::UeId ue, const l2::Change& changed) { change(ue, changed); };
  return taps;
}

void RanCaptures::mac(const gnb::Gnb& gnb, size_t cell, nr::Slot slot, bool downlink, mac::GnbTaps::Kind kind, nr::Rnti rnti, uint8_t harq_id, ByteView pdu) {
  enum : uint8_t { tag_rnti = 2, tag_ue = 3, tag_harq = 6, tag_slot = 7 };
  enum : uint8_t { fdd = 1, tdd = 2 };
  using Kind = mac::GnbTaps::Kind;
  const bool dedicated = kind == Kind::c_rnti || kind == Kind::temporary;
  const auto ue = dedicated ? gnb.ue_of(cell, rnti) : std::nullopt;
  ByteWriter out = framed("mac-nr");
  out.u8(cells_[cell].tdd ? tdd : fdd);
  out.u8(downlink ? 1 : 0);
  out.u8(mac_rnti_type(kind));
  out.u8(tag_rnti);
  out.u16(rnti);
  if (ue) {
    out.u8(tag_ue);
    out.u16(shown_id(*ue));
  }
  if (dedicated) {
    out.u8(tag_harq);
    out.u8(harq_id);
  }
  out.u8(tag_slot);
  out.u16(static_cast<uint16_t>(slot.frame()));
  out.u16(static_cast<uint16_t>(slot.in_frame()));
  out.u8(tag_payload);
  out.put(pdu);
  write_udp(*mac_, ue.value_or(0), downlink, port_mac, out);
  // SIB1 is repeated for ever; rrc.pcap has it once.
  if (kind != Kind::si || std::ranges::equal(sib1_[cell], pdu)) return;
  sib1_[cell].assign(pdu.begin(), pdu.end());
  rrc(0, "bcch.dl.sch", pdu);
}

void RanCaptures::rlc(gnb::UeId ue, bool downlink, l2::BearerId bearer, const l2::RlcConfig& config, ByteView pdu) {
  enum : uint8_t { tag_direction = 2, tag_ue = 3, tag_bearer_type = 4, tag_bearer = 5 };
  enum : uint8_t { ccch = 1, srb = 4, drb = 5 };
  const uint8_t sn_bits = config.mode == l2::RlcMode::tm ? 0 : downlink ? config.tx_sn_bits : config.rx_sn_bits;
  ByteWriter out = framed("rlc-nr");
  out.u8(rlc_mode(config.mode));
  out.u8(sn_bits);
  out.u8(tag_direction);
  out.u8(downlink ? 1 : 0);
  out.u8(tag_ue);
  out.u16(shown_id(ue));
  out.u8(tag_bearer_type);
  out.u8(!bearer.srb ? drb : bearer.number == 0 ? ccch : srb);
  out.u8(tag_bearer);
  out.u8(bearer.number);
  out.u8(tag_payload);
  out.put(pdu);
  write_udp(*rlc_, ue, downlink, port_rlc, out);
}

void RanCaptures::pdcp(gnb::UeId ue, bool downlink, l2::BearerId bearer, const l2::PdcpConfig& config, ByteView pdu) {
  enum : uint8_t { tag_sn_bits = 2, tag_direction = 3, tag_bearer_type = 4, tag_bearer = 5, tag_ue = 6, tag_mac_i = 15, tag_sdap = 16, tag_unciphered = 17 };
  enum : uint8_t { signalling = 1, user = 2, dcch = 1 };
  ByteWriter out = framed("pdcp-nr");
  out.u8(bearer.srb ? signalling : user);
  out.u8(tag_sn_bits);
  out.u8(downlink ? config.tx_sn_bits : config.rx_sn_bits);
  out.u8(tag_direction);
  out.u8(downlink ? 1 : 0);
  if (bearer.srb) {
    out.u8(tag_bearer_type);
    out.u8(dcch);
  }
  out.u8(tag_bearer);
  out.u8(bearer.number);
  out.u8(tag_ue);
  out.u16(shown_id(ue));
  if (bearer.srb || config.integrity) out.u8(tag_mac_i);
  if (!bearer.srb) {
    if (auto headers = sdap_headers_.find({shown_id(ue), bearer.number}); headers != sdap_headers_.end()) {
      out.u8(tag_sdap);
      out.u8(headers->second);
    }
    if (!config.ciphering) out.u8(tag_unciphered);
  } else if (!srb_ciphered(shown_id(ue), downlink, pdu)) {
    out.u8(tag_unciphered);
  }
  out.u8(tag_payload);
  out.put(pdu);
  write_udp(*pdcp_, ue, downlink, port_pdcp, out);
}

// The uplink's first PDU that carries a MAC-I, Security Mode Complete, is not ciphered yet (TS 38.331 5.3.4.3).
bool RanCaptures::srb_ciphered(uint16_t ue, bool downlink, ByteView pdu) {
  constexpr size_t mac_i = 4;
  l2::SrbProtection& protection = srb_protection_[{ue, downlink}];
  if (!protection.ciphering || !protection.from_verified) return protection.ciphering;
  const ByteView last = pdu.last(std::min(mac_i, pdu.size()));
  if (std::ranges::any_of(last, [](uint8_t octet) { return octet != 0; })) protection.from_verified = false;
  return false;
}

void RanCaptures::rrc(gnb::UeId ue, const std::string& channel, ByteView message) {
  const bool uplink = channel.starts_with("ul.");
  const Octets<4> here = gnb_address(), there = ue_address(ue);
  rrc_->write_exported(executor_.now(), "nr-rrc." + channel, message, uplink ? there : here, uplink ? here : there, shown_id(ue), shown_id(ue));
}

void RanCaptures::change(gnb::UeId ue, const l2::Change& change) {
  enum : uint8_t { uplink = 1, downlink = 2 };
  const uint16_t id = shown_id(ue);
  for (const auto& drb : change.drbs)
    sdap_headers_[{id, drb.drb}] = static_cast<uint8_t>((drb.sdap.ul_header ? uplink : 0) | (drb.sdap.dl_header ? downlink : 0));
  if (change.srb_tx) srb_protection_[{id, true}] = *change.srb_tx;
  if (change.srb_rx) srb_protection_[{id, false}] = *change.srb_rx;
  // Wireshark has one set of keys for each UE id: the first.
  if (!change.security || !with_keys_.insert(id).second) return;
  const l2::Security& keys = *change.security;
  fmt::print(keys_, "\"{}\",\"{}\",\"{}\",\"{}\",\"{}\"\n", id, to_hex(keys.rrc_enc), to_hex(keys.up_enc), to_hex(keys.rrc_int), to_hex(keys.up_int));
  std::fflush(keys_);
}

void RanCaptures::write_udp(PcapWriter& writer, gnb::UeId ue, bool downlink, uint16_t port, const ByteWriter& frame) {
  if (frame.size() > max_payload) {
    ++omitted_;
    return;
  }
  const Octets<4> here = gnb_address(), there = ue_address(ue);
  writer.write_udp(executor_.now(), frame.view(), downlink ? here : there, downlink ? there : here, port, port);
}

}  // namespace sen
