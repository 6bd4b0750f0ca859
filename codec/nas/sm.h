// The 5GSM messages of TS 24.501 clause 8.3 (Release 17). Members are in the order of the standard's tables; the table of each message
// (identifiers, forms, names) stands in the .cpp file. A member Opt<T> is an optional element. See message.h for what is derived.
#pragma once

#include "codec/nas/elements.h"

namespace sen::nas {

struct PduSessionEstablishmentRequest : SmMessage {  // 8.3.1
  IntegrityDataRate integrity_rate;
  Opt<PduSessionType> type;
  Opt<SscMode> ssc_mode;
  Opt<SmCapability> capability;
  Opt<MaximumPacketFilters> maximum_packet_filters;
  Opt<AlwaysOn> always_on;
  Opt<DnRequestContainer> dn_request;
  Opt<ExtendedPco> pco;
  Opt<IpHeaderCompression> ip_header_compression;
  Opt<DsTtMac> ds_tt_mac;
  Opt<DsTtResidenceTime> ds_tt_residence;
  Opt<PortManagementContainer> port_management;
  Opt<EthernetHeaderCompression> ethernet_header_compression;
  Opt<PduAddress> suggested_interface;
  Opt<ServiceLevelAaContainer> service_level_aa;
  Opt<RequestedMbsContainer> requested_mbs;
  Opt<PduSessionPairId> pair_id;
  Opt<Rsn> rsn;

  static const Table table;
  bool operator==(const PduSessionEstablishmentRequest&) const = default;
};

struct PduSessionEstablishmentAccept : SmMessage {  // 8.3.2
  SscMode ssc_mode;
  PduSessionType type;
  QosRules qos_rules;
  SessionAmbr ambr;
  Opt<SmCause> cause;
  Opt<PduAddress> address;
  Opt<GprsTimer> rq_timer;
  Opt<MappedSNssai> s_nssai;
  Opt<AlwaysOn> always_on;
  Opt<MappedEpsBearers> mapped_eps_bearers;
  Opt<EapMessage> eap;
  Opt<QosFlowDescriptions> qos_flows;
  Opt<ExtendedPco> pco;
  Opt<Dnn> dnn;
  Opt<SmNetworkFeatureSupport> network_features;
  Opt<ServingPlmnRateControl> serving_plmn_rate;
  Opt<AtsssContainer> atsss;
  Opt<ControlPlaneOnly> control_plane_only;
  Opt<IpHeaderCompression> ip_header_compression;
  Opt<EthernetHeaderCompression> ethernet_header_compression;
  Opt<ServiceLevelAaContainer> service_level_aa;
  Opt<ReceivedMbsContainer> received_mbs;

  static const Table table;
  bool operator==(const PduSessionEstablishmentAccept&) const = default;
};

struct PduSessionEstablishmentReject : SmMessage {  // 8.3.3
  SmCause cause;
  Opt<GprsTimer3> back_off;
  Opt<AllowedSscMode> allowed_ssc;
  Opt<EapMessage> eap;
  Opt<CongestionReattempt> congestion_reattempt;
  Opt<ExtendedPco> pco;
  Opt<Reattempt> reattempt;
  Opt<ServiceLevelAaContainer> service_level_aa;

  static const Table table;
  bool operator==(const PduSessionEstablishmentReject&) const = default;
};

struct PduSessionAuthenticationCommand : SmMessage {  // 8.3.4
  EapMessage eap;
  Opt<ExtendedPco> pco;

  static const Table table;
  bool operator==(const PduSessionAuthenticationCommand&) const = default;
};

struct PduSessionAuthenticationComplete : SmMessage {  // 8.3.5
  EapMessage eap;
  Opt<ExtendedPco> pco;

  static const Table table;
  bool operator==(const PduSessionAuthenticationComplete&) const = default;
};

struct PduSessionAuthenticationResult : SmMessage {  // 8.3.6
  Opt<EapMessage> eap;
  Opt<ExtendedPco> pco;

  static const Table table;
  bool operator==(const PduSessionAuthenticationResult&) const = default;
};

struct PduSessionModificationRequest : SmMessage {  // 8.3.7
  Opt<SmCapability> capability;
  Opt<SmCause> cause;
  Opt<MaximumPacketFilters> maximum_packet_filters;
  Opt<AlwaysOn> always_on;
  Opt<IntegrityDataRate> integrity_rate;
  Opt<QosRules> qos_rules;
  Opt<QosFlowDescriptions> qos_flows;
  Opt<MappedEpsBearers> mapped_eps_bearers;
  Opt<ExtendedPco> pco;
  Opt<PortManagementContainer> port_management;
  Opt<IpHeaderCompression> ip_header_compression;
  Opt<EthernetHeaderCompression> ethernet_header_compression;
  Opt<RequestedMbsContainer> requested_mbs;
  Opt<ServiceLevelAaContainer> service_level_aa;

