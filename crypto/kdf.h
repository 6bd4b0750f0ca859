// Key derivation of TS 33.501 Annex A over the generic KDF of TS 33.220 B.2, one function per clause. Pure functions, any thread, about
// 0.3 us each. Keys are 256 bits; `low_128` (crypto/key.h) makes the algorithm key of one.
//
// snn: the serving network name, "5G:mnc001.mcc001.3gppnetwork.org" (TS 24.501 9.12.1; 3-digit MNC, zero-padded), see
// serving_network_name(). supi: the digits of the IMSI without "imsi-", or the NAI (A.7.0).
#pragma once

#include "crypto/cipher.h"
#include "crypto/key.h"

namespace sen::crypto {

// TS 33.220 B.2: HMAC-SHA-256(key, FC || P0 || L0 || P1 || L1 ...). At most 8 parameters of at most 65535 octets.
Key256 kdf(ByteView key, uint8_t fc, std::initializer_list<ByteView> parameters);

// "5G:mnc<3 digits>.mcc<3 digits>.3gppnetwork.org" from MCC and MNC digits (MNC of 2 or 3 digits); with an NID (11 hex digits) for SNPNs
// ":<nid>" follows.
std::string serving_network_name(std::string_view mcc, std::string_view mnc, std::string_view nid = {});

// A.2: K_AUSF of 5G-AKA. sqn_xor_ak is the first 6 octets of AUTN.
Key256 k_ausf(const Key128& ck, const Key128& ik, std::string_view snn, const Octets<6>& sqn_xor_ak);
// A.3: CK' and IK' of EAP-AKA' (TS 33.402 A.2 with the serving network name as access network identity).
struct CkIk {
  Key128 ck{};
  Key128 ik{};
};
CkIk ck_ik_prime(const Key128& ck, const Key128& ik, std::string_view snn, const Octets<6>& sqn_xor_ak);
// A.4: RES* (UE) or XRES* (UDM).
Key128 res_star(const Key128& ck, const Key128& ik, std::string_view snn, const Octets<16>& rand, ByteView res);
// A.5: HRES* (SEAF) or HXRES* (AUSF).
Key128 hres_star(const Octets<16>& rand, const Key128& res_star);
// A.6
Key256 k_seaf(const Key256& k_ausf, std::string_view snn);
// A.7. ABBA is 0x0000 in this release (A.7.1).
Key256 k_amf(const Key256& k_seaf, std::string_view supi, ByteView abba);

// A.8
enum class AlgorithmKeyType : uint8_t { nas_enc = 1, nas_int = 2, rrc_enc = 3, rrc_int = 4, up_enc = 5, up_int = 6 };
Key256 algorithm_key(const Key256& k_amf_or_gnb, AlgorithmKeyType type, uint8_t algorithm_identity);
// The same, already made into the object that protects packets.
CipherKey cipher_key(const Key256& k_amf_or_gnb, AlgorithmKeyType type, CipherAlgorithm algorithm);
IntegrityKey integrity_key(const Key256& k_amf_or_gnb, AlgorithmKeyType type, IntegrityAlgorithm algorithm);

enum class AccessType : uint8_t { three_gpp = 1, non_three_gpp = 2 };
// A.9: K_gNB, K_WAGF, K_TNGF or K_N3IWF; the COUNT of the last uplink NAS message (Security Mode Complete or Service Request).
Key256 k_gnb(const Key256& k_amf, uint32_t uplink_nas_count, AccessType access = AccessType::three_gpp);
// A.10: NH from K_gNB (first) or from the NH before.
Key256 next_hop(const Key256& k_amf, const Key256& sync_input);
// A.11: K_NG-RAN* towards a gNB (arfcn_dl has 24 bits). A.12: towards an ng-eNB.
Key256 k_ng_ran_star(const Key256& k_gnb_or_nh, uint16_t pci, uint32_t arfcn_dl);
Key256 k_ng_ran_star_ng_enb(const Key256& k_gnb_or_nh, uint16_t pci, uint32_t earfcn_dl);
// A.13: K_AMF' at mobility. uplink: registration (the uplink NAS COUNT); downlink: handover (the downlink NAS COUNT).
Key256 k_amf_prime(const Key256& k_amf, Direction direction, uint32_t nas_count);
// A.14.1 and A.14.2: K_ASME' from K_AMF, in idle mode (uplink NAS COUNT) and at handover (downlink NAS COUNT).
Key256 k_asme_prime_idle(const Key256& k_amf, uint32_t uplink_nas_count);
Key256 k_asme_prime_handover(const Key256& k_amf, uint32_t downlink_nas_count);
// A.15.1 and A.15.2: K_AMF' from K_ASME, in idle mode (uplink NAS COUNT of the Tracking Area Update) and at handover (NH).
Key256 k_amf_from_k_asme_idle(const Key256& k_asme, uint32_t uplink_nas_count);
Key256 k_amf_from_k_asme_handover(const Key256& k_asme, const Key256& nh);
// A.16: K_SN for dual connectivity.
Key256 k_sn(const Key256& k_ng_ran, uint16_t sn_counter);
// A.17 and A.18: steering of roaming. `list` may be empty (then P2 is absent).
Key128 sor_mac_i_ausf(const Key256& k_ausf, ByteView sor_header, uint16_t counter_sor, ByteView list);
Key128 sor_xmac_i_ue(const Key256& k_ausf, uint16_t counter_sor);
// A.19 and A.20: UE parameters update.
Key128 upu_mac_i_ausf(const Key256& k_ausf, ByteView upu_data, uint16_t counter_upu);
Key128 upu_xmac_i_ue(const Key256& k_ausf, uint16_t counter_upu);

}  // namespace sen::crypto
