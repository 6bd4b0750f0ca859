// What a message carries beyond this release, or in another order than the table of its clause: kept so that encoding a decoded
// message gives the octets received (TS 29.244 5.6, 7.2.3.2: unknown IEs are not errors, and any order is allowed).
// A message built here leaves it empty.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.h"

namespace sen::pfcp {

// An IE that is not in the table of its group: of a later release, a vendor's (type 32768 and up; the value starts with the
// enterprise number), or a repetition of an IE that may occur once. Also an optional IE whose value makes no sense (7.6.8), and one of
// length 0 (5.6.3).
struct RawIe {
  uint16_t type = 0;
  Bytes value;
  bool operator==(const RawIe&) const = default;
};

class Extra {
 public:
  // An IE whose octets differ from what we would write for its value: spare bits, octets of a later release at its end.
  struct Verbatim {
    uint16_t type = 0;
    uint16_t nth = 0;
    Bytes ours;
    Bytes received;
    bool absent = false;  // a mandatory IE that a rejecting response left out (7.2.3.2)
    bool operator==(const Verbatim&) const = default;
  };
  struct Data {
    std::vector<RawIe> unknown;
    std::vector<Verbatim> verbatim;
    std::vector<uint32_t> order;  // types in the order received, those in `unknown` marked `unread`; only when that is not the table's
    bool operator==(const Data&) const = default;
  };

  static constexpr uint32_t unread = 0x10000;

  Extra() = default;
  Extra(const Extra& other) : data_(other.data_ ? std::make_unique<Data>(*other.data_) : nullptr) {}
  Extra(Extra&&) noexcept = default;
  Extra& operator=(const Extra& other) {
    data_ = other.data_ ? std::make_unique<Data>(*other.data_) : nullptr;
    return *this;
  }
  Extra& operator=(Extra&&) noexcept = default;

  bool operator==(const Extra& other) const {
    if (!data_ || !other.data_) return !data_ && !other.data_;
    return *data_ == *other.data_;
  }

  // An IE of this type and of length 0 stands here: in a Session Modification Request it asks to remove what was provisioned, for an
  // IE that may occur several times all of them (5.6.3).
  bool removes(uint16_t type) const {
    if (!data_) return false;
    for (const auto& raw : data_->unknown) {
      if (raw.type == type && raw.value.empty()) return true;
    }
    return false;
  }
  void remove(uint16_t type) { make().unknown.push_back({type, {}}); }

  const Data* get() const { return data_.get(); }
  Data& make() {
    if (!data_) data_ = std::make_unique<Data>();
    return *data_;
  }

 private:
  std::unique_ptr<Data> data_;
};

}  // namespace sen::pfcp
