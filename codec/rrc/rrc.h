// NR RRC (TS 38.331 Release 17): the messages of every logical channel as plain structs, decoded from and encoded to unaligned PER.
//
// Types (generated from codec/rrc/asn1/*.asn by tools/asn1/generate.py; names in CamelCase, members in snake_case), by area, each header
// with what it needs; include what you use:
//   codec/rrc/rrc_system_information.h  BcchBchMessage (MIB), BcchDlSchMessage (SIB1, SystemInformation, all SIBs), PcchMessage (Paging)
//   codec/rrc/rrc_common_config.h       ServingCellConfigCommon(Sib), RACH, search spaces, control resource sets, BwpDownlinkCommon ...
//   codec/rrc/rrc_downlink.h, rrc_uplink.h, rrc_csi.h   the dedicated bandwidth parts: PDCCH, PDSCH, PUCCH, PUSCH, SRS; CsiMeasConfig
//   codec/rrc/rrc_cell_group.h          CellGroupConfig: RLC bearers, MAC, ServingCellConfig, ReconfigurationWithSync
//   codec/rrc/rrc_radio_bearers.h       RadioBearerConfig: PDCP, SDAP, security
//   codec/rrc/rrc_measurements.h        MeasConfig, MeasResults
//   codec/rrc/rrc_messages.h            RrcSetup, RrcReconfiguration ... each with its ...Ies
//   codec/rrc/rrc_reports.h, rrc_sidelink.h   rare messages
//   codec/rrc/rrc_channels.h            DlCcchMessage, UlCcchMessage, UlCcch1Message, DlDcchMessage, UlDcchMessage (includes all the above)
//   codec/rrc/rrc_inter_node.h          HandoverPreparationInformation, HandoverCommand
//   codec/rrc/rrc_capabilities.h        UeNrCapability
// OPTIONAL members are std::optional or per::Box (same interface), SEQUENCE OF is std::vector, CHOICE a class with kind(), `x()` (pointer,
// nullptr if another alternative is chosen) and `set_x()`; OCTET STRING (CONTAINING X) is X itself. NAS messages and the containers of UE
// capabilities are Bytes. Flags such as ENUMERATED { true } are std::optional<TrueFlag>.
//
//   auto setup = rrc::RrcSetupIes();                                  auto pdu = rrc::decode<rrc::UlDcchMessage>(bytes);
//   setup.master_cell_group.cell_group_id = 0; ...                    if (!pdu) ...  // pdu.error()
//   Result<Bytes> bytes =                                             if (auto* m = rrc::find<rrc::RrcSetupCompleteIes>(*pdu))
//     rrc::encode(rrc::message<rrc::DlCcchMessage>(setup, 1));          handle_nas(m->dedicated_nas_message);
//                                                                     uint8_t id = rrc::transaction_id(*pdu).value_or(0);
// Sizes: everything that a message can carry has the standard's limits; UE-NR-Capability is interpreted as Release 15 defines it.
// What a newer peer adds (extension groups, alternatives, values, nonCriticalExtension) is kept as bits and encoded again unchanged.
// Errors: decode() never reads past the end nor allocates out of proportion; messages that are not defined (spares) decode, and are to be
// ignored by the receiver (10.2). Pure functions, any thread. Cost: a few microseconds a message.
#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <utility>

#include "base/random.h"
#include "base/result.h"
#include "codec/per/per.h"
#include "codec/tree.h"

namespace sen::rrc {

// T: a channel's message, or any other generated struct or CHOICE (CellGroupConfig, HandoverPreparationInformation, UeNrCapability).
template <class T>
Result<T> decode(ByteView bytes) {
  return per::decode<T>(bytes, per::Variant::unaligned);
}
// The same for messages of BCCH and PCCH as they arrive, filled up with zeros to the size of the transport block (8.5).
Status decode_padded(const per::Type& type, void* value, ByteView bytes);
template <class T>
Result<T> decode_padded(ByteView bytes) {
  Result<T> value(std::in_place);
  if (auto status = decode_padded(T::per_type, &*value, bytes); !status) return std::unexpected(std::move(status).error());
  return value;
}
template <class T>
Result<Bytes> encode(const T& value) {
  return per::encode(value, per::Variant::unaligned);
}
// Leaves named as in 38.331: "DL-CCCH-Message.message.c1.rrcSetup.rrc-TransactionIdentifier".
template <class T>
void print(const T& value, codec::Tree& tree) {
  per::print(T::per_type, &value, T::per_type.name, tree);
}

// The same for untyped values, for find(), message() and transaction_id().
const void* find_value(const per::Type& type, const void* value, const per::Type& wanted);
void* choose_value(const per::Type& type, void* value, const per::Type& wanted);
std::optional<uint8_t> transaction_id(const per::Type& type, const void* value);
void set_transaction_id(const per::Type& type, void* value, uint8_t id);

// The message (RrcSetup) or its contents (RrcSetupIes) in a channel's message; nullptr if it is another message or of a later version.
template <class M, class Channel>
const M* find(const Channel& pdu) {
  return static_cast<const M*>(find_value(Channel::per_type, &pdu, M::per_type));
}
template <class M, class Channel>
M* find(Channel& pdu) {
  return const_cast<M*>(find<M>(std::as_const(pdu)));
}
// A channel's message with `contents` (RrcSetupIes, or RrcSetup as a whole), and with this transaction identifier if it has one. The
// channel must have a message with such contents.
template <class Channel, class M>
Channel message(M contents, uint8_t transaction_id = 0) {
  Channel out;
  *static_cast<M*>(choose_value(Channel::per_type, &out, M::per_type)) = std::move(contents);
  if (transaction_id) set_transaction_id(Channel::per_type, &out, transaction_id);
  return out;
}
// RRC-TransactionIdentifier; absent in messages that have none.
template <class Channel>
std::optional<uint8_t> transaction_id(const Channel& pdu) {
  return transaction_id(Channel::per_type, &pdu);
}
// The name of the message in a channel's message: "rrcSetupComplete"; "unknown" if it is of a later version.
const char* message_name(const per::Type& type, const void* value);
template <class Channel>
const char* message_name(const Channel& pdu) {
  return message_name(Channel::per_type, &pdu);
}

// The top-level types: the messages of the logical channels (TS 38.331 6.2.1) and those between nodes.
struct ChannelType {
  const char* name;         // "DL-DCCH-Message"
  const char* exported_as;  // Wireshark's name of the dissector: "nr-rrc.dl.dcch"; empty if it has none
  const per::Type* type;
};
std::span<const ChannelType> channels();

}  // namespace sen::rrc
