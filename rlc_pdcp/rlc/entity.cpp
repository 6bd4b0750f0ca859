#include "rlc_pdcp/rlc.h"
#include "rlc_pdcp/rlc/am.h"
#include "rlc_pdcp/rlc/tm.h"
#include "rlc_pdcp/rlc/um.h"

namespace sen::l2 {

static Status check_sn(const char* direction, unsigned bits, unsigned low, unsigned high) {
  if (bits == low || bits == high) return {};
  return fail(Fault::invalid, "sn-FieldLength", "{} {} bits, allowed {} and {} (TS 38.331 RLC-Config)", direction, bits, low, high);
}

Status RlcEntity::check(const RlcConfig& config, RlcMode mode) {
  if (config.mode != mode) return fail(Fault::invalid, "rlc-Config", "another RLC mode needs another RLC entity");
  if (!config.tx && !config.rx) return fail(Fault::invalid, "rlc-Config", "neither direction is configured");
  if (mode == RlcMode::tm) return {};
  bool am = mode == RlcMode::am;
  if (config.tx) SEN_TRY(check_sn("transmitting", config.tx_sn_bits, am ? 12 : 6, am ? 18 : 12));
  if (config.rx) SEN_TRY(check_sn("receiving", config.rx_sn_bits, am ? 12 : 6, am ? 18 : 12));
  if (!am) return {};
  if (!config.tx || !config.rx) return fail(Fault::invalid, "rlc-Config", "AM has both directions");
  if (config.max_retx_threshold < 1 || config.max_retx_threshold > 32)
    return fail(Fault::invalid, "maxRetxThreshold", "{}, allowed 1 to 32", config.max_retx_threshold);
  return {};
}

Result<std::unique_ptr<RlcEntity>> make_rlc(Executor& executor, PacketPool& pool, const RlcConfig& config, RlcPorts ports) {
  SEN_TRY(RlcEntity::check(config, config.mode));
  switch (config.mode) {
    case RlcMode::tm: return std::make_unique<TmEntity>(executor, pool, config, std::move(ports));
    case RlcMode::um: return std::make_unique<UmEntity>(executor, pool, config, std::move(ports));
    case RlcMode::am: return std::make_unique<AmEntity>(executor, pool, config, std::move(ports));
  }
  return fail(Fault::invalid, "rlc-Config", "unknown RLC mode");
}

}  // namespace sen::l2
