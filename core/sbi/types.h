// Data types that several services share (TS 29.571), with the JSON member names of the TS.
#pragma once

#include "core/sbi/problem.h"
#include "nr/ids.h"

namespace sen::sbi {

enum class AccessType : uint8_t { threegpp, non_3gpp };
constexpr auto json_names(AccessType) { return std::to_array<std::string_view>({"3GPP_ACCESS", "NON_3GPP_ACCESS"}); }

enum class RatType : uint8_t { nr, nr_redcap, nr_leo, nr_geo };
constexpr auto json_names(RatType) { return std::to_array<std::string_view>({"NR", "NR_REDCAP", "NR_LEO", "NR_GEO"}); }

enum class PduSessionType : uint8_t { ipv4, ipv6, ipv4v6, unstructured, ethernet };
constexpr auto json_names(PduSessionType) {
  return std::to_array<std::string_view>({"IPV4", "IPV6", "IPV4V6", "UNSTRUCTURED", "ETHERNET"});
}

enum class SscMode : uint8_t { mode_1, mode_2, mode_3 };
constexpr auto json_names(SscMode) { return std::to_array<std::string_view>({"SSC_MODE_1", "SSC_MODE_2", "SSC_MODE_3"}); }

enum class UpCnxState : uint8_t { activated, deactivated, activating, suspended };
constexpr auto json_names(UpCnxState) { return std::to_array<std::string_view>({"ACTIVATED", "DEACTIVATED", "ACTIVATING", "SUSPENDED"}); }

// Bits per second. JSON writes "1 Gbps" (TS 29.571 5.5.2).
struct BitRate {
  uint64_t bps = 0;
  bool operator==(const BitRate&) const = default;
};
// The largest unit of bps, Kbps, Mbps, Gbps, Tbps that needs no fraction.
std::string to_string(BitRate rate);

// Aggregate maximum bit rate of a UE or a session (TS 29.571 5.5.4.2).
struct Ambr {
  BitRate uplink;
  BitRate downlink;

  template <class V>
  static constexpr void fields(V&& v) {
    v("uplink", &Ambr::uplink);
    v("downlink", &Ambr::downlink);
  }
  bool operator==(const Ambr&) const = default;
};

enum class PreemptionCapability : uint8_t { not_preempt, may_preempt };
constexpr auto json_names(PreemptionCapability) { return std::to_array<std::string_view>({"NOT_PREEMPT", "MAY_PREEMPT"}); }

enum class PreemptionVulnerability : uint8_t { not_preemptable, preemptable };
constexpr auto json_names(PreemptionVulnerability) { return std::to_array<std::string_view>({"NOT_PREEMPTABLE", "PREEMPTABLE"}); }

// Allocation and retention priority (TS 29.571 5.5.4.1); priority level 1 (highest) to 15.
struct Arp {
  uint8_t priority_level = 8;
  PreemptionCapability preempt_cap = PreemptionCapability::not_preempt;
  PreemptionVulnerability preempt_vuln = PreemptionVulnerability::not_preemptable;

  template <class V>
  static constexpr void fields(V&& v) {
    v("priorityLevel", &Arp::priority_level);
    v("preemptCap", &Arp::preempt_cap);
    v("preemptVuln", &Arp::preempt_vuln);
  }
  bool operator==(const Arp&) const = default;
};

// The default QoS flow of a subscribed DNN (SubscribedDefaultQos, TS 29.571 5.5.4.3).
struct SubscribedDefaultQos {
  uint8_t five_qi = 9;
  Arp arp;

  template <class V>
  static constexpr void fields(V&& v) {
    v("5qi", &SubscribedDefaultQos::five_qi);
    v("arp", &SubscribedDefaultQos::arp);
  }
  bool operator==(const SubscribedDefaultQos&) const = default;
};

// Where the UE is (UserLocation.nrLocation, TS 29.571 5.4.4.9): TAI, cell (36 bit NR cell identity in the TAI's or its own PLMN), and the
// age of that knowledge in minutes.
struct NrLocation {
  Tai tai;
  Plmn cell_plmn;
  uint64_t nr_cell_id = 0;
  std::optional<uint16_t> age_of_location_information;

  template <class V>
  static constexpr void fields(V&& v) {
    v("tai", &NrLocation::tai);
    v("plmnId", &NrLocation::cell_plmn);
    v("nrCellId", &NrLocation::nr_cell_id);
    v("ageOfLocationInformation", &NrLocation::age_of_location_information);
  }
  bool operator==(const NrLocation&) const = default;
};

// An NGAP cause as the SMF is told it (NgApCause, TS 29.571 5.4.4.12): group 0 radioNetwork, 1 transport, 2 nas, 3 protocol, 4 misc.
struct NgApCause {
  uint8_t group = 0;
  uint16_t value = 0;

  template <class V>
  static constexpr void fields(V&& v) {
    v("group", &NgApCause::group);
    v("value", &NgApCause::value);
  }
  bool operator==(const NgApCause&) const = default;
};

}  // namespace sen::sbi
