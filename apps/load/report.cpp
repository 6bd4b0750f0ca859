#include "apps/load/report.h"

#include <fmt/core.h>

namespace sen::load {
namespace {

double ms(Duration d) { return static_cast<double>(d.count()) / 1e6; }
double seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }

std::string json_string(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + '"';
}

std::string rate_text(double bps) {
  if (bps >= 1e9) return fmt::format("{:.2f} Gbit/s", bps / 1e9);
  return fmt::format("{:.2f} Mbit/s", bps / 1e6);
}

std::string json_throughput(const Throughput& t) {
  return fmt::format("{{\"packets\": {}, \"octets\": {}, \"seconds\": {:.6f}, \"bits_per_second\": {:.0f}}}", t.packets, t.octets,
                     seconds(t.duration), t.bits_per_second());
}

}  // namespace

const char* to_string(Step step) {
  switch (step) {
    case Step::ng_setup: return "NG setup";
    case Step::registration: return "registration";
    case Step::session: return "PDU session";
    case Step::ipv6_prefix: return "IPv6 prefix";
    case Step::ping_ipv4: return "ping IPv4";
    case Step::ping_ipv6: return "ping IPv6";
    case Step::uplink: return "uplink";
    case Step::downlink: return "downlink";
    case Step::an_release: return "AN release";
    case Step::service_request: return "service request";
    case Step::session_release: return "session release";
    case Step::deregistration: return "deregistration";
    case Step::reregistration: return "registration by GUTI";
    case Step::switch_off: return "switch-off";
    case Step::count: break;
  }
  return "";
}

std::string LoadReport::table() const {
  std::string out = fmt::format("{:<22} {:>9} {:>7} {:>10} {:>10} {:>10} {:>10}\n", "step", "done", "failed", "p50 ms", "p90 ms", "p99 ms", "max ms");
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto& s = steps[i];
    if (s.done + s.failed == 0) continue;
    const auto& l = s.latency;
    out += fmt::format("{:<22} {:>9} {:>7} {:>10.3f} {:>10.3f} {:>10.3f} {:>10.3f}\n", to_string(static_cast<Step>(i)), s.done, s.failed,
                       ms(l.percentile(0.5)), ms(l.percentile(0.9)), ms(l.percentile(0.99)), ms(l.max()));
  }
  if (pings_sent + pings_v6_sent > 0) {
    out += fmt::format("pings answered: {}/{} over IPv4, {}/{} over IPv6\n", pings_answered, pings_sent, pings_v6_answered, pings_v6_sent);
  }
  if (uplink.packets) out += fmt::format("uplink sent: {} in {} packets of IP\n", rate_text(uplink.bits_per_second()), uplink.packets);
  if (downlink.packets) {
    double share = downlink_requested_octets ? 100.0 * static_cast<double>(downlink.octets) / static_cast<double>(downlink_requested_octets) : 0;
    out += fmt::format("downlink received: {} in {} packets of IP, {:.1f} % of what was asked for\n", rate_text(downlink.bits_per_second()),
                       downlink.packets, share);
  }
  for (const auto& [text, count] : failures) out += fmt::format("failed {} times: {}\n", count, text);
  double s = seconds(duration);
  out += fmt::format("{} of {} UEs done, {} failed, in {:.3f} s ({:.1f} UEs/s)\n", ues_done, ues, ues_failed, s,
                     s > 0 ? static_cast<double>(ues_done) / s : 0.0);
  return out;
}

std::string LoadReport::json() const {
  std::string out = fmt::format("{{\n  \"ues\": {}, \"done\": {}, \"failed\": {}, \"seconds\": {:.6f},\n  \"steps\": {{", ues, ues_done, ues_failed,
                                seconds(duration));
  const char* comma = "";
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto& s = steps[i];
    if (s.done + s.failed == 0) continue;
    const auto& l = s.latency;
    out += fmt::format("{}\n    {}: {{\"done\": {}, \"failed\": {}, \"mean_ms\": {:.6f}, \"p50_ms\": {:.6f}, \"p90_ms\": {:.6f}, \"p99_ms\": {:.6f}, "
                       "\"max_ms\": {:.6f}}}",
                       comma, json_string(to_string(static_cast<Step>(i))), s.done, s.failed, ms(l.mean()), ms(l.percentile(0.5)),
                       ms(l.percentile(0.9)), ms(l.percentile(0.99)), ms(l.max()));
    comma = ",";
  }
  out += fmt::format("\n  }},\n  \"pings\": {{\"ipv4\": {{\"sent\": {}, \"answered\": {}}}, \"ipv6\": {{\"sent\": {}, \"answered\": {}}}}},\n", pings_sent,
                     pings_answered, pings_v6_sent, pings_v6_answered);
  out += fmt::format("  \"uplink\": {},\n  \"downlink\": {},\n  \"failures\": {{", json_throughput(uplink), json_throughput(downlink));
  comma = "";
  for (const auto& [text, count] : failures) {
    out += fmt::format("{}\n    {}: {}", comma, json_string(text), count);
    comma = ",";
  }
  return out + "\n  }\n}\n";
}

}  // namespace sen::load
