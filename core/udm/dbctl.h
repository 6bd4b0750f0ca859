// The verbs of open5gs-dbctl on our store, as labs script them: `sen5g subscriber <verb> ...` passes its arguments through.
//   add IMSI KEY OPC | add IMSI IPV4 KEY OPC      default slice SST 1, DNN internet
//   add_ue_with_apn IMSI KEY OPC DNN | add_ue_with_slice IMSI KEY OPC DNN SST SD
//   update_apn IMSI DNN SLICE (adds a DNN to the n-th slice, from 0) | update_slice IMSI DNN SST SD (adds a slice)
//   remove IMSI | reset (removes all) | static_ip IMSI IPV4 | static_ip6 IMSI IPV6 (first session)
//   type IMSI 1|2|3 (IPv4, IPv6, IPv4v6; every session) | ambr_speed IMSI DL UNIT UL UNIT (unit 0 bps to 4 Tbps; UE and sessions)
//   subscriber_status IMSI 0|1 (1: barred) | list | show IMSI
// Executor: the store's. Errors name the argument; nothing is changed then.
#pragma once

#include <span>

#include "core/udm/store.h"

namespace sen::udm {

// One line per verb.
std::string dbctl_help();

// What there is to print.
Result<std::string> dbctl(SubscriberStore& store, std::span<const std::string> arguments);

}  // namespace sen::udm
