// PFCP and GTP-U against tshark as an independent decoder: random messages of every type must dissect without a malformed frame and
// without an expert warning or error, and the values that tshark reads must be those that we wrote. Skipped where tshark is missing.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "base/pcap.h"
#include "codec/gtpu/message.h"
#include "codec/pfcp/message.h"

namespace sen {
namespace {

constexpr uint8_t pfcp_types[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 50, 51, 52, 53, 54, 55, 56, 57};

std::vector<std::string> run(const std::string& command) {
  std::vector<std::string> lines;
  std::FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (!pipe) return lines;
  std::string line;
  for (int c; (c = std::fgetc(pipe)) != EOF;) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    lines.push_back(std::move(line));
    line.clear();
  }
  pclose(pipe);
  return lines;
}

bool have_tshark() { return std::system("tshark --version >/dev/null 2>&1") == 0; }

std::vector<std::string> cut(const std::string& text, char at) {
  std::vector<std::string> out(1);
  for (char c : text) {
    if (c == at) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string write_pcap(const std::string& name, const std::vector<Bytes>& payloads, uint16_t port) {
  std::string path = testing::TempDir() + name;
  auto pcap = PcapWriter::open(path, LinkType::raw_ip);
  EXPECT_TRUE(pcap);
  uint32_t i = 0;
  for (const auto& payload : payloads) {
    // Every message between another pair of addresses: tshark follows sessions and sequence numbers of one pair.
    ++i;
    (*pcap)->write_udp(Time(std::chrono::milliseconds(i)), payload, {10, 1, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)},
                       {10, 2, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)}, port, port);
  }
  return path;
}

// One row a frame: the values of each field, in the order of `fields`.
std::vector<std::vector<std::string>> dissect(const std::string& path, const std::vector<std::string>& fields, const std::string& options = "") {
  std::string command = "tshark -r " + path + " " + options + " -T fields -E occurrence=a -E aggregator='|'";
  for (const auto& field : fields) command += " -e " + field;
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : run(command)) rows.push_back(cut(line, '\t'));
  return rows;
}

// What tshark 4.0 does not know or reads otherwise than TS 29.244 says; each is left out of the comparison with its reason.
struct Exclusion {
  uint16_t ie;
  const char* reason;
};
constexpr Exclusion exclusions[] = {
    {pfcp::ie::source_ip_address, "takes 16 octets for the prefix length, which is one (8.2.138)"},
    {pfcp::ie::packet_rate_status, "takes the NTP timestamp of eight octets for a number of four (8.2.139)"},
    {pfcp::ie::ue_link_specific_ip_address, "takes the flags of the 3GPP addresses for those of the non-3GPP ones (8.2.158)"},
    {pfcp::ie::multicast_transport_information, "takes one octet for the TEID, which has four (8.2.207)"},
    {pfcp::ie::mbs_session_identifier, "reads the source specific multicast address by the same code (8.2.206)"},
    {pfcp::ie::l2tp_user_authentication, "takes octets for text (8.2.187)"},
    {pfcp::ie::notification_correlation_id, "takes the text for a QER Correlation ID (8.2.203)"},
    {pfcp::ie::pmf_address_information, "takes ports for granted, which an Ethernet session has not (8.2.159)"},
};

bool excluded(const pfcp::Packet& packet) {
  codec::Tree tree;
  print(packet, tree);
  for (const auto& one : exclusions) {
    std::string part = pfcp::ie_name(one.ie);
    for (const auto& leaf : tree.leaves()) {
      if (leaf.path.find('.' + part + '.') != std::string::npos || leaf.path.find('.' + part + '[') != std::string::npos ||
          leaf.path.ends_with('.' + part)) {
        return true;
      }
    }
  }
  return false;
}

constexpr long warning = 0x600000;  // severities of Wireshark's expert information: warning 0x600000, error 0x800000

struct Complaints {
  std::map<std::string, int> by_text;
  std::map<std::string, int> frame_of;
};

Complaints complaints(const std::string& path, const std::string& options = "") {
  Complaints out;
  int frame = 0;
  for (const auto& row : dissect(path, {"_ws.expert.severity", "_ws.expert.message", "frame.protocols"}, options)) {
    ++frame;
    if (row.size() < 3) continue;
    auto severities = cut(row[0], '|');
    auto messages = cut(row[1], '|');
    for (size_t i = 0; i < severities.size(); ++i) {
      if (severities[i].empty() || std::stol(severities[i]) < warning) continue;
      std::string text = i < messages.size() ? messages[i] : "";
      out.by_text[text]++;
      out.frame_of.emplace(text, frame);
    }
  }
  return out;
}

