// The AMF's configuration, with the keys that users of Open5GS know. describe() is its one description (base/config.h).
#pragma once

#include "base/config.h"
#include "crypto/nas_security.h"
#include "nr/ids.h"

namespace sen::amf {

struct NgapServer {
  std::string address = "127.0.0.5";
  uint16_t port = 38412;
};

enum class SctpBackend : uint8_t { automatic, kernel, usrsctp, usrsctp_udp };

struct ServedTais {
  Plmn plmn{999, 70, 2};
  std::vector<Tac> tacs{1};
};

struct SupportedSlice {
  SNssai s_nssai{.sst = 1};
  std::string default_dnn;  // for UEs that name no DNN and whose subscription has no default; empty: none
};

struct PlmnSupport {
  Plmn plmn{999, 70, 2};
  std::vector<SupportedSlice> slices{SupportedSlice{}};
};

// Seconds (TS 24.501 10.2, 10.3).
struct MmTimers {
  uint32_t t3502 = 720;
  uint32_t t3512 = 540;
  uint32_t t3513 = 2;
  uint32_t t3522 = 6;
  uint32_t t3550 = 6;
  uint32_t t3555 = 6;
  uint32_t t3560 = 6;
  uint32_t t3570 = 6;
};

// Thresholds on registration and service procedures that run at the same time. Above `start` OVERLOAD START goes to the gNBs and new
// registrations get cause 22 with a back-off timer; below `stop` OVERLOAD STOP follows.
struct Overload {
  uint32_t start = 20'000;
  uint32_t stop = 15'000;
  uint32_t back_off_s = 30;
  uint8_t reduction_percent = 50;
};

// A local area data network (TS 23.501 5.6.5): its DNN, and the tracking areas of the served PLMN where it is.
struct LadnConfig {
  std::string dnn;
  std::vector<Tac> tacs;
};

// Where UEs may use services (TS 23.501 5.3.4.1.1); nothing is told when there are no tracking areas.
struct ServiceArea {
  bool not_allowed = false;
  std::vector<Tac> tacs;
  bool permits(Tac tac) const;
};

struct AmfConfig {
  std::string name = "sen5g-amf";
  std::vector<NgapServer> ngap_servers{NgapServer{}};
  SctpBackend sctp = SctpBackend::automatic;
  uint16_t udp_port = 9899;  // RFC 6951 encapsulation
  std::vector<Guami> guamis{Guami{Plmn{999, 70, 2}, 2, 1, 0}};
  std::vector<ServedTais> tais{ServedTais{}};
  std::vector<PlmnSupport> plmn_support{PlmnSupport{}};
  std::vector<crypto::IntegrityAlgorithm> integrity_order{crypto::IntegrityAlgorithm::nia2, crypto::IntegrityAlgorithm::nia1,
                                                          crypto::IntegrityAlgorithm::nia3};
  std::vector<crypto::CipherAlgorithm> ciphering_order{crypto::CipherAlgorithm::nea0, crypto::CipherAlgorithm::nea2,
                                                       crypto::CipherAlgorithm::nea1, crypto::CipherAlgorithm::nea3};
  bool strict_bidding_down = false;  // no registration without the complete request under protection (TS 33.501 6.7.2)
  uint32_t renewal_count = crypto::NasSecurity::renewal_count;  // above this NAS COUNT a UE is authenticated anew (TS 24.501 4.4.3.1)
  std::vector<LadnConfig> ladns;
  ServiceArea service_area;
  std::string network_full_name = "Sen5G";
  std::string network_short_name = "Sen5G";
  MmTimers timers;
  uint8_t relative_capacity = 255;
  Overload overload;

  bool serves(const Plmn& plmn) const;
  bool serves(const Tai& tai) const;
  const PlmnSupport* support_of(const Plmn& plmn) const;
  bool supports(const Plmn& plmn, const SNssai& slice) const;
  // The GUAMI of the PLMN, else the first.
  const Guami& guami_of(const Plmn& plmn) const;
  // "999/70-000001, 001/01-000007": what an operator compares with the gNB's.
  std::string tais_text() const;
  std::string slices_text(const Plmn& plmn) const;
};

void describe(config::Section& section, AmfConfig& config);

}  // namespace sen::amf