  static const Table table;
  bool operator==(const PduSessionModificationRequest&) const = default;
};

struct PduSessionModificationReject : SmMessage {  // 8.3.8
  SmCause cause;
  Opt<GprsTimer3> back_off;
  Opt<CongestionReattempt> congestion_reattempt;
  Opt<ExtendedPco> pco;
  Opt<Reattempt> reattempt;

  static const Table table;
  bool operator==(const PduSessionModificationReject&) const = default;
};

struct PduSessionModificationCommand : SmMessage {  // 8.3.9
  Opt<SmCause> cause;
  Opt<SessionAmbr> ambr;
  Opt<GprsTimer> rq_timer;
  Opt<AlwaysOn> always_on;
  Opt<QosRules> qos_rules;
  Opt<MappedEpsBearers> mapped_eps_bearers;
  Opt<QosFlowDescriptions> qos_flows;
  Opt<ExtendedPco> pco;
  Opt<AtsssContainer> atsss;
  Opt<IpHeaderCompression> ip_header_compression;
  Opt<PortManagementContainer> port_management;
  Opt<ServingPlmnRateControl> serving_plmn_rate;
  Opt<EthernetHeaderCompression> ethernet_header_compression;
  Opt<ReceivedMbsContainer> received_mbs;
  Opt<ServiceLevelAaContainer> service_level_aa;

  static const Table table;
  bool operator==(const PduSessionModificationCommand&) const = default;
};

struct PduSessionModificationComplete : SmMessage {  // 8.3.10
  Opt<ExtendedPco> pco;
  Opt<PortManagementContainer> port_management;

  static const Table table;
  bool operator==(const PduSessionModificationComplete&) const = default;
};

struct PduSessionModificationCommandReject : SmMessage {  // 8.3.11
  SmCause cause;
  Opt<ExtendedPco> pco;

  static const Table table;
  bool operator==(const PduSessionModificationCommandReject&) const = default;
};

struct PduSessionReleaseRequest : SmMessage {  // 8.3.12
  Opt<SmCause> cause;
  Opt<ExtendedPco> pco;

  static const Table table;
  bool operator==(const PduSessionReleaseRequest&) const = default;
};

struct PduSessionReleaseReject : SmMessage {  // 8.3.13
  SmCause cause;
  Opt<ExtendedPco> pco;

  static const Table table;
  bool operator==(const PduSessionReleaseReject&) const = default;
};

struct PduSessionReleaseCommand : SmMessage {  // 8.3.14
  SmCause cause;
  Opt<GprsTimer3> back_off;
  Opt<EapMessage> eap;
  Opt<CongestionReattempt> congestion_reattempt;
  Opt<ExtendedPco> pco;
  Opt<AccessType> access_type;
  Opt<ServiceLevelAaContainer> service_level_aa;

  static const Table table;
  bool operator==(const PduSessionReleaseCommand&) const = default;
};

struct PduSessionReleaseComplete : SmMessage {  // 8.3.15
  Opt<SmCause> cause;
  Opt<ExtendedPco> pco;

  static const Table table;
  bool operator==(const PduSessionReleaseComplete&) const = default;
};

struct SmStatus : SmMessage {  // 8.3.16
  SmCause cause;

  static const Table table;
  bool operator==(const SmStatus&) const = default;
};

struct ServiceLevelAuthenticationCommand : SmMessage {  // 8.3.17
  ServiceLevelAaContainer service_level_aa;

  static const Table table;
  bool operator==(const ServiceLevelAuthenticationCommand&) const = default;
};

struct ServiceLevelAuthenticationComplete : SmMessage {  // 8.3.18
  ServiceLevelAaContainer service_level_aa;

  static const Table table;
  bool operator==(const ServiceLevelAuthenticationComplete&) const = default;
};

struct RemoteUeReport : SmMessage {  // 8.3.19
  Opt<RemoteUes> connected;
  Opt<RemoteUes> disconnected;

  static const Table table;
  bool operator==(const RemoteUeReport&) const = default;
};

struct RemoteUeReportResponse : SmMessage {  // 8.3.20
  static const Table table;
  bool operator==(const RemoteUeReportResponse&) const = default;
};

}  // namespace sen::nas