// A field of tshark and the end of the path of our leaf for the same thing.
struct Pair {
  const char* field;
  const char* leaf;
};
constexpr Pair pairs[] = {
    {"pfcp.seqno", "@.Sequence Number"},
    {"pfcp.seid", "SEID"},
    {"pfcp.cause", "Cause"},
    {"pfcp.precedence", "Precedence"},
    {"pfcp.source_interface", "Source Interface"},
    {"pfcp.dst_interface", "Destination Interface"},
    {"pfcp.pdn_type", "PDN Type"},
    {"pfcp.tgpp_interface_type", "3GPP Interface Type"},
    {"pfcp.node_id_type", "Node ID Type"},
    {"pfcp.f_seid.ipv4", "F-SEID.IPv4 address"},
    {"pfcp.f_seid.ipv6", "F-SEID.IPv6 address"},
    {"pfcp.f_teid.teid", "F-TEID.TEID"},
    {"pfcp.f_teid.ipv4_addr", "F-TEID.IPv4 address"},
    {"pfcp.f_teid.ipv6_addr", "F-TEID.IPv6 address"},
    {"pfcp.f_teid_flags.ch", "F-TEID.CH"},
    {"pfcp.f_teid_flags.ch_id", "F-TEID.CHID"},
    {"pfcp.apn_dnn", "APN/DNN"},
    {"pfcp.spi", "Security Parameter Index"},
    {"pfcp.flow_label", "Flow Label"},
    {"pfcp.sdf_filter_id", "SDF Filter ID"},
    {"pfcp.gate_status.ulgate", "UL Gate"},
    {"pfcp.gate_status.dlgate", "DL Gate"},
    {"pfcp.ul_mbr", "MBR.UL"},
    {"pfcp.dl_mbr", "MBR.DL"},
    {"pfcp.ul_gbr", "GBR.UL"},
    {"pfcp.dl_gbr", "GBR.DL"},
    {"pfcp.qer_correlation_id", "QER Correlation ID"},
    {"pfcp.averaging_window", "Averaging Window"},
    {"pfcp.ue_ip_addr_ipv4", "UE IP Address.IPv4 address"},
    {"pfcp.ue_ip_addr_ipv6", "UE IP Address.IPv6 address"},
    {"pfcp.ue_ip_address_flag.sd", "UE IP Address.S/D"},
    {"pfcp.ue_ip_addr_ipv6_prefix_length", "IPv6 Prefix Length"},
    {"pfcp.out_hdr_desc", "Outer Header Removal Description"},
    {"pfcp.outer_hdr_creation.teid", "Outer Header Creation.TEID"},
    {"pfcp.outer_hdr_creation.ipv4", "Outer Header Creation.IPv4 Address"},
    {"pfcp.outer_hdr_creation.ipv6", "Outer Header Creation.IPv6 Address"},
    {"pfcp.outer_hdr_creation.port", "Outer Header Creation.Port Number"},
    {"pfcp.apply_action.drop", "Apply Action.DROP"},
    {"pfcp.apply_action.forw", "Apply Action.FORW"},
    {"pfcp.apply_action.buff", "Apply Action.BUFF"},
    {"pfcp.apply_action.nocp", "Apply Action.NOCP"},
    {"pfcp.apply_action.dupl", "Apply Action.DUPL"},
    {"pfcp.apply_action.ddpn", "Apply Action.DDPN"},
    {"pfcp.apply_action.mbsu", "Apply Action.MBSU"},
    {"pfcp.measurement_method_flags.volume", "Measurement Method.VOLUM"},
    {"pfcp.reporting_triggers_flags.volth", "Reporting Triggers.VOLTH"},
    {"pfcp.reporting_triggers_flags.quvti", "Reporting Triggers.QUVTI"},
    {"pfcp.reporting_triggers_flags.upint", "Reporting Triggers.UPINT"},
    {"pfcp.usage_report_trigger.immer", "Usage Report Trigger.IMMER"},
    {"pfcp.usage_report_trigger.term", "Usage Report Trigger.TERMR"},
    {"pfcp.usage_report_trigger_flags.tebur", "Usage Report Trigger.TEBUR"},
    {"pfcp.volume_threshold.tovol", "Volume Threshold.Total Volume"},
    {"pfcp.volume_threshold.ulvol", "Volume Threshold.Uplink Volume"},
    {"pfcp.volume_quota.dlvol", "Volume Quota.Downlink Volume"},
    {"pfcp.volume_measurement.tovol", "Volume Measurement.Total Volume"},
    {"pfcp.volume_measurement.dlnop", "Volume Measurement.Downlink Number of Packets"},
    {"pfcp.time_threshold", "Time Threshold"},
    {"pfcp.time_quota", "Time Quota"},
    {"pfcp.quota_holding_time", "Quota Holding Time"},
    {"pfcp.measurement_period", "Measurement Period"},
    {"pfcp.inactivity_detection_time", "Inactivity Detection Time"},
    {"pfcp.duration_measurement", "Duration Measurement"},
    {"pfcp.downlink_packets", "Downlink Packets"},
    {"pfcp.ur_seqn", "UR-SEQN"},
    {"pfcp.query_urr_reference", "Query URR Reference"},
    {"pfcp.metric", "Metric"},
    {"pfcp.qfi_value", "QFI"},
    {"pfcp.report_type.usar", "Report Type.USAR"},
    {"pfcp.report_type.uisr", "Report Type.UISR"},
    {"pfcp.number_of_reports", "Number of Reports"},
    {"pfcp.user_plane_inactivity_time", "User Plane Inactivity Timer"},
    {"pfcp.traffic_endpoint_id", "Traffic Endpoint ID"},
    {"pfcp.c_tag.cvid", "C-TAG.VID value"},
    {"pfcp.s_tag.pcp", "S-TAG.PCP value"},
    {"pfcp.ethertype", "Ethertype"},
    {"pfcp.max_ul_pr", "Maximum Uplink Packet Rate.Packet Rate"},
    {"pfcp.weight", "Weight"},
    {"pfcp.qos_monitoring_measurement.uplink", "Uplink packet delay"},
    {"pfcp.up_function_features.ftup", "UP Function Features.FTUP"},
    {"pfcp.up_function_features.ueip", "UP Function Features.UEIP"},
    {"pfcp.up_function_features.vtime", "UP Function Features.VTIME"},
    {"pfcp.up_function_features.rds", "UP Function Features.RDS"},
    {"pfcp.up_function_features.quasf", "UP Function Features.QUASF"},
    {"pfcp.up_function_features.upidp", "UP Function Features.UPIDP"},
    {"pfcp.cp_function_features.ovrl", "CP Function Features.OVRL"},
    {"pfcp.cp_function_features.rpgur", "CP Function Features.RPGUR"},
    {"pfcp.user_id.supi", "User ID.SUPI"},
    {"pfcp.user_id.pei", "User ID.PEI"},
};
// Fields that tshark uses for other IEs too (Failed Rule ID, SMF Set ID, ...) or cuts (bit 32 of a rule identity): compared in the
// captures only, which have none of those.
constexpr Pair shared[] = {
    {"pfcp.srr_id_value", "SRR ID"},
    {"pfcp.bar_id", "BAR ID"},
    {"pfcp.flow_desc", "Flow Description"},
    {"pfcp.node_id_fqdn", "Node ID FQDN"},
    {"pfcp.node_id_ipv6", "Node ID IPv6"},
    {"pfcp.node_id_ipv4", "Node ID IPv4"},
    {"pfcp.pdr_id", "PDR ID"},
    {"pfcp.far_id", "FAR ID"},
    {"pfcp.urr_id", "URR ID"},
    {"pfcp.qer_id", "QER ID"},
    {"pfcp.network_instance", "Network Instance"},
};

