// The rules of a session for its UPF (TS 29.244 5.2, 5.4; TS 23.501 5.8.2), as PFCP requests. Pure functions.
//
//   PDR  1 downlink by UE address            -> FAR 1 to access (BUFF and NOCP while there is no gNB tunnel)
//        2 uplink by F-TEID                  -> FAR 2 to the data network
//        3 router advertisements from the CP -> FAR 1          (IPv6 only)
//        4 router solicitations              -> FAR 3 to the CP (IPv6 only)
//        10+2*q, 11+2*q down- and uplink of the further QoS flow with QFI q, before PDR 1 and 2
//        200+q forwards downlink packets of QFI q during an N2 handover -> FAR 4 to the target gNB
//   QER  q of the flow with QFI q: its QFI, MFBR and GFBR
//        100 session AMBR, named by the PDRs of every non-GBR flow (TS 23.501 5.7.2.6)
//        200+q the QFI of forwarded packets
//   URR 1, BAR 1
#pragma once

#include "codec/pfcp/message.h"
#include "core/smf/config.h"
#include "core/smf/detail/session.h"

namespace sen::smf::detail {

inline constexpr uint16_t pdr_downlink = 1, pdr_uplink = 2, pdr_advertisement = 3, pdr_solicitation = 4;
inline constexpr uint32_t far_access = 1, far_core = 2, far_cp = 3, far_forwarding = 4;

// `choose`: the UPF assigns the F-TEIDs; else those in the session are given. `restore`: they were assigned by the UPF before its restart.
pfcp::SessionEstablishmentRequest establishment(const Session& session, const SmfConfig& config, const pfcp::NodeId& own_id, bool choose,
                                                bool restore);
// Downlink to `gnb`; empty: buffer and notify. `end_marker`: the UPF sends end markers to the tunnel used before (29.244 5.2.2.2.1).
pfcp::SessionModificationRequest downlink_to(const Session& session, const Tunnel& gnb, bool end_marker);
// Discard what is buffered.
pfcp::SessionModificationRequest drop_buffered();
// Indirect forwarding during an N2 handover (TS 23.502 4.9.1.3.2 step 11): packets of these flows that the source gNB sends into a tunnel
// that the UPF chooses go to the target's forwarding tunnel; and the end of it.
pfcp::SessionModificationRequest forward_data(const Session& session, const Tunnel& target, const std::vector<Qfi>& flows);
pfcp::SessionModificationRequest stop_forwarding(const std::vector<Qfi>& flows);
// The tunnel that the UPF chose. Errors: missing, invalid.
Result<Tunnel> forwarding_tunnel(const std::vector<pfcp::CreatedPdr>& created, Qfi flow);
// From `old_ambr` and `old_flows` to what the session holds now.
pfcp::SessionModificationRequest change_qos(const Session& session);

// What the UPF answered to the F-TEIDs it was to choose. Errors: missing, invalid.
Status take_created(Session& session, const std::vector<pfcp::CreatedPdr>& created);

pfcp::FSeid cp_f_seid(const Session& session, const SmfConfig& config);

}  // namespace sen::smf::detail
