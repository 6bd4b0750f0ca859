#include "nr/ids.h"

#include <algorithm>

namespace sen {

static char digit_text(unsigned nibble) { return static_cast<char>(nibble < 10 ? '0' + nibble : 'a' + nibble - 10); }

static unsigned digit_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return 15;
}

Plmn::Plmn(uint16_t mcc, uint16_t mnc, unsigned mnc_digits) {
  unsigned c1 = mcc / 100 % 10, c2 = mcc / 10 % 10, c3 = mcc % 10;
  unsigned n1 = mnc_digits == 3 ? mnc / 100 % 10 : mnc / 10 % 10;
  unsigned n2 = mnc_digits == 3 ? mnc / 10 % 10 : mnc % 10;
  unsigned n3 = mnc_digits == 3 ? mnc % 10 : 15;
  octets = {static_cast<uint8_t>(c2 << 4 | c1), static_cast<uint8_t>(n3 << 4 | c3), static_cast<uint8_t>(n2 << 4 | n1)};
}

Result<Plmn> Plmn::parse(std::string_view text) {
  std::string digits;
  for (char c : text) {
    if ((c == '/' || c == '-') && digits.size() == 3) continue;
    digits += c;
  }
  if ((digits.size() != 5 && digits.size() != 6) || !all_digits(digits)) {
    return fail(Fault::invalid, "PLMN", "\"{}\" is not MCC and MNC (\"999/70\" or \"001/001\")", text);
  }
  unsigned mnc_digits = static_cast<unsigned>(digits.size() - 3);
  auto number = [&](size_t from, size_t n) { return static_cast<uint16_t>(std::stoul(digits.substr(from, n))); };
  return Plmn(number(0, 3), number(3, mnc_digits), mnc_digits);
}

bool Plmn::valid() const {
  auto decimal = [](unsigned nibble) { return nibble < 10; };
  return decimal(octets[0] & 15) && decimal(octets[0] >> 4) && decimal(octets[1] & 15) &&
         (decimal(octets[1] >> 4) || octets[1] >> 4 == 15) && decimal(octets[2] & 15) && decimal(octets[2] >> 4);
}

uint16_t Plmn::mcc() const { return static_cast<uint16_t>((octets[0] & 15) * 100 + (octets[0] >> 4) * 10 + (octets[1] & 15)); }

uint16_t Plmn::mnc() const {
  unsigned two = (octets[2] & 15) * 10u + (octets[2] >> 4);
  return static_cast<uint16_t>(mnc_digits() == 2 ? two : two * 10 + (octets[1] >> 4));
}

std::string Plmn::mcc_text() const { return {digit_text(octets[0] & 15), digit_text(octets[0] >> 4), digit_text(octets[1] & 15)}; }

std::string Plmn::mnc_text() const {
  std::string text{digit_text(octets[2] & 15), digit_text(octets[2] >> 4)};
  if (mnc_digits() == 3) text += digit_text(octets[1] >> 4);
  return text;
}

std::string Tai::text() const { return fmt::format("{}-{:06x}", plmn.text(), tac); }

std::string SNssai::text() const { return sd ? fmt::format("{}-{:06x}", sst, *sd) : std::to_string(sst); }

std::string Guami::text() const { return fmt::format("{}-{}-{}-{}", plmn.text(), region, set, pointer); }

std::string STmsi::text() const { return fmt::format("{}-{}-{:08x}", set, pointer, tmsi); }

std::string Guti::text() const { return fmt::format("{}-{:08x}", guami.text(), tmsi); }

Result<Dnn> Dnn::from_labels(ByteView wire) {
  Dnn dnn;
  ByteReader reader(wire);
  while (!reader.empty()) {
    SEN_ASSIGN(uint8_t length, reader.u8());
    auto label = reader.take(length);
    if (!label) return fail(Fault::invalid, "DNN", "a label of {} octets where {} are left", length, reader.left());
    if (!dnn.name.empty()) dnn.name += '.';
    dnn.name += as_text(*label);
  }
  return dnn;
}

Bytes Dnn::labels() const {
  Bytes out;
  if (name.empty()) return out;
  out.reserve(wire_size());
  for (size_t at = 0; at <= name.size();) {
    size_t end = std::min(name.find('.', at), name.size());
    out.push_back(static_cast<uint8_t>(end - at));
    out.insert(out.end(), name.begin() + static_cast<std::ptrdiff_t>(at), name.begin() + static_cast<std::ptrdiff_t>(end));
    at = end + 1;
  }
  return out;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string supi_from_imsi(std::string_view digits) { return "imsi-" + std::string(digits); }

Result<std::string> imsi_from_supi(std::string_view supi) {
  if (!supi.starts_with("imsi-") || supi.size() < 10 || supi.size() > 20 || !all_digits(supi.substr(5))) {
    return fail(Fault::invalid, "SUPI", "\"{}\" is not imsi- and 5 to 15 digits", supi);
  }
  return std::string(supi.substr(5));
}

std::string digits_from_bcd(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (size_t i = 0; i < bytes.size(); ++i) {
    out += digit_text(bytes[i] & 15);
    if (i + 1 < bytes.size() || bytes[i] >> 4 != 15) out += digit_text(bytes[i] >> 4);
  }
  return out;
}

Bytes bcd_from_digits(std::string_view digits) {
  Bytes out((digits.size() + 1) / 2, 0xf0);
  for (size_t i = 0; i < digits.size(); ++i) {
    unsigned nibble = digit_value(digits[i]);
    out[i / 2] = static_cast<uint8_t>(i % 2 ? (out[i / 2] & 15) | nibble << 4 : 0xf0 | nibble);
  }
  return out;
}

}  // namespace sen