// "a[0].b[1]" as "a.b"
std::string without_indices(const std::string& path) {
  std::string out;
  bool inside = false;
  for (char c : path) {
    if (c == '[') inside = true;
    if (!inside) out += c;
    if (c == ']') inside = false;
  }
  return out;
}

std::string normal(std::string value) {
  if (value == "true") return "1";
  if (value == "false") return "0";
  if (value.starts_with("0x")) return std::to_string(std::stoull(value, nullptr, 16));
  return value;
}

// Differences between what tshark reads in the fields and what we print, "" when there is none.
std::string differences(const pfcp::Packet& packet, const std::vector<Pair>& table, const std::vector<std::string>& row, int& compared) {
  codec::Tree tree;
  print(packet, tree);
  std::string out;
  for (size_t i = 0; i < table.size(); ++i) {
    std::multiset<std::string> ours, theirs;
    std::string leaf = table[i].leaf;
    for (const auto& one : tree.leaves()) {
      std::string path = without_indices(one.path);
      bool hit = leaf[0] == '@' ? path == pfcp::message_name(type_of(packet.body)) + leaf.substr(1) : path.ends_with('.' + leaf);
      if (hit) ours.insert(normal(one.value));
    }
    if (i < row.size() && !row[i].empty()) {
      for (const auto& value : cut(row[i], '|')) theirs.insert(normal(value));
    }
    compared += static_cast<int>(ours.size());
    // Flags in octets that an older release does not send are false for us and absent for tshark.
    if (theirs.empty() && std::all_of(ours.begin(), ours.end(), [](const auto& v) { return v == "0"; })) continue;
    if (ours == theirs) continue;
    out += std::string(table[i].field) + ": tshark";
    for (const auto& v : theirs) out += " " + v;
    out += ", we";
    for (const auto& v : ours) out += " " + v;
    out += "\n";
  }
  return out;
}

