#include <algorithm>

#include "core/smf/detail/pool.h"

namespace sen::smf::detail {

static uint64_t high_bits(const IpAddress& address) {
  ByteReader reader(address.octets());
  return reader.uint(address.is_v4() ? 4 : 8).value_or(0);
}

static uint64_t count_of(const IpPrefix& subnet) {
  unsigned bits = (subnet.address.is_v4() ? 32 : 64) - std::min<unsigned>(subnet.length, subnet.address.is_v4() ? 32 : 64);
  return bits >= 32 ? uint64_t{1} << 32 : uint64_t{1} << bits;
}

Pool::Pool(const PoolConfig& config) : config_(config) {
  uint64_t count = count_of(config.subnet);
  first_ = count > 1 ? 1 : 0;                                // the network's own address, and the /64 of the gateway
  last_ = is_v4() && count > 2 ? count - 2 : count - 1;      // the broadcast address
  if (config.gateway.empty()) {
    if (is_v4() && count > 2) gateway_ = first_;
  } else if (auto index = index_of(config.gateway)) {
    gateway_ = *index;
  }
  next_ = first_;
}

IpAddress Pool::at(uint64_t index) const {
  if (is_v4()) return config_.subnet.address.plus(index);
  uint64_t value = high_bits(config_.subnet.address) + index;
  Octets<16> octets{};
  for (size_t i = 0; i < 8; ++i) octets[i] = static_cast<uint8_t>(value >> (56 - 8 * i));
  return IpAddress(octets);
}

std::optional<uint64_t> Pool::index_of(const IpAddress& address) const {
  if (!config_.subnet.contains(address)) return std::nullopt;
  return high_bits(address) - high_bits(config_.subnet.address);
}

Result<IpAddress> Pool::take() {
  while (next_ <= last_) {
    uint64_t index = next_++;
    if (index != gateway_ && used_.insert(index).second) return at(index);
  }
  while (!freed_.empty()) {
    uint64_t index = freed_.front();
    freed_.pop_front();
    if (used_.insert(index).second) return at(index);
  }
  return fail(Fault::exhausted, "", "no free address in {}", config_.subnet.text());
}

Status Pool::take(const IpAddress& address) {
  auto index = index_of(address);
  if (!index || *index < first_ || *index > last_) return fail(Fault::not_found, "", "{} is not in {}", address.text(), config_.subnet.text());
  if (*index == gateway_) return fail(Fault::denied, "", "{} is the gateway", address.text());
  if (!used_.insert(*index).second) return fail(Fault::denied, "", "{} is in use", address.text());
  std::erase(freed_, *index);
  return {};
}

void Pool::give_back(const IpAddress& address) {
  auto index = index_of(address);
  if (index && used_.erase(*index) != 0 && *index < next_) freed_.push_back(*index);
}

Pools::Pools(const std::vector<PoolConfig>& configs) {
  for (auto& config : configs) {
    if (!config.subnet.address.empty()) pools_.emplace_back(config);
  }
}

std::vector<Pool*> Pools::of(const std::string& dnn, bool v4) const {
  std::vector<Pool*> own, common;
  for (auto& pool : pools_) {
    if (pool.is_v4() != v4) continue;
    if (pool.config().dnn == dnn) own.push_back(&pool);
    if (pool.config().dnn.empty()) common.push_back(&pool);
  }
  return own.empty() ? common : own;
}

bool Pools::serves(const std::string& dnn, bool v4) const { return !of(dnn, v4).empty(); }

bool Pools::knows_dnn(const std::string& dnn) const { return serves(dnn, true) || serves(dnn, false); }

Result<IpAddress> Pools::take(const std::string& dnn, bool v4, const std::optional<IpAddress>& wanted) {
  if (wanted) {
    Status last = fail(Fault::not_found, "", "{} is in no subnet of DNN {}", wanted->text(), dnn);
    for (auto* pool : of(dnn, v4)) {
      last = pool->take(*wanted);
      if (last) return *wanted;
      if (last.error().fault == Fault::denied) break;
    }
    return std::unexpected(last.error());
  }
  for (auto* pool : of(dnn, v4)) {
    if (auto address = pool->take()) return address;
  }
  return fail(Fault::exhausted, "", "no free address: {}", describe(dnn, v4));
}

void Pools::give_back(const IpAddress& address) {
  for (auto& pool : pools_) {
    if (pool.config().subnet.contains(address)) pool.give_back(address);
  }
}

std::string Pools::describe(const std::string& dnn, bool v4) const {
  std::string out;
  for (auto* pool : of(dnn, v4)) {
    if (!out.empty()) out += ", ";
    out += fmt::format("{} ({} of {} used)", pool->config().subnet.text(), pool->used(), pool->capacity());
  }
  return out.empty() ? "no subnet" : out;
}

}  // namespace sen::smf::detail
