// RLC PDUs as octets (TS 38.322 6.2). Reading checks everything that a single PDU can contradict; views point into the PDU.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace sen::l2 {

// 6.2.3.4 SI
enum class SegmentInfo : uint8_t { whole = 0, first = 1, last = 2, middle = 3 };

struct DataHeader {
  bool poll = false;  // AM
  SegmentInfo si = SegmentInfo::whole;
  uint32_t sn = 0;  // not in a UMD PDU with a whole SDU
  uint16_t so = 0;  // of last and middle, at least 1
  bool operator==(const DataHeader&) const = default;
};

// A whole SDU, or octets [so, so + payload) of one.
struct DataPdu {
  DataHeader header;
  ByteView payload;  // at least one octet
};

inline size_t amd_header_size(unsigned sn_bits, bool with_so) { return (sn_bits == 18 ? 3u : 2u) + (with_so ? 2u : 0u); }
inline size_t umd_header_size(unsigned sn_bits, SegmentInfo si) {
  if (si == SegmentInfo::whole) return 1;
  return (sn_bits == 12 ? 2u : 1u) + (si == SegmentInfo::first ? 0u : 2u);
}
// `out` has room for the header; its size is returned.
size_t write_amd_header(std::span<uint8_t> out, unsigned sn_bits, const DataHeader& header);
size_t write_umd_header(std::span<uint8_t> out, unsigned sn_bits, const DataHeader& header);
std::optional<DataPdu> read_amd(ByteView pdu, unsigned sn_bits);
std::optional<DataPdu> read_umd(ByteView pdu, unsigned sn_bits);

// AM: D/C is 0.
inline bool is_control(ByteView pdu) { return !pdu.empty() && (pdu[0] & 0x80) == 0; }

// One NACK of a status PDU: octets from so_start of SDU `sn` to so_end of SDU sn + count - 1 are missing.
struct Nack {
  static constexpr uint16_t to_end = 0xffff;
  uint32_t sn = 0;
  uint32_t count = 1;  // NACK range, 1 to 255
  uint16_t so_start = 0;
  uint16_t so_end = to_end;  // the last missing octet
  bool partial() const { return so_start != 0 || so_end != to_end; }
  bool operator==(const Nack&) const = default;
};

inline constexpr size_t status_header_size = 3;
size_t nack_size(unsigned sn_bits, const Nack& nack);

// Reads a status PDU entry by entry.
class StatusReader {
 public:
  enum class Step : uint8_t { nack, end, malformed };

  // Nothing for another control PDU than STATUS or a PDU that is too short.
  static std::optional<StatusReader> open(ByteView pdu, unsigned sn_bits);
  uint32_t ack_sn() const { return ack_sn_; }
  Step next(Nack& nack);

 private:
  StatusReader(ByteView rest, unsigned sn_bits, uint32_t ack_sn, bool more)
      : rest_(rest), ack_sn_(ack_sn), sn_bits_(sn_bits), more_(more) {}

  ByteView rest_;
  uint32_t ack_sn_;
  unsigned sn_bits_;
  bool more_;
};

// Writes a status PDU into `room`, which has at least status_header_size octets.
class StatusWriter {
 public:
  StatusWriter(std::span<uint8_t> room, unsigned sn_bits) : room_(room), sn_bits_(sn_bits) {}

  size_t left() const { return room_.size() - size_; }
  // The caller has made sure that nack_size() octets are left.
  void add(const Nack& nack);
  // Sets ACK_SN; returns the PDU's size.
  size_t finish(uint32_t ack_sn);

 private:
  std::span<uint8_t> room_;
  size_t size_ = status_header_size;
  size_t e1_at_ = 0;  // octet of the last entry's E1 bit; 0: there is no entry
  uint8_t e1_mask_ = 0;
  unsigned sn_bits_;
};

}  // namespace sen::l2