std::vector<Pair> known_pairs(bool with_shared) {
  std::vector<Pair> out(std::begin(pairs), std::end(pairs));
  if (with_shared) out.insert(out.end(), std::begin(shared), std::end(shared));
  return out;
}

void compare(const std::string& name, const std::vector<pfcp::Packet>& packets, bool with_shared) {
  std::vector<Bytes> payloads;
  for (const auto& packet : packets) payloads.push_back(*encode(packet));
  auto table = known_pairs(with_shared);
  std::vector<std::string> fields;
  for (const auto& pair : table) fields.push_back(pair.field);
  auto rows = dissect(write_pcap(name, payloads, pfcp::udp_port), fields);
  ASSERT_EQ(rows.size(), packets.size());
  std::map<std::string, int> reported;
  int compared = 0;
  for (size_t i = 0; i < packets.size(); ++i) {
    auto text = differences(packets[i], table, rows[i], compared);
    if (text.empty() || reported[text.substr(0, text.find(':'))]++ > 0) continue;
    ADD_FAILURE() << pfcp::message_name(type_of(packets[i].body)) << ": " << text << to_hex(payloads[i]);
  }
  std::printf("%zu messages, %d values compared\n", packets.size(), compared);
}

TEST(PfcpTshark, captured_messages_have_the_values_that_tshark_reads) {
  if (!have_tshark()) GTEST_SKIP() << "tshark is not installed";
  std::vector<pfcp::Packet> packets;
  std::ifstream in("tests/vectors/pfcp_captures.txt");
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') packets.push_back(*pfcp::decode(*from_hex(line)));
  }
  compare("pfcp_captured.pcap", packets, true);
}

TEST(PfcpTshark, random_messages_have_the_values_that_tshark_reads) {
  if (!have_tshark()) GTEST_SKIP() << "tshark is not installed";
  Random random(12);
  std::vector<pfcp::Packet> packets;
  for (uint8_t type : pfcp_types) {
    for (int i = 0; i < 20; ++i) {
      auto packet = pfcp::random_packet(type, random);
      if (!excluded(packet)) packets.push_back(std::move(packet));
    }
  }
  compare("pfcp_values.pcap", packets, false);
}

TEST(PfcpTshark, random_messages_dissect_without_complaint) {
  if (!have_tshark()) GTEST_SKIP() << "tshark is not installed";
  Random random(11);
  std::vector<Bytes> payloads;
  std::vector<std::string> texts;
  int left_out = 0;
  for (uint8_t type : pfcp_types) {
    for (int i = 0; i < 40; ++i) {
      auto packet = pfcp::random_packet(type, random);
      if (excluded(packet)) {
        ++left_out;
        continue;
      }
      payloads.push_back(*encode(packet));
      codec::Tree tree;
      print(packet, tree);
      texts.push_back(tree.text());
    }
  }
  auto found = complaints(write_pcap("pfcp_random.pcap", payloads, pfcp::udp_port));
  for (const auto& [text, count] : found.by_text) {
    auto frame = static_cast<size_t>(found.frame_of[text]);
    ADD_FAILURE() << count << " times: " << text << "; first in frame " << frame << ": " << to_hex(payloads[frame - 1]) << "\n" << texts[frame - 1];
  }
  std::printf("%zu messages dissected, %d left out\n", payloads.size(), left_out);
}

TEST(GtpuTshark, random_messages_dissect_without_complaint) {
  if (!have_tshark()) GTEST_SKIP() << "tshark is not installed";
  Random random(13);
  std::vector<Bytes> payloads;
  std::vector<std::string> texts;
  for (uint8_t type : {1, 2, 26, 31, 253, 254, 255}) {
    for (int i = 0; i < 60; ++i) {
      auto message = gtpu::random_message(type, random);
      if (!message.payload.empty()) {
        // An inner packet that a dissector likes: IPv4 with an unassigned protocol and no checksum offence
        message.payload = udp_datagram(message.payload, {IpAddress(Octets<4>{10, 0, 0, 1}), 40000}, {IpAddress(Octets<4>{10, 0, 0, 2}), 40001});
      }
      payloads.push_back(*encode(message));
      codec::Tree tree;
      print(message, tree);
      texts.push_back(tree.text());
    }
  }
  auto found = complaints(write_pcap("gtpu_random.pcap", payloads, gtpu::udp_port));
  for (const auto& [text, count] : found.by_text) {
    auto frame = static_cast<size_t>(found.frame_of[text]);
    ADD_FAILURE() << count << " times: " << text << "; first in frame " << frame << ": " << to_hex(payloads[frame - 1]) << "\n" << texts[frame - 1];
  }
  std::printf("%zu messages dissected\n", payloads.size());
}

}  // namespace
}  // namespace sen
