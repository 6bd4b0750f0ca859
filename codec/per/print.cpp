#include "codec/per/detail/access.h"
#include "codec/per/per.h"

namespace sen::per {
namespace {

using codec::Scope;
using codec::Tree;

std::string bit_text(const BitString& bits) {
  std::string out(bits.size(), '0');
  for (size_t i = 0; i < bits.size(); ++i) out[i] = bits.bit(i) ? '1' : '0';
  return out;
}

const char* to_string(Criticality criticality) {
  static const char* const names[] = {"reject", "ignore", "notify"};
  return names[static_cast<uint8_t>(criticality) % 3];
}

void print_raw(const RawIe& ie, Tree& tree) {
  Scope scope(tree, "id-" + std::to_string(ie.id));
  tree.leaf("criticality", to_string(ie.criticality));
  tree.opaque("value", ie.value);
}

void print_enumerated(const Type& type, const void* value, std::string_view name, Tree& tree) {
  const uint64_t number = load_number(type, value);
  if (number < type.field_count) {
    tree.leaf(name, type.names[number]);
  } else {
    tree.leaf(name, "unknown (" + std::to_string(number) + ")");
  }
}

void print_fields(const Type& type, const void* base, Tree& tree) {
  for (int i = 0; i < type.field_count; ++i) {
    const Field& field = type.fields[i];
    const void* value = member(field, base);
    if (!value) continue;
    if (field.type->kind == Kind::ies && field.presence == Presence::mandatory) {
      print(*field.type, value, "", tree);  // protocolIEs: the IEs stand directly below their message
    } else {
      print(*field.type, value, field.name, tree);
    }
  }
}

void print_ies(const Type& type, const void* base, Tree& tree) {
  auto* extra = extras_of(type, base);
  if (!extra || extra->entries.empty()) return print_fields(type, base, tree);
  uint64_t listed[max_ies / 64] = {};
  for (const auto& entry : extra->entries) {
    if (entry.form == Extras::Form::raw) {
      print_raw(entry.ie, tree);
      continue;
    }
    const int i = find_ie(type, entry.ie.id, 0);
    if (i < 0) continue;
    listed[i / 64] |= uint64_t{1} << i % 64;
    const void* value = entry.form == Extras::Form::member ? member(type.fields[i], base) : nullptr;
    if (value) print(*type.fields[i].type, value, type.fields[i].name, tree);
  }
  for (int i = 0; i < type.field_count; ++i) {
    const void* value = member(type.fields[i], base);
    if (value && !(listed[i / 64] >> i % 64 & 1)) print(*type.fields[i].type, value, type.fields[i].name, tree);
  }
}

void print_choice(const Type& type, const Choice& choice, Tree& tree) {
  if (!choice.chosen()) return;
  if (choice.index() == Choice::unknown) {
    const auto& raw = *static_cast<const UnknownAlternative*>(choice.value());
    tree.opaque("extension-" + std::to_string(raw.number), raw.value);
    return;
  }
  const Field& field = type.fields[choice.index()];
  if (choice.index() < type.field_count) return print(*field.type, choice.value(), field.name, tree);
  Scope scope(tree, type.fields[type.root_count - 1].name);
  print(*field.type, choice.value(), field.name, tree);
}

void print_constructed(const Type& type, const void* value, Tree& tree) {
  switch (type.kind) {
    case Kind::sequence: {
      print_fields(type, value, tree);
      if (auto* extra = extras_of(type, value)) {
        for (const auto& a : extra->additions) tree.opaque("addition-" + std::to_string(a.number), a.value);
      }
      break;
    }
    case Kind::sequence_of: {
      const void* data = type.list->data(value);
      for (size_t i = 0, n = type.list->size(value); i < n; ++i) {
        Scope scope(tree, i);
        print(*type.element, at(data, i * type.list->stride), "", tree);
      }
      break;
    }
    case Kind::choice: print_choice(type, *static_cast<const Choice*>(value), tree); break;
    case Kind::ies: print_ies(type, value, tree); break;
    default: break;
  }
}

}  // namespace

void print(const Type& type, const void* value, std::string_view name, Tree& tree) {
  switch (type.kind) {
    case Kind::null: return tree.leaf(name, "");
    case Kind::boolean: return tree.leaf(name, *static_cast<const bool*>(value));
    case Kind::integer:
      if (type.is_signed) return tree.leaf(name, static_cast<int64_t>(load_number(type, value)));
      return tree.leaf(name, load_number(type, value));
    case Kind::enumerated: return print_enumerated(type, value, name, tree);
    case Kind::bit_string:
      if (type.storage) {
        return tree.leaf(name, bit_text(BitString(static_cast<const Bits<1>*>(value)->value, static_cast<unsigned>(type.low))));
      }
      return tree.leaf(name, bit_text(*static_cast<const BitString*>(value)));
    case Kind::octet_string:
      if (type.storage) return tree.leaf(name, ByteView(static_cast<const uint8_t*>(value), static_cast<size_t>(type.low)));
      return tree.leaf(name, ByteView(*static_cast<const Bytes*>(value)));
    case Kind::text:
    case Kind::utf8: return tree.leaf(name, *static_cast<const std::string*>(value));
    case Kind::object_identifier: return tree.leaf(name, static_cast<const ObjectIdentifier*>(value)->text());
    case Kind::open: return tree.leaf(name, ByteView(*static_cast<const Bytes*>(value)));
    case Kind::rest: {
      const BitString& bits = static_cast<const Rest*>(value)->bits;
      return bits.size() ? tree.opaque(name, bits.bytes()) : tree.leaf(name, "");
    }
    case Kind::containing: return print(*type.element, value, name, tree);
    case Kind::single_ie: {
      Scope scope(tree, name);
      return print_raw(*static_cast<const RawIe*>(value), tree);
    }
    default: break;
  }
  if (name.empty()) return print_constructed(type, value, tree);
  Scope scope(tree, name);
  print_constructed(type, value, tree);
}

}  // namespace sen::per
