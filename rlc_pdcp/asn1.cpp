#include "rlc_pdcp/asn1.h"

#include <algorithm>
#include <array>

#include "codec/rrc/rrc_cell_group.h"
#include "codec/rrc/rrc_radio_bearers.h"

namespace sen::l2 {
namespace {

// The values of TS 38.331's enumerations in their order; `infinity` where they say so.
constexpr uint32_t infinity = 0xffffffff;
constexpr uint32_t kb = 1024, mb = 1024 * 1024;  // pollByte: "kB25 corresponds to 25 kBytes"

constexpr std::array<uint32_t, 63> poll_retransmit_ms{5,   10,  15,  20,  25,  30,  35,  40,  45,   50,   55,   60,  65,  70,  75,  80,
                                                      85,  90,  95,  100, 105, 110, 115, 120, 125,  130,  135,  140, 145, 150, 155, 160,
                                                      165, 170, 175, 180, 185, 190, 195, 200, 205,  210,  215,  220, 225, 230, 235, 240,
                                                      245, 250, 300, 350, 400, 450, 500, 800, 1000, 2000, 4000, 1,   2,   3,   4};
constexpr std::array<uint32_t, 24> poll_pdu{4,    8,     16,    32,    64,    128,   256,   512,   1024,  2048,  4096,  6144,
                                            8192, 12288, 16384, 20480, 24576, 28672, 32768, 40960, 49152, 57344, 65536, infinity};
constexpr std::array<uint32_t, 44> poll_octets{
    1 * kb,    2 * kb,    5 * kb,    8 * kb,    10 * kb,   15 * kb,   25 * kb,   50 * kb,   75 * kb,   100 * kb,  125 * kb,
    250 * kb,  375 * kb,  500 * kb,  750 * kb,  1000 * kb, 1250 * kb, 1500 * kb, 2000 * kb, 3000 * kb, 4000 * kb, 4500 * kb,
    5000 * kb, 5500 * kb, 6000 * kb, 6500 * kb, 7000 * kb, 7500 * kb, 8 * mb,    9 * mb,    10 * mb,   11 * mb,   12 * mb,
    13 * mb,   14 * mb,   15 * mb,   16 * mb,   17 * mb,   18 * mb,   20 * mb,   25 * mb,   30 * mb,   40 * mb,   infinity};
constexpr std::array<uint32_t, 8> max_retx{1, 2, 3, 4, 6, 8, 16, 32};
constexpr std::array<uint32_t, 31> reassembly_ms{0,  5,  10, 15, 20,  25,  30,  35,  40,  45,  50,  55,  60,  65,  70, 75,
                                                 80, 85, 90, 95, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200};
constexpr std::array<uint32_t, 8> reassembly_ext_ms{210, 220, 340, 350, 550, 1100, 1650, 2200};
constexpr std::array<uint32_t, 62> status_prohibit_ms{0,   5,   10,  15,  20,  25,  30,  35,  40,  45,   50,   55,   60,   65,  70,  75,
                                                      80,  85,  90,  95,  100, 105, 110, 115, 120, 125,  130,  135,  140,  145, 150, 155,
                                                      160, 165, 170, 175, 180, 185, 190, 195, 200, 205,  210,  215,  220,  225, 230, 235,
                                                      240, 245, 250, 300, 350, 400, 450, 500, 800, 1000, 1200, 1600, 2000, 2400};
constexpr std::array<uint32_t, 16> discard_ms{10, 20, 30, 40, 50, 60, 75, 100, 150, 200, 250, 300, 500, 750, 1500, infinity};
constexpr std::array<uint32_t, 6> discard_ext_ms{1, 1, 2, 4, 6, 8};  // the first is half a millisecond: the timer's step here is one
constexpr std::array<uint32_t, 36> reordering_ms{0,   1,   2,   4,    5,    8,    10,   15,   20,   30,   40,   50,
                                                 60,  80,  100, 120,  140,  160,  180,  200,  220,  240,  260,  280,
                                                 300, 500, 750, 1000, 1250, 1500, 1750, 2000, 2250, 2500, 2750, 3000};

// The smallest of the values that is not below `wanted`; the largest where none is.
template <class E, size_t n>
E round_up(const std::array<uint32_t, n>& values, uint32_t wanted) {
  size_t best = n;
  for (size_t i = 0; i < n; ++i) {
    if (values[i] >= wanted && (best == n || values[i] < values[best])) best = i;
  }
  if (best == n) best = static_cast<size_t>(std::max_element(values.begin(), values.end()) - values.begin());
  return static_cast<E>(best);
}

template <class E, size_t n>
Result<uint32_t> value_of(const std::array<uint32_t, n>& values, E chosen, const char* field) {
  auto index = static_cast<size_t>(chosen);
  if (index >= n) return fail(Fault::unsupported, field, "value {} is spare (0 to {})", index, n - 1);
  return values[index];
}

uint32_t or_zero(uint32_t value) { return value == infinity ? 0 : value; }
uint32_t or_infinity(uint32_t value) { return value == 0 ? infinity : value; }

template <class Entry, class Id>
Entry& entry_of(per::Optional<std::vector<Entry>>& list, Id Entry::*member, Id id) {
  if (!list) list.emplace();
  for (Entry& e : *list) {
    if (e.*member == id) return e;
  }
  list->emplace_back().*member = id;
  return list->back();
}

// --- to RRC ------------------------------------------------------------------------------------------------------------------

rrc::SnFieldLengthAm am_sn(uint8_t bits) { return bits == 18 ? rrc::SnFieldLengthAm::size18 : rrc::SnFieldLengthAm::size12; }
rrc::SnFieldLengthUm um_sn(uint8_t bits) { return bits == 12 ? rrc::SnFieldLengthUm::size12 : rrc::SnFieldLengthUm::size6; }
rrc::PdcpSnSize pdcp_sn(uint8_t bits) { return bits == 18 ? rrc::PdcpSnSize::len18_bits : rrc::PdcpSnSize::len12_bits; }

void write_dl_um(const RlcConfig& c, rrc::DlUmRlc& out) {
  out.sn_field_length = um_sn(c.tx_sn_bits);
  out.t_reassembly = round_up<rrc::TReassembly>(reassembly_ms, c.t_reassembly_ms);
}

void write_rlc(const RlcConfig& c, rrc::RlcConfig& out) {
  if (c.mode == RlcMode::am) {
    auto& am = out.set_am();
    am.ul_am_rlc.sn_field_length = am_sn(c.rx_sn_bits);
    am.ul_am_rlc.t_poll_retransmit = round_up<rrc::TPollRetransmit>(poll_retransmit_ms, c.t_poll_retransmit_ms);
    am.ul_am_rlc.poll_pdu = round_up<rrc::PollPdu>(poll_pdu, or_infinity(c.poll_pdu));
    am.ul_am_rlc.poll_byte = round_up<rrc::PollByte>(poll_octets, or_infinity(c.poll_octets));
    am.ul_am_rlc.max_retx_threshold = round_up<rrc::UlAmRlcMaxRetxThreshold>(max_retx, c.max_retx_threshold);
    am.dl_am_rlc.sn_field_length = am_sn(c.tx_sn_bits);
    am.dl_am_rlc.t_reassembly = round_up<rrc::TReassembly>(reassembly_ms, c.t_reassembly_ms);
    am.dl_am_rlc.t_status_prohibit = round_up<rrc::TStatusProhibit>(status_prohibit_ms, c.t_status_prohibit_ms);
  } else if (c.tx && c.rx) {
    auto& um = out.set_um_bi_directional();
    um.ul_um_rlc.sn_field_length = um_sn(c.rx_sn_bits);
    write_dl_um(c, um.dl_um_rlc);
  } else if (c.rx) {
    out.set_um_uni_directional_ul().ul_um_rlc.sn_field_length = um_sn(c.rx_sn_bits);
  } else {
    write_dl_um(c, out.set_um_uni_directional_dl().dl_um_rlc);
  }
}

void write_pdcp(const PdcpConfig& c, bool srb, rrc::PdcpConfig& out) {
  if (c.t_reordering_ms) out.t_reordering = round_up<rrc::PdcpConfigTReordering>(reordering_ms, *c.t_reordering_ms);
  if (srb) return;
  auto& drb = out.drb.emplace();
  drb.discard_timer = round_up<rrc::PdcpConfigDrbDiscardTimer>(discard_ms, c.discard_ms.value_or(infinity));
  drb.pdcp_sn_size_ul = pdcp_sn(c.rx_sn_bits);
  drb.pdcp_sn_size_dl = pdcp_sn(c.tx_sn_bits);
  drb.header_compression.set_not_used();
  if (c.integrity) drb.integrity_protection = rrc::EnabledFlag::enabled;
  if (c.status_report_required) drb.status_report_required = rrc::TrueFlag::true_;
  if (c.out_of_order_delivery) drb.out_of_order_delivery = rrc::TrueFlag::true_;
  if (!c.ciphering) out.ciphering_disabled = rrc::TrueFlag::true_;
}

void write_sdap(const SdapConfig& c, rrc::SdapConfig& out) {
  out.pdu_session = c.session;
  out.sdap_header_dl = c.dl_header ? rrc::SdapConfigSdapHeaderDl::present : rrc::SdapConfigSdapHeaderDl::absent;
  out.sdap_header_ul = c.ul_header ? rrc::SdapConfigSdapHeaderUl::present : rrc::SdapConfigSdapHeaderUl::absent;
  out.default_drb = c.default_drb;
  if (!c.qfis.empty()) out.mapped_qo_s_flows_to_add.emplace() = c.qfis;
}

// --- from RRC ----------------------------------------------------------------------------------------------------------------

// TS 38.331 9.2.1
constexpr RlcConfig default_srb_rlc{.t_reassembly_ms = 35, .t_status_prohibit_ms = 0, .t_poll_retransmit_ms = 45, .max_retx_threshold = 8};

// 0, where the field is absent: UserPlane::set_rlc keeps what the channel has.
uint8_t bits_of(const per::Optional<rrc::SnFieldLengthAm>& sn) { return !sn ? 0 : *sn == rrc::SnFieldLengthAm::size18 ? 18 : 12; }
uint8_t bits_of(const per::Optional<rrc::SnFieldLengthUm>& sn) { return !sn ? 0 : *sn == rrc::SnFieldLengthUm::size12 ? 12 : 6; }

Status read_am(const rrc::RlcConfigAm& in, RlcConfig& out) {
  const auto& ul = in.ul_am_rlc;
  SEN_ASSIGN(out.t_poll_retransmit_ms, value_of(poll_retransmit_ms, ul.t_poll_retransmit, "t-PollRetransmit"));
  SEN_ASSIGN(uint32_t pdus, value_of(poll_pdu, ul.poll_pdu, "pollPDU"));
  SEN_ASSIGN(uint32_t octets, value_of(poll_octets, ul.poll_byte, "pollByte"));
  SEN_ASSIGN(out.max_retx_threshold, value_of(max_retx, ul.max_retx_threshold, "maxRetxThreshold"));
  SEN_ASSIGN(out.t_reassembly_ms, value_of(reassembly_ms, in.dl_am_rlc.t_reassembly, "t-Reassembly"));
  SEN_ASSIGN(out.t_status_prohibit_ms, value_of(status_prohibit_ms, in.dl_am_rlc.t_status_prohibit, "t-StatusProhibit"));
  out.mode = RlcMode::am;
  out.poll_pdu = or_zero(pdus);
  out.poll_octets = or_zero(octets);
  out.tx_sn_bits = bits_of(ul.sn_field_length);
  out.rx_sn_bits = bits_of(in.dl_am_rlc.sn_field_length);
  return {};
}

Status read_um(const rrc::UlUmRlc* ul, const rrc::DlUmRlc* dl, RlcConfig& out) {
  out.mode = RlcMode::um;
  out.tx = ul, out.rx = dl;
  if (ul) out.tx_sn_bits = bits_of(ul->sn_field_length);
  if (!dl) return {};
  out.rx_sn_bits = bits_of(dl->sn_field_length);
  SEN_ASSIGN(out.t_reassembly_ms, value_of(reassembly_ms, dl->t_reassembly, "t-Reassembly"));
  return {};
}

Status read_rlc(const rrc::RlcBearerConfig& bearer, RlcConfig& out) {
  const rrc::RlcConfig& in = *bearer.rlc_config;
  if (auto* am = in.am()) {
    SEN_TRY(read_am(*am, out));
  } else if (auto* both = in.um_bi_directional()) {
    SEN_TRY(read_um(&both->ul_um_rlc, &both->dl_um_rlc, out));
  } else if (auto* ul = in.um_uni_directional_ul()) {
    SEN_TRY(read_um(&ul->ul_um_rlc, nullptr, out));
  } else if (auto* dl = in.um_uni_directional_dl()) {
    SEN_TRY(read_um(nullptr, &dl->dl_um_rlc, out));
  } else {
    return fail(Fault::unsupported, "rlc-Config", "of a later release");
  }
  if (bearer.rlc_config_v1610 && bearer.rlc_config_v1610->dl_am_rlc_v1610.t_status_prohibit_v1610) {
    constexpr std::array<uint32_t, 4> ms{1, 2, 3, 4};
    SEN_ASSIGN(out.t_status_prohibit_ms,
               value_of(ms, *bearer.rlc_config_v1610->dl_am_rlc_v1610.t_status_prohibit_v1610, "t-StatusProhibit-v1610"));
  }
  if (bearer.rlc_config_v1700) {
    const auto& late = *bearer.rlc_config_v1700;
    const auto& ext = out.mode == RlcMode::am ? late.dl_am_rlc_v1700.t_reassembly_ext_r17 : late.dl_um_rlc_v1700.t_reassembly_ext_r17;
    if (ext) {
      SEN_ASSIGN(out.t_reassembly_ms, value_of(reassembly_ext_ms, *ext, "t-ReassemblyExt-r17"));
    }
  }
  return {};
}

Status read_rlc_bearer(const rrc::RlcBearerConfig& in, Change& out) {
  if (in.multicast_rlc_bearer_config_r17) return fail(Fault::unsupported, "multicastRLC-BearerConfig-r17", "multicast is not offered");
  if (in.logical_channel_identity_ext_r17) return fail(Fault::unsupported, "logicalChannelIdentityExt-r17", "multicast is not offered");
  if (in.served_radio_bearer_srb4_r17) return fail(Fault::unsupported, "servedRadioBearerSRB4-r17", "SRB4 is not offered");
  const Lcid lcid = in.logical_channel_identity;
  if (in.reestablish_rlc) out.reestablish_rlc.push_back(lcid);
  // {false, 0}: the bearer that the channel serves already.
  RlcBearer bearer{.lcid = lcid, .bearer = {.srb = false, .number = 0}, .rlc = {}};
  if (lcid < 4) bearer.bearer = {.srb = true, .number = lcid};
  if (in.served_radio_bearer) {
    if (auto* srb = in.served_radio_bearer->srb_identity()) bearer.bearer = {.srb = true, .number = *srb};
    if (auto* drb = in.served_radio_bearer->drb_identity()) bearer.bearer = {.srb = false, .number = *drb};
  }
  if (in.rlc_config) {
    SEN_TRY(read_rlc(in, bearer.rlc));
    if (bearer.bearer.srb && bearer.rlc.tx_sn_bits == 0) bearer.rlc.tx_sn_bits = 12;
    if (bearer.bearer.srb && bearer.rlc.rx_sn_bits == 0) bearer.rlc.rx_sn_bits = 12;
  } else if (in.served_radio_bearer && bearer.bearer.srb) {
    bearer.rlc = default_srb_rlc;
  } else {
    return {};  // the RLC entity stays as it is
  }
  out.rlcs.push_back(bearer);
  return {};
}

Status refuse_what_is_not_offered(const rrc::PdcpConfig& in) {
  if (in.more_than_one_rlc) return fail(Fault::unsupported, "moreThanOneRLC", "split bearers and duplication are not offered");
  if (in.more_than_two_rlc_drb_r16) return fail(Fault::unsupported, "moreThanTwoRLC-DRB-r16", "duplication is not offered");
  if (in.ethernet_header_compression_r16 && in.ethernet_header_compression_r16->setup()) {
    return fail(Fault::unsupported, "ethernetHeaderCompression-r16", "EHC is not offered");
  }
  if (in.uplink_data_compression_r17 && in.uplink_data_compression_r17->setup()) {
    return fail(Fault::unsupported, "uplinkDataCompression-r17", "UDC is not offered");
  }
  if (in.initial_rx_deliv_r17) return fail(Fault::unsupported, "initialRX-DELIV-r17", "multicast is not offered");
  if (in.drb && !in.drb->header_compression.not_used())
    return fail(Fault::unsupported, "headerCompression", "ROHC is not offered (notUsed)");
  return {};
}

// Absent fields are "Need R", flags that become false, or keep their value.
Status read_pdcp(const rrc::PdcpConfig& in, PdcpConfig& out) {
  SEN_TRY(refuse_what_is_not_offered(in));
  out.t_reordering_ms.reset();
  if (in.t_reordering) {
    SEN_ASSIGN(out.t_reordering_ms, value_of(reordering_ms, *in.t_reordering, "t-Reordering"));
  }
  out.ciphering = !in.ciphering_disabled;
  if (in.drb) {
    const auto& drb = *in.drb;
    if (drb.discard_timer) {
      SEN_ASSIGN(uint32_t ms, value_of(discard_ms, *drb.discard_timer, "discardTimer"));
      out.discard_ms = ms == infinity ? std::nullopt : std::optional(ms);
    }
    if (drb.pdcp_sn_size_ul) out.tx_sn_bits = *drb.pdcp_sn_size_ul == rrc::PdcpSnSize::len18_bits ? 18 : 12;
    if (drb.pdcp_sn_size_dl) out.rx_sn_bits = *drb.pdcp_sn_size_dl == rrc::PdcpSnSize::len18_bits ? 18 : 12;
    out.integrity = drb.integrity_protection.has_value();
    out.status_report_required = drb.status_report_required.has_value();
    out.out_of_order_delivery = drb.out_of_order_delivery.has_value();
  }
  if (in.discard_timer_ext_r16 && in.discard_timer_ext_r16->setup()) {
    SEN_ASSIGN(out.discard_ms, value_of(discard_ext_ms, *in.discard_timer_ext_r16->setup(), "discardTimerExt-r16"));
  }
  if (in.discard_timer_ext2_r17 && in.discard_timer_ext2_r17->setup()) {
    constexpr std::array<uint32_t, 1> ms{2000};
    SEN_ASSIGN(out.discard_ms, value_of(ms, *in.discard_timer_ext2_r17->setup(), "discardTimerExt2-r17"));
  }
  return {};
}

void read_sdap(const rrc::SdapConfig& in, SdapConfig& out) {
  out.session = in.pdu_session;
  out.dl_header = in.sdap_header_dl == rrc::SdapConfigSdapHeaderDl::present;
  out.ul_header = in.sdap_header_ul == rrc::SdapConfigSdapHeaderUl::present;
  out.default_drb = in.default_drb;
  if (in.mapped_qo_s_flows_to_release) {
    for (uint8_t qfi : *in.mapped_qo_s_flows_to_release) std::erase(out.qfis, qfi);
  }
  if (!in.mapped_qo_s_flows_to_add) return;
  for (uint8_t qfi : *in.mapped_qo_s_flows_to_add) {
    if (std::find(out.qfis.begin(), out.qfis.end(), qfi) == out.qfis.end()) out.qfis.push_back(qfi);
  }
}

Status read_srb(const rrc::SrbToAddMod& in, Change& out) {
  if (in.srb_identity_v1700) return fail(Fault::unsupported, "srb-Identity-v1700", "SRB4 is not offered");
  SrbConfig srb{.srb = in.srb_identity, .pdcp = {}};
  if (in.pdcp_config) SEN_TRY(read_pdcp(*in.pdcp_config, srb.pdcp));
  if (in.reestablish_pdcp) out.reestablish_pdcp.push_back({true, srb.srb});
  out.srbs.push_back(std::move(srb));
  return {};
}

Status read_drb(const rrc::DrbToAddMod& in, std::vector<DrbConfig>& drbs, Change& out) {
  if (in.daps_config_r16) return fail(Fault::unsupported, "daps-Config-r16", "DAPS is not offered");
  const uint8_t id = in.drb_identity;
  auto at = std::find_if(drbs.begin(), drbs.end(), [id](const DrbConfig& d) { return d.drb == id; });
  const bool is_new = at == drbs.end();
  if (is_new && !(in.pdcp_config && in.cn_association)) return fail(Fault::missing, "pdcp-Config", "or cnAssociation of a new DRB");
  DrbConfig drb = is_new ? DrbConfig{.drb = id, .pdcp = {}, .sdap = {}} : *at;
  if (in.pdcp_config) SEN_TRY(read_pdcp(*in.pdcp_config, drb.pdcp));
  if (in.cn_association) {
    const auto* sdap = in.cn_association->sdap_config();
    if (!sdap) return fail(Fault::unsupported, "cnAssociation", "eps-BearerIdentity (only the 5G core is served)");
    read_sdap(*sdap, drb.sdap);
  }
  if (in.reestablish_pdcp) out.reestablish_pdcp.push_back({false, id});
  if (in.recover_pdcp) out.recover_pdcp.push_back(id);
  out.drbs.push_back(drb);
  if (is_new) {
    drbs.push_back(std::move(drb));
  } else {
    *at = std::move(drb);
  }
  return {};
}

}  // namespace

void to_asn1(const Change& change, rrc::RadioBearerConfig& bearers, rrc::CellGroupConfig& group) {
  auto& srbs = bearers.srb_to_add_mod_list;
  auto& drbs = bearers.drb_to_add_mod_list;
  auto& rlcs = group.rlc_bearer_to_add_mod_list;
  for (const auto& srb : change.srbs) {
    auto& entry = entry_of(srbs, &rrc::SrbToAddMod::srb_identity, srb.srb);
    if (srb.pdcp.t_reordering_ms) write_pdcp(srb.pdcp, true, entry.pdcp_config.emplace());
  }
  for (const auto& drb : change.drbs) {
    auto& entry = entry_of(drbs, &rrc::DrbToAddMod::drb_identity, drb.drb);
    write_sdap(drb.sdap, entry.cn_association.emplace().set_sdap_config());
    write_pdcp(drb.pdcp, false, entry.pdcp_config.emplace());
  }
  for (const auto& rlc : change.rlcs) {
    auto& entry = entry_of(rlcs, &rrc::RlcBearerConfig::logical_channel_identity, rlc.lcid);
    auto& served = entry.served_radio_bearer.emplace();
    (rlc.bearer.srb ? served.set_srb_identity() : served.set_drb_identity()) = rlc.bearer.number;
    write_rlc(rlc.rlc, entry.rlc_config.emplace());
  }
  for (Lcid lcid : change.reestablish_rlc) {
    entry_of(rlcs, &rrc::RlcBearerConfig::logical_channel_identity, lcid).reestablish_rlc = rrc::TrueFlag::true_;
  }
  for (BearerId id : change.reestablish_pdcp) {
    auto& flag = id.srb ? entry_of(srbs, &rrc::SrbToAddMod::srb_identity, id.number).reestablish_pdcp
                        : entry_of(drbs, &rrc::DrbToAddMod::drb_identity, id.number).reestablish_pdcp;
    flag = rrc::TrueFlag::true_;
  }
  for (uint8_t drb : change.recover_pdcp) entry_of(drbs, &rrc::DrbToAddMod::drb_identity, drb).recover_pdcp = rrc::TrueFlag::true_;
  if (!change.remove_drbs.empty()) bearers.drb_to_release_list.emplace() = change.remove_drbs;
  if (!change.remove_rlcs.empty()) group.rlc_bearer_to_release_list.emplace() = change.remove_rlcs;
}

Result<Change> from_asn1(const rrc::RadioBearerConfig& bearers, const rrc::CellGroupConfig& group, std::vector<DrbConfig>& drbs) {
  Change out;
  std::vector<DrbConfig> now = drbs;
  if (bearers.mrb_to_add_mod_list_r17) return fail(Fault::unsupported, "mrb-ToAddModList-r17", "multicast is not offered");
  if (bearers.srb4_to_add_mod_r17) return fail(Fault::unsupported, "srb4-ToAddMod-r17", "SRB4 is not offered");
  if (bearers.drb_to_release_list) {
    out.remove_drbs = *bearers.drb_to_release_list;
    for (uint8_t id : out.remove_drbs) std::erase_if(now, [id](const DrbConfig& d) { return d.drb == id; });
  }
  if (group.rlc_bearer_to_release_list) out.remove_rlcs = *group.rlc_bearer_to_release_list;
  if (bearers.srb_to_add_mod_list) {
    for (const auto& srb : *bearers.srb_to_add_mod_list) SEN_TRY(read_srb(srb, out));
  }
  if (bearers.drb_to_add_mod_list) {
    for (const auto& drb : *bearers.drb_to_add_mod_list) {
      if (auto read = read_drb(drb, now, out); !read)
        return std::unexpected(std::move(read).error().within(fmt::format("DRB{}", drb.drb_identity)));
    }
  }
  if (group.rlc_bearer_to_add_mod_list) {
    for (const auto& rlc : *group.rlc_bearer_to_add_mod_list) {
      if (auto read = read_rlc_bearer(rlc, out); !read) {
        return std::unexpected(std::move(read).error().within(fmt::format("LCID {}", rlc.logical_channel_identity)));
      }
    }
  }
  drbs = std::move(now);
  return out;
}

}  // namespace sen::l2
