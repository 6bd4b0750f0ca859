#include "rlc_pdcp/rlc/pdu.h"

namespace sen::l2 {

namespace {

bool has_so(SegmentInfo si) { return si == SegmentInfo::last || si == SegmentInfo::middle; }
uint16_t u16(ByteView b, size_t at) { return static_cast<uint16_t>(b[at] << 8 | b[at + 1]); }
void put_u16(std::span<uint8_t> b, size_t at, uint16_t v) {
  b[at] = static_cast<uint8_t>(v >> 8);
  b[at + 1] = static_cast<uint8_t>(v);
}

// The part behind the SN, the same in AM and UM.
std::optional<DataPdu> read_rest(ByteView pdu, size_t at, DataHeader header) {
  if (has_so(header.si)) {
    if (pdu.size() < at + 2) return std::nullopt;
    header.so = u16(pdu, at);
    if (header.so == 0) return std::nullopt;
    at += 2;
  }
  if (pdu.size() <= at) return std::nullopt;
  return DataPdu{header, pdu.subspan(at)};
}

}  // namespace

size_t write_amd_header(std::span<uint8_t> out, unsigned sn_bits, const DataHeader& header) {
  uint8_t first = static_cast<uint8_t>(0x80 | (header.poll ? 0x40 : 0) | static_cast<uint8_t>(header.si) << 4);
  size_t at = 2;
  if (sn_bits == 18) {
    out[0] = static_cast<uint8_t>(first | header.sn >> 16);
    put_u16(out, 1, static_cast<uint16_t>(header.sn));
    at = 3;
  } else {
    put_u16(out, 0, static_cast<uint16_t>(first << 8 | header.sn));
  }
  if (!has_so(header.si)) return at;
  put_u16(out, at, header.so);
  return at + 2;
}

size_t write_umd_header(std::span<uint8_t> out, unsigned sn_bits, const DataHeader& header) {
  uint8_t si = static_cast<uint8_t>(static_cast<uint8_t>(header.si) << 6);
  if (header.si == SegmentInfo::whole) {
    out[0] = si;
    return 1;
  }
  size_t at = 1;
  if (sn_bits == 12) {
    put_u16(out, 0, static_cast<uint16_t>(si << 8 | header.sn));
    at = 2;
  } else {
    out[0] = static_cast<uint8_t>(si | header.sn);
  }
  if (!has_so(header.si)) return at;
  put_u16(out, at, header.so);
  return at + 2;
}

std::optional<DataPdu> read_amd(ByteView pdu, unsigned sn_bits) {
  size_t fixed = amd_header_size(sn_bits, false);
  if (pdu.size() < fixed || is_control(pdu)) return std::nullopt;
  DataHeader header;
  header.poll = (pdu[0] & 0x40) != 0;
  header.si = static_cast<SegmentInfo>(pdu[0] >> 4 & 3);
  header.sn = sn_bits == 18 ? (pdu[0] & 3u) << 16 | u16(pdu, 1) : u16(pdu, 0) & 0xfffu;
  return read_rest(pdu, fixed, header);
}

std::optional<DataPdu> read_umd(ByteView pdu, unsigned sn_bits) {
  if (pdu.empty()) return std::nullopt;
  DataHeader header;
  header.si = static_cast<SegmentInfo>(pdu[0] >> 6);
  if (header.si == SegmentInfo::whole) return read_rest(pdu, 1, header);
  size_t fixed = umd_header_size(sn_bits, SegmentInfo::first);
  if (pdu.size() < fixed) return std::nullopt;
  header.sn = sn_bits == 12 ? u16(pdu, 0) & 0xfffu : pdu[0] & 0x3fu;
  return read_rest(pdu, fixed, header);
}

size_t nack_size(unsigned sn_bits, const Nack& nack) {
  return (sn_bits == 18 ? 3u : 2u) + (nack.partial() ? 4u : 0u) + (nack.count > 1 ? 1u : 0u);
}

// 6.2.2.5: D/C CPT ACK_SN E1, then for each entry NACK_SN E1 E2 E3, SOstart and SOend if E2, NACK range if E3. With 12 bits ACK_SN fills
// octets 1 and 2 and E1 leads octet 3; with 18 bits ACK_SN ends in the upper six bits of octet 3 and E1 is the next.
std::optional<StatusReader> StatusReader::open(ByteView pdu, unsigned sn_bits) {
  if (pdu.size() < status_header_size || (pdu[0] & 0xf0) != 0) return std::nullopt;
  uint32_t ack_sn = u16(pdu, 0) & 0xfffu;
  bool more = (pdu[2] & 0x80) != 0;
  if (sn_bits == 18) {
    ack_sn = ack_sn << 6 | pdu[2] >> 2;
    more = (pdu[2] & 2) != 0;
  }
  return StatusReader(pdu.subspan(status_header_size), sn_bits, ack_sn, more);
}

StatusReader::Step StatusReader::next(Nack& nack) {
  if (!more_) return rest_.empty() ? Step::end : Step::malformed;
  size_t at = sn_bits_ == 18 ? 3 : 2;
  if (rest_.size() < at) return Step::malformed;
  unsigned flags;  // E1 E2 E3
  nack = Nack{};
  if (sn_bits_ == 18) {
    nack.sn = static_cast<uint32_t>(u16(rest_, 0)) << 2 | rest_[2] >> 6;
    flags = rest_[2] >> 3 & 7;
  } else {
    nack.sn = static_cast<uint32_t>(u16(rest_, 0)) >> 4;
    flags = rest_[1] >> 1 & 7;
  }
  more_ = (flags & 4) != 0;
  if (flags & 2) {
    if (rest_.size() < at + 4) return Step::malformed;
    nack.so_start = u16(rest_, at);
    nack.so_end = u16(rest_, at + 2);
    at += 4;
  }
  if (flags & 1) {
    if (rest_.size() < at + 1 || rest_[at] == 0) return Step::malformed;
    nack.count = rest_[at++];
  }
  if (nack.count == 1 && nack.so_start > nack.so_end) return Step::malformed;
  rest_ = rest_.subspan(at);
  return Step::nack;
}

void StatusWriter::add(const Nack& nack) {
  if (e1_at_ != 0) room_[e1_at_] |= e1_mask_;
  unsigned flags = (nack.partial() ? 2u : 0u) | (nack.count > 1 ? 1u : 0u);
  auto out = room_.subspan(size_);
  size_t at;
  if (sn_bits_ == 18) {
    put_u16(out, 0, static_cast<uint16_t>(nack.sn >> 2));
    out[2] = static_cast<uint8_t>(nack.sn << 6 | flags << 3);
    e1_mask_ = 0x20;
    at = 3;
  } else {
    put_u16(out, 0, static_cast<uint16_t>(nack.sn << 4 | flags << 1));
    e1_mask_ = 0x08;
    at = 2;
  }
  e1_at_ = size_ + at - 1;
  if (nack.partial()) {
    put_u16(out, at, nack.so_start);
    put_u16(out, at + 2, nack.so_end);
    at += 4;
  }
  if (nack.count > 1) out[at++] = static_cast<uint8_t>(nack.count);
  size_ += at;
}

size_t StatusWriter::finish(uint32_t ack_sn) {
  bool any = e1_at_ != 0;
  if (sn_bits_ == 18) {
    put_u16(room_, 0, static_cast<uint16_t>(ack_sn >> 6));
    room_[2] = static_cast<uint8_t>(ack_sn << 2 | (any ? 2 : 0));
  } else {
    put_u16(room_, 0, static_cast<uint16_t>(ack_sn));
    room_[2] = any ? 0x80 : 0;
  }
  return size_;
}

}  // namespace sen::l2
