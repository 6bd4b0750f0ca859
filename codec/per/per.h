// Packed Encoding Rules (ITU-T X.691), both variants, canonical encoding: one interpreter over the tables of codec/per/type.h.
//
// Decoding is strict: every constraint is checked, nothing is read past the end, nesting is at most 64 deep, a list grows only as its
// elements arrive (at most 65,536), whole octets left over are an error (padding bits are ignored). The object decoded into must be
// freshly constructed. What a newer peer adds is kept (values.h: Extras, Choice::unknown) and encoded again unchanged.
// Errors name the place by ASN.1 names: "InitialUEMessage.UserLocationInformation.userLocationInformationNR.tAI".
// Pure functions, any thread. Cost: about 20 ns a field.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "codec/per/type.h"
#include "codec/per/values.h"
#include "codec/tree.h"

namespace sen::per {

enum class Variant : uint8_t { aligned, unaligned };

// One finding about an information element (TS 38.413 9.3.1.3, 10.3).
struct IeProblem {
  enum class Type : uint8_t { not_understood, missing };
  Criticality criticality = Criticality::ignore;
  uint16_t id = 0;
  Type type = Type::not_understood;
};

// What a decoder noticed besides the value, in order of appearance.
struct Findings {
  std::vector<IeProblem> problems;
  bool wrong_order = false;           // IEs in an order other than the standard's
  bool too_many_occurrences = false;  // an IE came twice; the second one is in Extras
};

// Decodes a value of `type` from the whole of `bytes`. `findings` may be null.
Status decode(const Type& type, void* value, ByteView bytes, Variant variant, Findings* findings = nullptr);
// Decodes a value of `type` from the front of `bytes`; the octets that it took.
Result<size_t> decode_front(const Type& type, void* value, ByteView bytes, Variant variant);
// Appends the complete encoding (at least one octet) to `out`.
Status encode(const Type& type, const void* value, Variant variant, Bytes& out);
// Prints the value's leaves below `name`.
void print(const Type& type, const void* value, std::string_view name, codec::Tree& tree);
// Fills a freshly constructed value with random content within its constraints, extensions included.
void randomize(const Type& type, void* value, Random& random);

// The same for a generated struct or CHOICE T.
template <class T>
Result<T> decode(ByteView bytes, Variant variant, Findings* findings = nullptr) {
  Result<T> value(std::in_place);
  if (auto status = decode(T::per_type, &*value, bytes, variant, findings); !status) return std::unexpected(std::move(status).error());
  return value;
}
template <class T>
Result<Bytes> encode(const T& value, Variant variant) {
  Bytes out;
  SEN_TRY(encode(T::per_type, &value, variant, out));
  return out;
}

}  // namespace sen::per
