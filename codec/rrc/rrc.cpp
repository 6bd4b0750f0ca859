#include "codec/rrc/rrc.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "base/ensure.h"
#include "codec/rrc/rrc_channels.h"
#include "codec/rrc/rrc_inter_node.h"

namespace sen::rrc {
namespace {

const void* member_at(const void* base, const per::Field& field) { return static_cast<const std::byte*>(base) + field.offset; }
void* member_at(void* base, const per::Field& field) { return static_cast<std::byte*>(base) + field.offset; }

// A channel's message reaches a message's contents through SEQUENCEs of one component ("message", "rrcSetupRequest"), the component
// criticalExtensions, and CHOICEs (c1, c2, the message, its version).
const per::Field* way_down(const per::Type& sequence) {
  if (sequence.kind != per::Kind::sequence) return nullptr;
  if (sequence.field_count == 1) return &sequence.fields[0];
  for (int i = 0; i < sequence.field_count; ++i) {
    if (std::strcmp(sequence.fields[i].name, "criticalExtensions") == 0) return &sequence.fields[i];
  }
  return nullptr;
}

constexpr int deepest = 8;  // levels from a channel's message to its contents

bool reaches(const per::Type& type, const per::Type& wanted, int depth) {
  if (&type == &wanted) return true;
  if (depth >= deepest) return false;
  if (type.kind == per::Kind::choice) {
    return std::any_of(type.fields, type.fields + type.field_count,
                       [&](const per::Field& field) { return reaches(*field.type, wanted, depth + 1); });
  }
  const per::Field* field = way_down(type);
  return field && !field->access && reaches(*field->type, wanted, depth + 1);
}

// The message itself: the first value below the channel's CHOICEs that is not one.
struct Found {
  const char* name = nullptr;
  const per::Type* type = nullptr;
  const void* value = nullptr;
};

Found message_of(const per::Type& type, const void* value) {
  Found found{type.name, &type, value};
  if (const per::Field* field = way_down(type)) found = {field->name, field->type, member_at(value, *field)};
  while (found.type && found.type->kind == per::Kind::choice) {
    const auto& choice = *static_cast<const per::Choice*>(found.value);
    if (!choice.chosen() || choice.index() >= found.type->field_count) return {};
    const per::Field& field = found.type->fields[choice.index()];
    found = {field.name, field.type, choice.value()};
  }
  return found;
}

static_assert(std::is_same_v<RrcTransactionIdentifier, uint8_t>);

const per::Field* transaction_field(const per::Type* message) {
  if (!message || message->kind != per::Kind::sequence || message->field_count == 0) return nullptr;
  return std::strcmp(message->fields[0].name, "rrc-TransactionIdentifier") == 0 ? &message->fields[0] : nullptr;
}

}  // namespace

Status decode_padded(const per::Type& type, void* value, ByteView bytes) {
  SEN_ASSIGN(const size_t used, per::decode_front(type, value, bytes, per::Variant::unaligned));
  const ByteView rest = bytes.subspan(used);
  if (std::any_of(rest.begin(), rest.end(), [](uint8_t octet) { return octet != 0; })) {
    return fail(Fault::invalid, type.name, "{} octets are left after the value and are not padding", rest.size());
  }
  return {};
}

const void* find_value(const per::Type& type, const void* value, const per::Type& wanted) {
  const per::Type* at = &type;
  for (int depth = 0; depth <= deepest; ++depth) {
    if (at == &wanted) return value;
    if (at->kind == per::Kind::choice) {
      const auto& choice = *static_cast<const per::Choice*>(value);
      if (!choice.chosen() || choice.index() >= at->field_count) return nullptr;
      at = at->fields[choice.index()].type;
      value = choice.value();
    } else {
      const per::Field* field = way_down(*at);
      if (!field || field->access) return nullptr;
      at = field->type;
      value = member_at(value, *field);
    }
  }
  return nullptr;
}

void* choose_value(const per::Type& type, void* value, const per::Type& wanted) {
  const per::Type* at = &type;
  for (int depth = 0; at != &wanted; ++depth) {
    ensure(depth < deepest);  // the channel has a message with these contents
    if (at->kind == per::Kind::choice) {
      uint16_t i = 0;
      while (i < at->field_count && !reaches(*at->fields[i].type, wanted, depth + 1)) ++i;
      ensure(i < at->field_count);  // the channel has a message with these contents
      value = static_cast<per::Choice*>(value)->choose_of(*at, i);
      at = at->fields[i].type;
    } else {
      const per::Field* field = way_down(*at);
      ensure(field && !field->access);  // the channel has a message with these contents
      value = member_at(value, *field);
      at = field->type;
    }
  }
  return value;
}

std::optional<uint8_t> transaction_id(const per::Type& type, const void* value) {
  const Found message = message_of(type, value);
  const per::Field* field = transaction_field(message.type);
  if (!field) return std::nullopt;
  return *static_cast<const uint8_t*>(member_at(message.value, *field));
}

void set_transaction_id(const per::Type& type, void* value, uint8_t id) {
  const Found message = message_of(type, value);
  const per::Field* field = transaction_field(message.type);
  if (field) *static_cast<uint8_t*>(const_cast<void*>(member_at(message.value, *field))) = id;
}

const char* message_name(const per::Type& type, const void* value) {
  const Found message = message_of(type, value);
  return message.name && message.type->kind != per::Kind::rest ? message.name : "unknown";
}

std::span<const ChannelType> channels() {
  static constexpr ChannelType all[] = {
      {"BCCH-BCH-Message", "nr-rrc.bcch.bch", &BcchBchMessage::per_type},
      {"BCCH-DL-SCH-Message", "nr-rrc.bcch.dl.sch", &BcchDlSchMessage::per_type},
      {"DL-CCCH-Message", "nr-rrc.dl.ccch", &DlCcchMessage::per_type},
      {"DL-DCCH-Message", "nr-rrc.dl.dcch", &DlDcchMessage::per_type},
      {"PCCH-Message", "nr-rrc.pcch", &PcchMessage::per_type},
      {"UL-CCCH-Message", "nr-rrc.ul.ccch", &UlCcchMessage::per_type},
      {"UL-CCCH1-Message", "nr-rrc.ul.ccch1", &UlCcch1Message::per_type},
      {"UL-DCCH-Message", "nr-rrc.ul.dcch", &UlDcchMessage::per_type},
      {"HandoverCommand", "", &HandoverCommand::per_type},
      {"HandoverPreparationInformation", "", &HandoverPreparationInformation::per_type},
  };
  return all;
}

}  // namespace sen::rrc
