// UE address pools (TS 23.501 5.8.2.2): one IPv4 address or one IPv6 /64 a session. A subnet's addresses are given in turn, so that a
// freed one rests as long as possible; memory follows the number of addresses that were ever given.
#pragma once

#include <deque>
#include <unordered_set>

#include "core/smf/config.h"

namespace sen::smf::detail {

class Pool {
 public:
  explicit Pool(const PoolConfig& config);

  bool is_v4() const { return config_.subnet.address.is_v4(); }
  const PoolConfig& config() const { return config_; }
  uint64_t capacity() const { return last_ - first_ + 1; }
  size_t used() const { return used_.size(); }

  // The next free address (IPv6: the /64's first). Error exhausted.
  Result<IpAddress> take();
  // A certain address. Errors: not_found outside this subnet, denied where it is in use or the gateway's.
  Status take(const IpAddress& address);
  void give_back(const IpAddress& address);

 private:
  IpAddress at(uint64_t index) const;
  std::optional<uint64_t> index_of(const IpAddress& address) const;

  PoolConfig config_;
  uint64_t first_ = 0, last_ = 0;  // indices that may be given
  uint64_t gateway_ = UINT64_MAX;
  uint64_t next_ = 0;
  std::deque<uint64_t> freed_;
  std::unordered_set<uint64_t> used_;
};

// The pools of all DNNs.
class Pools {
 public:
  explicit Pools(const std::vector<PoolConfig>& configs);

  // Whether this DNN has addresses of the family at all.
  bool serves(const std::string& dnn, bool v4) const;
  // A free address, or the wanted one.
  Result<IpAddress> take(const std::string& dnn, bool v4, const std::optional<IpAddress>& wanted);
  void give_back(const IpAddress& address);
  // "10.45.0.0/16 (12 of 65533 used)", for the operator.
  std::string describe(const std::string& dnn, bool v4) const;
  bool knows_dnn(const std::string& dnn) const;

 private:
  std::vector<Pool*> of(const std::string& dnn, bool v4) const;
  mutable std::vector<Pool> pools_;
};

}  // namespace sen::smf::detail
